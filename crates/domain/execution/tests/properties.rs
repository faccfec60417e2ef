//! What holds whatever is tried in whatever order.
#![cfg(test)]

mod common;

use std::collections::BTreeMap;

use banso_execution::act::*;
use banso_execution::decide::{self, CompletionOrder, DisposalOrder, RepaymentOrder};
use banso_execution::law::*;
use banso_execution::state::{ClaimState, to_lines};
use banso_execution::*;
use banso_kernel::{Day, Yen};
use common::*;
use proptest::prelude::*;

/// One try: what, how much of it in thousandths, and how many days later.
type Try = (u8, i64, i32);

fn part(of: Yen, thousandths: i64) -> Yen {
    Yen::new(i64::try_from(i128::from(of.get()) * i128::from(thousandths) / 1_000).unwrap())
}

fn scaled(lines: &BTreeMap<String, Yen>, thousandths: i64) -> BTreeMap<String, Yen> {
    lines.iter().map(|(line, amount)| (line.clone(), part(*amount, thousandths))).collect()
}

/// An act out of a try on a case, which may or may not fit.
#[expect(clippy::too_many_lines, reason = "a list")]
fn attempt(case: &Execution, (what, share, _): Try, today: Day) -> Result<ExecutionAct, ExecutionRefusal> {
    let r = rules();
    let decided = |d: Result<decide::Decided, ExecutionRefusal>| d.map(|d| d.act);
    let claim = case.claims.keys().next_back().copied().unwrap_or(1);
    let debt = case.debts.keys().next_back().copied().unwrap_or(1);
    let request = case.last_number();
    let text = || "架空".to_owned();
    let repay = |cause| RepaymentOrder { cause, number: text(), reason: text(), clause: text() };
    let causes = [Cause::Revocation, Cause::ExcessAfterFixing, Cause::InputTax, Cause::Revenue { nth: 1 }, Cause::Disposal { request }];
    let order = CompletionOrder {
        trigger: if case.abandoned_on.is_some() { Trigger::Abandoned } else { Trigger::Completed },
        completed_on: today.min(case.project_ends),
        totals: scaled(&case.lines, share),
        claims: digest("c"),
        documents: vec![],
    };
    Ok(match what {
        0 => BudgetAllocated { lines: lines(&[("人件費", 30_000_000), ("物品費", 30_000_000)]) }.into(),
        1 => PlanChangeRequested {
            request: case.next_number(),
            lines: to_lines(&scaled(&case.lines, share)),
            project_ends: case.project_ends,
            what: text(),
            reason: text(),
            documents: vec![],
        }
        .into(),
        2 => {
            let new = scaled(&case.lines, share);
            PlanChangeApproved {
                request,
                number: text(),
                lines: to_lines(&new),
                amount: part(case.decided, share),
                project_ends: case.project_ends,
                conditions: vec![],
            }
            .into()
        }
        3 => return decided(decide::report_completion(case, &order, today)),
        4 => {
            let accepted = case.completion.as_ref().map(|c| c.lines.clone()).unwrap_or_default();
            Inspected { content: digest("i"), cuts: vec![], accepted: to_lines(&accepted), documents: vec![] }.into()
        }
        5 => return decided(decide::fix_amount(case, "確", part(yen(42_000_000), share), today)),
        6 => return decided(decide::claim_payment(case, PaymentKind::Advance, part(case.entitlement(), share), digest("a"), today, &r)),
        7 => return decided(decide::claim_payment(case, PaymentKind::Settlement, part(case.entitlement(), share), digest("a"), today, &r)),
        8 | 9 => PaymentOrdered { claim, run: digest("run"), pay_on: today }.into(),
        10 | 11 => PaymentMade { claim, on: today }.into(),
        12 => TransferReturned { claim, on: today, reason: text() }.into(),
        13 => noticed(&today.plus_days(1).to_string()).into(),
        14 => RevocationAnswered { statement: digest("s"), documents: vec![] }.into(),
        15 => revoked(Extent::Part { amount: part(case.entitlement(), share) }).into(),
        16 => revoked(Extent::Whole).into(),
        17..=21 => return decided(decide::order_repayment(case, &repay(causes[usize::from(what - 17)]), today, &r)),
        22 => RepaymentReceived { debt, on: today, amount: part(case.debts.get(&debt).map_or(Ok(Yen::ZERO), |d| d.open(today))?, share) }
            .into(),
        23 => ChargeWaived { debt, of: ChargePart::Surcharge, amount: Yen::new(share), reason: text() }.into(),
        24 => OffsetMade { debt, on: today, amount: Yen::new(share * 1_000), against: text() }.into(),
        25 => {
            DebtDischarged { debt, amount: case.debts.get(&debt).map_or(Ok(Yen::ZERO), |d| d.open(today))?, reason: text(), clause: text() }
                .into()
        }
        26 => InputTaxReported {
            tax_year_ends: today,
            deduction: Deduction::Full,
            costs: vec![],
            amount: part(case.entitlement(), share / 11),
            documents: vec![],
        }
        .into(),
        27 => CommercialisationReported {
            nth: 1,
            year_ends: today.plus_days(-1),
            revenue: revenue(share * 90_000),
            content: digest("y"),
            documents: vec![],
        }
        .into(),
        28 => return decided(decide::assess_revenue(case, 1, "計算", today, &r)),
        29 => AssetsRegistered { assets: vec![Asset { acquired: today, ..asset("A-1") }] }.into(),
        30 => DisposalRequested {
            request: case.next_number(),
            asset: "A-1".into(),
            disposition: sale(share * 9_000),
            planned_on: today,
            reason: text(),
            documents: vec![],
        }
        .into(),
        31 => {
            return decided(decide::decide_disposal(
                case,
                request,
                &DisposalOrder::Approve { number: text(), conditions: vec![] },
                today,
                &r,
            ));
        }
        32 => Disposed { request, on: today, documents: vec![], real: None }.into(),
        33 => CompletionReturned { points: points(), due: today.plus_days(9) }.into(),
        34 => DiscontinuationRequested {
            request: case.next_number(),
            manner: if share > 500 { Manner::Suspend } else { Manner::Abandon },
            stops_on: today,
            reason: text(),
            documents: vec![],
        }
        .into(),
        35 => DiscontinuationApproved { request, number: text(), conditions: vec![] }.into(),
        36 => WorkResumed { reason: text() }.into(),
        _ => CaseClosed { number: text(), checked: vec![text()], keep_until: today.plus_days(1) }.into(),
    })
}

/// The numbers of a case as of a day, from its acts alone.
fn check(case: &Execution, acts: &[(ExecutionAct, Day)], today: Day) -> Result<(), TestCaseError> {
    let sum = |it: &mut dyn Iterator<Item = Yen>| Yen::sum(it).unwrap();
    let ceiling = case.terms.amount;
    let paid = case.paid().unwrap();
    prop_assert!(Yen::ZERO <= case.decided && case.decided <= ceiling, "decided above the ceiling");
    if let Some(fixed) = &case.fixed {
        prop_assert!(fixed.amount <= ceiling && fixed.amount <= fixed.eligible && case.revoked_of_fixed <= fixed.amount);
        prop_assert_eq!(sum(&mut case.accepted.values().copied()), fixed.eligible, "lines do not sum to the total");
    }
    prop_assert!(case.entitlement() <= ceiling);
    // Paid beyond the entitlement is ordered back, or waits to be: nothing is lost.
    let principal = sum(&mut case.debts.values().map(|d| d.principal));
    let over = paid.get() - case.entitlement().get();
    let of_excess =
        sum(&mut case.debts.values().filter(|d| matches!(d.cause, Cause::Revocation | Cause::ExcessAfterFixing)).map(|d| d.principal));
    let other = principal.get() - of_excess.get();
    prop_assert!(over <= of_excess.get() + case.excess_to_order().unwrap().get() + other, "an overpayment got lost");
    prop_assert!(principal <= paid, "more ordered back than was paid");
    prop_assert!(sum(&mut case.lines.values().copied()) <= case.terms.eligible_cost);
    // Σ returns ≤ paid + charges, and each debt's statement accounts for each yen.
    let mut returned = Yen::ZERO;
    let mut charges = Yen::ZERO;
    for debt in case.debts.values() {
        let s = debt.statement(today).unwrap();
        let came_in = sum(&mut debt.payments.iter().map(|p| p.amount));
        prop_assert_eq!(came_in.get(), s.principal_paid.get() + s.surcharge_paid.get() + s.late_charge_paid.get());
        prop_assert_eq!(s.excess, Yen::ZERO, "more taken than owed");
        prop_assert!(debt.open(today).unwrap() >= Yen::ZERO);
        prop_assert_eq!(sum(&mut debt.due.iter().map(|f| f.amount)), debt.principal);
        if debt.rule.surcharge.is_some() {
            prop_assert_eq!(sum(&mut debt.receipts.iter().map(|f| f.amount)), debt.principal);
        }
        returned = returned.checked_add(came_in).unwrap();
        charges = sum(&mut [charges, s.surcharge.amount, s.late_charge.amount].into_iter());
    }
    prop_assert!(returned <= paid.checked_add(charges).unwrap(), "more came back than was paid with its charges");
    if case.phase == ExecutionPhase::Closed {
        prop_assert!(case.debts.values().all(|d| d.open(today).unwrap() == Yen::ZERO));
        let settled = case.claims.values().all(|c| matches!(c.state, ClaimState::Paid { .. } | ClaimState::Refused { .. }));
        prop_assert!(settled, "closed with a claim under way");
    }
    let again = acts.iter().try_fold(Execution::begin(terms()), |c, (act, on)| c.apply(act, *on));
    prop_assert_eq!(again.as_ref(), Ok(case), "the acts alone do not make the case");
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    /// A case goes on from a point that was reached in order, so that deep states are met often.
    #[test]
    fn whatever_is_tried(start in 0..6_usize, tries in prop::collection::vec((0..38_u8, 0..=1_000_i64, 0..60_i32), 1..60)) {
        let starts = [Story::begin as fn() -> Story, Story::underway, Story::reported, Story::fixed, Story::paid, Story::ordered_back];
        let mut story = starts[start]();
        let mut today = story.acts.last().map_or(terms().decided_on, |(_, on)| *on);
        for step in tries {
            today = today.plus_days(step.2);
            let Ok(act) = attempt(&story.case, step, today) else { continue };
            let before = story.case.clone();
            match before.clone().apply(&act, today) {
                Ok(after) => {
                    // A payment is ordered only within the entitlement.
                    if let ExecutionAct::PaymentOrdered(_) = &act {
                        let on_the_way = after.claims.values().filter(|c| matches!(c.state, ClaimState::Paid { .. } | ClaimState::Ordered { .. }));
                        prop_assert!(Yen::sum(on_the_way.map(|c| c.amount)).unwrap() <= after.entitlement());
                    }
                    if before.phase == ExecutionPhase::Closed {
                        prop_assert!(act.meta().from.contains(&ExecutionPhase::Closed));
                    }
                    story.case = after;
                    story.acts.push((act, today));
                    check(&story.case, &story.acts, today)?;
                }
                Err(refusal) => prop_assert!(refusal.code().starts_with('R'), "{refusal}"),
            }
        }
    }

    /// Whoever keeps the books: without a cancellation or an advance, paid ≤ fixed ≤ decided ≤ ceiling.
    #[test]
    fn the_chain_of_amounts(eligible in 1..=1_000_i64, computed in 0..50_000_000_i64, claims in prop::collection::vec(1..=1_000_i64, 1..5)) {
        let totals = scaled(&Story::underway().case.lines, eligible);
        let order = CompletionOrder { trigger: Trigger::Completed, completed_on: day("2026-01-30"), totals: totals.clone(), claims: digest("c"), documents: vec![] };
        let mut story = Story::underway()
            .decide("2026-02-10", |c| decide::report_completion(c, &order, day("2026-02-10")))
            .then("2026-03-02", Inspected { content: digest("i"), cuts: vec![], accepted: to_lines(&totals), documents: vec![] })
            .decide("2026-03-10", |c| decide::fix_amount(c, "確", yen(computed), day("2026-03-10")));
        for share in claims {
            let amount = part(story.case.entitlement(), share);
            let today = day("2026-03-31");
            if let Ok(d) = decide::claim_payment(&story.case, PaymentKind::Settlement, amount, digest("a"), today, &rules()) {
                let number = story.case.next_number();
                story = story.then("2026-03-31", d.act).then("2026-03-31", PaymentOrdered { claim: number, run: digest("r"), pay_on: today }).then("2026-03-31", PaymentMade { claim: number, on: today });
            }
            let fixed = story.case.fixed.as_ref().unwrap();
            prop_assert!(story.case.paid().unwrap() <= fixed.amount && fixed.amount <= story.case.decided && story.case.decided <= terms().amount);
        }
    }
}
