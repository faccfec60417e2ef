//! 消費税仕入控除税額報告: what the holder got back from the tax office on costs that the subsidy paid. The amount to return is computed and
//! shown before the report is handed in.

use banso_execution::ExecutionAct;
use banso_execution::claim::{ClaimLine, Goods};
use banso_execution::decide::report_input_tax;
use banso_execution::law::{Deduction, Step, TaxedCost};
use banso_execution::tax::TaxBasis;
use banso_kernel::{CaseId, Day, Exact, LocalText, Rate, RequestId, Yen, fold_width};
use banso_permits::{Action, Person};

use super::super::inspecting::last_cuts;
use super::super::project::Project;
use super::papers::{YearsFile, YearsPaper, next_place};
use super::{ProjectHead, input_tax_computed, moved_on, not_asked};
use crate::letters::percent;
use crate::{FieldProblem, Office, OfficeError};

/// Ways of deduction: code, words, whether it needs the ratio of taxable sales.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeductionKind {
    pub code: &'static str,
    pub ja: &'static str,
    pub en: &'static str,
    pub by_ratio: bool,
}

impl DeductionKind {
    pub const ALL: [DeductionKind; 5] = [
        DeductionKind {
            code: "not_on_purchases",
            ja: "免税事業者・簡易課税（仕入税額を控除しない）",
            en: "exempt or simplified scheme: not on purchases",
            by_ratio: false,
        },
        DeductionKind {
            code: "special_income", ja: "公益法人等で特定収入割合が5%超", en: "special income above 5 %", by_ratio: false
        },
        DeductionKind {
            code: "full", ja: "全額控除（課税売上割合95%以上かつ課税売上5億円以下）", en: "in full", by_ratio: false
        },
        DeductionKind { code: "by_use", ja: "個別対応方式", en: "by use", by_ratio: true },
        DeductionKind { code: "by_ratio", ja: "一括比例配分方式", en: "by one ratio", by_ratio: true },
    ];

    fn deduction(code: &str, ratio: Option<Rate>) -> Option<Deduction> {
        Some(match (code, ratio) {
            ("not_on_purchases", _) => Deduction::NotOnPurchases,
            ("special_income", _) => Deduction::SpecialIncome,
            ("full", _) => Deduction::Full,
            ("by_use", Some(taxable_ratio)) => Deduction::ByUse { taxable_ratio },
            ("by_ratio", Some(taxable_ratio)) => Deduction::ByRatio { taxable_ratio },
            _ => return None,
        })
    }
}

/// Rates of the tax: field prefix, hundredths.
const RATES: [(&str, i128); 2] = [("10", 10), ("8", 8)];

/// Cost with tax at one rate, by what it was bought for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CostRow {
    /// `10`, `8`.
    pub rate: String,
    pub for_taxable: Option<Yen>,
    pub common: Option<Yen>,
    pub for_exempt: Option<Yen>,
}

/// A report as typed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct InputTaxForm {
    pub tax_year_ends: Option<Day>,
    /// Code of a [`DeductionKind`].
    pub method: String,
    /// In percent: `95.5`.
    pub ratio: String,
    pub rows: Vec<CostRow>,
    /// What was shown as the amount to return.
    pub shown: Option<Yen>,
}

/// The page.
#[derive(Debug, Clone)]
pub struct InputTaxPage {
    pub head: ProjectHead,
    pub clause: String,
    pub due: Option<Day>,
    /// Whether cost was counted with tax: only then something can have come back.
    pub with_tax: bool,
    /// When it was reported, and the amount.
    pub reported: Option<(Day, Yen)>,
    pub rows: Vec<CostRow>,
    /// What was reported last, to begin with when it is reported anew.
    pub last: Option<InputTaxForm>,
    /// Once typed: the lines and the amount.
    pub look: Option<(Vec<Step>, Yen)>,
    pub may: bool,
    pub files: Vec<YearsFile>,
    pub place: u32,
}

/// What was accepted of a line.
fn accepted(project: &Project, line: &ClaimLine) -> Yen {
    let cut: i64 = last_cuts(project).iter().filter(|c| c.claim_line == line.id).map(|c| c.amount.get()).sum();
    Yen::new(line.claimed.get().saturating_sub(cut).max(0))
}

/// Rows to begin with: what was accepted of bought things, at the rate of their invoice; all for taxable sales.
fn rows(project: &Project, lines: &[ClaimLine]) -> Vec<CostRow> {
    let of = |percent: i128| {
        let rate = Rate::new(Exact::new(percent, 100));
        let at_rate = |line: &&ClaimLine| {
            let bought = !matches!(line.goods, Goods::Own);
            bought && line.evidence.invoice.as_ref().is_some_and(|i| i.price.0.first().is_some_and(|b| b.rate == rate))
        };
        let sum: i64 = lines.iter().filter(at_rate).map(|l| accepted(project, l).get()).sum();
        Yen::new(sum)
    };
    let with_tax = project.rules.claims.basis == TaxBasis::TaxIn;
    RATES
        .iter()
        .map(|(code, percent)| CostRow {
            rate: (*code).to_owned(),
            for_taxable: Some(if with_tax { of(*percent) } else { Yen::ZERO }),
            common: Some(Yen::ZERO),
            for_exempt: Some(Yen::ZERO),
        })
        .collect()
}

/// `95.5` or `95.5%` as a share.
fn ratio(text: &str) -> Option<Rate> {
    let bare: String = fold_width(text).chars().filter(|c| !c.is_whitespace()).collect();
    let bare = bare.trim_end_matches('%');
    let (whole, part) = bare.split_once('.').unwrap_or((bare, "0"));
    let digits = |t: &str| !t.is_empty() && t.len() <= 6 && t.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(part) {
        return None;
    }
    let part: i128 = format!("{part:0<6}").parse().ok()?;
    let share = Exact::new(whole.parse::<i128>().ok()? * 1_000_000 + part, 100_000_000);
    (share <= Exact::from_integer(1)).then(|| Rate::new(share))
}

/// A share as it is typed, in percent: `95.5`.
fn percent_typed(share: Rate) -> String {
    percent(share).trim_end_matches('%').to_owned()
}

/// What was reported last, as a form.
fn last_report(project: &Project) -> Option<InputTaxForm> {
    let reported = |act: &ExecutionAct| if let ExecutionAct::InputTaxReported(a) = act { Some(a.clone()) } else { None };
    let last = project.executed().filter_map(|(act, _)| reported(act)).last()?;
    let (method, ratio) = match &last.deduction {
        Deduction::NotOnPurchases => ("not_on_purchases", None),
        Deduction::SpecialIncome => ("special_income", None),
        Deduction::Full => ("full", None),
        Deduction::ByUse { taxable_ratio } => ("by_use", Some(*taxable_ratio)),
        Deduction::ByRatio { taxable_ratio } => ("by_ratio", Some(*taxable_ratio)),
    };
    let row = |(code, hundredths): &(&str, i128)| {
        let rate = Rate::new(Exact::new(*hundredths, 100));
        let cost = last.costs.iter().find(|c| c.rate == rate);
        CostRow {
            rate: (*code).to_owned(),
            for_taxable: Some(cost.map_or(Yen::ZERO, |c| c.for_taxable)),
            common: Some(cost.map_or(Yen::ZERO, |c| c.common)),
            for_exempt: Some(cost.map_or(Yen::ZERO, |c| c.for_exempt)),
        }
    };
    Some(InputTaxForm {
        tax_year_ends: Some(last.tax_year_ends),
        method: method.to_owned(),
        ratio: ratio.map(percent_typed).unwrap_or_default(),
        rows: RATES.iter().map(row).collect(),
        shown: None,
    })
}

/// What the tax is computed of: nothing where the programme counts its cost without tax, for no tax was subsidised then.
fn counted(project: &Project, costs: Vec<TaxedCost>) -> Vec<TaxedCost> {
    match project.rules.claims.basis {
        TaxBasis::TaxIn => costs,
        TaxBasis::TaxOut => Vec::new(),
    }
}

type Checked = (Day, Deduction, Vec<TaxedCost>);

fn checked(form: &InputTaxForm) -> Result<Checked, Vec<FieldProblem>> {
    let mut problems = Vec::new();
    if form.tax_year_ends.is_none() {
        problems.push(FieldProblem::new("tax-year-ends", "課税期間の末日を入力してください。", "Enter the end of the tax year."));
    }
    let kind = DeductionKind::ALL.into_iter().find(|k| k.code == form.method);
    let share = ratio(&form.ratio);
    if kind.is_none() {
        problems.push(FieldProblem::new("method", "控除の方法を選んでください。", "Choose the way of deduction."));
    }
    if kind.is_some_and(|k| k.by_ratio) && share.is_none() {
        problems.push(FieldProblem::new("ratio", "課税売上割合を0から100の数（％）で入力してください。", "Enter the ratio in percent."));
    }
    let mut costs = Vec::new();
    for row in &form.rows {
        let Some((_, percent)) = RATES.iter().find(|(code, _)| *code == row.rate) else { continue };
        let mut amount = |field: &str, value: Option<Yen>| {
            let value = value.unwrap_or(Yen::ZERO);
            if value < Yen::ZERO {
                let name = format!("{field}-{}", row.rate);
                problems.push(FieldProblem::new(name, "0円以上の額を入力してください。", "Enter an amount of 0 or more."));
            }
            value
        };
        let (for_taxable, common) = (amount("taxable", row.for_taxable), amount("common", row.common));
        let for_exempt = amount("exempt", row.for_exempt);
        if for_taxable.get() != 0 || common.get() != 0 || for_exempt.get() != 0 {
            costs.push(TaxedCost { rate: Rate::new(Exact::new(*percent, 100)), for_taxable, common, for_exempt });
        }
    }
    let deduction = kind.and_then(|k| DeductionKind::deduction(k.code, share));
    match (form.tax_year_ends, deduction) {
        (Some(ends), Some(deduction)) if problems.is_empty() => Ok((ends, deduction, costs)),
        _ => Err(problems),
    }
}

impl Office {
    /// The page of the report; with a form already typed, what it amounts to.
    ///
    /// # Errors
    /// [`OfficeError::NotFound`] for a stranger; a guideline that does not ask for it; figures that cannot be.
    pub async fn input_tax_page(&self, person: &Person, case: CaseId, form: Option<&InputTaxForm>) -> Result<InputTaxPage, OfficeError> {
        let project = self.project(person, Action::ReadCase, case).await?;
        let rule = project.rules.input_tax.as_ref().ok_or_else(|| not_asked("消費税仕入控除税額の報告", "the return of input tax"))?;
        let look = match form.map(checked) {
            Some(Ok((_, deduction, costs))) => {
                input_tax_computed(&project.execution, &counted(&project, costs), &deduction, &project.rules).ok()
            }
            Some(Err(_)) | None => None,
        };
        let content = match &project.execution.completion {
            Some(completion) => self.report_content(completion.claims).await?,
            None => None,
        };
        let lines = content.map(|c| c.lines).unwrap_or_default();
        let ordered = project.execution.debts.values().any(|d| d.cause == banso_execution::act::Cause::InputTax);
        let fixed = project.execution.phase == banso_execution::ExecutionPhase::Fixed;
        let place = next_place(&project, YearsPaper::InputTax, "input_tax_reported");
        let last = last_report(&project);
        Ok(InputTaxPage {
            head: ProjectHead::of(&project),
            clause: rule.clause.clone(),
            due: project.execution.fixed.as_ref().map(|f| rule.value.after(f.on)),
            with_tax: project.rules.claims.basis == TaxBasis::TaxIn,
            reported: project.execution.input_tax.map(|f| (f.on, f.amount)),
            rows: match (form, &last) {
                (Some(form), _) | (None, Some(form)) => form.rows.clone(),
                (None, None) => rows(&project, &lines),
            },
            last,
            look,
            may: fixed && !ordered && self.may_case(person, Action::SpeakForCase, case).await.is_ok(),
            files: self.years_files(case, place).await?,
            place: place.number,
        })
    }

    /// What is wrong with a report that somebody wants to look at.
    #[must_use]
    pub fn input_tax_problems(&self, form: &InputTaxForm) -> Vec<FieldProblem> {
        checked(form).err().unwrap_or_default()
    }

    /// Hands in the report; the amount must be the one that was shown.
    ///
    /// # Errors
    /// What is missing or cannot be; [`OfficeError::Stale`] when it would be another amount; not the holder's to do.
    pub async fn report_input_tax(
        &self,
        person: &Person,
        case: CaseId,
        form: &InputTaxForm,
        request: RequestId,
    ) -> Result<(), OfficeError> {
        let project = self.project(person, Action::SpeakForCase, case).await?;
        if self.done_before(request).await? {
            return Ok(());
        }
        let (ends, deduction, costs) = checked(form).map_err(OfficeError::Invalid)?;
        let costs = counted(&project, costs);
        let (_, amount) = input_tax_computed(&project.execution, &costs, &deduction, &project.rules).map_err(super::super::refused)?;
        match form.shown {
            Some(shown) if shown == amount => {}
            Some(_) => return Err(moved_on()),
            None => {
                return Err(OfficeError::Invalid(vec![FieldProblem {
                    field: "look".to_owned(),
                    text: LocalText::new("返還額を計算して確かめてから報告してください。", "Compute the amount first."),
                }]));
            }
        }
        let documents = self.years_documents(case, next_place(&project, YearsPaper::InputTax, "input_tax_reported")).await?;
        let rules = project.rules.clone();
        let step = |execution: &banso_execution::Execution, today| {
            report_input_tax(execution, ends, &deduction, &costs, &documents, today, &rules)
        };
        self.take_step(person, &project, step, Vec::new(), request).await
    }
}

#[cfg(test)]
mod unit {
    use super::*;

    #[test]
    fn ratios_as_they_are_typed() {
        for (text, share) in
            [("95.5", Some((955, 1000))), ("１００％", Some((1, 1))), ("100.1", None), ("-1", None), ("", None), ("8割", None)]
        {
            assert_eq!(ratio(text), share.map(|(n, d)| Rate::new(Exact::new(n, d))), "{text}");
        }
        for typed in ["95.5", "100", "0.01"] {
            assert_eq!(percent_typed(ratio(typed).unwrap()), typed);
        }
    }
}
