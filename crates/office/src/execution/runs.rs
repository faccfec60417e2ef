//! 支払: every claim that waits becomes a plan, frozen as it was shown; directors approve it one after another; with the last approval each
//! claim is ordered, in one transaction. The transfer file is made from the frozen plan alone.

use std::collections::{BTreeMap, BTreeSet};

use banso_exchange::zengin::{RecordEnd, Requester, Transfer, TransferOrder, write_transfers};
use banso_execution::Execution;
use banso_execution::decide::Decided;
use banso_execution::run::{PaymentRun, plan_run};
use banso_grant::{Case, CaseState, RunState, canonical_json, decide};
use banso_guideline::Edition;
use banso_kernel::{CallId, CaseId, Day, Digest, LocalText, PersonId, RequestId, fold_width};
use banso_permits::{Action, Person};
use banso_store::{Append, Batch, Change, Plan, PlanKind};
use serde::{Deserialize, Serialize};

use super::account::AccountForm;
use super::project::payment_clause;
use super::run_orders::{by_case, orders, paid};
use crate::work::Work;
use crate::{FieldProblem, Office, OfficeError};

/// Who pays: the office's own account, as its bank knows it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequesterForm {
    /// Up to ten digits, given by the bank.
    pub code: String,
    pub account: AccountForm,
}

/// A run as it is frozen, with the account that it is paid from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FrozenRun {
    pub(crate) run: PaymentRun,
    pub(crate) requester: RequesterForm,
}

/// What a run is frozen with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunOrder {
    pub pay_on: Option<Day>,
    pub requester: RequesterForm,
    /// Changed accounts that somebody asked the holder about by another way.
    pub confirmed: BTreeSet<Digest>,
    pub request: RequestId,
}

/// Granted cases of a call with their execution.
pub(super) fn executions(cases: &BTreeMap<CaseId, Case>) -> Vec<(CaseId, &Execution)> {
    cases
        .iter()
        .filter_map(|(id, case)| match &case.state {
            CaseState::Granted { execution, .. } => Some((*id, &**execution)),
            CaseState::Submitted
            | CaseState::SubmissionWithdrawn { .. }
            | CaseState::Returned { .. }
            | CaseState::Complete { .. }
            | CaseState::NotAccepted { .. }
            | CaseState::UnderReview { .. }
            | CaseState::Selected { .. }
            | CaseState::Reserved { .. }
            | CaseState::Rejected { .. }
            | CaseState::GrantRequested { .. }
            | CaseState::GrantRequestReturned { .. }
            | CaseState::GrantRefused { .. }
            | CaseState::Withdrawn { .. } => None,
        })
        .collect()
}

/// The guideline's rules; a call without them pays nothing here.
pub(super) fn rules(edition: &Edition) -> Result<&banso_execution::rules::ExecutionRules, OfficeError> {
    edition.execution().ok_or_else(|| {
        OfficeError::Stale(LocalText::new(
            "この公募要領には、交付決定後の定め（【交付決定後】）がありません。",
            "This guideline says nothing of the time after the decision.",
        ))
    })
}

impl Office {
    /// The frozen plan of a run.
    pub(crate) async fn frozen_run(&self, run: Digest) -> Result<(FrozenRun, PersonId), OfficeError> {
        let plan = self.store().plan(run).await?.ok_or(OfficeError::NotFound)?;
        let frozen = serde_json::from_str(&plan.body).map_err(OfficeError::fault)?;
        Ok((frozen, plan.made_by))
    }

    /// Freezes a run of every claim that waits.
    ///
    /// # Errors
    /// A day on which banks rest, nothing to pay, an account that no transfer can name, a run that waits for its approvals.
    pub async fn freeze_run(&self, person: &Person, call: &CallId, order: RunOrder) -> Result<Option<Digest>, OfficeError> {
        let called = self.called(person, Action::RunCall, call).await?;
        if self.done_before(order.request).await? {
            return Ok(called.call.call.runs.last().map(|r| r.run));
        }
        let terms = rules(&called.edition)?;
        let mut problems = Vec::new();
        let requester = checked_requester(&order.requester).map_err(|p| problems.extend(p)).ok();
        let Some(pay_on) = order.pay_on else {
            problems.push(FieldProblem::new("pay-on", "支払日を入力してください。", "Enter the day of payment."));
            return Err(OfficeError::Invalid(problems));
        };
        let cases = self.store().cases_within(&called.permit).await?;
        let run = plan_run(&executions(&cases), &order.confirmed, pay_on, self.now().day(), terms)
            .map_err(|e| problems.push(FieldProblem { field: "pay-on".to_owned(), text: e.message() }))
            .ok();
        let (Some(run), Some(requester), true) = (run, requester, problems.is_empty()) else { return Err(OfficeError::Invalid(problems)) };
        let frozen = FrozenRun { run, requester };
        // A file that could not be written is found out now, not on the day of payment.
        self.transfer_file(&frozen).await?;
        let body = canonical_json(&frozen).map_err(OfficeError::fault)?;
        let digest = Digest::of(body.as_bytes());
        let by = self.by(person, called.edition.digest(), payment_clause(rules(&called.edition)?));
        let act = decide::freeze_run(&called.call.call, digest, &frozen.run, &by)?;
        let plan = Plan { digest, call: call.clone(), kind: PlanKind::Payment, body, made_by: person.id };
        let mut batch = Batch::call(call.clone(), called.call.seq(), vec![act]).and_change(Change::keep_plan(&plan)).request(order.request);
        for item in &frozen.run.items {
            if let Some(case) = cases.get(&item.case) {
                batch = batch.and_append(Append::Case { case: item.case, after: case.last.seq, acts: Vec::new() });
            }
        }
        self.append(batch).await?;
        Ok(Some(digest))
    }

    /// Approves a run as it stands. With the last approval every claim in it is ordered.
    ///
    /// # Errors
    /// The person who planned it, a second time; [`OfficeError::Stale`] for a claim that is not what was frozen any more, at the first
    /// approval already; not a director's to do.
    pub async fn approve_run(&self, person: &Person, call: &CallId, run: Digest, request: RequestId) -> Result<(), OfficeError> {
        let called = self.called(person, Action::Decide, call).await?;
        if self.done_before(request).await? {
            return Ok(());
        }
        let (frozen, _) = self.frozen_run(run).await?;
        let by = self.by(person, called.edition.digest(), payment_clause(rules(&called.edition)?));
        let (act, last) = decide::approve_run(&called.call.call, run, &frozen.run, person.id, &by)?;
        // Whoever approves is told at once what the last one would be refused.
        let permit = self.may_call(person, Action::ReadCall, call)?;
        let cases = self.store().cases_within(&permit).await?;
        let mut batch = Batch::call(call.clone(), called.call.seq(), vec![act]).request(request);
        for (id, items) in by_case(&frozen.run) {
            let case = cases.get(&id).ok_or(OfficeError::NotFound)?;
            let paid = paid(case).ok_or(OfficeError::NotFound)?;
            let decided = orders(paid, &items, (run, frozen.run.pay_on), self.now().day())?;
            if last {
                batch = self.order_case(batch, id, case.last.seq, decided, &by)?;
            }
        }
        self.append(batch).await?;
        Ok(())
    }

    fn order_case(&self, batch: Batch, id: CaseId, after: u64, decided: Vec<Decided>, by: &decide::By) -> Result<Batch, OfficeError> {
        let mut batch = batch;
        let acts: Vec<_> = decided.into_iter().map(|d| decide::write_step(d, by)).collect();
        for n in (1_u64..).take(acts.len()) {
            batch = batch.and_job(self.job(&Work::Tell { case: id, seq: after.saturating_add(n) })?);
        }
        Ok(batch.and_append(Append::Case { case: id, after, acts }))
    }

    /// Discards a run that was not sent, with the reason.
    ///
    /// # Errors
    /// No reason; a run that has all its approvals.
    pub async fn discard_run(
        &self,
        person: &Person,
        call: &CallId,
        run: Digest,
        reason: &str,
        request: RequestId,
    ) -> Result<(), OfficeError> {
        let called = self.called(person, Action::RunCall, call).await?;
        if self.done_before(request).await? {
            return Ok(());
        }
        if reason.trim().is_empty() {
            return Err(OfficeError::field("discard-reason", "取り消す理由を入力してください。", "Enter the reason."));
        }
        let by = self.by(person, called.edition.digest(), payment_clause(rules(&called.edition)?));
        let act = decide::discard_run(&called.call.call, run, reason, &by)?;
        self.append(Batch::call(call.clone(), called.call.seq(), vec![act]).request(request)).await?;
        Ok(())
    }

    /// The transfer file of a frozen run.
    pub(super) async fn transfer_file(&self, frozen: &FrozenRun) -> Result<Vec<u8>, OfficeError> {
        let mut transfers = Vec::new();
        for (reference, item) in (1_u64..).zip(&frozen.run.items) {
            let account = self.account_under(item.account).await?.ok_or_else(|| {
                OfficeError::Stale(LocalText::new("振込先の記録が消去されています。", "The record of an account was erased."))
            })?;
            transfers.push(Transfer { reference, to: account.bank_account(), amount: item.amount });
        }
        let requester = Requester { code: frozen.requester.code.clone(), account: frozen.requester.account.bank_account() };
        let order = TransferOrder { requester, pay_on: frozen.run.pay_on, transfers, end: RecordEnd::CrLf };
        write_transfers(&order).map_err(|problems| {
            let one = |p: &banso_exchange::zengin::ZenginProblem| FieldProblem {
                field: String::new(),
                text: LocalText::new(p.to_string(), p.message.en.clone().unwrap_or_default()),
            };
            OfficeError::Invalid(problems.iter().map(one).collect())
        })
    }

    /// The transfer file of a run (全銀協規定フォーマット), once it has all its approvals. Who took it is written down.
    ///
    /// # Errors
    /// [`OfficeError::Stale`] before; not the office's to do.
    pub async fn run_file(&self, person: &Person, call: &CallId, run: Digest) -> Result<(String, Vec<u8>), OfficeError> {
        let called = self.called(person, Action::RunCall, call).await?;
        let known = called.call.call.run(run).ok_or(OfficeError::NotFound)?;
        if !matches!(known.state, RunState::Approved | RunState::Settled) {
            return Err(OfficeError::Stale(LocalText::new(
                "振込データは、承認がそろった後に作成できます。",
                "The file is made once the run has all its approvals.",
            )));
        }
        let (frozen, _) = self.frozen_run(run).await?;
        let bytes = self.transfer_file(&frozen).await?;
        tracing::info!(person = %person.id, %run, "a transfer file was taken");
        Ok((format!("FURIKOMI_{}_{}.txt", frozen.run.pay_on, run.short()), bytes))
    }
}

fn checked_requester(form: &RequesterForm) -> Result<RequesterForm, Vec<FieldProblem>> {
    let mut problems = Vec::new();
    let code: String = fold_width(&form.code).chars().filter(|c| !c.is_whitespace()).collect();
    if code.is_empty() || code.len() > 10 || !code.bytes().all(|b| b.is_ascii_digit()) {
        problems.push(FieldProblem::new(
            "from-code",
            "委託者コードは10桁以内の数字で入力してください。",
            "The requester's code has up to ten digits.",
        ));
    }
    let account = form.account.checked("from-").map_err(|p| problems.extend(p)).ok();
    match account {
        Some(account) if problems.is_empty() => Ok(RequesterForm { code, account }),
        Some(_) | None => Err(problems),
    }
}
