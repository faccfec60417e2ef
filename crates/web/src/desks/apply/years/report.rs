//! 事業化状況報告 at the holder's desk: the reports so far, and the next one, begun from what is known.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Path, State};
use axum::response::IntoResponse as _;
use banso_kernel::CaseId;
use banso_office::execution::{STAGES, YearForm, YearPage};
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
#[template(path = "years/report.html")]
struct Report {
    page: PageContext,
    view: YearPage,
    case: String,
    path: String,
    form: Option<FormFields>,
}

impl Report {
    fn new(page: PageContext, view: YearPage, form: Option<FormFields>) -> Self {
        Report { case: case_path(view.head.case), path: project_path(view.head.case), page, view, form }
    }

    fn value(&self, field: &str) -> String {
        match &self.form {
            Some(form) => form.text(field).to_owned(),
            None if field == "deduction" => grouped(self.view.own_share_left),
            None => self.view.prefilled(field).to_owned(),
        }
    }

    fn stages(&self) -> Vec<(&'static str, &str)> {
        STAGES.iter().map(|(code, ja, en)| (*code, self.page.t(ja, en))).collect()
    }

    fn deficit(&self) -> bool {
        self.form.as_ref().is_some_and(|form| form.ticked("deficit"))
    }

    fn papers(&self, nth: &u32) -> String {
        format!("{}/papers/report/{nth}", self.path)
    }
}

pub(crate) async fn show(office: State<Office>, page: PageContext, Path(case): Path<String>) -> Answer {
    let view = office.year_page(page.person()?, id(&case)?).await?;
    Ok(Report::new(page, view, None).into_response())
}

pub(crate) async fn send(office: State<Office>, page: PageContext, session: Session, Path(case): Path<String>, form: FormFields) -> Answer {
    let case: CaseId = id(&case)?;
    let nth: u32 = id(form.text("nth"))?;
    let mut read = Reading::of(&form);
    let order = YearForm {
        nth,
        stage: form.text("stage").to_owned(),
        sales: read.yen("sales"),
        cost: read.yen("cost"),
        deduction: read.yen("deduction"),
        deficit: form.ticked("deficit"),
        firm_sales: read.yen("firm-sales"),
        value_added: read.yen("value-added"),
        wages: read.yen("wages"),
        employees: read.number("employees"),
        note: form.text("note").to_owned(),
    };
    let unread = read.problems;
    let done = office.report_year(page.person()?, case, order, form.request()).await;
    let done = done.map(|()| ("事業化状況報告を提出しました。", "The yearly report was handed in."));
    let path = format!("{}/commercialisation", project_path(case));
    stepped(&session, done, &path, |problems: Vec<FieldProblem>| async {
        let view = office.year_page(page.person()?, case).await?;
        invalid(Report::new(page.with_problems(together(unread, problems)), view, Some(form)))
    })
    .await
}
