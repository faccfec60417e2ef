//! Claims for payment and orders to pay back.

use banso_kernel::{Day, Digest, Rounding, Yen};

use super::{Decided, no_rule, step};
use crate::act::{Cause, Ground, PaymentClaimed, PaymentKind, RepaymentOrdered};
use crate::law::DebtRule;
use crate::refusal::ExecutionRefusal as Refusal;
use crate::rules::ExecutionRules;
use crate::state::Execution;

/// Claims a payment (支払請求).
///
/// # Errors
/// A kind that the guideline or the phase does not know, more than is left, or more in advance than the guideline allows.
pub fn claim_payment(
    execution: &Execution,
    kind: PaymentKind,
    amount: Yen,
    account: Digest,
    today: Day,
    rules: &ExecutionRules,
) -> Result<Decided, Refusal> {
    let mut clause = String::new();
    if kind == PaymentKind::Advance {
        let advance = rules.advance.as_ref().ok_or_else(|| no_rule("概算払", "advance payments"))?;
        let most = advance.value.apply(execution.decided, Rounding::Down, Yen::new(1))?;
        let after = execution.claimed()?.checked_add(amount)?;
        if after > most {
            return Err(Refusal::AboveEntitlement { amount: after, entitled: most });
        }
        clause.clone_from(&advance.clause);
    }
    step(execution, PaymentClaimed { claim: execution.next_number(), kind, amount, account }, today, &clause)
}

/// What an order to pay back is made of besides its figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepaymentOrder {
    pub cause: Cause,
    pub number: String,
    pub reason: String,
    /// The clause, for causes that the decision's conditions set.
    pub clause: String,
}

/// Orders to pay back all that the cause gives, so far as it is left of what was paid (法18条; for conditions of the decision, their
/// clause). Principal, receipts, charges and due day are computed.
///
/// # Errors
/// A cause that was not established or was ordered already, no number, no reason.
pub fn order_repayment(execution: &Execution, order: &RepaymentOrder, today: Day, rules: &ExecutionRules) -> Result<Decided, Refusal> {
    // Of several causes together no more is ordered back than was paid.
    let (established, left) = (execution.orderable(order.cause)?, execution.returnable()?);
    let principal = if left > Yen::ZERO { established.min(left) } else { established };
    let rule = rule_of(execution, order.cause, rules);
    let receipts = match &rule.surcharge {
        Some(_) => execution.deemed_receipts(principal)?,
        None => Vec::new(),
    };
    let act = RepaymentOrdered {
        debt: execution.next_number(),
        number: order.number.trim().to_owned(),
        cause: order.cause,
        principal,
        due: rules.repayment_due.value.after(today),
        receipts,
        rule,
        reason: order.reason.trim().to_owned(),
        clause: order.clause.trim().to_owned(),
    };
    step(execution, act, today, &order.clause)
}

fn rule_of(execution: &Execution, cause: Cause, rules: &ExecutionRules) -> DebtRule {
    match cause {
        Cause::Revocation if execution.last_ground.is_some_and(Ground::bears_surcharge) => rules.after_revocation.clone(),
        Cause::Revocation | Cause::ExcessAfterFixing => rules.after_fixing.clone(),
        Cause::InputTax | Cause::Revenue { .. } | Cause::Wage { .. } | Cause::Disposal { .. } => rules.by_condition.clone(),
    }
}
