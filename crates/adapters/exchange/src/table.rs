//! A table from outside, as rows of texts: the first sheet of an Excel workbook, CSV in UTF-8 or Shift_JIS, or what was copied out of a
//! spreadsheet, with tabs. Says nothing of what the cells mean; furigana of Excel is left out.

use std::io::Cursor;

use banso_kernel::LocalText;
use calamine::{DataRef, Reader as _, Xlsx, XlsxError};
use encoding_rs::{SHIFT_JIS, UTF_8};

use crate::archive::{self, ArchiveFlaw, ArchiveLimits};

/// Rows that a table may have, and cells of a row.
const ROWS_MAX: usize = 200_000;
const CELLS_MAX: usize = 200;
const LIMITS: ArchiveLimits = ArchiveLimits { entries: 1_000, unpacked: 256 << 20, ratio: 250 };

/// What old workbooks and those behind a password begin with.
const COMPOUND: &[u8] = b"\xD0\xCF\x11\xE0";

/// A row of texts with its number as a spreadsheet shows it, from 1.
pub type TableRow = (u64, Vec<String>);

/// Why a file is no table.
#[derive(Debug, thiserror::Error)]
pub enum TableFileError {
    #[error("it is no Excel workbook that can be read: {0}")]
    Workbook(String),
    #[error("it is an old .xls workbook, or one behind a password")]
    Locked,
    #[error("cells {cells} are merged")]
    Merged { cells: String },
    #[error("an archive from outside: {0}")]
    Archive(#[from] ArchiveFlaw),
    #[error("line {line} cannot be read: {why}")]
    Line { line: u64, why: String },
    #[error("it has more than {limit} rows")]
    TooLong { limit: usize },
    #[error("line {line} has more than {limit} cells")]
    TooWide { line: u64, limit: usize },
    #[error("it is empty")]
    Empty,
}

impl TableFileError {
    /// In words, with what to do.
    #[must_use]
    pub fn text(&self) -> LocalText {
        let ja = match self {
            TableFileError::Workbook(why) => {
                format!("Excelのブックとして読めません（{why}）。.xlsx で保存し直してください。")
            }
            TableFileError::Locked => {
                "パスワードの付いたブックか、古い形式（.xls）です。パスワードを外し、.xlsx で保存し直してください。".to_owned()
            }
            TableFileError::Merged { cells } => {
                format!("セル{cells}が結合されています。結合を解除し、各行に記入してください。")
            }
            TableFileError::Archive(_) => "Excelのファイルが壊れているか、大きすぎます。.xlsx で保存し直してください。".to_owned(),
            TableFileError::Line { line, why } => {
                format!("{line}行目を読めません（{why}）。UTF-8 か Shift_JIS のCSVで保存し直してください。")
            }
            TableFileError::TooLong { limit } => format!("行が{limit}行を超えています。表を分けてください。"),
            TableFileError::TooWide { line, limit } => format!("{line}行目に列が{limit}個を超えてあります。"),
            TableFileError::Empty => "表が空です。1行目に列の名前を書いてください。".to_owned(),
        };
        let en = match self {
            TableFileError::Locked => "Take the password off and save it as .xlsx.",
            TableFileError::Merged { .. } => "Split them and fill in every row.",
            TableFileError::Workbook(_) => "Save it again as .xlsx.",
            TableFileError::Line { .. } => "Save it again as CSV in UTF-8 or Shift_JIS.",
            TableFileError::TooLong { .. } | TableFileError::TooWide { .. } => "Make two tables of it.",
            TableFileError::Archive(_) | TableFileError::Empty => "",
        };
        LocalText::new(ja, format!("The table cannot be read: {self}. {en}").trim_end())
    }
}

/// Reads a table: the first row names the columns. Rows without any text are left out.
///
/// # Errors
/// [`TableFileError`]
pub fn read_table(bytes: &[u8]) -> Result<Vec<TableRow>, TableFileError> {
    let rows = match bytes {
        zip if zip.starts_with(b"PK\x03\x04") => workbook(zip)?,
        old if old.starts_with(COMPOUND) => return Err(TableFileError::Locked),
        text => csv(text)?,
    };
    let rows: Vec<TableRow> = rows.into_iter().filter(|(_, cells)| cells.iter().any(|c| !c.trim().is_empty())).collect();
    if rows.is_empty() { Err(TableFileError::Empty) } else { Ok(rows) }
}

fn csv(bytes: &[u8]) -> Result<Vec<TableRow>, TableFileError> {
    let (text, bad) = match UTF_8.decode_without_bom_handling_and_without_replacement(bytes) {
        Some(text) => (text, false),
        None => SHIFT_JIS.decode_without_bom_handling(bytes),
    };
    if bad {
        return Err(TableFileError::Line { line: broken_line(bytes), why: "文字 / letters".to_owned() });
    }
    let text = text.trim_start_matches('\u{feff}');
    let apart = if text.lines().next().is_some_and(|first| first.contains('\t')) { b'\t' } else { b',' };
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(apart).from_reader(text.as_bytes());
    let mut rows = Vec::new();
    // A cell of several lines is one row of a spreadsheet.
    let (mut counted, mut lines, mut inner) = (0_usize, 1_u64, 0_u64);
    for record in reader.records() {
        let record = record.map_err(|e| {
            let line = e.position().map_or(0, csv::Position::line);
            TableFileError::Line { line, why: e.to_string() }
        })?;
        // A record begins behind the empty lines before it.
        let at = record.position().and_then(|p| usize::try_from(p.byte()).ok()).unwrap_or(counted);
        let blank = text.get(at..).map_or(0, |rest| rest.len() - rest.trim_start_matches(['\r', '\n']).len());
        lines += text.get(counted..at + blank).map_or(0, |passed| passed.matches('\n').count() as u64);
        counted = at + blank;
        keep(&mut rows, lines - inner, record.iter().map(str::to_owned).collect())?;
        inner += record.iter().map(|cell| cell.matches('\n').count() as u64).sum::<u64>();
    }
    Ok(rows)
}

/// The first line whose letters are neither UTF-8 nor Shift_JIS.
fn broken_line(bytes: &[u8]) -> u64 {
    let lines = bytes.split(|b| *b == b'\n');
    let place = lines.take_while(|line| !SHIFT_JIS.decode_without_bom_handling(line).1).count();
    u64::try_from(place + 1).unwrap_or(u64::MAX)
}

fn keep(rows: &mut Vec<TableRow>, line: u64, cells: Vec<String>) -> Result<(), TableFileError> {
    if rows.len() >= ROWS_MAX {
        return Err(TableFileError::TooLong { limit: ROWS_MAX });
    }
    if cells.len() > CELLS_MAX {
        return Err(TableFileError::TooWide { line, limit: CELLS_MAX });
    }
    rows.push((line, cells));
    Ok(())
}

/// The first sheet, cell by cell as they come: a sheet whose only cells are its first and its last is no larger than two cells.
fn workbook(bytes: &[u8]) -> Result<Vec<TableRow>, TableFileError> {
    archive::open(Cursor::new(bytes), LIMITS)?;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|e| unreadable(&e))?;
    let Some(sheet) = book.sheet_names().first().cloned() else { return Err(TableFileError::Empty) };
    if let Some(merged) = book.merge_cells_by_sheet_id(0).map_err(|e| unreadable(&e))?.into_iter().next() {
        return Err(TableFileError::Merged { cells: format!("{}:{}", place(merged.start), place(merged.end)) });
    }
    let mut cells = book.worksheet_cells_reader(&sheet).map_err(|e| unreadable(&e))?;
    let (mut rows, mut line, mut row) = (Vec::new(), 0_u64, Vec::<String>::new());
    while let Some(cell) = cells.next_cell().map_err(|e| unreadable(&e))? {
        let (at, column) = cell.get_position();
        let (at, column) = (u64::from(at) + 1, usize::try_from(column).unwrap_or(CELLS_MAX));
        if at != line && !row.is_empty() {
            keep(&mut rows, line, std::mem::take(&mut row))?;
        }
        line = at;
        let text = value(cell.get_value());
        if column >= CELLS_MAX && !text.is_empty() {
            return Err(TableFileError::TooWide { line, limit: CELLS_MAX });
        }
        if column < CELLS_MAX {
            row.resize(row.len().max(column + 1), String::new());
            row.get_mut(column).into_iter().for_each(|place| place.clone_from(&text));
        }
    }
    if !row.is_empty() {
        keep(&mut rows, line, row)?;
    }
    Ok(rows)
}

fn unreadable(error: &XlsxError) -> TableFileError {
    TableFileError::Workbook(error.to_string())
}

/// A cell as its name, from row and column counted from 0.
fn place((row, column): (u32, u32)) -> String {
    let (mut letters, mut rest) = (String::new(), column + 1);
    while rest > 0 {
        letters.insert(0, char::from(b'A' + u8::try_from((rest - 1) % 26).unwrap_or(0)));
        rest = (rest - 1) / 26;
    }
    format!("{letters}{}", row + 1)
}

/// A cell as it was typed. Excel keeps 7.5 % as 7.4999999999999997E-2: the shortest text of the same binary number is what was typed.
fn value(cell: &DataRef<'_>) -> String {
    match cell {
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number.to_string(),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(is) => if *is { "はい" } else { "いいえ" }.to_owned(),
        DataRef::DateTime(time) if time.is_datetime() && time.as_f64() >= 1.0 => {
            let (year, month, day, hour, minute, second, _) = time.to_ymd_hms_milli();
            let date = format!("{year:04}-{month:02}-{day:02}");
            if (hour, minute, second) == (0, 0, 0) { date } else { format!("{date}T{hour:02}:{minute:02}:{second:02}") }
        }
        DataRef::DateTime(time) => time.as_f64().to_string(),
        DataRef::Error(error) => error.to_string(),
        DataRef::Empty => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn book(sheet: &str, shared: &str) -> Vec<u8> {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let links = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
        let list = format!(
            r#"<workbook xmlns:r="{links}"><sheets><sheet name="企業" sheetId="1" r:id="rId7"/><sheet name="b" sheetId="2" r:id="rId1"/></sheets></workbook>"#
        );
        let targets = format!(
            r#"<Relationships><Relationship Id="rId1" Type="{links}/worksheet" Target="worksheets/b.xml"/><Relationship Id="rId7" Type="{links}/worksheet" Target="worksheets/a.xml"/></Relationships>"#
        );
        let root =
            format!(r#"<Relationships><Relationship Id="rId1" Type="{links}/officeDocument" Target="xl/workbook.xml"/></Relationships>"#);
        let styles = r#"<styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>"#;
        let parts = [
            ("_rels/.rels", root.as_str()),
            ("xl/workbook.xml", &list),
            ("xl/_rels/workbook.xml.rels", &targets),
            ("xl/styles.xml", styles),
            ("xl/worksheets/a.xml", sheet),
            ("xl/sharedStrings.xml", shared),
        ];
        for (name, text) in parts {
            zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
            zip.write_all(text.as_bytes()).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    const CELLS: &str = r#"<row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1" t="s"><v>1</v></c></row><row r="2"/>
        <row r="5"><c r="A5" t="inlineStr"><is><t>x</t></is></c><c r="B5" t="s"><v>2</v></c><c r="C5"><v>7.4999999999999997E-2</v></c>
        <c r="D5" t="b"><v>1</v></c><c r="E5" s="1"><v>45831</v></c><c r="F5"><v>7000012050002</v></c></row>"#;

    #[test]
    fn a_workbook_is_read_as_it_looks() {
        let shared = "<sst><si><t>法人番号</t></si><si><r><t>資本</t></r><r><t>金</t></r><rPh sb=\"0\" eb=\"2\"><t>シホンキン</t></rPh></si><si><t>甲&amp;乙&#x4E19;</t></si></sst>";
        let rows = read_table(&book(&format!("<worksheet><sheetData>{CELLS}</sheetData></worksheet>"), shared)).unwrap();
        assert_eq!(rows[0], (1, vec!["法人番号".to_owned(), String::new(), "資本金".to_owned()]));
        assert_eq!(rows[1], (5, ["x", "甲&乙丙", "0.075", "はい", "2025-06-23", "7000012050002"].map(str::to_owned).to_vec()));
        assert_eq!(rows.len(), 2);
    }

    /// Two cells at the ends of the largest sheet are two cells, not 17 thousand million.
    #[test]
    fn far_cells_cost_nothing_and_are_refused() {
        let far = r#"<worksheet><sheetData><row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row></sheetData></worksheet>"#;
        let refused = read_table(&book(far, "<sst/>")).unwrap_err();
        assert!(matches!(refused, TableFileError::TooWide { line: 1_048_576, .. }), "{refused:?}");
    }

    #[test]
    fn merged_cells_are_named() {
        let sheet =
            format!(r#"<worksheet><sheetData>{CELLS}</sheetData><mergeCells count="1"><mergeCell ref="B5:AA7"/></mergeCells></worksheet>"#);
        let text = read_table(&book(&sheet, "<sst><si><t>a</t></si><si><t>b</t></si><si><t>c</t></si></sst>")).unwrap_err().text();
        assert!(text.ja.contains("B5:AA7") && text.en.unwrap().contains("B5:AA7"));
    }

    #[test]
    fn csv_of_offices_is_read() {
        let text = "法人番号,名称\r\n\r\n1,\"架空,精密\"\r\n";
        let (sjis, _, _) = SHIFT_JIS.encode(text);
        let marked = format!("\u{feff}{text}");
        for bytes in [text.as_bytes(), &sjis, marked.as_bytes()] {
            let rows = read_table(bytes).unwrap();
            assert_eq!(rows.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [1, 3]);
            assert_eq!(rows[1].1, ["1", "架空,精密"]);
        }
    }

    /// As it was copied: tabs, a cell of two lines, numbers with commas. Rows are counted as the spreadsheet counts them.
    #[test]
    fn what_was_copied_out_of_a_spreadsheet_is_read() {
        let rows = read_table("甲\t乙\r\n\"上\n下\"\t1,000\r\n\r\n\"\"\"引用\"\"\"\t\r\n".as_bytes()).unwrap();
        let expect: [(u64, [&str; 2]); 3] = [(1, ["甲", "乙"]), (2, ["上\n下", "1,000"]), (4, ["\"引用\"", ""])];
        assert_eq!(rows, expect.map(|(line, cells)| (line, cells.map(str::to_owned).to_vec())));
    }

    #[test]
    fn what_is_no_table_is_refused_in_words() {
        let wide = vec!["a"; 300].join(",");
        for (bytes, ja) in [
            (b"PK\x03\x04 no zip".to_vec(), "壊れている"),
            (book("<worksheet><sheetData><row", ""), "読めません"),
            (b"".to_vec(), "空です"),
            (b"a,b\n\n1,\x81\xff\xff\n".to_vec(), "3行目"),
            (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 old or locked".to_vec(), "パスワード"),
            (wide.into_bytes(), "300"),
        ] {
            let text = read_table(&bytes).unwrap_err().text();
            assert!(text.ja.contains(ja) || text.ja.contains("200"), "{text:?}");
        }
    }
}
