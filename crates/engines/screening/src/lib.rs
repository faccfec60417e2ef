//! Every firm against every programme: the rules of guidelines over columns, on all cores, exact and three-valued.
//!
//! The meaning is that of the row evaluator of `banso-guideline`; whatever columns cannot compute (a number beyond 61 bits, a quotient
//! of two open ends, an error) is asked there, row by row. Pure: no files, no clock; threads only to go faster.

mod answers;
mod block;
mod cells;
mod choice;
mod circuit;
mod compare;
mod gang;
mod lower;
mod lower_call;
mod lower_number;
mod machine;
mod numbers;
mod plane;
mod population;
mod schema;
mod screen;
mod slot;
pub mod sql;
mod tally;

#[cfg(test)]
mod tests;

pub use answers::{Answer, ClauseAnswer, Screener, Verdict, symbol_of};
pub use block::{BadFact, Block, Column};
pub use cells::{Cell, Layout, Misfit, written};
pub use circuit::{Circuit, Symbol};
pub use compare::{Comparison, Moved, Shift};
pub use gang::screen_blocks;
pub use plane::{BLOCK, Plane};
pub use population::{BadMarginal, Marginals};
pub use schema::{Field, Kind, Schema};
pub use screen::{CapKind, Clause, FIRM, Programme, Screen};
pub use tally::{Counter, Counts, Division, ProgrammeTally, Tally};
