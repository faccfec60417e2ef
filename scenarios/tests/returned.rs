//! A case through cancellation after payment to the last yen of its surcharge, over HTTP, on both databases, by a clock moved by hand: a year
//! of a debt does not fit into a test of the real binary. Every new page is looked at by axe in a real browser.

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use banso_kernel::Day;
    use banso_office::testing::PASSWORD;
    use banso_office::testing::stage::Stage;
    use banso_scenarios::{Browser, Form, Login, Page, Screen, Scripts, TestDatabase, Visitor, flaws};

    const CALL: &str = "/office/calls/go-tech/r7-1";
    /// Two thirds of 15,000,000 yen were paid; 0.03 % of it is a day's surcharge.
    const PAID: i64 = 10_000_000;
    const A_DAY: i64 = 3_000;

    #[tokio::test(flavor = "multi_thread")]
    async fn cancelled_after_payment_to_the_last_yen_on_sqlite() {
        play(None).await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn cancelled_after_payment_to_the_last_yen_on_postgres() {
        if let Some(database) = TestDatabase::new().await {
            play(Some(&database.url())).await;
        }
    }

    /// An office in this process, served on loopback.
    struct Play {
        stage: Stage,
        address: String,
        case: String,
        paid_on: Day,
    }

    impl Play {
        async fn begin(database: Option<&str>) -> Play {
            let stage = Stage::reviewed_on(database, 2, "8,000万円").await.executed().await;
            let case = stage.paid(0).await.to_string();
            let paid_on = stage.today();
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = format!("http://{}", listener.local_addr().unwrap());
            let app = banso_web::app((*stage.office).clone(), banso_web::Settings::default());
            let app = app.into_make_service_with_connect_info::<SocketAddr>();
            tokio::spawn(async move { axum::serve(listener, app).await });
            Play { stage, address, case, paid_on }
        }

        fn login(name: &str) -> Login {
            Login { login: name.to_owned(), password: PASSWORD.to_owned() }
        }

        async fn visitor(&self, name: &str) -> Visitor {
            let mut visitor = Visitor::new(&self.address);
            Self::login(name).sign_in(&mut visitor).await;
            visitor
        }

        fn office(&self, page: &str) -> String {
            format!("/office/cases/{}/project{page}", self.case)
        }

        fn own(&self, page: &str) -> String {
            format!("/apply/cases/{}/project{page}", self.case)
        }

        fn day(&self, from_today: i32) -> String {
            self.stage.today().plus_days(from_today).to_string()
        }

        /// What axe finds wrong on these pages.
        async fn looked_at(&self, name: &str, pages: Vec<String>) {
            let Some(browser) = Browser::open(&self.address, Screen::Desk, Scripts::Run).await else { return };
            Self::login(name).sign_in_with(&browser).await;
            let found = flaws(&browser, &pages).await;
            browser.close().await;
            assert!(found.is_empty(), "{name}: {} flaws:\n{}", found.len(), found.join("\n"));
        }
    }

    async fn press(visitor: &mut Visitor, form: &Form) -> Page {
        let page = visitor.submit(form).await;
        page.expect_status(200);
        page
    }

    async fn play(database: Option<&str>) {
        let play = Play::begin(database).await;
        play.stage.wait_days(100);
        heard(&play).await;
        let debt = ordered(&play).await;
        received(&play, &debt).await;
        audited(&play).await;
        play.stage.settle().await;
    }

    /// Announced with its facts, answered, and looked at before it is decided.
    async fn heard(play: &Play) {
        let (mut director, mut firm) = (play.visitor("director").await, play.visitor("firm-0").await);
        let page = director.get(&play.office("/revocation")).await;
        let form = page.form("/revocation/notice").set("notice-ground", "other_use").set("notice-due", &play.day(14));
        press(&mut director, &form.set("notice-what", "加工機を受託加工に用いた。")).await.expect("取消しを予告しました");
        play.stage.settle().await;
        firm.get(&play.own("")).await.expect("取消しが予告されています");
        play.looked_at("director", vec![play.office("/revocation"), play.office("/work"), play.office("")]).await;
        play.looked_at("firm-0", vec![play.own("/hearing"), play.own("/work"), play.own("")]).await;
        let page = firm.get(&play.own("/hearing")).await;
        page.expect("加工機を受託加工に用いた。");
        press(&mut firm, &page.form("/hearing").set("statement", "架空の弁明です。")).await.expect("弁明書を提出しました");
        let page = director.get(&play.office("/revocation")).await;
        page.expect("架空の弁明です。").expect("全部を取り消すとき").expect("10,000,000円");
        let form = page.form("/revocation").set("revoke-extent", "whole").set("revoke-clause", "3-7");
        press(&mut director, &form.set("revoke-reason", "目的外の使用が認められるため。")).await.expect("交付決定を取り消しました");
        play.stage.settle().await;
    }

    /// Ordered back with the surcharge shown to the day; the address of the debt.
    async fn ordered(play: &Play) -> String {
        let mut director = play.visitor("director").await;
        let days = play.paid_on.days_until(play.stage.today()) + 1;
        let page = director.get(&play.office("/repayment")).await;
        page.expect("10,000,000円").expect(&yen(days * A_DAY));
        assert!(director.get(&play.office("/repayment/preview?cause=revocation")).await.bytes.starts_with(b"%PDF-"));
        play.looked_at("director", vec![play.office("/repayment")]).await;
        press(&mut director, &page.form("/repayment")).await.expect("返還を命じました").expect("納付待ち");
        play.stage.settle().await;
        let debt = director.get(&play.office("/debts")).await.links("/debts/").remove(0);
        let mut firm = play.visitor("firm-0").await;
        firm.get(&play.own("/repayment")).await.expect("1日ごとに増える額").expect("3,000円").expect(&yen(PAID + days * A_DAY));
        debt
    }

    /// A part in time, the rest ten days late after a demand, then the charges to the last yen.
    async fn received(play: &Play, debt: &str) {
        let mut officer = play.visitor("officer").await;
        let receive = async |officer: &mut Visitor, amount: i64| {
            let form = officer.get(debt).await.form("/receipt").set("receipt-on", &play.day(0));
            officer.submit(&form.set("receipt-amount", &amount.to_string())).await
        };
        receive(&mut officer, 4_000_000).await.expect_status(200).expect("収納を記録しました").expect("6,000,000円");
        let first = play.paid_on.days_until(play.stage.today()) + 1;
        let wait = 40;
        play.stage.wait_days(wait);
        let mut officer = play.visitor("officer").await;
        let page = officer.get(debt).await;
        page.expect("期限切れ");
        press(&mut officer, &page.form("/demand").set("demand-due", &play.day(14))).await.expect("督促しました");
        play.looked_at("director", vec![debt.to_owned(), play.office("/debts"), format!("{CALL}/debts")]).await;
        play.looked_at("officer", vec![debt.to_owned()]).await;
        play.looked_at("firm-0", vec![play.own("/repayment")]).await;
        receive(&mut officer, 6_000_000).await.expect_status(200);
        // Surcharge on the whole until the first receipt, on the rest until the second; the rest is what the page says.
        let surcharge = first * A_DAY + wait * 1_800;
        let page = officer.get(debt).await;
        page.expect(&yen(surcharge));
        let open: i64 = page.form("/receipt").value("receipt-amount").unwrap().replace(',', "").parse().unwrap();
        assert!(open > surcharge && (open - surcharge) % 1_800 == 0, "late charge is whole days of 0.03 % of 6,000,000: {open}");
        receive(&mut officer, open + 1).await.expect_status(422).expect("過誤納として返してください");
        receive(&mut officer, open).await.expect_status(200).expect("完納");
        officer.get(&format!("{CALL}/debts")).await.expect("完納").expect(&yen(PAID + open));
        play.visitor("firm-0").await.get(&play.own("/repayment")).await.expect("完納");
        play.stage.settle().await;
        let letters = officer.get(&play.office("")).await.links("/letters/");
        assert_eq!(letters.len(), 5, "fixed, announced, cancelled, ordered back, demanded: {letters:?}");
        for letter in letters {
            assert!(officer.get(&letter).await.bytes.starts_with(b"%PDF-"), "{letter}");
        }
    }

    /// Every figure again from the acts, and the chain whole.
    async fn audited(play: &Play) {
        let mut auditor = play.visitor("auditor").await;
        let case = format!("/audit/cases/{}", play.case);
        auditor.get(&format!("{case}/money")).await.expect("返還命令・納付命令").expect("元本 6,000,000円").expect("督促");
        auditor.get("/audit/calls/go-tech/r7-1/money").await.expect("加算金・延滞金").expect("10,000,000円");
        play.looked_at("auditor", vec![format!("{case}/money"), "/audit/calls/go-tech/r7-1/money".to_owned(), format!("{CALL}/debts")])
            .await;
        let page = auditor.get(&case).await;
        press(&mut auditor, &page.form("/verification")).await.expect("改ざんは見つかりませんでした");
    }

    /// `1,234円`
    fn yen(amount: i64) -> String {
        banso_kernel::Yen::new(amount).to_string()
    }
}
