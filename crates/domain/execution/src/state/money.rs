//! Claims for payment and what became of them. Never more is ordered than the holder is entitled to.

use banso_kernel::{CorporateNumber, Day, Digest, Yen};

use super::{Execution, Field, not_in_future, positive, written};
use crate::act::{AccountChanged, PaymentClaimed, PaymentKind, PaymentMade, PaymentOrdered, PaymentRefused, TransferReturned};
use crate::law::Flow;
use crate::refusal::{ExecutionRefusal as Refusal, Pending};

/// A claim for payment (支払請求).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    pub kind: PaymentKind,
    pub amount: Yen,
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
}

impl Claim {
    /// The money, once it arrived.
    #[must_use]
    pub const fn received(&self) -> Option<Flow> {
        match &self.state {
            ClaimState::Paid { on, .. } => Some(Flow::new(*on, self.amount)),
            ClaimState::Claimed | ClaimState::Refused { .. } | ClaimState::Ordered { .. } | ClaimState::CameBack { .. } => None,
        }
    }

    /// Whether it takes up a part of the entitlement.
    const fn counts(&self) -> bool {
        match &self.state {
            ClaimState::Refused { .. } => false,
            ClaimState::Claimed | ClaimState::Ordered { .. } | ClaimState::Paid { .. } | ClaimState::CameBack { .. } => true,
        }
    }

    pub(super) const fn is_open(&self) -> bool {
        match &self.state {
            ClaimState::Refused { .. } | ClaimState::Paid { .. } => false,
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
        Ok(Yen::sum(self.claims.values().filter(|c| c.counts()).map(|c| c.amount))?)
    }

    pub(crate) fn paid_or_ordered(&self) -> Result<Yen, Refusal> {
        let counts = |c: &&Claim| match &c.state {
            ClaimState::Ordered { .. } | ClaimState::Paid { .. } => true,
            ClaimState::Claimed | ClaimState::Refused { .. } | ClaimState::CameBack { .. } => false,
        };
        Ok(Yen::sum(self.claims.values().filter(counts).map(|c| c.amount))?)
    }

    pub(super) fn take_payment_refused(&mut self, a: &PaymentRefused) -> Result<(), Refusal> {
        written(Field::Reason, &a.reason)?;
        let claim = self.claim(a.claim)?;
        match &claim.state {
            ClaimState::Claimed | ClaimState::CameBack { .. } => claim.state = ClaimState::Refused { reason: a.reason.clone() },
            ClaimState::Refused { .. } | ClaimState::Ordered { .. } | ClaimState::Paid { .. } => {
                return Err(Refusal::NothingPending(Pending::Claim));
            }
        }
        Ok(())
    }

    pub(super) fn take_account_changed(&mut self, a: &AccountChanged, on: Day) -> Result<(), Refusal> {
        written(Field::Reason, &a.reason)?;
        let holder = self.holder;
        let claim = self.claim(a.claim)?;
        match &claim.state {
            ClaimState::Claimed | ClaimState::CameBack { .. } => {
                (claim.account, claim.account_since, claim.account_changed, claim.account_of) = (a.account, on, true, holder);
            }
            // What is on its way goes where the frozen run says.
            ClaimState::Refused { .. } | ClaimState::Ordered { .. } | ClaimState::Paid { .. } => {
                return Err(Refusal::NothingPending(Pending::Claim));
            }
        }
        Ok(())
    }

    pub(super) fn take_payment_ordered(&mut self, a: &PaymentOrdered, on: Day) -> Result<(), Refusal> {
        if a.pay_on < on {
            return Err(Refusal::DueNotAhead { due: a.pay_on, today: on });
        }
        let (entitled, committed) = (self.entitlement(), self.paid_or_ordered()?);
        let claim = self.claim(a.claim)?;
        match &claim.state {
            ClaimState::Claimed | ClaimState::CameBack { .. } => {}
            ClaimState::Refused { .. } | ClaimState::Ordered { .. } | ClaimState::Paid { .. } => {
                return Err(Refusal::NothingPending(Pending::Claim));
            }
        }
        let after = committed.checked_add(claim.amount)?;
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
            ClaimState::Claimed | ClaimState::Refused { .. } | ClaimState::Paid { .. } | ClaimState::CameBack { .. } => {
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
