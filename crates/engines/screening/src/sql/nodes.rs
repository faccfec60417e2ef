//! Nodes as columns: every node that is more than a name becomes a column one query further on than those it needs.

use std::collections::BTreeMap;

use banso_guideline::expr::tree::Comparison;

use super::{Dialect, Source, is_point};
use crate::circuit::{Calendar, Circuit, Flavour, Id, Node, Op, Round, Shape, Strictness, TextTest};
use crate::schema::{Kind, Schema};

/// A node in SQL. A truth stands in `low`; a point has one text for both ends.
#[derive(Debug, Clone)]
pub(crate) struct Value {
    pub(crate) low: String,
    pub(crate) high: String,
    /// When it is an error; the node is NULL then.
    pub(crate) error: Option<String>,
    /// How many queries it stands behind the table.
    pub(crate) level: usize,
}

pub(crate) type Said<T> = Result<T, &'static str>;

pub(crate) struct Writer<'a> {
    circuit: &'a Circuit,
    schema: &'a Schema,
    pub(crate) dialect: Dialect,
    done: BTreeMap<Id, Value>,
    /// Columns by level: name and expression.
    levels: Vec<Vec<(String, String)>>,
    made: BTreeMap<String, (String, usize)>,
}

impl<'a> Writer<'a> {
    pub(crate) fn new(circuit: &'a Circuit, schema: &'a Schema, dialect: Dialect) -> Self {
        Writer { circuit, schema, dialect, done: BTreeMap::new(), levels: Vec::new(), made: BTreeMap::new() }
    }

    /// A node as SQL, with all it needs.
    pub(crate) fn node(&mut self, id: Id) -> Said<Value> {
        if let Some(found) = self.done.get(&id) {
            return Ok(found.clone());
        }
        let Some(node) = self.circuit.node(id).cloned() else { return Err("no such node") };
        let value = self.compute(&node)?;
        self.done.insert(id, value.clone());
        Ok(value)
    }

    pub(crate) fn nodes(&mut self, ids: &[Id]) -> Said<Vec<Value>> {
        ids.iter().map(|id| self.node(*id)).collect()
    }

    pub(crate) fn shape(&self, id: Id) -> Shape {
        self.circuit.shape(id)
    }

    /// A column of its own for an expression that needs columns up to a level.
    pub(crate) fn column(&mut self, expression: String, level: usize) -> (String, usize) {
        if let Some(found) = self.made.get(&expression) {
            return found.clone();
        }
        while self.levels.len() <= level {
            self.levels.push(Vec::new());
        }
        let name = format!("n{}", self.made.len());
        if let Some(columns) = self.levels.get_mut(level) {
            columns.push((name.clone(), expression.clone()));
        }
        self.made.insert(expression, (name.clone(), level + 1));
        (name, level + 1)
    }

    /// A value whose ends are columns; NULL where it is an error.
    pub(crate) fn value(&mut self, low: String, high: Option<String>, error: Option<String>, level: usize) -> Value {
        let (error, level) = match error {
            Some(error) => {
                let (name, level) = self.column(error, level);
                (Some(name), level)
            }
            None => (None, level),
        };
        let guarded = |end: String| match &error {
            Some(error) => format!("CASE WHEN {error} THEN NULL ELSE {end} END"),
            None => end,
        };
        let (low, first) = self.column(guarded(low), level);
        let (high, second) = match high {
            Some(high) => self.column(guarded(high), level),
            None => (low.clone(), first),
        };
        Value { low, high, error, level: first.max(second) }
    }

    fn plain(low: String) -> Value {
        Value { high: low.clone(), low, error: None, level: 0 }
    }

    fn compute(&mut self, node: &Node) -> Said<Value> {
        let dialect = self.dialect;
        match &node.op {
            Op::Truth(value) => Ok(Self::plain(match value {
                Some(true) => "TRUE".to_owned(),
                Some(false) => "FALSE".to_owned(),
                None => "CAST(NULL AS BOOLEAN)".to_owned(),
            })),
            Op::Lane(Some(n)) if matches!(node.shape, Shape::Point(Flavour::Choice | Flavour::Day)) => Ok(Self::plain(format!("({n})"))),
            // As a decimal from the start: a database multiplies small whole numbers in 32 bits.
            Op::Lane(Some(n)) => Ok(Self::plain(self.dialect.number(&n.to_string()))),
            Op::Lane(None) => Ok(Self::plain(self.dialect.number("NULL"))),
            Op::Item(place) => self.item(*place),
            Op::Text(test, place, part) => self.text_test(*test, *place, part),
            Op::Foreign(_) => Err("the column is of another kind than the item of the edition"),
            Op::ByRow(_) => Err("only the row evaluator can compute it"),
            Op::Table { first, inputs, rows } => self.table(node, *first, inputs, rows),
            Op::If(c, a, b) => self.conditional(node, *c, *a, *b),
            Op::Not(a) => {
                let a = self.node(*a)?;
                Ok(Value { low: format!("(NOT {})", a.low), high: String::new(), ..a })
            }
            Op::And(strict, parts) => self.joined("AND", "TRUE", *strict, parts),
            Op::Or(strict, parts) => self.joined("OR", "FALSE", *strict, parts),
            Op::Same(a, b) => self.with(&[*a, *b], |v| Some((format!("({} = {})", low(v, 0), low(v, 1)), None))),
            Op::CompareTo(op, a, bound) => {
                let bound = Self::plain(if *bound < 0 { format!("({bound})") } else { bound.to_string() });
                let (op, point) = (*op, is_point(self.shape(*a)));
                self.with(&[*a], move |v| Some((comparison(op, v.first()?, &bound, point), None)))
            }
            Op::Compare(op, a, b) => {
                let (op, point) = (*op, is_point(self.shape(*a)) && is_point(self.shape(*b)));
                self.with(&[*a, *b], move |v| Some((comparison(op, v.first()?, v.get(1)?, point), None)))
            }
            Op::CompareRatio { op, x, y, bound } => self.ratio(*op, *x, *y, *bound),
            Op::IsKnown(a) => {
                let shape = self.shape(*a);
                self.with(&[*a], move |v| {
                    let (l, h) = (low(v, 0), high(v, 0));
                    Some((if is_point(shape) { format!("({l} IS NOT NULL)") } else { format!("COALESCE({l} = {h}, FALSE)") }, None))
                })
            }
            Op::Add(..) | Op::Times(..) | Op::Product(..) | Op::Least(_) | Op::Greatest(_) | Op::Absolute(_) | Op::Round { .. } => {
                self.number(node)
            }
            Op::Median(_) => Err("a median"),
            Op::Between(calendar, from, to) => self.between(*calendar, *from, *to),
            Op::Days(from, to) => {
                self.with(&[*from, *to], move |v| Some((dialect.number(&format!("({} - {})", low(v, 1), low(v, 0))), None)))
            }
            Op::Recoded(a, places) => {
                let arms: Vec<String> = places.iter().enumerate().map(|(from, to)| format!("WHEN {from} THEN {to}")).collect();
                self.with(&[*a], move |v| Some((format!("CASE {} {} END", low(v, 0), arms.join(" ")), None)))
            }
        }
    }

    /// A node over others: an error of any of them is its own.
    pub(crate) fn with(&mut self, ids: &[Id], write: impl FnOnce(&[Value]) -> Option<(String, Option<String>)>) -> Said<Value> {
        let values = self.nodes(ids)?;
        let (low, high) = write(&values).ok_or("a part is not there")?;
        let level = values.iter().map(|v| v.level).max().unwrap_or(0);
        let error = any(values.iter().filter_map(|v| v.error.clone()).collect());
        Ok(self.value(low, high, error, level))
    }

    fn item(&self, place: usize) -> Said<Value> {
        let field = self.schema.fields().get(place).ok_or("no such column")?;
        let name = self.dialect.name(&field.item);
        Ok(Self::plain(match &field.kind {
            Kind::Number { scale: 1 } | Kind::YesNo => name,
            Kind::Number { .. } if self.dialect == Dialect::Sqlite => return Err("SQLite has no exact decimals"),
            Kind::Number { scale } => format!("({name} * {scale})"),
            Kind::Day => self.days(&name),
            Kind::Choice(values) => {
                let arms: Vec<String> = values.iter().enumerate().map(|(i, v)| format!("WHEN {} THEN {i}", self.dialect.text(v))).collect();
                format!("(CASE {name} {} END)", arms.join(" "))
            }
            Kind::Text => return Err("a text is not a number"),
        }))
    }

    /// Days since 1 January 1970.
    fn days(&self, name: &str) -> String {
        match self.dialect {
            Dialect::Postgres => format!("({name} - DATE '1970-01-01')"),
            Dialect::Spark => format!("DATEDIFF({name}, DATE '1970-01-01')"),
            Dialect::Sqlite => format!("CAST(julianday({name}) - 2440587.5 AS INTEGER)"),
        }
    }

    /// Year, month and day of a count of days as one number that orders days within a year: month times 100 and day.
    fn parts(&self, days: &str) -> (String, String, String) {
        match self.dialect {
            Dialect::Sqlite => {
                let part = |format: &str| format!("CAST(strftime('{format}', {days} * 86400, 'unixepoch') AS INTEGER)");
                (part("%Y"), part("%m"), part("%d"))
            }
            Dialect::Postgres | Dialect::Spark => {
                let day = if self.dialect == Dialect::Spark {
                    format!("DATE_ADD(DATE '1970-01-01', {days})")
                } else {
                    format!("(DATE '1970-01-01' + CAST({days} AS INTEGER))")
                };
                let part = |unit: &str| format!("CAST(EXTRACT({unit} FROM {day}) AS INTEGER)");
                (part("YEAR"), part("MONTH"), part("DAY"))
            }
        }
    }

    fn between(&mut self, calendar: Calendar, from: Id, to: Id) -> Said<Value> {
        let (from, to) = (self.node(from)?, self.node(to)?);
        let ((fy, fm, fd), (ty, tm, td)) = (self.parts(&from.low), self.parts(&to.low));
        let level = from.level.max(to.level);
        let months = format!("({ty} * 12 + {tm} - {fy} * 12 - {fm})");
        let (months, level) = self.column(months, level);
        let whole = format!(
            "(CASE WHEN {months} > 0 AND {td} < {fd} THEN {months} - 1 WHEN {months} < 0 AND {td} > {fd} THEN {months} + 1 ELSE {months} END)"
        );
        let (whole, level) = self.column(whole, level);
        let found = match calendar {
            Calendar::Months => whole,
            Calendar::Years => format!("(({whole} - MOD({whole}, 12)) / 12)"),
        };
        let error = any([from.error, to.error].into_iter().flatten().collect());
        let found = self.dialect.number(&self.modulo(found));
        Ok(self.value(found, None, error, level))
    }

    fn text_test(&self, test: TextTest, place: usize, part: &str) -> Said<Value> {
        let field = self.schema.fields().get(place).ok_or("no such column")?;
        let (name, text, letters) = (self.dialect.name(&field.item), self.dialect.text(part), part.chars().count());
        Ok(Self::plain(match (test, self.dialect) {
            (TextTest::Equals, _) => format!("({name} = {text})"),
            (_, _) if part.is_empty() => format!("({name} = {name})"),
            (TextTest::Contains, Dialect::Sqlite) => format!("(instr({name}, {text}) > 0)"),
            (TextTest::Contains, Dialect::Postgres | Dialect::Spark) => format!("(POSITION({text} IN {name}) > 0)"),
            (TextTest::StartsWith, _) => format!("(SUBSTR({name}, 1, {letters}) = {text})"),
            (TextTest::EndsWith, Dialect::Sqlite) => format!("(SUBSTR({name}, -{letters}) = {text})"),
            (TextTest::EndsWith, Dialect::Postgres | Dialect::Spark) => format!("(RIGHT({name}, {letters}) = {text})"),
        }))
    }

    fn joined(&mut self, word: &str, neutral: &str, strict: Strictness, parts: &[Id]) -> Said<Value> {
        let values = self.nodes(parts)?;
        let level = values.iter().map(|v| v.level).max().unwrap_or(0);
        let texts: Vec<String> = values.iter().map(|v| v.low.clone()).collect();
        let text = format!("({})", texts.join(&format!(" {word} ")));
        match (strict, any(values.into_iter().filter_map(|v| v.error).collect())) {
            (_, None) => Ok(self.value(text, None, None, level)),
            (Strictness::Strict, Some(error)) => Ok(self.value(text, None, Some(error), level)),
            (Strictness::Kleene, Some(error)) => {
                // One decisive part settles it, an error beside it or not.
                let (text, level) = self.column(text, level);
                let decided = if neutral == "TRUE" { format!("{text} IS NOT FALSE") } else { format!("{text} IS NOT TRUE") };
                Ok(self.value(text, None, Some(format!("({error}) AND ({decided})")), level))
            }
        }
    }

    fn ratio(&mut self, op: Comparison, x: Id, y: Id, (above, below): (i64, i64)) -> Said<Value> {
        if !is_point(self.shape(x)) || !is_point(self.shape(y)) {
            return Err("a quotient of numbers between two ends");
        }
        let (x, y) = (self.node(x)?, self.node(y)?);
        let level = x.level.max(y.level);
        let symbol = symbol(op);
        let (left, right) = (format!("{} * {below}", x.low), format!("{} * {above}", y.low));
        let text =
            format!("CASE WHEN {y} > 0 THEN ({left}) {symbol} ({right}) WHEN {y} < 0 THEN ({right}) {symbol} ({left}) END", y = y.low);
        let zero = format!("COALESCE({} = 0, FALSE)", y.low);
        let error = any([x.error, y.error, Some(zero)].into_iter().flatten().collect());
        Ok(self.value(text, None, error, level))
    }

    /// MOD of the standard as the dialect writes it.
    pub(crate) fn modulo(&self, text: String) -> String {
        if self.dialect != Dialect::Sqlite {
            return text;
        }
        // SQLite has the sign `%` only, and only our own MOD(a, b) with names and numbers is written.
        let mut out = String::new();
        let mut rest = text.as_str();
        while let Some(start) = rest.find("MOD(") {
            let (before, from) = rest.split_at(start);
            out.push_str(before);
            let inner = from.get(4..).unwrap_or_default();
            let end = inner.find(')').unwrap_or(inner.len());
            out.push_str(&format!("({})", inner.get(..end).unwrap_or_default().replace(", ", " % ")));
            rest = inner.get(end + 1..).unwrap_or_default();
        }
        out.push_str(rest);
        out
    }

    /// The whole statement.
    pub(crate) fn text(&mut self, source: &Source, columns: &[String]) -> String {
        let key = self.dialect.name(&source.key);
        let mut text = String::new();
        let mut from = self.dialect.name(&source.table);
        for (level, made) in self.levels.iter().enumerate() {
            let own: Vec<String> = made.iter().map(|(name, e)| format!("{e} AS {name}")).collect();
            let own = if own.is_empty() { String::new() } else { format!(", {}", own.join(",\n    ")) };
            text.push_str(if level == 0 { "WITH " } else { ",\n" });
            // Kept apart: PostgreSQL and SQLite would otherwise put the queries into one another, and write every node out again for each that needs it.
            let kept = if self.dialect == Dialect::Spark { "AS" } else { "AS MATERIALIZED" };
            text.push_str(&format!("q{level} {kept} (SELECT f{level}.*{own}\n  FROM {from} AS f{level})"));
            from = format!("q{level}");
        }
        let separator = if text.is_empty() { "" } else { "\n" };
        let list = if columns.is_empty() { String::new() } else { format!(", {}", columns.join(",\n  ")) };
        format!("{text}{separator}SELECT {key}{list}\nFROM {from}")
    }
}

pub(crate) fn low(values: &[Value], i: usize) -> &str {
    values.get(i).map_or("NULL", |v| &v.low)
}

pub(crate) fn high(values: &[Value], i: usize) -> &str {
    values.get(i).map_or("NULL", |v| &v.high)
}

/// Any of these; none of them if there are none.
pub(crate) fn any(errors: Vec<String>) -> Option<String> {
    if errors.is_empty() { None } else { Some(errors.join(" OR ")) }
}

fn symbol(op: Comparison) -> &'static str {
    match op {
        Comparison::Equal => "=",
        Comparison::Unequal => "<>",
        Comparison::Less => "<",
        Comparison::LessOrEqual => "<=",
        Comparison::Greater => ">",
        Comparison::GreaterOrEqual => ">=",
    }
}

fn comparison(op: Comparison, a: &Value, b: &Value, point: bool) -> String {
    if point {
        return format!("({} {} {})", a.low, symbol(op), b.low);
    }
    let (al, ah, bl, bh) = (&a.low, &a.high, &b.low, &b.high);
    let cases = |yes: String, no: String| format!("CASE WHEN {yes} THEN TRUE WHEN {no} THEN FALSE END");
    let apart = format!("{ah} < {bl} OR {al} > {bh}");
    let equal = format!("{al} = {ah} AND {bl} = {bh} AND {al} = {bl}");
    match op {
        Comparison::Equal => cases(equal, apart),
        Comparison::Unequal => cases(apart, equal),
        Comparison::Less => cases(format!("{ah} < {bl}"), format!("{al} >= {bh}")),
        Comparison::LessOrEqual => cases(format!("{ah} <= {bl}"), format!("{al} > {bh}")),
        Comparison::Greater => cases(format!("{al} > {bh}"), format!("{ah} <= {bl}")),
        Comparison::GreaterOrEqual => cases(format!("{al} >= {bh}"), format!("{ah} < {bl}")),
    }
}

/// What a rounding does to the numerator, by the direction.
pub(crate) fn rounding(round: Round, n: &str, divisor: i128) -> String {
    let (down, rest) = (format!("({n} - MOD({n}, {divisor})) / {divisor}"), format!("MOD({n}, {divisor})"));
    match round {
        Round::Down => format!("({down})"),
        Round::Floor => format!("({down} - CASE WHEN {rest} < 0 THEN 1 ELSE 0 END)"),
        Round::Ceiling => format!("({down} + CASE WHEN {rest} > 0 THEN 1 ELSE 0 END)"),
        Round::Up => format!("({down} + CASE WHEN {rest} > 0 THEN 1 WHEN {rest} < 0 THEN -1 ELSE 0 END)"),
        Round::HalfUp => {
            format!("({down} + CASE WHEN 2 * {rest} >= {divisor} THEN 1 WHEN 2 * {rest} <= -{divisor} THEN -1 ELSE 0 END)")
        }
    }
}
