//! The simulated world: opened, played day by day, looked through after each, closed with a summary.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use banso_execution::ExecutionPhase;
use banso_execution::figures::{CountedBy, Figures, figures_as_of};
use banso_kernel::{CallId, CaseId, ClosedDays, Day, Digest};
use futures_util::FutureExt as _;

use crate::cast::{self, Firm, Staff};
use crate::claims::{Bill, Flaw};
use crate::clock::WorldClock;
use crate::deeds::Deed;
use crate::dice::Dice;
use crate::failure::{Failure, Why};
use crate::house::{Blueprint, House};
use crate::invariants;
use crate::plan::{Plan, next_run};
use crate::queue::{Errand, Queue};
use crate::round;
use crate::summary::Summary;

/// Whether the house dies now and then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Deaths {
    #[default]
    Often,
    Never,
}

/// What is simulated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    pub seed: u64,
    pub years: u32,
    /// How many cases are granted; a sixth as many again apply in vain.
    pub cases: u32,
    pub deaths: Deaths,
    /// Days with events between two looks through the whole ledger; 1 is after every one.
    pub verify_every: u32,
}

/// A granted case.
#[derive(Debug, Clone)]
pub(crate) struct Granted {
    pub(crate) case: CaseId,
    /// Its place among the firms.
    pub(crate) firm: usize,
    pub(crate) plan: Plan,
}

/// Everything there is.
pub(crate) struct World {
    pub(crate) settings: Settings,
    pub(crate) dice: Dice,
    pub(crate) house: House,
    pub(crate) call: CallId,
    pub(crate) staff: Staff,
    pub(crate) firms: Vec<Firm>,
    pub(crate) granted: Vec<Granted>,
    pub(crate) queue: Queue,
    /// The flaw of the table that a case has prepared.
    pub(crate) prepared: BTreeMap<u32, Flaw>,
    /// Invoices that were reported, with the case.
    pub(crate) bills: Vec<(u32, Bill)>,
    /// Accounts that somebody asked the holder about.
    pub(crate) asked: Vec<Digest>,
    /// Buttons pressed so far.
    pub(crate) presses: u64,
    /// Cases that moved today.
    pub(crate) moved: BTreeSet<u32>,
    pub(crate) summary: Summary,
    today: Option<Day>,
    at: Option<(u32, String)>,
}

/// The day on which the call is published: simulated time begins.
pub(crate) fn begins() -> Day {
    Day::parse("2025-04-01").unwrap_or_else(|_| banso_kernel::Instant::new(Default::default()).day())
}

/// Simulates. `progress` is told the day and how much has happened, once a simulated month.
///
/// # Errors
/// What does not hold, with everything that is needed to play it again.
pub async fn simulate(
    blueprint: Blueprint,
    settings: Settings,
    progress: &mut (dyn FnMut(Day, &Summary) + Send),
) -> Result<Summary, Failure> {
    let Settings { seed, years, cases, .. } = settings;
    let clock = Arc::new(WorldClock::at(round::at(begins(), 9 * 3600)));
    let mut house = House::new(blueprint, clock);
    let call = match house.start().await {
        Ok(call) => call,
        Err(why) => return Err(Failure { seed, years, cases, day: None, at: None, why }),
    };
    let mut world = World::new(house, call, settings);
    let played = world.play(progress).await;
    world.house.close().await;
    match played {
        Ok(()) => Ok(world.summary),
        Err(why) => Err(Failure { seed, years, cases, day: world.today, at: world.at, why }),
    }
}

impl World {
    fn new(house: House, call: CallId, settings: Settings) -> Self {
        let dice = Dice::new(settings.seed);
        let plans: Vec<Plan> = (0..settings.cases).map(|nth| Plan::new(&dice, nth)).collect();
        let applied = settings.cases + settings.cases / 6;
        // Every seventh application is a weak one.
        let mut plans_left = plans.iter();
        let firms = (0..applied)
            .map(|nth| {
                let weak = nth % 7 == 6;
                let plan = if weak { None } else { plans_left.next() };
                Firm::new(&dice, nth, plan.is_some_and(|p| p.two_years), plan.is_some())
            })
            .collect();
        World {
            staff: Staff::new(&dice),
            summary: Summary::begin(settings.seed, settings.years, applied, begins()),
            house,
            settings,
            dice,
            firms,
            call,
            granted: Vec::new(),
            queue: Queue::default(),
            prepared: BTreeMap::new(),
            bills: Vec::new(),
            asked: Vec::new(),
            presses: 0,
            moved: BTreeSet::new(),
            today: None,
            at: None,
        }
    }

    pub(crate) fn plan(&self, nth: u32) -> Result<Plan, Why> {
        self.granted.get(nth as usize).map(|g| g.plan.clone()).ok_or_else(|| Why::Broken(format!("no case {nth}")))
    }

    pub(crate) fn firm_of(&self, nth: u32) -> Result<u32, Why> {
        let firm = self.granted.get(nth as usize).and_then(|g| self.firms.get(g.firm));
        firm.map(|f| f.nth).ok_or_else(|| Why::Broken(format!("no case {nth}")))
    }

    /// The flaw as it went into the table: nothing, where somebody else's invoice was wanted and nobody had reported.
    pub(crate) fn flaw_of(&self, nth: u32, flaw: Option<&Flaw>) -> Option<Flaw> {
        let unknown = flaw == Some(&Flaw::InvoiceElsewhere(None)) && !self.bills.iter().any(|(of, _)| *of != nth);
        flaw.filter(|_| !unknown).cloned()
    }

    /// The hour of an errand; now and then the clock is ahead, or was put back.
    pub(crate) fn set_clock(&mut self, today: Day, press: u64) {
        let minute = i64::try_from(press % 500).unwrap_or_default();
        let hours = match self.dice.roll(&format!("jump {press}"), 40) {
            0 => self.dice.between(&format!("ahead {press}"), 1, 20),
            1 => -self.dice.between(&format!("back {press}"), 1, 6),
            _ => 0,
        };
        self.summary.jumps += u64::from(hours != 0);
        self.house.clock.set(round::at(today, 9 * 3600 + minute * 60 + hours * 3600));
    }

    async fn play(&mut self, progress: &mut (dyn FnMut(Day, &Summary) + Send)) -> Result<(), Why> {
        self.open().await?;
        let ends = begins().plus_months(i32::try_from(self.settings.years).unwrap_or(7).saturating_mul(12));
        let mut month = None;
        while let Some((today, errands)) = self.queue.next_day() {
            if today > ends {
                break;
            }
            self.today = Some(today);
            self.day(today, errands).await?;
            let this = (today.year(), today.date().month());
            if month.replace(this) != Some(this) {
                progress(today, &self.summary);
            }
        }
        self.at = None;
        self.end().await
    }

    /// The call, its firms, and everybody who asks for a grant.
    async fn open(&mut self) -> Result<(), Why> {
        let store = self.house.open()?.store.clone();
        // The guideline is one act; whatever else is there was there before.
        if store.anchor().await?.position > 1 {
            return Err(Why::NotEmpty);
        }
        store.commit(cast::entering(&self.staff, &self.firms)).await?;
        drop(store);
        let open = self.house.open()?;
        let everybody = (&self.staff, self.firms.as_slice());
        let cases = round::play(&open.office, &self.house.clock, &self.dice, everybody, &self.call).await?;
        let now = self.house.clock_day();
        let chosen = cases.iter().enumerate().filter(|(firm, _)| self.firms.get(*firm).is_some_and(|f| f.passes));
        for (nth, (firm, case)) in (0..).zip(chosen) {
            let plan = Plan::new(&self.dice, nth);
            let day = now.plus_days(self.dice.days(&format!("decided {nth}"), 8, 40)).or_next_open(ClosedDays::Office);
            self.queue.put(day, Errand::Deed(nth, Deed::Decide));
            self.granted.push(Granted { case: *case, firm, plan });
        }
        let ends = begins().plus_months(i32::try_from(self.settings.years).unwrap_or(7).saturating_mul(12));
        let mut run = next_run(now);
        while run <= ends {
            self.queue.put(run, Errand::PlanRun);
            run = next_run(run);
        }
        self.work().await
    }

    /// A day: its errands, the work that follows from them, and a look at everything that moved.
    async fn day(&mut self, today: Day, errands: impl IntoIterator<Item = Errand>) -> Result<(), Why> {
        self.moved.clear();
        for errand in errands {
            self.at = match &errand {
                Errand::Deed(nth, deed) => Some((*nth, format!("{deed:?}"))),
                Errand::Attempt(nth, attempt) => Some((*nth, format!("{attempt:?}"))),
                Errand::PlanRun | Errand::ApproveRun(_) | Errand::DiscardRun(_) | Errand::SettleRun(_) => Some((0, format!("{errand:?}"))),
            };
            self.errand(errand, today).await?;
        }
        self.house.clock.set(round::at(today, 23 * 3600));
        self.work().await?;
        if self.moved.is_empty() {
            return Ok(());
        }
        self.summary.days += 1;
        self.summary.last_day = today;
        for nth in self.moved.clone() {
            self.at = Some((nth, "invariants".to_owned()));
            if let Ok(seen) = self.parties(nth, 0)?.look().await {
                // Once the clock was ahead, acts may be of tomorrow.
                invariants::check(&seen, today.plus_days(1)).map_err(Why::Broken)?;
            }
        }
        if self.summary.days.is_multiple_of(self.settings.verify_every.max(1)) {
            self.verify().await?;
        }
        Ok(())
    }

    /// Does what was queued; the house may die here too.
    async fn work(&mut self) -> Result<(), Why> {
        self.presses += 1;
        if self.settings.deaths == Deaths::Often && self.dice.one_in(&format!("work {}", self.presses), 9) {
            let look = self.dice.between(&format!("work look {}", self.presses), 1, 30);
            self.house.clock.arm(u32::try_from(look).unwrap_or(1));
        }
        loop {
            let office = self.house.open()?.office.clone();
            let worked = AssertUnwindSafe(office.work_once()).catch_unwind().await;
            drop(office);
            if self.house.clock.disarm_if_struck() {
                self.rise().await?;
                continue;
            }
            match worked {
                Ok(Ok(true)) => {}
                Ok(Ok(false)) => break,
                Ok(Err(error)) => return Err(error.into()),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        self.house.clock.disarm();
        Ok(())
    }

    async fn verify(&mut self) -> Result<(), Why> {
        self.at = None;
        let report = self.house.open()?.store.verify(None).await?;
        self.summary.verified += 1;
        match report.problems.first() {
            None => Ok(()),
            Some(problem) => Err(Why::Verify(format!("{}: {} ({})", problem.place.ja, problem.what.ja, report.problems.len()))),
        }
    }

    /// Everything is looked through once more, and counted.
    async fn end(&mut self) -> Result<(), Why> {
        let last = self.summary.last_day;
        // What was put off because the house died is due by then.
        for days in 1..=4 {
            self.house.clock.set(round::at(last.plus_days(days), 12 * 3600));
            self.work().await?;
        }
        let jobs = self.house.open()?.store.job_counts().await?;
        if (jobs.open, jobs.given_up) != (0, 0) {
            return Err(Why::Broken(format!("{} jobs are left, {} given up", jobs.open, jobs.given_up)));
        }
        self.verify().await?;
        let as_of = last.plus_days(1);
        let middle = as_of.plus_months(-30);
        let asked = [(as_of, CountedBy::Moved), (middle, CountedBy::Moved), (middle, CountedBy::Recorded)];
        let mut sums = asked.map(|(on, by)| (on, by, Figures::default()));
        for nth in 0..u32::try_from(self.granted.len()).unwrap_or(u32::MAX) {
            let Ok(seen) = self.parties(nth, 0)?.look().await else { continue };
            self.summary.granted += 1;
            self.summary.closed += u32::from(seen.execution.phase == ExecutionPhase::Closed);
            for (act, _) in &seen.acts {
                *self.summary.acts.entry(act.kind()).or_default() += 1;
            }
            for (on, by, sum) in &mut sums {
                let acts = seen.acts.iter().map(|(act, on)| (act, *on));
                let figures = figures_as_of(&seen.execution.terms, acts, *on, *by).map_err(|e| Why::Broken(e.to_string()))?;
                *sum = sum.clone().plus(&figures).map_err(|e| Why::Broken(e.to_string()))?;
            }
        }
        let open = self.house.open()?;
        for (on, by, sum) in &sums {
            let page = open.office.money_page(&self.staff.auditor, &self.call, Some(*on), *by).await?;
            if page.total != *sum {
                return Err(Why::Broken(format!(
                    "the programme's totals on {on}, {by:?}, {:?} are not the sum of its cases {sum:?}",
                    page.total
                )));
            }
        }
        let [(.., sum), ..] = sums;
        let anchor = open.store.anchor().await?;
        (self.summary.position, self.summary.running, self.summary.figures) = (anchor.position, anchor.running, sum);
        (self.summary.mails, self.summary.mails_again) = self.house.post.counts();
        Ok(())
    }
}
