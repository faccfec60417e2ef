//! Values at which an expression may turn: the thresholds that its items are compared with, and the other choices. What is tried when
//! somebody asks which changes would turn a no into a yes.

use std::collections::{BTreeMap, BTreeSet};

use banso_kernel::Exact;

use super::domain::Grain;
use super::eval::Evaluator;
use super::names::{DefinitionBody, Names};
use super::node::{Node, NodeTest, Op};
use super::types::Type;
use super::{Expr, exact};
use crate::model::{Facts, ItemId, ItemKind, Value};

/// Most choices of one item that are tried.
const CHOICES_MAX: usize = 12;

/// What each item might be, other than what it is.
pub(crate) type TurningPoints = BTreeMap<ItemId, BTreeSet<Value>>;

impl Expr {
    /// For each item that the expression looks at (through its definitions too), the values at which the answer may turn.
    pub(crate) fn turning_points(&self, names: &Names, facts: &Facts, found: &mut TurningPoints) {
        let mut walk = Walk { names, facts, seen: BTreeSet::new(), found };
        walk.node(&self.0.node);
    }
}

struct Walk<'a, 'f> {
    names: &'a Names,
    facts: &'a Facts,
    seen: BTreeSet<String>,
    found: &'f mut TurningPoints,
}

impl Walk<'_, '_> {
    fn node(&mut self, node: &Node) {
        match &node.op {
            Op::Item(id) => self.item(id),
            Op::Definition(name) => self.definition(name),
            Op::Compare(_, a, b) => {
                self.threshold(a, b);
                self.threshold(b, a);
            }
            Op::In(value, tests) => tests.iter().for_each(|t| self.test(value, t)),
            Op::Constant(_)
            | Op::Parameter(_)
            | Op::Local(_)
            | Op::Negate(_)
            | Op::Not(_)
            | Op::Arithmetic(..)
            | Op::And(_)
            | Op::Or(_)
            | Op::If(..)
            | Op::Quantified(..)
            | Op::Filter(..)
            | Op::Path(..)
            | Op::List(_)
            | Op::Call(..) => {}
        }
        node.children().into_iter().for_each(|child| self.node(child));
    }

    fn definition(&mut self, name: &str) {
        if !self.seen.insert(name.to_owned()) {
            return;
        }
        let names = self.names;
        match names.definition(name).map(|d| &d.body) {
            Some(DefinitionBody::Expression(e)) => self.node(&e.0.node),
            Some(DefinitionBody::Decision(table)) => {
                for (column, input) in table.inputs.iter().enumerate() {
                    self.node(&input.0.node);
                    let Op::Item(id) = &input.0.node.op else { continue };
                    let samples = table.rows.iter().filter_map(|r| r.cells.get(column)?.domain(input.grain())?.sample());
                    samples.for_each(|value| self.add(id, value));
                }
                table.outputs().for_each(|output| self.node(&output.0.node));
            }
            None => {}
        }
    }

    /// An item that is a yes or a no, or a choice, may be another one.
    fn item(&mut self, id: &ItemId) {
        let Some(item) = self.names.item(id) else { return };
        match &item.kind {
            ItemKind::YesNo => [true, false].into_iter().for_each(|yes| self.add(id, Value::YesNo(yes))),
            ItemKind::Choice(options) => {
                options.iter().take(CHOICES_MAX).for_each(|option| self.add(id, Value::Text(option.clone())));
            }
            ItemKind::Number { .. } | ItemKind::Text | ItemKind::Day | ItemKind::CorporateNumber | ItemKind::List(_) => {}
        }
    }

    fn test(&mut self, value: &Node, test: &NodeTest) {
        test.parts().into_iter().for_each(|part| self.threshold(value, part));
    }

    /// The value that an item is compared with, and its neighbours on either side.
    fn threshold(&mut self, subject: &Node, limit: &Node) {
        let Op::Item(id) = &subject.op else { return };
        let Some(value) = Evaluator::new(self.names, self.facts).eval(limit).ok().and_then(|v| v.settled()) else { return };
        let step = match (&subject.ty, subject.grain()) {
            (Type::Number(unit), Grain::Fine) if unit.is_percent() => Exact::new(1, 1000),
            _ => Exact::from_integer(1),
        };
        match value {
            Value::Number(n) => {
                let whole = subject.grain() == Grain::Whole;
                let (low, high) = if whole { (exact::floor(n), exact::ceiling(n)) } else { (Some(n), Some(n)) };
                let beside = [low.and_then(|n| exact::subtract(n, step)), low, high, high.and_then(|n| exact::add(n, step))];
                beside.into_iter().flatten().for_each(|n| self.add(id, Value::Number(n)));
            }
            Value::Day(day) => [-1, 0, 1].into_iter().for_each(|by| self.add(id, Value::Day(day.plus_days(by)))),
            Value::Text(_) => self.add(id, value),
            Value::YesNo(_) | Value::List(_) | Value::Record(_) => {}
        }
    }

    fn add(&mut self, id: &ItemId, value: Value) {
        self.found.entry(id.clone()).or_default().insert(value);
    }
}
