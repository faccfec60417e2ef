//! Types of function calls.

#![expect(clippy::wildcard_enum_match_arm, reason = "what is not named here is refused")]

use super::ast::Comparison;
use super::check::Checker;
use super::diagnose::{error_with_remedy, wrong_type};
use super::functions::Func;
use super::node::{Node, Op};
use super::types::{Type, Unit};
use super::{Span, exact};
use crate::model::Value;

/// The call, if its arguments fit.
pub(crate) fn call(checker: &mut Checker<'_>, func: Func, parts: Vec<Node>, span: Span) -> Option<Node> {
    let ty = result(checker, func, &parts, span)?;
    Some(Node { op: Op::Call(func, parts), ty, span })
}

fn result(checker: &mut Checker<'_>, func: Func, parts: &[Node], span: Span) -> Option<Type> {
    let first = parts.first()?;
    match func {
        Func::Count => list_of(checker, first).map(|_| Type::Number(Unit::none())),
        Func::Sum | Func::Min | Func::Max | Func::Mean | Func::Median => numbers(checker, parts, span),
        Func::Floor | Func::Ceiling | Func::RoundDown | Func::RoundUp | Func::RoundHalfUp => rounded(checker, parts, span),
        Func::Abs => number(checker, first),
        Func::Modulo => {
            let (a, b) = (number(checker, first)?, number(checker, parts.get(1)?)?);
            let _ = (a, b);
            checker.common_number(first, parts.get(1)?, span)
        }
        Func::Length => text(checker, first).map(|()| Type::Number(Unit::none())),
        Func::Contains | Func::StartsWith | Func::EndsWith => {
            let (a, b) = (text(checker, first), text(checker, parts.get(1)?));
            a.and(b).map(|()| Type::YesNo)
        }
        Func::ListContains => {
            let of = list_of(checker, first)?;
            let element = Node { op: Op::Local(0), ty: of, span: first.span };
            checker.must_compare(Comparison::Equal, &element, parts.get(1)?, span).map(|()| Type::YesNo)
        }
        Func::Distinct => list_of(checker, first).map(|_| first.ty.clone()),
        Func::Concatenate => concatenated(checker, parts, span),
        Func::YearsBetween => days(checker, parts).map(|()| Type::Number(Unit::of("年"))),
        Func::MonthsBetween => days(checker, parts).map(|()| Type::Number(Unit::of("か月"))),
        Func::Known => Some(Type::YesNo),
        Func::Any | Func::All => match list_of(checker, first)? {
            Type::YesNo => Some(Type::YesNo),
            other => checker.fail(wrong_type(first.span, ("「はい・いいえ」の一覧", "a list of yes or no"), &other)),
        },
        // Read into a constant day by the parser.
        Func::Date => Some(Type::Day),
    }
}

fn list_of(checker: &mut Checker<'_>, node: &Node) -> Option<Type> {
    match &node.ty {
        Type::List(of) => Some(of.as_ref().clone()),
        other => checker.fail(wrong_type(node.span, ("一覧", "a list"), other)),
    }
}

fn number(checker: &mut Checker<'_>, node: &Node) -> Option<Type> {
    match &node.ty {
        Type::Number(_) => Some(node.ty.clone()),
        other => checker.fail(wrong_type(node.span, ("数値", "a number"), other)),
    }
}

fn text(checker: &mut Checker<'_>, node: &Node) -> Option<()> {
    match &node.ty {
        Type::Text | Type::Choice(_) => Some(()),
        other => checker.fail(wrong_type(node.span, ("文字列", "a text"), other)),
    }
}

fn days(checker: &mut Checker<'_>, parts: &[Node]) -> Option<()> {
    for part in parts {
        if part.ty != Type::Day {
            return checker.fail(wrong_type(part.span, ("日付", "a day"), &part.ty));
        }
    }
    Some(())
}

/// One list of numbers, or numbers one by one, all of one unit.
fn numbers(checker: &mut Checker<'_>, parts: &[Node], span: Span) -> Option<Type> {
    if let [only] = parts
        && let Type::List(of) = &only.ty
    {
        return match of.as_ref() {
            Type::Number(_) => Some(of.as_ref().clone()),
            other => checker.fail(wrong_type(only.span, ("数値の一覧", "a list of numbers"), other)),
        };
    }
    let mut all = parts.iter();
    let mut common = all.next()?.clone();
    number(checker, &common)?;
    for part in all {
        number(checker, part)?;
        let ty = checker.common_number(&common, part, part.span)?;
        common = Node { op: Op::Local(0), ty, span };
    }
    Some(common.ty)
}

/// What is rounded, and the amount to whose multiples it is rounded.
fn rounded(checker: &mut Checker<'_>, parts: &[Node], span: Span) -> Option<Type> {
    let value = parts.first()?;
    let ty = number(checker, value)?;
    let Some(unit) = parts.get(1) else { return Some(ty) };
    number(checker, unit)?;
    let not_positive = matches!(&unit.op, Op::Constant(Value::Number(n)) if exact::is_negative(*n) || exact::is_zero(*n));
    if not_positive {
        return checker.fail(error_with_remedy(
            unit.span,
            "bad-rounding",
            ("端数処理の単位は0より大きい量です".into(), "what a number is rounded to must be above zero".into()),
            ("切捨て(x, 1円) や 切捨て(x, 1000円) のように書いてください", "write round down(x, 1円) or round down(x, 1000円)"),
        ));
    }
    checker.common_number(value, unit, span)
}

fn concatenated(checker: &mut Checker<'_>, parts: &[Node], span: Span) -> Option<Type> {
    let mut all = parts.iter();
    let mut common = all.next()?.clone();
    list_of(checker, &common)?;
    for part in all {
        list_of(checker, part)?;
        let ty = checker.common_type(&common, part, span)?;
        common = Node { op: Op::Local(0), ty, span };
    }
    Some(common.ty)
}
