//! "Can this firm apply?": every condition against the facts, with reasons, and what to ask next.

use std::collections::{BTreeMap, BTreeSet};

use banso_kernel::{Exact, LocalText};

use crate::edition::Edition;
use crate::expr::{EvalError, Expr, Judgement, Names};
use crate::members::{Member, consortium_known, members};
use crate::model::{Examination, Facts, Finding, ItemId, Missing, Shortfall, Truth, Value};
use crate::plan::Plan;
use crate::rules::{Computed, Rule, Test};

/// What one condition says of one set of facts.
struct Answer {
    truth: Truth,
    missing: Vec<Missing>,
    used: Vec<(ItemId, Value)>,
    shortfalls: Vec<Shortfall>,
    error: Option<LocalText>,
}

impl Edition {
    /// Examines every condition. What only a person can check is listed, and counts for nothing in the verdict.
    #[must_use]
    pub fn examine(&self, facts: &Facts) -> Examination {
        let findings: Vec<Finding> = self.rules().iter().map(|rule| self.finding(rule, facts)).collect();
        let verdict = findings.iter().filter(|f| !f.by_person).map(|f| f.truth).min().unwrap_or(Truth::Yes);
        let next_questions = self.next_questions(&findings);
        Examination { verdict, findings, next_questions }
    }

    /// Whether the call may be of interest to a firm (案内対象). A yes says nothing about whether it may apply.
    #[must_use]
    pub fn may_interest(&self, facts: &Facts) -> Judgement {
        let unknown = Judgement { truth: Truth::Unknown, missing: Vec::new() };
        let Some(Rule { test: Test::Computed(computed), .. }) = &self.whole().content.audience else { return unknown };
        computed.whole.truth(self.names(), facts).unwrap_or(unknown)
    }

    /// Every item that the conditions and the amount may look at, in the order of the dictionary.
    #[must_use]
    pub fn questions(&self) -> Vec<ItemId> {
        let mut items: Vec<ItemId> = self.expressions().into_iter().flat_map(Expr::items).collect();
        items.sort_by_key(|i| self.dictionary().position(i));
        items.dedup();
        items
    }

    /// Every part of a list that the conditions and the amount look at in its rows.
    #[must_use]
    pub fn questions_of_rows(&self) -> BTreeSet<ItemId> {
        self.expressions().into_iter().flat_map(|e| e.parts(self.names())).collect()
    }

    fn expressions(&self) -> Vec<&Expr> {
        let mut exprs: Vec<&Expr> = self.plan().into_iter().flat_map(Plan::expressions).collect();
        for rule in self.rules() {
            if let Test::Computed(c) = &rule.test {
                exprs.push(&c.whole);
                exprs.extend([&c.when, &c.each_member].into_iter().flatten());
            }
        }
        exprs
    }

    pub(crate) fn finding(&self, rule: &Rule, facts: &Facts) -> Finding {
        let title = self.clause(&rule.clause).map(|c| c.title.clone()).unwrap_or_default();
        let (answer, by_person, remedy) = match &rule.test {
            Test::ByPerson(what) => (Answer::unknown(), true, Some(rule.remedy.clone().unwrap_or_else(|| what.clone()))),
            Test::Computed(computed) => (self.answer(computed, facts), false, rule.remedy.clone()),
        };
        Finding {
            clause: rule.clause.clone(),
            title,
            truth: answer.truth,
            by_person,
            used: answer.used,
            missing: answer.missing,
            shortfalls: answer.shortfalls.into_iter().map(|s| Shortfall { text: self.both(s.text), ..s }).collect(),
            remedy,
            error: answer.error.map(|e| self.both(e)),
        }
    }

    /// A text whose English has its choices in English too.
    fn both(&self, text: LocalText) -> LocalText {
        LocalText { en: text.en.map(|en| self.in_english(&en)), ..text }
    }

    fn answer(&self, computed: &Computed, facts: &Facts) -> Answer {
        let names = self.names();
        let Some(each) = &computed.each_member else { return guarded(computed, computed.when.as_ref(), names, facts) };
        if !consortium_known(facts) {
            return guarded(computed, computed.when.as_ref(), names, facts);
        }
        let all = members(facts, self.dictionary());
        let several = all.len() > 1;
        let answers = all.iter().map(|m| {
            let mut answer = guarded(computed, Some(each), names, &m.facts);
            if let Some(when) = &computed.when {
                answer = unless(when, names, facts, answer);
            }
            if several { answer.of(m) } else { answer }
        });
        answers.fold(Answer::yes(), Answer::and)
    }

    /// Facts still missing, the one that settles most clauses first: a fact that is alone missing in a clause counts
    /// wholly for it, one of two half, and so on. Ties go by the order of the dictionary.
    fn next_questions(&self, findings: &[Finding]) -> Vec<ItemId> {
        let mut weight: BTreeMap<&ItemId, Exact> = BTreeMap::new();
        for finding in findings.iter().filter(|f| !f.by_person && f.truth == Truth::Unknown) {
            let items: Vec<&ItemId> = finding.missing.iter().filter_map(fact).collect();
            let Ok(count) = i128::try_from(items.len().clamp(1, 1_000)) else { continue };
            for item in items {
                let sum = weight.entry(item).or_insert_with(|| Exact::from_integer(0));
                // Fractions are grown in 27720ths at most: 1/n is cut for n above 12, where order hardly matters.
                *sum += Exact::new(1, count.min(12));
            }
        }
        let mut items: Vec<(&ItemId, Exact)> = weight.into_iter().collect();
        items.sort_by(|(a, x), (b, y)| y.cmp(x).then_with(|| self.dictionary().position(a).cmp(&self.dictionary().position(b))));
        items.into_iter().map(|(item, _)| item.clone()).collect()
    }
}

fn fact(missing: &Missing) -> Option<&ItemId> {
    match missing {
        Missing::Fact(item) => Some(item),
        Missing::Unconfirmed { .. } => None,
    }
}

impl Missing {
    /// The fact that is missing, if it is one.
    #[must_use]
    pub fn into_fact(self) -> Option<ItemId> {
        match self {
            Missing::Fact(item) => Some(item),
            Missing::Unconfirmed { .. } => None,
        }
    }
}

/// The condition, where `guard` holds.
fn guarded(computed: &Computed, guard: Option<&Expr>, names: &Names, facts: &Facts) -> Answer {
    let condition = plain(&computed.whole, names, facts);
    match guard {
        Some(guard) => unless(guard, names, facts, condition),
        None => condition,
    }
}

/// An answer that is only asked for where `guard` holds: NOT guard OR answer.
fn unless(guard: &Expr, names: &Names, facts: &Facts, answer: Answer) -> Answer {
    let asked = match guard.truth(names, facts) {
        Ok(judgement) => judgement,
        Err(error) => return Answer::failed(&error),
    };
    match asked.truth {
        Truth::Yes => Answer { used: joined(guard.used(names, facts), answer.used), ..answer },
        Truth::No => Answer { used: guard.used(names, facts), ..Answer::yes() },
        Truth::Unknown if answer.truth == Truth::Yes => answer,
        Truth::Unknown => {
            let missing = joined(asked.missing, answer.missing);
            Answer { truth: Truth::Unknown, missing, shortfalls: Vec::new(), used: answer.used, error: answer.error }
        }
    }
}

fn plain(expr: &Expr, names: &Names, facts: &Facts) -> Answer {
    match expr.truth(names, facts) {
        Err(error) => Answer::failed(&error),
        Ok(judgement) => {
            let shortfalls = if judgement.truth == Truth::No { expr.shortfalls(names, facts) } else { Vec::new() };
            Answer { truth: judgement.truth, missing: judgement.missing, used: expr.used(names, facts), shortfalls, error: None }
        }
    }
}

impl Answer {
    fn yes() -> Self {
        Answer { truth: Truth::Yes, missing: Vec::new(), used: Vec::new(), shortfalls: Vec::new(), error: None }
    }

    fn unknown() -> Self {
        Answer { truth: Truth::Unknown, ..Answer::yes() }
    }

    fn failed(error: &EvalError) -> Self {
        Answer { error: Some(error.message.clone()), ..Answer::unknown() }
    }

    /// Both: a no decides; otherwise an unknown does. Only what can still change the answer is missing.
    fn and(self, other: Answer) -> Answer {
        let truth = self.truth.min(other.truth);
        let missing = if truth == Truth::Unknown { joined(self.missing, other.missing) } else { Vec::new() };
        let shift = self.shortfalls.iter().map(|s| s.way + 1).max().unwrap_or(0);
        let later = other.shortfalls.into_iter().map(|s| Shortfall { way: s.way + shift, ..s });
        let shortfalls = self.shortfalls.into_iter().chain(later).collect();
        Answer { truth, missing, used: joined(self.used, other.used), shortfalls, error: self.error.or(other.error) }
    }

    /// The answer with the member's name on its reasons.
    fn of(mut self, member: &Member) -> Answer {
        let prefix = |text: &LocalText| {
            let en = text.en.as_ref().map(|en| format!("{}: {en}", member.name.get(banso_kernel::Lang::En)));
            LocalText { ja: format!("{}：{}", member.name.ja, text.ja), en }
        };
        for shortfall in &mut self.shortfalls {
            shortfall.text = prefix(&shortfall.text);
        }
        self.error = self.error.as_ref().map(prefix);
        self
    }
}

/// Both lists, each thing once.
pub(crate) fn joined<T: PartialEq>(mut a: Vec<T>, b: Vec<T>) -> Vec<T> {
    for thing in b {
        if !a.contains(&thing) {
            a.push(thing);
        }
    }
    a
}
