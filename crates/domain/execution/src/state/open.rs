//! What is still open in a case: nothing may be when its file is closed.

use banso_kernel::{Day, Yen};

use super::Execution;
use crate::refusal::ExecutionRefusal as Refusal;

banso_kernel::coded! {
    /// What kind of thing is open.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
    pub enum OpenKind {
        PlanChange = "plan_change", "承認待ちの計画変更", "change of plan awaiting approval";
        Discontinuation = "discontinuation", "承認待ちの中止・廃止", "discontinuation awaiting approval";
        Incident = "incident", "指示待ちの事故報告", "incident awaiting an instruction";
        Performance = "performance", "遂行命令への対応", "order to perform to be followed";
        Correction = "correction", "実績報告の補正・是正", "completion report to be corrected";
        Hearing = "hearing", "取消しの手続", "cancellation under way";
        Claim = "claim", "未処理の支払請求", "claim for payment not settled";
        Unpaid = "unpaid", "未払の確定額", "fixed amount not paid yet";
        Excess = "excess", "返還を命じていない過払い", "overpayment not ordered back";
        Debt = "debt", "未収の債権", "debt not settled";
        Assessment = "assessment", "未認定の報告", "report not assessed";
        UnorderedPayback = "unordered_payback", "納付を命じていない額", "amount established and not ordered";
        Disposal = "disposal", "処理中の財産処分", "disposal under way";
        Report = "report", "未提出の報告", "report not handed in";
        RestrictedAsset = "restricted_asset", "処分制限財産", "asset under restriction";
    }
}

/// One open thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenItem {
    pub kind: OpenKind,
    /// Its number or label.
    pub what: String,
    pub due: Option<Day>,
    pub amount: Option<Yen>,
}

fn item(kind: OpenKind, what: impl ToString, due: Option<Day>, amount: Option<Yen>) -> OpenItem {
    OpenItem { kind, what: what.to_string(), due, amount }
}

impl Execution {
    /// Everything that is open on a day, in the order of the steps.
    ///
    /// # Errors
    /// Sums that are too large.
    pub fn open_items(&self, on: Day) -> Result<Vec<OpenItem>, Refusal> {
        let mut items = Vec::new();
        items.extend(self.plan_change.iter().map(|p| item(OpenKind::PlanChange, p.request, None, None)));
        items.extend(self.discontinuation.iter().map(|d| item(OpenKind::Discontinuation, d.request, None, None)));
        items.extend(self.incidents.iter().map(|i| item(OpenKind::Incident, i, None, None)));
        if self.fixed.is_none() && self.decided > Yen::ZERO {
            items.extend(self.performance_due.map(|due| item(OpenKind::Performance, "", Some(due), None)));
        }
        let correction = self.completion.as_ref().and_then(|c| c.due);
        items.extend(correction.map(|due| item(OpenKind::Correction, "", Some(due), None)));
        items.extend(self.hearing.iter().map(|h| item(OpenKind::Hearing, "", Some(h.reply_due), None)));
        for (number, claim) in self.claims.iter().filter(|(_, c)| c.is_open()) {
            items.push(item(OpenKind::Claim, number, None, Some(claim.rest())));
        }
        self.open_money(on, &mut items)?;
        for (number, disposal) in self.disposals.iter().filter(|(_, d)| d.is_open()) {
            items.push(item(OpenKind::Disposal, number, Some(disposal.planned_on), None));
        }
        for asset in self.assets.values().filter(|a| a.gone_on.is_none()) {
            let ends = asset.asset.acquired.plus_months(i32::try_from(asset.asset.life_years.saturating_mul(12)).unwrap_or(i32::MAX));
            if on < ends {
                items.push(item(OpenKind::RestrictedAsset, &asset.asset.id, Some(ends), None));
            }
        }
        Ok(items)
    }

    /// The next day on which somebody has to act, by what the acts say.
    #[must_use]
    pub fn next_due(&self) -> Option<Day> {
        let correction = self.completion.as_ref().and_then(|c| c.due);
        let answer = self.hearing.as_ref().map(|h| h.reply_due);
        let debts = self.debts.values().filter(|d| d.discharged.is_none()).filter_map(super::Debt::next_due);
        let performance = self.performance_due.filter(|_| self.completion.is_none());
        debts.chain(correction).chain(answer).chain(performance).min()
    }

    fn open_money(&self, on: Day, items: &mut Vec<OpenItem>) -> Result<(), Refusal> {
        let excess = self.excess_to_order()?;
        if excess > Yen::ZERO {
            items.push(item(OpenKind::Excess, "", None, Some(excess)));
        }
        let unpaid = self.entitlement().checked_sub(self.claimed()?)?;
        if self.fixed.is_some() && unpaid > Yen::ZERO {
            items.push(item(OpenKind::Unpaid, "", None, Some(unpaid)));
        }
        for debt in self.debts.values() {
            let open = debt.open(on)?;
            if open > Yen::ZERO {
                items.push(item(OpenKind::Debt, &debt.number, debt.next_due(), Some(open)));
            }
        }
        for (nth, _) in self.revenue.iter().chain(&self.wages).filter(|(_, r)| r.assessed.is_none()) {
            items.push(item(OpenKind::Assessment, nth, None, None));
        }
        for cause in self.causes() {
            // Never more than is left of what was paid: beyond it nothing can be ordered.
            let left = self.orderable(cause)?.min(self.returnable()?);
            if left > Yen::ZERO {
                items.push(item(OpenKind::UnorderedPayback, cause.label().ja, None, Some(left)));
            }
        }
        Ok(())
    }

    /// Causes established besides cancellation and fixing. A collateral is paid for only when it is enforced.
    fn causes(&self) -> Vec<crate::act::Cause> {
        use crate::act::Cause;
        let mut causes: Vec<Cause> = self.input_tax.iter().map(|_| Cause::InputTax).collect();
        causes.extend(self.revenue.iter().filter(|(_, r)| r.assessed.is_some()).map(|(nth, _)| Cause::Revenue { nth: *nth }));
        causes.extend(self.wages.iter().filter(|(_, r)| r.assessed.is_some()).map(|(nth, _)| Cause::Wage { nth: *nth }));
        let pays = |d: &super::Disposal| matches!(d.outcome(), Some(crate::law::DisposalOutcome::Repay(_)));
        causes.extend(self.disposals.iter().filter(|(_, d)| pays(d)).map(|(n, _)| Cause::Disposal { request: *n }));
        causes
    }
}
