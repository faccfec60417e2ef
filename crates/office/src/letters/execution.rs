//! Letters after the grant decision: 計画変更の承認・不承認, 実績報告の補正, 額の確定.

use banso_execution::ExecutionAct;
use banso_execution::act::{AmountFixed, LineCut};
use banso_execution::state::Completion;
use banso_grant::{CaseAct, GrantDecided};
use banso_kernel::{Day, Yen};
use banso_letters::{ExecutionLetter, ExecutionStep, Letter, Point};

use super::Told;
use super::cover::Head;

/// A letter with nothing in it but its head.
fn plain(head: &Head, number: &str, step: ExecutionStep, about_on: Day, decision: &GrantDecided, decided_on: Day) -> ExecutionLetter {
    ExecutionLetter {
        cover: head.cover(number.to_owned(), &[]),
        step,
        about_on,
        decision: decision.number.clone(),
        decided_on,
        figures: Vec::new(),
        columns: Vec::new(),
        lines: Vec::new(),
        points: Vec::new(),
        reason: String::new(),
        conditions: Vec::new(),
        project_ends: None,
        due: None,
    }
}

fn label(text: &str, amount: Yen) -> (String, Yen) {
    (text.to_owned(), amount)
}

/// 額の確定通知書; `completion` is the report that was examined, `cuts` what was not accepted of it.
pub(crate) fn fixing_letter(
    head: Head,
    act: &AmountFixed,
    decision: &GrantDecided,
    decided_on: Day,
    completion: Option<&Completion>,
    cuts: &[LineCut],
) -> Letter {
    let about_on = completion.map_or(head.issued_on, |c| c.reported_on);
    let reported = |line: &str| completion.and_then(|c| c.lines.get(line)).copied().unwrap_or(Yen::ZERO);
    let cut =
        |c: &LineCut| Point { place: format!("明細{}　{}", c.claim_line, c.amount), note: format!("{}（{}）", c.reason, c.clause) };
    Letter::Execution(Box::new(ExecutionLetter {
        figures: vec![
            label("交付決定額", decision.amount),
            label("認めた補助対象経費", act.eligible),
            label("公募要領による計算額", act.computed),
            label("補助金の確定額", act.amount),
        ],
        columns: vec!["報告額".to_owned(), "認めた額".to_owned()],
        lines: act.lines.iter().map(|l| (l.line.clone(), vec![reported(&l.line), l.amount])).collect(),
        points: cuts.iter().map(cut).collect(),
        ..plain(&head, &act.number, ExecutionStep::AmountFixed, about_on, decision, decided_on)
    }))
}

/// The letter of a step after the decision; most call for none.
pub(super) fn letter(told: &Told<'_>, head: Head, act: &ExecutionAct) -> Option<Letter> {
    let decision = told.case.state.decision()?;
    let execution = told.case.state.execution()?;
    let decided_on = execution.terms.decided_on;
    if let ExecutionAct::AmountFixed(fixed) = act {
        return Some(fixing_letter(head, fixed, decision, decided_on, execution.completion.as_ref(), &told.cuts()));
    }
    if let ExecutionAct::CompletionReturned(a) = act {
        let point = |p: &banso_grant::Point| Point { place: p.field.clone(), note: p.note.clone() };
        let about_on = execution.completion.as_ref().map_or(decided_on, |c| c.reported_on);
        let number = format!("{}-実補{}", told.paper.receipt_number, told.record.seq);
        return Some(Letter::Execution(Box::new(ExecutionLetter {
            points: a.points.iter().map(point).collect(),
            due: Some(a.due),
            ..plain(&head, &number, ExecutionStep::CompletionReturned, about_on, decision, decided_on)
        })));
    }
    if let ExecutionAct::PlanChangeApproved(a) = act {
        let cost = Yen::sum(a.lines.iter().map(|l| l.amount)).unwrap_or(Yen::ZERO);
        return Some(Letter::Execution(Box::new(ExecutionLetter {
            figures: vec![label("補助対象経費", cost), label("補助金の交付決定額", a.amount)],
            columns: vec!["変更後の額".to_owned()],
            lines: a.lines.iter().map(|l| (l.line.clone(), vec![l.amount])).collect(),
            conditions: a.conditions.clone(),
            project_ends: Some(a.project_ends),
            ..plain(&head, &a.number, ExecutionStep::PlanChangeApproved, told.asked_on(), decision, decided_on)
        })));
    }
    if let ExecutionAct::PlanChangeRefused(a) = act {
        return Some(Letter::Execution(Box::new(ExecutionLetter {
            reason: a.reason.clone(),
            ..plain(&head, &a.number, ExecutionStep::PlanChangeRefused, told.asked_on(), decision, decided_on)
        })));
    }
    super::order::letter(told, &head, act)
}

impl Told<'_> {
    /// Steps after the decision before this one, newest first.
    pub(super) fn earlier(&self) -> impl Iterator<Item = (&ExecutionAct, Day)> {
        self.acts
            .iter()
            .rev()
            .filter(|r| r.seq < self.record.seq)
            .filter_map(|r| if let CaseAct::Execution(act) = &r.act { Some((&**act, r.effective_on)) } else { None })
    }

    /// The day of the last request for a change of plan.
    fn asked_on(&self) -> Day {
        let asked = self.earlier().find(|(act, _)| matches!(act, ExecutionAct::PlanChangeRequested(_)));
        asked.map_or(self.record.effective_on, |(_, on)| on)
    }

    /// What the last inspection cut.
    fn cuts(&self) -> Vec<LineCut> {
        let found = self.earlier().find_map(|(act, _)| if let ExecutionAct::Inspected(a) = act { Some(a.cuts.clone()) } else { None });
        found.unwrap_or_default()
    }
}
