//! The words of errors of a row.

use banso_kernel::LocalText;

use super::types::Type;
use super::{EvalError, Span};

pub(crate) fn fault(span: Span, code: &'static str, ja: impl Into<String>, en: impl Into<String>) -> EvalError {
    EvalError { span, code, message: LocalText::new(ja, en) }
}

pub(crate) fn overflow(span: Span) -> EvalError {
    fault(span, "overflow", "数が大きすぎて計算できません", "the numbers are too large to compute with")
}

pub(crate) fn by_zero(span: Span) -> EvalError {
    fault(span, "division-by-zero", "0で割っています", "a division by zero")
}

pub(crate) fn undefined(span: Span) -> EvalError {
    fault(span, "undefined", "定義されていない名前があります", "a name has no definition here")
}

pub(crate) fn wrong_kind(span: Span, id: &str, ty: &Type) -> EvalError {
    fault(
        span,
        "wrong-kind",
        format!("「{id}」の値が{}ではありません", ty.in_japanese()),
        format!("the value of `{id}` is not {}", ty.in_english()),
    )
}

pub(crate) fn conflict(span: Span, name: &str) -> EvalError {
    fault(
        span,
        "conflict",
        format!("「{name}」の表で複数の行が当てはまり、値が違います"),
        format!("rows of the table `{name}` apply together and disagree"),
    )
}

pub(crate) fn no_row(span: Span, name: &str) -> EvalError {
    fault(span, "no-row", format!("「{name}」の表に当てはまる行がありません"), format!("no row of the table `{name}` applies"))
}
