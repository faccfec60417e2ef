//! From what is written to what is meant: names resolved, types and units checked, everything wrong reported.

#![expect(clippy::wildcard_enum_match_arm, reason = "what is not named here is refused")]

use std::collections::BTreeSet;
use std::sync::Arc;

use banso_kernel::{Exact, LocalText, fold_width};

use super::ast::{Ast, Kind, Test};
use super::check_call;
use super::diagnose::{Trouble, did_you_mean, error, error_with_remedy, likely, with_remedy, wrong_type};
use super::names::{Named, Names};
use super::node::{Node, NodeTest, Op};
use super::types::{Type, Unit};
use super::{Checked, Expr, ExprError, HEIGHT_MAX, Span};
use crate::model::{ItemId, Value};

/// Checks a whole expression.
pub(crate) fn expression(text: &str, ast: Ast, names: &Names) -> Result<Expr, Vec<ExprError>> {
    let mut checker = Checker::new(names);
    let node = checker.node(&ast);
    checker.finish(node, ast.height, |node, items, below| {
        let height = ast.height + below;
        Expr(Arc::new(Checked { text: text.to_owned(), ast, node, height, items }))
    })
}

/// Checks the tests of a cell against the type that it tests.
pub(crate) fn cell_tests(tests: &[Test], ty: &Type, names: &Names) -> Result<Vec<NodeTest>, Vec<ExprError>> {
    let mut checker = Checker::new(names);
    checker.constants_only = ConstantsOnly::Yes;
    let checked: Vec<_> = tests.iter().map(|t| checker.test(t, ty)).collect();
    checker.finish(checked.into_iter().collect(), 0, |tests, _, _| tests)
}

/// Whether items may be named: the cells of a table are constant.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ConstantsOnly {
    Yes,
    No,
}

/// A variable: named, or the row of a filter, whose parts are named directly.
struct Scope {
    variable: Option<String>,
    ty: Type,
}

/// Finds what names mean and what types expressions have. `None` means that an error was reported.
pub(crate) struct Checker<'a> {
    names: &'a Names,
    scopes: Vec<Scope>,
    errors: Vec<ExprError>,
    pub(crate) items: BTreeSet<ItemId>,
    /// Nesting of the tallest definition used.
    pub(crate) below: u32,
    constants_only: ConstantsOnly,
}

/// Whether a name is a number written out: 三分の二, 十二億円, 二年.
fn in_kanji(name: &str) -> bool {
    let numeral = |c: char| "〇一二三四五六七八九十百千万億兆".contains(c);
    let rest = name.trim_start_matches(numeral).trim_start_matches("分の").trim_start_matches(numeral);
    name.starts_with(numeral) && ["", "円", "人", "名", "年", "か月", "日", "件", "点", "割"].contains(&rest)
}

impl<'a> Checker<'a> {
    fn new(names: &'a Names) -> Self {
        Checker { names, scopes: Vec::new(), errors: Vec::new(), items: BTreeSet::new(), below: 0, constants_only: ConstantsOnly::No }
    }

    fn finish<T, R>(
        mut self,
        found: Option<T>,
        height: u32,
        make: impl FnOnce(T, BTreeSet<ItemId>, u32) -> R,
    ) -> Result<R, Vec<ExprError>> {
        if self.below + height > HEIGHT_MAX {
            self.errors.push(*error(Span::default(), "too-deep", "定義の入れ子が深すぎます", "definitions are nested too deep"));
        }
        match found {
            Some(found) if self.errors.is_empty() => Ok(make(found, self.items, self.below)),
            Some(_) | None => {
                self.errors.sort_by_key(|e| e.span);
                Err(self.errors)
            }
        }
    }

    #[expect(clippy::boxed_local, reason = "errors travel boxed and are collected here")]
    pub(crate) fn fail<T>(&mut self, e: Trouble) -> Option<T> {
        self.errors.push(*e);
        None
    }

    pub(crate) fn node(&mut self, ast: &Ast) -> Option<Node> {
        let span = ast.span;
        match &ast.kind {
            Kind::Number { value, unit } => self.number(*value, unit.as_deref(), span),
            Kind::Text(text) => Some(Node::constant(Value::Text(text.clone()), Type::Choice(vec![text.clone()]), span)),
            Kind::YesNo(yes) => Some(Node::constant(Value::YesNo(*yes), Type::YesNo, span)),
            Kind::Day(day) => Some(Node::constant(Value::Day(*day), Type::Day, span)),
            Kind::Name(name) => match self.resolve(name, span) {
                Some(node) => Some(node),
                None => self.fail(self.unknown_name(name, span)),
            },
            Kind::Negate(a) => self.negate(a, span),
            Kind::Not(a) => {
                let inner = self.yes_no(a)?;
                Some(Node { op: Op::Not(Box::new(inner)), ty: Type::YesNo, span })
            }
            Kind::Arithmetic(op, a, b) => self.arithmetic(*op, a, b, span),
            Kind::And(parts) => self.all_yes_no(parts).map(|p| Node { op: Op::And(p), ty: Type::YesNo, span }),
            Kind::Or(parts) => self.all_yes_no(parts).map(|p| Node { op: Op::Or(p), ty: Type::YesNo, span }),
            Kind::Compare(op, a, b) => self.compare(*op, a, b, span),
            Kind::In(a, tests) => self.membership(a, tests, span),
            Kind::If(c, a, b) => self.conditional(c, a, b, span),
            Kind::Quantified { quantity, variable, list, body } => {
                let (list, body) = self.with_rows(list, body, variable.clone())?;
                Some(Node { op: Op::Quantified(*quantity, Box::new(list), Box::new(body)), ty: Type::YesNo, span })
            }
            Kind::Filter(list, condition) => {
                let (list, condition) = self.with_rows(list, condition, None)?;
                let ty = list.ty.clone();
                Some(Node { op: Op::Filter(Box::new(list), Box::new(condition)), ty, span })
            }
            Kind::Path(base, name) => self.path(base, name, span),
            Kind::List(parts) => self.list(parts, span),
            Kind::Call(func, parts) => {
                let parts: Option<Vec<Node>> = self.every(parts);
                check_call::call(self, *func, parts?, span)
            }
        }
    }

    /// Checks all, so that all errors are reported.
    fn every(&mut self, parts: &[Ast]) -> Option<Vec<Node>> {
        let checked: Vec<_> = parts.iter().map(|p| self.node(p)).collect();
        checked.into_iter().collect()
    }

    fn number(&mut self, value: Exact, unit: Option<&str>, span: Span) -> Option<Node> {
        let text = unit.unwrap_or("");
        if !self.names.knows_unit(text) {
            return self.fail(error_with_remedy(
                span,
                "unknown-unit",
                (format!("「{text}」という単位はありません"), format!("there is no unit `{text}`")),
                if text.starts_with("分の") {
                    ("分数は 2/3 のように書いてください", "write a fraction as 2/3")
                } else {
                    ("円・人・年・か月・日・点・%・件などを使ってください", "use 円, 人, 年, か月, 日, 点, %, 件 …")
                },
            ));
        }
        Some(Node::constant(Value::Number(value), Type::Number(Unit::of(text)), span))
    }

    /// What a name means here, the innermost variable first.
    pub(crate) fn resolve(&mut self, name: &str, span: Span) -> Option<Node> {
        let folded = fold_width(name);
        for (i, scope) in self.scopes.iter().enumerate().rev() {
            let local = |ty: &Type| Node { op: Op::Local(i), ty: ty.clone(), span };
            match (&scope.variable, &scope.ty) {
                (Some(variable), ty) if fold_width(variable) == folded => return Some(local(ty)),
                (None, Type::Record(fields)) => {
                    if let Some((field, ty)) = fields.iter().find(|(id, _)| fold_width(id) == folded) {
                        return Some(Node { op: Op::Path(Box::new(local(&scope.ty)), field.clone()), ty: ty.clone(), span });
                    }
                }
                (Some(_) | None, _) => {}
            }
            if scope.variable.is_none() && matches!(folded.as_str(), "item" | "要素") {
                return Some(local(&scope.ty));
            }
        }
        self.global(name, span)
    }

    fn global(&mut self, name: &str, span: Span) -> Option<Node> {
        let names = self.names;
        let (op, ty) = match names.find(name)? {
            Named::Item(item) => {
                if self.constants_only == ConstantsOnly::Yes {
                    return None;
                }
                self.items.insert(item.id.clone());
                (Op::Item(item.id.clone()), names.type_of(item))
            }
            Named::Parameter(p) => (Op::Parameter(p.name.clone()), p.ty.clone()),
            Named::Definition(d) => {
                if self.constants_only == ConstantsOnly::Yes && !d.items().is_empty() {
                    return None;
                }
                self.items.extend(d.items());
                self.below = self.below.max(d.height());
                (Op::Definition(d.name.clone()), d.ty().clone())
            }
        };
        Some(Node { op, ty, span })
    }

    pub(crate) fn unknown_name(&self, name: &str, span: Span) -> Trouble {
        if self.constants_only == ConstantsOnly::Yes && self.names.find(name).is_some() {
            return error_with_remedy(
                span,
                "not-constant",
                (format!("表の欄には項目「{name}」を書けません"), format!("a table cell cannot name the item `{name}`")),
                ("定数を書くか、その項目の列を作ってください", "write a constant, or give the item a column of its own"),
            );
        }
        let parts = self.scopes.iter().filter_map(|s| match &s.ty {
            Type::Record(fields) if s.variable.is_none() => Some(fields.keys().map(String::as_str)),
            _ => None,
        });
        let variables = self.scopes.iter().filter_map(|s| s.variable.as_deref());
        let near = likely(name, self.names.all().chain(parts.flatten()).chain(variables));
        let e = error(
            span,
            "unknown-name",
            format!("「{name}」という項目・定義・定数はありません"),
            format!("there is no item, definition or constant `{name}`"),
        );
        if in_kanji(name) {
            let near = ["2/3", "12億円", "2年"].map(str::to_owned);
            let (ja, en) =
                (format!("数は算用数字で、{}のように書いてください", near.join("・")), "write numbers in digits: 2/3, 12億円, 2年");
            return with_remedy(e, LocalText::new(ja, en));
        }
        did_you_mean(e, &near, ("項目一覧を確認し、文字列なら \"…\" で囲んでください", "see the list of items; put texts in \"…\""))
    }

    pub(crate) fn must_be_yes_no(&mut self, node: Node) -> Option<Node> {
        if node.ty == Type::YesNo {
            return Some(node);
        }
        self.fail(wrong_type(node.span, ("「はい・いいえ」になる条件", "a condition (yes or no)"), &node.ty))
    }

    fn yes_no(&mut self, ast: &Ast) -> Option<Node> {
        let node = self.node(ast)?;
        self.must_be_yes_no(node)
    }

    fn all_yes_no(&mut self, parts: &[Ast]) -> Option<Vec<Node>> {
        let checked: Vec<_> = parts.iter().map(|p| self.yes_no(p)).collect();
        checked.into_iter().collect()
    }

    fn conditional(&mut self, c: &Ast, a: &Ast, b: &Ast, span: Span) -> Option<Node> {
        let (condition, then, otherwise) = (self.yes_no(c), self.node(a), self.node(b));
        let (condition, then, otherwise) = (condition?, then?, otherwise?);
        let ty = self.common_type(&then, &otherwise, span)?;
        Some(Node { op: Op::If(Box::new(condition), Box::new(then), Box::new(otherwise)), ty, span })
    }

    /// The type that holds both.
    pub(crate) fn common_type(&mut self, a: &Node, b: &Node, span: Span) -> Option<Type> {
        if let (Type::Number(_), Type::Number(_)) = (&a.ty, &b.ty) {
            return self.common_number(a, b, span);
        }
        match a.ty.joined(&b.ty) {
            Some(ty) => Some(ty),
            None => self.fail(not_comparable(span, false, &a.ty, &b.ty)),
        }
    }

    /// A list, and a condition on its rows.
    fn with_rows(&mut self, list: &Ast, body: &Ast, variable: Option<String>) -> Option<(Node, Node)> {
        let list = self.node(list)?;
        let Type::List(of) = &list.ty else {
            return self.fail(wrong_type(list.span, ("一覧", "a list"), &list.ty));
        };
        self.scopes.push(Scope { variable, ty: of.as_ref().clone() });
        let body = self.yes_no(body);
        self.scopes.pop();
        Some((list, body?))
    }

    fn path(&mut self, base: &Ast, name: &str, span: Span) -> Option<Node> {
        let base = self.node(base)?;
        let (fields, in_list) = match &base.ty {
            Type::Record(fields) => (fields, false),
            Type::List(of) => match of.as_ref() {
                Type::Record(fields) => (fields, true),
                other => return self.fail(wrong_type(base.span, ("行", "a row"), other)),
            },
            other => return self.fail(wrong_type(base.span, ("行", "a row"), other)),
        };
        let folded = fold_width(name);
        let Some((field, ty)) = fields.iter().find(|(id, _)| fold_width(id) == folded) else {
            let e =
                error(span, "unknown-name", format!("この行に「{name}」という欄はありません"), format!("this row has no part `{name}`"));
            let near = likely(name, fields.keys().map(String::as_str));
            return self.fail(did_you_mean(e, &near, ("一覧の欄を確認してください", "see the parts of the list")));
        };
        let ty = if in_list { Type::List(Box::new(ty.clone())) } else { ty.clone() };
        let field = field.clone();
        Some(Node { op: Op::Path(Box::new(base), field), ty, span })
    }

    fn list(&mut self, parts: &[Ast], span: Span) -> Option<Node> {
        let parts = self.every(parts)?;
        let mut all = parts.iter();
        let Some(first) = all.next() else {
            return self.fail(error(span, "empty-list", "空の一覧は書けません", "an empty list says nothing"));
        };
        let mut ty = first.ty.clone();
        for part in all {
            let sample = Node { op: Op::Local(0), ty, span };
            ty = self.common_type(&sample, part, part.span)?;
        }
        Some(Node { op: Op::List(parts), ty: Type::List(Box::new(ty)), span })
    }
}

pub(crate) fn not_comparable(span: Span, ordered: bool, left: &Type, right: &Type) -> Trouble {
    let (ja, en) = if ordered {
        ("大小を比べられません", "cannot be put in order")
    } else {
        ("一緒に扱えません", "do not go together")
    };
    error(
        span,
        "wrong-type",
        format!("{}と{}は{ja}", left.in_japanese(), right.in_japanese()),
        format!("{} and {} {en}", left.in_english(), right.in_english()),
    )
}
