//! A call is the fold of its acts: which edition governs, whether the review is open, which selection plan is frozen or done.
//! When it opens and closes to applicants is said by the edition, not by acts.

use banso_kernel::{Day, Digest, Instant, Yen};

use crate::act::{CallAct, ReadWith, Recorded};
use crate::case::{FoldError, LastAct, in_sequence};
use crate::encode::Act;
use crate::run::Run;
use crate::study::Study;

/// One round of a programme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The edition in force.
    pub edition: PublishedEdition,
    /// The ones before it, oldest first.
    pub superseded: Vec<PublishedEdition>,
    pub phase: CallPhase,
    /// The studies of its effect, in the order in which they were declared.
    pub studies: Vec<Study>,
    /// The runs of its payments, oldest first.
    pub runs: Vec<Run>,
    pub last: LastAct,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishedEdition {
    pub digest: Digest,
    pub name: String,
    pub since: Day,
    pub published_at: Instant,
    /// Nothing where it was published before that was noted.
    pub read_with: Option<ReadWith>,
}

/// How far the call is in choosing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallPhase {
    /// Applications come in; no review yet.
    Receiving,
    InReview {
        plan: Digest,
        due: Day,
    },
    /// Reviews are closed; a reviewer who was asked to reconsider may still answer.
    Reviewed {
        plan: Digest,
        reason: String,
    },
    /// A selection plan stands and nothing that it rests on may move.
    SelectionFrozen {
        review: Digest,
        selection: Frozen,
        /// Where the call stood before, in case the plan is discarded.
        before: Box<CallPhase>,
    },
    SelectionExecuted {
        review: Digest,
        selection: Frozen,
        on: Day,
    },
}

/// What is known of a frozen plan without opening it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frozen {
    pub plan: Digest,
    pub selected: u32,
    pub reserve: u32,
    pub rejected: u32,
    pub amount: Yen,
}

impl Call {
    /// The call that some acts make, oldest first and none left out.
    ///
    /// # Errors
    /// Names the first act that does not fit.
    pub fn fold(acts: &[Recorded<CallAct>]) -> Result<Call, FoldError> {
        let (first, rest) = acts.split_first().ok_or(FoldError::Empty)?;
        rest.iter().try_fold(Call::begin(first)?, Call::apply)
    }

    /// The call that its first edition makes.
    ///
    /// # Errors
    /// Anything but an edition with number 1.
    pub fn begin(first: &Recorded<CallAct>) -> Result<Call, FoldError> {
        in_sequence(1, first.seq)?;
        let CallAct::EditionPublished { edition, name, read_with } = &first.act else {
            return Err(FoldError::NotAFirstAct { seq: first.seq, kind: first.act.kind() });
        };
        let edition = PublishedEdition::of(*edition, name, *read_with, first);
        Ok(Call {
            edition,
            superseded: Vec::new(),
            phase: CallPhase::Receiving,
            studies: Vec::new(),
            runs: Vec::new(),
            last: LastAct::of(first),
        })
    }

    /// The call after one more act.
    ///
    /// # Errors
    /// An act out of sequence, or one that does not fit the phase.
    pub fn apply(mut self, r: &Recorded<CallAct>) -> Result<Call, FoldError> {
        in_sequence(self.last.seq.saturating_add(1), r.seq)?;
        let state = self.phase.code();
        let misfit = || FoldError::Misfit { seq: r.seq, kind: r.act.kind(), state };
        if let CallAct::EditionPublished { edition, name, read_with } = &r.act {
            let newest = PublishedEdition::of(*edition, name, *read_with, r);
            self.superseded.push(std::mem::replace(&mut self.edition, newest));
        } else if let CallAct::StudyDeclared(_) | CallAct::StudyRun(_) = &r.act {
            self.executed().ok_or_else(misfit)?;
            Study::take(&mut self.studies, r).ok_or_else(misfit)?;
        } else if let CallAct::PaymentRunFrozen(_)
        | CallAct::PaymentRunApproved { .. }
        | CallAct::PaymentRunDiscarded { .. }
        | CallAct::PaymentRunSettled(_) = &r.act
        {
            Run::take(&mut self.runs, r).ok_or_else(misfit)?;
        } else {
            self.phase = self.phase.after(&r.act, r.effective_on).ok_or_else(misfit)?;
        }
        self.last = LastAct::of(r);
        Ok(self)
    }

    /// A study of this call by the digest of its declaration.
    #[must_use]
    pub fn study(&self, study: Digest) -> Option<&Study> {
        self.studies.iter().find(|s| s.declared.study == study)
    }

    /// A run of payments by the digest of its plan.
    #[must_use]
    pub fn run(&self, run: Digest) -> Option<&Run> {
        self.runs.iter().find(|r| r.run == run)
    }

    /// The run that waits for its approvals, if there is one.
    #[must_use]
    pub fn waiting_run(&self) -> Option<&Run> {
        self.runs.iter().find(|r| r.is_waiting())
    }

    /// The plan that was executed, if it was.
    #[must_use]
    pub fn executed(&self) -> Option<&Frozen> {
        let CallPhase::SelectionExecuted { selection, .. } = &self.phase else { return None };
        Some(selection)
    }
}

impl PublishedEdition {
    fn of(digest: Digest, name: &str, read_with: Option<ReadWith>, r: &Recorded<CallAct>) -> Self {
        PublishedEdition { digest, name: name.to_owned(), since: r.effective_on, published_at: r.recorded_at, read_with }
    }
}

impl CallPhase {
    /// Stable code for columns and tests.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            CallPhase::Receiving => "receiving",
            CallPhase::InReview { .. } => "in_review",
            CallPhase::Reviewed { .. } => "reviewed",
            CallPhase::SelectionFrozen { .. } => "selection_frozen",
            CallPhase::SelectionExecuted { .. } => "selection_executed",
        }
    }

    fn after(self, act: &CallAct, on: Day) -> Option<CallPhase> {
        match act {
            CallAct::EditionPublished { .. }
            | CallAct::StudyDeclared(_)
            | CallAct::StudyRun(_)
            | CallAct::PaymentRunFrozen(_)
            | CallAct::PaymentRunApproved { .. }
            | CallAct::PaymentRunDiscarded { .. }
            | CallAct::PaymentRunSettled(_) => None,
            CallAct::ReviewOpened { plan, due } => {
                // Opened once more: after a close, when sheets turned out to be missing, or under way, for cases that became complete late.
                match &self {
                    CallPhase::Receiving | CallPhase::Reviewed { .. } => {}
                    CallPhase::InReview { plan: under_way, .. } if under_way != plan => {}
                    CallPhase::InReview { .. } | CallPhase::SelectionFrozen { .. } | CallPhase::SelectionExecuted { .. } => return None,
                }
                Some(CallPhase::InReview { plan: *plan, due: *due })
            }
            CallAct::ReviewClosed { reason } => {
                let CallPhase::InReview { plan, .. } = self else { return None };
                Some(CallPhase::Reviewed { plan, reason: reason.clone() })
            }
            CallAct::SelectionFrozen { plan, selected, reserve, rejected, amount } => {
                let (CallPhase::InReview { plan: review, .. } | CallPhase::Reviewed { plan: review, .. }) = self else { return None };
                let selection = Frozen { plan: *plan, selected: *selected, reserve: *reserve, rejected: *rejected, amount: *amount };
                Some(CallPhase::SelectionFrozen { review, selection, before: Box::new(self) })
            }
            CallAct::SelectionDiscarded { plan, .. } => {
                let CallPhase::SelectionFrozen { selection, before, .. } = self else { return None };
                (selection.plan == *plan).then_some(*before)
            }
            CallAct::SelectionExecuted { plan } => {
                let CallPhase::SelectionFrozen { review, selection, .. } = self else { return None };
                (selection.plan == *plan).then_some(CallPhase::SelectionExecuted { review, selection, on })
            }
        }
    }
}
