//! The bank's answer: each transfer of a run paid or come back, out of the bank's result file or by hand; all of it in one transaction.

use banso_exchange::zengin::{Expected, Outcome, ResultCodes, read_transfers, reconcile};
use banso_execution::act::{ExecutionAct, PaymentMade, TransferReturned};
use banso_execution::decide::step;
use banso_execution::state::ClaimState;
use banso_grant::{RunState, decide};
use banso_kernel::{CallId, CaseId, Day, Digest, LocalText, RequestId, Yen};
use banso_permits::{Action, Person};
use banso_store::{Append, Batch};

use super::project::payment_clause;
use super::run_orders::by_case;
use super::runs::rules;
use crate::work::Work;
use crate::{FieldProblem, Office, OfficeError};

/// What became of one transfer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettleLine {
    /// What the file calls it.
    pub reference: u64,
    /// The reason, where it came back.
    pub returned: Option<String>,
}

/// The bank's answer to a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettleOrder {
    /// The day on which the money moved.
    pub on: Option<Day>,
    pub lines: Vec<SettleLine>,
    pub request: RequestId,
}

/// Where a claim of a run stands.
pub(super) fn outcome_words(state: Option<&ClaimState>, run: Digest) -> (LocalText, &'static str, bool) {
    match state {
        Some(ClaimState::Ordered { run: r, .. }) if *r == run => (LocalText::new("振込待ち", "to be sent"), "active", true),
        Some(ClaimState::Paid { run: r, on }) if *r == run => {
            (LocalText::new(format!("支払済（{}）", on.wareki()), format!("paid {on}")), "good", false)
        }
        Some(ClaimState::CameBack { on, reason }) => {
            (LocalText::new(format!("振込不能（{}、{reason}）", on.wareki()), format!("came back {on}: {reason}")), "wrong", false)
        }
        Some(ClaimState::Claimed) => (LocalText::new("承認待ち", "to be approved"), "", false),
        Some(ClaimState::Refused { .. }) => (LocalText::new("差戻し", "given back"), "wrong", false),
        Some(ClaimState::Ordered { .. } | ClaimState::Paid { .. }) => (LocalText::new("別の支払計画へ", "in another run"), "", false),
        Some(ClaimState::SetOff { .. }) => (LocalText::new("相殺済", "set off"), "", false),
        None => (LocalText::new("不明", "unknown"), "wrong", false),
    }
}

/// What banks of the common format answer with: 0 or a space for paid, a digit for what came back, in the last byte of the record.
fn usual_codes() -> ResultCodes {
    let reasons =
        [(b'1', "資金不足"), (b'2', "取引なし"), (b'3', "名義相違"), (b'4', "依頼による組戻し"), (b'8', "委託者の都合"), (b'9', "その他")];
    ResultCodes { at: 119, paid: vec![b'0', b' '], returned: reasons.iter().map(|(c, r)| (*c, (*r).to_owned())).collect() }
}

/// The records without what ends them.
fn without_ends(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().copied().filter(|b| !matches!(b, b'\r' | b'\n' | 0x1a)).collect()
}

impl Office {
    /// Reads the bank's result file beside the run: what it says of each transfer.
    ///
    /// # Errors
    /// The file that was sent to the bank; one that cannot be read (record and field), that answers something nobody sent, contradicts the run or leaves a transfer out.
    pub async fn read_result(&self, person: &Person, call: &CallId, run: Digest, bytes: &[u8]) -> Result<Vec<SettleLine>, OfficeError> {
        self.called(person, Action::RunCall, call).await?;
        let (frozen, _) = self.frozen_run(run).await?;
        let problem = |ja: String, en: String| FieldProblem::new("result", ja, en);
        if without_ends(bytes) == without_ends(&self.transfer_file(&frozen).await?) {
            return Err(OfficeError::Invalid(vec![problem(
                "このファイルは、この計画で作成した振込データ（銀行への依頼）そのもので、結果が書かれていません。銀行から受け取った結果ファイルを選んでください。すべて支払済みなら、ファイルを読み込まずに結果を記録できます。".to_owned(),
                "This is the transfer file of this run, the request to the bank: it holds no answer. Choose the file that came from the bank. \
                 Where everything was paid, the outcome can be recorded without a file."
                    .to_owned(),
            )]));
        }
        let file = read_transfers(bytes, Some(&usual_codes())).map_err(|problems| {
            OfficeError::Invalid(
                problems.iter().take(50).map(|p| problem(p.to_string(), p.message.en.clone().unwrap_or_default())).collect(),
            )
        })?;
        let sent: Vec<Expected> =
            (1_u64..).zip(&frozen.run.items).map(|(reference, item)| Expected { reference, amount: item.amount }).collect();
        let found = reconcile(&sent, &file.transfers);
        let mut problems: Vec<FieldProblem> = found
            .unknown
            .iter()
            .map(|record| problem(format!("{record}行目は、この支払計画にない振込です。"), format!("record {record} was never sent")))
            .collect();
        let mut lines = Vec::new();
        for (reference, outcome) in found.outcomes {
            match outcome {
                Outcome::Paid => lines.push(SettleLine { reference, returned: None }),
                Outcome::Returned { reason } => lines.push(SettleLine { reference, returned: Some(reason) }),
                Outcome::Unanswered => problems.push(problem(
                    format!("振込{reference}の結果がファイルにありません。"),
                    format!("transfer {reference} is not answered"),
                )),
                Outcome::Contradicted { record, amount } => problems.push(problem(
                    format!("{record}行目の金額（{amount}）が、振込{reference}と合いません。"),
                    format!("record {record} says {amount}, not what transfer {reference} was"),
                )),
            }
        }
        if problems.is_empty() { Ok(lines) } else { Err(OfficeError::Invalid(problems)) }
    }

    /// Records the bank's answer to a whole run.
    ///
    /// # Errors
    /// A transfer without an answer or a reason; a day to come; a run that is not sent or settled already.
    pub async fn settle_run(&self, person: &Person, call: &CallId, run: Digest, order: SettleOrder) -> Result<(), OfficeError> {
        let called = self.called(person, Action::RunCall, call).await?;
        if self.done_before(order.request).await? {
            return Ok(());
        }
        let known = called.call.call.run(run).ok_or(OfficeError::NotFound)?;
        if known.state != RunState::Approved {
            return Err(OfficeError::Stale(LocalText::new(
                "この支払計画は、結果を記録できる状態ではありません。",
                "This run is not waiting for an answer.",
            )));
        }
        let (frozen, _) = self.frozen_run(run).await?;
        let pay_on = frozen.run.pay_on;
        if self.now().day() < pay_on {
            return Err(OfficeError::field(
                "on",
                format!("支払日（{}）がまだ来ていません。振込の結果は、その日以後に記録してください。", pay_on.wareki()),
                format!("The day of payment, {pay_on}, is still to come: record the outcome on that day or later."),
            ));
        }
        let Some(on) = order.on else {
            return Err(OfficeError::field("on", "振込日を入力してください。", "Enter the day."));
        };
        let answer = |reference: u64| order.lines.iter().find(|l| l.reference == reference);
        let mut problems = Vec::new();
        let (mut paid, mut returned) = (Vec::new(), Vec::new());
        for (reference, item) in (1_u64..).zip(&frozen.run.items) {
            match answer(reference).map(|l| l.returned.as_deref().map(str::trim)) {
                Some(None) => paid.push(item.amount),
                Some(Some("")) | None => problems.push(FieldProblem::new(
                    format!("returned-{reference}"),
                    format!("振込{reference}：支払済か、振込不能の理由を入力してください。"),
                    format!("Transfer {reference}: paid, or why it came back."),
                )),
                Some(Some(_)) => returned.push(item.amount),
            }
        }
        if !problems.is_empty() {
            return Err(OfficeError::Invalid(problems));
        }
        let by = self.by(person, called.edition.digest(), payment_clause(rules(&called.edition)?));
        let (paid, returned): (Yen, Yen) = (super::project::sum(paid), super::project::sum(returned));
        let act = decide::settle_run(&called.call.call, run, on, paid, returned, &by)?;
        let mut batch = Batch::call(call.clone(), called.call.seq(), vec![act]).request(order.request);
        let permit = self.may_call(person, Action::ReadCall, call)?;
        let cases = self.store().cases_within(&permit).await?;
        let references: Vec<(u64, CaseId, u32)> = (1_u64..).zip(&frozen.run.items).map(|(r, i)| (r, i.case, i.claim)).collect();
        for case_id in by_case(&frozen.run).keys() {
            let Some(case) = cases.get(case_id) else { return Err(OfficeError::NotFound) };
            let mut at = case.state.execution().cloned().ok_or(OfficeError::NotFound)?;
            let mut acts = Vec::new();
            for (reference, _, claim) in references.iter().filter(|(_, c, _)| c == case_id) {
                let act: ExecutionAct = match answer(*reference).and_then(|l| l.returned.clone()) {
                    None => PaymentMade { claim: *claim, on }.into(),
                    Some(reason) => TransferReturned { claim: *claim, on, reason: reason.trim().to_owned() }.into(),
                };
                let decided = step(&at, act, self.now().day(), "").map_err(super::refused)?;
                at = at.apply(&decided.act, self.now().day()).map_err(super::refused)?;
                acts.push(decide::write_step(decided, &by));
            }
            let after = case.last.seq;
            for n in (1_u64..).take(acts.len()) {
                batch = batch.and_job(self.job(&Work::Tell { case: *case_id, seq: after.saturating_add(n) })?);
            }
            batch = batch.and_append(Append::Case { case: *case_id, after, acts });
        }
        self.append(batch).await?;
        Ok(())
    }
}
