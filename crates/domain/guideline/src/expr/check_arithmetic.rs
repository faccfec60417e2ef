//! Types of arithmetic: which units meet, and what they make.

#![expect(clippy::wildcard_enum_match_arm, reason = "what is not named here is refused")]

use super::Span;
use super::ast::{Arithmetic, Ast};
use super::check::Checker;
use super::diagnose::{error, unit_mismatch, wrong_type};
use super::node::{Node, Op};
use super::types::{Type, Unit};
use crate::model::Value;

/// The largest exponent of `**`.
const EXPONENT_MAX: i128 = 32;

impl Checker<'_> {
    pub(crate) fn negate(&mut self, a: &Ast, span: Span) -> Option<Node> {
        let inner = self.node(a)?;
        match &inner.ty {
            Type::Number(_) => {
                let ty = inner.ty.clone();
                Some(Node { op: Op::Negate(Box::new(inner)), ty, span })
            }
            other => self.fail(wrong_type(inner.span, ("数値", "a number"), other)),
        }
    }

    pub(crate) fn arithmetic(&mut self, op: Arithmetic, a: &Ast, b: &Ast, span: Span) -> Option<Node> {
        let (left, right) = (self.node(a), self.node(b));
        let (left, right) = (left?, right?);
        let ty = match (&left.ty, &right.ty) {
            (Type::Number(l), Type::Number(r)) => match op {
                Arithmetic::Add | Arithmetic::Subtract => return self.added(op, left, right, span),
                Arithmetic::Multiply => Type::Number(l.times(r)),
                Arithmetic::Divide => Type::Number(l.per(r)),
                Arithmetic::Power => Type::Number(l.to_the(self.exponent(&right)?)),
            },
            (Type::Day, Type::Day) if op == Arithmetic::Subtract => Type::Number(Unit::of("日")),
            (Type::Day, Type::Number(unit)) if matches!(op, Arithmetic::Add | Arithmetic::Subtract) => {
                if !["日", "か月", "年"].iter().any(|u| unit.is(u)) {
                    return self.fail(unit_mismatch(span, &left.ty, &right.ty));
                }
                Type::Day
            }
            (Type::Number(_), other) => return self.fail(wrong_type(right.span, ("数値", "a number"), other)),
            (other, _) => return self.fail(wrong_type(left.span, ("数値", "a number"), other)),
        };
        Some(Node { op: Op::Arithmetic(op, Box::new(left), Box::new(right)), ty, span })
    }

    fn added(&mut self, op: Arithmetic, left: Node, right: Node, span: Span) -> Option<Node> {
        let ty = self.common_number(&left, &right, span)?;
        Some(Node { op: Op::Arithmetic(op, Box::new(left), Box::new(right)), ty, span })
    }

    /// The type of two numbers that meet; a bare 0 meets every unit.
    pub(crate) fn common_number(&mut self, left: &Node, right: &Node, span: Span) -> Option<Type> {
        if is_zero(right) {
            return Some(left.ty.clone());
        }
        if is_zero(left) {
            return Some(right.ty.clone());
        }
        match left.ty.joined(&right.ty) {
            Some(ty) => Some(ty),
            None => self.fail(unit_mismatch(span, &left.ty, &right.ty)),
        }
    }

    fn exponent(&mut self, node: &Node) -> Option<i8> {
        match &node.op {
            Op::Constant(Value::Number(n)) if n.is_integer() && (0..=EXPONENT_MAX).contains(&n.to_integer()) => {
                i8::try_from(n.to_integer()).ok()
            }
            _ => self.fail(error(node.span, "bad-exponent", "指数は0から32までの整数です", "an exponent is a whole number from 0 to 32")),
        }
    }
}

/// A bare 0 has every unit.
fn is_zero(node: &Node) -> bool {
    let bare = matches!(&node.ty, Type::Number(unit) if *unit == Unit::none());
    bare && matches!(&node.op, Op::Constant(Value::Number(n)) if *n.numer() == 0)
}
