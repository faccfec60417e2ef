//! 地位の承継 at the office's desk: what the register says of the holder, and the succession that follows from it.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Path, State};
use axum::response::IntoResponse as _;
use banso_execution::act::SuccessionCause;
use banso_kernel::CaseId;
use banso_office::execution::{SuccessionForm, SuccessionPage, YearsPaper};
use banso_office::{FieldProblem, Office};
use tower_sessions::Session;

use super::super::{case_path, project_path};
use crate::context::PageContext;
use crate::desks::apply::years::papers::{PaperAddress, place_of, taken_in, taken_out};
use crate::desks::apply::years::{Reading, together};
use crate::desks::{id, invalid, stepped};
use crate::failure::{Answer, Failure};
use crate::form::FormFields;
use crate::upload::Upload;

#[derive(Template, WebTemplate)]
#[template(path = "years/succession.html")]
struct Succession {
    page: PageContext,
    view: SuccessionPage,
    case: String,
    path: String,
    form: Option<FormFields>,
}

const fn code(cause: SuccessionCause) -> &'static str {
    match cause {
        SuccessionCause::Merger => "merger",
        SuccessionCause::Split => "split",
        SuccessionCause::Transfer => "transfer",
        SuccessionCause::Inheritance => "inheritance",
    }
}

impl Succession {
    fn new(page: PageContext, view: SuccessionPage, form: Option<FormFields>) -> Self {
        Succession { case: case_path(view.head.case), path: project_path(view.head.case), page, view, form }
    }

    fn value(&self, field: &str) -> String {
        match (&self.form, field) {
            (Some(form), _) => form.text(field).to_owned(),
            (None, "to") => self.view.to.map(|n| n.to_string()).unwrap_or_default(),
            (None, "cause") => self.view.cause.map(|c| code(c).to_owned()).unwrap_or_default(),
            (None, _) => self.view.on.map(|d| d.wareki()).unwrap_or_default(),
        }
    }

    fn causes(&self) -> Vec<(&'static str, String)> {
        SuccessionCause::ALL.iter().map(|c| (code(*c), self.page.local(&c.label()).to_owned())).collect()
    }

    fn cause(&self, cause: &SuccessionCause) -> String {
        self.page.local(&cause.label()).to_owned()
    }

    fn papers(&self) -> String {
        format!("{}/papers/succession/{}", self.path, self.view.place)
    }
}

pub(crate) async fn show(office: State<Office>, page: PageContext, Path(case): Path<String>) -> Answer {
    let view = office.succession_page(page.person()?, id(&case)?).await?;
    Ok(Succession::new(page, view, None).into_response())
}

pub(crate) async fn succeed(
    office: State<Office>,
    page: PageContext,
    session: Session,
    Path(case): Path<String>,
    form: FormFields,
) -> Answer {
    let case: CaseId = id(&case)?;
    let mut read = Reading::of(&form);
    let order = SuccessionForm {
        to: form.text("to").to_owned(),
        cause: SuccessionCause::ALL.iter().copied().find(|c| code(*c) == form.text("cause")),
        on: read.day("on"),
    };
    let unread = read.problems;
    let done = office.succeed(page.person()?, case, &order, form.request()).await;
    let done = done.map(|()| ("地位の承継を記録しました。", "The succession was recorded."));
    let path = format!("{}/succession", project_path(case));
    stepped(&session, done, &path, |problems: Vec<FieldProblem>| async {
        let view = office.succession_page(page.person()?, case).await?;
        invalid(Succession::new(page.with_problems(together(unread, problems)), view, Some(form)))
    })
    .await
}

pub(crate) async fn take_in(
    office: State<Office>,
    page: PageContext,
    session: Session,
    Path((case, kind, number)): PaperAddress,
    upload: Upload,
) -> Answer {
    let (case, place): (CaseId, _) = (id(&case)?, place_of(&kind, &number)?);
    if place.kind != YearsPaper::Succession {
        return Err(Failure::NotFound);
    }
    let project = project_path(case);
    let addresses = (format!("{project}/papers/{kind}/{number}"), format!("{project}/succession"));
    taken_in(&office, page, &session, (case, place), addresses, upload).await
}

pub(crate) async fn take_out(
    office: State<Office>,
    page: PageContext,
    session: Session,
    Path((case, kind, number)): PaperAddress,
    form: FormFields,
) -> Answer {
    let (case, place): (CaseId, _) = (id(&case)?, place_of(&kind, &number)?);
    taken_out(&office, &page, &session, (case, place), &format!("{}/succession", project_path(case)), &form).await
}
