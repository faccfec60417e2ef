//! A step after the decision in an office whose people are all made up: decided by the same rules, under the same permit, written by the
//! same one way as at a desk. Only the page is left out.

use banso_execution::act::{ExecutionAct, LineAmount, Succeeded};
use banso_execution::decide::{Decided, step as plain_step};
use banso_execution::rules::ExecutionRules;
use banso_execution::{Execution, ExecutionRefusal};
use banso_grant::decide::{self, GrantLimits, GrantOrder};
use banso_grant::{CaseState, Refusal};
use banso_kernel::{CallId, CaseId, Day, RequestId, Yen};
use banso_permits::{Action, Person};
use banso_store::{Batch, Change, Organisation};

use crate::{Office, OfficeError};

/// A granted case as it stands, with all that made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RehearsedCase {
    pub call: CallId,
    pub receipt_number: String,
    pub execution: Execution,
    pub rules: ExecutionRules,
    /// Every act after the decision, with its day.
    pub acts: Vec<(ExecutionAct, Day)>,
    /// How many acts the case has, the earlier ones too.
    pub seq: u64,
}

impl Office {
    /// A granted case, for whoever may read it.
    ///
    /// # Errors
    /// An office with real people; [`OfficeError::NotFound`] for a stranger; [`OfficeError::Stale`] for a case that was not granted.
    pub async fn rehearsed(&self, person: &Person, case: CaseId) -> Result<RehearsedCase, OfficeError> {
        self.rehearses()?;
        let project = self.project(person, Action::ReadCase, case).await?;
        let paper = &project.file.case.submission.paper;
        Ok(RehearsedCase {
            call: paper.call.clone(),
            receipt_number: paper.receipt_number.clone(),
            acts: project.executed().map(|(act, record)| (act.clone(), record.effective_on)).collect(),
            seq: project.file.seq(),
            execution: project.execution,
            rules: project.rules,
        })
    }

    /// Takes a step; `texts` are what its act names by digest. The same `request` twice is one step.
    ///
    /// # Errors
    /// An office with real people; not this person's to do; what the rules refuse.
    pub async fn rehearse_step<F>(
        &self,
        (person, action): (&Person, Action),
        case: CaseId,
        texts: &[String],
        step: F,
        request: RequestId,
    ) -> Result<(), OfficeError>
    where
        F: FnOnce(&Execution, Day, &ExecutionRules) -> Result<Decided, ExecutionRefusal>,
    {
        self.rehearses()?;
        let project = self.project(person, action, case).await?;
        if self.done_before(request).await? {
            return Ok(());
        }
        let rules = project.rules.clone();
        let keep = texts.iter().map(|text| Change::keep_content(text)).collect();
        self.take_step(person, &project, |execution, today| step(execution, today, &rules), keep, request).await
    }

    /// A succession in which the firm lives on under its successor's number, with its people: who played the one plays the other.
    ///
    /// # Errors
    /// As [`Office::rehearse_step`].
    pub async fn rehearse_succession(
        &self,
        director: &Person,
        case: CaseId,
        act: Succeeded,
        request: RequestId,
    ) -> Result<(), OfficeError> {
        self.rehearses()?;
        let project = self.project(director, Action::Decide, case).await?;
        if self.done_before(request).await? {
            return Ok(());
        }
        let renumbered = |firm| Change::put_organisation(&Organisation { corporate_number: Some(act.to), ..firm });
        let changes = self.firm(act.from).await?.map(renumbered).into_iter().collect();
        self.take_step(director, &project, |execution, today| plain_step(execution, act, today, ""), changes, request).await
    }

    /// Decides every grant that was asked for, as asked, with its budget under three headings: many at once, nobody told.
    ///
    /// # Errors
    /// An office with real people; what the rules refuse.
    pub async fn rehearse_decisions(&self, director: &Person, call: &CallId) -> Result<(), OfficeError> {
        let (_, edition, mut steps) = self.on_stage(director, Action::Decide, call).await?;
        let by = self.by(director, edition.digest(), &edition.selection().clause);
        let mut number = 0_u32;
        steps.each_many(by.now, |_, case| {
            let CaseState::GrantRequested { .. } = case.state else { return Ok(Vec::new()) };
            number += 1;
            let amount = case.submission.paper.requested;
            let eligible = Yen::new(amount.get().saturating_mul(3) / 2);
            let third = Yen::new(eligible.get() / 3);
            let rest = Yen::new(eligible.get().saturating_sub(third.get().saturating_mul(2)));
            let headings = [("人件費", third), ("外注費", third), ("物品費", rest)];
            let headings = headings.map(|(line, amount)| LineAmount { line: line.to_owned(), amount }).to_vec();
            let order = GrantOrder {
                number: format!("{}交第{number}号（合成）", edition.meta().number_prefix),
                eligible_cost: eligible,
                amount,
                by_year: vec![(1, amount)],
                conditions: vec!["公募要領に定める条件（合成）".to_owned()],
                modifications: Vec::new(),
                feasibility: String::new(),
                project_ends: by.today().plus_days(300),
                withdrawable_until: by.today().plus_days(20),
            };
            let decided = decide::decide_grant(case, &order, GrantLimits { ceiling: amount, budget: amount }, &by)?;
            Ok(vec![decided, decide::allocate(case, &order, headings, &by)?])
        })?;
        self.append(steps.into_batch(Batch::default())).await?;
        Ok(())
    }

    /// Takes steps of many cases of a call at once, in one transaction, nobody told. `texts` are what the acts name by digest.
    ///
    /// # Errors
    /// An office with real people; what the rules refuse.
    pub async fn rehearse_all<F>(&self, person: &Person, call: &CallId, texts: &[String], mut step: F) -> Result<(), OfficeError>
    where
        F: FnMut(CaseId, &Execution, Day) -> Result<Vec<Decided>, ExecutionRefusal>,
    {
        let (_, edition, mut steps) = self.on_stage(person, Action::Decide, call).await?;
        let by = self.by(person, edition.digest(), &edition.selection().clause);
        steps.each_many(by.now, |id, case| {
            let Some(execution) = case.state.execution() else { return Ok(Vec::new()) };
            let decided = step(id, execution, by.today()).map_err(Refusal::Execution)?;
            Ok(decided.into_iter().map(|d| decide::write_step(d, &by)).collect())
        })?;
        let changes: Vec<Change> = texts.iter().map(|text| Change::keep_content(text)).collect();
        self.append(steps.into_batch(Batch::changes(changes))).await?;
        Ok(())
    }
}
