//! A study of what a call brought about: declared after the selection and, to be a test, before the outcomes are known; then run.

use banso_kernel::Digest;

use super::{Authority, By, filled, wrong_phase};
use crate::act::{CallAct, NewAct, StudyDeclared, StudyRun};
use crate::call::Call;
use crate::law;
use crate::refusal::{FieldName, Refusal, Step, StudyFlaw};

/// A study that is to be declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StudyOrder {
    /// Digest of the whole declaration.
    pub study: Digest,
    pub title: String,
    /// Firms of the call whose outcome is known already.
    pub outcomes_known: u32,
}

/// Declares a study.
///
/// # Errors
/// A call whose selection was not executed, the same declaration again, a blank title.
pub fn declare_study(call: &Call, order: &StudyOrder, by: &By) -> Result<NewAct<CallAct>, Refusal> {
    call.executed().ok_or_else(|| wrong_phase(Step::DeclareStudy, call))?;
    if let Some(known) = call.study(order.study) {
        return Err(Refusal::Study(StudyFlaw::DeclaredAlready { on: known.on }));
    }
    let title = filled(FieldName::new("研究の題名", "title of the study"), &order.title)?;
    let act = CallAct::StudyDeclared(StudyDeclared { study: order.study, title, outcomes_known: order.outcomes_known });
    Ok(by.writes(Authority::Analyst, law::EVALUATION, act))
}

/// Records what a run of a declared study found.
///
/// # Errors
/// A study that was not declared for this call, or a day that is still to come.
pub fn record_study_run(call: &Call, run: StudyRun, by: &By) -> Result<NewAct<CallAct>, Refusal> {
    call.executed().ok_or_else(|| wrong_phase(Step::RunStudy, call))?;
    if call.study(run.study).is_none() {
        return Err(Refusal::Study(StudyFlaw::NotDeclared { study: run.study }));
    }
    let today = by.today();
    if run.known_on > today {
        return Err(Refusal::Study(StudyFlaw::NotYet { known_on: run.known_on, today }));
    }
    Ok(by.writes(Authority::Analyst, law::EVALUATION, CallAct::StudyRun(run)))
}
