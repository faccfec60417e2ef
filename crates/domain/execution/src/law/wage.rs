//! Wage covenants (賃上げ要件): what goes back when wages did not rise as promised. Shares, yearly rule, cap and exemptions are the
//! guideline's; they come in as terms.

use banso_kernel::{Exact, LocalText, MoneyError, Rate, Yen};
use num_traits::CheckedMul;
use serde::{Deserialize, Serialize};

use super::{Cut, LawError, minus, not_negative, over, positive, times, zero};

/// What a guideline says of wage covenants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WageTerms {
    /// Growth a year that was promised, e.g. 5/200 for 2.5 %.
    pub promised: Rate,
    /// Years from the base figure to the goal.
    pub years: u32,
    /// Decimals to which a growth rate is kept (4 for 0.01 %), the rest dropped.
    pub decimals: u32,
    pub cut: Cut,
    pub exemptions: Vec<Exemption>,
    pub clause: String,
}

/// Why a goal that was missed is not held against the holder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Exemption {
    /// Value added did not grow and the whole firm made an operating loss.
    NoGrowthAndLoss,
    /// 天災など事業者の責めに帰さない理由.
    Disaster,
}

impl Exemption {
    pub const ALL: &'static [Exemption] = &[Exemption::NoGrowthAndLoss, Exemption::Disaster];

    /// Stable code for forms.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Exemption::NoGrowthAndLoss => "no_growth_and_loss",
            Exemption::Disaster => "disaster",
        }
    }

    /// As people read it, and as guidelines write it.
    #[must_use]
    pub fn label(self) -> LocalText {
        match self {
            Exemption::NoGrowthAndLoss => LocalText::new("付加価値額が増えず営業赤字", "no growth of value added and an operating loss"),
            Exemption::Disaster => LocalText::new("天災など責めに帰さない事由", "disaster or another cause beyond the firm's control"),
        }
    }
}

/// What was reached, as the wage ledger shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WageGoal {
    /// Total wages of the base year and of the year of the goal.
    pub base: Yen,
    pub reached: Yen,
    /// Circumstances that were shown.
    pub circumstances: Vec<Exemption>,
}

/// What follows for the subsidy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WageResult {
    Met,
    Exempt(Exemption),
    /// By the shortfall: `subsidy × (1 − reached growth / promised growth)`.
    ByShortfall(Yen),
    /// Wages did not grow at all.
    Full(Yen),
}

impl WageResult {
    #[must_use]
    pub const fn amount(self) -> Yen {
        match self {
            WageResult::Met | WageResult::Exempt(_) => Yen::ZERO,
            WageResult::ByShortfall(yen) | WageResult::Full(yen) => yen,
        }
    }
}

/// The yearly growth between two figures (CAGR), cut down to so many decimals: the largest `g` with `base × (1+g)^years ≤ reached`.
/// Exact: no roots, no floats. Growth above 100 % a year is given as 100 %.
///
/// # Errors
/// A base or number of years that is not positive, a negative figure, or numbers that are too large.
pub fn growth_rate(base: Yen, reached: Yen, years: u32, decimals: u32) -> Result<Exact, LawError> {
    positive("base figure", base)?;
    not_negative("figure reached", reached)?;
    if years == 0 {
        return Err(LawError::NotPositive("years"));
    }
    let scale = 10_i128.checked_pow(decimals).ok_or(MoneyError::TooLarge)?;
    let reaches = |m: i128| -> Result<bool, LawError> {
        // base × ((scale + m) / scale)^years ≤ reached, step by step so that fractions stay small.
        let factor = Exact::new(scale.checked_add(m).ok_or(MoneyError::TooLarge)?, scale);
        let grown = (0..years).try_fold(base.exact(), |grown, _| grown.checked_mul(&factor)).ok_or(MoneyError::TooLarge)?;
        Ok(grown <= reached.exact())
    };
    // From −100 %, which always holds, up to the first step that does not.
    let (mut low, mut high) = (-scale, scale);
    while low < high {
        let middle = low + (high - low + 1) / 2;
        if reaches(middle)? {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    Ok(Exact::new(low, scale))
}

/// What goes back when the goal is judged at the end of the plan. `paid_before` was paid back under covenants earlier; the sum never
/// passes the subsidy.
///
/// # Errors
/// A promise that is not positive, figures as in [`growth_rate`], or amounts that are too large.
pub fn wage_return(fixed: Yen, goal: &WageGoal, paid_before: Yen, terms: &WageTerms) -> Result<WageResult, LawError> {
    not_negative("subsidy", fixed)?;
    if terms.promised.exact() <= zero() {
        return Err(LawError::NotPositive("promised growth"));
    }
    let growth = growth_rate(goal.base, goal.reached, terms.years, terms.decimals)?;
    if growth >= terms.promised.exact() {
        return Ok(WageResult::Met);
    }
    if let Some(exempt) = terms.exemptions.iter().find(|e| goal.circumstances.contains(e)) {
        return Ok(WageResult::Exempt(*exempt));
    }
    let room = fixed.checked_sub(paid_before)?.max(Yen::ZERO);
    if growth <= zero() {
        return Ok(WageResult::Full(room));
    }
    let short = minus(Exact::from_integer(1), over(growth, terms.promised.exact())?)?;
    Ok(WageResult::ByShortfall(terms.cut.of(times(fixed.exact(), short)?)?.min(room)))
}

/// What goes back for a year in which the lowest wage fell short of the promise: the subsidy divided by the years of the plan.
///
/// # Errors
/// No years, negative figures, or amounts that are too large.
pub fn minimum_wage_return(fixed: Yen, plan_years: u32, paid_before: Yen, cut: Cut) -> Result<Yen, LawError> {
    not_negative("subsidy", fixed)?;
    if plan_years == 0 {
        return Err(LawError::NotPositive("years of the plan"));
    }
    let each = cut.of(over(fixed.exact(), Exact::from_integer(i128::from(plan_years)))?)?;
    Ok(each.min(fixed.checked_sub(paid_before)?.max(Yen::ZERO)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn terms(exemptions: &[Exemption]) -> WageTerms {
        WageTerms {
            promised: Rate::new(Exact::new(25, 1_000)),
            years: 3,
            decimals: 4,
            cut: Cut::YEN_DOWN,
            exemptions: exemptions.to_vec(),
            clause: "7-3".into(),
        }
    }

    fn goal(reached: i64, circumstances: &[Exemption]) -> WageGoal {
        WageGoal { base: Yen::new(100_000_000), reached: Yen::new(reached), circumstances: circumstances.to_vec() }
    }

    #[test]
    fn growth_is_cut_never_rounded_up() {
        for (base, reached, years, decimals, expected) in [
            (100_000_000, 107_689_063, 3, 4, Exact::new(25, 1_000)), // 1.025³ = 1.076890625
            (100_000_000, 107_689_062, 3, 4, Exact::new(249, 10_000)),
            (100, 121, 2, 4, Exact::new(1, 10)),
            (100, 100, 5, 4, Exact::from_integer(0)),
            (100, 81, 2, 4, Exact::new(-1, 10)),
            (100, 0, 1, 4, Exact::from_integer(-1)),
        ] {
            assert_eq!(growth_rate(Yen::new(base), Yen::new(reached), years, decimals), Ok(expected), "{base} {reached}");
        }
        assert!(growth_rate(Yen::ZERO, Yen::new(1), 3, 4).is_err() && growth_rate(Yen::new(1), Yen::new(1), 0, 4).is_err());
    }

    #[test]
    fn what_goes_back() {
        use Exemption::{Disaster, NoGrowthAndLoss};
        let fixed = Yen::new(10_000_000);
        for (goal, exemptions, before, expected) in [
            (goal(107_689_063, &[]), &[][..], 0, WageResult::Met),
            // 1.5 % of 2.5 %: two fifths short.
            (goal(104_567_838, &[]), &[], 0, WageResult::ByShortfall(Yen::new(4_000_000))),
            (goal(104_567_838, &[]), &[], 7_000_000, WageResult::ByShortfall(Yen::new(3_000_000))),
            (goal(100_000_000, &[]), &[], 0, WageResult::Full(fixed)),
            (goal(90_000_000, &[]), &[], 2_000_000, WageResult::Full(Yen::new(8_000_000))),
            (goal(90_000_000, &[Disaster]), &[NoGrowthAndLoss, Disaster], 0, WageResult::Exempt(Disaster)),
            (goal(90_000_000, &[NoGrowthAndLoss]), &[Disaster], 0, WageResult::Full(fixed)),
        ] {
            assert_eq!(wage_return(fixed, &goal, Yen::new(before), &terms(exemptions)), Ok(expected), "{goal:?}");
        }
        let each = |before| minimum_wage_return(fixed, 3, Yen::new(before), Cut::YEN_DOWN);
        assert_eq!([each(0), each(9_000_000), each(10_000_000)].map(Result::unwrap), [3_333_333, 1_000_000, 0].map(Yen::new));
    }

    proptest! {
        #[test]
        fn the_rate_is_the_largest_that_fits(base in 1..2_000_000_000_i64, percent in 1..190_i64, years in 1..=5_u32) {
            let reached = base * percent / 100;
            let g = growth_rate(Yen::new(base), Yen::new(reached), years, 4).unwrap();
            let grown = |g: Exact| (0..years).fold(Yen::new(base).exact(), |x, _| x * (Exact::from_integer(1) + g));
            prop_assert!(grown(g) <= Yen::new(reached).exact());
            prop_assert!(grown(g + Exact::new(1, 10_000)) > Yen::new(reached).exact());
        }
    }
}
