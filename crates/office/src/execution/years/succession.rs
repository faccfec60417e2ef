//! 地位の承継: the register of corporate numbers says who merged into whom and when; a director records it, and from then on the successor
//! speaks for the case.

use std::collections::BTreeSet;

use banso_execution::ExecutionAct;
use banso_execution::act::{Succeeded, SuccessionCause};
use banso_execution::decide::step;
use banso_execution::state::{Claim, ClaimState};
use banso_grant::numbers::LetterKind;
use banso_kernel::{CaseId, CorporateNumber, Day, OrganisationId, RequestId, Yen};
use banso_permits::{Action, Person};
use banso_register::ClosingCause;
use banso_store::{Change, Organisation};

use super::super::project::Project;
use super::ProjectHead;
use super::papers::{YearsFile, YearsPaper, next_place};
use crate::{FieldProblem, FirmRecord, Office, OfficeError};

/// A succession as typed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SuccessionForm {
    pub to: String,
    pub cause: Option<SuccessionCause>,
    pub on: Option<Day>,
}

/// The page.
#[derive(Debug, Clone)]
pub struct SuccessionPage {
    pub head: ProjectHead,
    pub holder: CorporateNumber,
    pub holder_name: String,
    /// What the register says of the holder; `None` where it says nothing.
    pub record: Option<FirmRecord>,
    /// What follows from it: successor, cause and day.
    pub to: Option<CorporateNumber>,
    pub cause: Option<SuccessionCause>,
    pub on: Option<Day>,
    /// Successions so far: day, from, to, cause.
    pub past: Vec<(Day, CorporateNumber, CorporateNumber, SuccessionCause)>,
    pub number: String,
    /// Claims that are not paid: their account is the firm's that holds the case now.
    pub payments: Vec<RunningPayment>,
    pub files: Vec<YearsFile>,
    pub place: u32,
    pub may: bool,
    /// Whether papers may be put in by this person.
    pub may_handle: bool,
}

/// A claim that a succession would catch on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunningPayment {
    pub amount: Yen,
    /// In a run that has its approvals, to be paid on this day: it goes where the run says.
    pub ordered: Option<Day>,
    /// In a run that waits for its approvals: it cannot be approved any more.
    pub planned: bool,
}

fn running(project: &Project, planned: &BTreeSet<(CaseId, u32)>) -> Vec<RunningPayment> {
    let one = |(number, claim): (&u32, &Claim)| {
        let ordered = match &claim.state {
            ClaimState::Claimed | ClaimState::CameBack { .. } => None,
            ClaimState::Ordered { pay_on, .. } => Some(*pay_on),
            ClaimState::Refused { .. } | ClaimState::Paid { .. } | ClaimState::SetOff { .. } => return None,
        };
        Some(RunningPayment { amount: claim.rest(), ordered, planned: planned.contains(&(project.case(), *number)) })
    };
    project.execution.claims.iter().filter_map(one).collect()
}

fn past(project: &Project) -> Vec<(Day, CorporateNumber, CorporateNumber, SuccessionCause)> {
    let of = |act: &ExecutionAct| if let ExecutionAct::Succeeded(a) = act { Some((a.on, a.from, a.to, a.cause)) } else { None };
    project.executed().filter_map(|(act, _)| of(act)).collect()
}

/// What the register's closing tells: a merger where it says so.
const fn cause_of(closing: Option<ClosingCause>) -> Option<SuccessionCause> {
    match closing {
        Some(ClosingCause::Merged) => Some(SuccessionCause::Merger),
        Some(ClosingCause::Liquidated | ClosingCause::ByRegistrar | ClosingCause::OtherLiquidation) | None => None,
    }
}

impl Office {
    /// The page of a succession at the office's desk.
    ///
    /// # Errors
    /// [`OfficeError::NotFound`] for a stranger.
    pub async fn succession_page(&self, person: &Person, case: CaseId) -> Result<SuccessionPage, OfficeError> {
        let project = self.project_at_office(person, Action::ReadCase, case).await?;
        let holder = project.execution.holder;
        let record = match self.firm_record(holder).await {
            Ok(record) => Some(record),
            Err(OfficeError::NotFound) => None,
            Err(other) => return Err(other),
        };
        let closing = record.as_ref().and_then(|r| r.firm.closing.clone());
        let known = self.firm(holder).await?.map(|f| f.name);
        let past = past(&project);
        let place = next_place(&project, YearsPaper::Succession, "succeeded");
        let called = self.called(person, Action::ReadCall, &project.file.case.submission.paper.call).await?;
        let planned = self.claims_underway(&called.call.call).await?;
        Ok(SuccessionPage {
            payments: running(&project, &planned),
            head: ProjectHead::of(&project),
            holder,
            holder_name: known.or_else(|| record.as_ref().map(|r| r.firm.name.clone())).unwrap_or_default(),
            to: closing.as_ref().and_then(|c| c.successor),
            cause: cause_of(closing.as_ref().and_then(|c| c.cause)),
            on: closing.as_ref().map(|c| c.on),
            record,
            number: project.next_letter(LetterKind::Succession, past.len()),
            past,
            files: self.years_files(case, place).await?,
            place: place.number,
            may: self.may_case(person, Action::Decide, case).await.is_ok(),
            may_handle: self.may_case(person, Action::HandleCase, case).await.is_ok(),
        })
    }

    /// The organisation of a successor, made from the register where nobody of it has an account yet.
    async fn successor(
        &self,
        number: CorporateNumber,
        like: Option<&Organisation>,
    ) -> Result<(OrganisationId, Option<Change>), OfficeError> {
        if let Some(known) = self.firm(number).await? {
            return Ok((known.id, None));
        }
        let registered = self.store().registered_firm(number).await?.ok_or_else(|| {
            OfficeError::field(
                "to",
                "この法人番号は、法人番号の登録簿にも利用者の機関にもありません。番号を確認してください。",
                "Neither the register nor the organisations of this office know this number.",
            )
        })?;
        let organisation = Organisation {
            id: OrganisationId::new(self.new_uuid()),
            corporate_number: Some(number),
            name: registered.name,
            kana: registered.kana,
            kind: like.map(|o| o.kind.clone()).unwrap_or_default(),
            prefecture: registered.prefecture,
            address: registered.place,
            email: String::new(),
            synthetic: self.synthetic(),
        };
        Ok((organisation.id, Some(Change::put_organisation(&organisation))))
    }

    /// Records a succession: the successor holds the case, its people speak for it.
    ///
    /// # Errors
    /// A number that is none or nobody's, no cause, no day or one to come; not the director's to do.
    pub async fn succeed(&self, person: &Person, case: CaseId, form: &SuccessionForm, request: RequestId) -> Result<(), OfficeError> {
        let project = self.project_at_office(person, Action::Decide, case).await?;
        if self.done_before(request).await? {
            return Ok(());
        }
        let from = project.execution.holder;
        let (to, cause, on) = checked(form, from, self.now().day())?;
        let before = self.firm(from).await?;
        let (successor, made) = self.successor(to, before.as_ref()).await?;
        let lead = self.store().application(case).await?.ok_or(OfficeError::NotFound)?.application.lead;
        let mut changes: Vec<Change> = made.into_iter().collect();
        changes.push(Change::succeed(case, lead, successor));
        let act = Succeeded {
            from,
            to,
            cause,
            on,
            number: project.next_letter(LetterKind::Succession, past(&project).len()),
            documents: self.years_documents(case, next_place(&project, YearsPaper::Succession, "succeeded")).await?,
        };
        self.take_step(person, &project, |execution, today| step(execution, act, today, ""), changes, request).await
    }
}

fn checked(form: &SuccessionForm, from: CorporateNumber, today: Day) -> Result<(CorporateNumber, SuccessionCause, Day), OfficeError> {
    let mut problems = Vec::new();
    let to = CorporateNumber::parse(&form.to).ok().filter(|to| *to != from);
    if to.is_none() {
        problems.push(FieldProblem::new(
            "to",
            "承継する者の法人番号（13桁、いまの補助事業者と異なる番号）を入力してください。",
            "Enter the successor's corporate number, 13 digits, another one than the holder's.",
        ));
    }
    if form.cause.is_none() {
        problems.push(FieldProblem::new("cause", "承継の事由を選んでください。", "Choose the cause."));
    }
    let on = form.on.filter(|day| *day <= today);
    if on.is_none() {
        problems.push(FieldProblem::new(
            "on",
            "承継の日（本日以前）を入力してください。",
            "Enter the day of the succession, not one to come.",
        ));
    }
    match (to, form.cause, on) {
        (Some(to), Some(cause), Some(on)) => Ok((to, cause, on)),
        _ => Err(OfficeError::Invalid(problems)),
    }
}
