//! What must hold when the design is sound: no jump in what was fixed before the decision, none at cut-offs that decide nothing, and an
//! effect that does not hang on the rows nearest to the cut-off.

use serde::Serialize;

use super::estimate::estimate;
use super::result::Estimate;
use super::spec::Spec;
use super::variance::Variance;
use crate::dist::t_p;
use crate::multiple::holm;
use crate::sums::sorted;
use crate::{Column, Frame, Refusal, Warning};

/// One check: what was tried and what came of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Tried {
    /// The covariate, the placebo cut-off or the donut.
    pub what: String,
    /// The robust p-value (of balance and placebos by Student's t) after Holm's correction for all that were tried; none when it could not
    /// be estimated.
    pub adjusted_p: Option<f64>,
    /// The estimate, or why there is none.
    pub result: Outcome,
}

/// An estimate or a refusal.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It could be estimated.
    Estimate(Box<Estimate>),
    /// It could not.
    Refused(Refusal),
}

/// Several checks and what they say together.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Checks {
    /// One by one.
    pub tried: Vec<Tried>,
    /// What fails.
    pub warnings: Vec<Warning>,
}

/// The intent-to-treat jump of each covariate.
#[must_use]
pub fn balance(frame: &Frame, spec: &Spec, covariates: &[String]) -> Checks {
    let all = covariates.iter().map(|name| {
        let one = Spec { outcome: name.clone(), covariates: Vec::new(), treatment: None, ..careful(spec) };
        (name.clone(), estimate(frame, &one))
    });
    let mut checks = gather(all.collect(), exact_p);
    let failing = checks.failing();
    if !failing.is_empty() {
        checks.warnings.push(Warning::blocking(
            "unbalanced",
            format!("決定より前に決まっていた列がカットオフで不連続です: {failing}（Holm補正後 p < 0.05）。"),
            format!("what was fixed before the decision jumps at the cut-off: {failing} (p < 0.05 after Holm's correction)"),
        ));
    }
    checks
}

/// Where placebo cut-offs are tried when none are named: the median score of each side. More of them, nearer to the ends, would each have
/// fewer rows and be tests in name only.
///
/// # Errors
/// A column that is missing or holds names.
pub fn placebo_cutoffs(frame: &Frame, spec: &Spec) -> Result<Vec<f64>, Refusal> {
    let (score, outcome) = (frame.numbers(&spec.score)?, frame.numbers(&spec.outcome)?);
    let side = |above: bool| -> Vec<f64> {
        let both = score.iter().zip(outcome).filter(|(s, y)| s.is_finite() && y.is_finite() && (**s >= spec.cutoff) == above);
        sorted(&both.map(|(s, _)| *s).collect::<Vec<_>>())
    };
    let median = |side: Vec<f64>| side.get(side.len() / 2).copied().filter(|s| *s != spec.cutoff);
    Ok([side(false), side(true)].into_iter().filter_map(median).collect())
}

/// The jump at cut-offs that decide nothing, each with the rows of its own side of the true cut-off.
///
/// # Errors
/// A column that is missing or holds names.
pub fn placebos(frame: &Frame, spec: &Spec, cutoffs: &[f64]) -> Result<Checks, Refusal> {
    let score = frame.numbers(&spec.score)?;
    let mut all = Vec::new();
    for cutoff in cutoffs {
        let above = *cutoff >= spec.cutoff;
        let kept = keep(frame, &spec.score, |row| (score[row] >= spec.cutoff) == above)?;
        let one = Spec { cutoff: *cutoff, treatment: None, ..careful(spec) };
        all.push((cutoff.to_string(), estimate(&kept, &one)));
    }
    let mut checks = gather(all, exact_p);
    let failing = checks.failing();
    if !failing.is_empty() {
        checks.warnings.push(Warning::blocking(
            "placebo-effect",
            format!("効果がないはずのカットオフで効果が出ています: {failing}（Holm補正後 p < 0.05）。"),
            format!("there is an effect at cut-offs that decide nothing: {failing} (p < 0.05 after Holm's correction)"),
        ));
    }
    Ok(checks)
}

/// The effect without the rows nearest to the cut-off, for several widths.
#[must_use]
pub fn donuts(frame: &Frame, spec: &Spec, widths: &[f64]) -> Checks {
    let all = widths.iter().map(|donut| (donut.to_string(), estimate(frame, &Spec { donut: *donut, ..spec.clone() })));
    gather(all.collect(), |e| e.effect.robust.p)
}

/// The specification of a check whose failure holds the headline back: a placebo has only the rows of one side, and with so few rows the
/// errors of nearest neighbours are too small. Those of HC3 (with clusters CR3) are not.
fn careful(spec: &Spec) -> Spec {
    let variance = if spec.variance == Variance::Nn { Variance::Hc3 } else { spec.variance };
    Spec { variance, ..spec.clone() }
}

/// The robust p-value by Student's t: the rows (clusters) within the bandwidth, less the coefficients of both sides.
fn exact_p(e: &Estimate) -> f64 {
    let robust = &e.effect.robust;
    if robust.standard_error <= 0.0 {
        return robust.p;
    }
    let rows = e.clusters.as_ref().map_or(e.sides.left.rows_h + e.sides.right.rows_h, |c| c.left + c.right);
    let taken = if e.clusters.is_some() { 2 } else { 2 * (e.bias_order + 1) };
    t_p(robust.statistic, rows.saturating_sub(taken).max(1) as f64)
}

impl Checks {
    fn failing(&self) -> String {
        let failing = self.tried.iter().filter(|t| t.adjusted_p.is_some_and(|p| p < 0.05)).map(|t| t.what.as_str());
        failing.collect::<Vec<_>>().join(", ")
    }
}

fn gather(all: Vec<(String, Result<Estimate, Refusal>)>, p: impl Fn(&Estimate) -> f64) -> Checks {
    let p: Vec<Option<f64>> = all.iter().map(|(_, result)| result.as_ref().ok().map(&p)).collect();
    let adjusted = holm(&p);
    let tried = all.into_iter().zip(adjusted).map(|((what, result), adjusted_p)| Tried {
        what,
        adjusted_p,
        result: result.map_or_else(Outcome::Refused, |e| Outcome::Estimate(Box::new(e))),
    });
    Checks { tried: tried.collect(), warnings: Vec::new() }
}

/// The same frame with one column of numbers missing in the rows that are not kept.
pub(super) fn keep(frame: &Frame, column: &str, kept: impl Fn(usize) -> bool) -> Result<Frame, Refusal> {
    let values: Vec<f64> = frame.numbers(column)?.iter().enumerate().map(|(row, v)| if kept(row) { *v } else { f64::NAN }).collect();
    replace(frame, column, values)
}

/// The same frame with another column of numbers in place of one.
pub(super) fn replace(frame: &Frame, column: &str, values: Vec<f64>) -> Result<Frame, Refusal> {
    let mut values = Some(values);
    frame.columns().try_fold(Frame::new(), |built, (name, old)| {
        let new = if name == column { values.take().map(Column::Number) } else { None };
        built.with(name, new.unwrap_or_else(|| old.clone()))
    })
}
