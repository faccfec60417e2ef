//! Days in arithmetic: differences in days, whole years and months between, a day some years later.

use banso_kernel::{Day, Exact};
use jiff::{Span, Unit as JiffUnit};

use super::ast::Arithmetic;
use super::exact;
use super::three::Abs;
use super::types::Type;
use crate::model::Value;

/// A day minus a day, or a day some days, months or years earlier or later. `None` at the edge of time.
pub(crate) fn arithmetic(op: Arithmetic, left: &Abs, right: &Abs, right_type: &Type) -> Option<Abs> {
    match (left, right) {
        (Abs::Known(Value::Day(a)), Abs::Known(Value::Day(b))) => Some(Abs::number(Exact::from_integer(b.days_until(*a).into()))),
        (Abs::Known(Value::Day(day)), Abs::Known(Value::Number(n))) => {
            let n = if op == Arithmetic::Subtract { exact::negate(*n)? } else { *n };
            moved(*day, n, right_type).map(|d| Abs::Known(Value::Day(d)))
        }
        _ => Some(Abs::Unknown(left.missing().into_iter().chain(right.missing()).collect())),
    }
}

/// A day some whole days, months or years later; the last of the month where the day does not exist.
fn moved(day: Day, by: Exact, ty: &Type) -> Option<Day> {
    let Type::Number(unit) = ty else { return None };
    let by = i64::try_from(exact::floor(by)?.to_integer()).ok().filter(|n| n.unsigned_abs() <= 4_000_000)?;
    let span = if unit.is("年") {
        Span::new().try_years(by)
    } else if unit.is("か月") {
        Span::new().try_months(by)
    } else {
        Span::new().try_days(by)
    };
    let date = day.date().checked_add(span.ok()?).ok()?;
    Day::new(date.year(), date.month(), date.day()).ok()
}

/// Whole years from one day to another, negative when the other is earlier.
#[must_use]
pub fn years_between(from: Day, to: Day) -> Option<Exact> {
    let span = from.date().until((JiffUnit::Year, to.date())).ok()?;
    Some(Exact::from_integer(span.get_years().into()))
}

/// Whole months from one day to another, negative when the other is earlier.
#[must_use]
pub fn months_between(from: Day, to: Day) -> Option<Exact> {
    let span = from.date().until((JiffUnit::Month, to.date())).ok()?;
    Some(Exact::from_integer(span.get_months().into()))
}
