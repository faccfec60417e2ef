//! Fixed-length intervals under smoothness: the affine estimator whose worst bias and error give the shortest interval (Rambachan and Roth
//! 2023, section 4.1, after Armstrong and Kolesár 2018), found exactly.
//!
//! The worst bias is M times a sum of absolute values, the variance a quadratic form: estimators that trade one for the other lie on the
//! path of a lasso, which is piecewise linear. Along it the length has one minimum.

use super::{Interval, Scaled, Spec};
use crate::dist::{normal_cdf, normal_pdf, normal_quantile};
use crate::linear::Matrix;

/// The quantile of |N(bias, 1)|.
#[must_use]
pub fn folded_quantile(share: f64, bias: f64) -> f64 {
    let bias = bias.abs();
    let (mut low, mut high) = (bias + normal_quantile(share), bias + normal_quantile(f64::midpoint(1.0, share)));
    low = low.max(0.0);
    let mut c = f64::midpoint(low, high);
    for _ in 0..200 {
        let gap = normal_cdf(c - bias) - normal_cdf(-c - bias) - share;
        if gap > 0.0 {
            high = c
        } else {
            low = c
        }
        let next = c - gap / (normal_pdf(c - bias) + normal_pdf(c + bias));
        let next = if next > low && next < high { next } else { f64::midpoint(low, high) };
        if (next - c).abs() <= 1e-15 * c.abs().max(1.0) {
            return next;
        }
        c = next;
    }
    c
}

/// A family of estimators a(u) = start + directions·u; |u| are their exposures to bends before the reference period.
struct Family {
    start: Vec<f64>,
    directions: Matrix,
    /// Σ |exposure| to bends from the reference period on, which no estimator can change.
    fixed: f64,
    curve: Matrix,
    slope: Vec<f64>,
}

fn family(study: &Scaled) -> Family {
    let (before, n) = (study.before, study.before + study.after);
    // Exposure to the bend at period j ≥ 0: Σ over later t of (t − j) × weight.
    let exposure = |j: usize| (j..study.after).map(|t| (t + 1 - j) as f64 * study.weights[t]).sum::<f64>();
    let fixed = (0..study.after).map(|j| exposure(j).abs()).sum();
    // Weights on coefficient −before + k, k < before − 1, are second differences of the exposures u; the last before the reference period
    // makes the whole blind to a straight line.
    let weights = |u: &[f64], free: f64| {
        let at = |k: isize| usize::try_from(k).ok().and_then(|k| u.get(k)).copied().unwrap_or(0.0);
        let mut v: Vec<f64> = (0..before - 1).map(|k| at(k as isize) - 2.0 * at(k as isize - 1) + at(k as isize - 2)).collect();
        let trend: f64 = v.iter().enumerate().map(|(k, v)| v * (k as f64 - before as f64)).sum();
        v.push(trend + free * exposure(0));
        v.extend(study.weights.iter().map(|l| free * l));
        v
    };
    let unit = |k: usize| (0..before - 1).map(|i| f64::from(u8::from(i == k))).collect::<Vec<f64>>();
    let start = weights(&vec![0.0; before - 1], 1.0);
    let columns: Vec<Vec<f64>> = (0..before - 1).map(|k| weights(&unit(k), 0.0)).collect();
    let directions = Matrix::from_columns(n, &columns);
    let mut curve = directions.transpose().times(&study.covariance.times(&directions));
    // A covariance of deficient rank leaves estimators undetermined: the smallest exposures are taken.
    let ridge = 1e-13 * curve.diagonal().iter().fold(0.0_f64, |m, v| m.max(*v));
    (0..before - 1).for_each(|k| curve[(k, k)] += ridge);
    let slope = directions.apply_transposed(&study.covariance.apply(&start));
    Family { start, directions, fixed, curve, slope }
}

/// A stretch of the path: exposures at penalty λ are `at − λ·by` on `active`, nought elsewhere.
struct Stretch {
    to: f64,
    active: Vec<usize>,
    at: Vec<f64>,
    by: Vec<f64>,
}

/// The path of min ½u′Hu + c′u + λ·Σ|u| from the largest λ down to nought (Osborne, Presnell and Turlach 2000).
fn path(family: &Family) -> Vec<Stretch> {
    let p = family.slope.len();
    let mut active: Vec<(usize, f64)> = Vec::new();
    let mut lambda = family.slope.iter().fold(0.0_f64, |m, c| m.max(c.abs()));
    let mut stretches = vec![Stretch { to: lambda, active: Vec::new(), at: Vec::new(), by: Vec::new() }];
    let mut last: Option<usize> = None;
    if let Some(first) = (0..p).find(|k| family.slope[*k].abs() >= lambda && lambda > 0.0) {
        active.push((first, -family.slope[first].signum()));
        last = Some(first);
    }
    for _ in 0..40 * (p + 1) {
        if lambda <= 0.0 || active.is_empty() {
            break;
        }
        let index: Vec<usize> = active.iter().map(|(k, _)| *k).collect();
        let h = Matrix::from_fn(index.len(), index.len(), |i, j| family.curve[(index[i], index[j])]);
        let Some(inverse) = h.inverse_spd() else { break };
        let at = inverse.apply(&index.iter().map(|k| -family.slope[*k]).collect::<Vec<f64>>());
        let by = inverse.apply(&active.iter().map(|(_, s)| *s).collect::<Vec<f64>>());
        let (mut next, mut event) = (0.0, None);
        let mut consider = |at: f64, what: (usize, f64)| {
            if at < lambda * (1.0 - 1e-12) && at > next {
                (next, event) = (at, Some(what));
            }
        };
        for (i, (k, _)) in active.iter().enumerate() {
            if by[i] != 0.0 && last != Some(*k) {
                consider(at[i] / by[i], (*k, 0.0));
            }
        }
        for k in (0..p).filter(|k| !index.contains(k)) {
            // The slope in direction k is g − λ·q; it enters where that is ∓λ.
            let g = family.slope[k] + index.iter().zip(&at).map(|(j, v)| family.curve[(k, *j)] * v).sum::<f64>();
            let q: f64 = index.iter().zip(&by).map(|(j, v)| family.curve[(k, *j)] * v).sum();
            for sign in [1.0, -1.0] {
                if last != Some(k) || sign * g < 0.0 {
                    consider(g / (q - sign), (k, sign));
                }
            }
        }
        stretches.push(Stretch { to: next, active: index, at, by });
        lambda = next;
        match event {
            Some((k, 0.0)) => {
                active.retain(|(j, _)| *j != k);
                last = Some(k);
            }
            Some((k, sign)) => {
                active.push((k, sign));
                last = Some(k);
            }
            None => break,
        }
    }
    stretches
}

/// The shortest interval under a bound on bends.
pub(super) fn interval(study: &Scaled, bound: f64, spec: &Spec) -> Interval {
    let family = family(study);
    let stretches = path(&family);
    let m = bound / study.unit;
    let estimator = |lambda: f64| {
        let stretch = stretches.iter().find(|s| s.to <= lambda).or(stretches.last());
        let mut u = vec![0.0; family.slope.len()];
        if let Some(stretch) = stretch {
            stretch.active.iter().enumerate().for_each(|(i, k)| u[*k] = stretch.at[i] - lambda * stretch.by[i]);
        }
        let move_ = family.directions.apply(&u);
        let a: Vec<f64> = family.start.iter().zip(&move_).map(|(s, d)| s + d).collect();
        let bias = m * (family.fixed + u.iter().map(|v| v.abs()).sum::<f64>());
        let error = study.covariance.quadratic(&a).max(0.0).sqrt();
        let half = if error > 0.0 { error * folded_quantile(spec.level, bias / error) } else { bias };
        (half, a)
    };
    let knots: Vec<f64> = stretches.iter().map(|s| s.to).collect();
    let lengths: Vec<f64> = knots.iter().map(|lambda| estimator(*lambda).0).collect();
    let best = (0..knots.len()).min_by(|a, b| lengths[*a].total_cmp(&lengths[*b])).unwrap_or(0);
    let (high, low) = (knots[best.saturating_sub(1)], knots[(best + 1).min(knots.len() - 1)]);
    let lambda = golden(low, high, |lambda| estimator(lambda).0);
    let chosen = if estimator(lambda).0 <= lengths[best] { lambda } else { knots[best] };
    let (half, a) = estimator(chosen);
    let centre = crate::sums::dot(&a, &study.effects);
    Interval { bound, lower: Some((centre - half) * study.unit), upper: Some((centre + half) * study.unit), open: false }
}

/// The minimum of a function with one valley.
fn golden(mut low: f64, mut high: f64, value: impl Fn(f64) -> f64) -> f64 {
    let share = f64::midpoint(5.0_f64.sqrt(), -1.0);
    let (mut left, mut right) = (high - share * (high - low), low + share * (high - low));
    let (mut at_left, mut at_right) = (value(left), value(right));
    for _ in 0..80 {
        if at_left <= at_right {
            (high, right, at_right) = (right, left, at_left);
            left = high - share * (high - low);
            at_left = value(left);
        } else {
            (low, left, at_left) = (left, right, at_right);
            right = low + share * (high - low);
            at_right = value(right);
        }
    }
    f64::midpoint(low, high)
}
