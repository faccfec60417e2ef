//! What local polynomial density estimates are in an endless sample: variances and biases of the slopes of a distribution function at
//! the cut-off, by exact quadrature of polynomials.

use super::local::Kernel;
use crate::Matrix;

/// Variance (of both slopes and between them, times n h) and the coefficient of the next power, for slopes left and right.
#[derive(Debug, Clone, Copy)]
pub(super) struct Population {
    pub variance: [f64; 2],
    pub between: f64,
    pub lean: [f64; 2],
}

const NODES: usize = 40;

/// Nodes and weights of Gauss and Legendre on [0, 1], by Newton's method.
fn gauss() -> Vec<(f64, f64)> {
    let n = NODES as f64;
    (0..NODES)
        .map(|i| {
            // Evenly placed on the quarter circle: near enough for Newton.
            let share = (i as f64 + 0.75) / (n + 0.5);
            let mut x = libm::cos(std::f64::consts::PI * share);
            let mut slope = 1.0;
            for _ in 0..20 {
                let (mut before, mut now) = (1.0, x);
                for k in 1..NODES {
                    let k = k as f64;
                    (before, now) = (now, ((2.0 * k + 1.0) * x * now - k * before) / (k + 1.0));
                }
                slope = n * (x * now - before) / (x * x - 1.0);
                x -= now / slope;
            }
            ((1.0 + x) / 2.0, 1.0 / ((1.0 - x * x) * slope * slope))
        })
        .collect()
}

/// The row of regressors at u: 1, u⁻, u⁺, u², … when both sides share the higher powers, else 1, u, u², … of one side.
fn row(u: f64, order: usize, shared: bool) -> Vec<f64> {
    let powers = (2..=order).map(|j| crate::maths::powi(u, j));
    if shared { [1.0, u.min(0.0), u.max(0.0)].into_iter().chain(powers).collect() } else { [1.0, u].into_iter().chain(powers).collect() }
}

/// Both sides share all but the slope; densities `left` and `right`.
pub(super) fn shared(order: usize, kernel: Kernel, left: f64, right: f64) -> Option<Population> {
    let nodes = gauss();
    let parts = [(-1.0, left), (1.0, right)];
    let points: Vec<(f64, f64)> = parts.iter().flat_map(|(sign, f)| nodes.iter().map(move |(t, w)| (sign * t, w * f))).collect();
    // Beyond t on the left lies the rest of the left and all of the right.
    let beyond = |t: f64| -> Vec<(f64, f64)> {
        let stretch =
            |from: f64, to: f64, f: f64| nodes.iter().map(move |(x, w)| (from + (to - from) * x, w * (to - from) * f)).collect::<Vec<_>>();
        if t < 0.0 { [stretch(t, 0.0, left), stretch(0.0, 1.0, right)].concat() } else { stretch(t, 1.0, right) }
    };
    let (variance, lean) = moments(&points, beyond, order, kernel, true)?;
    Some(Population { variance: [variance[(1, 1)], variance[(2, 2)]], between: variance[(1, 2)], lean: [lean[1], lean[2]] })
}

/// One side alone at density 1: variance of the slope (times n h) and the coefficient of the next power, in distance.
pub(super) fn alone(order: usize, kernel: Kernel, slope: usize) -> Option<(f64, f64)> {
    let nodes = gauss();
    let beyond = |t: f64| nodes.iter().map(|(x, w)| (t + (1.0 - t) * x, w * (1.0 - t))).collect();
    let (variance, lean) = moments(&nodes, beyond, order, kernel, false)?;
    Some((variance[(slope, slope)], lean[slope]))
}

/// The variance of the coefficients of F̂, and the fit of the next power.
fn moments(
    points: &[(f64, f64)],
    beyond: impl Fn(f64) -> Vec<(f64, f64)>,
    order: usize,
    kernel: Kernel,
    both: bool,
) -> Option<(Matrix, Vec<f64>)> {
    let k = order + 1 + usize::from(both);
    let weighted: Vec<(Vec<f64>, f64)> = points.iter().map(|(u, w)| (row(*u, order, both), w * kernel.weight(u.abs()))).collect();
    let sum = |i: usize, j: usize| crate::sums::sum(weighted.iter().map(|(r, w)| w * r[i] * r[j]));
    let inverse = Matrix::from_fn(k, k, sum).inverse_spd()?;
    let next: Vec<f64> = (0..k)
        .map(|i| crate::sums::sum(weighted.iter().zip(points).map(|((r, w), (u, _))| w * r[i] * crate::maths::powi(*u, order + 1))))
        .collect();
    let mut middle = Matrix::zeros(k, k);
    for (t, w) in points {
        let mut rest = vec![0.0; k];
        for (u, share) in beyond(*t) {
            let share = share * kernel.weight(u.abs());
            rest.iter_mut().zip(row(u, order, both)).for_each(|(sum, r)| *sum += share * r);
        }
        for i in 0..k {
            for j in 0..k {
                middle[(i, j)] += w * rest[i] * rest[j];
            }
        }
    }
    let variance = inverse.times(&middle).times(&inverse);
    let lean = inverse.apply(&next);
    Some((variance, lean))
}
