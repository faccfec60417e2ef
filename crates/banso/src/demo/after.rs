//! What follows a grant in the play, by the deeds of the simulation: one firm has handed its report in, one is paid and in its yearly
//! reports, one was paid and has a notice of cancellation on its desk. All of it is synthetic.

use banso_execution::act::Cause;
use banso_kernel::{Day, Digest, FiscalYear};
use banso_simulation::{Cashiers, Deed, Dice, Parties, Staff, Stop, is_ready};

use super::DemoTrouble;
use super::calls::{CallText, Round};
use super::play::Play;
use super::script::{Add, Cut, EXECUTED, MIDWAY, Scene};

/// A step, with its day and hour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AfterBeat {
    pub(crate) on: Day,
    pub(crate) hour: i64,
    pub(crate) step: AfterStep,
}

/// What is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum AfterStep {
    /// Of an application of the script; left out where it no longer makes sense.
    Deed(usize, Deed),
    PlanRun,
    ApproveRun,
    SettleRun,
}

/// Dice for what varies; presses and ids are the play's own.
const SEED: u64 = 0;
/// Hundredths of each heading that firms of the play spend.
const SPENDS: i64 = 96;

/// When the grants of the paid round are decided, so many days after its closing.
const EXECUTED_AFTER: i32 = 100;

/// What follows the grants, as far as it has come by today.
pub(crate) fn after(texts: &[CallText], today: Day) -> Vec<AfterBeat> {
    let closes = texts.iter().find(|t| t.round == Round::Executed).map(|t| t.dates.closes);
    closes.map(|day| steps(day.plus_days(EXECUTED_AFTER), today)).unwrap_or_default()
}

/// Reviewed, selected and granted without a hitch.
pub(crate) fn executed(closes: Day, add: &mut Add<'_>) {
    let after = |days| closes.plus_days(days);
    for (case, nth) in EXECUTED.zip(0_i64..) {
        add(after(4), 10, 10 + nth, Scene::Pass(case));
        for reviewer in 0..3_usize {
            let n = reviewer as i64;
            add(after(18), 9 + n, 5 + nth, Scene::Declare(case, reviewer));
            add(after(24 + 5 * n as i32), 11, 3 * nth, Scene::Score(case, reviewer));
        }
        add(after(80), 13, 15 + nth, Scene::RequestGrant(case));
        add(after(EXECUTED_AFTER), 10, nth, Scene::Grant(case, Cut::AsAsked));
    }
    add(after(17), 10, 0, Scene::OpenReview(Round::Executed));
    add(after(51), 17, 0, Scene::CloseReview(Round::Executed));
    add(after(56), 15, 0, Scene::Freeze(Round::Executed));
    add(after(60), 10, 0, Scene::Execute(Round::Executed));
}

/// The steps of the executed round, whose grants are decided on a day, and of the case midway. `today` is when the play is loaded.
pub(crate) fn steps(decided: Day, today: Day) -> Vec<AfterBeat> {
    let mut all = Vec::new();
    let mut add = |on: Day, hour: i64, step: AfterStep| {
        if on < today {
            all.push(AfterBeat { on, hour, step });
        }
    };
    for (case, nth) in EXECUTED.zip(0_i32..) {
        let mut deed = |days: i32, deed: Deed| add(decided.plus_days(days + nth), 10 + i64::from(nth), AfterStep::Deed(case, deed));
        deed(30, Deed::MinorChange);
        deed(72, Deed::Progress);
        deed(395, Deed::Prepare(None));
        deed(397, Deed::Report);
        deed(415, Deed::Inspect);
        deed(425, Deed::Fix);
        deed(430, Deed::RegisterAssets);
        deed(432, Deed::ClaimSettlement);
        deed(760, Deed::ReportInputTax);
    }
    for (days, step) in [(440, AfterStep::PlanRun), (442, AfterStep::ApproveRun), (450, AfterStep::SettleRun)] {
        add(decided.plus_days(days), 14, step);
    }
    yearly(FiscalYear::of(decided.plus_days(397)).last_day(), &mut add);
    add(today.plus_days(-6), 11, AfterStep::Deed(EXECUTED.start + 1, Deed::Notice));
    add(today.plus_days(-12), 9, AfterStep::Deed(MIDWAY, Deed::Prepare(None)));
    add(today.plus_days(-9), 15, AfterStep::Deed(MIDWAY, Deed::Report));
    all
}

/// Report, census and what is paid back of each year since.
fn yearly(first_year: Day, add: &mut dyn FnMut(Day, i64, AfterStep)) {
    for nth in 1..=4_u32 {
        let ends = first_year.plus_months(i32::try_from(nth - 1).unwrap_or_default() * 12);
        for (case, later) in EXECUTED.zip(0_i32..) {
            for (days, deed) in [
                (66, Deed::ReportRevenue(nth)),
                (72, Deed::Census),
                (95, Deed::AssessRevenue(nth)),
                (110, Deed::OrderRepayment(Cause::Revenue { nth })),
                (124, Deed::Repay(100)),
            ] {
                add(ends.plus_days(days + later), 13, AfterStep::Deed(case, deed));
            }
        }
    }
}

impl Play<'_> {
    pub(crate) async fn follow(&self, nth: usize) -> Result<(), DemoTrouble> {
        let beat = self.after.get(nth).ok_or(DemoTrouble::Script("step after the decision"))?;
        let staff = self.staff().await?;
        match &beat.step {
            AfterStep::Deed(case, deed) => self.deed(*case, deed, &staff).await,
            AfterStep::PlanRun => {
                let planned = self.cashiers(&staff, "plan").await?.plan(&[]).await.map_err(stopped)?;
                planned.map(|_| ()).ok_or(DemoTrouble::Script("run of payments"))
            }
            AfterStep::ApproveRun => {
                let cashiers = self.cashiers(&staff, "approve").await?;
                cashiers.approve(self.last_run(&staff).await?, 0).await.map_err(stopped)
            }
            AfterStep::SettleRun => {
                let cashiers = self.cashiers(&staff, "settle").await?;
                cashiers.settle(self.last_run(&staff).await?, &std::collections::BTreeMap::new()).await.map_err(stopped)
            }
        }
    }

    async fn deed(&self, index: usize, deed: &Deed, staff: &Staff) -> Result<(), DemoTrouble> {
        let holder = self.lead(&self.proposal(index)?).await?;
        let dice = Dice::new(SEED);
        let parties = Parties {
            office: self.office,
            staff,
            holder: &holder,
            case: self.case(index)?,
            firm: u32::try_from(index).unwrap_or_default(),
            dice: &dice,
            press: self.press(&format!("after {index} {deed:?}")),
            spends: SPENDS,
            sells: index == EXECUTED.start,
        };
        let seen = parties.look().await?;
        if !is_ready(deed, &seen.execution, self.office.now().day()) {
            return Ok(());
        }
        parties.perform(deed).await.map_err(stopped)
    }

    async fn staff(&self) -> Result<Staff, DemoTrouble> {
        Ok(Staff {
            officer: self.officer().await?,
            second: self.who("director2").await?,
            director: self.director().await?,
            auditor: self.who("auditor").await?,
            reviewers: Vec::new(),
        })
    }

    async fn cashiers<'a>(&'a self, staff: &'a Staff, what: &str) -> Result<Cashiers<'a>, DemoTrouble> {
        let call = &self.texts.iter().find(|t| t.round == Round::Executed).ok_or(DemoTrouble::Script("call"))?.call;
        Ok(Cashiers { office: self.office, staff, call, press: self.press(&format!("{what} run")) })
    }

    async fn last_run(&self, staff: &Staff) -> Result<Digest, DemoTrouble> {
        let page = self.office.runs_page(&staff.officer, &self.call(Round::Executed)?).await?;
        page.runs.first().map(|r| r.run).ok_or(DemoTrouble::Script("run of payments"))
    }
}

fn stopped(stop: Stop) -> DemoTrouble {
    DemoTrouble::Step { kind: stop.kind, said: stop.said }
}
