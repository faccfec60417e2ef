//! What a holder tells while the work goes on: incidents and delays, how far it is, that it stops, that it begins again.

use banso_execution::ExecutionPhase;
use banso_execution::act::{DiscontinuationRequested, ExecutionAct, IncidentReported, LineAmount, Manner, ProgressReported, WorkResumed};
use banso_kernel::{CaseId, Day, LocalText, RequestId, Yen};
use banso_permits::Person;

use super::project::Project;
use super::steps::{At, Fields, kept_text, needed};
use crate::{FieldProblem, Office, OfficeError};

/// A progress report, as typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProgressForm {
    pub as_of: Option<Day>,
    /// What was spent under each heading, in the order of the page.
    pub spent: Vec<LineAmount>,
    pub text: String,
    pub request: RequestId,
}

/// A wish to stop, as typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StopForm {
    pub manner: Option<Manner>,
    pub stops_on: Option<Day>,
    pub reason: String,
    pub request: RequestId,
}

/// Whether the work stands still by an order (法13条2項): then it is for the office to lift it.
pub(crate) fn stopped_by_order(project: &Project) -> bool {
    let stops = |act: &&ExecutionAct| matches!(act, ExecutionAct::SuspensionOrdered(_) | ExecutionAct::DiscontinuationApproved(_));
    let last = project.executed().map(|(act, _)| act).filter(stops).last();
    project.execution.phase == ExecutionPhase::Suspended && matches!(last, Some(ExecutionAct::SuspensionOrdered(_)))
}

fn progress_problems(form: &ProgressForm) -> Vec<FieldProblem> {
    let mut problems = Vec::new();
    for (n, line) in form.spent.iter().enumerate().filter(|(_, l)| l.amount < Yen::ZERO) {
        let (ja, en) = (format!("{}：0円以上にしてください。", line.line), format!("{}: zero or more.", line.line));
        problems.push(FieldProblem::new(format!("spent-{n}"), ja, en));
    }
    if form.text.trim().is_empty() {
        problems.push(FieldProblem::new("progress-what", "遂行の状況を入力してください。", "Say how far the work is."));
    }
    problems
}

impl Office {
    /// Reports an incident or a delay (法7条1項5号).
    ///
    /// # Errors
    /// No words; another phase; not this person's to say.
    pub async fn report_incident(
        &self,
        person: &Person,
        case: CaseId,
        what: &str,
        expected_end: Option<Day>,
        request: RequestId,
    ) -> Result<(), OfficeError> {
        self.plain_step(At::Holder, person, case, request, Fields("incident", &["what"]), |project| {
            let incident = project.execution.next_number();
            let act = IncidentReported { incident, what: what.trim().to_owned(), expected_end, documents: Vec::new() };
            Ok((act.into(), Vec::new()))
        })
        .await
    }

    /// Reports how far the work is (遂行状況報告, 法12条).
    ///
    /// # Errors
    /// No day, a day to come, no words.
    pub async fn report_progress(&self, person: &Person, case: CaseId, form: ProgressForm) -> Result<(), OfficeError> {
        self.plain_step(At::Holder, person, case, form.request, Fields("progress", &["on"]), |_| {
            let mut problems = progress_problems(&form);
            let as_of = form.as_of.unwrap_or_else(|| {
                problems.insert(0, FieldProblem::new("progress-on", "報告の基準日を入力してください。", "Enter the day."));
                self.now().day()
            });
            if !problems.is_empty() {
                return Err(OfficeError::Invalid(problems));
            }
            let (keep, content) = kept_text(&form.text)?;
            Ok((ProgressReported { as_of, spent: form.spent.clone(), content, documents: Vec::new() }.into(), vec![keep]))
        })
        .await
    }

    /// Asks to stop for a time or for good (中止・廃止).
    ///
    /// # Errors
    /// No manner, day or reason; a day before the decision; a request that waits already.
    pub async fn ask_to_stop(&self, person: &Person, case: CaseId, form: StopForm) -> Result<(), OfficeError> {
        self.plain_step(At::Holder, person, case, form.request, Fields("stop", &["reason"]), |project| {
            let manner = needed(form.manner, "stop-manner", "中止か廃止かを選んでください。", "Choose whether for a time or for good.")?;
            let stops_on = needed(form.stops_on, "stop-on", "中止・廃止の日を入力してください。", "Enter the day.")?;
            if stops_on < project.execution.terms.decided_on {
                return Err(OfficeError::field("stop-on", "交付決定日以後の日にしてください。", "A day not before the decision."));
            }
            let reason = form.reason.trim().to_owned();
            let request = project.execution.next_number();
            Ok((DiscontinuationRequested { request, manner, stops_on, reason, documents: Vec::new() }.into(), Vec::new()))
        })
        .await
    }

    /// Begins again after a stop that was approved.
    ///
    /// # Errors
    /// No reason; [`OfficeError::Stale`] while an order stands.
    pub async fn resume_work(&self, person: &Person, case: CaseId, reason: &str, request: RequestId) -> Result<(), OfficeError> {
        self.plain_step(At::Holder, person, case, request, Fields("resume", &["reason"]), |project| {
            if stopped_by_order(project) {
                return Err(OfficeError::Stale(LocalText::new(
                    "一時停止の命令によるため、解除は交付決定権者が行います。",
                    "The work was stopped by an order: a director lifts it.",
                )));
            }
            Ok((WorkResumed { reason: reason.trim().to_owned() }.into(), Vec::new()))
        })
        .await
    }
}
