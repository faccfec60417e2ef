//! Regression discontinuity against published results and the authors' own software, and its invariances.

#![cfg(test)]

use banso_evaluation::discontinuity::{Bandwidths, DensitySpec, Selector, Spec, density, estimate, select};
use banso_evaluation::{Column, Frame};
use serde_json::Value;

mod common;
use common::{frame, given, near, truth};

fn table(name: &str) -> Frame {
    match name {
        "senate.csv" => frame(name, &["margin", "vote", "class", "termshouse", "termssenate"]),
        _ => frame(name, &["Income_Centered", "Education", "Age", "Participation", "Support"]),
    }
}

fn floats(value: &Value) -> Vec<f64> {
    value.as_array().map_or_else(|| value.as_f64().into_iter().collect(), |all| all.iter().flat_map(floats).collect())
}

fn widths(b: &Bandwidths) -> [f64; 4] {
    [b.h.left, b.h.right, b.b.left, b.b.right]
}

#[track_caller]
fn all_near(what: &str, got: &[f64], want: &Value, relative: f64) {
    let want = floats(want);
    assert_eq!(got.len(), want.len(), "{what}");
    for (got, want) in got.iter().zip(&want) {
        // Coefficients of treatment on a side where it does not vary are rounding noise in the peer.
        if want.abs() > 1e-9 {
            near(what, *got, *want, relative);
        }
    }
}

/// Where the bandwidth is given 1e-9, where it is chosen 1e-6: the peer's own versions for R and Python differ by up to 1.1e-5.
#[test]
fn agrees_with_the_authors_software() {
    let figures = truth("discontinuity");
    for case in figures["cases"].as_array().into_iter().flatten() {
        let spec: Spec = serde_json::from_value(case["spec"].clone()).unwrap_or_else(|e| panic!("{e}"));
        let got = given(estimate(&table(case["table"].as_str().unwrap_or_default()), &spec));
        let what = case["spec"].to_string();
        let close = if spec.bandwidth.is_some() { 1e-9 } else { 1e-6 };
        let three = [got.effect.conventional, got.effect.bias_corrected, got.effect.robust];
        all_near(&what, &widths(&got.bandwidths)[..2], &case["h"], close);
        all_near(&what, &widths(&got.bandwidths)[2..], &case["b"], close);
        all_near(&what, &three.map(|i| i.estimate), &case["estimate"], close);
        all_near(&what, &three.map(|i| i.standard_error), &case["standard_error"], close);
        all_near(&what, &three.map(|i| i.p), &case["p"], 10.0 * close);
        all_near(&what, &three.map(|i| i.interval).concat(), &case["interval"], 3.0 * close);
        let (l, r) = (&got.sides.left, &got.sides.right);
        let rows = [l.rows, r.rows, l.rows_h, r.rows_h, l.rows_b, r.rows_b].map(|n| n as f64);
        all_near(&what, &rows, &case["rows"], 0.0);
        let limits = [l.limit, r.limit, l.limit_corrected, r.limit_corrected, l.bias, r.bias];
        all_near(&what, &limits, &case["limits"], 10.0 * close);
        all_near(&what, &[l.covariance.concat(), r.covariance.concat()].concat(), &case["covariance"], 10.0 * close);
        all_near(&what, &[l.covariance_robust.concat(), r.covariance_robust.concat()].concat(), &case["covariance_robust"], 10.0 * close);
        if let Some(first) = got.first_stage {
            let all = [first.conventional, first.bias_corrected, first.robust];
            all_near(&what, &[all.map(|i| i.estimate), all.map(|i| i.standard_error)].concat(), &case["first_stage"], close);
        }
    }
}

#[test]
fn all_ten_selectors_agree() {
    for case in truth("discontinuity")["selectors"].as_array().into_iter().flatten() {
        let spec: Spec = serde_json::from_value(case["spec"].clone()).unwrap_or_else(|e| panic!("{e}"));
        for found in given(select(&table(case["table"].as_str().unwrap_or_default()), &spec, &Selector::ALL)) {
            let name = format!("{:?}", found.selector).to_lowercase();
            all_near(&name, &widths(&found.bandwidths), &case["widths"][&name], 1e-9);
        }
    }
}

/// Calonico, Cattaneo, Farrell, Titiunik (2017): incumbency in the Senate, 7.414 (1.459), h 17.754.
#[test]
fn the_published_number() {
    let spec = Spec { outcome: "vote".into(), score: "margin".into(), ..Spec::default() };
    let got = given(estimate(&table("senate.csv"), &spec));
    let shown =
        format!("{:.3} {:.3} {:.3}", got.effect.conventional.estimate, got.effect.conventional.standard_error, got.bandwidths.h.left);
    assert_eq!(shown, "7.414 1.459 17.754");
    assert!(got.warnings.is_empty(), "{:?}", got.warnings);
}

fn columns(frame: &Frame, names: [&str; 2]) -> [Vec<f64>; 2] {
    let used = given(frame.complete(names));
    names.map(|name| used.of(given(frame.numbers(name))))
}

fn pair(y: &[f64], x: &[f64]) -> Frame {
    let frame = given(Frame::new().with("vote", Column::Number(y.to_vec())));
    given(frame.with("margin", Column::Number(x.to_vec())))
}

#[test]
fn neither_order_of_rows_nor_units_matter() {
    let spec = Spec { outcome: "vote".into(), score: "margin".into(), ..Spec::default() };
    let [y, x] = columns(&table("senate.csv"), ["vote", "margin"]);
    let plain = given(estimate(&pair(&y, &x), &spec)).effect.robust;
    let (back_y, back_x): (Vec<f64>, Vec<f64>) = y.iter().rev().copied().zip(x.iter().rev().copied()).unzip();
    let turned = given(estimate(&pair(&back_y, &back_x), &spec)).effect.robust;
    near("order of rows", turned.standard_error, plain.standard_error, 1e-12);
    let big: Vec<f64> = y.iter().map(|v| 1e9 * v + 5e9).collect();
    let small: Vec<f64> = x.iter().map(|v| v / 1024.0).collect();
    let scaled = given(estimate(&pair(&big, &small), &spec)).effect.robust;
    near("units of y and x", scaled.estimate / 1e9, plain.estimate, 1e-9);
    near("units of y and x", scaled.standard_error / 1e9, plain.standard_error, 1e-9);
    let shifted: Vec<f64> = x.iter().map(|v| v + 64.0).collect();
    let moved = given(estimate(&pair(&y, &shifted), &Spec { cutoff: 64.0, ..spec })).effect.robust;
    near("origin of x", moved.estimate, plain.estimate, 1e-9);
}

#[test]
fn a_smooth_outcome_has_no_jump() {
    let x: Vec<f64> = (0..400).map(|i| f64::from(i) / 200.0 - 0.9975).collect();
    let y: Vec<f64> = x.iter().map(|x| 3.0 + 2.0 * x).collect();
    let spec = Spec {
        outcome: "vote".into(),
        score: "margin".into(),
        bandwidth: Some(banso_evaluation::discontinuity::Given::One(0.5)),
        ..Spec::default()
    };
    let got = given(estimate(&pair(&y, &x), &spec)).effect;
    assert!(got.conventional.estimate.abs() < 1e-12 && got.robust.estimate.abs() < 1e-11, "{got:?}");
}

#[test]
fn refusals_say_what_to_do() {
    let check = |y: &[f64], x: &[f64], spec: Spec, code: &str| {
        let spec = Spec { outcome: "vote".into(), score: "margin".into(), ..spec };
        let refused = estimate(&pair(y, x), &spec).err().map(|r| r.code);
        assert_eq!(refused, Some(code));
    };
    let x: Vec<f64> = (0..60).map(|i| f64::from(i) - 29.5).collect();
    check(&[], &[], Spec::default(), "no-rows");
    check(&[1.0], &[1.0], Spec::default(), "one-sided");
    check(&x, &x, Spec { cutoff: 100.0, ..Spec::default() }, "one-sided");
    check(&[1.0; 60], &x, Spec::default(), "no-bandwidth");
    check(&x, &x, Spec { order: Some(9), ..Spec::default() }, "order");
    check(&x, &x, Spec { level: 1.0, ..Spec::default() }, "option");
    check(&x, &x, Spec { bandwidth: Some(banso_evaluation::discontinuity::Given::One(2.0)), ..Spec::default() }, "too-few");
    check(&x, &x, Spec { covariates: vec!["none".into()], ..Spec::default() }, "missing-column");
}

#[test]
fn the_density_test_agrees() {
    for case in truth("density")["cases"].as_array().into_iter().flatten() {
        let spec: DensitySpec = serde_json::from_value(case["spec"].clone()).unwrap_or_else(|e| panic!("{e}"));
        let got = given(density(&table("senate.csv"), &spec));
        let what = case["spec"].to_string();
        let all = [got.left, got.right, got.difference];
        all_near(&what, &[got.bandwidths.left, got.bandwidths.right], &case["h"], 1e-9);
        all_near(&what, &all.map(|i| i.estimate), &case["density"], 1e-9);
        all_near(&what, &all.map(|i| i.standard_error), &case["standard_error"], 1e-9);
        all_near(&what, &[got.difference.statistic], &case["statistic"], 1e-9);
        all_near(&what, &[got.difference.p], &case["p"], 1e-9);
        let rows = [got.rows.left, got.rows.right, got.rows_h.left, got.rows_h.right].map(|n| n as f64);
        all_near(&what, &rows, &case["rows"], 0.0);
    }
}
