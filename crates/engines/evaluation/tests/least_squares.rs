//! Least squares against pyfixest and R fixest on published tables, and properties.

#![cfg(test)]

#[path = "common/cases.rs"]
mod cases;

mod common;

use banso_evaluation::least_squares::{Errors, Estimate, Multiplier, Singletons, SmallSample, Spec, WeightKind, Wild, estimate};
use banso_evaluation::random::Streams;
use banso_evaluation::{Frame, Refusal};
use cases::cases;
use common::{frame, given, near, truth};
use proptest::prelude::*;
use serde_json::Value;

fn table(file: &str) -> Frame {
    let numbers: &[&str] = match file {
        "jtrain.csv" => &["year", "fcode", "lscrap", "d88", "d89", "grant", "grant_1", "hrsemp", "lemploy"],
        "wagepan.csv" => &["nr", "year", "lwage", "expersq", "union", "married"],
        "castle.csv" => &["sid", "year", "l_homicide", "post", "popwt"],
        _ => &["invest", "value", "capital", "year"],
    };
    frame(file, numbers)
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or(f64::NAN)
}

#[test]
fn published_tables() {
    for (at, run) in truth("least_squares")["runs"].as_array().unwrap().iter().enumerate() {
        let spec: Spec = serde_json::from_value(run["spec"].clone()).unwrap();
        let got = given(estimate(&table(run["data"].as_str().unwrap()), &spec));
        let what = |part: &str| format!("run {at} ({} {:?}) {part}", run["data"], spec.counted());
        for got in &got.coefficients {
            let want = &run["coefficients"][&got.name];
            near(&what("estimate"), got.estimate, number(&want[0]), 1e-11);
            near(&what("error"), got.standard_error, number(&want[1]), 1e-11);
            near(&what("t"), got.statistic, number(&want[2]), 1e-11);
            // The peer takes one minus a distribution function: its small p-values are rounded.
            assert!((got.p - number(&want[3])).abs() < 1e-14 + 1e-10 * got.p, "{}", what("p"));
            near(&what("low"), got.low, number(&want[4]), 1e-10);
            near(&what("high"), got.high, number(&want[5]), 1e-10);
        }
        let scale = number(&run["covariance"][0][0]);
        for (i, row) in got.covariance.iter().enumerate() {
            for (j, value) in row.iter().enumerate() {
                assert!((value - number(&run["covariance"][i][j])).abs() < 1e-9 * scale, "{}", what("covariance"));
            }
        }
        assert_eq!(got.coefficients.len(), run["coefficients"].as_object().unwrap().len());
        assert_eq!(got.observations, number(&run["observations"]));
        assert_eq!(got.small_sample.degrees_of_freedom, number(&run["df"]), "{}", what("df"));
        assert_eq!(got.small_sample.parameters, number(&run["parameters"]), "{}", what("parameters"));
        near(&what("r2"), got.fit.r2, number(&run["r2"]), 1e-11);
        near(&what("within"), got.fit.within_r2.unwrap(), number(&run["within_r2"]), 1e-9);
        near(&what("rmse"), got.fit.rmse, number(&run["rmse"]), 1e-11);
    }
}

/// Relative agreement of coefficients and errors of every run of a file of figures.
fn agrees(case: &str, tolerance: f64) {
    for (at, run) in truth(case)["runs"].as_array().unwrap().iter().enumerate() {
        let spec: Spec = serde_json::from_value(run["spec"].clone()).unwrap();
        let got = given(estimate(&table(run["data"].as_str().unwrap()), &spec));
        let wanted = run["coefficients"].as_object().unwrap();
        for (name, want) in wanted {
            let what = format!("{case} run {at} ({}, {:?}) {name}", run["data"], spec.counted());
            let got = got.coefficients.iter().find(|c| c.name == *name).unwrap_or_else(|| panic!("{what} is not there"));
            near(&what, got.estimate, number(&want[0]), tolerance);
            near(&format!("{what} error"), got.standard_error, number(&want[1]), tolerance);
        }
        assert_eq!(got.coefficients.len(), wanted.len(), "run {at}");
        assert_eq!(got.rows as f64, number(&run["observations"]), "run {at}");
        if let Some(f) = run["extra"]["f"].as_f64() {
            near(&format!("run {at} first stage"), got.instruments.unwrap().first_stages[0].robust.statistic, f, 1e-9);
        }
    }
}

#[test]
fn intercepts_terms_instruments_and_corrections() {
    agrees("least_squares_more", 1e-9);
}

/// A made-up table: `rows` rows in `groups` groups over five years, weights 1 to 3.
fn made_up(rows: usize, groups: usize, seed: u64) -> Vec<Vec<f64>> {
    let mut stream = Streams::new(seed).stream(0);
    (0..rows)
        .map(|row| {
            let (group, year) = (stream.below(groups) as f64, (row % 5) as f64);
            let (x, z) = (stream.normal() + 0.1 * group, stream.normal());
            let y = 1.0 + 2.0 * x - z + 0.3 * group + year + stream.normal();
            vec![y, x, z, group, year, (1 + stream.below(3)) as f64]
        })
        .collect()
}

fn framed(rows: &[Vec<f64>]) -> Frame {
    ["y", "x", "z", "group", "year", "w"]
        .iter()
        .enumerate()
        .fold(Frame::new(), |frame, (at, name)| given(frame.number(name, rows.iter().map(|row| Some(row[at])))))
}

fn two_way(errors: Errors) -> Spec {
    let mut spec = Spec::new("y", &["x", "z"]);
    spec.fixed_effects = vec!["group".into(), "year".into()];
    spec.clusters = if errors == Errors::Crv1 || errors == Errors::Crv3 { vec!["group".into()] } else { Vec::new() };
    spec.errors = Some(errors);
    spec
}

const ALL: [Errors; 6] = [Errors::Iid, Errors::Hc1, Errors::Hc2, Errors::Hc3, Errors::Crv1, Errors::Crv3];

fn same(what: &str, a: &Estimate, b: &Estimate, tolerance: f64) {
    assert_eq!(a.coefficients.len(), b.coefficients.len(), "{what}");
    for (a, b) in a.coefficients.iter().zip(&b.coefficients) {
        near(&format!("{what} {}", a.name), a.estimate, b.estimate, tolerance);
        near(&format!("{what} {} error", a.name), a.standard_error, b.standard_error, tolerance);
    }
}

#[test]
fn order_and_units_do_not_matter() {
    let rows = made_up(240, 12, 3);
    let mut mixed = rows.clone();
    Streams::new(9).stream(0).shuffle(&mut mixed);
    for errors in ALL {
        let base = given(estimate(&framed(&rows), &two_way(errors)));
        same("order", &given(estimate(&framed(&mixed), &two_way(errors))), &base, 1e-10);
        for (unit, shift) in [(1e9, 0.0), (1e-9, 0.0), (1.0, 1e7)] {
            let scaled: Vec<Vec<f64>> = rows.iter().map(|r| [&[unit * r[0] + shift, unit * r[1] - shift], &r[2..]].concat()).collect();
            let got = given(estimate(&framed(&scaled), &two_way(errors)));
            near("unit of y and x", got.coefficients[0].estimate, base.coefficients[0].estimate, 1e-7);
            near("unit of y", got.coefficients[1].standard_error, unit * base.coefficients[1].standard_error, 1e-7);
        }
    }
}

#[test]
fn absorbing_is_regressing_on_indicators() {
    let frame = framed(&made_up(200, 9, 5));
    for errors in ALL {
        let absorbed = given(estimate(&frame, &two_way(errors)));
        let mut spec = two_way(errors);
        spec.fixed_effects.clear();
        spec.regressors.push("i(year)".into());
        // Without a cluster its own indicator has no coefficient, so that the jackknife keeps absorbing it.
        if errors == Errors::Crv3 {
            spec.fixed_effects.push("group".into());
        } else {
            spec.regressors.push("i(group)".into());
        }
        let full = given(estimate(&frame, &spec));
        for a in &absorbed.coefficients {
            let b = full.coefficients.iter().find(|b| b.name == a.name).unwrap();
            near("coefficient", a.estimate, b.estimate, 1e-10);
            // Nested effects count in K when they are regressors: only the factor differs.
            let ratio = (absorbed.small_sample.factor / full.small_sample.factor).sqrt();
            near(&format!("{errors:?} error"), a.standard_error, b.standard_error * ratio, 1e-9);
        }
    }
}

#[test]
fn three_effects_are_absorbed() {
    let mut rows = made_up(400, 15, 8);
    let mut stream = Streams::new(2).stream(1);
    rows.iter_mut().for_each(|row| row[5] = stream.below(7) as f64);
    let frame = framed(&rows);
    let mut spec = two_way(Errors::Hc1);
    spec.fixed_effects.push("w".into());
    let absorbed = given(estimate(&frame, &spec));
    spec.fixed_effects = vec!["group".into()];
    spec.regressors.extend(["i(year)".into(), "i(w)".into()]);
    let full = given(estimate(&frame, &spec));
    near("x", absorbed.coefficients[0].estimate, full.coefficients[0].estimate, 1e-11);
    near("x error", absorbed.coefficients[0].standard_error, full.coefficients[0].standard_error, 1e-10);
}

#[test]
fn frequency_weights_are_repetitions() {
    let rows = made_up(120, 8, 4);
    let repeated: Vec<Vec<f64>> = rows.iter().flat_map(|r| std::iter::repeat_n(r.clone(), r[5] as usize)).collect();
    for errors in ALL {
        let mut spec = two_way(errors);
        let long = given(estimate(&framed(&repeated), &spec));
        (spec.weights, spec.weight_kind) = (Some("w".into()), WeightKind::Frequency);
        let short = given(estimate(&framed(&rows), &spec));
        same(&format!("{errors:?}"), &short, &long, 1e-9);
        assert_eq!(short.observations, long.observations);
    }
}

#[test]
fn many_rows_give_the_same_bits_with_any_number_of_threads() {
    let frame = framed(&made_up(150_000, 900, 6));
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| serde_json::to_string(&given(estimate(&frame, &two_way(Errors::Crv1)))).unwrap())
    };
    assert_eq!(run(1), run(3));
}

#[test]
fn the_bootstrap_is_the_one_with_refits() {
    let rows = made_up(60, 6, 12);
    let frame = framed(&rows);
    for effects in [vec![], vec!["year".to_owned()], vec!["group".to_owned(), "year".to_owned()]] {
        let mut spec = two_way(Errors::Crv1);
        spec.fixed_effects.clone_from(&effects);
        spec.wild = Some(Wild { coefficients: vec!["z".into()], null: -0.8, draws: 9_999, multiplier: Multiplier::Rademacher, seed: 1 });
        let got = given(estimate(&frame, &spec));
        let wild = &got.wild[0];
        assert_eq!((wild.draws, wild.enumerated), (64, true));
        // The textbook way: impose the null, multiply the residuals of each cluster, estimate again. Residuals come by regressing with
        // every effect as indicators.
        let long = |outcome: &str, regressors: &[&str]| {
            let mut spec = Spec::new(outcome, regressors);
            spec.regressors.extend(effects.iter().map(|e| format!("i({e})")));
            (spec.clusters, spec.errors) = (vec!["group".into()], Some(Errors::Crv1));
            spec
        };
        let with =
            |y: &dyn Fn(usize) -> f64| framed(&rows.iter().enumerate().map(|(i, r)| [&[y(i)], &r[1..]].concat()).collect::<Vec<_>>());
        let restricted = given(estimate(&with(&|i| rows[i][0] + 0.8 * rows[i][2]), &long("y", &["x"])));
        let fitted = |r: &[f64]| {
            restricted.coefficients.iter().fold(0.0, |sum, c| {
                let level = |column: &str, value: f64| c.name == format!("{column}::{value}");
                let x = match c.name.as_str() {
                    "Intercept" => 1.0,
                    "x" => r[1],
                    _ => f64::from(u8::from(level("group", r[3]) || level("year", r[4]))),
                };
                sum + c.estimate * x
            })
        };
        let t = |frame: &Frame| {
            let c = given(estimate(frame, &long("y", &["x", "z"]))).coefficients.into_iter().find(|c| c.name == "z").unwrap();
            (c.estimate + 0.8).abs() / c.standard_error
        };
        let own = t(&frame);
        let groups: Vec<usize> = rows.iter().map(|r| r[3] as usize).collect();
        let beyond = (0..64_usize).filter(|draw| {
            let y = |i: usize| {
                let r = &rows[i];
                let (fit, sign) = (fitted(r), if draw >> groups[i] & 1 == 0 { 1.0 } else { -1.0 });
                -0.8 * r[2] + fit + sign * (r[0] + 0.8 * r[2] - fit)
            };
            t(&with(&y)) > own * (1.0 + 1e-9)
        });
        assert_eq!(wild.p, beyond.count() as f64 / 64.0, "{effects:?}");
        near("statistic", wild.statistic.abs(), own * got_factor(&got, &given(estimate(&frame, &long("y", &["x", "z"])))), 1e-8);
    }
}

/// The statistic of the bootstrap has no small-sample factor.
fn got_factor(_: &Estimate, long: &Estimate) -> f64 {
    long.small_sample.factor.sqrt()
}

#[test]
fn the_interval_of_the_bootstrap_inverts_it() {
    let frame = framed(&made_up(300, 14, 21));
    let mut spec = two_way(Errors::Crv1);
    for multiplier in [Multiplier::Rademacher, Multiplier::Webb, Multiplier::Mammen] {
        let wild = |null: f64| Wild { coefficients: vec!["x".into()], null, draws: 999, multiplier, seed: 5 };
        spec.wild = Some(wild(0.0));
        let got = given(estimate(&frame, &spec)).wild.remove(0);
        let (low, high) = (got.low.unwrap(), got.high.unwrap());
        for (null, inside) in [(low - 1e-3, false), (low + 1e-3, true), (high - 1e-3, true), (high + 1e-3, false)] {
            spec.wild = Some(wild(null));
            let p = given(estimate(&frame, &spec)).wild[0].p;
            assert_eq!(p > 0.05, inside, "{multiplier:?} at {null}: p {p}");
        }
        spec.wild = Some(wild(0.0));
        assert_eq!(given(estimate(&frame, &spec)).wild[0], got, "the same seed gives the same draws");
    }
}

#[test]
fn what_depends_is_left_out_and_said() {
    let frame = framed(&made_up(100, 8, 2));
    let mut spec = two_way(Errors::Hc1);
    spec.regressors = vec!["x".into(), "group".into(), "z".into(), "x".into(), "year^2".into()];
    let got = given(estimate(&frame, &spec));
    assert_eq!(got.collinear, ["group", "x", "year^2"]);
    assert_eq!(got.coefficients.iter().map(|c| c.name.as_str()).collect::<Vec<_>>(), ["x", "z"]);
    // Powers of a calendar year depend almost, not quite.
    let rows: Vec<Vec<f64>> = (0..60).map(|i| vec![f64::from(i * i % 17), 1990.0 + f64::from(i) / 2.0, 0.0, 0.0, 0.0, 1.0]).collect();
    let got = given(estimate(&framed(&rows), &Spec::new("y", &["x", "x^2", "x^3"])));
    assert_eq!(got.collinear, [] as [&str; 0]);
    let centred: Vec<Vec<f64>> = rows.iter().map(|r| [&[r[0], r[1] - 2000.0], &r[2..]].concat()).collect();
    let clean = given(estimate(&framed(&centred), &Spec::new("y", &["x", "x^2", "x^3"])));
    near("cubic", got.coefficients[3].estimate, clean.coefficients[3].estimate, 1e-4);
}

#[test]
fn refusals_and_warnings() {
    let frame = framed(&made_up(40, 5, 1));
    let refused = |change: &dyn Fn(&mut Spec)| {
        let mut spec = two_way(Errors::Iid);
        change(&mut spec);
        estimate(&frame, &spec).map(|_| ()).unwrap_err().code
    };
    assert_eq!(refused(&|s| s.outcome = "nothing".into()), "missing-column");
    assert_eq!(refused(&|s| s.regressors = vec!["group".into()]), "nothing-left");
    assert_eq!(refused(&|s| s.errors = Some(Errors::Crv1)), "clusters");
    assert_eq!(refused(&|s| s.endogenous = vec!["w".into()]), "instruments");
    assert_eq!(refused(&|s| s.confidence = 1.0), "confidence");
    assert_eq!(refused(&|s| s.regressors = vec!["i(year, ref=77)".into()]), "no-level");
    assert_eq!(refused(&|s| s.weights = Some("x".into())), "negative-weight");
    assert_eq!(refused(&|s| s.regressors = vec!["log(x)".into()]), "not-positive");
    let alone = framed(&(0..30).map(|i| vec![f64::from(i), f64::from(i % 7), 1.0, f64::from(i), 0.0, 1.0]).collect::<Vec<_>>());
    assert_eq!(estimate(&alone, &two_way(Errors::Hc1)).map(|_| ()).unwrap_err().code, "all-singletons");
    let mut kept = two_way(Errors::Hc1);
    kept.singletons = Singletons::Keep;
    assert!(estimate(&alone, &kept).is_err());
    let few = given(estimate(&frame, &two_way(Errors::Crv1)));
    assert!(few.warnings.iter().any(|w| w.code == "few-clusters" && w.blocks));
    let mut weak = two_way(Errors::Hc1);
    (weak.regressors, weak.endogenous, weak.instruments) = (vec![], vec!["x".into()], vec!["z".into()]);
    assert!(given(estimate(&frame, &weak)).warnings.iter().any(|w| w.code == "weak-instruments" && w.blocks));
}

#[test]
fn intervals_cover_and_a_placebo_is_nothing() {
    let (mut covered, mut found) = (0, 0);
    for seed in 0..400 {
        let mut spec = two_way(Errors::Crv1);
        spec.regressors.push("w".into());
        let got = given(estimate(&framed(&made_up(400, 40, seed)), &spec));
        covered += usize::from(got.coefficients[0].low < 2.0 && 2.0 < got.coefficients[0].high);
        found += usize::from(got.coefficients[2].p < 0.05);
    }
    // 400 draws: the share of 95 % has a standard error of 1.1 points.
    assert!((368..=392).contains(&covered), "{covered} of 400 intervals cover");
    assert!((8..=34).contains(&found), "{found} of 400 placebos found");
}

#[test]
fn small_sample_rules_are_said_in_words() {
    let mut spec = two_way(Errors::Crv1);
    spec.small_sample = SmallSample { parameters: false, ..SmallSample::default() };
    let got = given(estimate(&framed(&made_up(60, 6, 1)), &spec)).small_sample;
    assert!(got.en.contains("no correction for parameters") && got.en.contains("G=6") && got.ja.contains("G/(G−1)"), "{}", got.en);
}

proptest! {
    #![proptest_config(cases(300))]
    #[test]
    fn nothing_makes_it_panic(
        rows in proptest::collection::vec(proptest::collection::vec(prop_oneof![
            Just(f64::NAN), Just(0.0), Just(1.0), Just(2.0), Just(-1.0), Just(1e300), Just(1e-300), -5.0..5.0_f64], 6), 0..25),
        errors in proptest::sample::select(ALL.to_vec()),
        effects in proptest::sample::subsequence(vec!["group", "year", "z", "x^year"], 0..3),
        clusters in proptest::sample::subsequence(vec!["group", "year", "x"], 0..3),
        regressors in proptest::sample::subsequence(vec!["x", "z", "i(year)", "x:z", "i(group, x, ref=1)", "w"], 0..4),
        weights in proptest::option::of(Just("w".to_owned())),
        endogenous in any::<bool>(), wild in any::<bool>(), keep in any::<bool>(), frequency in any::<bool>(),
    ) {
        let mut spec = Spec::new("y", &regressors);
        spec.errors = Some(errors);
        spec.fixed_effects = effects.into_iter().map(str::to_owned).collect();
        spec.clusters = clusters.into_iter().map(str::to_owned).collect();
        spec.weights = weights;
        if endogenous { (spec.endogenous, spec.instruments) = (vec!["x".into()], vec!["z".into(), "year".into()]); }
        if wild { spec.wild = Some(Wild { coefficients: vec!["x".into()], null: 0.0, draws: 99, multiplier: Multiplier::Webb, seed: 1 }); }
        if keep { spec.singletons = Singletons::Keep; }
        if frequency { spec.weight_kind = WeightKind::Frequency; }
        spec.iterations = 200;
        let frame = ["y", "x", "z", "group", "year", "w"].iter().enumerate().try_fold(Frame::new(), |frame, (at, name)| {
            frame.number(name, rows.iter().map(|row| (!row[at].is_nan()).then_some(row[at])))
        });
        let Ok(frame) = frame else { return Ok(()) };
        let result: Result<Estimate, Refusal> = estimate(&frame, &spec);
        if let Ok(got) = result {
            prop_assert!(got.coefficients.iter().all(|c| !c.estimate.is_nan()));
        }
    }
}
