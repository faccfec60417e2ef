//! The hour before a call closes, in short: clients finish applications with documents while the server is killed by SIGKILL at random
//! moments and started again. Printed beside the same on a server that is left alone; afterwards every receipt and file is looked for.
//!
//! `./test with cargo run --release -p banso-bench --bin deadline -- --postgres {postgres}`

use std::time::Duration;

use banso_scenarios::{Client, Deaths, Handed, Stage, check_handed_in, clients, hour};
use clap::Parser;

/// Submissions a second while the server is killed, beside a server that is left alone.
#[derive(Debug, Parser)]
struct Settings {
    /// How many people hand in at once.
    #[arg(long, default_value_t = 16)]
    clients: u32,
    /// How often the server is killed.
    #[arg(long, default_value_t = 20)]
    deaths: u32,
    /// Seconds that the server lives at most each time; at least a tenth of it.
    #[arg(long, default_value_t = 3)]
    life: u32,
    /// Seconds on a server that is left alone.
    #[arg(long, default_value_t = 20)]
    calm: u64,
    /// A server in which databases may be made; SQLite alone without it.
    #[arg(long, env = "BANSO_TEST_POSTGRES")]
    postgres: Option<String>,
    /// For the same deaths again.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

#[tokio::main]
async fn main() {
    let settings = Settings::parse();
    println!("{} clients: hand in, take back, exchange a document, hand in again", settings.clients);
    play("SQLite", &Stage::on_sqlite(), &settings).await;
    if settings.postgres.is_some()
        && let Some(stage) = Stage::on_postgres().await
    {
        play("PostgreSQL", &stage, &settings).await;
    }
}

async fn play(database: &str, stage: &Stage, settings: &Settings) {
    let people = clients(stage, settings.clients).await;
    let life = Duration::from_secs(u64::from(settings.life));
    let deaths = Deaths { seed: settings.seed, count: settings.deaths, life: life / 10..life, calm: Duration::ZERO };
    println!("\n{database}");
    let killed = part("killed", stage, &people, &deaths).await;
    let alone = Deaths { count: 0, calm: Duration::from_secs(settings.calm), ..deaths };
    let fresh = later(&people, &killed);
    let calm = part("left alone", stage, &fresh, &alone).await;
    println!("  {} receipts looked for: 0 without their record, 0 records without their files", killed.len() + calm.len());
}

/// One part of the hour, and everything looked for afterwards.
async fn part(name: &str, stage: &Stage, people: &[Client], deaths: &Deaths) -> Vec<Handed> {
    let (server, handed, elapsed) = hour(stage, people, deaths).await;
    check_handed_in(&server, people, &handed).await;
    server.stop();
    stage.verify();
    report(name, deaths.count, &handed, elapsed);
    handed
}

/// The same people with what they have handed in so far.
fn later(people: &[Client], handed: &[Handed]) -> Vec<Client> {
    people.iter().map(|client| client.after(handed)).collect()
}

#[expect(clippy::cast_precision_loss, reason = "a rate to be printed")]
fn report(name: &str, deaths: u32, handed: &[Handed], elapsed: Duration) {
    let mut took: Vec<Duration> = handed.iter().map(|h| h.took).collect();
    took.sort_unstable();
    let at = |share: usize| took.get((took.len() * share / 100).min(took.len().saturating_sub(1))).copied().unwrap_or_default();
    let rate = handed.len() as f64 / elapsed.as_secs_f64();
    println!(
        "  {name:<11} {deaths:>3} deaths in {:>5.1} s: {:>5} submissions, {rate:>5.1} a second; to the receipt p50 {:>5} ms, p99 {:>5} ms",
        elapsed.as_secs_f64(),
        handed.len(),
        at(50).as_millis(),
        at(99).as_millis()
    );
}
