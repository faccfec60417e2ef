//! Effects when who was treated depends on what is known about them: propensity score, weighting, regression, both together, entropy
//! balancing and matching, with the diagnostics that say whether the comparison can be made at all. Sources are at the top of each part.
//!
//! Assumes that nothing unrecorded drives both treatment and outcome, and that for every kind of row both arms occur. The second is
//! tested here; the first cannot be.

mod effects;
mod entropy;
mod love;
mod matching;
mod matching_score;
mod overlap;
mod sample;
mod score;
mod spec;

pub use effects::{Estimand, Estimator};
pub use entropy::Balanced;
pub use love::{LovePlot, LoveRow, Standardiser};
pub use matching::{Matching, Metric};
pub use overlap::{ArmScores, Overlap, Trim, crump_alpha, effective_size};
pub use score::{Coefficient, Link, Score};
pub use spec::{Effect, Estimate, Refused, RowWeights, Spec};

use crate::dist::{normal_p, normal_quantile};
use crate::frame::Frame;
use crate::notice::{Refusal, Warning};
use crate::sums::{sum, variance};
use sample::{Covariates, Design, Sample};

/// Everything needed on the way.
struct Work<'a> {
    frame: &'a Frame,
    spec: &'a Spec,
    sample: Sample,
    score: Score,
    design: Design,
    out: Estimate,
}

/// Compares the arms.
///
/// # Errors
/// A column that is missing or of the wrong kind, an empty arm, arms that separate, moments that cannot be balanced, no matches.
pub fn estimate(frame: &Frame, spec: &Spec) -> Result<Estimate, Refusal> {
    spec::check(spec)?;
    let mut also: Vec<String> = spec.outcome_covariates.clone().unwrap_or_default();
    also.extend(spec.base_weights.clone());
    also.extend(spec.matching.exact.iter().filter(|_| spec.estimators.contains(&Estimator::Matching)).cloned());
    let full = Sample::read(frame, &spec.outcome, &spec.treatment, &spec.covariates, spec.weights.as_deref(), &also)?;
    let first = score::fit(&full, spec.link)?;
    let kept = overlap::kept(spec.trim, &first.probabilities)?;
    let trimmed = full.y.len() - kept.len();
    let (sample, score) = if trimmed > 0 {
        let sample = full.keep(&kept);
        if sample.count(true) < 2 || sample.count(false) < 2 {
            return Err(Refusal::new(
                "trimmed-away",
                "範囲を絞ると、どちらかの群がほとんど残りません。重なりがないため比較できません。",
                "trimming leaves hardly anybody in one arm: there is no overlap to compare in",
            ));
        }
        let score = score::fit(&sample, spec.link)?;
        (sample, score)
    } else {
        (full, first)
    };
    let covariates = match &spec.outcome_covariates {
        Some(names) => Covariates::read(frame, names.iter().map(String::as_str), &sample.rows)?,
        None => sample.covariates.clone(),
    };
    let out = Estimate {
        rows: [sample.count(true), sample.count(false)],
        dropped_missing: sample.dropped - trimmed,
        dropped_trimmed: trimmed,
        overlap: Overlap::of(&sample, &score.probabilities),
        score: score.clone(),
        effects: Vec::new(),
        refused: Vec::new(),
        balanced: Vec::new(),
        love: Vec::new(),
        row_weights: Vec::new(),
        row_scores: Vec::new(),
        row_numbers: Vec::new(),
        warnings: Vec::new(),
    };
    let mut work = Work { design: Design::of(&covariates, &sample.weights), frame, spec, sample, score, out };
    work.run()?;
    Ok(work.out)
}

impl Work<'_> {
    fn run(&mut self) -> Result<(), Refusal> {
        self.about_score();
        for estimand in &self.spec.estimands {
            if self.spec.estimators.iter().any(|e| *e != Estimator::Difference) {
                self.out.warnings.extend(self.out.overlap.hopeless(*estimand));
            }
            for estimator in &self.spec.estimators {
                // What one of them refuses takes nothing from the others.
                if let Err(refusal) = self.one(*estimator, *estimand) {
                    self.out.refused.push(Refused { estimator: *estimator, estimand: *estimand, refusal });
                }
            }
        }
        if self.out.effects.is_empty()
            && let Some(first) = self.out.refused.first()
        {
            return Err(first.refusal.clone());
        }
        if self.spec.keep_weights {
            self.out.row_scores.clone_from(&self.score.probabilities);
            self.out.row_numbers = self.sample.rows.iter().map(|r| r + 1).collect();
        }
        self.out.warnings.dedup();
        Ok(())
    }

    fn about_score(&mut self) {
        let dropped = &self.out.score.left_out;
        if !dropped.is_empty() {
            let named = dropped.join(", ");
            self.out.warnings.push(Warning::note(
                "collinear",
                format!("共変量「{named}」は一定であるか他の共変量で説明されるため、外しました。"),
                format!("left out because they do not vary or others explain them: {named}"),
            ));
        }
        let (outside, all) = (self.out.overlap.outside_crump, self.sample.y.len());
        if outside * 10 > all {
            let alpha = self.out.overlap.crump_alpha;
            self.out.warnings.push(Warning::note(
                "poor-overlap",
                format!("{all}件中{outside}件の傾向スコアが、比較に適した範囲 {alpha:.3}〜{:.3} の外にあります。", 1.0 - alpha),
                format!(
                    "{outside} of {all} rows have a propensity score outside the interval that is worth comparing in, {alpha:.3} to {:.3}",
                    1.0 - alpha
                ),
            ));
        }
    }

    fn one(&mut self, estimator: Estimator, estimand: Estimand) -> Result<(), Refusal> {
        match estimator {
            Estimator::Difference if estimand != self.spec.estimands[0] => Ok(()),
            Estimator::Difference => {
                self.averaged(estimator, Estimand::All);
                Ok(())
            }
            Estimator::AugmentedWeighted if estimand != Estimand::All => {
                self.out.warnings.push(Warning::note(
                    "only-all",
                    "重み付き回帰によるAIPW（augmented-weighted）は全体の平均効果だけを求めます。",
                    "AIPW with weighted regressions (augmented-weighted) is defined for everybody only",
                ));
                Ok(())
            }
            Estimator::HorvitzThompson
            | Estimator::Weighting
            | Estimator::Regression
            | Estimator::Augmented
            | Estimator::AugmentedWeighted
            | Estimator::WeightedRegression => {
                self.averaged(estimator, estimand);
                Ok(())
            }
            Estimator::Entropy => self.entropy(estimand),
            Estimator::Matching => self.matching(estimand),
        }
    }

    fn averaged(&mut self, estimator: Estimator, estimand: Estimand) {
        let setting = effects::Setting { sample: &self.sample, score: &self.score, design: &self.design };
        let (Some(one), Some(zero)) = (setting.mean(estimator, true, estimand), setting.mean(estimator, false, estimand)) else { return };
        let error = |a: &[f64], b: &[f64]| influence_error(a.iter().zip(b).map(|(x, y)| x - y));
        let (known, stacked) = (error(&one.direct, &zero.direct), error(&one.stacked, &zero.stacked));
        let (standard_error, rule) = match estimator {
            Estimator::Difference if self.spec.weights.is_none() => {
                (self.neyman(), "two-sample, each arm its own variance with divisor n − 1 (Neyman; equal to HC2)")
            }
            Estimator::Augmented => (known, "influence function, score and regressions taken as known; divisor n, no small-sample factor"),
            Estimator::Difference
            | Estimator::HorvitzThompson
            | Estimator::Weighting
            | Estimator::Regression
            | Estimator::AugmentedWeighted
            | Estimator::WeightedRegression
            | Estimator::Entropy
            | Estimator::Matching => {
                (stacked, "stacked estimating equations, score and regressions estimated; divisor n, no small-sample factor")
            }
        };
        let apart: Vec<String> = one.left_out.iter().chain(&zero.left_out).cloned().collect();
        if !apart.is_empty() {
            let named = apart.join(", ");
            self.out.warnings.push(Warning::note(
                "arm-collinear",
                format!("「{named}」は片方の群の中では動かないため、その群の回帰から外しました。他方の群への外挿に注意してください。"),
                format!("{named} cannot be told apart within one arm and was left out of that arm's regression; mind the extrapolation"),
            ));
        }
        self.push(estimator, estimand, [one.value, zero.value], standard_error, [Some(known), Some(stacked)], rule);
        if estimator == Estimator::Weighting {
            let weights = self.inverse_weights(estimand);
            self.love(estimator, estimand, weights);
        }
    }

    fn neyman(&self) -> f64 {
        let part = |arm: bool| {
            let y: Vec<f64> = (0..self.sample.y.len()).filter(|i| self.sample.treated[*i] == arm).map(|i| self.sample.y[i]).collect();
            variance(&y) / y.len() as f64
        };
        (part(true) + part(false)).sqrt()
    }

    fn inverse_weights(&self, estimand: Estimand) -> Vec<f64> {
        (self.score.probabilities.iter().zip(&self.sample.treated).zip(&self.sample.weights))
            .map(|((e, d), s)| {
                let tilt = match estimand {
                    Estimand::All => 1.0,
                    Estimand::Treated => *e,
                    Estimand::Comparison => 1.0 - e,
                };
                s * tilt / if *d { *e } else { 1.0 - e }
            })
            .collect()
    }

    fn love(&mut self, estimator: Estimator, estimand: Estimand, weights: Vec<f64>) {
        let plot = love::plot(&self.sample, &weights, (estimator, estimand), self.spec.standardiser);
        if plot.worst_after > 0.1 {
            let worst = plot.worst_after;
            self.out.warnings.push(Warning::note(
                "unbalanced",
                format!("調整後も標準化差が{worst:.2}残る共変量があります（目安は0.1以下）。"),
                format!("after balancing a covariate still differs by {worst:.2} standard deviations (0.1 is the usual bound)"),
            ));
        }
        self.out.love.push(plot);
        if self.spec.keep_weights {
            self.out.row_weights.push(RowWeights { estimator, estimand, weights });
        }
    }

    fn entropy(&mut self, estimand: Estimand) -> Result<(), Refusal> {
        let base = self.base()?;
        let (mut means, mut influence, mut weights) = ([0.0; 2], Vec::new(), vec![0.0; base.len()]);
        for (place, arm) in [true, false].into_iter().enumerate() {
            let own = matches!((estimand, arm), (Estimand::Treated, true) | (Estimand::Comparison, false));
            let (mean, each) = if own {
                let of: Vec<f64> =
                    (0..base.len()).map(|i| if self.sample.treated[i] == arm { self.sample.weights[i] } else { 0.0 }).collect();
                let total = sum(of.iter().copied());
                let mean = sum(of.iter().zip(&self.sample.y).map(|(w, y)| w * y)) / total;
                let each = of.iter().zip(&self.sample.y).map(|(w, y)| base.len() as f64 * w / total * (y - mean)).collect();
                weights.iter_mut().zip(&of).for_each(|(v, w)| *v += w / total);
                (mean, each)
            } else {
                let found = entropy::balance(&self.sample, arm, estimand, &base, self.spec.moments)?;
                weights.iter_mut().zip(&found.weights).for_each(|(v, w)| *v += w);
                self.out.balanced.push(found.report);
                (found.mean, found.influence)
            };
            means[place] = mean;
            influence.push(each);
        }
        let error = influence_error(influence[0].iter().zip(&influence[1]).map(|(a, b)| a - b));
        let rule = "influence function of calibrated weights, their estimation included; divisor n, no small-sample factor";
        self.push(Estimator::Entropy, estimand, means, error, [None, Some(error)], rule);
        self.love(Estimator::Entropy, estimand, weights);
        Ok(())
    }

    fn base(&self) -> Result<Vec<f64>, Refusal> {
        let own = sample::weights_of(self.frame, self.spec.base_weights.as_deref(), &self.sample.rows)?;
        Ok(own.iter().zip(&self.sample.weights).map(|(b, s)| b * s).collect())
    }

    fn matching(&mut self, estimand: Estimand) -> Result<(), Refusal> {
        let groups = matching::groups(self.frame, &self.sample.rows, &self.spec.matching.exact)?;
        let found = matching::matched(&self.sample, &self.score, groups, &self.spec.matching, estimand)?;
        if found.unmatched > 0 {
            let (count, used) = (found.unmatched, found.used);
            self.out.warnings.push(Warning::note(
                "unmatched",
                format!("{count}件には条件に合う相手がなく、平均から外れています（相手になった行: {used}件）。"),
                format!("{count} rows have no neighbour under the conditions and are not in the average ({used} rows serve as matches)"),
            ));
        }
        if found.most_used > 20.0 {
            let most = found.most_used;
            self.out.warnings.push(Warning::note(
                "few-matches",
                format!("1件が{most:.0}件分の相手として使われています。"),
                format!("one row serves as the match of {most:.0} others"),
            ));
        }
        let (error, rule) =
            match found.error_estimated.filter(|_| self.spec.matching.estimated_score.unwrap_or(self.spec.matching.corrects())) {
                Some(error) => (error, "Abadie–Imbens (2016), population variance by neighbours in the same arm; the score estimated"),
                None => (
                    found.standard_error,
                    "Abadie–Imbens (2006), population variance by neighbours in the same arm; the score taken as known",
                ),
            };
        self.push(Estimator::Matching, estimand, found.means, error, [Some(found.standard_error), found.error_estimated], rule);
        self.love(Estimator::Matching, estimand, found.weights);
        Ok(())
    }

    fn push(
        &mut self,
        estimator: Estimator,
        estimand: Estimand,
        means: [f64; 2],
        error: f64,
        errors: [Option<f64>; 2],
        rule: &'static str,
    ) {
        let estimate = means[0] - means[1];
        let reach = normal_quantile(0.5 + self.spec.confidence / 2.0) * error;
        let by_score = !matches!(estimator, Estimator::Difference);
        let held = by_score.then(|| self.out.overlap.hopeless(estimand)).flatten().map(|w| w.code);
        self.out.effects.push(Effect {
            estimator,
            estimand,
            estimate,
            mean_treated: means[0],
            mean_comparison: means[1],
            standard_error: error,
            error_known: errors[0],
            error_stacked: errors[1],
            statistic: estimate / error,
            p: normal_p(estimate / error),
            interval: [estimate - reach, estimate + reach],
            rule,
            held,
        });
    }
}

/// The chance that something happens, by columns, for estimators that correct for it.
///
/// # Errors
/// It happens to all or to none, or the columns tell it perfectly.
pub(crate) fn chance(happened: &[bool], columns: Vec<Vec<f64>>, link: Link) -> Result<Vec<f64>, Refusal> {
    let count = happened.iter().filter(|h| **h).count();
    if count == 0 || count == happened.len() {
        return Err(Refusal::new(
            "no-exit",
            "退出した企業がない（または全社が退出している）ため、退出の補正はできません。補正を外してください。",
            "no firm exits, or all do: exit cannot be corrected for; leave the correction out",
        ));
    }
    let names = (1..=columns.len()).map(|j| format!("({j})")).collect();
    let n = happened.len();
    let sample = Sample {
        y: vec![0.0; n],
        treated: happened.to_vec(),
        weights: vec![1.0; n],
        covariates: Covariates { names, columns },
        rows: Vec::new(),
        dropped: 0,
    };
    Ok(score::fit(&sample, link)?.probabilities)
}

fn influence_error(influence: impl Iterator<Item = f64> + Clone) -> f64 {
    let n = influence.clone().count() as f64;
    sum(influence.map(|v| v * v)).sqrt() / n
}
