//! The desks of the office, the reviewer and the auditor in a real Chromium that runs no script: what a form and a link can do is enough.

#[cfg(test)]
mod tests {
    use banso_scenarios::{Application, Browser, Firm, Login, Screen, Scripts, Server, Stage, eventually, output_of, review_plan};

    const CALL: &str = "/office/calls/go-tech/test-1";
    const TITLE: &str = "架空の微細加工の高度化";

    /// A call with one application in it.
    async fn handed_in(stage: &Stage, server: &Server) -> Application {
        let mut lead = stage.account("lead", "applicant", Some(Firm::LEAD)).visit(server).await;
        let application = Application::filled(&mut lead, TITLE).await;
        application.hand_in(&mut lead).await.expect("申請を受け付けました");
        application
    }

    /// Checks by a visitor without a browser what this journey is not about.
    async fn passed(officer: &Login, server: &Server, case: &str) {
        let mut officer = officer.visit(server).await;
        let page = officer.get(&format!("/office/cases/{case}/check")).await;
        let form = page.choices("check").iter().fold(page.form("/check/pass"), |form, choice| form.add("check", choice));
        officer.submit(&form).await.expect_status(200).expect("形式審査を通過としました");
    }

    /// Waits for the words: the page that was asked for may still be on its way.
    async fn expect(browser: &Browser, words: &str) {
        eventually(words, async || browser.words().await.contains(words).then_some(())).await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn an_officer_passes_the_completeness_check_by_hand() {
        let stage = Stage::on_sqlite();
        let server = stage.start();
        let application = handed_in(&stage, &server).await;
        let officer = stage.account("officer", "officer", None);
        let Some(browser) = officer.browser(&server, Screen::Desk, Scripts::Off).await else { return };
        browser.press("a[href='/office']").await;
        browser.press(&format!("main a[href^='{CALL}']")).await;
        browser.fill("q", "微細加工").await;
        browser.press("form[role='search'] button, .bs-filter button").await;
        let case = format!("/office/cases/{}", application.case());
        browser.press(&format!("a[href='{case}']")).await;
        expect(&browser, "架空の課題です。").await;
        browser.press(&format!("a[href='{case}/check']")).await;
        // Not everything is ticked: the page says which, and what was ticked stays.
        browser.press("form[action$='/check/pass'] button").await;
        browser.find_css("[role='alert']").await;
        let boxes = browser.find_all(fantoccini::Locator::Css("input[name='check']")).await.unwrap();
        assert!(!boxes.is_empty(), "something is for a person to check");
        for tick in boxes {
            tick.click().await.unwrap();
        }
        browser.press("form[action$='/check/pass'] button").await;
        browser.find_css(".bs-note--good").await;
        expect(&browser, "形式審査を通過としました").await;
        browser.close().await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_reviewer_declares_scores_and_hands_in() {
        let stage = Stage::on_sqlite();
        stage.closes_soon();
        let server = stage.start();
        let application = handed_in(&stage, &server).await;
        let officer = stage.account("officer", "officer", None);
        let reviewers: Vec<Login> = (1..=3).map(|n| stage.account(&format!("reviewer-{n}"), "reviewer", Some(Firm::numbered(n)))).collect();
        passed(&officer, &server, application.case()).await;
        let mut visitor = officer.visit(&server).await;
        let form = review_plan(&mut visitor, CALL).await;
        visitor.submit(&form).await.expect_status(200);

        let Some(browser) = reviewers.first().unwrap().browser(&server, Screen::Phone, Scripts::Off).await else { return };
        browser.press("a[href='/review']").await;
        browser.press("main a[href^='/review/']").await;
        browser.press("input[name='declaration'][value='none']").await;
        browser.press("form[action$='/declaration'] button").await;
        expect(&browser, "架空の課題です。").await;
        browser.fill("p-novelty", "１５").await;
        browser.fill("p-team", "99").await;
        browser.press(".bs-savebar button").await;
        browser.find_css(".bs-note--good").await;
        assert_eq!(browser.value("p-novelty").await, "１５", "what was saved is there");
        for (criterion, points) in [("novelty", "15"), ("feasibility", "16"), ("market", "10"), ("business-plan", "14"), ("policy", "7")] {
            browser.fill(&format!("p-{criterion}"), points).await;
            browser.fill(&format!("c-{criterion}"), "架空の講評です。").await;
        }
        // Too many points for one criterion: told beside it, and nothing typed is lost.
        browser.press("#confirmed").await;
        browser.press("button[formaction$='/submission']").await;
        browser.find_css("[role='alert'] a[href='#p-team']").await;
        assert_eq!(browser.value("c-market").await, "架空の講評です。");
        browser.fill("p-team", "8").await;
        browser.press("#confirmed").await;
        browser.press("button[formaction$='/submission']").await;
        browser.find_css(".bs-note--good").await;
        expect(&browser, "採点表を提出済みです").await;
        browser.close().await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn an_auditor_verifies_a_case_and_takes_it_away() {
        let stage = Stage::on_sqlite();
        let server = stage.start();
        let application = handed_in(&stage, &server).await;
        let auditor = stage.account("auditor", "auditor", None);
        let Some(browser) = auditor.browser(&server, Screen::Desk, Scripts::Off).await else { return };
        browser.press("a[href='/audit']").await;
        browser.fill("q", "微細加工").await;
        browser.press(".bs-filter button").await;
        let case = format!("/audit/cases/{}", application.case());
        browser.press(&format!("a[href='{case}']")).await;
        browser.press("form[action$='/verification'] button").await;
        expect(&browser, "改ざんは見つかりませんでした").await;
        browser.press(&format!("a[href='{case}/versions/1']")).await;
        expect(&browser, "架空の課題です。").await;
        browser.visit(&case).await;
        let folder = stage.folder().join("taken");
        std::fs::create_dir_all(&folder).unwrap();
        browser.keep_downloads_in(&folder).await;
        browser.press("a[href$='/export.zip']").await;
        let file = eventually("the ZIP", async || {
            let files = std::fs::read_dir(&folder).unwrap().filter_map(Result::ok).map(|f| f.path());
            files.into_iter().find(|f| f.extension().is_some_and(|e| e == "zip"))
        })
        .await;
        let (code, out, err) = output_of(&["verify", &file.display().to_string()], stage.folder());
        assert_eq!(code, 0, "{out}\n{err}");
        browser.close().await;
    }
}
