//! The policy analyst's way through the demonstration, on both databases: the study that was declared before its outcomes were known is
//! read, printed, taken away and computed anew to the same bytes; another one, declared too late, is marked wherever it is shown.

#![cfg(test)]

use std::io::{Cursor, Read as _};
use std::path::Path;
use std::sync::Mutex;

use banso_scenarios::{Login, Page, Server, Setup, TestDatabase, Visitor, eventually, output_of};

const PROGRAMMES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../programmes");
const CALL: &str = "/analysis/calls/go-tech/past-demo";

async fn analyst(server: &Server) -> Visitor {
    Login { login: "analyst".to_owned(), password: "banso-demo".to_owned() }.visit(server).await
}

/// The study of the demonstration: its report, in both languages, as pictures and as a paper.
async fn read(visitor: &mut Visitor) -> (Page, String) {
    visitor.get("/analysis").await.expect_status(200).expect("採択が決定した公募");
    let call = visitor.get(CALL).await;
    call.expect_status(200).expect("回帰不連続").expect("使えます").expect("事前宣言");
    let study = visitor.get(&call.link("/studies/")).await;
    study.expect_status(200).expect("事前宣言：成果が分かる前に記録").expect("実行の記録");
    let path = study.link("/runs/");
    let report = visitor.get(&path).await;
    report.expect_status(200).expect("分かったこと").expect("事業の目標（KPI）").expect("前提の点検").expect("検出できる効果");
    report.expect("研究開発達成度").expect("売上累計額の総予算投入額に対する比率");
    for name in ["discontinuity-1", "density"] {
        visitor.get(&format!("{path}/figures/{name}")).await.expect_status(200).expect("<svg");
    }
    visitor.get(&format!("{path}/figures/nothing")).await.expect_status(404);
    for (language, words) in [("ja", "分かったこと"), ("en", "What was found")] {
        visitor.get(&format!("{path}?lang={language}")).await.expect_status(200).expect(words);
        let paper = visitor.get(&format!("{path}/report-{language}.pdf")).await.bytes;
        assert!(paper.starts_with(b"%PDF-1.7") && paper.len() > 20_000, "{} bytes", paper.len());
        let again = visitor.get(&format!("{path}/report-{language}.pdf")).await.bytes;
        assert!(paper == again, "the same report is the same paper");
    }
    visitor.get(&format!("{path}?lang=ja")).await;
    (report, path)
}

fn unpacked(zip: &[u8], to: &Path) -> Vec<String> {
    let mut archive = zip::ZipArchive::new(Cursor::new(zip)).unwrap();
    let names: Vec<String> = archive.file_names().map(|name| name.unwrap().into_owned()).collect();
    for name in &names {
        let mut bytes = Vec::new();
        archive.by_name(name).unwrap().read_to_end(&mut bytes).unwrap();
        let place = to.join(name);
        std::fs::create_dir_all(place.parent().unwrap()).unwrap();
        std::fs::write(place, bytes).unwrap();
    }
    names
}

/// The command line comes to the same bytes from what was taken away.
async fn computed_anew(visitor: &mut Visitor, path: &str, folder: &Path) {
    let zip = visitor.get(&format!("{path}/package.zip")).await.bytes;
    let package = folder.join("package");
    let names = unpacked(&zip, &package);
    let panel = std::fs::read_to_string(package.join("panel.csv")).unwrap();
    for secret in ["株式会社", "法人番号", "架空過去", "架空区", "GP-"] {
        assert!(!panel.contains(secret), "the panel tells `{secret}`");
    }
    assert_eq!(panel.lines().count(), 301);
    let declared = std::fs::read_to_string(package.join("package.json")).unwrap();
    let declared: serde_json::Value = serde_json::from_str(&declared).unwrap();
    assert_eq!(declared["standing"], "matching");
    let words =
        ["evaluate", "study", "declaration.json", "panel.csv", "--declared", declared["declaration"].as_str().unwrap(), "--to", "again"];
    let (code, out, err) = output_of(&words, &package);
    assert_eq!(code, 0, "{out}\n{err}");
    for name in names.iter().filter(|n| !["panel.csv", "README.txt"].contains(&n.as_str())) {
        let (kept, made) = (std::fs::read(package.join(name)).unwrap(), std::fs::read(package.join("again").join(name)).unwrap());
        assert!(kept == made, "{name} differs");
    }
    finds_what_is_built_in(&package);
    the_same_in_every_load(&package);
}

/// The demonstration is made so that its study finds what was built in: 40 million yen, clear of nought, with no headline held back.
fn finds_what_is_built_in(package: &Path) {
    let report = std::fs::read_to_string(package.join("report.json")).unwrap();
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    let first = &report["findings"][0];
    let [low, high] = [0, 1].map(|at| first["effect"]["interval"][at].as_f64().unwrap());
    assert!(low > 0.0 && low < 40.0 && high > 40.0, "{low} to {high}");
    for finding in report["findings"].as_array().unwrap() {
        assert!(finding["effect"].is_object(), "{} {} {}", finding["outcome"]["en"], finding["held"], finding["refused"]);
    }
    // A group is of fewer firms: its number is there, or it says why not.
    let groups = report["groups"].as_array().unwrap();
    assert!(groups.iter().any(|g| g["effect"].is_object()), "{groups:?}");
    for group in groups.iter().filter(|g| !g["effect"].is_object()) {
        let held = group["held"].as_array().is_some_and(|held| held.iter().all(|w| w["code"] == "few-points"));
        assert!(held && group["refused"].is_null(), "{} {}", group["held"], group["refused"]);
    }
}

/// Every load of the demonstration has the same study, whatever it is kept in and whatever its ids: whoever comes second compares.
fn the_same_in_every_load(package: &Path) {
    static FIRST: Mutex<Option<String>> = Mutex::new(None);
    let report = std::fs::read_to_string(package.join("report.json")).unwrap();
    let mut first = FIRST.lock().unwrap();
    assert!(first.get_or_insert_with(|| report.clone()) == &report, "the demonstration's study differs from load to load");
}

/// A study declared when outcomes are known already explores, and says so everywhere.
async fn declared_too_late(visitor: &mut Visitor) {
    let page = visitor.get(&format!("{CALL}/declaration")).await;
    page.expect_status(200).expect("研究の宣言").expect("実績付加価値額を、受けなかった場合と比べて");
    let wrong = visitor.submit(&page.form("/declaration/preview").set("title", " ")).await;
    wrong.expect_status(422).expect("入力してください");
    let shown = visitor.submit(&page.form("/declaration/preview").set("title", "後から思いついた問い（合成）")).await;
    shown.expect_status(200).expect("「探索的」と記録されます").expect("検出できる効果の見通し");
    let record = shown.forms().into_iter().find(|f| f.action.ends_with("/declaration")).unwrap();
    let study = visitor.submit(&record).await;
    study.expect_status(200).expect("研究の宣言を台帳に記録しました").expect("探索的");
    let early = study.form("/runs").set("known_on", "2999-01-01");
    visitor.submit(&early).await.expect("まだ来ていません");
    let mut shown = visitor.submit(&study.form("/runs")).await;
    shown.expect_status(200);
    let own = study.form("/runs").action.trim_end_matches("/runs").to_owned();
    let address = eventually("the run is on record", async || {
        shown = visitor.get(&own).await;
        let runs = shown.links("/runs/");
        runs.into_iter().next()
    })
    .await;
    visitor.get(&address).await.expect_status(200).expect("探索的な実行です");
}

async fn the_whole_way(database: Option<String>) {
    let folder = tempfile::tempdir().unwrap();
    let setup = Setup::new(&folder.path().join("data")).with(&["demo", "--programmes", PROGRAMMES, "--lang", "ja"]);
    let setup = match database.as_deref() {
        Some(database) => setup.on(database),
        None => setup,
    };
    let server = Server::start(&setup);
    let mut visitor = analyst(&server).await;
    let (_, path) = read(&mut visitor).await;
    computed_anew(&mut visitor, &path, folder.path()).await;
    declared_too_late(&mut visitor).await;
    // The analyst sees no case; the office and the auditor read what was found, and take no data away.
    visitor.get("/office").await.expect_status(403);
    let mut officer = Login { login: "officer".to_owned(), password: "banso-demo".to_owned() }.visit(&server).await;
    officer.get(&path).await.expect_status(200).expect("分かったこと");
    officer.get(&format!("{path}/package.zip")).await.expect_status(403);
    let mut owner = Login { login: "owner".to_owned(), password: "banso-demo".to_owned() }.visit(&server).await;
    owner.get(&path).await.expect_status(403);
    server.stop();
    let mut words = vec!["verify", "--data", setup.data.to_str().unwrap()];
    words.extend(database.iter().flat_map(|d| ["--database", d.as_str()]));
    let (code, out, err) = output_of(&words, folder.path());
    assert_eq!(code, 0, "{out}\n{err}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_way_on_sqlite() {
    the_whole_way(None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_way_on_postgresql() {
    if let Some(database) = TestDatabase::new().await {
        the_whole_way(Some(database.url())).await;
    }
}
