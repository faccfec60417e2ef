//! Cancellation, and what is to come back.

use banso_execution::act::{
    Cause, ChargeWaived, DebtDischarged, Demanded, Extent, Ground, InstalmentsAgreed, OffsetMade, RepaymentReceived, RevocationAnswered,
    RevocationDropped, RevocationNoticed, Revoked,
};
use banso_execution::decide::{RepaymentOrder, order_repayment};
use banso_execution::law::{ChargePart, Flow};
use banso_execution::state::Debt;
use banso_kernel::{Digest, Yen};

use super::{Deed, Parties, REASON, Stop, Who};

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
                let act = RevocationAnswered { statement: Digest::of(text.as_bytes()), documents: Vec::new() };
                self.plain(Who::Holder, &[text], act).await
            }
            Deed::Drop => self.plain(Who::Director, &[], RevocationDropped { reason: REASON.to_owned() }).await,
            Deed::Revoke(hundredths) => self.revoke(*hundredths).await,
            Deed::OrderRepayment(cause) => self.order(*cause).await,
            Deed::AgreeInstalments => self.agree().await,
            Deed::Repay(hundredths) => self.repay(*hundredths).await,
            Deed::Demand => {
                let (debt, _) = self.debt().await?;
                self.plain(Who::Officer, &[], Demanded { debt, number: self.letter(), due: self.today().plus_days(10) }).await
            }
            Deed::Waive => self.waive().await,
            Deed::Offset => self.offset().await,
            _ => self.discharge().await,
        }
    }

    async fn notice(&self) -> Result<(), Stop> {
        let act = RevocationNoticed {
            ground: Ground::FalseStatement,
            facts: "報告した成果が実際より大きいこと（架空）".to_owned(),
            reply_due: self.today().plus_days(ANSWER_DAYS),
        };
        self.plain(Who::Director, &[], act).await
    }

    async fn revoke(&self, hundredths: u32) -> Result<(), Stop> {
        let seen = self.look().await?.execution;
        let extent = if hundredths >= 100 { Extent::Whole } else { Extent::Part { amount: part(seen.entitlement(), hundredths) } };
        let act = Revoked {
            number: self.letter(),
            ground: seen.hearing.map_or(Ground::Breach, |h| h.ground),
            extent,
            reason: REASON.to_owned(),
            clause: "適正化法第17条第1項".to_owned(),
        };
        self.plain(Who::Director, &[], act).await
    }

    async fn order(&self, cause: Cause) -> Result<(), Stop> {
        let number = self.letter();
        self.step(Who::Director, &[], |execution, today, rules| {
            let clause = rules.repayment_due.clause.clone();
            order_repayment(execution, &RepaymentOrder { cause, number, reason: REASON.to_owned(), clause }, today, rules)
        })
        .await
    }

    /// The newest debt that is not settled, and the number of it.
    async fn debt(&self) -> Result<(u32, Debt), Stop> {
        let (debts, today) = (self.look().await?.execution.debts, self.today());
        let is_open = |debt: &Debt| debt.discharged.is_none() && debt.open(today).is_ok_and(|open| open > Yen::ZERO);
        let found = debts.iter().rev().find(|(_, d)| is_open(d)).or_else(|| debts.iter().next_back());
        found.map(|(number, debt)| (*number, debt.clone())).ok_or_else(|| Stop::at("no debt"))
    }

    /// Two halves, a month and two months from now.
    async fn agree(&self) -> Result<(), Stop> {
        let (debt, seen) = self.debt().await?;
        let open = seen.statement(self.today()).and_then(|s| Ok(s.principal_open()?)).map_err(|e| Stop::at(e.code()))?;
        let (first, today) = (part(open, 50), self.today());
        let rest = Yen::new(open.get().saturating_sub(first.get()));
        let due = [(30, first), (60, rest)].into_iter().filter(|(_, yen)| *yen > Yen::ZERO);
        let due = due.map(|(days, yen)| Flow::new(today.plus_days(days), yen)).collect();
        self.plain(Who::Director, &[], InstalmentsAgreed { debt, due, reason: REASON.to_owned() }).await
    }

    async fn repay(&self, hundredths: u32) -> Result<(), Stop> {
        let (debt, seen) = self.debt().await?;
        let open = seen.open(self.today()).map_err(|e| Stop::at(e.code()))?;
        let amount = if hundredths >= 100 { open } else { part(open, hundredths) };
        self.plain(Who::Officer, &[], RepaymentReceived { debt, on: self.today(), amount }).await
    }

    async fn waive(&self) -> Result<(), Stop> {
        let (debt, seen) = self.debt().await?;
        let open = seen.statement(self.today()).and_then(|s| Ok(s.surcharge_open()?)).map_err(|e| Stop::at(e.code()))?;
        let act = ChargeWaived { debt, of: ChargePart::Surcharge, amount: part(open, 40), reason: REASON.to_owned() };
        self.plain(Who::Director, &[], act).await
    }

    async fn offset(&self) -> Result<(), Stop> {
        let (debt, seen) = self.debt().await?;
        let open = seen.open(self.today()).map_err(|e| Stop::at(e.code()))?;
        let act = OffsetMade { debt, on: self.today(), amount: part(open, 20), against: "架空の別の交付決定".to_owned() };
        self.plain(Who::Director, &[], act).await
    }

    async fn discharge(&self) -> Result<(), Stop> {
        let (debt, seen) = self.debt().await?;
        let amount = seen.open(self.today()).map_err(|e| Stop::at(e.code()))?;
        let act = DebtDischarged {
            debt, amount, reason: "破産手続の終結（架空）".to_owned(), clause: "債権管理の規程（架空）".to_owned()
        };
        self.plain(Who::Director, &[], act).await
    }
}
