//! Weights of units and of periods: non-negative, adding up to one, by least squares with a ridge. Two solvers: the exact one, and the
//! Frank–Wolfe walk with the stopping rule of Arkhangelsky et al. (2021) that published numbers were made with.

use serde::{Deserialize, Serialize};

use crate::simplex::nearest;
use crate::sums::mean;

/// How weights are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Solver {
    /// Frank and Wolfe's walk: a hundred steps, weights under a quarter of the greatest dropped, then on until a step gains nothing.
    #[default]
    FrankWolfe,
    /// The exact minimum.
    Exact,
}

/// Least squares of `b` on the columns of `a`.
pub(super) struct Problem {
    /// One entry a column.
    pub a: Vec<Vec<f64>>,
    pub b: Vec<f64>,
    /// The ridge: ζ.
    pub zeta: f64,
}

/// When the walk stops.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stop {
    pub min_decrease: f64,
    pub max_steps: usize,
    pub before_sparse: usize,
}

impl Problem {
    /// With an intercept: everything less its mean over the rows.
    pub(super) fn centred(mut self) -> Self {
        for column in self.a.iter_mut().chain(std::iter::once(&mut self.b)) {
            let centre = mean(column);
            column.iter_mut().for_each(|v| *v -= centre);
        }
        self
    }

    fn fitted(&self, weights: &[f64]) -> Vec<f64> {
        let mut out = vec![0.0; self.b.len()];
        for (w, column) in weights.iter().zip(&self.a) {
            if *w != 0.0 {
                out.iter_mut().zip(column).for_each(|(o, v)| *o += w * v);
            }
        }
        out
    }

    /// One step towards the corner that promises most, as long as it pays. Nothing when the weights are that corner.
    fn step(&self, weights: &mut [f64], fitted: &[f64], eta: f64) {
        let rest: Vec<f64> = fitted.iter().zip(&self.b).map(|(f, b)| f - b).collect();
        let slope = |j: usize| self.a[j].iter().zip(&rest).map(|(a, r)| a * r).sum::<f64>() + eta * weights[j];
        let slopes: Vec<f64> = (0..self.a.len()).map(slope).collect();
        let Some(best) = (0..slopes.len()).min_by(|a, b| slopes[*a].total_cmp(&slopes[*b])) else { return };
        let direction: Vec<f64> = weights.iter().enumerate().map(|(j, w)| if j == best { 1.0 - w } else { -w }).collect();
        if direction.iter().all(|d| *d == 0.0) {
            return;
        }
        let moved: f64 = self.a[best].iter().zip(fitted).map(|(a, f)| (a - f) * (a - f)).sum();
        let curvature = moved + eta * direction.iter().map(|d| d * d).sum::<f64>();
        let gain: f64 = -slopes.iter().zip(&direction).map(|(s, d)| s * d).sum::<f64>();
        let share = (gain / curvature).clamp(0.0, 1.0);
        if share.is_finite() {
            weights.iter_mut().zip(&direction).for_each(|(w, d)| *w += share * d);
        }
    }

    fn walk(&self, start: Vec<f64>, min_decrease: f64, max_steps: usize) -> Vec<f64> {
        let rows = self.b.len() as f64;
        let eta = rows * self.zeta * self.zeta;
        let mut weights = start;
        let mut fitted = self.fitted(&weights);
        let (mut before, mut now) = (f64::NAN, f64::NAN);
        for step in 0..max_steps {
            if step >= 2 && before - now <= min_decrease * min_decrease {
                break;
            }
            self.step(&mut weights, &fitted, eta);
            fitted = self.fitted(&weights);
            let missed: f64 = fitted.iter().zip(&self.b).map(|(f, b)| (f - b) * (f - b)).sum();
            let ridge: f64 = weights.iter().map(|w| w * w).sum();
            (before, now) = (now, self.zeta * self.zeta * ridge + missed / rows);
        }
        weights
    }

    /// The walk in two parts, from the given weights or from equal ones.
    pub(super) fn frank_wolfe(&self, start: Option<&[f64]>, stop: Stop) -> Vec<f64> {
        let k = self.a.len();
        let start = start.map_or_else(|| vec![1.0 / k as f64; k], <[f64]>::to_vec);
        let first = self.walk(start, stop.min_decrease, stop.before_sparse);
        let least = first.iter().copied().fold(0.0, f64::max) / 4.0;
        let cut: Vec<f64> = first.iter().map(|w| if *w <= least { 0.0 } else { *w }).collect();
        let total: f64 = cut.iter().sum();
        self.walk(cut.iter().map(|w| w / total).collect(), stop.min_decrease, stop.max_steps)
    }

    /// The exact minimum; and whether it is the only one.
    pub(super) fn exact(&self) -> (Vec<f64>, bool) {
        let k = self.a.len();
        let ridge = (self.b.len() as f64).sqrt() * self.zeta;
        let points: Vec<Vec<f64>> = (self.a.iter().enumerate())
            .map(|(j, column)| {
                let mut point: Vec<f64> = column.iter().zip(&self.b).map(|(a, b)| a - b).collect();
                if ridge > 0.0 {
                    point.extend((0..k).map(|i| if i == j { ridge } else { 0.0 }));
                }
                point
            })
            .collect();
        let found = nearest(&points);
        (found.weights, found.unique)
    }
}

/// Brought to a sum of one; equal when all are zero.
pub(super) fn normalised(weights: &[f64]) -> Vec<f64> {
    let total: f64 = weights.iter().sum();
    if total == 0.0 { vec![1.0 / weights.len() as f64; weights.len()] } else { weights.iter().map(|w| w / total).collect() }
}
