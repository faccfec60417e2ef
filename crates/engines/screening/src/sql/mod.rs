//! The same rules as standard SQL: one statement for a programme, run unchanged by a database that holds the population.
//!
//! Each node of the circuit is one column of a chain of named queries, so nothing is written twice. Decimals are exact; NULL is
//! unknown; an error (no row of a table applies, a division by zero) is a column of its own beside the node and makes it NULL.

mod nodes;
mod table;

use banso_guideline::expr::{Expr, Names};

use crate::circuit::{Circuit, Id, Shape};
use crate::lower::Lowering;
use crate::schema::{Kind, Schema};
use crate::screen::Screen;

pub(crate) use nodes::Value;

/// Whose SQL it is. What all understand is the same; they differ in quotation marks and in days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    Postgres,
    Spark,
    Sqlite,
}

/// What SQL cannot say here: the rule is asked by row instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("「{what}」は SQL にできません（{why}） / `{what}` cannot be said in SQL ({why})")]
pub struct Unsaid {
    pub what: String,
    pub why: &'static str,
}

/// A statement and the columns that it gives beside the key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    pub text: String,
    /// Truths first, as `c0`, `c1` …; then amounts, as `a0` (low end) and `b0` (high end) …
    pub truths: Vec<String>,
    pub amounts: Vec<String>,
    /// Each amount stands there as a whole number of one `scale`-th, so that nothing is rounded.
    pub scales: Vec<i64>,
    /// What had to be left out.
    pub left_out: Vec<Unsaid>,
}

/// The names of the table of firms and of its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    pub table: String,
    pub key: String,
}

impl Dialect {
    /// A name in its quotation marks.
    #[must_use]
    pub fn name(self, name: &str) -> String {
        match self {
            Dialect::Postgres | Dialect::Sqlite => format!("\"{}\"", name.replace('"', "\"\"")),
            Dialect::Spark => format!("`{}`", name.replace('`', "``")),
        }
    }

    /// A text in its quotation marks.
    #[must_use]
    pub fn text(self, text: &str) -> String {
        match self {
            Dialect::Postgres | Dialect::Sqlite => format!("'{}'", text.replace('\'', "''")),
            Dialect::Spark => format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'")),
        }
    }

    /// A whole number of any size.
    pub(crate) fn number(self, text: &str) -> String {
        format!("CAST({text} AS {})", self.kind(&Kind::Number { scale: 1 }))
    }

    /// The type of a column of the table of firms.
    #[must_use]
    pub fn kind(self, kind: &Kind) -> &'static str {
        match (self, kind) {
            (Dialect::Postgres, Kind::Number { .. }) => "NUMERIC",
            (Dialect::Spark, Kind::Number { scale: 1 }) => "DECIMAL(38, 0)",
            (Dialect::Spark, Kind::Number { .. }) => "DECIMAL(38, 6)",
            // SQLite has no decimals: whole numbers only.
            (Dialect::Sqlite, Kind::Number { .. }) => "INTEGER",
            (Dialect::Spark, Kind::Choice(_) | Kind::Text) => "STRING",
            (Dialect::Postgres | Dialect::Sqlite, Kind::Choice(_) | Kind::Text) => "TEXT",
            (_, Kind::YesNo) => "BOOLEAN",
            (_, Kind::Day) => "DATE",
        }
    }
}

/// A statement that makes the table of firms.
#[must_use]
pub fn create(schema: &Schema, source: &Source, dialect: Dialect) -> String {
    let columns = schema.fields().iter().map(|f| format!("{} {}", dialect.name(&f.item), dialect.kind(&f.kind)));
    let key = if dialect == Dialect::Spark { "BIGINT" } else { "BIGINT PRIMARY KEY" };
    let columns: Vec<String> = std::iter::once(format!("{} {key}", dialect.name(&source.key))).chain(columns).collect();
    format!("CREATE TABLE {} ({})", dialect.name(&source.table), columns.join(", "))
}

/// One programme: a truth for each clause that is computed, and the ends of its ceiling.
#[must_use]
pub fn programme(screen: &Screen, index: usize, source: &Source, dialect: Dialect) -> Option<Statement> {
    let programme = screen.programmes().get(index)?;
    let mut truths = Vec::new();
    for clause in &programme.clauses {
        if let Some(test) = &clause.test {
            truths.push((clause.id.clone(), test.condition.root, test.when.as_ref().map(|w| w.root)));
        }
    }
    let amounts: Vec<(String, Id)> = programme.cap.iter().map(|(_, p)| (p.expr.text().to_owned(), p.root)).collect();
    Some(statement(&screen.circuit, screen.schema(), &truths, &amounts, source, dialect))
}

/// Expressions of one set of names: conditions as truths, amounts with both ends.
#[must_use]
pub fn expressions(schema: &Schema, names: &Names, exprs: &[Expr], source: &Source, dialect: Dialect) -> Statement {
    let mut circuit = Circuit::default();
    let mut lowering = Lowering::new(&mut circuit, schema, names);
    let (mut truths, mut amounts) = (Vec::new(), Vec::new());
    for expr in exprs {
        if *expr.ty() == banso_guideline::expr::Type::YesNo {
            truths.push((expr.text().to_owned(), lowering.condition(expr), None));
        } else {
            amounts.push((expr.text().to_owned(), lowering.amount(expr)));
        }
    }
    statement(&circuit, schema, &truths, &amounts, source, dialect)
}

type Truths = [(String, Id, Option<Id>)];

fn statement(
    circuit: &Circuit,
    schema: &Schema,
    truths: &Truths,
    amounts: &[(String, Id)],
    source: &Source,
    dialect: Dialect,
) -> Statement {
    let mut writer = nodes::Writer::new(circuit, schema, dialect);
    let mut out = Statement { text: String::new(), truths: Vec::new(), amounts: Vec::new(), scales: Vec::new(), left_out: Vec::new() };
    let mut columns = Vec::new();
    for (what, condition, when) in truths {
        let found = writer.node(*condition).and_then(|c| when.map(|w| writer.node(w)).transpose().map(|w| (c, w)));
        match found {
            Ok((condition, when)) => {
                columns.push(format!("{} AS c{}", clause(&condition, when.as_ref()), out.truths.len()));
                out.truths.push(what.clone());
            }
            Err(why) => out.left_out.push(Unsaid { what: what.clone(), why }),
        }
    }
    for (what, id) in amounts {
        let scale = circuit.scale(*id);
        match writer.node(*id) {
            Ok(value) => {
                let place = out.amounts.len();
                columns.push(format!("{} AS a{place}, {} AS b{place}", value.low, value.high));
                out.amounts.push(what.clone());
                out.scales.push(scale);
            }
            Err(why) => out.left_out.push(Unsaid { what: what.clone(), why }),
        }
    }
    out.text = writer.text(source, &columns);
    out
}

/// A clause: asked only where its guard holds; an error of the guard is unknown.
fn clause(condition: &Value, when: Option<&Value>) -> String {
    match when {
        None => condition.low.clone(),
        Some(when) => {
            let (c, w) = (&condition.low, &when.low);
            let asked = format!("CASE WHEN {w} THEN {c} WHEN NOT {w} THEN TRUE WHEN {c} THEN TRUE END");
            match &when.error {
                Some(error) => format!("CASE WHEN {error} THEN NULL ELSE {asked} END"),
                None => asked,
            }
        }
    }
}

/// Whether a lane has one column for both ends.
pub(crate) fn is_point(shape: Shape) -> bool {
    !matches!(shape, Shape::Span { .. })
}
