//! What is known of a firm, as a panel takes it: numbers by item and business year, and the newest value of everything.

use std::collections::{BTreeMap, BTreeSet};

use banso_guideline::Value;
use banso_kernel::Exact;
use banso_store::Fact;

use crate::apply::read_fact;

/// What is known of a firm: numbers by item and business year, and other facts.
#[derive(Debug, Clone, Default)]
pub(super) struct Known {
    yearly: BTreeMap<(String, i32), f64>,
    /// The newest value of an item, whatever its period.
    newest: BTreeMap<String, Value>,
    /// The newest number of an item that is of no year.
    undated: BTreeMap<String, f64>,
}

impl Known {
    /// The business years of which anything is known of some items.
    pub(super) fn years(&self, of: &dyn Fn(&str) -> bool) -> BTreeSet<i32> {
        self.yearly.keys().filter(|(item, _)| of(item)).map(|(_, year)| *year).collect()
    }

    /// Leaves only business years up to `last`.
    pub(super) fn forget_after(&mut self, last: i32) {
        self.yearly.retain(|(_, year), _| *year <= last);
    }

    /// How many business years up to `last` are known of an item.
    pub(super) fn years_of(&self, item: &str, last: i32) -> usize {
        self.yearly.keys().filter(|(known, year)| known == item && *year <= last).count()
    }

    pub(super) fn of(facts: &[Fact]) -> Self {
        let mut known = Known::default();
        // By period and day of learning: what comes later is newer.
        for fact in facts {
            let Some(value) = read_fact(&fact.value) else { continue };
            if let Value::Number(n) = &value {
                match year_of(&fact.period) {
                    Some(year) => drop(known.yearly.insert((fact.item.clone(), year), decimal(*n))),
                    None => drop(known.undated.insert(fact.item.clone(), decimal(*n))),
                }
            }
            known.newest.insert(fact.item.clone(), value);
        }
        known
    }

    pub(super) fn at(&self, item: &str, year: i32) -> Option<f64> {
        self.yearly.get(&(item.to_owned(), year)).copied()
    }

    /// The newest value that is of this year or a later one.
    pub(super) fn measured(&self, item: &str, from: i32) -> Option<f64> {
        self.yearly.iter().rev().find(|((known, year), _)| known == item && *year >= from).map(|(_, value)| *value)
    }

    /// A number that is of no year: what somebody expects, or what is so at all times.
    pub(super) fn undated(&self, item: &str) -> Option<f64> {
        self.undated.get(item).copied()
    }

    /// The value of this business year, or of the year before it; else what was known without a year.
    pub(super) fn before(&self, item: &str, year: i32) -> Option<f64> {
        let dated = self.at(item, year).or_else(|| self.at(item, year - 1));
        let yearly = self.yearly.keys().any(|(known, _)| known == item);
        dated.or_else(|| if yearly { None } else { self.number(item) })
    }

    /// The longest rise before the decision, of at most so many years: from, to, and their years.
    pub(super) fn earlier(&self, item: &str, decided: i32, years: u32) -> Option<(f64, f64, [i32; 2])> {
        let to = [decided, decided - 1].into_iter().find(|y| self.at(item, *y).is_some())?;
        let gap = (1..=i32::try_from(years).ok()?).rev().find(|gap| self.at(item, to - gap).is_some())?;
        Some((self.at(item, to - gap)?, self.at(item, to)?, [to - gap, to]))
    }

    pub(super) fn number(&self, item: &str) -> Option<f64> {
        match self.newest.get(item) {
            Some(Value::Number(n)) => Some(decimal(*n)),
            Some(Value::YesNo(_) | Value::Text(_) | Value::Day(_) | Value::List(_) | Value::Record(_)) | None => None,
        }
    }

    pub(super) fn text(&self, item: &str) -> String {
        match self.newest.get(item) {
            Some(Value::Text(text)) => plain(text),
            Some(Value::YesNo(_) | Value::Number(_) | Value::Day(_) | Value::List(_) | Value::Record(_)) | None => String::new(),
        }
    }
}

/// `2025` of `2025`, `2025-03` and `2025年度`.
pub(super) fn year_of(period: &str) -> Option<i32> {
    period.get(..4).and_then(|y| y.parse().ok()).filter(|y| (1900..2200).contains(y))
}

pub(super) fn decimal(exact: Exact) -> f64 {
    *exact.numer() as f64 / *exact.denom() as f64
}

/// Without what would break a line of CSV.
pub(super) fn plain(text: &str) -> String {
    text.chars().map(|c| if matches!(c, ',' | '"' | '\r' | '\n') { ' ' } else { c }).collect::<String>().trim().to_owned()
}
