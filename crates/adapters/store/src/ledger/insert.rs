//! What a group of requests wrote, into the tables: acts, their list rows, jobs, answers to requests and the new end of the ledger in
//! one statement, each table's rows as one JSON text. So there are few texts of the statement, and the database is asked once.

use serde::Serialize;

use super::fold::{CallColumns, CaseColumns, ReviewColumns};
use super::record::{ActColumns, columns};
use crate::db::{Arg, Conn, Kind, args, built, run};
use crate::jobs::{JOB_COLUMNS, JobColumns};
use crate::transaction::{Done, Tail};

/// A table that is written this way.
struct Table {
    name: &'static str,
    /// In the order in which the schema makes them.
    columns: &'static [&'static str],
    again: Again,
}

/// What becomes of a row that is there already.
enum Again {
    Refused,
    /// The row known by these columns is written anew.
    Replaced(&'static str),
    /// The row known by this column stays as it is.
    Kept(&'static str),
}

const TABLES: [Table; 6] = [
    Table { name: "acts", columns: super::record::ACT_COLUMNS, again: Again::Refused },
    Table { name: "cases", columns: super::fold::CASE_COLUMNS, again: Again::Replaced("id") },
    Table { name: "reviews", columns: super::fold::REVIEW_COLUMNS, again: Again::Replaced("case_id, reviewer") },
    Table { name: "calls", columns: super::fold::CALL_COLUMNS, again: Again::Replaced("id") },
    Table { name: "jobs", columns: JOB_COLUMNS, again: Again::Kept("effect") },
    Table { name: "requests", columns: REQUEST_COLUMNS, again: Again::Refused },
];

columns! {
    /// What a request was answered, as the table `requests` keeps it.
    RequestColumns / REQUEST_COLUMNS {
        id: banso_kernel::RequestId,
        result: &'a str,
        recorded_at: i64,
    }
}

impl Table {
    /// Inserts the rows of the nth argument, a JSON text.
    fn insert(&self, kind: Kind, n: usize) -> String {
        let Table { name, columns, again } = self;
        let fields: Vec<String> = match kind {
            Kind::Sqlite => columns.iter().map(|c| format!("value ->> '{c}'")).collect(),
            Kind::Postgres => columns.iter().map(ToString::to_string).collect(),
        };
        let rows = match kind {
            Kind::Sqlite => format!("json_each(${n})"),
            Kind::Postgres => format!("here, json_populate_recordset(NULL::{name}, CAST(${n} AS json))"),
        };
        let again = match again {
            Again::Refused => String::new(),
            Again::Kept(key) => format!(" ON CONFLICT ({key}) DO NOTHING"),
            Again::Replaced(key) => {
                let set: Vec<String> = columns.iter().map(|c| format!("{c} = excluded.{c}")).collect();
                format!(" ON CONFLICT ({key}) DO UPDATE SET {}", set.join(", "))
            }
        };
        format!("INSERT INTO {name} ({}) SELECT {} FROM {rows} WHERE true{again}", columns.join(", "), fields.join(", "))
    }
}

/// The statement for these tables. PostgreSQL's writes only if the ledger still ends where it is thought to end, which makes it good for
/// a transaction of its own; SQLite's runs with the whole database locked.
fn statement(kind: Kind, tables: &[&Table]) -> String {
    let end = "UPDATE chain SET position = $1, running = $2, recorded_at = $3 WHERE id = 1 AND position = $4 AND running = $5";
    let inserts = tables.iter().zip(6..).map(|(table, n)| table.insert(kind, n));
    match kind {
        Kind::Sqlite => inserts.chain([end.to_owned()]).collect::<Vec<_>>().join("; "),
        Kind::Postgres => {
            let parts: Vec<String> = inserts.zip(6..).map(|(insert, n)| format!(", part{n} AS ({insert})")).collect();
            format!("WITH here AS ({end} RETURNING 1 AS ended_here){} SELECT ended_here FROM here", parts.concat())
        }
    }
}

/// Writes what was done, and moves the end of the ledger from `start` to `end`. False, and nothing is written, if it did not end at
/// `start`.
pub(crate) async fn insert_all(conn: &mut Conn, kind: Kind, done: &Done, start: Tail, end: Tail) -> Result<bool, sqlx::Error> {
    let texts = [
        json(done.acts.iter().map(ActColumns::from))?,
        json(done.rows.cases.values().map(CaseColumns::from))?,
        json(done.rows.reviews.values().map(ReviewColumns::from))?,
        json(done.rows.calls.values().map(CallColumns::from))?,
        json(done.jobs.iter().map(JobColumns::from))?,
        requests(done)?,
    ];
    let (tables, texts): (Vec<&Table>, Vec<String>) = TABLES.iter().zip(texts).filter_map(|(table, text)| Some((table, text?))).unzip();
    if tables.is_empty() {
        return Ok(true);
    }
    let mut args = args![end.position, end.running, end.recorded_at, start.position, start.running];
    args.extend(texts.into_iter().map(Arg::from));
    // PostgreSQL counts the row of `here` that it answers with; to run is to wait until the statement, and a transaction of its own, ended.
    Ok(run(conn, built(statement(kind, &tables)), args).await? > 0)
}

/// The rows as one JSON text, if there are any.
fn json<T: Serialize>(rows: impl Iterator<Item = T>) -> Result<Option<String>, sqlx::Error> {
    let rows: Vec<T> = rows.collect();
    let text = (!rows.is_empty()).then(|| serde_json::to_string(&rows)).transpose();
    text.map_err(|e| sqlx::Error::Encode(e.into()))
}

fn requests(done: &Done) -> Result<Option<String>, sqlx::Error> {
    let result = |c| serde_json::to_string(c).map_err(|e| sqlx::Error::Encode(e.into()));
    let answers =
        done.requests.iter().map(|(id, c)| Ok((*id, result(c)?, c.recorded_at.micros()))).collect::<Result<Vec<_>, sqlx::Error>>()?;
    json(answers.iter().map(|(id, result, at)| RequestColumns { id: *id, result, recorded_at: *at }))
}

/// `($1,$2),($3,$4)`
pub(crate) fn tuples(rows: usize, width: usize) -> String {
    let tuple = |row: usize| {
        let places: Vec<String> = (1..=width).map(|i| format!("${}", row * width + i)).collect();
        format!("({})", places.join(","))
    };
    (0..rows).map(tuple).collect::<Vec<_>>().join(",")
}
