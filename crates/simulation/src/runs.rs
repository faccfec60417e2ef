//! Runs of payments: planned twice a month, approved by directors one after another, answered by the bank.

use std::collections::BTreeMap;

use banso_execution::run::Held;
use banso_kernel::{CallId, CaseId, ClosedDays, Digest, RequestId};
use banso_office::Office;
use banso_office::execution::{RunOrder, SettleLine, SettleOrder};

use crate::accounts;
use crate::cast::Staff;
use crate::deeds::Stop;

/// Whoever has to do with a run.
#[derive(Debug, Clone, Copy)]
pub struct Cashiers<'a> {
    pub office: &'a Office,
    pub staff: &'a Staff,
    pub call: &'a CallId,
    pub press: RequestId,
}

/// A run that waits for its approvals keeps the next from being planned.
const ANOTHER_OPEN: &str = "R221";

/// A run that was planned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    pub run: Digest,
    /// Accounts that were changed just before and wait to be confirmed.
    pub held: Vec<Digest>,
}

impl Cashiers<'_> {
    /// Plans a run of what waits; nothing where all that waits is held.
    ///
    /// # Errors
    /// What the office answers.
    pub async fn plan(&self, confirmed: &[Digest]) -> Result<Option<Planned>, Stop> {
        let before = self.office.runs_page(&self.staff.officer, self.call).await?;
        let fresh = |held: Option<Held>, digest: Digest| held == Some(Held::FreshAccount) && !confirmed.contains(&digest);
        let held: Vec<Digest> = before.waiting.iter().filter(|w| fresh(w.held, w.digest)).map(|w| w.digest).collect();
        let payable = before.waiting.iter().filter(|w| w.held.is_none() || confirmed.contains(&w.digest)).count();
        if payable == 0 && before.open.is_none() {
            return Ok(None);
        }
        let pay_on = self.office.now().day().plus_open_days(3, ClosedDays::Bank);
        let order = RunOrder {
            pay_on: Some(pay_on),
            requester: accounts::office(),
            confirmed: confirmed.iter().copied().collect(),
            request: self.press,
        };
        let run = match self.office.freeze_run(&self.staff.officer, self.call, order).await.map_err(Stop::from) {
            Ok(run) => run.ok_or_else(|| Stop::at("no run"))?,
            // The last one has not all its approvals yet.
            Err(stop) if stop.kind == ANOTHER_OPEN => return Ok(None),
            Err(stop) => return Err(stop),
        };
        let page = self.office.run_page(&self.staff.officer, self.call, run).await?;
        if page.transfers.iter().any(|t| held.contains(&t.item.account)) {
            return Err(Stop::at("an account that was changed just before is paid to"));
        }
        Ok(Some(Planned { run, held }))
    }

    /// The nth director approves.
    ///
    /// # Errors
    /// What the office answers.
    pub async fn approve(&self, run: Digest, nth: u32) -> Result<(), Stop> {
        let director = if nth == 0 { &self.staff.director } else { &self.staff.second };
        Ok(self.office.approve_run(director, self.call, run, self.press).await?)
    }

    /// How many approvals are still to come.
    ///
    /// # Errors
    /// What the office answers.
    pub async fn approvals_left(&self, run: Digest) -> Result<u32, Stop> {
        let line = self.office.run_page(&self.staff.officer, self.call, run).await?.line;
        Ok(line.approvals.saturating_sub(line.approved))
    }

    /// Who planned it tries to approve it.
    ///
    /// # Errors
    /// What the office answers.
    pub async fn approve_own(&self, run: Digest) -> Result<(), Stop> {
        Ok(self.office.approve_run(&self.staff.officer, self.call, run, self.press).await?)
    }

    ///
    /// # Errors
    /// What the office answers.
    pub async fn discard(&self, run: Digest) -> Result<(), Stop> {
        Ok(self.office.discard_run(&self.staff.officer, self.call, run, "振込先の確認のため（架空）", self.press).await?)
    }

    /// The cases that a run pays to.
    ///
    /// # Errors
    /// What the office answers.
    pub async fn cases(&self, run: Digest) -> Result<Vec<CaseId>, Stop> {
        let page = self.office.run_page(&self.staff.officer, self.call, run).await?;
        Ok(page.transfers.iter().map(|t| t.item.case).collect())
    }

    /// The bank answers; some transfers come back.
    ///
    /// # Errors
    /// What the office answers.
    pub async fn settle(&self, run: Digest, returned: &BTreeMap<CaseId, bool>) -> Result<(), Stop> {
        let page = self.office.run_page(&self.staff.officer, self.call, run).await?;
        let back = |case: &CaseId| returned.get(case).copied().unwrap_or_default().then(|| "口座名義相違".to_owned());
        let lines = page.transfers.iter().map(|t| SettleLine { reference: t.reference, returned: back(&t.item.case) }).collect();
        let order = SettleOrder { on: Some(page.line.pay_on), lines, request: self.press };
        Ok(self.office.settle_run(&self.staff.officer, self.call, run, order).await?)
    }

    /// The bank answers with the transfer file, marked as paid record by record; the file as it was sent is no answer.
    ///
    /// # Errors
    /// What the office answers.
    pub async fn file_is_whole(&self, run: Digest) -> Result<(), Stop> {
        let (_, file) = self.office.run_file(&self.staff.officer, self.call, run).await?;
        if self.office.read_result(&self.staff.officer, self.call, run, &file).await.is_ok() {
            return Err(Stop::at("the request to the bank was taken for its answer"));
        }
        let read = self.office.read_result(&self.staff.officer, self.call, run, &all_paid(&file)).await?;
        if read.iter().all(|line| line.returned.is_none()) { Ok(()) } else { Err(Stop::at("the transfer file contradicts its run")) }
    }
}

/// The records of a transfer file, each transfer with the bank's mark of a payment in its last place.
fn all_paid(file: &[u8]) -> Vec<u8> {
    let answered = |record: &[u8]| {
        let mut record = record.to_vec();
        if let (Some(b'2'), Some(last)) = (record.first().copied(), record.last_mut()) {
            *last = b'0';
        }
        record
    };
    let records = file.split(|b| matches!(b, b'\r' | b'\n')).filter(|r| !r.is_empty());
    records.flat_map(|record| [answered(record), b"\r\n".to_vec()].concat()).collect()
}
