//! What a table cell accepts, as a set: intersection, complement, emptiness, and an example from it.

use std::collections::BTreeSet;

use banso_kernel::{Day, Exact};

use super::exact;
use super::range::{Line, RangeSet, Wholeness};
use super::types::Type;
use crate::model::Value;

/// Whether numbers come whole (people, yen) or with fractions (averages, shares).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grain {
    Whole,
    Fine,
}

/// A set of values of one type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Domain(Set);

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Set {
    Numbers(RangeSet<Exact>),
    Days(RangeSet<Day>),
    /// Texts out of the values of a choice.
    Choices {
        all: Vec<String>,
        members: BTreeSet<String>,
    },
    /// Any texts: these, or all but these.
    Texts {
        all_but: Polarity,
        texts: BTreeSet<String>,
    },
    YesNo {
        yes: bool,
        no: bool,
    },
}

/// Whether a set of texts names its members or its exceptions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Polarity {
    These,
    AllBut,
}

impl Domain {
    pub(crate) fn new(set: Set) -> Self {
        Domain(set)
    }

    /// Everything of a type; nothing for lists and rows, which a cell cannot test.
    #[must_use]
    pub fn all(ty: &Type, grain: Grain) -> Option<Domain> {
        let set = match ty {
            Type::Number(_) => Set::Numbers(RangeSet::of([super::range::Range::all()], grain.wholeness())),
            Type::Day => Set::Days(RangeSet::of([super::range::Range::all()], Wholeness::Whole)),
            Type::Choice(values) => Set::Choices { all: values.clone(), members: values.iter().cloned().collect() },
            Type::Text => Set::Texts { all_but: Polarity::AllBut, texts: BTreeSet::new() },
            Type::YesNo => Set::YesNo { yes: true, no: true },
            Type::List(_) | Type::Record(_) => return None,
        };
        Some(Domain(set))
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        match &self.0 {
            Set::Numbers(ranges) => ranges.is_empty(),
            Set::Days(ranges) => ranges.is_empty(),
            Set::Choices { members, .. } => members.is_empty(),
            Set::Texts { all_but, texts } => *all_but == Polarity::These && texts.is_empty(),
            Set::YesNo { yes, no } => !yes && !no,
        }
    }

    #[must_use]
    pub fn contains(&self, value: &Value) -> bool {
        match (&self.0, value) {
            (Set::Numbers(ranges), Value::Number(n)) => ranges.contains(n),
            (Set::Days(ranges), Value::Day(d)) => ranges.contains(d),
            (Set::Choices { members, .. }, Value::Text(t)) => members.contains(t),
            (Set::Texts { all_but, texts }, Value::Text(t)) => texts.contains(t) == (*all_but == Polarity::These),
            (Set::YesNo { yes, no }, Value::YesNo(b)) => (*b && *yes) || (!*b && *no),
            (Set::Numbers(_) | Set::Days(_) | Set::Choices { .. } | Set::Texts { .. } | Set::YesNo { .. }, _) => false,
        }
    }

    /// What is not in it.
    #[must_use]
    pub fn complement(&self) -> Domain {
        Domain(match &self.0 {
            Set::Numbers(ranges) => Set::Numbers(ranges.complement()),
            Set::Days(ranges) => Set::Days(ranges.complement()),
            Set::Choices { all, members } => {
                let rest = all.iter().filter(|v| !members.contains(*v)).cloned().collect();
                Set::Choices { all: all.clone(), members: rest }
            }
            Set::Texts { all_but, texts } => Set::Texts { all_but: all_but.opposite(), texts: texts.clone() },
            Set::YesNo { yes, no } => Set::YesNo { yes: !yes, no: !no },
        })
    }

    /// What is in both. Domains of different types have nothing in common.
    #[must_use]
    pub fn intersection(&self, other: &Domain) -> Domain {
        Domain(match (&self.0, &other.0) {
            (Set::Numbers(a), Set::Numbers(b)) => Set::Numbers(a.intersection(b)),
            (Set::Days(a), Set::Days(b)) => Set::Days(a.intersection(b)),
            (Set::Choices { all, members: a }, Set::Choices { members: b, .. }) => {
                Set::Choices { all: all.clone(), members: a.intersection(b).cloned().collect() }
            }
            (Set::Texts { all_but: p, texts: a }, Set::Texts { all_but: q, texts: b }) => common_texts(*p, a, *q, b),
            (Set::YesNo { yes, no }, Set::YesNo { yes: y, no: n }) => Set::YesNo { yes: *yes && *y, no: *no && *n },
            (Set::Numbers(_) | Set::Days(_) | Set::Choices { .. } | Set::Texts { .. } | Set::YesNo { .. }, _) => {
                Set::YesNo { yes: false, no: false }
            }
        })
    }

    /// What is in either; of the first one's type.
    #[must_use]
    pub fn union(&self, other: &Domain) -> Domain {
        match (&self.0, &other.0) {
            (Set::Numbers(a), Set::Numbers(b)) => Domain(Set::Numbers(a.union(b))),
            (Set::Days(a), Set::Days(b)) => Domain(Set::Days(a.union(b))),
            (Set::Numbers(_) | Set::Days(_) | Set::Choices { .. } | Set::Texts { .. } | Set::YesNo { .. }, _) => {
                self.complement().intersection(&other.complement()).complement()
            }
        }
    }

    /// An example from it: the value that a message shows.
    #[must_use]
    pub fn sample(&self) -> Option<Value> {
        match &self.0 {
            Set::Numbers(ranges) => ranges.sample(&Exact::from_integer(0)).map(Value::Number),
            Set::Days(ranges) => Day::new(2000, 1, 1).ok().and_then(|d| ranges.sample(&d)).map(Value::Day),
            Set::Choices { all, members } => all.iter().find(|v| members.contains(*v)).cloned().map(Value::Text),
            Set::Texts { all_but: Polarity::These, texts } => texts.first().cloned().map(Value::Text),
            Set::Texts { all_but: Polarity::AllBut, texts } => Some(Value::Text(text_outside(texts))),
            Set::YesNo { yes: true, .. } => Some(Value::YesNo(true)),
            Set::YesNo { yes: false, no } => no.then_some(Value::YesNo(false)),
        }
    }
}

impl Grain {
    pub(crate) fn wholeness(self) -> Wholeness {
        match self {
            Grain::Whole => Wholeness::Whole,
            Grain::Fine => Wholeness::Fine,
        }
    }
}

impl Polarity {
    fn opposite(self) -> Self {
        match self {
            Polarity::These => Polarity::AllBut,
            Polarity::AllBut => Polarity::These,
        }
    }
}

fn common_texts(p: Polarity, a: &BTreeSet<String>, q: Polarity, b: &BTreeSet<String>) -> Set {
    let (all_but, texts) = match (p, q) {
        (Polarity::These, Polarity::These) => (Polarity::These, a.intersection(b).cloned().collect()),
        (Polarity::These, Polarity::AllBut) => (Polarity::These, a.difference(b).cloned().collect()),
        (Polarity::AllBut, Polarity::These) => (Polarity::These, b.difference(a).cloned().collect()),
        (Polarity::AllBut, Polarity::AllBut) => (Polarity::AllBut, a.union(b).cloned().collect()),
    };
    Set::Texts { all_but, texts }
}

/// A text that is none of these.
fn text_outside(texts: &BTreeSet<String>) -> String {
    let mut text = "その他".to_owned();
    while texts.contains(&text) {
        text.push('*');
    }
    text
}

impl Line for Exact {
    fn at_or_above(&self, whole: Wholeness) -> Option<Self> {
        if whole == Wholeness::Fine { Some(*self) } else { exact::ceiling(*self) }
    }

    fn at_or_below(&self, whole: Wholeness) -> Option<Self> {
        if whole == Wholeness::Fine { Some(*self) } else { exact::floor(*self) }
    }

    fn next(&self) -> Option<Self> {
        exact::add(*self, Exact::from_integer(1))
    }

    fn previous(&self) -> Option<Self> {
        exact::subtract(*self, Exact::from_integer(1))
    }

    fn between(low: &Self, high: &Self) -> Option<Self> {
        exact::add(*low, *high).and_then(|sum| exact::divide(sum, Exact::from_integer(2)))
    }
}

impl Line for Day {
    fn at_or_above(&self, _: Wholeness) -> Option<Self> {
        Some(*self)
    }

    fn at_or_below(&self, _: Wholeness) -> Option<Self> {
        Some(*self)
    }

    fn next(&self) -> Option<Self> {
        Some(self.plus_days(1)).filter(|d| d > self)
    }

    fn previous(&self) -> Option<Self> {
        Some(self.plus_days(-1)).filter(|d| d < self)
    }

    fn between(low: &Self, high: &Self) -> Option<Self> {
        low.next().filter(|d| d < high)
    }
}
