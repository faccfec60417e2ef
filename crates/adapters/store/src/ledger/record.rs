//! An act as it stands in the ledger, and the two hashes that bind it: to the act before it in its stream, and to every act
//! before it in the whole ledger. Needs no database: an exported file is checked by the same functions.

use std::fmt;
use std::str::FromStr;

use banso_grant::{Act, Actor, DecodeError, Recorded, decode};
use banso_kernel::{ChainLink, Day, Digest, IdError, Instant, PersonId, StreamId, running_hash};
use serde::{Deserialize, Serialize};

use crate::db::Row;
use crate::fault::Fault;

/// Who acted, as the ledger writes it: `system` or `person:<id>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ActorText(pub Actor);

impl fmt::Display for ActorText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Actor::System => f.write_str("system"),
            Actor::Person(id) => write!(f, "person:{id}"),
        }
    }
}

impl FromStr for ActorText {
    type Err = IdError;
    fn from_str(s: &str) -> Result<Self, Self::Err> {
        if s == "system" {
            return Ok(ActorText(Actor::System));
        }
        // Anything without the prefix is no id either, and is named as it stands.
        s.strip_prefix("person:").unwrap_or(s).parse::<PersonId>().map(|id| ActorText(Actor::Person(id)))
    }
}

impl TryFrom<String> for ActorText {
    type Error = IdError;
    fn try_from(s: String) -> Result<Self, Self::Error> {
        s.parse()
    }
}

impl From<ActorText> for String {
    fn from(actor: ActorText) -> Self {
        actor.to_string()
    }
}

/// One row of the ledger, the payload as the very text that was hashed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActRecord {
    #[serde(with = "as_text")]
    pub stream: StreamId,
    /// 1 for the first act of the stream.
    pub seq: u64,
    /// 1 for the first act of the whole ledger, without gaps.
    pub position: u64,
    pub kind: String,
    pub version: u32,
    pub actor: ActorText,
    pub authority: String,
    pub clause: String,
    pub edition: Digest,
    pub effective_on: Day,
    pub recorded_at: Instant,
    pub payload: String,
    /// Hash of the act before it in the stream; zero before the first.
    pub prev_hash: Digest,
    /// Hash over everything above.
    pub hash: Digest,
    /// Hash over `hash`, `position` and the `running` of the act one position before.
    pub running: Digest,
}

mod as_text {
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    use super::StreamId;

    pub(super) fn serialize<S: Serializer>(id: &StreamId, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(id)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<StreamId, D::Error> {
        String::deserialize(d)?.parse().map_err(D::Error::custom)
    }
}

impl ActRecord {
    /// The hash that the act must have, over every field but `position`, which [`ActRecord::expected_running`] binds.
    #[must_use]
    pub fn expected_hash(&self) -> Digest {
        let (stream, actor) = (self.stream.to_string(), self.actor.to_string());
        ChainLink {
            stream: &stream,
            seq: self.seq,
            kind: &self.kind,
            version: self.version,
            actor: &actor,
            authority: &self.authority,
            clause: &self.clause,
            edition: self.edition,
            effective_on: self.effective_on,
            recorded_at: self.recorded_at,
            payload: &self.payload,
            prev_hash: self.prev_hash,
        }
        .hash()
    }

    /// The running hash that follows `before` with this act.
    #[must_use]
    pub fn expected_running(&self, before: &Digest) -> Digest {
        running_hash(before, self.position, &self.hash)
    }

    /// The act as the fold takes it.
    ///
    /// # Errors
    /// A kind, version or payload that this program does not know.
    pub fn decode<A: Act>(&self) -> Result<Recorded<A>, DecodeError> {
        Ok(Recorded {
            seq: self.seq,
            act: decode(&self.kind, self.version, &self.payload)?,
            actor: self.actor.0,
            authority: self.authority.clone(),
            clause: self.clause.clone(),
            edition: self.edition,
            effective_on: self.effective_on,
            recorded_at: self.recorded_at,
        })
    }
}

/// Where a chain is broken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChainError {
    #[error("act {seq} of `{stream}`: number {expected} belongs here; an act is missing or was put in")]
    Gap { stream: StreamId, seq: u64, expected: u64 },
    #[error("act {seq} of `{stream}`: its content does not have its hash; it was changed")]
    Changed { stream: StreamId, seq: u64 },
    #[error("act {seq} of `{stream}`: it does not follow the act before it")]
    Unlinked { stream: StreamId, seq: u64 },
    #[error("act {seq} of `{stream}`: recorded earlier than the act before it")]
    Backwards { stream: StreamId, seq: u64 },
}

/// What the act after this one is checked against.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Link {
    seq: u64,
    hash: Digest,
    recorded_at: Instant,
}

impl From<&ActRecord> for Link {
    fn from(a: &ActRecord) -> Self {
        Link { seq: a.seq, hash: a.hash, recorded_at: a.recorded_at }
    }
}

/// Checks that `next` follows `last` in its stream and has its own hash.
///
/// # Errors
/// The first thing that is wrong.
pub fn check_link(last: Option<&ActRecord>, next: &ActRecord) -> Result<(), ChainError> {
    match last {
        Some(l) if l.stream != next.stream => {
            Err(ChainError::Gap { stream: next.stream.clone(), seq: next.seq, expected: l.seq.saturating_add(1) })
        }
        Some(_) | None => check_after(last.map(Link::from), next),
    }
}

/// The same with what is needed of the act before, which is of the same stream.
pub(crate) fn check_after(last: Option<Link>, next: &ActRecord) -> Result<(), ChainError> {
    let (stream, seq) = (|| next.stream.clone(), next.seq);
    let expected = last.map_or(1, |l| l.seq.saturating_add(1));
    if seq != expected {
        return Err(ChainError::Gap { stream: stream(), seq, expected });
    }
    if next.hash != next.expected_hash() {
        return Err(ChainError::Changed { stream: stream(), seq });
    }
    if next.prev_hash != last.map_or(Digest::ZERO, |l| l.hash) {
        return Err(ChainError::Unlinked { stream: stream(), seq });
    }
    if last.is_some_and(|l| l.recorded_at > next.recorded_at) {
        return Err(ChainError::Backwards { stream: stream(), seq });
    }
    Ok(())
}

/// Checks a whole stream, oldest act first; the hash of its last act.
///
/// # Errors
/// The first act that does not fit.
pub fn check_stream(acts: &[ActRecord]) -> Result<Digest, ChainError> {
    let mut last: Option<&ActRecord> = None;
    for act in acts {
        check_link(last, act)?;
        last = Some(act);
    }
    Ok(last.map_or(Digest::ZERO, |l| l.hash))
}

/// Declares the columns of a table as one list and as the struct that is written into them.
macro_rules! columns {
    ($(#[$doc:meta])* $name:ident / $list:ident { $($column:ident: $kind:ty),* $(,)? }) => {
        $(#[$doc])*
        #[derive(serde::Serialize)]
        pub(crate) struct $name<'a> { $(pub(crate) $column: $kind),* }

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
        actor: String,
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
            actor: a.actor.to_string(),
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
            actor: row.parse("actor")?,
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
