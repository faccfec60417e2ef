//! Expressions as text in their normal form. Reading the text back gives the same expression.

use super::ast::{Arithmetic, Ast, Edge, Kind, Quantity, Test};
use super::format;
use super::functions::Func;
use super::lex::needs_quotes;

/// How tightly a form binds: an operand looser than its place stands in parentheses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Tightness {
    Whole,
    Or,
    And,
    Comparison,
    Sum,
    Product,
    Sign,
    Power,
    Postfix,
}

/// The expression in its normal form.
pub(crate) fn print(ast: &Ast) -> String {
    let mut out = String::new();
    write(&mut out, ast);
    out
}

fn tightness(kind: &Kind) -> Tightness {
    match kind {
        Kind::If(..) | Kind::Quantified { variable: Some(_), .. } => Tightness::Whole,
        Kind::Or(_) => Tightness::Or,
        Kind::And(_) => Tightness::And,
        Kind::Compare(..) | Kind::In(..) => Tightness::Comparison,
        Kind::Arithmetic(Arithmetic::Add | Arithmetic::Subtract, ..) => Tightness::Sum,
        Kind::Arithmetic(Arithmetic::Multiply | Arithmetic::Divide, ..) => Tightness::Product,
        Kind::Negate(_) => Tightness::Sign,
        Kind::Arithmetic(Arithmetic::Power, ..) => Tightness::Power,
        Kind::Number { .. }
        | Kind::Text(_)
        | Kind::YesNo(_)
        | Kind::Day(_)
        | Kind::Name(_)
        | Kind::Not(_)
        | Kind::Quantified { variable: None, .. }
        | Kind::Filter(..)
        | Kind::Path(..)
        | Kind::List(_)
        | Kind::Call(..) => Tightness::Postfix,
    }
}

/// Writes an operand, in parentheses if it binds looser than its place.
fn operand(out: &mut String, ast: &Ast, at_least: Tightness) {
    if tightness(&ast.kind) < at_least {
        out.push('(');
        write(out, ast);
        out.push(')');
    } else {
        write(out, ast);
    }
}

fn write(out: &mut String, ast: &Ast) {
    match &ast.kind {
        Kind::Number { value, unit } => out.push_str(&format::literal(*value, unit.as_deref())),
        Kind::Text(text) => out.push_str(&quoted(text)),
        Kind::YesNo(yes) => out.push_str(if *yes { "はい" } else { "いいえ" }),
        Kind::Day(day) => out.push_str(&format!("@\"{day}\"")),
        Kind::Name(name) => out.push_str(&name_text(name)),
        Kind::Negate(inner) => {
            out.push('-');
            let tight = if matches!(inner.kind, Kind::Negate(_)) { Tightness::Sign } else { Tightness::Postfix };
            operand(out, inner, tight);
        }
        Kind::Not(inner) => write_not(out, inner),
        Kind::Arithmetic(op, a, b) => write_arithmetic(out, *op, a, b),
        Kind::And(parts) => separated(out, parts, " かつ ", Tightness::Comparison),
        Kind::Or(parts) => separated(out, parts, " または ", Tightness::And),
        Kind::Compare(op, a, b) => {
            operand(out, a, Tightness::Sum);
            out.push_str(&format!(" {} ", op.symbol()));
            operand(out, b, Tightness::Sum);
        }
        Kind::In(value, tests) => write_in(out, value, tests),
        Kind::If(c, a, b) => {
            for (word, part) in [("if ", c), (" then ", a), (" else ", b)] {
                out.push_str(word);
                write(out, part);
            }
        }
        Kind::Quantified { quantity, variable, list, body } => write_quantified(out, *quantity, variable.as_deref(), list, body),
        Kind::Filter(list, condition) => {
            operand(out, list, Tightness::Postfix);
            out.push('[');
            write(out, condition);
            out.push(']');
        }
        Kind::Path(base, name) => {
            operand(out, base, Tightness::Postfix);
            out.push('.');
            out.push_str(&name_text(name));
        }
        Kind::List(parts) => bracketed(out, '[', parts, ']'),
        Kind::Call(func, parts) => {
            out.push_str(func.name());
            bracketed(out, '(', parts, ')');
        }
    }
}

/// `みなし大企業でない`, or `not(…)` around anything longer.
fn write_not(out: &mut String, inner: &Ast) {
    if matches!(inner.kind, Kind::Name(_) | Kind::Path(..)) {
        write(out, inner);
        out.push_str("でない");
    } else {
        out.push_str("not(");
        write(out, inner);
        out.push(')');
    }
}

fn write_arithmetic(out: &mut String, op: Arithmetic, a: &Ast, b: &Ast) {
    let (left, right) = match op {
        Arithmetic::Add | Arithmetic::Subtract => (Tightness::Sum, Tightness::Product),
        Arithmetic::Multiply | Arithmetic::Divide => (Tightness::Product, Tightness::Sign),
        Arithmetic::Power => (Tightness::Power, Tightness::Postfix),
    };
    operand(out, a, left);
    out.push_str(&format!(" {} ", op.symbol()));
    operand(out, b, right);
}

fn write_quantified(out: &mut String, quantity: Quantity, variable: Option<&str>, list: &Ast, body: &Ast) {
    match variable {
        Some(variable) => {
            out.push_str(if quantity == Quantity::Some { "some " } else { "every " });
            out.push_str(&name_text(variable));
            out.push_str(" in ");
            operand(out, list, Tightness::Sum);
            out.push_str(" satisfies ");
        }
        None => {
            out.push_str(if quantity == Quantity::Some { Func::Any.name() } else { Func::All.name() });
            out.push('(');
            write(out, list);
            out.push_str(", ");
        }
    }
    write(out, body);
    if variable.is_none() {
        out.push(')');
    }
}

fn write_in(out: &mut String, value: &Ast, tests: &[Test]) {
    operand(out, value, Tightness::Sum);
    out.push_str(" in ");
    if let [range @ Test::Range { .. }] = tests {
        out.push_str(&test(range));
        return;
    }
    out.push('(');
    out.push_str(&tests.iter().map(test).collect::<Vec<_>>().join(", "));
    out.push(')');
}

/// One test, as `in` and table cells have it.
pub(crate) fn test(test: &Test) -> String {
    let mut out = String::new();
    match test {
        Test::Value(value) => operand(&mut out, value, Tightness::Sum),
        Test::Compare(op, value) => {
            out.push_str(op.symbol());
            out.push(' ');
            operand(&mut out, value, Tightness::Sum);
        }
        Test::Range { low, from, high, to } => {
            out.push(if *from == Edge::Included { '[' } else { '(' });
            operand(&mut out, low, Tightness::Sum);
            out.push_str("..");
            operand(&mut out, high, Tightness::Sum);
            out.push(if *to == Edge::Included { ']' } else { ')' });
        }
    }
    out
}

fn separated(out: &mut String, parts: &[Ast], between: &str, tight: Tightness) {
    for (i, part) in parts.iter().enumerate() {
        if i > 0 {
            out.push_str(between);
        }
        operand(out, part, tight);
    }
}

fn bracketed(out: &mut String, open: char, parts: &[Ast], close: char) {
    out.push(open);
    for (i, part) in parts.iter().enumerate() {
        if i > 0 {
            out.push_str(", ");
        }
        write(out, part);
    }
    out.push(close);
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn name_text(name: &str) -> String {
    if needs_quotes(name) { format!("「{name}」") } else { name.to_owned() }
}
