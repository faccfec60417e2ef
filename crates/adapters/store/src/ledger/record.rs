//! An act as a row of the table `acts`.

use banso_grant::ActRecord;
use banso_kernel::Digest;

use crate::db::Row;
use crate::fault::Fault;

/// Declares the columns of a table as one list and as the struct that is written into them.
macro_rules! columns {
    ($(#[$doc:meta])* $name:ident / $list:ident { $($column:ident: $kind:ty),* $(,)? }) => {
        $(#[$doc])*
        #[derive(serde::Serialize)]
        pub(crate) struct $name<'a> { $(pub(crate) $column: $kind),* }

        impl $name<'_> {
            /// In the order of the columns.
            pub(crate) fn args(self) -> Vec<$crate::db::Arg> { $crate::db::args![$(self.$column),*] }
        }

        pub(crate) const $list: &[&str] = &[$(stringify!($column)),*];
    };
}
pub(crate) use columns;

columns! {
    /// An act as the table `acts` keeps it.
    ActColumns / ACT_COLUMNS {
        stream: String,
        seq: u64,
        position: u64,
        kind: &'a str,
        version: u32,
        actor: &'a str,
        authority: &'a str,
        clause: &'a str,
        edition: Digest,
        effective_on: String,
        recorded_at: i64,
        payload: &'a str,
        prev_hash: Digest,
        hash: Digest,
        running: Digest,
    }
}

impl<'a> From<&'a ActRecord> for ActColumns<'a> {
    fn from(a: &'a ActRecord) -> Self {
        ActColumns {
            stream: a.stream.to_string(),
            seq: a.seq,
            position: a.position,
            kind: &a.kind,
            version: a.version,
            actor: &a.actor,
            authority: &a.authority,
            clause: &a.clause,
            edition: a.edition,
            effective_on: a.effective_on.to_string(),
            recorded_at: a.recorded_at.micros(),
            payload: &a.payload,
            prev_hash: a.prev_hash,
            hash: a.hash,
            running: a.running,
        }
    }
}

pub(crate) const COLUMNS: &str = "stream, seq, position, kind, version, actor, authority, clause, edition, effective_on, recorded_at, \
                                  payload, prev_hash, hash, running";

impl TryFrom<&Row> for ActRecord {
    type Error = Fault;
    fn try_from(row: &Row) -> Result<Self, Fault> {
        Ok(ActRecord {
            stream: row.parse("stream")?,
            seq: row.count("seq")?,
            position: row.count("position")?,
            kind: row.text("kind")?,
            version: row.count("version")?,
            actor: row.text("actor")?,
            authority: row.text("authority")?,
            clause: row.text("clause")?,
            edition: row.parse("edition")?,
            effective_on: row.parse("effective_on")?,
            recorded_at: row.instant("recorded_at")?,
            payload: row.text("payload")?,
            prev_hash: row.parse("prev_hash")?,
            hash: row.parse("hash")?,
            running: row.parse("running")?,
        })
    }
}
