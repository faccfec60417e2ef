//! 計画変更: the new plan beside the one that stands, the difference computed; minor ones are reported, others approved or refused.

use banso_execution::act::{LineAmount, PlanChangeApproved, PlanChangeRefused, PlanChangeRequested};
use banso_execution::decide::{PlanShift, plan_shift, report_minor_change, step};
use banso_grant::numbers::LetterKind;
use banso_kernel::{CaseId, Day, LocalText, RequestId, Yen};
use banso_permits::{Action, Person};

use super::project::{Project, sum};
use crate::{FieldProblem, Office, OfficeError};

/// A change as typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeForm {
    /// The new amount of each heading, in the order of the page.
    pub lines: Vec<LineAmount>,
    pub project_ends: Option<Day>,
    pub what: String,
    pub reason: String,
    pub request: RequestId,
}

/// A heading with its difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShiftLine {
    pub line: String,
    pub before: Yen,
    pub after: Yen,
    /// How much more than last approved it may have without approval.
    pub minor_up_to: Yen,
    pub beyond: bool,
}

/// The page.
#[derive(Debug, Clone)]
pub struct ChangePage {
    pub case: CaseId,
    pub title: String,
    pub receipt_number: String,
    pub lines: Vec<ShiftLine>,
    pub project_ends: Day,
    pub minor: String,
    /// The clause that says what is minor.
    pub clause: String,
    /// A request that waits for its answer.
    pub waiting: Option<PlanChangeRequested>,
    pub may: bool,
    /// Whether the plan that was typed is minor; `None` before one was.
    pub is_minor: Option<bool>,
    /// The eligible cost of the decision: no plan may cost more.
    pub decided_cost: Yen,
}

impl ChangePage {
    /// What the plan costs now, and what it would.
    #[must_use]
    pub fn before(&self) -> Yen {
        sum(self.lines.iter().map(|l| l.before))
    }

    #[must_use]
    pub fn after(&self) -> Yen {
        sum(self.lines.iter().map(|l| l.after))
    }

    /// Whether the plan costs another sum than now: never minor.
    #[must_use]
    pub fn sum_changes(&self) -> bool {
        self.before() != self.after()
    }

    /// Whether it costs more than was decided.
    #[must_use]
    pub fn too_much(&self) -> bool {
        self.after() > self.decided_cost
    }

    /// Whether a heading receives more than a minor shift.
    #[must_use]
    pub fn beyond(&self) -> bool {
        self.lines.iter().any(|l| l.beyond)
    }
}

/// What is decided on a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChangeDecision {
    Approve { conditions: Vec<String> },
    Refuse { reason: String },
}

fn shift_lines(project: &Project, lines: &[LineAmount], shift: &PlanShift) -> Vec<ShiftLine> {
    let of = |(name, before): (&String, &Yen)| {
        let after = lines.iter().find(|l| l.line == *name).map_or(*before, |l| l.amount);
        let changed = shift.shifts.iter().find(|s| s.line == *name);
        let approved = project.execution.approved_lines.get(name).copied().unwrap_or(Yen::ZERO);
        let minor_up_to = changed.map_or_else(|| minor_up_to(project, approved), |s| s.minor_up_to);
        ShiftLine {
            line: name.clone(),
            before: *before,
            after,
            minor_up_to,
            beyond: after > *before && after.get().saturating_sub(approved.get()) > minor_up_to.get(),
        }
    };
    project.execution.lines.iter().map(of).collect()
}

fn minor_up_to(project: &Project, approved: Yen) -> Yen {
    project.rules.minor_shift.value.apply(approved, banso_kernel::Rounding::Down, Yen::new(1)).unwrap_or(Yen::ZERO)
}

impl Office {
    /// The page of a change; with a plan already typed, what it amounts to.
    ///
    /// # Errors
    /// [`OfficeError::NotFound`] for a stranger.
    pub async fn change_page(&self, person: &Person, case: CaseId, typed: Option<&[LineAmount]>) -> Result<ChangePage, OfficeError> {
        let project = self.project(person, Action::ReadCase, case).await?;
        let stands = project.headings();
        let lines = typed.unwrap_or(&stands);
        let shift = plan_shift(&project.execution, lines, &project.rules).map_err(super::refused)?;
        let underway = project.execution.phase == banso_execution::ExecutionPhase::Underway;
        Ok(ChangePage {
            case,
            title: project.file.case.submission.paper.title.clone(),
            receipt_number: project.file.case.submission.paper.receipt_number.clone(),
            lines: shift_lines(&project, lines, &shift),
            project_ends: project.execution.project_ends,
            minor: project.rules.minor_shift.value.to_string(),
            clause: project.rules.minor_shift.clause.clone(),
            waiting: project.execution.plan_change.clone(),
            may: underway && self.may_case(person, Action::SpeakForCase, case).await.is_ok(),
            is_minor: typed.map(|_| shift.is_minor()),
            decided_cost: project.execution.terms.eligible_cost,
        })
    }

    /// Reports a minor change or asks for approval of another, whichever it is. Answers whether it was minor.
    ///
    /// # Errors
    /// What is missing in the form, a sum above what was decided, a request that waits already.
    pub async fn change_plan(&self, person: &Person, case: CaseId, form: ChangeForm) -> Result<bool, OfficeError> {
        let project = self.project(person, Action::SpeakForCase, case).await?;
        let shift = plan_shift(&project.execution, &form.lines, &project.rules).map_err(super::refused)?;
        let ends = form.project_ends.unwrap_or(project.execution.project_ends);
        let minor = shift.is_minor() && ends == project.execution.project_ends && form.what.trim().is_empty();
        if self.done_before(form.request).await? {
            return Ok(minor);
        }
        let problems = problems(&project, &form, &shift, minor);
        if !problems.is_empty() {
            return Err(OfficeError::Invalid(problems));
        }
        if minor {
            let (rules, lines, reason) = (project.rules.clone(), form.lines, form.reason);
            let step = |execution: &banso_execution::Execution, today| report_minor_change(execution, &lines, &reason, today, &rules);
            self.take_step(person, &project, step, Vec::new(), form.request).await?;
            return Ok(true);
        }
        let what = if form.what.trim().is_empty() { "経費の配分の変更".to_owned() } else { form.what.trim().to_owned() };
        let act = PlanChangeRequested {
            request: project.execution.next_number(),
            lines: form.lines,
            project_ends: ends,
            what,
            reason: form.reason.trim().to_owned(),
            documents: Vec::new(),
        };
        self.take_step(person, &project, |execution, today| step(execution, act, today, ""), Vec::new(), form.request).await?;
        Ok(false)
    }

    /// Approves or refuses the change that waits. The grant stays within what was decided and within the new cost.
    ///
    /// # Errors
    /// Nothing waits, no reason; not the director's to do.
    pub async fn decide_change(
        &self,
        person: &Person,
        case: CaseId,
        asked: u32,
        decision: ChangeDecision,
        request: RequestId,
    ) -> Result<(), OfficeError> {
        let project = self.project_at_office(person, Action::Decide, case).await?;
        if self.done_before(request).await? {
            return Ok(());
        }
        let waiting = project.execution.plan_change.clone().filter(|p| p.request == asked).ok_or_else(nothing_waits)?;
        let sent = project.executed().filter(|(act, _)| matches!(act.kind(), "plan_change_approved" | "plan_change_refused")).count();
        match decision {
            ChangeDecision::Approve { conditions } => {
                let number = project.next_letter(LetterKind::PlanChange, sent);
                let cost = sum(waiting.lines.iter().map(|l| l.amount));
                let amount = project.execution.decided.min(cost);
                let ends = waiting.project_ends;
                let act = PlanChangeApproved { request: asked, number, lines: waiting.lines, amount, project_ends: ends, conditions };
                self.take_step(person, &project, |execution, today| step(execution, act, today, ""), Vec::new(), request).await
            }
            ChangeDecision::Refuse { reason } => {
                if reason.trim().is_empty() {
                    return Err(OfficeError::field("change-reason", "承認しない理由を入力してください。", "Enter the reason."));
                }
                let number = project.next_letter(LetterKind::PlanChange, sent);
                let act = PlanChangeRefused { request: asked, number, reason: reason.trim().to_owned() };
                self.take_step(person, &project, |execution, today| step(execution, act, today, ""), Vec::new(), request).await
            }
        }
    }
}

fn nothing_waits() -> OfficeError {
    OfficeError::Stale(LocalText::new("承認を待つ計画変更がありません。", "No change of plan is waiting."))
}

fn problems(project: &Project, form: &ChangeForm, shift: &PlanShift, minor: bool) -> Vec<FieldProblem> {
    let mut found = Vec::new();
    for (n, line) in form.lines.iter().enumerate().filter(|(_, l)| l.amount < Yen::ZERO) {
        found.push(FieldProblem::new(
            format!("line-{n}"),
            format!("{}：0円以上にしてください。", line.line),
            format!("{}: zero or more.", line.line),
        ));
    }
    let (before, after) = (project.execution.terms.eligible_cost, sum(form.lines.iter().map(|l| l.amount)));
    if after > before {
        found.push(FieldProblem::new(
            "line-0",
            format!("合計（{after}）が交付決定の補助対象経費（{before}）を超えています。"),
            format!("The sum {after} is above the decided cost {before}."),
        ));
    }
    if form.reason.trim().is_empty() {
        found.push(FieldProblem::new("reason", "変更の理由を入力してください。", "Enter the reason."));
    }
    let same_end = form.project_ends.is_none_or(|e| e == project.execution.project_ends);
    if shift.shifts.is_empty() && same_end && form.what.trim().is_empty() {
        found.push(FieldProblem::new("what", "変更する経費、期限又は内容を入力してください。", "Nothing is changed."));
    }
    if !minor && form.project_ends.is_some_and(|e| e <= project.execution.terms.decided_on) {
        found.push(FieldProblem::new("project-ends", "交付決定日より後の日にしてください。", "A day after the decision."));
    }
    found
}
