//! The arithmetic of the Act and of guidelines, as small functions with the article beside each. Exact inside; one rounding, at the end,
//! in the direction that the rule names. What differs between programmes is an argument with its clause.
//!
//! 法 is 補助金等に係る予算の執行の適正化に関する法律, 令 its enforcement order, 端数計算法 the law on fractions of state claims.

mod allocation;
mod charge;
mod debt;
mod disposal;
mod input_tax;
mod instalments;
mod revenue;
mod steps;
mod wage;

use banso_kernel::{Day, Exact, MoneyError, Rate, Rounding, Yen};
use num_traits::{CheckedAdd, CheckedDiv, CheckedMul, CheckedSub};
use serde::{Deserialize, Serialize};

pub use allocation::{Allocation, allocations};
pub use charge::{Accrual, Charge, ChargeTerms, late_charge, surcharge};
pub use debt::{ChargeOrder, ChargePart, DebtAccount, DebtRule, DebtStatement, Relief, statement};
pub use disposal::{
    AssetFigures, BookValue, Depreciation, DisposalKind, DisposalOutcome, DisposalTerms, Disposition, MonthCount, book_value,
    disposal_repayment,
};
pub use input_tax::{Deduction, InputTaxResult, TaxedCost, input_tax_return};
pub use instalments::{Instalment, InstalmentError, instalments};
pub use revenue::{RevenueResult, RevenueTerms, RevenueYear, payback_after_completion, payback_during_project};
pub use steps::{Step, StepValue, disposal_steps, input_tax_steps, revenue_steps, wage_steps};
pub use wage::{Exemption, WageGoal, WageResult, WageTerms, growth_rate, minimum_wage_return, wage_return};

/// Money on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Flow {
    pub on: Day,
    pub amount: Yen,
}

impl Flow {
    #[must_use]
    pub const fn new(on: Day, amount: Yen) -> Self {
        Flow { on, amount }
    }
}

/// What can be wrong with figures.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LawError {
    #[error(transparent)]
    Money(#[from] MoneyError),
    #[error("`{0}` is negative, zero or missing where the rule needs a positive figure")]
    NotPositive(&'static str),
    #[error("`{part}` is more than `{whole}`")]
    MoreThanWhole { part: &'static str, whole: &'static str },
    #[error("day `{first}` is after day `{then}`")]
    DaysReversed { first: Day, then: Day },
}

/// Where an amount is cut to whole yen, thousands, and which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cut {
    pub rounding: Rounding,
    pub unit: Yen,
}

impl Cut {
    /// 端数計算法2条: below one yen is dropped.
    pub const YEN_DOWN: Cut = Cut { rounding: Rounding::Down, unit: Yen::new(1) };

    /// # Errors
    /// An amount that is too large.
    pub fn of(self, value: Exact) -> Result<Yen, MoneyError> {
        Yen::from_exact(value, self.rounding, self.unit)
    }
}

pub(crate) fn times(a: Exact, b: Exact) -> Result<Exact, MoneyError> {
    a.checked_mul(&b).ok_or(MoneyError::TooLarge)
}

pub(crate) fn plus(a: Exact, b: Exact) -> Result<Exact, MoneyError> {
    a.checked_add(&b).ok_or(MoneyError::TooLarge)
}

pub(crate) fn minus(a: Exact, b: Exact) -> Result<Exact, MoneyError> {
    a.checked_sub(&b).ok_or(MoneyError::TooLarge)
}

pub(crate) fn over(a: Exact, b: Exact) -> Result<Exact, MoneyError> {
    a.checked_div(&b).ok_or(MoneyError::TooLarge)
}

pub(crate) fn positive(name: &'static str, amount: Yen) -> Result<(), LawError> {
    if amount > Yen::ZERO { Ok(()) } else { Err(LawError::NotPositive(name)) }
}

pub(crate) fn not_negative(name: &'static str, amount: Yen) -> Result<(), LawError> {
    if amount >= Yen::ZERO { Ok(()) } else { Err(LawError::NotPositive(name)) }
}

pub(crate) fn zero() -> Exact {
    Exact::from_integer(0)
}

pub(crate) fn share(rate: Rate, of: Exact) -> Result<Exact, MoneyError> {
    times(rate.exact(), of)
}
