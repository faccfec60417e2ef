//! What a verification found, and how a row that ought to be is compared with the one that is.

use std::collections::BTreeMap;
use std::fmt;

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
    pub place: String,
    pub what: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.what)
    }
}

/// Compares the row that ought to be with the one that is.
pub(super) fn compare_row<T: PartialEq + fmt::Debug>(place: String, right: Option<T>, found: Result<T, Fault>, walk: &mut Walk) {
    match (right, found) {
        (Some(right), Ok(row)) if right == row => {}
        (Some(right), Ok(row)) => walk.problem(place, format!("the acts say {right:?}, the list says {row:?}")),
        (_, Err(e)) => walk.problem(place, e),
        (None, Ok(_)) => walk.problem(place, "no acts make this row"),
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
        compare_row(format!("{table} row {key}"), right, row, walk);
    }
    for key in expected.keys() {
        walk.problem(format!("{table} row {key}"), "is missing; the acts make it");
    }
    total
}
