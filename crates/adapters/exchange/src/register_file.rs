//! Files of the national register of corporate numbers: CSV in Shift_JIS (CP932) or UTF-8, as it is or inside the ZIP in which the
//! register hands it out. One row at a time: a file of the whole country is not held in memory.

use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::path::Path;

use banso_kernel::{Digest, LocalText};
use banso_register::{Column, Entry, Flaw};
use csv_core::{ReadRecordResult, Reader};
use encoding_rs::{Encoding, SHIFT_JIS, UTF_8};

use crate::hashing::copy_hashed;
use crate::regular::open_regular;

/// How much of a file is looked at to tell its encoding.
const PEEK: u64 = 256 * 1024;
/// Rows are far shorter; a file without line ends is no register.
const ROW_MAX: u64 = 64 * 1024;
/// The whole country is about 1.3 GB.
const UNPACKED_MAX: u64 = 8 << 30;

/// Why a file cannot be read on.
#[derive(Debug, thiserror::Error)]
pub enum RegisterFileError {
    #[error("the file cannot be read: {0}")]
    Io(#[from] io::Error),
    #[error("the ZIP cannot be read: {0}")]
    Zip(#[from] zip::result::ZipError),
    #[error("the ZIP holds {0} CSV files; it should hold one")]
    NotOneCsv(usize),
    #[error("the CSV inside the ZIP is larger than 8 GiB")]
    TooLarge,
    #[error("line {0} is longer than any row of the register")]
    NoRegister(u64),
}

/// A row with its line (from 1): an entry, or what is wrong with it.
pub type RegisterRow = (u64, Result<Entry, Vec<Flaw>>);

/// The rows of a file. A row is a line: a quotation mark that is never closed spoils its own line and no other.
pub struct RegisterRows {
    lines: Box<dyn BufRead + Send>,
    encoding: &'static Encoding,
    line: u64,
    bytes: Vec<u8>,
    split: Split,
}

impl std::fmt::Debug for RegisterRows {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RegisterRows").field("encoding", &self.encoding.name()).field("line", &self.line).finish_non_exhaustive()
    }
}

/// Splits a line into its fields.
struct Split {
    reader: Reader,
    fields: Vec<u8>,
    ends: Vec<usize>,
}

impl Split {
    /// The fields of a line; `None` where a quotation mark is not closed, or there are far too many.
    fn fields<'a>(&'a mut self, line: &[u8]) -> Option<Vec<&'a [u8]>> {
        self.reader.reset();
        self.fields.resize(line.len().max(1), 0);
        let (result, _, written, ended) = self.reader.read_record(line, &mut self.fields, &mut self.ends);
        if result != ReadRecordResult::Record {
            return None;
        }
        let fields = self.fields.get(..written)?;
        let mut from = 0;
        self.ends
            .get(..ended)?
            .iter()
            .map(|end| {
                let field = fields.get(from..*end);
                from = *end;
                field
            })
            .collect()
    }
}

/// The digest of a file of the register, under which it is recorded as taken.
///
/// # Errors
/// When it cannot be read.
pub fn register_digest(path: &Path) -> Result<Digest, RegisterFileError> {
    Ok(copy_hashed(&mut BufReader::new(open_regular(path)?), &mut io::sink(), u64::MAX)?.digest)
}

impl RegisterRows {
    /// Opens a `.csv`, or the `.zip` around one.
    ///
    /// # Errors
    /// A file that cannot be read, a ZIP without just one CSV file.
    pub fn open(path: &Path) -> Result<Self, RegisterFileError> {
        let mut head = [0_u8; 4];
        let zipped = open_regular(path)?.read(&mut head)? == 4 && head == *b"PK\x03\x04";
        if !zipped {
            return Self::new(Box::new(open_regular(path)?));
        }
        let mut archive = zip::ZipArchive::new(BufReader::new(open_regular(path)?))?;
        let mut csv = Vec::new();
        for index in 0..archive.len() {
            if archive.by_index(index)?.name()?.to_ascii_lowercase().ends_with(".csv") {
                csv.push(index);
            }
        }
        let [index] = csv.as_slice() else { return Err(RegisterFileError::NotOneCsv(csv.len())) };
        // What is inside is unpacked beside the reader: an entry of an archive borrows it.
        let mut unpacked = tempfile::tempfile()?;
        if copy_hashed(&mut archive.by_index(*index)?, &mut unpacked, UNPACKED_MAX)?.cut {
            return Err(RegisterFileError::TooLarge);
        }
        io::Seek::rewind(&mut unpacked)?;
        Self::new(Box::new(unpacked))
    }

    fn new(mut file: Box<dyn Read + Send>) -> Result<Self, RegisterFileError> {
        let mut peeked = Vec::new();
        file.by_ref().take(PEEK).read_to_end(&mut peeked)?;
        let (encoding, skip) = encoding_of(&peeked);
        let rest = Cursor::new(peeked.split_off(skip.min(peeked.len()))).chain(file);
        let split = Split { reader: Reader::new(), fields: Vec::new(), ends: vec![0; 4 * Column::ALL.len()] };
        Ok(RegisterRows { lines: Box::new(BufReader::new(rest)), encoding, line: 0, bytes: Vec::new(), split })
    }

    fn row(&mut self) -> Result<Option<RegisterRow>, RegisterFileError> {
        loop {
            self.bytes.clear();
            self.line += 1;
            if self.lines.by_ref().take(ROW_MAX).read_until(b'\n', &mut self.bytes)? == 0 {
                return Ok(None);
            }
            if self.bytes.len() as u64 == ROW_MAX {
                return Err(RegisterFileError::NoRegister(self.line));
            }
            if self.bytes.trim_ascii().is_empty() {
                continue;
            }
            if self.bytes.last() != Some(&b'\n') {
                self.bytes.push(b'\n');
            }
            match self.fields() {
                Ok(fields) if self.line == 1 && fields.get(1).is_some_and(|f| !f.bytes().any(|b| b.is_ascii_digit())) => {}
                Ok(fields) => return Ok(Some((self.line, Entry::read(&fields)))),
                Err(flaw) => return Ok(Some((self.line, Err(vec![flaw])))),
            }
        }
    }

    fn fields(&mut self) -> Result<Vec<String>, Flaw> {
        let encoding = self.encoding;
        let decoded = |(index, bytes): (usize, &[u8])| match encoding.decode_without_bom_handling_and_without_replacement(bytes) {
            Some(text) => Ok(text.into_owned()),
            None => Err(broken_letter(index, encoding)),
        };
        self.split.fields(&self.bytes).ok_or_else(open_quotation)?.into_iter().enumerate().map(decoded).collect()
    }
}

impl Iterator for RegisterRows {
    type Item = Result<RegisterRow, RegisterFileError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.row().transpose()
    }
}

fn open_quotation() -> Flaw {
    let ja = "引用符（\"）が閉じられていないか、列が多すぎます。その行を直してください。";
    let en = "A quotation mark (\") is not closed, or there are far too many columns. Mend the line.";
    Flaw { column: None, text: LocalText::new(ja, en) }
}

/// UTF-8 with or without its mark; what is not UTF-8 is Shift_JIS. Also how many bytes the mark takes.
fn encoding_of(start: &[u8]) -> (&'static Encoding, usize) {
    if start.starts_with(b"\xef\xbb\xbf") {
        return (UTF_8, 3);
    }
    match std::str::from_utf8(start) {
        Ok(_) => (UTF_8, 0),
        // A letter may be cut where the look ends.
        Err(error) if error.error_len().is_none() => (UTF_8, 0),
        Err(_) => (SHIFT_JIS, 0),
    }
}

fn broken_letter(index: usize, encoding: &Encoding) -> Flaw {
    let column = Column::ALL.get(index).copied();
    let place = index + 1;
    let name = if encoding == SHIFT_JIS { "Shift_JIS" } else { "UTF-8" };
    let ja = format!("{place}列目に、{name}として読めない文字があります。ファイルを取り直すか、その行を直してください。");
    let en = format!("Column {place} holds bytes that are not {name}. Fetch the file again, or mend the line.");
    Flaw { column, text: LocalText::new(ja, en) }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use banso_kernel::CorporateNumber;

    fn line(sequence: u32, name: &str) -> String {
        let number = CorporateNumber::from_body(700_000_000_000 + u64::from(sequence));
        format!(
            "{sequence},{number},01,0,2026-08-10,2026-08-03,\"{name}\",,301,\"福井県\",\"鯖江市\",\"架空町１番地\",,18,207,9160000,,,,,,,2015-10-05,1,,,,,\"カクウ\",0\r\n"
        )
    }

    fn read(bytes: &[u8]) -> Vec<RegisterRow> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        RegisterRows::open(file.path()).unwrap().map(Result::unwrap).collect()
    }

    fn names(rows: &[RegisterRow]) -> Vec<(u64, Option<&str>)> {
        rows.iter().map(|(line, row)| (*line, row.as_ref().ok().map(|e| e.name.as_str()))).collect()
    }

    #[test]
    fn either_encoding_with_or_without_a_header() {
        // The second byte of ソ and 表 in Shift_JIS is a backslash.
        let text = line(1, "株式会社架空ソ連表") + &line(2, "株式会社架空髙﨑①");
        let expect = [(1, Some("株式会社架空ソ連表")), (2, Some("株式会社架空髙﨑①"))];
        let (sjis, _, lossy) = SHIFT_JIS.encode(&text);
        assert!(!lossy);
        for bytes in [text.clone().into_bytes(), sjis.into_owned(), [b"\xef\xbb\xbf", text.as_bytes()].concat()] {
            assert_eq!(names(&read(&bytes)), expect);
        }
        let headed = format!("一連番号,法人番号,処理区分\r\n{text}");
        assert_eq!(names(&read(headed.as_bytes())).len(), 2);
        assert!(read(b"").is_empty());
    }

    #[test]
    fn a_bad_line_is_told_and_the_rest_is_read() {
        let sjis = |n: u32, name: &str| SHIFT_JIS.encode(&line(n, name)).0.into_owned();
        let mut broken = sjis(2, "架空二");
        let name = broken.iter().position(|b| *b == b'"').unwrap() + 1;
        // A leading byte with a digit behind it.
        broken.splice(name..name + 2, [0x81, 0x30]);
        let mut cut = sjis(3, "架空三");
        cut.truncate(60);
        cut.extend_from_slice(b"\r\n");
        let short = b"4,5,6\r\n".to_vec();
        let bytes = [sjis(1, "架空一"), broken, cut, short, b"\r\n".to_vec(), sjis(6, "架空六")].concat();
        let rows = read(&bytes);
        let expect = [(1, Some("架空一")), (2, None), (3, None), (4, None), (6, Some("架空六"))];
        assert_eq!(names(&rows), expect, "{rows:#?}");
        let flaw = |n: usize| rows[n].1.as_ref().unwrap_err()[0].text.ja.clone();
        for (n, ja) in [(1, "Shift_JISとして読めない"), (2, "引用符"), (3, "30個の列")] {
            assert!(flaw(n).contains(ja), "{}", flaw(n));
        }
        let endless = [b'a'; 100_000];
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(&endless).unwrap();
        assert!(matches!(RegisterRows::open(file.path()).unwrap().next(), Some(Err(RegisterFileError::NoRegister(1)))));
    }

    #[test]
    fn the_zip_as_it_is_handed_out() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        let mut zip = zip::ZipWriter::new(&mut file);
        let how = zip::write::SimpleFileOptions::default();
        zip.start_file("18_fukui_all_20260810.csv", how).unwrap();
        zip.write_all(line(1, "架空一").as_bytes()).unwrap();
        zip.start_file("18_fukui_all_20260810.csv.asc", how).unwrap();
        zip.write_all(b"signature").unwrap();
        zip.finish().unwrap();
        let rows: Vec<RegisterRow> = RegisterRows::open(file.path()).unwrap().map(Result::unwrap).collect();
        assert_eq!(names(&rows), [(1, Some("架空一"))]);
    }
}
