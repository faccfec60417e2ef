//! 財産処分 at the office's desk: the request beside its computation; a director approves or refuses it, with a letter that is shown first.

use banso_execution::ExecutionAct;
use banso_execution::act::DisposalRequested;
use banso_execution::decide::{DisposalOrder, decide_disposal};
use banso_execution::law::{DisposalOutcome, Step};
use banso_grant::numbers::LetterKind;
use banso_kernel::{CaseId, Day, LocalText, RequestId};
use banso_permits::{Action, Person};

use super::super::project::Project;
use super::disposal::asset_name;
use super::papers::{YearsFile, YearsPaper, YearsPlace};
use super::{DisposalState, ProjectHead, disposal_computed};
use crate::letters::disposal_letter;
use crate::{Office, OfficeError};

/// The page.
#[derive(Debug, Clone)]
pub struct DisposalCase {
    pub head: ProjectHead,
    pub request: u32,
    pub asked_on: Day,
    pub asked: DisposalRequested,
    /// Label and value of the asset and of what is to be done with it.
    pub facts: Vec<(String, String)>,
    pub state: DisposalState,
    pub steps: Vec<Step>,
    pub outcome: DisposalOutcome,
    pub clause: String,
    pub number: String,
    pub files: Vec<YearsFile>,
    pub done_on: Option<Day>,
    pub may: bool,
}

/// What is decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DisposalDecision {
    Approve { conditions: Vec<String> },
    Refuse { reason: String },
}

/// The asset and what is to be done with it, label and value, for pages and letters.
pub(crate) fn disposal_facts(execution: &banso_execution::Execution, asked: &DisposalRequested) -> Vec<(String, String)> {
    let mut facts = Vec::new();
    if let Some(state) = execution.assets.get(&asked.asset) {
        let a = &state.asset;
        let serial = if a.serial.is_empty() { String::new() } else { format!("（製造番号 {}）", a.serial) };
        facts.push(("財産".to_owned(), format!("{}　{}{serial}", a.id, a.name)));
        facts.push(("取得日・耐用年数".to_owned(), format!("{}、{}年（{}）", a.acquired.wareki(), a.life_years, a.life_clause)));
    }
    facts.push(("処分の種類".to_owned(), asked.disposition.kind.label().ja));
    if asked.disposition.proceeds.get() > 0 {
        facts.push(("処分の対価".to_owned(), asked.disposition.proceeds.to_string()));
    }
    facts.push(("処分の予定日".to_owned(), asked.planned_on.wareki()));
    facts
}

/// A request with its day, by its number.
fn asked(project: &Project, request: u32) -> Option<(DisposalRequested, Day)> {
    project.executed().find_map(|(act, r)| {
        if let ExecutionAct::DisposalRequested(a) = act { (a.request == request).then(|| (a.clone(), r.effective_on)) } else { None }
    })
}

/// How many papers of this kind have come before, and so which number.
fn papers_of(project: &Project, request: u32) -> u32 {
    let before = project
        .executed()
        .filter(|(act, _)| if let ExecutionAct::DisposalRequested(a) = act { a.request <= request } else { false })
        .count();
    u32::try_from(before).unwrap_or(u32::MAX)
}

fn next_number(project: &Project) -> String {
    let sent = project.executed().filter(|(act, _)| matches!(act.kind(), "disposal_approved" | "disposal_refused")).count();
    project.next_letter(LetterKind::Disposal, sent)
}

impl Office {
    /// The page of a disposal at the office's desk.
    ///
    /// # Errors
    /// [`OfficeError::NotFound`] for a stranger, and for a number that nobody asked under.
    pub async fn disposal_case(&self, person: &Person, case: CaseId, request: u32) -> Result<DisposalCase, OfficeError> {
        let project = self.project_at_office(person, Action::ReadCase, case).await?;
        let (asked, asked_on) = asked(&project, request).ok_or(OfficeError::NotFound)?;
        let disposal = project.execution.disposals.get(&request).ok_or(OfficeError::NotFound)?;
        let (steps, outcome) = disposal_computed(&project.execution, &asked.asset, &asked.disposition, asked.planned_on, &project.rules)
            .map_err(super::super::refused)?;
        let state = DisposalState::of(disposal);
        let fixed = project.execution.phase == banso_execution::ExecutionPhase::Fixed;
        let mut facts = disposal_facts(&project.execution, &asked);
        if let Some(real) = &disposal.real {
            facts.push(("実際の対価".to_owned(), real.proceeds.to_string()));
        }
        if facts.is_empty() {
            facts.push(("財産".to_owned(), asset_name(&project, &asked.asset)));
        }
        Ok(DisposalCase {
            head: ProjectHead::of(&project),
            request,
            asked_on,
            facts,
            state,
            steps,
            outcome: disposal.outcome().unwrap_or(outcome),
            clause: project.rules.disposal.clause.clone(),
            number: next_number(&project),
            files: self.years_files(case, YearsPlace::new(YearsPaper::Disposal, papers_of(&project, request))).await?,
            done_on: disposal.done_on,
            may: fixed && state == DisposalState::Waiting && self.may_case(person, Action::Decide, case).await.is_ok(),
            asked,
        })
    }

    fn disposal_step(
        &self,
        project: &Project,
        request: u32,
        decision: &DisposalDecision,
        draft: &str,
    ) -> Result<banso_execution::decide::Decided, OfficeError> {
        let number = format!("{draft}{}", next_number(project));
        let order = match decision {
            DisposalDecision::Approve { conditions } => DisposalOrder::Approve { number, conditions: conditions.clone() },
            DisposalDecision::Refuse { reason } => DisposalOrder::Refuse { number, reason: reason.clone() },
        };
        decide_disposal(&project.execution, request, &order, self.now().day(), &project.rules).map_err(super::super::refused)
    }

    /// The letter of approval as it would go out today, with 「案」 in its number. It is kept nowhere.
    ///
    /// # Errors
    /// As [`Office::disposal_case`]; nothing waits.
    pub async fn preview_disposal(&self, person: &Person, case: CaseId, request: u32) -> Result<Vec<u8>, OfficeError> {
        let project = self.project_at_office(person, Action::ReadCase, case).await?;
        let (asked, asked_on) = asked(&project, request).ok_or(OfficeError::NotFound)?;
        let decided = self.disposal_step(&project, request, &DisposalDecision::Approve { conditions: Vec::new() }, "（案）")?;
        let head = self.head_to(&project.execution, project.edition.clone(), project.file.case.submission.paper.clone()).await?;
        let letter = disposal_letter(head, &decided.act, (&asked, asked_on), &project.decision, &project.execution, &project.rules)
            .ok_or(OfficeError::NotFound)?;
        self.typeset_bytes(letter).await
    }

    /// Approves or refuses a disposal. What it costs is computed from the request and stands in the letter.
    ///
    /// # Errors
    /// No reason for a refusal; nothing waits; not the director's to do.
    pub async fn decide_disposal(
        &self,
        person: &Person,
        case: CaseId,
        request: u32,
        decision: DisposalDecision,
        press: RequestId,
    ) -> Result<(), OfficeError> {
        let project = self.project_at_office(person, Action::Decide, case).await?;
        if self.done_before(press).await? {
            return Ok(());
        }
        if !project.execution.disposals.contains_key(&request) {
            return Err(OfficeError::NotFound);
        }
        if matches!(&decision, DisposalDecision::Refuse { reason } if reason.trim().is_empty()) {
            return Err(OfficeError::Invalid(vec![crate::FieldProblem {
                field: "refusal-reason".to_owned(),
                text: LocalText::new("承認しない理由を入力してください。", "Enter the reason."),
            }]));
        }
        let decided = self.disposal_step(&project, request, &decision, "")?;
        self.take_step(person, &project, |_, _| Ok(decided), Vec::new(), press).await
    }
}
