//! Types and units: what is refused, where, and what is suggested.

use super::{bad, names, ok};
use crate::expr::{Grain, Span, Type, Unit, compile};

#[test]
fn what_is_refused() {
    for (text, code, place, remedy) in [
        ("資本金 <= 300人", "unit-mismatch", "資本金 <= 300人", "単位を付ける"),
        ("資本金 <= 300", "unit-mismatch", "資本金 <= 300", "単位を付ける"),
        ("資本金 + 従業員数", "unit-mismatch", "資本金 + 従業員数", "単位"),
        ("if みなし大企業 then 1円 else 1人", "unit-mismatch", "if みなし大企業 then 1円 else 1人", "単位"),
        ("最小(経費, 3人)", "unit-mismatch", "3人", "単位"),
        ("研究期間 <= 12か月", "unit-mismatch", "研究期間 <= 12か月", "単位"),
        ("切捨て(経費, 1)", "unit-mismatch", "切捨て(経費, 1)", "単位"),
        ("切捨て(経費, 0円)", "bad-rounding", "0円", "1000円"),
        ("資本金 <= 3ドル", "unknown-unit", "3ドル", "円"),
        ("研究機間 >= 2年", "unknown-name", "研究機間", "「研究期間」のことですか"),
        ("従業員 >= 2人", "unknown-name", "従業員", "「従業員数」"),
        ("業種 = \"卸売\"", "not-a-choice", "\"卸売\"", "「卸売業」のことですか"),
        ("業種 = 卸売", "not-a-choice", "卸売", "「卸売業」のことですか"),
        ("業種 in (卸売業, 小売)", "not-a-choice", "小売", "「小売業」"),
        ("業種 = 枠", "never-equal", "業種 = 枠", ""),
        ("業種 < \"卸売業\"", "wrong-type", "業種 < \"卸売業\"", ""),
        ("みなし大企業 = 3", "wrong-type", "みなし大企業 = 3", ""),
        ("資本金 かつ みなし大企業", "wrong-type", "資本金", ""),
        ("not(資本金)", "wrong-type", "資本金", ""),
        ("-みなし大企業", "wrong-type", "みなし大企業", ""),
        ("件数(資本金)", "wrong-type", "資本金", ""),
        ("共同体.名前 = \"x\"", "unknown-name", "共同体.名前", ""),
        ("共同体[種別]", "wrong-type", "種別", ""),
        ("資本金[1 = 1]", "wrong-type", "資本金", ""),
        ("2 ** 0.5", "bad-exponent", "0.5", ""),
        ("研究期間 in [3年..2年]", "empty-range", "3年..2年", "入れ替え"),
        ("設立日 + 3円", "unit-mismatch", "設立日 + 3円", ""),
        ("設立日 < \"2025-04-01\"", "wrong-type", "設立日 < \"2025-04-01\"", ""),
    ] {
        let e = bad(text);
        let Span { start, end } = e[0].span;
        assert_eq!((e.len(), e[0].code, &text[start..end]), (1, code, place), "{text}: {e:?}");
        let said = e[0].remedy.clone().unwrap_or_default();
        assert!(said.ja.contains(remedy), "{text}: {said:?}");
        assert!(e[0].message.en.is_some(), "{text}");
    }
}

#[test]
fn all_errors_are_reported_in_order() {
    let e = bad("資本銀 <= 1円 かつ 従業員数 <= 3円 かつ 業種 = 鉱業");
    assert_eq!(e.iter().map(|e| e.code).collect::<Vec<_>>(), ["unknown-name", "unit-mismatch", "not-a-choice"]);
    assert!(e.windows(2).all(|w| w[0].span.start < w[1].span.start));
}

#[test]
fn types_of_expressions() {
    let yen = |s: &str| Type::Number(Unit::of(s));
    for (text, ty) in [
        ("資本金 / 従業員数", yen("円/人")),
        ("資本金 / 従業員数 * 従業員数", yen("円")),
        ("経費 * 2/3", yen("円")),
        ("経費 * 50%", yen("円")),
        ("経費 / 経費", yen("")),
        ("合計(共同体.構成員経費)", yen("円")),
        ("合計(共同体[種別 = 中小企業者等].構成員経費)", yen("円")),
        ("基準日 - 設立日", yen("日")),
        ("基準日 + 3年", Type::Day),
        ("年数(設立日, 基準日)", yen("年")),
        ("最大(0, 経費)", yen("円")),
        ("if みなし大企業 then 通常 else 0", yen("円")),
        ("伸び率", yen("%")),
        ("卸売業 = 業種", Type::YesNo),
        ("枠 = 「通常枠」", Type::YesNo),
        ("資本金 > 0", Type::YesNo),
        ("資本金 / 従業員数 >= 500円/人", Type::YesNo),
    ] {
        let names = names();
        let text = text.replace("通常 ", "上限 ");
        assert_eq!(compile(&text, &names).unwrap().ty(), &ty, "{text}");
    }
}

#[test]
fn what_comes_whole() {
    for (text, grain) in [
        ("資本金", Grain::Whole),
        ("経費 + 1円", Grain::Whole),
        ("従業員数 * 2", Grain::Whole),
        ("経費 * 2/3", Grain::Fine),
        ("切捨て(経費 * 2/3, 1円)", Grain::Whole),
        ("平均(経費, 資本金)", Grain::Fine),
        ("伸び率", Grain::Fine),
        ("件数(共同体)", Grain::Whole),
        ("合計(共同体.構成員経費)", Grain::Whole),
    ] {
        assert_eq!(ok(text).grain(), grain, "{text}");
    }
}

#[test]
fn units_read_and_print() {
    for (text, printed) in [
        ("円", "円"),
        ("名", "人"),
        ("ヶ月", "か月"),
        ("円/人", "円/人"),
        ("%", "%"),
        ("社", "社"),
        ("", ""),
        ("件/年", "件/年"),
        ("円/件", "円/件"),
    ] {
        assert_eq!(Unit::of(text).to_string(), printed, "{text}");
    }
    assert!(Unit::of("円/件").same_as(&Unit::of("円")) && !Unit::of("円/件").is_whole());
    assert!(Unit::of("%").same_as(&Unit::of("件")) && !Unit::of("円").same_as(&Unit::of("人")));
}

#[test]
fn items_through_definitions() {
    let found = ok("資本金 <= 3億円 かつ いずれか(共同体, 種別 = その他)").items();
    assert_eq!(found.into_iter().collect::<Vec<_>>(), ["共同体", "資本金"]);
}
