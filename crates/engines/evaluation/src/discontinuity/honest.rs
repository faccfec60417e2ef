//! Intervals that stay honest when the score is coarse: the curvature of the outcome is bounded, the worst bias under that bound is added.
//!
//! Armstrong, Kolesár (2020), Quantitative Economics 11(1), 1–39; Kolesár, Rothe (2018), American Economic Review 108(8), 2277–2304; the rule of
//! thumb of the bound as in Armstrong and Kolesár (2020), from a quartic on each side. The critical value is the exact quantile of the
//! folded normal |N(bias / error, 1)|.

use serde::{Deserialize, Serialize};

use super::bandwidth::Widths;
use super::estimate::sides_filled;
use super::local::{Kernel, Polynomial, Window, chebyshev};
use super::result::Pair;
use super::side::{Nearest, Side};
use super::spec::{Given, Sample, Spec};
use super::warn;
use crate::dist::{normal_cdf, normal_quantile};
use crate::{Frame, Refusal, Warning};

/// A jump under bounded curvature.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HonestSpec {
    /// The outcome's column.
    pub outcome: String,
    /// The score's column.
    pub score: String,
    /// The cut-off.
    pub cutoff: f64,
    /// The bound on |second derivative| of the outcome's mean in the score, outcome per squared score; a rule of thumb when not given.
    pub bound: Option<f64>,
    /// The bandwidth; that of the shortest interval when not given.
    pub bandwidth: Option<Given>,
    /// The kernel.
    pub kernel: Kernel,
    /// How many nearest neighbours at least for the variance.
    pub neighbours: usize,
    /// The confidence of the interval.
    pub level: f64,
}

impl Default for HonestSpec {
    fn default() -> Self {
        Self {
            outcome: String::new(),
            score: String::new(),
            cutoff: 0.0,
            bound: None,
            bandwidth: None,
            kernel: Kernel::Triangular,
            neighbours: 3,
            level: 0.95,
        }
    }
}

/// An honest interval.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HonestEstimate {
    /// The local linear jump.
    pub estimate: f64,
    /// Its standard error (nearest neighbours).
    pub standard_error: f64,
    /// The largest bias under the bound.
    pub worst_bias: f64,
    /// What multiplies the standard error: the folded normal's quantile.
    pub critical: f64,
    /// The interval.
    pub interval: [f64; 2],
    /// The bound used.
    pub bound: f64,
    /// Whether the bound is the rule of thumb.
    pub rule_of_thumb: bool,
    /// The bandwidths used.
    pub bandwidths: Widths,
    /// Rows within them.
    pub rows: Pair<usize>,
    /// Distinct scores within them.
    pub distinct: Pair<usize>,
    /// What to know.
    pub warnings: Vec<Warning>,
}

/// The quantile of |N(t, 1)|: the value that it stays below with probability `level`.
#[must_use]
pub fn folded_quantile(t: f64, level: f64) -> f64 {
    let t = t.abs();
    if !t.is_finite() {
        return f64::INFINITY;
    }
    // P(|N(t, 1)| ≤ c), the tails apart; rising in c.
    let covered = |c: f64| normal_cdf(c - t) - normal_cdf(-c - t);
    let (mut low, mut high) = (0.0_f64.max(t + normal_quantile(level) - 1e-9), t + normal_quantile(0.5 + level / 2.0));
    for _ in 0..200 {
        let middle = low + (high - low) / 2.0;
        if middle <= low || middle >= high {
            break;
        }
        if covered(middle) < level { low = middle } else { high = middle }
    }
    high
}

/// Estimate, variance and worst bias at unit bound, of one side.
struct One {
    limit: f64,
    variance: f64,
    bias: f64,
    rows: usize,
    distinct: usize,
}

fn one(side: &Side, residuals: &[f64], kernel: Kernel, h: f64) -> Option<One> {
    let window = Window::new(side, kernel, h);
    let polynomial = Polynomial::new(side, &window, 1)?;
    let fit = polynomial.fit(side, &window, &side.columns[0]);
    let functional = polynomial.inverse.apply(&polynomial.functional(0));
    let mut basis = [0.0; 2];
    let (mut variance, mut bias) = (0.0, 0.0);
    for (i, residual) in residuals.iter().enumerate().take(window.n) {
        chebyshev(side.distance[i] / h, &mut basis);
        let weight = window.weights[i] * (functional[0] * basis[0] + functional[1] * basis[1]);
        variance += weight * weight * residual * residual;
        bias += weight * side.distance[i] * side.distance[i];
    }
    // At a boundary the worst function of a bounded second derivative is the parabola itself.
    Some(One { limit: polynomial.power(&fit, 0), variance, bias: bias.abs() / 2.0, rows: window.n, distinct: side.groups_in(window.n) })
}

/// The jump with an interval that covers it for every outcome whose curvature stays within the bound.
///
/// # Errors
/// Columns that are missing, an outcome that does not vary, sides with fewer than two distinct scores (five for the rule of thumb).
pub fn honest(frame: &Frame, spec: &HonestSpec) -> Result<HonestEstimate, Refusal> {
    let asked = Spec {
        outcome: spec.outcome.clone(),
        score: spec.score.clone(),
        cutoff: spec.cutoff,
        bandwidth: spec.bandwidth,
        kernel: spec.kernel,
        neighbours: spec.neighbours,
        level: spec.level,
        ..Spec::default()
    };
    asked.check()?;
    if spec.bound.is_some_and(|m| !(m >= 0.0 && m.is_finite())) {
        return Err(Refusal::new("option", "bound は0以上の数にしてください。", "bound must be a number not below 0"));
    }
    let sample = asked.sample(frame)?;
    sides_filled(&sample)?;
    let sides = [&sample.left, &sample.right];
    let first = sample.left.columns[0].first();
    if sides.iter().all(|side| side.columns[0].iter().all(|y| Some(y) == first)) {
        return Err(Refusal::new(
            "constant-outcome",
            "結果の列がすべて同じ値のため、跳びを測れません。結果の列を確認してください。",
            "the outcome is the same in every row: there is no jump to measure; look at its column",
        ));
    }
    let residuals = sides.map(|side| Nearest::new(side, spec.neighbours).residuals(side, side.len(), &side.columns[0]));
    let bound = match spec.bound {
        Some(bound) => bound,
        None => rule_of_thumb(&sample).ok_or_else(|| warn::density_few(&sample, 4))?,
    };
    let at = |widths: Widths| {
        let left = one(sides[0], &residuals[0], spec.kernel, widths.left)?;
        let right = one(sides[1], &residuals[1], spec.kernel, widths.right)?;
        Some((left, right))
    };
    let length = |(left, right): &(One, One)| {
        let error = (left.variance + right.variance).sqrt();
        let bias = bound * (left.bias + right.bias);
        (error, bias, if error > 0.0 { folded_quantile(bias / error, spec.level) * error } else { bias })
    };
    let widths = match spec.bandwidth {
        Some(given) => given.widths(),
        None => shortest(&sample, |h| at(Widths { left: h, right: h }).map(|both| length(&both).2)),
    };
    let both = at(widths).ok_or_else(|| warn::density_few(&sample, 1))?;
    let (error, bias, reach) = length(&both);
    let estimate = both.1.limit - both.0.limit;
    if !estimate.is_finite() || !reach.is_finite() {
        return Err(warn::out_of_range());
    }
    Ok(HonestEstimate {
        estimate,
        standard_error: error,
        worst_bias: bias,
        critical: if error > 0.0 { reach / error } else { 0.0 },
        interval: [estimate - reach, estimate + reach],
        bound,
        rule_of_thumb: spec.bound.is_none(),
        bandwidths: widths,
        rows: Pair { left: both.0.rows, right: both.1.rows },
        distinct: Pair { left: both.0.distinct, right: both.1.distinct },
        warnings: warnings(spec, bound),
    })
}

/// The bandwidth of the shortest interval among those that reach just beyond a distinct distance (at most 200 of them).
fn shortest(sample: &Sample, length: impl Fn(f64) -> Option<f64>) -> Widths {
    let mut all: Vec<f64> = [&sample.left, &sample.right].iter().flat_map(|s| s.distance.iter().copied()).collect();
    all.sort_unstable_by(f64::total_cmp);
    all.dedup();
    let step = all.len().div_ceil(200).max(1);
    let candidates = all.iter().skip(1).step_by(step).chain(all.last()).map(|d| d * 1.000_001);
    let best = candidates
        .filter_map(|h| length(h).filter(|l| l.is_finite()).map(|l| (l, h)))
        .fold(None, |best: Option<(f64, f64)>, now| Some(best.filter(|b| b.0 <= now.0).unwrap_or(now)));
    let h = best.map_or(f64::MAX, |(_, h)| h);
    Widths { left: h, right: h }
}

/// The greatest |second derivative| of a quartic through each side.
fn rule_of_thumb(sample: &Sample) -> Option<f64> {
    let mut most = 0.0_f64;
    for side in [&sample.left, &sample.right] {
        let h = side.range() * 1.000_001;
        let window = Window::new(side, Kernel::Uniform, h);
        let polynomial = Polynomial::new(side, &window, 4)?;
        let fit = polynomial.fit(side, &window, &side.columns[0]);
        let [two, three, four] = [2, 3, 4].map(|j| polynomial.power(&fit, j));
        let curve = |u: f64| (2.0 * two + 6.0 * three * u + 12.0 * four * u * u).abs() / (h * h);
        let turn = if four == 0.0 { 0.0 } else { (-three / (4.0 * four)).clamp(0.0, 1.0) };
        most = most.max(curve(0.0)).max(curve(1.0)).max(curve(turn));
    }
    Some(most).filter(|m| m.is_finite())
}

fn warnings(spec: &HonestSpec, bound: f64) -> Vec<Warning> {
    if spec.bound.is_some() {
        return Vec::new();
    }
    vec![Warning::note(
        "curvature-by-rule",
        format!(
            "曲率の上限 M={bound:.4e} はデータからの目安です。区間が正しいのはこの上限が成り立つときだけなので、根拠のある値も試してください。"
        ),
        format!(
            "the bound on curvature, {bound:.4e}, is a rule of thumb; the interval is honest only if it holds, so try values with a reason too"
        ),
    )]
}
