//! Amounts with the lines that they come of, from what a case and its guideline say. The same lines stand on pages and in letters.

use banso_execution::law::{
    AssetFigures, Deduction, DisposalOutcome, Disposition, Step, TaxedCost, disposal_steps, input_tax_return, input_tax_steps,
    payback_after_completion, revenue_steps, wage_return, wage_steps,
};
use banso_execution::rules::ExecutionRules;
use banso_execution::state::{ReportedFigures, YearReport};
use banso_execution::{Execution, ExecutionRefusal as Refusal};
use banso_kernel::{Day, Yen};

/// What was established for other reports of a kind; for a report that was assessed itself, what counted then: the years before it.
fn before(reports: &std::collections::BTreeMap<u32, YearReport>, nth: u32) -> Result<Yen, Refusal> {
    let assessed = reports.get(&nth).is_some_and(|r| r.assessed.is_some());
    let counts = |n: u32| if assessed { n < nth } else { n != nth };
    Ok(Yen::sum(reports.iter().filter(|(n, _)| counts(**n)).filter_map(|(_, r)| r.assessed))?)
}

/// The cost that was accepted.
fn eligible(execution: &Execution) -> Yen {
    execution.fixed.as_ref().map_or(Yen::ZERO, |f| f.eligible)
}

/// 収益納付 of a reported year. A guideline that knows no payback has no lines, and nothing is due.
pub(crate) fn revenue_computed(execution: &Execution, nth: u32, rules: &ExecutionRules) -> Result<(Vec<Step>, Yen), Refusal> {
    let Some(terms) = &rules.revenue else { return Ok((Vec::new(), Yen::ZERO)) };
    let report = execution.revenue.get(&nth).ok_or(Refusal::NoSuchNumber { number: nth })?;
    let ReportedFigures::Revenue(year) = &report.figures else { return Err(Refusal::NoSuchNumber { number: nth }) };
    let (fixed, cost, paid) = (execution.entitlement(), eligible(execution), before(&execution.revenue, nth)?);
    let amount = payback_after_completion(fixed, cost, year, paid, terms)?.amount();
    Ok((revenue_steps(fixed, cost, year, paid, terms)?, amount))
}

/// 賃上げ要件 of a reported year.
pub(crate) fn wage_computed(execution: &Execution, nth: u32, rules: &ExecutionRules) -> Result<(Vec<Step>, Yen), Refusal> {
    let Some(terms) = &rules.wage else { return Ok((Vec::new(), Yen::ZERO)) };
    let report = execution.wages.get(&nth).ok_or(Refusal::NoSuchNumber { number: nth })?;
    let ReportedFigures::Wage(goal) = &report.figures else { return Err(Refusal::NoSuchNumber { number: nth }) };
    let (fixed, paid) = (execution.entitlement(), before(&execution.wages, nth)?);
    Ok((wage_steps(fixed, goal, paid, terms)?, wage_return(fixed, goal, paid, terms)?.amount()))
}

/// 消費税仕入控除税額 of what is about to be reported.
pub(crate) fn input_tax_computed(
    execution: &Execution,
    costs: &[TaxedCost],
    deduction: &Deduction,
    rules: &ExecutionRules,
) -> Result<(Vec<Step>, Yen), Refusal> {
    let (fixed, cost, cut) = (execution.entitlement(), eligible(execution), rules.input_tax_cut);
    let amount = input_tax_return(fixed, cost, costs, deduction, cut)?.amount;
    Ok((input_tax_steps(fixed, cost, costs, deduction, cut)?, amount))
}

/// 財産処分 of an asset, on a day.
pub(crate) fn disposal_computed(
    execution: &Execution,
    asset: &str,
    disposition: &Disposition,
    on: Day,
    rules: &ExecutionRules,
) -> Result<(Vec<Step>, DisposalOutcome), Refusal> {
    let state = execution.assets.get(asset).ok_or_else(|| Refusal::NoSuchAsset { id: asset.to_owned() })?;
    let asset = &state.asset;
    let figures = AssetFigures { cost: asset.cost.0, subsidy: asset.subsidy, life_years: asset.life_years, acquired: asset.acquired };
    let outcome = banso_execution::law::disposal_repayment(&figures, disposition, on, &rules.disposal)?;
    Ok((disposal_steps(&figures, disposition, on, &rules.disposal)?, outcome))
}
