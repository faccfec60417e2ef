//! Letters of the years after the amount is fixed: what was assessed, decided, succeeded, closed; with the computation as it was shown.

use banso_execution::act::DisposalRequested;
use banso_execution::law::{DisposalOutcome, Step};
use banso_execution::rules::ExecutionRules;
use banso_execution::{Execution, ExecutionAct};
use banso_grant::GrantDecided;
use banso_kernel::{CorporateNumber, Day, Yen};
use banso_letters::{ComputedLine, Letter, YearsLetter, YearsStep};

use super::Told;
use super::cover::Head;
use crate::execution::{disposal_computed, disposal_facts, period_words, revenue_computed, wage_computed};
use crate::{Office, OfficeError};

/// A letter with nothing in it but its head; `clause` of the guideline is what it rests on.
fn plain(
    head: &Head,
    (number, clause): (&str, &str),
    step: YearsStep,
    about_on: Day,
    decision: &GrantDecided,
    execution: &Execution,
) -> YearsLetter {
    YearsLetter {
        cover: head.cover(number.to_owned(), &[clause]),
        step,
        about_on,
        decision: decision.number.clone(),
        decided_on: execution.terms.decided_on,
        facts: Vec::new(),
        lines: Vec::new(),
        amount: None,
        reason: String::new(),
        conditions: Vec::new(),
    }
}

fn lines(steps: Vec<Step>) -> Vec<ComputedLine> {
    steps.into_iter().map(|s| ComputedLine { what: s.what.ja, how: s.how.ja, value: s.value.text().ja }).collect()
}

fn fact(label: &str, value: impl Into<String>) -> (String, String) {
    (label.to_owned(), value.into())
}

/// What a decision on a disposal says; `asked` is the request with its day.
pub(crate) fn disposal_letter(
    head: Head,
    act: &ExecutionAct,
    (asked, asked_on): (&DisposalRequested, Day),
    decision: &GrantDecided,
    execution: &Execution,
    rules: &ExecutionRules,
) -> Option<Letter> {
    let facts = disposal_facts(execution, asked);
    let letter = if let ExecutionAct::DisposalApproved(a) = act {
        let (steps, _) = disposal_computed(execution, &asked.asset, &asked.disposition, asked.planned_on, rules).ok()?;
        let amount = match a.outcome {
            DisposalOutcome::Repay(yen) => yen,
            DisposalOutcome::Unrestricted
            | DisposalOutcome::NothingDue
            | DisposalOutcome::ReportOnly
            | DisposalOutcome::OnEnforcement(_) => Yen::ZERO,
        };
        let mut conditions = a.conditions.clone();
        if let DisposalOutcome::OnEnforcement(yen) = a.outcome {
            conditions.insert(0, format!("担保権が実行されたときは、{yen}を限度として納付すること。"));
        }
        YearsLetter {
            facts,
            lines: lines(steps),
            amount: Some(amount),
            conditions,
            ..plain(&head, (&a.number, &rules.disposal.clause), YearsStep::DisposalApproved, asked_on, decision, execution)
        }
    } else if let ExecutionAct::DisposalRefused(a) = act {
        YearsLetter {
            facts,
            reason: a.reason.clone(),
            ..plain(&head, (&a.number, &rules.disposal.clause), YearsStep::DisposalRefused, asked_on, decision, execution)
        }
    } else {
        return None;
    };
    Some(Letter::Years(Box::new(letter)))
}

/// What the closing says; `execution` is the case after it.
pub(crate) fn closing_letter(head: Head, act: &ExecutionAct, on: Day, decision: &GrantDecided, execution: &Execution) -> Option<Letter> {
    let ExecutionAct::CaseClosed(a) = act else { return None };
    let clause = head.edition.execution().map_or("", |rules| &rules.keep_years.clause);
    let returned: i64 = execution.debts.values().flat_map(|d| &d.payments).map(|p| p.amount.get()).sum();
    Some(Letter::Years(Box::new(YearsLetter {
        facts: vec![
            fact("補助金の確定額", execution.entitlement().to_string()),
            fact("支払済額", execution.paid().unwrap_or(Yen::ZERO).to_string()),
            fact("返還・納付された額", Yen::new(returned).to_string()),
            fact("書類の保存期限", a.keep_until.wareki()),
        ],
        conditions: a.checked.iter().map(|c| format!("{c}。")).collect(),
        ..plain(&head, (&a.number, clause), YearsStep::CaseClosed, on, decision, execution)
    })))
}

/// Whether the letter of an act stands here.
pub(super) fn is_of(act: &ExecutionAct) -> bool {
    matches!(act.kind(), "revenue_assessed" | "wage_assessed" | "disposal_approved" | "disposal_refused" | "succeeded" | "case_closed")
}

impl Office {
    /// The names of the firms that an act is about.
    pub(super) async fn firms_of(&self, act: &ExecutionAct) -> Result<Vec<(CorporateNumber, String)>, OfficeError> {
        let ExecutionAct::Succeeded(a) = act else { return Ok(Vec::new()) };
        let mut firms = Vec::new();
        for number in [a.from, a.to] {
            firms.extend(self.firm(number).await?.map(|f| (number, f.name)));
        }
        Ok(firms)
    }
}

/// The letter of a step of the years after; most call for none. `firm` names a corporate number.
pub(super) fn letter(told: &Told<'_>, head: Head, act: &ExecutionAct, firms: &[(CorporateNumber, String)]) -> Option<Letter> {
    let decision = told.case.state.decision()?;
    let execution = told.case.state.execution()?;
    let rules = told.edition.execution()?;
    let seq = told.record.seq;
    let receipt = &told.paper.receipt_number;
    if let ExecutionAct::RevenueAssessed(a) = act {
        let report = execution.revenue.get(&a.nth)?;
        let (steps, _) = revenue_computed(execution, a.nth, rules).ok()?;
        return Some(Letter::Years(Box::new(YearsLetter {
            facts: vec![fact("報告の回", format!("第{}回", a.nth)), fact("対象の年度", period_words(report.year_ends))],
            lines: lines(steps),
            amount: Some(a.amount),
            reason: a.reason.clone(),
            ..plain(
                &head,
                (&format!("{receipt}-収認{seq}"), &a.clause),
                YearsStep::RevenueAssessed,
                report.reported_on,
                decision,
                execution,
            )
        })));
    }
    if let ExecutionAct::WageAssessed(a) = act {
        let report = execution.wages.get(&a.nth)?;
        let (steps, _) = wage_computed(execution, a.nth, rules).ok()?;
        return Some(Letter::Years(Box::new(YearsLetter {
            facts: vec![fact("目標年度", period_words(report.year_ends))],
            lines: lines(steps),
            amount: Some(a.amount),
            reason: a.reason.clone(),
            ..plain(&head, (&format!("{receipt}-賃認{seq}"), &a.clause), YearsStep::WageAssessed, report.reported_on, decision, execution)
        })));
    }
    if let ExecutionAct::Succeeded(a) = act {
        let name = |number: CorporateNumber| {
            let known = firms.iter().find(|(n, _)| *n == number).map(|(_, name)| name.as_str()).unwrap_or_default();
            format!("{known}（法人番号 {number}）")
        };
        return Some(Letter::Years(Box::new(YearsLetter {
            facts: vec![
                fact("承継前の補助事業者", name(a.from)),
                fact("承継した補助事業者", name(a.to)),
                fact("承継の事由", a.cause.label().ja),
                fact("承継の日", a.on.wareki()),
            ],
            ..plain(&head, (&a.number, ""), YearsStep::Succeeded, a.on, decision, execution)
        })));
    }
    let asked = |request: u32| told.disposal_asked(request);
    if let ExecutionAct::DisposalApproved(a) = act {
        let (asked, on) = asked(a.request)?;
        return disposal_letter(head, act, (&asked, on), decision, execution, rules);
    }
    if let ExecutionAct::DisposalRefused(a) = act {
        let (asked, on) = asked(a.request)?;
        return disposal_letter(head, act, (&asked, on), decision, execution, rules);
    }
    closing_letter(head, act, told.record.effective_on, decision, execution)
}

impl Told<'_> {
    /// A request for disposal with its day.
    fn disposal_asked(&self, request: u32) -> Option<(DisposalRequested, Day)> {
        self.acts.iter().find_map(|r| {
            let banso_grant::CaseAct::Execution(act) = &r.act else { return None };
            if let ExecutionAct::DisposalRequested(a) = &**act { (a.request == request).then(|| (a.clone(), r.effective_on)) } else { None }
        })
    }
}
