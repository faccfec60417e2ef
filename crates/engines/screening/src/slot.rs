//! What a node of the circuit is found to be over a block, and the kernels that find it for truths and comparisons.

use banso_guideline::expr::tree::Comparison;

use crate::circuit::{Circuit, Flavour, Id, Node, Op, Shape, Strictness};
use crate::plane::{BLOCK, Plane, passing, passing_both};

/// A node over a block. A truth has planes of yes and no; a lane has numbers with planes of which end is known.
#[derive(Debug, Clone, Default)]
pub(crate) struct Slot {
    /// Yes, or: the low end is known.
    pub(crate) one: Plane,
    /// No, or: the high end is known. Of a point the same as the low end.
    pub(crate) two: Plane,
    /// Rows that the row evaluator must say.
    pub(crate) ask: Plane,
    /// What each unknown waits for, by the node's symbols.
    pub(crate) missing: Vec<Plane>,
    pub(crate) low: Vec<i64>,
    /// Empty for a point.
    pub(crate) high: Vec<i64>,
}

impl Slot {
    /// The high ends; of a point the low ends.
    pub(crate) fn highs(&self) -> &[i64] {
        if self.high.is_empty() { &self.low } else { &self.high }
    }

    pub(crate) fn is_point(&self) -> bool {
        self.high.is_empty()
    }

    /// Rows whose number nothing can change.
    pub(crate) fn settled(&self) -> Plane {
        if self.is_point() {
            return self.one;
        }
        let both = self.one & self.two;
        if both.is_none() { both } else { both & passing_both(&self.low, &self.high, |l, h| l == h) }
    }

    /// Rows with a known end.
    pub(crate) fn some_end(&self) -> Plane {
        self.one | self.two
    }

    pub(crate) fn unknown_truth(&self) -> Plane {
        !(self.one | self.two | self.ask)
    }

    /// Makes room for the lanes of a shape.
    pub(crate) fn shape_to(&mut self, shape: Shape) {
        let fit = |lane: &mut Vec<i64>, rows: usize| {
            if lane.len() != rows {
                lane.clear();
                lane.resize(rows, 0);
            }
        };
        match shape {
            Shape::Truth => {}
            Shape::Point(_) => {
                fit(&mut self.low, BLOCK);
                self.high.clear();
            }
            Shape::Span { .. } => {
                fit(&mut self.low, BLOCK);
                fit(&mut self.high, BLOCK);
            }
        }
    }
}

/// The slots of nodes that are computed.
pub(crate) struct Done<'a> {
    pub(crate) circuit: &'a Circuit,
    pub(crate) slots: &'a [Slot],
    pub(crate) places: &'a [u32],
    pub(crate) nothing: &'a Slot,
}

impl Done<'_> {
    pub(crate) fn get(&self, id: Id) -> &Slot {
        self.places.get(id.place()).and_then(|p| self.slots.get(*p as usize)).unwrap_or(self.nothing)
    }

    /// Rows on which a node's value is settled.
    pub(crate) fn settled(&self, id: Id) -> Plane {
        let slot = self.get(id);
        match self.circuit.shape(id) {
            Shape::Truth => slot.one | slot.two,
            Shape::Point(_) | Shape::Span { .. } => slot.settled(),
        }
    }

    /// Adds what a child waits for, on some rows.
    pub(crate) fn waits(&self, node: &Node, out: &mut Slot, child: Id, rows: Plane) {
        if rows.is_none() {
            return;
        }
        let (slot, Some(of)) = (self.get(child), self.circuit.node(child)) else { return };
        for (symbol, plane) in of.symbols.iter().zip(&slot.missing) {
            let Ok(place) = node.symbols.binary_search(symbol) else { continue };
            if let Some(held) = out.missing.get_mut(place) {
                *held |= *plane & rows;
            }
        }
    }
}

/// Clears what a node waits for.
pub(crate) fn clear_missing(node: &Node, out: &mut Slot) {
    out.missing.clear();
    out.missing.resize(node.symbols.len(), Plane::NONE);
}

/// Nodes that are truths made of other nodes.
pub(crate) fn truth(node: &Node, done: &Done<'_>, out: &mut Slot) {
    match &node.op {
        Op::Truth(value) => constant(*value, out),
        Op::Not(a) => {
            let a = done.get(*a);
            (out.one, out.two, out.ask) = (a.two, a.one, a.ask);
        }
        Op::And(strict, parts) => joined(parts, *strict, true, done, out),
        Op::Or(strict, parts) => joined(parts, *strict, false, done, out),
        Op::Same(a, b) => {
            let (a, b) = (done.get(*a), done.get(*b));
            out.one = (a.one & b.one) | (a.two & b.two);
            out.two = (a.one & b.two) | (a.two & b.one);
            out.ask = a.ask | b.ask;
        }
        Op::CompareTo(op, a, bound) => compare_to(*op, done.get(*a), *bound, out),
        Op::Compare(op, a, b) => compare(*op, done.get(*a), done.get(*b), out),
        Op::CompareRatio { op, x, y, bound } => ratio(*op, done.get(*x), done.get(*y), *bound, out),
        Op::IsKnown(a) => {
            let (settled, ask) = (done.settled(*a), done.get(*a).ask);
            (out.one, out.two, out.ask) = (settled, !settled, ask);
        }
        Op::If(c, a, b) => choose(done.get(*c), done.get(*a), done.get(*b), out),
        Op::Lane(_)
        | Op::Item(_)
        | Op::Foreign(_)
        | Op::Text(..)
        | Op::Table { .. }
        | Op::Add(..)
        | Op::Times(..)
        | Op::Product(..)
        | Op::Least(_)
        | Op::Greatest(_)
        | Op::Median(_)
        | Op::Absolute(_)
        | Op::Round { .. }
        | Op::Between(..)
        | Op::Days(..)
        | Op::Recoded(..)
        | Op::ByRow(_) => (out.one, out.two, out.ask) = (Plane::NONE, Plane::NONE, Plane::ALL),
    }
    out.one = out.one.without(out.ask);
    out.two = out.two.without(out.ask);
    truth_waits(node, done, out);
}

/// What an unknown truth waits for: whatever its unknown parts do.
fn truth_waits(node: &Node, done: &Done<'_>, out: &mut Slot) {
    clear_missing(node, out);
    let unknown = out.unknown_truth();
    if unknown.is_none() || node.symbols.is_empty() {
        return;
    }
    if let Op::If(c, a, b) = &node.op {
        let condition = done.get(*c);
        let open = condition.unknown_truth();
        done.waits(node, out, *a, unknown & (condition.one | open));
        done.waits(node, out, *b, unknown & (condition.two | open));
        done.waits(node, out, *c, unknown & open);
        return;
    }
    let children = node.op.children();
    if children.is_empty() {
        out.missing.iter_mut().for_each(|plane| *plane = unknown);
    }
    for child in children {
        done.waits(node, out, child, unknown);
    }
}

fn constant(value: Option<bool>, out: &mut Slot) {
    out.ask = Plane::NONE;
    out.one = if value == Some(true) { Plane::ALL } else { Plane::NONE };
    out.two = if value == Some(false) { Plane::ALL } else { Plane::NONE };
}

/// And (`all`) or or: the decisive answer of any part decides.
fn joined(parts: &[Id], strict: Strictness, all: bool, done: &Done<'_>, out: &mut Slot) {
    let (mut every, mut decisive, mut ask) = (Plane::ALL, Plane::NONE, Plane::NONE);
    for part in parts {
        let part = done.get(*part);
        let (neutral, deciding) = if all { (part.one, part.two) } else { (part.two, part.one) };
        every &= neutral;
        decisive |= deciding;
        ask |= part.ask;
    }
    out.ask = match strict {
        Strictness::Strict => ask,
        Strictness::Kleene => ask.without(decisive),
    };
    (out.one, out.two) = if all { (every, decisive) } else { (decisive, every) };
}

fn choose(c: &Slot, a: &Slot, b: &Slot, out: &mut Slot) {
    let open = c.unknown_truth();
    out.ask = c.ask | (c.one & a.ask) | (c.two & b.ask) | (open & (a.ask | b.ask));
    out.one = (c.one & a.one) | (c.two & b.one) | (open & a.one & b.one);
    out.two = (c.one & a.two) | (c.two & b.two) | (open & a.two & b.two);
}

fn compare_to(op: Comparison, a: &Slot, c: i64, out: &mut Slot) {
    out.ask = a.ask;
    if a.is_point() {
        let holds = match op {
            Comparison::Equal => passing(&a.low, |x| x == c),
            Comparison::Unequal => passing(&a.low, |x| x != c),
            Comparison::Less => passing(&a.low, |x| x < c),
            Comparison::LessOrEqual => passing(&a.low, |x| x <= c),
            Comparison::Greater => passing(&a.low, |x| x > c),
            Comparison::GreaterOrEqual => passing(&a.low, |x| x >= c),
        };
        (out.one, out.two) = (a.one & holds, a.one.without(holds));
        return;
    }
    let apart = || high(a, |x| x < c) | low(a, |x| x > c);
    let equal = || a.settled() & passing(&a.low, |x| x == c);
    (out.one, out.two) = match op {
        Comparison::Equal => (equal(), apart()),
        Comparison::Unequal => (apart(), equal()),
        Comparison::Less => (high(a, |x| x < c), low(a, |x| x >= c)),
        Comparison::LessOrEqual => (high(a, |x| x <= c), low(a, |x| x > c)),
        Comparison::Greater => (low(a, |x| x > c), high(a, |x| x <= c)),
        Comparison::GreaterOrEqual => (low(a, |x| x >= c), high(a, |x| x < c)),
    };
}

/// Rows whose low end is known and passes.
#[inline]
fn low(a: &Slot, test: impl Fn(i64) -> bool) -> Plane {
    a.one & passing(&a.low, test)
}

/// Rows whose high end is known and passes.
#[inline]
fn high(a: &Slot, test: impl Fn(i64) -> bool) -> Plane {
    a.two & passing(a.highs(), test)
}

/// Rows on which x's high end passes against y's low end.
#[inline]
fn below(x: &Slot, y: &Slot, test: impl Fn(i64, i64) -> bool) -> Plane {
    x.two & y.one & passing_both(x.highs(), &y.low, test)
}

/// Rows on which x's low end passes against y's high end.
#[inline]
fn above(x: &Slot, y: &Slot, test: impl Fn(i64, i64) -> bool) -> Plane {
    x.one & y.two & passing_both(&x.low, y.highs(), test)
}

fn compare(op: Comparison, a: &Slot, b: &Slot, out: &mut Slot) {
    out.ask = a.ask | b.ask;
    let apart = || below(a, b, |x, y| x < y) | above(a, b, |x, y| x > y);
    let equal = || a.settled() & b.settled() & passing_both(&a.low, &b.low, |x, y| x == y);
    (out.one, out.two) = match op {
        Comparison::Equal => (equal(), apart()),
        Comparison::Unequal => (apart(), equal()),
        Comparison::Less => (below(a, b, |x, y| x < y), above(a, b, |x, y| x >= y)),
        Comparison::LessOrEqual => (below(a, b, |x, y| x <= y), above(a, b, |x, y| x > y)),
        Comparison::Greater => (above(a, b, |x, y| x > y), below(a, b, |x, y| x <= y)),
        Comparison::GreaterOrEqual => (above(a, b, |x, y| x >= y), below(a, b, |x, y| x < y)),
    };
}

/// x / y against above / below: multiplied out, so nothing is rounded. Bounds of both fit, for lanes stay below 2^61.
fn ratio(op: Comparison, x: &Slot, y: &Slot, (above, below): (i64, i64), out: &mut Slot) {
    let (sx, sy) = (x.settled(), y.settled());
    let zero = sy & passing(&y.low, |v| v == 0);
    // Between ends, the row evaluator looks at the corners.
    let doubtful = x.some_end().without(sx) | y.some_end().without(sy);
    out.ask = x.ask | y.ask | zero | doubtful;
    let holds = passing_both(&x.low, &y.low, |x, y| {
        let (left, right) = (i128::from(x) * i128::from(below), i128::from(y) * i128::from(above));
        let order = if y < 0 { right.cmp(&left) } else { left.cmp(&right) };
        match op {
            Comparison::Equal => order.is_eq(),
            Comparison::Unequal => order.is_ne(),
            Comparison::Less => order.is_lt(),
            Comparison::LessOrEqual => order.is_le(),
            Comparison::Greater => order.is_gt(),
            Comparison::GreaterOrEqual => order.is_ge(),
        }
    });
    let both = sx & sy;
    (out.one, out.two) = (both & holds, both.without(holds));
}

/// Whether a lane's unknowns are all or nothing.
pub(crate) fn is_discrete(shape: Shape) -> bool {
    matches!(shape, Shape::Point(Flavour::Day | Flavour::Choice))
}
