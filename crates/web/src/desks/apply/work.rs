//! The course of the work at the holder's desk: incidents and delays, progress, stopping and beginning again.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Path, State};
use axum::response::IntoResponse as _;
use banso_execution::ExecutionPhase as Phase;
use banso_execution::act::{LineAmount, Manner};
use banso_kernel::{CaseId, LocalText, Yen};
use banso_office::execution::{ProgressForm, StopForm, WorkPage};
use banso_office::{FieldProblem, Office, OfficeError};
use tower_sessions::Session;

use super::case_path;
use super::project::{phase_tone, project_path};
use crate::context::PageContext;
use crate::desks::{id, invalid, stepped};
use crate::failure::Answer;
use crate::form::FormFields;

#[derive(Template, WebTemplate)]
#[template(path = "apply/work.html")]
struct Work {
    page: PageContext,
    view: WorkPage,
    case: String,
    path: String,
    phase: LocalText,
    form: Option<FormFields>,
}

impl Work {
    fn new(page: PageContext, view: WorkPage, form: Option<FormFields>) -> Self {
        let phase = view.phase.label();
        Work { case: case_path(view.case), path: project_path(view.case), page, view, phase, form }
    }

    fn phase(&self) -> &LocalText {
        &self.phase
    }

    fn tone(&self) -> &'static str {
        phase_tone(self.view.phase)
    }

    fn typed(&self, field: &str) -> &str {
        self.form.as_ref().map(|form| form.text(field)).unwrap_or_default()
    }

    fn today(&self, field: &str) -> String {
        match self.typed(field) {
            "" => self.page.now.day().wareki(),
            typed => typed.to_owned(),
        }
    }

    fn spent(&self, index: &usize) -> String {
        format!("spent-{index}")
    }

    fn manners(&self) -> Vec<(&'static str, String)> {
        let word = |manner: Manner| self.page.local(&manner.label()).to_owned();
        vec![("suspend", word(Manner::Suspend)), ("abandon", word(Manner::Abandon))]
    }

    /// Whether this person may begin again.
    fn resumes(&self) -> bool {
        self.view.may_speak && self.view.phase == Phase::Suspended && !self.view.by_order
    }
}

fn work_path(case: CaseId) -> String {
    format!("{}/work", project_path(case))
}

pub(crate) async fn show(office: State<Office>, page: PageContext, Path(case): Path<String>) -> Answer {
    let view = office.work_page(page.person()?, id(&case)?).await?;
    Ok(Work::new(page, view, None).into_response())
}

async fn again(office: &Office, page: PageContext, case: CaseId, form: FormFields, problems: Vec<FieldProblem>) -> Answer {
    let view = office.work_page(page.person()?, case).await?;
    invalid(Work::new(page.with_problems(problems), view, Some(form)))
}

async fn answered(
    (office, page, session): (&Office, PageContext, &Session),
    case: CaseId,
    form: FormFields,
    done: Result<(), OfficeError>,
    words: (&str, &str),
) -> Answer {
    stepped(session, done.map(|()| words), &work_path(case), |problems| again(office, page, case, form, problems)).await
}

pub(crate) async fn incident(
    office: State<Office>,
    page: PageContext,
    session: Session,
    Path(case): Path<String>,
    form: FormFields,
) -> Answer {
    let case: CaseId = id(&case)?;
    let ends = match form.day("incident-due") {
        Ok(ends) => ends,
        Err(problem) => return again(&office, page, case, form, vec![problem]).await,
    };
    let done = office.report_incident(page.person()?, case, form.text("incident-what"), ends, form.request()).await;
    answered((&office, page, &session), case, form, done, ("事故・遅延を報告しました。", "The incident was reported.")).await
}

pub(crate) async fn progress(
    office: State<Office>,
    page: PageContext,
    session: Session,
    Path(case): Path<String>,
    form: FormFields,
) -> Answer {
    let case: CaseId = id(&case)?;
    let headings = office.work_page(page.person()?, case).await?.headings;
    let mut problems = Vec::new();
    let as_of = form.day("progress-on").map_err(|p| problems.push(p)).ok().flatten();
    let mut spent = Vec::new();
    for (n, heading) in headings.into_iter().enumerate() {
        match form.yen(&format!("spent-{n}")) {
            Ok(amount) => spent.push(LineAmount { line: heading.line, amount: amount.unwrap_or(Yen::ZERO) }),
            Err(problem) => problems.push(problem),
        }
    }
    if !problems.is_empty() {
        return again(&office, page, case, form, problems).await;
    }
    let order = ProgressForm { as_of, spent, text: form.text("progress-what").to_owned(), request: form.request() };
    let done = office.report_progress(page.person()?, case, order).await;
    answered((&office, page, &session), case, form, done, ("遂行状況を報告しました。", "The progress was reported.")).await
}

pub(crate) async fn stop(office: State<Office>, page: PageContext, session: Session, Path(case): Path<String>, form: FormFields) -> Answer {
    let case: CaseId = id(&case)?;
    let stops_on = match form.day("stop-on") {
        Ok(day) => day,
        Err(problem) => return again(&office, page, case, form, vec![problem]).await,
    };
    let manner = match form.text("stop-manner") {
        "suspend" => Some(Manner::Suspend),
        "abandon" => Some(Manner::Abandon),
        _ => None,
    };
    let order = StopForm { manner, stops_on, reason: form.text("stop-reason").to_owned(), request: form.request() };
    let done = office.ask_to_stop(page.person()?, case, order).await;
    let words = ("中止・廃止の承認を申請しました。", "The approval to stop was asked for.");
    answered((&office, page, &session), case, form, done, words).await
}

pub(crate) async fn resume(
    office: State<Office>,
    page: PageContext,
    session: Session,
    Path(case): Path<String>,
    form: FormFields,
) -> Answer {
    let case: CaseId = id(&case)?;
    let done = office.resume_work(page.person()?, case, form.text("resume-reason"), form.request()).await;
    answered((&office, page, &session), case, form, done, ("事業の再開を届け出ました。", "The work has begun again.")).await
}
