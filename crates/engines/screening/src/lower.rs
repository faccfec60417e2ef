//! From the checked expressions of a guideline to the circuit. What columns cannot compute is left to the row evaluator, node by node.

#![expect(clippy::wildcard_enum_match_arm, reason = "what is not named here is left to the row evaluator")]

use std::collections::HashMap;

use banso_guideline::expr::tree::{Comparison, Node as Tree, Op as TreeOp, Quantity};
use banso_guideline::expr::{DefinitionBody, Expr, Names, Type, Unit};
use banso_guideline::{Facts, Missing, Value};

use crate::block::scaled;
use crate::circuit::{Circuit, Flavour, Id, Op, Shape, Strictness, Symbol};
use crate::schema::{Kind, Schema};

/// What an expression became.
#[derive(Debug, Clone)]
pub(crate) enum Lowered {
    Truth(Id),
    /// A number or a day.
    Lane(Id),
    /// A choice, and the list that its places are in.
    Choice(Id, Vec<String>),
    /// A column of texts.
    TextColumn(usize, Symbol),
    TextConstant(String),
    List(Vec<Lowered>),
    /// A list, a row or a text that is not known.
    Unknown(Vec<Symbol>),
    /// Left to the row evaluator.
    ByRow,
}

/// Puts expressions of one edition into a circuit.
pub(crate) struct Lowering<'a> {
    pub(crate) circuit: &'a mut Circuit,
    pub(crate) schema: &'a Schema,
    pub(crate) names: &'a Names,
    definitions: HashMap<String, Lowered>,
    pub(crate) locals: Vec<Lowered>,
    supposed: Facts,
}

/// The shape of a settled-or-unknown value of a type; none for lists, rows and texts.
pub(crate) fn point(ty: &Type, scale: i64) -> Option<Shape> {
    match ty {
        Type::Number(_) => Some(Shape::Point(Flavour::Number { scale })),
        Type::Day => Some(Shape::Point(Flavour::Day)),
        Type::Choice(_) => Some(Shape::Point(Flavour::Choice)),
        Type::YesNo => Some(Shape::Truth),
        Type::Text | Type::List(_) | Type::Record(_) => None,
    }
}

impl<'a> Lowering<'a> {
    pub(crate) fn new(circuit: &'a mut Circuit, schema: &'a Schema, names: &'a Names) -> Self {
        Lowering { circuit, schema, names, definitions: HashMap::new(), locals: Vec::new(), supposed: Facts::default() }
    }

    /// Facts that stand in for columns that are not there.
    pub(crate) fn supposing(mut self, facts: &Facts) -> Self {
        self.supposed = facts.clone();
        self
    }

    /// A condition as a truth.
    pub(crate) fn condition(&mut self, expr: &Expr) -> Id {
        let lowered = self.tree(expr.tree());
        self.truth(lowered)
    }

    /// An amount as a lane.
    pub(crate) fn amount(&mut self, expr: &Expr) -> Id {
        let lowered = self.tree(expr.tree());
        self.lane(lowered)
    }

    pub(crate) fn truth(&mut self, lowered: Lowered) -> Id {
        match lowered {
            Lowered::Truth(id) => id,
            Lowered::Unknown(symbols) => self.circuit.add(Op::Truth(None), Shape::Truth, &symbols),
            Lowered::Lane(_)
            | Lowered::Choice(..)
            | Lowered::TextColumn(..)
            | Lowered::TextConstant(_)
            | Lowered::List(_)
            | Lowered::ByRow => self.circuit.by_row(Shape::Truth),
        }
    }

    pub(crate) fn lane(&mut self, lowered: Lowered) -> Id {
        let number = Shape::Point(Flavour::Number { scale: 1 });
        match lowered {
            Lowered::Lane(id) | Lowered::Choice(id, _) => id,
            Lowered::Unknown(symbols) => self.circuit.add(Op::Lane(None), number, &symbols),
            Lowered::Truth(_) | Lowered::TextColumn(..) | Lowered::TextConstant(_) | Lowered::List(_) | Lowered::ByRow => {
                self.circuit.by_row(Shape::Span { scale: 1 })
            }
        }
    }

    /// An unknown of a type.
    pub(crate) fn unknown(&mut self, ty: &Type, symbols: &[Symbol]) -> Lowered {
        match (ty, point(ty, 1)) {
            (Type::YesNo, _) => Lowered::Truth(self.circuit.add(Op::Truth(None), Shape::Truth, symbols)),
            (Type::Choice(values), Some(shape)) => Lowered::Choice(self.circuit.add(Op::Lane(None), shape, symbols), values.clone()),
            (Type::Number(_) | Type::Day, Some(shape)) => Lowered::Lane(self.circuit.add(Op::Lane(None), shape, symbols)),
            (Type::Text | Type::List(_) | Type::Record(_) | Type::Number(_) | Type::Day | Type::Choice(_), _) => {
                Lowered::Unknown(symbols.to_vec())
            }
        }
    }

    pub(crate) fn tree(&mut self, tree: &Tree) -> Lowered {
        match &tree.op {
            TreeOp::Constant(value) => self.constant(value, &tree.ty),
            TreeOp::Item(id) => self.item(id, &tree.ty),
            TreeOp::Parameter(name) => self.parameter(name, &tree.ty),
            TreeOp::Definition(name) => self.definition(name, &tree.ty),
            TreeOp::Local(index) => self.locals.get(*index).cloned().unwrap_or(Lowered::ByRow),
            TreeOp::Not(inner) => {
                let inner = self.tree_truth(inner);
                Lowered::Truth(self.not(inner))
            }
            TreeOp::And(parts) => {
                let parts = parts.iter().map(|p| self.tree_truth(p)).collect();
                Lowered::Truth(self.and(Strictness::Kleene, parts))
            }
            TreeOp::Or(parts) => {
                let parts = parts.iter().map(|p| self.tree_truth(p)).collect();
                Lowered::Truth(self.or(Strictness::Kleene, parts))
            }
            TreeOp::Negate(inner) => {
                let inner = self.tree(inner);
                self.scaled_by(inner, -1, 1)
            }
            TreeOp::Arithmetic(op, a, b) => self.arithmetic(*op, a, b),
            TreeOp::Compare(op, a, b) => self.compared(*op, a, b),
            TreeOp::In(value, tests) => self.membership(value, tests),
            TreeOp::If(condition, then, otherwise) => self.conditional(condition, then, otherwise),
            TreeOp::Quantified(quantity, list, body) => self.quantified(*quantity, list, body),
            TreeOp::Filter(list, _) => match self.tree(list) {
                Lowered::Unknown(symbols) => Lowered::Unknown(symbols),
                _ => Lowered::ByRow,
            },
            TreeOp::Path(base, _) => match self.tree(base) {
                Lowered::Unknown(symbols) => self.unknown(&tree.ty, &symbols),
                _ => Lowered::ByRow,
            },
            TreeOp::List(parts) => Lowered::List(parts.iter().map(|p| self.tree(p)).collect()),
            TreeOp::Call(func, parts) => self.call(*func, parts, &tree.ty),
        }
    }

    pub(crate) fn tree_truth(&mut self, tree: &Tree) -> Id {
        let lowered = self.tree(tree);
        self.truth(lowered)
    }

    pub(crate) fn constant(&mut self, value: &Value, ty: &Type) -> Lowered {
        match (value, ty) {
            (Value::YesNo(yes), _) => Lowered::Truth(self.circuit.add(Op::Truth(Some(*yes)), Shape::Truth, &[])),
            (Value::Number(n), _) => match i64::try_from(*n.denom()).ok().and_then(|scale| Some((scaled(*n, scale)?, scale))) {
                Some((whole, scale)) => Lowered::Lane(self.whole(whole, scale)),
                None => Lowered::ByRow,
            },
            (Value::Day(day), _) => {
                let number = crate::block::day_number(*day);
                Lowered::Lane(self.circuit.add(Op::Lane(Some(number)), Shape::Point(Flavour::Day), &[]))
            }
            (Value::Text(text), Type::Choice(_)) => {
                let id = self.circuit.add(Op::Lane(Some(0)), Shape::Point(Flavour::Choice), &[]);
                Lowered::Choice(id, vec![text.clone()])
            }
            (Value::Text(text), _) => Lowered::TextConstant(text.clone()),
            (Value::List(_) | Value::Record(_), _) => Lowered::ByRow,
        }
    }

    /// A constant number of `scale`-ths.
    pub(crate) fn whole(&mut self, whole: i64, scale: i64) -> Id {
        self.circuit.add(Op::Lane(Some(whole)), Shape::Point(Flavour::Number { scale }), &[])
    }

    fn item(&mut self, id: &str, ty: &Type) -> Lowered {
        let symbol = self.circuit.symbol(&Missing::Fact(id.to_owned()));
        if self.schema.place(id).is_none()
            && let Some(value) = self.supposed.0.get(id).cloned()
        {
            return self.supposed(&value, ty);
        }
        let Some((place, field)) = self.schema.place(id).and_then(|p| Some((p, self.schema.fields().get(p)?))) else {
            return self.unknown(ty, &[symbol]);
        };
        match (&field.kind, ty) {
            (Kind::Number { scale }, Type::Number(unit)) if Unit::of(&field.unit).same_as(unit) => {
                Lowered::Lane(self.circuit.add(Op::Item(place), Shape::Point(Flavour::Number { scale: *scale }), &[symbol]))
            }
            (Kind::Day, Type::Day) => Lowered::Lane(self.circuit.add(Op::Item(place), Shape::Point(Flavour::Day), &[symbol])),
            (Kind::YesNo, Type::YesNo) => Lowered::Truth(self.circuit.add(Op::Item(place), Shape::Truth, &[symbol])),
            (Kind::Choice(values), Type::Choice(wanted)) if values == wanted => {
                let id = self.circuit.add(Op::Item(place), Shape::Point(Flavour::Choice), &[symbol]);
                Lowered::Choice(id, values.clone())
            }
            (Kind::Text, Type::Text) => Lowered::TextColumn(place, symbol),
            // An older dictionary than that of the columns: the row evaluator says what fits.
            (Kind::Number { .. } | Kind::Day | Kind::YesNo | Kind::Choice(_) | Kind::Text, _) => match (ty, point(ty, 1)) {
                (Type::YesNo, _) => Lowered::Truth(self.circuit.add(Op::Foreign(place), Shape::Truth, &[symbol])),
                (Type::Choice(wanted), Some(shape)) => {
                    Lowered::Choice(self.circuit.add(Op::Foreign(place), shape, &[symbol]), wanted.clone())
                }
                (Type::Number(_) | Type::Day, Some(shape)) => Lowered::Lane(self.circuit.add(Op::Foreign(place), shape, &[symbol])),
                (Type::Number(_) | Type::Day | Type::Choice(_) | Type::Text | Type::List(_) | Type::Record(_), _) => Lowered::ByRow,
            },
        }
    }

    /// A supposed fact as a constant, if it is of the type.
    fn supposed(&mut self, value: &Value, ty: &Type) -> Lowered {
        match (value, ty) {
            (Value::Text(text), Type::Choice(values)) if !values.contains(text) => Lowered::ByRow,
            (Value::Number(_), Type::Number(_))
            | (Value::Text(_), Type::Choice(_) | Type::Text)
            | (Value::Day(_), Type::Day)
            | (Value::YesNo(_), Type::YesNo) => self.constant(value, ty),
            _ => Lowered::ByRow,
        }
    }

    fn parameter(&mut self, name: &str, ty: &Type) -> Lowered {
        let Some(parameter) = self.names.parameter(name) else { return Lowered::ByRow };
        match &parameter.value {
            Some(value) => {
                let value = value.clone();
                self.constant(&value, ty)
            }
            None => {
                let missing = Missing::Unconfirmed { clause: parameter.clause.clone(), what: parameter.name.clone() };
                let symbol = self.circuit.symbol(&missing);
                self.unknown(ty, &[symbol])
            }
        }
    }

    fn definition(&mut self, name: &str, _ty: &Type) -> Lowered {
        if let Some(found) = self.definitions.get(name) {
            return found.clone();
        }
        let names = self.names;
        let Some(definition) = names.definition(name) else { return Lowered::ByRow };
        let locals = std::mem::take(&mut self.locals);
        let lowered = match &definition.body {
            DefinitionBody::Expression(e) => self.tree(e.tree()),
            DefinitionBody::Decision(d) => self.decision(d),
        };
        self.locals = locals;
        self.definitions.insert(name.to_owned(), lowered.clone());
        lowered
    }

    fn quantified(&mut self, quantity: Quantity, list: &Tree, body: &Tree) -> Lowered {
        match self.tree(list) {
            Lowered::Unknown(symbols) => Lowered::Truth(self.circuit.add(Op::Truth(None), Shape::Truth, &symbols)),
            Lowered::List(parts) => {
                let mut truths = Vec::new();
                for part in parts {
                    self.locals.push(part);
                    truths.push(self.tree_truth(body));
                    self.locals.pop();
                }
                Lowered::Truth(match quantity {
                    Quantity::Some => self.or(Strictness::Kleene, truths),
                    Quantity::Every => self.and(Strictness::Kleene, truths),
                })
            }
            _ => Lowered::ByRow,
        }
    }

    fn conditional(&mut self, condition: &Tree, then: &Tree, otherwise: &Tree) -> Lowered {
        let condition = self.tree_truth(condition);
        let (then, otherwise) = (self.tree(then), self.tree(otherwise));
        match self.alike(vec![then, otherwise]) {
            Some((branches, kind)) => {
                let (Some(a), Some(b)) = (branches.first(), branches.get(1)) else { return Lowered::ByRow };
                let shape = self.merged(&branches);
                let id = self.circuit.add(Op::If(condition, *a, *b), shape, &[]);
                kind.of(id)
            }
            None => Lowered::ByRow,
        }
    }

    /// What a value that may be one of several may be.
    pub(crate) fn merged(&self, parts: &[Id]) -> Shape {
        match parts.first().map(|p| self.circuit.shape(*p)) {
            Some(Shape::Truth) | None => Shape::Truth,
            Some(Shape::Point(Flavour::Number { scale }) | Shape::Span { scale }) => Shape::Span { scale },
            Some(shape @ Shape::Point(Flavour::Day | Flavour::Choice)) => shape,
        }
    }

    /// Values made alike, so that one of them can be taken: numbers in one scale, choices in one list.
    pub(crate) fn alike(&mut self, values: Vec<Lowered>) -> Option<(Vec<Id>, Likeness)> {
        if values.iter().all(|v| matches!(v, Lowered::Truth(_))) {
            return Some((values.into_iter().map(|v| self.truth(v)).collect(), Likeness::Truth));
        }
        if values.iter().all(|v| matches!(v, Lowered::Choice(..))) {
            let mut all: Vec<String> = Vec::new();
            for value in &values {
                if let Lowered::Choice(_, list) = value {
                    all.extend(list.iter().filter(|v| !all.contains(v)).cloned().collect::<Vec<_>>());
                }
            }
            let ids = values.into_iter().map(|v| self.recoded(v, &all)).collect::<Option<Vec<_>>>()?;
            return Some((ids, Likeness::Choice(all)));
        }
        if values.iter().all(|v| matches!(v, Lowered::Lane(_))) {
            let ids: Vec<Id> = values.into_iter().map(|v| self.lane(v)).collect();
            let day = ids.iter().any(|id| self.circuit.shape(*id) == Shape::Point(Flavour::Day));
            let ids = if day { ids } else { self.common_scale(&ids)? };
            return Some((ids, Likeness::Lane));
        }
        None
    }

    /// A choice with its places in another list.
    pub(crate) fn recoded(&mut self, value: Lowered, all: &[String]) -> Option<Id> {
        let Lowered::Choice(id, list) = value else { return None };
        if list == all {
            return Some(id);
        }
        let place = |v: &String| all.iter().position(|a| a == v).and_then(|p| i64::try_from(p).ok()).unwrap_or(-1);
        let places: Vec<i64> = list.iter().map(place).collect();
        let shape = Shape::Point(Flavour::Choice);
        if let Some(Op::Lane(constant)) = self.circuit.op(id) {
            let symbols = self.circuit.node(id).map(|n| n.symbols.clone()).unwrap_or_default();
            let moved = constant.and_then(|c| places.get(usize::try_from(c).ok()?).copied());
            return Some(self.circuit.add(Op::Lane(moved), shape, &symbols));
        }
        Some(self.circuit.add(Op::Recoded(id, places), shape, &[]))
    }

    pub(crate) fn not(&mut self, inner: Id) -> Id {
        match self.circuit.op(inner) {
            Some(Op::Truth(Some(yes))) => {
                let no = !yes;
                self.circuit.add(Op::Truth(Some(no)), Shape::Truth, &[])
            }
            Some(Op::Not(twice)) => *twice,
            _ => self.circuit.add(Op::Not(inner), Shape::Truth, &[]),
        }
    }

    pub(crate) fn and(&mut self, strict: Strictness, parts: Vec<Id>) -> Id {
        self.joined(strict, parts, true)
    }

    pub(crate) fn or(&mut self, strict: Strictness, parts: Vec<Id>) -> Id {
        self.joined(strict, parts, false)
    }

    /// And (`neutral` is true) or or, in one order of parts, so that the same parts make the same node.
    fn joined(&mut self, strict: Strictness, mut parts: Vec<Id>, neutral: bool) -> Id {
        parts.sort_unstable();
        parts.dedup();
        parts.retain(|p| self.circuit.op(*p) != Some(&Op::Truth(Some(neutral))));
        match parts.as_slice() {
            [] => self.circuit.add(Op::Truth(Some(neutral)), Shape::Truth, &[]),
            [one] => *one,
            _ if neutral => self.circuit.add(Op::And(strict, parts), Shape::Truth, &[]),
            _ => self.circuit.add(Op::Or(strict, parts), Shape::Truth, &[]),
        }
    }

    pub(crate) fn compare_to(&mut self, op: Comparison, id: Id, bound: i64) -> Id {
        self.circuit.add(Op::CompareTo(op, id, bound), Shape::Truth, &[])
    }
}

/// What values made alike are.
pub(crate) enum Likeness {
    Truth,
    Lane,
    Choice(Vec<String>),
}

impl Likeness {
    pub(crate) fn of(self, id: Id) -> Lowered {
        match self {
            Likeness::Truth => Lowered::Truth(id),
            Likeness::Lane => Lowered::Lane(id),
            Likeness::Choice(list) => Lowered::Choice(id, list),
        }
    }
}
