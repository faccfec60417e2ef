//! A case is the fold of its acts. The fold refuses an act that does not fit where the case stands, so a ledger that was
//! written around the decisions of this crate is found out when it is read.

use std::collections::BTreeMap;

use banso_kernel::{Day, Digest, Instant, LocalText};

use crate::act::{CaseAct, Judgement, Recorded, Submitted};
use crate::encode::Act;
use crate::state::{CaseState, StateCode};

/// One application and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// The latest submission.
    pub submission: Submission,
    pub state: CaseState,
    /// Bonus points judged on the latest submission, by the guideline's bonus id.
    pub bonuses: BTreeMap<String, JudgedBonus>,
    pub rectifications: Vec<Rectification>,
    pub last: LastAct,
}

/// A submission and the moments of its arrival.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submission {
    pub paper: Submitted,
    /// When this version was recorded.
    pub received_at: Instant,
    /// The arrival that counts when scores tie: that of the first version since the applicant last took the application back.
    /// A correction that the office asked for does not cost its place.
    pub arrived_at: Instant,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JudgedBonus {
    pub judgement: Judgement,
    pub evidence: Vec<Digest>,
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rectification {
    pub seq: u64,
    pub reason: String,
    pub on: Day,
}

/// The newest act of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastAct {
    pub seq: u64,
    pub kind: &'static str,
    pub recorded_at: Instant,
    /// The edition that governed it.
    pub edition: Digest,
}

impl LastAct {
    pub(crate) fn of<A: Act>(r: &Recorded<A>) -> Self {
        LastAct { seq: r.seq, kind: r.act.kind(), recorded_at: r.recorded_at, edition: r.edition }
    }
}

/// Acts that do not make up a case or a call.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FoldError {
    #[error("there are no acts")]
    Empty,
    #[error("act number {found} stands where number {expected} belongs")]
    Gap { expected: u64, found: u64 },
    #[error("act {seq} `{kind}` cannot be the first of its stream")]
    NotAFirstAct { seq: u64, kind: &'static str },
    #[error("act {seq} `{kind}` does not fit state `{state}`")]
    Misfit { seq: u64, kind: &'static str, state: &'static str },
}

impl FoldError {
    /// What is wrong, for whoever reads a verification.
    #[must_use]
    pub fn told(&self) -> LocalText {
        let ja = match self {
            FoldError::Empty => "行為がありません。".to_owned(),
            FoldError::Gap { expected, found } => format!("番号が{expected}の行為があるべきところに、番号{found}の行為があります。"),
            FoldError::NotAFirstAct { seq, kind } => format!("行為{seq}（種類 {kind}）は、最初の行為にはなりません。"),
            FoldError::Misfit { seq, kind, state } => {
                let label = StateCode::parse(state).map_or_else(|| (*state).to_owned(), |s| s.label().ja);
                format!("行為{seq}（種類 {kind}）は、状態「{label}」には続きません。")
            }
        };
        LocalText::new(ja, self.to_string())
    }
}

pub(crate) const fn in_sequence(expected: u64, found: u64) -> Result<(), FoldError> {
    if expected == found { Ok(()) } else { Err(FoldError::Gap { expected, found }) }
}

impl Case {
    /// The case that some acts make, oldest first and none left out.
    ///
    /// # Errors
    /// Names the first act that does not fit.
    pub fn fold(acts: &[Recorded<CaseAct>]) -> Result<Case, FoldError> {
        let (first, rest) = acts.split_first().ok_or(FoldError::Empty)?;
        rest.iter().try_fold(Case::begin(first)?, Case::apply)
    }

    /// The case that a first submission makes.
    ///
    /// # Errors
    /// Anything but a submission of version 1 with number 1.
    pub fn begin(first: &Recorded<CaseAct>) -> Result<Case, FoldError> {
        in_sequence(1, first.seq)?;
        let not_first = || FoldError::NotAFirstAct { seq: first.seq, kind: first.act.kind() };
        let CaseAct::Submitted(paper) = &first.act else { return Err(not_first()) };
        if paper.version != 1 {
            return Err(not_first());
        }
        Ok(Case {
            submission: Submission { paper: paper.clone(), received_at: first.recorded_at, arrived_at: first.recorded_at },
            state: CaseState::Submitted,
            bonuses: BTreeMap::new(),
            rectifications: Vec::new(),
            last: LastAct::of(first),
        })
    }

    /// The case after one more act.
    ///
    /// # Errors
    /// An act out of sequence, or one that does not fit the state.
    pub fn apply(mut self, r: &Recorded<CaseAct>) -> Result<Case, FoldError> {
        in_sequence(self.last.seq.saturating_add(1), r.seq)?;
        let state = self.state.code();
        let misfit = || FoldError::Misfit { seq: r.seq, kind: r.act.kind(), state: state.code() };
        self.take(r).ok_or_else(misfit)?;
        self.last = LastAct::of(r);
        Ok(self)
    }

    fn take(&mut self, r: &Recorded<CaseAct>) -> Option<()> {
        match &r.act {
            CaseAct::Submitted(paper) => self.take_submission(paper, r.recorded_at)?,
            CaseAct::BonusJudged { bonus, judgement, evidence, reason } => {
                let (CaseState::Complete { .. } | CaseState::UnderReview { .. }) = &self.state else { return None };
                let judged = JudgedBonus { judgement: *judgement, evidence: evidence.clone(), reason: reason.clone() };
                self.bonuses.insert(bonus.clone(), judged);
            }
            CaseAct::Rectified { seq, reason } => {
                (*seq >= 1 && *seq < r.seq).then_some(())?;
                self.rectifications.push(Rectification { seq: *seq, reason: reason.clone(), on: r.effective_on });
            }
            CaseAct::ConflictDeclared { .. }
            | CaseAct::ReviewerReplaced { .. }
            | CaseAct::Reviewed(_)
            | CaseAct::ReconsiderationAsked { .. } => {
                let CaseState::UnderReview { review } = &mut self.state else { return None };
                review.take(&r.act, r.recorded_at)?;
            }
            CaseAct::SubmissionWithdrawn { .. }
            | CaseAct::Returned(_)
            | CaseAct::CompletenessPassed { .. }
            | CaseAct::NotAccepted { .. }
            | CaseAct::ReviewersAssigned { .. }
            | CaseAct::Selected(_)
            | CaseAct::Reserved { .. }
            | CaseAct::Rejected(_)
            | CaseAct::Promoted { .. }
            | CaseAct::ReserveEnded { .. }
            | CaseAct::GrantRequested(_)
            | CaseAct::GrantRequestReturned { .. }
            | CaseAct::GrantDecided(_)
            | CaseAct::GrantRefused { .. }
            | CaseAct::Withdrawn { .. } => {
                self.state = self.state.clone().after(&r.act, r.effective_on, self.submission.paper.lead)?;
            }
            CaseAct::Execution(act) => {
                let CaseState::Granted { execution, .. } = &mut self.state else { return None };
                execution.advance(act, r.effective_on).ok()?;
            }
        }
        Some(())
    }

    fn take_submission(&mut self, paper: &Submitted, at: Instant) -> Option<()> {
        let earlier = &self.submission;
        let same = paper.version == earlier.paper.version.saturating_add(1)
            && paper.call == earlier.paper.call
            && paper.lead == earlier.paper.lead
            && paper.receipt_number == earlier.paper.receipt_number;
        same.then_some(())?;
        let arrived_at = if let CaseState::Returned { .. } = self.state {
            earlier.arrived_at
        } else if let CaseState::SubmissionWithdrawn { .. } = self.state {
            at
        } else {
            return None;
        };
        self.submission = Submission { paper: paper.clone(), received_at: at, arrived_at };
        self.bonuses.clear();
        self.state = CaseState::Submitted;
        Some(())
    }
}
