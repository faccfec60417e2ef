//! Means of potential outcomes by weighting, regression and both, with the influence of every row on them, through one set of stacked
//! estimating equations. Horvitz and Thompson (1952), JASA 47; Hájek (1971); Robins, Rotnitzky and Zhao (1994), JASA 89; Hahn (1998),
//! Econometrica 66; Wooldridge (2007), Journal of Econometrics 141; Newey and McFadden (1994), section 6, for the stacking.

use serde::{Deserialize, Serialize};

use super::sample::{Design, Sample};
use super::score::Score;
use crate::linear::{Matrix, Orthogonal};
use crate::sums::{dot, sum};

/// For whom the effect is averaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Estimand {
    /// Everybody in the sample (ATE).
    All,
    /// The treated (ATT).
    Treated,
    /// The comparison rows (ATC).
    Comparison,
}

/// How the comparison is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Estimator {
    /// The plain difference of the arms' means.
    Difference,
    /// Inverse probability weights as they are (Horvitz–Thompson).
    HorvitzThompson,
    /// Inverse probability weights that add up to one in each arm (Hájek).
    Weighting,
    /// A linear regression in each arm, averaged over the target.
    Regression,
    /// Regression in each arm, corrected by weighted residuals (AIPW): right when either model is.
    Augmented,
    /// AIPW whose regressions are weighted by w(w − 1), w the inverse probability (Rubin and van der Laan 2008).
    AugmentedWeighted,
    /// Regression in each arm weighted by inverse probabilities (IPW-RA).
    WeightedRegression,
    /// Weights that make the moments of the covariates equal and stay as near to the base weights as can be.
    Entropy,
    /// Nearest neighbours.
    Matching,
}

/// A vector by row and its derivative by the row's probability.
struct Weight {
    value: Vec<f64>,
    slope: Vec<f64>,
}

/// One arm of an estimator: target, regression weights (none: no regression), whether the design is a constant only, and the weights
/// of the residuals that correct (none: no correction).
struct Plan {
    regression: Option<(Weight, bool)>,
    correction: Option<Weight>,
}

/// A mean of potential outcomes.
pub(super) struct Mean {
    pub value: f64,
    /// Influence with what comes before it (score, regressions of corrected estimators) taken as known.
    pub direct: Vec<f64>,
    /// Influence with all that comes before it estimated.
    pub stacked: Vec<f64>,
    /// Names of columns that a regression in one arm could not tell apart.
    pub left_out: Vec<String>,
}

/// What the estimators have in common.
pub(super) struct Setting<'a> {
    pub sample: &'a Sample,
    pub score: &'a Score,
    /// The outcome's design.
    pub design: &'a Design,
}

impl Setting<'_> {
    fn rows(&self) -> usize {
        self.sample.y.len()
    }

    fn target(&self, estimand: Estimand) -> Vec<f64> {
        let of = |d: &bool| match estimand {
            Estimand::All => 1.0,
            Estimand::Treated => f64::from(u8::from(*d)),
            Estimand::Comparison => f64::from(u8::from(!*d)),
        };
        self.sample.treated.iter().map(of).collect()
    }

    /// Inverse probability weights of an arm: value and derivative by the probability.
    fn inverse(&self, arm: bool, estimand: Estimand) -> Weight {
        let of = |i: usize| {
            let e = self.score.probabilities[i];
            if self.sample.treated[i] != arm {
                return (0.0, 0.0);
            }
            match (estimand, arm) {
                (Estimand::All, true) => (1.0 / e, -1.0 / (e * e)),
                (Estimand::All, false) => (1.0 / (1.0 - e), 1.0 / ((1.0 - e) * (1.0 - e))),
                (Estimand::Treated, true) | (Estimand::Comparison, false) => (1.0, 0.0),
                (Estimand::Treated, false) => (e / (1.0 - e), 1.0 / ((1.0 - e) * (1.0 - e))),
                (Estimand::Comparison, true) => ((1.0 - e) / e, -1.0 / (e * e)),
            }
        };
        let (value, slope) = (0..self.rows()).map(of).unzip();
        Weight { value, slope }
    }

    fn plain(&self, arm: bool) -> Weight {
        let value = self.sample.treated.iter().map(|d| f64::from(u8::from(*d == arm))).collect();
        Weight { value, slope: vec![0.0; self.rows()] }
    }

    /// w(w − 1) of the inverse probability weights over everybody.
    fn squared(&self, arm: bool) -> Weight {
        let w = self.inverse(arm, Estimand::All);
        let value = w.value.iter().map(|v| v * (v - 1.0)).collect();
        let slope = w.value.iter().zip(&w.slope).map(|(v, s)| s * (2.0 * v - 1.0)).collect();
        Weight { value, slope }
    }

    fn plan(&self, estimator: Estimator, arm: bool, estimand: Estimand) -> Option<Plan> {
        let inverse = || self.inverse(arm, estimand);
        Some(match estimator {
            Estimator::Difference => Plan { regression: Some((self.plain(arm), true)), correction: None },
            Estimator::HorvitzThompson => Plan { regression: None, correction: Some(inverse()) },
            Estimator::Weighting => Plan { regression: Some((inverse(), true)), correction: None },
            Estimator::Regression => Plan { regression: Some((self.plain(arm), false)), correction: None },
            Estimator::Augmented => Plan { regression: Some((self.plain(arm), false)), correction: Some(inverse()) },
            Estimator::AugmentedWeighted => Plan { regression: Some((self.squared(arm), false)), correction: Some(inverse()) },
            Estimator::WeightedRegression => Plan { regression: Some((inverse(), false)), correction: None },
            Estimator::Entropy | Estimator::Matching => return None,
        })
    }

    /// The mean of the potential outcomes of an arm by an estimator; none for estimators that are not of this family.
    pub(super) fn mean(&self, estimator: Estimator, arm: bool, estimand: Estimand) -> Option<Mean> {
        let plan = self.plan(estimator, arm, estimand)?;
        let (n, s, y) = (self.rows(), &self.sample.weights, &self.sample.y);
        let target = self.target(estimand);
        let share = sum(s.iter().zip(&target).map(|(s, t)| s * t)) / n as f64;
        let constant = Matrix::from_fn(n, 1, |_, _| 1.0);
        let fitted = plan.regression.as_ref().map(|(weight, flat)| {
            let z = if *flat { &constant } else { &self.design.z };
            (Regression::of(z, y, s, &weight.value), weight, z)
        });
        let zero = vec![0.0; n];
        let m = fitted.as_ref().map_or(&zero, |(r, _, _)| &r.fitted);
        let w = plan.correction.as_ref().map_or(&zero, |c| &c.value);
        let value = sum((0..n).map(|i| s[i] * (target[i] * m[i] + w[i] * (y[i] - m[i])))) / (share * n as f64);
        let direct: Vec<f64> = (0..n).map(|i| s[i] * (target[i] * (m[i] - value) + w[i] * (y[i] - m[i])) / share).collect();
        let mut known = direct.clone();
        let mut gradient = vec![0.0; self.score.influence.len()];
        if let Some(correction) = &plan.correction {
            self.by_score(&mut gradient, |i| s[i] * correction.slope[i] * (y[i] - m[i]) / share);
        }
        let mut left_out = Vec::new();
        if let Some((regression, weight, z)) = &fitted {
            let by_beta: Vec<f64> =
                (0..z.cols()).map(|j| sum((0..n).map(|i| s[i] * (target[i] - w[i]) * z[(i, j)])) / (share * n as f64)).collect();
            let lever = regression.inverse.apply(&by_beta);
            let carried: Vec<f64> = z.apply(&lever).iter().zip(s).map(|(l, s)| n as f64 * s * l).collect();
            for i in 0..n {
                known[i] += carried[i] * weight.value[i] * (y[i] - m[i]);
            }
            self.by_score(&mut gradient, |i| carried[i] * weight.slope[i] * (y[i] - m[i]));
            if z.cols() > 1 {
                left_out = regression.left_out.iter().map(|j| self.design.names[*j].clone()).collect();
            }
        }
        let mut stacked = known.clone();
        for (g, influence) in gradient.iter().zip(&self.score.influence) {
            stacked.iter_mut().zip(influence).for_each(|(v, inf)| *v += g * inf);
        }
        let direct = if plan.correction.is_some() { direct } else { known };
        Some(Mean { value, direct, stacked, left_out })
    }

    /// Adds the mean derivative by the score's coefficients of something whose derivative by the row's probability is `by_probability`.
    fn by_score(&self, gradient: &mut [f64], by_probability: impl Fn(usize) -> f64) {
        let n = self.rows();
        let chain: Vec<f64> = (0..n).map(|i| by_probability(i) * self.score.slopes[i]).collect();
        for (j, g) in gradient.iter_mut().enumerate() {
            *g += dot(self.score.design.col(j), &chain) / n as f64;
        }
    }
}

/// A weighted regression whose coefficients are zero for columns that the weighted rows do not tell apart.
pub(super) struct Regression {
    pub fitted: Vec<f64>,
    /// (Z′WZ)⁻¹, zero for columns left out.
    pub inverse: Matrix,
    pub left_out: Vec<usize>,
}

impl Regression {
    pub(super) fn of(z: &Matrix, y: &[f64], s: &[f64], v: &[f64]) -> Self {
        let rows: Vec<usize> = (0..z.rows()).filter(|i| s[*i] * v[*i] > 0.0).collect();
        let root: Vec<f64> = rows.iter().map(|i| (s[*i] * v[*i]).sqrt()).collect();
        let columns: Vec<Vec<f64>> = (0..z.cols()).map(|j| rows.iter().zip(&root).map(|(i, r)| z[(*i, j)] * r).collect()).collect();
        let right: Vec<f64> = rows.iter().zip(&root).map(|(i, r)| y[*i] * r).collect();
        let fit = Orthogonal::of(&Matrix::from_columns(rows.len(), &columns), 1e-10);
        let solved = fit.fit(&right);
        let gram = fit.inverse_gram();
        let mut coefficients = vec![0.0; z.cols()];
        let mut inverse = Matrix::zeros(z.cols(), z.cols());
        for (a, j) in fit.kept.iter().enumerate() {
            coefficients[*j] = solved[a];
            for (b, m) in fit.kept.iter().enumerate() {
                inverse[(*j, *m)] = gram[(a, b)];
            }
        }
        Self { fitted: z.apply(&coefficients), inverse, left_out: fit.collinear }
    }
}
