//! `banso evaluate production`: production functions and the marginal product of labour.

use banso_evaluation::production::{Estimate, Form, Function, Level, Method, Output, Product, Spec, estimate};
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
    /// 付加価値または総産出の列（対数）
    /// The column of value added or gross output, in logarithms
    #[arg(long, verbatim_doc_comment)]
    outcome: String,
    /// 生産性を見て決める投入（労働など、対数、コンマ区切り）
    /// Inputs chosen knowing productivity (labour), logarithms, comma-separated
    #[arg(long, value_delimiter = ',', required = true, verbatim_doc_comment)]
    free: Vec<String>,
    /// 前もって決まる投入（資本など、対数）
    /// Inputs decided before (capital), logarithms
    #[arg(long, value_delimiter = ',', required = true, verbatim_doc_comment)]
    state: Vec<String>,
    /// 生産性の代理変数（投資、原材料、電力など、対数）
    /// What tells productivity: investment, materials, energy, logarithms
    #[arg(long, value_delimiter = ',', verbatim_doc_comment)]
    proxy: Vec<String>,
    /// 投入ではない統制変数の列（年の指標など。wooldridge と wooldridge-system では使えません）
    /// Controls that are no inputs, such as year indicators; not with wooldridge and wooldridge-system
    #[arg(long = "control", visible_alias = "controls", value_name = "COLUMN", value_delimiter = ',', verbatim_doc_comment)]
    controls: Vec<String>,
    /// 企業の列
    /// The column of firms
    #[arg(long, verbatim_doc_comment)]
    firm: String,
    /// 時点の列
    /// The column of periods
    #[arg(long, verbatim_doc_comment)]
    time: String,
    /// ols / fixed-effects / olley-pakes / levinsohn-petrin / ackerberg-caves-frazer / wooldridge-gmm / wooldridge-levinsohn-petrin / wooldridge / wooldridge-system
    #[arg(long, value_delimiter = ',', default_value = "levinsohn-petrin", value_parser = word::<Method>)]
    methods: Vec<Method>,
    /// 関数の形 / The form: cobb-douglas / translog
    #[arg(long, default_value = "cobb-douglas", value_parser = word::<Form>)]
    form: Form,
    /// 産出の種類 / What the outcome is: value-added / gross
    #[arg(long, default_value = "value-added", value_parser = word::<Output>)]
    output: Output,
    /// 第1段階の多項式の次数
    /// The degree of the first stage's polynomial
    #[arg(long, default_value_t = 2, verbatim_doc_comment)]
    degree: usize,
    /// 生産性の過程の次数
    /// The degree of productivity's own past
    #[arg(long, default_value_t = 3, verbatim_doc_comment)]
    markov: usize,
    /// 退出を補正します
    /// Corrects for exit
    #[arg(long, verbatim_doc_comment)]
    correct_exit: bool,
    /// 隣り合う時点の間隔
    /// How far apart neighbouring periods are
    #[arg(long, default_value_t = 1.0, verbatim_doc_comment)]
    period_step: f64,
    /// 探索の出発点の数
    /// From how many starts roots are sought
    #[arg(long, default_value_t = 120, verbatim_doc_comment)]
    starts: usize,
    /// 企業単位のブートストラップの回数
    /// Draws of the block bootstrap by firm
    #[arg(long, default_value_t = 50, verbatim_doc_comment)]
    draws: usize,
    /// 乱数のシード
    /// The seed of starts and draws
    #[arg(long, default_value_t = 12_345, verbatim_doc_comment)]
    seed: u64,
    /// 信頼水準
    /// The level of intervals
    #[arg(long, default_value_t = 0.95, verbatim_doc_comment, value_parser = read_level)]
    level: f64,
    /// 限界生産物を求める労働の列（free の1つ）
    /// Labour, one of the free inputs, whose marginal product is found
    #[arg(long, verbatim_doc_comment)]
    labour: Option<String>,
    /// 産出の水準の列（省略すると対数から）
    /// Output in levels; from the logarithm when left out
    #[arg(long, requires = "labour", verbatim_doc_comment)]
    output_level: Option<String>,
    /// 労働の水準の列（省略すると対数から）
    /// Labour in levels; from the logarithm when left out
    #[arg(long, requires = "labour", verbatim_doc_comment)]
    labour_level: Option<String>,
    /// 技術を使っている行が 1 の列
    /// The column that is 1 where the technology is used
    #[arg(long, requires = "labour", verbatim_doc_comment)]
    technology: Option<String>,
    /// 技術の前後で別々に推定します
    /// Estimates the function anew for rows with the technology
    #[arg(long, requires = "technology", verbatim_doc_comment)]
    separate: bool,
}

impl Asked {
    fn spec(&self) -> Spec {
        Spec {
            outcome: self.outcome.clone(),
            free: self.free.clone(),
            state: self.state.clone(),
            proxy: self.proxy.clone(),
            controls: self.controls.clone(),
            firm: self.firm.clone(),
            time: self.time.clone(),
            methods: self.methods.clone(),
            form: self.form,
            output: self.output,
            degree: self.degree,
            markov: self.markov,
            correct_exit: self.correct_exit,
            period_step: self.period_step,
            starts: self.starts,
            replications: self.draws,
            seed: self.seed,
            confidence: self.level,
            product: self.labour.clone().map(|labour| Product {
                labour,
                output_level: self.output_level.clone(),
                labour_level: self.labour_level.clone(),
                technology: self.technology.clone(),
                separate: self.separate,
            }),
        }
    }
}

/// Estimates and answers.
pub(crate) fn run(asked: &Asked, lang: Lang) -> Result<String, Trouble> {
    let spec = asked.spec();
    let levels = spec.product.iter().flat_map(|p| p.output_level.iter().chain(&p.labour_level).chain(&p.technology));
    let numbers =
        [&spec.outcome, &spec.time].into_iter().chain(&spec.free).chain(&spec.state).chain(&spec.proxy).chain(&spec.controls).chain(levels);
    let frame = asked.input.frame(numbers.map(String::as_str), [spec.firm.as_str()])?;
    let found = estimate(&frame, &spec)?;
    asked.input.answer(&found, lang, || page(&found, lang))
}

fn shown(value: Option<f64>) -> String {
    value.map_or_else(|| "—".to_owned(), number)
}

fn level(name: &str, level: &Level) -> Vec<String> {
    let error = level.marginal_error_bootstrap.or(level.marginal_error_delta);
    vec![
        name.to_owned(),
        level.rows.to_string(),
        number(level.average),
        number(level.average_error),
        number(level.marginal),
        shown(error),
        number(level.elasticity),
    ]
}

fn product(page: Page, function: &Function, lang: Lang) -> Page {
    let Some(product) = &function.product else { return page };
    let sides = [(lang.pick("技術なし", "without"), &product.before), (lang.pick("技術あり", "with"), &product.after)];
    let rows = sides.iter().filter_map(|(name, side)| side.as_ref().map(|side| level(name, side))).collect();
    let heads = [
        ("労働の生産物", "product of labour"),
        ("行", "rows"),
        ("平均", "average"),
        ("誤差", "error"),
        ("限界", "marginal"),
        ("誤差", "error"),
        ("弾力性", "elasticity"),
    ];
    let page = page.table(&heads, rows);
    let Some(change) = &product.change else { return page };
    let value = format!(
        "{} / {} ({}, {} {})",
        number(change.average),
        number(change.marginal),
        change.reading,
        change.firms,
        lang.pick("社", "firms")
    );
    page.line("企業内の変化（対数: 平均 / 限界）", "change within firms, logs: average / marginal", value)
}

fn function(page: Page, function: &Function, lang: Lang) -> Page {
    let title = serde_json::to_value(function.method).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default();
    let held = if function.held.is_some() { lang.pick("（保留）", " (held)") } else { "" };
    let title = format!("{title}{held}");
    let rows = function.elasticities.iter().map(|e| {
        let [low, high] = [0, 1].map(|at: usize| e.interval.and_then(|i| i.get(at).copied()));
        vec![e.input.clone(), number(e.estimate), shown(e.standard_error), shown(low), shown(high)]
    });
    let rows = rows.chain(function.controls.iter().map(|c| vec![c.column.clone(), shown(c.estimate)]));
    let heads = [(title.as_str(), title.as_str()), ("弾力性", "elasticity"), ("標準誤差", "error"), ("下限", "lower"), ("上限", "upper")];
    let mut page = page.table(&heads, rows.collect());
    if !function.roots.is_empty() {
        let roots = function.roots.iter().map(|root| {
            let theta: Vec<String> = root.theta.iter().map(|t| number(*t)).collect();
            let solves = if root.solves { lang.pick("解", "root") } else { lang.pick("解でない", "no root") };
            vec![theta.join("  "), number(root.criterion), format!("{:.1}%", 100.0 * root.share_of_starts), solves.to_owned()]
        });
        let sought = function.sought.join(", ");
        let heads = [(sought.as_str(), sought.as_str()), ("基準値", "criterion"), ("到達した出発点", "share of starts"), ("", "")];
        page = page.table(&heads, roots.collect());
    }
    if let Some(r) = function.restrictions {
        let value = format!("{} / {} / {}", number(r.statistic), r.degrees, chance(r.p));
        page = page.line("余分な積率条件の検定（J / 自由度 / p）", "moments beyond those needed: J / degrees / p", value);
    }
    product(page, function, lang)
}

fn page(found: &Estimate, lang: Lang) -> Page {
    let first = found.functions.first();
    let page = Page::new("生産関数と労働の限界生産物", "Production functions and the marginal product of labour")
        .line("企業", "firms", first.map_or(0, |f| f.firms))
        .line(
            "行（第1 / 第2段階）",
            "rows, first / second stage",
            first.map_or_else(String::new, |f| format!("{} / {}", f.rows_first, f.rows_second)),
        )
        .line("欠測で除外", "left out: missing", found.dropped_missing);
    found.functions.iter().fold(page, |page, f| function(page, f, lang)).warnings(&found.warnings)
}
