//! The years after fixing: figures that the guideline's terms give from what was reported.

use banso_kernel::{Day, DocumentRef, Yen};

use super::{Decided, no_rule, step};
use crate::act::{CaseClosed, DisposalApproved, DisposalRefused, InputTaxReported, RealPrice, RevenueAssessed, WageAssessed};
use crate::duties::deadlines;
use crate::law::{
    AssetFigures, Deduction, DisposalOutcome, Disposition, TaxedCost, disposal_repayment, input_tax_return, payback_after_completion,
    wage_return,
};
use crate::refusal::{ExecutionRefusal as Refusal, Pending};
use crate::rules::ExecutionRules;
use crate::state::{Execution, OpenItem, OpenKind, ReportedFigures};
use crate::tax::TaxBasis;

/// Reports the input tax (消費税仕入控除税額報告); the amount to return is computed.
///
/// # Errors
/// No such duty in the guideline, another phase, figures that cannot be, or a return of tax where cost is counted without it.
pub fn report_input_tax(
    execution: &Execution,
    tax_year_ends: Day,
    deduction: &Deduction,
    costs: &[TaxedCost],
    documents: &[DocumentRef],
    today: Day,
    rules: &ExecutionRules,
) -> Result<Decided, Refusal> {
    let rule = rules.input_tax.as_ref().ok_or_else(|| no_rule("消費税仕入控除税額の報告", "the return of input tax"))?;
    let fixed = execution.fixed.as_ref().ok_or(Refusal::NothingPending(Pending::Report))?;
    let result = input_tax_return(execution.entitlement(), fixed.eligible, costs, deduction, rules.input_tax_cut)?;
    // Cost counted without tax: no tax was subsidised, and nothing of it can come back.
    if rules.claims.basis == TaxBasis::TaxOut && result.amount != Yen::ZERO {
        return Err(Refusal::FigureWrong { computed: Yen::ZERO, found: result.amount });
    }
    let act = InputTaxReported {
        tax_year_ends,
        deduction: deduction.clone(),
        costs: costs.to_vec(),
        amount: result.amount,
        documents: documents.to_vec(),
    };
    step(execution, act, today, &rule.clause)
}

/// Assesses the revenue of a reported year (収益納付); nothing is due under a guideline that knows no payback.
///
/// # Errors
/// No such report in the guideline, a year that was not reported or was assessed before.
pub fn assess_revenue(execution: &Execution, nth: u32, reason: &str, today: Day, rules: &ExecutionRules) -> Result<Decided, Refusal> {
    let Some(terms) = &rules.revenue else { return nothing_to_pay_back(execution, nth, reason, today, rules) };
    let fixed = execution.fixed.as_ref().ok_or(Refusal::NothingPending(Pending::Report))?;
    let report = execution.revenue.get(&nth).ok_or(Refusal::NoSuchNumber { number: nth })?;
    let ReportedFigures::Revenue(year) = &report.figures else { return Err(Refusal::NoSuchNumber { number: nth }) };
    let before = Yen::sum(execution.revenue.values().filter_map(|r| r.assessed))?;
    let result = payback_after_completion(execution.entitlement(), fixed.eligible, year, before, terms)?;
    let act = RevenueAssessed { nth, amount: result.amount(), reason: reason.trim().to_owned(), clause: terms.clause.clone() };
    step(execution, act, today, &terms.clause)
}

/// A guideline that asks for reports and not for payback: the report is settled with nothing due.
fn nothing_to_pay_back(execution: &Execution, nth: u32, reason: &str, today: Day, rules: &ExecutionRules) -> Result<Decided, Refusal> {
    let reports = rules.reports.as_ref().ok_or_else(|| no_rule("事業化状況報告", "commercialisation reports"))?;
    let act = RevenueAssessed { nth, amount: Yen::ZERO, reason: reason.trim().to_owned(), clause: reports.clause.clone() };
    step(execution, act, today, &reports.clause)
}

/// Assesses a wage covenant.
///
/// # Errors
/// No covenant in the guideline, a year that was not reported or was assessed before.
pub fn assess_wage(execution: &Execution, nth: u32, reason: &str, today: Day, rules: &ExecutionRules) -> Result<Decided, Refusal> {
    let terms = rules.wage.as_ref().ok_or_else(|| no_rule("賃上げ要件", "wage covenants"))?;
    let report = execution.wages.get(&nth).ok_or(Refusal::NoSuchNumber { number: nth })?;
    let ReportedFigures::Wage(goal) = &report.figures else { return Err(Refusal::NoSuchNumber { number: nth }) };
    let before = Yen::sum(execution.wages.values().filter_map(|r| r.assessed))?;
    let result = wage_return(execution.entitlement(), goal, before, terms)?;
    let act = WageAssessed { nth, amount: result.amount(), reason: reason.trim().to_owned(), clause: terms.clause.clone() };
    step(execution, act, today, &terms.clause)
}

/// What disposing of an asset on a day would cost: shown before anybody asks.
///
/// # Errors
/// A thing that is not in the register, or figures that cannot be.
pub fn disposal_outcome(
    execution: &Execution,
    asset: &str,
    disposition: &Disposition,
    on: Day,
    rules: &ExecutionRules,
) -> Result<DisposalOutcome, Refusal> {
    let state = execution.assets.get(asset).filter(|s| s.gone_on.is_none());
    let asset = &state.ok_or_else(|| Refusal::NoSuchAsset { id: asset.to_owned() })?.asset;
    let figures = AssetFigures { cost: asset.cost.0, subsidy: asset.subsidy, life_years: asset.life_years, acquired: asset.acquired };
    Ok(disposal_repayment(&figures, disposition, on, &rules.disposal)?)
}

/// What is decided on a request for disposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DisposalOrder {
    Approve { number: String, conditions: Vec<String> },
    Refuse { number: String, reason: String },
}

/// Decides on a disposal (財産処分, 法22条); what it costs is computed for the planned day.
///
/// # Errors
/// No request waiting, no number, no reason.
pub fn decide_disposal(
    execution: &Execution,
    request: u32,
    order: &DisposalOrder,
    today: Day,
    rules: &ExecutionRules,
) -> Result<Decided, Refusal> {
    match order {
        DisposalOrder::Approve { number, conditions } => {
            let disposal = execution.disposals.get(&request).ok_or(Refusal::NoSuchNumber { number: request })?;
            let outcome = disposal_outcome(execution, &disposal.asset, &disposal.disposition, disposal.planned_on, rules)?;
            let clause = rules.disposal.clause.clone();
            let act = DisposalApproved { request, number: number.trim().to_owned(), outcome, conditions: conditions.clone(), clause };
            step(execution, act, today, &rules.disposal.clause)
        }
        DisposalOrder::Refuse { number, reason } => {
            let act = DisposalRefused { request, number: number.trim().to_owned(), reason: reason.trim().to_owned() };
            step(execution, act, today, &rules.disposal.clause)
        }
    }
}

/// What a disposal costs by the price that was really obtained, on the day on which it was done: never less than was approved. `None` where
/// the price is the planned one.
///
/// # Errors
/// No such request, one that was not approved, or figures that cannot be.
pub fn real_price(
    execution: &Execution,
    request: u32,
    (proceeds, on): (Yen, Day),
    rules: &ExecutionRules,
) -> Result<Option<RealPrice>, Refusal> {
    let disposal = execution.disposals.get(&request).ok_or(Refusal::NoSuchNumber { number: request })?;
    let approved = disposal.approved.ok_or(Refusal::NothingPending(Pending::Disposal))?;
    if proceeds == disposal.disposition.proceeds {
        return Ok(None);
    }
    let disposition = Disposition { proceeds, ..disposal.disposition };
    let computed = disposal_outcome(execution, &disposal.asset, &disposition, on, rules)?;
    let outcome = if computed.amount() > approved.amount() { computed } else { approved };
    Ok(Some(RealPrice { proceeds, outcome }))
}

/// Closes the file (完結): nothing may be open, every report of the guideline must be in.
///
/// # Errors
/// The first thing that is open.
pub fn close(execution: &Execution, number: &str, checked: &[String], today: Day, rules: &ExecutionRules) -> Result<Decided, Refusal> {
    let completed = execution.completion.as_ref().map_or(today, |c| c.completed_on);
    let act = CaseClosed {
        number: number.trim().to_owned(),
        checked: checked.to_vec(),
        keep_until: rules.keep_until(completed).max(today.plus_days(1)),
    };
    let decided = step(execution, act, today, &rules.keep_years.clause)?;
    match deadlines(execution, rules).into_iter().find(|d| d.blocks_closing()) {
        None => Ok(decided),
        Some(missing) => {
            let what = missing.label().ja;
            Err(Refusal::StillOpen { item: OpenItem { kind: OpenKind::Report, what, due: Some(missing.due), amount: None } })
        }
    }
}
