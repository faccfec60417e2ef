//! What is owed on an order to pay back, as of a day: principal, surcharge, late charge, and where each yen that came in has gone.
//!
//! 令10条2項: what is paid goes to the principal until it is covered. In which order charges follow, the enforcement order leaves open:
//! it is an argument.

use banso_kernel::{Day, Yen};
use serde::{Deserialize, Serialize};

use super::charge::{Charge, ChargeTerms, late_charge, surcharge};
use super::{Flow, LawError, not_negative, positive, zero};

/// Which charge is covered first once the principal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChargeOrder {
    SurchargeFirst,
    LateChargeFirst,
}

/// Which charges a debt bears. A repayment after fixing (法18条2項) bears no surcharge: 法19条1項 ties that to a cancellation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DebtRule {
    pub surcharge: Option<ChargeTerms>,
    pub late_charge: Option<ChargeTerms>,
    pub order: ChargeOrder,
}

/// One of the two charges.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChargePart {
    Surcharge,
    LateCharge,
}

/// A waiver of a charge (法19条3項, 令12条).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Relief {
    pub on: Day,
    pub of: ChargePart,
    pub amount: Yen,
}

/// Everything about a debt that its statement is computed from.
#[derive(Debug, Clone, Copy)]
pub struct DebtAccount<'a> {
    pub principal: Yen,
    /// When the subsidy was received: the days of the surcharge begin there.
    pub receipts: &'a [Flow],
    /// One due day, or one an instalment. Adds up to the principal.
    pub due: &'a [Flow],
    /// Money and offsets that came in.
    pub payments: &'a [Flow],
    pub reliefs: &'a [Relief],
    pub rule: &'a DebtRule,
}

/// A debt as of a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DebtStatement {
    pub as_of: Day,
    pub principal: Yen,
    pub principal_paid: Yen,
    pub surcharge: Charge,
    pub surcharge_waived: Yen,
    pub surcharge_paid: Yen,
    pub late_charge: Charge,
    pub late_charge_waived: Yen,
    pub late_charge_paid: Yen,
    /// Paid beyond everything owed: to be given back (過誤納).
    pub excess: Yen,
}

impl DebtStatement {
    /// # Errors
    /// Amounts that are too large.
    pub fn principal_open(&self) -> Result<Yen, LawError> {
        Ok(self.principal.checked_sub(self.principal_paid)?)
    }

    /// # Errors
    /// Amounts that are too large.
    pub fn surcharge_open(&self) -> Result<Yen, LawError> {
        Ok(self.surcharge.amount.checked_sub(self.surcharge_waived)?.checked_sub(self.surcharge_paid)?)
    }

    /// # Errors
    /// Amounts that are too large.
    pub fn late_charge_open(&self) -> Result<Yen, LawError> {
        Ok(self.late_charge.amount.checked_sub(self.late_charge_waived)?.checked_sub(self.late_charge_paid)?)
    }

    /// All that is still to be paid on that day.
    ///
    /// # Errors
    /// Amounts that are too large.
    pub fn open(&self) -> Result<Yen, LawError> {
        Ok(Yen::sum([self.principal_open()?, self.surcharge_open()?, self.late_charge_open()?])?)
    }
}

/// The statement of a debt as of a day, that day included.
///
/// # Errors
/// No principal, negative amounts, more ordered than received where a surcharge runs, or amounts that are too large.
pub fn statement(account: &DebtAccount<'_>, as_of: Day) -> Result<DebtStatement, LawError> {
    positive("principal", account.principal)?;
    let mut paid: Vec<Flow> = account.payments.iter().copied().filter(|p| p.on <= as_of).collect();
    paid.sort();
    let (towards, mut rest) = principal_first(account.principal, &paid)?;
    let principal_paid = Yen::sum(towards.iter().map(|f| f.amount))?;
    let none = || Charge { accruals: Vec::new(), exact: zero(), amount: Yen::ZERO };
    let surcharge = match &account.rule.surcharge {
        Some(terms) => surcharge(account.principal, account.receipts, &towards, as_of, terms)?,
        None => none(),
    };
    let late_charge = match &account.rule.late_charge {
        Some(terms) => late_charge(account.due, &towards, as_of, terms)?,
        None => none(),
    };
    let waived = |part| {
        let given = account.reliefs.iter().filter(|r| r.of == part && r.on <= as_of).map(|r| r.amount);
        Yen::sum(given)
    };
    let surcharge_waived = waived(ChargePart::Surcharge)?.min(surcharge.amount);
    let late_charge_waived = waived(ChargePart::LateCharge)?.min(late_charge.amount);
    let mut cover = |open: Yen| -> Result<Yen, LawError> {
        let taken = rest.min(open);
        rest = rest.checked_sub(taken)?;
        Ok(taken)
    };
    let (surcharge_due, late_due) = (surcharge.amount.checked_sub(surcharge_waived)?, late_charge.amount.checked_sub(late_charge_waived)?);
    let (surcharge_paid, late_charge_paid) = match account.rule.order {
        ChargeOrder::SurchargeFirst => {
            let first = cover(surcharge_due)?;
            (first, cover(late_due)?)
        }
        ChargeOrder::LateChargeFirst => {
            let first = cover(late_due)?;
            (cover(surcharge_due)?, first)
        }
    };
    Ok(DebtStatement {
        as_of,
        principal: account.principal,
        principal_paid,
        surcharge,
        surcharge_waived,
        surcharge_paid,
        late_charge,
        late_charge_waived,
        late_charge_paid,
        excess: rest,
    })
}

/// 令10条2項: what of each payment went to the principal, and what was left of all.
fn principal_first(principal: Yen, paid: &[Flow]) -> Result<(Vec<Flow>, Yen), LawError> {
    let (mut open, mut rest, mut towards) = (principal, Yen::ZERO, Vec::new());
    for payment in paid {
        not_negative("payment", payment.amount)?;
        let taken = payment.amount.min(open);
        if taken > Yen::ZERO {
            towards.push(Flow::new(payment.on, taken));
            open = open.checked_sub(taken)?;
        }
        rest = rest.checked_add(payment.amount.checked_sub(taken)?)?;
    }
    Ok((towards, rest))
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

    fn rule(order: ChargeOrder) -> DebtRule {
        let terms = || Some(ChargeTerms::of_the_act("適正化法第19条"));
        DebtRule { surcharge: terms(), late_charge: terms(), order }
    }

    #[test]
    fn where_each_yen_goes() {
        let (receipts, due) = ([flow("2023-04-10", 10_000_000)], [flow("2024-02-29", 10_000_000)]);
        // 4,000,000 in time; the rest 30 days late; then the surcharge and half of the late charge.
        let payments = [flow("2024-02-20", 4_000_000), flow("2024-03-30", 6_000_000), flow("2024-04-10", 1_059_000)];
        for (order, expected) in [
            // 317 days × 10,000,000 + 39 days × 6,000,000 = 951,000 + 70,200; late 30 days × 6,000,000 = 54,000.
            (ChargeOrder::SurchargeFirst, (1_021_200, 1_021_200, 54_000, 37_800)),
            (ChargeOrder::LateChargeFirst, (1_021_200, 1_005_000, 54_000, 54_000)),
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
            let s = statement(&account, day("2024-05-01")).unwrap();
            let got = (s.surcharge.amount.get(), s.surcharge_paid.get(), s.late_charge.amount.get(), s.late_charge_paid.get());
            assert_eq!(got, expected, "{order:?}");
            assert_eq!((s.principal_open().unwrap(), s.open().unwrap(), s.excess), (Yen::ZERO, Yen::new(16_200), Yen::ZERO));
            let relief = [Relief { on: day("2024-04-20"), of: ChargePart::LateCharge, amount: Yen::new(99_000_000) }];
            let waived = statement(&DebtAccount { reliefs: &relief, ..account }, day("2024-05-01")).unwrap();
            assert_eq!((waived.late_charge_waived, waived.open().unwrap(), waived.excess), (Yen::new(54_000), Yen::ZERO, Yen::new(37_800)));
        }
    }

    #[test]
    fn a_repayment_after_fixing_bears_no_surcharge() {
        let rule = DebtRule { surcharge: None, ..rule(ChargeOrder::SurchargeFirst) };
        let due = [flow("2024-03-31", 500_000)];
        let account = DebtAccount { principal: Yen::new(500_000), receipts: &[], due: &due, payments: &[], reliefs: &[], rule: &rule };
        let s = statement(&account, day("2024-04-10")).unwrap();
        assert_eq!((s.surcharge.amount, s.late_charge.amount, s.open().unwrap()), (Yen::ZERO, Yen::new(1_500), Yen::new(501_500)));
    }

    proptest! {
        #[test]
        fn nothing_gets_lost(principal in 1..20_000_000_i64, paid in prop::collection::vec((0..900_i32, 0..8_000_000_i64), 0..6), relief in 0..900_000_i64, until in 0..1_200_i32, first in any::<bool>()) {
            let from = day("2023-04-10");
            let rule = rule(if first { ChargeOrder::SurchargeFirst } else { ChargeOrder::LateChargeFirst });
            let payments: Vec<Flow> = paid.iter().map(|(d, y)| Flow::new(from.plus_days(*d), Yen::new(*y))).collect();
            let (receipts, due) = ([Flow::new(from, Yen::new(principal))], [Flow::new(from.plus_days(300), Yen::new(principal))]);
            let reliefs = [Relief { on: from.plus_days(400), of: ChargePart::Surcharge, amount: Yen::new(relief) }];
            let as_of = from.plus_days(until);
            let s = statement(&DebtAccount { principal: Yen::new(principal), receipts: &receipts, due: &due, payments: &payments, reliefs: &reliefs, rule: &rule }, as_of).unwrap();
            let came_in: i64 = payments.iter().filter(|p| p.on <= as_of).map(|p| p.amount.get()).sum();
            prop_assert_eq!(came_in, s.principal_paid.get() + s.surcharge_paid.get() + s.late_charge_paid.get() + s.excess.get());
            prop_assert!(s.principal_open().unwrap() >= Yen::ZERO && s.surcharge_open().unwrap() >= Yen::ZERO && s.late_charge_open().unwrap() >= Yen::ZERO);
            prop_assert!(s.excess == Yen::ZERO || s.open().unwrap() == Yen::ZERO);
        }
    }
}
