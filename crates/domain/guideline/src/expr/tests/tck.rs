//! Cases of the DMN TCK (FEEL literals, arithmetic, comparison, three-valued logic, ranges, lists, rounding, days) in our own surface.
//!
//! `tck.tsv`: the number of the TCK's test, its case, the expression as we write it, what FEEL says, and what we say where that is
//! not the same value: `?` unknown, `! code` an error of that row, `refused code` an error when the text is checked.
//! Facts: 甲 is "a", 乙 is "foo"; 真, 数, 語 and 日付け are not known (FEEL's null).

use std::collections::BTreeMap;

use super::{Names, Outcome, compile, facts, item, number, t};
use crate::model::{Facts, ItemKind};

const CASES: &str = include_str!("tck.tsv");

fn known() -> Names {
    let one = |id: &str, kind| item(id, id, kind, true);
    let text = || ItemKind::Text;
    let kinds = [("数", number("")), ("真", ItemKind::YesNo), ("語", text()), ("甲", text()), ("乙", text()), ("日付け", ItemKind::Day)];
    Names::of_items(&kinds.map(|(id, kind)| one(id, kind)))
}

/// A value as it is kept, or one of the three ways to have none.
fn come(names: &Names, text: &str, facts: &Facts) -> String {
    let expr = match compile(text, names) {
        Ok(expr) => expr,
        Err(e) => return format!("refused {}", e[0].code),
    };
    match expr.value(names, facts) {
        Ok(Outcome::Value(value)) => format!("{value:?}"),
        Ok(Outcome::Unknown(_)) => "?".to_owned(),
        Err(e) => format!("! {}", e.code),
    }
}

#[test]
fn cases_of_the_tck_come_out_as_there_or_differ_by_name() {
    let (names, facts) = (known(), facts(&[("甲", t("a")), ("乙", t("foo"))]));
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for line in CASES.lines() {
        let mut cells = line.split('\t');
        let [test, case, ours, feel, here] = [(); 5].map(|()| cells.next().unwrap_or_default());
        let found = come(&names, ours, &facts);
        let (expected, name) = match (here, feel) {
            ("", _) => (come(&names, feel, &facts), "the same value"),
            ("?", "null") => ("?".to_owned(), "null there, unknown here"),
            ("?", _) => ("?".to_owned(), "a value there from null, unknown here"),
            (_, "null") if here.starts_with('!') => (here.to_owned(), "null there, an error of the row here"),
            (_, "null") => (here.to_owned(), "null there, refused here"),
            (_, _) => (here.to_owned(), "a value there beside a mistake of types, refused here"),
        };
        assert_eq!(found, expected, "{test}/{case}: {ours}");
        *counts.entry(name).or_default() += 1;
    }
    let expected = [
        ("a value there beside a mistake of types, refused here", 8),
        ("a value there from null, unknown here", 8),
        ("null there, an error of the row here", 13),
        ("null there, refused here", 328),
        ("null there, unknown here", 61),
        ("the same value", 448),
    ];
    assert_eq!(counts.into_iter().collect::<Vec<_>>(), expected);
}
