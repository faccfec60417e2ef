//! Checked arithmetic on exact numbers. `None` is an overflow; nothing here panics or wraps.

use banso_kernel::{Exact, Rounding};
use num_traits::{CheckedAdd, CheckedDiv, CheckedMul, CheckedSub};

/// Numerators and denominators stay below this, so that no step on them can meet the edge of `i128`.
const MAGNITUDE_MAX: u128 = 1 << 120;

/// A number whose parts are in order: positive denominator, lowest terms, not too large.
pub(crate) fn tidy(n: Exact) -> Option<Exact> {
    let (numer, denom) = (*n.numer(), *n.denom());
    let fits = numer.unsigned_abs() < MAGNITUDE_MAX && denom.unsigned_abs() < MAGNITUDE_MAX;
    (fits && denom != 0).then(|| Exact::new(numer, denom))
}

fn small(n: Exact) -> Option<Exact> {
    (n.numer().unsigned_abs() < MAGNITUDE_MAX && n.denom().unsigned_abs() < MAGNITUDE_MAX).then_some(n)
}

pub(crate) fn add(a: Exact, b: Exact) -> Option<Exact> {
    a.checked_add(&b).and_then(small)
}

pub(crate) fn subtract(a: Exact, b: Exact) -> Option<Exact> {
    a.checked_sub(&b).and_then(small)
}

pub(crate) fn multiply(a: Exact, b: Exact) -> Option<Exact> {
    a.checked_mul(&b).and_then(small)
}

/// `None` for a division by zero too: callers look at the divisor first.
pub(crate) fn divide(a: Exact, b: Exact) -> Option<Exact> {
    a.checked_div(&b).and_then(small)
}

pub(crate) fn negate(a: Exact) -> Option<Exact> {
    subtract(Exact::from_integer(0), a)
}

pub(crate) fn is_negative(a: Exact) -> bool {
    *a.numer() < 0
}

pub(crate) fn is_zero(a: Exact) -> bool {
    *a.numer() == 0
}

pub(crate) fn power(base: Exact, exponent: u32) -> Option<Exact> {
    (0..exponent).try_fold(Exact::from_integer(1), |product, _| multiply(product, base))
}

/// The largest whole number not above it.
pub(crate) fn floor(a: Exact) -> Option<Exact> {
    a.numer().checked_div_euclid(*a.denom()).map(Exact::from_integer).and_then(small)
}

/// The smallest whole number not below it.
pub(crate) fn ceiling(a: Exact) -> Option<Exact> {
    let down = floor(a)?;
    if down == a { Some(down) } else { add(down, Exact::from_integer(1)) }
}

/// Rounded in the named direction to a multiple of a positive unit.
pub(crate) fn round(a: Exact, rounding: Rounding, unit: Exact) -> Option<Exact> {
    let units = divide(a, unit)?;
    let whole = match (rounding, is_negative(units)) {
        (Rounding::Down, false) | (Rounding::Up, true) => floor(units)?,
        (Rounding::Up, false) | (Rounding::Down, true) => ceiling(units)?,
        (Rounding::HalfUp, false) => floor(add(units, Exact::new(1, 2))?)?,
        (Rounding::HalfUp, true) => ceiling(subtract(units, Exact::new(1, 2))?)?,
    };
    multiply(whole, unit)
}

/// What remains after whole multiples of `b`, with the sign of `b` (FEEL's `modulo`).
pub(crate) fn modulo(a: Exact, b: Exact) -> Option<Exact> {
    let times = floor(divide(a, b)?)?;
    subtract(a, multiply(b, times)?)
}
