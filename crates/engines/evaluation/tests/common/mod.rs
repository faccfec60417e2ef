//! Reads the published tables and peers' figures that lie beside the tests.

use banso_evaluation::{Frame, Refusal};

/// A table of tests/truth/data with the named columns as numbers and the others as names.
pub(crate) fn frame(file: &str, numbers: &[&str]) -> Frame {
    let path = format!("{}/tests/truth/data/{file}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{path}: {e}"));
    let mut lines = text.lines();
    let head: Vec<&str> = lines.next().unwrap_or_default().split(',').collect();
    let rows: Vec<Vec<&str>> = lines.map(|line| line.split(',').collect()).collect();
    head.iter().enumerate().fold(Frame::new(), |frame, (at, name)| {
        let cells = rows.iter().map(|row| row[at]);
        let next =
            if numbers.contains(name) { frame.number(name, cells.map(|cell| cell.parse::<f64>().ok())) } else { frame.names(name, cells) };
        next.unwrap_or_else(|refusal| panic!("{refusal}"))
    })
}

/// The figures of tests/truth/<case>.json.
pub(crate) fn truth(case: &str) -> serde_json::Value {
    let path = format!("{}/tests/truth/{case}.json", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{path}: {e}"));
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("{path}: {e}"))
}

/// Asserts agreement to a relative tolerance.
#[track_caller]
pub(crate) fn near(what: &str, got: f64, want: f64, relative: f64) {
    let apart = (got - want).abs() / want.abs().max(f64::MIN_POSITIVE);
    assert!(apart <= relative, "{what}: {got} is not {want} ({apart:.2e} > {relative:.0e})");
}

/// What an estimator gives, or its refusal as a failure.
#[track_caller]
pub(crate) fn given<T>(result: Result<T, Refusal>) -> T {
    result.unwrap_or_else(|refusal| panic!("{refusal}"))
}
