//! What lists show of a case: one row for the case, one for each of its reviewers. The store writes these rows in the same
//! transaction as the act, and a verification computes them anew and compares.

use banso_execution::ExecutionPhase;
use banso_kernel::{CallId, CaseId, CorporateNumber, Day, Instant, PersonId, Yen};

use crate::case::Case;
use crate::state::{Assignment, AssignmentState, CaseState, StateCode};

/// A case as a row of a list. A column is empty (`None`) where the case has not come so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseRow {
    pub case: CaseId,
    pub call: CallId,
    pub state: StateCode,
    pub receipt_number: String,
    pub version: u32,
    pub title: String,
    pub track: String,
    pub lead: CorporateNumber,
    /// The lead included, in the order of the application.
    pub parties: Vec<CorporateNumber>,
    pub received_at: Instant,
    /// The arrival that counts when scores tie.
    pub arrived_at: Instant,
    /// The subsidy asked for: in the grant request once there is one, in the application before.
    pub requested: Yen,
    pub granted: Option<Yen>,
    pub decision_number: Option<String>,
    pub rank: Option<u32>,
    /// Exact fraction in words.
    pub score: Option<String>,
    pub reserve_order: Option<u32>,
    /// Reviewers that count: the replaced ones do not.
    pub reviewers: u32,
    /// Reviewers whose sheet is in.
    pub reviewed: u32,
    /// What somebody has to do by this day: correct, review, or withdraw from the decision.
    pub due: Option<Day>,
    pub last_seq: u64,
    pub last_kind: &'static str,
    pub last_at: Instant,
}

/// One reviewer's work on one case as a row of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewRow {
    pub case: CaseId,
    pub reviewer: PersonId,
    pub status: ReviewStatus,
    /// Version of the sheet that stands, 0 when none was handed in.
    pub version: u32,
    /// Total points of the sheet that counts.
    pub total: Option<u32>,
    pub due: Day,
}

banso_kernel::coded! {
    /// Where one reviewer stands with one case.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum ReviewStatus {
        Assigned = "assigned", "利益相反の申告待ち", "conflict declaration awaited";
        Declared = "declared", "審査中", "reviewing";
        Conflicted = "conflicted", "利益相反あり", "conflict of interest";
        Submitted = "submitted", "審査済", "submitted";
        Reconsider = "reconsider", "再検討依頼中", "asked to reconsider";
        Replaced = "replaced", "交代済", "replaced";
    }
}

impl Assignment {
    #[must_use]
    pub const fn status(&self) -> ReviewStatus {
        match self.state {
            AssignmentState::Assigned => ReviewStatus::Assigned,
            AssignmentState::Declared => ReviewStatus::Declared,
            AssignmentState::Conflicted(_) => ReviewStatus::Conflicted,
            AssignmentState::Submitted(_) => ReviewStatus::Submitted,
            AssignmentState::Reconsider { .. } => ReviewStatus::Reconsider,
            AssignmentState::Replaced { .. } => ReviewStatus::Replaced,
        }
    }

    fn row(&self, case: CaseId, due: Day) -> ReviewRow {
        let (version, total) = match &self.state {
            AssignmentState::Submitted(sheet) => (sheet.version, Some(sheet.total())),
            AssignmentState::Reconsider { earlier, .. } => (earlier.version, None),
            AssignmentState::Assigned | AssignmentState::Declared | AssignmentState::Conflicted(_) | AssignmentState::Replaced { .. } => {
                (0, None)
            }
        };
        ReviewRow { case, reviewer: self.reviewer, status: self.status(), version, total, due }
    }
}

impl CaseState {
    /// The day by which somebody has to act, where there is one.
    #[must_use]
    pub fn due(&self) -> Option<Day> {
        match self {
            CaseState::Returned { due, .. } | CaseState::GrantRequestReturned { due, .. } => Some(*due),
            CaseState::UnderReview { review } => Some(review.due),
            CaseState::Granted { decision, execution, .. } => {
                if execution.phase == ExecutionPhase::Decided {
                    Some(decision.withdrawable_until)
                } else {
                    execution.next_due()
                }
            }
            CaseState::Submitted
            | CaseState::SubmissionWithdrawn { .. }
            | CaseState::Complete { .. }
            | CaseState::NotAccepted { .. }
            | CaseState::Selected { .. }
            | CaseState::Reserved { .. }
            | CaseState::Rejected { .. }
            | CaseState::GrantRequested { .. }
            | CaseState::GrantRefused { .. }
            | CaseState::Withdrawn { .. } => None,
        }
    }

    fn reserve_order(&self) -> Option<u32> {
        let CaseState::Reserved { order, .. } = self else { return None };
        Some(*order)
    }
}

impl Case {
    /// The case as a row of the list of cases.
    #[must_use]
    pub fn row(&self, case: CaseId) -> CaseRow {
        let paper = &self.submission.paper;
        let outcome = self.state.outcome();
        let counted = |wanted: &dyn Fn(ReviewStatus) -> bool| {
            let all = self.state.review().map_or(&[][..], |r| &r.assignments);
            u32::try_from(all.iter().filter(|a| wanted(a.status())).count()).unwrap_or(u32::MAX)
        };
        CaseRow {
            case,
            call: paper.call.clone(),
            state: self.state.code(),
            receipt_number: paper.receipt_number.clone(),
            version: paper.version,
            title: paper.title.clone(),
            track: paper.track.clone(),
            // After a merger or another succession the case is the successor's.
            lead: self.state.execution().map_or(paper.lead, |e| e.holder),
            parties: paper.parties.clone(),
            received_at: self.submission.received_at,
            arrived_at: self.submission.arrived_at,
            requested: self.state.request().map_or(paper.requested, |r| r.requested),
            granted: self.state.decision().map(|d| d.amount),
            decision_number: self.state.decision().map(|d| d.number.clone()),
            rank: outcome.map(|o| o.rank),
            score: outcome.map(|o| o.score.clone()),
            reserve_order: self.state.reserve_order(),
            reviewers: counted(&|s| s != ReviewStatus::Replaced),
            reviewed: counted(&|s| s == ReviewStatus::Submitted),
            due: self.state.due(),
            last_seq: self.last.seq,
            last_kind: self.last.kind,
            last_at: self.last.recorded_at,
        }
    }

    /// One row for each reviewer, in the order of assignment.
    #[must_use]
    pub fn review_rows(&self, case: CaseId) -> Vec<ReviewRow> {
        self.state.review().map_or_else(Vec::new, |review| review.assignments.iter().map(|a| a.row(case, review.due)).collect())
    }
}
