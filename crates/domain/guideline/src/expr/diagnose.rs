//! The words of errors: what is wrong and how to put it right, in Japanese and English.

use banso_kernel::{LocalText, fold_width};

use super::functions::Func;
use super::types::Type;
use super::{ExprError, NESTING_MAX, Span};

/// An error on its way to whoever collects it.
pub(crate) type Trouble = Box<ExprError>;

/// An error with its two sentences.
pub(crate) fn error(span: Span, code: &'static str, ja: impl Into<String>, en: impl Into<String>) -> Trouble {
    Box::new(ExprError::new(span, code, LocalText::new(ja, en)))
}

/// An error with its two sentences and what to do about it.
pub(crate) fn error_with_remedy(span: Span, code: &'static str, message: (String, String), remedy: (&str, &str)) -> Trouble {
    with_remedy(error(span, code, message.0, message.1), LocalText::new(remedy.0, remedy.1))
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
pub(crate) fn did_you_mean(error: Trouble, likely: &[String], otherwise: (&str, &str)) -> Trouble {
    if likely.is_empty() {
        return with_remedy(error, LocalText::new(otherwise.0, otherwise.1));
    }
    let ja: String = likely.iter().map(|n| format!("「{n}」")).collect();
    let en = likely.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ");
    with_remedy(error, LocalText::new(format!("{ja}のことですか"), format!("did you mean {en}?")))
}

pub(crate) fn wrong_type(span: Span, wanted: (&str, &str), found: &Type) -> Trouble {
    error(
        span,
        "wrong-type",
        format!("{}が必要ですが、{}です", wanted.0, found.in_japanese()),
        format!("{} is needed here, and this is {}", wanted.1, found.in_english()),
    )
}

pub(crate) fn unit_mismatch(span: Span, left: &Type, right: &Type) -> Trouble {
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

pub(crate) fn with_remedy(mut error: Trouble, remedy: LocalText) -> Trouble {
    error.remedy = Some(remedy);
    error
}

pub(crate) fn wrong_arity(span: Span, func: Func, found: usize) -> Trouble {
    let (least, most) = func.arity();
    let wanted = if least == most { least.to_string() } else { format!("{least}〜{most}") };
    error(
        span,
        "wrong-arity",
        format!("「{}」の引数は{wanted}個です（{found}個あります）", func.name()),
        format!("`{}` takes {} arguments, not {found}", func.name(), wanted.replace('〜', " to ")),
    )
}

pub(crate) fn unknown_function(span: Span, name: &str) -> Trouble {
    let e = error(span, "unknown-function", format!("「{name}」という関数はありません"), format!("there is no function `{name}`"));
    did_you_mean(e, &likely(name, Func::all_names()), ("関数の一覧を確認してください", "see the list of functions"))
}

pub(crate) fn chained(span: Span) -> Trouble {
    error_with_remedy(
        span,
        "chained-comparison",
        ("比較を続けて書くことはできません".into(), "comparisons cannot be chained".into()),
        ("a <= x かつ x <= b、又は x in [a..b] と書いてください", "write a <= x and x <= b, or x in [a..b]"),
    )
}

pub(crate) fn range_alone(span: Span) -> Trouble {
    error_with_remedy(
        span,
        "range-alone",
        ("範囲は in の後か表の欄にだけ書けます".into(), "a range stands only after `in` or in a table cell".into()),
        ("x in [a..b] と書いてください", "write x in [a..b]"),
    )
}

pub(crate) fn too_deep(span: Span) -> Trouble {
    error_with_remedy(
        span,
        "too-deep",
        (format!("入れ子が深すぎます（{NESTING_MAX}段まで）"), format!("nested deeper than {NESTING_MAX}")),
        ("定義に分けてください", "split it into definitions"),
    )
}
