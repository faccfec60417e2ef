//! A run of payments: planned with nothing left to choose, approved by others than who planned it, answered by the bank.

use banso_execution::run::{PaymentRun, RunRefusal, approve};
use banso_kernel::{Day, Digest, PersonId, Yen};

use super::{Authority, By, filled};
use crate::act::{Actor, CallAct, NewAct};
use crate::call::Call;
use crate::law;
use crate::refusal::{FieldName, Refusal, RunFlaw};
use crate::run::{PaymentRunFrozen, PaymentRunSettled, Run, RunState};

/// Freezes a run.
///
/// # Errors
/// Another run that waits for its approvals.
pub fn freeze_run(call: &Call, digest: Digest, run: &PaymentRun, by: &By) -> Result<NewAct<CallAct>, Refusal> {
    if let Some(waiting) = call.waiting_run() {
        return Err(Refusal::Run(RunFlaw::AnotherWaits { pay_on: waiting.pay_on }));
    }
    let act = CallAct::PaymentRunFrozen(PaymentRunFrozen {
        run: digest,
        pay_on: run.pay_on,
        transfers: u32::try_from(run.items.len()).unwrap_or(u32::MAX),
        total: run.total,
        approvals: run.approvals,
    });
    Ok(by.writes(Authority::Office, law::GUIDELINE, act))
}

/// Approves a run, and says whether it was the last approval.
///
/// # Errors
/// A run that does not wait, the person who planned it, the same person again.
pub fn approve_run(call: &Call, digest: Digest, run: &PaymentRun, person: PersonId, by: &By) -> Result<(NewAct<CallAct>, bool), Refusal> {
    let known = in_state(call, digest, RunState::Frozen)?;
    let Actor::Person(planned_by) = known.planned_by else { return Err(Refusal::Run(RunFlaw::NotWaiting)) };
    let left = approve(run, planned_by, &known.approvers(), person).map_err(|refusal| Refusal::Run(flaw(refusal)))?;
    if by.today() > known.pay_on {
        return Err(Refusal::Run(RunFlaw::TooLate { pay_on: known.pay_on }));
    }
    Ok((by.writes(Authority::Director, law::GUIDELINE, CallAct::PaymentRunApproved { run: digest }), left == 0))
}

/// Discards a run that waits for approval.
///
/// # Errors
/// A run that does not wait, no reason.
pub fn discard_run(call: &Call, digest: Digest, why: &str, by: &By) -> Result<NewAct<CallAct>, Refusal> {
    in_state(call, digest, RunState::Frozen)?;
    let reason = filled(FieldName::new("取り消す理由", "reason"), why)?;
    Ok(by.writes(Authority::Office, law::GUIDELINE, CallAct::PaymentRunDiscarded { run: digest, reason }))
}

/// Records the bank's answer: what was paid and what came back is what was sent.
///
/// # Errors
/// A run that was not sent, a day to come or before the day of payment, sums that are not the run's.
pub fn settle_run(call: &Call, digest: Digest, on: Day, paid: Yen, returned: Yen, by: &By) -> Result<NewAct<CallAct>, Refusal> {
    let known = in_state(call, digest, RunState::Approved)?;
    if on > by.today() || on < known.pay_on {
        return Err(Refusal::Run(RunFlaw::DayWrong { on, pay_on: known.pay_on }));
    }
    if !Yen::sum([paid, returned]).is_ok_and(|sum| sum == known.total) {
        return Err(Refusal::Run(RunFlaw::SumWrong { total: known.total }));
    }
    let act = CallAct::PaymentRunSettled(PaymentRunSettled { run: digest, on, paid, returned });
    Ok(by.writes(Authority::Office, law::GUIDELINE, act))
}

fn in_state(call: &Call, digest: Digest, state: RunState) -> Result<&Run, Refusal> {
    call.run(digest).filter(|r| r.state == state).ok_or(Refusal::Run(RunFlaw::NotWaiting))
}

fn flaw(refusal: RunRefusal) -> RunFlaw {
    match refusal {
        RunRefusal::OwnPlan => RunFlaw::OwnPlan,
        RunRefusal::Twice => RunFlaw::Twice,
        RunRefusal::Complete | RunRefusal::Empty | RunRefusal::NotAhead { .. } | RunRefusal::BankRests(_) | RunRefusal::Figures(_) => {
            RunFlaw::NotWaiting
        }
    }
}
