//! What an act names by digest and does not carry itself: one text, and documents. Whoever keeps, checks, shows or exports them asks
//! here, so that a new act is thought about once.

use banso_kernel::Digest;

use crate::act::{CallAct, CaseAct, DocumentRef};

/// The text that came with an act, and the documents beside it. They are kept outside the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Papers<'a> {
    pub text: Digest,
    pub kind: TextKind,
    pub documents: &'a [DocumentRef],
}

/// What a text of a case is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextKind {
    /// All answers of an application or a grant request.
    Answers,
    /// The comments of a review.
    Comments,
}

impl CaseAct {
    /// What came with the act. An act that only points at what came with another names nothing here.
    #[must_use]
    pub fn papers(&self) -> Option<Papers<'_>> {
        match self {
            CaseAct::Submitted(s) => Some(Papers { text: s.content, kind: TextKind::Answers, documents: &s.documents }),
            CaseAct::GrantRequested(g) => Some(Papers { text: g.content, kind: TextKind::Answers, documents: &g.documents }),
            CaseAct::Reviewed(r) => Some(Papers { text: r.comments, kind: TextKind::Comments, documents: &[] }),
            CaseAct::SubmissionWithdrawn { .. }
            | CaseAct::Returned(_)
            | CaseAct::CompletenessPassed { .. }
            | CaseAct::NotAccepted { .. }
            | CaseAct::ReviewersAssigned { .. }
            | CaseAct::ConflictDeclared { .. }
            | CaseAct::ReviewerReplaced { .. }
            | CaseAct::ReconsiderationAsked { .. }
            | CaseAct::BonusJudged { .. }
            | CaseAct::Selected(_)
            | CaseAct::Reserved { .. }
            | CaseAct::Rejected(_)
            | CaseAct::Promoted { .. }
            | CaseAct::ReserveEnded { .. }
            | CaseAct::GrantRequestReturned { .. }
            | CaseAct::GrantDecided(_)
            | CaseAct::GrantRefused { .. }
            | CaseAct::Withdrawn { .. }
            | CaseAct::Rectified { .. } => None,
        }
    }

    /// The answers and documents that the act hands in.
    #[must_use]
    pub fn handed_in(&self) -> Option<Papers<'_>> {
        self.papers().filter(|p| p.kind == TextKind::Answers)
    }
}

impl CallAct {
    /// The text that came with the act: a guideline, who reviews what, who is selected.
    #[must_use]
    pub const fn text(&self) -> Option<Digest> {
        match self {
            CallAct::EditionPublished { edition, .. } => Some(*edition),
            CallAct::ReviewOpened { plan, .. } | CallAct::SelectionFrozen { plan, .. } => Some(*plan),
            CallAct::ReviewClosed { .. } | CallAct::SelectionDiscarded { .. } | CallAct::SelectionExecuted { .. } => None,
        }
    }
}
