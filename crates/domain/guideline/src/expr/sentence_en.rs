//! Conditions as a page says them, in English.

use banso_kernel::Lang;

use super::ast::{Arithmetic, Comparison, Edge, Quantity};
use super::format;
use super::functions::Func;
use super::names::Names;
use super::node::{Node, NodeTest, Op};
use super::sentence::{is_plain, label, tests};
use super::types::Type;

pub(crate) fn limit(op: Comparison, text: &str, ty: &Type) -> String {
    let day = *ty == Type::Day;
    match (op, day) {
        (Comparison::Equal, _) => text.to_owned(),
        (Comparison::Unequal, _) => format!("other than {text}"),
        (Comparison::LessOrEqual, false) => format!("at most {text}"),
        (Comparison::Less, false) => format!("less than {text}"),
        (Comparison::GreaterOrEqual, false) => format!("at least {text}"),
        (Comparison::Greater, false) => format!("more than {text}"),
        (Comparison::LessOrEqual, true) => format!("on or before {text}"),
        (Comparison::Less, true) => format!("before {text}"),
        (Comparison::GreaterOrEqual, true) => format!("on or after {text}"),
        (Comparison::Greater, true) => format!("after {text}"),
    }
}

pub(crate) fn test(test: &NodeTest, ty: &Type, names: &Names) -> String {
    match test {
        NodeTest::Equal(n) => value(n, names),
        NodeTest::Member(n) => format!("one of {}", value(n, names)),
        NodeTest::Compare(op, n) => limit(*op, &value(n, names), ty),
        NodeTest::Range { low, from, high, to } => {
            let above = if *from == Edge::Included { Comparison::GreaterOrEqual } else { Comparison::Greater };
            let below = if *to == Edge::Included { Comparison::LessOrEqual } else { Comparison::Less };
            format!("{} and {}", limit(above, &value(low, names), ty), limit(below, &value(high, names), ty))
        }
    }
}

pub(crate) fn condition(node: &Node, names: &Names) -> String {
    match &node.op {
        Op::And(parts) => parts.iter().map(|p| inner(p, names)).collect::<Vec<_>>().join(", and "),
        Op::Or(parts) => parts.iter().map(|p| inner(p, names)).collect::<Vec<_>>().join(", or "),
        Op::Not(inside) => negated(inside, names),
        Op::Compare(op, a, b) => format!("{} is {}", value(a, names), limit(*op, &value(b, names), &b.ty)),
        Op::In(subject, list) => format!("{} is {}", value(subject, names), tests(list, &subject.ty, names, Lang::En)),
        Op::Quantified(Quantity::Some, list, body) => format!("for some of {}: {}", value(list, names), condition(body, names)),
        Op::Quantified(Quantity::Every, list, body) => format!("for every one of {}: {}", value(list, names), condition(body, names)),
        Op::If(c, a, b) => format!("if {} then {}, otherwise {}", inner(c, names), inner(a, names), inner(b, names)),
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

fn inner(node: &Node, names: &Names) -> String {
    let text = condition(node, names);
    if matches!(node.op, Op::And(_) | Op::Or(_) | Op::If(..)) { format!("({text})") } else { text }
}

fn negated(node: &Node, names: &Names) -> String {
    match &node.op {
        Op::Compare(op, a, b) => format!("{} is {}", value(a, names), limit(op.opposite(), &value(b, names), &b.ty)),
        Op::In(subject, list) => format!("{} is other than {}", value(subject, names), tests(list, &subject.ty, names, Lang::En)),
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
        | Op::Call(..) => format!("not: {}", inner(node, names)),
    }
}

pub(crate) fn value(node: &Node, names: &Names) -> String {
    match &node.op {
        Op::Constant(v) => format::value(v, &node.ty, Lang::En),
        Op::Item(id) => label(id, names.item(id).map(|i| &i.label), Lang::En),
        Op::Path(base, id) => {
            let own = label(id, names.item(id).map(|i| &i.label), Lang::En);
            if matches!(base.op, Op::Local(_)) { own } else { format!("{own} of {}", value(base, names)) }
        }
        Op::Parameter(name) => label(name, names.parameter(name).map(|p| &p.label), Lang::En),
        Op::Definition(name) => label(name, names.definition(name).map(|d| &d.label), Lang::En),
        Op::Local(_) => "the value".to_owned(),
        Op::Negate(a) => format!("-{}", factor(a, names)),
        Op::Arithmetic(op, a, b) => arithmetic(*op, a, b, names),
        Op::If(c, a, b) => format!("({} if {}, otherwise {})", value(a, names), condition(c, names), value(b, names)),
        Op::Filter(list, c) => format!("{} where {}", value(list, names), condition(c, names)),
        Op::List(parts) => parts.iter().map(|p| value(p, names)).collect::<Vec<_>>().join(", "),
        Op::Call(func, parts) => call(*func, &parts.iter().map(|p| value(p, names)).collect::<Vec<_>>()),
        Op::Not(_) | Op::And(_) | Op::Or(_) | Op::Compare(..) | Op::In(..) | Op::Quantified(..) => format!("({})", condition(node, names)),
    }
}

fn arithmetic(op: Arithmetic, a: &Node, b: &Node, names: &Names) -> String {
    match op {
        Arithmetic::Add => format!("{} + {}", value(a, names), factor(b, names)),
        Arithmetic::Subtract => format!("{} - {}", value(a, names), factor(b, names)),
        Arithmetic::Multiply => format!("{} × {}", factor(a, names), factor(b, names)),
        Arithmetic::Divide if is_plain(a) && is_plain(b) => format!("{}/{}", value(a, names), value(b, names)),
        Arithmetic::Divide => format!("{} ÷ {}", factor(a, names), factor(b, names)),
        Arithmetic::Power => format!("{} to the power {}", factor(a, names), value(b, names)),
    }
}

fn factor(node: &Node, names: &Names) -> String {
    let text = value(node, names);
    let share = matches!(&node.op, Op::Arithmetic(Arithmetic::Divide, a, b) if is_plain(a) && is_plain(b));
    if matches!(node.op, Op::Arithmetic(..) | Op::Negate(_)) && !share { format!("({text})") } else { text }
}

fn call(func: Func, parts: &[String]) -> String {
    let first = parts.first().map_or("", String::as_str);
    let second = parts.get(1).map_or("1", String::as_str);
    let all = || parts.join(", ");
    match func {
        Func::Count => format!("the number of {first}"),
        Func::Sum => format!("the sum of {}", all()),
        Func::Min => format!("the least of {}", all()),
        Func::Max => format!("the greatest of {}", all()),
        Func::Mean => format!("the mean of {}", all()),
        Func::Median => format!("the median of {}", all()),
        Func::Floor | Func::RoundDown => format!("{first} (rounded down to {second})"),
        Func::Ceiling | Func::RoundUp => format!("{first} (rounded up to {second})"),
        Func::RoundHalfUp => format!("{first} (rounded half up to {second})"),
        Func::Abs => format!("the absolute value of {first}"),
        Func::Modulo => format!("{first} modulo {second}"),
        Func::Length => format!("the number of letters of {first}"),
        Func::Contains => format!("{first} contains \"{second}\""),
        Func::StartsWith => format!("{first} starts with \"{second}\""),
        Func::EndsWith => format!("{first} ends with \"{second}\""),
        Func::ListContains => format!("{first} has {second}"),
        Func::Distinct => format!("the distinct values of {first}"),
        Func::Concatenate => all(),
        Func::Date => first.to_owned(),
        Func::YearsBetween => format!("whole years from {first} to {second}"),
        Func::MonthsBetween => format!("whole months from {first} to {second}"),
        Func::Known => format!("{first} is known"),
        Func::Any => format!("any of {first}"),
        Func::All => format!("all of {first}"),
    }
}
