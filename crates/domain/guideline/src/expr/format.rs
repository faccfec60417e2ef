//! Numbers and values as rules and pages write them: `4,500万円`, `7.5%`, `2/3`.

use banso_kernel::{Exact, Lang, group_thousands};

use super::exact;
use super::types::{Type, Unit};
use crate::model::Value;

/// A number literal with its unit as written. Reading it back gives the same number.
pub(crate) fn literal(value: Exact, unit: Option<&str>) -> String {
    match unit {
        None => plain(value, Grouping::None),
        Some("%") => percent(value),
        Some("円") => format!("{}円", japanese(value)),
        Some(unit) => format!("{}{unit}", plain(value, Grouping::Thousands)),
    }
}

/// A number of a unit, in the words of a page.
pub(crate) fn number(value: Exact, unit: &Unit, lang: Lang) -> String {
    if unit.is_percent() {
        return percent(value);
    }
    if *unit == Unit::none() && is_share(value) {
        return format!("{}/{}", value.numer(), value.denom());
    }
    match lang {
        Lang::Ja if unit.is("円") => format!("{}円", japanese(value)),
        Lang::Ja if unit.is_none() => format!("{}{unit}", plain(value, Grouping::None)),
        Lang::Ja => format!("{}{unit}", plain(value, Grouping::Thousands)),
        Lang::En => format!("{} {}", plain(value, Grouping::Thousands), unit.in_english()).trim_end().to_owned(),
    }
}

/// Between 0 and 1, with a denominator that people use: 1/2, 2/3, 3/4.
fn is_share(value: Exact) -> bool {
    (1..*value.denom()).contains(value.numer()) && *value.denom() <= 10
}

/// A value of a type, in the words of a page.
pub(crate) fn value(value: &Value, ty: &Type, lang: Lang) -> String {
    match (value, ty) {
        (Value::Number(n), Type::Number(unit)) => number(*n, unit, lang),
        (Value::Number(n), _) => number(*n, &Unit::none(), lang),
        (Value::YesNo(yes), _) => yes_no(*yes, lang).to_owned(),
        (Value::Text(text), _) => text.clone(),
        (Value::Day(day), _) => {
            if lang == Lang::Ja {
                day.wareki()
            } else {
                day.to_string()
            }
        }
        (Value::List(parts), _) => format!("{}{}", parts.len(), lang.pick("件", " entries")),
        (Value::Record(_), _) => lang.pick("1件", "1 entry").to_owned(),
    }
}

pub(crate) fn yes_no(yes: bool, lang: Lang) -> &'static str {
    if yes { lang.pick("はい", "yes") } else { lang.pick("いいえ", "no") }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Grouping {
    None,
    Thousands,
}

/// `7.5%`, or a fraction where the decimals do not end.
fn percent(value: Exact) -> String {
    match exact::multiply(value, Exact::from_integer(100)).and_then(decimal) {
        Some(text) => format!("{text}%"),
        None => plain(value, Grouping::None),
    }
}

/// Digits with a point where the decimals end, a fraction where they do not.
fn plain(value: Exact, grouping: Grouping) -> String {
    if value.is_integer() && grouping == Grouping::Thousands {
        return group_thousands(value.to_integer());
    }
    decimal(value).unwrap_or_else(|| format!("{}/{}", value.numer(), value.denom()))
}

/// At most eleven decimals, if that is all of them.
fn decimal(value: Exact) -> Option<String> {
    let mut scale = 1_i128;
    for places in 0..=11_usize {
        if scale % value.denom() == 0 {
            let units = value.numer().checked_mul(scale / value.denom())?;
            let digits = format!("{:0>width$}", units.unsigned_abs(), width = places + 1);
            let (whole, fraction) = digits.split_at(digits.len() - places);
            let sign = if units < 0 { "-" } else { "" };
            return Some(if places == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") });
        }
        scale *= 10;
    }
    None
}

/// `15億1`, `4,500万`, `12,345`: whole numbers in groups of 万.
fn japanese(value: Exact) -> String {
    if !value.is_integer() {
        return plain(value, Grouping::None);
    }
    let whole = value.to_integer();
    let mut rest = whole.unsigned_abs();
    if rest < 10_000 || rest >= 10_u128.pow(16) {
        return group_thousands(whole);
    }
    let mut out = if whole < 0 { "-".to_owned() } else { String::new() };
    for (name, scale) in [("兆", 10_u128.pow(12)), ("億", 10_u128.pow(8)), ("万", 10_u128.pow(4)), ("", 1)] {
        let part = rest / scale;
        rest %= scale;
        if part > 0 {
            out.push_str(&group_thousands(i128::try_from(part).unwrap_or(0)));
            out.push_str(name);
        }
    }
    out
}
