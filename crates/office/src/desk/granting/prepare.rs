//! What an officer prepares for the director: accepted costs with reasons, further conditions, the days. Saved as a draft beside the
//! case; nothing of it is an act.

use std::collections::BTreeMap;

use banso_guideline::Condition;
use banso_kernel::{CaseId, Day, Lang, LocalText, Yen};
use banso_permits::{Action, Person};
use banso_store::SaveSection;
use serde::{Deserialize, Serialize};

use super::costs::{CostCell, SettledCell};
use super::page::GrantCase;
use crate::apply::SEEN_DECISION;
use crate::{FieldProblem, Office, OfficeError};

/// Days until which an applicant may withdraw from the decision, where the officer says nothing else.
const WITHDRAWAL_DAYS: u32 = 20;
const WITHDRAWAL_DAYS_MAX: u32 = 90;
/// Most characters of further conditions together.
const CONDITIONS_MAX: usize = 4_000;

/// A prepared decision, as typed. Amounts that the guideline computes are not in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prepared {
    /// The version of the grant request that it is for.
    pub request_version: u32,
    /// Changed costs, by their place in the list of costs.
    pub cells: BTreeMap<usize, PreparedCell>,
    /// Taken off beside the costs.
    pub reduction: Option<Yen>,
    pub reduction_reason: String,
    /// One a line, beside those of the guideline.
    pub further_conditions: String,
    pub feasibility: String,
    pub project_ends: Option<Day>,
    pub withdrawal_days: u32,
}

/// One changed cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PreparedCell {
    pub accepted: Yen,
    pub reason: String,
}

impl Prepared {
    /// Nothing changed: the request as it stands, until the end of the fiscal year in which its last year of costs falls.
    #[must_use]
    pub(super) fn plain(request_version: u32, cells: &[CostCell], today: Day) -> Self {
        let years = cells.iter().map(|c| c.year).max().unwrap_or(1);
        let first = banso_kernel::FiscalYear::of(today).get();
        let last = i16::try_from(years).map_or(first, |y| first.saturating_add(y));
        Prepared {
            request_version,
            cells: BTreeMap::new(),
            reduction: None,
            reduction_reason: String::new(),
            further_conditions: String::new(),
            feasibility: String::new(),
            project_ends: Day::new(last, 3, 31).ok(),
            withdrawal_days: WITHDRAWAL_DAYS,
        }
    }

    /// The costs with what is accepted of them.
    #[must_use]
    pub(crate) fn settled_cells(&self, cells: Vec<CostCell>) -> Vec<SettledCell> {
        let settled = |(index, cell): (usize, CostCell)| match self.cells.get(&index) {
            Some(changed) => SettledCell { accepted: changed.accepted, reason: changed.reason.clone(), cell },
            None => SettledCell { accepted: cell.asked, reason: String::new(), cell },
        };
        cells.into_iter().enumerate().map(settled).collect()
    }

    /// The guideline's conditions, and the further ones.
    #[must_use]
    pub(super) fn conditions(&self, guideline: &[Condition]) -> Vec<String> {
        let own = self.further_conditions.lines().map(str::trim).filter(|l| !l.is_empty()).map(str::to_owned);
        guideline.iter().map(|c| c.text.ja.clone()).chain(own).collect()
    }

    /// What is wrong with it before any amount is looked at.
    pub(super) fn problems(&self, cells: &[CostCell], today: Day) -> Vec<FieldProblem> {
        let mut found = Vec::new();
        for (index, changed) in &self.cells {
            let Some(cell) = cells.get(*index).filter(|c| c.asked != changed.accepted) else { continue };
            if changed.accepted < Yen::ZERO || changed.accepted > cell.asked {
                found.push(FieldProblem::new(
                    format!("cost-{index}"),
                    format!("{}：認める経費は0円から{}までにしてください。", cell.place(), cell.asked),
                    format!("{}: accept between 0 and {}.", cell.place_words().get(Lang::En), cell.asked),
                ));
            }
            if changed.reason.trim().is_empty() {
                found.push(FieldProblem::new(
                    format!("why-{index}"),
                    format!("{}：修正の理由を入力してください。", cell.place()),
                    format!("{}: enter the reason of the change.", cell.place_words().get(Lang::En)),
                ));
            }
        }
        if self.reduction.is_some_and(|r| r < Yen::ZERO) {
            found.push(FieldProblem::new("reduction", "減額は0円以上にしてください。", "A reduction is zero or more."));
        }
        if self.reduction.is_some_and(|r| r > Yen::ZERO) && self.reduction_reason.trim().is_empty() {
            found.push(FieldProblem::new("reduction-reason", "減額の理由を入力してください。", "Enter the reason of the reduction."));
        }
        if self.project_ends.is_none() {
            found.push(FieldProblem::new(
                "project-ends",
                "補助事業の完了期限を入力してください。",
                "Enter the day by which the project ends.",
            ));
        }
        if let Some(ends) = self.project_ends.filter(|ends| *ends <= today) {
            found.push(FieldProblem::new(
                "project-ends",
                format!("補助事業の完了期限（{}）は、決定の日より後の日にしてください。", ends.wareki()),
                format!("The project must end after the day of the decision; {ends} has come."),
            ));
        }
        if self.withdrawal_days == 0 || self.withdrawal_days > WITHDRAWAL_DAYS_MAX {
            found.push(FieldProblem::new(
                "withdrawal-days",
                format!("取下げの期限は1日から{WITHDRAWAL_DAYS_MAX}日までにしてください。"),
                format!("Between 1 and {WITHDRAWAL_DAYS_MAX} days."),
            ));
        }
        if self.further_conditions.chars().count() > CONDITIONS_MAX {
            found.push(FieldProblem::new(
                "further-conditions",
                format!("付け加える条件は全体で{CONDITIONS_MAX}字までです。"),
                format!("At most {CONDITIONS_MAX} characters together."),
            ));
        }
        found.extend(self.feasibility_problem(cells));
        found
    }

    /// Art. 6(3): a modification needs a statement that it does not make the project unduly hard.
    fn feasibility_problem(&self, cells: &[CostCell]) -> Option<FieldProblem> {
        let changed = self.cells.iter().any(|(i, c)| cells.get(*i).is_some_and(|cell| cell.asked != c.accepted));
        let modified = changed || self.reduction.is_some_and(|r| r > Yen::ZERO);
        (modified && self.feasibility.trim().is_empty()).then(|| {
            FieldProblem::new(
                "feasibility",
                "修正しても補助事業の遂行を不当に困難としないことの所見を入力してください（適正化法第6条第3項）。",
                "State why the modifications do not make the project unduly hard (Art. 6(3)).",
            )
        })
    }
}

impl GrantCase {
    /// The draft in the store, if it is for the request that is waiting.
    pub(super) async fn saved(office: &Office, case: CaseId, request_version: u32) -> Result<Option<(Prepared, u64, String)>, OfficeError> {
        let Some(section) = office.store().section(case, SEEN_DECISION, 0).await? else { return Ok(None) };
        let prepared: Prepared = serde_json::from_str(&section.answers).map_err(OfficeError::fault)?;
        let by = office.name_of(section.saved_by).await?;
        Ok((prepared.request_version == request_version).then_some((prepared, section.version, by)))
    }
}

impl Office {
    /// Saves what an officer prepared. It may be incomplete; what is missing is said when it is to be decided.
    ///
    /// # Errors
    /// No request waiting; [`OfficeError::Stale`] when somebody else saved first (`based_on` is the version that was shown, 0 for none).
    pub async fn prepare_decision(&self, person: &Person, case: CaseId, prepared: &Prepared, based_on: u64) -> Result<(), OfficeError> {
        self.may_case(person, Action::HandleCase, case).await?;
        let grant = self.grant_case(person, case).await?;
        let waiting = grant.waiting().ok_or_else(|| not_waiting(&grant))?;
        if prepared.request_version != waiting.version {
            return Err(another_version());
        }
        // A draft for an earlier version of the request is written over.
        let newest = self.store().section(case, SEEN_DECISION, 0).await?.map_or(0, |s| s.version);
        let shown = GrantCase::saved(self, case, waiting.version).await?.map_or(0, |(_, version, _)| version);
        let based_on = if shown == based_on { newest } else { based_on };
        let answers = serde_json::to_string(prepared).map_err(OfficeError::fault)?;
        let save = SaveSection { case, section: SEEN_DECISION.to_owned(), member: 0, based_on, answers, by: person.id };
        self.store().save_section(save).await?;
        Ok(())
    }
}

pub(super) fn another_version() -> OfficeError {
    OfficeError::Stale(LocalText::new(
        "交付申請が新しい版に変わっています。内容を確認してください。",
        "A newer version of the grant request has arrived. Look at it first.",
    ))
}

pub(super) fn not_waiting(grant: &GrantCase) -> OfficeError {
    let state = grant.file.case.state.code().label();
    OfficeError::Stale(LocalText::new(
        format!("この案件は「{}」です。決定を待つ交付申請がありません。", state.ja),
        format!("This case is “{}”: no grant request is waiting.", state.en.unwrap_or_default()),
    ))
}
