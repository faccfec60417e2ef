//! Whether there is anybody to compare with: range of the score, effective sample sizes, Crump's interval, and which averages the data
//! cannot carry. Crump, Hotz, Imbens and Mitnik (2009), Biometrika 96; Kish (1965) for the effective sample size.

use serde::{Deserialize, Serialize};

use super::effects::Estimand;
use super::sample::Sample;
use crate::notice::{Refusal, Warning};
use crate::sums::{quantile_linear, sorted, sum};

/// Which rows are kept by their score.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Trim {
    /// All rows.
    #[default]
    None,
    /// Rows within Crump's interval [α, 1 − α], after which the score is fitted again.
    Crump,
    /// Rows with a score in a stated interval, after which the score is fitted again.
    Within {
        /// The least score kept.
        low: f64,
        /// The greatest score kept.
        high: f64,
    },
}

/// The score within one arm.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ArmScores {
    /// Rows.
    pub rows: usize,
    /// Least score.
    pub min: f64,
    /// Lower quartile.
    pub lower_quartile: f64,
    /// Median.
    pub median: f64,
    /// Upper quartile.
    pub upper_quartile: f64,
    /// Greatest score.
    pub max: f64,
    /// Effective rows under the weights that make this arm stand for everybody.
    pub effective_all: f64,
    /// Effective rows under the weights that make this arm stand for the treated.
    pub effective_treated: f64,
    /// Effective rows under the weights that make this arm stand for the comparison rows.
    pub effective_comparison: f64,
    /// The greatest share that one row has of the weights for everybody.
    pub largest_share: f64,
}

/// How the arms overlap.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Overlap {
    /// The treated.
    pub treated: ArmScores,
    /// The comparison rows.
    pub comparison: ArmScores,
    /// The greater of the arms' least scores and the lesser of their greatest.
    pub common_support: [f64; 2],
    /// Rows outside the common support.
    pub outside_common_support: usize,
    /// Crump's α: outside [α, 1 − α] rows cost more precision than they give.
    pub crump_alpha: f64,
    /// Rows outside Crump's interval.
    pub outside_crump: usize,
    /// Rows with a score below 0.001 and above 0.999.
    pub nearly_certain: [usize; 2],
}

/// (Σw)² / Σw²: how many equally weighted rows would be as informative.
#[must_use]
pub fn effective_size(weights: &[f64]) -> f64 {
    let total = sum(weights.iter().copied());
    let squares = sum(weights.iter().map(|w| w * w));
    if squares > 0.0 { total * total / squares } else { 0.0 }
}

/// Crump's α: with u = 1 / (e (1 − e)), the greatest threshold γ on u that is no more than twice the mean of u below it.
#[must_use]
pub fn crump_alpha(scores: &[f64]) -> f64 {
    let cost = sorted(&scores.iter().map(|e| 1.0 / (e * (1.0 - e))).collect::<Vec<_>>());
    let (mut total, mut threshold, mut all) = (0.0, f64::INFINITY, true);
    for (k, u) in cost.iter().enumerate() {
        let next = total + u;
        if u * (k as f64 + 1.0) > 2.0 * next {
            threshold = 2.0 * total / k as f64;
            all = false;
            break;
        }
        total = next;
    }
    if all || threshold <= 4.0 { 0.0 } else { 0.5 - (0.25 - 1.0 / threshold).max(0.0).sqrt() }
}

fn arm_scores(sample: &Sample, scores: &[f64], arm: bool) -> ArmScores {
    let of: Vec<(f64, f64)> = (0..scores.len()).filter(|i| sample.treated[*i] == arm).map(|i| (scores[i], sample.weights[i])).collect();
    let inside = sorted(&of.iter().map(|(e, _)| *e).collect::<Vec<_>>());
    let weighted = |weight: &dyn Fn(f64) -> f64| of.iter().map(|(e, s)| s * weight(*e)).collect::<Vec<f64>>();
    let (all, on_treated, on_comparison) = if arm {
        (weighted(&|e| 1.0 / e), weighted(&|_| 1.0), weighted(&|e| (1.0 - e) / e))
    } else {
        (weighted(&|e| 1.0 / (1.0 - e)), weighted(&|e| e / (1.0 - e)), weighted(&|_| 1.0))
    };
    let quantile = |share: f64| quantile_linear(&inside, share);
    ArmScores {
        rows: of.len(),
        min: quantile(0.0),
        lower_quartile: quantile(0.25),
        median: quantile(0.5),
        upper_quartile: quantile(0.75),
        max: quantile(1.0),
        effective_all: effective_size(&all),
        effective_treated: effective_size(&on_treated),
        effective_comparison: effective_size(&on_comparison),
        largest_share: all.iter().copied().fold(0.0, f64::max) / sum(all.iter().copied()),
    }
}

impl Overlap {
    pub(super) fn of(sample: &Sample, scores: &[f64]) -> Self {
        let (treated, comparison) = (arm_scores(sample, scores, true), arm_scores(sample, scores, false));
        let common_support = [treated.min.max(comparison.min), treated.max.min(comparison.max)];
        let outside = |low: f64, high: f64| scores.iter().filter(|e| **e < low || **e > high).count();
        let alpha = crump_alpha(scores);
        Self {
            outside_common_support: outside(common_support[0], common_support[1]),
            outside_crump: outside(alpha, 1.0 - alpha),
            nearly_certain: [outside(0.001, 1.0), outside(0.0, 0.999)],
            common_support,
            crump_alpha: alpha,
            treated,
            comparison,
        }
    }

    /// Why the average over an estimand's target is not to be believed, if so.
    pub(super) fn hopeless(&self, estimand: Estimand) -> Option<Warning> {
        let rows = (self.treated.rows + self.comparison.rows) as f64;
        // Which arm has to stand for others, how many they are, and on which side a score near certainty hurts.
        let (arms, ja, en) = match estimand {
            Estimand::All => (
                vec![
                    (&self.treated, self.treated.effective_all, rows, self.nearly_certain[0]),
                    (&self.comparison, self.comparison.effective_all, rows, self.nearly_certain[1]),
                ],
                "全体の平均効果（ATE）",
                "the average effect over everybody (ATE)",
            ),
            Estimand::Treated => (
                vec![(&self.comparison, self.comparison.effective_treated, self.treated.rows as f64, self.nearly_certain[1])],
                "処置群の平均効果（ATT）",
                "the average effect on the treated (ATT)",
            ),
            Estimand::Comparison => (
                vec![(&self.treated, self.treated.effective_comparison, self.comparison.rows as f64, self.nearly_certain[0])],
                "比較群の平均効果（ATC）",
                "the average effect on the comparison rows (ATC)",
            ),
        };
        let poor = arms.iter().any(|(arm, effective, target, certain)| {
            let needed = (0.1 * target.min(arm.rows as f64)).max(10.0).min(arm.rows as f64);
            *effective < needed || *certain as f64 > 0.01 * rows
        });
        let (low, high) = (self.treated.min.min(self.comparison.min), self.treated.max.max(self.comparison.max));
        let effective = arms.iter().map(|(_, e, _, _)| *e).fold(f64::INFINITY, f64::min);
        poor.then(|| {
            Warning::blocking(
                "no-overlap",
                format!("{ja}は、この資料では求められません。傾向スコアは{low:.2e}〜{high:.3}、有効標本数は{effective:.1}件です。対象を処置群（ATT）にする、重なりのある範囲に絞る（trim）などしてください。"),
                format!("the data cannot carry {en}: the propensity score runs from {low:.2e} to {high:.3} and the effective sample size is {effective:.1}; ask for the effect on the treated, or keep to the rows that overlap (trim)"),
            )
        })
    }
}

/// The rows that a rule keeps.
pub(super) fn kept(trim: Trim, scores: &[f64]) -> Result<Vec<usize>, Refusal> {
    let (low, high) = match trim {
        Trim::None => return Ok((0..scores.len()).collect()),
        Trim::Crump => {
            let alpha = crump_alpha(scores);
            (alpha, 1.0 - alpha)
        }
        Trim::Within { low, high } if (0.0..1.0).contains(&low) && low < high && high <= 1.0 => (low, high),
        Trim::Within { low, high } => {
            return Err(Refusal::new(
                "trim-bounds",
                format!("trimの範囲 {low}〜{high} が正しくありません。0以上1以下で、下限を上限より小さくしてください。"),
                format!("trim from {low} to {high} is not an interval within 0 and 1"),
            ));
        }
    };
    Ok((0..scores.len()).filter(|i| scores[*i] >= low && scores[*i] <= high).collect())
}
