//! What people see and do in a real Chromium: every page without a fault of accessibility, with scripts and without, on a desk and a phone.

#[cfg(test)]
mod tests {
    use banso_scenarios::{Application, Browser, Firm, Login, PDF, Screen, Scripts, Server, Stage, eventually, flaws};

    fn none(flaws: &[String]) {
        assert!(flaws.is_empty(), "{} flaws:\n{}", flaws.len(), flaws.join("\n"));
    }

    fn paths(pages: &[&str]) -> Vec<String> {
        pages.iter().map(|p| (*p).to_owned()).collect()
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn public_pages() {
        let stage = Stage::on_sqlite();
        let server = stage.start();
        let Some(browser) = Browser::open(&server.address, Screen::Desk, Scripts::Run).await else { return };
        let call = "/calls/go-tech/test-1";
        let pages = ["/", "/sign-in", call, &format!("{call}/check"), &format!("{call}/compare"), "/calls/go-tech/test-0"];
        none(&flaws(&browser, &paths(&pages)).await);
        browser.visit("/").await;
        browser.press("a[hreflang='en']").await;
        assert!(browser.words().await.contains("Sign in"));
        browser.visit(call).await;
        assert!(browser.words().await.contains("How the amount is computed"), "English is kept");
        browser.close().await;
    }

    /// An application with everything in it, and the person it belongs to.
    async fn filled(stage: &Stage, server: &Server) -> (Login, Application) {
        let login = stage.account("lead", "applicant", Some(Firm::LEAD));
        let application = Application::filled(&mut login.visit(server).await, "架空の微細加工の高度化").await;
        (login, application)
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn an_applicants_pages() {
        let stage = Stage::on_sqlite();
        let server = stage.start();
        let (login, application) = filled(&stage, &server).await;
        let empty = Application::start(&mut login.visit(&server).await, "test-1", Firm::LEAD, "まだ空の申請").await;
        let Some(browser) = login.browser(&server, Screen::Desk, Scripts::Run).await else { return };
        let case = &application.path;
        let mut pages = paths(&["/home", "/apply", "/apply/start/go-tech/test-1", case]);
        pages.push(format!("/apply/start/go-tech/test-1?number={}", Firm::LEAD.number()));
        pages.extend(["basics", "check", "submission"].map(|page| format!("{case}/{page}")));
        for (section, member) in
            [("overview", 0), ("consortium", 0), ("member", 2), ("budget", 1), ("plan", 0), ("kpis", 0), ("documents", 0)]
        {
            pages.push(application.section(section, member));
        }
        pages.extend([format!("{}/check", empty.path), format!("{}?check=1", empty.section("overview", 0))]);
        none(&flaws(&browser, &pages).await);
        browser.visit(&format!("{case}/submission")).await;
        browser.press("#declared").await;
        browser.press("main form button").await;
        browser.find_css(".bs-receipt").await;
        let mut visitor = login.visit(&server).await;
        application.letter(&mut visitor, 1).await;
        let notice = visitor.get("/apply").await.link("/apply/notices/");
        let mut pages = paths(&["/apply", case, &notice]);
        pages.extend(["receipts/1", "withdrawal", "check", "sections/plan/0"].map(|page| format!("{case}/{page}")));
        none(&flaws(&browser, &pages).await);
        browser.close().await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_is_typed_is_kept() {
        let stage = Stage::on_sqlite();
        let server = stage.start();
        let (login, application) = filled(&stage, &server).await;
        let Some(browser) = login.browser(&server, Screen::Desk, Scripts::Run).await else { return };
        let plan = application.section("plan", 0);
        browser.visit(&plan).await;
        browser.fill("a.needs", "打った文字は残る").await;
        eventually("the live count", async || browser.words().await.contains("8字 / 800字").then_some(())).await;
        saves(&login, &server, &plan, "a.needs", "打った文字は残る").await;
        assert!(browser.find_css("[data-saved][data-state='saved']").await.text().await.unwrap().contains("保存しました"));
        let Some(phone) = login.browser(&server, Screen::Phone, Scripts::Run).await else { return };
        phone.visit(&plan).await;
        assert_eq!(value(&phone, "a.needs").await, "打った文字は残る");
        // Both go on in the same section: nothing is overwritten.
        phone.fill("a.goals", "電話から書いた目標").await;
        saves(&login, &server, &plan, "a.goals", "電話から書いた目標").await;
        browser.fill("a.method", "机から書いた方法").await;
        saves(&login, &server, &plan, "a.method", "机から書いた方法").await;
        saves(&login, &server, &plan, "a.goals", "電話から書いた目標").await;
        // The session is lost: what was typed since stays on this device and can be put back.
        browser.delete_cookie("banso").await.unwrap();
        browser.fill("a.risks", "失われた接続").await;
        eventually("the failure to be told", async || browser.find_css("[data-saved][data-state='failed']").await.text().await.ok()).await;
        browser.execute("document.querySelector('form[data-autosave]').dataset.clean = 'yes'", vec![]).await.unwrap();
        login.sign_in_with(&browser).await;
        browser.visit(&plan).await;
        browser.press(".bs-note--care button").await;
        assert_eq!(value(&browser, "a.risks").await, "失われた接続");
        saves(&login, &server, &plan, "a.risks", "失われた接続").await;
        budget_is_summed(&browser, &application).await;
        phone.close().await;
        browser.close().await;
    }

    async fn value(browser: &Browser, name: &str) -> String {
        browser.find_css(&format!("[name='{name}']")).await.prop("value").await.unwrap().unwrap_or_default()
    }

    async fn saved(login: &Login, server: &Server, path: &str, name: &str) -> String {
        login.visit(server).await.get(path).await.form(path).value(name).unwrap_or_default().to_owned()
    }

    /// Waits until the server has it: nobody presses a button.
    async fn saves(login: &Login, server: &Server, path: &str, name: &str, text: &str) {
        let mut visitor = login.visit(server).await;
        eventually(text, async || (visitor.get(path).await.form(path).value(name) == Some(text)).then_some(())).await;
    }

    async fn budget_is_summed(browser: &Browser, application: &Application) {
        browser.visit(&application.section("budget", 1)).await;
        browser.fill("a.旅費.1", "１００万円").await;
        eventually("the sum", async || browser.words().await.contains("22,000,000円").then_some(())).await;
        let subsidy = async || {
            let shown = browser.find_css("#subsidy-total").await.text().await.unwrap_or_default();
            shown.contains("14,666,666円").then_some(())
        };
        eventually("the subsidy beside it", subsidy).await;
        let everybody = async || {
            let shown = browser.find_css("#budget-result").await.text().await.unwrap_or_default();
            shown.contains("22,000,000円").then_some(())
        };
        eventually("the table of all members", everybody).await;
        // Saved, and written otherwise than it was typed: nothing is called unsaved.
        browser.press("button[name='go'][value='stay']").await;
        browser.find_css("[data-done]").await;
        assert!(!browser.words().await.contains("保存されていない入力"), "{}", browser.words().await);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn everything_works_without_scripts_on_a_phone() {
        let stage = Stage::on_sqlite();
        let server = stage.start();
        let login = stage.account("lead", "applicant", Some(Firm::LEAD));
        let Some(browser) = login.browser(&server, Screen::Phone, Scripts::Off).await else { return };
        browser.press("a[href='/apply']").await;
        browser.press("a[href='/apply/start/go-tech/test-1']").await;
        browser.fill("number", &Firm::LEAD.number()).await;
        browser.press("main form button").await;
        browser.press("input[name='track'][value='通常枠']").await;
        browser.fill("title", "紙のように静かな申請").await;
        browser.press("main form button").await;
        browser.press("a[href*='/sections/plan/0']").await;
        browser.fill("a.needs", "スクリプトなしの課題").await;
        browser.press("button[name='go'][value='stay']").await;
        browser.find_css(".bs-note--good").await;
        let here = browser.current_url().await.unwrap().path().to_owned();
        assert_eq!(saved(&login, &server, &here, "a.needs").await, "スクリプトなしの課題");
        let documents = here.replace("/plan/", "/documents/");
        browser.visit(&documents).await;
        let file = stage.folder().join("計画書.pdf");
        std::fs::write(&file, PDF).unwrap();
        browser
            .find_css("form[action$='/files/0/plan-pdf'] input[type='file']")
            .await
            .send_keys(&file.display().to_string())
            .await
            .unwrap();
        browser.press("form[action$='/files/0/plan-pdf'] button").await;
        browser.find_css(".bs-note--good").await;
        assert!(browser.words().await.contains(&banso_kernel::Digest::of(PDF).to_string()));
        browser.close().await;
    }
}
