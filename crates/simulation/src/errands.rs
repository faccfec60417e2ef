//! What an errand's answer means: the next errands, or a failure.

use banso_kernel::{CaseId, ClosedDays, Day, Digest};
use banso_office::RehearsedCase;

use crate::carry::Done;
use crate::claims::Spending;
use crate::deeds::{Attempt, Deed, Stop};
use crate::failure::Why;
use crate::queue::Errand;
use crate::ready::{is_ready, may_try};
use crate::world::World;

impl World {
    /// Does one errand of a day.
    pub(crate) async fn errand(&mut self, errand: Errand, today: Day) -> Result<(), Why> {
        self.presses += 1;
        let press = self.presses;
        self.set_clock(today, press);
        match &errand {
            Errand::Deed(nth, deed) => self.deed(*nth, deed, press, today).await,
            Errand::Attempt(nth, attempt) => self.attempt(*nth, *attempt, press).await,
            Errand::PlanRun => self.plan_run(&errand, press, today).await,
            Errand::ApproveRun(run) => self.approve_run(*run, &errand, press, today).await,
            Errand::DiscardRun(_) => {
                self.must(&errand, press).await?;
                self.queue.put(today.plus_open_days(1, ClosedDays::Bank), Errand::PlanRun);
                Ok(())
            }
            Errand::SettleRun(run) => self.settle_run(*run, &errand, press, today).await,
        }
    }

    /// Carries out what has to be possible.
    async fn must(&mut self, errand: &Errand, press: u64) -> Result<Done, Why> {
        self.carry(errand, press).await?.map_err(|stop| unexpected("done", stop))
    }

    async fn seen(&self, nth: u32) -> Result<RehearsedCase, Why> {
        Ok(self.parties(nth, 0)?.look().await?)
    }

    async fn deed(&mut self, nth: u32, deed: &Deed, press: u64, today: Day) -> Result<(), Why> {
        if *deed != Deed::Decide && !is_ready(deed, &self.seen(nth).await?.execution, today) {
            self.summary.overtaken += 1;
            return Ok(());
        }
        let errand = Errand::Deed(nth, deed.clone());
        let plan = self.plan(nth)?;
        let wanted = plan.finds(deed, self.prepared.get(&nth));
        self.moved.insert(nth);
        match (self.carry(&errand, press).await?, wanted) {
            (Ok(_), None) => self.done(nth, deed, today).await,
            (Ok(_), Some(wanted)) => Err(unexpected(wanted, Stop::at("done"))),
            (Err(stop), Some(wanted)) if stop.kind.split(' ').any(|kind| kind == wanted) => {
                self.refused(wanted);
                Ok(())
            }
            (Err(stop), None) if *deed == Deed::Close && stop.kind == "R408" => {
                self.refused("R408");
                let seen = self.seen(nth).await?;
                self.put_all(plan.still_open(&seen, today));
                Ok(())
            }
            (Err(stop), wanted) => Err(unexpected(wanted.unwrap_or("done"), stop)),
        }
    }

    async fn done(&mut self, nth: u32, deed: &Deed, today: Day) -> Result<(), Why> {
        let (plan, seen) = (self.plan(nth)?, self.seen(nth).await?);
        if let Deed::Prepare(flaw) = deed {
            match self.flaw_of(nth, flaw.as_ref()) {
                Some(flaw) => self.prepared.insert(nth, flaw),
                None => self.prepared.remove(&nth),
            };
        }
        if *deed == Deed::Report {
            let firm = self.firm_of(nth)?;
            let spending = Spending { execution: &seen.execution, firm, hundredths: plan.spends(), flaw: None };
            if let Some(bill) = spending.bill().filter(|_| !self.bills.iter().any(|(of, _)| *of == nth)) {
                self.bills.push((nth, bill));
            }
        }
        self.put_all(plan.after(deed, &seen, today));
        Ok(())
    }

    async fn attempt(&mut self, nth: u32, attempt: Attempt, press: u64) -> Result<(), Why> {
        if !may_try(attempt, &self.seen(nth).await?.execution) {
            self.summary.overtaken += 1;
            return Ok(());
        }
        self.moved.insert(nth);
        match self.carry(&Errand::Attempt(nth, attempt), press).await? {
            Err(stop) if stop.kind == attempt.wanted() => {
                self.refused(attempt.wanted());
                Ok(())
            }
            Err(stop) => Err(unexpected(attempt.wanted(), stop)),
            Ok(_) => Err(unexpected(attempt.wanted(), Stop::at("done"))),
        }
    }

    async fn plan_run(&mut self, errand: &Errand, press: u64, today: Day) -> Result<(), Why> {
        let Done::Planned(Some(planned)) = self.must(errand, press).await? else { return Ok(()) };
        self.summary.held += planned.held.len() as u64;
        // Somebody calls the holders whose account is new; next time it is known.
        self.asked.extend(planned.held);
        let next = today.plus_open_days(1, ClosedDays::Bank);
        let discard = self.dice.one_in(&format!("discard {press}"), 7);
        self.queue.put(next, if discard { Errand::DiscardRun(planned.run) } else { Errand::ApproveRun(planned.run) });
        Ok(())
    }

    async fn approve_run(&mut self, run: Digest, errand: &Errand, press: u64, today: Day) -> Result<(), Why> {
        match self.carry(errand, press).await? {
            Ok(_) => self.refused("four-eyes"),
            // A claim was changed, given back or is more than is left since the run was frozen: it is discarded and planned anew.
            Err(stop) if ["stale", "R403", "R437"].contains(&stop.kind.as_str()) => {
                self.refused(&stop.kind);
                self.queue.put(today.plus_open_days(1, ClosedDays::Bank), Errand::DiscardRun(run));
                return Ok(());
            }
            Err(stop) => return Err(unexpected("done", stop)),
        }
        self.moved_by(run).await?;
        self.queue.put(today.plus_open_days(3, ClosedDays::Bank), Errand::SettleRun(run));
        Ok(())
    }

    async fn settle_run(&mut self, run: Digest, errand: &Errand, press: u64, today: Day) -> Result<(), Why> {
        self.must(errand, press).await?;
        for nth in self.moved_by(run).await? {
            let seen = self.seen(nth).await?;
            let last = seen.acts.iter().rev().map(|(act, _)| act.kind()).find(|k| ["payment_made", "transfer_returned"].contains(k));
            let next = self.plan(nth)?.paid(last == Some("payment_made"), &seen, today);
            self.put_all(next);
        }
        Ok(())
    }

    /// The cases of a run.
    async fn moved_by(&mut self, run: Digest) -> Result<Vec<u32>, Why> {
        let office = &self.house.open()?.office;
        let page = office.run_page(&self.staff.officer, &self.call, run).await?;
        let cases: Vec<CaseId> = page.transfers.iter().map(|t| t.item.case).collect();
        let numbers: Vec<u32> = (0..).zip(&self.granted).filter(|(_, g)| cases.contains(&g.case)).map(|(nth, _)| nth).collect();
        self.moved.extend(numbers.iter().copied());
        Ok(numbers)
    }

    fn refused(&mut self, code: &str) {
        *self.summary.refused.entry(code.to_owned()).or_default() += 1;
    }

    fn put_all(&mut self, errands: Vec<(Day, Errand)>) {
        for (on, errand) in errands {
            self.queue.put(on, errand);
        }
    }
}

fn unexpected(wanted: &str, got: Stop) -> Why {
    Why::Answer { wanted: wanted.to_owned(), got: got.kind, said: got.said }
}
