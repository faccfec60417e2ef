//! Days of claim lines against two that the period does not know: the day of the report, and the day on which the work was reported to be
//! completed.

use banso_kernel::{Day, LocalText};

use super::check::two_days;
use super::{ClaimFinding, ClaimLine, FindingCode};

/// A day that stands in a line: the field, what it is called, and the day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineDay {
    pub field: String,
    pub what: LocalText,
    pub day: Day,
}

/// Every day of a line on which something was done, in the order of the papers.
fn days_of(line: &ClaimLine) -> Vec<LineDay> {
    let evidence = &line.evidence;
    let one = |field: &str, ja: &str, en: &str, day: Day| LineDay { field: field.to_owned(), what: LocalText::new(ja, en), day };
    let mut days: Vec<LineDay> = Vec::new();
    days.extend(evidence.quotes.iter().enumerate().map(|(n, q)| one(&format!("quotes[{n}].issued"), "見積日", "quoted", q.issued)));
    days.extend(evidence.order.iter().map(|o| one("order.on", "発注日", "ordered", o.on)));
    days.extend(evidence.delivery.iter().map(|d| one("delivery.on", "納品日", "delivered", d.on)));
    days.extend(evidence.acceptance.iter().map(|a| one("acceptance.on", "検収日", "accepted", a.on)));
    days.extend(evidence.invoice.iter().map(|i| one("invoice.issued", "請求日", "invoiced", i.issued)));
    days.extend(evidence.payments.iter().enumerate().map(|(n, p)| one(&format!("payments[{n}].on"), "支払日", "paid", p.on)));
    days
}

/// Days that had not come when the report was made, and days after the one on which the work was completed. What was ordered, delivered or
/// accepted after it was no part of the work; an invoice or a payment after it has to be explained.
#[must_use]
pub fn check_days(line: &ClaimLine, reported_on: Day, completed_on: Option<Day>, clause: &str) -> Vec<ClaimFinding> {
    let flaw = |d: LineDay| {
        let called = (d.what.ja.as_str(), d.what.en.as_deref().unwrap_or_default(), d.day);
        let (code, beside) = if d.day > reported_on {
            (FindingCode::DayToCome, ("報告の日", "reported", reported_on))
        } else {
            let completed = completed_on.filter(|completed| d.day > *completed)?;
            let to_be_paid = d.field.starts_with("invoice") || d.field.starts_with("payments");
            let code = if to_be_paid { FindingCode::PaidAfterCompletion } else { FindingCode::DoneAfterCompletion };
            (code, ("完了日", "completed", completed))
        };
        let (detail, line, clause) = (two_days(beside, called), line.id.clone(), clause.to_owned());
        Some(ClaimFinding { code, line, field: d.field, detail, clause })
    };
    days_of(line).into_iter().filter_map(flaw).collect()
}

/// The last day of all lines, with the line that it stands in: the work was not completed before it.
#[must_use]
pub fn last_day(lines: &[ClaimLine]) -> Option<(String, LineDay)> {
    let days = lines.iter().flat_map(|line| days_of(line).into_iter().map(|day| (line.id.clone(), day)));
    days.max_by_key(|(_, d)| d.day)
}
