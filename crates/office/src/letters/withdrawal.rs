//! 取下げ受理通知書: what the applicant took back, and what follows from it.

use banso_grant::CaseAct;
use banso_letters::{Letter, WithdrawalAcknowledgement, Withdrawn};

use super::Told;
use super::cover::Head;

pub(super) fn letter(told: &Told<'_>, head: Head, reason: &str) -> Letter {
    let withdrawn = withdrawn(told);
    let number = format!("{}-取{}", told.paper.receipt_number, told.record.seq);
    Letter::WithdrawalAcknowledgement(WithdrawalAcknowledgement {
        cover: head.cover(number, &[&told.record.clause]),
        withdrawn,
        recorded_at: told.record.recorded_at,
        reason: reason.to_owned(),
        closes: matches!(withdrawn, Withdrawn::Submission).then_some(told.edition.meta().closes),
    })
}

/// What it was from: the newest step before it.
fn withdrawn(told: &Told<'_>) -> Withdrawn {
    if matches!(told.record.act, CaseAct::SubmissionWithdrawn { .. }) {
        return Withdrawn::Submission;
    }
    let before = |wanted: fn(&CaseAct) -> bool| told.acts.iter().any(|r| r.seq < told.record.seq && wanted(&r.act));
    if before(|a| matches!(a, CaseAct::GrantDecided(_))) {
        Withdrawn::AfterDecision
    } else if before(|a| matches!(a, CaseAct::GrantRequested(_))) {
        Withdrawn::GrantRequest
    } else {
        Withdrawn::Application
    }
}
