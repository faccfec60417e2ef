//! A store of its own for each test, on SQLite in a temporary folder or in a database of its own on the PostgreSQL that
//! `BANSO_TEST_POSTGRES` names; and made-up acts to put in.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use banso_grant::{Actor, CaseAct, NewAct, Submitted};
use banso_kernel::{CallId, CaseId, CorporateNumber, Day, Digest, Instant, OrganisationId, PersonId, StreamId, Yen};
use banso_permits::{Action, Permit, Person, Policies, Resource, Role};
use banso_store::{Account, Application, Batch, Change, Clock, HandClock, Organisation, Place, Store};
use banso_test_database::TestDatabase;
use sqlx::{AnyConnection, Connection, Executor};
use tempfile::TempDir;
use uuid::Uuid;

pub(crate) struct Fixture {
    pub(crate) store: Store,
    pub(crate) place: Place,
    pub(crate) clock: Arc<HandClock>,
    pub(crate) dir: TempDir,
    url: String,
    databases: Vec<TestDatabase>,
}

/// Defines each test once and runs it on both databases.
macro_rules! on_both {
    ($($name:ident),* $(,)?) => {$(
        mod $name {
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                super::$name($crate::fixture::Fixture::sqlite().await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                if let Some(fixture) = $crate::fixture::Fixture::postgres().await {
                    super::$name(fixture).await;
                }
            }
        }
    )*};
}
pub(crate) use on_both;

/// 1 April 2025, ten o'clock in Japan.
pub(crate) fn start() -> Instant {
    Instant::parse("2025-04-01T10:00+09:00").unwrap()
}

impl Fixture {
    pub(crate) async fn sqlite() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", dir.path().join("data 帳簿/banso.db").display()).replace(' ', "%20");
        let place = Place::folder(dir.path().join("data 帳簿"));
        Self::open(dir, place, url).await
    }

    pub(crate) async fn postgres() -> Option<Self> {
        let database = TestDatabase::new().await?;
        let url = database.url();
        let dir = tempfile::tempdir().unwrap();
        let place = Place::folder(dir.path().join("data")).with_database(&url);
        let mut fixture = Self::open(dir, place, url).await;
        fixture.databases.push(database);
        Some(fixture)
    }

    async fn open(dir: TempDir, place: Place, url: String) -> Self {
        let clock = Arc::new(HandClock::at(start()));
        let store = Store::open(&place, Arc::clone(&clock) as Arc<dyn Clock>).await.unwrap();
        Fixture { store, place, clock, dir, url, databases: Vec::new() }
    }

    /// Closes the store and opens it again, as after a crash.
    pub(crate) async fn reopen(&mut self) {
        let elsewhere = Place::folder(self.dir.path().join("elsewhere"));
        let placeholder = Store::open(&elsewhere, Arc::clone(&self.clock) as Arc<dyn Clock>).await.unwrap();
        std::mem::replace(&mut self.store, placeholder).close().await;
        self.store = Store::open(&self.place, Arc::clone(&self.clock) as Arc<dyn Clock>).await.unwrap();
    }

    pub(crate) fn is_sqlite(&self) -> bool {
        self.url.starts_with("sqlite")
    }

    /// Another place with nothing in it, on the same kind of database.
    pub(crate) async fn another_place(&mut self) -> Place {
        let place = Place::folder(self.dir.path().join("another"));
        if self.is_sqlite() {
            return place;
        }
        let database = TestDatabase::new().await.unwrap();
        let place = place.with_database(database.url());
        self.databases.push(database);
        place
    }

    /// The same database as a server with its own folder would open it; on SQLite the very place.
    pub(crate) fn place_of_second(&self, place: &Place) -> Place {
        match self.is_sqlite() {
            true => place.clone(),
            false => Place { folder: self.folder_of(&place.folder, "second"), ..place.clone() },
        }
    }

    /// One more folder of the same installation.
    pub(crate) fn folder_of(&self, folder: &Path, name: &str) -> PathBuf {
        let other = self.dir.path().join(name);
        std::fs::create_dir_all(&other).unwrap();
        std::fs::copy(folder.join("installation"), other.join("installation")).unwrap();
        other
    }

    /// The database as a [`Place`] names it.
    pub(crate) fn url_for_place(&self) -> String {
        self.url.replace("%20", " ")
    }

    /// A connection around the store, for those who would tamper.
    pub(crate) async fn raw(&self) -> AnyConnection {
        AnyConnection::connect(&self.url).await.unwrap()
    }

    pub(crate) async fn sql(&self, sql: &str) -> Result<u64, sqlx::Error> {
        let mut conn = self.raw().await;
        let done = conn.execute(sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned()))).await?;
        Ok(done.rows_affected())
    }

    /// Takes the guards off, as somebody with the database's password could.
    pub(crate) async fn disarm(&self) {
        let script = if self.is_sqlite() {
            "DROP TRIGGER acts_are_not_edited; DROP TRIGGER acts_are_not_deleted"
        } else {
            "DROP TRIGGER acts_are_not_edited ON acts"
        };
        self.sql(script).await.unwrap();
    }

    pub(crate) async fn number(&self, sql: &str) -> i64 {
        use sqlx::Row;
        let mut conn = self.raw().await;
        let row = conn.fetch_one(sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned()))).await.unwrap();
        row.get::<i64, _>(0)
    }

    /// Submits a made-up case.
    pub(crate) async fn submit(&self, n: u64) -> CaseId {
        self.store.commit(Batch::case(case(n), 0, vec![submitted(n)])).await.unwrap();
        case(n)
    }

    /// Starts the draft of a made-up case, with its organisation.
    pub(crate) async fn draft(&self, n: u64) -> CaseId {
        let application = Application {
            case: case(n),
            call: call(),
            lead: organisation(n).id,
            title: "試作".into(),
            track: "通常枠".into(),
            created_by: person(n),
        };
        let changes = vec![Change::put_organisation(&organisation(n)), Change::start_application(&application)];
        self.store.commit(Batch::changes(changes)).await.unwrap();
        case(n)
    }
}

fn id(kind: u8, n: u64) -> Uuid {
    Uuid::from_u64_pair(u64::from(kind) << 56, n)
}

pub(crate) fn case(n: u64) -> CaseId {
    CaseId::new(id(1, n))
}

pub(crate) fn person(n: u64) -> PersonId {
    PersonId::new(id(2, n))
}

pub(crate) fn call() -> CallId {
    CallId::parse("go-tech/r7-1").unwrap()
}

pub(crate) fn stream(n: u64) -> StreamId {
    StreamId::Case(case(n))
}

pub(crate) fn number(n: u64) -> CorporateNumber {
    CorporateNumber::from_body(100_000_000_000 + n)
}

pub(crate) fn organisation(n: u64) -> Organisation {
    Organisation {
        id: OrganisationId::new(id(3, n)),
        corporate_number: Some(number(n)),
        name: format!("架空製作所{n}"),
        kana: format!("カクウセイサクショ{n:05}"),
        kind: "sme".into(),
        prefecture: "福井県".into(),
        address: "鯖江市架空町1".into(),
        email: "nobody@example.jp".into(),
        synthetic: true,
    }
}

pub(crate) fn account(n: u64, role: Role) -> Account {
    Account {
        id: person(n),
        login: format!("user{n}"),
        name: format!("架空 {n}郎"),
        email: "nobody@example.jp".into(),
        password: "$argon2id$made-up".into(),
        roles: [role].into(),
        organisation: None,
        disabled_at: None,
        synthetic: true,
    }
}

pub(crate) fn day() -> Day {
    Day::new(2025, 4, 1).unwrap()
}

pub(crate) fn act<A>(act: A) -> NewAct<A> {
    NewAct {
        act,
        actor: Actor::Person(person(1)),
        authority: "申請者".into(),
        clause: "4-1".into(),
        edition: Digest::of("要領".as_bytes()),
        effective_on: day(),
    }
}

/// What a made-up case says; its digest stands in the act.
pub(crate) fn content(n: u64) -> String {
    format!("{{\"answers\":{n}}}")
}

pub(crate) fn submitted(n: u64) -> NewAct<CaseAct> {
    submitted_for(n, Yen::new(30_000_000))
}

pub(crate) fn submitted_for(n: u64, requested: Yen) -> NewAct<CaseAct> {
    act(CaseAct::Submitted(Submitted {
        call: call(),
        receipt_number: format!("R7-1-{n:04}"),
        version: 1,
        title: format!("試作の研究{n}"),
        track: "通常枠".into(),
        lead: number(n),
        parties: vec![number(n)],
        content: Digest::of(content(n).as_bytes()),
        documents: Vec::new(),
        whole: Digest::of(b"whole"),
        requested,
    }))
}

pub(crate) fn taken_back() -> NewAct<CaseAct> {
    act(CaseAct::SubmissionWithdrawn { reason: "出し直すため".into() })
}

fn permit(role: Role, action: Action, resource: &Resource) -> Permit {
    let person = Person { id: person(900), roles: [role].into(), organisation: None };
    Policies::built_in().unwrap().may(&person, action, resource).unwrap()
}

/// For the whole call, as the office has it.
pub(crate) fn for_call() -> Permit {
    permit(Role::Officer, Action::ReadCall, &Resource::Call(call()))
}

/// For one case, as an auditor has it.
pub(crate) fn for_case(id: CaseId) -> Permit {
    let resource = Resource::Case { id, call: call(), lead: None, parties: [].into(), reviewers: [].into() };
    permit(Role::Auditor, Action::Audit, &resource)
}

/// For the office as such: opens no case.
pub(crate) fn for_office() -> Permit {
    permit(Role::Auditor, Action::Audit, &Resource::Office)
}
