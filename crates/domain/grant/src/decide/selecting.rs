//! A case gets its outcome from an executed plan and from nothing else; a reserve may move up when money becomes free.

use banso_kernel::{CaseId, Yen};

use super::{Authority, By, reason, wrong_phase};
use crate::act::{CaseAct, NewAct};
use crate::call::Call;
use crate::case::Case;
use crate::refusal::{Refusal, SelectionFlaw, Step};
use crate::selection::SelectionPlan;
use crate::state::CaseState;

/// What the executed plan says of a case, as its act.
///
/// # Errors
/// A case that is not under review (withdrawn meanwhile, say), a plan that is not the executed one, a case it does not speak of.
pub fn give_outcome(id: CaseId, case: &Case, call: &Call, plan: &SelectionPlan, by: &By) -> Result<NewAct<CaseAct>, Refusal> {
    let step = Step::GiveOutcome;
    let CaseState::UnderReview { .. } = case.state else {
        return Err(Refusal::WrongState { step, state: case.state.code() });
    };
    let executed = call.executed().ok_or_else(|| wrong_phase(step, call))?;
    if executed.plan != plan.digest() {
        return Err(Refusal::Selection(SelectionFlaw::OtherPlan { frozen: executed.plan, given: plan.digest() }));
    }
    let act = plan.execute_for(id).ok_or(Refusal::Selection(SelectionFlaw::NotInPlan { case: id }))?;
    Ok(by.writes(Authority::Director, plan.clause(), act))
}

/// A promotion from the reserve list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PromotionOrder {
    pub reason: String,
    /// Lowest order that is still on the reserve list.
    pub first_in_line: u32,
    /// What withdrawals and cuts have left of the budget.
    pub free: Yen,
}

/// Selects the first case of the reserve list.
///
/// # Errors
/// A case that is not on reserve, others ahead of it, too little money free, no reason.
pub fn promote(case: &Case, order: &PromotionOrder, by: &By) -> Result<NewAct<CaseAct>, Refusal> {
    let step = Step::Promote;
    let CaseState::Reserved { order: place, .. } = case.state else {
        return Err(Refusal::WrongState { step, state: case.state.code() });
    };
    if order.first_in_line < place {
        return Err(Refusal::Selection(SelectionFlaw::OthersAhead { order: place, first: order.first_in_line }));
    }
    let requested = case.submission.paper.requested;
    if order.free < requested {
        return Err(Refusal::Selection(SelectionFlaw::NotEnoughFreed { requested, free: order.free }));
    }
    Ok(by.writes(Authority::Director, &by.clause, CaseAct::Promoted { reason: reason(step, &order.reason)? }))
}
