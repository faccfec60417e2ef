//! How fast a whole ledger is gone through, and with how much memory.

use std::sync::Arc;
use std::time::Instant as Stopwatch;

use banso_grant::{CaseAct, Point, Returned};
use banso_kernel::{CaseId, Day};
use banso_store::{Append, Batch, Change, Place, Store, SystemClock};
use uuid::Uuid;

use crate::{CONTENT, Outcome, act, raw, submitted};

/// How often a case is handed in and sent back.
const ROUNDS: u32 = 5;
/// Cases of one batch.
const CASES: u64 = 50;

/// Fills a store with so many acts, verifies it and prints how long that took.
pub(crate) async fn verified(place: &Place, acts: u64) -> Outcome<()> {
    if acts == 0 {
        return Ok(());
    }
    let store = Store::open(place, Arc::new(SystemClock)).await?;
    store.change(Change::keep_content(CONTENT)).await?;
    for _ in 0..acts.div_ceil(2 * u64::from(ROUNDS) * CASES) {
        let mut batch = Batch::default();
        for _ in 0..CASES {
            let case = CaseId::new(Uuid::now_v7());
            let mut acts = Vec::new();
            for version in 1..=ROUNDS {
                acts.push(submitted(version)?);
                acts.push(act(CaseAct::Returned(returned()?))?);
            }
            batch = batch.and_append(Append::Case { case, after: 0, acts });
        }
        store.commit(batch).await?;
    }
    let before = memory_from_here();
    let watch = Stopwatch::now();
    let report = store.verify(None).await?;
    let elapsed = watch.elapsed();
    if !report.is_sound() {
        return Err(format!("the ledger is not sound: {:?}", report.problems.first()).into());
    }
    println!("  {:>9.0}  acts a second verified, of {} acts in {} cases", raw::rate(report.acts, elapsed), report.acts, report.streams);
    if let (Some(before), Some(after)) = (before, memory("VmHWM:")) {
        println!("  {:>9}  MiB more at the peak while verifying", after.saturating_sub(before) / 1024);
    }
    Ok(())
}

fn returned() -> Outcome<Returned> {
    let point = Point { field: "plan/summary".to_owned(), note: "架空の指摘です。".to_owned() };
    Ok(Returned { points: vec![point], due: Day::new(2025, 5, 1)? })
}

/// The memory of this process, in KiB, where the system says so; the peak is counted anew.
fn memory_from_here() -> Option<u64> {
    std::fs::write("/proc/self/clear_refs", "5").ok()?;
    memory("VmRSS:")
}

/// `VmRSS:` now, `VmHWM:` at the peak.
fn memory(which: &str) -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    status.lines().find_map(|line| line.strip_prefix(which)?.trim().strip_suffix("kB")?.trim().parse().ok())
}
