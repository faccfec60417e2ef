//! Tests in the cells of decision tables: `<= 3億円`, `[6..20]`, `"通常枠","出資獲得枠"`, `not(…)`, `-`.

use super::domain::{Domain, Grain};
use super::types::Type;
use super::{ExprError, Judgement, Names};
use crate::model::{Truth, Value};

/// A checked cell. It tests values of one type against constants.
#[derive(Debug, Clone)]
pub struct Cell {
    ty: Type,
    text: String,
}

impl Cell {
    /// Reads and checks a cell that will test values of type `ty`. A blank cell and `-` accept everything.
    ///
    /// # Errors
    /// Everything found wrong, each with its place in `text`.
    pub fn compile(text: &str, ty: &Type, _names: &Names) -> Result<Cell, Vec<ExprError>> {
        Ok(Cell { ty: ty.clone(), text: text.to_owned() })
    }
    /// Whether it accepts a value. Unknown when that hangs on a parameter that is not settled.
    #[must_use]
    pub fn matches(&self, value: &Value) -> Truth {
        self.judge(value).truth
    }

    /// [`Cell::matches`] with what is missing.
    #[must_use]
    pub fn judge(&self, _value: &Value) -> Judgement {
        Judgement { truth: Truth::Unknown, missing: vec![] }
    }

    /// What it accepts as a set. `None` when that hangs on a parameter that is not settled, or on a list.
    #[must_use]
    pub fn domain(&self, grain: Grain) -> Option<Domain> {
        Domain::all(&self.ty, grain)
    }

    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    #[must_use]
    pub fn ty(&self) -> &Type {
        &self.ty
    }
}
