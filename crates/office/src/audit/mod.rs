//! The auditor's desk (監査): any case as its timeline of acts, its chain verified, the whole of it taken away as one file; the calls
//! and their plans; the whole ledger verified; and who read what. Changes nothing but the log of who read.

mod call;
mod case;
mod export;
mod ledger;
mod search;
#[cfg(test)]
mod tests;

pub use banso_store::{Anchor, Problem, Report};
pub use call::{AuditCall, PlanShown, PlanView, PlannedRow};
pub use case::{AccessLine, AuditCase, CaseCheck};
pub use export::Exported;
pub(crate) use ledger::Verification;
pub use ledger::{LedgerCheck, LedgerPage};
pub use search::{AuditList, AuditRow, AuditSearch, CallChoice};

use banso_permits::{Action, Permit, Person, Resource};

use crate::{Office, OfficeError};

impl Office {
    /// Whether somebody audits this office.
    pub(crate) fn auditor(&self, person: &Person) -> Result<Permit, OfficeError> {
        self.may(person, Action::Audit, &Resource::Office)
    }
}
