//! Changes of plan, the report of results, the amount that is fixed.

use std::collections::BTreeMap;

use banso_kernel::{Day, Digest, DocumentRef, Rounding, Yen};

use super::{Decided, step};
use crate::act::{AmountFixed, CompletionReported, LineAmount, MinorChangeReported, Trigger};
use crate::refusal::ExecutionRefusal as Refusal;
use crate::rules::ExecutionRules;
use crate::state::{Execution, to_lines};

/// How a new plan differs under one heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shift {
    pub line: String,
    /// As the office last approved it: minor changes since then count together.
    pub approved: Yen,
    pub before: Yen,
    pub after: Yen,
    /// How much more than approved this heading may receive without approval.
    pub minor_up_to: Yen,
}

impl Shift {
    /// How much more than approved the heading would have.
    ///
    /// # Errors
    /// Amounts that are too large.
    pub fn more(&self) -> Result<Yen, Refusal> {
        Ok(self.after.checked_sub(self.approved)?)
    }
}

/// A new plan beside the one that stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanShift {
    /// Headings that change.
    pub shifts: Vec<Shift>,
    /// The first heading that receives more than a minor shift, where one does; a change of the sum is never minor.
    pub beyond: Option<Shift>,
    pub sum_changes: bool,
}

impl PlanShift {
    /// Whether a report is enough (軽微な変更).
    #[must_use]
    pub const fn is_minor(&self) -> bool {
        self.beyond.is_none() && !self.sum_changes
    }
}

/// What a new plan changes, and whether the guideline counts it as minor: each heading may receive up to a share of
/// what was last approved for it, by all minor changes together: many small ones are no way around the approval.
///
/// # Errors
/// Amounts that are too large.
pub fn plan_shift(execution: &Execution, lines: &[LineAmount], rules: &ExecutionRules) -> Result<PlanShift, Refusal> {
    let new: BTreeMap<&str, Yen> = lines.iter().map(|l| (l.line.as_str(), l.amount)).collect();
    let names = execution.lines.keys().map(String::as_str).chain(new.keys().copied());
    let mut shifts: Vec<Shift> = Vec::new();
    for name in names {
        let before = execution.lines.get(name).copied().unwrap_or(Yen::ZERO);
        let after = new.get(name).copied().unwrap_or(Yen::ZERO);
        if before != after && !shifts.iter().any(|s| s.line == name) {
            let approved = execution.approved_lines.get(name).copied().unwrap_or(Yen::ZERO);
            let minor_up_to = rules.minor_shift.value.apply(approved, Rounding::Down, Yen::new(1))?;
            shifts.push(Shift { line: name.to_owned(), approved, before, after, minor_up_to });
        }
    }
    let (was, is) = (Yen::sum(execution.lines.values().copied())?, Yen::sum(new.values().copied())?);
    let receives = |s: &&Shift| s.after > s.before && s.more().is_ok_and(|more| more > s.minor_up_to);
    let beyond = shifts.iter().find(receives).cloned();
    Ok(PlanShift { shifts, beyond, sum_changes: was != is })
}

/// Reports a minor change (軽微な変更の届出).
///
/// # Errors
/// A shift that needs approval, or a plan that does not fit.
pub fn report_minor_change(
    execution: &Execution,
    lines: &[LineAmount],
    reason: &str,
    today: Day,
    rules: &ExecutionRules,
) -> Result<Decided, Refusal> {
    let clause = &rules.minor_shift.clause;
    let act = MinorChangeReported { lines: lines.to_vec(), reason: reason.trim().to_owned(), clause: clause.clone() };
    let decided = step(execution, act, today, clause)?;
    match plan_shift(execution, lines, rules)?.beyond {
        Some(s) => Err(Refusal::NotMinor { shift: s.more()?, line: s.line, most: s.minor_up_to }),
        None => Ok(decided),
    }
}

/// A report of results as it is handed in; its figures are the claim lines' (`claim::totals_by_line`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompletionOrder {
    pub trigger: Trigger,
    pub completed_on: Day,
    pub totals: BTreeMap<String, Yen>,
    pub claims: Digest,
    pub documents: Vec<DocumentRef>,
}

/// Reports the results (実績報告, 法14条).
///
/// # Errors
/// Another phase, something pending, a day outside the project, a heading that is not in the decision.
pub fn report_completion(execution: &Execution, order: &CompletionOrder, today: Day) -> Result<Decided, Refusal> {
    let act = CompletionReported {
        version: execution.next_report(order.trigger),
        trigger: order.trigger,
        completed_on: order.completed_on,
        lines: to_lines(&order.totals),
        claims: order.claims,
        documents: order.documents.clone(),
    };
    step(execution, act, today, "")
}

/// Fixes the amount (額の確定, 法15条): what the guideline computes from the accepted cost, and no more than was decided.
///
/// # Errors
/// Another phase, no number, or amounts that are too large.
pub fn fix_amount(execution: &Execution, number: &str, computed: Yen, today: Day) -> Result<Decided, Refusal> {
    let eligible = Yen::sum(execution.accepted.values().copied())?;
    let act = AmountFixed {
        number: number.trim().to_owned(),
        lines: to_lines(&execution.accepted),
        eligible,
        computed,
        amount: computed.min(execution.decided).min(eligible).max(Yen::ZERO),
    };
    step(execution, act, today, "")
}
