//! A case through the years after its payment: five yearly reports, wages, input tax, assets counted, an approved disposal with its
//! repayment, and the closing. Years pass, so the clock is moved by hand and the site is served by this process; what people see, a real
//! browser looks at.

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use banso_kernel::Instant;
    use banso_office::testing::cases::programme_with_budget;
    use banso_office::testing::road::Road;
    use banso_office::testing::stage::Stage;
    use banso_office::testing::{PASSWORD, TestOffice};
    use banso_scenarios::{Browser, Form, Login, Page, Screen, Scripts, TestDatabase, Upload, Visitor, flaws};
    use tokio::task::JoinHandle;

    const CENSUS: &str = "| 財産の現況報告 | 毎年6月30日 |";
    const WAGES: &str = "| 賃上げ要件 | 年平均2.5%以上、4年 |";

    #[tokio::test(flavor = "multi_thread")]
    async fn to_the_closing_on_sqlite() {
        play(None).await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn to_the_closing_on_postgres() {
        if let Some(database) = TestDatabase::new().await {
            play(Some(&database.url())).await;
        }
    }

    /// A site with a case that was fixed and paid.
    struct Site {
        road: Road,
        address: String,
        serving: JoinHandle<()>,
        own: String,
        office: String,
    }

    impl Site {
        async fn open(database: Option<&str>) -> Site {
            let office = TestOffice::on("2025-06-02T10:00:00+09:00", database).await;
            let guideline = programme_with_budget("8,000万円").replacen(CENSUS, &format!("{WAGES}\n{CENSUS}"), 1);
            let road = Road::paid_on(Stage::reviewed_in(office, 2, guideline).await).await;
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = format!("http://{}", listener.local_addr().unwrap());
            let app = banso_web::app(road.office().clone(), banso_web::Settings::default());
            let served = app.into_make_service_with_connect_info::<SocketAddr>();
            let serving = tokio::spawn(async move { axum::serve(listener, served).await.unwrap() });
            let (own, office) = (format!("/apply/cases/{}/project", road.case), format!("/office/cases/{}/project", road.case));
            Site { road, address, serving, own, office }
        }

        fn at(&self, day: &str) {
            self.road.stage.office.clock.set(Instant::parse(&format!("{day}T10:00:00+09:00")).unwrap());
        }

        fn login(login: &str) -> Login {
            Login { login: login.to_owned(), password: PASSWORD.to_owned() }
        }

        /// Somebody who signs in now: sessions end while years pass.
        async fn visitor(&self, login: &str) -> Visitor {
            let mut visitor = Visitor::new(&self.address);
            Site::login(login).sign_in(&mut visitor).await;
            visitor
        }

        /// Presses the button, expects the words after it, and lets letters and mails be made.
        async fn press(&self, visitor: &mut Visitor, form: &Form, words: &str) -> Page {
            let page = visitor.submit(form).await;
            page.expect_status(200).expect(words);
            self.road.stage.office.run_jobs().await;
            page
        }

        /// What somebody sees, looked at by axe in a real browser.
        async fn looked_at(&self, login: &str, pages: &[String]) {
            let Some(browser) = Browser::open(&self.address, Screen::Desk, Scripts::Run).await else { return };
            Site::login(login).sign_in_with(&browser).await;
            let found = flaws(&browser, pages).await;
            browser.close().await;
            assert!(found.is_empty(), "{login}: {} flaws:\n{}", found.len(), found.join("\n"));
        }

        fn holders(&self, pages: &[&str]) -> Vec<String> {
            pages.iter().map(|page| format!("{}{page}", self.own)).collect()
        }

        fn offices(&self, pages: &[&str]) -> Vec<String> {
            pages.iter().map(|page| format!("{}{page}", self.office)).collect()
        }

        /// The form of a page that is sent to just this address.
        fn form(page: &Page, action: &str) -> Form {
            page.forms().into_iter().find(|f| f.action == action).unwrap_or_else(|| panic!("no form to {action}: {}", page.plain()))
        }
    }

    async fn play(database: Option<&str>) {
        let site = Site::open(database).await;
        site.looked_at("firm-0", &site.holders(&["/assets", "/input-tax"])).await;
        registered(&site).await;
        for (nth, on, sales) in [
            (1, "2026-04-10", "0"),
            (2, "2027-04-12", "0"),
            (3, "2028-04-10", "７００万円"),
            (4, "2029-04-10", "0"),
            (5, "2030-04-10", "0"),
        ] {
            site.at(on);
            if nth == 2 {
                site.looked_at("firm-0", &site.holders(&["", "/commercialisation", "/assets", "/disposals", "/wages"])).await;
                site.looked_at("officer", &["/office/calendar?when=all".to_owned(), format!("{}/closing", site.office)]).await;
            }
            year(&site, nth, sales).await;
        }
        wages(&site).await;
        repaid(&site, "収益納付").await;
        let completion = disposal_approved(&site).await;
        repaid(&site, "財産処分").await;
        disposed(&site, &completion).await;
        let decided = ["", "/revenue/3", "/wages/1", "/assets", "/succession", "/closing"];
        site.looked_at("officer", &site.offices(&decided)).await;
        site.looked_at("firm-0", &site.holders(&["", "/commercialisation", "/wages", "/input-tax", "/assets", "/disposals"])).await;
        closed(&site).await;
        site.serving.abort();
    }

    /// The machine of the claim lines goes into the register, is labelled and counted; the input tax is reported.
    async fn registered(site: &Site) {
        let mut holder = site.visitor("firm-0").await;
        let assets = format!("{}/assets", site.own);
        let page = holder.get(&assets).await;
        let form = Site::form(&page, &assets).set("life-1", "10").set("clause-1", "別表第二（架空の細目）");
        site.press(&mut holder, &form, "取得財産を1件登録しました").await;
        assert!(holder.get(&format!("{assets}/labels.pdf")).await.bytes.starts_with(b"%PDF-"));
        let page = holder.get(&assets).await;
        let form = Site::form(&page, &format!("{assets}/census")).set("condition-1", "in_use");
        site.press(&mut holder, &form, "取得財産の現況を報告しました").await.expect("使用中");
        let tax = format!("{}/input-tax", site.own);
        let form = Site::form(&holder.get(&tax).await, &tax).set("tax-year-ends", "2025-03-31").set("method", "full").add("look", "yes");
        let looked = holder.submit(&form).await;
        looked.expect_status(200).expect("全額控除");
        let mut form = Site::form(&looked, &tax);
        form.fields.retain(|(name, _)| name != "look");
        site.press(&mut holder, &form, "消費税仕入控除税額を報告しました").await;
    }

    /// A year is reported, begun from the last, and assessed as it is shown.
    async fn year(site: &Site, nth: u32, sales: &str) {
        let mut holder = site.visitor("firm-0").await;
        let path = format!("{}/commercialisation", site.own);
        let drawer = format!("{}/papers/report/{nth}", site.own);
        let page = holder.get(&path).await;
        let upload = Upload {
            field: "file".into(),
            name: "決算書.pdf".into(),
            media_type: "application/pdf".into(),
            bytes: format!("%PDF-1.7\n% made up, year {nth}\n%%EOF\n").into_bytes(),
        };
        let page = holder.submit_with(&Site::form(&page, &drawer), &[upload]).await;
        page.expect_status(200).expect("決算書.pdf");
        let mut form = Site::form(&page, &path).set("sales", sales).set("cost", "0").set("deduction", "0");
        if nth == 5 {
            form = form.set("wages", "112,000,000");
        }
        if nth == 1 {
            let first = [
                ("stage", "selling"),
                ("firm-sales", "3億円"),
                ("value-added", "120,000,000"),
                ("wages", "100,000,000"),
                ("employees", "25"),
            ];
            form = first.iter().fold(form, |form, (name, value)| form.set(name, value));
        } else {
            assert_eq!((form.value("firm-sales"), form.value("employees")), (Some("300,000,000"), Some("25")), "begun from last year");
        }
        site.press(&mut holder, &form, "事業化状況報告を提出しました").await;
        let mut officer = site.visitor("officer").await;
        officer.get(&site.office).await.expect("未認定");
        let assessment = format!("{}/revenue/{nth}", site.office);
        let page = officer.get(&assessment).await;
        page.expect("決算書.pdf").expect(if nth == 3 { "4,666,666円" } else { "控除後の収益がない" });
        if nth == 3 {
            site.looked_at("officer", std::slice::from_ref(&assessment)).await;
        }
        site.press(&mut officer, &Site::form(&page, &assessment), "認定し、通知します").await;
    }

    /// What was promised of wages was kept.
    async fn wages(site: &Site) {
        let mut holder = site.visitor("firm-0").await;
        let path = format!("{}/wages", site.own);
        let form = Site::form(&holder.get(&path).await, &path);
        assert_eq!((form.value("base"), form.value("reached")), (Some("100,000,000"), Some("112,000,000")), "from the yearly reports");
        site.press(&mut holder, &form, "賃上げ状況報告を提出しました").await;
        let mut officer = site.visitor("officer").await;
        let assessment = format!("{}/wages/1", site.office);
        let page = officer.get(&assessment).await;
        page.expect("C が D 以上");
        site.press(&mut officer, &Site::form(&page, &assessment), "認定し、通知します").await;
    }

    /// Shown, asked for, approved with a letter; reported as done before what it costs was ordered, it is refused with what to do. The path of
    /// the disposals comes back.
    async fn disposal_approved(site: &Site) -> String {
        let mut holder = site.visitor("firm-0").await;
        let path = format!("{}/disposals", site.own);
        let page = holder.get(&path).await;
        let typed =
            [("asset", "1-001-1"), ("kind", "sale"), ("proceeds", "900万円"), ("planned-on", "令和12年5月10日"), ("reason", "架空の理由")];
        let form = typed.iter().fold(Site::form(&page, &path), |form, (name, value)| form.set(name, value));
        let looked = holder.submit(&form.add("look", "yes")).await;
        looked.expect_status(200).expect("残存簿価相当額").expect("納付することが承認の条件となります");
        let mut form = typed.iter().fold(Site::form(&looked, &path), |form, (name, value)| form.set(name, value));
        form.fields.retain(|(name, _)| name != "look");
        site.press(&mut holder, &form, "財産処分の承認を申請しました").await;
        let mut director = site.visitor("director").await;
        let request = director.get(&site.office).await.link("/disposals/");
        site.looked_at("director", std::slice::from_ref(&request)).await;
        let page = director.get(&request).await;
        assert!(director.get(&format!("{request}/preview")).await.bytes.starts_with(b"%PDF-"));
        let form = Site::form(&page, &format!("{request}/approval")).set("conditions", "買主に伝えること。");
        site.press(&mut director, &form, "財産処分を承認しました").await;
        site.looked_at("firm-0", std::slice::from_ref(&path)).await;
        let page = holder.get(&path).await;
        let form = page.form("/completion");
        let done = form.fields.iter().find(|(name, _)| name.starts_with("done-")).map(|(name, _)| name.clone()).unwrap();
        let early = holder.submit(&form.set(&done, &site.road.today().to_string())).await;
        early.expect_status(422).expect("納付命令を受け取ってから");
        path
    }

    async fn disposed(site: &Site, path: &str) {
        let mut holder = site.visitor("firm-0").await;
        let page = holder.get(path).await;
        let form = page.form("/completion");
        let done = form.fields.iter().find(|(name, _)| name.starts_with("done-")).map(|(name, _)| name.clone()).unwrap();
        let today = site.road.today().to_string();
        site.press(&mut holder, &form.set(&done, &today), "財産処分の完了を報告しました").await;
    }

    /// The order to pay follows from the closing page; what it asks for comes in.
    async fn repaid(site: &Site, cause: &str) {
        let mut director = site.visitor("director").await;
        let closing = director.get(&format!("{}/closing", site.office)).await;
        closing.expect("納付を命じていない額").expect(cause);
        let order = format!("{}/repayment", site.office);
        assert!(closing.links("/repayment").contains(&order), "{:?}", closing.links("/project"));
        let page = director.get(&order).await;
        page.expect(cause);
        site.press(&mut director, &Site::form(&page, &order), "返還を命じました").await;
        let mut officer = site.visitor("officer").await;
        let debt = officer.get(&format!("{}/debts", site.office)).await.links("/project/debts/").pop().expect("a debt");
        let page = officer.get(&debt).await;
        site.press(&mut officer, &page.form("/receipt"), "収納を記録しました").await;
    }

    async fn closed(site: &Site) {
        let mut officer = site.visitor("officer").await;
        let path = format!("{}/closing", site.office);
        let page = officer.get(&path).await;
        page.expect("終わっていないものはありません");
        site.looked_at("officer", std::slice::from_ref(&path)).await;
        assert!(officer.get(&format!("{path}/preview")).await.bytes.starts_with(b"%PDF-"));
        let form = page.choices("check").iter().fold(Site::form(&page, &path), |form, choice| form.add("check", choice));
        site.press(&mut officer, &form, "案件を完結としました").await;
        let letters = officer.get(&site.office).await.links("/project/letters/");
        assert!(letters.len() >= 11, "five years, wages, a disposal, two orders to pay, the closing: {letters:?}");
        for letter in letters {
            assert!(officer.get(&letter).await.bytes.starts_with(b"%PDF-"), "{letter}");
        }
        site.visitor("firm-0").await.get("/apply").await.expect("案件の完結【交付決定後の手続】");
    }
}
