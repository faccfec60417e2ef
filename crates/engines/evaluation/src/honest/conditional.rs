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
use crate::maths;
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

/// Half the width of the first grid, in standard errors.
const HALF: f64 = 20.0;

/// How often the grid is doubled while the interval reaches its end.
const DOUBLINGS: usize = 6;

/// The interval for each bound: the accepted values of a grid, over the union of polyhedra. Where an end of the grid was not asked for, the
/// grid is moved to the estimate and widened until the interval closes.
pub(super) fn intervals(study: &Scaled, bounds: &[f64], spec: &Spec, method: Method) -> Vec<Interval> {
    let draws = normals(study, spec, method);
    bounds.iter().map(|bound| closed(study, *bound, spec, (method, &draws))).collect()
}

fn closed(study: &Scaled, bound: f64, spec: &Spec, how: (Method, &Option<Vec<Vec<f64>>>)) -> Interval {
    let (from, to) = (spec.from.map(|v| v / study.unit), spec.to.map(|v| v / study.unit));
    let around = |middle: f64, half: f64| Grid { from: from.unwrap_or(middle - half), to: to.unwrap_or(middle + half), points: spec.grid };
    let mut grid = around(0.0, HALF);
    let mut ends = accepted(study, bound, spec, how, &grid);
    let fixed = from.is_some() && to.is_some();
    let mut doubled = 0;
    while !fixed && doubled <= DOUBLINGS && ends.is_none_or(|ends| grid.reached(ends, (from, to))) {
        grid = around(study.effect(), HALF * maths::powi(2.0, doubled));
        ends = accepted(study, bound, spec, how, &grid);
        doubled += 1;
    }
    // A wide grid is coarse: once more between the values beside the ends, which were rejected.
    if let (Some((first, last)), true) = (ends, doubled > 1)
        && first > 0
        && last + 1 < grid.points
    {
        grid = Grid { from: grid.at(first - 1), to: grid.at(last + 1), points: spec.grid };
        ends = accepted(study, bound, spec, how, &grid);
    }
    Interval {
        bound,
        lower: ends.map(|(first, _)| grid.at(first) * study.unit),
        upper: ends.map(|(_, last)| grid.at(last) * study.unit),
        open: ends.is_some_and(|ends| grid.reached(ends, (None, None))),
    }
}

/// The values tested, in standard errors.
struct Grid {
    from: f64,
    to: f64,
    points: usize,
}

impl Grid {
    fn at(&self, i: usize) -> f64 {
        if i + 1 == self.points { self.to } else { self.from + (self.to - self.from) / (self.points - 1) as f64 * i as f64 }
    }

    /// Whether an end that was not asked for is among the accepted values.
    fn reached(&self, (first, last): (usize, usize), (from, to): (Option<f64>, Option<f64>)) -> bool {
        (first == 0 && from.is_none()) || (last + 1 == self.points && to.is_none())
    }
}

/// The first and the last accepted value of a grid, over the union of polyhedra.
fn accepted(
    study: &Scaled,
    bound: f64,
    spec: &Spec,
    (method, draws): (Method, &Option<Vec<Vec<f64>>>),
    grid: &Grid,
) -> Option<(usize, usize)> {
    polyhedron::polyhedra(study, spec.deviation, spec.shape, bound)
        .into_par_iter()
        .filter_map(|polyhedron| {
            let Some(mut moments) = Moments::new(study, &polyhedron) else { return Some((0, grid.points - 1)) };
            let critical = moments.least_favourable(draws, spec);
            let mut test = |i: usize| moments.accepts(grid.at(i), critical, spec, method);
            let first = (0..grid.points).find(|i| test(*i))?;
            (first..grid.points).rev().find(|i| test(*i)).map(|last| (first, last))
        })
        .reduce_with(|a, b| (a.0.min(b.0), a.1.max(b.1)))
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
    maths::exp((low - x) * f64::midpoint(low, x)) * mills(x) / mills(low)
}
