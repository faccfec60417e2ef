//! Takes the pictures of the guide: starts the demonstration in a folder of its own, signs in as each role and looks.
//! `./test with cargo run --package banso-scenarios --bin pictures` does it; they are never drawn or retouched.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a picture that cannot be taken ends the run, with words")]

use std::path::{Path, PathBuf};

use banso_scenarios::{Browser, Login, Screen, Scripts, Server, Setup, Visitor};
use serde_json::json;

const PASSWORD: &str = "banso-demo";
/// Most bytes of one picture: a guide is read on a phone too.
const BYTES_MAX: usize = 150_000;
const CALL: &str = "/calls/go-tech/r8-demo-1";
const OFFICE: &str = "/office/calls/go-tech";

/// One picture: its name, who looks, on what screen, at which page, and how far down.
struct Picture {
    name: &'static str,
    login: &'static str,
    screen: Screen,
    path: String,
    /// What stands at the top of the picture; the top of the page when empty.
    at: &'static str,
}

fn picture(name: &'static str, login: &'static str, path: &str, at: &'static str) -> Picture {
    Picture { name, login, screen: Screen::Desk, path: path.to_owned(), at }
}

async fn signed_in(server: &Server, login: &str) -> Visitor {
    Login { login: login.to_owned(), password: PASSWORD.to_owned() }.visit(server).await
}

/// The first link of a page to an address that starts so.
async fn link(visitor: &mut Visitor, page: &str, start: &str) -> String {
    let shown = visitor.get(page).await;
    shown.links(start).into_iter().next().unwrap_or_else(|| panic!("no link to {start} on {page}"))
}

/// What there is to look at. Addresses of cases are found as people find them, by links.
async fn album(server: &Server) -> Vec<Picture> {
    let mut owner = signed_in(server, "owner").await;
    let own = owner.get("/apply").await.links("/apply/cases/");
    let mut draft = String::new();
    for case in own {
        if !owner.get(&case).await.links("/sections/budget/").is_empty() && owner.get(&case).await.text().contains("入力内容を確認する")
        {
            draft = case;
        }
    }
    let budget = link(&mut owner, &draft, &format!("{draft}/sections/budget/")).await;
    let mut reviewer = signed_in(server, "reviewer2").await;
    let mut sheet = String::new();
    for case in reviewer.get("/review").await.links("/review/") {
        if reviewer.get(&case).await.text().contains("採点表を提出する") {
            sheet = case;
        }
    }
    let mut analyst = signed_in(server, "analyst").await;
    let study = link(&mut analyst, "/analysis/calls/go-tech/past-demo", "/studies/").await;
    let report = link(&mut analyst, &study, "/runs/").await;
    let mut officer = signed_in(server, "officer").await;
    let grant = format!("{}/grant", link(&mut officer, &format!("{OFFICE}/r7-1?state=grant_requested"), "/office/cases/").await);
    let mut auditor = signed_in(server, "auditor").await;
    let case = link(&mut auditor, "/audit?state=granted&call=go-tech/r7-1", "/audit/cases/").await;
    vec![
        picture("guideline", "", CALL, ""),
        picture("can-my-firm-apply", "", &format!("{CALL}/check?資本金=4億円&従業員数=400"), "main h1"),
        picture("task-list", "owner", &draft, "main h1"),
        picture("budget", "owner", &budget, ".bs-running"),
        Picture { screen: Screen::Phone, ..picture("budget-on-a-phone", "owner", &budget, ".bs-running") },
        picture("check-your-answers", "owner", &format!("{draft}/check"), "main h1"),
        picture("inbox", "officer", &format!("{OFFICE}/r7-1"), "main h1"),
        picture("selection-meeting", "officer", &format!("{OFFICE}/r7-1/selection"), "main h1"),
        picture("score-sheet", "reviewer2", &sheet, "main h1"),
        picture("grant-decision", "director", &grant, "main h1"),
        picture("study-report", "analyst", &report, "main h1"),
        picture("audit-timeline", "auditor", &case, "#versions"),
    ]
}

/// What the screen shows of the page from `at` on, as a PNG.
async fn take(browser: &Browser, picture: &Picture, folder: &Path) -> usize {
    browser.resize(picture.screen).await;
    if picture.screen == Screen::Desk {
        // A little less than a desk: what is read on a page of the guide, and small enough to be sent.
        let sizes = json!({ "width": 1120, "height": 660, "deviceScaleFactor": 1, "mobile": false });
        browser.cdp("Emulation.setDeviceMetricsOverride", sizes).await;
    }
    browser.visit(&picture.path).await;
    let scroll = "const at = arguments[0] ? document.querySelector(arguments[0]) : null;
        scrollTo({ top: at ? at.getBoundingClientRect().top + scrollY - 12 : 0, behavior: 'instant' })";
    browser.execute(scroll, vec![json!(picture.at)]).await.unwrap();
    let png = browser.screenshot().await.unwrap();
    std::fs::write(folder.join(format!("{}.png", picture.name)), &png).unwrap();
    png.len()
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

#[tokio::main]
async fn main() {
    let data = tempfile::tempdir().unwrap();
    let folder = repository().join("docs/guide/pictures");
    std::fs::create_dir_all(&folder).unwrap();
    let programmes = repository().join("programmes");
    let server = Server::start(&Setup::new(&data.path().join("data")).with(&["demo", "--programmes", &programmes.display().to_string()]));
    let mut who = String::from("nobody yet");
    let mut browser: Option<Browser> = None;
    let mut too_large = Vec::new();
    for picture in album(&server).await {
        if picture.login != who {
            if let Some(done) = browser.take() {
                done.close().await;
            }
            let Some(opened) = Browser::open(&server.address, picture.screen, Scripts::Run).await else {
                panic!("there is no browser: run `./test with cargo run --package banso-scenarios --bin pictures`")
            };
            if !picture.login.is_empty() {
                Login { login: picture.login.to_owned(), password: PASSWORD.to_owned() }.sign_in_with(&opened).await;
            }
            (browser, who) = (Some(opened), picture.login.to_owned());
        }
        let Some(open) = &browser else { continue };
        let bytes = take(open, &picture, &folder).await;
        println!("{:>7} bytes  docs/guide/pictures/{}.png", bytes, picture.name);
        if bytes > BYTES_MAX {
            too_large.push(picture.name);
        }
    }
    if let Some(done) = browser {
        done.close().await;
    }
    server.stop();
    assert!(too_large.is_empty(), "more than {BYTES_MAX} bytes: {too_large:?}");
}
