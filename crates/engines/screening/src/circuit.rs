//! The rules of all programmes as one graph without repetition: what two programmes both ask is computed once a block.

use std::collections::HashMap;

use banso_guideline::Missing;
use banso_guideline::expr::tree::Comparison;

/// A node of the circuit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(pub(crate) u32);

impl Id {
    pub(crate) fn place(self) -> usize {
        self.0 as usize
    }
}

/// Something that can be missing; a place in [`Circuit::symbols`].
pub type Symbol = u16;

/// What a lane of whole numbers stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Flavour {
    /// Multiples of one `scale`-th; may lie between two ends.
    Number { scale: i64 },
    /// Days since 1 January 1970.
    Day,
    /// Places in a list of choices.
    Choice,
}

/// How much a node's value may be open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Shape {
    Truth,
    /// Settled or wholly unknown.
    Point(Flavour),
    /// A number that may lie between two ends.
    Span {
        scale: i64,
    },
}

impl Shape {
    pub(crate) fn scale(self) -> i64 {
        match self {
            Shape::Span { scale } | Shape::Point(Flavour::Number { scale }) => scale,
            Shape::Truth | Shape::Point(Flavour::Day | Flavour::Choice) => 1,
        }
    }
}

/// How many of its parts an error spoils.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Strictness {
    /// A decisive part settles it, whatever the others are.
    Kleene,
    /// An error in any part is an error.
    Strict,
}

/// The direction of rounding to a multiple.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Round {
    Floor,
    Ceiling,
    Down,
    Up,
    HalfUp,
}

/// A test of a text against a constant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TextTest {
    Equals,
    Contains,
    StartsWith,
    EndsWith,
}

/// A step in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Calendar {
    Years,
    Months,
}

/// What a node does.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Op {
    /// A constant; `None` is unknown.
    Truth(Option<bool>),
    /// A constant lane; `None` is unknown.
    Lane(Option<i64>),
    /// A column.
    Item(usize),
    /// A column whose kind is not what the edition thinks: known values ask the row evaluator.
    Foreign(usize),
    Not(Id),
    And(Strictness, Vec<Id>),
    Or(Strictness, Vec<Id>),
    /// Two truths are the same.
    Same(Id, Id),
    CompareTo(Comparison, Id, i64),
    Compare(Comparison, Id, Id),
    /// x / y against a whole number of one `scale`-th, by multiplying out.
    CompareRatio {
        op: Comparison,
        x: Id,
        y: Id,
        /// The bound as numerator and denominator, the scales of x and y taken in.
        bound: (i64, i64),
    },
    Text(TextTest, usize, String),
    IsKnown(Id),
    If(Id, Id, Id),
    Table {
        first: bool,
        inputs: Vec<Id>,
        /// Whether a row applies, and what it says.
        rows: Vec<(Id, Id)>,
    },
    Add(Id, Id),
    /// Times a whole number; the scale may change with it.
    Times(Id, i64),
    Product(Id, Id),
    Least(Vec<Id>),
    Greatest(Vec<Id>),
    /// The middle of the parts; of an even number of parts the sum of the two in the middle, in half the unit.
    Median(Vec<Id>),
    Absolute(Id),
    /// To a multiple of `unit` ones, from a number in `scale`-ths to a whole number of `denominator`-ths.
    Round {
        round: Round,
        of: Id,
        unit: i64,
        denominator: i64,
    },
    /// Whole years or months from a day to a day.
    Between(Calendar, Id, Id),
    /// Days from one day to another.
    Days(Id, Id),
    /// A place in one list of choices as the place in another; `-1` has none.
    Recoded(Id, Vec<i64>),
    /// What columns cannot compute: every row asks the row evaluator. No two are the same.
    ByRow(u32),
}

/// A node with what its value may be and what it may wait for.
#[derive(Debug, Clone)]
pub struct Node {
    pub op: Op,
    pub shape: Shape,
    /// What its unknowns may wait for, ascending.
    pub symbols: Vec<Symbol>,
}

/// All nodes, each after those it needs.
#[derive(Debug, Clone, Default)]
pub struct Circuit {
    nodes: Vec<Node>,
    known: HashMap<(Op, Shape, Vec<Symbol>), Id>,
    symbols: Vec<Missing>,
    symbol_places: HashMap<String, Symbol>,
    by_row: u32,
}

impl Circuit {
    #[must_use]
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    #[must_use]
    pub fn node(&self, id: Id) -> Option<&Node> {
        self.nodes.get(id.place())
    }

    /// What can be missing, by symbol.
    #[must_use]
    pub fn symbols(&self) -> &[Missing] {
        &self.symbols
    }

    pub(crate) fn shape(&self, id: Id) -> Shape {
        self.node(id).map_or(Shape::Truth, |n| n.shape)
    }

    pub(crate) fn scale(&self, id: Id) -> i64 {
        self.shape(id).scale()
    }

    pub(crate) fn op(&self, id: Id) -> Option<&Op> {
        self.node(id).map(|n| &n.op)
    }

    /// The symbol of something that can be missing.
    pub(crate) fn symbol(&mut self, missing: &Missing) -> Symbol {
        let key = match missing {
            Missing::Fact(item) => format!("f{item}"),
            Missing::Unconfirmed { clause, what } => format!("u{clause}\u{0}{what}"),
        };
        if let Some(found) = self.symbol_places.get(&key) {
            return *found;
        }
        let symbol = Symbol::try_from(self.symbols.len()).unwrap_or(Symbol::MAX);
        self.symbols.push(missing.clone());
        self.symbol_places.insert(key, symbol);
        symbol
    }

    /// The node that does this; a new one only if there is none yet.
    pub(crate) fn add(&mut self, op: Op, shape: Shape, own: &[Symbol]) -> Id {
        let mut symbols: Vec<Symbol> = own.to_vec();
        for child in op.children() {
            symbols.extend(self.node(child).map(|n| n.symbols.as_slice()).unwrap_or_default());
        }
        if matches!(op, Op::IsKnown(_)) {
            symbols.clear();
        }
        symbols.sort_unstable();
        symbols.dedup();
        let key = (op, shape, symbols);
        if let Some(found) = self.known.get(&key) {
            return *found;
        }
        let id = Id(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        let (op, shape, symbols) = key.clone();
        self.nodes.push(Node { op, shape, symbols });
        self.known.insert(key, id);
        id
    }

    /// A node that every row must ask the row evaluator about.
    pub(crate) fn by_row(&mut self, shape: Shape) -> Id {
        self.by_row += 1;
        self.add(Op::ByRow(self.by_row), shape, &[])
    }
}

impl Op {
    /// The nodes it needs.
    #[must_use]
    pub fn children(&self) -> Vec<Id> {
        match self {
            Op::Truth(_) | Op::Lane(_) | Op::Item(_) | Op::Foreign(_) | Op::Text(..) | Op::ByRow(_) => Vec::new(),
            Op::Not(a)
            | Op::CompareTo(_, a, _)
            | Op::IsKnown(a)
            | Op::Times(a, _)
            | Op::Absolute(a)
            | Op::Round { of: a, .. }
            | Op::Recoded(a, _) => vec![*a],
            Op::Same(a, b)
            | Op::Compare(_, a, b)
            | Op::CompareRatio { x: a, y: b, .. }
            | Op::Add(a, b)
            | Op::Product(a, b)
            | Op::Between(_, a, b)
            | Op::Days(a, b) => vec![*a, *b],
            Op::If(a, b, c) => vec![*a, *b, *c],
            Op::And(_, parts) | Op::Or(_, parts) | Op::Least(parts) | Op::Greatest(parts) | Op::Median(parts) => parts.clone(),
            Op::Table { inputs, rows, .. } => inputs.iter().copied().chain(rows.iter().flat_map(|(a, b)| [*a, *b])).collect(),
        }
    }
}
