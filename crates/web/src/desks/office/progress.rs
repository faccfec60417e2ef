//! How far the review is; the sheets of one case; replacing, asking again, closing.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Path, State};
use axum::response::IntoResponse as _;
use banso_grant::ReviewStatus;
use banso_kernel::{CallId, CaseId, LocalText, PersonId};
use banso_office::desk::{AssignedReviewer, CaseProgress, Progress, ReviewerSheet, SheetView};
use banso_office::{Office, OfficeError};
use tower_sessions::Session;

use super::{call_path, case_path, phase_label, review_tone, shown_again};
use crate::context::PageContext;
use crate::desks::{call_of, id, invalid, see_other};
use crate::failure::Answer;
use crate::form::FormFields;

#[derive(Template, WebTemplate)]
#[template(path = "office/progress.html")]
struct ProgressView {
    page: PageContext,
    path: String,
    view: Progress,
    reason: String,
    due: String,
}

impl ProgressView {
    fn review_path(&self, case: &CaseProgress) -> String {
        format!("{}/reviews", case_path(case.case))
    }

    fn tone(&self, reviewer: &AssignedReviewer) -> &'static str {
        review_tone(reviewer.status)
    }

    fn phase(&self) -> String {
        self.page.local(&phase_label(self.view.phase)).to_owned()
    }

    fn label(&self, reviewer: &AssignedReviewer) -> String {
        self.page.local(&reviewer.label()).to_owned()
    }

    fn open(&self) -> bool {
        self.view.phase == "in_review"
    }

    /// What was typed as the reason; while nothing was, the usual one when every sheet is in.
    fn reason_or_usual(&self) -> &str {
        match (self.reason.as_str(), self.view.outstanding) {
            ("", 0) => self.page.t("全ての審査結果がそろったため", "All sheets are in."),
            (typed, _) => typed,
        }
    }

    /// Closed with sheets still to come: nothing can be selected before they are in.
    fn closed_too_early(&self) -> bool {
        self.view.phase == "reviewed" && self.view.outstanding > 0
    }

    fn shown<'a>(&self, case: &'a CaseProgress) -> Vec<&'a AssignedReviewer> {
        case.assigned.iter().filter(|a| a.status != ReviewStatus::Replaced).collect()
    }
}

pub(crate) async fn show(office: State<Office>, page: PageContext, Path(call): Path<(String, String)>) -> Answer {
    let call = call_of(call)?;
    let view = office.review_progress(page.person()?, &call).await?;
    Ok(ProgressView { page, path: call_path(&call), view, reason: String::new(), due: String::new() }.into_response())
}

pub(crate) async fn close(
    office: State<Office>,
    page: PageContext,
    session: Session,
    Path(call): Path<(String, String)>,
    form: FormFields,
) -> Answer {
    let call = call_of(call)?;
    match office.close_review(page.person()?, &call, form.text("reason"), form.request()).await {
        Ok(()) => see_other(&session, &format!("{}/progress", call_path(&call)), "審査を終了しました。", "The review is closed.").await,
        Err(error) => call_again(&office, page, &call, &form, error).await,
    }
}

pub(crate) async fn reopen(
    office: State<Office>,
    page: PageContext,
    session: Session,
    Path(call): Path<(String, String)>,
    form: FormFields,
) -> Answer {
    let call = call_of(call)?;
    let done = match form.day("due") {
        Ok(due) => office.reopen_review(page.person()?, &call, due, form.request()).await,
        Err(problem) => Err(OfficeError::Invalid(vec![problem])),
    };
    match done {
        Ok(()) => see_other(&session, &format!("{}/progress", call_path(&call)), "審査を再開しました。", "The review is open again.").await,
        Err(error) => call_again(&office, page, &call, &form, error).await,
    }
}

/// The page with what was typed and what is wrong with it.
async fn call_again(office: &Office, page: PageContext, call: &CallId, form: &FormFields, error: OfficeError) -> Answer {
    let problems = shown_again(error)?;
    let view = office.review_progress(page.person()?, call).await?;
    let (reason, due) = (form.text("reason").to_owned(), form.text("due").to_owned());
    invalid(ProgressView { page: page.with_problems(problems), path: call_path(call), view, reason, due })
}

#[derive(Template, WebTemplate)]
#[template(path = "office/reviews.html")]
struct Reviews {
    page: PageContext,
    path: String,
    view: SheetView,
    /// What was typed, and for whom.
    typed: (String, String),
}

impl Reviews {
    fn new(page: PageContext, view: SheetView, typed: (String, String)) -> Self {
        Reviews { path: case_path(view.case), page, view, typed }
    }

    fn call_path(&self) -> String {
        call_path(&self.view.call)
    }

    fn tone(&self, sheet: &ReviewerSheet) -> &'static str {
        review_tone(sheet.status)
    }

    fn label(&self, sheet: &ReviewerSheet) -> String {
        self.page.local(&sheet.status.label()).to_owned()
    }

    /// Points and comments by criterion.
    fn rows(&self, sheet: &ReviewerSheet) -> Vec<(LocalText, u32, Option<u32>, String)> {
        let cells = sheet.points.iter().zip(&sheet.comments);
        sheet.criteria.iter().zip(cells).map(|(c, (p, text))| (c.title.clone(), c.points_max, *p, text.clone())).collect()
    }

    fn typed_for(&self, sheet: &ReviewerSheet) -> &str {
        if self.typed.0 == sheet.person.to_string() { &self.typed.1 } else { "" }
    }

    fn successors(&self) -> Vec<(String, String)> {
        self.view.successors.iter().map(|(p, name)| (p.to_string(), name.clone())).collect()
    }
}

pub(crate) async fn reviews(office: State<Office>, page: PageContext, Path(case): Path<String>) -> Answer {
    let view = office.case_reviews(page.person()?, id(&case)?).await?;
    Ok(Reviews::new(page, view, Default::default()).into_response())
}

pub(crate) async fn replace(
    office: State<Office>,
    page: PageContext,
    session: Session,
    Path(case): Path<String>,
    form: FormFields,
) -> Answer {
    let case: CaseId = id(&case)?;
    let from: PersonId = id(form.text("reviewer"))?;
    let reason = form.text("reason").to_owned();
    let to = match form.text("to") {
        "" => Err(OfficeError::field("to", "後任の審査員を選んでください。", "Choose who takes over.")),
        text => Ok(id::<PersonId>(text)?),
    };
    let replaced = match to {
        Ok(to) => office.replace_reviewer(page.person()?, case, (from, to), &reason, form.request()).await,
        Err(error) => Err(error),
    };
    match replaced {
        Ok(()) => {
            see_other(&session, &format!("{}/reviews", case_path(case)), "審査員を交代しました。", "The reviewer was replaced.").await
        }
        Err(error) => again(&office, page, case, error, (from.to_string(), reason)).await,
    }
}

pub(crate) async fn reconsider(
    office: State<Office>,
    page: PageContext,
    session: Session,
    Path(case): Path<String>,
    form: FormFields,
) -> Answer {
    let case: CaseId = id(&case)?;
    let reviewer: PersonId = id(form.text("reviewer"))?;
    let reason = form.text("reason").to_owned();
    match office.ask_reconsideration(page.person()?, case, reviewer, &reason, form.request()).await {
        Ok(()) => {
            let to = format!("{}/reviews", case_path(case));
            see_other(&session, &to, "再検討を依頼しました。", "The reviewer was asked to reconsider.").await
        }
        Err(error) => again(&office, page, case, error, (reviewer.to_string(), reason)).await,
    }
}

async fn again(office: &Office, page: PageContext, case: CaseId, error: OfficeError, typed: (String, String)) -> Answer {
    let problems = shown_again(error)?;
    let view = office.case_reviews(page.person()?, case).await?;
    invalid(Reviews::new(page.with_problems(problems), view, typed))
}
