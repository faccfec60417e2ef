//! `banso evaluate rd-honest`: intervals under bounded curvature.

use banso_evaluation::discontinuity::{Given, HonestEstimate, HonestSpec, Kernel, honest};
use banso_kernel::Lang;
use clap::Args;

use super::input::Input;
use super::page::{Page, number};
use super::rd::{kernel, read_level, widths};
use crate::trouble::Trouble;

/// What is asked under which bound.
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
    /// 曲率（2階微分の絶対値）の上限。省略するとデータからの目安
    /// The bound on the absolute second derivative; a rule of thumb without it
    #[arg(long, value_name = "M", verbatim_doc_comment)]
    bound: Option<f64>,
    /// バンド幅（1つまたは2つ。省略すると最短の区間になる幅）/ Bandwidth; that of the shortest interval without it
    #[arg(long, value_name = "H", value_parser = widths)]
    bandwidth: Option<Given>,
    /// カーネル / Kernel
    #[arg(long, default_value = "triangular", value_parser = kernel)]
    kernel: Kernel,
    /// 分散のための最近傍の数 / Nearest neighbours of the variance
    #[arg(long, value_name = "N", default_value_t = 3)]
    neighbours: usize,
    /// 信頼水準 / Level of the interval
    #[arg(long, visible_alias = "confidence", value_name = "SHARE", default_value_t = 0.95, value_parser = read_level)]
    level: f64,
}

/// Estimates and answers.
pub(crate) fn run(asked: &Asked, lang: Lang) -> Result<String, Trouble> {
    let spec = HonestSpec {
        outcome: asked.outcome.clone(),
        score: asked.running.clone(),
        cutoff: asked.cutoff,
        bound: asked.bound,
        bandwidth: asked.bandwidth,
        kernel: asked.kernel,
        neighbours: asked.neighbours,
        level: asked.level,
    };
    let frame = asked.input.frame([spec.outcome.as_str(), spec.score.as_str()], [])?;
    let found = honest(&frame, &spec)?;
    asked.input.answer(&found, lang, || page(&found, lang))
}

fn page(e: &HonestEstimate, lang: Lang) -> Page {
    let rule = if e.rule_of_thumb { lang.pick("（目安）", " (rule of thumb)") } else { "" };
    Page::new("曲率を制限した区間（不連続回帰）", "Honest interval under bounded curvature")
        .line("効果", "effect", number(e.estimate))
        .line("区間", "interval", format!("{} – {}", number(e.interval[0]), number(e.interval[1])))
        .line("標準誤差", "standard error", number(e.standard_error))
        .line("最大の偏り", "worst bias", number(e.worst_bias))
        .line("臨界値", "critical value", number(e.critical))
        .line("曲率の上限 M", "bound on curvature M", format!("{}{rule}", number(e.bound)))
        .line("バンド幅（下 / 上）", "bandwidth (below / above)", format!("{} / {}", number(e.bandwidths.left), number(e.bandwidths.right)))
        .line("行（下 / 上）", "rows (below / above)", format!("{} / {}", e.rows.left, e.rows.right))
        .line("異なる点数（下 / 上）", "distinct scores (below / above)", format!("{} / {}", e.distinct.left, e.distinct.right))
        .warnings(&e.warnings)
}
