//! 交付決定の取消し at the office: announced, answered, dropped or decided; what it means for the money is shown first. 返還命令 follows from it.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Path, Query, State};
use axum::response::IntoResponse as _;
use banso_execution::act::Extent;
use banso_kernel::{CaseId, LocalText, Yen};
use banso_office::execution::{RepaymentPage, RevocationForm, RevocationPage};
use banso_office::{FieldProblem, Office};
use serde::Deserialize;
use tower_sessions::Session;

use super::{case_path, project_path};
use crate::context::PageContext;
use crate::desks::apply::project::grouped;
use crate::desks::{id, invalid, stepped};
use crate::download::{FileKind, download};
use crate::failure::Answer;
use crate::form::FormFields;

#[derive(Template, WebTemplate)]
#[template(path = "office/revocation.html")]
struct Revocation {
    page: PageContext,
    view: RevocationPage,
    case: String,
    path: String,
    form: Option<FormFields>,
}

impl Revocation {
    fn new(page: PageContext, view: RevocationPage, form: Option<FormFields>) -> Self {
        Revocation { case: case_path(view.case), path: project_path(view.case), page, view, form }
    }

    fn typed(&self, field: &str) -> &str {
        self.form.as_ref().map(|form| form.text(field)).unwrap_or_default()
    }

    fn reply_due(&self) -> String {
        self.form
            .as_ref()
            .map(|f| f.text("notice-due"))
            .filter(|t| !t.is_empty())
            .map_or_else(|| self.view.reply_due.wareki(), str::to_owned)
    }

    fn options(&self, list: &[(String, LocalText)]) -> Vec<(String, String)> {
        list.iter().map(|(code, label)| (code.clone(), self.page.local(label).to_owned())).collect()
    }

    fn clauses(&self) -> Vec<(String, String)> {
        self.view.clauses.iter().map(|(code, title)| (code.clone(), format!("{code} {}", self.page.local(title)))).collect()
    }

    fn extents(&self) -> Vec<(&'static str, &str)> {
        vec![("whole", self.page.t("全部", "The whole")), ("part", self.page.t("一部", "A part"))]
    }

    fn extent(&self) -> &str {
        match self.typed("revoke-extent") {
            "" => "whole",
            typed => typed,
        }
    }

    /// Whether a reader is asked about the part that was typed.
    fn is_part(&self) -> bool {
        self.view.consequence.as_ref().is_some_and(|c| matches!(c.extent, Extent::Part { .. }))
    }
}

pub(crate) async fn show(office: State<Office>, page: PageContext, Path(case): Path<String>) -> Answer {
    let view = office.revocation_page(page.person()?, id(&case)?, None).await?;
    Ok(Revocation::new(page, view, None).into_response())
}

async fn again(office: &Office, page: PageContext, case: CaseId, form: FormFields, problems: Vec<FieldProblem>) -> Answer {
    let view = office.revocation_page(page.person()?, case, extent_of(&form).ok().flatten()).await?;
    invalid(Revocation::new(page.with_problems(problems), view, Some(form)))
}

fn revocation_path(case: CaseId) -> String {
    format!("{}/revocation", project_path(case))
}

/// How much is cancelled, as typed.
fn extent_of(form: &FormFields) -> Result<Option<Extent>, FieldProblem> {
    Ok(match form.text("revoke-extent") {
        "whole" => Some(Extent::Whole),
        "part" => {
            let needed = || FieldProblem::new("revoke-amount", "取り消す額を入力してください。", "Enter the amount that is cancelled.");
            Some(Extent::Part { amount: form.yen("revoke-amount")?.ok_or_else(needed)? })
        }
        _ => None,
    })
}

pub(crate) async fn notice(
    office: State<Office>,
    page: PageContext,
    session: Session,
    Path(case): Path<String>,
    form: FormFields,
) -> Answer {
    let case: CaseId = id(&case)?;
    let due = match form.day("notice-due") {
        Ok(due) => due,
        Err(problem) => return again(&office, page, case, form, vec![problem]).await,
    };
    let said = (form.text("notice-ground"), form.text("notice-what"), due);
    let done = office.notice_revocation(page.person()?, case, said, form.request()).await;
    let done =
        done.map(|()| ("取消しを予告しました。通知書を補助事業者に送ります。", "The cancellation is announced. The holder is being told."));
    stepped(&session, done, &revocation_path(case), |problems| again(&office, page, case, form, problems)).await
}

pub(crate) async fn drop(office: State<Office>, page: PageContext, session: Session, Path(case): Path<String>, form: FormFields) -> Answer {
    let case: CaseId = id(&case)?;
    let done = office.drop_revocation(page.person()?, case, form.text("drop-reason"), form.request()).await;
    let done = done.map(|()| ("取消しを見送りました。", "The cancellation was dropped."));
    stepped(&session, done, &revocation_path(case), |problems| again(&office, page, case, form, problems)).await
}

pub(crate) async fn revoke(
    office: State<Office>,
    page: PageContext,
    session: Session,
    Path(case): Path<String>,
    form: FormFields,
) -> Answer {
    let case: CaseId = id(&case)?;
    let extent = match extent_of(&form) {
        Ok(extent) => extent,
        Err(problem) => return again(&office, page, case, form, vec![problem]).await,
    };
    if form.ticked("look") {
        let view = office.revocation_page(page.person()?, case, extent).await?;
        if !view.wrong.is_empty() {
            let problems = view.wrong.clone();
            return invalid(Revocation::new(page.with_problems(problems), view, Some(form)));
        }
        return Ok(Revocation::new(page, view, Some(form)).into_response());
    }
    let order = RevocationForm {
        extent,
        reason: form.text("revoke-reason").to_owned(),
        clause: form.text("revoke-clause").to_owned(),
        request: form.request(),
    };
    let done = office.revoke(page.person()?, case, order).await;
    let done = done
        .map(|()| ("交付決定を取り消しました。通知書を補助事業者に送ります。", "The decision was cancelled. The holder is being told."));
    stepped(&session, done, &repayment_path(case), |problems| again(&office, page, case, form, problems)).await
}

#[derive(Template, WebTemplate)]
#[template(path = "office/repayment.html")]
struct Repayment {
    page: PageContext,
    view: RepaymentPage,
    case: String,
    path: String,
    form: Option<FormFields>,
}

impl Repayment {
    fn new(page: PageContext, view: RepaymentPage, form: Option<FormFields>) -> Self {
        Repayment { case: case_path(view.case), path: project_path(view.case), page, view, form }
    }

    /// What was typed for this cause, otherwise the reason to begin with.
    fn reason(&self, code: &str, otherwise: &LocalText) -> String {
        match self.form.as_ref().filter(|form| form.text("cause") == code) {
            Some(form) => form.text("order-reason").to_owned(),
            None => otherwise.ja.clone(),
        }
    }

    fn amount(&self, principal: &Yen) -> String {
        grouped(*principal)
    }
}

fn repayment_path(case: CaseId) -> String {
    format!("{}/repayment", project_path(case))
}

pub(crate) async fn repayment(office: State<Office>, page: PageContext, Path(case): Path<String>) -> Answer {
    let view = office.repayment_page(page.person()?, id(&case)?).await?;
    Ok(Repayment::new(page, view, None).into_response())
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct OfCause {
    #[serde(default)]
    cause: String,
}

pub(crate) async fn repayment_preview(
    office: State<Office>,
    page: PageContext,
    Path(case): Path<String>,
    Query(query): Query<OfCause>,
) -> Answer {
    let pdf = office.preview_repayment(page.person()?, id(&case)?, &query.cause).await?;
    Ok(download("返還命令書（案）.pdf", FileKind::Pdf, pdf))
}

pub(crate) async fn order(
    office: State<Office>,
    page: PageContext,
    session: Session,
    Path(case): Path<String>,
    form: FormFields,
) -> Answer {
    let case: CaseId = id(&case)?;
    let shown = form.yen("amount").ok().flatten().unwrap_or(Yen::ZERO);
    let done = office.order_repayment(page.person()?, case, form.text("cause"), shown, form.text("order-reason"), form.request()).await;
    let done = done.map(|()| ("返還を命じました。命令書を補助事業者に送ります。", "The repayment was ordered. The holder is being told."));
    stepped(&session, done, &format!("{}/debts", project_path(case)), async move |problems| {
        let view = office.repayment_page(page.person()?, case).await?;
        invalid(Repayment::new(page.with_problems(problems), view, Some(form)))
    })
    .await
}
