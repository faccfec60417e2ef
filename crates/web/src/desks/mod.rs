//! The desks: one module each, one file a page. What they share stands here: their names, and the answers that every page gives.

pub(crate) mod account;
pub(crate) mod analysis;
pub(crate) mod apply;
pub(crate) mod audit;
pub(crate) mod office;
pub(crate) mod public;
pub(crate) mod review;
pub(crate) mod version;

use std::fmt::Display;
use std::str::FromStr;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use banso_kernel::{CallId, LocalText};
use banso_office::{FieldProblem, OfficeError};
use banso_permits::{Person, Role};
use tower_sessions::Session;

use crate::failure::{Answer, Failure};
use crate::session;

/// A desk that a role sits at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Desk {
    Applicant,
    Office,
    Reviewer,
    Auditor,
    Analyst,
}

impl Desk {
    /// The desks of a person.
    pub(crate) fn of(person: &Person) -> Vec<Desk> {
        let mut desks: Vec<Desk> = person.roles.iter().map(|r| Desk::of_role(*r)).collect();
        desks.dedup();
        desks
    }

    const fn of_role(role: Role) -> Desk {
        match role {
            Role::Applicant => Desk::Applicant,
            Role::Officer | Role::Director => Desk::Office,
            Role::Reviewer => Desk::Reviewer,
            Role::Auditor => Desk::Auditor,
            Role::Analyst => Desk::Analyst,
        }
    }

    pub(crate) const fn path(self) -> &'static str {
        match self {
            Desk::Applicant => "/apply",
            Desk::Office => "/office",
            Desk::Reviewer => "/review",
            Desk::Auditor => "/audit",
            Desk::Analyst => "/analysis",
        }
    }

    pub(crate) fn title(self) -> LocalText {
        match self {
            Desk::Applicant => LocalText::new("申請", "Applications"),
            Desk::Office => LocalText::new("事務局", "Office"),
            Desk::Reviewer => LocalText::new("審査", "Review"),
            Desk::Auditor => LocalText::new("監査", "Audit"),
            Desk::Analyst => LocalText::new("効果検証", "Evaluation"),
        }
    }

    pub(crate) fn about(self) -> LocalText {
        match self {
            Desk::Applicant => LocalText::new("申請書の作成、提出、通知の確認を行います。", "Write and submit applications, read notices."),
            Desk::Office => LocalText::new(
                "届いた申請の確認、審査の準備、採択と交付決定を行います。",
                "Check what arrived, prepare reviews, select and decide grants.",
            ),
            Desk::Reviewer => LocalText::new("割り当てられた申請を読み、採点します。", "Read and score the applications assigned to you."),
            Desk::Auditor => {
                LocalText::new("案件の記録をたどり、改ざんのないことを確かめます。", "Follow the record of any case and verify it.")
            }
            Desk::Analyst => LocalText::new(
                "終わった公募の効果を、宣言した方法で検証します。",
                "Find out what a closed call brought about, by a method declared beforehand.",
            ),
        }
    }
}

/// An id out of a path. What is no id at all is not found, like an id of nothing.
///
/// # Errors
/// [`Failure::NotFound`]
pub(crate) fn id<T: FromStr>(text: &str) -> Result<T, Failure> {
    text.parse().map_err(|_| Failure::NotFound)
}

/// The call of a path. What is no call at all is not found.
///
/// # Errors
/// [`Failure::NotFound`]
pub(crate) fn call_of<P: Display>((programme, round): (P, P)) -> Result<CallId, Failure> {
    CallId::parse(&format!("{programme}/{round}")).map_err(|_| Failure::NotFound)
}

/// Done: on to a page (303), which shows the message.
///
/// # Errors
/// The session could not be written.
pub(crate) async fn see_other(session: &Session, path: &str, ja: &str, en: &str) -> Answer {
    session::leave_message(session, LocalText::new(ja, en)).await?;
    Ok(Redirect::to(path).into_response())
}

/// Answers a form that takes a step: done, on to a page that shows the notice; wrong or refused, the same page again, with what was typed.
///
/// # Errors
/// What is neither: a page of its own.
pub(crate) async fn stepped<N, A, P>(session: &Session, done: Result<(N, N), OfficeError>, path: &str, again: A) -> Answer
where
    N: AsRef<str>,
    A: FnOnce(Vec<FieldProblem>) -> P,
    P: Future<Output = Answer>,
{
    match done {
        Ok((ja, en)) => see_other(session, path, ja.as_ref(), en.as_ref()).await,
        Err(error) => again(office::shown_again(error)?).await,
    }
}

/// The form once more, with what is wrong (422).
pub(crate) fn invalid(page: impl IntoResponse) -> Answer {
    Ok(with_status(StatusCode::UNPROCESSABLE_ENTITY, page))
}

pub(crate) fn with_status(status: StatusCode, page: impl IntoResponse) -> Response {
    (status, page).into_response()
}
