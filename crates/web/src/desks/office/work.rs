//! The course of the work at the office: instructions after incidents, orders to perform, to stand still and their lifting, stops that are
//! asked for, corrections.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Path, State};
use axum::response::IntoResponse as _;
use banso_execution::ExecutionPhase as Phase;
use banso_kernel::{CaseId, LocalText, Point};
use banso_office::execution::{ChangeDecision, WorkPage};
use banso_office::{FieldProblem, Office, OfficeError};
use tower_sessions::Session;

use super::{case_path, project_path};
use crate::context::PageContext;
use crate::desks::apply::project::phase_tone;
use crate::desks::{id, invalid, stepped};
use crate::failure::Answer;
use crate::form::FormFields;

/// Lines of the form that orders a correction.
const POINTS: std::ops::RangeInclusive<usize> = 1..=5;

#[derive(Template, WebTemplate)]
#[template(path = "office/work.html")]
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

    fn ends(&self) -> String {
        match self.typed("instruct-due") {
            "" => self.view.project_ends.wareki(),
            typed => typed.to_owned(),
        }
    }

    fn waiting(&self) -> Vec<(String, String)> {
        let one = |i: &banso_office::execution::IncidentView| (i.incident.to_string(), format!("{} {}", i.on.wareki(), i.what));
        self.view.waiting().map(one).collect()
    }

    fn points(&self) -> std::ops::RangeInclusive<usize> {
        POINTS
    }

    fn point(&self, part: &str, n: &usize) -> String {
        self.typed(&format!("correct-{part}-{n}")).to_owned()
    }

    fn wrong(&self, n: &usize) -> Option<String> {
        self.page.problem(&format!("correct-note-{n}")).map(str::to_owned)
    }

    fn underway(&self) -> bool {
        self.view.may_decide && self.view.phase == Phase::Underway
    }

    fn lifts(&self) -> bool {
        self.view.may_decide && self.view.by_order
    }
}

fn work_path(case: CaseId) -> String {
    format!("{}/work", project_path(case))
}

pub(crate) async fn show(office: State<Office>, page: PageContext, Path(case): Path<String>) -> Answer {
    let view = office.work_at_desk(page.person()?, id(&case)?).await?;
    Ok(Work::new(page, view, None).into_response())
}

async fn again(office: &Office, page: PageContext, case: CaseId, form: FormFields, problems: Vec<FieldProblem>) -> Answer {
    let view = office.work_at_desk(page.person()?, case).await?;
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

pub(crate) async fn instruct(
    office: State<Office>,
    page: PageContext,
    session: Session,
    Path(case): Path<String>,
    form: FormFields,
) -> Answer {
    let case: CaseId = id(&case)?;
    let ends = match form.day("instruct-due") {
        Ok(ends) => ends,
        Err(problem) => return again(&office, page, case, form, vec![problem]).await,
    };
    let said = (form.text("instruct-incident").parse().ok(), form.text("instruct-what"), ends);
    let done = office.instruct(page.person()?, case, said, form.request()).await;
    let words = ("指示しました。通知書を補助事業者に送ります。", "The instruction is recorded. The holder is being told.");
    answered((&office, page, &session), case, form, done, words).await
}

pub(crate) async fn perform(
    office: State<Office>,
    page: PageContext,
    session: Session,
    Path(case): Path<String>,
    form: FormFields,
) -> Answer {
    let case: CaseId = id(&case)?;
    let due = match form.day("perform-due") {
        Ok(due) => due,
        Err(problem) => return again(&office, page, case, form, vec![problem]).await,
    };
    let done = office.order_performance(page.person()?, case, form.text("perform-what"), due, form.request()).await;
    let words = ("遂行を命じました。命令書を補助事業者に送ります。", "The order is recorded. The holder is being told.");
    answered((&office, page, &session), case, form, done, words).await
}

pub(crate) async fn suspend(
    office: State<Office>,
    page: PageContext,
    session: Session,
    Path(case): Path<String>,
    form: FormFields,
) -> Answer {
    let case: CaseId = id(&case)?;
    let done = office.order_suspension(page.person()?, case, form.text("suspend-reason"), form.request()).await;
    let words = ("一時停止を命じました。命令書を補助事業者に送ります。", "The work is stopped. The holder is being told.");
    answered((&office, page, &session), case, form, done, words).await
}

pub(crate) async fn lift(office: State<Office>, page: PageContext, session: Session, Path(case): Path<String>, form: FormFields) -> Answer {
    let case: CaseId = id(&case)?;
    let done = office.lift_suspension(page.person()?, case, form.text("lift-reason"), form.request()).await;
    let words = ("一時停止を解除しました。通知書を補助事業者に送ります。", "The order is lifted. The holder is being told.");
    answered((&office, page, &session), case, form, done, words).await
}

pub(crate) async fn approve_stop(
    office: State<Office>,
    page: PageContext,
    session: Session,
    Path(case): Path<String>,
    form: FormFields,
) -> Answer {
    let case: CaseId = id(&case)?;
    let decision = ChangeDecision::Approve { conditions: form.lines("stop-conditions") };
    let done = office.decide_stop(page.person()?, case, id(form.text("asked"))?, decision, form.request()).await;
    let words = ("中止・廃止を承認しました。通知書を補助事業者に送ります。", "The stop was approved. The holder is being told.");
    answered((&office, page, &session), case, form, done, words).await
}

pub(crate) async fn refuse_stop(
    office: State<Office>,
    page: PageContext,
    session: Session,
    Path(case): Path<String>,
    form: FormFields,
) -> Answer {
    let case: CaseId = id(&case)?;
    let decision = ChangeDecision::Refuse { reason: form.text("refuse-stop-reason").to_owned() };
    let done = office.decide_stop(page.person()?, case, id(form.text("asked"))?, decision, form.request()).await;
    let words = ("中止・廃止を承認しないことを決定しました。", "The stop was refused. The holder is being told.");
    answered((&office, page, &session), case, form, done, words).await
}

pub(crate) async fn correct(
    office: State<Office>,
    page: PageContext,
    session: Session,
    Path(case): Path<String>,
    form: FormFields,
) -> Answer {
    let case: CaseId = id(&case)?;
    let point = |n: usize| Point {
        field: form.text(&format!("correct-place-{n}")).to_owned(),
        note: form.text(&format!("correct-note-{n}")).to_owned(),
    };
    let points: Vec<Point> = POINTS.map(point).filter(|p| !p.note.is_empty()).collect();
    let due = match form.day("correct-due") {
        Ok(due) => due,
        Err(problem) => return again(&office, page, case, form, vec![problem]).await,
    };
    let done = office.order_correction(page.person()?, case, points, due, form.request()).await;
    let words = ("是正を命じました。命令書を補助事業者に送ります。", "The correction is ordered. The holder is being told.");
    answered((&office, page, &session), case, form, done, words).await
}
