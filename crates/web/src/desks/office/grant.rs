//! 交付申請の確認と交付決定: the request beside what the guideline computes; the decision prepared, shown as a letter, made; the request
//! returned or the grant refused.

use std::collections::BTreeMap;

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Path, State};
use axum::response::IntoResponse as _;
use banso_grant::Point;
use banso_kernel::{CaseId, Day, Yen};
use banso_office::desk::granting::{DecisionOrder, GrantPage, GrantStage, Prepared, PreparedCell, RefusalOrder, ReturnOrder, SettledCell};
use banso_office::{FieldProblem, Office, OfficeError};
use tower_sessions::Session;

use super::{call_path, case_path, shown_again};
use crate::context::PageContext;
use crate::desks::{id, invalid, see_other};
use crate::download::{FileKind, download};
use crate::failure::{Answer, Failure};
use crate::form::FormFields;

/// Lines of the form that returns a request.
const POINTS: std::ops::RangeInclusive<usize> = 1..=5;

#[derive(Template, WebTemplate)]
#[template(path = "office/grant.html")]
struct Grant {
    page: PageContext,
    view: GrantPage,
    /// The case, its grant desk, and the call.
    case: String,
    path: String,
    call: String,
    /// The long texts of the draft, as typed or saved.
    feasibility: String,
    further: String,
    /// What was typed, when the form of the decision comes back.
    typed: Option<FormFields>,
    /// What was typed, when the form that returns the request comes back.
    returned: Option<FormFields>,
    /// The page's problems are the open points of the saved draft, which the page lists under the draft.
    of_the_draft: bool,
}

impl Grant {
    fn new(mut page: PageContext, view: GrantPage, typed: Option<FormFields>) -> Self {
        // What is open in a saved draft is told beside its field too, not only when it is to be decided.
        let of_the_draft = view.prepared_version > 0 && typed.is_none() && !page.has_problems();
        if of_the_draft {
            page = page.with_problems(view.open_points.clone());
        }
        let case = case_path(view.case);
        let text = |field: &str, saved: &str| typed.as_ref().map_or_else(|| saved.to_owned(), |form| form.text(field).to_owned());
        let (feasibility, further) =
            (text("feasibility", &view.prepared.feasibility), text("further-conditions", &view.prepared.further_conditions));
        Grant {
            feasibility,
            further,
            path: format!("{case}/grant"),
            case,
            call: call_path(&view.call),
            page,
            view,
            typed,
            returned: None,
            of_the_draft,
        }
    }

    /// What stands in a field: what was typed, otherwise what is saved.
    fn value(&self, field: &str, saved: &str) -> String {
        match &self.typed {
            Some(form) => form.text(field).to_owned(),
            None => saved.to_owned(),
        }
    }

    /// What was typed into the form that returns the request.
    fn blank(&self, field: &str) -> String {
        self.returned.as_ref().map(|form| form.text(field).to_owned()).unwrap_or_default()
    }

    fn field(&self, name: &str, index: &usize) -> String {
        format!("{name}-{index}")
    }

    fn accepted(&self, index: &usize, cell: &SettledCell) -> String {
        self.value(&format!("cost-{index}"), &grouped(cell.accepted))
    }

    fn why(&self, index: &usize, cell: &SettledCell) -> String {
        self.value(&format!("why-{index}"), &cell.reason)
    }

    fn reduction(&self) -> String {
        self.value("reduction", &self.view.prepared.reduction.filter(|r| *r != Yen::ZERO).map(grouped).unwrap_or_default())
    }

    fn project_ends(&self) -> String {
        self.value("project-ends", &self.view.prepared.project_ends.map(Day::wareki).unwrap_or_default())
    }

    fn withdrawal_days(&self) -> String {
        self.value("withdrawal-days", &self.view.prepared.withdrawal_days.to_string())
    }

    fn wrong(&self, field: &str) -> Option<String> {
        self.page.problem(field).map(str::to_owned)
    }

    fn waiting(&self) -> bool {
        self.view.stage == GrantStage::Waiting
    }

    fn overdue(&self) -> bool {
        matches!(self.view.stage, GrantStage::Returned { overdue: true, .. })
    }

    /// Whether what was prepared can be decided as it stands.
    fn ready(&self) -> bool {
        self.waiting() && self.view.open_points.is_empty() && self.view.settled.is_some()
    }

    fn stage(&self) -> (&'static str, &str) {
        match &self.view.stage {
            GrantStage::NotAsked => ("", self.page.t("交付申請を待っています", "waiting for the grant request")),
            GrantStage::Waiting => ("active", self.page.t("決定待ち", "waiting for the decision")),
            GrantStage::Returned { .. } => ("care", self.page.t("補正を依頼中", "returned for correction")),
            GrantStage::Granted { .. } => ("good", self.page.t("交付決定済", "granted")),
            GrantStage::Refused { .. } => ("wrong", self.page.t("不交付決定済", "refused")),
            GrantStage::Withdrawn { .. } => ("", self.page.t("取下げ", "withdrawn")),
        }
    }

    fn less(&self, asked: &Yen, granted: &Yen) -> String {
        let off = Yen::new(granted.get().saturating_sub(asked.get()));
        self.page.yen(&off).replace('-', "△")
    }

    fn points(&self) -> std::ops::RangeInclusive<usize> {
        POINTS
    }

    /// A place of the form, as people read it.
    fn place(&self, field: &str) -> String {
        let found = self.view.places.iter().find(|(value, _)| value == field);
        found.map_or_else(|| field.to_owned(), |(_, title)| self.page.local(title).to_owned())
    }

    fn chosen(&self, index: &usize, place: &str) -> bool {
        self.blank(&format!("place-{index}")) == place
    }

    /// A condition of the decision, in the words of the guideline for this language where they are its own.
    fn condition<'a>(&'a self, decided: &'a str) -> &'a str {
        self.view.conditions.iter().find(|c| c.text.ja == decided).map_or(decided, |c| self.page.local(&c.text))
    }

    /// The guideline's condition, numbered.
    fn conditions(&self) -> Vec<(String, String)> {
        self.view.conditions.iter().map(|c| (c.clause.clone(), self.page.local(&c.text).to_owned())).collect()
    }
}

fn grouped(yen: Yen) -> String {
    yen.to_string().trim_end_matches('円').to_owned()
}

/// What was typed into the form of the decision, or what cannot be read in it.
fn prepared(form: &FormFields, view: &GrantPage) -> Result<Prepared, Vec<FieldProblem>> {
    let mut problems = Vec::new();
    let mut kept = |found: Result<Option<Yen>, FieldProblem>| found.map_err(|p| problems.push(p)).ok().flatten();
    let mut cells = BTreeMap::new();
    for (index, cell) in view.cells.iter().enumerate() {
        let accepted = kept(form.yen(&format!("cost-{index}"))).unwrap_or(Yen::ZERO);
        let reason = form.text(&format!("why-{index}")).to_owned();
        if accepted != cell.cell.asked {
            cells.insert(index, PreparedCell { accepted, reason });
        }
    }
    let reduction = kept(form.yen("reduction")).filter(|r| *r != Yen::ZERO);
    let project_ends = form.day("project-ends").map_err(|p| problems.push(p)).ok().flatten();
    let days = form.number("withdrawal-days").map_err(|p| problems.push(p)).ok().flatten();
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(Prepared {
        request_version: view.prepared.request_version,
        cells,
        reduction,
        reduction_reason: form.text("reduction-reason").to_owned(),
        further_conditions: form.text("further-conditions").to_owned(),
        feasibility: form.text("feasibility").to_owned(),
        project_ends,
        withdrawal_days: days.and_then(|d| u32::try_from(d).ok()).unwrap_or(0),
    })
}

pub(crate) async fn show(office: State<Office>, page: PageContext, Path(case): Path<String>) -> Answer {
    let view = office.grant_page(page.person()?, id(&case)?).await?;
    Ok(Grant::new(page, view, None).into_response())
}

/// What was typed into one of the forms of the page; the others come back as they were saved.
enum Typed {
    Decision(FormFields),
    Return(FormFields),
    /// A form whose text is not kept.
    Nothing,
}

/// The page once more with what is wrong and what was typed.
async fn again(office: &Office, page: PageContext, case: CaseId, typed: Typed, problems: Vec<FieldProblem>) -> Answer {
    let view = office.grant_page(page.person()?, case).await?;
    let (decision, returned) = match typed {
        Typed::Decision(form) => (Some(form), None),
        Typed::Return(form) => (None, Some(form)),
        Typed::Nothing => (None, None),
    };
    invalid(Grant { returned, ..Grant::new(page.with_problems(problems), view, decision) })
}

pub(crate) async fn prepare(
    office: State<Office>,
    page: PageContext,
    session: Session,
    Path(case): Path<String>,
    form: FormFields,
) -> Answer {
    let case: CaseId = id(&case)?;
    let view = office.grant_page(page.person()?, case).await?;
    if form.text("request-version") != view.prepared.request_version.to_string() {
        return Err(Failure::from(OfficeError::Stale(banso_kernel::LocalText::new(
            "交付申請が新しい版に変わっています。",
            "A newer version of the grant request has arrived.",
        ))));
    }
    let (prepared, based_on) = match prepared(&form, &view) {
        Ok(prepared) => (prepared, id(form.text("prepared"))?),
        Err(problems) => return invalid(Grant::new(page.with_problems(problems), view, Some(form))),
    };
    match office.prepare_decision(page.person()?, case, &prepared, based_on).await {
        Ok(()) => {
            let path = format!("{}/grant#outlook", case_path(case));
            see_other(&session, &path, "決定の案を保存し、計算し直しました。", "The draft was saved and computed anew.").await
        }
        Err(error) => again(&office, page, case, Typed::Decision(form), shown_again(error)?).await,
    }
}

pub(crate) async fn preview(office: State<Office>, page: PageContext, Path(case): Path<String>) -> Answer {
    let case: CaseId = id(&case)?;
    let pdf = office.preview_decision(page.person()?, case).await?;
    Ok(download("交付決定通知書（案）.pdf", FileKind::Pdf, pdf))
}

pub(crate) async fn letter(office: State<Office>, page: PageContext, Path(case): Path<String>) -> Answer {
    let (name, pdf) = office.decision_letter_of(page.person()?, id(&case)?).await?;
    Ok(download(&name, FileKind::Pdf, pdf))
}

pub(crate) async fn decide(
    office: State<Office>,
    page: PageContext,
    session: Session,
    Path(case): Path<String>,
    form: FormFields,
) -> Answer {
    let case: CaseId = id(&case)?;
    let order = DecisionOrder { prepared_version: id(form.text("prepared"))?, request: form.request() };
    match office.decide_grant(page.person()?, case, order).await {
        Ok(()) => {
            let words = ("交付を決定しました。通知書を申請者に送ります。", "The grant was decided. The letter is on its way.");
            see_other(&session, &format!("{}/grant", case_path(case)), words.0, words.1).await
        }
        Err(error) => again(&office, page, case, Typed::Nothing, shown_again(error)?).await,
    }
}

pub(crate) async fn refuse(
    office: State<Office>,
    page: PageContext,
    session: Session,
    Path(case): Path<String>,
    form: FormFields,
) -> Answer {
    let case: CaseId = id(&case)?;
    let order = RefusalOrder { reason: form.text("refusal-reason").to_owned(), request: form.request() };
    match office.refuse_grant(page.person()?, case, order).await {
        Ok(()) => {
            let words = ("不交付を決定しました。通知書を申請者に送ります。", "The grant was refused. The letter is on its way.");
            see_other(&session, &format!("{}/grant", case_path(case)), words.0, words.1).await
        }
        Err(error) => again(&office, page, case, Typed::Nothing, shown_again(error)?).await,
    }
}

pub(crate) async fn give_back(
    office: State<Office>,
    page: PageContext,
    session: Session,
    Path(case): Path<String>,
    form: FormFields,
) -> Answer {
    let case: CaseId = id(&case)?;
    let point = |i: usize| Point { field: form.text(&format!("place-{i}")).to_owned(), note: form.text(&format!("note-{i}")).to_owned() };
    let points: Vec<Point> = POINTS.map(point).filter(|p| !p.note.is_empty()).collect();
    let due = match form.day("due") {
        Ok(due) => due,
        Err(problem) => return again(&office, page, case, Typed::Return(form), vec![problem]).await,
    };
    match office.return_grant_request(page.person()?, case, ReturnOrder { points, due, request: form.request() }).await {
        Ok(()) => {
            let words = ("補正を依頼しました。", "The request was returned for correction.");
            see_other(&session, &format!("{}/grant", case_path(case)), words.0, words.1).await
        }
        Err(error) => again(&office, page, case, Typed::Return(form), shown_again(error)?).await,
    }
}
