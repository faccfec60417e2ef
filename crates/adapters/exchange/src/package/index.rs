//! What a case file holds, and its `index.json`.

use banso_grant::ActRecord;
use banso_kernel::{CaseId, CorporateNumber, Digest, Instant, LocalText};
use serde::{Deserialize, Serialize};

use super::places;
use crate::sniff::FileKind;

/// Everything of one case, gathered for taking away. Documents are named here and read when they are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CasePackage {
    pub case: CaseId,
    pub receipt_number: String,
    pub programme: LocalText,
    pub call: LocalText,
    pub title: String,
    pub applicant: String,
    pub corporate_number: CorporateNumber,
    pub state: LocalText,
    pub exported_at: Instant,
    pub exported_by: String,
    /// True for a demonstration: the page then says so.
    pub synthetic: bool,
    /// In the order of their numbers.
    pub acts: Vec<ExportedAct>,
    pub contents: Vec<ExportedContent>,
    pub editions: Vec<ExportedEdition>,
    pub documents: Vec<ExportedDocument>,
    pub letters: Vec<ExportedLetter>,
    /// The acts by which letters were sent, in the order of their numbers.
    pub letter_acts: Vec<ActRecord>,
}

/// An act with the words that people read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportedAct {
    #[serde(flatten)]
    pub record: ActRecord,
    /// What the act is called: 採択 / Selected.
    pub name: LocalText,
    /// Who acted, by name; personal data, absent when erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub who: Option<String>,
    /// What the act says, in a sentence or two.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<LocalText>,
}

/// That something was erased by right; the acts that name it stay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErasedNote {
    pub reason: String,
    pub at: Instant,
}

/// A text that acts name by its digest: answers, comments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportedContent {
    pub digest: Digest,
    pub what: LocalText,
    /// The text, or why it is not there.
    pub body: Result<String, ErasedNote>,
}

/// The guideline as it governed the acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportedEdition {
    pub digest: Digest,
    pub name: String,
    pub source: String,
    /// What it was read with; nothing where that was not noted when it was published.
    pub words: Option<ExportedWords>,
}

/// The fact dictionary and the shared definitions that an edition was read with, and the act that says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportedWords {
    pub dictionary: String,
    pub definitions: String,
    /// The call's act that published the edition.
    pub published: ActRecord,
}

/// A name that a document was handed in under.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileName {
    pub name: String,
    /// The form's document id.
    pub slot: String,
    /// The act that it came with.
    pub seq: u64,
}

/// A document by its content, with all its names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportedDocument {
    pub digest: Digest,
    pub bytes: u64,
    pub media_type: String,
    pub names: Vec<FileName>,
    /// Its bytes were erased by right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub erased: Option<ErasedNote>,
}

/// A letter as it was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportedLetter {
    /// Name of its file without `.pdf`: `0005-grant-decision`.
    pub file: String,
    pub title: LocalText,
    /// Digest of the PDF.
    pub digest: Digest,
    /// The PDF, or why it is not there.
    pub pdf: Result<Vec<u8>, ErasedNote>,
    /// The number of the act by which it was sent; the table of contents is made with the file.
    pub issued: Option<u64>,
}

/// The file of the letter that is made with the case file: its table of contents.
pub const INDEX_LETTER: &str = "0000-index";

pub(crate) const FORMAT: &str = "banso-case";
pub(crate) const VERSION: u32 = 3;
/// The version in which editions first name what they were read with.
pub(crate) const WITH_WORDS: u32 = 2;
/// The version in which letters first have their acts, and documents the ending of their kind.
pub(crate) const WITH_LETTER_ACTS: u32 = 3;
pub(crate) const WITH_ENDINGS: u32 = 3;

/// `index.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Index {
    pub(crate) format: String,
    pub(crate) version: u32,
    pub(crate) case: CaseId,
    pub(crate) receipt_number: String,
    pub(crate) programme: LocalText,
    pub(crate) call: LocalText,
    pub(crate) title: String,
    pub(crate) applicant: String,
    pub(crate) corporate_number: CorporateNumber,
    pub(crate) state: LocalText,
    pub(crate) exported_at: Instant,
    pub(crate) exported_by: String,
    pub(crate) synthetic: bool,
    /// The hash of the last act.
    pub(crate) head: Digest,
    pub(crate) acts: Vec<ExportedAct>,
    pub(crate) contents: Vec<IndexedContent>,
    pub(crate) editions: Vec<IndexedEdition>,
    pub(crate) documents: Vec<ExportedDocument>,
    pub(crate) letters: Vec<IndexedLetter>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct IndexedContent {
    pub(crate) digest: Digest,
    pub(crate) what: LocalText,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) erased: Option<ErasedNote>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct IndexedEdition {
    pub(crate) digest: Digest,
    pub(crate) name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) words: Option<IndexedWords>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct IndexedWords {
    pub(crate) dictionary: Digest,
    pub(crate) definitions: Digest,
    pub(crate) published: ActRecord,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct IndexedLetter {
    pub(crate) file: String,
    pub(crate) title: LocalText,
    pub(crate) sha256: Digest,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) issued: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) erased: Option<ErasedNote>,
}

impl Index {
    /// Where a document lies in a file of this format.
    pub(crate) fn place(&self, document: &ExportedDocument) -> String {
        places::document(document.digest, FileKind::of_media_type(&document.media_type).filter(|_| self.version >= WITH_ENDINGS))
    }

    pub(crate) fn of(p: &CasePackage) -> Self {
        let content = |c: &ExportedContent| IndexedContent { digest: c.digest, what: c.what.clone(), erased: c.body.clone().err() };
        let digest = |text: &str| Digest::of(text.as_bytes());
        let words = |w: &ExportedWords| IndexedWords {
            dictionary: digest(&w.dictionary),
            definitions: digest(&w.definitions),
            published: w.published.clone(),
        };
        let edition = |e: &ExportedEdition| IndexedEdition { digest: e.digest, name: e.name.clone(), words: e.words.as_ref().map(words) };
        let letter = |l: &ExportedLetter| IndexedLetter {
            file: l.file.clone(),
            title: l.title.clone(),
            sha256: l.digest,
            issued: l.issued,
            erased: l.pdf.clone().err(),
        };
        Index {
            format: FORMAT.to_owned(),
            version: VERSION,
            case: p.case,
            receipt_number: p.receipt_number.clone(),
            programme: p.programme.clone(),
            call: p.call.clone(),
            title: p.title.clone(),
            applicant: p.applicant.clone(),
            corporate_number: p.corporate_number,
            state: p.state.clone(),
            exported_at: p.exported_at,
            exported_by: p.exported_by.clone(),
            synthetic: p.synthetic,
            head: p.acts.last().map_or(Digest::ZERO, |a| a.record.hash),
            acts: p.acts.clone(),
            contents: p.contents.iter().map(content).collect(),
            editions: p.editions.iter().map(edition).collect(),
            documents: p.documents.clone(),
            letters: p.letters.iter().map(letter).collect(),
        }
    }
}
