//! 債権の台帳: every debt of a call as of any day. Computed from the acts up to that day; nothing here is kept.

use banso_execution::figures::{CountedBy, standing};
use banso_execution::state::Debt;
use banso_execution::{Execution, ExecutionRefusal};
use banso_grant::{CaseAct, CaseState, Recorded};
use banso_kernel::{CallId, CaseId, CorporateNumber, Day, LocalText, Yen};
use banso_permits::{Action, Person};

use crate::{Office, OfficeError};

/// A debt in the register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DebtLine {
    pub case: CaseId,
    pub receipt_number: String,
    pub holder: String,
    pub debt: u32,
    /// Of the letter that ordered it.
    pub number: String,
    pub cause: LocalText,
    pub ordered_on: Day,
    pub sums: DebtSums,
    pub next_due: Option<Day>,
    pub demanded_on: Option<Day>,
    pub state: LocalText,
    pub tone: &'static str,
}

/// What a debt, or many, come to on a day. What was owed is what came in, what was let go and what is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DebtSums {
    pub principal: Yen,
    pub surcharge: Yen,
    pub late_charge: Yen,
    /// Money and offsets.
    pub received: Yen,
    /// Charges waived.
    pub waived: Yen,
    pub discharged: Yen,
    pub open: Yen,
    pub overdue: Yen,
}

/// The register of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisterPage {
    pub call: CallId,
    pub programme: LocalText,
    pub as_of: Day,
    pub lines: Vec<DebtLine>,
    pub total: DebtSums,
}

impl DebtSums {
    pub(crate) fn of(debt: &Debt, as_of: Day) -> Result<Self, ExecutionRefusal> {
        let s = debt.statement(as_of)?;
        Ok(DebtSums {
            principal: s.principal,
            surcharge: s.surcharge.amount,
            late_charge: s.late_charge.amount,
            received: Yen::sum([s.principal_paid, s.surcharge_paid, s.late_charge_paid])?,
            waived: s.surcharge_waived.checked_add(s.late_charge_waived)?,
            discharged: debt.discharged.filter(|d| d.on <= as_of).map_or(Yen::ZERO, |d| d.amount),
            open: debt.open(as_of)?,
            overdue: debt.overdue(as_of)?,
        })
    }

    pub(crate) fn plus(mut self, other: &DebtSums) -> Result<Self, ExecutionRefusal> {
        for (mine, theirs) in [
            (&mut self.principal, other.principal),
            (&mut self.surcharge, other.surcharge),
            (&mut self.late_charge, other.late_charge),
            (&mut self.received, other.received),
            (&mut self.waived, other.waived),
            (&mut self.discharged, other.discharged),
            (&mut self.open, other.open),
            (&mut self.overdue, other.overdue),
        ] {
            *mine = mine.checked_add(theirs)?;
        }
        Ok(self)
    }

    fn state(&self, debt: &Debt) -> (LocalText, &'static str) {
        if self.discharged > Yen::ZERO {
            return (LocalText::new("免除・不納欠損", "discharged"), "");
        }
        if self.open == Yen::ZERO {
            return (LocalText::new("完納", "paid in full"), "good");
        }
        if self.overdue > Yen::ZERO && debt.demanded_on.is_some() {
            return (LocalText::new("督促済・期限切れ", "demanded, overdue"), "wrong");
        }
        if self.overdue > Yen::ZERO {
            return (LocalText::new("期限切れ", "overdue"), "wrong");
        }
        if debt.schedule().len() > 1 {
            return (LocalText::new("分割納付中", "in instalments"), "active");
        }
        (LocalText::new("納付待ち", "to be paid"), "active")
    }
}

/// The execution as the acts up to a day left it, with whose case it is; `None` for a case that was not granted by then.
pub(crate) fn standing_on(acts: &[Recorded<CaseAct>], as_of: Day) -> Result<Option<(Execution, String)>, OfficeError> {
    let case = banso_grant::Case::fold(acts).map_err(OfficeError::fault)?;
    let CaseState::Granted { execution, .. } = &case.state else { return Ok(None) };
    let executed = acts.iter().filter_map(|r| if let CaseAct::Execution(act) = &r.act { Some((&**act, r.effective_on)) } else { None });
    // As of a day is what had moved by it, as for the totals.
    let then = standing(&execution.terms, executed, as_of, CountedBy::Moved).map_err(super::refused)?;
    Ok(then.map(|then| (then, case.submission.paper.receipt_number)))
}

impl Office {
    /// The debt register of a call as of a day, today without one. Charges are counted to that day.
    ///
    /// # Errors
    /// Forbidden; acts that do not fold.
    pub async fn debt_register(&self, person: &Person, call: &CallId, as_of: Option<Day>) -> Result<RegisterPage, OfficeError> {
        let permit = self.may_call(person, Action::ReadCall, call)?;
        let edition = self.edition_in_force(call)?;
        let as_of = as_of.unwrap_or_else(|| self.now().day());
        let (mut lines, mut total) = (Vec::new(), DebtSums::default());
        for (case, acts) in self.store().acts_within(&permit).await? {
            let Some((execution, receipt)) = standing_on(&acts, as_of)? else { continue };
            let holder = if execution.debts.is_empty() { String::new() } else { self.named(execution.holder).await? };
            for (number, debt) in &execution.debts {
                let line = debt_line((case, &receipt, &holder), *number, debt, as_of).map_err(super::refused)?;
                total = total.plus(&line.sums).map_err(super::refused)?;
                lines.push(line);
            }
        }
        lines.sort_by(|a, b| (b.sums.overdue, &a.receipt_number, a.debt).cmp(&(a.sums.overdue, &b.receipt_number, b.debt)));
        Ok(RegisterPage { call: call.clone(), programme: edition.meta().programme.clone(), as_of, lines, total })
    }

    async fn named(&self, firm: CorporateNumber) -> Result<String, OfficeError> {
        Ok(self.firm(firm).await?.map_or_else(|| firm.to_string(), |f| f.name))
    }
}

pub(crate) fn debt_line(
    (case, receipt, holder): (CaseId, &str, &str),
    number: u32,
    debt: &Debt,
    as_of: Day,
) -> Result<DebtLine, ExecutionRefusal> {
    let sums = DebtSums::of(debt, as_of)?;
    let (state, tone) = sums.state(debt);
    Ok(DebtLine {
        case,
        receipt_number: receipt.to_owned(),
        holder: holder.to_owned(),
        debt: number,
        number: debt.number.clone(),
        cause: debt.cause.label(),
        ordered_on: debt.ordered_on,
        next_due: debt.next_due().filter(|_| debt.discharged.is_none()),
        demanded_on: debt.demanded_on,
        state,
        tone,
        sums,
    })
}
