//! What is told after an act: the letter it calls for, the notices on desks, the mails. One mechanism for all acts of a case.
//!
//! An act is recorded together with the job that tells of it (`Office::tells_next`); the worker reads the act back and makes letter, notices
//! and mails from it, so that they say what was recorded and nothing else. Done twice it is the same letter under the same digest on the
//! same notices.
//!
//! Who is told what says [`banso_grant::notices`]; how it is worded stands in `words`; each letter has its own file.

mod correction;
mod cover;
mod decision;
mod execution;
mod not_accepted;
mod order;
mod outcome;
mod receipt;
mod refusal;
mod withdrawal;
mod words;
mod years;

use banso_grant::{
    Actor, Case, CaseAct, CaseState, LetterAct, LetterIssued, NewAct, NoticeKind, Recipient, Recorded, RejectionPath, Submitted, notices,
};
use banso_guideline::Edition;
use banso_kernel::{CaseId, Digest, NoticeId, OrganisationId, PersonId, RequestId};
use banso_letters::Letter;
use banso_permits::{Action, Person, Role};
use banso_store::{Account, Append, Batch, CaseFile, Change, Desk, NewJob, NewNotice};

use crate::apply::HandedPaper;
use crate::work::Work;
use crate::{Office, OfficeError};

#[cfg(any(test, feature = "testing"))]
pub(crate) use cover::document_specs;
pub(crate) use cover::{slot_title, track_title};
pub(crate) use decision::{Order as DecisionLetter, decision_letter};
pub(crate) use execution::fixing_letter;
pub(crate) use order::{OrderContext, percent, repayment_letter};
pub(crate) use outcome::serial_in;
pub(crate) use refusal::refusal_letter;
pub(crate) use years::{closing_letter, disposal_letter};

/// How often a letter is recorded anew when another letter of the case comes first.
const AGAIN: usize = 5;

/// An act, read back with everything that is told of it.
pub(crate) struct Told<'a> {
    pub(crate) case_id: CaseId,
    /// All acts of the case, the later ones too.
    pub(crate) acts: &'a [Recorded<CaseAct>],
    pub(crate) record: &'a Recorded<CaseAct>,
    /// The case as it stood after the act.
    pub(crate) case: &'a Case,
    /// The submission that the act is about.
    pub(crate) paper: &'a Submitted,
    /// The edition that governed the act.
    pub(crate) edition: &'a Edition,
}

/// The notice of an act on one organisation's desk: always the same id, so that it lies there once.
pub(crate) fn notice_id(case: CaseId, seq: u64, desk: OrganisationId) -> NoticeId {
    named_notice(&format!("letter {case} {seq} {desk}"))
}

/// The notice of an act on one person's desk.
fn own_notice_id(case: CaseId, seq: u64, person: PersonId, kind: NoticeKind) -> NoticeId {
    named_notice(&format!("notice {case} {seq} {person} {}", kind.code()))
}

/// The notice that these words name: always the same, so that it lies on its desk once.
pub(crate) fn named_notice(text: &str) -> NoticeId {
    NoticeId::new(id_of(text))
}

/// Always the same id for the same words.
fn id_of(text: &str) -> uuid::Uuid {
    let digest = Digest::of(text.as_bytes());
    let mut bytes = [0_u8; 16];
    bytes.iter_mut().zip(digest.as_bytes()).for_each(|(to, from)| *to = *from);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

/// The worker reads as an auditor does: everything, changing nothing.
pub(crate) fn reader() -> Person {
    Person { id: PersonId::new(uuid::Uuid::nil()), roles: [Role::Auditor].into(), organisation: None }
}

/// Somebody who gets mail.
pub(crate) fn reachable(account: &Account) -> bool {
    account.disabled_at.is_none() && !account.email.is_empty()
}

/// Whether a notice for the office is mailed too. What a page of progress shows better lies on the desk only.
const fn mailed(kind: NoticeKind) -> bool {
    !matches!(kind, NoticeKind::ReviewReceived)
}

impl Office {
    /// The job that tells of the next act of a case. Add it to the batch that records the act.
    ///
    /// # Errors
    /// As [`Office::job`].
    pub(crate) fn tells_next(&self, file: &CaseFile) -> Result<NewJob, OfficeError> {
        self.job(&Work::Tell { case: file.id, seq: file.seq().saturating_add(1) })
    }

    /// Tells of an act: letter, notices, mails.
    pub(crate) async fn tell(&self, case: CaseId, seq: u64) -> Result<(), OfficeError> {
        let permit = self.may_case(&reader(), Action::ReadCase, case).await?;
        let file = self.case(&permit).await?;
        let acts: Vec<Recorded<CaseAct>> = file.recorded().map_err(OfficeError::fault)?;
        let until: Vec<Recorded<CaseAct>> = acts.iter().take_while(|r| r.seq <= seq).cloned().collect();
        let missing = || OfficeError::fault(format!("case {case} has no act {seq}"));
        let record = until.last().filter(|r| r.seq == seq).ok_or_else(missing)?;
        let after = Case::fold(&until).map_err(OfficeError::fault)?;
        let edition = self.edition(record.edition)?;
        let told = Told { case_id: case, acts: &acts, record, case: &after, paper: &after.submission.paper, edition: &edition };
        let wanted = notices(&record.act, &after);
        let to_applicants = wanted.iter().any(|n| n.to == Recipient::Applicants);
        let document = match self.letter_of(&told).await? {
            Some(letter) if to_applicants => Some(self.typeset(letter).await?),
            Some(_) | None => None,
        };
        let desks = if to_applicants { self.desks_of(case).await? } else { Vec::new() };
        let mut batch = Batch::default();
        for notice in wanted {
            batch = match notice.to {
                Recipient::Applicants => self.tell_applicants(batch, &told, notice.kind, &desks, document).await?,
                Recipient::Reviewer(person) => match self.store().account(person).await? {
                    Some(account) => self.tell_person(batch, &told, notice.kind, &account)?,
                    None => batch,
                },
                Recipient::Office => {
                    let officers = self.store().accounts_with(Role::Officer).await?;
                    officers.iter().try_fold(batch, |batch, officer| self.tell_person(batch, &told, notice.kind, officer))?
                }
            };
        }
        match document {
            Some(document) => self.send(batch, &told, &desks, document).await,
            None => self.append(batch).await.map(|_| ()),
        }
    }

    /// Records that a letter was sent together with the notices that bring it. Done twice, it is recorded once.
    async fn send(&self, batch: Batch, told: &Told<'_>, desks: &[OrganisationId], document: Digest) -> Result<(), OfficeError> {
        let (case, about) = (told.case_id, told.record.seq);
        let notices = desks.iter().map(|desk| notice_id(case, about, *desk)).collect();
        let act = NewAct {
            act: LetterAct::LetterIssued(LetterIssued { about, document, notices }),
            actor: Actor::System,
            authority: told.record.authority.clone(),
            clause: told.record.clause.clone(),
            edition: told.record.edition,
            effective_on: told.record.effective_on,
        };
        let batch = batch.request(RequestId::new(id_of(&format!("letter {case} {about}"))));
        for _ in 0..AGAIN {
            let after = self.store().letters_of_case(case).await?.len() as u64;
            let append = Append::Letters { case, after, acts: vec![act.clone()] };
            match self.append(batch.clone().and_append(append)).await {
                // Another letter of the case was sent first.
                Err(OfficeError::Stale(_)) => {}
                done => return done.map(|_| ()),
            }
        }
        Err(OfficeError::fault(format!("letter {case} {about}: others come first all the time")))
    }

    async fn tell_applicants(
        &self,
        mut batch: Batch,
        told: &Told<'_>,
        kind: NoticeKind,
        desks: &[OrganisationId],
        document: Option<Digest>,
    ) -> Result<Batch, OfficeError> {
        let (case, seq) = (told.case_id, told.record.seq);
        // Only the mail says where the letter is: the notice has it beside it.
        let (subject, body, mailed) = (told.subject(kind), told.body(kind, false), told.body(kind, document.is_some()));
        for &desk in desks {
            let desk_at = Desk::Organisation(desk);
            let notice =
                NewNotice { id: notice_id(case, seq, desk), case, desk: desk_at, subject: subject.clone(), body: body.clone(), document };
            batch = batch.and_change(Change::notify(&notice));
            for account in self.store().accounts_of(desk).await?.iter().filter(|a| reachable(a)) {
                let effect = format!("letter:{case}:{seq}:{}", account.id);
                let (mail, job) = self.mail_to(&effect, &account.email, &subject, &mailed)?;
                batch = batch.and_change(mail).and_job(job);
            }
        }
        Ok(batch)
    }

    fn tell_person(&self, batch: Batch, told: &Told<'_>, kind: NoticeKind, account: &Account) -> Result<Batch, OfficeError> {
        if account.disabled_at.is_some() {
            return Ok(batch);
        }
        let (case, seq) = (told.case_id, told.record.seq);
        let (id, desk) = (own_notice_id(case, seq, account.id, kind), Desk::Person(account.id));
        let (subject, body) = (told.subject(kind), told.body(kind, false));
        let notice = NewNotice { id, case, desk, subject: subject.clone(), body: body.clone(), document: None };
        let batch = batch.and_change(Change::notify(&notice));
        if !reachable(account) || !mailed(kind) {
            return Ok(batch);
        }
        let effect = format!("notice:{case}:{seq}:{}:{}", account.id, kind.code());
        let (mail, job) = self.mail_to(&effect, &account.email, &subject, &body)?;
        Ok(batch.and_change(mail).and_job(job))
    }

    /// Every organisation that takes part, the lead included.
    pub(crate) async fn desks_of(&self, case: CaseId) -> Result<Vec<OrganisationId>, OfficeError> {
        let row = self.store().application(case).await?.ok_or(OfficeError::NotFound)?;
        let mut desks = vec![row.application.lead];
        desks.extend(self.store().members(case).await?.into_iter().filter_map(|m| m.organisation));
        desks.sort_unstable();
        desks.dedup();
        Ok(desks)
    }

    /// A letter as a stored document.
    pub(crate) async fn typeset(&self, letter: Letter) -> Result<Digest, OfficeError> {
        let made = self.typeset_bytes(letter).await?;
        match self.store().documents().store(&made).await {
            Ok(stored) => Ok(stored.digest),
            Err(banso_store::UploadError::Fault(fault)) => Err(fault.into()),
            Err(banso_store::UploadError::TooLarge { limit }) => Err(OfficeError::fault(format!("a letter larger than {limit} bytes"))),
        }
    }

    /// A letter as a PDF that is kept nowhere.
    pub(crate) async fn typeset_bytes(&self, letter: Letter) -> Result<Vec<u8>, OfficeError> {
        let letters = self.letters().clone();
        let made = tokio::task::spawn_blocking(move || letters.typeset(&letter)).await.map_err(OfficeError::fault)?;
        Ok(made.map_err(OfficeError::fault)?.pdf)
    }

    /// The letter that an act calls for; most acts call for none.
    async fn letter_of(&self, told: &Told<'_>) -> Result<Option<Letter>, OfficeError> {
        let head = self.head(told).await?;
        Ok(match &told.record.act {
            CaseAct::Submitted(submitted) => Some(self.receipt_letter(told, &HandedPaper::of_application(submitted)).await?),
            CaseAct::GrantRequested(request) => Some(self.receipt_letter(told, &HandedPaper::of_request(request, told.paper)).await?),
            CaseAct::SubmissionWithdrawn { reason } | CaseAct::Withdrawn { reason } => Some(withdrawal::letter(told, head, reason)),
            CaseAct::Returned(returned) => Some(correction::of_application(told, head, &returned.points, returned.due)),
            CaseAct::NotAccepted { reason } => Some(not_accepted::letter(told, head, reason)),
            CaseAct::Selected(said) => Some(outcome::selected(told, head, said, &self.selection_plan(said.plan).await?)),
            CaseAct::Reserved { order, outcome: said } => {
                Some(outcome::reserved(told, head, *order, said, &self.selection_plan(said.plan).await?))
            }
            CaseAct::Rejected(said) => Some(outcome::rejected(told, head, said, &self.selection_plan(said.plan).await?)),
            CaseAct::Promoted { reason } => match told.case.state.outcome() {
                Some(outcome) => Some(outcome::promoted(told, head, reason, &self.selection_plan(outcome.plan).await?)),
                None => None,
            },
            CaseAct::ReserveEnded { reason } => {
                let CaseState::Rejected { outcome, path: RejectionPath::FromReserve { order, .. }, .. } = &told.case.state else {
                    return Ok(None);
                };
                Some(outcome::reserve_ended(told, head, *order, reason, &self.selection_plan(outcome.plan).await?))
            }
            CaseAct::GrantRequestReturned { points, due } => Some(correction::of_grant_request(told, head, points, *due)),
            CaseAct::GrantDecided(decided) => {
                let (requested_on, requested) = told.grant_request();
                Some(decision_letter(head, &DecisionLetter { decided, requested_on, requested, clause: &told.record.clause }))
            }
            CaseAct::GrantRefused { number, reason } => {
                Some(refusal_letter(head, number, &told.record.clause, told.grant_request(), reason))
            }
            CaseAct::CompletenessPassed { .. }
            | CaseAct::ReviewersAssigned { .. }
            | CaseAct::ConflictDeclared { .. }
            | CaseAct::ReviewerReplaced { .. }
            | CaseAct::Reviewed(_)
            | CaseAct::ReconsiderationAsked { .. }
            | CaseAct::BonusJudged { .. }
            | CaseAct::Rectified { .. } => None,
            CaseAct::Execution(act) if years::is_of(act) => years::letter(told, head, act, &self.firms_of(act).await?),
            CaseAct::Execution(act) => execution::letter(told, head, act),
        })
    }
}
