//! Claim lines summed by heading of the budget, and against what was allotted.

use std::collections::{BTreeMap, BTreeSet};

use banso_kernel::{LocalText, MoneyError, Yen};

use super::ClaimLine;
use super::findings::{ClaimFinding, FindingCode};

/// A heading of the budget as the decision and approved changes allot it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllottedLine {
    pub name: String,
    /// The most that may be claimed under it without another approval: the allotted cost and the minor shift that the guideline allows.
    pub most: Yen,
}

/// What the lines claim under each heading.
///
/// # Errors
/// A sum that is too large.
pub fn totals_by_line(lines: &[ClaimLine]) -> Result<BTreeMap<String, Yen>, MoneyError> {
    let mut totals = BTreeMap::new();
    for line in lines {
        let sum = totals.entry(line.budget_line.clone()).or_insert(Yen::ZERO);
        *sum = sum.checked_add(line.claimed)?;
    }
    Ok(totals)
}

/// Headings that do not exist or are overdrawn, and numbers of lines used twice.
#[must_use]
pub fn budget_findings(lines: &[ClaimLine], allotted: &[AllottedLine], clause: &str) -> Vec<ClaimFinding> {
    let mut findings = Vec::new();
    let mut seen = BTreeSet::new();
    let mut sums: BTreeMap<&str, Yen> = BTreeMap::new();
    for line in lines {
        let mut push = |code, field: &str, detail| {
            findings.push(ClaimFinding { code, line: line.id.clone(), field: field.to_owned(), detail, clause: clause.to_owned() });
        };
        if !seen.insert(&line.id) {
            push(FindingCode::LineTwice, "id", LocalText::new(line.id.clone(), line.id.clone()));
        }
        let Some(heading) = allotted.iter().find(|a| a.name == line.budget_line) else {
            push(FindingCode::BudgetLineUnknown, "budget_line", LocalText::new(line.budget_line.clone(), line.budget_line.clone()));
            continue;
        };
        let sum = sums.entry(&line.budget_line).or_insert(Yen::ZERO);
        match sum.checked_add(line.claimed) {
            // Said once, at the line with which the heading is overdrawn.
            Ok(more) if more > heading.most && *sum <= heading.most => {
                let detail = LocalText::new(
                    format!("{}: 計上 {more}、限度 {}", heading.name, heading.most),
                    format!("{}: claimed {more}, at most {}", heading.name, heading.most),
                );
                push(FindingCode::AboveAllotted, "claimed", detail);
                *sum = more;
            }
            Ok(more) => *sum = more,
            Err(_) => push(FindingCode::TooLarge, "claimed", LocalText::new(line.claimed.to_string(), line.claimed.to_string())),
        }
    }
    findings
}
