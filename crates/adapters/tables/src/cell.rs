//! What one cell says: a number as people in offices write it, a name, or nothing.

use crate::trouble::Why;

/// Words that stand for a missing value in columns of numbers and of names, as the common programs write them.
const MISSING: &[&str] = &["", "NA", "N/A", "#N/A", "NaN", "nan", "NULL", "null", "None", "<NA>"];

/// Further marks that stand for a missing value in columns of numbers.
const NO_NUMBER: &[&str] = &[".", "-", "－", "―", "…", "***", "x", "X"];

/// A cell without the blanks around it, the ideographic ones included.
pub(crate) fn trimmed(text: &str) -> &str {
    text.trim()
}

/// Whether a name is missing.
pub(crate) fn missing(text: &str) -> bool {
    MISSING.contains(&text)
}

/// A number, `NaN` for missing; a cell that says NaN itself is refused.
///
/// Besides plain decimals: full-width digits, commas between thousands, and △ or ▲ for minus.
pub(crate) fn number(text: &str) -> Result<f64, Why> {
    let text = trimmed(text);
    match text.parse::<f64>() {
        Ok(value) if value.is_finite() => Ok(value),
        // An empty cell is missing; what a program could not compute is not the same.
        Ok(_) => Err(Why::NotFinite),
        Err(_) if missing(text) || NO_NUMBER.contains(&text) => Ok(f64::NAN),
        Err(_) => office(text),
    }
}

/// Whether a text that is a number is rather a code, because reading it as a number would lose something: `0600001`, 20 digits.
pub(crate) fn looks_like_code(text: &str) -> bool {
    let digits = trimmed(text);
    let all = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    all && (digits.len() > 15 || (digits.len() > 1 && digits.starts_with('0')))
}

/// A number as offices write it.
fn office(text: &str) -> Result<f64, Why> {
    let narrow: String = text.chars().map(narrow).collect();
    let (sign, rest) = match narrow.strip_prefix(['△', '▲']) {
        Some(rest) => (-1.0, rest.trim_start()),
        None => (1.0, narrow.as_str()),
    };
    let plain = without_thousands(rest).ok_or(Why::NotANumber)?;
    match plain.parse::<f64>() {
        Ok(value) if value.is_finite() => Ok(sign * value),
        Ok(_) => Err(Why::NotFinite),
        Err(_) => Err(Why::NotANumber),
    }
}

/// The half-width letter of a full-width digit, point, comma or sign.
fn narrow(letter: char) -> char {
    match letter {
        '０'..='９' | '．' | '，' | '＋' | '－' => char::from_u32(u32::from(letter) - 0xFEE0).unwrap_or(letter),
        '−' => '-',
        other => other,
    }
}

/// The text without commas, when they stand between groups of three digits only; none for anything but a number.
fn without_thousands(text: &str) -> Option<String> {
    let body = text.strip_prefix(['-', '+']).unwrap_or(text);
    if !body.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return None;
    }
    if !body.contains(',') {
        return Some(text.to_owned());
    }
    let whole = body.split('.').next().unwrap_or(body);
    let mut groups = whole.split(',');
    let first = groups.next().is_some_and(|g| (1..=3).contains(&g.len()));
    let three = groups.all(|g| g.len() == 3);
    let tail = body.get(whole.len()..).unwrap_or("");
    (first && three && !tail.contains(',')).then(|| text.replace(',', ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_offices_write_them() {
        for (text, want) in [
            ("1.5", 1.5),
            (" -2e3 ", -2000.0),
            ("1,234,567", 1_234_567.0),
            ("-1,234.5", -1234.5),
            ("１２，３４５", 12_345.0),
            ("△1,200", -1200.0),
            ("▲ 3", -3.0),
            ("−4", -4.0),
            ("　7　", 7.0),
        ] {
            assert_eq!(number(text), Ok(want), "{text}");
        }
        for text in ["", "NA", ".", "-", "－", "null", "…"] {
            assert!(number(text).is_ok_and(f64::is_nan), "{text}");
        }
        for text in ["abc", "1,23", "12,34,567", "1.5,000", "３社", "1 2", "△", "△△1", "1e", "inf", "1e999", "infinity", ","] {
            assert!(number(text).is_err(), "{text}");
        }
        assert_eq!((number("NaN"), number("nan")), (Err(Why::NotFinite), Err(Why::NotFinite)));
        assert_eq!((number("inf"), number("abc")), (Err(Why::NotFinite), Err(Why::NotANumber)));
    }

    #[test]
    fn codes_are_not_numbers() {
        for (text, code) in [
            ("0600001", true),
            ("0", false),
            ("00", true),
            ("410032", false),
            ("1234567890123", false),
            ("12345678901234567", true),
            ("0.5", false),
        ] {
            assert_eq!(looks_like_code(text), code, "{text}");
        }
    }
}
