//! A case after its decision: the fold of its acts. `apply` refuses an act that does not fit, for a stated reason, and `decide` asks the same
//! function, so that what may be written and what may be read are one thing.
//!
//! Checks run in one order: phase, what is pending, days, papers, money; the first that fails is the answer.

mod after;
mod debt;
mod debts;
mod money;
mod open;
mod plan;
mod report;

use std::collections::{BTreeMap, BTreeSet};

use banso_kernel::{CorporateNumber, Day, Digest, Yen};

pub use after::{AssetState, Disposal, ReportedFigures, YearReport};
pub use debt::{Debt, Rest};
pub use money::{Claim, ClaimState};
pub use open::{OpenItem, OpenKind};

use crate::act::{DiscontinuationRequested, ExecutionAct, Ground, LineAmount, PlanChangeRequested};
use crate::law::Flow;
use crate::phase::ExecutionPhase;
use crate::refusal::ExecutionRefusal as Refusal;

/// What the grant decision says, as far as the rest of the life needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionTerms {
    pub decided_on: Day,
    pub eligible_cost: Yen,
    pub amount: Yen,
    pub project_ends: Day,
    pub holder: CorporateNumber,
}

/// A report of results as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    pub version: u32,
    pub completed_on: Day,
    pub reported_on: Day,
    pub lines: BTreeMap<String, Yen>,
    /// Digest of the claim lines.
    pub claims: Digest,
    /// By when a correction is awaited.
    pub due: Option<Day>,
}

/// The amount once it is fixed (額の確定).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FixedAmount {
    pub number: String,
    pub on: Day,
    pub eligible: Yen,
    /// As it was fixed; a later cancellation of a part does not change it but the entitlement.
    pub amount: Yen,
}

/// A cancellation that was announced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hearing {
    pub ground: Ground,
    pub reply_due: Day,
    pub answered: Option<Digest>,
}

/// Everything known of a case after its decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Execution {
    pub terms: DecisionTerms,
    pub phase: ExecutionPhase,
    /// The holder today: a successor, after a merger.
    pub holder: CorporateNumber,
    pub project_ends: Day,
    /// Eligible cost by heading, as allotted now.
    pub lines: BTreeMap<String, Yen>,
    /// The same as last allotted or approved by the office: what minor changes, taken together, are measured against.
    pub approved_lines: BTreeMap<String, Yen>,
    /// What the decision grants today: less after a change of plan or a cancellation, never more than was decided.
    pub decided: Yen,
    pub plan_change: Option<PlanChangeRequested>,
    pub discontinuation: Option<DiscontinuationRequested>,
    pub abandoned_on: Option<Day>,
    /// Incidents that await an instruction.
    pub incidents: BTreeSet<u32>,
    /// By when an order to perform is to be followed.
    pub performance_due: Option<Day>,
    pub last_progress: Option<Day>,
    /// Every report on progress: as of which day, and when it was made.
    pub progress: Vec<(Day, Day)>,
    /// Fiscal years for which a report was made while the work went on.
    pub year_ends: Vec<Day>,
    pub completion: Option<Completion>,
    pub accepted: BTreeMap<String, Yen>,
    pub fixed: Option<FixedAmount>,
    /// Cancelled after fixing.
    pub revoked_of_fixed: Yen,
    pub hearing: Option<Hearing>,
    /// What the last cancellation rested on.
    pub last_ground: Option<Ground>,
    pub claims: BTreeMap<u32, Claim>,
    pub debts: BTreeMap<u32, Debt>,
    /// When it was reported, and what is to come back.
    pub input_tax: Option<Flow>,
    pub revenue: BTreeMap<u32, YearReport>,
    pub wages: BTreeMap<u32, YearReport>,
    pub assets: BTreeMap<String, AssetState>,
    pub last_census: Option<Day>,
    /// The days on which a census was reported, in their order.
    pub censuses: Vec<Day>,
    pub disposals: BTreeMap<u32, Disposal>,
    pub keep_until: Option<Day>,
    /// Serial numbers given out: requests of every kind share one count.
    pub(crate) last_request: u32,
}

impl Execution {
    /// As the grant decision leaves it.
    #[must_use]
    pub fn begin(terms: DecisionTerms) -> Self {
        Execution {
            phase: ExecutionPhase::Decided,
            holder: terms.holder,
            project_ends: terms.project_ends,
            decided: terms.amount,
            terms,
            lines: BTreeMap::new(),
            approved_lines: BTreeMap::new(),
            plan_change: None,
            discontinuation: None,
            abandoned_on: None,
            incidents: BTreeSet::new(),
            performance_due: None,
            last_progress: None,
            progress: Vec::new(),
            year_ends: Vec::new(),
            completion: None,
            accepted: BTreeMap::new(),
            fixed: None,
            revoked_of_fixed: Yen::ZERO,
            hearing: None,
            last_ground: None,
            claims: BTreeMap::new(),
            debts: BTreeMap::new(),
            input_tax: None,
            revenue: BTreeMap::new(),
            wages: BTreeMap::new(),
            assets: BTreeMap::new(),
            last_census: None,
            censuses: Vec::new(),
            disposals: BTreeMap::new(),
            keep_until: None,
            last_request: 0,
        }
    }

    /// The number for the next request, claim, incident or debt.
    #[must_use]
    pub const fn next_number(&self) -> u32 {
        self.last_request.saturating_add(1)
    }

    /// The number given out last.
    #[must_use]
    pub const fn last_number(&self) -> u32 {
        self.last_request
    }

    /// Takes the number of a request, which must be the next.
    pub(crate) fn number(&mut self, number: u32) -> Result<(), Refusal> {
        if number != self.next_number() {
            return Err(Refusal::NumberNotNext { expected: self.next_number(), found: number });
        }
        self.last_request = number;
        Ok(())
    }

    /// The case after one more act, taken on a day.
    ///
    /// # Errors
    /// Why the act does not fit; the first of the checks that fails.
    pub fn apply(mut self, act: &ExecutionAct, on: Day) -> Result<Execution, Refusal> {
        self.advance(act, on)?;
        Ok(self)
    }

    /// As [`Execution::apply`], in place. After a refusal the case may be half changed and must not be used.
    ///
    /// # Errors
    /// Why the act does not fit.
    pub fn advance(&mut self, act: &ExecutionAct, on: Day) -> Result<(), Refusal> {
        let meta = act.meta();
        if !meta.from.contains(&self.phase) {
            return Err(Refusal::WrongPhase { act: meta, phase: self.phase });
        }
        self.take(act, on)
    }

    fn take(&mut self, act: &ExecutionAct, on: Day) -> Result<(), Refusal> {
        use ExecutionAct as A;
        match act {
            A::BudgetAllocated(a) => self.take_budget_allocated(a),
            A::PlanChangeRequested(a) => self.take_plan_change_requested(a),
            A::PlanChangeApproved(a) => self.take_plan_change_approved(a),
            A::PlanChangeRefused(a) => self.take_plan_change_refused(a),
            A::MinorChangeReported(a) => self.take_minor_change_reported(a),
            A::DiscontinuationRequested(_) | A::DiscontinuationApproved(_) | A::DiscontinuationRefused(_) => self.take_stop(act),
            A::WorkResumed(a) => self.take_work_resumed(a),
            A::SuspensionLifted(a) => self.take_suspension_lifted(a),
            A::SuspensionOrdered(a) => self.take_suspension_ordered(a),
            A::IncidentReported(a) => self.take_incident_reported(a),
            A::IncidentInstructed(a) => self.take_incident_instructed(a),
            A::ProgressReported(a) => self.take_progress_reported(a, on),
            A::PerformanceOrdered(a) => self.take_performance_ordered(a, on),
            A::InterimInspected(_) => Ok(()),
            A::CompletionReported(a) => self.reported(a, on),
            A::CompletionReturned(a) => self.send_back(a.points.is_empty(), a.due, on),
            A::CorrectionOrdered(a) => self.take_correction_ordered(a, on),
            A::Inspected(a) => self.inspected(a),
            A::AmountFixed(a) => self.amount_fixed(a, on),
            A::PaymentClaimed(a) => self.payment_claimed(a, on),
            A::PaymentRefused(a) => self.take_payment_refused(a),
            A::AccountChanged(a) => self.take_account_changed(a, on),
            A::PaymentOrdered(a) => self.take_payment_ordered(a, on),
            A::PaymentMade(a) => self.take_payment_made(a, on),
            A::TransferReturned(a) => self.take_transfer_returned(a, on),
            A::RevocationNoticed(a) => self.take_revocation_noticed(a, on),
            A::RevocationAnswered(a) => self.take_revocation_answered(a),
            A::RevocationDropped(a) => self.take_revocation_dropped(a),
            A::Revoked(a) => self.revoked(a, on),
            A::RepaymentOrdered(a) => self.repayment_ordered(a, on),
            A::RepaymentReceived(a) => self.came_in(a.debt, Flow::new(a.on, a.amount), on),
            A::OffsetMade(a) => self.take_offset_made(a, on),
            A::ClaimSetOff(a) => self.take_claim_set_off(a, on),
            A::InstalmentsAgreed(a) => self.instalments_agreed(a, on),
            A::ChargeWaived(a) => self.take_charge_waived(a, on),
            A::Demanded(a) => self.take_demanded(a, on),
            A::DebtDischarged(a) => self.take_debt_discharged(a, on),
            A::InputTaxReported(a) => self.take_input_tax_reported(a, on),
            A::CommercialisationReported(a) => self.take_commercialisation_reported(a, on),
            A::WageReported(a) => self.take_wage_reported(a, on),
            A::RevenueAssessed(a) => self.take_revenue_assessed(a),
            A::WageAssessed(a) => self.take_wage_assessed(a),
            A::AssetsRegistered(a) => self.assets_registered(&a.assets, on),
            A::AssetsCounted(a) => self.assets_counted(a, on),
            A::DisposalRequested(_) | A::DisposalApproved(_) | A::DisposalRefused(_) | A::Disposed(_) => self.take_disposal(act, on),
            A::Succeeded(a) => self.take_succeeded(a, on),
            A::CaseClosed(a) => self.closed(a, on),
        }
    }

    /// What the holder is entitled to today: the fixed amount less what was cancelled of it, before fixing what is decided.
    #[must_use]
    pub fn entitlement(&self) -> Yen {
        let fixed = self.fixed.as_ref().map_or(self.decided, |f| f.amount.checked_sub(self.revoked_of_fixed).unwrap_or(Yen::ZERO));
        fixed.max(Yen::ZERO)
    }

    /// Every payment that arrived, by day; what was set off has arrived as well.
    #[must_use]
    pub fn receipts(&self) -> Vec<Flow> {
        let mut receipts: Vec<Flow> = self.claims.values().flat_map(Claim::received).collect();
        receipts.sort();
        receipts
    }

    /// Takes over what had moved of its money by a day, as it is known to a later state of the same case.
    pub(crate) fn see_money(&mut self, known: &Execution, as_of: Day) {
        for (number, claim) in &mut self.claims {
            if let Some(known) = known.claims.get(number) {
                claim.see_money(known, as_of);
            }
        }
        for (number, debt) in &mut self.debts {
            if let Some(known) = known.debts.get(number) {
                debt.see_money(known, as_of);
            }
        }
    }

    /// # Errors
    /// A sum that is too large.
    pub fn paid(&self) -> Result<Yen, Refusal> {
        Ok(Yen::sum(self.receipts().iter().map(|f| f.amount))?)
    }
}

/// Headings with their amounts: each once, none negative, none empty.
pub(crate) fn by_line(lines: &[LineAmount]) -> Result<BTreeMap<String, Yen>, Refusal> {
    let mut map = BTreeMap::new();
    for entry in lines {
        if entry.line.trim().is_empty() || map.insert(entry.line.clone(), entry.amount).is_some() {
            return Err(Refusal::LineTwice { line: entry.line.clone() });
        }
        if entry.amount < Yen::ZERO {
            return Err(Refusal::NotPositive { amount: entry.amount });
        }
    }
    if map.is_empty() {
        return Err(Refusal::NoLines);
    }
    Ok(map)
}

pub(crate) fn total(map: &BTreeMap<String, Yen>) -> Result<Yen, Refusal> {
    Ok(Yen::sum(map.values().copied())?)
}

/// Lines again as the payload has them.
#[must_use]
pub fn to_lines(map: &BTreeMap<String, Yen>) -> Vec<LineAmount> {
    map.iter().map(|(line, amount)| LineAmount { line: line.clone(), amount: *amount }).collect()
}

pub(crate) fn due_ahead(due: Day, today: Day) -> Result<(), Refusal> {
    if due > today { Ok(()) } else { Err(Refusal::DueNotAhead { due, today }) }
}

pub(crate) fn not_in_future(day: Day, today: Day) -> Result<(), Refusal> {
    if day <= today { Ok(()) } else { Err(Refusal::InTheFuture { day, today }) }
}

/// Most characters of a reason, a note or a number.
pub const TEXT_CHARACTERS_MAX: usize = 2_000;

pub(crate) fn written(field: Field, text: &str) -> Result<(), Refusal> {
    if text.trim().is_empty() {
        return Err(Refusal::Blank { field });
    }
    if banso_kernel::count_characters(text) > TEXT_CHARACTERS_MAX {
        return Err(Refusal::TooLong { field, characters_max: TEXT_CHARACTERS_MAX });
    }
    Ok(())
}

pub(crate) fn positive(amount: Yen) -> Result<(), Refusal> {
    if amount > Yen::ZERO { Ok(()) } else { Err(Refusal::NotPositive { amount }) }
}

/// A field that must be filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    Number,
    Reason,
    Clause,
    What,
    Points,
    Checks,
    Asset,
}

impl Field {
    #[must_use]
    pub const fn label(self) -> (&'static str, &'static str) {
        match self {
            Field::Number => ("文書番号", "letter number"),
            Field::Reason => ("理由", "reason"),
            Field::Clause => ("根拠条項", "clause"),
            Field::What => ("内容", "content"),
            Field::Points => ("補正を求める点", "points to correct"),
            Field::Checks => ("確認事項", "what was checked"),
            Field::Asset => ("財産の番号・名称", "number and name of the asset"),
        }
    }
}
