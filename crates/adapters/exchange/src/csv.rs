//! A list as CSV: UTF-8 with its mark and CRLF, so that Excel in Japan opens it unasked; formulas defused.

use std::fmt::Write as _;

use crate::sheet::{Cell, Sheet, SheetError, looks_like_formula, two_decimals};

/// The list as CSV (RFC 4180). Days and instants as ISO 8601 in Japan, yen as bare digits.
///
/// # Errors
/// A cell in the wrong place.
pub fn to_csv(sheet: &Sheet) -> Result<Vec<u8>, SheetError> {
    sheet.check()?;
    let mut out = String::from("\u{FEFF}");
    line(&mut out, sheet.columns.iter().map(|c| text(&c.header)));
    for row in &sheet.rows {
        line(&mut out, row.iter().map(word));
    }
    Ok(out.into_bytes())
}

fn line(out: &mut String, fields: impl Iterator<Item = String>) {
    for (i, field) in fields.enumerate() {
        let comma = if i == 0 { "" } else { "," };
        let _written = if field.contains(['"', ',', '\r', '\n']) {
            write!(out, "{comma}\"{}\"", field.replace('"', "\"\""))
        } else {
            write!(out, "{comma}{field}")
        };
    }
    out.push_str("\r\n");
}

fn word(cell: &Cell) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(t) => text(t),
        Cell::Yen(y) => y.get().to_string(),
        Cell::Day(d) => d.to_string(),
        Cell::Instant(t) => t.to_string(),
        Cell::Number(n) => n.to_string(),
        Cell::Score(s) => two_decimals(*s),
    }
}

/// A text that a spreadsheet would run gets an apostrophe in front, as OWASP advises.
fn text(text: &str) -> String {
    if looks_like_formula(text) { format!("'{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use banso_kernel::{Day, Exact, Instant, Yen};

    use super::*;
    use crate::sheet::{Column, Kind};

    #[test]
    fn fields_as_they_are_written() {
        let at = Instant::parse("2025-06-20T16:59:58+09:00").unwrap();
        for (kind, cell, expected) in [
            (Kind::Code, Cell::Text("0600001".into()), "0600001"),
            (Kind::Text, Cell::Text("株式会社甲, 乙".into()), "\"株式会社甲, 乙\""),
            (Kind::Text, Cell::Text("「\"引用\"」\n次".into()), "\"「\"\"引用\"\"」\n次\""),
            (Kind::Text, Cell::Text("=HYPERLINK(\"http://x\")".into()), "\"'=HYPERLINK(\"\"http://x\"\")\""),
            (Kind::Code, Cell::Text("@SUM(A1)".into()), "'@SUM(A1)"),
            (Kind::Text, Cell::Text("-1+1".into()), "'-1+1"),
            (Kind::Yen, Cell::Yen(Yen::new(-1_500)), "-1500"),
            (Kind::Day, Cell::Day(Day::new(2019, 5, 1).unwrap()), "2019-05-01"),
            (Kind::Instant, Cell::Instant(at), "2025-06-20 16:59:58"),
            (Kind::Number, Cell::Number(3), "3"),
            (Kind::Score, Cell::Score(Exact::new(253, 3)), "84.33"),
            (Kind::Text, Cell::Empty, ""),
        ] {
            let columns = vec![Column::new("列", kind)];
            let sheet = Sheet { title: "一覧".into(), columns, rows: vec![vec![cell.clone()]], made_at: at, synthetic: false };
            let csv = String::from_utf8(to_csv(&sheet).unwrap()).unwrap();
            assert_eq!(csv, format!("\u{FEFF}列\r\n{expected}\r\n"), "{cell:?}");
        }
    }
}
