//! Conditions as a page says them, in Japanese: `資本金が3億円以下、又は従業員数が300人以下`. English is next door.

use banso_kernel::{Lang, LocalText};

use super::ast::{Arithmetic, Comparison, Edge, Quantity};
use super::functions::Func;
use super::names::Names;
use super::node::{Node, NodeTest, Op};
use super::types::Type;
use super::{format, sentence_en};

/// A condition, or any expression, in words.
pub(crate) fn sentence(node: &Node, names: &Names, lang: Lang) -> String {
    match lang {
        Lang::Ja => condition(node, names),
        Lang::En => sentence_en::condition(node, names),
    }
}

/// A value in words.
pub(crate) fn term(node: &Node, names: &Names, lang: Lang) -> String {
    match lang {
        Lang::Ja => value(node, names),
        Lang::En => sentence_en::value(node, names),
    }
}

/// What a value must be, without its subject: `3億円以下`.
pub(crate) fn bound(op: Comparison, text: &str, ty: &Type, lang: Lang) -> String {
    match lang {
        Lang::Ja => limit(op, text, ty),
        Lang::En => sentence_en::limit(op, text, ty),
    }
}

/// What a value must be by a list of tests: `2年以上3年以下`.
pub(crate) fn tests(tests: &[NodeTest], ty: &Type, names: &Names, lang: Lang) -> String {
    match lang {
        Lang::Ja => tests.iter().map(|t| test(t, ty, names)).collect::<Vec<_>>().join("又は"),
        Lang::En => tests.iter().map(|t| sentence_en::test(t, ty, names)).collect::<Vec<_>>().join(" or "),
    }
}

pub(crate) fn other_than(text: &str, lang: Lang) -> String {
    match lang {
        Lang::Ja => format!("{text}以外"),
        Lang::En => format!("other than {text}"),
    }
}

/// The label of an item, a parameter or a definition; its name where it has none.
pub(crate) fn label(name: &str, label: Option<&LocalText>, lang: Lang) -> String {
    label.map(|l| l.get(lang)).filter(|l| !l.is_empty()).unwrap_or(name).to_owned()
}

fn limit(op: Comparison, text: &str, ty: &Type) -> String {
    let day = *ty == Type::Day;
    match (op, day) {
        (Comparison::Equal, _) => text.to_owned(),
        (Comparison::Unequal, _) => format!("{text}以外"),
        (Comparison::LessOrEqual, false) => format!("{text}以下"),
        (Comparison::Less, false) => format!("{text}未満"),
        (Comparison::GreaterOrEqual, false) => format!("{text}以上"),
        (Comparison::Greater, false) => format!("{text}超"),
        (Comparison::LessOrEqual, true) => format!("{text}以前"),
        (Comparison::Less, true) => format!("{text}より前"),
        (Comparison::GreaterOrEqual, true) => format!("{text}以後"),
        (Comparison::Greater, true) => format!("{text}より後"),
    }
}

fn test(test: &NodeTest, ty: &Type, names: &Names) -> String {
    match test {
        NodeTest::Equal(n) => value(n, names),
        NodeTest::Member(n) => format!("{}のいずれか", value(n, names)),
        NodeTest::Compare(op, n) => limit(*op, &value(n, names), ty),
        NodeTest::Range { low, from, high, to } => {
            let above = if *from == Edge::Included { Comparison::GreaterOrEqual } else { Comparison::Greater };
            let below = if *to == Edge::Included { Comparison::LessOrEqual } else { Comparison::Less };
            format!("{}{}", limit(above, &value(low, names), ty), limit(below, &value(high, names), ty))
        }
    }
}

fn condition(node: &Node, names: &Names) -> String {
    match &node.op {
        Op::And(parts) => joined(parts, names, "、かつ、"),
        Op::Or(parts) => joined(parts, names, "、又は"),
        Op::Not(inner) => negated(inner, names),
        Op::Compare(op, a, b) => format!("{}が{}", value(a, names), limit(*op, &value(b, names), &b.ty)),
        Op::In(subject, list) => format!("{}が{}", value(subject, names), tests(list, &subject.ty, names, Lang::Ja)),
        Op::Quantified(Quantity::Some, list, body) => format!("{}のいずれかについて{}", value(list, names), condition(body, names)),
        Op::Quantified(Quantity::Every, list, body) => format!("{}のすべてについて{}", value(list, names), condition(body, names)),
        Op::If(c, a, b) => format!("{}の場合は{}、それ以外の場合は{}", condition(c, names), inner(a, names), inner(b, names)),
        Op::Item(_) | Op::Definition(_) | Op::Parameter(_) | Op::Path(..) if node.ty == Type::YesNo => affirmed(&value(node, names)),
        Op::Item(_)
        | Op::Definition(_)
        | Op::Parameter(_)
        | Op::Path(..)
        | Op::Constant(_)
        | Op::Local(_)
        | Op::Negate(_)
        | Op::Arithmetic(..)
        | Op::Filter(..)
        | Op::List(_)
        | Op::Call(..) => value(node, names),
    }
}

/// Parts of a compound, compounds among them in parentheses.
fn joined(parts: &[Node], names: &Names, between: &str) -> String {
    parts.iter().map(|p| inner(p, names)).collect::<Vec<_>>().join(between)
}

fn inner(node: &Node, names: &Names) -> String {
    let text = condition(node, names);
    if matches!(node.op, Op::And(_) | Op::Or(_) | Op::If(..)) { format!("（{text}）") } else { text }
}

/// `研究機関等と連携する` as it is; `中小企業者` with である.
fn affirmed(label: &str) -> String {
    let plain = label.trim_end_matches(['か', '？', '?', '。']);
    if ["する", "いる", "ある", "した", "おり", "がない"].iter().any(|end| plain.ends_with(end)) {
        plain.to_owned()
    } else {
        format!("{plain}である")
    }
}

fn negated(node: &Node, names: &Names) -> String {
    match &node.op {
        Op::Compare(op, a, b) => format!("{}が{}", value(a, names), limit(op.opposite(), &value(b, names), &b.ty)),
        Op::In(subject, list) => format!("{}が{}以外", value(subject, names), tests(list, &subject.ty, names, Lang::Ja)),
        Op::Not(inside) => condition(inside, names),
        Op::Constant(_)
        | Op::Item(_)
        | Op::Parameter(_)
        | Op::Definition(_)
        | Op::Local(_)
        | Op::Negate(_)
        | Op::Arithmetic(..)
        | Op::And(_)
        | Op::Or(_)
        | Op::If(..)
        | Op::Quantified(..)
        | Op::Filter(..)
        | Op::Path(..)
        | Op::List(_)
        | Op::Call(..) => {
            let said = condition(node, names);
            match said.strip_suffix("である") {
                Some(stem) if !matches!(node.op, Op::And(_) | Op::Or(_)) => format!("{stem}でない"),
                Some(_) | None => format!("「{said}」に当たらない"),
            }
        }
    }
}

pub(crate) fn value(node: &Node, names: &Names) -> String {
    match &node.op {
        Op::Constant(v) => format::value(v, &node.ty, Lang::Ja),
        Op::Item(id) | Op::Path(_, id) if is_own(node) => label(id, names.item(id).map(|i| &i.label), Lang::Ja),
        Op::Item(id) => label(id, names.item(id).map(|i| &i.label), Lang::Ja),
        Op::Path(base, id) => format!("{}の{}", value(base, names), label(id, names.item(id).map(|i| &i.label), Lang::Ja)),
        Op::Parameter(name) => label(name, names.parameter(name).map(|p| &p.label), Lang::Ja),
        Op::Definition(name) => label(name, names.definition(name).map(|d| &d.label), Lang::Ja),
        Op::Local(_) => "その値".to_owned(),
        Op::Negate(a) => format!("-{}", factor(a, names)),
        Op::Arithmetic(op, a, b) => arithmetic(*op, a, b, names),
        Op::If(c, a, b) => format!("（{}の場合は{}、それ以外の場合は{}）", condition(c, names), value(a, names), value(b, names)),
        Op::Filter(list, c) => format!("{}のうち{}もの", value(list, names), attributive(c, names)),
        Op::List(parts) => parts.iter().map(|p| value(p, names)).collect::<Vec<_>>().join("、"),
        Op::Call(func, parts) => call(*func, &parts.iter().map(|p| value(p, names)).collect::<Vec<_>>()),
        Op::Not(_) | Op::And(_) | Op::Or(_) | Op::Compare(..) | Op::In(..) | Op::Quantified(..) => {
            format!("「{}」", condition(node, names))
        }
    }
}

/// A condition before a noun: `種別が大学・公設試等の`.
fn attributive(node: &Node, names: &Names) -> String {
    let said = condition(node, names);
    if ["である", "でない", "する", "いる", "ある", "した", "ない"].iter().any(|end| said.ends_with(end)) {
        said
    } else {
        format!("{said}の")
    }
}

/// A part of the row at hand, which needs no owner in words.
fn is_own(node: &Node) -> bool {
    matches!(&node.op, Op::Path(base, _) if matches!(base.op, Op::Local(_)))
}

fn arithmetic(op: Arithmetic, a: &Node, b: &Node, names: &Names) -> String {
    match op {
        Arithmetic::Add => format!("{} ＋ {}", value(a, names), factor(b, names)),
        Arithmetic::Subtract => format!("{} － {}", value(a, names), factor(b, names)),
        Arithmetic::Multiply => format!("{} × {}", factor(a, names), factor(b, names)),
        Arithmetic::Divide if is_plain(a) && is_plain(b) => format!("{}/{}", value(a, names), value(b, names)),
        Arithmetic::Divide => format!("{} ÷ {}", factor(a, names), factor(b, names)),
        Arithmetic::Power => format!("{}の{}乗", factor(a, names), value(b, names)),
    }
}

/// Numbers without units: a share such as 2/3.
pub(crate) fn is_plain(node: &Node) -> bool {
    matches!(node.op, Op::Constant(_)) && matches!(&node.ty, Type::Number(unit) if unit.is_none() && !unit.is_percent())
}

fn factor(node: &Node, names: &Names) -> String {
    let text = value(node, names);
    let share = matches!(&node.op, Op::Arithmetic(Arithmetic::Divide, a, b) if is_plain(a) && is_plain(b));
    if matches!(node.op, Op::Arithmetic(..) | Op::Negate(_)) && !share { format!("（{text}）") } else { text }
}

fn call(func: Func, parts: &[String]) -> String {
    let first = parts.first().map_or("", String::as_str);
    let second = parts.get(1).map_or("", String::as_str);
    let all = || parts.join("と");
    match func {
        Func::Count => format!("{first}の件数"),
        Func::Sum => format!("{}の合計", all()),
        Func::Min if parts.len() > 1 => format!("{}のうち最も小さいもの", all()),
        Func::Max if parts.len() > 1 => format!("{}のうち最も大きいもの", all()),
        Func::Min => format!("{first}の最小"),
        Func::Max => format!("{first}の最大"),
        Func::Mean => format!("{}の平均", all()),
        Func::Median => format!("{}の中央値", all()),
        Func::Floor | Func::RoundDown if parts.len() > 1 => format!("{first}（{second}未満切捨て）"),
        Func::Ceiling | Func::RoundUp if parts.len() > 1 => format!("{first}（{second}未満切上げ）"),
        Func::RoundHalfUp => format!("{first}（{second}未満四捨五入）"),
        Func::Floor | Func::RoundDown => format!("{first}（1未満切捨て）"),
        Func::Ceiling | Func::RoundUp => format!("{first}（1未満切上げ）"),
        Func::Abs => format!("{first}の絶対値"),
        Func::Modulo => format!("{first}を{second}で割った余り"),
        Func::Length => format!("{first}の文字数"),
        Func::Contains => format!("{first}が「{second}」を含む"),
        Func::StartsWith => format!("{first}が「{second}」で始まる"),
        Func::EndsWith => format!("{first}が「{second}」で終わる"),
        Func::ListContains => format!("{first}に{second}がある"),
        Func::Distinct => format!("{first}（重複を除く）"),
        Func::Concatenate => all(),
        Func::Date => first.to_owned(),
        Func::YearsBetween => format!("{first}から{second}までの年数"),
        Func::MonthsBetween => format!("{first}から{second}までの月数"),
        Func::Known => format!("{first}が分かっている"),
        Func::Any => format!("{first}のいずれかに当たる"),
        Func::All => format!("{first}のすべてに当たる"),
    }
}
