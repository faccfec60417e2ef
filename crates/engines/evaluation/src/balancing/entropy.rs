//! Entropy balancing: weights nearest to base weights in Kullback–Leibler divergence under which one group has the moments of another.
//! Hainmueller (2012), Political Analysis 20, through its convex dual by Newton's method; Zhao and Percival (2017), Journal of Causal
//! Inference 5, for the influence of a row. When no weights can do it, the refusal says which covariate stands in the way.

use serde::Serialize;

use super::effects::{Estimand, Regression};
use super::sample::{Sample, moments};
use crate::linear::{Matrix, Orthogonal};
use crate::maths::{exp, ln};
use crate::notice::Refusal;
use crate::sums::{dot, sum};

/// How the weights of one arm came about.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Balanced {
    /// Whose rows were weighted: the treated, or the comparison rows.
    pub arm: &'static str,
    /// Moments that were made equal.
    pub moments: Vec<String>,
    /// Steps of Newton's method.
    pub iterations: usize,
    /// The greatest difference left between moments, in standard deviations.
    pub max_moment_gap: f64,
    /// Effective rows.
    pub effective: f64,
    /// The greatest weight; they add up to one.
    pub largest_weight: f64,
    /// The logarithm of a weight over its base weight, with weights that add up to the target's rows: constant, then one coefficient a
    /// moment, in the units of the covariate when only means are balanced and in standard deviations from the target's mean otherwise.
    pub coefficients: Vec<f64>,
}

/// The balanced arm with its weights and influence.
pub(super) struct Arm {
    pub report: Balanced,
    /// One weight a row of the sample, zero outside the arm, adding up to one.
    pub weights: Vec<f64>,
    pub mean: f64,
    pub influence: Vec<f64>,
}

/// The moments to be balanced: standardised functions of the covariates, less their target.
struct Moments {
    names: Vec<String>,
    /// One column a moment, all rows.
    columns: Vec<Vec<f64>>,
    scales: Vec<(f64, f64)>,
}

fn moment_columns(sample: &Sample, target: &[f64], highest: u8) -> Moments {
    let mut out = Moments { names: Vec::new(), columns: Vec::new(), scales: Vec::new() };
    for power in 1..=highest {
        for (name, values) in sample.covariates.names.iter().zip(&sample.covariates.columns) {
            let (centre, _) = moments(values, target);
            let (_, spread) = moments(values, &sample.weights);
            if spread <= 1e-12 * centre.abs() || spread == 0.0 {
                continue;
            }
            let raw: Vec<f64> = values.iter().map(|v| ((v - centre) / spread).powi(i32::from(power))).collect();
            let (aim, _) = moments(&raw, target);
            out.names.push(if power == 1 { name.clone() } else { format!("{name}^{power}") });
            out.columns.push(raw.iter().map(|v| v - aim).collect());
            out.scales.push((centre, spread));
        }
    }
    out
}

/// Which moments the source's rows can tell apart from one another and from a constant.
fn independent(columns: &[Vec<f64>], source: &[usize]) -> Vec<usize> {
    let mut cut: Vec<Vec<f64>> = vec![vec![1.0; source.len()]];
    cut.extend(columns.iter().map(|c| source.iter().map(|i| c[*i]).collect::<Vec<f64>>()));
    let fit = Orthogonal::of(&Matrix::from_columns(source.len(), &cut), 1e-8);
    fit.kept.iter().filter(|j| **j > 0).map(|j| j - 1).collect()
}

struct Dual<'a> {
    columns: Vec<Vec<f64>>,
    base: &'a [f64],
}

impl Dual<'_> {
    /// ln Σ q exp(λ′c), and the weights that go with it.
    fn at(&self, lambda: &[f64]) -> (f64, Vec<f64>) {
        let n = self.base.len();
        let mut index = vec![0.0; n];
        for (l, column) in lambda.iter().zip(&self.columns) {
            index.iter_mut().zip(column).for_each(|(v, c)| *v += l * c);
        }
        let top = index.iter().zip(self.base).filter(|(_, q)| **q > 0.0).map(|(v, _)| *v).fold(f64::NEG_INFINITY, f64::max);
        let raw: Vec<f64> = index.iter().zip(self.base).map(|(v, q)| q * exp(v - top)).collect();
        let total = sum(raw.iter().copied());
        (top + ln(total), raw.iter().map(|v| v / total).collect())
    }

    /// Newton's method; the multipliers, the weights, the steps, and the greatest gap left.
    fn solve(&self) -> (Vec<f64>, Vec<f64>, usize, f64) {
        let k = self.columns.len();
        let mut lambda = vec![0.0; k];
        let (mut value, mut weights) = self.at(&lambda);
        let gaps = |weights: &[f64]| self.columns.iter().map(|c| dot(c, weights)).collect::<Vec<f64>>();
        let worst = |g: &[f64]| g.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
        let mut gradient = gaps(&weights);
        for step in 0..200 {
            let gap = worst(&gradient);
            if gap < 4e-15 {
                return (lambda, weights, step, gap);
            }
            let centred: Vec<Vec<f64>> = self.columns.iter().zip(&gradient).map(|(c, g)| c.iter().map(|v| v - g).collect()).collect();
            let hessian = Matrix::from_columns(self.base.len(), &centred).gram(Some(&weights));
            let Some(newton) = hessian.solve_spd(&Matrix::from_columns(k, std::slice::from_ref(&gradient))) else {
                return (lambda, weights, step, gap);
            };
            let decrement = dot(newton.col(0), &gradient);
            let mut share = 1.0;
            let (next, found) = loop {
                let tried: Vec<f64> = lambda.iter().zip(newton.col(0)).map(|(l, n)| l - share * n).collect();
                let found = self.at(&tried);
                if found.0 <= value - 0.25 * share * decrement || share < 1e-8 || decrement < 1e-13 {
                    break (tried, found);
                }
                share /= 2.0;
            };
            let after = gaps(&found.1);
            if worst(&after) >= gap && gap < 1e-11 {
                return (lambda, weights, step, gap);
            }
            (lambda, value, weights, gradient) = (next, found.0, found.1, after);
            if lambda.iter().any(|l| l.abs() > 1e6) {
                break;
            }
        }
        let gap = worst(&gradient);
        (lambda, weights, 200, gap)
    }
}

/// Says why no weights can balance: which covariate lies outside, or which mixture.
fn infeasible(moments: &Moments, source: &[usize]) -> Refusal {
    let outside: Vec<&str> = (moments.names.iter().zip(&moments.columns))
        .filter(|(_, c)| source.iter().all(|i| c[*i] > 0.0) || source.iter().all(|i| c[*i] < 0.0))
        .map(|(name, _)| name.as_str())
        .collect();
    let (ja, en) = if outside.is_empty() {
        let points: Vec<Vec<f64>> = source.iter().map(|i| moments.columns.iter().map(|c| c[*i]).collect()).collect();
        let near = crate::simplex::nearest(&points);
        let mut order: Vec<usize> = (0..near.point.len()).collect();
        order.sort_by(|a, b| near.point[*b].abs().total_cmp(&near.point[*a].abs()));
        let most: Vec<&str> = order.iter().take(3).map(|j| moments.names[*j].as_str()).collect();
        let most = most.join(", ");
        (
            format!("「{most}」の組合せで、目標が比較できる範囲の外か縁にあります"),
            format!("the target lies outside, or on the edge of, what the rows span in the mixture of {most}"),
        )
    } else {
        let named = outside.join(", ");
        (
            format!("「{named}」の目標が、重みづける行の範囲の外にあります"),
            format!("the target of {named} lies outside the range of the rows to be weighted"),
        )
    };
    Refusal::new(
        "cannot-balance",
        format!("どのような重みでも積率をそろえられません: {ja}。その共変量か高次の積率を外すか、対象を絞ってください。"),
        format!("no weights can make the moments equal: {en}; leave that covariate or its higher moments out, or narrow the target"),
    )
}

/// Weights the rows of an arm so that they have the moments of the target (a weight for each row of the sample).
///
/// # Errors
/// No weights can do it.
pub(super) fn balance(sample: &Sample, arm: bool, estimand: Estimand, base: &[f64], highest: u8) -> Result<Arm, Refusal> {
    let n = sample.y.len();
    let target: Vec<f64> = (0..n)
        .map(|i| match estimand {
            Estimand::All => sample.weights[i],
            Estimand::Treated => {
                if sample.treated[i] {
                    sample.weights[i]
                } else {
                    0.0
                }
            }
            Estimand::Comparison => {
                if sample.treated[i] {
                    0.0
                } else {
                    sample.weights[i]
                }
            }
        })
        .collect();
    let source: Vec<usize> = (0..n).filter(|i| sample.treated[*i] == arm && base[*i] > 0.0).collect();
    let all = moment_columns(sample, &target, highest);
    let kept = independent(&all.columns, &source);
    let dual_base: Vec<f64> = source.iter().map(|i| base[*i]).collect();
    let columns = kept.iter().map(|j| source.iter().map(|i| all.columns[*j][*i]).collect()).collect();
    let dual = Dual { columns, base: &dual_base };
    let (lambda, inside, iterations, gap) = dual.solve();
    let left = all.columns.iter().map(|c| sum(source.iter().zip(&inside).map(|(i, w)| w * c[*i])).abs()).fold(0.0, f64::max);
    if gap > 1e-9 || left > 1e-7 {
        return Err(infeasible(&all, &source));
    }
    let mut weights = vec![0.0; n];
    source.iter().zip(&inside).for_each(|(i, w)| weights[*i] = *w);
    let (mean, influence) = influence(sample, &all, &kept, &target, &weights);
    let report = Balanced {
        arm: if arm { "treated" } else { "comparison" },
        moments: kept.iter().map(|j| all.names[*j].clone()).collect(),
        iterations,
        max_moment_gap: left,
        effective: super::overlap::effective_size(&inside),
        largest_weight: inside.iter().copied().fold(0.0, f64::max),
        coefficients: coefficients(sample, &all, &kept, &lambda, &source, &dual_base, highest, sum(target.iter().copied())),
    };
    Ok(Arm { report, weights, mean, influence })
}

#[expect(clippy::too_many_arguments, reason = "the pieces of one formula, used once")]
fn coefficients(
    sample: &Sample,
    all: &Moments,
    kept: &[usize],
    lambda: &[f64],
    source: &[usize],
    base: &[f64],
    highest: u8,
    total: f64,
) -> Vec<f64> {
    let slopes: Vec<f64> = kept.iter().zip(lambda).map(|(j, l)| if highest == 1 { l / all.scales[*j].1 } else { *l }).collect();
    let index = |i: usize| -> f64 {
        (kept.iter().zip(&slopes))
            .map(|(j, s)| {
                let name = &all.names[*j];
                let at = sample.covariates.names.iter().position(|n| n == name);
                let raw = at.map_or(all.columns[*j][i], |c| sample.covariates.columns[c][i]);
                if highest == 1 { s * raw } else { s * all.columns[*j][i] }
            })
            .sum()
    };
    let indices: Vec<f64> = source.iter().map(|i| index(*i)).collect();
    let top = indices.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mass = sum(indices.iter().zip(base).map(|(v, q)| q * exp(v - top)));
    let mut out = vec![ln(total) - ln(mass) - top];
    out.extend(slopes);
    out
}

/// The weighted mean of the outcome and each row's influence: calibrated weights act as a weighted regression on the moments does.
fn influence(sample: &Sample, all: &Moments, kept: &[usize], target: &[f64], weights: &[f64]) -> (f64, Vec<f64>) {
    let n = sample.y.len();
    let mut columns = vec![vec![1.0; n]];
    columns.extend(kept.iter().map(|j| all.columns[*j].clone()));
    let z = Matrix::from_columns(n, &columns);
    let fit = Regression::of(&z, &sample.y, weights, &vec![1.0; n]);
    let mean = dot(weights, &sample.y);
    let share = sum(target.iter().copied()) / n as f64;
    let each = (0..n).map(|i| target[i] / share * (fit.fitted[i] - mean) + n as f64 * weights[i] * (sample.y[i] - fit.fitted[i])).collect();
    (mean, each)
}
