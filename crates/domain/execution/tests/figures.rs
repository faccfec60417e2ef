//! Figures as of any day, and their sums.
#![cfg(test)]

mod common;

use banso_execution::figures::{Figures, figures_as_of};
use banso_kernel::{Day, Yen};
use common::*;
use proptest::prelude::*;

fn as_of(story: &Story, on: Day) -> Figures {
    figures_as_of(&terms(), story.acts.iter().map(|(act, on)| (act, *on)), on).unwrap()
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
    fn sums_of_cases(picks in prop::collection::vec(0..6_usize, 1..12), days in 0..2_500_i32) {
        let stories = [Story::begin as fn() -> Story, Story::underway, Story::fixed, Story::paid, Story::ordered_back, returned];
        let on = day("2025-05-01").plus_days(days);
        let each: Vec<Figures> = picks.iter().map(|p| as_of(&stories[*p](), on)).collect();
        let all = each.iter().try_fold(Figures::default(), |sum, f| sum.plus(f)).unwrap();
        let sum = |of: fn(&Figures) -> Yen| Yen::sum(each.iter().map(of)).unwrap();
        prop_assert_eq!(all.paid, sum(|f| f.paid));
        prop_assert_eq!(all.outstanding, sum(|f| f.outstanding));
        prop_assert_eq!(all.paid, Yen::sum(all.by_year.values().map(|y| y.paid)).unwrap());
        let back = all.principal_returned.checked_add(all.charges_returned).unwrap();
        prop_assert_eq!(back, Yen::sum(all.by_year.values().map(|y| y.returned)).unwrap());
        prop_assert!(all.principal_returned <= all.ordered_back && all.ordered_back <= all.paid);
    }
}
