//! What becomes of a case: its fate by the seed, and after each deed the next ones. Nothing is done here.

use banso_execution::act::{Cause, Manner};
use banso_execution::law::DisposalOutcome;
use banso_execution::state::OpenKind;
use banso_kernel::{ClosedDays, Day, Yen};
use banso_office::RehearsedCase;

use crate::claims::Flaw;
use crate::deeds::{Attempt, Deed, WAGE_YEARS, reported_year};
use crate::dice::Dice;
use crate::fate::Fate;
use crate::queue::Errand;

/// What is known of a case beforehand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Plan {
    pub(crate) nth: u32,
    pub(crate) fate: Fate,
    /// Hands everything in late.
    pub(crate) late: bool,
    pub(crate) two_years: bool,
    flaw: Flaw,
    underway: Attempt,
    fixed: Attempt,
    dice: Dice,
}

/// Errands with their days.
pub(crate) type Errands = Vec<(Day, Errand)>;

/// The nth of a list, from the start again at its end.
fn around<T: Clone>(all: &[T], nth: usize) -> Option<T> {
    all.iter().cycle().nth(nth % all.len().max(1)).cloned()
}

impl Plan {
    /// The nth granted case. Fates, flaws and attempts go round, so that few cases meet all of them.
    pub(crate) fn new(dice: &Dice, nth: u32) -> Plan {
        let turn = usize::try_from(u64::from(nth) + dice.roll("turn", 840)).unwrap_or_default();
        let fate = around(Fate::ALL, turn).unwrap_or(Fate::Sells);
        let early = matches!(fate, Fate::FoundLate | Fate::GivesUp | Fate::SpendsHalf);
        Plan {
            nth,
            fate,
            late: turn % 5 == 1,
            two_years: !early && dice.one_in(&format!("two years {nth}"), 4),
            flaw: around(&Flaw::ALL, turn).unwrap_or(Flaw::InvoiceTwice),
            underway: around(&Attempt::UNDERWAY, turn).unwrap_or(Attempt::Stranger),
            fixed: around(&Attempt::FIXED, turn).unwrap_or(Attempt::GhostAsset),
            dice: dice.clone(),
        }
    }

    /// Hundredths of each heading that the firm spends.
    pub(crate) fn spends(&self) -> i64 {
        if self.fate == Fate::SpendsHalf { 45 } else { self.dice.between(&format!("spends {}", self.nth), 88, 100) }
    }

    pub(crate) fn sells(&self) -> bool {
        matches!(self.fate, Fate::Sells | Fate::Pauses | Fate::Clumsy)
    }

    fn days(&self, of: &str, low: i32, high: i32) -> i32 {
        self.dice.days(&format!("{of} {}", self.nth), low, high)
    }

    fn deed(&self, today: Day, days: i32, deed: Deed) -> (Day, Errand) {
        (today.plus_days(days.max(1)).or_next_open(ClosedDays::Office), Errand::Deed(self.nth, deed))
    }

    fn attempt(&self, today: Day, days: i32, attempt: Attempt) -> (Day, Errand) {
        (today.plus_days(days).or_next_open(ClosedDays::Office), Errand::Attempt(self.nth, attempt))
    }

    /// What follows a deed that was done. `seen` is the case after it.
    pub(crate) fn after(&self, deed: &Deed, seen: &RehearsedCase, today: Day) -> Errands {
        let next = |days: i32, deed: Deed| vec![self.deed(today, days, deed)];
        match deed {
            Deed::Decide => self.underway(seen, today),
            Deed::AskChange if self.fate == Fate::Merges => next(15, Deed::RefuseChange),
            Deed::AskChange => next(15, Deed::ApproveChange),
            Deed::AskStop(Manner::Suspend) => next(9, Deed::ApproveStop),
            Deed::AskStop(Manner::Abandon) if seen.execution.last_number() < 2 => next(8, Deed::RefuseStop),
            Deed::AskStop(Manner::Abandon) => next(9, Deed::ApproveStop),
            Deed::RefuseStop => next(10, Deed::AskStop(Manner::Abandon)),
            Deed::ApproveStop if self.fate == Fate::GivesUp => self.reporting(today.plus_days(11), 2),
            Deed::ApproveStop => next(self.days("pause", 20, 45), Deed::Resume),
            Deed::OrderSuspension => next(self.days("stopped", 15, 30), Deed::LiftSuspension),
            Deed::ReportIncident => next(7, Deed::Instruct),
            Deed::OrderPerformance => next(11, Deed::Progress),
            Deed::Report => self.examined(seen, today),
            Deed::Return | Deed::OrderCorrection => next(9, Deed::Report),
            Deed::Inspect => next(self.days("fix", 4, 12), Deed::Fix),
            Deed::Fix => self.fixed(seen, today),
            Deed::ClaimSettlement => self.claimed(seen, today),
            Deed::RefuseClaim => next(5, Deed::ClaimSettlement),
            Deed::Notice | Deed::Answer | Deed::Revoke(_) => self.accused(deed, today),
            Deed::OrderRepayment(cause) => self.owing(*cause, seen, today),
            Deed::Demand | Deed::Repay(100) | Deed::Discharge => self.settled(deed, seen, today),
            Deed::ReportInputTax => self.established(seen, today, Cause::InputTax),
            Deed::ReportRevenue(nth) => next(self.days(&format!("assess {nth}"), 20, 40), Deed::AssessRevenue(*nth)),
            Deed::AssessRevenue(nth) => self.assessed(*nth, seen, today),
            Deed::ReportWages => next(self.days("assess wages", 20, 40), Deed::AssessWages),
            Deed::AssessWages => self.established(seen, today, Cause::Wage { nth: 1 }),
            Deed::AskDisposal if matches!(self.fate, Fate::Cleared | Fate::Merges) => next(12, Deed::RefuseDisposal),
            Deed::AskDisposal => next(12, Deed::ApproveDisposal),
            Deed::ApproveDisposal => self.disposing(seen, today),
            Deed::Close => self.closed(seen, today),
            Deed::MinorChange
            | Deed::ApproveChange
            | Deed::RefuseChange
            | Deed::Resume
            | Deed::Instruct
            | Deed::Progress
            | Deed::LiftSuspension
            | Deed::InspectUnderway
            | Deed::ReportYearEnd
            | Deed::Prepare(_)
            | Deed::ReportInSilence
            | Deed::ClaimAdvance
            | Deed::ChangeAccount(_)
            | Deed::Drop
            | Deed::AgreeInstalments
            | Deed::Repay(_)
            | Deed::Waive
            | Deed::Offset
            | Deed::RegisterAssets
            | Deed::Census
            | Deed::RefuseDisposal
            | Deed::Dispose
            | Deed::Succeed => Vec::new(),
        }
    }

    /// From the decision to the report.
    fn underway(&self, seen: &RehearsedCase, today: Day) -> Errands {
        let ends = seen.execution.project_ends;
        let mut all = vec![self.attempt(today, 12, self.underway)];
        let mut add = |days: i32, deed: Deed| all.push(self.deed(today, days, deed));
        match self.fate {
            Fate::Shifts | Fate::FoundLate => add(30, Deed::MinorChange),
            Fate::SpendsHalf => {
                add(20, Deed::ClaimAdvance);
                add(45, Deed::AskChange);
            }
            Fate::Merges => {
                add(25, Deed::AskChange);
                add(60, Deed::ReportIncident);
            }
            Fate::Pauses => add(25, Deed::AskStop(Manner::Suspend)),
            Fate::Stopped => {
                add(35, Deed::OrderSuspension);
                add(90, Deed::InspectUnderway);
            }
            Fate::GivesUp => add(25, Deed::AskStop(Manner::Abandon)),
            Fate::Inflates => add(50, Deed::ReportIncident),
            Fate::Sells => add(40, Deed::AskChange),
            Fate::Cleared | Fate::Bankrupt | Fate::Clumsy => add(70, Deed::InspectUnderway),
        }
        for year in 0..=1_i32 {
            let december = Day::new(today.year(), 12, 9).unwrap_or(today).plus_months(12 * year);
            let due = Day::new(today.year(), 12, 31).unwrap_or(today).plus_months(12 * year);
            if due > ends || self.fate == Fate::GivesUp {
                continue;
            }
            let (days, deed) = if self.late { (38, Deed::OrderPerformance) } else { (self.days("progress", 0, 17), Deed::Progress) };
            all.push((december.plus_days(days).or_next_open(ClosedDays::Office), Errand::Deed(self.nth, deed)));
        }
        if self.two_years {
            all.push(self.deed(ends.plus_months(-12), self.days("year end", 4, 9), Deed::ReportYearEnd));
        }
        if self.fate != Fate::GivesUp {
            let late = if self.late { 35 } else { 0 };
            all.extend(self.reporting(ends, self.days("report", -25, 5) + late));
        }
        all
    }

    /// A table with a flaw that is found, then an honest one.
    fn reporting(&self, from: Day, days: i32) -> Errands {
        let silent = self.flaw.found_as() == "explanation";
        let first = if silent { Deed::ReportInSilence } else { Deed::Report };
        let imported = self.flaw.found_as() != "table";
        let mut all = vec![self.deed(from.plus_days(days), 1, Deed::Prepare(Some(self.flaw.clone())))];
        if imported {
            all.push(self.deed(from.plus_days(days), 1, first));
        }
        all.push(self.deed(from.plus_days(days), 3, Deed::Prepare(None)));
        all.push(self.deed(from.plus_days(days), 3, Deed::Report));
        all
    }

    /// What has to be answered to a deed that carries a flaw.
    pub(crate) fn finds(&self, deed: &Deed, prepared: Option<&Flaw>) -> Option<&'static str> {
        match (deed, prepared) {
            (Deed::Prepare(Some(flaw)), _) if flaw.found_as() == "table" => Some("table"),
            (Deed::Report | Deed::ReportInSilence, Some(flaw)) => Some(flaw.found_as()),
            // Every firm has one grant: there is no other that awaits its payment.
            (Deed::Offset, _) => Some("offset-what"),
            _ => None,
        }
    }

    fn examined(&self, seen: &RehearsedCase, today: Day) -> Errands {
        let version = seen.execution.completion.as_ref().map_or(1, |c| c.version);
        let deed = match (self.fate, version) {
            (Fate::Clumsy, 1) => Deed::Return,
            (Fate::Clumsy, 2) => Deed::OrderCorrection,
            _ => Deed::Inspect,
        };
        vec![self.deed(today, self.days("examined", 7, 25), deed)]
    }

    /// From fixing on: the money, and the duties of five years.
    fn fixed(&self, seen: &RehearsedCase, today: Day) -> Errands {
        let mut all = vec![self.deed(today, 6, Deed::RegisterAssets), self.attempt(today, 2, self.fixed)];
        let execution = &seen.execution;
        if execution.paid().is_ok_and(|paid| paid > execution.entitlement()) {
            all.push(self.deed(today, 7, Deed::OrderRepayment(Cause::ExcessAfterFixing)));
        }
        if execution.claimed().is_ok_and(|claimed| claimed < execution.entitlement()) {
            all.push(self.deed(today, 4, Deed::ClaimSettlement));
        }
        let late = if self.late { 90 } else { 0 };
        all.push(self.deed(today, self.days("input tax", 200, 390) + late, Deed::ReportInputTax));
        let times = seen.rules.reports.as_ref().map_or(0, |r| r.times);
        for nth in 1..=times {
            let Some(ends) = reported_year(seen, nth) else { continue };
            // The first report may fall before the amount is fixed; then it comes after.
            let day = ends.plus_days(self.days(&format!("yearly {nth}"), 50, 85) + late / 2);
            all.push(self.deed(day.max(today.plus_days(20 + i32::try_from(nth).unwrap_or_default())), 1, Deed::ReportRevenue(nth)));
            all.push(self.deed(ends.plus_days(self.days(&format!("census {nth}"), 70, 88)).max(today.plus_days(15)), 1, Deed::Census));
        }
        if let Some(ends) = reported_year(seen, WAGE_YEARS + 1) {
            all.push(self.deed(ends, self.days("wages", 55, 85), Deed::ReportWages));
        }
        match self.fate {
            Fate::Sells | Fate::Clumsy | Fate::Cleared | Fate::GivesUp => {
                all.push(self.deed(today, self.days("disposal", 500, 800), Deed::AskDisposal));
            }
            Fate::Merges => {
                all.push(self.deed(today, 420, Deed::Succeed));
                all.push(self.deed(today, self.days("disposal", 500, 800), Deed::AskDisposal));
            }
            Fate::Shifts | Fate::SpendsHalf | Fate::Pauses | Fate::Stopped | Fate::Inflates | Fate::Bankrupt | Fate::FoundLate => {}
        }
        all
    }

    fn claimed(&self, seen: &RehearsedCase, today: Day) -> Errands {
        if self.fate == Fate::Clumsy && seen.execution.claims.len() < 2 {
            return vec![self.deed(today, 1, Deed::RefuseClaim)];
        }
        // On the day before the next run is planned.
        let eve = next_run(today).plus_days(-1).max(today.plus_days(1));
        if self.fate == Fate::Cleared { vec![(eve, Errand::Deed(self.nth, Deed::ChangeAccount(1)))] } else { Vec::new() }
    }

    /// Whether the bank sends the money back: the clumsy once, others now and then.
    pub(crate) fn comes_back(&self, seen: &RehearsedCase) -> bool {
        let before = seen.acts.iter().any(|(act, _)| act.kind() == "transfer_returned");
        !before && (self.fate == Fate::Clumsy || self.dice.one_in(&format!("bank {}", self.nth), 12))
    }

    /// What follows when money has arrived, or has come back.
    pub(crate) fn paid(&self, arrived: bool, seen: &RehearsedCase, today: Day) -> Errands {
        if !arrived {
            return vec![self.deed(today, 4, Deed::ChangeAccount(2))];
        }
        if seen.execution.fixed.is_none() {
            return Vec::new();
        }
        match self.fate {
            Fate::Inflates => vec![self.deed(today, self.days("found", 60, 200), Deed::Notice)],
            Fate::Bankrupt => vec![self.deed(today, self.days("found", 100, 300), Deed::Notice)],
            Fate::Cleared => vec![self.deed(today, self.days("found", 40, 120), Deed::Notice)],
            Fate::Sells
            | Fate::Shifts
            | Fate::SpendsHalf
            | Fate::Merges
            | Fate::Pauses
            | Fate::Stopped
            | Fate::GivesUp
            | Fate::Clumsy
            | Fate::FoundLate => Vec::new(),
        }
    }

    fn accused(&self, deed: &Deed, today: Day) -> Errands {
        let parts = [(Fate::Inflates, 100), (Fate::Bankrupt, 50)];
        let hundredths = parts.iter().find(|(fate, _)| *fate == self.fate).map_or(30, |(_, part)| *part);
        let next = match (deed, self.fate) {
            // Who is bankrupt does not answer: the term has to pass.
            (Deed::Notice, Fate::Bankrupt) => (20, Deed::Revoke(hundredths)),
            (Deed::Notice, _) => (9, Deed::Answer),
            (Deed::Answer, Fate::Cleared) => (12, Deed::Drop),
            (Deed::Answer, _) => (12, Deed::Revoke(hundredths)),
            _ => (6, Deed::OrderRepayment(Cause::Revocation)),
        };
        vec![self.deed(today, next.0, next.1)]
    }

    /// How an order to pay back is met.
    fn owing(&self, cause: Cause, seen: &RehearsedCase, today: Day) -> Errands {
        let debt = seen.execution.debts.values().next_back();
        let due = debt.and_then(|d| d.next_due()).map_or(20, |due| i32::try_from(today.days_until(due)).unwrap_or(20));
        let all: Vec<(i32, Deed)> = match (cause, self.fate) {
            (Cause::Revocation, Fate::Inflates) => vec![
                (3, Deed::AgreeInstalments),
                (12, Deed::Repay(30)),
                (90, Deed::Demand),
                (95, Deed::Waive),
                (100, Deed::Offset),
                (130, Deed::Repay(100)),
            ],
            (Cause::Revocation, Fate::Bankrupt) => vec![(10, Deed::Repay(10)), (due + 6, Deed::Demand), (due + 180, Deed::Discharge)],
            _ if self.late => vec![(due + 5, Deed::Demand)],
            _ => vec![((due - 4).max(1), Deed::Repay(100))],
        };
        all.into_iter().map(|(days, deed)| self.deed(today, days, deed)).collect()
    }

    fn settled(&self, deed: &Deed, seen: &RehearsedCase, today: Day) -> Errands {
        let fate_pays = matches!(self.fate, Fate::Inflates | Fate::Bankrupt);
        let of_revocation = seen.execution.debts.values().next_back().is_some_and(|d| d.cause == Cause::Revocation);
        if *deed == Deed::Demand {
            return if fate_pays && of_revocation { Vec::new() } else { vec![self.deed(today, 8, Deed::Repay(100))] };
        }
        // With the whole decision gone nothing but money was open; what was found after the closing is closed again.
        let again = self.fate == Fate::Inflates || (self.fate == Fate::FoundLate && of_revocation);
        if again { vec![self.deed(today, 15, Deed::Close)] } else { Vec::new() }
    }

    /// What a report or an assessment has established is ordered.
    fn established(&self, seen: &RehearsedCase, today: Day, cause: Cause) -> Errands {
        let left = seen.execution.orderable(cause).unwrap_or(Yen::ZERO);
        if left > Yen::ZERO { vec![self.deed(today, 14, Deed::OrderRepayment(cause))] } else { Vec::new() }
    }

    fn assessed(&self, nth: u32, seen: &RehearsedCase, today: Day) -> Errands {
        let mut all = self.established(seen, today, Cause::Revenue { nth });
        if seen.rules.reports.as_ref().is_some_and(|r| r.times == nth) {
            all.push(self.deed(today, 75, Deed::Close));
        }
        all
    }

    fn disposing(&self, seen: &RehearsedCase, today: Day) -> Errands {
        let mut all = vec![self.deed(today, 25, Deed::Dispose)];
        let last = seen.execution.disposals.iter().next_back();
        if let Some((request, DisposalOutcome::Repay(_))) = last.and_then(|(n, d)| Some((*n, d.approved?))) {
            all.push(self.deed(today, 4, Deed::OrderRepayment(Cause::Disposal { request })));
        }
        all
    }

    /// Somebody tries to go on; and in one case something is found out.
    fn closed(&self, seen: &RehearsedCase, today: Day) -> Errands {
        let mut all = vec![self.attempt(today, 30, Attempt::AfterClosing)];
        if self.fate == Fate::FoundLate && seen.execution.revoked_of_fixed == Yen::ZERO {
            all.push(self.deed(today, 120, Deed::Notice));
        }
        all
    }

    /// A file that is not closed because something is open: what is done about it, and the next try.
    pub(crate) fn still_open(&self, seen: &RehearsedCase, today: Day) -> Errands {
        let mut all = vec![self.deed(today, 45, Deed::Close)];
        for item in seen.execution.open_items(today).unwrap_or_default() {
            if item.kind == OpenKind::Debt {
                all.push(self.deed(today, 10, Deed::Repay(100)));
            }
        }
        all
    }
}

/// The next day on which a run of payments is planned.
pub(crate) fn next_run(today: Day) -> Day {
    let of = |day: Day| [8, 22].map(|n| Day::new(day.year(), day.date().month(), n).unwrap_or(day).or_next_open(ClosedDays::Bank));
    let coming = of(today).into_iter().chain(of(today.plus_months(1)));
    coming.filter(|d| *d > today).min().unwrap_or(today)
}
