//! Where a scenario plays: a folder with guidelines dated around today, accounts, and the real binary serving it for real use.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use banso_kernel::{CorporateNumber, Instant};
use banso_test_database::TestDatabase;
use tempfile::TempDir;

use crate::html::Form;
use crate::patience::eventually_within;
use crate::server::{Server, Setup, output_of};
use crate::visitor::Visitor;

/// The guideline that the calls of a stage are made of.
const GUIDELINE: &str = "go-tech/r8-demo-1.md";
const DAY: i64 = 86_400;
/// Seconds until a call closes that closes soon.
pub const CLOSES_SOON: i64 = 90;
/// How long to wait for that.
const AFTER_THE_CLOSING: Duration = Duration::from_secs(240);

/// The form that opens the review, as soon as the call has closed.
pub async fn review_plan(officer: &mut Visitor, call: &str) -> Form {
    eventually_within(AFTER_THE_CLOSING, "the call to close", async || {
        let page = officer.get(&format!("{call}/review?due=2099-03-31")).await;
        page.expect("割当案").forms().into_iter().find(|form| form.value("plan").is_some())
    })
    .await
}

/// A folder of its own; gone at the end.
#[derive(Debug)]
pub struct Stage {
    folder: TempDir,
    pub setup: Setup,
    /// Kept for as long as the stage stands.
    _database: Option<TestDatabase>,
}

/// Somebody with an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    pub login: String,
    pub password: String,
}

/// A made-up organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Firm {
    pub name: &'static str,
    /// `sme`, `university`, `managing`.
    pub kind: &'static str,
    body: u64,
}

impl Firm {
    pub const LEAD: Firm = Firm::new("株式会社架空精密", "sme", 100_000_000_001);
    pub const UNIVERSITY: Firm = Firm::new("架空工業大学", "university", 100_000_000_002);
    pub const MANAGING: Firm = Firm::new("架空産業支援財団", "managing", 100_000_000_003);
    pub const STRANGER: Firm = Firm::new("株式会社無関係", "sme", 100_000_000_004);

    #[must_use]
    pub const fn new(name: &'static str, kind: &'static str, body: u64) -> Self {
        Firm { name, kind, body }
    }

    /// One of many.
    #[must_use]
    pub const fn numbered(number: u32) -> Self {
        Firm::new("架空製作所", "sme", 200_000_000_000 + number as u64)
    }

    /// With its check digit.
    #[must_use]
    pub fn number(self) -> String {
        CorporateNumber::from_body(self.body).to_string()
    }
}

impl Stage {
    /// On SQLite, with an open call `test-1` and one that has closed, `test-0`.
    #[must_use]
    pub fn on_sqlite() -> Self {
        Self::with_database(None)
    }

    /// On a new database of the PostgreSQL of the test run, if there is one.
    pub async fn on_postgres() -> Option<Self> {
        TestDatabase::new().await.map(|database| Self::with_database(Some(database)))
    }

    /// On whatever databases there are.
    pub async fn on_both() -> Vec<Self> {
        [Some(Self::on_sqlite()), Self::on_postgres().await].into_iter().flatten().collect()
    }

    fn with_database(database: Option<TestDatabase>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let programmes = folder.path().join("programmes");
        std::fs::create_dir_all(programmes.join("go-tech")).unwrap();
        std::fs::create_dir_all(folder.path().join("facts")).unwrap();
        for text in ["dictionary.md", "definitions.md"] {
            std::fs::copy(repository().join("facts").join(text), folder.path().join("facts").join(text)).unwrap();
        }
        let setup = Setup::new(&folder.path().join("data")).with(&["serve", "--programmes", &programmes.display().to_string()]);
        let setup = match &database {
            Some(database) => setup.on(&database.url()),
            None => setup,
        };
        let stage = Stage { folder, setup, _database: database };
        stage.call("test-0", -40 * DAY, -DAY);
        stage.call("test-1", -20 * DAY, 40 * DAY);
        stage
    }

    /// `test-1` closes within a minute and a half, so that its review can be opened. Before the server starts.
    pub fn closes_soon(&self) {
        // Building the program must not take that time.
        let _ = crate::tools::banso();
        self.call("test-1", -20 * DAY, CLOSES_SOON);
    }

    /// Writes a guideline whose call is open between two moments, in seconds from now. It is read when the server starts, or when the
    /// office has it read again.
    pub fn call(&self, round: &str, opens: i64, closes: i64) {
        self.edition(round, "第1版", "", opens, closes);
    }

    /// The same call in another edition: `suffix` (such as `.2`) tells the files apart.
    pub fn edition(&self, round: &str, edition: &str, suffix: &str, opens: i64, closes: i64) {
        let (from, to) = (now().plus_seconds(opens), now().plus_seconds(closes));
        let number = round.replace('-', "").to_uppercase();
        let line = |line: &str| match line.split_once(':').map(|(key, _)| key) {
            Some("回") => format!("回: {round}"),
            Some("公募名") => format!("公募名: 試験公募 {round} / Trial call {round}"),
            Some("版") => format!("版: 試験・{edition}"),
            Some("番号") => format!("番号: {number}"),
            Some("公表日") => format!("公表日: {}", from.day()),
            Some("受付") => format!("受付: {} から {} まで", from.timestamp(), to.timestamp()),
            Some(_) | None => line.to_owned(),
        };
        let text: Vec<String> = guideline().lines().map(line).collect();
        let file = self.programmes().join("go-tech").join(format!("{round}{suffix}.md"));
        std::fs::write(file, text.join("\n") + "\n").unwrap();
    }

    fn programmes(&self) -> PathBuf {
        self.folder.path().join("programmes")
    }

    /// A folder for whatever a scenario writes.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    #[must_use]
    pub fn start(&self) -> Server {
        Server::start(&self.setup)
    }

    /// Runs a command on the data of this stage.
    #[must_use]
    pub fn run(&self, words: &[&str]) -> (i32, String, String) {
        let data = self.setup.data.display().to_string();
        let mut all = words.to_vec();
        all.extend(["--data", &data]);
        if let Some(database) = &self.setup.database {
            all.extend(["--database", database]);
        }
        output_of(&all, self.folder.path())
    }

    /// `banso user add`; answers with the password that it prints.
    ///
    /// # Panics
    /// When the account is not made.
    #[must_use]
    pub fn account(&self, login: &str, role: &str, firm: Option<Firm>) -> Login {
        let (name, email) = (format!("試験 {login}"), format!("{login}@banso.invalid"));
        let mut words = vec!["user", "add", login, "--name", &name, "--email", &email, "--role", role];
        let number = firm.map(Firm::number).unwrap_or_default();
        if let Some(firm) = firm {
            words.extend(["--organisation", &number, "--organisation-name", firm.name, "--organisation-kind", firm.kind]);
        }
        let (code, out, err) = self.run(&words);
        assert_eq!(code, 0, "{words:?}:\n{out}\n{err}");
        let password = out.lines().find(|line| line.contains("Password")).and_then(|line| line.split_whitespace().last());
        Login { login: login.to_owned(), password: password.expect("a password").to_owned() }
    }

    /// Goes through all that is kept.
    ///
    /// # Panics
    /// When something does not agree.
    pub fn verify(&self) -> String {
        let (code, out, err) = self.run(&["verify"]);
        assert_eq!(code, 0, "banso verify:\n{out}\n{err}");
        out
    }

    /// The mails in the outbox, decoded.
    #[must_use]
    pub fn mails(&self) -> Vec<String> {
        let files = std::fs::read_dir(self.setup.data.join("outbox")).into_iter().flatten().filter_map(Result::ok);
        let mails = files.map(|f| f.path()).filter(|p| p.extension().is_some_and(|e| e == "eml"));
        mails.map(|p| decoded(&std::fs::read_to_string(p).unwrap())).collect()
    }
}

impl Login {
    /// Somebody signed in at this server.
    pub async fn visit(&self, server: &Server) -> Visitor {
        let mut visitor = Visitor::new(&server.address);
        self.sign_in(&mut visitor).await;
        visitor
    }

    pub async fn sign_in(&self, visitor: &mut Visitor) {
        let form = visitor.get("/sign-in").await.form("/sign-in").set("login", &self.login).set("password", &self.password);
        visitor.submit(&form).await.expect_status(200).expect("/sign-out");
    }
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn guideline() -> String {
    let file = ["demo", "programmes"].map(|folder| repository().join(folder).join(GUIDELINE)).into_iter().find(|file| file.is_file());
    std::fs::read_to_string(file.expect("the guideline of the demonstration")).unwrap()
}

/// What time it is on this machine.
///
/// # Panics
/// Before 1970.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "a call that is open while the test runs is dated by the machine's clock")]
pub fn now() -> Instant {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    Instant::from_micros(i64::try_from(since.as_micros()).unwrap()).unwrap()
}

/// A mail as it is read: its head, and its body out of base64 or quoted-printable.
fn decoded(mail: &str) -> String {
    let (head, body) = mail.split_once("\r\n\r\n").unwrap_or((mail, ""));
    let body = if head.to_ascii_lowercase().contains("transfer-encoding: base64") {
        String::from_utf8_lossy(&base64(body)).into_owned()
    } else if head.to_ascii_lowercase().contains("quoted-printable") {
        quoted_printable(body)
    } else {
        body.to_owned()
    };
    format!("{head}\n\n{body}")
}

fn base64(text: &str) -> Vec<u8> {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let sixths: Vec<u32> =
        text.bytes().filter_map(|b| LETTERS.iter().position(|l| *l == b)).map(|at| u32::try_from(at).unwrap_or(0)).collect();
    let bytes = |chunk: &[u32]| {
        let word = chunk.iter().enumerate().fold(0_u32, |word, (at, sixth)| word | (sixth << (18 - 6 * at)));
        word.to_be_bytes()[1..chunk.len()].to_vec()
    };
    sixths.chunks(4).flat_map(bytes).collect()
}

fn quoted_printable(text: &str) -> String {
    let joined = text.replace("=\r\n", "");
    let (mut bytes, mut rest) = (Vec::new(), joined.as_bytes());
    while let Some((first, after)) = rest.split_first() {
        let code = after.get(..2).and_then(|two| std::str::from_utf8(two).ok()).and_then(|two| u8::from_str_radix(two, 16).ok());
        let (byte, taken) = if *first == b'=' { code.map_or((b'=', 0), |code| (code, 2)) } else { (*first, 0) };
        bytes.push(byte);
        rest = &after[taken..];
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mails_are_decoded() {
        assert_eq!(decoded("A: b\r\nContent-Transfer-Encoding: base64\r\n\r\n5ouFIGE=\r\n").rsplit('\n').next(), Some("担 a"));
        assert_eq!(decoded("Content-Transfer-Encoding: quoted-printable\r\n\r\n=E6=8B=85 a=\r\nb").rsplit('\n').next(), Some("担 ab"));
    }
}
