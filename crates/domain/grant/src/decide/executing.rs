//! Steps after the grant decision: decided by `banso-execution`, written by the house's one way.

use banso_execution::act::{BudgetAllocated, LineAmount};
use banso_execution::decide::{Decided, step};
use banso_execution::{DecisionTerms, Execution};

use super::{By, GrantOrder};
use crate::act::{CaseAct, NewAct};
use crate::case::Case;
use crate::refusal::{Refusal, Step};
use crate::state::CaseState;

/// Takes a step after the decision. `taken` decides on the execution as it stands: one of `banso_execution::decide`.
///
/// # Errors
/// A case that was not granted, or what the step refuses.
pub fn execute<F>(case: &Case, taken: F, by: &By) -> Result<NewAct<CaseAct>, Refusal>
where
    F: FnOnce(&Execution) -> Result<Decided, banso_execution::ExecutionRefusal>,
{
    let CaseState::Granted { execution, .. } = &case.state else {
        return Err(Refusal::WrongState { step: Step::Execute, state: case.state.code() });
    };
    Ok(write_step(taken(execution).map_err(Refusal::Execution)?, by))
}

/// What was decided, as the ledger writes it.
#[must_use]
pub fn write_step(decided: Decided, by: &By) -> NewAct<CaseAct> {
    let clause = if decided.clause.is_empty() { by.clause.clone() } else { decided.clause };
    by.writes(decided.authority, &clause, CaseAct::Execution(Box::new(decided.act)))
}

/// The budget of a grant, recorded with the decision itself: how its eligible cost is allotted to the headings.
///
/// # Errors
/// Headings that are not together the eligible cost of the decision.
pub fn allocate(case: &Case, order: &GrantOrder, lines: Vec<LineAmount>, by: &By) -> Result<NewAct<CaseAct>, Refusal> {
    let terms = DecisionTerms {
        decided_on: by.today(),
        eligible_cost: order.eligible_cost,
        amount: order.amount,
        project_ends: order.project_ends,
        holder: case.submission.paper.lead,
    };
    let begun = Execution::begin(terms);
    Ok(write_step(step(&begun, BudgetAllocated { lines }, by.today(), "").map_err(Refusal::Execution)?, by))
}
