//! From a guideline's Markdown to a typed edition, and from facts to answers that name their clause.
//!
//! Pure: no I/O, no clock, no environment. `today` is an argument wherever it matters.

pub mod answers;
pub mod expr;
mod model;

pub use model::*;
