//! Up to the report of results: allocation, changes of plan, stops, incidents, progress.

use banso_kernel::{Day, Yen};

use super::{Execution, Field, by_line, due_ahead, not_in_future, total, written};
use crate::act::{
    BudgetAllocated, ExecutionAct as A, IncidentInstructed, IncidentReported, LineAmount, Manner, MinorChangeReported, PerformanceOrdered,
    PlanChangeApproved, PlanChangeRefused, PlanChangeRequested, ProgressReported, SuspensionLifted, SuspensionOrdered, WorkResumed,
};
use crate::phase::ExecutionPhase as Phase;
use crate::refusal::{ExecutionRefusal as Refusal, Pending};

impl Execution {
    pub(super) fn take_budget_allocated(&mut self, a: &BudgetAllocated) -> Result<(), Refusal> {
        let lines = by_line(&a.lines)?;
        let sum = total(&lines)?;
        if sum != self.terms.eligible_cost {
            return Err(Refusal::LinesDoNotSum { expected: self.terms.eligible_cost, sum });
        }
        (self.lines, self.approved_lines) = (lines.clone(), lines);
        self.phase = Phase::Underway;
        Ok(())
    }

    pub(super) fn take_plan_change_requested(&mut self, a: &PlanChangeRequested) -> Result<(), Refusal> {
        self.none_pending(Pending::PlanChange, self.plan_change.is_some())?;
        self.known(&a.lines, &self.terms.eligible_cost)?;
        written(Field::What, &a.what)?;
        written(Field::Reason, &a.reason)?;
        due_ahead(a.project_ends, self.terms.decided_on)?;
        self.number(a.request)?;
        self.plan_change = Some(a.clone());
        Ok(())
    }

    pub(super) fn take_plan_change_approved(&mut self, a: &PlanChangeApproved) -> Result<(), Refusal> {
        self.pending(Pending::PlanChange, self.plan_change.as_ref().map(|p| p.request), a.request)?;
        written(Field::Number, &a.number)?;
        let sum = self.known(&a.lines, &self.terms.eligible_cost)?;
        let paid_or_ordered = self.paid_or_ordered()?;
        if a.amount <= Yen::ZERO || a.amount > self.decided || a.amount > sum {
            return Err(Refusal::AboveDecided { amount: a.amount, decided: self.decided.min(sum) });
        }
        if a.amount < paid_or_ordered {
            return Err(Refusal::BelowPaid { amount: a.amount, paid: paid_or_ordered });
        }
        let lines = by_line(&a.lines)?;
        (self.lines, self.approved_lines) = (lines.clone(), lines);
        (self.decided, self.project_ends, self.plan_change) = (a.amount, a.project_ends, None);
        Ok(())
    }

    pub(super) fn take_plan_change_refused(&mut self, a: &PlanChangeRefused) -> Result<(), Refusal> {
        self.pending(Pending::PlanChange, self.plan_change.as_ref().map(|p| p.request), a.request)?;
        written(Field::Number, &a.number)?;
        written(Field::Reason, &a.reason)?;
        self.plan_change = None;
        Ok(())
    }

    pub(super) fn take_minor_change_reported(&mut self, a: &MinorChangeReported) -> Result<(), Refusal> {
        self.none_pending(Pending::PlanChange, self.plan_change.is_some())?;
        written(Field::Reason, &a.reason)?;
        written(Field::Clause, &a.clause)?;
        let (sum, before) = (self.known(&a.lines, &self.terms.eligible_cost)?, total(&self.lines)?);
        if sum != before {
            return Err(Refusal::LinesDoNotSum { expected: before, sum });
        }
        self.lines = by_line(&a.lines)?;
        Ok(())
    }

    pub(super) fn take_work_resumed(&mut self, a: &WorkResumed) -> Result<(), Refusal> {
        written(Field::Reason, &a.reason)?;
        self.phase = Phase::Underway;
        Ok(())
    }

    pub(super) fn take_suspension_lifted(&mut self, a: &SuspensionLifted) -> Result<(), Refusal> {
        written(Field::Reason, &a.reason)?;
        self.phase = Phase::Underway;
        Ok(())
    }

    pub(super) fn take_suspension_ordered(&mut self, a: &SuspensionOrdered) -> Result<(), Refusal> {
        written(Field::Number, &a.number)?;
        written(Field::Reason, &a.reason)?;
        self.phase = Phase::Suspended;
        Ok(())
    }

    pub(super) fn take_incident_reported(&mut self, a: &IncidentReported) -> Result<(), Refusal> {
        written(Field::What, &a.what)?;
        self.number(a.incident)?;
        self.incidents.insert(a.incident);
        Ok(())
    }

    pub(super) fn take_incident_instructed(&mut self, a: &IncidentInstructed) -> Result<(), Refusal> {
        if !self.incidents.contains(&a.incident) {
            return Err(Refusal::NothingPending(Pending::Incident));
        }
        written(Field::What, &a.instruction)?;
        due_ahead(a.project_ends, self.terms.decided_on)?;
        self.incidents.remove(&a.incident);
        self.project_ends = a.project_ends;
        Ok(())
    }

    pub(super) fn take_progress_reported(&mut self, a: &ProgressReported, on: Day) -> Result<(), Refusal> {
        not_in_future(a.as_of, on)?;
        by_line(&a.spent)?;
        self.last_progress = Some(a.as_of);
        self.progress.push((a.as_of, on));
        self.performance_due = None;
        Ok(())
    }

    pub(super) fn take_performance_ordered(&mut self, a: &PerformanceOrdered, on: Day) -> Result<(), Refusal> {
        written(Field::Number, &a.number)?;
        written(Field::What, &a.content)?;
        due_ahead(a.due, on)?;
        self.performance_due = Some(a.due);
        Ok(())
    }

    pub(super) fn take_stop(&mut self, act: &A) -> Result<(), Refusal> {
        let waiting = self.discontinuation.as_ref().map(|d| d.request);
        if let A::DiscontinuationRequested(a) = act {
            self.none_pending(Pending::Discontinuation, waiting.is_some())?;
            written(Field::Reason, &a.reason)?;
            self.number(a.request)?;
            self.discontinuation = Some(a.clone());
        } else if let A::DiscontinuationApproved(a) = act {
            self.pending(Pending::Discontinuation, waiting, a.request)?;
            written(Field::Number, &a.number)?;
            if let Some(asked) = self.discontinuation.take() {
                match asked.manner {
                    Manner::Suspend => self.phase = Phase::Suspended,
                    // 法14条: a report on results is due after an approved end too.
                    Manner::Abandon => (self.phase, self.abandoned_on) = (Phase::Underway, Some(asked.stops_on)),
                }
            }
        } else if let A::DiscontinuationRefused(a) = act {
            self.pending(Pending::Discontinuation, waiting, a.request)?;
            written(Field::Number, &a.number)?;
            written(Field::Reason, &a.reason)?;
            self.discontinuation = None;
        }
        Ok(())
    }

    pub(super) fn none_pending(&self, what: Pending, is: bool) -> Result<(), Refusal> {
        if is { Err(Refusal::StillPending(what)) } else { Ok(()) }
    }

    pub(super) fn pending(&self, what: Pending, waiting: Option<u32>, asked: u32) -> Result<(), Refusal> {
        if waiting == Some(asked) { Ok(()) } else { Err(Refusal::NothingPending(what)) }
    }

    /// Headings of the decision only, and no more than a limit in sum.
    fn known(&self, lines: &[LineAmount], most: &Yen) -> Result<Yen, Refusal> {
        let lines = by_line(lines)?;
        if let Some(unknown) = lines.keys().find(|l| !self.lines.contains_key(*l)) {
            return Err(Refusal::UnknownLine { line: unknown.clone() });
        }
        let sum = total(&lines)?;
        if sum > *most { Err(Refusal::AboveEligible { amount: sum, eligible: *most }) } else { Ok(sum) }
    }
}
