//! The years after fixing: reports, assessments, assets, disposal, succession, closing.

use banso_execution::act::{
    Asset, AssetCondition, AssetsCounted, AssetsRegistered, CommercialisationReported, Counted, DisposalRequested, Disposed, Succeeded,
    SuccessionCause, WageReported,
};
use banso_execution::decide::{DisposalOrder, assess_revenue, assess_wage, close, decide_disposal, report_input_tax};
use banso_execution::duties::year_end;
use banso_execution::law::{Cut, Deduction, DisposalKind, Disposition, Exemption, TaxedCost, WageGoal, WageTerms};
use banso_execution::rules::ExecutionRules;
use banso_execution::tax::{TaxBasis, TaxOut};
use banso_kernel::{Day, Digest, Exact, FiscalYear, Rate, Yen};
use banso_office::RehearsedCase;
use banso_office::execution::{YearForm, wage_document, year_document};

use super::{Deed, Parties, REASON, Stop, Who};
use crate::claims::{line_of, serial_of, successor_of};

/// Years from the base figure to the goal of a wage covenant.
pub(crate) const WAGE_YEARS: u32 = 3;

fn rate(n: i128, d: i128) -> Rate {
    Rate::new(Exact::new(n, d))
}

/// The covenant that the simulation plays where its guideline has none.
fn covenant(rules: &ExecutionRules) -> ExecutionRules {
    let made_up = || WageTerms {
        promised: rate(25, 1_000),
        years: WAGE_YEARS,
        decimals: 4,
        cut: Cut::YEN_DOWN,
        exemptions: vec![Exemption::Disaster],
        clause: rules.keep_years.clause.clone(),
    };
    let mut rules = rules.clone();
    rules.wage = Some(rules.wage.take().unwrap_or_else(made_up));
    rules
}

/// What every made-up firm says of itself in a yearly report, before what its project earned.
pub(crate) fn made_up_year() -> YearForm {
    YearForm {
        nth: 1,
        stage: "earning".to_owned(),
        sales: Some(Yen::ZERO),
        cost: Some(Yen::ZERO),
        deduction: Some(Yen::ZERO),
        deficit: false,
        firm_sales: Some(Yen::new(300_000_000)),
        value_added: Some(Yen::new(120_000_000)),
        wages: Some(Yen::new(100_000_000)),
        employees: Some(25),
        note: String::new(),
    }
}

/// The year that the nth report is about.
pub(crate) fn reported_year(seen: &RehearsedCase, nth: u32) -> Option<Day> {
    let completion = seen.execution.completion.as_ref()?;
    Some(year_end(seen.rules.reports.as_ref()?, completion.completed_on, nth))
}

impl Parties<'_> {
    #[expect(clippy::wildcard_enum_match_arm, reason = "a part of one table; `perform` names every deed")]
    pub(super) async fn perform_later(&self, deed: &Deed) -> Result<(), Stop> {
        match deed {
            Deed::ReportInputTax => self.report_input_tax().await,
            Deed::ReportRevenue(nth) => self.report_revenue(*nth).await,
            Deed::AssessRevenue(nth) => {
                self.step(Who::Officer, &[], |execution, today, rules| assess_revenue(execution, *nth, REASON, today, rules)).await
            }
            Deed::ReportWages => self.report_wages().await,
            Deed::AssessWages => {
                self.step(Who::Officer, &[], |execution, today, rules| assess_wage(execution, 1, REASON, today, &covenant(rules))).await
            }
            Deed::RegisterAssets => self.register_assets().await,
            Deed::Census => self.census().await,
            Deed::AskDisposal => self.ask_disposal().await,
            Deed::ApproveDisposal => self.answer_disposal(true).await,
            Deed::RefuseDisposal => self.answer_disposal(false).await,
            Deed::Dispose => self.dispose().await,
            Deed::Succeed => self.succeed().await,
            _ => self.close().await,
        }
    }

    async fn report_input_tax(&self) -> Result<(), Stop> {
        let deductions =
            [Deduction::Full, Deduction::ByRatio { taxable_ratio: rate(4, 5) }, Deduction::NotOnPurchases, Deduction::SpecialIncome];
        let nth = usize::try_from(self.dice.roll(&format!("deduction {}", self.firm), 4)).unwrap_or_default();
        let deduction = deductions.get(nth).cloned().unwrap_or(Deduction::Full);
        let tax_year_ends = FiscalYear::of(self.today().plus_months(-12)).last_day();
        self.step(Who::Holder, &[], |execution, today, rules| {
            if rules.claims.basis == TaxBasis::TaxOut {
                return report_input_tax(execution, tax_year_ends, &deduction, &[], &[], today, rules);
            }
            let goods = Yen::sum(execution.accepted.iter().filter(|(line, _)| !line.starts_with("人件費")).map(|(_, yen)| *yen))?;
            let cost = TaxedCost { rate: rate(1, 10), for_taxable: goods, common: Yen::ZERO, for_exempt: Yen::ZERO };
            report_input_tax(execution, tax_year_ends, &deduction, &[cost], &[], today, rules)
        })
        .await
    }

    async fn report_revenue(&self, nth: u32) -> Result<(), Stop> {
        let seen = self.look().await?;
        let year_ends = reported_year(&seen, nth).ok_or_else(|| Stop::at("no report"))?;
        let eligible = seen.execution.fixed.as_ref().map_or(Yen::ZERO, |f| f.eligible);
        let profit = if self.sells { self.dice.between(&format!("profit {} {nth}", self.firm), 5, 40) } else { -3 };
        let profit = Yen::new(eligible.get().saturating_mul(profit) / 100);
        let form = YearForm {
            nth,
            sales: Some(eligible),
            cost: Some(Yen::new(eligible.get().saturating_sub(profit.get()))),
            deduction: Some(Yen::new(eligible.get() / 20)),
            deficit: self.dice.one_in(&format!("deficit {} {nth}", self.firm), 6),
            note: format!("事業化状況報告 第{nth}回（架空の企業{}）", self.firm),
            ..made_up_year()
        };
        let (text, revenue) = year_document(&form)?;
        let content = Digest::of(text.as_bytes());
        self.plain(Who::Holder, &[text], CommercialisationReported { nth, year_ends, revenue, content, documents: Vec::new() }).await
    }

    async fn report_wages(&self) -> Result<(), Stop> {
        let seen = self.look().await?;
        let year_ends = reported_year(&seen, WAGE_YEARS + 1).ok_or_else(|| Stop::at("no report"))?;
        let reached = match self.dice.roll(&format!("wages {}", self.firm), 5) {
            0 => 90_000_000,
            1 => 104_567_838,
            _ => 110_000_000,
        };
        let circumstances = if self.dice.one_in(&format!("disaster {}", self.firm), 9) { vec![Exemption::Disaster] } else { Vec::new() };
        let goal = WageGoal { base: Yen::new(100_000_000), reached: Yen::new(reached), circumstances };
        let text = wage_document(&format!("賃上げ状況報告（架空の企業{}）", self.firm))?;
        let content = Digest::of(text.as_bytes());
        self.plain(Who::Holder, &[text], WageReported { nth: 1, year_ends, goal, content, documents: Vec::new() }).await
    }

    /// The machine of the project, with the subsidy that went into it.
    async fn register_assets(&self) -> Result<(), Stop> {
        let seen = self.look().await?.execution;
        let (heading, cost) =
            seen.accepted.iter().find(|(line, _)| line.starts_with("物品費")).map_or(("", Yen::ZERO), |(line, yen)| (line.as_str(), *yen));
        let line = line_of(&seen, heading);
        // As the desk proposes it: at the rate of the member whose it is.
        let id = format!("{line}-1");
        let proposed = self.office.assets_page(self.holder, self.case).await?.proposals;
        let subsidy = proposed.iter().find(|p| p.id == id).map_or(Yen::ZERO, |p| p.subsidy.min(cost));
        let asset = Asset {
            // The first thing of its claim line, as the desks number it.
            id,
            name: "架空の試作機".to_owned(),
            serial: serial_of(self.firm, &line),
            cost: TaxOut(cost),
            subsidy,
            acquired: seen.terms.decided_on.plus_days(21),
            life_years: 8,
            life_clause: "別表第二（架空）".to_owned(),
            place: "架空市見本町".to_owned(),
        };
        self.plain(Who::Holder, &[], AssetsRegistered { assets: vec![asset] }).await
    }

    async fn census(&self) -> Result<(), Stop> {
        let assets = self.look().await?.execution.assets;
        let still = assets.values().filter(|a| a.gone_on.is_none());
        let seen = still.map(|a| Counted { id: a.asset.id.clone(), condition: AssetCondition::InUse }).collect();
        self.plain(Who::Holder, &[], AssetsCounted { as_of: self.today(), seen, documents: Vec::new() }).await
    }

    async fn ask_disposal(&self) -> Result<(), Stop> {
        let seen = self.look().await?.execution;
        let asset = seen.assets.values().find(|a| a.gone_on.is_none()).ok_or_else(|| Stop::at("no asset"))?.asset.clone();
        let nth = usize::try_from(self.dice.roll(&format!("disposal {}", self.firm), 4)).unwrap_or_default();
        let kinds = [DisposalKind::Sale, DisposalKind::Scrapping, DisposalKind::Sale, DisposalKind::Diversion];
        let kind = kinds.get(nth).copied().unwrap_or(DisposalKind::Sale);
        let proceeds = if kind == DisposalKind::Sale { Yen::new(asset.cost.0.get() / 2) } else { Yen::ZERO };
        let act = DisposalRequested {
            request: seen.next_number(),
            asset: asset.id,
            disposition: Disposition { kind, proceeds, through_no_fault: false, temporary: false },
            planned_on: self.today().plus_days(30),
            reason: REASON.to_owned(),
            documents: Vec::new(),
        };
        self.plain(Who::Holder, &[], act).await
    }

    async fn answer_disposal(&self, approve: bool) -> Result<(), Stop> {
        let request = self.look().await?.execution.disposals.keys().next_back().copied().unwrap_or_default();
        let number = self.letter();
        let order = if approve {
            DisposalOrder::Approve { number, conditions: vec!["処分の結果を報告すること（架空）。".to_owned()] }
        } else {
            DisposalOrder::Refuse { number, reason: REASON.to_owned() }
        };
        self.step(Who::Director, &[], |execution, today, rules| decide_disposal(execution, request, &order, today, rules)).await
    }

    async fn dispose(&self) -> Result<(), Stop> {
        let request = self.look().await?.execution.disposals.keys().next_back().copied().unwrap_or_default();
        self.plain(Who::Holder, &[], Disposed { request, on: self.today(), documents: Vec::new(), real: None }).await
    }

    /// The firm merges into another.
    async fn succeed(&self) -> Result<(), Stop> {
        let from = self.look().await?.execution.holder;
        let act = Succeeded {
            from,
            to: successor_of(from, self.firm),
            cause: SuccessionCause::Merger,
            on: self.today().plus_days(-5),
            number: self.letter(),
            documents: Vec::new(),
        };
        Ok(self.office.rehearse_succession(&self.staff.director, self.case, act, self.press).await?)
    }

    async fn close(&self) -> Result<(), Stop> {
        let number = self.letter();
        let checked = vec!["未収の債権がないこと（架空）".to_owned()];
        self.step(Who::Officer, &[], |execution, today, rules| close(execution, &number, &checked, today, rules)).await
    }
}
