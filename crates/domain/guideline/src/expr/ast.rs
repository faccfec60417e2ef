//! Expressions as written: what the reader makes and the printer prints. Names are not resolved here.

use banso_kernel::{Day, Exact};

use super::Span;
use super::functions::Func;

/// One expression and where it stands. Equality ignores places.
#[derive(Debug, Clone)]
pub(crate) struct Ast {
    pub(crate) kind: Kind,
    pub(crate) span: Span,
    pub(crate) height: u32,
}

impl PartialEq for Ast {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Kind {
    /// The unit as written after the number, if any; a percentage is kept as a share.
    Number {
        value: Exact,
        unit: Option<String>,
    },
    Text(String),
    YesNo(bool),
    Day(Day),
    Name(String),
    Negate(Box<Ast>),
    Not(Box<Ast>),
    Arithmetic(Arithmetic, Box<Ast>, Box<Ast>),
    And(Vec<Ast>),
    Or(Vec<Ast>),
    Compare(Comparison, Box<Ast>, Box<Ast>),
    In(Box<Ast>, Vec<Test>),
    If(Box<Ast>, Box<Ast>, Box<Ast>),
    /// Without a variable, the parts of the row (or `item`) are named directly.
    Quantified {
        quantity: Quantity,
        variable: Option<String>,
        list: Box<Ast>,
        body: Box<Ast>,
    },
    Filter(Box<Ast>, Box<Ast>),
    Path(Box<Ast>, String),
    List(Vec<Ast>),
    Call(Func, Vec<Ast>),
}

/// One test of `in`, or of a table cell.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Test {
    /// Equal to it; if it is a list, in it.
    Value(Ast),
    Compare(Comparison, Ast),
    Range {
        low: Ast,
        from: Edge,
        high: Ast,
        to: Edge,
    },
}

/// Whether an end belongs to its range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edge {
    Included,
    Excluded,
}

/// Of how many members a condition must hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantity {
    Some,
    Every,
}

/// What two numbers, or a day and a number, are joined by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
    Power,
}

/// How two values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Comparison {
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Comparison {
    pub(crate) fn symbol(self) -> &'static str {
        match self {
            Comparison::Equal => "=",
            Comparison::Unequal => "!=",
            Comparison::Less => "<",
            Comparison::LessOrEqual => "<=",
            Comparison::Greater => ">",
            Comparison::GreaterOrEqual => ">=",
        }
    }

    /// The comparison that holds when this one does not.
    pub(crate) fn opposite(self) -> Self {
        match self {
            Comparison::Equal => Comparison::Unequal,
            Comparison::Unequal => Comparison::Equal,
            Comparison::Less => Comparison::GreaterOrEqual,
            Comparison::LessOrEqual => Comparison::Greater,
            Comparison::Greater => Comparison::LessOrEqual,
            Comparison::GreaterOrEqual => Comparison::Less,
        }
    }

    /// The comparison with its sides exchanged.
    pub(crate) fn mirrored(self) -> Self {
        match self {
            Comparison::Equal => Comparison::Equal,
            Comparison::Unequal => Comparison::Unequal,
            Comparison::Less => Comparison::Greater,
            Comparison::LessOrEqual => Comparison::GreaterOrEqual,
            Comparison::Greater => Comparison::Less,
            Comparison::GreaterOrEqual => Comparison::LessOrEqual,
        }
    }
}

impl Arithmetic {
    pub(crate) fn symbol(self) -> &'static str {
        match self {
            Arithmetic::Add => "+",
            Arithmetic::Subtract => "-",
            Arithmetic::Multiply => "*",
            Arithmetic::Divide => "/",
            Arithmetic::Power => "**",
        }
    }
}

/// What the cell of a table says.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum CellTests {
    Any,
    OneOf(Vec<Test>),
    NoneOf(Vec<Test>),
}

impl CellTests {
    pub(crate) fn parts(&self) -> Vec<&Ast> {
        match self {
            CellTests::Any => Vec::new(),
            CellTests::OneOf(tests) | CellTests::NoneOf(tests) => tests.iter().flat_map(Test::parts).collect(),
        }
    }
}

impl Test {
    pub(crate) fn parts(&self) -> Vec<&Ast> {
        match self {
            Test::Value(a) | Test::Compare(_, a) => vec![a],
            Test::Range { low, high, .. } => vec![low, high],
        }
    }
}

impl Kind {
    /// The expressions directly inside.
    pub(crate) fn children(&self) -> Vec<&Ast> {
        match self {
            Kind::Number { .. } | Kind::Text(_) | Kind::YesNo(_) | Kind::Day(_) | Kind::Name(_) => Vec::new(),
            Kind::Negate(a) | Kind::Not(a) | Kind::Path(a, _) => vec![a],
            Kind::Arithmetic(_, a, b) | Kind::Compare(_, a, b) | Kind::Filter(a, b) => vec![a, b],
            Kind::Quantified { list, body, .. } => vec![list, body],
            Kind::And(parts) | Kind::Or(parts) | Kind::List(parts) | Kind::Call(_, parts) => parts.iter().collect(),
            Kind::In(a, tests) => std::iter::once(a.as_ref()).chain(tests.iter().flat_map(Test::parts)).collect(),
            Kind::If(a, b, c) => vec![a, b, c],
        }
    }
}
