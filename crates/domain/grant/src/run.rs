//! A run of payments, as the acts of its call tell it: frozen once, approved by several people, sent, answered by the bank.

use banso_kernel::{Day, Digest, Instant, LocalText, PersonId, Yen};
use serde::{Deserialize, Serialize};

use crate::act::{Actor, CallAct, Recorded};

/// A run of payments as it was frozen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaymentRunFrozen {
    /// Digest of the whole plan.
    pub run: Digest,
    pub pay_on: Day,
    pub transfers: u32,
    pub total: Yen,
    /// How many people must agree, the one who planned it counted.
    pub approvals: u32,
}

/// What the bank answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaymentRunSettled {
    pub run: Digest,
    /// The day on which the money moved.
    pub on: Day,
    pub paid: Yen,
    pub returned: Yen,
}

/// How far a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunState {
    /// Waits for approvals.
    Frozen,
    Discarded,
    /// Has all its approvals: its claims are ordered.
    Approved,
    /// The bank has answered.
    Settled,
}

impl RunState {
    /// As people read it.
    #[must_use]
    pub fn label(self) -> LocalText {
        match self {
            RunState::Frozen => LocalText::new("承認待ち", "to be approved"),
            RunState::Discarded => LocalText::new("取消し", "discarded"),
            RunState::Approved => LocalText::new("振込手続中", "being sent"),
            RunState::Settled => LocalText::new("結果を記録済", "settled"),
        }
    }

    /// Stable code for tests and tones.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            RunState::Frozen => "frozen",
            RunState::Discarded => "discarded",
            RunState::Approved => "approved",
            RunState::Settled => "settled",
        }
    }
}

/// A run and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Digest of the frozen plan.
    pub run: Digest,
    pub pay_on: Day,
    pub transfers: u32,
    pub total: Yen,
    /// How many people must agree, the one who planned it counted.
    pub approvals: u32,
    pub planned_by: Actor,
    pub frozen_at: Instant,
    pub approved: Vec<(PersonId, Instant)>,
    pub state: RunState,
    /// Why it was discarded.
    pub reason: String,
    pub settled: Option<PaymentRunSettled>,
}

impl Run {
    /// Who approved it, oldest first.
    #[must_use]
    pub fn approvers(&self) -> Vec<PersonId> {
        self.approved.iter().map(|(person, _)| *person).collect()
    }

    /// Whether it keeps the next one from being planned. Once a run has all its approvals its claims are ordered, and no other run can take
    /// them; until then two plans could name the same claim.
    #[must_use]
    pub const fn is_waiting(&self) -> bool {
        matches!(self.state, RunState::Frozen)
    }

    /// Takes the next act about runs; `None` if it does not fit.
    pub(crate) fn take(runs: &mut Vec<Run>, r: &Recorded<CallAct>) -> Option<()> {
        if let CallAct::PaymentRunFrozen(frozen) = &r.act {
            runs.iter().all(|run| !run.is_waiting() && run.run != frozen.run).then_some(())?;
            runs.push(Run {
                run: frozen.run,
                pay_on: frozen.pay_on,
                transfers: frozen.transfers,
                total: frozen.total,
                approvals: frozen.approvals,
                planned_by: r.actor,
                frozen_at: r.recorded_at,
                approved: Vec::new(),
                state: RunState::Frozen,
                reason: String::new(),
                settled: None,
            });
            Some(())
        } else if let CallAct::PaymentRunApproved { run } = &r.act {
            let found = runs.iter_mut().find(|known| known.run == *run && known.state == RunState::Frozen)?;
            let Actor::Person(person) = r.actor else { return None };
            (r.actor != found.planned_by && !found.approvers().contains(&person)).then_some(())?;
            found.approved.push((person, r.recorded_at));
            let has = u32::try_from(found.approved.len()).unwrap_or(u32::MAX);
            if has >= found.approvals.saturating_sub(1) {
                found.state = RunState::Approved;
            }
            Some(())
        } else if let CallAct::PaymentRunDiscarded { run, reason } = &r.act {
            let found = runs.iter_mut().find(|known| known.run == *run && known.state == RunState::Frozen)?;
            (found.state, found.reason) = (RunState::Discarded, reason.clone());
            Some(())
        } else if let CallAct::PaymentRunSettled(settled) = &r.act {
            let found = runs.iter_mut().find(|known| known.run == settled.run && known.state == RunState::Approved)?;
            (found.paid_and_returned(settled)).then_some(())?;
            (found.state, found.settled) = (RunState::Settled, Some(settled.clone()));
            Some(())
        } else {
            None
        }
    }

    /// What the bank answered is what was sent.
    fn paid_and_returned(&self, settled: &PaymentRunSettled) -> bool {
        Yen::sum([settled.paid, settled.returned]).is_ok_and(|sum| sum == self.total)
    }
}
