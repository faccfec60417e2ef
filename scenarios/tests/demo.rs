//! The first command on a fresh machine: the demonstration is made, can be signed in to by everybody it names, stays, and is never
//! taken for whole when it is half.

#![cfg(test)]

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use banso_scenarios::{Login, Server, Setup, TestDatabase, banso, output_of};

const PASSWORD: &str = "banso-demo";
const PROGRAMMES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../programmes");

fn setup(folder: &Path, database: Option<&str>) -> Setup {
    let setup = Setup::new(&folder.join("data")).with(&["demo", "--programmes", PROGRAMMES, "--lang", "ja"]);
    match database {
        Some(database) => setup.on(database),
        None => setup,
    }
}

async fn signed_in(server: &Server, login: &str) -> banso_scenarios::Visitor {
    Login { login: login.to_owned(), password: PASSWORD.to_owned() }.visit(server).await
}

/// What each of them finds first.
async fn everybody_finds_something_to_do(server: &Server) {
    for (login, path, words) in [
        ("owner", "/apply", &["作成中", "審査中", "交付決定", "デモ環境"][..]),
        ("partner", "/apply", &["作成中"]),
        ("applicant31", "/apply", &["受付済"]),
        ("officer", "/office", &["交付申請", "審査"]),
        ("director", "/office", &["交付申請"]),
    ] {
        let page = signed_in(server, login).await.get(path).await;
        for word in words {
            page.expect_status(200).expect(word);
        }
    }
    for login in ["reviewer1", "reviewer6", "auditor"] {
        signed_in(server, login).await;
    }
}

async fn the_first_command(database: Option<String>) {
    let folder = tempfile::tempdir().unwrap();
    let setup = setup(folder.path(), database.as_deref());
    let mut server = Server::start(&setup);
    let said = server.said().join("\n");
    for word in [PASSWORD, "owner", "partner", "officer", "director", "director2", "reviewer1", "auditor"] {
        assert!(said.contains(word), "{word}\n{said}");
    }
    assert!(server.log().contains("デモを作っています"), "{}", server.log());
    everybody_finds_something_to_do(&server).await;
    server.stop();
    // Once more: everything is still there, and nothing is made again.
    let before = std::fs::metadata(setup.data.with_extension("log")).unwrap().len();
    let server = Server::start(&setup);
    assert!(!server.log()[before as usize..].contains("デモを作っています"), "{}", server.log());
    everybody_finds_something_to_do(&server).await;
    server.stop();
    let mut words = vec!["verify", "--data", setup.data.to_str().unwrap()];
    words.extend(database.iter().flat_map(|d| ["--database", d.as_str()]));
    let (code, out, err) = output_of(&words, folder.path());
    assert_eq!(code, 0, "{out}\n{err}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_command_on_sqlite() {
    the_first_command(None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_command_on_postgresql() {
    if let Some(database) = TestDatabase::new().await {
        the_first_command(Some(database.url())).await;
    }
}

/// Starts the first command and kills it while the demonstration is being made.
fn killed_half_way(folder: &Path, database: Option<&str>) {
    let data = folder.join("data");
    let mut words = vec!["demo", "--port", "0", "--lang", "ja", "--data", data.to_str().unwrap(), "--programmes", PROGRAMMES];
    words.extend(database.iter().flat_map(|d| ["--database", *d]));
    let mut child = Command::new(banso()).args(words).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let half = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok).find(|l| l.contains("デモを作っています"));
    assert!(half.is_some());
    child.kill().unwrap();
    child.wait().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn half_a_demonstration_is_put_aside_and_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    killed_half_way(folder.path(), None);
    let data = folder.path().join("data");
    let words = ["serve", "--port", "0", "--programmes", PROGRAMMES, "--data", data.to_str().unwrap()];
    let (code, _, err) = output_of(&words, folder.path());
    assert!(code != 0 && err.contains("途中で止まっています"), "{code} {err}");
    let server = Server::start(&setup(folder.path(), None));
    assert!(server.log().contains("data.half-1"), "{}", server.log());
    everybody_finds_something_to_do(&server).await;
    server.stop();
    let found: BTreeSet<String> =
        std::fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    assert!(found.contains("data") && found.contains("data.half-1"), "{found:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn half_a_demonstration_in_postgresql_is_said() {
    let Some(database) = TestDatabase::new().await else { return };
    let folder = tempfile::tempdir().unwrap();
    killed_half_way(folder.path(), Some(&database.url()));
    let data = folder.path().join("data");
    let words = ["demo", "--port", "0", "--programmes", PROGRAMMES, "--data", data.to_str().unwrap(), "--database", &database.url()];
    let (code, _, err) = output_of(&words, folder.path());
    assert!(code != 0 && err.contains("途中で止まっています") && err.contains("interrupted half-way"), "{code} {err}");
}
