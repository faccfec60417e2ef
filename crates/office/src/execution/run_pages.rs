//! The pages of payments: the claims that wait, the runs of a call, one run with each of its transfers.

use std::collections::{BTreeMap, BTreeSet};

use banso_execution::run::{Held, RunItem, waiting_claims};
use banso_grant::{Case, RunState};
use banso_kernel::{CallId, CaseId, Day, Digest, Instant, LocalText, Yen};
use banso_permits::{Action, Person};

use super::account::AccountView;
use super::run_orders::{paid, why_stale};
use super::runs::{RequesterForm, executions, rules};
use crate::{Office, OfficeError};

/// A claim that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingLine {
    pub case: CaseId,
    pub receipt_number: String,
    pub lead: String,
    /// The claim's place among those of its case: 1 for the first.
    pub ordinal: usize,
    pub amount: Yen,
    pub account: Option<AccountView>,
    pub digest: Digest,
    /// Changed since it was claimed with.
    pub changed: bool,
    pub held: Option<Held>,
    /// In a run that waits for its approvals.
    pub planned: bool,
}

/// A run on the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunLine {
    pub run: Digest,
    pub state: RunState,
    pub pay_on: Day,
    pub transfers: u32,
    pub total: Yen,
    pub approvals: u32,
    pub approved: u32,
    pub frozen_at: Instant,
}

/// The page of a call's payments.
#[derive(Debug, Clone)]
pub struct RunsPage {
    pub call: CallId,
    pub programme: LocalText,
    pub waiting: Vec<WaitingLine>,
    pub waiting_total: Yen,
    pub runs: Vec<RunLine>,
    pub requester: RequesterForm,
    pub may_plan: bool,
    /// A run that waits for its approvals keeps the next from being planned.
    pub open: Option<Digest>,
    /// The next day on which banks work.
    pub next_day: Day,
}

/// A transfer of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransferLine {
    /// What the file calls it.
    pub reference: u64,
    pub item: RunItem,
    pub receipt_number: String,
    pub ordinal: usize,
    pub lead: String,
    pub account: Option<AccountView>,
    pub outcome: LocalText,
    pub tone: &'static str,
    pub ordered: bool,
}

/// The page of a run.
#[derive(Debug, Clone)]
pub struct RunPage {
    pub call: CallId,
    pub line: RunLine,
    pub planned_by: String,
    pub approved_by: Vec<(String, Instant)>,
    pub requester: RequesterForm,
    pub transfers: Vec<TransferLine>,
    pub held: Vec<(WaitingLine, Held)>,
    /// Whether this person may approve, and if not, why.
    pub may_approve: Result<(), LocalText>,
    pub may_handle: bool,
    /// Why it cannot be approved any more, case by case; it is to be discarded then.
    pub stale: Vec<LocalText>,
    pub reason: String,
}

impl Office {
    async fn waiting_line(&self, cases: &BTreeMap<CaseId, Case>, item: RunItem, held: Option<Held>) -> Result<WaitingLine, OfficeError> {
        let case = cases.get(&item.case);
        let execution = case.and_then(|c| c.state.execution());
        let lead = match execution {
            Some(e) => self.firm(e.holder).await?.map_or_else(|| e.holder.to_string(), |f| f.name),
            None => String::new(),
        };
        Ok(WaitingLine {
            case: item.case,
            receipt_number: case.map(|c| c.submission.paper.receipt_number.clone()).unwrap_or_default(),
            lead,
            ordinal: execution.map_or(0, |e| e.claims.range(..=item.claim).count()),
            amount: item.amount,
            account: self.account_under(item.account).await?.map(|a| a.view()),
            digest: item.account,
            changed: execution.and_then(|e| e.claims.get(&item.claim)).is_some_and(|c| c.account_changed),
            held,
            planned: false,
        })
    }

    /// The claims of the run that waits for its approvals.
    pub(crate) async fn claims_underway(&self, call: &banso_grant::Call) -> Result<BTreeSet<(CaseId, u32)>, OfficeError> {
        let Some(open) = call.waiting_run() else { return Ok(BTreeSet::new()) };
        let (frozen, _) = self.frozen_run(open.run).await?;
        Ok(frozen.run.items.iter().map(|i| (i.case, i.claim)).collect())
    }

    /// The payments of a call.
    ///
    /// # Errors
    /// [`OfficeError::NotFound`] without such a call; forbidden.
    pub async fn runs_page(&self, person: &Person, call: &CallId) -> Result<RunsPage, OfficeError> {
        let called = self.called(person, Action::ReadCall, call).await?;
        // A call without rules pays nothing here.
        rules(&called.edition)?;
        let cases = self.store().cases_within(&called.permit).await?;
        let today = self.now().day();
        let next_day = today.plus_days(1).or_next_open(banso_kernel::ClosedDays::Bank);
        let mut waiting = Vec::new();
        // What is held is told too where nothing else waits: its reason may be met any time.
        let sorted = waiting_claims(&executions(&cases), &BTreeSet::new(), next_day).map_err(super::refused)?;
        let underway = self.claims_underway(&called.call.call).await?;
        for item in &sorted.items {
            let planned = underway.contains(&(item.case, item.claim));
            waiting.push(WaitingLine { planned, ..self.waiting_line(&cases, *item, None).await? });
        }
        for (item, held) in &sorted.held {
            waiting.push(self.waiting_line(&cases, *item, Some(*held)).await?);
        }
        let runs: Vec<RunLine> = called.call.call.runs.iter().rev().map(RunLine::of).collect();
        let requester = match called.call.call.runs.last() {
            Some(last) => self.frozen_run(last.run).await?.0.requester,
            None => RequesterForm::default(),
        };
        Ok(RunsPage {
            call: call.clone(),
            programme: called.edition.meta().programme.clone(),
            waiting_total: super::project::sum(waiting.iter().filter(|w| w.held.is_none()).map(|w| w.amount)),
            waiting,
            open: called.call.call.waiting_run().map(|r| r.run),
            runs,
            requester,
            may_plan: self.may_call(person, Action::RunCall, call).is_ok(),
            next_day,
        })
    }

    /// The page of a run.
    ///
    /// # Errors
    /// [`OfficeError::NotFound`] for a stranger and for a run of another call.
    pub async fn run_page(&self, person: &Person, call: &CallId, run: Digest) -> Result<RunPage, OfficeError> {
        let called = self.called(person, Action::ReadCall, call).await?;
        let known = called.call.call.run(run).ok_or(OfficeError::NotFound)?.clone();
        let (frozen, made_by) = self.frozen_run(run).await?;
        let cases = self.store().cases_within(&called.permit).await?;
        let mut transfers = Vec::new();
        for (reference, item) in (1_u64..).zip(&frozen.run.items) {
            let line = self.waiting_line(&cases, *item, None).await?;
            let claim = cases.get(&item.case).and_then(|c| c.state.execution()).and_then(|e| e.claims.get(&item.claim));
            let (outcome, tone, ordered) = super::settling::outcome_words(claim.map(|c| &c.state), run);
            transfers.push(TransferLine {
                reference,
                item: *item,
                receipt_number: line.receipt_number,
                ordinal: line.ordinal,
                lead: line.lead,
                account: line.account,
                outcome,
                tone,
                ordered,
            });
        }
        let mut held = Vec::new();
        for (item, why) in &frozen.run.held {
            held.push((self.waiting_line(&cases, *item, Some(*why)).await?, *why));
        }
        let mut approved_by = Vec::new();
        for (who, at) in &known.approved {
            approved_by.push((self.known_as(*who).await?, *at));
        }
        let may_approve = match self.may_call(person, Action::Decide, call) {
            Ok(_) => {
                banso_execution::run::approve(&frozen.run, made_by, &known.approvers(), person.id).map(|_| ()).map_err(|e| e.message())
            }
            Err(_) => Err(LocalText::new("承認は交付決定権者が行います。", "Directors approve.")),
        };
        let stale = match known.state {
            RunState::Frozen => why_stale(&frozen.run, run, self.now().day(), |id| cases.get(&id).and_then(paid))?,
            RunState::Approved | RunState::Discarded | RunState::Settled => Vec::new(),
        };
        let waits = known.state == RunState::Frozen && stale.is_empty();
        Ok(RunPage {
            call: call.clone(),
            line: RunLine::of(&known),
            planned_by: self.known_as(made_by).await?,
            approved_by,
            requester: frozen.requester,
            transfers,
            held,
            may_approve: may_approve.and(if waits { Ok(()) } else { Err(LocalText::default()) }),
            may_handle: self.may_call(person, Action::RunCall, call).is_ok(),
            stale,
            reason: known.reason.clone(),
        })
    }
}

impl RunLine {
    fn of(run: &banso_grant::Run) -> Self {
        RunLine {
            run: run.run,
            state: run.state,
            pay_on: run.pay_on,
            transfers: run.transfers,
            total: run.total,
            approvals: run.approvals.saturating_sub(1),
            approved: u32::try_from(run.approved.len()).unwrap_or(u32::MAX),
            frozen_at: run.frozen_at,
        }
    }
}
