//! `banso evaluate rd-repeat`: applicants who come again.

use banso_evaluation::discontinuity::{Given, Inference, Kernel, RepeatEstimate, RepeatSpec, Since, repeat};
use banso_kernel::Lang;
use clap::Args;

use super::input::Input;
use super::page::{Page, chance, number};
use super::rd::{kernel, read_level, widths};
use crate::trouble::Trouble;

/// Outcomes and awards by years since the application.
#[derive(Debug, Args)]
#[command(next_help_heading = "指定 / Options")]
pub(crate) struct Asked {
    #[command(flatten)]
    input: Input,
    /// 申請から0年後、1年後…の結果の列（コンマ区切り、順に）
    /// Columns of the outcome 0, 1, … years after the application, in order
    #[arg(
        long = "outcome",
        visible_alias = "outcomes",
        value_name = "COLUMN",
        value_delimiter = ',',
        required = true,
        verbatim_doc_comment
    )]
    outcomes: Vec<String>,
    /// 同じ年数での採択の列（結果と同じ数。カットオフだけで決まるなら最初を空に: ,a1,a2）
    /// Columns of awards in the same years, as many; the first may be empty where the cut-off decides alone: ,a1,a2
    #[arg(long = "award", visible_alias = "awards", value_name = "COLUMN", value_delimiter = ',', required = true, verbatim_doc_comment)]
    awards: Vec<String>,
    /// 点数の列 / The score's column
    #[arg(long, visible_alias = "score", value_name = "COLUMN")]
    running: String,
    /// カットオフ / The cut-off
    #[arg(long, value_name = "SCORE", default_value_t = 0.0, allow_negative_numbers = true)]
    cutoff: f64,
    /// 申請者の列（誤差はこの単位でまとめます）/ The applicant, whose rows are one cluster
    #[arg(long, visible_alias = "firm", value_name = "COLUMN")]
    applicant: String,
    /// バンド幅（1つまたは2つ）/ Bandwidth, one or two
    #[arg(long, value_name = "H", value_parser = widths)]
    bandwidth: Option<Given>,
    /// カーネル / Kernel
    #[arg(long, default_value = "triangular", value_parser = kernel)]
    kernel: Kernel,
    /// 多項式の次数 / Order of the polynomial
    #[arg(long, value_name = "P", default_value_t = 1)]
    order: usize,
    /// 信頼水準 / Level of the intervals
    #[arg(long, visible_alias = "confidence", value_name = "SHARE", default_value_t = 0.95, value_parser = read_level)]
    level: f64,
}

/// Estimates and answers.
pub(crate) fn run(asked: &Asked, lang: Lang) -> Result<String, Trouble> {
    let spec = RepeatSpec {
        outcomes: asked.outcomes.clone(),
        awards: asked.awards.clone(),
        score: asked.running.clone(),
        cutoff: asked.cutoff,
        applicant: asked.applicant.clone(),
        bandwidth: asked.bandwidth,
        kernel: asked.kernel,
        order: asked.order,
        level: asked.level,
    };
    let numbers = spec.outcomes.iter().chain(&spec.awards).filter(|c| !c.is_empty()).map(String::as_str);
    let frame = asked.input.frame(numbers.chain([spec.score.as_str()]), [spec.applicant.as_str()])?;
    let found = repeat(&frame, &spec)?;
    asked.input.answer(&found, lang, || page(&found, lang))
}

fn cells(i: &Inference) -> Vec<String> {
    vec![number(i.estimate), number(i.standard_error), chance(i.p)]
}

fn row(s: &Since) -> Vec<String> {
    let mut row = vec![s.years.to_string(), format!("{} / {}", s.rows.left, s.rows.right)];
    row.extend([&s.intent_to_treat, &s.treatment_on_treated, &s.award].into_iter().flat_map(cells));
    row
}

fn page(found: &RepeatEstimate, lang: Lang) -> Page {
    let heads = [
        ("年後", "years"),
        ("行（下 / 上）", "rows (below / above)"),
        ("全体効果", "total"),
        ("誤差", "error"),
        ("p", "p"),
        ("部分効果", "partial"),
        ("誤差", "error"),
        ("p", "p"),
        ("採択の変化 π", "award π"),
        ("誤差", "error"),
        ("p", "p"),
    ];
    let sum = |ja: &str, en: &str, i: &Inference| {
        let mut row = vec![lang.pick(ja, en).to_owned()];
        row.extend([number(i.estimate), number(i.standard_error), number(i.interval[0]), number(i.interval[1]), chance(i.p)]);
        row
    };
    let totals =
        vec![sum("全体効果の合計", "sum of total effects", &found.total), sum("部分効果の合計", "sum of partial effects", &found.partial)];
    let totals_heads =
        [("合計", "sum"), ("推定値", "estimate"), ("標準誤差", "error"), ("区間 下", "from"), ("区間 上", "to"), ("p値", "p")];
    Page::new("再申請を考えた効果（経過年別）", "Effects with repeat applicants, by years since")
        .line("バンド幅", "bandwidth", format!("{} / {}", number(found.bandwidths.left), number(found.bandwidths.right)))
        .line("窓の中の申請者", "applicants in the window", found.applicants)
        .line("うち複数回", "of them more than once", found.repeaters)
        .table(&heads, found.since.iter().map(row).collect())
        .table(&totals_heads, totals)
        .text(
            "全体効果は、採択とその後の採択の変化を合わせたもの。部分効果は、その後の採択を固定した採択そのものの効果です。",
            "The total effect is that of winning with what it changes of later awards; the partial effect that of the award itself.",
        )
        .text(found.rule, found.rule)
        .warnings(&found.warnings)
}
