//! What a verification found, and how a row that ought to be is compared with the one that is.

use std::collections::BTreeMap;
use std::fmt;

use banso_grant::ChainFlaw;
use banso_kernel::{Digest, LocalText, StreamId};

use super::Walk;
use crate::fault::Fault;
use crate::ledger::Anchor;

/// What a verification found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    pub acts: u64,
    pub streams: u64,
    pub list_rows: u64,
    pub documents: u64,
    pub texts: u64,
    /// What acts name and what was erased by right; no problem.
    pub erased: u64,
    /// The end of the ledger. Compare it with one that was written down earlier.
    pub anchor: Anchor,
    pub problems: Vec<Problem>,
}

impl Report {
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.problems.is_empty()
    }
}

/// Something that is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// `case:… act 3`, `cases row …`, `document …`.
    pub place: LocalText,
    pub what: LocalText,
}

/// An act by its number in its stream.
pub(super) fn act_place(stream: &StreamId, seq: u64) -> LocalText {
    LocalText::new(format!("{stream} 行為{seq}"), format!("{stream} act {seq}"))
}

pub(super) fn the_chain() -> LocalText {
    LocalText::new("連鎖", "chain")
}

pub(super) fn position_place(position: impl fmt::Display) -> LocalText {
    LocalText::new(format!("台帳の位置{position}"), format!("position {position}"))
}

pub(super) fn row_place(table: &str, key: &str) -> LocalText {
    LocalText::new(format!("一覧 {table} の行 {key}"), format!("{table} row {key}"))
}

/// A document or a text, and the act that names it.
pub(super) fn paper_place(kind: (&str, &str), digest: Digest, named_by: &LocalText) -> LocalText {
    let en = named_by.get(banso_kernel::Lang::En);
    LocalText::new(format!("{} {digest}（{}）", kind.0, named_by.ja), format!("{} {digest} of {en}", kind.1))
}

/// What cannot be read back, with the machine's own words.
pub(super) fn unreadable(fault: &Fault) -> LocalText {
    let ja = if let Fault::Misfit { why, .. } = fault {
        why.told().ja
    } else if let Fault::Impossible { place, what } = fault {
        format!("読み取れません。書かれたはずのない内容です（{place}：{what}）。")
    } else {
        format!("読み取れません（{fault}）。")
    };
    LocalText::new(ja, fault.to_string())
}

pub(super) fn broken_chain(flaw: ChainFlaw) -> LocalText {
    let ja = match flaw {
        ChainFlaw::Gap { expected } => format!("番号が{expected}の行為があるべきところです。行為が抜けているか、差し込まれています。"),
        ChainFlaw::Changed => "内容がハッシュと合いません。書き換えられています。".to_owned(),
        ChainFlaw::Unlinked => "直前の行為に続いていません。".to_owned(),
        ChainFlaw::Backwards => "直前の行為より前の時刻で記録されています。".to_owned(),
    };
    LocalText::new(ja, flaw.to_string())
}

pub(super) fn not_there() -> LocalText {
    LocalText::new("見つかりません。", "is not there")
}

pub(super) fn changed() -> LocalText {
    LocalText::new("ハッシュと合いません。書き換えられています。", "does not have its hash; it was changed")
}

pub(super) fn row_missing() -> LocalText {
    LocalText::new("行がありません。行為からは作られるはずの行です。", "is missing; the acts make it")
}

/// The columns in which two rows differ, as they are in each.
fn differing<T: fmt::Debug>(right: &T, found: &T) -> (String, String) {
    let lines = |row: &T| format!("{row:#?}").lines().map(|l| l.trim().trim_end_matches(',').to_owned()).collect::<Vec<_>>();
    let (right, found) = (lines(right), lines(found));
    let only = |of: &[String], other: &[String]| of.iter().filter(|l| !other.contains(l)).cloned().collect::<Vec<_>>().join(", ");
    (only(&right, &found), only(&found, &right))
}

/// Compares the row that ought to be with the one that is.
pub(super) fn compare_row<T: PartialEq + fmt::Debug>(place: LocalText, right: Option<T>, found: Result<T, Fault>, walk: &mut Walk) {
    match (right, found) {
        (Some(right), Ok(row)) if right == row => {}
        (Some(right), Ok(row)) => {
            let (right, row) = differing(&right, &row);
            let ja = format!("行為からは「{right}」となりますが、一覧は「{row}」です。");
            walk.problem(place, LocalText::new(ja, format!("the acts say `{right}`, the list says `{row}`")));
        }
        (_, Err(e)) => walk.problem(place, unreadable(&e)),
        (None, Ok(_)) => walk.problem(place, LocalText::new("この行を作る行為がありません。", "no acts make this row")),
    }
}

/// Compares a few rows by their keys; how many ought to be.
pub(super) fn compare_few<T: PartialEq + fmt::Debug>(
    table: &str,
    mut expected: BTreeMap<String, T>,
    found: BTreeMap<String, Result<T, Fault>>,
    walk: &mut Walk,
) -> u64 {
    let total = expected.len() as u64;
    for (key, row) in found {
        let right = expected.remove(&key);
        compare_row(row_place(table, &key), right, row, walk);
    }
    for key in expected.keys() {
        walk.problem(row_place(table, key), row_missing());
    }
    total
}
