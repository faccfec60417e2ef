//! `banso evaluate density`: does the density of the score jump at the cut-off?

use banso_evaluation::discontinuity::{
    DensityEstimate, DensityFit, DensitySelector, DensitySpec, DensityVariance, Given, Inference, Kernel, density,
};
use banso_kernel::Lang;
use clap::Args;

use super::input::Input;
use super::page::{Page, chance, number};
use super::rd::{kernel, read_level, widths, word};
use crate::trouble::Trouble;

/// Which score at which cut-off.
#[derive(Debug, Args)]
#[command(next_help_heading = "指定 / Options")]
pub(crate) struct Asked {
    #[command(flatten)]
    input: Input,
    /// 点数の列（割当変数）/ The score's column (running variable)
    #[arg(long, visible_alias = "score", value_name = "COLUMN")]
    running: String,
    /// カットオフ / The cut-off
    #[arg(long, value_name = "SCORE", default_value_t = 0.0, allow_negative_numbers = true)]
    cutoff: f64,
    /// バンド幅を選ぶ次数 / Order that the bandwidth is chosen for
    #[arg(long, value_name = "P", default_value_t = 2)]
    order: usize,
    /// 検定の次数（既定は order+1）/ Order of the test
    #[arg(long, value_name = "Q")]
    test_order: Option<usize>,
    /// 両側で共通にするか: unrestricted・restricted / What both sides share
    #[arg(long, value_name = "FIT", default_value = "unrestricted", value_parser = word::<DensityFit>)]
    fit: DensityFit,
    /// カーネル: triangular・epanechnikov・uniform / Kernel
    #[arg(long, value_name = "KERNEL", default_value = "triangular", value_parser = kernel)]
    kernel: Kernel,
    /// 分散の推定: jackknife・plugin / How the variance is estimated
    #[arg(long, visible_alias = "vce", value_name = "RULE", default_value = "jackknife", value_parser = word::<DensityVariance>)]
    variance: DensityVariance,
    /// バンド幅（1つ、または下,上の2つ）/ Bandwidth, one or two (below,above)
    #[arg(long, value_name = "H", value_parser = widths)]
    bandwidth: Option<Given>,
    /// バンド幅の選び方: comb・each・diff・sum / How the bandwidth is chosen
    #[arg(long, value_name = "SELECTOR", default_value = "comb", value_parser = word::<DensitySelector>)]
    selector: DensitySelector,
    /// 同点を調整しない / Do not adjust for shared scores
    #[arg(long)]
    no_mass_points: bool,
    /// 窓の最小の行数を確かめない / Do not check that windows hold enough rows
    #[arg(long)]
    no_regularisation: bool,
    /// 窓の最小の行数 / The least rows of a window
    #[arg(long, value_name = "N")]
    least_rows: Option<usize>,
    /// 窓の異なる点数の最小数 / The least distinct scores of a window
    #[arg(long, value_name = "N")]
    least_distinct: Option<usize>,
    /// 信頼水準（0.95 または 95）/ Level of the intervals
    #[arg(long, visible_alias = "confidence", value_name = "SHARE", default_value_t = 0.95, value_parser = read_level)]
    level: f64,
}

/// Tests.
pub(crate) fn run(asked: &Asked, lang: Lang) -> Result<String, Trouble> {
    let spec = DensitySpec {
        score: asked.running.clone(),
        cutoff: asked.cutoff,
        order: asked.order,
        test_order: asked.test_order,
        fit: asked.fit,
        kernel: asked.kernel,
        variance: asked.variance,
        bandwidth: asked.bandwidth,
        selector: asked.selector,
        mass_points: !asked.no_mass_points,
        regularise: !asked.no_regularisation,
        least_rows: asked.least_rows,
        least_distinct: asked.least_distinct,
        level: asked.level,
    };
    let frame = asked.input.frame([spec.score.as_str()], [])?;
    let found = density(&frame, &spec)?;
    asked.input.answer(&found, lang, || page(&found))
}

fn page(e: &DensityEstimate) -> Page {
    let row = |name: &str, i: &Inference| {
        let figures = [number(i.estimate), number(i.standard_error), number(i.statistic), chance(i.p)];
        std::iter::once(name.to_owned()).chain(figures).collect::<Vec<_>>()
    };
    let heads = [("密度", "density"), ("推定", "estimate"), ("標準誤差", "std. error"), ("統計量", "statistic"), ("p値", "p")];
    let counts = [("距離", "within"), ("下", "below"), ("上", "above"), ("p値", "p")];
    let count = e.binomial.iter().map(|b| vec![number(b.distance), b.rows.left.to_string(), b.rows.right.to_string(), chance(b.p)]);
    Page::new("点数の操作の検定（密度の不連続）", "Is the score manipulated? (jump of its density)")
        .line("バンド幅（下 / 上）", "bandwidth (below / above)", format!("{} / {}", number(e.bandwidths.left), number(e.bandwidths.right)))
        .line("行数（下 / 上）", "rows (below / above)", format!("{} / {}", e.rows.left, e.rows.right))
        .line("窓の中の行数", "rows within", format!("{} / {}", e.rows_h.left, e.rows_h.right))
        .line("分散", "variance", e.rule)
        .table(&heads, vec![row("下 / below", &e.left), row("上 / above", &e.right), row("差 / difference", &e.difference)])
        .text("カットオフ近くの件数（公平な硬貨との比較）", "Counts near the cut-off against a fair coin")
        .table(&counts, count.collect())
        .warnings(&e.warnings)
}
