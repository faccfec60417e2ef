//! The holder's desk after the decision: the project at a glance, a change of plan, the claim for payment.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Path, State};
use axum::response::IntoResponse as _;
use banso_execution::ExecutionPhase as Phase;
use banso_execution::act::LineAmount;
use banso_kernel::{CaseId, LocalText, Yen};
use banso_office::execution::{AccountForm, ChangeForm, ChangePage, ClaimPage, DueLine, ProjectPage, ShiftLine};
use banso_office::{FieldProblem, Office};
use tower_sessions::Session;

use super::case_path;
use crate::context::PageContext;
use crate::desks::{id, invalid, stepped};
use crate::failure::Answer;
use crate::form::FormFields;

/// The address of a project.
pub(super) fn project_path(case: CaseId) -> String {
    format!("{}/project", case_path(case))
}

/// The tone of a phase.
pub(crate) const fn phase_tone(phase: Phase) -> &'static str {
    match phase {
        Phase::Decided | Phase::Underway | Phase::Reported | Phase::Inspected => "active",
        Phase::Suspended | Phase::Correcting => "care",
        Phase::Fixed | Phase::Closed => "good",
        Phase::Revoked => "wrong",
    }
}

/// An amount as people type it.
pub(crate) fn grouped(yen: Yen) -> String {
    yen.to_string().trim_end_matches('円').to_owned()
}

#[derive(Template, WebTemplate)]
#[template(path = "apply/project.html")]
struct Project {
    page: PageContext,
    view: ProjectPage,
    case: String,
    path: String,
    phase: LocalText,
}

impl Project {
    fn phase(&self) -> &LocalText {
        &self.phase
    }

    fn tone(&self) -> &'static str {
        phase_tone(self.view.phase)
    }

    fn settles(&self, due: &DueLine) -> String {
        super::years::settles(&self.path, due)
    }

    fn report_tone(&self) -> &'static str {
        match self.view.phase {
            Phase::Decided | Phase::Underway | Phase::Suspended => "",
            Phase::Correcting => "care",
            Phase::Reported | Phase::Inspected => "active",
            Phase::Fixed | Phase::Revoked | Phase::Closed => "good",
        }
    }

    fn report_words(&self) -> &str {
        match self.view.phase {
            Phase::Decided | Phase::Underway | Phase::Suspended => self.page.t("準備中", "in preparation"),
            Phase::Correcting => self.page.t("補正の依頼", "to correct"),
            Phase::Reported | Phase::Inspected => self.page.t("提出済", "handed in"),
            Phase::Fixed | Phase::Revoked | Phase::Closed => self.page.t("審査済", "examined"),
        }
    }
}

pub(crate) async fn show(office: State<Office>, page: PageContext, Path(case): Path<String>) -> Answer {
    let case: CaseId = id(&case)?;
    let view = office.project_page(page.person()?, case).await?;
    let phase = view.phase.label();
    Ok(Project { case: case_path(case), path: project_path(case), page, view, phase }.into_response())
}

#[derive(Template, WebTemplate)]
#[template(path = "apply/change.html")]
struct Change {
    page: PageContext,
    view: ChangePage,
    case: String,
    path: String,
    form: Option<FormFields>,
}

impl Change {
    fn new(page: PageContext, view: ChangePage, form: Option<FormFields>) -> Self {
        Change { case: case_path(view.case), path: project_path(view.case), page, view, form }
    }

    fn field(&self, index: &usize) -> String {
        format!("line-{index}")
    }

    fn value(&self, index: &usize, line: &ShiftLine) -> String {
        self.form.as_ref().map_or_else(|| grouped(line.after), |form| form.text(&format!("line-{index}")).to_owned())
    }

    /// How much more or less the whole plan costs.
    fn sum_difference(&self) -> String {
        self.signed(self.view.before(), self.view.after())
    }

    fn difference(&self, line: &ShiftLine) -> String {
        self.signed(line.before, line.after)
    }

    fn signed(&self, before: Yen, after: Yen) -> String {
        self.page.yen(&Yen::new(after.get().saturating_sub(before.get()))).replace('-', "△")
    }

    fn typed(&self, field: &str) -> &str {
        self.form.as_ref().map(|form| form.text(field)).unwrap_or_default()
    }

    fn ends(&self) -> String {
        self.form.as_ref().map_or_else(|| self.view.project_ends.wareki(), |form| form.text("project-ends").to_owned())
    }
}

pub(crate) async fn change(office: State<Office>, page: PageContext, Path(case): Path<String>) -> Answer {
    let view = office.change_page(page.person()?, id(&case)?, None).await?;
    Ok(Change::new(page, view, None).into_response())
}

pub(crate) async fn change_plan(
    office: State<Office>,
    page: PageContext,
    session: Session,
    Path(case): Path<String>,
    form: FormFields,
) -> Answer {
    let case: CaseId = id(&case)?;
    let stands = office.change_page(page.person()?, case, None).await?;
    let mut problems: Vec<FieldProblem> = Vec::new();
    let mut lines: Vec<LineAmount> = Vec::new();
    for (n, line) in stands.lines.iter().enumerate() {
        match form.yen(&format!("line-{n}")) {
            Ok(amount) => lines.push(LineAmount { line: line.line.clone(), amount: amount.unwrap_or(Yen::ZERO) }),
            Err(problem) => problems.push(problem),
        }
    }
    let project_ends = form.day("project-ends").map_err(|p| problems.push(p)).ok().flatten();
    if !problems.is_empty() {
        return invalid(Change::new(page.with_problems(problems), stands, Some(form)));
    }
    if form.ticked("look") {
        let view = office.change_page(page.person()?, case, Some(&lines)).await?;
        return Ok(Change::new(page, view, Some(form)).into_response());
    }
    let order = ChangeForm {
        lines: lines.clone(),
        project_ends,
        what: form.text("what").to_owned(),
        reason: form.text("reason").to_owned(),
        request: form.request(),
    };
    let done = office.change_plan(page.person()?, case, order).await.map(|minor| {
        if minor {
            ("軽微な変更を届け出ました。", "The minor change was reported.")
        } else {
            ("計画変更の承認を申請しました。", "The change was asked for.")
        }
    });
    stepped(&session, done, &project_path(case), async move |problems| {
        let view = office.change_page(page.person()?, case, Some(&lines)).await?;
        invalid(Change::new(page.with_problems(problems), view, Some(form)))
    })
    .await
}

#[derive(Template, WebTemplate)]
#[template(path = "apply/payment.html")]
struct Payment {
    page: PageContext,
    view: ClaimPage,
    case: String,
    path: String,
    form: Option<FormFields>,
    /// The claim whose account is to be changed.
    changing: Option<u32>,
}

impl Payment {
    fn new(page: PageContext, view: ClaimPage, form: Option<FormFields>, changing: Option<u32>) -> Self {
        Payment { case: case_path(view.case), path: project_path(view.case), page, view, form, changing }
    }

    fn amount(&self, left: &Yen) -> String {
        self.form.as_ref().map_or_else(|| grouped(*left), |form| form.text("amount").to_owned())
    }

    /// The place of a claim among the others.
    fn ordinal(&self, number: &u32) -> usize {
        self.view.claims.iter().find(|c| c.number == *number).map_or(0, |c| c.ordinal)
    }

    fn reason(&self) -> &str {
        self.form.as_ref().map(|form| form.text("reason")).unwrap_or_default()
    }

    fn account(&self, field: &str) -> String {
        match &self.form {
            Some(form) => form.text(field).to_owned(),
            None => account_field(&self.view.account, field),
        }
    }

    fn kinds(&self) -> Vec<(&'static str, String)> {
        AccountForm::kinds().into_iter().map(|(code, label)| (code, self.page.local(&label).to_owned())).collect()
    }
}

/// What is saved of an account, field by field.
pub(crate) fn account_field(account: &AccountForm, field: &str) -> String {
    match field {
        "bank" => &account.bank,
        "bank-name" => &account.bank_name,
        "branch" => &account.branch,
        "branch-name" => &account.branch_name,
        "kind" => &account.kind,
        "number" => &account.number,
        _ => &account.holder,
    }
    .clone()
}

/// An account as typed into fields with this prefix.
pub(crate) fn account_of(form: &FormFields, prefix: &str) -> AccountForm {
    let text = |field: &str| form.text(&format!("{prefix}{field}")).to_owned();
    AccountForm {
        bank: text("bank"),
        bank_name: text("bank-name"),
        branch: text("branch"),
        branch_name: text("branch-name"),
        kind: text("kind"),
        number: text("number"),
        holder: text("holder"),
    }
}

fn payment_path(case: CaseId) -> String {
    format!("{}/payment", project_path(case))
}

/// The page of claims once more; `changing` is the claim whose account was being changed.
async fn payment_again(
    office: &Office,
    page: PageContext,
    case: CaseId,
    form: FormFields,
    changing: Option<u32>,
    problems: Vec<FieldProblem>,
) -> Answer {
    let view = office.claim_page(page.person()?, case).await?;
    invalid(Payment::new(page.with_problems(problems), view, Some(form), changing))
}

pub(crate) async fn payment(office: State<Office>, page: PageContext, Path(case): Path<String>) -> Answer {
    let view = office.claim_page(page.person()?, id(&case)?).await?;
    Ok(Payment::new(page, view, None, None).into_response())
}

pub(crate) async fn claim(
    office: State<Office>,
    page: PageContext,
    session: Session,
    Path(case): Path<String>,
    form: FormFields,
) -> Answer {
    let case: CaseId = id(&case)?;
    let amount = match form.yen("amount") {
        Ok(amount) => amount,
        Err(problem) => return payment_again(&office, page, case, form, None, vec![problem]).await,
    };
    let done = office.claim_payment(page.person()?, case, amount, &account_of(&form, ""), form.request()).await;
    let done = done.map(|()| ("支払を請求しました。", "The payment was claimed."));
    stepped(&session, done, &payment_path(case), |problems| payment_again(&office, page, case, form, None, problems)).await
}

pub(crate) async fn account(office: State<Office>, page: PageContext, Path((case, claim)): Path<(String, String)>) -> Answer {
    let claim: u32 = id(&claim)?;
    let view = office.claim_page(page.person()?, id(&case)?).await?;
    if !view.claims.iter().any(|c| c.number == claim && c.open) {
        return Err(banso_office::OfficeError::NotFound.into());
    }
    Ok(Payment::new(page, view, None, Some(claim)).into_response())
}

pub(crate) async fn change_account(
    office: State<Office>,
    page: PageContext,
    session: Session,
    Path((case, claim)): Path<(String, String)>,
    form: FormFields,
) -> Answer {
    let (case, claim): (CaseId, u32) = (id(&case)?, id(&claim)?);
    let planned = office.claim_page(page.person()?, case).await?.planned.contains(&claim);
    let done = office.change_account(page.person()?, case, claim, &account_of(&form, ""), form.text("reason"), form.request()).await;
    let words = if planned {
        (
            "振込先を変更しました。この請求が入っていた支払計画は、事務局が作り直します。",
            "The account was changed. The office has to make the plan of payments again that the claim stood in.",
        )
    } else {
        ("振込先を変更しました。", "The account was changed.")
    };
    let done = done.map(|()| words);
    stepped(&session, done, &payment_path(case), |problems| payment_again(&office, page, case, form, Some(claim), problems)).await
}
