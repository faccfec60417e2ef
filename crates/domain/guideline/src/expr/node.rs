//! Checked expressions: every name resolved, every node typed.

use super::Span;
use super::ast::{Arithmetic, Comparison, Edge, Quantity};
use super::domain::Grain;
use super::functions::Func;
use super::types::Type;
use crate::model::{ItemId, Value};

/// A checked expression.
#[derive(Debug, Clone)]
pub struct Node {
    pub op: Op,
    pub ty: Type,
    pub span: Span,
}

/// What an expression does with the expressions inside it.
#[derive(Debug, Clone)]
pub enum Op {
    Constant(Value),
    Item(ItemId),
    Parameter(String),
    Definition(String),
    /// The n-th variable in scope, the outermost first.
    Local(usize),
    Negate(Box<Node>),
    Not(Box<Node>),
    Arithmetic(Arithmetic, Box<Node>, Box<Node>),
    And(Vec<Node>),
    Or(Vec<Node>),
    Compare(Comparison, Box<Node>, Box<Node>),
    In(Box<Node>, Vec<NodeTest>),
    If(Box<Node>, Box<Node>, Box<Node>),
    Quantified(Quantity, Box<Node>, Box<Node>),
    Filter(Box<Node>, Box<Node>),
    /// A part of a row, or that part of every row of a list.
    Path(Box<Node>, ItemId),
    List(Vec<Node>),
    Call(Func, Vec<Node>),
}

/// A checked test of `in`.
#[derive(Debug, Clone)]
pub enum NodeTest {
    Equal(Node),
    /// The value is in this list.
    Member(Node),
    Compare(Comparison, Node),
    Range {
        low: Node,
        from: Edge,
        high: Node,
        to: Edge,
    },
}

impl NodeTest {
    pub(crate) fn parts(&self) -> Vec<&Node> {
        match self {
            NodeTest::Equal(n) | NodeTest::Member(n) | NodeTest::Compare(_, n) => vec![n],
            NodeTest::Range { low, high, .. } => vec![low, high],
        }
    }
}

impl Node {
    pub(crate) fn constant(value: Value, ty: Type, span: Span) -> Node {
        Node { op: Op::Constant(value), ty, span }
    }

    /// The expressions directly inside.
    pub(crate) fn children(&self) -> Vec<&Node> {
        match &self.op {
            Op::Constant(_) | Op::Item(_) | Op::Parameter(_) | Op::Definition(_) | Op::Local(_) => Vec::new(),
            Op::Negate(a) | Op::Not(a) | Op::Path(a, _) => vec![a],
            Op::Arithmetic(_, a, b) | Op::Compare(_, a, b) | Op::Quantified(_, a, b) | Op::Filter(a, b) => vec![a, b],
            Op::And(parts) | Op::Or(parts) | Op::List(parts) | Op::Call(_, parts) => parts.iter().collect(),
            Op::In(a, tests) => std::iter::once(a.as_ref()).chain(tests.iter().flat_map(NodeTest::parts)).collect(),
            Op::If(a, b, c) => vec![a, b, c],
        }
    }

    /// Whether its numbers come whole.
    pub(crate) fn grain(&self) -> Grain {
        let unit_is_whole = matches!(&self.ty, Type::Number(unit) if unit.is_whole());
        let whole = match &self.op {
            Op::Constant(Value::Number(n)) => n.is_integer(),
            Op::Item(_) | Op::Parameter(_) | Op::Local(_) | Op::Path(..) => unit_is_whole,
            Op::Negate(a) => a.grain() == Grain::Whole,
            Op::Arithmetic(Arithmetic::Add | Arithmetic::Subtract | Arithmetic::Multiply, a, b) => {
                a.grain() == Grain::Whole && b.grain() == Grain::Whole
            }
            Op::Call(func, parts) => whole_call(*func, parts),
            Op::If(_, a, b) => a.grain() == Grain::Whole && b.grain() == Grain::Whole,
            Op::List(parts) => parts.iter().all(|p| p.grain() == Grain::Whole),
            Op::Filter(list, _) => list.grain() == Grain::Whole,
            Op::Arithmetic(Arithmetic::Divide | Arithmetic::Power, ..)
            | Op::Constant(_)
            | Op::Definition(_)
            | Op::Not(_)
            | Op::And(_)
            | Op::Or(_)
            | Op::Compare(..)
            | Op::In(..)
            | Op::Quantified(..) => false,
        };
        if whole { Grain::Whole } else { Grain::Fine }
    }
}

/// Functions that make whole numbers, or keep them whole.
fn whole_call(func: Func, parts: &[Node]) -> bool {
    let list_is_whole = |n: &Node| match &n.ty {
        Type::List(of) => {
            matches!(of.as_ref(), Type::Number(u) if u.is_whole()) && matches!(n.op, Op::Path(..)) || n.grain() == Grain::Whole
        }
        Type::Number(_) | Type::Text | Type::YesNo | Type::Day | Type::Choice(_) | Type::Record(_) => n.grain() == Grain::Whole,
    };
    match func {
        Func::Count | Func::Length | Func::YearsBetween | Func::MonthsBetween => true,
        Func::Floor | Func::Ceiling if parts.len() == 1 => true,
        Func::Sum | Func::Min | Func::Max | Func::Abs | Func::Modulo => parts.iter().all(list_is_whole),
        Func::Floor | Func::Ceiling | Func::RoundDown | Func::RoundUp | Func::RoundHalfUp => {
            parts.get(1).is_some_and(|unit| unit.grain() == Grain::Whole)
        }
        Func::Mean
        | Func::Median
        | Func::Contains
        | Func::StartsWith
        | Func::EndsWith
        | Func::ListContains
        | Func::Distinct
        | Func::Concatenate
        | Func::Date
        | Func::Known
        | Func::Any
        | Func::All => false,
    }
}
