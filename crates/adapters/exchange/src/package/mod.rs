//! A whole case as one ZIP that proves itself: acts with their chain, contents and documents by digest, letters, an index to read
//! and one to compute with.
//!
//! `README` of the format: `index.json` (format 3), `index.html` (the same for people), `acts.jsonl` (one act a line, the payload as the
//! very text that was hashed), `contents/<sha256>.json`, `editions/<sha256>.md`, `words/<sha256>.md` (the fact dictionary and the shared
//! definitions that an edition was read with; not in format 1), `documents/<sha256>.pdf`
//! and so on by kind (without the ending before format 3), `letters/*.pdf`, `letters.jsonl` (the acts by which they were sent; not before
//! format 3),
//! `SHA256SUMS` (of all other files, as `sha256sum -c` reads it).
//!
//! What the file proves: the acts, their order, and everything they name by digest. What it cannot prove alone: that the whole
//! chain was not written anew (compare the head with the receipt or the office), that something was erased by right, and what the
//! chain does not bind: names of people and files, titles, summaries.

mod html;
mod index;
mod letters;
mod meaning;
mod verify;
mod write;

pub use index::{
    CasePackage, ErasedNote, ExportedAct, ExportedContent, ExportedDocument, ExportedEdition, ExportedLetter, ExportedWords, FileName,
    INDEX_LETTER,
};
pub use verify::{PackageReport, Problem, verify_package};
pub(crate) use write::moment;
pub use write::write_package;

use std::io;

use banso_kernel::Digest;

use crate::archive::ArchiveFlaw;

/// Why a case file cannot be written, or not even be looked into.
#[derive(Debug, thiserror::Error)]
pub enum PackageError {
    #[error("this is not a case file that can be opened: {0}")]
    Archive(#[from] ArchiveFlaw),
    #[error("the stored document {digest} has another content than its digest says; run `banso verify` on the database")]
    WrongDocument { digest: Digest },
    #[error("the text of {digest} has another content than its digest says; run `banso verify` on the database")]
    WrongText { digest: Digest },
    #[error("`{0}` cannot be the name of a letter: use letters, digits, hyphens, without `/`")]
    LetterName(String),
    #[error("the ZIP cannot be written: {0}")]
    Zip(#[from] zip::result::ZipError),
    #[error("JSON: {0}")]
    Json(#[from] serde_json::Error),
    #[error("reading or writing: {0}")]
    Io(#[from] io::Error),
}

/// Where each thing lies in the ZIP.
pub(crate) mod places {
    use banso_kernel::Digest;

    use crate::sniff::FileKind;

    pub(crate) const INDEX: &str = "index.json";
    pub(crate) const PAGE: &str = "index.html";
    pub(crate) const ACTS: &str = "acts.jsonl";
    /// The acts by which letters were sent.
    pub(crate) const LETTERS: &str = "letters.jsonl";
    pub(crate) const SUMS: &str = "SHA256SUMS";

    /// Under its digest, with the ending of its kind where that is known, so that it opens with a click.
    pub(crate) fn document(digest: Digest, kind: Option<FileKind>) -> String {
        let ending = kind.and_then(|k| k.extensions().first()).map(|e| format!(".{e}")).unwrap_or_default();
        format!("documents/{digest}{ending}")
    }

    pub(crate) fn content(digest: Digest) -> String {
        format!("contents/{digest}.json")
    }

    pub(crate) fn edition(digest: Digest) -> String {
        format!("editions/{digest}.md")
    }

    pub(crate) fn words(digest: Digest) -> String {
        format!("words/{digest}.md")
    }

    pub(crate) fn letter(file: &str) -> String {
        format!("letters/{file}.pdf")
    }

    /// A name that a letter may have: no path, no surprise.
    pub(crate) fn is_letter_name(file: &str) -> bool {
        let good = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
        !file.is_empty() && file.chars().count() <= 120 && file.chars().all(good) && !file.starts_with('.') && !file.contains("..")
    }
}

#[cfg(test)]
mod tests;
