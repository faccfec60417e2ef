//! 事業化状況報告: one a year, begun from last year's and from what is known of the firm, so that nothing is asked twice. What the firm says
//! of its year is kept as facts, with this report as their source.

use banso_execution::ExecutionAct;
use banso_execution::act::CommercialisationReported;
use banso_execution::decide::step;
use banso_execution::duties::year_end;
use banso_execution::law::RevenueYear;
use banso_execution::rules::YearlyReports;
use banso_execution::state::ReportedFigures;
use banso_grant::canonical_json;
use banso_kernel::{CaseId, Day, Digest, FiscalYear, LocalText, RequestId, Yen, count_characters};
use banso_permits::{Action, Person};
use banso_store::{Change, Fact};
use serde::{Deserialize, Serialize};

use super::super::project::{Project, sum};
use super::super::steps::Document;
use super::papers::{YearsFile, YearsPaper, YearsPlace};
use super::{ProjectHead, not_asked};
use crate::{FieldProblem, Office, OfficeError};

/// Most characters of what is told in words.
pub(super) const NOTE_MAX: usize = 4_000;

/// How far the result of the project has come to market: code, words.
pub const STAGES: [(&str, &str, &str); 6] = [
    ("none", "まだ販売活動をしていない", "no sales activity yet"),
    ("offered", "第1段階：販売活動・宣伝をしている", "stage 1: offered and advertised"),
    ("ordered", "第2段階：注文（契約）を取れている", "stage 2: orders or contracts"),
    ("sold", "第3段階：製品・サービスが1つ以上売れている", "stage 3: at least one sold"),
    ("selling", "第4段階：継続して売れているが利益は上がっていない", "stage 4: sold steadily, no profit yet"),
    ("earning", "第5段階：継続して売れ、利益が上がっている", "stage 5: sold steadily at a profit"),
];

/// The firm's own figures: field, item of the dictionary.
const FACTS: [(&str, &str); 4] =
    [("firm-sales", "実績売上高"), ("value-added", "実績付加価値額"), ("wages", "実績給与支給総額"), ("employees", "従業員数")];

/// A report as typed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct YearForm {
    pub nth: u32,
    pub stage: String,
    /// Of what the project brought to market, and what it cost.
    pub sales: Option<Yen>,
    pub cost: Option<Yen>,
    pub deduction: Option<Yen>,
    pub deficit: bool,
    /// Of the whole firm.
    pub firm_sales: Option<Yen>,
    pub value_added: Option<Yen>,
    pub wages: Option<Yen>,
    pub employees: Option<i64>,
    pub note: String,
}

/// What a report says, as it is kept under its digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct YearContent {
    format: u32,
    pub stage: String,
    pub sales: Yen,
    pub cost: Yen,
    pub firm_sales: Yen,
    pub value_added: Yen,
    pub wages: Yen,
    pub employees: i64,
    pub note: String,
}

/// A report that was handed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct YearLine {
    pub nth: u32,
    pub year_ends: Day,
    pub reported_on: Day,
    pub profit: Yen,
    pub assessed: Option<Yen>,
}

/// The page.
#[derive(Debug, Clone)]
pub struct YearPage {
    pub head: ProjectHead,
    pub times: u32,
    pub clause: String,
    pub past: Vec<YearLine>,
    /// The next report: number, end of its year, due day; `None` when all are in.
    pub next: Option<(u32, Day, Day)>,
    /// Whether its year is over and this person may report.
    pub may: bool,
    pub over: bool,
    /// What is left of the holder's own share of the cost, which may be deducted.
    pub own_share_left: Yen,
    prefilled: Vec<(&'static str, String)>,
    /// Where figures were taken from.
    pub source: Option<LocalText>,
    pub files: Vec<YearsFile>,
}

impl YearPage {
    /// What a field begins with.
    #[must_use]
    pub fn prefilled(&self, field: &str) -> &str {
        self.prefilled.iter().find(|(name, _)| *name == field).map(|(_, text)| text.as_str()).unwrap_or_default()
    }
}

/// The year that ends on a day: `令和8年4月1日から令和9年3月31日まで`.
pub(crate) fn period_words(year_ends: Day) -> String {
    let begins = year_ends.plus_days(1).plus_months(-12);
    format!("{}から{}まで", begins.wareki(), year_ends.wareki())
}

/// The number of the next report with the end of its year and its due day.
fn next(project: &Project, reports: &YearlyReports) -> Option<(u32, Day, Day)> {
    let completion = project.execution.completion.as_ref()?;
    let nth = u32::try_from(project.execution.revenue.len()).unwrap_or(u32::MAX).saturating_add(1);
    let ends = year_end(reports, completion.completed_on, nth);
    (nth <= reports.times).then(|| (nth, ends, reports.due.after(ends)))
}

/// The holder's own share of the accepted cost, less what earlier years deducted.
fn own_share_left(project: &Project) -> Yen {
    let execution = &project.execution;
    let eligible = execution.fixed.as_ref().map_or(Yen::ZERO, |f| f.eligible);
    let deducted = execution.revenue.values().filter_map(|r| match &r.figures {
        ReportedFigures::Revenue(year) => Some(year.deduction),
        ReportedFigures::Wage(_) => None,
    });
    let used = sum(deducted.chain([execution.entitlement()]));
    Yen::new(eligible.get().saturating_sub(used.get()).max(0))
}

fn grouped(yen: Yen) -> String {
    yen.to_string().trim_end_matches('円').to_owned()
}

impl Office {
    /// What a yearly report says.
    pub(super) async fn year_content(&self, digest: Digest) -> Result<Document<YearContent>, OfficeError> {
        Ok(Document::of(self.store().content(digest).await?))
    }

    /// The contents of the yearly reports, oldest first.
    pub(super) fn year_digests(project: &Project) -> Vec<Digest> {
        let of = |act: &ExecutionAct| if let ExecutionAct::CommercialisationReported(a) = act { Some(a.content) } else { None };
        project.executed().filter_map(|(act, _)| of(act)).collect()
    }

    /// Figures to begin with: what is known of the firm for the year, otherwise last year's.
    async fn prefilled(&self, project: &Project, ends: Day) -> Result<(Vec<(&'static str, String)>, Option<LocalText>), OfficeError> {
        let mut fields: Vec<(&'static str, String)> = Vec::new();
        let mut source = None;
        let last = match Self::year_digests(project).last() {
            Some(digest) => self.year_content(*digest).await?,
            None => Document::Erased,
        };
        if let Document::Foreign(_) = &last {
            source = Some(LocalText::new(
                "前年の報告は別の形式で記録されているため引き継げず、他に分かっているもののみ",
                "last year's report is kept in another form and is not carried over; what else is known",
            ));
        }
        if let Document::Read(last) = last {
            source = Some(LocalText::new("前年の報告", "last year's report"));
            fields.push(("stage", last.stage));
            fields.extend(
                [("firm-sales", last.firm_sales), ("value-added", last.value_added), ("wages", last.wages)].map(|(f, y)| (f, grouped(y))),
            );
            fields.push(("employees", last.employees.to_string()));
        }
        let period = FiscalYear::of(ends).get().to_string();
        let Some(firm) = self.firm(project.execution.holder).await? else { return Ok((fields, source)) };
        let known = self.store().facts(firm.id).await?;
        for (field, item) in FACTS {
            let newest = known.iter().filter(|f| f.item == item && f.period == period).max_by_key(|f| f.learned_on);
            let Some((fact, value)) = newest.and_then(|f| Some((f, serde_json::from_str::<i64>(&f.value).ok()?))) else { continue };
            let text = if field == "employees" { value.to_string() } else { grouped(Yen::new(value)) };
            fields.retain(|(name, _)| *name != field);
            fields.push((field, text));
            source = Some(LocalText::ja(&fact.source));
        }
        Ok((fields, source))
    }

    /// The page of yearly reports at the holder's desk.
    ///
    /// # Errors
    /// [`OfficeError::NotFound`] for a stranger; a guideline that asks for none.
    pub async fn year_page(&self, person: &Person, case: CaseId) -> Result<YearPage, OfficeError> {
        let project = self.project(person, Action::ReadCase, case).await?;
        let reports = project.rules.reports.as_ref().ok_or_else(|| not_asked("事業化状況報告", "yearly reports"))?;
        let next = next(&project, reports).filter(|_| project.execution.fixed.is_some());
        let (prefilled, source) = match next {
            Some((_, ends, _)) => self.prefilled(&project, ends).await?,
            None => (Vec::new(), None),
        };
        let over = next.is_some_and(|(_, ends, _)| ends < self.now().day());
        let files = match next {
            Some((nth, ..)) => self.years_files(case, YearsPlace::new(YearsPaper::Report, nth)).await?,
            None => Vec::new(),
        };
        let line = |(nth, r): (&u32, &banso_execution::state::YearReport)| {
            let ReportedFigures::Revenue(year) = &r.figures else { return None };
            Some(YearLine { nth: *nth, year_ends: r.year_ends, reported_on: r.reported_on, profit: year.profit, assessed: r.assessed })
        };
        let reporting = project.execution.phase == banso_execution::ExecutionPhase::Fixed;
        Ok(YearPage {
            head: ProjectHead::of(&project),
            times: reports.times,
            clause: reports.clause.clone(),
            past: project.execution.revenue.iter().filter_map(line).collect(),
            next,
            may: over && reporting && self.may_case(person, Action::SpeakForCase, case).await.is_ok(),
            over,
            own_share_left: own_share_left(&project),
            prefilled,
            source,
            files,
        })
    }

    /// Hands in the report of a year.
    ///
    /// # Errors
    /// What is missing, field by field; a year that is not over or was reported; not the holder's to do.
    pub async fn report_year(&self, person: &Person, case: CaseId, form: YearForm, request: RequestId) -> Result<(), OfficeError> {
        let project = self.project(person, Action::SpeakForCase, case).await?;
        let reports = project.rules.reports.clone().ok_or_else(|| not_asked("事業化状況報告", "yearly reports"))?;
        if self.done_before(request).await? {
            return Ok(());
        }
        let Some((nth, year_ends, _)) = next(&project, &reports).filter(|(nth, ..)| *nth == form.nth) else {
            return Err(OfficeError::Stale(LocalText::new("この年度の報告は、既に提出されています。", "This year was reported already.")));
        };
        let (content, revenue) = checked(&form, own_share_left(&project)).map_err(OfficeError::Invalid)?;
        let text = canonical_json(&content).map_err(OfficeError::fault)?;
        let place = YearsPlace::new(YearsPaper::Report, nth);
        let documents = self.years_documents(case, place).await?;
        let mut changes = vec![Change::keep_content(&text)];
        changes.extend(self.learned(&project, nth, year_ends, &content).await?);
        let act = CommercialisationReported { nth, year_ends, revenue, content: Digest::of(text.as_bytes()), documents };
        self.take_step(person, &project, |execution, today| step(execution, act, today, &reports.clause), changes, request).await
    }

    /// What a report teaches about the firm.
    async fn learned(&self, project: &Project, nth: u32, ends: Day, content: &YearContent) -> Result<Vec<Change>, OfficeError> {
        let Some(firm) = self.firm(project.execution.holder).await? else { return Ok(Vec::new()) };
        let receipt = &project.file.case.submission.paper.receipt_number;
        let values = [content.firm_sales.get(), content.value_added.get(), content.wages.get(), content.employees];
        let fact = |((_, item), value): ((&str, &str), i64)| {
            Change::put_fact(&Fact {
                organisation: firm.id,
                item: item.to_owned(),
                period: FiscalYear::of(ends).get().to_string(),
                source: format!("事業化状況報告 第{nth}回（{receipt}）"),
                value: value.to_string(),
                learned_on: self.now().day(),
            })
        };
        Ok(FACTS.into_iter().zip(values).map(fact).collect())
    }
}

/// A yearly report as the desk keeps it, and the figures of its act.
///
/// # Errors
/// What the form lacks, field by field.
pub fn year_document(form: &YearForm) -> Result<(String, RevenueYear), OfficeError> {
    let (content, revenue) = checked(form, Yen::new(i64::MAX)).map_err(OfficeError::Invalid)?;
    Ok((canonical_json(&content).map_err(OfficeError::fault)?, revenue))
}

/// What is kept of a form, and the figures of the act; or everything that is wrong.
fn checked(form: &YearForm, own_share_left: Yen) -> Result<(YearContent, RevenueYear), Vec<FieldProblem>> {
    let mut problems = Vec::new();
    let mut need = |field: &str, value: Option<Yen>, least: Option<i64>| match value {
        Some(yen) if least.is_none_or(|least| yen.get() >= least) => yen,
        Some(_) => {
            problems.push(FieldProblem::new(field, "0円以上の額を入力してください。", "Enter an amount of 0 or more."));
            Yen::ZERO
        }
        None => {
            problems.push(FieldProblem::new(field, "金額を入力してください（無いときは0）。", "Enter the amount, 0 where there is none."));
            Yen::ZERO
        }
    };
    let (sales, cost) = (need("sales", form.sales, Some(0)), need("cost", form.cost, Some(0)));
    let deduction = need("deduction", form.deduction, Some(0));
    let (firm_sales, wages) = (need("firm-sales", form.firm_sales, Some(0)), need("wages", form.wages, Some(0)));
    let value_added = need("value-added", form.value_added, None);
    if deduction > own_share_left {
        problems.push(FieldProblem::new(
            "deduction",
            format!("控除できるのは、自己負担額のうちまだ控除していない{own_share_left}までです。"),
            format!("At most {own_share_left}, what is left of your own share."),
        ));
    }
    if !STAGES.iter().any(|(code, ..)| *code == form.stage) {
        problems.push(FieldProblem::new("stage", "事業化の段階を選んでください。", "Choose the stage."));
    }
    let employees = form.employees.filter(|n| (0..=1_000_000).contains(n));
    if employees.is_none() {
        problems.push(FieldProblem::new("employees", "従業員数を0以上の整数で入力してください。", "Enter the number of employees."));
    }
    if count_characters(&form.note) > NOTE_MAX {
        problems.push(FieldProblem::new("note", format!("{NOTE_MAX}字以内にしてください。"), format!("At most {NOTE_MAX} characters.")));
    }
    let profit = Yen::new(sales.get().saturating_sub(cost.get()));
    let (Some(employees), true) = (employees, problems.is_empty()) else { return Err(problems) };
    let note = form.note.trim().to_owned();
    let content = YearContent { format: 1, stage: form.stage.clone(), sales, cost, firm_sales, value_added, wages, employees, note };
    Ok((content, RevenueYear { profit, deduction, deficit: form.deficit }))
}
