//! `banso evaluate screen`: reported figures that look wrong, bounds under attrition, exposure to treated neighbours.

use banso_evaluation::screening::{self, Kind, Reading};
use banso_evaluation::{attrition, spillover};
use banso_kernel::Lang;
use clap::Args;
use serde::Serialize;

use super::input::Input;
use super::page::{Page, chance, number};
use super::rd::read_level;
use crate::trouble::Trouble;

/// What to look at in which table.
#[derive(Debug, Args)]
#[command(next_help_heading = "指定 / Options")]
pub(crate) struct Asked {
    #[command(flatten)]
    input: Input,
    /// 報告された数値の列（売上高など）
    /// The column of the reported figure
    #[arg(long, verbatim_doc_comment)]
    outcome: String,
    /// 企業の列
    /// The column of firms
    #[arg(long, verbatim_doc_comment)]
    firm: Option<String>,
    /// 時点の列
    /// The column of periods
    #[arg(long, verbatim_doc_comment)]
    time: Option<String>,
    /// 比べる数値の列（省略すると同じ企業の他の値）
    /// A figure to compare with; the firm's other figures when left out
    #[arg(long, verbatim_doc_comment)]
    reference: Option<String>,
    /// 従業員数の列（1人当たりも比べます）
    /// Workers: compares by head too
    #[arg(long, verbatim_doc_comment)]
    workers: Option<String>,
    /// 処置の列（0 か 1）
    /// The column of the treatment, 0 or 1
    #[arg(long, verbatim_doc_comment)]
    treatment: Option<String>,
    /// 桁の誤りとみなす近さ（10の何乗か）
    /// How near to a power of ten a ratio counts as a slip, in powers of ten
    #[arg(long, default_value_t = 0.12, verbatim_doc_comment)]
    tolerance: f64,
    /// 退出の範囲（Lee）も求めます。成果の欠測を退出とみなします
    /// Bounds under attrition (Lee) too; a missing outcome is a firm that left
    #[arg(long, requires = "treatment", verbatim_doc_comment)]
    attrition: bool,
    /// 残っている行が 1 の列
    /// The column that is 1 for rows still there
    #[arg(long, requires = "attrition", verbatim_doc_comment)]
    observed: Option<String>,
    /// 範囲を狭める区分の列
    /// Columns whose combinations tighten the bounds
    #[arg(long, value_delimiter = ',', requires = "attrition", verbatim_doc_comment)]
    cells: Vec<String>,
    /// 近隣（市区町村、業種など）の列。波及も調べます
    /// The column of neighbourhoods: looks for spill-over too
    #[arg(long, requires = "treatment", verbatim_doc_comment)]
    neighbourhood: Option<String>,
    /// 波及の検査で一定に保つ列
    /// Columns held constant when looking for spill-over
    #[arg(long, value_delimiter = ',', requires = "neighbourhood", verbatim_doc_comment)]
    covariates: Vec<String>,
    /// 信頼水準
    /// The level of intervals
    #[arg(long, default_value_t = 0.95, verbatim_doc_comment, value_parser = read_level)]
    level: f64,
}

/// The screen, and what else was asked for.
#[derive(Debug, Serialize)]
struct Found {
    screen: screening::Estimate,
    attrition: Option<attrition::Estimate>,
    spillover: Option<spillover::Estimate>,
}

/// Looks and answers.
pub(crate) fn run(asked: &Asked, lang: Lang) -> Result<String, Trouble> {
    let optional = asked.time.iter().chain(&asked.reference).chain(&asked.workers).chain(&asked.treatment).chain(&asked.observed);
    let numbers = std::iter::once(&asked.outcome).chain(optional).chain(&asked.covariates);
    let groups = asked.firm.iter().chain(&asked.neighbourhood).chain(&asked.cells);
    let frame = asked.input.frame(numbers.map(String::as_str), groups.map(String::as_str))?;
    let screen = screening::estimate(
        &frame,
        &screening::Spec {
            outcome: asked.outcome.clone(),
            firm: asked.firm.clone(),
            time: asked.time.clone(),
            reference: asked.reference.clone(),
            workers: asked.workers.clone(),
            treatment: asked.treatment.clone(),
            tolerance: asked.tolerance,
            confidence: asked.level,
        },
    )?;
    let treatment = asked.treatment.clone().unwrap_or_default();
    let bounds = attrition::Spec {
        outcome: asked.outcome.clone(),
        treatment: treatment.clone(),
        observed: asked.observed.clone(),
        cells: asked.cells.clone(),
        confidence: asked.level,
    };
    let spill = asked.neighbourhood.clone().map(|neighbourhood| spillover::Spec {
        outcome: asked.outcome.clone(),
        treatment,
        neighbourhood,
        covariates: asked.covariates.clone(),
        confidence: asked.level,
    });
    let found = Found {
        screen,
        attrition: if asked.attrition { Some(attrition::estimate(&frame, &bounds)?) } else { None },
        spillover: spill.map(|spec| spillover::estimate(&frame, &spec)).transpose()?,
    };
    asked.input.answer(&found, lang, || page(&found, lang))
}

fn kind(kind: Kind, lang: Lang) -> &'static str {
    match kind {
        Kind::ThousandYen => lang.pick("円と千円の取り違え", "yen for thousand yen"),
        Kind::DigitSlip => lang.pick("桁の誤り", "digit slip"),
        Kind::Zero => lang.pick("ゼロ", "zero"),
        Kind::CarriedOver => lang.pick("前の期と同じ値", "carried over"),
        Kind::Shared => lang.pick("他社と同じ値", "shared with another firm"),
    }
}

fn reading(reading: &Reading, lang: Lang) -> Vec<String> {
    let name = match reading.reading {
        "as-reported" => lang.pick("報告のまま", "as reported"),
        "slips-rescaled" => lang.pick("桁の誤りを直す", "slips rescaled"),
        _ => lang.pick("疑わしい行を除く", "flagged left out"),
    };
    let per = if reading.figure == "outcome" { "" } else { lang.pick("（1人当たり）", " (by head)") };
    vec![
        format!("{name}{per}"),
        format!("{} / {}", reading.rows[0], reading.rows[1]),
        number(reading.difference),
        number(reading.standard_error),
        chance(reading.p),
    ]
}

fn page(found: &Found, lang: Lang) -> Page {
    let screen = &found.screen;
    let mut page =
        Page::new("報告値の点検", "Screen of reported figures").line("行", "rows", screen.rows).line("欠測", "missing", screen.missing);
    for (reason, count) in &screen.counts {
        page = page.line(kind(*reason, Lang::Ja), kind(*reason, Lang::En), count);
    }
    if let Some(digits) = &screen.last_digits {
        let value = format!("χ²(9) = {}, p = {}", number(digits.statistic), chance(digits.p));
        page = page.line("末尾の数字", "last digits", value);
    }
    let heads = [("比較", "comparison"), ("行", "rows"), ("差", "difference"), ("標準誤差", "error"), ("p値", "p")];
    page = page.table(&heads, screen.readings.iter().map(|r| reading(r, lang)).collect());
    let flagged =
        screen.findings.iter().take(50).map(|f| vec![f.row.to_string(), kind(f.kind, lang).to_owned(), number(f.value), number(f.against)]);
    let flagged: Vec<Vec<String>> = flagged.collect();
    if !flagged.is_empty() {
        page = page.table(&[("行", "row"), ("理由", "reason"), ("報告値", "reported"), ("比べた値", "against")], flagged);
    }
    page = page.warnings(&screen.warnings);
    if let Some(bounds) = &found.attrition {
        let value = |[low, high]: [f64; 2]| format!("{} – {}", number(low), number(high));
        page = page
            .line(
                "残った割合（処置 / 比較）",
                "staying, treated / comparison",
                format!("{:.3} / {:.3}", bounds.staying[0], bounds.staying[1]),
            )
            .line("Leeの範囲", "Lee bounds", value(bounds.bounds))
            .line("その信頼区間", "their interval", value(bounds.interval))
            .warnings(&bounds.warnings);
    }
    if let Some(spill) = &found.spillover {
        let value = |c: &spillover::Coefficient| format!("{} ({}), p = {}", number(c.estimate), number(c.standard_error), chance(c.p));
        page = page
            .line("自らの処置", "own treatment", value(&spill.own))
            .line("近隣の処置割合", "share of treated neighbours", value(&spill.exposure))
            .warnings(&spill.warnings);
    }
    page
}
