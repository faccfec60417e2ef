//! 交付決定通知書: the amount, its years, what was modified and why, the conditions. The same letter is shown before the decision is made.

use banso_grant::{CaseAct, GrantDecided, Modification};
use banso_kernel::{Day, Yen};
use banso_letters::{Difference, GrantDecision, Letter, YearAmount};

use super::Told;
use super::cover::Head;

/// What a decision letter says beside its head.
pub(crate) struct Order<'a> {
    pub(crate) decided: &'a GrantDecided,
    pub(crate) requested_on: Day,
    pub(crate) requested: Yen,
    /// What the act rests on.
    pub(crate) clause: &'a str,
}

pub(crate) fn decision_letter(head: Head, order: &Order<'_>) -> Letter {
    let decided = order.decided;
    let mut clauses = vec![order.clause];
    clauses.extend(head.edition.conditions().iter().filter(|c| decided.conditions.contains(&c.text.ja)).map(|c| c.clause.as_str()));
    let difference = |m: &Modification| Difference { place: m.place.clone(), asked: m.asked, granted: m.granted, reason: m.reason.clone() };
    Letter::GrantDecision(GrantDecision {
        cover: head.cover(decided.number.clone(), &clauses),
        track: head.track(),
        requested_on: order.requested_on,
        requested: order.requested,
        eligible_cost: decided.eligible_cost,
        amount: decided.amount,
        by_year: decided.by_year.iter().map(|(year, amount)| YearAmount { year: *year, amount: *amount }).collect(),
        conditions: decided.conditions.clone(),
        modifications: decided.modifications.iter().map(difference).collect(),
        feasibility: decided.feasibility.clone(),
        project_starts: None,
        project_ends: decided.project_ends,
        withdrawal_due: Some(decided.withdrawable_until),
    })
}

impl Told<'_> {
    /// The day of the grant request that the act answers, and what was asked for in it.
    pub(super) fn grant_request(&self) -> (Day, Yen) {
        let asked = self.acts.iter().rev().filter(|r| r.seq <= self.record.seq).find_map(|r| {
            let CaseAct::GrantRequested(request) = &r.act else { return None };
            Some((r.recorded_at.day(), request.requested))
        });
        asked.unwrap_or((self.record.recorded_at.day(), self.paper.requested))
    }
}
