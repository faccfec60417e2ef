//! `banso evaluate synth`: synthetic control and synthetic difference-in-differences.

use banso_evaluation::synthetic::{Effect, ErrorRule, Estimate, Method, Predictor, Solver, Spec, estimate};
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
    /// 単位（地域、業種など）の列
    /// The column of units: regions, sectors
    #[arg(long, verbatim_doc_comment)]
    unit: String,
    /// 時点の列（数値）
    /// The column of periods, numbers
    #[arg(long, verbatim_doc_comment)]
    time: String,
    /// 処置の列（処置の始まりから後が 1）。または --treated-units と --first-treated
    /// The column that is 1 from the start of treatment on; or --treated-units with --first-treated
    #[arg(long, verbatim_doc_comment)]
    treatment: Option<String>,
    /// 処置された単位（コンマ区切り）
    /// The treated units, comma-separated
    #[arg(long, value_delimiter = ',', requires = "first_treated", verbatim_doc_comment)]
    treated_units: Vec<String>,
    /// 最初に処置された時点
    /// The first treated period
    #[arg(long, verbatim_doc_comment)]
    first_treated: Option<f64>,
    /// synthetic-did / control / predictors / control-ridge / did
    #[arg(long, value_delimiter = ',', default_value = "synthetic-did,control,did", value_parser = word::<Method>)]
    methods: Vec<Method>,
    /// 予測変数（列:始:終、繰り返し可。例 beer:1984:1988）
    /// A predictor: column:from:to, may be repeated, for example beer:1984:1988
    #[arg(long, value_parser = predictor, verbatim_doc_comment)]
    predictor: Vec<Predictor>,
    /// 予測変数の重要度（コンマ区切り。省略すると探索）
    /// The importance of each predictor, comma-separated; sought when left out
    #[arg(long = "importance", value_delimiter = ',', verbatim_doc_comment)]
    v: Option<Vec<f64>>,
    /// 重要度を判断する最初の時点
    /// The first period that importance is judged by
    #[arg(long, verbatim_doc_comment)]
    fit_from: Option<f64>,
    /// 同じく最後の時点
    /// The last of them
    #[arg(long, verbatim_doc_comment)]
    fit_to: Option<f64>,
    /// 探索の出発点の数
    /// From how many starts importance is sought
    #[arg(long, default_value_t = 30, verbatim_doc_comment)]
    starts: usize,
    /// 重みの解き方 / How weights are found: frank-wolfe / exact
    #[arg(long, default_value = "frank-wolfe", value_parser = word::<Solver>)]
    solver: Solver,
    /// 単位の重みの正則化（省略すると論文の規則）
    /// The ridge of units' weights; the paper's rule when left out
    #[arg(long, verbatim_doc_comment)]
    zeta_omega: Option<f64>,
    /// 時点の重みの正則化
    /// The ridge of periods' weights
    #[arg(long, verbatim_doc_comment)]
    zeta_lambda: Option<f64>,
    /// 反復を止める改善の幅
    /// The gain under which the walk stops
    #[arg(long, verbatim_doc_comment)]
    min_decrease: Option<f64>,
    /// 反復の上限
    /// The most steps of the walk
    #[arg(long, default_value_t = 10_000, verbatim_doc_comment)]
    max_steps: usize,
    /// 標準誤差 / The standard error: none / placebo / jackknife / bootstrap
    #[arg(long, default_value = "placebo", value_parser = word::<ErrorRule>)]
    error: ErrorRule,
    /// プラセボ・ブートストラップの回数
    /// How many placebo or bootstrap draws
    #[arg(long, default_value_t = 200, verbatim_doc_comment)]
    draws: usize,
    /// 乱数のシード
    /// The seed of the draws
    #[arg(long, default_value_t = 20_240_601, verbatim_doc_comment)]
    seed: u64,
    /// 信頼水準
    /// The level of intervals
    #[arg(long, default_value_t = 0.95, verbatim_doc_comment, value_parser = read_level)]
    level: f64,
}

/// Reads `column:from:to`.
fn predictor(text: &str) -> Result<Predictor, String> {
    let wrong = || format!("{text}: 列:始:終 の形で指定してください。/ Write column:from:to.");
    let mut parts = text.rsplitn(3, ':');
    let to = parts.next().and_then(|t| t.parse().ok()).ok_or_else(wrong)?;
    let from = parts.next().and_then(|t| t.parse().ok()).ok_or_else(wrong)?;
    let column = parts.next().filter(|c| !c.is_empty()).ok_or_else(wrong)?.to_owned();
    Ok(Predictor { column, from, to })
}

impl Asked {
    fn spec(&self) -> Spec {
        Spec {
            outcome: self.outcome.clone(),
            unit: self.unit.clone(),
            time: self.time.clone(),
            treatment: self.treatment.clone(),
            treated_units: self.treated_units.clone(),
            first_treated: self.first_treated,
            methods: self.methods.clone(),
            predictors: self.predictor.clone(),
            v: self.v.clone(),
            fit_from: self.fit_from,
            fit_to: self.fit_to,
            starts: self.starts,
            solver: self.solver,
            zeta_omega: self.zeta_omega,
            zeta_lambda: self.zeta_lambda,
            min_decrease: self.min_decrease,
            max_steps: self.max_steps,
            error: self.error,
            replications: self.draws,
            seed: self.seed,
            confidence: self.level,
            ..Spec::default()
        }
    }
}

/// Estimates and answers.
pub(crate) fn run(asked: &Asked, lang: Lang) -> Result<String, Trouble> {
    let spec = asked.spec();
    let columns = spec.predictors.iter().map(|p| &p.column);
    let numbers = [&spec.outcome, &spec.time].into_iter().chain(&spec.treatment).chain(columns);
    let frame = asked.input.frame(numbers.map(String::as_str), [spec.unit.as_str()])?;
    let found = estimate(&frame, &spec)?;
    asked.input.answer(&found, lang, || page(&found, lang))
}

fn method(method: Method, lang: Lang) -> &'static str {
    match method {
        Method::SyntheticDid => lang.pick("合成差の差", "synthetic did"),
        Method::Control => lang.pick("合成対照（成果のみ）", "synthetic control"),
        Method::Predictors => lang.pick("合成対照（予測変数）", "synthetic control, predictors"),
        Method::ControlRidge => lang.pick("合成対照（正則化）", "synthetic control, ridge"),
        Method::Did => lang.pick("差の差", "did"),
    }
}

fn row(effect: &Effect, lang: Lang) -> Vec<String> {
    let shown = |value: Option<f64>| value.map_or_else(|| "—".to_owned(), number);
    let p = effect.p.or(effect.placebo.as_ref().map(|p| p.p));
    vec![
        method(effect.method, lang).to_owned(),
        number(effect.estimate),
        shown(effect.standard_error),
        shown(effect.interval.map(|i| i[0])),
        shown(effect.interval.map(|i| i[1])),
        p.map_or_else(|| "—".to_owned(), chance),
        effect.cohorts.first().map(|c| number(c.rmspe_before)).unwrap_or_default(),
    ]
}

fn detail(page: Page, effect: &Effect, lang: Lang) -> Page {
    let title = method(effect.method, lang);
    let mut page = page;
    for cohort in &effect.cohorts {
        let heavy = cohort.unit_weights.iter().filter(|u| u.weight > 1e-6);
        let rows: Vec<Vec<String>> = heavy.map(|u| vec![u.unit.clone(), number(u.weight)]).collect();
        page = page.table(&[(title, title), ("重み", "weight")], rows);
    }
    if let Some(placebo) = &effect.placebo {
        let value = format!("{} / {} (p = {})", placebo.rank, placebo.units.len() + 1, chance(placebo.p));
        page = page.line("プラセボでの順位", "rank among placebo units", value);
    }
    let optima = effect.optima.iter().map(|o| {
        let v: Vec<String> = o.v.iter().map(|v| format!("{v:.4}")).collect();
        vec![number(o.loss), format!("{:.1}%", 100.0 * o.share_of_starts), v.join(" ")]
    });
    let optima: Vec<Vec<String>> = optima.collect();
    if optima.is_empty() {
        page
    } else {
        page.table(&[("損失", "loss"), ("到達した出発点", "share of starts"), ("重要度", "importance")], optima)
    }
}

fn page(found: &Estimate, lang: Lang) -> Page {
    let page = Page::new("合成対照と合成差の差", "Synthetic control and synthetic difference-in-differences")
        .line("処置 / 対照の単位", "treated / untreated units", format!("{} / {}", found.units[0], found.units[1]))
        .line("時点", "periods", found.periods);
    let heads = [
        ("方法", "method"),
        ("効果", "effect"),
        ("標準誤差", "error"),
        ("下限", "lower"),
        ("上限", "upper"),
        ("p値", "p"),
        ("処置前の誤差", "gap before"),
    ];
    let page = page.table(&heads, found.effects.iter().map(|e| row(e, lang)).collect());
    found.effects.iter().fold(page, |page, effect| detail(page, effect, lang)).warnings(&found.warnings)
}
