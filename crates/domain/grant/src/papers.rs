//! What an act names by digest and does not carry itself: one text, and documents. Whoever keeps, checks, shows or exports them asks
//! here, so that a new act is thought about once.

use banso_kernel::Digest;

use crate::act::{CallAct, CaseAct, DocumentRef};

/// The text that came with an act, and the documents beside it. They are kept outside the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Papers<'a> {
    /// Some come with documents alone.
    pub text: Option<Digest>,
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
    /// What was reported, found or answered after the decision.
    Report,
}

impl CaseAct {
    /// What came with the act. An act that only points at what came with another names nothing here.
    #[must_use]
    pub fn papers(&self) -> Option<Papers<'_>> {
        match self {
            CaseAct::Submitted(s) => Some(Papers { text: Some(s.content), kind: TextKind::Answers, documents: &s.documents }),
            CaseAct::GrantRequested(g) => Some(Papers { text: Some(g.content), kind: TextKind::Answers, documents: &g.documents }),
            CaseAct::Reviewed(r) => Some(Papers { text: Some(r.comments), kind: TextKind::Comments, documents: &[] }),
            CaseAct::Execution(act) if act.text().is_none() && act.documents().is_empty() => None,
            CaseAct::Execution(act) => Some(Papers { text: act.text(), kind: TextKind::Report, documents: act.documents() }),
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

    /// The answers or report and the documents that the act hands in.
    #[must_use]
    pub fn handed_in(&self) -> Option<Papers<'_>> {
        self.papers().filter(|p| p.kind != TextKind::Comments)
    }
}

impl Papers<'_> {
    /// The digest of the answers, where that is what came.
    #[must_use]
    pub fn answers(&self) -> Option<Digest> {
        self.text.filter(|_| self.kind == TextKind::Answers)
    }
}

impl CallAct {
    /// The texts that came with the act: a guideline and what it was read with, who reviews what, who is selected, what a study asks, what
    /// it was run on and found.
    #[must_use]
    pub fn texts(&self) -> Vec<Digest> {
        match self {
            CallAct::EditionPublished { edition, read_with, .. } => {
                let words = read_with.iter().flat_map(|w| [w.dictionary, w.definitions]);
                std::iter::once(*edition).chain(words).collect()
            }
            CallAct::ReviewOpened { plan, .. } | CallAct::SelectionFrozen { plan, .. } => vec![*plan],
            CallAct::StudyDeclared(declared) => vec![declared.study],
            CallAct::StudyRun(run) => vec![run.panel, run.report],
            CallAct::PaymentRunFrozen(frozen) => vec![frozen.run],
            CallAct::ReviewClosed { .. }
            | CallAct::SelectionDiscarded { .. }
            | CallAct::SelectionExecuted { .. }
            | CallAct::PaymentRunApproved { .. }
            | CallAct::PaymentRunDiscarded { .. }
            | CallAct::PaymentRunSettled(_) => Vec::new(),
        }
    }
}
