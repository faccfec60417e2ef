//! What balancing is asked, and what it answers.

use serde::{Deserialize, Serialize};

use super::effects::{Estimand, Estimator};
use super::entropy::Balanced;
use super::love::{LovePlot, Standardiser};
use super::matching::Matching;
use super::overlap::{Overlap, Trim};
use super::score::{Link, Score};
use crate::notice::{Refusal, Warning};

/// What is asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Spec {
    /// The outcome's column.
    pub outcome: String,
    /// The column that is 1 for the treated and 0 for the others.
    pub treatment: String,
    /// Columns that explain who was treated; a column of names becomes indicators.
    pub covariates: Vec<String>,
    /// Columns that explain the outcome; none stands for the covariates.
    pub outcome_covariates: Option<Vec<String>>,
    /// How to compare.
    pub estimators: Vec<Estimator>,
    /// Over whom to average.
    pub estimands: Vec<Estimand>,
    /// The form of the propensity score.
    pub link: Link,
    /// Which rows are kept by their score.
    pub trim: Trim,
    /// Sampling weights.
    pub weights: Option<String>,
    /// Entropy balancing: the highest moment to make equal, 1 to 3.
    pub moments: u8,
    /// Entropy balancing: the column of base weights; none stands for equal ones.
    pub base_weights: Option<String>,
    /// Matching.
    pub matching: Matching,
    /// By which spread differences are standardised.
    pub standardiser: Standardiser,
    /// The level of intervals.
    pub confidence: f64,
    /// Whether scores and balancing weights are given row by row.
    pub keep_weights: bool,
}

impl Default for Spec {
    fn default() -> Self {
        Self {
            outcome: String::new(),
            treatment: String::new(),
            covariates: Vec::new(),
            outcome_covariates: None,
            estimators: vec![Estimator::Difference, Estimator::Weighting, Estimator::Regression, Estimator::Augmented],
            estimands: vec![Estimand::All, Estimand::Treated],
            link: Link::Logit,
            trim: Trim::None,
            weights: None,
            moments: 1,
            base_weights: None,
            matching: Matching::default(),
            standardiser: Standardiser::Pooled,
            confidence: 0.95,
            keep_weights: false,
        }
    }
}

/// One estimate of one effect.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Effect {
    /// How.
    pub estimator: Estimator,
    /// For whom.
    pub estimand: Estimand,
    /// The effect.
    pub estimate: f64,
    /// The mean outcome with treatment.
    pub mean_treated: f64,
    /// The mean outcome without.
    pub mean_comparison: f64,
    /// The standard error that the statistic and interval rest on.
    pub standard_error: f64,
    /// By the rows' influence, what was estimated before taken as known.
    pub error_known: Option<f64>,
    /// By the rows' influence through all stacked estimating equations.
    pub error_stacked: Option<f64>,
    /// Estimate by standard error.
    pub statistic: f64,
    /// Two-sided, by the normal.
    pub p: f64,
    /// The interval.
    pub interval: [f64; 2],
    /// Which standard error, in words.
    pub rule: &'static str,
    /// The code of the warning that holds this number back from being a headline.
    pub held: Option<&'static str>,
}

/// Scores and weights of each row, in the order of the rows used.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RowWeights {
    /// How they came about.
    pub estimator: Estimator,
    /// Towards whom.
    pub estimand: Estimand,
    /// One a row.
    pub weights: Vec<f64>,
}

/// An estimate that was asked for and is not there.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Refused {
    /// By which method.
    pub estimator: Estimator,
    /// Over whom.
    pub estimand: Estimand,
    /// Why.
    pub refusal: Refusal,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Estimate {
    /// Rows used, treated and comparison.
    pub rows: [usize; 2],
    /// Rows left out because something was missing.
    pub dropped_missing: usize,
    /// Rows left out by the trimming rule.
    pub dropped_trimmed: usize,
    /// The propensity score.
    pub score: Score,
    /// Whether the arms overlap.
    pub overlap: Overlap,
    /// The effects, one for each estimator and estimand.
    pub effects: Vec<Effect>,
    /// What could not be estimated, and why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<Refused>,
    /// How entropy weights came about.
    pub balanced: Vec<Balanced>,
    /// Love plots for weighting, entropy balancing and matching as asked.
    pub love: Vec<LovePlot>,
    /// Scores and weights row by row, when asked.
    pub row_weights: Vec<RowWeights>,
    /// Scores row by row, when asked.
    pub row_scores: Vec<f64>,
    /// The rows of the table they belong to.
    pub row_numbers: Vec<usize>,
    /// What is doubtful.
    pub warnings: Vec<Warning>,
}

pub(super) fn check(spec: &Spec) -> Result<(), Refusal> {
    let wrong = |code, ja: &str, en: &str| Err(Refusal::new(code, ja, en));
    if spec.covariates.is_empty() {
        return wrong("no-covariates", "共変量（covariates）を1つ以上指定してください。", "name at least one covariate");
    }
    if spec.estimators.is_empty() || spec.estimands.is_empty() {
        return wrong(
            "nothing-asked",
            "推定方法（estimators）と対象（estimands）を指定してください。",
            "name at least one estimator and one estimand",
        );
    }
    if !(1..=3).contains(&spec.moments) {
        return wrong("moments", "moments は1〜3にしてください。", "moments is 1, 2 or 3");
    }
    if !(spec.confidence > 0.0 && spec.confidence < 1.0) {
        return wrong("confidence", "confidence は0と1の間にしてください。", "the level of confidence lies between 0 and 1");
    }
    if spec.weights.is_some() && spec.estimators.contains(&Estimator::Matching) {
        return wrong(
            "weighted-matching",
            "標本の重み（weights）はマッチングでは使えません。",
            "sampling weights cannot be used with matching",
        );
    }
    if spec.matching.estimated_score == Some(true) && !spec.matching.corrects() {
        return wrong(
            "estimated-score",
            "estimated-score は、傾向スコアだけで（caliper・exact・adjust-bias なしで）マッチングするときに使えます。",
            "estimated-score goes with matching on the score alone: no caliper, no exact columns, no bias adjustment",
        );
    }
    if spec.covariates.iter().chain(spec.outcome_covariates.iter().flatten()).any(|c| *c == spec.outcome || *c == spec.treatment) {
        return wrong(
            "covariate-is-outcome",
            "結果または処置の列が共変量に入っています。外してください。",
            "the outcome or the treatment is among the covariates; leave it out",
        );
    }
    Ok(())
}
