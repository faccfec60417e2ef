//! `banso evaluate rd-plot`: bins and curves of a discontinuity's picture.

use std::path::PathBuf;

use banso_evaluation::discontinuity::{Bin, Bins, Given, Kernel, MassPoints, Plot, PlotSide, PlotSpec, plot};
use banso_evaluation::study::{Figure, Layer};
use banso_kernel::Lang;
use clap::Args;

use super::input::Input;
use super::page::{Page, number};
use super::rd::{kernel, read_level, widths, word};
use crate::trouble::Trouble;

/// What is drawn.
#[derive(Debug, Args)]
#[command(next_help_heading = "指定 / Options")]
pub(crate) struct Asked {
    #[command(flatten)]
    input: Input,
    /// 結果の列 / The outcome's column
    #[arg(long, value_name = "COLUMN")]
    outcome: String,
    /// 点数の列 / The score's column
    #[arg(long, visible_alias = "score", value_name = "COLUMN")]
    running: String,
    /// カットオフ / The cut-off
    #[arg(long, value_name = "SCORE", default_value_t = 0.0, allow_negative_numbers = true)]
    cutoff: f64,
    /// 区間の選び方: es・espr・esmv・esmvpr（等幅）・qs・qspr・qsmv・qsmvpr（等数）/ How bins are chosen
    #[arg(long, default_value = "esmv", value_parser = word::<Bins>)]
    bins: Bins,
    /// 区間の数（下,上）/ Numbers of bins (below,above) instead
    #[arg(long, value_name = "N", value_delimiter = ',', num_args = 1..=2)]
    count: Vec<usize>,
    /// 選ばれた数に掛ける倍率 / A factor of the chosen numbers
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0)]
    scale: f64,
    /// 描く多項式の次数 / Order of the polynomial drawn
    #[arg(long, value_name = "P", default_value_t = 4)]
    order: usize,
    /// 多項式のカーネル / Its kernel
    #[arg(long, default_value = "uniform", value_parser = kernel)]
    kernel: Kernel,
    /// 多項式のバンド幅（省略すると全行）/ Its bandwidth; all rows without it
    #[arg(long, value_name = "H", value_parser = widths)]
    bandwidth: Option<Given>,
    /// 重みの列 / Weights
    #[arg(long, value_name = "COLUMN")]
    weights: Option<String>,
    /// 同点の扱い: adjust・check・off / What is done about shared scores
    #[arg(long, default_value = "adjust", value_parser = word::<MassPoints>)]
    mass_points: MassPoints,
    /// 区間の平均の信頼水準 / Level of the bins' intervals
    #[arg(long, visible_alias = "confidence", value_name = "SHARE", default_value_t = 0.95, value_parser = read_level)]
    level: f64,
    /// これより行の少ない区間は示しません / Bins of fewer rows are not shown
    #[arg(long, value_name = "N", default_value_t = 1)]
    least_rows: usize,
    /// 図を SVG で書くファイル / The file that the picture is written to, as SVG
    #[arg(long, value_name = "FILE.svg")]
    svg: Option<PathBuf>,
}

/// Bins and answers.
pub(crate) fn run(asked: &Asked, lang: Lang) -> Result<String, Trouble> {
    let count = match asked.count[..] {
        [] => None,
        [both] => Some([both, both]),
        [below, above, ..] => Some([below, above]),
    };
    let spec = PlotSpec {
        outcome: asked.outcome.clone(),
        score: asked.running.clone(),
        cutoff: asked.cutoff,
        bins: asked.bins,
        count,
        scale: asked.scale,
        order: asked.order,
        kernel: asked.kernel,
        bandwidth: asked.bandwidth,
        weights: asked.weights.clone(),
        mass_points: asked.mass_points,
        level: asked.level,
        least_rows: asked.least_rows,
    };
    let numbers = [&spec.outcome, &spec.score].into_iter().chain(&spec.weights);
    let frame = asked.input.frame(numbers.map(String::as_str), [])?;
    let found = plot(&frame, &spec)?;
    if let Some(path) = &asked.svg {
        let picture = picture(&found, &spec).svg(lang == Lang::En)?;
        std::fs::write(path, picture).map_err(|cause| Trouble::Unwritable { path: path.clone(), cause })?;
    }
    asked.input.answer(&found, lang, || page(&found, lang))
}

/// Means of bins with their intervals, and the curves.
fn picture(found: &Plot, spec: &PlotSpec) -> Figure {
    let sides = [&found.sides.left, &found.sides.right];
    let bins = sides.iter().flat_map(|s| &s.bins).map(|b| [b.score, b.interval[0], b.outcome, b.interval[1]]).collect();
    let curves = sides.iter().map(|s| Layer::Line { at: s.curve.clone() });
    Figure {
        name: "discontinuity".to_owned(),
        ja: format!("{}の区間平均と多項式（{}）", spec.outcome, spec.score),
        en: format!("{}: means of bins and polynomials of {}", spec.outcome, spec.score),
        synthetic: false,
        along: [spec.score.clone(), spec.score.clone()],
        up: [spec.outcome.clone(), spec.outcome.clone()],
        mark: Some(spec.cutoff),
        layers: std::iter::once(Layer::Intervals { at: bins }).chain(curves).collect(),
    }
}

fn bin(b: &Bin) -> Vec<String> {
    [b.low, b.high, b.score, b.outcome, b.interval[0], b.interval[1]].map(number).into_iter().chain([b.rows.to_string()]).collect()
}

fn page(found: &Plot, lang: Lang) -> Page {
    let (l, r) = (&found.sides.left, &found.sides.right);
    let both = |of: &dyn Fn(&PlotSide) -> String| vec![of(l), of(r)];
    let row = |ja: &str, en: &str, of: &dyn Fn(&PlotSide) -> String| {
        std::iter::once(lang.pick(ja, en).to_owned()).chain(both(of)).collect::<Vec<_>>()
    };
    let facts = vec![
        row("行", "rows", &|s| s.rows.to_string()),
        row("区間の数", "bins", &|s| s.count.to_string()),
        row("積分二乗誤差を最小にする数", "bins of least integrated error", &|s| s.least_error.to_string()),
        row("分散を写す数", "bins mimicking variance", &|s| s.mimicking.to_string()),
        row("倍率", "scale", &|s| number(s.scale)),
        row("平均の幅", "mean width", &|s| number(s.mean_width)),
        row("カットオフでの値", "value at the cut-off", &|s| number(s.coefficients.first().copied().unwrap_or(f64::NAN))),
    ];
    let heads = [
        ("から", "from"),
        ("まで", "to"),
        ("平均点", "mean score"),
        ("平均", "mean outcome"),
        ("区間 下", "low"),
        ("区間 上", "high"),
        ("行", "rows"),
    ];
    Page::new("不連続の図のための区間", "Bins of a discontinuity's picture")
        .line("選び方", "chosen by", format!("{:?}", found.bins).to_lowercase())
        .table(&[("", ""), ("下", "below"), ("上", "above")], facts)
        .table(&heads, l.bins.iter().chain(&r.bins).map(bin).collect())
        .warnings(&found.warnings)
}
