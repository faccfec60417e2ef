//! Two editions clause by clause (新旧対照表): what came, what went, what changed, word by word.

use banso_kernel::LocalText;

use crate::edition::Edition;
use crate::model::ClauseId;

/// How a clause changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeKind {
    Added,
    Removed,
    Changed,
    /// The same text under another number.
    Moved,
}

/// One row of the table of changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClauseChange {
    pub kind: ChangeKind,
    /// The number in the older edition; empty for the front matter.
    pub old_clause: Option<ClauseId>,
    pub new_clause: Option<ClauseId>,
    pub title: LocalText,
    /// The older text in pieces; a piece that is `changed` is not in the newer one.
    pub old: Vec<Segment>,
    /// The newer text in pieces; a piece that is `changed` was not in the older one.
    pub new: Vec<Segment>,
}

/// A piece of text, and whether it differs from the other edition's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    pub text: String,
    pub changed: bool,
}

/// A clause's number, title and own text.
struct Own<'a> {
    id: Option<ClauseId>,
    title: LocalText,
    text: &'a str,
}

/// What changed from one edition to another, in the order of the newer text; clauses that went stand after those before them.
#[must_use]
pub fn compare(old: &Edition, new: &Edition) -> Vec<ClauseChange> {
    let (before, after) = (owns(old), owns(new));
    let mut out = Vec::new();
    let mut matched = vec![false; before.len()];
    let mut partners: Vec<Option<usize>> = after.iter().map(|a| before.iter().position(|b| b.id == a.id)).collect();
    for partner in partners.iter().flatten() {
        mark(&mut matched, *partner);
    }
    // What has a new number: the same title or the same text, among those that have no partner.
    for (own, partner) in after.iter().zip(partners.iter_mut()).filter(|(_, p)| p.is_none()) {
        *partner = before.iter().enumerate().position(|(i, b)| {
            matched.get(i) == Some(&false) && (body(b.text) == body(own.text) || (b.title.ja == own.title.ja && b.id.is_some()))
        });
        if let Some(found) = *partner {
            mark(&mut matched, found);
        }
    }
    let mut next_old = 0;
    for (own, partner) in after.iter().zip(&partners) {
        if let Some(index) = partner {
            removed(&before, &matched, next_old, *index, &mut out);
            next_old = next_old.max(index + 1);
        }
        out.extend(change(partner.and_then(|i| before.get(i)), own));
    }
    removed(&before, &matched, next_old, before.len(), &mut out);
    out
}

fn mark(matched: &mut [bool], index: usize) {
    if let Some(slot) = matched.get_mut(index) {
        *slot = true;
    }
}

/// Older clauses without a partner between two places.
fn removed(before: &[Own<'_>], matched: &[bool], from: usize, to: usize, out: &mut Vec<ClauseChange>) {
    for (own, _) in before.iter().zip(matched).skip(from).take(to.saturating_sub(from)).filter(|(_, m)| !**m) {
        out.push(ClauseChange {
            kind: ChangeKind::Removed,
            old_clause: own.id.clone(),
            new_clause: None,
            title: own.title.clone(),
            old: vec![Segment { text: own.text.trim().to_owned(), changed: true }],
            new: Vec::new(),
        });
    }
}

fn change(old: Option<&Own<'_>>, new: &Own<'_>) -> Option<ClauseChange> {
    let row = |kind, old_clause, old, segments| ClauseChange {
        kind,
        old_clause,
        new_clause: new.id.clone(),
        title: new.title.clone(),
        old,
        new: segments,
    };
    let Some(old) = old else {
        return Some(row(ChangeKind::Added, None, Vec::new(), vec![Segment { text: new.text.trim().to_owned(), changed: true }]));
    };
    if old.text.trim() == new.text.trim() {
        return None;
    }
    let kind = if old.id != new.id && body(old.text) == body(new.text) { ChangeKind::Moved } else { ChangeKind::Changed };
    let (a, b) = difference(old.text.trim(), new.text.trim());
    Some(row(kind, old.id.clone(), a, b))
}

/// A clause's text without its heading.
fn body(text: &str) -> &str {
    text.trim().split_once('\n').map_or("", |(_, rest)| rest.trim())
}

fn owns(edition: &Edition) -> Vec<Own<'_>> {
    let whole = edition.whole();
    let front = whole.source.get(..whole.body).unwrap_or_default();
    let first = Own { id: None, title: LocalText::new("募集の概要（前書き）", "Particulars (front matter)"), text: front };
    let clauses = whole.placed.iter().map(|p| Own {
        id: Some(p.clause.id.clone()),
        title: p.clause.title.clone(),
        text: whole.source.get(p.text.start..p.text.end).unwrap_or_default(),
    });
    std::iter::once(first).chain(clauses).collect()
}

/// Most words that are compared one by one; longer texts are compared line by line.
const WORDS_MAX: usize = 2_000;

/// Both texts in pieces, with what is not in the other marked.
#[must_use]
pub fn difference(old: &str, new: &str) -> (Vec<Segment>, Vec<Segment>) {
    let (mut a, mut b) = (words(old), words(new));
    if a.len() > WORDS_MAX || b.len() > WORDS_MAX {
        (a, b) = (old.split_inclusive('\n').collect(), new.split_inclusive('\n').collect());
    }
    if a.len() > WORDS_MAX || b.len() > WORDS_MAX {
        let all = |text: &str| vec![Segment { text: text.to_owned(), changed: true }];
        return (all(old), all(new));
    }
    let (kept_a, kept_b) = common(&a, &b);
    (joined(&a, &kept_a), joined(&b, &kept_b))
}

/// Words of Japanese text: runs of one kind of letter; numbers with their commas; every other sign alone.
fn words(text: &str) -> Vec<&str> {
    #[derive(PartialEq, Clone, Copy)]
    enum Kind {
        Kanji,
        Kana,
        Katakana,
        Latin,
        Number,
        Space,
        Sign,
    }
    let kind = |c: char| match c {
        '一'..='鿿' | '々' => Kind::Kanji,
        'ぁ'..='ゟ' => Kind::Kana,
        'ァ'..='ヿ' => Kind::Katakana,
        '0'..='9' | '０'..='９' | ',' | '.' | '/' | '%' => Kind::Number,
        c if c.is_alphabetic() => Kind::Latin,
        c if c.is_whitespace() && c != '\n' => Kind::Space,
        _ => Kind::Sign,
    };
    let mut out = Vec::new();
    let mut start = 0;
    let mut last: Option<Kind> = None;
    for (at, c) in text.char_indices() {
        let this = kind(c);
        if last.is_some_and(|l| l != this || this == Kind::Sign) {
            out.extend(text.get(start..at));
            start = at;
        }
        last = Some(this);
    }
    if start < text.len() {
        out.extend(text.get(start..));
    }
    out
}

/// Which words of each side belong to a longest common subsequence.
fn common(a: &[&str], b: &[&str]) -> (Vec<bool>, Vec<bool>) {
    // lengths[i][j]: longest common subsequence of a[i..] and b[j..].
    let width = b.len() + 1;
    let mut lengths = vec![0_u16; (a.len() + 1) * width];
    let at = |lengths: &[u16], i: usize, j: usize| lengths.get(i * width + j).copied().unwrap_or(0);
    for (i, x) in a.iter().enumerate().rev() {
        for (j, y) in b.iter().enumerate().rev() {
            let best = if x == y { at(&lengths, i + 1, j + 1) + 1 } else { at(&lengths, i + 1, j).max(at(&lengths, i, j + 1)) };
            if let Some(slot) = lengths.get_mut(i * width + j) {
                *slot = best;
            }
        }
    }
    let (mut kept_a, mut kept_b) = (vec![false; a.len()], vec![false; b.len()]);
    let (mut i, mut j) = (0, 0);
    while let (Some(x), Some(y)) = (a.get(i), b.get(j)) {
        if x == y {
            mark(&mut kept_a, i);
            mark(&mut kept_b, j);
            i += 1;
            j += 1;
        } else if at(&lengths, i + 1, j) >= at(&lengths, i, j + 1) {
            i += 1;
        } else {
            j += 1;
        }
    }
    (kept_a, kept_b)
}

fn joined(words: &[&str], kept: &[bool]) -> Vec<Segment> {
    let mut out: Vec<Segment> = Vec::new();
    for (word, kept) in words.iter().zip(kept) {
        match out.last_mut() {
            Some(last) if last.changed != *kept => last.text.push_str(word),
            Some(_) | None => out.push(Segment { text: (*word).to_owned(), changed: !kept }),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn marked(old: &str, new: &str) -> (String, String) {
        let (a, b) = difference(old, new);
        let show = |s: Vec<Segment>| s.into_iter().map(|s| if s.changed { format!("[{}]", s.text) } else { s.text }).collect();
        (show(a), show(b))
    }

    #[test]
    fn words_that_differ_are_marked() {
        for (old, new, a, b) in [
            ("単年4,500万円を上限", "単年1億円を上限", "単年[4,500万円]を上限", "単年[1億円]を上限"),
            ("補助率は2/3以内", "補助率は1/2以内", "補助率は[2/3]以内", "補助率は[1/2]以内"),
            ("同じ", "同じ", "同じ", "同じ"),
            ("", "新しい", "", "[新しい]"),
        ] {
            assert_eq!(marked(old, new), (a.to_owned(), b.to_owned()));
        }
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_what_is_unmarked_is_the_same(old in "[あ亜ア1, 。\n]{0,60}", new in "[あ亜ア1, 。\n]{0,60}") {
            let (a, b) = difference(&old, &new);
            let all = |s: &[Segment]| s.iter().map(|s| s.text.clone()).collect::<String>();
            let same = |s: &[Segment]| s.iter().filter(|s| !s.changed).map(|s| s.text.clone()).collect::<String>();
            prop_assert_eq!(all(&a), old);
            prop_assert_eq!(all(&b), new);
            prop_assert_eq!(same(&a), same(&b));
        }
    }
}
