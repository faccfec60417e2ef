//! The thin layer over sqlx: connections, arguments, rows. No sqlx type leaves the crate; what the two databases do differently
//! stands in [`Kind`].

use std::fmt::Display;
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use banso_kernel::{CallId, CaseId, CorporateNumber, Day, Digest, Instant, JobId, NoticeId, OrganisationId, PersonId, RequestId, Yen};
use sqlx::any::{AnyArguments, AnyPoolOptions, AnyRow};
use sqlx::{AnyConnection, AnyPool, AssertSqlSafe, Connection, Executor, Row as _, SqlSafeStr};

use crate::fault::Fault;
use crate::folder::sqlite_url_with;

pub(crate) type Conn = AnyConnection;

/// Which database, and what differs between the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Sqlite,
    Postgres,
}

impl Kind {
    /// Opens the transaction of a writer.
    pub(crate) const fn begin_write(self) -> &'static str {
        match self {
            Kind::Sqlite => "BEGIN IMMEDIATE",
            Kind::Postgres => "BEGIN",
        }
    }

    /// Opens the transaction of the ledger's writer: keeps every other one out until it ends, and reads the end of the ledger.
    pub(crate) const fn begin_acts(self) -> &'static str {
        match self {
            Kind::Sqlite => "BEGIN IMMEDIATE; SELECT position, running, recorded_at FROM chain WHERE id = 1",
            Kind::Postgres => "BEGIN; SELECT position, running, recorded_at FROM chain WHERE id = 1 FOR UPDATE",
        }
    }

    /// Opens a transaction that sees one moment of the whole database.
    pub(crate) const fn begin_snapshot(self) -> &'static str {
        match self {
            Kind::Sqlite => "BEGIN",
            Kind::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        }
    }

    /// How long a connection is waited for before the database counts as unreachable. One over there answers at once or is away, and
    /// whoever asked for a page is told so; a file is never away, only busy.
    const fn patience(self) -> Duration {
        match self {
            Kind::Sqlite => Duration::from_secs(10),
            Kind::Postgres => Duration::from_secs(3),
        }
    }

    /// Run on every new connection.
    const fn on_connect(self, writes: Writes) -> &'static [&'static str] {
        match (self, writes) {
            (Kind::Sqlite, Writes::Yes) => &[
                "PRAGMA busy_timeout = 10000",
                "PRAGMA journal_mode = WAL",
                "PRAGMA synchronous = FULL",
                // 32 MB: an act touches some ten pages, mostly the same ones as the act before, and moving them over costs two more fsyncs.
                "PRAGMA wal_autocheckpoint = 8000",
                "PRAGMA cache_size = -32000",
                "PRAGMA foreign_keys = ON",
                "PRAGMA recursive_triggers = ON",
            ],
            (Kind::Sqlite, Writes::No) => &["PRAGMA busy_timeout = 10000", "PRAGMA foreign_keys = ON", "PRAGMA query_only = ON"],
            (Kind::Postgres, Writes::Yes) => {
                &["SET synchronous_commit = on", "SET lock_timeout = '20s'", "SET plan_cache_mode = force_generic_plan"]
            }
            (Kind::Postgres, Writes::No) => &["SET default_transaction_read_only = on"],
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Writes {
    Yes,
    No,
}

/// Where the database is, and the pool that reads it.
#[derive(Debug)]
pub(crate) struct Db {
    pub(crate) kind: Kind,
    url: String,
    pool: AnyPool,
}

/// How many readers at once.
const READERS: u32 = 8;

impl Db {
    /// # Errors
    /// An address that is none. Nothing is connected yet.
    pub(crate) fn new(url: &str) -> Result<Self, Fault> {
        sqlx::any::install_default_drivers();
        let kind = match url.split_once(':') {
            Some(("sqlite", _)) => Kind::Sqlite,
            Some(("postgres" | "postgresql", _)) => Kind::Postgres,
            Some(_) | None => return Err(Fault::Address(url.to_owned())),
        };
        let pool = AnyPoolOptions::new()
            .max_connections(READERS)
            .acquire_timeout(kind.patience())
            .after_connect(move |conn, _| Box::pin(prepare(conn, kind, Writes::No)))
            .connect_lazy(url)
            .map_err(|_| Fault::Address(without_password(url)))?;
        Ok(Db { kind, url: url.to_owned(), pool })
    }

    /// A database file that is only looked at, by somebody who may not even write beside it.
    ///
    /// SQLite joins the log of the last writes (`-wal`) by a file that it makes beside the database. Where it may not, and nothing stands in
    /// the log, the file is read as it stands, as on a medium that does not change.
    ///
    /// # Errors
    /// [`Fault::LogUnread`] where the log holds writes that this user cannot join.
    pub(crate) async fn read_only(file: &Path) -> Result<Self, Fault> {
        let db = Self::new(&sqlite_url_with(file, "mode=ro"))?;
        match db.number("SELECT COUNT(*) AS n FROM sqlite_master", args![]).await {
            Err(Fault::Unreachable(_) | Fault::ReadOnly(_)) => {}
            Err(other) => return Err(other),
            Ok(_) => return Ok(db),
        }
        db.close().await;
        let mut log = file.as_os_str().to_owned();
        log.push("-wal");
        if Path::new(&log).metadata().is_ok_and(|log| log.len() > 0) {
            return Err(Fault::LogUnread(Path::new(&log).display().to_string()));
        }
        Self::new(&sqlite_url_with(file, "mode=ro&immutable=1"))
    }

    /// A connection of its own that may write.
    pub(crate) async fn writer(&self) -> Result<Conn, Fault> {
        self.connect(Writes::Yes).await
    }

    /// A connection of its own that only reads.
    pub(crate) async fn reader(&self) -> Result<Conn, Fault> {
        self.connect(Writes::No).await
    }

    async fn connect(&self, writes: Writes) -> Result<Conn, Fault> {
        let connecting = async {
            let mut conn = Conn::connect(&self.url).await?;
            prepare(&mut conn, self.kind, writes).await?;
            Ok::<_, sqlx::Error>(conn)
        };
        match tokio::time::timeout(self.kind.patience(), connecting).await {
            Ok(conn) => Ok(conn?),
            Err(_) => Err(Fault::Unreachable("no answer".to_owned())),
        }
    }

    pub(crate) async fn rows(&self, sql: impl SqlSafeStr, args: Vec<Arg>) -> Result<Vec<Row>, Fault> {
        let mut conn = self.pool.acquire().await?;
        rows(&mut conn, sql, args).await
    }

    pub(crate) async fn row(&self, sql: impl SqlSafeStr, args: Vec<Arg>) -> Result<Option<Row>, Fault> {
        let mut conn = self.pool.acquire().await?;
        row(&mut conn, sql, args).await
    }

    /// One number, such as a count.
    pub(crate) async fn number(&self, sql: impl SqlSafeStr, args: Vec<Arg>) -> Result<i64, Fault> {
        match self.row(sql, args).await? {
            Some(row) => row.int("n"),
            None => Ok(0),
        }
    }

    pub(crate) async fn close(&self) {
        self.pool.close().await;
    }
}

async fn prepare(conn: &mut Conn, kind: Kind, writes: Writes) -> Result<(), sqlx::Error> {
    for statement in kind.on_connect(writes) {
        conn.execute(sqlx::raw_sql(*statement)).await?;
    }
    Ok(())
}

fn without_password(url: &str) -> String {
    match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://…@{host}"),
        _ => url.to_owned(),
    }
}

/// Runs a statement; the rows that it changed.
pub(crate) async fn run(conn: &mut Conn, sql: impl SqlSafeStr, args: Vec<Arg>) -> Result<u64, sqlx::Error> {
    let done = sqlx::query_with(sql, bind(args)?).execute(conn).await?;
    Ok(done.rows_affected())
}

/// Runs several statements at once, without arguments.
pub(crate) async fn run_script(conn: &mut Conn, script: &'static str) -> Result<(), sqlx::Error> {
    conn.execute(sqlx::raw_sql(script)).await.map(|_| ())
}

pub(crate) async fn rows(conn: &mut Conn, sql: impl SqlSafeStr, args: Vec<Arg>) -> Result<Vec<Row>, Fault> {
    let found = sqlx::query_with(sql, bind(args)?).fetch_all(conn).await?;
    Ok(found.into_iter().map(Row).collect())
}

pub(crate) async fn row(conn: &mut Conn, sql: impl SqlSafeStr, args: Vec<Arg>) -> Result<Option<Row>, Fault> {
    let found = sqlx::query_with(sql, bind(args)?).fetch_optional(conn).await?;
    Ok(found.map(Row))
}

/// Runs several statements at once, without arguments; the row that the last of them finds.
pub(crate) async fn script_row(conn: &mut Conn, script: &'static str) -> Result<Option<Row>, Fault> {
    Ok(conn.fetch_all(sqlx::raw_sql(script)).await?.pop().map(Row))
}

fn bind(args: Vec<Arg>) -> Result<AnyArguments, sqlx::Error> {
    use sqlx::Arguments as _;
    let mut bound = AnyArguments::default();
    for arg in args {
        match arg {
            Arg::Int(n) => bound.add(n),
            Arg::Text(t) => bound.add(t),
            Arg::Now => return Err(sqlx::Error::Encode("the moment of recording is the writer's to say".into())),
        }
        .map_err(sqlx::Error::Encode)?;
    }
    Ok(bound)
}

/// SQL put together from fixed pieces of this crate, never from what people wrote.
pub(crate) const fn built(sql: String) -> AssertSqlSafe<String> {
    AssertSqlSafe(sql)
}

/// An argument of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Arg {
    Int(Option<i64>),
    Text(Option<String>),
    /// The moment of recording, which only the writer knows.
    Now,
}

/// Stands in [`args!`] for the moment of recording.
pub(crate) struct Now;

impl From<Now> for Arg {
    fn from(_: Now) -> Self {
        Arg::Now
    }
}

macro_rules! args {
    ($($value:expr),* $(,)?) => { vec![$($crate::db::Arg::from($value)),*] };
}
pub(crate) use args;

macro_rules! arguments {
    ($($from:ty => $variant:ident, |$v:ident| $to:expr;)*) => {$(
        impl From<$from> for Arg {
            fn from($v: $from) -> Self { Arg::$variant(Some($to)) }
        }
        impl From<Option<$from>> for Arg {
            fn from(v: Option<$from>) -> Self { Arg::$variant(v.map(|$v| $to)) }
        }
    )*};
}

arguments! {
    i64 => Int, |v| v;
    u32 => Int, |v| i64::from(v);
    u64 => Int, |v| i64::try_from(v).unwrap_or(i64::MAX);
    bool => Int, |v| i64::from(v);
    Instant => Int, |v| v.micros();
    Yen => Int, |v| v.get();
    String => Text, |v| v;
    &String => Text, |v| v.clone();
    &str => Text, |v| v.to_owned();
    Digest => Text, |v| v.to_string();
    Day => Text, |v| v.to_string();
    CaseId => Text, |v| v.to_string();
    JobId => Text, |v| v.to_string();
    NoticeId => Text, |v| v.to_string();
    OrganisationId => Text, |v| v.to_string();
    PersonId => Text, |v| v.to_string();
    RequestId => Text, |v| v.to_string();
    CallId => Text, |v| v.to_string();
    &CallId => Text, |v| v.to_string();
    CorporateNumber => Text, |v| v.to_string();
}

/// A row that has been read. What cannot be is a fault that names its column.
pub(crate) struct Row(AnyRow);

impl From<AnyRow> for Row {
    fn from(row: AnyRow) -> Self {
        Row(row)
    }
}

impl Row {
    pub(crate) fn int(&self, column: &str) -> Result<i64, Fault> {
        Ok(self.0.try_get(column)?)
    }

    pub(crate) fn text(&self, column: &str) -> Result<String, Fault> {
        Ok(self.0.try_get(column)?)
    }

    pub(crate) fn opt_int(&self, column: &str) -> Result<Option<i64>, Fault> {
        Ok(self.0.try_get(column)?)
    }

    pub(crate) fn opt_text(&self, column: &str) -> Result<Option<String>, Fault> {
        Ok(self.0.try_get(column)?)
    }

    pub(crate) fn flag(&self, column: &str) -> Result<bool, Fault> {
        Ok(self.int(column)? != 0)
    }

    /// A number that is never negative.
    pub(crate) fn count<T: TryFrom<i64>>(&self, column: &str) -> Result<T, Fault> {
        let n = self.int(column)?;
        T::try_from(n).map_err(|_| Fault::impossible(column, n))
    }

    pub(crate) fn parse<T: FromStr<Err: Display>>(&self, column: &str) -> Result<T, Fault> {
        self.text(column)?.parse().map_err(|e| Fault::impossible(column, e))
    }

    pub(crate) fn opt_parse<T: FromStr<Err: Display>>(&self, column: &str) -> Result<Option<T>, Fault> {
        self.opt_text(column)?.map(|t| t.parse().map_err(|e| Fault::impossible(column, e))).transpose()
    }

    pub(crate) fn opt_count<T: TryFrom<i64>>(&self, column: &str) -> Result<Option<T>, Fault> {
        self.opt_int(column)?.map(|n| T::try_from(n).map_err(|_| Fault::impossible(column, n))).transpose()
    }

    pub(crate) fn instant(&self, column: &str) -> Result<Instant, Fault> {
        Instant::from_micros(self.int(column)?).map_err(|e| Fault::impossible(column, e))
    }

    pub(crate) fn opt_instant(&self, column: &str) -> Result<Option<Instant>, Fault> {
        self.opt_int(column)?.map(|n| Instant::from_micros(n).map_err(|e| Fault::impossible(column, e))).transpose()
    }

    pub(crate) fn json<T: serde::de::DeserializeOwned>(&self, column: &str) -> Result<T, Fault> {
        serde_json::from_str(&self.text(column)?).map_err(|e| Fault::impossible(column, e))
    }

    /// Every column as JSON, for exports: numbers, texts and nulls.
    pub(crate) fn to_json(&self) -> Result<serde_json::Map<String, serde_json::Value>, Fault> {
        use sqlx::Column as _;
        let mut object = serde_json::Map::new();
        for column in self.0.columns() {
            let name = column.name();
            let value = match self.opt_int(name) {
                Ok(n) => n.map_or(serde_json::Value::Null, Into::into),
                Err(_) => self.opt_text(name)?.map_or(serde_json::Value::Null, Into::into),
            };
            object.insert(name.to_owned(), value);
        }
        Ok(object)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A server that takes connections and says nothing, as behind a cut line.
    #[tokio::test]
    async fn a_database_that_is_away_is_said_to_be_so_before_people_leave() {
        let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let db = Db::new(&format!("postgres://nobody@{}/none", silent.local_addr().unwrap())).unwrap();
        let asked = tokio::time::timeout(Duration::from_secs(5), db.number("SELECT 1 AS n", args![])).await;
        assert!(matches!(asked, Ok(Err(Fault::Unreachable(_)))), "{asked:?}");
    }
}
