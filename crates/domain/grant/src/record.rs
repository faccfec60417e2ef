//! An act as it is written: the ledger keeps it so, a case file carries it so, a line of JSON each. The hash binds it to the act before
//! it in its stream, the running hash to every act before it in the whole ledger.

use banso_kernel::{ChainLink, Day, Digest, Instant, StreamId, running_hash};
use serde::{Deserialize, Serialize};

use crate::act::Recorded;
use crate::encode::{Act, DecodeError, decode};

/// One row of the ledger, one line of `acts.jsonl`. Kind, actor and payload are the very texts that were hashed.
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
    /// An [`Actor`](crate::Actor) as text.
    pub actor: String,
    pub authority: String,
    pub clause: String,
    pub edition: Digest,
    pub effective_on: Day,
    pub recorded_at: Instant,
    pub payload: String,
    /// Hash of the act before it in the stream; zero before the first.
    pub prev_hash: Digest,
    /// Hash over everything above but `position`.
    pub hash: Digest,
    /// Hash over `hash`, `position` and the `running` of the act one position before: it can be checked only beside that one.
    pub running: Digest,
}

mod as_text {
    use banso_kernel::StreamId;
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(id: &StreamId, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(id)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<StreamId, D::Error> {
        String::deserialize(d)?.parse().map_err(D::Error::custom)
    }
}

impl ActRecord {
    /// The hash that the act must have.
    #[must_use]
    pub fn expected_hash(&self) -> Digest {
        let stream = self.stream.to_string();
        ChainLink {
            stream: &stream,
            seq: self.seq,
            kind: &self.kind,
            version: self.version,
            actor: &self.actor,
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
    /// An actor, a kind, a version or a payload that this program does not know.
    pub fn decode<A: Act>(&self) -> Result<Recorded<A>, DecodeError> {
        Ok(Recorded {
            seq: self.seq,
            act: decode(&self.kind, self.version, &self.payload)?,
            actor: self.actor.parse()?,
            authority: self.authority.clone(),
            clause: self.clause.clone(),
            edition: self.edition,
            effective_on: self.effective_on,
            recorded_at: self.recorded_at,
        })
    }
}

/// How an act fails to follow the one before it in its stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ChainFlaw {
    #[error("number {expected} belongs here; an act is missing or was put in")]
    Gap { expected: u64 },
    #[error("its content does not have its hash; it was changed")]
    Changed,
    #[error("it does not follow the act before it")]
    Unlinked,
    #[error("recorded earlier than the act before it")]
    Backwards,
}

/// What the act after this one is checked against.
#[derive(Debug, Clone, Copy)]
pub struct Link {
    seq: u64,
    position: u64,
    hash: Digest,
    recorded_at: Instant,
}

impl From<&ActRecord> for Link {
    fn from(a: &ActRecord) -> Self {
        Link { seq: a.seq, position: a.position, hash: a.hash, recorded_at: a.recorded_at }
    }
}

/// Everything that is wrong with `next` after `last` in the same stream, the gravest first.
#[must_use]
pub fn chain_flaws(last: Option<Link>, next: &ActRecord) -> Vec<ChainFlaw> {
    let expected = last.map_or(1, |l| l.seq.saturating_add(1));
    let mut flaws = Vec::new();
    if next.seq != expected {
        flaws.push(ChainFlaw::Gap { expected });
    }
    if next.hash != next.expected_hash() {
        flaws.push(ChainFlaw::Changed);
    }
    if next.prev_hash != last.map_or(Digest::ZERO, |l| l.hash) {
        flaws.push(ChainFlaw::Unlinked);
    }
    if last.is_some_and(|l| l.recorded_at > next.recorded_at || l.position >= next.position) {
        flaws.push(ChainFlaw::Backwards);
    }
    flaws
}
