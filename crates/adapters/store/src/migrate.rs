//! Hand-written migrations: numbered, recorded, each in one transaction, refused when the database is newer than the program.

use crate::db::{Conn, Kind, args, row, run, run_script};
use crate::fault::Fault;

struct Migration {
    number: i64,
    common: &'static str,
    /// What only one of the databases needs; may be empty.
    sqlite: &'static str,
    postgres: &'static str,
}

const MIGRATIONS: &[Migration] = &[
    Migration {
        number: 1,
        common: include_str!("schema/0001_tables.sql"),
        sqlite: include_str!("schema/0001_guard_sqlite.sql"),
        postgres: include_str!("schema/0001_guard_postgres.sql"),
    },
    Migration { number: 2, common: include_str!("schema/0002_indexes.sql"), sqlite: "", postgres: "" },
    Migration {
        number: 3,
        common: include_str!("schema/0003_register.sql"),
        sqlite: "",
        postgres: include_str!("schema/0003_register_postgres.sql"),
    },
    Migration { number: 4, common: include_str!("schema/0004_words.sql"), sqlite: "", postgres: "" },
    Migration {
        number: 5,
        common: include_str!("schema/0005_firm_facts.sql"),
        sqlite: "",
        postgres: include_str!("schema/0005_firm_facts_postgres.sql"),
    },
];

/// The schema that this program writes.
pub(crate) fn newest() -> i64 {
    MIGRATIONS.last().map_or(0, |m| m.number)
}

/// Brings the database to the newest schema. Doing it twice does nothing.
pub(crate) async fn migrate(conn: &mut Conn, kind: Kind, now: i64) -> Result<(), Fault> {
    run(conn, kind.begin_write(), args![]).await?;
    let done = steps(conn, kind, now).await;
    let end = if done.is_ok() { "COMMIT" } else { "ROLLBACK" };
    run(conn, end, args![]).await?;
    done
}

async fn steps(conn: &mut Conn, kind: Kind, now: i64) -> Result<(), Fault> {
    if kind == Kind::Postgres {
        // Two servers that start at once: the second waits here.
        run_script(conn, "SELECT pg_advisory_xact_lock(4270533001)").await?;
    }
    run(conn, "CREATE TABLE IF NOT EXISTS migrations (number BIGINT PRIMARY KEY, applied_at BIGINT NOT NULL)", args![]).await?;
    let found = match row(conn, "SELECT CAST(COALESCE(MAX(number), 0) AS BIGINT) AS n FROM migrations", args![]).await? {
        Some(row) => row.int("n")?,
        None => 0,
    };
    if found > newest() {
        return Err(Fault::Newer { found, known: newest() });
    }
    for migration in MIGRATIONS.iter().filter(|m| m.number > found) {
        run_script(conn, migration.common).await?;
        let own = match kind {
            Kind::Sqlite => migration.sqlite,
            Kind::Postgres => migration.postgres,
        };
        if !own.is_empty() {
            run_script(conn, own).await?;
        }
        run(conn, "INSERT INTO migrations (number, applied_at) VALUES ($1, $2)", args![migration.number, now]).await?;
    }
    let start = "INSERT INTO chain (id, position, running, recorded_at) VALUES (1, 0, $1, 0) ON CONFLICT (id) DO NOTHING";
    run(conn, start, args![banso_kernel::Digest::ZERO]).await?;
    Ok(())
}
