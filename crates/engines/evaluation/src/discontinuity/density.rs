//! Is the score manipulated? The density of the score must not jump at the cut-off.
//!
//! Cattaneo, Jansson, Ma (2018), Stata Journal 18(1), 234–261; (2020), Journal of the American Statistical Association 115, 1449–1455:
//! local polynomials through the empirical distribution function, the test one order above that which the bandwidth is for.

use serde::{Deserialize, Serialize};

use super::bandwidth::Widths;
use super::density_fit::{Slopes, fit};
use super::local::Kernel;
use super::population::{alone, shared};
use super::side::Side;
use super::spec::{Given, Sample, Spec};
use super::{Inference, Pair, warn};
use crate::{Frame, Refusal, Warning};

/// Whether both sides share the level and the higher powers of the distribution function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DensityFit {
    /// Each side on its own.
    #[default]
    Unrestricted,
    /// One bandwidth, and all but the density is common.
    Restricted,
}

/// How the variance of the densities is estimated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DensityVariance {
    /// From the data alone.
    #[default]
    Jackknife,
    /// The limit's formula with the estimated density.
    Plugin,
}

/// Which bandwidth is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DensitySelector {
    /// A side's median of `each`, `diff` and `sum`; restricted: the lesser of `diff` and `sum`.
    #[default]
    Comb,
    /// Least mean squared error of each density.
    Each,
    /// Of their difference.
    Diff,
    /// Of their sum.
    Sum,
}

/// A density test.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DensitySpec {
    /// The score's column.
    pub score: String,
    /// The cut-off.
    pub cutoff: f64,
    /// Order of the polynomial that the bandwidth is chosen for.
    pub order: usize,
    /// Order of the polynomial of the test; one more than `order`.
    pub test_order: Option<usize>,
    /// What both sides share.
    pub fit: DensityFit,
    /// The kernel.
    pub kernel: Kernel,
    /// How the variance is estimated.
    pub variance: DensityVariance,
    /// The bandwidth; chosen by `selector` when not given.
    pub bandwidth: Option<Given>,
    /// How it is chosen.
    pub selector: DensitySelector,
    /// Whether equal scores share the highest rank.
    pub mass_points: bool,
    /// Whether a chosen bandwidth reaches at least `least_rows` rows and `least_distinct` distinct scores on each side.
    pub regularise: bool,
    /// 20 + order + 1 unless given.
    pub least_rows: Option<usize>,
    /// 20 + order + 1 unless given.
    pub least_distinct: Option<usize>,
    /// The confidence of the intervals.
    pub level: f64,
}

impl Default for DensitySpec {
    fn default() -> Self {
        Self {
            score: String::new(),
            cutoff: 0.0,
            order: 2,
            test_order: None,
            fit: DensityFit::Unrestricted,
            kernel: Kernel::Triangular,
            variance: DensityVariance::Jackknife,
            bandwidth: None,
            selector: DensitySelector::Comb,
            mass_points: true,
            regularise: true,
            least_rows: None,
            least_distinct: None,
            level: 0.95,
        }
    }
}

/// A count of rows near the cut-off against a fair coin.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Binomial {
    /// Rows within this distance.
    pub distance: f64,
    /// Below and above the cut-off.
    pub rows: Pair<usize>,
    /// The exact two-sided p-value of equal chances.
    pub p: f64,
}

/// A bandwidth with what decided it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct DensityWidth {
    /// The bandwidth.
    pub width: f64,
    /// The variance, times n h.
    pub variance: f64,
    /// The squared bias, divided by h^(2 order).
    pub squared_bias: f64,
}

/// All four bandwidths.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct DensityWidths {
    /// For the density below.
    pub left: DensityWidth,
    /// For the density above.
    pub right: DensityWidth,
    /// For their difference.
    pub diff: DensityWidth,
    /// For their sum.
    pub sum: DensityWidth,
}

/// A density test's result.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DensityEstimate {
    /// The density just below.
    pub left: Inference,
    /// The density just above.
    pub right: Inference,
    /// Above minus below: the test.
    pub difference: Inference,
    /// The bandwidths used.
    pub bandwidths: Widths,
    /// What was to choose from, when it was chosen.
    pub choice: Option<DensityWidths>,
    /// Rows on each side.
    pub rows: Pair<usize>,
    /// Rows within the bandwidths.
    pub rows_h: Pair<usize>,
    /// Counts near the cut-off against a fair coin.
    pub binomial: Vec<Binomial>,
    /// Rows left out for a missing score.
    pub dropped: usize,
    /// The small-sample rule in words.
    pub rule: &'static str,
    /// What to know.
    pub warnings: Vec<Warning>,
}

/// Tests whether the density of the score jumps at the cut-off.
///
/// # Errors
/// As [`super::estimate`].
pub fn density(frame: &Frame, spec: &DensitySpec) -> Result<DensityEstimate, Refusal> {
    check(spec)?;
    let asked = Spec { outcome: spec.score.clone(), score: spec.score.clone(), cutoff: spec.cutoff, ..Spec::default() };
    let mut sample = asked.sample(frame)?;
    super::estimate::sides_filled(&sample)?;
    ranks(&mut sample, spec.mass_points);
    let chosen = match spec.bandwidth {
        Some(given) => (given.widths(), None),
        None => choose(&sample, spec).map(|(w, all)| (w, Some(all))).ok_or_else(|| warn::no_bandwidth(&sample))?,
    };
    finish(&sample, spec, chosen)
}

fn check(spec: &DensitySpec) -> Result<(), Refusal> {
    let q = spec.test_order.unwrap_or(spec.order + 1);
    let widths = spec.bandwidth.map(Given::widths);
    let positive = widths.is_none_or(|w| w.left > 0.0 && w.right > 0.0 && w.left.is_finite() && w.right.is_finite());
    let one = spec.fit == DensityFit::Unrestricted || widths.is_none_or(|w| w.left == w.right);
    let each = spec.fit == DensityFit::Unrestricted || spec.selector != DensitySelector::Each;
    let orders = (1..=6).contains(&spec.order) && (1..=7).contains(&q);
    if positive && one && each && orders && spec.cutoff.is_finite() && spec.level > 0.0 && spec.level < 1.0 {
        return Ok(());
    }
    Err(Refusal::new(
        "option",
        "order は1から6、test_order は1から7、bandwidth は正の数（restricted では左右同じ、selector は each 以外）、level は0と1の間にしてください。",
        "order must be 1 to 6, test_order 1 to 7, bandwidth positive (restricted: one for both sides, and not the selector `each`), level between 0 and 1",
    ))
}

/// Puts (rank − 1) / (n − 1) in place of the score: the empirical distribution function.
fn ranks(sample: &mut Sample, mass: bool) {
    let (below, n) = (sample.left.len(), sample.scores.len());
    let share = |rank: usize| (rank as f64 - 1.0) / (n as f64 - 1.0);
    for (side, left) in [(&mut sample.left, true), (&mut sample.right, false)] {
        let mut out = Vec::with_capacity(side.len());
        for group in side.starts.windows(2) {
            for i in group[0]..group[1] {
                let (first, last) = if mass { (group[0], group[1]) } else { (i, i + 1) };
                out.push(share(if left { below - first } else { below + last }));
            }
        }
        side.columns = vec![out];
    }
}

/// The bandwidths: from a normal reference, those of the variance and of the bias; from these, what is asked.
fn choose(sample: &Sample, spec: &DensitySpec) -> Option<(Widths, DensityWidths)> {
    let (p, n) = (spec.order, sample.scores.len() as f64);
    let (narrow, wide) = pilots(sample, spec)?;
    let both = |h: f64| Widths { left: h, right: h };
    let base = fit(sample, spec, both(narrow), p)?;
    let curved = fit(sample, spec, both(wide), p + 2)?;
    let (variance, between) = match spec.variance {
        DensityVariance::Jackknife => (base.variance.map(|v| v * n * narrow), base.between * n * narrow),
        DensityVariance::Plugin => plugin(spec, p, base.density)?,
    };
    let bias = bias(spec, &base, &curved)?;
    let width = |variance: f64, bias: f64| {
        let ratio = variance / (2.0 * p as f64 * n * bias * bias);
        DensityWidth { width: crate::maths::pow(ratio, 1.0 / (2.0 * p as f64 + 1.0)), variance, squared_bias: bias * bias }
    };
    let total = variance[0] + variance[1];
    let all = DensityWidths {
        left: width(variance[0], bias[0]),
        right: width(variance[1], bias[1]),
        diff: width(total - 2.0 * between, bias[1] - bias[0]),
        sum: width(total + 2.0 * between, bias[1] + bias[0]),
    };
    let [l, r, d, s] = [all.left, all.right, all.diff, all.sum].map(|w| w.width);
    let median = |one: f64| crate::sums::sorted(&[one, d, s])[1];
    let found = match (spec.selector, spec.fit) {
        (DensitySelector::Each, _) => Widths { left: l, right: r },
        (DensitySelector::Diff, _) => both(d),
        (DensitySelector::Sum, _) => both(s),
        (DensitySelector::Comb, DensityFit::Unrestricted) => Widths { left: median(l), right: median(r) },
        (DensitySelector::Comb, DensityFit::Restricted) => both(d.min(s)),
    };
    let found = regular(sample, spec, found);
    (found.left > 0.0 && found.right > 0.0 && found.left.is_finite() && found.right.is_finite()).then_some((found, all))
}

/// The bias of each density divided by h^order.
fn bias(spec: &DensitySpec, base: &Slopes, curved: &Slopes) -> Option<[f64; 2]> {
    let p = spec.order;
    match spec.fit {
        DensityFit::Unrestricted => {
            let lean = alone(p, spec.kernel, 1)?.1;
            // In the score's direction: distance below the cut-off runs the other way.
            Some([-lean * curved.powers[0][p + 1], lean * curved.powers[1][p + 1]])
        }
        DensityFit::Restricted => {
            let known = shared(p, spec.kernel, base.density[0], base.density[1])?;
            Some(known.lean.map(|lean| lean * curved.powers[0][p + 1]))
        }
    }
}

fn plugin(spec: &DensitySpec, order: usize, density: [f64; 2]) -> Option<([f64; 2], f64)> {
    match spec.fit {
        DensityFit::Unrestricted => {
            let one = alone(order, spec.kernel, 1)?.0;
            Some((density.map(|f| f * one), 0.0))
        }
        DensityFit::Restricted => shared(order, spec.kernel, density[0], density[1]).map(|known| (known.variance, known.between)),
    }
}

/// Bandwidths by a normal reference and the uniform kernel at a boundary: for the slope with order p, for the bias with order p + 2.
fn pilots(sample: &Sample, spec: &DensitySpec) -> Option<(f64, f64)> {
    let (p, n) = (spec.order, sample.scores.len() as f64);
    let deviation = crate::sums::deviation(&sample.scores);
    let z = (spec.cutoff - crate::sums::mean(&sample.scores)) / deviation;
    let normal = crate::dist::normal_pdf(z);
    let factorial = super::partial::factorial;
    let width = |order: usize, slope: usize| {
        let (variance, lean) = alone(order, Kernel::Uniform, slope)?;
        // K = ½ cancels: both are of ratios.
        let bias = factorial(slope) * lean / factorial(order + 1) * hermite(z, order) * normal;
        let rate = (2 * order + 1) as f64;
        let share = (2.0 * slope as f64 - 1.0) / (2.0 * (order + 1 - slope) as f64);
        let ratio = share * factorial(slope) * factorial(slope) * variance * normal / (n * bias * bias);
        Some(deviation * crate::maths::pow(ratio, 1.0 / rate)).filter(|h| *h > 0.0)
    };
    let most = sample.left.range().max(sample.right.range());
    let reach = |h: f64, more: usize| {
        let least = |side: &Side| side.kth_distinct(more + 1) * 1.000_001;
        h.min(most).max(least(&sample.left)).max(least(&sample.right))
    };
    Some((reach(width(p, 1)?, 20 + p + 1), reach(width(p + 2, p + 1)?, 20 + p + 3)))
}

/// The polynomial of Hermite (probabilists').
fn hermite(z: f64, order: usize) -> f64 {
    let (mut before, mut now) = (0.0, 1.0);
    for k in 0..order {
        (before, now) = (now, z * now - k as f64 * before);
    }
    now
}

/// No wider than the score's range on the side, no narrower than the least rows and distinct scores.
fn regular(sample: &Sample, spec: &DensitySpec, mut widths: Widths) -> Widths {
    let least = 20 + spec.order + 1;
    let floor = |side: &Side, h: f64| {
        let rows = spec.least_rows.unwrap_or(least).clamp(1, side.len());
        let points = spec.least_distinct.unwrap_or(least);
        h.min(side.range()).max(side.distance[rows - 1]).max(side.kth_distinct(points))
    };
    if spec.regularise {
        widths = Widths { left: floor(&sample.left, widths.left), right: floor(&sample.right, widths.right) };
        if spec.fit == DensityFit::Restricted {
            let one = widths.left.max(widths.right);
            widths = Widths { left: one, right: one };
        }
    }
    widths
}

fn finish(sample: &Sample, spec: &DensitySpec, (widths, choice): (Widths, Option<DensityWidths>)) -> Result<DensityEstimate, Refusal> {
    let q = spec.test_order.unwrap_or(spec.order + 1);
    let n = sample.scores.len() as f64;
    let found = fit(sample, spec, widths, q).ok_or_else(|| warn::density_few(sample, q))?;
    let (variance, between) = match spec.variance {
        DensityVariance::Jackknife => (found.variance, found.between),
        DensityVariance::Plugin => {
            let (variance, between) = plugin(spec, q, found.density).ok_or_else(warn::out_of_range)?;
            ([variance[0] / (n * widths.left), variance[1] / (n * widths.right)], between / (n * widths.left))
        }
    };
    let infer = |estimate: f64, variance: f64| Inference::normal(estimate, variance.max(0.0).sqrt(), spec.level);
    let difference = infer(found.density[1] - found.density[0], variance[0] + variance[1] - 2.0 * between);
    if !difference.estimate.is_finite() || !difference.standard_error.is_finite() {
        return Err(warn::out_of_range());
    }
    let count = |side: &Side, h: f64| side.distance.partition_point(|d| *d <= h);
    Ok(DensityEstimate {
        left: infer(found.density[0], variance[0]),
        right: infer(found.density[1], variance[1]),
        difference,
        bandwidths: widths,
        choice,
        rows: Pair { left: sample.left.len(), right: sample.right.len() },
        rows_h: Pair { left: count(&sample.left, widths.left), right: count(&sample.right, widths.right) },
        binomial: super::density_fit::binomial(sample),
        dropped: sample.dropped,
        rule: match spec.variance {
            DensityVariance::Jackknife => "jackknife of a second-order statistic, divisor (n-1)^2",
            DensityVariance::Plugin => "asymptotic variance with the estimated density",
        },
        warnings: warn::density(&difference, sample),
    })
}
