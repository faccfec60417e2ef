//! Whether a deed still makes sense when its day has come: other things may have happened in the meantime.

use banso_execution::act::Cause;
use banso_execution::state::{ClaimState, Debt};
use banso_execution::{Execution, ExecutionPhase as Phase};
use banso_kernel::{Day, Yen};

use crate::deeds::{Attempt, Deed};

/// Whether it does.
#[must_use]
pub fn is_ready(deed: &Deed, case: &Execution, today: Day) -> bool {
    let open_debt = || case.debts.values().any(|d| is_open(d, today));
    deed.fits(case)
        && match deed {
            Deed::MinorChange | Deed::AskChange => case.plan_change.is_none(),
            Deed::ApproveChange | Deed::RefuseChange => case.plan_change.is_some(),
            Deed::AskStop(_) => case.discontinuation.is_none(),
            Deed::ApproveStop | Deed::RefuseStop => case.discontinuation.is_some(),
            Deed::Instruct => !case.incidents.is_empty(),
            Deed::Prepare(_) => matches!(case.phase, Phase::Underway | Phase::Correcting),
            Deed::Report | Deed::ReportInSilence => case.plan_change.is_none() && case.discontinuation.is_none(),
            Deed::ClaimAdvance => case.fixed.is_none(),
            Deed::ClaimSettlement => case.fixed.is_some() && case.claimed().is_ok_and(|c| c < case.entitlement()),
            Deed::RefuseClaim | Deed::ChangeAccount(_) => {
                case.claims.values().any(|c| matches!(c.state, ClaimState::Claimed | ClaimState::CameBack { .. }))
            }
            Deed::Notice => case.hearing.is_none() && case.entitlement() > Yen::ZERO,
            Deed::Answer | Deed::Drop | Deed::Revoke(_) => case.hearing.is_some(),
            Deed::OrderRepayment(cause) => may_order(case, *cause),
            Deed::Demand => case.debts.values().any(|d| is_open(d, today) && d.next_due().is_some_and(|due| due < today)),
            Deed::Waive => {
                let surcharge = |d: &Debt| d.statement(today).ok().and_then(|s| s.surcharge_open().ok()).unwrap_or(Yen::ZERO);
                case.debts.values().any(|d| is_open(d, today) && surcharge(d) > Yen::ZERO)
            }
            Deed::AgreeInstalments | Deed::Repay(_) | Deed::Offset | Deed::Discharge => open_debt(),
            Deed::ReportInputTax => case.input_tax.is_none(),
            Deed::ReportRevenue(nth) => case.revenue.len() + 1 == usize::try_from(*nth).unwrap_or_default(),
            Deed::AssessRevenue(nth) => case.revenue.get(nth).is_some_and(|r| r.assessed.is_none()),
            Deed::ReportWages => case.wages.is_empty(),
            Deed::AssessWages => case.wages.get(&1).is_some_and(|r| r.assessed.is_none()),
            Deed::RegisterAssets => case.assets.is_empty() && case.accepted.keys().any(|line| line.starts_with("物品費")),
            Deed::Census => !case.assets.is_empty(),
            Deed::AskDisposal => case.assets.values().any(|a| a.gone_on.is_none()) && waiting_disposal(case).is_none(),
            Deed::ApproveDisposal | Deed::RefuseDisposal => waiting_disposal(case) == Some(false),
            Deed::Dispose => waiting_disposal(case) == Some(true),
            Deed::Decide
            | Deed::Resume
            | Deed::ReportIncident
            | Deed::Progress
            | Deed::OrderPerformance
            | Deed::OrderSuspension
            | Deed::LiftSuspension
            | Deed::InspectUnderway
            | Deed::ReportYearEnd
            | Deed::Return
            | Deed::OrderCorrection
            | Deed::Inspect
            | Deed::Fix
            | Deed::Succeed
            | Deed::Close => true,
        }
}

fn is_open(debt: &Debt, today: Day) -> bool {
    debt.discharged.is_none() && debt.open(today).is_ok_and(|open| open > Yen::ZERO)
}

/// Something is established, and something of what was paid is left.
fn may_order(case: &Execution, cause: Cause) -> bool {
    case.returnable().is_ok_and(|left| left > Yen::ZERO) && case.orderable(cause).is_ok_and(|yen| yen > Yen::ZERO)
}

/// A disposal under way: whether it was approved.
fn waiting_disposal(case: &Execution) -> Option<bool> {
    let open = case.disposals.values().find(|d| !d.refused && d.done_on.is_none())?;
    Some(open.approved.is_some())
}

/// Whether an attempt can be told from an honest mistake on this day.
pub(crate) fn may_try(attempt: Attempt, case: &Execution) -> bool {
    let claimable = case.claimed().is_ok_and(|claimed| claimed < case.entitlement());
    match attempt {
        Attempt::KanjiAccount | Attempt::ClaimTooMuch => case.fixed.is_some() && claimable,
        Attempt::YearNotOver | Attempt::GhostAsset | Attempt::CloseTooEarly => case.phase == Phase::Fixed,
        Attempt::AfterClosing => case.phase == Phase::Closed,
        Attempt::StaleReport => matches!(case.phase, Phase::Underway),
        Attempt::Stranger | Attempt::OfficerDecides | Attempt::ApplicantDecides => true,
    }
}
