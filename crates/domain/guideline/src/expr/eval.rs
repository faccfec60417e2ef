//! Evaluation of one row. Unknown is not false; what is missing is what can still change the answer.

use std::collections::{BTreeMap, BTreeSet};

use banso_kernel::Exact;

use super::ast::{Arithmetic, Quantity};
use super::decision::{Collect, Decision, Hit, Output};
use super::fault::{by_zero, conflict, fault, no_row, overflow, undefined, wrong_kind};
use super::functions::Func;
use super::names::{DefinitionBody, Names};
use super::node::{Node, NodeTest, Op};
use super::pieces::{exactly, fitted, merged, part, power};
use super::three::{self, Abs, Element, Missings, Probe, Tri};
use super::types::Type;
use super::{EvalError, Judgement, Outcome, STEPS_MAX, Span, days, eval_call, exact};
use crate::model::{Facts, ItemId, Known, Missing, Truth, Value};

pub(crate) type Evaluated<T> = Result<T, EvalError>;

pub(crate) fn truth(node: &Node, names: &Names, facts: &Facts) -> Evaluated<Judgement> {
    Ok(judgement(Evaluator::new(names, facts).tri(node)?))
}

pub(crate) fn judgement(tri: Tri) -> Judgement {
    match tri {
        Tri::Yes => Judgement { truth: Truth::Yes, missing: Vec::new() },
        Tri::No => Judgement { truth: Truth::No, missing: Vec::new() },
        Tri::Unknown(missing) => Judgement { truth: Truth::Unknown, missing: missing.into_iter().collect() },
    }
}

pub(crate) fn value(node: &Node, names: &Names, facts: &Facts) -> Evaluated<Outcome> {
    let found = Evaluator::new(names, facts).eval(node)?;
    Ok(match found.settled() {
        Some(value) => Outcome::Value(value),
        None => Outcome::Unknown(found.missing().into_iter().collect()),
    })
}

pub(crate) fn bounds(node: &Node, names: &Names, facts: &Facts) -> Evaluated<Known<Exact>> {
    let found = Evaluator::new(names, facts).eval(node)?.bounds();
    Ok(match (found.settled(), found.low, found.high) {
        (Some(n), _, _) => Known::Exactly(n),
        (None, Some(low), Some(high)) => Known::Between(low, high),
        (None, _, _) => Known::Unknown(found.missing.into_iter().collect()),
    })
}

pub(crate) fn used(node: &Node, names: &Names, facts: &Facts) -> Vec<(ItemId, Value)> {
    let mut evaluator = Evaluator::new(names, facts);
    // An error has looked at facts too: those are the ones to show.
    let _ = evaluator.eval(node);
    evaluator.reads.iter().filter_map(|id| facts.0.get(id).map(|v| (id.clone(), v.clone()))).collect()
}

/// What a definition was found to be, and the facts it rests on.
type Remembered = (Evaluated<Abs>, BTreeSet<ItemId>);

/// One evaluation of one row.
pub(crate) struct Evaluator<'a> {
    names: &'a Names,
    facts: &'a Facts,
    locals: Vec<Abs>,
    steps: u64,
    reads: BTreeSet<ItemId>,
    definitions: BTreeMap<String, Remembered>,
}

impl<'a> Evaluator<'a> {
    pub(crate) fn new(names: &'a Names, facts: &'a Facts) -> Self {
        Evaluator { names, facts, locals: Vec::new(), steps: 0, reads: BTreeSet::new(), definitions: BTreeMap::new() }
    }

    pub(crate) fn tri(&mut self, node: &Node) -> Evaluated<Tri> {
        self.eval(node).map(Abs::tri)
    }

    /// The value of an expression. A long list costs as many steps as it has rows.
    pub(crate) fn eval(&mut self, node: &Node) -> Evaluated<Abs> {
        self.steps += 1;
        if self.steps > STEPS_MAX {
            return Err(fault(node.span, "too-long", "計算の手順が多すぎます", "the computation takes too many steps"));
        }
        let found = self.eval_op(node)?;
        if let Abs::List(elements) = &found {
            self.steps = self.steps.saturating_add(u64::try_from(elements.len()).unwrap_or(u64::MAX));
        }
        Ok(found)
    }

    fn eval_op(&mut self, node: &Node) -> Evaluated<Abs> {
        match &node.op {
            Op::Constant(value) => Ok(Abs::Known(value.clone())),
            Op::Item(id) => self.item(id, node),
            Op::Parameter(name) => self.parameter(name, node.span),
            Op::Definition(name) => self.definition(name, node.span),
            Op::Local(index) => self.locals.get(*index).cloned().ok_or_else(|| undefined(node.span)),
            Op::Negate(inner) => self.eval(inner).map(|v| v.bounds().negated().into_abs()),
            Op::Not(inner) => self.tri(inner).map(|t| t.negated().into_abs()),
            Op::Arithmetic(op, a, b) => self.arithmetic(*op, a, b, node.span),
            Op::And(parts) => self.all(parts, Tri::No),
            Op::Or(parts) => self.all(parts, Tri::Yes),
            Op::Compare(op, a, b) => {
                let (a, b) = (self.eval(a)?, self.eval(b)?);
                Ok(three::compare(*op, &a, &b).into_abs())
            }
            Op::In(value, tests) => self.membership(value, tests),
            Op::If(condition, then, otherwise) => self.conditional(condition, then, otherwise),
            Op::Quantified(quantity, list, body) => self.quantified(*quantity, list, body),
            Op::Filter(list, condition) => self.filtered(list, condition),
            Op::Path(base, field) => self.path(base, field, node),
            Op::List(parts) => {
                let values: Evaluated<Vec<Abs>> = parts.iter().map(|p| self.eval(p)).collect();
                Ok(Abs::List(values?.into_iter().map(|value| Element { value, doubt: Missings::new() }).collect()))
            }
            Op::Call(func, parts) => {
                let values: Evaluated<Vec<Abs>> = parts.iter().map(|p| self.eval(p)).collect();
                eval_call::call(*func, values?, node.span)
            }
        }
    }

    fn item(&mut self, id: &ItemId, node: &Node) -> Evaluated<Abs> {
        match self.facts.0.get(id) {
            None => Ok(Abs::Unknown(Missings::from([Missing::Fact(id.clone())]))),
            Some(value) => {
                self.reads.insert(id.clone());
                fitted(value, &node.ty).ok_or_else(|| wrong_kind(node.span, id, &node.ty))
            }
        }
    }

    fn parameter(&self, name: &str, span: Span) -> Evaluated<Abs> {
        let parameter = self.names.parameter(name).ok_or_else(|| undefined(span))?;
        match &parameter.value {
            None => Ok(Abs::Unknown(Missings::from([parameter.missing()]))),
            Some(value) => fitted(value, &parameter.ty).ok_or_else(|| wrong_kind(span, name, &parameter.ty)),
        }
    }

    /// A definition is worked out once an evaluation, outside of any variables.
    fn definition(&mut self, name: &str, span: Span) -> Evaluated<Abs> {
        if !self.definitions.contains_key(name) {
            let names = self.names;
            let definition = names.definition(name).ok_or_else(|| undefined(span))?;
            let (locals, reads) = (std::mem::take(&mut self.locals), std::mem::take(&mut self.reads));
            let found = match &definition.body {
                DefinitionBody::Expression(e) => self.eval(&e.0.node),
                DefinitionBody::Decision(d) => self.decision(d, name, span),
            };
            self.locals = locals;
            let own = std::mem::replace(&mut self.reads, reads);
            self.definitions.insert(name.to_owned(), (found, own));
        }
        let (found, reads) = self.definitions.get(name).cloned().ok_or_else(|| undefined(span))?;
        self.reads.extend(reads);
        found
    }

    /// And (`decisive` is no) and or (`decisive` is yes): one decisive part settles it, whatever the others are.
    fn all(&mut self, parts: &[Node], decisive: Tri) -> Evaluated<Abs> {
        let outer = std::mem::take(&mut self.reads);
        let mut looked_at = BTreeSet::new();
        let mut missing = Missings::new();
        let mut failure = None;
        for part in parts {
            match self.tri(part) {
                Ok(found) if found == decisive => {
                    self.reads.extend(outer);
                    return Ok(decisive.into_abs());
                }
                Ok(Tri::Unknown(more)) => missing.extend(more),
                Ok(Tri::Yes | Tri::No) => {}
                Err(e) if e.code == "too-long" => return Err(e),
                Err(e) => failure = failure.or(Some(e)),
            }
            looked_at.append(&mut self.reads);
        }
        self.reads = outer;
        self.reads.append(&mut looked_at);
        match failure {
            Some(e) => Err(e),
            None if missing.is_empty() => Ok(decisive.negated().into_abs()),
            None => Ok(Abs::Unknown(missing)),
        }
    }

    fn conditional(&mut self, condition: &Node, then: &Node, otherwise: &Node) -> Evaluated<Abs> {
        match self.tri(condition)? {
            Tri::Yes => self.eval(then),
            Tri::No => self.eval(otherwise),
            Tri::Unknown(missing) => match (self.eval(then), self.eval(otherwise)) {
                (Ok(a), Ok(b)) => Ok(a.either(b, missing)),
                // The branch that fails may not be the one taken.
                (Err(e), _) | (_, Err(e)) if e.code == "too-long" => Err(e),
                (Ok(_) | Err(_), _) => Ok(Abs::Unknown(missing)),
            },
        }
    }

    fn membership(&mut self, value: &Node, tests: &[NodeTest]) -> Evaluated<Abs> {
        let value = self.eval(value)?;
        let mut found = Tri::No;
        for test in tests {
            let probe = self.probe(test)?;
            found = found.or(three::passes(&value, &probe));
        }
        Ok(found.into_abs())
    }

    pub(crate) fn probe(&mut self, test: &NodeTest) -> Evaluated<Probe> {
        Ok(match test {
            NodeTest::Equal(n) => Probe::Equal(self.eval(n)?),
            NodeTest::Member(n) => Probe::Member(self.eval(n)?),
            NodeTest::Compare(op, n) => Probe::Compare(*op, self.eval(n)?),
            NodeTest::Range { low, from, high, to } => Probe::Range { low: self.eval(low)?, from: *from, high: self.eval(high)?, to: *to },
        })
    }

    /// A condition on one row of a list.
    fn on_row(&mut self, row: Abs, body: &Node) -> Evaluated<Tri> {
        self.locals.push(row);
        let found = self.tri(body);
        self.locals.pop();
        found
    }

    fn quantified(&mut self, quantity: Quantity, list: &Node, body: &Node) -> Evaluated<Abs> {
        let list = self.eval(list)?;
        let Abs::List(elements) = list else { return Ok(Abs::Unknown(list.missing())) };
        let (decisive, mut answer) = if quantity == Quantity::Some { (Tri::Yes, Tri::No) } else { (Tri::No, Tri::Yes) };
        let mut failure = None;
        for element in elements {
            let there = three::presence(&element);
            match self.on_row(element.value, body) {
                Ok(holds) if quantity == Quantity::Some => answer = answer.or(there.and(holds)),
                Ok(holds) => answer = answer.and(there.negated().or(holds)),
                Err(e) if e.code == "too-long" => return Err(e),
                Err(e) => failure = failure.or(Some(e)),
            }
        }
        match failure {
            Some(e) if answer != decisive => Err(e),
            Some(_) | None => Ok(answer.into_abs()),
        }
    }

    fn filtered(&mut self, list: &Node, condition: &Node) -> Evaluated<Abs> {
        let list = self.eval(list)?;
        let Abs::List(elements) = list else { return Ok(list) };
        let mut kept = Vec::new();
        for mut element in elements {
            match self.on_row(element.value.clone(), condition)? {
                Tri::Yes => kept.push(element),
                Tri::No => {}
                Tri::Unknown(missing) => {
                    element.doubt.extend(missing);
                    kept.push(element);
                }
            }
        }
        Ok(Abs::List(kept))
    }

    fn path(&mut self, base: &Node, field: &ItemId, node: &Node) -> Evaluated<Abs> {
        let base = self.eval(base)?;
        let Abs::List(elements) = base else { return part(&base, field, &node.ty, node.span) };
        let Type::List(of) = &node.ty else { return Err(undefined(node.span)) };
        let parts: Evaluated<Vec<Element>> =
            elements.into_iter().map(|e| Ok(Element { value: part(&e.value, field, of, node.span)?, doubt: e.doubt })).collect();
        parts.map(Abs::List)
    }

    fn arithmetic(&mut self, op: Arithmetic, a: &Node, b: &Node, span: Span) -> Evaluated<Abs> {
        let (left, right) = (self.eval(a)?, self.eval(b)?);
        if a.ty == Type::Day {
            return days::arithmetic(op, &left, &right, &b.ty).ok_or_else(|| overflow(span));
        }
        if let (Abs::Known(Value::Number(x)), Abs::Known(Value::Number(y))) = (&left, &right) {
            return exactly(op, *x, *y, span).map(Abs::number);
        }
        let (x, y) = (left.bounds(), right.bounds());
        let found = match op {
            Arithmetic::Add => x.plus(y),
            Arithmetic::Subtract => x.plus(y.negated()),
            Arithmetic::Multiply => x.times(y),
            Arithmetic::Divide if y.settled().is_some_and(exact::is_zero) => return Err(by_zero(span)),
            Arithmetic::Divide => x.times(y.inverted()),
            Arithmetic::Power => power(x, y),
        };
        Ok(found.into_abs())
    }

    /// The row of a table that applies, or what all rows that may apply agree on.
    fn decision(&mut self, table: &Decision, name: &str, span: Span) -> Evaluated<Abs> {
        let inputs: Evaluated<Vec<Abs>> = table.inputs.iter().map(|i| self.eval(&i.0.node)).collect();
        let inputs = inputs?;
        if let Hit::Collect(how) = table.hit {
            return self.collected(table, how, &inputs, name, span);
        }
        let mut sure: Option<Abs> = None;
        let mut perhaps: Vec<(Evaluated<Abs>, Missings)> = Vec::new();
        for row in &table.rows {
            let applies = row.cells.iter().zip(&inputs).map(|(cell, input)| cell.judge_abs(input)).fold(Tri::Yes, Tri::and);
            match (applies, &sure) {
                (Tri::No, _) => {}
                (Tri::Unknown(missing), _) => perhaps.push((self.output(&row.output), missing)),
                (Tri::Yes, Some(before)) => {
                    if self.output(&row.output)? != *before {
                        return Err(conflict(span, name));
                    }
                }
                (Tri::Yes, None) => sure = Some(self.output(&row.output)?),
            }
            if table.hit == Hit::First && sure.is_some() {
                break;
            }
        }
        match (sure, table.hit) {
            (Some(sure), Hit::Unique) => Ok(sure),
            (Some(sure), Hit::First | Hit::Collect(_)) => {
                Ok(perhaps.into_iter().fold(sure, |all, (found, missing)| merged(Some(all), found, missing)))
            }
            (None, Hit::Unique | Hit::First | Hit::Collect(_)) => {
                let mut all = None;
                for (found, missing) in perhaps {
                    all = Some(merged(all, found, missing));
                }
                all.ok_or_else(|| no_row(span, name))
            }
        }
    }

    /// Sum, least or greatest of the rows that apply; a row of which that is unknown counts perhaps.
    fn collected(&mut self, table: &Decision, how: Collect, inputs: &[Abs], name: &str, span: Span) -> Evaluated<Abs> {
        let mut elements = Vec::new();
        for row in &table.rows {
            let applies = row.cells.iter().zip(inputs).map(|(cell, input)| cell.judge_abs(input)).fold(Tri::Yes, Tri::and);
            match applies {
                Tri::No => {}
                Tri::Yes => elements.push(Element { value: self.output(&row.output)?, doubt: Missings::new() }),
                Tri::Unknown(doubt) => {
                    let value = self.output(&row.output).unwrap_or_else(|_| Abs::Unknown(doubt.clone()));
                    elements.push(Element { value, doubt });
                }
            }
        }
        let func = match how {
            Collect::Sum => Func::Sum,
            Collect::Least | Collect::Greatest if elements.is_empty() => return Err(no_row(span, name)),
            Collect::Least => Func::Min,
            Collect::Greatest => Func::Max,
        };
        eval_call::call(func, vec![Abs::List(elements)], span)
    }

    fn output(&mut self, output: &Output) -> Evaluated<Abs> {
        match output {
            Output::Expression(e) => self.eval(&e.0.node),
            Output::Unconfirmed(missing) => Ok(Abs::Unknown(Missings::from([missing.clone()]))),
        }
    }
}
