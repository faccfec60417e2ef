//! The applicant leaves; a clerical error is put right.

use super::{Authority, By, reason};
use crate::act::{CaseAct, NewAct};
use crate::case::Case;
use crate::law;
use crate::refusal::{PaperFlaw, Refusal, Step, Timing};
use crate::state::CaseState;

/// Withdraws for good (取下げ): the application at any time before a decision, the grant decision until its set day (Art. 9).
///
/// # Errors
/// A case that has ended or was taken back, a decision whose day has passed, no reason.
pub fn withdraw(case: &Case, why: &str, by: &By) -> Result<NewAct<CaseAct>, Refusal> {
    let step = Step::Withdraw;
    let clause = match &case.state {
        CaseState::Submitted
        | CaseState::Returned { .. }
        | CaseState::Complete { .. }
        | CaseState::UnderReview { .. }
        | CaseState::Selected { .. }
        | CaseState::Reserved { .. }
        | CaseState::GrantRequested { .. }
        | CaseState::GrantRequestReturned { .. } => by.clause.as_str(),
        CaseState::Granted { decision, .. } if by.today() > decision.withdrawable_until => {
            return Err(Refusal::Timing(Timing::WithdrawalOver { until: decision.withdrawable_until }));
        }
        CaseState::Granted { execution, .. } if !execution.receipts().is_empty() => {
            return Err(Refusal::WrongState { step, state: case.state.code() });
        }
        CaseState::Granted { .. } => law::WITHDRAWAL,
        CaseState::SubmissionWithdrawn { .. }
        | CaseState::NotAccepted { .. }
        | CaseState::Rejected { .. }
        | CaseState::GrantRefused { .. }
        | CaseState::Withdrawn { .. } => return Err(Refusal::WrongState { step, state: case.state.code() }),
    };
    Ok(by.writes(Authority::Applicant, clause, CaseAct::Withdrawn { reason: reason(step, why)? }))
}

/// Puts a clerical error in an earlier act right, in words. Amounts and outcomes are not changed by it: that takes a new act.
///
/// # Errors
/// An act that does not exist, no reason.
pub fn rectify(case: &Case, seq: u64, why: &str, by: &By) -> Result<NewAct<CaseAct>, Refusal> {
    if seq == 0 || seq > case.last.seq {
        return Err(Refusal::Paper(PaperFlaw::NoSuchAct { seq, last: case.last.seq }));
    }
    let act = CaseAct::Rectified { seq, reason: reason(Step::Rectify, why)? };
    Ok(by.writes(Authority::Office, &by.clause, act))
}
