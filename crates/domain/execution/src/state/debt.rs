//! One debt: what was ordered back and what came of it, as of any day.

use banso_kernel::{Day, Yen};

use crate::act::{Cause, RepaymentOrdered};
use crate::law::{Allocation, DebtAccount, DebtRule, DebtStatement, Flow, Relief, allocations, statement};
use crate::refusal::ExecutionRefusal as Refusal;

/// An order to pay back, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Debt {
    pub number: String,
    pub cause: Cause,
    pub ordered_on: Day,
    pub principal: Yen,
    pub receipts: Vec<Flow>,
    /// The days from which late charge runs; add up to the principal.
    pub due: Vec<Flow>,
    /// What was agreed after the due day: it moves reminders, not the charge.
    pub plan: Vec<Flow>,
    pub rule: DebtRule,
    /// Money and offsets.
    pub payments: Vec<Flow>,
    /// Those of the payments that were set off against another grant: nobody paid them in.
    pub offsets: Vec<Flow>,
    pub reliefs: Vec<Relief>,
    pub demanded_on: Option<Day>,
    /// Given up: the day and the amount.
    pub discharged: Option<Flow>,
}

/// What is left of a debt, part by part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rest {
    pub principal: Yen,
    pub surcharge: Yen,
    pub late_charge: Yen,
}

impl Rest {
    fn of(s: &DebtStatement) -> Result<Self, Refusal> {
        Ok(Rest { principal: s.principal_open()?, surcharge: s.surcharge_open()?, late_charge: s.late_charge_open()? })
    }
}

impl Debt {
    /// As an order makes it, on its day.
    #[must_use]
    pub fn ordered(order: &RepaymentOrdered, on: Day) -> Self {
        Debt {
            number: order.number.clone(),
            cause: order.cause,
            ordered_on: on,
            principal: order.principal,
            receipts: order.receipts.clone(),
            due: vec![Flow::new(order.due, order.principal)],
            plan: Vec::new(),
            rule: order.rule.clone(),
            payments: Vec::new(),
            offsets: Vec::new(),
            reliefs: Vec::new(),
            demanded_on: None,
            discharged: None,
        }
    }

    /// What is owed as of a day. After a discharge nothing grows any more.
    ///
    /// # Errors
    /// Amounts that are too large.
    pub fn statement(&self, as_of: Day) -> Result<DebtStatement, Refusal> {
        let as_of = self.discharged.map_or(as_of, |d| as_of.min(d.on));
        Ok(statement(&self.account(), as_of)?)
    }

    /// Every receipt with what it covered.
    ///
    /// # Errors
    /// Amounts that are too large.
    pub fn allocations(&self) -> Result<Vec<Allocation>, Refusal> {
        Ok(allocations(&self.account())?)
    }

    /// Everything that the statement is computed from.
    #[must_use]
    pub fn account(&self) -> DebtAccount<'_> {
        DebtAccount {
            principal: self.principal,
            receipts: &self.receipts,
            due: &self.due,
            payments: &self.payments,
            reliefs: &self.reliefs,
            rule: &self.rule,
        }
    }

    /// The days on which the principal is to be paid today: what was agreed, otherwise what was ordered.
    #[must_use]
    pub fn schedule(&self) -> &[Flow] {
        if self.plan.is_empty() { &self.due } else { &self.plan }
    }

    /// What should have come in before a day and did not: principal whose day has passed, and every charge once all of the principal
    /// has fallen due.
    ///
    /// # Errors
    /// Amounts that are too large.
    pub fn overdue(&self, as_of: Day) -> Result<Yen, Refusal> {
        if self.discharged.is_some_and(|d| d.on <= as_of) {
            return Ok(Yen::ZERO);
        }
        let s = self.statement(as_of)?;
        let fallen = Yen::sum(self.schedule().iter().filter(|f| f.on < as_of).map(|f| f.amount))?;
        let principal = fallen.checked_sub(s.principal_paid)?.max(Yen::ZERO);
        let charges = if fallen >= self.principal { Yen::sum([s.surcharge_open()?, s.late_charge_open()?])? } else { Yen::ZERO };
        Ok(principal.checked_add(charges)?)
    }

    /// What is still to be paid on a day.
    ///
    /// # Errors
    /// Amounts that are too large.
    pub fn open(&self, as_of: Day) -> Result<Yen, Refusal> {
        let given_up = self.discharged.filter(|d| d.on <= as_of).map_or(Yen::ZERO, |d| d.amount);
        Ok(self.statement(as_of)?.open()?.checked_sub(given_up)?)
    }

    /// What of each part is still to be paid on a day: nothing once it was given up.
    ///
    /// # Errors
    /// Amounts that are too large.
    pub fn rest(&self, as_of: Day) -> Result<Rest, Refusal> {
        match self.given_up(as_of)? {
            Some(_) => Ok(Rest::default()),
            None => Rest::of(&self.statement(as_of)?),
        }
    }

    /// The day on which what was left was given up, and what was left of each part; `None` where it was not by then.
    ///
    /// # Errors
    /// Amounts that are too large.
    pub fn given_up(&self, as_of: Day) -> Result<Option<(Day, Rest)>, Refusal> {
        match self.discharged.filter(|d| d.on <= as_of) {
            Some(d) => Ok(Some((d.on, Rest::of(&self.statement(d.on)?)?))),
            None => Ok(None),
        }
    }

    /// The next day on which something is due, where anything is. Charges that are left when the principal is paid were due with its last
    /// part.
    #[must_use]
    pub fn next_due(&self) -> Option<Day> {
        let mut paid = Yen::sum(self.payments.iter().map(|p| p.amount)).unwrap_or(Yen::ZERO);
        for flow in self.schedule() {
            paid = paid.checked_sub(flow.amount).unwrap_or(Yen::ZERO);
            if paid < Yen::ZERO {
                return Some(flow.on);
            }
        }
        // With the principal paid nothing grows any more: what is left is left as of the last movement.
        let charges = self.discharged.is_none() && self.open(self.last_movement()).is_ok_and(|open| open > Yen::ZERO);
        self.schedule().last().filter(|_| charges).map(|flow| flow.on)
    }

    /// What had come in by a day, as a later state knows it.
    pub(super) fn see_money(&mut self, known: &Debt, as_of: Day) {
        let moved = |flows: &[Flow]| -> Vec<Flow> { flows.iter().copied().filter(|f| f.on <= as_of).collect() };
        (self.payments, self.offsets) = (moved(&known.payments), moved(&known.offsets));
    }

    /// The day of the last movement: statements before it are not asked for.
    pub(super) fn last_movement(&self) -> Day {
        let days = self.payments.iter().map(|p| p.on).chain(self.reliefs.iter().map(|r| r.on));
        days.max().map_or(self.ordered_on, |d| d.max(self.ordered_on))
    }
}
