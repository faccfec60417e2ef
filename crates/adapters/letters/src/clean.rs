//! Text from outside made fit for a page: limits, no control or direction characters, no character without a shape.
//!
//! Works on the whole JSON of a letter, so no field can be forgotten.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::typeset::LettersError;

/// How much a letter may hold. What is longer is refused, never cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Characters of one text.
    pub text: usize,
    /// Entries of one list.
    pub list: usize,
    /// Characters of all texts together.
    pub total: usize,
}

impl Limits {
    /// Room for 400 files or acts, and for long reasons.
    pub const DEFAULT: Limits = Limits { text: 8_000, list: 2_000, total: 600_000 };
}

/// The geta mark: what Japanese printing puts where a type is missing.
const GETA: char = '〓';
/// A run of Latin letters this long gets places where the line may break.
const LONGEST_RUN: usize = 16;
const ZERO_WIDTH_SPACE: char = '\u{200B}';

/// Checks and cleans every text in `value`. Gives back the characters for which no font has a shape, in order.
pub(crate) fn clean(value: &mut Value, limits: Limits, covers: &dyn Fn(char) -> bool) -> Result<Vec<char>, LettersError> {
    let mut work = Cleaner { limits, covers, total: 0, missing: BTreeSet::new() };
    work.visit(value, "")?;
    Ok(work.missing.into_iter().collect())
}

struct Cleaner<'a> {
    limits: Limits,
    covers: &'a dyn Fn(char) -> bool,
    total: usize,
    missing: BTreeSet<char>,
}

impl Cleaner<'_> {
    fn visit(&mut self, value: &mut Value, field: &str) -> Result<(), LettersError> {
        match value {
            Value::String(text) => *text = self.text(text, field)?,
            Value::Array(items) => {
                if items.len() > self.limits.list {
                    return Err(LettersError::TooMany { field: field.to_owned(), count: items.len(), limit: self.limits.list });
                }
                for item in items {
                    self.visit(item, field)?;
                }
            }
            Value::Object(fields) => {
                for (name, inner) in fields {
                    let path = if field.is_empty() { name.clone() } else { format!("{field}.{name}") };
                    self.visit(inner, &path)?;
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
        Ok(())
    }

    fn text(&mut self, text: &str, field: &str) -> Result<String, LettersError> {
        let count = text.chars().count();
        self.total += count;
        if count > self.limits.text || self.total > self.limits.total {
            let limit = if count > self.limits.text { self.limits.text } else { self.limits.total };
            return Err(LettersError::TooLong { field: field.to_owned(), characters: count.max(self.total), limit });
        }
        let shown = text.chars().filter(|c| !is_direction(*c)).map(|c| if c.is_control() || is_line_end(c) { ' ' } else { c });
        let mut out = String::with_capacity(text.len());
        let mut run = 0_usize;
        for c in shown {
            out.push(self.shape(c));
            run = if c.is_ascii_graphic() { run + 1 } else { 0 };
            if run > 0 && run.is_multiple_of(LONGEST_RUN) {
                out.push(ZERO_WIDTH_SPACE);
            }
        }
        Ok(out)
    }

    fn shape(&mut self, c: char) -> char {
        if c == ' ' || is_invisible(c) || (self.covers)(c) {
            return c;
        }
        self.missing.insert(c);
        GETA
    }
}

/// Characters that turn the direction of what follows: a file name could pretend another ending.
fn is_direction(c: char) -> bool {
    matches!(c, '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

fn is_line_end(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}')
}

/// Characters that need no shape: joiners and the selectors of kanji variants.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200D}' | '\u{2060}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{E0100}'..='\u{E01EF}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const SMALL: Limits = Limits { text: 40, list: 3, total: 60 };

    fn only_bmp(c: char) -> bool {
        u32::from(c) < 0x10000 && c != '\u{E000}'
    }

    #[test]
    fn texts_become_printable() {
        for (from, to, missing) in [
            ("株式会社髙﨑", "株式会社髙﨑", ""),
            ("𠮷野", "〓野", "𠮷"),
            ("\u{E000}と𠮷と𠮷", "〓と〓と〓", "\u{E000}𠮷"),
            ("葛\u{E0100}城", "葛\u{E0100}城", ""),
            ("a\u{0}b\tc", "a b c", ""),
            ("evil\u{202E}fdp.exe", "evilfdp.exe", ""),
            ("0123456789abcdefXYZ", "0123456789abcdef\u{200B}XYZ", ""),
            ("#eval(\"x\") $1$", "#eval(\"x\") $1$", ""),
        ] {
            let mut value = json!({ "a": [from] });
            let gaps = clean(&mut value, SMALL, &only_bmp).unwrap();
            assert_eq!((value, gaps), (json!({ "a": [to] }), missing.chars().collect()), "{from:?}");
        }
    }

    #[test]
    fn what_is_too_much_is_refused_by_name() {
        let long = "あ".repeat(41);
        let half = "あ".repeat(31);
        for (mut value, message) in [
            (json!({ "cover": { "title": long } }), "`cover.title` has 41 characters; at most 40 fit"),
            (json!({ "files": [1, 2, 3, 4] }), "`files` has 4 entries; at most 3 fit"),
            (json!({ "a": half, "b": half }), "`b` has 62 characters; at most 60 fit"),
        ] {
            let error = clean(&mut value, SMALL, &only_bmp).unwrap_err();
            assert!(error.to_string().contains(message), "{error}");
        }
    }
}
