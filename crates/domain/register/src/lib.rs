//! The national register of corporate numbers (法人番号公表サイト): the entries of its files, and what they make of a firm.
//!
//! Reads no file and no database: fields of a row come in, a checked [`Entry`] or [`Flaw`]s go out; entries and what is on record come
//! in, a [`Plan`] goes out.

mod column;
mod entry;
mod facts;
mod industry;
mod name;
mod plan;

pub use column::Column;
pub use entry::{Closing, ClosingCause, Entry, Flaw, LegalForm, Place, Process};
pub use facts::{FactSource, FirmFact, NoSuchSource, SettledFact, settle};
pub use industry::{Industry, industry};
pub use name::name_key;
pub use plan::{Known, Note, Noted, Plan, Tally, plan};
