//! What is due when: the duties of the guideline and of the acts as days, met or not. The calendar of a case and of a programme is made of
//! these; nothing here is stored.

use banso_kernel::{Day, FiscalYear, LocalText};

use crate::phase::ExecutionPhase as Phase;
use crate::rules::{DueRule, ExecutionRules, YearlyReports};
use crate::state::Execution;

banso_kernel::coded! {
    /// What kind of duty.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
    pub enum DutyKind {
        Progress = "progress", "遂行状況報告", "progress report";
        Performance = "performance", "遂行命令への対応", "following an order to perform";
        Completion = "completion", "実績報告", "completion report";
        Correction = "correction", "実績報告の補正・是正", "correcting the completion report";
        InputTax = "input_tax", "消費税仕入控除税額報告", "input tax report";
        Commercialisation = "commercialisation", "事業化状況報告", "commercialisation report";
        Wage = "wage", "賃上げ状況報告", "wage report";
        Census = "census", "取得財産の現況報告", "asset census";
        Answer = "answer", "弁明", "answer to a notice of cancellation";
        Repayment = "repayment", "返還・納付", "repayment";
    }
}

/// A duty with its day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deadline {
    pub kind: DutyKind,
    /// Which of several: the nth report, the number of a debt.
    pub nth: u32,
    /// The number of the letter that set it, for a debt: by it everybody knows the debt.
    pub order: Option<String>,
    pub due: Day,
    /// When it was met, where it was.
    pub met_on: Option<Day>,
    pub clause: String,
}

impl Deadline {
    /// As people read it.
    #[must_use]
    pub fn label(&self) -> LocalText {
        let label = self.kind.label();
        if self.nth == 0 {
            return label;
        }
        let (nth, nth_en) = match &self.order {
            Some(order) => (order.clone(), order.clone()),
            None => (format!("第{}回", self.nth), self.nth.to_string()),
        };
        LocalText::new(format!("{}（{nth}）", label.ja), format!("{} {nth_en}", label.get(banso_kernel::Lang::En)))
    }

    /// Whether its day has passed without it.
    #[must_use]
    pub fn is_overdue(&self, today: Day) -> bool {
        self.met_on.is_none() && self.due < today
    }

    /// Whether it was met after its day.
    #[must_use]
    pub fn is_late(&self) -> bool {
        self.met_on.is_some_and(|met| met > self.due)
    }

    /// Whether the file cannot be closed before it is met.
    #[must_use]
    pub const fn blocks_closing(&self) -> bool {
        match self.kind {
            DutyKind::InputTax | DutyKind::Commercialisation | DutyKind::Wage => self.met_on.is_none(),
            DutyKind::Progress
            | DutyKind::Performance
            | DutyKind::Completion
            | DutyKind::Correction
            | DutyKind::Census
            | DutyKind::Answer
            | DutyKind::Repayment => false,
        }
    }
}

/// Every duty of a case, by day.
#[must_use]
pub fn deadlines(execution: &Execution, rules: &ExecutionRules) -> Vec<Deadline> {
    let mut found = Vec::new();
    while_underway(execution, rules, &mut found);
    after_fixing(execution, rules, &mut found);
    found.extend(
        execution
            .hearing
            .as_ref()
            .filter(|h| h.answered.is_none())
            .map(|h| deadline(DutyKind::Answer, 0, h.reply_due, None, "適正化法第17条")),
    );
    for (number, debt) in &execution.debts {
        if let (Some(due), None) = (debt.next_due(), debt.discharged) {
            let owed = deadline(DutyKind::Repayment, *number, due, None, "適正化法第18条");
            found.push(Deadline { order: Some(debt.number.clone()), ..owed });
        }
    }
    found.sort_by_key(|d| (d.due, d.kind, d.nth));
    found
}

fn deadline(kind: DutyKind, nth: u32, due: Day, met_on: Option<Day>, clause: &str) -> Deadline {
    Deadline { kind, nth, order: None, due, met_on, clause: clause.to_owned() }
}

fn while_underway(execution: &Execution, rules: &ExecutionRules, found: &mut Vec<Deadline>) {
    let working = matches!(execution.phase, Phase::Underway | Phase::Suspended);
    if let Some(rule) = rules.progress_due.as_ref().filter(|_| execution.phase != Phase::Revoked) {
        let days = progress_days(&rule.value, execution.terms.decided_on, &execution.progress).into_iter();
        let shown = days.filter(|(due, met)| met.is_some() || (working && *due <= execution.project_ends));
        found.extend(shown.map(|(due, met)| deadline(DutyKind::Progress, 0, due, met, &rule.clause)));
    }
    if working {
        found.extend(execution.performance_due.map(|due| deadline(DutyKind::Performance, 0, due, None, "適正化法第13条第1項")));
    }
    if execution.phase == Phase::Revoked {
        return;
    }
    let ended = execution.abandoned_on.unwrap_or(execution.project_ends);
    let completed = execution.completion.as_ref();
    let due = rules.completion_due.value.after(completed.map_or(ended, |c| c.completed_on));
    found.push(deadline(DutyKind::Completion, 0, due, completed.map(|c| c.reported_on), &rules.completion_due.clause));
    let correction = completed.and_then(|c| c.due);
    found.extend(correction.map(|due| deadline(DutyKind::Correction, 0, due, None, "適正化法第15条")));
}

fn after_fixing(execution: &Execution, rules: &ExecutionRules, found: &mut Vec<Deadline>) {
    let (Some(fixed), Some(completion)) = (&execution.fixed, &execution.completion) else { return };
    if execution.phase == Phase::Revoked {
        return;
    }
    if let Some(rule) = &rules.input_tax {
        let met = execution.input_tax.map(|f| f.on);
        found.push(deadline(DutyKind::InputTax, 0, rule.value.after(fixed.on), met, &rule.clause));
    }
    if let Some(reports) = &rules.reports {
        for nth in 1..=reports.times {
            let due = not_before_fixing(reports, year_end(reports, completion.completed_on, nth), fixed.on);
            let met = execution.revenue.get(&nth).map(|r| r.reported_on);
            found.push(deadline(DutyKind::Commercialisation, nth, due, met, &reports.clause));
        }
        if let Some(wage) = &rules.wage {
            let due = not_before_fixing(reports, year_end(reports, completion.completed_on, wage.years.saturating_add(1)), fixed.on);
            let met = execution.wages.get(&1).map(|r| r.reported_on);
            found.push(deadline(DutyKind::Wage, 1, due, met, &wage.clause));
        }
    }
    let restricted = execution.assets.values().any(|a| a.gone_on.is_none() && a.asset.cost.0 >= rules.disposal.restricted_from);
    if let Some(rule) = rules.census.as_ref().filter(|_| restricted) {
        let days = census_days(&rule.value, fixed.on, &execution.censuses);
        found.extend(days.into_iter().map(|(due, met)| deadline(DutyKind::Census, 0, due, met, &rule.clause)));
    }
}

/// The day by which a year is reported: after its end; where that day had passed when the amount was fixed, the next one after the fixing,
/// for nobody can report before it.
fn not_before_fixing(reports: &YearlyReports, year_ends: Day, fixed_on: Day) -> Day {
    let due = reports.due.after(year_ends);
    if due > fixed_on { due } else { reports.due.after(fixed_on.max(year_ends)) }
}

/// The days by which progress is to be reported, each with the day of the report that met it; the last one is open. A report meets the day
/// of the period that it ends, however late it is; a second one within a period meets nothing more.
fn progress_days(rule: &DueRule, decided_on: Day, reports: &[(Day, Day)]) -> Vec<(Day, Option<Day>)> {
    let (mut days, mut before) = (Vec::<(Day, Option<Day>)>::new(), decided_on);
    for (as_of, made) in reports {
        let due = rule.after(before);
        if days.last().is_none_or(|(last, _)| *last != due) {
            days.push((due, Some(*made)));
        }
        before = *as_of;
    }
    let due = rule.after(before);
    if days.last().is_none_or(|(last, _)| *last != due) {
        days.push((due, None));
    }
    days
}

/// The days by which the assets are to be counted, each with the census that met it; the last one is open. A census meets the next day that
/// is due when it was made since the one before; a late one meets all that it came too late for, and the day of its own fiscal year.
#[must_use]
pub fn census_days(rule: &DueRule, fixed_on: Day, censuses: &[Day]) -> Vec<(Day, Option<Day>)> {
    // A rule that does not move on (29 February) does so by a year.
    let next = |due: Day| Some(rule.after(due)).filter(|next| *next > due).unwrap_or_else(|| due.plus_months(12));
    let (mut days, mut before, mut due) = (Vec::new(), fixed_on.plus_days(-1), rule.after(fixed_on));
    for made in censuses.iter().copied().filter(|made| *made >= fixed_on) {
        if made <= before {
            // A second look within the same period.
            continue;
        }
        let late = made > due;
        loop {
            days.push((due, Some(made)));
            (before, due) = (due, next(due));
            if due >= made && !(late && FiscalYear::of(due) == FiscalYear::of(made)) {
                break;
            }
        }
    }
    days.push((due, None));
    days
}

/// The end of the nth year that is reported: the first is the one in which the work was completed.
#[must_use]
pub fn year_end(reports: &YearlyReports, completed_on: Day, nth: u32) -> Day {
    let months = i32::from(reports.year_ends_month) - 3;
    // The fiscal year of the state, moved by the months between its end and the reported year's.
    let first = FiscalYear::of(completed_on.plus_months(-months)).last_day().plus_months(months);
    first.plus_months(i32::try_from(nth.saturating_sub(1)).unwrap_or(0).saturating_mul(12))
}

#[cfg(test)]
mod unit {
    use super::*;

    #[test]
    fn a_yearly_report_is_not_due_before_the_amount_was_fixed() {
        let day = |text: &str| Day::parse(text).unwrap();
        let rule = |due| YearlyReports { times: 5, due, year_ends_month: 3, clause: "7-1".into() };
        for (due, year_ends, fixed, expect) in [
            (DueRule::YearlyOn { month: 6, day: 30 }, "2026-03-31", "2026-04-10", "2026-06-30"),
            (DueRule::YearlyOn { month: 6, day: 30 }, "2026-03-31", "2026-06-29", "2026-06-30"),
            // On its day, or later: the next one.
            (DueRule::YearlyOn { month: 6, day: 30 }, "2026-03-31", "2026-06-30", "2027-06-30"),
            (DueRule::YearlyOn { month: 6, day: 30 }, "2026-03-31", "2026-11-24", "2027-06-30"),
            (DueRule::YearlyOn { month: 6, day: 30 }, "2027-03-31", "2026-11-24", "2027-06-30"),
            (DueRule::Days { days: 90 }, "2026-03-31", "2026-11-24", "2027-02-22"),
        ] {
            assert_eq!(not_before_fixing(&rule(due), day(year_ends), day(fixed)).to_string(), expect, "{year_ends} {fixed}");
        }
    }

    #[test]
    fn a_report_on_progress_stays_with_its_day() {
        let day = |text: &str| Day::parse(text).unwrap();
        for (reports, expect) in [
            (&[][..], "2026-01-05 -"),
            (&[("2025-12-31", "2026-01-04")], "2026-01-05 2026-01-04, 2026-06-30 -"),
            // Ten months late: the row stays.
            (&[("2026-11-24", "2026-11-24")], "2026-01-05 2026-11-24, 2027-05-24 -"),
            (&[("2025-12-31", "2026-01-04"), ("2026-06-30", "2026-07-10")], "2026-01-05 2026-01-04, 2026-06-30 2026-07-10, 2027-01-04 -"),
        ] {
            let reports: Vec<(Day, Day)> = reports.iter().map(|(as_of, made)| (day(as_of), day(made))).collect();
            let days = progress_days(&DueRule::Months { months: 6 }, day("2025-07-05"), &reports);
            let told: Vec<String> =
                days.iter().map(|(due, met)| format!("{due} {}", met.map_or("-".to_owned(), |m| m.to_string()))).collect();
            assert_eq!(told.join(", "), expect, "{reports:?}");
        }
    }

    #[test]
    fn a_census_meets_the_day_of_its_period() {
        let day = |text: &str| Day::parse(text).unwrap();
        let rule = DueRule::YearlyOn { month: 6, day: 30 };
        for (made, expect) in [
            (&[][..], "2026-06-30 -"),
            (&["2026-06-11"], "2026-06-30 2026-06-11, 2027-06-30 -"),
            (&["2026-06-30"], "2026-06-30 2026-06-30, 2027-06-30 -"),
            // Twice within the same period.
            (&["2026-05-01", "2026-06-11"], "2026-06-30 2026-05-01, 2027-06-30 -"),
            (&["2026-06-11", "2027-02-01"], "2026-06-30 2026-06-11, 2027-06-30 2027-02-01, 2028-06-30 -"),
            // Late by days, and by more than a year.
            (&["2026-07-05"], "2026-06-30 2026-07-05, 2027-06-30 -"),
            (&["2027-08-01"], "2026-06-30 2027-08-01, 2027-06-30 2027-08-01, 2028-06-30 -"),
            (&["2027-06-20"], "2026-06-30 2027-06-20, 2027-06-30 2027-06-20, 2028-06-30 -"),
            // Before the amount was fixed.
            (&["2026-03-01"], "2026-06-30 -"),
        ] {
            let made: Vec<Day> = made.iter().map(|m| day(m)).collect();
            let days = census_days(&rule, day("2026-04-01"), &made);
            let told: Vec<String> =
                days.iter().map(|(due, met)| format!("{due} {}", met.map_or("-".to_owned(), |m| m.to_string()))).collect();
            // A day on which the office is closed moves on; these years' do not.
            assert_eq!(told.join(", "), expect, "{made:?}");
        }
    }
}
