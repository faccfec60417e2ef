//! From a guideline's Markdown to a typed edition, and from facts to answers that name their clause.
//!
//! Pure: no I/O, no clock, no environment. `today` is an argument wherever it matters.

mod amend;
mod amount;
pub mod answers;
mod compare;
mod content;
mod costs;
mod definitions;
mod dictionary;
mod documents;
mod edition;
mod editor;
mod examine;
mod examples;
pub mod expr;
mod form;
mod front;
mod judging;
mod known;
mod layout;
mod library;
mod markdown;
mod members;
mod model;
mod outline;
mod overlap;
mod page;
mod plan;
mod problem;
mod review;
mod rules;
mod run;
mod sectors;
mod tables;
mod tally;
mod targets;
mod ways;
mod words;

pub use compare::{ChangeKind, ClauseChange, Segment, compare, difference};
pub use dictionary::Dictionary;
pub use edition::{Edition, FieldPlace, Reading};
pub use editor::{Meaning, Origin, Proposal, ProposalKind, Writing, place_of as name_place};
pub use examples::Example;
pub use layout::lay_out;
pub use library::{Library, SharedDefinition};
pub use model::*;
pub use page::{Block, RuleBlock};
pub use plan::Plan;
pub use problem::{Code, Problem, Severity, Span};
pub use rules::{Computed, Rule, Test};
pub use run::{ExampleResult, Mismatch};
pub use sectors::{Belongs, Sector, Sectors};
pub use tally::Tally;
pub use targets::{KpiUse, Standing};
pub use ways::{Turn, WayOut};
