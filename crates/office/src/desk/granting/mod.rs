//! 交付申請の確認と交付決定: what was asked for beside what the guideline computes; returned for correction, prepared by an officer,
//! decided or refused by a director, with the letter before the eyes.
//!
//! An officer edits the accepted cost of each line, with a reason for each change. The subsidy follows from the guideline; the
//! modifications (適正化法第6条第3項) follow from the two: nobody types an amount that the guideline computes.

mod costs;
mod decide;
mod letter;
mod page;
mod prepare;
mod returning;
#[cfg(test)]
mod tests;

pub use costs::{CostCell, Settled, SettledCell, modified_place, modified_reason};
pub(crate) use costs::{HeadingShares, heading, several};
pub use decide::{DecisionOrder, RefusalOrder};
pub(crate) use page::Read;
pub use page::{GrantCase, GrantPage, GrantStage, QuoteFile, RequestView};
pub use prepare::{Prepared, PreparedCell};
pub use returning::ReturnOrder;
