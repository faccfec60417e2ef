//! How a figure comes about, line by line, for whoever is to check it before it is established. Each ends with the very amount that the
//! function beside it gives; nothing is decided here.

use banso_kernel::{Day, Exact, LocalText, Yen, group_thousands};

use super::{
    AssetFigures, BookValue, Cut, Deduction, DisposalKind, DisposalOutcome, DisposalTerms, Disposition, LawError, RevenueResult,
    RevenueTerms, RevenueYear, TaxedCost, WageGoal, WageResult, WageTerms, book_value, disposal_repayment, growth_rate, input_tax_return,
    minus, over, payback_after_completion, share, times, wage_return,
};

/// What a line comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StepValue {
    Yen(Yen),
    /// A share of one, shown in percent, cut to four decimals.
    Share(Exact),
    Words(LocalText),
}

/// One line of a computation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub what: LocalText,
    /// How it is computed; empty for what was reported.
    pub how: LocalText,
    pub value: StepValue,
}

impl StepValue {
    /// As people read it.
    #[must_use]
    pub fn text(&self) -> LocalText {
        match self {
            StepValue::Yen(yen) => LocalText::new(yen.to_string(), in_english(*yen)),
            StepValue::Share(exact) => {
                let percent = percent(*exact);
                LocalText::new(percent.clone(), percent)
            }
            StepValue::Words(words) => words.clone(),
        }
    }
}

/// An amount as it is read in English.
fn in_english(amount: Yen) -> String {
    format!("¥{}", group_thousands(i128::from(amount.get())))
}

/// In percent, cut to four decimals, zeros at the end dropped.
fn percent(exact: Exact) -> String {
    let scaled = exact.numer().saturating_mul(1_000_000) / *exact.denom();
    let (sign, whole) = (if scaled < 0 { "-" } else { "" }, scaled.unsigned_abs());
    let text = format!("{sign}{}.{:04}", whole / 10_000, whole % 10_000);
    format!("{}%", text.trim_end_matches('0').trim_end_matches('.'))
}

fn step(ja: &str, en: &str, how: LocalText, value: StepValue) -> Step {
    Step { what: LocalText::new(ja, en), how, value }
}

fn yen(ja: &str, en: &str, how: LocalText, amount: Yen) -> Step {
    step(ja, en, how, StepValue::Yen(amount))
}

fn words(ja: &str, en: &str, value: (&str, &str)) -> Step {
    step(ja, en, reported(), StepValue::Words(LocalText::new(value.0, value.1)))
}

/// Of what was reported and is not computed.
fn reported() -> LocalText {
    formula("")
}

/// A formula that reads the same in both languages.
fn formula(text: impl Into<String>) -> LocalText {
    let text = text.into();
    LocalText::new(text.clone(), text)
}

fn how(ja: impl Into<String>, en: impl Into<String>) -> LocalText {
    LocalText::new(ja, en)
}

/// 収益納付, as [`payback_after_completion`] computes it.
///
/// # Errors
/// As there.
pub fn revenue_steps(
    fixed: Yen,
    project_cost: Yen,
    year: &RevenueYear,
    paid_before: Yen,
    terms: &RevenueTerms,
) -> Result<Vec<Step>, LawError> {
    let result = payback_after_completion(fixed, project_cost, year, paid_before, terms)?;
    let gain = year.profit.checked_sub(year.deduction)?;
    let cap = Cut::YEN_DOWN.of(share(terms.cap, fixed.exact())?)?;
    let room = cap.checked_sub(paid_before)?.max(Yen::ZERO);
    let mut steps = vec![
        yen("A 収益額", "A Profit", reported(), year.profit),
        yen("B 控除額", "B Deduction", reported(), year.deduction),
        yen("C 控除後の収益", "C After deduction", formula("A − B"), gain),
        step(
            "D 補助金の割合",
            "D Share of the subsidy",
            how(
                format!("確定額 {fixed} ÷ 補助事業に要した経費 {project_cost}"),
                format!("fixed {} ÷ cost of the project {}", in_english(fixed), in_english(project_cost)),
            ),
            StepValue::Share(over(fixed.exact(), project_cost.exact())?),
        ),
    ];
    if gain > Yen::ZERO {
        let computed = terms.cut.of(over(times(gain.exact(), fixed.exact())?, project_cost.exact())?)?;
        steps.push(yen("E 計算額", "E Computed", formula("C × D"), computed));
    }
    let left = how(
        format!("限度額 {cap} − 認定済みの額 {paid_before}"),
        format!("cap {} − established before {}", in_english(cap), in_english(paid_before)),
    );
    steps.push(yen("F 限度額の残り", "F Left of the cap", left, room));
    let why = match result {
        RevenueResult::Payback(_) => how("E と F の少ない方", "the smaller of E and F"),
        RevenueResult::NoProfit => how("控除後の収益がない", "nothing is left after the deduction"),
        RevenueResult::Deficit => how("赤字のため免除", "waived: the year closed with a loss"),
        RevenueResult::CapReached => how("限度額に達している", "the cap is reached"),
    };
    steps.push(yen("納付額", "To be paid back", why, result.amount()));
    Ok(steps)
}

/// 賃上げ要件, as [`wage_return`] computes it.
///
/// # Errors
/// As there.
pub fn wage_steps(fixed: Yen, goal: &WageGoal, paid_before: Yen, terms: &WageTerms) -> Result<Vec<Step>, LawError> {
    let result = wage_return(fixed, goal, paid_before, terms)?;
    let growth = growth_rate(goal.base, goal.reached, terms.years, terms.decimals)?;
    let mut steps = vec![
        yen("A 基準年度の給与支給総額", "A Wages of the base year", reported(), goal.base),
        yen("B 目標年度の給与支給総額", "B Wages of the year of the goal", reported(), goal.reached),
        step("C 年平均成長率", "C Growth a year", formula(format!("(B ÷ A)^(1/{}) − 1", terms.years)), StepValue::Share(growth)),
        step("D 約束した年平均成長率", "D Growth promised", reported(), StepValue::Share(terms.promised.exact())),
    ];
    let why = match result {
        WageResult::Met => how("C が D 以上", "C is not below D"),
        WageResult::Exempt(exempt) => {
            steps.push(step("免除の事由", "Exemption", reported(), StepValue::Words(exempt.label())));
            how("免除の事由に当たる", "exempt")
        }
        WageResult::ByShortfall(_) => {
            let short = minus(Exact::from_integer(1), over(growth, terms.promised.exact())?)?;
            steps.push(step("E 達しなかった割合", "E Shortfall", formula("1 − C ÷ D"), StepValue::Share(short)));
            steps.push(yen("F 確定額", "F Fixed amount", reported(), fixed));
            formula("F × E")
        }
        WageResult::Full(_) => {
            steps.push(yen("F 確定額", "F Fixed amount", reported(), fixed));
            how("C が 0 以下のため全額", "all of it: C is not above 0")
        }
    };
    steps.push(yen("返還額", "To be returned", why, result.amount()));
    Ok(steps)
}

/// 消費税仕入控除税額の返還, as [`input_tax_return`] computes it.
///
/// # Errors
/// As there.
pub fn input_tax_steps(
    fixed: Yen,
    eligible_cost: Yen,
    costs: &[TaxedCost],
    deduction: &Deduction,
    cut: Cut,
) -> Result<Vec<Step>, LawError> {
    let result = input_tax_return(fixed, eligible_cost, costs, deduction, cut)?;
    let mut steps = vec![words("控除の方法", "Way of deduction", deduction.label())];
    if let Deduction::ByUse { taxable_ratio } | Deduction::ByRatio { taxable_ratio } = deduction {
        steps.push(step("課税売上割合", "Ratio of taxable sales", reported(), StepValue::Share(taxable_ratio.exact())));
    }
    for cost in costs {
        let all = Yen::sum([cost.for_taxable, cost.common, cost.for_exempt])?;
        let rate = percent(cost.rate.exact());
        steps.push(yen(&format!("税率{rate}の対象経費（税込）"), &format!("Cost with tax at {rate}"), reported(), all));
    }
    // Only for the eye: the amount is cut once, at the end.
    steps.push(yen(
        "A 控除した仕入税額",
        "A Input tax deducted",
        how("1円未満は表示しない", "shown without parts of a yen"),
        Cut::YEN_DOWN.of(result.deducted)?,
    ));
    steps.push(step(
        "B 補助金の割合",
        "B Share of the subsidy",
        how(
            format!("確定額 {fixed} ÷ 対象経費 {eligible_cost}"),
            format!("fixed {} ÷ eligible cost {}", in_english(fixed), in_english(eligible_cost)),
        ),
        StepValue::Share(over(fixed.exact(), eligible_cost.exact())?),
    ));
    steps.push(yen("返還額", "To be returned", formula("A × B"), result.amount));
    Ok(steps)
}

/// 財産処分の納付額, as [`disposal_repayment`] computes it.
///
/// # Errors
/// As there.
pub fn disposal_steps(asset: &AssetFigures, disposition: &Disposition, on: Day, terms: &DisposalTerms) -> Result<Vec<Step>, LawError> {
    let outcome = disposal_repayment(asset, disposition, on, terms)?;
    let book = book_value(asset.cost, asset.life_years, asset.acquired, on, terms)?;
    let mut steps = vec![
        yen("A 取得価額（税抜）", "A Cost without tax", reported(), asset.cost),
        words_of_months(&book),
        yen("B 残存簿価相当額", "B Book value left", how("A − 定額法による償却", "A − depreciation, straight line"), book.value),
    ];
    let base = base_of(disposition, book.value, &mut steps);
    let share = over(asset.subsidy.exact(), asset.cost.exact())?;
    steps.push(step(
        "D 補助金の割合",
        "D Share of the subsidy",
        how(
            format!("補助額 {} ÷ A（表示は小数第5位以下を切捨て、計算は端数のまま）", asset.subsidy),
            format!("subsidy {} ÷ A (shown cut to four decimals, computed in full)", in_english(asset.subsidy)),
        ),
        StepValue::Share(share),
    ));
    let (why, amount) = match outcome {
        DisposalOutcome::Unrestricted => (how("処分制限の対象外（単価又は期間）", "not restricted, by its price or its age"), Yen::ZERO),
        DisposalOutcome::NothingDue if disposition.through_no_fault => {
            (how("災害・老朽など責めに帰さない事由", "disaster or age, through no fault"), Yen::ZERO)
        }
        DisposalOutcome::NothingDue => (how("納付する額がない", "nothing is due"), Yen::ZERO),
        DisposalOutcome::ReportOnly => {
            (how("年度内の一時的な使用・貸付（報告で足りる）", "for a time within the fiscal year: a report is enough"), Yen::ZERO)
        }
        DisposalOutcome::OnEnforcement(amount) => (
            how("担保権が実行されたときに納付する（限度 補助額）", "to be paid if the collateral is enforced, the subsidy at most"),
            amount,
        ),
        DisposalOutcome::Repay(amount) => (base, amount),
    };
    steps.push(yen("納付額", "To be paid back", why, amount));
    Ok(steps)
}

fn words_of_months(book: &BookValue) -> Step {
    let (used, life) = (book.months_used, book.life_months);
    let value = LocalText::new(format!("{used}か月 ／ {life}か月"), format!("{used} of {life} months"));
    step("使用した月数 ／ 耐用月数", "Months used of the statutory life", reported(), StepValue::Words(value))
}

/// What the payment is counted on, with its line where something is paid for the thing.
fn base_of(disposition: &Disposition, book: Yen, steps: &mut Vec<Step>) -> LocalText {
    let at_most = |base: &str| how(format!("{base} × D（限度 補助額）"), format!("{base} × D, the subsidy at most"));
    match disposition.kind {
        DisposalKind::Sale | DisposalKind::Exchange | DisposalKind::PaidLease => {
            steps.push(yen("C 処分の対価", "C Proceeds", reported(), disposition.proceeds));
            at_most(if disposition.proceeds > book { "C" } else { "B" })
        }
        DisposalKind::Diversion | DisposalKind::Gift | DisposalKind::FreeLoan | DisposalKind::Collateral | DisposalKind::Scrapping => {
            at_most("B")
        }
    }
}

#[cfg(test)]
mod tests {
    use banso_kernel::Rate;

    use super::*;
    use crate::law::{Depreciation, Exemption, MonthCount};

    fn last(steps: &[Step]) -> (String, Yen) {
        let Some(Step { how, value: StepValue::Yen(amount), .. }) = steps.last() else { panic!("no amount: {steps:?}") };
        (how.ja.clone(), *amount)
    }

    fn rate(n: i128, d: i128) -> Rate {
        Rate::new(Exact::new(n, d))
    }

    #[test]
    fn revenue_comes_to_what_the_formula_gives() {
        let terms = RevenueTerms { cap: rate(1, 1), waived_in_deficit: true, cut: Cut::YEN_DOWN, clause: "7-6".into() };
        for (profit, deduction, deficit, before, how, amount) in [
            (5_000_000, 2_000_000, false, 0, "E と F の少ない方", 2_000_000),
            (5_000_000, 2_000_000, true, 0, "赤字のため免除", 0),
            (1, 2, false, 0, "控除後の収益がない", 0),
            (90_000_000, 0, false, 20_000_000, "限度額に達している", 0),
            (90_000_000, 0, false, 19_000_000, "E と F の少ない方", 1_000_000),
        ] {
            let year = RevenueYear { profit: Yen::new(profit), deduction: Yen::new(deduction), deficit };
            let steps = revenue_steps(Yen::new(20_000_000), Yen::new(30_000_000), &year, Yen::new(before), &terms).unwrap();
            assert_eq!(last(&steps), (how.to_owned(), Yen::new(amount)), "{year:?}");
            assert_eq!(steps[3].value.text().ja, "66.6666%");
            assert_eq!(steps[3].how.en.as_deref(), Some("fixed ¥20,000,000 ÷ cost of the project ¥30,000,000"));
        }
    }

    #[test]
    fn wages_come_to_what_the_covenant_gives() {
        let terms = WageTerms {
            promised: rate(2, 100),
            years: 1,
            decimals: 4,
            cut: Cut::YEN_DOWN,
            exemptions: vec![Exemption::Disaster],
            clause: "7-7".into(),
        };
        for (reached, circumstances, how, amount) in [
            (102, vec![], "C が D 以上", 0),
            (101, vec![], "F × E", 500_000),
            (100, vec![], "C が 0 以下のため全額", 1_000_000),
            (99, vec![Exemption::Disaster], "免除の事由に当たる", 0),
            (99, vec![Exemption::NoGrowthAndLoss], "C が 0 以下のため全額", 1_000_000),
        ] {
            let goal = WageGoal { base: Yen::new(100_000_000), reached: Yen::new(reached * 1_000_000), circumstances };
            let steps = wage_steps(Yen::new(1_000_000), &goal, Yen::ZERO, &terms).unwrap();
            assert_eq!(last(&steps), (how.to_owned(), Yen::new(amount)), "{goal:?}");
        }
    }

    #[test]
    fn input_tax_comes_to_what_the_law_gives() {
        let cost = TaxedCost { rate: rate(1, 10), for_taxable: Yen::new(11_000_000), common: Yen::ZERO, for_exempt: Yen::ZERO };
        for (deduction, amount) in
            [(Deduction::Full, 500_000), (Deduction::NotOnPurchases, 0), (Deduction::ByRatio { taxable_ratio: rate(4, 5) }, 400_000)]
        {
            let steps = input_tax_steps(Yen::new(10_000_000), Yen::new(20_000_000), &[cost], &deduction, Cut::YEN_DOWN).unwrap();
            assert_eq!(last(&steps).1, Yen::new(amount), "{deduction:?}");
        }
    }

    #[test]
    fn a_disposal_comes_to_what_the_standard_gives() {
        let terms = DisposalTerms {
            restricted_from: Yen::new(500_000),
            depreciation: Depreciation::StraightLineTable,
            months: MonthCount::Both,
            memo: Yen::new(1),
            cut: Cut::YEN_DOWN,
            clause: "7-6".into(),
        };
        let asset = AssetFigures {
            cost: Yen::new(6_000_000),
            subsidy: Yen::new(4_000_000),
            life_years: 10,
            acquired: Day::parse("2025-09-01").unwrap(),
        };
        let on = Day::parse("2026-08-31").unwrap();
        for (kind, proceeds, no_fault, how, amount) in [
            (DisposalKind::Sale, 3_000_000, false, "B × D（限度 補助額）", 3_600_000),
            (DisposalKind::Sale, 9_000_000, false, "C × D（限度 補助額）", 4_000_000),
            (DisposalKind::Scrapping, 0, true, "災害・老朽など責めに帰さない事由", 0),
            (DisposalKind::Collateral, 0, false, "担保権が実行されたときに納付する（限度 補助額）", 3_600_000),
        ] {
            let disposition = Disposition { kind, proceeds: Yen::new(proceeds), through_no_fault: no_fault, temporary: false };
            let steps = disposal_steps(&asset, &disposition, on, &terms).unwrap();
            assert_eq!(last(&steps), (how.to_owned(), Yen::new(amount)), "{kind:?}");
        }
    }

    #[test]
    fn shares_are_cut_not_rounded() {
        for (n, d, text) in [(2, 3, "66.6666%"), (1, 2, "50%"), (1, 1, "100%"), (-1, 400, "-0.25%"), (0, 1, "0%")] {
            assert_eq!(percent(Exact::new(n, d)), text);
        }
    }
}
