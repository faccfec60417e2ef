//! Parquet, column by column and group of rows by group of rows, without building a table in between.

use std::fs::File;
use std::path::{Path, PathBuf};

use banso_evaluation::{Column, Frame};
use parquet::basic::{ConvertedType, Type};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{AsBytes, DataType};
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::schema::types::ColumnDescriptor;

use crate::ask::{Ask, Kind};
use crate::build::{Bad, Names};
use crate::cell;
use crate::facts::Held;
use crate::stream::Cursors;
use crate::trouble::{TableTrouble, Why};

/// How many values are decoded at a time.
const BATCH: usize = 1 << 16;

/// A Parquet file of plain columns: numbers, truth values, days and instants as numbers, and names.
#[derive(Debug, Clone)]
pub struct ParquetTable {
    path: PathBuf,
    columns: Vec<String>,
    groups: Vec<usize>,
    as_names: Vec<String>,
    /// How far each column has been read when it is read piece by piece.
    pub(crate) cursors: Cursors,
}

/// What a value of a column is, by its physical type and what that stands for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reading {
    /// Decimal places.
    places: u32,
    unsigned: bool,
    text: bool,
    /// The definition level of a value that is there; 0 when none can be missing.
    top: i16,
}

impl ParquetTable {
    /// Opens a file and reads what it says of itself.
    ///
    /// # Errors
    /// It cannot be read, or is not Parquet.
    pub fn open(path: &Path) -> Result<Self, TableTrouble> {
        let mut table =
            Self { path: path.to_owned(), columns: Vec::new(), groups: Vec::new(), as_names: Vec::new(), cursors: Cursors::default() };
        let reader = table.reader()?;
        let meta = reader.metadata();
        table.columns = meta.file_metadata().schema_descr().columns().iter().map(|c| c.path().string()).collect();
        table.groups = meta.row_groups().iter().map(|g| usize::try_from(g.num_rows()).unwrap_or(0)).collect();
        Ok(table)
    }

    /// Reads these columns as names when it is read piece by piece, whatever they hold.
    #[must_use]
    pub fn with_names(mut self, names: &[String]) -> Self {
        self.as_names = names.to_vec();
        self
    }

    /// Whether a column is read as names when it is read piece by piece.
    pub(crate) fn holds_names(&self, name: &str) -> Result<bool, TableTrouble> {
        Ok(self.is_text(name)? || self.as_names.iter().any(|column| column == name))
    }

    /// The names of its columns.
    #[must_use]
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// How many rows each of its groups has.
    #[must_use]
    pub fn groups(&self) -> &[usize] {
        &self.groups
    }

    /// Reads what is asked for as a whole.
    ///
    /// # Errors
    /// A column that is not there, of a type that is neither numbers nor names, or with bad cells.
    pub fn frame(&self, ask: &Ask) -> Result<Frame, TableTrouble> {
        if let Some(name) = ask.lacking(&self.columns) {
            return Err(TableTrouble::NoColumn { name: name.to_owned(), there: self.columns.clone() });
        }
        self.columns.iter().try_fold(Frame::new(), |frame, name| match ask.kind(name) {
            Some(kind) => Ok(frame.with(name, self.column(name, kind)?)?),
            None => Ok(frame),
        })
    }

    /// One column as a whole.
    fn column(&self, name: &str, kind: Kind) -> Result<Column, TableTrouble> {
        match kind {
            Kind::Names => self.names(name),
            Kind::Numbers => self.every(name),
            Kind::Either if self.is_text(name)? => self.names(name),
            Kind::Either => self.every(name),
        }
    }

    fn every(&self, name: &str) -> Result<Column, TableTrouble> {
        let mut values = Vec::with_capacity(self.groups.iter().sum());
        for group in 0..self.groups.len() {
            values.append(&mut self.numbers(group, name)?);
        }
        Ok(Column::Number(values))
    }

    /// The numbers of a column in one group of rows, `NaN` for missing.
    ///
    /// # Errors
    /// Cells that are no numbers, or a file that is broken.
    pub fn numbers(&self, group: usize, name: &str) -> Result<Vec<f64>, TableTrouble> {
        let before: usize = self.groups.iter().take(group).sum();
        let mut values = Numbers::new(name, before, self.groups.get(group).copied().unwrap_or(0));
        self.walk(group, name, |value| values.push(value))?;
        values.finish()
    }

    /// A column as names.
    ///
    /// # Errors
    /// Texts that are not UTF-8, or a file that is broken.
    pub fn names(&self, name: &str) -> Result<Column, TableTrouble> {
        let (mut names, mut bad, mut row) = (Names::default(), Bad::default(), 0);
        for group in 0..self.groups.len() {
            self.walk(group, name, |value| {
                row += 1;
                match value {
                    Value::Missing => names.push(""),
                    Value::Number(v) if v.is_nan() => names.push(""),
                    Value::Number(v) => names.push(&v.to_string()),
                    Value::Whole(v) => names.push(&v.to_string()),
                    Value::Decimal(v, places) => names.push(&float(v, places).to_string()),
                    Value::Text(bytes) => match std::str::from_utf8(bytes) {
                        Ok(text) => names.push(text),
                        Err(_) => bad.note(row, name, &String::from_utf8_lossy(bytes), Why::NotText),
                    },
                }
            })?;
        }
        bad.verdict()?;
        Ok(names.column())
    }

    /// The values of a column in one group of rows, exact.
    pub(crate) fn held(&self, group: usize, name: &str) -> Result<Vec<Held>, TableTrouble> {
        let mut values = Vec::with_capacity(self.groups.get(group).copied().unwrap_or(0));
        self.walk(group, name, |value| {
            values.push(match value {
                Value::Missing => Held::Missing,
                Value::Number(v) if v.is_nan() => Held::Missing,
                // The shortest decimal that is this number.
                Value::Number(v) => Held::Text(v.to_string()),
                Value::Whole(v) => Held::Whole(v),
                Value::Decimal(v, places) => Held::Decimal(v, places),
                Value::Text(bytes) => Held::Text(String::from_utf8_lossy(bytes).into_owned()),
            });
        })?;
        Ok(values)
    }

    /// Whether a column holds texts.
    ///
    /// # Errors
    /// No such column, or a file that is broken.
    pub fn is_text(&self, name: &str) -> Result<bool, TableTrouble> {
        let reader = self.reader()?;
        let (_, reading) = self.reading(&reader, name)?;
        Ok(reading.text)
    }

    /// Shows every value of a column in one group of rows, in order.
    fn walk(&self, group: usize, name: &str, show: impl FnMut(Value<'_>)) -> Result<(), TableTrouble> {
        let reader = self.reader()?;
        let (place, reading) = self.reading(&reader, name)?;
        let rows = self.groups.get(group).copied().unwrap_or(0);
        let mut column = reader.get_row_group(group).and_then(|g| g.get_column_reader(place)).map_err(|e| self.broken(&e))?;
        values(&mut column, rows, reading, show).map_err(|e| self.broken(&e))
    }

    /// The place of a column and what its values are.
    pub(crate) fn reading(&self, reader: &SerializedFileReader<File>, name: &str) -> Result<(usize, Reading), TableTrouble> {
        let schema = reader.metadata().file_metadata().schema_descr();
        let mut named = schema.columns().iter().enumerate().filter(|(_, c)| c.path().string() == name);
        let Some((place, column)) = named.next() else {
            return Err(TableTrouble::NoColumn { name: name.to_owned(), there: self.columns.clone() });
        };
        if named.next().is_some() {
            return Err(TableTrouble::ColumnTwice(name.to_owned()));
        }
        Reading::of(column).map(|reading| (place, reading)).ok_or_else(|| TableTrouble::Type(name.to_owned()))
    }

    /// A reader of its own.
    pub(crate) fn reader(&self) -> Result<SerializedFileReader<File>, TableTrouble> {
        let file = File::open(&self.path).map_err(|cause| TableTrouble::Unreadable { path: self.path.clone(), cause })?;
        SerializedFileReader::new(file).map_err(|e| self.broken(&e))
    }

    pub(crate) fn broken(&self, cause: &ParquetError) -> TableTrouble {
        TableTrouble::Parquet { path: self.path.clone(), cause: cause.to_string() }
    }
}

/// A decimal as the estimators take it.
fn float(value: i128, places: u32) -> f64 {
    value as f64 / (0..places).fold(1.0, |product, _| product * 10.0)
}

/// One value of a column.
pub(crate) enum Value<'a> {
    Missing,
    Number(f64),
    Whole(i128),
    /// Of ten to the power of the places.
    Decimal(i128, u32),
    Text(&'a [u8]),
}

/// Values of a column as numbers, `NaN` for missing; what is none is remembered with its row.
pub(crate) struct Numbers<'a> {
    name: &'a str,
    before: usize,
    values: Vec<f64>,
    bad: Bad,
}

impl<'a> Numbers<'a> {
    /// For a column, after so many rows, with room for so many values.
    pub(crate) fn new(name: &'a str, before: usize, room: usize) -> Self {
        Self { name, before, values: Vec::with_capacity(room), bad: Bad::default() }
    }

    pub(crate) fn push(&mut self, value: Value<'_>) {
        let number = match value {
            Value::Missing => f64::NAN,
            Value::Number(v) if v.is_infinite() => self.refuse(&v.to_string(), Why::NotFinite),
            Value::Number(v) => v,
            Value::Whole(v) => v as f64,
            Value::Decimal(v, places) => float(v, places),
            Value::Text(bytes) => {
                let text = String::from_utf8_lossy(bytes);
                cell::number(&text).unwrap_or_else(|why| self.refuse(&text, why))
            }
        };
        self.values.push(number);
    }

    fn refuse(&mut self, text: &str, why: Why) -> f64 {
        self.bad.note((self.before + self.values.len() + 1) as u64, self.name, text, why);
        f64::NAN
    }

    /// The numbers.
    ///
    /// # Errors
    /// Cells that are no numbers.
    pub(crate) fn finish(self) -> Result<Vec<f64>, TableTrouble> {
        self.bad.verdict()?;
        Ok(self.values)
    }
}

impl Reading {
    /// None for lists and for types that are neither numbers nor names.
    fn of(column: &ColumnDescriptor) -> Option<Self> {
        let meaning = column.converted_type();
        let decimal = matches!(meaning, ConvertedType::DECIMAL);
        let text = column.physical_type() == Type::BYTE_ARRAY;
        let known = match column.physical_type() {
            Type::BOOLEAN | Type::INT32 | Type::INT64 | Type::FLOAT | Type::DOUBLE => true,
            Type::BYTE_ARRAY => !decimal,
            Type::INT96 | Type::FIXED_LEN_BYTE_ARRAY => false,
        };
        let places = if decimal { u32::try_from(column.type_scale()).ok()? } else { 0 };
        let unsigned = matches!(meaning, ConvertedType::UINT_8 | ConvertedType::UINT_16 | ConvertedType::UINT_32 | ConvertedType::UINT_64);
        (known && column.max_rep_level() == 0).then_some(Self { places, unsigned, text, top: column.max_def_level() })
    }

    /// A whole number, or a decimal that is kept as one.
    fn whole<'a>(self, value: i64, as_unsigned: u64) -> Value<'a> {
        let value = if self.unsigned { i128::from(as_unsigned) } else { i128::from(value) };
        if self.places > 0 { Value::Decimal(value, self.places) } else { Value::Whole(value) }
    }
}

/// Shows the next rows of a column.
pub(crate) fn values(
    column: &mut ColumnReader,
    rows: usize,
    reading: Reading,
    mut show: impl FnMut(Value<'_>),
) -> Result<(), ParquetError> {
    let top = reading.top;
    match column {
        ColumnReader::BoolColumnReader(r) => each(r, rows, top, |v| show(v.map_or(Value::Missing, |v| Value::Whole(i128::from(*v))))),
        ColumnReader::Int32ColumnReader(r) => each(r, rows, top, |v| {
            show(v.map_or(Value::Missing, |v| reading.whole(i64::from(*v), u64::from(v.cast_unsigned()))));
        }),
        ColumnReader::Int64ColumnReader(r) => {
            each(r, rows, top, |v| show(v.map_or(Value::Missing, |v| reading.whole(*v, v.cast_unsigned()))))
        }
        ColumnReader::FloatColumnReader(r) => each(r, rows, top, |v| show(v.map_or(Value::Missing, |v| Value::Number(f64::from(*v))))),
        ColumnReader::DoubleColumnReader(r) => each(r, rows, top, |v| show(v.map_or(Value::Missing, |v| Value::Number(*v)))),
        ColumnReader::ByteArrayColumnReader(r) => each(r, rows, top, |v| show(v.map_or(Value::Missing, |v| Value::Text(v.as_bytes())))),
        // Refused by `Reading::of` before a reader is made.
        ColumnReader::Int96ColumnReader(_) | ColumnReader::FixedLenByteArrayColumnReader(_) => Ok(()),
    }
}

/// Goes past the next rows of a column.
pub(crate) fn skip(column: &mut ColumnReader, rows: usize) -> Result<(), ParquetError> {
    let skipped = match column {
        ColumnReader::BoolColumnReader(r) => r.skip_records(rows),
        ColumnReader::Int32ColumnReader(r) => r.skip_records(rows),
        ColumnReader::Int64ColumnReader(r) => r.skip_records(rows),
        ColumnReader::Int96ColumnReader(r) => r.skip_records(rows),
        ColumnReader::FloatColumnReader(r) => r.skip_records(rows),
        ColumnReader::DoubleColumnReader(r) => r.skip_records(rows),
        ColumnReader::ByteArrayColumnReader(r) => r.skip_records(rows),
        ColumnReader::FixedLenByteArrayColumnReader(r) => r.skip_records(rows),
    }?;
    if skipped == rows { Ok(()) } else { Err(short(rows, skipped)) }
}

fn short(rows: usize, there: usize) -> ParquetError {
    ParquetError::General(format!("{rows} rows are announced, {there} are there"))
}

/// Shows the values of the next rows; none where there is no value.
fn each<T: DataType>(
    reader: &mut ColumnReaderImpl<T>,
    rows: usize,
    top: i16,
    mut show: impl FnMut(Option<&T::T>),
) -> Result<(), ParquetError> {
    let (mut levels, mut values, mut done) = (Vec::new(), Vec::new(), 0);
    while done < rows {
        levels.clear();
        values.clear();
        let (got, _, _) = reader.read_records(BATCH.min(rows - done), (top > 0).then_some(&mut levels), None, &mut values)?;
        if got == 0 {
            return Err(short(rows, done));
        }
        if top == 0 {
            values.iter().for_each(|value| show(Some(value)));
        } else {
            let mut there = values.iter();
            levels.iter().for_each(|level| show(if *level == top { there.next() } else { None }));
        }
        done += got;
    }
    Ok(())
}
