//! What one firm, one guideline and one amendment cost.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use banso_guideline::{Dictionary, Edition, Facts, Library};
use banso_screening::{Block, Comparison, Marginals, Schema};

use crate::report::{cpu_seconds, peak_mebibytes};
use crate::{Failure, edition, programmes};

/// The middle of some measurements.
fn median(times: usize, mut run: impl FnMut()) -> Duration {
    let mut all: Vec<Duration> = (0..times)
        .map(|_| {
            let began = Instant::now();
            run();
            began.elapsed()
        })
        .collect();
    all.sort_unstable();
    all.get(all.len() / 2).copied().unwrap_or_default()
}

/// One firm with the reasons of every clause, and a check of a hundred clauses.
pub(crate) fn single(dictionary: &Dictionary, library: &Library) -> Result<(), Failure> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut editions: Vec<Edition> = Vec::new();
    for programme in std::fs::read_dir(root.join("programmes"))? {
        for file in std::fs::read_dir(programme?.path())? {
            let path = file?.path();
            if path.extension().is_some_and(|e| e == "md") {
                editions.push(edition(&std::fs::read_to_string(path)?, dictionary, library)?);
            }
        }
    }
    let schema = Arc::new(Schema::of(dictionary.items().iter().filter(|i| i.about == banso_screening::FIRM)));
    let marginals = Marginals::parse(&std::fs::read_to_string(root.join("facts/population.csv"))?, &schema)?;
    let block = marginals.block(1, 0, 500);
    let facts: Vec<Facts> = (0..block.rows()).map(|row| block.facts(row)).collect();
    let clauses: usize = editions.iter().map(|e| e.examine(&Facts::default()).findings.len()).sum();
    let mut firms = facts.iter().cycle();
    let one = median(2000, || {
        if let Some(facts) = firms.next() {
            let found: usize = editions.iter().map(|e| e.examine(facts).findings.len()).sum();
            std::hint::black_box(found);
        }
    });
    println!("one firm, {} programmes, {clauses} clauses with their reasons: {one:?} (median of 2000)", editions.len());
    let text = programmes::hundred();
    let check = median(50, || {
        let reading = Edition::read(&text, dictionary, library);
        std::hint::black_box(reading.edition.map(|e| e.run_examples().len()));
    });
    println!("check of a guideline of 100 clauses ({} bytes): {check:?} (median of 50)", text.len());
    Ok(())
}

/// Firms that change answer between two editions.
pub(crate) fn amendment(schema: &Arc<Schema>, blocks: &[Block], (before, after): (&Edition, &Edition), threads: usize) {
    let (wall, cpu) = (Instant::now(), cpu_seconds());
    let shift = Comparison::new(schema, before, after, Facts::default()).over(blocks, threads);
    println!(
        "two editions over {} firms: {} change answer, in {:?} ({:.2} CPU-s), peak memory {} MiB",
        shift.firms,
        shift.moved(),
        wall.elapsed(),
        cpu_seconds() - cpu,
        peak_mebibytes()
    );
}
