//! The life of one grant, decided purely: a case is the fold of its acts, and each step is an act or a refusal.
//!
//! No I/O, no clock: actor, edition and day are arguments.

mod act;
mod call;
mod canonical;
mod case;
pub mod decide;
mod encode;
mod flow;
mod law;
mod letter;
mod line;
mod notices;
pub mod numbers;
mod papers;
mod record;
mod refusal;
pub mod review;
mod row;
mod run;
pub mod score;
pub mod selection;
pub mod severity;
mod state;
mod study;
mod transition;

pub use act::*;
pub use call::{Call, CallPhase, Frozen, PublishedEdition};
pub use canonical::{CanonicalError, OpenError, Sealed, canonical_json};
pub use case::{Case, FoldError, JudgedBonus, LastAct, Rectification, Submission};
pub use encode::{Act, DecodeError, Encoded, decode, encode};
pub use letter::{LetterAct, LetterIssued};
pub use notices::{Notice, NoticeKind, Recipient, notices};
pub use papers::{Papers, TextKind};
pub use record::{ActRecord, ChainFlaw, Link, chain_flaws};
pub use refusal::{
    AmountFlaw, FieldName, PaperFlaw, PhaseCode, Refusal, ReviewFlaw, RunFlaw, SelectionFlaw, Step, StudyFlaw, Timing, Told,
};
pub use review::{ReviewPlan, plan_review};
pub use row::{CaseRow, ReviewRow, ReviewStatus};
pub use run::{PaymentRunFrozen, PaymentRunSettled, Run, RunState};
pub use selection::SelectionPlan;
pub use state::{Assignment, AssignmentState, Award, AwardPath, CaseState, RejectionPath, Review, Sheet, StateCode};
pub use study::{RecordedRun, Study};
