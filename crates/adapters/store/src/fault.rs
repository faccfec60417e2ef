//! What can go wrong with storage. A fault is no refusal: it is logged once and shown as a reference number.

use banso_grant::FoldError;
use sqlx::error::{DatabaseError, ErrorKind};

/// Storage did not do its duty.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    #[error("the database cannot be reached: {0}")]
    Unreachable(String),
    #[error("the disk is full: nothing was stored; free some space and try again")]
    Full,
    #[error("`{0}` is in use by another running server: stop it first, or use another data folder")]
    InUse(String),
    #[error("the database is busy with another program: try again")]
    Busy,
    #[error("the database was written by a newer version of this program (schema {found}, this program knows {known}): update the program")]
    Newer { found: i64, known: i64 },
    #[error(
        "the database is of an older version (schema {found}, this program's is {known}): start the server once, it brings it up to date"
    )]
    Older { found: i64, known: i64 },
    #[error(
        "the newest writes stand in `{0}`, which SQLite reads only for a user who may write beside it: \
         do this as the user of the server, or after the server was stopped properly"
    )]
    LogUnread(String),
    #[error("the database refuses to be written: {0}")]
    ReadOnly(String),
    #[error("`{place}` holds what cannot be: {what}")]
    Impossible { place: String, what: String },
    #[error("`{place}` holds what cannot be: {why}")]
    Misfit { place: String, why: FoldError },
    #[error("the database answered: {0}")]
    Database(String),
    #[error("a file of the data folder: {0}")]
    Files(String),
    #[error("the address `{0}` is neither a folder, nor `sqlite://…`, nor `postgres://…`")]
    Address(String),
    #[error("there is no data in `{0}`")]
    NothingHere(String),
    #[error("there is something here already: a backup is restored only where there is nothing")]
    NotEmpty,
    #[error("the backup is damaged or incomplete, and nothing was taken in: {0}")]
    BrokenBackup(String),
    #[error("`{0}` is not the data folder of this database (or the database not that of the folder): give the two that belong together")]
    OtherFolder(String),
    #[error("a restore into `{0}` was not finished: restore the backup once more, into the same place or another empty one")]
    HalfRestored(String),
    #[error("`{0}` may not be read by this user of the machine")]
    Denied(String),
    #[error("the permit is for another thing than the one asked for")]
    WrongPermit,
}

impl Fault {
    /// A row, file or text that this program would never have written.
    pub(crate) fn impossible(place: impl Into<String>, what: impl ToString) -> Self {
        Fault::Impossible { place: place.into(), what: what.to_string() }
    }
}

impl From<sqlx::Error> for Fault {
    #[expect(clippy::wildcard_enum_match_arm, reason = "another crate's open list of errors")]
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => {
                Fault::Unreachable(error.to_string())
            }
            sqlx::Error::Database(e) => from_database(e.as_ref()),
            sqlx::Error::ColumnDecode { index, source } => Fault::impossible(index.as_str(), source),
            _ => Fault::Database(error.to_string()),
        }
    }
}

/// SQLite answers with numbers (the kind is their last byte), PostgreSQL with five letters.
fn from_database(error: &dyn DatabaseError) -> Fault {
    let code = error.code().unwrap_or_default();
    let message = error.message().to_owned();
    let sqlite = if code.len() < 5 { code.parse::<u32>().ok().map(|n| n & 0xff) } else { None };
    match (sqlite, code.as_ref()) {
        (Some(13), _) | (None, "53100") => Fault::Full,
        (Some(5 | 6), _) | (None, "55P03") => Fault::Busy,
        (Some(8), _) | (None, "25006") => Fault::ReadOnly(message),
        (Some(10 | 14), _) | (None, "3D000" | "53300") => Fault::Unreachable(message),
        (None, c) if c.starts_with("08") || c.starts_with("57P") || c.starts_with("28") => Fault::Unreachable(message),
        (Some(_) | None, _) => Fault::Database(message),
    }
}

impl From<std::io::Error> for Fault {
    fn from(error: std::io::Error) -> Self {
        let full = matches!(error.kind(), std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded);
        if full { Fault::Full } else { Fault::Files(error.to_string()) }
    }
}

/// The constraint that a statement broke, if that is why it failed.
pub(crate) fn broken_constraint(error: &sqlx::Error) -> Option<(ErrorKind, String)> {
    let sqlx::Error::Database(e) = error else { return None };
    let guarded = e.message().contains("acts are never");
    let kind = if guarded { ErrorKind::UniqueViolation } else { e.kind() };
    (!matches!(kind, ErrorKind::Other)).then(|| (kind, e.message().to_owned()))
}
