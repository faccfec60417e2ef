//! `banso evaluate event`: event studies by regression and by imputation.

use banso_evaluation::event_study::{Effect, Estimate, Estimator, Spec, estimate};
use banso_kernel::Lang;
use clap::Args;

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
    /// 推定方法: interaction-weighted・imputation・two-way / How
    #[arg(long, default_value = "interaction-weighted", value_parser = word::<Estimator>)]
    estimator: Estimator,
    /// 成果の列 / The outcome's column
    #[arg(long, value_name = "COLUMN")]
    outcome: String,
    /// 個体の列 / Units
    #[arg(long, value_name = "COLUMN")]
    unit: String,
    /// 時点の列（数値）/ Periods, numbers
    #[arg(long, value_name = "COLUMN")]
    time: String,
    /// 処置の開始時点の列（空欄または 0 は処置なし）/ The first treated period; empty or 0 for never
    #[arg(long, value_name = "COLUMN")]
    start: String,
    /// 時点によって変わる共変量の列 / Covariates that vary over time
    #[arg(long = "covariate", visible_alias = "covariates", value_name = "COLUMN", value_delimiter = ',')]
    covariates: Vec<String>,
    /// クラスターの列（個体を含む単位）/ Clusters, which contain whole units
    #[arg(long, value_name = "COLUMN")]
    cluster: Option<String>,
    /// 処置の先行効果を許す期間 / Units of time before the start in which treatment may already show
    #[arg(long, default_value_t = 0.0)]
    anticipation: f64,
    /// 基準とする経過時点 / The event time of reference
    #[arg(long, allow_negative_numbers = true)]
    reference: Option<f64>,
    /// 補完のとき、処置前の検定に使う経過時点の数 / By imputation: event times before the start that are tested
    #[arg(long, value_name = "N", default_value_t = 0)]
    leads: usize,
    /// 最初の経過時点 / The first event time
    #[arg(long, allow_negative_numbers = true)]
    min_event: Option<f64>,
    /// 最後の経過時点 / The last event time
    #[arg(long, allow_negative_numbers = true)]
    max_event: Option<f64>,
    /// 信頼水準 / Level of the intervals
    #[arg(long, visible_alias = "confidence", value_name = "SHARE", default_value_t = 0.95, value_parser = read_level)]
    level: f64,
}

/// Estimates and answers.
pub(crate) fn run(asked: &Asked, lang: Lang) -> Result<String, Trouble> {
    let spec = Spec {
        covariates: asked.covariates.clone(),
        cluster: asked.cluster.clone(),
        anticipation: asked.anticipation,
        reference: asked.reference,
        leads: asked.leads,
        min_event: asked.min_event,
        max_event: asked.max_event,
        level: asked.level,
        ..Spec::new(asked.estimator, &asked.outcome, &asked.unit, &asked.time, &asked.start)
    };
    let numbers = [&spec.outcome, &spec.time, &spec.start].into_iter().chain(&spec.covariates);
    let groups = [&spec.unit].into_iter().chain(&spec.cluster);
    let frame = asked.input.frame(numbers.map(String::as_str), groups.map(String::as_str))?;
    let found = estimate(&frame, &spec)?;
    asked.input.answer(&found, lang, || page(&found, lang))
}

const FIGURES: [(&str, &str); 6] =
    [("行", "rows"), ("効果", "effect"), ("標準誤差", "error"), ("下限", "lower"), ("上限", "upper"), ("p値", "p")];

fn row(first: Vec<String>, e: &Effect) -> Vec<String> {
    let shown = |v: Option<f64>| v.map_or_else(|| "—".to_owned(), number);
    let p = e.p.map_or_else(|| "—".to_owned(), chance);
    first.into_iter().chain([e.rows.to_string(), number(e.effect), shown(e.error), shown(e.lower), shown(e.upper), p]).collect()
}

fn page(found: &Estimate, lang: Lang) -> Page {
    let (ja, en) = match found.estimator {
        Estimator::InteractionWeighted => ("イベントスタディ（群の重みづけ）", "Event study (interaction-weighted)"),
        Estimator::Imputation => ("イベントスタディ（補完）", "Event study (imputation)"),
        Estimator::TwoWay => ("イベントスタディ（通常の二方向固定効果、比較用）", "Event study (plain two-way, for comparison)"),
    };
    let out = found.left_out;
    let dropped = [out.missing, out.always_treated, out.no_comparison, out.not_imputed].map(|n| n.to_string()).join(" / ");
    let mut page = Page::new(ja, en)
        .line("個体", "units", found.units)
        .line("うち処置", "treated", found.treated_units)
        .line("行", "rows", found.rows)
        .line("クラスター", "clusters", found.clusters)
        .line(
            "除いた行（欠測・最初から処置・比較なし・補完不可）",
            "rows left out (missing, always treated, no comparison, not imputed)",
            dropped,
        );
    if let Some(reference) = found.reference {
        page = page.line("基準の経過時点", "event time of reference", reference);
    }
    if let Some(test) = found.pretest {
        page = page.line(
            "処置前の同時検定",
            "joint test before treatment",
            format!("χ²({}) = {}, p = {}", test.df, number(test.statistic), chance(test.p)),
        );
    }
    let mut rows: Vec<Vec<String>> = found.event.iter().map(|e| row(vec![e.at.to_string()], &e.effect)).collect();
    rows.extend(found.overall.iter().map(|e| row(vec![lang.pick("平均（処置後）", "mean (after)").to_owned()], e)));
    let heads: Vec<(&str, &str)> = [("経過時点", "event time")].into_iter().chain(FIGURES).collect();
    page = page.table(&heads, rows);
    if !found.cohorts.is_empty() {
        let cells = found.cohorts.iter().map(|c| row(vec![c.start.to_string(), c.at.to_string()], &c.effect)).collect();
        let heads: Vec<(&str, &str)> = [("群（開始）", "cohort"), ("経過時点", "event time")].into_iter().chain(FIGURES).collect();
        page = page.table(&heads, cells);
    }
    page.text(found.rule, found.rule).warnings(&found.warnings)
}
