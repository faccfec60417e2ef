//! What a group of requests wrote, into the tables: acts, their list rows and the new end of the ledger in one statement, each table's
//! rows as one JSON text. So the text of the statement is always the same, and the database is asked once.

use std::sync::LazyLock;

use serde::Serialize;

use super::fold::{CallColumns, CaseColumns, ReviewColumns, Rows};
use super::record::{ActColumns, ActRecord};
use crate::db::{Conn, Kind, args, built, run};
use crate::transaction::Tail;

/// A table that is written this way.
struct Table {
    name: &'static str,
    /// In the order in which the schema makes them.
    columns: &'static [&'static str],
    /// By what a row is known that is written again; acts are written once.
    key: Option<&'static str>,
}

const TABLES: [Table; 4] = [
    Table { name: "acts", columns: super::record::ACT_COLUMNS, key: None },
    Table { name: "cases", columns: super::fold::CASE_COLUMNS, key: Some("id") },
    Table { name: "reviews", columns: super::fold::REVIEW_COLUMNS, key: Some("case_id, reviewer") },
    Table { name: "calls", columns: super::fold::CALL_COLUMNS, key: Some("id") },
];

impl Table {
    /// Inserts the rows of the nth argument, a JSON text.
    fn insert(&self, kind: Kind, n: usize) -> String {
        let Table { name, columns, key } = self;
        let fields: Vec<String> = match kind {
            Kind::Sqlite => columns.iter().map(|c| format!("value ->> '{c}'")).collect(),
            Kind::Postgres => columns.iter().map(ToString::to_string).collect(),
        };
        let rows = match kind {
            Kind::Sqlite => format!("json_each(${n})"),
            Kind::Postgres => format!("json_populate_recordset(NULL::{name}, CAST(${n} AS json))"),
        };
        let again = key.map_or_else(String::new, |key| {
            let set: Vec<String> = columns.iter().map(|c| format!("{c} = excluded.{c}")).collect();
            format!(" ON CONFLICT ({key}) DO UPDATE SET {}", set.join(", "))
        });
        format!("INSERT INTO {name} ({}) SELECT {} FROM {rows} WHERE true{again}", columns.join(", "), fields.join(", "))
    }
}

/// The one statement of a database.
fn statement(kind: Kind) -> String {
    let inserts = TABLES.iter().zip(1..).map(|(table, n)| table.insert(kind, n));
    let end = "UPDATE chain SET position = $5, running = $6, recorded_at = $7 WHERE id = 1";
    match kind {
        Kind::Sqlite => inserts.chain([end.to_owned()]).collect::<Vec<_>>().join("; "),
        Kind::Postgres => {
            let parts: Vec<String> = inserts.zip(1..).map(|(insert, n)| format!("part{n} AS ({insert})")).collect();
            format!("WITH {} {end}", parts.join(", "))
        }
    }
}

static SQLITE: LazyLock<String> = LazyLock::new(|| statement(Kind::Sqlite));
static POSTGRES: LazyLock<String> = LazyLock::new(|| statement(Kind::Postgres));

/// Writes acts, the list rows that follow from them, and the end of the ledger after them.
pub(crate) async fn insert_all(conn: &mut Conn, kind: Kind, acts: &[ActRecord], rows: &Rows, tail: Tail) -> Result<(), sqlx::Error> {
    if acts.is_empty() {
        return Ok(());
    }
    let acts = json(acts.iter().map(ActColumns::from))?;
    let cases = json(rows.cases.values().map(CaseColumns::from))?;
    let reviews = json(rows.reviews.values().map(ReviewColumns::from))?;
    let calls = json(rows.calls.values().map(CallColumns::from))?;
    let sql = match kind {
        Kind::Sqlite => &SQLITE,
        Kind::Postgres => &POSTGRES,
    };
    run(conn, built(sql.to_string()), args![acts, cases, reviews, calls, tail.position, tail.running, tail.recorded_at]).await?;
    Ok(())
}

fn json<T: Serialize>(rows: impl Iterator<Item = T>) -> Result<String, sqlx::Error> {
    serde_json::to_string(&rows.collect::<Vec<_>>()).map_err(|e| sqlx::Error::Encode(e.into()))
}

/// `($1,$2),($3,$4)`
pub(crate) fn tuples(rows: usize, width: usize) -> String {
    let tuple = |row: usize| {
        let places: Vec<String> = (1..=width).map(|i| format!("${}", row * width + i)).collect();
        format!("({})", places.join(","))
    };
    (0..rows).map(tuple).collect::<Vec<_>>().join(",")
}
