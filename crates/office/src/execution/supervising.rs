//! The course of the work, for both desks: incidents and the instruction that they await, progress, orders to perform, stops and their end,
//! corrections.

use banso_execution::ExecutionPhase as Phase;
use banso_execution::act::{
    CorrectionOrdered, DiscontinuationApproved, DiscontinuationRefused, DiscontinuationRequested, ExecutionAct, IncidentInstructed,
    LineAmount, PerformanceOrdered, SuspensionLifted, SuspensionOrdered,
};
use banso_grant::numbers::LetterKind;
use banso_kernel::{CallId, CaseId, Day, LocalText, Point, RequestId, Yen};
use banso_permits::{Action, Person};

use super::project::{Project, sum};
use super::steps::{At, Fields, needed};
use super::telling::stopped_by_order;
use crate::{Office, OfficeError};

/// An incident with what was instructed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncidentView {
    pub incident: u32,
    pub on: Day,
    pub what: String,
    pub expected_end: Option<Day>,
    /// Day, words, and when the project is to end since then; `None` while it waits.
    pub instruction: Option<(Day, String, Day)>,
}

/// A report on progress.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProgressView {
    pub as_of: Day,
    pub on: Day,
    pub spent: Yen,
    /// `None` where it was erased.
    pub text: Option<String>,
}

/// An order to perform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PerformanceView {
    pub number: String,
    pub content: String,
    pub due: Day,
    /// Whether it still waits for a report.
    pub waits: bool,
}

/// The page.
#[derive(Debug, Clone)]
pub struct WorkPage {
    pub case: CaseId,
    pub call: CallId,
    pub title: String,
    pub receipt_number: String,
    pub holder: String,
    pub phase: Phase,
    pub project_ends: Day,
    pub incidents: Vec<IncidentView>,
    pub progress: Vec<ProgressView>,
    /// Heading and what is allotted to it.
    pub headings: Vec<LineAmount>,
    pub performance: Option<PerformanceView>,
    pub stop: Option<DiscontinuationRequested>,
    /// The work stands still by an order.
    pub by_order: bool,
    pub may_speak: bool,
    pub may_handle: bool,
    pub may_decide: bool,
}

impl WorkPage {
    /// While it goes on or stands still.
    #[must_use]
    pub const fn goes_on(&self) -> bool {
        matches!(self.phase, Phase::Underway | Phase::Suspended)
    }

    /// Incidents that await an instruction.
    pub fn waiting(&self) -> impl Iterator<Item = &IncidentView> {
        self.incidents.iter().filter(|i| i.instruction.is_none())
    }

    /// Whether there is a report that a correction may be ordered of.
    #[must_use]
    pub const fn correctable(&self) -> bool {
        matches!(self.phase, Phase::Reported | Phase::Inspected)
    }
}

fn incidents(project: &Project) -> Vec<IncidentView> {
    let mut found: Vec<IncidentView> = Vec::new();
    for (act, record) in project.executed() {
        if let ExecutionAct::IncidentReported(a) = act {
            found.push(IncidentView {
                incident: a.incident,
                on: record.effective_on,
                what: a.what.clone(),
                expected_end: a.expected_end,
                instruction: None,
            });
        } else if let ExecutionAct::IncidentInstructed(a) = act
            && let Some(told) = found.iter_mut().find(|i| i.incident == a.incident)
        {
            told.instruction = Some((record.effective_on, a.instruction.clone(), a.project_ends));
        }
    }
    found
}

fn performance(project: &Project) -> Option<PerformanceView> {
    let ordered = project.executed().filter_map(|(act, _)| if let ExecutionAct::PerformanceOrdered(a) = act { Some(a) } else { None });
    let waits = project.execution.performance_due.is_some();
    ordered.last().map(|a| PerformanceView { number: a.number.clone(), content: a.content.clone(), due: a.due, waits })
}

impl Project {
    /// The next number of a letter whose acts are of these kinds.
    fn letter_after(&self, kind: LetterKind, kinds: &[&str]) -> String {
        self.next_letter(kind, self.executed().filter(|(act, _)| kinds.contains(&act.kind())).count())
    }
}

impl Office {
    async fn progress_views(&self, project: &Project) -> Result<Vec<ProgressView>, OfficeError> {
        let mut found = Vec::new();
        for (act, record) in project.executed() {
            let ExecutionAct::ProgressReported(a) = act else { continue };
            let spent = sum(a.spent.iter().map(|l| l.amount));
            found.push(ProgressView { as_of: a.as_of, on: record.effective_on, spent, text: self.text_under(a.content).await? });
        }
        Ok(found)
    }

    async fn work_view(&self, person: &Person, project: &Project) -> Result<WorkPage, OfficeError> {
        let (execution, paper) = (&project.execution, &project.file.case.submission.paper);
        Ok(WorkPage {
            case: project.case(),
            call: paper.call.clone(),
            title: paper.title.clone(),
            receipt_number: paper.receipt_number.clone(),
            holder: self.holder_of(project).await?,
            phase: execution.phase,
            project_ends: execution.project_ends,
            incidents: incidents(project),
            progress: self.progress_views(project).await?,
            headings: project.headings(),
            performance: performance(project),
            stop: execution.discontinuation.clone(),
            by_order: stopped_by_order(project),
            may_speak: self.may_case(person, Action::SpeakForCase, project.case()).await.is_ok(),
            may_handle: self.may_case(person, Action::HandleCase, project.case()).await.is_ok(),
            may_decide: self.may_case(person, Action::Decide, project.case()).await.is_ok(),
        })
    }

    /// The course of the work at the holder's desk.
    ///
    /// # Errors
    /// [`OfficeError::NotFound`] for a stranger.
    pub async fn work_page(&self, person: &Person, case: CaseId) -> Result<WorkPage, OfficeError> {
        let project = self.project(person, Action::ReadCase, case).await?;
        self.work_view(person, &project).await
    }

    /// The same at the office's.
    ///
    /// # Errors
    /// As [`Office::work_page`].
    pub async fn work_at_desk(&self, person: &Person, case: CaseId) -> Result<WorkPage, OfficeError> {
        let project = self.project_at_office(person, Action::ReadCase, case).await?;
        self.work_view(person, &project).await
    }

    /// Instructs after an incident; the day on which the project ends may move with it.
    ///
    /// # Errors
    /// Nothing that waits, no words, no day.
    pub async fn instruct(
        &self,
        person: &Person,
        case: CaseId,
        (incident, instruction, ends): (Option<u32>, &str, Option<Day>),
        request: RequestId,
    ) -> Result<(), OfficeError> {
        self.plain_step(At::Office, person, case, request, Fields("instruct", &["what", "due"]), |project| {
            let incident = needed(incident, "instruct-incident", "指示する報告を選んでください。", "Choose the report.")?;
            let project_ends = ends.unwrap_or(project.execution.project_ends);
            Ok((IncidentInstructed { incident, instruction: instruction.trim().to_owned(), project_ends }.into(), Vec::new()))
        })
        .await
    }

    /// Orders to perform (法13条1項).
    ///
    /// # Errors
    /// No words, a day that is not ahead.
    pub async fn order_performance(
        &self,
        person: &Person,
        case: CaseId,
        content: &str,
        due: Option<Day>,
        request: RequestId,
    ) -> Result<(), OfficeError> {
        self.plain_step(At::Director, person, case, request, Fields("perform", &["what", "due"]), |project| {
            let due = needed(due, "perform-due", "措置の期限を入力してください。", "Enter the day.")?;
            let number = project.letter_after(LetterKind::Performance, &["performance_ordered"]);
            Ok((PerformanceOrdered { number, content: content.trim().to_owned(), due }.into(), Vec::new()))
        })
        .await
    }

    /// Orders the work to stand still (法13条2項).
    ///
    /// # Errors
    /// No reason; another phase.
    pub async fn order_suspension(&self, person: &Person, case: CaseId, reason: &str, request: RequestId) -> Result<(), OfficeError> {
        self.plain_step(At::Director, person, case, request, Fields("suspend", &["reason"]), |project| {
            let number = project.letter_after(LetterKind::Suspension, &["suspension_ordered"]);
            Ok((SuspensionOrdered { number, reason: reason.trim().to_owned() }.into(), Vec::new()))
        })
        .await
    }

    /// Lifts an order to stand still.
    ///
    /// # Errors
    /// No reason; [`OfficeError::Stale`] where no order stands.
    pub async fn lift_suspension(&self, person: &Person, case: CaseId, reason: &str, request: RequestId) -> Result<(), OfficeError> {
        self.plain_step(At::Director, person, case, request, Fields("lift", &["reason"]), |project| {
            if project.execution.phase == Phase::Suspended && !stopped_by_order(project) {
                return Err(OfficeError::Stale(LocalText::new(
                    "承認による中止です。再開は補助事業者が届け出ます。",
                    "It stands still by approval: the holder says when it begins again.",
                )));
            }
            Ok((SuspensionLifted { reason: reason.trim().to_owned() }.into(), Vec::new()))
        })
        .await
    }

    /// Approves that the work stops, or refuses with the reason.
    ///
    /// # Errors
    /// Nothing that waits; no reason.
    pub async fn decide_stop(
        &self,
        person: &Person,
        case: CaseId,
        asked: u32,
        decision: super::ChangeDecision,
        request: RequestId,
    ) -> Result<(), OfficeError> {
        self.plain_step(At::Director, person, case, request, Fields("refuse-stop", &["reason"]), |project| {
            let kinds = ["discontinuation_approved", "discontinuation_refused"];
            let number = project.letter_after(LetterKind::Discontinuation, &kinds);
            let act: ExecutionAct = match decision {
                super::ChangeDecision::Approve { conditions } => DiscontinuationApproved { request: asked, number, conditions }.into(),
                super::ChangeDecision::Refuse { reason } => {
                    DiscontinuationRefused { request: asked, number, reason: reason.trim().to_owned() }.into()
                }
            };
            Ok((act, Vec::new()))
        })
        .await
    }

    /// Orders what was reported to be put right (是正命令, 法16条1項).
    ///
    /// # Errors
    /// No point, a day that is not ahead; no report.
    pub async fn order_correction(
        &self,
        person: &Person,
        case: CaseId,
        points: Vec<Point>,
        due: Option<Day>,
        request: RequestId,
    ) -> Result<(), OfficeError> {
        self.plain_step(At::Director, person, case, request, Fields("correct", &["due"]), |project| {
            if points.is_empty() {
                return Err(OfficeError::field("correct-note-1", "是正の内容を入力してください。", "Say what to put right."));
            }
            let due = needed(due, "correct-due", "是正の期限を入力してください。", "Enter the day.")?;
            let number = project.letter_after(LetterKind::Correction, &["correction_ordered"]);
            Ok((CorrectionOrdered { number, points, due }.into(), Vec::new()))
        })
        .await
    }
}
