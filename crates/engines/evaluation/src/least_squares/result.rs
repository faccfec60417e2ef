//! What least squares answers.

use serde::Serialize;

use super::design::Dropped;
use super::first_stage::Instruments;
use super::spec::Errors;
use super::wild::WildResult;
use crate::notice::Warning;

/// A regression's coefficients, how sure they are, and what went into them.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Estimate {
    /// The coefficients in the order of the regressors.
    pub coefficients: Vec<Coefficient>,
    /// Their covariance, in the same order.
    pub covariance: Vec<Vec<f64>>,
    /// How errors were counted.
    pub errors: Errors,
    /// The small-sample rule in words.
    pub small_sample: Rule,
    /// Rows used, or the sum of frequency weights.
    pub observations: f64,
    /// Rows used.
    pub rows: usize,
    /// Rows left out, and why.
    pub dropped: Dropped,
    /// What was absorbed.
    pub fixed_effects: Vec<Effect>,
    /// What errors were clustered by.
    pub clusters: Vec<Clusters>,
    /// Regressors and instruments left out because they depend on others or on the fixed effects.
    pub collinear: Vec<String>,
    /// How well it fits.
    pub fit: Fit,
    /// Steps of the absorption.
    pub absorption_steps: usize,
    /// First stages and tests of the instruments.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instruments: Option<Instruments>,
    /// The wild cluster bootstrap.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub wild: Vec<WildResult>,
    /// What makes the numbers doubtful.
    pub warnings: Vec<Warning>,
}

/// One coefficient.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Coefficient {
    /// The regressor.
    pub name: String,
    /// The estimate.
    pub estimate: f64,
    /// Its standard error.
    pub standard_error: f64,
    /// Estimate over error.
    pub statistic: f64,
    /// The two-sided p-value, by Student's t.
    pub p: f64,
    /// The lower end of the interval.
    pub low: f64,
    /// The upper end of the interval.
    pub high: f64,
}

/// The small-sample rule.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Rule {
    /// What variances were multiplied by.
    pub factor: f64,
    /// Parameters counted in it.
    pub parameters: f64,
    /// Degrees of freedom of the t distribution.
    pub degrees_of_freedom: f64,
    /// In Japanese.
    pub ja: String,
    /// In English.
    pub en: String,
}

/// A fixed effect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Effect {
    /// Its column or columns.
    pub name: String,
    /// How many levels rows taking part have.
    pub levels: usize,
    /// Whether each level lies within one cluster.
    pub nested: bool,
}

/// A dimension of clusters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Clusters {
    /// Its column.
    pub name: String,
    /// How many there are.
    pub count: usize,
}

/// How well a regression fits.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Fit {
    /// The weighted sum of squared residuals.
    pub residual_squares: f64,
    /// The root of their mean over the observations.
    pub rmse: f64,
    /// The share of the outcome's variance that is fitted, fixed effects included.
    pub r2: f64,
    /// The same, corrected for the number of parameters.
    pub adjusted_r2: f64,
    /// The share of what the fixed effects leave; none without them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub within_r2: Option<f64>,
}
