//! The selection meeting and the grant desk as a browser without scripts sees them: what is shown, who may press what, what comes back.

use banso_office::testing::papers::DOCUMENT;
use banso_office::testing::stage::Stage;
use banso_web::testing::{Shown, Visitor};

const MEETING: &str = "/office/calls/go-tech/r7-1/selection";

async fn visitor(stage: &Stage, login: &str) -> Visitor {
    Visitor::signed_in(&stage.office, login).await
}

/// Sends one of the forms of the meeting with the plan that the page shows.
async fn step(visitor: &mut Visitor, step: &str) -> Shown {
    let plan = visitor.get(MEETING).await.hidden("plan").to_owned();
    visitor.send(MEETING, &format!("{MEETING}/{step}"), &[("plan", &plan)]).await
}

#[tokio::test]
async fn the_meeting_shows_what_the_ranking_rests_on() {
    let stage = Stage::reviewed(6, "1億円").await;
    let mut officer = visitor(&stage, "officer").await;
    let first = stage.office.case_file(stage.cases[0].0).await;
    let page = officer.get(MEETING).await;
    page.is(200)
        .holds_together()
        .has("予算線")
        .has(&first.case.submission.paper.receipt_number)
        .has("株式会社架空1")
        .has("審査員の採点の傾向")
        .has("未判定の加点");
    page.has("36,000,000円").has("72,000,000円").has("補欠1").has("不採択").has("± ");
    officer.get(&format!("{MEETING}?lang=en")).await.is(200).holds_together().has("Budget line").has("Calibrated");
    officer.get(&format!("{MEETING}?lang=ja")).await;
    let file = officer.get(&format!("{MEETING}.xlsx")).await;
    assert!(file.is(200).header("content-type").contains("spreadsheetml"));
    visitor(&stage, "auditor").await.get(MEETING).await.is(200).holds_together();
    visitor(&stage, "firm-0").await.get(MEETING).await.is(403);
    visitor(&stage, "rev-a").await.get(MEETING).await.is(403);
    officer.get("/office/calls/go-tech/none/selection").await.is(404);
}

#[tokio::test]
async fn a_bonus_is_judged_with_its_reason() {
    let stage = Stage::reviewed(4, "1億円").await;
    let mut officer = visitor(&stage, "officer").await;
    let path = format!("{MEETING}/bonuses/{}/wage-rise", stage.cases[0].0);
    officer
        .send(MEETING, &path, &[("reason", "表明書を確認")])
        .await
        .is(422)
        .holds_together()
        .has("認めるか認めないか")
        .has("表明書を確認");
    officer.send(MEETING, &path, &[("judgement", "granted"), ("reason", "")]).await.is(422).holds_together().has("判定の理由");
    officer.send(MEETING, &path, &[("judgement", "granted"), ("reason", "表明書を確認した。")]).await.is(303);
    officer.get(MEETING).await.is(200).holds_together().has("表明書を確認した。").has("+3");
    visitor(&stage, "director").await.send(MEETING, &path, &[("judgement", "denied"), ("reason", "x")]).await.is(403);
    let other = path.replace(&stage.cases[0].0.to_string(), "0198a000-0000-7000-8000-000000000001");
    officer.send(MEETING, &other, &[("judgement", "denied"), ("reason", "x")]).await.is(404);
}

#[tokio::test]
async fn the_plan_is_frozen_discarded_and_executed() {
    let stage = Stage::reviewed(5, "1億円").await;
    let (mut officer, mut director) = (visitor(&stage, "officer").await, visitor(&stage, "director").await);
    let shown = officer.get(MEETING).await.hidden("plan").to_owned();
    let path = format!("{MEETING}/bonuses/{}/wage-rise", stage.cases[3].0);
    officer.send(MEETING, &path, &[("judgement", "granted"), ("reason", "確認した。")]).await.is(303);
    officer.send(MEETING, &format!("{MEETING}/freezing"), &[("plan", &shown)]).await.is(409);
    director.send(MEETING, &format!("{MEETING}/freezing"), &[("plan", &shown)]).await.is(403);
    step(&mut officer, "freezing").await.is(303);
    officer.get(MEETING).await.is(200).holds_together().has("確定した採択案").has("執行するのは交付決定権者です");
    officer.send(MEETING, &format!("{MEETING}/discarding"), &[("discard-reason", "")]).await.is(422).holds_together().has("取り消す理由");
    officer.send(MEETING, &format!("{MEETING}/discarding"), &[("discard-reason", "採点の再検討のため。")]).await.is(303);
    step(&mut officer, "freezing").await.is(303);
    let frozen = director.get(MEETING).await.hidden("plan").to_owned();
    officer.send(MEETING, &format!("{MEETING}/execution"), &[("plan", &frozen)]).await.is(403);
    step(&mut director, "execution").await.is(303);
    stage.settle().await;
    director
        .get(MEETING)
        .await
        .is(200)
        .holds_together()
        .has("に執行しました")
        .has("補欠の一覧と繰上げ")
        .has("使える予算が申請額に足りません");
    stage.withdraw(0).await;
    director.get(MEETING).await.is(200).holds_together().has("繰り上げる理由").has("取下げ");
    assert!(stage.office.mails().len() > 5);
}

#[tokio::test]
async fn a_reserve_list_that_is_over_is_ended_one_by_one_or_as_a_whole() {
    let stage = Stage::reviewed(5, "8,000万円").await.executed().await;
    let (mut officer, mut director) = (visitor(&stage, "officer").await, visitor(&stage, "director").await);
    let ending = format!("{MEETING}/ending");
    let second = stage.cases[3].0.to_string();
    let field = format!("end-reason-{second}");
    let page = director.get(MEETING).await;
    page.is(200).holds_together().has("補欠の期限：").has("令和8年3月31日");
    assert!(!page.body.contains("残る補欠を全て終了する"));
    director.send(MEETING, &ending, &[("case", "all"), ("end-reason-all", "期限のため。")]).await.is(422).holds_together();
    stage.office.clock.set(banso_kernel::Instant::parse("2026-04-01T09:00:00+09:00").unwrap());
    let (mut officer_later, mut director) = (visitor(&stage, "officer").await, visitor(&stage, "director").await);
    officer_later.get("/office").await.is(200).holds_together().has("期限を過ぎた補欠").has("selection#reserves");
    director.get(MEETING).await.is(200).holds_together().has("を過ぎました").has("残る補欠を全て終了する").has("この補欠を終了する");
    director.get(&format!("{MEETING}?lang=en")).await.is(200).holds_together().has("End all places that are left");
    director.get(&format!("{MEETING}?lang=ja")).await;
    let one = |reason: &'static str| [("case", second.clone()), (field.as_str(), reason.to_owned())];
    let send = async |visitor: &mut Visitor, fields: &[(&str, String)]| {
        let borrowed: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
        visitor.send(MEETING, &ending, &borrowed).await
    };
    send(&mut director, &one(" ")).await.is(422).holds_together().has("補欠を終了する理由");
    send(&mut director, &one("補欠の期限のため。")).await.is(303);
    send(&mut director, &one("補欠の期限のため。")).await.is(422);
    let all = [("case", "all".to_owned()), ("end-reason-all", "補欠の期限のため。".to_owned())];
    send(&mut officer_later, &all).await.is(403);
    send(&mut officer, &all).await;
    send(&mut director, &all).await.is(303);
    let nobody = [("case", "0198a000-0000-7000-8000-000000000001".to_owned())];
    send(&mut director, &nobody).await.is(404);
    director.get(MEETING).await.is(200).holds_together().has("補欠の案件はありません");
    stage.settle().await;
    let mut firm = visitor(&stage, "firm-3").await;
    firm.get("/apply").await.is(200).has("補欠の期間が終わり");
}

#[tokio::test]
async fn the_grant_is_prepared_shown_and_decided() {
    let stage = Stage::reviewed(3, "1億円").await.executed().await;
    let case = stage.request_grant(0).await;
    let path = format!("/office/cases/{case}/grant");
    let (mut officer, mut director) = (visitor(&stage, "officer").await, visitor(&stage, "director").await);
    let page = officer.get(&path).await;
    page.is(200).holds_together().has("36,000,000円").has("申請額と一致").has("見積書").has("修正はありません");
    officer.get(&format!("{path}?lang=en")).await.is(200).holds_together().has("Draft of the decision");
    officer.get(&format!("{path}?lang=ja")).await;
    let version = page.hidden("request-version").to_owned();
    let costs =
        [("cost-0", "２，７００万円"), ("why-0", "汎用品のため。"), ("cost-1", "15,000,000"), ("cost-2", "4000000"), ("cost-3", "2000000")];
    let fields = |prepared: &'static str, feasibility: &'static str| {
        let mut all =
            vec![("request-version", version.clone()), ("prepared", prepared.to_owned()), ("feasibility", feasibility.to_owned())];
        all.extend(costs.map(|(n, v)| (n, v.to_owned())));
        all.extend([("project-ends", "令和10年3月31日".to_owned()), ("withdrawal-days", "14".to_owned())]);
        all
    };
    let send = async |visitor: &mut Visitor, to: &str, fields: Vec<(&str, String)>| {
        let borrowed: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
        visitor.send(&path, to, &borrowed).await
    };
    let mut wrong = fields("0", "");
    wrong.push(("reduction", "百円".to_owned()));
    send(&mut officer, &path, wrong).await.is(422).holds_together().has("百円").has("２，７００万円");
    send(&mut officer, &path, fields("0", "")).await.is(303);
    let saved = officer.get(&path).await;
    saved.is(200).holds_together().has("所見を入力").has("34,000,000円").has("△2,000,000円").has(r#"id="feasibility-wrong""#);
    let english = officer.get(&format!("{path}?lang=en")).await;
    english.is(200).holds_together().has("Year 1, ").has("Eligible cost changed from ¥30,000,000 to ¥27,000,000. 汎用品のため。");
    officer.get(&format!("{path}?lang=ja")).await;
    send(&mut officer, &path, fields("0", "支障はない。")).await.is(409);
    // A day that has come is told where it is typed, not at the last press.
    let mut past = fields("1", "支障はない。");
    past.iter_mut().filter(|(name, _)| *name == "project-ends").for_each(|(_, day)| *day = "令和2年3月31日".to_owned());
    send(&mut officer, &path, past).await.is(303);
    officer.get(&path).await.holds_together().has("決定の日より後の日").has(r#"id="project-ends-wrong""#);
    send(&mut officer, &path, fields("2", "支障はない。")).await.is(303);
    director.get(&path).await.is(200).holds_together().has("交付を決定する").has("G7-1交決第1号");
    assert_eq!(director.get(&format!("{path}/preview")).await.is(200).header("content-type"), "application/pdf");
    let decide = format!("{path}/decision");
    officer.send(&path, &decide, &[("prepared", "3")]).await.is(403);
    director.send(&path, &decide, &[("prepared", "2")]).await.is(409);
    director.send(&path, &decide, &[("prepared", "3")]).await.is(303);
    stage.settle().await;
    officer.get(&path).await.is(200).holds_together().has("交付決定額").has("34,000,000円").has("汎用品のため。");
    assert_eq!(officer.get(&format!("{path}/letter")).await.is(200).header("content-type"), "application/pdf");
    visitor(&stage, "firm-1").await.get(&path).await.is(403);
    officer.get("/office/cases/0198a000-0000-7000-8000-000000000001/grant").await.is(404);
}

#[tokio::test]
async fn a_request_is_returned_or_refused_in_words() {
    let stage = Stage::reviewed(3, "1億円").await.executed().await;
    let case = stage.request_grant(1).await;
    let path = format!("/office/cases/{case}/grant");
    let (mut officer, mut director) = (visitor(&stage, "officer").await, visitor(&stage, "director").await);
    let back = format!("{path}/return");
    officer.send(&path, &back, &[("note-1", "見積書"), ("due", "令和7年8月1日")]).await.is(422).holds_together().has("補正する箇所");
    officer
        .send(&path, &back, &[("place-1", "budget"), ("note-1", "根拠"), ("due", "2月30日")])
        .await
        .is(422)
        .holds_together()
        .has("2月30日");
    director.send(&path, &format!("{path}/refusal"), &[("refusal-reason", "")]).await.is(422).holds_together().has("交付しない理由");
    officer.send(&path, &back, &[("place-1", "budget"), ("note-1", "根拠を示してください。"), ("due", "2025-08-01")]).await.is(303);
    stage.settle().await;
    officer.get(&path).await.is(200).holds_together().has("補正を依頼しています").has("根拠を示してください。");
    let refusal = [("refusal-reason", "期限までに補正がありません。")];
    director.send(&path, &format!("{path}/refusal"), &refusal).await.is(422);
    stage.office.wait_seconds(60 * 24 * 3600);
    let mut director = visitor(&stage, "director").await;
    director.send(&path, &format!("{path}/refusal"), &refusal).await.is(303);
    stage.settle().await;
    director.get(&path).await.is(200).holds_together().has("不交付決定").has("G7-1不交第2号");
}

#[tokio::test]
async fn a_selected_firm_asks_for_its_grant() {
    let stage = Stage::reviewed(3, "1億円").await.executed().await;
    let case = format!("/apply/cases/{}", stage.cases[0].0);
    let (quotes, budget, check) =
        (format!("{case}/sections/grant-documents/0"), format!("{case}/sections/budget/1"), format!("{case}/check"));
    let mut firm = visitor(&stage, "firm-0").await;
    firm.get(&case).await.is(200).holds_together().has("交付申請の添付書類").has("経費明細");
    firm.get(&format!("{case}/sections/plan/0")).await.is(404);
    firm.get(&check).await.is(200).holds_together().has("見積書").has("採択額（上限）").has("36,000,000円");
    firm.get(&format!("{case}/submission")).await.is(303);
    // Quotes: what they must be, and that they are there.
    let attach = async |visitor: &mut Visitor, name: &str, content: &[u8]| {
        let token = visitor.get(&quotes).await.is(200).holds_together().hidden("_csrf").to_owned();
        visitor.upload(&format!("{case}/files/0/grant-quotes"), &[("_csrf", &token)], ("file", name, content)).await
    };
    attach(&mut firm, "見積書.pdf", b"MZ not a paper").await.is(422).holds_together();
    attach(&mut firm, "見積書.pdf", DOCUMENT).await.is(303);
    firm.get(&quotes).await.is(200).holds_together().has("見積書.pdf");
    // More than was selected is cut; less is asked for as it is.
    let costs = async |visitor: &mut Visitor, yen: &str| {
        let version = visitor.get(&budget).await.is(200).hidden("version").to_owned();
        visitor.send(&budget, &budget, &[("version", &version), ("go", "stay"), ("a.物品費.1", yen)]).await
    };
    costs(&mut firm, "４，０００万円").await.is(303);
    let above = firm.get(&check).await;
    above.is(200).holds_together().has("36,000,000円").has("採択額を上限とし").has("応募したときの経費の総額").has("増えています");
    costs(&mut firm, "2,700万円").await.is(303);
    let below = firm.get(&check).await;
    assert!(!below.is(200).holds_together().has("34,000,000円").body.contains("採択額を上限とし"), "{}", below.body);
    let submission = format!("{case}/submission");
    let revision = firm.get(&submission).await.is(200).holds_together().hidden("revision").to_owned();
    firm.send(&submission, &submission, &[("revision", &revision)]).await.is(422).holds_together();
    let sent = firm.send(&submission, &submission, &[("revision", &revision), ("declared", "yes")]).await;
    let receipt = format!("{case}/grant-receipts/1");
    assert_eq!(sent.is(303).location(), receipt);
    stage.settle().await;
    // A receipt of its own, as the application has one.
    let shown = firm.get(&receipt).await;
    shown.is(200).holds_together().has("交付申請の受付票").has("34,000,000円").has("見積書.pdf").has("全体の SHA-256");
    let letter = shown.has("受付票（PDF）を保存する").body.split("/apply/notices/").nth(1).unwrap().split('/').next().unwrap().to_owned();
    assert_eq!(firm.get(&format!("/apply/notices/{letter}/letter")).await.is(200).header("content-type"), "application/pdf");
    firm.get(&format!("{case}/grant-receipts/2")).await.is(404);
    visitor(&stage, "firm-1").await.get(&receipt).await.is(404);
    // It lies on the office's desk as it was confirmed, and the firm cannot move it any more.
    let shown = visitor(&stage, "officer").await.get(&format!("/office/cases/{}/grant", stage.cases[0].0)).await;
    shown.is(200).holds_together().has("34,000,000円").has("見積書.pdf").has("27,000,000円");
    firm.get(&case).await.is(200).holds_together().has("交付申請をしました（第1版）").has("交付申請の受付票（第1版）");
    assert_ne!(costs(&mut firm, "1円").await.status.as_u16(), 303);
    visitor(&stage, "firm-1").await.get(&quotes).await.is(404);
}
