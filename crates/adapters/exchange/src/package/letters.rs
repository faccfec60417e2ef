//! Checking the letters of a case file: each was sent by an act of its chain, and is the one that the act names.

use std::collections::BTreeSet;

use banso_grant::LetterAct;
use banso_kernel::StreamId;

use super::index::{INDEX_LETTER, Index, WITH_LETTER_ACTS};
use super::places;
use super::verify::{Files, PackageReport, act_place, chain};

/// Compares the letters with the acts by which they were sent.
pub(super) fn check(index: &Index, found: &Files, report: &mut PackageReport) {
    if index.version < WITH_LETTER_ACTS {
        return;
    }
    let stream = StreamId::Letters(index.case);
    let mut sent: BTreeSet<u64> = BTreeSet::new();
    for record in chain(&stream, places::LETTERS, found, report) {
        sent.insert(record.seq);
        let place = act_place(&stream, record.seq);
        let letter = match record.decode::<LetterAct>() {
            Ok(act) => {
                let LetterAct::LetterIssued(letter) = act.act;
                letter
            }
            Err(e) => {
                report.wrong(&place, format!("この行為の内容を読めません（{e}）。"), format!("What it says cannot be read: {e}."));
                continue;
            }
        };
        if !index.acts.iter().any(|a| a.record.seq == letter.about) {
            report.wrong(&place, "この通知書が知らせる行為がありません。", "The act that the letter tells of is missing.");
        }
        if !index.letters.iter().any(|l| l.issued == Some(record.seq) && l.sha256 == letter.document) {
            report.wrong(&place, "送った通知書と違うものが入っています。", "The letter that was sent is not the one in the file.");
        }
    }
    for letter in index.letters.iter().filter(|l| l.file != INDEX_LETTER && l.issued.is_none_or(|seq| !sent.contains(&seq))) {
        report.wrong(places::letter(&letter.file), "この通知書を送った行為がありません。", "No act says that this letter was sent.");
    }
}
