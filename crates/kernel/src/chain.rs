//! The hashes that bind acts: one act to the act before it in its stream, and to every act before it in the whole ledger.
//!
//! The ledger writes them and an exported case file is checked with them, so both use these two functions.

use sha2::{Digest as _, Sha256};

use crate::{Day, Digest, Instant};

/// What a hash begins with, so that no other text of the house can be taken for an act.
const DOMAIN: &[u8] = b"banso act 1";
const RUNNING_DOMAIN: &[u8] = b"banso ledger 1";

/// The fields of an act that its hash covers, in the order in which it covers them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChainLink<'a> {
    /// A `StreamId` as text.
    pub stream: &'a str,
    pub seq: u64,
    pub kind: &'a str,
    pub version: u32,
    /// `system` or `person:<id>`.
    pub actor: &'a str,
    pub authority: &'a str,
    pub clause: &'a str,
    pub edition: Digest,
    pub effective_on: Day,
    pub recorded_at: Instant,
    /// The very text that is kept.
    pub payload: &'a str,
    /// The hash of the act before it in the stream; zero before the first.
    pub prev_hash: Digest,
}

impl ChainLink<'_> {
    /// SHA-256 over every field, each preceded by its length in bytes (eight bytes, big endian), numbers as decimal text, the
    /// instant as microseconds since 1970.
    #[must_use]
    pub fn hash(&self) -> Digest {
        let mut hasher = Sha256::new();
        let mut field = |bytes: &[u8]| {
            hasher.update((bytes.len() as u64).to_be_bytes());
            hasher.update(bytes);
        };
        field(DOMAIN);
        field(self.stream.as_bytes());
        field(self.seq.to_string().as_bytes());
        field(self.kind.as_bytes());
        field(self.version.to_string().as_bytes());
        field(self.actor.as_bytes());
        field(self.authority.as_bytes());
        field(self.clause.as_bytes());
        field(self.edition.as_bytes());
        field(self.effective_on.to_string().as_bytes());
        field(self.recorded_at.micros().to_string().as_bytes());
        field(self.payload.as_bytes());
        field(self.prev_hash.as_bytes());
        Digest::from_bytes(hasher.finalize().into())
    }
}

/// The running hash over the whole ledger: after the act with `hash` at `position`, when it was `before` until then.
#[must_use]
pub fn running_hash(before: &Digest, position: u64, hash: &Digest) -> Digest {
    let mut hasher = Sha256::new();
    hasher.update(RUNNING_DOMAIN);
    hasher.update(before.as_bytes());
    hasher.update(position.to_be_bytes());
    hasher.update(hash.as_bytes());
    Digest::from_bytes(hasher.finalize().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link() -> ChainLink<'static> {
        ChainLink {
            stream: "case:0197897a-57e3-7d00-8000-000000000042",
            seq: 1,
            kind: "submitted",
            version: 1,
            actor: "system",
            authority: "申請者",
            clause: "4-1",
            edition: Digest::of(b"edition"),
            effective_on: Day::new(2025, 6, 20).unwrap(),
            recorded_at: Instant::parse("2025-06-20T16:59:58+09:00").unwrap(),
            payload: "{}",
            prev_hash: Digest::ZERO,
        }
    }

    #[test]
    fn the_encoding_does_not_drift() {
        // Computed apart from this code, with struct.pack and hashlib in Python.
        assert_eq!(link().hash().to_string(), "83cfde38715e6c8829c6e7e026f3f34fa1f15677e5fdb977a14836952197e339");
        assert_eq!(
            running_hash(&Digest::ZERO, 1, &link().hash()).to_string(),
            "5fb4766c4f58c387e61cfa21009815e295fa61b9eab6db686aeff375d5288f44"
        );
    }

    #[test]
    fn every_field_counts() {
        let base = link();
        let changed = [
            ChainLink { stream: "case:0197897a-57e3-7d00-8000-000000000043", ..base },
            ChainLink { seq: 2, ..base },
            ChainLink { kind: "submitte", version: 11, ..base },
            ChainLink { version: 2, ..base },
            ChainLink { actor: "person:0197897a-57e3-7d00-8000-000000000042", ..base },
            ChainLink { authority: "事務局", ..base },
            ChainLink { clause: "4-2", ..base },
            ChainLink { edition: Digest::ZERO, ..base },
            ChainLink { effective_on: Day::new(2025, 6, 21).unwrap(), ..base },
            ChainLink { recorded_at: base.recorded_at.plus_seconds(1), ..base },
            ChainLink { payload: "{ }", ..base },
            ChainLink { prev_hash: Digest::of(b""), ..base },
        ];
        for other in changed {
            assert_ne!(other.hash(), base.hash(), "{other:?}");
        }
    }
}
