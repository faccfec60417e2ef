//! The applicant's desk from the first page to the receipt and back, as a browser without scripts sees it.

use std::fs;
use std::path::Path;

use banso_kernel::{CorporateNumber, Instant, OrganisationId};
use banso_office::ProgrammeFile;
use banso_office::testing::cases::words;
use banso_office::testing::{PASSWORD, TestOffice};
use banso_permits::Role;
use banso_web::testing::{Shown, Visitor};

const PATH: &str = "demo/go-tech/r8-demo-1.md";
const CALL: &str = "/apply/start/go-tech/r8-demo-1";
const PDF: &[u8] = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n";

fn repository(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)).unwrap()
}

/// An office with an open call, a firm and a university, somebody at each, and a stranger.
struct Scene {
    office: TestOffice,
    firm: OrganisationId,
    number: CorporateNumber,
}

impl Scene {
    async fn new() -> Self {
        Self::at("2026-12-01T12:00:00+09:00").await
    }

    async fn at(instant: &str) -> Self {
        Self::under(instant, repository(PATH)).await
    }

    /// The same under this guideline.
    async fn under(instant: &str, text: String) -> Self {
        let office = TestOffice::at(instant).await;
        office.load_programmes(&[ProgrammeFile { path: PATH.to_owned(), text }], &words()).await.unwrap();
        let firm = office.organisation("株式会社架空精密", "sme").await;
        office.fact(firm, "従業員数", "2026-03", "25").await;
        let university = office.organisation("架空工業大学", "university").await;
        let other = office.organisation("株式会社無関係", "sme").await;
        for (login, organisation) in [("lead", firm), ("uni", university), ("stranger", other)] {
            office.somebody(login, &[Role::Applicant], Some(organisation)).await;
        }
        let number = office.number_of(firm).await;
        Scene { office, firm, number }
    }

    async fn visitor(&self, login: &str) -> Visitor {
        Visitor::signed_in(&self.office, login).await
    }

    /// An application that was just started; its address.
    async fn started(&self, lead: &mut Visitor) -> String {
        let number = self.number.to_string();
        let page = format!("{CALL}?number={number}");
        let fields = [("number", number.as_str()), ("track", "通常枠"), ("title", "架空の微細加工の高度化")];
        lead.send(&page, CALL, &fields).await.is(303).location().to_owned()
    }
}

fn section(case: &str, id: &str, member: u32) -> String {
    format!("{case}/sections/{id}/{member}")
}

/// Saves a section from its own page, as its button does.
async fn save(visitor: &mut Visitor, path: &str, fields: &[(&str, &str)]) -> Shown {
    let version = visitor.get(path).await.hidden("version").to_owned();
    let mut all = vec![("version", version.as_str()), ("go", "stay")];
    all.extend(fields);
    visitor.send(path, path, &all).await
}

async fn attach(visitor: &mut Visitor, case: &str, slot: &str, name: &str, content: &[u8]) -> Shown {
    let page = visitor.get(&section(case, "documents", 0)).await;
    let token = page.hidden("_csrf").to_owned();
    visitor.upload(&format!("{case}/files/0/{slot}"), &[("_csrf", &token)], ("file", name, content)).await
}

const TEXTS: [(&str, &[&str]); 4] = [
    ("plan", &["needs", "novelty", "goals", "method", "schedule"]),
    ("team", &["leader", "division", "management"]),
    ("business", &["market", "competition", "sales", "effects"]),
    ("kpis", &["achievement", "commercialised", "value-added", "wages", "sales-ratio"]),
];

/// Fills in everything that the guideline asks for.
async fn fill_in(visitor: &mut Visitor, case: &str) {
    let overview = [("a.補助事業期間", "３"), ("a.technology", "精密加工"), ("a.summary", "架空の要約です。"), ("a.重複受給", "いいえ")];
    save(visitor, &section(case, "overview", 0), &overview).await.is(303);
    let (uni, managing) = (CorporateNumber::from_body(111).to_string(), CorporateNumber::from_body(222).to_string());
    let consortium = [
        ("a.1.区分", "中小企業者等"),
        ("a.1.役割", "主たる研究等実施機関"),
        ("a.2.名称", "架空大学"),
        ("a.2.法人番号", uni.as_str()),
        ("a.2.区分", "大学・公設試等"),
        ("a.2.役割", "研究等実施機関"),
    ];
    save(visitor, &section(case, "consortium", 0), &consortium).await.is(303);
    let third =
        [("a.3.名称", "架空支援機構"), ("a.3.法人番号", managing.as_str()), ("a.3.区分", "事業管理機関"), ("a.3.役割", "事業管理機関")];
    save(visitor, &section(case, "consortium", 0), &third).await.is(303);
    for member in 1..=3 {
        let fields = [
            ("a.task", "架空の分担です。"),
            ("a.業種", "製造業その他"),
            ("a.資本金", "３，０００万円"),
            ("a.従業員数", "25"),
            ("a.課税所得平均", "2億円"),
            ("a.大企業単独持分", "0"),
            ("a.大企業合計持分", "0"),
            ("a.大企業兼務役員割合", "0"),
            ("a.みなし大企業の全株保有", "いいえ"),
            ("a.みなし大企業の全役員兼務", "いいえ"),
        ];
        save(visitor, &section(case, "member", member), &fields).await.is(303);
    }
    save(visitor, &section(case, "budget", 1), &[("a.物品費.1", "１，２００万円"), ("a.人件費.2", "9,000,000")]).await.is(303);
    for (id, keys) in TEXTS {
        let names: Vec<String> = keys.iter().map(|k| format!("a.{k}")).collect();
        let answer = |key: &str| match (id, key) {
            ("kpis", "achievement" | "commercialised") => "９０％",
            ("kpis", _) => "160",
            (_, _) => "架空の記述です。",
        };
        let fields: Vec<(&str, &str)> = names.iter().zip(keys).map(|(n, k)| (n.as_str(), answer(k))).collect();
        save(visitor, &section(case, id, 0), &fields).await.is(303);
    }
    for slot in ["plan-pdf", "accounts", "pledge"] {
        attach(visitor, case, slot, "書類.pdf", PDF).await.is(303);
    }
}

/// Hands in from the page of the declaration.
async fn hand_in(visitor: &mut Visitor, case: &str) -> Shown {
    let path = format!("{case}/submission");
    let page = visitor.get(&path).await;
    let revision = page.hidden("revision").to_owned();
    visitor.send(&path, &path, &[("revision", &revision), ("declared", "yes")]).await
}

#[tokio::test]
async fn a_firm_is_identified_by_its_number() {
    let scene = Scene::new().await;
    let mut lead = scene.visitor("lead").await;
    lead.get("/apply").await.is(200).holds_together().has("申請を始める").has("令和8年度");
    lead.get(CALL).await.is(200).holds_together().has(&scene.number.to_string());
    for (typed, says) in [
        ("", "未入力です"),
        ("123", "13桁です"),
        ("abcdefghijklm", "数字13桁"),
        ("8700110005902", "検査用数字"),
        ("8700110005901", "所属機関"),
    ] {
        lead.get(&format!("{CALL}?number={typed}")).await.is(422).holds_together().has(says);
    }
    let firm = lead.get(&format!("{CALL}?number={}", scene.number)).await;
    firm.is(200).holds_together().has("株式会社架空精密").has("出典：").has("2026-03").has("通常枠");
    let number = scene.number.to_string();
    let page = format!("{CALL}?number={number}");
    lead.send(&page, CALL, &[("number", &number), ("track", ""), ("title", " ")]).await.is(422).has("申請枠を選んで").has("名称を入力");
    let _ = scene.firm;
    for (instant, says) in
        [("2026-01-01T12:00:00+09:00", "受付はまだ始まっていません"), ("2030-01-01T12:00:00+09:00", "受付は終了しました")]
    {
        let scene = Scene::at(instant).await;
        let closed = scene.visitor("lead").await.get(CALL).await;
        closed.is(200).holds_together().has(says);
        assert!(!closed.body.contains("name=\"number\""), "a form that cannot be taken is not offered");
    }
}

#[tokio::test]
async fn from_the_first_page_to_the_receipt_and_back() {
    let scene = Scene::new().await;
    let mut lead = scene.visitor("lead").await;
    let case = scene.started(&mut lead).await;
    lead.get(&case).await.is(200).holds_together().has("申請の概要").has("未着手").has("受付締切").has("要領");
    lead.get(&format!("{case}/check")).await.is(200).holds_together().has("提出する前に直すところ").has("研究開発の要約を入力してください");
    lead.get(&format!("{case}/submission")).await.is(303);
    fill_in(&mut lead, &case).await;
    let check = lead.get(&format!("{case}/check")).await;
    check.is(200).holds_together().has("足りない入力や誤りはありません").has("14,000,000円");
    lead.get(&section(&case, "budget", 1)).await.has("subsidy-total").has("14,000,000円").has("21,000,000円");
    let declare = format!("{case}/submission");
    let page = lead.get(&declare).await;
    page.is(200).holds_together();
    let revision = page.hidden("revision").to_owned();
    lead.send(&declare, &declare, &[("revision", &revision)]).await.is(422).has("相違ないこと");
    lead.send(&declare, &declare, &[("revision", "1"), ("declared", "yes")]).await.is(409);
    let sent = hand_in(&mut lead, &case).await;
    assert_eq!(sent.is(303).location(), format!("{case}/receipts/1"));
    lead.get(&format!("{case}/receipts/1"))
        .await
        .is(200)
        .holds_together()
        .has("受付番号")
        .has("G8D1-")
        .has("2026-12-01 12:00:00")
        .has("作成しています");
    scene.office.run_jobs().await;
    let receipt = lead.get(&format!("{case}/receipts/1")).await;
    let letter = receipt.has("受付票（PDF）を保存する").body.split("/apply/notices/").nth(1).unwrap().split('/').next().unwrap().to_owned();
    let pdf = lead.get(&format!("/apply/notices/{letter}/letter")).await;
    assert_eq!(pdf.is(200).header("content-type"), "application/pdf");
    assert!(pdf.body.starts_with("%PDF-"), "no PDF");
    // The file is called what the notice is called: 申請を受け付けました（…）.pdf.
    assert!(pdf.header("content-disposition").contains("%E7%94%B3%E8%AB%8B%E3%82%92%E5%8F%97%E3%81%91"), "{:?}", pdf.headers);
    lead.get("/apply").await.has("受付済").has("申請を受け付けました");
    assert!(scene.office.mails().iter().any(|m| m.contains("lead@banso.invalid")));
    // Locked, then taken back, changed, handed in again under the same number.
    save(&mut lead, &section(&case, "plan", 0), &[("a.needs", "直しました。")]).await.is(409);
    lead.get(&section(&case, "plan", 0)).await.is(200).holds_together().has("いまは変更できません");
    let list = lead.get(&case).await;
    list.has("経費の計上なし");
    assert!(!list.body.contains("残りの目安") && !list.body.contains("未着手"), "nothing is left to do: {}", list.body);
    let (told, tasks) = (list.body.find("この申請の通知と文書").unwrap(), list.body.find("bs-tasks").unwrap());
    assert!(told < tasks, "what the office told comes first once it is handed in");
    let leave = format!("{case}/withdrawal");
    lead.get(&leave).await.is(200).holds_together().has("提出を取り消す");
    lead.send(&leave, &format!("{leave}/submission"), &[]).await.is(303);
    save(&mut lead, &section(&case, "plan", 0), &[("a.needs", "直しました。")]).await.is(303);
    attach(&mut lead, &case, "accounts", "直した決算書.pdf", &[PDF, b"%\n"].concat()).await.is(303);
    assert_eq!(hand_in(&mut lead, &case).await.is(303).location(), format!("{case}/receipts/2"));
    lead.get(&format!("{case}/receipts/1")).await.has("新しい版");
    every_version_is_read(&scene, &case).await;
    lead.send(&leave, &leave, &[("reason", "")]).await.is(422).has("理由を入力");
    lead.send(&leave, &leave, &[("reason", "架空の事情により")]).await.is(303);
    lead.get(&case).await.has("取下げ");
    scene.office.run_jobs().await;
}

/// What was handed in first, what was handed in last, and what changed between them: at the office's desk and at the auditor's.
async fn every_version_is_read(scene: &Scene, case: &str) {
    let id = case.rsplit('/').next().unwrap();
    for (login, role, desk) in [("officer", Role::Officer, "office"), ("kansa", Role::Auditor, "audit")] {
        scene.office.somebody(login, &[role], None).await;
        let mut reader = scene.visitor(login).await;
        let page = format!("/{desk}/cases/{id}");
        reader
            .get(&page)
            .await
            .is(200)
            .holds_together()
            .has(&format!("{page}/versions/1"))
            .has(&format!("{page}/versions/1#changes"))
            .has(&format!("{page}/versions/3"));
        let first = reader.get(&format!("{page}/versions/1")).await;
        first
            .is(200)
            .holds_together()
            .has("申請書 第1版")
            .has("<del>架空の記述です</del>")
            .has("<ins>直しました</ins>")
            .has("直した決算書.pdf");
        first.has("研究開発計画 ／");
        let own = first.body.split_once("提出された内容").unwrap().1;
        assert!(own.contains("架空の記述です。") && !own.contains("直しました"), "the first version as it was:\n{own}");
        assert!(own.contains("書類.pdf") && !own.contains("直した決算書.pdf"));
        let last = reader.get(&format!("{page}/versions/3?lang=en")).await;
        last.is(200).holds_together().has("Application, version 2").has("What changed");
        assert!(last.body.split_once("What was handed in").unwrap().1.contains("直した決算書.pdf"));
        for nothing in ["2", "4", "0", "x", "-1"] {
            reader.get(&format!("{page}/versions/{nothing}")).await.is(404);
        }
        let other = if desk == "office" { "audit" } else { "office" };
        let across = reader.get(&format!("/{other}/cases/{id}/versions/1")).await;
        assert!(matches!((across.status.as_u16(), desk), (403, "office") | (200, "audit")), "auditors read at the office's desk too");
    }
}

#[tokio::test]
async fn a_button_pressed_twice_hands_in_once() {
    let scene = Scene::new().await;
    let mut lead = scene.visitor("lead").await;
    let case = scene.started(&mut lead).await;
    fill_in(&mut lead, &case).await;
    let path = format!("{case}/submission");
    let page = lead.get(&path).await;
    let fields = [
        ("_csrf", page.hidden("_csrf").to_owned()),
        ("_request", page.hidden("_request").to_owned()),
        ("revision", page.hidden("revision").to_owned()),
        ("declared", "yes".to_owned()),
    ];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
    for _ in 0..2 {
        assert_eq!(lead.post(&path, &fields, &[]).await.is(303).location(), format!("{case}/receipts/1"));
    }
    scene.office.run_jobs().await;
}

/// What the declaration's button sends from its page.
async fn declaration(visitor: &mut Visitor, case: &str) -> Vec<(&'static str, String)> {
    let page = visitor.get(&format!("{case}/submission")).await;
    let hidden = |name: &str| page.hidden(name).to_owned();
    vec![("_csrf", hidden("_csrf")), ("_request", hidden("_request")), ("revision", hidden("revision")), ("declared", "yes".to_owned())]
}

fn borrowed<'a>(fields: &'a [(&'static str, String)]) -> Vec<(&'a str, &'a str)> {
    fields.iter().map(|(n, v)| (*n, v.as_str())).collect()
}

#[tokio::test]
async fn what_was_refused_stays_refused_however_often_it_is_pressed() {
    let scene = Scene::new().await;
    let mut lead = scene.visitor("lead").await;
    let case = scene.started(&mut lead).await;
    fill_in(&mut lead, &case).await;
    let path = format!("{case}/submission");
    let (first, second) = (declaration(&mut lead, &case).await, declaration(&mut lead, &case).await);
    lead.post(&path, &borrowed(&first), &[]).await.is(303);
    // The second window: it was handed in already, and that is said every time.
    for _ in 0..3 {
        lead.post(&path, &borrowed(&second), &[]).await.is(409).has("すでに提出されています");
    }
    let leave = format!("{case}/withdrawal");
    let page = lead.get(&leave).await;
    let press = [("_csrf", page.hidden("_csrf").to_owned()), ("_request", page.hidden("_request").to_owned())];
    lead.send(&leave, &leave, &[("reason", "架空の事情により")]).await.is(303);
    for _ in 0..3 {
        lead.post(&format!("{leave}/submission"), &borrowed(&press), &[]).await.is(409);
    }
    // Back and pressed once more with the first window's own page: answered as it was then.
    lead.post(&path, &borrowed(&first), &[]).await.is(303);
    lead.get(&case).await.has("取下げ");
    scene.office.run_jobs().await;
}

#[tokio::test]
async fn the_last_microsecond_counts_and_the_next_does_not() {
    for (at, status) in [("2027-01-29T17:00:00.000000+09:00", 303), ("2027-01-29T17:00:00.000001+09:00", 409)] {
        let scene = Scene::at("2027-01-29T16:59:00+09:00").await;
        let mut lead = scene.visitor("lead").await;
        let case = scene.started(&mut lead).await;
        fill_in(&mut lead, &case).await;
        let fields = declaration(&mut lead, &case).await;
        scene.office.clock.set(Instant::parse(at).unwrap());
        lead.post(&format!("{case}/submission"), &borrowed(&fields), &[]).await.is(status);
        scene.office.run_jobs().await;
    }
}

#[tokio::test]
async fn whoever_takes_over_a_number_finds_nothing_of_who_had_it() {
    let scene = Scene::new().await;
    let mut lead = scene.visitor("lead").await;
    let case = scene.started(&mut lead).await;
    fill_in(&mut lead, &case).await;
    save(&mut lead, &section(&case, "member", 3), &[("a.task", "去った機関の秘密")]).await.is(303);
    let consortium = section(&case, "consortium", 0);
    let row = ["a.3.名称", "a.3.法人番号", "a.3.区分", "a.3.役割"].map(|name| (name, "架空"));
    save(&mut lead, &section(&case, "budget", 3), &[("a.人件費.1", "1,234,000")]).await.is(303);
    // What goes with a member is asked about, with the amounts; until that is answered nothing is lost.
    let asked = save(&mut lead, &consortium, &[&[("drop", "3")], &row[..]].concat()).await;
    asked.is(200).holds_together().has("構成員を外しますか").has("1,234,000円").has("元に戻せません");
    lead.get(&section(&case, "member", 3)).await.is(200).has("去った機関の秘密");
    lead.get(&consortium).await.has("a.3.");
    // Emptied by hand it is the same question.
    let emptied = ["a.3.名称", "a.3.法人番号", "a.3.区分", "a.3.役割"].map(|name| (name, ""));
    save(&mut lead, &consortium, &emptied).await.is(200).has("1,234,000円");
    let confirmed = hidden_fields(&asked, &consortium);
    lead.post(&consortium, &as_fields(&confirmed), &[]).await.is(303);
    lead.get(&section(&case, "member", 3)).await.is(404);
    // The page offers another number.
    let page = lead.get(&consortium).await;
    assert!(page.body.contains("a.4.") && !page.body.contains("a.3."), "{}", page.body);
    // A page that was open since before gives the old number again: the part is empty.
    save(&mut lead, &consortium, &[("a.3.名称", "架空後継機構"), ("a.3.区分", "事業管理機関"), ("a.3.役割", "事業管理機関")]).await.is(303);
    let part = lead.get(&section(&case, "member", 3)).await;
    assert!(!part.is(200).body.contains("去った機関の秘密"), "{}", part.body);
    // Numbers have one way of being written.
    save(&mut lead, &consortium, &[("a.+5.名称", "幽霊"), ("a.06.名称", "幽霊"), ("a.0.名称", "幽霊"), ("a.201.名称", "幽霊")])
        .await
        .is(303);
    assert!(!lead.get(&format!("{case}/check")).await.body.contains("幽霊"));
}

#[tokio::test]
async fn a_form_at_its_limits() {
    let scene = Scene::new().await;
    let mut lead = scene.visitor("lead").await;
    let case = scene.started(&mut lead).await;
    fill_in(&mut lead, &case).await;
    let path = section(&case, "budget", 1);
    // Far too much money, and numbers that no machine number holds.
    let huge = ["9223372036854775807", "9999999999999999999兆0.00000000000000001円", "99999999999999999999", "9223372036854775807"];
    let names: Vec<String> = (1..=3).map(|year| format!("a.物品費.{year}")).collect();
    for amount in huge {
        let fields: Vec<(&str, &str)> = names.iter().map(|n| (n.as_str(), amount)).collect();
        save(&mut lead, &path, &fields).await.is(303);
        lead.get(&path).await.is(200).holds_together();
        lead.get(&format!("{case}/check")).await.is(200).holds_together();
        lead.get(&case).await.is(200);
    }
    for day in ["令和32767年1月1日", "明治-1.1.1", "9999-12-31"] {
        save(&mut lead, &section(&case, "overview", 0), &[("a.補助事業期間", day)]).await.is(303);
        lead.get(&format!("{case}/check")).await.is(200);
    }
    let token = lead.get(&path).await.hidden("_csrf").to_owned();
    let form = |n: usize| {
        let many: Vec<String> = (0..n).map(|i| format!("a.{i}=%00%FF%zz&")).collect();
        format!("_csrf={token}&{}", many.concat())
    };
    let kind = [("content-type", "application/x-www-form-urlencoded")];
    lead.send_body(&path, &kind, form(2_990).into()).await.is(303);
    lead.send_body(&path, &kind, form(3_001).into()).await.is(413);
    let long = format!("_csrf={token}&a.x={}", "%E9%95%B7".repeat(200_000));
    let told = lead.send_body(&path, &kind, long.into()).await;
    told.is(413).has("400000バイト").has("いま600000バイト").has("長長長");
    // Twice the same field: the page goes on, and one of them is kept.
    let twice = [("_csrf", token.as_str()), ("a.物品費.1", "1"), ("a.物品費.1", "2")];
    lead.post(&path, &twice, &[]).await;
    lead.get(&path).await.is(200).holds_together();
}

#[tokio::test]
async fn after_the_closing_instant_nothing_is_taken() {
    let scene = Scene::at("2027-01-29T16:59:00+09:00").await;
    let mut lead = scene.visitor("lead").await;
    let case = scene.started(&mut lead).await;
    fill_in(&mut lead, &case).await;
    let path = format!("{case}/submission");
    let page = lead.get(&path).await;
    let (token, revision) = (page.hidden("_csrf").to_owned(), page.hidden("revision").to_owned());
    scene.office.clock.set(Instant::parse("2027-01-29T17:00:01+09:00").unwrap());
    let fields = [("_csrf", token.as_str()), ("revision", revision.as_str()), ("declared", "yes")];
    lead.post(&path, &fields, &[]).await.is(409).has("17時00分");
    let plan = section(&case, "plan", 0);
    lead.post(&plan, &[("_csrf", &token), ("a.needs", "遅い")], &[]).await.is(409);
    lead.get(&case).await.is(200).has("締め切られました").has("入力した内容は残っています");
    lead.get(&plan).await.has("架空の記述です。");
    let number = scene.number.to_string();
    lead.post(CALL, &[("_csrf", &token), ("number", &number), ("track", "通常枠"), ("title", "遅い")], &[]).await.is(409);
}

#[tokio::test]
async fn somebody_elses_application_does_not_exist() {
    let scene = Scene::new().await;
    let mut lead = scene.visitor("lead").await;
    let case = scene.started(&mut lead).await;
    fill_in(&mut lead, &case).await;
    hand_in(&mut lead, &case).await.is(303);
    scene.office.run_jobs().await;
    let mut stranger = scene.visitor("stranger").await;
    let token = stranger.get("/apply").await.hidden("_csrf").to_owned();
    for path in ["", "/check", "/submission", "/basics", "/withdrawal", "/receipts/1", "/sections/plan/0", "/sections/budget/1"] {
        stranger.get(&format!("{case}{path}")).await.is(404);
    }
    for path in ["/submission", "/basics", "/withdrawal", "/withdrawal/submission", "/sections/plan/0", "/members/2/invitation", "/edition"]
    {
        stranger.post(&format!("{case}{path}"), &[("_csrf", &token), ("revision", "1"), ("email", "a@b.example")], &[]).await.is(404);
    }
    let digest = banso_kernel::Digest::of(PDF);
    stranger.get(&format!("{case}/files/{digest}")).await.is(404);
    stranger.upload(&format!("{case}/files/0/plan-pdf"), &[("_csrf", &token)], ("file", "a.pdf", PDF)).await.is(404);
    let back = lead.get(&format!("{case}/files/{digest}")).await;
    assert_eq!(back.is(200).header("content-type"), "application/octet-stream");
    assert_eq!(back.body.as_bytes(), PDF);
}

#[tokio::test]
async fn two_people_in_one_section_do_not_overwrite_each_other() {
    let scene = Scene::new().await;
    scene.office.somebody("colleague", &[Role::Applicant], Some(scene.firm)).await;
    let (mut one, mut two) = (scene.visitor("lead").await, scene.visitor("colleague").await);
    let case = scene.started(&mut one).await;
    let path = section(&case, "plan", 0);
    let opened = one.get(&path).await.hidden("version").to_owned();
    let both = two.get(&path).await.hidden("version").to_owned();
    let send = |version: &str, fields: &[(&str, &str)]| {
        let mut all = vec![("version".to_owned(), version.to_owned()), ("go".to_owned(), "stay".to_owned())];
        all.extend(fields.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())));
        all
    };
    fn borrowed(fields: &[(String, String)]) -> Vec<(&str, &str)> {
        fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect()
    }
    let first = send(&opened, &[("a.needs", "一人目の課題"), ("a.goals", "一人目の目標")]);
    one.send(&path, &path, &borrowed(&first)).await.is(303);
    let second = send(&both, &[("a.needs", "二人目の課題"), ("a.goals", ""), ("a.method", "二人目の方法")]);
    let clash = two.send(&path, &path, &borrowed(&second)).await;
    clash.is(409).has("一人目の課題").has("二人目の課題").has("両方の内容を見比べて");
    clash.has("両方の内容を示した欄は、まだ保存されていません");
    assert!(!clash.body.contains("に保存しました"), "nothing beside an unsaved field says saved");
    one.get(&path).await.has("一人目の課題").has("一人目の目標").has("二人目の方法");
    let chosen = send(clash.hidden("version"), &[("a.needs", "二人で決めた課題")]);
    two.send(&path, &path, &borrowed(&chosen)).await.is(303);
    one.get(&path).await.has("二人で決めた課題").has("一人目の目標");
    // The same by a form that saves itself.
    let token = one.get(&path).await.hidden("_csrf").to_owned();
    let json = [("accept", "application/json")];
    let version = one.get(&path).await.hidden("version").to_owned();
    let saved = one.post(&path, &[("_csrf", &token), ("version", &version), ("a.risks", &"長".repeat(700))], &json).await;
    saved.is(200).has("保存しました").has("600字以内").has("\"version\"");
    let stale = one.post(&path, &[("_csrf", &token), ("version", &opened), ("a.needs", "古い画面から")], &json).await;
    stale.is(409).has("ほかの人が");
    one.get(&path).await.has("二人で決めた課題");
}

#[tokio::test]
async fn an_invited_side_fills_in_its_own_part_only() {
    let scene = Scene::new().await;
    let mut lead = scene.visitor("lead").await;
    let case = scene.started(&mut lead).await;
    let rows = [("a.2.名称", "架空工業大学"), ("a.2.区分", "大学・公設試等"), ("a.2.役割", "研究等実施機関")];
    save(&mut lead, &section(&case, "consortium", 0), &rows).await.is(303);
    let invite = format!("{case}/members/2/invitation");
    lead.send(&case, &invite, &[("email", "だれか")]).await.is(422).holds_together().has("メールアドレスを確かめて");
    let csrf = lead.get(&case).await.hidden("_csrf").to_owned();
    let poisoned = [("host", "evil.example"), ("x-forwarded-host", "evil.example")];
    lead.post(&invite, &[("_csrf", &csrf), ("email", "uni@banso.invalid")], &poisoned).await.is(303);
    scene.office.run_jobs().await;
    let mail = scene.office.mails().join("\n").replace("=\r\n", "");
    let begins = format!("{}/apply/invitations/", banso_web::PublicAddress::default());
    assert!(decoded(&mail).contains(&begins) && !decoded(&mail).contains("evil.example"), "{}", decoded(&mail));
    let token = token_in(&mail);
    let link = format!("/apply/invitations/{token}");
    let mut uni = scene.visitor("uni").await;
    uni.get(&case).await.is(404);
    uni.get("/apply/invitations/0000").await.is(404).has(r#"<a href="/apply">「申請」のページへ</a>"#);
    uni.get(&link).await.is(200).holds_together().has("架空の微細加工の高度化");
    assert_eq!(uni.send(&link, &link, &[]).await.is(303).location(), case);
    // Opened or pressed again the link leads to the application; to anybody else it is as if it had never been.
    assert_eq!(uni.get(&link).await.is(303).location(), case);
    assert_eq!(uni.send(&case, &link, &[]).await.is(303).location(), case);
    uni.get(&case).await.has("すでに参加しています");
    scene.visitor("stranger").await.get(&link).await.is(404);
    lead.get(&link).await.is(404);
    uni.get(&case).await.is(200).holds_together().has("あなたの側");
    save(&mut uni, &section(&case, "member", 2), &[("a.task", "大学の分担")]).await.is(303);
    for (path, fields) in [("overview", "a.summary"), ("consortium", "a.3.名称")] {
        save(&mut uni, &section(&case, path, 0), &[(fields, "よその欄")]).await.is(403);
    }
    save(&mut uni, &section(&case, "member", 1), &[("a.task", "よその欄")]).await.is(403);
    save(&mut lead, &section(&case, "member", 2), &[("a.task", "代表者から")]).await.is(403);
    lead.get(&section(&case, "member", 2)).await.has("大学の分担").has("架空工業大学");
    let token = uni.get("/apply").await.hidden("_csrf").to_owned();
    uni.post(&format!("{case}/submission"), &[("_csrf", &token), ("revision", "1"), ("declared", "yes")], &[]).await.is(403);
    save(&mut lead, &section(&case, "consortium", 0), &[("a.2.都道府県", "福井県")]).await.is(303);
    uni.get(&case).await.is(200);
}

/// A draft that is filled in, and the university has come in as its second member.
async fn with_partner(scene: &Scene, lead: &mut Visitor, uni: &mut Visitor) -> String {
    let case = scene.started(lead).await;
    fill_in(lead, &case).await;
    lead.send(&case, &format!("{case}/members/2/invitation"), &[("email", "uni@banso.invalid")]).await.is(303);
    scene.office.run_jobs().await;
    let link = format!("/apply/invitations/{}", token_in(&scene.office.mails().join("\n").replace("=\r\n", "")));
    // The number in the form is made up: the university comes in where none is asked for.
    save(lead, &section(&case, "consortium", 0), &[("a.2.法人番号", "")]).await.is(303);
    uni.send(&link, &link, &[]).await.is(303);
    case
}

#[tokio::test]
async fn a_partner_who_is_taken_out_is_told() {
    let scene = Scene::new().await;
    let (mut lead, mut uni) = (scene.visitor("lead").await, scene.visitor("uni").await);
    let case = with_partner(&scene, &mut lead, &mut uni).await;
    uni.get(&case).await.is(200);
    let consortium = section(&case, "consortium", 0);
    let row = ["a.2.名称", "a.2.法人番号", "a.2.区分", "a.2.役割"].map(|name| (name, "架空"));
    let asked = save(&mut lead, &consortium, &[&[("drop", "2")], &row[..]].concat()).await;
    asked.is(200).holds_together().has("担当者にお知らせします");
    assert!(!uni.get("/apply").await.body.contains("構成から外れました"), "nothing was confirmed yet");
    let confirmed = hidden_fields(&asked, &consortium);
    lead.post(&consortium, &as_fields(&confirmed), &[]).await.is(303);
    uni.get(&case).await.is(404);
    let desk = uni.get("/apply").await;
    desk.is(200).has("申請の共同体の構成から外れました");
    let notice = desk.body.split("/apply/notices/").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    let shown = uni.get(&format!("/apply/notices/{notice}")).await;
    assert!(!shown.is(200).holds_together().has("構成から外しました").body.contains(&case), "its page can no longer be opened");
    scene.office.run_jobs().await;
    assert!(scene.office.mails().len() > 1, "and a mail was sent");
}

#[tokio::test]
async fn a_draft_that_was_never_handed_in_is_thrown_away_and_the_partners_are_told() {
    let scene = Scene::new().await;
    let (mut lead, mut uni) = (scene.visitor("lead").await, scene.visitor("uni").await);
    let case = with_partner(&scene, &mut lead, &mut uni).await;
    let ask = format!("{case}/discarding");
    uni.get(&ask).await.is(200).holds_together().has("代表者が行う場合だけ");
    uni.send(&case, &ask, &[]).await.is(403);
    scene.visitor("stranger").await.get(&ask).await.is(404);
    let asked = lead.get(&ask).await;
    asked.is(200).holds_together().has("21,000,000円").has("元に戻せません").has("架空大学");
    let fields = hidden_fields(&asked, &ask);
    lead.post(&ask, &as_fields(&fields), &[]).await.is(303);
    assert_eq!(lead.post(&ask, &as_fields(&fields), &[]).await.is(303).location(), "/apply", "pressed twice");
    lead.get(&case).await.is(404);
    assert!(!lead.get("/apply").await.body.contains(&case));
    uni.get("/apply").await.is(200).has("作成中の申請が削除されました");
    scene.office.run_jobs().await;
    // What was handed in stays on record, also when it was taken back.
    let case = scene.started(&mut lead).await;
    fill_in(&mut lead, &case).await;
    hand_in(&mut lead, &case).await.is(303);
    let ask = format!("{case}/discarding");
    lead.send(&case, &format!("{case}/withdrawal/submission"), &[]).await.is(303);
    assert!(!lead.get(&case).await.body.contains(&ask));
    lead.send(&case, &ask, &[]).await.is(409).has("一度提出した申請は削除できません");
    scene.office.run_jobs().await;
}

/// The token of the invitation in a mail, whatever its encoding.
fn token_in(mails: &str) -> String {
    let plain = mails.contains("/apply/invitations/");
    let text = if plain { mails.to_owned() } else { decoded(mails) };
    text.split("/apply/invitations/").nth(1).map(|t| t.chars().take(64).collect()).unwrap_or_default()
}

/// The bodies of base64 mails.
fn decoded(mails: &str) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let body = mails.rsplit("\r\n\r\n").next().unwrap_or_default();
    let bits: Vec<u32> = body.bytes().filter_map(|b| LETTERS.iter().position(|l| *l == b)).map(|i| i as u32).collect();
    let bytes: Vec<u8> = bits
        .chunks(4)
        .flat_map(|c| {
            let word = c.iter().enumerate().fold(0_u32, |w, (i, b)| w | (b << (18 - 6 * i)));
            word.to_be_bytes()[1..].to_vec()
        })
        .collect();
    String::from_utf8_lossy(&bytes).into_owned()
}

#[tokio::test]
async fn files_that_are_not_what_they_say() {
    let scene = Scene::new().await;
    let mut lead = scene.visitor("lead").await;
    let case = scene.started(&mut lead).await;
    for (name, content, says) in [
        ("計画書.pdf", &b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff\x00\x00"[..], "実行ファイル"),
        ("空.pdf", b"", "空です"),
        ("写真.pdf", b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR", "PNG"),
        ("頁.pdf", b"<html><script>alert(1)</script>", "ウェブページ"),
    ] {
        attach(&mut lead, &case, "plan-pdf", name, content).await.is(422).holds_together().has(says);
    }
    attach(&mut lead, &case, "plan-pdf", "計画書.pdf", PDF).await.is(303);
    let digest = banso_kernel::Digest::of(PDF).to_string();
    lead.get(&section(&case, "documents", 0)).await.holds_together().has("計画書.pdf").has(&digest);
    attach(&mut lead, &case, "plan-pdf", "二つ目.pdf", &[PDF, b"%"].concat()).await.is(422).has("1点までです");
    attach(&mut lead, &case, "nowhere", "計画書.pdf", PDF).await.is(404);
    let large = vec![b' '; 6 << 20];
    attach(&mut lead, &case, "pledge", "大きい.pdf", &[PDF, &large].concat()).await.is(422).has("5 MBまで").has("暴力団排除に関する誓約書");
    let page = section(&case, "documents", 0);
    lead.send(&page, &format!("{case}/files/0/plan-pdf/removal"), &[("digest", &digest)]).await.is(303);
    assert!(!lead.get(&page).await.body.contains(&digest));
}

#[tokio::test]
async fn a_file_form_that_is_sent_twice_is_answered_alike_and_an_old_page_is_told() {
    let scene = Scene::new().await;
    let mut lead = scene.visitor("lead").await;
    let case = scene.started(&mut lead).await;
    let (second, third) = ([PDF, b"%2"].concat(), [PDF, b"%3"].concat());
    for _ in 0..2 {
        attach(&mut lead, &case, "plan-pdf", "計画書.pdf", PDF).await.is(303);
    }
    let page = section(&case, "documents", 0);
    let token = lead.get(&page).await.hidden("_csrf").to_owned();
    let digest = |content: &[u8]| banso_kernel::Digest::of(content).to_string();
    let replace = async |lead: &mut Visitor, old: &[u8], new: &[u8]| {
        let fields = [("_csrf", token.as_str()), ("replaces", &digest(old))];
        lead.upload(&format!("{case}/files/0/plan-pdf"), &fields, ("file", "計画書.pdf", new)).await
    };
    for _ in 0..2 {
        replace(&mut lead, PDF, &second).await.is(303);
    }
    replace(&mut lead, PDF, &third).await.is(409).holds_together().has("すでに差し替えられたか");
    lead.get(&page).await.has(&digest(&second));
    let removal = format!("{case}/files/0/plan-pdf/removal");
    for _ in 0..2 {
        lead.send(&page, &removal, &[("digest", &digest(&second))]).await.is(303);
    }
    lead.send(&page, &removal, &[("digest", &digest(b"never there"))]).await.is(404);
}

#[tokio::test]
async fn two_windows_on_the_title_do_not_overwrite_each_other() {
    let scene = Scene::new().await;
    let mut lead = scene.visitor("lead").await;
    let case = scene.started(&mut lead).await;
    let path = format!("{case}/basics");
    let opened = lead.get(&path).await.hidden("version").to_owned();
    let first = [("version", opened.as_str()), ("title", "架空の計画（一）"), ("track", "通常枠")];
    lead.send(&path, &path, &first).await.is(303);
    lead.send(&path, &path, &first).await.is(303);
    let second = [("version", opened.as_str()), ("title", "架空の計画（二）"), ("track", "通常枠")];
    let clash = lead.send(&path, &path, &second).await;
    clash.is(409).holds_together().has("名称は「架空の計画（一）」").has("架空の計画（二）");
    lead.get(&path).await.has("架空の計画（一）");
    let knowing = [("version", clash.hidden("version")), ("title", "架空の計画（二）"), ("track", "通常枠")];
    lead.send(&path, &path, &knowing).await.is(303);
    lead.get(&path).await.has("架空の計画（二）");
}

#[tokio::test]
async fn a_clause_that_is_not_met_is_told_above_everything() {
    let scene = Scene::new().await;
    let mut lead = scene.visitor("lead").await;
    let case = scene.started(&mut lead).await;
    fill_in(&mut lead, &case).await;
    let check = format!("{case}/check");
    lead.get(&check).await.has("足りない入力や誤りはありません");
    save(&mut lead, &section(&case, "budget", 1), &[("a.外注費.1", "3,000万円")]).await.is(303);
    let page = lead.get(&check).await;
    page.holds_together().has("満たしていない公募要領の条項").has(r##"href="#clause-3-8""##);
    assert!(!page.body.contains("足りない入力や誤りはありません"));
}

#[tokio::test]
async fn a_blank_that_leaves_a_clause_undecided_is_not_called_complete() {
    let optional = |text: String, item: &str| {
        let row = text.lines().find(|l| l.starts_with(&format!("| {item} |"))).unwrap().to_owned();
        text.replace(&row, &row.replace("区分 = 中小企業者等 のとき", "任意"))
    };
    let text = ["資本金", "従業員数"].into_iter().fold(repository(PATH), optional);
    let scene = Scene::under("2026-12-01T12:00:00+09:00", text).await;
    let mut lead = scene.visitor("lead").await;
    let case = scene.started(&mut lead).await;
    fill_in(&mut lead, &case).await;
    save(&mut lead, &section(&case, "member", 1), &[("a.資本金", ""), ("a.従業員数", "")]).await.is(303);
    let page = lead.get(&format!("{case}/check")).await;
    page.is(200).holds_together().has("空欄があるために判定できない").has("href=\"#clause-2-1\"");
    assert!(!page.body.contains("足りない入力や誤りはありません"));
    lead.get(&format!("{case}/submission")).await.is(200).holds_together().has("空欄があるために判定できない条項");
}

#[tokio::test]
async fn what_is_required_on_a_condition_is_asked_for_where_it_holds() {
    let scene = Scene::new().await;
    let mut lead = scene.visitor("lead").await;
    let case = scene.started(&mut lead).await;
    fill_in(&mut lead, &case).await;
    // A university need not say its capital; a small firm must.
    save(&mut lead, &section(&case, "member", 2), &[("a.資本金", "")]).await.is(303);
    lead.get(&format!("{case}/check")).await.has("足りない入力や誤りはありません");
    assert!(!lead.get(&case).await.body.contains("入力中"));
    save(&mut lead, &section(&case, "member", 1), &[("a.資本金", "")]).await.is(303);
    lead.get(&case).await.has("入力中");
    let check = lead.get(&format!("{case}/check")).await;
    check.holds_together().has("資本金を入力してください（区分が中小企業者等の場合は必須）。");
    assert!(!check.body.contains("足りない入力や誤りはありません"));
    lead.get(&format!("{}?check=1", section(&case, "member", 1))).await.holds_together().has("区分が中小企業者等の場合は必須");
    // While nobody has said what the firm is, it may be required: that is said, and not called complete.
    save(&mut lead, &section(&case, "consortium", 0), &[("a.1.区分", "")]).await.is(303);
    lead.get(&section(&case, "member", 1)).await.holds_together().has("条件により必須").has("区分が中小企業者等の場合は必須です。");
    lead.get(&case).await.has("入力中");
    let check = lead.get(&format!("{case}/check")).await;
    check.holds_together().has("条件に当たるかどうかは、ほかの欄の答えがそろうと決まります。");
    // Of the investment track, its letter.
    let documents = section(&case, "documents", 0);
    let shown = lead.get(&format!("{documents}?check=1")).await;
    assert!(!shown.body.contains("条件により必須") && !shown.body.contains("出資の意向を示す書面を添付してください"));
}

#[tokio::test]
async fn an_organisation_stands_in_the_consortium_once() {
    let scene = Scene::new().await;
    let mut lead = scene.visitor("lead").await;
    let case = scene.started(&mut lead).await;
    fill_in(&mut lead, &case).await;
    let (consortium, check) = (section(&case, "consortium", 0), format!("{case}/check"));
    let uni = CorporateNumber::from_body(111).to_string();
    for (row, number, says) in [
        ("a.2.法人番号", scene.number.to_string(), "代表者（構成員1）の法人番号と同じです"),
        ("a.3.法人番号", uni, "構成員2の法人番号と同じです"),
    ] {
        let before = lead.get(&consortium).await;
        assert!(!before.body.contains("法人番号と同じです"));
        save(&mut lead, &consortium, &[(row, &number)]).await.is(303);
        lead.get(&consortium).await.holds_together().has(says).has(&format!("id=\"{row}-wrong\""));
        lead.get(&check).await.holds_together().has("提出する前に直すところ").has(says);
        lead.get(&case).await.has("要修正");
        save(&mut lead, &consortium, &[(row, &CorporateNumber::from_body(333).to_string())]).await.is(303);
        save(&mut lead, &consortium, &[("a.2.法人番号", &CorporateNumber::from_body(111).to_string())]).await.is(303);
    }
}

#[tokio::test]
async fn a_budget_offers_the_years_of_the_project() {
    let scene = Scene::new().await;
    let mut lead = scene.visitor("lead").await;
    let case = scene.started(&mut lead).await;
    fill_in(&mut lead, &case).await;
    let (budget, overview) = (section(&case, "budget", 1), section(&case, "overview", 0));
    lead.get(&budget).await.has("3年目");
    // Of what was not entered only that is told, and not that it fits no row of a table.
    save(&mut lead, &overview, &[("a.補助事業期間", "")]).await.is(303);
    let open = lead.get(&budget).await;
    assert!(!open.has("「補助事業期間」が未入力です").body.contains("当てはまる行がありません"), "{}", open.body);
    save(&mut lead, &overview, &[("a.補助事業期間", "2")]).await.is(303);
    assert!(!lead.get(&budget).await.body.contains("3年目"));
    // What was entered for three years is shown and told when the project becomes shorter.
    save(&mut lead, &overview, &[("a.補助事業期間", "3")]).await.is(303);
    save(&mut lead, &budget, &[("a.物品費.3", "1,000,000")]).await.is(303);
    assert!(!lead.get(&budget).await.body.contains("計上できる期間ではありません"));
    save(&mut lead, &overview, &[("a.補助事業期間", "2")]).await.is(303);
    lead.get(&budget).await.holds_together().has("3年目は、経費を計上できる期間ではありません（公募要領 3-2）").has("a.物品費.3-wrong");
    lead.get(&format!("{case}/check")).await.holds_together().has("3年目は、経費を計上できる期間ではありません");
    lead.get(&case).await.has("要修正");
}

#[tokio::test]
async fn the_same_file_twice_is_told_and_counts_once() {
    let scene = Scene::new().await;
    let mut lead = scene.visitor("lead").await;
    let case = scene.started(&mut lead).await;
    attach(&mut lead, &case, "quotes", "見積書.pdf", PDF).await.is(303);
    lead.get(&section(&case, "documents", 0)).await.has("「見積書.pdf」を添付しました");
    attach(&mut lead, &case, "quotes", "見積書の写し.pdf", PDF).await.is(303);
    lead.get(&section(&case, "documents", 0)).await.holds_together().has("同じ内容のファイルが、すでにここに添付されています");
    // In another place it may be right: a hint, no more.
    attach(&mut lead, &case, "accounts", "決算書.pdf", PDF).await.is(303);
    lead.get(&section(&case, "documents", 0)).await.holds_together().has("書類を取り違えていないか").has("決算書.pdf");
}

/// The hidden fields of the form that goes to `action`.
fn hidden_fields(page: &Shown, action: &str) -> Vec<(String, String)> {
    let form = page.body.split_once(&format!(r#"action="{action}""#)).unwrap().1.split("</form>").next().unwrap();
    let unescaped = |text: &str| {
        [("&#60;", "<"), ("&#62;", ">"), ("&#34;", "\""), ("&#39;", "'"), ("&#38;", "&")]
            .iter()
            .fold(text.to_owned(), |t, (from, to)| t.replace(from, to))
    };
    let field = |rest: &str| {
        let (name, rest) = rest.split_once("\" value=\"").unwrap();
        (name.to_owned(), unescaped(rest.split_once('"').unwrap().0))
    };
    form.split(r#"<input type="hidden" name=""#).skip(1).map(field).collect()
}

fn as_fields(fields: &[(String, String)]) -> Vec<(&str, &str)> {
    fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect()
}

const FROM_HERE: [(&str, &str); 1] = [("sec-fetch-site", "same-origin")];
const TYPED: &str = "一行目の\"課題\"<b>と\n二行目";

#[tokio::test]
async fn what_was_typed_into_a_page_that_is_out_of_date_is_shown_and_sent_again() {
    let scene = Scene::new().await;
    let mut lead = scene.visitor("lead").await;
    let case = scene.started(&mut lead).await;
    let path = section(&case, "plan", 0);
    let version = lead.get(&path).await.hidden("version").to_owned();
    let stale = "0".repeat(64);
    let form = lead.get(&path).await.hidden("_form").to_owned();
    let fields =
        [("_csrf", stale.as_str()), ("version", &version), ("_form", &form), ("go", "stay"), ("a.needs", TYPED), ("a.goals", "目標")];
    // From elsewhere nothing is shown; where the browser does not say from where, it can be read but not sent again by a click.
    let elsewhere = lead.post(&path, &fields, &[("sec-fetch-site", "cross-site")]).await;
    assert!(!elsewhere.is(403).body.contains("二行目"));
    let silent = lead.post(&path, &fields, &[]).await;
    silent.is(403).holds_together().has("入力した内容は失われていません").has("&#60;b&#62;と\n二行目</textarea>");
    assert!(!silent.body.contains("もう一度送信する"));
    let shown = lead.post(&path, &fields, &FROM_HERE).await;
    shown.is(403).holds_together().has("もう一度送信する").has("&#60;b&#62;と\n二行目</textarea>");
    assert!(!shown.body.contains(">needs</label>"), "the field by its label, not by its id");
    let again = hidden_fields(&shown, &path);
    assert!(again.contains(&("a.needs".to_owned(), TYPED.to_owned())) && again.contains(&("version".to_owned(), version.clone())));
    lead.post(&path, &as_fields(&again), &FROM_HERE).await.is(303);
    lead.get(&path).await.has("&#60;b&#62;と\n二行目</textarea>").has("目標</textarea>");
    // A script gets its answer as before.
    let json = lead.post(&path, &fields, &[("accept", "application/json")]).await;
    assert_eq!(json.is(403).header("content-type"), "application/json");
}

#[tokio::test]
async fn what_was_typed_when_the_session_ended_is_sent_after_signing_in() {
    let scene = Scene::new().await;
    let mut lead = scene.visitor("lead").await;
    let case = scene.started(&mut lead).await;
    let path = section(&case, "plan", 0);
    let page = lead.get(&path).await;
    let fields = [
        ("_csrf", page.hidden("_csrf").to_owned()),
        ("_request", page.hidden("_request").to_owned()),
        ("version", page.hidden("version").to_owned()),
        ("go", "stay".to_owned()),
        ("a.needs", TYPED.to_owned()),
    ];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
    scene.office.wait_seconds(13 * 3600);
    assert!(!lead.post(&path, &fields, &[]).await.is(401).body.contains("二行目"));
    let asked = lead.post(&path, &fields, &FROM_HERE).await;
    asked.is(401).holds_together().has("入力した内容は失われていません").has("&#60;b&#62;と\n二行目</textarea>");
    let sign_in = |page: &Shown, password: &str| {
        let mut all = hidden_fields(page, "/sign-in");
        all.extend([("login".to_owned(), "lead".to_owned()), ("password".to_owned(), password.to_owned())]);
        all
    };
    let wrong = lead.post("/sign-in", &as_fields(&sign_in(&asked, "wrong-password")), &FROM_HERE).await;
    wrong.is(422).holds_together().has("パスワードが正しくありません").has("&#60;b&#62;と\n二行目</textarea>");
    assert!(!wrong.body.contains("wrong-password"));
    // A page of signing in that is itself out of date, and too many attempts: still there.
    let mut late = sign_in(&wrong, PASSWORD);
    late.iter_mut().filter(|(n, _)| n == "_csrf").for_each(|(_, v)| *v = "0".repeat(64));
    let late = lead.post("/sign-in", &as_fields(&late), &FROM_HERE).await;
    late.is(403).holds_together().has("画面が古くなっている").has("&#60;b&#62;と\n二行目</textarea>");
    for _ in 0..4 {
        lead.post("/sign-in", &as_fields(&sign_in(&late, "wrong-password")), &FROM_HERE).await.is(422);
    }
    let waits = lead.post("/sign-in", &as_fields(&sign_in(&late, PASSWORD)), &FROM_HERE).await;
    waits.is(429).holds_together().has("分後にもう一度").has("&#60;b&#62;と\n二行目</textarea>");
    assert_eq!(waits.header("retry-after"), "900");
    scene.office.wait_seconds(901);
    let welcome = lead.post("/sign-in", &as_fields(&sign_in(&waits, PASSWORD)), &FROM_HERE).await;
    welcome.is(200).holds_together().has("この内容をもう一度送信する").has("試験 lead").has("&#60;b&#62;と\n二行目</textarea>");
    let again = hidden_fields(&welcome, &path);
    assert!(again.iter().any(|(n, v)| n == "_request" && fields.contains(&("_request", v.as_str()))), "the same press of the button");
    lead.post(&path, &as_fields(&again), &FROM_HERE).await.is(303);
    lead.get(&path).await.has("&#60;b&#62;と\n二行目</textarea>");
}

#[tokio::test]
async fn a_file_sent_after_the_session_ended_is_not_lost_in_silence() {
    let scene = Scene::new().await;
    let mut lead = scene.visitor("lead").await;
    let case = scene.started(&mut lead).await;
    let documents = section(&case, "documents", 0);
    let token = lead.get(&documents).await.hidden("_csrf").to_owned();
    scene.office.wait_seconds(13 * 3600);
    let slot = format!("{case}/files/0/plan-pdf");
    let answer = lead.upload(&slot, &[("_csrf", &token)], ("file", "計画書.pdf", PDF)).await;
    answer.is(401).holds_together().has("ファイルを受け取っていません").has("もう一度ファイルを選んで").has("ログインして戻る");
    let script = [("accept", "application/json"), ("content-type", "multipart/form-data; boundary=edge")];
    let answer = lead.send_body(&slot, &script, axum::body::Body::empty()).await;
    answer.is(401).has("ファイルを受け取っていません");
    // A text is carried through signing in, as before.
    lead.post(&section(&case, "plan", 0), &[("a.needs", "課題")], &[("sec-fetch-site", "same-origin")])
        .await
        .is(401)
        .has("失われていません");
}
