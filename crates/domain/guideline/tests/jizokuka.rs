//! The 20th call of 持続化補助金 against the rule description that it digests: everything in that comes through, and is counted.

#[cfg(test)]
mod house;

use std::collections::BTreeSet;

use banso_guideline::{Block, Edition, SectionContent, Test};
use banso_kernel::{Lang, Yen};
use house::{dictionary, file, library, shown};

/// The 23 requirements of the description.
const REQUIREMENTS: [&str; 23] = [
    "size-limit",
    "entity-type",
    "gbiz-id",
    "yoshiki4-issuance",
    "sales-channel-development",
    "period-completion",
    "sales-increase-prospect",
    "estimate-submission",
    "invoice-tokurei-req",
    "wage-increase-tokurei-req",
    "deficit-req",
    "excluded-industries",
    "not-yet-opened",
    "npo-ineligible",
    "minashi-daikigyo",
    "taxable-income",
    "yoshiki14-unreported",
    "sotsugyo-waku-past",
    "sotsugyo-katen-past",
    "sogyo-gata-concurrent",
    "excluded-business-duplicate-subsidy",
    "excluded-business-no-sales-prospect",
    "excluded-business-public-order",
];

/// Its clauses: a prefix and how many there are.
const CLAUSES: [(&str, u32); 11] = [
    ("eligibility", 10),
    ("target-business", 4),
    ("excluded-business", 3),
    ("funding", 7),
    ("mandatory", 4),
    ("expense-cat", 16),
    ("bonus", 16),
    ("review", 3),
    ("schedule", 3),
    ("report", 1),
    ("form-structure", 1),
];

#[cfg(test)]
fn edition() -> Edition {
    let dictionary = dictionary();
    let source = file("programmes/jizokuka/r20.md");
    let reading = Edition::read(&source, &dictionary, &library(&dictionary));
    assert!(reading.problems.is_empty(), "{}", shown(&reading.problems, &source));
    reading.edition.unwrap()
}

/// The rows of the table below a clause that only people read.
#[cfg(test)]
fn rows(edition: &Edition, clause: &str) -> Vec<Vec<String>> {
    let page = edition.page(Lang::Ja);
    let below = page.iter().skip_while(|b| !matches!(b, Block::Heading { clause: Some(c), .. } if c == clause)).skip(1);
    let own = below.take_while(|b| !matches!(b, Block::Heading { .. }));
    own.filter_map(|b| if let Block::Table { rows, .. } = b { Some(rows.clone()) } else { None }).flatten().collect()
}

#[test]
fn all_68_clauses_have_their_place() {
    let edition = edition();
    let table = rows(&edition, "10-1");
    let expected: BTreeSet<String> = CLAUSES.iter().flat_map(|(p, n)| (1..=*n).map(move |i| format!("{p}-{i:03}"))).collect();
    assert_eq!((expected.len(), table.len()), (68, 68));
    assert_eq!(table.iter().map(|r| r[0].clone()).collect::<BTreeSet<_>>(), expected);
    for row in &table {
        assert!(edition.clause(&row[2]).is_some(), "{row:?}: there is no clause {}", row[2]);
    }
}

#[test]
fn all_23_requirements_are_conditions() {
    let edition = edition();
    let table = rows(&edition, "10-2");
    assert_eq!(table.iter().map(|r| r[0].as_str()).collect::<BTreeSet<_>>(), REQUIREMENTS.into());
    for row in &table {
        let rule = edition.rules().iter().find(|r| r.clause == row[1]).unwrap_or_else(|| panic!("{row:?}"));
        assert!(rule.source.as_ref().is_some_and(|s| s.contains(&row[0]) && s.contains("頁")), "{row:?} {:?}", rule.source);
    }
    // What the description computes, we compute; what it leaves to papers, somebody looks at.
    let computed: Vec<&str> = edition.rules().iter().filter(|r| matches!(r.test, Test::Computed(_))).map(|r| r.clause.as_str()).collect();
    for clause in ["2-1", "2-7", "2-8", "2-11"] {
        assert!(computed.contains(&clause), "{clause}");
    }
}

#[test]
fn all_16_bonuses_have_points_and_their_papers() {
    let edition = edition();
    let bonuses = &edition.selection().bonuses;
    assert_eq!(bonuses.len(), 16);
    assert_eq!(bonuses.iter().filter(|b| b.clause == "7-4").count(), 5, "重点政策加点");
    let told: BTreeSet<String> = rows(&edition, "7-6").into_iter().map(|r| r[0].clone()).collect();
    assert_eq!(bonuses.iter().map(|b| b.id.clone()).collect::<BTreeSet<_>>(), told);
}

#[test]
fn all_additions_costs_papers_and_dates_come_through() {
    let edition = edition();
    let table = rows(&edition, "10-3");
    let count = |kind: &str| table.iter().filter(|r| r[0].starts_with(kind)).count();
    assert_eq!((count("上乗せ"), count("組合せ"), count("経費"), count("提出物"), count("日程")), (3, 1, 8, 8, 6));
    for row in &table {
        assert!(edition.clause(&row[1]).is_some(), "{row:?}");
    }
    let lines = edition
        .form()
        .sections
        .iter()
        .find_map(|s| if let SectionContent::Budget { lines, .. } = &s.content { Some(lines.len()) } else { None });
    assert_eq!(lines, Some(8));
    let meta = edition.meta();
    assert_eq!((meta.opens.day().to_string(), meta.closes.to_string()), ("2026-11-05".into(), "2026-12-15 17:00:00".into()));
    let source = edition.source();
    for day in ["2026年12月4日", "2028年3月31日", "2028年2月29日", "2028年4月10日"] {
        assert!(source.contains(day), "{day}");
    }
}

#[test]
fn the_caps_add_up_to_250_and_the_deficit_case_pays_three_quarters() {
    let edition = edition();
    for (title, expected) in [
        ("小売業5人、基本の50万円", 500_000),
        ("広報費は30万円まで", 700_000),
        ("両方の特例で250万円", 2_500_000),
        ("賃金引き上げ特例だけで200万円", 2_000_000),
        ("赤字事業者は4分の3", 1_500_000),
    ] {
        let example = edition.examples().iter().find(|e| e.title == title).unwrap();
        assert_eq!(edition.amount(&example.facts).total, banso_guideline::Known::Exactly(Yen::new(expected)), "{title}");
    }
}
