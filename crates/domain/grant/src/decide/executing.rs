//! Steps after the grant decision: decided by `banso-execution`, written by the house's one way.

use banso_execution::Execution;
use banso_execution::decide::Decided;

use super::By;
use crate::act::{CaseAct, NewAct};
use crate::case::Case;
use crate::refusal::{Refusal, Step};
use crate::state::CaseState;

/// Takes a step after the decision. `step` decides on the execution as it stands: one of `banso_execution::decide`.
///
/// # Errors
/// A case that was not granted, or what the step refuses.
pub fn execute<F>(case: &Case, step: F, by: &By) -> Result<NewAct<CaseAct>, Refusal>
where
    F: FnOnce(&Execution) -> Result<Decided, banso_execution::ExecutionRefusal>,
{
    let CaseState::Granted { execution, .. } = &case.state else {
        return Err(Refusal::WrongState { step: Step::Execute, state: case.state.code() });
    };
    let decided = step(execution).map_err(Refusal::Execution)?;
    let clause = if decided.clause.is_empty() { by.clause.clone() } else { decided.clause };
    Ok(by.writes(decided.authority, &clause, CaseAct::Execution(Box::new(decided.act))))
}
