//! What holds of a case after every day, whatever was done to it.

use banso_execution::act::Cause;
use banso_execution::state::{ClaimState, Debt};
use banso_execution::{Execution, ExecutionPhase};
use banso_kernel::{Day, Yen};
use banso_office::RehearsedCase;

fn sum(amounts: impl IntoIterator<Item = Yen>) -> Result<Yen, String> {
    Yen::sum(amounts).map_err(|e| e.to_string())
}

fn hold(holds: bool, what: impl Into<String>) -> Result<(), String> {
    if holds { Ok(()) } else { Err(what.into()) }
}

/// Everything that has to hold.
///
/// # Errors
/// What does not, in words.
pub(crate) fn check(seen: &RehearsedCase, today: Day) -> Result<(), String> {
    let case = &seen.execution;
    amounts(case)?;
    let charges = debts(case, today)?;
    overpayments(case)?;
    let paid = case.paid().map_err(|e| e.to_string())?;
    let returned = sum(case.debts.values().flat_map(|d| d.payments.iter().map(|p| p.amount)))?;
    let most = sum([paid, charges])?;
    hold(returned <= most, format!("{returned} came back, more than {paid} paid and {charges} of charges"))?;
    if case.phase == ExecutionPhase::Closed {
        closed(case, today)?;
    }
    order_of_acts(seen)?;
    // The acts alone make the case.
    let mut again = Execution::begin(case.terms.clone());
    for (act, on) in &seen.acts {
        again.advance(act, *on).map_err(|e| format!("{} does not follow: {e}", act.kind()))?;
    }
    hold(again == *case, "the acts alone do not make the case")
}

/// paid ≤ fixed ≤ decided ≤ ceiling, Σ lines = totals.
fn amounts(case: &Execution) -> Result<(), String> {
    let ceiling = case.terms.amount;
    hold(Yen::ZERO <= case.decided && case.decided <= ceiling, format!("decided {} above the ceiling {ceiling}", case.decided))?;
    hold(case.entitlement() <= ceiling, "entitled to more than the ceiling")?;
    let allotted = sum(case.lines.values().copied())?;
    hold(allotted <= case.terms.eligible_cost, format!("allotted {allotted}, more than the eligible cost"))?;
    let on_the_way =
        sum(case.claims.values().filter(|c| matches!(c.state, ClaimState::Ordered { .. } | ClaimState::Paid { .. })).map(|c| c.amount))?;
    hold(on_the_way <= ceiling, format!("{on_the_way} paid or ordered, above the ceiling {ceiling}"))?;
    let Some(fixed) = &case.fixed else { return Ok(()) };
    let accepted = sum(case.accepted.values().copied())?;
    hold(accepted == fixed.eligible, format!("the lines come to {accepted}, the total says {}", fixed.eligible))?;
    hold(fixed.amount <= ceiling && fixed.amount <= fixed.eligible, "fixed above the ceiling or the cost")?;
    hold(case.revoked_of_fixed <= fixed.amount, "more cancelled than was fixed")?;
    let settled = case.claims.values().filter(|c| c.kind == banso_execution::act::PaymentKind::Settlement);
    let settled = sum(settled.filter(|c| matches!(c.state, ClaimState::Paid { .. })).map(|c| c.amount))?;
    hold(settled <= fixed.amount, format!("{settled} paid of {} fixed", fixed.amount))
}

/// Every debt accounts for every yen; back comes the sum of their charges.
fn debts(case: &Execution, today: Day) -> Result<Yen, String> {
    let mut charges = Yen::ZERO;
    for (number, debt) in &case.debts {
        let said = |e: banso_execution::ExecutionRefusal| format!("debt {number}: {e}");
        let s = debt.statement(today).map_err(said)?;
        let came_in = sum(debt.payments.iter().map(|p| p.amount))?;
        let credited = sum([s.principal_paid, s.surcharge_paid, s.late_charge_paid])?;
        hold(came_in == credited, format!("debt {number}: {came_in} came in, {credited} is credited"))?;
        hold(s.excess == Yen::ZERO, format!("debt {number}: {} more than owed", s.excess))?;
        hold(debt.open(today).map_err(said)? >= Yen::ZERO, format!("debt {number} is below zero"))?;
        hold(sum(debt.due.iter().map(|f| f.amount))? == debt.principal, format!("debt {number}: its due days are not its principal"))?;
        if debt.rule.surcharge.is_some() {
            hold(sum(debt.receipts.iter().map(|f| f.amount))? == debt.principal, format!("debt {number}: receipts are not its principal"))?;
        }
        charges = sum([charges, s.surcharge.amount, s.late_charge.amount])?;
    }
    Ok(charges)
}

/// What was paid beyond the entitlement was ordered back, or waits to be.
fn overpayments(case: &Execution) -> Result<(), String> {
    let paid = case.paid().map_err(|e| e.to_string())?;
    let principal = sum(case.debts.values().map(|d| d.principal))?;
    hold(principal <= paid, format!("{principal} ordered back of {paid} paid"))?;
    let of_excess = |d: &&Debt| matches!(d.cause, Cause::Revocation | Cause::ExcessAfterFixing);
    let ordered = sum(case.debts.values().filter(of_excess).map(|d| d.principal))?;
    let other = principal.get().saturating_sub(ordered.get());
    let waits = case.excess_to_order().map_err(|e| e.to_string())?;
    let over = paid.get().saturating_sub(case.entitlement().get());
    hold(over <= ordered.get().saturating_add(waits.get()).saturating_add(other), "an overpayment got lost")
}

fn closed(case: &Execution, today: Day) -> Result<(), String> {
    for (number, debt) in &case.debts {
        let open = debt.open(today).map_err(|e| e.to_string())?;
        hold(open == Yen::ZERO, format!("closed while debt {number} is open: {open}"))?;
    }
    let settled =
        case.claims.values().all(|c| matches!(c.state, ClaimState::Paid { .. } | ClaimState::SetOff { .. } | ClaimState::Refused { .. }));
    hold(settled, "closed with a claim under way")
}

/// After a closing only what the table allows from there, until a cancellation opens the file again.
fn order_of_acts(seen: &RehearsedCase) -> Result<(), String> {
    let mut closed = false;
    for (act, _) in &seen.acts {
        let allowed = act.meta().from.contains(&ExecutionPhase::Closed);
        hold(!closed || allowed, format!("{} after the closing", act.kind()))?;
        closed = match act.kind() {
            "case_closed" => true,
            "revoked" => false,
            _ => closed,
        };
    }
    Ok(())
}
