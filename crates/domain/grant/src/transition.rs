//! Which act leads from which state to which. `None` says that the act does not fit; why an office may not take a step is
//! said by `decide`, before the act exists.

use banso_execution::{DecisionTerms, Execution};
use banso_kernel::{CorporateNumber, Day, Instant, PersonId};

use crate::act::{CaseAct, Declaration, GrantDecided, GrantRequested, Outcome, Reviewed};
use crate::state::{Assignment, AssignmentState, Award, AwardPath, CaseState, RejectionPath, Review, Sheet};

impl CaseState {
    /// The state after an act that moves the whole case.
    pub(crate) fn after(self, act: &CaseAct, on: Day, lead: CorporateNumber) -> Option<CaseState> {
        match act {
            CaseAct::SubmissionWithdrawn { reason } => self.taken_back(on, reason),
            CaseAct::Returned(returned) => {
                let (CaseState::Submitted | CaseState::Complete { .. }) = self else { return None };
                Some(CaseState::Returned { points: returned.points.clone(), due: returned.due })
            }
            CaseAct::CompletenessPassed { checks } => {
                let CaseState::Submitted = self else { return None };
                Some(CaseState::Complete { checks: checks.clone() })
            }
            CaseAct::NotAccepted { reason } => {
                let (CaseState::Submitted | CaseState::Returned { .. } | CaseState::Complete { .. }) = self else { return None };
                Some(CaseState::NotAccepted { reason: reason.clone() })
            }
            CaseAct::ReviewersAssigned { plan, due, reviewers } => {
                let CaseState::Complete { .. } = self else { return None };
                let assignments = reviewers.iter().map(|r| Assignment { reviewer: *r, state: AssignmentState::Assigned }).collect();
                Some(CaseState::UnderReview { review: Review { plan: *plan, due: *due, assignments } })
            }
            CaseAct::Selected(outcome) => {
                let CaseState::UnderReview { review } = self else { return None };
                Some(CaseState::Selected { award: Award { review, outcome: outcome.clone(), path: AwardPath::AboveTheLine } })
            }
            CaseAct::Reserved { order, outcome } => {
                let CaseState::UnderReview { review } = self else { return None };
                Some(CaseState::Reserved { review, order: *order, outcome: outcome.clone() })
            }
            CaseAct::Rejected(outcome) => self.rejected(outcome),
            CaseAct::Promoted { reason } => {
                let CaseState::Reserved { review, order, outcome } = self else { return None };
                let path = AwardPath::FromReserve { order, reason: reason.clone() };
                Some(CaseState::Selected { award: Award { review, outcome, path } })
            }
            CaseAct::ReserveEnded { reason } => self.reserve_ended(on, reason),
            CaseAct::GrantRequested(request) => self.grant_requested(request),
            CaseAct::GrantRequestReturned { points, due } => {
                let CaseState::GrantRequested { award, request } = self else { return None };
                Some(CaseState::GrantRequestReturned { award, request, points: points.clone(), due: *due })
            }
            CaseAct::GrantDecided(decision) => self.granted(decision, on, lead),
            CaseAct::GrantRefused { number, reason } => self.grant_refused(number, reason),
            CaseAct::Withdrawn { reason } => self.withdrawn(on, reason),
            CaseAct::Submitted(_)
            | CaseAct::ConflictDeclared { .. }
            | CaseAct::ReviewerReplaced { .. }
            | CaseAct::Reviewed(_)
            | CaseAct::ReconsiderationAsked { .. }
            | CaseAct::BonusJudged { .. }
            | CaseAct::Rectified { .. }
            | CaseAct::Execution(_) => None,
        }
    }

    fn taken_back(self, on: Day, reason: &str) -> Option<CaseState> {
        let (CaseState::Submitted | CaseState::Returned { .. } | CaseState::Complete { .. }) = self else { return None };
        Some(CaseState::SubmissionWithdrawn { on, reason: reason.to_owned() })
    }

    fn rejected(self, outcome: &Outcome) -> Option<CaseState> {
        let CaseState::UnderReview { review } = self else { return None };
        Some(CaseState::Rejected { review, outcome: outcome.clone(), path: RejectionPath::AtSelection })
    }

    fn reserve_ended(self, on: Day, reason: &str) -> Option<CaseState> {
        let CaseState::Reserved { review, order, outcome } = self else { return None };
        Some(CaseState::Rejected { review, outcome, path: RejectionPath::FromReserve { order, on, reason: reason.to_owned() } })
    }

    fn grant_requested(self, request: &GrantRequested) -> Option<CaseState> {
        let (award, version) = if let CaseState::Selected { award } = self {
            (award, 1)
        } else if let CaseState::GrantRequestReturned { award, request, .. } = self {
            (award, request.version.saturating_add(1))
        } else {
            return None;
        };
        (request.version == version).then(|| CaseState::GrantRequested { award, request: request.clone() })
    }

    fn granted(self, decision: &GrantDecided, decided_on: Day, holder: CorporateNumber) -> Option<CaseState> {
        let CaseState::GrantRequested { award, request } = self else { return None };
        let (eligible_cost, amount, project_ends) = (decision.eligible_cost, decision.amount, decision.project_ends);
        let terms = DecisionTerms { decided_on, eligible_cost, amount, project_ends, holder };
        let execution = Box::new(Execution::begin(terms));
        Some(CaseState::Granted { award, request, decision: Box::new(decision.clone()), decided_on, execution })
    }

    fn grant_refused(self, number: &str, reason: &str) -> Option<CaseState> {
        let (CaseState::GrantRequested { award, request } | CaseState::GrantRequestReturned { award, request, .. }) = self else {
            return None;
        };
        Some(CaseState::GrantRefused { award, request, number: number.to_owned(), reason: reason.to_owned() })
    }

    fn withdrawn(self, on: Day, reason: &str) -> Option<CaseState> {
        match &self {
            // What was paid out is not undone by a withdrawal.
            CaseState::Granted { execution, .. } if !execution.receipts().is_empty() => None,
            CaseState::Submitted
            | CaseState::Returned { .. }
            | CaseState::Complete { .. }
            | CaseState::UnderReview { .. }
            | CaseState::Selected { .. }
            | CaseState::Reserved { .. }
            | CaseState::GrantRequested { .. }
            | CaseState::GrantRequestReturned { .. }
            | CaseState::Granted { .. } => Some(CaseState::Withdrawn { before: Box::new(self), on, reason: reason.to_owned() }),
            CaseState::SubmissionWithdrawn { .. }
            | CaseState::NotAccepted { .. }
            | CaseState::Rejected { .. }
            | CaseState::GrantRefused { .. }
            | CaseState::Withdrawn { .. } => None,
        }
    }
}

impl Review {
    /// Takes an act of one reviewer or about one.
    pub(crate) fn take(&mut self, act: &CaseAct, at: Instant) -> Option<()> {
        if let CaseAct::ConflictDeclared { reviewer, declaration } = act {
            self.declared(*reviewer, *declaration)
        } else if let CaseAct::ReviewerReplaced { from, to, reason } = act {
            self.replaced(*from, *to, reason)
        } else if let CaseAct::Reviewed(sheet) = act {
            self.reviewed(sheet, at)
        } else if let CaseAct::ReconsiderationAsked { reviewer, reason } = act {
            self.reconsidered(*reviewer, reason)
        } else {
            None
        }
    }

    fn state_of(&mut self, reviewer: PersonId) -> Option<&mut AssignmentState> {
        self.assignments.iter_mut().find(|a| a.reviewer == reviewer).map(|a| &mut a.state)
    }

    fn declared(&mut self, reviewer: PersonId, declaration: Declaration) -> Option<()> {
        let state = self.state_of(reviewer)?;
        *state = match (&*state, declaration) {
            (AssignmentState::Assigned, Declaration::NoConflict) => AssignmentState::Declared,
            // A conflict may come to light late: what was scored then does not count.
            (
                AssignmentState::Assigned | AssignmentState::Declared | AssignmentState::Submitted(_) | AssignmentState::Reconsider { .. },
                Declaration::Conflict(kind),
            ) => AssignmentState::Conflicted(kind),
            (
                AssignmentState::Declared
                | AssignmentState::Conflicted(_)
                | AssignmentState::Submitted(_)
                | AssignmentState::Reconsider { .. }
                | AssignmentState::Replaced { .. },
                Declaration::NoConflict,
            )
            | (AssignmentState::Conflicted(_) | AssignmentState::Replaced { .. }, Declaration::Conflict(_)) => return None,
        };
        Some(())
    }

    fn replaced(&mut self, from: PersonId, to: PersonId, reason: &str) -> Option<()> {
        self.assignment(to).is_none().then_some(())?;
        let state = self.state_of(from)?;
        let (AssignmentState::Assigned | AssignmentState::Declared | AssignmentState::Conflicted(_) | AssignmentState::Reconsider { .. }) =
            state
        else {
            return None;
        };
        *state = AssignmentState::Replaced { by: to, reason: reason.to_owned() };
        self.assignments.push(Assignment { reviewer: to, state: AssignmentState::Assigned });
        Some(())
    }

    fn reviewed(&mut self, sheet: &Reviewed, at: Instant) -> Option<()> {
        let state = self.state_of(sheet.reviewer)?;
        let version = if let AssignmentState::Declared = state {
            1
        } else if let AssignmentState::Reconsider { earlier, .. } = state {
            earlier.version.saturating_add(1)
        } else {
            return None;
        };
        (sheet.version == version).then_some(())?;
        *state = AssignmentState::Submitted(Sheet { version, points: sheet.points.clone(), comments: sheet.comments, submitted_at: at });
        Some(())
    }

    fn reconsidered(&mut self, reviewer: PersonId, reason: &str) -> Option<()> {
        let state = self.state_of(reviewer)?;
        let AssignmentState::Submitted(earlier) = &*state else { return None };
        *state = AssignmentState::Reconsider { reason: reason.to_owned(), earlier: earlier.clone() };
        Some(())
    }
}
