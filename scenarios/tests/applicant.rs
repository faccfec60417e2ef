//! The applicant's road on the real binary, over HTTP, on both databases: every step, every slip, and the server started again in between.

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use banso_scenarios::{Application, Firm, Login, PDF, Server, Stage, Visitor, eventually, typed};
    use zip::write::SimpleFileOptions;

    /// The people of the road.
    struct Cast {
        lead: Login,
        university: Login,
        stranger: Login,
    }

    impl Cast {
        fn of(stage: &Stage) -> Self {
            let applicant = |login: &str, firm: Firm| stage.account(login, "applicant", Some(firm));
            Cast {
                lead: applicant("lead", Firm::LEAD),
                university: applicant("uni", Firm::UNIVERSITY),
                stranger: applicant("stranger", Firm::STRANGER),
            }
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn the_whole_road_on_sqlite() {
        road(&Stage::on_sqlite()).await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn the_whole_road_on_postgres() {
        if let Some(stage) = Stage::on_postgres().await {
            road(&stage).await;
        }
    }

    async fn road(stage: &Stage) {
        let server = stage.start();
        let cast = Cast::of(stage);
        let mut lead = cast.lead.visit(&server).await;
        let application = starting(&mut lead).await;
        let mut university = consortium(stage, &server, &cast, &mut lead, &application).await;
        two_browsers(&server, &cast, &mut lead, &application).await;
        strangers(&server, &cast, &application).await;
        budget(&mut lead, &application).await;
        documents(&mut lead, &application).await;
        // The power fails: what was saved is there, and so are the sessions.
        server.kill();
        let server = stage.start();
        lead.move_to(&server.address);
        university.move_to(&server.address);
        lead.get(&application.section("plan", 0)).await.expect("一人目の課題").expect("二人目の目標");
        lead.get(&application.section("documents", 0)).await.expect(&sha256(PDF));
        finishing(&mut lead, &mut university, &application).await;
        handing_in(&mut lead, &mut university, &application).await;
        let said = server.stop();
        assert!(said.contains("http://"), "{said}");
        let server = stage.start();
        lead.move_to(&server.address);
        lead.get(&format!("{}/receipts/1", application.path)).await.expect("受付番号").expect(&sha256(PDF));
        again(&mut lead, &application).await;
        server.stop();
        stage.verify();
    }

    fn sha256(bytes: &[u8]) -> String {
        banso_kernel::Digest::of(bytes).to_string()
    }

    /// Firm, track, title; slips first.
    async fn starting(lead: &mut Visitor) -> Application {
        lead.get("/apply").await.expect_status(200).expect("申請を始める");
        let start = "/apply/start/go-tech/test-1";
        for (typed, says) in [("1100000000001", "検査用数字"), ("123", "13桁"), (Firm::STRANGER.number().as_str(), "所属機関")] {
            lead.get(&format!("{start}?number={typed}")).await.expect_status(422).expect(says);
        }
        // Full-width digits and hyphens are what people type.
        let wide: String = Firm::LEAD.number().chars().map(|c| char::from_u32(c as u32 + 0xFEE0).unwrap()).collect();
        let encoded: String = wide.bytes().map(|b| format!("%{b:02X}")).collect();
        lead.get(&format!("{start}?number={encoded}")).await.expect_status(200).expect(Firm::LEAD.name);
        lead.get("/apply/start/go-tech/nowhere").await.expect_status(404);
        closed_call(lead).await;
        let page = lead.get(&format!("{start}?number={}", Firm::LEAD.number())).await;
        let form = page.form("/apply/start").set("track", "通常枠").set("title", "架空の微細加工の高度化");
        lead.submit(&form.clone().set("title", " ")).await.expect_status(422).expect("名称を入力");
        let begun = lead.submit(&form).await;
        begun.expect_status(200).expect("申請書を作成しました").expect("申請の概要");
        // The same form once more: pressed twice, started once.
        assert_eq!(lead.submit(&form).await.path, begun.path);
        assert_eq!(lead.get("/apply").await.links("/apply/cases/").len(), 1);
        Application { path: begun.path }
    }

    async fn closed_call(lead: &mut Visitor) {
        let closed = lead.get(&format!("/apply/start/go-tech/test-0?number={}", Firm::LEAD.number())).await;
        closed.expect_status(200).expect("受付は終了しました");
        // A form that was opened before the call closed.
        let open = lead.get(&format!("/apply/start/go-tech/test-1?number={}", Firm::LEAD.number())).await;
        let mut form = open.form("/apply/start").set("track", "通常枠").set("title", "遅れた申請");
        form.action = form.action.replace("test-1", "test-0");
        lead.submit(&form).await.expect_status(409).expect("受付は終了しました");
    }

    /// The consortium; the university comes in and fills in its own part.
    async fn consortium(stage: &Stage, server: &Server, cast: &Cast, lead: &mut Visitor, application: &Application) -> Visitor {
        application.try_consortium(lead).await.unwrap();
        let wrong = application.save(lead, "consortium", 0, &[("3.法人番号", "1100000000003")]).await;
        wrong.expect("検査用数字");
        application.save(lead, "consortium", 0, &[("3.法人番号", &Firm::MANAGING.number())]).await;
        let tasks = lead.get(&application.path).await;
        let invite = tasks.form("/members/2/invitation");
        lead.submit(&invite.clone().set("email", "だれか")).await.expect_status(422).expect("メールアドレスを確かめて");
        lead.submit(&invite.set("email", "uni@banso.invalid")).await.expect_status(200).expect("招待中");
        let mail = eventually("the invitation", async || stage.mails().into_iter().find(|m| m.contains("/apply/invitations/"))).await;
        let token: String = mail.split("/apply/invitations/").nth(1).unwrap().chars().take_while(char::is_ascii_alphanumeric).collect();
        let link = format!("/apply/invitations/{token}");
        let mut university = cast.university.visit(server).await;
        university.get(&application.path).await.expect_status(404);
        cast.stranger.visit(server).await.get(&link).await.expect("では参加できません");
        let invitation = university.get(&link).await;
        invitation.expect("架空の微細加工の高度化");
        university.submit(&invitation.form("/invitations/")).await.expect_status(200).expect("あなたの側");
        university.get(&link).await.expect_status(200).expect("すでに参加しています");
        cast.stranger.visit(server).await.get(&link).await.expect_status(404);
        application.try_members(&mut university, &[2]).await.unwrap();
        university.get(&application.section("plan", 0)).await.expect("次の機関が入力します");
        let path = application.section("overview", 0);
        let others = university.get(&path).await.form(&path);
        university.submit(&typed(others, &[("summary", "よその欄")])).await.expect_status(403);
        university
    }

    /// Two browsers on one section: different fields are merged, the same field is shown to the later one.
    async fn two_browsers(server: &Server, cast: &Cast, lead: &mut Visitor, application: &Application) {
        let mut other = cast.lead.visit(server).await;
        let path = application.section("plan", 0);
        let (one, two) = (lead.get(&path).await.form(&path), other.get(&path).await.form(&path));
        lead.submit(&typed(one, &[("needs", "一人目の課題")]).set("go", "stay")).await.expect_status(200);
        let merged = other.submit(&typed(two.clone(), &[("goals", "二人目の目標")]).set("go", "stay")).await;
        merged.expect_status(200).expect("一人目の課題").expect("二人目の目標");
        // The stale form once more, now over what the first has written.
        let clash = other.submit(&typed(two, &[("needs", "二人目の課題"), ("goals", "二人目の目標")])).await;
        clash.expect_status(409).expect("一人目の課題").expect("二人目の課題");
        lead.get(&path).await.expect("一人目の課題");
        assert!(!lead.get(&path).await.text().contains("二人目の課題"));
    }

    /// Whoever does not take part does not even learn that there is something.
    async fn strangers(server: &Server, cast: &Cast, application: &Application) {
        let mut stranger = cast.stranger.visit(server).await;
        for page in ["", "/check", "/submission", "/sections/plan/0", "/receipts/1", "/withdrawal"] {
            stranger.get(&format!("{}{page}", application.path)).await.expect_status(404);
        }
        let own = Application::start(&mut stranger, "test-1", Firm::STRANGER, "別の申請").await;
        let path = own.section("plan", 0);
        let mut forged = stranger.get(&path).await.form(&path);
        forged.action = application.section("plan", 0);
        stranger.submit(&typed(forged, &[("needs", "よその申請")])).await.expect_status(404);
        let mut forged = stranger.get(&own.section("documents", 0)).await.form("/files/0/plan-pdf");
        forged.action = format!("{}/files/0/plan-pdf", application.path);
        stranger.submit_with(&forged, &[pdf("計画書.pdf", PDF)]).await.expect_status(404);
        let mut nobody = Visitor::new(&server.address);
        nobody.get(&application.path).await.expect("ログイン");
        let mut without_token = stranger.get(&path).await.form(&path);
        without_token.fields.retain(|(name, _)| name != "_csrf");
        stranger.submit(&without_token).await.expect_status(403);
    }

    async fn budget(lead: &mut Visitor, application: &Application) {
        let page = application.save(lead, "budget", 1, &[("物品費.1", "1.5円")]).await;
        page.expect("「1.5円」には円未満の端数があります");
        let page = application.save(lead, "budget", 1, &[("物品費.1", "１，２００万円"), ("人件費.2", "9,000,000")]).await;
        page.expect("21,000,000円");
    }

    fn pdf(name: &str, bytes: &[u8]) -> banso_scenarios::Upload {
        banso_scenarios::Upload { field: "file".into(), name: name.into(), media_type: "application/pdf".into(), bytes: bytes.to_vec() }
    }

    /// Twenty megabytes of nothing in a few kilobytes, dressed as a workbook.
    fn bomb() -> Vec<u8> {
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for part in ["[Content_Types].xml", "xl/workbook.xml"] {
            zip.start_file(part, SimpleFileOptions::default()).unwrap();
            zip.write_all(&vec![0; 10 << 20]).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    async fn documents(lead: &mut Visitor, application: &Application) {
        let exe = b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff\x00\x00\xb8\x00\x00\x00".as_slice();
        let bomb = bomb();
        for (slot, name, bytes, says) in [
            ("plan-pdf", "計画書.pdf", exe, "実行ファイル"),
            ("plan-pdf", "計画書.pdf", b"".as_slice(), "空です"),
            ("quotes", "見積書.xlsx", bomb.as_slice(), "圧縮ファイルの中身"),
            ("plan-pdf", "見積書.xlsx", bomb.as_slice(), "圧縮ファイルの中身"),
        ] {
            application.attach(lead, slot, name, bytes).await.expect_status(422).expect(says);
        }
        let large = [PDF, vec![b' '; 25 << 20].as_slice()].concat();
        application.attach(lead, "plan-pdf", "計画書.pdf", &large).await.expect_status(422).expect("大きすぎます");
        drop(large);
        // Above what any form takes it is read to its end, so that a browser hears the answer, and nothing of it is kept.
        let flood = vec![b' '; 200 << 20];
        application.attach(lead, "plan-pdf", "計画書.pdf", &flood).await.expect_status(413).expect("20 MBまで");
        drop(flood);
        let page = application.attach(lead, "plan-pdf", "計画書.pdf", PDF).await;
        page.expect_status(200).expect("計画書.pdf").expect(&sha256(PDF));
        let back = lead.get(&format!("{}/files/{}", application.path, sha256(PDF))).await;
        assert_eq!((back.bytes.as_slice(), back.headers["content-type"].as_str()), (PDF, "application/octet-stream"));
        assert!(back.headers["content-disposition"].starts_with("attachment"), "{:?}", back.headers);
        assert_eq!(back.headers["x-content-type-options"], "nosniff");
    }

    /// "Check your answers" names what is missing, each linked to its field, until nothing is.
    async fn finishing(lead: &mut Visitor, university: &mut Visitor, application: &Application) {
        let check = lead.get(&format!("{}/check", application.path)).await;
        check.expect("提出する前に直すところ").expect("研究開発の要約を入力してください");
        assert!(!check.links("/sections/overview/0?check=1#").is_empty());
        lead.get(&format!("{}/submission", application.path)).await.expect("提出する前に直すところ");
        application.try_members(lead, &[1, 3]).await.unwrap();
        application.try_texts(lead).await.unwrap();
        for slot in ["accounts", "pledge"] {
            application.attach(lead, slot, "書類.pdf", PDF).await.expect_status(200);
        }
        let check = lead.get(&format!("{}/check", application.path)).await;
        check.expect("足りない入力や誤りはありません").expect("14,000,000円");
        university.get(&format!("{}/check", application.path)).await.expect_status(200);
    }

    async fn handing_in(lead: &mut Visitor, university: &mut Visitor, application: &Application) {
        let form = application.declaration(lead).await;
        let mut undeclared = form.clone();
        undeclared.fields.retain(|(name, _)| name != "declared");
        lead.submit(&undeclared).await.expect_status(422).expect("相違ないこと");
        // Changed on another page meanwhile: what was declared is not what is there.
        application.save(lead, "plan", 0, &[("risks", "試作が遅れる")]).await;
        lead.submit(&form).await.expect_status(409);
        let mut theirs = application.declaration(lead).await;
        let token = university.get(&application.path).await.forms()[0].value("_csrf").unwrap().to_owned();
        theirs = theirs.set("_csrf", &token);
        university.submit(&theirs).await.expect_status(403);
        let form = application.declaration(lead).await;
        let receipt = lead.submit(&form).await;
        receipt.expect_status(200).expect("申請を受け付けました").expect("TEST1-").expect("記録が完了した時刻").expect(&sha256(PDF));
        assert_eq!(receipt.path, format!("{}/receipts/1", application.path));
        // The same press again: the same receipt, no second version.
        assert_eq!(lead.submit(&form).await.path, receipt.path);
        lead.get(&format!("{}/receipts/2", application.path)).await.expect_status(404);
        for visitor in [lead, university] {
            let letter = application.letter(visitor, 1).await;
            assert!(letter.bytes.starts_with(b"%PDF-") && letter.headers["content-type"] == "application/pdf");
        }
    }

    /// Taken back, changed, handed in again under the same number; then withdrawn for good.
    async fn again(lead: &mut Visitor, application: &Application) {
        let path = application.section("plan", 0);
        let locked = lead.get(&path).await.form(&path);
        lead.submit(&typed(locked, &[("needs", "遅れた直し")])).await.expect_status(409);
        let leave = lead.get(&format!("{}/withdrawal", application.path)).await;
        lead.submit(&leave.form("/withdrawal/submission")).await.expect_status(200);
        application.save(lead, "plan", 0, &[("needs", "直した課題")]).await.expect("直した課題");
        let receipt = application.hand_in(lead).await;
        assert_eq!(receipt.path, format!("{}/receipts/2", application.path));
        lead.get(&format!("{}/receipts/1", application.path)).await.expect("新しい版が提出されています");
        assert!(application.letter(lead, 2).await.bytes.starts_with(b"%PDF-"));
        let leave = lead.get(&format!("{}/withdrawal", application.path)).await;
        let form = leave.forms().into_iter().find(|f| f.action.ends_with("/withdrawal")).expect("a form to withdraw");
        lead.submit(&form).await.expect_status(422);
        lead.submit(&form.set("reason", "架空の事情です。")).await.expect_status(200);
        lead.get("/apply").await.expect("取下げ");
    }
}
