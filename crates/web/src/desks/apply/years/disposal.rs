//! 財産処分 at the holder's desk: what it costs is shown before it is asked for; what was approved is reported when it is done.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Path, State};
use axum::response::IntoResponse as _;
use banso_execution::law::DisposalKind;
use banso_kernel::{CaseId, Yen};
use banso_office::execution::{
    DisposalForm, DisposalLine, DisposalLook, DisposalState, DisposalsPage, DisposedForm, Step, YearsFile, outcome_words,
};
use banso_office::{FieldProblem, Office};
use tower_sessions::Session;

use super::super::case_path;
use super::super::project::project_path;
use super::{Reading, together};
use crate::context::PageContext;
use crate::desks::{id, invalid, stepped};
use crate::failure::Answer;
use crate::form::FormFields;

/// Code of a kind in forms.
pub(crate) const fn code(kind: DisposalKind) -> &'static str {
    match kind {
        DisposalKind::Diversion => "diversion",
        DisposalKind::Sale => "sale",
        DisposalKind::Gift => "gift",
        DisposalKind::Exchange => "exchange",
        DisposalKind::PaidLease => "paid_lease",
        DisposalKind::FreeLoan => "free_loan",
        DisposalKind::Collateral => "collateral",
        DisposalKind::Scrapping => "scrapping",
    }
}

#[derive(Template, WebTemplate)]
#[template(path = "years/disposals.html")]
struct Disposals {
    page: PageContext,
    view: DisposalsPage,
    case: String,
    path: String,
    form: Option<FormFields>,
    /// What is to be paid back by a price that was typed, once it was told.
    told: Option<(u32, Yen)>,
}

impl Disposals {
    fn new(page: PageContext, view: DisposalsPage, form: Option<FormFields>) -> Self {
        Disposals { case: case_path(view.head.case), path: project_path(view.head.case), page, view, form, told: None }
    }

    fn typed(&self, field: &str) -> String {
        self.form.as_ref().map(|form| form.text(field).to_owned()).unwrap_or_default()
    }

    fn ticked(&self, field: &str) -> bool {
        self.form.as_ref().is_some_and(|form| form.ticked(field))
    }

    fn kinds(&self) -> Vec<(&'static str, String)> {
        DisposalKind::ALL.iter().map(|k| (code(*k), self.page.local(&k.label()).to_owned())).collect()
    }

    fn assets(&self) -> Vec<(String, String)> {
        self.view.assets.clone()
    }

    fn outcome(&self, look: &DisposalLook) -> String {
        self.page.local(&outcome_words(look.outcome)).to_owned()
    }

    fn papers(&self) -> String {
        format!("{}/papers/disposal/{}", self.path, self.view.place)
    }

    fn steps<'a>(&self, look: &'a DisposalLook) -> &'a [Step] {
        &look.steps
    }

    fn done_files<'a>(&self, line: &'a DisposalLine) -> &'a [YearsFile] {
        &line.files
    }

    fn done_papers(&self, line: &DisposalLine) -> String {
        format!("{}/papers/disposed/{}", self.path, line.request)
    }

    fn state(&self, line: &DisposalLine) -> String {
        self.page.local(&line.state.label()).to_owned()
    }

    fn reports(&self, line: &DisposalLine) -> bool {
        self.view.may && line.state == DisposalState::Approved
    }

    fn price_field(&self, line: &DisposalLine) -> String {
        format!("done-price-{}", line.request)
    }

    /// The price to begin with: what was typed, otherwise what was planned.
    fn price(&self, line: &DisposalLine, planned: &Yen) -> String {
        match self.typed(&self.price_field(line)) {
            typed if typed.is_empty() => crate::desks::apply::project::grouped(*planned),
            typed => typed,
        }
    }

    fn told_of(&self, line: &DisposalLine) -> Option<i64> {
        self.told.filter(|(request, _)| *request == line.request).map(|(_, amount)| amount.get())
    }

    fn done_field(&self, line: &DisposalLine) -> String {
        format!("done-{}", line.request)
    }
}

fn order_of(form: &FormFields) -> (DisposalForm, Vec<FieldProblem>) {
    let mut read = Reading::of(form);
    let order = DisposalForm {
        asset: form.text("asset").to_owned(),
        kind: DisposalKind::ALL.iter().copied().find(|k| code(*k) == form.text("kind")),
        proceeds: read.yen("proceeds"),
        through_no_fault: form.ticked("no-fault"),
        temporary: form.ticked("temporary"),
        planned_on: read.day("planned-on"),
        reason: form.text("reason").to_owned(),
        shown: form.text("shown").to_owned(),
    };
    (order, read.problems)
}

pub(crate) async fn show(office: State<Office>, page: PageContext, Path(case): Path<String>) -> Answer {
    let view = office.disposals_page(page.person()?, id(&case)?, None).await?;
    Ok(Disposals::new(page, view, None).into_response())
}

pub(crate) async fn ask(office: State<Office>, page: PageContext, session: Session, Path(case): Path<String>, form: FormFields) -> Answer {
    let case: CaseId = id(&case)?;
    let (order, unread) = order_of(&form);
    let wrong = office.disposal_problems(&order);
    if !unread.is_empty() || form.ticked("look") {
        let problems = together(unread, wrong);
        let view = office.disposals_page(page.person()?, case, Some(&order)).await?;
        if problems.is_empty() {
            return Ok(Disposals::new(page, view, Some(form)).into_response());
        }
        return invalid(Disposals::new(page.with_problems(problems), view, Some(form)));
    }
    let done = office.ask_disposal(page.person()?, case, &order, form.request()).await;
    let done = done.map(|()| ("財産処分の承認を申請しました。", "The disposal was asked for."));
    let path = format!("{}/disposals", project_path(case));
    stepped(&session, done, &path, |problems: Vec<FieldProblem>| async {
        let view = office.disposals_page(page.person()?, case, Some(&order)).await?;
        invalid(Disposals::new(page.with_problems(problems), view, Some(form)))
    })
    .await
}

pub(crate) async fn complete(
    office: State<Office>,
    page: PageContext,
    session: Session,
    Path((case, request)): Path<(String, String)>,
    form: FormFields,
) -> Answer {
    let (case, request): (CaseId, u32) = (id(&case)?, id(&request)?);
    let mut read = Reading::of(&form);
    let on = read.day(&format!("done-{request}"));
    let proceeds = read.yen(&format!("done-price-{request}"));
    let shown = read.yen(&format!("done-shown-{request}"));
    let (unread, order) = (read.problems, DisposedForm { on, proceeds, shown });
    let path = format!("{}/disposals", project_path(case));
    if !unread.is_empty() {
        let view = office.disposals_page(page.person()?, case, None).await?;
        return invalid(Disposals::new(page.with_problems(unread), view, Some(form)));
    }
    let done = office.report_disposed(page.person()?, case, request, &order, form.request()).await;
    let done = done.map(|()| ("財産処分の完了を報告しました。", "The disposal was reported as done."));
    stepped(&session, done, &path, |problems: Vec<FieldProblem>| async {
        let view = office.disposals_page(page.person()?, case, None).await?;
        let told = office.price_shown(page.person()?, case, request, &order).await?.map(|amount| (request, amount));
        invalid(Disposals { told, ..Disposals::new(page.with_problems(problems), view, Some(form)) })
    })
    .await
}
