//! Productivity's own past taken out of it: ω = φ − f(x; θ) regressed on a polynomial of ω one period before (and, when exit is corrected
//! for, of the chance of exit), with exact derivatives by θ, so that minima and roots are found to rounding and not to the square root of it.

use crate::linear::{Matrix, Orthogonal};
use crate::sums::{dot, sum};

/// What the second stage works on: rows that have a row before them.
#[derive(Debug, Clone)]
pub(super) struct Second {
    pub phi: Vec<f64>,
    pub phi_lag: Vec<f64>,
    /// The inputs whose coefficients are sought.
    pub x: Vec<Vec<f64>>,
    pub x_lag: Vec<Vec<f64>>,
    /// The first stage's residual, part of the criterion of Olley–Pakes and Levinsohn–Petrin.
    pub noise: Vec<f64>,
    /// The chance of exit.
    pub exit: Option<Vec<f64>>,
    /// The degree of the polynomial.
    pub markov: usize,
}

/// The innovation and its derivatives.
pub(super) struct Innovation {
    pub xi: Vec<f64>,
    pub by_theta: Vec<Vec<f64>>,
}

fn power(base: f64, exponent: usize) -> f64 {
    (0..exponent).fold(1.0, |p, _| p * base)
}

impl Second {
    pub(super) fn rows(&self) -> usize {
        self.phi.len()
    }

    fn productivity(phi: &[f64], x: &[Vec<f64>], theta: &[f64]) -> Vec<f64> {
        let mut omega = phi.to_vec();
        for (t, column) in theta.iter().zip(x) {
            omega.iter_mut().zip(column).for_each(|(o, v)| *o -= t * v);
        }
        omega
    }

    /// The innovation at θ; none when past productivity is not finite.
    pub(super) fn at(&self, theta: &[f64]) -> Option<Innovation> {
        let omega = Self::productivity(&self.phi, &self.x, theta);
        let past = Self::productivity(&self.phi_lag, &self.x_lag, theta);
        let centre = crate::sums::mean(&past);
        let scale = crate::sums::deviation(&past);
        if !(scale.is_finite() && scale > 0.0) {
            return None;
        }
        let z: Vec<f64> = past.iter().map(|v| (v - centre) / scale).collect();
        let terms: Vec<(usize, usize)> = match &self.exit {
            None => (0..=self.markov).map(|a| (a, 0)).collect(),
            Some(_) => (0..=self.markov).flat_map(|a| (0..=self.markov - a).map(move |b| (a, b))).collect(),
        };
        let chance = |i: usize, b: usize| self.exit.as_ref().map_or(1.0, |p| power(p[i], b));
        let columns: Vec<Vec<f64>> = terms.iter().map(|(a, b)| (0..z.len()).map(|i| power(z[i], *a) * chance(i, *b)).collect()).collect();
        let fit = Orthogonal::of(&Matrix::from_columns(z.len(), &columns), 1e-10);
        let left = |values: &[f64]| -> Vec<f64> {
            let shares = fit.q.apply_transposed(values);
            values.iter().zip(fit.q.apply(&shares)).map(|(v, f)| v - f).collect()
        };
        let g = fit.fit(&omega);
        let rest = left(&omega);
        let by_theta = (0..theta.len())
            .map(|j| {
                let dz: Vec<f64> = self.x_lag[j].iter().map(|v| -v / scale).collect();
                let moved: Vec<Vec<f64>> = (fit.kept.iter())
                    .map(|c| {
                        let (a, b) = terms[*c];
                        (0..z.len()).map(|i| if a == 0 { 0.0 } else { a as f64 * power(z[i], a - 1) * dz[i] * chance(i, b) }).collect()
                    })
                    .collect();
                let turned: Vec<f64> = (0..z.len()).map(|i| -self.x[j][i] - sum(moved.iter().zip(&g).map(|(m, g)| m[i] * g))).collect();
                let pull = forward(&fit.r, &moved.iter().map(|m| dot(m, &rest)).collect::<Vec<_>>());
                left(&turned).iter().zip(fit.q.apply(&pull)).map(|(l, p)| l - p).collect()
            })
            .collect();
        Some(Innovation { xi: rest, by_theta })
    }
}

/// Solves R′v = u for an upper triangular R.
fn forward(r: &Matrix, u: &[f64]) -> Vec<f64> {
    let mut v = u.to_vec();
    for i in 0..v.len() {
        for j in 0..i {
            v[i] -= r[(j, i)] * v[j];
        }
        v[i] /= r[(i, i)];
    }
    v
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derivatives_are_those_of_differences() {
        let mut stream = crate::random::Streams::new(1).stream(0);
        let mut column = |n: usize| (0..n).map(|_| stream.normal()).collect::<Vec<f64>>();
        let n = 60;
        let chance: Vec<f64> = column(n).iter().map(|v| 0.5 + 0.1 * v).collect();
        for exit in [None, Some(chance)] {
            let second = Second {
                phi: column(n),
                phi_lag: column(n),
                x: vec![column(n), column(n)],
                x_lag: vec![column(n), column(n)],
                noise: column(n),
                exit,
                markov: 3,
            };
            let theta = [0.4, -0.2];
            let Some(here) = second.at(&theta) else { panic!("no innovation") };
            for j in 0..2 {
                let moved = |h: f64| {
                    let mut t = theta;
                    t[j] += h;
                    second.at(&t).map(|i| i.xi).unwrap_or_default()
                };
                let (up, down) = (moved(1e-5), moved(-1e-5));
                for i in 0..n {
                    let slope = (up[i] - down[i]) / 2e-5;
                    assert!((slope - here.by_theta[j][i]).abs() < 1e-7 * (1.0 + slope.abs()), "{slope} {}", here.by_theta[j][i]);
                }
            }
        }
    }
}
