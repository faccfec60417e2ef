//! The applicant steps back: takes a submission back while the call is open, or withdraws for good.

use banso_grant::decide;
use banso_kernel::{CaseId, Instant, LocalText, RequestId};
use banso_permits::{Action, Person};
use banso_store::Batch;

use super::draft::{CaseHead, Phase};
use super::submit::CLAUSE;
use crate::{Office, OfficeError};

/// What stepping back would mean now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Leaving {
    /// Until the call closes: it can be changed and handed in again.
    TakeBack { until: Instant },
    /// For good: it cannot be handed in again.
    Withdraw,
    /// Art. 9: of a decision, which then counts as never made.
    FromDecision { until: banso_kernel::Day },
    /// Nothing to step back from.
    Nothing,
}

/// The page that asks once more.
#[derive(Debug, Clone)]
pub struct LeavePage {
    pub head: CaseHead,
    /// What the kinder way is, and whether going for good is possible too.
    pub leaving: Leaving,
    pub may: bool,
}

impl Office {
    /// What stepping back would mean.
    ///
    /// # Errors
    /// [`OfficeError::NotFound`] for a stranger.
    pub async fn leave_page(&self, person: &Person, case: CaseId) -> Result<LeavePage, OfficeError> {
        let draft = self.draft(person, case, Action::ReadCase).await?;
        let leaving = match draft.phase() {
            Phase::Submitted { until } => Leaving::TakeBack { until },
            Phase::Correcting { .. } if draft.now <= draft.window().closes => Leaving::TakeBack { until: draft.window().closes },
            Phase::Correcting { .. } | Phase::Waiting | Phase::Requesting { .. } | Phase::CorrectingRequest { .. } => Leaving::Withdraw,
            Phase::Granted { until: Some(until) } => Leaving::FromDecision { until },
            Phase::Granted { until: None } | Phase::Filling { .. } | Phase::Closed { .. } | Phase::Ended => Leaving::Nothing,
        };
        let may = draft.seat == super::draft::Seat::Lead;
        Ok(LeavePage { head: draft.head(), leaving, may })
    }

    /// Takes the submission back: it may be changed and handed in again until the call closes.
    ///
    /// # Errors
    /// A case past the completeness check and on, or a call that has closed at the moment of recording.
    pub async fn take_back(&self, person: &Person, case: CaseId, reason: &str, request: RequestId) -> Result<(), OfficeError> {
        let draft = self.draft(person, case, Action::SpeakForCase).await?;
        let Some(file) = &draft.file else { return Err(nothing_submitted()) };
        let act = match decide::withdraw_submission(&file.case, reason, draft.window(), &self.by(person, draft.edition.digest(), CLAUSE)) {
            Ok(act) => act,
            Err(refusal) => return self.left_before(request, refusal.into()).await,
        };
        let batch = Batch::case(case, file.seq(), vec![act]).not_after(draft.window().closes).request(request);
        self.append(batch.and_job(self.tells_next(file)?)).await?;
        Ok(())
    }

    /// Withdraws for good: the application, the grant request, or the decision (Art. 9).
    ///
    /// # Errors
    /// A case that has ended, a decision whose day has passed, no reason.
    pub async fn withdraw(&self, person: &Person, case: CaseId, reason: &str, request: RequestId) -> Result<(), OfficeError> {
        let draft = self.draft(person, case, Action::SpeakForCase).await?;
        let Some(file) = &draft.file else { return Err(nothing_submitted()) };
        if reason.trim().is_empty() {
            return Err(OfficeError::field("reason", "取り下げる理由を入力してください。", "Enter the reason for the withdrawal."));
        }
        let act = match decide::withdraw(&file.case, reason, &self.by(person, draft.edition.digest(), CLAUSE)) {
            Ok(act) => act,
            Err(refusal) => return self.left_before(request, refusal.into()).await,
        };
        let mut batch = Batch::case(case, file.seq(), vec![act]).request(request).and_job(self.tells_next(file)?);
        if let Phase::Granted { until: Some(until) } = draft.phase() {
            batch = batch.not_after(super::draft::end_of(until));
        }
        self.append(batch).await?;
        Ok(())
    }

    /// The same button pressed twice is no refusal.
    async fn left_before(&self, request: RequestId, otherwise: OfficeError) -> Result<(), OfficeError> {
        if self.store().answered(request).await?.is_some() { Ok(()) } else { Err(otherwise) }
    }
}

fn nothing_submitted() -> OfficeError {
    OfficeError::Stale(LocalText::new("まだ提出されていません。", "Nothing was handed in yet."))
}
