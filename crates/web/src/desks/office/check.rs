//! 形式審査: the checklist, and its three ways out.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Path, State};
use axum::response::IntoResponse as _;
use banso_grant::Point;
use banso_kernel::{CaseId, LocalText};
use banso_office::desk::{CasePage, ReturnOrder, Step};
use banso_office::dossier::{DossierContent, Reading};
use banso_office::{FieldProblem, Office, OfficeError};
use tower_sessions::Session;

use super::{case_path, shown_again, state_tone};
use crate::context::PageContext;
use crate::desks::{id, invalid, see_other};
use crate::failure::Answer;
use crate::form::FormFields;

/// Points that a form has room for.
const POINTS: usize = 12;
/// Points that are shown at once; the others are folded away.
const POINTS_SHOWN: usize = 2;

/// What was typed, to be shown again.
#[derive(Default)]
struct Typed {
    ticked: Vec<String>,
    points: Vec<(String, String)>,
    due: String,
    reason: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "office/check.html")]
struct CheckView {
    page: PageContext,
    path: String,
    documents: String,
    view: CasePage,
    typed: Typed,
    /// Places that a point can name.
    places: Vec<(String, String)>,
}

impl CheckView {
    fn new(page: PageContext, view: CasePage, typed: Typed) -> Self {
        let path = case_path(view.case);
        let places = places(&page, &view.dossier.reading);
        CheckView { documents: format!("{path}/documents"), path, places, page, view, typed }
    }

    fn tone(&self) -> &'static str {
        state_tone(self.view.code())
    }

    fn label(&self) -> String {
        self.page.local(&self.view.code().label()).to_owned()
    }

    fn may_check(&self) -> bool {
        self.view.may(&Step::CheckCompleteness)
    }

    fn may_return(&self) -> bool {
        self.view.may(&Step::Return)
    }

    fn may_refuse(&self) -> bool {
        self.view.may(&Step::NotAccept)
    }

    fn ticked(&self, item: &str) -> bool {
        self.typed.ticked.iter().any(|t| t == item)
    }

    /// The rows of the form of points: number, place, note; those shown at once, and the rest.
    fn rows(&self, more: bool) -> Vec<(usize, String, String)> {
        let row = |n: usize| {
            let (field, note) = self.typed.points.get(n).cloned().unwrap_or_default();
            (n + 1, field, note)
        };
        if more { (POINTS_SHOWN..POINTS).map(row).collect() } else { (0..POINTS_SHOWN).map(row).collect() }
    }

    fn more_open(&self) -> bool {
        self.typed.points.iter().skip(POINTS_SHOWN).any(|(field, note)| !field.is_empty() || !note.is_empty())
    }
}

/// Every place of the application: its sections, answers and documents, as corrections name them.
fn places(page: &PageContext, reading: &Reading) -> Vec<(String, String)> {
    let Reading::Kept(pages) = reading else { return Vec::new() };
    let mut places = Vec::new();
    for section in &pages.sections {
        let side = if section.side.is_empty() { String::new() } else { format!("（{}）", section.side) };
        let title = format!("{}{side}", page.local(&section.title));
        places.push((section.id.clone(), format!("{title}{}", page.t("（全体）", " (as a whole)"))));
        let mut inner = |key: &str, label: &LocalText| {
            let place = match section.member {
                0 => format!("{}/{key}", section.id),
                member => format!("{}/{member}/{key}", section.id),
            };
            places.push((place, format!("{title} ／ {}", page.local(label))));
        };
        match &section.content {
            DossierContent::Answers(rows) => rows.iter().for_each(|r| inner(&r.key, &r.label)),
            DossierContent::Documents(slots) => slots.iter().for_each(|s| inner(&s.id, &s.title)),
            DossierContent::Members(_) | DossierContent::Budget(_) => {}
        }
    }
    places.dedup_by(|a, b| a.0 == b.0);
    places
}

/// The points as they were typed, each with its place.
fn typed_points(form: &FormFields) -> Vec<(String, String)> {
    (1..=POINTS).map(|n| (form.text(&format!("place-{n}")).to_owned(), form.text(&format!("note-{n}")).to_owned())).collect()
}

/// The points that are filled in; a half-filled one is a problem.
fn points(typed: &[(String, String)]) -> Result<Vec<Point>, Vec<FieldProblem>> {
    let mut wrong = Vec::new();
    let mut points = Vec::new();
    for ((field, note), n) in typed.iter().zip(1..) {
        match (field.is_empty(), note.is_empty()) {
            (true, true) => {}
            (false, false) => points.push(Point { field: field.clone(), note: note.clone() }),
            (true, false) => wrong.push(FieldProblem::new(
                format!("place-{n}"),
                format!("{n}つ目の補正点：補正する欄を選んでください。"),
                format!("Point {n}: choose the field to correct."),
            )),
            (false, true) => wrong.push(FieldProblem::new(
                format!("note-{n}"),
                format!("{n}つ目の補正点：補正の内容を入力してください。"),
                format!("Point {n}: say what to correct."),
            )),
        }
    }
    if wrong.is_empty() { Ok(points) } else { Err(wrong) }
}

pub(crate) async fn show(office: State<Office>, page: PageContext, Path(case): Path<String>) -> Answer {
    let view = office.office_case(page.person()?, id(&case)?).await?;
    Ok(CheckView::new(page, view, Typed::default()).into_response())
}

/// The page once more, with what is wrong and what was typed.
async fn again(office: &Office, page: PageContext, case: CaseId, error: OfficeError, typed: Typed) -> Answer {
    let problems = shown_again(error)?;
    let view = office.office_case(page.person()?, case).await?;
    invalid(CheckView::new(page.with_problems(problems), view, typed))
}

pub(crate) async fn pass(office: State<Office>, page: PageContext, session: Session, Path(case): Path<String>, form: FormFields) -> Answer {
    let case: CaseId = id(&case)?;
    let ticked: Vec<String> = form.all("check").map(str::to_owned).collect();
    match office.pass_completeness(page.person()?, case, &ticked, form.request()).await {
        Ok(()) => see_other(&session, &case_path(case), "形式審査を通過としました。", "Passed the completeness check.").await,
        Err(error) => again(&office, page, case, error, Typed { ticked, ..Typed::default() }).await,
    }
}

pub(crate) async fn send_back(
    office: State<Office>,
    page: PageContext,
    session: Session,
    Path(case): Path<String>,
    form: FormFields,
) -> Answer {
    let case: CaseId = id(&case)?;
    let typed = Typed { points: typed_points(&form), due: form.text("due").to_owned(), ..Typed::default() };
    let mut wrong = Vec::new();
    let points = points(&typed.points).unwrap_or_else(|problems| {
        wrong.extend(problems);
        Vec::new()
    });
    let due = form.day("due").unwrap_or_else(|problem| {
        wrong.push(problem);
        None
    });
    if !wrong.is_empty() {
        return again(&office, page, case, OfficeError::Invalid(wrong), typed).await;
    }
    match office.return_for_correction(page.person()?, case, &ReturnOrder { points, due, request: form.request() }).await {
        Ok(()) => see_other(&session, &case_path(case), "申請者に差し戻しました。", "Returned for correction.").await,
        Err(error) => again(&office, page, case, error, typed).await,
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
    match office.not_accept(page.person()?, case, form.text("reason"), form.request()).await {
        Ok(()) => see_other(&session, &case_path(case), "不受理としました。", "Not accepted.").await,
        Err(error) => again(&office, page, case, error, Typed { reason: form.text("reason").to_owned(), ..Typed::default() }).await,
    }
}
