//! Carries an errand out while the house may die: before a write, in the middle of a transaction, after the commit and before the answer.
//! Whoever did not get an answer presses the same button again, as people do.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, resume_unwind};

use banso_kernel::{CaseId, RequestId};
use futures_util::FutureExt as _;

use crate::claims::Flaw;
use crate::deeds::{Deed, Parties, Stop};
use crate::failure::Why;
use crate::queue::Errand;
use crate::runs::{Cashiers, Planned};
use crate::world::{Deaths, World};

/// What an errand came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Done {
    Done,
    Planned(Option<Planned>),
}

/// How the house dies, if it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Death {
    None,
    /// While somebody looks at the clock for the nth time.
    AtLook(u32),
    /// After the commit, before the answer.
    AfterCommit,
}

/// Most looks at the clock that one errand takes.
const LOOKS: i64 = 7;

impl World {
    fn death(&self, press: u64) -> Death {
        if self.settings.deaths == Deaths::Never {
            return Death::None;
        }
        match self.dice.roll(&format!("death {press}"), 24) {
            0 => Death::AfterCommit,
            1 | 2 => Death::AtLook(u32::try_from(self.dice.between(&format!("look {press}"), 1, LOOKS)).unwrap_or(1)),
            _ => Death::None,
        }
    }

    /// Carries it out; `Err` inside is what the office answered.
    pub(crate) async fn carry(&mut self, errand: &Errand, press: u64) -> Result<Result<Done, Stop>, Why> {
        let death = self.death(press);
        if let Death::AtLook(look) = death {
            self.house.clock.arm(look);
        }
        let mut outcome = AssertUnwindSafe(self.once(errand, press)).catch_unwind().await;
        if self.house.clock.disarm() {
            self.rise().await?;
            outcome = AssertUnwindSafe(self.once(errand, press)).catch_unwind().await;
        } else if death == Death::AfterCommit && matches!(outcome, Ok(Ok(_))) {
            let before = self.house.open()?.store.anchor().await?.position;
            self.rise().await?;
            self.summary.repeated += 1;
            outcome = AssertUnwindSafe(self.once(errand, press)).catch_unwind().await;
            if self.house.open()?.store.anchor().await?.position != before {
                return Err(Why::Doubled);
            }
        }
        outcome.map_or_else(|panic| resume_unwind(panic), Ok)
    }

    /// The house rises again on what is on the disk.
    pub(crate) async fn rise(&mut self) -> Result<(), Why> {
        self.summary.deaths += 1;
        self.house.start().await?;
        Ok(())
    }

    /// The nth granted case with everybody around it.
    pub(crate) fn parties(&self, nth: u32, press: u64) -> Result<Parties<'_>, Why> {
        let missing = || Why::Broken(format!("no case {nth}"));
        let granted = self.granted.get(nth as usize).ok_or_else(missing)?;
        let firm = self.firms.get(granted.firm).ok_or_else(missing)?;
        Ok(Parties {
            office: &self.house.open()?.office,
            staff: &self.staff,
            holder: &firm.speaks,
            case: granted.case,
            firm: firm.nth,
            dice: &self.dice,
            press: self.pressed(press, ""),
            spends: granted.plan.spends(),
            sells: granted.plan.sells(),
        })
    }

    fn pressed(&self, press: u64, which: &str) -> RequestId {
        self.dice.press(&format!("errand {press} {which}"))
    }

    fn cashiers(&self, press: u64, which: &str) -> Result<Cashiers<'_>, Stop> {
        let office = &self.house.open().map_err(|e| Stop::at(&e.to_string()))?.office;
        Ok(Cashiers { office, staff: &self.staff, call: &self.call, press: self.pressed(press, which) })
    }

    async fn once(&self, errand: &Errand, press: u64) -> Result<Done, Stop> {
        let broken = |e: Why| Stop::at(&e.to_string());
        match errand {
            Errand::Deed(nth, deed) => {
                let deed = self.filled_in(*nth, deed);
                self.parties(*nth, press).map_err(broken)?.perform(&deed).await?;
            }
            Errand::Attempt(nth, attempt) => {
                let other = self.granted.len().max(1);
                let stranger = self.granted.get((*nth as usize + 1) % other).and_then(|g| self.firms.get(g.firm));
                let stranger = stranger.ok_or_else(|| Stop::at("no stranger"))?;
                self.parties(*nth, press).map_err(broken)?.attempt(*attempt, &stranger.speaks).await?;
            }
            Errand::PlanRun => return Ok(Done::Planned(self.cashiers(press, "")?.plan(&self.asked).await?)),
            Errand::ApproveRun(run) => self.approve(*run, press).await?,
            Errand::DiscardRun(run) => self.cashiers(press, "")?.discard(*run).await?,
            Errand::SettleRun(run) => {
                let cashiers = self.cashiers(press, "")?;
                let back: BTreeMap<CaseId, bool> = self.coming_back(*run, &cashiers).await?;
                cashiers.settle(*run, &back).await?;
            }
        }
        Ok(Done::Done)
    }

    /// A table with somebody else's invoice needs one that was reported.
    fn filled_in(&self, nth: u32, deed: &Deed) -> Deed {
        if let Deed::Prepare(Some(Flaw::InvoiceElsewhere(None))) = deed {
            let other = self.bills.iter().find(|(of, _)| *of != nth).map(|(_, bill)| bill.clone());
            return Deed::Prepare(other.map(|bill| Flaw::InvoiceElsewhere(Some(bill))));
        }
        deed.clone()
    }

    /// Four eyes: not who planned it, not the same director twice, and as many as the amount asks for.
    async fn approve(&self, run: banso_kernel::Digest, press: u64) -> Result<(), Stop> {
        refused(self.cashiers(press, "own")?.approve_own(run).await, "the plan's own officer approved it")?;
        let cashiers = self.cashiers(press, "first")?;
        cashiers.approve(run, 0).await?;
        if cashiers.approvals_left(run).await? > 0 {
            refused(self.cashiers(press, "again")?.approve(run, 0).await, "one director approved twice")?;
            self.cashiers(press, "second")?.approve(run, 1).await?;
        }
        cashiers.file_is_whole(run).await
    }

    /// Which transfers of a run the bank sends back.
    async fn coming_back(&self, run: banso_kernel::Digest, cashiers: &Cashiers<'_>) -> Result<BTreeMap<CaseId, bool>, Stop> {
        let mut back = BTreeMap::new();
        for case in cashiers.cases(run).await? {
            let seen = cashiers.office.rehearsed(&self.staff.auditor, case).await?;
            let plan = self.granted.iter().find(|g| g.case == case).map(|g| &g.plan);
            back.insert(case, plan.is_some_and(|plan| plan.comes_back(&seen)));
        }
        Ok(back)
    }
}

/// What must be refused.
fn refused(result: Result<(), Stop>, otherwise: &str) -> Result<(), Stop> {
    match result {
        Ok(()) => Err(Stop::at(otherwise)),
        // A fault is no refusal.
        Err(stop) if stop.kind == "fault" || stop.kind == "busy" => Err(stop),
        Err(_) => Ok(()),
    }
}
