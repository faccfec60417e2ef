//! The figures of a case as of a day, and of many cases as their sum: decided, fixed, paid, ordered back, returned, outstanding, by fiscal
//! year where money moved. Computed from the acts; nothing here is kept.

use std::collections::BTreeMap;

use banso_kernel::{Day, FiscalYear, Yen};

use crate::act::ExecutionAct;
use crate::refusal::ExecutionRefusal as Refusal;
use crate::state::{DecisionTerms, Execution};

/// Money that moved in a fiscal year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct YearFigures {
    /// Transfers that arrived, and what was set off against debts of other cases.
    pub paid: Yen,
    /// Principal and charges that were paid in.
    pub returned: Yen,
    /// Debts that were set off: nobody paid them in.
    pub set_off: Yen,
}

/// Where the money of a case, or of many, stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Figures {
    pub cases: u64,
    pub decided: Yen,
    /// Amounts fixed, less what was cancelled of them.
    pub fixed: Yen,
    pub paid: Yen,
    /// Principal of every order to pay back.
    pub ordered_back: Yen,
    /// Surcharge and late charge as they have run up to the day.
    pub charges: Yen,
    /// Principal and charges that are covered, by money or by an offset.
    pub principal_returned: Yen,
    pub charges_returned: Yen,
    /// What of these was set off: the rest came in.
    pub set_off: Yen,
    /// Charges waived.
    pub waived: Yen,
    /// Principal and charges still open.
    pub outstanding: Yen,
    /// Given up.
    pub discharged: Yen,
    pub by_year: BTreeMap<FiscalYear, YearFigures>,
}

/// Which of the two days of a movement of money a figure goes by: it moved on one day, and was recorded on another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum CountedBy {
    /// 振込日・納付日: what had moved by the day, whenever it was recorded. The fiscal year of the money is the year of this day.
    #[default]
    Moved,
    /// 記録日: what the office had recorded by the end of the day, and nothing that it learned later.
    Recorded,
}

impl CountedBy {
    pub const ALL: &'static [CountedBy] = &[CountedBy::Moved, CountedBy::Recorded];

    /// Stable code for addresses.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            CountedBy::Moved => "moved",
            CountedBy::Recorded => "recorded",
        }
    }
}

/// The figures of a case as of a day, from its acts alone: what was decided later is left out, charges are counted to that day. Money counts
/// by the day that `by` names.
///
/// # Errors
/// Acts that do not fit, or sums that are too large.
pub fn figures_as_of<'a>(
    terms: &DecisionTerms,
    acts: impl IntoIterator<Item = (&'a ExecutionAct, Day)>,
    as_of: Day,
    by: CountedBy,
) -> Result<Figures, Refusal> {
    match standing(terms, acts, as_of, by)? {
        Some(case) => figures_of(&case, as_of),
        None => Ok(Figures::default()),
    }
}

/// A case as it stood on a day; `None` before its decision. Money is seen by the day that `by` names.
///
/// # Errors
/// Acts that do not fit.
pub fn standing<'a>(
    terms: &DecisionTerms,
    acts: impl IntoIterator<Item = (&'a ExecutionAct, Day)>,
    as_of: Day,
    by: CountedBy,
) -> Result<Option<Execution>, Refusal> {
    if terms.decided_on > as_of {
        return Ok(None);
    }
    let mut case = Execution::begin(terms.clone());
    let mut later = Vec::new();
    for (act, on) in acts {
        if on <= as_of {
            case.advance(act, on)?;
        } else {
            later.push((act, on));
        }
    }
    if by == CountedBy::Moved && later.iter().any(|(act, _)| act.money_moved_on().is_some_and(|on| on <= as_of)) {
        let mut known = case.clone();
        for (act, on) in later {
            known.advance(act, on)?;
        }
        case.see_money(&known, as_of);
    }
    Ok(Some(case))
}

/// The figures of a case as it stands, charges counted to a day that is not before its last act.
///
/// # Errors
/// Sums that are too large.
pub fn figures_of(case: &Execution, as_of: Day) -> Result<Figures, Refusal> {
    let mut figures = Figures { cases: 1, decided: case.decided, ..Figures::default() };
    if case.fixed.is_some() {
        figures.fixed = case.entitlement();
    }
    for receipt in case.receipts() {
        figures.paid = figures.paid.checked_add(receipt.amount)?;
        let year = figures.by_year.entry(FiscalYear::of(receipt.on)).or_default();
        year.paid = year.paid.checked_add(receipt.amount)?;
    }
    for debt in case.debts.values() {
        let s = debt.statement(as_of)?;
        figures.ordered_back = figures.ordered_back.checked_add(debt.principal)?;
        figures.principal_returned = figures.principal_returned.checked_add(s.principal_paid)?;
        figures.charges_returned = Yen::sum([figures.charges_returned, s.surcharge_paid, s.late_charge_paid])?;
        figures.charges = Yen::sum([figures.charges, s.surcharge.amount, s.late_charge.amount])?;
        figures.waived = Yen::sum([figures.waived, s.surcharge_waived, s.late_charge_waived])?;
        figures.outstanding = figures.outstanding.checked_add(debt.open(as_of)?)?;
        figures.discharged = figures.discharged.checked_add(debt.discharged.map_or(Yen::ZERO, |d| d.amount))?;
        for payment in debt.payments.iter().filter(|p| p.on <= as_of) {
            let year = figures.by_year.entry(FiscalYear::of(payment.on)).or_default();
            year.returned = year.returned.checked_add(payment.amount)?;
        }
        for offset in debt.offsets.iter().filter(|p| p.on <= as_of) {
            let year = figures.by_year.entry(FiscalYear::of(offset.on)).or_default();
            year.returned = year.returned.checked_sub(offset.amount)?;
            year.set_off = year.set_off.checked_add(offset.amount)?;
            figures.set_off = figures.set_off.checked_add(offset.amount)?;
        }
    }
    Ok(figures)
}

impl Figures {
    /// Money that was paid in: what is covered less what was set off. With what was set off, waived, given up and is outstanding it is what
    /// was ordered back and its charges.
    #[must_use]
    pub fn received(&self) -> Yen {
        let covered = self.principal_returned.checked_add(self.charges_returned);
        covered.and_then(|covered| covered.checked_sub(self.set_off)).unwrap_or(Yen::ZERO)
    }

    /// These and those together.
    ///
    /// # Errors
    /// Sums that are too large.
    pub fn plus(mut self, other: &Figures) -> Result<Figures, Refusal> {
        self.cases = self.cases.saturating_add(other.cases);
        for (mine, theirs) in [
            (&mut self.decided, other.decided),
            (&mut self.fixed, other.fixed),
            (&mut self.paid, other.paid),
            (&mut self.ordered_back, other.ordered_back),
            (&mut self.charges, other.charges),
            (&mut self.set_off, other.set_off),
            (&mut self.waived, other.waived),
            (&mut self.principal_returned, other.principal_returned),
            (&mut self.charges_returned, other.charges_returned),
            (&mut self.outstanding, other.outstanding),
            (&mut self.discharged, other.discharged),
        ] {
            *mine = mine.checked_add(theirs)?;
        }
        for (year, theirs) in &other.by_year {
            let mine = self.by_year.entry(*year).or_default();
            mine.paid = mine.paid.checked_add(theirs.paid)?;
            mine.returned = mine.returned.checked_add(theirs.returned)?;
            mine.set_off = mine.set_off.checked_add(theirs.set_off)?;
        }
        Ok(self)
    }
}
