//! Checking a case file without a database: sums, names, chain, contents, documents. Finds every problem, not only the first.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read, Seek};

use banso_grant::{ActRecord, ChainFlaw, chain_flaws};
use banso_kernel::{CaseId, Digest, LocalText, StreamId};
use zip::ZipArchive;

use super::index::{FORMAT, INDEX_LETTER, Index, VERSION};
use super::{PackageError, html, letters, meaning, places};
use crate::archive::{ArchiveLimits, open};
use crate::hashing::copy_hashed;

/// One thing that is wrong, where, and what it means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// A file of the ZIP, or `act 3`.
    pub place: String,
    pub what: LocalText,
}

/// What was found in a case file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PackageReport {
    pub case: Option<CaseId>,
    pub receipt_number: String,
    pub acts: usize,
    pub contents: usize,
    pub documents: usize,
    pub letters: usize,
    /// Contents and documents that were erased by right, and are stated so.
    pub erased: usize,
    /// The hash of the last act: compare it with the receipt's or the office's.
    pub head: Option<Digest>,
    pub synthetic: bool,
    /// Empty when the file proves itself.
    pub problems: Vec<Problem>,
}

impl PackageReport {
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.problems.is_empty()
    }

    pub(super) fn wrong(&mut self, place: impl Into<String>, ja: impl Into<String>, en: impl Into<String>) {
        self.problems.push(Problem { place: place.into(), what: LocalText::new(ja, en) });
    }
}

/// Texts that are read into memory may have this many bytes.
const TEXT_LIMIT: u64 = 256 << 20;

/// Checks a case file. Nothing is written anywhere.
///
/// # Errors
/// A file that is no ZIP, or one built to do harm. Everything else is a problem in the report.
pub fn verify_package<R: Read + Seek>(file: R) -> Result<PackageReport, PackageError> {
    let (mut zip, entries) = open(file, ArchiveLimits::PACKAGE)?;
    let mut report = PackageReport::default();
    let mut found = BTreeMap::new();
    for (at, entry) in entries.iter().enumerate() {
        // A ZIP packed again may name its folders: they hold nothing by themselves.
        if entry.folder && entry.bytes == 0 && ["documents/", "contents/", "editions/", "words/", "letters/"].contains(&entry.name.as_str())
        {
            continue;
        }
        if entry.folder || !is_known(&entry.name) {
            report.wrong(
                &entry.name,
                "案件記録にあるはずのないファイルです。後から加えられた可能性があります。",
                "This file does not belong in a case file. It may have been added later.",
            );
            continue;
        }
        read_entry(&mut zip, at, &entry.name, entry.bytes, &mut found, &mut report);
    }
    check_sums(&found, &mut report);
    let Some(index) = parse_index(&found, &mut report) else { return Ok(report) };
    describe(&index, &mut report);
    let acts = check_acts(&index, &found, &mut report);
    letters::check(&index, &found, &mut report);
    check_listed(&index, &found, &mut report);
    check_page(&index, &found, &mut report);
    meaning::check(&index, &acts, &mut report);
    Ok(report)
}

/// One file of the ZIP: its digest, and its text where that is read.
pub(super) struct Found {
    digest: Digest,
    bytes: u64,
    text: Option<String>,
}

pub(super) type Files = BTreeMap<String, Found>;

/// The places that the format knows. Nothing else may be in the file.
fn is_known(name: &str) -> bool {
    let digest = |text: &str| text.parse::<Digest>().is_ok_and(|d| d.to_string() == text);
    match name.split_once('/') {
        None => matches!(name, places::INDEX | places::PAGE | places::ACTS | places::LETTERS | places::SUMS),
        Some(("documents", rest)) => digest(rest.split_once('.').map_or(rest, |(name, _)| name)),
        Some(("contents", rest)) => rest.strip_suffix(".json").is_some_and(digest),
        Some(("editions" | "words", rest)) => rest.strip_suffix(".md").is_some_and(digest),
        Some(("letters", rest)) => rest.strip_suffix(".pdf").is_some_and(places::is_letter_name),
        Some(_) => false,
    }
}

fn read_entry<R: Read + Seek>(
    zip: &mut ZipArchive<R>,
    at: usize,
    name: &str,
    declared: u64,
    found: &mut Files,
    report: &mut PackageReport,
) {
    let wants_text = matches!(name, places::INDEX | places::ACTS | places::LETTERS | places::SUMS);
    match read_bounded(zip, at, declared, wants_text) {
        Ok(Some(entry)) => {
            found.insert(name.to_owned(), entry);
        }
        Ok(None) => report.wrong(
            name,
            "ファイルの大きさが ZIP の目録と一致しないか、大きすぎるか、文字として読めません。",
            "Its size differs from the ZIP's own list, is too large, or it is not readable as text.",
        ),
        Err(e) => report.wrong(name, format!("読み取れません（{e}）。"), format!("It cannot be read: {e}.")),
    }
}

fn read_bounded<R: Read + Seek>(
    zip: &mut ZipArchive<R>,
    at: usize,
    declared: u64,
    wants_text: bool,
) -> Result<Option<Found>, PackageError> {
    if wants_text && declared > TEXT_LIMIT {
        return Ok(None);
    }
    let mut entry = zip.by_index(at)?;
    let mut kept = Vec::new();
    let passed =
        if wants_text { copy_hashed(&mut entry, &mut kept, declared)? } else { copy_hashed(&mut entry, &mut io::sink(), declared)? };
    if passed.cut || passed.bytes != declared {
        return Ok(None);
    }
    let text = if wants_text { String::from_utf8(kept).ok() } else { None };
    Ok((text.is_some() || !wants_text).then_some(Found { digest: passed.digest, bytes: passed.bytes, text }))
}

/// `index.html` is the page that the index makes: what people read is what is checked.
fn check_page(index: &Index, found: &Files, report: &mut PackageReport) {
    match found.get(places::PAGE) {
        None => report.wrong(places::PAGE, "人が読むページがありません。", "The page for people is missing."),
        Some(f) if f.digest != Digest::of(html::page(index).as_bytes()) => report.wrong(
            places::PAGE,
            "人が読むページが目録と一致しません。書き換えられたか、別の版の banso で作られています。",
            "The page for people is not the one that the index makes: it was changed, or made by another version of banso.",
        ),
        Some(_) => {}
    }
}

fn text<'a>(found: &'a Files, name: &str, report: &mut PackageReport) -> Option<&'a str> {
    let text = found.get(name).and_then(|f| f.text.as_deref());
    if text.is_none() {
        report.wrong(
            name,
            "このファイルがありません。案件記録ではないか、欠けています。",
            "This file is missing: not a case file, or incomplete.",
        );
    }
    text
}

/// `SHA256SUMS` lists every other file, once, with its digest.
fn check_sums(found: &Files, report: &mut PackageReport) {
    let Some(sums) = text(found, places::SUMS, report) else { return };
    let mut listed = BTreeSet::new();
    for line in sums.lines() {
        let parsed = line.split_once("  ").and_then(|(digest, name)| Some((digest.parse::<Digest>().ok()?, name)));
        let Some((digest, name)) = parsed else {
            report.wrong(places::SUMS, format!("読めない行があります：{line}"), format!("A line cannot be read: {line}"));
            continue;
        };
        if !listed.insert(name) {
            report.wrong(name, "SHA256SUMS に2度載っています。", "It is listed twice in SHA256SUMS.");
        }
        match found.get(name) {
            None => report.wrong(name, "SHA256SUMS に載っていますが、ありません。", "It is listed in SHA256SUMS, but missing."),
            Some(f) if f.digest != digest => report.wrong(
                name,
                "SHA-256 が一致しません。書き換えられたか、壊れています。",
                "Its SHA-256 differs: it was changed or damaged.",
            ),
            Some(_) => {}
        }
    }
    for name in found.keys().filter(|n| *n != places::SUMS && !listed.contains(n.as_str())) {
        report.wrong(
            name,
            "SHA256SUMS に載っていません。後から加えられた可能性があります。",
            "It is not listed in SHA256SUMS; it may have been added later.",
        );
    }
}

fn parse_index(found: &Files, report: &mut PackageReport) -> Option<Index> {
    let text = text(found, places::INDEX, report)?;
    match serde_json::from_str::<Index>(text) {
        Ok(index) if index.format == FORMAT && (1..=VERSION).contains(&index.version) => Some(index),
        Ok(index) => {
            let (format, version) = (index.format, index.version);
            report.wrong(
                places::INDEX,
                format!("この版の案件記録（{format} {version}）は読めません。新しい banso で確かめてください。"),
                format!("This version of a case file ({format} {version}) is not known. Use a newer banso."),
            );
            None
        }
        Err(e) => {
            report.wrong(places::INDEX, format!("目録を読めません（{e}）。"), format!("The index cannot be read: {e}."));
            None
        }
    }
}

fn describe(index: &Index, report: &mut PackageReport) {
    report.case = Some(index.case);
    report.receipt_number.clone_from(&index.receipt_number);
    report.acts = index.acts.len();
    report.contents = index.contents.len();
    report.documents = index.documents.len();
    // As they were sent: the table of contents, which is laid out as one more, is none of them.
    report.letters = index.letters.iter().filter(|l| l.file != INDEX_LETTER).count();
    report.erased = index.contents.iter().filter(|c| c.erased.is_some()).count()
        + index.documents.iter().filter(|d| d.erased.is_some()).count()
        + index.letters.iter().filter(|l| l.erased.is_some()).count();
    report.head = Some(index.head);
    report.synthetic = index.synthetic;
}

/// The chain of acts; gives them back as they stand in `acts.jsonl`.
fn check_acts(index: &Index, found: &Files, report: &mut PackageReport) -> Vec<ActRecord> {
    let acts = chain(&StreamId::Case(index.case), places::ACTS, found, report);
    let last = acts.last();
    if !index.acts.iter().map(|a| &a.record).eq(acts.iter()) {
        report.wrong(places::INDEX, "目録の行為が acts.jsonl と一致しません。", "The acts in the index differ from acts.jsonl.");
    }
    if index.head != last.map_or(Digest::ZERO, |l| l.hash) {
        report.wrong(places::INDEX, "連鎖の末尾が最後の行為と一致しません。", "The head of the chain is not the last act's hash.");
    }
    if acts.is_empty() {
        report.wrong(places::ACTS, "行為が1件もありません。", "There is not a single act.");
    }
    acts
}

/// The acts of one stream as a file of the ZIP has them, each linked to the one before.
pub(super) fn chain(stream: &StreamId, name: &str, found: &Files, report: &mut PackageReport) -> Vec<ActRecord> {
    let mut acts: Vec<ActRecord> = Vec::new();
    for (i, line) in text(found, name, report).unwrap_or_default().lines().enumerate() {
        match serde_json::from_str(line) {
            Ok(act) => acts.push(act),
            Err(e) => report.wrong(
                format!("{name} line {}", i + 1),
                format!("行為を読めません（{e}）。"),
                format!("The act cannot be read: {e}."),
            ),
        }
    }
    let mut last: Option<&ActRecord> = None;
    for act in &acts {
        check_link(stream, last, act, report);
        last = Some(act);
    }
    acts
}

/// How people find an act in the file.
pub(super) fn act_place(stream: &StreamId, seq: u64) -> String {
    match stream {
        StreamId::Case(_) | StreamId::Call(_) => format!("act {seq}"),
        StreamId::Letters(_) => format!("letter act {seq}"),
    }
}

fn check_link(stream: &StreamId, last: Option<&ActRecord>, act: &ActRecord, report: &mut PackageReport) {
    let place = act_place(stream, act.seq);
    if act.stream != *stream {
        report.wrong(&place, "別の案件の行為です。", "The act belongs to another case.");
    }
    for flaw in chain_flaws(last.map(Into::into), act) {
        match flaw {
            ChainFlaw::Gap { expected } => report.wrong(
                &place,
                format!("番号{expected}の行為があるはずです。抜き取られたか、差し込まれました。"),
                format!("Act {expected} belongs here: an act was taken out or put in."),
            ),
            ChainFlaw::Changed => report.wrong(
                &place,
                "内容とハッシュが一致しません。書き換えられています。",
                "Its content does not have its hash: it was changed.",
            ),
            ChainFlaw::Unlinked => report.wrong(&place, "直前の行為につながっていません。", "It does not follow the act before it."),
            ChainFlaw::Backwards => {
                report.wrong(
                    &place,
                    "直前の行為より前に記録されたことになっています。",
                    "It claims to be recorded before the act before it.",
                );
            }
        }
    }
}

/// Everything that the index lists is there with its digest, or stated as erased; nothing else is there.
fn check_listed(index: &Index, found: &Files, report: &mut PackageReport) {
    let mut wanted: BTreeMap<String, (Digest, bool, Option<u64>)> = BTreeMap::new();
    for c in &index.contents {
        wanted.insert(places::content(c.digest), (c.digest, c.erased.is_some(), None));
    }
    for e in &index.editions {
        wanted.insert(places::edition(e.digest), (e.digest, false, None));
        for words in e.words.iter().flat_map(|w| [w.dictionary, w.definitions]) {
            wanted.insert(places::words(words), (words, false, None));
        }
    }
    for d in &index.documents {
        wanted.insert(index.place(d), (d.digest, d.erased.is_some(), Some(d.bytes)));
    }
    for l in &index.letters {
        wanted.insert(places::letter(&l.file), (l.sha256, l.erased.is_some(), None));
    }
    for (name, (digest, erased, bytes)) in &wanted {
        match found.get(name) {
            None if *erased => {}
            None => report.wrong(
                name,
                "目録にありますが、ありません（消去の記録もありません）。",
                "The index lists it, but it is missing and not stated as erased.",
            ),
            Some(_) if *erased => {
                report.wrong(name, "消去済みとされていますが、残っています。", "It is stated as erased, but it is still here.")
            }
            Some(f) if f.digest != *digest => {
                report.wrong(name, "内容が名前のハッシュと一致しません。", "Its content does not have the digest that it should have.")
            }
            Some(f) if bytes.is_some_and(|b| b != f.bytes) => {
                report.wrong(name, "大きさが目録と一致しません。", "Its size differs from the index.")
            }
            Some(_) => {}
        }
    }
    for name in found.keys().filter(|n| n.contains('/') && !wanted.contains_key(*n)) {
        report.wrong(
            name,
            "目録にないファイルです。後から加えられた可能性があります。",
            "The index does not list it; it may have been added later.",
        );
    }
}
