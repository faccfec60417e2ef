//! Decision tables as values: which row applies, and what it says, with unknowns.

use std::collections::BTreeSet;

use super::Expr;
use super::types::Type;
use super::unary::Cell;
use crate::model::{ItemId, Missing};

/// What happens when several rows apply (DMN's hit policy).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Hit {
    /// Two rows that both apply and disagree are an error.
    #[default]
    Unique,
    /// The first row that applies.
    First,
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
        1 + self.inputs.iter().chain(self.outputs()).map(Expr::height).max().unwrap_or(0)
    }

    pub(crate) fn items(&self) -> BTreeSet<ItemId> {
        self.inputs.iter().chain(self.outputs()).flat_map(Expr::items).collect()
    }
}
