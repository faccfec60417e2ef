//! What is to be estimated, and how errors are counted.

use serde::{Deserialize, Serialize};

/// A least-squares regression: what is regressed on what, what is absorbed, and how sure one may be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// The outcome: a column of numbers or a term of columns such as `log(sales)`.
    pub outcome: String,
    /// The regressors: columns, and terms of them. `a:b` is a product, `a*b` is `a`, `b` and `a:b`, `a^2` a power, `log(a)` the natural
    /// logarithm, `i(year)` one indicator a level but for the first, `i(year, ref=1999)` but for that one, `i(year, treated, ref=1999)`
    /// the same times a column.
    #[serde(default)]
    pub regressors: Vec<String>,
    /// What is absorbed: columns whose every level has an intercept of its own. `firm^year` is one for each pair.
    #[serde(default)]
    pub fixed_effects: Vec<String>,
    /// Regressors that are endogenous; each needs at least one instrument.
    #[serde(default)]
    pub endogenous: Vec<String>,
    /// Instruments left out of the regression.
    #[serde(default)]
    pub instruments: Vec<String>,
    /// A column of weights; rows with weight zero are left out.
    #[serde(default)]
    pub weights: Option<String>,
    /// What the weights mean.
    #[serde(default)]
    pub weight_kind: WeightKind,
    /// How errors are counted. Without it: by cluster when clusters are named, otherwise as if all rows were alike (`iid`).
    #[serde(default)]
    pub errors: Option<Errors>,
    /// One or two columns within whose levels errors may depend on each other.
    #[serde(default)]
    pub clusters: Vec<String>,
    /// Whether there is an intercept when nothing is absorbed.
    #[serde(default = "yes")]
    pub intercept: bool,
    /// What happens to rows that are alone in a level of a fixed effect.
    #[serde(default)]
    pub singletons: Singletons,
    /// The small-sample corrections.
    #[serde(default)]
    pub small_sample: SmallSample,
    /// The level of the intervals.
    #[serde(default = "ninety_five")]
    pub confidence: f64,
    /// When the absorption of fixed effects is done: the length of what is left to absorb relative to the column.
    #[serde(default = "tight")]
    pub tolerance: f64,
    /// At most so many steps of the absorption.
    #[serde(default = "many")]
    pub iterations: usize,
    /// A wild cluster bootstrap of some coefficients.
    #[serde(default)]
    pub wild: Option<Wild>,
}

/// How errors are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Errors {
    /// One variance for all rows.
    Iid,
    /// Each row its own variance (White 1980), times n / (n − K).
    Hc1,
    /// Squares divided by one minus leverage (MacKinnon and White 1985).
    Hc2,
    /// Squares divided by the square of one minus leverage; close to the jackknife.
    Hc3,
    /// By cluster (Liang and Zeger 1986).
    Crv1,
    /// The jackknife that leaves out one cluster at a time.
    Crv3,
}

/// What weights mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WeightKind {
    /// A row stands for a mean whose variance is inversely proportional to the weight; the number of observations is that of the rows.
    #[default]
    Analytic,
    /// A row stands for so many equal rows; the number of observations is the sum of the weights.
    Frequency,
}

/// What happens to rows that are alone in a level of a fixed effect: they carry no information on the coefficients, and counted as rows
/// they make clustered errors too small (Correia 2015).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Singletons {
    /// Left out, again and again until none is left.
    #[default]
    Drop,
    /// Kept.
    Keep,
}

/// The small-sample corrections, each as fixest and pyfixest have it by default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SmallSample {
    /// Whether variances are multiplied by (n − 1) / (n − K), or divided by n − K rather than n without clusters.
    pub parameters: bool,
    /// Which fixed effects count in K.
    pub fixed_effects: CountEffects,
    /// Whether variances are multiplied by G / (G − 1).
    pub clusters: bool,
    /// Which G two-way clustering uses.
    pub cluster_count: ClusterCount,
}

impl Default for SmallSample {
    fn default() -> Self {
        Self { parameters: true, fixed_effects: CountEffects::Nonnested, clusters: true, cluster_count: ClusterCount::Smallest }
    }
}

/// Which fixed effects count as parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CountEffects {
    /// All but those whose levels lie within one cluster each, which together count as one.
    #[default]
    Nonnested,
    /// All.
    All,
    /// None.
    None,
}

/// Which number of clusters corrects two-way clustering.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ClusterCount {
    /// The smaller one, for every part.
    #[default]
    Smallest,
    /// Each part its own (Cameron, Gelbach and Miller 2011).
    Own,
}

/// A wild cluster bootstrap with the null hypothesis imposed (Cameron, Gelbach and Miller 2008).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wild {
    /// The coefficients to test.
    pub coefficients: Vec<String>,
    /// The value under the null hypothesis.
    #[serde(default)]
    pub null: f64,
    /// How many draws; fewer when all sign changes are fewer, which are then gone through one by one.
    #[serde(default = "draws")]
    pub draws: usize,
    /// What a cluster's errors are multiplied by.
    #[serde(default)]
    pub multiplier: Multiplier,
    /// The seed of the random streams.
    #[serde(default = "seed")]
    pub seed: u64,
}

/// What a cluster's errors are multiplied by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Multiplier {
    /// −1 or 1.
    #[default]
    Rademacher,
    /// ±√½, ±1, ±√1½ (Webb 2023), for fewer than about ten clusters.
    Webb,
    /// Two points with third moment 1 (Mammen 1993).
    Mammen,
}

const fn yes() -> bool {
    true
}
const fn ninety_five() -> f64 {
    0.95
}
const fn tight() -> f64 {
    1e-13
}
const fn many() -> usize {
    10_000
}
const fn draws() -> usize {
    9_999
}
const fn seed() -> u64 {
    1
}

impl Spec {
    /// A regression with everything else as it is by default.
    #[must_use]
    pub fn new(outcome: &str, regressors: &[&str]) -> Self {
        Self {
            outcome: outcome.to_owned(),
            regressors: regressors.iter().map(|r| (*r).to_owned()).collect(),
            fixed_effects: Vec::new(),
            endogenous: Vec::new(),
            instruments: Vec::new(),
            weights: None,
            weight_kind: WeightKind::default(),
            errors: None,
            clusters: Vec::new(),
            intercept: true,
            singletons: Singletons::default(),
            small_sample: SmallSample::default(),
            confidence: ninety_five(),
            tolerance: tight(),
            iterations: many(),
            wild: None,
        }
    }

    /// How errors are counted.
    #[must_use]
    pub fn counted(&self) -> Errors {
        self.errors.unwrap_or(if self.clusters.is_empty() { Errors::Iid } else { Errors::Crv1 })
    }
}

impl Errors {
    /// Whether it needs clusters.
    #[must_use]
    pub const fn clustered(self) -> bool {
        match self {
            Self::Crv1 | Self::Crv3 => true,
            Self::Iid | Self::Hc1 | Self::Hc2 | Self::Hc3 => false,
        }
    }
}
