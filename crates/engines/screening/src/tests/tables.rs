//! Expressions and firms chosen by hand, one for each rule of the meaning.

use super::{agree, day, facts, n, t};
use banso_guideline::{Facts, Value};
use banso_kernel::Exact;

fn some_rows() -> Vec<Facts> {
    let firm =
        [("業種", t("卸売業")), ("資本金", n(100_000_000)), ("従業員数", n(30)), ("経費", n(500)), ("みなし大企業", Value::YesNo(false))];
    let rest = [
        ("枠", t("出資枠")),
        ("課税所得", n(-7)),
        ("伸び率", Value::Number(Exact::new(3, 40))),
        ("連携する", Value::YesNo(true)),
        ("設立日", day("2000-02-29")),
        ("基準日", day("2025-02-28")),
        ("会社名", t("甲乙精密株式会社")),
    ];
    let all: Vec<_> = firm.iter().chain(&rest).cloned().collect();
    let mut rows = vec![facts(&[]), facts(&all), facts(&firm), facts(&rest)];
    for left_out in 0..all.len() {
        let some: Vec<_> = all.iter().enumerate().filter(|(i, _)| *i != left_out).map(|(_, p)| p.clone()).collect();
        rows.push(facts(&some));
        rows.push(facts(&all[left_out..=left_out]));
    }
    rows
}

#[test]
fn columns_and_rows_agree() {
    let texts = [
        "資本金 <= 3億円 または 従業員数 <= 300人",
        "資本金 <= 基準",
        "資本金 <= 基準 かつ not(みなし大企業)",
        "業種 in (卸売業, 小売業)",
        "業種 = 卸売業",
        "業種 != 製造業 かつ 枠 = 通常枠",
        "枠の上限 >= 1円",
        "枠の上限",
        "基準",
        "率 >= 2/3",
        "破れ = 1円",
        "区分",
        "加算",
        "加算 >= 50円",
        "経費 * 2 / 3",
        "経費 * 率",
        "切捨て(経費 * 2 / 3, 1円)",
        "四捨五入(資本金 / 7, 1000円)",
        "切上げ(-課税所得 / 3, 10円)",
        "floor(課税所得 / 2)",
        "ceiling(課税所得 / 2)",
        "最小(経費, 上限, 二年の上限)",
        "最大(経費, 資本金) + 最小(経費, 100円)",
        "絶対値(課税所得 - 資本金)",
        "絶対値(最大(課税所得, 資本金))",
        "if みなし大企業 then 経費 else 資本金",
        "(if みなし大企業 then 100円 else 200円) > 経費",
        "if 連携する then みなし大企業 else はい",
        "伸び率 >= 7.5%",
        "伸び率 * 3 >= 1/4",
        "経費 / 従業員数 >= 10円/人",
        "(資本金 - 課税所得) / 課税所得 >= 3%",
        "年数(設立日, 基準日) >= 25年",
        "月数(設立日, 基準日) < 300か月",
        "基準日 - 設立日 > 9000日",
        "設立日 < @\"2001-01-01\"",
        "既知(資本金) かつ 既知(率)",
        "含む(会社名, \"精密\") または 会社名 = \"甲\"",
        "前方一致(会社名, \"甲\")",
        "いずれか(共同体, 種別 = 甲)",
        "件数(共同体) >= 1 または 資本金 > 1円",
        "合計(共同体.構成員経費) <= 経費",
        "資本金 in [1円..2億円)",
        "資本金 in (100円, 1億円, > 5億円)",
        "資本金 = 1億円 / 3",
        "資本金 > 10円 / 3",
        "みなし大企業 = 連携する",
        "some x in [資本金, 経費] satisfies x > 1000円",
        "平均(資本金, 経費)",
        "合計(資本金, 課税所得, 1円)",
        "剰余(資本金, 7円)",
        "剰余(課税所得, 2.5円) >= 1円",
        "剰余(経費 * 2 / 3, 1円)",
        "剰余(基準, 3円)",
        "中央値(資本金, 経費, 課税所得)",
        "中央値(資本金, 経費)",
        "中央値(上限, 経費 / 3, 基準, 1円) <= 50円",
        "資本金 ** 2",
        "資本金 * 経費",
        "最小(経費, 100円) * 最大(資本金, 3円)",
    ];
    agree(&texts, &some_rows());
}

#[test]
fn what_columns_cannot_hold_is_asked_by_row() {
    let large = |value: i128| facts(&[("資本金", n(value)), ("経費", n(value))]);
    let third = facts(&[("資本金", Value::Number(Exact::new(1, 3))), ("経費", Value::Number(Exact::new(-5, 2)))]);
    let rows = [large(i64::MAX.into()), large(1 << 60), large(-(1 << 60)), large(1 << 61), large(i128::MAX), third];
    // Sums, products and multiples beyond 61 bits, fractions of a yen: never wrapped.
    let asked = agree(&["資本金 + 経費 > 0円", "資本金 * 経費 / 1円 > 0円", "資本金 * 1000 > 0円", "-資本金", "資本金 <= 1億円"], &rows);
    assert!(asked > 10, "{asked}");
    let none = agree(&["資本金 <= 1億円", "資本金 + 経費 > 0円"], &[large(5), large(-5), facts(&[])]);
    assert_eq!(none, 0);
}
