//! One act as it stands in the ledger and in a case file, with the hashes that bind it.

use banso_kernel::{ChainLink, Day, Digest, Instant, StreamId};
use serde::{Deserialize, Serialize};

/// One row of the ledger. Its JSON is one line of `acts.jsonl`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActRecord {
    #[serde(with = "as_text")]
    pub stream: StreamId,
    /// 1 for the first act of the stream.
    pub seq: u64,
    /// Place in the whole ledger.
    pub position: u64,
    pub kind: String,
    pub version: u32,
    /// `system` or `person:<id>`.
    pub actor: String,
    pub authority: String,
    pub clause: String,
    pub edition: Digest,
    pub effective_on: Day,
    pub recorded_at: Instant,
    /// The very text that was hashed.
    pub payload: String,
    pub prev_hash: Digest,
    pub hash: Digest,
    /// Binds the act to every act before it in the ledger; it can be checked only beside them.
    pub running: Digest,
}

impl ActRecord {
    /// The hash that these fields must have.
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
