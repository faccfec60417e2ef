//! The director decides: the grant as it was prepared, or a refusal with its reason. A selection was no right to money; this act is.

use banso_execution::act::LineAmount;
use banso_grant::decide::{self, GrantLimits, GrantOrder};
use banso_grant::numbers::LetterKind;
use banso_kernel::{CaseId, LocalText, RequestId};
use banso_permits::{Action, Person};
use banso_store::Batch;

use super::page::{GrantCase, Outlook, Read};
use super::prepare::{Prepared, not_waiting};
use crate::{Office, OfficeError};

/// A decision on what was prepared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DecisionOrder {
    /// The version of the draft that was shown; 0 when none was saved.
    pub prepared_version: u64,
    pub request: RequestId,
}

/// A refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusalOrder {
    pub reason: String,
    pub request: RequestId,
}

/// A grant order, made of a prepared decision.
pub(super) struct Drawn {
    pub(super) order: GrantOrder,
    pub(super) limits: GrantLimits,
    /// The eligible cost by heading.
    pub(super) headings: Vec<LineAmount>,
}

impl Office {
    /// Draws up the order that a prepared decision means today.
    ///
    /// # Errors
    /// What is missing or wrong in it.
    pub(super) async fn draw_up(&self, grant: &GrantCase, read: &Read, prepared: &Prepared) -> Result<Drawn, OfficeError> {
        let outlook = Outlook::of(prepared, read.asked().cells(), self.now().day(), Some(read));
        if !outlook.open_points.is_empty() {
            return Err(OfficeError::Invalid(outlook.open_points));
        }
        let (Some(settled), Some(project_ends)) = (outlook.settled, prepared.project_ends) else {
            return Err(OfficeError::fault("a prepared decision without open points has no amount"));
        };
        let days = i32::try_from(prepared.withdrawal_days).unwrap_or(i32::MAX);
        let order = GrantOrder {
            number: self.grant_number(grant, LetterKind::GrantDecision).await?,
            eligible_cost: settled.eligible_cost,
            amount: settled.amount,
            by_year: settled.by_year,
            conditions: prepared.conditions(grant.edition.conditions()),
            modifications: settled.modifications,
            feasibility: prepared.feasibility.trim().to_owned(),
            project_ends,
            withdrawable_until: self.now().day().plus_days(days),
        };
        Ok(Drawn {
            order,
            headings: settled.headings,
            limits: GrantLimits { ceiling: settled.computed, budget: grant.file.case.submission.paper.requested },
        })
    }

    /// The prepared decision of a waiting request: the saved draft, or the request as it stands.
    pub(crate) async fn prepared_for(&self, grant: &GrantCase, read: &Read) -> Result<(Prepared, u64), OfficeError> {
        let version = grant.request().map_or(0, |(r, _)| r.version);
        Ok(match GrantCase::saved(self, grant.file.id, version).await? {
            Some((prepared, saved, _)) => (prepared, saved),
            None => (Prepared::plain(version, &read.asked().cells(), self.now().day()), 0),
        })
    }

    /// Decides the grant as it was prepared and shown.
    ///
    /// # Errors
    /// What is missing or wrong; [`OfficeError::Stale`] when the draft was changed since it was shown; not a director.
    pub async fn decide_grant(&self, person: &Person, case: CaseId, order: DecisionOrder) -> Result<(), OfficeError> {
        self.may_case(person, Action::Decide, case).await?;
        if self.done_before(order.request).await? {
            return Ok(());
        }
        let grant = self.grant_case(person, case).await?;
        if grant.waiting().is_none() {
            return Err(not_waiting(&grant));
        }
        let read = match self.read_request(&grant).await? {
            Some(Ok(read)) => read,
            Some(Err(_)) | None => return Err(not_waiting(&grant)),
        };
        let (prepared, version) = self.prepared_for(&grant, &read).await?;
        if version != order.prepared_version {
            return Err(OfficeError::Stale(LocalText::new(
                "表示の後に、決定の案が変更されました。新しい案を確認してください。",
                "The draft of the decision was changed after it was shown. Look at the new one.",
            )));
        }
        let drawn = self.draw_up(&grant, &read, &prepared).await?;
        let by = self.by(person, grant.edition.digest(), &grant.edition.selection().clause);
        let act = decide::decide_grant(&grant.file.case, &drawn.order, drawn.limits, &by)?;
        let mut acts = vec![act];
        // Where the guideline says what follows, the budget is recorded in the same breath.
        if grant.edition.execution().is_some() {
            acts.push(decide::allocate(&grant.file.case, &drawn.order, drawn.headings, &by)?);
        }
        let batch = Batch::case(grant.file.id, grant.file.seq(), acts).and_job(self.tells_next(&grant.file)?).request(order.request);
        self.append(batch).await?;
        Ok(())
    }

    /// Refuses the grant.
    ///
    /// # Errors
    /// No request waiting or overdue, no reason; not a director.
    pub async fn refuse_grant(&self, person: &Person, case: CaseId, order: RefusalOrder) -> Result<(), OfficeError> {
        self.may_case(person, Action::Decide, case).await?;
        if self.done_before(order.request).await? {
            return Ok(());
        }
        let grant = self.grant_case(person, case).await?;
        if order.reason.trim().is_empty() {
            return Err(OfficeError::field("refusal-reason", "交付しない理由を入力してください。", "Enter the reason of the refusal."));
        }
        let number = self.grant_number(&grant, LetterKind::GrantRefusal).await?;
        let by = self.by(person, grant.edition.digest(), &grant.edition.selection().clause);
        let act = decide::refuse_grant(&grant.file.case, &number, &order.reason, &by)?;
        self.record(&grant.file, act, Vec::new(), order.request).await
    }
}
