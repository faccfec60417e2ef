//! Tables of typed answers: keys, problems, merging two people's edits, facts, digests.

use super::*;
use crate::Limits;
use crate::model::{BudgetLine, Facts, FieldKind, Value};
use banso_kernel::{Exact, Lang};
use proptest::prelude::*;

fn field(id: &str, kind: FieldKind) -> Field {
    Field { id: id.into(), label: LocalText::ja(id), hint: LocalText::default(), kind, required: Required::Always, clause: "4-1".into() }
}

fn section(id: &str, side: Side, content: SectionContent) -> Section {
    Section { id: id.into(), title: LocalText::ja(id), clause: "4".into(), side, minutes: 5, content }
}

fn form() -> Form {
    let line = BudgetLine { name: "物品費".into(), title: LocalText::ja("物品費"), hint: LocalText::default(), clause: "3".into() };
    let parts = vec![field("名称", FieldKind::Text { characters_max: 60 }), field("法人番号", FieldKind::CorporateNumber)];
    Form {
        sections: vec![
            section("plan", Side::Lead, SectionContent::Fields(vec![field("課題", FieldKind::LongText { characters_max: 10 })])),
            section("members", Side::Lead, SectionContent::Consortium { parts, members_max: 3 }),
            section("firm", Side::EachMember, SectionContent::Fields(vec![field("資本金", FieldKind::number("円"))])),
            section("budget", Side::EachMember, SectionContent::Budget { lines: vec![line], years_max: 3 }),
        ],
    }
}

fn answers(cells: &[(&str, u32, &str, &str)]) -> Answers {
    let mut answers = Answers::default();
    for (section, member, key, text) in cells {
        answers.set(Place { section: (*section).into(), member: *member, key: (*key).into() }, (*text).into());
    }
    answers
}

#[test]
fn one_answer_at_a_time() {
    let yen = || FieldKind::number("円");
    let percent = || FieldKind::number("%");
    let number = |n: i128, d: i128| Ok(Some(Value::Number(Exact::new(n, d))));
    for (kind, text, expected) in [
        (yen(), "４，５００万円", number(45_000_000, 1)),
        (yen(), "12.5", Err("not-an-amount")),
        (yen(), "-5", Err("negative")),
        (percent(), "7.5%", number(3, 40)),
        (percent(), "７．５", number(3, 40)),
        (FieldKind::number("人"), "３００人", number(300, 1)),
        (FieldKind::number("人"), "三百", Err("not-a-number")),
        (FieldKind::YesNo, "はい", Ok(Some(Value::YesNo(true)))),
        (FieldKind::YesNo, "たぶん", Err("not-yes-or-no")),
        (FieldKind::Choice(vec!["甲".into()]), "乙", Err("not-a-choice")),
        (FieldKind::Day, "2025-02-30", Err("not-a-day")),
        (FieldKind::CorporateNumber, "8700110005902", Err("not-a-corporate-number")),
        (FieldKind::Text { characters_max: 2 }, "あいう", Err("too-long")),
        (FieldKind::Text { characters_max: 2 }, "  ", Ok(None)),
    ] {
        assert_eq!(read_value(&kind, text).map_err(|e| e.0), expected, "{kind:?} {text}");
    }
}

#[test]
fn facts_join_what_each_side_filled() {
    let form = form();
    let answers = answers(&[
        ("plan", 0, "課題", "軽くする"),
        ("members", 0, "1.名称", "架空精機"),
        ("members", 0, "2.名称", "架空大学"),
        ("firm", 1, "資本金", "5,000万円"),
        ("budget", 1, "物品費.1", "1,000"),
        ("budget", 1, "物品費.9", "5"),
        ("budget", 2, "物品費.2", "読めない"),
    ]);
    let form_facts = FormFacts { form: &form, kpis: &[], answers: &answers };
    let facts = form_facts.facts(Facts::default());
    let Some(Value::List(members)) = facts.0.get(CONSORTIUM_ITEM) else { panic!("no consortium") };
    let Value::Record(first) = &members[0] else { panic!("no record") };
    assert_eq!(first.get("資本金"), Some(&Value::Number(Exact::from_integer(50_000_000))));
    assert_eq!(members.len(), 2);
    assert_eq!(form_facts.costs(), vec![LineCost { line: "物品費".into(), member: 1, year: 1, cost: banso_kernel::Yen::new(1000) }]);
}

#[test]
fn nothing_typed_is_unknown_not_empty() {
    let form = form();
    let answers = Answers::default();
    let facts = FormFacts { form: &form, kpis: &[], answers: &answers }.facts(Facts::default());
    assert_eq!(facts, Facts::default());
}

#[test]
fn problems_name_their_place() {
    let form = form();
    let answers = answers(&[
        ("plan", 0, "課題", "ながすぎるこたえですよ"),
        ("members", 0, "1.法人番号", "123"),
        ("budget", 1, "物品費.1", "1.5"),
        // Of a line and of a year that an amendment took away: nobody can put them right.
        ("budget", 1, "旧費目.1", "読めない"),
        ("budget", 1, "物品費.4", "読めない"),
    ]);
    let members = answers.members(&form);
    let found: Vec<_> = form
        .sections
        .iter()
        .flat_map(|s| answers.sides(&form, s).into_iter().map(move |m| (s, m)))
        .flat_map(|(s, m)| answers.section_problems(s, m, &[], &members, &Needs::new()))
        .map(|p| (p.place.section, p.place.member, p.place.key, p.code))
        .collect();
    let expect = |s: &str, m, k: &str, c| (s.to_owned(), m, k.to_owned(), c);
    assert_eq!(
        found,
        vec![
            expect("plan", 0, "課題", "too-long"),
            expect("members", 0, "1.名称", "missing"),
            expect("members", 0, "1.法人番号", "not-a-corporate-number"),
            expect("firm", 1, "資本金", "missing"),
            expect("budget", 1, "物品費.1", "not-an-amount"),
        ]
    );
}

#[test]
fn canonical_json_ignores_what_is_empty_and_reads_back() {
    let a = answers(&[("plan", 0, "課題", "x"), ("plan", 0, "空", "  ")]);
    let b = answers(&[("plan", 0, "課題", "x")]);
    assert_eq!(a.digest(), b.digest());
    assert_eq!(Answers::from_json(&a.canonical_json()).unwrap(), b);
    assert_eq!(a.sections.len(), 1);
    assert_eq!(LocalText::ja("x").get(Lang::En), "x");
}

proptest! {
    #[test]
    fn no_text_is_too_strange(text in "\\PC{0,40}") {
        for kind in [FieldKind::number("円"), FieldKind::number("%"), FieldKind::Day, FieldKind::CorporateNumber, FieldKind::YesNo] {
            let _ = read_value(&kind, &text);
        }
    }
}

#[test]
fn what_is_counted_is_whole_and_not_negative() {
    let number = |unit: &str, text: &str| read_value(&FieldKind::number(unit), text).map_err(|(code, _)| code);
    for (unit, text, expected) in [
        ("人", "-5", Err("negative")),
        ("人", "2.5人", Err("not-whole")),
        ("年", "△1年", Err("negative")),
        ("件", "0.5", Err("not-whole")),
        ("円", "-1", Err("negative")),
        ("円", "4,5000万円", Err("not-an-amount")),
        ("人", "1,200人", Ok(Exact::from_integer(1200))),
        ("%", "-3%", Ok(Exact::new(-3, 100))),
        ("年", "2.5年", Ok(Exact::new(5, 2))),
        ("円", "5千万円", Ok(Exact::from_integer(50_000_000))),
    ] {
        assert_eq!(number(unit, text), expected.map(|n| Some(Value::Number(n))), "{text}");
    }
}

#[test]
fn what_can_be_read_is_kept_in_plain_digits_and_the_rest_as_typed() {
    let years = FieldKind::Number { unit: "年".into(), limits: Limits { whole: true, ..Limits::default() } };
    for (kind, typed, kept) in [
        (FieldKind::number("人"), "１２人", "12"),
        (FieldKind::number("人"), "１，２００ 人", "1,200"),
        (FieldKind::number("%"), "－７．５％", "-7.5"),
        (FieldKind::number("人"), "三百", "三百"),
        (FieldKind::number("人"), "１２．５人", "１２．５人"),
        (years.clone(), "３年", "3"),
        (years, "２．５年", "２．５年"),
        (FieldKind::number("円"), "３億円", "300,000,000"),
        (FieldKind::number("円"), "１，０００円", "1,000"),
        (FieldKind::number("円"), "30000000", "30000000"),
        (FieldKind::number("円"), "△５００", "△５００"),
        (FieldKind::number("円"), " ", " "),
        (FieldKind::CorporateNumber, "８０００００００００１００", "8000000000100"),
        (FieldKind::CorporateNumber, "８０００００００００１０１", "８０００００００００１０１"),
        (FieldKind::CorporateNumber, "８７００１１０００５９０１", "8700110005901"),
        (FieldKind::Day, "令和７年４月１日", "令和7年4月1日"),
        (FieldKind::Day, "令和７年２月３０日", "令和７年２月３０日"),
        (FieldKind::Text { characters_max: 60 }, "架空ビル１２階", "架空ビル１２階"),
        (FieldKind::YesNo, "はい", "はい"),
    ] {
        assert_eq!(normalised(&kind, typed), kept, "{typed}");
        assert_eq!(normalised(&kind, kept), kept, "{kept} again");
    }
}

#[test]
fn an_amount_with_too_many_digits_is_told_so() {
    for digits in [20, 35, 60] {
        let (code, text) = read_value(&FieldKind::number("円"), &"９".repeat(digits)).unwrap_err();
        assert_eq!((code, text.ja.as_str()), ("not-an-amount", "金額が大きすぎて扱えません。桁数を確かめてください。"), "{digits}");
    }
    let form = form();
    let answers = answers(&[("budget", 1, "物品費.1", &"1".repeat(35))]);
    let found = answers.section_problems(&form.sections[3], 1, &[], &[1], &Needs::new());
    assert!(found[0].message.en.as_ref().unwrap().contains("too large"), "{found:?}");
}

#[test]
fn a_share_is_within_its_limits_and_a_growth_is_not_limited() {
    let share = || FieldKind::Number { unit: "%".into(), limits: Limits { least: Some(0), most: Some(100), whole: false } };
    for (kind, text, expected) in [
        (share(), "-5", Err("out-of-range")),
        (share(), "２５０％", Err("out-of-range")),
        (share(), "0", Ok(Exact::from_integer(0))),
        (share(), "100%", Ok(Exact::from_integer(1))),
        (FieldKind::number("%"), "-5", Ok(Exact::new(-1, 20))),
        (FieldKind::number("%"), "250", Ok(Exact::new(5, 2))),
    ] {
        let expected = expected.map(|n| Some(Value::Number(n)));
        assert_eq!(read_value(&kind, text).map_err(|(code, _)| code), expected, "{text}");
    }
}

proptest! {
    #[test]
    fn what_is_kept_means_what_was_typed(text in "[0-9０-９,，.．億万人年%％円 －-]{0,12}") {
        for kind in [FieldKind::number("円"), FieldKind::number("%"), FieldKind::number("人"), FieldKind::number("年"), FieldKind::Day] {
            let kept = normalised(&kind, &text);
            prop_assert_eq!(read_value(&kind, &kept).ok(), read_value(&kind, &text).ok(), "{} {}", text, kept);
        }
    }
}
