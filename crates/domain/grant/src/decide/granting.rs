//! The grant request and the decision on it (Art. 5 to 8). A selection is not a right to money: this is a second act.

use std::collections::BTreeSet;

use banso_kernel::{Day, Digest, Yen};

use super::{Authority, By, correction, filled, reason};
use crate::act::{CaseAct, DocumentRef, GrantDecided, GrantRequested, Modification, NewAct, Point};
use crate::case::Case;
use crate::law;
use crate::refusal::{AmountFlaw, FieldName, PaperFlaw, Refusal, Step, Timing};
use crate::state::CaseState;

/// A grant request as it is handed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantRequestOrder {
    pub content: Digest,
    pub documents: Vec<DocumentRef>,
    pub requested: Yen,
    /// What the guideline computes from the costs in it.
    pub computed: Yen,
    /// Slots of documents that must be there: quotes, budget, assurances.
    pub slots_required: Vec<String>,
}

/// Asks for the grant (交付申請, Art. 5).
///
/// # Errors
/// A case that is not selected, a correction that comes too late, a missing document, or more than was selected or computed.
pub fn request_grant(case: &Case, order: &GrantRequestOrder, by: &By) -> Result<NewAct<CaseAct>, Refusal> {
    let version = if let CaseState::Selected { .. } = case.state {
        1
    } else if let CaseState::GrantRequestReturned { request, due, .. } = &case.state {
        if by.today() > *due {
            return Err(Refusal::Timing(Timing::CorrectionOverdue { due: *due }));
        }
        request.version.saturating_add(1)
    } else {
        return Err(Refusal::WrongState { step: Step::RequestGrant, state: case.state.code() });
    };
    if let Some(slot) = order.slots_required.iter().find(|s| !order.documents.iter().any(|d| d.slot == **s)) {
        return Err(Refusal::Paper(PaperFlaw::DocumentMissing { slot: slot.clone() }));
    }
    let (asked, selected) = (order.requested, case.submission.paper.requested);
    if asked <= Yen::ZERO {
        return Err(Refusal::Amount(AmountFlaw::NotPositive { amount: asked }));
    }
    if asked > order.computed {
        return Err(Refusal::Amount(AmountFlaw::AboveComputed { asked, computed: order.computed }));
    }
    if asked > selected {
        return Err(Refusal::Amount(AmountFlaw::AboveSelected { asked, selected }));
    }
    let request = GrantRequested { version, content: order.content, documents: order.documents.clone(), requested: asked };
    Ok(by.writes(Authority::Applicant, law::GRANT_REQUEST, CaseAct::GrantRequested(request)))
}

/// Returns a grant request for correction until the end of a day.
///
/// # Errors
/// When none is waiting, the day is not ahead, or nothing is named.
pub fn return_grant_request(case: &Case, points: &[Point], due: Day, by: &By) -> Result<NewAct<CaseAct>, Refusal> {
    let CaseState::GrantRequested { .. } = case.state else {
        return Err(Refusal::WrongState { step: Step::ReturnGrantRequest, state: case.state.code() });
    };
    let points = correction(points, due, by.today())?;
    Ok(by.writes(Authority::Office, law::EXAMINATION, CaseAct::GrantRequestReturned { points, due }))
}

/// A grant decision as it is ordered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantOrder {
    pub number: String,
    pub eligible_cost: Yen,
    pub amount: Yen,
    /// Project year and amount.
    pub by_year: Vec<(u32, Yen)>,
    pub conditions: Vec<String>,
    pub modifications: Vec<Modification>,
    /// Why the modifications do not make the project unduly hard; blank when there are none.
    pub feasibility: String,
    pub project_ends: Day,
    pub withdrawable_until: Day,
}

/// How much may be granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GrantLimits {
    /// What the guideline computes from the request, after its caps.
    pub ceiling: Yen,
    /// The budget that was confirmed for this case.
    pub budget: Yen,
}

/// Decides the grant (交付決定, Art. 6).
///
/// # Errors
/// No request waiting; a day that is not ahead; an amount above what was asked for, computed, confirmed or spent; years, modifications
/// or conditions that do not add up.
pub fn decide_grant(case: &Case, order: &GrantOrder, limits: GrantLimits, by: &By) -> Result<NewAct<CaseAct>, Refusal> {
    let CaseState::GrantRequested { request, .. } = &case.state else {
        return Err(Refusal::WrongState { step: Step::DecideGrant, state: case.state.code() });
    };
    let today = by.today();
    if order.withdrawable_until <= today {
        return Err(Refusal::Timing(Timing::DueNotAhead { due: order.withdrawable_until, today }));
    }
    let number = filled(FieldName::new("交付決定番号", "decision number"), &order.number)?;
    within(order, request.requested, limits)
        .and_then(|()| years(order))
        .and_then(|()| conditions(order))
        .and_then(|()| modifications(order, request.requested))
        .map_err(Refusal::Amount)?;
    if order.project_ends <= today {
        return Err(Refusal::Amount(AmountFlaw::ProjectEndsTooSoon { ends: order.project_ends, today }));
    }
    let decision = GrantDecided {
        number,
        eligible_cost: order.eligible_cost,
        amount: order.amount,
        by_year: order.by_year.clone(),
        conditions: order.conditions.clone(),
        modifications: order.modifications.clone(),
        feasibility: order.feasibility.trim().to_owned(),
        project_ends: order.project_ends,
        withdrawable_until: order.withdrawable_until,
    };
    let clause = if order.modifications.is_empty() { law::EXAMINATION } else { law::MODIFICATION };
    Ok(by.writes(Authority::Director, clause, CaseAct::GrantDecided(decision)))
}

fn within(order: &GrantOrder, requested: Yen, limits: GrantLimits) -> Result<(), AmountFlaw> {
    let amount = order.amount;
    if amount <= Yen::ZERO {
        return Err(AmountFlaw::NotPositive { amount });
    }
    if amount > requested {
        return Err(AmountFlaw::AboveRequested { amount, requested });
    }
    if amount > limits.ceiling {
        return Err(AmountFlaw::AboveCeiling { amount, ceiling: limits.ceiling });
    }
    if amount > limits.budget {
        return Err(AmountFlaw::AboveBudget { amount, budget: limits.budget });
    }
    if amount > order.eligible_cost {
        return Err(AmountFlaw::AboveCost { amount, eligible_cost: order.eligible_cost });
    }
    Ok(())
}

fn years(order: &GrantOrder) -> Result<(), AmountFlaw> {
    let mut seen = BTreeSet::new();
    if let Some((year, _)) = order.by_year.iter().find(|(y, a)| *y == 0 || *a < Yen::ZERO || !seen.insert(*y)) {
        return Err(AmountFlaw::YearWrong { year: *year });
    }
    let sum = Yen::sum(order.by_year.iter().map(|(_, a)| *a)).map_err(|_| AmountFlaw::TooLarge)?;
    if sum != order.amount {
        return Err(AmountFlaw::YearsDoNotSum { amount: order.amount, years: sum });
    }
    Ok(())
}

fn conditions(order: &GrantOrder) -> Result<(), AmountFlaw> {
    let written = order.conditions.iter().any(|c| !c.trim().is_empty());
    if written { Ok(()) } else { Err(AmountFlaw::NoConditions) }
}

/// Art. 6(3): what was changed, why, that it adds up, and that the project stays feasible.
fn modifications(order: &GrantOrder, requested: Yen) -> Result<(), AmountFlaw> {
    if let Some(silent) = order.modifications.iter().find(|m| m.place.trim().is_empty() || m.reason.trim().is_empty()) {
        return Err(AmountFlaw::ModificationUnexplained { place: silent.place.clone() });
    }
    let cut = requested.checked_sub(order.amount).map_err(|_| AmountFlaw::TooLarge)?;
    let each = order.modifications.iter().map(|m| m.asked.checked_sub(m.granted)).collect::<Result<Vec<_>, _>>();
    let explained = each.and_then(Yen::sum).map_err(|_| AmountFlaw::TooLarge)?;
    if explained != cut {
        return Err(AmountFlaw::ModificationsDoNotSum { cut, explained });
    }
    if !order.modifications.is_empty() && order.feasibility.trim().is_empty() {
        return Err(AmountFlaw::FeasibilityMissing);
    }
    Ok(())
}

/// Refuses the grant (不交付), with the reason that Art. 21-2 asks to be shown. A request that was returned may be refused once its
/// day has passed.
///
/// # Errors
/// No request waiting, a correction that may still come, no number, no reason.
pub fn refuse_grant(case: &Case, number: &str, why: &str, by: &By) -> Result<NewAct<CaseAct>, Refusal> {
    let step = Step::RefuseGrant;
    if let CaseState::GrantRequestReturned { due, .. } = case.state {
        if by.today() <= due {
            return Err(Refusal::Timing(Timing::CorrectionStillOpen { due }));
        }
    } else if !matches!(case.state, CaseState::GrantRequested { .. }) {
        return Err(Refusal::WrongState { step, state: case.state.code() });
    }
    let act =
        CaseAct::GrantRefused { number: filled(FieldName::new("文書番号", "letter number"), number)?, reason: reason(step, why)? };
    Ok(by.writes(Authority::Director, law::REASONS, act))
}
