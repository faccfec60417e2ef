//! The years after the amount is fixed, at the office's desk: assessments, disposals, assets, succession, closing.

pub(crate) mod assess;
pub(crate) mod closing;
pub(crate) mod disposal;
pub(crate) mod succession;

use banso_execution::duties::DutyKind;
use banso_execution::state::OpenKind;
use banso_kernel::CaseId;
use banso_office::execution::Settled;

use super::project_path;

/// Where the office sees to a duty of the holder's.
pub(crate) fn duty_path(case: CaseId, kind: DutyKind) -> String {
    let project = project_path(case);
    match kind {
        DutyKind::Census => format!("{project}/assets"),
        DutyKind::Progress
        | DutyKind::Performance
        | DutyKind::Completion
        | DutyKind::Correction
        | DutyKind::InputTax
        | DutyKind::Commercialisation
        | DutyKind::Wage
        | DutyKind::Answer => format!("{project}#due"),
        DutyKind::Repayment => format!("{project}/debts"),
    }
}

/// Where something that is open is settled.
pub(crate) fn settled_at(case: CaseId, settled: &Settled) -> String {
    let project = project_path(case);
    match settled {
        Settled::Assessment(kind, nth) => format!("{project}/{}/{nth}", kind.code()),
        Settled::Disposal(request) => format!("{project}/disposals/{request}"),
        Settled::Duty(kind) => duty_path(case, *kind),
        Settled::Payback(_) => format!("{project}/repayment"),
        Settled::Open(kind) => match kind {
            OpenKind::PlanChange => format!("{project}#change"),
            OpenKind::Claim | OpenKind::Unpaid => format!("{project}#claims"),
            OpenKind::Correction => format!("{project}/inspection"),
            OpenKind::Excess | OpenKind::UnorderedPayback => format!("{project}/repayment"),
            OpenKind::Debt => format!("{project}/debts"),
            OpenKind::Hearing => format!("{project}/revocation"),
            OpenKind::Discontinuation
            | OpenKind::Incident
            | OpenKind::Performance
            | OpenKind::Assessment
            | OpenKind::Disposal
            | OpenKind::Report
            | OpenKind::RestrictedAsset => format!("{project}#open"),
        },
    }
}
