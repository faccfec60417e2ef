//! 取得財産 at the holder's desk: the register, what the claim lines propose for it, labels, the yearly census.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Path, State};
use axum::response::IntoResponse as _;
use banso_execution::act::AssetCondition;
use banso_kernel::CaseId;
use banso_office::execution::{AssetLine, AssetsPage, CensusForm, RegisteredAsset};
use banso_office::{FieldProblem, Office};
use tower_sessions::Session;

use super::super::case_path;
use super::super::project::project_path;
use super::{Reading, together};
use crate::context::PageContext;
use crate::desks::{id, invalid, stepped};
use crate::download::{FileKind, download};
use crate::failure::Answer;
use crate::form::FormFields;

/// Most things of one form.
const THINGS_MAX: usize = 500;

#[derive(Template, WebTemplate)]
#[template(path = "years/assets.html")]
struct Assets {
    page: PageContext,
    view: AssetsPage,
    case: String,
    path: String,
    form: Option<FormFields>,
}

/// Code of a condition in forms.
fn code(condition: AssetCondition) -> &'static str {
    match condition {
        AssetCondition::InUse => "in_use",
        AssetCondition::Idle => "idle",
        AssetCondition::Broken => "broken",
        AssetCondition::Missing => "missing",
    }
}

impl Assets {
    fn new(page: PageContext, view: AssetsPage, form: Option<FormFields>) -> Self {
        Assets { case: case_path(view.head.case), path: project_path(view.head.case), page, view, form }
    }

    /// Things are numbered from 1 in the form.
    fn field(&self, name: &str, index: &usize) -> String {
        format!("{name}-{}", index + 1)
    }

    fn value(&self, name: &str, index: &usize, otherwise: &str) -> String {
        self.form
            .as_ref()
            .filter(|f| f.ticked(&self.field(name, index)))
            .map_or_else(|| otherwise.to_owned(), |f| f.text(&self.field(name, index)).to_owned())
    }

    fn taken(&self, index: &usize) -> bool {
        self.form.as_ref().is_none_or(|f| !f.ticked("id-1") || f.ticked(&self.field("take", index)))
    }

    fn conditions(&self) -> Vec<(&'static str, String)> {
        AssetCondition::ALL.iter().map(|c| (code(*c), self.page.local(&c.label()).to_owned())).collect()
    }

    /// What is still there, numbered as the census has it.
    fn standing(&self) -> Vec<(usize, &AssetLine)> {
        self.view.assets.iter().filter(|a| a.stands()).enumerate().collect()
    }

    fn condition(&self, index: &usize) -> String {
        self.value("condition", index, "")
    }

    fn as_of(&self) -> String {
        self.form.as_ref().filter(|f| f.ticked("as-of")).map_or_else(|| self.page.now.day().wareki(), |f| f.text("as-of").to_owned())
    }

    fn papers(&self) -> String {
        format!("{}/papers/census/{}", self.path, self.view.papers)
    }

    fn word(&self, condition: &AssetCondition) -> String {
        self.page.local(&condition.label()).to_owned()
    }
}

pub(crate) async fn show(office: State<Office>, page: PageContext, Path(case): Path<String>) -> Answer {
    let view = office.assets_page(page.person()?, id(&case)?).await?;
    Ok(Assets::new(page, view, None).into_response())
}

async fn again(office: &Office, page: PageContext, case: CaseId, form: FormFields, problems: Vec<FieldProblem>) -> Answer {
    let view = office.assets_page(page.person()?, case).await?;
    invalid(Assets::new(page.with_problems(problems), view, Some(form)))
}

/// The numbers of the form's things.
fn things(form: &FormFields) -> Vec<usize> {
    (1..=THINGS_MAX).take_while(|n| form.ticked(&format!("id-{n}"))).collect()
}

pub(crate) async fn register(
    office: State<Office>,
    page: PageContext,
    session: Session,
    Path(case): Path<String>,
    form: FormFields,
) -> Answer {
    let case: CaseId = id(&case)?;
    let mut read = Reading::of(&form);
    let taken: Vec<usize> = things(&form).into_iter().filter(|n| form.ticked(&format!("take-{n}"))).collect();
    let of = |n: &usize, read: &mut Reading<'_>| RegisteredAsset {
        id: form.text(&format!("id-{n}")).to_owned(),
        serial: form.text(&format!("serial-{n}")).to_owned(),
        life_years: read.number(&format!("life-{n}")),
        life_clause: form.text(&format!("clause-{n}")).to_owned(),
        place: form.text(&format!("place-{n}")).to_owned(),
    };
    let registered: Vec<RegisteredAsset> = taken.iter().map(|n| of(n, &mut read)).collect();
    let unread = read.problems;
    let done = office.register_assets(page.person()?, case, &registered, form.request()).await;
    let done = done.map(|n| (format!("取得財産を{n}件登録しました。"), format!("{n} assets were registered.")));
    let path = format!("{}/assets", project_path(case));
    let places: Vec<(usize, usize)> = taken.iter().copied().enumerate().map(|(k, n)| (k + 1, n)).collect();
    stepped(&session, done, &path, |problems: Vec<FieldProblem>| async {
        let problems = problems.into_iter().map(|p| at_its_row(p, &places)).collect();
        again(&office, page, case, form, together(unread, problems)).await
    })
    .await
}

/// The office numbers what was taken; the form numbers what was proposed.
fn at_its_row(problem: FieldProblem, places: &[(usize, usize)]) -> FieldProblem {
    let moved = problem.field.rsplit_once('-').and_then(|(name, k)| {
        let k: usize = k.parse().ok()?;
        places.iter().find(|(counted, _)| *counted == k).map(|(_, n)| format!("{name}-{n}"))
    });
    FieldProblem { field: moved.unwrap_or(problem.field), text: problem.text }
}

pub(crate) async fn count(
    office: State<Office>,
    page: PageContext,
    session: Session,
    Path(case): Path<String>,
    form: FormFields,
) -> Answer {
    let case: CaseId = id(&case)?;
    let mut read = Reading::of(&form);
    let condition = |n: usize| AssetCondition::ALL.iter().copied().find(|c| code(*c) == form.text(&format!("condition-{n}")));
    let count = (1..=THINGS_MAX).take_while(|n| form.ticked(&format!("asset-{n}")));
    let seen = count.map(|n| (form.text(&format!("asset-{n}")).to_owned(), condition(n))).collect();
    let order = CensusForm { as_of: read.day("as-of"), seen };
    let unread = read.problems;
    let done = office.count_assets(page.person()?, case, &order, form.request()).await;
    let done = done.map(|()| ("取得財産の現況を報告しました。", "The census was reported."));
    let path = format!("{}/assets", project_path(case));
    stepped(&session, done, &path, |problems: Vec<FieldProblem>| again(&office, page, case, form, together(unread, problems))).await
}

pub(crate) async fn labels(office: State<Office>, page: PageContext, Path(case): Path<String>) -> Answer {
    let pdf = office.asset_labels(page.person()?, id(&case)?).await?;
    Ok(download("取得財産管理ラベル.pdf", FileKind::Pdf, pdf))
}
