//! 支払請求: what may be claimed, to which account; the account put right after a transfer came back; a claim given back by the office.

use banso_execution::act::{AccountChanged, PaymentKind, PaymentRefused};
use banso_execution::decide::{claim_payment, step};
use banso_execution::state::ClaimState;
use banso_kernel::{CaseId, Day, LocalText, RequestId, Rounding, Yen};
use banso_permits::{Action, Person};
use banso_store::Change;

use super::account::{AccountForm, AccountView};
use super::project::Project;
use crate::{FieldProblem, Office, OfficeError};

/// A claim as pages show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimLineView {
    pub number: u32,
    /// Its place among the claims: 1 for the first. The number is one of a count that changes of plan share.
    pub ordinal: usize,
    pub kind: LocalText,
    pub amount: Yen,
    /// What of it was set off against a debt (法20条): the transfer is so much less.
    pub set_off: Yen,
    pub state: LocalText,
    pub tone: &'static str,
    pub on: Option<Day>,
    pub reason: String,
    /// `None` where it was erased.
    pub account: Option<AccountView>,
    /// Whether its account may be changed.
    pub open: bool,
}

/// The page.
#[derive(Debug, Clone)]
pub struct ClaimPage {
    pub case: CaseId,
    pub title: String,
    pub receipt_number: String,
    pub entitled: Yen,
    pub claimed: Yen,
    pub paid: Yen,
    /// What may be claimed now, and as what; `None` when nothing may.
    pub may_claim: Option<(LocalText, Yen)>,
    /// Whether the amount is fixed: before it only an advance can be claimed, where the guideline knows one.
    pub fixed: bool,
    pub claims: Vec<ClaimLineView>,
    /// What was typed last time, to begin with.
    pub account: AccountForm,
    pub may: bool,
    /// The share that may be paid in advance, with its clause.
    pub advance: Option<(Yen, String)>,
    /// Claims that stand in a plan of payments which waits for its approvals: another account makes it stale.
    pub planned: Vec<u32>,
}

/// Which kind may be claimed now, and how much of it is left.
pub(crate) fn claimable(project: &Project) -> Result<Option<(PaymentKind, Yen)>, OfficeError> {
    let execution = &project.execution;
    let claimed = execution.claimed().map_err(super::refused)?;
    let (kind, most) = match (&execution.fixed, &project.rules.advance) {
        (Some(_), _) => (PaymentKind::Settlement, execution.entitlement()),
        (None, Some(advance)) => {
            let most = advance.value.apply(execution.decided, Rounding::Down, Yen::new(1)).map_err(|e| super::refused(e.into()))?;
            (PaymentKind::Advance, most)
        }
        (None, None) => return Ok(None),
    };
    let left = Yen::new(most.get().saturating_sub(claimed.get()));
    Ok((left > Yen::ZERO).then_some((kind, left)))
}

fn state_words(state: &ClaimState) -> (LocalText, &'static str, Option<Day>, String) {
    match state {
        ClaimState::Claimed => (LocalText::new("請求済（支払待ち）", "claimed"), "active", None, String::new()),
        ClaimState::Refused { reason } => (LocalText::new("差戻し", "given back"), "wrong", None, reason.clone()),
        ClaimState::Ordered { pay_on, .. } => (LocalText::new("支払手続中", "being paid"), "active", Some(*pay_on), String::new()),
        ClaimState::Paid { on, .. } => (LocalText::new("支払済", "paid"), "good", Some(*on), String::new()),
        ClaimState::SetOff { on } => (LocalText::new("相殺済", "set off"), "good", Some(*on), String::new()),
        ClaimState::CameBack { on, reason } => (LocalText::new("振込不能", "came back"), "wrong", Some(*on), reason.clone()),
    }
}

impl Office {
    /// The claims of a project, oldest first.
    pub(crate) async fn claim_views(&self, project: &Project) -> Result<Vec<ClaimLineView>, OfficeError> {
        let mut views = Vec::new();
        for (ordinal, (number, claim)) in (1..).zip(&project.execution.claims) {
            let (state, tone, on, reason) = state_words(&claim.state);
            let account = self.account_under(claim.account).await?.map(|a| a.view());
            views.push(ClaimLineView {
                number: *number,
                ordinal,
                kind: claim.kind.label(),
                amount: claim.amount,
                set_off: claim.set_off_sum(),
                state,
                tone,
                on,
                reason,
                account,
                open: claim.waits(),
            });
        }
        Ok(views)
    }

    /// The claims of a project that stand in a plan which waits for its approvals.
    async fn planned_claims(&self, project: &Project) -> Result<Vec<u32>, OfficeError> {
        let Some(file) = self.store().call(&project.file.case.submission.paper.call).await? else { return Ok(Vec::new()) };
        let underway = self.claims_underway(&file.call).await?;
        Ok(underway.into_iter().filter(|(case, _)| *case == project.case()).map(|(_, claim)| claim).collect())
    }

    /// The page of claims.
    ///
    /// # Errors
    /// [`OfficeError::NotFound`] for a stranger.
    pub async fn claim_page(&self, person: &Person, case: CaseId) -> Result<ClaimPage, OfficeError> {
        let project = self.project(person, Action::ReadCase, case).await?;
        let last = project.execution.claims.values().next_back().map(|c| c.account);
        let account = match last {
            Some(digest) => self.account_under(digest).await?.unwrap_or_default(),
            None => AccountForm::default(),
        };
        let advance = project.rules.advance.as_ref().and_then(|a| {
            let most = a.value.apply(project.execution.decided, Rounding::Down, Yen::new(1)).ok()?;
            Some((most, a.clause.clone()))
        });
        Ok(ClaimPage {
            case,
            title: project.file.case.submission.paper.title.clone(),
            receipt_number: project.file.case.submission.paper.receipt_number.clone(),
            entitled: project.execution.entitlement(),
            claimed: project.execution.claimed().map_err(super::refused)?,
            paid: project.execution.paid().map_err(super::refused)?,
            fixed: project.execution.fixed.is_some(),
            may_claim: claimable(&project)?.map(|(kind, left)| (kind.label(), left)),
            claims: self.claim_views(&project).await?,
            planned: self.planned_claims(&project).await?,
            account,
            may: self.may_case(person, Action::SpeakForCase, case).await.is_ok(),
            advance,
        })
    }

    /// Claims a payment.
    ///
    /// # Errors
    /// An account that no transfer can name, an amount above what is left; nothing to claim now.
    pub async fn claim_payment(
        &self,
        person: &Person,
        case: CaseId,
        amount: Option<Yen>,
        account: &AccountForm,
        request: RequestId,
    ) -> Result<(), OfficeError> {
        let project = self.project(person, Action::SpeakForCase, case).await?;
        if self.done_before(request).await? {
            return Ok(());
        }
        let Some((kind, left)) = claimable(&project)? else {
            return Err(OfficeError::Stale(LocalText::new("いま請求できる額はありません。", "There is nothing to claim now.")));
        };
        let mut problems = Vec::new();
        let account = account.checked("").map_err(|p| problems.extend(p)).ok();
        if amount.is_none_or(|a| a <= Yen::ZERO || a > left) {
            problems.push(FieldProblem::new(
                "amount",
                format!("1円から{left}までの額を入力してください。"),
                format!("Between 1 and {left}."),
            ));
        }
        let (Some(account), Some(amount), true) = (account, amount, problems.is_empty()) else {
            return Err(OfficeError::Invalid(problems));
        };
        let (text, digest) = account.text()?;
        let rules = project.rules.clone();
        let keep = vec![Change::keep_content(&text)];
        self.take_step(person, &project, |execution, today| claim_payment(execution, kind, amount, digest, today, &rules), keep, request)
            .await
    }

    /// Names another account for a claim that was not sent yet or came back.
    ///
    /// # Errors
    /// An account that no transfer can name, no reason, a claim that is on its way.
    pub async fn change_account(
        &self,
        person: &Person,
        case: CaseId,
        claim: u32,
        account: &AccountForm,
        reason: &str,
        request: RequestId,
    ) -> Result<(), OfficeError> {
        let project = self.project(person, Action::SpeakForCase, case).await?;
        if self.done_before(request).await? {
            return Ok(());
        }
        let mut problems = Vec::new();
        let account = account.checked("").map_err(|p| problems.extend(p)).ok();
        if reason.trim().is_empty() {
            problems.push(FieldProblem::new("reason", "変更の理由を入力してください。", "Enter the reason."));
        }
        let (Some(account), true) = (account, problems.is_empty()) else { return Err(OfficeError::Invalid(problems)) };
        let (text, digest) = account.text()?;
        let act = AccountChanged { claim, account: digest, reason: reason.trim().to_owned() };
        let keep = vec![Change::keep_content(&text)];
        self.take_step(person, &project, |execution, today| step(execution, act, today, ""), keep, request).await
    }

    /// Gives a claim back with the reason.
    ///
    /// # Errors
    /// No reason, a claim that is on its way; not the office's to do.
    pub async fn refuse_payment(
        &self,
        person: &Person,
        case: CaseId,
        claim: u32,
        reason: &str,
        request: RequestId,
    ) -> Result<(), OfficeError> {
        let project = self.project_at_office(person, Action::HandleCase, case).await?;
        if self.done_before(request).await? {
            return Ok(());
        }
        if reason.trim().is_empty() {
            return Err(OfficeError::field("refusal-reason", "差戻しの理由を入力してください。", "Enter the reason."));
        }
        let act = PaymentRefused { claim, reason: reason.trim().to_owned() };
        self.take_step(person, &project, |execution, today| step(execution, act, today, ""), Vec::new(), request).await
    }
}
