//! Checking what the acts of a case file say: that they make up a case, name what lies in the file, and that the index tells the
//! same. Files and hashes are checked in `verify`.

use std::collections::{BTreeMap, BTreeSet};

use banso_grant::decide::whole_digest;
use banso_grant::{Actor, Case, CaseAct, DocumentRef, Recorded, decode};
use banso_kernel::Digest;

use super::index::Index;
use super::record::ActRecord;
use super::verify::PackageReport;

/// An act as it stands and as it reads.
type Read<'a> = (&'a ActRecord, CaseAct);

/// Reads the acts and checks what they say.
pub(super) fn check(index: &Index, records: &[ActRecord], report: &mut PackageReport) {
    let mut acts: Vec<Read<'_>> = Vec::new();
    for record in records {
        let place = format!("act {}", record.seq);
        if !index.editions.iter().any(|e| e.digest == record.edition) {
            report.wrong(&place, "この行為を律した公募要領の版がありません。", "The edition of the guideline that governed it is missing.");
        }
        match decode::<CaseAct>(&record.kind, record.version, &record.payload) {
            Ok(act) => acts.push((record, act)),
            Err(e) => report.wrong(&place, format!("この行為の内容を読めません（{e}）。"), format!("What it says cannot be read: {e}.")),
        }
    }
    check_named(index, &acts, report);
    check_nothing_more(index, &acts, report);
    if acts.len() == records.len() {
        check_case(index, acts, report);
    }
}

/// The acts fold to a case, and the index says of it what they say.
fn check_case(index: &Index, acts: Vec<Read<'_>>, report: &mut PackageReport) {
    let mut recorded = Vec::with_capacity(acts.len());
    for (record, act) in acts {
        let Some(actor) = actor(&record.actor) else {
            report.wrong(format!("act {}", record.seq), "誰の行為か読めません。", "Who acted cannot be read.");
            return;
        };
        recorded.push(Recorded {
            seq: record.seq,
            act,
            actor,
            authority: record.authority.clone(),
            clause: record.clause.clone(),
            edition: record.edition,
            effective_on: record.effective_on,
            recorded_at: record.recorded_at,
        });
    }
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

/// `system`, or `person:<id>`.
fn actor(text: &str) -> Option<Actor> {
    match text.strip_prefix("person:") {
        Some(id) => id.parse().ok().map(Actor::Person),
        None => (text == "system").then_some(Actor::System),
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
                acts.iter().filter(|(record, _)| record.seq == name.seq).any(|(_, act)| handed_in(act, document.digest, &name.slot));
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
    documents_of(act).iter().any(|d| d.digest == digest && d.slot == slot)
}

/// What the acts name must be in the file, or be stated as erased.
fn check_named(index: &Index, acts: &[Read<'_>], report: &mut PackageReport) {
    let contents: BTreeSet<Digest> = index.contents.iter().map(|c| c.digest).collect();
    let documents: BTreeMap<Digest, u64> = index.documents.iter().map(|d| (d.digest, d.bytes)).collect();
    for (record, act) in acts {
        let place = format!("act {}", record.seq);
        let named = named_by(act);
        if named.whole_differs {
            report.wrong(
                &place,
                "申請の全体のハッシュが、内容と書類から計算した値と一致しません。",
                "The digest of the whole is not the one that its content and documents give.",
            );
        }
        for digest in named.contents.iter().filter(|d| !contents.contains(d)) {
            report.wrong(&place, format!("内容 {digest} が目録にありません。"), format!("Content {digest} is not in the index."));
        }
        for (digest, bytes) in &named.documents {
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

#[derive(Default)]
struct Named {
    contents: Vec<Digest>,
    documents: Vec<(Digest, u64)>,
    whole_differs: bool,
}

fn named_by(act: &CaseAct) -> Named {
    let whole_differs = matches!(act, CaseAct::Submitted(s) if s.whole != whole_digest(s.content, &s.documents));
    Named { contents: contents_of(act), documents: documents_of(act).iter().map(|d| (d.digest, d.bytes)).collect(), whole_differs }
}

fn contents_of(act: &CaseAct) -> Vec<Digest> {
    match act {
        CaseAct::Submitted(s) => vec![s.content],
        CaseAct::GrantRequested(g) => vec![g.content],
        CaseAct::Reviewed(r) => vec![r.comments],
        CaseAct::SubmissionWithdrawn { .. }
        | CaseAct::Returned(_)
        | CaseAct::CompletenessPassed { .. }
        | CaseAct::NotAccepted { .. }
        | CaseAct::ReviewersAssigned { .. }
        | CaseAct::ConflictDeclared { .. }
        | CaseAct::ReviewerReplaced { .. }
        | CaseAct::ReconsiderationAsked { .. }
        | CaseAct::BonusJudged { .. }
        | CaseAct::Selected(_)
        | CaseAct::Reserved { .. }
        | CaseAct::Rejected(_)
        | CaseAct::Promoted { .. }
        | CaseAct::GrantRequestReturned { .. }
        | CaseAct::GrantDecided(_)
        | CaseAct::GrantRefused { .. }
        | CaseAct::Withdrawn { .. }
        | CaseAct::Rectified { .. } => Vec::new(),
    }
}

fn documents_of(act: &CaseAct) -> &[DocumentRef] {
    match act {
        CaseAct::Submitted(s) => &s.documents,
        CaseAct::GrantRequested(g) => &g.documents,
        CaseAct::Reviewed(_)
        | CaseAct::SubmissionWithdrawn { .. }
        | CaseAct::Returned(_)
        | CaseAct::CompletenessPassed { .. }
        | CaseAct::NotAccepted { .. }
        | CaseAct::ReviewersAssigned { .. }
        | CaseAct::ConflictDeclared { .. }
        | CaseAct::ReviewerReplaced { .. }
        | CaseAct::ReconsiderationAsked { .. }
        | CaseAct::BonusJudged { .. }
        | CaseAct::Selected(_)
        | CaseAct::Reserved { .. }
        | CaseAct::Rejected(_)
        | CaseAct::Promoted { .. }
        | CaseAct::GrantRequestReturned { .. }
        | CaseAct::GrantDecided(_)
        | CaseAct::GrantRefused { .. }
        | CaseAct::Withdrawn { .. }
        | CaseAct::Rectified { .. } => &[],
    }
}
