//! Numbers, `if` and decision tables in SQL.

#![expect(clippy::wildcard_enum_match_arm, reason = "what is not named here is no number")]

use super::nodes::{Said, Value, Writer, any, high, low, rounding};
use super::{Dialect, is_point};
use crate::circuit::{Flavour, Id, Node, Op, Shape};

/// The smaller (`<`) or larger (`>`) of two that are both known; otherwise NULL.
fn strict(sign: &str, a: &str, b: &str) -> String {
    format!("CASE WHEN {a} {sign}= {b} THEN {a} WHEN {b} {sign} {a} THEN {b} END")
}

/// The smaller or larger of those that are known.
fn lenient(sign: &str, a: &str, b: &str) -> String {
    format!("CASE WHEN {a} IS NULL THEN {b} WHEN {b} IS NULL THEN {a} WHEN {a} {sign} {b} THEN {a} ELSE {b} END")
}

impl Writer<'_> {
    pub(crate) fn number(&mut self, node: &Node) -> Said<Value> {
        let span = !is_point(node.shape);
        match &node.op {
            Op::Add(a, b) => self.with(&[*a, *b], |v| {
                let ends = (format!("({} + {})", low(v, 0), low(v, 1)), format!("({} + {})", high(v, 0), high(v, 1)));
                Some((ends.0, span.then_some(ends.1)))
            }),
            Op::Times(a, 0) => {
                let zero = self.dialect.number("0");
                self.with(&[*a], |v| Some((format!("CASE WHEN {} = {} THEN {zero} END", low(v, 0), high(v, 0)), None)))
            }
            Op::Times(a, factor) => self.with(&[*a], |v| {
                let times = |end: &str| format!("({end} * ({factor}))");
                let (l, h) = if *factor < 0 { (high(v, 0), low(v, 0)) } else { (low(v, 0), high(v, 0)) };
                Some((times(l), span.then(|| times(h))))
            }),
            Op::Product(..) if self.dialect == Dialect::Sqlite => Err("SQLite has no whole numbers beyond 64 bits"),
            Op::Product(a, b) if !span => self.with(&[*a, *b], |v| Some((format!("({} * {})", low(v, 0), low(v, 1)), None))),
            Op::Product(..) => Err("a product of numbers between two ends"),
            Op::Least(parts) => self.extreme(parts, true),
            Op::Greatest(parts) => self.extreme(parts, false),
            Op::Absolute(a) => self.with(&[*a], |v| {
                let (l, h) = (low(v, 0), high(v, 0));
                let crosses = format!("({l} IS NULL OR {l} < 0) AND ({h} IS NULL OR {h} >= 0)");
                let (la, ha) = (format!("ABS({l})"), format!("ABS({h})"));
                let least = lenient("<", &la, &ha);
                let low = format!("CASE WHEN {l} = {h} THEN {la} WHEN {crosses} THEN 0 ELSE {least} END");
                Some((low, Some(strict(">", &la, &ha))))
            }),
            Op::Round { round, of, unit, denominator } => {
                let divisor = i128::from(self.shape(*of).scale()) * i128::from(*unit);
                let value = self.node(*of)?;
                let (low_n, one) = self.column(format!("({} * {denominator})", value.low), value.level);
                let (high_n, two) = self.column(format!("({} * {denominator})", value.high), value.level);
                let end = |this: &Self, n: &str| this.modulo(format!("({} * {unit})", rounding(*round, n, divisor)));
                let (low, high) = (end(self, &low_n), span.then(|| end(self, &high_n)));
                Ok(self.value(low, high, value.error, one.max(two)))
            }
            _ => Err("not a number"),
        }
    }

    fn extreme(&mut self, parts: &[Id], least: bool) -> Said<Value> {
        let values = self.nodes(parts)?;
        let error = any(values.iter().filter_map(|v| v.error.clone()).collect());
        let mut values = values.into_iter();
        let Some(mut all) = values.next() else { return Err("an empty list") };
        let sign = if least { "<" } else { ">" };
        for next in values {
            let level = all.level.max(next.level);
            let (near, far) = if least {
                (strict(sign, &all.low, &next.low), lenient(sign, &all.high, &next.high))
            } else {
                (strict(sign, &all.high, &next.high), lenient(sign, &all.low, &next.low))
            };
            let (near, one) = self.column(near, level);
            let (far, two) = self.column(far, level);
            let (low, high) = if least { (near, far) } else { (far, near) };
            all = Value { low, high, error: None, level: one.max(two) };
        }
        Ok(self.value(all.low, Some(all.high), error, all.level))
    }

    /// What holds whichever of two it is.
    fn either(shape: Shape, a: (&str, &str), b: (&str, &str)) -> (String, Option<String>) {
        match shape {
            Shape::Truth | Shape::Point(Flavour::Day | Flavour::Choice) => (format!("CASE WHEN {} = {} THEN {} END", a.0, b.0, a.0), None),
            Shape::Point(Flavour::Number { .. }) | Shape::Span { .. } => (strict("<", a.0, b.0), Some(strict(">", a.1, b.1))),
        }
    }

    pub(crate) fn conditional(&mut self, node: &Node, c: Id, a: Id, b: Id) -> Said<Value> {
        let (c, a, b) = (self.node(c)?, self.node(a)?, self.node(b)?);
        let level = c.level.max(a.level).max(b.level);
        let (low, high) = Self::either(node.shape, (&a.low, &a.high), (&b.low, &b.high));
        let end = |then: &str, otherwise: &str, open: String| {
            format!("CASE WHEN {c} THEN {then} WHEN NOT {c} THEN {otherwise} ELSE ({open}) END", c = c.low)
        };
        let (low, high) = (end(&a.low, &b.low, low), high.map(|h| end(&a.high, &b.high, h)));
        let taken = |branch: &Option<String>, when: &str| branch.as_ref().map(|e| format!("(COALESCE({when}, FALSE) AND ({e}))"));
        let errors = [c.error.clone(), taken(&a.error, &c.low), taken(&b.error, &format!("NOT {}", c.low))];
        let error = any(errors.into_iter().flatten().collect());
        Ok(self.value(low, high, error, level))
    }

    /// The rows one after the other: what is sure, and what all rows that may apply agree on.
    pub(crate) fn table(&mut self, node: &Node, first: bool, inputs: &[Id], rows: &[(Id, Id)]) -> Said<Value> {
        let span = !is_point(node.shape);
        let mut errors: Vec<String> = self.nodes(inputs)?.into_iter().filter_map(|v| v.error).collect();
        let null = if node.shape == Shape::Truth { "CAST(NULL AS BOOLEAN)" } else { "NULL" };
        let blank = || Value { low: null.to_owned(), high: null.to_owned(), error: None, level: 0 };
        let (mut found, mut perhaps) = (blank(), blank());
        let (mut sure, mut any_open) = (("FALSE".to_owned(), 0), ("FALSE".to_owned(), 0));
        for (applies, says) in rows {
            let (when, what) = (self.node(*applies)?, self.node(*says)?);
            let level = [when.level, what.level, found.level, perhaps.level, sure.1, any_open.1].into_iter().max().unwrap_or(0);
            let w = &when.low;
            let live = if first { format!("NOT {}", sure.0) } else { "TRUE".to_owned() };
            let (yes, one) = self.column(format!("(COALESCE({w}, FALSE) AND {live})"), level);
            let (open, two) = self.column(format!("({w} IS NULL AND {live})"), level);
            let level = one.max(two);
            if let Some(error) = &what.error {
                errors.push(format!("({yes} AND ({error}))"));
            }
            if !first {
                errors.push(format!(
                    "({yes} AND {} AND COALESCE({} <> {}, {} IS NOT NULL OR {} IS NOT NULL))",
                    sure.0, found.low, what.low, found.low, what.low
                ));
            }
            perhaps = self.step(node.shape, &perhaps, &what, (&open, &any_open.0), level, span);
            let take = |held: &str, new: &str| format!("CASE WHEN {yes} AND NOT {} THEN {new} ELSE {held} END", sure.0);
            let (l, one) = self.column(take(&found.low, &what.low), level);
            let (h, two) = if span { self.column(take(&found.high, &what.high), level) } else { (l.clone(), one) };
            found = Value { low: l, high: h, error: None, level: one.max(two) };
            any_open = self.column(format!("({} OR {open})", any_open.0), level);
            sure = self.column(format!("({} OR {yes})", sure.0), level);
        }
        let level = [found.level, perhaps.level, sure.1, any_open.1].into_iter().max().unwrap_or(0);
        errors.push(format!("(NOT {} AND NOT {})", sure.0, any_open.0));
        let (low, high) = Self::either(node.shape, (&found.low, &found.high), (&perhaps.low, &perhaps.high));
        let end = |sure_end: &str, open_end: &str, both: String| {
            let both = if first { format!("WHEN {} AND {} THEN ({both}) ", sure.0, any_open.0) } else { String::new() };
            format!("CASE {both}WHEN {} THEN {sure_end} ELSE {open_end} END", sure.0)
        };
        let (low, high) = (end(&found.low, &perhaps.low, low), span.then(|| end(&found.high, &perhaps.high, high.unwrap_or_default())));
        Ok(self.value(low, high, any(errors), level))
    }

    /// One more row that may apply.
    fn step(&mut self, shape: Shape, held: &Value, new: &Value, (open, begun): (&str, &str), level: usize, span: bool) -> Value {
        let (low, high) = Self::either(shape, (&held.low, &held.high), (&new.low, &new.high));
        let end = |held: &str, new: &str, both: String| {
            format!("CASE WHEN {open} AND {begun} THEN ({both}) WHEN {open} THEN {new} ELSE {held} END")
        };
        let (low, one) = self.column(end(&held.low, &new.low, low), level);
        let (high, two) = match high {
            Some(high) if span => self.column(end(&held.high, &new.high, high), level),
            Some(_) | None => (low.clone(), one),
        };
        Value { low, high, error: None, level: one.max(two) }
    }
}
