//! All five roles play one case over HTTP on the real binary: from the application to the letter of the grant decision, and to the
//! auditor's ZIP that is verified without the database.

#[cfg(test)]
mod tests {
    use banso_scenarios::{
        Application, CLOSES_SOON, Firm, Form, Login, PDF, Page, Screen, Scripts, Server, Stage, Visitor, eventually, flaws, review_plan,
    };

    const CALL: &str = "/office/calls/go-tech/test-1";

    #[tokio::test(flavor = "multi_thread")]
    async fn to_the_letter_and_the_zip_on_sqlite() {
        play(&Stage::on_sqlite()).await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn to_the_letter_and_the_zip_on_postgres() {
        if let Some(stage) = Stage::on_postgres().await {
            play(&stage).await;
        }
    }

    /// Everybody who plays.
    struct Cast {
        lead: Login,
        officer: Login,
        director: Login,
        reviewers: Vec<Login>,
        auditor: Login,
    }

    impl Cast {
        fn of(stage: &Stage) -> Self {
            let reviewer = |number: u32| stage.account(&format!("reviewer-{number}"), "reviewer", Some(Firm::numbered(number)));
            Cast {
                lead: stage.account("lead", "applicant", Some(Firm::LEAD)),
                officer: stage.account("officer", "officer", None),
                director: stage.account("director", "director", None),
                reviewers: (1..=3).map(reviewer).collect(),
                auditor: stage.account("auditor", "auditor", None),
            }
        }
    }

    async fn play(stage: &Stage) {
        stage.closes_soon();
        let server = stage.start();
        let cast = Cast::of(stage);
        let application = applied(&mut cast.lead.visit(&server).await).await;
        amended(stage, &mut cast.officer.visit(&server).await).await;
        let case = application.case().to_owned();
        checked(&mut cast.officer.visit(&server).await, &case).await;
        review_opened(&mut cast.officer.visit(&server).await).await;
        for reviewer in &cast.reviewers {
            reviewed(&mut reviewer.visit(&server).await, &case).await;
        }
        selected(&cast, &server).await;
        requested(&mut cast.lead.visit(&server).await, &application).await;
        decided(&cast, &server, &case).await;
        told(&mut cast.lead.visit(&server).await).await;
        executed(&cast, &server, &case).await;
        audited(stage, &mut cast.auditor.visit(&server).await, &case).await;
        looked_at(&cast, &server, &case).await;
        server.stop();
        stage.verify();
    }

    async fn applied(lead: &mut Visitor) -> Application {
        let application = Application::filled(lead, "架空の微細加工の高度化").await;
        application.hand_in(lead).await.expect("申請を受け付けました");
        application
    }

    /// Presses the button and expects the page after it.
    async fn press(visitor: &mut Visitor, form: &Form) -> Page {
        let page = visitor.submit(form).await;
        page.expect_status(200);
        page
    }

    /// The office amends the call while the server runs: not with a closing that is brought forward, nor with a text that is broken.
    async fn amended(stage: &Stage, officer: &mut Visitor) {
        const GUIDELINES: &str = "/office/guidelines";
        let page = officer.get(GUIDELINES).await;
        page.expect("試験・第1版");
        stage.edition("test-1", "第2版", ".2", -20 * 86_400, 15);
        let refused = press(officer, &page.form(GUIDELINES)).await;
        refused
            .expect("反映できないもの 1件")
            .expect("closing-brought-forward")
            .expect("test-1.2.md:8:5")
            .expect("早められません")
            .expect("^^^^");
        officer.get("/office").await.expect("test-1.2.md");
        officer.get("/calls/go-tech/test-1").await.expect("試験・第1版");
        stage.edition("test-1", "第2版", ".2", -20 * 86_400, CLOSES_SOON);
        let done = press(officer, &refused.form(GUIDELINES)).await;
        done.expect("公表 1件").expect("試験・第2版");
        assert!(!done.text().contains("closing-brought-forward"), "{}", done.plain());
        officer.get("/calls/go-tech/test-1").await.expect("試験・第2版");
    }

    async fn checked(officer: &mut Visitor, case: &str) {
        officer.get("/office").await.expect("試験公募 test-1");
        officer.get(CALL).await.expect("架空の微細加工の高度化").expect(Firm::LEAD.name);
        let list = officer.get(&format!("{CALL}/list.xlsx")).await;
        assert!(list.bytes.starts_with(b"PK"), "a list for Excel");
        let page = officer.get(&format!("/office/cases/{case}/check")).await;
        let form = page.choices("check").iter().fold(page.form("/check/pass"), |form, choice| form.add("check", choice));
        press(officer, &form).await.expect("形式審査を通過としました");
    }

    async fn review_opened(officer: &mut Visitor) {
        let form = review_plan(officer, CALL).await;
        press(officer, &form).await.expect("審査員に依頼しました");
    }

    async fn reviewed(reviewer: &mut Visitor, case: &str) {
        let path = format!("/review/{case}");
        let page = reviewer.get(&path).await;
        assert!(!page.text().contains("架空の課題です。"), "nothing is read before the declaration");
        press(reviewer, &page.form("/declaration").set("declaration", "none")).await;
        let page = reviewer.get(&path).await;
        page.expect("架空の課題です。").expect("採点表を提出する");
        let mut form = page.form("/sheet");
        for (criterion, points) in
            [("novelty", "15"), ("feasibility", "１６"), ("market", "10"), ("business-plan", "14"), ("policy", "11"), ("team", "8")]
        {
            form = form.set(&format!("p-{criterion}"), points).set(&format!("c-{criterion}"), "架空の講評です。");
        }
        form.action = format!("{path}/submission");
        press(reviewer, &form.set("confirmed", "yes")).await.expect("採点表を提出済みです");
    }

    async fn selected(cast: &Cast, server: &Server) {
        let mut officer = cast.officer.visit(server).await;
        let page = officer.get(&format!("{CALL}/progress")).await;
        if let Ok(close) = page.try_form("/progress") {
            press(&mut officer, &close.set("reason", "採点表がそろったため")).await;
        }
        let meeting = officer.get(&format!("{CALL}/selection")).await;
        meeting.expect("架空の微細加工の高度化").expect("順位");
        press(&mut officer, &meeting.form("/freezing")).await;
        let mut director = cast.director.visit(server).await;
        let meeting = director.get(&format!("{CALL}/selection")).await;
        press(&mut director, &meeting.form("/execution")).await.expect("採択");
        // Freezing is done: nothing is open for the officer any more.
        assert!(officer.get(&format!("{CALL}/selection")).await.try_form("/freezing").is_err());
    }

    /// The grant request: budget confirmed, quotes attached.
    async fn requested(lead: &mut Visitor, application: &Application) {
        let tasks = lead.get(&application.path).await;
        tasks.expect("採択されました").expect("公募要領が改められました");
        press(lead, &tasks.form("/edition")).await;
        for section in tasks.links("/sections/") {
            let page = lead.get(&section).await;
            let slots: Vec<Form> = page.forms().into_iter().filter(|f| f.multipart && f.value("replaces").is_none()).collect();
            for slot in slots {
                let upload = banso_scenarios::Upload {
                    field: "file".into(),
                    name: "見積書.pdf".into(),
                    media_type: "application/pdf".into(),
                    bytes: PDF.to_vec(),
                };
                lead.submit_with(&slot, &[upload]).await.expect_status(200);
            }
        }
        application.hand_in(lead).await.expect_status(200).expect("受け付けました");
    }

    async fn decided(cast: &Cast, server: &Server, case: &str) {
        let mut officer = cast.officer.visit(server).await;
        let path = format!("/office/cases/{case}/grant");
        let page = officer.get(&path).await;
        page.expect("14,000,000円");
        let form = page.forms().into_iter().find(|f| f.value("prepared").is_some() && f.action == path).expect("the decision is prepared");
        press(&mut officer, &form.set("project-ends", "2099-03-31")).await;
        assert!(officer.get(&format!("{path}/preview")).await.bytes.starts_with(b"%PDF-"));
        let mut director = cast.director.visit(server).await;
        let page = director.get(&path).await;
        press(&mut director, &page.form("/grant/decision")).await.expect("交付決定");
        let letter = async || {
            let letter = director.get(&format!("{path}/letter")).await;
            letter.bytes.starts_with(b"%PDF-").then(|| letter.headers["content-type"].clone())
        };
        assert_eq!(eventually("the letter to be made", letter).await, "application/pdf");
    }

    /// The letter reaches the applicant's desk.
    async fn told(lead: &mut Visitor) {
        let links = async || {
            let desk = lead.get("/apply").await;
            desk.text().contains("交付決定の通知").then(|| desk.links("/letter"))
        };
        let links = eventually("the letter of the decision", links).await;
        assert!(links.len() >= 3, "receipt, selection, decision: {links:?}");
        let letter = lead.get(&links[0]).await;
        assert!(letter.bytes.starts_with(b"%PDF-"), "{}", letter.plain());
    }

    /// After the decision: a report with its paper, inspected and fixed; the claim in a run of two pairs of eyes, and the file for the bank.
    async fn executed(cast: &Cast, server: &Server, case: &str) {
        let project = format!("/apply/cases/{case}/project");
        let mut lead = cast.lead.visit(server).await;
        lead.get(&format!("/apply/cases/{case}")).await.expect("交付決定後の手続");
        lead.get(&project).await.expect_status(200).expect("事業実施中").expect("実績報告");
        let report = format!("{project}/report");
        let page = lead.get(&report).await;
        let heading = page.text().split("<th scope=\"row\">").nth(1).and_then(|t| t.split('<').next()).unwrap_or_default().to_owned();
        let columns = page.form("/report/lines").value("table").unwrap_or_default().trim().to_owned();
        let today = banso_scenarios::now().day().to_string();
        let table = |amount: &str| {
            let cell = |name: &str| match name {
                "明細番号" => "1-001".to_owned(),
                "経費区分" => heading.clone(),
                "内容" => "架空の人件費".to_owned(),
                "種別" => "人件費等".to_owned(),
                "計上額" | "支払額" => amount.to_owned(),
                "支払日" => today.clone(),
                "支払方法" => "銀行振込".to_owned(),
                _ => String::new(),
            };
            format!("{columns}\n{}", columns.split('\t').map(cell).collect::<Vec<_>>().join("\t"))
        };
        let refused = lead.submit(&page.form("/report/lines").set("table", &table("百円"))).await;
        refused.expect_status(422).expect("セルG2");
        let page = press(&mut lead, &refused.form("/report/lines").set("table", &table("900,000"))).await;
        page.expect("明細を1件取り込みました");
        let upload = banso_scenarios::Upload {
            field: "file".into(),
            name: "振込明細.pdf".into(),
            media_type: "application/pdf".into(),
            bytes: PDF.to_vec(),
        };
        let form = page.form("/report/files").set("line", "1-001").add("paper", "payment");
        let page = lead.submit_with(&form, &[upload]).await;
        page.expect_status(200).expect("書類を添付しました");
        let form = page.forms().into_iter().find(|f| f.action == report).expect("the report is handed in");
        press(&mut lead, &form.set("completed-on", &today)).await.expect("実績報告を提出しました");
        paid(cast, server, case, &mut lead).await;
    }

    /// The report is inspected and its amount fixed; the claim goes into a run and out as a file.
    async fn paid(cast: &Cast, server: &Server, case: &str, lead: &mut Visitor) {
        let project = format!("/apply/cases/{case}/project");
        let office = format!("/office/cases/{case}/project");
        let mut officer = cast.officer.visit(server).await;
        let page = officer.get(&format!("{office}/inspection")).await;
        page.expect("架空の人件費");
        let form = page.forms().into_iter().find(|f| f.value("claims").is_some()).expect("the inspection");
        let form = page.choices("check").iter().fold(form, |form, choice| form.add("check", choice));
        press(&mut officer, &form.set("cut-1", "0")).await.expect("検査を終えました");
        let mut director = cast.director.visit(server).await;
        let page = director.get(&format!("{office}/fixing")).await;
        page.expect("確定額");
        assert!(director.get(&format!("{office}/fixing/preview")).await.bytes.starts_with(b"%PDF-"));
        press(&mut director, &page.form("/fixing")).await.expect("額を確定しました");

        let page = lead.get(&format!("{project}/payment")).await;
        let account = |form: Form, prefix: &str| {
            [
                ("bank", "0001"),
                ("bank-name", "カクウ"),
                ("branch", "001"),
                ("branch-name", "ホンテン"),
                ("kind", "ordinary"),
                ("number", "1234567"),
                ("holder", "カ）カクウ"),
            ]
            .iter()
            .fold(form, |form, (name, value)| form.set(&format!("{prefix}{name}"), value))
        };
        press(lead, &account(page.form("/payment"), "")).await.expect("支払を請求しました");
        let payments = format!("{CALL}/payments");
        let page = officer.get(&payments).await;
        let form = account(page.form("/payments"), "from-").set("from-code", "0012345678");
        let run = press(&mut officer, &form).await;
        run.expect("承認待ち");
        let run = run.path.clone();
        let page = director.get(&run).await;
        press(&mut director, &page.form("/approval")).await.expect("振込手続中");
        let file = officer.get(&format!("{run}/transfers.txt")).await;
        assert_eq!(file.bytes.len(), 4 * 122, "header, one transfer, trailer, end");
        let mut auditor = cast.auditor.visit(server).await;
        auditor.get("/audit/calls/go-tech/test-1/money").await.expect_status(200).expect("14,000,000円");
        auditor.get(&format!("/audit/cases/{case}/money")).await.expect_status(200).expect("900,000円").expect("支払の決定");
    }

    /// The whole case as a ZIP; a byte changed in it is found.
    async fn audited(stage: &Stage, auditor: &mut Visitor, case: &str) {
        let path = format!("/audit/cases/{case}");
        let page = auditor.get(&path).await;
        page.expect("申請書の提出").expect("交付決定").expect("効力発生日");
        press(auditor, &page.form("/verification")).await.expect("改ざんは見つかりませんでした");
        let zip = auditor.get(&format!("{path}/export.zip")).await;
        let file = stage.folder().join("case.zip");
        std::fs::write(&file, &zip.bytes).unwrap();
        let verify = |file: &std::path::Path| banso_scenarios::output_of(&["verify", &file.display().to_string()], stage.folder());
        let (code, out, err) = verify(&file);
        assert_eq!(code, 0, "{out}\n{err}");
        assert!(out.contains("すべて一致しました") || out.contains("everything agrees"), "{out}");
        let mut changed = zip.bytes.clone();
        let middle = changed.len() / 2;
        changed[middle] ^= 1;
        std::fs::write(&file, &changed).unwrap();
        assert_ne!(verify(&file).0, 0, "a changed byte is found");
        exported(stage, case);
    }

    /// The same on the command line, beside the running server: as the auditor the case, as the officer the list, and nobody more.
    fn exported(stage: &Stage, case: &str) {
        let check = |words: &[&str], code: i32, piece: &str| {
            let (ended, out, err) = stage.run(&[&["export"], words].concat());
            assert_eq!(ended, code, "{words:?}:\n{out}\n{err}");
            assert!(format!("{out}{err}").contains(piece), "{words:?} does not say `{piece}`:\n{out}\n{err}");
        };
        check(&["case", case, "--as", "auditor", "--to", "taken.zip"], 0, "taken.zip");
        check(&["case", case, "--as", "auditor", "--to", "taken.zip"], 1, "上書きしません");
        let (code, out, err) = banso_scenarios::output_of(&["verify", "taken.zip"], stage.folder());
        assert_eq!(code, 0, "{out}\n{err}");
        let number = out.split_once(": ").and_then(|(_, rest)| rest.split_whitespace().next()).unwrap();
        check(&["case", number, "--as", "auditor"], 0, &format!("{number}.zip"));
        check(&["case", number, "--as", "officer", "--to", "x.zip"], 1, "権限がありません");
        check(&["case", "TEST1-0000-0000", "--as", "auditor"], 1, "TEST1-0000-0000");
        check(&["case", number, "--as", "nobody"], 1, "利用者「nobody」はいません");
        let list = |call: &str, login: &str, to: &str, code: i32, piece: &str| {
            check(&["list", "--programme", "go-tech", "--call", call, "--as", login, "--to", to], code, piece);
        };
        list("test-1", "officer", "list.xlsx", 0, "list.xlsx");
        list("test-1", "director", "list.csv", 0, "list.csv");
        list("test-1", "lead", "none.csv", 1, "権限がありません");
        list("test-9", "officer", "none.csv", 1, "go-tech/test-9");
        list("test-1", "officer", "none.pdf", 1, ".xlsx");
        assert!(std::fs::read(stage.folder().join("list.xlsx")).unwrap().starts_with(b"PK"));
        let csv = std::fs::read_to_string(stage.folder().join("list.csv")).unwrap();
        assert!(csv.contains(number) && csv.contains("架空の微細加工の高度化"), "{csv}");
        assert!(!stage.folder().join("x.zip").exists() && !stage.folder().join("none.csv").exists());
    }

    /// What each of them has seen, looked at by axe in a real browser.
    async fn looked_at(cast: &Cast, server: &Server, case: &str) {
        let office = |page: &str| format!("/office/cases/{case}{page}");
        let call = |page: &str| format!("{CALL}{page}");
        let officer = vec![
            "/office".to_owned(),
            "/office/mails".to_owned(),
            "/office/guidelines".to_owned(),
            call(""),
            call("/review"),
            call("/progress"),
            call("/selection"),
            office(""),
            office("/check"),
            office("/reviews"),
            office("/grant"),
            office("/project"),
            office("/project/inspection"),
            call("/payments"),
        ];
        let auditor = vec![
            "/audit".to_owned(),
            "/audit/ledger".to_owned(),
            "/audit/calls/go-tech/test-1".to_owned(),
            format!("/audit/cases/{case}"),
            format!("/audit/cases/{case}/money"),
            "/audit/calls/go-tech/test-1/money".to_owned(),
        ];
        let own = |page: &str| format!("/apply/cases/{case}{page}");
        let lead =
            vec!["/apply".to_owned(), own(""), own("/project"), own("/project/change"), own("/project/report"), own("/project/payment")];
        let reviewer = vec!["/review".to_owned(), format!("/review/{case}")];
        let mut found = Vec::new();
        let first = cast.reviewers.first().unwrap();
        for (login, pages) in
            [(&cast.officer, officer.clone()), (&cast.director, officer), (first, reviewer), (&cast.auditor, auditor), (&cast.lead, lead)]
        {
            let Some(browser) = login.browser(server, Screen::Desk, Scripts::Run).await else { return };
            found.extend(flaws(&browser, &pages).await.into_iter().map(|flaw| format!("{}: {flaw}", login.login)));
            browser.close().await;
        }
        assert!(found.is_empty(), "{} flaws:\n{}", found.len(), found.join("\n"));
    }
}
