//! The store: the ledger of acts, the lists that follow from it, documents and jobs, on SQLite and on PostgreSQL. The only SQL of
//! the house. It decides nothing about a grant, and no type of its database library leaves it.

mod backup;
mod batch;
#[cfg(feature = "s3")]
mod bucket;
mod change;
mod clock;
mod contents;
mod db;
mod documents;
mod drafts;
mod fault;
mod firms;
mod folder;
mod installation;
mod jobs;
mod ledger;
mod lists;
mod migrate;
mod notices;
mod panel;
mod people;
mod register;
mod store;
mod tidy;
mod transaction;
mod verify;
mod writer;

pub use backup::BackedUp;
pub use batch::{Append, Batch, CommitError, Committed, CommittedAct};
#[cfg(feature = "s3")]
pub use bucket::{BucketPlace, BucketReader};
pub use change::Change;
pub use clock::{Clock, HandClock, SystemClock};
pub use contents::{Content, EditionProblems, EditionText, Plan, PlanKind, ReviewDraft, SavedReviewDraft};
pub use documents::{DocumentReader, Documents, Soundness, StoredDocument, Upload, UploadError};
pub use drafts::{Application, ApplicationRow, Attachment, Member, SaveSection, Section};
pub use fault::Fault;
pub use firms::{Area, FactFile, FirmsFact, KnownFirm, Told};
pub use jobs::{ATTEMPTS, Job, JobCounts, NewJob};
pub use ledger::{Anchor, CallFile, CallRow, CaseFile};
pub use lists::{CaseFilter, CaseSort, Direction, Listed, ListedCase, OwnApplication, Page, ReviewLoad, ReviewTask};
pub use notices::{Access, Desk, Mail, NewAccess, NewMail, NewNotice, Notice};
pub use people::{Account, Fact, Organisation, Session};
pub use register::{RegisterEvent, RegisterFile, RegisteredFirm};
pub use store::{Place, Store};
pub use verify::{Problem, Report};
