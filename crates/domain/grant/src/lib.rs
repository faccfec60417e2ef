//! The life of one grant, decided purely: a case is the fold of its acts, and each step is an act or a refusal.
//!
//! No I/O, no clock: actor, edition and day are arguments.

mod act;
mod call;
mod canonical;
mod case;
mod encode;
mod row;
mod state;
mod transition;

pub use act::*;
pub use call::{Call, CallPhase, Frozen, PublishedEdition};
pub use canonical::{CanonicalError, canonical_json};
pub use case::{Case, FoldError, JudgedBonus, LastAct, Rectification, Submission};
pub use encode::{Act, DecodeError, Encoded, decode, encode};
pub use row::{CaseRow, ReviewRow, ReviewStatus};
pub use state::{Assignment, AssignmentState, Award, AwardPath, CaseState, Review, Sheet, StateCode};
