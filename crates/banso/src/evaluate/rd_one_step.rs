//! `banso evaluate rd-one-step`: applicants who come again, by one regression on a panel of applicants and years.

use banso_evaluation::discontinuity::{Inference, OneStepEstimate, OneStepSpec, one_step};
use banso_kernel::Lang;
use clap::Args;

use super::input::Input;
use super::page::{Page, chance, number};
use super::rd::read_level;
use crate::trouble::Trouble;

/// One row an applicant and year.
#[derive(Debug, Args)]
#[command(next_help_heading = "指定 / Options")]
pub(crate) struct Asked {
    #[command(flatten)]
    input: Input,
    /// 結果の列 / The outcome's column
    #[arg(long, value_name = "COLUMN")]
    outcome: String,
    /// 申請者の列 / The applicant
    #[arg(long, visible_alias = "firm", value_name = "COLUMN")]
    applicant: String,
    /// 年の列 / The year
    #[arg(long, value_name = "COLUMN")]
    time: String,
    /// その年の申請の点数の列（申請がなければ空欄）/ The score of that year's application; empty without one
    #[arg(long, visible_alias = "score", value_name = "COLUMN")]
    running: String,
    /// 採択の列（省略するとカットオフだけで決まる）/ The award; without it the cut-off decides alone
    #[arg(long, value_name = "COLUMN")]
    award: Option<String>,
    /// カットオフ / The cut-off
    #[arg(long, value_name = "SCORE", default_value_t = 0.0, allow_negative_numbers = true)]
    cutoff: f64,
    /// 何年後まで / Years followed
    #[arg(long, value_name = "YEARS", default_value_t = 3)]
    horizon: usize,
    /// 点数の多項式の次数 / Order of the polynomial of the score
    #[arg(long, value_name = "P", default_value_t = 3)]
    order: usize,
    /// カットオフの両側で別の多項式 / A polynomial for each side
    #[arg(long)]
    sides: bool,
    /// 信頼水準 / Level of the intervals
    #[arg(long, visible_alias = "confidence", value_name = "SHARE", default_value_t = 0.95, value_parser = read_level)]
    level: f64,
}

/// Estimates and answers.
pub(crate) fn run(asked: &Asked, lang: Lang) -> Result<String, Trouble> {
    let spec = OneStepSpec {
        outcome: asked.outcome.clone(),
        applicant: asked.applicant.clone(),
        time: asked.time.clone(),
        score: asked.running.clone(),
        award: asked.award.clone(),
        cutoff: asked.cutoff,
        horizon: asked.horizon,
        order: asked.order,
        sides: asked.sides,
        level: asked.level,
    };
    let numbers = [&spec.outcome, &spec.time, &spec.score].into_iter().chain(&spec.award);
    let frame = asked.input.frame(numbers.map(String::as_str), [spec.applicant.as_str()])?;
    let found = one_step(&frame, &spec)?;
    asked.input.answer(&found, lang, || page(&found, lang))
}

fn cells(i: &Inference) -> Vec<String> {
    vec![number(i.estimate), number(i.standard_error), number(i.interval[0]), number(i.interval[1]), chance(i.p)]
}

fn page(found: &OneStepEstimate, lang: Lang) -> Page {
    let heads = [
        ("年後", "years"),
        ("申請", "applications"),
        ("採択", "awards"),
        ("部分効果", "partial effect"),
        ("標準誤差", "error"),
        ("区間 下", "from"),
        ("区間 上", "to"),
        ("p値", "p"),
    ];
    let mut rows: Vec<Vec<String>> = found
        .since
        .iter()
        .map(|s| {
            let mut row = vec![s.years.to_string(), s.applications.to_string(), s.awards.to_string()];
            row.extend(s.effect.as_ref().map_or_else(|| vec!["—".to_owned()], cells));
            row
        })
        .collect();
    if let Some(total) = &found.total {
        let mut row = vec![lang.pick("合計", "sum").to_owned(), String::new(), String::new()];
        row.extend(cells(total));
        rows.push(row);
    }
    Page::new("再申請を考えた部分効果（一段階推定）", "Partial effects with repeat applicants (one-step)")
        .line("行", "rows", found.rows)
        .line("申請者", "applicants", found.applicants)
        .table(&heads, rows)
        .text(found.rule, found.rule)
        .warnings(&found.warnings)
}
