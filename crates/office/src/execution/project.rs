//! A granted case, loaded: its acts, its execution, the edition and the rules that governed its decision.

use banso_execution::Execution;
use banso_execution::act::{ExecutionAct, LineAmount};
use banso_execution::decide::Decided;
use banso_execution::rules::ExecutionRules;
use banso_grant::numbers::{LetterKind, letter_number};
use banso_grant::{CaseAct, CaseState, GrantDecided, Recorded, decide};
use banso_guideline::Edition;
use banso_kernel::{CaseId, Day, Digest, LocalText, RequestId, Yen};
use banso_permits::{Action, Person};
use banso_store::{Batch, CaseFile, Change};

use crate::{Office, OfficeError};

/// A granted case.
pub(crate) struct Project {
    pub(crate) file: CaseFile,
    /// The edition under which the grant was decided.
    pub(crate) edition: Edition,
    pub(crate) rules: ExecutionRules,
    pub(crate) acts: Vec<Recorded<CaseAct>>,
    pub(crate) execution: Execution,
    pub(crate) decision: GrantDecided,
}

impl Project {
    /// A case whose acts were read; [`OfficeError::Stale`] where there is nothing to execute.
    pub(crate) fn of(office: &Office, file: CaseFile) -> Result<Self, OfficeError> {
        let acts: Vec<Recorded<CaseAct>> = file.recorded().map_err(OfficeError::fault)?;
        let CaseState::Granted { decision, execution, .. } = &file.case.state else { return Err(not_granted(&file)) };
        let decided = acts.iter().find(|r| matches!(r.act, CaseAct::GrantDecided(_)));
        let edition = office.edition(decided.map_or_else(|| office_edition(&acts), |r| r.edition))?;
        let rules = edition.execution().cloned().ok_or_else(no_rules)?;
        let (decision, execution) = ((**decision).clone(), (**execution).clone());
        Ok(Project { edition, rules, acts, execution, decision, file })
    }

    pub(crate) const fn case(&self) -> CaseId {
        self.file.id
    }

    /// Every act after the decision, with its day.
    pub(crate) fn executed(&self) -> impl Iterator<Item = (&ExecutionAct, &Recorded<CaseAct>)> {
        self.acts.iter().filter_map(|r| if let CaseAct::Execution(act) = &r.act { Some((&**act, r)) } else { None })
    }

    /// A letter's number: one count for all letters of a kind in the case, behind its receipt number.
    pub(crate) fn next_letter(&self, kind: LetterKind, sent: usize) -> String {
        letter_number(&self.file.case.submission.paper.receipt_number, kind, u32::try_from(sent).unwrap_or(u32::MAX).saturating_add(1))
    }

    /// The headings of the budget as they stand.
    pub(crate) fn headings(&self) -> Vec<LineAmount> {
        self.execution.lines.iter().map(|(line, amount)| LineAmount { line: line.clone(), amount: *amount }).collect()
    }

    /// Between which days everything is done.
    pub(crate) fn period(&self) -> (Day, Day) {
        (self.execution.terms.decided_on, self.execution.project_ends)
    }
}

fn office_edition(acts: &[Recorded<CaseAct>]) -> Digest {
    acts.first().map_or(Digest::of(b""), |r| r.edition)
}

fn not_granted(file: &CaseFile) -> OfficeError {
    let state = file.case.state.code().label();
    OfficeError::Stale(LocalText::new(
        format!("この案件は「{}」です。交付決定後の手続はまだありません。", state.ja),
        format!("This case is “{}”: there is nothing to execute.", state.en.unwrap_or_default()),
    ))
}

fn no_rules() -> OfficeError {
    OfficeError::Stale(LocalText::new(
        "この公募要領には、交付決定後の定め（【交付決定後】）がありません。",
        "This guideline says nothing of the time after the decision (【交付決定後】).",
    ))
}

impl Office {
    /// A granted case for somebody who may do this to it.
    pub(crate) async fn project(&self, person: &Person, action: Action, case: CaseId) -> Result<Project, OfficeError> {
        let permit = self.may_case(person, action, case).await?;
        let file = self.case(&permit).await?;
        Project::of(self, file)
    }

    /// The same at the office's desk: an applicant reads the own case at another.
    pub(crate) async fn project_at_office(&self, person: &Person, action: Action, case: CaseId) -> Result<Project, OfficeError> {
        let project = self.project(person, action, case).await?;
        self.may_call(person, Action::ReadCall, &project.file.case.submission.paper.call).map_err(|_| OfficeError::NotFound)?;
        Ok(project)
    }

    /// Takes a step of a project: decided on the execution as it stands, recorded, told.
    pub(crate) async fn take_step<F>(
        &self,
        person: &Person,
        project: &Project,
        step: F,
        changes: Vec<Change>,
        request: RequestId,
    ) -> Result<(), OfficeError>
    where
        F: FnOnce(&Execution, Day) -> Result<Decided, banso_execution::ExecutionRefusal>,
    {
        // Steps that no article names are those of payment.
        let by = self.by(person, project.edition.digest(), payment_clause(&project.rules));
        let today = self.now().day();
        let act = decide::execute(&project.file.case, |execution| step(execution, today), &by)?;
        let mut batch =
            Batch::case(project.file.id, project.file.seq(), vec![act]).and_job(self.tells_next(&project.file)?).request(request);
        batch.changes = changes;
        self.append(batch).await?;
        Ok(())
    }
}

/// The clause that payments rest on: who approves them, or how what they pay for is paid.
pub(crate) fn payment_clause(rules: &ExecutionRules) -> &str {
    rules.approvals.first().map_or(&rules.claims.methods_clause, |a| &a.clause)
}

/// A sum for pages: too large is shown as the most there is.
pub(crate) fn sum(amounts: impl IntoIterator<Item = Yen>) -> Yen {
    Yen::sum(amounts).unwrap_or(Yen::new(i64::MAX))
}
