//! What a part of a file does to the record: which firms are written, which rows only add to their history, what deserves a note.

use std::collections::BTreeMap;

use banso_kernel::{CorporateNumber, Day, LocalText};

use crate::entry::{Entry, Process};

/// What is on record of a firm already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// Of the row that made it what it is.
    pub updated_on: Day,
    pub sequence: u64,
    pub closed: bool,
    /// The line of the same file that wrote it; `None` where an earlier file did.
    pub line: Option<u64>,
}

/// What to write.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// Firms as they are from now on, one for each number, with the line that says so.
    pub firms: Vec<(u64, Entry)>,
    /// Every row, for the firm's history, with its line.
    pub history: Vec<(u64, Entry)>,
    pub notes: Vec<Noted>,
    pub tally: Tally,
}

/// How many rows did what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Firms that were not on record.
    pub new: u64,
    /// Firms that are something else now.
    pub changed: u64,
    /// Rows about the past.
    pub past: u64,
    /// Rows that are older than what is on record, or the same.
    pub older: u64,
    /// Rows that could not be read.
    pub refused: u64,
}

impl Tally {
    /// Rows of all kinds.
    #[must_use]
    pub const fn rows(self) -> u64 {
        self.new + self.changed + self.past + self.older + self.refused
    }
}

impl std::ops::AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.new += other.new;
        self.changed += other.changed;
        self.past += other.past;
        self.older += other.older;
        self.refused += other.refused;
    }
}

/// Something odd about a row that was taken all the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Noted {
    pub line: u64,
    pub number: CorporateNumber,
    pub note: Note,
}

/// What was odd.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Note {
    /// Another line of the same file says already how this firm is now.
    SaidTwice { other: u64 },
    /// The firm was closed, and no row says that it was reopened.
    ReopenedSilently,
}

impl Noted {
    /// In words.
    #[must_use]
    pub fn text(&self) -> LocalText {
        let (line, number) = (self.line, self.number);
        match self.note {
            Note::SaidTwice { other } => LocalText::new(
                format!("{line}行目：法人番号{number}の最新の行が、{other}行目にもあります。更新年月日の新しい方を採りました。"),
                format!("Line {line}: line {other} is a latest row of {number} too. The one that was updated later holds."),
            ),
            Note::ReopenedSilently => LocalText::new(
                format!("{line}行目：法人番号{number}は閉鎖されていましたが、復活（処理区分22）の行がないまま閉鎖でなくなりました。"),
                format!("Line {line}: {number} was closed and no longer is, without a row that reopens it (process 22)."),
            ),
        }
    }
}

/// Plans the rows of a part of a file, in its order, over what is on record of the same numbers.
///
/// What holds of a firm is its latest row (最新履歴 1) with the newest update; of one day, the last in the file. The same rows planned
/// again change nothing.
#[must_use]
pub fn plan(known: &BTreeMap<CorporateNumber, Known>, rows: Vec<(u64, Entry)>) -> Plan {
    let mut plan = Plan::default();
    let mut now: BTreeMap<CorporateNumber, (Known, Option<Entry>)> = known.iter().map(|(n, k)| (*n, (*k, None))).collect();
    let reopened: std::collections::BTreeSet<CorporateNumber> =
        rows.iter().filter(|(_, e)| e.process == Process::Reopened).map(|(_, e)| e.number).collect();
    for (line, entry) in rows {
        if entry.latest {
            take(&mut plan, &mut now, &reopened, line, &entry);
        } else {
            plan.tally.past += 1;
        }
        plan.history.push((line, entry));
    }
    plan.firms = now.into_values().filter_map(|(known, entry)| Some((known.line.unwrap_or(0), entry?))).collect();
    plan
}

fn take(
    plan: &mut Plan,
    now: &mut BTreeMap<CorporateNumber, (Known, Option<Entry>)>,
    reopened: &std::collections::BTreeSet<CorporateNumber>,
    line: u64,
    entry: &Entry,
) {
    let number = entry.number;
    let next = Known { updated_on: entry.updated_on, sequence: entry.sequence, closed: entry.closed(), line: Some(line) };
    let Some((before, _)) = now.get(&number) else {
        plan.tally.new += 1;
        now.insert(number, (next, Some(entry.clone())));
        return;
    };
    if let Some(other) = before.line {
        plan.notes.push(Noted { line, number, note: Note::SaidTwice { other } });
    }
    if (entry.updated_on, entry.sequence) <= (before.updated_on, before.sequence) {
        plan.tally.older += 1;
        return;
    }
    if before.closed && !next.closed && !reopened.contains(&number) {
        plan.notes.push(Noted { line, number, note: Note::ReopenedSilently });
    }
    plan.tally.changed += 1;
    now.insert(number, (next, Some(entry.clone())));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry::{Closing, LegalForm, Place};
    use proptest::prelude::*;

    fn entry(firm: u64, updated: i8, sequence: u64, process: Process, latest: bool) -> Entry {
        let day = |d| Day::new(2026, 8, d).unwrap();
        let closing = (process == Process::Closed).then(|| Closing { on: day(updated), cause: None, successor: None });
        Entry {
            sequence,
            number: CorporateNumber::from_body(700_000_000_000 + firm),
            process,
            correction: false,
            updated_on: day(updated),
            changed_on: day(1),
            name: format!("株式会社架空{updated}-{sequence}"),
            form: LegalForm::StockCompany,
            place: Place::default(),
            closing,
            details: String::new(),
            assigned_on: day(1),
            latest,
            english_name: String::new(),
            kana: String::new(),
            excluded: false,
        }
    }

    /// What is on record after a plan.
    fn record(known: &BTreeMap<CorporateNumber, Known>, plan: &Plan) -> BTreeMap<CorporateNumber, Known> {
        let mut record: BTreeMap<_, _> = known.iter().map(|(n, k)| (*n, Known { line: None, ..*k })).collect();
        for (_, e) in &plan.firms {
            record.insert(e.number, Known { updated_on: e.updated_on, sequence: e.sequence, closed: e.closed(), line: None });
        }
        record
    }

    fn planned(known: &BTreeMap<CorporateNumber, Known>, entries: &[Entry]) -> Plan {
        plan(known, entries.iter().cloned().zip(1..).map(|(e, line)| (line, e)).collect())
    }

    #[test]
    fn a_life() {
        use Process::{Closed, Moved, Opened, Reopened};
        let nothing = BTreeMap::new();
        let first = planned(&nothing, &[entry(1, 1, 1, Opened, true), entry(2, 1, 2, Opened, true)]);
        assert_eq!((first.tally.new, first.firms.len(), first.notes.len()), (2, 2, 0));
        let known = record(&nothing, &first);
        for (rows, changed, past, older, notes) in [
            (vec![entry(1, 2, 1, Moved, true)], 1, 0, 0, 0),
            (vec![entry(1, 1, 1, Opened, true)], 0, 0, 1, 0),
            (vec![entry(1, 2, 1, Opened, false), entry(1, 2, 2, Moved, true)], 1, 1, 0, 0),
            (vec![entry(1, 2, 1, Moved, true), entry(1, 2, 2, Moved, true)], 2, 0, 0, 1),
            (vec![entry(1, 2, 2, Moved, true), entry(1, 2, 1, Moved, true)], 1, 0, 1, 1),
        ] {
            let plan = planned(&known, &rows);
            let found = (plan.tally.changed, plan.tally.past, plan.tally.older, plan.notes.len());
            assert_eq!(found, (changed, past, older, notes), "{rows:#?}");
            assert_eq!(plan.history.len(), rows.len());
        }
        let closed = record(&known, &planned(&known, &[entry(1, 3, 1, Closed, true)]));
        assert!(closed[&entry(1, 1, 1, Opened, true).number].closed);
        let silent = planned(&closed, &[entry(1, 4, 1, Moved, true)]);
        assert_eq!(silent.notes.iter().map(|n| n.note).collect::<Vec<_>>(), [Note::ReopenedSilently]);
        assert!(silent.notes[0].text().ja.contains("1行目"));
        assert_eq!(planned(&closed, &[entry(1, 4, 1, Reopened, true)]).notes, []);
    }

    proptest! {
        /// The same rows again, and any order of parts, end in the same record.
        #[test]
        fn done_twice_is_done_once(rows in proptest::collection::vec((1_u64..4, 1_i8..9, 1_u64..9, any::<bool>()), 0..20), cut in 0_usize..20) {
            let entries: Vec<Entry> = rows.iter().map(|(f, u, s, latest)| entry(*f, *u, *s, Process::Moved, *latest)).collect();
            let nothing = BTreeMap::new();
            let whole = planned(&nothing, &entries);
            prop_assert_eq!(whole.tally.rows() as usize, entries.len());
            let known = record(&nothing, &whole);
            let again = planned(&known, &entries);
            prop_assert!(again.firms.is_empty(), "{:?}", again.firms);
            let (one, two) = entries.split_at(cut.min(entries.len()));
            let halfway = record(&nothing, &planned(&nothing, two));
            prop_assert_eq!(&record(&halfway, &planned(&halfway, one)), &known);
        }
    }
}
