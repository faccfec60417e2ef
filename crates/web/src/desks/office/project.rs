//! 交付決定後 at the office's desk: the project, its inspection, fixing the amount.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Path, State};
use axum::response::IntoResponse as _;
use banso_execution::ExecutionPhase as Phase;
use banso_execution::act::LineAmount;
use banso_execution::claim::Weight;
use banso_kernel::{CaseId, Digest, LocalText, Point, Yen};
use banso_office::execution::{
    CHECKS, ChangeDecision, DueLine, FixingPage, InspectionForm, InspectionPage, JudgedLine, PaperKind, ProjectPage,
};
use banso_office::{FieldProblem, Office};
use tower_sessions::Session;

use super::years::duty_path;
use super::{call_path, case_path, project_path};
use crate::context::PageContext;
use crate::desks::apply::project::phase_tone;
use crate::desks::{id, invalid, stepped};
use crate::download::{FileKind, download};
use crate::failure::Answer;
use crate::form::FormFields;

/// Lines of the form that returns a report.
const POINTS: std::ops::RangeInclusive<usize> = 1..=5;

#[derive(Template, WebTemplate)]
#[template(path = "office/project.html")]
struct Project {
    page: PageContext,
    view: ProjectPage,
    case: String,
    path: String,
    call: String,
    phase: LocalText,
    form: Option<FormFields>,
}

impl Project {
    fn new(page: PageContext, view: ProjectPage, form: Option<FormFields>) -> Self {
        let phase = view.phase.label();
        Project { case: case_path(view.case), path: project_path(view.case), call: call_path(&view.call), page, view, phase, form }
    }

    fn phase(&self) -> &LocalText {
        &self.phase
    }

    fn tone(&self) -> &'static str {
        phase_tone(self.view.phase)
    }

    fn settles(&self, due: &DueLine) -> String {
        let at = duty_path(self.view.case, due.kind);
        // What stands on this very page needs no way to it.
        if at.starts_with(&format!("{}#", self.path)) { String::new() } else { at }
    }

    fn inspects(&self) -> bool {
        self.view.headings.iter().any(|h| h.reported.is_some())
    }

    fn fixes(&self) -> bool {
        self.view.phase == Phase::Inspected
    }

    fn letters(&self) -> String {
        format!("{}/letters", self.path)
    }

    fn before(&self, line: &str) -> Yen {
        self.view.headings.iter().find(|h| h.name == line).map_or(Yen::ZERO, |h| h.allotted)
    }

    fn stands(&self, line: &str) -> String {
        self.page.yen(&self.before(line))
    }

    fn difference(&self, line: &LineAmount) -> String {
        let off = Yen::new(line.amount.get().saturating_sub(self.before(&line.line).get()));
        self.page.yen(&off).replace('-', "△")
    }

    fn typed(&self, field: &str) -> &str {
        self.form.as_ref().map(|form| form.text(field)).unwrap_or_default()
    }

    fn refusal_field(&self, claim: &u32) -> String {
        format!("refusal-reason-{claim}")
    }
}

pub(crate) async fn show(office: State<Office>, page: PageContext, Path(case): Path<String>) -> Answer {
    let view = office.project_at_desk(page.person()?, id(&case)?).await?;
    Ok(Project::new(page, view, None).into_response())
}

async fn again(office: &Office, page: PageContext, case: CaseId, form: FormFields, problems: Vec<FieldProblem>) -> Answer {
    let view = office.project_at_desk(page.person()?, case).await?;
    invalid(Project::new(page.with_problems(problems), view, Some(form)))
}

pub(crate) async fn letter(office: State<Office>, page: PageContext, Path((case, act)): Path<(String, String)>) -> Answer {
    let (name, pdf) = office.execution_letter_of(page.person()?, id(&case)?, id(&act)?).await?;
    Ok(download(&name, FileKind::Pdf, pdf))
}

pub(crate) async fn approve_change(
    office: State<Office>,
    page: PageContext,
    session: Session,
    Path(case): Path<String>,
    form: FormFields,
) -> Answer {
    let case: CaseId = id(&case)?;
    let decision = ChangeDecision::Approve { conditions: form.lines("conditions") };
    let done = office
        .decide_change(page.person()?, case, id(form.text("asked"))?, decision, form.request())
        .await
        .map(|()| ("計画変更を承認しました。", "The change was approved."));
    stepped(&session, done, &project_path(case), |problems| again(&office, page, case, form, problems)).await
}

pub(crate) async fn refuse_change(
    office: State<Office>,
    page: PageContext,
    session: Session,
    Path(case): Path<String>,
    form: FormFields,
) -> Answer {
    let case: CaseId = id(&case)?;
    let decision = ChangeDecision::Refuse { reason: form.text("change-reason").to_owned() };
    let done = office
        .decide_change(page.person()?, case, id(form.text("asked"))?, decision, form.request())
        .await
        .map(|()| ("計画変更を承認しないことを決定しました。", "The change was refused."));
    stepped(&session, done, &project_path(case), |problems| again(&office, page, case, form, problems)).await
}

pub(crate) async fn refuse_claim(
    office: State<Office>,
    page: PageContext,
    session: Session,
    Path((case, claim)): Path<(String, String)>,
    form: FormFields,
) -> Answer {
    let (case, claim): (CaseId, u32) = (id(&case)?, id(&claim)?);
    let reason = form.text(&format!("refusal-reason-{claim}")).to_owned();
    let done = office
        .refuse_payment(page.person()?, case, claim, &reason, form.request())
        .await
        .map(|()| ("支払請求を差し戻しました。", "The claim was given back."));
    stepped(&session, done, &project_path(case), |problems| again(&office, page, case, form, problems)).await
}

#[derive(Template, WebTemplate)]
#[template(path = "office/inspection.html")]
struct Inspection {
    page: PageContext,
    view: InspectionPage,
    case: String,
    path: String,
    form: Option<FormFields>,
}

impl Inspection {
    fn new(page: PageContext, view: InspectionPage, form: Option<FormFields>) -> Self {
        Inspection { case: case_path(view.case), path: project_path(view.case), page, view, form }
    }

    fn claims(&self) -> String {
        self.view.claims.map(|d| d.to_string()).unwrap_or_default()
    }

    /// Lines are numbered from 1 in the form.
    fn number(&self, index: &usize) -> usize {
        index + 1
    }

    fn wrong(&self, field: &str, n: &usize) -> Option<String> {
        self.page.problem(&format!("{field}-{n}")).map(str::to_owned)
    }

    fn value(&self, field: &str, n: &usize, otherwise: &str) -> String {
        self.form.as_ref().map_or_else(|| otherwise.to_owned(), |form| form.text(&format!("{field}-{n}")).to_owned())
    }

    fn returned(&self, field: &str, n: &usize) -> String {
        self.value(field, n, "")
    }

    fn chosen(&self, n: &usize, clause: &str) -> bool {
        self.value("clause", n, "") == clause
    }

    fn typed(&self, field: &str) -> &str {
        self.form.as_ref().map(|form| form.text(field)).unwrap_or_default()
    }

    fn on_site(&self) -> bool {
        self.form.as_ref().is_some_and(|form| form.ticked("on-site"))
    }

    fn checks(&self) -> Vec<(&'static str, String)> {
        CHECKS.iter().map(|(code, ja, en)| (*code, self.page.t(ja, en).to_owned())).collect()
    }

    fn checked(&self, code: &str) -> bool {
        self.form.as_ref().is_some_and(|form| form.all("check").any(|c| c == code))
    }

    fn points(&self) -> std::ops::RangeInclusive<usize> {
        POINTS
    }

    fn kind(&self, kind: &PaperKind) -> String {
        self.page.local(&kind.label()).to_owned()
    }
}

pub(crate) async fn inspection(office: State<Office>, page: PageContext, Path(case): Path<String>) -> Answer {
    let view = office.inspection_page(page.person()?, id(&case)?).await?;
    Ok(Inspection::new(page, view, None).into_response())
}

async fn inspected_again(office: &Office, page: PageContext, case: CaseId, form: FormFields, problems: Vec<FieldProblem>) -> Answer {
    let view = office.inspection_page(page.person()?, case).await?;
    invalid(Inspection::new(page.with_problems(problems), view, Some(form)))
}

pub(crate) async fn inspect(
    office: State<Office>,
    page: PageContext,
    session: Session,
    Path(case): Path<String>,
    form: FormFields,
) -> Answer {
    let case: CaseId = id(&case)?;
    let claims: Digest = id(form.text("claims"))?;
    let mut problems = Vec::new();
    let mut judged = Vec::new();
    for n in (1..).take_while(|n| form.ticked(&format!("id-{n}"))) {
        match form.yen(&format!("cut-{n}")) {
            Ok(cut) => judged.push(JudgedLine {
                line: form.text(&format!("id-{n}")).to_owned(),
                cut: cut.unwrap_or(Yen::ZERO),
                reason: form.text(&format!("reason-{n}")).to_owned(),
                clause: form.text(&format!("clause-{n}")).to_owned(),
            }),
            Err(problem) => problems.push(problem),
        }
    }
    if !problems.is_empty() {
        return inspected_again(&office, page, case, form, problems).await;
    }
    let order = InspectionForm {
        claims,
        judged,
        checks: form.all("check").map(str::to_owned).collect(),
        on_site: form.ticked("on-site"),
        note: form.text("note").to_owned(),
        request: form.request(),
    };
    let done = office.inspect(page.person()?, case, order).await.map(|()| ("検査を終えました。", "The inspection is finished."));
    stepped(&session, done, &project_path(case), |problems| inspected_again(&office, page, case, form, problems)).await
}

pub(crate) async fn give_back(
    office: State<Office>,
    page: PageContext,
    session: Session,
    Path(case): Path<String>,
    form: FormFields,
) -> Answer {
    let case: CaseId = id(&case)?;
    let point = |n: usize| Point { field: form.text(&format!("place-{n}")).to_owned(), note: form.text(&format!("note-{n}")).to_owned() };
    let points: Vec<Point> = POINTS.map(point).filter(|p| !p.note.is_empty()).collect();
    let due = match form.day("due") {
        Ok(due) => due,
        Err(problem) => return inspected_again(&office, page, case, form, vec![problem]).await,
    };
    let done = office
        .return_report(page.person()?, case, points, due, form.request())
        .await
        .map(|()| ("実績報告の補正を依頼しました。", "The report was returned."));
    stepped(&session, done, &project_path(case), |problems| inspected_again(&office, page, case, form, problems)).await
}

#[derive(Template, WebTemplate)]
#[template(path = "office/fixing.html")]
struct Fixing {
    page: PageContext,
    view: FixingPage,
    case: String,
    path: String,
}

impl Fixing {
    fn new(page: PageContext, view: FixingPage) -> Self {
        Fixing { case: case_path(view.case), path: project_path(view.case), page, view }
    }
}

pub(crate) async fn fixing(office: State<Office>, page: PageContext, Path(case): Path<String>) -> Answer {
    let view = office.fixing_page(page.person()?, id(&case)?).await?;
    Ok(Fixing::new(page, view).into_response())
}

pub(crate) async fn fixing_preview(office: State<Office>, page: PageContext, Path(case): Path<String>) -> Answer {
    let pdf = office.preview_fixing(page.person()?, id(&case)?).await?;
    Ok(download("額の確定通知書（案）.pdf", FileKind::Pdf, pdf))
}

pub(crate) async fn fix(office: State<Office>, page: PageContext, session: Session, Path(case): Path<String>, form: FormFields) -> Answer {
    let case: CaseId = id(&case)?;
    let shown = form.yen("amount").ok().flatten().unwrap_or(Yen::ZERO);
    let done = office.fix_amount(page.person()?, case, shown, form.request()).await;
    let done = done.map(|()| ("額を確定しました。通知書を申請者に送ります。", "The amount was fixed."));
    stepped(&session, done, &project_path(case), async move |problems| {
        let view = office.fixing_page(page.person()?, case).await?;
        invalid(Fixing::new(page.with_problems(problems), view))
    })
    .await
}
