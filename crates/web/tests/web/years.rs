//! The years after the amount is fixed as a browser without scripts sees them, at both desks: what is shown before it is asked for, what
//! comes back when something is wrong, who may press what.

use banso_kernel::Instant;
use banso_office::testing::cases::programme_with_budget;
use banso_office::testing::papers::DOCUMENT;
use banso_office::testing::road::Road;
use banso_web::testing::{Shown, Visitor};

const WAGE: &str = "| 賃上げ要件 | 年平均2.5%以上、4年 |\n| 賃上げ要件の免除 | 天災など責めに帰さない事由 |\n";
const CENSUS: &str = "| 財産の現況報告 | 毎年6月30日 |";

struct Desks {
    road: Road,
    own: String,
    office: String,
}

impl Desks {
    async fn open() -> Desks {
        let road = Road::paid_under(programme_with_budget("8,000万円").replacen(CENSUS, &format!("{WAGE}{CENSUS}"), 1)).await;
        let (own, office) = (format!("/apply/cases/{}/project", road.case), format!("/office/cases/{}/project", road.case));
        Desks { road, own, office }
    }

    fn at(&self, day: &str) {
        self.road.stage.office.clock.set(Instant::parse(&format!("{day}T10:00:00+09:00")).unwrap());
    }

    /// Somebody who signs in now: sessions end while years pass.
    async fn visitor(&self, login: &str) -> Visitor {
        Visitor::signed_in(&self.road.stage.office, login).await
    }

    async fn holder(&self) -> Visitor {
        self.visitor("firm-0").await
    }

    async fn done(&self) {
        self.road.stage.office.run_jobs().await;
    }

    /// The machine of the claim lines in the register.
    async fn registered(&self) {
        let mut holder = self.holder().await;
        let page = format!("{}/assets", self.own);
        holder.get(&page).await.is(200).holds_together().has("1-001-1").has("18,000,000円").has("別表");
        let entry = [
            ("id-1", "1-001-1"),
            ("take-1", "yes"),
            ("serial-1", ""),
            ("life-1", "１０"),
            ("clause-1", "別表第二（架空）"),
            ("place-1", "架空市1-1"),
        ];
        let wrong = holder.send(&page, &page, &entry.map(|(n, v)| if n == "life-1" { (n, "x") } else { (n, v) })).await;
        wrong.is(422).holds_together().has("整数を入力してください").has("別表第二（架空）");
        holder.send(&page, &page, &entry).await.is(303);
        self.done().await;
    }
}

/// The values of a form that hands in a year.
fn year(nth: &'static str) -> Vec<(&'static str, &'static str)> {
    vec![
        ("nth", nth),
        ("stage", "earning"),
        ("sales", "７００万円"),
        ("cost", "1,000,000"),
        ("deduction", "0"),
        ("firm-sales", "3億円"),
        ("value-added", "120,000,000"),
        ("wages", "100,000,000"),
        ("employees", "25"),
        ("note", "架空の状況です。"),
    ]
}

fn with<'a>(fields: &[(&'a str, &'a str)], name: &'a str, value: &'a str) -> Vec<(&'a str, &'a str)> {
    fields.iter().map(|(n, v)| if *n == name { (*n, value) } else { (*n, *v) }).collect()
}

#[tokio::test]
async fn a_year_is_reported_and_assessed_as_it_was_shown() {
    let d = Desks::open().await;
    let page = format!("{}/commercialisation", d.own);
    d.holder().await.get(&d.own).await.is(200).holds_together().has("額の確定後の手続").has("賃上げ状況報告");
    d.holder().await.get(&page).await.is(200).holds_together().has("この年度はまだ終わっていません");
    d.at("2026-04-10");
    let mut holder = d.holder().await;
    holder.get(&page).await.is(200).holds_together().has("第1回の報告").has("14,000,000円");
    holder.get(&format!("{page}?lang=en")).await.is(200).holds_together().has("Own share left to deduct");
    holder.get(&format!("{page}?lang=ja")).await.is(200);
    let wrong = holder.send(&page, &page, &with(&year("1"), "sales", "七百")).await;
    wrong.is(422).holds_together().has("sales-wrong").has("架空の状況です。");
    holder.send(&page, &page, &with(&year("1"), "deduction", "14,000,001")).await.is(422).has("deduction-wrong");
    let token = holder.get(&page).await;
    let press = [("_csrf", token.hidden("_csrf")), ("_request", token.hidden("_request"))];
    let pressed: Vec<(&str, &str)> = press.iter().copied().chain(year("1")).collect();
    holder.post(&page, &pressed, &[]).await.is(303);
    holder.post(&page, &pressed, &[]).await.is(303);
    d.done().await;
    holder.get(&page).await.is(200).holds_together().has("認定待ち").has("6,000,000円");
    d.visitor("firm-1").await.get(&page).await.is(404);

    let mut officer = d.visitor("officer").await;
    officer.get(&d.office).await.is(200).holds_together().has("未認定");
    let path = format!("{}/revenue/1", d.office);
    let shown = officer.get(&path).await;
    shown.is(200).holds_together().has("66.6666%").has("4,000,000円").has("E と F の少ない方").has("架空の状況です。");
    assert_eq!(shown.hidden("amount"), "4000000");
    officer.get(&format!("{}/revenue/2", d.office)).await.is(404);
    officer.send(&path, &path, &[("amount", "4000000"), ("reason", "")]).await.is(422).has("認定の理由を入力");
    officer.send(&path, &path, &[("amount", "1"), ("reason", "理由")]).await.is(409);
    d.visitor("director").await.send(&path, &path, &[("amount", "4000000"), ("reason", "理由")]).await.is(403);
    officer.send(&path, &path, &[("amount", "4000000"), ("reason", "理由")]).await.is(303);
    d.done().await;
    officer.get(&path).await.is(200).holds_together().has("認定した額");
    officer
        .get(&format!("{}/closing", d.office))
        .await
        .is(200)
        .holds_together()
        .has("納付を命じていない額")
        .has("収益納付（第1回）")
        .has("事業化状況報告（第2回）");
}

#[tokio::test]
async fn papers_come_and_go_before_their_report() {
    let d = Desks::open().await;
    d.at("2026-04-10");
    let mut holder = d.holder().await;
    let (page, drawer) = (format!("{}/commercialisation", d.own), format!("{}/papers/report/1", d.own));
    let token = holder.get(&page).await.hidden("_csrf").to_owned();
    holder.upload(&drawer, &[("_csrf", &token)], ("file", "決算書.pdf", DOCUMENT)).await.is(303);
    let digest = holder.get(&page).await.is(200).holds_together().has("決算書.pdf").hidden("digest").to_owned();
    holder.upload(&drawer, &[("_csrf", &token)], ("file", "x.exe", b"MZ")).await.is(422).holds_together();
    for other in ["report/2", "nonsense/1", "wage/9"] {
        let path = format!("{}/papers/{other}", d.own);
        holder.upload(&path, &[("_csrf", &token)], ("file", "決算書.pdf", DOCUMENT)).await.is(404);
    }
    holder.send(&page, &format!("{drawer}/removal"), &[("digest", &digest)]).await.is(303);
    assert!(!holder.get(&page).await.body.contains("決算書.pdf"));
    d.visitor("firm-1").await.send(&page, &format!("{drawer}/removal"), &[("digest", &digest)]).await.is(404);
}

#[tokio::test]
async fn a_disposal_is_asked_for_at_the_price_that_was_shown() {
    let d = Desks::open().await;
    d.registered().await;
    let page = format!("{}/disposals", d.own);
    let mut holder = d.holder().await;
    let labels = holder.get(&format!("{}/assets/labels.pdf", d.own)).await;
    assert_eq!(labels.is(200).header("content-type"), "application/pdf");
    let form = [("asset", "1-001-1"), ("kind", "sale"), ("proceeds", "9,000,000"), ("planned-on", "2027-03-31"), ("reason", "架空の理由")];
    holder.send(&page, &page, &form).await.is(422).has("納付額を計算して確かめてから");
    holder.send(&page, &page, &[("look", "yes")]).await.is(422).holds_together().has("asset-wrong").has("kind-wrong");
    let looked = holder.send(&page, &page, &[&form[..], &[("look", "yes")]].concat()).await;
    looked.is(200).holds_together().has("残存簿価相当額").has("納付することが承認の条件となります");
    let shown = looked.hidden("shown").to_owned();
    assert!(shown.starts_with("repay:"), "{shown}");
    let other = with(&form, "proceeds", "27,000,000");
    holder.send(&page, &page, &[&other[..], &[("shown", shown.as_str())]].concat()).await.is(409);
    holder.send(&page, &page, &[&form[..], &[("shown", shown.as_str())]].concat()).await.is(303);
    d.done().await;
    let request = d.road.page().await.years.disposals[0].0;
    let own = format!("{}/disposals/{request}", d.office);
    let mut officer = d.visitor("officer").await;
    officer.get(&own).await.is(200).holds_together().has("交付決定権者の承認を待っています").has("X-1");
    officer.send(&own, &format!("{own}/approval"), &[("conditions", "")]).await.is(403);
    let mut director = d.visitor("director").await;
    director.get(&format!("{own}/preview")).await.is(200);
    director.send(&own, &format!("{own}/refusal"), &[("refusal-reason", "")]).await.is(422).holds_together().has("refusal-reason-wrong");
    director.send(&own, &format!("{own}/approval"), &[("conditions", "買主に伝えること。")]).await.is(303);
    d.done().await;
    officer.get(&own).await.is(200).holds_together().has("承認済");
    let completion = format!("{page}/{request}/completion");
    let field = format!("done-{request}");
    holder.send(&page, &completion, &[(&field, "2099-01-01")]).await.is(422).holds_together();
    let today = d.road.today().to_string();
    holder.send(&page, &completion, &[(&field, &today)]).await.is(422).holds_together().has("納付命令を受け取ってから");
    let order = format!("{}/repayment", d.office);
    let amount = director.get(&order).await.is(200).hidden("amount").to_owned();
    let cause = format!("disposal-{request}");
    director.send(&order, &order, &[("cause", &cause), ("amount", &amount), ("order-reason", "架空の理由")]).await.is(303);
    d.done().await;
    holder.send(&page, &completion, &[(&field, &today)]).await.is(303);
    d.done().await;
    officer.get(&format!("{}/assets", d.office)).await.is(200).holds_together().has("処分済");
}

#[tokio::test]
async fn the_other_pages_hold_together_for_everybody_who_may_see_them() {
    let d = Desks::open().await;
    d.registered().await;
    let mut holder = d.holder().await;
    for page in ["wages", "input-tax", "assets", "disposals", "commercialisation"] {
        let path = format!("{}/{page}", d.own);
        for lang in ["en", "ja"] {
            holder.get(&format!("{path}?lang={lang}")).await.is(200).holds_together();
        }
        d.visitor("firm-1").await.get(&path).await.is(404);
    }
    let tax = format!("{}/input-tax", d.own);
    let form = [("tax-year-ends", "2025-03-31"), ("method", "full"), ("taxable-10", "0")];
    holder.send(&tax, &tax, &[("look", "yes")]).await.is(422).holds_together().has("method-wrong");
    let looked = holder.send(&tax, &tax, &[&form[..], &[("look", "yes")]].concat()).await;
    looked.is(200).holds_together().has("全額控除");
    holder.send(&tax, &tax, &[&form[..], &[("shown", looked.hidden("shown"))]].concat()).await.is(303);
    let census = format!("{}/assets", d.own);
    let counted = [("as-of", "x"), ("asset-1", "1-001-1"), ("condition-1", "in_use")];
    holder.send(&census, &format!("{census}/census"), &counted).await.is(422).holds_together().has("as-of-wrong");
    let today = d.road.today().to_string();
    holder.send(&census, &format!("{census}/census"), &with(&counted, "as-of", &today)).await.is(303);
    d.done().await;
    for login in ["officer", "director", "auditor"] {
        let mut visitor = d.visitor(login).await;
        for page in ["", "/assets", "/succession", "/closing"] {
            visitor.get(&format!("{}{page}?lang=en", d.office)).await.is(200).holds_together();
            visitor.get(&format!("{}{page}?lang=ja", d.office)).await.is(200).holds_together();
        }
        visitor.get("/office/after?lang=en").await.is(200).holds_together();
        visitor.get("/office/after?call=nonsense&kind=late&page=7&lang=ja").await.is(200).holds_together().has("交付決定後にすること");
        let calendar: Shown = visitor.get("/office/calendar?when=all").await;
        calendar.is(200).holds_together().has("事業化状況報告（第1回）").has("株式会社架空1");
        visitor
            .get("/office/calendar?when=all&kind=census&call=nonsense&page=9&lang=en")
            .await
            .is(200)
            .holds_together()
            .has("asset census");
        assert!(visitor.get("/office/calendar.xlsx?when=all").await.is(200).header("content-type").contains("spreadsheetml"));
    }
    let closing = format!("{}/closing", d.office);
    let mut officer = d.visitor("officer").await;
    officer.get(&closing).await.has("未提出の報告").has("/project#due");
    officer.send(&closing, &closing, &[("check", "debts")]).await.is(422).holds_together();
    officer.get(&format!("{closing}/preview")).await.is(409);
    let succession = format!("{}/succession", d.office);
    let mut director = d.visitor("director").await;
    director
        .send(&succession, &succession, &[("to", "123"), ("cause", ""), ("on", "2025-01-01")])
        .await
        .is(422)
        .holds_together()
        .has("to-wrong");
    officer.send(&succession, &succession, &[("to", "123")]).await.is(403);
}

#[tokio::test]
async fn what_follows_the_decision_has_a_way_to_it_for_years() {
    let d = Desks::open().await;
    let case = d.own.trim_end_matches("/project").to_owned();
    for on in ["2026-04-10", "2029-06-01"] {
        d.at(on);
        let mut holder = d.holder().await;
        holder.get(&case).await.is(200).holds_together().has(&format!("href=\"{}\"", d.own)).has("交付決定後の手続");
        holder.get("/apply").await.is(200).holds_together().has(&format!("href=\"{}\"", d.own)).has("額の確定済");
        holder.get("/apply?lang=en").await.is(200).holds_together().has("After the decision");
        holder.get("/apply?lang=ja").await;
    }
}
