//! A block of firms as columns: exact scaled numbers, days, choices, truths and texts, each with a plane of what is known.

use std::collections::BTreeMap;
use std::sync::Arc;

use banso_guideline::{Facts, ItemId, Value};
use banso_kernel::{Day, Exact};

use crate::plane::{BLOCK, Plane};
use crate::schema::{Field, Kind, Schema};

/// Numbers in lanes stay within this, so that a sum of two of them always fits.
pub(crate) const LIMIT: i64 = 1 << 61;

/// The first day of the count of days: 1 January 1970.
pub(crate) fn day_number(day: Day) -> i64 {
    Day::new(1970, 1, 1).map_or(0, |epoch| epoch.days_until(day))
}

/// The day of a count.
pub(crate) fn day_of(number: i64) -> Option<Day> {
    let days = i32::try_from(number).ok()?;
    Some(Day::new(1970, 1, 1).ok()?.plus_days(days))
}

/// One column of a block.
#[derive(Debug, Clone)]
pub struct Column {
    pub(crate) lane: Lane,
    /// Rows whose value is known and stands in the lane.
    pub(crate) known: Plane,
    /// Known values that the lane cannot hold, exact, by row.
    pub(crate) aside: BTreeMap<usize, Exact>,
}

#[derive(Debug, Clone)]
pub(crate) enum Lane {
    Long(Vec<i64>),
    Short(Vec<i32>),
    Byte(Vec<u8>),
    Bits(Box<Plane>),
    Texts { letters: String, ends: Vec<u32> },
}

/// A fact that does not fit its item.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("「{item}」の値が項目の型に合いません / the value of `{item}` is not of its kind")]
pub struct BadFact {
    pub item: ItemId,
}

/// At most [`BLOCK`] firms as columns.
#[derive(Debug, Clone)]
pub struct Block {
    schema: Arc<Schema>,
    columns: Vec<Column>,
    rows: usize,
    /// Place of its first row in the population.
    pub first: u64,
}

impl Block {
    #[must_use]
    pub fn new(schema: &Arc<Schema>, first: u64) -> Block {
        let columns = schema.fields().iter().map(Column::empty).collect();
        Block { schema: Arc::clone(schema), columns, rows: 0, first }
    }

    #[must_use]
    pub fn schema(&self) -> &Arc<Schema> {
        &self.schema
    }

    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    #[must_use]
    pub fn is_full(&self) -> bool {
        self.rows >= BLOCK
    }

    pub(crate) fn column(&self, place: usize) -> Option<&Column> {
        self.columns.get(place)
    }

    /// The rows there are.
    #[must_use]
    pub fn there(&self) -> Plane {
        Plane::first(self.rows)
    }

    /// Adds a firm of which these facts are known. Items that the schema lacks are left out.
    ///
    /// # Errors
    /// A fact of another kind than its item; the firm is not added. A full block takes none.
    pub fn push(&mut self, facts: &Facts) -> Result<(), BadFact> {
        let schema = Arc::clone(&self.schema);
        let cells: Vec<Option<&Value>> = schema.fields().iter().map(|f| facts.0.get(&f.item)).collect();
        for (field, value) in schema.fields().iter().zip(&cells) {
            if value.is_some_and(|v| !fits(&field.kind, v)) {
                return Err(BadFact { item: field.item.clone() });
            }
        }
        self.row(|place, field, column, row| column.push(field, cells.get(place).copied().flatten(), row));
        Ok(())
    }

    /// Adds a firm cell by cell: each column is told what it holds.
    pub(crate) fn row(&mut self, mut fill: impl FnMut(usize, &Field, &mut Column, usize)) {
        let row = self.rows;
        for (place, (field, column)) in self.schema.fields().iter().zip(&mut self.columns).enumerate() {
            fill(place, field, column, row);
        }
        self.rows += 1;
    }

    /// What is known of one firm.
    #[must_use]
    pub fn facts(&self, row: usize) -> Facts {
        let pairs = self.schema.fields().iter().zip(&self.columns);
        Facts(pairs.filter_map(|(field, column)| column.value(&field.kind, row).map(|v| (field.item.clone(), v))).collect())
    }

    /// One fact of one firm.
    #[must_use]
    pub fn fact(&self, place: usize, row: usize) -> Option<Value> {
        self.columns.get(place)?.value(&self.schema.fields().get(place)?.kind, row)
    }

    /// A number of one firm in the column's own scale.
    #[must_use]
    pub fn whole(&self, place: usize, row: usize) -> Option<i64> {
        self.columns.get(place)?.at(row)
    }

    /// The rows of which an item is known.
    #[must_use]
    pub fn known(&self, place: usize) -> Plane {
        self.columns.get(place).map_or(Plane::NONE, |c| c.known)
    }

    /// Bytes that its columns take.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.columns.iter().map(Column::bytes).sum()
    }
}

fn fits(kind: &Kind, value: &Value) -> bool {
    match (kind, value) {
        (Kind::Choice(values), Value::Text(text)) => values.contains(text),
        (Kind::Number { .. }, Value::Number(_))
        | (Kind::Day, Value::Day(_))
        | (Kind::YesNo, Value::YesNo(_))
        | (Kind::Text, Value::Text(_)) => true,
        (Kind::Number { .. } | Kind::Day | Kind::YesNo | Kind::Choice(_) | Kind::Text, _) => false,
    }
}

impl Column {
    fn empty(field: &Field) -> Column {
        let lane = match &field.kind {
            Kind::Number { .. } => Lane::Long(Vec::new()),
            Kind::Day => Lane::Short(Vec::new()),
            Kind::YesNo => Lane::Bits(Box::default()),
            Kind::Choice(values) if values.len() <= 256 => Lane::Byte(Vec::new()),
            Kind::Choice(_) => Lane::Short(Vec::new()),
            Kind::Text => Lane::Texts { letters: String::new(), ends: Vec::new() },
        };
        Column { lane, known: Plane::NONE, aside: BTreeMap::new() }
    }

    pub(crate) fn push(&mut self, field: &Field, value: Option<&Value>, row: usize) {
        match (&field.kind, value) {
            (Kind::Number { scale }, Some(Value::Number(n))) => match scaled(*n, *scale) {
                Some(whole) => self.push_whole(Some(whole), row),
                None => {
                    self.push_whole(None, row);
                    self.aside.insert(row, *n);
                }
            },
            (Kind::Day, Some(Value::Day(day))) => self.push_whole(Some(day_number(*day)), row),
            (Kind::Choice(values), Some(Value::Text(text))) => {
                let place = values.iter().position(|v| v == text).and_then(|p| i64::try_from(p).ok());
                self.push_whole(place, row);
            }
            (Kind::YesNo, Some(Value::YesNo(yes))) => self.push_whole(Some(i64::from(*yes)), row),
            (Kind::Text, Some(Value::Text(text))) => self.push_text(Some(text), row),
            (Kind::Text, _) => self.push_text(None, row),
            (Kind::Number { .. } | Kind::Day | Kind::Choice(_) | Kind::YesNo, _) => self.push_whole(None, row),
        }
    }

    /// The next value, in the column's own scale; days as their number, choices as their place, yes as 1.
    pub(crate) fn push_whole(&mut self, value: Option<i64>, row: usize) {
        let held = value.unwrap_or(0);
        let mut fits = true;
        match &mut self.lane {
            Lane::Long(lane) => lane.push(held),
            Lane::Short(lane) => {
                fits = i32::try_from(held).is_ok();
                lane.push(i32::try_from(held).unwrap_or(0));
            }
            Lane::Byte(lane) => {
                fits = u8::try_from(held).is_ok();
                lane.push(u8::try_from(held).unwrap_or(0));
            }
            Lane::Bits(bits) => bits.put(row, held != 0),
            Lane::Texts { .. } => fits = false,
        }
        self.known.put(row, value.is_some() && fits);
    }

    pub(crate) fn push_text(&mut self, text: Option<&str>, row: usize) {
        if let Lane::Texts { letters, ends } = &mut self.lane {
            letters.push_str(text.unwrap_or_default());
            ends.push(u32::try_from(letters.len()).unwrap_or(u32::MAX));
            self.known.put(row, text.is_some());
        }
    }

    fn at(&self, row: usize) -> Option<i64> {
        if !self.known.get(row) {
            return None;
        }
        match &self.lane {
            Lane::Long(lane) => lane.get(row).copied(),
            Lane::Short(lane) => lane.get(row).copied().map(i64::from),
            Lane::Byte(lane) => lane.get(row).copied().map(i64::from),
            Lane::Bits(bits) => Some(i64::from(bits.get(row))),
            Lane::Texts { .. } => None,
        }
    }

    pub(crate) fn text(&self, row: usize) -> Option<&str> {
        let Lane::Texts { letters, ends } = &self.lane else { return None };
        let end = usize::try_from(*ends.get(row)?).ok()?;
        let start = match row.checked_sub(1) {
            Some(before) => usize::try_from(*ends.get(before)?).ok()?,
            None => 0,
        };
        if self.known.get(row) { letters.get(start..end) } else { None }
    }

    fn value(&self, kind: &Kind, row: usize) -> Option<Value> {
        if let Some(exact) = self.aside.get(&row) {
            return Some(Value::Number(*exact));
        }
        match kind {
            Kind::Number { scale } => self.at(row).map(|n| Value::Number(Exact::new(n.into(), (*scale).into()))),
            Kind::Day => self.at(row).and_then(day_of).map(Value::Day),
            Kind::YesNo => self.at(row).map(|n| Value::YesNo(n != 0)),
            Kind::Choice(values) => values.get(usize::try_from(self.at(row)?).ok()?).cloned().map(Value::Text),
            Kind::Text => self.text(row).map(|t| Value::Text(t.to_owned())),
        }
    }

    fn bytes(&self) -> usize {
        let lane = match &self.lane {
            Lane::Long(lane) => lane.capacity() * 8,
            Lane::Short(lane) => lane.capacity() * 4,
            Lane::Byte(lane) => lane.capacity(),
            Lane::Bits(_) => 0,
            Lane::Texts { letters, ends } => letters.capacity() + ends.capacity() * 4,
        };
        lane + size_of::<Column>() + self.aside.len() * 64
    }
}

/// A number in whole multiples of one `scale`-th, if it is one and fits.
pub(crate) fn scaled(n: Exact, scale: i64) -> Option<i64> {
    let denominator = *n.denom();
    if denominator == 0 || i128::from(scale) % denominator != 0 {
        return None;
    }
    let whole = n.numer().checked_mul(i128::from(scale) / denominator)?;
    i64::try_from(whole).ok().filter(|w| w.unsigned_abs() < LIMIT.unsigned_abs())
}
