//! Inspection, fixing, claims.

use banso_execution::state::ClaimState;
use banso_kernel::Yen;
use banso_office::execution::{CHECKS, InspectionForm, JudgedLine};

use super::{Parties, REASON, Stop};
use crate::accounts::account;

impl Parties<'_> {
    /// On site; in one of three cases a part of the first line is cut.
    pub(super) async fn inspect(&self) -> Result<(), Stop> {
        let page = self.office.inspection_page(&self.staff.officer, self.case).await?;
        let cuts = self.dice.one_in(&format!("cut {}", self.firm), 3);
        let clause = page.clauses.first().map(|(id, _)| id.clone()).unwrap_or_default();
        let judged = page.lines.iter().enumerate().map(|(n, line)| {
            let cut = if cuts && n == 0 { Yen::new(line.report.line.claimed.get() / 10) } else { Yen::ZERO };
            let reason = if cut > Yen::ZERO { "汎用品のため（架空）".to_owned() } else { String::new() };
            JudgedLine { line: line.report.line.id.clone(), cut, reason, clause: clause.clone() }
        });
        let form = InspectionForm {
            judged: judged.collect(),
            claims: page.claims.ok_or_else(|| Stop::at("no report"))?,
            checks: CHECKS.iter().map(|(code, ..)| (*code).to_owned()).collect(),
            on_site: true,
            note: String::new(),
            request: self.press,
        };
        Ok(self.office.inspect(&self.staff.officer, self.case, form).await?)
    }

    pub(super) async fn fix(&self) -> Result<(), Stop> {
        // A press that was answered before finds nothing to fix any more.
        let shown = match self.office.fixing_page(&self.staff.director, self.case).await {
            Ok(page) => page.amount,
            Err(error) => self.look().await?.execution.fixed.map(|f| f.amount).ok_or(error)?,
        };
        Ok(self.office.fix_amount(&self.staff.director, self.case, shown, self.press).await?)
    }

    /// Claims all that may be claimed now.
    pub(super) async fn claim(&self) -> Result<(), Stop> {
        let page = self.office.claim_page(self.holder, self.case).await?;
        let amount = page.may_claim.map(|(_, left)| left);
        Ok(self.office.claim_payment(self.holder, self.case, amount, &account(self.firm, 0), self.press).await?)
    }

    /// The newest claim that is not on its way.
    pub(super) async fn open_claim(&self) -> Result<u32, Stop> {
        let claims = self.look().await?.execution.claims;
        let open = claims.iter().rev().find(|(_, c)| matches!(c.state, ClaimState::Claimed | ClaimState::CameBack { .. }));
        Ok(open.or(claims.iter().next_back()).map_or(0, |(number, _)| *number))
    }

    pub(super) async fn refuse_claim(&self) -> Result<(), Stop> {
        let claim = self.open_claim().await?;
        Ok(self.office.refuse_payment(&self.staff.officer, self.case, claim, REASON, self.press).await?)
    }

    pub(super) async fn change_account(&self, nth: u32) -> Result<(), Stop> {
        let claim = self.open_claim().await?;
        let account = account(self.firm, nth);
        Ok(self.office.change_account(self.holder, self.case, claim, &account, REASON, self.press).await?)
    }
}
