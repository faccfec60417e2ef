//! Stepping back: the pages that ask once more, and the ways out: taken back, withdrawn, or thrown away before it was handed in.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Path, State};
use axum::response::IntoResponse as _;
use banso_kernel::{CaseId, Day, Instant};
use banso_office::apply::{DiscardPage, LeavePage, Leaving};
use banso_office::{Office, OfficeError};
use tower_sessions::Session;

use super::case_path;
use super::strip::Strip;
use crate::context::PageContext;
use crate::desks::id;
use crate::desks::{invalid, see_other};
use crate::failure::Answer;
use crate::form::FormFields;

#[derive(Template, WebTemplate)]
#[template(path = "apply/withdrawal.html")]
struct Withdrawal {
    page: PageContext,
    strip: Strip,
    view: LeavePage,
    path: String,
    reason: String,
}

impl Withdrawal {
    fn new(page: PageContext, view: LeavePage, reason: &str) -> Self {
        Withdrawal { strip: Strip::of(&view.head), path: case_path(view.head.case), page, view, reason: reason.to_owned() }
    }

    fn take_back_until(&self) -> Option<Instant> {
        match self.view.leaving {
            Leaving::TakeBack { until } => Some(until),
            Leaving::Withdraw | Leaving::FromDecision { .. } | Leaving::Nothing => None,
        }
    }

    fn decision_until(&self) -> Option<Day> {
        match self.view.leaving {
            Leaving::FromDecision { until } => Some(until),
            Leaving::TakeBack { .. } | Leaving::Withdraw | Leaving::Nothing => None,
        }
    }

    fn nothing(&self) -> bool {
        !self.view.may || self.view.leaving == Leaving::Nothing
    }
}

pub(crate) async fn show(office: State<Office>, page: PageContext, Path(case): Path<String>) -> Answer {
    let view = office.leave_page(page.person()?, id(&case)?).await?;
    Ok(Withdrawal::new(page, view, "").into_response())
}

pub(crate) async fn take_back(
    office: State<Office>,
    page: PageContext,
    session: Session,
    Path(case): Path<String>,
    form: FormFields,
) -> Answer {
    let case: CaseId = id(&case)?;
    office.take_back(page.person()?, case, form.text("reason"), form.request()).await?;
    let (ja, en) = (
        "提出を取り消しました。直してから、締切りまでにもう一度提出してください。",
        "The submission was taken back. Submit again before the call closes.",
    );
    see_other(&session, &case_path(case), ja, en).await
}

pub(crate) async fn withdraw(
    office: State<Office>,
    page: PageContext,
    session: Session,
    Path(case): Path<String>,
    form: FormFields,
) -> Answer {
    let case: CaseId = id(&case)?;
    match office.withdraw(page.person()?, case, form.text("reason"), form.request()).await {
        Ok(()) => see_other(&session, &case_path(case), "取下げを受け付けました。", "The withdrawal was recorded.").await,
        Err(OfficeError::Invalid(problems)) => {
            let view = office.leave_page(page.person()?, case).await?;
            invalid(Withdrawal::new(page.with_problems(problems), view, form.text("reason")))
        }
        Err(other) => Err(other.into()),
    }
}

#[derive(Template, WebTemplate)]
#[template(path = "apply/discard.html")]
struct Discard {
    page: PageContext,
    strip: Strip,
    view: DiscardPage,
    path: String,
}

/// Asks whether a draft is to be thrown away, with what would be lost.
pub(crate) async fn discarding(office: State<Office>, page: PageContext, Path(case): Path<String>) -> Answer {
    let view = office.discard_page(page.person()?, id(&case)?).await?;
    Ok(Discard { strip: Strip::of(&view.head), path: case_path(view.head.case), page, view }.into_response())
}

pub(crate) async fn discard(
    office: State<Office>,
    page: PageContext,
    session: Session,
    Path(case): Path<String>,
    form: FormFields,
) -> Answer {
    office.discard_draft(page.person()?, id(&case)?, form.request()).await?;
    see_other(&session, "/apply", "作成中の申請を削除しました。", "The draft was thrown away.").await
}
