//! Event studies by regression, to stand beside the group-time effects: interaction-weighted, by imputation, and the plain two-way one.
//!
//! Sun and Abraham (2021), Journal of Econometrics 225(2), 175–199: every cohort its own path, averaged by the cohorts' shares. Borusyak,
//! Jaravel, Spiess (2024), Review of Economic Studies 91(6), 3253–3285: what the untreated rows predict, taken off the treated ones, with
//! their conservative clustered errors. The plain regression is shown for comparison only: where effects differ between cohorts its
//! weights may be negative (Goodman-Bacon 2021, Sun and Abraham 2021).

mod imputation;
mod panel;
mod regression;

use serde::{Deserialize, Serialize};

use crate::dist::{normal_p, normal_quantile, t_p, t_quantile};
use crate::frame::Frame;
use crate::notice::{Refusal, Warning};
use panel::Panel;

/// How the path is estimated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Estimator {
    /// Sun and Abraham.
    #[default]
    InteractionWeighted,
    /// Borusyak, Jaravel and Spiess.
    Imputation,
    /// Least squares on event times with unit and period effects.
    TwoWay,
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Spec {
    /// How.
    #[serde(default)]
    pub estimator: Estimator,
    /// The outcome's column.
    pub outcome: String,
    /// The unit's column.
    pub unit: String,
    /// The period's column, a number.
    pub time: String,
    /// The first treated period's column; empty or 0 for never.
    pub start: String,
    /// Columns that vary over time, with one slope each.
    #[serde(default)]
    pub covariates: Vec<String>,
    /// Clusters that contain whole units; the unit without one.
    #[serde(default)]
    pub cluster: Option<String>,
    /// Units of time before the start in which treatment may already show.
    #[serde(default)]
    pub anticipation: f64,
    /// The event time that the others are compared with (not by imputation); the last one before treatment may show.
    #[serde(default)]
    pub reference: Option<f64>,
    /// By imputation: how many event times before the start are tested, on the untreated rows alone.
    #[serde(default)]
    pub leads: usize,
    /// The first event time to report.
    #[serde(default)]
    pub min_event: Option<f64>,
    /// The last event time to report.
    #[serde(default)]
    pub max_event: Option<f64>,
    /// The level of intervals.
    #[serde(default = "level")]
    pub level: f64,
}

const fn level() -> f64 {
    0.95
}

impl Spec {
    /// A specification with every default.
    #[must_use]
    pub fn new(estimator: Estimator, outcome: &str, unit: &str, time: &str, start: &str) -> Self {
        Self {
            estimator,
            outcome: outcome.to_owned(),
            unit: unit.to_owned(),
            time: time.to_owned(),
            start: start.to_owned(),
            covariates: Vec::new(),
            cluster: None,
            anticipation: 0.0,
            reference: None,
            leads: 0,
            min_event: None,
            max_event: None,
            level: level(),
        }
    }
}

/// An effect with its error; the error is none where the data leave none.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Effect {
    /// In units of the outcome.
    pub effect: f64,
    /// Its standard error.
    pub error: Option<f64>,
    /// The lower end of the interval.
    pub lower: Option<f64>,
    /// The upper end.
    pub upper: Option<f64>,
    /// Two-sided.
    pub p: Option<f64>,
    /// Rows that carry it.
    pub rows: usize,
}

/// The effect at an event time.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EventEffect {
    /// Time since the start; 0 is the first treated period.
    pub at: f64,
    /// The effect.
    #[serde(flatten)]
    pub effect: Effect,
}

/// The effect of a cohort at an event time.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CohortEffect {
    /// When the cohort starts.
    pub start: f64,
    /// Time since.
    pub at: f64,
    /// The effect.
    #[serde(flatten)]
    pub effect: Effect,
    /// Its share of the cohorts at that event time.
    pub share: f64,
}

/// A joint test.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Wald {
    /// Wald's statistic.
    pub statistic: f64,
    /// Effects tested.
    pub df: usize,
    /// By χ².
    pub p: f64,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Estimate {
    /// How.
    pub estimator: Estimator,
    /// The mean over all treated rows (event times from 0 on).
    pub overall: Option<Effect>,
    /// By event time, the reference left out.
    pub event: Vec<EventEffect>,
    /// By cohort and event time; none for the plain regression.
    pub cohorts: Vec<CohortEffect>,
    /// The event time of comparison; none by imputation.
    pub reference: Option<f64>,
    /// That nothing shows before the start.
    pub pretest: Option<Wald>,
    /// Units used.
    pub units: usize,
    /// Units that start within the periods.
    pub treated_units: usize,
    /// Rows used.
    pub rows: usize,
    /// Clusters.
    pub clusters: usize,
    /// What was left out.
    pub left_out: LeftOut,
    /// Degrees of freedom of the t; none for the normal.
    pub degrees_of_freedom: Option<f64>,
    /// How errors were made.
    pub rule: &'static str,
    /// What to know.
    pub warnings: Vec<Warning>,
}

/// Rows left out, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct LeftOut {
    /// Something was missing.
    pub missing: usize,
    /// Of units treated from their first period on.
    pub always_treated: usize,
    /// Of periods in which the last cohort, which stands for the never treated, is treated itself.
    pub no_comparison: usize,
    /// Treated rows whose unit or period has no untreated row to predict from.
    pub not_imputed: usize,
}

/// Estimates.
///
/// # Errors
/// Missing columns, nobody treated or nobody untreated, a unit twice in a period or with two starts, no period before, options that do not
/// fit, unit and period effects that cannot be told apart.
pub fn estimate(frame: &Frame, spec: &Spec) -> Result<Estimate, Refusal> {
    let level = spec.level > 0.0 && spec.level < 1.0;
    if !(level && spec.anticipation >= 0.0 && spec.anticipation.is_finite() && spec.leads <= 100) {
        return Err(Refusal::new(
            "option",
            "level は0と1の間、anticipation は0以上、leads は100以下にしてください。",
            "level lies between 0 and 1, anticipation is 0 or more, leads at most 100",
        ));
    }
    let panel = Panel::read(frame, spec)?;
    let mut found = match spec.estimator {
        Estimator::InteractionWeighted => regression::interaction_weighted(&panel, spec)?,
        Estimator::TwoWay => regression::two_way(&panel, spec)?,
        Estimator::Imputation => imputation::imputation(&panel, spec)?,
    };
    rounded(&mut found, frame.numbers(&spec.outcome)?);
    let within = |at: f64| spec.min_event.is_none_or(|m| at >= m) && spec.max_event.is_none_or(|m| at <= m);
    found.event.retain(|e| within(e.at));
    found.cohorts.retain(|c| within(c.at));
    warn(&mut found);
    Ok(found)
}

/// What is nought but for rounding is nought, and has no error to be compared with: an outcome that unit and period explain as a whole.
fn rounded(found: &mut Estimate, outcome: &[f64]) {
    let largest = outcome.iter().filter(|y| y.is_finite()).fold(0.0_f64, |most, y| most.max(y.abs()));
    let nothing = |effect: &Effect| effect.effect.abs() <= 1e-12 * largest && effect.error.is_none_or(|e| e <= 1e-12 * largest);
    let all = found.event.iter_mut().map(|e| &mut e.effect).chain(found.cohorts.iter_mut().map(|c| &mut c.effect));
    for effect in all.chain(found.overall.as_mut()).filter(|e| nothing(e)) {
        found.pretest = None;
        *effect = Effect { effect: 0.0, error: None, lower: None, upper: None, p: None, rows: effect.rows };
    }
}

fn warn(found: &mut Estimate) {
    let clusters = found.clusters;
    if clusters < 20 {
        found.warnings.push(Warning::blocking(
            "few-clusters",
            format!("クラスターが{clusters}個しかありません。標準誤差が小さすぎるおそれがあります。"),
            format!("only {clusters} clusters: standard errors may be too small"),
        ));
    }
    if found.pretest.is_some_and(|t| t.p < 0.05) {
        found.warnings.push(Warning::blocking(
            "pre-trend",
            "処置前の効果の同時検定が棄却されました（p < 0.05）。平行トレンドの仮定が疑わしいです。",
            "effects before the start are jointly different from nought (p < 0.05): parallel trends are in doubt",
        ));
    }
    if found.estimator == Estimator::TwoWay {
        found.warnings.push(Warning::note(
            "two-way",
            "通常の二方向固定効果の回帰は比較のためだけに示します。群によって効果が異なると、重みが負になることがあります。",
            "the plain two-way regression is for comparison only: where cohorts differ, its weights may be negative",
        ));
    }
    let holes = found.left_out.not_imputed;
    if holes > 0 {
        found.warnings.push(Warning::note(
            "not-imputed",
            format!("処置された行のうち{holes}行は、その個体または時点に処置されていない行がなく、補完できないため除きました。"),
            format!("{holes} treated rows have no untreated row of their unit or period to predict from and are left out"),
        ));
    }
}

/// An effect from its variance, by t or the normal.
fn effect(value: f64, variance: f64, rows: usize, df: Option<f64>, level: f64) -> Effect {
    let error = Some(variance.max(0.0).sqrt()).filter(|e| *e > 0.0 && e.is_finite());
    let critical = df.map_or_else(|| normal_quantile(0.5 + level / 2.0), |df| t_quantile(0.5 + level / 2.0, df));
    let reach = error.map(|e| e * critical);
    let p = error.map(|e| df.map_or_else(|| normal_p(value / e), |df| t_p(value / e, df)));
    Effect { effect: value, error, lower: reach.map(|r| value - r), upper: reach.map(|r| value + r), p, rows }
}
