//! The harness itself: the browser sees what a person sees, axe finds what is wrong, scripts can be switched off.

#[cfg(test)]
mod tests {
    use axum::response::Html;
    use axum::routing::get;
    use banso_scenarios::{Browser, Screen, Scripts, Visitor, accessibility_faults};

    const PAGE: &str = "<!doctype html><html lang=ja><head><meta charset=utf-8><meta name=viewport content='width=device-width'><title>試し</title>
        <style>@media (max-width: 500px) { #wide { display: none } }</style></head>
        <body><main><h1>試し</h1><p id=wide>広い画面</p><p id=script>なし</p><form method=post action=/x><label>氏名 <input name=name></label></form>
        FAULT</main><script>document.getElementById('script').textContent = 'あり'</script></body></html>";

    async fn site() -> String {
        let good = PAGE.replace("FAULT", "");
        let bad = PAGE.replace("FAULT", "<img src='data:,'><p style='color:#ccc'>薄い字</p>");
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let routes = axum::Router::new()
            .route("/good", get(|| async { Html(good) }))
            .route("/bad", get(|| async { Html(bad) }))
            .route("/away", get(|| async { axum::response::Redirect::to("/good") }));
        tokio::spawn(async move { axum::serve(listener, routes).await });
        address
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_visitor_follows_and_reads() {
        let mut visitor = Visitor::new(&site().await);
        let page = visitor.get("/away").await;
        page.expect_status(200).expect("広い画面");
        assert_eq!((page.path.as_str(), page.forms().len()), ("/good", 1));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn the_browser_is_real_and_axe_can_fail() {
        let folder = tempfile::tempdir().unwrap();
        let Some(browser) = Browser::open(&site().await, Screen::Desk, Scripts::Run).await else { return };
        browser.visit("/good").await;
        browser.fill("name", "髙﨑").await;
        assert!(browser.words().await.contains("広い画面") && browser.words().await.contains("あり"));
        assert_eq!(accessibility_faults(&browser).await, Vec::<String>::new());
        browser.resize(Screen::Phone).await;
        assert!(!browser.words().await.contains("広い画面"));
        browser.picture(Screen::Phone, &folder.path().join("a.png")).await;
        assert!(std::fs::read(folder.path().join("a.png")).unwrap().starts_with(b"\x89PNG"));
        browser.visit("/bad").await;
        let faults = accessibility_faults(&browser).await;
        assert!(faults.iter().any(|f| f.starts_with("image-alt")) && faults.iter().any(|f| f.starts_with("color-contrast")), "{faults:?}");
        browser.close().await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn scripts_can_be_off() {
        let Some(browser) = Browser::open(&site().await, Screen::Desk, Scripts::Off).await else { return };
        browser.visit("/good").await;
        assert!(browser.words().await.contains("なし"));
        browser.close().await;
    }
}
