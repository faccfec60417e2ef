//! The years after fixing: input tax, reports, covenants, assets, succession, closing.

use banso_kernel::{Day, Yen};

use super::open::OpenKind;
use super::{Execution, Field, due_ahead, not_in_future, positive, written};
use crate::act::{
    Asset, AssetCondition, AssetsCounted, CaseClosed, CommercialisationReported, DisposalRequested, ExecutionAct as A, InputTaxReported,
    RealPrice, RevenueAssessed, Succeeded, WageAssessed, WageReported,
};
use crate::law::{DisposalKind, DisposalOutcome, Disposition, Flow, RevenueYear, WageGoal};
use crate::phase::ExecutionPhase as Phase;
use crate::refusal::{ExecutionRefusal as Refusal, Pending};

/// What a yearly report says, for the kind that it is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReportedFigures {
    Revenue(RevenueYear),
    Wage(WageGoal),
}

/// A yearly report and what was made of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct YearReport {
    pub year_ends: Day,
    pub reported_on: Day,
    pub figures: ReportedFigures,
    /// What is to come back for it, once it was assessed; zero where nothing is.
    pub assessed: Option<Yen>,
}

/// An asset and what is known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssetState {
    pub asset: Asset,
    pub condition: Option<AssetCondition>,
    pub gone_on: Option<Day>,
}

/// A disposal that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disposal {
    pub asset: String,
    pub disposition: Disposition,
    pub planned_on: Day,
    pub approved: Option<DisposalOutcome>,
    /// What was really obtained and what is to be paid back by it, where it was another price than planned.
    pub real: Option<RealPrice>,
    pub refused: bool,
    pub done_on: Option<Day>,
}

impl Disposal {
    /// What is to be paid back: by the price that was obtained where that was reported, otherwise as approved.
    #[must_use]
    pub fn outcome(&self) -> Option<DisposalOutcome> {
        self.real.as_ref().map(|r| r.outcome).or(self.approved)
    }

    pub(super) const fn is_open(&self) -> bool {
        !self.refused && self.done_on.is_none()
    }
}

impl Execution {
    pub(super) fn take_input_tax_reported(&mut self, a: &InputTaxReported, on: Day) -> Result<(), Refusal> {
        not_in_future(a.tax_year_ends, on)?;
        let ordered = self.debts.values().any(|d| d.cause == crate::act::Cause::InputTax);
        self.none_pending(Pending::Debt, ordered)?;
        self.within_entitlement(a.amount)?;
        self.input_tax = Some(Flow::new(on, a.amount));
        Ok(())
    }

    pub(super) fn take_commercialisation_reported(&mut self, a: &CommercialisationReported, on: Day) -> Result<(), Refusal> {
        let figures = ReportedFigures::Revenue(a.revenue);
        let report = Self::year_report(self.revenue.len(), a.nth, a.year_ends, figures, on)?;
        self.revenue.insert(a.nth, report);
        Ok(())
    }

    pub(super) fn take_wage_reported(&mut self, a: &WageReported, on: Day) -> Result<(), Refusal> {
        let report = Self::year_report(self.wages.len(), a.nth, a.year_ends, ReportedFigures::Wage(a.goal.clone()), on)?;
        self.wages.insert(a.nth, report);
        Ok(())
    }

    pub(super) fn take_revenue_assessed(&mut self, a: &RevenueAssessed) -> Result<(), Refusal> {
        written(Field::Reason, &a.reason)?;
        written(Field::Clause, &a.clause)?;
        let so_far = Yen::sum(self.revenue.values().filter_map(|r| r.assessed))?;
        self.within_entitlement(so_far.checked_add(a.amount)?)?;
        self.not_negative(a.amount)?;
        assess(self.revenue.get_mut(&a.nth), a.nth, a.amount)?;
        Ok(())
    }

    pub(super) fn take_wage_assessed(&mut self, a: &WageAssessed) -> Result<(), Refusal> {
        written(Field::Reason, &a.reason)?;
        written(Field::Clause, &a.clause)?;
        let so_far = Yen::sum(self.wages.values().filter_map(|r| r.assessed))?;
        self.within_entitlement(so_far.checked_add(a.amount)?)?;
        self.not_negative(a.amount)?;
        assess(self.wages.get_mut(&a.nth), a.nth, a.amount)?;
        Ok(())
    }

    pub(super) fn take_succeeded(&mut self, a: &Succeeded, on: Day) -> Result<(), Refusal> {
        not_in_future(a.on, on)?;
        if a.on < self.terms.decided_on {
            return Err(Refusal::BeforeDecision { day: a.on, decided_on: self.terms.decided_on });
        }
        written(Field::Number, &a.number)?;
        if a.from != self.holder || a.to == a.from {
            return Err(Refusal::NotTheHolder { holder: self.holder, from: a.from });
        }
        self.holder = a.to;
        Ok(())
    }

    fn not_negative(&self, amount: Yen) -> Result<(), Refusal> {
        if amount < Yen::ZERO { Err(Refusal::NotPositive { amount }) } else { Ok(()) }
    }

    fn within_entitlement(&self, amount: Yen) -> Result<(), Refusal> {
        let entitled = self.entitlement();
        self.not_negative(amount)?;
        if amount > entitled { Err(Refusal::AboveEntitlement { amount, entitled }) } else { Ok(()) }
    }

    fn year_report(known: usize, nth: u32, year_ends: Day, figures: ReportedFigures, on: Day) -> Result<YearReport, Refusal> {
        // A report for a year that is not over says nothing.
        not_in_future(year_ends.plus_days(1), on).map_err(|_| Refusal::YearNotOver { ends: year_ends })?;
        let expected = u32::try_from(known).unwrap_or(u32::MAX).saturating_add(1);
        if nth != expected {
            return Err(Refusal::NumberNotNext { expected, found: nth });
        }
        Ok(YearReport { year_ends, reported_on: on, figures, assessed: None })
    }

    pub(super) fn assets_registered(&mut self, assets: &[Asset], on: Day) -> Result<(), Refusal> {
        if assets.is_empty() {
            return Err(Refusal::NoLines);
        }
        for asset in assets {
            not_in_future(asset.acquired, on)?;
            written(Field::Asset, &asset.id)?;
            written(Field::Asset, &asset.name)?;
            positive(asset.cost.0)?;
            self.not_negative(asset.subsidy)?;
            if asset.subsidy > asset.cost.0 {
                return Err(Refusal::AboveEligible { amount: asset.subsidy, eligible: asset.cost.0 });
            }
            if asset.life_years == 0 {
                return Err(Refusal::NotPositive { amount: Yen::ZERO });
            }
            let state = AssetState { asset: asset.clone(), condition: None, gone_on: None };
            if self.assets.insert(asset.id.clone(), state).is_some() {
                return Err(Refusal::LineTwice { line: asset.id.clone() });
            }
        }
        let subsidies = Yen::sum(self.assets.values().map(|a| a.asset.subsidy))?;
        self.within_entitlement(subsidies)
    }

    pub(super) fn assets_counted(&mut self, a: &AssetsCounted, on: Day) -> Result<(), Refusal> {
        not_in_future(a.as_of, on)?;
        for seen in &a.seen {
            let state = self.assets.get_mut(&seen.id).ok_or_else(|| Refusal::NoSuchAsset { id: seen.id.clone() })?;
            state.condition = Some(seen.condition);
        }
        let missed = self.assets.values().find(|s| s.gone_on.is_none() && !a.seen.iter().any(|c| c.id == s.asset.id));
        if let Some(missed) = missed {
            return Err(Refusal::AssetNotCounted { id: missed.asset.id.clone() });
        }
        self.last_census = Some(a.as_of);
        self.censuses.push(on);
        Ok(())
    }

    pub(super) fn take_disposal(&mut self, act: &A, on: Day) -> Result<(), Refusal> {
        if let A::DisposalRequested(a) = act {
            self.disposal_requested(a)?;
        } else if let A::DisposalApproved(a) = act {
            written(Field::Number, &a.number)?;
            written(Field::Clause, &a.clause)?;
            let disposal = self.waiting_disposal(a.request)?;
            disposal.approved = Some(a.outcome);
        } else if let A::DisposalRefused(a) = act {
            written(Field::Number, &a.number)?;
            written(Field::Reason, &a.reason)?;
            self.waiting_disposal(a.request)?.refused = true;
        } else if let A::Disposed(a) = act {
            not_in_future(a.on, on)?;
            let disposal = self.disposals.get_mut(&a.request).ok_or(Refusal::NoSuchNumber { number: a.request })?;
            let Some(approved) = disposal.approved.filter(|_| disposal.done_on.is_none()) else {
                return Err(Refusal::NothingPending(Pending::Disposal));
            };
            if let Some(real) = &a.real {
                if real.proceeds < Yen::ZERO {
                    return Err(Refusal::NotPositive { amount: real.proceeds });
                }
                // The approval stands on its condition: a lower price takes nothing off it.
                if real.outcome.amount() < approved.amount() {
                    return Err(Refusal::FigureWrong { computed: approved.amount(), found: real.outcome.amount() });
                }
            }
            disposal.real = a.real.clone();
            disposal.done_on = Some(a.on);
            let (id, leaves) = (disposal.asset.clone(), leaves_the_register(&disposal.disposition));
            if let Some(state) = self.assets.get_mut(&id).filter(|_| leaves) {
                state.gone_on = Some(a.on);
            }
        }
        Ok(())
    }

    fn disposal_requested(&mut self, a: &DisposalRequested) -> Result<(), Refusal> {
        let state = self.assets.get(&a.asset).filter(|s| s.gone_on.is_none());
        state.ok_or_else(|| Refusal::NoSuchAsset { id: a.asset.clone() })?;
        let waiting = self.disposals.values().any(|d| d.asset == a.asset && d.is_open());
        self.none_pending(Pending::Disposal, waiting)?;
        written(Field::Reason, &a.reason)?;
        self.not_negative(a.disposition.proceeds)?;
        self.number(a.request)?;
        let disposal = Disposal {
            asset: a.asset.clone(),
            disposition: a.disposition,
            planned_on: a.planned_on,
            approved: None,
            real: None,
            refused: false,
            done_on: None,
        };
        self.disposals.insert(a.request, disposal);
        Ok(())
    }

    fn waiting_disposal(&mut self, request: u32) -> Result<&mut Disposal, Refusal> {
        let disposal = self.disposals.get_mut(&request).ok_or(Refusal::NoSuchNumber { number: request })?;
        if disposal.approved.is_some() || disposal.refused {
            return Err(Refusal::NothingPending(Pending::Disposal));
        }
        Ok(disposal)
    }

    pub(super) fn closed(&mut self, a: &CaseClosed, on: Day) -> Result<(), Refusal> {
        if let Some(item) = self.open_items(on)?.into_iter().find(|i| i.kind != OpenKind::RestrictedAsset) {
            return Err(Refusal::StillOpen { item });
        }
        due_ahead(a.keep_until, on)?;
        written(Field::Number, &a.number)?;
        if !a.checked.iter().any(|c| !c.trim().is_empty()) {
            return Err(Refusal::Blank { field: Field::Checks });
        }
        self.keep_until = Some(a.keep_until);
        self.phase = Phase::Closed;
        Ok(())
    }
}

fn assess(report: Option<&mut YearReport>, nth: u32, amount: Yen) -> Result<(), Refusal> {
    let report = report.ok_or(Refusal::NoSuchNumber { number: nth })?;
    if report.assessed.is_some() {
        return Err(Refusal::NothingPending(Pending::Assessment));
    }
    report.assessed = Some(amount);
    Ok(())
}

/// What was lent, pledged or used otherwise for a time stays in the register.
const fn leaves_the_register(disposition: &Disposition) -> bool {
    match disposition.kind {
        DisposalKind::Sale | DisposalKind::Gift | DisposalKind::Exchange | DisposalKind::Scrapping => true,
        DisposalKind::Diversion => !disposition.temporary,
        DisposalKind::PaidLease | DisposalKind::FreeLoan | DisposalKind::Collateral => false,
    }
}
