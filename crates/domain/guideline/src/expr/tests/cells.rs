//! Table cells: what they accept, as tests and as sets; overlaps, gaps and examples.

use super::{bad, day, n, names, share, t};
use crate::expr::{Cell, Domain, Grain, Type, Unit};
use crate::model::{Truth, Value};

fn yen() -> Type {
    Type::Number(Unit::of("円"))
}

fn industries() -> Type {
    Type::Choice(["製造業その他", "卸売業", "小売業"].map(str::to_owned).to_vec())
}

fn cell(text: &str, ty: &Type) -> Cell {
    Cell::compile(text, ty, &names()).unwrap_or_else(|e| panic!("{text}: {e:?}"))
}

fn domain(text: &str, ty: &Type, grain: Grain) -> Domain {
    cell(text, ty).domain(grain).unwrap()
}

#[test]
fn what_cells_accept() {
    let (yen, people, industry) = (yen(), Type::Number(Unit::of("人")), industries());
    for (text, ty, yes, no) in [
        ("-", &yen, Some(n(1)), None),
        ("", &yen, Some(n(1)), None),
        ("－", &industry, Some(t("卸売業")), None),
        ("<= 3億円", &yen, Some(n(300_000_000)), Some(n(300_000_001))),
        ("3億円以下", &yen, Some(n(300_000_000)), Some(n(300_000_001))),
        ("１５億円超", &yen, Some(n(1_500_000_001)), Some(n(1_500_000_000))),
        ("1億円以上3億円未満", &yen, Some(n(100_000_000)), Some(n(300_000_000))),
        ("[6人..20人]", &people, Some(n(20)), Some(n(21))),
        ("(6人..20人)", &people, Some(n(7)), Some(n(20))),
        ("<= 1,200人", &people, Some(n(1200)), Some(n(1201))),
        ("1人, 5人以上", &people, Some(n(5)), Some(n(2))),
        ("<= 上限", &yen, Some(n(45_000_000)), Some(n(45_000_001))),
        ("\"卸売業\",\"小売業\"", &industry, Some(t("小売業")), Some(t("製造業その他"))),
        ("卸売業、小売業", &industry, Some(t("小売業")), Some(t("製造業その他"))),
        ("卸売業 又は 小売業", &industry, Some(t("小売業")), Some(t("製造業その他"))),
        ("not(卸売業)", &industry, Some(t("小売業")), Some(t("卸売業"))),
        ("はい", &Type::YesNo, Some(Value::YesNo(true)), Some(Value::YesNo(false))),
        (">= @\"2025-04-01\"", &Type::Day, Some(day("2025-04-01")), Some(day("2025-03-31"))),
        ("\"甲\"", &Type::Text, Some(t("甲")), Some(t("乙"))),
    ] {
        let cell = cell(text, ty);
        for (value, truth) in [(yes, Truth::Yes), (no, Truth::No)] {
            let Some(value) = value else { continue };
            assert_eq!(cell.matches(&value), truth, "{text} on {value:?}");
            assert_eq!(cell.domain(Grain::Fine).unwrap().contains(&value), truth == Truth::Yes, "{text} on {value:?}");
        }
    }
}

#[test]
fn cells_that_are_refused() {
    for (text, ty, code) in [
        ("<= 300人", yen(), "unit-mismatch"),
        ("鉱業", industries(), "not-a-choice"),
        ("<= 資本金", yen(), "not-constant"),
        ("<= 資本銀", yen(), "unknown-name"),
        ("<= ", yen(), "unexpected"),
        ("[6円..20円", yen(), "unexpected"),
        ("はい", yen(), "wrong-type"),
        ("[2円..1円]", yen(), "empty-range"),
    ] {
        assert_eq!(Cell::compile(text, &ty, &names()).expect_err(text)[0].code, code, "{text}");
    }
    assert_eq!(bad("資本金 in [2円..1円]")[0].code, "empty-range");
}

#[test]
fn an_unsettled_parameter_makes_a_cell_unknown() {
    let cell = cell("<= 二年の上限", &yen());
    let found = cell.judge(&n(1));
    assert_eq!((found.truth, found.missing.len()), (Truth::Unknown, 1));
    assert_eq!(cell.domain(Grain::Whole), None);
}

/// Cells of a column: what lies outside of all of them, and what two of them share.
fn gap_and_overlap(texts: &[&str], ty: &Type, grain: Grain) -> (Option<Value>, Option<Value>) {
    let domains: Vec<Domain> = texts.iter().map(|text| domain(text, ty, grain)).collect();
    let covered = domains.iter().skip(1).fold(domains[0].clone(), |all, d| all.union(d));
    let pairs = domains.iter().enumerate().flat_map(|(i, a)| domains.iter().skip(i + 1).map(move |b| a.intersection(b)));
    (covered.complement().sample(), pairs.filter_map(|d| d.sample()).next())
}

#[test]
fn gaps_and_overlaps_with_an_example() {
    let (yen, industry, people) = (yen(), industries(), Type::Number(Unit::of("人")));
    for (texts, ty, grain, gap, overlap) in [
        (vec!["<= 15億円", "> 15億円"], &yen, Grain::Fine, None, None),
        (vec!["<= 15億円", ">= 15億1円"], &yen, Grain::Whole, None, None),
        (vec!["<= 15億円", ">= 15億1円"], &yen, Grain::Fine, Some(share(3_000_000_001, 2)), None),
        (vec!["<= 15億円", ">= 15億円"], &yen, Grain::Whole, None, Some(n(1_500_000_000))),
        (vec!["<= 5人", "[6人..20人]", "> 20人"], &people, Grain::Whole, None, None),
        (vec!["<= 5人", "[7人..20人]", "> 20人"], &people, Grain::Whole, Some(n(6)), None),
        (vec!["< 5人", "> 5人"], &people, Grain::Fine, Some(n(5)), None),
        (vec!["卸売業", "小売業"], &industry, Grain::Whole, Some(t("製造業その他")), None),
        (vec!["卸売業", "not(卸売業)"], &industry, Grain::Whole, None, None),
        (vec!["-", "小売業"], &industry, Grain::Whole, None, Some(t("小売業"))),
        (vec!["はい"], &Type::YesNo, Grain::Whole, Some(Value::YesNo(false)), None),
        (vec!["\"甲\"", "\"乙\""], &Type::Text, Grain::Whole, Some(t("その他")), None),
        (vec!["< @\"2025-04-01\"", "> @\"2025-04-01\""], &Type::Day, Grain::Whole, Some(day("2025-04-01")), None),
        (vec!["<= @\"2025-03-31\"", ">= @\"2025-04-01\""], &Type::Day, Grain::Whole, None, None),
    ] {
        assert_eq!(gap_and_overlap(&texts, ty, grain), (gap, overlap), "{texts:?}");
    }
}

#[test]
fn cells_print_in_their_normal_form() {
    for (text, expected) in
        [("３億円以下", "<= 3億円"), ("　", "-"), ("not( 卸売業 )", "not(卸売業)"), ("卸売業、小売業", "卸売業, 小売業")]
    {
        let ty = if text.contains('円') { yen() } else { industries() };
        assert_eq!(cell(text, &ty).to_text(), expected);
    }
}
