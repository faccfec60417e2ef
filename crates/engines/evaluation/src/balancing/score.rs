//! The propensity score: logit or probit by Newton's method on standardised columns, with separation found and named. Rosenbaum and
//! Rubin (1983), Biometrika 70; Albert and Anderson (1984), Biometrika 71, on separation.

use serde::{Deserialize, Serialize};

use super::sample::{Covariates, Design, Sample};
use crate::dist::{normal_cdf, normal_pdf};
use crate::linear::Matrix;
use crate::maths::{exp, ln};
use crate::notice::Refusal;
use crate::sums::{dot, sum};

/// How the covariates become a probability.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Link {
    /// The logistic distribution function.
    #[default]
    Logit,
    /// The normal distribution function.
    Probit,
}

/// One coefficient of a model, in the units of its column.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Coefficient {
    /// The column; `(constant)` for the constant.
    pub name: String,
    /// The estimate.
    pub estimate: f64,
    /// Its standard error from the inverse of the information.
    pub standard_error: f64,
}

/// The fitted score.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Score {
    /// Logit or probit.
    pub link: Link,
    /// The coefficients, constant first.
    pub coefficients: Vec<Coefficient>,
    /// The greatest log likelihood.
    pub log_likelihood: f64,
    /// One minus its ratio to that of the constant alone (McFadden).
    pub pseudo_r2: f64,
    /// Steps of Newton's method.
    pub iterations: usize,
    /// Covariates left out because others explain them.
    pub left_out: Vec<String>,
    /// The probability of each row.
    #[serde(skip)]
    pub probabilities: Vec<f64>,
    /// The derivative of each row's probability by its index.
    #[serde(skip)]
    pub(super) slopes: Vec<f64>,
    /// The index of each row.
    #[serde(skip)]
    pub(super) index: Vec<f64>,
    /// For each column of the design the influence of each row on its coefficient.
    #[serde(skip)]
    pub(super) influence: Vec<Vec<f64>>,
    #[serde(skip)]
    pub(super) design: Matrix,
}

/// Probability, its slope, its logarithm for what happened, first and (minus) second derivative of that logarithm.
struct Parts {
    probability: f64,
    slope: f64,
    log: f64,
    first: f64,
    second: f64,
}

/// φ(x) / Φ(x); for far tails by the continued fraction.
fn mills(x: f64) -> f64 {
    if x > -25.0 {
        return normal_pdf(x) / normal_cdf(x);
    }
    let a = -x;
    a + 1.0 / (a + 2.0 / (a + 3.0 / (a + 4.0 / a)))
}

fn parts(link: Link, eta: f64, happened: bool) -> Parts {
    let sign = if happened { 1.0 } else { -1.0 };
    match link {
        Link::Logit => {
            let tail = exp(-eta.abs());
            let (far, near) = (tail / (1.0 + tail), 1.0 / (1.0 + tail));
            let probability = if eta >= 0.0 { near } else { far };
            let slope = far * near;
            let directed = sign * eta;
            let log = directed.min(0.0) - libm::log1p(tail);
            let missed = if (eta >= 0.0) == happened { far } else { near };
            Parts { probability, slope, log, first: sign * missed, second: slope }
        }
        Link::Probit => {
            let directed = sign * eta;
            let ratio = mills(directed);
            let chance = normal_cdf(directed);
            let log = if directed > -25.0 { ln(chance) } else { ln(normal_pdf(0.0)) - directed * directed / 2.0 - ln(ratio) };
            Parts {
                probability: normal_cdf(eta),
                slope: normal_pdf(eta),
                log,
                first: sign * ratio,
                second: (ratio * (ratio + directed)).max(0.0),
            }
        }
    }
}

struct Point {
    theta: Vec<f64>,
    eta: Vec<f64>,
    log: f64,
}

fn at(link: Link, z: &Matrix, sample: &Sample, theta: Vec<f64>) -> Point {
    let eta = z.apply(&theta);
    let log = sum((0..eta.len()).map(|i| sample.weights[i] * parts(link, eta[i], sample.treated[i]).log));
    Point { theta, eta, log }
}

/// Fits the score.
///
/// # Errors
/// Perfect or near-perfect separation of the arms, or an information matrix that cannot be inverted.
pub(super) fn fit(sample: &Sample, link: Link) -> Result<Score, Refusal> {
    let design = Design::of(&sample.covariates, &sample.weights);
    let z = &design.z;
    let (n, k) = (z.rows(), z.cols());
    let mut here = at(link, z, sample, vec![0.0; k]);
    let (mut iterations, mut converged) = (0, false);
    while iterations < 100 && !converged {
        let rows: Vec<Parts> = (0..n).map(|i| parts(link, here.eta[i], sample.treated[i])).collect();
        let gradient = z.apply_transposed(&(0..n).map(|i| sample.weights[i] * rows[i].first).collect::<Vec<_>>());
        let curve: Vec<f64> = (0..n).map(|i| sample.weights[i] * rows[i].second).collect();
        let right = Matrix::from_columns(k, std::slice::from_ref(&gradient));
        let Some(step) = z.gram(Some(&curve)).solve_spd(&right) else { return Err(separated(sample, &here.eta)) };
        let decrement = dot(&gradient, step.col(0));
        let mut share = 1.0;
        let next = loop {
            let theta = here.theta.iter().zip(step.col(0)).map(|(t, s)| t + share * s).collect();
            let tried = at(link, z, sample, theta);
            if tried.log >= here.log - 1e-12 * here.log.abs() || share < 1e-6 {
                break tried;
            }
            share /= 2.0;
        };
        iterations += 1;
        // Newton is quadratic: after a decrement this small the step just taken ends at rounding.
        converged = decrement < 1e-16 * (1.0 + here.log.abs()) && share == 1.0;
        here = next;
        if here.eta.iter().fold(0.0_f64, |m, e| m.max(e.abs())) > 500.0 {
            return Err(separated(sample, &here.eta));
        }
    }
    let extreme = if link == Link::Logit { 30.0 } else { 8.0 };
    let misfits = (0..n).any(|i| sample.weights[i] > 0.0 && (here.eta[i] > 0.0) != sample.treated[i]);
    if !converged || !misfits || here.eta.iter().any(|e| e.abs() > extreme && !tame(sample, &here.eta, extreme)) {
        return Err(separated(sample, &here.eta));
    }
    finish(sample, link, &design, here, iterations)
}

/// Whether extreme indices come from extreme values and not from coefficients that run away: then some row on each side contradicts.
fn tame(sample: &Sample, eta: &[f64], extreme: f64) -> bool {
    let side = |high: bool| {
        let mut arms = (0..eta.len()).filter(|i| if high { eta[*i] > extreme } else { eta[*i] < -extreme }).map(|i| sample.treated[i]);
        let first = arms.next();
        first.is_none() || arms.any(|arm| Some(arm) != first)
    };
    side(true) && side(false)
}

fn finish(sample: &Sample, link: Link, design: &Design, here: Point, iterations: usize) -> Result<Score, Refusal> {
    let z = &design.z;
    let rows: Vec<Parts> = (0..z.rows()).map(|i| parts(link, here.eta[i], sample.treated[i])).collect();
    let curve: Vec<f64> = rows.iter().zip(&sample.weights).map(|(r, w)| r.second * w).collect();
    let Some(inverse) = z.gram(Some(&curve)).inverse_spd() else { return Err(separated(sample, &here.eta)) };
    let back = design.back();
    let covariance = back.times(&inverse).times(&back.transpose());
    let estimates = back.apply(&here.theta);
    let coefficients = (design.names.iter().enumerate())
        .map(|(j, name)| Coefficient { name: name.clone(), estimate: estimates[j], standard_error: covariance[(j, j)].max(0.0).sqrt() })
        .collect();
    let n = z.rows() as f64;
    let scores: Vec<Vec<f64>> =
        (0..z.cols()).map(|j| (0..z.rows()).map(|i| sample.weights[i] * rows[i].first * z[(i, j)]).collect()).collect();
    let influence = (0..z.cols())
        .map(|j| (0..z.rows()).map(|i| n * (0..z.cols()).map(|m| inverse[(j, m)] * scores[m][i]).sum::<f64>()).collect())
        .collect();
    let share = sum(sample.weights.iter().zip(&sample.treated).filter(|(_, d)| **d).map(|(w, _)| *w)) / n;
    let alone = n * (share * ln(share) + (1.0 - share) * ln(1.0 - share));
    Ok(Score {
        link,
        coefficients,
        log_likelihood: here.log,
        pseudo_r2: 1.0 - here.log / alone,
        iterations,
        left_out: design.dropped.clone(),
        probabilities: rows.iter().map(|r| r.probability).collect(),
        slopes: rows.iter().map(|r| r.slope).collect(),
        index: here.eta,
        influence,
        design: z.clone(),
    })
}

/// Which covariates part the arms by themselves.
fn culprits(sample: &Sample, covariates: &Covariates) -> Vec<String> {
    let parts = |values: &[f64]| {
        let range = |arm: bool| {
            (values.iter().zip(&sample.treated))
                .filter(|(_, d)| **d == arm)
                .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), (v, _)| (low.min(*v), high.max(*v)))
        };
        let (treated, other) = (range(true), range(false));
        treated.1 <= other.0 || other.1 <= treated.0
    };
    covariates.names.iter().zip(&covariates.columns).filter(|(_, values)| parts(values)).map(|(name, _)| name.clone()).collect()
}

fn separated(sample: &Sample, eta: &[f64]) -> Refusal {
    let certain = eta.iter().filter(|e| e.abs() > 15.0).count();
    let named = culprits(sample, &sample.covariates).join(", ");
    let (ja, en) = if named.is_empty() {
        ("共変量の組合せ".to_owned(), "a combination of covariates".to_owned())
    } else {
        (format!("列「{named}」"), format!("column \"{named}\""))
    };
    Refusal::new(
        "separation",
        format!(
            "{ja}で処置群と比較群が（ほぼ）完全に分かれ、傾向スコアが定まりません（確率が0か1になる行: {certain}件）。その列を外すか、重なりのある対象に絞ってください。"
        ),
        format!(
            "{en} parts the treated from the others (nearly) perfectly, so that the propensity score is not determined ({certain} rows with a probability of 0 or 1); leave it out, or keep to rows where the arms overlap"
        ),
    )
}
