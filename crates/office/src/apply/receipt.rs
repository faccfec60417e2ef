//! The receipt of what was handed in, as a page. The letter beside it is made by the worker (`letters`).

use banso_grant::decide::whole_digest;
use banso_grant::{Actor, CaseAct, DocumentRef, GrantRequested, Recorded, Submitted};
use banso_guideline::Edition;
use banso_kernel::{CaseId, CorporateNumber, Digest, Instant, LocalText, NoticeId, Yen};
use banso_permits::{Action, Person};
use banso_store::CaseFile;

use super::draft::{CaseHead, Draft};
use super::paper::Stage;
use crate::letters::{notice_id, slot_title};
use crate::{Office, OfficeError};

/// What was handed in, as a receipt says it: an application or a grant request.
#[derive(Debug, Clone)]
pub(crate) struct HandedPaper {
    pub(crate) stage: Stage,
    pub(crate) version: u32,
    pub(crate) receipt_number: String,
    pub(crate) title: String,
    pub(crate) track: String,
    pub(crate) lead: CorporateNumber,
    pub(crate) content: Digest,
    pub(crate) documents: Vec<DocumentRef>,
    pub(crate) requested: Yen,
    pub(crate) whole: Digest,
}

impl HandedPaper {
    pub(crate) fn of_application(s: &Submitted) -> Self {
        HandedPaper {
            stage: Stage::Application,
            version: s.version,
            receipt_number: s.receipt_number.clone(),
            title: s.title.clone(),
            track: s.track.clone(),
            lead: s.lead,
            content: s.content,
            documents: s.documents.clone(),
            requested: s.requested,
            whole: s.whole,
        }
    }

    /// A grant request goes under the number and the title of the application that was selected.
    pub(crate) fn of_request(request: &GrantRequested, application: &Submitted) -> Self {
        HandedPaper {
            stage: Stage::GrantRequest,
            version: request.version,
            content: request.content,
            documents: request.documents.clone(),
            requested: request.requested,
            whole: whole_digest(request.content, &request.documents),
            ..HandedPaper::of_application(application)
        }
    }
}

/// The receipt of one submission.
#[derive(Debug, Clone)]
pub struct ReceiptPage {
    pub head: CaseHead,
    pub stage: Stage,
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
    /// The versions of the application that were handed in.
    pub(crate) fn receipt_versions(&self) -> Vec<u32> {
        (1..=self.case().map_or(0, |c| c.submission.paper.version)).collect()
    }

    /// The versions of the grant request that were handed in.
    pub(crate) fn request_versions(&self) -> Vec<u32> {
        (1..=self.case().and_then(|c| c.state.request()).map_or(0, |r| r.version)).collect()
    }
}

impl Office {
    /// The receipt of one version of the application, or of the grant request.
    ///
    /// # Errors
    /// [`OfficeError::NotFound`] for a stranger, or a version that was not handed in.
    pub async fn receipt_page(&self, person: &Person, case: CaseId, stage: Stage, version: u32) -> Result<ReceiptPage, OfficeError> {
        let draft = self.draft(person, case, Action::ReadCase).await?;
        let file = draft.file.as_ref().ok_or(OfficeError::NotFound)?;
        let acts = acts(file)?;
        let handed = handed_in(&acts, stage);
        let (record, paper) = handed.iter().find(|(_, p)| p.version == version).ok_or(OfficeError::NotFound)?;
        let edition = self.edition(record.edition)?;
        let own = person.organisation.ok_or(OfficeError::NotFound)?;
        let id = notice_id(case, record.seq, own);
        let letter = self.store().notice(id).await?.filter(|n| n.notice.document.is_some()).map(|_| id);
        let track = edition.tracks().iter().find(|t| t.name == paper.track).map_or(paper.track.clone(), |t| t.title.ja.clone());
        Ok(ReceiptPage {
            submitted_by: self.actor_name(record.actor).await?,
            files: self.receipt_files(&edition, paper).await?,
            superseded: handed.iter().any(|(_, p)| p.version > version),
            withdrawn: taken_back(&acts, stage, record.seq),
            head: draft.head(),
            stage,
            receipt_number: paper.receipt_number.clone(),
            version,
            recorded_at: record.recorded_at,
            title: paper.title.clone(),
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

    /// The files that were handed in with the names they came under; an erased text leaves their digests.
    pub(crate) async fn receipt_files(&self, edition: &Edition, handed: &HandedPaper) -> Result<Vec<ReceiptFile>, OfficeError> {
        let paper = self.paper(handed.content).await?.ok();
        let name = |digest: Digest, slot: &str| {
            let found = paper.iter().flat_map(|p| &p.attachments).find(|a| a.digest == digest && a.slot == slot);
            found.map_or_else(|| digest.short(), |a| a.file_name.clone())
        };
        let file = |d: &DocumentRef| ReceiptFile {
            slot_id: d.slot.clone(),
            slot: slot_title(edition, &d.slot),
            name: name(d.digest, &d.slot),
            bytes: d.bytes,
            digest: d.digest,
        };
        Ok(handed.documents.iter().map(file).collect())
    }
}

/// What was handed in at a stage, in order, with the act of each.
fn handed_in(acts: &[Recorded<CaseAct>], stage: Stage) -> Vec<(&Recorded<CaseAct>, HandedPaper)> {
    let mut application = None;
    let mut found = Vec::new();
    for record in acts {
        if let CaseAct::Submitted(submitted) = &record.act {
            application = Some(submitted);
            found.push((record, HandedPaper::of_application(submitted)));
        } else if let (CaseAct::GrantRequested(request), Some(application)) = (&record.act, application) {
            found.push((record, HandedPaper::of_request(request, application)));
        }
    }
    found.retain(|(_, paper)| paper.stage == stage);
    found
}

/// When what was handed in by an act was taken back: before anything else was handed in at that stage.
fn taken_back(acts: &[Recorded<CaseAct>], stage: Stage, seq: u64) -> Option<Instant> {
    let again = |act: &CaseAct| match stage {
        Stage::Application => matches!(act, CaseAct::Submitted(_)),
        Stage::GrantRequest => matches!(act, CaseAct::GrantRequested(_)),
    };
    let mut since = acts.iter().filter(|r| r.seq > seq).take_while(|r| !again(&r.act));
    since.find(|r| matches!(r.act, CaseAct::SubmissionWithdrawn { .. } | CaseAct::Withdrawn { .. })).map(|r| r.recorded_at)
}
