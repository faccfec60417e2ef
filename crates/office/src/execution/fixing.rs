//! 額の確定: what the guideline computes from the accepted cost, and no more than was decided. The letter is shown before it goes out.
//!
//! The years of a heading are those of the decision: what is accepted less comes off the last years, what a minor shift adds goes to the last.

use std::collections::BTreeMap;

use banso_execution::ExecutionPhase as Phase;
use banso_execution::act::AmountFixed;
use banso_execution::decide::{Decided, fix_amount};
use banso_grant::numbers::LetterKind;
use banso_kernel::{CaseId, LocalText, RequestId, Yen};
use banso_permits::{Action, Person};

use super::project::{Project, sum};
use crate::desk::granting::{GrantCase, HeadingShares, Read, SettledCell, heading, several};
use crate::letters::fixing_letter;
use crate::{Office, OfficeError};

/// The page of fixing the amount.
#[derive(Debug, Clone)]
pub struct FixingPage {
    pub case: CaseId,
    /// Heading, allotted, reported, accepted.
    pub lines: Vec<(String, Yen, Yen, Yen)>,
    pub eligible: Yen,
    /// What the guideline computes from the accepted cost.
    pub computed: Yen,
    pub decided: Yen,
    /// What would be fixed.
    pub amount: Yen,
    pub number: String,
    pub may: bool,
}

/// The cells of the decision with the accepted cost of each heading spread over them.
pub(crate) fn spread(mut cells: Vec<SettledCell>, accepted: &BTreeMap<String, Yen>) -> Vec<SettledCell> {
    let many = several(&cells);
    for (line, whole) in accepted {
        let own: Vec<usize> = (0..cells.len()).filter(|i| cells.get(*i).is_some_and(|c| heading(&c.cell, many) == *line)).collect();
        let before = sum(own.iter().filter_map(|i| cells.get(*i)).map(|c| c.accepted));
        let mut less = before.get().saturating_sub(whole.get());
        for (n, index) in own.iter().rev().enumerate() {
            let Some(cell) = cells.get_mut(*index) else { continue };
            if less < 0 && n == 0 {
                cell.accepted = Yen::new(cell.accepted.get().saturating_sub(less));
                less = 0;
            }
            let off = less.clamp(0, cell.accepted.get().max(0));
            cell.accepted = Yen::new(cell.accepted.get() - off);
            less -= off;
        }
    }
    cells
}

fn unsettled() -> OfficeError {
    OfficeError::Stale(LocalText::new(
        "公募要領に要確認の値があり、確定額を計算できません。",
        "A value of the guideline is not settled: the amount cannot be computed.",
    ))
}

impl Office {
    /// The request of a project with the accepted cost spread over its cells; `None` where its text was erased.
    async fn accepted_cells(&self, project: &Project) -> Result<Option<(Read, Vec<SettledCell>)>, OfficeError> {
        let edition = self.edition_in_force(&project.file.case.submission.paper.call)?;
        let grant = GrantCase { file: project.file.clone(), edition, acts: project.acts.clone() };
        let Some(Ok(read)) = self.read_request(&grant).await? else { return Ok(None) };
        let (prepared, _) = self.prepared_for(&grant, &read).await?;
        // A heading under which nothing was reported counts nothing.
        let accepted = |name: &String| project.execution.accepted.get(name).copied().unwrap_or(Yen::ZERO);
        let whole = project.execution.lines.keys().map(|name| (name.clone(), accepted(name))).collect();
        let cells = spread(prepared.settled_cells(read.asked().cells()), &whole);
        Ok(Some((read, cells)))
    }

    /// How the subsidy for the accepted cost is made up; `None` where the text of the request was erased.
    pub(crate) async fn shares_of(&self, project: &Project) -> Result<Option<HeadingShares>, OfficeError> {
        let Some((read, cells)) = self.accepted_cells(project).await? else { return Ok(None) };
        read.asked().shares(&cells).map(Some).map_err(|_| unsettled())
    }

    /// What the guideline pays for the accepted cost.
    pub(crate) async fn computed_for(&self, person: &Person, project: &Project) -> Result<Yen, OfficeError> {
        self.grant_case(person, project.case()).await?;
        let Some((read, cells)) = self.accepted_cells(project).await? else {
            return Err(OfficeError::Stale(LocalText::new(
                "交付申請の本文が消去されているため、確定額を計算できません。",
                "The text of the grant request was erased: the amount cannot be computed.",
            )));
        };
        read.asked().settle(&cells, None).map(|s| s.computed).map_err(|_| unsettled())
    }

    async fn fixed_as(&self, person: &Person, project: &Project) -> Result<(Decided, AmountFixed), OfficeError> {
        let computed = self.computed_for(person, project).await?;
        let sent = project.executed().filter(|(act, _)| matches!(act, banso_execution::ExecutionAct::AmountFixed(_))).count();
        let number = project.next_letter(LetterKind::AmountFixed, sent);
        let decided = fix_amount(&project.execution, &number, computed, self.now().day()).map_err(super::refused)?;
        let banso_execution::ExecutionAct::AmountFixed(act) = &decided.act else {
            return Err(OfficeError::fault("fixing an amount is another act"));
        };
        let act = act.clone();
        Ok((decided, act))
    }

    /// The page of fixing the amount; [`OfficeError::Stale`] before the inspection is done.
    ///
    /// # Errors
    /// [`OfficeError::NotFound`] for a stranger.
    pub async fn fixing_page(&self, person: &Person, case: CaseId) -> Result<FixingPage, OfficeError> {
        let project = self.project_at_office(person, Action::ReadCase, case).await?;
        let (_, act) = self.fixed_as(person, &project).await?;
        let reported = project.execution.completion.as_ref().map(|c| c.lines.clone()).unwrap_or_default();
        let line = |(name, allotted): (&String, &Yen)| {
            let under = |map: &BTreeMap<String, Yen>| map.get(name).copied().unwrap_or(Yen::ZERO);
            (name.clone(), *allotted, under(&reported), under(&project.execution.accepted))
        };
        Ok(FixingPage {
            case,
            lines: project.execution.lines.iter().map(line).collect(),
            eligible: act.eligible,
            computed: act.computed,
            decided: project.execution.decided,
            amount: act.amount,
            number: act.number,
            may: project.execution.phase == Phase::Inspected && self.may_case(person, Action::Decide, case).await.is_ok(),
        })
    }

    /// The letter as it would go out today, with 「案」 in its number. It is kept nowhere.
    ///
    /// # Errors
    /// As [`Office::fixing_page`].
    pub async fn preview_fixing(&self, person: &Person, case: CaseId) -> Result<Vec<u8>, OfficeError> {
        let project = self.project_at_office(person, Action::ReadCase, case).await?;
        let (_, mut act) = self.fixed_as(person, &project).await?;
        act.number = format!("（案）{}", act.number);
        let head = self.head_of(project.edition.clone(), project.file.case.submission.paper.clone(), self.now().day()).await?;
        let (decided_on, completion) = (project.execution.terms.decided_on, project.execution.completion.as_ref());
        let letter = fixing_letter(head, &act, &project.decision, decided_on, completion, &super::inspecting::last_cuts(&project));
        self.typeset_bytes(letter).await
    }

    /// Fixes the amount as it was shown.
    ///
    /// # Errors
    /// Not the director's to do now; [`OfficeError::Stale`] when it would be another amount by now.
    pub async fn fix_amount(&self, person: &Person, case: CaseId, shown: Yen, request: RequestId) -> Result<(), OfficeError> {
        let project = self.project_at_office(person, Action::Decide, case).await?;
        if self.done_before(request).await? {
            return Ok(());
        }
        let (decided, act) = self.fixed_as(person, &project).await?;
        if act.amount != shown {
            return Err(OfficeError::Stale(LocalText::new(
                "表示の後に確定額が変わりました。確認し直してください。",
                "The amount is another one than was shown. Look again.",
            )));
        }
        self.take_step(person, &project, |_, _| Ok(decided), Vec::new(), request).await
    }
}

#[cfg(test)]
mod unit {
    use crate::desk::granting::CostCell;

    use super::*;

    fn cell(member: u32, line: &str, year: u32, yen: i64) -> SettledCell {
        let cell = CostCell {
            member,
            member_name: format!("構成員{member}"),
            line: line.to_owned(),
            line_title: LocalText::ja(line),
            year,
            asked: Yen::new(yen),
        };
        SettledCell { accepted: cell.asked, cell, reason: String::new() }
    }

    #[test]
    fn less_comes_off_the_last_years_more_goes_to_the_last() {
        let cells = || vec![cell(1, "物品費", 1, 30), cell(1, "物品費", 2, 20), cell(2, "物品費", 1, 10)];
        for (one, two, expect) in [(50, 10, [30, 20, 10]), (45, 10, [30, 15, 10]), (25, 0, [25, 0, 0]), (60, 11, [30, 30, 11])] {
            let accepted =
                BTreeMap::from([("物品費（構成員1）".to_owned(), Yen::new(one)), ("物品費（構成員2）".to_owned(), Yen::new(two))]);
            let got: Vec<i64> = spread(cells(), &accepted).iter().map(|c| c.accepted.get()).collect();
            assert_eq!(got, expect, "{one} {two}");
        }
    }
}
