//! A step after the decision in an office whose people are all made up: decided by the same rules, under the same permit, written by the
//! same one way as at a desk. Only the page is left out.

use banso_execution::act::ExecutionAct;
use banso_execution::decide::Decided;
use banso_execution::rules::ExecutionRules;
use banso_execution::{Execution, ExecutionRefusal};
use banso_kernel::{CallId, CaseId, Day, RequestId};
use banso_permits::{Action, Person};
use banso_store::Change;

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
}
