//! `banso evaluate rd-checks`: balance of covariates, placebo cut-offs, donuts.

use banso_evaluation::discontinuity::{Checks, Outcome, Tried, balance, donuts, estimate, placebo_cutoffs, placebos};
use banso_kernel::Lang;
use clap::Args;
use serde::Serialize;

use super::input::Input;
use super::page::{Page, chance, number};
use super::rd::{Design, numbers};
use crate::trouble::Trouble;

/// What is checked.
#[derive(Debug, Args)]
#[command(next_help_heading = "指定 / Options")]
pub(crate) struct Asked {
    #[command(flatten)]
    input: Input,
    /// カットオフで変わらないはずの列（決定前に決まっていたもの）
    /// Columns that must not jump at the cut-off: fixed before the decision
    #[arg(long = "fixed", value_name = "COLUMN", value_delimiter = ',', verbatim_doc_comment)]
    fixed: Vec<String>,
    /// 偽のカットオフ（省略すると各側の中央の点数）/ Placebo cut-offs; the median score of each side without them
    #[arg(long = "placebo", visible_alias = "placebos", value_name = "SCORE", value_delimiter = ',', allow_hyphen_values = true)]
    placebos: Vec<f64>,
    /// ドーナツの幅（コンマ区切り）/ Widths of donuts
    #[arg(long = "donuts", value_name = "DISTANCE", value_delimiter = ',')]
    donuts: Vec<f64>,
    #[command(flatten)]
    design: Design,
}

/// The estimate and its checks.
#[derive(Debug, Serialize)]
struct Found {
    effect: Outcome,
    balance: Checks,
    placebos: Checks,
    donuts: Checks,
}

/// Checks and answers.
pub(crate) fn run(asked: &Asked, lang: Lang) -> Result<String, Trouble> {
    let spec = asked.design.spec();
    let all = numbers(&spec).chain(asked.fixed.iter().map(String::as_str));
    let frame = asked.input.frame(all, spec.cluster.as_deref())?;
    let cutoffs = if asked.placebos.is_empty() { placebo_cutoffs(&frame, &spec)? } else { asked.placebos.clone() };
    let found = Found {
        effect: estimate(&frame, &spec).map_or_else(Outcome::Refused, |e| Outcome::Estimate(Box::new(e))),
        balance: balance(&frame, &spec, &asked.fixed),
        placebos: placebos(&frame, &spec, &cutoffs)?,
        donuts: donuts(&frame, &spec, &asked.donuts),
    };
    asked.input.answer(&found, lang, || page(&found, lang))
}

fn cells(result: &Outcome, lang: Lang) -> Vec<String> {
    match result {
        Outcome::Estimate(e) => {
            let (r, h) = (&e.effect.robust, e.bandwidths.h);
            vec![number(r.estimate), number(r.standard_error), number(r.interval[0]), number(r.interval[1]), chance(r.p), number(h.left)]
        }
        Outcome::Refused(refusal) => vec![lang.pick(&refusal.ja, &refusal.en).to_owned()],
    }
}

fn row(t: &Tried, lang: Lang) -> Vec<String> {
    let mut row = vec![t.what.clone(), t.adjusted_p.map_or_else(|| "—".to_owned(), chance)];
    row.extend(cells(&t.result, lang));
    row
}

fn page(found: &Found, lang: Lang) -> Page {
    let figures = [("跳び", "jump"), ("標準誤差", "error"), ("区間 下", "from"), ("区間 上", "to"), ("p値", "p"), ("h", "h")];
    let mut effect = vec![lang.pick("推定値（robust）", "estimate (robust)").to_owned(), "—".to_owned()];
    effect.extend(cells(&found.effect, lang));
    let mut page = Page::new("不連続回帰の前提の点検", "Checks of a regression discontinuity");
    let parts = [
        (("本来のカットオフ", "the cut-off itself"), vec![effect]),
        (("つり合い", "balance"), found.balance.tried.iter().map(|t| row(t, lang)).collect()),
        (("偽のカットオフ", "placebo cut-off"), found.placebos.tried.iter().map(|t| row(t, lang)).collect()),
        (("ドーナツ", "donut"), found.donuts.tried.iter().map(|t| row(t, lang)).collect()),
    ];
    for (head, rows) in parts {
        if !rows.is_empty() {
            let heads: Vec<(&str, &str)> = [head, ("p（Holm）", "p (Holm)")].into_iter().chain(figures).collect();
            page = page.table(&heads, rows);
        }
    }
    page.warnings(&found.balance.warnings).warnings(&found.placebos.warnings).warnings(&found.donuts.warnings)
}
