//! The selection plan: frozen exactly as it was shown, discarded with a reason, or executed by the director, all cases in one
//! transaction.

use banso_grant::decide::LeftToDo;
use banso_grant::selection::plan;
use banso_grant::{CallPhase, CaseState, decide};
use banso_kernel::{CallId, Digest, LocalText, RequestId};
use banso_permits::{Action, Person};
use banso_store::{Append, Batch, Change, Plan, PlanKind};

use super::meeting::{Ranking, terms};
use super::unsettled::unsettled;
use crate::work::Work;
use crate::{FieldProblem, Office, OfficeError};

impl Office {
    /// Freezes the plan that was shown.
    ///
    /// # Errors
    /// [`OfficeError::Stale`] when the plan would be another one by now; sheets that are still to come; refusals.
    pub async fn freeze_selection(&self, person: &Person, call: &CallId, shown: Digest, request: RequestId) -> Result<(), OfficeError> {
        let called = self.called(person, Action::RunCall, call).await?;
        if self.done_before(request).await? {
            return Ok(());
        }
        let ranking = Ranking::of(self.store().cases_within(&called.permit).await?);
        let rules = called.edition.selection();
        let by = self.by(person, called.edition.digest(), &rules.clause);
        let (CallPhase::InReview { .. } | CallPhase::Reviewed { .. }) = called.call.call.phase else {
            // The refusal names the phase; the plan plays no part in it.
            let empty = plan(&[], &terms(call, &called.edition)).map_err(OfficeError::fault)?;
            decide::freeze_selection(&called.call.call, &empty, LeftToDo::default(), &by)?;
            return Err(OfficeError::NotFound);
        };
        let made = plan(&ranking.candidates, &terms(call, &called.edition))
            .map_err(|e| OfficeError::Invalid(vec![FieldProblem { field: String::new(), text: e.message() }]))?;
        let act = decide::freeze_selection(&called.call.call, &made, left_to_do(&ranking), &by)?;
        if made.digest() != shown {
            return Err(changed());
        }
        let kept =
            Plan { digest: made.digest(), call: call.clone(), kind: PlanKind::Selection, body: made.json().to_owned(), made_by: person.id };
        let mut batch = Batch::call(call.clone(), called.call.seq(), vec![act]).and_change(Change::keep_plan(&kept)).request(request);
        // Nothing that the plan rests on may have moved when it is frozen: every case is held at the act it was ranked on.
        for (id, case) in &ranking.cases {
            if matches!(case.state, CaseState::UnderReview { .. }) {
                batch = batch.and_append(Append::Case { case: *id, after: case.last.seq, acts: Vec::new() });
            }
        }
        self.append(batch).await?;
        Ok(())
    }

    /// Discards the frozen plan, with its reason.
    ///
    /// # Errors
    /// No frozen plan, no reason; stale.
    pub async fn discard_selection(&self, person: &Person, call: &CallId, reason: &str, request: RequestId) -> Result<(), OfficeError> {
        let called = self.called(person, Action::RunCall, call).await?;
        if self.done_before(request).await? {
            return Ok(());
        }
        if reason.trim().is_empty() {
            return Err(OfficeError::field("discard-reason", "取り消す理由を入力してください。", "Enter the reason."));
        }
        let by = self.by(person, called.edition.digest(), &called.edition.selection().clause);
        let act = decide::discard_selection(&called.call.call, reason, &by)?;
        self.append(Batch::call(call.clone(), called.call.seq(), vec![act]).request(request)).await?;
        Ok(())
    }

    /// Executes the frozen plan: every case gets the outcome that the plan says, with its reason, its letter and its notice. A case
    /// that was withdrawn after the freeze is passed over; how many were, is answered.
    ///
    /// # Errors
    /// Not the director's to do, another plan than the one that was looked at, refusals; stale.
    pub async fn execute_selection(&self, person: &Person, call: &CallId, shown: Digest, request: RequestId) -> Result<usize, OfficeError> {
        let called = self.called(person, Action::Decide, call).await?;
        if self.done_before(request).await? {
            return Ok(0);
        }
        let by = self.by(person, called.edition.digest(), &called.edition.selection().clause);
        let frozen = match &called.call.call.phase {
            CallPhase::SelectionFrozen { selection, .. } | CallPhase::SelectionExecuted { selection, .. } => Some(selection.plan),
            CallPhase::Receiving | CallPhase::InReview { .. } | CallPhase::Reviewed { .. } => None,
        };
        let kept = match frozen {
            Some(digest) => self.selection_plan(digest).await?,
            // The refusal names the phase; the plan plays no part in it.
            None => plan(&[], &terms(call, &called.edition)).map_err(OfficeError::fault)?,
        };
        let act = decide::execute_selection(&called.call.call, &kept, &by)?;
        if kept.digest() != shown {
            return Err(changed());
        }
        let after = called.call.call.clone().apply(&act.clone().recorded(called.call.seq() + 1, by.now)).map_err(OfficeError::fault)?;
        let cases = self.store().cases_within(&called.permit).await?;
        let mut batch = Batch::call(call.clone(), called.call.seq(), vec![act]).request(request);
        let mut withdrawn = 0;
        for line in kept.cases() {
            let case = cases.get(&line.case).ok_or(OfficeError::NotFound)?;
            if matches!(case.state, CaseState::Withdrawn { .. }) {
                withdrawn += 1;
                continue;
            }
            self.may_case(person, Action::Decide, line.case).await?;
            let outcome = decide::give_outcome(line.case, case, &after, &kept, &by)?;
            let seq = case.last.seq;
            batch = batch
                .and_append(Append::Case { case: line.case, after: seq, acts: vec![outcome] })
                .and_job(self.job(&Work::Tell { case: line.case, seq: seq + 1 })?);
        }
        self.append(batch).await?;
        Ok(withdrawn)
    }
}

/// What keeps the selection from being frozen.
fn left_to_do(ranking: &Ranking) -> LeftToDo {
    LeftToDo { sheets: ranking.outstanding, cases: u32::try_from(unsettled(&ranking.cases).len()).unwrap_or(u32::MAX) }
}

fn changed() -> OfficeError {
    OfficeError::Stale(LocalText::new(
        "表示後に審査結果、加点又は申請が変わり、順位表が変わりました。",
        "Sheets, bonus points or cases changed since the ranking was shown.",
    ))
}
