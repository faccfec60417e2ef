//! 収益納付 and 賃上げ要件 at the office's desk: the report, the computation line by line, and the button that establishes it. The register of
//! assets stands here too.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Path, State};
use axum::response::IntoResponse as _;
use banso_execution::act::AssetCondition;
use banso_kernel::{CaseId, Yen};
use banso_office::execution::{AssessedKind, AssessmentPage, AssetsPage};
use banso_office::{FieldProblem, Office};
use tower_sessions::Session;

use super::super::{case_path, project_path};
use crate::context::PageContext;
use crate::desks::{id, invalid, stepped};
use crate::download::{FileKind, download};
use crate::failure::{Answer, Failure};
use crate::form::FormFields;

#[derive(Template, WebTemplate)]
#[template(path = "years/assessment.html")]
struct Assessment {
    page: PageContext,
    view: AssessmentPage,
    case: String,
    path: String,
    form: Option<FormFields>,
}

impl Assessment {
    fn new(page: PageContext, view: AssessmentPage, form: Option<FormFields>) -> Self {
        Assessment { case: case_path(view.head.case), path: project_path(view.head.case), page, view, form }
    }

    fn title(&self) -> String {
        self.page.local(&self.view.kind.label()).to_owned()
    }

    fn action(&self) -> String {
        format!("{}/{}/{}", self.path, self.view.kind.code(), self.view.nth)
    }

    fn reason(&self) -> String {
        self.form.as_ref().map_or_else(|| self.view.usual_reason.ja.clone(), |form| form.text("reason").to_owned())
    }
}

fn address(kind: &str, nth: &str) -> Result<(AssessedKind, u32), Failure> {
    Ok((AssessedKind::parse(kind).ok_or(Failure::NotFound)?, id(nth)?))
}

async fn shown(office: &Office, page: PageContext, case: CaseId, (kind, nth): (AssessedKind, u32)) -> Answer {
    let view = office.assessment_page(page.person()?, case, kind, nth).await?;
    Ok(Assessment::new(page, view, None).into_response())
}

async fn assessed(
    office: &Office,
    page: PageContext,
    session: &Session,
    (case, of): (CaseId, (AssessedKind, u32)),
    form: FormFields,
) -> Answer {
    let amount = form.text("amount").parse().map(Yen::new).map_err(|_| Failure::NotFound)?;
    let done = office.assess(page.person()?, case, of, (amount, form.text("reason")), form.request()).await;
    let done = done.map(|()| ("認定し、通知します。", "Established; the holder is told."));
    stepped(session, done, &project_path(case), |problems: Vec<FieldProblem>| async {
        let view = office.assessment_page(page.person()?, case, of.0, of.1).await?;
        invalid(Assessment::new(page.with_problems(problems), view, Some(form)))
    })
    .await
}

type NthAddress = Path<(String, String)>;

pub(crate) async fn revenue(office: State<Office>, page: PageContext, Path((case, nth)): NthAddress) -> Answer {
    shown(&office, page, id(&case)?, address("revenue", &nth)?).await
}

pub(crate) async fn assess_revenue(
    office: State<Office>,
    page: PageContext,
    session: Session,
    Path((case, nth)): NthAddress,
    form: FormFields,
) -> Answer {
    assessed(&office, page, &session, (id(&case)?, address("revenue", &nth)?), form).await
}

pub(crate) async fn wages(office: State<Office>, page: PageContext, Path((case, nth)): NthAddress) -> Answer {
    shown(&office, page, id(&case)?, address("wages", &nth)?).await
}

pub(crate) async fn assess_wages(
    office: State<Office>,
    page: PageContext,
    session: Session,
    Path((case, nth)): NthAddress,
    form: FormFields,
) -> Answer {
    assessed(&office, page, &session, (id(&case)?, address("wages", &nth)?), form).await
}

#[derive(Template, WebTemplate)]
#[template(path = "years/register.html")]
struct Register {
    page: PageContext,
    view: AssetsPage,
    case: String,
    path: String,
}

impl Register {
    fn word(&self, condition: &AssetCondition) -> String {
        self.page.local(&condition.label()).to_owned()
    }
}

pub(crate) async fn assets(office: State<Office>, page: PageContext, Path(case): Path<String>) -> Answer {
    let view = office.assets_at_desk(page.person()?, id(&case)?).await?;
    Ok(Register { case: case_path(view.head.case), path: project_path(view.head.case), page, view }.into_response())
}

pub(crate) async fn labels(office: State<Office>, page: PageContext, Path(case): Path<String>) -> Answer {
    let case: CaseId = id(&case)?;
    office.assets_at_desk(page.person()?, case).await?;
    let pdf = office.asset_labels(page.person()?, case).await?;
    Ok(download("取得財産管理ラベル.pdf", FileKind::Pdf, pdf))
}
