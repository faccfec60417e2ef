//! One function a step where a figure or a paper is to be made; `step` for the rest. Each asks `Execution::apply`, so nothing is written
//! that could not be read. Checks run in the order that `state` states; what only the guideline knows comes before.

mod after;
mod money;
mod work;

use banso_kernel::{Authority, Day, LocalText};

pub use after::{DisposalOrder, assess_revenue, assess_wage, close, decide_disposal, disposal_outcome, real_price, report_input_tax};
pub use money::{RepaymentOrder, claim_payment, order_repayment};
pub use work::{CompletionOrder, PlanShift, Shift, fix_amount, plan_shift, report_completion, report_minor_change};

use crate::act::{Cause, ExecutionAct, Ground};
use crate::refusal::ExecutionRefusal as Refusal;
use crate::state::Execution;

/// An act that may be recorded, with what the ledger wants known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    pub act: ExecutionAct,
    pub authority: Authority,
    /// The article, or the clause of the guideline.
    pub clause: String,
}

/// Takes a step that needs no figure: the act says everything. `clause` is the guideline's, for steps that no article names.
///
/// # Errors
/// The first check that fails.
pub fn step(execution: &Execution, act: impl Into<ExecutionAct>, today: Day, clause: &str) -> Result<Decided, Refusal> {
    let act = act.into();
    execution.clone().apply(&act, today)?;
    let clause = basis(&act, execution.fixed.is_some()).map_or_else(|| clause.to_owned(), str::to_owned);
    Ok(Decided { authority: act.meta().authority, clause, act })
}

/// The article that this very act rests on: for some the table names only the first of several.
fn basis(act: &ExecutionAct, fixed: bool) -> Option<&str> {
    if let ExecutionAct::Revoked(a) = act {
        // 法17条3項: after the amount was fixed too.
        return Some(match (a.ground, fixed) {
            (Ground::OtherUse | Ground::Breach | Ground::FalseStatement, false) => "適正化法第17条第1項",
            (Ground::OtherUse | Ground::Breach | Ground::FalseStatement, true) => "適正化法第17条第1項・第3項",
            (Ground::IndirectBreach, false) => "適正化法第17条第2項",
            (Ground::IndirectBreach, true) => "適正化法第17条第2項・第3項",
            (Ground::ChangedCircumstances, _) => "適正化法第10条第1項",
        });
    }
    if let ExecutionAct::RepaymentOrdered(a) = act {
        return Some(match a.cause {
            Cause::Revocation => "適正化法第18条第1項",
            Cause::ExcessAfterFixing => "適正化法第18条第2項",
            Cause::InputTax | Cause::Revenue { .. } | Cause::Wage { .. } | Cause::Disposal { .. } => &a.clause,
        });
    }
    act.meta().article
}

fn no_rule(ja: &str, en: &str) -> Refusal {
    Refusal::NotInTheGuideline { what: LocalText::new(ja, en) }
}
