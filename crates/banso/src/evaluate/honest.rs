//! `banso evaluate honest`: how far an event study's finding survives when trends are not parallel.

use std::path::{Path, PathBuf};

use banso_evaluation::honest::{Breakdown, Deviation, Estimate, Interval, Method, Shape, Spec, Study, estimate};
use banso_evaluation::{Column, Refusal};
use banso_kernel::Lang;
use banso_tables::Ask;
use clap::Args;
use serde::Deserialize;

use super::page::{Page, number};
use super::rd::read_level;
use super::words::word;
use crate::reading;
use crate::trouble::Trouble;

/// Which event study, and what to allow.
#[derive(Debug, Args)]
#[command(next_help_heading = "指定 / Options")]
pub(crate) struct Asked {
    /// 係数と共分散。JSON（before, effects, covariance。`did --base universal --json` の出力も可）、または1列目が係数で残りが共分散の CSV
    /// Coefficients and their covariance: JSON (before, effects, covariance; or what `did --base universal --json` gives), or a CSV whose
    /// first column is the coefficients and whose others are the covariance
    #[arg(help_heading = "対象 / Arguments", value_name = "係数.json STUDY", verbatim_doc_comment)]
    study: PathBuf,
    /// 基準時点より前の係数の数（CSV で必要）
    /// How many coefficients are before the reference period; needed for CSV
    #[arg(long, verbatim_doc_comment)]
    before: Option<usize>,
    /// smoothness / relative-magnitudes / relative-smoothness
    #[arg(long, default_value = "relative-magnitudes", value_parser = word::<Deviation>)]
    deviation: Deviation,
    /// fixed-length / conditional / hybrid（指定なしは、smoothness で fixed-length、ほかは hybrid）
    /// If none: fixed-length for smoothness, hybrid for the others
    #[arg(long, value_parser = word::<Method>, verbatim_doc_comment)]
    method: Option<Method>,
    /// any / positive-bias / negative-bias / increasing / decreasing
    #[arg(long, default_value = "any", value_parser = word::<Shape>)]
    shape: Shape,
    /// 許す逸脱 M または M̄（コンマ区切り）
    /// The bounds M or M̄, comma-separated
    #[arg(long, value_delimiter = ',', verbatim_doc_comment)]
    bounds: Option<Vec<f64>>,
    /// 処置後の係数の重み（コンマ区切り。指定なしは最初の係数）
    /// Weights of the coefficients after the reference, comma-separated; the first coefficient if none
    #[arg(long, value_delimiter = ',', allow_hyphen_values = true, verbatim_doc_comment)]
    weights: Option<Vec<f64>>,
    /// 信頼水準
    /// The level of the intervals
    #[arg(long, default_value_t = 0.95, verbatim_doc_comment, value_parser = read_level)]
    level: f64,
    /// 検定する値の数
    /// How many values are tested
    #[arg(long, default_value_t = 1000, verbatim_doc_comment)]
    grid: usize,
    /// 検定する最小の値
    /// The smallest value tested
    #[arg(long, allow_negative_numbers = true, verbatim_doc_comment)]
    from: Option<f64>,
    /// 検定する最大の値
    /// The largest value tested
    #[arg(long, allow_negative_numbers = true, verbatim_doc_comment)]
    to: Option<f64>,
    /// 臨界値のための乱数の回数
    /// Draws for the critical value
    #[arg(long, default_value_t = 10_000, verbatim_doc_comment)]
    draws: usize,
    /// 乱数のシード
    /// The seed of the draws
    #[arg(long, default_value_t = 1, verbatim_doc_comment)]
    seed: u64,
    /// 0 が区間に入る境目を探しません
    /// Leaves out the search for the breakdown value
    #[arg(long, verbatim_doc_comment)]
    no_breakdown: bool,
    /// 結果を JSON で出します
    /// Answers in JSON
    #[arg(long, verbatim_doc_comment)]
    json: bool,
}

/// Estimates and answers.
pub(crate) fn run(asked: &Asked, lang: Lang) -> Result<String, Trouble> {
    let spec = Spec {
        deviation: asked.deviation,
        method: asked.method,
        shape: asked.shape,
        bounds: asked.bounds.clone(),
        weights: asked.weights.clone(),
        level: asked.level,
        grid: asked.grid,
        from: asked.from,
        to: asked.to,
        draws: asked.draws,
        seed: asked.seed,
        breakdown: !asked.no_breakdown,
    };
    let found = estimate(&study(asked)?, &spec)?;
    if asked.json { serde_json::to_string_pretty(&found).map_err(Trouble::Json) } else { Ok(page(&found).render(lang)) }
}

/// The study in a file.
#[derive(Deserialize)]
#[serde(untagged)]
enum File {
    Study(Study),
    Did { event: Event },
}

/// The event times of an estimate by `did`.
#[derive(Deserialize)]
struct Event {
    parts: Vec<Part>,
    covariance: Vec<Vec<f64>>,
}

#[derive(Deserialize)]
struct Part {
    at: f64,
    effect: f64,
    error: Option<f64>,
}

fn study(asked: &Asked) -> Result<Study, Trouble> {
    let path = &asked.study;
    if is_json(path)? {
        let text = reading::text(path).map_err(|cause| Trouble::Unreadable { path: path.clone(), cause })?;
        return match serde_json::from_str(&text) {
            Ok(File::Study(study)) => Ok(study),
            Ok(File::Did { event }) => Ok(of_did(&event)?),
            Err(_) => Err(Refusal::new(
                "study",
                "JSON に before（個数）、effects（係数）、covariance（共分散の行の並び）が要ります。",
                "the JSON needs before (a count), effects (coefficients) and covariance (its rows)",
            )
            .into()),
        };
    }
    of_table(path, asked.before)
}

/// Whether a file is JSON: by what it begins with, whatever it is called.
fn is_json(path: &Path) -> Result<bool, Trouble> {
    use std::io::Read as _;
    let unreadable = |cause| Trouble::Unreadable { path: path.to_owned(), cause };
    let mut start = Vec::new();
    reading::open(path).map_err(unreadable)?.take(1_024).read_to_end(&mut start).map_err(unreadable)?;
    let start = start.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&start);
    Ok(start.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{'))
}

/// An estimate by `did`: the study without the reference period.
fn of_did(event: &Event) -> Result<Study, Refusal> {
    let before = event.parts.iter().position(|part| part.error.is_none());
    let next = before.and_then(|at| event.parts.get(at + 1));
    let alone = event.parts.iter().filter(|part| part.error.is_none()).count() == 1;
    let (Some(before), true) = (before, alone && next.is_some_and(|next| next.at == 0.0)) else {
        return Err(Refusal::new(
            "no-reference",
            "基準時点が1つに定まりません。`did` を `--base universal`（先行効果なし）で実行してください。",
            "the event study has not exactly one reference period right before 0; run `did` with `--base universal`",
        ));
    };
    let others = |row: &[f64]| row.iter().enumerate().filter(|(i, _)| *i != before).map(|(_, v)| *v).collect::<Vec<f64>>();
    let effects = others(&event.parts.iter().map(|part| part.effect).collect::<Vec<f64>>());
    let covariance = event.covariance.iter().enumerate().filter(|(i, _)| *i != before).map(|(_, row)| others(row)).collect();
    Ok(Study { before, effects, covariance })
}

fn of_table(path: &Path, before: Option<usize>) -> Result<Study, Trouble> {
    let Some(before) = before else {
        return Err(Refusal::new(
            "before",
            "CSV のときは、基準時点より前の係数の数を --before で指定してください。",
            "for a CSV, say with --before how many coefficients are before the reference period",
        )
        .into());
    };
    let frame = banso_tables::read(path, &Ask::everything())?;
    let columns: Vec<&Vec<f64>> = frame
        .columns()
        .filter_map(|(_, column)| match column {
            Column::Number(values) => Some(values),
            Column::Name { .. } => None,
        })
        .collect();
    let Some((effects, covariance)) = columns.split_first() else {
        return Err(Refusal::new("study", "表に数値の列がありません。", "the table has no column of numbers").into());
    };
    let row = |i: usize| covariance.iter().filter_map(|column| column.get(i).copied()).collect();
    Ok(Study { before, effects: (*effects).clone(), covariance: (0..effects.len()).map(row).collect() })
}

fn page(found: &Estimate) -> Page {
    let shown = |value: Option<f64>| value.map_or_else(|| "—".to_owned(), number);
    let row = |i: &Interval| vec![i.bound.to_string(), shown(i.lower), shown(i.upper)];
    let (method_ja, method_en) = match found.method {
        Method::FixedLength => ("固定長区間（FLCI）", "fixed length (FLCI)"),
        Method::Conditional => ("条件付き検定の反転", "conditional test inverted"),
        Method::Hybrid => ("条件付き・最も不利な場合の複合検定の反転（C-LF）", "conditional and least favourable hybrid inverted (C-LF)"),
    };
    let mut page = Page::new("平行トレンドからの逸脱への感度", "Sensitivity to trends that are not parallel")
        .line("効果", "effect", number(found.effect))
        .line("標準誤差", "error", number(found.error))
        .line("平行なら", "if parallel", format!("[{}, {}]", number(found.original.0), number(found.original.1)));
    page = page.text(method_ja, method_en);
    let bound = match found.deviation {
        Deviation::Smoothness => ("傾きの変化 M", "change of slope M"),
        Deviation::RelativeMagnitudes => ("処置前の最大の動きの倍率 M̄", "times the largest move before, M̄"),
        Deviation::RelativeSmoothness => ("処置前の最大の曲がりの倍率 M̄", "times the largest bend before, M̄"),
    };
    page = page.table(&[bound, ("下限", "lower"), ("上限", "upper")], found.intervals.iter().map(row).collect());
    page = match found.breakdown {
        None => page,
        Some(Breakdown::None) => {
            page.text("平行トレンドのもとでも 0 を除外できません。", "Nought is not excluded even under parallel trends.")
        }
        Some(Breakdown::At(bound)) => page.text(
            &format!("{}まで 0 は区間に入りません。", number(bound)),
            &format!("Nought stays out of the interval up to {}.", number(bound)),
        ),
        Some(Breakdown::Beyond(bound)) => page.text(
            &format!("{}でも 0 は区間に入りません。", number(bound)),
            &format!("Nought stays out of the interval even at {}.", number(bound)),
        ),
    };
    page.warnings(&found.warnings)
}
