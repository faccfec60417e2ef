//! Parquet, column by column and group of rows by group of rows, without building a table in between.

use std::fs::File;
use std::path::{Path, PathBuf};

use banso_evaluation::{Column, Frame};
use parquet::basic::{ConvertedType, LogicalType, TimeUnit};
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::schema::types::ColumnDescriptor;

use crate::ask::{Ask, Kind};
use crate::build::{Bad, Names};
use crate::facts::Held;
use crate::parquet_values::{Numbers, Reading, Value, decimal, values};
use crate::stream::Cursors;
use crate::trouble::{TableTrouble, Why};

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

/// What a column's numbers stand for, where the number alone does not say it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// The column.
    pub column: String,
    /// In Japanese.
    pub ja: String,
    /// In English.
    pub en: String,
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
        let strange: Vec<String> =
            if ask.is_everything() { self.unreadable()?.into_iter().map(|(name, _)| name).collect() } else { vec![] };
        self.columns.iter().try_fold(Frame::new(), |frame, name| match ask.kind(name) {
            Some(_) if strange.contains(name) && !ask.names_it(name) => Ok(frame),
            Some(kind) => Ok(frame.with(name, self.column(name, kind)?)?),
            None => Ok(frame),
        })
    }

    /// The columns that cannot be read, and of what type they are.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn unreadable(&self) -> Result<Vec<(String, String)>, TableTrouble> {
        let reader = self.reader()?;
        let columns = reader.metadata().file_metadata().schema_descr().columns();
        Ok(columns.iter().filter(|c| Reading::of(c).is_none()).map(|c| (c.path().string(), type_of(c))).collect())
    }

    /// What the numbers of days and instants stand for.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn remarks(&self) -> Result<Vec<Remark>, TableTrouble> {
        let reader = self.reader()?;
        let columns = reader.metadata().file_metadata().schema_descr().columns();
        let remark = |column: &parquet::schema::types::ColumnDescPtr| {
            let (ja, en) = counted(column)?;
            let name = column.path().string();
            Some(Remark {
                ja: format!("列「{name}」は{ja}の数として読みます。"),
                en: format!("column \"{name}\" is read as a number: {en}"),
                column: name,
            })
        };
        Ok(columns.iter().filter_map(remark).collect())
    }

    /// One column as a whole.
    fn column(&self, name: &str, kind: Kind) -> Result<Column, TableTrouble> {
        match kind {
            Kind::Names => self.names(name),
            Kind::Numbers => self.every(name),
            Kind::Either if self.is_text(name)? => self.names(name),
            Kind::Either => match self.every(name) {
                // Keys that would run together as numbers are names.
                Err(trouble) if trouble.is_beyond() => self.names(name),
                Ok(Column::Number(_)) if self.coarse(name)? => self.names(name),
                other => other,
            },
        }
    }

    /// Whether a column holds decimals of so many digits that two of them may become one number.
    pub(crate) fn coarse(&self, name: &str) -> Result<bool, TableTrouble> {
        let (_, reading) = self.reading(&self.reader()?, name)?;
        let mut found = false;
        if reading.has_places() {
            for group in 0..self.groups.len() {
                self.walk(group, name, |value| found |= value.is_coarse())?;
            }
        }
        Ok(found)
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
                    Value::Number(v) if v.is_nan() => bad.note(row, name, "NaN", Why::NotFinite),
                    Value::Number(v) => names.push(&v.to_string()),
                    Value::Whole(v) => names.push(&v.to_string()),
                    Value::Decimal(v, places) => names.push(&decimal(v, places)),
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
        Ok(reading.is_text())
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
        let strange = || TableTrouble::Type { name: name.to_owned(), found: type_of(column) };
        Reading::of(column).map(|reading| (place, reading)).ok_or_else(strange)
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

/// A type in the words of the format.
fn type_of(column: &ColumnDescriptor) -> String {
    let list = if column.max_rep_level() > 0 { "LIST " } else { "" };
    let (meaning, held) = (column.converted_type(), column.physical_type());
    if meaning == ConvertedType::NONE { format!("{list}{held}") } else { format!("{list}{meaning} ({held})") }
}

/// Since when and in what a column of days or instants counts.
#[expect(clippy::wildcard_enum_match_arm, reason = "every other type stands for itself")]
fn counted(column: &ColumnDescriptor) -> Option<(&'static str, &'static str)> {
    const DAYS: (&str, &str) = ("1970年1月1日からの日数", "days since 1970-01-01");
    const MILLIS: (&str, &str) = ("日時を1970年1月1日（UTC）から数えたミリ秒", "milliseconds since 1970-01-01 (UTC)");
    const MICROS: (&str, &str) = ("日時を1970年1月1日（UTC）から数えたマイクロ秒", "microseconds since 1970-01-01 (UTC)");
    const NANOS: (&str, &str) = ("日時を1970年1月1日（UTC）から数えたナノ秒", "nanoseconds since 1970-01-01 (UTC)");
    if let Some(LogicalType::Timestamp(instant)) = column.logical_type_ref() {
        return Some(match instant.unit {
            TimeUnit::MILLIS => MILLIS,
            TimeUnit::MICROS => MICROS,
            TimeUnit::NANOS => NANOS,
        });
    }
    match column.converted_type() {
        ConvertedType::DATE => Some(DAYS),
        ConvertedType::TIMESTAMP_MILLIS => Some(MILLIS),
        ConvertedType::TIMESTAMP_MICROS => Some(MICROS),
        _ => None,
    }
}
