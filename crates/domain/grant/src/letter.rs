//! The letters of a case, as acts of a chain of their own beside the case's. What a letter says follows from the act that it tells of; this
//! binds how it looked when it was sent, and on which desks it was laid.

use banso_kernel::{Digest, NoticeId};
use serde::{Deserialize, Serialize};

/// One act of the letters of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "act", rename_all = "snake_case", deny_unknown_fields)]
pub enum LetterAct {
    LetterIssued(LetterIssued),
}

/// A letter, as it was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LetterIssued {
    /// The act of the case that it tells of.
    pub about: u64,
    /// Digest of the PDF.
    pub document: Digest,
    /// The notices that it came with.
    pub notices: Vec<NoticeId>,
}
