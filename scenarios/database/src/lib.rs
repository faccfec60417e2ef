//! A PostgreSQL database of its own for a test or a measurement. It is dropped with the value, so that a whole test run needs the disk
//! of the tests that are under way and not of all that ever ran.

#![expect(clippy::panic, reason = "for tests: where no database can be made, the test fails")]

use std::thread;

use sqlx::{AnyConnection, AssertSqlSafe, Connection as _, Executor as _};
use tokio::runtime::Builder;
use uuid::Uuid;

/// A database that exists as long as this value does.
#[derive(Debug)]
pub struct TestDatabase {
    server: String,
    name: String,
}

impl TestDatabase {
    /// On the PostgreSQL of the test run, which `./test` starts and names in `BANSO_TEST_POSTGRES`; `None`, and a loud word, where
    /// there is none.
    ///
    /// # Panics
    /// When it cannot be made, and inside `./test` when there is no server.
    pub async fn new() -> Option<Self> {
        let Some(server) = setting("BANSO_TEST_POSTGRES") else {
            assert!(setting("BANSO_TEST_ALL").is_none(), "BANSO_TEST_POSTGRES is not set, but ./test promises PostgreSQL");
            eprintln!("\n*** LEFT OUT: no PostgreSQL (BANSO_TEST_POSTGRES is not set). Run ./test to have everything tested. ***\n");
            return None;
        };
        Some(Self::on(&server).await.unwrap_or_else(|fault| panic!("no new database on the PostgreSQL of the test run: {fault}")))
    }

    /// On a server, given as `postgres://user:password@host:port/postgres` with a user who may create databases.
    ///
    /// # Errors
    /// What the server, or the way to it, says.
    pub async fn on(server: &str) -> Result<Self, sqlx::Error> {
        let database = TestDatabase { server: server.to_owned(), name: format!("banso_test_{}", Uuid::now_v7().simple()) };
        database.ask("CREATE DATABASE", "").await.map(|()| database)
    }

    /// The address under which it is reached.
    #[must_use]
    pub fn url(&self) -> String {
        let server = self.server.rsplit_once('/').map_or(self.server.as_str(), |(server, _)| server);
        format!("{server}/{}", self.name)
    }

    async fn ask(&self, what: &str, how: &str) -> Result<(), sqlx::Error> {
        sqlx::any::install_default_drivers();
        let mut connection = AnyConnection::connect(&self.server).await?;
        connection.execute(sqlx::raw_sql(AssertSqlSafe(format!("{what} {} {how}", self.name)))).await?;
        connection.close().await
    }

    fn gone(&self) -> Result<(), sqlx::Error> {
        let runtime = Builder::new_current_thread().enable_all().build().map_err(sqlx::Error::Io)?;
        runtime.block_on(self.ask("DROP DATABASE IF EXISTS", "WITH (FORCE)"))
    }
}

impl Drop for TestDatabase {
    /// Whoever is still connected is thrown out. A test has its own runtime, which cannot wait inside a drop: a thread does.
    fn drop(&mut self) {
        thread::scope(|scope| {
            let told = scope.spawn(|| self.gone()).join();
            if !matches!(told, Ok(Ok(()))) {
                eprintln!("{} was not dropped: {told:?}", self.name);
            }
        });
    }
}

#[expect(clippy::disallowed_methods, reason = "./test says through the environment where its PostgreSQL is")]
fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
