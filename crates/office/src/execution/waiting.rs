//! 交付決定後にすること: what waits for the office in the cases of a call, counted on the front of the desk and listed with where it is done.
//! Computed from the acts; nothing of it is stored.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use banso_execution::duties::{Deadline, DutyKind};
use banso_execution::run::waiting_claims;
use banso_execution::state::{Execution, OpenKind};
use banso_execution::{ExecutionPhase as Phase, ExecutionRefusal};
use banso_grant::{Call, RunState};
use banso_kernel::{CallId, CaseId, Day, Digest, LocalText, Yen};
use banso_permits::{Action, Person, Resource};
use banso_store::Anchor;

use super::run_orders::why_stale;
use super::{AssessedKind, Granted};
use crate::{Office, OfficeError};

/// Lines of each kind before somebody asks for all of it.
const SOME: usize = 10;
/// Lines of one page of a kind.
const LINES: usize = 50;

banso_kernel::coded! {
    /// What waits, in the order of the road.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
    pub enum WaitingKind {
        PlanChange = "plan-change", "承認を待つ計画変更（交付決定権者）", "changes of plan to decide (director)";
        Discontinuation = "discontinuation", "承認を待つ中止・廃止（交付決定権者）", "discontinuations to decide (director)";
        Incident = "incident", "指示を待つ事故報告", "incidents that await an instruction";
        Inspection = "inspection", "検査を待つ実績報告", "completion reports to inspect";
        Fixing = "fixing", "額の確定を待つ案件（交付決定権者）", "amounts to fix (director)";
        Payment = "payment", "支払計画に入れる請求", "claims to put into a run";
        /// A claim changed after it was frozen.
        StaleRun = "stale-run", "取り消して作り直す支払計画", "runs of payments to discard and plan again";
        RunApproval = "run-approval", "承認を待つ支払計画（交付決定権者）", "runs of payments to approve (director)";
        RunAnswer = "run-answer", "銀行の結果を記録する支払計画", "runs whose answer of the bank is to be recorded";
        /// Answered, or the term has passed: to be cancelled or dropped.
        Hearing = "hearing", "弁明が済んだ取消しの予告（取消し又は取止め・交付決定権者）", "notices of cancellation that were answered: cancel or drop (director)";
        Assessment = "assessment", "認定を待つ年次の報告", "yearly reports to assess";
        Disposal = "disposal", "承認を待つ財産処分（交付決定権者）", "disposals to decide (director)";
        Order = "order", "命じていない返還・納付（交付決定権者）", "amounts to order back (director)";
        Debt = "debt", "期限を過ぎた債権（督促・収納）", "debts that are overdue";
        Late = "late", "期限を過ぎた補助事業者の手続", "duties of holders that are overdue";
        Closing = "closing", "完結できる案件", "cases that can be closed";
    }
}

/// Where something that waits is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaitingAt {
    Project,
    Work,
    Inspection,
    Fixing,
    Payments,
    Run(Digest),
    Revocation,
    Repayment,
    Debt(u32),
    Assessment(AssessedKind, u32),
    Disposal(u32),
    Duty(DutyKind),
    Closing,
}

/// Something that waits in a case, or in a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingTask {
    pub kind: WaitingKind,
    pub call: CallId,
    pub case: Option<CaseId>,
    pub receipt_number: String,
    pub title: String,
    pub holder: String,
    /// What exactly, where the kind does not say it.
    pub what: LocalText,
    /// Since when it waits, or by when it was to be done.
    pub day: Option<Day>,
    pub amount: Option<Yen>,
    pub at: WaitingAt,
}

/// How much of a kind waits in a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WaitingCount {
    pub kind: WaitingKind,
    pub count: usize,
}

/// What somebody wants to see.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WaitingQuery {
    pub call: Option<CallId>,
    pub kind: Option<WaitingKind>,
    /// From 0.
    pub page: usize,
}

/// A kind with its first lines, or a page of them.
#[derive(Debug, Clone)]
pub struct WaitingGroup {
    pub kind: WaitingKind,
    pub total: usize,
    pub lines: Vec<WaitingTask>,
}

/// The page.
#[derive(Debug, Clone)]
pub struct WaitingPage {
    pub query: WaitingQuery,
    pub groups: Vec<WaitingGroup>,
    pub pages: usize,
    /// Calls with their names.
    pub calls: Vec<(CallId, LocalText)>,
}

/// What was counted last, with the end of the ledger and the day that it was counted at.
#[derive(Debug, Default)]
pub(crate) struct Counted(Mutex<BTreeMap<CallId, (AsOf, Vec<WaitingCount>)>>);

type AsOf = (Anchor, Day);

impl Counted {
    fn known(&self, call: &CallId, as_of: &AsOf) -> Option<Vec<WaitingCount>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(call).filter(|(at, _)| at == as_of).map(|(_, counts)| counts.clone())
    }

    fn keep(&self, call: &CallId, as_of: AsOf, counts: &[WaitingCount]) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.insert(call.clone(), (as_of, counts.to_vec()));
    }
}

/// One thing that waits, before it is said whose it is.
struct Found {
    kind: WaitingKind,
    what: LocalText,
    day: Option<Day>,
    amount: Option<Yen>,
    at: WaitingAt,
}

fn found(kind: WaitingKind, at: WaitingAt) -> Found {
    Found { kind, what: LocalText::default(), day: None, amount: None, at }
}

/// Claims to put into a run, each with what it is held for on the next day on which banks work, as the page of payments has them.
fn of_claims(granted: &Granted, planned: &[(CaseId, u32)], today: Day) -> Result<Vec<Found>, ExecutionRefusal> {
    let next_day = today.plus_days(1).or_next_open(banso_kernel::ClosedDays::Bank);
    let waiting = waiting_claims(&[(granted.id, &granted.execution)], &BTreeSet::new(), next_day)?;
    let held = waiting.held.into_iter().map(|(item, held)| {
        let why = held.label();
        (item, LocalText::new(format!("保留：{}", why.ja), format!("held: {}", why.en.unwrap_or_default())))
    });
    let all = waiting.items.into_iter().map(|item| (item, LocalText::default())).chain(held);
    let free = all.filter(|(item, _)| !planned.contains(&(item.case, item.claim)));
    Ok(free.map(|(item, what)| Found { what, amount: Some(item.amount), ..found(WaitingKind::Payment, WaitingAt::Payments) }).collect())
}

/// Everything of a case that waits for the office on a day. `planned` are claims that stand in a run already.
fn of_case(granted: &Granted, planned: &[(CaseId, u32)], today: Day) -> Result<Vec<Found>, ExecutionRefusal> {
    let execution = &granted.execution;
    if execution.phase == Phase::Closed {
        return Ok(Vec::new());
    }
    let mut all = of_work(execution, today);
    all.extend(of_claims(granted, planned, today)?);
    of_years(execution, &mut all);
    of_debts(execution, today, &mut all)?;
    let unmet = granted.unmet();
    let late = |d: &&Deadline| d.due < today && d.kind != DutyKind::Repayment && d.kind != DutyKind::Answer;
    for duty in unmet.iter().filter(late) {
        all.push(Found { what: duty.label(), day: Some(duty.due), ..found(WaitingKind::Late, WaitingAt::Duty(duty.kind)) });
    }
    let nothing_open = execution.open_items(today)?.iter().all(|o| o.kind == OpenKind::RestrictedAsset);
    if execution.fixed.is_some() && nothing_open && !unmet.iter().any(Deadline::blocks_closing) {
        all.push(found(WaitingKind::Closing, WaitingAt::Closing));
    }
    Ok(all)
}

fn of_work(execution: &Execution, today: Day) -> Vec<Found> {
    let mut all = Vec::new();
    all.extend(execution.plan_change.iter().map(|_| found(WaitingKind::PlanChange, WaitingAt::Project)));
    all.extend(execution.discontinuation.iter().map(|_| found(WaitingKind::Discontinuation, WaitingAt::Work)));
    all.extend(execution.incidents.iter().map(|_| found(WaitingKind::Incident, WaitingAt::Work)));
    let reported = execution.completion.as_ref();
    match execution.phase {
        Phase::Reported => all.push(Found {
            day: reported.map(|c| c.reported_on),
            amount: reported.and_then(|c| Yen::sum(c.lines.values().copied()).ok()),
            ..found(WaitingKind::Inspection, WaitingAt::Inspection)
        }),
        Phase::Inspected => {
            all.push(Found { amount: Yen::sum(execution.accepted.values().copied()).ok(), ..found(WaitingKind::Fixing, WaitingAt::Fixing) })
        }
        Phase::Decided | Phase::Underway | Phase::Suspended | Phase::Correcting | Phase::Fixed | Phase::Revoked | Phase::Closed => {}
    }
    let heard = execution.hearing.as_ref().filter(|h| h.answered.is_some() || h.reply_due < today);
    all.extend(heard.map(|h| Found { day: Some(h.reply_due), ..found(WaitingKind::Hearing, WaitingAt::Revocation) }));
    all
}

fn of_years(execution: &Execution, all: &mut Vec<Found>) {
    for (kind, reports) in [(AssessedKind::Revenue, &execution.revenue), (AssessedKind::Wage, &execution.wages)] {
        for (nth, report) in reports.iter().filter(|(_, r)| r.assessed.is_none()) {
            let label = kind.label();
            let what = LocalText::new(format!("{}（第{nth}回）", label.ja), format!("{} {nth}", label.en.unwrap_or_default()));
            let day = Some(report.reported_on);
            all.push(Found { what, day, ..found(WaitingKind::Assessment, WaitingAt::Assessment(kind, *nth)) });
        }
    }
    for (request, disposal) in execution.disposals.iter().filter(|(_, d)| d.approved.is_none() && !d.refused) {
        let kind = disposal.disposition.kind.label();
        let what = LocalText::new(format!("{} {}", disposal.asset, kind.ja), format!("{} {}", disposal.asset, kind.en.unwrap_or_default()));
        all.push(Found { what, day: Some(disposal.planned_on), ..found(WaitingKind::Disposal, WaitingAt::Disposal(*request)) });
    }
}

fn of_debts(execution: &Execution, today: Day, all: &mut Vec<Found>) -> Result<(), ExecutionRefusal> {
    for open in execution.open_items(today)? {
        let cause = if open.kind == OpenKind::Excess {
            execution.excess_cause().label()
        } else if open.kind == OpenKind::UnorderedPayback {
            LocalText::ja(open.what)
        } else {
            continue;
        };
        all.push(Found { what: cause, amount: open.amount, ..found(WaitingKind::Order, WaitingAt::Repayment) });
    }
    for (number, debt) in execution.debts.iter().filter(|(_, d)| d.discharged.is_none()) {
        let overdue = debt.overdue(today)?;
        if overdue > Yen::ZERO {
            let (what, day) = (LocalText::ja(debt.number.clone()), debt.next_due());
            all.push(Found { what, day, amount: Some(overdue), ..found(WaitingKind::Debt, WaitingAt::Debt(*number)) });
        }
    }
    Ok(())
}

/// Runs of a call that wait for somebody. `stale` says why the one that waits for approvals cannot have them any more.
fn of_runs(call: &Call, stale: &[LocalText], today: Day) -> Vec<Found> {
    let line = |run: &banso_grant::Run| {
        let kind = match run.state {
            RunState::Frozen if !stale.is_empty() => WaitingKind::StaleRun,
            RunState::Frozen => WaitingKind::RunApproval,
            RunState::Approved if run.pay_on <= today => WaitingKind::RunAnswer,
            RunState::Approved | RunState::Discarded | RunState::Settled => return None,
        };
        let what = match stale.first().filter(|_| kind == WaitingKind::StaleRun) {
            Some(why) => why.clone(),
            None => LocalText::new(format!("{}件", run.transfers), format!("{} transfers", run.transfers)),
        };
        Some(Found { what, day: Some(run.pay_on), amount: Some(run.total), ..found(kind, WaitingAt::Run(run.run)) })
    };
    call.runs.iter().filter_map(line).collect()
}

impl Office {
    /// What waits for the office in a call, every line of it.
    async fn waiting_in(&self, person: &Person, id: &CallId) -> Result<Vec<WaitingTask>, OfficeError> {
        let called = self.called(person, Action::ReadCall, id).await?;
        let today = self.now().day();
        let planned: Vec<(CaseId, u32)> = self.claims_underway(&called.call.call).await?.into_iter().collect();
        let mut lines = Vec::new();
        let all = self.granted_within(&called.permit).await?;
        let stale = match called.call.call.waiting_run() {
            Some(open) => {
                let (frozen, _) = self.frozen_run(open.run).await?;
                let paid =
                    |id: CaseId| all.iter().find(|g| g.id == id).map(|g| (g.case.submission.paper.receipt_number.as_str(), &g.execution));
                why_stale(&frozen.run, open.run, today, paid)?
            }
            None => Vec::new(),
        };
        for granted in &all {
            let found = of_case(granted, &planned, today).map_err(super::refused)?;
            if found.is_empty() {
                continue;
            }
            let (number, paper) = (granted.execution.holder, &granted.case.submission.paper);
            let holder = self.firm(number).await?.map_or_else(|| number.to_string(), |f| f.name);
            let whose = (granted.id, paper.receipt_number.as_str(), paper.title.as_str(), holder.as_str());
            lines.extend(found.into_iter().map(|f| line(id, Some(whose), f)));
        }
        lines.extend(of_runs(&called.call.call, &stale, today).into_iter().map(|f| line(id, None, f)));
        lines.sort_by(|a, b| (a.kind, a.day.is_none(), a.day, &a.receipt_number).cmp(&(b.kind, b.day.is_none(), b.day, &b.receipt_number)));
        Ok(lines)
    }

    /// How much of each kind waits in a call after its decisions. Counted again only when the ledger has grown or another day has come.
    ///
    /// # Errors
    /// Forbidden; no such call.
    pub async fn waiting_counts(&self, person: &Person, call: &CallId) -> Result<Vec<WaitingCount>, OfficeError> {
        self.may_call(person, Action::ReadCall, call)?;
        let as_of = (self.store().anchor().await?, self.now().day());
        if let Some(known) = self.counted().known(call, &as_of) {
            return Ok(known);
        }
        let lines = self.waiting_in(person, call).await?;
        let count = |kind: &WaitingKind| WaitingCount { kind: *kind, count: lines.iter().filter(|l| l.kind == *kind).count() };
        let counts: Vec<WaitingCount> = WaitingKind::ALL.iter().map(count).filter(|c| c.count > 0).collect();
        self.counted().keep(call, as_of, &counts);
        Ok(counts)
    }

    /// What waits for the office after the decisions, of one call or of all.
    ///
    /// # Errors
    /// Forbidden.
    pub async fn waiting(&self, person: &Person, query: WaitingQuery) -> Result<WaitingPage, OfficeError> {
        self.may(person, Action::ReadCall, &Resource::Office)?;
        let mut lines = Vec::new();
        for call in self.calls().into_iter().map(|c| c.call.clone()).filter(|c| query.call.as_ref().is_none_or(|q| q == c)) {
            lines.extend(self.waiting_in(person, &call).await?);
        }
        let (mut groups, mut pages) = (Vec::new(), 1);
        for kind in WaitingKind::ALL.iter().filter(|k| query.kind.is_none_or(|q| q == **k)) {
            let own: Vec<WaitingTask> = lines.iter().filter(|l| l.kind == *kind).cloned().collect();
            let total = own.len();
            let (first, most) = match query.kind {
                Some(_) => {
                    pages = total.div_ceil(LINES).max(1);
                    (query.page.min(pages - 1) * LINES, LINES)
                }
                None => (0, SOME),
            };
            if total > 0 {
                groups.push(WaitingGroup { kind: *kind, total, lines: own.into_iter().skip(first).take(most).collect() });
            }
        }
        Ok(WaitingPage { query, groups, pages, calls: self.named_calls() })
    }
}

fn line(call: &CallId, whose: Option<(CaseId, &str, &str, &str)>, found: Found) -> WaitingTask {
    let (case, receipt, title, holder) =
        whose.map_or((None, "", "", ""), |(case, receipt, title, holder)| (Some(case), receipt, title, holder));
    WaitingTask {
        kind: found.kind,
        call: call.clone(),
        case,
        receipt_number: receipt.to_owned(),
        title: title.to_owned(),
        holder: holder.to_owned(),
        what: found.what,
        day: found.day,
        amount: found.amount,
        at: found.at,
    }
}
