//! What a holder owes, to the day; and the answer to a notice of cancellation.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Path, State};
use axum::response::IntoResponse as _;
use banso_kernel::CaseId;
use banso_office::Office;
use banso_office::execution::{CaseDebts, RevocationPage};
use tower_sessions::Session;

use super::case_path;
use super::project::project_path;
use crate::context::PageContext;
use crate::desks::{id, invalid, stepped};
use crate::failure::Answer;
use crate::form::FormFields;

#[derive(Template, WebTemplate)]
#[template(path = "apply/repayment.html")]
struct Owed {
    page: PageContext,
    view: CaseDebts,
    case: String,
    path: String,
}

pub(crate) async fn show(office: State<Office>, page: PageContext, Path(case): Path<String>) -> Answer {
    let view = office.own_debts(page.person()?, id(&case)?).await?;
    Ok(Owed { case: case_path(view.case), path: project_path(view.case), page, view }.into_response())
}

#[derive(Template, WebTemplate)]
#[template(path = "apply/hearing.html")]
struct Hearing {
    page: PageContext,
    view: RevocationPage,
    case: String,
    path: String,
    form: Option<FormFields>,
}

impl Hearing {
    fn new(page: PageContext, view: RevocationPage, form: Option<FormFields>) -> Self {
        Hearing { case: case_path(view.case), path: project_path(view.case), page, view, form }
    }

    fn typed(&self, field: &str) -> &str {
        self.form.as_ref().map(|form| form.text(field)).unwrap_or_default()
    }
}

pub(crate) async fn hearing(office: State<Office>, page: PageContext, Path(case): Path<String>) -> Answer {
    let view = office.hearing_page(page.person()?, id(&case)?).await?;
    Ok(Hearing::new(page, view, None).into_response())
}

pub(crate) async fn answer(
    office: State<Office>,
    page: PageContext,
    session: Session,
    Path(case): Path<String>,
    form: FormFields,
) -> Answer {
    let case: CaseId = id(&case)?;
    let done = office.answer_revocation(page.person()?, case, form.text("statement"), form.request()).await;
    let done = done.map(|()| ("弁明書を提出しました。", "Your statement was handed in."));
    stepped(&session, done, &format!("{}/hearing", project_path(case)), async move |problems| {
        let view = office.hearing_page(page.person()?, case).await?;
        invalid(Hearing::new(page.with_problems(problems), view, Some(form)))
    })
    .await
}
