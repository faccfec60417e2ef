//! The register of corporate numbers: what a file says is taken in once, in parts, and found again by name.

use banso_kernel::{CorporateNumber, Day, Digest};
use banso_register::{Closing, ClosingCause, Column, Entry, Note, Process, Tally, plan};
use banso_store::{CommitError, Page};

use crate::fixture::*;

on_both!(a_file_in_parts, the_newest_row_holds, names_are_found, a_merger_is_followed, long_parts);

pub(crate) fn firm(n: u64) -> CorporateNumber {
    CorporateNumber::from_body(700_000_000_000 + n)
}

/// A row of the register as its file writes it.
pub(crate) fn entry(n: u64, name: &str, process: &str, updated: &str, edits: &[(Column, &str)]) -> Entry {
    let number = firm(n).to_string();
    let sequence = n.to_string();
    let mut fields = vec![String::new(); 30];
    let usual = [
        (Column::Sequence, sequence.as_str()),
        (Column::Number, number.as_str()),
        (Column::Process, process),
        (Column::Correction, "0"),
        (Column::UpdatedOn, updated),
        (Column::ChangedOn, "2026-07-15"),
        (Column::Name, name),
        (Column::Form, "301"),
        (Column::Prefecture, "福井県"),
        (Column::City, "鯖江市"),
        (Column::Street, "架空町１番地"),
        (Column::PrefectureCode, "18"),
        (Column::CityCode, "207"),
        (Column::Postcode, "9160000"),
        (Column::AssignedOn, "2015-10-05"),
        (Column::Latest, "1"),
        (Column::Excluded, "0"),
    ];
    for (column, text) in usual.iter().chain(edits) {
        fields[column.index()] = (*text).to_owned();
    }
    Entry::read(&fields).unwrap()
}

impl Fixture {
    /// Takes in rows as the next part of a file; the lines go on from where it is.
    pub(crate) async fn take(&self, file: Digest, entries: &[Entry]) -> banso_register::Plan {
        let begun = self.store.begin_register_file(file, "diff.csv").await.unwrap();
        let known = self.store.register_known(file, entries.iter().map(|e| e.number)).await.unwrap();
        let rows: Vec<(u64, Entry)> = (begun.lines + 1..).zip(entries.iter().cloned()).collect();
        let last = rows.last().map_or(begun.lines, |(line, _)| *line);
        let plan = plan(&known, rows);
        self.store.take_register(file, &plan, last, plan.tally).await.unwrap();
        plan
    }
}

async fn a_file_in_parts(mut f: Fixture) {
    let file = Digest::of(b"one");
    let part = |from: u64| (from..from + 70).map(|n| entry(n, &format!("株式会社架空{n}"), "01", "2026-08-10", &[])).collect::<Vec<_>>();
    let first = f.take(file, &part(1)).await;
    assert_eq!(first.tally, Tally { new: 70, ..Tally::default() });
    f.reopen().await;
    let begun = f.store.begin_register_file(file, "diff.csv").await.unwrap();
    assert_eq!((begun.lines, begun.finished_at), (70, None), "it goes on behind what is in");
    // The same part again, by somebody who did not look: nothing is counted twice.
    let late = f.store.take_register(file, &first, 70, first.tally).await;
    assert_eq!(late, Err(CommitError::Missing("part of the file")));
    f.take(file, &part(71)).await;
    f.store.finish_register_file(file).await.unwrap();
    let files = f.store.register_files().await.unwrap();
    assert_eq!(files.iter().map(|f| (f.lines, f.tally.new, f.finished_at.is_some())).collect::<Vec<_>>(), [(140, 140, true)]);
    // Another file with the same rows changes nothing.
    let again = f.take(Digest::of(b"two"), &part(1)).await;
    assert_eq!(again.tally, Tally { older: 70, ..Tally::default() });
    assert_eq!(f.store.register_history(firm(1)).await.unwrap().len(), 1, "a row that was reported twice is one");
}

async fn the_newest_row_holds(f: Fixture) {
    f.take(Digest::of(b"1"), &[entry(1, "株式会社架空一", "01", "2026-08-10", &[])]).await;
    let later = [
        entry(1, "株式会社架空一", "01", "2026-08-12", &[(Column::Latest, "0"), (Column::Correction, "1")]),
        entry(1, "株式会社架空壱", "11", "2026-08-12", &[(Column::Street, "架空町２番地")]),
    ];
    f.take(Digest::of(b"2"), &later).await;
    // Files that arrive in the wrong order.
    f.take(Digest::of(b"3"), &[entry(1, "株式会社架空零", "11", "2026-08-11", &[])]).await;
    let found = f.store.registered_firm(firm(1)).await.unwrap().unwrap();
    assert_eq!((found.name.as_str(), found.place.as_str()), ("株式会社架空壱", "福井県鯖江市架空町２番地"));
    assert_eq!((found.process, found.updated_on), (Process::Renamed, Day::new(2026, 8, 12).unwrap()));
    let history = f.store.register_history(firm(1)).await.unwrap();
    assert_eq!(history.len(), 4);
    assert!(history.iter().any(|e| e.correction));
    assert_eq!(f.store.registered_firm(firm(2)).await.unwrap(), None);
}

async fn names_are_found(f: Fixture) {
    let closed = [(Column::ClosedOn, "2026-08-03"), (Column::ClosingCause, "01")];
    let rows = [
        entry(1, "株式会社架空髙﨑精密", "01", "2026-08-10", &[]),
        entry(2, "架空髙﨑精密有限会社", "21", "2026-08-10", &closed),
        entry(3, "一般社団法人架空", "01", "2026-08-10", &[]),
        entry(4, "株式会社１００％架空", "01", "2026-08-10", &[]),
    ];
    f.take(Digest::of(b"1"), &rows).await;
    for (search, expect) in [
        ("㈱架空高崎", vec![firm(1), firm(2)]),
        ("架空", vec![firm(3), firm(1), firm(2)]),
        ("高崎精密", vec![firm(1), firm(2)]),
        ("100%", vec![firm(4)]),
        ("無い名前", vec![]),
        ("・", vec![]),
    ] {
        let found = f.store.find_registered(search, Page::first(10)).await.unwrap();
        assert_eq!(found.iter().map(|f| f.number).collect::<Vec<_>>(), expect, "{search}");
    }
    assert_eq!(f.store.find_registered("架空", Page::first(2)).await.unwrap().len(), 2);
}

async fn a_merger_is_followed(f: Fixture) {
    let heir = firm(2).to_string();
    let merged = [(Column::ClosedOn, "2026-08-03"), (Column::ClosingCause, "11"), (Column::Successor, heir.as_str())];
    f.take(
        Digest::of(b"1"),
        &[entry(1, "株式会社架空一", "21", "2026-08-10", &merged), entry(2, "株式会社架空二", "71", "2026-08-10", &[])],
    )
    .await;
    let found = f.store.registered_firm(firm(1)).await.unwrap().unwrap();
    let on = Day::new(2026, 8, 3).unwrap();
    assert_eq!(found.closing, Some(Closing { on, cause: Some(ClosingCause::Merged), successor: Some(firm(2)) }));
    assert_eq!(f.store.succeeded_by(firm(2)).await.unwrap(), [found]);
    // Open again, without a row that says so.
    let silent = f.take(Digest::of(b"2"), &[entry(1, "株式会社架空一", "12", "2026-08-12", &[])]).await;
    assert_eq!(silent.notes.iter().map(|n| n.note).collect::<Vec<_>>(), [Note::ReopenedSilently]);
    assert_eq!(f.store.registered_firm(firm(1)).await.unwrap().unwrap().closing, None);
}

async fn long_parts(f: Fixture) {
    for count in [1_u64, 49, 50, 51, 100] {
        let file = Digest::of(&count.to_be_bytes());
        let rows: Vec<Entry> = (1..=count).map(|n| entry(count * 1000 + n, "株式会社架空", "01", "2026-08-10", &[])).collect();
        assert_eq!(f.take(file, &rows).await.tally.new, count);
        for n in [1, count] {
            assert!(f.store.registered_firm(firm(count * 1000 + n)).await.unwrap().is_some(), "{n} of {count}");
        }
        let known = f.store.register_known(file, rows.iter().map(|e| e.number)).await.unwrap();
        assert_eq!(known.len() as u64, count);
        assert_eq!(known[&firm(count * 1000 + count)].line, Some(count));
    }
}
