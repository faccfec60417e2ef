//! What a run would order in each of its cases, and so whether it still fits them: a claim that changed after the run was frozen keeps it
//! from being approved, and is told to everybody who sees the run.

use std::collections::BTreeMap;

use banso_execution::Execution;
use banso_execution::act::PaymentOrdered;
use banso_execution::decide::{Decided, step};
use banso_execution::run::{PaymentRun, RunItem};
use banso_grant::Case;
use banso_kernel::{CaseId, Day, Digest, LocalText};

use crate::OfficeError;

/// A case that a run pays: its receipt number and how it stands.
pub(super) type Paid<'a> = (&'a str, &'a Execution);

/// The transfers of a run, case by case.
pub(super) fn by_case(run: &PaymentRun) -> BTreeMap<CaseId, Vec<RunItem>> {
    let mut cases: BTreeMap<CaseId, Vec<RunItem>> = BTreeMap::new();
    for item in &run.items {
        cases.entry(item.case).or_default().push(*item);
    }
    cases
}

/// A case as a run sees it.
pub(super) fn paid(case: &Case) -> Option<Paid<'_>> {
    case.state.execution().map(|execution| (case.submission.paper.receipt_number.as_str(), execution))
}

fn stale(receipt: &str, ja: &str, en: &str) -> LocalText {
    LocalText::new(
        format!("{receipt}{ja}この支払計画は承認できません。事務局の担当者が計画を取り消して、作り直してください。"),
        format!("{receipt} {en}: the run cannot be approved. An officer has to discard it and plan again."),
    )
}

/// The orders of one case, each following the one before.
///
/// # Errors
/// [`OfficeError::Stale`] for a claim that is not what was frozen any more; refused where the law or the guideline says no.
pub(super) fn orders(
    (receipt, execution): Paid<'_>,
    items: &[RunItem],
    (run, pay_on): (Digest, Day),
    today: Day,
) -> Result<Vec<Decided>, OfficeError> {
    let (mut at, mut orders) = (execution.clone(), Vec::new());
    for item in items {
        let claim = at.claims.get(&item.claim);
        if claim.is_none_or(|c| c.rest() != item.amount || c.account != item.account) {
            let (ja, en) =
                ("の請求（額又は振込先）が、支払計画の確定後に変わりました。", "changed its claim or its account after the run was frozen");
            return Err(OfficeError::Stale(stale(receipt, ja, en)));
        }
        if claim.is_some_and(|c| c.account_of != at.holder) {
            let (ja, en) =
                ("は、支払計画の確定後に承継されました。承継した者の振込先が必要です。", "was succeeded to after the run was frozen");
            return Err(OfficeError::Stale(stale(receipt, ja, en)));
        }
        let act = PaymentOrdered { claim: item.claim, run, pay_on };
        let decided = step(&at, act, today, "").map_err(super::refused)?;
        at = at.apply(&decided.act, today).map_err(super::refused)?;
        orders.push(decided);
    }
    Ok(orders)
}

/// Why a frozen run cannot be approved any more, case by case; empty as long as it fits.
///
/// # Errors
/// Nothing but a fault.
pub(super) fn why_stale<'a>(
    run: &PaymentRun,
    digest: Digest,
    today: Day,
    case: impl Fn(CaseId) -> Option<Paid<'a>>,
) -> Result<Vec<LocalText>, OfficeError> {
    let mut all = Vec::new();
    for (id, items) in by_case(run) {
        let Some(paid) = case(id) else { continue };
        match orders(paid, &items, (digest, run.pay_on), today) {
            Ok(_) => {}
            Err(OfficeError::Stale(why)) => all.push(why),
            Err(OfficeError::Refused(refusal)) => {
                let why = refusal.told().message;
                all.push(stale(paid.0, &format!("：{}", why.ja), &why.en.unwrap_or_default()));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(all)
}
