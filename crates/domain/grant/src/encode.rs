//! How acts are written in the ledger: kind, version, canonical JSON. What was once written is readable for ever: each kind and
//! version has a golden file under `tests/golden/acts/`.

use banso_execution::ExecutionAct;
use serde::Serialize;
use serde::de::{DeserializeOwned, Error as _};
use serde_json::{Value, json};

use crate::act::{ActorError, CallAct, CaseAct};
use crate::canonical::{CanonicalError, canonical_json};
use crate::letter::LetterAct;

/// An act as columns of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encoded {
    pub kind: &'static str,
    pub version: u32,
    /// Canonical JSON.
    pub payload: String,
}

/// A row of the ledger that is no act this program knows.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    #[error(transparent)]
    Actor(#[from] ActorError),
    #[error("`{0}` is not a kind of act")]
    UnknownKind(String),
    #[error("act `{kind}` has no version {version}")]
    UnknownVersion { kind: String, version: u32 },
    #[error("the payload of act `{kind}` version {version} cannot be read: {source}")]
    Payload { kind: String, version: u32, source: serde_json::Error },
}

/// A family of acts that a ledger can keep: those of cases, of calls, of letters.
pub trait Act: Serialize + DeserializeOwned {
    /// Every kind of the family, in the order of the enum.
    const KINDS: &'static [&'static str];

    /// The stable name of the act's kind, e.g. `grant_decided`.
    fn kind(&self) -> &'static str;

    /// The version that its payload is written in. What is read back is written again as it was.
    fn version(&self) -> u32 {
        FIRST
    }

    /// The newest version of a kind.
    #[must_use]
    fn newest(_kind: &str) -> u32 {
        FIRST
    }

    /// `{"kind": …, "act": …}`.
    ///
    /// # Errors
    /// Only what JSON cannot express.
    fn to_tagged(&self) -> Result<Value, serde_json::Error> {
        serde_json::to_value(self)
    }

    /// Reads a payload.
    ///
    /// # Errors
    /// A payload that is none of that kind.
    fn from_payload(kind: &str, payload: Value) -> Result<Self, serde_json::Error> {
        serde_json::from_value(json!({ "kind": kind, "act": payload }))
    }
}

/// The version in which every kind was first written.
const FIRST: u32 = 1;

/// An act as it goes into the ledger.
///
/// # Errors
/// Only what JSON cannot express, which no act of this crate contains.
pub fn encode<A: Act>(act: &A) -> Result<Encoded, CanonicalError> {
    let mut tagged = act.to_tagged()?;
    let payload = tagged.get_mut("act").map_or(Value::Null, Value::take);
    Ok(Encoded { kind: act.kind(), version: act.version(), payload: canonical_json(&payload)? })
}

/// An act out of the ledger.
///
/// # Errors
/// A kind or version that is not known, or a payload with a field missing, unknown or of the wrong type.
pub fn decode<A: Act>(kind: &str, version: u32, payload: &str) -> Result<A, DecodeError> {
    if !A::KINDS.contains(&kind) {
        return Err(DecodeError::UnknownKind(kind.to_owned()));
    }
    if version < FIRST || version > A::newest(kind) {
        return Err(DecodeError::UnknownVersion { kind: kind.to_owned(), version });
    }
    let wrong = |source| DecodeError::Payload { kind: kind.to_owned(), version, source };
    let content: Value = serde_json::from_str(payload).map_err(wrong)?;
    let act = A::from_payload(kind, content).map_err(wrong)?;
    if act.version() != version {
        return Err(wrong(serde_json::Error::custom("what it says is of another version")));
    }
    Ok(act)
}

/// Names every variant once, so that `KINDS` cannot forget one.
macro_rules! kinds {
    ($own:ident, $family:ident { $($variant:pat => $kind:literal),* $(,)? } $($nested:pat => $inner:expr)?) => {
        const $own: &[&str] = &[$($kind),*];

        impl $family {
            const fn own_kind(&self) -> &'static str {
                match self { $($variant => $kind,)* $($nested => $inner)? }
            }
        }
    };
}

/// The kinds of the first family, then those of the second.
const fn joined<const N: usize>(first: &[&'static str], second: &[&'static str]) -> [&'static str; N] {
    let mut all = [""; N];
    let (mut at, mut rest) = (0, all.as_mut_slice());
    while let Some((place, after)) = rest.split_first_mut() {
        if let Some((_, skipped)) = first.split_at_checked(at)
            && let Some((kind, _)) = skipped.split_first()
        {
            *place = kind;
        } else if let Some((_, skipped)) = second.split_at_checked(at - first.len())
            && let Some((kind, _)) = skipped.split_first()
        {
            *place = kind;
        }
        at += 1;
        rest = after;
    }
    all
}

const CASE_KINDS_ALL: [&str; CASE_KINDS.len() + ExecutionAct::KINDS.len()] = joined(CASE_KINDS, ExecutionAct::KINDS);

impl Act for CaseAct {
    const KINDS: &'static [&'static str] = &CASE_KINDS_ALL;

    fn kind(&self) -> &'static str {
        self.own_kind()
    }

    fn to_tagged(&self) -> Result<Value, serde_json::Error> {
        if let CaseAct::Execution(act) = self { serde_json::to_value(act) } else { serde_json::to_value(self) }
    }

    fn from_payload(kind: &str, payload: Value) -> Result<Self, serde_json::Error> {
        if ExecutionAct::KINDS.contains(&kind) {
            return ExecutionAct::from_payload(kind, payload).map(|act| CaseAct::Execution(Box::new(act)));
        }
        serde_json::from_value(json!({ "kind": kind, "act": payload }))
    }
}

impl Act for CallAct {
    const KINDS: &'static [&'static str] = CALL_KINDS;

    fn kind(&self) -> &'static str {
        self.own_kind()
    }

    fn version(&self) -> u32 {
        match self {
            // Version 2 names what the edition was read with.
            CallAct::EditionPublished { read_with: Some(_), .. } => 2,
            CallAct::EditionPublished { read_with: None, .. }
            | CallAct::ReviewOpened { .. }
            | CallAct::ReviewClosed { .. }
            | CallAct::SelectionFrozen { .. }
            | CallAct::SelectionDiscarded { .. }
            | CallAct::SelectionExecuted { .. }
            | CallAct::StudyDeclared(_)
            | CallAct::StudyRun(_)
            | CallAct::PaymentRunFrozen(_)
            | CallAct::PaymentRunApproved { .. }
            | CallAct::PaymentRunDiscarded { .. }
            | CallAct::PaymentRunSettled(_) => FIRST,
        }
    }

    fn newest(kind: &str) -> u32 {
        if kind == "edition_published" { 2 } else { FIRST }
    }
}

impl Act for LetterAct {
    const KINDS: &'static [&'static str] = LETTER_KINDS;

    fn kind(&self) -> &'static str {
        self.own_kind()
    }
}

kinds!(LETTER_KINDS, LetterAct {
    LetterAct::LetterIssued(_) => "letter_issued",
});

kinds!(CASE_KINDS, CaseAct {
    CaseAct::Submitted(_) => "submitted",
    CaseAct::SubmissionWithdrawn { .. } => "submission_withdrawn",
    CaseAct::Returned(_) => "returned",
    CaseAct::CompletenessPassed { .. } => "completeness_passed",
    CaseAct::NotAccepted { .. } => "not_accepted",
    CaseAct::ReviewersAssigned { .. } => "reviewers_assigned",
    CaseAct::ConflictDeclared { .. } => "conflict_declared",
    CaseAct::ReviewerReplaced { .. } => "reviewer_replaced",
    CaseAct::Reviewed(_) => "reviewed",
    CaseAct::ReconsiderationAsked { .. } => "reconsideration_asked",
    CaseAct::BonusJudged { .. } => "bonus_judged",
    CaseAct::Selected(_) => "selected",
    CaseAct::Reserved { .. } => "reserved",
    CaseAct::Rejected(_) => "rejected",
    CaseAct::Promoted { .. } => "promoted",
    CaseAct::ReserveEnded { .. } => "reserve_ended",
    CaseAct::GrantRequested(_) => "grant_requested",
    CaseAct::GrantRequestReturned { .. } => "grant_request_returned",
    CaseAct::GrantDecided(_) => "grant_decided",
    CaseAct::GrantRefused { .. } => "grant_refused",
    CaseAct::Withdrawn { .. } => "withdrawn",
    CaseAct::Rectified { .. } => "rectified",
} CaseAct::Execution(act) => act.kind());

kinds!(CALL_KINDS, CallAct {
    CallAct::EditionPublished { .. } => "edition_published",
    CallAct::ReviewOpened { .. } => "review_opened",
    CallAct::ReviewClosed { .. } => "review_closed",
    CallAct::SelectionFrozen { .. } => "selection_frozen",
    CallAct::SelectionDiscarded { .. } => "selection_discarded",
    CallAct::SelectionExecuted { .. } => "selection_executed",
    CallAct::StudyDeclared(_) => "study_declared",
    CallAct::StudyRun(_) => "study_run",
    CallAct::PaymentRunFrozen(_) => "payment_run_frozen",
    CallAct::PaymentRunApproved { .. } => "payment_run_approved",
    CallAct::PaymentRunDiscarded { .. } => "payment_run_discarded",
    CallAct::PaymentRunSettled(_) => "payment_run_settled",
});
