//! Event studies against peers, without noise, and on any table.

#![cfg(test)]

#[path = "common/cases.rs"]
mod cases;

use banso_evaluation::event_study::{Effect, Estimator, Spec, estimate};
use banso_evaluation::random::Streams;
use banso_evaluation::{Column, Frame};
use cases::cases;
use proptest::prelude::*;
use serde_json::Value;

mod common;
use common::{frame, given, near, truth};

fn numbers(columns: &[(&str, Vec<f64>)]) -> Frame {
    columns.iter().fold(Frame::new(), |frame, (name, values)| given(frame.with(name, Column::Number(values.clone()))))
}

fn spec(estimator: Estimator) -> Spec {
    Spec::new(estimator, "lemp", "countyreal", "year", "first.treat")
}

/// Minimum wages and employment; the second case without some rows.
fn counties(case: &Value) -> Frame {
    let all = frame("mpdta.csv", &["year", "countyreal", "lemp", "first.treat", "lpop"]);
    let dropped: Vec<u64> = case["dropped"].as_array().into_iter().flatten().filter_map(Value::as_u64).collect();
    all.columns().fold(Frame::new(), |built, (name, column)| {
        let mut column = column.clone();
        if let ("lemp", Column::Number(values)) = (name, &mut column) {
            dropped.iter().for_each(|row| values[*row as usize] = f64::NAN);
        }
        given(built.with(name, column))
    })
}

#[track_caller]
fn alike(what: &str, got: &Effect, want: &Value, tolerance: f64) {
    let figure = |at: usize| want[at].as_f64().unwrap_or(f64::NAN);
    near(what, got.effect, figure(0), tolerance);
    near(what, got.error.unwrap_or(f64::NAN), figure(1), tolerance);
}

/// diff-diff solves exactly: 1e-8 relative; pyfixest absorbs to its tolerance: 1e-7.
#[test]
fn agree_with_peers() {
    for case in truth("event_study")["cases"].as_array().into_iter().flatten() {
        let table = counties(case);
        let methods = [
            ("interaction_weighted", Estimator::InteractionWeighted),
            ("two_way", Estimator::TwoWay),
            ("imputation", Estimator::Imputation),
        ];
        for (name, estimator) in methods {
            let got = given(estimate(&table, &spec(estimator)));
            let want: Vec<&Value> = case[name].as_array().into_iter().flatten().collect();
            assert_eq!(got.event.len(), want.len(), "{name}");
            let close = if name == "two_way" { 1e-7 } else { 1e-8 };
            for (got, want) in got.event.iter().zip(want) {
                assert_eq!(Some(got.at), want[0].as_f64(), "{name}");
                alike(&format!("{name} at {}", got.at), &got.effect, &Value::from(vec![want[1].clone(), want[2].clone()]), close);
            }
            if let (Some(overall), Some(_)) = (&got.overall, case[format!("overall_{name}")].as_array()) {
                alike(name, overall, &case[format!("overall_{name}")], 1e-8);
            }
        }
    }
}

/// Cohorts whose effects differ, no noise: every estimator but the plain one finds them; nothing before.
#[test]
fn paths_without_noise() {
    let (mut y, mut unit, mut time, mut start) = (vec![], vec![], vec![], vec![]);
    for u in 0..60_u32 {
        let begin = [0.0, 4.0, 6.0][u as usize % 3];
        for t in 1..=8_u32 {
            let since = f64::from(t) - begin;
            let effect = if begin > 0.0 && since >= 0.0 { begin + since } else { 0.0 };
            y.push(f64::from(u) * 0.3 + f64::from(t * t) * 0.1 + effect);
            unit.push(f64::from(u));
            time.push(f64::from(t));
            start.push(begin);
        }
    }
    let table = numbers(&[("lemp", y), ("countyreal", unit), ("year", time), ("first.treat", start)]);
    for estimator in [Estimator::InteractionWeighted, Estimator::Imputation] {
        let got = given(estimate(&table, &spec(estimator)));
        for cell in got.cohorts.iter().filter(|c| c.at >= 0.0) {
            near("a cohort's path", cell.effect.effect, cell.start + cell.at, 1e-9);
        }
        for event in &got.event {
            let want = match event.at {
                at if at < 0.0 => 0.0,
                at if at < 3.0 => 5.0 + at,
                at => 4.0 + at,
            };
            assert!((event.effect.effect - want).abs() < 1e-9, "{estimator:?} {event:?}");
        }
        near("overall", got.overall.map_or(f64::NAN, |e| e.effect), (4.0 + 5.0 + 6.0 + 7.0 + 8.0 + 6.0 + 7.0 + 8.0) / 8.0, 1e-9);
    }
    let plain = given(estimate(&table, &spec(Estimator::TwoWay)));
    assert!(plain.warnings.iter().any(|w| w.code == "two-way"));
}

#[test]
fn without_never_treated_the_last_cohort_stands_for_them() {
    let table = counties(&Value::Null);
    let starts: Vec<f64> = given(table.numbers("first.treat")).iter().map(|s| if *s == 0.0 { f64::NAN } else { *s }).collect();
    let only = table.columns().fold(Frame::new(), |built, (name, column)| {
        let column = match (name, column) {
            ("lemp", Column::Number(y)) => {
                Column::Number(y.iter().zip(&starts).map(|(y, s)| if s.is_nan() { f64::NAN } else { *y }).collect())
            }
            _ => column.clone(),
        };
        given(built.with(name, column))
    });
    let got = given(estimate(&only, &spec(Estimator::InteractionWeighted)));
    assert!(got.warnings.iter().any(|w| w.code == "last-cohort") && got.cohorts.iter().all(|c| c.start < 2007.0), "{:?}", got.warnings);
    assert!(got.left_out.no_comparison > 0);
    let imputed = given(estimate(&only, &Spec { leads: 2, ..spec(Estimator::Imputation) }));
    assert!(imputed.left_out.not_imputed > 0 && imputed.pretest.is_some_and(|t| t.df == 2), "{imputed:?}");
}

#[test]
fn what_cannot_be_is_refused() {
    let table = |start: Vec<f64>| {
        numbers(&[
            ("lemp", vec![1.0, 2.0, 4.0, 3.0]),
            ("countyreal", vec![0.0, 0.0, 1.0, 1.0]),
            ("year", vec![1.0, 2.0, 1.0, 2.0]),
            ("first.treat", start),
        ])
    };
    for (start, code) in [(vec![0.0; 4], "nobody"), (vec![1.0; 4], "no-untreated"), (vec![2.0, 0.0, 0.0, 0.0], "start-changes")] {
        assert_eq!(estimate(&table(start), &spec(Estimator::Imputation)).err().map(|r| r.code), Some(code));
    }
    let twice =
        numbers(&[("lemp", vec![1.0; 3]), ("countyreal", vec![0.0; 3]), ("year", vec![1.0, 2.0, 2.0]), ("first.treat", vec![2.0; 3])]);
    assert_eq!(estimate(&twice, &spec(Estimator::TwoWay)).err().map(|r| r.code), Some("unit-twice"));
}

proptest! {
    #![proptest_config(cases(120))]
    /// Whatever the panel, there is an answer or a refusal; order and units do not matter.
    #[test]
    fn any_panel(seed in any::<u64>(), units in 1_usize..14, periods in 1_usize..7, gap in 0.0..0.6_f64, scale in prop::sample::select(vec![1e-9, 1.0, 1e9]), kind in 0_usize..3) {
        let mut s = Streams::new(seed).stream(0);
        let mut rows = Vec::new();
        for u in 0..units {
            let start = [0.0, 2.0, 3.0, 5.0][s.below(4)];
            for t in 1..=periods {
                if s.uniform() >= gap {
                    rows.push([scale * s.normal(), u as f64, t as f64, start]);
                }
            }
        }
        let build = |rows: &[[f64; 4]]| numbers(&[("lemp", rows.iter().map(|r| r[0]).collect()), ("countyreal", rows.iter().map(|r| r[1]).collect()), ("year", rows.iter().map(|r| r[2]).collect()), ("first.treat", rows.iter().map(|r| r[3]).collect())]);
        let ask = Spec { leads: 1, ..spec([Estimator::InteractionWeighted, Estimator::Imputation, Estimator::TwoWay][kind]) };
        let got = estimate(&build(&rows), &ask);
        if let Ok(got) = got {
            s.shuffle(&mut rows);
            let again = given(estimate(&build(&rows), &ask));
            prop_assert_eq!(got.event.len(), again.event.len());
            for (a, b) in got.event.iter().zip(&again.event) {
                prop_assert!((a.effect.effect - b.effect.effect).abs() <= 1e-6 * (a.effect.effect.abs() + scale), "{:?} {:?}", a, b);
            }
        }
    }
}
