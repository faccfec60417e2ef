//! The end of the reserve list: who was never raised is told so, with a reason. One case, or all that are left.

use banso_grant::decide::{self, By, ReserveEndOrder};
use banso_grant::{CaseAct, NewAct};
use banso_guideline::Edition;
use banso_kernel::{CallId, CaseId, RequestId};
use banso_permits::{Action, Person};
use banso_store::{Append, Batch};

use super::promotion::{ReserveLine, reserves};
use crate::work::Work;
use crate::{Office, OfficeError};

fn reason_missing(reason: &str, field: &str) -> Result<(), OfficeError> {
    match reason.trim().is_empty() {
        true => Err(OfficeError::field(field, "補欠を終了する理由を入力してください。", "Enter the reason for ending it.")),
        false => Ok(()),
    }
}

impl Office {
    /// Ends the place of one case on the reserve list.
    ///
    /// # Errors
    /// A last day that has not passed or is not settled, others behind it, no reason, not the director's to do; stale.
    pub async fn end_reserve(&self, person: &Person, case: CaseId, reason: &str, request: RequestId) -> Result<(), OfficeError> {
        let handled = self.handled(person, Action::Decide, case).await?;
        if self.done_before(request).await? {
            return Ok(());
        }
        reason_missing(reason, &end_field(case))?;
        let call = handled.file.case.submission.paper.call.clone();
        let permit = self.may_call(person, Action::ReadCall, &call)?;
        let cases = self.store().cases_within(&permit).await?;
        let last_in_line = reserves(&cases).last().map_or(0, |l| l.order);
        let by = self.by(person, handled.edition.digest(), &handled.edition.selection().clause);
        let act = decide::end_reserve(&handled.file.case, &order(&handled.edition, reason, last_in_line), &by)?;
        self.record(&handled.file, act, Vec::new(), request).await
    }

    /// Ends every place that is left on the reserve list of a call, in one commit; how many.
    ///
    /// # Errors
    /// As [`Office::end_reserve`]; [`OfficeError::Forbidden`] for whoever may not decide one of them.
    pub async fn end_reserves(&self, person: &Person, call: &CallId, reason: &str, request: RequestId) -> Result<usize, OfficeError> {
        let called = self.called(person, Action::Decide, call).await?;
        if self.done_before(request).await? {
            return Ok(0);
        }
        reason_missing(reason, END_ALL)?;
        let cases = self.store().cases_within(&self.may_call(person, Action::ReadCall, call)?).await?;
        let by = self.by(person, called.edition.digest(), &called.edition.selection().clause);
        let left = reserves(&cases);
        let mut batch = Batch::default().request(request);
        for line in &left {
            self.may_case(person, Action::Decide, line.case).await?;
            let case = cases.get(&line.case).ok_or(OfficeError::NotFound)?;
            let act = ended_with_all(case, line, &called.edition, reason, &by)?;
            let after = case.last.seq;
            batch = batch
                .and_append(Append::Case { case: line.case, after, acts: vec![act] })
                .and_job(self.job(&Work::Tell { case: line.case, seq: after.saturating_add(1) })?);
        }
        self.append(batch).await?;
        Ok(left.len())
    }
}

/// The field of the reason for ending all.
const END_ALL: &str = "end-reason-all";

/// The field of the reason for ending one.
fn end_field(case: CaseId) -> String {
    format!("end-reason-{case}")
}

fn order(edition: &Edition, reason: &str, last_in_line: u32) -> ReserveEndOrder {
    ReserveEndOrder { reason: reason.to_owned(), last_in_line, term: edition.selection().reserve_term }
}

/// Nobody is passed over when all end together.
fn ended_with_all(
    case: &banso_grant::Case,
    line: &ReserveLine,
    edition: &Edition,
    reason: &str,
    by: &By,
) -> Result<NewAct<CaseAct>, OfficeError> {
    Ok(decide::end_reserve(case, &order(edition, reason, line.order), by)?)
}
