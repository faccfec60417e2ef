//! Small readings of written text: `日本語 / English`, `キー: 値`, lists, yes and no.

use banso_kernel::{LocalText, fold_width};

use crate::markdown::{Cell, Line};
use crate::problem::Span;

/// The word for a value that the programme has not settled.
pub(crate) const UNCONFIRMED: &str = "要確認";

/// `見出し / Title`: Japanese, then English behind a slash with spaces around it.
pub(crate) fn local(text: &str) -> LocalText {
    match text.rsplit_once(" / ") {
        Some((ja, en)) if !en.trim().is_empty() => LocalText::new(ja.trim(), en.trim()),
        Some(_) | None => LocalText::ja(text.trim()),
    }
}

/// A piece of text and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Words {
    pub text: String,
    pub at: Span,
}

impl Words {
    pub(crate) fn of_cell(cell: &Cell) -> Self {
        Words { text: cell.text.clone(), at: cell.at }
    }

    /// The trimmed part of `text` from `start` to `end`, `text` itself standing at `base`.
    pub(crate) fn part(text: &str, base: usize, start: usize, end: usize) -> Self {
        let raw = text.get(start..end).unwrap_or_default();
        let lead = raw.len() - raw.trim_start().len();
        let trimmed = raw.trim();
        let start = base + start + lead;
        Words { text: trimmed.to_owned(), at: Span::new(start, start + trimmed.len()) }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.text.is_empty() || self.text == "-" || self.text == "－" || self.text == "—"
    }
}

/// `キー: 値`, with either colon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub key: Words,
    pub value: Words,
}

/// Reads `キー: 値` out of a line; a colon inside the value stays there.
pub(crate) fn entry(line: &Line) -> Option<Entry> {
    let (colon, mark) = line.text.char_indices().find(|(_, c)| *c == ':' || *c == '：')?;
    Some(Entry {
        key: Words::part(&line.text, line.at.start, 0, colon),
        value: Words::part(&line.text, line.at.start, colon + mark.len_utf8(), line.text.len()),
    })
}

/// `キー: 値、キー: 値` from `from` on; lines may also be separated by line ends.
pub(crate) fn entries(text: &str, base: usize, from: usize) -> Vec<Entry> {
    let mut out = Vec::new();
    let mut start = from;
    for (at, c) in text.char_indices().filter(|(i, _)| *i >= from).chain([(text.len(), '、')]) {
        if matches!(c, '、' | '\n') {
            let words = Words::part(text, base, start, at);
            out.extend(entry(&Line { text: words.text, at: words.at }));
            start = at + c.len_utf8();
        }
    }
    out
}

/// The parts of a list written with `、` (or `;`). Commas stay: they group digits.
pub(crate) fn list(words: &Words) -> Vec<Words> {
    let mut out = Vec::new();
    let mut start = 0;
    let text = words.text.as_str();
    for (at, c) in text.char_indices().chain([(text.len(), '、')]) {
        if matches!(c, '、' | ';' | '；') {
            let part = Words::part(text, words.at.start, start, at);
            if !part.text.is_empty() {
                out.push(part);
            }
            start = at + c.len_utf8();
        }
    }
    out
}

/// Yes or no as officials write it.
pub(crate) fn yes_no(text: &str) -> Option<bool> {
    match fold_width(text.trim()).to_lowercase().as_str() {
        "はい" | "有" | "あり" | "該当" | "可" | "適" | "必須" | "要" | "○" | "〇" | "yes" | "true" => Some(true),
        "いいえ" | "無" | "なし" | "非該当" | "不可" | "不適" | "任意" | "不要" | "×" | "no" | "false" => Some(false),
        _ => None,
    }
}

/// A count with its counter behind it: `3名`, `1,500字`, `40分`.
pub(crate) fn count(text: &str) -> Option<u32> {
    let folded = fold_width(text.trim()).replace(',', "");
    let digits: String = folded.chars().take_while(char::is_ascii_digit).collect();
    let rest = folded.get(digits.len()..)?.trim();
    let counter = rest.is_empty() || ["名", "人", "字", "文字", "分", "件", "年", "点", "通", "枚", "MB"].contains(&rest);
    if counter { digits.parse().ok() } else { None }
}

/// Lower-case ASCII, digits and hyphens: an identifier that stays within a call.
pub(crate) fn is_identifier(text: &str) -> bool {
    let mut letters = text.bytes();
    text.len() <= 40
        && letters.next().is_some_and(|b| b.is_ascii_lowercase())
        && letters.all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_and_entries_keep_their_place() {
        let source = "構成員: 名称=甲、資本金=5,000万円";
        let line = Line { text: source.into(), at: Span::new(0, source.len()) };
        let e = entry(&line).unwrap();
        assert_eq!(e.key.text, "構成員");
        let parts = list(&e.value);
        assert_eq!(parts.iter().map(|w| w.text.as_str()).collect::<Vec<_>>(), ["名称=甲", "資本金=5,000万円"]);
        assert!(parts.iter().all(|w| source[w.at.start..w.at.end] == w.text));
    }

    #[test]
    fn counts_and_identifiers() {
        for (text, expected) in [("３名", Some(3)), ("1,500字", Some(1500)), ("40 分", Some(40)), ("多数", None), ("3匹", None)] {
            assert_eq!(count(text), expected, "{text}");
        }
        for (text, expected) in [("plan", true), ("plan-pdf2", true), ("Plan", false), ("2plan", false), ("", false), ("計画", false)] {
            assert_eq!(is_identifier(text), expected, "{text}");
        }
    }

    #[test]
    fn two_languages() {
        assert_eq!(local("通常枠 / General"), LocalText::new("通常枠", "General"));
        assert_eq!(local("1/2以内"), LocalText::ja("1/2以内"));
    }
}
