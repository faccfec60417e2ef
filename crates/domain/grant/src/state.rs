//! The states of a case and of a reviewer's work on it. Each state carries what is known in it; nothing is set from outside.

use banso_execution::Execution;
use banso_kernel::{Day, Digest, Instant, PersonId};

use crate::act::{ConflictKind, GrantDecided, GrantRequested, Outcome, Point};

/// Where a case stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CaseState {
    /// Arrived; completeness not checked yet.
    Submitted,
    /// Taken back before closing; may be submitted again.
    SubmissionWithdrawn {
        on: Day,
        reason: String,
    },
    /// With the applicant for correction.
    Returned {
        points: Vec<Point>,
        due: Day,
    },
    /// Passed the completeness check (形式審査).
    Complete {
        checks: Vec<String>,
    },
    NotAccepted {
        reason: String,
    },
    UnderReview {
        review: Review,
    },
    Selected {
        award: Award,
    },
    Reserved {
        review: Review,
        order: u32,
        outcome: Outcome,
    },
    Rejected {
        review: Review,
        outcome: Outcome,
        path: RejectionPath,
    },
    GrantRequested {
        award: Award,
        request: GrantRequested,
    },
    GrantRequestReturned {
        award: Award,
        request: GrantRequested,
        points: Vec<Point>,
        due: Day,
    },
    Granted {
        award: Award,
        request: GrantRequested,
        decision: Box<GrantDecided>,
        decided_on: Day,
        /// What followed; begins with the decision.
        execution: Box<Execution>,
    },
    GrantRefused {
        award: Award,
        request: GrantRequested,
        number: String,
        reason: String,
    },
    /// By the applicant; what stood before is kept for the record.
    Withdrawn {
        before: Box<CaseState>,
        on: Day,
        reason: String,
    },
}

/// A selection (採択): not yet a right to money.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Award {
    pub review: Review,
    pub outcome: Outcome,
    pub path: AwardPath,
}

/// How a case came to be selected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AwardPath {
    AboveTheLine,
    FromReserve { order: u32, reason: String },
}

/// How a case came to be rejected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RejectionPath {
    AtSelection,
    /// It was on the reserve list, and the list ended before its turn came.
    FromReserve {
        order: u32,
        on: Day,
        reason: String,
    },
}

/// The review of one case: who was asked, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    pub plan: Digest,
    pub due: Day,
    /// In the order of assignment; the replaced ones stay in it.
    pub assignments: Vec<Assignment>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    pub reviewer: PersonId,
    pub state: AssignmentState,
}

/// Where one reviewer stands with one case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AssignmentState {
    /// Asked; has not declared yet and may not read.
    Assigned,
    /// Has declared that there is no conflict; may read and score.
    Declared,
    Conflicted(ConflictKind),
    Submitted(Sheet),
    /// Asked to think again; the earlier sheet does not count until it is handed in anew.
    Reconsider {
        reason: String,
        earlier: Sheet,
    },
    Replaced {
        by: PersonId,
        reason: String,
    },
}

/// A submitted score sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    pub version: u32,
    /// Criterion id and points.
    pub points: Vec<(String, u32)>,
    pub comments: Digest,
    pub submitted_at: Instant,
}

impl Sheet {
    #[must_use]
    pub fn total(&self) -> u32 {
        self.points.iter().fold(0, |sum, (_, p)| sum.saturating_add(*p))
    }
}

impl Review {
    /// The assignment of a reviewer, replaced or not.
    #[must_use]
    pub fn assignment(&self, reviewer: PersonId) -> Option<&Assignment> {
        self.assignments.iter().find(|a| a.reviewer == reviewer)
    }

    /// The sheets that count.
    pub fn sheets(&self) -> impl Iterator<Item = (PersonId, &Sheet)> {
        self.assignments.iter().filter_map(|a| match &a.state {
            AssignmentState::Submitted(sheet) => Some((a.reviewer, sheet)),
            AssignmentState::Assigned
            | AssignmentState::Declared
            | AssignmentState::Conflicted(_)
            | AssignmentState::Reconsider { .. }
            | AssignmentState::Replaced { .. } => None,
        })
    }

    /// Reviewers whose sheet is still to come; a conflicted one waits to be replaced.
    #[must_use]
    pub fn outstanding(&self) -> Vec<PersonId> {
        let waits = |a: &&Assignment| match a.state {
            AssignmentState::Assigned | AssignmentState::Declared | AssignmentState::Conflicted(_) | AssignmentState::Reconsider { .. } => {
                true
            }
            AssignmentState::Submitted(_) | AssignmentState::Replaced { .. } => false,
        };
        self.assignments.iter().filter(waits).map(|a| a.reviewer).collect()
    }
}

banso_kernel::coded! {
    /// The name of a state, for lists and refusals.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum StateCode {
        Submitted = "submitted", "受付済", "submitted";
        SubmissionWithdrawn = "submission_withdrawn", "提出取消し", "submission taken back";
        Returned = "returned", "差戻し中", "returned for correction";
        Complete = "complete", "形式審査済", "complete";
        NotAccepted = "not_accepted", "不受理", "not accepted";
        UnderReview = "under_review", "審査中", "under review";
        Selected = "selected", "採択", "selected";
        Reserved = "reserved", "補欠", "reserve list";
        Rejected = "rejected", "不採択", "rejected";
        GrantRequested = "grant_requested", "交付申請中", "grant requested";
        GrantRequestReturned = "grant_request_returned", "交付申請差戻し中", "grant request returned";
        Granted = "granted", "交付決定", "granted";
        GrantRefused = "grant_refused", "不交付", "grant refused";
        Withdrawn = "withdrawn", "取下げ", "withdrawn";
    }
}

impl CaseState {
    #[must_use]
    pub const fn code(&self) -> StateCode {
        match self {
            CaseState::Submitted => StateCode::Submitted,
            CaseState::SubmissionWithdrawn { .. } => StateCode::SubmissionWithdrawn,
            CaseState::Returned { .. } => StateCode::Returned,
            CaseState::Complete { .. } => StateCode::Complete,
            CaseState::NotAccepted { .. } => StateCode::NotAccepted,
            CaseState::UnderReview { .. } => StateCode::UnderReview,
            CaseState::Selected { .. } => StateCode::Selected,
            CaseState::Reserved { .. } => StateCode::Reserved,
            CaseState::Rejected { .. } => StateCode::Rejected,
            CaseState::GrantRequested { .. } => StateCode::GrantRequested,
            CaseState::GrantRequestReturned { .. } => StateCode::GrantRequestReturned,
            CaseState::Granted { .. } => StateCode::Granted,
            CaseState::GrantRefused { .. } => StateCode::GrantRefused,
            CaseState::Withdrawn { .. } => StateCode::Withdrawn,
        }
    }

    /// The review, in every state that follows it.
    #[must_use]
    pub fn review(&self) -> Option<&Review> {
        match self {
            CaseState::UnderReview { review } | CaseState::Reserved { review, .. } | CaseState::Rejected { review, .. } => Some(review),
            CaseState::Selected { award }
            | CaseState::GrantRequested { award, .. }
            | CaseState::GrantRequestReturned { award, .. }
            | CaseState::Granted { award, .. }
            | CaseState::GrantRefused { award, .. } => Some(&award.review),
            CaseState::Withdrawn { before, .. } => before.review(),
            CaseState::Submitted
            | CaseState::SubmissionWithdrawn { .. }
            | CaseState::Returned { .. }
            | CaseState::Complete { .. }
            | CaseState::NotAccepted { .. } => None,
        }
    }

    /// What the selection said, in every state that follows it.
    #[must_use]
    pub fn outcome(&self) -> Option<&Outcome> {
        match self {
            CaseState::Reserved { outcome, .. } | CaseState::Rejected { outcome, .. } => Some(outcome),
            CaseState::Selected { award }
            | CaseState::GrantRequested { award, .. }
            | CaseState::GrantRequestReturned { award, .. }
            | CaseState::Granted { award, .. }
            | CaseState::GrantRefused { award, .. } => Some(&award.outcome),
            CaseState::Withdrawn { before, .. } => before.outcome(),
            CaseState::Submitted
            | CaseState::SubmissionWithdrawn { .. }
            | CaseState::Returned { .. }
            | CaseState::Complete { .. }
            | CaseState::NotAccepted { .. }
            | CaseState::UnderReview { .. } => None,
        }
    }

    /// The latest grant request, in every state that follows it.
    #[must_use]
    pub fn request(&self) -> Option<&GrantRequested> {
        match self {
            CaseState::GrantRequested { request, .. }
            | CaseState::GrantRequestReturned { request, .. }
            | CaseState::Granted { request, .. }
            | CaseState::GrantRefused { request, .. } => Some(request),
            CaseState::Withdrawn { before, .. } => before.request(),
            CaseState::Submitted
            | CaseState::SubmissionWithdrawn { .. }
            | CaseState::Returned { .. }
            | CaseState::Complete { .. }
            | CaseState::NotAccepted { .. }
            | CaseState::UnderReview { .. }
            | CaseState::Selected { .. }
            | CaseState::Reserved { .. }
            | CaseState::Rejected { .. } => None,
        }
    }

    /// The grant decision while it stands: a withdrawn one is deemed never to have been (Art. 9(2)).
    #[must_use]
    pub fn decision(&self) -> Option<&GrantDecided> {
        let CaseState::Granted { decision, .. } = self else { return None };
        Some(decision)
    }

    /// What followed the grant decision, while it was not withdrawn.
    #[must_use]
    pub fn execution(&self) -> Option<&Execution> {
        let CaseState::Granted { execution, .. } = self else { return None };
        Some(execution)
    }
}
