//! Payback of revenue (収益納付, 法7条2項): a condition of the decision. Formula, cap and waiver are the guideline's; they come in as terms.

use banso_kernel::{Rate, Yen};
use serde::{Deserialize, Serialize};

use super::{Cut, LawError, not_negative, over, positive, share, times};

/// What a guideline says of payback of revenue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RevenueTerms {
    /// Σ payback may not be more than this share of the subsidy that was fixed.
    pub cap: Rate,
    /// A fiscal year that closes with a loss pays nothing back.
    pub waived_in_deficit: bool,
    pub cut: Cut,
    pub clause: String,
}

/// One year after completion, as reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RevenueYear {
    /// Profit that the subsidised work brought in the year.
    pub profit: Yen,
    /// What may be deducted (控除額): the holder's own share of the project's cost.
    pub deduction: Yen,
    /// The fiscal year of the firm closed with a loss (赤字).
    pub deficit: bool,
}

/// What is to be paid back for a year, and why not more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RevenueResult {
    Payback(Yen),
    /// The formula gives nothing.
    NoProfit,
    Deficit,
    /// Everything that the cap allows was paid back before.
    CapReached,
}

impl RevenueResult {
    #[must_use]
    pub const fn amount(self) -> Yen {
        match self {
            RevenueResult::Payback(yen) => yen,
            RevenueResult::NoProfit | RevenueResult::Deficit | RevenueResult::CapReached => Yen::ZERO,
        }
    }
}

/// Revenue during the project, as the completion form computes it: `F = C × A/B` with `C = (income − cost of sales) − E`.
/// A is the subsidy, B the eligible cost, E the eligible cost of what earned the income.
///
/// ```
/// use banso_execution::law::{Cut, payback_during_project};
/// use banso_kernel::Yen;
/// let yen = Yen::new;
/// // 補助金額 500,000・補助対象経費 750,000・収入 790,000・原価 400,000・除外額 300,000.
/// let payback = payback_during_project(yen(500_000), yen(750_000), yen(790_000), yen(400_000), yen(300_000), Cut::YEN_DOWN);
/// assert_eq!(payback, Ok(yen(60_000)));
/// ```
///
/// # Errors
/// No eligible cost, a subsidy above it, negative figures, or amounts that are too large.
pub fn payback_during_project(
    subsidy: Yen,
    eligible_cost: Yen,
    income: Yen,
    cost_of_sales: Yen,
    excluded: Yen,
    cut: Cut,
) -> Result<Yen, LawError> {
    positive("eligible cost", eligible_cost)?;
    for (name, amount) in [("subsidy", subsidy), ("income", income), ("cost of sales", cost_of_sales), ("excluded amount", excluded)] {
        not_negative(name, amount)?;
    }
    if subsidy > eligible_cost {
        return Err(LawError::MoreThanWhole { part: "subsidy", whole: "eligible cost" });
    }
    let gain = income.checked_sub(cost_of_sales)?.checked_sub(excluded)?;
    if gain <= Yen::ZERO {
        return Ok(Yen::ZERO);
    }
    Ok(cut.of(over(times(gain.exact(), subsidy.exact())?, eligible_cost.exact())?)?.min(subsidy))
}

/// Payback for one year after completion: `(profit − deduction) × fixed subsidy / project cost`, less what the cap leaves no room for.
/// `paid_before` is what was paid back for earlier years.
///
/// # Errors
/// No project cost, a subsidy above it, negative figures, or amounts that are too large.
pub fn payback_after_completion(
    fixed: Yen,
    project_cost: Yen,
    year: &RevenueYear,
    paid_before: Yen,
    terms: &RevenueTerms,
) -> Result<RevenueResult, LawError> {
    positive("project cost", project_cost)?;
    not_negative("subsidy", fixed)?;
    not_negative("deduction", year.deduction)?;
    not_negative("earlier payback", paid_before)?;
    if fixed > project_cost {
        return Err(LawError::MoreThanWhole { part: "subsidy", whole: "project cost" });
    }
    if terms.waived_in_deficit && year.deficit {
        return Ok(RevenueResult::Deficit);
    }
    let gain = year.profit.checked_sub(year.deduction)?;
    if gain <= Yen::ZERO {
        return Ok(RevenueResult::NoProfit);
    }
    let room = Cut::YEN_DOWN.of(share(terms.cap, fixed.exact())?)?.checked_sub(paid_before)?;
    if room <= Yen::ZERO {
        return Ok(RevenueResult::CapReached);
    }
    let payback = terms.cut.of(over(times(gain.exact(), fixed.exact())?, project_cost.exact())?)?.min(room);
    Ok(if payback > Yen::ZERO { RevenueResult::Payback(payback) } else { RevenueResult::NoProfit })
}

#[cfg(test)]
mod tests {
    use super::*;
    use banso_kernel::Exact;
    use proptest::prelude::*;

    fn terms() -> RevenueTerms {
        RevenueTerms { cap: Rate::new(Exact::from_integer(1)), waived_in_deficit: true, cut: Cut::YEN_DOWN, clause: "7-1(6)".into() }
    }

    #[test]
    fn a_year_after_completion() {
        let year = |profit, deduction, deficit| RevenueYear { profit: Yen::new(profit), deduction: Yen::new(deduction), deficit };
        for (year, paid_before, expected) in [
            (year(5_000_000, 2_000_000, false), 0, RevenueResult::Payback(Yen::new(2_000_000))),
            (year(5_000_001, 2_000_000, false), 0, RevenueResult::Payback(Yen::new(2_000_000))),
            (year(5_000_000, 2_000_000, true), 0, RevenueResult::Deficit),
            (year(2_000_000, 2_000_000, false), 0, RevenueResult::NoProfit),
            (year(-9_000_000, 0, false), 0, RevenueResult::NoProfit),
            (year(90_000_000, 0, false), 0, RevenueResult::Payback(Yen::new(20_000_000))),
            (year(90_000_000, 0, false), 19_000_000, RevenueResult::Payback(Yen::new(1_000_000))),
            (year(90_000_000, 0, false), 20_000_000, RevenueResult::CapReached),
        ] {
            let got = payback_after_completion(Yen::new(20_000_000), Yen::new(30_000_000), &year, Yen::new(paid_before), &terms());
            assert_eq!(got, Ok(expected), "{year:?} after {paid_before}");
        }
    }

    #[test]
    fn figures_that_cannot_be() {
        let y = Yen::new;
        for (a, b, income) in [(1, 0, 0), (2, 1, 0), (1, 2, -1)] {
            assert!(payback_during_project(y(a), y(b), y(income), y(0), y(0), Cut::YEN_DOWN).is_err(), "{a} {b} {income}");
        }
        assert_eq!(payback_during_project(y(1), y(2), y(10), y(9), y(5), Cut::YEN_DOWN), Ok(y(0)));
    }

    proptest! {
        /// However many years, the sum never passes the cap.
        #[test]
        fn the_sum_stays_under_the_cap(fixed in 1..50_000_000_i64, own in 0..50_000_000_i64, profits in prop::collection::vec(-90_000_000..90_000_000_i64, 1..8)) {
            let mut paid = Yen::ZERO;
            for profit in profits {
                let year = RevenueYear { profit: Yen::new(profit), deduction: Yen::ZERO, deficit: false };
                let more = payback_after_completion(Yen::new(fixed), Yen::new(fixed + own), &year, paid, &terms()).unwrap().amount();
                prop_assert!(more >= Yen::ZERO && more.get() <= profit.max(0));
                paid = paid.checked_add(more).unwrap();
            }
            prop_assert!(paid <= Yen::new(fixed));
        }
    }
}
