//! The review plan: nobody with a conflict, even loads, feasible whenever anything is, the same for the same input.
#![cfg(test)]

mod common;

use std::collections::{BTreeMap, BTreeSet};

use banso_grant::review::*;
use banso_kernel::{CorporateNumber, PersonId};
use common::*;
use proptest::prelude::*;

fn case(n: u32, parties: &[u64]) -> CaseToReview {
    CaseToReview {
        id: case_id(n),
        receipt_number: format!("G8-1-{n:04}"),
        parties: parties.iter().map(|p| firm(*p)).collect(),
        people: BTreeSet::from([person(1_000 + n)]),
    }
}

fn reviewer(n: u32, organisation: u64) -> AvailableReviewer {
    AvailableReviewer {
        person: person(n),
        organisations: BTreeSet::from([firm(organisation)]),
        declared_organisations: BTreeSet::new(),
        declared_cases: BTreeSet::new(),
        cases_max: 100,
    }
}

#[test]
fn conflicts_that_are_declared_and_derived() {
    // 101 applies with 2 in case 1; so for whoever is of 101, case 2 (with 2 in it) is a co-applicant's.
    let cases = [case(1, &[1, 2, 101]), case(2, &[2, 3]), case(3, &[4])];
    let declared = AvailableReviewer { declared_cases: BTreeSet::from([case_id(3)]), ..reviewer(2, 102) };
    let interested = AvailableReviewer { declared_organisations: BTreeSet::from([firm(4)]), ..reviewer(3, 103) };
    let applicant = AvailableReviewer { person: person(1_003), ..reviewer(4, 104) };
    let reviewers = [reviewer(1, 101), declared, interested, applicant, reviewer(5, 105)];
    let plan = plan_review(&cases, &reviewers, 1).unwrap();
    let found: Vec<_> = plan.get().cases.iter().flat_map(|c| c.kept_away.iter().map(|(p, f)| (c.case, *p, f.clone()))).collect();
    assert_eq!(
        found,
        [
            (case_id(1), person(1), ConflictFound::SameOrganisation(firm(101))),
            (case_id(2), person(1), ConflictFound::CoApplicant { with: firm(2), in_case: "G8-1-0001".into() }),
            (case_id(3), person(2), ConflictFound::Declared),
            (case_id(3), person(3), ConflictFound::DeclaredOrganisation(firm(4))),
            (case_id(3), person(1_003), ConflictFound::Applicant),
        ]
    );
    for line in &plan.get().cases {
        assert!(line.kept_away.iter().all(|(p, f)| !line.reviewers.contains(p) && !f.text().ja.is_empty()));
    }
}

#[test]
fn a_case_that_cannot_be_covered_is_named() {
    let cases = [case(1, &[1]), case(2, &[101, 102])];
    let reviewers = [reviewer(1, 101), reviewer(2, 102), reviewer(3, 103)];
    let error = plan_review(&cases, &reviewers, 2).unwrap_err();
    let ReviewPlanError::CannotCover { case, each: 2, eligible: 1, placed: 1, .. } = error else { panic!("{error}") };
    assert_eq!(case, case_id(2));
    assert!(error.message().ja.contains("G8-1-0002"));

    let full: Vec<_> = reviewers.iter().map(|r| AvailableReviewer { cases_max: 1, ..r.clone() }).collect();
    assert!(plan_review(&[case_of(1), case_of(2), case_of(3)], &full, 1).is_ok());
    let error = plan_review(&[case_of(1), case_of(2), case_of(3), case_of(4)], &full, 1).unwrap_err();
    assert!(matches!(error, ReviewPlanError::CannotCover { eligible: 3, placed: 0, .. }), "{error}");
    assert!(matches!(plan_review(&cases, &reviewers, 0), Err(ReviewPlanError::NoneAskedFor)));
    assert!(matches!(plan_review(&[case_of(1), case_of(1)], &full, 1), Err(ReviewPlanError::Twice(_))));
    assert!(matches!(plan_review(&cases, &[reviewer(1, 7), reviewer(1, 8)], 1), Err(ReviewPlanError::Twice(_))));
}

fn case_of(n: u32) -> CaseToReview {
    case(n, &[u64::from(n)])
}

/// With no conflicts the loads differ by one at most and the panel hangs together, so that severities can be compared.
#[test]
fn loads_are_even_and_the_panel_is_one() {
    for (cases, reviewers, each) in [(30_u32, 6_u32, 3_u32), (40, 9, 3), (7, 5, 2), (100, 12, 4)] {
        let pool: Vec<_> = (1..=reviewers).map(|n| reviewer(n, 900 + u64::from(n))).collect();
        let all: Vec<_> = (1..=cases).map(case_of).collect();
        let plan = plan_review(&all, &pool, each).unwrap();
        let loads: Vec<u32> = plan.get().loads.iter().map(|(_, n)| *n).collect();
        let (least, most) = (loads.iter().min().unwrap(), loads.iter().max().unwrap());
        assert!(most - least <= 1, "{loads:?}");
        let mut panel: BTreeSet<PersonId> = plan.get().cases[0].reviewers.iter().copied().collect();
        for _ in 0..reviewers {
            for line in &plan.get().cases {
                if line.reviewers.iter().any(|r| panel.contains(r)) {
                    panel.extend(&line.reviewers);
                }
            }
        }
        assert_eq!(panel.len(), reviewers as usize, "{cases} cases");
    }
}

#[test]
fn successors_are_free_of_conflicts_and_least_loaded_first() {
    let cases = [case(1, &[1, 101]), case(2, &[2])];
    let full = AvailableReviewer { cases_max: 2, ..reviewer(5, 105) };
    let pool = [reviewer(1, 101), reviewer(2, 102), reviewer(3, 103), reviewer(4, 104), full];
    let loads = BTreeMap::from([(person(3), 5), (person(4), 1), (person(5), 2)]);
    let found = successors(&cases[0], &cases, &pool, &BTreeSet::from([person(2)]), &loads);
    assert_eq!(found, [person(4), person(3)]);
}

/// The least sum of squared loads over all assignments, by trying them all; `None` when there is none.
fn brute(eligible: &[Vec<usize>], room: &[u32], each: usize) -> Option<u32> {
    fn go(cases: &[Vec<usize>], room: &[u32], each: usize, loads: &mut Vec<u32>, best: &mut Option<u32>) {
        let Some((first, rest)) = cases.split_first() else {
            let squares = loads.iter().map(|l| l * l).sum();
            *best = Some(best.map_or(squares, |b: u32| b.min(squares)));
            return;
        };
        for mask in 0_u32..1 << first.len() {
            let chosen: Vec<usize> = first.iter().enumerate().filter(|(i, _)| mask >> i & 1 == 1).map(|(_, r)| *r).collect();
            if chosen.len() != each || chosen.iter().any(|r| loads[*r] >= room[*r]) {
                continue;
            }
            chosen.iter().for_each(|r| loads[*r] += 1);
            go(rest, room, each, loads, best);
            chosen.iter().for_each(|r| loads[*r] -= 1);
        }
    }
    let mut best = None;
    go(eligible, room, each, &mut vec![0; room.len()], &mut best);
    best
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Against all assignments of small calls: feasible exactly when any is, and then as even as any; whatever the order of input.
    #[test]
    fn as_good_as_trying_everything(
        allowed in prop::collection::vec(prop::collection::vec(prop::bool::weighted(0.7), 5), 1..6),
        room in prop::collection::vec(0..5_u32, 5),
        each in 1..3_u32,
        rotate in 0..5_usize,
    ) {
        let mut cases: Vec<CaseToReview> = (1..).take(allowed.len()).map(case_of).collect();
        let mut reviewers: Vec<AvailableReviewer> = (0..5_u32)
            .map(|n| {
                let declared = allowed.iter().zip(1..).filter(|(row, _)| !row[n as usize]).map(|(_, c)| case_id(c)).collect();
                AvailableReviewer { declared_cases: declared, cases_max: room[n as usize], ..reviewer(n + 1, 900 + u64::from(n)) }
            })
            .collect();
        let eligible: Vec<Vec<usize>> =
            allowed.iter().map(|row| row.iter().enumerate().filter(|(_, ok)| **ok).map(|(i, _)| i).collect()).collect();
        let plan = plan_review(&cases, &reviewers, each);
        let best = brute(&eligible, &room, each as usize);
        prop_assert_eq!(plan.is_ok(), best.is_some());
        let Ok(plan) = plan else { return Ok(()) };
        prop_assert_eq!(Some(plan.get().loads.iter().map(|(_, l)| l * l).sum()), best);
        for line in &plan.get().cases {
            let different: BTreeSet<_> = line.reviewers.iter().collect();
            prop_assert_eq!(different.len(), each as usize);
            prop_assert!(line.kept_away.iter().all(|(p, _)| !line.reviewers.contains(p)));
        }
        cases.reverse();
        reviewers.rotate_left(rotate);
        prop_assert_eq!(plan_review(&cases, &reviewers, each).unwrap().digest(), plan.digest());
    }
}

#[test]
fn organisations_are_numbers_not_names() {
    let party: CorporateNumber = firm(1);
    assert_eq!(ConflictFound::SameOrganisation(party).text().en.unwrap(), format!("belongs to party {party}"));
}
