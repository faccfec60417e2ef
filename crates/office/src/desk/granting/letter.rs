//! The letter before it is decided, as it would go out today; and the one that went out.

use banso_grant::{CaseAct, GrantDecided};
use banso_kernel::CaseId;
use banso_permits::Person;

use super::page::GrantCase;
use super::prepare::not_waiting;
use crate::letters::{DecisionLetter, decision_letter};
use crate::{Office, OfficeError};

impl Office {
    /// The decision letter of what was prepared, with 「案」 in its number. It is kept nowhere.
    ///
    /// # Errors
    /// What is missing or wrong in the draft; no request waiting.
    pub async fn preview_decision(&self, person: &Person, case: CaseId) -> Result<Vec<u8>, OfficeError> {
        let grant = self.grant_case(person, case).await?;
        let (read, requested_on) = match (grant.waiting(), self.read_request(&grant).await?, grant.request()) {
            (Some(_), Some(Ok(read)), Some((_, record))) => (read, record.recorded_at.day()),
            _ => return Err(not_waiting(&grant)),
        };
        let (prepared, _) = self.prepared_for(&grant, &read).await?;
        let order = self.draw_up(&grant, &read, &prepared).await?.order;
        let decided = GrantDecided {
            number: format!("（案）{}", order.number),
            eligible_cost: order.eligible_cost,
            amount: order.amount,
            by_year: order.by_year,
            conditions: order.conditions,
            modifications: order.modifications,
            feasibility: order.feasibility,
            project_ends: order.project_ends,
            withdrawable_until: order.withdrawable_until,
        };
        let head = self.head_of(grant.edition.clone(), grant.file.case.submission.paper.clone(), self.now().day()).await?;
        let letter = DecisionLetter { decided: &decided, requested_on, requested: read.requested, clause: "" };
        self.typeset_bytes(decision_letter(head, &letter)).await
    }

    /// The letter that went out with the decision or the refusal, once it is made.
    ///
    /// # Errors
    /// [`OfficeError::NotFound`] before a decision, and for the moment until its letter is made.
    pub async fn decision_letter_of(&self, person: &Person, case: CaseId) -> Result<(String, Vec<u8>), OfficeError> {
        let grant = self.grant_case(person, case).await?;
        let (seq, number) = decided(&grant).ok_or(OfficeError::NotFound)?;
        let lead = self.store().application(case).await?.ok_or(OfficeError::NotFound)?.application.lead;
        let notice = self.store().notice(crate::letters::notice_id(case, seq, lead)).await?.ok_or(OfficeError::NotFound)?;
        let digest = notice.notice.document.ok_or(OfficeError::NotFound)?;
        let bytes = self.store().documents().read(digest).await?.ok_or(OfficeError::NotFound)?;
        Ok((format!("{number}.pdf"), bytes))
    }
}

/// The act that decided, and the number of its letter.
fn decided(grant: &GrantCase) -> Option<(u64, String)> {
    grant.acts.iter().rev().find_map(|r| {
        if let CaseAct::GrantDecided(decision) = &r.act {
            Some((r.seq, decision.number.clone()))
        } else if let CaseAct::GrantRefused { number, .. } = &r.act {
            Some((r.seq, number.clone()))
        } else {
            None
        }
    })
}
