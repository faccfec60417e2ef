//! After the decision, at the size of a country, on made-up cases: a ledger of about a million acts is refolded and verified; the totals of
//! all its cases are computed as of a day; a run pays some of them; a report of many lines is imported.
//!
//! `cargo run --release -p banso-bench-execution --bin execution -- --folder DIR [--database URL]`

mod crowd;
mod lines;
mod paying;
mod stopwatch;

use std::path::{Path, PathBuf};

use banso_guideline::{Dictionary, Library};
use banso_letters::Letters;
use banso_office::{ProgrammeFile, Words};
use banso_permits::Policies;
use banso_simulation::Blueprint;
use banso_store::Place;
use clap::Parser;

use crowd::Crowd;
use stopwatch::{Laps, peak_mebibytes, rate};

/// What goes wrong ends the benchmark with its message.
pub(crate) type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// After the decision, at the size of a country.
#[derive(Debug, Parser)]
struct Settings {
    /// A folder on the disk to be measured.
    #[arg(long, default_value = ".")]
    folder: PathBuf,
    /// An empty PostgreSQL database; without it SQLite in the folder.
    #[arg(long)]
    database: Option<String>,
    /// Granted cases; each has eleven acts or so.
    #[arg(long, default_value_t = 100_000)]
    cases: u32,
    /// Transfers of the run of payments.
    #[arg(long, default_value_t = 10_000)]
    transfers: u32,
    /// Claim lines of the report that is imported.
    #[arg(long, default_value_t = 5_000)]
    lines: usize,
    /// How often what leaves nothing behind is measured; the median is printed.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
}

fn repository(path: &str) -> Outcome<String> {
    Ok(std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path))?)
}

fn blueprint(place: Place) -> Outcome<Blueprint> {
    let dictionary = Dictionary::parse(&repository("facts/dictionary.md")?).map_err(|p| format!("{p:?}"))?;
    let library = Library::parse(&repository("facts/definitions.md")?, &dictionary).map_err(|p| format!("{p:?}"))?;
    let path = "demo/mihon-sim/s1.md";
    Ok(Blueprint {
        place,
        policies: Policies::built_in()?,
        letters: Letters::new(),
        file: ProgrammeFile { path: path.to_owned(), text: repository(path)? },
        words: Words { dictionary, library },
    })
}

#[tokio::main]
async fn main() -> Outcome<()> {
    let settings = Settings::parse();
    let work = tempfile::Builder::new().prefix("execution-bench").tempdir_in(&settings.folder)?;
    let place = Place::folder(work.path());
    let place = match &settings.database {
        Some(url) => place.with_database(url),
        None => place,
    };
    let mut laps = Laps::begin();
    let crowd = Crowd::granted(blueprint(place)?, settings.cases).await?;
    println!("{} granted cases, made in {:.1} s", settings.cases, laps.lap().as_secs_f64());
    verified(&crowd, settings.rounds).await?;
    totals(&crowd, settings.rounds).await?;
    lines::imported(&crowd, settings.lines, settings.rounds).await?;
    paying::paid(&crowd, settings.transfers.min(settings.cases)).await?;
    println!("peak memory {} MiB", peak_mebibytes());
    Ok(())
}

/// Every chain, every hash, every list row computed anew.
async fn verified(crowd: &Crowd, rounds: usize) -> Outcome<()> {
    let mut laps = Laps::begin();
    let mut acts = 0;
    for _ in 0..rounds.max(1) {
        let report = crowd.store()?.verify(None).await?;
        if !report.is_sound() {
            return Err(format!("the ledger is not sound: {:?}", report.problems.first()).into());
        }
        acts = report.acts;
        laps.lap();
    }
    let median = laps.median();
    println!("verify: {acts} acts in {:.2} s, {:.0} acts a second", median.as_secs_f64(), rate(acts, median));
    Ok(())
}

/// The programme's totals, recomputed from the acts.
async fn totals(crowd: &Crowd, rounds: usize) -> Outcome<()> {
    for (name, days) in [("today", 0), ("as of before the decisions", -400)] {
        let mut laps = Laps::begin();
        let mut cases = 0;
        for _ in 0..rounds.max(1) {
            cases = crowd.totals(days).await?;
            laps.lap();
        }
        let median = laps.median();
        println!("totals {name}: {cases} cases in {:.2} s, {:.0} cases a second", median.as_secs_f64(), rate(crowd.count(), median));
    }
    Ok(())
}
