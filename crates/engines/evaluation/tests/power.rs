//! Power against published figures, against simulation by our own estimators, and on every kind of plan.

#![cfg(test)]

#[path = "common/cases.rs"]
mod cases;

use banso_evaluation::discontinuity::{self, Given, Kernel, Variance};
use banso_evaluation::power::{Design, Estimate, Pilot, Score, Spec, factor, plan, power};
use banso_evaluation::random::{Stream, Streams};
use banso_evaluation::{Column, Frame, balancing, least_squares};
use cases::cases;
use proptest::prelude::*;

mod common;
use common::{frame, given, near, truth};

fn planned(spec: &Spec) -> Estimate {
    given(plan(None, spec))
}

fn numbers(columns: &[(&str, Vec<f64>)]) -> Frame {
    columns.iter().fold(Frame::new(), |frame, (name, values)| given(frame.with(name, Column::Number(values.clone()))))
}

/// R's `power.t.test(n = 20, delta = 1, sd = 1)` prints 0.8689528; its counterpart for power 0.9 prints n = 22.02110 a group. Cohen (1988),
/// table 2.3.5: n = 64 a group, d = 0.5, power 0.80.
#[test]
fn two_samples_as_published() {
    let spec = Spec { rows: 40, effect: Some(1.0), power: 0.9, ..Spec::default() };
    let got = planned(&spec);
    near("power", got.power_at_effect.unwrap_or_default(), 0.868_952_8, 1e-6);
    // 22.02 a group: 44.04 rows, so 45 is the first number that is enough.
    assert_eq!(got.rows_needed, Some(45));
    let cohen = planned(&Spec { rows: 128, effect: Some(0.5), ..Spec::default() });
    near("cohen", cohen.power_at_effect.unwrap_or_default(), 0.801_459_6, 1e-6);
    near(
        "the least effect has the asked power",
        planned(&Spec { rows: 128, effect: Some(cohen.minimum_detectable_effect), ..Spec::default() }).power_at_effect.unwrap_or_default(),
        0.8,
        1e-9,
    );
}

/// Bloom's multiplier: 1.96 + 0.84 for the normal; the noncentral t by SciPy.
#[test]
fn multipliers() {
    near("normal", factor(f64::INFINITY, 0.05, 0.8), 2.801_585_218, 3e-6);
    near("power of nothing is the size", power(0.0, 7.0, 0.05), 0.05, 1e-9);
    for row in truth("power")["powers"].as_array().into_iter().flatten() {
        let figure = |at: usize| row[at].as_f64().unwrap_or(f64::NAN);
        near(&row.to_string(), power(figure(0), figure(1), 0.05), figure(2), 1e-7);
    }
}

/// Schochet (2009): a cut-off in the middle costs 2.75 times the sample of a lot when scores are normal, 4 times when they are even.
#[test]
fn the_price_of_a_cutoff_as_published() {
    let lot = planned(&Spec { rows: 1_000, ..Spec::default() }).standard_error;
    for (score, want) in [(Score::Normal, 1.0 / (1.0 - 2.0 / std::f64::consts::PI)), (Score::Uniform, 4.0)] {
        let cut = planned(&Spec { design: Design::Discontinuity, rows: 1_000, score, ..Spec::default() }).standard_error;
        near("design effect", (cut / lot).powi(2), want, 1e-6);
    }
}

/// Frison and Pocock (1992), McKenzie (2012): with correlation ρ and no more, 2 (1 − ρ)(1/m + 1/r) / n a group of n; clusters of 20 with
/// correlation 0.1 cost 2.9 (Kish), with sizes that vary by 0.5 of their mean 3.4 (Eldridge and others 2006).
#[test]
fn panels_and_clusters_as_published() {
    let spec = Spec { design: Design::Panel, rows: 200, before: 3, after: 2, correlation: 0.5, ..Spec::default() };
    near("difference of changes", planned(&spec).standard_error.powi(2), 2.0 * 0.5 * (1.0 / 3.0 + 1.0 / 2.0) / 100.0, 1e-12);
    // By hand: periods 1 and 2, AR(1) with 0.6: the change has variance 2 (1 − 0.6).
    let serial = Spec { design: Design::Panel, rows: 200, autocorrelation: 0.6, ..Spec::default() };
    near("serial", planned(&serial).standard_error.powi(2), 4.0 * 0.8 / 200.0, 1e-12);
    let even = Spec { rows: 2_000, cluster_size: Some(20.0), intraclass: 0.1, ..Spec::default() };
    let uneven = Spec { cluster_spread: 0.5, ..even.clone() };
    let lot = planned(&Spec { rows: 2_000, ..Spec::default() }).standard_error;
    near("clusters", (planned(&even).standard_error / lot).powi(2), 2.9, 1e-12);
    near("sizes", (planned(&uneven).standard_error / lot).powi(2), 3.4, 1e-12);
    near("freedom", planned(&even).degrees_of_freedom, 98.0, 1e-12);
}

#[test]
fn losses_and_take_up() {
    let full = planned(&Spec { rows: 800, ..Spec::default() });
    let lost = planned(&Spec { rows: 1_000, attrition: 0.2, ..Spec::default() });
    near("a fifth lost", lost.standard_error, full.standard_error, 1e-12);
    let half = planned(&Spec { rows: 800, compliance: 0.5, ..Spec::default() });
    near("half take it up", half.standard_error, 2.0 * full.standard_error, 1e-12);
    let told = planned(&Spec { rows: 800, treated: 0.2, explained: 0.36, deviation: Some(10.0), ..Spec::default() });
    near("parts", told.parts.iter().map(|p| p.factor).product::<f64>() * 400.0 / 800.0, told.standard_error.powi(2), 1e-12);
}

/// The share of draws in which an estimate is significant, and the mean of its squared error.
fn simulated(draws: u64, seed: u64, mut one: impl FnMut(&mut Stream) -> (f64, f64)) -> (f64, f64) {
    let streams = Streams::new(seed);
    let all: Vec<(f64, f64)> = (0..draws).map(|d| one(&mut streams.stream(d))).collect();
    let n = draws as f64;
    let centre = all.iter().map(|a| a.0).sum::<f64>() / n;
    (all.iter().filter(|a| a.1 < 0.05).count() as f64 / n, (all.iter().map(|a| (a.0 - centre).powi(2)).sum::<f64>() / (n - 1.0)).sqrt())
}

/// With 400 draws a standard deviation is known to 3.5 %, a power of 0.8 to 0.02: three of those are allowed.
#[track_caller]
fn agrees(what: &str, got: &Estimate, (power, error): (f64, f64)) {
    assert!((error / got.standard_error - 1.0).abs() < 0.105, "{what}: error {error} and not {}", got.standard_error);
    let want = got.power_at_effect.unwrap_or_default();
    assert!((power - want).abs() < 0.065, "{what}: power {power} and not {want}");
}

#[test]
fn clusters_by_simulation() {
    let spec = Spec { rows: 600, cluster_size: Some(15.0), intraclass: 0.1, effect: Some(0.4), ..Spec::default() };
    let found = simulated(400, 1, |s| {
        let (mut y, mut d, mut c) = (vec![], vec![], vec![]);
        for g in 0..40 {
            let (own, treated) = (0.1_f64.sqrt() * s.normal(), f64::from(g % 2));
            for _ in 0..15 {
                y.push(0.4 * treated + own + 0.9_f64.sqrt() * s.normal());
                d.push(treated);
                c.push(f64::from(g));
            }
        }
        let ask = least_squares::Spec { clusters: vec!["c".into()], ..least_squares::Spec::new("y", &["d"]) };
        let got = given(least_squares::estimate(&numbers(&[("y", y), ("d", d), ("c", c)]), &ask));
        got.coefficients.iter().find(|c| c.name == "d").map_or((0.0, 1.0), |c| (c.estimate, c.p))
    });
    agrees("clusters", &planned(&spec), found);
}

#[test]
fn cutoffs_by_simulation() {
    let spec = Spec { design: Design::Discontinuity, rows: 1_500, treated: 0.3, reach: Some(0.8), effect: Some(0.5), ..Spec::default() };
    let cut = 0.524_400_512_708_041;
    let found = simulated(800, 10, |s| {
        let x: Vec<f64> = (0..1_500).map(|_| s.normal()).collect();
        let y = x.iter().map(|x| if *x >= cut { 0.5 } else { 0.0 } + s.normal()).collect();
        let ask = discontinuity::Spec {
            outcome: "y".into(),
            score: "x".into(),
            cutoff: cut,
            bandwidth: Some(Given::One(0.8)),
            variance: Variance::Hc3,
            kernel: Kernel::Triangular,
            ..discontinuity::Spec::default()
        };
        let got = given(discontinuity::estimate(&numbers(&[("y", y), ("x", x)]), &ask)).effect.conventional;
        (got.estimate, got.p)
    });
    agrees("cut-off", &planned(&spec), found);
}

#[test]
fn panels_by_simulation() {
    let spec = Spec {
        design: Design::Panel,
        rows: 150,
        treated: 0.4,
        before: 3,
        after: 2,
        correlation: 0.4,
        autocorrelation: 0.5,
        effect: Some(0.4),
        ..Spec::default()
    };
    let found = simulated(400, 3, |s| {
        let mut cells = vec![vec![]; 4];
        for unit in 0..150 {
            let (own, treated) = (0.4_f64.sqrt() * s.normal(), f64::from(u8::from(unit % 5 < 2)));
            let mut shock = s.normal();
            for t in 0..5 {
                let on = treated * f64::from(u8::from(t >= 3));
                cells[0].push(own + 0.6_f64.sqrt() * shock + 0.4 * on + 0.1 * f64::from(t));
                cells[1].push(on);
                cells[2].push(f64::from(unit));
                cells[3].push(f64::from(t));
                shock = 0.5 * shock + 0.75_f64.sqrt() * s.normal();
            }
        }
        let [y, d, u, t] = [0, 1, 2, 3].map(|k| cells[k].clone());
        let ask = least_squares::Spec {
            fixed_effects: vec!["u".into(), "t".into()],
            clusters: vec!["u".into()],
            ..least_squares::Spec::new("y", &["d"])
        };
        let got = given(least_squares::estimate(&numbers(&[("y", y), ("d", d), ("u", u), ("t", t)]), &ask));
        (got.coefficients[0].estimate, got.coefficients[0].p)
    });
    agrees("panel", &planned(&spec), found);
}

/// Weights and one neighbour, arms 0.7 standard deviations apart.
#[test]
fn matched_comparisons_by_simulation() {
    for neighbours in [None, Some(1)] {
        let spec =
            Spec { design: Design::Matching, rows: 600, treated: 0.25, imbalance: 0.7, neighbours, effect: Some(0.3), ..Spec::default() };
        let estimators = vec![if neighbours.is_some() { balancing::Estimator::Matching } else { balancing::Estimator::Weighting }];
        let found = simulated(300, 4, |s| {
            let d: Vec<f64> = (0..600).map(|i| f64::from(u8::from(i % 4 == 0))).collect();
            let x: Vec<f64> = d.iter().map(|d| 0.7 * d + s.normal()).collect();
            let y = d.iter().map(|d| 0.3 * d + s.normal()).collect();
            let ask = balancing::Spec {
                outcome: "y".into(),
                treatment: "d".into(),
                covariates: vec!["x".into()],
                estimators: estimators.clone(),
                estimands: vec![balancing::Estimand::Treated],
                ..balancing::Spec::default()
            };
            let got = given(balancing::estimate(&numbers(&[("y", y), ("d", d), ("x", x)]), &ask));
            (got.effects[0].estimate, got.effects[0].p)
        });
        agrees("matching", &planned(&spec), found);
    }
}

/// The pilot's own numbers come back when the plan is as large as the pilot.
#[test]
fn pilots() {
    let senate = frame("senate.csv", &["margin", "vote"]);
    let pilot = Pilot { outcome: "vote".into(), score: Some("margin".into()), ..Pilot::default() };
    let spec = Spec { design: Design::Discontinuity, rows: 1_297, effect: Some(5.0), pilot: Some(pilot), ..Spec::default() };
    let got = given(plan(Some(&senate), &spec));
    // The package of Cattaneo, Titiunik and Vazquez-Bare (2019) on the same rows.
    let peer = &truth("power")["senate"];
    near("robust error", got.standard_error, peer["standard_error"].as_f64().unwrap_or(f64::NAN), 1e-6);
    near("power", got.power_at_effect.unwrap_or_default(), peer["power"].as_f64().unwrap_or(f64::NAN), 1e-6);
    let twice = given(plan(Some(&senate), &Spec { rows: 2 * 1_297, ..spec }));
    near("twice the rows", twice.standard_error, got.standard_error / 2.0_f64.sqrt(), 1e-12);
}

#[test]
fn a_pilot_tells_clusters_and_changes() {
    let mut s = Streams::new(5).stream(0);
    let (mut y, mut c, mut x, mut t, mut u) = (vec![], vec![], vec![], vec![], vec![]);
    for g in 0..300 {
        let own = 0.2_f64.sqrt() * s.normal();
        for i in 0..5 {
            let z = s.normal();
            let unit_own = s.normal();
            for period in 0..4 {
                y.push(3.0 * (own + 0.5 * z + 0.8_f64.sqrt() * s.normal()) + unit_own);
                x.push(z);
                c.push(f64::from(g));
                t.push(f64::from(period));
                u.push(f64::from(5 * g + i));
            }
        }
    }
    let table = numbers(&[("y", y), ("c", c), ("x", x), ("t", t), ("u", u)]);
    let pilot = Pilot { outcome: "y".into(), unit: Some("u".into()), time: Some("t".into()), ..Pilot::default() };
    let spec = Spec { design: Design::Panel, rows: 400, before: 2, after: 1, pilot: Some(pilot), ..Spec::default() };
    let got = given(plan(Some(&table), &spec));
    // What stays falls out: 9 × 0.8 × (1/2 + 1).
    near("change", got.pilot.as_ref().and_then(|p| p.change).unwrap_or_default().powi(2), 10.8, 0.05);
    near("error", got.standard_error.powi(2), 4.0 * 10.8 / 400.0, 0.05);
    let pilot = Pilot { outcome: "y".into(), cluster: Some("c".into()), covariates: vec!["x".into()], ..Pilot::default() };
    let got = given(plan(Some(&table), &Spec { rows: 400, pilot: Some(pilot), ..Spec::default() }));
    let told = got.pilot.clone().unwrap_or_else(|| panic!("a pilot"));
    near("explained", told.explained.unwrap_or_default(), 2.25 / 12.25, 0.15);
    near("size", got.clusters.unwrap_or_default(), 20.0, 1e-12);
    assert!(told.intraclass.is_some_and(|i| (i - 1.8 / 10.0).abs() < 0.05), "{told:?}");
}

#[test]
fn what_is_no_plan_is_refused() {
    for (spec, code) in [
        (Spec::default(), "plan"),
        (Spec { rows: 10, power: 0.04, ..Spec::default() }, "plan"),
        (Spec { rows: 2, ..Spec::default() }, "small-plan"),
        (Spec { rows: 100, cluster_size: Some(50.0), ..Spec::default() }, "small-plan"),
        (Spec { rows: 100, design: Design::Discontinuity, pilot: Some(Pilot::default()), ..Spec::default() }, "pilot"),
    ] {
        assert_eq!(plan(None, &spec).err().map(|r| r.code), Some(code), "{spec:?}");
    }
    let many = planned(&Spec { rows: 100, effect: Some(1e-9), ..Spec::default() });
    assert_eq!(many.rows_needed, None);
}

proptest! {
    #![proptest_config(cases(200))]
    /// Whatever is planned, more rows never show less, and nothing panics.
    #[test]
    fn more_rows_show_more(
        design in 0..4_usize, rows in 0_usize..5_000, shares in prop::array::uniform8(-0.1_f64..1.1), size in prop::option::of(0.0..60.0_f64),
        periods in (0_usize..6, 0_usize..6), order in 0_usize..7, reach in prop::option::of(-0.5..3.0_f64), effect in prop::option::of(-1e3..1e3_f64),
    ) {
        let [treated, explained, attrition, intraclass, correlation, autocorrelation, compliance, imbalance] = shares;
        let spec = Spec {
            design: [Design::Comparison, Design::Matching, Design::Discontinuity, Design::Panel][design],
            rows, treated, explained, attrition, intraclass, correlation, autocorrelation, compliance, imbalance, effect,
            cluster_size: size, before: periods.0, after: periods.1, order, reach,
            score: if rows % 2 == 0 { Score::Normal } else { Score::Uniform },
            ..Spec::default()
        };
        if let Ok(got) = plan(None, &spec) {
            prop_assert!(got.minimum_detectable_effect > 0.0 && got.minimum_detectable_effect.is_finite());
            let more = given(plan(None, &Spec { rows: rows * 2, ..spec }));
            prop_assert!(more.minimum_detectable_effect < got.minimum_detectable_effect);
        }
    }
}
