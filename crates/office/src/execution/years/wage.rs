//! 賃上げ状況報告: the total wages of the base year and of the year of the goal, as the wage ledger shows them. Judged once, at the end of
//! the plan; circumstances that exempt are those that the guideline names.

use banso_execution::act::WageReported;
use banso_execution::decide::step;
use banso_execution::duties::year_end;
use banso_execution::law::{Exemption, WageGoal};
use banso_execution::state::ReportedFigures;
use banso_grant::canonical_json;
use banso_kernel::{CaseId, Day, Digest, FiscalYear, LocalText, RequestId, Yen, count_characters};
use banso_permits::{Action, Person};
use banso_store::Change;
use serde::{Deserialize, Serialize};

use super::super::project::Project;
use super::super::steps::Document;
use super::papers::{YearsFile, YearsPaper, YearsPlace};
use super::report::NOTE_MAX;
use super::{ProjectHead, not_asked};
use crate::{FieldProblem, Office, OfficeError};

/// The fact that both figures are.
const WAGES: &str = "実績給与支給総額";

/// A report as typed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WageForm {
    pub base: Option<Yen>,
    pub reached: Option<Yen>,
    /// Codes of [`Exemption`]s.
    pub circumstances: Vec<String>,
    pub note: String,
}

/// What was told in words, kept under its digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WageContent {
    format: u32,
    pub note: String,
}

/// The page.
#[derive(Debug, Clone)]
pub struct WagePage {
    pub head: ProjectHead,
    pub promised: String,
    pub years: u32,
    pub clause: String,
    pub exemptions: Vec<(&'static str, LocalText)>,
    /// End of the base year and of the year of the goal; due day.
    pub base_ends: Day,
    pub goal_ends: Day,
    pub due: Day,
    pub over: bool,
    pub may: bool,
    /// When it was reported, base, reached, and what was established.
    pub reported: Option<(Day, Yen, Yen, Option<Yen>)>,
    pub base: Option<Yen>,
    pub reached: Option<Yen>,
    pub files: Vec<YearsFile>,
}

/// End of the base year, end of the year of the goal, due day.
fn years(project: &Project) -> Result<(Day, Day, Day), OfficeError> {
    let none = || not_asked("賃上げ要件", "wage covenants");
    let (reports, wage) = (project.rules.reports.as_ref().ok_or_else(none)?, project.rules.wage.as_ref().ok_or_else(none)?);
    let completed = project.execution.completion.as_ref().map_or(project.execution.project_ends, |c| c.completed_on);
    let goal = year_end(reports, completed, wage.years.saturating_add(1));
    Ok((year_end(reports, completed, 1), goal, reports.due.after(goal)))
}

fn place() -> YearsPlace {
    YearsPlace::new(YearsPaper::Wage, 1)
}

/// What is told in words beside a wage report, as the desk keeps it.
///
/// # Errors
/// A fault: a text is always written.
pub fn wage_document(note: &str) -> Result<String, OfficeError> {
    canonical_json(&WageContent { format: 1, note: note.trim().to_owned() }).map_err(OfficeError::fault)
}

impl Office {
    /// What was told in words.
    pub(super) async fn wage_content(&self, digest: Digest) -> Result<Document<WageContent>, OfficeError> {
        Ok(Document::of(self.store().content(digest).await?))
    }

    /// The page of the wage report at the holder's desk.
    ///
    /// # Errors
    /// [`OfficeError::NotFound`] for a stranger; a guideline without covenant.
    pub async fn wage_page(&self, person: &Person, case: CaseId) -> Result<WagePage, OfficeError> {
        let project = self.project(person, Action::ReadCase, case).await?;
        let (base_ends, goal_ends, due) = years(&project)?;
        let terms = project.rules.wage.as_ref().ok_or_else(|| not_asked("賃上げ要件", "wage covenants"))?;
        let reported = project.execution.wages.get(&1).and_then(|r| match &r.figures {
            ReportedFigures::Wage(goal) => Some((r.reported_on, goal.base, goal.reached, r.assessed)),
            ReportedFigures::Revenue(_) => None,
        });
        let known = match self.firm(project.execution.holder).await? {
            Some(firm) => self.store().facts(firm.id).await?,
            None => Vec::new(),
        };
        let fact = |ends: Day| {
            let period = FiscalYear::of(ends).get().to_string();
            let newest = known.iter().filter(|f| f.item == WAGES && f.period == period).max_by_key(|f| f.learned_on);
            newest.and_then(|f| serde_json::from_str::<i64>(&f.value).ok()).map(Yen::new)
        };
        let over = goal_ends < self.now().day();
        let fixed = project.execution.phase == banso_execution::ExecutionPhase::Fixed;
        Ok(WagePage {
            head: ProjectHead::of(&project),
            promised: banso_execution::law::StepValue::Share(terms.promised.exact()).text().ja,
            years: terms.years,
            clause: terms.clause.clone(),
            exemptions: terms.exemptions.iter().map(|e| (e.code(), e.label())).collect(),
            base_ends,
            goal_ends,
            due,
            over,
            may: over && fixed && reported.is_none() && self.may_case(person, Action::SpeakForCase, case).await.is_ok(),
            reported,
            base: fact(base_ends),
            reached: fact(goal_ends),
            files: self.years_files(case, place()).await?,
        })
    }

    /// Hands in the wage report.
    ///
    /// # Errors
    /// What is missing, a year that is not over, a report that is in already; not the holder's to do.
    pub async fn report_wages(&self, person: &Person, case: CaseId, form: WageForm, request: RequestId) -> Result<(), OfficeError> {
        let project = self.project(person, Action::SpeakForCase, case).await?;
        let (_, year_ends, _) = years(&project)?;
        if self.done_before(request).await? {
            return Ok(());
        }
        let terms = project.rules.wage.clone().ok_or_else(|| not_asked("賃上げ要件", "wage covenants"))?;
        if !project.execution.wages.is_empty() {
            return Err(OfficeError::Stale(LocalText::new("賃上げ状況は、既に報告されています。", "Wages were reported already.")));
        }
        let (base, reached) = checked(&form)?;
        let named = |e: &Exemption| form.circumstances.iter().any(|c| c == e.code());
        let circumstances: Vec<Exemption> = terms.exemptions.iter().copied().filter(named).collect();
        let documents = self.years_documents(case, place()).await?;
        if !circumstances.is_empty() && documents.is_empty() {
            return Err(OfficeError::field(
                "circumstances",
                "免除の事由を示す書類を添付してください。",
                "Attach a paper that shows the circumstances.",
            ));
        }
        let text = wage_document(&form.note)?;
        let goal = WageGoal { base, reached, circumstances };
        let act = WageReported { nth: 1, year_ends, goal, content: Digest::of(text.as_bytes()), documents };
        let keep = vec![Change::keep_content(&text)];
        self.take_step(person, &project, |execution, today| step(execution, act, today, &terms.clause), keep, request).await
    }
}

fn checked(form: &WageForm) -> Result<(Yen, Yen), OfficeError> {
    let mut problems = Vec::new();
    let base = form.base.filter(|b| *b > Yen::ZERO);
    if base.is_none() {
        problems.push(FieldProblem::new(
            "base",
            "基準年度の給与支給総額を1円以上で入力してください。",
            "Enter the wages of the base year.",
        ));
    }
    let reached = form.reached.filter(|r| *r >= Yen::ZERO);
    if reached.is_none() {
        problems.push(FieldProblem::new(
            "reached",
            "目標年度の給与支給総額を入力してください。",
            "Enter the wages of the year of the goal.",
        ));
    }
    if count_characters(&form.note) > NOTE_MAX {
        problems.push(FieldProblem::new("note", format!("{NOTE_MAX}字以内にしてください。"), format!("At most {NOTE_MAX} characters.")));
    }
    match (base, reached) {
        (Some(base), Some(reached)) if problems.is_empty() => Ok((base, reached)),
        _ => Err(OfficeError::Invalid(problems)),
    }
}
