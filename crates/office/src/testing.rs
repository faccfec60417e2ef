//! An office in a temporary folder, for tests: real store on SQLite, real policies, a clock moved by hand, mail in a folder.
//!
//! Dropping it fails the test when a job is left unrun: what a use case queues is part of what it does. Run them with
//! [`TestOffice::run_jobs`].

#![expect(clippy::unwrap_used, reason = "a test office that cannot be made fails its test")]

pub mod cases;
pub mod paid;
pub mod papers;
pub mod road;
pub mod round;
pub mod stage;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Deref;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock, Mutex};

use banso_kernel::{CorporateNumber, Instant, LocalText, OrganisationId};
use banso_letters::Letters;
use banso_permits::{Person, Policies, Role};
use banso_store::{Clock as _, HandClock, Organisation, Place, Store};
use tempfile::TempDir;
use uuid::Uuid;

use crate::{NewAccount, Office, Outbox, Parts, People, ProgrammeFile, ProgrammeTexts, Programmes};

/// The password of every account of a test office.
pub const PASSWORD: &str = "a-long-test-password";

/// Its hash, computed once for all tests of a process.
static HASH: LazyLock<String> = LazyLock::new(|| crate::password::hashed(PASSWORD).unwrap());
static LETTERS: LazyLock<Letters> = LazyLock::new(Letters::new);

/// Guidelines without a folder: texts that a test puts there and takes away.
#[derive(Debug, Default)]
pub struct Shelf(Mutex<BTreeMap<String, String>>);

impl Shelf {
    /// While something lies here nothing can be read.
    pub const BROKEN_FACTS: &str = "facts/dictionary.md";

    /// Lays a text at a path; an empty text takes it away.
    ///
    /// # Panics
    /// Never: nobody holds the shelf while panicking.
    pub fn put(&self, path: &str, text: &str) {
        let mut texts = self.0.lock().unwrap();
        match text {
            "" => texts.remove(path),
            text => texts.insert(path.to_owned(), text.to_owned()),
        };
    }
}

impl Programmes for Shelf {
    fn read(&self) -> Result<ProgrammeTexts, LocalText> {
        let texts = self.0.lock().unwrap();
        if texts.contains_key(Shelf::BROKEN_FACTS) {
            return Err(LocalText::new("facts/dictionary.md に誤りがあります。", "facts/dictionary.md is broken."));
        }
        let files = texts.iter().map(|(path, text)| ProgrammeFile { path: path.clone(), text: text.clone() });
        Ok(ProgrammeTexts { words: cases::words(), files: files.collect(), unreadable: Vec::new() })
    }
}

/// An office of its own for one test.
pub struct TestOffice {
    office: Office,
    pub clock: Arc<HandClock>,
    pub shelf: Arc<Shelf>,
    folder: TempDir,
    /// The folder, and the database where it is another.
    place: Place,
    /// Whether this test is about work that is given up.
    gives_up: AtomicBool,
}

impl Deref for TestOffice {
    type Target = Office;
    fn deref(&self) -> &Office {
        &self.office
    }
}

impl TestOffice {
    /// An empty office at noon of 1 June 2025 in Japan.
    ///
    /// # Panics
    /// When the temporary folder cannot be used.
    pub async fn new() -> Self {
        Self::at("2025-06-01T12:00:00+09:00").await
    }

    /// An empty office at this instant.
    ///
    /// # Panics
    /// As [`TestOffice::new`].
    pub async fn at(instant: &str) -> Self {
        Self::on(instant, None).await
    }

    /// The same on a database elsewhere; it must be empty.
    ///
    /// # Panics
    /// As [`TestOffice::new`], and when the database cannot be reached.
    pub async fn on(instant: &str, database: Option<&str>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(HandClock::at(Instant::parse(instant).unwrap()));
        let place = Place::folder(folder.path());
        let place = match database {
            Some(url) => place.with_database(url),
            None => place,
        };
        let store = Store::open(&place, clock.clone()).await.unwrap();
        let mailer = Outbox::new(folder.path().join("outbox"), "office@banso.invalid").unwrap();
        let shelf = Arc::new(Shelf::default());
        let parts = Parts {
            store,
            policies: Policies::built_in().unwrap(),
            letters: LETTERS.clone(),
            mailer: Arc::new(mailer),
            programmes: shelf.clone(),
            clock: clock.clone(),
            people: People::Synthetic,
        };
        TestOffice { office: Office::new(parts), clock, shelf, folder, place, gives_up: AtomicBool::new(false) }
    }

    /// Moves the clock forward.
    pub fn wait_seconds(&self, seconds: i64) {
        self.clock.set(self.clock.now().plus_seconds(seconds));
    }

    /// An organisation with a made-up number.
    ///
    /// # Panics
    /// When it cannot be stored.
    pub async fn organisation(&self, name: &str, kind: &str) -> OrganisationId {
        let id = OrganisationId::new(Uuid::now_v7());
        let number = CorporateNumber::from_body(u64::from_be_bytes(id.get().as_bytes()[8..].try_into().unwrap()) % 1_000_000_000_000);
        self.organisation_of(id, number, name, kind).await
    }

    /// An organisation whose number is known beforehand.
    ///
    /// # Panics
    /// When it cannot be stored.
    pub async fn numbered(&self, number: CorporateNumber, name: &str, kind: &str) -> OrganisationId {
        self.organisation_of(OrganisationId::new(Uuid::now_v7()), number, name, kind).await
    }

    async fn organisation_of(&self, id: OrganisationId, number: CorporateNumber, name: &str, kind: &str) -> OrganisationId {
        let organisation = Organisation {
            id,
            corporate_number: Some(number),
            name: name.to_owned(),
            kana: String::new(),
            kind: kind.to_owned(),
            prefecture: "福井県".to_owned(),
            address: "福井県例示市1-1".to_owned(),
            email: "firm@banso.invalid".to_owned(),
            synthetic: true,
        };
        self.store().put_organisation(organisation).await.unwrap();
        id
    }

    /// Something known of an organisation: a plain JSON value, learned on 1 April 2026.
    ///
    /// # Panics
    /// When it cannot be stored.
    pub async fn fact(&self, organisation: OrganisationId, item: &str, period: &str, value: &str) {
        let fact = banso_store::Fact {
            organisation,
            item: item.to_owned(),
            period: period.to_owned(),
            source: "架空の登録簿".to_owned(),
            value: value.to_owned(),
            learned_on: banso_kernel::Day::new(2026, 4, 1).unwrap(),
        };
        self.store().change(banso_store::Change::put_fact(&fact)).await.unwrap();
    }

    /// The number of an organisation.
    ///
    /// # Panics
    /// When it has none.
    pub async fn number_of(&self, organisation: OrganisationId) -> CorporateNumber {
        self.store().organisation(organisation).await.unwrap().unwrap().corporate_number.unwrap()
    }

    /// Somebody with these roles, who signs in as `login` with [`PASSWORD`].
    ///
    /// # Panics
    /// When the account cannot be stored.
    pub async fn somebody(&self, login: &str, roles: &[Role], organisation: Option<OrganisationId>) -> Person {
        let new = NewAccount {
            login: login.to_owned(),
            name: format!("試験 {login}"),
            email: format!("{login}@banso.invalid"),
            password: PASSWORD.to_owned(),
            roles: roles.iter().copied().collect::<BTreeSet<_>>(),
            organisation,
            synthetic: true,
        };
        let id = self.put_account(new, HASH.clone()).await.unwrap();
        self.person(id).await.unwrap()
    }

    /// Does everything that was queued; how many pieces of work it was.
    ///
    /// # Panics
    /// When a piece of work fails: put off is not done.
    pub async fn run_jobs(&self) -> usize {
        let mut done = 0;
        while self.office.work_once().await.unwrap() {
            done += 1;
        }
        done
    }

    /// Where the office keeps its things.
    #[must_use]
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// This test is about work that is given up: it may be left so.
    pub fn leave_given_up(&self) {
        self.gives_up.store(true, Ordering::SeqCst);
    }

    /// The mails in the outbox, as files.
    ///
    /// # Panics
    /// When the folder cannot be read.
    #[must_use]
    pub fn mails(&self) -> Vec<String> {
        let files = std::fs::read_dir(self.folder.path().join("outbox")).unwrap();
        let mut paths: Vec<PathBuf> = files.map(|f| f.unwrap().path()).filter(|p| p.extension().is_some_and(|e| e == "eml")).collect();
        paths.sort();
        paths.iter().map(|p| std::fs::read_to_string(p).unwrap()).collect()
    }
}

impl Drop for TestOffice {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        // By readers of their own: those of the office come back to their pool by tasks of the test's runtime, which stands still here.
        let (place, clock) = (self.place.clone(), self.clock.clone());
        let counts = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let store = Store::open_beside(&place, clock).await.unwrap();
                let counts = store.job_counts().await.unwrap();
                store.close().await;
                counts
            })
        });
        let counts = counts.join().unwrap();
        let given_up = if self.gives_up.load(Ordering::SeqCst) { 0 } else { counts.given_up };
        assert_eq!((counts.open, given_up), (0, 0), "jobs are left unrun: end the test with `office.run_jobs().await`");
    }
}
