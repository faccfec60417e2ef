//! Conditions as a page says them: `資本金が3億円以下、又は従業員数が300人以下`. One walk over the expression; how a language puts the parts
//! together stands in its vocabulary.

mod english;
mod japanese;

use banso_kernel::{Lang, LocalText};

use super::ast::{Arithmetic, Comparison, Edge, Quantity};
use super::format;
use super::functions::Func;
use super::names::Names;
use super::node::{Node, NodeTest, Op};
use super::types::Type;
use english::English;
use japanese::Japanese;
pub(crate) use japanese::attributive;

/// A condition, or any expression, in words.
pub(crate) fn sentence(node: &Node, names: &Names, lang: Lang) -> String {
    Speaker::new(names, lang).condition(node)
}

/// A value in words.
pub(crate) fn term(node: &Node, names: &Names, lang: Lang) -> String {
    Speaker::new(names, lang).value(node)
}

/// What a value must be, without its subject: `3億円以下`.
pub(crate) fn bound(op: Comparison, text: &str, ty: &Type, lang: Lang) -> String {
    vocabulary(lang).limit(op, text, *ty == Type::Day)
}

/// What a value must be by a list of tests: `2年以上3年以下`.
pub(crate) fn tests(tests: &[NodeTest], ty: &Type, names: &Names, lang: Lang) -> String {
    Speaker::new(names, lang).tests(tests, ty)
}

pub(crate) fn other_than(text: &str, lang: Lang) -> String {
    vocabulary(lang).limit(Comparison::Unequal, text, false)
}

/// What stands between and around the parts.
struct Signs {
    and: &'static str,
    or: &'static str,
    /// Between the tests of one value.
    either: &'static str,
    /// Between the members of a list.
    list: &'static str,
    plus: &'static str,
    minus: &'static str,
    /// Around a compound inside another.
    brackets: [&'static str; 2],
    /// Around a condition that stands for a value.
    quotes: [&'static str; 2],
    /// A value that has no name.
    nameless: &'static str,
}

/// A condition that was said.
struct Said {
    text: String,
    /// Several conditions: said inside another, it is put in brackets.
    compound: bool,
}

/// How a language puts the parts of an expression together, each of them said already.
trait Vocabulary {
    fn signs(&self) -> &'static Signs;
    /// What a value must be: `3億円以下`.
    fn limit(&self, op: Comparison, text: &str, day: bool) -> String;
    fn between(&self, low: &str, high: &str) -> String;
    fn one_of(&self, list: &str) -> String;
    /// Subject and what it must be.
    fn is(&self, subject: &str, predicate: &str) -> String;
    fn not(&self, said: Said) -> String;
    /// A label of something that holds or does not, as a condition.
    fn holds(&self, label: &str) -> String;
    fn quantified(&self, quantity: Quantity, list: &str, body: &str) -> String;
    /// One of two conditions.
    fn choice(&self, condition: Said, yes: &str, no: &str) -> String;
    /// One of two values.
    fn value_of_choice(&self, condition: &str, yes: &str, no: &str) -> String;
    fn filtered(&self, list: &str, condition: &str) -> String;
    fn part_of(&self, whole: &str, part: &str) -> String;
    fn power(&self, base: &str, exponent: &str) -> String;
    fn call(&self, func: Func, parts: &[String]) -> String;
}

fn vocabulary(lang: Lang) -> &'static dyn Vocabulary {
    match lang {
        Lang::Ja => &Japanese,
        Lang::En => &English,
    }
}

/// Walks over an expression and says it.
struct Speaker<'a> {
    names: &'a Names,
    lang: Lang,
    words: &'static dyn Vocabulary,
    signs: &'static Signs,
}

impl<'a> Speaker<'a> {
    fn new(names: &'a Names, lang: Lang) -> Self {
        let words = vocabulary(lang);
        Speaker { names, lang, words, signs: words.signs() }
    }

    fn condition(&self, node: &Node) -> String {
        match &node.op {
            Op::And(parts) => self.joined(parts, self.signs.and),
            Op::Or(parts) => self.joined(parts, self.signs.or),
            Op::Not(inside) => self.negated(inside),
            Op::Compare(op, a, b) => self.compared(*op, a, b),
            Op::In(subject, list) => self.words.is(&self.value(subject), &self.tests(list, &subject.ty)),
            Op::Quantified(quantity, list, body) => self.words.quantified(*quantity, &self.value(list), &self.condition(body)),
            Op::If(c, a, b) => self.words.choice(self.said(c), &self.inner(a), &self.inner(b)),
            Op::Item(_) | Op::Definition(_) | Op::Parameter(_) | Op::Path(..) if node.ty == Type::YesNo => {
                self.words.holds(&self.value(node))
            }
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
            | Op::Call(..) => self.value(node),
        }
    }

    fn said(&self, node: &Node) -> Said {
        Said { text: self.condition(node), compound: matches!(node.op, Op::And(_) | Op::Or(_) | Op::If(..)) }
    }

    fn inner(&self, node: &Node) -> String {
        self.said(node).inner(self.signs)
    }

    fn joined(&self, parts: &[Node], between: &str) -> String {
        parts.iter().map(|p| self.inner(p)).collect::<Vec<_>>().join(between)
    }

    fn compared(&self, op: Comparison, a: &Node, b: &Node) -> String {
        self.words.is(&self.value(a), &self.limit(op, b, &b.ty))
    }

    fn limit(&self, op: Comparison, node: &Node, ty: &Type) -> String {
        self.words.limit(op, &self.value(node), *ty == Type::Day)
    }

    fn tests(&self, tests: &[NodeTest], ty: &Type) -> String {
        tests.iter().map(|t| self.test(t, ty)).collect::<Vec<_>>().join(self.signs.either)
    }

    fn test(&self, test: &NodeTest, ty: &Type) -> String {
        match test {
            NodeTest::Equal(n) => self.value(n),
            NodeTest::Member(n) => self.words.one_of(&self.value(n)),
            NodeTest::Compare(op, n) => self.limit(*op, n, ty),
            NodeTest::Range { low, from, high, to } => {
                let above = if *from == Edge::Included { Comparison::GreaterOrEqual } else { Comparison::Greater };
                let below = if *to == Edge::Included { Comparison::LessOrEqual } else { Comparison::Less };
                self.words.between(&self.limit(above, low, ty), &self.limit(below, high, ty))
            }
        }
    }

    fn negated(&self, node: &Node) -> String {
        match &node.op {
            Op::Compare(op, a, b) => self.compared(op.opposite(), a, b),
            Op::In(subject, list) => {
                let tests = self.tests(list, &subject.ty);
                self.words.is(&self.value(subject), &self.words.limit(Comparison::Unequal, &tests, false))
            }
            Op::Not(inside) => self.condition(inside),
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
            | Op::Call(..) => self.words.not(self.said(node)),
        }
    }

    fn value(&self, node: &Node) -> String {
        match &node.op {
            Op::Constant(v) => format::value(v, &node.ty, self.lang),
            Op::Item(id) => self.item(id),
            // A part of the row at hand needs no owner in words.
            Op::Path(base, id) if matches!(base.op, Op::Local(_)) => self.item(id),
            Op::Path(base, id) => self.words.part_of(&self.value(base), &self.item(id)),
            Op::Parameter(name) => self.label(name, self.names.parameter(name).map(|p| &p.label)),
            Op::Definition(name) => self.label(name, self.names.definition(name).map(|d| &d.label)),
            Op::Local(_) => self.signs.nameless.to_owned(),
            Op::Negate(a) => format!("-{}", self.factor(a)),
            Op::Arithmetic(op, a, b) => self.arithmetic(*op, a, b),
            Op::If(c, a, b) => self.words.value_of_choice(&self.condition(c), &self.value(a), &self.value(b)),
            Op::Filter(list, c) => self.words.filtered(&self.value(list), &self.condition(c)),
            Op::List(parts) => self.values(parts).join(self.signs.list),
            Op::Call(func, parts) => self.words.call(*func, &self.values(parts)),
            Op::Not(_) | Op::And(_) | Op::Or(_) | Op::Compare(..) | Op::In(..) | Op::Quantified(..) => {
                within(self.signs.quotes, &self.condition(node))
            }
        }
    }

    fn values(&self, parts: &[Node]) -> Vec<String> {
        parts.iter().map(|p| self.value(p)).collect()
    }

    fn item(&self, id: &str) -> String {
        self.label(id, self.names.item(id).map(|i| &i.label))
    }

    /// The label of an item, a parameter or a definition; its name where it has none.
    fn label(&self, name: &str, label: Option<&LocalText>) -> String {
        label.map(|l| l.get(self.lang)).filter(|l| !l.is_empty()).unwrap_or(name).to_owned()
    }

    fn arithmetic(&self, op: Arithmetic, a: &Node, b: &Node) -> String {
        match op {
            Arithmetic::Add => format!("{} {} {}", self.value(a), self.signs.plus, self.factor(b)),
            Arithmetic::Subtract => format!("{} {} {}", self.value(a), self.signs.minus, self.factor(b)),
            Arithmetic::Multiply => format!("{} × {}", self.factor(a), self.factor(b)),
            Arithmetic::Divide if is_plain(a) && is_plain(b) => format!("{}/{}", self.value(a), self.value(b)),
            Arithmetic::Divide => format!("{} ÷ {}", self.factor(a), self.factor(b)),
            Arithmetic::Power => self.words.power(&self.factor(a), &self.value(b)),
        }
    }

    fn factor(&self, node: &Node) -> String {
        let text = self.value(node);
        let share = matches!(&node.op, Op::Arithmetic(Arithmetic::Divide, a, b) if is_plain(a) && is_plain(b));
        if matches!(node.op, Op::Arithmetic(..) | Op::Negate(_)) && !share { within(self.signs.brackets, &text) } else { text }
    }
}

impl Said {
    /// As it is said inside another condition.
    fn inner(self, signs: &Signs) -> String {
        if self.compound { within(signs.brackets, &self.text) } else { self.text }
    }
}

fn within([open, close]: [&str; 2], text: &str) -> String {
    format!("{open}{text}{close}")
}

/// Numbers without units: a share such as 2/3.
fn is_plain(node: &Node) -> bool {
    matches!(node.op, Op::Constant(_)) && matches!(&node.ty, Type::Number(unit) if unit.is_none() && !unit.is_percent())
}
