//! Money that comes back, as a browser without scripts sees it: a cancellation announced and answered, what it means shown first, ordered
//! back, received, demanded, spread over instalments; what a holder owes today.

use banso_office::testing::stage::Stage;
use banso_web::testing::Visitor;

struct Desks {
    stage: Stage,
    office: String,
    apply: String,
}

impl Desks {
    /// A case that was paid a hundred days ago.
    async fn paid() -> Self {
        let stage = Stage::reviewed(2, "8,000万円").await.executed().await;
        let case = stage.paid(0).await;
        stage.wait_days(100);
        Desks { stage, office: format!("/office/cases/{case}/project"), apply: format!("/apply/cases/{case}/project") }
    }

    async fn visitor(&self, login: &str) -> Visitor {
        Visitor::signed_in(&self.stage.office, login).await
    }

    fn day(&self, from_today: i32) -> String {
        self.stage.today().plus_days(from_today).to_string()
    }

    /// Announced, answered, cancelled as a whole and ordered back; the number of the debt.
    async fn ordered(&self) -> String {
        let (mut director, mut firm) = (self.visitor("director").await, self.visitor("firm-0").await);
        let page = format!("{}/revocation", self.office);
        let due = self.day(14);
        let notice = [("notice-ground", "other_use"), ("notice-what", "受託加工に用いた。"), ("notice-due", due.as_str())];
        director.send(&page, &format!("{page}/notice"), &notice).await.is(303);
        let hearing = format!("{}/hearing", self.apply);
        firm.send(&hearing, &hearing, &[("statement", "架空の弁明です。")]).await.is(303);
        let fields = [("revoke-extent", "whole"), ("revoke-reason", "目的外の使用のため。"), ("revoke-clause", "3-7")];
        director.send(&page, &page, &fields).await.is(303);
        let page = format!("{}/repayment", self.office);
        let fields = [("cause", "revocation"), ("amount", "10,000,000"), ("order-reason", "取消しのため。")];
        director.send(&page, &page, &fields).await.is(303);
        self.stage.settle().await;
        let shown = director.get(&format!("{}/debts", self.office)).await;
        let start = format!("{}/debts/", self.office);
        shown.body.split_once(&start).and_then(|(_, rest)| rest.split_once('"')).unwrap().0.to_owned()
    }
}

#[tokio::test]
async fn a_cancellation_is_announced_answered_and_looked_at_before_it_is_decided() {
    let desks = Desks::paid().await;
    let (mut officer, mut director, mut firm) =
        (desks.visitor("officer").await, desks.visitor("director").await, desks.visitor("firm-0").await);
    let (page, hearing) = (format!("{}/revocation", desks.office), format!("{}/hearing", desks.apply));
    officer.get(&desks.office).await.is(200).holds_together().has("/revocation");
    officer.get(&page).await.is(200).holds_together().has("交付決定権者が行います");
    firm.get(&hearing).await.is(404);
    let notice = format!("{page}/notice");
    director.send(&page, &notice, &[("notice-what", "")]).await.is(422).holds_together().has("事由を選んで");
    let wrong = [("notice-ground", "breach"), ("notice-what", ""), ("notice-due", "2月30日")];
    director.send(&page, &notice, &wrong).await.is(422).holds_together().has("2月30日");
    let due = desks.day(14);
    let blank = [("notice-ground", "breach"), ("notice-what", ""), ("notice-due", due.as_str())];
    director.send(&page, &notice, &blank).await.is(422).holds_together().has("notice-what-wrong");
    let said = [("notice-ground", "other_use"), ("notice-what", "受託加工に用いた。"), ("notice-due", due.as_str())];
    officer.send(&page, &notice, &said).await.is(403);
    director.send(&page, &notice, &said).await.is(303);
    desks.stage.settle().await;
    director.get(&page).await.is(200).holds_together().has("弁明を待っています").has("全部を取り消すとき").has("10,000,000円");
    firm.get(&desks.apply).await.is(200).holds_together().has("取消しが予告されています");
    firm.get(&format!("{hearing}?lang=en")).await.is(200).holds_together().has("Notice of cancellation");
    firm.get(&format!("{hearing}?lang=ja")).await;
    firm.send(&hearing, &hearing, &[("statement", "")]).await.is(422).holds_together().has("弁明の内容を入力");
    firm.send(&hearing, &hearing, &[("statement", "災害の復旧に用いました。")]).await.is(303);
    firm.get(&hearing).await.is(200).holds_together().has("災害の復旧に用いました。");
    desks.visitor("firm-1").await.get(&hearing).await.is(404);
    let part = [("revoke-extent", "part"), ("revoke-amount", "４００万円"), ("revoke-reason", "一部に限る。"), ("look", "yes")];
    let shown = director.send(&page, &page, &part).await;
    shown.is(200).holds_together().has("一部を取り消すとき").has("6,000,000円").has("一部に限る。").has("４００万円");
    let above = [("revoke-extent", "part"), ("revoke-amount", "10,000,001"), ("revoke-reason", "x"), ("look", "yes")];
    director.send(&page, &page, &above).await.is(422).holds_together().has("revoke-amount-wrong").has("10,000,001");
    director.send(&page, &page, &[("revoke-extent", "part")]).await.is(422).holds_together().has("取り消す額を入力");
    let all = [("revoke-extent", "part"), ("revoke-amount", "10,000,000"), ("revoke-reason", "x"), ("revoke-clause", "3-7")];
    director
        .send(&page, &page, &all)
        .await
        .is(422)
        .holds_together()
        .has("revoke-amount-wrong")
        .has("全部取消しとしてください。（適正化法第17条）");
    director.send(&page, &format!("{page}/dropping"), &[("drop-reason", "")]).await.is(422).holds_together();
    director.send(&page, &format!("{page}/dropping"), &[("drop-reason", "やむを得ない。")]).await.is(303);
    desks.stage.settle().await;
    director.get(&page).await.is(200).holds_together().has("取消しを予告する");
    officer.get("/office/cases/0198a000-0000-7000-8000-000000000001/project/revocation").await.is(404);
}

#[tokio::test]
async fn what_is_owed_is_shown_to_the_day_at_both_desks() {
    let desks = Desks::paid().await;
    let number = desks.ordered().await;
    let own = format!("{}/debts/{number}", desks.office);
    let (mut officer, mut director, mut firm) =
        (desks.visitor("officer").await, desks.visitor("director").await, desks.visitor("firm-0").await);
    let repayment = format!("{}/repayment", desks.office);
    director.get(&repayment).await.is(200).holds_together().has("命ずる額はありません");
    director.send(&repayment, &repayment, &[("cause", "gift"), ("amount", "1")]).await.is(404);
    officer
        .get(&own)
        .await
        .is(200)
        .holds_together()
        .has("1日ごとに増える額")
        .has("3,000円")
        .has("収納を記録する")
        .has("期限を過ぎた額はありません");
    director.get(&format!("{own}?lang=en")).await.is(200).holds_together().has("Each day adds").has("Waive a charge");
    director.get(&format!("{own}?lang=ja")).await;
    officer.get(&format!("{own}?as-of=2%E6%9C%8830%E6%97%A5")).await.is(200).holds_together().has("実在する日付");
    officer.get(&format!("{own}?as-of={}", desks.day(365))).await.is(200).holds_together();
    officer.get(&format!("{}/debts/99", desks.office)).await.is(404);
    firm.get(&desks.apply).await.is(200).holds_together().has("本日納付する額");
    firm.get(&format!("{}/repayment", desks.apply)).await.is(200).holds_together().has("納付の予定").has("3,000円").has("架空銀行（9999）");
    desks.visitor("firm-1").await.get(&format!("{}/repayment", desks.apply)).await.is(404);
    let receipt = format!("{own}/receipt");
    officer.send(&own, &receipt, &[("receipt-on", "2月30日"), ("receipt-amount", "百円")]).await.is(422).holds_together().has("百円");
    let today = desks.day(0);
    let much = [("receipt-on", today.as_str()), ("receipt-amount", "99,000,000")];
    officer.send(&own, &receipt, &much).await.is(422).holds_together().has("receipt-amount-wrong");
    officer.send(&own, &receipt, &[("receipt-on", today.as_str()), ("receipt-amount", "４００万円")]).await.is(303);
    officer.get(&own).await.is(200).holds_together().has("6,000,000円").has("1,800円");
    let later = desks.day(60);
    let plan = [("plan-due", later.as_str()), ("plan-count", "2"), ("plan-reason", "資金繰り。"), ("look", "yes")];
    director.send(&own, &format!("{own}/instalments"), &plan).await.is(200).holds_together().has("この内容で定めるとき").has("3,000,000円");
    director.send(&own, &format!("{own}/instalments"), &[("plan-count", "2")]).await.is(422).holds_together();
    director.send(&own, &format!("{own}/instalments"), &plan[..3]).await.is(303);
    director.get(&own).await.is(200).holds_together().has("分割納付中");
    let waiver = [("waive-of", "surcharge"), ("waive-amount", "1,000"), ("waive-reason", "")];
    director.send(&own, &format!("{own}/waiver"), &waiver).await.is(422).holds_together().has("waive-reason-wrong");
    officer.send(&own, &format!("{own}/waiver"), &waiver).await.is(403);
    let offset = [("offset-on", today.as_str()), ("offset-amount", "100"), ("offset-what", "架空交決第9号")];
    director.get(&own).await.is(200).holds_together().has("相殺はできません");
    director.send(&own, &format!("{own}/offset"), &offset).await.is(422).holds_together().has("支払を待つ他の補助金の請求がありません");
    officer
        .send(&own, &format!("{own}/demand"), &[("demand-due", later.as_str())])
        .await
        .is(422)
        .holds_together()
        .has("納期限が過ぎていません")
        .has("適正化法第21条第1項");
    director.send(&own, &format!("{own}/discharge"), &[("shown", "1"), ("discharge-reason", "x")]).await.is(409);
    let register = "/office/calls/go-tech/r7-1/debts";
    officer.get(register).await.is(200).holds_together().has("株式会社架空1").has("返還第1号").has("分割納付中");
    assert!(officer.get(&format!("{register}.xlsx")).await.is(200).header("content-type").contains("spreadsheetml"));
    officer.get(&format!("{register}?as-of=2025-07-01&lang=en")).await.is(200).holds_together().has("There are no debts");
    officer.get(&format!("{register}?lang=ja")).await;
    firm.get(register).await.is(403);
    money_adds_up(&desks, register).await;
    desks.stage.settle().await;
}

/// What the auditor sees of the same yen: the register, the path of each, the totals of the call.
async fn money_adds_up(desks: &Desks, register: &str) {
    let mut auditor = desks.visitor("auditor").await;
    auditor.get(register).await.is(200).holds_together();
    let path = desks.office.replace("/office/", "/audit/").replace("/project", "/money");
    auditor.get(&path).await.is(200).holds_together().has("交付決定の取消し").has("返還金の収納").has("元本 4,000,000円");
    let totals = auditor.get("/audit/calls/go-tech/r7-1/money").await;
    totals.is(200).holds_together().has("加算金・延滞金").has("4,000,000円").has("収納（元本・加算金・延滞金）");
}
