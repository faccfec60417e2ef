//! Hand-written migrations: numbered, recorded, each in one transaction, refused when the database is newer than the program.

use crate::db::{Conn, Kind, args, row, rows, run, run_script};
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
    Migration { number: 6, common: include_str!("schema/0006_installation.sql"), sqlite: "", postgres: "" },
    Migration { number: 7, common: include_str!("schema/0007_restated_facts.sql"), sqlite: "", postgres: "" },
];

/// The triggers by which the database itself refuses to edit acts.
const fn guards(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Sqlite => &["acts_are_not_deleted", "acts_are_not_edited", "acts_are_not_replaced"],
        Kind::Postgres => &["acts_are_not_edited", "acts_are_not_truncated"],
    }
}

/// The guards of the acts that are not there, or not in force.
pub(crate) async fn missing_guards(conn: &mut Conn, kind: Kind) -> Result<Vec<&'static str>, Fault> {
    let sql = match kind {
        Kind::Sqlite => "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'acts'",
        Kind::Postgres => {
            "SELECT CAST(tgname AS TEXT) AS name FROM pg_trigger WHERE tgrelid = 'acts'::regclass AND NOT tgisinternal AND tgenabled <> 'D'"
        }
    };
    let found: Vec<String> = rows(conn, sql, args![]).await?.iter().map(|r| r.text("name")).collect::<Result<_, _>>()?;
    Ok(guards(kind).iter().copied().filter(|guard| !found.iter().any(|f| f == guard)).collect())
}

/// Puts the guards of the acts back where somebody took one away.
pub(crate) async fn put_guards_back(conn: &mut Conn, kind: Kind) -> Result<(), Fault> {
    let missing = missing_guards(conn, kind).await?;
    if missing.is_empty() {
        return Ok(());
    }
    tracing::warn!("the ledger was not guarded ({}): the guards are put back; run `banso verify`", missing.join(", "));
    let (away, back) = match kind {
        Kind::Sqlite => (
            "DROP TRIGGER IF EXISTS acts_are_not_deleted; DROP TRIGGER IF EXISTS acts_are_not_edited; \
             DROP TRIGGER IF EXISTS acts_are_not_replaced",
            include_str!("schema/0001_guard_sqlite.sql"),
        ),
        Kind::Postgres => (
            "DROP TRIGGER IF EXISTS acts_are_not_edited ON acts; DROP TRIGGER IF EXISTS acts_are_not_truncated ON acts; \
             DROP FUNCTION IF EXISTS refuse_to_edit_acts()",
            include_str!("schema/0001_guard_postgres.sql"),
        ),
    };
    run(conn, kind.begin_write(), args![]).await?;
    let done = async {
        run_script(conn, away).await?;
        run_script(conn, back).await
    }
    .await;
    run(conn, if done.is_ok() { "COMMIT" } else { "ROLLBACK" }, args![]).await?;
    Ok(done?)
}

/// The schema that this program writes.
pub(crate) fn newest() -> i64 {
    MIGRATIONS.last().map_or(0, |m| m.number)
}

/// Refuses a database of another schema than this program's, without writing.
///
/// # Errors
/// [`Fault::Newer`], [`Fault::Older`]; faults of the database.
pub(crate) async fn same_schema(conn: &mut Conn) -> Result<(), Fault> {
    let found = reached(conn).await?;
    match found.cmp(&newest()) {
        std::cmp::Ordering::Equal => Ok(()),
        std::cmp::Ordering::Greater => Err(Fault::Newer { found, known: newest() }),
        std::cmp::Ordering::Less => Err(Fault::Older { found, known: newest() }),
    }
}

/// The number of the last migration that was done.
async fn reached(conn: &mut Conn) -> Result<i64, Fault> {
    match row(conn, "SELECT CAST(COALESCE(MAX(number), 0) AS BIGINT) AS n FROM migrations", args![]).await? {
        Some(row) => row.int("n"),
        None => Ok(0),
    }
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
    let found = reached(conn).await?;
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
