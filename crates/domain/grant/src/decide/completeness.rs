//! The office checks that an application is complete (形式審査): return it, pass it, or not accept it. Until reviewers are assigned it
//! may still return or not accept what it passed, when a flaw comes to light late.

use banso_kernel::Day;

use super::{Authority, By, correction, filled, reason};
use crate::act::{CaseAct, NewAct, Point, Returned};
use crate::case::Case;
use crate::refusal::{FieldName, PaperFlaw, Refusal, Step, Timing};
use crate::state::CaseState;

/// Returns an application for correction until the end of a day.
///
/// # Errors
/// When it is with the applicant or past the check, the day is not ahead, or nothing is named.
pub fn return_for_correction(case: &Case, points: &[Point], due: Day, by: &By) -> Result<NewAct<CaseAct>, Refusal> {
    before_review(case, Step::ReturnForCorrection)?;
    let points = correction(points, due, by.today())?;
    Ok(by.writes(Authority::Office, &by.clause, CaseAct::Returned(Returned { points, due })))
}

/// Finds an application complete.
///
/// # Errors
/// When it is not waiting for the check, or nothing was checked.
pub fn pass_completeness(case: &Case, checks: &[String], by: &By) -> Result<NewAct<CaseAct>, Refusal> {
    let CaseState::Submitted = case.state else {
        return Err(Refusal::WrongState { step: Step::PassCompleteness, state: case.state.code() });
    };
    if checks.is_empty() {
        return Err(Refusal::Paper(PaperFlaw::NothingChecked));
    }
    let checks = checks.iter().map(|c| filled(FieldName::new("確認した項目", "what was checked"), c)).collect::<Result<_, _>>()?;
    Ok(by.writes(Authority::Office, &by.clause, CaseAct::CompletenessPassed { checks }))
}

/// Does not accept an application (不受理): on arrival, or when a correction did not come in time.
///
/// # Errors
/// When it is past the check, the applicant may still correct it, or no reason is given.
pub fn not_accept(case: &Case, why: &str, by: &By) -> Result<NewAct<CaseAct>, Refusal> {
    let step = Step::NotAccept;
    if let CaseState::Returned { due, .. } = case.state {
        if by.today() <= due {
            return Err(Refusal::Timing(Timing::CorrectionStillOpen { due }));
        }
    } else {
        before_review(case, step)?;
    }
    Ok(by.writes(Authority::Office, &by.clause, CaseAct::NotAccepted { reason: reason(step, why)? }))
}

fn before_review(case: &Case, step: Step) -> Result<(), Refusal> {
    let (CaseState::Submitted | CaseState::Complete { .. }) = case.state else {
        return Err(Refusal::WrongState { step, state: case.state.code() });
    };
    Ok(())
}
