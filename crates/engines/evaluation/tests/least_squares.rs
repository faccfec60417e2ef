//! Least squares against pyfixest and R fixest on published tables, and properties.

#![expect(clippy::panic, clippy::unwrap_used, reason = "a failed comparison ends the test")]

mod common;

use banso_evaluation::least_squares::{Errors, Estimate, Multiplier, Singletons, SmallSample, Spec, WeightKind, Wild, estimate};
use banso_evaluation::random::Streams;
use banso_evaluation::{Frame, Refusal};
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
