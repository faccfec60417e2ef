//! The office's assessment of a yearly report: 収益納付 or the wage covenant, computed line by line and shown before it is established.

use banso_execution::ExecutionAct;
use banso_execution::decide::{assess_revenue, assess_wage};
use banso_execution::law::{Exemption, Step};
use banso_execution::state::{ReportedFigures, YearReport};
use banso_kernel::{CaseId, Day, Digest, LocalText, RequestId, Yen};
use banso_permits::{Action, Person};

use super::super::project::Project;
use super::super::steps::{Document, foreign_words};
use super::papers::{YearsFile, YearsPaper, YearsPlace};
use super::{ProjectHead, STAGES, moved_on, revenue_computed, wage_computed};
use crate::{Office, OfficeError};

/// Which kind of report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum AssessedKind {
    Revenue,
    Wage,
}

impl AssessedKind {
    /// As addresses name it.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            AssessedKind::Revenue => "revenue",
            AssessedKind::Wage => "wages",
        }
    }

    /// The kind of a code.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        [AssessedKind::Revenue, AssessedKind::Wage].into_iter().find(|k| k.code() == code)
    }

    /// What is established.
    #[must_use]
    pub fn label(self) -> LocalText {
        match self {
            AssessedKind::Revenue => LocalText::new("収益納付の認定", "Payback of revenue"),
            AssessedKind::Wage => LocalText::new("賃上げ要件の認定", "Wage covenant"),
        }
    }
}

/// The page.
#[derive(Debug, Clone)]
pub struct AssessmentPage {
    pub head: ProjectHead,
    pub kind: AssessedKind,
    pub nth: u32,
    pub year_ends: Day,
    pub reported_on: Day,
    /// What was reported, line by line.
    pub facts: Vec<(LocalText, LocalText)>,
    pub note: String,
    /// The text of the report was erased.
    pub erased: bool,
    pub files: Vec<YearsFile>,
    pub steps: Vec<Step>,
    pub amount: Yen,
    pub clause: String,
    /// What was established.
    pub assessed: Option<Yen>,
    pub usual_reason: LocalText,
    pub may: bool,
}

fn yen(ja: &str, en: &str, amount: Yen) -> (LocalText, LocalText) {
    (LocalText::new(ja, en), LocalText::new(amount.to_string(), amount.to_string()))
}

fn said(ja: &str, en: &str, value: LocalText) -> (LocalText, LocalText) {
    (LocalText::new(ja, en), value)
}

fn reports(project: &Project, kind: AssessedKind) -> &std::collections::BTreeMap<u32, YearReport> {
    match kind {
        AssessedKind::Revenue => &project.execution.revenue,
        AssessedKind::Wage => &project.execution.wages,
    }
}

fn computed(project: &Project, kind: AssessedKind, nth: u32) -> Result<(Vec<Step>, Yen), OfficeError> {
    let (execution, rules) = (&project.execution, &project.rules);
    match kind {
        AssessedKind::Revenue => revenue_computed(execution, nth, rules),
        AssessedKind::Wage => wage_computed(execution, nth, rules),
    }
    .map_err(super::super::refused)
}

/// The figures of the act itself.
fn figures(figures: &ReportedFigures) -> Vec<(LocalText, LocalText)> {
    match figures {
        ReportedFigures::Revenue(year) => {
            let deficit = if year.deficit { LocalText::new("赤字", "loss") } else { LocalText::new("赤字でない", "no loss") };
            vec![
                yen("補助事業による収益", "Profit of the project", year.profit),
                yen("控除額", "Deduction", year.deduction),
                said("決算", "Accounts", deficit),
            ]
        }
        ReportedFigures::Wage(goal) => {
            let named: Vec<LocalText> = goal.circumstances.iter().copied().map(Exemption::label).collect();
            let ja = named.iter().map(|t| t.ja.clone()).collect::<Vec<_>>().join("、");
            let en = named.iter().map(|t| t.en.clone().unwrap_or_default()).collect::<Vec<_>>().join(", ");
            let circumstances = if named.is_empty() { LocalText::new("なし", "none") } else { LocalText::new(ja, en) };
            vec![
                yen("基準年度の給与支給総額", "Wages of the base year", goal.base),
                yen("目標年度の給与支給総額", "Wages of the year of the goal", goal.reached),
                said("免除の事由", "Circumstances", circumstances),
            ]
        }
    }
}

/// The text of a report by its number.
fn content_of(project: &Project, kind: AssessedKind, nth: u32) -> Option<Digest> {
    project.executed().find_map(|(act, _)| {
        if let (AssessedKind::Revenue, ExecutionAct::CommercialisationReported(a)) = (kind, act) {
            (a.nth == nth).then_some(a.content)
        } else if let (AssessedKind::Wage, ExecutionAct::WageReported(a)) = (kind, act) {
            (a.nth == nth).then_some(a.content)
        } else {
            None
        }
    })
}

impl Office {
    /// The page of an assessment at the office's desk.
    ///
    /// # Errors
    /// [`OfficeError::NotFound`] for a stranger, and for a year that was not reported.
    pub async fn assessment_page(
        &self,
        person: &Person,
        case: CaseId,
        kind: AssessedKind,
        nth: u32,
    ) -> Result<AssessmentPage, OfficeError> {
        let project = self.project_at_office(person, Action::ReadCase, case).await?;
        let report = reports(&project, kind).get(&nth).cloned().ok_or(OfficeError::NotFound)?;
        let (steps, amount) = computed(&project, kind, nth)?;
        let (more, note, erased) = self.reported_words(&project, kind, nth).await?;
        let rules = &project.rules;
        let clause = match kind {
            AssessedKind::Revenue => rules.revenue.as_ref().map(|r| &r.clause).or(rules.reports.as_ref().map(|r| &r.clause)),
            AssessedKind::Wage => rules.wage.as_ref().map(|w| &w.clause),
        };
        let place = match kind {
            AssessedKind::Revenue => YearsPlace::new(YearsPaper::Report, nth),
            AssessedKind::Wage => YearsPlace::new(YearsPaper::Wage, nth),
        };
        let fixed = project.execution.phase == banso_execution::ExecutionPhase::Fixed;
        Ok(AssessmentPage {
            head: ProjectHead::of(&project),
            kind,
            nth,
            year_ends: report.year_ends,
            reported_on: report.reported_on,
            facts: figures(&report.figures).into_iter().chain(more).collect(),
            note,
            erased,
            files: self.years_files(case, place).await?,
            steps,
            amount,
            clause: clause.cloned().unwrap_or_default(),
            assessed: report.assessed,
            usual_reason: usual_reason(kind, nth),
            may: fixed && report.assessed.is_none() && self.may_case(person, Action::HandleCase, case).await.is_ok(),
        })
    }

    /// What a report told besides its figures.
    async fn reported_words(
        &self,
        project: &Project,
        kind: AssessedKind,
        nth: u32,
    ) -> Result<(Vec<(LocalText, LocalText)>, String, bool), OfficeError> {
        let Some(digest) = content_of(project, kind, nth) else { return Ok((Vec::new(), String::new(), true)) };
        if kind == AssessedKind::Wage {
            return Ok(match self.wage_content(digest).await? {
                Document::Read(content) => (Vec::new(), content.note, false),
                Document::Erased => (Vec::new(), String::new(), true),
                Document::Foreign(body) => (Vec::new(), foreign_words(&body), false),
            });
        }
        let content = match self.year_content(digest).await? {
            Document::Read(content) => content,
            Document::Erased => return Ok((Vec::new(), String::new(), true)),
            Document::Foreign(body) => return Ok((Vec::new(), foreign_words(&body), false)),
        };
        let stage = STAGES.iter().find(|(code, ..)| *code == content.stage).map(|(_, ja, en)| LocalText::new(*ja, *en));
        let people = LocalText::new(format!("{}人", content.employees), content.employees.to_string());
        let facts = vec![
            said("事業化の段階", "Stage", stage.unwrap_or_else(|| LocalText::ja(&content.stage))),
            yen("補助事業の成果による売上", "Sales of the project", content.sales),
            yen("その原価・経費", "Their cost", content.cost),
            yen("企業全体の売上高", "Sales of the firm", content.firm_sales),
            yen("付加価値額", "Value added", content.value_added),
            yen("給与支給総額", "Total wages", content.wages),
            said("従業員数", "Employees", people),
        ];
        Ok((facts, content.note, false))
    }

    /// Establishes the amount as it was shown.
    ///
    /// # Errors
    /// No reason; [`OfficeError::Stale`] when it would be another amount by now; a year that was assessed; not the office's to do.
    pub async fn assess(
        &self,
        person: &Person,
        case: CaseId,
        (kind, nth): (AssessedKind, u32),
        (shown, reason): (Yen, &str),
        request: RequestId,
    ) -> Result<(), OfficeError> {
        let project = self.project_at_office(person, Action::HandleCase, case).await?;
        if self.done_before(request).await? {
            return Ok(());
        }
        let report = reports(&project, kind).get(&nth).ok_or(OfficeError::NotFound)?;
        if reason.trim().is_empty() {
            return Err(OfficeError::field("reason", "認定の理由を入力してください。", "Enter the reason."));
        }
        if report.assessed.is_none() && computed(&project, kind, nth)?.1 != shown {
            return Err(moved_on());
        }
        let (rules, reason) = (project.rules.clone(), reason.to_owned());
        let step = |execution: &banso_execution::Execution, today| match kind {
            AssessedKind::Revenue => assess_revenue(execution, nth, &reason, today, &rules),
            AssessedKind::Wage => assess_wage(execution, nth, &reason, today, &rules),
        };
        self.take_step(person, &project, step, Vec::new(), request).await
    }
}

fn usual_reason(kind: AssessedKind, nth: u32) -> LocalText {
    match kind {
        AssessedKind::Revenue => LocalText::new(
            format!("第{nth}回事業化状況報告とその添付書類を審査した結果による。"),
            format!("As the yearly report {nth} and its papers show."),
        ),
        AssessedKind::Wage => {
            LocalText::new("賃上げ状況報告と賃金台帳を審査した結果による。", "As the wage report and the wage ledger show.")
        }
    }
}
