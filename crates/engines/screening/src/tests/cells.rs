//! Cells of tables of facts: what is unknown, what is no such choice, days and numbers at their ends. A misfit is told and is no fact.

use std::sync::Arc;

use banso_guideline::Value;
use banso_kernel::Exact;

use super::{day, items, n, t};
use crate::block::Block;
use crate::cells::{Cell, Layout, Misfit, written};
use crate::schema::Schema;

/// One firm of one cell, and what was told about it.
fn read(item: &str, cell: Cell<'_>) -> (Option<Value>, Vec<Misfit>) {
    let schema = Arc::new(Schema::of(&items()));
    let layout = Layout::of(&schema, &["法人番号".to_owned(), format!(" {item} ")]);
    assert_eq!(layout.found().collect::<Vec<_>>(), [item]);
    let (mut block, mut told) = (Block::new(&schema, 4_096), Vec::new());
    layout.push(&mut block, |place| if place == 1 { cell } else { Cell::Missing }, |misfit| told.push(misfit));
    assert_eq!(block.rows(), 1);
    (block.fact(schema.place(item).unwrap(), 0), told)
}

fn share(above: i128, below: i128) -> Value {
    Value::Number(Exact::new(above, below))
}

#[test]
fn what_is_not_there_is_unknown_and_no_misfit() {
    for item in ["業種", "資本金", "従業員数", "伸び率", "みなし大企業", "設立日", "会社名"] {
        for cell in ["", " ", "　", "不明", "-", "NULL", "null", "NA", " 不明 "].map(Cell::Text).into_iter().chain([Cell::Missing]) {
            assert_eq!(read(item, cell), (None, Vec::new()), "{item} {cell:?}");
        }
    }
}

#[test]
fn what_a_cell_says() {
    for (item, text, value) in [
        ("業種", "卸売業", t("卸売業")),
        ("業種", " 卸売業　", t("卸売業")),
        ("みなし大企業", "はい", Value::YesNo(true)),
        ("みなし大企業", "FALSE", Value::YesNo(false)),
        ("みなし大企業", "0", Value::YesNo(false)),
        ("設立日", "2000-02-29", day("2000-02-29")),
        ("設立日", "平成12年2月29日", day("2000-02-29")),
        ("設立日", "9999-12-30", day("9999-12-30")),
        ("資本金", "50000000", n(50_000_000)),
        ("資本金", "５，０００万円", n(50_000_000)),
        ("資本金", "15億1円", n(1_500_000_001)),
        ("資本金", "-7", n(-7)),
        ("資本金", "0.5", share(1, 2)),
        ("従業員数", "300人", n(300)),
        ("従業員数", "300名", n(300)),
        ("従業員数", "1,300", n(1_300)),
        ("伸び率", "7.5%", share(3, 40)),
        ("伸び率", "0.075", share(3, 40)),
        ("伸び率", "2/3", share(2, 3)),
        ("会社名", "NULLテック（架空）", t("NULLテック（架空）")),
    ] {
        assert_eq!(read(item, Cell::Text(text)), (Some(value), Vec::new()), "{item} {text}");
    }
}

#[test]
fn what_does_not_fit_is_told_with_its_row_and_is_no_fact() {
    for (item, text) in [
        ("業種", "漁業"),
        ("業種", "卸売"),
        ("業種", "1"),
        ("みなし大企業", "たぶん"),
        ("みなし大企業", "2"),
        ("設立日", "2001-02-29"),
        ("設立日", "20000229"),
        ("設立日", "昨日"),
        ("資本金", "たくさん"),
        ("資本金", "300人"),
        ("資本金", "5%"),
        ("資本金", "1/0"),
        ("資本金", "1.2.3"),
        ("資本金", "1e9"),
        ("従業員数", "300円"),
        ("従業員数", "300万円"),
        ("伸び率", "5円"),
        ("資本金", "9999999999999999999999999999999"),
    ] {
        let misfit = Misfit { row: 4_096, item: item.into(), text: text.into() };
        assert_eq!(read(item, Cell::Text(text)), (None, vec![misfit]), "{item} {text}");
    }
    for (item, cell, text) in [
        ("みなし大企業", Cell::Whole(2), "2"),
        ("業種", Cell::Whole(1), "1"),
        ("業種", Cell::YesNo(true), "true"),
        ("資本金", Cell::YesNo(true), "true"),
        ("資本金", Cell::Decimal(1, 39), "1e-39"),
        ("設立日", Cell::Decimal(1, 0), "1e-0"),
        // Days beyond the calendar, and a count of seconds where days are meant: never the last day there is.
        ("設立日", Cell::Whole(3_000_000), "3000000"),
        ("設立日", Cell::Whole(-5_000_000), "-5000000"),
        ("設立日", Cell::Whole(1_745_000_000), "1745000000"),
        ("設立日", Cell::Whole(i128::MAX), "170141183460469231731687303715884105727"),
    ] {
        let misfit = Misfit { row: 4_096, item: item.into(), text: text.into() };
        assert_eq!(read(item, cell), (None, vec![misfit]), "{item} {cell:?}");
    }
    let long = "あ".repeat(1_000);
    assert_eq!(read("資本金", Cell::Text(&long)).1[0].text.chars().count(), 40);
}

#[test]
fn days_and_numbers_at_their_ends_come_back_exact() {
    for (count, expected) in [(0, "1970-01-01"), (-1, "1969-12-31"), (11_016, "2000-02-29"), (2_932_895, "9999-12-30")] {
        assert_eq!(read("設立日", Cell::Whole(count)).0, Some(day(expected)), "{count}");
    }
    let wide = (1_i128 << 120) + 1;
    for whole in [(1 << 61) - 1, 1 << 61, -(1 << 61), i128::from(i64::MAX), i128::from(i64::MIN), wide, -wide, i128::MAX, i128::MIN + 1] {
        assert_eq!(read("資本金", Cell::Whole(whole)), (Some(n(whole)), Vec::new()));
        assert_eq!(written(Some(&n(whole))), whole.to_string());
    }
    for (digits, places, value) in [(75, 3, share(3, 40)), (wide, 6, share(wide, 1_000_000)), (1, 38, share(1, 10_i128.pow(38)))] {
        assert_eq!(read("伸び率", Cell::Decimal(digits, places)), (Some(value), Vec::new()));
    }
}

#[test]
fn what_is_written_is_read_back() {
    for (item, value) in [
        ("業種", t("小売業")),
        ("みなし大企業", Value::YesNo(false)),
        ("設立日", day("2024-12-31")),
        ("資本金", n(123_456_789)),
        ("資本金", share(-1, 3)),
        ("伸び率", share(1, 1_000_000)),
        ("伸び率", share(2, 7)),
        ("会社名", t("甲乙精密（架空）")),
    ] {
        assert_eq!(read(item, Cell::Text(&written(Some(&value)))).0, Some(value));
    }
    assert_eq!(written(Some(&t("甲,\"乙\""))), "\"甲,\"\"乙\"\"\"");
    assert_eq!(written(None), "");
}
