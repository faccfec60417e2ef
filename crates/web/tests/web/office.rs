//! The desk of the office in a browser: each page for whoever may see it, each form with what is wrong with it, the same button twice.

use banso_kernel::{CallId, CaseId};
use banso_office::ProgrammeFile;
use banso_office::testing::TestOffice;
use banso_office::testing::cases::{PROGRAMME, programme, words};
use banso_permits::{Person, Role};
use banso_web::testing::Visitor;

struct Desk {
    office: TestOffice,
    call: CallId,
    cases: Vec<CaseId>,
    leads: Vec<Person>,
    officer: Visitor,
}

async fn desk() -> Desk {
    let office = TestOffice::new().await;
    let call = office.published().await;
    office.somebody("officer", &[Role::Officer], None).await;
    let (mut cases, mut leads) = (Vec::new(), Vec::new());
    for title in ["切削工程の短縮", "鋳造の見える化"] {
        let lead = office.applicant(&format!("lead{}", cases.len()), &format!("架空{title}株式会社")).await;
        cases.push(office.handed_in(&call, &lead, title).await);
        leads.push(lead);
        office.wait_seconds(60);
    }
    let officer = Visitor::signed_in(&office, "officer").await;
    Desk { office, call, cases, leads, officer }
}

/// The values of the checkboxes of the checklist.
fn checks(body: &str) -> Vec<String> {
    let boxes = body.split(r#"name="check" value=""#).skip(1);
    boxes.filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect()
}

#[tokio::test]
async fn what_arrived_is_listed_and_taken_away() {
    let mut d = desk().await;
    d.officer.get("/office").await.is(200).holds_together().has("形式審査を待つ申請").has("令和7年度");
    let list = format!("/office/calls/{}", d.call);
    d.officer.get(&list).await.is(200).holds_together().has("切削工程の短縮").has("鋳造の見える化").has("aria-sort=\"ascending\"");
    let found = d.officer.get(&format!("{list}?q=%E9%8B%B3%E9%80%A0&sort=title&down=1")).await;
    found.is(200).has("鋳造の見える化").has("aria-sort=\"descending\"");
    assert!(!found.body.contains("切削工程の短縮"));
    d.officer.get(&format!("{list}?state=granted&page=9&sort=nonsense")).await.is(200).has("該当する申請はありません");
    d.officer.get(&format!("{list}?lang=en")).await.has("Save this list as Excel").has("applications");
    let file = d.officer.get(&format!("{list}/list.xlsx?state=submitted")).await;
    assert!(file.is(200).header("content-disposition").starts_with("attachment"), "{:?}", file.headers);
    assert!(file.header("content-type").contains("spreadsheetml"));
    d.officer.get("/office/calls/nowhere/r1").await.is(404);
    d.officer.get(&format!("{list}?page=x")).await.is(400);
}

#[tokio::test]
async fn a_case_is_read_and_its_files_are_only_kept() {
    let mut d = desk().await;
    let path = format!("/office/cases/{}", d.cases[0]);
    let page = d.officer.get(&path).await;
    page.is(200).holds_together().has("切削工程の短縮").has("形式審査を行う").has("要件の確認結果").has("経過");
    let digest = page.body.split(&format!("{path}/documents/")).nth(1).and_then(|r| r.split('"').next()).unwrap().to_owned();
    let file = d.officer.get(&format!("{path}/documents/{digest}")).await;
    assert_eq!(file.is(200).header("content-type"), "application/octet-stream");
    assert!(file.header("content-disposition").starts_with("attachment") && file.header("x-content-type-options") == "nosniff");
    for nowhere in ["documents", "letters"] {
        d.officer.get(&format!("{path}/{nowhere}/{}", "0".repeat(64))).await.is(404);
        d.officer.get(&format!("{path}/{nowhere}/none")).await.is(404);
    }
    d.officer.get(&format!("{path}?lang=en")).await.holds_together().has("What was done");
    d.officer.get(&format!("{path}/reviews")).await.is(404);
}

#[tokio::test]
async fn completeness_is_checked_point_by_point() {
    let mut d = desk().await;
    let path = format!("/office/cases/{}", d.cases[0]);
    let check = format!("{path}/check");
    let page = d.officer.get(&check).await;
    page.is(200).holds_together().has("人が確認する項目");
    let all = checks(&page.body);
    assert!(all.len() > 2, "{all:?}");
    let one = d.officer.send(&check, &format!("{check}/pass"), &[("check", &all[0])]).await;
    one.is(422).holds_together().has("チェックを入れてください");
    let ticked: Vec<(&str, &str)> = all.iter().map(|c| ("check", c.as_str())).collect();
    d.officer.send(&check, &format!("{check}/pass"), &ticked).await.is(303);
    d.officer.get(&path).await.has("形式審査を通過としました").has("形式審査済");
    d.officer.send(&check, &format!("{check}/pass"), &ticked).await.is(409).has("すでに「");
    d.office.run_jobs().await;
}

#[tokio::test]
async fn an_application_goes_back_with_numbered_points() {
    let mut d = desk().await;
    let path = format!("/office/cases/{}", d.cases[0]);
    let (check, back) = (format!("{path}/check"), format!("{path}/check/return"));
    let half = d.officer.send(&check, &back, &[("place-1", "plan/needs"), ("note-6", "場所のない指摘"), ("due", "令和7年2月30日")]).await;
    half.is(422)
        .holds_together()
        .has("補正の内容を入力してください")
        .has("補正する欄を選んでください")
        .has("実在する日付")
        .has("場所のない指摘");
    d.officer.send(&check, &back, &[("due", "2025-06-30")]).await.is(422).holds_together();
    let point = [("place-1", "plan/needs"), ("note-1", "誰の課題か書いてください。"), ("due", "令和7年6月30日")];
    d.officer.send(&check, &back, &point).await.is(303);
    d.officer.get(&path).await.has("差戻し中").has("誰の課題か書いてください。");
    d.office.run_jobs().await;
    d.officer.get(&path).await.holds_together().has("申請者に送った通知").has("（PDF）");
    let mails = d.officer.get("/office/mails").await;
    mails.is(200).holds_together().has("lead0@banso.invalid").has("送信済").has("誰の課題か書いてください。");
    let refuse = d.officer.send(&check, &format!("{check}/refuse"), &[("reason", "期限前の不受理")]).await;
    refuse.is(422).holds_together().has("期限前の不受理");
}

#[tokio::test]
async fn a_button_pressed_twice_does_it_once() {
    let mut d = desk().await;
    let path = format!("/office/cases/{}", d.cases[0]);
    let check = format!("{path}/check");
    let page = d.officer.get(&check).await;
    let fields = [("_csrf", page.hidden("_csrf")), ("_request", page.hidden("_request")), ("reason", "対象外の事業のため")];
    for _ in 0..2 {
        d.officer.post(&format!("{check}/refuse"), &fields, &[]).await.is(303);
    }
    let timeline = d.officer.get(&path).await;
    assert_eq!(timeline.has("不受理").body.matches("対象外の事業のため").count(), 1, "one act:\n{}", timeline.body);
    d.office.run_jobs().await;
}

#[tokio::test]
async fn a_press_on_one_case_is_no_answer_on_another() {
    let mut d = desk().await;
    d.office.somebody("second", &[Role::Officer], None).await;
    let mut second = Visitor::signed_in(&d.office, "second").await;
    let refuse = |n: usize| format!("/office/cases/{}/check/refuse", d.cases[n]);
    let page = d.officer.get(&format!("/office/cases/{}/check", d.cases[0])).await;
    let (token, request) = (page.hidden("_csrf").to_owned(), page.hidden("_request").to_owned());
    let fields = [("_csrf", token.as_str()), ("_request", request.as_str()), ("reason", "対象外の事業のため")];
    d.officer.post(&refuse(0), &fields, &[]).await.is(303);
    // The same id on the other case is another press, and done; with another text on the first it is heard, and refused.
    d.officer.post(&refuse(1), &fields, &[]).await.is(303);
    d.officer.get(&format!("/office/cases/{}", d.cases[1])).await.has("不受理");
    let other = [fields[0], fields[1], ("reason", "別の理由")];
    d.officer.post(&refuse(0), &other, &[]).await.is(422);
    let own = second.get("/office").await.hidden("_csrf").to_owned();
    second.post(&refuse(0), &[("_csrf", &own), fields[1], fields[2]], &[]).await.is(422);
    d.office.run_jobs().await;
}

#[tokio::test]
async fn a_search_for_what_nobody_can_type_finds_nothing() {
    let mut d = desk().await;
    let list = format!("/office/calls/{}", d.call);
    for query in ["q=%00", "q=%E2%80%AE", "track=%00", "q=%FF%FE", "q=%25_!%27", "page=4294967295", "q=a&state=%00"] {
        d.officer.get(&format!("{list}?{query}")).await.is(200).holds_together();
        d.officer.get(&format!("{list}/list.xlsx?{query}")).await.is(200);
    }
    d.officer.get(&format!("{list}?q=a&q=b")).await.is(400);
    d.officer.get(&format!("{list}?q={}", "a".repeat(600))).await.is(413);
}

#[tokio::test]
async fn the_review_is_planned_shown_and_opened() {
    let mut d = desk().await;
    for case in d.cases.clone() {
        let check = format!("/office/cases/{case}/check");
        let all = checks(&d.officer.get(&check).await.body);
        let ticked: Vec<(&str, &str)> = all.iter().map(|c| ("check", c.as_str())).collect();
        d.officer.send(&check, &format!("{check}/pass"), &ticked).await.is(303);
    }
    let review = format!("/office/calls/{}/review", d.call);
    d.officer.get(&review).await.is(200).holds_together().has("割り当てられません").has("審査員を追加");
    for n in 0..4 {
        d.office.somebody(&format!("reviewer{n}"), &[Role::Reviewer], None).await;
    }
    d.office.somebody("colleague", &[Role::Reviewer], d.leads[0].organisation).await;
    let early = d.officer.get(&format!("{review}?due=2025-07-31")).await;
    early.is(200).holds_together().has("割当案").has("この公募は受付中です");
    assert!(!early.body.contains("審査を開始する"), "not before the call has closed");
    d.office.clock.set(d.office.edition_in_force(&d.call).unwrap().meta().closes.plus_seconds(1));
    // Whoever signed in before has been signed out by then.
    d.officer = Visitor::signed_in(&d.office, "officer").await;
    let shown = d.officer.get(&format!("{review}?due=2025-07-31")).await;
    shown.is(200).holds_together().has("割当案").has("試験 colleague").has("所属機関").has("審査を開始する");
    d.officer.get(&format!("{review}?due=x&each=y")).await.is(200).holds_together().has("実在する日付").has("整数を入力");
    let plan = shown.hidden("plan").to_owned();
    let other = "0".repeat(64);
    let at = format!("{review}?due=2025-07-31");
    d.officer.send(&at, &review, &[("plan", &other), ("due", "2025-07-31")]).await.is(409);
    d.officer.send(&at, &review, &[("plan", &plan)]).await.is(422).holds_together().has("審査の期限を入力してください");
    d.officer.send(&at, &review, &[("plan", &plan), ("due", "2025-07-31")]).await.is(303);
    d.office.run_jobs().await;
    let progress = format!("/office/calls/{}/progress", d.call);
    d.officer.get(&progress).await.is(200).holds_together().has("審査員に依頼しました").has("利益相反の申告待ち");
    d.officer.get(&review).await.has("審査はすでに始まっています");
    let reviews = format!("/office/cases/{}/reviews", d.cases[0]);
    let page = d.officer.get(&reviews).await;
    page.is(200).holds_together().has("審査員を交代する");
    let reviewer = page.hidden("reviewer").to_owned();
    let to = page.body.split("<option value=\"").find_map(|o| o.split('"').next().filter(|v| v.len() == 36)).unwrap().to_owned();
    let replace = format!("{reviews}/replace");
    d.officer
        .send(&reviews, &replace, &[("reviewer", &reviewer), ("reason", "病気のため")])
        .await
        .is(422)
        .has("後任の審査員を選んでください");
    d.officer.send(&reviews, &replace, &[("reviewer", &reviewer), ("to", &to)]).await.is(422).holds_together();
    d.officer.send(&reviews, &replace, &[("reviewer", &reviewer), ("to", &to), ("reason", "病気のため")]).await.is(303);
    d.officer.get(&reviews).await.has("審査員を交代しました").has("交代済");
    let reconsider = format!("{reviews}/reconsider");
    d.officer.send(&reviews, &reconsider, &[("reviewer", &to), ("reason", "x")]).await.is(422).holds_together();
    d.officer.send(&progress, &progress, &[("reason", "")]).await.is(422).holds_together();
    d.officer.send(&progress, &progress, &[("reason", "期限が来たため")]).await.is(303);
    d.officer.get(&progress).await.holds_together().has("審査終了").has("審査を再開する");
    let meeting = d.officer.get(&format!("/office/calls/{}/selection", d.call)).await;
    assert!(!meeting.is(200).holds_together().has("審査終了・採択案は未確定").body.contains("審査中"), "{}", meeting.body);
    let again = format!("{progress}/reopening");
    d.officer
        .send(&progress, &again, &[("due", "令和7年2月30日")])
        .await
        .is(422)
        .holds_together()
        .has("実在する日付")
        .has("令和7年2月30日");
    d.officer.send(&progress, &again, &[("due", "")]).await.is(422).has("審査の期限を入力してください");
    d.officer.send(&progress, &again, &[("due", "令和7年9月1日")]).await.is(303);
    d.officer.get(&progress).await.has("審査を再開しました").has("審査を終了する").has("未提出の採点表があります");
    d.office.run_jobs().await;
}

#[tokio::test]
async fn others_are_kept_out() {
    let d = desk().await;
    d.office.somebody("reviewer", &[Role::Reviewer], None).await;
    d.office.somebody("auditor", &[Role::Auditor], None).await;
    let case = format!("/office/cases/{}", d.cases[0]);
    for login in ["reviewer", "lead0"] {
        let mut visitor = Visitor::signed_in(&d.office, login).await;
        visitor.get(&case).await.is(403);
        visitor.get("/office").await.is(403);
    }
    let mut auditor = Visitor::signed_in(&d.office, "auditor").await;
    let page = auditor.get(&case).await;
    page.is(200).holds_together();
    assert!(!page.body.contains("形式審査を行う"), "an auditor reads and changes nothing");
    let check = format!("{case}/check");
    let token = page.hidden("_csrf").to_owned();
    auditor.post(&format!("{check}/refuse"), &[("_csrf", &token), ("reason", "x")], &[]).await.is(403);
}

#[tokio::test]
async fn guidelines_are_read_again_by_who_runs_calls() {
    const PAGE: &str = "/office/guidelines";
    const SECOND: &str = "programmes/go-tech/r7-1.2.md";
    let mut d = desk().await;
    let first = programme();
    d.office.shelf.put(PROGRAMME, &first);
    d.officer.get("/office").await.is(200).has(PAGE);
    d.officer.get(PAGE).await.is(200).holds_together().has("令和7年度第1回・第1版").has("ありません。");
    let amended = first.replace("第1回・第1版", "第1回・第2版");
    d.office.shelf.put(SECOND, &amended.replace("補助事業期間 in", "補助事業期冠 in"));
    d.officer.send(PAGE, PAGE, &[]).await.is(303);
    let broken = d.officer.get(PAGE).await;
    broken.is(200).holds_together().has("反映できないもの 1件").has("r7-1.2.md").has("[unknown-name]").has("補助事業期間");
    d.officer.get("/office").await.holds_together().has("r7-1.2.md");
    d.officer.get(&format!("{PAGE}?lang=en")).await.holds_together().has("did you mean").has("Read the guidelines again");
    d.office.shelf.put(banso_office::testing::Shelf::BROKEN_FACTS, "x");
    d.officer.send(PAGE, PAGE, &[]).await.is(422).holds_together().has("facts/dictionary.md is broken");
    d.office.shelf.put(banso_office::testing::Shelf::BROKEN_FACTS, "");
    d.office.shelf.put(SECOND, &amended);
    d.officer.send(PAGE, PAGE, &[]).await.is(303);
    d.officer.get(&format!("{PAGE}?lang=ja")).await.has("公表 1件").has("令和7年度第1回・第2版").has("新旧対照表");
    for role in [Role::Director, Role::Auditor] {
        d.office.somebody(role.name(), &[role], None).await;
        let mut other = Visitor::signed_in(&d.office, role.name()).await;
        let page = other.get(PAGE).await;
        page.is(200).holds_together();
        assert!(!page.body.contains("公募要領を読み直す</button>"), "{role:?}");
        let token = page.hidden("_csrf").to_owned();
        other.post(PAGE, &[], &[("x-csrf-token", &token)]).await.is(403);
    }
    d.office.run_jobs().await;
}

#[tokio::test]
async fn clauses_are_read_in_the_edition_that_was_filled_in() {
    let mut d = desk().await;
    let first = d.office.edition_in_force(&d.call).unwrap().digest();
    let amended =
        ProgrammeFile { path: PROGRAMME.replace(".md", ".2.md"), text: programme().replace("第1回・第1版", "第1回・第2版") };
    d.office.load_programmes(&[amended], &words()).await.unwrap();
    assert_ne!(d.office.edition_in_force(&d.call).unwrap().digest(), first);
    let path = format!("/office/cases/{}", d.cases[0]);
    for page in ["", "/check", "/versions/1"] {
        let shown = d.officer.get(&format!("{path}{page}")).await;
        shown.is(200).has(&format!("/calls/{}/editions/{first}#c2-1", d.call));
        assert!(!shown.body.contains(&format!("\"/calls/{}#c2-1", d.call)), "{page} leads to the edition in force");
    }
    d.officer.get(&format!("/calls/{}/editions/{first}", d.call)).await.is(200).has("現在は有効ではありません").has("id=\"c2-1\"");
}

#[tokio::test]
async fn a_call_whose_edition_is_not_accepted_any_more_is_read_but_not_acted_in() {
    let mut d = desk().await;
    let text = programme().replace("第1回・第1版", "第1回・第2版").replace("補助事業期間 in", "補助事業期冠 in");
    d.office.published_before(&d.call, 2, &text, None).await;
    d.office.restore_editions(&words()).await.unwrap();
    d.officer.get("/office").await.is(200).holds_together().has("公募の手続が止まっています");
    d.officer
        .get("/office/guidelines")
        .await
        .is(200)
        .holds_together()
        .has("誤りを直した改正版")
        .has("補助事業期間")
        .has("記録なし")
        .has("誤りあり");
    d.officer.get("/office/guidelines?lang=en").await.is(200).holds_together().has("not accepted any more");
    d.officer.get("/office?lang=ja").await;
    let case = format!("/office/cases/{}", d.cases[0]);
    d.officer.get(&case).await.is(200).holds_together().has("切削工程の短縮");
    let check = format!("{case}/check");
    d.officer.get(&check).await.is(200);
    let pass = d.officer.send(&check, &format!("{check}/pass"), &[("check", "x")]).await;
    pass.is(422).has("新しい手続を止めています");
    let call = format!("/calls/{}", d.call);
    d.officer.get(&call).await.is(200).holds_together().has("手続を一時止めています");
    d.officer.get(&format!("{call}/check")).await.is(409).has("この公募の手続は止まっています");
    d.officer.get("/").await.is(200);
    d.office.somebody("auditor", &[Role::Auditor], None).await;
    let mut auditor = Visitor::signed_in(&d.office, "auditor").await;
    auditor.get(&format!("/audit/cases/{}", d.cases[0])).await.is(200).holds_together();
    let edition = d.office.edition_in_force(&d.call).unwrap().digest();
    auditor.get(&format!("/audit/editions/{edition}")).await.is(200).holds_together().has("読み取れた範囲").has("記録はありません");
    let first = d.office.published_call(&d.call).unwrap().editions[0].clone();
    let pinned = first.read_with.unwrap().definitions.to_string();
    auditor.get(&format!("/audit/editions/{}", first.edition.digest())).await.is(200).has(&pinned);
    assert_eq!(auditor.get(&format!("/audit/cases/{}/export.zip", d.cases[0])).await.is(200).header("content-type"), "application/zip");
    d.office.run_jobs().await;
}
