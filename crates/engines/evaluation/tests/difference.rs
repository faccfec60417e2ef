//! Staggered difference-in-differences against csdid and R did on the minimum-wage panel, and properties.

#![cfg(test)]

#[path = "common/cases.rs"]
mod cases;

mod common;

use banso_evaluation::difference::{self, Average, Base, Bootstrap, Comparison, Effect, Estimate, Method, Multiplier, Sampling, Spec};
use banso_evaluation::random::Streams;
use banso_evaluation::{Frame, Refusal};
use cases::cases;
use common::{frame, given, near, truth};
use proptest::prelude::*;
use serde_json::Value;

const NUMBERS: [&str; 6] = ["year", "countyreal", "lpop", "lemp", "first.treat", "treat"];

fn mpdta() -> Frame {
    frame("mpdta.csv", &NUMBERS)
}

fn spec() -> Spec {
    Spec::new("lemp", "countyreal", "year", "first.treat")
}

#[track_caller]
fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or(f64::NAN)
}

#[track_caller]
fn agrees(what: &str, got: Option<&Effect>, effect: &Value, error: &Value, tolerance: f64) {
    let got = got.unwrap_or_else(|| panic!("{what}: no effect"));
    if error.is_null() {
        assert_eq!((got.effect, got.error), (0.0, None), "{what}");
        return;
    }
    near(&format!("{what} effect"), got.effect, number(effect), tolerance);
    near(&format!("{what} error"), got.error.unwrap_or(f64::NAN), number(error), tolerance);
}

fn family(what: &str, got: &Average, want: &Value, tolerance: f64) {
    agrees(what, got.overall.as_ref(), &want["overall"][0], &want["overall"][1], tolerance);
    let parts = want["parts"].as_array().cloned().unwrap_or_default();
    assert_eq!(got.parts.len(), parts.len(), "{what}");
    for (got, want) in got.parts.iter().zip(&parts) {
        assert_eq!(got.at, number(&want[0]), "{what}");
        agrees(&format!("{what} {}", got.at), Some(&got.effect), &want[1], &want[2], tolerance);
    }
}

#[test]
fn minimum_wage_panel() {
    let data = mpdta();
    for (at, run) in truth("difference_mpdta")["runs"].as_array().unwrap().iter().enumerate() {
        let spec: Spec = serde_json::from_value(run["spec"].clone()).unwrap();
        // The peers' logit stops at 1e-8 of the deviance: that is what covariates cost in agreement.
        let tolerance = if spec.covariates.is_empty() { 1e-10 } else { 1e-7 };
        let got = given(difference::estimate(&data, &spec));
        let cells = run["cells"].as_array().unwrap();
        assert_eq!(got.cells.len(), cells.len());
        for (got, want) in got.cells.iter().zip(cells) {
            let what = format!("run {at}, cohort {} at {}", got.start, got.time);
            assert_eq!((got.start, got.time), (number(&want[0]), number(&want[1])));
            agrees(&what, got.effect.as_ref(), &want[2], &want[3], tolerance);
        }
        agrees("simple", got.simple.as_ref(), &run["simple"]["overall"][0], &run["simple"]["overall"][1], tolerance);
        family("group", &got.group, &run["group"], tolerance);
        family("dynamic", &got.event, &run["dynamic"], tolerance);
        family("calendar", &got.calendar, &run["calendar"], tolerance);
        let pretest = got.pretest.unwrap();
        near("joint test", pretest.statistic, number(&run["wald"][0]), 1e-6);
        assert!((pretest.p - number(&run["wald"][1])).abs() < 1e-5);
    }
}

#[test]
fn published_figures() {
    let got = given(difference::estimate(&mpdta(), &spec()));
    let round = |v: f64| (v * 1e4).round() / 1e4;
    assert_eq!(round(got.simple.unwrap().effect), -0.0400);
    assert_eq!(round(got.event.overall.unwrap().effect), -0.0772);
    assert_eq!(round(got.group.overall.unwrap().effect), -0.0310);
    assert!(got.warnings.is_empty(), "{:?}", got.warnings);
}

fn errors(estimate: &Estimate) -> Vec<f64> {
    estimate
        .cells
        .iter()
        .filter_map(|cell| cell.effect.as_ref()?.error)
        .chain(estimate.event.parts.iter().filter_map(|p| p.effect.error))
        .collect()
}

#[test]
fn draws_agree_with_analytic_errors_and_do_not_depend_on_threads() {
    let analytic = given(difference::estimate(&mpdta(), &spec()));
    // For the cohort of twenty counties the interquartile range of draws exceeds the normal's by 6 or 7 % (csdid's does too).
    for (multiplier, tolerance) in [(Multiplier::Rademacher, 0.10), (Multiplier::Mammen, 0.12)] {
        let spec = Spec { bootstrap: Some(Bootstrap { draws: 4000, seed: 5, multiplier }), ..spec() };
        let run = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| given(difference::estimate(&mpdta(), &spec)))
        };
        let drawn = run(1);
        assert_eq!(drawn, run(3));
        for (drawn, analytic) in errors(&drawn).iter().zip(errors(&analytic)) {
            near("error by draws", *drawn, analytic, tolerance);
        }
        // The peers' band over the event times of this panel has a factor of 2.5 to 2.7.
        assert!((2.45..2.75).contains(&drawn.event.critical), "{}", drawn.event.critical);
    }
}

/// A panel made for these tests: cohorts 0 (never), 3, 4, 6 over 6 periods, effect 1 + time since the start.
fn panel(units: usize, seed: u64) -> Vec<[f64; 7]> {
    let mut stream = Streams::new(seed).stream(0);
    let mut rows = Vec::new();
    for unit in 0..units {
        let start = [0.0, 3.0, 4.0, 6.0][unit % 4];
        let (level, x) = (stream.normal(), stream.normal());
        let (w, region) = (0.5 + stream.uniform(), (unit / 3 % 12) as f64);
        for time in 1..=6 {
            let time = f64::from(time);
            let effect = if start > 0.0 && time >= start { 1.0 + time - start } else { 0.0 };
            rows.push([unit as f64, time, start, level + 0.3 * time * x + effect + 0.2 * stream.normal(), x, w, region]);
        }
    }
    rows
}

fn table(rows: &[[f64; 7]]) -> Frame {
    ["unit", "time", "start", "y", "x", "w", "region"]
        .iter()
        .enumerate()
        .fold(Frame::new(), |frame, (at, name)| frame.number(name, rows.iter().map(|row| Some(row[at]))).unwrap())
}

fn base() -> Spec {
    Spec { covariates: vec!["x".to_owned()], ..Spec::new("y", "unit", "time", "start") }
}

fn overall(rows: &[[f64; 7]], spec: &Spec) -> (f64, f64) {
    let found = given(difference::estimate(&table(rows), spec)).simple.unwrap();
    (found.effect, found.error.unwrap())
}

#[test]
fn rows_in_any_order_give_the_same_bits_even_of_draws() {
    let rows = panel(80, 2);
    let mut mixed = rows.clone();
    Streams::new(3).stream(0).shuffle(&mut mixed);
    for spec in
        [base(), Spec { sampling: Sampling::Unbalanced, bootstrap: Some(Bootstrap { draws: 50, ..Bootstrap::default() }), ..base() }]
    {
        assert_eq!(given(difference::estimate(&table(&rows), &spec)), given(difference::estimate(&table(&mixed), &spec)));
    }
}

#[test]
fn units_of_measurement_do_not_matter() {
    let rows = panel(80, 4);
    for method in [Method::DoublyRobust, Method::ImprovedDoublyRobust, Method::Weighting, Method::Regression] {
        let spec = Spec { method, ..base() };
        let (effect, error) = overall(&rows, &spec);
        for (scale, shift) in [(1e9, 0.0), (1e-9, 0.0), (1.0, 1e6)] {
            let other: Vec<[f64; 7]> =
                rows.iter().map(|r| [r[0], r[1], r[2], r[3] * scale + shift, r[4] * 1e7 + 1e8, r[5] * 3.0, r[6]]).collect();
            let got = overall(&other, &Spec { weights: None, ..spec.clone() });
            near("effect", got.0 / scale, effect, 1e-6);
            near("error", got.1 / scale, error, 1e-6);
        }
    }
}

#[test]
fn weights_are_repetitions_and_clusters_hold_them_together() {
    let rows = panel(60, 6);
    let mut twice = Vec::new();
    for row in &rows {
        for copy in 0..=usize::from((row[0] as usize).is_multiple_of(3)) {
            // The copies of a unit are one cluster.
            twice.push([row[0] + 1000.0 * copy as f64, row[1], row[2], row[3], row[4], 1.0, row[0]]);
        }
    }
    let weighted: Vec<[f64; 7]> =
        rows.iter().map(|r| [r[0], r[1], r[2], r[3], r[4], if (r[0] as usize).is_multiple_of(3) { 2.0 } else { 1.0 }, r[6]]).collect();
    for method in [Method::DoublyRobust, Method::ImprovedDoublyRobust, Method::Weighting, Method::Regression] {
        for covariates in [vec![], vec!["x".to_owned()]] {
            let spec = Spec { method, covariates, ..base() };
            let one = overall(&weighted, &Spec { weights: Some("w".to_owned()), ..spec.clone() });
            let two = overall(&twice, &Spec { cluster: Some("region".to_owned()), ..spec.clone() });
            near("effect", one.0, two.0, 1e-9);
            near("error", one.1, two.1, 1e-9);
        }
    }
}

#[test]
fn a_balanced_panel_read_as_unbalanced_gives_the_same_effects_without_covariates() {
    let rows = panel(60, 8);
    for method in [Method::DoublyRobust, Method::ImprovedDoublyRobust, Method::Weighting, Method::Regression] {
        let spec = Spec { covariates: Vec::new(), method, ..base() };
        let panel = overall(&rows, &spec);
        // One row is missing of a unit that no cell needs: the rest is compared as cross-sections.
        let mut gap = rows.clone();
        gap.push([999.0, 1.0, 0.0, 5.0, 0.0, 1.0, 0.0]);
        let spec = Spec { sampling: Sampling::Unbalanced, comparison: Comparison::NotYetTreated, ..spec };
        let gap = overall(&gap, &spec);
        assert!((panel.0 - gap.0).abs() < 0.2 && gap.1 > 0.0, "{panel:?} {gap:?}");
    }
}

#[test]
fn errors_are_those_of_leaving_one_unit_out() {
    // The jackknife estimates the same variance without any influence function.
    let rows = panel(120, 10);
    for sampling in [Sampling::Balanced, Sampling::Unbalanced] {
        for method in [Method::DoublyRobust, Method::Weighting, Method::Regression] {
            let mut rows = rows.clone();
            if sampling == Sampling::Unbalanced {
                rows.retain(|r| !(r[0] as usize * 7 + r[1] as usize).is_multiple_of(11));
            }
            let spec = Spec { method, sampling, ..base() };
            let (_, error) = overall(&rows, &spec);
            let without: Vec<f64> = (0..120)
                .map(|unit| overall(&rows.iter().filter(|r| r[0] as usize != unit).copied().collect::<Vec<_>>(), &spec).0)
                .collect();
            let jackknife = (119.0 / 120.0 * 119.0 * banso_evaluation::sums::variance(&without)).sqrt();
            near(&format!("{method:?} {sampling:?}"), error, jackknife, 0.12);
        }
    }
}

#[test]
fn cluster_errors_are_those_of_regions() {
    let rows = panel(120, 12);
    let spec = Spec { cluster: Some("region".to_owned()), ..base() };
    let got = given(difference::estimate(&table(&rows), &spec));
    assert_eq!(got.clusters, Some(12));
    assert!(got.warnings.iter().any(|w| w.code == "few-clusters" && w.blocks));
    let own = Spec { cluster: Some("unit".to_owned()), ..base() };
    assert_eq!(overall(&rows, &own), overall(&rows, &base()));
}

#[test]
fn balanced_event_times_are_of_the_same_cohorts() {
    let got = given(difference::estimate(&mpdta(), &Spec { balance_event: Some(1.0), ..spec() }));
    let at: Vec<f64> = got.event.parts.iter().map(|p| p.at).collect();
    assert_eq!(at, [-3.0, -2.0, -1.0, 0.0, 1.0][1..].to_vec());
    let got = given(difference::estimate(&mpdta(), &Spec { min_event: Some(-1.0), max_event: Some(2.0), ..spec() }));
    assert_eq!(got.event.parts.iter().map(|p| p.at).collect::<Vec<_>>(), [-1.0, 0.0, 1.0, 2.0]);
}

#[test]
fn without_never_treated_the_last_cohort_compares() {
    let rows: Vec<[f64; 7]> = panel(80, 14).into_iter().filter(|r| r[2] > 0.0).collect();
    let got = given(difference::estimate(&table(&rows), &Spec { comparison: Comparison::NotYetTreated, ..base() }));
    assert_eq!(got.left_out.fully_treated_periods, 1);
    assert!(got.warnings.iter().any(|w| w.code == "no-never-treated"));
    assert!(got.cells.iter().all(|cell| cell.start < 6.0 && cell.time < 6.0));
}

#[test]
fn a_cohort_that_cannot_be_compared_is_a_hole_with_a_reason() {
    let mut rows = panel(80, 16);
    // Cohort 3 has its own range of the covariate.
    rows.iter_mut().filter(|r| r[2] == 3.0).for_each(|r| r[4] += 50.0);
    let got = given(difference::estimate(&table(&rows), &base()));
    for cell in &got.cells {
        assert_eq!(cell.hole.as_ref().map(|h| h.code), (cell.start == 3.0).then_some("overlap"));
    }
    assert!(got.simple.is_some() && got.warnings.iter().any(|w| w.code == "holes" && w.blocks));
}

#[track_caller]
fn refused(result: Result<Estimate, Refusal>, code: &str) {
    assert_eq!(result.err().map(|r| r.code), Some(code));
}

#[test]
fn refusals() {
    let rows = panel(20, 1);
    let run = |rows: &[[f64; 7]], spec: Spec| difference::estimate(&table(rows), &spec);
    let changed = |at: usize, column: usize, value: f64| {
        let mut rows = rows.clone();
        rows[at][column] = value;
        rows
    };
    refused(run(&rows, Spec { outcome: "z".to_owned(), ..base() }), "missing-column");
    refused(run(&changed(7, 2, 5.0), base()), "start-changes");
    refused(run(&changed(1, 1, 1.0), base()), "row-twice");
    refused(run(&changed(1, 5, -1.0), Spec { weights: Some("w".to_owned()), ..base() }), "negative-weight");
    refused(run(&changed(1, 6, 77.0), Spec { cluster: Some("region".to_owned()), ..base() }), "cluster-changes");
    refused(run(&rows, Spec { unit: None, ..base() }), "no-unit");
    refused(run(&rows, Spec { level: 95.0, ..base() }), "level");
    let never: Vec<[f64; 7]> = rows.iter().filter(|r| r[2] == 0.0).copied().collect();
    refused(run(&never, base()), "no-treated");
    let first: Vec<[f64; 7]> = rows.iter().filter(|r| r[1] == 1.0).copied().collect();
    refused(run(&first, base()), "one-period");
    refused(run(&[], base()), "no-rows");
}

proptest! {
    #![proptest_config(cases(48))]
    #[test]
    fn nothing_panics(
        rows in prop::collection::vec((0_u8..12, 1_u8..5, 0_u8..7, -3_i8..4, -2_i8..3, 0_u8..3), 0..60),
        method in 0..4, not_yet: bool, universal: bool, sampling in 0..3, anticipation in 0_u8..3, draws: bool, weights: bool, covariate: bool,
        exponent in -200_i32..200,
    ) {
        let scale = 10_f64.powi(exponent);
        let rows: Vec<[f64; 7]> = rows.iter().map(|r| {
            let start = f64::from(r.0 % 3) * 2.0;
            [f64::from(r.0), f64::from(r.1), start, f64::from(r.3) * scale, f64::from(r.4), f64::from(r.5), f64::from(r.0 % 4)]
        }).collect();
        let spec = Spec {
            covariates: if covariate { vec!["x".to_owned()] } else { Vec::new() },
            method: [Method::DoublyRobust, Method::ImprovedDoublyRobust, Method::Weighting, Method::Regression][method as usize],
            comparison: if not_yet { Comparison::NotYetTreated } else { Comparison::NeverTreated },
            base: if universal { Base::Universal } else { Base::Varying },
            sampling: [Sampling::Balanced, Sampling::Unbalanced, Sampling::CrossSections][sampling as usize],
            anticipation: f64::from(anticipation),
            weights: weights.then(|| "w".to_owned()),
            cluster: (draws && sampling != 2).then(|| "region".to_owned()),
            bootstrap: draws.then(|| Bootstrap { draws: 20, ..Bootstrap::default() }),
            ..base()
        };
        if let Ok(found) = difference::estimate(&table(&rows), &spec) {
            prop_assert!(serde_json::to_string(&found).is_ok());
        }
    }
}
