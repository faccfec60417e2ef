//! The reviewer's desk in a browser: declare, read, score, hand in; and what others get instead.

use banso_kernel::{CaseId, Day, Digest, Instant};
use banso_office::testing::TestOffice;
use banso_office::testing::papers::DOCUMENT;
use banso_permits::Role;
use banso_web::testing::{Shown, Visitor};

/// Two cases under review by three reviewers, and somebody else's eyes.
async fn office() -> (TestOffice, Vec<CaseId>) {
    let office = TestOffice::new().await;
    let call = office.published().await;
    let officer = office.somebody("officer", &[Role::Officer], None).await;
    let reviewers = office.reviewers(&["hanako", "jiro", "saburo"]).await;
    office.somebody("stranger", &[Role::Reviewer], None).await;
    let lead = office.applicant("lead", "架空精機株式会社").await;
    let mut cases = Vec::new();
    for title in ["切削工程の短縮", "鋳造の見える化"] {
        cases.push(office.handed_in(&call, &lead, title).await);
        office.wait_seconds(60);
    }
    office.under_review(&cases, &officer, &reviewers, Day::new(2025, 7, 31).unwrap()).await;
    (office, cases)
}

/// Words that stand in the content of every made-up application.
const CONTENT: &str = "熟練者に頼っていた";

async fn declared(visitor: &mut Visitor, page: &str) -> Shown {
    visitor.send(page, &format!("{page}/declaration"), &[("declaration", "none")]).await
}

const POINTS: [(&str, &str); 6] =
    [("p-novelty", "15"), ("p-feasibility", "14"), ("p-market", "10"), ("p-business-plan", "12"), ("p-policy", "8"), ("p-team", "11")];
const COMMENTS: [(&str, &str); 3] = [("c-novelty", "新しい"), ("c-feasibility", "妥当"), ("c-business-plan", "具体的")];

fn whole_sheet(version: &'static str) -> Vec<(&'static str, &'static str)> {
    let mut fields = POINTS.to_vec();
    fields.extend(COMMENTS);
    fields.extend([("overall", "よい申請です。"), ("version", version), ("confirmed", "yes")]);
    fields
}

#[tokio::test]
async fn from_the_list_to_a_sheet_handed_in() {
    let (office, cases) = office().await;
    let mut hanako = Visitor::signed_in(&office, "hanako").await;
    hanako.get("/review").await.is(200).holds_together().has("切削工程の短縮").has("利益相反の申告待ち").has("0 / 2").has("次の申請へ");
    let page = format!("/review/{}", cases[0]);
    let before = hanako.get(&page).await;
    before.is(200).holds_together().has("架空精機株式会社").has("利益相反の有無");
    assert!(!before.body.contains(CONTENT), "nothing of the content before the declaration");
    hanako.send(&page, &format!("{page}/declaration"), &[]).await.is(422).holds_together().has("利益相反の有無を選んでください");
    hanako.send(&page, &format!("{page}/declaration"), &[("declaration", "conflict")]).await.is(422).has("種類を選んでください");
    // No conflict and a kind of one cannot both be meant: nothing is recorded before that is settled.
    let both = hanako.send(&page, &format!("{page}/declaration"), &[("declaration", "none"), ("kind", "money")]).await;
    both.is(422).holds_together().has("両方が選ばれています");
    assert!(!hanako.get(&page).await.body.contains(CONTENT));

    declared(&mut hanako, &page).await.is(303);
    hanako.get(&page).await.is(200).holds_together().has(CONTENT).has("新規性・独創性").has("採点表を提出する").has("href=\"#a-");
    let saved = hanako.send(&page, &format!("{page}/sheet"), &[("p-novelty", "１５"), ("version", "0")]).await;
    saved.is(303);
    hanako.get(&page).await.has("1項目を採点、合計15点").has("value=\"１５\"").has("name=\"version\" value=\"1\"");

    let unconfirmed: Vec<_> = whole_sheet("1").into_iter().filter(|(n, _)| *n != "confirmed").collect();
    hanako
        .send(&page, &format!("{page}/submission"), &unconfirmed)
        .await
        .is(422)
        .holds_together()
        .has("チェックを入れてください")
        .has("具体的");
    let missing: Vec<_> = whole_sheet("1").into_iter().filter(|(n, _)| !["p-market", "c-novelty"].contains(n)).collect();
    let refused = hanako.send(&page, &format!("{page}/submission"), &missing).await;
    refused.is(422).holds_together().has("href=\"#p-market\"").has("href=\"#c-novelty\"").has("よい申請です。");

    let submission = format!("{page}/submission");
    hanako.send(&page, &submission, &whole_sheet("1")).await.is(303);
    hanako.get(&page).await.is(200).holds_together().has("採点表を提出済みです").has("よい申請です。").has("70");
    hanako.get("/review").await.has("1 / 2").has("審査済");
    office.run_jobs().await;
}

#[tokio::test]
async fn a_sheet_saves_itself_and_two_windows_do_not_overwrite_each_other() {
    let (office, cases) = office().await;
    let mut hanako = Visitor::signed_in(&office, "hanako").await;
    let page = format!("/review/{}", cases[0]);
    declared(&mut hanako, &page).await.is(303);
    let token = hanako.get(&page).await.hidden("_csrf").to_owned();
    let json = [("accept", "application/json"), ("x-csrf-token", token.as_str())];
    let sheet = format!("{page}/sheet");
    let first = hanako.post(&sheet, &[("p-novelty", "15"), ("p-policy", "11"), ("version", "0")], &json).await;
    first.is(200).has("\"version\":1").has("\"field\":\"p-policy\"").has("\"scored\":\"1\"");
    let other = hanako.post(&sheet, &[("p-novelty", "3"), ("version", "0")], &json).await;
    other.is(409).has("別の画面");
    hanako.post(&sheet, &[("p-novelty", "3"), ("version", "1")], &json).await.is(200).has("\"version\":2");
}

#[tokio::test]
async fn the_same_form_posted_twice_is_handed_in_once() {
    let (office, cases) = office().await;
    let mut hanako = Visitor::signed_in(&office, "hanako").await;
    let page = format!("/review/{}", cases[0]);
    declared(&mut hanako, &page).await.is(303);
    let shown = hanako.get(&page).await;
    let hidden = [("_csrf", shown.hidden("_csrf")), ("_request", shown.hidden("_request"))];
    let fields: Vec<_> = hidden.into_iter().chain(whole_sheet("0")).collect();
    for _ in 0..2 {
        hanako.post(&format!("{page}/submission"), &fields, &[]).await.is(303);
    }
    hanako.get(&page).await.has("第1版");
    office.run_jobs().await;
}

#[tokio::test]
async fn a_conflict_leaves_the_case_behind() {
    let (office, cases) = office().await;
    let mut jiro = Visitor::signed_in(&office, "jiro").await;
    let page = format!("/review/{}", cases[0]);
    let answer = jiro.send(&page, &format!("{page}/declaration"), &[("declaration", "conflict"), ("kind", "money")]).await;
    assert_eq!(answer.is(303).location(), "/review");
    jiro.get("/review").await.has("利益相反あり").has("0 / 1");
    jiro.get(&page).await.is(404);
    office.run_jobs().await;
}

#[tokio::test]
async fn documents_go_out_to_be_kept_and_only_after_the_declaration() {
    let (office, cases) = office().await;
    let mut hanako = Visitor::signed_in(&office, "hanako").await;
    let page = format!("/review/{}", cases[0]);
    let file = format!("{page}/documents/{}", Digest::of(DOCUMENT));
    hanako.get(&file).await.is(403);
    declared(&mut hanako, &page).await.is(303);
    let shown = hanako.get(&file).await;
    shown.is(200).has("%PDF");
    assert!(shown.header("content-disposition").starts_with("attachment"));
    assert_eq!((shown.header("x-content-type-options"), shown.header("content-type")), ("nosniff", "application/octet-stream"));
    assert!(shown.header("cache-control").contains("private"));
    for nothing in [Digest::ZERO.to_string(), "x".to_owned()] {
        hanako.get(&format!("{page}/documents/{nothing}")).await.is(404);
    }
}

#[tokio::test]
async fn what_is_not_theirs_is_not_there() {
    let (office, cases) = office().await;
    let (own, nowhere) = (cases[0], "0198a000-0000-7000-8000-000000000001");
    let mut stranger = Visitor::signed_in(&office, "stranger").await;
    stranger.get("/review").await.is(200).has("まだありません");
    for case in [own.to_string(), nowhere.to_owned(), "x".to_owned()] {
        stranger.get(&format!("/review/{case}")).await.is(404);
        for action in ["declaration", "sheet", "submission"] {
            let fields = [("declaration", "none"), ("confirmed", "yes"), ("p-novelty", "1")];
            let token = stranger.get("/sign-in").await.hidden("_csrf").to_owned();
            let token = if token.is_empty() { stranger.get("/home").await.hidden("_csrf").to_owned() } else { token };
            stranger.post(&format!("/review/{case}/{action}"), &fields, &[("x-csrf-token", &token)]).await.is(404);
        }
    }
    let mut officer = Visitor::signed_in(&office, "officer").await;
    officer.get(&format!("/review/{own}")).await.is(403);
}

#[tokio::test]
async fn a_round_that_is_over_is_folded_away() {
    let (office, cases) = office().await;
    let mut hanako = Visitor::signed_in(&office, "hanako").await;
    for case in &cases {
        let page = format!("/review/{case}");
        declared(&mut hanako, &page).await.is(303);
        hanako.send(&page, &format!("{page}/submission"), &whole_sheet("0")).await.is(303);
    }
    let shown = hanako.get("/review").await;
    shown.is(200).holds_together().has("2 / 2");
    assert!(!shown.body.contains("終わった公募の審査"), "its day is still to come");
    office.clock.set(Instant::parse("2025-08-01T09:00:00+09:00").unwrap());
    let mut hanako = Visitor::signed_in(&office, "hanako").await;
    hanako.get("/review").await.is(200).holds_together().has("終わった公募の審査（2件）").has("切削工程の短縮");
    office.run_jobs().await;
}

#[tokio::test]
async fn in_english_too() {
    let (office, cases) = office().await;
    let mut hanako = Visitor::signed_in(&office, "hanako").await;
    let page = format!("/review/{}", cases[0]);
    hanako.get(&format!("{page}?lang=en")).await.has("Is there a conflict of interest?");
    declared(&mut hanako, &page).await.is(303);
    hanako.get(&page).await.holds_together().has("Hand in the sheet").has("Novelty");
}
