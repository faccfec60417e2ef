//! The applications of a call that nobody has judged: neither turned away nor with reviewers. No selection is frozen over their heads.

use std::collections::BTreeMap;

use banso_grant::{Case, CaseState};
use banso_kernel::{CaseId, Day, LocalText};

/// A case that nobody has judged yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnsettledCase {
    pub case: CaseId,
    pub receipt_number: String,
    pub state: LocalText,
    /// Until when a correction is awaited.
    pub due: Option<Day>,
}

/// Those of a call, by their ids.
pub(super) fn unsettled(cases: &BTreeMap<CaseId, Case>) -> Vec<UnsettledCase> {
    let line = |(id, case): (&CaseId, &Case)| {
        let due = match &case.state {
            CaseState::Returned { due, .. } => Some(*due),
            CaseState::Submitted | CaseState::Complete { .. } => None,
            CaseState::SubmissionWithdrawn { .. }
            | CaseState::NotAccepted { .. }
            | CaseState::UnderReview { .. }
            | CaseState::Selected { .. }
            | CaseState::Reserved { .. }
            | CaseState::Rejected { .. }
            | CaseState::GrantRequested { .. }
            | CaseState::GrantRequestReturned { .. }
            | CaseState::Granted { .. }
            | CaseState::GrantRefused { .. }
            | CaseState::Withdrawn { .. } => return None,
        };
        let receipt_number = case.submission.paper.receipt_number.clone();
        Some(UnsettledCase { case: *id, receipt_number, state: case.state.code().label(), due })
    };
    cases.iter().filter_map(line).collect()
}
