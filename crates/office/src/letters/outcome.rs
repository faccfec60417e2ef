//! 採択・補欠・不採択の通知: what the executed plan says of a case, and a promotion from the reserve list. Their serial numbers follow the order
//! of the plan, so that two letters of one call never share a number.

use banso_grant::numbers::{LetterKind, letter_number};
use banso_grant::selection::{Place, PlannedCase};
use banso_grant::{Outcome, SelectionPlan};
use banso_kernel::CaseId;
use banso_letters::{Cover, Letter, RejectionNotice, ReserveEndNotice, ReserveNotice, SelectionNotice};

use super::Told;
use super::cover::Head;

/// The serial of a case among those that a plan puts in the same place. A case that moves up from the reserve list counts on behind the
/// selected ones: the serial of its grant decision is its own too.
#[must_use]
pub(crate) fn serial_in(plan: &SelectionPlan, case: CaseId, kind: LetterKind) -> u32 {
    let alike = |wanted: fn(&PlannedCase) -> bool| {
        let before = plan.cases().iter().filter(|c| wanted(c)).take_while(|c| c.case != case).count();
        u32::try_from(before).unwrap_or(u32::MAX).saturating_add(1)
    };
    let reserve = plan.cases().iter().find(|c| c.case == case).and_then(|c| match c.place {
        Place::Reserve { order } => Some(order),
        Place::Selected | Place::BelowPassMark | Place::BeyondTheLine => None,
    });
    match kind {
        LetterKind::Selection | LetterKind::GrantDecision | LetterKind::GrantRefusal => match reserve {
            Some(order) => plan.counts().selected.saturating_add(order),
            None => alike(|c| matches!(c.place, Place::Selected)),
        },
        LetterKind::Reserve => reserve.unwrap_or(0),
        LetterKind::Rejection => match reserve {
            // Who was on reserve until its end counts on behind those that were rejected at once.
            Some(order) => plan.counts().rejected.saturating_add(order),
            None => alike(|c| matches!(c.place, Place::BelowPassMark | Place::BeyondTheLine)),
        },
        LetterKind::NotAccepted
        | LetterKind::PlanChange
        | LetterKind::AmountFixed
        | LetterKind::Revocation
        | LetterKind::Repayment
        | LetterKind::Demand
        | LetterKind::Performance
        | LetterKind::Suspension
        | LetterKind::Discontinuation
        | LetterKind::Correction
        | LetterKind::Disposal
        | LetterKind::Succession
        | LetterKind::Closing => 0,
    }
}

fn number(told: &Told<'_>, plan: &SelectionPlan, kind: LetterKind) -> String {
    letter_number(&told.edition.meta().number_prefix, kind, serial_in(plan, told.case_id, kind))
}

/// The cover of what the plan says of a case.
fn cover(told: &Told<'_>, head: &Head, plan: &SelectionPlan, kind: LetterKind) -> Cover {
    head.cover(number(told, plan, kind), &[&told.record.clause, &told.edition.score_sheet().clause])
}

/// 採択の通知.
pub(super) fn selected(told: &Told<'_>, head: Head, outcome: &Outcome, plan: &SelectionPlan) -> Letter {
    selection(cover(told, &head, plan, LetterKind::Selection), &head, outcome.reason.clone())
}

/// 補欠の通知.
pub(super) fn reserved(told: &Told<'_>, head: Head, order: u32, outcome: &Outcome, plan: &SelectionPlan) -> Letter {
    let (cover, track, reason) = (cover(told, &head, plan, LetterKind::Reserve), head.track(), outcome.reason.clone());
    let valid_until = told.edition.selection().reserve_term.last_day();
    Letter::ReserveNotice(ReserveNotice { cover, track, order, reason, valid_until })
}

/// 補欠の終了: not selected after all, with the reason.
pub(super) fn reserve_ended(told: &Told<'_>, head: Head, order: u32, reason: &str, plan: &SelectionPlan) -> Letter {
    let cover = head.cover(number(told, plan, LetterKind::Rejection), &[&told.record.clause, &told.edition.selection().clause]);
    let valid_until = told.edition.selection().reserve_term.last_day();
    Letter::ReserveEndNotice(ReserveEndNotice { cover, track: head.track(), order, reason: reason.to_owned(), valid_until })
}

/// 不採択の通知.
pub(super) fn rejected(told: &Told<'_>, head: Head, outcome: &Outcome, plan: &SelectionPlan) -> Letter {
    let (cover, track, reason) = (cover(told, &head, plan, LetterKind::Rejection), head.track(), outcome.reason.clone());
    Letter::RejectionNotice(RejectionNotice { cover, track, reason, remarks: Vec::new() })
}

/// 補欠からの繰上げ: a selection notice with the reason why there is room now.
pub(super) fn promoted(told: &Told<'_>, head: Head, reason: &str, plan: &SelectionPlan) -> Letter {
    let cover = head.cover(number(told, plan, LetterKind::Selection), &[&told.record.clause, &told.edition.selection().clause]);
    selection(cover, &head, format!("補欠から繰り上げて採択とします。\n{reason}"))
}

fn selection(cover: Cover, head: &Head, reason: String) -> Letter {
    let (track, requested) = (head.track(), head.paper.requested);
    Letter::SelectionNotice(SelectionNotice { cover, track, requested, reason, grant_request_due: None, remarks: Vec::new() })
}
