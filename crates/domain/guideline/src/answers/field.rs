//! One answer: from the text as typed to a value, or to what is wrong with it.

use banso_kernel::{CorporateNumber, Day, Exact, Lang, LocalText, Yen, count_characters, fold_width, group_thousands};

use super::MAY_BE_MISSING;
use crate::limits::Limits;
use crate::model::{Field, FieldKind, Required, Truth, Value};
use crate::required::Needed;

type Wrong = (&'static str, LocalText);

/// The value of an answer; `None` when nothing was typed.
///
/// # Errors
/// A stable code and what is wrong with the text, and how to put it right.
pub fn read_value(kind: &FieldKind, text: &str) -> Result<Option<Value>, (&'static str, LocalText)> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    match kind {
        FieldKind::Text { characters_max } | FieldKind::LongText { characters_max } => read_text(text, *characters_max),
        FieldKind::Number { unit, limits } => read_number(text, unit, *limits),
        FieldKind::Choice(options) if options.iter().any(|o| o == text) => Ok(Value::Text(text.to_owned())),
        FieldKind::Choice(options) => Err(wrong(
            "not-a-choice",
            format!("「{text}」は選べません。{}から選んでください。", options.join("・")),
            format!("`{text}` is not one of: {}.", options.join(", ")),
        )),
        FieldKind::YesNo => match text {
            "はい" | "yes" | "true" | "1" => Ok(Value::YesNo(true)),
            "いいえ" | "no" | "false" | "0" => Ok(Value::YesNo(false)),
            _ => Err(wrong("not-yes-or-no", "「はい」か「いいえ」を選んでください。".into(), "Choose yes or no.".into())),
        },
        FieldKind::Day => Day::parse(text).map(Value::Day).map_err(|e| {
            wrong(
                "not-a-day",
                format!("「{text}」は日付として読めません。2025-04-01 や 令和7年4月1日 のように入力してください。"),
                e.to_string(),
            )
        }),
        FieldKind::CorporateNumber => {
            CorporateNumber::parse(text).map(|n| Value::Text(n.to_string())).map_err(|e| ("not-a-corporate-number", e.told()))
        }
    }
    .map(Some)
}

fn wrong(code: &'static str, ja: String, en: String) -> Wrong {
    (code, LocalText::new(ja, en))
}

fn read_text(text: &str, characters_max: usize) -> Result<Value, Wrong> {
    let count = count_characters(text);
    if count <= characters_max {
        return Ok(Value::Text(text.to_owned()));
    }
    Err(wrong(
        "too-long",
        format!("{characters_max}字以内で入力してください（いま{count}字、{}字超過）。", count - characters_max),
        format!("At most {characters_max} characters; there are {count}."),
    ))
}

/// Reads a number in the unit of its field: yen as [`Yen`], a percentage as a share, others as decimals.
fn read_number(text: &str, unit: &str, limits: Limits) -> Result<Value, Wrong> {
    if unit == "円" {
        let yen = yen_problem(text).map_or_else(|| Ok(Yen::parse(text).unwrap_or_default().exact()), Err)?;
        return limits.wrong(yen, unit).map_or(Ok(Value::Number(yen)), Err);
    }
    let bare = bare_number(text, unit).replace(',', "");
    let number = decimal(&bare).ok_or_else(|| {
        wrong(
            "not-a-number",
            format!("「{text}」は数として読めません。{unit}の数だけを入力してください。"),
            format!("`{text}` is not a number of {unit}."),
        )
    })?;
    // People, years and cases are counted; a share or a growth may be below nothing.
    if ["人", "年", "件"].contains(&unit) && number < Exact::from_integer(0) {
        return Err(wrong("negative", format!("{unit}の数は0以上で入力してください。"), "A count cannot be negative.".into()));
    }
    if ["人", "件"].contains(&unit) && !number.is_integer() {
        return Err(wrong("not-whole", format!("{unit}の数は整数で入力してください。"), "A count is a whole number.".into()));
    }
    if let Some(wrong) = limits.wrong(number, unit) {
        return Err(wrong);
    }
    Ok(Value::Number(if unit == "%" { number / Exact::from_integer(100) } else { number }))
}

/// The digits of a number, half-width, without the unit behind them.
fn bare_number(text: &str, unit: &str) -> String {
    let folded = fold_width(text);
    folded.trim().trim_end_matches(unit).trim_end_matches('%').trim().to_owned()
}

/// An answer as it is kept. Numbers, amounts, days and corporate numbers that can be read lose full-width digits and the unit, and
/// amounts in 万 or 億 are written out: `１２人` is `12`, `３億円` is `300,000,000`. Texts, and what cannot be read, stay as typed.
#[must_use]
pub fn normalised(kind: &FieldKind, text: &str) -> String {
    if !matches!(read_value(kind, text), Ok(Some(_))) {
        return text.to_owned();
    }
    match kind {
        FieldKind::Number { unit, .. } if unit == "円" => normalised_yen(text),
        FieldKind::Number { unit, .. } => bare_number(text, unit),
        FieldKind::CorporateNumber => CorporateNumber::parse(text).map_or_else(|_| text.to_owned(), |n| n.to_string()),
        FieldKind::Day => fold_width(text.trim()),
        FieldKind::Text { .. } | FieldKind::LongText { .. } | FieldKind::Choice(_) | FieldKind::YesNo => text.to_owned(),
    }
}

/// An amount in digits; commas stay where they were typed.
fn normalised_yen(text: &str) -> String {
    let bare: String = fold_width(text.trim()).chars().filter(|c| !matches!(c, ' ' | '円' | '¥')).collect();
    if bare.chars().all(|c| c.is_ascii_digit() || c == ',') {
        return bare;
    }
    Yen::parse(text).map_or_else(|_| text.to_owned(), |yen| group_thousands(i128::from(yen.get())))
}

/// What is wrong with an amount in yen, if anything.
pub(super) fn yen_problem(text: &str) -> Option<Wrong> {
    if text.trim().is_empty() {
        return None;
    }
    match Yen::parse(text) {
        Ok(yen) if yen < Yen::ZERO => {
            Some(wrong("negative", "金額は0円以上で入力してください。".into(), "An amount cannot be negative.".into()))
        }
        Ok(_) => None,
        Err(e) => {
            let told = e.told();
            Some(wrong("not-an-amount", told.ja, told.en.unwrap_or_default()))
        }
    }
}

fn decimal(text: &str) -> Option<Exact> {
    let (sign, digits) = match text.strip_prefix(['-', '△', '▲']) {
        Some(rest) => (-1, rest),
        None => (1, text),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty()
        || whole.len() + fraction.len() > 18
        || !digits.chars().all(|c| c.is_ascii_digit() || c == '.')
        || fraction.contains('.')
    {
        return None;
    }
    let number: i128 = format!("{whole}{fraction}").parse().ok()?;
    Some(Exact::new(sign * number, 10_i128.checked_pow(u32::try_from(fraction.len()).ok()?)?))
}

/// What is wrong with an answer to a field: missing where required, or unreadable.
pub(super) fn problem(field: &Field, needed: Option<&Needed>, text: &str) -> Option<Wrong> {
    match read_value(&field.kind, text) {
        Ok(None) => missing(field, needed),
        Ok(Some(_)) => None,
        Err(wrong) => Some(wrong),
    }
}

/// What an empty answer lacks. A condition that is not settled by the answers so far leaves it open.
fn missing(field: &Field, needed: Option<&Needed>) -> Option<Wrong> {
    let (ja, en) = (&field.label.ja, field.label.get(Lang::En));
    match (&field.required, needed) {
        (Required::Never, _) => None,
        (Required::Always, _) => Some(wrong("missing", format!("{ja}を入力してください。"), format!("Enter `{en}`."))),
        (Required::When(_), Some(Needed { truth: Truth::No, .. })) => None,
        (Required::When(_), Some(Needed { truth: Truth::Yes, when })) => Some(wrong(
            "missing",
            format!("{ja}を入力してください（{}は必須）。", when.ja),
            format!("Enter `{en}` (required {}).", when.get(Lang::En)),
        )),
        (Required::When(_), Some(Needed { truth: Truth::Unknown, when })) => Some(wrong(
            MAY_BE_MISSING,
            format!("{ja}は、{}は必須です。条件に当たるかどうかは、ほかの欄の答えがそろうと決まります。", when.ja),
            format!("`{en}` is required {}; whether that is so is settled by answers that are still open.", when.get(Lang::En)),
        )),
        (Required::When(_), None) => None,
    }
}
