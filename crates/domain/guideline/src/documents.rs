//! The table of documents to hand in (提出書類).

use crate::expr::Names;
use crate::form::{Marked, SECTION_OPTIONS, identifier, number_within, section, title_of, twice};
use crate::model::{ClauseId, DocumentSpec, Required, Section, SectionContent};
use crate::problem::{Code, Problem};
use crate::required::required;
use crate::tables::{Need, Row, grid};
use crate::words::{list, local};

/// The largest document that any form may ask for: more is not taken in at once.
const MEGABYTES_MAX: u32 = 100;

/// 【提出書類】: the documents to hand in.
pub(crate) fn documents(marked: &Marked<'_>, names: &Names, problems: &mut Vec<Problem>) -> Option<Section> {
    marked.mark.only(&SECTION_OPTIONS, problems);
    let columns = [
        ("識別子", Need::Must),
        ("書類", Need::Must),
        ("必須", Need::Must),
        ("数", Need::May),
        ("大きさ", Need::May),
        ("種類", Need::Must),
        ("説明", Need::May),
    ];
    let grid = grid(marked.table, &columns, problems)?;
    let mut out: Vec<DocumentSpec> = Vec::new();
    for row in grid.rows() {
        let Some(document) = document(&row, marked.clause, names, problems) else { continue };
        if out.iter().any(|d| d.id == document.id) {
            problems.push(twice(&row.words("識別子")));
            continue;
        }
        out.push(document);
    }
    section(marked, title_of(marked.mark, "提出書類", "Documents"), SectionContent::Documents(out), problems)
}

fn document(row: &Row<'_, '_>, clause: &ClauseId, names: &Names, problems: &mut Vec<Problem>) -> Option<DocumentSpec> {
    let id = row.must("識別子", problems).and_then(|w| identifier(&w, problems))?;
    let title = local(&row.must("書類", problems)?.text);
    let required = row.must("必須", problems).map_or(Required::Never, |w| required(&w, names, problems));
    let count_max = row.may("数").and_then(|w| number_within(&w, 1, 50, problems)).unwrap_or(1);
    let megabytes = row.may("大きさ").and_then(|w| number_within(&w, 1, MEGABYTES_MAX, problems)).unwrap_or(10);
    let mut media_types = Vec::new();
    for word in list(&row.must("種類", problems)?) {
        match media(&word.text) {
            Some(types) => media_types.extend(types.iter().map(|t| (*t).to_owned())),
            None => problems.push(
                Problem::error(
                    Code::BadValue,
                    word.at,
                    format!("「{}」という書類の種類はありません。", word.text),
                    format!("There is no kind of document `{}`.", word.text),
                )
                .remedy("PDF、Excel、Word、画像 から選んでください。", "Choose from PDF, Excel, Word, 画像 (images)."),
            ),
        }
    }
    Some(DocumentSpec {
        id,
        title,
        hint: row.may("説明").map(|w| local(&w.text)).unwrap_or_default(),
        required,
        count_max: usize::try_from(count_max).unwrap_or(1),
        bytes_max: u64::from(megabytes) * 1024 * 1024,
        media_types,
        clause: clause.clone(),
    })
}

fn media(word: &str) -> Option<&'static [&'static str]> {
    Some(match word {
        "PDF" => &["application/pdf"],
        "Excel" => &["application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"],
        "Word" => &["application/vnd.openxmlformats-officedocument.wordprocessingml.document"],
        "画像" => &["image/png", "image/jpeg"],
        _ => return None,
    })
}
