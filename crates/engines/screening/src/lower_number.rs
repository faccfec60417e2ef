//! Numbers in the circuit: one static scale for each node, thresholds worked out to whole numbers of it.

#![expect(clippy::wildcard_enum_match_arm, reason = "what is not named here is left to the row evaluator")]

use banso_guideline::expr::Type;
use banso_guideline::expr::tree::{Arithmetic, Comparison, Edge, Node as Tree, NodeTest, Op as TreeOp};
use num_traits::ToPrimitive as _;

use crate::block::LIMIT;
use crate::circuit::{Flavour, Id, Op, Shape, Strictness, TextTest};
use crate::lower::{Lowered, Lowering};

/// Scales beyond this are left to the row evaluator.
const SCALE_MAX: i64 = 1_000_000_000_000_000;

fn gcd(a: i128, b: i128) -> i128 {
    let (mut a, mut b) = (a.abs(), b.abs());
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a.max(1)
}

impl Lowering<'_> {
    pub(crate) fn arithmetic(&mut self, op: Arithmetic, a: &Tree, b: &Tree) -> Lowered {
        let (x, y) = (self.tree(a), self.tree(b));
        if a.ty == Type::Day {
            return match (op, x, y) {
                (Arithmetic::Subtract, Lowered::Lane(to), Lowered::Lane(from)) if b.ty == Type::Day => {
                    let shape = Shape::Point(Flavour::Number { scale: 1 });
                    Lowered::Lane(self.circuit.add(Op::Days(from, to), shape, &[]))
                }
                _ => Lowered::ByRow,
            };
        }
        let (Lowered::Lane(x), Lowered::Lane(y)) = (x, y) else { return Lowered::ByRow };
        match op {
            Arithmetic::Add => self.sum(&[x, y]),
            Arithmetic::Subtract => match self.scaled_by(Lowered::Lane(y), -1, 1) {
                Lowered::Lane(minus) => self.sum(&[x, minus]),
                other => other,
            },
            Arithmetic::Multiply => match (self.constant_of(x), self.constant_of(y)) {
                (_, Some((n, d))) => self.scaled_by(Lowered::Lane(x), n, d),
                (Some((n, d)), None) => self.scaled_by(Lowered::Lane(y), n, d),
                (None, None) => self.product(x, y),
            },
            Arithmetic::Divide => match self.constant_of(y) {
                Some((n, d)) if n != 0 => self.scaled_by(Lowered::Lane(x), if n < 0 { -d } else { d }, n.abs()),
                Some(_) | None => Lowered::ByRow,
            },
            Arithmetic::Power => match self.constant_of(y) {
                Some((n @ 1..=8, 1)) => (1..n).fold(Lowered::Lane(x), |sofar, _| match sofar {
                    Lowered::Lane(sofar) => self.product(sofar, x),
                    other => other,
                }),
                Some(_) | None => Lowered::ByRow,
            },
        }
    }

    /// A constant number as numerator and denominator.
    fn constant_of(&self, id: Id) -> Option<(i64, i64)> {
        match self.circuit.op(id) {
            Some(Op::Lane(Some(n))) => Some((*n, self.circuit.scale(id))),
            _ => None,
        }
    }

    /// Times a fraction with a positive denominator.
    pub(crate) fn scaled_by(&mut self, lowered: Lowered, numerator: i64, denominator: i64) -> Lowered {
        let Lowered::Lane(id) = lowered else { return lowered };
        let scale = i128::from(self.circuit.scale(id)) * i128::from(denominator);
        let shrink = gcd(i128::from(numerator), scale);
        let (factor, scale) = (i128::from(numerator) / shrink, scale / shrink);
        match (i64::try_from(factor), i64::try_from(scale)) {
            (Ok(factor), Ok(scale)) if scale <= SCALE_MAX => self.times(id, factor, scale).map_or(Lowered::ByRow, Lowered::Lane),
            _ => Lowered::ByRow,
        }
    }

    /// The same lane times a whole number, read in another scale.
    fn times(&mut self, id: Id, factor: i64, scale: i64) -> Option<Id> {
        if factor == 1 && scale == self.circuit.scale(id) {
            return Some(id);
        }
        let flavour = Shape::Point(Flavour::Number { scale });
        match self.circuit.op(id).cloned() {
            Some(Op::Lane(Some(n))) => {
                let n = n.checked_mul(factor).filter(|n| n.unsigned_abs() < LIMIT.unsigned_abs())?;
                Some(self.circuit.add(Op::Lane(Some(n)), flavour, &[]))
            }
            Some(Op::Lane(None)) => {
                let symbols = self.circuit.node(id).map(|n| n.symbols.clone()).unwrap_or_default();
                Some(self.circuit.add(Op::Lane(None), flavour, &symbols))
            }
            _ => {
                let point = matches!(self.circuit.shape(id), Shape::Point(_)) || factor == 0;
                Some(self.circuit.add(Op::Times(id, factor), if point { flavour } else { Shape::Span { scale } }, &[]))
            }
        }
    }

    /// Numbers in one scale that holds them all.
    pub(crate) fn common_scale(&mut self, ids: &[Id]) -> Option<Vec<Id>> {
        let mut all: i128 = 1;
        for id in ids {
            let scale = i128::from(self.circuit.scale(*id));
            all = all / gcd(all, scale) * scale;
            if all > i128::from(SCALE_MAX) {
                return None;
            }
        }
        let all = i64::try_from(all).ok()?;
        ids.iter().map(|id| self.times(*id, all / self.circuit.scale(*id), all)).collect()
    }

    fn is_point(&self, id: Id) -> bool {
        matches!(self.circuit.shape(id), Shape::Point(_))
    }

    pub(crate) fn sum(&mut self, ids: &[Id]) -> Lowered {
        let Some(ids) = self.common_scale(ids) else { return Lowered::ByRow };
        let scale = ids.first().map_or(1, |id| self.circuit.scale(*id));
        let mut all = ids.into_iter();
        let Some(first) = all.next() else { return Lowered::ByRow };
        let total = all.try_fold(first, |sum, next| {
            if let (Some((a, _)), Some((b, _))) = (self.constant_of(sum), self.constant_of(next)) {
                let both = a.checked_add(b).filter(|n| n.unsigned_abs() < LIMIT.unsigned_abs())?;
                return Some(self.whole(both, scale));
            }
            let point = self.is_point(sum) && self.is_point(next);
            let shape = if point { Shape::Point(Flavour::Number { scale }) } else { Shape::Span { scale } };
            Some(self.circuit.add(Op::Add(sum, next), shape, &[]))
        });
        total.map_or(Lowered::ByRow, Lowered::Lane)
    }

    fn product(&mut self, x: Id, y: Id) -> Lowered {
        let scale = i128::from(self.circuit.scale(x)) * i128::from(self.circuit.scale(y));
        match i64::try_from(scale) {
            Ok(scale) if scale <= SCALE_MAX => {
                let point = self.is_point(x) && self.is_point(y);
                let shape = if point { Shape::Point(Flavour::Number { scale }) } else { Shape::Span { scale } };
                Lowered::Lane(self.circuit.add(Op::Product(x, y), shape, &[]))
            }
            _ => Lowered::ByRow,
        }
    }

    pub(crate) fn compared(&mut self, op: Comparison, a: &Tree, b: &Tree) -> Lowered {
        if let Some(id) = self.ratio(op, a, b).or_else(|| self.ratio(mirrored(op), b, a)) {
            return Lowered::Truth(id);
        }
        let (x, y) = (self.tree(a), self.tree(b));
        self.comparison(op, x, y).map_or(Lowered::ByRow, Lowered::Truth)
    }

    /// A quotient against a constant, without dividing.
    fn ratio(&mut self, op: Comparison, quotient: &Tree, bound: &Tree) -> Option<Id> {
        let TreeOp::Arithmetic(Arithmetic::Divide, x, y) = &quotient.op else { return None };
        let (Lowered::Lane(x), Lowered::Lane(y), Lowered::Lane(bound)) = (self.tree(x), self.tree(y), self.tree(bound)) else {
            return None;
        };
        let (n, d) = self.constant_of(bound)?;
        if self.constant_of(y).is_some() {
            return None;
        }
        let above = i128::from(n) * i128::from(self.circuit.scale(x));
        let below = i128::from(d) * i128::from(self.circuit.scale(y));
        let shrink = gcd(above, below);
        let bound = (i64::try_from(above / shrink).ok()?, i64::try_from(below / shrink).ok()?);
        Some(self.circuit.add(Op::CompareRatio { op, x, y, bound }, Shape::Truth, &[]))
    }

    /// A comparison; none where columns cannot make it.
    pub(crate) fn comparison(&mut self, op: Comparison, x: Lowered, y: Lowered) -> Option<Id> {
        if op == Comparison::Unequal {
            return self.comparison(Comparison::Equal, x, y).map(|id| self.not(id));
        }
        match (x, y) {
            (Lowered::Truth(a), Lowered::Truth(b)) => Some(self.circuit.add(Op::Same(a.min(b), a.max(b)), Shape::Truth, &[])),
            (Lowered::Lane(a), Lowered::Lane(b)) => self.compare_lanes(op, a, b),
            (Lowered::Choice(a, list), Lowered::Choice(b, other)) => self.equal_choices((a, list), (b, other)),
            (Lowered::TextColumn(place, symbol), Lowered::TextConstant(text))
            | (Lowered::TextConstant(text), Lowered::TextColumn(place, symbol)) => {
                Some(self.circuit.add(Op::Text(TextTest::Equals, place, text), Shape::Truth, &[symbol]))
            }
            (Lowered::TextColumn(place, symbol), Lowered::Choice(id, list))
            | (Lowered::Choice(id, list), Lowered::TextColumn(place, symbol)) => {
                let (place_of, _) = self.constant_of(id)?;
                let text = list.get(usize::try_from(place_of).ok()?)?.clone();
                Some(self.circuit.add(Op::Text(TextTest::Equals, place, text), Shape::Truth, &[symbol]))
            }
            (Lowered::Unknown(symbols), constant) | (constant, Lowered::Unknown(symbols)) => {
                let settled = match &constant {
                    Lowered::TextConstant(_) => true,
                    Lowered::Choice(id, _) => self.constant_of(*id).is_some(),
                    Lowered::Truth(_)
                    | Lowered::Lane(_)
                    | Lowered::TextColumn(..)
                    | Lowered::List(_)
                    | Lowered::Unknown(_)
                    | Lowered::ByRow => false,
                };
                settled.then(|| self.circuit.add(Op::Truth(None), Shape::Truth, &symbols))
            }
            _ => None,
        }
    }

    fn equal_choices(&mut self, (a, list): (Id, Vec<String>), (b, other): (Id, Vec<String>)) -> Option<Id> {
        match (self.constant_of(a), self.constant_of(b)) {
            (_, Some((n, _))) => {
                let value = other.get(usize::try_from(n).ok()?)?;
                let place = list.iter().position(|v| v == value).and_then(|p| i64::try_from(p).ok()).unwrap_or(-2);
                Some(self.compare_to(Comparison::Equal, a, place))
            }
            (Some(_), None) => self.equal_choices((b, other), (a, list)),
            (None, None) => {
                let (ids, _) = self.alike(vec![Lowered::Choice(a, list), Lowered::Choice(b, other)])?;
                Some(self.circuit.add(Op::Compare(Comparison::Equal, *ids.first()?, *ids.get(1)?), Shape::Truth, &[]))
            }
        }
    }

    fn compare_lanes(&mut self, op: Comparison, a: Id, b: Id) -> Option<Id> {
        if let Some((n, d)) = self.constant_of(b) {
            return self.against(op, a, (n, d));
        }
        if let Some((n, d)) = self.constant_of(a) {
            return self.against(mirrored(op), b, (n, d));
        }
        let ids = self.common_scale(&[a, b])?;
        Some(self.circuit.add(Op::Compare(op, *ids.first()?, *ids.get(1)?), Shape::Truth, &[]))
    }

    /// Against a constant, as a whole number in the lane's scale: `x <= 10/3` of whole numbers is `x <= 3`.
    fn against(&mut self, op: Comparison, id: Id, (n, d): (i64, i64)) -> Option<Id> {
        let scaled = i128::from(n) * i128::from(self.circuit.scale(id));
        let (floor, rest) = (scaled.div_euclid(i128::from(d)), scaled.rem_euclid(i128::from(d)));
        let (down, up) = (clamped(floor)?, clamped(if rest == 0 { floor } else { floor + 1 })?);
        Some(match op {
            Comparison::LessOrEqual | Comparison::Greater => self.compare_to(op, id, down),
            Comparison::Less | Comparison::GreaterOrEqual => self.compare_to(op, id, up),
            Comparison::Equal if rest == 0 => self.compare_to(op, id, down),
            // Between two whole numbers: below it or above it, never it.
            Comparison::Equal => {
                let (below, above) = (self.compare_to(Comparison::Less, id, up), self.compare_to(Comparison::Greater, id, down));
                let apart = self.or(Strictness::Strict, vec![below, above]);
                self.not(apart)
            }
            Comparison::Unequal => return None,
        })
    }

    pub(crate) fn membership(&mut self, value: &Tree, tests: &[NodeTest]) -> Lowered {
        let value = self.tree(value);
        let mut found = Vec::new();
        for test in tests {
            match self.node_test(&value, test) {
                Some(id) => found.push(id),
                None => return Lowered::ByRow,
            }
        }
        Lowered::Truth(self.or(Strictness::Strict, found))
    }

    fn node_test(&mut self, value: &Lowered, test: &NodeTest) -> Option<Id> {
        match test {
            NodeTest::Equal(n) => {
                let n = self.tree(n);
                self.comparison(Comparison::Equal, value.clone(), n)
            }
            NodeTest::Compare(op, n) => {
                let n = self.tree(n);
                self.comparison(*op, value.clone(), n)
            }
            NodeTest::Member(list) => {
                let list = self.tree(list);
                self.contains(list, value)
            }
            NodeTest::Range { low, from, high, to } => {
                let (low, high) = (self.tree(low), self.tree(high));
                self.range(value, (low, *from), (high, *to))
            }
        }
    }

    pub(crate) fn contains(&mut self, list: Lowered, value: &Lowered) -> Option<Id> {
        match list {
            Lowered::List(parts) => {
                let parts = parts.into_iter().map(|p| self.comparison(Comparison::Equal, p, value.clone())).collect::<Option<Vec<_>>>()?;
                Some(self.or(Strictness::Strict, parts))
            }
            Lowered::Unknown(symbols) if matches!(value, Lowered::TextConstant(_)) => {
                Some(self.circuit.add(Op::Truth(None), Shape::Truth, &symbols))
            }
            _ => None,
        }
    }

    pub(crate) fn range(&mut self, value: &Lowered, (low, from): (Lowered, Edge), (high, to): (Lowered, Edge)) -> Option<Id> {
        let above = if from == Edge::Included { Comparison::GreaterOrEqual } else { Comparison::Greater };
        let below = if to == Edge::Included { Comparison::LessOrEqual } else { Comparison::Less };
        let above = self.comparison(above, value.clone(), low)?;
        let below = self.comparison(below, value.clone(), high)?;
        Some(self.and(Strictness::Strict, vec![above, below]))
    }
}

/// A bound that no value in a lane reaches stands for all bounds beyond it.
fn clamped(bound: i128) -> Option<i64> {
    bound.clamp(-i128::from(LIMIT) - 2, i128::from(LIMIT) + 2).to_i64()
}

pub(crate) fn mirrored(op: Comparison) -> Comparison {
    match op {
        Comparison::Equal => Comparison::Equal,
        Comparison::Unequal => Comparison::Unequal,
        Comparison::Less => Comparison::Greater,
        Comparison::LessOrEqual => Comparison::GreaterOrEqual,
        Comparison::Greater => Comparison::Less,
        Comparison::GreaterOrEqual => Comparison::LessOrEqual,
    }
}
