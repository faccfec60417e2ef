//! The values of a column of Parquet: what they are by the column's type, and how they become numbers. A number that two values could share is
//! not taken for either.

use parquet::basic::{ConvertedType, LogicalType, Type};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{AsBytes, DataType};
use parquet::errors::ParquetError;
use parquet::schema::types::ColumnDescriptor;

use crate::build::Bad;
use crate::cell;
use crate::trouble::{TableTrouble, Why};

/// How many values are decoded at a time.
const BATCH: usize = 1 << 16;
/// Whole numbers up to here are exact as the estimators take them; beyond it two of them may become one.
const EXACT: u128 = 1 << 53;

/// What a value of a column is, by its physical type and what that stands for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reading {
    /// Decimal places.
    places: u32,
    unsigned: bool,
    text: bool,
    bytes: Bytes,
    /// The definition level of a value that is there; 0 when none can be missing.
    top: i16,
}

/// What the bytes of a value are, where it is none of the numbers that a file holds as such.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bytes {
    /// A name.
    Name,
    /// A whole number, the highest byte first: a decimal.
    Whole,
    /// Half a number: a float of 16 bits.
    Half,
}

/// A whole number of at most 2^53, as which it is exact.
const fn exact(value: i128) -> f64 {
    value as f64
}

/// A decimal as the estimators take it: the number nearest to it.
fn float(value: i128, places: u32) -> f64 {
    if value.unsigned_abs() <= EXACT && places <= 22 {
        // Both are exact, so their quotient is the nearest.
        return exact(value) / (0..places).fold(1.0, |product, _| product * 10.0);
    }
    decimal(value, places).parse().unwrap_or(f64::NAN)
}

/// A decimal as it is written, without noughts at its end.
pub(crate) fn decimal(value: i128, places: u32) -> String {
    let digits = format!("{:0>wide$}", value.unsigned_abs(), wide = places as usize + 1);
    let (whole, rest) = digits.split_at(digits.len() - places as usize);
    let rest = rest.trim_end_matches('0');
    let sign = if value < 0 { "-" } else { "" };
    if rest.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{rest}") }
}

/// A whole number of bytes, the highest first, in two's complement; none beyond 16 bytes.
fn whole(bytes: &[u8]) -> Option<i128> {
    let sign = if bytes.first().is_some_and(|b| b & 0x80 != 0) { 0xFF } else { 0 };
    let mut all = [sign; 16];
    all.get_mut(16_usize.checked_sub(bytes.len())?..)?.copy_from_slice(bytes);
    Some(i128::from_be_bytes(all))
}

/// A float of 16 bits.
fn half(bytes: &[u8]) -> f64 {
    let [low, high] = bytes else { return f64::NAN };
    let bits = u16::from_le_bytes([*low, *high]);
    let (sign, power, rest) = (if bits >> 15 == 1 { -1.0 } else { 1.0 }, (bits >> 10) & 0x1F, f64::from(bits & 0x3FF));
    sign * match power {
        0 => rest * 2_f64.powi(-24),
        31 if rest == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (1.0 + rest / 1024.0) * 2_f64.powi(i32::from(power) - 15),
    }
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
            Value::Number(v) if !v.is_finite() => self.refuse(&v.to_string(), Why::NotFinite),
            Value::Number(v) => v,
            Value::Whole(v) if v.unsigned_abs() > EXACT => self.refuse(&v.to_string(), Why::Beyond),
            Value::Whole(v) => exact(v),
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

impl Value<'_> {
    /// Whether it has so many digits that another may become the same number.
    pub(crate) const fn is_coarse(&self) -> bool {
        matches!(self, Value::Decimal(v, _) if v.unsigned_abs() > EXACT)
    }
}

impl Reading {
    /// Whether its values have decimal places.
    pub(crate) const fn has_places(self) -> bool {
        self.places > 0
    }

    /// Whether its values are texts.
    pub(crate) const fn is_text(self) -> bool {
        self.text
    }

    /// None for lists and for types that are neither numbers nor names.
    pub(crate) fn of(column: &ColumnDescriptor) -> Option<Self> {
        let meaning = column.converted_type();
        let decimal = matches!(meaning, ConvertedType::DECIMAL);
        let half = matches!(column.logical_type_ref(), Some(LogicalType::Float16));
        let text = column.physical_type() == Type::BYTE_ARRAY && !decimal;
        let known = match column.physical_type() {
            Type::BOOLEAN | Type::INT32 | Type::INT64 | Type::FLOAT | Type::DOUBLE | Type::BYTE_ARRAY => true,
            Type::FIXED_LEN_BYTE_ARRAY => half || (decimal && column.type_length() <= 16),
            Type::INT96 => false,
        };
        let places = if decimal { u32::try_from(column.type_scale()).ok()? } else { 0 };
        let unsigned = matches!(meaning, ConvertedType::UINT_8 | ConvertedType::UINT_16 | ConvertedType::UINT_32 | ConvertedType::UINT_64);
        let bytes = match (decimal, half) {
            (true, _) => Bytes::Whole,
            (_, true) => Bytes::Half,
            (false, false) => Bytes::Name,
        };
        (known && column.max_rep_level() == 0).then_some(Self { places, unsigned, text, bytes, top: column.max_def_level() })
    }

    /// What the bytes of a value say.
    fn of_bytes(self, bytes: &[u8]) -> Value<'_> {
        match self.bytes {
            Bytes::Name => Value::Text(bytes),
            Bytes::Half => Value::Number(half(bytes)),
            Bytes::Whole => match whole(bytes) {
                Some(value) if self.places > 0 => Value::Decimal(value, self.places),
                Some(value) => Value::Whole(value),
                None => Value::Text(bytes),
            },
        }
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
        ColumnReader::ByteArrayColumnReader(r) => {
            each(r, rows, top, |v| show(v.map_or(Value::Missing, |v| reading.of_bytes(v.as_bytes()))))
        }
        ColumnReader::FixedLenByteArrayColumnReader(r) => {
            each(r, rows, top, |v| show(v.map_or(Value::Missing, |v| reading.of_bytes(v.as_bytes()))))
        }
        // Refused by `Reading::of` before a reader is made.
        ColumnReader::Int96ColumnReader(_) => Ok(()),
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
