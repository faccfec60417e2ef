//! Cancellation and what is to come back: one register for every cause.

use banso_kernel::{Day, Digest, Yen};

use super::{Debt, Execution, Field, Hearing, due_ahead, not_in_future, positive, written};
use crate::act::{
    Cause, ChargeWaived, DebtDischarged, Demanded, Extent, Ground, InstalmentsAgreed, OffsetMade, RepaymentOrdered, RevocationAnswered,
    RevocationDropped, RevocationNoticed, Revoked,
};
use crate::law::{ChargePart, DisposalOutcome, Flow, Relief};
use crate::phase::ExecutionPhase as Phase;
use crate::refusal::{ExecutionRefusal as Refusal, Pending};

impl Ground {
    /// 法19条1項 ties the surcharge to a cancellation for cause; changed circumstances (法10条) are nobody's.
    #[must_use]
    pub const fn bears_surcharge(self) -> bool {
        match self {
            Ground::OtherUse | Ground::Breach | Ground::IndirectBreach | Ground::FalseStatement => true,
            Ground::ChangedCircumstances => false,
        }
    }
}

impl Execution {
    pub(super) fn take_revocation_noticed(&mut self, a: &RevocationNoticed, on: Day) -> Result<(), Refusal> {
        self.none_pending(Pending::Hearing, self.hearing.is_some())?;
        due_ahead(a.reply_due, on)?;
        written(Field::What, &a.facts)?;
        self.hearing = Some(Hearing { ground: a.ground, reply_due: a.reply_due, answered: None });
        Ok(())
    }

    pub(super) fn take_revocation_answered(&mut self, a: &RevocationAnswered) -> Result<(), Refusal> {
        self.hearing()?.answered = Some(a.statement);
        Ok(())
    }

    pub(super) fn take_revocation_dropped(&mut self, a: &RevocationDropped) -> Result<(), Refusal> {
        self.hearing()?;
        written(Field::Reason, &a.reason)?;
        self.hearing = None;
        Ok(())
    }

    pub(super) fn take_offset_made(&mut self, a: &OffsetMade, on: Day) -> Result<(), Refusal> {
        written(Field::What, &a.against)?;
        let flow = Flow::new(a.on, a.amount);
        self.came_in(a.debt, flow, on)?;
        self.debt(a.debt)?.offsets.push(flow);
        Ok(())
    }

    pub(super) fn take_charge_waived(&mut self, a: &ChargeWaived, on: Day) -> Result<(), Refusal> {
        positive(a.amount)?;
        written(Field::Reason, &a.reason)?;
        let debt = self.open_debt(a.debt)?;
        let s = debt.statement(on)?;
        let open = match a.of {
            ChargePart::Surcharge => s.surcharge_open()?,
            ChargePart::LateCharge => s.late_charge_open()?,
        };
        if a.amount > open {
            return Err(Refusal::MoreThanCharged { amount: a.amount, open });
        }
        debt.reliefs.push(Relief { on, of: a.of, amount: a.amount });
        Ok(())
    }

    pub(super) fn take_demanded(&mut self, a: &Demanded, on: Day) -> Result<(), Refusal> {
        written(Field::Number, &a.number)?;
        due_ahead(a.due, on)?;
        let debt = self.open_debt(a.debt)?;
        // Charges alone may be demanded too (法21条1項): once the principal is covered they are what is left.
        let overdue = match debt.next_due() {
            Some(due) => due < on,
            None => debt.open(on)? > Yen::ZERO,
        };
        if !overdue {
            return Err(Refusal::NotOverdue);
        }
        debt.demanded_on = Some(on);
        Ok(())
    }

    pub(super) fn take_debt_discharged(&mut self, a: &DebtDischarged, on: Day) -> Result<(), Refusal> {
        written(Field::Reason, &a.reason)?;
        written(Field::Clause, &a.clause)?;
        let debt = self.open_debt(a.debt)?;
        let open = debt.open(on)?;
        if a.amount != open || open <= Yen::ZERO {
            return Err(Refusal::NotAllThatIsLeft { amount: a.amount, open });
        }
        debt.discharged = Some(Flow::new(on, a.amount));
        Ok(())
    }

    fn hearing(&mut self) -> Result<&mut Hearing, Refusal> {
        self.hearing.as_mut().ok_or(Refusal::NothingPending(Pending::Hearing))
    }

    fn debt(&mut self, number: u32) -> Result<&mut Debt, Refusal> {
        self.debts.get_mut(&number).ok_or(Refusal::NoSuchNumber { number })
    }

    fn open_debt(&mut self, number: u32) -> Result<&mut Debt, Refusal> {
        let debt = self.debt(number)?;
        if debt.discharged.is_some() { Err(Refusal::NothingPending(Pending::Debt)) } else { Ok(debt) }
    }

    /// 法17条, 21条の2: after the holder was heard, with reasons.
    pub(super) fn revoked(&mut self, a: &Revoked, on: Day) -> Result<(), Refusal> {
        let Some(hearing) = &self.hearing else { return Err(Refusal::NothingPending(Pending::Hearing)) };
        if hearing.answered.is_none() && on <= hearing.reply_due {
            return Err(Refusal::HearingOpen { until: hearing.reply_due });
        }
        written(Field::Number, &a.number)?;
        written(Field::Reason, &a.reason)?;
        written(Field::Clause, &a.clause)?;
        let entitled = self.entitlement();
        let amount = match a.extent {
            Extent::Whole => entitled,
            Extent::Part { amount } => amount,
        };
        positive(amount)?;
        let whole = match a.extent {
            Extent::Whole => true,
            Extent::Part { .. } if amount >= entitled => return Err(Refusal::PartIsWhole { amount, entitled }),
            Extent::Part { .. } => false,
        };
        if self.fixed.is_some() {
            self.revoked_of_fixed = self.revoked_of_fixed.checked_add(amount)?;
        }
        // 法17条3項: also after the amount was fixed.
        self.decided = if whole { Yen::ZERO } else { self.decided.checked_sub(amount)? };
        self.last_ground = Some(a.ground);
        self.hearing = None;
        if whole {
            self.phase = Phase::Revoked;
            self.end_what_waits();
        } else if self.phase == Phase::Closed {
            self.phase = Phase::Fixed;
        }
        Ok(())
    }

    /// With the whole decision gone nothing waits any more but money.
    fn end_what_waits(&mut self) {
        (self.plan_change, self.discontinuation, self.performance_due) = (None, None, None);
        self.incidents.clear();
        if let Some(report) = &mut self.completion {
            report.due = None;
        }
        for disposal in self.disposals.values_mut().filter(|d| d.is_open()) {
            disposal.refused = true;
        }
        for report in self.revenue.values_mut().chain(self.wages.values_mut()) {
            report.assessed.get_or_insert(Yen::ZERO);
        }
    }

    /// Paid beyond the entitlement and not ordered back yet.
    ///
    /// # Errors
    /// A sum that is too large.
    pub fn excess_to_order(&self) -> Result<Yen, Refusal> {
        let over = self.paid()?.checked_sub(self.entitlement())?;
        let of_excess = |c: Cause| matches!(c, Cause::Revocation | Cause::ExcessAfterFixing);
        let ordered = Yen::sum(self.debts.values().filter(|d| of_excess(d.cause)).map(|d| d.principal))?;
        // What was ordered back for another cause has left the holder already.
        Ok(over.checked_sub(ordered)?.min(self.returnable()?).max(Yen::ZERO))
    }

    /// Why what is beyond the entitlement is ordered back: after a cancellation, even of a part, because of it.
    #[must_use]
    pub const fn excess_cause(&self) -> Cause {
        if self.last_ground.is_some() { Cause::Revocation } else { Cause::ExcessAfterFixing }
    }

    /// What was paid and not ordered back yet: nobody returns more subsidy than was paid, whatever the causes.
    ///
    /// # Errors
    /// Sums that are too large.
    pub fn returnable(&self) -> Result<Yen, Refusal> {
        Ok(self.paid()?.checked_sub(Yen::sum(self.debts.values().map(|d| d.principal))?)?)
    }

    /// How much may be ordered back for a cause.
    ///
    /// # Errors
    /// A cause that was not established, or sums that are too large.
    pub fn orderable(&self, cause: Cause) -> Result<Yen, Refusal> {
        let established = match cause {
            Cause::Revocation if self.last_ground.is_some() => return self.excess_to_order(),
            Cause::ExcessAfterFixing if self.fixed.is_some() => return self.excess_to_order(),
            Cause::Revocation | Cause::ExcessAfterFixing => None,
            Cause::InputTax => self.input_tax.map(|f| f.amount),
            Cause::Revenue { nth } => self.revenue.get(&nth).and_then(|r| r.assessed),
            Cause::Wage { nth } => self.wages.get(&nth).and_then(|r| r.assessed),
            Cause::Disposal { request } => {
                self.disposals.get(&request).and_then(super::Disposal::outcome).and_then(|outcome| match outcome {
                    DisposalOutcome::Repay(yen) | DisposalOutcome::OnEnforcement(yen) => Some(yen),
                    DisposalOutcome::Unrestricted | DisposalOutcome::NothingDue | DisposalOutcome::ReportOnly => None,
                })
            }
        };
        let established = established.ok_or(Refusal::NothingPending(Pending::Cause))?;
        let ordered = Yen::sum(self.debts.values().filter(|d| d.cause == cause).map(|d| d.principal))?;
        Ok(established.checked_sub(ordered)?.max(Yen::ZERO))
    }

    /// The receipts that an amount ordered back is deemed to consist of (令10条1項): the last first, what earlier orders took left out.
    ///
    /// # Errors
    /// More than was received, or sums that are too large.
    pub fn deemed_receipts(&self, principal: Yen) -> Result<Vec<Flow>, Refusal> {
        let earlier = self.debts.values().filter(|d| d.rule.surcharge.is_some()).map(|d| d.principal);
        let mut skip = Yen::sum(earlier)?;
        let (mut left, mut deemed) = (principal, Vec::new());
        for receipt in self.receipts().iter().rev() {
            let skipped = receipt.amount.min(skip);
            skip = skip.checked_sub(skipped)?;
            let taken = receipt.amount.checked_sub(skipped)?.min(left);
            if taken > Yen::ZERO {
                deemed.push(Flow::new(receipt.on, taken));
                left = left.checked_sub(taken)?;
            }
        }
        if left > Yen::ZERO {
            return Err(Refusal::AboveReturnable { amount: principal, most: principal.checked_sub(left)? });
        }
        deemed.reverse();
        Ok(deemed)
    }

    pub(super) fn repayment_ordered(&mut self, a: &RepaymentOrdered, on: Day) -> Result<(), Refusal> {
        let most = self.orderable(a.cause)?;
        due_ahead(a.due, on)?;
        written(Field::Number, &a.number)?;
        written(Field::Reason, &a.reason)?;
        written(Field::Clause, &a.clause)?;
        positive(a.principal)?;
        if a.principal > most {
            return Err(Refusal::AboveReturnable { amount: a.principal, most });
        }
        let room = self.returnable()?;
        if a.principal > room {
            return Err(Refusal::AboveReturnable { amount: a.principal, most: room.max(Yen::ZERO) });
        }
        let surcharge = a.cause == Cause::Revocation && self.last_ground.is_some_and(Ground::bears_surcharge);
        if surcharge != a.rule.surcharge.is_some() {
            return Err(Refusal::SurchargeWrong { due: surcharge });
        }
        let deemed = if surcharge { self.deemed_receipts(a.principal)? } else { Vec::new() };
        if deemed != a.receipts {
            return Err(Refusal::ReceiptsWrong);
        }
        self.number(a.debt)?;
        self.debts.insert(a.debt, Debt::ordered(a, on));
        Ok(())
    }

    pub(super) fn came_in(&mut self, number: u32, flow: Flow, on: Day) -> Result<(), Refusal> {
        not_in_future(flow.on, on)?;
        positive(flow.amount)?;
        let debt = self.open_debt(number)?;
        if flow.on < debt.ordered_on {
            return Err(Refusal::BeforeDecision { day: flow.on, decided_on: debt.ordered_on });
        }
        let open = debt.open(flow.on.max(debt.last_movement()))?;
        if flow.amount > open {
            return Err(Refusal::MoreThanOwed { amount: flow.amount, open });
        }
        debt.payments.push(flow);
        debt.payments.sort_by_key(|p| p.on);
        Ok(())
    }

    /// 令9条 before the due day: the due days themselves move. After it, a plan moves nothing of the charge.
    pub(super) fn instalments_agreed(&mut self, a: &InstalmentsAgreed, on: Day) -> Result<(), Refusal> {
        written(Field::Reason, &a.reason)?;
        let debt = self.open_debt(a.debt)?;
        let open = debt.statement(on)?.principal_open()?;
        let sum = Yen::sum(a.due.iter().map(|f| f.amount))?;
        if let Some(flow) = a.due.iter().find(|f| f.on <= on) {
            return Err(Refusal::DueNotAhead { due: flow.on, today: on });
        }
        if a.due.iter().any(|f| f.amount <= Yen::ZERO) || sum != open || open <= Yen::ZERO {
            return Err(Refusal::LinesDoNotSum { expected: open, sum });
        }
        let mut due = a.due.clone();
        due.sort();
        let in_time = debt.due.iter().map(|f| f.on).min().is_some_and(|first| on <= first);
        // What was paid before stands at the head of the schedule, which adds up to the principal either way.
        let paid = debt.principal.checked_sub(open)?;
        let kept = (paid > Yen::ZERO).then(|| Flow::new(on, paid));
        let schedule = kept.into_iter().chain(due).collect();
        if in_time {
            debt.due = schedule;
            debt.plan.clear();
        } else {
            debt.plan = schedule;
        }
        Ok(())
    }

    /// The statement that answered a notice of cancellation.
    #[must_use]
    pub fn answered(&self) -> Option<Digest> {
        self.hearing.as_ref().and_then(|h| h.answered)
    }
}
