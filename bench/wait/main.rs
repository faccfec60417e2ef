//! The first command's wait: the commit at hand is cloned into an empty folder, built and started as README says, until its first page is
//! served. Then what each dependency cost to compile.
//!
//! `cargo run --release -p banso-bench --bin wait`

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant as Stopwatch;

use clap::Parser;
use serde::Deserialize;

/// What goes wrong ends the benchmark with its message.
type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// How long a stranger waits between the first command and the first page.
#[derive(Debug, Parser)]
struct Settings {
    /// The repository to be cloned.
    #[arg(long, default_value = ".")]
    repository: PathBuf,
    /// How many dependencies are listed.
    #[arg(long, default_value_t = 15)]
    listed: usize,
}

/// One crate's unit in cargo's own timings; seconds of one processor as long as no other waits for it.
#[derive(Debug, Deserialize)]
struct Unit {
    name: String,
    duration: f64,
}

fn main() -> Outcome<()> {
    let settings = Settings::parse();
    let folder = tempfile::Builder::new().prefix("wait-bench").tempdir()?;
    let clone = folder.path().join("banso");
    let cloned = Command::new("git").args(["clone", "--quiet"]).arg(&settings.repository).arg(&clone).status()?;
    if !cloned.success() {
        return Err("the repository could not be cloned".into());
    }
    let watch = Stopwatch::now();
    let mut server = first_command(&clone)?;
    let served = wait_until_served(&mut server);
    let waited = watch.elapsed();
    server.kill()?;
    server.wait()?;
    served?;
    println!("from the first command to a served page: {:.1} minutes\n", waited.as_secs_f64() / 60.0);
    println!("seconds to compile, by dependency (cargo's timings; two at a time on two cores share them)");
    for (name, seconds) in costs(&clone)?.into_iter().take(settings.listed) {
        println!("{seconds:>8.1}  {name}");
    }
    Ok(())
}

/// README's command, with cargo's timings kept. Builds of before are not used.
fn first_command(clone: &Path) -> Outcome<Child> {
    let built =
        Command::new("cargo").args(["build", "--release", "--timings"]).current_dir(clone).env_remove("CARGO_TARGET_DIR").status()?;
    if !built.success() {
        return Err("the build failed".into());
    }
    let server = Command::new("cargo")
        .args(["run", "--release"])
        .current_dir(clone)
        .env_remove("CARGO_TARGET_DIR")
        .stdout(Stdio::piped())
        .spawn()?;
    Ok(server)
}

/// Reads what the server prints until it names its address.
fn wait_until_served(server: &mut Child) -> Outcome<()> {
    let out = server.stdout.take().ok_or("the server's output cannot be read")?;
    for line in BufReader::new(out).lines() {
        if line?.contains("http://127.0.0.1:") {
            return Ok(());
        }
    }
    Err("the server ended before it served a page".into())
}

/// What each crate cost, the dearest first: its units of cargo's report, added up.
fn costs(clone: &Path) -> Outcome<Vec<(String, f64)>> {
    let report = std::fs::read_to_string(clone.join("target/cargo-timings/cargo-timing.html"))?;
    let units =
        report.split_once("const UNIT_DATA = ").and_then(|(_, rest)| rest.split_once("];")).ok_or("cargo's report looks different")?;
    let units: Vec<Unit> = serde_json::from_str(&format!("{}]", units.0))?;
    let mut sums = BTreeMap::<String, f64>::new();
    for unit in units {
        *sums.entry(unit.name).or_default() += unit.duration;
    }
    let mut sums: Vec<_> = sums.into_iter().collect();
    sums.sort_by(|a, b| b.1.total_cmp(&a.1));
    Ok(sums)
}
