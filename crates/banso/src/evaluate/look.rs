//! `banso evaluate look`: what a table holds, before anything is estimated from it.

use banso_evaluation::{Column, sums};
use banso_kernel::Lang;
use banso_tables::{Ask, ParquetTable};
use clap::Args;
use serde::Serialize;

use super::input::Input;
use super::page::{Page, number};
use crate::trouble::Trouble;

/// Which table.
#[derive(Debug, Args)]
#[command(next_help_heading = "指定 / Options")]
pub(crate) struct Asked {
    #[command(flatten)]
    input: Input,
}

#[derive(Debug, Serialize)]
struct Look {
    rows: usize,
    columns: Vec<Seen>,
    /// Columns of types that are not read, and of what type they are.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unreadable: Vec<(String, String)>,
    /// What numbers stand for where they alone do not say it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    remarks: Vec<Told>,
}

/// A sentence in both languages.
#[derive(Debug, Serialize)]
struct Told {
    ja: String,
    en: String,
}

#[derive(Debug, Serialize)]
struct Seen {
    name: String,
    /// `number` or `name`.
    kind: &'static str,
    missing: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    levels: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mean: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    smallest: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    largest: Option<f64>,
}

/// Looks at every column.
pub(crate) fn run(asked: &Asked, lang: Lang) -> Result<String, Trouble> {
    let input = &asked.input;
    let frame = banso_tables::read(&input.table, &Ask::everything().names(input.names.iter().cloned()))?;
    let columns = frame.columns().map(|(name, column)| seen(name, column)).collect();
    let (mut unreadable, mut remarks) = (Vec::new(), Vec::new());
    if banso_tables::is_parquet(&input.table)? {
        let table = ParquetTable::open(&input.table)?;
        unreadable = table.unreadable()?;
        remarks.extend(table.remarks()?.into_iter().map(|r| Told { ja: r.ja, en: r.en }));
    }
    let look = Look { rows: frame.rows(), columns, unreadable, remarks };
    input.answer(&look, lang, || page(&look, lang))
}

fn seen(name: &str, column: &Column) -> Seen {
    let missing = (0..column.len()).filter(|row| column.missing(*row)).count();
    let mut seen = Seen { name: name.to_owned(), kind: "name", missing, levels: None, mean: None, smallest: None, largest: None };
    match column {
        Column::Name { levels, .. } => seen.levels = Some(levels.len()),
        Column::Number(values) => {
            seen.kind = "number";
            let there: Vec<f64> = values.iter().copied().filter(|v| !v.is_nan()).collect();
            if !there.is_empty() {
                seen.mean = Some(sums::mean(&there));
                seen.smallest = there.iter().copied().min_by(f64::total_cmp);
                seen.largest = there.iter().copied().max_by(f64::total_cmp);
            }
        }
    }
    seen
}

fn page(look: &Look, lang: Lang) -> Page {
    let figure = |value: Option<f64>| value.map(number).unwrap_or_default();
    let row = |seen: &Seen| {
        let kind = if seen.levels.is_some() { lang.pick("名前", "name") } else { lang.pick("数値", "number") };
        let levels = seen.levels.map(|n| n.to_string()).unwrap_or_default();
        let ends = [figure(seen.mean), figure(seen.smallest), figure(seen.largest)];
        [seen.name.clone(), kind.to_owned(), seen.missing.to_string(), levels].into_iter().chain(ends).collect()
    };
    let heads = [
        ("列", "column"),
        ("型", "kind"),
        ("欠測", "missing"),
        ("水準", "levels"),
        ("平均", "mean"),
        ("最小", "smallest"),
        ("最大", "largest"),
    ];
    let page = Page::new("表の列", "Columns of the table").line("行数", "rows", look.rows);
    let page = page.table(&heads, look.columns.iter().map(row).collect());
    let page = look.remarks.iter().fold(page, |page, told| page.text(&told.ja, &told.en));
    look.unreadable.iter().fold(page, |page, (name, found)| {
        page.text(
            &format!("列「{name}」は読めない型（{found}）です。"),
            &format!("column \"{name}\" is of a type that is not read ({found})"),
        )
    })
}
