//! What is known of an organisation already, as the texts that a form would hold: asked once, shown with their source and day.

use std::collections::BTreeMap;

use banso_guideline::answers::read_value;
use banso_guideline::{Facts, FieldKind, ItemId, Value};
use banso_kernel::{Exact, Yen};
use banso_store::Fact;

/// A fact that is known, and from where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownFact {
    pub value: Value,
    pub source: String,
    /// The period or day that it is of; the day on which it was learned where it has none.
    pub as_of: String,
}

/// The newest knowledge of each item.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Known(BTreeMap<ItemId, KnownFact>);

impl Known {
    /// From what the store has, the newest of an item first.
    #[must_use]
    pub fn of(facts: &[Fact]) -> Self {
        let mut known = BTreeMap::new();
        for fact in facts {
            let Some(value) = read_fact(&fact.value) else { continue };
            let as_of = if fact.period.is_empty() { fact.learned_on.wareki() } else { fact.period.clone() };
            known.entry(fact.item.clone()).or_insert(KnownFact { value, source: fact.source.clone(), as_of });
        }
        Known(known)
    }

    #[must_use]
    pub fn get(&self, item: &str) -> Option<&KnownFact> {
        self.0.get(item)
    }

    /// As facts of an examination.
    #[must_use]
    pub fn facts(&self) -> Facts {
        Facts(self.0.iter().map(|(item, fact)| (item.clone(), fact.value.clone())).collect())
    }

    /// The text that a field of this kind would hold; `None` where nothing is known, or nothing that fits the field.
    #[must_use]
    pub fn text(&self, item: &str, kind: &FieldKind) -> Option<String> {
        let text = value_text(kind, &self.get(item)?.value)?;
        read_value(kind, &text).ok().flatten().map(|_| text)
    }
}

/// A value as the store keeps it: as [`Value`] writes itself, or as plain JSON.
pub(crate) fn read_fact(json: &str) -> Option<Value> {
    if let Ok(value) = serde_json::from_str::<Value>(json) {
        return Some(value);
    }
    match serde_json::from_str::<serde_json::Value>(json).ok()? {
        serde_json::Value::Bool(yes) => Some(Value::YesNo(yes)),
        serde_json::Value::Number(number) => number.as_i64().map(|n| Value::Number(Exact::from_integer(i128::from(n)))),
        serde_json::Value::String(text) => Some(Value::Text(text)),
        serde_json::Value::Null | serde_json::Value::Array(_) | serde_json::Value::Object(_) => None,
    }
}

/// A value as somebody would type it into a field of this kind.
fn value_text(kind: &FieldKind, value: &Value) -> Option<String> {
    match (kind, value) {
        (FieldKind::Number { unit, .. }, Value::Number(n)) if unit == "円" => {
            n.is_integer().then(|| i64::try_from(n.to_integer()).ok()).flatten().map(|y| Yen::new(y).to_string().replace('円', ""))
        }
        (FieldKind::Number { unit, .. }, Value::Number(n)) if unit == "%" => decimal(*n * Exact::from_integer(100)),
        (FieldKind::Number { .. }, Value::Number(n)) => decimal(*n),
        (FieldKind::YesNo, Value::YesNo(yes)) => Some(if *yes { "はい" } else { "いいえ" }.to_owned()),
        (FieldKind::Day, Value::Day(day)) => Some(day.date().to_string()),
        (FieldKind::Text { .. } | FieldKind::LongText { .. } | FieldKind::Choice(_) | FieldKind::CorporateNumber, Value::Text(text)) => {
            Some(text.clone())
        }
        _ => None,
    }
}

/// An exact number as a decimal of at most six places; `None` where it has more.
fn decimal(n: Exact) -> Option<String> {
    let scaled = n * Exact::from_integer(1_000_000);
    if !scaled.is_integer() {
        return None;
    }
    let (whole, millionths) = (n.to_integer(), scaled.to_integer().unsigned_abs() % 1_000_000);
    let sign = if n < Exact::from_integer(0) && whole == 0 { "-" } else { "" };
    let fraction = format!("{millionths:06}");
    let fraction = fraction.trim_end_matches('0');
    Some(if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") })
}

#[cfg(test)]
mod tests {
    use super::*;
    use banso_kernel::{Day, OrganisationId};

    fn fact(item: &str, period: &str, value: &str) -> Fact {
        let organisation = OrganisationId::new(uuid::Uuid::nil());
        let learned_on = Day::new(2025, 4, 1).unwrap();
        Fact { organisation, item: item.into(), period: period.into(), source: "登記".into(), value: value.into(), learned_on }
    }

    #[test]
    fn the_newest_comes_first_and_is_written_as_typed() {
        let known = Known::of(&[
            fact("資本金", "2025-03", &serde_json::to_string(&Value::Number(Exact::from_integer(30_000_000))).unwrap()),
            fact("資本金", "2024-03", "10000000"),
            fact("輸出比率", "", &serde_json::to_string(&Value::Number(Exact::new(3, 40))).unwrap()),
            fact("上場", "", "true"),
            fact("業種", "", "\"製造業\""),
            fact("壊れた値", "", "{"),
        ]);
        let number = |unit: &str| FieldKind::number(unit);
        for (item, kind, expect) in [
            ("資本金", number("円"), Some("30,000,000")),
            ("輸出比率", number("%"), Some("7.5")),
            ("上場", FieldKind::YesNo, Some("はい")),
            ("業種", FieldKind::Choice(vec!["製造業".into()]), Some("製造業")),
            ("業種", FieldKind::Choice(vec!["卸売業".into()]), None),
            ("業種", number("人"), None),
            ("壊れた値", FieldKind::YesNo, None),
        ] {
            assert_eq!(known.text(item, &kind).as_deref(), expect, "{item}");
        }
        assert_eq!(known.get("資本金").map(|k| k.as_of.as_str()), Some("2025-03"));
        assert_eq!(known.get("上場").map(|k| k.as_of.as_str()), Some("令和7年4月1日"));
    }

    #[test]
    fn decimals() {
        for (n, expect) in [
            (Exact::new(-1, 2), Some("-0.5")),
            (Exact::new(15, 2), Some("7.5")),
            (Exact::new(1, 3), None),
            (Exact::from_integer(12), Some("12")),
        ] {
            assert_eq!(decimal(n).as_deref(), expect);
        }
    }
}
