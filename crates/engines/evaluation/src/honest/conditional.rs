//! The conditional test of moment inequalities with linear nuisance parameters and its hybrid with the least favourable test (Andrews,
//! Roth and Pakes 2023, *Review of Economic Studies* 90(6)), inverted over a grid of effects.
//!
//! The statistic is the largest of finitely many normal variables, one for each vertex of the dual; given which is largest, it is a
//! truncated normal whose bounds follow from the basis.

use rayon::prelude::*;

use super::dual::Dual;
use super::polyhedron::{self, Polyhedron};
use super::{Interval, Method, Scaled, Spec};
use crate::dist::normal_cdf;
use crate::linear::Matrix;
use crate::random::Streams;

/// The inequalities E[y − X·nuisance] ≤ 0 of one polyhedron.
struct Moments {
    /// A·(effects) − d.
    level: Vec<f64>,
    /// By how much the level falls with the effect of interest.
    fall: Vec<f64>,
    covariance: Matrix,
    rows: Matrix,
    dual: Dual,
}

/// The interval for each bound: the accepted values of a grid, over the union of polyhedra.
pub(super) fn intervals(study: &Scaled, bounds: &[f64], spec: &Spec, method: Method) -> Vec<Interval> {
    let (from, to) = (spec.from.map_or(-20.0, |v| v / study.unit), spec.to.map_or(20.0, |v| v / study.unit));
    let step = (to - from) / (spec.grid - 1) as f64;
    let grid: Vec<f64> = (0..spec.grid).map(|i| if i + 1 == spec.grid { to } else { from + step * i as f64 }).collect();
    let draws = normals(study, spec, method);
    let work: Vec<(usize, Polyhedron)> = bounds
        .iter()
        .enumerate()
        .flat_map(|(at, bound)| polyhedron::polyhedra(study, spec.deviation, spec.shape, *bound).into_iter().map(move |p| (at, p)))
        .collect();
    let accepted: Vec<(usize, Option<(usize, usize)>)> = work
        .into_par_iter()
        .map(|(at, polyhedron)| {
            let Some(mut moments) = Moments::new(study, &polyhedron) else { return (at, Some((0, grid.len() - 1))) };
            let critical = moments.least_favourable(&draws, spec);
            let mut test = |i: usize| moments.accepts(grid[i], critical, spec, method);
            let first = (0..grid.len()).find(|i| test(*i));
            (at, first.and_then(|first| (first..grid.len()).rev().find(|i| test(*i)).map(|last| (first, last))))
        })
        .collect();
    bounds
        .iter()
        .enumerate()
        .map(|(at, bound)| {
            let ends = accepted.iter().filter(|(of, _)| *of == at).filter_map(|(_, ends)| *ends);
            let union = ends.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)));
            Interval {
                bound: *bound,
                lower: union.map(|(first, _)| grid[first] * study.unit),
                upper: union.map(|(_, last)| grid[last] * study.unit),
                open: union.is_some_and(|(first, last)| first == 0 || last + 1 == grid.len()),
            }
        })
        .collect()
}

/// Whether an effect of nought is accepted under a bound.
pub(super) fn accepts_nought(study: &Scaled, bound: f64, spec: &Spec, method: Method) -> bool {
    let draws = normals(study, spec, method);
    polyhedron::polyhedra(study, spec.deviation, spec.shape, bound).into_par_iter().any(|polyhedron| {
        let Some(mut moments) = Moments::new(study, &polyhedron) else { return true };
        let statistic = moments.statistic(0.0);
        if statistic <= 0.0 {
            return true;
        }
        let critical = moments.least_favourable(&draws, spec);
        moments.accepts(0.0, critical, spec, method)
    })
}

/// Draws of the coefficients around their means, one a row; none for the conditional test.
fn normals(study: &Scaled, spec: &Spec, method: Method) -> Option<Vec<Vec<f64>>> {
    if method != Method::Hybrid {
        return None;
    }
    let n = study.effects.len();
    // The symmetric root also exists for a covariance of deficient rank.
    let (values, vectors) = study.covariance.eigen_symmetric()?;
    let root = Matrix::from_fn(n, n, |i, j| vectors[(i, j)] * values[j].max(0.0).sqrt());
    let mut stream = Streams::new(spec.seed).stream(0);
    let one = |_| {
        let z: Vec<f64> = (0..n).map(|_| stream.normal()).collect();
        root.apply(&z)
    };
    Some((0..spec.draws).map(one).collect())
}

impl Moments {
    /// None when the inequalities can always be met: nothing is ever rejected.
    fn new(study: &Scaled, polyhedron: &Polyhedron) -> Option<Self> {
        let (before, n) = (study.before, study.before + study.after);
        let all = Matrix::from_fn(polyhedron.rows.len(), n, |i, j| polyhedron.rows[i][j]);
        let variance = |row: &[f64]| study.covariance.quadratic(row);
        let length = |row: &[f64]| crate::sums::dot(row, row);
        let spread = study.covariance.diagonal().iter().fold(0.0_f64, |m, v| m.max(*v));
        // A row without variance cannot be tested; it arises from a covariance of deficient rank only.
        let kept: Vec<usize> =
            (0..all.rows()).filter(|i| variance(&polyhedron.rows[*i]) > 1e-12 * spread * length(&polyhedron.rows[*i])).collect();
        let rows = Matrix::from_fn(kept.len(), n, |i, j| all[(kept[i], j)]);
        let covariance = rows.times(&study.covariance).times(&rows.transpose());
        let levels = rows.apply(&study.effects);
        let level = levels.iter().zip(&kept).map(|(v, i)| v - polyhedron.limits[*i]).collect();
        // Effects after the reference as the effect of interest and, but for the one with the largest weight, themselves.
        let lead = (0..study.after).max_by(|a, b| study.weights[*a].abs().total_cmp(&study.weights[*b].abs()).then(b.cmp(a)))?;
        let weight = study.weights[lead];
        let fall: Vec<f64> = (0..kept.len()).map(|i| rows[(i, before + lead)] / weight).collect();
        let others: Vec<usize> = (0..study.after).filter(|j| *j != lead).collect();
        let system: Vec<Vec<f64>> = (0..kept.len())
            .map(|i| {
                let error = covariance[(i, i)].sqrt();
                let nuisance = others.iter().map(|j| rows[(i, before + j)] - study.weights[*j] * fall[i]);
                std::iter::once(error).chain(nuisance).collect()
            })
            .collect();
        let dual = Dual::new(&system)?;
        Some(Self { level, fall, covariance, rows, dual })
    }

    fn at(&self, effect: f64) -> Vec<f64> {
        self.level.iter().zip(&self.fall).map(|(l, f)| l - f * effect).collect()
    }

    fn statistic(&mut self, effect: f64) -> f64 {
        let y = self.at(effect);
        self.dual.best(&y)
    }

    /// The critical value of the first stage: at level κ = α/10 when all inequalities bind.
    fn least_favourable(&mut self, draws: &Option<Vec<Vec<f64>>>, spec: &Spec) -> f64 {
        let Some(draws) = draws else { return f64::INFINITY };
        let statistics: Vec<f64> = draws.iter().map(|draw| self.dual.best(&self.rows.apply(draw))).collect();
        crate::sums::quantile_linear(&crate::sums::sorted(&statistics), 1.0 - (1.0 - spec.level) / 10.0)
    }

    /// Whether an effect is not rejected.
    fn accepts(&mut self, effect: f64, critical: f64, spec: &Spec, method: Method) -> bool {
        let alpha = 1.0 - spec.level;
        let size = if method == Method::Hybrid { (alpha - alpha / 10.0) / (1.0 - alpha / 10.0) } else { alpha };
        let y = self.at(effect);
        let statistic = self.dual.best(&y);
        if statistic > critical {
            return false;
        }
        if statistic <= 0.0 {
            return true;
        }
        let solution = self.dual.solution();
        let cover: Vec<f64> = (0..y.len()).map(|i| solution.iter().map(|(j, g)| self.covariance[(i, *j)] * g).sum::<f64>()).collect();
        let variance: f64 = solution.iter().map(|(j, g)| cover[*j] * g).sum();
        if variance <= 1e-15 {
            return false;
        }
        let along: Vec<f64> = cover.iter().map(|c| c / variance).collect();
        let lowest = statistic - self.dual.range(&y, &along, -1.0);
        let highest = (statistic + self.dual.range(&y, &along, 1.0)).min(critical);
        let error = variance.sqrt();
        // P(beyond the statistic | between the bounds) against the size.
        share_above(lowest / error, statistic / error, highest / error) >= size
    }
}

/// P(Z > x | low < Z < high) of a standard normal, without loss far in the tail.
fn share_above(low: f64, x: f64, high: f64) -> f64 {
    let (at, end) = (tail_ratio(low, x), tail_ratio(low, high));
    if end >= 1.0 { 1.0 } else { ((at - end) / (1.0 - end)).clamp(0.0, 1.0) }
}

/// P(Z > x) / P(Z > low).
fn tail_ratio(low: f64, x: f64) -> f64 {
    if x == f64::INFINITY {
        return 0.0;
    }
    if low < 30.0 {
        return normal_cdf(-x) / normal_cdf(-low);
    }
    // Mills' ratio far out.
    let mills = |v: f64| (1.0 - 1.0 / (v * v) + 3.0 / (v * v * v * v)) / v;
    crate::maths::exp((low - x) * f64::midpoint(low, x)) * mills(x) / mills(low)
}
