//! Checking what the acts of a case file say: that they make up a case, name what lies in the file, and that the index tells the
//! same. Files and hashes are checked in `verify`.

use std::collections::{BTreeMap, BTreeSet};

use banso_grant::decide::whole_digest;
use banso_grant::{ActRecord, CallAct, Case, CaseAct, DocumentRef, ReadWith, Recorded};
use banso_kernel::{Digest, StreamId};

use super::index::Index;
use super::verify::PackageReport;

/// An act as it stands and as it reads.
type Read<'a> = (&'a ActRecord, Recorded<CaseAct>);

/// Reads the acts and checks what they say.
pub(super) fn check(index: &Index, records: &[ActRecord], report: &mut PackageReport) {
    let mut acts: Vec<Read<'_>> = Vec::new();
    for record in records {
        let place = format!("act {}", record.seq);
        if !index.editions.iter().any(|e| e.digest == record.edition) {
            report.wrong(&place, "この行為を律した公募要領の版がありません。", "The edition of the guideline that governed it is missing.");
        }
        match record.decode() {
            Ok(act) => acts.push((record, act)),
            Err(e) => report.wrong(&place, format!("この行為の内容を読めません（{e}）。"), format!("What it says cannot be read: {e}.")),
        }
    }
    check_words(index, &acts, report);
    check_named(index, &acts, report);
    check_nothing_more(index, &acts, report);
    if acts.len() == records.len() {
        check_case(index, acts, report);
    }
}

/// What an edition was read with stands in the act of the call that published it.
fn check_words(index: &Index, acts: &[Read<'_>], report: &mut PackageReport) {
    let calls: BTreeSet<StreamId> = acts
        .iter()
        .filter_map(|(_, act)| if let CaseAct::Submitted(s) = &act.act { Some(StreamId::Call(s.call.clone())) } else { None })
        .collect();
    for edition in &index.editions {
        let Some(words) = &edition.words else { continue };
        let (place, record) = (format!("edition {}", edition.digest), &words.published);
        if record.hash != record.expected_hash() {
            report.wrong(
                &place,
                "この版を公表した行為の内容とハッシュが一致しません。書き換えられています。",
                "The act that published it does not have its hash: it was changed.",
            );
        }
        let pinned = ReadWith { dictionary: words.dictionary, definitions: words.definitions };
        let says_so = record.decode::<CallAct>().is_ok_and(|act| {
            matches!(act.act, CallAct::EditionPublished { edition: of, read_with, .. } if of == edition.digest && read_with == Some(pinned))
        });
        if !says_so || !calls.contains(&record.stream) {
            report.wrong(
                &place,
                "事実辞書・共通の定義が、この版を公表した行為の記すものと一致しません。",
                "The fact dictionary and the shared definitions are not those that the act which published it names.",
            );
        }
    }
}

/// The acts fold to a case, and the index says of it what they say.
fn check_case(index: &Index, acts: Vec<Read<'_>>, report: &mut PackageReport) {
    let recorded: Vec<Recorded<CaseAct>> = acts.into_iter().map(|(_, act)| act).collect();
    let case = match Case::fold(&recorded) {
        Ok(case) => case,
        Err(e) => {
            report.wrong(
                "acts.jsonl",
                format!("行為の並びが一つの案件になりません（{e}）。"),
                format!("The acts do not make up a case: {e}."),
            );
            return;
        }
    };
    let paper = &case.submission.paper;
    let state = case.state.code().label();
    for (same, what, ja) in [
        (index.receipt_number == paper.receipt_number, "receipt number", "受付番号"),
        (index.corporate_number == paper.lead, "corporate number", "法人番号"),
        (index.state == state, "state", "状態"),
    ] {
        if !same {
            report.wrong(
                "index.json",
                format!("目録の{ja}が行為と一致しません。"),
                format!("The {what} in the index is not the one that the acts give."),
            );
        }
    }
}

/// Contents and documents that no act speaks of do not belong to the case, and a document stands under no other slot and act
/// than those it came with.
fn check_nothing_more(index: &Index, acts: &[Read<'_>], report: &mut PackageReport) {
    let spoken_of = |digest: Digest| {
        let digest = digest.to_string();
        acts.iter().any(|(record, _)| record.payload.contains(&digest))
    };
    let contents = index.contents.iter().filter(|c| c.erased.is_none()).map(|c| c.digest);
    for digest in contents.chain(index.documents.iter().map(|d| d.digest)).filter(|d| !spoken_of(*d)) {
        report.wrong(
            digest.to_string(),
            "どの行為にも出てきません。後から加えられた可能性があります。",
            "No act speaks of it; it may have been added later.",
        );
    }
    for document in &index.documents {
        for name in &document.names {
            let came_so =
                acts.iter().filter(|(record, _)| record.seq == name.seq).any(|(_, act)| handed_in(&act.act, document.digest, &name.slot));
            if !came_so {
                report.wrong(
                    document.digest.to_string(),
                    format!("行為{}の「{}」として出された書類ではありません。", name.seq, name.slot),
                    format!("It was not handed in as `{}` with act {}.", name.slot, name.seq),
                );
            }
        }
    }
}

fn handed_in(act: &CaseAct, digest: Digest, slot: &str) -> bool {
    act.papers().is_some_and(|p| p.documents.iter().any(|d| d.digest == digest && d.slot == slot))
}

/// What the acts name must be in the file, or be stated as erased.
fn check_named(index: &Index, acts: &[Read<'_>], report: &mut PackageReport) {
    let contents: BTreeSet<Digest> = index.contents.iter().map(|c| c.digest).collect();
    let documents: BTreeMap<Digest, u64> = index.documents.iter().map(|d| (d.digest, d.bytes)).collect();
    for (record, act) in acts {
        let place = format!("act {}", record.seq);
        if matches!(&act.act, CaseAct::Submitted(s) if s.whole != whole_digest(s.content, &s.documents)) {
            report.wrong(
                &place,
                "申請の全体のハッシュが、内容と書類から計算した値と一致しません。",
                "The digest of the whole is not the one that its content and documents give.",
            );
        }
        let Some(papers) = act.act.papers() else { continue };
        if let Some(digest) = papers.text.filter(|text| !contents.contains(text)) {
            report.wrong(&place, format!("内容 {digest} が目録にありません。"), format!("Content {digest} is not in the index."));
        }
        for DocumentRef { digest, bytes, .. } in papers.documents {
            if documents.get(digest) != Some(bytes) {
                report.wrong(
                    &place,
                    format!("書類 {digest} が目録にないか、大きさが違います。"),
                    format!("Document {digest} is not in the index, or has another size."),
                );
            }
        }
    }
}
