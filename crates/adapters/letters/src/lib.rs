//! Receipts, notices and decision letters as PDF/A-3a and PDF/UA-1, in Japanese.
//!
//! A letter is typed values in, bytes out: no database, no clock, no network. The wording stands in `templates/*.typ`;
//! data reaches a template as JSON alone, never as template text. The same letter gives the same bytes.

#[cfg(test)]
extern crate self as banso_letters;

mod clean;
mod cover;
mod fonts;
mod letter;
mod order;
mod study;
#[cfg(test)]
mod tests;
mod typeset;
mod view;
mod words;
mod world;
mod years;

pub use clean::Limits;
pub use cover::{Addressee, ClauseRef, Cover, Sender};
pub use letter::{
    Act, CaseIndex, Correction, Difference, ExecutionLetter, ExecutionStep, File, GrantDecision, GrantRefusal, IndexedDocument, Letter,
    NotAccepted, Point, Receipt, Received, RejectionNotice, ReserveEndNotice, ReserveNotice, SelectionNotice, WithdrawalAcknowledgement,
    Withdrawn, YearAmount,
};
pub use order::{OrderKind, OrderLetter, OrderTable};
pub use study::{StudyFigure, StudyReport, StudyTable};
pub use typeset::{Letters, LettersError, Typeset};
pub use years::{AssetLabel, AssetLabels, ComputedLine, YearsLetter, YearsStep};
