//! Cancellation, and what is to come back.

use banso_execution::act::{Cause, Extent};
use banso_execution::law::ChargePart;
use banso_execution::state::Debt;
use banso_kernel::Yen;
use banso_office::execution::{DischargeForm, InstalmentForm, OffsetForm, RevocationForm, WaiverForm};

use super::{Deed, Parties, REASON, Stop};

/// Days in which a holder may answer a notice.
pub(crate) const ANSWER_DAYS: i32 = 14;

/// A part of an amount, one yen at least.
fn part(of: Yen, hundredths: u32) -> Yen {
    Yen::new((of.get().saturating_mul(i64::from(hundredths)) / 100).max(1))
}

impl Parties<'_> {
    #[expect(clippy::wildcard_enum_match_arm, reason = "a part of one table; `perform` names every deed")]
    pub(super) async fn perform_debt(&self, deed: &Deed) -> Result<(), Stop> {
        match deed {
            Deed::Notice => self.notice().await,
            Deed::Answer => {
                let text = format!("弁明書（架空の企業{}、{}）", self.firm, self.today());
                Ok(self.office.answer_revocation(self.holder, self.case, &text, self.press).await?)
            }
            Deed::Drop => Ok(self.office.drop_revocation(&self.staff.director, self.case, REASON, self.press).await?),
            Deed::Revoke(hundredths) => self.revoke(*hundredths).await,
            Deed::OrderRepayment(cause) => self.order(*cause).await,
            Deed::AgreeInstalments => self.agree().await,
            Deed::Repay(hundredths) => self.repay(*hundredths).await,
            Deed::Demand => {
                let today = self.today();
                let (debt, _) = self.debt_where(|d| d.next_due().is_some_and(|due| due < today)).await?;
                let due = Some(today.plus_days(10));
                Ok(self.office.demand(&self.staff.officer, self.case, debt, due, self.press).await?)
            }
            Deed::Waive => self.waive().await,
            Deed::Offset => self.offset().await,
            _ => self.discharge().await,
        }
    }

    async fn notice(&self) -> Result<(), Stop> {
        let reply_due = Some(self.today().plus_days(ANSWER_DAYS));
        let said = ("false_statement", "報告した成果が実際より大きいこと（架空）", reply_due);
        Ok(self.office.notice_revocation(&self.staff.director, self.case, said, self.press).await?)
    }

    async fn revoke(&self, hundredths: u32) -> Result<(), Stop> {
        let entitled = self.look().await?.execution.entitlement();
        let extent = if hundredths >= 100 { Extent::Whole } else { Extent::Part { amount: part(entitled, hundredths) } };
        let clause = "適正化法第17条第1項".to_owned();
        let form = RevocationForm { extent: Some(extent), reason: REASON.to_owned(), clause, request: self.press };
        Ok(self.office.revoke(&self.staff.director, self.case, form).await?)
    }

    /// What was shown is ordered. Ordered before, nothing is shown any more: the press says so.
    async fn order(&self, cause: Cause) -> Result<(), Stop> {
        let page = self.office.repayment_page(&self.staff.director, self.case).await?;
        let shown = page.previews.into_iter().find(|p| p.cause == cause.label());
        let (code, amount) = shown.map(|p| (p.code, p.principal)).unwrap_or_default();
        Ok(self.office.order_repayment(&self.staff.director, self.case, &code, amount, REASON, self.press).await?)
    }

    /// The newest debt that is not settled, and the number of it.
    async fn debt(&self) -> Result<(u32, Debt), Stop> {
        self.debt_where(|_| true).await
    }

    /// The same among those that are wanted, where there is one.
    async fn debt_where(&self, wanted: impl Fn(&Debt) -> bool) -> Result<(u32, Debt), Stop> {
        let (debts, today) = (self.look().await?.execution.debts, self.today());
        let is_open = |debt: &Debt| debt.discharged.is_none() && debt.open(today).is_ok_and(|open| open > Yen::ZERO);
        let fits = debts.iter().rev().find(|(_, d)| is_open(d) && wanted(d));
        let found = fits.or_else(|| debts.iter().rev().find(|(_, d)| is_open(d))).or_else(|| debts.iter().next_back());
        found.map(|(number, debt)| (*number, debt.clone())).ok_or_else(|| Stop::at("no debt"))
    }

    /// Two instalments, the first a month from now.
    async fn agree(&self) -> Result<(), Stop> {
        let ((debt, _), first) = (self.debt().await?, Some(self.today().plus_days(30)));
        let form = InstalmentForm { first, count: Some(2), reason: REASON.to_owned(), request: self.press };
        Ok(self.office.agree_instalments(&self.staff.director, self.case, debt, form).await?)
    }

    async fn repay(&self, hundredths: u32) -> Result<(), Stop> {
        let (debt, seen) = self.debt().await?;
        let open = seen.open(self.today()).map_err(|e| Stop::at(e.code()))?;
        let amount = if hundredths >= 100 { open } else { part(open, hundredths) };
        let came_in = (Some(self.today()), Some(amount));
        Ok(self.office.receive_repayment(&self.staff.officer, self.case, debt, came_in, self.press).await?)
    }

    async fn waive(&self) -> Result<(), Stop> {
        let today = self.today();
        let bears = |d: &Debt| d.statement(today).is_ok_and(|s| s.surcharge_open().is_ok_and(|open| open > Yen::ZERO));
        let (debt, seen) = self.debt_where(bears).await?;
        let open = seen.statement(today).and_then(|s| Ok(s.surcharge_open()?)).map_err(|e| Stop::at(e.code()))?;
        let (of, amount) = (Some(ChargePart::Surcharge), Some(part(open, 40)));
        let form = WaiverForm { of, amount, reason: REASON.to_owned(), request: self.press };
        Ok(self.office.waive_charge(&self.staff.director, self.case, debt, form).await?)
    }

    async fn offset(&self) -> Result<(), Stop> {
        let (debt, seen) = self.debt().await?;
        let open = seen.open(self.today()).map_err(|e| Stop::at(e.code()))?;
        let (on, amount) = (Some(self.today()), Some(part(open, 20)));
        let form = OffsetForm { on, amount, against: "架空の別の交付決定".to_owned(), request: self.press };
        Ok(self.office.offset(&self.staff.director, self.case, debt, form).await?)
    }

    async fn discharge(&self) -> Result<(), Stop> {
        let (debt, seen) = self.debt().await?;
        let shown = Some(seen.open(self.today()).map_err(|e| Stop::at(e.code()))?);
        let (reason, clause) = ("破産手続の終結（架空）".to_owned(), "債権管理の規程（架空）".to_owned());
        let form = DischargeForm { shown, reason, clause, request: self.press };
        Ok(self.office.discharge_debt(&self.staff.director, self.case, debt, form).await?)
    }
}
