//! Return of input tax (消費税及び地方消費税に係る仕入控除税額の返還): what the holder got back from the tax office on costs that the subsidy paid.
//!
//! Arises only where eligible cost was counted with tax. The duty is a condition of the decision (法7条3項); the ways of deduction are those
//! of 消費税法30条.

use banso_kernel::{Rate, Yen};
use serde::{Deserialize, Serialize};

use super::{Cut, LawError, minus, not_negative, over, plus, positive, share, times, zero};
use banso_kernel::Exact;

/// How the holder deducts input tax in the tax year of the purchase.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Deduction {
    /// Not a taxpayer, or the simplified scheme (消費税法9条・37条): nothing is deducted on actual purchases.
    NotOnPurchases,
    /// Special income above the share of 消費税法60条4項: deduction is restricted, nothing counts as returned.
    SpecialIncome,
    /// All of it (消費税法30条1項; taxable sales at least 95 % and at most 5億円).
    Full,
    /// By use (30条2項1号): purchases for taxable sales in full, common ones by the ratio of taxable sales.
    ByUse { taxable_ratio: Rate },
    /// By one ratio for all (30条2項2号).
    ByRatio { taxable_ratio: Rate },
}

impl Deduction {
    /// Japanese and English words.
    #[must_use]
    pub const fn label(&self) -> (&'static str, &'static str) {
        match self {
            Deduction::NotOnPurchases => ("免税事業者・簡易課税（控除しない）", "not on purchases (exempt or simplified scheme)"),
            Deduction::SpecialIncome => ("特定収入割合が5%超（公益法人等）", "special income above 5 %"),
            Deduction::Full => ("全額控除", "in full"),
            Deduction::ByUse { .. } => ("個別対応方式", "by use"),
            Deduction::ByRatio { .. } => ("一括比例配分方式", "by one ratio"),
        }
    }
}

/// Eligible cost with tax at one rate, by what it was bought for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaxedCost {
    /// 1/10, 8/100.
    pub rate: Rate,
    /// Tax included, bought for taxable sales only.
    pub for_taxable: Yen,
    /// Tax included, bought for both.
    pub common: Yen,
    /// Tax included, bought for exempt sales only: deducted only in full or by one ratio.
    pub for_exempt: Yen,
}

impl TaxedCost {
    fn total(&self) -> Result<Yen, LawError> {
        for (name, amount) in
            [("cost for taxable sales", self.for_taxable), ("common cost", self.common), ("cost for exempt sales", self.for_exempt)]
        {
            not_negative(name, amount)?;
        }
        Ok(Yen::sum([self.for_taxable, self.common, self.for_exempt])?)
    }

    /// The tax in these costs that is deducted.
    fn deducted(&self, deduction: &Deduction) -> Result<Exact, LawError> {
        let all = self.total()?.exact();
        let costs = match deduction {
            Deduction::NotOnPurchases | Deduction::SpecialIncome => zero(),
            Deduction::Full => all,
            Deduction::ByUse { taxable_ratio } => plus(self.for_taxable.exact(), share(*taxable_ratio, self.common.exact())?)?,
            Deduction::ByRatio { taxable_ratio } => share(*taxable_ratio, all)?,
        };
        let rate = self.rate.exact();
        Ok(times(costs, over(rate, plus(rate, Exact::from_integer(1))?)?)?)
    }
}

/// What goes back, and from what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputTaxResult {
    /// The input tax deducted on all eligible cost, before the subsidy's share of it.
    pub deducted: Exact,
    pub amount: Yen,
}

/// The subsidy's share of the input tax deducted: `deducted × fixed / eligible cost`.
///
/// # Errors
/// A ratio above 1, costs above the eligible cost, a subsidy above it, negative figures, or amounts that are too large.
pub fn input_tax_return(
    fixed: Yen,
    eligible_cost: Yen,
    costs: &[TaxedCost],
    deduction: &Deduction,
    cut: Cut,
) -> Result<InputTaxResult, LawError> {
    positive("eligible cost", eligible_cost)?;
    not_negative("subsidy", fixed)?;
    if fixed > eligible_cost {
        return Err(LawError::MoreThanWhole { part: "subsidy", whole: "eligible cost" });
    }
    if let Deduction::ByUse { taxable_ratio } | Deduction::ByRatio { taxable_ratio } = deduction {
        let one = Exact::from_integer(1);
        if taxable_ratio.exact() < zero() || minus(one, taxable_ratio.exact())? < zero() {
            return Err(LawError::MoreThanWhole { part: "ratio of taxable sales", whole: "1" });
        }
    }
    let taxed = Yen::sum(costs.iter().map(TaxedCost::total).collect::<Result<Vec<_>, _>>()?)?;
    if taxed > eligible_cost {
        return Err(LawError::MoreThanWhole { part: "taxed cost", whole: "eligible cost" });
    }
    let deducted = costs.iter().try_fold(zero(), |sum, cost| Ok::<_, LawError>(plus(sum, cost.deducted(deduction)?)?))?;
    let amount = cut.of(over(times(deducted, fixed.exact())?, eligible_cost.exact())?)?;
    Ok(InputTaxResult { deducted, amount })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rate(n: i128, d: i128) -> Rate {
        Rate::new(Exact::new(n, d))
    }

    fn cost(for_taxable: i64, common: i64, for_exempt: i64) -> TaxedCost {
        TaxedCost { rate: rate(1, 10), for_taxable: Yen::new(for_taxable), common: Yen::new(common), for_exempt: Yen::new(for_exempt) }
    }

    #[test]
    fn by_each_way_of_deduction() {
        let ratio = rate(4, 5);
        for (deduction, expected) in [
            (Deduction::NotOnPurchases, 0),
            (Deduction::SpecialIncome, 0),
            // 16,500,000 × 10/110 = 1,500,000; two thirds of it.
            (Deduction::Full, 1_000_000),
            // (5,500,000 + 5,500,000 × 4/5) × 10/110 = 900,000.
            (Deduction::ByUse { taxable_ratio: ratio }, 600_000),
            // 16,500,000 × 4/5 × 10/110 = 1,200,000.
            (Deduction::ByRatio { taxable_ratio: ratio }, 800_000),
        ] {
            let costs = [cost(5_500_000, 5_500_000, 5_500_000)];
            let got = input_tax_return(Yen::new(11_000_000), Yen::new(16_500_000), &costs, &deduction, Cut::YEN_DOWN).unwrap();
            assert_eq!(got.amount, Yen::new(expected), "{deduction:?}");
        }
    }

    #[test]
    fn two_rates_and_figures_that_cannot_be() {
        let eight = TaxedCost { rate: rate(8, 100), ..cost(1_080_000, 0, 0) };
        let full =
            |costs: &[TaxedCost], whole| input_tax_return(Yen::new(1_000_000), Yen::new(whole), costs, &Deduction::Full, Cut::YEN_DOWN);
        // 100,000 + 80,000, half of it.
        assert_eq!(
            full(&[cost(1_100_000, 0, 0), eight], 2_000_000).map_err(|e| e.to_string()),
            Err("`taxed cost` is more than `eligible cost`".to_owned())
        );
        assert_eq!(full(&[cost(920_000, 0, 0), eight], 2_000_000).unwrap().amount, Yen::new(81_818));
        assert!(full(&[cost(-1, 0, 0)], 2_000_000).is_err());
        let above = Deduction::ByRatio { taxable_ratio: rate(11, 10) };
        assert!(input_tax_return(Yen::new(1), Yen::new(1), &[], &above, Cut::YEN_DOWN).is_err());
    }

    proptest! {
        #[test]
        fn never_more_than_the_tax_in_the_subsidy(a in 0..9_000_000_i64, b in 0..9_000_000_i64, c in 0..9_000_000_i64, own in 0..9_000_000_i64, n in 0..=100_i128, part in 0..=100_i64) {
            let whole = a + b + c + own + 1;
            let fixed = whole * part / 100;
            for deduction in [Deduction::Full, Deduction::ByUse { taxable_ratio: rate(n, 100) }, Deduction::ByRatio { taxable_ratio: rate(n, 100) }] {
                let got = input_tax_return(Yen::new(fixed), Yen::new(whole), &[cost(a, b, c)], &deduction, Cut::YEN_DOWN).unwrap();
                prop_assert!(got.amount >= Yen::ZERO && got.amount.get() <= fixed / 11);
            }
        }
    }
}
