//! A case gets its outcome from an executed plan and from nothing else. A reserve may move up when money becomes free; one that never
//! did gets its end when the list ends.

use banso_guideline::ReserveTerm;
use banso_kernel::{CaseId, Yen};

use super::{Authority, By, reason, wrong_phase};
use crate::act::{CaseAct, NewAct};
use crate::call::Call;
use crate::case::Case;
use crate::refusal::{Refusal, SelectionFlaw, Step, Timing};
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
    /// Until when the reserve list stands.
    pub term: ReserveTerm,
}

/// Selects the first case of the reserve list.
///
/// # Errors
/// A case that is not on reserve, a list that is over, others ahead of it, too little money free, no reason.
pub fn promote(case: &Case, order: &PromotionOrder, by: &By) -> Result<NewAct<CaseAct>, Refusal> {
    let step = Step::Promote;
    let CaseState::Reserved { order: place, .. } = case.state else {
        return Err(Refusal::WrongState { step, state: case.state.code() });
    };
    if let ReserveTerm::Until(until) = order.term
        && by.today() > until
    {
        return Err(Refusal::Timing(Timing::ReserveOver { until }));
    }
    if order.first_in_line < place {
        return Err(Refusal::Selection(SelectionFlaw::OthersAhead { order: place, first: order.first_in_line }));
    }
    let requested = case.submission.paper.requested;
    if order.free < requested {
        return Err(Refusal::Selection(SelectionFlaw::NotEnoughFreed { requested, free: order.free }));
    }
    Ok(by.writes(Authority::Director, &by.clause, CaseAct::Promoted { reason: reason(step, &order.reason)? }))
}

/// The end of a place on the reserve list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReserveEndOrder {
    /// As the applicant will read it.
    pub reason: String,
    /// Highest order that is still on the reserve list and not ended together with this one.
    pub last_in_line: u32,
    /// Until when the reserve list stands.
    pub term: ReserveTerm,
}

/// Ends the place of a case that was never raised: it is not selected. Before the last day nobody's place ends; once it has passed, all may
/// end in any order. Where the guideline names no day, the list ends from its end, so that nobody is passed over.
///
/// # Errors
/// A case that is not on reserve, a last day that has not passed or is not settled, others behind it, no reason.
pub fn end_reserve(case: &Case, order: &ReserveEndOrder, by: &By) -> Result<NewAct<CaseAct>, Refusal> {
    let step = Step::EndReserve;
    let CaseState::Reserved { order: place, .. } = case.state else {
        return Err(Refusal::WrongState { step, state: case.state.code() });
    };
    match order.term {
        ReserveTerm::Until(until) if by.today() <= until => return Err(Refusal::Timing(Timing::ReserveStillValid { until })),
        ReserveTerm::Until(_) => {}
        ReserveTerm::Unconfirmed => return Err(Refusal::Selection(SelectionFlaw::ReserveTermUnsettled)),
        ReserveTerm::Open if order.last_in_line > place => {
            return Err(Refusal::Selection(SelectionFlaw::OthersBehind { order: place, last: order.last_in_line }));
        }
        ReserveTerm::Open => {}
    }
    Ok(by.writes(Authority::Director, &by.clause, CaseAct::ReserveEnded { reason: reason(step, &order.reason)? }))
}
