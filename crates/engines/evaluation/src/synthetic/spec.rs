//! What the synthetic comparisons are asked, and what they answer.

use serde::{Deserialize, Serialize};

use super::control::Optimum;
use super::weights::Solver;
use crate::notice::Warning;

/// How the comparison is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// Synthetic difference-in-differences.
    SyntheticDid,
    /// Synthetic control on the outcomes before treatment, solved exactly.
    Control,
    /// Synthetic control on predictors, with their importance given or sought.
    Predictors,
    /// Synthetic control with the small ridge and the stopping rule of the synthetic difference-in-differences paper.
    ControlRidge,
    /// Difference-in-differences with equal weights.
    Did,
}

/// Where a standard error comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ErrorRule {
    /// None.
    None,
    /// Untreated units take the treated units' place; needs more untreated than treated units.
    #[default]
    Placebo,
    /// Units left out in turn, weights kept; needs several treated units.
    Jackknife,
    /// Units drawn with replacement; needs several treated units.
    Bootstrap,
}

/// A column averaged over periods, to be matched.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Predictor {
    /// The column.
    pub column: String,
    /// The first period.
    pub from: f64,
    /// The last period.
    pub to: f64,
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Spec {
    /// The outcome's column.
    pub outcome: String,
    /// The column of units (regions, sectors).
    pub unit: String,
    /// The column of periods.
    pub time: String,
    /// A column that is 1 for a unit from its first treated period on and 0 before; or name the units and the period below.
    pub treatment: Option<String>,
    /// The treated units, when there is no treatment column.
    pub treated_units: Vec<String>,
    /// Their first treated period.
    pub first_treated: Option<f64>,
    /// How to compare.
    pub methods: Vec<Method>,
    /// What is matched besides; for [`Method::Predictors`].
    pub predictors: Vec<Predictor>,
    /// The importance of each predictor; none: sought.
    pub v: Option<Vec<f64>>,
    /// The first of the periods that V is judged by; none: the first there is.
    pub fit_from: Option<f64>,
    /// The last of them; none: the last before treatment.
    pub fit_to: Option<f64>,
    /// From how many starts V is sought.
    pub starts: usize,
    /// How weights are found for [`Method::SyntheticDid`] and [`Method::ControlRidge`].
    pub solver: Solver,
    /// ζ of the units' weights; none: (N₁T₁)^¼ σ̂ (10⁻⁶ σ̂ for synthetic control).
    pub zeta_omega: Option<f64>,
    /// ζ of the periods' weights; none: 10⁻⁶ σ̂.
    pub zeta_lambda: Option<f64>,
    /// The walk stops when a step lowers its criterion by less than the square of this; none: 10⁻⁵ σ̂.
    pub min_decrease: Option<f64>,
    /// The most steps of the walk.
    pub max_steps: usize,
    /// The steps before small weights are dropped.
    pub steps_before_sparse: usize,
    /// Where the standard error comes from.
    pub error: ErrorRule,
    /// How many placebo or bootstrap draws.
    pub replications: usize,
    /// The seed of the draws.
    pub seed: u64,
    /// Whether every untreated unit is treated in pretence, to rank the treated among them (synthetic control).
    pub placebo_in_space: bool,
    /// The level of intervals.
    pub confidence: f64,
}

impl Default for Spec {
    fn default() -> Self {
        Self {
            outcome: String::new(),
            unit: String::new(),
            time: String::new(),
            treatment: None,
            treated_units: Vec::new(),
            first_treated: None,
            methods: vec![Method::SyntheticDid, Method::Control, Method::Did],
            predictors: Vec::new(),
            v: None,
            fit_from: None,
            fit_to: None,
            starts: 30,
            solver: Solver::FrankWolfe,
            zeta_omega: None,
            zeta_lambda: None,
            min_decrease: None,
            max_steps: 10_000,
            steps_before_sparse: 100,
            error: ErrorRule::Placebo,
            replications: 200,
            seed: 20_240_601,
            placebo_in_space: true,
            confidence: 0.95,
        }
    }
}

/// A unit and its weight.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct UnitWeight {
    /// The unit.
    pub unit: String,
    /// Its weight.
    pub weight: f64,
}

/// A period and its weight.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TimeWeight {
    /// The period.
    pub time: f64,
    /// Its weight.
    pub weight: f64,
}

/// One period of the comparison.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Gap {
    /// The period.
    pub time: f64,
    /// The treated units' mean.
    pub treated: f64,
    /// What it is compared with.
    pub synthetic: f64,
    /// The difference.
    pub gap: f64,
}

/// A predictor with and without treatment.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PredictorRow {
    /// The predictor.
    pub name: String,
    /// The treated.
    pub treated: f64,
    /// The weighted untreated.
    pub synthetic: f64,
    /// The plain mean of the untreated.
    pub mean_untreated: f64,
}

/// Units that start together.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Cohort {
    /// Their first treated period.
    pub first_treated: f64,
    /// The units.
    pub treated: Vec<String>,
    /// Their effect.
    pub effect: f64,
    /// Units times treated periods: their share in the average.
    pub cells: usize,
    /// σ̂, the spread of the untreated units' changes before treatment.
    pub noise: f64,
    /// ζ of the units' weights.
    pub zeta_omega: f64,
    /// ζ of the periods' weights.
    pub zeta_lambda: f64,
    /// The untreated units' weights.
    pub unit_weights: Vec<UnitWeight>,
    /// The weights of the periods before treatment.
    pub time_weights: Vec<TimeWeight>,
    /// Period by period; for (synthetic) difference-in-differences the comparison is moved by the weighted gap before treatment.
    pub gaps: Vec<Gap>,
    /// The root of the mean squared gap before treatment.
    pub rmspe_before: f64,
    /// The same after.
    pub rmspe_after: f64,
    /// What the exact minimum gives where the walk was used.
    pub exact_effect: Option<f64>,
    /// Whether other weights fit as well.
    pub unique: bool,
}

/// One unit treated in pretence.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PlaceboUnit {
    /// The unit.
    pub unit: String,
    /// Its average gap after treatment.
    pub effect: f64,
    /// Before treatment.
    pub rmspe_before: f64,
    /// After by before.
    pub ratio: f64,
}

/// The treated among the units treated in pretence.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PlaceboInSpace {
    /// The treated unit's ratio of root mean squared gaps, after by before.
    pub ratio: f64,
    /// Its rank among all, 1 for the greatest.
    pub rank: usize,
    /// Rank by the number of units.
    pub p: f64,
    /// The same among units whose gap before treatment is at most 20, 5 and 2 times the treated unit's.
    pub p_within: [f64; 3],
    /// Unit by unit.
    pub units: Vec<PlaceboUnit>,
}

/// What one method gives.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Effect {
    /// The method.
    pub method: Method,
    /// The average effect on the treated after treatment.
    pub estimate: f64,
    /// Its standard error.
    pub standard_error: Option<f64>,
    /// Where that comes from, in words.
    pub rule: String,
    /// Two-sided, by the normal.
    pub p: Option<f64>,
    /// The interval.
    pub interval: Option<[f64; 2]>,
    /// By start of treatment.
    pub cohorts: Vec<Cohort>,
    /// The effect of each treated unit alone, when there are several.
    pub single_units: Vec<UnitWeight>,
    /// Ranks among units treated in pretence.
    pub placebo: Option<PlaceboInSpace>,
    /// Every local optimum that the search for V found, best first.
    pub optima: Vec<Optimum>,
    /// How predictors are matched.
    pub predictors: Vec<PredictorRow>,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Estimate {
    /// Treated and untreated units.
    pub units: [usize; 2],
    /// Periods.
    pub periods: usize,
    /// One a method.
    pub effects: Vec<Effect>,
    /// What is doubtful.
    pub warnings: Vec<Warning>,
}
