//! Severities: recovered from simulated marks, equal to another way of fitting, silent where they cannot be known. Numbers agree to
//! 1e-9 where the marks fit the model exactly, and to 1e-6 with the iterative fit, whose steps stop there.
#![cfg(test)]

mod common;

use std::collections::BTreeMap;

use banso_grant::severity::*;
use banso_kernel::{Exact, PersonId};
use common::*;
use proptest::prelude::*;

fn mark(case: u32, reviewer: u32, total: u32) -> Mark {
    Mark { case: case_id(case), reviewer: person(reviewer), total }
}

fn severity(found: &Calibration, reviewer: u32) -> Severity {
    found.reviewers.iter().find(|r| r.reviewer == person(reviewer)).unwrap().severity
}

fn estimated(found: &Calibration, reviewer: u32) -> (f64, Option<f64>) {
    let Severity::Estimated { points, standard_error, .. } = severity(found, reviewer) else {
        panic!("reviewer {reviewer} has no estimate")
    };
    (points, standard_error)
}

fn near(a: f64, b: f64, tolerance: f64) -> bool {
    (a - b).abs() <= tolerance
}

/// Marks = merit + severity, three reviewers for each of twenty cases out of five.
fn exact_marks() -> Vec<Mark> {
    let severity = [0_i64, -6, -2, 1, 3, 4];
    let panel = |case: u32| [case % 5 + 1, (case + 1) % 5 + 1, (case + 3) % 5 + 1];
    let merit = |case: u32| 50 + i64::from(case * 7 % 31);
    let total = |case: u32, r: u32| u32::try_from(merit(case) + severity[r as usize]).unwrap();
    (1..=20).flat_map(|c| panel(c).map(|r| mark(c, r, total(c, r)))).collect()
}

#[test]
fn simulated_severities_are_recovered() {
    let found = calibrate(&exact_marks());
    assert_eq!(found.panels, 1);
    for (reviewer, expected) in [(1, -6.0), (2, -2.0), (3, 1.0), (4, 3.0), (5, 4.0)] {
        let (points, error) = estimated(&found, reviewer);
        assert!(near(points, expected, 1e-9) && near(error.unwrap(), 0.0, 1e-6), "reviewer {reviewer}: {points} ± {error:?}");
    }
    for (case, n) in found.cases.iter().zip(1_u32..) {
        assert!(near(case.calibrated_mean, f64::from(50 + n * 7 % 31), 1e-9));
        assert_eq!((case.marks, case.adjusted), (3, 3));
    }
}

/// The raw mean is the marks' own, whatever the severities say.
#[test]
fn raw_scores_are_left_alone() {
    let marks = exact_marks();
    for case in calibrate(&marks).cases {
        let own: Vec<i128> = marks.iter().filter(|m| m.case == case.case).map(|m| i128::from(m.total)).collect();
        assert_eq!(case.raw_mean, Exact::new(own.iter().sum(), 3));
    }
}

#[test]
fn standard_errors_by_hand() {
    // Two reviewers, two cases: gaps 2 and 6, so severity ±2, residuals ±1, one degree of freedom, variance 4 × 1 / 1 = 4.
    // Laplacian [[1, -1], [-1, 1]], centred inverse diagonal 1/4: standard error √(4 / 4) = 1.
    let found = calibrate(&[mark(1, 1, 50), mark(1, 2, 52), mark(2, 1, 50), mark(2, 2, 56)]);
    for (reviewer, expected) in [(1, -2.0), (2, 2.0)] {
        let (points, error) = estimated(&found, reviewer);
        assert!(near(points, expected, 1e-12) && near(error.unwrap(), 1.0, 1e-12), "{points} ± {error:?}");
    }
}

#[test]
fn what_cannot_be_known_is_not_said() {
    let few = calibrate(&[mark(1, 1, 50), mark(1, 2, 60), mark(2, 1, 50), mark(2, 2, 60), mark(2, 3, 99)]);
    assert_eq!(severity(&few, 3), Severity::TooFewCases);
    assert!(near(estimated(&few, 1).0, -5.0, 1e-12), "one mark of a third changes nothing");
    assert_eq!(few.cases[1].adjusted, 2);
    assert!(near(few.cases[1].calibrated_mean, (55.0 + 55.0 + 99.0) / 3.0, 1e-12));

    let alone = calibrate(&[mark(1, 1, 50), mark(2, 1, 60)]);
    assert_eq!((severity(&alone, 1), alone.panels), (Severity::NobodyToCompareWith, 1));
    assert!(near(alone.cases[0].calibrated_mean, 50.0, 0.0));

    let none = calibrate(&[]);
    assert!(none.reviewers.is_empty() && none.cases.is_empty() && none.panels == 0);
}

#[test]
fn panels_that_share_no_case_are_kept_apart() {
    let found = calibrate(&[
        mark(1, 1, 50),
        mark(1, 2, 60),
        mark(2, 1, 50),
        mark(2, 2, 60),
        mark(3, 3, 10),
        mark(3, 4, 12),
        mark(4, 3, 10),
        mark(4, 4, 12),
    ]);
    assert_eq!(found.panels, 2);
    for (reviewer, points, panel) in [(1, -5.0, 0), (2, 5.0, 0), (3, -1.0, 1), (4, 1.0, 1)] {
        let Severity::Estimated { points: got, panel: at, .. } = severity(&found, reviewer) else { panic!() };
        assert!(near(got, points, 1e-12) && at == panel, "reviewer {reviewer}");
    }
}

/// The same model by alternating means (Gauss–Seidel): each side in turn takes the mean of what the other leaves.
fn alternating(marks: &[Mark]) -> BTreeMap<PersonId, f64> {
    let mut severity: BTreeMap<PersonId, f64> = marks.iter().map(|m| (m.reviewer, 0.0)).collect();
    for _ in 0..20_000 {
        let mut cases: BTreeMap<_, (f64, f64)> = BTreeMap::new();
        for m in marks {
            let sum = cases.entry(m.case).or_default();
            *sum = (sum.0 + f64::from(m.total) - severity[&m.reviewer], sum.1 + 1.0);
        }
        let mut left: BTreeMap<PersonId, (f64, f64)> = BTreeMap::new();
        for m in marks {
            let (sum, n) = cases[&m.case];
            let gap = left.entry(m.reviewer).or_default();
            *gap = (gap.0 + f64::from(m.total) - sum / n, gap.1 + 1.0);
        }
        let next: BTreeMap<_, _> = left.into_iter().map(|(r, (sum, n))| (r, sum / n)).collect();
        let moved = next.iter().map(|(r, s)| (s - severity[r]).abs()).fold(0.0, f64::max);
        severity = next;
        if moved < 1e-12 {
            break;
        }
    }
    let centre = severity.values().sum::<f64>() / severity.len() as f64;
    severity.into_iter().map(|(r, s)| (r, s - centre)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// A ring of reviewers (so one panel) with any marks: both fits agree, severities sum to zero, the order of marks is immaterial.
    #[test]
    fn agrees_with_the_iterative_fit(totals in prop::collection::vec(0..100_u32, 36), reviewers in 3..7_u32) {
        let pair = |case: u32| [(case % reviewers) + 1, ((case + 1) % reviewers) + 1];
        let mut marks: Vec<Mark> =
            (1..=18).flat_map(|c| pair(c).map(|r| (c, r))).zip(&totals).map(|((c, r), t)| mark(c, r, *t)).collect();
        let found = calibrate(&marks);
        let other = alternating(&marks);
        let mut sum = 0.0;
        for r in 1..=reviewers {
            let (points, _) = estimated(&found, r);
            prop_assert!(near(points, other[&person(r)], 1e-6), "{points} against {}", other[&person(r)]);
            sum += points;
        }
        prop_assert!(near(sum, 0.0, 1e-9));
        marks.reverse();
        prop_assert_eq!(calibrate(&marks), found);
    }
}
