//! `banso evaluate balance`: weighting, regression, both, entropy balancing and matching.

use banso_evaluation::balancing::{
    Effect, Estimand, Estimate, Estimator, Link, LovePlot, Matching, Metric, Refused, Spec, Standardiser, Trim, estimate,
};
use banso_kernel::Lang;
use clap::Args;
use serde::Serialize;

use super::input::Input;
use super::page::{Page, chance, number};
use super::rd::read_level;
use super::words::word;
use crate::trouble::Trouble;

/// What to estimate from which table.
#[derive(Debug, Args)]
#[command(next_help_heading = "指定 / Options")]
pub(crate) struct Asked {
    #[command(flatten)]
    input: Input,
    /// 成果の列
    /// The column of the outcome
    #[arg(long, verbatim_doc_comment)]
    outcome: String,
    /// 処置の列（0 か 1）
    /// The column of the treatment, 0 or 1
    #[arg(long, verbatim_doc_comment)]
    treatment: String,
    /// 処置を説明する共変量の列（コンマ区切り）
    /// Columns that explain treatment, comma-separated
    #[arg(long, value_delimiter = ',', required = true, verbatim_doc_comment)]
    covariates: Vec<String>,
    /// 成果を説明する列（省略すると共変量と同じ）
    /// Columns that explain the outcome; the covariates when left out
    #[arg(long, value_delimiter = ',', verbatim_doc_comment)]
    outcome_covariates: Option<Vec<String>>,
    /// difference / horvitz-thompson / weighting / regression / augmented / augmented-weighted / weighted-regression / entropy / matching
    #[arg(long, value_delimiter = ',', default_value = "difference,weighting,regression,augmented", value_parser = word::<Estimator>)]
    estimators: Vec<Estimator>,
    /// 対象 / Over whom: all (ATE), treated (ATT), comparison (ATC)
    #[arg(long, value_delimiter = ',', default_value = "all,treated", value_parser = word::<Estimand>)]
    estimands: Vec<Estimand>,
    /// 傾向スコアの型 / The form of the score: logit / probit
    #[arg(long, default_value = "logit", value_parser = word::<Link>)]
    link: Link,
    /// Crumpの規則で重なりの乏しい行を除きます
    /// Leaves out rows outside Crump's interval of the score
    #[arg(long, conflicts_with_all = ["trim_low", "trim_high"], verbatim_doc_comment)]
    trim_crump: bool,
    /// 残す傾向スコアの下限
    /// The least score kept
    #[arg(long, verbatim_doc_comment)]
    trim_low: Option<f64>,
    /// 残す傾向スコアの上限
    /// The greatest score kept
    #[arg(long, verbatim_doc_comment)]
    trim_high: Option<f64>,
    /// 標本の重みの列
    /// The column of sampling weights
    #[arg(long, verbatim_doc_comment)]
    weights: Option<String>,
    /// エントロピーバランス: そろえる最高次の積率（1〜3）
    /// Entropy balancing: the highest moment to make equal, 1 to 3
    #[arg(long, default_value_t = 1, verbatim_doc_comment)]
    moments: u8,
    /// エントロピーバランス: 基準の重みの列
    /// Entropy balancing: the column of base weights
    #[arg(long, verbatim_doc_comment)]
    base_weights: Option<String>,
    /// マッチングの距離 / The distance of matching: propensity / index / mahalanobis / inverse-variance
    #[arg(long, default_value = "propensity", value_parser = word::<Metric>)]
    metric: Metric,
    /// マッチングの相手の数
    /// How many neighbours
    #[arg(long, default_value_t = 1, verbatim_doc_comment)]
    neighbours: usize,
    /// 同じ近さの相手を先頭の1件に限ります
    /// Of equally near neighbours only the earliest counts
    #[arg(long, verbatim_doc_comment)]
    first_of_ties: bool,
    /// マッチングの偏りを回帰で補正します
    /// Takes differences left between matched rows out by a regression
    #[arg(long, verbatim_doc_comment)]
    adjust_bias: bool,
    /// マッチングの最大距離
    /// The greatest distance of a match
    #[arg(long, verbatim_doc_comment)]
    caliper: Option<f64>,
    /// 相手と一致しなければならない列
    /// Columns in which matches have to be equal
    #[arg(long, value_delimiter = ',', verbatim_doc_comment)]
    exact: Vec<String>,
    /// 分散を求める同じ群の近傍の数
    /// Neighbours in the same arm that a row's variance is found from
    #[arg(long, default_value_t = 2, verbatim_doc_comment)]
    variance_neighbours: usize,
    /// 標準誤差に傾向スコアの推定を含める（Abadie–Imbens 2016。定義できるときの既定）
    /// Count in the standard error that the score was estimated (Abadie and Imbens 2016; the default where it is defined)
    #[arg(long, verbatim_doc_comment)]
    estimated_score: bool,
    /// 傾向スコアを既知として扱う（Abadie–Imbens 2006）
    /// Take the score as known (Abadie and Imbens 2006)
    #[arg(long, conflicts_with = "estimated_score", verbatim_doc_comment)]
    known_score: bool,
    /// 標準化差の分母 / By which spread differences are standardised: pooled / treated / comparison
    #[arg(long, default_value = "pooled", value_parser = word::<Standardiser>)]
    standardiser: Standardiser,
    /// 信頼水準
    /// The level of intervals
    #[arg(long, default_value_t = 0.95, verbatim_doc_comment, value_parser = read_level)]
    level: f64,
    /// 行ごとのスコアと重みも出します（JSON）
    /// Gives scores and weights row by row too (JSON)
    #[arg(long, verbatim_doc_comment)]
    keep_weights: bool,
}

impl Asked {
    fn spec(&self) -> Spec {
        let within = self.trim_low.is_some() || self.trim_high.is_some();
        Spec {
            outcome: self.outcome.clone(),
            treatment: self.treatment.clone(),
            covariates: self.covariates.clone(),
            outcome_covariates: self.outcome_covariates.clone(),
            estimators: self.estimators.clone(),
            estimands: self.estimands.clone(),
            link: self.link,
            trim: if self.trim_crump {
                Trim::Crump
            } else if within {
                Trim::Within { low: self.trim_low.unwrap_or(0.0), high: self.trim_high.unwrap_or(1.0) }
            } else {
                Trim::None
            },
            weights: self.weights.clone(),
            moments: self.moments,
            base_weights: self.base_weights.clone(),
            matching: Matching {
                metric: self.metric,
                neighbours: self.neighbours,
                ties: !self.first_of_ties,
                adjust_bias: self.adjust_bias,
                caliper: self.caliper,
                exact: self.exact.clone(),
                variance_neighbours: self.variance_neighbours,
                estimated_score: (self.estimated_score || self.known_score).then_some(self.estimated_score),
            },
            standardiser: self.standardiser,
            confidence: self.level,
            keep_weights: self.keep_weights,
        }
    }
}

/// Estimates and answers.
pub(crate) fn run(asked: &Asked, lang: Lang) -> Result<String, Trouble> {
    let spec = asked.spec();
    let numbers = [&spec.outcome, &spec.treatment].into_iter().chain(&spec.weights).chain(&spec.base_weights);
    let groups = spec.covariates.iter().chain(spec.outcome_covariates.iter().flatten()).chain(&spec.matching.exact);
    let frame = asked.input.frame(numbers.map(String::as_str), groups.map(String::as_str))?;
    let found = estimate(&frame, &spec)?;
    asked.input.answer(&found, lang, || page(&found, lang))
}

/// The word by which an option is asked for.
fn named(value: &impl Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}

fn effect(effect: &Effect, lang: Lang) -> Vec<String> {
    let held = if effect.held.is_some() { lang.pick("保留", "held") } else { "" };
    let [low, high] = effect.interval;
    vec![
        format!("{} ({})", named(&effect.estimator), named(&effect.estimand)),
        number(effect.estimate),
        number(effect.standard_error),
        number(low),
        number(high),
        chance(effect.p),
        held.to_owned(),
    ]
}

fn love(page: Page, plot: &LovePlot) -> Page {
    let title = format!("{} ({})", named(&plot.estimator), named(&plot.estimand));
    let rows = plot.rows.iter().map(|row| {
        let figures = [row.difference_before, row.difference_after, row.variance_ratio_before, row.variance_ratio_after];
        std::iter::once(row.covariate.clone()).chain(figures.map(number)).collect()
    });
    let heads = [
        (title.as_str(), title.as_str()),
        ("標準化差（前）", "difference before"),
        ("同（後）", "after"),
        ("分散比（前）", "variance ratio before"),
        ("同（後）", "after"),
    ];
    page.table(&heads, rows.collect())
}

fn page(found: &Estimate, lang: Lang) -> Page {
    let overlap = &found.overlap;
    let range = |low: f64, high: f64| format!("{} – {}", number(low), number(high));
    let page = Page::new("共変量をそろえた比較", "Comparison with covariates balanced")
        .line("処置 / 比較", "treated / comparison", format!("{} / {}", found.rows[0], found.rows[1]))
        .line("欠測 / 範囲外で除外", "left out: missing / trimmed", format!("{} / {}", found.dropped_missing, found.dropped_trimmed))
        .line("スコア（処置）", "score, treated", range(overlap.treated.min, overlap.treated.max))
        .line("スコア（比較）", "score, comparison", range(overlap.comparison.min, overlap.comparison.max))
        .line(
            "Crumpのαと範囲外の行",
            "Crump's alpha, rows outside",
            format!("{} / {}", number(overlap.crump_alpha), overlap.outside_crump),
        );
    let heads =
        [("方法", "method"), ("効果", "effect"), ("標準誤差", "error"), ("下限", "lower"), ("上限", "upper"), ("p値", "p"), ("", "")];
    let mut page = page.table(&heads, found.effects.iter().map(|e| effect(e, lang)).collect());
    for Refused { estimator, estimand, refusal } in &found.refused {
        let what = format!("{} ({})", named(estimator), named(estimand));
        page = page.text(&format!("{what}: {}", refusal.ja), &format!("{what}: {}", refusal.en));
    }
    found.love.iter().fold(page, love).warnings(&found.warnings)
}
