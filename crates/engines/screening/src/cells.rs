//! Rows of a table of facts as they come from files: which column is which item, and what a cell says.

use std::collections::BTreeMap;
use std::sync::Arc;

use banso_guideline::expr::Unit;
use banso_guideline::{ItemId, Value};
use banso_kernel::{Day, Exact, Yen, fold_width};

use crate::block::{Block, day_number, day_of};
use crate::population::number;
use crate::schema::{Field, Kind, Schema};

/// What stands in a cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cell<'a> {
    /// Nothing, or 不明: the fact is not known.
    Missing,
    /// A whole number; for a day, days since 1 January 1970.
    Whole(i128),
    /// A number of ten to the power of the places.
    Decimal(i128, u32),
    YesNo(bool),
    Text(&'a str),
}

/// A cell that does not fit its item. The fact counts as unknown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit {
    /// The row of the population, from 0.
    pub row: u64,
    pub item: ItemId,
    pub text: String,
}

/// Which columns of a file are facts.
#[derive(Debug, Clone)]
pub struct Layout {
    schema: Arc<Schema>,
    /// For each column of the schema, the column of the file.
    places: Vec<Option<usize>>,
    choices: Vec<BTreeMap<String, usize>>,
}

impl Layout {
    /// Finds the items among the column names of a file.
    #[must_use]
    pub fn of(schema: &Arc<Schema>, header: &[String]) -> Layout {
        let folded: Vec<String> = header.iter().map(|h| fold_width(h.trim())).collect();
        let find = |f: &Field| folded.iter().position(|h| *h == fold_width(&f.item));
        let choices = schema.fields().iter().map(|f| match &f.kind {
            Kind::Choice(values) => values.iter().enumerate().map(|(i, v)| (fold_width(v), i)).collect(),
            Kind::Number { .. } | Kind::Day | Kind::YesNo | Kind::Text => BTreeMap::new(),
        });
        Layout { schema: Arc::clone(schema), places: schema.fields().iter().map(find).collect(), choices: choices.collect() }
    }

    /// Items of the schema that the file has.
    pub fn found(&self) -> impl Iterator<Item = &ItemId> {
        self.schema.fields().iter().zip(&self.places).filter(|(_, p)| p.is_some()).map(|(f, _)| &f.item)
    }

    /// Columns of the file that are facts.
    #[must_use]
    pub fn places(&self) -> &[Option<usize>] {
        &self.places
    }

    #[must_use]
    pub fn schema(&self) -> &Arc<Schema> {
        &self.schema
    }

    /// Adds a firm from the cells of a row.
    pub fn push<'c>(&self, block: &mut Block, cells: impl Fn(usize) -> Cell<'c>, mut misfit: impl FnMut(Misfit)) {
        let first = block.first;
        block.row(|place, field, column, row| {
            let cell = self.places.get(place).copied().flatten().map_or(Cell::Missing, &cells);
            let value = self.value(place, field, cell);
            if let Err(text) = &value {
                misfit(Misfit { row: first + row as u64, item: field.item.clone(), text: text.clone() });
            }
            column.push(field, value.ok().flatten().as_ref(), row);
        });
    }

    fn value(&self, place: usize, field: &Field, cell: Cell<'_>) -> Result<Option<Value>, String> {
        let wrong = || Err(shown(cell));
        let text = match cell {
            Cell::Missing => return Ok(None),
            Cell::Text(text) => match text.trim() {
                "" | "不明" | "-" | "NULL" | "null" | "NA" => return Ok(None),
                text => text,
            },
            Cell::Whole(_) | Cell::Decimal(..) | Cell::YesNo(_) => "",
        };
        let value = match (&field.kind, cell) {
            (Kind::Text, Cell::Text(_)) => Value::Text(text.to_owned()),
            (Kind::Text, Cell::Whole(n)) => Value::Text(n.to_string()),
            (Kind::Number { .. }, Cell::Whole(n)) => Value::Number(Exact::from_integer(n)),
            (Kind::Number { .. }, Cell::Decimal(n, places)) => match 10_i128.checked_pow(places) {
                Some(scale) => Value::Number(Exact::new(n, scale)),
                None => return wrong(),
            },
            (Kind::Number { .. }, Cell::Text(_)) => match counted(text, &field.unit) {
                Some(n) => Value::Number(n),
                None => return wrong(),
            },
            // A count beyond the calendar would come back as its last day.
            (Kind::Day, Cell::Whole(n)) => match i64::try_from(n).ok().and_then(day_of).filter(|day| i128::from(day_number(*day)) == n) {
                Some(day) => Value::Day(day),
                None => return wrong(),
            },
            (Kind::Day, Cell::Text(_)) => match Day::parse(text) {
                Ok(day) => Value::Day(day),
                Err(_) => return wrong(),
            },
            (Kind::YesNo, Cell::YesNo(yes)) => Value::YesNo(yes),
            (Kind::YesNo, Cell::Whole(n @ (0 | 1))) => Value::YesNo(n == 1),
            (Kind::YesNo, Cell::Text(_)) => match crate::population::cell(&field.kind, text) {
                Some(n) => Value::YesNo(n == 1),
                None => return wrong(),
            },
            (Kind::Choice(values), Cell::Text(_)) => {
                let found = self.choices.get(place).and_then(|c| c.get(&fold_width(text))).and_then(|i| values.get(*i));
                match found {
                    Some(value) => Value::Text(value.clone()),
                    None => return wrong(),
                }
            }
            (Kind::Text | Kind::Number { .. } | Kind::Day | Kind::YesNo | Kind::Choice(_), _) => return wrong(),
        };
        Ok(Some(value))
    }
}

/// A number with its item's unit or with none. `300人` is no capital, and `5,000千円` is not 5,000 yen.
fn counted(text: &str, unit: &str) -> Option<Exact> {
    let plain = fold_width(text).replace(',', "");
    let letters = plain.rsplit(|c: char| c.is_ascii_digit()).next().unwrap_or_default().trim();
    let own = Unit::of(unit);
    match letters {
        "" => number(&plain),
        "%" => own.is_none().then(|| number(&plain)).flatten(),
        _ if Unit::of(letters) == own => number(&plain),
        _ => own.is("円").then(|| Yen::parse(&plain).ok().map(Yen::exact)).flatten(),
    }
}

fn shown(cell: Cell<'_>) -> String {
    match cell {
        Cell::Missing => String::new(),
        Cell::Whole(n) => n.to_string(),
        Cell::Decimal(n, places) => format!("{n}e-{places}"),
        Cell::YesNo(yes) => yes.to_string(),
        Cell::Text(text) => text.chars().take(40).collect(),
    }
}

/// A fact as a cell of CSV: what [`Layout::push`] reads back.
#[must_use]
pub fn written(value: Option<&Value>) -> String {
    match value {
        None => String::new(),
        Some(Value::YesNo(true)) => "はい".to_owned(),
        Some(Value::YesNo(false)) => "いいえ".to_owned(),
        Some(Value::Number(n)) => decimal(*n),
        Some(Value::Text(text)) if text.contains([',', '"', '\n', '\r']) => format!("\"{}\"", text.replace('"', "\"\"")),
        Some(Value::Text(text)) => text.clone(),
        Some(Value::Day(day)) => day.to_string(),
        Some(Value::List(_) | Value::Record(_)) => String::new(),
    }
}

/// A decimal without rounding, or a fraction where it has none.
fn decimal(n: Exact) -> String {
    for places in 0..=6_u32 {
        let scale = 10_i128.pow(places);
        if scale % *n.denom() == 0
            && let Some(whole) = n.numer().checked_mul(scale / *n.denom())
        {
            let (sign, digits) = (if whole < 0 { "-" } else { "" }, whole.unsigned_abs());
            let (above, below) = (digits / scale.unsigned_abs(), digits % scale.unsigned_abs());
            return if places == 0 { format!("{sign}{above}") } else { format!("{sign}{above}.{below:0width$}", width = places as usize) };
        }
    }
    n.to_string()
}
