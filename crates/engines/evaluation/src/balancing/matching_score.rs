//! What it changes that the score matched on was estimated: Abadie and Imbens (2016), Econometrica 84(2), 781–807, theorem 1 and proposition 2.
//! Less for everybody, and for one arm alone less by the same and more by what the arm's own composition hangs on the score.

use super::effects::Estimand;
use super::matching::{Finder, Matching};
use super::sample::Sample;
use super::score::Score;
use crate::linear::Matrix;
use crate::sums::{dot, mean, sum};

/// The covariance of each column of the design with the outcome among some rows, divisor L − 1.
fn covariances(score: &Score, y: &[f64], rows: &[usize]) -> Vec<f64> {
    let centre = mean(&rows.iter().map(|j| y[*j]).collect::<Vec<_>>());
    let free = rows.len() as f64 - 1.0;
    (0..score.design.cols())
        .map(|c| {
            let own = mean(&rows.iter().map(|j| score.design[(*j, c)]).collect::<Vec<_>>());
            sum(rows.iter().map(|j| (score.design[(*j, c)] - own) * (y[*j] - centre))) / free
        })
        .collect()
}

/// What is added to the squared standard error; none when the score's information cannot be inverted.
pub(super) fn correction(finder: &Finder, sample: &Sample, score: &Score, spec: &Matching, estimand: Estimand, effect: f64) -> Option<f64> {
    let (count, k) = (sample.y.len() as f64, score.design.cols());
    let bounded = |p: f64| p.clamp(1e-12, 1.0 - 1e-12);
    let chance: Vec<f64> = score.probabilities.iter().map(|p| bounded(*p)).collect();
    let curve: Vec<f64> = chance.iter().zip(&score.slopes).map(|(p, f)| f * f / (p * (1.0 - p)) / count).collect();
    let inverse = score.design.gram(Some(&curve)).inverse_spd()?;
    let target: f64 = sum(chance.iter().map(|p| match estimand {
        Estimand::All => 1.0,
        Estimand::Treated => *p,
        Estimand::Comparison => 1.0 - p,
    }));
    let near = spec.variance_neighbours.max(2);
    let (mut shift, mut slope) = (vec![0.0; k], vec![0.0; k]);
    for (i, (p, f)) in chance.iter().copied().zip(score.slopes.iter().copied()).enumerate() {
        for arm in [true, false] {
            let weight = match (estimand, arm) {
                (Estimand::All, true) => 1.0 / p,
                (Estimand::All, false) => 1.0 / (1.0 - p),
                (Estimand::Treated, true) | (Estimand::Comparison, false) => 1.0,
                (Estimand::Treated, false) => p / (1.0 - p),
                (Estimand::Comparison, true) => (1.0 - p) / p,
            };
            let own = sample.treated[i] == arm;
            let mut rows = finder.nearest(i, arm, if own { near - 1 } else { near }, f64::INFINITY);
            rows.extend(own.then_some(i));
            if rows.len() > 1 {
                let found = covariances(score, &sample.y, &rows);
                shift.iter_mut().zip(found).for_each(|(s, c)| *s += weight * f * c / target);
            }
        }
        let other = finder.nearest(i, !sample.treated[i], spec.neighbours, f64::INFINITY);
        let apart = sample.y[i] - mean(&other.iter().map(|j| sample.y[*j]).collect::<Vec<_>>());
        let gain = if sample.treated[i] { apart } else { -apart } - effect;
        slope.iter_mut().enumerate().for_each(|(c, s)| *s += score.design[(i, c)] * f * gain / target);
    }
    let less = through(&inverse, &shift);
    let more = if estimand == Estimand::All { 0.0 } else { through(&inverse, &slope) };
    Some((more - less) / count).filter(|v| v.is_finite())
}

fn through(inverse: &Matrix, v: &[f64]) -> f64 {
    dot(v, &inverse.apply(v))
}
