//! The acts of a case after its grant decision, as the ledger keeps them. The table in `meta` says of each what it rests on, who takes it
//! and between which phases it leads. Nothing here decides.
//!
//! Acts carry ids, numbers, digests and official reasons. Papers with names stay outside, under their digest.

mod facts;
mod meta;
mod payload;

pub use facts::Fact;
pub use meta::{ActMeta, ExecutionAct};
pub use payload::*;
