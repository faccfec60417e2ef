//! 案件の完結 at the office's desk: what is open, each with the way to where it is settled; closed with a letter.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Path, State};
use axum::response::IntoResponse as _;
use banso_kernel::CaseId;
use banso_office::execution::{CLOSING_CHECKS, ClosingItem, ClosingPage};
use banso_office::{FieldProblem, Office};
use tower_sessions::Session;

use super::super::{case_path, project_path};
use super::settled_at;
use crate::context::PageContext;
use crate::desks::{id, invalid, stepped};
use crate::download::{FileKind, download};
use crate::failure::Answer;
use crate::form::FormFields;

#[derive(Template, WebTemplate)]
#[template(path = "years/closing.html")]
struct Closing {
    page: PageContext,
    view: ClosingPage,
    case: String,
    path: String,
    form: Option<FormFields>,
}

impl Closing {
    fn new(page: PageContext, view: ClosingPage, form: Option<FormFields>) -> Self {
        Closing { case: case_path(view.head.case), path: project_path(view.head.case), page, view, form }
    }

    fn link(&self, item: &ClosingItem) -> String {
        settled_at(self.view.head.case, &item.settled)
    }

    fn checks(&self) -> Vec<(&'static str, &str)> {
        CLOSING_CHECKS.iter().map(|(code, ja, en)| (*code, self.page.t(ja, en))).collect()
    }

    fn checked(&self, code: &str) -> bool {
        self.form.as_ref().is_some_and(|form| form.all("check").any(|c| c == code))
    }
}

pub(crate) async fn show(office: State<Office>, page: PageContext, Path(case): Path<String>) -> Answer {
    let view = office.closing_page(page.person()?, id(&case)?).await?;
    Ok(Closing::new(page, view, None).into_response())
}

pub(crate) async fn preview(office: State<Office>, page: PageContext, Path(case): Path<String>) -> Answer {
    let pdf = office.preview_closing(page.person()?, id(&case)?).await?;
    Ok(download("完結通知（案）.pdf", FileKind::Pdf, pdf))
}

pub(crate) async fn close(
    office: State<Office>,
    page: PageContext,
    session: Session,
    Path(case): Path<String>,
    form: FormFields,
) -> Answer {
    let case: CaseId = id(&case)?;
    let checked: Vec<String> = form.all("check").map(str::to_owned).collect();
    let done = office.close_case(page.person()?, case, &checked, form.request()).await;
    let done = done.map(|()| ("案件を完結としました。通知を送ります。", "The case was closed."));
    stepped(&session, done, &project_path(case), |problems: Vec<FieldProblem>| async {
        let view = office.closing_page(page.person()?, case).await?;
        invalid(Closing::new(page.with_problems(problems), view, Some(form)))
    })
    .await
}
