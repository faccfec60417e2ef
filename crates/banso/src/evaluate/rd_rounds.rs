//! `banso evaluate rd-rounds`: rounds of a call at their own cut-offs, and their pool.

use banso_evaluation::discontinuity::{Inference, Outcome, Round, RoundsEstimate, RoundsSpec, rounds};
use banso_kernel::Lang;
use clap::Args;

use super::input::Input;
use super::page::{Page, chance, number};
use super::rd::{Design, numbers};
use crate::trouble::Trouble;

/// Which rounds.
#[derive(Debug, Args)]
#[command(next_help_heading = "指定 / Options")]
pub(crate) struct Asked {
    #[command(flatten)]
    input: Input,
    /// 回次の列 / The column that tells rounds apart
    #[arg(long, value_name = "COLUMN")]
    round: String,
    /// 各行のカットオフの列（回次の中で同じ値。省略すると --cutoff）
    /// The column with each row's cut-off, the same within a round; --cutoff without it
    #[arg(long, value_name = "COLUMN", verbatim_doc_comment)]
    cutoff_column: Option<String>,
    /// 回次ごとに点数を標準偏差で割る / Divide a round's distances by the standard deviation of its scores
    #[arg(long)]
    standardise: bool,
    #[command(flatten)]
    design: Design,
}

/// Estimates and answers.
pub(crate) fn run(asked: &Asked, lang: Lang) -> Result<String, Trouble> {
    let spec = RoundsSpec {
        design: asked.design.spec(),
        round: asked.round.clone(),
        cutoff_column: asked.cutoff_column.clone(),
        standardise: asked.standardise,
    };
    let numbers = numbers(&spec.design).chain(spec.cutoff_column.as_deref());
    let frame = asked.input.frame(numbers, spec.design.cluster.as_deref().into_iter().chain([spec.round.as_str()]))?;
    let found = rounds(&frame, &spec)?;
    asked.input.answer(&found, lang, || page(&found, lang))
}

fn figures(i: &Inference) -> Vec<String> {
    vec![number(i.estimate), number(i.standard_error), number(i.interval[0]), number(i.interval[1]), chance(i.p)]
}

fn outcome(result: &Outcome, lang: Lang) -> Vec<String> {
    match result {
        Outcome::Estimate(e) => figures(&e.effect.robust),
        Outcome::Refused(refusal) => vec![lang.pick(&refusal.ja, &refusal.en).to_owned()],
    }
}

fn round(r: &Round, lang: Lang) -> Vec<String> {
    let overrides = r.overrides.map_or_else(|| "—".to_owned(), |[below, above]| format!("{below} / {above}"));
    let mut row = vec![r.name.clone(), number(r.cutoff), r.rows.to_string(), r.distinct.to_string(), overrides];
    row.extend(r.weights.map(|w| format!("{:.1}%", w * 100.0)));
    row.extend(outcome(&r.result, lang));
    row
}

fn page(found: &RoundsEstimate, lang: Lang) -> Page {
    let figures_heads = [("効果", "effect"), ("標準誤差", "error"), ("区間 下", "from"), ("区間 上", "to"), ("p値", "p")];
    let heads = [
        ("回次", "round"),
        ("カットオフ", "cut-off"),
        ("行", "rows"),
        ("異なる点数", "distinct"),
        ("例外（下で処置 / 上で無処置）", "overrides (treated below / untreated above)"),
        ("重み（固定）", "weight (fixed)"),
        ("重み（変量）", "weight (random)"),
    ];
    let heads: Vec<(&str, &str)> = heads.into_iter().chain(figures_heads).collect();
    let mut pools = Vec::new();
    let mut page = Page::new("回次ごとの効果と統合", "Effects by round and their pool");
    let named = |name: &str, cells: Vec<String>| std::iter::once(name.to_owned()).chain(cells).collect::<Vec<_>>();
    if let Some(p) = &found.pooled {
        pools.push(named(lang.pick("固定効果", "fixed effect"), figures(&p.fixed)));
        pools.push(named(lang.pick("変量効果（DerSimonian–Laird）", "random effects (DerSimonian–Laird)"), figures(&p.random)));
        if let Some(hk) = &p.hartung_knapp {
            pools.push(named(lang.pick("変量効果（REML・Hartung–Knapp）", "random effects (REML, Hartung–Knapp)"), figures(hk)));
        }
        page = page
            .line("統合した回次", "rounds pooled", p.count)
            .line(
                "回次間の分散（DL / REML）",
                "variance between rounds (DL / REML)",
                format!("{} / {}", number(p.between), number(p.between_reml)),
            )
            .line("不均一性 Q", "heterogeneity Q", format!("{} (p {})", number(p.q), chance(p.q_p)))
            .line("I²", "I²", format!("{:.1}%", p.i_squared * 100.0));
    }
    pools.push(named(lang.pick("全行を1つのカットオフに重ねる", "all rows at one cut-off"), outcome(&found.stacked, lang)));
    let pooled: Vec<(&str, &str)> = [("統合", "pool")].into_iter().chain(figures_heads).collect();
    page.table(&heads, found.rounds.iter().map(|r| round(r, lang)).collect()).table(&pooled, pools).warnings(&found.warnings)
}
