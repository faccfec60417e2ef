//! One project at a glance, for its holder, the office and the auditor: where it stands, what is due when, what is open, where the money is.

use banso_execution::act::PlanChangeRequested;
use banso_execution::duties::{DutyKind, deadlines};
use banso_execution::{ExecutionAct, ExecutionPhase as Phase, figures};
use banso_kernel::{CallId, CaseId, Day, Digest, LocalText, Yen};
use banso_permits::{Action, Person};

use super::claiming::{ClaimLineView, claimable};
use super::project::{Project, sum};
use crate::timeline::act_kind_name;
use crate::{Office, OfficeError};

/// A duty with its day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueLine {
    pub kind: DutyKind,
    pub nth: u32,
    pub what: LocalText,
    pub due: Day,
    pub met_on: Option<Day>,
    pub overdue: bool,
    /// Met after its day.
    pub late: bool,
    pub clause: String,
}

/// Something that is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenLine {
    pub what: LocalText,
    pub detail: String,
    pub due: Option<Day>,
    pub amount: Option<Yen>,
}

/// A heading of the budget.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeadingLine {
    pub name: String,
    pub allotted: Yen,
    pub reported: Option<Yen>,
    pub accepted: Option<Yen>,
}

/// An act after the decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentLine {
    pub seq: u64,
    pub what: LocalText,
    pub on: Day,
    pub clause: String,
    /// Whether a letter went out with it.
    pub letter: bool,
}

/// The page.
#[derive(Debug, Clone)]
pub struct ProjectPage {
    pub case: CaseId,
    pub call: CallId,
    pub title: String,
    pub receipt_number: String,
    pub holder: String,
    pub phase: Phase,
    pub decided_on: Day,
    pub project_ends: Day,
    pub number: String,
    pub decided: Yen,
    pub fixed: Option<Yen>,
    pub claimed: Yen,
    pub paid: Yen,
    pub outstanding: Yen,
    /// A cancellation is announced.
    pub hearing: bool,
    /// How many orders to pay back there are.
    pub debts: usize,
    pub headings: Vec<HeadingLine>,
    pub allotted: Yen,
    pub due: Vec<DueLine>,
    pub open: Vec<OpenLine>,
    pub change: Option<PlanChangeRequested>,
    pub claims: Vec<ClaimLineView>,
    pub acts: Vec<PaymentLine>,
    /// What may be claimed now; `None` when nothing may.
    pub claimable: Option<Yen>,
    /// What there is of the years after.
    pub years: super::YearsView,
    pub may_speak: bool,
    pub may_handle: bool,
    pub may_decide: bool,
}

impl ProjectPage {
    /// What was reported under all headings; `None` before the report.
    #[must_use]
    pub fn reported(&self) -> Option<Yen> {
        self.headings.iter().map(|h| h.reported).collect::<Option<Vec<_>>>().map(sum)
    }

    /// What was accepted under all headings; `None` before the inspection.
    #[must_use]
    pub fn accepted(&self) -> Option<Yen> {
        self.headings.iter().map(|h| h.accepted).collect::<Option<Vec<_>>>().map(sum)
    }

    /// Whether claim lines may be prepared now.
    #[must_use]
    pub const fn reports(&self) -> bool {
        matches!(self.phase, Phase::Underway | Phase::Correcting)
    }
}

impl Office {
    /// The project at the holder's desk.
    ///
    /// # Errors
    /// [`OfficeError::NotFound`] for a stranger; [`OfficeError::Stale`] for a case that was not granted.
    pub async fn project_page(&self, person: &Person, case: CaseId) -> Result<ProjectPage, OfficeError> {
        let project = self.project(person, Action::ReadCase, case).await?;
        self.view_of(person, &project).await
    }

    /// Whether somebody who may read the case finds something after its decision.
    pub async fn has_project(&self, person: &Person, case: CaseId) -> bool {
        self.project(person, Action::ReadCase, case).await.is_ok()
    }

    /// The project at the office's desk.
    ///
    /// # Errors
    /// As [`Office::project_page`].
    pub async fn project_at_desk(&self, person: &Person, case: CaseId) -> Result<ProjectPage, OfficeError> {
        let project = self.project_at_office(person, Action::ReadCase, case).await?;
        self.view_of(person, &project).await
    }

    async fn view_of(&self, person: &Person, project: &Project) -> Result<ProjectPage, OfficeError> {
        let (execution, today) = (&project.execution, self.now().day());
        let figures = figures::figures_of(execution, today).map_err(super::refused)?;
        let speaks = self.may_case(person, Action::SpeakForCase, project.case()).await.is_ok();
        let handles = self.may_case(person, Action::HandleCase, project.case()).await.is_ok();
        let decides = self.may_case(person, Action::Decide, project.case()).await.is_ok();
        let due = deadlines(execution, &project.rules).into_iter().map(|d| DueLine {
            kind: d.kind,
            nth: d.nth,
            what: d.label(),
            due: d.due,
            met_on: d.met_on,
            overdue: d.is_overdue(today),
            late: d.is_late(),
            clause: d.clause,
        });
        let open = execution.open_items(today).map_err(super::refused)?;
        let paper = &project.file.case.submission.paper;
        Ok(ProjectPage {
            case: project.case(),
            call: paper.call.clone(),
            title: paper.title.clone(),
            receipt_number: paper.receipt_number.clone(),
            holder: self.firm(execution.holder).await?.map_or_else(|| execution.holder.to_string(), |f| f.name),
            phase: execution.phase,
            decided_on: execution.terms.decided_on,
            project_ends: execution.project_ends,
            number: project.decision.number.clone(),
            decided: execution.decided,
            fixed: execution.fixed.as_ref().map(|_| execution.entitlement()),
            claimed: execution.claimed().map_err(super::refused)?,
            paid: figures.paid,
            outstanding: figures.outstanding,
            hearing: execution.hearing.is_some(),
            debts: execution.debts.len(),
            allotted: sum(execution.lines.values().copied()),
            headings: headings(project),
            due: due.collect(),
            open: open.into_iter().map(|o| OpenLine { what: o.kind.label(), detail: o.what, due: o.due, amount: o.amount }).collect(),
            change: execution.plan_change.clone(),
            claims: self.claim_views(project).await?,
            acts: project
                .executed()
                .map(|(act, r)| PaymentLine {
                    seq: r.seq,
                    what: act_kind_name(act.kind()),
                    on: r.effective_on,
                    clause: r.clause.clone(),
                    letter: has_letter(act.kind()),
                })
                .collect(),
            claimable: claimable(project)?.map(|(_, left)| left),
            years: super::overview(project),
            may_speak: speaks,
            may_handle: handles,
            may_decide: decides,
        })
    }

    /// The letter of an act after the decision, for the office.
    ///
    /// # Errors
    /// [`OfficeError::NotFound`] for an act without one, and for the moment until it is made.
    pub async fn execution_letter_of(&self, person: &Person, case: CaseId, seq: u64) -> Result<(String, Vec<u8>), OfficeError> {
        let project = self.project_at_office(person, Action::ReadCase, case).await?;
        let (act, _) = project.executed().find(|(_, r)| r.seq == seq).ok_or(OfficeError::NotFound)?;
        let digest = self.letter_on_a_desk(&project, seq).await?.ok_or(OfficeError::NotFound)?;
        let bytes = self.store().documents().read(digest).await?.ok_or(OfficeError::NotFound)?;
        Ok((format!("{}.pdf", act_kind_name(act.kind()).ja), bytes))
    }
}

impl Office {
    /// The letter of an act, on the desk of whoever held the case then.
    async fn letter_on_a_desk(&self, project: &Project, seq: u64) -> Result<Option<Digest>, OfficeError> {
        let lead = self.store().application(project.case()).await?.ok_or(OfficeError::NotFound)?.application.lead;
        let mut desks = vec![lead];
        for (act, _) in project.executed() {
            let ExecutionAct::Succeeded(a) = act else { continue };
            desks.extend(self.firm(a.from).await?.map(|f| f.id));
        }
        for desk in desks {
            if let Some(notice) = self.store().notice(crate::letters::notice_id(project.case(), seq, desk)).await? {
                return Ok(notice.notice.document);
            }
        }
        Ok(None)
    }
}

/// Steps that go out as a letter.
fn has_letter(kind: &str) -> bool {
    const OF: [&str; 26] = [
        "plan_change_approved",
        "plan_change_refused",
        "completion_returned",
        "amount_fixed",
        "revocation_noticed",
        "revocation_dropped",
        "revoked",
        "repayment_ordered",
        "instalments_agreed",
        "charge_waived",
        "debt_discharged",
        "offset_made",
        "demanded",
        "incident_instructed",
        "performance_ordered",
        "suspension_ordered",
        "suspension_lifted",
        "discontinuation_approved",
        "discontinuation_refused",
        "correction_ordered",
        "revenue_assessed",
        "wage_assessed",
        "disposal_approved",
        "disposal_refused",
        "succeeded",
        "case_closed",
    ];
    OF.contains(&kind)
}

fn headings(project: &Project) -> Vec<HeadingLine> {
    let execution = &project.execution;
    let reported = execution.completion.as_ref().map(|c| &c.lines);
    let inspected = matches!(execution.phase, Phase::Inspected | Phase::Fixed | Phase::Revoked | Phase::Closed);
    let of = |(name, allotted): (&String, &Yen)| HeadingLine {
        name: name.clone(),
        allotted: *allotted,
        reported: reported.map(|lines| lines.get(name).copied().unwrap_or(Yen::ZERO)),
        accepted: inspected.then(|| execution.accepted.get(name).copied().unwrap_or(Yen::ZERO)),
    };
    execution.lines.iter().map(of).collect()
}
