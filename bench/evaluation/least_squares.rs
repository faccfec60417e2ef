//! One regression on a Parquet file: two fixed effects, five regressors, clustered by the first. Prints what it cost, as JSON.
//!
//!     least-squares FILE.parquet [stream]

use std::path::Path;
use std::time::Instant;

use banso_evaluation::least_squares::{Estimate, Spec, estimate, estimate_from};
use banso_tables::{Ask, ParquetTable, read};

type Failure = Box<dyn std::error::Error>;

/// Seconds of processor time this process has used, and the most memory it has held, in GiB.
fn used() -> (f64, f64) {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|t| t.parse::<f64>().ok()).unwrap_or(f64::NAN);
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.split_whitespace().next()?.parse::<f64>().ok());
    ((ticks(11) + ticks(12)) / 100.0, peak.unwrap_or(f64::NAN) / (1024.0 * 1024.0))
}

fn main() -> Result<(), Failure> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let path = Path::new(words.first().ok_or("name a Parquet file")?);
    let mut spec = Spec::new("y", &["x1", "x2", "x3", "x4", "x5"]);
    spec.fixed_effects = vec!["a".to_owned(), "b".to_owned()];
    spec.clusters = vec!["a".to_owned()];
    let columns = ["y", "x1", "x2", "x3", "x4", "x5"];
    let (found, cpu, wall): (Estimate, f64, f64) = if words.get(1).is_some_and(|word| word == "stream") {
        let (before, start) = (used().0, Instant::now());
        let found = estimate_from(&ParquetTable::open(path)?, &spec)?;
        (found, used().0 - before, start.elapsed().as_secs_f64())
    } else {
        let frame = read(path, &Ask::new().numbers(columns).groups(["a", "b"]))?;
        let (before, start) = (used().0, Instant::now());
        let found = estimate(&frame, &spec)?;
        (found, used().0 - before, start.elapsed().as_secs_f64())
    };
    let (whole, peak) = used();
    let figures = |pick: fn(&banso_evaluation::least_squares::Coefficient) -> f64| found.coefficients.iter().map(pick).collect::<Vec<_>>();
    println!(
        "{}",
        serde_json::json!({
            "cpu": cpu, "wall": wall, "whole_cpu": whole, "peak": peak, "rows": found.rows, "steps": found.absorption_steps,
            "estimates": figures(|c| c.estimate), "errors": figures(|c| c.standard_error),
        })
    );
    Ok(())
}
