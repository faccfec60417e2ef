//! Types of comparisons and tests: what may meet what, and bare words beside a choice.

#![expect(clippy::wildcard_enum_match_arm, reason = "what is not named here is refused")]

use banso_kernel::fold_width;

use super::Span;
use super::ast::{Ast, Comparison, Kind, Test};
use super::check::{Checker, not_comparable};
use super::diagnose::{Trouble, did_you_mean, error, error_with_remedy, likely};
use super::node::{Node, NodeTest, Op};
use super::types::Type;
use crate::model::Value;

impl Checker<'_> {
    pub(crate) fn compare(&mut self, op: Comparison, a: &Ast, b: &Ast, span: Span) -> Option<Node> {
        let (left, right) = self.pair(a, b)?;
        self.must_compare(op, &left, &right, span)?;
        Some(Node { op: Op::Compare(op, Box::new(left), Box::new(right)), ty: Type::YesNo, span })
    }

    /// Two sides of a comparison: a bare word beside a choice is one of its values.
    fn pair(&mut self, a: &Ast, b: &Ast) -> Option<(Node, Node)> {
        let is_word = |ast: &Ast| matches!(ast.kind, Kind::Name(_));
        if let Kind::Name(name) = &a.kind
            && !(is_word(b) && self.resolves(b))
            && !self.resolves(a)
            && is_word(b)
        {
            return self.fail(self.unknown_name(name, a.span));
        }
        if is_word(a) && !self.resolves(a) {
            let right = self.node(b)?;
            let left = self.against(a, &right.ty)?;
            return Some((left, right));
        }
        let Some(left) = self.node(a) else {
            if !is_word(b) {
                self.node(b);
            }
            return None;
        };
        let right = self.against(b, &left.ty)?;
        Some((left, right))
    }

    fn resolves(&mut self, ast: &Ast) -> bool {
        let before = (self.items.clone(), self.below);
        let found = match &ast.kind {
            Kind::Name(name) => self.resolve(name, ast.span).is_some(),
            _ => true,
        };
        (self.items, self.below) = before;
        found
    }

    /// An expression beside a value of a type: if that is a choice, words and texts must be among its values.
    pub(crate) fn against(&mut self, ast: &Ast, ty: &Type) -> Option<Node> {
        let Type::Choice(values) = ty else { return self.node(ast) };
        let written = match &ast.kind {
            Kind::Name(name) | Kind::Text(name) => name,
            _ => return self.node(ast),
        };
        let is_text = matches!(ast.kind, Kind::Text(_));
        let value = values.iter().find(|v| fold_width(v) == fold_width(written));
        match (value, !is_text && self.resolves(ast)) {
            (Some(value), false) => Some(Node::constant(Value::Text(value.clone()), Type::Choice(vec![value.clone()]), ast.span)),
            (Some(value), true) => self.word_or_name(ast, value),
            (None, true) => self.node(ast),
            (None, false) => self.fail(not_a_choice(ast.span, written, values)),
        }
    }

    /// A word that is a value of the choice and a name as well.
    fn word_or_name(&mut self, ast: &Ast, value: &str) -> Option<Node> {
        let named = self.node(ast)?;
        if matches!(named.ty, Type::Choice(_) | Type::Text) {
            return self.fail(error_with_remedy(
                ast.span,
                "two-meanings",
                (format!("「{value}」は選択肢にも名前にもあります"), format!("`{value}` is a choice and a name")),
                ("選択肢の値なら \"…\" で囲んでください", "put it in \"…\" to mean the choice"),
            ));
        }
        Some(Node::constant(Value::Text(value.to_owned()), Type::Choice(vec![value.to_owned()]), ast.span))
    }

    pub(crate) fn must_compare(&mut self, op: Comparison, left: &Node, right: &Node, span: Span) -> Option<()> {
        let ordered = !matches!(op, Comparison::Equal | Comparison::Unequal);
        match (&left.ty, &right.ty) {
            (Type::Number(_), Type::Number(_)) => self.common_number(left, right, span).map(|_| ()),
            (Type::Day, Type::Day) => Some(()),
            (Type::YesNo, Type::YesNo) | (Type::Text, Type::Text | Type::Choice(_)) | (Type::Choice(_), Type::Text) if !ordered => Some(()),
            (Type::Choice(a), Type::Choice(b)) if !ordered => {
                if a.iter().any(|v| b.contains(v)) {
                    return Some(());
                }
                self.fail(error(span, "never-equal", "両側に共通の選択肢がありません", "the two sides have no value in common"))
            }
            (l, r) => self.fail(not_comparable(span, ordered, l, r)),
        }
    }

    pub(crate) fn membership(&mut self, a: &Ast, tests: &[Test], span: Span) -> Option<Node> {
        let value = self.node(a)?;
        let checked: Vec<_> = tests.iter().map(|t| self.test_of(t, &value)).collect();
        let checked: Option<Vec<NodeTest>> = checked.into_iter().collect();
        Some(Node { op: Op::In(Box::new(value), checked?), ty: Type::YesNo, span })
    }

    /// A test of a value of a type.
    pub(crate) fn test(&mut self, test: &Test, ty: &Type) -> Option<NodeTest> {
        let stand_in = Node { op: Op::Local(0), ty: ty.clone(), span: Span::default() };
        self.test_of(test, &stand_in)
    }

    fn test_of(&mut self, test: &Test, value: &Node) -> Option<NodeTest> {
        let (equal, at_least) = (Comparison::Equal, Comparison::GreaterOrEqual);
        match test {
            Test::Value(ast) => {
                let node = self.against(ast, &value.ty)?;
                match &node.ty {
                    Type::List(of) => {
                        let element = Node { op: Op::Local(0), ty: of.as_ref().clone(), span: node.span };
                        self.must_compare(equal, value, &element, node.span)?;
                        Some(NodeTest::Member(node))
                    }
                    _ => {
                        self.must_compare(equal, value, &node, node.span)?;
                        Some(NodeTest::Equal(node))
                    }
                }
            }
            Test::Compare(op, ast) => {
                let node = self.against(ast, &value.ty)?;
                self.must_compare(*op, value, &node, node.span)?;
                Some(NodeTest::Compare(*op, node))
            }
            Test::Range { low, from, high, to } => {
                let (low, high) = (self.node(low), self.node(high));
                let (low, high) = (low?, high?);
                self.must_compare(at_least, value, &low, low.span)?;
                self.must_compare(at_least, value, &high, high.span)?;
                self.not_upside_down(&low, &high)?;
                Some(NodeTest::Range { low, from: *from, high, to: *to })
            }
        }
    }

    /// A range of constants whose low end is above its high end can never hold.
    fn not_upside_down(&mut self, low: &Node, high: &Node) -> Option<()> {
        match (&low.op, &high.op) {
            (Op::Constant(a), Op::Constant(b)) if a > b => self.fail(error_with_remedy(
                low.span.to(high.span),
                "empty-range",
                ("範囲の下端が上端より大きくなっています".into(), "the low end of the range is above its high end".into()),
                ("両端を入れ替えてください", "exchange the ends"),
            )),
            _ => Some(()),
        }
    }
}

fn not_a_choice(span: Span, written: &str, values: &[String]) -> Trouble {
    let e = error(
        span,
        "not-a-choice",
        format!("「{written}」は選択肢にありません（{}）", values.join("、")),
        format!("`{written}` is not one of the choices ({})", values.join(", ")),
    );
    did_you_mean(e, &likely(written, values.iter().map(String::as_str)), ("選択肢のどれかを書いてください", "write one of the choices"))
}
