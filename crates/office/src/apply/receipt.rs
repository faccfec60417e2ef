//! The receipt of what was handed in, as a page and as a letter; and the letters that follow from the applicant's own acts. They are
//! made by the worker from the act itself, so that they say what was recorded and nothing else.

use banso_grant::{Actor, CaseAct, NoticeKind, Recorded, Submitted};
use banso_guideline::{Edition, SectionContent};
use banso_kernel::{CaseId, CorporateNumber, Digest, Instant, LocalText, NoticeId, OrganisationId, PersonId, Yen};
use banso_letters::{Addressee, Cover, File, Letter, Receipt, Sender, WithdrawalAcknowledgement, Withdrawn};
use banso_permits::{Action, Person, Role};
use banso_store::{Batch, CaseFile, Change, Content, Desk, NewNotice, Organisation};

use super::draft::{CaseHead, Draft};
use super::paper::Paper;
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

/// The notice of a letter after an act, on one organisation's desk: always the same id, so that it lies there once.
fn notice_id(case: CaseId, seq: u64, desk: OrganisationId) -> NoticeId {
    let digest = Digest::of(format!("letter {case} {seq} {desk}").as_bytes());
    let mut bytes = [0_u8; 16];
    bytes.iter_mut().zip(digest.as_bytes()).for_each(|(to, from)| *to = *from);
    NoticeId::new(uuid::Builder::from_custom_bytes(bytes).into_uuid())
}

fn acts(file: &CaseFile) -> Result<Vec<Recorded<CaseAct>>, OfficeError> {
    file.recorded().map_err(OfficeError::fault)
}

/// The title of a document's place in the form.
fn slot_title(edition: &Edition, slot: &str) -> LocalText {
    let specs = edition.form().sections.iter().filter_map(|s| match &s.content {
        SectionContent::Documents(specs) => Some(specs),
        SectionContent::Fields(_) | SectionContent::Consortium { .. } | SectionContent::Budget { .. } | SectionContent::Kpis => None,
    });
    specs.flatten().find(|d| d.id == slot).map_or_else(|| LocalText::ja(slot), |d| d.title.clone())
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
        let (record, paper) = submission_of(&acts(file)?, version).ok_or(OfficeError::NotFound)?;
        let edition = self.edition(record.edition)?;
        let own = person.organisation.ok_or(OfficeError::NotFound)?;
        let id = notice_id(case, record.seq, own);
        let letter = self.store().notice(id).await?.filter(|n| n.notice.document.is_some()).map(|_| id);
        let track = edition.tracks().iter().find(|t| t.name == paper.track).map_or(paper.track.clone(), |t| t.title.ja.clone());
        Ok(ReceiptPage {
            submitted_by: self.actor_name(record.actor).await?,
            files: self.receipt_files(&edition, &paper).await?,
            superseded: draft.case().is_some_and(|c| c.submission.paper.version > version),
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

    async fn actor_name(&self, actor: Actor) -> Result<String, OfficeError> {
        match actor {
            Actor::Person(id) => self.name_of(id).await,
            Actor::System => Ok("システム".to_owned()),
        }
    }

    /// The files of a submission with the names they came under; an erased text leaves their digests.
    async fn receipt_files(&self, edition: &Edition, submitted: &Submitted) -> Result<Vec<ReceiptFile>, OfficeError> {
        let paper = match self.store().content(submitted.content).await? {
            Some(Content::Kept(text)) => Some(Paper::read(&text).map_err(OfficeError::fault)?),
            Some(Content::Erased { .. }) | None => None,
        };
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

    /// Makes the letter that follows from an act of the applicant, lays it on the desks of all parties, and mails them. Done twice it
    /// is the same letter under the same digest on the same notice.
    pub(crate) async fn applicant_letter(&self, case: CaseId, seq: u64) -> Result<(), OfficeError> {
        let permit = self.may_case(&reader(), Action::ReadCase, case).await?;
        let file = self.case(&permit).await?;
        let acts = acts(&file)?;
        let record = acts.iter().find(|r| r.seq == seq).ok_or_else(|| OfficeError::fault(format!("case {case} has no act {seq}")))?;
        let Some(told) = self.told(case, &acts, record).await? else { return Ok(()) };
        let document = match told.letter {
            Some(letter) => Some(self.typeset(letter).await?),
            None => None,
        };
        let resource = self.store().application(case).await?.ok_or(OfficeError::NotFound)?;
        let mut desks = vec![resource.application.lead];
        desks.extend(self.store().members(case).await?.into_iter().filter_map(|m| m.organisation));
        desks.sort_unstable();
        desks.dedup();
        let mut batch = Batch::default();
        for desk in desks {
            let notice = NewNotice {
                id: notice_id(case, seq, desk),
                case,
                desk: Desk::Organisation(desk),
                subject: told.subject.clone(),
                body: told.body.clone(),
                document,
            };
            batch = batch.and_change(Change::notify(&notice));
            for account in self.store().accounts_of(desk).await?.into_iter().filter(|a| a.disabled_at.is_none() && !a.email.is_empty()) {
                let effect = format!("letter:{case}:{seq}:{}", account.id);
                let (mail, job) = self.mail_to(&effect, &account.email, &told.subject, &told.body)?;
                batch = batch.and_change(mail).and_job(job);
            }
        }
        self.append(batch).await?;
        Ok(())
    }

    /// A letter as a stored document.
    pub(crate) async fn typeset(&self, letter: Letter) -> Result<Digest, OfficeError> {
        let letters = self.letters().clone();
        let made = tokio::task::spawn_blocking(move || letters.typeset(&letter)).await.map_err(OfficeError::fault)?;
        let made = made.map_err(OfficeError::fault)?;
        match self.store().documents().store(&made.pdf).await {
            Ok(stored) => Ok(stored.digest),
            Err(banso_store::UploadError::Fault(fault)) => Err(fault.into()),
            Err(banso_store::UploadError::TooLarge { limit }) => Err(OfficeError::fault(format!("a letter larger than {limit} bytes"))),
        }
    }

    /// What is told after an act of the applicant.
    async fn told(&self, case: CaseId, acts: &[Recorded<CaseAct>], record: &Recorded<CaseAct>) -> Result<Option<ToldAct>, OfficeError> {
        let Some(paper) = latest_paper(acts, record.seq) else { return Ok(None) };
        let edition = self.edition(record.edition)?;
        let meta = edition.meta();
        let at = record.recorded_at.wareki();
        let what = format!("{} {}\n「{}」（受付番号 {}）", meta.programme.ja, meta.call_name.ja, paper.title, paper.receipt_number);
        let about = |letter: Option<Letter>, kind: NoticeKind, line: String| {
            let subject = format!("{}（{}）", kind.subject().ja, paper.receipt_number);
            let english = kind.subject().en.unwrap_or_default();
            let body = format!(
                "{what}\n\n{line}\n\n{english}. Receipt number {}, recorded at {}.\n\n{}\n",
                paper.receipt_number, record.recorded_at, meta.office
            );
            Some(ToldAct { letter, subject, body })
        };
        Ok(match &record.act {
            CaseAct::Submitted(submitted) => {
                let letter = self.receipt_letter(case, &edition, record, submitted).await?;
                let line = format!(
                    "{at}に申請（第{}版）を受け付けました。提出した内容全体の SHA-256 は {} です。受付票を添付しています。",
                    submitted.version, submitted.whole
                );
                about(Some(letter), NoticeKind::Receipt, line)
            }
            CaseAct::SubmissionWithdrawn { reason } => {
                let letter = self.withdrawal_letter(&edition, record, paper, Withdrawn::Submission, reason).await?;
                let line = format!("{at}に提出を取り消しました。{}までは、直して提出し直せます。", meta.closes.wareki());
                about(Some(letter), NoticeKind::SubmissionTakenBack, line)
            }
            CaseAct::Withdrawn { reason } => {
                let letter = self.withdrawal_letter(&edition, record, paper, withdrawn_from(acts, record.seq), reason).await?;
                about(Some(letter), NoticeKind::WithdrawalConfirmed, format!("{at}に取下げを受け付けました。"))
            }
            CaseAct::GrantRequested(request) => {
                let line = format!("{at}に交付申請（第{}版、申請額 {}）を受け付けました。", request.version, request.requested);
                about(None, NoticeKind::GrantRequestReceived, line)
            }
            CaseAct::Returned(_)
            | CaseAct::CompletenessPassed { .. }
            | CaseAct::NotAccepted { .. }
            | CaseAct::ReviewersAssigned { .. }
            | CaseAct::ConflictDeclared { .. }
            | CaseAct::ReviewerReplaced { .. }
            | CaseAct::Reviewed(_)
            | CaseAct::ReconsiderationAsked { .. }
            | CaseAct::BonusJudged { .. }
            | CaseAct::Selected(_)
            | CaseAct::Reserved { .. }
            | CaseAct::Rejected(_)
            | CaseAct::Promoted { .. }
            | CaseAct::GrantRequestReturned { .. }
            | CaseAct::GrantDecided(_)
            | CaseAct::GrantRefused { .. }
            | CaseAct::Rectified { .. } => None,
        })
    }

    async fn receipt_letter(
        &self,
        case: CaseId,
        edition: &Edition,
        record: &Recorded<CaseAct>,
        s: &Submitted,
    ) -> Result<Letter, OfficeError> {
        let meta = edition.meta();
        let files = self.receipt_files(edition, s).await?;
        let track = edition.tracks().iter().find(|t| t.name == s.track).map_or_else(|| LocalText::ja(&s.track), |t| t.title.clone());
        Ok(Letter::Receipt(Receipt {
            receipt_number: s.receipt_number.clone(),
            recorded_at: record.recorded_at,
            version: s.version,
            case,
            programme: meta.programme.clone(),
            call: meta.call_name.clone(),
            closes: meta.closes,
            track,
            title: s.title.clone(),
            applicant: self.firm(s.lead).await?.map(|o| o.name).unwrap_or_default(),
            corporate_number: s.lead,
            submitted_by: self.actor_name(record.actor).await?,
            requested: s.requested,
            content: s.content,
            files: files
                .into_iter()
                .map(|f| File { name: f.name, slot_id: f.slot_id, slot: f.slot, bytes: f.bytes, sha256: f.digest })
                .collect(),
            whole: s.whole,
            legal_basis: meta.legal_basis.clone(),
            office: meta.office.clone(),
            contact: Vec::new(),
            synthetic: meta.synthetic || self.synthetic(),
        }))
    }

    async fn firm(&self, number: CorporateNumber) -> Result<Option<Organisation>, OfficeError> {
        Ok(self.store().organisation_by_number(number).await?)
    }

    async fn withdrawal_letter(
        &self,
        edition: &Edition,
        record: &Recorded<CaseAct>,
        paper: &Submitted,
        withdrawn: Withdrawn,
        reason: &str,
    ) -> Result<Letter, OfficeError> {
        let meta = edition.meta();
        let firm = self.firm(paper.lead).await?;
        let cover = Cover {
            number: format!("{}-取{}", paper.receipt_number, record.seq),
            issued_on: record.recorded_at.day(),
            to: Addressee {
                organisation: firm.as_ref().map(|o| o.name.clone()).unwrap_or_default(),
                representative: None,
                address: firm.map(|o| format!("{}{}", o.prefecture, o.address)),
            },
            from: Sender { authority: meta.authority.clone(), holder: None, office: meta.office.clone(), contact: Vec::new() },
            programme: meta.programme.clone(),
            call: meta.call_name.clone(),
            legal_basis: meta.legal_basis.clone(),
            receipt_number: paper.receipt_number.clone(),
            title: paper.title.clone(),
            clauses: Vec::new(),
            synthetic: meta.synthetic || self.synthetic(),
        };
        let closes = matches!(withdrawn, Withdrawn::Submission).then_some(meta.closes);
        let reason = reason.to_owned();
        Ok(Letter::WithdrawalAcknowledgement(WithdrawalAcknowledgement {
            cover,
            withdrawn,
            recorded_at: record.recorded_at,
            reason,
            closes,
        }))
    }
}

/// What is told: a letter where there is one, and the words of notice and mail.
struct ToldAct {
    letter: Option<Letter>,
    subject: String,
    body: String,
}

/// The worker reads as an auditor does: everything, changing nothing.
fn reader() -> Person {
    Person { id: PersonId::new(uuid::Uuid::nil()), roles: [Role::Auditor].into(), organisation: None }
}

/// The act and the paper of a version.
fn submission_of(acts: &[Recorded<CaseAct>], version: u32) -> Option<(Recorded<CaseAct>, Submitted)> {
    acts.iter().find_map(|r| match &r.act {
        CaseAct::Submitted(s) if s.version == version => Some((r.clone(), s.clone())),
        _ => None,
    })
}

/// The newest submission up to an act.
fn latest_paper(acts: &[Recorded<CaseAct>], seq: u64) -> Option<&Submitted> {
    acts.iter().rev().filter(|r| r.seq <= seq).find_map(|r| match &r.act {
        CaseAct::Submitted(s) => Some(s),
        _ => None,
    })
}

/// What a withdrawal was from: the newest step before it.
fn withdrawn_from(acts: &[Recorded<CaseAct>], seq: u64) -> Withdrawn {
    let before = |wanted: fn(&CaseAct) -> bool| acts.iter().any(|r| r.seq < seq && wanted(&r.act));
    if before(|a| matches!(a, CaseAct::GrantDecided(_))) {
        Withdrawn::AfterDecision
    } else if before(|a| matches!(a, CaseAct::GrantRequested(_))) {
        Withdrawn::GrantRequest
    } else {
        Withdrawn::Application
    }
}
