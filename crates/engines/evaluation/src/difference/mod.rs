//! Difference-in-differences with staggered adoption: group-time effects, their averages and their errors.
//!
//! Callaway and Sant'Anna (2021, *Journal of Econometrics* 225(2)): for each cohort (units that start together) and each time, the change
//! of the outcome since the last period before the start, against units that have not started. Errors come from influence functions,
//! analytically or by multiplier draws with uniform bands.

mod aggregate;
mod cells;
mod influence;
mod logit;
mod pair;
mod panel;
mod report;
mod small;

use serde::{Deserialize, Serialize};

pub use panel::LeftOut;

use crate::frame::Frame;
use crate::notice::{Refusal, Warning};

/// What to estimate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Spec {
    /// The column of the outcome.
    pub outcome: String,
    /// The column that names the unit; none only for repeated cross-sections.
    #[serde(default)]
    pub unit: Option<String>,
    /// The column of the period (a number: year, quarter counted on).
    pub time: String,
    /// The column of the period in which the unit is first treated; empty or 0 for never.
    pub start: String,
    /// Columns on which parallel trends are conditional; of each comparison's earlier period in a panel.
    #[serde(default)]
    pub covariates: Vec<String>,
    /// How cohort and comparison are made alike.
    #[serde(default)]
    pub method: Method,
    /// Whom a cohort is compared with.
    #[serde(default)]
    pub comparison: Comparison,
    /// How many units of time before the start treatment may already show.
    #[serde(default)]
    pub anticipation: f64,
    /// From which period changes before the start are measured.
    #[serde(default)]
    pub base: Base,
    /// What the rows are.
    #[serde(default)]
    pub sampling: Sampling,
    /// The column of sampling weights.
    #[serde(default)]
    pub weights: Option<String>,
    /// The column of clusters that contain whole units; the unit itself if none.
    #[serde(default)]
    pub cluster: Option<String>,
    /// The level of intervals and bands.
    #[serde(default = "level")]
    pub level: f64,
    /// Multiplier draws for errors and uniform bands; analytic errors and pointwise intervals if none.
    #[serde(default)]
    pub bootstrap: Option<Bootstrap>,
    /// Event times only up to this one, and only cohorts observed that long, so that all event times are of the same cohorts.
    #[serde(default)]
    pub balance_event: Option<f64>,
    /// The first event time to report.
    #[serde(default)]
    pub min_event: Option<f64>,
    /// The last event time to report and to average over.
    #[serde(default)]
    pub max_event: Option<f64>,
}

const fn level() -> f64 {
    0.95
}

impl Spec {
    /// A specification with every default.
    #[must_use]
    pub fn new(outcome: &str, unit: &str, time: &str, start: &str) -> Self {
        Self {
            outcome: outcome.to_owned(),
            unit: Some(unit.to_owned()),
            time: time.to_owned(),
            start: start.to_owned(),
            covariates: Vec::new(),
            method: Method::default(),
            comparison: Comparison::default(),
            anticipation: 0.0,
            base: Base::default(),
            sampling: Sampling::default(),
            weights: None,
            cluster: None,
            level: level(),
            bootstrap: None,
            balance_event: None,
            min_event: None,
            max_event: None,
        }
    }
}

/// How cohort and comparison are made alike in their covariates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// Logit and least squares together: right if either is (Sant'Anna and Zhao 2020, the traditional estimator).
    #[default]
    DoublyRobust,
    /// Inverse probability tilting and weighted least squares together (Sant'Anna and Zhao 2020, the improved estimator).
    ImprovedDoublyRobust,
    /// Comparison weighted by the odds of the propensity, normalised (Abadie 2005).
    Weighting,
    /// The comparison's change predicted by least squares (Heckman, Ichimura and Todd 1997).
    Regression,
}

/// Whom a cohort is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Comparison {
    /// Units that never start.
    #[default]
    NeverTreated,
    /// Units that have not started (nor anticipate) by then, the never treated among them.
    NotYetTreated,
}

/// From which period changes are measured before the start. From the start on it is the last period without anticipation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Base {
    /// The period before: short changes.
    #[default]
    Varying,
    /// The same as after the start: long changes, as an event study shows them and as a sensitivity analysis needs them.
    Universal,
}

/// What the rows are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sampling {
    /// A panel; units without a row in every period are left out.
    #[default]
    Balanced,
    /// A panel with gaps: rows are compared as cross-sections, errors keep the rows of a unit together.
    Unbalanced,
    /// Other units in each period: every row is its own unit.
    CrossSections,
}

/// Multiplier draws.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Bootstrap {
    /// How many.
    pub draws: usize,
    /// The seed of the random streams.
    pub seed: u64,
    /// Which multipliers.
    pub multiplier: Multiplier,
}

impl Default for Bootstrap {
    fn default() -> Self {
        Self { draws: 1000, seed: 1, multiplier: Multiplier::default() }
    }
}

/// Random multipliers of mean 0 and variance 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Multiplier {
    /// −1 or 1.
    #[default]
    Rademacher,
    /// Mammen's two points, with third moment 1.
    Mammen,
}

impl Multiplier {
    /// The two values.
    fn points(self) -> (f64, f64) {
        match self {
            Self::Rademacher => (-1.0, 1.0),
            Self::Mammen => ((1.0 - 5.0_f64.sqrt()) / 2.0, f64::midpoint(1.0, 5.0_f64.sqrt())),
        }
    }
}

/// The result.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Estimate {
    /// The effect of every cohort at every time.
    pub cells: Vec<CellEffect>,
    /// The factor of the errors in the cells' intervals: the normal's, or with draws that of the uniform band.
    pub critical: f64,
    /// The mean over all cohorts and times from their start on; none when no cell after a start could be estimated.
    pub simple: Option<Effect>,
    /// By cohort, and over cohorts by size.
    pub group: Average,
    /// By time since the start (0 is the first treated period), and over those from 0 on.
    pub event: Average,
    /// By calendar time.
    pub calendar: Average,
    /// The joint test that all effects before the start are nought.
    pub pretest: Option<Wald>,
    /// The same for periods before anticipation only; given with anticipation.
    pub pretest_clean: Option<Wald>,
    /// Units used.
    pub units: usize,
    /// Units that start within the periods.
    pub treated_units: usize,
    /// Rows used.
    pub rows: usize,
    /// Clusters, if asked for.
    pub clusters: Option<usize>,
    /// What was left out and why.
    pub left_out: LeftOut,
    /// How the errors were made, in words.
    pub errors: Words,
    /// What makes the result doubtful.
    pub warnings: Vec<Warning>,
}

/// A text in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Words {
    /// In Japanese.
    pub ja: String,
    /// In English.
    pub en: String,
}

/// A number with its error and interval; the error is none where it is nought by construction.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Effect {
    /// The estimate, in units of the outcome.
    pub effect: f64,
    /// Its standard error.
    pub error: Option<f64>,
    /// The lower end of the interval (or band).
    pub lower: Option<f64>,
    /// The upper end.
    pub upper: Option<f64>,
    /// The two-sided p-value by the normal distribution.
    pub p: Option<f64>,
}

/// The effect of one cohort at one time.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CellEffect {
    /// When the cohort starts.
    pub start: f64,
    /// When it is measured.
    pub time: f64,
    /// The period the change is measured from.
    pub base: f64,
    /// The effect; none for a hole.
    pub effect: Option<Effect>,
    /// Units of the cohort.
    pub treated: usize,
    /// Units compared with.
    pub compared: usize,
    /// Why there is no effect.
    pub hole: Option<Hole>,
}

/// Why a cell is empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hole {
    /// A stable word for programs: `no-treated`, `no-comparison`, `overlap` or `regression`.
    pub code: &'static str,
    /// In words.
    pub reason: Words,
}

/// A family of averages.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Average {
    /// The mean over the family.
    pub overall: Option<Effect>,
    /// Each member: at which cohort, event time or calendar time.
    pub parts: Vec<PartEffect>,
    /// The factor of the errors in the members' intervals.
    pub critical: f64,
    /// Covariances of the members, in their order (analytic).
    pub covariance: Vec<Vec<f64>>,
}

/// One member of a family of averages.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PartEffect {
    /// Which cohort, event time or calendar time.
    pub at: f64,
    /// Its effect.
    #[serde(flatten)]
    pub effect: Effect,
}

/// A joint test.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Wald {
    /// The statistic.
    pub statistic: f64,
    /// Its degrees of freedom: how many effects are tested.
    pub df: usize,
    /// Its p-value by χ², as the published programs give it; right with many units.
    pub p: f64,
    /// The test by F, right with few units too; none where units (or clusters) are too few for the number of effects.
    pub small_sample: Option<SmallSample>,
}

impl Wald {
    /// The p-value to decide by: that of F where there is one.
    #[must_use]
    pub fn chance(&self) -> f64 {
        self.small_sample.map_or(self.p, |small| small.p)
    }
}

/// A joint test by F.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct SmallSample {
    /// The statistic.
    pub f: f64,
    /// Degrees of freedom: how many effects are tested.
    pub df1: usize,
    /// Degrees of freedom of the errors, those taken by the effects left out.
    pub df2: f64,
    /// Its p-value.
    pub p: f64,
}

/// Estimates.
///
/// # Errors
/// A column that is missing or of names, nobody treated, fewer than two periods, a start that changes within a unit, two rows of one unit
/// at one time, negative weights, a level outside (0, 1), no draws.
pub fn estimate(frame: &Frame, spec: &Spec) -> Result<Estimate, Refusal> {
    check(spec)?;
    let panel = panel::read(frame, spec)?;
    let cells = cells::estimate(&panel, spec);
    Ok(report::report(&panel, &cells, spec))
}

fn check(spec: &Spec) -> Result<(), Refusal> {
    if !(spec.level > 0.0 && spec.level < 1.0) {
        return Err(Refusal::new(
            "level",
            "`level` は0と1の間にしてください（例: 0.95）。",
            "`level` must lie between 0 and 1, for example 0.95",
        ));
    }
    if !spec.anticipation.is_finite() || spec.anticipation < 0.0 {
        return Err(Refusal::new("anticipation", "`anticipation` は0以上にしてください。", "`anticipation` must be 0 or more"));
    }
    if spec.bootstrap.is_some_and(|b| !(2..=1_000_000).contains(&b.draws)) {
        return Err(Refusal::new("draws", "`draws` は2以上、100万以下にしてください。", "`draws` must be from 2 to one million"));
    }
    Ok(())
}
