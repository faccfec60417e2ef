//! Residuals and the middle of the sandwich: nearest neighbours, HC0–HC3, and clusters (CR1–CR3).

use serde::{Deserialize, Serialize};

use super::local::{Polynomial, Window, chebyshev, outer_sums};
use super::side::{Nearest, Side};
use crate::Matrix;

/// How the variance is estimated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Variance {
    /// Nearest neighbours; CR1 with clusters.
    #[default]
    Nn,
    /// Squared residuals; CR1 with clusters.
    Hc0,
    /// Times n / (n − k); CR1 with clusters.
    Hc1,
    /// Divided by 1 − leverage; CR2 with clusters.
    Hc2,
    /// Divided by (1 − leverage)²; CR3 with clusters.
    Hc3,
    /// Clusters, times (n − 1) / (n − k) · g / (g − 1); HC1 without clusters.
    Cr1,
    /// Clusters, residuals times (I − H)^−½ (Bell and McCaffrey 2002); HC2 without clusters.
    Cr2,
    /// Clusters, residuals times (I − H)⁻¹ (a jackknife); HC3 without clusters.
    Cr3,
}

impl Variance {
    /// What it means once it is known whether there are clusters.
    #[must_use]
    pub const fn resolved(self, clusters: bool) -> Self {
        match (self, clusters) {
            (Self::Nn | Self::Hc0 | Self::Hc1 | Self::Cr1, true) => Self::Cr1,
            (Self::Hc2 | Self::Cr2, true) => Self::Cr2,
            (Self::Hc3 | Self::Cr3, true) => Self::Cr3,
            (Self::Hc1 | Self::Cr1, false) => Self::Hc1,
            (Self::Hc2 | Self::Cr2, false) => Self::Hc2,
            (Self::Hc3 | Self::Cr3, false) => Self::Hc3,
            (Self::Nn, false) => Self::Nn,
            (Self::Hc0, false) => Self::Hc0,
        }
    }

    /// The small-sample rule in words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Nn => "nearest-neighbour residuals with all ties, scaled by J/(J+1)",
            Self::Hc0 => "HC0: squared residuals",
            Self::Hc1 => "HC1: squared residuals times n/(n-k), n the rows of the wider window of the side",
            Self::Hc2 => "HC2: squared residuals divided by 1 - leverage",
            Self::Hc3 => "HC3: squared residuals divided by (1 - leverage)^2",
            Self::Cr1 => "CR1: cluster sums times (n-1)/(n-k) g/(g-1), each side on its own",
            Self::Cr2 => "CR2: cluster residuals times (I-H)^(-1/2), each side on its own",
            Self::Cr3 => "CR3: cluster residuals times (I-H)^(-1), each side on its own",
        }
    }
}

/// Residuals of `values` in the first `n` rows, ready for [`meat`]. `polynomial` is fitted in `window`.
pub(super) fn residuals(
    (side, nearest): (&Side, Option<&Nearest>),
    rule: Variance,
    (polynomial, window): (&Polynomial, &Window),
    n: usize,
    values: &[f64],
) -> Vec<f64> {
    if let (Variance::Nn, Some(nearest)) = (rule, nearest) {
        return nearest.residuals(side, n, values);
    }
    let fit = polynomial.fit(side, window, values);
    let mut out: Vec<f64> = (0..n).map(|i| values[i] - polynomial.value(&fit, side.distance[i])).collect();
    match rule {
        Variance::Nn | Variance::Hc0 | Variance::Cr1 => {}
        Variance::Hc1 => {
            let factor = (n as f64 / (n as f64 - polynomial.order as f64 - 1.0)).sqrt();
            out.iter_mut().for_each(|r| *r *= factor);
        }
        Variance::Hc2 | Variance::Hc3 => by_leverage(side, rule, polynomial, window, &mut out),
        Variance::Cr2 | Variance::Cr3 => by_cluster(side, rule, polynomial, window, &mut out),
    }
    out
}

fn by_leverage(side: &Side, rule: Variance, polynomial: &Polynomial, window: &Window, out: &mut [f64]) {
    let mut basis = vec![0.0; polynomial.order + 1];
    for (i, r) in out.iter_mut().enumerate() {
        chebyshev(side.distance[i] / polynomial.h, &mut basis);
        let rest = 1.0 - window.weight(i) * polynomial.inverse.quadratic(&basis);
        *r /= if rule == Variance::Hc2 { rest.sqrt() } else { rest };
        // A row that its own fit passes through says nothing about the variance.
        if rest < 1e-12 || !r.is_finite() {
            *r = 0.0;
        }
    }
}

/// r + X v for each cluster, where v makes Z′(I − ZAZ′)^−½ e (CR2) or Z′(I − ZAZ′)⁻¹ e (CR3) of Z = W^½ X, e = W^½ r.
fn by_cluster(side: &Side, rule: Variance, polynomial: &Polynomial, window: &Window, out: &mut [f64]) {
    let Some((codes, count)) = &side.clusters else { return };
    let k = polynomial.order + 1;
    let (mut gram, mut score) = (vec![Matrix::zeros(k, k); *count], vec![vec![0.0; k]; *count]);
    let mut basis = vec![0.0; k];
    for i in 0..out.len().min(window.n) {
        chebyshev(side.distance[i] / polynomial.h, &mut basis);
        let (w, cluster) = (window.weight(i), codes[i] as usize);
        for a in 0..k {
            score[cluster][a] += w * basis[a] * out[i];
            for b in 0..k {
                gram[cluster][(a, b)] += w * basis[a] * basis[b];
            }
        }
    }
    let shifts: Vec<Vec<f64>> = gram.iter().zip(&score).map(|(s, t)| shift(rule, &polynomial.inverse, s, t)).collect();
    for (i, r) in out.iter_mut().enumerate() {
        chebyshev(side.distance[i] / polynomial.h, &mut basis);
        *r += crate::sums::dot(&basis, &shifts[codes[i] as usize]);
    }
}

fn shift(rule: Variance, inverse: &Matrix, gram: &Matrix, score: &[f64]) -> Vec<f64> {
    let nothing = vec![0.0; score.len()];
    if score.iter().all(|v| *v == 0.0) {
        return nothing;
    }
    let Some(root) = inverse.cholesky() else { return nothing };
    let inner = root.transpose().times(gram).times(&root);
    let Some((values, vectors)) = inner.eigen_symmetric() else { return nothing };
    let turned = vectors.apply_transposed(&root.apply_transposed(score));
    let scaled: Vec<f64> = turned.iter().zip(&values).map(|(t, value)| t * stretch(rule, *value)).collect();
    root.apply(&vectors.apply(&scaled))
}

/// (f(λ) − 1) / λ for f = (1 − λ)^−½ or (1 − λ)⁻¹; where a cluster alone decides a coefficient, f is the generalised inverse's zero.
fn stretch(rule: Variance, value: f64) -> f64 {
    let rest = 1.0 - value;
    if value < 1e-9 {
        return if rule == Variance::Cr2 { 0.5 } else { 1.0 };
    }
    let factor = if rest < 1e-10 {
        0.0
    } else if rule == Variance::Cr2 {
        1.0 / rest.sqrt()
    } else {
        1.0 / rest
    };
    (factor - 1.0) / value
}

/// Σ v v′ of residual × row over rows, or over clusters of their sums. `fill` writes the weighted row.
/// `parameters` is the number of coefficients of the polynomial that the residuals are from.
pub(super) fn meat(
    side: &Side,
    rule: Variance,
    (k, parameters): (usize, usize),
    residuals: &[f64],
    fill: impl Fn(usize, &mut [f64]),
) -> Matrix {
    let n = residuals.len();
    let row = |i: usize, out: &mut [f64]| {
        fill(i, out);
        out.iter_mut().for_each(|v| *v *= residuals[i]);
    };
    let Some((codes, count)) = &side.clusters else { return outer_sums(n, k, row) };
    let mut sums = vec![0.0; count * k];
    let mut seen = vec![false; *count];
    let mut one = vec![0.0; k];
    for (i, code) in codes.iter().enumerate().take(n) {
        row(i, &mut one);
        let at = *code as usize;
        seen[at] = true;
        sums[at * k..(at + 1) * k].iter_mut().zip(&one).for_each(|(sum, v)| *sum += v);
    }
    let total = outer_sums(*count, k, |g, out| out.copy_from_slice(&sums[g * k..(g + 1) * k]));
    let groups = seen.iter().filter(|s| **s).count() as f64;
    let small = (n as f64 - 1.0) / (n as f64 - parameters as f64);
    if rule == Variance::Cr1 { total.scaled(small * groups / (groups - 1.0)) } else { total }
}

/// Writes weight × T_k(u) of row `i`.
pub(super) fn weighted_row(side: &Side, window: &Window, i: usize, out: &mut [f64]) {
    chebyshev(side.distance[i] / window.h, out);
    let w = window.weight(i);
    out.iter_mut().for_each(|v| *v *= w);
}
