//! What a guideline says of the time after the decision: figures and days, each with its clause. Nothing of this is a constant of the law.

use banso_kernel::{ClosedDays, Day, FiscalYear, Rate, Yen};
use serde::{Deserialize, Serialize};

use crate::claim::ClaimRules;
use crate::law::{ChargeTerms, Cut, DebtRule, DisposalTerms, RevenueTerms, WageTerms};

/// A value with the clause that sets it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Set<T> {
    pub value: T,
    pub clause: String,
}

/// When something is due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "when", rename_all = "snake_case", deny_unknown_fields)]
pub enum DueRule {
    /// So many days after the event, the day of the event not counted (民法140条).
    Days {
        days: u32,
    },
    Months {
        months: u32,
    },
    /// A day of the year, the first one after the event: 毎年度6月末日まで.
    YearlyOn {
        month: i8,
        day: i8,
    },
    /// A day in the fiscal year after that of the event: 翌年度4月10日.
    NextFiscalYearOn {
        month: i8,
        day: i8,
    },
    /// Whichever comes first.
    Earlier {
        of: Vec<DueRule>,
    },
}

impl DueRule {
    /// The last day, moved to the next open one where offices rest (行政機関の休日に関する法律2条).
    #[must_use]
    pub fn after(&self, event: Day) -> Day {
        self.plain(event).or_next_open(ClosedDays::Office)
    }

    fn plain(&self, event: Day) -> Day {
        match self {
            DueRule::Days { days } => event.plus_days(i32::try_from(*days).unwrap_or(i32::MAX)),
            DueRule::Months { months } => event.plus_months(i32::try_from(*months).unwrap_or(i32::MAX)),
            DueRule::YearlyOn { month, day } => {
                let this_year = day_of(event.year(), *month, *day).unwrap_or(event);
                if this_year > event { this_year } else { day_of(event.year().saturating_add(1), *month, *day).unwrap_or(event) }
            }
            DueRule::NextFiscalYearOn { month, day } => {
                let next = FiscalYear::of(event).next().get();
                let year = if *month >= 4 { next } else { next.saturating_add(1) };
                day_of(year, *month, *day).unwrap_or(event)
            }
            DueRule::Earlier { of } => of.iter().map(|rule| rule.plain(event)).min().unwrap_or(event),
        }
    }
}

/// A day of a year; the last of the month where there is none: 31 June is 30 June.
fn day_of(year: i16, month: i8, day: i8) -> Option<Day> {
    (0..4).find_map(|n| Day::new(year, month.clamp(1, 12), day.clamp(1, 31).saturating_sub(n)).ok())
}

/// Yearly reports after the project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct YearlyReports {
    /// How many: 初回＋5年 is six.
    pub times: u32,
    /// After the end of each year that is reported.
    pub due: DueRule,
    /// The month in which the reported year ends; 3 for the fiscal year of the state.
    pub year_ends_month: i8,
    pub clause: String,
}

/// Everything that a guideline says of the execution.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExecutionRules {
    /// A shift between headings up to this share of the heading that receives is minor (軽微な変更).
    pub minor_shift: Set<Rate>,
    pub completion_due: Set<DueRule>,
    pub progress_due: Option<Set<DueRule>>,
    pub claims: ClaimRules,
    /// The share of the decided amount that may be paid in advance; `None` where nothing is.
    pub advance: Option<Set<Rate>>,
    /// Days to pay back after an order.
    pub repayment_due: Set<DueRule>,
    /// Charges after a cancellation for cause, after fixing or changed circumstances, and under conditions of the decision.
    pub after_revocation: DebtRule,
    pub after_fixing: DebtRule,
    pub by_condition: DebtRule,
    pub input_tax: Option<Set<DueRule>>,
    pub input_tax_cut: Cut,
    pub reports: Option<YearlyReports>,
    pub revenue: Option<RevenueTerms>,
    pub wage: Option<WageTerms>,
    pub census: Option<Set<DueRule>>,
    pub disposal: DisposalTerms,
    /// Years after the fiscal year of completion for which papers are kept.
    pub keep_years: Set<u32>,
    /// Amounts from which a payment run needs so many approvals, ascending.
    pub approvals: Vec<Set<(Yen, u32)>>,
}

impl ExecutionRules {
    /// How many people approve a payment run of this total: two at least (four eyes), more where the guideline asks.
    #[must_use]
    pub fn approvals_for(&self, total: Yen) -> u32 {
        self.approvals.iter().filter(|a| total >= a.value.0).map(|a| a.value.1).max().unwrap_or(2).max(2)
    }

    /// The last day on which papers are kept: so many years after the fiscal year of completion.
    #[must_use]
    pub fn keep_until(&self, completed_on: Day) -> Day {
        let years = i32::try_from(self.keep_years.value).unwrap_or(i32::MAX);
        FiscalYear::of(completed_on).last_day().plus_months(years.saturating_mul(12))
    }
}

/// The charges of the Act itself, for programmes that it governs directly.
#[must_use]
pub fn charges_of_the_act() -> (ChargeTerms, ChargeTerms) {
    (ChargeTerms::of_the_act("適正化法第19条第1項"), ChargeTerms::of_the_act("適正化法第19条第2項"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deadlines_as_guidelines_write_them() {
        let day = |t: &str| Day::parse(t).unwrap();
        let completion = DueRule::Earlier { of: vec![DueRule::Days { days: 30 }, DueRule::NextFiscalYearOn { month: 4, day: 10 }] };
        for (rule, event, due) in [
            (&completion, "2026-01-15", "2026-02-16"), // 30 days are 14 February, a Saturday
            (&completion, "2026-03-31", "2026-04-10"),
            (&completion, "2026-02-28", "2026-03-30"),
            (&DueRule::YearlyOn { month: 6, day: 31 }, "2026-03-31", "2026-06-30"),
            (&DueRule::YearlyOn { month: 5, day: 31 }, "2026-05-31", "2027-05-31"),
            (&DueRule::YearlyOn { month: 5, day: 31 }, "2025-12-31", "2026-06-01"), // a Sunday
            (&DueRule::NextFiscalYearOn { month: 2, day: 28 }, "2026-03-31", "2027-03-01"), // a Sunday
            (&DueRule::Months { months: 3 }, "2025-11-30", "2026-03-02"),           // 28 February is a Saturday
            (&DueRule::Days { days: 20 }, "2026-04-13", "2026-05-07"),              // in the holidays of May
        ] {
            assert_eq!(rule.after(day(event)), day(due), "{rule:?} {event}");
        }
    }
}
