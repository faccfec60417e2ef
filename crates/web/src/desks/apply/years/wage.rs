//! 賃上げ状況報告 at the holder's desk.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Path, State};
use axum::response::IntoResponse as _;
use banso_kernel::{CaseId, Yen};
use banso_office::execution::{WageForm, WagePage};
use banso_office::{FieldProblem, Office};
use tower_sessions::Session;

use super::super::case_path;
use super::super::project::{grouped, project_path};
use super::{Reading, together};
use crate::context::PageContext;
use crate::desks::{id, invalid, stepped};
use crate::failure::Answer;
use crate::form::FormFields;

#[derive(Template, WebTemplate)]
#[template(path = "years/wages.html")]
struct Wages {
    page: PageContext,
    view: WagePage,
    case: String,
    path: String,
    form: Option<FormFields>,
}

impl Wages {
    fn new(page: PageContext, view: WagePage, form: Option<FormFields>) -> Self {
        Wages { case: case_path(view.head.case), path: project_path(view.head.case), page, view, form }
    }

    fn amount(&self, field: &str, known: &Option<Yen>) -> String {
        match (&self.form, known) {
            (Some(form), _) => form.text(field).to_owned(),
            (None, Some(yen)) => grouped(*yen),
            (None, None) => String::new(),
        }
    }

    fn note(&self) -> &str {
        self.form.as_ref().map(|form| form.text("note")).unwrap_or_default()
    }

    fn shown(&self, code: &str) -> bool {
        self.form.as_ref().is_some_and(|form| form.all("circumstance").any(|c| c == code))
    }

    fn papers(&self) -> String {
        format!("{}/papers/wage/1", self.path)
    }
}

pub(crate) async fn show(office: State<Office>, page: PageContext, Path(case): Path<String>) -> Answer {
    let view = office.wage_page(page.person()?, id(&case)?).await?;
    Ok(Wages::new(page, view, None).into_response())
}

pub(crate) async fn send(office: State<Office>, page: PageContext, session: Session, Path(case): Path<String>, form: FormFields) -> Answer {
    let case: CaseId = id(&case)?;
    let mut read = Reading::of(&form);
    let order = WageForm {
        base: read.yen("base"),
        reached: read.yen("reached"),
        circumstances: form.all("circumstance").map(str::to_owned).collect(),
        note: form.text("note").to_owned(),
    };
    let unread = read.problems;
    let done = office.report_wages(page.person()?, case, order, form.request()).await;
    let done = done.map(|()| ("賃上げ状況報告を提出しました。", "The wage report was handed in."));
    let path = format!("{}/wages", project_path(case));
    stepped(&session, done, &path, |problems: Vec<FieldProblem>| async {
        let view = office.wage_page(page.person()?, case).await?;
        invalid(Wages::new(page.with_problems(together(unread, problems)), view, Some(form)))
    })
    .await
}
