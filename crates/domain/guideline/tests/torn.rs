//! Torn and mixed-up guidelines: reading never panics, and every problem stands inside the text, on whole letters.

#[cfg(test)]
mod house;

use std::sync::LazyLock;

use banso_guideline::{Dictionary, Edition, Library, Span, lay_out};
use house::{dictionary, file, library};
use proptest::prelude::*;

static WORDS: LazyLock<(Dictionary, Library)> = LazyLock::new(|| {
    let dictionary = dictionary();
    let library = library(&dictionary);
    (dictionary, library)
});
static GO_TECH: LazyLock<String> = LazyLock::new(|| file("programmes/go-tech/r7-1.md"));
const SMALL: &str = include_str!("house/small.md");

/// What officials' editors and hands leave behind.
const SPLINTERS: [&str; 24] = [
    "|",
    "\n",
    "```",
    "```要件\n",
    "【採点表】",
    "【決定表：補助率】",
    "---\n",
    "> ",
    "- ",
    "### 2-9 ",
    "要確認",
    "－",
    "：",
    "、",
    "(",
    "）",
    "\\|",
    "9999999999999999999円",
    "<b>",
    "\u{feff}",
    "\r\n",
    "\0",
    "𠮷",
    " / ",
];

fn on_letter(text: &str, mut at: usize) -> usize {
    at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// Cuts, doubles, moves and splinters of a text.
#[cfg(test)]
fn torn(text: &str, slips: &[(usize, usize, usize, u8)]) -> String {
    let mut text = text.to_owned();
    for (from, length, to, kind) in slips {
        let start = on_letter(&text, from % (text.len() + 1));
        let end = on_letter(&text, start + length % 80);
        let piece = text[start..end].to_owned();
        match kind % 4 {
            0 => text.replace_range(start..end, ""),
            1 => text.insert_str(start, SPLINTERS[to % SPLINTERS.len()]),
            2 => text.insert_str(on_letter(&text, to % (text.len() + 1)), &piece),
            _ => text.replace_range(start..end, SPLINTERS[to % SPLINTERS.len()]),
        }
    }
    text
}

fn sound(source: &str) -> Result<(), TestCaseError> {
    let reading = Edition::read(source, &WORDS.0, &WORDS.1);
    for problem in &reading.problems {
        let spans = std::iter::once(problem.span).chain(problem.related.iter().map(|(s, _)| *s));
        for Span { start, end } in spans {
            prop_assert!(start <= end && source.get(start..end).is_some(), "{problem:?}");
        }
    }
    let laid = lay_out(source);
    prop_assert_eq!(lay_out(&laid), laid, "laid out twice");
    if let Some(edition) = reading.edition {
        prop_assert_eq!(edition.source(), source);
        prop_assert!(!edition.page(banso_kernel::Lang::En).is_empty());
    }
    Ok(())
}

#[test]
fn what_once_was_found() {
    for source in ["\n\u{feff}", "\u{feff}\n---\n制度：x\n---\n", " \n\u{feff}---", "\u{feff}\u{feff}\n\n| a|b |"] {
        sound(source).unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, ..ProptestConfig::default() })]

    #[test]
    fn a_torn_small_guideline(slips in proptest::collection::vec((any::<usize>(), any::<usize>(), any::<usize>(), any::<u8>()), 1..8)) {
        sound(&torn(SMALL, &slips))?;
    }

    #[test]
    fn a_torn_go_tech_guideline(slips in proptest::collection::vec((any::<usize>(), any::<usize>(), any::<usize>(), any::<u8>()), 1..5)) {
        sound(&torn(&GO_TECH, &slips))?;
    }

    #[test]
    fn any_text_at_all(text in "(?s).{0,300}") {
        sound(&text)?;
        let _ = Dictionary::parse(&text);
        let _ = Library::parse(&text, &WORDS.0);
    }

    #[test]
    fn a_torn_dictionary_and_library(slips in proptest::collection::vec((any::<usize>(), any::<usize>(), any::<usize>(), any::<u8>()), 1..6)) {
        let dictionary = torn(&file("facts/dictionary.md"), &slips);
        for problem in Dictionary::parse(&dictionary).err().unwrap_or_default() {
            prop_assert!(dictionary.get(problem.span.start..problem.span.end).is_some());
        }
        let library = torn(&file("facts/definitions.md"), &slips);
        for problem in Library::parse(&library, &WORDS.0).err().unwrap_or_default() {
            prop_assert!(library.get(problem.span.start..problem.span.end).is_some());
        }
    }
}
