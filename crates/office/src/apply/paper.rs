//! What was handed in, as one canonical JSON text: the text whose digest a submission or a grant request carries. It is kept
//! beside the acts, where it can be erased by right.
//!
//! ```json
//! {"answers":{"sections":{"plan":{"0":{"課題":"…"}}}},
//!  "attachments":[{"bytes":1024,"digest":"…","file_name":"計画書.pdf","media_type":"application/pdf","member":0,"slot":"plan-pdf"}],
//!  "call":"…/…","edition":"<digest>","format":1,
//!  "members":[{"corporate_number":"…","kind":"…","member":1,"name":"…","role":"…"}],
//!  "stage":"application","title":"…","track":"…"}
//! ```
//!
//! Keys are in order, empty answers are left out, attachments stand in the order of slot, member and digest: the same
//! application is the same text.

use banso_grant::{CanonicalError, DocumentRef, canonical_json};
use banso_guideline::Edition;
use banso_guideline::answers::{Answers, FormFacts};
use banso_kernel::{CallId, CorporateNumber, Digest, Yen};
use serde::{Deserialize, Serialize};

/// The version of this form of writing.
pub const FORMAT: u32 = 1;

/// What a paper asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// 応募申請.
    Application,
    /// 交付申請, after selection.
    GrantRequest,
}

/// Everything handed in at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Paper {
    pub format: u32,
    pub stage: Stage,
    pub call: CallId,
    /// The edition whose form was filled in.
    pub edition: Digest,
    pub title: String,
    /// Empty where the programme has no tracks.
    pub track: String,
    pub members: Vec<PaperMember>,
    pub answers: Answers,
    pub attachments: Vec<PaperAttachment>,
}

/// A member of the consortium as it stood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaperMember {
    pub member: u32,
    pub name: String,
    pub role: String,
    pub kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corporate_number: Option<CorporateNumber>,
}

/// A file as it was handed in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaperAttachment {
    pub slot: String,
    /// 0 for the application as a whole.
    pub member: u32,
    pub digest: Digest,
    pub file_name: String,
    pub media_type: String,
    pub bytes: u64,
}

impl Paper {
    /// All costs in it, by the form of an edition; `None` when they are beyond what can be summed.
    pub(crate) fn total_cost(&self, edition: &Edition) -> Option<Yen> {
        FormFacts { form: edition.form(), kpis: edition.kpis(), answers: &self.answers }.total_cost().ok()
    }

    /// The one JSON text of this paper.
    ///
    /// # Errors
    /// Only what JSON cannot express, which no paper contains.
    pub fn canonical(&self) -> Result<String, CanonicalError> {
        let mut ordered = self.clone();
        ordered.attachments.sort();
        ordered.members.sort_by_key(|m| m.member);
        for sides in ordered.answers.sections.values_mut() {
            for answers in sides.values_mut() {
                answers.retain(|_, text| !text.trim().is_empty());
            }
            sides.retain(|_, answers| !answers.is_empty());
        }
        ordered.answers.sections.retain(|_, sides| !sides.is_empty());
        canonical_json(&ordered)
    }

    /// Reads a kept text.
    ///
    /// # Errors
    /// Not the JSON of a paper.
    pub fn read(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }

    /// The files as acts name them, in the order of slot and digest.
    #[must_use]
    pub fn documents(&self) -> Vec<DocumentRef> {
        let mut documents: Vec<DocumentRef> =
            self.attachments.iter().map(|a| DocumentRef { digest: a.digest, bytes: a.bytes, slot: a.slot.clone() }).collect();
        documents.sort_by(|a, b| (&a.slot, a.digest, a.bytes).cmp(&(&b.slot, b.digest, b.bytes)));
        documents.dedup();
        documents
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use banso_guideline::answers::Place;

    fn paper() -> Paper {
        let mut answers = Answers::default();
        let at = |section: &str, key: &str| Place { section: section.into(), member: 0, key: key.into() };
        answers.set(at("plan", "課題"), "切削工程の短縮".into());
        answers.set(at("plan", "備考"), "  ".into());
        answers.set(at("empty", "備考"), String::new());
        let file = |slot: &str, body: &[u8]| PaperAttachment {
            slot: slot.into(),
            member: 0,
            digest: Digest::of(body),
            file_name: "計画書.pdf".into(),
            media_type: "application/pdf".into(),
            bytes: 3,
        };
        Paper {
            format: FORMAT,
            stage: Stage::Application,
            call: CallId::parse("demo/r7-1").unwrap(),
            edition: Digest::ZERO,
            title: "架空の計画".into(),
            track: String::new(),
            members: vec![],
            answers,
            attachments: vec![file("plan-pdf", b"b"), file("plan-pdf", b"a"), file("ledger", b"c")],
        }
    }

    #[test]
    fn the_same_application_is_the_same_text() {
        let one = paper();
        let mut other = paper();
        other.attachments.reverse();
        other.answers.sections.remove("empty");
        assert_eq!(one.canonical().unwrap(), other.canonical().unwrap());
        let text = one.canonical().unwrap();
        assert!(!text.contains("備考"), "{text}");
        assert_eq!(Paper::read(&text).unwrap().canonical().unwrap(), text);
        let slots: Vec<String> = one.documents().into_iter().map(|d| d.slot).collect();
        assert_eq!(slots, ["ledger", "plan-pdf", "plan-pdf"]);
    }

    #[test]
    fn one_letter_more_is_another_text() {
        let mut other = paper();
        other.title.push('。');
        assert_ne!(Digest::of(paper().canonical().unwrap().as_bytes()), Digest::of(other.canonical().unwrap().as_bytes()));
    }
}
