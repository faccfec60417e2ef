//! Where each receipt went, one after the other (令10条2項): to the principal until it is covered, then to the charges in the order that the
//! debt's rule names. Computed from the statement before and after each receipt, so that the lines add up to the statement.

use banso_kernel::Yen;

use super::debt::{DebtAccount, statement};
use super::{Flow, LawError};

/// One receipt and what it covered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allocation {
    pub flow: Flow,
    pub principal: Yen,
    pub surcharge: Yen,
    pub late_charge: Yen,
    /// Beyond everything owed.
    pub excess: Yen,
    /// What is left of everything owed on that day.
    pub open: Yen,
}

/// Every receipt of a debt with what it covered, by day.
///
/// # Errors
/// As [`statement`].
pub fn allocations(account: &DebtAccount<'_>) -> Result<Vec<Allocation>, LawError> {
    let mut paid = account.payments.to_vec();
    // Within a day in the order in which they were recorded.
    paid.sort_by_key(|flow| flow.on);
    let mut lines = Vec::with_capacity(paid.len());
    for (index, flow) in paid.iter().enumerate() {
        let after = |count: usize| {
            let payments = paid.get(..count).unwrap_or(&paid);
            statement(&DebtAccount { payments, ..*account }, flow.on)
        };
        let (before, then) = (after(index)?, after(index + 1)?);
        lines.push(Allocation {
            flow: *flow,
            principal: then.principal_paid.checked_sub(before.principal_paid)?,
            surcharge: then.surcharge_paid.checked_sub(before.surcharge_paid)?,
            late_charge: then.late_charge_paid.checked_sub(before.late_charge_paid)?,
            excess: then.excess.checked_sub(before.excess)?,
            open: then.open()?,
        });
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use banso_kernel::Day;
    use proptest::prelude::*;

    use super::*;
    use crate::law::{ChargeOrder, ChargeTerms, DebtRule};

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    fn flow(on: &str, yen: i64) -> Flow {
        Flow::new(day(on), Yen::new(yen))
    }

    fn rule(order: ChargeOrder) -> DebtRule {
        let terms = || Some(ChargeTerms::of_the_act("適正化法第19条"));
        DebtRule { surcharge: terms(), late_charge: terms(), order }
    }

    #[test]
    fn the_principal_comes_first_then_the_charges_in_their_order() {
        let (receipts, due) = ([flow("2023-04-10", 10_000_000)], [flow("2024-02-29", 10_000_000)]);
        let payments = [flow("2024-04-10", 1_059_000), flow("2024-02-20", 4_000_000), flow("2024-03-30", 6_500_000)];
        for (order, last) in [
            // Surcharge 1,021,200 and late charge 54,000 stand when the principal is covered on 30 March; 500,000 are left of that receipt.
            (ChargeOrder::SurchargeFirst, (521_200, 54_000)),
            (ChargeOrder::LateChargeFirst, (575_200, 0)),
        ] {
            let rule = rule(order);
            let account = DebtAccount {
                principal: Yen::new(10_000_000),
                receipts: &receipts,
                due: &due,
                payments: &payments,
                reliefs: &[],
                rule: &rule,
            };
            let lines = allocations(&account).unwrap();
            let principal: Vec<i64> = lines.iter().map(|l| l.principal.get()).collect();
            assert_eq!(principal, [4_000_000, 6_000_000, 0]);
            assert_eq!(lines[1].surcharge.get() + lines[1].late_charge.get(), 500_000);
            assert_eq!((lines[2].surcharge.get(), lines[2].late_charge.get()), last, "{order:?}");
            assert_eq!((lines[2].excess, lines[2].open), (Yen::new(1_059_000 - 575_200), Yen::ZERO));
        }
    }

    #[test]
    fn receipts_of_one_day_keep_their_order() {
        let rule = rule(ChargeOrder::SurchargeFirst);
        let (receipts, due) = ([flow("2024-01-01", 1_000_000)], [flow("2024-02-29", 1_000_000)]);
        let payments = [flow("2024-01-10", 1_000_000), flow("2024-01-10", 3_000)];
        let account =
            DebtAccount { principal: Yen::new(1_000_000), receipts: &receipts, due: &due, payments: &payments, reliefs: &[], rule: &rule };
        let lines = allocations(&account).unwrap();
        assert_eq!(lines.iter().map(|l| (l.principal.get(), l.surcharge.get())).collect::<Vec<_>>(), [(1_000_000, 0), (0, 3_000)]);
    }

    proptest! {
        #[test]
        fn the_lines_add_up_to_the_statement(principal in 1..20_000_000_i64, paid in prop::collection::vec((0..900_i32, 1..8_000_000_i64), 0..6), first in any::<bool>()) {
            let from = day("2023-04-10");
            let rule = rule(if first { ChargeOrder::SurchargeFirst } else { ChargeOrder::LateChargeFirst });
            let payments: Vec<Flow> = paid.iter().map(|(d, y)| Flow::new(from.plus_days(*d), Yen::new(*y))).collect();
            let (receipts, due) = ([Flow::new(from, Yen::new(principal))], [Flow::new(from.plus_days(300), Yen::new(principal))]);
            let account = DebtAccount { principal: Yen::new(principal), receipts: &receipts, due: &due, payments: &payments, reliefs: &[], rule: &rule };
            let whole = statement(&account, from.plus_days(1_000)).unwrap();
            let lines = allocations(&account).unwrap();
            let sum = |of: fn(&Allocation) -> Yen| Yen::sum(lines.iter().map(of)).unwrap();
            prop_assert_eq!(sum(|l| l.principal), whole.principal_paid);
            prop_assert_eq!(sum(|l| l.surcharge), whole.surcharge_paid);
            prop_assert_eq!(sum(|l| l.late_charge), whole.late_charge_paid);
            prop_assert_eq!(sum(|l| l.excess), whole.excess);
            for l in &lines {
                prop_assert_eq!(Yen::sum([l.principal, l.surcharge, l.late_charge, l.excess]).unwrap(), l.flow.amount);
            }
        }
    }
}
