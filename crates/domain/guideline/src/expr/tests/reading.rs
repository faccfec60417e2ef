//! Literals, names, precedence, the normal form, and texts that cannot be read.

use super::{bad, check, facts, n, names, ok};
use crate::expr::{NESTING_MAX, Span, TEXT_MAX, compile, lex, parse, print};

#[test]
fn normal_forms() {
    for (text, expected) in [
        ("資本金<=3億円または従業員数<=300人", "資本金 <= 3億円 または 従業員数 <= 300人"),
        ("資本金 ≦ ３億円　又は　従業員数 ＜＝ ３００人", "資本金 <= 3億円 または 従業員数 <= 300人"),
        ("資本金 <= 3億円 or 従業員数 <= 300人", "資本金 <= 3億円 または 従業員数 <= 300人"),
        ("資本金 == 300000000円", "資本金 = 3億円"),
        ("資本金 <= 15億1円", "資本金 <= 15億1円"),
        ("資本金 <= 4,500万円", "資本金 <= 4,500万円"),
        ("資本金 <= 45000000円", "資本金 <= 4,500万円"),
        ("資本金 <= 1.5億円", "資本金 <= 1億5,000万円"),
        ("資本金 <= 5千万円", "資本金 <= 5,000万円"),
        ("資本金 <= 3百万円", "資本金 <= 300万円"),
        ("従業員数 <= 1,200人", "従業員数 <= 1,200人"),
        ("伸び率 >= ７．５％", "伸び率 >= 7.5%"),
        ("みなし大企業でない", "みなし大企業でない"),
        ("not(みなし大企業)", "みなし大企業でない"),
        ("not みなし大企業 = はい", "! unexpected"),
        ("みなし大企業である", "みなし大企業"),
        ("みなし大企業でないかつ研究期間>=2年", "みなし大企業でない かつ 研究期間 >= 2年"),
        ("研究期間>=2年かつ研究期間<=3年", "研究期間 >= 2年 かつ 研究期間 <= 3年"),
        ("研究期間 between 2年 and 3年", "研究期間 in [2年..3年]"),
        ("研究期間 in [2年..3年)", "研究期間 in [2年..3年)"),
        ("研究期間 in 2年以上3年以下", "研究期間 in [2年..3年]"),
        ("研究期間 in (2年超3年未満, 5年以上)", "研究期間 in ((2年..3年), >= 5年)"),
        ("枠 in [\"通常枠\", \"出資獲得枠\"]", "枠 in (\"通常枠\", \"出資獲得枠\")"),
        ("設立日 < @\"2025-04-01\" # 公布日", "設立日 < @\"2025-04-01\""),
        ("設立日 < date(\"令和7年4月1日\")", "設立日 < @\"2025-04-01\""),
        ("「従業員数（常時）」 <= 300名", "「従業員数（常時）」 <= 300名"),
        ("経費*2/3", "経費 * 2 / 3"),
        ("経費*(2/3)", "経費 * (2 / 3)"),
        ("経費－経費－経費", "経費 - 経費 - 経費"),
        ("経費-(経費-経費)", "経費 - (経費 - 経費)"),
        ("2**3**2", "2 ** 3 ** 2"),
        ("(-2)**2", "(-2) ** 2"),
        ("round down(経費, 1000円)", "切捨て(経費, 1,000円)"),
        ("count(共同体[種別 = 大学・公設試等]) >= 1", "件数(共同体[種別 = 大学・公設試等]) >= 1"),
        ("any(共同体, 種別 = \"その他\")", "いずれか(共同体, 種別 = \"その他\")"),
        ("some m in 共同体 satisfies m.種別 = \"その他\"", "some m in 共同体 satisfies m.種別 = \"その他\""),
        ("もし みなし大企業 ならば 1円 さもなければ 2円", "if みなし大企業 then 1円 else 2円"),
        ("みなし大企業 かつ (みなし大企業 または みなし大企業)", "みなし大企業 かつ (みなし大企業 または みなし大企業)"),
        ("(みなし大企業 かつ みなし大企業) または みなし大企業", "みなし大企業 かつ みなし大企業 または みなし大企業"),
        ("中小企業者である、かつ、みなし大企業でない", "! unexpected"),
        ("years between(設立日, 基準日) >= 1年", "年数(設立日, 基準日) >= 1年"),
    ] {
        let found = match parse::expression(text) {
            Ok(ast) => print::print(&ast),
            Err(e) => format!("! {}", e.code),
        };
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn precedence_and_numbers() {
    let known = facts(&[("経費", n(10_000_000))]);
    check(
        &known,
        &[
            ("1 + 2 * 3", "7"),
            ("(1 + 2) * 3", "9"),
            ("10 - 4 - 3", "3"),
            ("12 / 4 / 3", "1"),
            ("2 ** 3 ** 2", "64"),
            ("-2 + 5", "3"),
            ("(-2) ** 2", "4"),
            ("0.1 + 0.2 = 0.3", "はい"),
            ("2/3", "2/3"),
            ("経費 * 2/3", "20000000/3円"),
            ("切捨て(経費 * 2/3, 1円)", "666万6,666円"),
            ("切上げ(経費 * 2/3, 1000円)", "666万7,000円"),
            ("四捨五入(2.5, 1)", "3"),
            ("切捨て(-2.5, 1)", "-2"),
            ("floor(-2.5)", "-3"),
            ("ceiling(-2.5)", "-2"),
            ("切上げ(-2.1, 1)", "-3"),
            ("modulo(-7, 3)", "2"),
            ("絶対値(-7)", "7"),
            ("平均(1, 2, 4)", "7/3"),
            ("中央値([4, 1, 2])", "2"),
            ("中央値(4, 1, 2, 3)", "2.5"),
            ("最小(経費, 4,500万円)", "1,000万円"),
            ("はい または いいえ かつ いいえ", "はい"),
            ("1 < 2 かつ 2 < 3", "はい"),
            ("7.5% = 3/40", "はい"),
            ("2 in (< 1, [2..3))", "はい"),
            ("3 in [2..3)", "いいえ"),
            ("2 in (2..3]", "いいえ"),
            ("2 between 1 and 3", "はい"),
            ("string length(\"中小企業\")", "4"),
            ("contains(\"中小企業\", \"小企\")", "はい"),
            ("starts with(\"中小企業\", \"中\")", "はい"),
            ("ends with(\"中小企業\", \"中\")", "いいえ"),
            ("list contains([1, 2], 2)", "はい"),
            ("件数(distinct values([1, 2, 1]))", "2"),
            ("合計(concatenate([1, 2], [3]))", "6"),
            ("date(\"2025-04-01\") - date(\"2025-03-01\")", "31日"),
            ("date(\"2024-02-29\") + 1年", "令和7年2月28日"),
            ("年数(@\"2020-04-02\", @\"2025-04-01\")", "4年"),
            ("月数(@\"2025-01-31\", @\"2025-04-01\")", "2か月"),
        ],
    );
}

#[test]
fn texts_that_cannot_be_read() {
    for (text, code, place) in [
        ("", "unexpected", ""),
        ("資本金 <=", "unexpected", ""),
        ("資本金 && 従業員数", "strange-letter", "&"),
        ("資本金 ? 1 : 2", "strange-letter", "?"),
        ("\"閉じない", "not-closed", "\"閉じない"),
        ("「閉じない", "not-closed", "「閉じない"),
        ("1億2兆円", "not-a-number", "1億2兆"),
        ("123456789012345678901", "not-a-number", "123456789012345678901"),
        ("最小(1,200)", "ambiguous-comma", "1,200"),
        ("1 <= 研究期間 <= 3", "chained-comparison", "<="),
        ("研究期間 = 1 = 2", "chained-comparison", "="),
        ("-2**2", "ambiguous-minus", "**"),
        ("[1..2]", "range-alone", "["),
        ("件数()", "wrong-arity", "件数()"),
        ("切捨て(1)", "wrong-arity", "切捨て(1)"),
        ("合件(1)", "unknown-function", "合件"),
        ("date(\"2025-02-30\")", "not-a-day", "\"2025-02-30\""),
        ("@\"昨日\"", "not-a-day", "@\"昨日\""),
        ("(1", "unexpected", ""),
        ("1 2", "unexpected", "2"),
    ] {
        let e = bad(text);
        let Span { start, end } = e[0].span;
        assert_eq!((e.len(), e[0].code, &text[start..end]), (1, code, place), "{text}");
        assert!(!e[0].message.ja.is_empty() && e[0].message.en.is_some(), "{text}");
    }
}

#[test]
fn spans_are_those_of_the_original_text() {
    for (text, place) in [("資本金 ≦ ３億円 かつ 従業院数 ＜ ５０人", "従業院数"), ("　　研究機間 ＝ ３年", "研究機間")]
    {
        let e = bad(text);
        assert_eq!(&text[e[0].span.start..e[0].span.end], place);
    }
}

#[test]
fn nesting_and_length_have_limits() {
    let nested = |depth: usize| format!("{}1{}", "(".repeat(depth), ")".repeat(depth));
    assert!(compile(&nested(50), &names()).is_ok());
    for text in [nested(20_000 / 4), "-".repeat(5000), "[".repeat(5000), "not(".repeat(3000), "if ".repeat(4000)] {
        assert_eq!(bad(&text)[0].code, "too-deep", "{}", &text[..10]);
    }
    let denied = |depth: usize| format!("{}みなし大企業{}", "not(".repeat(depth), ")".repeat(depth));
    let known = facts(&[("みなし大企業", crate::model::Value::YesNo(true))]);
    check(&known, &[(&denied(60), "はい"), (&denied(61), "いいえ")]);
    assert_eq!(ok(&denied(61)).shortfalls(&names(), &known).len(), 1);
    let sum = |terms: usize| vec!["1"; terms].join("+");
    assert!(compile(&sum(usize::try_from(NESTING_MAX).unwrap()), &names()).is_ok());
    assert_eq!(bad(&sum(1000))[0].code, "too-deep");
    assert!(compile(&vec!["みなし大企業"; 500].join(" or "), &names()).is_ok());
    assert_eq!(bad(&" ".repeat(TEXT_MAX + 1))[0].code, "too-long");
}

#[test]
fn names_with_signs_need_quotes() {
    for (name, needed) in [
        ("資本金", false),
        ("大学・公設試等", false),
        ("従業員数（常時）", true),
        ("3年目", true),
        ("and", true),
        ("はい", true),
        ("65歳以上", true),
        ("以上", true),
    ] {
        assert_eq!(lex::needs_quotes(name), needed, "{name}");
    }
    assert_eq!(ok("「従業員数（常時）」 > 3人").to_text(), "「従業員数（常時）」 > 3人");
}
