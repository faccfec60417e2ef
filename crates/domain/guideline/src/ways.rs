//! From a no to a yes by the smallest changes, and from an unknown to an answer by the fewest questions. Both are found by trying the
//! values at which conditions turn, and every way was tried on the whole guideline before it is told.

use std::collections::{BTreeMap, BTreeSet};

use banso_kernel::{Exact, Lang, LocalText};

use crate::edition::Edition;
use crate::expr::{Expr, TurningPoints, Type, shown_value};
use crate::model::{Facts, ItemId, ItemKind, Missing, Truth, Value};
use crate::rules::{Rule, Test};

/// Most changes of one clause that are tried together.
const TOGETHER_MAX: usize = 2;
/// Most ways of one clause, and of all clauses together, that are gone on with.
const WAYS_MAX: usize = 12;
/// Most evaluations of one clause.
const TRIES_MAX: usize = 1_500;
/// Ways of one clause that change the same items to other values: another clause may need another one of them.
const ALIKE_MAX: usize = 4;
/// Ways that are told.
const TOLD_MAX: usize = 3;

/// One thing that would have to be different.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    pub item: ItemId,
    pub from: Option<Value>,
    /// None where the guideline cannot say to what: rows of a list (構成員, 経費) that have to be other ones.
    pub to: Option<Value>,
    /// `従業員数を21人から20人にする`.
    pub text: LocalText,
    /// Whether the applicant can change it.
    pub changeable: bool,
}

/// Changes that together turn the no into something else than a no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WayOut {
    pub turns: Vec<Turn>,
    /// What the verdict would then be.
    pub verdict: Truth,
}

impl WayOut {
    /// Whether the applicant can do all of it.
    #[must_use]
    pub fn in_own_hands(&self) -> bool {
        self.turns.iter().all(|t| t.changeable)
    }
}

/// Values that are put in place of those known.
type Put = BTreeMap<ItemId, Value>;

impl Edition {
    /// The smallest changes that would turn a no into a yes (or at least into no no): ways in the applicant's own hands first, then the
    /// fewest changes, then the smallest. Empty when the verdict is not a no.
    #[must_use]
    pub fn ways_out(&self, facts: &Facts) -> Vec<WayOut> {
        let failing: Vec<&Rule> = self.computed().filter(|r| self.truth(r, facts) == Truth::No).collect();
        if failing.is_empty() {
            return Vec::new();
        }
        // A change for one clause must not make another one fail: what the others turn at is tried too.
        let points = self.points(&self.computed().collect::<Vec<_>>(), facts);
        let mut opaque = Vec::new();
        let mut ways: Vec<Put> = vec![Put::new()];
        for rule in failing {
            let own = self.ways_of(rule, facts, &points);
            if own.is_empty() {
                opaque.push(self.opaque(rule, facts));
                continue;
            }
            ways = ways.iter().flat_map(|before| own.iter().filter_map(|way| merged(before, way))).collect();
            self.order(&mut ways, facts);
            ways.truncate(WAYS_MAX * WAYS_MAX);
        }
        let still_no = opaque.len();
        let mut out: Vec<WayOut> = Vec::new();
        for way in ways {
            let (after, tried) = (with(facts, &way), out.len());
            let findings = self.computed().filter(|r| self.truth(r, &after) == Truth::No).count();
            // Whoever can do with these things, or some of them, was told so before.
            let redundant = out.iter().any(|o| o.turns.iter().filter(|t| t.to.is_some()).all(|t| way.contains_key(&t.item)));
            if findings <= still_no && !redundant && tried < TOLD_MAX {
                let verdict = if still_no == 0 { self.examine(&after).verdict } else { Truth::Unknown };
                let turns = way.iter().map(|(item, to)| self.turn(item, facts.0.get(item), to)).chain(opaque.iter().cloned()).collect();
                out.push(WayOut { turns, verdict });
            }
        }
        out
    }

    /// The fewest items whose answers can settle the verdict, the one that matters most first. What cannot change it is not asked.
    #[must_use]
    pub fn fewest_questions(&self, facts: &Facts) -> Vec<ItemId> {
        let examination = self.examine(facts);
        if examination.verdict != Truth::Unknown {
            return Vec::new();
        }
        let open: Vec<&Rule> = self.computed().filter(|r| self.truth(r, facts) == Truth::Unknown).collect();
        let mut asked: BTreeSet<ItemId> = BTreeSet::new();
        let points = self.points(&open, facts);
        let mut choices: Vec<Vec<BTreeSet<ItemId>>> = open.iter().map(|r| self.settled_by(r, facts, &points)).collect();
        // What leaves no choice first: the others may then be settled by the same questions.
        choices.sort_by_key(Vec::len);
        for sets in choices {
            let best = sets.iter().min_by_key(|set| (set.iter().filter(|i| !asked.contains(*i)).count(), set.len()));
            asked.extend(best.into_iter().flatten().cloned());
        }
        // Two clauses may want different answers of one item: then all that matters is asked.
        let all = examination.next_questions.iter().cloned().collect();
        if !self.opened_by(&asked, facts, &points) && self.opened_by(&all, facts, &points) {
            return examination.next_questions;
        }
        let mut order: Vec<ItemId> = examination.next_questions.into_iter().filter(|i| asked.remove(i)).collect();
        order.extend(asked);
        order
    }

    /// Whether some answers to these items make no condition a no and leave none open. Lists, and more than can be tried, are taken on trust.
    fn opened_by(&self, items: &BTreeSet<ItemId>, facts: &Facts, points: &TurningPoints) -> bool {
        let mut ways = vec![Put::new()];
        for item in items {
            let Some(values) = points.get(item) else { return true };
            ways = ways.iter().flat_map(|way| values.iter().map(|v| with_one(way, item, v))).collect();
            if ways.len() > TRIES_MAX {
                return true;
            }
        }
        ways.iter().any(|way| self.examine(&with(facts, way)).verdict == Truth::Yes)
    }

    fn computed(&self) -> impl Iterator<Item = &Rule> {
        self.rules().iter().filter(|r| matches!(r.test, Test::Computed(_)))
    }

    fn truth(&self, rule: &Rule, facts: &Facts) -> Truth {
        self.finding(rule, facts).truth
    }

    /// The values to try for what some rules look at.
    fn points(&self, rules: &[&Rule], facts: &Facts) -> TurningPoints {
        let mut points = TurningPoints::new();
        for expr in rules.iter().flat_map(|r| expressions(r)) {
            expr.turning_points(self.names(), facts, &mut points);
        }
        points
    }

    /// The smallest sets of values that make a rule a yes.
    fn ways_of(&self, rule: &Rule, facts: &Facts, points: &TurningPoints) -> Vec<Put> {
        let own: BTreeSet<ItemId> = expressions(rule).flat_map(|e| e.items()).collect();
        let single: Vec<Put> = points
            .iter()
            .filter(|(item, _)| own.contains(*item))
            .flat_map(|(item, values)| values.iter().map(move |v| (item, v)))
            .filter(|(item, value)| facts.0.get(*item) != Some(value))
            .map(|(item, value)| Put::from([(item.clone(), value.clone())]))
            .collect();
        let (mut found, mut open): (Vec<Put>, Vec<Put>) = (Vec::new(), vec![Put::new()]);
        let mut tries = 0;
        for _ in 0..TOGETHER_MAX {
            let mut next = Vec::new();
            for way in open.iter().flat_map(|before| single.iter().filter_map(|one| grown(before, one))) {
                tries += 1;
                if tries > TRIES_MAX {
                    break;
                }
                match self.truth(rule, &with(facts, &way)) {
                    Truth::Yes => found.push(way),
                    Truth::No | Truth::Unknown => next.push(way),
                }
            }
            if !found.is_empty() {
                break;
            }
            open = next;
        }
        self.order(&mut found, facts);
        let mut alike: BTreeMap<Vec<ItemId>, usize> = BTreeMap::new();
        found.retain(|way| {
            let count = alike.entry(way.keys().cloned().collect()).or_default();
            *count += 1;
            *count <= ALIKE_MAX
        });
        found.truncate(WAYS_MAX);
        found
    }

    /// The sets of unknown items that can settle a rule as a yes. All that it misses, where no smaller set is found.
    fn settled_by(&self, rule: &Rule, facts: &Facts, points: &TurningPoints) -> Vec<BTreeSet<ItemId>> {
        let missing: BTreeSet<ItemId> = self.finding(rule, facts).missing.into_iter().filter_map(Missing::into_fact).collect();
        let mut sets: Vec<BTreeSet<ItemId>> = Vec::new();
        for way in self.ways_of(rule, facts, points) {
            let items: BTreeSet<ItemId> = way.into_keys().collect();
            if items.is_subset(&missing) && !sets.contains(&items) {
                sets.push(items);
            }
        }
        // Whether a clause is asked at all comes before what it asks.
        let guard: BTreeSet<ItemId> = match &rule.test {
            Test::Computed(computed) => computed.when.iter().flat_map(Expr::items).collect(),
            Test::ByPerson(_) => BTreeSet::new(),
        };
        sets.sort_by_key(|set| !set.is_subset(&guard));
        if sets.is_empty() { vec![missing] } else { sets }
    }

    /// How much a way asks for: what cannot be changed, how many things, how far they are.
    fn cost(&self, way: &Put, facts: &Facts) -> (usize, usize, Exact) {
        let fixed = way.keys().filter(|item| !self.dictionary().get(item).is_some_and(|i| i.changeable)).count();
        let far = way.iter().map(|(item, to)| distance(facts.0.get(item), to)).sum();
        (fixed, way.len(), far)
    }

    fn order(&self, ways: &mut [Put], facts: &Facts) {
        ways.sort_by_cached_key(|way| self.cost(way, facts));
    }

    fn turn(&self, item: &ItemId, from: Option<&Value>, to: &Value) -> Turn {
        let known = self.dictionary().get(item);
        let label = known.map_or_else(|| LocalText::ja(item), |i| i.label.clone());
        let ty = known.map_or(Type::Text, |i| self.names().type_of(i));
        let yen = known.is_some_and(|i| matches!(&i.kind, ItemKind::Number { unit, .. } if unit == "円"));
        let shown = |value: &Value, lang| {
            let text = beside_a_limit(value)
                .filter(|_| yen)
                .map_or_else(|| shown_value(value, &ty, lang), |(limit, side)| side.told(&shown_value(&limit, &ty, lang), lang));
            if lang == Lang::En { self.in_english(&text) } else { text }
        };
        let text = match from {
            Some(from) => LocalText::new(
                format!("{}を{}から{}にする", label.ja, shown(from, Lang::Ja), shown(to, Lang::Ja)),
                format!("{}: from {} to {}", label.get(Lang::En), shown(from, Lang::En), shown(to, Lang::En)),
            ),
            None => LocalText::new(
                format!("{}が{}である", label.ja, shown(to, Lang::Ja)),
                format!("{}: {}", label.get(Lang::En), shown(to, Lang::En)),
            ),
        };
        let changeable = known.is_some_and(|i| i.changeable);
        Turn { item: item.clone(), from: from.cloned(), to: Some(to.clone()), text, changeable }
    }

    /// A rule that no value of an item settles: its remedy, about the list or the item that it falls short of.
    fn opaque(&self, rule: &Rule, facts: &Facts) -> Turn {
        let finding = self.finding(rule, facts);
        let shortfall = finding.shortfalls.iter().find(|s| s.changeable).or(finding.shortfalls.first());
        let text = finding.remedy.clone().or_else(|| shortfall.map(|s| s.text.clone())).unwrap_or_else(|| finding.title.clone());
        let item = shortfall.map(|s| s.item.clone()).unwrap_or_default();
        Turn { from: facts.0.get(&item).cloned(), item, to: None, text, changeable: shortfall.is_some_and(|s| s.changeable) }
    }
}

/// On which side of a limit an amount stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Above,
    Below,
}

impl Side {
    fn told(self, limit: &str, lang: Lang) -> String {
        match (self, lang) {
            (Side::Above, Lang::Ja) => format!("{limit}超"),
            (Side::Below, Lang::Ja) => format!("{limit}未満"),
            (Side::Above, Lang::En) => format!("more than {limit}"),
            (Side::Below, Lang::En) => format!("less than {limit}"),
        }
    }
}

/// The limit that an amount stands one yen beside: nobody is told to have 1,500,000,001 yen. Limits are whole 万円.
fn beside_a_limit(value: &Value) -> Option<(Value, Side)> {
    let Value::Number(n) = value else { return None };
    let (one, myriad) = (Exact::from_integer(1), Exact::from_integer(10_000));
    let beside = |limit: Exact, side| {
        let is_limit = n.is_integer() && limit > one && (limit / myriad).is_integer();
        is_limit.then_some((Value::Number(limit), side))
    };
    beside(*n - one, Side::Above).or_else(|| beside(*n + one, Side::Below))
}

/// What a rule is computed by.
fn expressions(rule: &Rule) -> impl Iterator<Item = &Expr> {
    let computed = match &rule.test {
        Test::Computed(computed) => Some(computed),
        Test::ByPerson(_) => None,
    };
    computed.into_iter().flat_map(|c| std::iter::once(&c.whole).chain(&c.when))
}

fn with(facts: &Facts, way: &Put) -> Facts {
    let mut after = facts.clone();
    after.0.extend(way.iter().map(|(k, v)| (k.clone(), v.clone())));
    after
}

fn with_one(way: &Put, item: &ItemId, value: &Value) -> Put {
    let mut more = way.clone();
    more.insert(item.clone(), value.clone());
    more
}

/// Both ways at once, unless they want different values of one item.
fn merged(a: &Put, b: &Put) -> Option<Put> {
    let clash = b.iter().any(|(item, value)| a.get(item).is_some_and(|other| other != value));
    (!clash).then(|| a.iter().chain(b).map(|(k, v)| (k.clone(), v.clone())).collect())
}

/// A way with one more value, of an item after all that it has: each set once.
fn grown(before: &Put, one: &Put) -> Option<Put> {
    let (item, _) = one.first_key_value()?;
    before
        .last_key_value()
        .is_none_or(|(last, _)| last < item)
        .then(|| before.iter().chain(one).map(|(k, v)| (k.clone(), v.clone())).collect())
}

/// How far a value is from what is known, as a share of it; 1 for what is no number.
fn distance(from: Option<&Value>, to: &Value) -> Exact {
    let (zero, one) = (Exact::from_integer(0), Exact::from_integer(1));
    let (Some(Value::Number(a)), Value::Number(b)) = (from, to) else { return one };
    let apart = if a > b { a - b } else { b - a };
    let size = if *a < zero { -*a } else { *a };
    // Whole thousandths are fine enough to compare by, and cannot overflow.
    let thousandths = if size == zero { one } else { apart / size };
    (thousandths * Exact::from_integer(1000)).ceil() / Exact::from_integer(1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_one_yen_beside_a_limit_is_told_by_the_limit() {
        let number = |n: i128| Value::Number(Exact::from_integer(n));
        for (amount, expected) in [
            (1_500_000_001, Some((1_500_000_000, Side::Above))),
            (299_999_999, Some((300_000_000, Side::Below))),
            (300_000_000, None),
            (1, None),
            (12_345, None),
        ] {
            assert_eq!(beside_a_limit(&number(amount)), expected.map(|(n, side)| (number(n), side)), "{amount}");
        }
        assert_eq!(Side::Above.told("15億円", Lang::Ja), "15億円超");
    }
}
