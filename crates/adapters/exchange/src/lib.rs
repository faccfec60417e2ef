//! What goes out and comes in as files: lists as Excel and CSV, a case as a ZIP that proves itself, a first look into uploads,
//! transfer files for banks.
//!
//! Reads no database. Everything from outside is bounded: bytes, entries, ratios, lengths.

mod archive;
mod bundle;
mod csv;
mod excel;
mod hashing;
mod package;
mod public_calls;
mod register_file;
mod regular;
mod sheet;
mod sniff;
mod table;
pub mod zengin;

pub use archive::{ArchiveFlaw, ArchiveLimits};
pub use bundle::zip_files;
pub use csv::to_csv;
pub use excel::to_xlsx;
pub use package::{
    CasePackage, ErasedNote, ExportedAct, ExportedContent, ExportedDocument, ExportedEdition, ExportedLetter, ExportedWords, FileName,
    INDEX_LETTER, PackageError, PackageReport, Problem, verify_package, write_package,
};
pub use public_calls::{CallRemark, FirmOutline, PublicCall, PublicCalls, PublicCallsError, Suits};
pub use register_file::{RegisterFileError, RegisterRow, RegisterRows, register_digest};
pub use regular::{NotRegular, open_regular};
pub use sheet::{Cell, Column, Kind, Sheet, SheetError};
pub use sniff::{Expected, FileKind, InspectedFile, SniffRefusal, inspect};
pub use table::{TableFileError, TableRow, read_table};
