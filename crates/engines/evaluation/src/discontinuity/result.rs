//! What a discontinuity answers with.

use serde::Serialize;

use super::bandwidth::Bandwidths;
use super::local::Kernel;
use super::variance::Variance;
use crate::Warning;
use crate::dist::{normal_p, normal_quantile};

/// A number for each side.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Pair<T> {
    /// Below the cut-off.
    pub left: T,
    /// At and above it.
    pub right: T,
}

/// An estimate with its uncertainty (normal).
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Inference {
    /// The estimate.
    pub estimate: f64,
    /// Its standard error.
    pub standard_error: f64,
    /// Estimate / standard error.
    pub statistic: f64,
    /// Two-sided.
    pub p: f64,
    /// The interval of the asked confidence.
    pub interval: [f64; 2],
}

impl Inference {
    /// From an estimate and its standard error by the normal distribution.
    #[must_use]
    pub fn normal(estimate: f64, standard_error: f64, level: f64) -> Self {
        let reach = normal_quantile(0.5 + level / 2.0) * standard_error;
        let statistic = if standard_error > 0.0 { estimate / standard_error } else { f64::NAN };
        let p = if statistic.is_nan() { f64::from(u8::from(estimate == 0.0)) } else { normal_p(statistic) };
        let statistic = if statistic.is_nan() { 0.0 } else { statistic };
        Self { estimate, standard_error, statistic, p, interval: [estimate - reach, estimate + reach] }
    }
}

/// The three ways to put an interval round the jump.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Three {
    /// Without regard to bias.
    pub conventional: Inference,
    /// The bias taken off, its own uncertainty not counted.
    pub bias_corrected: Inference,
    /// The bias taken off and its uncertainty counted: the one to report.
    pub robust: Inference,
}

/// One side's fit in the units of the data.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SideFit {
    /// Rows in use.
    pub rows: usize,
    /// Distinct scores among them.
    pub distinct: usize,
    /// Rows within the bandwidth of the estimate.
    pub rows_h: usize,
    /// Distinct scores within it.
    pub distinct_h: usize,
    /// Rows within the bandwidth of the bias.
    pub rows_b: usize,
    /// The outcome's limit at the cut-off (or its derivative), conventional.
    pub limit: f64,
    /// The same with the bias taken off.
    pub limit_corrected: f64,
    /// The side's part of the bias.
    pub bias: f64,
    /// For outcome, treatment and covariates: coefficients of (score − cut-off)^j.
    pub coefficients: Vec<Vec<f64>>,
    /// Covariance of the combined outcome's coefficients, conventional.
    pub covariance: Vec<Vec<f64>>,
    /// The same, robust.
    pub covariance_robust: Vec<Vec<f64>>,
}

/// A regression discontinuity's result.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Estimate {
    /// The effect at the cut-off: a jump, or a ratio of jumps in a fuzzy design.
    pub effect: Three,
    /// Fuzzy: the jump of treatment.
    pub first_stage: Option<Three>,
    /// The bandwidths used.
    pub bandwidths: Bandwidths,
    /// How they came: a selector's name, or `given`.
    pub chosen_by: String,
    /// Both sides.
    pub sides: Pair<SideFit>,
    /// Order of the polynomial.
    pub order: usize,
    /// Order of the polynomial of the bias.
    pub bias_order: usize,
    /// 0 for a jump, 1 for a kink.
    pub derivative: usize,
    /// The kernel.
    pub kernel: Kernel,
    /// The rule of variance as resolved.
    pub variance: Variance,
    /// The small-sample rule in words.
    pub rule: String,
    /// Confidence of the intervals.
    pub level: f64,
    /// Clusters within the wider windows.
    pub clusters: Option<Pair<usize>>,
    /// Covariate slopes, common to both sides.
    pub slopes: Vec<f64>,
    /// Covariates left out because they depend on others.
    pub collinear: Vec<String>,
    /// Rows left out for a missing value, for no weight, and by the donut.
    pub dropped: [usize; 3],
    /// What to know before using the number.
    pub warnings: Vec<Warning>,
}
