//! The receipt of what was handed in, as a page. The letter beside it is made by the worker (`letters`).

use banso_grant::{Actor, CaseAct, Recorded, Submitted};
use banso_guideline::Edition;
use banso_kernel::{CaseId, Digest, Instant, LocalText, NoticeId, Yen};
use banso_permits::{Action, Person};
use banso_store::CaseFile;

use super::draft::{CaseHead, Draft};
use crate::letters::{notice_id, slot_title};
use crate::{Office, OfficeError};

/// The receipt of one submission.
#[derive(Debug, Clone)]
pub struct ReceiptPage {
    pub head: CaseHead,
    pub receipt_number: String,
    pub version: u32,
    /// The moment of the durable commit, by the server's clock.
    pub recorded_at: Instant,
    pub title: String,
    pub track: String,
    pub requested: Yen,
    pub submitted_by: String,
    /// Digest of all answers.
    pub content: Digest,
    pub whole: Digest,
    pub files: Vec<ReceiptFile>,
    /// Whether a later version took its place.
    pub superseded: bool,
    /// When it was taken back, where it was the last and nothing was handed in since.
    pub withdrawn: Option<Instant>,
    /// The notice that holds the letter, once it is made.
    pub letter: Option<NoticeId>,
}

/// A file on a receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptFile {
    /// The place in the form: its id, and its title.
    pub slot_id: String,
    pub slot: LocalText,
    pub name: String,
    pub bytes: u64,
    pub digest: Digest,
}

fn acts(file: &CaseFile) -> Result<Vec<Recorded<CaseAct>>, OfficeError> {
    file.recorded().map_err(OfficeError::fault)
}

impl Draft {
    /// The versions that were handed in.
    pub(crate) fn receipt_versions(&self) -> Vec<u32> {
        (1..=self.case().map_or(0, |c| c.submission.paper.version)).collect()
    }
}

impl Office {
    /// The receipt of one version.
    ///
    /// # Errors
    /// [`OfficeError::NotFound`] for a stranger, or a version that was not handed in.
    pub async fn receipt_page(&self, person: &Person, case: CaseId, version: u32) -> Result<ReceiptPage, OfficeError> {
        let draft = self.draft(person, case, Action::ReadCase).await?;
        let file = draft.file.as_ref().ok_or(OfficeError::NotFound)?;
        let acts = acts(file)?;
        let (record, paper) = submission_of(&acts, version).ok_or(OfficeError::NotFound)?;
        let edition = self.edition(record.edition)?;
        let own = person.organisation.ok_or(OfficeError::NotFound)?;
        let id = notice_id(case, record.seq, own);
        let letter = self.store().notice(id).await?.filter(|n| n.notice.document.is_some()).map(|_| id);
        let track = edition.tracks().iter().find(|t| t.name == paper.track).map_or(paper.track.clone(), |t| t.title.ja.clone());
        Ok(ReceiptPage {
            submitted_by: self.actor_name(record.actor).await?,
            files: self.receipt_files(&edition, &paper).await?,
            superseded: draft.case().is_some_and(|c| c.submission.paper.version > version),
            withdrawn: taken_back(&acts, record.seq),
            head: draft.head(),
            receipt_number: paper.receipt_number,
            version,
            recorded_at: record.recorded_at,
            title: paper.title,
            track,
            requested: paper.requested,
            content: paper.content,
            whole: paper.whole,
            letter,
        })
    }

    pub(crate) async fn actor_name(&self, actor: Actor) -> Result<String, OfficeError> {
        match actor {
            Actor::Person(id) => self.name_of(id).await,
            Actor::System => Ok("システム".to_owned()),
        }
    }

    /// The files of a submission with the names they came under; an erased text leaves their digests.
    pub(crate) async fn receipt_files(&self, edition: &Edition, submitted: &Submitted) -> Result<Vec<ReceiptFile>, OfficeError> {
        let paper = self.paper(submitted.content).await?.ok();
        let name = |digest: Digest, slot: &str| {
            let found = paper.iter().flat_map(|p| &p.attachments).find(|a| a.digest == digest && a.slot == slot);
            found.map_or_else(|| digest.short(), |a| a.file_name.clone())
        };
        let file = |d: &banso_grant::DocumentRef| ReceiptFile {
            slot_id: d.slot.clone(),
            slot: slot_title(edition, &d.slot),
            name: name(d.digest, &d.slot),
            bytes: d.bytes,
            digest: d.digest,
        };
        Ok(submitted.documents.iter().map(file).collect())
    }
}

/// When what was handed in by an act was taken back: before anything else was handed in.
fn taken_back(acts: &[Recorded<CaseAct>], seq: u64) -> Option<Instant> {
    let since = acts.iter().filter(|r| r.seq > seq).take_while(|r| !matches!(r.act, CaseAct::Submitted(_)));
    since.filter(|r| matches!(r.act, CaseAct::SubmissionWithdrawn { .. } | CaseAct::Withdrawn { .. })).map(|r| r.recorded_at).next()
}

/// The act and the paper of a version.
fn submission_of(acts: &[Recorded<CaseAct>], version: u32) -> Option<(Recorded<CaseAct>, Submitted)> {
    acts.iter().find_map(|r| {
        let CaseAct::Submitted(s) = &r.act else { return None };
        (s.version == version).then(|| (r.clone(), s.clone()))
    })
}
