//! Two people in one section: what only one of them changed is kept; what both changed differently is shown to the later one.

use super::SectionAnswers;

/// One answer that two people changed differently since the later one opened the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clash {
    pub key: String,
    /// What stood there when the page was opened.
    pub before: String,
    /// What the later one typed.
    pub mine: String,
    /// What is saved now.
    pub theirs: String,
}

/// What a merge comes to: the answers to save, and what both had changed (kept as saved until the later one chooses).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Merged {
    pub answers: SectionAnswers,
    pub clashes: Vec<Clash>,
}

/// Merges what somebody typed with what was saved meanwhile, answer by answer. An absent answer counts as an empty one.
#[must_use]
pub fn merge(before: &SectionAnswers, mine: &SectionAnswers, theirs: &SectionAnswers) -> Merged {
    let mut merged = Merged { answers: theirs.clone(), clashes: Vec::new() };
    for (key, text) in mine {
        let was = before.get(key).map_or("", String::as_str);
        let now = theirs.get(key).map_or("", String::as_str);
        if text == was || text == now {
            continue;
        }
        if now == was {
            merged.answers.insert(key.clone(), text.clone());
        } else {
            merged.clashes.push(Clash { key: key.clone(), before: was.to_owned(), mine: text.clone(), theirs: now.to_owned() });
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn section(cells: &[(&str, &str)]) -> SectionAnswers {
        cells.iter().map(|(k, t)| ((*k).to_owned(), (*t).to_owned())).collect()
    }

    #[test]
    fn what_one_changed_is_kept_and_what_both_changed_is_shown() {
        let before = section(&[("a", "1"), ("b", "1"), ("c", "1")]);
        let mine = section(&[("a", "2"), ("b", "1"), ("c", "3"), ("d", "new")]);
        let theirs = section(&[("a", "1"), ("b", "9"), ("c", "4")]);
        let merged = merge(&before, &mine, &theirs);
        assert_eq!(merged.answers, section(&[("a", "2"), ("b", "9"), ("c", "4"), ("d", "new")]));
        assert_eq!(merged.clashes, vec![Clash { key: "c".into(), before: "1".into(), mine: "3".into(), theirs: "4".into() }]);
    }

    proptest! {
        #[test]
        fn alone_nothing_clashes_and_nothing_typed_is_lost(
            before in proptest::collection::btree_map("[a-d]", "[0-2]?", 0..4),
            mine in proptest::collection::btree_map("[a-d]", "[0-2]?", 0..4),
            theirs in proptest::collection::btree_map("[a-d]", "[0-2]?", 0..4),
        ) {
            let alone = merge(&before, &mine, &before);
            prop_assert!(alone.clashes.is_empty());
            for (key, text) in &mine {
                prop_assert_eq!(alone.answers.get(key).map_or("", String::as_str), text.as_str());
            }
            let both = merge(&before, &mine, &theirs);
            for (key, text) in &mine {
                let was = before.get(key).map_or("", String::as_str);
                let kept = both.answers.get(key).map_or("", String::as_str) == text;
                let shown = both.clashes.iter().any(|c| &c.key == key && &c.mine == text);
                prop_assert!(text == was || kept || shown);
            }
        }
    }
}
