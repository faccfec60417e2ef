//! `banso evaluate screened`: an estimate before and after the screen of reported figures.

use banso_evaluation::screening::{Reread, Screened, ScreenedSpec, Spec, screened};
use banso_kernel::Lang;
use banso_tables::columns;
use clap::Args;

use super::designed::{Designed, FIGURES, cells};
use super::input::Input;
use super::page::{Page, number};
use crate::trouble::Trouble;

/// Which figure, held against what, by which method.
#[derive(Debug, Args)]
#[command(next_help_heading = "指定 / Options")]
pub(crate) struct Asked {
    #[command(flatten)]
    input: Input,
    /// 報告された数値の列（省略すると --outcome）
    /// The column of the reported figure; --outcome when left out
    #[arg(long, value_name = "COLUMN", verbatim_doc_comment)]
    reported: Option<String>,
    /// 企業の列 / The column of firms
    #[arg(long, value_name = "COLUMN")]
    firm: Option<String>,
    /// 時点の列（繰り越しの点検用）/ The column of periods, for figures carried over
    #[arg(long, value_name = "COLUMN")]
    period: Option<String>,
    /// 比べる数値の列（省略すると同じ企業の他の値）/ A figure to compare with
    #[arg(long, value_name = "COLUMN")]
    reference: Option<String>,
    /// 従業員数の列（1人当たりも推定します）/ Workers: estimates by head too
    #[arg(long, value_name = "COLUMN")]
    workers: Option<String>,
    /// 桁の誤りとみなす近さ（10の何乗か）/ How near to a power of ten a ratio counts as a slip
    #[arg(long, default_value_t = 0.12)]
    tolerance: f64,
    #[command(flatten)]
    designed: Designed,
}

/// Screens, estimates and answers.
pub(crate) fn run(asked: &Asked, lang: Lang) -> Result<String, Trouble> {
    let method = asked.designed.method()?;
    let screen = Spec {
        outcome: asked.reported.clone().unwrap_or_else(|| method.outcome().to_owned()),
        firm: asked.firm.clone(),
        time: asked.period.clone(),
        reference: asked.reference.clone(),
        workers: asked.workers.clone(),
        tolerance: asked.tolerance,
        ..Spec::default()
    };
    let there = columns(&asked.input.table)?;
    let (mut numbers, mut names) = method.columns(&there);
    numbers.push(screen.outcome.clone());
    numbers.extend([&screen.time, &screen.reference, &screen.workers].into_iter().flatten().cloned());
    names.extend(screen.firm.clone());
    let frame = asked.input.frame(numbers.iter().map(String::as_str), names.iter().map(String::as_str))?;
    let found = screened(&frame, &ScreenedSpec { screen, method })?;
    asked.input.answer(&found, lang, || page(&found, lang))
}

fn reading(r: &Reread, lang: Lang) -> Vec<String> {
    let name = match r.reading {
        "as-reported" => lang.pick("報告のまま", "as reported"),
        "slips-rescaled" => lang.pick("桁の誤りを直す", "slips rescaled"),
        _ => lang.pick("疑わしい行を除く", "flagged left out"),
    };
    let by = if r.figure == "outcome" { "" } else { lang.pick("（1人当たり）", " (by head)") };
    let mut row = vec![format!("{name}{by}"), r.changed.to_string(), r.moved.map_or_else(|| "—".to_owned(), number)];
    row.extend(cells(r.effect.as_ref(), r.refused.as_ref(), lang));
    row
}

fn page(found: &Screened, lang: Lang) -> Page {
    let heads: Vec<(&str, &str)> =
        [("読み方", "reading"), ("変わる行", "rows changed"), ("動き（標準誤差）", "moved (errors)")].into_iter().chain(FIGURES).collect();
    let flagged: usize = found.screen.counts.iter().map(|(_, n)| n).sum();
    Page::new("報告値の点検の前と後", "Before and after the screen of reported figures")
        .line("報告値のある行", "rows with a figure", found.screen.rows)
        .line("疑わしい値", "flags", flagged)
        .table(&heads, found.readings.iter().map(|r| reading(r, lang)).collect())
        .warnings(&found.warnings)
}
