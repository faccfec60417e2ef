//! Pages at ten thousand cases: how long the guideline, an applicant's task list and the office's inbox take, one after the other and with
//! eight people at once. The cases are written by the store itself; the pages come from the real binary over HTTP.
//!
//! `./test with cargo run --release -p banso-bench --bin pages -- --postgres {postgres}`

mod seed;

use std::time::{Duration, Instant as Stopwatch};

use banso_scenarios::{Application, Firm, Server, Stage, Visitor};
use clap::Parser;
use tokio::task::{JoinSet, LocalSet};

/// What goes wrong ends the benchmark with its message.
pub(crate) type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// How long pages take at many cases.
#[derive(Debug, Parser)]
struct Settings {
    /// How many cases there are in the call.
    #[arg(long, default_value_t = 10_000)]
    cases: u32,
    /// How often each page is asked for.
    #[arg(long, default_value_t = 400)]
    times: u32,
    /// A server in which databases may be made; SQLite alone without it.
    #[arg(long, env = "BANSO_TEST_POSTGRES")]
    postgres: Option<String>,
}

#[tokio::main]
async fn main() -> Outcome<()> {
    let settings = Settings::parse();
    play("SQLite", &Stage::on_sqlite(), &settings).await?;
    if settings.postgres.is_some()
        && let Some(stage) = Stage::on_postgres().await
    {
        play("PostgreSQL", &stage, &settings).await?;
    }
    Ok(())
}

/// Who asks for which page.
struct Asked {
    name: &'static str,
    path: String,
    visitor: Visitor,
}

async fn play(database: &str, stage: &Stage, settings: &Settings) -> Outcome<()> {
    stage.start().stop();
    let watch = Stopwatch::now();
    seed::cases(stage, settings.cases).await?;
    println!("\n{database}: {} cases written in {:.1} s", settings.cases, watch.elapsed().as_secs_f64());
    let server = stage.start();
    let mut plain = None;
    println!("  {:<34} {:>9} {:>9} {:>9}   {:>9} {:>9}", "page", "bytes", "p50 ms", "p99 ms", "8: p50", "8: p99");
    for page in pages(stage, &server).await? {
        let bytes = page.visitor.clone().get(&page.path).await.expect_status(200).bytes.len();
        let alone = percentiles(times(&page, 1, settings.times).await);
        let crowd = percentiles(times(&page, 8, settings.times).await);
        let ratio = alone.0.as_secs_f64() / plain.get_or_insert(alone).0.as_secs_f64();
        let ms = |d: Duration| d.as_secs_f64() * 1000.0;
        let (a, b, c, d) = (ms(alone.0), ms(alone.1), ms(crowd.0), ms(crowd.1));
        println!("  {:<34} {bytes:>9} {a:>9.1} {b:>9.1}   {c:>9.1} {d:>9.1}   {ratio:>6.1}×", page.name);
    }
    server.stop();
    Ok(())
}

async fn pages(stage: &Stage, server: &Server) -> Outcome<Vec<Asked>> {
    let lead = stage.account("lead", "applicant", Some(Firm::LEAD));
    let officer = stage.account("officer", "officer", None);
    let mut applicant = lead.visit(server).await;
    let application = Application::start(&mut applicant, "test-1", Firm::LEAD, "架空の研究").await;
    let mut office = officer.visit(server).await;
    let inbox = office.get("/office").await.links("/office/").into_iter().find(|link| link.contains("test-1"));
    let inbox = inbox.ok_or("the office's first page has no link to the inbox of test-1")?;
    let nobody = Visitor::new(&server.address);
    let asked = |name, path: &str, visitor: &Visitor| Asked { name, path: path.to_owned(), visitor: visitor.clone() };
    let searched = format!("{inbox}?q={}", "%E7%A0%94%E7%A9%B6+77");
    Ok(vec![
        asked("health: nothing but the way there", "/health", &nobody),
        asked("guideline", "/calls/go-tech/test-1", &nobody),
        asked("applicant's task list", &application.path, &applicant),
        asked("check your answers", &format!("{}/check", application.path), &applicant),
        asked("office: inbox", &inbox, &office),
        asked("office: inbox, searched", &searched, &office),
    ])
}

/// How long each answer took, with so many people asking at once.
async fn times(page: &Asked, people: u32, times: u32) -> Vec<Duration> {
    let (mut tasks, here) = (JoinSet::new(), LocalSet::new());
    for _ in 0..people {
        let (mut visitor, path) = (page.visitor.clone(), page.path.clone());
        let each = async move {
            let mut took = Vec::new();
            for _ in 0..times.div_ceil(people) {
                let watch = Stopwatch::now();
                visitor.get(&path).await;
                took.push(watch.elapsed());
            }
            took
        };
        tasks.spawn_local_on(each, &here);
    }
    here.run_until(tasks.join_all()).await.into_iter().flatten().collect()
}

fn percentiles(mut took: Vec<Duration>) -> (Duration, Duration) {
    took.sort_unstable();
    let at = |share: usize| took.get(took.len() * share / 100).copied().unwrap_or_default();
    (at(50), at(99))
}
