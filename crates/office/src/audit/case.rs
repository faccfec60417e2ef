//! One case as an auditor sees it: every act, who read it, and the proof that nothing was changed.

use banso_grant::StateCode;
use banso_kernel::{CallId, CaseId, CorporateNumber, Digest, Instant, LocalText};
use banso_permits::{Action, Person};
use banso_store::{CaseFile, Page, Report};

use crate::dossier::{CaseDocument, Dossier, HandedIn, Party, handed_in};
use crate::timeline::ActLine;
use crate::{Office, OfficeError};

/// How many entries of the access log a page shows.
const ACCESSES: u32 = 50;

/// A case as its acts tell it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditCase {
    pub case: CaseId,
    pub call: CallId,
    pub programme: LocalText,
    pub call_name: LocalText,
    pub receipt_number: String,
    pub title: String,
    pub lead: CorporateNumber,
    pub parties: Vec<Party>,
    pub state: StateCode,
    /// Every paper that was handed in, oldest first.
    pub versions: Vec<HandedIn>,
    /// Oldest first.
    pub acts: Vec<ActLine>,
    /// Hash of the last act: the case's chain ends here.
    pub head: Digest,
    /// Newest first.
    pub accesses: Vec<AccessLine>,
    pub accesses_total: u64,
}

/// Somebody read this case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessLine {
    pub at: Instant,
    pub who: String,
    pub action: LocalText,
    pub detail: String,
}

/// What a verification of one case found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseCheck {
    pub at: Instant,
    pub report: Report,
}

fn action_words(code: &str) -> LocalText {
    match code {
        "case" => LocalText::new("案件を閲覧", "read the case"),
        "application" => LocalText::new("申請書を閲覧", "read the application"),
        "document" => LocalText::new("書類を取得", "took a document"),
        "timeline" => LocalText::new("記録を閲覧", "read the record"),
        "verify" => LocalText::new("記録を検証", "verified the record"),
        "export" => LocalText::new("案件ファイルを持出し", "took the case file"),
        other => LocalText::ja(other),
    }
}

impl Office {
    /// A case with its timeline.
    ///
    /// # Errors
    /// [`OfficeError::NotFound`], also for a case that this person may not audit.
    pub async fn audit_case(&self, person: &Person, case: CaseId) -> Result<AuditCase, OfficeError> {
        let file = self.audited(person, case).await?;
        self.note_access(person, case, "timeline", "").await?;
        let paper = &file.case.submission.paper;
        let edition = self.edition_of_case(&file)?;
        let listed = self.accesses_of(case, Page::first(ACCESSES)).await?;
        let names = self.names(listed.rows.iter().filter_map(|a| a.access.person).collect::<Vec<_>>()).await?;
        let line = |a: &banso_store::Access| AccessLine {
            at: a.at,
            who: a.access.person.map_or_else(String::new, |p| names.of(p)),
            action: action_words(&a.access.action),
            detail: a.access.detail.clone(),
        };
        Ok(AuditCase {
            case,
            call: paper.call.clone(),
            programme: edition.meta().programme.clone(),
            call_name: edition.meta().call_name.clone(),
            receipt_number: paper.receipt_number.clone(),
            title: paper.title.clone(),
            lead: paper.lead,
            parties: self.parties(&file).await?,
            state: file.case.state.code(),
            versions: handed_in(&file.recorded().map_err(OfficeError::fault)?),
            acts: self.case_timeline(&file).await?,
            head: file.acts.last().map_or(Digest::ZERO, |a| a.hash),
            accesses: listed.rows.iter().map(line).collect(),
            accesses_total: listed.total,
        })
    }

    /// The application of a case, as it was last handed in.
    ///
    /// # Errors
    /// As [`Office::audit_case`].
    pub async fn audit_application(&self, person: &Person, case: CaseId) -> Result<Dossier, OfficeError> {
        let file = self.audited(person, case).await?;
        self.note_access(person, case, "application", "").await?;
        self.dossier(&file).await
    }

    /// Computes the case anew: chain, list rows, documents, texts.
    ///
    /// # Errors
    /// As [`Office::audit_case`]; what is wrong with the record is in the report.
    pub async fn audit_check(&self, person: &Person, case: CaseId) -> Result<CaseCheck, OfficeError> {
        let permit = self.may_audit(person, case).await?;
        let report = self.store().verify_case(&permit).await?;
        self.note_access(person, case, "verify", if report.is_sound() { "" } else { "unsound" }).await?;
        Ok(CaseCheck { at: self.now(), report })
    }

    /// A file that an act of the case names.
    ///
    /// # Errors
    /// As [`Office::audit_case`].
    pub async fn audit_document(&self, person: &Person, case: CaseId, digest: Digest) -> Result<CaseDocument, OfficeError> {
        let file = self.audited(person, case).await?;
        let document = self.document_of(&file, digest).await?;
        self.note_access(person, case, "document", &format!("{} {digest}", document.name)).await?;
        Ok(document)
    }

    /// The permit for one case. To whoever may not audit it, it is not there.
    pub(crate) async fn may_audit(&self, person: &Person, case: CaseId) -> Result<banso_permits::Permit, OfficeError> {
        self.auditor(person)?;
        self.may_case(person, Action::Audit, case).await
    }

    pub(crate) async fn audited(&self, person: &Person, case: CaseId) -> Result<CaseFile, OfficeError> {
        let permit = self.may_audit(person, case).await?;
        self.case(&permit).await
    }
}
