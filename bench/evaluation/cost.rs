//! What a piece of work costs: processor seconds of all threads, seconds on the clock, and the most memory the process has held.

use std::time::Instant;

use serde_json::{Value, json};

/// Seconds of processor time that this process has used, and the most memory that it has held, in GiB (Linux).
fn used() -> (f64, f64) {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|t| t.parse::<f64>().ok()).unwrap_or(f64::NAN);
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.split_whitespace().next()?.parse::<f64>().ok());
    ((ticks(11) + ticks(12)) / 100.0, peak.unwrap_or(f64::NAN) / (1024.0 * 1024.0))
}

/// Does the work so many times; gives what the last one found, and the mean cost as JSON.
pub(crate) fn measured<T, E>(times: u32, mut work: impl FnMut() -> Result<T, E>) -> Result<(T, Value), E> {
    let (before, start) = (used().0, Instant::now());
    let mut found = work()?;
    for _ in 1..times {
        found = work()?;
    }
    let (wall, (after, peak)) = (start.elapsed().as_secs_f64(), used());
    let times = f64::from(times);
    Ok((found, json!({ "cpu": (after - before) / times, "wall": wall / times, "peak": peak, "whole_cpu": after })))
}
