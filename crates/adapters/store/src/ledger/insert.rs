//! What a group of requests wrote, into the tables: acts, their list rows, jobs, answers to requests and the new end of the ledger, by
//! asking the database once. PostgreSQL gets one statement with each table's rows as one JSON text. SQLite gets a script whose rows are
//! bound value by value, which costs it a third of reading them from JSON. Either way there are few texts of the statement to prepare.

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

/// The most rows of one of SQLite's inserts.
const ROWS: usize = 64;

impl Table {
    fn insert(&self, fields: &str, rows: &str) -> String {
        let Table { name, columns, again } = self;
        let again = match again {
            Again::Refused => String::new(),
            Again::Kept(key) => format!(" ON CONFLICT ({key}) DO NOTHING"),
            Again::Replaced(key) => {
                let set: Vec<String> = columns.iter().map(|c| format!("{c} = excluded.{c}")).collect();
                format!(" ON CONFLICT ({key}) DO UPDATE SET {}", set.join(", "))
            }
        };
        format!("INSERT INTO {name} ({}) SELECT {fields} FROM {rows}{again}", columns.join(", "))
    }

    /// Inserts the rows of the nth argument, a JSON text.
    fn insert_json(&self, n: usize) -> String {
        let rows = format!("here, json_populate_recordset(NULL::{}, CAST(${n} AS json)) WHERE true", self.name);
        self.insert(&self.columns.join(", "), &rows)
    }

    /// Inserts so many rows of bound values, those of them that have a first value.
    fn insert_bound(&self, rows: usize) -> String {
        let row = format!("({})", vec!["?"; self.columns.len()].join(","));
        self.insert("*", &format!("(VALUES {}) WHERE column1 IS NOT NULL", vec![row; rows].join(",")))
    }
}

/// Whether a transaction is open around the statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Within {
    Transaction,
    /// None: the statement is its own.
    Nothing,
}

/// PostgreSQL's statement writes only if the ledger still ends where it is thought to end, which makes it good for a transaction of its
/// own.
fn postgres(done: &Done, start: Tail, end: Tail) -> Result<Option<(String, Vec<Arg>)>, sqlx::Error> {
    let texts = [
        json(done.acts.iter().map(ActColumns::from))?,
        json(done.rows.cases.values().map(CaseColumns::from))?,
        json(done.rows.reviews.values().map(ReviewColumns::from))?,
        json(done.rows.calls.values().map(CallColumns::from))?,
        json(done.jobs.iter().map(JobColumns::from))?,
        json(answers(done)?.iter().map(RequestColumns::from))?,
    ];
    let (tables, texts): (Vec<&Table>, Vec<String>) = TABLES.iter().zip(texts).filter_map(|(table, text)| Some((table, text?))).unzip();
    if tables.is_empty() {
        return Ok(None);
    }
    let parts: Vec<String> = tables.iter().zip(6..).map(|(table, n)| format!(", part{n} AS ({})", table.insert_json(n))).collect();
    let moved = "UPDATE chain SET position = $1, running = $2, recorded_at = $3 WHERE id = 1 AND position = $4 AND running = $5";
    let mut args = args![end.position, end.running, end.recorded_at, start.position, start.running];
    args.extend(texts.into_iter().map(Arg::from));
    Ok(Some((format!("WITH here AS ({moved} RETURNING 1 AS ended_here){} SELECT ended_here FROM here", parts.concat()), args)))
}

/// SQLite's script runs with the whole database locked. If the ledger ends elsewhere, it fails as a broken constraint: no position.
/// The rows of an insert are filled up to a power of two with rows of nothing.
fn sqlite(within: Within, done: &Done, start: Tail, end: Tail) -> Result<Option<(String, Vec<Arg>)>, sqlx::Error> {
    let rows: [Vec<Vec<Arg>>; 6] = [
        done.acts.iter().map(|a| ActColumns::from(a).args()).collect(),
        done.rows.cases.values().map(|r| CaseColumns::from(r).args()).collect(),
        done.rows.reviews.values().map(|r| ReviewColumns::from(r).args()).collect(),
        done.rows.calls.values().map(|r| CallColumns::from(r).args()).collect(),
        done.jobs.iter().map(|j| JobColumns::from(j).args()).collect(),
        answers(done)?.iter().map(|a| RequestColumns::from(a).args()).collect(),
    ];
    if rows.iter().all(Vec::is_empty) {
        return Ok(None);
    }
    let moved = "UPDATE chain SET position = CASE WHEN position = ? AND running = ? THEN ? END, running = ?, recorded_at = ? WHERE id = 1";
    let mut args = args![start.position, start.running, end.position, end.running, end.recorded_at];
    let mut script = vec![moved.to_owned()];
    for (table, rows) in TABLES.iter().zip(rows) {
        let mut rows = rows.into_iter();
        while rows.len() > 0 {
            let count = rows.len().min(ROWS);
            let room = count.next_power_of_two();
            args.extend(rows.by_ref().take(count).flatten());
            args.extend(std::iter::repeat_n(Arg::Text(None), room.saturating_sub(count).saturating_mul(table.columns.len())));
            script.push(table.insert_bound(room));
        }
    }
    let script = script.join("; ");
    Ok(Some((
        match within {
            Within::Transaction => script,
            Within::Nothing => format!("BEGIN IMMEDIATE; {script}; COMMIT"),
        },
        args,
    )))
}

/// Writes what was done, and moves the end of the ledger from `start` to `end`. False, and nothing is written, if it did not end at
/// `start`. After an error, SQLite may be left within the transaction that the script opened.
pub(crate) async fn insert_all(
    conn: &mut Conn,
    (kind, within): (Kind, Within),
    done: &Done,
    start: Tail,
    end: Tail,
) -> Result<bool, sqlx::Error> {
    let statement = match kind {
        Kind::Sqlite => sqlite(within, done, start, end)?,
        Kind::Postgres => postgres(done, start, end)?,
    };
    let Some((sql, args)) = statement else { return Ok(true) };
    // PostgreSQL counts the row of `here` that it answers with; to run is to wait until the statement, and a transaction of its own, ended.
    Ok(run(conn, built(sql), args).await? > 0)
}

/// The rows as one JSON text, if there are any.
fn json<T: Serialize>(rows: impl Iterator<Item = T>) -> Result<Option<String>, sqlx::Error> {
    let rows: Vec<T> = rows.collect();
    let text = (!rows.is_empty()).then(|| serde_json::to_string(&rows)).transpose();
    text.map_err(|e| sqlx::Error::Encode(e.into()))
}

/// What each request was answered.
type Answered = (banso_kernel::RequestId, String, i64);

fn answers(done: &Done) -> Result<Vec<Answered>, sqlx::Error> {
    let result = |c| serde_json::to_string(c).map_err(|e| sqlx::Error::Encode(e.into()));
    done.requests.iter().map(|(id, c)| Ok((*id, result(c)?, c.recorded_at.micros()))).collect()
}

impl<'a> From<&'a Answered> for RequestColumns<'a> {
    fn from((id, result, at): &'a Answered) -> Self {
        RequestColumns { id: *id, result, recorded_at: *at }
    }
}

/// `($1,$2),($3,$4)`
pub(crate) fn tuples(rows: usize, width: usize) -> String {
    let tuple = |row: usize| {
        let places: Vec<String> = (1..=width).map(|i| format!("${}", row * width + i)).collect();
        format!("({})", places.join(","))
    };
    (0..rows).map(tuple).collect::<Vec<_>>().join(",")
}
