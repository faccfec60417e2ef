//! The report of results, its inspection, the amount that is fixed.

use banso_kernel::{Day, FiscalYear, Yen};

use super::{Completion, Execution, Field, FixedAmount, by_line, due_ahead, not_in_future, total, written};
use crate::act::{AmountFixed, CompletionReported, CorrectionOrdered, Inspected, Trigger};
use crate::phase::ExecutionPhase as Phase;
use crate::refusal::{ExecutionRefusal as Refusal, Pending};

impl Execution {
    pub(super) fn take_correction_ordered(&mut self, a: &CorrectionOrdered, on: Day) -> Result<(), Refusal> {
        written(Field::Number, &a.number)?;
        self.send_back(a.points.is_empty(), a.due, on)?;
        Ok(())
    }

    pub(super) fn reported(&mut self, a: &CompletionReported, on: Day) -> Result<(), Refusal> {
        self.none_pending(Pending::PlanChange, self.plan_change.is_some())?;
        self.none_pending(Pending::Discontinuation, self.discontinuation.is_some())?;
        let expected = self.next_report(a.trigger);
        if a.version != expected {
            return Err(Refusal::NumberNotNext { expected, found: a.version });
        }
        if a.trigger == Trigger::YearEnd {
            return self.year_ended(a, on);
        }
        if (a.trigger == Trigger::Abandoned) != self.abandoned_on.is_some() {
            return Err(Refusal::TriggerWrong { trigger: a.trigger });
        }
        not_in_future(a.completed_on, on)?;
        if a.completed_on < self.terms.decided_on {
            return Err(Refusal::BeforeDecision { day: a.completed_on, decided_on: self.terms.decided_on });
        }
        if a.completed_on > self.project_ends {
            return Err(Refusal::AfterProjectEnd { day: a.completed_on, ends: self.project_ends });
        }
        let lines = by_line(&a.lines)?;
        if let Some(unknown) = lines.keys().find(|l| !self.lines.contains_key(*l)) {
            return Err(Refusal::UnknownLine { line: unknown.clone() });
        }
        total(&lines)?;
        self.completion =
            Some(Completion { version: a.version, completed_on: a.completed_on, reported_on: on, lines, claims: a.claims, due: None });
        self.accepted.clear();
        self.phase = Phase::Reported;
        Ok(())
    }

    /// The version of the next report: those at the end of a year are counted by themselves.
    #[must_use]
    pub fn next_report(&self, trigger: Trigger) -> u32 {
        match trigger {
            Trigger::YearEnd => u32::try_from(self.year_ends.len()).unwrap_or(u32::MAX).saturating_add(1),
            Trigger::Completed | Trigger::Abandoned => self.completion.as_ref().map_or(1, |c| c.version.saturating_add(1)),
        }
    }

    /// 法14条後段: the fiscal year ends before the work does. Nothing is fixed by it.
    fn year_ended(&mut self, a: &CompletionReported, on: Day) -> Result<(), Refusal> {
        not_in_future(a.completed_on, on)?;
        let year = FiscalYear::of(a.completed_on);
        let new = self.year_ends.last().is_none_or(|last| *last < a.completed_on);
        if self.completion.is_some() || !new || a.completed_on != year.last_day() || a.completed_on >= self.project_ends {
            return Err(Refusal::TriggerWrong { trigger: a.trigger });
        }
        by_line(&a.lines)?;
        self.year_ends.push(a.completed_on);
        Ok(())
    }

    pub(super) fn send_back(&mut self, nothing: bool, due: Day, on: Day) -> Result<(), Refusal> {
        due_ahead(due, on)?;
        if nothing {
            return Err(Refusal::Blank { field: Field::Points });
        }
        if let Some(report) = &mut self.completion {
            report.due = Some(due);
        }
        self.phase = Phase::Correcting;
        Ok(())
    }

    /// 法15条: each heading is what was reported less what was cut, each cut with its reason and clause.
    pub(super) fn inspected(&mut self, a: &Inspected) -> Result<(), Refusal> {
        let Some(report) = &self.completion else { return Err(Refusal::NothingPending(Pending::Report)) };
        let mut expected = report.lines.clone();
        for cut in &a.cuts {
            super::positive(cut.amount)?;
            written(Field::Reason, &cut.reason)?;
            written(Field::Clause, &cut.clause)?;
            let left = expected.get_mut(&cut.line).ok_or_else(|| Refusal::UnknownLine { line: cut.line.clone() })?;
            *left = left.checked_sub(cut.amount)?;
            if *left < Yen::ZERO {
                return Err(Refusal::CutAboveReported { line: cut.line.clone(), amount: cut.amount });
            }
        }
        let accepted = by_line(&a.accepted)?;
        if accepted != expected {
            return Err(Refusal::LinesDoNotSum { expected: total(&expected)?, sum: total(&accepted)? });
        }
        self.accepted = accepted;
        self.phase = Phase::Inspected;
        Ok(())
    }

    pub(super) fn amount_fixed(&mut self, a: &AmountFixed, on: Day) -> Result<(), Refusal> {
        written(Field::Number, &a.number)?;
        let lines = by_line(&a.lines)?;
        let sum = total(&lines)?;
        if lines != self.accepted || sum != a.eligible {
            return Err(Refusal::LinesDoNotSum { expected: total(&self.accepted)?, sum });
        }
        if a.amount < Yen::ZERO {
            return Err(Refusal::NotPositive { amount: a.amount });
        }
        if a.amount > self.decided {
            return Err(Refusal::AboveDecided { amount: a.amount, decided: self.decided });
        }
        if a.amount > a.eligible {
            return Err(Refusal::AboveEligible { amount: a.amount, eligible: a.eligible });
        }
        if a.amount > a.computed {
            return Err(Refusal::AboveComputed { amount: a.amount, computed: a.computed });
        }
        self.fixed = Some(FixedAmount { number: a.number.clone(), on, eligible: a.eligible, amount: a.amount });
        self.phase = Phase::Fixed;
        Ok(())
    }
}
