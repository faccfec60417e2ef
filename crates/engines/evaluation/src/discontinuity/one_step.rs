//! Applicants who come again, in one regression on a panel of applicants and years: this year's outcome on every award of the years before,
//! holding the whole history of applications and scores.
//!
//! Cellini, Ferreira, Rothstein (2010), Quarterly Journal of Economics 125(1), 215–261, section IV: y_it = Σ_τ (θ_τ award_{i,t−τ} + α_τ
//! applied_{i,t−τ} + P_τ(score_{i,t−τ})) + applicant and year effects, errors by applicant. θ is the partial effect (later awards held still).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::result::Inference;
use crate::dist::{t_p, t_quantile};
use crate::frame::{Column, Frame};
use crate::least_squares;
use crate::notice::{Refusal, Warning};

/// One row an applicant and year.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct OneStepSpec {
    /// The outcome's column.
    pub outcome: String,
    /// The applicant.
    pub applicant: String,
    /// The year, a number.
    pub time: String,
    /// The score of an application in that year; empty where none was made.
    pub score: String,
    /// Whether an award came of it; when not given the cut-off decides alone.
    pub award: Option<String>,
    /// The cut-off.
    pub cutoff: f64,
    /// How many years after an application are followed.
    pub horizon: usize,
    /// The order of the polynomial of the score.
    pub order: usize,
    /// Whether each side of the cut-off has its own polynomial.
    pub sides: bool,
    /// The confidence of the intervals.
    pub level: f64,
}

impl Default for OneStepSpec {
    fn default() -> Self {
        Self {
            outcome: String::new(),
            applicant: String::new(),
            time: String::new(),
            score: String::new(),
            award: None,
            cutoff: 0.0,
            horizon: 3,
            order: 3,
            sides: false,
            level: 0.95,
        }
    }
}

/// The effect so many years after an award.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StepEffect {
    /// Years since.
    pub years: usize,
    /// The partial effect; none where the data leave none.
    pub effect: Option<Inference>,
    /// Rows with an application so many years before.
    pub applications: usize,
    /// Rows with an award so many years before.
    pub awards: usize,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OneStepEstimate {
    /// Year by year.
    pub since: Vec<StepEffect>,
    /// The sum over all years.
    pub total: Option<Inference>,
    /// Rows used.
    pub rows: usize,
    /// Applicants.
    pub applicants: usize,
    /// Degrees of freedom of the t.
    pub degrees_of_freedom: f64,
    /// The rule in words.
    pub rule: &'static str,
    /// What to know.
    pub warnings: Vec<Warning>,
}

/// An application.
#[derive(Clone, Copy)]
struct Applied {
    distance: f64,
    award: f64,
}

/// The partial effects by one regression.
///
/// # Errors
/// Missing columns, an applicant twice in a year, no applications, options that do not fit, and what least squares refuse.
pub fn one_step(frame: &Frame, spec: &OneStepSpec) -> Result<OneStepEstimate, Refusal> {
    let level = spec.level > 0.0 && spec.level < 1.0;
    if !(level && spec.horizon <= 50 && (1..=6).contains(&spec.order) && spec.cutoff.is_finite()) {
        return Err(Refusal::new(
            "option",
            "horizon は50以下、order は1〜6、level は0と1の間にしてください。",
            "horizon is at most 50, order 1 to 6, level between 0 and 1",
        ));
    }
    let used = frame.complete([&spec.applicant, &spec.time].map(String::as_str))?.rows;
    let (owner, applicants) = frame.groups(&spec.applicant, &used)?;
    let time = frame.numbers(&spec.time)?;
    let history = history(frame, spec, &used, &owner, time)?;
    let unit = scale(&history);
    let lags = |at: usize, lag: usize| history.get(&(owner[at], (time[used[at]] - lag as f64).to_bits())).copied();
    let (mut table, mut names) = (Frame::new(), Vec::new());
    let mut counts = Vec::new();
    for lag in 0..=spec.horizon {
        let past: Vec<Option<Applied>> = (0..used.len()).map(|at| lags(at, lag)).collect();
        counts.push((past.iter().flatten().count(), past.iter().flatten().filter(|a| a.award != 0.0).count()));
        let mut push = |name: String, value: &dyn Fn(Applied) -> f64| -> Result<(), Refusal> {
            let column = past.iter().map(|p| p.map_or(0.0, value)).collect();
            table = std::mem::take(&mut table).with(&name, Column::Number(column))?;
            names.push(name);
            Ok(())
        };
        push(format!("award{lag}"), &|a| a.award)?;
        push(format!("applied{lag}"), &|_| 1.0)?;
        for power in 1..=spec.order {
            push(format!("score{lag}p{power}"), &|a| crate::maths::powi(a.distance / unit, power))?;
            if spec.sides {
                push(format!("above{lag}p{power}"), &|a| {
                    if a.distance >= 0.0 { crate::maths::powi(a.distance / unit, power) } else { 0.0 }
                })?;
            }
        }
    }
    let outcome = frame.numbers(&spec.outcome)?;
    let table = table
        .with("y", Column::Number(used.iter().map(|r| outcome[*r]).collect()))?
        .with("applicant", Column::Number(owner.iter().map(|o| f64::from(*o)).collect()))?
        .with("time", Column::Number(used.iter().map(|r| time[*r]).collect()))?;
    let mut ask = least_squares::Spec::new("y", &names.iter().map(String::as_str).collect::<Vec<_>>());
    ask.fixed_effects = vec!["applicant".to_owned(), "time".to_owned()];
    ask.clusters = vec!["applicant".to_owned()];
    ask.confidence = spec.level;
    told(spec, &least_squares::estimate(&table, &ask)?, &counts, applicants)
}

/// Every application, by applicant and year.
fn history(
    frame: &Frame,
    spec: &OneStepSpec,
    used: &[usize],
    owner: &[u32],
    time: &[f64],
) -> Result<BTreeMap<(u32, u64), Applied>, Refusal> {
    let score = frame.numbers(&spec.score)?;
    let award = spec.award.as_deref().map(|a| frame.numbers(a)).transpose()?;
    let mut out = BTreeMap::new();
    let mut seen = std::collections::BTreeSet::new();
    for (row, own) in used.iter().zip(owner) {
        let at = (*own, (time[*row] + 0.0).to_bits());
        if !seen.insert(at) {
            let year = time[*row];
            return Err(Refusal::new(
                "applicant-twice",
                format!("同じ申請者の行が {year} に2つ以上あります。1者1年1行の表にしてください。"),
                format!("an applicant has several rows in {year}; the table must have one row an applicant and year"),
            ));
        }
        if score[*row].is_nan() {
            continue;
        }
        let distance = score[*row] - spec.cutoff;
        let won = award.map_or(f64::from(u8::from(distance >= 0.0)), |a| a[*row]);
        if won.is_nan() {
            continue;
        }
        out.insert(at, Applied { distance, award: won });
    }
    if out.is_empty() {
        return Err(Refusal::new(
            "no-applications",
            "点数のある行（申請）が1つもありません。",
            "no row has a score: there are no applications",
        ));
    }
    Ok(out)
}

/// The largest distance, so that powers stay of one size.
fn scale(history: &BTreeMap<(u32, u64), Applied>) -> f64 {
    let most = history.values().map(|a| a.distance.abs()).fold(0.0, f64::max);
    if most > 0.0 { most } else { 1.0 }
}

fn told(
    spec: &OneStepSpec,
    found: &least_squares::Estimate,
    counts: &[(usize, usize)],
    applicants: usize,
) -> Result<OneStepEstimate, Refusal> {
    let df = found.small_sample.degrees_of_freedom;
    let infer = |estimate: f64, variance: f64| {
        let standard_error = variance.max(0.0).sqrt();
        let reach = t_quantile(0.5 + spec.level / 2.0, df) * standard_error;
        let statistic = if standard_error > 0.0 { estimate / standard_error } else { 0.0 };
        let p = if standard_error > 0.0 { t_p(statistic, df) } else { f64::from(u8::from(estimate == 0.0)) };
        Inference { estimate, standard_error, statistic, p, interval: [estimate - reach, estimate + reach] }
    };
    let place = |lag: usize| found.coefficients.iter().position(|c| c.name == format!("award{lag}"));
    let places: Vec<Option<usize>> = (0..=spec.horizon).map(place).collect();
    let since: Vec<StepEffect> = places
        .iter()
        .zip(counts)
        .enumerate()
        .map(|(years, (place, (applications, awards)))| StepEffect {
            years,
            effect: place.map(|at| infer(found.coefficients[at].estimate, found.covariance[at][at])),
            applications: *applications,
            awards: *awards,
        })
        .collect();
    let known: Vec<usize> = places.iter().copied().flatten().collect();
    if known.is_empty() {
        return Err(Refusal::new(
            "no-effect",
            "採択の効果を推定できません。採択と不採択の両方がある年が必要です。",
            "no effect of awards can be estimated; there must be years with awards and applications without",
        ));
    }
    let total = (known.len() == places.len()).then(|| {
        let value = known.iter().map(|at| found.coefficients[*at].estimate).sum();
        infer(value, known.iter().flat_map(|i| known.iter().map(|j| found.covariance[*i][*j])).sum())
    });
    let mut warnings = found.warnings.clone();
    let lost = places.len() - known.len();
    if lost > 0 {
        warnings.push(Warning::note(
            "years-left-out",
            format!("{lost}個の経過年では効果を推定できませんでした（観測される年数が足りないか、ほかの列と重なっています）。"),
            format!("no effect could be had for {lost} of the years since: too few are observed, or they depend on other columns"),
        ));
    }
    Ok(OneStepEstimate {
        since,
        total,
        rows: found.rows,
        applicants,
        degrees_of_freedom: df,
        rule: "least squares with applicant and year effects, errors by applicant (CR1); years before the table begins count as without application",
        warnings,
    })
}
