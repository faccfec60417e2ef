//! Nearest-neighbour matching with replacement, ties kept, bias adjusted on request, and the standard errors that hold for it. Abadie and
//! Imbens (2006), Econometrica 74 (errors); (2011), Journal of Business & Economic Statistics 29 (bias). Errors take the score as known;
//! what its estimation changes is in `matching_score`.

use serde::{Deserialize, Serialize};

use super::effects::{Estimand, Regression};
use super::matching_score::correction;
use super::sample::{Design, Sample};
use super::score::Score;
use crate::notice::Refusal;
use crate::sums::{deviation, mean, sum};

/// In which sense neighbours are near.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Metric {
    /// The propensity score.
    #[default]
    Propensity,
    /// The score's index (log odds for a logit).
    Index,
    /// The covariates, whitened by their covariance.
    Mahalanobis,
    /// The covariates, each divided by its standard deviation.
    InverseVariance,
}

/// How rows are matched.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Matching {
    /// In which sense neighbours are near.
    pub metric: Metric,
    /// How many neighbours.
    pub neighbours: usize,
    /// Whether all rows as near as the last neighbour count; otherwise the earliest in the table.
    pub ties: bool,
    /// Whether differences left between matched rows are taken out by a regression on the covariates.
    pub adjust_bias: bool,
    /// The greatest distance at which a neighbour counts: in standard deviations of the score, or in the metric's units.
    pub caliper: Option<f64>,
    /// Columns in which neighbours have to be equal.
    pub exact: Vec<String>,
    /// How many neighbours in the same arm the variance of a row is found from.
    pub variance_neighbours: usize,
    /// Whether the standard error counts that the score was estimated (Abadie and Imbens 2016), which is defined for the score alone, without
    /// caliper, exact columns and bias adjustment; nothing said: wherever it is defined.
    pub estimated_score: Option<bool>,
}

impl Default for Matching {
    fn default() -> Self {
        Self {
            metric: Metric::Propensity,
            neighbours: 1,
            ties: true,
            adjust_bias: false,
            caliper: None,
            exact: Vec::new(),
            variance_neighbours: 2,
            estimated_score: None,
        }
    }
}

impl Matching {
    /// Whether the correction for an estimated score is defined.
    pub(super) const fn corrects(&self) -> bool {
        let by_score = matches!(self.metric, Metric::Propensity | Metric::Index);
        by_score && self.caliper.is_none() && self.exact.is_empty() && !self.adjust_bias
    }
}

/// What came of matching.
pub(super) struct Matched {
    pub means: [f64; 2],
    pub standard_error: f64,
    /// The same when the score's own estimation is counted.
    pub error_estimated: Option<f64>,
    /// How much each row counts: as itself and as a match.
    pub weights: Vec<f64>,
    /// Rows of the target without a neighbour.
    pub unmatched: usize,
    pub used: usize,
    pub most_used: f64,
}

/// Rows in the order of one coordinate, so that a search can stop early.
pub(super) struct Finder {
    points: Vec<Vec<f64>>,
    groups: Vec<u32>,
    arms: [Vec<usize>; 2],
    lead: usize,
    caliper: f64,
    ties: bool,
}

/// Distances this close are equal: rounding of standardised numbers.
const EQUAL: f64 = 1e-10;

impl Finder {
    fn distance(&self, a: usize, b: usize) -> f64 {
        self.points[a].iter().zip(&self.points[b]).map(|(x, y)| (x - y) * (x - y)).sum::<f64>().sqrt()
    }

    /// The rows of an arm nearest to row `i`, itself apart: at least `k` if there are so many within reach.
    pub(super) fn nearest(&self, i: usize, arm: bool, k: usize, limit: f64) -> Vec<usize> {
        let order = &self.arms[usize::from(arm)];
        let here = self.points[i][self.lead];
        let start = order.partition_point(|j| self.points[*j][self.lead] < here);
        let (mut low, mut high) = (start, start);
        let mut found: Vec<(f64, usize)> = Vec::new();
        let mut reach = limit;
        loop {
            let below = low.checked_sub(1).map(|at| here - self.points[order[at]][self.lead]);
            let above = order.get(high).map(|j| self.points[*j][self.lead] - here);
            let (at, apart) = match (below, above) {
                (Some(b), Some(a)) if b < a => (low - 1, b),
                (_, Some(a)) => (high, a),
                (Some(b), None) => (low - 1, b),
                (None, None) => break,
            };
            if apart > reach + EQUAL {
                break;
            }
            if at < low {
                low -= 1
            } else {
                high += 1
            }
            let j = order[at];
            if j == i || self.groups[j] != self.groups[i] {
                continue;
            }
            let distance = self.distance(i, j);
            if distance > reach + EQUAL {
                continue;
            }
            let place = found.partition_point(|(d, r)| (*d, *r) < (distance, j));
            found.insert(place, (distance, j));
            if let Some((last, _)) = found.get(k - 1) {
                reach = last.min(limit);
                let end = found.partition_point(|(d, _)| *d <= reach + EQUAL);
                found.truncate(end);
            }
        }
        if !self.ties && found.len() > k {
            // Equal but for rounding: the earliest rows of the table.
            let sure = found.get(k - 1).map_or(0.0, |(d, _)| d - EQUAL);
            found.sort_by(|a, b| (a.0 > sure).cmp(&(b.0 > sure)).then(a.1.cmp(&b.1)));
            found.truncate(k);
        }
        found.into_iter().map(|(_, j)| j).collect()
    }
}

fn coordinates(sample: &Sample, score: &Score, metric: Metric) -> Result<Vec<Vec<f64>>, Refusal> {
    let n = sample.y.len();
    let one = |values: &[f64]| {
        let spread = deviation(values);
        let spread = if spread > 0.0 { spread } else { 1.0 };
        values.iter().map(|v| vec![v / spread]).collect::<Vec<_>>()
    };
    let ones = vec![1.0; n];
    let design = Design::of(&sample.covariates, &ones);
    let k = design.z.cols();
    if k == 1 && metric != Metric::Propensity && metric != Metric::Index {
        return Err(Refusal::new(
            "no-covariates",
            "マッチングに使える共変量がありません（すべて一定です）。",
            "no covariate is left to match on: all are constant",
        ));
    }
    Ok(match metric {
        Metric::Propensity => one(&score.probabilities),
        Metric::Index => one(&score.index),
        Metric::InverseVariance => (0..n).map(|i| (1..k).map(|j| design.z[(i, j)]).collect()).collect(),
        Metric::Mahalanobis => {
            let rest: Vec<usize> = (1..k).collect();
            let z = design.z.select(&rest);
            let covariance = z.gram(None).scaled(1.0 / n as f64);
            let lower = covariance.cholesky().and_then(|l| l.solve(&z.transpose()));
            let white = lower.ok_or_else(|| {
                Refusal::new("singular", "共変量の共分散行列が特異です。", "the covariance of the covariates is singular")
            })?;
            (0..n).map(|i| white.col(i).to_vec()).collect()
        }
    })
}

/// For every row, the outcomes it would have had by the other rows; how often each row serves; what is left out.
struct Links {
    /// Neighbours in the other arm of each row of the target.
    of: Vec<Option<Vec<usize>>>,
    /// Σ of the shares a row has as a match.
    shares: Vec<f64>,
    /// Σ of their squares.
    squares: Vec<f64>,
}

fn link(finder: &Finder, sample: &Sample, estimand: Estimand, k: usize) -> Links {
    let n = sample.y.len();
    let mut links = Links { of: vec![None; n], shares: vec![0.0; n], squares: vec![0.0; n] };
    for i in 0..n {
        let arm = sample.treated[i];
        let wanted = match estimand {
            Estimand::All => true,
            Estimand::Treated => arm,
            Estimand::Comparison => !arm,
        };
        if !wanted {
            continue;
        }
        let near = finder.nearest(i, !arm, k, finder.caliper);
        if near.len() < k {
            continue;
        }
        let share = 1.0 / near.len() as f64;
        for j in &near {
            links.shares[*j] += share;
            links.squares[*j] += share * share;
        }
        links.of[i] = Some(near);
    }
    links
}

/// What a regression on the covariates, among the rows that serve as matches, predicts for every row of the table.
fn predictions(sample: &Sample, links: &Links, arm: bool) -> Vec<f64> {
    let n = sample.y.len();
    let weights: Vec<f64> = (0..n).map(|i| if sample.treated[i] == arm { links.shares[i] } else { 0.0 }).collect();
    let design = Design::of(&sample.covariates, &vec![1.0; n]);
    Regression::of(&design.z, &sample.y, &weights, &vec![1.0; n]).fitted
}

/// The variance of a row's outcome given its covariates, from the rows nearest to it in its own arm.
fn row_variance(finder: &Finder, sample: &Sample, i: usize, h: usize) -> f64 {
    let near = finder.nearest(i, sample.treated[i], h, f64::INFINITY);
    if near.is_empty() {
        return 0.0;
    }
    let centre = mean(&near.iter().map(|j| sample.y[*j]).collect::<Vec<_>>());
    let count = near.len() as f64;
    count / (count + 1.0) * (sample.y[i] - centre) * (sample.y[i] - centre)
}

/// Matches and compares.
///
/// # Errors
/// A specification that cannot be, or no row with neighbours.
pub(super) fn matched(sample: &Sample, score: &Score, groups: Vec<u32>, spec: &Matching, estimand: Estimand) -> Result<Matched, Refusal> {
    if spec.neighbours == 0 || spec.variance_neighbours == 0 || spec.caliper.is_some_and(|c| c.is_nan() || c < 0.0) {
        return Err(Refusal::new(
            "matching-spec",
            "マッチングの指定が正しくありません。neighbours と variance-neighbours は1以上、caliper は0以上にしてください。",
            "neighbours and variance-neighbours are at least 1, and a caliper is not negative",
        ));
    }
    let points = coordinates(sample, score, spec.metric)?;
    let spreads: Vec<usize> = (0..points.first().map_or(0, Vec::len))
        .map(|c| {
            let mut bits: Vec<u64> = points.iter().map(|p| p[c].to_bits()).collect();
            bits.sort_unstable();
            bits.dedup();
            bits.len()
        })
        .collect();
    let lead = (0..spreads.len()).max_by_key(|c| (spreads[*c], usize::MAX - *c)).unwrap_or(0);
    let mut arms = [false, true].map(|arm| (0..points.len()).filter(|i| sample.treated[*i] == arm).collect::<Vec<usize>>());
    arms.iter_mut().for_each(|order| order.sort_by(|a, b| points[*a][lead].total_cmp(&points[*b][lead]).then(a.cmp(b))));
    let finder = Finder { points, groups, arms, lead, caliper: spec.caliper.unwrap_or(f64::INFINITY), ties: spec.ties };
    let links = link(&finder, sample, estimand, spec.neighbours);
    let mut found = summarise(&finder, sample, &links, spec, estimand)?;
    let by_score = matches!(spec.metric, Metric::Propensity | Metric::Index) && spec.caliper.is_none() && spec.exact.is_empty();
    if by_score && !spec.adjust_bias {
        let change = correction(&finder, sample, score, spec, estimand, found.means[0] - found.means[1]);
        let squared = change.map(|c| found.standard_error * found.standard_error + c);
        found.error_estimated = squared.filter(|v| *v > 0.0).map(f64::sqrt);
    }
    Ok(found)
}

fn summarise(finder: &Finder, sample: &Sample, links: &Links, spec: &Matching, estimand: Estimand) -> Result<Matched, Refusal> {
    let n = sample.y.len();
    let fitted = spec.adjust_bias.then(|| [predictions(sample, links, false), predictions(sample, links, true)]);
    let rows: Vec<(usize, &Vec<usize>)> = (0..n).filter_map(|i| links.of[i].as_ref().map(|near| (i, near))).collect();
    if rows.is_empty() {
        return Err(Refusal::new(
            "no-matches",
            "条件に合う相手が1件も見つかりません。caliper を広げるか、exact の列を減らしてください。",
            "no row has a neighbour under these conditions; widen the caliper or ask for fewer exact columns",
        ));
    }
    // Outcomes with and without treatment: one's own, and the neighbours'.
    let outcomes: Vec<[f64; 2]> = rows
        .iter()
        .map(|(i, near)| {
            let other = usize::from(!sample.treated[*i]);
            let shift = |j: usize| fitted.as_ref().map_or(0.0, |f| f[other][*i] - f[other][j]);
            let imputed = sum(near.iter().map(|j| sample.y[*j] + shift(*j))) / near.len() as f64;
            if sample.treated[*i] { [sample.y[*i], imputed] } else { [imputed, sample.y[*i]] }
        })
        .collect();
    let count = rows.len() as f64;
    let means = [0, 1].map(|a| sum(outcomes.iter().map(|o| o[a])) / count);
    let effect = means[0] - means[1];
    let spread = sum(outcomes.iter().map(|o| (o[0] - o[1] - effect) * (o[0] - o[1] - effect)));
    let matched_rows: std::collections::BTreeSet<usize> = rows.iter().map(|(i, _)| *i).collect();
    let served = sum((0..n).filter(|i| links.shares[*i] > 0.0).map(|i| {
        let (k, s) = (links.shares[i], links.squares[i]);
        // A row of the target enters by its own outcome too (Abadie and Imbens 2006, theorems 6 and 7).
        let own = if matched_rows.contains(&i) { 2.0 * k } else { 0.0 };
        (k * k + own - s) * row_variance(finder, sample, i, spec.variance_neighbours)
    }));
    let mut weights = links.shares.clone();
    matched_rows.iter().for_each(|i| weights[*i] += 1.0);
    let wanted = match estimand {
        Estimand::All => n,
        Estimand::Treated => sample.count(true),
        Estimand::Comparison => sample.count(false),
    };
    Ok(Matched {
        means,
        standard_error: (spread + served).max(0.0).sqrt() / count,
        error_estimated: None,
        weights,
        unmatched: wanted - rows.len(),
        used: links.shares.iter().filter(|s| **s > 0.0).count(),
        most_used: links.shares.iter().copied().fold(0.0, f64::max),
    })
}

/// One group for all rows, or the groups within which neighbours have to be.
pub(super) fn groups(frame: &crate::Frame, rows: &[usize], exact: &[String]) -> Result<Vec<u32>, Refusal> {
    let mut keys: Vec<Vec<u32>> = vec![Vec::new(); rows.len()];
    for name in exact {
        let (codes, _) = frame.groups(name, rows)?;
        keys.iter_mut().zip(codes).for_each(|(key, code)| key.push(code));
    }
    let mut known = std::collections::BTreeMap::<Vec<u32>, u32>::new();
    Ok(keys
        .into_iter()
        .map(|key| {
            let next = known.len() as u32;
            *known.entry(key).or_insert(next)
        })
        .collect())
}
