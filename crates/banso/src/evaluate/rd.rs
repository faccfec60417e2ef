//! `banso evaluate rd`: regression discontinuity at a cut-off.

use banso_evaluation::discontinuity::{Estimate, Given, Kernel, MassPoints, Selected, Selector, Spec, Three, Variance, estimate, select};
use banso_kernel::Lang;
use clap::Args;
use serde::de::DeserializeOwned;

use super::input::Input;
use super::page::{Page, chance, number};
use crate::trouble::Trouble;

/// What is asked at which cut-off.
#[derive(Debug, Args)]
#[command(next_help_heading = "指定 / Options")]
pub(crate) struct Asked {
    #[command(flatten)]
    input: Input,
    #[command(flatten)]
    design: Design,
    /// 推定せず、10通りのバンド幅だけを出す / Only the bandwidths, of all ten selectors
    #[arg(long)]
    bandwidths: bool,
}

/// A discontinuity, for this command and those that estimate it several times.
#[derive(Debug, Args)]
pub(super) struct Design {
    /// 結果の列 / The outcome's column
    #[arg(long, value_name = "COLUMN")]
    outcome: String,
    /// 点数の列（割当変数）/ The score's column (running variable)
    #[arg(long, visible_alias = "score", value_name = "COLUMN")]
    running: String,
    /// カットオフ（この値以上が処置の側）/ The cut-off; rows at and above it are on the side of treatment
    #[arg(long, value_name = "SCORE", default_value_t = 0.0, allow_negative_numbers = true)]
    cutoff: f64,
    /// 実際に処置を受けたかの列（ファジー）/ Treatment received (fuzzy design)
    #[arg(long, visible_alias = "fuzzy", value_name = "COLUMN")]
    treatment: Option<String>,
    /// 共変量の列（コンマ区切り・繰り返し可）/ Columns of covariates
    #[arg(long = "covariate", visible_alias = "covariates", value_name = "COLUMN", value_delimiter = ',')]
    covariates: Vec<String>,
    /// クラスターの列 / The column to cluster by
    #[arg(long, value_name = "COLUMN")]
    cluster: Option<String>,
    /// 重みの列 / The column of weights
    #[arg(long, value_name = "COLUMN")]
    weights: Option<String>,
    /// 多項式の次数（既定は1、または derivative+1）/ Order of the polynomial
    #[arg(long, value_name = "P")]
    order: Option<usize>,
    /// バイアス用の次数（既定は order+1）/ Order of the polynomial of the bias
    #[arg(long, value_name = "Q")]
    bias_order: Option<usize>,
    /// 微分の階数（1はキンク）/ Derivative: 0 a jump, 1 a kink
    #[arg(long, value_name = "V", default_value_t = 0)]
    derivative: usize,
    /// カーネル: triangular・epanechnikov・uniform / Kernel
    #[arg(long, value_name = "KERNEL", default_value = "triangular", value_parser = kernel)]
    kernel: Kernel,
    /// バンド幅（1つ、または下,上の2つ）/ Bandwidth, one or two (below,above)
    #[arg(long, value_name = "H", value_parser = widths)]
    bandwidth: Option<Given>,
    /// バイアス用のバンド幅 / Bandwidth of the bias, one or two
    #[arg(long, value_name = "B", value_parser = widths)]
    bias_bandwidth: Option<Given>,
    /// h / b の比 / The ratio h / b
    #[arg(long, visible_alias = "rho", value_name = "RATIO", conflicts_with = "bias_bandwidth")]
    ratio: Option<f64>,
    /// バンド幅を指定しないときの選び方: mserd・msetwo・msesum・msecomb1・msecomb2・cerrd・certwo・cersum・cercomb1・cercomb2 / How the bandwidth is chosen where none is given
    #[arg(long, value_name = "SELECTOR", default_value = "mserd", value_parser = word::<Selector>, conflicts_with = "bandwidth")]
    selector: Selector,
    /// 分散の推定: nn・hc0・hc1・hc2・hc3・cr1・cr2・cr3 / How the variance is estimated
    #[arg(long, visible_alias = "vce", value_name = "RULE", default_value = "nn", value_parser = word::<Variance>)]
    variance: Variance,
    /// 最近傍の数 / Nearest neighbours
    #[arg(long, value_name = "N", default_value_t = 3)]
    neighbours: usize,
    /// 信頼水準（0.95 または 95）/ Level of the intervals
    #[arg(long, visible_alias = "confidence", value_name = "SHARE", default_value_t = 0.95, value_parser = read_level)]
    level: f64,
    /// 効果に掛ける倍率 / A factor of the reported effect
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0, allow_negative_numbers = true)]
    scale: f64,
    /// 正則化の重み（0でなし）/ Weight of the regularisation of bandwidths
    #[arg(long, value_name = "WEIGHT", default_value_t = 1.0)]
    regularisation: f64,
    /// ファジーでもバンド幅は結果だけで選ぶ / Choose the bandwidth for the outcome alone
    #[arg(long)]
    sharp_bandwidth: bool,
    /// 同点の扱い: adjust・check・off / What is done about shared scores
    #[arg(long, value_name = "WHAT", default_value = "adjust", value_parser = word::<MassPoints>)]
    mass_points: MassPoints,
    /// 最初のバンド幅に含む異なる点数の最小数 / Distinct scores that the first bandwidth reaches
    #[arg(long, value_name = "N")]
    least_points: Option<usize>,
    /// バンド幅を点数の範囲に限らない / Bandwidths may exceed the score's range
    #[arg(long)]
    unrestricted: bool,
    /// バンド幅の選択で標準化しない / Do not standardise while choosing bandwidths
    #[arg(long)]
    unstandardised: bool,
    /// カットオフからこの距離未満の行を除く（ドーナツ）/ Leave out rows nearer than this (donut)
    #[arg(long, value_name = "DISTANCE", default_value_t = 0.0)]
    donut: f64,
}

/// A word of the library, as its specification spells it.
pub(super) fn word<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    serde_json::from_value(serde_json::Value::String(text.to_lowercase())).map_err(|e| e.to_string())
}

/// A kernel, by its name or the name's beginning.
pub(super) fn kernel(text: &str) -> Result<Kernel, String> {
    let known = [Kernel::Triangular, Kernel::Epanechnikov, Kernel::Uniform];
    let text = text.to_lowercase();
    let found = known.into_iter().find(|k| text.len() >= 3 && k.name().starts_with(&text));
    found.ok_or_else(|| "triangular, epanechnikov, uniform".to_owned())
}

/// One bandwidth or two.
pub(super) fn widths(text: &str) -> Result<Given, String> {
    let read = text.split(',').map(|part| part.trim().parse::<f64>().map_err(|e| format!("{e}: {part}"))).collect::<Result<Vec<_>, _>>()?;
    match read.as_slice() {
        [one] => Ok(Given::One(*one)),
        [left, right] => Ok(Given::Two([*left, *right])),
        _ => Err("one bandwidth, or two as below,above".to_owned()),
    }
}

/// A level of intervals: 95 and 0.95 mean the same.
pub(super) fn read_level(text: &str) -> Result<f64, String> {
    let value: f64 = text.trim().trim_end_matches('%').parse().map_err(|e| format!("{e}"))?;
    match value {
        v if v > 0.0 && v < 1.0 => Ok(v),
        v if (50.0..100.0).contains(&v) => Ok(v / 100.0),
        _ => Err("0と1の間（0.95）か、50以上100未満の百分率（95） / between 0 and 1 (0.95), or a percentage from 50 to below 100 (95)"
            .to_owned()),
    }
}

impl Design {
    pub(super) fn spec(&self) -> Spec {
        Spec {
            outcome: self.outcome.clone(),
            score: self.running.clone(),
            cutoff: self.cutoff,
            treatment: self.treatment.clone(),
            covariates: self.covariates.clone(),
            cluster: self.cluster.clone(),
            weights: self.weights.clone(),
            order: self.order,
            bias_order: self.bias_order,
            derivative: self.derivative,
            kernel: self.kernel,
            bandwidth: self.bandwidth,
            bias_bandwidth: self.bias_bandwidth,
            ratio: self.ratio,
            selector: self.selector,
            variance: self.variance,
            neighbours: self.neighbours,
            level: self.level,
            scale: self.scale,
            regularisation: self.regularisation,
            sharp_bandwidth: self.sharp_bandwidth,
            mass_points: self.mass_points,
            least_points: self.least_points,
            restrict: !self.unrestricted,
            standardise: !self.unstandardised,
            donut: self.donut,
        }
    }
}

/// The columns of numbers of a specification.
pub(super) fn numbers(spec: &Spec) -> impl Iterator<Item = &str> {
    let numbers = [spec.outcome.as_str(), spec.score.as_str()].into_iter().chain(spec.treatment.as_deref());
    numbers.chain(spec.covariates.iter().map(String::as_str)).chain(spec.weights.as_deref())
}

/// Estimates, or chooses bandwidths only.
pub(crate) fn run(asked: &Asked, lang: Lang) -> Result<String, Trouble> {
    let spec = asked.design.spec();
    let frame = asked.input.frame(numbers(&spec), spec.cluster.as_deref())?;
    if asked.bandwidths {
        let all = select(&frame, &spec, &Selector::ALL)?;
        return asked.input.answer(&all, lang, || chosen(&all));
    }
    let found = estimate(&frame, &spec)?;
    asked.input.answer(&found, lang, || page(&found))
}

fn chosen(all: &[Selected]) -> Page {
    let row = |s: &Selected| {
        let (h, b) = (s.bandwidths.h, s.bandwidths.b);
        std::iter::once(format!("{:?}", s.selector).to_lowercase()).chain([h.left, h.right, b.left, b.right].map(number)).collect()
    };
    let heads = [("選び方", "selector"), ("h 下", "h below"), ("h 上", "h above"), ("b 下", "b below"), ("b 上", "b above")];
    Page::new("バンド幅", "Bandwidths").table(&heads, all.iter().map(row).collect())
}

pub(super) fn page(e: &Estimate) -> Page {
    let heads = [
        ("方法", "method"),
        ("効果", "effect"),
        ("標準誤差", "std. error"),
        ("統計量", "statistic"),
        ("p値", "p"),
        ("区間 下", "from"),
        ("区間 上", "to"),
    ];
    let (l, r, h, b) = (&e.sides.left, &e.sides.right, e.bandwidths.h, e.bandwidths.b);
    let sides = [
        ("行数", "rows", l.rows, r.rows),
        ("異なる点数", "distinct scores", l.distinct, r.distinct),
        ("h の中の行数", "rows within h", l.rows_h, r.rows_h),
        ("b の中の行数", "rows within b", l.rows_b, r.rows_b),
    ];
    let mut page = Page::new("カットオフでの効果（不連続回帰）", "Effect at the cut-off (regression discontinuity)")
        .line("バンド幅 h", "bandwidth h", format!("{} / {}", number(h.left), number(h.right)))
        .line("バイアス用 b", "bandwidth b", format!("{} / {}", number(b.left), number(b.right)))
        .line("選び方", "chosen by", &e.chosen_by)
        .line("次数", "orders", format!("{} / {}", e.order, e.bias_order))
        .line("カーネル", "kernel", e.kernel.name())
        .line("分散", "variance", &e.rule)
        .line(
            "除いた行（欠測・重みなし・ドーナツ）",
            "rows left out (missing, no weight, donut)",
            e.dropped.map(|n| n.to_string()).join(" / "),
        );
    for (ja, en, below, above) in sides {
        page = page.line(&format!("{ja}（下 / 上）"), &format!("{en} (below / above)"), format!("{below} / {above}"));
    }
    page = page.table(&heads, rows(&e.effect));
    if let Some(first) = &e.first_stage {
        page = page.text("第1段階（処置の変化）", "First stage (change of treatment)").table(&heads, rows(first));
    }
    page.text(
        "報告には robust の区間を使ってください。効果はカットオフ付近の対象に限ったものです。",
        "Report the robust interval. The effect is that of those near the cut-off.",
    )
    .warnings(&e.warnings)
}

pub(super) fn rows(three: &Three) -> Vec<Vec<String>> {
    [("conventional", three.conventional), ("bias-corrected", three.bias_corrected), ("robust", three.robust)]
        .into_iter()
        .map(|(name, i)| {
            let ends = i.interval.map(number);
            let figures = [number(i.estimate), number(i.standard_error), number(i.statistic), chance(i.p)];
            std::iter::once(name.to_owned()).chain(figures).chain(ends).collect()
        })
        .collect()
}
