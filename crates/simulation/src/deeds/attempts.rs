//! What people try and must not get: each attempt has the answer that it has to be given.

use banso_execution::act::{CommercialisationReported, DisposalRequested};
use banso_execution::decide::close;
use banso_execution::law::{DisposalKind, Disposition};
use banso_kernel::{Digest, FiscalYear, Yen};
use banso_office::execution::{ChangeDecision, ReportOrder, YearForm, year_document};
use banso_permits::Person;

use super::years::made_up_year;
use super::{Parties, REASON, Stop, Who};
use crate::accounts::{account, unspeakable};

/// An attempt at what is not to be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Attempt {
    /// An account that no transfer can name.
    KanjiAccount,
    /// A yen more than is left.
    ClaimTooMuch,
    /// Somebody of another firm speaks for this one.
    Stranger,
    /// The officer does what the director decides.
    OfficerDecides,
    /// The holder approves the own change.
    ApplicantDecides,
    /// The outcome of a year that is not over.
    YearNotOver,
    /// A thing that nobody registered is to be sold.
    GhostAsset,
    /// The file is closed over what is open.
    CloseTooEarly,
    /// A yearly report on a file that is closed.
    AfterClosing,
    /// A report on a draft that was shown before it was changed.
    StaleReport,
}

impl Attempt {
    pub(crate) const UNDERWAY: [Attempt; 4] = [Attempt::Stranger, Attempt::OfficerDecides, Attempt::ApplicantDecides, Attempt::StaleReport];
    pub(crate) const FIXED: [Attempt; 5] =
        [Attempt::KanjiAccount, Attempt::ClaimTooMuch, Attempt::YearNotOver, Attempt::GhostAsset, Attempt::CloseTooEarly];

    /// What has to be answered.
    pub(crate) const fn wanted(self) -> &'static str {
        match self {
            Attempt::KanjiAccount => "holder",
            Attempt::ClaimTooMuch => "amount",
            Attempt::Stranger => "not-found",
            Attempt::OfficerDecides => "forbidden",
            Attempt::ApplicantDecides => "not-found",
            Attempt::YearNotOver => "R415",
            Attempt::AfterClosing => "R401",
            Attempt::GhostAsset => "R406",
            Attempt::CloseTooEarly => "R408",
            Attempt::StaleReport => "stale",
        }
    }
}

impl Parties<'_> {
    /// Tries it. `stranger` speaks for another firm.
    ///
    /// # Errors
    /// The refusal, if all is well.
    pub async fn attempt(&self, attempt: Attempt, stranger: &Person) -> Result<(), Stop> {
        match attempt {
            Attempt::KanjiAccount => {
                let page = self.office.claim_page(self.holder, self.case).await?;
                let amount = page.may_claim.map(|(_, left)| left);
                Ok(self.office.claim_payment(self.holder, self.case, amount, &unspeakable(self.firm), self.press).await?)
            }
            Attempt::ClaimTooMuch => {
                let page = self.office.claim_page(self.holder, self.case).await?;
                let amount = page.may_claim.map(|(_, left)| Yen::new(left.get().saturating_add(1)));
                Ok(self.office.claim_payment(self.holder, self.case, amount, &account(self.firm, 0), self.press).await?)
            }
            Attempt::Stranger => {
                let page = self.office.completion_page(stranger, self.case).await;
                page.map(|_| ()).map_err(Stop::from)
            }
            Attempt::OfficerDecides => self.approve_as(&self.staff.officer).await,
            Attempt::ApplicantDecides => self.approve_as(stranger).await,
            Attempt::YearNotOver | Attempt::AfterClosing => self.year_not_over().await,
            Attempt::GhostAsset => self.ghost_asset().await,
            Attempt::CloseTooEarly => {
                let number = self.letter();
                let checked = vec!["架空".to_owned()];
                self.step(Who::Officer, &[], |execution, today, rules| close(execution, &number, &checked, today, rules)).await
            }
            Attempt::StaleReport => {
                let version = self.office.completion_page(self.holder, self.case).await?.version.saturating_add(7);
                let order = ReportOrder { completed_on: Some(self.today()), explanation: REASON.to_owned(), version, request: self.press };
                Ok(self.office.report_completion(self.holder, self.case, order).await?)
            }
        }
    }

    async fn approve_as(&self, person: &Person) -> Result<(), Stop> {
        let decision = ChangeDecision::Approve { conditions: Vec::new() };
        Ok(self.office.decide_change(person, self.case, 1, decision, self.press).await?)
    }

    async fn year_not_over(&self) -> Result<(), Stop> {
        let seen = self.look().await?.execution;
        let nth = u32::try_from(seen.revenue.len()).unwrap_or_default().saturating_add(1);
        let note = format!("まだ終わらない年度の成果（架空の企業{}）", self.firm);
        let (text, revenue) = year_document(&YearForm { nth, note, sales: Some(Yen::new(1)), ..made_up_year() })?;
        let act = CommercialisationReported {
            nth,
            year_ends: FiscalYear::of(self.today()).last_day().plus_months(12),
            revenue,
            content: Digest::of(text.as_bytes()),
            documents: Vec::new(),
        };
        self.plain(Who::Holder, &[text], act).await
    }

    async fn ghost_asset(&self) -> Result<(), Stop> {
        let disposition = Disposition { kind: DisposalKind::Sale, proceeds: Yen::new(1), through_no_fault: false, temporary: false };
        let act = DisposalRequested {
            request: self.look().await?.execution.next_number(),
            asset: "A-0（登録なし）".to_owned(),
            disposition,
            planned_on: self.today().plus_days(30),
            reason: REASON.to_owned(),
            documents: Vec::new(),
        };
        self.plain(Who::Holder, &[], act).await
    }
}
