//! The words that every other room speaks: money, shares, numbers of firms, days, ids, digests.
//!
//! Nothing here does I/O, reads a clock or rolls dice. A value of one of these types has been checked.

mod calendar;
mod chain;
mod coded;
mod corporate_number;
mod digest;
mod ids;
mod money;
mod text;
mod time;
mod told;

pub use calendar::{ClosedDays, Holiday};
pub use chain::{ChainLink, running_hash};
pub use corporate_number::{CorporateNumber, CorporateNumberError};
pub use digest::{Digest, DigestError};
pub use ids::{CallId, CaseId, IdError, JobId, NoticeId, OrganisationId, PersonId, RequestId, StreamId};
pub use money::{Exact, MoneyError, Rate, Rounding, Yen};
pub use text::{Lang, LocalText, count_characters, fold_width, group_thousands};
pub use time::{Day, FiscalYear, Instant, TimeError};
pub use told::{Authority, DocumentRef, Point, Told};
