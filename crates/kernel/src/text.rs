//! Text as people type it in Japan: full-width forms folded, characters counted as a form counts them.

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

/// The language of a page or a message. Japanese comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    #[default]
    Ja,
    En,
}

impl Lang {
    /// The value of the HTML `lang` attribute.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Lang::Ja => "ja",
            Lang::En => "en",
        }
    }

    /// One of two texts.
    #[must_use]
    pub const fn pick<'a>(self, ja: &'a str, en: &'a str) -> &'a str {
        match self {
            Lang::Ja => ja,
            Lang::En => en,
        }
    }
}

/// A text in Japanese with, where it exists, its English.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct LocalText {
    pub ja: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub en: Option<String>,
}

impl LocalText {
    pub fn ja(ja: impl Into<String>) -> Self {
        LocalText { ja: ja.into(), en: None }
    }

    pub fn new(ja: impl Into<String>, en: impl Into<String>) -> Self {
        LocalText { ja: ja.into(), en: Some(en.into()) }
    }

    /// The same for a page: what the English has between backticks stands between quotation marks.
    #[must_use]
    pub fn quoted(self) -> Self {
        let quoted = |en: String| {
            let parts: Vec<&str> = en.split('`').collect();
            // Without its partner a backtick is no quotation mark.
            if parts.len().is_multiple_of(2) {
                return en;
            }
            let piece = |(i, part): (usize, &&str)| if i % 2 == 1 { format!("“{part}”") } else { (*part).to_owned() };
            parts.iter().enumerate().map(piece).collect()
        };
        LocalText { ja: self.ja, en: self.en.map(quoted) }
    }

    /// The text in the language asked for; Japanese where there is no English.
    #[must_use]
    pub fn get(&self, lang: Lang) -> &str {
        match (lang, &self.en) {
            (Lang::En, Some(en)) => en,
            (Lang::En, None) | (Lang::Ja, _) => &self.ja,
        }
    }
}

/// Folds full-width and compatibility forms (ＡＢＣ１２３ ㍉ ｶﾅ) by NFKC, keeping length marks and minus signs readable.
/// Right for codes, amounts and expressions; wrong for names of people and firms, which must stay as written.
#[must_use]
pub fn fold_width(text: &str) -> String {
    text.nfkc()
        .map(|c| match c {
            '−' | '‐' | '‑' | '–' => '-',
            '、' => ',',
            other => other,
        })
        .collect()
}

/// Characters as a form counts them: Unicode scalar values, line ends not counted.
#[must_use]
pub fn count_characters(text: &str) -> usize {
    text.chars().filter(|c| !matches!(c, '\r' | '\n')).count()
}

/// `1234567` as `1,234,567`, the sign in front.
#[must_use]
pub fn group_thousands(number: i128) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if number < 0 {
        out.push('-');
    }
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_english_messages_are_quoted_for_a_page() {
        for (en, expect) in [("Enter `Title`.", "Enter “Title”."), ("`a` and `b`", "“a” and “b”"), ("a ` b", "a ` b"), ("plain", "plain")]
        {
            assert_eq!(LocalText::new("", en).quoted().get(Lang::En), expect);
        }
    }

    #[test]
    fn folding_keeps_the_meaning() {
        for (from, to) in [("１２３", "123"), ("ＡＢＣ", "ABC"), ("ｶﾅ", "カナ"), ("≦３", "≦3"), ("髙﨑", "髙﨑"), ("−5", "-5")]
        {
            assert_eq!(fold_width(from), to);
        }
    }

    #[test]
    fn counting_and_grouping() {
        assert_eq!(count_characters("あいう\r\nえ"), 4);
        for (n, s) in [(0, "0"), (999, "999"), (1000, "1,000"), (-1_234_567, "-1,234,567")] {
            assert_eq!(group_thousands(n), s);
        }
    }

    #[test]
    fn english_falls_back_to_japanese() {
        assert_eq!(LocalText::ja("採択").get(Lang::En), "採択");
        assert_eq!(LocalText::new("採択", "selected").get(Lang::En), "selected");
    }
}
