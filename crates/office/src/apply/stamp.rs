//! What a page knew of a section when it was opened: its version, and a short print of each answer. It travels in the form and comes
//! back with it, so that two people's changes can be told apart without keeping every earlier text.

use std::fmt;

use banso_guideline::answers::{Merged, SectionAnswers, merge};
use banso_kernel::Digest;

/// The version of a section, and prints of its answers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Stamp {
    /// 0 when nothing had been saved yet.
    pub(crate) version: u64,
    prints: Vec<(String, String)>,
}

/// Hexadecimal digits of a print: enough that two texts of one field do not share it by chance.
const DIGITS: usize = 12;
/// What no field holds, because control characters are taken out of what is typed.
const NEITHER: &str = "\u{1}";

fn print(text: &str) -> String {
    Digest::of(text.as_bytes()).to_string().chars().take(DIGITS).collect()
}

impl Stamp {
    /// The stamp of answers as they are saved.
    #[must_use]
    pub(crate) fn of(version: u64, answers: &SectionAnswers) -> Self {
        let prints = answers.iter().filter(|(_, t)| !t.is_empty()).map(|(k, t)| (k.clone(), print(t))).collect();
        Stamp { version, prints }
    }

    /// The stamp of a page that stays open with the answers that it has sent, beside which others may have saved. It never knows
    /// more than the page shows: otherwise the page's next save would take its old texts for changes of the others' new ones.
    #[must_use]
    pub(crate) fn held(version: u64, mine: &SectionAnswers, saved: &SectionAnswers) -> Self {
        let shows_all = mine.iter().all(|(key, text)| saved.get(key).map_or("", String::as_str) == text);
        let mut shown = saved.clone();
        shown.extend(mine.iter().map(|(key, text)| (key.clone(), text.clone())));
        Self::of(if shows_all { version } else { 0 }, &shown)
    }

    /// Reads what [`fmt::Display`] wrote. What cannot be read counts as a page that knew nothing.
    #[must_use]
    pub(crate) fn read(text: &str) -> Self {
        let (version, rest) = text.split_once(';').unwrap_or((text, ""));
        let prints = rest.split(';').filter_map(|p| p.rsplit_once('=')).map(|(k, p)| (k.to_owned(), p.to_owned())).collect();
        Stamp { version: version.trim().parse().unwrap_or(0), prints }
    }

    fn known(&self, key: &str) -> String {
        self.prints.iter().find(|(k, _)| k == key).map_or_else(|| print(""), |(_, p)| p.clone())
    }

    /// Merges what somebody typed on a page with this stamp into what is saved now.
    #[must_use]
    pub(crate) fn merge(&self, mine: &SectionAnswers, saved_version: u64, saved: &SectionAnswers) -> Merged {
        if self.version == saved_version {
            return merge(saved, mine, saved);
        }
        let before = mine.iter().map(|(key, text)| (key.clone(), self.before(key, text, saved))).collect();
        merge(&before, mine, saved)
    }

    /// The text that stood on the page: the saved one or the typed one if either has its print, otherwise neither.
    fn before(&self, key: &str, mine: &str, saved: &SectionAnswers) -> String {
        let known = self.known(key);
        let now = saved.get(key).map_or("", String::as_str);
        [now, mine].into_iter().find(|text| print(text) == known).unwrap_or(NEITHER).to_owned()
    }
}

impl fmt::Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.version)?;
        self.prints.iter().try_for_each(|(key, print)| write!(f, ";{key}={print}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn section(cells: &[(&str, &str)]) -> SectionAnswers {
        cells.iter().map(|(k, t)| ((*k).to_owned(), (*t).to_owned())).collect()
    }

    #[test]
    fn a_page_that_is_out_of_date_keeps_what_only_one_changed() {
        let opened = section(&[("課題", "一"), ("効果", "一"), ("体制", "一")]);
        let stamp = Stamp::read(&Stamp::of(3, &opened).to_string());
        assert_eq!(stamp, Stamp::of(3, &opened));
        let mine = section(&[("課題", "私"), ("効果", "一"), ("体制", "私")]);
        let saved = section(&[("課題", "一"), ("効果", "彼"), ("体制", "彼")]);
        let merged = stamp.merge(&mine, 5, &saved);
        assert_eq!(merged.answers, section(&[("課題", "私"), ("効果", "彼"), ("体制", "彼")]));
        let clashes: Vec<_> = merged.clashes.iter().map(|c| (c.key.as_str(), c.mine.as_str(), c.theirs.as_str())).collect();
        assert_eq!(clashes, [("体制", "私", "彼")]);
        let again = Stamp::of(5, &saved).merge(&mine, 5, &merged.answers);
        assert!(again.clashes.is_empty() && again.answers == mine);
    }

    #[test]
    fn a_page_that_saves_itself_does_not_undo_what_others_saved_meanwhile() {
        let opened = section(&[("課題", "一"), ("効果", "一")]);
        // The others save 効果; this page saves 課題 by itself, and goes on showing the old 効果.
        let (mine, saved) = (section(&[("課題", "私"), ("効果", "一")]), section(&[("課題", "一"), ("効果", "彼")]));
        let first = Stamp::of(1, &opened).merge(&mine, 2, &saved);
        let stamp = Stamp::read(&Stamp::held(3, &mine, &first.answers).to_string());
        let next = section(&[("課題", "私の続き"), ("効果", "一")]);
        let second = stamp.merge(&next, 3, &first.answers);
        assert_eq!((second.answers, second.clashes), (section(&[("課題", "私の続き"), ("効果", "彼")]), Vec::new()));
        // Typed into on this page too, it is shown to whoever comes later.
        let both = stamp.merge(&section(&[("課題", "私"), ("効果", "私")]), 3, &first.answers);
        assert_eq!(both.clashes.len(), 1);
        assert_eq!(Stamp::held(3, &mine, &mine), Stamp::of(3, &mine));
    }

    proptest! {
        #[test]
        fn it_tells_apart_what_the_whole_text_would(
            opened in proptest::collection::btree_map("[a-c]", "[0-2]?", 0..3),
            mine in proptest::collection::btree_map("[a-c]", "[0-2]?", 0..3),
            saved in proptest::collection::btree_map("[a-c]", "[0-2]?", 0..3),
        ) {
            let by_print = Stamp::read(&Stamp::of(1, &opened).to_string()).merge(&mine, 2, &saved);
            let by_text = merge(&opened, &mine, &saved);
            prop_assert_eq!(by_print.answers, by_text.answers);
            prop_assert_eq!(by_print.clashes.len(), by_text.clashes.len());
        }

        #[test]
        fn any_text_is_read(text in ".{0,80}") {
            let _ = Stamp::read(&text).to_string();
        }
    }
}
