//! A run of payments: planned first, with nothing left to choose, then approved by several people, then executed as it stands.

use std::collections::BTreeSet;

use banso_kernel::{CaseId, ClosedDays, Day, Digest, LocalText, PersonId, Yen};
use serde::{Deserialize, Serialize};

use crate::refusal::ExecutionRefusal;
use crate::rules::ExecutionRules;
use crate::state::Execution;

/// One transfer of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunItem {
    pub case: CaseId,
    pub claim: u32,
    pub amount: Yen,
    /// Digest of the account.
    pub account: Digest,
}

/// Why a claim is not in a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Held {
    /// The account was changed a few days ago and nobody has confirmed it with the holder by another way.
    FreshAccount,
    /// A notice of cancellation is out.
    UnderHearing,
    /// More than the holder is entitled to.
    AboveEntitlement,
    /// The account is that of the firm which held the case before.
    OfFormerHolder,
}

impl Held {
    /// As people read it.
    #[must_use]
    pub fn label(self) -> LocalText {
        match self {
            Held::FreshAccount => LocalText::new("振込先が直前に変更されています", "the account was changed just before"),
            Held::UnderHearing => LocalText::new("取消しの手続中です", "a cancellation is under way"),
            Held::AboveEntitlement => LocalText::new("受け取ることができる額を超えます", "more than the holder is entitled to"),
            Held::OfFormerHolder => LocalText::new(
                "承継前の補助事業者の振込先です。承継した者が振込先を変更するまで支払えません",
                "the account of the former holder: the successor has to give another first",
            ),
        }
    }
}

/// A run as it is frozen. Its digest is what acts name and people approve.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaymentRun {
    pub pay_on: Day,
    pub items: Vec<RunItem>,
    pub held: Vec<(RunItem, Held)>,
    pub total: Yen,
    /// How many people must approve.
    pub approvals: u32,
}

/// Why a run cannot be planned or approved.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RunRefusal {
    #[error("banks rest on `{0}`")]
    BankRests(Day),
    #[error("day of payment `{pay_on}` is not after `{today}`")]
    NotAhead { pay_on: Day, today: Day },
    #[error("there is nothing to pay")]
    Empty,
    #[error("who planned a run does not approve it")]
    OwnPlan,
    #[error("the same person has approved already")]
    Twice,
    #[error("the run has all its approvals")]
    Complete,
    #[error(transparent)]
    Figures(#[from] ExecutionRefusal),
}

impl RunRefusal {
    /// What is wrong and what to do, for people.
    #[must_use]
    pub fn message(&self) -> LocalText {
        let ja = match self {
            RunRefusal::BankRests(day) => format!("{}は銀行の休業日です。営業日を選んでください。", day.wareki()),
            RunRefusal::NotAhead { pay_on, .. } => format!("支払日（{}）は本日より後の日を選んでください。", pay_on.wareki()),
            RunRefusal::Empty => "支払う請求がありません。保留した請求は、保留の理由が解消した後に計画に入ります。".to_owned(),
            RunRefusal::OwnPlan => "支払計画を作った人は承認できません。別の人が承認してください。".to_owned(),
            RunRefusal::Twice => "同じ人は2度承認できません。別の人が承認してください。".to_owned(),
            RunRefusal::Complete => "必要な承認はそろっています。".to_owned(),
            RunRefusal::Figures(refusal) => return refusal.told().message,
        };
        LocalText::new(ja, self.to_string())
    }
}

/// Days for which a changed account waits to be confirmed.
pub const FRESH_ACCOUNT_DAYS: i64 = 14;

/// Every claim that waits for its payment, what may be paid apart from what is held and why.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Waiting {
    pub items: Vec<RunItem>,
    pub held: Vec<(RunItem, Held)>,
}

/// Sorts the claims that wait, as a run on that day would. It tells of claims too where nothing can be paid because all of them are held.
///
/// # Errors
/// Sums that are too large.
pub fn waiting_claims(cases: &[(CaseId, &Execution)], confirmed: &BTreeSet<Digest>, pay_on: Day) -> Result<Waiting, ExecutionRefusal> {
    let (mut items, mut held) = (Vec::new(), Vec::new());
    for (case, execution) in cases {
        let mut committed = execution.paid_or_ordered()?;
        for (claim, it) in &execution.claims {
            if !it.waits() {
                continue;
            }
            let item = RunItem { case: *case, claim: *claim, amount: it.rest(), account: it.account };
            let after = committed.checked_add(item.amount)?;
            let changed_lately = it.account_changed && it.account_since.days_until(pay_on) < FRESH_ACCOUNT_DAYS;
            if it.account_of != execution.holder {
                held.push((item, Held::OfFormerHolder));
            } else if execution.hearing.is_some() {
                held.push((item, Held::UnderHearing));
            } else if after > execution.entitlement() {
                held.push((item, Held::AboveEntitlement));
            } else if changed_lately && !confirmed.contains(&it.account) {
                held.push((item, Held::FreshAccount));
            } else {
                committed = after;
                items.push(item);
            }
        }
    }
    items.sort();
    held.sort();
    Ok(Waiting { items, held })
}

/// Plans a run out of every claim that waits. `confirmed` are changed accounts that somebody asked the holder about.
///
/// # Errors
/// A day on which banks rest or that is not ahead, nothing to pay, or sums that are too large.
pub fn plan_run(
    cases: &[(CaseId, &Execution)],
    confirmed: &BTreeSet<Digest>,
    pay_on: Day,
    today: Day,
    rules: &ExecutionRules,
) -> Result<PaymentRun, RunRefusal> {
    if pay_on <= today {
        return Err(RunRefusal::NotAhead { pay_on, today });
    }
    if !pay_on.is_open(ClosedDays::Bank) {
        return Err(RunRefusal::BankRests(pay_on));
    }
    let Waiting { items, held } = waiting_claims(cases, confirmed, pay_on)?;
    if items.is_empty() {
        return Err(RunRefusal::Empty);
    }
    let total = Yen::sum(items.iter().map(|i| i.amount)).map_err(ExecutionRefusal::from)?;
    Ok(PaymentRun { pay_on, approvals: rules.approvals_for(total), items, held, total })
}

/// How many approvals are still to come after one more.
///
/// # Errors
/// The person who planned it, a second time, or one too many.
pub fn approve(run: &PaymentRun, planned_by: PersonId, approved_by: &[PersonId], person: PersonId) -> Result<u32, RunRefusal> {
    let has = u32::try_from(approved_by.len()).unwrap_or(u32::MAX);
    // Who plans counts as one pair of eyes.
    let needed = run.approvals.saturating_sub(1);
    if has >= needed {
        return Err(RunRefusal::Complete);
    }
    if person == planned_by {
        return Err(RunRefusal::OwnPlan);
    }
    if approved_by.contains(&person) {
        return Err(RunRefusal::Twice);
    }
    Ok(needed.saturating_sub(has.saturating_add(1)))
}
