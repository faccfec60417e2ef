//! What is planned, and what a plan answers.

use serde::{Deserialize, Serialize};

use crate::discontinuity::Kernel;
use crate::notice::{Refusal, Warning};

/// How effect will be told from chance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Design {
    /// Two arms as if by lot.
    #[default]
    Comparison,
    /// The treated against rows made like them.
    Matching,
    /// Just above against just below a cut-off.
    Discontinuity,
    /// Changes of the treated against changes of the others.
    Panel,
}

/// How scores are spread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Score {
    /// Like the normal.
    #[default]
    Normal,
    /// Evenly.
    Uniform,
}

/// The columns of a pilot's table: variances are taken from it instead of from numbers.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Pilot {
    /// The outcome.
    pub outcome: String,
    /// Covariates: they take their share of the variance (comparison) or make the arms alike (matching).
    pub covariates: Vec<String>,
    /// Clusters.
    pub cluster: Option<String>,
    /// The treatment, 1 or 0 (matching, and a fuzzy cut-off).
    pub treatment: Option<String>,
    /// The score (cut-off).
    pub score: Option<String>,
    /// The pilot's cut-off.
    pub cutoff: f64,
    /// The unit (panel).
    pub unit: Option<String>,
    /// The period, a number (panel).
    pub time: Option<String>,
}

/// A plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Spec {
    /// How effect will be told from chance.
    pub design: Design,
    /// Firms planned: applicants of a cut-off, units of a panel, rows of both arms.
    pub rows: usize,
    /// The share that will be treated, or is selected at a cut-off.
    pub treated: f64,
    /// The outcome's standard deviation; without it effects are in standard deviations.
    pub deviation: Option<f64>,
    /// The share of its variance that covariates explain.
    pub explained: f64,
    /// The confidence of the interval: a test at one minus it, two-sided.
    pub confidence: f64,
    /// The power asked.
    pub power: f64,
    /// The effect whose power, and the rows for it, are asked.
    pub effect: Option<f64>,
    /// The share of rows that will be lost.
    pub attrition: f64,
    /// How much treatment (or the cut-off) moves take-up: 1 when everyone complies.
    pub compliance: f64,
    /// Firms in a cluster, on average, when clusters are treated as a whole or errors go together within them.
    pub cluster_size: Option<f64>,
    /// The coefficient of variation of cluster sizes.
    pub cluster_spread: f64,
    /// The correlation of two firms of one cluster (of their changes, in a panel).
    pub intraclass: f64,
    /// How scores are spread.
    pub score: Score,
    /// The bandwidth, in standard deviations of the score; all rows without it.
    pub reach: Option<f64>,
    /// The order of the polynomial on each side.
    pub order: usize,
    /// The kernel within the bandwidth.
    pub kernel: Kernel,
    /// Periods before.
    pub before: usize,
    /// Periods after.
    pub after: usize,
    /// The part of the variance that is the unit's own and stays.
    pub correlation: f64,
    /// How much of the rest passes from a period to the next (AR(1)).
    pub autocorrelation: f64,
    /// Matching: how far the arms' means of the score's index are apart, in standard deviations.
    pub imbalance: f64,
    /// Matching: neighbours; weighting when not given.
    pub neighbours: Option<usize>,
    /// A pilot's columns.
    pub pilot: Option<Pilot>,
}

impl Default for Spec {
    fn default() -> Self {
        Self {
            design: Design::Comparison,
            rows: 0,
            treated: 0.5,
            deviation: None,
            explained: 0.0,
            confidence: 0.95,
            power: 0.8,
            effect: None,
            attrition: 0.0,
            compliance: 1.0,
            cluster_size: None,
            cluster_spread: 0.0,
            intraclass: 0.0,
            score: Score::Normal,
            reach: None,
            order: 1,
            kernel: Kernel::Triangular,
            before: 1,
            after: 1,
            correlation: 0.0,
            autocorrelation: 0.0,
            imbalance: 0.0,
            neighbours: None,
            pilot: None,
        }
    }
}

impl Spec {
    /// The size of the test.
    pub(super) fn significance(&self) -> f64 {
        1.0 - self.confidence
    }

    pub(super) fn check(&self) -> Result<(), Refusal> {
        let open = |v: f64| v > 0.0 && v < 1.0;
        let share = |v: f64| (0.0..1.0).contains(&v);
        let wrong = |field: &str, ja: &str, en: &str| {
            Err(Refusal::new("plan", format!("`{field}` は{ja}にしてください。"), format!("`{field}` {en}")))
        };
        for (field, value) in [("treated", self.treated), ("confidence", self.confidence), ("power", self.power)] {
            if !open(value) {
                return wrong(field, "0と1の間", "lies between 0 and 1");
            }
        }
        if self.power <= 1.0 - self.confidence {
            return wrong("power", "検定の大きさ（1 − confidence）より大きい値", "is above the size of the test, 1 - confidence");
        }
        for (field, value) in [("explained", self.explained), ("attrition", self.attrition), ("intraclass", self.intraclass)] {
            if !share(value) {
                return wrong(field, "0以上1未満", "is at least 0 and below 1");
            }
        }
        for (field, value) in [("correlation", self.correlation), ("autocorrelation", self.autocorrelation.abs())] {
            if !share(value) {
                return wrong(field, "1未満", "is below 1");
            }
        }
        if !(self.compliance > 0.0 && self.compliance <= 1.0) {
            return wrong("compliance", "0より大きく1以下", "is above 0 and at most 1");
        }
        let positive = [("deviation", self.deviation), ("cluster-size", self.cluster_size), ("reach", self.reach)];
        for (field, value) in positive {
            if value.is_some_and(|v| !(v > 0.0 && v < 1e300)) {
                return wrong(field, "正の数", "is a positive number");
            }
        }
        if self.cluster_size.is_some_and(|m| m < 1.0) {
            return wrong("cluster-size", "1以上", "is at least 1");
        }
        for (field, value) in [("cluster-spread", self.cluster_spread), ("imbalance", self.imbalance.abs())] {
            if !(0.0..=30.0).contains(&value) {
                return wrong(field, "0以上30以下", "is at least 0 and at most 30");
            }
        }
        if self.effect.is_some_and(|e| !e.is_finite()) {
            return wrong("effect", "数値", "is a number");
        }
        let periods = 1..=1_000;
        if !periods.contains(&self.before)
            || !periods.contains(&self.after)
            || self.order > 5
            || self.neighbours == Some(0)
            || self.rows == 0
        {
            return wrong(
                "rows・before・after・order・neighbours",
                "順に1以上・1〜1000・1〜1000・5以下・1以上",
                "are at least 1, 1 to 1000, 1 to 1000, at most 5, and at least 1",
            );
        }
        Ok(())
    }
}

/// What makes the error larger or smaller than that of an even comparison.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Part {
    /// A stable word: `arms`, `explained`, `clusters`, `attrition`, `cut-off`, `changes`, `overlap`, `take-up`, `pilot`.
    pub code: &'static str,
    /// What it is, in Japanese.
    pub ja: String,
    /// In English.
    pub en: String,
    /// What it multiplies the variance by.
    pub factor: f64,
}

/// A point of the power curve.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Point {
    /// The effect.
    pub effect: f64,
    /// Its power.
    pub power: f64,
}

/// What a plan can show.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Estimate {
    /// The design.
    pub design: Design,
    /// Rows planned.
    pub rows: usize,
    /// Rows left after attrition.
    pub analysed: f64,
    /// Clusters among them.
    pub clusters: Option<f64>,
    /// The outcome's standard deviation.
    pub deviation: f64,
    /// Whether effects are in standard deviations for want of one.
    pub in_deviations: bool,
    /// The standard error to be expected.
    pub standard_error: f64,
    /// Degrees of freedom of the test; infinite for the normal.
    #[serde(serialize_with = "finite")]
    pub degrees_of_freedom: f64,
    /// The least effect found with the asked power.
    pub minimum_detectable_effect: f64,
    /// The same in standard deviations of the outcome.
    pub in_standard_deviations: f64,
    /// The power at the asked effect.
    pub power_at_effect: Option<f64>,
    /// The fewest rows that would have the asked power at the asked effect; none when no number is enough.
    pub rows_needed: Option<usize>,
    /// What the variance is made of: the product of the factors × deviation² × 4 / rows is the squared error.
    pub parts: Vec<Part>,
    /// Power from no effect to twice the least that is found.
    pub curve: Vec<Point>,
    /// The rule in words.
    pub rule: &'static str,
    /// What the pilot said.
    pub pilot: Option<Told>,
    /// What to know.
    pub warnings: Vec<Warning>,
}

/// What a pilot said.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Told {
    /// Its rows (units, in a panel).
    pub rows: usize,
    /// The share of variance that covariates explain.
    pub explained: Option<f64>,
    /// The correlation within clusters.
    pub intraclass: Option<f64>,
    /// The mean size of a cluster, and its coefficient of variation.
    pub cluster_size: Option<[f64; 2]>,
    /// The pilot's own standard error, by the estimator of the design.
    pub standard_error: Option<f64>,
    /// The standard deviation of the change from `before` to `after` periods, net of periods' means.
    pub change: Option<f64>,
    /// What was done, in words.
    pub rule: &'static str,
}

fn finite<S: serde::Serializer>(value: &f64, to: S) -> Result<S::Ok, S::Error> {
    if value.is_finite() { to.serialize_some(value) } else { to.serialize_none() }
}
