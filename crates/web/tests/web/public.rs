//! What anyone can read: the calls, a guideline, whether a firm can apply, what changed between editions.

use std::fs;
use std::path::Path;

use banso_kernel::{CallId, Digest};
use banso_office::testing::TestOffice;
use banso_office::testing::cases::words;
use banso_office::{Loaded, ProgrammeFile};
use banso_permits::Role;
use banso_web::testing::Visitor;

fn repository(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)).unwrap()
}

const PATH: &str = "programmes/go-tech/r7-1.md";

async fn office_with_a_call() -> TestOffice {
    let office = TestOffice::new().await;
    let file = ProgrammeFile { path: PATH.to_owned(), text: repository(PATH) };
    let loaded = office.load_programmes(&[file], &words()).await.unwrap();
    assert!(matches!(&loaded[..], [Loaded::Published { number: 1, .. }]), "{loaded:?}");
    office
}

/// A query of typed facts.
fn query(typed: &[(&str, &str)]) -> String {
    let percent = |text: &str| text.bytes().map(|b| format!("%{b:02X}")).collect::<String>();
    let pairs: Vec<String> = typed.iter().map(|(n, v)| format!("{}={}", percent(n), percent(v))).collect();
    format!("/calls/go-tech/r7-1/check?{}", pairs.join("&"))
}

#[tokio::test]
async fn the_list_shows_a_call_with_its_days_and_finds_it() {
    let office = office_with_a_call().await;
    let mut visitor = Visitor::new(&office);
    visitor.get("/").await.is(200).holds_together().has("成長型中小企業等研究開発支援事業").has("受付中").has("2025-06-20 17:00");
    visitor.get("/?q=go-tech").await.has("/calls/go-tech/r7-1");
    visitor.get("/?q=nothing-like-this").await.has("該当する公募はありません");
    visitor.get("/?lang=en").await.has("Can my firm apply?").has("Open");
    office.clock.set("2025-06-20T17:00:01+09:00".parse::<Moment>().unwrap().0);
    visitor.get("/?lang=ja").await.has("受付終了");
}

/// An instant in a test.
struct Moment(banso_kernel::Instant);

impl std::str::FromStr for Moment {
    type Err = banso_kernel::TimeError;
    fn from_str(s: &str) -> Result<Self, Self::Err> {
        banso_kernel::Instant::parse(s).map(Moment)
    }
}

#[tokio::test]
async fn the_guideline_reads_as_a_text_with_numbered_clauses() {
    let office = office_with_a_call().await;
    let mut visitor = Visitor::new(&office);
    let page = visitor.get("/calls/go-tech/r7-1").await;
    page.is(200)
        .holds_together()
        .has(r#"id="c2-1""#)
        .has("2-1 中小企業者等であること")
        .has("2/3")
        .has("満たさないとき：")
        .has("要件（人が確認します）");
    let english = visitor.get("/calls/go-tech/r7-1?lang=en").await;
    english.holds_together().has("Purpose").has("Condition").has("have no English of their own").has("<div lang=\"ja\">");
    // What only the system reads stands behind a fold; what is required on a condition is a sentence in both languages.
    page.has("<summary>システムが使う列").has("<td>区分が中小企業者等の場合</td>");
    english.has("<summary>Columns that the system uses").has("where Kind").has(" lang=\"ja\">");
    assert_eq!(page.body.matches(r#"<th scope="col">見る欄</th>"#).count(), 1, "of the score sheet, in its fold");
    visitor.get("/calls/go-tech/r7-1/check").await.holds_together().has(">SME</option>").has(">Yes</option>");
    let text = visitor.get("/calls/go-tech/r7-1/guideline.md").await;
    assert_eq!(text.is(200).body, repository(PATH));
    for nowhere in ["/calls/go-tech/none", "/calls/GO/r7", "/calls/go-tech/none/check", "/calls/go-tech/none/compare"] {
        visitor.get(nowhere).await.is(404);
    }
}

#[tokio::test]
async fn the_way_to_an_application_is_shown_to_whoever_can_go_it() {
    let office = office_with_a_call().await;
    for (login, roles, shown) in
        [("firm", &[Role::Applicant][..], true), ("officer", &[Role::Officer], false), ("reviewer", &[Role::Reviewer], false)]
    {
        office.somebody(login, roles, None).await;
        let page = Visitor::signed_in(&office, login).await.get("/calls/go-tech/r7-1").await;
        assert_eq!(page.body.contains("/apply/start/"), shown, "{login}");
    }
    Visitor::new(&office).get("/calls/go-tech/r7-1").await.has("/apply/start/");
}

#[tokio::test]
async fn nothing_typed_is_not_known_yet() {
    let office = office_with_a_call().await;
    let mut visitor = Visitor::new(&office);
    visitor.get("/calls/go-tech/r7-1/check").await.is(200).holds_together().has("まだ分かりません").has("足りない事実：").has("人が確認");
    let english = visitor.get("/calls/go-tech/r7-1/check?lang=en").await;
    english.is(200).holds_together().has("<span>yen</span>").has("<span>people</span>").has("<span>years</span>");
    assert!(!english.body.contains("<span>円</span>"), "a unit is said in the language of the page");
}

#[tokio::test]
async fn a_no_names_its_clause_and_what_would_have_to_change() {
    let office = office_with_a_call().await;
    let mut visitor = Visitor::new(&office);
    let page = visitor.get(&query(&[("補助事業期間", "１年"), ("申請枠", "通常枠")])).await;
    page.is(200).holds_together().has("このままでは応募できません").has("どうすればよいか：").has("補助事業期間を2年又は3年にしてください");
}

#[tokio::test]
async fn a_member_that_is_too_large_is_told_both_ways_to_comply() {
    let office = office_with_a_call().await;
    let mut visitor = Visitor::new(&office);
    let page = visitor
        .get(&query(&[
            ("共同体.1.区分", "中小企業者等"),
            ("共同体.1.業種", "製造業その他"),
            ("共同体.1.資本金", "４億円"),
            ("共同体.1.従業員数", "400人"),
        ]))
        .await;
    page.is(200).has("不適合").has("差 1億円").has("差 100人");
}

#[tokio::test]
async fn the_amount_is_computed_to_the_yen_with_its_steps() {
    let office = office_with_a_call().await;
    let mut visitor = Visitor::new(&office);
    let page = visitor
        .get(&query(&[
            ("申請枠", "通常枠"),
            ("補助事業期間", "3"),
            ("共同体.1.区分", "中小企業者等"),
            ("共同体.1.課税所得平均", "2億円"),
            ("経費.1.構成員", "1"),
            ("経費.1.年度", "1"),
            ("経費.1.金額", "1,000万円"),
        ]))
        .await;
    page.is(200).has("6,666,666円").has("計算の過程");
}

#[tokio::test]
async fn what_cannot_be_read_is_said_at_its_field_and_stays_unknown() {
    let office = office_with_a_call().await;
    let mut visitor = Visitor::new(&office);
    let page = visitor.get(&query(&[("補助事業期間", "にねん"), ("申請枠", "松")])).await;
    page.is(200).holds_together().has("<title>エラー：").has("「にねん」は数として読めません").has("「松」は選べません");
}

#[tokio::test]
async fn costs_of_nobody_are_said_at_their_field() {
    let office = office_with_a_call().await;
    let mut visitor = Visitor::new(&office);
    let costs = [("共同体.1.区分", "中小企業者等"), ("経費.1.構成員", "３"), ("経費.1.年度", "1"), ("経費.1.金額", "1,000万円")];
    visitor.get(&query(&costs)).await.is(200).holds_together().has("3番目の構成員がいません");
}

#[tokio::test]
async fn a_broken_or_edited_text_leaves_the_call_on_its_last_good_edition() {
    let office = office_with_a_call().await;
    let officer = office.somebody("officer", &[Role::Officer], None).await;
    let good = repository(PATH);
    let load = async |path: &str, text: String| {
        office.load_programmes(&[ProgrammeFile { path: path.to_owned(), text }], &words()).await.unwrap().remove(0)
    };
    assert!(matches!(load(PATH, good.clone()).await, Loaded::Unchanged { .. }));
    let Loaded::Broken(edited) = load(PATH, good.replace("2/3", "3/4")).await else { panic!("an edited text was taken") };
    assert!(edited.problems.ja.contains("r7-1.2.md"), "{:?}", edited.problems);
    let second = "programmes/go-tech/r7-1.2.md";
    let Loaded::Broken(misspelt) = load(second, good.replace("補助事業期間 in", "補助事業期冠 in")).await else {
        panic!("a misspelt text was taken")
    };
    assert!(misspelt.problems.ja.contains("補助事業期間"), "a suggestion: {:?}", misspelt.problems);
    assert_eq!(office.broken_files(&officer).await.unwrap().len(), 2);
    let mut visitor = Visitor::new(&office);
    visitor.get("/calls/go-tech/r7-1").await.is(200);
    assert!(matches!(load(second, good.replace("第1回・第1版", "第1回・第2版")).await, Loaded::Published { number: 2, .. }));
    assert_eq!(office.broken_files(&officer).await.unwrap().len(), 1);
    let page = visitor.get("/calls/go-tech/r7-1/compare").await;
    page.is(200).holds_together();
    assert!(!page.body.contains("```") && !page.body.contains("|---"), "clauses as the guideline shows them, not their source");
    let editions = office.published_call(&CallId::parse("go-tech/r7-1").unwrap()).unwrap().editions;
    let path = |n: usize| format!("/calls/go-tech/r7-1/editions/{}", editions[n].edition.digest());
    page.has(&path(0)).has(&path(1));
    visitor.get(&path(0)).await.is(200).holds_together().has("第1回・第1版").has("現在は有効ではありません").has("現行の版を見る");
    visitor.get(&path(1)).await.is(200).holds_together().has("第1回・第2版").has("現在も有効です");
    for nowhere in [
        format!("/calls/go-tech/r7-1/editions/{}", Digest::ZERO),
        "/calls/go-tech/r7-1/editions/zz".into(),
        path(0).replace("r7-1", "r7-2"),
    ] {
        visitor.get(&nowhere).await.is(404);
    }
}
