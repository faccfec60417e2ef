//! The applicant hands in, takes back, hands in again.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use banso_kernel::{CallId, CorporateNumber, Day, Digest, Instant, Yen};

use super::{Authority, By, REASON, filled, not_too_long};
use crate::act::{CaseAct, DocumentRef, NewAct, Submitted};
use crate::case::Case;
use crate::law;
use crate::refusal::{FieldName, PaperFlaw, Refusal, Step, Timing};
use crate::state::CaseState;

/// When a call takes applications: from `opens` to `closes`, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    pub opens: Instant,
    pub closes: Instant,
}

/// What is handed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubmissionOrder {
    pub call: CallId,
    pub title: String,
    /// Empty where the programme has no tracks.
    pub track: String,
    pub lead: CorporateNumber,
    /// The lead included.
    pub parties: Vec<CorporateNumber>,
    /// Digest of all answers as one canonical JSON text.
    pub content: Digest,
    pub documents: Vec<DocumentRef>,
    pub requested: Yen,
}

/// A first submission.
///
/// # Errors
/// Outside the window, or a flaw in the papers.
pub fn submit(order: &SubmissionOrder, receipt_number: &str, window: Window, by: &By) -> Result<NewAct<CaseAct>, Refusal> {
    in_window(window, by.now)?;
    let paper = paper(order, filled(FieldName::new("受付番号", "receipt number"), receipt_number)?, 1)?;
    Ok(by.writes(Authority::Applicant, law::ARRIVAL, CaseAct::Submitted(paper)))
}

/// Another version of an application that was taken back or returned.
///
/// # Errors
/// When it was neither, too late, or a flaw in the papers.
pub fn resubmit(case: &Case, order: &SubmissionOrder, window: Window, by: &By) -> Result<NewAct<CaseAct>, Refusal> {
    if let CaseState::SubmissionWithdrawn { .. } = case.state {
        in_window(window, by.now)?;
    } else if let CaseState::Returned { due, .. } = case.state {
        if by.now > accepted_until(Some(case), window) {
            return Err(Refusal::Timing(Timing::CorrectionOverdue { due }));
        }
    } else {
        return Err(Refusal::WrongState { step: Step::Resubmit, state: case.state.code() });
    }
    let earlier = &case.submission.paper;
    if order.call != earlier.call || order.lead != earlier.lead {
        return Err(Refusal::Paper(PaperFlaw::OtherApplication));
    }
    let paper = paper(order, earlier.receipt_number.clone(), earlier.version.saturating_add(1))?;
    Ok(by.writes(Authority::Applicant, law::ARRIVAL, CaseAct::Submitted(paper)))
}

/// The last moment at which a submission may be recorded: the close of the call, or the end of the day until which the office
/// asked for a correction where that is later. The ledger compares it once more while it writes.
#[must_use]
pub fn accepted_until(case: Option<&Case>, window: Window) -> Instant {
    match case.map(|c| &c.state) {
        Some(CaseState::Returned { due, .. }) => window.closes.max(last_moment(*due)),
        Some(_) | None => window.closes,
    }
}

/// Takes the application back while the call is open; it may be submitted again. A reason may be given, none is asked for.
///
/// # Errors
/// When it is past the completeness check and on, or the call has closed.
pub fn withdraw_submission(case: &Case, why: &str, window: Window, by: &By) -> Result<NewAct<CaseAct>, Refusal> {
    let (CaseState::Submitted | CaseState::Returned { .. } | CaseState::Complete { .. }) = case.state else {
        return Err(Refusal::WrongState { step: Step::WithdrawSubmission, state: case.state.code() });
    };
    in_window(window, by.now)?;
    let reason = not_too_long(REASON, why.trim())?;
    Ok(by.writes(Authority::Applicant, &by.clause, CaseAct::SubmissionWithdrawn { reason }))
}

/// Digest over the answers and all documents. Anybody with the receipt can compute it anew: SHA-256 of the line
/// `content <digest>` and one line `<slot> <bytes> <digest>` for each document, in order of slot and digest, each ended by a
/// line feed.
#[must_use]
pub fn whole_digest(content: Digest, documents: &[DocumentRef]) -> Digest {
    let mut lines: Vec<_> = documents.iter().map(|d| (&d.slot, d.digest, d.bytes)).collect();
    lines.sort();
    let mut text = format!("content {content}\n");
    for (slot, digest, bytes) in lines {
        let _written = writeln!(text, "{slot} {bytes} {digest}");
    }
    Digest::of(text.as_bytes())
}

fn in_window(window: Window, now: Instant) -> Result<(), Refusal> {
    if now < window.opens {
        return Err(Refusal::Timing(Timing::NotOpenYet { opens: window.opens }));
    }
    if now > window.closes {
        return Err(Refusal::Timing(Timing::Closed { closes: window.closes }));
    }
    Ok(())
}

/// The last microsecond of a day in Japan.
fn last_moment(day: Day) -> Instant {
    let next = day.plus_days(1).start();
    Instant::from_micros(next.micros().saturating_sub(1)).unwrap_or(next)
}

fn paper(order: &SubmissionOrder, receipt_number: String, version: u32) -> Result<Submitted, Refusal> {
    let title = filled(FieldName::new("計画名", "title"), &order.title)?;
    if !order.parties.contains(&order.lead) {
        return Err(Refusal::Paper(PaperFlaw::LeadNotAParty { lead: order.lead }));
    }
    let mut seen = BTreeSet::new();
    if let Some(twice) = order.parties.iter().find(|p| !seen.insert(**p)) {
        return Err(Refusal::Paper(PaperFlaw::PartyTwice { party: *twice }));
    }
    if order.requested <= Yen::ZERO {
        return Err(Refusal::Paper(PaperFlaw::NothingRequested));
    }
    Ok(Submitted {
        call: order.call.clone(),
        receipt_number,
        version,
        title,
        track: order.track.trim().to_owned(),
        lead: order.lead,
        parties: order.parties.clone(),
        content: order.content,
        documents: order.documents.clone(),
        whole: whole_digest(order.content, &order.documents),
        requested: order.requested,
    })
}
