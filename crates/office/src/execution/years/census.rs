//! 取得財産の現況報告: every thing in the register is looked at, none left out, with photos where there are any.

use banso_execution::act::{AssetCondition, AssetsCounted, Counted};
use banso_execution::decide::step;
use banso_kernel::{CaseId, Day, RequestId};
use banso_permits::{Action, Person};

use super::papers::{YearsPaper, next_place};
use crate::{FieldProblem, Office, OfficeError};

/// A census as typed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CensusForm {
    pub as_of: Option<Day>,
    /// The number of each thing, and how it was found.
    pub seen: Vec<(String, Option<AssetCondition>)>,
}

impl Office {
    /// Reports a census.
    ///
    /// # Errors
    /// A thing whose condition is not told, no day or one to come; not the holder's to do now.
    pub async fn count_assets(&self, person: &Person, case: CaseId, form: &CensusForm, request: RequestId) -> Result<(), OfficeError> {
        let project = self.project(person, Action::SpeakForCase, case).await?;
        if self.done_before(request).await? {
            return Ok(());
        }
        let mut problems = Vec::new();
        let as_of = form.as_of;
        if as_of.is_none_or(|day| day > self.now().day()) {
            problems.push(FieldProblem::new(
                "as-of",
                "現況を確認した日（本日以前）を入力してください。",
                "Enter the day of the census, not one to come.",
            ));
        }
        let mut seen = Vec::new();
        for (n, (id, condition)) in form.seen.iter().enumerate() {
            match condition {
                Some(condition) => seen.push(Counted { id: id.clone(), condition: *condition }),
                None => problems.push(FieldProblem::new(
                    format!("condition-{}", n + 1),
                    format!("{id}の現況を選んでください。"),
                    format!("Choose the condition of {id}."),
                )),
            }
        }
        let (Some(as_of), true) = (as_of, problems.is_empty()) else { return Err(OfficeError::Invalid(problems)) };
        let documents = self.years_documents(case, next_place(&project, YearsPaper::Census, "assets_counted")).await?;
        let clause = project.rules.census.as_ref().map(|c| c.clause.clone()).unwrap_or_default();
        let act = AssetsCounted { as_of, seen, documents };
        self.take_step(person, &project, |execution, today| step(execution, act, today, &clause), Vec::new(), request).await
    }
}
