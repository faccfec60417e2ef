//! The statement of a debt as of any day, line by line: how each receipt was allocated by law, what one more day adds, what is due when.

use std::collections::BTreeMap;

use banso_execution::act::ExecutionAct;
use banso_execution::law::{Accrual, ChargeTerms, Flow, Relief};
use banso_execution::state::{Debt, Rest};
use banso_execution::{ExecutionPhase as Phase, ExecutionRefusal};
use banso_grant::{CaseAct, Recorded};
use banso_kernel::{CallId, CaseId, Day, LocalText, Yen};
use banso_permits::{Action, Person};

use super::debts::{DebtLine, debt_line, standing_on};
use super::project::Project;
use super::setting_off::OffsetChoice;
use crate::letters::percent;
use crate::{Office, OfficeError};

/// What happened to a debt, one after the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementLine {
    pub seq: u64,
    pub on: Day,
    pub what: LocalText,
    pub amount: Option<Yen>,
    /// For money that came in: what it covered.
    pub covered: Option<Covered>,
    /// For what changes the debt: what of everything was left after it, on its day.
    pub left: Option<Yen>,
    pub detail: String,
    pub clause: String,
}

/// What a receipt covered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Covered {
    pub principal: Yen,
    pub surcharge: Yen,
    pub late_charge: Yen,
}

/// One day of the schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScheduleLine {
    pub on: Day,
    pub amount: Yen,
    /// What of it has come in.
    pub paid: Yen,
    pub overdue: bool,
}

/// What is owed on some day, if nothing comes in before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwedOn {
    pub what: LocalText,
    pub on: Day,
    pub open: Yen,
}

/// A debt with its statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DebtStatementView {
    pub line: DebtLine,
    pub as_of: Day,
    pub principal_open: Yen,
    pub surcharge_open: Yen,
    pub late_charge_open: Yen,
    /// What was left of each when it was given up, and the day; `None` as long as it was not.
    pub given_up: Option<(Day, Rest)>,
    /// What one more day adds.
    pub daily: Yen,
    pub receipts: Vec<Flow>,
    pub surcharge_days: Vec<Accrual>,
    pub late_days: Vec<Accrual>,
    pub surcharge_terms: Option<String>,
    pub late_terms: Option<String>,
    pub lines: Vec<StatementLine>,
    pub schedule: Vec<ScheduleLine>,
    pub ahead: Vec<OwedOn>,
    /// Nothing may happen to it any more.
    pub settled: bool,
}

/// The debts of a case, for its holder and the office.
#[derive(Debug, Clone)]
pub struct CaseDebts {
    pub case: CaseId,
    pub call: CallId,
    pub title: String,
    pub receipt_number: String,
    pub holder: String,
    pub phase: Phase,
    pub as_of: Day,
    pub debts: Vec<DebtStatementView>,
    /// All of them together.
    pub open: Yen,
    pub daily: Yen,
    /// Where and how to pay, as the guideline says it; empty where it says nothing.
    pub payment: Option<String>,
    /// Whom to ask.
    pub office: String,
    pub clauses: Vec<(String, LocalText)>,
    pub may_handle: bool,
    pub may_decide: bool,
    /// What a debt may be set off against; empty for those who do not decide.
    pub offsets: Vec<OffsetChoice>,
}

impl CaseDebts {
    /// One of them.
    #[must_use]
    pub fn debt(&self, number: u32) -> Option<&DebtStatementView> {
        self.debts.iter().find(|d| d.line.debt == number)
    }
}

fn schedule(debt: &Debt, as_of: Day) -> Result<Vec<ScheduleLine>, ExecutionRefusal> {
    let (mut left, given_up) = (debt.statement(as_of)?.principal_paid, debt.discharged.is_some_and(|d| d.on <= as_of));
    let mut lines = Vec::new();
    for flow in debt.schedule() {
        let paid = flow.amount.min(left);
        left = left.checked_sub(paid)?;
        lines.push(ScheduleLine { on: flow.on, amount: flow.amount, paid, overdue: !given_up && paid < flow.amount && flow.on < as_of });
    }
    Ok(lines)
}

/// What is owed from today on, if nothing comes in: tomorrow, in a week, on the next day of the schedule, a month later.
fn ahead(debt: &Debt, as_of: Day) -> Result<Vec<OwedOn>, ExecutionRefusal> {
    let mut days = vec![
        (LocalText::new("本日", "today"), as_of),
        (LocalText::new("明日", "tomorrow"), as_of.plus_days(1)),
        (LocalText::new("7日後", "in a week"), as_of.plus_days(7)),
        (LocalText::new("30日後", "in 30 days"), as_of.plus_days(30)),
    ];
    days.extend(debt.next_due().filter(|due| *due > as_of).map(|due| (LocalText::new("納付の期限", "day due"), due)));
    days.sort_by_key(|(_, day)| *day);
    days.into_iter().map(|(what, on)| Ok(OwedOn { what, on, open: debt.open(on)? })).collect()
}

/// The debt that an act is about.
fn debt_of(act: &ExecutionAct) -> Option<u32> {
    if let ExecutionAct::RepaymentOrdered(a) = act {
        Some(a.debt)
    } else if let ExecutionAct::RepaymentReceived(a) = act {
        Some(a.debt)
    } else if let ExecutionAct::InstalmentsAgreed(a) = act {
        Some(a.debt)
    } else if let ExecutionAct::ChargeWaived(a) = act {
        Some(a.debt)
    } else if let ExecutionAct::OffsetMade(a) = act {
        Some(a.debt)
    } else if let ExecutionAct::Demanded(a) = act {
        Some(a.debt)
    } else if let ExecutionAct::DebtDischarged(a) = act {
        Some(a.debt)
    } else {
        None
    }
}

/// Day, amount, whether money came in, and what is said, of an act about a debt.
fn told(act: &ExecutionAct, on: Day) -> (Day, Option<Yen>, bool, String) {
    if let ExecutionAct::RepaymentOrdered(a) = act {
        (on, Some(a.principal), false, a.number.clone())
    } else if let ExecutionAct::RepaymentReceived(a) = act {
        (a.on, Some(a.amount), true, String::new())
    } else if let ExecutionAct::OffsetMade(a) = act {
        (a.on, Some(a.amount), true, a.against.clone())
    } else if let ExecutionAct::InstalmentsAgreed(a) = act {
        (on, None, false, a.due.iter().map(|f| format!("{} {}", f.on, f.amount)).collect::<Vec<_>>().join("、"))
    } else if let ExecutionAct::ChargeWaived(a) = act {
        (on, Some(a.amount), false, a.reason.clone())
    } else if let ExecutionAct::Demanded(a) = act {
        (on, None, false, format!("{}（{}まで）", a.number, a.due))
    } else if let ExecutionAct::DebtDischarged(a) = act {
        (on, Some(a.amount), false, a.reason.clone())
    } else {
        (on, None, false, String::new())
    }
}

/// What an act does to a debt that begins as it was ordered; whether it changes what is owed.
fn took(debt: &mut Debt, act: &ExecutionAct, on: Day) -> bool {
    if let ExecutionAct::RepaymentReceived(a) = act {
        debt.payments.push(Flow::new(on, a.amount));
    } else if let ExecutionAct::OffsetMade(a) = act {
        debt.payments.push(Flow::new(on, a.amount));
    } else if let ExecutionAct::ChargeWaived(a) = act {
        debt.reliefs.push(Relief { on, of: a.of, amount: a.amount });
    } else if let ExecutionAct::DebtDischarged(a) = act {
        debt.discharged = Some(Flow::new(on, a.amount));
    } else {
        return matches!(act, ExecutionAct::RepaymentOrdered(_));
    }
    true
}

fn statement_lines(project: &Project, number: u32, debt: &Debt, as_of: Day) -> Result<Vec<StatementLine>, ExecutionRefusal> {
    let mut lines = Vec::new();
    let day = |act: &ExecutionAct, recorded: Day| act.money_moved_on().unwrap_or(recorded);
    let about =
        |(act, record): &(&ExecutionAct, &Recorded<CaseAct>)| debt_of(act) == Some(number) && day(act, record.effective_on) <= as_of;
    let mut acts: Vec<(&ExecutionAct, &Recorded<CaseAct>)> = project.executed().filter(about).collect();
    acts.sort_by_key(|(act, record)| (day(act, record.effective_on), record.seq));
    // The debt as each line leaves it: what comes after a line, on its very day too, changes nothing of it.
    let mut at = Debt { payments: Vec::new(), offsets: Vec::new(), reliefs: Vec::new(), discharged: None, ..debt.clone() };
    for (act, record) in acts {
        let (on, amount, came_in, detail) = told(act, record.effective_on);
        let before = at.statement(on)?;
        let changes = took(&mut at, act, on);
        let after = at.statement(on)?;
        let covered = Covered {
            principal: after.principal_paid.checked_sub(before.principal_paid)?,
            surcharge: after.surcharge_paid.checked_sub(before.surcharge_paid)?,
            late_charge: after.late_charge_paid.checked_sub(before.late_charge_paid)?,
        };
        let covered = Some(covered).filter(|_| came_in);
        let left = if changes { Some(at.open(on)?) } else { None };
        let (what, clause) = (act.meta().label(), record.clause.clone());
        lines.push(StatementLine { seq: record.seq, on, what, amount, covered, left, detail, clause });
    }
    Ok(lines)
}

/// Every act about a debt with its line, by the act's number: for the path of each yen.
pub(crate) fn lines_by_act(project: &Project) -> Result<BTreeMap<u64, StatementLine>, ExecutionRefusal> {
    let mut lines = BTreeMap::new();
    let Some(until) = project.acts.iter().map(|r| r.effective_on).max() else { return Ok(lines) };
    for (number, debt) in &project.execution.debts {
        let own = statement_lines(project, *number, debt, until)?;
        lines.extend(own.into_iter().map(|line| (line.seq, line)));
    }
    Ok(lines)
}

impl StatementLine {
    /// What is said of it in one line.
    pub(crate) fn words(&self) -> String {
        let covered = self.covered.map(|c| format!("元本 {}、加算金 {}、延滞金 {}", c.principal, c.surcharge, c.late_charge));
        let left = self.left.map(|left| format!("残り {left}"));
        let detail = Some(self.detail.clone()).filter(|d| !d.is_empty());
        detail.into_iter().chain(covered).chain(left).collect::<Vec<_>>().join("　")
    }
}

fn view(project: &Project, line: DebtLine, debt: &Debt, as_of: Day) -> Result<DebtStatementView, ExecutionRefusal> {
    let (s, rest) = (debt.statement(as_of)?, debt.rest(as_of)?);
    let terms = |t: &ChargeTerms| format!("{}（{}）", percent(t.rate_per_year), t.clause);
    Ok(DebtStatementView {
        as_of,
        principal_open: rest.principal,
        surcharge_open: rest.surcharge,
        late_charge_open: rest.late_charge,
        given_up: debt.given_up(as_of)?,
        daily: debt.open(as_of.plus_days(1))?.checked_sub(debt.open(as_of)?)?,
        receipts: debt.receipts.clone(),
        surcharge_days: s.surcharge.accruals,
        late_days: s.late_charge.accruals,
        surcharge_terms: debt.rule.surcharge.as_ref().map(terms),
        late_terms: debt.rule.late_charge.as_ref().map(terms),
        lines: statement_lines(project, line.debt, debt, as_of)?,
        schedule: schedule(debt, as_of)?,
        ahead: if line.sums.open > Yen::ZERO { ahead(debt, as_of)? } else { Vec::new() },
        settled: line.sums.open == Yen::ZERO,
        line,
    })
}

impl Office {
    /// The debts of a case at the office, as of a day.
    ///
    /// # Errors
    /// [`OfficeError::NotFound`] for a stranger.
    pub async fn debts_at_desk(&self, person: &Person, case: CaseId, as_of: Option<Day>) -> Result<CaseDebts, OfficeError> {
        let project = self.project_at_office(person, Action::ReadCase, case).await?;
        self.case_debts(person, &project, as_of).await
    }

    /// What a holder owes.
    ///
    /// # Errors
    /// [`OfficeError::NotFound`] for a stranger.
    pub async fn own_debts(&self, person: &Person, case: CaseId) -> Result<CaseDebts, OfficeError> {
        let project = self.project(person, Action::ReadCase, case).await?;
        self.case_debts(person, &project, None).await
    }

    async fn case_debts(&self, person: &Person, project: &Project, as_of: Option<Day>) -> Result<CaseDebts, OfficeError> {
        let as_of = as_of.unwrap_or_else(|| self.now().day());
        let paper = &project.file.case.submission.paper;
        let holder = self.holder_of(project).await?;
        let then = standing_on(&project.acts, as_of)?.map(|(execution, _)| execution);
        let mut debts = Vec::new();
        for (number, debt) in then.iter().flat_map(|e| &e.debts) {
            let line = debt_line((project.case(), &paper.receipt_number, &holder), *number, debt, as_of).map_err(super::refused)?;
            debts.push(view(project, line, debt, as_of).map_err(super::refused)?);
        }
        let open = super::project::sum(debts.iter().map(|d| d.line.sums.open));
        let may_decide = self.may_case(person, Action::Decide, project.case()).await.is_ok();
        let offsets = if may_decide && open > Yen::ZERO { self.offset_choices(person, project).await? } else { Vec::new() };
        Ok(CaseDebts {
            case: project.case(),
            call: paper.call.clone(),
            title: paper.title.clone(),
            receipt_number: paper.receipt_number.clone(),
            holder,
            phase: project.execution.phase,
            as_of,
            open,
            daily: super::project::sum(debts.iter().map(|d| d.daily)),
            debts,
            payment: project.edition.meta().payment.clone(),
            office: project.edition.meta().office.clone(),
            clauses: super::revoking::clauses(project),
            may_handle: self.may_case(person, Action::HandleCase, project.case()).await.is_ok(),
            may_decide,
            offsets,
        })
    }
}
