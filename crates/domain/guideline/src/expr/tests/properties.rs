//! Properties over random expressions, facts and texts.

use banso_kernel::{Day, Exact};
use proptest::prelude::*;

use super::{names, t};
use crate::expr::ast::{Arithmetic, Ast, Comparison, Edge, Kind, Quantity, Test};
use crate::expr::functions::Func;
use crate::expr::{Cell, Domain, Grain, Span, Type, Unit, check, compile, parse, print};
use crate::model::{Facts, Truth, Value};

fn ast(kind: Kind) -> Ast {
    let height = 1 + kind.children().iter().map(|c| c.height).max().unwrap_or(0);
    Ast { kind, span: Span::default(), height }
}

fn boxed(a: Ast) -> Box<Ast> {
    Box::new(a)
}

fn comparison() -> impl Strategy<Value = Comparison> {
    use Comparison::{Equal, Greater, GreaterOrEqual, Less, LessOrEqual, Unequal};
    prop::sample::select(vec![Equal, Unequal, Less, LessOrEqual, Greater, GreaterOrEqual])
}

fn edge() -> impl Strategy<Value = Edge> {
    prop::sample::select(vec![Edge::Included, Edge::Excluded])
}

fn test(inner: impl Strategy<Value = Ast> + Clone) -> impl Strategy<Value = Test> {
    prop_oneof![
        inner.clone().prop_map(Test::Value),
        (comparison(), inner.clone()).prop_map(|(op, a)| Test::Compare(op, a)),
        (inner.clone(), edge(), inner, edge()).prop_map(|(low, from, high, to)| Test::Range { low, from, high, to }),
    ]
}

/// Any expression that can be written, whatever it means.
fn any_ast() -> impl Strategy<Value = Ast> {
    let unit = prop::option::of(prop::sample::select(vec!["円", "人", "年", "%", "か月", "社", "円/人"]));
    let number = (0..10_i64.pow(12), 0..4_u32, unit).prop_map(|(n, places, unit)| {
        let scale = 10_i128.pow(places) * if unit == Some("%") { 100 } else { 1 };
        Kind::Number { value: Exact::new(n.into(), scale), unit: unit.map(str::to_owned) }
    });
    let leaf = prop_oneof![
        number,
        "[あ-ん\"\\\\ a-z「#]{0,6}".prop_map(Kind::Text),
        any::<bool>().prop_map(Kind::YesNo),
        (0..60_000_i32).prop_map(|d| Kind::Day(Day::new(1900, 1, 1).unwrap().plus_days(d))),
        prop::sample::select(vec!["資本金", "x", "従業員数（常時）", "and", "みなし大企業でない会社", "大学・公設試等", "3年目", "以上"])
            .prop_map(|n| Kind::Name(n.to_owned())),
    ]
    .prop_map(ast);
    leaf.prop_recursive(5, 40, 4, |inner| {
        let arithmetic =
            prop::sample::select(vec![Arithmetic::Add, Arithmetic::Subtract, Arithmetic::Multiply, Arithmetic::Divide, Arithmetic::Power]);
        let parts = prop::collection::vec(inner.clone(), 2..4);
        let quantity = prop::sample::select(vec![Quantity::Some, Quantity::Every]);
        let variable = prop::option::of(Just("行".to_owned()));
        let func = prop::sample::select(vec![Func::Sum, Func::Min, Func::Max, Func::Mean, Func::Median, Func::Concatenate]);
        prop_oneof![
            inner.clone().prop_map(|a| Kind::Negate(boxed(a))),
            inner.clone().prop_map(|a| Kind::Not(boxed(a))),
            (arithmetic, inner.clone(), inner.clone()).prop_map(|(op, a, b)| Kind::Arithmetic(op, boxed(a), boxed(b))),
            parts.clone().prop_map(Kind::And),
            parts.clone().prop_map(Kind::Or),
            (comparison(), inner.clone(), inner.clone()).prop_map(|(op, a, b)| Kind::Compare(op, boxed(a), boxed(b))),
            (inner.clone(), prop::collection::vec(test(inner.clone()), 1..3)).prop_map(|(a, tests)| Kind::In(boxed(a), tests)),
            (inner.clone(), inner.clone(), inner.clone()).prop_map(|(c, a, b)| Kind::If(boxed(c), boxed(a), boxed(b))),
            (quantity, variable, inner.clone(), inner.clone()).prop_map(|(quantity, variable, list, body)| Kind::Quantified {
                quantity,
                variable,
                list: boxed(list),
                body: boxed(body)
            }),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| Kind::Filter(boxed(a), boxed(b))),
            (inner.clone(), Just("種別".to_owned())).prop_map(|(a, name)| Kind::Path(boxed(a), name)),
            prop::collection::vec(inner, 0..3).prop_map(Kind::List),
            (func, parts).prop_map(|(func, parts)| Kind::Call(func, parts)),
        ]
        .prop_map(ast)
    })
}

/// A number of yen, well typed.
fn yen() -> BoxedStrategy<String> {
    let leaf =
        prop::sample::select(vec!["資本金", "経費", "課税所得", "上限", "二年の上限", "0円", "3億円", "100円", "合計(共同体.構成員経費)"]);
    leaf.prop_map(str::to_owned)
        .prop_recursive(4, 24, 3, |inner| {
            prop_oneof![
                (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} + {b})")),
                (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} - {b})")),
                inner.clone().prop_map(|a| format!("({a} * 2 / 3)")),
                inner.clone().prop_map(|a| format!("-({a})")),
                (inner.clone(), inner.clone(), inner.clone()).prop_map(|(a, b, c)| format!("({a} * {b} / {c})")),
                (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("最小({a}, {b})")),
                (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("最大({a}, {b})")),
                (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("中央値({a}, {b}, 50円)")),
                inner.clone().prop_map(|a| format!("切捨て({a}, 1000円)")),
                inner.clone().prop_map(|a| format!("絶対値({a})")),
                (inner.clone(), inner).prop_map(|(a, b)| format!("(if みなし大企業 then {a} else {b})")),
                Just("合計(共同体[種別 = 中小企業者等].構成員経費)".to_owned()),
            ]
        })
        .boxed()
}

/// A condition, well typed.
fn condition() -> BoxedStrategy<String> {
    let op = prop::sample::select(vec!["<", "<=", ">", ">=", "=", "!="]);
    let leaf = prop_oneof![
        Just("みなし大企業".to_owned()),
        Just("研究機関と連携する".to_owned()),
        Just("業種 in (卸売業, 小売業)".to_owned()),
        Just("枠 = 通常枠".to_owned()),
        Just("いずれか(共同体, 種別 = 大学・公設試等)".to_owned()),
        Just("件数(共同体[種別 != その他]) >= 1".to_owned()),
        Just("すべて(共同体, 構成員経費 <= 100円)".to_owned()),
        (yen(), op, yen()).prop_map(|(a, op, b)| format!("{a} {op} {b}")),
        (yen(), yen()).prop_map(|(a, b)| format!("{a} in ({b}, [0円..100円])")),
    ];
    leaf.prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a}) かつ ({b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a}) または ({b})")),
            inner.clone().prop_map(|a| format!("not({a})")),
            (inner.clone(), inner.clone(), inner).prop_map(|(c, a, b)| format!("if {c} then ({a}) else ({b})")),
        ]
    })
    .boxed()
}

fn amount() -> impl Strategy<Value = Value> {
    prop_oneof![
        prop::sample::select(vec![0_i128, 50, 100, 101, 1000, 300_000_000, i128::MAX, -7]).prop_map(Exact::from_integer),
        (-1000..1000_i128, 1..7_i128).prop_map(|(a, b)| Exact::new(a, b)),
    ]
    .prop_map(Value::Number)
}

fn row() -> impl Strategy<Value = Value> {
    let kind = prop::option::of(prop::sample::select(vec!["中小企業者等", "大学・公設試等", "その他"]));
    let cost = prop::option::of(prop::sample::select(vec![0_i128, 50, 100, 200]));
    (kind, cost).prop_map(|(kind, cost)| super::member(kind, cost))
}

/// Facts of which any may be absent.
fn some_facts() -> impl Strategy<Value = Facts> {
    let yes_no = || prop::option::of(any::<bool>().prop_map(Value::YesNo));
    let amount = || prop::option::of(amount());
    let industry = prop::option::of(prop::sample::select(vec!["卸売業", "サービス業", "小売業"]).prop_map(t));
    let track = prop::option::of(prop::sample::select(vec!["通常枠", "出資獲得枠"]).prop_map(t));
    let rows = prop::option::of(prop::collection::vec(row(), 0..4).prop_map(Value::List));
    (yes_no(), yes_no(), amount(), amount(), amount(), industry, track, rows).prop_map(|(a, b, c, d, e, f, g, h)| {
        let ids = ["みなし大企業", "研究機関と連携する", "資本金", "経費", "課税所得", "業種", "枠", "共同体"];
        let values = [a, b, c, d, e, f, g, h];
        Facts(ids.into_iter().zip(values).filter_map(|(id, v)| v.map(|v| (id.to_owned(), v))).collect())
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn reading_what_was_printed_gives_the_same(ast in any_ast()) {
        let text = print::print(&ast);
        prop_assert_eq!(parse::expression(&text), Ok(ast), "{}", text);
    }

    #[test]
    fn checking_and_evaluating_anything_never_panics(ast in any_ast(), facts in some_facts()) {
        let names = names();
        let text = print::print(&ast);
        if let Ok(expr) = check::expression(&text, ast, &names) {
            let _ = (expr.value(&names, &facts), expr.shortfalls(&names, &facts), expr.used(&names, &facts));
        }
    }

    #[test]
    fn evaluating_conditions_never_panics(text in condition(), facts in some_facts()) {
        let names = names();
        let expr = compile(&text, &names).unwrap();
        let _ = (expr.truth(&names, &facts), expr.used(&names, &facts), expr.sentence(&names, banso_kernel::Lang::Ja));
        let fails = expr.truth(&names, &facts).is_ok_and(|j| j.truth == Truth::No);
        prop_assert_eq!(!expr.shortfalls(&names, &facts).is_empty(), fails, "{}", text);
    }

    #[test]
    fn learning_a_fact_never_turns_an_answer_round(text in condition(), facts in some_facts(), hidden in any::<u8>()) {
        let names = names();
        let expr = compile(&text, &names).unwrap();
        let kept = facts.0.iter().enumerate().filter(|(i, _)| hidden & (1 << i) == 0).map(|(_, (k, v))| (k.clone(), v.clone()));
        let fewer = Facts(kept.collect());
        if let (Ok(before), Ok(after)) = (expr.truth(&names, &fewer), expr.truth(&names, &facts)) {
            // A branch that the new fact makes fail leaves an `if` unknown; yes and no never change places.
            let turned = before.truth != after.truth && before.truth != Truth::Unknown && after.truth != Truth::Unknown;
            prop_assert!(!turned, "{} {:?} {:?}", text, before, after);
        }
    }

    #[test]
    fn an_amount_lies_within_its_ends(text in yen(), facts in some_facts(), hidden in any::<u8>()) {
        use crate::model::Known;
        let names = names();
        let expr = compile(&text, &names).unwrap();
        let kept = facts.0.iter().enumerate().filter(|(i, _)| hidden & (1 << i) == 0).map(|(_, (k, v))| (k.clone(), v.clone()));
        let fewer = Facts(kept.collect());
        match (expr.bounds(&names, &fewer), expr.bounds(&names, &facts)) {
            (Ok(Known::Between(low, high)), Ok(Known::Exactly(n))) => prop_assert!(low <= n && n <= high, "{} {} {} {}", text, low, n, high),
            (Ok(Known::Between(low, high)), Ok(Known::Between(l, h))) => prop_assert!(low <= l && h <= high, "{}", text),
            (Ok(Known::Exactly(before)), Ok(after @ (Known::Exactly(_) | Known::Between(..)))) => prop_assert_eq!(Known::Exactly(before), after, "{}", text),
            _ => {}
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,40}", pieces in prop::collection::vec(prop::sample::select(vec![
        "(", ")", "[", "]", "..", ",", "=", "<=", "-", "**", "not", "if ", "then ", "else ", "in ", "かつ", "または", "でない", "である",
        "some ", "every ", "satisfies ", "between ", "and ", "資本金", "3億円", "1,200", "7.5%", "\"", "「", "」", "#", "@\"", "件数(", "以上",
        "以下", "round half up(", "\n", "　", "．", "５", "円/人", "千", "万", ".", "\\",
    ]), 0..14)) {
        let names = names();
        for text in [text, pieces.concat()] {
            for found in [compile(&text, &names).map(|_| ()), Cell::compile(&text, &Type::Number(Unit::of("円")), &names).map(|_| ())] {
                for e in found.err().unwrap_or_default() {
                    prop_assert!(text.get(e.span.start..e.span.end).is_some(), "{:?} in {}", e, text);
                }
            }
        }
    }

    #[test]
    fn a_cell_and_its_set_agree(low in 0..40_i64, high in 40..80_i64, at in 0..100_i64, form in 0..8_usize) {
        let forms = [
            format!("<= {low}円"), format!("> {low}円"), format!("[{low}円..{high}円)"), format!("({low}円..{high}円]"),
            format!("{low}円, > {high}円"), format!("not({low}円, [{high}円..90円])"), format!("!= {low}円"), format!("{low}円以上{high}円未満"),
        ];
        let cell = Cell::compile(&forms[form], &Type::Number(Unit::of("円")), &names()).unwrap();
        let value = super::n(at.into());
        let yes = cell.matches(&value) == Truth::Yes;
        for grain in [Grain::Whole, Grain::Fine] {
            let set = cell.domain(grain).unwrap();
            prop_assert_eq!(set.contains(&value), yes);
            prop_assert_eq!(set.complement().contains(&value), !yes);
            prop_assert_eq!(set.complement().complement(), set.clone());
            prop_assert!(set.intersection(&set.complement()).is_empty());
            prop_assert_eq!(set.union(&set.complement()), Domain::all(cell.ty(), grain).unwrap());
            prop_assert!(set.sample().is_none_or(|v| set.contains(&v)));
        }
    }
}
