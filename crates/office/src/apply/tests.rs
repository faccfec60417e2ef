//! The applicant's turns between the office's: correction, grant request, decision; an edition that changes under a draft; the
//! closing instant at the moment of recording.

use std::fs;
use std::path::Path;

use banso_grant::{CaseAct, GrantDecided, NewAct, Outcome, Point, Returned};
use banso_guideline::Known;
use banso_kernel::{CallId, CaseId, CorporateNumber, Day, Digest, Instant, RequestId, Yen};
use banso_permits::{Action, Person, Role};
use banso_store::{Attachment, Batch, Change, CommitError, Content, Organisation};
use uuid::Uuid;

use super::{Leaving, Paper, Phase, SaveOrder, Stage, StartOrder, SubmitOrder, TaskStatus};
use crate::limits::{CASE_BYTES_MAX, INVITATION_HOURS, INVITATIONS_MAX};
use crate::testing::TestOffice;
use crate::testing::cases::words;
use crate::{OfficeError, ProgrammeFile};

const PATH: &str = "demo/go-tech/r8-demo-1.md";
const PDF: &[u8] = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n";

fn repository(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)).unwrap()
}

struct Scene {
    office: TestOffice,
    lead: Person,
    own: Organisation,
    case: CaseId,
}

fn request() -> RequestId {
    RequestId::new(Uuid::now_v7())
}

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

impl Scene {
    /// An application that is complete and not handed in.
    async fn new() -> Self {
        Self::under(repository(PATH)).await
    }

    /// The same under this guideline.
    async fn under(text: String) -> Self {
        let office = TestOffice::at("2026-12-01T12:00:00+09:00").await;
        office.load_programmes(&[ProgrammeFile { path: PATH.to_owned(), text }], &words()).await.unwrap();
        let firm = office.organisation("株式会社架空精密", "sme").await;
        let lead = office.somebody("lead", &[Role::Applicant], Some(firm)).await;
        let own = office.store().organisation(firm).await.unwrap().unwrap();
        let order = StartOrder {
            call: CallId::parse("go-tech/r8-demo-1").unwrap(),
            number: own.corporate_number.unwrap().to_string(),
            title: "架空の計画".into(),
            track: "通常枠".into(),
            request: request(),
        };
        let case = office.start_application(&lead, &order).await.unwrap();
        assert_eq!(office.start_application(&lead, &order).await.unwrap(), case, "pressed twice, started once");
        let scene = Scene { office, lead, own, case };
        scene.fill_in().await;
        scene
    }

    async fn save(&self, section: &str, member: u32, answers: &[(&str, &str)]) -> Result<(), OfficeError> {
        let stamp = self.office.section_page(&self.lead, self.case, section, member).await?.stamp;
        let answers = answers.iter().map(|(k, t)| ((*k).to_owned(), (*t).to_owned())).collect();
        let order = SaveOrder { section: section.to_owned(), member, stamp, answers, leaving: Vec::new() };
        let outcome = self.office.save_section(&self.lead, self.case, &order).await?;
        assert!(outcome.clashes.is_empty());
        Ok(())
    }

    async fn attach(&self, slot: &str, content: &[u8]) {
        let mut incoming = self.office.begin_attachment(&self.lead, self.case, 0, slot, "書類.pdf", None).await.unwrap();
        incoming.write(content).await.unwrap();
        self.office.attach(&self.lead, incoming).await.unwrap();
    }

    async fn fill_in(&self) {
        let (uni, managing) = (CorporateNumber::from_body(111).to_string(), CorporateNumber::from_body(222).to_string());
        let overview = [("補助事業期間", "2"), ("technology", "精密加工"), ("summary", "要約"), ("重複受給", "いいえ")];
        self.save("overview", 0, &overview).await.unwrap();
        let rows = [
            ("1.区分", "中小企業者等"),
            ("1.役割", "主たる研究等実施機関"),
            ("2.名称", "架空大学"),
            ("2.法人番号", &uni),
            ("2.区分", "大学・公設試等"),
            ("2.役割", "研究等実施機関"),
            ("3.名称", "架空機構"),
            ("3.法人番号", &managing),
            ("3.区分", "事業管理機関"),
            ("3.役割", "事業管理機関"),
        ];
        self.save("consortium", 0, &rows).await.unwrap();
        for member in 1..=3 {
            let firm = [
                ("task", "分担"),
                ("業種", "製造業その他"),
                ("資本金", "3000万円"),
                ("従業員数", "25"),
                ("課税所得平均", "1億円"),
                ("大企業単独持分", "0"),
                ("大企業合計持分", "0"),
                ("大企業兼務役員割合", "0"),
                ("みなし大企業の全株保有", "いいえ"),
                ("みなし大企業の全役員兼務", "いいえ"),
            ];
            self.save("member", member, &firm).await.unwrap();
        }
        self.save("budget", 1, &[("物品費.1", "30,000,000")]).await.unwrap();
        for (section, keys, text) in [
            ("plan", &["needs", "novelty", "goals", "method", "schedule"][..], "記述"),
            ("team", &["leader", "division", "management"][..], "記述"),
            ("business", &["market", "competition", "sales", "effects"][..], "記述"),
            ("kpis", &["achievement", "commercialised"][..], "90"),
            ("kpis", &["value-added", "wages", "sales-ratio"][..], "160"),
        ] {
            let answers: Vec<_> = keys.iter().map(|k| (*k, text)).collect();
            self.save(section, 0, &answers).await.unwrap();
        }
        for slot in ["plan-pdf", "accounts", "pledge"] {
            self.attach(slot, PDF).await;
        }
    }

    async fn submit(&self) -> Result<u64, OfficeError> {
        let page = self.office.check_page(&self.lead, self.case).await?;
        let order = SubmitOrder { revision: page.revision, declared: true, despite_no: false, request: request() };
        let handed_in = self.office.submit(&self.lead, self.case, order).await?;
        self.office.run_jobs().await;
        Ok(handed_in.seq)
    }

    /// Acts that the office would take.
    async fn office_acts(&self, acts: Vec<CaseAct>) {
        let permit = self.office.may_case(&self.lead, Action::ReadCase, self.case).await.unwrap();
        let seq = self.office.store().case(&permit).await.unwrap().unwrap().seq();
        let edition = self.office.edition_in_force(&CallId::parse("go-tech/r8-demo-1").unwrap()).unwrap().digest();
        let new = |act| NewAct {
            act,
            actor: banso_grant::Actor::System,
            authority: "事務局".into(),
            clause: "5-1".into(),
            edition,
            effective_on: self.office.now().day(),
        };
        self.office.store().commit(Batch::case(self.case, seq, acts.into_iter().map(new).collect())).await.unwrap();
    }

    async fn phase(&self) -> Phase {
        self.office.task_list(&self.lead, self.case).await.unwrap().head.phase
    }

    async fn select(&self) {
        let outcome = Outcome { plan: Digest::ZERO, rank: 1, score: "90".into(), reason: "基準点以上".into() };
        let assigned = CaseAct::ReviewersAssigned { plan: Digest::ZERO, due: day("2027-02-20"), reviewers: vec![] };
        self.office_acts(vec![CaseAct::CompletenessPassed { checks: vec!["様式".into()] }, assigned, CaseAct::Selected(outcome)]).await;
    }
}

#[tokio::test]
async fn numbers_are_kept_in_half_width_digits_and_texts_as_typed() {
    let scene = Scene::new().await;
    let number = CorporateNumber::from_body(111).to_string();
    let wide: String = number.chars().map(|c| char::from_u32(u32::from(c) + 0xFEE0).unwrap()).collect();
    for (section, member, key, typed, kept) in [
        ("overview", 0, "補助事業期間", "３年", "3"),
        ("overview", 0, "補助事業期間", "２．５", "２．５"),
        ("overview", 0, "technology", "１２軸の加工", "１２軸の加工"),
        ("consortium", 0, "2.法人番号", wide.as_str(), number.as_str()),
        ("consortium", 0, "2.名称", "架空大学１号館", "架空大学１号館"),
        ("member", 1, "従業員数", "１２人", "12"),
        ("member", 1, "資本金", "３億円", "300,000,000"),
        ("member", 1, "大企業単独持分", "２５０％", "２５０％"),
        ("budget", 1, "物品費.1", "３，０００万円", "30,000,000"),
        ("budget", 1, "物品費.1", "三千円", "三千円"),
        ("kpis", 0, "wages", "１．５％", "1.5"),
    ] {
        scene.save(section, member, &[(key, typed)]).await.unwrap();
        let page = scene.office.section_page(&scene.lead, scene.case, section, member).await.unwrap();
        assert_eq!(page.answers.get(key).map(String::as_str), Some(kept), "{section} {key}");
        // The page that is still open sends the same again: nothing changes.
        scene.save(section, member, &[(key, typed)]).await.unwrap();
        let again = scene.office.section_page(&scene.lead, scene.case, section, member).await.unwrap();
        assert_eq!((again.stamp, again.answers), (page.stamp, page.answers), "{section} {key}");
    }
    let member = scene.office.section_page(&scene.lead, scene.case, "member", 1).await.unwrap();
    assert!(member.problems.iter().any(|p| p.code == "out-of-range" && p.place.key == "大企業単独持分"), "{:?}", member.problems);
    let overview = scene.office.section_page(&scene.lead, scene.case, "overview", 0).await.unwrap();
    assert!(overview.problems.iter().any(|p| p.code == "not-whole"), "{:?}", overview.problems);
}

#[tokio::test]
async fn the_years_shown_add_up_to_the_subsidy() {
    let scene = Scene::new().await;
    // Years of 45,000,000 after the yearly cap, 75,000,000 in all: the second year is cut.
    for (first, second, years) in [
        ("63,525,000", "51,980,000", [42_350_000, 32_650_000]),
        ("90,000,000", "90,000,000", [45_000_000, 30_000_000]),
        ("30,000,000", "10,000,000", [20_000_000, 6_666_666]),
    ] {
        scene.save("budget", 1, &[("物品費.1", first), ("人件費.2", second)]).await.unwrap();
        let subsidy = scene.office.check_page(&scene.lead, scene.case).await.unwrap().subsidy;
        let shown: Vec<_> = subsidy.by_year.iter().map(|(_, amount)| amount.clone()).collect();
        assert_eq!(shown, years.map(|y| Known::Exactly(Yen::new(y))), "{first} {second}");
        assert_eq!(subsidy.total, Known::Exactly(Yen::new(years.iter().sum())));
    }
    // A duration that no row of the caps is about has no amount at all, rather than none.
    scene.save("overview", 0, &[("補助事業期間", "4")]).await.unwrap();
    let page = scene.office.check_page(&scene.lead, scene.case).await.unwrap();
    assert!(matches!(page.subsidy.total, Known::Unknown(_)), "{:?}", page.subsidy.total);
    assert!(page.subsidy.missing.iter().any(|m| m.ja.contains("3-5")), "{:?}", page.subsidy.missing);
}

#[tokio::test]
async fn a_correction_is_due_when_the_office_says_though_the_call_closes_later() {
    let scene = Scene::new().await;
    scene.submit().await.unwrap();
    let (due, points) = (day("2026-12-20"), vec![Point { field: "plan/goals".into(), note: "数値で書いてください".into() }]);
    scene.office_acts(vec![CaseAct::Returned(Returned { points, due })]).await;
    let phase = scene.office.task_list(&scene.lead, scene.case).await.unwrap().head.phase;
    assert_eq!(phase.until().map(Instant::day), Some(due));
    let Phase::Correcting { until, .. } = phase else { panic!("{phase:?}") };
    assert!(until.day() > due, "late is still taken in");
    scene.office.clock.set(Instant::parse("2026-12-22T09:00:00+09:00").unwrap());
    scene.submit().await.unwrap();
}

#[tokio::test]
async fn a_return_for_correction_is_tied_to_its_field_and_answered() {
    let scene = Scene::new().await;
    scene.submit().await.unwrap();
    let point = |field: &str, note: &str| Point { field: field.into(), note: note.into() };
    let points = vec![point("plan/goals", "数値で書いてください"), point("documents/plan-pdf", "図が欠けています")];
    scene.office_acts(vec![CaseAct::Returned(Returned { points, due: day("2027-02-10") })]).await;
    // The call has closed, the correction has not.
    scene.office.clock.set(Instant::parse("2027-02-10T23:59:00+09:00").unwrap());
    let list = scene.office.task_list(&scene.lead, scene.case).await.unwrap();
    assert!(matches!(&list.head.phase, Phase::Correcting { due, .. } if *due == day("2027-02-10")), "{:?}", list.head.phase);
    let places: Vec<_> = list.returned.iter().map(|p| (p.place.clone().unwrap(), p.label.ja.as_str())).collect();
    assert_eq!(places[0], (("plan".to_owned(), 0), "研究開発計画 ／ 研究開発の目標"));
    assert_eq!(places[1].0, ("documents".to_owned(), 0));
    let status = |list: &super::TaskList, id: &str| list.groups[0].tasks.iter().find(|t| t.section == id).unwrap().status;
    assert_eq!((status(&list, "plan"), status(&list, "team")), (TaskStatus::ToCorrect, TaskStatus::Done));
    let told = async || -> Vec<String> {
        let page = scene.office.check_page(&scene.lead, scene.case).await.unwrap();
        page.warnings.into_iter().map(|w| w.text.ja).filter(|t| t.contains("補正を求められた")).collect()
    };
    assert_eq!(told().await.len(), 2, "{:?}", told().await);
    scene.save("plan", 0, &[("goals", "精度を10%改善")]).await.unwrap();
    assert!(matches!(&told().await[..], [left] if left.contains("図が欠けています")), "{:?}", told().await);
    let list = scene.office.task_list(&scene.lead, scene.case).await.unwrap();
    assert_eq!(status(&list, "plan"), TaskStatus::Done);
    assert_eq!(scene.submit().await.unwrap(), 3);
    let receipt = scene.office.receipt_page(&scene.lead, scene.case, Stage::Application, 2).await.unwrap();
    assert!(receipt.letter.is_some() && !receipt.superseded);
    assert_eq!(
        receipt.receipt_number,
        scene.office.receipt_page(&scene.lead, scene.case, Stage::Application, 1).await.unwrap().receipt_number
    );
}

#[tokio::test]
async fn a_correction_after_its_day_is_too_late() {
    let scene = Scene::new().await;
    scene.submit().await.unwrap();
    let points = vec![Point { field: "plan/goals".into(), note: "数値で".into() }];
    scene.office_acts(vec![CaseAct::Returned(Returned { points, due: day("2027-02-10") })]).await;
    scene.office.clock.set(Instant::parse("2027-02-11T00:00:00+09:00").unwrap());
    assert!(matches!(scene.submit().await, Err(OfficeError::Refused(_))));
}

#[tokio::test]
async fn from_selection_to_the_decision_and_out_of_it() {
    let scene = Scene::new().await;
    scene.submit().await.unwrap();
    scene.office.clock.set(Instant::parse("2027-03-01T10:00:00+09:00").unwrap());
    assert!(scene.save("plan", 0, &[("goals", "後から")]).await.is_err());
    scene.select().await;
    let selected = Yen::new(20_000_000);
    assert_eq!(scene.phase().await, Phase::Requesting { selected });
    let list = scene.office.task_list(&scene.lead, scene.case).await.unwrap();
    let sections: Vec<&str> = list.groups.iter().flat_map(|g| &g.tasks).map(|t| t.section.as_str()).collect();
    assert_eq!(sections, ["grant-documents", "budget", "budget", "budget"]);
    assert!(matches!(scene.submit().await, Err(OfficeError::Invalid(p)) if p.iter().any(|p| p.text.ja.contains("見積書"))));
    scene.attach("grant-quotes", PDF).await;
    // More than was selected is not asked for; less is.
    scene.save("budget", 1, &[("物品費.1", "36,000,000")]).await.unwrap();
    assert_eq!(scene.office.check_page(&scene.lead, scene.case).await.unwrap().requested, Some(selected));
    scene.save("budget", 1, &[("物品費.1", "27,000,000")]).await.unwrap();
    scene.submit().await.unwrap();
    let permit = scene.office.may_case(&scene.lead, Action::ReadCase, scene.case).await.unwrap();
    let file = scene.office.case(&permit).await.unwrap();
    let asked = file.case.state.request().unwrap().clone();
    assert_eq!(asked.requested, Yen::new(18_000_000));
    let Some(Content::Kept(text)) = scene.office.store().content(asked.content).await.unwrap() else { panic!("no text") };
    let paper = Paper::read(&text).unwrap();
    assert_eq!((paper.stage, paper.documents()), (Stage::GrantRequest, asked.documents));
    // Returned, corrected, decided, withdrawn.
    let points = vec![Point { field: "budget/1/物品費.1".into(), note: "見積と合いません".into() }];
    scene.office_acts(vec![CaseAct::GrantRequestReturned { points, due: day("2027-03-20") }]).await;
    let list = scene.office.task_list(&scene.lead, scene.case).await.unwrap();
    assert_eq!(list.returned[0].place, Some(("budget".to_owned(), 1)));
    scene.save("budget", 1, &[("物品費.1", "24,000,000")]).await.unwrap();
    scene.submit().await.unwrap();
    let decided = GrantDecided {
        number: "架空第1号".into(),
        eligible_cost: Yen::new(24_000_000),
        amount: Yen::new(16_000_000),
        by_year: vec![(1, Yen::new(16_000_000))],
        conditions: vec!["帳簿を備えること".into()],
        modifications: vec![],
        feasibility: String::new(),
        project_ends: day("2029-03-31"),
        withdrawable_until: day("2027-03-31"),
    };
    scene.office_acts(vec![CaseAct::GrantDecided(decided)]).await;
    let leaving = scene.office.leave_page(&scene.lead, scene.case).await.unwrap().leaving;
    assert_eq!(leaving, Leaving::FromDecision { until: day("2027-03-31") });
    let again = request();
    scene.office.withdraw(&scene.lead, scene.case, "条件を受け入れられない", again).await.unwrap();
    scene.office.withdraw(&scene.lead, scene.case, "条件を受け入れられない", again).await.unwrap();
    assert_eq!(scene.phase().await, Phase::Ended);
    scene.office.run_jobs().await;
    let list = scene.office.task_list(&scene.lead, scene.case).await.unwrap();
    let last = list.history.last().unwrap();
    assert_eq!((list.history.len(), last.text.ja.as_str()), (8, "取り下げました"));
    assert_eq!(list.notices.len(), 4);
    let home = scene.office.desk_home(&scene.lead).await.unwrap();
    assert!(home.notices.rows.iter().any(|n| n.notice.subject.contains("取下げ") && n.notice.document.is_some()));
}

/// Sections that a guideline adds for the grant request.
const GRANT_SECTIONS: &str = "\
### 4-8 交付申請 / Grant request

【様式：交付申請の確認 / Confirmation】識別子: grant-confirm、記入: 代表者、目安: 5分

| 欄 | 見出し | 型 | 字数 | 必須 | 説明 |
|---|---|---|---|---|---|
| changes | 計画の変更 / Changes to the plan | 長文 | 400字 | 必須 | 応募の後に変わったこと / What changed since the application |

【提出書類：交付申請の書類 / Papers of the grant request】識別子: grant-papers、記入: 代表者、目安: 20分

| 識別子 | 書類 | 必須 | 数 | 大きさ | 種類 | 説明 |
|---|---|---|---|---|---|---|
| price-table | 価格の比較表 / Table of prices | 必須 | 5 | 10MB | PDF | 相見積の一覧 / All competing quotes |

";

#[tokio::test]
async fn a_guideline_says_itself_what_a_grant_request_asks_for() {
    let before = "## 5 審査と採択";
    let text = repository(PATH);
    assert!(text.contains(before));
    let scene = Scene::under(text.replace(before, &format!("{GRANT_SECTIONS}{before}"))).await;
    let sections = async || {
        let list = scene.office.task_list(&scene.lead, scene.case).await.unwrap();
        list.groups.iter().flat_map(|g| &g.tasks).map(|t| t.section.clone()).collect::<Vec<_>>()
    };
    // Nothing of it is asked for before the selection.
    assert!(!sections().await.iter().any(|s| s.starts_with("grant-")), "{:?}", sections().await);
    assert!(matches!(scene.save("grant-confirm", 0, &[("changes", "無し")]).await, Err(OfficeError::NotFound)));
    scene.submit().await.unwrap();
    scene.office.clock.set(Instant::parse("2027-03-01T10:00:00+09:00").unwrap());
    scene.select().await;
    assert_eq!(sections().await, ["grant-confirm", "grant-papers", "budget", "budget", "budget"]);
    let missing = scene.submit().await;
    let Err(OfficeError::Invalid(problems)) = missing else { panic!("{missing:?}") };
    for what in ["計画の変更", "価格の比較表"] {
        assert!(problems.iter().any(|p| p.text.ja.contains(what)), "{what}: {problems:?}");
    }
    assert!(!problems.iter().any(|p| p.text.ja.contains("見積書")), "its own papers stand in place of the quotes: {problems:?}");
    scene.save("grant-confirm", 0, &[("changes", "変更はありません。")]).await.unwrap();
    scene.attach("price-table", PDF).await;
    scene.submit().await.unwrap();
    let file = scene.office.case_file(scene.case).await;
    let slots: Vec<&str> = file.case.state.request().unwrap().documents.iter().map(|d| d.slot.as_str()).collect();
    assert_eq!(slots, ["price-table"]);

    // Returned by its place, which the notice calls by its title.
    let officer = scene.office.somebody("officer", &[Role::Officer], None).await;
    let points = vec![Point { field: "grant-papers/price-table".into(), note: "2者目がありません".into() }];
    let order = crate::desk::granting::ReturnOrder { points, due: Some(day("2027-03-20")), request: request() };
    scene.office.return_grant_request(&officer, scene.case, order).await.unwrap();
    scene.office.run_jobs().await;
    let list = scene.office.task_list(&scene.lead, scene.case).await.unwrap();
    assert_eq!(list.returned[0].place, Some(("grant-papers".to_owned(), 0)));
    let notices = scene.office.notices(&scene.lead, crate::Page::first(10)).await.unwrap();
    let bodies: Vec<&str> = notices.rows.iter().map(|row| row.notice.body.as_str()).collect();
    assert!(bodies.iter().any(|body| body.contains("交付申請の書類 ／ 価格の比較表：2者目がありません")), "{bodies:#?}");
}

#[tokio::test]
async fn a_changed_edition_is_told_before_anything_is_handed_in() {
    let scene = Scene::new().await;
    let amended = repository(PATH)
        .replace("版: 令和8年度デモ第1回・第1版", "版: 令和8年度デモ第1回・第9版")
        .replace("| summary | 研究開発の要約 / Summary | 長文 | 400字 |", "| summary | 研究開発の要約 / Summary | 長文 | 300字 |");
    let file = ProgrammeFile { path: PATH.replace(".md", ".2.md"), text: amended };
    let loaded = scene.office.load_programmes(&[file], &words()).await.unwrap();
    assert!(matches!(loaded[..], [crate::Loaded::Published { number: 2, .. }]), "{loaded:?}");
    let moved = scene.office.task_list(&scene.lead, scene.case).await.unwrap().moved.unwrap();
    assert!(moved.changes.iter().any(|c| c.ja.contains("研究開発の要約") && c.ja.contains("字数")), "{moved:?}");
    assert!(
        matches!(scene.submit().await, Err(OfficeError::Invalid(p)) if p.iter().any(|p| p.text.ja.contains("公募要領が改められました")))
    );
    scene.office.accept_edition(&scene.lead, scene.case).await.unwrap();
    assert!(scene.office.task_list(&scene.lead, scene.case).await.unwrap().moved.is_none());
    scene.submit().await.unwrap();
}

#[tokio::test]
async fn the_instant_of_recording_decides_and_the_draft_must_stand() {
    let scene = Scene::new().await;
    let closes = Instant::parse("2027-01-29T17:00:00+09:00").unwrap();
    scene.office.clock.set(closes);
    let page = scene.office.check_page(&scene.lead, scene.case).await.unwrap();
    let order = SubmitOrder { revision: page.revision, declared: true, despite_no: false, request: request() };
    scene.save("plan", 0, &[("risks", "一つ増えた")]).await.unwrap();
    assert!(matches!(scene.office.submit(&scene.lead, scene.case, order).await, Err(OfficeError::Stale(_))));
    // Whatever was decided before, the ledger compares the clock once more.
    let late = Batch::changes(vec![Change::keep_content("遅い")]).not_after(Instant::parse("2027-01-29T16:59:59+09:00").unwrap());
    assert!(matches!(scene.office.store().commit(late).await, Err(CommitError::TooLate { .. })));
    scene.submit().await.unwrap();
    let receipt = scene.office.receipt_page(&scene.lead, scene.case, Stage::Application, 1).await.unwrap();
    assert_eq!(receipt.recorded_at, closes);
    assert_eq!(receipt.files.len(), 3);
    assert_eq!(scene.own.name, receipt.head.lead);
}

#[tokio::test]
async fn somebody_sends_only_so_many_invitations_within_a_day() {
    let scene = Scene::new().await;
    let invite = || scene.office.invite(&scene.lead, scene.case, 2, "uni@banso.invalid", "http://banso.invalid");
    for _ in 0..INVITATIONS_MAX {
        invite().await.unwrap();
    }
    let Err(OfficeError::Invalid(problems)) = invite().await else { panic!("one too many") };
    assert_eq!(problems[0].field, "email");
    assert!(problems[0].text.ja.contains(&format!("{INVITATIONS_MAX}通まで")), "{problems:?}");
    scene.office.wait_seconds(INVITATION_HOURS * 3600 + 1);
    invite().await.unwrap();
    scene.office.run_jobs().await;
}

#[tokio::test]
async fn an_application_takes_in_only_so_many_bytes_and_what_was_taken_out_counts() {
    let scene = Scene::new().await;
    let large = Attachment {
        slot: "quotes".into(),
        member: 0,
        digest: Digest::of(b"large"),
        file_name: "大.pdf".into(),
        media_type: "application/pdf".into(),
        bytes: CASE_BYTES_MAX - scene.office.store().attached_bytes(scene.case).await.unwrap() - 1,
        uploaded_by: scene.lead.id,
        uploaded_at: scene.office.now(),
    };
    scene.office.store().change(Change::attach(scene.case, &large)).await.unwrap();
    scene.office.store().change(Change::detach(scene.case, "quotes", 0, large.digest)).await.unwrap();
    // There is room for one more byte, and not for a file.
    let mut incoming = scene.office.begin_attachment(&scene.lead, scene.case, 0, "quotes", "見積書.pdf", None).await.unwrap();
    incoming.write(&[PDF, b"%\n"].concat()).await.unwrap();
    let told = |answer: Result<(), OfficeError>| match answer {
        Err(OfficeError::Invalid(problems)) => assert!(problems[0].text.ja.contains("2048 MBまで"), "{problems:?}"),
        other => panic!("{other:?}"),
    };
    told(scene.office.attach(&scene.lead, incoming).await.map(|_| ()));
    let last = Attachment { digest: Digest::of(b"last"), bytes: 1, ..large };
    scene.office.store().change(Change::attach(scene.case, &last)).await.unwrap();
    told(scene.office.begin_attachment(&scene.lead, scene.case, 0, "quotes", "見積書.pdf", None).await.map(|_| ()));
    scene.office.run_jobs().await;
}
