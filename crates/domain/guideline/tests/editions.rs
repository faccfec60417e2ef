//! The guidelines of this repository read clean, and what they say is what they should say.

#[cfg(test)]
mod house;

use banso_guideline::answers::{BUDGET_ITEM, CONSORTIUM_ITEM};
use banso_guideline::{Block, ChangeKind, Edition, Facts, Known, Missing, SectionContent, Truth, Value, compare};
use banso_kernel::{Exact, Lang, Yen};
use house::{dictionary, file, library, shown};
use proptest::prelude::*;

const TEXTS: [&str; 4] = ["r7-1", "r8-demo-0", "r8-demo-1", "r8-demo-1.2"];

/// The guideline of a call: a programme's own, or one of the demonstration.
fn source_of(name: &str) -> String {
    let folder = if name.contains("demo") { "demo" } else { "programmes" };
    file(&format!("{folder}/go-tech/{name}.md"))
}

/// An edition that must read without a problem.
#[cfg(test)]
fn edition(name: &str) -> Edition {
    let dictionary = dictionary();
    let source = source_of(name);
    let reading = Edition::read(&source, &dictionary, &library(&dictionary));
    assert!(reading.problems.is_empty(), "{name}\n{}", shown(&reading.problems, &source));
    reading.edition.unwrap()
}

#[cfg(test)]
fn example(edition: &Edition, title: &str) -> Facts {
    edition.examples().iter().find(|e| e.title == title).unwrap_or_else(|| panic!("{title}")).facts.clone()
}

fn yen(yen: i64) -> Value {
    Value::Number(Yen::new(yen).exact())
}

#[test]
fn every_guideline_reads_clean_and_its_examples_pass() {
    for name in TEXTS {
        let edition = edition(name);
        assert!(edition.examples().len() >= 10, "{name}");
        assert!(edition.run_examples().iter().all(banso_guideline::ExampleResult::passed), "{name}");
        assert_eq!(edition.meta().call.programme(), "go-tech");
        assert!(edition.meta().synthetic);
        assert_eq!(edition.tracks().len(), 2);
        assert_eq!(edition.kpis().len(), 5);
        assert!(edition.score_sheet().criteria.iter().map(|c| c.points_max).sum::<u32>() == 100);
    }
}

#[test]
fn what_the_report_does_not_say_is_not_settled() {
    let edition = edition("r7-1");
    assert_eq!(edition.unconfirmed().len(), 3);
    let amount = edition.amount(&example(&edition, "2年の合計上限は要確認なので不明"));
    let Known::Unknown(missing) = amount.total else { panic!("{:?}", amount.total) };
    assert!(matches!(missing.as_slice(), [Missing::Unconfirmed { clause, .. }] if clause == "3-5"), "{missing:?}");
}

#[test]
fn amounts_to_the_yen() {
    let edition = edition("r7-1");
    // Cost of the firm's first year, taxable income, track; then the grant.
    for (cost, income, track, expected) in [
        (1, 0, "通常枠", 0),
        (2, 0, "通常枠", 1),
        (3, 0, "通常枠", 2),
        (67_499_999, 0, "通常枠", 44_999_999),
        (67_500_000, 0, "通常枠", 45_000_000),
        (67_500_002, 0, "通常枠", 45_000_000),
        (90_000_001, 1_500_000_001, "通常枠", 45_000_000),
        (89_999_999, 1_500_000_001, "通常枠", 44_999_999),
        (89_999_999, 1_500_000_000, "出資獲得枠", 59_999_999),
        (150_000_000, 1_500_000_000, "出資獲得枠", 100_000_000),
    ] {
        let mut facts = example(&edition, "通常枠3年、上限に当たる");
        facts.0.insert("申請枠".into(), Value::Text(track.into()));
        let Some(Value::List(members)) = facts.0.get_mut(CONSORTIUM_ITEM) else { panic!("no members") };
        let Value::Record(firm) = &mut members[0] else { panic!("no record") };
        firm.insert("課税所得平均".into(), yen(income));
        let row = [("構成員", Value::Number(Exact::from_integer(1))), ("年度", Value::Number(Exact::from_integer(1))), ("金額", yen(cost))];
        let row = Value::Record(row.into_iter().map(|(k, v)| (k.to_owned(), v)).collect());
        facts.0.insert(BUDGET_ITEM.into(), Value::List(vec![row]));
        let amount = edition.amount(&facts);
        assert_eq!(amount.total, Known::Exactly(Yen::new(expected)), "{cost} {income} {track}: {:?}", amount.steps);
    }
}

#[test]
fn the_total_cap_cuts_from_the_last_year_and_every_cut_names_its_clause() {
    let edition = edition("r7-1");
    let amount = edition.amount(&example(&edition, "通常枠3年、上限に当たる"));
    let years: Vec<_> = amount.by_year_after_caps.iter().map(|(y, k)| (*y, k.clone())).collect();
    let expected = [(1, 45_000_000), (2, 40_000_000), (3, 12_500_000)].map(|(y, n)| (y, Known::Exactly(Yen::new(n))));
    assert_eq!(years, expected);
    assert_eq!(amount.cuts, [("3-4".to_owned(), Yen::new(8_333_333)), ("3-5".to_owned(), Yen::new(14_166_666))]);
    assert_eq!(amount.steps[0].text.ja, "架空精密（例） 1年目: 補助対象経費 80,000,000円 × 2/3 = 53,333,333円（1円未満切捨て）");
}

#[test]
fn costs_of_a_member_that_there_is_not_are_unknown_and_no_costs_too() {
    let edition = edition("r7-1");
    let mut facts = example(&edition, "通常枠3年、上限に当たる");
    let row = [("構成員", Value::Number(Exact::from_integer(9))), ("年度", Value::Number(Exact::from_integer(1))), ("金額", yen(5))];
    facts.0.insert(BUDGET_ITEM.into(), Value::List(vec![Value::Record(row.into_iter().map(|(k, v)| (k.to_owned(), v)).collect())]));
    assert!(matches!(edition.amount(&facts).total, Known::Unknown(_)));
    assert_eq!(edition.amount(&Facts::default()).total, Known::Unknown(vec![Missing::Fact(BUDGET_ITEM.into())]));
}

#[test]
fn a_no_names_the_member_the_gap_and_the_remedy() {
    let edition = edition("r7-1");
    let examination = edition.examine(&example(&edition, "二者目の中小企業者等が基準を超える"));
    assert_eq!(examination.verdict, Truth::No);
    let finding = examination.findings.iter().find(|f| f.clause == "2-1").unwrap();
    let texts: Vec<_> = finding.shortfalls.iter().map(|s| s.text.ja.as_str()).collect();
    assert_eq!(
        texts,
        [
            "架空流通（例）：資本金 6,000万円（基準: 5,000万円以下、差 1,000万円）",
            "架空流通（例）：従業員数 51人（基準: 50人以下、差 1人）"
        ]
    );
    assert!(finding.shortfalls.iter().all(|s| s.way == finding.shortfalls[0].way && s.changeable));
    assert!(finding.remedy.is_some());
}

#[test]
fn what_is_known_of_one_firm_says_nothing_of_another_member() {
    let edition = edition("r7-1");
    let mut facts = example(&edition, "通常枠3年、上限に当たる");
    facts.0.insert("資本金".into(), yen(1));
    facts.0.insert("課税所得平均".into(), yen(2_000_000_000));
    let Some(Value::List(members)) = facts.0.get_mut(CONSORTIUM_ITEM) else { panic!("no members") };
    let Value::Record(firm) = &mut members[0] else { panic!("no record") };
    for part in ["資本金", "従業員数", "課税所得平均"] {
        firm.remove(part);
    }
    let finding = edition.examine(&facts).findings.into_iter().find(|f| f.clause == "2-1").unwrap();
    assert_eq!(finding.truth, Truth::Unknown);
    assert_eq!(finding.missing, [Missing::Fact("従業員数".into()), Missing::Fact("資本金".into())]);
    assert!(matches!(edition.amount(&facts).by_member[0].2, Known::Between(..)));
}

#[test]
fn unknown_is_not_no_and_the_most_useful_question_comes_first() {
    let edition = edition("r7-1");
    let examination = edition.examine(&Facts::default());
    assert_eq!(examination.verdict, Truth::Unknown);
    assert_eq!(examination.next_questions.first().map(String::as_str), Some(CONSORTIUM_ITEM));
    assert!(examination.findings.iter().all(|f| f.truth != Truth::No));
    let person = examination.findings.iter().find(|f| f.by_person).unwrap();
    assert_eq!((person.clause.as_str(), person.truth), ("2-5", Truth::Unknown));
    let settled = edition.examine(&example(&edition, "通常枠3年、上限に当たる"));
    assert_eq!((settled.verdict, settled.next_questions.len()), (Truth::Yes, 0));
}

#[test]
fn interest_is_not_eligibility() {
    let edition = edition("r7-1");
    let mut facts = Facts::default();
    assert_eq!(edition.may_interest(&facts).truth, Truth::Unknown);
    facts.0.insert("業種".into(), Value::Text("小売業".into()));
    assert_eq!(edition.may_interest(&facts).truth, Truth::No);
    assert_eq!(edition.examine(&facts).verdict, Truth::Unknown);
}

#[test]
fn every_item_that_matters_has_its_place_in_the_form() {
    let edition = edition("r8-demo-1");
    for item in edition.questions().iter().filter(|i| *i != "申請枠") {
        assert!(!edition.fields_of(item).is_empty(), "{item}");
    }
    let place = |item: &str| edition.fields_of(item).first().map(|p| (p.section.clone(), p.key.clone()));
    assert_eq!(place("資本金"), Some(("member".into(), Some("資本金".into()))));
    assert_eq!(place("経費"), Some(("budget".into(), None)));
    assert_eq!(place("売上累計の比率"), Some(("kpis".into(), Some("sales-ratio".into()))));
    assert_eq!(place("設立日"), None);
    let examination = edition.examine(&example(&edition, "資本金も従業員数も基準を超える"));
    let finding = examination.findings.iter().find(|f| f.truth == Truth::No).unwrap();
    assert!(edition.places_of(finding).iter().any(|p| p.section == "member" && p.key.as_deref() == Some("資本金")));
}

#[test]
fn every_part_has_its_english() {
    for name in TEXTS {
        let edition = edition(name);
        assert!(edition.clauses().iter().all(|c| c.title.en.is_some()), "{name}");
        assert!(edition.dictionary().items().iter().all(|i| i.label.en.is_some()));
        for section in &edition.form().sections {
            assert!(section.title.en.is_some(), "{}", section.id);
            if let SectionContent::Fields(fields) = &section.content {
                assert!(fields.iter().all(|f| f.label.en.is_some() && f.hint.en.is_some()), "{}", section.id);
            }
        }
        assert!(edition.score_sheet().criteria.iter().all(|c| c.title.en.is_some() && c.group.en.is_some()));
        assert!(edition.conditions().iter().all(|c| c.text.en.is_some()));
        assert!(edition.duties().iter().all(|d| d.title.en.is_some() && d.when.en.is_some()));
    }
}

#[test]
fn targets_are_tests_of_numbers() {
    let edition = edition("r7-1");
    let met = |id: &str, n: i128, d: i128| edition.kpis().iter().find(|k| k.id == id).unwrap().met_by(&Value::Number(Exact::new(n, d)));
    for (id, n, d, expected) in [
        ("achievement", 1, 2, Truth::No),
        ("achievement", 51, 100, Truth::Yes),
        ("wages", 3, 40, Truth::Yes),
        ("wages", 74, 1000, Truth::No),
        ("sales-ratio", 3, 2, Truth::Yes),
    ] {
        assert_eq!(met(id, n, d), expected, "{id} {n}/{d}");
    }
}

#[test]
fn the_page_shows_rules_as_sentences_in_both_languages() {
    let edition = edition("r7-1");
    for lang in [Lang::Ja, Lang::En] {
        let page = edition.page(lang);
        let clauses: Vec<_> = page
            .iter()
            .filter_map(|b| match b {
                Block::Heading { clause, .. } => clause.clone(),
                Block::Prose { .. } | Block::Table { .. } | Block::Rule(_) => None,
                Block::Amount { .. } | Block::Definition { .. } | Block::Example { .. } => None,
            })
            .collect();
        assert_eq!(clauses, edition.clauses().iter().map(|c| c.id.clone()).collect::<Vec<_>>());
        assert_eq!(page.iter().filter(|b| matches!(b, Block::Rule(_))).count(), edition.rules().len());
        assert!(page.iter().any(|b| matches!(b, Block::Amount { sentences, .. } if sentences.len() == 3)));
        assert!(page.iter().all(|b| !matches!(b, Block::Prose { html } if html.contains("English:"))));
    }
    let sentences: Vec<_> = edition
        .page(Lang::En)
        .into_iter()
        .filter_map(|b| if let Block::Rule(r) = b { Some(format!("{} {:?}", r.sentence, r.each_member)) } else { None })
        .collect();
    assert!(sentences.iter().all(|s| s.is_ascii() || s.contains('÷')), "{sentences:?}");
    for example in edition.examples() {
        for finding in edition.examine(&example.facts).findings {
            assert!(finding.shortfalls.iter().all(|s| s.text.en.is_some()), "{}", example.title);
        }
    }
}

#[test]
fn an_amendment_is_shown_clause_by_clause() {
    let (old, new) = (edition("r8-demo-1"), edition("r8-demo-1.2"));
    assert!(new.amendment().is_some());
    let changes = compare(&old, &new);
    let seen: Vec<_> = changes.iter().map(|c| (c.kind, c.new_clause.clone().unwrap_or_default())).collect();
    let changed = |id: &str| (ChangeKind::Changed, id.to_owned());
    assert_eq!(seen, [changed(""), changed("3-8"), changed("5-3"), changed("8-2")]);
    let marked: Vec<_> = changes[1].new.iter().filter(|s| s.changed).map(|s| s.text.as_str()).collect();
    assert!(marked.iter().any(|m| m.contains('3')), "{marked:?}");
    assert!(compare(&old, &old).is_empty());
}

#[test]
fn clauses_that_come_go_and_move_are_seen() {
    let dictionary = dictionary();
    let source = include_str!("house/small.md");
    let read = |text: &str| Edition::read(text, &dictionary, &library(&dictionary)).edition.unwrap();
    let old = read(source);
    for (from, to, expected) in [
        ("## 5 検証例", "## 5 その他\n\n自由。\n\n## 6 検証例", vec![(ChangeKind::Changed, "5", "5"), (ChangeKind::Added, "", "6")]),
        ("### 1-3 誓約\n\n```要件 人が確認\n誓約書を見る。\n```\n", "", vec![(ChangeKind::Removed, "1-3", "")]),
        ("### 1-3 誓約", "### 1-4 誓約", vec![(ChangeKind::Moved, "1-3", "1-4")]),
    ] {
        let new = read(&source.replacen(from, to, 1));
        let seen: Vec<_> = compare(&old, &new)
            .iter()
            .map(|c| (c.kind, c.old_clause.clone().unwrap_or_default(), c.new_clause.clone().unwrap_or_default()))
            .collect();
        let expected: Vec<_> = expected.iter().map(|(k, a, b)| (*k, (*a).to_owned(), (*b).to_owned())).collect();
        assert_eq!(seen, expected, "{to}");
    }
}

#[test]
fn raw_html_in_a_guideline_is_shown_not_run() {
    let dictionary = dictionary();
    let source = include_str!("house/small.md").replacen(
        "# 小さな補助金\n",
        "# 小さな補助金\n\n本文 <script>alert(1)</script> と [危ない](javascript:alert(1))\n",
        1,
    );
    let edition = Edition::read(&source, &dictionary, &library(&dictionary)).edition.unwrap();
    let html: String =
        edition.page(Lang::Ja).into_iter().map(|b| if let Block::Prose { html } = b { html } else { String::new() }).collect();
    assert!(html.contains("&lt;script&gt;") && !html.contains("<script") && !html.contains("javascript:"), "{html}");
}

static STANDARD: std::sync::LazyLock<(Edition, Facts)> = std::sync::LazyLock::new(|| {
    let edition = edition("r8-demo-1");
    let facts = example(&edition, "通常枠3年、上限に当たる");
    (edition, facts)
});

/// The standard facts with these costs: member, year, line, yen.
#[cfg(test)]
fn with_costs(costs: &[(i128, i128, &str, i64)]) -> Facts {
    let mut facts = STANDARD.1.clone();
    let whole = |n: i128| Value::Number(Exact::from_integer(n));
    let row = |(member, year, line, cost): &(i128, i128, &str, i64)| {
        let parts =
            [("構成員", whole(*member)), ("年度", whole(*year)), ("経費区分", Value::Text((*line).to_owned())), ("金額", yen(*cost))];
        Value::Record(parts.into_iter().map(|(k, v)| (k.to_owned(), v)).collect())
    };
    facts.0.insert(BUDGET_ITEM.into(), Value::List(costs.iter().map(row).collect()));
    facts
}

#[test]
fn a_cost_alone_stays_within_the_caps() {
    let edition = &STANDARD.0;
    let tally = edition.tally(with_costs(&[(1, 1, "物品費", 30_000_000), (1, 2, "旅費", 120_000_000), (2, 1, "旅費", 0)])).unwrap();
    let alone: Vec<_> = (0..4).map(|row| tally.alone(row)).collect();
    assert_eq!(alone, [20_000_000, 45_000_000, 0, 0].map(|y| Known::Exactly(Yen::new(y))));
    assert!(edition.tally(Facts::default()).is_err_and(|missing| missing == [Missing::Fact(BUDGET_ITEM.into())]));
}

/// The small guideline with something put otherwise, and its example with these costs: year and yen.
#[cfg(test)]
fn small(put: &[(&str, &str)], costs: &[(i128, i64)]) -> (Edition, Facts) {
    let dictionary = dictionary();
    let source = put.iter().fold(include_str!("house/small.md").to_owned(), |text, (old, new)| text.replace(old, new));
    let reading = Edition::read(&source, &dictionary, &library(&dictionary));
    let edition = reading.edition.unwrap_or_else(|| panic!("{}", shown(&reading.problems, &source)));
    let mut facts = example(&edition, "小さな製造業");
    let row = |(year, cost): &(i128, i64)| {
        let parts = [("年度", Value::Number(Exact::from_integer(*year))), ("金額", yen(*cost))];
        Value::Record(parts.into_iter().map(|(k, v)| (k.to_owned(), v)).collect())
    };
    facts.0.insert(BUDGET_ITEM.into(), Value::List(costs.iter().map(row).collect()));
    (edition, facts)
}

/// A floor is for the whole: a cost that does not reach it alone is paid for all the same, with the others.
#[test]
fn a_floor_is_for_the_whole_and_not_for_each_cost() {
    let (edition, facts) = small(&[], &[(1, 300_000), (2, 100_000)]);
    let mut tally = edition.tally(facts).unwrap();
    assert_eq!((tally.total(), tally.alone(1)), (Known::Exactly(Yen::new(266_000)), Known::Exactly(Yen::new(66_000))));
    tally.change(0, Yen::ZERO).unwrap();
    assert_eq!(tally.total(), Known::Exactly(Yen::ZERO));
}

/// A rule that looks at all costs at once makes every cost count for every other.
#[test]
fn a_cap_that_hangs_on_all_costs_follows_each_change() {
    let cap = [("合計上限: 上限", "合計上限: 合計(経費.金額) / 2"), ("50万円〜66万6,000円", "50万円"), ("66万6,000円", "50万円")];
    let (edition, facts) = small(&cap, &[(1, 600_000), (2, 400_000)]);
    let mut tally = edition.tally(facts).unwrap();
    assert_eq!(tally.total(), Known::Exactly(Yen::new(500_000)));
    tally.change(0, Yen::ZERO).unwrap();
    assert_eq!(tally.total(), Known::Exactly(Yen::new(200_000)));
}

proptest! {
    #[test]
    fn changes_one_by_one_come_to_the_amount_of_what_is_left(
        costs in proptest::collection::vec((1..=3_i128, 1..=3_i128, 1..90_000_000_i64), 1..12),
        changes in proptest::collection::vec((0..14_usize, prop_oneof![Just(0), 0..90_000_000_i64]), 0..10),
    ) {
        let lines = ["物品費", "旅費", "外注費"];
        let mut costs: Vec<_> = costs.iter().zip(lines.iter().cycle()).map(|((m, y, c), line)| (*m, *y, *line, *c)).collect();
        let mut tally = STANDARD.0.tally(with_costs(&costs)).unwrap();
        prop_assert_eq!(tally.total(), STANDARD.0.amount(&with_costs(&costs)).total);
        for (row, cost) in changes {
            tally.change(row, Yen::new(cost)).unwrap();
            if let Some(held) = costs.get_mut(row) {
                held.3 = cost;
            }
            let left: Vec<_> = costs.iter().filter(|c| c.3 > 0).copied().collect();
            let whole = STANDARD.0.amount(&with_costs(&left));
            if !left.is_empty() {
                prop_assert_eq!(tally.total(), whole.total.clone());
                prop_assert_eq!(tally.amount(), whole);
            }
        }
    }

    #[test]
    fn amounts_keep_their_caps_and_intervals_hold_what_comes_true(
        costs in proptest::collection::vec((1..=3_i128, 1..=3_i128, 0..120_000_000_i64), 1..8),
        income in 0..3_000_000_000_i64,
        investment in any::<bool>(),
        years in 2..=3_i128,
    ) {
        let (edition, standard) = &*STANDARD;
        let mut facts = standard.clone();
        facts.0.insert("申請枠".into(), Value::Text(if investment { "出資獲得枠" } else { "通常枠" }.into()));
        facts.0.insert("補助事業期間".into(), Value::Number(Exact::from_integer(years)));
        let rows = costs.iter().map(|(member, year, cost)| {
            let whole = |n: &i128| Value::Number(Exact::from_integer(*n));
            let row = [("構成員", whole(member)), ("年度", whole(year)), ("金額", yen(*cost))];
            Value::Record(row.into_iter().map(|(k, v)| (k.to_owned(), v)).collect())
        });
        facts.0.insert(BUDGET_ITEM.into(), Value::List(rows.collect()));
        let with_income = |facts: &Facts, income: Option<i64>| {
            let mut facts = facts.clone();
            let Some(Value::List(members)) = facts.0.get_mut(CONSORTIUM_ITEM) else { panic!("no members") };
            let Value::Record(firm) = &mut members[0] else { panic!("no record") };
            match income {
                Some(income) => firm.insert("課税所得平均".into(), yen(income)),
                None => firm.remove("課税所得平均"),
            };
            facts
        };
        let known = edition.amount(&with_income(&facts, Some(income)));
        let Known::Exactly(total) = known.total else { panic!("{:?}", known.total) };
        let cap = match (investment, years) { (false, 3) => 97_500_000, (false, _) => 75_000_000, (true, 3) => 300_000_000, (true, _) => 200_000_000 };
        prop_assert!(total >= Yen::ZERO && total.get() <= cap);
        let years = known.by_year_after_caps.iter().filter_map(|(_, k)| if let Known::Exactly(y) = k { Some(*y) } else { None });
        prop_assert_eq!(Yen::sum(years).unwrap(), total);
        match edition.amount(&with_income(&facts, None)).total {
            Known::Exactly(same) => prop_assert_eq!(same, total),
            Known::Between(low, high) => prop_assert!(low <= total && total <= high, "{low} {total} {high}"),
            Known::Unknown(missing) => prop_assert!(false, "{missing:?}"),
        }
    }
}
