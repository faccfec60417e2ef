//! A method with its specification as one thing that gives one number: for what is done with any of them alike – groups, readings of
//! reported figures.

use serde::{Deserialize, Serialize};

use crate::notice::{Refusal, Warning};
use crate::{Frame, balancing, difference, discontinuity, least_squares};

/// A coefficient of a regression.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct LeastSquares {
    /// The coefficient that is the effect.
    pub coefficient: String,
    /// The regression.
    pub spec: least_squares::Spec,
}

/// A method and what is asked of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// One coefficient of least squares.
    LeastSquares(Box<LeastSquares>),
    /// The jump at a cut-off, robust.
    Discontinuity(Box<discontinuity::Spec>),
    /// Group-time effects averaged over cohorts.
    Difference(Box<difference::Spec>),
    /// The last of the effects asked for.
    Balancing(Box<balancing::Spec>),
}

/// The number of a method.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Headline {
    /// In the unit of the outcome.
    pub estimate: f64,
    /// Its standard error.
    pub standard_error: f64,
    /// The interval of the level in the specification.
    pub interval: [f64; 2],
    /// Two-sided.
    pub p: f64,
    /// Degrees of freedom of its t; none for the normal.
    pub degrees_of_freedom: Option<f64>,
    /// Rows (units, for difference-in-differences) that carry it.
    pub rows: usize,
    /// The bandwidths, of a discontinuity.
    pub bandwidths: Option<discontinuity::Bandwidths>,
    /// What makes it doubtful.
    pub warnings: Vec<Warning>,
}

impl Method {
    /// The outcome's column or term.
    #[must_use]
    pub fn outcome(&self) -> &str {
        match self {
            Self::LeastSquares(ask) => &ask.spec.outcome,
            Self::Discontinuity(spec) => &spec.outcome,
            Self::Difference(spec) => &spec.outcome,
            Self::Balancing(spec) => &spec.outcome,
        }
    }

    /// The columns it needs of those that are there: numbers, and groups (numbers or names).
    #[must_use]
    pub fn columns(&self, there: &[String]) -> (Vec<String>, Vec<String>) {
        match self {
            Self::LeastSquares(ask) => {
                let spec = &ask.spec;
                let terms = [&spec.outcome].into_iter().chain(&spec.regressors).chain(&spec.endogenous).chain(&spec.instruments);
                let (mut numbers, mut groups) = least_squares::columns(terms.map(String::as_str), there);
                numbers.extend(spec.weights.clone());
                groups.extend(spec.fixed_effects.iter().flat_map(|f| f.split('^')).map(|f| f.trim().to_owned()));
                groups.extend(spec.clusters.iter().cloned());
                (numbers, groups)
            }
            Self::Discontinuity(s) => {
                let numbers = [&s.outcome, &s.score].into_iter().chain(&s.treatment).chain(&s.covariates).chain(&s.weights);
                (numbers.cloned().collect(), s.cluster.iter().cloned().collect())
            }
            Self::Difference(s) => {
                let numbers = [&s.outcome, &s.time, &s.start].into_iter().chain(&s.covariates).chain(&s.weights);
                (numbers.cloned().collect(), s.unit.iter().chain(&s.cluster).cloned().collect())
            }
            Self::Balancing(s) => {
                let numbers = [&s.outcome, &s.treatment].into_iter().chain(&s.weights).chain(&s.base_weights);
                let explain = s.covariates.iter().chain(s.outcome_covariates.iter().flatten()).chain(&s.matching.exact);
                (numbers.cloned().collect(), explain.cloned().collect())
            }
        }
    }

    /// The number.
    ///
    /// # Errors
    /// What the method refuses; no such coefficient; no effect that could be estimated.
    pub fn headline(&self, frame: &Frame) -> Result<Headline, Refusal> {
        let found = match self {
            Self::LeastSquares(ask) => by_least_squares(frame, ask),
            Self::Discontinuity(spec) => {
                let found = discontinuity::estimate(frame, spec)?;
                let robust = found.effect.robust;
                Ok(Headline {
                    estimate: robust.estimate,
                    standard_error: robust.standard_error,
                    interval: robust.interval,
                    p: robust.p,
                    degrees_of_freedom: None,
                    rows: found.sides.left.rows_h + found.sides.right.rows_h,
                    bandwidths: Some(found.bandwidths),
                    warnings: found.warnings,
                })
            }
            Self::Difference(spec) => {
                let found = difference::estimate(frame, spec)?;
                let effect = found.group.overall.as_ref().and_then(|e| Some((e.effect, e.error?, [e.lower?, e.upper?], e.p?)));
                let (estimate, standard_error, interval, p) = effect.ok_or_else(|| none("difference-in-differences"))?;
                let (rows, warnings) = (found.units, found.warnings);
                Ok(Headline { estimate, standard_error, interval, p, degrees_of_freedom: None, rows, bandwidths: None, warnings })
            }
            Self::Balancing(spec) => {
                let found = balancing::estimate(frame, spec)?;
                let effect = found.effects.last().ok_or_else(|| none("balancing"))?;
                Ok(Headline {
                    estimate: effect.estimate,
                    standard_error: effect.standard_error,
                    interval: effect.interval,
                    p: effect.p,
                    degrees_of_freedom: None,
                    rows: found.rows.iter().sum(),
                    bandwidths: None,
                    warnings: found.warnings.clone(),
                })
            }
        };
        found.and_then(|h| {
            if h.estimate.is_finite() && h.standard_error > 0.0 && h.standard_error.is_finite() { Ok(h) } else { Err(none(self.outcome())) }
        })
    }
}

fn by_least_squares(frame: &Frame, ask: &LeastSquares) -> Result<Headline, Refusal> {
    let found = least_squares::estimate(frame, &ask.spec)?;
    let own = found.coefficients.iter().find(|c| c.name == ask.coefficient).ok_or_else(|| {
        let (name, known) = (&ask.coefficient, found.coefficients.iter().map(|c| c.name.as_str()).collect::<Vec<_>>().join(", "));
        Refusal::new(
            "no-coefficient",
            format!("係数「{name}」は推定されませんでした（ある係数: {known}）。ほかの列と重なっているか、名前が違います。"),
            format!("there is no coefficient \"{name}\" (there are: {known}): it depends on other columns, or has another name"),
        )
    })?;
    Ok(Headline {
        estimate: own.estimate,
        standard_error: own.standard_error,
        interval: [own.low, own.high],
        p: own.p,
        degrees_of_freedom: Some(found.small_sample.degrees_of_freedom).filter(|d| d.is_finite()),
        rows: found.rows,
        bandwidths: None,
        warnings: found.warnings,
    })
}

fn none(what: &str) -> Refusal {
    Refusal::new(
        "no-effect",
        format!("効果、またはその標準誤差を計算できませんでした（{what}）。行の数と処置・比較の両方があるかを確認してください。"),
        format!("no effect with a standard error could be had ({what}); see whether there are enough rows, treated and not"),
    )
}
