//! Surcharge (加算金) and late charge (延滞金): a yearly rate on what is owed, day by day.
//!
//! 法19条1項: from the day of receipt to the day of payment, both counted. 法19条2項: from the day after the due day to the day of payment.

use banso_kernel::{Day, Exact, Rate, Yen};
use serde::{Deserialize, Serialize};

use super::{Cut, Flow, LawError, not_negative, over, plus, times, zero};

/// The rate of a charge and how it is cut. The Act's own is [`ChargeTerms::of_the_act`]; a grant rule (交付規程) may name another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChargeTerms {
    pub rate_per_year: Rate,
    /// 365 in leap years too (利率等の表示の年利建て移行に関する法律25条).
    pub days_per_year: u32,
    pub cut: Cut,
    /// The article or clause.
    pub clause: String,
}

impl ChargeTerms {
    /// 10.95 % a year, below one yen dropped.
    #[must_use]
    pub fn of_the_act(clause: impl Into<String>) -> Self {
        let rate_per_year = Rate::new(Exact::new(1_095, 10_000));
        ChargeTerms { rate_per_year, days_per_year: 365, cut: Cut::YEN_DOWN, clause: clause.into() }
    }
}

/// A run of days with the same amount owed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accrual {
    /// First and last day, both counted.
    pub from: Day,
    pub to: Day,
    pub days: i64,
    pub base: Yen,
}

/// A charge with its steps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charge {
    pub accruals: Vec<Accrual>,
    /// Before it is cut.
    pub exact: Exact,
    pub amount: Yen,
}

/// A charge on a base that changes with days: `steps` are (first day, change of base). Counted to `until`, that day included.
///
/// # Errors
/// Amounts that are too large.
pub(crate) fn accrue(steps: &[(Day, Yen, Sign)], until: Day, terms: &ChargeTerms) -> Result<Charge, LawError> {
    let mut sorted = steps.to_vec();
    sorted.sort_by_key(|(day, _, _)| *day);
    let mut accruals = Vec::new();
    let (mut base, mut exact) = (Yen::ZERO, zero());
    let per_day = over(terms.rate_per_year.exact(), Exact::from_integer(i128::from(terms.days_per_year)))?;
    for (index, (from, change, sign)) in sorted.iter().enumerate() {
        base = match sign {
            Sign::More => base.checked_add(*change)?,
            Sign::Less => base.checked_sub(*change)?,
        };
        let next = sorted.get(index + 1).map_or_else(|| until.plus_days(1), |(day, _, _)| (*day).min(until.plus_days(1)));
        let days = from.days_until(next);
        if days <= 0 || base <= Yen::ZERO {
            continue;
        }
        exact = plus(exact, times(times(base.exact(), per_day)?, Exact::from_integer(i128::from(days)))?)?;
        accruals.push(Accrual { from: *from, to: next.plus_days(-1), days, base });
    }
    let amount = terms.cut.of(exact)?;
    Ok(Charge { accruals, exact, amount })
}

/// Whether a step makes the base larger or smaller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sign {
    More,
    Less,
}

/// The receipts that an ordered amount is deemed to consist of: the last first, then backwards until it is reached (令10条1項).
///
/// # Errors
/// An amount above all receipts.
pub(crate) fn deemed_receipts(ordered: Yen, receipts: &[Flow]) -> Result<Vec<Flow>, LawError> {
    let mut sorted = receipts.to_vec();
    sorted.sort();
    let (mut left, mut deemed) = (ordered, Vec::new());
    for receipt in sorted.iter().rev() {
        let taken = receipt.amount.min(left);
        if taken > Yen::ZERO {
            deemed.push(Flow::new(receipt.on, taken));
            left = left.checked_sub(taken)?;
        }
    }
    if left > Yen::ZERO {
        return Err(LawError::MoreThanWhole { part: "amount ordered", whole: "receipts" });
    }
    deemed.reverse();
    Ok(deemed)
}

/// Surcharge on an amount ordered back after a cancellation (法19条1項, 令10条), counted to `until`. `payments` are what was paid towards
/// the principal; after a part is paid, the days that follow count on the rest.
///
/// ```
/// use banso_execution::law::{ChargeTerms, Flow, surcharge};
/// use banso_kernel::{Day, Yen};
/// let day = |text| Day::parse(text).unwrap();
/// let ten = Yen::new(10_000_000);
/// let paid = [Flow::new(day("2024-03-15"), ten)];
/// let terms = ChargeTerms::of_the_act("適正化法第19条第1項");
/// let charge = surcharge(ten, &[Flow::new(day("2023-04-10"), ten)], &paid, day("2024-03-15"), &terms).unwrap();
/// assert_eq!((charge.accruals[0].days, charge.amount), (341, Yen::new(1_023_000)));
/// ```
///
/// # Errors
/// More ordered than received, negative amounts, or amounts that are too large.
pub fn surcharge(ordered: Yen, receipts: &[Flow], payments: &[Flow], until: Day, terms: &ChargeTerms) -> Result<Charge, LawError> {
    for flow in receipts.iter().chain(payments) {
        not_negative("receipt or payment", flow.amount)?;
    }
    let mut steps: Vec<_> = deemed_receipts(ordered, receipts)?.into_iter().map(|f| (f.on, f.amount, Sign::More)).collect();
    steps.extend(payments.iter().map(|p| (p.on.plus_days(1), p.amount, Sign::Less)));
    accrue(&steps, until, terms)
}

/// Late charge on what is unpaid after its due day (法19条2項, 令11条), counted to `until`. `due` has one entry, or one an instalment;
/// payments cover the instalments in the order in which they fall due.
///
/// # Errors
/// Negative amounts, or amounts that are too large.
pub fn late_charge(due: &[Flow], payments: &[Flow], until: Day, terms: &ChargeTerms) -> Result<Charge, LawError> {
    let mut steps = Vec::new();
    for flow in due.iter().chain(payments) {
        not_negative("amount due or paid", flow.amount)?;
    }
    let (mut owed, mut paid) = (due.to_vec(), payments.to_vec());
    owed.sort();
    paid.sort();
    let mut rest: Vec<Flow> = paid;
    for instalment in owed {
        let mut open = instalment.amount;
        steps.push((instalment.on.plus_days(1), instalment.amount, Sign::More));
        for payment in &mut rest {
            let taken = payment.amount.min(open);
            if taken > Yen::ZERO {
                // Paid before it was due: it never was late.
                steps.push((payment.on.max(instalment.on).plus_days(1), taken, Sign::Less));
                payment.amount = payment.amount.checked_sub(taken)?;
                open = open.checked_sub(taken)?;
            }
        }
    }
    accrue(&steps, until, terms)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    fn flow(on: &str, yen: i64) -> Flow {
        Flow::new(day(on), Yen::new(yen))
    }

    fn act() -> ChargeTerms {
        ChargeTerms::of_the_act("適正化法第19条")
    }

    /// What the article says, one day after the other.
    fn day_by_day(steps: impl Fn(Day) -> Yen, from: Day, until: Day) -> Yen {
        let mut exact = zero();
        for n in 0..=from.days_until(until) {
            let day = from.plus_days(i32::try_from(n).unwrap());
            exact += act().rate_per_year.exact() * steps(day).exact() / Exact::from_integer(365);
        }
        act().cut.of(exact).unwrap()
    }

    #[test]
    fn published_figures() {
        let one = surcharge(
            Yen::new(10_000_000),
            &[flow("2023-04-10", 10_000_000)],
            &[flow("2024-03-15", 10_000_000)],
            day("2024-03-15"),
            &act(),
        );
        let one = one.unwrap();
        assert_eq!((one.accruals[0].days, one.amount), (341, Yen::new(1_023_000)));
        // Received and paid back on the same day: one day (法19条1項 counts both).
        let same = surcharge(Yen::new(1_000_000), &[flow("2024-02-29", 1_000_000)], &[], day("2024-02-29"), &act()).unwrap();
        assert_eq!((same.accruals[0].days, same.amount), (1, Yen::new(300)));
        // A whole leap year is 366 days of 0.03 %.
        let leap = surcharge(Yen::new(1_000_000), &[flow("2024-01-01", 1_000_000)], &[], day("2024-12-31"), &act()).unwrap();
        assert_eq!(leap.amount, Yen::new(109_800));
    }

    #[test]
    fn the_last_receipt_counts_first() {
        let receipts = [flow("2023-04-10", 6_000_000), flow("2024-04-10", 4_000_000)];
        for (ordered, deemed) in [
            (3_000_000, vec![flow("2024-04-10", 3_000_000)]),
            (4_000_000, vec![flow("2024-04-10", 4_000_000)]),
            (5_000_000, vec![flow("2023-04-10", 1_000_000), flow("2024-04-10", 4_000_000)]),
            (10_000_000, receipts.to_vec()),
        ] {
            assert_eq!(deemed_receipts(Yen::new(ordered), &receipts).unwrap(), deemed, "{ordered}");
        }
        let too_much = deemed_receipts(Yen::new(10_000_001), &receipts);
        assert_eq!(too_much, Err(LawError::MoreThanWhole { part: "amount ordered", whole: "receipts" }));
    }

    #[test]
    fn days_late_begin_after_the_due_day() {
        let due = [flow("2024-03-29", 1_000_000)];
        for (paid, until, expected) in [
            (vec![flow("2024-03-29", 1_000_000)], "2024-03-29", 0),
            (vec![flow("2024-03-30", 1_000_000)], "2024-03-30", 300),
            (vec![], "2024-04-28", 9_000),
            (vec![flow("2024-04-08", 400_000)], "2024-04-28", 3_000 + 3_600),
        ] {
            assert_eq!(late_charge(&due, &paid, day(until), &act()).unwrap().amount, Yen::new(expected), "{until}");
        }
    }

    #[test]
    fn negative_money_is_refused() {
        let bad = surcharge(Yen::new(1), &[flow("2024-01-01", -1)], &[], day("2024-01-02"), &act());
        assert_eq!(bad, Err(LawError::NotPositive("receipt or payment")));
    }

    fn flows(count: std::ops::Range<usize>, days: std::ops::Range<i32>) -> impl Strategy<Value = Vec<Flow>> {
        let one = (days, 1..5_000_000_i64).prop_map(|(d, y)| Flow::new(day("2023-01-01").plus_days(d), Yen::new(y)));
        prop::collection::vec(one, count)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn surcharge_is_what_each_day_adds(receipts in flows(1..4, 0..400), paid in flows(0..4, 400..900), part in 1..=100_i64, until in 400..1_000_i32) {
            let until = day("2023-01-01").plus_days(until);
            let total = Yen::sum(receipts.iter().map(|f| f.amount)).unwrap();
            let ordered = Yen::new((total.get() * part / 100).max(1));
            // Nobody pays more than is ordered.
            let mut left = ordered;
            let paid: Vec<Flow> = { let mut sorted = paid; sorted.sort(); sorted.into_iter().map(|p| { let a = p.amount.min(left); left = left.checked_sub(a).unwrap(); Flow::new(p.on, a) }).collect() };
            let charge = surcharge(ordered, &receipts, &paid, until, &act()).unwrap();
            let deemed = deemed_receipts(ordered, &receipts).unwrap();
            let owed = |d: Day| {
                let got: i64 = deemed.iter().filter(|f| f.on <= d).map(|f| f.amount.get()).sum();
                let back: i64 = paid.iter().filter(|f| f.on < d).map(|f| f.amount.get()).sum();
                Yen::new(got - back)
            };
            prop_assert_eq!(charge.amount, day_by_day(owed, day("2023-01-01"), until));
            prop_assert!(charge.accruals.iter().all(|a| a.from <= a.to && a.base > Yen::ZERO));
        }

        #[test]
        fn late_charge_is_what_each_day_adds(due in flows(1..5, 0..400), paid in flows(0..5, 0..700), until in 0..900_i32) {
            let until = day("2023-01-01").plus_days(until);
            let charge = late_charge(&due, &paid, until, &act()).unwrap();
            let late = |d: Day| {
                let owed: i64 = due.iter().filter(|f| f.on < d).map(|f| f.amount.get()).sum();
                let back: i64 = paid.iter().filter(|f| f.on < d).map(|f| f.amount.get()).sum();
                Yen::new((owed - back).max(0))
            };
            prop_assert_eq!(charge.amount, day_by_day(late, day("2023-01-01"), until));
        }
    }
}
