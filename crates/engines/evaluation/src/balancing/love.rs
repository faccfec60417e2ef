//! The numbers of a love plot: how far the arms' covariates are apart before and after. Austin (2009), Statistics in Medicine 28.

use serde::{Deserialize, Serialize};

use super::effects::{Estimand, Estimator};
use super::sample::{Covariates, Sample};
use crate::sums::sum;

/// By which spread a difference of means is divided; always that of the rows before any balancing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standardiser {
    /// √((s₁² + s₀²) / 2).
    #[default]
    Pooled,
    /// The standard deviation of the treated.
    Treated,
    /// The standard deviation of the comparison rows.
    Comparison,
}

/// One covariate before and after.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LoveRow {
    /// The covariate.
    pub covariate: String,
    /// Means of treated and comparison rows before.
    pub means_before: [f64; 2],
    /// The same after.
    pub means_after: [f64; 2],
    /// Standardised difference before.
    pub difference_before: f64,
    /// The same after, by the same divisor.
    pub difference_after: f64,
    /// Variance of the treated by that of the comparison rows, before.
    pub variance_ratio_before: f64,
    /// The same after.
    pub variance_ratio_after: f64,
}

/// The love plot of one way of balancing.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LovePlot {
    /// How the rows were balanced.
    pub estimator: Estimator,
    /// Towards whom.
    pub estimand: Estimand,
    /// Effective rows of treated and comparison arms.
    pub effective: [f64; 2],
    /// The greatest absolute standardised difference after.
    pub worst_after: f64,
    /// One row a covariate.
    pub rows: Vec<LoveRow>,
}

/// Mean and variance under weights; the variance with the divisor Σw − Σw²/Σw, which is n − 1 for equal weights.
fn weighted(values: &[f64], weights: &[f64]) -> (f64, f64) {
    let total = sum(weights.iter().copied());
    let mean = sum(values.iter().zip(weights).map(|(v, w)| v * w)) / total;
    let squares = sum(weights.iter().map(|w| w * w));
    let spread = sum(values.iter().zip(weights).map(|(v, w)| w * (v - mean) * (v - mean)));
    (mean, spread / (total - squares / total))
}

fn ratio(a: f64, b: f64) -> f64 {
    if b > 0.0 { a / b } else { f64::NAN }
}

/// Compares covariates under balancing weights with the rows as they came (under their sampling weights).
pub(super) fn plot(sample: &Sample, weights: &[f64], kind: (Estimator, Estimand), by: Standardiser) -> LovePlot {
    let arms = [true, false].map(|arm| (0..weights.len()).filter(|i| sample.treated[*i] == arm).collect::<Vec<usize>>());
    let of = |values: &[f64], arm: usize| arms[arm].iter().map(|i| values[*i]).collect::<Vec<f64>>();
    let Covariates { names, columns } = &sample.covariates;
    let rows: Vec<LoveRow> = (names.iter().zip(columns))
        .map(|(name, column)| {
            let values = [of(column, 0), of(column, 1)];
            let before = [0, 1].map(|a| weighted(&values[a], &of(&sample.weights, a)));
            let after = [0, 1].map(|a| weighted(&values[a], &of(weights, a)));
            let spread = match by {
                Standardiser::Pooled => ((before[0].1 + before[1].1) / 2.0).sqrt(),
                Standardiser::Treated => before[0].1.sqrt(),
                Standardiser::Comparison => before[1].1.sqrt(),
            };
            // What does not vary at all does not differ either, unless it does: then by infinitely much.
            let apart = |m: [(f64, f64); 2]| if m[0].0 == m[1].0 { 0.0 } else { (m[0].0 - m[1].0) / spread };
            LoveRow {
                covariate: name.clone(),
                means_before: before.map(|m| m.0),
                means_after: after.map(|m| m.0),
                difference_before: apart(before),
                difference_after: apart(after),
                variance_ratio_before: ratio(before[0].1, before[1].1),
                variance_ratio_after: ratio(after[0].1, after[1].1),
            }
        })
        .collect();
    let worst_after = rows.iter().map(|r| r.difference_after.abs()).fold(0.0, f64::max);
    let effective = [0, 1].map(|a| super::overlap::effective_size(&of(weights, a)));
    LovePlot { estimator: kind.0, estimand: kind.1, effective, worst_after, rows }
}
