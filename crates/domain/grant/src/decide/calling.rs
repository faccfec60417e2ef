//! The steps of a call as a whole: its edition, its review, its selection plan. A plan is made, frozen, and then executed without
//! a choice left.

use banso_kernel::{Day, Digest, Instant};

use super::{Authority, By, filled, reason, wrong_phase};
use crate::act::{CallAct, NewAct, ReadWith};
use crate::call::{Call, CallPhase};
use crate::refusal::{FieldName, Refusal, SelectionFlaw, Step, Timing};
use crate::selection::SelectionPlan;

/// Puts an edition in force: the first, or one that supersedes it. `by.edition` is the new edition, `read_with` what decides with it.
///
/// # Errors
/// A blank name.
pub fn publish_edition(name: &str, read_with: ReadWith, by: &By) -> Result<NewAct<CallAct>, Refusal> {
    let name = filled(FieldName::new("版の名称", "name of the edition"), name)?;
    let act = CallAct::EditionPublished { edition: by.edition, name, read_with: Some(read_with) };
    Ok(by.writes(Authority::Office, &by.clause, act))
}

/// Opens the review under a review plan; opens it again after it was closed; or, with another plan, for cases that became complete
/// while it is under way. `closes` is the instant at which the call closes.
///
/// # Errors
/// A review that is open under this plan or past its selection, a call that still takes applications, a day that is not ahead.
pub fn open_review(call: &Call, plan: Digest, due: Day, closes: Instant, by: &By) -> Result<NewAct<CallAct>, Refusal> {
    let more = matches!(call.phase, CallPhase::InReview { plan: under_way, .. } if under_way != plan);
    if !more && !matches!(call.phase, CallPhase::Receiving | CallPhase::Reviewed { .. }) {
        return Err(wrong_phase(Step::OpenReview, call));
    }
    if by.now <= closes {
        return Err(Refusal::Timing(Timing::StillReceiving { closes }));
    }
    let today = by.today();
    if due <= today {
        return Err(Refusal::Timing(Timing::DueNotAhead { due, today }));
    }
    Ok(by.writes(Authority::Office, &by.clause, CallAct::ReviewOpened { plan, due }))
}

/// Closes the review: sheets that were not asked for anew are taken no more.
///
/// # Errors
/// A review that is not open, no reason.
pub fn close_review(call: &Call, why: &str, by: &By) -> Result<NewAct<CallAct>, Refusal> {
    let step = Step::CloseReview;
    let CallPhase::InReview { .. } = call.phase else { return Err(wrong_phase(step, call)) };
    Ok(by.writes(Authority::Office, &by.clause, CallAct::ReviewClosed { reason: reason(step, why)? }))
}

/// What keeps a selection from being frozen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LeftToDo {
    /// Sheets that cases in the plan still wait for.
    pub sheets: u32,
    /// Cases that are not turned away and have no reviewers.
    pub cases: u32,
}

/// Freezes a selection plan.
///
/// # Errors
/// No review, a plan under another edition or without cases, sheets that are still to come, cases that nobody has judged.
pub fn freeze_selection(call: &Call, plan: &SelectionPlan, left: LeftToDo, by: &By) -> Result<NewAct<CallAct>, Refusal> {
    let step = Step::FreezeSelection;
    let (CallPhase::InReview { .. } | CallPhase::Reviewed { .. }) = call.phase else { return Err(wrong_phase(step, call)) };
    let flaw = |flaw| Err(Refusal::Selection(flaw));
    if plan.edition() != call.edition.digest {
        return flaw(SelectionFlaw::OtherEdition { plan: plan.edition(), in_force: call.edition.digest });
    }
    if plan.cases().is_empty() {
        return flaw(SelectionFlaw::EmptyPlan);
    }
    if left.sheets > 0 {
        return flaw(SelectionFlaw::ReviewsOutstanding { sheets: left.sheets });
    }
    if left.cases > 0 {
        return flaw(SelectionFlaw::CasesUnsettled { cases: left.cases });
    }
    let counts = plan.counts();
    let act = CallAct::SelectionFrozen {
        plan: plan.digest(),
        selected: counts.selected,
        reserve: counts.reserve,
        rejected: counts.rejected,
        amount: plan.amount(),
    };
    Ok(by.writes(Authority::Office, plan.clause(), act))
}

/// Discards a frozen plan; the call stands again where it stood before.
///
/// # Errors
/// No frozen plan, no reason.
pub fn discard_selection(call: &Call, why: &str, by: &By) -> Result<NewAct<CallAct>, Refusal> {
    let step = Step::DiscardSelection;
    let CallPhase::SelectionFrozen { selection, .. } = &call.phase else { return Err(wrong_phase(step, call)) };
    let act = CallAct::SelectionDiscarded { plan: selection.plan, reason: reason(step, why)? };
    Ok(by.writes(Authority::Office, &by.clause, act))
}

/// Executes the frozen plan; the outcome of each case follows from it.
///
/// # Errors
/// No frozen plan, another one in hand, or an edition that came into force after the plan was frozen.
pub fn execute_selection(call: &Call, plan: &SelectionPlan, by: &By) -> Result<NewAct<CallAct>, Refusal> {
    let CallPhase::SelectionFrozen { selection, .. } = &call.phase else { return Err(wrong_phase(Step::ExecuteSelection, call)) };
    if selection.plan != plan.digest() {
        return Err(Refusal::Selection(SelectionFlaw::OtherPlan { frozen: selection.plan, given: plan.digest() }));
    }
    if plan.edition() != call.edition.digest {
        return Err(Refusal::Selection(SelectionFlaw::OtherEdition { plan: plan.edition(), in_force: call.edition.digest }));
    }
    Ok(by.writes(Authority::Director, plan.clause(), CallAct::SelectionExecuted { plan: plan.digest() }))
}
