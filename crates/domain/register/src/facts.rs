//! Dated facts of a firm from several sources: which one holds, and where sources disagree. What a fact says stays as it was written.

use std::collections::BTreeMap;
use std::str::FromStr;

use banso_kernel::{Day, LocalText};
use serde::{Deserialize, Serialize};

/// Where a fact comes from, the weakest first: what the office has seen for itself outweighs a public list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum FactSource {
    /// 国税庁法人番号公表サイト.
    Register,
    /// gBizINFO.
    Gbizinfo,
    /// A table of the office's own.
    Office,
}

impl FactSource {
    pub const ALL: [FactSource; 3] = [FactSource::Register, FactSource::Gbizinfo, FactSource::Office];

    /// As it is kept and as it is written on the command line.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            FactSource::Register => "register",
            FactSource::Gbizinfo => "gbizinfo",
            FactSource::Office => "office",
        }
    }

    /// In words, as a credit line wants it.
    #[must_use]
    pub fn title(self) -> LocalText {
        match self {
            FactSource::Register => LocalText::new("国税庁法人番号公表サイト", "National Tax Agency, Corporate Number Publication Site"),
            FactSource::Gbizinfo => LocalText::new("gBizINFO（経済産業省）", "gBizINFO (METI)"),
            FactSource::Office => LocalText::new("事務局の表", "a table of the office"),
        }
    }
}

/// No such source.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no source of facts")]
pub struct NoSuchSource(pub String);

impl FromStr for FactSource {
    type Err = NoSuchSource;
    fn from_str(text: &str) -> Result<Self, NoSuchSource> {
        FactSource::ALL.into_iter().find(|s| s.code() == text).ok_or_else(|| NoSuchSource(text.to_owned()))
    }
}

/// One value of one item, as a source gave it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FirmFact {
    pub item: String,
    /// As a cell of a table: `5,000万円`, `卸売業`, `はい`, `2020-04-01`.
    pub value: String,
    pub source: FactSource,
    /// The day of which it is true.
    pub as_of: Day,
}

/// An item with the fact that holds, and what else was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettledFact {
    pub holds: FirmFact,
    /// The other facts, the strongest first.
    pub others: Vec<FirmFact>,
    /// Another source says otherwise of the same day or a later one: somebody should look.
    pub conflict: bool,
}

/// Puts facts in order, item by item: a stronger source holds against a weaker one, a newer day against an older one of the same source.
#[must_use]
pub fn settle(facts: Vec<FirmFact>) -> BTreeMap<String, SettledFact> {
    let mut by_item: BTreeMap<String, Vec<FirmFact>> = BTreeMap::new();
    for fact in facts {
        by_item.entry(fact.item.clone()).or_default().push(fact);
    }
    by_item.into_iter().filter_map(|(item, facts)| Some((item, settled(facts)?))).collect()
}

fn settled(mut facts: Vec<FirmFact>) -> Option<SettledFact> {
    facts.sort_by(|a, b| (b.source, b.as_of, &b.value).cmp(&(a.source, a.as_of, &a.value)));
    let mut facts = facts.into_iter();
    let holds = facts.next()?;
    let others: Vec<FirmFact> = facts.collect();
    let conflict = others.iter().any(|o| o.source != holds.source && o.as_of >= holds.as_of && o.value != holds.value);
    Some(SettledFact { holds, others, conflict })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fact(value: &str, source: FactSource, as_of: &str) -> FirmFact {
        FirmFact { item: "従業員数".into(), value: value.into(), source, as_of: Day::parse(as_of).unwrap() }
    }

    #[test]
    fn the_stronger_source_holds_then_the_newer_day() {
        use FactSource::{Gbizinfo, Office, Register};
        let check = |facts: &[(&str, FactSource, &str)], holds: &str, conflict: bool| {
            let facts = facts.iter().map(|(v, s, d)| fact(v, *s, d)).collect();
            let all = settle(facts);
            let found = &all["従業員数"];
            assert_eq!((found.holds.value.as_str(), found.conflict), (holds, conflict), "{found:?}");
        };
        check(&[("10", Gbizinfo, "2024-01-01")], "10", false);
        check(&[("10", Gbizinfo, "2024-01-01"), ("12", Gbizinfo, "2025-01-01")], "12", false);
        // The office saw it later: what a list said before is no conflict.
        check(&[("10", Gbizinfo, "2024-01-01"), ("12", Office, "2025-01-01")], "12", false);
        // A list says otherwise since: the office's own still holds, and somebody should look.
        check(&[("10", Gbizinfo, "2026-01-01"), ("12", Office, "2025-01-01")], "12", true);
        check(&[("12", Gbizinfo, "2026-01-01"), ("12", Office, "2025-01-01")], "12", false);
        check(&[("10", Register, "2026-01-01"), ("12", Gbizinfo, "2026-01-01")], "12", true);
        assert!(settle(Vec::new()).is_empty());
        assert_eq!("gbizinfo".parse(), Ok(Gbizinfo));
        assert!("x".parse::<FactSource>().is_err());
    }
}
