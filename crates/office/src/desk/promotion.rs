//! From the reserve list: when money became free, the first in line moves up.

use std::collections::BTreeMap;

use banso_grant::decide::{self, PromotionOrder};
use banso_grant::{Case, CaseState};
use banso_kernel::{CaseId, RequestId, Yen};
use banso_permits::{Action, Person};

use crate::{Office, OfficeError};

/// A case on the reserve list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReserveLine {
    pub case: CaseId,
    pub order: u32,
    pub receipt_number: String,
    pub title: String,
    pub requested: Yen,
}

/// The reserve list as it stands, first in line first.
pub(crate) fn reserves(cases: &BTreeMap<CaseId, Case>) -> Vec<ReserveLine> {
    let line = |(id, case): (&CaseId, &Case)| {
        let CaseState::Reserved { order, .. } = case.state else { return None };
        let paper = &case.submission.paper;
        Some(ReserveLine {
            case: *id,
            order,
            receipt_number: paper.receipt_number.clone(),
            title: paper.title.clone(),
            requested: paper.requested,
        })
    };
    let mut list: Vec<ReserveLine> = cases.iter().filter_map(line).collect();
    list.sort_by_key(|l| l.order);
    list
}

/// What the selected cases hold of the budget: granted where it was decided, asked for before. Withdrawn and refused ones hold nothing.
pub(crate) fn committed(cases: &BTreeMap<CaseId, Case>) -> Yen {
    let held = |case: &Case| match &case.state {
        CaseState::Selected { .. } => case.submission.paper.requested,
        CaseState::GrantRequested { request, .. } | CaseState::GrantRequestReturned { request, .. } => request.requested,
        CaseState::Granted { decision, .. } => decision.amount,
        CaseState::Submitted
        | CaseState::SubmissionWithdrawn { .. }
        | CaseState::Returned { .. }
        | CaseState::Complete { .. }
        | CaseState::NotAccepted { .. }
        | CaseState::UnderReview { .. }
        | CaseState::Reserved { .. }
        | CaseState::Rejected { .. }
        | CaseState::GrantRefused { .. }
        | CaseState::Withdrawn { .. } => Yen::ZERO,
    };
    Yen::sum(cases.values().map(held)).unwrap_or(Yen::new(i64::MAX))
}

impl Office {
    /// Selects the first case of the reserve list.
    ///
    /// # Errors
    /// Others ahead of it, too little money free, no reason, not the director's to do; stale.
    pub async fn promote(&self, person: &Person, case: CaseId, reason: &str, request: RequestId) -> Result<(), OfficeError> {
        let handled = self.handled(person, Action::Decide, case).await?;
        if self.done_before(request).await? {
            return Ok(());
        }
        if reason.trim().is_empty() {
            return Err(OfficeError::field("promotion-reason", "繰り上げる理由を入力してください。", "Enter the reason."));
        }
        let call = handled.file.case.submission.paper.call.clone();
        let permit = self.may_call(person, Action::ReadCall, &call)?;
        let cases = self.store().cases_within(&permit).await?;
        let free = match handled.edition.meta().budget {
            Some(budget) => budget.checked_sub(committed(&cases)).unwrap_or(Yen::ZERO),
            None => Yen::new(i64::MAX),
        };
        let first_in_line = reserves(&cases).first().map_or(0, |l| l.order);
        let term = handled.edition.selection().reserve_term;
        let order = PromotionOrder { reason: reason.to_owned(), first_in_line, free, term };
        let by = self.by(person, handled.edition.digest(), &handled.edition.selection().clause);
        let act = decide::promote(&handled.file.case, &order, &by)?;
        // Every case that holds money is held at its last act: two promotions at once would both count the same money.
        let (id, after) = (handled.file.id, handled.file.seq());
        let job = self.job(&crate::work::Work::Tell { case: id, seq: after + 1 })?;
        let mut batch = banso_store::Batch::case(id, after, vec![act]).and_job(job).request(request);
        for (other, found) in cases.iter().filter(|(other, c)| **other != id && holds(&c.state)) {
            batch = batch.and_append(banso_store::Append::Case { case: *other, after: found.last.seq, acts: Vec::new() });
        }
        self.append(batch).await?;
        Ok(())
    }
}

/// Whether a case counts when money is counted.
const fn holds(state: &CaseState) -> bool {
    matches!(
        state,
        CaseState::Selected { .. }
            | CaseState::Reserved { .. }
            | CaseState::GrantRequested { .. }
            | CaseState::GrantRequestReturned { .. }
            | CaseState::Granted { .. }
    )
}
