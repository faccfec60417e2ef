//! Definitions in any order, cycles, and decision tables.

use banso_kernel::{Exact, LocalText};

use super::{facts, n, names, shown, t};
use crate::expr::{Body, Hit, Names, Place, RowSource, Source, TableSource, compile};
use crate::model::{Facts, Known};

fn expression(name: &str, text: &str) -> Source {
    Source { name: name.into(), label: LocalText::ja(name), clause: "2-1".into(), body: Body::Expression(text.into()) }
}

fn table(name: &str, hit: Hit, inputs: &[&str], rows: &[(&[&str], &str)]) -> Source {
    let own = |texts: &[&str]| texts.iter().map(|t| (*t).to_owned()).collect::<Vec<_>>();
    let rows = rows.iter().map(|(cells, output)| RowSource { cells: own(cells), output: (*output).to_owned() }).collect();
    let body = Body::Table(TableSource { inputs: own(inputs), rows, hit });
    Source { name: name.into(), label: LocalText::ja(name), clause: "3-2".into(), body }
}

fn defined(sources: &[Source]) -> Names {
    let mut names = names();
    assert_eq!(names.define_all(sources), vec![]);
    names
}

fn rate() -> Source {
    table("補助率", Hit::Unique, &["課税所得"], &[(&["<= 15億円"], "2/3"), (&["> 15億円"], "1/2")])
}

#[test]
fn a_table_with_unknowns() {
    let cap = table(
        "単年上限",
        Hit::Unique,
        &["枠", "研究期間"],
        &[(&["通常枠", "3年"], "4,500万円"), (&["通常枠", "2年"], "要確認"), (&["出資獲得枠", "-"], "1億円")],
    );
    let names = defined(&[expression("補助額", "最小(切捨て(経費 * 補助率, 1円), 単年上限)"), cap, rate()]);
    let usual = |more: &[(&str, crate::model::Value)]| {
        let mut all = facts(&[("課税所得", n(1)), ("枠", t("通常枠")), ("研究期間", n(3)), ("経費", n(80_000_000))]);
        all.0.extend(facts(more).0);
        all
    };
    let without = |id: &str| {
        let mut all = usual(&[]);
        all.0.remove(id);
        all
    };
    for (known, expected) in [
        (usual(&[]), "4,500万円"),
        (usual(&[("経費", n(3_000_000))]), "200万円"),
        (usual(&[("枠", t("出資獲得枠"))]), "5,333万3,333円"),
        (usual(&[("研究期間", n(2))]), "? 単年上限（通常枠・2年）@3-2"),
        (usual(&[("研究期間", n(1))]), "! no-row"),
        (without("課税所得"), "? 課税所得"),
        (without("枠"), "? 枠"),
    ] {
        assert_eq!(shown(&names, "補助額", &known), expected, "{known:?}");
    }
    let bounds = |facts: &Facts| compile("補助額", &names).unwrap().bounds(&names, facts).unwrap();
    let yen = Exact::from_integer;
    assert_eq!(bounds(&without("課税所得")), Known::Between(yen(40_000_000), yen(45_000_000)));
    assert_eq!(bounds(&without("枠")), Known::Between(yen(45_000_000), yen(53_333_333)));
}

#[test]
fn hit_policies() {
    let rows: &[(&[&str], &str)] = &[(&["<= 100円"], "1"), (&["<= 200円"], "2"), (&["-"], "3")];
    let names = defined(&[table("一つ", Hit::Unique, &["経費"], rows), table("最初", Hit::First, &["経費"], rows)]);
    for (cost, unique, first) in [(50, "! conflict", "1"), (150, "! conflict", "2"), (250, "3", "3")] {
        let known = facts(&[("経費", n(cost))]);
        assert_eq!((shown(&names, "一つ", &known).as_str(), shown(&names, "最初", &known).as_str()), (unique, first), "{cost}");
    }
    let bounds = compile("最初", &names).unwrap().bounds(&names, &Facts::default());
    assert_eq!(bounds, Ok(Known::Between(Exact::from_integer(1), Exact::from_integer(3))));
}

#[test]
fn what_is_refused_with_its_place() {
    for (sources, expected) in [
        (vec![expression("甲", "乙 + 1"), expression("乙", "甲 + 1")], vec![(0, Place::Name, "cycle"), (1, Place::Name, "cycle")]),
        (vec![expression("甲", "甲")], vec![(0, Place::Name, "cycle")]),
        (vec![expression("資本金", "1")], vec![(0, Place::Name, "name-taken")]),
        (vec![expression("甲", "1"), expression("甲", "2")], vec![(1, Place::Name, "name-taken")]),
        (vec![expression("甲", "資本銀")], vec![(0, Place::Expression, "unknown-name")]),
        (vec![table("甲", Hit::Unique, &["資本銀"], &[])], vec![(0, Place::Input(0), "unknown-name")]),
        (
            vec![table("甲", Hit::Unique, &["枠", "経費"], &[(&["通常", "3人"], "1"), (&["-", "-"], "資本銀")])],
            vec![
                (0, Place::Cell { row: 0, column: 0 }, "not-a-choice"),
                (0, Place::Cell { row: 0, column: 1 }, "unit-mismatch"),
                (0, Place::Output { row: 1 }, "unknown-name"),
            ],
        ),
        (
            vec![table("甲", Hit::Unique, &["枠"], &[(&["-"], "1円"), (&["-"], "1人")])],
            vec![(0, Place::Output { row: 1 }, "unit-mismatch")],
        ),
        (vec![table("甲", Hit::Unique, &["枠"], &[(&["-"], "要確認")])], vec![(0, Place::Output { row: 0 }, "no-output")]),
        (vec![table("甲", Hit::Unique, &["枠"], &[(&[], "1")])], vec![(0, Place::Output { row: 0 }, "wrong-arity")]),
    ] {
        let mut names = names();
        let found: Vec<_> = names.define_all(&sources).into_iter().map(|m| (m.source, m.place, m.error.code)).collect();
        assert_eq!(found, expected, "{sources:?}");
    }
}

#[test]
fn long_chains_of_definitions_are_refused_and_doubling_is_cheap() {
    let chain: Vec<Source> =
        (0..400).map(|i| expression(&format!("定義{i}"), &if i == 0 { "経費".to_owned() } else { format!("定義{} * 1", i - 1) })).collect();
    let mut all = names();
    assert!(all.define_all(&chain).iter().any(|m| m.error.code == "too-deep"));
    let deepest = (0..400).rev().map(|i| format!("定義{i}")).find(|name| all.definition(name).is_some()).unwrap();
    let known = facts(&[("経費", n(1))]);
    assert_eq!((shown(&all, &deepest, &known).as_str(), shown(&all, &deepest, &Facts::default()).as_str()), ("1円", "? 経費"));
    let doubling: Vec<Source> =
        (0..40).map(|i| expression(&format!("倍{i}"), &if i == 0 { "経費".to_owned() } else { format!("倍{0} + 倍{0}", i - 1) })).collect();
    let names = defined(&doubling);
    assert_eq!(shown(&names, "倍39", &facts(&[("経費", n(1))])), "5,497億5,581万3,888円");
}
