//! 【交付決定後】 of this repository's guidelines and of small ones with slips: figures with their clauses, and what is told.
#![cfg(test)]

use banso_execution::rules::DueRule;
use banso_guideline::{Dictionary, Edition, Library, Severity};
use banso_kernel::{Day, Yen};

fn repository(path: &str) -> String {
    std::fs::read_to_string(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..").join(path)).unwrap()
}

fn read(text: &str) -> (Option<Edition>, Vec<String>) {
    let dictionary = Dictionary::parse(&repository("facts/dictionary.md")).unwrap();
    let library = Library::parse(&repository("facts/definitions.md"), &dictionary).unwrap();
    let reading = Edition::read(text, &dictionary, &library);
    (reading.edition, reading.problems.iter().filter(|p| p.severity == Severity::Error).map(|p| p.message.ja.clone()).collect())
}

#[test]
fn every_figure_keeps_its_clause() {
    let (edition, problems) = read(&repository("programmes/go-tech/r7-1.md"));
    assert_eq!(problems, Vec::<String>::new());
    let edition = edition.unwrap();
    let rules = edition.execution().unwrap();
    assert_eq!(rules.minor_shift.clause, "7-3");
    assert_eq!(
        rules.completion_due.value,
        DueRule::Earlier { of: vec![DueRule::Days { days: 30 }, DueRule::NextFiscalYearOn { month: 4, day: 10 }] }
    );
    let tiers: Vec<(i64, u32)> = rules.claims.quotes.tiers.iter().map(|t| (t.threshold.amount.get(), t.quotes)).collect();
    assert_eq!((tiers.as_slice(), rules.claims.quotes.clause.as_str()), (&[(500_000, 2), (10_000_000, 3)][..], "7-4"));
    assert_eq!((rules.claims.quotes.used_goods, rules.claims.quotes.accepted.len()), (2, 2));
    assert!(rules.advance.is_none() && rules.wage.is_none());
    assert_eq!([49_999_999, 50_000_000].map(|total| rules.approvals_for(Yen::new(total))), [2, 3]);
    assert!(rules.after_revocation.surcharge.is_some() && rules.after_fixing.surcharge.is_none());
    assert_eq!(rules.after_revocation.surcharge.as_ref().unwrap().clause, "7-5");
    assert_eq!(rules.reports.as_ref().map(|r| (r.times, r.clause.as_str())), Some((5, "7-6")));
    assert_eq!(rules.disposal.restricted_from, Yen::new(500_000));
    assert_eq!(rules.keep_until(Day::parse("2027-02-10").unwrap()), Day::parse("2032-03-31").unwrap());
    let (other, _) = read(&repository("programmes/mihon-rd/r8-1.md"));
    assert!(other.unwrap().execution().is_none(), "a guideline need not say anything");
}

#[test]
fn a_wage_covenant_is_read_with_its_exemptions() {
    let text = repository("programmes/go-tech/r7-1.md");
    let row = "| 財産の現況報告 | 毎年6月30日 |";
    let with = |rows: &str| read(&text.replacen(row, &format!("{rows}\n{row}"), 1));
    let exemptions = "| 賃上げ要件の免除 | 付加価値額が増えず営業赤字、天災など責めに帰さない事由 |";
    let (edition, problems) = with(&format!("| 賃上げ要件 | 年平均2.5%以上、5年 |\n{exemptions}"));
    assert_eq!(problems, Vec::<String>::new());
    let wage = edition.unwrap().execution().unwrap().wage.clone().unwrap();
    assert_eq!((wage.promised.to_string().as_str(), wage.years, wage.exemptions.len()), ("1/40", 5, 2));
    assert_eq!(wage.clause, "7-6");
    for wrong in ["2.5%、5年", "年平均0%以上、5年", "年平均2.5%以上、50年"] {
        let (_, problems) = with(&format!("| 賃上げ要件 | {wrong} |"));
        assert_eq!(problems, [format!("「{wrong}」を読めません。")]);
    }
}

#[test]
fn slips_are_told() {
    let text = repository("programmes/go-tech/r7-1.md");
    for (from, to, told) in [
        ("| 軽微な変更 | 20% |", "| 軽微な変更 | 200% |", "「200%」を読めません。"),
        ("| 軽微な変更 | 20% |", "| 軽微な変動 | 20% |", "交付決定後の項目に「軽微な変動」はありません。"),
        ("| 書類の保存 | 5年 |\n", "", "【交付決定後】に「書類の保存」がありません。"),
        ("| 実績報告 | 30日以内、翌年度4月10日 |", "| 実績報告 | すぐに |", "「すぐに」を読めません。"),
        ("税抜50万円以上は2者", "50万円以上は2者", "「50万円以上は2者」を読めません。"),
        ("| 支払方法 | 銀行振込 |", "| 支払方法 | 現金書留 |", "「現金書留」は選べません。"),
        ("| 加算金 | 年10.95% |", "| 加算金 | 10.95 |", "「10.95」を読めません。"),
        ("| 支払の承認 | 5,000万円以上は3人 |", "| 支払の承認 | 5,000万円以上は1人 |", "「5,000万円以上は1人」を読めません。"),
        ("| 延滞金 | 年10.95% |", "| 加算金 | 年10.95% |", "「加算金」が二度使われています。"),
    ] {
        assert!(text.contains(from), "{from}");
        let (_, problems) = read(&text.replacen(from, to, 1));
        assert!(problems.iter().any(|p| p.contains(told)), "{to}: {problems:?}");
    }
}
