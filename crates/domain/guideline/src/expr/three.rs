//! Values that may be unknown: three-valued truths, numbers between ends, lists with doubtful members.

use std::collections::BTreeSet;

use banso_kernel::Exact;

use super::ast::{Comparison, Edge};
use super::exact;
use crate::model::{Missing, Value};

/// What an answer waits for.
pub(crate) type Missings = BTreeSet<Missing>;

/// A truth; an unknown one says what it waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Tri {
    Yes,
    No,
    Unknown(Missings),
}

/// What an expression may be, given what is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Abs {
    /// Settled. Never a list.
    Known(Value),
    /// A number somewhere between two ends.
    Between(Bounds),
    /// Rows, of which some may turn out not to be in it.
    List(Vec<Element>),
    Unknown(Missings),
}

/// The ends of a number that is not settled. No end: no limit is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bounds {
    pub(crate) low: Option<Exact>,
    pub(crate) high: Option<Exact>,
    pub(crate) missing: Missings,
}

/// A member of a list. With a doubt, it is a member only if what is missing turns out so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Element {
    pub(crate) value: Abs,
    pub(crate) doubt: Missings,
}

impl Tri {
    pub(crate) fn of(yes: bool) -> Tri {
        if yes { Tri::Yes } else { Tri::No }
    }

    pub(crate) fn negated(self) -> Tri {
        match self {
            Tri::Yes => Tri::No,
            Tri::No => Tri::Yes,
            Tri::Unknown(missing) => Tri::Unknown(missing),
        }
    }

    /// Kleene's and.
    pub(crate) fn and(self, other: Tri) -> Tri {
        match (self, other) {
            (Tri::No, _) | (_, Tri::No) => Tri::No,
            (Tri::Yes, other) => other,
            (unknown, Tri::Yes) => unknown,
            (Tri::Unknown(a), Tri::Unknown(b)) => Tri::Unknown(a.into_iter().chain(b).collect()),
        }
    }

    /// Kleene's or.
    pub(crate) fn or(self, other: Tri) -> Tri {
        self.negated().and(other.negated()).negated()
    }

    pub(crate) fn into_abs(self) -> Abs {
        match self {
            Tri::Yes => Abs::Known(Value::YesNo(true)),
            Tri::No => Abs::Known(Value::YesNo(false)),
            Tri::Unknown(missing) => Abs::Unknown(missing),
        }
    }
}

impl Bounds {
    pub(crate) fn exactly(n: Exact) -> Bounds {
        Bounds { low: Some(n), high: Some(n), missing: Missings::new() }
    }

    pub(crate) fn anything(missing: Missings) -> Bounds {
        Bounds { low: None, high: None, missing }
    }

    /// The number, if nothing can change it.
    pub(crate) fn settled(&self) -> Option<Exact> {
        match (self.low, self.high) {
            (Some(low), Some(high)) if low == high => Some(low),
            _ => None,
        }
    }

    pub(crate) fn into_abs(self) -> Abs {
        match (self.settled(), self.low, self.high) {
            (Some(n), _, _) => Abs::Known(Value::Number(n)),
            (None, None, None) => Abs::Unknown(self.missing),
            (None, _, _) => Abs::Between(self),
        }
    }

    fn with_missing(mut self, more: &Missings) -> Bounds {
        self.missing.extend(more.iter().cloned());
        self
    }

    /// The smallest bounds around both.
    pub(crate) fn around(self, other: Bounds) -> Bounds {
        let low = self.low.zip(other.low).map(|(a, b)| a.min(b));
        let high = self.high.zip(other.high).map(|(a, b)| a.max(b));
        Bounds { low, high, missing: self.missing }.with_missing(&other.missing)
    }

    pub(crate) fn negated(self) -> Bounds {
        Bounds { low: self.high.and_then(exact::negate), high: self.low.and_then(exact::negate), missing: self.missing }
    }

    pub(crate) fn plus(self, other: Bounds) -> Bounds {
        let low = self.low.zip(other.low).and_then(|(a, b)| exact::add(a, b));
        let high = self.high.zip(other.high).and_then(|(a, b)| exact::add(a, b));
        Bounds { low, high, missing: self.missing }.with_missing(&other.missing)
    }

    pub(crate) fn times(self, other: Bounds) -> Bounds {
        let missing: Missings = self.missing.iter().chain(&other.missing).cloned().collect();
        if let Some(n) = other.settled() {
            return self.scaled(n, missing);
        }
        if let Some(n) = self.settled() {
            return other.scaled(n, missing);
        }
        let corners = [(self.low, other.low), (self.low, other.high), (self.high, other.low), (self.high, other.high)];
        let products: Option<Vec<Exact>> = corners.into_iter().map(|(a, b)| a.zip(b).and_then(|(a, b)| exact::multiply(a, b))).collect();
        if let Some(products) = products {
            return Bounds { low: products.iter().min().copied(), high: products.iter().max().copied(), missing };
        }
        let not_negative = |n: &Option<Exact>| n.is_some_and(|n| !exact::is_negative(n));
        if not_negative(&self.low) && not_negative(&other.low) {
            let low = self.low.zip(other.low).and_then(|(a, b)| exact::multiply(a, b));
            return Bounds { low, high: None, missing };
        }
        Bounds::anything(missing)
    }

    fn scaled(self, by: Exact, missing: Missings) -> Bounds {
        if exact::is_zero(by) {
            return Bounds::anything(missing);
        }
        let (low, high) = if exact::is_negative(by) { (self.high, self.low) } else { (self.low, self.high) };
        let times = |n: Option<Exact>| n.and_then(|n| exact::multiply(n, by));
        Bounds { low: times(low), high: times(high), missing }
    }

    /// One over it, where it cannot be zero.
    pub(crate) fn inverted(self) -> Bounds {
        let one = Exact::from_integer(1);
        match (self.low, self.high) {
            (Some(low), Some(high))
                if !exact::is_zero(low) && !exact::is_zero(high) && exact::is_negative(low) == exact::is_negative(high) =>
            {
                Bounds { low: exact::divide(one, high), high: exact::divide(one, low), missing: self.missing }
            }
            _ => Bounds::anything(self.missing),
        }
    }

    /// Both ends through a function that never falls.
    pub(crate) fn rising(self, f: impl Fn(Exact) -> Option<Exact>) -> Bounds {
        Bounds { low: self.low.and_then(&f), high: self.high.and_then(&f), missing: self.missing }
    }
}

impl Abs {
    pub(crate) fn yes_no(yes: bool) -> Abs {
        Abs::Known(Value::YesNo(yes))
    }

    pub(crate) fn number(n: Exact) -> Abs {
        Abs::Known(Value::Number(n))
    }

    /// A value as it comes from the facts.
    pub(crate) fn of(value: &Value) -> Abs {
        match value {
            Value::List(parts) => Abs::List(parts.iter().map(|v| Element { value: Abs::of(v), doubt: Missings::new() }).collect()),
            Value::YesNo(_) | Value::Number(_) | Value::Text(_) | Value::Day(_) | Value::Record(_) => Abs::Known(value.clone()),
        }
    }

    /// The truth of a condition.
    pub(crate) fn tri(self) -> Tri {
        match self {
            Abs::Known(Value::YesNo(yes)) => Tri::of(yes),
            other @ (Abs::Known(_) | Abs::Between(_) | Abs::List(_) | Abs::Unknown(_)) => Tri::Unknown(other.missing()),
        }
    }

    /// The ends of a number.
    pub(crate) fn bounds(self) -> Bounds {
        match self {
            Abs::Known(Value::Number(n)) => Bounds::exactly(n),
            Abs::Between(bounds) => bounds,
            other @ (Abs::Known(_) | Abs::List(_) | Abs::Unknown(_)) => Bounds::anything(other.missing()),
        }
    }

    /// What it waits for.
    pub(crate) fn missing(&self) -> Missings {
        match self {
            Abs::Known(_) => Missings::new(),
            Abs::Between(bounds) => bounds.missing.clone(),
            Abs::List(elements) => elements.iter().flat_map(|e| e.doubt.iter().cloned().chain(e.value.missing())).collect(),
            Abs::Unknown(missing) => missing.clone(),
        }
    }

    /// The value, if all of it is settled.
    pub(crate) fn settled(&self) -> Option<Value> {
        match self {
            Abs::Known(value) => Some(value.clone()),
            Abs::List(elements) => {
                let sure = elements.iter().map(|e| if e.doubt.is_empty() { e.value.settled() } else { None });
                sure.collect::<Option<Vec<_>>>().map(Value::List)
            }
            Abs::Between(_) | Abs::Unknown(_) => None,
        }
    }

    /// What holds whichever of two it turns out to be.
    pub(crate) fn either(self, other: Abs, because: Missings) -> Abs {
        if self == other && self.settled().is_some() {
            return self;
        }
        let is_number = |a: &Abs| matches!(a, Abs::Known(Value::Number(_)) | Abs::Between(_));
        if is_number(&self) && is_number(&other) {
            return self.bounds().around(other.bounds()).with_missing(&because).into_abs();
        }
        Abs::Unknown(self.missing().into_iter().chain(other.missing()).chain(because).collect())
    }
}

/// A test with its values worked out.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Probe {
    Equal(Abs),
    Member(Abs),
    Compare(Comparison, Abs),
    Range { low: Abs, from: Edge, high: Abs, to: Edge },
}

/// Whether a value passes a test.
pub(crate) fn passes(value: &Abs, probe: &Probe) -> Tri {
    match probe {
        Probe::Equal(other) => compare(Comparison::Equal, value, other),
        Probe::Member(list) => contains(list, value),
        Probe::Compare(op, other) => compare(*op, value, other),
        Probe::Range { low, from, high, to } => {
            let above = if *from == Edge::Included { Comparison::GreaterOrEqual } else { Comparison::Greater };
            let below = if *to == Edge::Included { Comparison::LessOrEqual } else { Comparison::Less };
            compare(above, value, low).and(compare(below, value, high))
        }
    }
}

/// Whether a list has a member equal to a value.
pub(crate) fn contains(list: &Abs, value: &Abs) -> Tri {
    match list {
        Abs::List(elements) => {
            let equal = |e: &Element| presence(e).and(compare(Comparison::Equal, &e.value, value));
            elements.iter().map(equal).fold(Tri::No, Tri::or)
        }
        Abs::Known(_) | Abs::Between(_) | Abs::Unknown(_) => Tri::Unknown(list.missing()),
    }
}

/// Whether an element is in its list.
pub(crate) fn presence(element: &Element) -> Tri {
    if element.doubt.is_empty() { Tri::Yes } else { Tri::Unknown(element.doubt.clone()) }
}

/// Compares what is known; numbers between ends may settle it.
pub(crate) fn compare(op: Comparison, a: &Abs, b: &Abs) -> Tri {
    if let (Abs::Known(x), Abs::Known(y)) = (a, b) {
        return Tri::of(holds(op, x, y));
    }
    let (x, y) = (a.clone().bounds(), b.clone().bounds());
    let unknown = || Tri::Unknown(a.missing().into_iter().chain(b.missing()).collect());
    let surely =
        |low: Option<Exact>, high: Option<Exact>, test: fn(&Exact, &Exact) -> bool| low.zip(high).is_some_and(|(l, h)| test(&l, &h));
    let less = surely(y.low, x.high, |y, x| x < y);
    let less_or_equal = surely(y.low, x.high, |y, x| x <= y);
    let greater = surely(x.low, y.high, |x, y| x > y);
    let greater_or_equal = surely(x.low, y.high, |x, y| x >= y);
    let (yes, no) = match op {
        Comparison::Equal => (false, less || greater),
        Comparison::Unequal => (less || greater, false),
        Comparison::Less => (less, greater_or_equal),
        Comparison::LessOrEqual => (less_or_equal, greater),
        Comparison::Greater => (greater, less_or_equal),
        Comparison::GreaterOrEqual => (greater_or_equal, less),
    };
    match (yes, no) {
        (true, _) => Tri::Yes,
        (false, true) => Tri::No,
        (false, false) => unknown(),
    }
}

fn holds(op: Comparison, a: &Value, b: &Value) -> bool {
    match op {
        Comparison::Equal => a == b,
        Comparison::Unequal => a != b,
        Comparison::Less => a < b,
        Comparison::LessOrEqual => a <= b,
        Comparison::Greater => a > b,
        Comparison::GreaterOrEqual => a >= b,
    }
}
