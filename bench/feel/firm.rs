//! Made-up firms of which about every third fact is unknown, as our facts and as JSON for the oracle.

use std::collections::BTreeMap;

use banso_guideline::{Facts, Value};
use banso_kernel::{Day, Exact};
use serde_json::{Map, json};

use crate::dice::Dice;

/// What an item of the firm holds.
#[derive(Clone, Copy)]
enum Kind {
    Yen,
    People,
    YesNo,
    Industry,
    Founded,
    Line,
    Members,
    Costs,
}

const ITEMS: [(&str, Kind); 9] = [
    ("資本金", Kind::Yen),
    ("実績売上高", Kind::Yen),
    ("従業員数", Kind::People),
    ("重複受給", Kind::YesNo),
    ("再生事業者", Kind::YesNo),
    ("業種", Kind::Industry),
    ("設立日", Kind::Founded),
    ("共同体", Kind::Members),
    ("経費", Kind::Costs),
];
const MEMBER: [(&str, Kind); 2] = [("業種", Kind::Industry), ("資本金", Kind::Yen)];
const COST: [(&str, Kind); 2] = [("経費区分", Kind::Line), ("金額", Kind::Yen)];

/// The parts of the rows of a list.
fn parts(kind: Kind) -> &'static [(&'static str, Kind)] {
    match kind {
        Kind::Members => &MEMBER,
        Kind::Costs => &COST,
        Kind::Yen | Kind::People | Kind::YesNo | Kind::Industry | Kind::Founded | Kind::Line => &[],
    }
}

type Row = BTreeMap<&'static str, Known>;

/// A value, or that it is not known.
#[derive(Clone)]
enum Known {
    Not,
    Number(i64),
    YesNo(bool),
    Text(&'static str),
    Day(Day),
    Rows(Vec<Row>),
}

/// A made-up firm.
pub(crate) struct Firm(Row);

impl Firm {
    pub(crate) fn random(dice: &mut Dice) -> Self {
        Firm(row(dice, &ITEMS, 3))
    }

    /// The same with everything known.
    pub(crate) fn completed(&self, dice: &mut Dice) -> Self {
        Firm(completed(&self.0, dice, &ITEMS))
    }

    pub(crate) fn facts(&self) -> Facts {
        Facts(values(&self.0))
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        object(&self.0)
    }
}

/// One row; one in `unknown` of its values is not known (0: all are known).
fn row(dice: &mut Dice, items: &[(&'static str, Kind)], unknown: u64) -> Row {
    let one = |dice: &mut Dice, kind| if unknown > 0 && dice.roll(unknown) == 0 { Known::Not } else { value(dice, kind, unknown) };
    items.iter().map(|(name, kind)| (*name, one(dice, *kind))).collect()
}

fn value(dice: &mut Dice, kind: Kind, unknown: u64) -> Known {
    match kind {
        Kind::Yen => Known::Number(dice.pick(&[-7, 0, 50, 100, 101, 1000, 50_000_000, 300_000_000])),
        Kind::People => Known::Number(dice.pick(&[0, 5, 20, 21, 300])),
        Kind::YesNo => Known::YesNo(dice.roll(2) == 0),
        Kind::Industry => Known::Text(dice.pick(&["製造業その他", "卸売業", "サービス業", "小売業"])),
        Kind::Line => Known::Text(dice.pick(&["物品費", "人件費", "旅費"])),
        Kind::Founded => Day::parse(dice.pick(&["2016-02-29", "2020-01-31", "2024-12-31"])).map_or(Known::Not, Known::Day),
        Kind::Members | Kind::Costs => Known::Rows((0..dice.roll(3)).map(|_| row(dice, parts(kind), unknown)).collect()),
    }
}

fn completed(of: &Row, dice: &mut Dice, items: &[(&'static str, Kind)]) -> Row {
    let one = |dice: &mut Dice, name: &str, kind| match of.get(name) {
        None | Some(Known::Not) => value(dice, kind, 0),
        Some(Known::Rows(rows)) => Known::Rows(rows.iter().map(|r| completed(r, dice, parts(kind))).collect()),
        Some(known) => known.clone(),
    };
    items.iter().map(|(name, kind)| (*name, one(dice, name, *kind))).collect()
}

fn values(row: &Row) -> BTreeMap<String, Value> {
    let one = |known: &Known| match known {
        Known::Not => None,
        Known::Number(n) => Some(Value::Number(Exact::from_integer((*n).into()))),
        Known::YesNo(b) => Some(Value::YesNo(*b)),
        Known::Text(t) => Some(Value::Text((*t).to_owned())),
        Known::Day(d) => Some(Value::Day(*d)),
        Known::Rows(rows) => Some(Value::List(rows.iter().map(|r| Value::Record(values(r))).collect())),
    };
    row.iter().filter_map(|(name, known)| one(known).map(|v| ((*name).to_owned(), v))).collect()
}

/// What is not known is null; a day is `{"day": …}`.
fn object(row: &Row) -> serde_json::Value {
    let one = |known: &Known| match known {
        Known::Not => serde_json::Value::Null,
        Known::Number(n) => json!(n),
        Known::YesNo(b) => json!(b),
        Known::Text(t) => json!(t),
        Known::Day(d) => json!({"day": d.to_string()}),
        Known::Rows(rows) => rows.iter().map(object).collect(),
    };
    row.iter().map(|(name, known)| ((*name).to_owned(), one(known))).collect::<Map<_, _>>().into()
}
