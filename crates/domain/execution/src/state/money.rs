//! Claims for payment and what became of them. Never more is ordered than the holder is entitled to.

use banso_kernel::{CorporateNumber, Day, Digest, Yen};

use super::{Execution, Field, not_in_future, positive, written};
use crate::act::{AccountChanged, ClaimSetOff, PaymentClaimed, PaymentKind, PaymentMade, PaymentOrdered, PaymentRefused, TransferReturned};
use crate::law::Flow;
use crate::refusal::{ExecutionRefusal as Refusal, Pending};

/// A claim for payment (支払請求).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    pub kind: PaymentKind,
    pub amount: Yen,
    pub claimed_on: Day,
    /// What of it was set off against a debt of another case (法20条): it goes out by no transfer.
    pub set_off: Vec<Flow>,
    /// Digest of the account to be paid to.
    pub account: Digest,
    /// Since when that account stands: one changed just before a payment is looked at twice.
    pub account_since: Day,
    /// Whether it is another than the one claimed with.
    pub account_changed: bool,
    /// Whose account it is: who held the case when it was given.
    pub account_of: CorporateNumber,
    pub state: ClaimState,
}

/// Where a claim stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClaimState {
    Claimed,
    Refused {
        reason: String,
    },
    Ordered {
        run: Digest,
        pay_on: Day,
    },
    Paid {
        run: Digest,
        on: Day,
    },
    /// The transfer came back; the account has to be put right, then it goes into a new run.
    CameBack {
        on: Day,
        reason: String,
    },
    /// All of it was set off: there is nothing left to transfer.
    SetOff {
        on: Day,
    },
}

impl Claim {
    /// The money, once it arrived: what was set off, and the transfer.
    #[must_use]
    pub fn received(&self) -> Vec<Flow> {
        let transfer = match &self.state {
            ClaimState::Paid { on, .. } => Some(Flow::new(*on, self.rest())),
            ClaimState::Claimed
            | ClaimState::Refused { .. }
            | ClaimState::Ordered { .. }
            | ClaimState::CameBack { .. }
            | ClaimState::SetOff { .. } => None,
        };
        self.set_off.iter().copied().chain(transfer).collect()
    }

    /// What of it was set off.
    #[must_use]
    pub fn set_off_sum(&self) -> Yen {
        Yen::sum(self.set_off.iter().map(|f| f.amount)).unwrap_or(self.amount)
    }

    /// What a transfer pays of it: what was not set off.
    #[must_use]
    pub fn rest(&self) -> Yen {
        self.amount.checked_sub(self.set_off_sum()).unwrap_or(Yen::ZERO)
    }

    /// What had moved of it by a day, as a later state knows it.
    pub(super) fn see_money(&mut self, known: &Claim, as_of: Day) {
        self.set_off = known.set_off.iter().copied().filter(|f| f.on <= as_of).collect();
        if let ClaimState::Paid { on, .. } | ClaimState::SetOff { on } = &known.state
            && *on <= as_of
        {
            self.state = known.state.clone();
        }
    }

    /// Whether it waits for its payment: it may go into a run, or be set off.
    #[must_use]
    pub const fn waits(&self) -> bool {
        match &self.state {
            ClaimState::Claimed | ClaimState::CameBack { .. } => true,
            ClaimState::Refused { .. } | ClaimState::Ordered { .. } | ClaimState::Paid { .. } | ClaimState::SetOff { .. } => false,
        }
    }

    /// The part of the entitlement that it takes up.
    fn counted(&self) -> Yen {
        match &self.state {
            ClaimState::Refused { .. } => self.set_off_sum(),
            ClaimState::Claimed
            | ClaimState::Ordered { .. }
            | ClaimState::Paid { .. }
            | ClaimState::CameBack { .. }
            | ClaimState::SetOff { .. } => self.amount,
        }
    }

    /// What of it is paid or on its way.
    fn committed(&self) -> Yen {
        match &self.state {
            ClaimState::Ordered { .. } | ClaimState::Paid { .. } | ClaimState::SetOff { .. } => self.amount,
            ClaimState::Claimed | ClaimState::Refused { .. } | ClaimState::CameBack { .. } => self.set_off_sum(),
        }
    }

    pub(super) const fn is_open(&self) -> bool {
        match &self.state {
            ClaimState::Refused { .. } | ClaimState::Paid { .. } | ClaimState::SetOff { .. } => false,
            ClaimState::Claimed | ClaimState::Ordered { .. } | ClaimState::CameBack { .. } => true,
        }
    }
}

impl Execution {
    /// Everything paid, on its way, or claimed and not refused.
    ///
    /// # Errors
    /// A sum that is too large.
    pub fn claimed(&self) -> Result<Yen, Refusal> {
        Ok(Yen::sum(self.claims.values().map(Claim::counted))?)
    }

    /// Everything paid, set off or on its way.
    ///
    /// # Errors
    /// A sum that is too large.
    pub fn paid_or_ordered(&self) -> Result<Yen, Refusal> {
        Ok(Yen::sum(self.claims.values().map(Claim::committed))?)
    }

    /// How much of a claim may be set off: what is left of it, within the entitlement; nothing while a cancellation is under way.
    ///
    /// # Errors
    /// A sum that is too large.
    pub fn may_set_off(&self, claim: &Claim) -> Result<Yen, Refusal> {
        if !claim.waits() || self.hearing.is_some() {
            return Ok(Yen::ZERO);
        }
        let room = self.entitlement().checked_sub(self.paid_or_ordered()?)?;
        Ok(claim.rest().min(room).max(Yen::ZERO))
    }

    pub(super) fn take_claim_set_off(&mut self, a: &ClaimSetOff, on: Day) -> Result<(), Refusal> {
        self.none_pending(Pending::Hearing, self.hearing.is_some())?;
        let claim = self.claims.get(&a.claim).ok_or(Refusal::NoSuchNumber { number: a.claim })?;
        if !claim.waits() {
            return Err(Refusal::NothingPending(Pending::Claim));
        }
        not_in_future(a.on, on)?;
        if a.on < claim.claimed_on {
            return Err(Refusal::BeforeDecision { day: a.on, decided_on: claim.claimed_on });
        }
        written(Field::Number, &a.debt)?;
        positive(a.amount)?;
        let most = self.may_set_off(claim)?;
        if a.amount > most {
            return Err(Refusal::AboveEntitlement { amount: a.amount, entitled: most });
        }
        let claim = self.claim(a.claim)?;
        claim.set_off.push(Flow::new(a.on, a.amount));
        if claim.rest() == Yen::ZERO {
            claim.state = ClaimState::SetOff { on: a.on };
        }
        Ok(())
    }

    pub(super) fn take_payment_refused(&mut self, a: &PaymentRefused) -> Result<(), Refusal> {
        written(Field::Reason, &a.reason)?;
        let claim = self.claim(a.claim)?;
        if !claim.waits() {
            return Err(Refusal::NothingPending(Pending::Claim));
        }
        claim.state = ClaimState::Refused { reason: a.reason.clone() };
        Ok(())
    }

    pub(super) fn take_account_changed(&mut self, a: &AccountChanged, on: Day) -> Result<(), Refusal> {
        written(Field::Reason, &a.reason)?;
        let holder = self.holder;
        let claim = self.claim(a.claim)?;
        // What is on its way goes where the frozen run says.
        if !claim.waits() {
            return Err(Refusal::NothingPending(Pending::Claim));
        }
        (claim.account, claim.account_since, claim.account_changed, claim.account_of) = (a.account, on, true, holder);
        Ok(())
    }

    pub(super) fn take_payment_ordered(&mut self, a: &PaymentOrdered, on: Day) -> Result<(), Refusal> {
        if a.pay_on < on {
            return Err(Refusal::DueNotAhead { due: a.pay_on, today: on });
        }
        let (entitled, committed) = (self.entitlement(), self.paid_or_ordered()?);
        let claim = self.claim(a.claim)?;
        if !claim.waits() {
            return Err(Refusal::NothingPending(Pending::Claim));
        }
        let after = committed.checked_add(claim.rest())?;
        if after > entitled {
            return Err(Refusal::AboveEntitlement { amount: after, entitled });
        }
        claim.state = ClaimState::Ordered { run: a.run, pay_on: a.pay_on };
        Ok(())
    }

    pub(super) fn take_payment_made(&mut self, a: &PaymentMade, on: Day) -> Result<(), Refusal> {
        not_in_future(a.on, on)?;
        let claim = self.claim(a.claim)?;
        let ClaimState::Ordered { run, .. } = &claim.state else { return Err(Refusal::NothingPending(Pending::Payment)) };
        claim.state = ClaimState::Paid { run: *run, on: a.on };
        Ok(())
    }

    pub(super) fn take_transfer_returned(&mut self, a: &TransferReturned, on: Day) -> Result<(), Refusal> {
        not_in_future(a.on, on)?;
        written(Field::Reason, &a.reason)?;
        let claim = self.claim(a.claim)?;
        match &claim.state {
            ClaimState::Ordered { .. } => claim.state = ClaimState::CameBack { on: a.on, reason: a.reason.clone() },
            ClaimState::Claimed
            | ClaimState::Refused { .. }
            | ClaimState::Paid { .. }
            | ClaimState::CameBack { .. }
            | ClaimState::SetOff { .. } => {
                return Err(Refusal::NothingPending(Pending::Payment));
            }
        }
        Ok(())
    }

    fn claim(&mut self, number: u32) -> Result<&mut Claim, Refusal> {
        self.claims.get_mut(&number).ok_or(Refusal::NoSuchNumber { number })
    }

    pub(super) fn payment_claimed(&mut self, a: &PaymentClaimed, on: Day) -> Result<(), Refusal> {
        positive(a.amount)?;
        // An advance is paid before the amount is fixed, a settlement after.
        if (a.kind == PaymentKind::Settlement) != self.fixed.is_some() {
            return Err(Refusal::PaymentKindWrong { kind: a.kind });
        }
        let (entitled, after) = (self.entitlement(), self.claimed()?.checked_add(a.amount)?);
        if after > entitled {
            return Err(Refusal::AboveEntitlement { amount: after, entitled });
        }
        self.number(a.claim)?;
        let claim = Claim {
            kind: a.kind,
            amount: a.amount,
            claimed_on: on,
            set_off: Vec::new(),
            account: a.account,
            account_since: on,
            account_changed: false,
            account_of: self.holder,
            state: ClaimState::Claimed,
        };
        self.claims.insert(a.claim, claim);
        Ok(())
    }
}
