//! `banso evaluate rd-permute`: local randomisation.

use banso_evaluation::discontinuity::{PermuteEstimate, PermuteSpec, permute};
use banso_kernel::Lang;
use clap::Args;

use super::input::Input;
use super::page::{Page, chance, number};
use super::rd::read_level;
use crate::trouble::Trouble;

/// Which window, and what is permuted in it.
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
    /// 窓の半幅（省略すると共変量のつり合いで選びます）/ The window's half-width; chosen by the covariates without it
    #[arg(long, value_name = "W")]
    window: Option<f64>,
    /// 窓を選ぶための、決定前に決まっていた列 / Columns fixed before the decision, to choose the window by
    #[arg(long = "covariate", visible_alias = "covariates", value_name = "COLUMN", value_delimiter = ',')]
    covariates: Vec<String>,
    /// 窓の中の共変量の p 値の最小 / The least p-value of the covariates in the window
    #[arg(long, value_name = "P", default_value_t = 0.15)]
    balance: f64,
    /// 窓の両側に必要な行 / The least rows on each side
    #[arg(long, value_name = "N", default_value_t = 10)]
    least_rows: usize,
    /// 並べ替えの回数（すべて数え上げられるときは全部）/ Permutations drawn when there are too many to go through
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    draws: usize,
    /// 乱数の種 / Seed of the random streams
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// 信頼水準 / Level of the interval
    #[arg(long, visible_alias = "confidence", value_name = "SHARE", default_value_t = 0.95, value_parser = read_level)]
    level: f64,
}

/// Permutes and answers.
pub(crate) fn run(asked: &Asked, lang: Lang) -> Result<String, Trouble> {
    let spec = PermuteSpec {
        outcome: asked.outcome.clone(),
        score: asked.running.clone(),
        cutoff: asked.cutoff,
        window: asked.window,
        covariates: asked.covariates.clone(),
        balance: asked.balance,
        least_rows: asked.least_rows,
        draws: asked.draws,
        seed: asked.seed,
        level: asked.level,
    };
    let numbers = [&spec.outcome, &spec.score].into_iter().chain(&spec.covariates);
    let frame = asked.input.frame(numbers.map(String::as_str), [])?;
    let found = permute(&frame, &spec)?;
    asked.input.answer(&found, lang, || page(&found, lang))
}

fn page(e: &PermuteEstimate, lang: Lang) -> Page {
    let how =
        if e.exact { lang.pick("（すべて）", " (all there are)") } else { lang.pick("（無作為に引いたもの）", " (drawn)") };
    let mut page = Page::new("局所ランダム化（並べ替え検定）", "Local randomisation (permutation test)")
        .line("窓の半幅", "half-width of the window", number(e.window))
        .line("行（下 / 上）", "rows (below / above)", format!("{} / {}", e.rows.left, e.rows.right))
        .line("平均の差", "difference of means", number(e.estimate))
        .line("p値", "p", chance(e.p))
        .line("区間（一定の効果）", "interval (constant effects)", format!("{} – {}", number(e.interval[0]), number(e.interval[1])))
        .line("割当の数", "assignments", format!("{}{how}", e.assignments));
    if !e.tried.is_empty() {
        let tried = e
            .tried
            .iter()
            .map(|t| vec![number(t.window), format!("{} / {}", t.rows.left, t.rows.right), chance(t.least_p), t.covariate.clone()]);
        let heads =
            [("試した窓", "window tried"), ("行（下 / 上）", "rows (below / above)"), ("最小の p", "least p"), ("共変量", "covariate")];
        page = page.table(&heads, tried.collect());
    }
    page.warnings(&e.warnings)
}
