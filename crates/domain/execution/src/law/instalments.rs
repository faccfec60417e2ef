//! Splitting what is to be paid back into instalments (分割納付; 令9条 for the later due days).

use banso_kernel::{ClosedDays, Day, Yen};

use super::{Cut, Flow, LawError};
use banso_kernel::Rounding;

/// One instalment is money on its due day.
pub type Instalment = Flow;

/// Why a plan cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InstalmentError {
    #[error("between 1 and {max} instalments, not {asked}")]
    Count { asked: u32, max: u32 },
    #[error("the amount does not reach one unit an instalment")]
    TooSmall,
    #[error(transparent)]
    Law(#[from] LawError),
}

/// Most instalments of one plan: ten years of months.
const INSTALMENTS_MAX: u32 = 120;

/// Equal monthly instalments in multiples of `unit`, the last takes the rest. A due day on which banks rest moves to the next open one.
///
/// # Errors
/// No instalments, too many, or an amount that is too small to be split.
pub fn instalments(total: Yen, first: Day, count: u32, unit: Yen) -> Result<Vec<Instalment>, InstalmentError> {
    if count == 0 || count > INSTALMENTS_MAX {
        return Err(InstalmentError::Count { asked: count, max: INSTALMENTS_MAX });
    }
    let cut = Cut { rounding: Rounding::Down, unit };
    let each = cut.of(total.exact() / banso_kernel::Exact::from_integer(i128::from(count))).map_err(LawError::from)?;
    if each <= Yen::ZERO {
        return Err(InstalmentError::TooSmall);
    }
    let mut left = total;
    let mut plan = Vec::new();
    for (month, n) in (0_i32..).zip(1..=count) {
        let amount = if n == count { left } else { each };
        left = left.checked_sub(amount).map_err(LawError::from)?;
        plan.push(Flow::new(first.plus_months(month).or_next_open(ClosedDays::Bank), amount));
    }
    Ok(plan)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_last_takes_the_rest() {
        let day = |t: &str| Day::parse(t).unwrap();
        let plan = instalments(Yen::new(1_000_000), day("2026-01-31"), 3, Yen::new(1_000)).unwrap();
        let expected = [("2026-02-02", 333_000), ("2026-03-02", 333_000), ("2026-03-31", 334_000)];
        assert_eq!(plan, expected.map(|(d, y)| Flow::new(day(d), Yen::new(y))));
        for (total, count) in [(1_000_000, 0), (1_000_000, 121), (999, 1), (2_999, 3)] {
            assert!(instalments(Yen::new(total), day("2026-01-31"), count, Yen::new(1_000)).is_err(), "{total} {count}");
        }
    }

    proptest! {
        #[test]
        fn a_plan_adds_up(total in 100_000..1_000_000_000_i64, count in 1..=100_u32, unit in prop::sample::select(vec![1_i64, 100, 1_000])) {
            let plan = instalments(Yen::new(total), Day::parse("2026-04-10").unwrap(), count, Yen::new(unit)).unwrap();
            prop_assert_eq!(Yen::sum(plan.iter().map(|f| f.amount)).unwrap(), Yen::new(total));
            prop_assert!(plan.windows(2).all(|w| w[0].on < w[1].on && w[0].amount <= w[1].amount));
        }
    }
}
