//! The words of errors: what is wrong and how to put it right, in Japanese and English.

use banso_kernel::{LocalText, fold_width};

use super::types::Type;
use super::{ExprError, Span};

/// An error with its two sentences.
pub(crate) fn error(span: Span, code: &'static str, ja: impl Into<String>, en: impl Into<String>) -> ExprError {
    ExprError::new(span, code, LocalText::new(ja, en))
}

/// An error with its two sentences and what to do about it.
pub(crate) fn error_with_remedy(span: Span, code: &'static str, message: (String, String), remedy: (&str, &str)) -> ExprError {
    error(span, code, message.0, message.1).with_remedy(LocalText::new(remedy.0, remedy.1))
}

/// The names most like a misspelt one, the likest first.
pub(crate) fn likely<'a>(wrong: &str, names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let wrong = fold_width(wrong);
    let mut scored: Vec<(f64, &str)> = names.map(|n| (likeness(&wrong, n), n)).filter(|(score, _)| *score >= 0.5).collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    scored.dedup_by(|a, b| a.1 == b.1);
    scored.into_iter().take(3).map(|(_, n)| n.to_owned()).collect()
}

/// Names that contain one another count as alike: 従業員 for 従業員数.
fn likeness(wrong: &str, name: &str) -> f64 {
    let contained = wrong.chars().count() >= 2 && (name.contains(wrong) || wrong.contains(name));
    let score = strsim::normalized_damerau_levenshtein(wrong, name);
    if contained { score.max(0.6) } else { score }
}

/// `「A」「B」のことですか。`
pub(crate) fn did_you_mean(error: ExprError, likely: &[String], otherwise: (&str, &str)) -> ExprError {
    if likely.is_empty() {
        return error.with_remedy(LocalText::new(otherwise.0, otherwise.1));
    }
    let ja: String = likely.iter().map(|n| format!("「{n}」")).collect();
    let en = likely.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ");
    error.with_remedy(LocalText::new(format!("{ja}のことですか"), format!("did you mean {en}?")))
}

pub(crate) fn wrong_type(span: Span, wanted: (&str, &str), found: &Type) -> ExprError {
    error(
        span,
        "wrong-type",
        format!("{}が必要ですが、{}です", wanted.0, found.in_japanese()),
        format!("{} is needed here, and this is {}", wanted.1, found.in_english()),
    )
}

pub(crate) fn unit_mismatch(span: Span, left: &Type, right: &Type) -> ExprError {
    error_with_remedy(
        span,
        "unit-mismatch",
        (
            format!("単位が違うものは比べたり足したりできません（左は{}、右は{}）", left.in_japanese(), right.in_japanese()),
            format!("different units cannot meet: {} on the left, {} on the right", left.in_english(), right.in_english()),
        ),
        ("数に単位を付けるか（例: 3億円、300人）、項目を見直してください", "give the number its unit (3億円, 300人) or check the item"),
    )
}
