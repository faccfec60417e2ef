//! Time and memory of this process.

use std::time::{Duration, Instant};

/// A stopwatch with its laps.
#[derive(Debug)]
pub(crate) struct Laps {
    since: Instant,
    laps: Vec<Duration>,
}

impl Laps {
    pub(crate) fn begin() -> Self {
        Laps { since: Instant::now(), laps: Vec::new() }
    }

    /// The time since the last lap, which is kept.
    pub(crate) fn lap(&mut self) -> Duration {
        let lap = self.since.elapsed();
        self.laps.push(lap);
        self.since = Instant::now();
        lap
    }

    /// Starts the next lap now; what was in between is not counted.
    pub(crate) fn restart(&mut self) {
        self.since = Instant::now();
    }

    pub(crate) fn median(&mut self) -> Duration {
        self.laps.sort();
        self.laps.get(self.laps.len() / 2).copied().unwrap_or_default()
    }
}

/// So many a second.
#[expect(clippy::cast_precision_loss, reason = "a rate to be printed")]
pub(crate) fn rate(done: u64, took: Duration) -> f64 {
    done as f64 / took.as_secs_f64().max(1e-9)
}

/// The most memory that this process has had, where the system says so.
pub(crate) fn peak_mebibytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kibibytes: u64 = line.and_then(|l| l.trim().strip_suffix("kB")).and_then(|n| n.trim().parse().ok()).unwrap_or_default();
    kibibytes / 1024
}
