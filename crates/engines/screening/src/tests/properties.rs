//! The same over random expressions and firms.

use banso_guideline::{Facts, Value};
use banso_kernel::{Day, Exact};
use proptest::prelude::*;

use super::{agree, t};

/// A number of yen, well typed.
pub(super) fn yen() -> BoxedStrategy<String> {
    let leaf = prop::sample::select(vec![
        "資本金",
        "経費",
        "課税所得",
        "上限",
        "二年の上限",
        "0円",
        "3億円",
        "100円",
        "基準",
        "枠の上限",
        "破れ",
        "加算",
        "合計(共同体.構成員経費)",
    ]);
    leaf.prop_map(str::to_owned)
        .prop_recursive(4, 24, 3, |inner| {
            prop_oneof![
                (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} + {b})")),
                (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} - {b})")),
                inner.clone().prop_map(|a| format!("({a} * 2 / 3)")),
                inner.clone().prop_map(|a| format!("({a} * 率)")),
                inner.clone().prop_map(|a| format!("-({a})")),
                (inner.clone(), inner.clone(), inner.clone()).prop_map(|(a, b, c)| format!("({a} * {b} / {c})")),
                (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("最小({a}, {b})")),
                (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("最大({a}, {b})")),
                (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("平均({a}, {b}, 50円)")),
                (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("中央値({a}, {b}, 50円)")),
                (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("中央値({a}, {b})")),
                inner.clone().prop_map(|a| format!("剰余({a}, 7円)")),
                (
                    inner.clone(),
                    prop::sample::select(vec!["切捨て", "切上げ", "四捨五入", "floor", "ceiling"]),
                    prop::sample::select(vec!["1000円", "1円", "7円", "0.5円"])
                )
                    .prop_map(|(a, f, u)| format!("{f}({a}, {u})")),
                inner.clone().prop_map(|a| format!("絶対値({a})")),
                (condition_leaf(), inner.clone(), inner).prop_map(|(c, a, b)| format!("(if {c} then {a} else {b})")),
            ]
        })
        .boxed()
}

fn condition_leaf() -> BoxedStrategy<String> {
    prop::sample::select(vec![
        "みなし大企業",
        "連携する",
        "業種 in (卸売業, 小売業)",
        "業種 = 製造業",
        "枠 = 通常枠",
        "枠 != 出資枠",
        "区分",
        "従業員数 <= 20人",
        "従業員数 in [6人..50人)",
        "伸び率 >= 1.5%",
        "年数(設立日, 基準日) >= 3年",
        "設立日 <= 基準日",
        "含む(会社名, \"精\")",
        "いずれか(共同体, 種別 = 甲)",
        "すべて(共同体, 構成員経費 <= 100円)",
    ])
    .prop_map(str::to_owned)
    .boxed()
}

pub(super) fn condition() -> BoxedStrategy<String> {
    let op = prop::sample::select(vec!["<", "<=", ">", ">=", "=", "!="]);
    let leaf = prop_oneof![
        condition_leaf(),
        (yen(), op.clone(), yen()).prop_map(|(a, op, b)| format!("{a} {op} {b}")),
        (yen(), op, prop::sample::select(vec!["100円", "1億円", "0円", "10円 / 3"])).prop_map(|(a, op, b)| format!("{a} {op} {b}")),
        (yen(), yen(), prop::sample::select(vec![">= 3%", "< 1/2", "= 1", "!= 2"])).prop_map(|(a, b, c)| format!("{a} / {b} {c}")),
        (yen(), yen()).prop_map(|(a, b)| format!("{a} in ({b}, [0円..100円])")),
        yen().prop_map(|a| format!("既知({a})")),
    ];
    leaf.prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a}) かつ ({b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a}) または ({b})")),
            inner.clone().prop_map(|a| format!("not({a})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("いずれか([{a}, {b}])")),
            (inner.clone(), inner.clone(), inner).prop_map(|(c, a, b)| format!("if {c} then ({a}) else ({b})")),
        ]
    })
    .boxed()
}

fn amount() -> impl Strategy<Value = Value> {
    prop_oneof![
        8 => prop::sample::select(vec![0_i128, 50, 99, 100, 101, 1000, 100_000_000, 300_000_000, -7]).prop_map(Exact::from_integer),
        1 => prop::sample::select(vec![i128::MAX, 1 << 62, -(1 << 61)]).prop_map(Exact::from_integer),
        1 => (-1000..1000_i128, 1..7_i128).prop_map(|(a, b)| Exact::new(a, b)),
    ]
    .prop_map(Value::Number)
}

/// Firms of which any fact may be absent.
pub(super) fn firm() -> impl Strategy<Value = Facts> {
    let maybe = |s: BoxedStrategy<Value>| prop::option::weighted(0.7, s);
    let words = |v: &'static [&'static str]| prop::sample::select(v).prop_map(t).boxed();
    let yes_no = || any::<bool>().prop_map(Value::YesNo).boxed();
    let days = || (0..60_i32).prop_map(|d| Value::Day(Day::new(2020, 1, 1).unwrap().plus_days(d * 37))).boxed();
    let share = (-20..40_i128).prop_map(|a| Value::Number(Exact::new(a, 200))).boxed();
    let people = prop::sample::select(vec![0_i128, 5, 6, 20, 21, 50, 300]).prop_map(|n| Value::Number(Exact::from_integer(n))).boxed();
    (
        maybe(words(&["製造業", "卸売業", "サービス業", "小売業"])),
        maybe(words(&["通常枠", "出資枠"])),
        (maybe(amount().boxed()), maybe(amount().boxed()), maybe(amount().boxed())),
        maybe(people),
        maybe(share),
        (maybe(yes_no()), maybe(yes_no())),
        (maybe(days()), maybe(days())),
        maybe(words(&["甲精密", "乙商店", ""])),
    )
        .prop_map(|(a, b, (c, d, e), f, g, (h, i), (j, k), l)| {
            let ids = [
                "業種",
                "枠",
                "資本金",
                "課税所得",
                "経費",
                "従業員数",
                "伸び率",
                "みなし大企業",
                "連携する",
                "設立日",
                "基準日",
                "会社名",
            ];
            let values = [a, b, c, d, e, f, g, h, i, j, k, l];
            Facts(ids.into_iter().zip(values).filter_map(|(id, v)| v.map(|v| (id.to_owned(), v))).collect())
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn conditions_agree(texts in prop::collection::vec(condition(), 4), rows in prop::collection::vec(firm(), 60)) {
        agree(&texts.iter().map(String::as_str).collect::<Vec<_>>(), &rows);
    }

    #[test]
    fn amounts_agree(texts in prop::collection::vec(yen(), 4), rows in prop::collection::vec(firm(), 60)) {
        agree(&texts.iter().map(String::as_str).collect::<Vec<_>>(), &rows);
    }
}
