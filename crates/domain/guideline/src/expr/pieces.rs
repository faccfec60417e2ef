//! Pieces of an evaluation: what rows of a table say together, values made to fit their type, exact arithmetic.

use banso_kernel::Exact;

use super::ast::Arithmetic;
use super::eval::Evaluated;
use super::fault::{by_zero, overflow, wrong_kind};
use super::three::{Abs, Bounds, Element, Missings};
use super::types::Type;
use super::{Span, exact};
use crate::model::{ItemId, Missing, Value};

/// What holds for one more row that may apply.
pub(super) fn merged(all: Option<Abs>, found: Evaluated<Abs>, missing: Missings) -> Abs {
    match (all, found) {
        (None, Ok(found)) => found,
        (Some(all), Ok(found)) => all.either(found, missing),
        (Some(all), Err(_)) => Abs::Unknown(all.missing().into_iter().chain(missing).collect()),
        (None, Err(_)) => Abs::Unknown(missing),
    }
}

/// A value from the facts, if it is of the type.
pub(super) fn fitted(value: &Value, ty: &Type) -> Option<Abs> {
    match (value, ty) {
        (Value::Number(n), Type::Number(_)) => exact::tidy(*n).map(Abs::number),
        (Value::Text(text), Type::Choice(values)) => values.contains(text).then(|| Abs::Known(value.clone())),
        (Value::Text(_), Type::Text)
        | (Value::YesNo(_), Type::YesNo)
        | (Value::Day(_), Type::Day)
        | (Value::Record(_), Type::Record(_)) => Some(Abs::Known(value.clone())),
        (Value::List(parts), Type::List(of)) => {
            let elements = parts.iter().map(|p| fitted(p, of).map(|value| Element { value, doubt: Missings::new() }));
            elements.collect::<Option<Vec<_>>>().map(Abs::List)
        }
        (Value::Number(_) | Value::Text(_) | Value::YesNo(_) | Value::Day(_) | Value::Record(_) | Value::List(_), _) => None,
    }
}

/// A part of a row; what the row lacks is not known.
pub(super) fn part(row: &Abs, field: &ItemId, ty: &Type, span: Span) -> Evaluated<Abs> {
    match row {
        Abs::Known(Value::Record(fields)) => match fields.get(field) {
            Some(value) => fitted(value, ty).ok_or_else(|| wrong_kind(span, field, ty)),
            None => Ok(Abs::Unknown(Missings::from([Missing::Fact(field.clone())]))),
        },
        other @ (Abs::Known(_) | Abs::Between(_) | Abs::List(_) | Abs::Unknown(_)) => Ok(Abs::Unknown(other.missing())),
    }
}

pub(super) fn exactly(op: Arithmetic, x: Exact, y: Exact, span: Span) -> Evaluated<Exact> {
    let found = match op {
        Arithmetic::Add => exact::add(x, y),
        Arithmetic::Subtract => exact::subtract(x, y),
        Arithmetic::Multiply => exact::multiply(x, y),
        Arithmetic::Divide if exact::is_zero(y) => return Err(by_zero(span)),
        Arithmetic::Divide => exact::divide(x, y),
        Arithmetic::Power => u32::try_from(y.to_integer()).ok().and_then(|n| exact::power(x, n)),
    };
    found.ok_or_else(|| overflow(span))
}

/// A whole power, the exponent being constant.
pub(super) fn power(base: Bounds, exponent: Bounds) -> Bounds {
    let times = exponent.settled().and_then(|n| u32::try_from(n.to_integer()).ok()).unwrap_or(0);
    (0..times).fold(Bounds::exactly(Exact::from_integer(1)), |product, _| product.times(base.clone()))
}
