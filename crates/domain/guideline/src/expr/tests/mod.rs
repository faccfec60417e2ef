//! Tests of the expression language, as tables over a made-up dictionary.

mod cells;
mod defining;
mod evaluating;
mod explaining;
mod properties;
mod reading;
mod tck;
mod typing;

use std::collections::BTreeMap;

use banso_kernel::{Day, Exact, LocalText};

use super::{Expr, ExprError, Names, Outcome, Parameter, Type, Unit, compile};
use crate::model::{Facts, Item, ItemKind, Value};

pub(super) fn item(id: &str, en: &str, kind: ItemKind, changeable: bool) -> Item {
    let text = LocalText::new(id, en);
    Item { id: id.into(), kind, about: "事業者".into(), changeable, source: "申請者".into(), label: text.clone(), help: text }
}

fn number(unit: &str) -> ItemKind {
    ItemKind::Number { unit: unit.into(), limits: crate::Limits::default() }
}

fn choice(values: &[&str]) -> ItemKind {
    ItemKind::Choice(values.iter().map(|v| (*v).to_owned()).collect())
}

/// A dictionary like that of an R&D grant, a settled parameter and one that is not.
pub(super) fn names() -> Names {
    let mut names = Names::of_items(&[
        item("業種", "industry", choice(&["製造業その他", "卸売業", "サービス業", "小売業"]), false),
        item("資本金", "capital", number("円"), true),
        item("従業員数", "employees", number("人"), true),
        item("みなし大企業", "deemed large firm", ItemKind::YesNo, false),
        item("研究機関と連携する", "works with a research institute", ItemKind::YesNo, true),
        item("課税所得", "taxable income", number("円"), true),
        item("研究期間", "project years", number("年"), true),
        item("枠", "track", choice(&["通常枠", "出資獲得枠"]), true),
        item("経費", "cost", number("円"), true),
        item("伸び率", "growth", number("%"), true),
        item("設立日", "founded", ItemKind::Day, false),
        item("基準日", "reference day", ItemKind::Day, false),
        item("会社名", "name", ItemKind::Text, true),
        item("従業員数（常時）", "regular employees", number("人"), true),
        item("種別", "kind", choice(&["中小企業者等", "大学・公設試等", "その他"]), true),
        item("構成員経費", "member cost", number("円"), true),
        item("共同体", "consortium", ItemKind::List(vec!["種別".into(), "構成員経費".into()]), true),
    ]);
    for (name, value) in [("上限", Some(45_000_000)), ("二年の上限", None)] {
        let value = value.map(|n| Value::Number(Exact::from_integer(n)));
        let label = LocalText::ja(name);
        let parameter = Parameter { name: name.into(), label, clause: "3-1".into(), ty: Type::Number(Unit::of("円")), value };
        names.add_parameter(parameter).unwrap();
    }
    names
}

pub(super) fn n(value: i128) -> Value {
    Value::Number(Exact::from_integer(value))
}

pub(super) fn share(a: i128, b: i128) -> Value {
    Value::Number(Exact::new(a, b))
}

pub(super) fn t(text: &str) -> Value {
    Value::Text(text.into())
}

pub(super) fn day(text: &str) -> Value {
    Value::Day(Day::parse(text).unwrap())
}

pub(super) fn facts(pairs: &[(&str, Value)]) -> Facts {
    Facts(pairs.iter().map(|(k, v)| ((*k).to_owned(), v.clone())).collect())
}

pub(super) fn member(kind: Option<&str>, cost: Option<i128>) -> Value {
    let mut row = BTreeMap::new();
    row.extend(kind.map(|k| ("種別".to_owned(), t(k))));
    row.extend(cost.map(|c| ("構成員経費".to_owned(), n(c))));
    Value::Record(row)
}

pub(super) fn ok(text: &str) -> Expr {
    compile(text, &names()).unwrap_or_else(|e| panic!("{text}: {e:?}"))
}

pub(super) fn bad(text: &str) -> Vec<ExprError> {
    compile(text, &names()).expect_err(text)
}

/// The value, `?` and what is missing, or `!` and the code of the error.
pub(super) fn shown(names: &Names, text: &str, facts: &Facts) -> String {
    let expr = compile(text, names).unwrap_or_else(|e| panic!("{text}: {e:?}"));
    match expr.value(names, facts) {
        Ok(Outcome::Value(value)) => super::format::value(&value, expr.ty(), banso_kernel::Lang::Ja),
        Ok(Outcome::Unknown(missing)) => {
            let name = |m: &crate::model::Missing| match m {
                crate::model::Missing::Fact(id) => id.clone(),
                crate::model::Missing::Unconfirmed { clause, what } => format!("{what}@{clause}"),
            };
            format!("? {}", missing.iter().map(name).collect::<Vec<_>>().join(" ")).trim_end().to_owned()
        }
        Err(e) => format!("! {}", e.code),
    }
}

/// A table of expressions and what they come to.
pub(super) fn check(facts: &Facts, table: &[(&str, &str)]) {
    let names = names();
    for (text, expected) in table {
        assert_eq!(shown(&names, text, facts), *expected, "{text}");
    }
}
