//! Three-valued evaluation: truth tables, unknowns and what is missing, errors, ends of numbers, facts used.

use banso_kernel::Exact;

use super::{check, day, facts, member, n, names, ok, share, t};
use crate::model::{Facts, Known, Missing, Truth, Value};

#[test]
fn kleene_truth_tables() {
    // Y is みなし大企業 known yes, N its denial, U a fact that is not known.
    let known = facts(&[("みなし大企業", Value::YesNo(true))]);
    let word = |c: char| match c {
        'Y' => "みなし大企業",
        'N' => "みなし大企業でない",
        _ => "研究機関と連携する",
    };
    for row in ["YYYY", "YNNY", "YUUY", "NYNY", "NNNN", "NUNU", "UYUY", "UNNU", "UUUU"] {
        let [a, b, and, or] = row.chars().collect::<Vec<_>>()[..] else { unreachable!() };
        let names = names();
        for (text, expected) in [(format!("{} かつ {}", word(a), word(b)), and), (format!("{} または {}", word(a), word(b)), or)] {
            let found = ok(&text).truth(&names, &known).unwrap();
            let letter = match found.truth {
                Truth::Yes => 'Y',
                Truth::No => 'N',
                Truth::Unknown => 'U',
            };
            assert_eq!(letter, expected, "{text}");
            assert_eq!(found.missing.is_empty(), expected != 'U', "{text}");
        }
    }
}

#[test]
fn an_unknown_condition_never_takes_the_else_branch() {
    check(
        &Facts::default(),
        &[
            ("if 課税所得 > 15億円 then 1/2 else 2/3", "? 課税所得"),
            ("if 課税所得 > 15億円 then 1/2 else 1/2", "1/2"),
            ("if 課税所得 > 15億円 then 経費 else 0円", "? 経費 課税所得"),
            ("if 課税所得 > 15億円 then 1/0 else 2/3", "? 課税所得"),
            ("if みなし大企業 then \"あ\" else \"あ\"", "あ"),
        ],
    );
}

#[test]
fn only_what_can_still_change_the_answer_is_missing() {
    let known = facts(&[("資本金", n(10_000_000)), ("業種", t("小売業"))]);
    check(
        &known,
        &[
            ("資本金 <= 5,000万円 または 従業員数 <= 50人", "はい"),
            ("資本金 > 5,000万円 または 従業員数 <= 50人", "? 従業員数"),
            ("資本金 <= 5,000万円 かつ 従業員数 <= 50人", "? 従業員数"),
            ("資本金 > 5,000万円 かつ 従業員数 <= 50人", "いいえ"),
            ("業種 in (卸売業, 小売業)", "はい"),
            ("経費 <= 上限", "? 経費"),
            ("経費 <= 二年の上限", "? 経費 二年の上限@3-1"),
            ("資本金 <= 二年の上限", "? 二年の上限@3-1"),
            ("資本金 <= 二年の上限 または 資本金 <= 上限", "はい"),
            ("既知(資本金)", "はい"),
            ("is known(経費)", "いいえ"),
        ],
    );
}

#[test]
fn ends_of_numbers_settle_comparisons() {
    check(
        &Facts::default(),
        &[
            ("最小(経費, 3億円) <= 3億円", "はい"),
            ("最小(経費, 3億円) > 3億円", "いいえ"),
            ("最大(経費, 3億円) >= 2億円", "はい"),
            ("(if みなし大企業 then 1/2 else 2/3) < 1", "はい"),
            ("(if みなし大企業 then 1/2 else 2/3) = 3/4", "いいえ"),
            ("(if みなし大企業 then 1/2 else 2/3) >= 2/3", "? みなし大企業"),
            ("絶対値(伸び率) >= 0", "はい"),
        ],
    );
}

#[test]
fn bounds_of_amounts() {
    let names = names();
    let yen = Exact::from_integer;
    let known = facts(&[("経費", n(10_000_000))]);
    let rate = "(if 課税所得 > 15億円 then 1/2 else 2/3)";
    for (text, expected) in [
        ("経費 * 2/3".to_owned(), Known::Exactly(Exact::new(20_000_000, 3))),
        (format!("切捨て(経費 * {rate}, 1円)"), Known::Between(yen(5_000_000), yen(6_666_666))),
        (format!("最小(経費 * {rate}, 500万円)"), Known::Exactly(yen(5_000_000))),
        (format!("経費 - 経費 * {rate}"), Known::Between(Exact::new(10_000_000, 3), yen(5_000_000))),
        (format!("経費 / {rate}"), Known::Between(yen(15_000_000), yen(20_000_000))),
        (format!("-{rate}"), Known::Between(Exact::new(-2, 3), Exact::new(-1, 2))),
        ("資本金 * 2".to_owned(), Known::Unknown(vec![Missing::Fact("資本金".into())])),
        ("最小(資本金, 3億円)".to_owned(), Known::Unknown(vec![Missing::Fact("資本金".into())])),
    ] {
        assert_eq!(ok(&text).bounds(&names, &known), Ok(expected), "{text}");
    }
}

#[test]
fn lists_with_unknown_rows() {
    let rows = |rows: Vec<Value>| facts(&[("共同体", Value::List(rows))]);
    let table = |facts: &Facts, table: &[(&str, &str)]| check(facts, table);
    let full = rows(vec![member(Some("中小企業者等"), Some(100)), member(Some("大学・公設試等"), Some(50))]);
    table(
        &full,
        &[
            ("件数(共同体)", "2"),
            ("合計(共同体.構成員経費)", "150円"),
            ("合計(共同体[種別 = 大学・公設試等].構成員経費)", "50円"),
            ("いずれか(共同体, 種別 = 大学・公設試等)", "はい"),
            ("every m in 共同体 satisfies m.構成員経費 >= 100円", "いいえ"),
            ("最大(共同体.構成員経費) <= 100円", "はい"),
            ("件数([1, 2, 3][item >= 2])", "2"),
            ("\"その他\" in 共同体.種別", "いいえ"),
        ],
    );
    let doubtful = rows(vec![member(Some("中小企業者等"), Some(100)), member(None, Some(50))]);
    table(
        &doubtful,
        &[
            ("件数(共同体)", "2"),
            ("件数(共同体[種別 = 大学・公設試等])", "? 種別"),
            ("件数(共同体[種別 = 大学・公設試等]) <= 1", "はい"),
            ("件数(共同体[種別 = 中小企業者等]) >= 1", "はい"),
            ("合計(共同体[種別 = 大学・公設試等].構成員経費) <= 50円", "はい"),
            ("いずれか(共同体, 種別 = 大学・公設試等)", "? 種別"),
            ("いずれか(共同体, 種別 = 中小企業者等)", "はい"),
            ("すべて(共同体, 構成員経費 >= 50円)", "はい"),
            ("最小(共同体[種別 = 中小企業者等].構成員経費)", "? 種別"),
            ("最小(共同体[種別 = 中小企業者等].構成員経費) <= 100円", "はい"),
        ],
    );
    table(&Facts::default(), &[("件数(共同体) >= 1", "? 共同体"), ("いずれか(共同体, 種別 = その他)", "? 共同体")]);
    table(
        &rows(vec![]),
        &[
            ("いずれか(共同体, 種別 = その他)", "いいえ"),
            ("すべて(共同体, 種別 = その他)", "はい"),
            ("最小(共同体.構成員経費)", "! empty-list"),
        ],
    );
}

#[test]
fn errors_are_values_of_that_row() {
    let known = facts(&[("経費", n(1)), ("資本金", n(0)), ("従業員数", t("三百")), ("業種", t("鉱業")), ("課税所得", n(i128::MAX))]);
    let huge = "10 ** 30 * 10 ** 30".to_owned();
    check(
        &known,
        &[
            ("経費 / 資本金", "! division-by-zero"),
            ("modulo(経費, 資本金)", "! division-by-zero"),
            (&huge, "! overflow"),
            ("課税所得 > 0円", "! wrong-kind"),
            ("従業員数 <= 300人", "! wrong-kind"),
            ("業種 = 卸売業", "! wrong-kind"),
            ("資本金 != 0円 かつ 経費 / 資本金 > 3", "いいえ"),
            ("経費 / 資本金 > 3 かつ 資本金 != 0円", "いいえ"),
            ("資本金 = 0円 または 経費 / 資本金 > 3", "はい"),
            ("経費 / 資本金 > 3 または 研究機関と連携する", "! division-by-zero"),
            ("@\"9999-12-31\" + 1年", "! overflow"),
        ],
    );
}

#[test]
fn two_thirds_is_exact_and_the_threshold_is_sharp() {
    let names = names();
    let rate = ok("if 課税所得 > 15億円 then 1/2 else 2/3");
    for (income, expected) in [(1_500_000_000, share(2, 3)), (1_500_000_001, share(1, 2))] {
        let found = rate.value(&names, &facts(&[("課税所得", n(income))]));
        assert_eq!(found, Ok(super::Outcome::Value(expected)));
    }
}

#[test]
fn evaluation_has_a_limit_on_steps() {
    let rows: Vec<Value> = (0..200).map(|_| member(Some("その他"), Some(1))).collect();
    let text = "すべて(共同体, すべて(共同体, すべて(共同体, 構成員経費 > 0円)))";
    check(&facts(&[("共同体", Value::List(rows))]), &[(text, "! too-long")]);
}

#[test]
fn the_facts_that_were_used() {
    let names = names();
    let known = facts(&[("資本金", n(1)), ("従業員数", n(2)), ("設立日", day("2020-01-01")), ("みなし大企業", Value::YesNo(false))]);
    for (text, expected) in [
        ("資本金 <= 3億円 または 従業員数 <= 300人", vec!["資本金"]),
        ("資本金 <= 3億円 かつ 従業員数 <= 300人", vec!["従業員数", "資本金"]),
        ("資本金 <= 3億円 かつ みなし大企業", vec!["みなし大企業"]),
        ("経費 <= 3億円 または 従業員数 <= 300人", vec!["従業員数"]),
        ("if みなし大企業 then 資本金 else 0円", vec!["みなし大企業"]),
    ] {
        let used: Vec<String> = ok(text).used(&names, &known).into_iter().map(|(id, _)| id).collect();
        assert_eq!(used, expected, "{text}");
    }
}
