//! 財産処分 at the office's desk: the request with its computation; approval or refusal, with the letter shown first.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Path, State};
use axum::response::IntoResponse as _;
use banso_kernel::CaseId;
use banso_office::execution::{DisposalCase, DisposalDecision, DisposalState, outcome_words};
use banso_office::{FieldProblem, Office};
use tower_sessions::Session;

use super::super::{case_path, project_path};
use crate::context::PageContext;
use crate::desks::{id, invalid, stepped};
use crate::download::{FileKind, download};
use crate::failure::Answer;
use crate::form::FormFields;

#[derive(Template, WebTemplate)]
#[template(path = "years/disposal.html")]
struct Disposal {
    page: PageContext,
    view: DisposalCase,
    case: String,
    path: String,
    form: Option<FormFields>,
}

impl Disposal {
    fn new(page: PageContext, view: DisposalCase, form: Option<FormFields>) -> Self {
        Disposal { case: case_path(view.head.case), path: project_path(view.head.case), page, view, form }
    }

    fn typed(&self, field: &str) -> &str {
        self.form.as_ref().map(|form| form.text(field)).unwrap_or_default()
    }

    fn state(&self) -> String {
        self.page.local(&self.view.state.label()).to_owned()
    }

    fn waits(&self) -> bool {
        self.view.state == DisposalState::Waiting
    }

    fn outcome(&self) -> String {
        self.page.local(&outcome_words(self.view.outcome)).to_owned()
    }

    fn address(&self) -> String {
        format!("{}/disposals/{}", self.path, self.view.request)
    }
}

type RequestAddress = Path<(String, String)>;

pub(crate) async fn show(office: State<Office>, page: PageContext, Path((case, request)): RequestAddress) -> Answer {
    let view = office.disposal_case(page.person()?, id(&case)?, id(&request)?).await?;
    Ok(Disposal::new(page, view, None).into_response())
}

pub(crate) async fn preview(office: State<Office>, page: PageContext, Path((case, request)): RequestAddress) -> Answer {
    let pdf = office.preview_disposal(page.person()?, id(&case)?, id(&request)?).await?;
    Ok(download("財産処分承認通知書（案）.pdf", FileKind::Pdf, pdf))
}

async fn decided(
    office: &Office,
    page: PageContext,
    session: &Session,
    (case, request): (CaseId, u32),
    (decision, told): (DisposalDecision, (&'static str, &'static str)),
    form: FormFields,
) -> Answer {
    let done = office.decide_disposal(page.person()?, case, request, decision, form.request()).await.map(|()| told);
    let path = format!("{}/disposals/{request}", project_path(case));
    stepped(session, done, &path, |problems: Vec<FieldProblem>| async {
        let view = office.disposal_case(page.person()?, case, request).await?;
        invalid(Disposal::new(page.with_problems(problems), view, Some(form)))
    })
    .await
}

pub(crate) async fn approve(
    office: State<Office>,
    page: PageContext,
    session: Session,
    Path((case, request)): RequestAddress,
    form: FormFields,
) -> Answer {
    let conditions = form.text("conditions").lines().map(str::trim).filter(|l| !l.is_empty()).map(str::to_owned).collect();
    let told = ("財産処分を承認しました。通知書を送ります。", "The disposal was approved.");
    decided(&office, page, &session, (id(&case)?, id(&request)?), (DisposalDecision::Approve { conditions }, told), form).await
}

pub(crate) async fn refuse(
    office: State<Office>,
    page: PageContext,
    session: Session,
    Path((case, request)): RequestAddress,
    form: FormFields,
) -> Answer {
    let decision = DisposalDecision::Refuse { reason: form.text("refusal-reason").to_owned() };
    let told = ("財産処分を承認しないことを決定しました。", "The disposal was refused.");
    decided(&office, page, &session, (id(&case)?, id(&request)?), (decision, told), form).await
}
