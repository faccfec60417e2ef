//! What is asked of a regression discontinuity, and the rows it is asked of, split at the cut-off and sorted.

use serde::{Deserialize, Serialize};

use super::bandwidth::{Selector, Widths};
use super::local::Kernel;
use super::score;
use super::side::Side;
use super::variance::Variance;
use crate::linear::Orthogonal;
use crate::{Frame, Matrix, Refusal};

/// One bandwidth for both sides, or one for each (below, above).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Given {
    /// For both sides.
    One(f64),
    /// Below and above the cut-off.
    Two([f64; 2]),
}

impl Given {
    pub(super) const fn widths(self) -> Widths {
        match self {
            Self::One(h) => Widths { left: h, right: h },
            Self::Two([left, right]) => Widths { left, right },
        }
    }
}

/// A cut-off further from nought is a slip of the keyboard: no score is told apart there.
const CUTOFF_MAX: f64 = 1e12;

/// What is done about scores that several rows share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MassPoints {
    /// Said, and the first bandwidth counts distinct scores instead of rows; where a fifth of the rows share scores it reaches at least
    /// ten distinct ones on each side.
    #[default]
    Adjust,
    /// Said.
    Check,
    /// Nothing.
    Off,
}

/// A regression discontinuity at a cut-off. The defaults are those of Calonico, Cattaneo and Titiunik's software.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Spec {
    /// The outcome's column.
    pub outcome: String,
    /// The score's column (the running variable).
    pub score: String,
    /// Rows at and above it are on the side of treatment.
    pub cutoff: f64,
    /// The column of treatment received, when the cut-off does not decide it alone (fuzzy design).
    pub treatment: Option<String>,
    /// Columns of what was fixed before the decision, to narrow the interval.
    pub covariates: Vec<String>,
    /// The column whose equal values are one cluster.
    pub cluster: Option<String>,
    /// The column of weights, multiplied with the kernel's.
    pub weights: Option<String>,
    /// Order of the local polynomial; 1, or one more than the derivative.
    pub order: Option<usize>,
    /// Order of the polynomial of the bias; one more than `order`.
    pub bias_order: Option<usize>,
    /// 0 for a jump, 1 for a kink, and so on.
    pub derivative: usize,
    /// The kernel.
    pub kernel: Kernel,
    /// The bandwidth; chosen by `selector` when not given.
    pub bandwidth: Option<Given>,
    /// The bandwidth of the bias; by `selector`, or that of the estimate when that is given.
    pub bias_bandwidth: Option<Given>,
    /// h / b: gives the bandwidth of the bias from that of the estimate.
    pub ratio: Option<f64>,
    /// How the bandwidth is chosen.
    pub selector: Selector,
    /// How the variance is estimated.
    pub variance: Variance,
    /// How many nearest neighbours at least.
    pub neighbours: usize,
    /// The confidence of the intervals.
    pub level: f64,
    /// A factor of the reported effect.
    pub scale: f64,
    /// Weight of the term that keeps bandwidths from becoming large where the bias is estimated as small; 0 leaves it out. It counts squared,
    /// as in the authors' software.
    pub regularisation: f64,
    /// Choose the bandwidth of a fuzzy design for the outcome alone.
    pub sharp_bandwidth: bool,
    /// What is done about shared scores.
    pub mass_points: MassPoints,
    /// The first bandwidth reaches at least so many distinct scores on each side.
    pub least_points: Option<usize>,
    /// Whether bandwidths stay within the range of the score.
    pub restrict: bool,
    /// Whether the choice of bandwidth works on standardised numbers (only the last digits differ).
    pub standardise: bool,
    /// Rows nearer to the cut-off than this are left out (donut).
    pub donut: f64,
}

impl Default for Spec {
    fn default() -> Self {
        Self {
            outcome: String::new(),
            score: String::new(),
            cutoff: 0.0,
            treatment: None,
            covariates: Vec::new(),
            cluster: None,
            weights: None,
            order: None,
            bias_order: None,
            derivative: 0,
            kernel: Kernel::Triangular,
            bandwidth: None,
            bias_bandwidth: None,
            ratio: None,
            selector: Selector::Mserd,
            variance: Variance::Nn,
            neighbours: 3,
            level: 0.95,
            scale: 1.0,
            regularisation: 1.0,
            sharp_bandwidth: false,
            mass_points: MassPoints::Adjust,
            least_points: None,
            restrict: true,
            standardise: true,
            donut: 0.0,
        }
    }
}

/// The rows in use on both sides, and what was left out.
#[derive(Debug)]
pub(super) struct Sample {
    pub left: Side,
    pub right: Side,
    /// The rows of the frame by ascending score, and how many are below the cut-off.
    pub rows: Vec<usize>,
    pub cut: usize,
    /// All scores, ascending.
    pub scores: Vec<f64>,
    pub dropped: usize,
    pub dropped_weightless: usize,
    pub dropped_donut: usize,
    pub collinear: Vec<String>,
}

impl Sample {
    /// The row of the frame that is row `i` of the left (or right) side.
    pub(super) fn row(&self, left: bool, i: usize) -> usize {
        if left { self.rows[self.cut - 1 - i] } else { self.rows[self.cut + i] }
    }
}

impl Spec {
    /// Order of the polynomial, of its bias.
    pub(super) fn orders(&self) -> (usize, usize) {
        let p = self.order.unwrap_or(if self.derivative == 0 { 1 } else { self.derivative + 1 });
        (p, self.bias_order.unwrap_or(p + 1))
    }

    pub(crate) fn check(&self) -> Result<(), Refusal> {
        let (p, q) = self.orders();
        if p > 8 || q > 9 || q <= p || self.derivative > p {
            return Err(Refusal::new(
                "order",
                format!(
                    "多項式の次数（order={p}、bias_order={q}、derivative={}）が正しくありません。derivative ≤ order < bias_order ≤ 9 にしてください。",
                    self.derivative
                ),
                format!(
                    "orders do not fit (order {p}, bias_order {q}, derivative {}): derivative <= order < bias_order <= 9",
                    self.derivative
                ),
            ));
        }
        self.apart()?;
        let widths = [self.bandwidth, self.bias_bandwidth].into_iter().flatten().map(Given::widths);
        let positive = widths.flat_map(|w| [w.left, w.right]).chain(self.ratio).chain([self.scale.abs()]).all(|v| v > 0.0 && v.is_finite());
        let share = self.level > 0.0 && self.level < 1.0;
        let other = self.cutoff.abs() <= CUTOFF_MAX && self.regularisation >= 0.0 && self.regularisation.is_finite() && self.donut >= 0.0;
        if !positive || !share || !other || self.neighbours == 0 {
            return Err(Refusal::new(
                "option",
                "bandwidth・bias_bandwidth・ratio は正の数、level は0と1の間、cutoff の絶対値は1兆（1e12）以下、regularisation と donut は0以上、neighbours は1以上にしてください。",
                "bandwidth, bias_bandwidth and ratio must be positive, level between 0 and 1, the cut-off within 1e12 of nought, regularisation and donut not negative, neighbours at least 1",
            ));
        }
        Ok(())
    }

    /// A column has one part in a design; only a cluster may be what it likes, the score among it.
    fn apart(&self) -> Result<(), Refusal> {
        let one = [
            ("outcome", Some(&self.outcome)),
            ("score", Some(&self.score)),
            ("treatment", self.treatment.as_ref()),
            ("weights", self.weights.as_ref()),
        ];
        let parts =
            one.into_iter().filter_map(|(part, name)| Some((part, name?))).chain(self.covariates.iter().map(|name| ("covariates", name)));
        let mut seen: Vec<(&str, &String)> = Vec::new();
        for (part, name) in parts {
            if let Some((other, _)) = seen.iter().find(|(other, known)| *known == name && !(part == "covariates" && *other == part)) {
                return Err(Refusal::new(
                    "same-column",
                    format!("列「{name}」が {other} と {part} の両方に使われています。それぞれ別の列を指定してください。"),
                    format!("column \"{name}\" is named as {other} and as {part}; each is a column of its own"),
                ));
            }
            seen.push((part, name));
        }
        Ok(())
    }

    /// The rows with a value in every asked column, split at the cut-off.
    pub(super) fn sample(&self, frame: &Frame) -> Result<Sample, Refusal> {
        let numbers: Vec<&str> = [self.outcome.as_str()]
            .into_iter()
            .chain(self.treatment.as_deref())
            .chain(self.covariates.iter().map(String::as_str))
            .collect();
        let all = numbers.iter().copied().chain([self.score.as_str()]).chain(self.cluster.as_deref()).chain(self.weights.as_deref());
        let mut used = frame.complete(all)?;
        let score = frame.numbers(&self.score)?;
        let before = used.rows.len();
        if let Some(name) = &self.weights {
            let weights = frame.numbers(name)?;
            if let Some(row) = used.rows.iter().find(|row| weights[**row] < 0.0) {
                return Err(negative_weight(name, *row));
            }
            used.rows.retain(|row| weights[*row] > 0.0);
        }
        let weighted = used.rows.len();
        if self.donut > 0.0 {
            used.rows.retain(|row| (score[*row] - self.cutoff).abs() >= self.donut);
        }
        let order = sorted_rows(&used.rows, score);
        let columns = numbers.iter().map(|name| frame.numbers(name)).collect::<Result<Vec<_>, _>>()?;
        let first_covariate = columns.len() - self.covariates.len();
        let kept = independent(&columns, first_covariate, &used.rows);
        let clusters = self.cluster.as_deref().map(|name| frame.groups(name, &order)).transpose()?;
        let weights = self.weights.as_deref().map(|name| frame.numbers(name)).transpose()?;
        let cut = order.partition_point(|row| score[*row] < self.cutoff);
        let scores: Vec<f64> = order.iter().map(|row| score[*row]).collect();
        let ticks = score::ticks(&scores);
        let side = |places: Vec<usize>, sign: f64| {
            let take = |values: &[f64]| places.iter().map(|at| values[order[*at]]).collect::<Vec<f64>>();
            let mut side = Side {
                sign,
                distance: places.iter().map(|at| (scores[*at] - self.cutoff).abs()).collect(),
                score: places.iter().map(|at| scores[*at]).collect(),
                ticks: ticks.as_ref().map(|ticks| places.iter().map(|at| ticks[*at]).collect()),
                columns: kept.iter().map(|column| take(columns[*column])).collect(),
                weights: weights.map(take),
                clusters: clusters.as_ref().map(|(codes, count)| (places.iter().map(|at| codes[*at]).collect(), *count)),
                starts: Vec::new(),
            };
            side.group();
            side
        };
        Ok(Sample {
            left: side((0..cut).rev().collect(), -1.0),
            right: side((cut..order.len()).collect(), 1.0),
            dropped: used.dropped,
            dropped_weightless: before - weighted,
            dropped_donut: weighted - order.len(),
            cut,
            collinear: (first_covariate..columns.len()).filter(|c| !kept.contains(c)).map(|c| numbers[c].to_owned()).collect(),
            rows: order,
            scores,
        })
    }
}

fn negative_weight(name: &str, row: usize) -> Refusal {
    let row = row + 1;
    Refusal::new(
        "negative-weight",
        format!("重みの列「{name}」の{row}行目が負です。0以上にしてください。"),
        format!("weights \"{name}\", row {row} is negative; weights must not be"),
    )
}

/// The rows by score; equal scores in the order of the rows.
fn sorted_rows(rows: &[usize], score: &[f64]) -> Vec<usize> {
    // Bits of a number whose order as whole numbers is that of the numbers.
    let key = |x: f64| {
        let bits = (x + 0.0).to_bits();
        if bits >> 63 == 1 { !bits } else { bits | 1 << 63 }
    };
    let mut keyed: Vec<(u64, u32)> = rows.iter().map(|row| (key(score[*row]), *row as u32)).collect();
    keyed.sort_unstable();
    keyed.into_iter().map(|(_, row)| row as usize).collect()
}

/// The columns before the covariates, and those covariates that do not depend on earlier ones and a constant.
fn independent(columns: &[&[f64]], first: usize, rows: &[usize]) -> Vec<usize> {
    if first == columns.len() {
        return (0..first).collect();
    }
    let ones = vec![1.0; rows.len()];
    let taken: Vec<Vec<f64>> = std::iter::once(ones).chain(columns[first..].iter().map(|c| rows.iter().map(|r| c[*r]).collect())).collect();
    let kept = Orthogonal::of(&Matrix::from_columns(rows.len(), &taken), 1e-10).kept;
    (0..first).chain(kept.into_iter().filter(|k| *k > 0).map(|k| first + k - 1)).collect()
}
