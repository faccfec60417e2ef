//! The estimations that are compared. Each reads its table, estimates, and tells cost, estimates and errors.

use std::path::Path;

use banso_evaluation::least_squares::{self, Source};
use banso_evaluation::{difference, discontinuity, honest};
use banso_tables::{Ask, ParquetTable, read};
use serde_json::{Value, json};

use crate::Failure;
use crate::cost::measured;

fn told(mut cost: Value, estimates: &[f64], errors: &[f64]) -> Value {
    if let Some(cost) = cost.as_object_mut() {
        cost.insert("estimates".to_owned(), json!(estimates));
        cost.insert("errors".to_owned(), json!(errors));
    }
    cost
}

/// Two fixed effects, five regressors, clustered by the first effect.
fn regression(source: &dyn Source, times: u32) -> Result<Value, Failure> {
    let mut spec = least_squares::Spec::new("y", &["x1", "x2", "x3", "x4", "x5"]);
    spec.fixed_effects = vec!["a".to_owned(), "b".to_owned()];
    spec.clusters = vec!["a".to_owned()];
    let (found, cost) = measured(times, || least_squares::estimate_from(source, &spec))?;
    let figures = |pick: fn(&least_squares::Coefficient) -> f64| found.coefficients.iter().map(pick).collect::<Vec<_>>();
    Ok(told(cost, &figures(|c| c.estimate), &figures(|c| c.standard_error)))
}

/// Least squares with the table in memory.
pub(crate) fn least_squares(path: &Path, times: u32) -> Result<Value, Failure> {
    let ask = Ask::new().numbers(["y", "x1", "x2", "x3", "x4", "x5"]).groups(["a", "b"]);
    regression(&read(path, &ask)?, times)
}

/// Least squares from the file, piece by piece.
pub(crate) fn least_squares_streamed(path: &Path, times: u32) -> Result<Value, Failure> {
    regression(&ParquetTable::open(path)?, times)
}

/// A discontinuity with every default.
pub(crate) fn discontinuity(path: &Path, times: u32) -> Result<Value, Failure> {
    let frame = read(path, &Ask::new().numbers(["y", "x"]))?;
    let spec = discontinuity::Spec { outcome: "y".to_owned(), score: "x".to_owned(), ..discontinuity::Spec::default() };
    let (found, cost) = measured(times, || discontinuity::estimate(&frame, &spec))?;
    let (plain, robust) = (found.effect.conventional, found.effect.robust);
    Ok(told(cost, &[plain.estimate, robust.estimate], &[plain.standard_error, robust.standard_error]))
}

/// Effects of every cohort at every time, doubly robust, 1,000 draws, with the event study. The errors are random.
pub(crate) fn difference(path: &Path, times: u32) -> Result<Value, Failure> {
    let frame = read(path, &Ask::new().numbers(["y", "time", "start"]).groups(["unit"]))?;
    let mut spec = difference::Spec::new("y", "unit", "time", "start");
    spec.bootstrap = Some(difference::Bootstrap { draws: 1000, ..difference::Bootstrap::default() });
    let (found, cost) = measured(times, || difference::estimate(&frame, &spec))?;
    let parts = || found.event.parts.iter().map(|part| &part.effect).chain(&found.event.overall);
    let estimates: Vec<f64> = parts().map(|effect| effect.effect).collect();
    let errors: Vec<f64> = parts().map(|effect| effect.error.unwrap_or(0.0)).collect();
    Ok(told(cost, &estimates, &errors))
}

/// The hybrid interval of Rambachan and Roth at four bounds, 200 values tested each. Estimates are lower ends, errors upper ones.
pub(crate) fn sensitivity(path: &Path, times: u32) -> Result<Value, Failure> {
    let case: Value = serde_json::from_str(&std::fs::read_to_string(path)?)?;
    let study: honest::Study = serde_json::from_value(case.get("study").cloned().unwrap_or_default())?;
    let bounds = Some(vec![0.5, 1.0, 1.5, 2.0]);
    let spec = honest::Spec { bounds, grid: 200, breakdown: false, ..honest::Spec::default() };
    let (found, cost) = measured(times, || honest::estimate(&study, &spec))?;
    let ends = |pick: fn(&honest::Interval) -> Option<f64>| found.intervals.iter().map(|i| pick(i).unwrap_or(f64::NAN)).collect::<Vec<_>>();
    Ok(told(cost, &ends(|i| i.lower), &ends(|i| i.upper)))
}
