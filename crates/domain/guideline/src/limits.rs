//! What numbers make sense for an item: the least, the most, whole ones only. Written behind the unit: `%、0〜100`, `年、1以上、整数`.

use banso_kernel::{Exact, LocalText, fold_width};
use serde::{Deserialize, Serialize};

use crate::problem::{Code, Problem};
use crate::words::{Words, list};

/// Which numbers an answer may be, in its unit as people write it (a percentage from 0 to 100, not from 0 to 1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Limits {
    #[serde(default)]
    pub least: Option<i64>,
    #[serde(default)]
    pub most: Option<i64>,
    #[serde(default)]
    pub whole: bool,
}

impl Limits {
    /// What is wrong with a number of this unit: a stable code, and how to put it right.
    #[must_use]
    pub fn wrong(&self, number: Exact, unit: &str) -> Option<(&'static str, LocalText)> {
        if self.whole && !number.is_integer() {
            let text = LocalText::new(format!("{unit}の数は整数で入力してください。"), "Enter a whole number.");
            return Some(("not-whole", text));
        }
        let exact = |n: i64| Exact::from_integer(i128::from(n));
        let inside = self.least.is_none_or(|n| exact(n) <= number) && self.most.is_none_or(|n| number <= exact(n));
        if inside {
            return None;
        }
        let (ja, en) = match (self.least, self.most) {
            (Some(least), Some(most)) => (format!("{least}{unit}以上{most}{unit}以下"), format!("from {least} to {most}")),
            (Some(least), None) => (format!("{least}{unit}以上"), format!("of at least {least}")),
            (None, most) => {
                let most = most.unwrap_or(i64::MAX);
                (format!("{most}{unit}以下"), format!("of at most {most}"))
            }
        };
        let percent = if unit == "%" { " (percent)" } else { "" };
        Some(("out-of-range", LocalText::new(format!("{ja}の数を入力してください。"), format!("Enter a number {en}{percent}."))))
    }

    /// Reads one part behind the unit; false where it is none.
    fn read(&mut self, text: &str, unit: &str) -> bool {
        let folded = fold_width(text);
        let number = |text: &str| text.trim().trim_end_matches(unit).trim().replace(',', "").parse::<i64>().ok();
        if folded == "整数" {
            self.whole = true;
            return true;
        }
        if let Some(least) = folded.strip_suffix("以上") {
            self.least = number(least);
            return self.least.is_some();
        }
        if let Some(most) = folded.strip_suffix("以下") {
            self.most = number(most);
            return self.most.is_some();
        }
        let Some((least, most)) = folded.split_once(['〜', '~']) else { return false };
        (self.least, self.most) = (number(least), number(most));
        self.least.zip(self.most).is_some_and(|(least, most)| least <= most)
    }
}

/// A unit and what stands behind it: `%、0〜100`.
pub(crate) fn unit_and_limits(words: &Words, problems: &mut Vec<Problem>) -> (String, Limits) {
    let mut parts = list(words).into_iter();
    let unit = parts.next().filter(|w| !w.is_empty()).map(|w| w.text).unwrap_or_default();
    let mut limits = Limits::default();
    for part in parts {
        if !limits.read(&part.text, &unit) {
            problems.push(
                Problem::error(
                    Code::BadValue,
                    part.at,
                    format!("「{}」は数の範囲ではありません。", part.text),
                    format!("`{}` is not a range of numbers.", part.text),
                )
                .remedy(
                    "単位の後に 0〜100、0以上、100以下、整数 のように書いてください。",
                    "Behind the unit write 0〜100, 0以上, 100以下 or 整数.",
                ),
            );
        }
    }
    (unit, limits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::Span;

    fn read(text: &str) -> (String, Limits, usize) {
        let mut problems = Vec::new();
        let (unit, limits) = unit_and_limits(&Words { text: text.to_owned(), at: Span::new(0, text.len()) }, &mut problems);
        (unit, limits, problems.len())
    }

    #[test]
    fn what_stands_behind_the_unit() {
        let limits = |least, most, whole| Limits { least, most, whole };
        for (text, unit, expect, problems) in [
            ("円", "円", limits(None, None, false), 0),
            ("-", "", limits(None, None, false), 0),
            ("%、0〜100", "%", limits(Some(0), Some(100), false), 0),
            ("%、０％～１００％", "%", limits(Some(0), Some(100), false), 0),
            ("年、1以上、整数", "年", limits(Some(1), None, true), 0),
            ("点、100以下", "点", limits(None, Some(100), false), 0),
            ("%、-50以上", "%", limits(Some(-50), None, false), 0),
            ("%、100〜0", "%", limits(Some(100), Some(0), false), 1),
            ("%、0から100", "%", limits(None, None, false), 1),
            ("%、以上", "%", limits(None, None, false), 1),
        ] {
            assert_eq!(read(text), (unit.to_owned(), expect, problems), "{text}");
        }
    }

    #[test]
    fn a_number_outside_is_told_its_range() {
        let half = Exact::new(5, 2);
        for (limits, number, expect) in [
            ("%、0〜100", Exact::from_integer(250), Some("0%以上100%以下の数を入力してください。")),
            ("%、0〜100", Exact::from_integer(-5), Some("0%以上100%以下の数を入力してください。")),
            ("%、0〜100", Exact::from_integer(0), None),
            ("%、0〜100", Exact::from_integer(100), None),
            ("%、0以上", Exact::from_integer(250), None),
            ("%、0以上", Exact::from_integer(-1), Some("0%以上の数を入力してください。")),
            ("点、5以下", Exact::from_integer(6), Some("5点以下の数を入力してください。")),
            ("年、整数", half, Some("年の数は整数で入力してください。")),
            ("年", half, None),
        ] {
            let (unit, read, _) = read(limits);
            assert_eq!(read.wrong(number, &unit).map(|(_, text)| text.ja).as_deref(), expect, "{limits} {number}");
        }
    }
}
