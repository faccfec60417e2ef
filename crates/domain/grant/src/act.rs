//! The acts (行政行為) of a case and of a call, as they are written in the ledger. Nothing here decides.
//!
//! Acts carry ids, numbers, digests and official reasons. Names of persons, texts of plans and comments are kept outside, under
//! their digest, where they can be erased.

use std::fmt;
use std::str::FromStr;

use banso_execution::ExecutionAct;
use banso_kernel::{CallId, CorporateNumber, Day, Digest, Instant, PersonId, Yen};
pub use banso_kernel::{DocumentRef, Point};
use serde::{Deserialize, Serialize};

use crate::run::{PaymentRunFrozen, PaymentRunSettled};

/// Who acted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Actor {
    Person(PersonId),
    /// Something that follows from another act without anybody's choice.
    System,
}

/// As it is written and hashed: `system`, or `person:<id>`.
impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Actor::System => f.write_str("system"),
            Actor::Person(id) => write!(f, "person:{id}"),
        }
    }
}

/// A text that is no actor.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("who acted cannot be read: `{0}`")]
pub struct ActorError(String);

impl FromStr for Actor {
    type Err = ActorError;
    fn from_str(s: &str) -> Result<Self, Self::Err> {
        let read = match s.strip_prefix("person:") {
            Some(id) => id.parse().ok().map(Actor::Person),
            None => Some(Actor::System),
        };
        // An id can be written in several ways, and only one of them is hashed.
        read.filter(|actor| actor.to_string() == s).ok_or_else(|| ActorError(s.to_owned()))
    }
}

/// An act about to be recorded: the act itself and what the law wants known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAct<A> {
    pub act: A,
    pub actor: Actor,
    /// The capacity in which the actor acts: 申請者, 事務局, 審査員, 交付決定権者.
    pub authority: String,
    /// The clause or article that the act rests on.
    pub clause: String,
    /// Digest of the guideline edition that governs it.
    pub edition: Digest,
    /// The day from which it takes effect. When it was recorded is the ledger's to say.
    pub effective_on: Day,
}

/// An act as the ledger holds it: the nth of its stream, with the moment of its commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded<A> {
    /// 1 for the first act of a stream, then one more each.
    pub seq: u64,
    pub act: A,
    pub actor: Actor,
    pub authority: String,
    pub clause: String,
    pub edition: Digest,
    pub effective_on: Day,
    pub recorded_at: Instant,
}

impl<A> NewAct<A> {
    /// The act as it stands once it is recorded.
    pub fn recorded(self, seq: u64, recorded_at: Instant) -> Recorded<A> {
        let NewAct { act, actor, authority, clause, edition, effective_on } = self;
        Recorded { seq, act, actor, authority, clause, edition, effective_on, recorded_at }
    }
}

/// One act of a case. Variants are only ever added; a changed payload is a new version with its golden file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "act", rename_all = "snake_case", deny_unknown_fields)]
pub enum CaseAct {
    Submitted(Submitted),
    /// Before the closing instant; the applicant may submit again.
    SubmissionWithdrawn {
        reason: String,
    },
    Returned(Returned),
    CompletenessPassed {
        checks: Vec<String>,
    },
    /// Not accepted (不受理): incomplete after the deadline, late, or not eligible on its face.
    NotAccepted {
        reason: String,
    },
    ReviewersAssigned {
        /// Digest of the review plan that they come from.
        plan: Digest,
        due: Day,
        reviewers: Vec<PersonId>,
    },
    ConflictDeclared {
        reviewer: PersonId,
        declaration: Declaration,
    },
    ReviewerReplaced {
        from: PersonId,
        to: PersonId,
        reason: String,
    },
    Reviewed(Reviewed),
    ReconsiderationAsked {
        reviewer: PersonId,
        reason: String,
    },
    BonusJudged {
        bonus: String,
        judgement: Judgement,
        /// The documents that were judged.
        evidence: Vec<Digest>,
        reason: String,
    },
    Selected(Outcome),
    Reserved {
        order: u32,
        outcome: Outcome,
    },
    Rejected(Outcome),
    /// From the reserve list, when money became free.
    Promoted {
        reason: String,
    },
    /// The reserve list ended before its turn came: not selected.
    ReserveEnded {
        reason: String,
    },
    GrantRequested(GrantRequested),
    GrantRequestReturned {
        points: Vec<Point>,
        due: Day,
    },
    GrantDecided(GrantDecided),
    GrantRefused {
        number: String,
        reason: String,
    },
    /// By the applicant: of the application, of the grant request, or of the decision (Art. 9).
    Withdrawn {
        reason: String,
    },
    /// A clerical error in an earlier act, put right in words; the act itself stays.
    Rectified {
        seq: u64,
        reason: String,
    },
    /// What follows the decision; in the ledger under its own kind.
    #[serde(skip)]
    Execution(Box<ExecutionAct>),
}

/// Arrival (Art. 26-3: recorded in the receiver's file).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Submitted {
    pub call: CallId,
    pub receipt_number: String,
    /// 1 for the first, one more each time it is submitted again.
    pub version: u32,
    pub title: String,
    pub track: String,
    pub lead: CorporateNumber,
    /// Every firm, university and organisation in it, the lead included.
    pub parties: Vec<CorporateNumber>,
    /// Digest of all answers as one canonical JSON text.
    pub content: Digest,
    pub documents: Vec<DocumentRef>,
    /// Digest over content and documents: what the receipt shows as "the whole".
    pub whole: Digest,
    pub requested: Yen,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Returned {
    pub points: Vec<Point>,
    pub due: Day,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reviewed {
    pub reviewer: PersonId,
    /// 1, then one more after each reconsideration.
    pub version: u32,
    /// Criterion id and points.
    pub points: Vec<(String, u32)>,
    /// Digest of the comments as one canonical JSON text.
    pub comments: Digest,
}

/// What a reviewer says of an assigned case before reading it (利益相反の申告).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Declaration {
    NoConflict,
    Conflict(ConflictKind),
}

/// Why a reviewer steps back. The kind is enough for the record; circumstances and names are not written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConflictKind {
    /// Belongs or lately belonged to an organisation of the application.
    SameOrganisation,
    /// Works or lately worked with an applicant: joint research, joint application, co-authorship.
    JointWork,
    /// Advises, invests in, lends to or is paid by an applicant.
    Money,
    /// Family or teacher-and-student ties.
    PersonalTies,
    /// Another interest that a bystander would doubt.
    Other,
}

/// Whether a claimed bonus stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Judgement {
    Granted,
    Denied,
}

/// What a selection plan said of this case when it was executed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    pub plan: Digest,
    pub rank: u32,
    /// Aggregated score with bonus points, as an exact fraction in words (`253/3`).
    pub score: String,
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GrantRequested {
    pub version: u32,
    pub content: Digest,
    pub documents: Vec<DocumentRef>,
    pub requested: Yen,
}

/// Art. 6 and 8: the decision, its amount, its conditions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GrantDecided {
    pub number: String,
    pub eligible_cost: Yen,
    pub amount: Yen,
    /// Project year and amount.
    pub by_year: Vec<(u32, Yen)>,
    pub conditions: Vec<String>,
    pub modifications: Vec<Modification>,
    /// Art. 6(3): why the modifications do not make the project unduly hard. Empty when nothing was modified.
    pub feasibility: String,
    pub project_ends: Day,
    /// Art. 9(1): the applicant may withdraw until the end of this day.
    pub withdrawable_until: Day,
}

/// A change that the office made to what was asked (Art. 6(3)), with its reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Modification {
    /// `2年目 設備備品費（株式会社甲）`.
    pub place: String,
    /// Subsidy asked for in that place, and granted there.
    pub asked: Yen,
    pub granted: Yen,
    pub reason: String,
}

/// The fact dictionary and the shared definitions that an edition was read with, by the digests of their texts: they decide with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReadWith {
    pub dictionary: Digest,
    pub definitions: Digest,
}

/// One act of a call as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "act", rename_all = "snake_case", deny_unknown_fields)]
pub enum CallAct {
    /// A guideline edition governs from now on.
    EditionPublished {
        edition: Digest,
        name: String,
        /// What its text was read and judges with. An act of version 1 was recorded before that was noted.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        read_with: Option<ReadWith>,
    },
    ReviewOpened {
        plan: Digest,
        due: Day,
    },
    ReviewClosed {
        reason: String,
    },
    /// The plan of a selection, frozen: no choice is left to its execution.
    SelectionFrozen {
        plan: Digest,
        selected: u32,
        reserve: u32,
        rejected: u32,
        amount: Yen,
    },
    SelectionDiscarded {
        plan: Digest,
        reason: String,
    },
    SelectionExecuted {
        plan: Digest,
    },
    /// What is asked of the call's effect, and how it will be answered, said beforehand (効果検証の宣言).
    StudyDeclared(StudyDeclared),
    /// A declared study was run on what was known on a day; every run is recorded, whatever it found.
    StudyRun(StudyRun),
    /// A run of payments, frozen: who is paid what, to which account, on which day (支払計画).
    PaymentRunFrozen(PaymentRunFrozen),
    /// One of the people that a run needs agreed to it.
    PaymentRunApproved {
        run: Digest,
    },
    PaymentRunDiscarded {
        run: Digest,
        reason: String,
    },
    /// The bank answered a run.
    PaymentRunSettled(PaymentRunSettled),
}

/// A study of the effect of a call, as it was declared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StudyDeclared {
    /// Digest of the declaration: question, outcomes, design, settings, groups, as one text.
    pub study: Digest,
    pub title: String,
    /// Firms of the call whose outcome was known already. With any, nothing that the study finds is a test of what was declared.
    pub outcomes_known: u32,
}

/// One run of a declared study.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StudyRun {
    /// The declaration.
    pub study: Digest,
    /// What was learned after this day is not in the panel.
    pub known_on: Day,
    /// Rows of the de-identified panel.
    pub rows: u32,
    /// Digest of the panel as CSV.
    pub panel: Digest,
    /// Digest of the report as JSON.
    pub report: Digest,
    /// The version of the program that computed it.
    pub engine: String,
}
