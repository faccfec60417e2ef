//! Functions and decision tables in the circuit.

#![expect(clippy::wildcard_enum_match_arm, reason = "what is not named here is left to the row evaluator")]

use banso_guideline::expr::tree::{Check, Checks, Comparison, Func, Node as Tree};
use banso_guideline::expr::{Cell, Collect, Decision, Hit, Outcome, Output, Type};

use crate::circuit::{Calendar, Flavour, Id, Op, Round, Shape, Strictness, TextTest};
use crate::lower::{Lowered, Lowering};

impl Lowering<'_> {
    pub(crate) fn call(&mut self, func: Func, parts: &[Tree], ty: &Type) -> Lowered {
        let lowered: Vec<Lowered> = parts.iter().map(|p| self.tree(p)).collect();
        match func {
            Func::Count => match lowered.into_iter().next() {
                Some(Lowered::Unknown(symbols)) => self.unknown(ty, &symbols),
                Some(_) | None => Lowered::ByRow,
            },
            Func::Sum | Func::Min | Func::Max | Func::Mean => self.over_numbers(func, lowered, ty),
            Func::Floor | Func::Ceiling | Func::RoundDown | Func::RoundUp | Func::RoundHalfUp => self.rounded(func, lowered),
            Func::Abs => match lowered.into_iter().next() {
                Some(Lowered::Lane(id)) => {
                    let scale = self.circuit.scale(id);
                    Lowered::Lane(self.circuit.add(Op::Absolute(id), Shape::Span { scale }, &[]))
                }
                Some(_) | None => Lowered::ByRow,
            },
            Func::Contains => self.on_text(TextTest::Contains, lowered),
            Func::StartsWith => self.on_text(TextTest::StartsWith, lowered),
            Func::EndsWith => self.on_text(TextTest::EndsWith, lowered),
            Func::ListContains => {
                let mut lowered = lowered.into_iter();
                match (lowered.next(), lowered.next()) {
                    (Some(list), Some(value)) => self.contains(list, &value).map_or(Lowered::ByRow, Lowered::Truth),
                    _ => Lowered::ByRow,
                }
            }
            Func::YearsBetween => self.between(Calendar::Years, lowered),
            Func::MonthsBetween => self.between(Calendar::Months, lowered),
            Func::Known => match lowered.into_iter().next() {
                Some(Lowered::Lane(id) | Lowered::Choice(id, _) | Lowered::Truth(id)) => {
                    Lowered::Truth(self.circuit.add(Op::IsKnown(id), Shape::Truth, &[]))
                }
                Some(Lowered::Unknown(_)) => Lowered::Truth(self.circuit.add(Op::Truth(Some(false)), Shape::Truth, &[])),
                Some(Lowered::TextColumn(..) | Lowered::TextConstant(_) | Lowered::List(_) | Lowered::ByRow) | None => Lowered::ByRow,
            },
            Func::Any | Func::All => self.any_or_all(func == Func::Any, lowered),
            Func::Distinct | Func::Concatenate => match lowered.as_slice() {
                [Lowered::Unknown(symbols)] => Lowered::Unknown(symbols.clone()),
                _ => Lowered::ByRow,
            },
            Func::Modulo => self.modulo(&lowered),
            Func::Median => self.over_numbers(func, lowered, ty),
            Func::Length | Func::Date => Lowered::ByRow,
        }
    }

    fn over_numbers(&mut self, func: Func, mut parts: Vec<Lowered>, ty: &Type) -> Lowered {
        if parts.len() == 1 {
            parts = match parts.pop() {
                Some(Lowered::List(elements)) => elements,
                Some(Lowered::Unknown(symbols)) => return self.unknown(ty, &symbols),
                Some(_) | None => return Lowered::ByRow,
            };
        }
        let ids: Option<Vec<Id>> = parts.iter().map(|p| if let Lowered::Lane(id) = p { Some(*id) } else { None }).collect();
        let Some(ids) = ids.filter(|ids| !ids.is_empty()) else { return Lowered::ByRow };
        match func {
            Func::Sum => self.sum(&ids),
            Func::Mean => match (self.sum(&ids), i64::try_from(ids.len())) {
                (total @ Lowered::Lane(_), Ok(count)) => self.scaled_by(total, 1, count),
                _ => Lowered::ByRow,
            },
            Func::Median => match self.common_scale(&ids) {
                Some(ids) => {
                    let halves = if ids.len().is_multiple_of(2) { 2 } else { 1 };
                    let scale = ids.first().map_or(1, |id| self.circuit.scale(*id)).saturating_mul(halves);
                    Lowered::Lane(self.circuit.add(Op::Median(ids), Shape::Span { scale }, &[]))
                }
                None => Lowered::ByRow,
            },
            _ => match self.common_scale(&ids) {
                Some(ids) => {
                    let scale = ids.first().map_or(1, |id| self.circuit.scale(*id));
                    let op = if func == Func::Min { Op::Least(ids) } else { Op::Greatest(ids) };
                    Lowered::Lane(self.circuit.add(op, Shape::Span { scale }, &[]))
                }
                None => Lowered::ByRow,
            },
        }
    }

    fn rounded(&mut self, func: Func, parts: Vec<Lowered>) -> Lowered {
        let mut parts = parts.into_iter();
        let Some(Lowered::Lane(of)) = parts.next() else { return Lowered::ByRow };
        let (unit, denominator) = match parts.next() {
            None => (1, 1),
            Some(Lowered::Lane(unit)) => match self.circuit.op(unit) {
                Some(Op::Lane(Some(n))) if *n > 0 => (*n, self.circuit.scale(unit)),
                _ => return Lowered::ByRow,
            },
            Some(_) => return Lowered::ByRow,
        };
        let round = match func {
            Func::Floor => Round::Floor,
            Func::Ceiling => Round::Ceiling,
            Func::RoundUp => Round::Up,
            Func::RoundHalfUp => Round::HalfUp,
            _ => Round::Down,
        };
        let shape = match self.circuit.shape(of) {
            Shape::Point(_) => Shape::Point(Flavour::Number { scale: denominator }),
            Shape::Span { .. } | Shape::Truth => Shape::Span { scale: denominator },
        };
        Lowered::Lane(self.circuit.add(Op::Round { round, of, unit, denominator }, shape, &[]))
    }

    /// What is left of a settled number by a constant: the number less its multiple below it.
    fn modulo(&mut self, parts: &[Lowered]) -> Lowered {
        let [value @ Lowered::Lane(of), unit @ Lowered::Lane(by)] = parts else { return Lowered::ByRow };
        let positive = matches!(self.circuit.op(*by), Some(Op::Lane(Some(n))) if *n > 0);
        if !positive || !matches!(self.circuit.shape(*of), Shape::Point(_)) {
            return Lowered::ByRow;
        }
        let below = self.rounded(Func::Floor, vec![value.clone(), unit.clone()]);
        match self.scaled_by(below, -1, 1) {
            Lowered::Lane(less) => self.sum(&[*of, less]),
            other => other,
        }
    }

    fn on_text(&mut self, test: TextTest, parts: Vec<Lowered>) -> Lowered {
        let mut parts = parts.into_iter();
        let (text, part) = (parts.next(), parts.next());
        let part = match part {
            Some(Lowered::TextConstant(part)) => part,
            Some(Lowered::Choice(id, list)) => match (self.circuit.op(id), list.first()) {
                (Some(Op::Lane(Some(0))), Some(part)) => part.clone(),
                _ => return Lowered::ByRow,
            },
            Some(_) | None => return Lowered::ByRow,
        };
        match text {
            Some(Lowered::TextColumn(place, symbol)) => {
                Lowered::Truth(self.circuit.add(Op::Text(test, place, part), Shape::Truth, &[symbol]))
            }
            Some(Lowered::Unknown(symbols)) => Lowered::Truth(self.circuit.add(Op::Truth(None), Shape::Truth, &symbols)),
            Some(_) | None => Lowered::ByRow,
        }
    }

    fn between(&mut self, calendar: Calendar, parts: Vec<Lowered>) -> Lowered {
        match parts.as_slice() {
            [Lowered::Lane(from), Lowered::Lane(to)] => {
                let shape = Shape::Point(Flavour::Number { scale: 1 });
                Lowered::Lane(self.circuit.add(Op::Between(calendar, *from, *to), shape, &[]))
            }
            _ => Lowered::ByRow,
        }
    }

    fn any_or_all(&mut self, any: bool, parts: Vec<Lowered>) -> Lowered {
        match parts.as_slice() {
            [Lowered::Unknown(symbols)] => Lowered::Truth(self.circuit.add(Op::Truth(None), Shape::Truth, symbols)),
            [Lowered::List(elements)] => {
                let truths: Vec<Id> = elements.iter().cloned().map(|e| self.truth(e)).collect();
                Lowered::Truth(if any { self.or(Strictness::Strict, truths) } else { self.and(Strictness::Strict, truths) })
            }
            _ => Lowered::ByRow,
        }
    }

    /// A decision table: for each row whether it applies, and what it says.
    pub(crate) fn decision(&mut self, table: &Decision) -> Lowered {
        let inputs: Vec<Lowered> = table.inputs.iter().map(|i| self.tree(i.tree())).collect();
        let mut spoiling = Vec::new();
        for input in &inputs {
            match input {
                Lowered::Truth(id) | Lowered::Lane(id) | Lowered::Choice(id, _) => spoiling.push(*id),
                Lowered::TextColumn(..) | Lowered::TextConstant(_) | Lowered::Unknown(_) => {}
                Lowered::List(_) | Lowered::ByRow => return Lowered::ByRow,
            }
        }
        let mut applying = Vec::new();
        let mut outputs = Vec::new();
        for row in &table.rows {
            let cells: Option<Vec<Id>> = row.cells.iter().zip(&inputs).map(|(cell, input)| self.cell(cell, input)).collect();
            let Some(cells) = cells else { return Lowered::ByRow };
            applying.push(self.and(Strictness::Kleene, cells));
            outputs.push(match &row.output {
                Output::Expression(e) => self.tree(e.tree()),
                Output::Unconfirmed(missing) => {
                    let symbol = self.circuit.symbol(missing);
                    self.unknown(table.ty(), &[symbol])
                }
            });
        }
        let Some((outputs, kind)) = self.alike(outputs) else { return Lowered::ByRow };
        let shape = self.merged(&outputs);
        let first = match table.hit {
            Hit::Unique => false,
            Hit::First => true,
            Hit::Collect(Collect::Sum) => return self.collected(spoiling, &applying, &outputs),
            Hit::Collect(Collect::Least | Collect::Greatest) => return Lowered::ByRow,
        };
        let rows = applying.into_iter().zip(outputs).collect();
        kind.of(self.circuit.add(Op::Table { first, inputs: spoiling, rows }, shape, &[]))
    }

    /// The sum of the rows that apply: each row is its output or nothing. An error of an input spoils it all.
    fn collected(&mut self, inputs: Vec<Id>, applying: &[Id], outputs: &[Id]) -> Lowered {
        let scale = outputs.first().map_or(1, |id| self.circuit.scale(*id));
        let (nothing, always) = (self.whole(0, scale), self.circuit.add(Op::Truth(Some(true)), Shape::Truth, &[]));
        let span = Shape::Span { scale };
        let parts: Vec<Id> =
            applying.iter().zip(outputs).map(|(when, what)| self.circuit.add(Op::If(*when, *what, nothing), span, &[])).collect();
        match self.sum(&parts) {
            Lowered::Lane(total) => {
                Lowered::Lane(self.circuit.add(Op::Table { first: false, inputs, rows: vec![(always, total)] }, span, &[]))
            }
            other => other,
        }
    }

    fn cell(&mut self, cell: &Cell, input: &Lowered) -> Option<Id> {
        let any = |this: &mut Self, checks: &[Check]| -> Option<Id> {
            let tests = checks.iter().map(|c| this.check(c, cell.ty(), input)).collect::<Option<Vec<_>>>()?;
            Some(this.or(Strictness::Kleene, tests))
        };
        match cell.checks()? {
            Checks::Any => Some(self.circuit.add(Op::Truth(Some(true)), Shape::Truth, &[])),
            Checks::OneOf(checks) => any(self, &checks),
            Checks::NoneOf(checks) => any(self, &checks).map(|id| self.not(id)),
        }
    }

    fn check(&mut self, check: &Check, ty: &Type, input: &Lowered) -> Option<Id> {
        match check {
            Check::Equal(outcome) => {
                let operand = self.operand(outcome, ty);
                self.comparison(Comparison::Equal, input.clone(), operand)
            }
            Check::Compare(op, outcome) => {
                let operand = self.operand(outcome, ty);
                self.comparison(*op, input.clone(), operand)
            }
            Check::Member(values) => {
                let mut found = Vec::new();
                for value in values {
                    let value = self.constant(value, ty);
                    found.push(self.comparison(Comparison::Equal, input.clone(), value)?);
                }
                Some(self.or(Strictness::Kleene, found))
            }
            Check::Range { low, from, high, to } => {
                let (low, high) = (self.operand(low, ty), self.operand(high, ty));
                self.range(input, (low, *from), (high, *to))
            }
        }
    }

    fn operand(&mut self, outcome: &Outcome, ty: &Type) -> Lowered {
        match outcome {
            Outcome::Value(value) => self.constant(value, ty),
            Outcome::Unknown(missing) => {
                let symbols: Vec<_> = missing.iter().map(|m| self.circuit.symbol(m)).collect();
                self.unknown(ty, &symbols)
            }
        }
    }
}
