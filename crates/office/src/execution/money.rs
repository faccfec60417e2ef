//! The auditor's money: a call's totals as of any day, equal to the sum of its cases, every figure recomputed from the acts; and for one
//! case the path of every yen from the heading of the budget to the bank, and back.

use std::collections::BTreeMap;

use banso_execution::ExecutionRefusal;
use banso_execution::act::{ExecutionAct, Extent};
use banso_execution::claim::ClaimLine;
use banso_execution::figures::{CountedBy, Figures, figures_as_of};
use banso_grant::{CaseAct, CaseState, Recorded};
use banso_kernel::{CallId, CaseId, Day, Digest, LocalText, Yen};
use banso_permits::{Action, Person, Resource};

use super::evidence::papers_of;
use super::project::Project;
use super::statement::lines_by_act;
use crate::{Office, OfficeError};

/// A case's figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseMoney {
    pub case: CaseId,
    pub receipt_number: String,
    pub holder: String,
    pub figures: Figures,
}

/// The totals of a call as of a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MoneyPage {
    pub call: CallId,
    pub programme: LocalText,
    pub as_of: Day,
    pub by: CountedBy,
    pub cases: Vec<CaseMoney>,
    pub total: Figures,
}

/// A step of a yen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct YenStep {
    pub on: Option<Day>,
    pub what: LocalText,
    pub amount: Option<Yen>,
    /// The act's number in the case, its article or clause.
    pub seq: Option<u64>,
    pub clause: String,
    pub detail: String,
    /// The files that prove it, with what they show.
    pub papers: Vec<(LocalText, Digest)>,
}

/// The path of the money of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct YenPath {
    pub case: CaseId,
    pub receipt_number: String,
    pub title: String,
    /// By heading: allotted, then each claim line with its invoice, payment and what was cut.
    pub headings: Vec<(String, Vec<YenStep>)>,
    /// From the accepted cost to the bank and back.
    pub steps: Vec<YenStep>,
    /// The claim lines were erased.
    pub erased: bool,
}

impl Office {
    /// The totals of a call as of a day: money counts by the day on which it moved, or by the day on which that was recorded.
    ///
    /// # Errors
    /// Forbidden; acts that do not fold.
    pub async fn money_page(&self, person: &Person, call: &CallId, as_of: Option<Day>, by: CountedBy) -> Result<MoneyPage, OfficeError> {
        let permit = self.may_call(person, Action::Audit, call)?;
        let edition = self.edition_in_force(call)?;
        let as_of = as_of.unwrap_or_else(|| self.now().day());
        let permit = match self.may_call(person, Action::ReadCall, call) {
            Ok(read) => read,
            Err(_) => permit,
        };
        let mut cases = Vec::new();
        let mut total = Figures::default();
        for (id, acts) in self.store().acts_within(&permit).await? {
            let Some((holder, receipt_number, figures)) = figures_of_acts(&acts, as_of, by)? else { continue };
            total = total.plus(&figures).map_err(super::refused)?;
            let holder = self.firm(holder).await?.map_or_else(|| holder.to_string(), |f| f.name);
            cases.push(CaseMoney { case: id, receipt_number, holder, figures });
        }
        Ok(MoneyPage { call: call.clone(), programme: edition.meta().programme.clone(), as_of, by, cases, total })
    }

    /// The path of the money of a case.
    ///
    /// # Errors
    /// [`OfficeError::NotFound`] for a stranger; forbidden.
    pub async fn yen_path(&self, person: &Person, case: CaseId) -> Result<YenPath, OfficeError> {
        self.may(person, Action::Audit, &Resource::Office)?;
        let project = self.project(person, Action::Audit, case).await?;
        let content = match &project.execution.completion {
            Some(completion) => self.report_content(completion.claims).await?,
            None => None,
        };
        let lines = content.as_ref().map(|c| c.lines.as_slice()).unwrap_or_default();
        let paper = &project.file.case.submission.paper;
        Ok(YenPath {
            case,
            receipt_number: paper.receipt_number.clone(),
            title: paper.title.clone(),
            headings: by_heading(&project, lines),
            steps: steps(&project).map_err(super::refused)?,
            erased: project.execution.completion.is_some() && content.is_none(),
        })
    }
}

/// Holder, receipt number and figures as of a day, from the acts alone; `None` for a case that was not granted by then.
fn figures_of_acts(
    acts: &[Recorded<CaseAct>],
    as_of: Day,
    by: CountedBy,
) -> Result<Option<(banso_kernel::CorporateNumber, String, Figures)>, OfficeError> {
    let case = banso_grant::Case::fold(acts).map_err(OfficeError::fault)?;
    let CaseState::Granted { execution, .. } = &case.state else { return Ok(None) };
    if execution.terms.decided_on > as_of {
        return Ok(None);
    }
    let executed = acts.iter().filter_map(|r| if let CaseAct::Execution(act) = &r.act { Some((&**act, r.effective_on)) } else { None });
    let figures = figures_as_of(&execution.terms, executed, as_of, by).map_err(super::refused)?;
    Ok(Some((execution.holder, case.submission.paper.receipt_number.clone(), figures)))
}

fn by_heading(project: &Project, lines: &[ClaimLine]) -> Vec<(String, Vec<YenStep>)> {
    let cuts: BTreeMap<String, (Yen, String, String)> = last_inspection(project)
        .map(|a| a.cuts.iter().map(|c| (c.claim_line.clone(), (c.amount, c.reason.clone(), c.clause.clone()))).collect())
        .unwrap_or_default();
    let of = |(name, allotted): (&String, &Yen)| {
        let mut steps = vec![step(LocalText::new("配分", "allotted"), Some(*allotted), String::new())];
        for line in lines.iter().filter(|l| l.budget_line == *name) {
            steps.push(YenStep {
                detail: evidence(line),
                papers: papers_of(line),
                ..step(LocalText::new(format!("明細 {}", line.id), format!("line {}", line.id)), Some(line.claimed), line.what.clone())
            });
            if let Some((amount, reason, clause)) = cuts.get(&line.id) {
                let off = Yen::new(0_i64.saturating_sub(amount.get()));
                steps.push(YenStep { clause: clause.clone(), ..step(LocalText::new("減額", "cut"), Some(off), reason.clone()) });
            }
        }
        let accepted = project.execution.accepted.get(name).copied();
        steps.extend(accepted.map(|a| step(LocalText::new("認めた額", "accepted"), Some(a), String::new())));
        (name.clone(), steps)
    };
    project.execution.lines.iter().map(of).collect()
}

fn last_inspection(project: &Project) -> Option<banso_execution::act::Inspected> {
    let found = project.executed().filter_map(|(act, _)| if let ExecutionAct::Inspected(a) = act { Some(a.clone()) } else { None });
    found.last().filter(|_| !project.execution.accepted.is_empty())
}

fn evidence(line: &ClaimLine) -> String {
    let invoice = line.evidence.invoice.as_ref().map(|i| format!("{} {}（{}）", i.vendor.name, i.number, i.issued));
    let paid = line.evidence.payments.iter().map(|p| format!("{} {}", p.on, p.amount));
    invoice.into_iter().chain(paid).collect::<Vec<_>>().join(" → ")
}

fn step(what: LocalText, amount: Option<Yen>, detail: String) -> YenStep {
    YenStep { on: None, what, amount, seq: None, clause: String::new(), detail, papers: Vec::new() }
}

/// What moved money, or the right to it, act by act.
fn steps(project: &Project) -> Result<Vec<YenStep>, ExecutionRefusal> {
    let (claims, back) = (&project.execution.claims, lines_by_act(project)?);
    // What is ordered and paid of a claim is what was not set off by then.
    let mut set_off: BTreeMap<u32, Yen> = BTreeMap::new();
    let mut out = Vec::new();
    for (act, record) in project.executed() {
        let amount_of = |claim: u32| {
            let gone = set_off.get(&claim).copied().unwrap_or(Yen::ZERO);
            claims.get(&claim).and_then(|c| c.amount.checked_sub(gone).ok())
        };
        let (amount, detail) = if let ExecutionAct::BudgetAllocated(_) = act {
            (Some(project.execution.terms.eligible_cost), String::new())
        } else if let ExecutionAct::PlanChangeApproved(a) = act {
            (Some(a.amount), a.number.clone())
        } else if let ExecutionAct::AmountFixed(a) = act {
            (Some(a.amount), format!("{}（対象経費 {}、計算額 {}）", a.number, a.eligible, a.computed))
        } else if let ExecutionAct::PaymentClaimed(a) = act {
            (Some(a.amount), a.kind.label().ja)
        } else if let ExecutionAct::PaymentOrdered(a) = act {
            (amount_of(a.claim), run_detail(a.run, a.pay_on))
        } else if let ExecutionAct::PaymentMade(a) = act {
            (amount_of(a.claim), format!("振込日 {}", a.on))
        } else if let ExecutionAct::TransferReturned(a) = act {
            (amount_of(a.claim), a.reason.clone())
        } else if let ExecutionAct::ClaimSetOff(a) = act {
            let gone = set_off.entry(a.claim).or_insert(Yen::ZERO);
            *gone = gone.checked_add(a.amount)?;
            (Some(a.amount), format!("相殺の日 {}（{}）", a.on, a.debt))
        } else if let ExecutionAct::Revoked(a) = act {
            (cancelled(a.extent), format!("{}（{}）", a.number, a.ground.label().ja))
        } else if let Some(line) = back.get(&record.seq) {
            (line.amount, line.words())
        } else {
            continue;
        };
        out.push(YenStep {
            on: Some(record.effective_on),
            what: act.meta().label(),
            amount,
            seq: Some(record.seq),
            clause: record.clause.clone(),
            detail,
            papers: Vec::new(),
        });
    }
    Ok(out)
}

/// What a cancellation takes; of the whole, the act names no amount.
const fn cancelled(extent: Extent) -> Option<Yen> {
    match extent {
        Extent::Whole => None,
        Extent::Part { amount } => Some(amount),
    }
}

fn run_detail(run: Digest, pay_on: Day) -> String {
    format!("支払計画 {}…、支払日 {pay_on}", run.short())
}
