//! CSV: one pass over the file for the columns asked for; a second one for those that turn out to hold names.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use banso_evaluation::{Column, Frame};
use csv::{ByteRecord, Reader, ReaderBuilder};

use crate::ask::{Ask, Kind};
use crate::build::{Bad, Names};
use crate::cell;
use crate::encoding::{self, Encoding};
use crate::trouble::{TableTrouble, Why};

/// A wanted column while the rows go by.
enum Growing {
    Numbers(Vec<f64>),
    Names(Names),
    /// Began as numbers and holds something else: read again as names.
    Turned,
}

struct Wanted {
    place: usize,
    name: String,
    kind: Kind,
    growing: Growing,
}

/// Reads the columns asked for.
pub(crate) fn read(path: &Path, ask: &Ask) -> Result<Frame, TableTrouble> {
    let mut columns = pass(path, ask, None)?;
    let turned: BTreeSet<usize> = columns.iter().filter(|c| matches!(c.growing, Growing::Turned)).map(|c| c.place).collect();
    if !turned.is_empty() {
        for again in pass(path, ask, Some(&turned))? {
            if let Some(column) = columns.iter_mut().find(|c| c.place == again.place) {
                *column = again;
            }
        }
    }
    columns.into_iter().try_fold(Frame::new(), |frame, column| {
        let Wanted { name, growing, .. } = column;
        let column = match growing {
            Growing::Numbers(mut values) => {
                values.shrink_to_fit();
                Column::Number(values)
            }
            Growing::Names(names) => names.column(),
            Growing::Turned => Names::default().column(),
        };
        Ok(frame.with(&name, column)?)
    })
}

/// The names of the columns.
pub(crate) fn columns(path: &Path) -> Result<Vec<String>, TableTrouble> {
    let (encoding, mut reader) = open(path)?;
    let header = first_row(path, &mut reader, encoding, &mut Bad::default())?;
    Ok(header)
}

pub(crate) fn open(path: &Path) -> Result<(Encoding, Reader<BufReader<File>>), TableTrouble> {
    let (encoding, file) = encoding::look(path)?;
    let tab = path.extension().is_some_and(|e| e.eq_ignore_ascii_case("tsv") || e.eq_ignore_ascii_case("tab"));
    let mut builder = ReaderBuilder::new();
    builder.has_headers(false).flexible(true).delimiter(if tab { b'\t' } else { b',' });
    Ok((encoding, builder.from_reader(BufReader::with_capacity(1 << 18, file))))
}

/// The names of the columns, the reader standing behind them.
pub(crate) fn header_of(path: &Path, reader: &mut Reader<BufReader<File>>, encoding: Encoding) -> Result<Vec<String>, TableTrouble> {
    let mut bad = Bad::default();
    let header = first_row(path, reader, encoding, &mut bad)?;
    bad.verdict()?;
    Ok(header)
}

fn first_row(path: &Path, reader: &mut Reader<BufReader<File>>, encoding: Encoding, bad: &mut Bad) -> Result<Vec<String>, TableTrouble> {
    let mut record = ByteRecord::new();
    if !reader.read_byte_record(&mut record).map_err(|cause| TableTrouble::Csv { path: path.to_owned(), cause })? {
        return Err(TableTrouble::NoHeader(path.to_owned()));
    }
    Ok(header(&record, encoding, bad))
}

/// One pass: all columns asked for, or those of the given places as names.
fn pass(path: &Path, ask: &Ask, again: Option<&BTreeSet<usize>>) -> Result<Vec<Wanted>, TableTrouble> {
    let broken = |cause| TableTrouble::Csv { path: path.to_owned(), cause };
    let (encoding, mut reader) = open(path)?;
    let mut bad = Bad::default();
    let header = first_row(path, &mut reader, encoding, &mut bad)?;
    let mut record = ByteRecord::new();
    let mut columns = wanted(&header, ask)?;
    if let Some(places) = again {
        columns.retain(|column| places.contains(&column.place));
        columns.iter_mut().for_each(|column| column.growing = Growing::Names(Names::default()));
    }
    let mut row = 1;
    while reader.read_byte_record(&mut record).map_err(broken)? {
        row += 1;
        if record.len() != header.len() {
            return Err(TableTrouble::Length { row, got: record.len(), want: header.len() });
        }
        for column in &mut columns {
            column.push(record.get(column.place).unwrap_or_default(), encoding, row, &mut bad);
        }
    }
    bad.verdict()?;
    Ok(columns)
}

/// The names of the columns; one without a name is called by its number.
fn header(record: &ByteRecord, encoding: Encoding, bad: &mut Bad) -> Vec<String> {
    let name = |(place, bytes): (usize, &[u8])| {
        let number = format!("列{}", place + 1);
        let Some(text) = encoding.decode(bytes) else {
            bad.note(1, &number, &String::from_utf8_lossy(bytes), Why::NotText);
            return number;
        };
        let text = cell::trimmed(&text);
        if text.is_empty() { number } else { text.to_owned() }
    };
    record.iter().enumerate().map(name).collect()
}

fn wanted(header: &[String], ask: &Ask) -> Result<Vec<Wanted>, TableTrouble> {
    if let Some(name) = ask.lacking(header) {
        return Err(TableTrouble::NoColumn { name: name.to_owned(), there: header.to_vec() });
    }
    let mut columns: Vec<Wanted> = Vec::new();
    for (place, name) in header.iter().enumerate() {
        let Some(kind) = ask.kind(name) else { continue };
        if columns.iter().any(|column| column.name == *name) {
            return Err(TableTrouble::ColumnTwice(name.clone()));
        }
        let growing = match kind {
            Kind::Names => Growing::Names(Names::default()),
            Kind::Numbers | Kind::Either => Growing::Numbers(Vec::new()),
        };
        columns.push(Wanted { place, name: name.clone(), kind, growing });
    }
    Ok(columns)
}

impl Wanted {
    fn push(&mut self, bytes: &[u8], encoding: Encoding, row: u64, bad: &mut Bad) {
        let Some(text) = encoding.decode(bytes) else {
            bad.note(row, &self.name, &String::from_utf8_lossy(bytes), Why::NotText);
            return;
        };
        match &mut self.growing {
            Growing::Names(names) => names.push(&text),
            Growing::Turned => {}
            Growing::Numbers(values) => match (cell::number(&text), self.kind) {
                (Ok(_), Kind::Either) if cell::looks_like_code(&text) => self.growing = Growing::Turned,
                (Ok(value), _) => values.push(value),
                (Err(Why::NotANumber), Kind::Either) => self.growing = Growing::Turned,
                (Err(why), _) => bad.note(row, &self.name, &text, why),
            },
        }
    }
}
