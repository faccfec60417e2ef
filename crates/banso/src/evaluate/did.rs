//! `banso evaluate did`: staggered difference-in-differences.

use banso_evaluation::difference::{
    Average, Base, Bootstrap, CellEffect, Comparison, Effect, Estimate, Method, Multiplier, Sampling, Spec, estimate,
};
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
    /// 成果の列
    /// The column of the outcome
    #[arg(long, verbatim_doc_comment)]
    outcome: String,
    /// 個体（企業など）の列。独立な横断面では不要
    /// The column of units; not for repeated cross-sections
    #[arg(long, verbatim_doc_comment)]
    unit: Option<String>,
    /// 時点の列（数値）
    /// The column of periods, numbers
    #[arg(long, verbatim_doc_comment)]
    time: String,
    /// 処置の開始時点の列（空欄または 0 は処置なし）
    /// The column of the first treated period; empty or 0 for never
    #[arg(long, verbatim_doc_comment)]
    start: String,
    /// 共変量の列（コンマ区切り）
    /// Covariates, comma-separated
    #[arg(long, value_delimiter = ',', verbatim_doc_comment)]
    covariates: Vec<String>,
    /// doubly-robust / improved-doubly-robust / weighting / regression
    #[arg(long, default_value = "doubly-robust", value_parser = word::<Method>)]
    method: Method,
    /// 比較の相手 / Whom to compare with: never-treated / not-yet-treated
    #[arg(long, default_value = "never-treated", value_parser = word::<Comparison>)]
    comparison: Comparison,
    /// 処置の先行効果を許す期間
    /// Units of time before the start in which treatment may already show
    #[arg(long, default_value_t = 0.0, verbatim_doc_comment)]
    anticipation: f64,
    /// 処置前の差の基準 / From where changes before the start are measured: varying / universal
    #[arg(long, default_value = "varying", value_parser = word::<Base>)]
    base: Base,
    /// 行の意味 / What the rows are: balanced / unbalanced / cross-sections
    #[arg(long, default_value = "balanced", value_parser = word::<Sampling>)]
    sampling: Sampling,
    /// 標本の重みの列
    /// The column of sampling weights
    #[arg(long, verbatim_doc_comment)]
    weights: Option<String>,
    /// クラスターの列（個体を含む単位）
    /// The column of clusters, which contain whole units
    #[arg(long, verbatim_doc_comment)]
    cluster: Option<String>,
    /// 信頼水準
    /// The level of intervals
    #[arg(long, default_value_t = 0.95, verbatim_doc_comment, value_parser = read_level)]
    level: f64,
    /// 乗数ブートストラップの回数（指定すると一様な信頼帯になります）
    /// Multiplier draws, for uniform bands
    #[arg(long, verbatim_doc_comment)]
    draws: Option<usize>,
    /// 乱数のシード
    /// The seed of the draws
    #[arg(long, default_value_t = 1, verbatim_doc_comment)]
    seed: u64,
    /// 乗数 / The multipliers: rademacher / mammen
    #[arg(long, default_value = "rademacher", value_parser = word::<Multiplier>)]
    multiplier: Multiplier,
    /// この経過時点まで観測された群だけをそろえます
    /// Event times up to this one, of cohorts observed that long only
    #[arg(long, allow_negative_numbers = true, verbatim_doc_comment)]
    balance_event: Option<f64>,
    /// 最初の経過時点
    /// The first event time
    #[arg(long, allow_negative_numbers = true, verbatim_doc_comment)]
    min_event: Option<f64>,
    /// 最後の経過時点
    /// The last event time
    #[arg(long, allow_negative_numbers = true, verbatim_doc_comment)]
    max_event: Option<f64>,
}

impl Asked {
    fn spec(&self) -> Spec {
        Spec {
            outcome: self.outcome.clone(),
            unit: self.unit.clone(),
            time: self.time.clone(),
            start: self.start.clone(),
            covariates: self.covariates.clone(),
            method: self.method,
            comparison: self.comparison,
            anticipation: self.anticipation,
            base: self.base,
            sampling: self.sampling,
            weights: self.weights.clone(),
            cluster: self.cluster.clone(),
            level: self.level,
            bootstrap: self.draws.map(|draws| Bootstrap { draws, seed: self.seed, multiplier: self.multiplier }),
            balance_event: self.balance_event,
            min_event: self.min_event,
            max_event: self.max_event,
        }
    }
}

/// Estimates and answers.
pub(crate) fn run(asked: &Asked, lang: Lang) -> Result<String, Trouble> {
    let spec = asked.spec();
    let numbers = [&spec.outcome, &spec.time, &spec.start].into_iter().chain(&spec.covariates).chain(&spec.weights);
    let groups = spec.unit.iter().chain(&spec.cluster);
    let frame = asked.input.frame(numbers.map(String::as_str), groups.map(String::as_str))?;
    let found = estimate(&frame, &spec)?;
    asked.input.answer(&found, lang, || page(&found, lang))
}

const FIGURES: [(&str, &str); 5] = [("効果", "effect"), ("標準誤差", "error"), ("下限", "lower"), ("上限", "upper"), ("p値", "p")];

fn figures(effect: &Effect) -> Vec<String> {
    let shown = |value: Option<f64>| value.map_or_else(|| "—".to_owned(), number);
    let p = effect.p.map_or_else(|| "—".to_owned(), chance);
    vec![number(effect.effect), shown(effect.error), shown(effect.lower), shown(effect.upper), p]
}

fn heads<'a>(first: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    first.iter().copied().chain(FIGURES).collect()
}

fn family(page: Page, (ja, en): (&str, &str), average: &Average, lang: Lang) -> Page {
    let named = |name: String, effect: &Effect| std::iter::once(name).chain(figures(effect)).collect::<Vec<_>>();
    let mut rows: Vec<Vec<String>> = average.parts.iter().map(|part| named(part.at.to_string(), &part.effect)).collect();
    rows.extend(average.overall.iter().map(|overall| named(lang.pick("平均", "mean").to_owned(), overall)));
    page.table(&heads(&[(ja, en)]), rows)
}

fn cell(cell: &CellEffect, lang: Lang) -> Vec<String> {
    let figures = match (&cell.effect, &cell.hole) {
        (Some(effect), _) => figures(effect),
        (None, hole) => vec![hole.as_ref().map(|hole| lang.pick(&hole.reason.ja, &hole.reason.en).to_owned()).unwrap_or_default()],
    };
    [cell.start.to_string(), cell.time.to_string()].into_iter().chain(figures).collect()
}

fn page(found: &Estimate, lang: Lang) -> Page {
    let mut page = Page::new("差の差（群・時点別の効果）", "Difference-in-differences (group-time effects)")
        .line("個体", "units", found.units)
        .line("うち処置", "treated", found.treated_units)
        .line("行", "rows", found.rows);
    if let Some(clusters) = found.clusters {
        page = page.line("クラスター", "clusters", clusters);
    }
    for (test, ja, en) in [
        (found.pretest, "処置前の同時検定", "joint test before treatment"),
        (found.pretest_clean, "同（先行効果の前）", "the same before anticipation"),
    ] {
        if let Some(test) = test {
            let asymptotic = format!("χ²({}) = {}, p = {}", test.df, number(test.statistic), chance(test.p));
            let exact = test.small_sample.map(|s| format!("F({}, {:.1}) = {}, p = {}; ", s.df1, s.df2, number(s.f), chance(s.p)));
            page = page.line(ja, en, exact.unwrap_or_default() + &asymptotic);
        }
    }
    if let Some(simple) = &found.simple {
        let row = std::iter::once(lang.pick("全体", "all").to_owned()).chain(figures(simple)).collect();
        page = page.table(&heads(&[("平均", "mean over")]), vec![row]);
    }
    page = family(page, ("経過時点", "event time"), &found.event, lang);
    page = family(page, ("群（開始）", "cohort"), &found.group, lang);
    page = family(page, ("時点", "period"), &found.calendar, lang);
    let cells = found.cells.iter().map(|c| cell(c, lang)).collect();
    page.table(&heads(&[("群", "cohort"), ("時点", "period")]), cells).text(&found.errors.ja, &found.errors.en).warnings(&found.warnings)
}
