//! Tests in the cells of decision tables: `<= 3億円`, `[6..20]`, `"通常枠","出資獲得枠"`, `not(…)`, `-`.

use banso_kernel::LocalText;

use super::ast::{CellTests, Comparison, Edge};
use super::domain::{Domain, Grain, Polarity, Set};
use super::eval::{self, Evaluator};
use super::range::{End, Line, Range, RangeSet, Wholeness};
use super::three::{self, Abs, Probe, Tri};
use super::types::Type;
use super::{ExprError, Judgement, Names, Outcome, Span, check, parse, print};
use crate::model::{Facts, Truth, Value};

/// A checked cell. It tests values of one type against constants.
#[derive(Debug, Clone)]
pub struct Cell {
    ty: Type,
    text: String,
    written: CellTests,
    probes: Probes,
}

#[derive(Debug, Clone)]
enum Probes {
    Any,
    OneOf(Vec<Probe>),
    NoneOf(Vec<Probe>),
}

/// What a cell tests, its constants worked out.
#[derive(Debug, Clone, PartialEq)]
pub enum Checks {
    /// Accepts everything.
    Any,
    OneOf(Vec<Check>),
    NoneOf(Vec<Check>),
}

/// One test against constants. An operand may hang on a parameter that is not settled.
#[derive(Debug, Clone, PartialEq)]
pub enum Check {
    Equal(Outcome),
    /// Equal to one of a list.
    Member(Vec<Value>),
    Compare(Comparison, Outcome),
    Range {
        low: Outcome,
        from: Edge,
        high: Outcome,
        to: Edge,
    },
}

impl Cell {
    /// Its tests. `None` where a constant is only known to lie between two ends.
    #[must_use]
    pub fn checks(&self) -> Option<Checks> {
        let all = |probes: &[Probe]| probes.iter().map(check_of).collect::<Option<Vec<_>>>();
        match &self.probes {
            Probes::Any => Some(Checks::Any),
            Probes::OneOf(probes) => all(probes).map(Checks::OneOf),
            Probes::NoneOf(probes) => all(probes).map(Checks::NoneOf),
        }
    }

    /// Reads and checks a cell that will test values of type `ty`. A blank cell and `-` accept everything.
    ///
    /// # Errors
    /// Everything found wrong, each with its place in `text`.
    pub fn compile(text: &str, ty: &Type, names: &Names) -> Result<Cell, Vec<ExprError>> {
        let written = parse::cell(text).map_err(|e| vec![*e])?;
        let probes = match &written {
            CellTests::Any => Probes::Any,
            CellTests::OneOf(tests) => Probes::OneOf(probes(&check::cell_tests(tests, ty, names)?, names)?),
            CellTests::NoneOf(tests) => Probes::NoneOf(probes(&check::cell_tests(tests, ty, names)?, names)?),
        };
        Ok(Cell { ty: ty.clone(), text: text.to_owned(), written, probes })
    }

    /// Whether it accepts a value. Unknown when that hangs on a parameter that is not settled.
    #[must_use]
    pub fn matches(&self, value: &Value) -> Truth {
        self.judge(value).truth
    }

    /// [`Cell::matches`] with what is missing.
    #[must_use]
    pub fn judge(&self, value: &Value) -> Judgement {
        eval::judgement(self.judge_abs(&Abs::of(value)))
    }

    /// Whether it accepts what may not be known.
    pub(crate) fn judge_abs(&self, value: &Abs) -> Tri {
        let any = |probes: &[Probe]| probes.iter().map(|p| three::passes(value, p)).fold(Tri::No, Tri::or);
        match &self.probes {
            Probes::Any => Tri::Yes,
            Probes::OneOf(probes) => any(probes),
            Probes::NoneOf(probes) => any(probes).negated(),
        }
    }

    /// What it accepts as a set. `None` when that hangs on a parameter that is not settled, or for lists.
    #[must_use]
    pub fn domain(&self, grain: Grain) -> Option<Domain> {
        let union = |probes: &[Probe]| -> Option<Domain> {
            let mut all = Domain::all(&self.ty, grain)?.complement();
            for probe in probes {
                all = all.union(&probe_domain(probe, &self.ty, grain)?);
            }
            Some(all)
        };
        match &self.probes {
            Probes::Any => Domain::all(&self.ty, grain),
            Probes::OneOf(probes) => union(probes),
            Probes::NoneOf(probes) => union(probes).map(|d| d.complement()),
        }
    }

    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The cell in its normal form; `-` for one that accepts everything.
    #[must_use]
    pub fn to_text(&self) -> String {
        let list = |tests: &[super::ast::Test]| tests.iter().map(print::test).collect::<Vec<_>>().join(", ");
        match &self.written {
            CellTests::Any => "-".to_owned(),
            CellTests::OneOf(tests) => list(tests),
            CellTests::NoneOf(tests) => format!("not({})", list(tests)),
        }
    }

    #[must_use]
    pub fn ty(&self) -> &Type {
        &self.ty
    }
}

fn check_of(probe: &Probe) -> Option<Check> {
    let operand = |abs: &Abs| match abs {
        Abs::Known(value) => Some(Outcome::Value(value.clone())),
        Abs::Unknown(missing) => Some(Outcome::Unknown(missing.iter().cloned().collect())),
        Abs::Between(_) | Abs::List(_) => None,
    };
    Some(match probe {
        Probe::Equal(value) => Check::Equal(operand(value)?),
        Probe::Member(list) => match list.settled()? {
            Value::List(values) => Check::Member(values),
            Value::YesNo(_) | Value::Number(_) | Value::Text(_) | Value::Day(_) | Value::Record(_) => return None,
        },
        Probe::Compare(op, value) => Check::Compare(*op, operand(value)?),
        Probe::Range { low, from, high, to } => Check::Range { low: operand(low)?, from: *from, high: operand(high)?, to: *to },
    })
}

/// Works out the constants of the tests.
fn probes(tests: &[super::node::NodeTest], names: &Names) -> Result<Vec<Probe>, Vec<ExprError>> {
    let facts = Facts::default();
    let mut evaluator = Evaluator::new(names, &facts);
    tests
        .iter()
        .map(|t| {
            evaluator.probe(t).map_err(|e| {
                let LocalText { ja, en } = e.message;
                vec![ExprError::new(e.span, e.code, LocalText { ja, en })]
            })
        })
        .collect()
}

fn probe_domain(probe: &Probe, ty: &Type, grain: Grain) -> Option<Domain> {
    match probe {
        Probe::Equal(Abs::Known(value)) => compared(Comparison::Equal, value, ty, grain),
        Probe::Compare(op, Abs::Known(value)) => compared(*op, value, ty, grain),
        Probe::Member(list) => match list.settled()? {
            Value::List(values) => {
                let mut all = Domain::all(ty, grain)?.complement();
                for value in &values {
                    all = all.union(&compared(Comparison::Equal, value, ty, grain)?);
                }
                Some(all)
            }
            Value::YesNo(_) | Value::Number(_) | Value::Text(_) | Value::Day(_) | Value::Record(_) => None,
        },
        Probe::Range { low: Abs::Known(low), from, high: Abs::Known(high), to } => {
            let above = if *from == Edge::Included { Comparison::GreaterOrEqual } else { Comparison::Greater };
            let below = if *to == Edge::Included { Comparison::LessOrEqual } else { Comparison::Less };
            Some(compared(above, low, ty, grain)?.intersection(&compared(below, high, ty, grain)?))
        }
        Probe::Equal(_) | Probe::Compare(..) | Probe::Range { .. } => None,
    }
}

/// The values that compare so with a constant.
fn compared(op: Comparison, value: &Value, ty: &Type, grain: Grain) -> Option<Domain> {
    if op == Comparison::Unequal {
        return compared(Comparison::Equal, value, ty, grain).map(|d| d.complement());
    }
    let set = match value {
        Value::Number(n) => Set::Numbers(half_line(op, *n, grain.wholeness())),
        Value::Day(d) => Set::Days(half_line(op, *d, Wholeness::Whole)),
        Value::YesNo(yes) => Set::YesNo { yes: *yes, no: !*yes },
        Value::Text(text) => match ty {
            Type::Choice(all) => Set::Choices { all: all.clone(), members: all.iter().filter(|v| *v == text).cloned().collect() },
            Type::Text | Type::Number(_) | Type::YesNo | Type::Day | Type::List(_) | Type::Record(_) => {
                Set::Texts { all_but: Polarity::These, texts: [text.clone()].into() }
            }
        },
        Value::List(_) | Value::Record(_) => return None,
    };
    Some(Domain::new(set))
}

fn half_line<T: Line>(op: Comparison, at: T, whole: Wholeness) -> RangeSet<T> {
    let (low, high) = match op {
        Comparison::Equal => (End::Including(at.clone()), End::Including(at)),
        Comparison::Less => (End::Open, End::Excluding(at)),
        Comparison::LessOrEqual => (End::Open, End::Including(at)),
        Comparison::Greater => (End::Excluding(at), End::Open),
        Comparison::GreaterOrEqual => (End::Including(at), End::Open),
        Comparison::Unequal => (End::Open, End::Open),
    };
    RangeSet::of([Range { low, high }], whole)
}

impl Cell {
    /// The whole text, for errors about the cell as such.
    #[must_use]
    pub fn span(&self) -> Span {
        Span::new(0, self.text.len())
    }
}
