//! Weighted polynomials near the cut-off in shifted Chebyshev polynomials of u = distance / h: well conditioned at any order, and since
//! T_j T_k = (T_{j+k} + T_{|j−k|}) / 2 a Gram matrix needs 2o + 1 sums, not (o + 1)².

use serde::{Deserialize, Serialize};

use super::side::Side;
use crate::Matrix;

/// The weight of a row by its distance from the cut-off, as a share of the bandwidth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kernel {
    /// 1 − u.
    #[default]
    Triangular,
    /// 0.75 (1 − u²).
    Epanechnikov,
    /// 0.5 up to and with u = 1.
    Uniform,
}

impl Kernel {
    /// The weight at u = |score − cut-off| / h.
    #[must_use]
    pub fn weight(self, u: f64) -> f64 {
        match self {
            Self::Triangular if u < 1.0 => 1.0 - u,
            Self::Epanechnikov if u < 1.0 => 0.75 * (1.0 - u * u),
            Self::Uniform if u <= 1.0 => 0.5,
            Self::Triangular | Self::Epanechnikov | Self::Uniform => 0.0,
        }
    }

    fn inside(self, u: f64) -> bool {
        match self {
            Self::Triangular | Self::Epanechnikov => u < 1.0,
            Self::Uniform => u <= 1.0,
        }
    }

    /// Its name in words that people read.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Triangular => "triangular",
            Self::Epanechnikov => "epanechnikov",
            Self::Uniform => "uniform",
        }
    }
}

/// The rows of a side with weight within a bandwidth: a prefix.
#[derive(Debug, Clone)]
pub(super) struct Window {
    pub n: usize,
    pub h: f64,
    pub weights: Vec<f64>,
}

impl Window {
    pub(super) fn new(side: &Side, kernel: Kernel, h: f64) -> Self {
        let n = side.distance.partition_point(|d| kernel.inside(d / h));
        let mut weights: Vec<f64> = side.distance[..n].iter().map(|d| kernel.weight(d / h)).collect();
        if let Some(given) = &side.weights {
            weights.iter_mut().zip(given).for_each(|(w, g)| *w *= g);
        }
        Self { n, h, weights }
    }

    /// The weight of row `i`, none beyond the window.
    pub(super) fn weight(&self, i: usize) -> f64 {
        self.weights.get(i).copied().unwrap_or(0.0)
    }
}

const LANES: usize = 8;
const BLOCK: usize = 512;

/// Σ weight(i) T_k(d_i / h) for k = 0..=order: eight lanes side by side, blocks added with compensation, always in the same order.
pub(super) fn chebyshev_sums(distance: &[f64], h: f64, order: usize, weight: impl Fn(usize) -> f64) -> Vec<f64> {
    let (mut total, mut lost) = (vec![0.0; order + 1], vec![0.0; order + 1]);
    let mut lanes = vec![[0.0; LANES]; order + 1];
    for begin in (0..distance.len()).step_by(BLOCK) {
        let end = (begin + BLOCK).min(distance.len());
        lanes.iter_mut().for_each(|lane| *lane = [0.0; LANES]);
        for at in (begin..end).step_by(LANES) {
            let (mut t, mut w) = ([0.0; LANES], [0.0; LANES]);
            for lane in 0..LANES.min(end - at) {
                t[lane] = 2.0 * distance[at + lane] / h - 1.0;
                w[lane] = weight(at + lane);
            }
            let (mut before, mut now) = (t, [1.0; LANES]);
            for sum in &mut lanes {
                for lane in 0..LANES {
                    sum[lane] += w[lane] * now[lane];
                    let next = 2.0 * t[lane] * now[lane] - before[lane];
                    before[lane] = now[lane];
                    now[lane] = next;
                }
            }
        }
        for ((total, lost), lane) in total.iter_mut().zip(&mut lost).zip(&lanes) {
            add(total, lost, lane.iter().sum());
        }
    }
    total.iter().zip(&lost).map(|(total, lost)| total + lost).collect()
}

/// One step of Neumaier's compensated sum.
fn add(total: &mut f64, lost: &mut f64, value: f64) {
    let next = *total + value;
    *lost += if total.abs() >= value.abs() { (*total - next) + value } else { (value - next) + *total };
    *total = next;
}

/// Σ v v′ of vectors of length `k` filled row by row; blocks are added with compensation.
pub(super) fn outer_sums(n: usize, k: usize, mut fill: impl FnMut(usize, &mut [f64])) -> Matrix {
    let pairs: Vec<(usize, usize)> = (0..k).flat_map(|j| (0..=j).map(move |i| (i, j))).collect();
    let (mut total, mut lost, mut block) = (vec![0.0; pairs.len()], vec![0.0; pairs.len()], vec![0.0; pairs.len()]);
    let mut row = vec![0.0; k];
    for begin in (0..n).step_by(BLOCK) {
        block.fill(0.0);
        for i in begin..(begin + BLOCK).min(n) {
            fill(i, &mut row);
            for (sum, (a, b)) in block.iter_mut().zip(&pairs) {
                *sum += row[*a] * row[*b];
            }
        }
        for ((total, lost), value) in total.iter_mut().zip(&mut lost).zip(&block) {
            add(total, lost, *value);
        }
    }
    let mut out = Matrix::zeros(k, k);
    for (at, (i, j)) in pairs.iter().enumerate() {
        let value = total[at] + lost[at];
        out[(*i, *j)] = value;
        out[(*j, *i)] = value;
    }
    out
}

/// T_0 … T_order at u, written into `out`.
pub(super) fn chebyshev(u: f64, out: &mut [f64]) {
    let t = 2.0 * u - 1.0;
    let (mut before, mut now) = (t, 1.0);
    for value in out {
        *value = now;
        (before, now) = (now, 2.0 * t * now - before);
    }
}

/// The Gram matrix of order `o` from the sums of T_0 … T_2o.
pub(super) fn gram(sums: &[f64], order: usize) -> Matrix {
    Matrix::from_fn(order + 1, order + 1, |i, j| 0.5 * (sums[i + j] + sums[i.abs_diff(j)]))
}

/// Row j: what power u^j takes from each T_k, so that powers = this matrix × Chebyshev coefficients.
pub(super) fn to_powers(order: usize) -> Matrix {
    let mut out = Matrix::zeros(order + 1, order + 1);
    out[(0, 0)] = 1.0;
    if order > 0 {
        (out[(0, 1)], out[(1, 1)]) = (-1.0, 2.0);
    }
    for k in 2..=order {
        for j in 0..=k {
            let up = if j > 0 { 4.0 * out[(j - 1, k - 1)] } else { 0.0 };
            out[(j, k)] = up - 2.0 * out[(j, k - 1)] - out[(j, k - 2)];
        }
    }
    out
}

/// A weighted polynomial of some order in a window: the inverse of its Gram matrix, in Chebyshev polynomials.
#[derive(Debug, Clone)]
pub(super) struct Polynomial {
    pub order: usize,
    pub h: f64,
    pub inverse: Matrix,
    powers: Matrix,
}

impl Polynomial {
    /// None when there are fewer distinct scores than coefficients.
    pub(super) fn new(side: &Side, window: &Window, order: usize) -> Option<Self> {
        let sums = chebyshev_sums(&side.distance[..window.n], window.h, 2 * order, |i| window.weights[i]);
        Self::from_sums(side, window, order, &sums)
    }

    /// The same from sums that are known already, of this order or a higher one.
    pub(super) fn from_sums(side: &Side, window: &Window, order: usize, sums: &[f64]) -> Option<Self> {
        if side.groups_in(window.n) <= order {
            return None;
        }
        let inverse = gram(sums, order).inverse_spd()?;
        Some(Self { order, h: window.h, inverse, powers: to_powers(order) })
    }

    /// Chebyshev coefficients of the fit of a column.
    pub(super) fn fit(&self, side: &Side, window: &Window, values: &[f64]) -> Vec<f64> {
        self.solve(&self.right(side, window, values))
    }

    /// Σ w T_k y.
    pub(super) fn right(&self, side: &Side, window: &Window, values: &[f64]) -> Vec<f64> {
        chebyshev_sums(&side.distance[..window.n], self.h, self.order, |i| window.weights[i] * values[i])
    }

    /// The coefficients from Σ w T_k y (more of them than this order needs are cut).
    pub(super) fn solve(&self, right: &[f64]) -> Vec<f64> {
        self.inverse.apply(&right[..=self.order])
    }

    /// The row that takes the coefficient of u^power out of Chebyshev coefficients.
    pub(super) fn functional(&self, power: usize) -> Vec<f64> {
        (0..=self.order).map(|k| self.powers[(power, k)]).collect()
    }

    /// The coefficient of u^power.
    pub(super) fn power(&self, coefficients: &[f64], power: usize) -> f64 {
        crate::sums::dot(&self.functional(power), coefficients)
    }

    /// Coefficients of (score − cut-off)^j, j = 0, 1, …
    pub(super) fn natural(&self, sign: f64, coefficients: &[f64]) -> Vec<f64> {
        (0..=self.order).map(|j| self.power(coefficients, j) * self.unit(sign, j)).collect()
    }

    /// What turns a coefficient of u^j into one of (score − cut-off)^j.
    pub(super) fn unit(&self, sign: f64, j: usize) -> f64 {
        crate::maths::powi(sign / self.h, j)
    }

    /// The covariance of coefficients of (score − cut-off)^j from that of Chebyshev coefficients.
    pub(super) fn natural_covariance(&self, sign: f64, covariance: &Matrix) -> Matrix {
        let inner = self.powers.times(covariance).times(&self.powers.transpose());
        Matrix::from_fn(self.order + 1, self.order + 1, |i, j| inner[(i, j)] * self.unit(sign, i) * self.unit(sign, j))
    }

    /// The value of the polynomial at a distance (Clenshaw's recurrence).
    pub(super) fn value(&self, coefficients: &[f64], distance: f64) -> f64 {
        let t = 2.0 * distance / self.h - 1.0;
        let (mut one, mut two) = (0.0, 0.0);
        for c in coefficients.iter().skip(1).rev() {
            (one, two) = (2.0 * t * one - two + c, one);
        }
        coefficients.first().copied().unwrap_or(0.0) + t * one - two
    }

    /// (X′WX)⁻¹ meat (X′WX)⁻¹.
    pub(super) fn sandwich(&self, meat: &Matrix) -> Matrix {
        self.inverse.times(meat).times(&self.inverse)
    }
}
