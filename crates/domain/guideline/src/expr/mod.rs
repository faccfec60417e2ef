//! The expression language of guidelines: the semantics of DMN's FEEL under a Japanese surface.
//!
//! Pure, total, terminating, exact, three-valued, typed with units. `GRAMMAR.md` beside this file is its reference.
//! Use: build [`Names`], [`compile`] a text, ask the [`Expr`].

mod ast;
mod check;
mod check_arithmetic;
mod check_call;
mod check_compare;
mod days;
mod decision;
mod define;
mod diagnose;
mod domain;
mod eval;
mod eval_call;
mod exact;
mod explain;
mod fault;
mod format;
mod functions;
mod lex;
mod lex_number;
mod names;
mod node;
mod parse;
mod parse_primary;
mod parse_tests;
mod parts;
mod pieces;
mod print;
mod range;
mod sentence;
pub(crate) use sentence::attributive;
mod three;
mod token;
mod turning;
mod types;
mod unary;

#[cfg(test)]
mod tests;

/// Checked expressions as trees, for other evaluators of the same meaning: over columns, or in another language.
pub mod tree {
    pub use super::ast::{Arithmetic, Comparison, Edge, Quantity};
    pub use super::days::{months_between, years_between};
    pub use super::functions::Func;
    pub use super::node::{Node, NodeTest, Op};
    pub use super::unary::{Check, Checks};
}

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use banso_kernel::{Exact, Lang, LocalText};

pub use decision::{Collect, Decision, Hit, Output, Row};
pub(crate) use format::value as shown_value;
pub(crate) use turning::TurningPoints;

pub use define::{Body, Misfit, Place, RowSource, Source, TableSource};
pub use domain::{Domain, Grain};
pub use names::{Definition, DefinitionBody, Names, Parameter};
pub use types::{Type, Unit};
pub use unary::Cell;

use crate::model::{Facts, ItemId, Known, Missing, Shortfall, Truth, Value};

/// The longest text of one expression, in bytes.
pub const TEXT_MAX: usize = 16 * 1024;
/// The deepest nesting of one expression.
pub const NESTING_MAX: u32 = 64;
/// The deepest nesting with all definitions put in.
pub const HEIGHT_MAX: u32 = 160;
/// The most steps one evaluation may take.
pub const STEPS_MAX: u64 = 1_000_000;

/// The names of all functions, Japanese and FEEL's.
pub(crate) fn function_names() -> impl Iterator<Item = &'static str> {
    functions::Func::all_names()
}

/// A place in the text given, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    pub start: usize,
    pub end: usize,
}

impl Span {
    #[must_use]
    pub const fn new(start: usize, end: usize) -> Self {
        Span { start, end }
    }

    /// The smallest place that holds both.
    #[must_use]
    pub fn to(self, other: Span) -> Span {
        Span { start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}

/// What is wrong with an expression, where, and how to put it right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExprError {
    pub span: Span,
    /// Stable, for tests and documents: `unknown-name`.
    pub code: &'static str,
    pub message: LocalText,
    pub remedy: Option<LocalText>,
}

impl ExprError {
    pub(crate) fn new(span: Span, code: &'static str, message: LocalText) -> Self {
        ExprError { span, code, message, remedy: None }
    }
}

impl fmt::Display for ExprError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message.get(Lang::En))
    }
}

impl std::error::Error for ExprError {}

/// A row on which an expression has no value: an overflow, a division by zero, a fact of the wrong kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvalError {
    /// Where in the text of the expression (or of the definition it uses).
    pub span: Span,
    /// Stable, for tests and documents: `overflow`, `division-by-zero`, `wrong-kind`, `no-row`, `conflict`, `empty-list`, `too-long`.
    pub code: &'static str,
    pub message: LocalText,
}

impl fmt::Display for EvalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message.get(Lang::En))
    }
}

impl std::error::Error for EvalError {}

/// A value, or what it waits for. The missing are only those that can still change it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Value(Value),
    Unknown(Vec<Missing>),
}

/// A truth and, when it is unknown, what it waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    pub truth: Truth,
    pub missing: Vec<Missing>,
}

/// A checked expression. It keeps its text; clones are cheap.
#[derive(Debug, Clone)]
pub struct Expr(Arc<Checked>);

#[derive(Debug)]
struct Checked {
    text: String,
    ast: ast::Ast,
    node: node::Node,
    /// Nesting with all definitions put in.
    height: u32,
    items: BTreeSet<ItemId>,
}

/// Reads and checks an expression.
///
/// # Errors
/// Everything found wrong, each with its place in `text`. A text that cannot be read gives its first error only.
pub fn compile(text: &str, names: &Names) -> Result<Expr, Vec<ExprError>> {
    let ast = parse::expression(text).map_err(|e| vec![*e])?;
    check::expression(text, ast, names)
}

impl Expr {
    /// The text it was compiled from.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0.text
    }

    #[must_use]
    pub fn ty(&self) -> &Type {
        &self.0.node.ty
    }

    /// The expression with every name resolved and every part typed.
    #[must_use]
    pub fn tree(&self) -> &tree::Node {
        &self.0.node
    }

    pub(crate) fn height(&self) -> u32 {
        self.0.height
    }

    /// Every item it may look at, through its definitions too.
    #[must_use]
    pub fn items(&self) -> BTreeSet<ItemId> {
        self.0.items.clone()
    }

    /// The parts of lists that it looks at in their rows, those of its definitions included.
    #[must_use]
    pub fn parts(&self, names: &Names) -> BTreeSet<ItemId> {
        let mut found = BTreeSet::new();
        parts::parts(&self.0.node, names, &mut found);
        found
    }

    /// Whether it holds. `names` are those it was compiled with.
    ///
    /// # Errors
    /// This row has no answer: overflow, division by zero, a fact of the wrong kind.
    pub fn truth(&self, names: &Names, facts: &Facts) -> Result<Judgement, EvalError> {
        eval::truth(&self.0.node, names, facts)
    }

    /// Its value, if what is known settles it.
    ///
    /// # Errors
    /// As for [`Expr::truth`].
    pub fn value(&self, names: &Names, facts: &Facts) -> Result<Outcome, EvalError> {
        eval::value(&self.0.node, names, facts)
    }

    /// The number, or the ends between which it must lie whatever the unknowns turn out to be.
    ///
    /// # Errors
    /// As for [`Expr::truth`].
    pub fn bounds(&self, names: &Names, facts: &Facts) -> Result<Known<Exact>, EvalError> {
        eval::bounds(&self.0.node, names, facts)
    }

    /// For a no: what fails, and by how much. Empty when the answer is not a no.
    /// Leaves of one `way` number are alternatives; each number needs one of its leaves put right.
    #[must_use]
    pub fn shortfalls(&self, names: &Names, facts: &Facts) -> Vec<Shortfall> {
        explain::shortfalls(&self.0.node, names, facts)
    }

    /// The facts that the answer rests on.
    #[must_use]
    pub fn used(&self, names: &Names, facts: &Facts) -> Vec<(ItemId, Value)> {
        eval::used(&self.0.node, names, facts)
    }

    /// The condition as a page says it: `資本金が3億円以下、又は従業員数が300人以下`.
    #[must_use]
    pub fn sentence(&self, names: &Names, lang: Lang) -> String {
        sentence::sentence(&self.0.node, names, lang)
    }

    /// The expression in its normal form. Reading it back gives the same expression.
    #[must_use]
    pub fn to_text(&self) -> String {
        print::print(&self.0.ast)
    }

    /// Whether its numbers come whole (an item or a constant in yen, people, days …) or may have fractions.
    #[must_use]
    pub fn grain(&self) -> Grain {
        self.0.node.grain()
    }
}
