//! The applicant's desk, use case by use case: start, fill in, invite, attach, check, hand in, take back, ask for the grant.
//!
//! An application is its draft (sections, members, attachments: plain rows that can be corrected and erased) until it is handed in; then
//! an act names the digest of the [`Paper`] that was made of it. Everything here goes through [`Office::draft`]: a stranger gets
//! [`OfficeError::NotFound`](crate::OfficeError::NotFound), whatever the address he guessed.

mod basics;
mod budget;
mod check;
mod desk;
mod discard;
mod documents;
mod draft;
mod grant_request;
mod history;
mod known;
mod leave;
mod members;
mod moved;
mod paper;
mod receipt;
mod removal;
mod section;
mod stamp;
mod start;
mod submit;
mod targets;
mod tasks;
#[cfg(test)]
mod tests;
mod told;

pub use basics::{BasicsPage, Renamed};
pub(crate) use budget::missing_words;
pub use budget::{Budget, BudgetCell, BudgetRow, MemberSum, Subsidy, amount_words};
pub use check::{CheckPage, CheckedFinding, CheckedRow, CheckedSection, Flaw, Link};
pub use desk::{DeskCase, DeskHome, OutgoingLetter, tone_of};
pub use discard::DiscardPage;
pub use documents::{AttachedFile, Incoming, Kept, Outgoing, Slot};
pub use draft::{CaseHead, Phase, Seat, Writable};
pub(crate) use draft::{SEEN_DECISION, facts_of, of_grant_request};
pub(crate) use grant_request::{QUOTES, quotes, quotes_title};
pub use history::Happened;
pub(crate) use known::read_fact;
pub use known::{Known, KnownFact};
pub use leave::{LeavePage, Leaving};
pub use members::{Invitation, Invitee, InviteeStatus};
pub use moved::Moved;
pub use paper::{FORMAT, Paper, PaperAttachment, PaperMember, Stage};
pub(crate) use receipt::HandedPaper;
pub use receipt::{ReceiptFile, ReceiptPage};
pub use removal::LeavingMember;
pub use section::{Extra, KnownAnswer, Neighbour, SaveOrder, SaveOutcome, SavedBy, SectionPage};
pub use start::{IdentifiedFirm, ShownFact, StartOrder, StartPage};
pub use submit::{HandedIn, SubmitOrder};
pub use targets::{Target, standing_words, use_words, used_alike};
pub use tasks::{ReturnedPoint, Task, TaskGroup, TaskList, TaskStatus};
#[cfg(any(test, feature = "testing"))]
pub(crate) use {draft::SEEN_EDITION, start::lead_row};
