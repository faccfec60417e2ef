//! The register and the screening in a browser: finding a firm, why a call is open to it or not, noting who was told.

use std::fmt::Write as _;

use banso_kernel::{CallId, CorporateNumber, Day};
use banso_office::ProgrammeFile;
use banso_office::firms::{FactSource, FactTable};
use banso_office::testing::TestOffice;
use banso_office::testing::cases::{PROGRAMME, programme, words};
use banso_permits::Role;
use banso_web::testing::Visitor;

fn number(n: u64) -> CorporateNumber {
    CorporateNumber::from_body(700_000_000_000 + n)
}

/// Firms 1 and 2 in Sabae with facts (2 is large), 3 without, 4 closed and gone over to 1.
async fn desk() -> (TestOffice, CallId, Visitor) {
    let office = TestOffice::new().await;
    let call = office.published().await;
    let mut text = String::new();
    for n in 1..=4_u64 {
        let (process, closing) = if n == 4 { ("21", format!("2026-08-03,11,{}", number(1))) } else { ("01", ",,".to_owned()) };
        let _ = writeln!(
            text,
            "{n},{},{process},0,2026-08-10,2026-08-03,株式会社架空髙﨑{n},,301,福井県,鯖江市,架空町１番地,,18,207,9160000,,,{closing},,2015-10-05,1,,,,,カクウ,0",
            number(n)
        );
    }
    let path = office.folder().join("diff.csv");
    std::fs::write(&path, text).unwrap();
    office.take_register_file(&path, |_, _| {}).await.unwrap();
    let facts = format!(
        "法人番号,業種,資本金,従業員数,大企業単独持分,大企業合計持分,大企業兼務役員割合,みなし大企業の全株保有,みなし大企業の全役員兼務,課税所得平均,事業形態\n\
         {},製造業その他,3000万円,30人,0,0,0,いいえ,いいえ,1億円,会社\n{},製造業その他,100億円,3000人,0,0,0,いいえ,いいえ,1億円,会社\n",
        number(1),
        number(2)
    );
    let path = office.folder().join("facts.csv");
    std::fs::write(&path, facts).unwrap();
    let table = FactTable { path: &path, source: FactSource::Office, as_of: Day::new(2026, 4, 1).ok() };
    office.take_fact_table(&words().dictionary, &table).await.unwrap().unwrap();
    office.somebody("officer", &[Role::Officer], None).await;
    let officer = Visitor::signed_in(&office, "officer").await;
    (office, call, officer)
}

#[tokio::test]
async fn a_firm_is_found_however_it_is_written() {
    let (_office, _, mut officer) = desk().await;
    officer.get("/office/firms").await.is(200).holds_together().has("企業の検索");
    let found = officer.get("/office/firms?q=%28%E6%A0%AA%29%E6%9E%B6%E7%A9%BA%E9%AB%98%E5%B4%8E").await;
    found.is(200).holds_together().has("株式会社架空髙﨑1").has("閉鎖").has(&number(1).to_string());
    let none = officer.get(&format!("/office/firms?q={}&prefecture=%E7%9F%B3%E5%B7%9D%E7%9C%8C", "%E6%9E%B6%E7%A9%BA")).await;
    none.is(200).has("0件");
    officer.get(&format!("/office/firms?q={}&lang=en", number(2))).await.is(200).has("株式会社架空髙﨑2").has("Corporate number");
    let closed = officer.get(&format!("/office/firms/{}?lang=ja", number(4))).await;
    closed.is(200).holds_together().has("閉鎖されています").has("合併による解散等").has("株式会社架空髙﨑1");
    officer.get(&format!("/office/firms/{}", number(1))).await.is(200).holds_together().has("承継した法人").has("3000").has("事務局の表");
    officer.get("/office/firms/1234").await.is(404);
    officer.get(&format!("/office/firms/{}", number(99))).await.is(404);
}

#[tokio::test]
async fn firms_are_listed_explained_and_told() {
    let (_office, call, mut officer) = desk().await;
    officer.get("/office").await.has("/office/screening");
    let list = format!("/office/screening?area=%E7%A6%8F%E4%BA%95%E7%9C%8C%E9%AF%96%E6%B1%9F%E5%B8%82&call={call}");
    let page = officer.get(&list).await;
    page.is(200).holds_together().has("株式会社架空髙﨑1").has("申請次第").has("内訳：業種");
    assert!(!page.body.contains("株式会社架空髙﨑2"), "the large firm is not listed:\n{}", page.body);
    officer.get(&format!("{list}&lang=en")).await.is(200).has("Firms and open calls").has("Mean ceiling");
    let why = officer.get(&format!("/office/firms/{}?call={call}&lang=ja", number(2))).await;
    why.is(200).holds_together().has("不適").has("理由：");
    officer.get(&format!("/office/firms/{}?call=nowhere/r1", number(2))).await.is(404);
    officer.get("/office/screening?call=nowhere/r1").await.is(404);
    officer.get("/office/screening?call=x").await.is(404);

    let nobody = officer.send(&list, &list, &[]).await;
    nobody.is(422).has("知らせた企業を選んでください");
    let told = officer.send(&list, &list, &[("firm", &number(1).to_string())]).await;
    told.is(303);
    officer.get(&list).await.has("1社に知らせたことを記録しました").has("該当する企業はありません");
    officer.get(&format!("{list}&all=1")).await.has("株式会社架空髙﨑1").has("済");
    let firm = format!("/office/firms/{}", number(1));
    officer.get(&firm).await.has("記録を取り消す");
    let back = format!("{firm}/told");
    officer.send(&firm, &back, &[("call", &call.to_string())]).await.is(303);
    officer.send(&firm, &back, &[("call", &call.to_string())]).await.is(404);
    officer.send(&list, &list, &[("firm", "1")]).await.is(404);
}

#[tokio::test]
async fn the_whole_register_is_counted_and_shown_by_group() {
    let (office, call, mut officer) = desk().await;
    let here = "/office/screening/country";
    officer.get("/office/screening").await.is(200).has(here);
    officer.get(here).await.is(200).holds_together().has("まだ数えていません").has("すべての法人を照合する");
    let person = office.person_by_login("officer").await.unwrap();
    let run = office.begin_country(&person).await.unwrap().unwrap();
    // Under way: it reloads by itself and cannot be begun again; the press changes nothing.
    let page = officer.get(here).await;
    page.is(200).holds_together().has("照合しています").has("http-equiv=\"refresh\"");
    assert!(!page.body.contains("すべての法人を照合する"));
    officer.send("/office/screening", here, &[]).await.is(303);
    office.carry_out_country(run).await;
    officer.get(here).await.is(200).holds_together().has("照合した法人").has("公募ごとの見込み");
    let shown = format!("{here}?call={call}");
    officer.get(&shown).await.is(200).holds_together().has("内訳：都道府県").has("内訳：従業員数").has("/office/screening?area=");
    officer.get(&format!("{shown}&lang=en")).await.is(200).has("The whole register");
    officer
        .get(&format!("{shown}&lang=ja&prefecture=%E7%A6%8F%E4%BA%95%E7%9C%8C&industry=%E5%8D%B8%E5%A3%B2%E6%A5%AD"))
        .await
        .is(200)
        .holds_together();
    officer.get(&format!("{shown}&prefecture=x")).await.is(404);
    officer.get(&format!("{here}?call=nowhere/r1")).await.is(404);
    for (role, expect) in [(Role::Director, 200), (Role::Auditor, 200), (Role::Analyst, 403), (Role::Applicant, 403)] {
        office.somebody(role.name(), &[role], None).await;
        Visitor::signed_in(&office, role.name()).await.get(&shown).await.is(expect);
    }
}

#[tokio::test]
async fn an_amendment_is_shown_in_firms() {
    let (office, call, mut officer) = desk().await;
    let here = format!("/office/calls/{call}/changed-firms");
    officer.get(&format!("/office/screening?call={call}")).await.has(&here);
    officer.get(&here).await.is(200).holds_together().has("版は一つだけ");
    let amended = programme().replace("第1回・第1版", "第1回・第2版").replacen(
        "```要件\n中小企業者である\n",
        "```要件\n中小企業者である かつ 資本金 != 3,000万円\n",
        1,
    );
    let file = ProgrammeFile { path: PROGRAMME.replace(".md", ".2.md"), text: amended };
    office.load_programmes(&[file], &words()).await.unwrap();
    let page = officer.get(&here).await;
    page.is(200).holds_together().has("判定の動き").has("答えが動く条項").has("株式会社架空髙﨑1").has("申請次第").has("不適");
    officer.get(&format!("{here}?area=%E7%9F%B3%E5%B7%9D%E7%9C%8C&lang=en")).await.is(200).holds_together().has("Firms that change answer");
    officer.get(&format!("{here}?old=x")).await.is(404);
    officer.get("/office/calls/nowhere/r1/changed-firms").await.is(404);
}

#[tokio::test]
async fn directors_read_and_others_do_not() {
    let (office, call, _) = desk().await;
    let list = format!("/office/screening?call={call}");
    for (role, expect) in [(Role::Director, 200), (Role::Auditor, 200), (Role::Analyst, 403), (Role::Applicant, 403), (Role::Reviewer, 403)]
    {
        office.somebody(role.name(), &[role], None).await;
        let mut visitor = Visitor::signed_in(&office, role.name()).await;
        let page = visitor.get(&list).await;
        page.is(expect);
        assert!(!page.body.contains("知らせたと記録する"), "{role:?} does not tell firms");
        if expect == 200 {
            let token = page.hidden("_csrf").to_owned();
            visitor.post(&list, &[("firm", &number(1).to_string())], &[("x-csrf-token", &token)]).await.is(403);
        }
    }
}
