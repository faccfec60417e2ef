//! What is compared with: one row, one commit, nothing else, with the same durability.

use std::path::Path;
use std::time::{Duration, Instant as Stopwatch};

use sqlx::{AnyConnection, Connection, Executor};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::Outcome;

/// As long as the payload of an act.
const PAYLOAD: usize = 600;

#[expect(clippy::cast_precision_loss, reason = "a rate to be printed")]
pub(crate) fn rate(done: u64, elapsed: Duration) -> f64 {
    done as f64 / elapsed.as_secs_f64()
}

/// Single-row commits of one connection, with the pragmas of the store.
pub(crate) async fn sqlite(file: &Path, lasting: Duration) -> Outcome<f64> {
    sqlx::any::install_default_drivers();
    let mut conn = AnyConnection::connect(&format!("sqlite://{}?mode=rwc", file.display())).await?;
    for pragma in ["PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", "PRAGMA wal_autocheckpoint = 8000"] {
        conn.execute(sqlx::raw_sql(pragma)).await?;
    }
    conn.execute(sqlx::raw_sql("CREATE TABLE rows (id TEXT PRIMARY KEY, body TEXT NOT NULL)")).await?;
    let watch = Stopwatch::now();
    let done = commits(&mut conn, watch, lasting).await?;
    Ok(rate(done, watch.elapsed()))
}

/// Single-row commits of so many connections at once.
pub(crate) async fn postgres(url: &str, connections: usize, lasting: Duration) -> Outcome<f64> {
    let mut ready = Vec::new();
    for _ in 0..connections {
        ready.push(AnyConnection::connect(url).await?);
    }
    if let Some(first) = ready.first_mut() {
        first.execute(sqlx::raw_sql("CREATE TABLE IF NOT EXISTS rows (id TEXT PRIMARY KEY, body TEXT NOT NULL)")).await?;
    }
    let watch = Stopwatch::now();
    let mut tasks = JoinSet::new();
    for mut conn in ready {
        tasks.spawn(async move { commits(&mut conn, watch, lasting).await });
    }
    let mut done = 0;
    while let Some(count) = tasks.join_next().await {
        done += count??;
    }
    Ok(rate(done, watch.elapsed()))
}

async fn commits(conn: &mut AnyConnection, watch: Stopwatch, lasting: Duration) -> Outcome<u64> {
    let body = "x".repeat(PAYLOAD);
    let mut done = 0;
    while watch.elapsed() < lasting {
        let insert = sqlx::query("INSERT INTO rows (id, body) VALUES ($1, $2)");
        insert.bind(Uuid::now_v7().to_string()).bind(body.as_str()).execute(&mut *conn).await?;
        done += 1;
    }
    Ok(done)
}
