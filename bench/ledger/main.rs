//! Durable act appends per second, at 1 and at 64 writers, beside plain single-row commits of the same databases on the same disk; then
//! how fast a large ledger is verified.
//!
//! `cargo run --release -p banso-bench --bin ledger -- --folder DIR [--postgres URL]`

mod raw;
mod verify;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant as Stopwatch};

use banso_grant::{Actor, CaseAct, NewAct, Submitted};
use banso_kernel::{CallId, CaseId, CorporateNumber, Day, Digest, Yen};
use banso_scenarios::TestDatabase;
use banso_store::{Batch, Place, Store, SystemClock};
use clap::Parser;
use tokio::task::JoinSet;
use uuid::Uuid;

/// What goes wrong ends the benchmark with its message.
type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// What every case says.
const CONTENT: &str = "{}";

/// Durable act appends per second beside plain commits.
#[derive(Debug, Parser)]
struct Settings {
    /// A folder on the disk to be measured.
    #[arg(long, default_value = ".")]
    folder: PathBuf,
    /// A server in which databases may be made, such as postgres://postgres@127.0.0.1:5432/postgres
    #[arg(long, env = "BANSO_TEST_POSTGRES")]
    postgres: Option<String>,
    /// Seconds for each measurement.
    #[arg(long, default_value_t = 4)]
    seconds: u64,
    /// How often each is measured, in turn; the median is printed.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// How many acts the ledger has that is verified; 0 to leave that out.
    #[arg(long, default_value_t = 100_000)]
    acts: u64,
}

#[tokio::main]
async fn main() -> Outcome<()> {
    let settings = Settings::parse();
    let work = tempfile::Builder::new().prefix("ledger-bench").tempdir_in(&settings.folder)?;
    let lasting = Duration::from_secs(settings.seconds);
    println!("durable commits a second; median of {} rounds of {} s, in turn", settings.rounds, settings.seconds);

    let place = |round: usize| Place::folder(work.path().join(format!("store{round}")));
    let mut rates = Rates::default();
    for round in 0..settings.rounds {
        rates.raw.push(raw::sqlite(&work.path().join(format!("raw{round}.db")), lasting).await?);
        measure(&place(round), lasting, &mut rates).await?;
    }
    report("SQLite", &mut rates);
    verify::verified(&Place::folder(work.path().join("verified")), settings.acts).await?;

    if let Some(server) = &settings.postgres {
        let mut rates = Rates::default();
        for round in 0..settings.rounds {
            let plain = TestDatabase::on(server).await?;
            rates.raw.push(raw::postgres(&plain.url(), 1, lasting).await?);
            rates.raw_many.push(raw::postgres(&plain.url(), 64, lasting).await?);
            let acts = TestDatabase::on(server).await?;
            let place = Place::folder(work.path().join(format!("postgres{round}"))).with_database(acts.url());
            measure(&place, lasting, &mut rates).await?;
        }
        report("PostgreSQL", &mut rates);
        let database = TestDatabase::on(server).await?;
        verify::verified(&Place::folder(work.path().join("verified-postgres")).with_database(database.url()), settings.acts).await?;
    }
    Ok(())
}

#[derive(Default)]
struct Rates {
    raw: Vec<f64>,
    /// 64 connections at once, where the database can do that.
    raw_many: Vec<f64>,
    one: Vec<f64>,
    many: Vec<f64>,
}

async fn measure(place: &Place, lasting: Duration, rates: &mut Rates) -> Outcome<()> {
    let store = Store::open(place, Arc::new(SystemClock)).await?;
    rates.one.push(appends(&store, 1, lasting).await?);
    rates.many.push(appends(&store, 64, lasting).await?);
    let report = store.verify(None).await?;
    let broken = report.problems.iter().filter(|p| !p.place.ja.starts_with("文章")).count();
    if broken > 0 { Err(format!("the ledger is not sound afterwards: {broken} problems").into()) } else { Ok(()) }
}

/// So many writers, each submitting new cases one after the other and taking every second one back.
async fn appends(store: &Store, writers: u64, lasting: Duration) -> Outcome<f64> {
    let watch = Stopwatch::now();
    let mut tasks = JoinSet::new();
    for _ in 0..writers {
        let store = store.clone();
        tasks.spawn(async move {
            let mut done = 0_u64;
            while watch.elapsed() < lasting {
                let case = CaseId::new(Uuid::now_v7());
                store.commit(Batch::case(case, 0, vec![submitted(1)?])).await?;
                let back = act(CaseAct::SubmissionWithdrawn { reason: "出し直すため".to_owned() })?;
                store.commit(Batch::case(case, 1, vec![back])).await?;
                done += 2;
            }
            Ok::<_, Box<dyn std::error::Error + Send + Sync>>(done)
        });
    }
    let mut done = 0;
    while let Some(count) = tasks.join_next().await {
        done += count??;
    }
    Ok(raw::rate(done, watch.elapsed()))
}

fn act(act: CaseAct) -> Outcome<NewAct<CaseAct>> {
    Ok(NewAct {
        act,
        actor: Actor::System,
        authority: "申請者".to_owned(),
        clause: "4-1".to_owned(),
        edition: Digest::of(b"edition"),
        effective_on: Day::new(2025, 4, 1)?,
    })
}

fn submitted(version: u32) -> Outcome<NewAct<CaseAct>> {
    let lead = CorporateNumber::from_body(100_000_000_001);
    act(CaseAct::Submitted(Submitted {
        call: CallId::parse("go-tech/r7-1")?,
        receipt_number: "R7-1-0001".to_owned(),
        version,
        title: "架空の試作の研究".to_owned(),
        track: "通常枠".to_owned(),
        lead,
        parties: vec![lead],
        content: Digest::of(CONTENT.as_bytes()),
        documents: Vec::new(),
        whole: Digest::of(b"whole"),
        requested: Yen::new(30_000_000),
    }))
}

fn median(rates: &mut [f64]) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates.get(rates.len() / 2).copied().unwrap_or(f64::NAN)
}

fn report(database: &str, rates: &mut Rates) {
    let (raw, one, many) = (median(&mut rates.raw), median(&mut rates.one), median(&mut rates.many));
    println!("\n{database}");
    println!("  {raw:>9.0}  plain single-row commits, 1 connection        1.00×");
    if !rates.raw_many.is_empty() {
        let raw_many = median(&mut rates.raw_many);
        println!("  {raw_many:>9.0}  plain single-row commits, 64 connections     {:>5.2}×", raw_many / raw);
    }
    println!("  {one:>9.0}  acts with their list rows, 1 writer          {:>5.2}×", one / raw);
    println!("  {many:>9.0}  acts with their list rows, 64 writers        {:>5.2}×", many / raw);
}
