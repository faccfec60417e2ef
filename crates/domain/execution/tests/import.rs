//! Tables of claim lines as people fill them in.
#![cfg(test)]

mod common;

use banso_execution::claim::*;
use common::*;
use proptest::prelude::*;

const GOOD: [&str; 26] = [
    "1-001",
    "物品費",
    "架空の試験機",
    "新品",
    "１，０００，０００",
    "SN-1、SN-2",
    "1,000,000円",
    "架空機械株式会社",
    "",
    "令和7年5月20日",
    "100万円",
    "別の架空機械",
    "R7.5.21",
    "1,200,000",
    "",
    "2025/6/10",
    "２０２５年８月１日",
    "2025-08-05",
    "INV-001",
    "2025/8/10",
    "10％",
    "1000000",
    "100000",
    "2025/9/30",
    "1,100,000",
    "銀行振込",
];

fn table(rows: &[Vec<String>]) -> Vec<Vec<String>> {
    let mut all = vec![headings().iter().map(|h| (*h).to_owned()).collect::<Vec<_>>()];
    all.extend(rows.iter().cloned());
    all
}

fn good() -> Vec<String> {
    GOOD.iter().map(|c| (*c).to_owned()).collect()
}

fn with(column: &str, value: &str) -> Vec<String> {
    let at = headings().iter().position(|h| *h == column).unwrap();
    let mut row = good();
    row[at] = value.to_owned();
    row
}

#[test]
fn a_row_becomes_a_line() {
    let lines = import_lines(&table(&[good(), vec![String::new(); 26], with("明細番号", "1-002")])).unwrap();
    assert_eq!(lines.iter().map(|l| l.id.as_str()).collect::<Vec<_>>(), ["1-001", "1-002"]);
    let line = &lines[0];
    assert_eq!((line.claimed, line.budget_line.as_str()), (yen(1_000_000), "物品費"));
    assert_eq!(line.evidence.quotes[1].issued, day("2025-05-21"));
    assert_eq!(line.evidence.delivery.as_ref().unwrap().on, day("2025-08-01"));
    assert_eq!(line.evidence.payments[0].amount, yen(1_100_000));
    // Nothing is wrong with it but that its documents are still to be attached.
    let period = Period { begins: day("2025-06-02"), ends: day("2026-02-27") };
    let found = check_line(line, period, &claim_rules(), &OwnGroup::default());
    assert!(found.iter().all(|f| f.code == FindingCode::DocumentMissing), "{found:#?}");
    assert_eq!(found.len(), 7);
}

#[test]
fn columns_may_stand_in_any_order() {
    let turned: Vec<Vec<String>> = table(&[good()]).into_iter().map(|row| row.into_iter().rev().collect()).collect();
    assert_eq!(import_lines(&turned).unwrap(), import_lines(&table(&[good()])).unwrap());
}

#[test]
fn what_cannot_be_read_is_named_by_its_cell() {
    for (column, value, cell, message) in [
        ("明細番号", "", "A2", "記入してください"),
        ("計上額", "-5", "G2", "金額（-5円）が負です"),
        ("計上額", "千円", "G2", "「千円」を読めません"),
        ("計上額", "10,00", "G2", "「10,00」を読めません"),
        ("種別", "新古", "D2", "「新古」は選択肢（新品、中古、役務、人件費等）にありません"),
        ("発注日", "2025/2/30", "P2", "「2025/2/30」を読めません"),
        ("検収日", "平成32年1月1日", "R2", "「平成32年1月1日」を読めません"),
        ("発注先法人番号", "1234567890123", "I2", "「1234567890123」を読めません"),
        ("税率", "15割", "U2", "「15割」を読めません"),
        ("支払方法", "電子マネー", "Z2", "「電子マネー」は選択肢"),
        ("随意契約の理由", "なんとなく", "O2", "「なんとなく」は選択肢"),
        ("単価（税抜）", "", "E2", "記入してください"),
    ] {
        let problems = import_lines(&table(&[with(column, value)])).unwrap_err();
        assert_eq!(problems.len(), 1, "{column} {value}: {problems:#?}");
        assert_eq!((problems[0].cell.as_str(), problems[0].column.as_str(), problems[0].row), (cell, column, 2));
        assert!(problems[0].message.ja.starts_with(message) && problems[0].message.en.is_some(), "{:?}", problems[0]);
    }
}

#[test]
fn nothing_is_imported_by_halves() {
    let problems = import_lines(&table(&[good(), with("計上額", "x"), with("発注日", "y")])).unwrap_err();
    assert_eq!(problems.iter().map(|p| p.cell.as_str()).collect::<Vec<_>>(), ["G3", "P4"]);
}

#[test]
fn a_heading_that_is_not_the_forms() {
    let mut other = table(&[good()]);
    other[0][2] = "摘要".into();
    other[0][3] = "経費区分".into();
    let problems = import_lines(&other).unwrap_err();
    assert_eq!(problems.iter().map(|p| p.cell.as_str()).collect::<Vec<_>>(), ["C1", "D1", "AA1", "AA1"]);
    assert!(import_lines(&[]).is_err() && import_lines(&table(&[])).is_err());
}

#[test]
fn names_of_cells() {
    for (row, column, name) in [(1, 1, "A1"), (5, 26, "Z5"), (5, 27, "AA5"), (10, 702, "ZZ10"), (10, 703, "AAA10")] {
        assert_eq!(cell_name(row, column), name);
    }
}

proptest! {
    /// Whatever stands in a cell: a line or problems, never both, never a fall.
    #[test]
    fn any_cell_is_read_or_named(at in 0..26_usize, text in "[0-9０-９,，.円万億千百年月日令和平成/%△-]{0,24}|.{0,20}") {
        let mut row = good();
        row[at] = text;
        match import_lines(&table(&[row])) {
            Ok(lines) => prop_assert_eq!(lines.len(), 1),
            Err(problems) => prop_assert!(problems.iter().all(|p| p.row == 2 && !p.cell.is_empty())),
        }
    }
}

/// A spreadsheet hands a cell of 10 % out as 0.1; the form's example row is never taken in.
#[test]
fn a_rate_as_a_spreadsheet_keeps_it_and_the_example() {
    let rate = |text: &str| {
        let lines = import_lines(&table(&[with("税率", text)])).map_err(|p| p[0].cell.clone())?;
        Ok::<_, String>(lines[0].evidence.invoice.as_ref().unwrap().clone())
    };
    assert_eq!((rate("0.1"), rate("0.08"), rate("１０")), (rate("10％"), rate("8%"), rate("10%")));
    assert_ne!(rate("0.08"), rate("10%"));
    for wrong in ["0.1%", "0.105", "1.1", "-1"] {
        assert_eq!(rate(wrong), Err("U2".to_owned()), "{wrong}");
    }
    let example = with("内容", "（記入例）試作用部材");
    assert_eq!(import_lines(&table(&[example.clone(), good()])).unwrap().len(), 1);
    assert!(import_lines(&table(&[example])).is_err());
}
