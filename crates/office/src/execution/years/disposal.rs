//! 財産処分 at the holder's desk: what it would cost is shown, line by line, before it is asked for; when it is done, that is reported.

use banso_execution::act::{Cause, DisposalRequested, Disposed, RealPrice};
use banso_execution::decide::{real_price, step};
use banso_execution::law::{DisposalKind, DisposalOutcome, Disposition, Step};
use banso_execution::state::Disposal;
use banso_kernel::{CaseId, Day, LocalText, RequestId, Yen};
use banso_permits::{Action, Person};

use super::super::project::Project;
use super::papers::{YearsFile, YearsPaper, YearsPlace, next_place};
use super::{DisposalState, ProjectHead, disposal_computed, moved_on};
use crate::{FieldProblem, Office, OfficeError};

/// A request as typed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DisposalForm {
    pub asset: String,
    pub kind: Option<DisposalKind>,
    pub proceeds: Option<Yen>,
    pub through_no_fault: bool,
    pub temporary: bool,
    pub planned_on: Option<Day>,
    pub reason: String,
    /// What was shown, as [`DisposalLook::code`].
    pub shown: String,
}

/// The report that a disposal is done, as typed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DisposedForm {
    pub on: Option<Day>,
    /// What was really obtained; the planned price where nothing is typed.
    pub proceeds: Option<Yen>,
    /// The amount to pay back that was shown for that price.
    pub shown: Option<Yen>,
}

/// What a disposal would cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisposalLook {
    pub steps: Vec<Step>,
    pub outcome: DisposalOutcome,
}

impl DisposalLook {
    /// What the form carries, so that nothing else is asked for than was shown.
    #[must_use]
    pub fn code(&self) -> String {
        match self.outcome {
            DisposalOutcome::Unrestricted => "unrestricted".to_owned(),
            DisposalOutcome::NothingDue => "nothing".to_owned(),
            DisposalOutcome::ReportOnly => "report".to_owned(),
            DisposalOutcome::OnEnforcement(yen) => format!("enforcement:{}", yen.get()),
            DisposalOutcome::Repay(yen) => format!("repay:{}", yen.get()),
        }
    }
}

/// What follows from a disposal, in words.
#[must_use]
pub fn outcome_words(outcome: DisposalOutcome) -> LocalText {
    match outcome {
        DisposalOutcome::Unrestricted => LocalText::new("処分制限の対象外です。納付は要りません。", "Not restricted: nothing to pay back."),
        DisposalOutcome::NothingDue => LocalText::new("納付する額はありません。", "Nothing to pay back."),
        DisposalOutcome::ReportOnly => LocalText::new("報告で足り、納付は要りません。", "A report is enough: nothing to pay back."),
        DisposalOutcome::OnEnforcement(yen) => LocalText::new(
            format!("担保権が実行されたときに、{yen}を限度に納付します。"),
            format!("Up to {yen} is paid back when the collateral is enforced."),
        ),
        DisposalOutcome::Repay(yen) => LocalText::new(
            format!("{yen}を納付することが承認の条件となります。"),
            format!("Approved on condition that {yen} is paid back."),
        ),
    }
}

/// A disposal that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisposalLine {
    pub request: u32,
    pub asset: String,
    pub name: String,
    pub kind: LocalText,
    pub planned_on: Day,
    pub state: DisposalState,
    /// The price: planned, or as it was obtained; `None` for a kind that nothing is paid for.
    pub price: Option<Yen>,
    pub outcome: Option<LocalText>,
    pub done_on: Option<Day>,
    /// Papers for the report that it is done.
    pub files: Vec<YearsFile>,
}

/// The page.
#[derive(Debug, Clone)]
pub struct DisposalsPage {
    pub head: ProjectHead,
    pub clause: String,
    /// Number and name of what may be disposed of.
    pub assets: Vec<(String, String)>,
    pub disposals: Vec<DisposalLine>,
    /// Once typed: what it would cost.
    pub look: Option<DisposalLook>,
    pub may: bool,
    pub files: Vec<YearsFile>,
    /// The place of papers for the next request.
    pub place: u32,
}

pub(super) fn asset_name(project: &Project, id: &str) -> String {
    project.execution.assets.get(id).map(|s| s.asset.name.clone()).unwrap_or_default()
}

/// Whether something is paid for it.
const fn paid_for(kind: DisposalKind) -> bool {
    match kind {
        DisposalKind::Sale | DisposalKind::Exchange | DisposalKind::PaidLease => true,
        DisposalKind::Diversion | DisposalKind::Gift | DisposalKind::FreeLoan | DisposalKind::Collateral | DisposalKind::Scrapping => false,
    }
}

fn checked(form: &DisposalForm, today: Day) -> Result<(Disposition, Day), Vec<FieldProblem>> {
    let mut problems = Vec::new();
    if form.asset.is_empty() {
        problems.push(FieldProblem::new("asset", "処分する財産を選んでください。", "Choose the asset."));
    }
    if form.kind.is_none() {
        problems.push(FieldProblem::new("kind", "処分の種類を選んでください。", "Choose the kind of disposal."));
    }
    let paid_for = form.kind.is_some_and(paid_for);
    let proceeds = form.proceeds.unwrap_or(Yen::ZERO);
    if proceeds < Yen::ZERO || (paid_for && form.proceeds.is_none()) {
        problems.push(FieldProblem::new(
            "proceeds",
            "譲渡額、賃料の総額又は交換で得る物の価額を入力してください。",
            "Enter the price, rent or value received.",
        ));
    }
    if form.planned_on.is_none_or(|day| day < today) {
        problems.push(FieldProblem::new(
            "planned-on",
            "処分の予定日（本日以降）を入力してください。処分は承認の後に行えます。",
            "Enter the planned day, today or later: approval comes first.",
        ));
    }
    match (form.kind, form.planned_on) {
        (Some(kind), Some(planned_on)) if problems.is_empty() => {
            let proceeds = if paid_for { proceeds } else { Yen::ZERO };
            let disposition = Disposition { kind, proceeds, through_no_fault: form.through_no_fault, temporary: form.temporary };
            Ok((disposition, planned_on))
        }
        _ => Err(problems),
    }
}

/// What an approved disposal asks for and was not ordered yet.
fn unordered(project: &Project, request: u32) -> Option<Yen> {
    let disposal = project.execution.disposals.get(&request)?;
    let Some(DisposalOutcome::Repay(_)) = disposal.approved else { return None };
    project.execution.orderable(Cause::Disposal { request }).ok().filter(|left| *left > Yen::ZERO)
}

/// The price that was really obtained, where it is another than planned. One by which more is to be paid back is told before it is taken.
fn real_of(project: &Project, asked: u32, on: Day, form: &DisposedForm) -> Result<Option<RealPrice>, OfficeError> {
    let disposal = project.execution.disposals.get(&asked).ok_or(OfficeError::NotFound)?;
    let Some(proceeds) = form.proceeds.filter(|_| paid_for(disposal.disposition.kind)) else { return Ok(None) };
    let field = format!("done-price-{asked}");
    if proceeds < Yen::ZERO {
        return Err(OfficeError::field(&field, "0円以上の額を入力してください。", "Enter an amount of 0 or more."));
    }
    let real = real_price(&project.execution, asked, (proceeds, on), &project.rules).map_err(super::super::refused)?;
    let approved = disposal.approved.map_or(Yen::ZERO, DisposalOutcome::amount);
    let raised = real.as_ref().map(|r| r.outcome.amount()).filter(|amount| *amount > approved);
    if let Some(amount) = raised.filter(|amount| form.shown != Some(*amount)) {
        let more = amount.checked_sub(approved).unwrap_or(amount);
        return Err(OfficeError::field(
            &field,
            format!(
                "実際の対価{proceeds}で計算すると、納付額は{amount}になります（承認のときは{approved}）。差額{more}の納付命令を後日お送りします。よろしければ、もう一度「処分の完了を報告する」を押してください。"
            ),
            format!(
                "By the real price of {proceeds}, {amount} is to be paid back ({approved} when it was approved). An order to pay {more} more will come. Press again to report it so."
            ),
        ));
    }
    Ok(real)
}

impl Office {
    /// What is to be paid back by a price that was really obtained: for the form that asks whether it is to be reported so.
    ///
    /// # Errors
    /// [`OfficeError::NotFound`] for a stranger, and for a disposal that is not there.
    pub async fn price_shown(&self, person: &Person, case: CaseId, asked: u32, form: &DisposedForm) -> Result<Option<Yen>, OfficeError> {
        let project = self.project(person, Action::ReadCase, case).await?;
        let (Some(proceeds), Some(on)) = (form.proceeds, form.on) else { return Ok(None) };
        let real = real_price(&project.execution, asked, (proceeds, on), &project.rules).map_err(super::super::refused)?;
        Ok(real.map(|r| r.outcome.amount()))
    }

    async fn disposal_lines(&self, project: &Project) -> Result<Vec<DisposalLine>, OfficeError> {
        let mut lines = Vec::new();
        for (request, disposal) in &project.execution.disposals {
            let Disposal { asset, disposition, planned_on, done_on, real, .. } = disposal;
            lines.push(DisposalLine {
                request: *request,
                asset: asset.clone(),
                name: asset_name(project, asset),
                kind: disposition.kind.label(),
                planned_on: *planned_on,
                state: DisposalState::of(disposal),
                price: paid_for(disposition.kind).then_some(real.as_ref().map_or(disposition.proceeds, |r| r.proceeds)),
                outcome: disposal.outcome().map(outcome_words),
                done_on: *done_on,
                files: self.years_files(project.case(), YearsPlace::new(YearsPaper::Disposed, *request)).await?,
            });
        }
        Ok(lines)
    }

    /// The page of disposals; with a request already typed, what it would cost.
    ///
    /// # Errors
    /// [`OfficeError::NotFound`] for a stranger; what is missing for a look.
    pub async fn disposals_page(&self, person: &Person, case: CaseId, form: Option<&DisposalForm>) -> Result<DisposalsPage, OfficeError> {
        let project = self.project(person, Action::ReadCase, case).await?;
        let look = match form {
            Some(form) => match checked(form, self.now().day()) {
                Ok((disposition, on)) => disposal_computed(&project.execution, &form.asset, &disposition, on, &project.rules).ok(),
                Err(_) => None,
            },
            None => None,
        };
        let waits = |id: &String| project.execution.disposals.values().any(|d| d.asset == *id && !d.refused && d.done_on.is_none());
        let there = project.execution.assets.values().filter(|s| s.gone_on.is_none() && !waits(&s.asset.id));
        let place = next_place(&project, YearsPaper::Disposal, "disposal_requested");
        Ok(DisposalsPage {
            head: ProjectHead::of(&project),
            clause: project.rules.disposal.clause.clone(),
            assets: there.map(|s| (s.asset.id.clone(), format!("{}　{}", s.asset.id, s.asset.name))).collect(),
            disposals: self.disposal_lines(&project).await?,
            look: look.map(|(steps, outcome)| DisposalLook { steps, outcome }),
            may: project.execution.phase == banso_execution::ExecutionPhase::Fixed
                && self.may_case(person, Action::SpeakForCase, case).await.is_ok(),
            files: self.years_files(case, place).await?,
            place: place.number,
        })
    }

    /// What is wrong with a request that somebody wants to look at.
    #[must_use]
    pub fn disposal_problems(&self, form: &DisposalForm) -> Vec<FieldProblem> {
        checked(form, self.now().day()).err().unwrap_or_default()
    }

    /// Asks for approval of a disposal as it was shown.
    ///
    /// # Errors
    /// What is missing; a cost that was not shown; [`OfficeError::Stale`] when it would be another; not the holder's to do.
    pub async fn ask_disposal(&self, person: &Person, case: CaseId, form: &DisposalForm, request: RequestId) -> Result<(), OfficeError> {
        let project = self.project(person, Action::SpeakForCase, case).await?;
        if self.done_before(request).await? {
            return Ok(());
        }
        let mut problems = self.disposal_problems(form);
        if form.reason.trim().is_empty() {
            problems.push(FieldProblem::new("reason", "処分の理由を入力してください。", "Enter the reason."));
        }
        let (Ok((disposition, planned_on)), true) = (checked(form, self.now().day()), problems.is_empty()) else {
            return Err(OfficeError::Invalid(problems));
        };
        let (steps, outcome) =
            disposal_computed(&project.execution, &form.asset, &disposition, planned_on, &project.rules).map_err(super::super::refused)?;
        if form.shown.is_empty() {
            return Err(OfficeError::field("look", "納付額を計算して確かめてから申請してください。", "Compute the amount first."));
        }
        if form.shown != (DisposalLook { steps, outcome }).code() {
            return Err(moved_on());
        }
        let act = DisposalRequested {
            request: project.execution.next_number(),
            asset: form.asset.clone(),
            disposition,
            planned_on,
            reason: form.reason.trim().to_owned(),
            documents: self.years_documents(case, next_place(&project, YearsPaper::Disposal, "disposal_requested")).await?,
        };
        self.take_step(person, &project, |execution, today| step(execution, act, today, ""), Vec::new(), request).await
    }

    /// Reports that an approved disposal is done.
    ///
    /// # Errors
    /// No day or one to come; a disposal that was not approved or is done, or whose payback was not ordered; a price by which more is to be
    /// paid back than was shown; not the holder's to do.
    pub async fn report_disposed(
        &self,
        person: &Person,
        case: CaseId,
        asked: u32,
        form: &DisposedForm,
        request: RequestId,
    ) -> Result<(), OfficeError> {
        let project = self.project(person, Action::SpeakForCase, case).await?;
        if self.done_before(request).await? {
            return Ok(());
        }
        let Some(on) = form.on.filter(|day| *day <= self.now().day()) else {
            return Err(OfficeError::field(
                &format!("done-{asked}"),
                "処分を行った日（本日以前）を入力してください。",
                "Enter the day on which it was done.",
            ));
        };
        if let Some(owed) = unordered(&project, asked) {
            return Err(OfficeError::field(
                &format!("done-{asked}"),
                format!(
                    "この処分は{owed}の納付を条件に承認されています。納付命令を受け取ってから、完了を報告してください。まだ届いていないときは、事務局にお問い合わせください。"
                ),
                format!(
                    "It was approved on condition that {owed} is paid back: report it as done once the order to pay has come. Ask the office if it has not."
                ),
            ));
        }
        let documents = self.years_documents(case, YearsPlace::new(YearsPaper::Disposed, asked)).await?;
        let act = Disposed { request: asked, on, documents, real: real_of(&project, asked, on, form)? };
        self.take_step(person, &project, |execution, today| step(execution, act, today, ""), Vec::new(), request).await
    }
}
