//! The analyst's desk in a browser: from the call to the report, and what others get instead.

use banso_office::testing::round::Round;
use banso_permits::Role;
use banso_web::testing::Visitor;

const CALL: &str = "/analysis/calls/go-tech/r7-1";
/// An item, as addresses write it.
const VALUE_ADDED: &str = "%E5%AE%9F%E7%B8%BE%E4%BB%98%E5%8A%A0%E4%BE%A1%E5%80%A4%E9%A1%8D";
const FIELDS: [(&str, &str); 5] = [
    ("title", "架空の研究"),
    ("question", "交付は付加価値額を増やしたか。"),
    ("method", "discontinuity"),
    ("outcomes", "実績付加価値額"),
    ("horizon", "１"),
];

#[tokio::test]
async fn a_study_is_declared_run_and_read() {
    let round = Round::decided(240).await;
    let mut visitor = Visitor::signed_in(&round.office, "analyst").await;
    visitor.get("/analysis").await.is(200).holds_together().has(CALL);
    visitor.get(CALL).await.is(200).holds_together().has("使えます").has("まだ宣言がありません");
    visitor.get("/analysis/plan").await.is(200).holds_together().has("手本にする公募");
    let plan = format!("/analysis/plan?like=go-tech%2Fr7-1&outcome={VALUE_ADDED}&horizon=1&share=50&effect=20&applications=");
    visitor.get(&format!("{plan}200")).await.is(200).holds_together().has("80%の確率で見つけられる最小の効果").has("百万円");
    visitor.get(&format!("{plan}few")).await.is(422).holds_together().has("20から100,000まで");
    let form = format!("{CALL}/declaration");
    visitor.get(&form).await.is(200).holds_together().has("比べ方").has("付加価値額");
    let preview = format!("{form}/preview");
    visitor.send(&form, &preview, &[("title", "")]).await.is(422).holds_together().has("成果を1つ以上選んでください");
    let shown = visitor.send(&form, &preview, &FIELDS).await;
    shown.is(200).holds_together().has("事前宣言として記録できます").has("検出できる効果の見通し");
    shown.has("決定から1年後").has("示す最小の企業数").has("主な成果");
    let group = [("groups", "都道府県"), ("method", "difference")];
    let refused: Vec<(&str, &str)> = FIELDS.iter().copied().filter(|(name, _)| *name != "method").chain(group).collect();
    visitor.send(&form, &preview, &refused).await.is(422).holds_together().has("群「都道府県」は使えません");
    let digest = shown.hidden("shown").to_owned();
    let mut fields = FIELDS.to_vec();
    fields.push(("shown", &digest));
    let other = [("title", "別の題名")].into_iter().chain(fields.iter().copied().skip(1)).collect::<Vec<_>>();
    visitor.send(&form, &form, &other).await.is(409);
    let to = visitor.send(&form, &form, &fields).await.is(303).location().to_owned();
    visitor.get(&to).await.is(200).holds_together().has("台帳に記録しました").has("まだ実行していません");
    round.at("2027-06-01T10:00:00+09:00");
    round.figures("2026", 30_000_000).await;
    let mut visitor = Visitor::signed_in(&round.office, "analyst").await;
    visitor.send(&to, &format!("{to}/runs"), &[("known_on", "昨日")]).await.is(422).holds_together().has("実在する日付");
    visitor.send(&to, &format!("{to}/runs"), &[("known_on", "2027-06-01")]).await.is(303);
    visitor.get(&to).await.is(200).holds_together().has("実行を待っています").has("http-equiv=\"refresh\"");
    assert_eq!(round.office.run_jobs().await, 1);
    let study = visitor.get(&to).await;
    let run = study.is(200).holds_together().body.split("/runs/").nth(1).and_then(|r| r.split('"').next()).unwrap().to_owned();
    let report = format!("{to}/runs/{run}");
    for (language, words) in
        [("ja", "前提の点検"), ("en", "Which assumptions were looked at"), ("ja", "数値の求め方と読み方"), ("ja", "まだ期日前")]
    {
        visitor.get(&format!("{report}?lang={language}")).await.is(200).holds_together().has(words);
    }
    let figure = visitor.get(&format!("{report}/figures/discontinuity-1")).await;
    assert_eq!(figure.is(200).header("content-type"), "image/svg+xml");
    assert!(figure.header("content-security-policy").contains("default-src 'none'"));
    for nothing in [format!("{report}/figures/x"), format!("{to}/runs/999"), format!("{CALL}/studies/zz"), format!("{to}x")] {
        visitor.get(&nothing).await.is(404);
    }
    round.office.somebody("rev", &[Role::Reviewer], None).await;
    let mut officer = Visitor::signed_in(&round.office, "officer").await;
    officer.get(&report).await.is(200).holds_together();
    officer.get(&form).await.is(403);
    officer.get(&format!("{report}/package.zip")).await.is(403);
    let mut reviewer = Visitor::signed_in(&round.office, "rev").await;
    reviewer.get(&report).await.is(403);
}
