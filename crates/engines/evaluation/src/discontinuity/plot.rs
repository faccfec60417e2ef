//! The binned plot of a discontinuity: how many bins the data ask for, the means in them, a polynomial of each side.
//!
//! Calonico, Cattaneo, Titiunik (2015), Journal of the American Statistical Association 110(512), 1753–1769. Bins of even width or of even
//! counts; as many as make the integrated squared error of the means least, or as make the means vary as the rows do.

use serde::{Deserialize, Serialize};

use super::local::{Kernel, Polynomial, Window};
use super::result::Pair;
use super::side::Side;
use super::spec::{Given, MassPoints, Sample, Spec};
use super::warn;
use crate::dist::t_quantile;
use crate::maths::{ln, pow, powi};
use crate::sums::{deviation, mean, quantile_linear, sum, variance};
use crate::{Frame, Refusal, Warning};

/// How bins are chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Bins {
    /// Even widths, least integrated error, spacings.
    Es,
    /// The same with polynomial regressions instead of spacings.
    Espr,
    /// Even widths, mimicking variance, spacings.
    #[default]
    Esmv,
    /// The same with polynomial regressions.
    Esmvpr,
    /// Even counts, least integrated error, spacings.
    Qs,
    /// The same with polynomial regressions.
    Qspr,
    /// Even counts, mimicking variance, spacings.
    Qsmv,
    /// The same with polynomial regressions.
    Qsmvpr,
}

impl Bins {
    const fn even_counts(self) -> bool {
        matches!(self, Self::Qs | Self::Qspr | Self::Qsmv | Self::Qsmvpr)
    }

    const fn mimicking(self) -> bool {
        matches!(self, Self::Esmv | Self::Esmvpr | Self::Qsmv | Self::Qsmvpr)
    }

    const fn regressions(self) -> bool {
        matches!(self, Self::Espr | Self::Esmvpr | Self::Qspr | Self::Qsmvpr)
    }

    const fn with_regressions(self) -> Self {
        match self {
            Self::Es | Self::Espr => Self::Espr,
            Self::Esmv | Self::Esmvpr => Self::Esmvpr,
            Self::Qs | Self::Qspr => Self::Qspr,
            Self::Qsmv | Self::Qsmvpr => Self::Qsmvpr,
        }
    }
}

/// A plot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct PlotSpec {
    /// The outcome's column.
    pub outcome: String,
    /// The score's column.
    pub score: String,
    /// The cut-off.
    pub cutoff: f64,
    /// How bins are chosen.
    pub bins: Bins,
    /// How many bins below and above, instead.
    pub count: Option<[usize; 2]>,
    /// A factor of the chosen number of bins.
    pub scale: f64,
    /// The order of the polynomial drawn.
    pub order: usize,
    /// Its kernel.
    pub kernel: Kernel,
    /// Its bandwidth; all rows of a side without one.
    pub bandwidth: Option<Given>,
    /// Weights of its rows.
    pub weights: Option<String>,
    /// What is done about shared scores: `adjust` takes regressions instead of spacings where a fifth of the rows share scores.
    pub mass_points: MassPoints,
    /// The confidence of the bins' intervals.
    pub level: f64,
    /// Bins of fewer rows are not shown.
    pub least_rows: usize,
}

impl Default for PlotSpec {
    fn default() -> Self {
        Self {
            outcome: String::new(),
            score: String::new(),
            cutoff: 0.0,
            bins: Bins::Esmv,
            count: None,
            scale: 1.0,
            order: 4,
            kernel: Kernel::Uniform,
            bandwidth: None,
            weights: None,
            mass_points: MassPoints::Adjust,
            level: 0.95,
            least_rows: 1,
        }
    }
}

/// One bin.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Bin {
    /// Where it begins.
    pub low: f64,
    /// Where it ends.
    pub high: f64,
    /// The mean score in it.
    pub score: f64,
    /// The mean outcome.
    pub outcome: f64,
    /// Rows.
    pub rows: usize,
    /// The standard error of the mean outcome; nought with one row.
    pub standard_error: f64,
    /// Its interval (Student's t).
    pub interval: [f64; 2],
}

/// How many bins a side has by which rule, and its polynomial.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PlotSide {
    /// Bins used.
    pub count: usize,
    /// Bins of least integrated squared error.
    pub least_error: usize,
    /// Bins that mimic the variance of the rows.
    pub mimicking: usize,
    /// `count` over `least_error`, and the weights of variance and bias that it stands for.
    pub scale: f64,
    /// 1 / (1 + scale³).
    pub weight_variance: f64,
    /// scale³ / (1 + scale³).
    pub weight_bias: f64,
    /// The mean width of bins.
    pub mean_width: f64,
    /// The median width.
    pub median_width: f64,
    /// Rows used.
    pub rows: usize,
    /// Rows of the polynomial.
    pub rows_polynomial: usize,
    /// Coefficients of (score − cut-off)^j.
    pub coefficients: Vec<f64>,
    /// Bins with rows, by score.
    pub bins: Vec<Bin>,
    /// Points of the polynomial, by score.
    pub curve: Vec<[f64; 2]>,
    /// Bins with fewer rows than are shown.
    pub hidden: usize,
}

/// The plot.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Plot {
    /// How bins were chosen, after what was done about shared scores.
    pub bins: Bins,
    /// Both sides.
    pub sides: Pair<PlotSide>,
    /// Rows left out for a missing value or no weight.
    pub dropped: [usize; 2],
    /// What to know.
    pub warnings: Vec<Warning>,
}

/// More bins than this are no picture.
const MOST: f64 = 5_000.0;
/// Points of a side's curve.
const POINTS: usize = 100;

/// The bins and curves of a plot.
///
/// # Errors
/// Missing columns, a side without rows or with too few distinct scores, options that do not fit.
pub fn plot(frame: &Frame, spec: &PlotSpec) -> Result<Plot, Refusal> {
    let asked = Spec {
        outcome: spec.outcome.clone(),
        score: spec.score.clone(),
        cutoff: spec.cutoff,
        weights: spec.weights.clone(),
        kernel: spec.kernel,
        bandwidth: spec.bandwidth,
        level: spec.level,
        ..Spec::default()
    };
    asked.check()?;
    let count = spec.count.is_none_or(|c| c.iter().all(|n| (1..=MOST as usize).contains(n)));
    if !(count && spec.scale > 0.0 && spec.scale <= 100.0 && spec.order <= 8) {
        return Err(Refusal::new(
            "option",
            "count は1〜5000、scale は0より大きく100以下、order は8以下にしてください。",
            "count is 1 to 5000, scale above 0 and at most 100, order at most 8",
        ));
    }
    let sample = asked.sample(frame)?;
    super::estimate::sides_filled(&sample)?;
    let lumpy = |side: &Side| 1.0 - side.distinct() as f64 / side.len() as f64 >= 0.2;
    let lumps = lumpy(&sample.left) || lumpy(&sample.right);
    let bins = if lumps && spec.mass_points == MassPoints::Adjust { spec.bins.with_regressions() } else { spec.bins };
    let few = || warn::density_few(&sample, 1);
    let left = side(&sample, &sample.left, spec, bins).ok_or_else(few)?;
    let right = side(&sample, &sample.right, spec, bins).ok_or_else(few)?;
    let mut warnings = Vec::new();
    if bins != spec.bins {
        warnings.push(Warning::note(
            "mass-points",
            "同じ点数の行が多いため、区間の数は間隔ではなく多項式回帰から選びました。",
            "many rows share scores: the number of bins comes from polynomial regressions, not from spacings",
        ));
    }
    let hidden = left.hidden + right.hidden;
    if hidden > 0 {
        let least = spec.least_rows;
        warnings.push(Warning::note(
            "bins-hidden",
            format!("{least}行に満たない区間{hidden}個は示していません。"),
            format!("{hidden} bins of fewer than {least} rows are not shown"),
        ));
    }
    Ok(Plot { bins, sides: Pair { left, right }, dropped: [sample.dropped, sample.dropped_weightless], warnings })
}

/// Numbers of bins by both aims.
struct Counts {
    least_error: f64,
    mimicking: f64,
}

/// The value and the slope of a polynomial in (score − cut-off).
fn value(coefficients: &[f64], x: f64) -> f64 {
    coefficients.iter().rev().fold(0.0, |sum, c| sum * x + c)
}

fn slope(coefficients: &[f64], x: f64) -> f64 {
    coefficients.iter().enumerate().skip(1).rev().fold(0.0, |sum, (j, c)| sum * x + c * j as f64)
}

/// The polynomial of highest order up to `order` that the side's scores allow, through `values`.
fn fit(side: &Side, kernel: Kernel, h: f64, order: usize, values: &[f64]) -> Option<(Vec<f64>, usize)> {
    let window = Window::new(side, kernel, h);
    let polynomial = (0..=order).rev().find_map(|o| Polynomial::new(side, &window, o))?;
    Some((polynomial.natural(side.sign, &polynomial.fit(side, &window, values)), window.n))
}

/// The constants of Calonico, Cattaneo and Titiunik (2015), sections 3 and 4, with a quartic.
fn counts(side: &Side, all: usize, width: f64, bins: Bins) -> Option<Counts> {
    let bare = Side { weights: None, ..side.clone() };
    let y = &side.columns[0];
    let squares: Vec<f64> = y.iter().map(|v| v * v).collect();
    let far = side.range() * (1.0 + f64::EPSILON.sqrt()) + f64::MIN_POSITIVE;
    let first = fit(&bare, Kernel::Uniform, far, 4, y)?.0;
    let second = fit(&bare, Kernel::Uniform, far, 4, &squares)?.0;
    let x: Vec<f64> = side.distance.iter().map(|d| side.sign * d).collect();
    let (n, own) = (all as f64, y.len() as f64);
    let whole = if y.len() > 1 { variance(y) } else { 0.0 };
    let spread = |x: f64| {
        let found = value(&second, x) - value(&first, x) * value(&first, x);
        if found < 0.0 { whole } else { found }
    };
    let gaps: Vec<(f64, f64, f64)> =
        (1..x.len()).map(|i| ((x[i] - x[i - 1]).abs(), y[i] - y[i - 1], f64::midpoint(x[i], x[i - 1]))).collect();
    let (bias, noise) = if bins.even_counts() {
        let bends = sum(gaps.iter().map(|(dx, _, at)| dx * dx * slope(&first, *at) * slope(&first, *at)));
        let noise = if bins.regressions() {
            sum(x.iter().map(|x| spread(*x))) / own
        } else {
            sum(gaps.iter().map(|(_, dy, _)| dy * dy)) / (2.0 * own)
        };
        ((own * own - 1.0) / (24.0 * n) * bends, noise)
    } else {
        let bends = sum(x.iter().map(|x| slope(&first, *x) * slope(&first, *x)));
        let noise = if bins.regressions() {
            sum(gaps.iter().map(|(dx, _, at)| dx * spread(*at))) / width
        } else {
            sum(gaps.iter().map(|(dx, dy, _)| dx * dy * dy)) / (2.0 * width)
        };
        (width * width / (12.0 * n) * bends, noise)
    };
    let whole_number = |v: f64| if v.is_finite() { v.ceil().clamp(1.0, MOST) } else { 1.0 };
    let log = ln(n.max(2.0));
    Some(Counts {
        least_error: whole_number(pow(2.0 * bias / noise * n, 1.0 / 3.0)),
        mimicking: whole_number(whole / noise * n / (log * log)),
    })
}

fn side(sample: &Sample, side: &Side, spec: &PlotSpec, bins: Bins) -> Option<PlotSide> {
    let width = side.range();
    let found = counts(side, sample.scores.len(), width, bins)?;
    let chosen = if bins.mimicking() { found.mimicking } else { found.least_error };
    let at = usize::from(side.sign > 0.0);
    let count = spec.count.map_or_else(|| (chosen * spec.scale).round().clamp(1.0, MOST) as usize, |c| c[at]);
    let edges = edges(side, spec.cutoff, count, bins);
    let (shown, hidden) = means(side, &edges, spec);
    let h = spec.bandwidth.map_or(width * (1.0 + f64::EPSILON.sqrt()) + f64::MIN_POSITIVE, |g| {
        let w = g.widths();
        if at == 0 { w.left } else { w.right }
    });
    let (coefficients, rows_polynomial) = fit(side, spec.kernel, h, spec.order, &side.columns[0])?;
    let reach = side.sign * width.min(h);
    let points = (0..=POINTS).map(|i| reach * i as f64 / POINTS as f64).map(|x| [spec.cutoff + x, value(&coefficients, x)]);
    let mut curve: Vec<[f64; 2]> = points.collect();
    if side.sign < 0.0 {
        curve.reverse();
    }
    let widths = crate::sums::sorted(&edges.windows(2).map(|w| w[1] - w[0]).collect::<Vec<_>>());
    let scale = count as f64 / found.least_error;
    let cube = powi(scale, 3);
    Some(PlotSide {
        count,
        least_error: found.least_error as usize,
        mimicking: found.mimicking as usize,
        scale,
        weight_variance: 1.0 / (1.0 + cube),
        weight_bias: cube / (1.0 + cube),
        mean_width: mean(&widths),
        median_width: quantile_linear(&widths, 0.5),
        rows: side.len(),
        rows_polynomial,
        coefficients,
        bins: shown,
        curve,
        hidden,
    })
}

/// Where bins begin and end, ascending.
fn edges(side: &Side, cutoff: f64, count: usize, bins: Bins) -> Vec<f64> {
    if bins.even_counts() {
        let sorted = crate::sums::sorted(&side.score);
        let mut edges: Vec<f64> = (0..=count).map(|k| quantile_linear(&sorted, k as f64 / count as f64)).collect();
        // The bin next to the cut-off reaches up to it.
        if side.sign < 0.0 {
            edges[count] = cutoff
        } else {
            edges[0] = cutoff
        }
        return edges;
    }
    let far = cutoff + side.sign * side.range();
    let (low, high) = if side.sign < 0.0 { (far, cutoff) } else { (cutoff, far) };
    (0..=count).map(|k| low + (high - low) * k as f64 / count as f64).collect()
}

/// The means in bins with enough rows, and how many bins have too few.
fn means(side: &Side, edges: &[f64], spec: &PlotSpec) -> (Vec<Bin>, usize) {
    let count = edges.len() - 1;
    let mut members: Vec<Vec<usize>> = vec![Vec::new(); count];
    for (row, score) in side.score.iter().enumerate() {
        // From its beginning, not with its end; the last one with its end.
        let at = edges.partition_point(|e| e <= score).clamp(1, count) - 1;
        members[at].push(row);
    }
    let filled = members.iter().filter(|m| !m.is_empty()).count();
    let shown: Vec<Bin> = members
        .iter()
        .enumerate()
        .filter(|(_, m)| !m.is_empty() && m.len() >= spec.least_rows)
        .map(|(at, m)| {
            let y: Vec<f64> = m.iter().map(|row| side.columns[0][*row]).collect();
            let rows = m.len();
            let standard_error = if rows > 1 { deviation(&y) / (rows as f64).sqrt() } else { 0.0 };
            let reach = if rows > 1 { t_quantile(0.5 + spec.level / 2.0, rows as f64 - 1.0) * standard_error } else { 0.0 };
            let outcome = mean(&y);
            let score = mean(&m.iter().map(|row| side.score[*row]).collect::<Vec<_>>());
            Bin { low: edges[at], high: edges[at + 1], score, outcome, rows, standard_error, interval: [outcome - reach, outcome + reach] }
        })
        .collect();
    let hidden = filled - shown.len();
    (shown, hidden)
}
