//! What the one script of the pages does while somebody types, in a real Chromium: nothing typed is lost, nobody is overwritten.

#[cfg(test)]
mod tests {
    use banso_scenarios::{Application, Browser, Firm, Login, Screen, Scripts, Server, Stage, eventually};

    const SAVED: &str = "[data-saved][data-state='saved']";
    const FAILED: &str = "[data-saved][data-state='failed']";
    const STAY: &str = "button[name='go'][value='stay']";

    struct Scene {
        stage: Stage,
        server: Server,
        login: Login,
        application: Application,
    }

    impl Scene {
        async fn new() -> Self {
            let stage = Stage::on_sqlite();
            let server = stage.start();
            let login = stage.account("lead", "applicant", Some(Firm::LEAD));
            let application = Application::start(&mut login.visit(&server).await, "test-1", Firm::LEAD, "架空の微細加工の高度化").await;
            Scene { stage, server, login, application }
        }

        async fn browser(&self) -> Option<Browser> {
            self.login.browser(&self.server, Screen::Desk, Scripts::Run).await
        }

        fn plan(&self) -> String {
            self.application.section("plan", 0)
        }

        /// What the server has, asked by somebody else.
        async fn kept(&self, name: &str) -> String {
            let path = self.plan();
            self.login.visit(&self.server).await.get(&path).await.form(&path).value(name).unwrap_or_default().to_owned()
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn it_is_saved_by_itself_and_by_the_button_at_once() {
        let scene = Scene::new().await;
        let Some(browser) = scene.browser().await else { return };
        browser.visit(&scene.plan()).await;
        browser.fill("a.needs", "打っただけの課題").await;
        browser.find_css(SAVED).await;
        browser.visit(&scene.plan()).await;
        assert_eq!(browser.value("a.needs").await, "打っただけの課題", "saved without a button, and there after a reload");
        // The button is pressed while the field that was just left is being saved: it is one save, and no quarrel.
        browser.fill("a.needs", "ボタンも押した課題").await;
        browser.press(STAY).await;
        browser.find_css(".bs-note--good").await;
        assert_eq!(browser.find_all(fantoccini::Locator::Css(".bs-note--wrong, .bs-note--care")).await.unwrap().len(), 0);
        assert_eq!(
            (browser.value("a.needs").await.as_str(), scene.kept("a.needs").await.as_str()),
            ("ボタンも押した課題", "ボタンも押した課題")
        );
        browser.close().await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn two_tabs_in_one_field_are_both_told() {
        let scene = Scene::new().await;
        let Some(browser) = scene.browser().await else { return };
        browser.visit(&scene.plan()).await;
        let first = browser.another_tab().await;
        browser.visit(&scene.plan()).await;
        let second = browser.window().await.unwrap();
        browser.switch_to_window(first.clone()).await.unwrap();
        browser.fill("a.needs", "一枚目の課題").await;
        browser.find_css(SAVED).await;
        browser.switch_to_window(second.clone()).await.unwrap();
        browser.fill("a.needs", "二枚目の課題").await;
        let told = browser.find_css(FAILED).await.text().await.unwrap();
        assert!(told.contains("ほかの人が同じ欄を変更しました"), "{told}");
        assert_eq!(scene.kept("a.needs").await, "一枚目の課題", "nobody is overwritten");
        // Both texts stand on the page; what is chosen is saved, and now the first tab is told.
        browser.press(STAY).await;
        let theirs = browser.find_css(".bs-note--care").await.text().await.unwrap();
        assert!(theirs.contains("一枚目の課題"), "{theirs}");
        assert_eq!(browser.value("a.needs").await, "二枚目の課題");
        browser.press(STAY).await;
        browser.find_css(".bs-note--good").await;
        assert_eq!(scene.kept("a.needs").await, "二枚目の課題");
        browser.switch_to_window(first).await.unwrap();
        browser.fill("a.needs", "一枚目の続き").await;
        let told = browser.find_css(FAILED).await.text().await.unwrap();
        assert!(told.contains("ほかの人が同じ欄を変更しました"), "{told}");
        assert_eq!(scene.kept("a.needs").await, "二枚目の課題");
        browser.close().await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_session_lost_while_typing_loses_no_letter() {
        let scene = Scene::new().await;
        let Some(browser) = scene.browser().await else { return };
        browser.visit(&scene.plan()).await;
        browser.delete_cookie("banso").await.unwrap();
        browser.fill("a.risks", "失われた接続").await;
        browser.press(&format!("{FAILED} a[href^='/sign-in']")).await;
        browser.fill("login", &scene.login.login).await;
        browser.fill("password", &scene.login.password).await;
        browser.press("form[action='/sign-in'] button").await;
        // Back on the same page, which offers what this device has kept.
        browser.press("main .bs-note--care button").await;
        assert_eq!(browser.value("a.risks").await, "失われた接続");
        browser.find_css(SAVED).await;
        assert_eq!(scene.kept("a.risks").await, "失われた接続");
        // By the button, without waiting for the script: the text goes through the sign-in page.
        browser.delete_cookie("banso").await.unwrap();
        browser.fill("a.risks", "ボタンで送った文").await;
        browser.find_css(FAILED).await;
        browser.press(STAY).await;
        browser.fill("login", &scene.login.login).await;
        browser.fill("password", &scene.login.password).await;
        browser.press("form[action='/sign-in'] button").await;
        browser.press(&format!("form[action='{}'] button", scene.plan())).await;
        browser.find_css(".bs-note--good").await;
        assert_eq!(browser.value("a.risks").await, "ボタンで送った文");
        browser.close().await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn going_back_after_handing_in_hands_in_nothing_more() {
        let scene = Scene::new().await;
        let mut visitor = scene.login.visit(&scene.server).await;
        let application = Application::filled(&mut visitor, "二つ目の架空の計画").await;
        let Some(browser) = scene.browser().await else { return };
        browser.visit(&format!("{}/submission", application.path)).await;
        browser.press("#declared").await;
        browser.press("main form button").await;
        browser.find_css(".bs-receipt").await;
        browser.back().await.unwrap();
        // The page of the declaration is not shown out of the browser's drawer: the server says where the application stands.
        eventually("the page after going back", async || browser.words().await.contains("提出済み").then_some(())).await;
        assert_eq!(browser.find_all(fantoccini::Locator::Css("#declared")).await.unwrap().len(), 0);
        visitor.get(&format!("{}/receipts/2", application.path)).await.expect_status(404);
        browser.close().await;
        drop(scene.stage);
    }
}
