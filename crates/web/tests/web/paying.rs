//! The report of results and the payments as a browser without scripts sees them: days that do not fit, claims that are held, a run that
//! became stale.

use banso_kernel::ClosedDays;
use banso_office::execution::{RequesterForm, RunOrder};
use banso_office::testing::road::{Road, account};
use banso_office::testing::stage::Stage;
use banso_web::testing::Visitor;

#[tokio::test]
async fn the_day_of_completion_is_told_beside_its_field_and_at_the_lines() {
    let road = Road::decided().await;
    road.wait_days(60).await;
    road.import("28,000,000", "15,000,000").await.unwrap();
    road.attach_everything().await;
    let decided = road.page_decided();
    let mut firm = Visitor::signed_in(&road.stage.office, "firm-0").await;
    let report = format!("/apply/cases/{}/project/report", road.case);
    let shown = firm.get(&report).await;
    let version = shown.is(200).holds_together().has("明細の最後の日付").has(&decided.plus_days(20).wareki()).hidden("version").to_owned();
    for (days, words) in [(2, "補助事業が完了した日より後の日付です"), (10, "補助事業が完了した日より後に請求又は支払をしています")]
    {
        let completed = decided.plus_days(days).to_string();
        let fields = [("version", version.as_str()), ("completed-on", completed.as_str()), ("explanation", "")];
        firm.send(&report, &report, &fields).await.is(422).holds_together().has("completed-on-wrong").has(words);
    }
    let completed = decided.plus_days(20).to_string();
    firm.send(&report, &report, &[("version", &version), ("completed-on", &completed), ("explanation", "架空の説明")]).await.is(303);
    road.stage.settle().await;
}

#[tokio::test]
async fn what_is_held_can_be_planned_and_what_became_stale_is_told() {
    let stage = Stage::reviewed(2, "8,000万円").await.executed().await;
    let cases = [stage.fixed(0).await, stage.fixed(1).await];
    let (office, call) = (&stage.office, &stage.call);
    for (n, case) in cases.into_iter().enumerate() {
        let holder = &stage.cases[n].1;
        let amount = office.project_page(holder, case).await.unwrap().fixed;
        office.claim_payment(holder, case, amount, &account("1234567"), stage.press()).await.unwrap();
    }
    let holder = &stage.cases[0].1;
    let claim = office.project_page(holder, cases[0]).await.unwrap().claims[0].number;
    let change = async |number: &str| {
        office.change_account(holder, cases[0], claim, &account(number), "口座の変更", stage.press()).await.unwrap();
        stage.settle().await;
    };
    change("12").await;
    let order = |confirmed| {
        let pay_on = Some(stage.today().plus_days(1).or_next_open(ClosedDays::Bank));
        let requester = RequesterForm { code: "0012345678".into(), account: account("7654321") };
        RunOrder { pay_on, requester, confirmed, request: stage.press() }
    };
    let first = office.freeze_run(&stage.officer, call, order([].into())).await.unwrap().unwrap();
    office.approve_run(&stage.director, call, first, stage.press()).await.unwrap();
    stage.settle().await;
    let (mut officer, mut director) = (Visitor::signed_in(office, "officer").await, Visitor::signed_in(office, "director").await);
    let payments = format!("/office/calls/{call}/payments");
    let page = officer.get(&payments).await;
    page.is(200).holds_together().has("保留").has("別の方法で本人に確認した").has("支払計画を確定する").has("0000012");
    officer.get("/office/after").await.is(200).holds_together().has("保留：振込先が直前に変更されています");
    let waiting = office.runs_page(&stage.officer, call).await.unwrap().waiting;
    let second = office.freeze_run(&stage.officer, call, order([waiting[0].digest].into())).await.unwrap().unwrap();
    let run = format!("{payments}/{second}");
    let approval = format!("{run}/approval");
    director.get(&run).await.is(200).holds_together().has("承認する");
    change("2223334").await;
    director.send(&run, &approval, &[]).await.is(422).holds_together().has("この支払計画は承認できません").has("作り直してください");
    officer.get(&run).await.is(200).holds_together().has("この支払計画は承認できません").has("支払計画を取り消す");
    officer.get("/office/after").await.is(200).holds_together().has("取り消して作り直す支払計画");
    officer.send(&run, &format!("{run}/discarding"), &[("discard-reason", "振込先の変更のため")]).await.is(303);
    officer.get(&payments).await.is(200).holds_together().has("別の方法で本人に確認した");
}

/// A table goes in as a file; what is no table, and the form with nothing but its example, is told at the file, and nothing is taken in.
#[tokio::test]
async fn lines_come_out_of_a_workbook() {
    let road = Road::decided().await;
    road.wait_days(60).await;
    let mut firm = Visitor::signed_in(&road.stage.office, "firm-0").await;
    let report = format!("/apply/cases/{}/project/report", road.case);
    let form = road.office().claim_template(road.holder(), road.case).await.unwrap();
    let shown = firm.get(&report).await;
    let fields = [("_csrf", shown.hidden("_csrf")), ("version", shown.hidden("version"))];
    let workbook = format!("{report}/workbook");
    for (name, bytes, words) in [
        ("明細.xlsx", b"PK\x03\x04 cut off".as_slice(), "壊れている"),
        ("明細.xls", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".as_slice(), "パスワード"),
        ("明細.csv", "明細番号,内容\n1,a\n".as_bytes(), "列がありません"),
        ("明細.xlsx", &form, "明細が1行もありません"),
    ] {
        firm.upload(&workbook, &fields, ("workbook", name, bytes)).await.is(422).holds_together().has("workbook").has(words);
    }
    firm.get(&report).await.is(200).has("明細はまだありません");
    let text = |machine| road.table(machine, "15,000,000").iter().map(|row| row.join("\t")).collect::<Vec<_>>().join("\n");
    firm.upload(&workbook, &fields, ("workbook", "明細.txt", text("28,000,000").as_bytes())).await.is(303);
    firm.get(&report).await.is(200).has("架空の加工機");
    // Once more the same is the same; another table over what stands by now is not taken unseen.
    firm.upload(&workbook, &fields, ("workbook", "明細.txt", text("28,000,000").as_bytes())).await.is(303);
    let other = text("27,000,000");
    firm.upload(&workbook, &fields, ("workbook", "明細.txt", other.as_bytes())).await.is(409);
}
