//! Disposal of restricted assets (法22条, 令13条・14条): the remaining book value by statutory life, and what is to be paid back by kind.
//!
//! Which assets, how book value is counted and what each kind costs is set by each ministry's standard: arguments with their clause.

use banso_kernel::{Day, Exact, LocalText, Rounding, Yen};
use num_traits::CheckedDiv;
use serde::{Deserialize, Serialize};

use super::{Cut, LawError, not_negative, over, positive, times};

/// How an asset loses value over its statutory life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Depreciation {
    /// 定額法 with the rate of the tables (耐用年数省令別表第八): 1/life, rounded up to three decimals.
    StraightLineTable,
    /// 定額法 with 1/life as a fraction.
    StraightLineExact,
}

/// Which months count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MonthCount {
    /// The month of acquisition and the month of disposal both.
    Both,
    /// The month of acquisition, not that of disposal.
    First,
}

/// What a ministry's standard says of disposal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DisposalTerms {
    /// Unit price without tax from which an asset is restricted.
    pub restricted_from: Yen,
    pub depreciation: Depreciation,
    pub months: MonthCount,
    /// What stays in the books after the statutory life (備忘価額).
    pub memo: Yen,
    pub cut: Cut,
    pub clause: String,
}

/// The value left of an asset on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BookValue {
    pub months_used: u32,
    pub life_months: u32,
    pub value: Yen,
}

impl BookValue {
    /// Whether the statutory life is over: the restriction ends with it.
    #[must_use]
    pub const fn life_is_over(&self) -> bool {
        self.months_used >= self.life_months
    }
}

/// The remaining book value (残存簿価相当額): acquisition cost less rate × months used, by statutory life and not by the tax return's.
///
/// # Errors
/// No cost, no life, a disposal before the acquisition, or amounts that are too large.
pub fn book_value(cost: Yen, life_years: u32, acquired: Day, on: Day, terms: &DisposalTerms) -> Result<BookValue, LawError> {
    positive("acquisition cost", cost)?;
    if life_years == 0 {
        return Err(LawError::NotPositive("statutory life"));
    }
    if on < acquired {
        return Err(LawError::DaysReversed { first: acquired, then: on });
    }
    let months_used = months_between(acquired, on, terms.months);
    let life_months = life_years.saturating_mul(12);
    let years = Exact::from_integer(i128::from(life_years));
    let rate = match terms.depreciation {
        Depreciation::StraightLineExact => over(Exact::from_integer(1), years)?,
        Depreciation::StraightLineTable => over(Exact::from_integer(1_000), years)?
            .ceil()
            .checked_div(&Exact::from_integer(1_000))
            .ok_or(banso_kernel::MoneyError::TooLarge)?,
    };
    let used = times(times(cost.exact(), rate)?, Exact::new(i128::from(months_used), 12))?;
    // What is left is rounded up where what is lost is cut down: the two add up to the cost.
    let lost = Yen::from_exact(used, Rounding::Down, Yen::new(1))?;
    let value = if months_used >= life_months { terms.memo } else { cost.checked_sub(lost)?.max(terms.memo) };
    Ok(BookValue { months_used, life_months, value })
}

fn months_between(acquired: Day, on: Day, count: MonthCount) -> u32 {
    let index = |d: Day| i32::from(d.year()) * 12 + i32::from(d.date().month());
    let apart = u32::try_from(index(on) - index(acquired)).unwrap_or(0);
    match count {
        MonthCount::Both => apart + 1,
        MonthCount::First => apart,
    }
}

/// What is done with an asset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DisposalKind {
    /// 転用: another use than the grant's.
    Diversion,
    /// 有償譲渡.
    Sale,
    /// 無償譲渡.
    Gift,
    /// 交換.
    Exchange,
    /// 有償貸付.
    PaidLease,
    /// 無償貸付.
    FreeLoan,
    /// 担保: paid back when it is enforced.
    Collateral,
    /// 廃棄・取壊し.
    Scrapping,
}

impl DisposalKind {
    pub const ALL: &'static [DisposalKind] = &[
        DisposalKind::Diversion,
        DisposalKind::Sale,
        DisposalKind::Gift,
        DisposalKind::Exchange,
        DisposalKind::PaidLease,
        DisposalKind::FreeLoan,
        DisposalKind::Collateral,
        DisposalKind::Scrapping,
    ];

    /// As people read it.
    #[must_use]
    pub fn label(self) -> LocalText {
        match self {
            DisposalKind::Diversion => LocalText::new("転用", "diversion"),
            DisposalKind::Sale => LocalText::new("有償譲渡", "sale"),
            DisposalKind::Gift => LocalText::new("無償譲渡", "gift"),
            DisposalKind::Exchange => LocalText::new("交換", "exchange"),
            DisposalKind::PaidLease => LocalText::new("有償貸付", "paid lease"),
            DisposalKind::FreeLoan => LocalText::new("無償貸付", "free loan"),
            DisposalKind::Collateral => LocalText::new("担保の提供", "collateral"),
            DisposalKind::Scrapping => LocalText::new("廃棄・取壊し", "scrapping"),
        }
    }
}

/// One disposal as it is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Disposition {
    pub kind: DisposalKind,
    /// Price, rent over the term, or value of what comes in return; zero where nothing does.
    pub proceeds: Yen,
    /// The asset is unusable through disaster, or through age and no fault (老朽・災害).
    pub through_no_fault: bool,
    /// A use or loan within the fiscal year that does not hinder the purpose: a report is enough.
    pub temporary: bool,
}

/// What a disposal costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "result", content = "amount", rename_all = "snake_case")]
pub enum DisposalOutcome {
    /// Below the unit price, or the statutory life is over: no approval is needed.
    Unrestricted,
    /// Approved without payment.
    NothingDue,
    /// A report is deemed an approval.
    ReportOnly,
    /// Approved on condition that it is paid when the collateral is enforced: at most this.
    OnEnforcement(Yen),
    Repay(Yen),
}

impl DisposalOutcome {
    /// What is paid back now; nothing for a collateral before it is enforced.
    #[must_use]
    pub const fn amount(self) -> Yen {
        match self {
            DisposalOutcome::Repay(amount) => amount,
            DisposalOutcome::Unrestricted
            | DisposalOutcome::NothingDue
            | DisposalOutcome::ReportOnly
            | DisposalOutcome::OnEnforcement(_) => Yen::ZERO,
        }
    }
}

/// An asset with its share of subsidy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AssetFigures {
    /// Without tax.
    pub cost: Yen,
    /// The fixed subsidy that went into it.
    pub subsidy: Yen,
    pub life_years: u32,
    pub acquired: Day,
}

/// What is to be paid back for a disposal: `max(proceeds, book value) × subsidy / cost` where something is paid for it,
/// `book value × subsidy / cost` where not; never more than the subsidy of the asset.
///
/// # Errors
/// Figures as in [`book_value`], a subsidy above the cost, negative proceeds, or amounts that are too large.
pub fn disposal_repayment(
    asset: &AssetFigures,
    disposition: &Disposition,
    on: Day,
    terms: &DisposalTerms,
) -> Result<DisposalOutcome, LawError> {
    not_negative("subsidy", asset.subsidy)?;
    not_negative("proceeds", disposition.proceeds)?;
    if asset.subsidy > asset.cost {
        return Err(LawError::MoreThanWhole { part: "subsidy", whole: "acquisition cost" });
    }
    let book = book_value(asset.cost, asset.life_years, asset.acquired, on, terms)?;
    if asset.cost < terms.restricted_from || book.life_is_over() {
        return Ok(DisposalOutcome::Unrestricted);
    }
    let due = |value: Yen| -> Result<Yen, LawError> {
        let share = over(times(value.exact(), asset.subsidy.exact())?, asset.cost.exact())?;
        Ok(terms.cut.of(share)?.min(asset.subsidy))
    };
    let outcome = |amount: Yen| if amount > Yen::ZERO { DisposalOutcome::Repay(amount) } else { DisposalOutcome::NothingDue };
    Ok(match disposition.kind {
        DisposalKind::Diversion | DisposalKind::FreeLoan | DisposalKind::PaidLease if disposition.temporary => DisposalOutcome::ReportOnly,
        DisposalKind::Scrapping if disposition.through_no_fault => DisposalOutcome::NothingDue,
        DisposalKind::Collateral => DisposalOutcome::OnEnforcement(due(book.value)?),
        DisposalKind::Sale | DisposalKind::Exchange | DisposalKind::PaidLease => outcome(due(book.value.max(disposition.proceeds))?),
        DisposalKind::Diversion | DisposalKind::Gift | DisposalKind::FreeLoan | DisposalKind::Scrapping => outcome(due(book.value)?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    fn terms(depreciation: Depreciation) -> DisposalTerms {
        DisposalTerms {
            restricted_from: Yen::new(500_000),
            depreciation,
            months: MonthCount::Both,
            memo: Yen::new(1),
            cut: Cut::YEN_DOWN,
            clause: "7-1(5)".into(),
        }
    }

    #[test]
    fn book_values() {
        for (life, depreciation, on, expected) in [
            (10, Depreciation::StraightLineTable, "2023-04-10", (1, 5_950_000)),
            (10, Depreciation::StraightLineTable, "2024-03-31", (12, 5_400_000)),
            (10, Depreciation::StraightLineTable, "2033-03-31", (120, 1)),
            (10, Depreciation::StraightLineTable, "2040-03-31", (204, 1)),
            // 1/6 is 0.167 in the table: 6,000,000 × 0.167 × 12/12.
            (6, Depreciation::StraightLineTable, "2024-03-31", (12, 4_998_000)),
            (6, Depreciation::StraightLineExact, "2024-03-31", (12, 5_000_000)),
        ] {
            let got = book_value(Yen::new(6_000_000), life, day("2023-04-10"), day(on), &terms(depreciation)).unwrap();
            assert_eq!((got.months_used, got.value.get()), expected, "{life} {depreciation:?} {on}");
        }
        let before = book_value(Yen::new(1), 5, day("2023-04-10"), day("2023-04-09"), &terms(Depreciation::StraightLineExact));
        assert!(matches!(before, Err(LawError::DaysReversed { .. })));
    }

    #[test]
    fn what_each_kind_costs() {
        use DisposalKind::*;
        use DisposalOutcome::{NothingDue, OnEnforcement, Repay, ReportOnly, Unrestricted};
        let yen = Yen::new;
        // After twelve months of ten years 5,400,000 of 6,000,000 are left; the subsidy was two thirds.
        let asset = |cost, subsidy| AssetFigures { cost: yen(cost), subsidy: yen(subsidy), life_years: 10, acquired: day("2023-04-10") };
        let way = |kind, proceeds| Disposition { kind, proceeds: yen(proceeds), through_no_fault: false, temporary: false };
        let machine = asset(6_000_000, 4_000_000);
        for (asset, way, on, expected) in [
            (machine, way(Sale, 3_000_000), "2024-03-31", Repay(yen(3_600_000))),
            (machine, way(Sale, 5_700_000), "2024-03-31", Repay(yen(3_800_000))),
            (machine, way(Sale, 9_000_000), "2024-03-31", Repay(yen(4_000_000))),
            (machine, way(PaidLease, 100_000), "2024-03-31", Repay(yen(3_600_000))),
            (machine, way(Exchange, 5_700_000), "2024-03-31", Repay(yen(3_800_000))),
            (machine, way(Gift, 0), "2024-03-31", Repay(yen(3_600_000))),
            (machine, way(FreeLoan, 0), "2024-03-31", Repay(yen(3_600_000))),
            (machine, way(Diversion, 0), "2024-03-31", Repay(yen(3_600_000))),
            (machine, way(Scrapping, 0), "2024-03-31", Repay(yen(3_600_000))),
            (machine, way(Collateral, 0), "2024-03-31", OnEnforcement(yen(3_600_000))),
            (machine, Disposition { through_no_fault: true, ..way(Scrapping, 0) }, "2024-03-31", NothingDue),
            (machine, Disposition { temporary: true, ..way(Diversion, 0) }, "2024-03-31", ReportOnly),
            (machine, Disposition { temporary: true, ..way(Sale, 0) }, "2024-03-31", Repay(yen(3_600_000))),
            (machine, way(Sale, 1_000_000), "2033-04-01", Unrestricted),
            (asset(499_999, 300_000), way(Sale, 100_000), "2024-03-31", Unrestricted),
            (asset(500_000, 0), way(Sale, 100_000), "2024-03-31", NothingDue),
        ] {
            let got = disposal_repayment(&asset, &way, day(on), &terms(Depreciation::StraightLineTable));
            assert_eq!(got, Ok(expected), "{way:?} {on}");
        }
        assert!(disposal_repayment(&asset(1, 2), &way(Sale, 0), day("2024-03-31"), &terms(Depreciation::StraightLineTable)).is_err());
    }

    /// What is left after so many months, each of which takes the same.
    fn left_after(cost: Yen, life_years: u32, months: u32) -> Exact {
        let each = cost.exact() / Exact::from_integer(i128::from(life_years) * 12);
        (0..months).fold(cost.exact(), |left, _| left - each)
    }

    proptest! {
        #[test]
        fn value_falls_month_by_month(cost in 500_000..90_000_000_i64, life in 2..50_u32, months in 0..600_i32) {
            let terms = terms(Depreciation::StraightLineExact);
            let bought = day("2020-04-01");
            let on = bought.plus_months(months);
            let got = book_value(Yen::new(cost), life, bought, on, &terms).unwrap();
            let counted = u32::try_from(months).unwrap() + 1;
            prop_assert_eq!(got.months_used, counted);
            let expected = if counted >= life * 12 { Yen::new(1) } else { Yen::from_exact(left_after(Yen::new(cost), life, counted), Rounding::Up, Yen::new(1)).unwrap() };
            prop_assert_eq!(got.value, expected);
        }
    }
}
