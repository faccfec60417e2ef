//! Figures as of any day, and their sums.
#![cfg(test)]

mod common;

use banso_execution::act::*;
use banso_execution::decide;
use banso_execution::figures::{CountedBy, Figures, figures_as_of};
use banso_execution::law::ChargePart;
use banso_kernel::{Day, Yen};
use common::*;
use proptest::prelude::*;

fn counted(story: &Story, on: Day, by: CountedBy) -> Figures {
    figures_as_of(&terms(), story.acts.iter().map(|(act, on)| (act, *on)), on, by).unwrap()
}

fn as_of(story: &Story, on: Day) -> Figures {
    counted(story, on, CountedBy::Moved)
}

/// Paid on 31 March and recorded on 6 April, in the next fiscal year; ordered back; paid in on 10 July and recorded on the 20th.
fn recorded_later() -> Story {
    let order = decide::RepaymentOrder {
        cause: Cause::Revocation,
        number: "返第1号".into(),
        reason: "取消しのため".into(),
        clause: "適正化法第18条第1項".into(),
    };
    Story::fixed()
        .decide("2026-03-12", |c| {
            decide::claim_payment(c, PaymentKind::Settlement, yen(38_000_000), digest("account"), day("2026-03-12"), &rules())
        })
        .then("2026-03-25", PaymentOrdered { claim: 1, run: digest("run"), pay_on: day("2026-03-31") })
        .then("2026-04-06", PaymentMade { claim: 1, on: day("2026-03-31") })
        .then("2026-06-01", noticed("2026-06-15"))
        .then("2026-06-16", revoked(Extent::Whole))
        .decide("2026-06-22", |c| decide::order_repayment(c, &order, day("2026-06-22"), &rules()))
        .then("2026-07-20", received(2, "2026-07-10", 30_000_000))
}

/// Set off, waived in part, and given up.
fn let_go() -> Story {
    let waived = ChargeWaived { debt: 2, of: ChargePart::Surcharge, amount: yen(19_000), reason: "災害".into() };
    let story = Story::ordered_back()
        .then("2026-07-01", OffsetMade { debt: 2, on: day("2026-07-01"), amount: yen(5_000_000), against: "架空の請求".into() })
        .then("2026-07-01", received(2, "2026-07-01", 2_000_000))
        .then("2026-07-01", waived);
    let left = story.case.debts[&2].open(day("2026-07-10")).unwrap();
    let discharged = DebtDischarged { debt: 2, amount: left, reason: "破産".into(), clause: "架空の条".into() };
    story.then("2026-07-10", discharged)
}

#[test]
fn what_nobody_paid_in_is_not_received() {
    let f = as_of(&let_go(), day("2026-08-01"));
    assert_eq!([f.received(), f.set_off, f.waived, f.outstanding].map(Yen::get), [2_000_000, 5_000_000, 19_000, 0]);
    let years: Vec<_> = f.by_year.values().map(|y| (y.returned.get(), y.set_off.get())).collect();
    assert_eq!(years, [(0, 0), (2_000_000, 5_000_000)]);
}

#[test]
fn money_counts_on_the_day_on_which_it_moved_whenever_it_was_recorded() {
    use CountedBy::{Moved, Recorded};
    let story = recorded_later();
    for (on, by, paid, returned, outstanding) in [
        ("2026-03-30", Moved, 0, 0, 0),
        ("2026-03-31", Moved, 38_000_000, 0, 0),
        ("2026-03-31", Recorded, 0, 0, 0),
        ("2026-04-05", Moved, 38_000_000, 0, 0),
        ("2026-04-05", Recorded, 0, 0, 0),
        ("2026-04-06", Recorded, 38_000_000, 0, 0),
        // 101 days of surcharge on 38,000,000 by 9 July; 102 by the 10th, when 30,000,000 came in.
        ("2026-07-09", Moved, 38_000_000, 0, 38_000_000 + 101 * 11_400),
        ("2026-07-10", Moved, 38_000_000, 30_000_000, 8_000_000 + 102 * 11_400),
        ("2026-07-10", Recorded, 38_000_000, 0, 38_000_000 + 102 * 11_400),
        ("2026-07-20", Recorded, 38_000_000, 30_000_000, 8_000_000 + 102 * 11_400 + 10 * 2_400 + 7 * 2_400),
        // Ten more days of surcharge on what is left, seven of late charge.
        ("2026-07-20", Moved, 38_000_000, 30_000_000, 8_000_000 + 102 * 11_400 + 10 * 2_400 + 7 * 2_400),
    ] {
        let f = counted(&story, day(on), by);
        assert_eq!([f.paid, f.principal_returned, f.outstanding].map(Yen::get), [paid, returned, outstanding], "{on} {by:?}");
        // The transfer of 31 March belongs to the fiscal year that ends with it, by either count.
        let years: Vec<_> = f.by_year.iter().filter(|(_, f)| f.paid > Yen::ZERO).map(|(y, f)| (y.get(), f.paid.get())).collect();
        assert_eq!(years, if paid > 0 { vec![(2025, paid)] } else { vec![] }, "{on} {by:?}");
    }
}

fn returned() -> Story {
    Story::ordered_back().then("2026-07-13", received(2, "2026-07-13", 30_000_000)).then("2026-08-12", received(2, "2026-08-12", 8_500_000))
}

#[test]
fn day_by_day() {
    let story = returned();
    for (on, expected) in [
        // decided, fixed, paid, ordered back, principal and charges returned, outstanding
        ("2025-06-01", [0, 0, 0, 0, 0, 0, 0]),
        ("2025-06-02", [40_000_000, 0, 0, 0, 0, 0, 0]),
        ("2026-03-10", [40_000_000, 38_000_000, 0, 0, 0, 0, 0]),
        ("2026-03-31", [40_000_000, 38_000_000, 38_000_000, 0, 0, 0, 0]),
        ("2026-06-20", [0, 0, 38_000_000, 0, 0, 0, 0]),
        // 84 days of surcharge on 38,000,000.
        ("2026-06-22", [0, 0, 38_000_000, 38_000_000, 0, 0, 38_957_600]),
        ("2026-07-13", [0, 0, 38_000_000, 38_000_000, 30_000_000, 0, 9_197_000]),
        // 1,197,000 and 72,000 of surcharge, 72,000 late; 500,000 of them paid.
        ("2026-08-12", [0, 0, 38_000_000, 38_000_000, 38_000_000, 500_000, 841_000]),
        ("2031-01-01", [0, 0, 38_000_000, 38_000_000, 38_000_000, 500_000, 841_000]),
    ] {
        let f = as_of(&story, day(on));
        let got = [f.decided, f.fixed, f.paid, f.ordered_back, f.principal_returned, f.charges_returned, f.outstanding].map(Yen::get);
        assert_eq!(got, expected, "{on}");
    }
    let years: Vec<_> = as_of(&story, day("2031-01-01")).by_year.iter().map(|(y, f)| (y.get(), f.paid.get(), f.returned.get())).collect();
    assert_eq!(years, [(2025, 38_000_000, 0), (2026, 0, 38_500_000)]);
}

proptest! {
    /// The programme is the sum of its cases, on every day; years add up to the whole.
    #[test]
    fn sums_of_cases(picks in prop::collection::vec(0..8_usize, 1..12), days in 0..2_500_i32, moved in any::<bool>()) {
        let stories = [Story::begin as fn() -> Story, Story::underway, Story::fixed, Story::paid, Story::ordered_back, returned, recorded_later, let_go];
        let by = if moved { CountedBy::Moved } else { CountedBy::Recorded };
        let on = day("2025-05-01").plus_days(days);
        let each: Vec<Figures> = picks.iter().map(|p| counted(&stories[*p](), on, by)).collect();
        let all = each.iter().try_fold(Figures::default(), |sum, f| sum.plus(f)).unwrap();
        let sum = |of: fn(&Figures) -> Yen| Yen::sum(each.iter().map(of)).unwrap();
        prop_assert_eq!(all.paid, sum(|f| f.paid));
        prop_assert_eq!(all.outstanding, sum(|f| f.outstanding));
        prop_assert_eq!(all.paid, Yen::sum(all.by_year.values().map(|y| y.paid)).unwrap());
        let back = all.principal_returned.checked_add(all.charges_returned).unwrap();
        prop_assert_eq!(back, Yen::sum(all.by_year.values().flat_map(|y| [y.returned, y.set_off])).unwrap());
        // What was ordered with its charges is what came in, was set off, waived, given up, and is left.
        let ordered = all.ordered_back.checked_add(all.charges).unwrap();
        prop_assert_eq!(ordered, Yen::sum([all.received(), all.set_off, all.waived, all.discharged, all.outstanding]).unwrap());
        prop_assert!(all.principal_returned <= all.ordered_back && all.ordered_back <= all.paid);
    }
}
