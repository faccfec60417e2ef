//! Reviewers are assigned, declare, score, are replaced or asked to think again; bonus points are judged. Once a selection plan
//! is frozen nothing of this moves.

use std::collections::BTreeSet;

use banso_guideline::{Criterion, ScoreSheet, SelectionRules};
use banso_kernel::{Digest, PersonId};

use super::{Authority, By, reason, wrong_phase};
use crate::act::{Actor, CaseAct, Declaration, Judgement, NewAct, Reviewed};
use crate::call::{Call, CallPhase};
use crate::case::Case;
use crate::refusal::{Refusal, ReviewFlaw, Step};
use crate::state::{Assignment, AssignmentState, CaseState, Review};

/// Assigns reviewers to a complete case once the call's review is open.
///
/// # Errors
/// Wrong state or phase, fewer reviewers than the guideline asks for, or one named twice.
pub fn assign_reviewers(
    case: &Case,
    call: &Call,
    rules: &SelectionRules,
    reviewers: &[PersonId],
    by: &By,
) -> Result<NewAct<CaseAct>, Refusal> {
    let step = Step::AssignReviewers;
    let CaseState::Complete { .. } = case.state else {
        return Err(Refusal::WrongState { step, state: case.state.code() });
    };
    let CallPhase::InReview { plan, due } = call.phase else { return Err(wrong_phase(step, call)) };
    let mut seen = BTreeSet::new();
    if let Some(twice) = reviewers.iter().find(|r| !seen.insert(**r)) {
        return Err(Refusal::Review(ReviewFlaw::ReviewerTwice { reviewer: *twice }));
    }
    if u32::try_from(reviewers.len()).is_ok_and(|n| n < rules.reviewers_each) || reviewers.is_empty() {
        return Err(Refusal::Review(ReviewFlaw::TooFewReviewers { given: reviewers.len(), needed: rules.reviewers_each.max(1) }));
    }
    let act = CaseAct::ReviewersAssigned { plan, due, reviewers: reviewers.to_vec() };
    Ok(by.writes(Authority::Office, &rules.clause, act))
}

/// A reviewer declares whether there is a conflict of interest. A conflict that comes to light late is declared late, and what was
/// scored does not count.
///
/// # Errors
/// Wrong state or phase, somebody else speaking, or a declaration that was made already.
pub fn declare_conflict(
    case: &Case,
    call: &Call,
    reviewer: PersonId,
    declaration: Declaration,
    by: &By,
) -> Result<NewAct<CaseAct>, Refusal> {
    let step = Step::DeclareConflict;
    let review = movable(case, call, step)?;
    own(by, reviewer)?;
    let flaw = match (&assigned(review, reviewer)?.state, declaration) {
        (AssignmentState::Assigned, Declaration::NoConflict)
        | (
            AssignmentState::Assigned | AssignmentState::Declared | AssignmentState::Submitted(_) | AssignmentState::Reconsider { .. },
            Declaration::Conflict(_),
        ) => {
            let act = CaseAct::ConflictDeclared { reviewer, declaration };
            return Ok(by.writes(Authority::Reviewer, &by.clause, act));
        }
        (AssignmentState::Declared | AssignmentState::Submitted(_) | AssignmentState::Reconsider { .. }, Declaration::NoConflict)
        | (AssignmentState::Conflicted(_), Declaration::NoConflict | Declaration::Conflict(_)) => ReviewFlaw::AlreadyDeclared,
        (AssignmentState::Replaced { .. }, Declaration::NoConflict | Declaration::Conflict(_)) => ReviewFlaw::Replaced,
    };
    Err(Refusal::Review(flaw))
}

/// Puts another reviewer in the place of one whose sheet does not stand.
///
/// # Errors
/// Wrong state or phase, a reviewer who is not assigned or whose sheet is in, a successor who is assigned already, no reason.
pub fn replace_reviewer(case: &Case, call: &Call, from: PersonId, to: PersonId, why: &str, by: &By) -> Result<NewAct<CaseAct>, Refusal> {
    let step = Step::ReplaceReviewer;
    let review = movable(case, call, step)?;
    match assigned(review, from)?.state {
        AssignmentState::Assigned | AssignmentState::Declared | AssignmentState::Conflicted(_) | AssignmentState::Reconsider { .. } => {}
        AssignmentState::Submitted(_) => return Err(Refusal::Review(ReviewFlaw::AlreadySubmitted)),
        AssignmentState::Replaced { .. } => return Err(Refusal::Review(ReviewFlaw::Replaced)),
    }
    if review.assignment(to).is_some() {
        return Err(Refusal::Review(ReviewFlaw::ReviewerTwice { reviewer: to }));
    }
    let act = CaseAct::ReviewerReplaced { from, to, reason: reason(step, why)? };
    Ok(by.writes(Authority::Office, &by.clause, act))
}

/// A score sheet as it is handed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetOrder {
    pub reviewer: PersonId,
    /// Criterion id and points, in any order.
    pub points: Vec<(String, u32)>,
    /// Criteria that have a comment.
    pub commented: BTreeSet<String>,
    /// Digest of the comments as one canonical JSON text.
    pub comments: Digest,
}

/// Takes a score sheet: every criterion scored once, none above its maximum, comments where the guideline asks for them. A sheet
/// that comes after the review's due day is taken as long as the office has not closed the review; one that the office asked to
/// reconsider is taken after that too.
///
/// # Errors
/// Wrong state or phase, somebody else speaking, no declaration, or a flaw in the sheet (in the sheet's order).
pub fn submit_review(case: &Case, call: &Call, sheet: &ScoreSheet, order: &SheetOrder, by: &By) -> Result<NewAct<CaseAct>, Refusal> {
    let step = Step::SubmitReview;
    let review = movable(case, call, step)?;
    own(by, order.reviewer)?;
    let version = match &assigned(review, order.reviewer)?.state {
        AssignmentState::Declared if matches!(call.phase, CallPhase::Reviewed { .. }) => return Err(wrong_phase(step, call)),
        AssignmentState::Declared => 1,
        AssignmentState::Reconsider { earlier, .. } => earlier.version.saturating_add(1),
        AssignmentState::Assigned => return Err(Refusal::Review(ReviewFlaw::NotDeclared)),
        AssignmentState::Conflicted(_) => return Err(Refusal::Review(ReviewFlaw::Conflicted)),
        AssignmentState::Submitted(_) => return Err(Refusal::Review(ReviewFlaw::AlreadySubmitted)),
        AssignmentState::Replaced { .. } => return Err(Refusal::Review(ReviewFlaw::Replaced)),
    };
    let known = |id: &str| sheet.criteria.iter().any(|c| c.id == id);
    if let Some((stranger, _)) = order.points.iter().find(|(id, _)| !known(id)) {
        return Err(Refusal::Review(ReviewFlaw::UnknownCriterion { criterion: stranger.clone() }));
    }
    let points = sheet.criteria.iter().map(|c| scored(c, order)).collect::<Result<_, _>>().map_err(Refusal::Review)?;
    let reviewed = Reviewed { reviewer: order.reviewer, version, points, comments: order.comments };
    Ok(by.writes(Authority::Reviewer, &sheet.clause, CaseAct::Reviewed(reviewed)))
}

fn scored(criterion: &Criterion, order: &SheetOrder) -> Result<(String, u32), ReviewFlaw> {
    let id = || criterion.id.clone();
    let clause = || criterion.clause.clone();
    let mut given = order.points.iter().filter(|(c, _)| *c == criterion.id).map(|(_, p)| *p);
    let Some(points) = given.next() else { return Err(ReviewFlaw::NotScored { criterion: id(), clause: clause() }) };
    if given.next().is_some() {
        return Err(ReviewFlaw::CriterionTwice { criterion: id(), clause: clause() });
    }
    if points > criterion.points_max {
        let points_max = criterion.points_max;
        return Err(ReviewFlaw::AboveMaximum { criterion: id(), clause: clause(), given: points, points_max });
    }
    if criterion.comment_required && !order.commented.contains(&criterion.id) {
        return Err(ReviewFlaw::CommentMissing { criterion: id(), clause: clause() });
    }
    Ok((id(), points))
}

/// Asks a reviewer to think again about a sheet, with the reason on record.
///
/// # Errors
/// Wrong state or phase, no sheet to reconsider, no reason.
pub fn ask_reconsideration(case: &Case, call: &Call, reviewer: PersonId, why: &str, by: &By) -> Result<NewAct<CaseAct>, Refusal> {
    let step = Step::AskReconsideration;
    let review = movable(case, call, step)?;
    match assigned(review, reviewer)?.state {
        AssignmentState::Submitted(_) => {}
        AssignmentState::Assigned | AssignmentState::Declared | AssignmentState::Conflicted(_) | AssignmentState::Reconsider { .. } => {
            return Err(Refusal::Review(ReviewFlaw::NothingToReconsider));
        }
        AssignmentState::Replaced { .. } => return Err(Refusal::Review(ReviewFlaw::Replaced)),
    }
    let act = CaseAct::ReconsiderationAsked { reviewer, reason: reason(step, why)? };
    Ok(by.writes(Authority::Office, &by.clause, act))
}

/// A judgement on one claimed bonus.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BonusOrder {
    pub bonus: String,
    pub judgement: Judgement,
    pub reason: String,
}

/// Judges a bonus on the documents of the application. It may be judged again until a selection plan is frozen; the last counts.
///
/// # Errors
/// Wrong state or phase, a bonus the guideline does not have, a grant without its evidence, no reason.
pub fn judge_bonus(case: &Case, call: &Call, rules: &SelectionRules, order: &BonusOrder, by: &By) -> Result<NewAct<CaseAct>, Refusal> {
    let step = Step::JudgeBonus;
    let (CaseState::Complete { .. } | CaseState::UnderReview { .. }) = case.state else {
        return Err(Refusal::WrongState { step, state: case.state.code() });
    };
    let (CallPhase::Receiving | CallPhase::InReview { .. } | CallPhase::Reviewed { .. }) = call.phase else {
        return Err(wrong_phase(step, call));
    };
    let Some(bonus) = rules.bonuses.iter().find(|b| b.id == order.bonus) else {
        return Err(Refusal::Review(ReviewFlaw::UnknownBonus { bonus: order.bonus.clone() }));
    };
    let documents = case.submission.paper.documents.iter();
    let evidence: Vec<Digest> = match &bonus.evidence {
        Some(slot) => documents.filter(|d| d.slot == *slot).map(|d| d.digest).collect(),
        None => Vec::new(),
    };
    if let (Judgement::Granted, Some(slot), true) = (order.judgement, &bonus.evidence, evidence.is_empty()) {
        let (bonus, clause, slot) = (bonus.id.clone(), bonus.clause.clone(), slot.clone());
        return Err(Refusal::Review(ReviewFlaw::EvidenceMissing { bonus, clause, slot }));
    }
    let reason = reason(step, &order.reason)?;
    let act = CaseAct::BonusJudged { bonus: bonus.id.clone(), judgement: order.judgement, evidence, reason };
    Ok(by.writes(Authority::Office, &bonus.clause, act))
}

/// The review of a case under review, while the call lets it move.
fn movable<'a>(case: &'a Case, call: &Call, step: Step) -> Result<&'a Review, Refusal> {
    let CaseState::UnderReview { review } = &case.state else {
        return Err(Refusal::WrongState { step, state: case.state.code() });
    };
    match call.phase {
        CallPhase::InReview { .. } | CallPhase::Reviewed { .. } => Ok(review),
        CallPhase::Receiving | CallPhase::SelectionFrozen { .. } | CallPhase::SelectionExecuted { .. } => Err(wrong_phase(step, call)),
    }
}

fn own(by: &By, reviewer: PersonId) -> Result<(), Refusal> {
    if by.actor == Actor::Person(reviewer) { Ok(()) } else { Err(Refusal::Review(ReviewFlaw::NotTheReviewer { reviewer })) }
}

fn assigned(review: &Review, reviewer: PersonId) -> Result<&Assignment, Refusal> {
    review.assignment(reviewer).ok_or(Refusal::Review(ReviewFlaw::NotAssigned { reviewer }))
}
