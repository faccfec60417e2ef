//! Local polynomials through the distribution function of the score, their jackknife variances, and counts against a fair coin.

use super::bandwidth::Widths;
use super::density::{Binomial, DensityFit, DensitySpec};
use super::local::{Polynomial, Window, chebyshev};
use super::result::Pair;
use super::side::Side;
use super::spec::Sample;
use crate::Matrix;
use crate::linear::Orthogonal;

/// Slopes of the distribution function at the cut-off.
#[derive(Debug, Clone)]
pub(super) struct Slopes {
    pub density: [f64; 2],
    pub variance: [f64; 2],
    pub between: f64,
    /// Coefficients of distance^j for each side (unrestricted), or of (score − cut-off)^j in common (restricted, index 0).
    pub powers: [Vec<f64>; 2],
}

pub(super) fn fit(sample: &Sample, spec: &DensitySpec, widths: Widths, order: usize) -> Option<Slopes> {
    match spec.fit {
        DensityFit::Unrestricted => {
            let n = sample.scores.len();
            let left = one(&sample.left, spec, widths.left, order, n)?;
            let right = one(&sample.right, spec, widths.right, order, n)?;
            Some(Slopes { density: [left.0, right.0], variance: [left.1, right.1], between: 0.0, powers: [left.2, right.2] })
        }
        DensityFit::Restricted => joint(sample, spec, widths.left, order),
    }
}

/// Density, its jackknife variance and the coefficients of one side. A row counts in the distribution function of all rows at and above
/// it, so its share in the estimate is the sum over those; rows of the other side and beyond the window only move the level.
fn one(side: &Side, spec: &DensitySpec, h: f64, order: usize, n: usize) -> Option<(f64, f64, Vec<f64>)> {
    let window = Window::new(side, spec.kernel, h);
    let polynomial = Polynomial::new(side, &window, order)?;
    let fit = polynomial.fit(side, &window, &side.columns[0]);
    let unit = polynomial.unit(side.sign, 1);
    let functional = polynomial.inverse.apply(&polynomial.functional(1));
    let mut basis = vec![0.0; order + 1];
    let shares: Vec<f64> = (0..window.n)
        .map(|i| {
            chebyshev(side.distance[i] / h, &mut basis);
            window.weights[i] * functional.iter().zip(&basis).map(|(f, t)| f * t).sum::<f64>()
        })
        .collect();
    let above = cumulated(side, &shares, spec.mass_points);
    let squares = crate::sums::dot(&above, &above);
    let down = (n as f64 - 1.0) * (n as f64 - 1.0);
    let powers = (0..=order).map(|j| polynomial.power(&fit, j) * crate::maths::powi(1.0 / h, j)).collect();
    Some((polynomial.power(&fit, 1) * unit, squares * unit * unit / down, powers))
}

/// For each row the sum over rows whose score is at least its own: nearer ones below the cut-off, farther ones above it.
fn cumulated(side: &Side, shares: &[f64], mass: bool) -> Vec<f64> {
    let n = shares.len();
    let mut out = vec![0.0; n];
    let mut total = 0.0;
    let order: Vec<usize> = if side.sign < 0.0 { (0..n).collect() } else { (0..n).rev().collect() };
    for i in order {
        total += shares[i];
        out[i] = total;
    }
    if mass && side.tied() {
        for group in side.starts.windows(2).take_while(|g| g[0] < n) {
            let (from, to) = (group[0], group[1].min(n));
            let whole = if side.sign < 0.0 { out[to - 1] } else { out[from] };
            out[from..to].fill(whole);
        }
    }
    out
}

/// Both sides with one level, two slopes and common higher powers.
fn joint(sample: &Sample, spec: &DensitySpec, h: f64, order: usize) -> Option<Slopes> {
    let windows = [Window::new(&sample.left, spec.kernel, h), Window::new(&sample.right, spec.kernel, h)];
    let sides = [&sample.left, &sample.right];
    if sides.iter().zip(&windows).any(|(side, window)| side.groups_in(window.n) <= order) {
        return None;
    }
    let rows: usize = windows.iter().map(|w| w.n).sum();
    let mut columns = vec![Vec::with_capacity(rows); order + 2];
    let (mut roots, mut target) = (Vec::with_capacity(rows), Vec::with_capacity(rows));
    for (side, window) in sides.iter().zip(&windows) {
        for i in 0..window.n {
            let (u, root) = (side.sign * side.distance[i] / h, window.weights[i].sqrt());
            columns[0].push(root);
            columns[1].push(root * u.min(0.0));
            columns[2].push(root * u.max(0.0));
            for (j, column) in columns.iter_mut().enumerate().skip(3) {
                column.push(root * crate::maths::powi(u, j - 1));
            }
            roots.push(root);
            target.push(root * side.columns[0][i]);
        }
    }
    let x = Matrix::from_columns(rows, &columns);
    let decomposed = Orthogonal::of(&x, 1e-12);
    if decomposed.kept.len() != columns.len() {
        return None;
    }
    let (b, inverse) = (decomposed.fit(&target), decomposed.inverse_gram());
    let share = |slope: usize| -> Vec<f64> {
        let of: Vec<f64> = x.apply(inverse.col(slope)).iter().zip(&roots).map(|(v, root)| v * root).collect();
        let (left, right) = of.split_at(windows[0].n);
        let above = cumulated(&sample.right, right, spec.mass_points);
        let all = crate::sums::sum(right.iter().copied());
        cumulated(&sample.left, left, spec.mass_points).into_iter().map(|v| v + all).chain(above).collect()
    };
    let (left, right) = (share(1), share(2));
    let down = (sample.scores.len() as f64 - 1.0) * h;
    let moment = |a: &[f64], b: &[f64]| crate::sums::dot(a, b) / (down * down);
    let powers = [0, 1].into_iter().chain(3..order + 2).enumerate().map(|(j, at)| b[at] * crate::maths::powi(1.0 / h, j)).collect();
    Some(Slopes {
        density: [b[1] / h, b[2] / h],
        variance: [moment(&left, &left), moment(&right, &right)],
        between: moment(&left, &right),
        powers: [powers, Vec::new()],
    })
}

/// Counts within windows of about 20, 40, … 200 rows against a fair coin.
pub(super) fn binomial(sample: &Sample) -> Vec<Binomial> {
    let mut all: Vec<f64> = sample.left.distance.iter().chain(&sample.right.distance).copied().collect();
    all.sort_unstable_by(f64::total_cmp);
    let mut out: Vec<Binomial> = Vec::new();
    for rows in (20..=200).step_by(20).take_while(|rows| *rows <= all.len()) {
        let distance = all[rows - 1];
        if out.last().is_some_and(|last| last.distance == distance) {
            continue;
        }
        let count = |side: &Side| side.distance.partition_point(|d| *d <= distance);
        let (left, right) = (count(&sample.left), count(&sample.right));
        out.push(Binomial { distance, rows: Pair { left, right }, p: fair(left, right) });
    }
    out
}

/// The exact two-sided p-value of a fair coin: all outcomes no likelier than the one seen.
fn fair(left: usize, right: usize) -> f64 {
    let n = (left + right) as f64;
    let mass = |k: f64| {
        let choose = libm::lgamma(n + 1.0) - libm::lgamma(k + 1.0) - libm::lgamma(n - k + 1.0);
        crate::maths::exp(choose - n * std::f64::consts::LN_2)
    };
    let tail = crate::sums::sum((0..=left.min(right)).map(|k| mass(k as f64)));
    if left == right { 1.0 } else { (2.0 * tail).min(1.0) }
}
