//! Covariates partialled out with one common slope, and the linear combination of outcome, treatment and covariates whose jump is the
//! estimate to first order.

use super::local::{Polynomial, Window, chebyshev_sums};
use super::side::Side;
use crate::Matrix;

/// What each column (outcome, treatment, covariates) counts in the estimate.
#[derive(Debug, Clone)]
pub(super) struct Combination {
    pub shares: Vec<f64>,
}

impl Combination {
    /// The combined column in the first `n` rows.
    pub(super) fn of(&self, side: &Side, n: usize) -> Vec<f64> {
        let mut out = vec![0.0; n];
        for (share, column) in self.shares.iter().zip(&side.columns) {
            if *share != 0.0 {
                out.iter_mut().zip(column).for_each(|(o, v)| *o += share * v);
            }
        }
        out
    }
}

/// Σ w z z′ and Σ w z d′ after the polynomial is taken out, for covariates z and columns d before them.
#[derive(Debug, Clone)]
pub(super) struct Cross {
    pub inner: Matrix,
    pub outer: Matrix,
    /// Σ w z² before the polynomial is taken out.
    pub size: Vec<f64>,
}

impl Cross {
    pub(super) fn plus(self, other: &Self) -> Self {
        let size = self.size.iter().zip(&other.size).map(|(a, b)| a + b).collect();
        Self { inner: self.inner.plus(&other.inner), outer: self.outer.plus(&other.outer), size }
    }

    /// The kernel's 1 / h, which tells when the sides have bandwidths of their own.
    pub(super) fn over(self, h: f64) -> Self {
        let unit = 1.0 / h;
        let size = self.size.iter().map(|s| s * unit).collect();
        Self { inner: self.inner.scaled(unit), outer: self.outer.scaled(unit), size }
    }

    /// Covariate slopes, one column for each column before the covariates: a generalised inverse, so that a covariate which does not
    /// vary within the window has none.
    pub(super) fn slopes(&self) -> Option<Matrix> {
        let n = self.inner.rows();
        let root: Vec<f64> = (0..n)
            .map(|i| {
                let left = self.inner[(i, i)];
                if left > 1e-12 * self.size[i] { 1.0 / left.sqrt() } else { 0.0 }
            })
            .collect();
        let scaled = Matrix::from_fn(n, n, |i, j| self.inner[(i, j)] * root[i] * root[j]);
        let (values, vectors) = scaled.eigen_symmetric()?;
        let right = Matrix::from_fn(n, self.outer.cols(), |i, j| self.outer[(i, j)] * root[i]);
        let mut turned = vectors.transpose().times(&right);
        for i in 0..n {
            let factor = if values[i] > 1e-11 { 1.0 / values[i] } else { 0.0 };
            for j in 0..turned.cols() {
                turned[(i, j)] *= factor;
            }
        }
        let found = vectors.times(&turned);
        Some(Matrix::from_fn(n, found.cols(), |i, j| found[(i, j)] * root[i])).filter(Matrix::all_finite)
    }
}

/// Takes the polynomial out of the covariates of a window; `before` columns come before them.
pub(super) fn cross(side: &Side, window: &Window, polynomial: &Polynomial, before: usize) -> Cross {
    let covariates = &side.columns[before..];
    let n = window.n;
    let rights: Vec<Vec<f64>> = side.columns.iter().map(|column| polynomial.right(side, window, column)).collect();
    let fits: Vec<Vec<f64>> = rights.iter().map(|right| polynomial.solve(right)).collect();
    let product = |a: &[f64], b: &[f64]| chebyshev_sums(&side.distance[..n], window.h, 0, |i| window.weights[i] * a[i] * b[i])[0];
    let left = |i: usize, j: usize| product(&side.columns[i], &side.columns[j]) - crate::sums::dot(&rights[i], &fits[j]);
    let count = covariates.len();
    Cross {
        inner: Matrix::from_fn(count, count, |i, j| left(before + i.min(j), before + i.max(j))),
        outer: Matrix::from_fn(count, before, |i, j| left(before + i, j)),
        size: covariates.iter().map(|z| product(z, z)).collect(),
    }
}

/// The combination on one side alone, as the choice of bandwidths uses it.
pub(super) fn combination(side: &Side, window: &Window, polynomial: &Polynomial, nu: usize, fuzzy: bool) -> Option<Combination> {
    let before = if fuzzy { 2 } else { 1 };
    let mut slopes = Matrix::zeros(0, before);
    if side.columns.len() > before {
        slopes = cross(side, window, polynomial, before).slopes()?;
    }
    if !fuzzy {
        return Some(Combination { shares: sharp(&slopes) });
    }
    let unit = polynomial.unit(side.sign, nu) * factorial(nu);
    let level: Vec<f64> = side.columns.iter().map(|column| polynomial.power(&polynomial.fit(side, window, column), nu) * unit).collect();
    Some(Combination { shares: ratio(&slopes, &level) })
}

/// 1 for the outcome, minus the slopes for the covariates.
pub(super) fn sharp(slopes: &Matrix) -> Vec<f64> {
    std::iter::once(1.0).chain((0..slopes.rows()).map(|i| -slopes[(i, 0)])).collect()
}

/// The derivative of outcome / treatment, both net of covariates, by each column; `level` holds the columns' coefficients.
pub(super) fn ratio(slopes: &Matrix, level: &[f64]) -> Vec<f64> {
    let net = |j: usize| level[j] - (0..slopes.rows()).map(|i| slopes[(i, j)] * level[2 + i]).sum::<f64>();
    let (outcome, treatment) = (net(0), net(1));
    let (first, second) = (1.0 / treatment, -outcome / (treatment * treatment));
    let covariates = (0..slopes.rows()).map(|i| -first * slopes[(i, 0)] - second * slopes[(i, 1)]);
    [first, second].into_iter().chain(covariates).collect()
}

/// n!
pub(super) fn factorial(n: usize) -> f64 {
    (1..=n).fold(1.0, |product, k| product * k as f64)
}
