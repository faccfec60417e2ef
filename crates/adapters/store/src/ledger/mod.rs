//! The ledger of acts: rows, the fold over them, reading by permit, writing to the tables.

pub(crate) mod fold;
pub(crate) mod insert;
mod read;
pub(crate) mod record;

pub use fold::CallRow;
pub use read::{Anchor, CallFile, CaseFile};
pub(crate) use read::{permitted_call, permitted_case, permitted_whole};
