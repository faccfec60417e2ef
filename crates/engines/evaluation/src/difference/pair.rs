//! One cohort against its comparison between two periods: the building block of every group-time effect, with its influence function.
//!
//! Regression (Heckman, Ichimura, Todd 1997), weighting with normalised weights (Abadie 2005), and the doubly robust estimators of
//! Sant'Anna and Zhao (2020, *Journal of Econometrics* 219): the traditional one (logit and least squares) and the improved one
//! (inverse probability tilting and weighted least squares), for panels and for repeated cross-sections.

use super::Method;
use super::logit::{self, Link};
use crate::linear::{Matrix, Orthogonal};
use crate::sums::sum;

/// Comparison units whose odds are beyond this propensity are left out of the weights, as in the peers (Sant'Anna and Zhao's programs).
const TRIM: f64 = 0.995;
/// From this propensity on there is nothing to compare with.
const OVERLAP: f64 = 0.999;
/// A column that keeps less than this share of its length after the others counts as dependent on them.
const RANK: f64 = 1e-9;

/// The rows of one comparison.
pub(super) struct Sample {
    /// Changes of the outcome for a panel, levels for cross-sections.
    pub y: Vec<f64>,
    /// Whether the row is of the treated cohort.
    pub treated: Vec<bool>,
    /// For cross-sections, whether the row is of the later of the two (the measured) period.
    pub post: Option<Vec<bool>>,
    /// Sampling weights.
    pub weights: Vec<f64>,
    /// Covariates without the intercept, one column each.
    pub covariates: Vec<Vec<f64>>,
}

/// An effect and what each row contributes to its deviation: the variance is the sum of squares.
pub(super) struct Effect {
    pub effect: f64,
    pub influence: Vec<f64>,
}

/// Why a cell has no effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gap {
    /// Nobody of the cohort, or no weight.
    NoTreated,
    /// Nobody to compare with.
    NoComparison,
    /// The covariates tell the cohort from the comparison (nearly) without fail.
    Overlap,
    /// The comparison is too small, or its covariates too dependent, for the regression.
    Regression,
}

/// One ratio of weighted means in the sum that makes the effect.
struct Part {
    sign: f64,
    weight: Vec<f64>,
    value: Vec<f64>,
    /// For each outcome model, the factor of −x in the value's derivative by its coefficients.
    models: Vec<(usize, f64)>,
    /// Whether the weight is the odds of the propensity.
    odds: bool,
}

/// An outcome model: least squares over some rows.
struct Model {
    basis: Orthogonal,
    rows: Vec<usize>,
    root: Vec<f64>,
    fitted: Vec<f64>,
}

/// The effect by a method.
pub(super) fn effect(sample: &Sample, method: Method) -> Result<Effect, Gap> {
    let weight = |wanted: bool| sum(sample.weights.iter().zip(&sample.treated).filter(|(_, d)| **d == wanted).map(|(w, _)| *w));
    if weight(true) <= 0.0 {
        return Err(Gap::NoTreated);
    }
    if weight(false) <= 0.0 {
        return Err(Gap::NoComparison);
    }
    let x = design(sample);
    let treated: Vec<f64> = sample.treated.iter().map(|d| f64::from(u8::from(*d))).collect();
    let link = match method {
        Method::ImprovedDoublyRobust => Link::Tilt,
        Method::DoublyRobust | Method::Weighting | Method::Regression => Link::Logit,
    };
    let scores = if method == Method::Regression { None } else { Some(scores(sample, &x, &treated, link)?) };
    let models = if method == Method::Weighting { Vec::new() } else { models(sample, &x, method, scores.as_ref())? };
    let parts = match &sample.post {
        None => panel_parts(sample, method, scores.as_ref(), &models),
        Some(post) => section_parts(sample, post, method, scores.as_ref(), &models),
    };
    combine(sample, &x, &treated, method, scores.as_ref(), &models, &parts)
}

/// The intercept and the covariates, centred and scaled to this sample (which changes no estimate); dependent ones left out.
fn design(sample: &Sample) -> Matrix {
    let n = sample.y.len();
    let mut columns = vec![vec![1.0; n]];
    for covariate in &sample.covariates {
        let centre = crate::sums::mean(covariate);
        let spread = crate::sums::deviation(covariate);
        // A column without spread is the intercept again.
        if spread > RANK * centre.abs() && spread.is_finite() {
            columns.push(covariate.iter().map(|v| (v - centre) / spread).collect());
        }
    }
    let all = Matrix::from_columns(n, &columns);
    if columns.len() <= 2 {
        return all;
    }
    let kept = Orthogonal::of(&all, RANK).kept;
    all.select(&kept)
}

/// Propensity: odds of each row (0 where trimmed), fitted probabilities and the inverse information.
struct Scores {
    odds: Vec<f64>,
    keep: Vec<f64>,
    probability: Vec<f64>,
    inverse: Matrix,
}

fn scores(sample: &Sample, x: &Matrix, treated: &[f64], link: Link) -> Result<Scores, Gap> {
    let logit = logit::fit(x, treated, &sample.weights, Link::Logit).ok_or(Gap::Overlap)?;
    if logit.probability.iter().any(|p| *p >= OVERLAP) {
        return Err(Gap::Overlap);
    }
    let fit = match link {
        Link::Logit => logit,
        Link::Tilt => logit::fit(x, treated, &sample.weights, Link::Tilt).unwrap_or(logit),
    };
    let probability: Vec<f64> = fit.probability.iter().map(|p| p.min(1.0 - 1e-6)).collect();
    let keep = probability.iter().zip(&sample.treated).map(|(p, d)| f64::from(u8::from(*d || *p < TRIM))).collect();
    let odds = probability.iter().map(|p| p / (1.0 - p)).collect();
    Ok(Scores { odds, keep, probability, inverse: fit.inverse })
}

/// The outcome models: for a panel, the comparison's change; for cross-sections the comparison's level before and after and, for the
/// doubly robust methods, the cohort's too.
fn models(sample: &Sample, x: &Matrix, method: Method, scores: Option<&Scores>) -> Result<Vec<Model>, Gap> {
    let groups: Vec<(bool, Option<bool>)> = match (&sample.post, method) {
        (None, _) => vec![(false, None)],
        (Some(_), Method::Regression | Method::Weighting) => vec![(false, Some(false)), (false, Some(true))],
        (Some(_), Method::DoublyRobust | Method::ImprovedDoublyRobust) => {
            vec![(false, Some(false)), (false, Some(true)), (true, Some(false)), (true, Some(true))]
        }
    };
    groups.into_iter().map(|(treated, when)| model(sample, x, method, scores, treated, when)).collect()
}

fn model(sample: &Sample, x: &Matrix, method: Method, scores: Option<&Scores>, treated: bool, when: Option<bool>) -> Result<Model, Gap> {
    let of = |row: &usize| {
        sample.treated[*row] == treated
            && sample.weights[*row] > 0.0
            && when.is_none_or(|when| sample.post.as_ref().is_some_and(|post| post[*row] == when))
    };
    let rows: Vec<usize> = (0..sample.y.len()).filter(of).collect();
    let root: Vec<f64> = rows
        .iter()
        .map(|row| match scores {
            Some(scores) if method == Method::ImprovedDoublyRobust && !treated => (sample.weights[*row] * scores.odds[*row]).sqrt(),
            _ => sample.weights[*row].sqrt(),
        })
        .collect();
    if rows.len() < x.cols() {
        return Err(Gap::Regression);
    }
    let scaled: Vec<Vec<f64>> = (0..x.cols()).map(|j| rows.iter().zip(&root).map(|(row, root)| x[(*row, j)] * root).collect()).collect();
    let basis = Orthogonal::of(&Matrix::from_columns(rows.len(), &scaled), RANK);
    if !basis.collinear.is_empty() {
        return Err(Gap::Regression);
    }
    let y: Vec<f64> = rows.iter().zip(&root).map(|(row, root)| sample.y[*row] * root).collect();
    let fitted = x.apply(&basis.fit(&y));
    Ok(Model { basis, rows, root, fitted })
}

/// w·1{treated} for rows where `also` holds.
fn own(sample: &Sample, keep: Option<&Scores>, also: impl Fn(usize) -> bool) -> Vec<f64> {
    (0..sample.y.len())
        .map(|i| if sample.treated[i] && also(i) { sample.weights[i] * keep.map_or(1.0, |s| s.keep[i]) } else { 0.0 })
        .collect()
}

/// w·odds·1{comparison} for rows where `also` holds.
fn weighed(sample: &Sample, scores: &Scores, also: impl Fn(usize) -> bool) -> Vec<f64> {
    let one = |i: usize| if !sample.treated[i] && also(i) { sample.weights[i] * scores.keep[i] * scores.odds[i] } else { 0.0 };
    (0..sample.y.len()).map(one).collect()
}

fn panel_parts(sample: &Sample, method: Method, scores: Option<&Scores>, models: &[Model]) -> Vec<Part> {
    let (value, on): (Vec<f64>, Vec<(usize, f64)>) = match models.first() {
        Some(model) => (sample.y.iter().zip(&model.fitted).map(|(y, m)| y - m).collect(), vec![(0, 1.0)]),
        None => (sample.y.clone(), Vec::new()),
    };
    let mut parts = vec![Part { sign: 1.0, weight: own(sample, scores, |_| true), value: value.clone(), models: on.clone(), odds: false }];
    if let (Some(scores), true) = (scores, method != Method::Regression) {
        parts.push(Part { sign: -1.0, weight: weighed(sample, scores, |_| true), value, models: on, odds: true });
    }
    parts
}

fn section_parts(sample: &Sample, post: &[bool], method: Method, scores: Option<&Scores>, models: &[Model]) -> Vec<Part> {
    let n = sample.y.len();
    let mut parts = Vec::new();
    let two = method == Method::Regression;
    for (when, sign) in [(true, 1.0), (false, -1.0)] {
        let model = usize::from(when);
        let of_time = |i: usize| post[i] == when;
        let (value, on): (Vec<f64>, Vec<(usize, f64)>) = if models.is_empty() || two {
            (sample.y.clone(), Vec::new())
        } else {
            ((0..n).map(|i| sample.y[i] - models[usize::from(post[i])].fitted[i]).collect(), vec![(model, 1.0)])
        };
        parts.push(Part { sign, weight: own(sample, scores, of_time), value: value.clone(), models: on.clone(), odds: false });
        if let (Some(scores), false) = (scores, two) {
            parts.push(Part { sign: -sign, weight: weighed(sample, scores, of_time), value, models: on, odds: true });
        }
        if two {
            let value = models[model].fitted.iter().map(|m| -m).collect();
            parts.push(Part { sign, weight: own(sample, None, |_| true), value, models: vec![(model, 1.0)], odds: false });
        }
        if let (true, [.., before, after]) = (models.len() == 4, models) {
            // The cohort's own model takes out what its two samples' covariates differ by (local efficiency).
            let (theirs, number) = if when { (after, 3) } else { (before, 2) };
            let gap: Vec<f64> = theirs.fitted.iter().zip(&models[model].fitted).map(|(a, b)| a - b).collect();
            let on = vec![(number, -1.0), (model, 1.0)];
            let (all, some) = (own(sample, scores, |_| true), own(sample, scores, of_time));
            parts.push(Part { sign, weight: all, value: gap.clone(), models: on.clone(), odds: false });
            parts.push(Part { sign: -sign, weight: some, value: gap, models: on, odds: false });
        }
    }
    parts
}

/// Adds the parts up and, but for the improved method, what estimating the nuisance models adds to the deviation.
fn combine(
    sample: &Sample,
    x: &Matrix,
    treated: &[f64],
    method: Method,
    scores: Option<&Scores>,
    models: &[Model],
    parts: &[Part],
) -> Result<Effect, Gap> {
    let n = sample.y.len();
    let (mut effect, mut influence) = (0.0, vec![0.0; n]);
    let mut by_model = vec![vec![0.0; x.cols()]; models.len()];
    let mut by_score = vec![0.0; x.cols()];
    for part in parts {
        let total = sum(part.weight.iter().copied());
        if total <= 0.0 {
            return Err(if part.odds { Gap::NoComparison } else { Gap::NoTreated });
        }
        let mean = sum(part.weight.iter().zip(&part.value).map(|(w, v)| w * v)) / total;
        effect += part.sign * mean;
        let own: Vec<f64> = (0..n).map(|i| part.sign * part.weight[i] * (part.value[i] - mean) / total).collect();
        influence.iter_mut().zip(&own).for_each(|(sum, v)| *sum += v);
        if !part.models.is_empty() {
            let pull = x.apply_transposed(&part.weight);
            for (model, factor) in &part.models {
                by_model[*model].iter_mut().zip(&pull).for_each(|(m, p)| *m -= part.sign * factor * p / total);
            }
        }
        if part.odds {
            by_score.iter_mut().zip(x.apply_transposed(&own)).for_each(|(m, p)| *m += p);
        }
    }
    // First-order, estimating the nuisance models does not move the improved estimator (Sant'Anna and Zhao 2020, theorem 2).
    if method != Method::ImprovedDoublyRobust {
        for (model, pull) in models.iter().zip(&by_model) {
            let along = x.apply(&solve_gram(&model.basis, pull));
            for (row, root) in model.rows.iter().zip(&model.root) {
                influence[*row] += root * root * (sample.y[*row] - model.fitted[*row]) * along[*row];
            }
        }
        if let Some(scores) = scores {
            let along = x.apply(&scores.inverse.apply(&by_score));
            for (i, v) in influence.iter_mut().enumerate() {
                *v += sample.weights[i] * (treated[i] - scores.probability[i]) * along[i];
            }
        }
    }
    if effect.is_finite() && influence.iter().all(|v| v.is_finite()) { Ok(Effect { effect, influence }) } else { Err(Gap::Regression) }
}

/// (X′WX)⁻¹v from the triangular factor.
fn solve_gram(basis: &Orthogonal, v: &[f64]) -> Vec<f64> {
    let n = v.len();
    let mut forward = v.to_vec();
    for i in 0..n {
        for j in 0..i {
            forward[i] -= basis.r[(j, i)] * forward[j];
        }
        forward[i] /= basis.r[(i, i)];
    }
    basis.back(&forward)
}
