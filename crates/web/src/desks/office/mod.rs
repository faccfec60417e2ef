//! The desk of the office (事務局, 交付決定権者), below `/office`.

pub(crate) mod after;
pub(crate) mod calendar;
pub(crate) mod calls;
pub(crate) mod case;
pub(crate) mod change;
pub(crate) mod check;
pub(crate) mod country;
pub(crate) mod debts;
pub(crate) mod firms;
pub(crate) mod grant;
pub(crate) mod guidelines;
pub(crate) mod inbox;
pub(crate) mod mails;
pub(crate) mod payments;
pub(crate) mod progress;
pub(crate) mod project;
pub(crate) mod review_plan;
pub(crate) mod revocation;
pub(crate) mod screening;
pub(crate) mod selection;
mod selection_rows;
pub(crate) mod work;
pub(crate) mod years;

use banso_grant::{ReviewStatus, StateCode};
use banso_kernel::{CallId, CaseId, LocalText};
use banso_office::{FieldProblem, OfficeError};

use crate::failure::Failure;

/// The address of a case.
pub(crate) fn case_path(case: CaseId) -> String {
    format!("/office/cases/{case}")
}

/// The address of what follows a decision.
pub(crate) fn project_path(case: CaseId) -> String {
    format!("{}/project", case_path(case))
}

/// The address of a call.
pub(crate) fn call_path(call: &CallId) -> String {
    format!("/office/calls/{call}")
}

/// The tone of a state.
pub(crate) const fn state_tone(state: StateCode) -> &'static str {
    match state {
        StateCode::Submitted | StateCode::GrantRequested => "active",
        StateCode::Returned | StateCode::GrantRequestReturned => "care",
        StateCode::Complete | StateCode::Selected | StateCode::Granted => "good",
        StateCode::NotAccepted | StateCode::Rejected | StateCode::GrantRefused => "wrong",
        StateCode::UnderReview | StateCode::Reserved | StateCode::SubmissionWithdrawn | StateCode::Withdrawn => "",
    }
}

/// The tone of a reviewer's work.
pub(crate) const fn review_tone(status: ReviewStatus) -> &'static str {
    match status {
        ReviewStatus::Submitted => "good",
        ReviewStatus::Conflicted => "wrong",
        ReviewStatus::Reconsider => "care",
        ReviewStatus::Declared => "active",
        ReviewStatus::Assigned | ReviewStatus::Replaced => "",
    }
}

/// Where a call stands in the choosing.
pub(crate) fn phase_label(phase: &str) -> LocalText {
    let (ja, en) = match phase {
        "receiving" => ("審査開始前", "before the review"),
        "in_review" => ("審査中", "in review"),
        "reviewed" => ("審査終了", "review closed"),
        "selection_frozen" => ("採択案を確定済", "selection plan frozen"),
        "selection_executed" => ("採択済", "selection executed"),
        _ => ("不明", "unknown"),
    };
    LocalText::new(ja, en)
}

/// What is wrong with a form, when that is what went wrong: fields, or a refusal in its words. Anything else is a page of its own.
pub(crate) fn shown_again(error: OfficeError) -> Result<Vec<FieldProblem>, Failure> {
    match error {
        OfficeError::Invalid(problems) => Ok(problems),
        OfficeError::Suspended(text) => Ok(vec![FieldProblem { field: String::new(), text }]),
        OfficeError::Refused(refusal) => Ok(vec![FieldProblem { field: String::new(), text: refusal.told().in_a_line() }]),
        OfficeError::NotFound
        | OfficeError::Forbidden(_)
        | OfficeError::Stale(_)
        | OfficeError::TooLate { .. }
        | OfficeError::Busy(_)
        | OfficeError::RateLimited { .. }
        | OfficeError::Fault(_) => Err(error.into()),
    }
}
