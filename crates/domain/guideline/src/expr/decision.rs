//! Decision tables as values: which row applies, and what it says, with unknowns.

use std::collections::BTreeSet;

use super::diagnose::{error, unit_mismatch};
use super::types::Type;
use super::unary::Cell;
use super::{Expr, ExprError, Span};
use crate::model::{ItemId, Missing};

/// What happens when several rows apply (DMN's hit policy).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Hit {
    /// Two rows that both apply and disagree are an error.
    #[default]
    Unique,
    /// The first row that applies.
    First,
    /// All rows that apply, their outputs put together (DMN's collect).
    Collect(Collect),
}

/// How the outputs of all rows that apply become one (DMN's aggregators of collect).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Collect {
    /// Their sum; nothing at all when no row applies.
    Sum,
    Least,
    Greatest,
}

/// What a row says.
#[derive(Debug, Clone)]
pub enum Output {
    Expression(Expr),
    /// 要確認: the programme has not settled it.
    Unconfirmed(Missing),
}

/// One row: a cell for every input, and what it says.
#[derive(Debug, Clone)]
pub struct Row {
    pub cells: Vec<Cell>,
    pub output: Output,
}

/// A decision table.
#[derive(Debug, Clone)]
pub struct Decision {
    pub inputs: Vec<Expr>,
    pub rows: Vec<Row>,
    pub hit: Hit,
    ty: Type,
}

impl Decision {
    /// A table whose outputs have one type. On failure, the row that does not fit.
    ///
    /// # Errors
    /// Outputs of different types or units, cells that do not fit the inputs, or no settled output at all.
    pub fn new(inputs: Vec<Expr>, rows: Vec<Row>, hit: Hit) -> Result<Decision, (usize, Box<ExprError>)> {
        let mut ty: Option<Type> = None;
        for (i, row) in rows.iter().enumerate() {
            let fits = row.cells.len() == inputs.len() && row.cells.iter().zip(&inputs).all(|(c, e)| c.ty() == e.ty());
            if !fits {
                return Err((i, error(Span::default(), "wrong-arity", "欄の数か型が列と合いません", "the cells do not fit the columns")));
            }
            let Output::Expression(output) = &row.output else { continue };
            let joined = ty.as_ref().map_or_else(|| Some(output.ty().clone()), |t| t.joined(output.ty()));
            let whole = Span::new(0, output.text().len());
            ty = Some(joined.ok_or_else(|| (i, unit_mismatch(whole, ty.as_ref().unwrap_or(output.ty()), output.ty())))?);
        }
        match ty {
            Some(ty) if matches!(hit, Hit::Collect(_)) && !matches!(ty, Type::Number(_)) => Err((0, no_number(&ty))),
            Some(ty) => Ok(Decision { inputs, rows, hit, ty }),
            None => {
                Err((0, error(Span::default(), "no-output", "値の決まっている行がありません", "no row of the table has a settled value")))
            }
        }
    }

    #[must_use]
    pub fn ty(&self) -> &Type {
        &self.ty
    }

    pub(crate) fn outputs(&self) -> impl Iterator<Item = &Expr> {
        self.rows.iter().filter_map(|r| match &r.output {
            Output::Expression(e) => Some(e),
            Output::Unconfirmed(_) => None,
        })
    }

    pub(crate) fn height(&self) -> u32 {
        1 + self.expressions().map(Expr::height).max().unwrap_or(0)
    }

    pub(crate) fn items(&self) -> BTreeSet<ItemId> {
        self.expressions().flat_map(Expr::items).collect()
    }

    /// What it looks at, and what it answers.
    pub(crate) fn expressions(&self) -> impl Iterator<Item = &Expr> {
        self.inputs.iter().chain(self.outputs())
    }
}

fn no_number(ty: &Type) -> Box<ExprError> {
    error(
        Span::default(),
        "not-a-number",
        format!("合計・最小・最大できるのは数だけです（この列は{}です）", ty.in_japanese()),
        format!("only numbers can be added up or compared (this column is {})", ty.in_english()),
    )
}
