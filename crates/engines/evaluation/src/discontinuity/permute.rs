//! Local randomisation: within a small window the side of the cut-off is as if by lot, and permuting it gives the p-value.
//!
//! Cattaneo, Frandsen, Titiunik (2015), Journal of Causal Inference 3(1), 1–24; Cattaneo, Titiunik, Vazquez-Bare (2016), Stata Journal 16(2).
//! Permutations are all that there are when they are few, else drawn from counted streams: the same whatever the number of threads.

use serde::{Deserialize, Serialize};

use super::estimate::sides_filled;
use super::result::Pair;
use super::spec::{Sample, Spec};
use crate::random::Streams;
use crate::{Frame, Refusal, Warning};

/// As many assignments as this are gone through one by one.
const EXACT: f64 = 20_000.0;

/// A window and what is permuted in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PermuteSpec {
    /// The outcome's column.
    pub outcome: String,
    /// The score's column.
    pub score: String,
    /// The cut-off.
    pub cutoff: f64,
    /// Rows within this distance are in the window; chosen by the covariates when not given.
    pub window: Option<f64>,
    /// Columns fixed before the decision: the window is the widest in which, and in all narrower ones, none differs.
    pub covariates: Vec<String>,
    /// The least p-value of the covariates in the window.
    pub balance: f64,
    /// The least rows on each side of a window.
    pub least_rows: usize,
    /// Permutations drawn when there are too many to go through.
    pub draws: usize,
    /// The seed of the draws.
    pub seed: u64,
    /// The confidence of the interval.
    pub level: f64,
}

impl Default for PermuteSpec {
    fn default() -> Self {
        Self {
            outcome: String::new(),
            score: String::new(),
            cutoff: 0.0,
            window: None,
            covariates: Vec::new(),
            balance: 0.15,
            least_rows: 10,
            draws: 1_000,
            seed: 1,
            level: 0.95,
        }
    }
}

/// A window that was looked at.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WindowTried {
    /// Its half-width.
    pub window: f64,
    /// Rows below and above.
    pub rows: Pair<usize>,
    /// The least p-value of the covariates, and whose.
    pub least_p: f64,
    /// The covariate that it is of.
    pub covariate: String,
}

/// The difference of means within a window.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PermuteEstimate {
    /// The window's half-width.
    pub window: f64,
    /// Rows below and above.
    pub rows: Pair<usize>,
    /// Mean above minus mean below.
    pub estimate: f64,
    /// The permutation p-value of no effect on anyone.
    pub p: f64,
    /// Constant effects that are not rejected.
    pub interval: [f64; 2],
    /// Whether all assignments were gone through.
    pub exact: bool,
    /// How many were.
    pub assignments: usize,
    /// The windows that were looked at.
    pub tried: Vec<WindowTried>,
    /// What to know.
    pub warnings: Vec<Warning>,
}

/// Values in a window, those below first, and the assignments to compare with.
struct Lots {
    below: usize,
    /// Which places are above, one list an assignment; the one that happened first.
    above: Vec<Vec<u32>>,
    exact: bool,
}

impl Lots {
    fn new(below: usize, above: usize, draws: usize, seed: u64) -> Self {
        let n = below + above;
        let happened: Vec<u32> = (below as u32..n as u32).collect();
        let count = (0..above).fold(1.0, |c, k| c * (n - k) as f64 / (k + 1) as f64);
        if count <= EXACT {
            return Self { below, above: subsets(n, above, &happened), exact: true };
        }
        let streams = Streams::new(seed);
        let drawn = (0..draws).map(|draw| {
            let mut places: Vec<u32> = (0..n as u32).collect();
            streams.stream(draw as u64).shuffle(&mut places);
            places.truncate(above);
            places
        });
        Self { below, above: std::iter::once(happened).chain(drawn).collect(), exact: false }
    }

    /// For each assignment: the difference of means, and the share of the happened treatment in it.
    fn differences(&self, values: &[f64]) -> Vec<(f64, f64)> {
        let (n, n1) = (values.len() as f64, (values.len() - self.below) as f64);
        let total = crate::sums::sum(values.iter().copied());
        let one = |places: &Vec<u32>| {
            let sum: f64 = places.iter().map(|at| values[*at as usize]).sum();
            let stayed = places.iter().filter(|at| **at as usize >= self.below).count() as f64;
            (sum / n1 - (total - sum) / (n - n1), stayed / n1 - (n1 - stayed) / (n - n1))
        };
        self.above.iter().map(one).collect()
    }
}

/// All ways to choose `k` of `n`, the one that happened first.
fn subsets(n: usize, k: usize, happened: &[u32]) -> Vec<Vec<u32>> {
    let mut out = vec![happened.to_vec()];
    let mut now: Vec<u32> = (0..k as u32).collect();
    loop {
        if now != happened {
            out.push(now.clone());
        }
        let Some(at) = (0..k).rev().find(|i| (now[*i] as usize) < n - k + i) else { return out };
        now[at] += 1;
        for i in at + 1..k {
            now[i] = now[i - 1] + 1;
        }
    }
}

/// The share of assignments at least as far from `effect` as what happened, under a constant effect.
fn p_value(differences: &[(f64, f64)], effect: f64) -> f64 {
    let far = |(d, moved): &(f64, f64)| (d - effect * moved).abs();
    let Some(seen) = differences.first().map(far) else { return 1.0 };
    let margin = 1e-12 * seen.max(effect.abs());
    differences.iter().filter(|d| far(d) >= seen - margin).count() as f64 / differences.len() as f64
}

/// Permutes the side of the cut-off within a window.
///
/// # Errors
/// Columns that are missing, a side without rows, no window in which the covariates balance.
pub fn permute(frame: &Frame, spec: &PermuteSpec) -> Result<PermuteEstimate, Refusal> {
    if spec.window.is_some_and(|w| !(w > 0.0 && w.is_finite()))
        || !(spec.level > 0.0 && spec.level < 1.0)
        || spec.draws == 0
        || spec.draws > 1_000_000
    {
        return Err(Refusal::new(
            "option",
            "window は正の数、level は0と1の間、draws は1から100万にしてください。",
            "window must be positive, level between 0 and 1, draws 1 to 1,000,000",
        ));
    }
    let asked =
        Spec { outcome: spec.outcome.clone(), score: spec.score.clone(), cutoff: spec.cutoff, covariates: Vec::new(), ..Spec::default() };
    let sample = asked.sample(frame)?;
    sides_filled(&sample)?;
    let (window, tried) = match spec.window {
        Some(window) => (window, Vec::new()),
        None => chosen(frame, spec, &sample)?,
    };
    let (values, below) = within(&sample, window, |left, i| if left { sample.left.columns[0][i] } else { sample.right.columns[0][i] });
    let above = values.len() - below;
    if below == 0 || above == 0 {
        return Err(Refusal::new(
            "too-few",
            format!("窓（±{window}）の片側に行がありません。広げてください。"),
            format!("a side of the window (±{window}) has no rows; widen it"),
        ));
    }
    let lots = Lots::new(below, above, spec.draws, spec.seed);
    let differences = lots.differences(&values);
    let estimate = differences.first().map_or(0.0, |d| d.0);
    let interval = invert(&differences, estimate, &values, 1.0 - spec.level);
    let mut warnings = Vec::new();
    if below.min(above) < spec.least_rows {
        warnings.push(Warning::blocking(
            "few-rows",
            format!("窓の中の行が少なすぎます（下{below}・上{above}）。"),
            format!("too few rows in the window ({below} below, {above} above)"),
        ));
    }
    Ok(PermuteEstimate {
        window,
        rows: Pair { left: below, right: above },
        estimate,
        p: p_value(&differences, 0.0),
        interval,
        exact: lots.exact,
        assignments: differences.len(),
        tried,
        warnings,
    })
}

/// The values within a window, those below first, and how many those are.
fn within(sample: &Sample, window: f64, value: impl Fn(bool, usize) -> f64) -> (Vec<f64>, usize) {
    let count = |d: &[f64]| d.partition_point(|d| *d <= window);
    let (below, above) = (count(&sample.left.distance), count(&sample.right.distance));
    ((0..below).map(|i| value(true, i)).chain((0..above).map(|i| value(false, i))).collect(), below)
}

/// The widest window such that in it and in all narrower ones no covariate differs.
fn chosen(frame: &Frame, spec: &PermuteSpec, sample: &Sample) -> Result<(f64, Vec<WindowTried>), Refusal> {
    let columns = spec.covariates.iter().map(|name| frame.numbers(name)).collect::<Result<Vec<_>, _>>()?;
    let mut all: Vec<f64> = sample.left.distance.iter().chain(&sample.right.distance).copied().collect();
    all.sort_unstable_by(f64::total_cmp);
    all.dedup();
    let (mut best, mut tried, mut last) = (None, Vec::<WindowTried>::new(), 0);
    for window in all {
        let (_, below) = within(sample, window, |_, _| 0.0);
        let above = sample.right.distance.partition_point(|d| *d <= window);
        // A few more rows each time; the published rule adds at least five a side.
        if below.min(above) < spec.least_rows || below.min(above) < last + 5 && best.is_some() {
            continue;
        }
        last = below.min(above);
        let mut least = (1.0, String::new());
        for (name, column) in spec.covariates.iter().zip(&columns) {
            let (values, below) = within(sample, window, |left, i| column[sample.row(left, i)]);
            let (kept, below) = (
                values.iter().copied().filter(|v| !v.is_nan()).collect::<Vec<_>>(),
                values[..below].iter().filter(|v| !v.is_nan()).count(),
            );
            if below == 0 || below == kept.len() {
                continue;
            }
            let p = p_value(&Lots::new(below, kept.len() - below, spec.draws, spec.seed).differences(&kept), 0.0);
            if p < least.0 {
                least = (p, name.clone());
            }
        }
        let fails = least.0 < spec.balance;
        tried.push(WindowTried { window, rows: Pair { left: below, right: above }, least_p: least.0, covariate: least.1 });
        // Without covariates nothing speaks for a wider window than the first.
        if fails || spec.covariates.is_empty() && best.is_some() || tried.len() >= 100 {
            break;
        }
        best = Some(window);
    }
    best.map(|window| (window, tried)).ok_or_else(|| {
        Refusal::new(
            "no-window",
            format!("各側に{}行以上あり共変量が釣り合う窓がありません。window を指定するか、共変量を確認してください。", spec.least_rows),
            format!("no window has {} rows on each side and balanced covariates; give a window or look at the covariates", spec.least_rows),
        )
    })
}

/// The constant effects that are not rejected: from the estimate outwards by bisection on each side.
fn invert(differences: &[(f64, f64)], estimate: f64, values: &[f64], alpha: f64) -> [f64; 2] {
    let spread = values.iter().copied().fold(f64::MIN, f64::max) - values.iter().copied().fold(f64::MAX, f64::min);
    let end = |sign: f64| {
        let (mut inside, mut outside) = (0.0, 4.0 * spread + f64::MIN_POSITIVE);
        if p_value(differences, estimate + sign * outside) > alpha {
            return sign * f64::INFINITY;
        }
        for _ in 0..80 {
            let middle = (inside + outside) / 2.0;
            if p_value(differences, estimate + sign * middle) > alpha { inside = middle } else { outside = middle }
        }
        estimate + sign * inside
    };
    [end(-1.0), end(1.0)]
}
