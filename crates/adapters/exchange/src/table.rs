//! A table from outside, as rows of texts: the first sheet of an Excel workbook, or CSV in UTF-8 or Shift_JIS. Says nothing of what
//! the cells mean; furigana of Excel is left out.

use std::collections::BTreeMap;
use std::io::{Cursor, Read, Seek};

use banso_kernel::LocalText;
use encoding_rs::{SHIFT_JIS, UTF_8};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;

use crate::archive::{self, ArchiveFlaw, ArchiveLimits};

/// Rows that a table may have, and cells of a row.
const ROWS_MAX: usize = 200_000;
const CELLS_MAX: usize = 200;
const LIMITS: ArchiveLimits = ArchiveLimits { entries: 1_000, unpacked: 256 << 20, ratio: 250 };

/// A row of texts with its line in the file, from 1.
pub type TableRow = (u64, Vec<String>);

/// Why a file is no table.
#[derive(Debug, thiserror::Error)]
pub enum TableFileError {
    #[error("it is no Excel workbook that can be read: {0}")]
    Workbook(String),
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
            TableFileError::Archive(why) => format!("Excelのファイルが壊れているか、大きすぎます（{why}）。"),
            TableFileError::Line { line, why } => {
                format!("{line}行目を読めません（{why}）。UTF-8 か Shift_JIS のCSVで保存し直してください。")
            }
            TableFileError::TooLong { limit } => format!("行が{limit}行を超えています。表を分けてください。"),
            TableFileError::TooWide { line, limit } => format!("{line}行目に列が{limit}個を超えてあります。"),
            TableFileError::Empty => "表が空です。1行目に列の名前を書いてください。".to_owned(),
        };
        LocalText::new(ja, format!("The table cannot be read: {self}."))
    }
}

/// Reads a table: the first row names the columns. Rows without any text are left out.
///
/// # Errors
/// [`TableFileError`]
pub fn read_table(bytes: &[u8]) -> Result<Vec<TableRow>, TableFileError> {
    let rows = if bytes.starts_with(b"PK\x03\x04") { workbook(bytes)? } else { csv(bytes)? };
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
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut rows = Vec::new();
    let (mut counted, mut lines) = (0_usize, 1_u64);
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
        keep(&mut rows, lines, record.iter().map(str::to_owned).collect())?;
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

type Book<'a> = ZipArchive<Cursor<&'a [u8]>>;

fn workbook(bytes: &[u8]) -> Result<Vec<TableRow>, TableFileError> {
    let (mut book, _) = archive::open(Cursor::new(bytes), LIMITS)?;
    let sheet = first_sheet(&mut book)?;
    let shared = match part(&mut book, "xl/sharedStrings.xml")? {
        Some(xml) => shared_strings(&xml)?,
        None => Vec::new(),
    };
    let xml = part(&mut book, &sheet)?.ok_or_else(|| TableFileError::Workbook(sheet.clone()))?;
    rows_of(&xml, &shared)
}

/// A part of the workbook, if it is there.
fn part<R: Read + Seek>(book: &mut ZipArchive<R>, name: &str) -> Result<Option<String>, TableFileError> {
    let mut text = String::new();
    match book.by_name(name) {
        Ok(file) => {
            file.take(LIMITS.unpacked).read_to_string(&mut text).map_err(|e| TableFileError::Workbook(e.to_string()))?;
            Ok(Some(text))
        }
        Err(zip::result::ZipError::FileNotFound) => Ok(None),
        Err(other) => Err(TableFileError::Workbook(other.to_string())),
    }
}

/// The part that holds the first sheet, as the workbook names it.
fn first_sheet(book: &mut Book<'_>) -> Result<String, TableFileError> {
    let missing = |name: &str| TableFileError::Workbook(name.to_owned());
    let list = part(book, "xl/workbook.xml")?.ok_or_else(|| missing("xl/workbook.xml"))?;
    let links = part(book, "xl/_rels/workbook.xml.rels")?.ok_or_else(|| missing("xl/_rels/workbook.xml.rels"))?;
    let mut id = None;
    each_start(&list, |tag, start| {
        if tag == "sheet" && id.is_none() {
            id = attribute(start, "id");
        }
    })?;
    let mut target = None;
    each_start(&links, |tag, start| {
        if tag == "Relationship" && attribute(start, "Id") == id {
            target = attribute(start, "Target");
        }
    })?;
    let target = target.ok_or_else(|| missing("sheet"))?;
    Ok(match target.strip_prefix('/') {
        Some(whole) => whole.to_owned(),
        None => format!("xl/{target}"),
    })
}

#[expect(clippy::wildcard_enum_match_arm, reason = "comments, texts and ends are passed over")]
fn each_start(xml: &str, mut see: impl FnMut(&str, &BytesStart<'_>)) -> Result<(), TableFileError> {
    let mut reader = Reader::from_str(xml);
    loop {
        match reader.read_event().map_err(bad)? {
            Event::Start(start) | Event::Empty(start) => see(&local(&start), &start),
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}

fn bad(error: quick_xml::Error) -> TableFileError {
    TableFileError::Workbook(error.to_string())
}

fn local(start: &BytesStart<'_>) -> String {
    String::from_utf8_lossy(start.local_name().as_ref()).into_owned()
}

/// An attribute by its local name.
fn attribute(start: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = start.attributes().flatten().find(|a| a.key.local_name().as_ref() == name.as_bytes())?;
    Some(found.unescape_value().ok()?.into_owned())
}

/// Text between tags, its references resolved.
struct Texts<'x> {
    reader: Reader<&'x [u8]>,
}

/// What is met on the way through a part.
enum Met {
    Begins(String, BTreeMap<&'static str, String>),
    Ends(String),
    Text(String),
    Over,
}

impl<'x> Texts<'x> {
    fn new(xml: &'x str) -> Self {
        let mut reader = Reader::from_str(xml);
        reader.config_mut().expand_empty_elements = true;
        Texts { reader }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "comments and declarations are passed over")]
    fn next(&mut self) -> Result<Met, TableFileError> {
        loop {
            return Ok(match self.reader.read_event().map_err(bad)? {
                Event::Start(start) => {
                    let wanted = ["r", "t"].into_iter().filter_map(|name| Some((name, attribute(&start, name)?)));
                    Met::Begins(local(&start), wanted.collect())
                }
                Event::End(end) => Met::Ends(String::from_utf8_lossy(end.local_name().as_ref()).into_owned()),
                Event::Text(text) => Met::Text(text.decode().map_err(|e| TableFileError::Workbook(e.to_string()))?.into_owned()),
                Event::CData(text) => Met::Text(text.decode().map_err(|e| TableFileError::Workbook(e.to_string()))?.into_owned()),
                Event::GeneralRef(name) => Met::Text(reference(&name)?),
                Event::Eof => Met::Over,
                _ => continue,
            });
        }
    }
}

/// `&amp;` and the like, `&#x3042;`.
fn reference(name: &quick_xml::events::BytesRef<'_>) -> Result<String, TableFileError> {
    if let Some(letter) = name.resolve_char_ref().map_err(bad)? {
        return Ok(letter.to_string());
    }
    let name = String::from_utf8_lossy(name.as_ref()).into_owned();
    quick_xml::escape::resolve_predefined_entity(&name).map(str::to_owned).ok_or(TableFileError::Workbook(name))
}

/// The texts that cells refer to by their place.
fn shared_strings(xml: &str) -> Result<Vec<String>, TableFileError> {
    let (mut texts, mut all, mut current) = (Texts::new(xml), Vec::new(), String::new());
    let (mut inside, mut reading) = (false, 0_usize);
    loop {
        match texts.next()? {
            Met::Begins(tag, _) => match tag.as_str() {
                "si" => current.clear(),
                "t" => inside = true,
                "rPh" => reading += 1,
                _ => {}
            },
            Met::Ends(tag) => match tag.as_str() {
                "si" => all.push(std::mem::take(&mut current)),
                "t" => inside = false,
                "rPh" => reading = reading.saturating_sub(1),
                _ => {}
            },
            Met::Text(text) if inside && reading == 0 => current.push_str(&text),
            Met::Text(_) => {}
            Met::Over => return Ok(all),
        }
    }
}

/// A cell while it is read.
#[derive(Default)]
struct Open {
    place: usize,
    kind: String,
    text: String,
}

fn rows_of(xml: &str, shared: &[String]) -> Result<Vec<TableRow>, TableFileError> {
    let mut texts = Texts::new(xml);
    let (mut rows, mut line, mut cells) = (Vec::new(), 0_u64, Vec::<String>::new());
    let (mut open, mut inside, mut reading) = (Open::default(), false, 0_usize);
    loop {
        match texts.next()? {
            Met::Begins(tag, attributes) => match tag.as_str() {
                "row" => {
                    line = attributes.get("r").and_then(|r| r.parse().ok()).unwrap_or(line + 1);
                    cells.clear();
                }
                "c" => {
                    let place = attributes.get("r").and_then(|r| column_of(r)).unwrap_or(cells.len());
                    open = Open { place, kind: attributes.get("t").cloned().unwrap_or_default(), text: String::new() };
                }
                "v" | "t" => inside = true,
                "rPh" => reading += 1,
                _ => {}
            },
            Met::Ends(tag) => match tag.as_str() {
                "v" | "t" => inside = false,
                "rPh" => reading = reading.saturating_sub(1),
                "c" => {
                    if open.place >= CELLS_MAX {
                        return Err(TableFileError::TooWide { line, limit: CELLS_MAX });
                    }
                    cells.resize(cells.len().max(open.place + 1), String::new());
                    if let Some(cell) = cells.get_mut(open.place) {
                        *cell = value(&open, shared);
                    }
                }
                "row" => keep(&mut rows, line, std::mem::take(&mut cells))?,
                "sheetData" => return Ok(rows),
                _ => {}
            },
            Met::Text(text) if inside && reading == 0 => open.text.push_str(&text),
            Met::Text(_) => {}
            Met::Over => return Ok(rows),
        }
    }
}

/// `C` of `C12` as 2.
fn column_of(reference: &str) -> Option<usize> {
    let letters = reference.chars().take_while(char::is_ascii_alphabetic);
    let mut place = 0_usize;
    for letter in letters {
        place = place.checked_mul(26)?.checked_add(usize::try_from(u32::from(letter.to_ascii_uppercase()) - u32::from('A')).ok()? + 1)?;
    }
    place.checked_sub(1)
}

fn value(open: &Open, shared: &[String]) -> String {
    match open.kind.as_str() {
        "s" => open.text.trim().parse::<usize>().ok().and_then(|place| shared.get(place)).cloned().unwrap_or_default(),
        "b" => if open.text.trim() == "1" { "はい" } else { "いいえ" }.to_owned(),
        "" | "n" => plain_number(open.text.trim()),
        _ => open.text.clone(),
    }
}

/// Excel writes 7.5 % as 7.4999999999999997E-2: the shortest text of the same binary number is what was typed.
fn plain_number(text: &str) -> String {
    if !text.contains(['.', 'e', 'E']) {
        return text.to_owned();
    }
    text.parse::<f64>().map_or_else(|_| text.to_owned(), |number| format!("{number}"))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn book(sheet: &str, shared: &str) -> Vec<u8> {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let parts = [
            (
                "xl/workbook.xml",
                r#"<workbook xmlns:r="x"><sheets><sheet name="企業" r:id="rId7"/><sheet name="b" r:id="rId1"/></sheets></workbook>"#,
            ),
            (
                "xl/_rels/workbook.xml.rels",
                r#"<Relationships><Relationship Id="rId1" Target="worksheets/other.xml"/><Relationship Id="rId7" Target="worksheets/a.xml"/></Relationships>"#,
            ),
            ("xl/worksheets/a.xml", sheet),
            ("xl/sharedStrings.xml", shared),
        ];
        for (name, text) in parts {
            zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
            zip.write_all(text.as_bytes()).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    #[test]
    fn a_workbook_is_read_as_it_looks() {
        let shared = "<sst><si><t>法人番号</t></si><si><r><t>資本</t></r><r><t>金</t></r><rPh><t>シホンキン</t></rPh></si><si><t>甲&amp;乙&#x4E19;</t></si></sst>";
        let sheet = r#"<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1" t="s"><v>1</v></c></row><row r="2"/>
            <row r="5"><c r="A5" t="inlineStr"><is><t>x</t></is></c><c r="B5" t="s"><v>2</v></c><c r="C5"><v>7.4999999999999997E-2</v></c><c r="D5" t="b"><v>1</v></c></row></sheetData></worksheet>"#;
        let rows = read_table(&book(sheet, shared)).unwrap();
        assert_eq!(rows[0], (1, vec!["法人番号".to_owned(), String::new(), "資本金".to_owned()]));
        assert_eq!(rows[1], (5, ["x", "甲&乙丙", "0.075", "はい"].map(str::to_owned).to_vec()));
        assert_eq!(rows.len(), 2);
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

    #[test]
    fn what_is_no_table_is_refused_in_words() {
        let wide = vec!["a"; 300].join(",");
        for (bytes, ja) in [
            (b"PK\x03\x04 no zip".to_vec(), "壊れている"),
            (book("<worksheet><sheetData><row", ""), "読めません"),
            (b"".to_vec(), "空です"),
            (b"a,b\n\n1,\x81\xff\xff\n".to_vec(), "3行目"),
            (wide.into_bytes(), "300"),
        ] {
            let text = read_table(&bytes).unwrap_err().text();
            assert!(text.ja.contains(ja) || text.ja.contains("200"), "{text:?}");
        }
    }
}
