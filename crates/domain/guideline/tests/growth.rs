//! What the language can say beyond the first programme: rows that add up, a rate that falls, caps by budget line, variants of shared
//! definitions, forms for one applicant alone, clauses that keep their number.

#[cfg(test)]
mod house;

use std::collections::BTreeMap;

use banso_guideline::answers::{Answers, BUDGET_ITEM, CONSORTIUM_ITEM, FormFacts, Place};
use banso_guideline::{Edition, Facts, Known, Library, Reading, Value};
use banso_kernel::{Exact, Yen};
use house::{dictionary, library, shown};

const SMALL: &str = include_str!("house/small.md");

#[cfg(test)]
fn read(source: &str) -> Reading {
    let dictionary = dictionary();
    Edition::read(source, &dictionary, &library(&dictionary))
}

#[cfg(test)]
fn changed(changes: &[(&str, &str)]) -> String {
    changes.iter().fold(SMALL.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "`{from}` is not in the small guideline");
        text.replacen(from, to, 1)
    })
}

/// The small guideline without its examples, with these changes.
#[cfg(test)]
fn edition(changes: &[(&str, &str)]) -> Edition {
    let source = changed(changes);
    let source = source.split("## 5 検証例").next().unwrap();
    let reading = read(source);
    assert!(reading.problems.is_empty(), "{}", shown(&reading.problems, source));
    reading.edition.unwrap()
}

fn number(n: i64) -> Value {
    Value::Number(Exact::from_integer(i128::from(n)))
}

fn facts(facts: &[(&str, Value)], costs: &[(i64, &str, i64)]) -> Facts {
    let cost = |(year, line, yen): &(i64, &str, i64)| {
        let parts = [("年度", number(*year)), ("経費区分", Value::Text((*line).into())), ("金額", number(*yen))];
        Value::Record(parts.into_iter().map(|(k, v)| (k.to_owned(), v)).collect::<BTreeMap<_, _>>())
    };
    let mut all = Facts(facts.iter().map(|(k, v)| ((*k).to_owned(), v.clone())).collect());
    all.0.insert(BUDGET_ITEM.to_owned(), Value::List(costs.iter().map(cost).collect()));
    all
}

fn exactly(yen: i64) -> Known<Yen> {
    Known::Exactly(Yen::new(yen))
}

const CAP: &str = "```定義 上限\nif 申請枠 = 通常枠 then 100万円 else 200万円\n```";
const ADDED_UP: &str = "【決定表：上限】当たり方: 合計\n\n| 申請枠 | 重複受給 | 上限 |\n|---|---|---|\n| - | - | 50万円 |\n| 出資獲得枠 | - | 50万円 |\n| - | はい | 150万円 |\n";

#[test]
fn rows_that_apply_add_up() {
    let edition = edition(&[(CAP, ADDED_UP), ("下限: 10万円\n", "")]);
    let general = Value::Text("通常枠".into());
    let investment = Value::Text("出資獲得枠".into());
    let (yes, no) = (Value::YesNo(true), Value::YesNo(false));
    for (track, other, expected) in [
        (Some(&general), Some(&no), exactly(500_000)),
        (Some(&investment), Some(&no), exactly(1_000_000)),
        (Some(&investment), Some(&yes), exactly(2_500_000)),
        (None, Some(&no), Known::Between(Yen::new(500_000), Yen::new(1_000_000))),
        (Some(&general), None, Known::Between(Yen::new(500_000), Yen::new(2_000_000))),
    ] {
        let mut known = vec![("従業員数", number(5))];
        known.extend(track.map(|t| ("申請枠", t.clone())));
        known.extend(other.map(|o| ("重複受給", o.clone())));
        assert_eq!(edition.amount(&facts(&known, &[(1, "物品費", 90_000_000)])).total, expected, "{track:?} {other:?}");
    }
}

#[test]
fn the_least_and_the_greatest_of_the_rows_that_apply() {
    for (hit, expected) in [("最大", 2_000_000), ("最小", 500_000)] {
        let table = ADDED_UP.replace("合計", hit).replace("150万円", "200万円");
        let edition = edition(&[(CAP, &table), ("下限: 10万円\n", "")]);
        let known = [("従業員数", number(5)), ("申請枠", Value::Text("出資獲得枠".into())), ("重複受給", Value::YesNo(true))];
        assert_eq!(edition.amount(&facts(&known, &[(1, "物品費", 90_000_000)])).total, exactly(expected), "{hit}");
    }
}

const KNEE: &str = "合計上限: 上限\n区切り: 1,500万円\n区切り超の補助率: 1/3";

#[test]
fn above_the_knee_a_lower_rate_to_the_yen() {
    let edition = edition(&[("合計上限: 上限", KNEE), (CAP, "```定義 上限\n1億円\n```"), ("千円未満切捨て", "1円未満切捨て")]);
    // 1/2 up to 1,500万円 of subsidy is a cost of 3,000万円; 2/3 of small firms is 2,250万円.
    for (staff, cost, expected) in [
        (50, 29_999_999, 14_999_999),
        (50, 30_000_000, 15_000_000),
        (50, 30_000_002, 15_000_000),
        (50, 30_000_003, 15_000_001),
        (50, 60_000_000, 25_000_000),
        (5, 22_500_000, 15_000_000),
        (5, 22_500_003, 15_000_001),
        (5, 60_000_000, 27_500_000),
        (5, 900_000_000, 100_000_000),
    ] {
        let known = [("従業員数", number(staff)), ("申請枠", Value::Text("通常枠".into()))];
        let amount = edition.amount(&facts(&known, &[(1, "物品費", cost)]));
        assert_eq!(amount.total, exactly(expected), "{staff} {cost} {:?}", amount.steps);
    }
    let amount = edition.amount(&facts(&[], &[(1, "物品費", 60_000_000)]));
    assert_eq!(amount.total, Known::Between(Yen::new(25_000_000), Yen::new(27_500_000)));
    assert!(amount.steps[0].text.ja.contains("補助額が15,000,000円を超える部分は 1/3"), "{:?}", amount.steps);
}

#[test]
fn slips_about_the_knee() {
    for (to, code, at) in [
        ("合計上限: 上限\n区切り: 1,500万円", "missing-key", "1,500万円"),
        ("合計上限: 上限\n区切り: 1,500万円\n区切り超の補助率: 3/4", "bad-value", "3/4"),
        ("合計上限: 上限\n区切り: 1,500人\n区切り超の補助率: 1/3", "expression", "1,500人"),
        ("合計上限: 上限\n区切り: 1円\n区切り超の補助率: 1/3\n区分上限: 5円", "bad-value", "補助額"),
    ] {
        let source = changed(&[("合計上限: 上限", to)]);
        let found = read(&source).problems.iter().any(|p| p.code.as_str() == code && source[p.span.start..p.span.end].starts_with(at));
        assert!(found, "{to}\n{}", shown(&read(&source).problems, &source));
    }
}

const LINES: (&str, &str) = ("| 物品費 |\n", "| 物品費 |\n| 広報費 |\n");
const LINE_CAP: &str =
    "【決定表：区分の上限】\n\n| 経費区分 | 区分の上限 |\n|---|---|\n| 広報費 | 30万円 |\n| 物品費 | 上限なし |\n\n```補助額\n";

#[test]
fn a_cap_on_one_line_of_the_budget_and_a_rate_by_line() {
    let by_line = |rate: (&str, &str)| {
        edition(&[
            LINES,
            ("```補助額\n", LINE_CAP),
            ("合計上限: 上限", "区分上限: 区分の上限\n合計上限: 上限"),
            rate,
            ("千円未満切捨て", "1円未満切捨て"),
        ])
    };
    let known = [("従業員数", number(5)), ("申請枠", Value::Text("出資獲得枠".into()))];
    let costs = [(1, "物品費", 900_001), (1, "広報費", 900_000)];
    let amount = by_line(("", "")).amount(&facts(&known, &costs));
    assert_eq!(amount.total, exactly(600_000 + 300_000), "{:?}", amount.steps);
    assert_eq!(amount.cuts.first().map(|(_, cut)| cut.get()), Some(300_000));
    let rates = "| 経費区分 | 補助率 |\n|---|---|\n| 物品費 | 2/3 |\n| 広報費 | 1/2 |\n";
    let amount =
        by_line(("| 従業員数 | 補助率 |\n|---|---|\n| 20人以下 | 2/3 |\n| 20人超 | 1/2 |\n", rates)).amount(&facts(&known, &costs));
    assert_eq!(amount.total, exactly(600_000 + 300_000), "{:?}", amount.steps);
    let halved = by_line(("| 従業員数 | 補助率 |\n|---|---|\n| 20人以下 | 2/3 |\n| 20人超 | 1/2 |\n", rates));
    assert_eq!(halved.amount(&facts(&known, &[(1, "広報費", 500_001)])).total, exactly(250_000));
}

#[test]
fn a_form_without_a_consortium_is_about_the_applicant_alone() {
    let edition = edition(&[]);
    let mut answers = Answers::default();
    assert_eq!(answers.members(edition.form()), [1]);
    let mut set = |section: &str, member: u32, key: &str, text: &str| {
        answers.set(Place { section: section.into(), member, key: key.into() }, text.into());
    };
    set("plan", 0, "補助事業期間", "3");
    set("budget", 1, "物品費.1", "1,500,000");
    let known = Facts([("従業員数".to_owned(), number(5)), ("申請枠".to_owned(), Value::Text("通常枠".into()))].into());
    let facts = FormFacts { form: edition.form(), kpis: edition.kpis(), answers: &answers }.facts(known);
    assert!(!facts.0.contains_key(CONSORTIUM_ITEM));
    assert_eq!(facts.0.get("補助事業期間"), Some(&number(3)));
    assert_eq!(edition.amount(&facts).total, exactly(1_000_000));
}

const VARIANTS: &str = "# 定義\n\n## 小さい会社 / Small firm\n\n### 2000-01-01 から\n\n```定義 小さい会社\n従業員数 <= 5人\n```\n\n\
                        ## 小さい会社：宿泊業も / Small firm: inns too\n\n### 2010-01-01 から\n\n```定義 小さい会社\n従業員数 <= 20人\n```\n";

#[test]
fn a_guideline_imports_the_variant_that_it_names() {
    let dictionary = dictionary();
    let library = Library::parse(VARIANTS, &dictionary).unwrap();
    let text = |uses: &str| {
        changed(&[("使う定義: 中小企業者/2016-04-01", &format!("使う定義: {uses}")), ("中小企業者である", "小さい会社である")])
            .split("## 5 検証例")
            .next()
            .unwrap()
            .to_owned()
    };
    for (uses, staff, expected) in
        [("小さい会社", 6, "No"), ("小さい会社：宿泊業も", 6, "Yes"), ("小さい会社:宿泊業も/2010-01-01", 21, "No")]
    {
        let edition = Edition::read(&text(uses), &dictionary, &library).edition.unwrap();
        let known = Facts([("従業員数".to_owned(), number(staff))].into());
        let truth = edition.examine(&known).findings.first().map(|f| format!("{:?}", f.truth));
        assert_eq!(truth.as_deref(), Some(expected), "{uses}");
    }
    for (uses, code) in [("小さい会社、小さい会社：宿泊業も", "duplicate-name"), ("小さい会社：宿泊業も/2009-12-31", "unknown-name")]
    {
        let problems = Edition::read(&text(uses), &dictionary, &library).problems;
        assert!(problems.iter().any(|p| p.code.as_str() == code), "{uses}: {problems:?}");
    }
}

#[test]
fn a_clause_of_a_published_edition_keeps_its_number() {
    let before = read(SMALL).edition.unwrap();
    let added = "### 1-2 所在地\n\n県内に本店があること。\n\n### 1-3 期間";
    let shifted = [
        ("### 1-2 期間", added),
        ("### 1-3 誓約", "### 1-4 誓約"),
        ("4年は長い | 小さな製造業 | | 4年 | 不適 | 1-2", "4年は長い | 小さな製造業 | | 4年 | 不適 | 1-3"),
    ];
    for (changes, expected) in [
        (&shifted[..], &["1-3 期間", "1-4 誓約"][..]),
        (&[("### 1-3 誓約", "### 1-9 誓約")], &["1-9 誓約"]),
        (&[("### 1-3 誓約\n", "### 1-3 誓約\n\n書面とする。\n")], &[]),
        (&[("### 1-3 誓約", "### 1-3 暴力団排除の誓約")], &[]),
        (&[("## 2 補助額", "### 1-4 所在地\n\n県内。\n\n## 2 補助額")], &[]),
    ] {
        let source = changed(changes);
        let after = read(&source).edition.unwrap_or_else(|| panic!("{}", shown(&read(&source).problems, &source)));
        let problems = after.amends(&before);
        let at: Vec<&str> = problems.iter().map(|p| &source[p.span.start..p.span.end]).collect();
        assert_eq!(at, expected, "{changes:?}");
        assert!(problems.iter().all(|p| p.code.as_str() == "clause-renumbered" && p.message.en.is_some() && p.remedy.is_some()));
    }
}

const CONDITIONAL: &str = "| aim | 目的 | 長文 | 400字 | 申請枠 = 通常枠 のとき |";
const AIM: &str = "| aim | 目的 | 長文 | 400字 | 必須 |";

/// What an empty field is, with these facts.
#[test]
fn a_field_may_be_required_on_a_condition() {
    let edition = edition(&[(AIM, CONDITIONAL)]);
    let section = edition.section("plan").unwrap().clone();
    let track = |name: &str| facts(&[("申請枠", Value::Text(name.into()))], &[]);
    for (facts, expected) in
        [(track("通常枠"), Some("missing")), (track("出資獲得枠"), None), (facts(&[], &[]), Some(banso_guideline::answers::MAY_BE_MISSING))]
    {
        let needs = edition.needs(&section, 0, &[1], &facts);
        let found = Answers::default().section_problems(&section, 0, &[], &[1], &needs);
        assert_eq!(found.iter().find(|p| p.place.key == "aim").map(|p| p.code), expected, "{facts:?}");
        assert!(found.iter().any(|p| p.place.key == "補助事業期間" && p.code == "missing"));
    }
    let mut answers = Answers::default();
    answers.set(Place { section: "plan".into(), member: 0, key: "aim".into() }, "軽くする".into());
    let needs = edition.needs(&section, 0, &[1], &track("通常枠"));
    assert!(answers.section_problems(&section, 0, &[], &[1], &needs).iter().all(|p| p.place.key != "aim"));
    assert_eq!(needs["aim"].when.ja, "申請枠が通常枠の場合");
    assert_eq!(needs["aim"].when.en.as_deref(), Some("where Track is General track"));
}

/// Each member is asked by its own facts.
#[test]
fn what_members_must_answer_hangs_on_their_own_facts() {
    let dictionary = dictionary();
    let source = house::file("programmes/go-tech/r7-1.md");
    let edition = Edition::read(&source, &dictionary, &library(&dictionary)).edition.unwrap();
    let member = |n: i64, kind: Option<&str>| {
        let kind = kind.map(|k| ("区分".to_owned(), Value::Text(k.into())));
        Value::Record([("構成員".to_owned(), number(n))].into_iter().chain(kind).collect())
    };
    let rows = vec![member(1, Some("中小企業者等")), member(2, Some("大学・公設試等")), member(3, None)];
    let mut facts = Facts::default();
    facts.0.insert(CONSORTIUM_ITEM.to_owned(), Value::List(rows));
    // The lead's own facts are not those of its members.
    facts.0.insert("区分".to_owned(), Value::Text("中小企業者等".into()));
    let section = edition.section("member").unwrap();
    let needed = |side: u32| edition.needs(section, side, &[1, 2, 3], &facts)["資本金"].truth;
    assert_eq!([1, 2, 3].map(needed), [banso_guideline::Truth::Yes, banso_guideline::Truth::No, banso_guideline::Truth::Unknown]);
    let investment = edition.section("documents").unwrap();
    facts.0.insert("申請枠".to_owned(), Value::Text("出資獲得枠".into()));
    assert_eq!(edition.needs(investment, 0, &[1, 2, 3], &facts)["investment"].truth, banso_guideline::Truth::Yes);
}
