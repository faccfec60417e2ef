//! The binned plot against the authors' software, and on any table.

#![cfg(test)]

#[path = "common/cases.rs"]
mod cases;

use banso_evaluation::discontinuity::{Bins, PlotSpec, plot};
use banso_evaluation::random::Streams;
use banso_evaluation::{Column, Frame};
use cases::cases;
use proptest::prelude::*;
use serde_json::Value;

mod common;
use common::{frame, given, near, truth};

fn floats(value: &Value) -> Vec<f64> {
    value.as_array().map_or_else(|| value.as_f64().into_iter().collect(), |all| all.iter().flat_map(floats).collect())
}

/// Numbers of bins exactly; means, rows, errors, intervals and coefficients to 1e-8.
#[test]
fn agrees_with_the_authors_software() {
    let mut seen = 0;
    for case in truth("plot")["cases"].as_array().into_iter().flatten() {
        let table = match case["table"].as_str() {
            Some("senate.csv") => frame("senate.csv", &["margin", "vote"]),
            _ => frame("gov_transfers.csv", &["Income_Centered", "Support"]),
        };
        let spec: PlotSpec = serde_json::from_value(case["spec"].clone()).unwrap_or_else(|e| panic!("{e}"));
        let got = given(plot(&table, &spec));
        let (what, sides) = (case["spec"].to_string(), [&got.sides.left, &got.sides.right]);
        assert_eq!(sides.map(|s| s.count as f64).to_vec(), floats(&case["count"]), "{what}");
        assert_eq!(sides.map(|s| s.least_error as f64).to_vec(), floats(&case["least_error"]), "{what}");
        assert_eq!(sides.map(|s| s.mimicking as f64).to_vec(), floats(&case["mimicking"]), "{what}");
        assert_eq!(sides.map(|s| s.rows as f64).to_vec(), floats(&case["rows"]), "{what}");
        let coefficients: Vec<f64> = sides.iter().flat_map(|s| s.coefficients.clone()).collect();
        for (got, want) in coefficients.iter().zip(floats(&case["coefficients"])) {
            near(&what, *got, want, 1e-6);
        }
        let bins: Vec<_> = sides.iter().flat_map(|s| s.bins.clone()).collect();
        let want: Vec<Vec<f64>> = case["bins"].as_array().into_iter().flatten().map(floats).collect();
        assert_eq!(bins.len(), want.len(), "{what}");
        for (bin, want) in bins.iter().zip(&want) {
            near(&what, bin.score, want[0], 1e-9);
            near(&what, bin.outcome, want[1], 1e-9);
            assert_eq!(bin.rows as f64, want[2], "{what} {bin:?}");
            if bin.rows > 1 && want.len() > 5 {
                near(&what, bin.standard_error, want[3], 1e-9);
                near(&what, bin.interval[0], want[4], 1e-9);
                near(&what, bin.interval[1], want[5], 1e-9);
            }
        }
        seen += 1;
    }
    assert!(seen >= 13);
}

proptest! {
    #![proptest_config(cases(150))]
    #[test]
    fn any_table(seed in any::<u64>(), n in 0_usize..120, lumps in 1_usize..40, scale in prop::sample::select(vec![0.0, 1e-180, 1.0, 1e120]), bins in 0_usize..8, order in 0_usize..9, count in prop::option::of([0_usize..8, 0_usize..8])) {
        let mut s = Streams::new(seed).stream(0);
        let x: Vec<f64> = (0..n).map(|_| (s.below(lumps) as f64 - lumps as f64 / 2.0).round()).collect();
        let y: Vec<f64> = (0..n).map(|_| scale * s.normal()).collect();
        let table = given(given(Frame::new().with("x", Column::Number(x))).with("y", Column::Number(y)));
        let bins = [Bins::Es, Bins::Espr, Bins::Esmv, Bins::Esmvpr, Bins::Qs, Bins::Qspr, Bins::Qsmv, Bins::Qsmvpr][bins];
        let spec = PlotSpec { outcome: "y".into(), score: "x".into(), bins, order, count, ..PlotSpec::default() };
        if let Ok(got) = plot(&table, &spec) {
            let rows: usize = [&got.sides.left, &got.sides.right].iter().flat_map(|s| &s.bins).map(|b| b.rows).sum();
            prop_assert_eq!(rows, n, "every row is in one bin");
        }
    }
}
