//! Typical slips in a guideline: each with the code of its problem and the very words that the caret points at.

#[cfg(test)]
mod house;

use banso_guideline::{Dictionary, Edition, Facts, Library, Missing, Reading, Severity, Truth, Value};
use house::{dictionary, library, shown};

const SMALL: &str = include_str!("house/small.md");

fn read(source: &str) -> Reading {
    let dictionary = dictionary();
    Edition::read(source, &dictionary, &library(&dictionary))
}

/// Replaces `from` by `to` in the small guideline; expects a problem of that code at those words, and no edition if it is an error.
fn check(from: &str, to: &str, code: &str, at: &str) {
    assert!(SMALL.contains(from), "`{from}` is not in the small guideline");
    let source = SMALL.replacen(from, to, 1);
    let reading = read(&source);
    let found = reading.problems.iter().any(|p| p.code.as_str() == code && source[p.span.start..p.span.end].starts_with(at));
    assert!(found, "{from} → {to}: no `{code}` at `{at}` in\n{}", shown(&reading.problems, &source));
    let error = reading.problems.iter().any(|p| p.severity == Severity::Error);
    assert_eq!(reading.edition.is_none(), error, "{from} → {to}");
}

#[test]
fn the_small_guideline_itself_is_sound() {
    let reading = read(SMALL);
    assert!(reading.problems.is_empty(), "{}", shown(&reading.problems, SMALL));
}

#[test]
fn slips_in_the_front_matter() {
    for (from, to, code, at) in [
        ("公表日: 2025-04-01", "公表日: 2025-02-30", "bad-day", "2025-02-30"),
        ("予算: 1億円", "予算: 1.5円", "bad-yen", "1.5円"),
        ("予算: 1億円\n", "", "missing-key", "---"),
        ("予算: 1億円", "予算: 1億円\n予算: 2億円", "duplicate-key", "予算"),
        ("事務局: ", "事務曲: ", "unknown-key", "事務曲"),
        ("番号: D1", "番号 D1", "front-matter", "番号 D1"),
        ("合成: はい", "合成: たぶん", "bad-value", "たぶん"),
        ("回: d1", "回: 第一回", "bad-value", "demo"),
        ("2025-06-20T17:00+09:00", "2025-04-01T17:00+09:00", "closes-before-opens", "2025-04-18T10:00"),
        ("2025-06-20T17:00+09:00", "2025-06-20", "bad-day", "2025-04-18T10:00"),
        ("中小企業者/2016-04-01", "中小企業社/2016-04-01", "unknown-name", "中小企業社"),
        ("中小企業者/2016-04-01", "中小企業者/1990-04-01", "unknown-name", "中小企業者"),
        ("---\n\n# 小さな", "\n# 小さな", "front-matter", ""),
        ("公表日: 2025-04-01", "公表日: 2025-07-01", "bad-day", "2025-07-01"),
        ("公表日: 2025-04-01", "公表日: 令和32767年4月1日", "bad-day", "令和32767年"),
        ("予算: 1億円", "予算: 0円", "bad-yen", "0円"),
        ("予算: 1億円", "予算: △1億円", "bad-yen", "△1億円"),
        ("予算: 1億円", "予算: 9999999999999999999兆0.00000000000000001円", "bad-yen", "9999"),
        ("番号: D1", "番号: D1/../D2", "bad-value", "D1/../D2"),
        ("番号: D1", "番号: <b>D1</b>", "bad-value", "<b>"),
        ("番号: D1", "番号: D1234567890123456789012", "bad-value", "D1234"),
    ] {
        check(from, to, code, at);
    }
}

#[test]
fn slips_that_would_only_show_when_somebody_applies() {
    for (from, to, code, at) in [
        ("| aim | 目的 | 長文 | 400字 |", "| aim | 目的 | 選択（甲、乙、甲） | |", "duplicate-name", "甲"),
        ("| aim | 目的 | 長文 | 400字 |", "| aim | 目的 | 選択（） | |", "bad-value", "選択（）"),
        ("| aim | 目的 | 長文 | 400字 | 必須 |", "| aim | 目的 | 長文 | 400字 | 場合による |", "bad-value", "場合による"),
        ("| aim | 目的 | 長文 | 400字 | 必須 |", "| aim | 目的 | 長文 | 400字 | 申請枠 = 通常 のとき |", "expression", "通常"),
        ("| aim | 目的 | 長文 | 400字 | 必須 |", "| aim | 目的 | 長文 | 400字 | 従業員数 のとき |", "expression", "従業員数"),
        ("| 計画書 | 必須 |", "| 計画書 | 従業員数 > 5円 のとき |", "unit", "従業員数 > 5円"),
        ("| aim-score | 内容 | 目的 | 20 |", "| aim-score | 内容 | 目的 | 4294967295 |", "bad-value", "4294967295"),
        ("| extra | 加点 | 2 |", "| extra | 加点 | 4294967295 |", "bad-value", "4294967295"),
        ("| extra | 加点 | 2 |", "| extra | 加点 | 0 |", "bad-value", "0"),
        ("経費: 年度=1年、金額=100万円", "経費: 年度=4年、金額=100万円", "example", "検証例 小さな"),
    ] {
        check(from, to, code, at);
    }
}

#[test]
fn what_nobody_sees_is_pointed_at() {
    for unseen in ["\u{0}", "\u{8}", "\u{1b}", "\u{202e}", "\u{2066}", "\u{200b}", "\u{feff}", "\u{ffff}"] {
        check("# 小さな", &format!("# 小{unseen}さな"), "unseen-character", unseen);
    }
    assert!(read(&format!("\u{feff}{}", SMALL.replace('\n', "\r\n"))).edition.is_some());
}

#[test]
fn numbers_written_out_are_answered_with_digits() {
    for (to, remedy) in [("3分の2", "2/3"), ("三分の二", "2/3"), ("二", "2/3")] {
        let reading = read(&SMALL.replacen("| 2/3 |", &format!("| {to} |"), 1));
        let told = reading.problems.iter().filter_map(|p| p.remedy.as_ref()).any(|r| r.ja.contains(remedy));
        assert!(told && reading.edition.is_none(), "{to}: {}", shown(&reading.problems, SMALL));
    }
}

#[test]
fn slips_in_the_clauses() {
    for (from, to, code, at) in [
        ("### 1-2 期間", "### 1-1 期間", "duplicate-clause", "1-1"),
        ("### 1-3 誓約", "### 1-0 誓約", "clause-order", "1-0"),
        ("### 1-2 期間", "#### 1-2 期間", "clause-number", "1-2"),
        ("### 1-2 期間", "### 1-2期間", "clause-number", "1-2期間"),
        ("### 1-2 期間", "### 期間", "outside-clause", "要件"),
        ("### 1-2 期間", "### 7-2 期間", "clause-order", "7-2"),
        ("# 小さな補助金\n", "<<<<<<< HEAD\n# 小さな補助金\n", "merge-conflict", "<<<<<<< HEAD"),
    ] {
        check(from, to, code, at);
    }
}

#[test]
fn slips_in_blocks_and_rules() {
    for (from, to, code, at) in [
        ("```要件\n中小", "```用件\n中小", "unknown-block", "用件"),
        ("```要件 人が確認", "```要件 誰かが確認", "unknown-block", "誰かが確認"),
        ("不適のとき:", "不適の時:", "unknown-key", "不適の時"),
        ("中小企業者である\n", "中小企業社である\n", "unknown-name", "中小企業社"),
        ("補助事業期間 <= 最長期間", "補助事業機間 <= 最長期間", "unknown-name", "補助事業機間"),
        ("補助事業期間 <= 最長期間", "資本金 <= 300人", "unit", "資本金 <= 300人"),
        ("補助事業期間 <= 最長期間", "補助事業期間", "expression", "補助事業期間"),
        ("補助事業期間 <= 最長期間", "補助事業期間 <=", "expression", ""),
        ("補助事業期間 <= 最長期間\n", "", "empty-block", "要件"),
        ("誓約書を見る。\n", "", "empty-block", "要件"),
        ("```定義 上限\nif 申請枠", "```定義 上限\nif 上限 > 1円 かつ 申請枠", "circular", "上限"),
        ("補助率: 補助率\n", "", "missing-key", "補助額"),
        ("端数: 千円未満切捨て", "端数: 適当に", "bad-value", "適当に"),
        ("合計上限: 上限", "合計上限: 3年", "expression", "3年"),
        ("合計上限: 上限", "合計上限: 0円 - 上限", "bad-value", "0円 - 上限"),
        ("不適のとき: 基準", "不適のとき: 甲\n不適のとき: 基準", "duplicate-key", "不適のとき"),
        ("不適のとき: 基準", "除く: 従業員数 = 0人\n除く: 資本金 = 0円\n不適のとき: 基準", "duplicate-key", "除く"),
        ("補助事業期間 <= 最長期間", "いずれか(経費, 経費区分 = \"物品日\")", "expression", "\"物品日\""),
        ("補助額: 66万6,000円\n```", "補助額: 66万6,000円\n", "unclosed-block", "```検証例"),
    ] {
        check(from, to, code, at);
    }
}

#[test]
fn slips_in_tables() {
    for (from, to, code, at) in [
        ("【採点表】", "【採点票】", "unknown-table", "採点票"),
        ("【採点表】満点: 30点\n\n|", "【採点表】満点: 30点\n\n本文\n\n|", "missing-table", "【採点表】"),
        ("満点: 30点", "満天: 30点", "unknown-key", "満天"),
        ("満点: 30点", "満点: 40点", "points", "40点"),
        ("| 目的 | 20 |", "| 目的 | 0 |", "points", "0"),
        ("| 目的 | 20 |", "| 目的 | 多数 |", "bad-value", "多数"),
        ("| 観点 |", "| 視点 |", "unknown-column", "視点"),
        ("| 観点 |", "| 視点 |", "missing-column", "識別子"),
        ("| aim-score |", "| Aim |", "bad-value", "Aim"),
        ("| cost-score |", "| aim-score |", "duplicate-name", "aim-score"),
        ("| 20 | aim |", "| 20 | aims |", "unknown-name", "aims"),
        ("| 同点のとき | aim-score |", "| 同点のとき | aim-scor |", "unknown-name", "aim-scor"),
        ("| 2 | plan-pdf |", "| 2 | plan-pfd |", "unknown-name", "plan-pfd"),
        ("| 基準点 | 60% |", "| 基準点 | 60 |", "bad-value", "60"),
        ("| 集計 | 平均 |", "| 集計 | 合計 |", "bad-value", "合計"),
        ("| 集計 | 平均 |\n", "", "missing-key", "【選定】"),
        ("| 集計 | 平均 |", "| 集計 | 最高と最低を除く平均 |", "bad-value", "【選定】"),
        ("| 補助事業期間 | | | | 必須 |", "| 補助事業機間 | | | | 必須 |", "unknown-name", "補助事業機間"),
        ("| 補助事業期間 | | | | 必須 |", "| aim | 目的 | 長文 | | 必須 |", "duplicate-name", "【様式"),
        ("| 長文 |", "| 超文 |", "bad-value", "超文"),
        ("| 400字 | 必須 |", "| 400字 | きっと |", "bad-value", "きっと"),
        ("識別子: papers", "識別子: plan", "duplicate-name", "【提出書類"),
        ("| PDF |", "| PPT |", "bad-value", "PPT"),
        ("| 通常枠 |\n| 出資", "| 通常わく |\n| 出資", "unknown-name", "【申請枠】"),
        ("| >= 5% | % |", "| >= 5円 | % |", "unit", "5円"),
        ("| 3年 | 年 | 2025-04-01 |", "| 3円 | 年 | 2025-04-01 |", "unit", "3円"),
        ("| 3年 | 年 | 2025-04-01 |", "| 3年 | 年 | 2025-13-01 |", "bad-day", "2025-13-01"),
        ("【選定】", "【選考】", "missing-part", ""),
        ("【採点表】満点: 30点", "【採点表】満点: 30点、満点: 40点", "duplicate-key", "満点"),
        ("| 審査員数 | 2名 |", "| 審査員数 | 0名 |", "bad-value", "0名"),
        ("| 同点のとき | aim-score |", "| 同点のとき | aim-score |\n| 採択件数の上限 | 0件 |", "bad-value", "0件"),
        ("| 同点のとき | aim-score |", "| 同点のとき | aim-score、aim-score |", "duplicate-name", "aim-score"),
        ("| 400字 | 必須 |", "| 0字 | 必須 |", "bad-value", "0字"),
        ("| 400字 | 必須 |", "| 4,000,000字 | 必須 |", "bad-value", "4,000,000字"),
        ("、年数: 3", "、年数: 30", "bad-value", "30"),
        ("| >= 5% | % |", "| >= 5 | % |", "unit", ">= 5"),
        ("【加点】", "**【加点】**", "unknown-table", "**【加点】**"),
        ("【加点】", "[加点]", "unknown-table", "[加点]"),
        ("【加点】", "次の【加点】のとおりです。", "unknown-table", "次の"),
        ("【加点】\n", "### 4-9 加点【加点】\n", "unknown-table", "4-9"),
        ("| 通常枠 |\n| 出資", "| 通常枠 | 注 |\n| 出資", "row-width", "| 通常枠"),
        ("| growth | 伸び | 終了後 | >= 5% | % |", "| growth | 伸び | 終了後 >= 5% | % |", "row-width", "| growth"),
    ] {
        check(from, to, code, at);
    }
}

#[test]
fn conditions_are_numbered_from_one() {
    let table = |second: &str| format!("【交付条件】\n\n| 番号 | 条件 |\n|---|---|\n| 1 | 甲 |\n| {second} | 乙 |\n\n【指標】");
    check("【指標】", &table("1"), "bad-value", "1");
    let sound = SMALL.replacen("【指標】", &table("2"), 1);
    assert!(read(&sound).edition.is_some(), "{}", shown(&read(&sound).problems, &sound));
}

#[test]
fn a_grouping_slip_says_so() {
    let source = SMALL.replacen("100万円 else", "4,5000万円 else", 1);
    let reading = read(&source);
    let said: Vec<&str> = reading.problems.iter().map(|p| p.message.ja.as_str()).collect();
    assert!(said.iter().any(|m| m.contains("3桁")), "{said:?}");
}

#[test]
fn a_floor_that_is_not_known_yet_leaves_an_interval_the_right_way_round() {
    let floor = "下限: if 申請枠 = 通常枠 then 10万円 else 100万円";
    let example = "```検証例 枠が未定\n元: 小さな製造業\n申請枠: 不明\n補助額: 0円〜66万6,000円\n```\n\n【検証例】";
    let source = SMALL.replacen("下限: 10万円", floor, 1).replacen("【検証例】", example, 1);
    assert!(read(&source).problems.is_empty(), "{}", shown(&read(&source).problems, &source));
}

#[test]
fn slips_in_decision_tables() {
    for (from, to, code, at) in [
        ("| 20人以下 | 2/3 |", "| 21人以下 | 2/3 |", "overlap", "20人超"),
        ("| 20人以下 | 2/3 |", "| 19人以下 | 2/3 |", "gap", "補助率"),
        ("| 20人超 | 1/2 |\n", "", "gap", "補助率"),
        ("| 20人以下 | 2/3 |", "| 20円以下 | 2/3 |", "unit", "20円"),
        ("| 20人超 | 1/2 |", "| 20人超 | 半分 |", "unknown-name", "半分"),
        ("| 従業員数 | 補助率 |", "| 従業員 | 補助率 |", "unknown-name", "従業員"),
        ("【決定表：補助率】", "【決定表：補助律】", "missing-column", "補助律"),
        ("| 20人以下 | 2/3 |", "| 20人以下 | 3/2 |", "bad-value", "補助率"),
        ("| 20人以下 | 2/3 |", "| 20人以下 | 200% |", "bad-value", "補助率"),
        ("| 20人以下 | 2/3 |", "| 20人以下 | -10% |", "bad-value", "補助率"),
        ("【決定表：補助率】", "【決定表】", "missing-key", "【決定表】"),
        ("【決定表：補助率】", "【決定表：補助率】当たり方: 適当", "bad-value", "適当"),
    ] {
        check(from, to, code, at);
    }
}

#[test]
fn a_gap_and_an_overlap_show_an_example_firm() {
    let message = |from: &str, to: &str| {
        let reading = read(&SMALL.replacen(from, to, 1));
        reading.problems.first().map(|p| p.message.ja.clone()).unwrap_or_default()
    };
    assert!(message("| 20人以下 | 2/3 |", "| 19人以下 | 2/3 |").contains("例: 従業員数: 20人"));
    assert!(message("| 20人以下 | 2/3 |", "| 21人以下 | 2/3 |").contains("例: 従業員数: 21人"));
}

#[test]
fn rows_that_agree_may_overlap_and_a_first_row_may_win() {
    for (from, to) in [
        ("| 20人以下 | 2/3 |", "| 20人以下 | 2/3 |\n| 5人以下 | 2/3 |"),
        (
            "【決定表：補助率】\n\n| 従業員数 | 補助率 |\n|---|---|\n| 20人以下 | 2/3 |\n| 20人超 | 1/2 |",
            "【決定表：補助率】当たり方: 上から\n\n| 従業員数 | 補助率 |\n|---|---|\n| 20人以下 | 2/3 |\n| - | 1/2 |",
        ),
    ] {
        assert!(SMALL.contains(from), "{from}");
        let source = SMALL.replacen(from, to, 1);
        let reading = read(&source);
        assert!(reading.problems.is_empty(), "{}", shown(&reading.problems, &source));
    }
}

#[test]
fn examples_that_do_not_come_out_as_written() {
    for (from, to, code, at) in [
        ("判定: 適\n補助額", "判定: 不適\n補助額", "example", "不適"),
        ("補助額: 66万6,000円", "補助額: 66万6,001円", "example", "66万6,001円"),
        ("補助額: 66万6,000円", "補助額: たくさん", "bad-yen", "たくさん"),
        ("| 不適 | 1-2 |", "| 不適 | 1-1 |", "example", "1-1"),
        ("資本金: 1,000万円", "資本金: 1,000人", "bad-value", "1,000人"),
        ("資本金: 1,000万円", "資本菌: 1,000万円", "unknown-name", "資本菌"),
        ("業種: 製造業その他", "業種: 造船業", "bad-value", "造船業"),
        ("経費: 年度=1年、", "経費: 年=1年、", "unknown-name", "年=1年"),
        ("| 21人は半分 | 小さな製造業 |", "| 21人は半分 | 大きな製造業 |", "unknown-name", "大きな製造業"),
        ("判定: 適\n補助額: 66万6,000円\n", "", "example", "検証例"),
        ("資本金: 1,000万円\n", "資本金: 1,000万円\n資本金: 2,000万円\n", "duplicate-key", "資本金"),
        ("経費: 年度=1年、", "共同体: 名称=甲、区分=中小企業者等\n経費: 構成員=2、年度=1年、", "bad-value", "小さな製造業"),
    ] {
        check(from, to, code, at);
    }
}

#[test]
fn many_problems_are_listed_at_once_in_the_order_of_the_text() {
    let source = SMALL
        .replace("公表日: 2025-04-01", "公表日: 昨日")
        .replace("補助事業期間 <= 最長期間", "資本金 <= 3人")
        .replace("| PDF |", "| PPT |");
    let codes: Vec<_> = read(&source).problems.iter().map(|p| p.code.as_str()).collect();
    assert_eq!(codes, ["bad-day", "unit", "bad-value"], "{}", shown(&read(&source).problems, &source));
}

#[test]
fn a_constant_has_two_days() {
    // The value in force when applications open, and public by then: 3 years; 5 years come later.
    check("| 3年 | 年 | 2025-04-01 |", "| 3年 | 年 | 2025-05-01 |", "example", "適");
    check("| 2025-04-01 | 2025-03-01 |", "| 2025-04-01 | 2025-04-02 |", "example", "適");
}

#[test]
fn a_constant_that_is_not_settled_makes_results_unknown() {
    check("| 3年 | 年 | 2025-04-01 |", "| 要確認 | 年 | 2025-04-01 |", "example", "適");
    let source = SMALL.replace("| 3年 | 年 | 2025-04-01 |", "| 要確認 | 年 | 2025-04-01 |");
    let source = source.split("## 5 検証例").next().unwrap();
    let edition = read(source).edition.unwrap();
    assert_eq!(edition.unconfirmed(), [Missing::Unconfirmed { clause: "1-2".into(), what: "最長期間".into() }]);
    let facts = Facts([("補助事業期間".to_owned(), Value::Number(3.into()))].into());
    let finding = edition.examine(&facts).findings.into_iter().find(|f| f.clause == "1-2").unwrap();
    assert_eq!((finding.truth, finding.missing.as_slice()), (Truth::Unknown, edition.unconfirmed()));
}

#[test]
fn what_is_too_large_is_refused_at_once() {
    let reading = read(&"あ".repeat(1_000_000));
    assert_eq!(reading.problems.iter().map(|p| p.code.as_str()).collect::<Vec<_>>(), ["text-too-large"]);
    let deep = format!("{SMALL}\n\n{}深い\n", "> ".repeat(50));
    assert!(read(&deep).problems.iter().any(|p| p.code.as_str() == "too-deep"));
    let long = format!("{SMALL}\n{}", "段落\n\n".repeat(6_000));
    assert!(read(&long).problems.iter().any(|p| p.code.as_str() == "text-too-large"));
    let tall = SMALL.replacen("| 20人超 | 1/2 |\n", &"| 20人超 | 1/2 |\n".repeat(3_000), 1);
    assert!(read(&tall).problems.iter().any(|p| p.code.as_str() == "text-too-large"));
}

#[test]
fn slips_in_the_dictionary_and_in_the_library() {
    let source = house::file("facts/dictionary.md");
    for (from, to, code) in [
        ("| 資本金 | 数値 | 円 |", "| 資本金 | 数字 | 円 |", "bad-value"),
        ("| 従業員数 | 数値 |", "| 資本金 | 数値 |", "duplicate-name"),
        ("一覧 | 構成員、年度、", "一覧 | 構成員、年度々、", "unknown-name"),
        ("| 事業者 | 可 | 法人基本情報 | 資本金", "| 事業者 | 多分 | 法人基本情報 | 資本金", "bad-value"),
        ("| 項目 | 型 |", "| 項目 | 形 |", "unknown-column"),
    ] {
        assert!(source.contains(from), "{from}");
        let problems = Dictionary::parse(&source.replacen(from, to, 1)).unwrap_err();
        assert!(problems.iter().any(|p| p.code.as_str() == code), "{to}");
    }
    let dictionary = dictionary();
    let source = house::file("facts/definitions.md");
    for (from, to, code) in [
        ("### 1999-12-03 から", "### 昔から", "bad-day"),
        ("資本金 <= 資本金の基準", "資本金 <= 従業員数の基準", "unit"),
        ("| 卸売業 | 1億円 | 100人 |\n", "", "gap"),
        ("## 中小企業者 /", "## 小企業者 /", "unknown-name"),
    ] {
        assert!(source.contains(from), "{from}");
        let problems = Library::parse(&source.replacen(from, to, 1), &dictionary).unwrap_err();
        assert!(problems.iter().any(|p| p.code.as_str() == code), "{to}: {}", shown(&problems, &source));
    }
}

#[test]
fn a_closing_that_was_announced_is_never_brought_forward() {
    let before = read(SMALL).edition.unwrap();
    for (closes, forward) in [
        ("2025-06-20T17:00+09:00", false),
        ("2025-06-20T08:00Z", false),
        ("2025-06-20T17:00:01+09:00", false),
        ("2025-07-31T17:00+09:00", false),
        ("2025-06-20T16:59:59+09:00", true),
        ("2025-06-10T17:00+09:00", true),
    ] {
        let source = SMALL.replacen("2025-06-20T17:00+09:00", closes, 1);
        let problems = read(&source).edition.unwrap().amends(&before);
        assert_eq!(!problems.is_empty(), forward, "{closes}");
        for problem in problems {
            assert_eq!((problem.severity, problem.code.as_str()), (Severity::Error, "closing-brought-forward"));
            assert_eq!(problem.span.line_and_column(&source).0, 8);
            assert!(source[problem.span.start..].starts_with("2025-04-18T10:00+09:00 から"), "{problem:?}");
            let en = problem.message.en.unwrap();
            assert!(en.contains("2025-06-20 17:00:00"), "{en}");
            assert!(problem.message.ja.contains("令和7年6月20日") && problem.remedy.unwrap().ja.contains("以後"), "{closes}");
        }
    }
}

#[test]
fn what_receipts_and_letters_say_of_a_call_never_changes() {
    let before = read(SMALL).edition.unwrap();
    let with_term = |text: &str, term: &str| text.replacen("| 同点のとき | aim-score |", &format!("| 同点のとき | aim-score |\n{term}"), 1);
    let until = read(&with_term(SMALL, "| 補欠の期限 | 2026-03-31 |")).edition.unwrap();
    let (own, prefix) = (before.meta().call.clone(), before.meta().number_prefix.clone());
    for (announced, from, to, code, place) in [
        (&before, format!("回: {}", own.round()), "回: r9-9".to_owned(), "number-changed", "r9-9"),
        (&before, format!("制度: {}", own.programme()), "制度: other".to_owned(), "number-changed", "other"),
        (&before, format!("番号: {prefix}"), "番号: X9".to_owned(), "number-changed", "X9"),
        (&before, "合成: はい".to_owned(), "合成: いいえ".to_owned(), "synthetic-changed", "いいえ"),
        (
            &until,
            "aim-score |\n".to_owned(),
            "aim-score |\n| 補欠の期限 | 2026-03-30 |\n".to_owned(),
            "reserve-term-shortened",
            "補欠の期限",
        ),
        (&until, "aim-score |\n".to_owned(), "aim-score |\n| 補欠の期限 | 要確認 |\n".to_owned(), "reserve-term-shortened", "補欠の期限"),
        (&until, "誰も".to_owned(), "誰も".to_owned(), "reserve-term-shortened", ""),
    ] {
        let (head, rest) = SMALL.split_at(if from.starts_with("aim-score") { SMALL.find("| 同点のとき").unwrap() } else { 0 });
        let source = format!("{head}{}", rest.replacen(&from, &to, 1));
        assert!(source != SMALL || from == to, "{from}");
        let reading = read(&source);
        let problems = reading.edition.unwrap_or_else(|| panic!("{}", shown(&reading.problems, &source))).amends(announced);
        assert_eq!(problems.iter().map(|p| (p.severity, p.code.as_str())).collect::<Vec<_>>(), [(Severity::Error, code)], "{to}");
        let problem = &problems[0];
        assert!(source[problem.span.start..].starts_with(place), "{to}: {problem:?}");
        assert!(problem.remedy.as_ref().is_some_and(|r| r.en.is_some() && r.ja.ends_with('。')) && problem.message.en.is_some(), "{to}");
    }
    for same in ["2026-03-31", "2026-04-01", "令和9年3月31日"] {
        let later = read(&with_term(SMALL, &format!("| 補欠の期限 | {same} |"))).edition.unwrap();
        assert_eq!(later.amends(&until), [], "{same}");
        assert_eq!(later.amends(&before), [], "{same}");
        assert!(later.judges_as(&before), "how long the reserve list stands may be told late");
    }
}

#[test]
fn the_last_day_of_the_reserve_list() {
    use banso_guideline::ReserveTerm;
    let with =
        |cell: &str| SMALL.replacen("| 同点のとき | aim-score |", &format!("| 同点のとき | aim-score |\n| 補欠の期限 | {cell} |"), 1);
    let day = |text: &str| ReserveTerm::Until(banso_kernel::Day::parse(text).unwrap());
    for (cell, expected) in [
        ("2026-03-31", day("2026-03-31")),
        ("令和8年3月31日", day("2026-03-31")),
        ("2026-03-31 まで / until then", day("2026-03-31")),
        ("要確認", ReserveTerm::Unconfirmed),
        ("要確認 / not settled", ReserveTerm::Unconfirmed),
        ("-", ReserveTerm::Open),
    ] {
        let edition = read(&with(cell)).edition.unwrap_or_else(|| panic!("{cell}"));
        assert_eq!(edition.selection().reserve_term, expected, "{cell}");
        let unsettled = edition.unconfirmed().iter().any(|m| format!("{m:?}").contains("補欠の期限"));
        assert_eq!(unsettled, expected == ReserveTerm::Unconfirmed, "{cell}");
    }
    for cell in ["年度末", "2026-02-30", "2025-06-20", "2024-03-31"] {
        let (source, problems) = (with(cell), read(&with(cell)).problems);
        let bad: Vec<_> = problems.iter().filter(|p| p.code.as_str() == "bad-day").collect();
        assert!(bad.len() == 1 && source[bad[0].span.start..].starts_with(cell), "{cell}: {}", shown(&problems, &source));
    }
    let term = day("2026-03-31");
    let on = |text: &str| banso_kernel::Day::parse(text).unwrap();
    assert!(!term.is_over(on("2026-03-31")) && term.is_over(on("2026-04-01")) && !ReserveTerm::Open.is_over(on("2099-01-01")));
}
