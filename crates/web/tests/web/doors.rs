//! The way in and what stands around every page: signing in, limits, forged forms, headers, languages, failures.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use banso_office::testing::{PASSWORD, TestOffice};
use banso_permits::Role;
use banso_web::testing::{Visitor, lines};

async fn office_with_yamada() -> TestOffice {
    let office = TestOffice::new().await;
    let firm = office.organisation("株式会社例示", "sme").await;
    office.somebody("yamada", &[Role::Applicant], Some(firm)).await;
    office
}

#[tokio::test]
async fn signing_in_leads_home_and_out_again() {
    let office = office_with_yamada().await;
    let mut visitor = Visitor::new(&office);
    assert_eq!(visitor.get("/home?x=1").await.location(), "/sign-in?next=/home%3Fx%3D1");
    let answer = visitor.sign_in("  ＹＡＭＡＤＡ ", PASSWORD).await;
    assert_eq!((answer.is(303).location(), answer.body.as_str()), ("/home", ""));
    visitor.get("/home").await.is(200).has("試験 yamada").has("株式会社例示").has(r#"href="/apply""#);
    visitor.send("/home", "/sign-out", &[]).await.is(303);
    visitor.get("/home").await.is(303);
}

#[tokio::test]
async fn after_signing_in_the_page_asked_for_comes() {
    let office = office_with_yamada().await;
    let mut visitor = Visitor::new(&office);
    let page = visitor.get("/sign-in?next=/home%3Fx%3D1").await;
    page.is(200).has("ログインすると、元のページに戻ります");
    let fields = [("_csrf", page.hidden("_csrf")), ("next", page.hidden("next")), ("login", "yamada"), ("password", PASSWORD)];
    assert_eq!(visitor.post("/sign-in", &fields, &[]).await.is(303).location(), "/home?x=1");
    assert_eq!(visitor.get("/sign-in?next=//elsewhere.example").await.is(303).location(), "/home");
}

#[tokio::test]
async fn a_wrong_password_says_no_more_than_that() {
    let office = office_with_yamada().await;
    let mut visitor = Visitor::new(&office);
    for (login, password) in [("yamada", "wrong-password"), ("nobody", PASSWORD), ("", "")] {
        let answer = visitor.sign_in(login, password).await;
        answer.is(422).has("ログインIDまたはパスワードが正しくありません").has("<title>エラー：").has(r##"href="#login""##);
        answer.has(r#"aria-invalid="true""#).has(r#"aria-describedby="login-wrong""#).has(r#"role="alert""#);
        assert!(!answer.body.contains("wrong-password"), "a password is never shown again");
    }
}

#[tokio::test]
async fn too_many_attempts_wait() {
    let office = office_with_yamada().await;
    let mut visitor = Visitor::new(&office);
    for _ in 0..5 {
        visitor.sign_in("yamada", "wrong-password").await.is(422);
    }
    let answer = visitor.sign_in("yamada", PASSWORD).await;
    answer.is(429).has("しばらくお待ちください");
    assert_eq!(answer.header("retry-after"), "900");
    // Whoever guesses from elsewhere does not shut the owner out.
    Visitor::new(&office).from_address([127, 0, 0, 2]).sign_in("yamada", PASSWORD).await.is(303);
    visitor.sign_in("yamada", PASSWORD).await.is(429);
    office.wait_seconds(901);
    visitor.sign_in("yamada", PASSWORD).await.is(303);
}

#[tokio::test]
async fn one_address_cannot_try_every_login() {
    let office = office_with_yamada().await;
    let mut visitor = Visitor::new(&office);
    for n in 0..30 {
        visitor.sign_in(&format!("guess-{n}"), "wrong-password").await.is(422);
    }
    visitor.sign_in("yamada", PASSWORD).await.is(429);
    visitor.from_address([127, 0, 0, 2]).sign_in("yamada", PASSWORD).await.is(303);
}

#[tokio::test]
async fn a_session_has_an_end_and_a_new_id_after_signing_in() {
    let office = office_with_yamada().await;
    let mut visitor = Visitor::new(&office);
    let before = visitor.get("/sign-in").await.header("set-cookie").to_owned();
    for part in ["banso=", "HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(before.contains(part), "{before}");
    }
    let after = visitor.sign_in("yamada", PASSWORD).await.header("set-cookie").to_owned();
    assert_ne!(before.split(';').next(), after.split(';').next());
    office.wait_seconds(11 * 3600);
    visitor.get("/home").await.is(200);
    office.wait_seconds(11 * 3600);
    visitor.get("/home").await.is(200);
    office.wait_seconds(13 * 3600);
    visitor.get("/home").await.is(303);
}

#[tokio::test]
async fn a_form_of_another_site_is_not_accepted() {
    let office = office_with_yamada().await;
    let mut visitor = Visitor::signed_in(&office, "yamada").await;
    let token = visitor.get("/home").await.hidden("_csrf").to_owned();
    let with = [("_csrf", token.as_str())];
    let check = async |visitor: &mut Visitor, fields: &[(&str, &str)], headers: &[(&str, &str)], status: u16| {
        visitor.post("/sign-out", fields, headers).await.is(status);
    };
    check(&mut visitor, &[], &[], 403).await;
    check(&mut visitor, &[("_csrf", "0".repeat(64).as_str())], &[], 403).await;
    check(&mut visitor, &with, &[("sec-fetch-site", "cross-site")], 403).await;
    check(&mut visitor, &with, &[("sec-fetch-site", "same-site")], 403).await;
    check(&mut visitor, &with, &[("origin", "https://elsewhere.example")], 403).await;
    check(&mut visitor, &[], &[("x-csrf-token", &token), ("sec-fetch-site", "same-origin")], 303).await;
}

#[tokio::test]
async fn no_form_is_taken_without_its_token() {
    let office = TestOffice::new().await;
    let every_role = [Role::Applicant, Role::Officer, Role::Director, Role::Reviewer];
    office.somebody("all", &every_role, None).await;
    office.somebody("auditor", &[Role::Auditor], None).await;
    for login in ["all", "auditor"] {
        let mut visitor = Visitor::signed_in(&office, login).await;
        for (method, path, _) in lines().into_iter().filter(|(m, ..)| m != "GET") {
            let path = path.replace(['{', '}'], "");
            let answer = visitor.post(&path, &[], &[]).await;
            assert!([403, 415].contains(&answer.status.as_u16()), "{method} {path}: {}", answer.status);
        }
    }
}

#[tokio::test]
async fn other_kinds_and_sizes_of_bodies() {
    let office = office_with_yamada().await;
    let mut visitor = Visitor::signed_in(&office, "yamada").await;
    let token = visitor.get("/home").await.hidden("_csrf").to_owned();
    visitor.upload("/sign-out", &[("_csrf", &token)], ("f", "a.pdf", b"%PDF")).await.is(415);
    let large = "x".repeat(3 << 20);
    visitor.post("/sign-out", &[("_csrf", &token), ("a", &large)], &[]).await.is(413).has("大きすぎます");
    let many: Vec<(&str, &str)> = (0..4000).map(|_| ("a", "")).collect();
    visitor.post("/sign-out", &many, &[("x-csrf-token", &token)]).await.is(413);
    visitor.get("/home").await.is(200);
}

#[tokio::test]
async fn a_database_that_is_away_is_named_with_what_to_do() {
    let office = office_with_yamada().await;
    let mut yamada = Visitor::signed_in(&office, "yamada").await;
    (*office).clone().close().await;
    for (visitor, path) in [(&mut yamada, "/home"), (&mut Visitor::new(&office), "/sign-in"), (&mut Visitor::new(&office), "/health")] {
        let page = visitor.get(path).await;
        page.is(503).has("データベースに接続できません").has("動いているか").has("失われていません");
        assert_eq!(page.header("retry-after"), "10", "{path}");
    }
}

#[tokio::test]
async fn published_passwords_are_warned_of_where_others_come_in() {
    let office = office_with_yamada().await;
    let mut visitor = Visitor::new(&office);
    let warning = "デモのパスワードは公開されています";
    let here = visitor.get("/sign-in").await;
    assert!(!here.is(200).body.contains(warning), "whoever sits at this machine is not warned");
    for header in [("x-forwarded-for", "192.0.2.9"), ("forwarded", "for=192.0.2.9")] {
        visitor.get_with("/sign-in", &[header]).await.is(200).holds_together().has(warning);
    }
}

#[tokio::test]
async fn every_answer_carries_the_headers() {
    let office = office_with_yamada().await;
    let mut visitor = Visitor::new(&office);
    for path in ["/", "/sign-in", "/nowhere", "/health"] {
        let answer = visitor.get(path).await;
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("script-src 'self';") && policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "SAMEORIGIN"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cache-control", "no-store"),
        ] {
            assert_eq!(answer.header(name), value, "{path}");
        }
    }
}

#[tokio::test]
async fn static_files_are_kept_and_nothing_inline_is_needed() {
    let office = office_with_yamada().await;
    let mut visitor = Visitor::new(&office);
    let page = visitor.get("/").await;
    for part in page.body.split('"').filter(|p| p.starts_with("/static/")) {
        let file = visitor.get(part).await;
        file.is(200);
        assert!(file.header("cache-control").contains("immutable"), "{part}");
    }
    for inline in ["<style", " style=", "<script>", " onclick=", "javascript:"] {
        assert!(!page.body.contains(inline), "`{inline}` on a page needs a hole in the policy");
    }
    visitor.get("/static/000000000000/banso.css").await.is(404);
}

#[tokio::test]
async fn the_language_is_switched_and_kept() {
    let office = office_with_yamada().await;
    let mut visitor = Visitor::new(&office);
    visitor.get("/sign-in").await.has(r#"<html lang="ja">"#).has(r#"href="/sign-in?lang=en""#);
    visitor.get("/sign-in?lang=en").await.has(r#"<html lang="en">"#).has("Password").has(r#"href="/sign-in?lang=ja""#);
    visitor.get("/nowhere").await.is(404).has("Page not found");
    visitor.get("/sign-in?lang=ja").await.has("パスワード");
    visitor.get("/nowhere").await.has("ページが見つかりません");
}

#[tokio::test]
async fn the_switch_on_an_answer_to_a_form_leads_to_a_page() {
    let office = office_with_yamada().await;
    let mut visitor = Visitor::signed_in(&office, "yamada").await;
    visitor.post("/sign-out", &[("_csrf", "wrong")], &[]).await.is(403).has(r#"href="/home?lang=en""#);
    visitor.get("//evil.example/").await.is(404).has(r#"href="/evil.example/?lang=en""#);
}

#[tokio::test]
async fn a_page_that_is_not_there_does_not_lead_back_to_itself() {
    let office = office_with_yamada().await;
    let mut visitor = Visitor::new(&office);
    for (from, back) in [("/nowhere?lang=ja", "/home"), ("/nowhere", "/home"), ("/calls/go-tech/none", "/calls/go-tech/none")] {
        let referer = format!("http://localhost{from}");
        let page = visitor.get_with("/nowhere?lang=en", &[("host", "localhost"), ("referer", referer.as_str())]).await;
        page.is(404).has(&format!(r#"<a href="{back}">Back to the page before"#));
    }
}

#[tokio::test]
async fn failures_are_pages_for_people_and_json_for_scripts() {
    let office = office_with_yamada().await;
    let mut visitor = Visitor::signed_in(&office, "yamada").await;
    visitor.get("/nowhere").await.is(404).has("<h1>ページが見つかりません</h1>").has("合成データによるデモ環境");
    visitor.get("/sign-out").await.is(405).has("この操作はできません");
    let json = visitor.get_with("/nowhere", &[("accept", "application/json")]).await;
    assert_eq!(json.is(404).header("content-type"), "application/json");
    json.has(r#""message":"#);
    let mut stranger = Visitor::new(&office);
    stranger.get_with("/home", &[("accept", "application/json")]).await.is(401).has("もう一度ログインしてください");
}

#[tokio::test]
async fn a_closed_account_is_nobody_at_once() {
    let office = office_with_yamada().await;
    let mut visitor = Visitor::signed_in(&office, "yamada").await;
    office.close_account("yamada").await.unwrap();
    visitor.get("/home").await.is(303);
    visitor.sign_in("yamada", PASSWORD).await.is(422);
}

/// A browser reads the answer only after it has sent everything: whoever is refused is read to the end.
#[tokio::test]
async fn what_is_too_large_is_read_to_its_end_and_answered() {
    let office = office_with_yamada().await;
    let mut signed_in = Visitor::signed_in(&office, "yamada").await;
    let mut nobody = Visitor::new(&office);
    let token = signed_in.get("/home").await.hidden("_csrf").to_owned();
    let multipart = ("content-type", "multipart/form-data; boundary=edge");
    let form = ("content-type", "application/x-www-form-urlencoded");
    let case = "/apply/cases/01890000-0000-7000-8000-000000000000/files/0/plan";
    for (known, path, headers, status) in [
        (false, case, vec![multipart], 401),
        (false, "/sign-in", vec![form], 413),
        (true, "/sign-out", vec![form, ("x-csrf-token", token.as_str())], 413),
        (true, "/sign-out", vec![("content-type", "text/plain")], 415),
    ] {
        let read = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&read);
        let chunks = futures_util::stream::iter((0..120).map(move |_| {
            counter.fetch_add(1, Ordering::SeqCst);
            Ok::<_, std::io::Error>(vec![b'a'; 1 << 20])
        }));
        let visitor = if known { &mut signed_in } else { &mut nobody };
        visitor.send_body(path, &headers, axum::body::Body::from_stream(chunks)).await.is(status);
        assert_eq!(read.load(Ordering::SeqCst), 120, "{path} {status}");
    }
}
