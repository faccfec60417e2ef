//! What happens to a debt: money received, a demand, other due days, a waiver of charges, and what will not come in any more.

use banso_execution::act::{ChargeWaived, DebtDischarged, Demanded, ExecutionAct, InstalmentsAgreed, RepaymentReceived};
use banso_execution::law::{ChargePart, Flow, InstalmentError, instalments};
use banso_grant::numbers::LetterKind;
use banso_kernel::{CaseId, Day, LocalText, RequestId, Yen};
use banso_permits::{Action, Person};

use super::project::Project;
use super::steps::{At, Fields, needed};
use crate::{Office, OfficeError};

/// Instalments are whole thousands where the amount is large enough.
const UNIT: Yen = Yen::new(1_000);

/// Other due days, as typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstalmentForm {
    pub first: Option<Day>,
    /// One is an extension.
    pub count: Option<i64>,
    pub reason: String,
    pub request: RequestId,
}

/// A waiver, as typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaiverForm {
    pub of: Option<ChargePart>,
    pub amount: Option<Yen>,
    pub reason: String,
    pub request: RequestId,
}

/// Giving up what is left, as typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DischargeForm {
    /// What was shown to be open.
    pub shown: Option<Yen>,
    pub reason: String,
    pub clause: String,
    pub request: RequestId,
}

fn no_such_debt(project: &Project, debt: u32) -> Result<(), OfficeError> {
    if project.execution.debts.contains_key(&debt) { Ok(()) } else { Err(OfficeError::NotFound) }
}

fn amount_of(amount: Option<Yen>, field: &str) -> Result<Yen, OfficeError> {
    needed(amount, field, "金額を入力してください。", "Enter the amount.")
}

fn day_of(on: Option<Day>, field: &str) -> Result<Day, OfficeError> {
    needed(on, field, "日付を入力してください。", "Enter the day.")
}

/// The schedule that a form asks for: the principal that is open, in equal parts, month by month.
fn planned(project: &Project, debt: u32, form: &InstalmentForm, today: Day) -> Result<Vec<Flow>, OfficeError> {
    let owed = project.execution.debts.get(&debt).ok_or(OfficeError::NotFound)?;
    let open = owed.statement(today).map_err(super::refused)?.principal_open().map_err(|e| super::refused(e.into()))?;
    if open <= Yen::ZERO {
        return Err(OfficeError::field("plan-count", "元本は完納されています。", "The principal is paid."));
    }
    let first = day_of(form.first, "plan-due")?;
    let count = needed(
        form.count,
        "plan-count",
        "回数を入力してください（1回は期限の延長）。",
        "Enter how many instalments; one is an extension.",
    )?;
    let count = u32::try_from(count).unwrap_or(0);
    let unit = if open.get() / i64::from(count.max(1)) >= UNIT.get() { UNIT } else { Yen::new(1) };
    instalments(open, first, count, unit).map_err(|e| match e {
        InstalmentError::Count { max, .. } => OfficeError::field(
            "plan-count",
            format!("回数は1回から{max}回までにしてください。"),
            format!("Between 1 and {max} instalments."),
        ),
        InstalmentError::TooSmall => {
            OfficeError::field("plan-count", "1回の額が1円に満たなくなります。", "Each instalment must be one yen at least.")
        }
        InstalmentError::Law(law) => super::refused(law.into()),
    })
}

impl Office {
    /// Records money that came in; it goes to the principal first, then to the charges in the order of the debt's rule.
    ///
    /// # Errors
    /// More than is owed on that day, a day to come; not the office's to do.
    pub async fn receive_repayment(
        &self,
        person: &Person,
        case: CaseId,
        debt: u32,
        (on, amount): (Option<Day>, Option<Yen>),
        request: RequestId,
    ) -> Result<(), OfficeError> {
        self.plain_step(At::Office, person, case, request, Fields("receipt", &["on", "amount"]), |project| {
            no_such_debt(project, debt)?;
            let (on, amount) = (day_of(on, "receipt-on")?, amount_of(amount, "receipt-amount")?);
            Ok((RepaymentReceived { debt, on, amount }.into(), Vec::new()))
        })
        .await
    }

    /// Demands what is overdue, with a day to pay by.
    ///
    /// # Errors
    /// Nothing overdue, a day that is not ahead.
    pub async fn demand(&self, person: &Person, case: CaseId, debt: u32, due: Option<Day>, request: RequestId) -> Result<(), OfficeError> {
        self.plain_step(At::Office, person, case, request, Fields("demand", &["due"]), |project| {
            no_such_debt(project, debt)?;
            let due = day_of(due, "demand-due")?;
            let sent = project.executed().filter(|(act, _)| matches!(act, ExecutionAct::Demanded(_))).count();
            Ok((Demanded { debt, number: project.next_letter(LetterKind::Demand, sent), due }.into(), Vec::new()))
        })
        .await
    }

    /// The schedule that a form would make, to be looked at.
    ///
    /// # Errors
    /// No day, no number of instalments, nothing open; [`OfficeError::NotFound`] for another debt.
    pub async fn plan_instalments(
        &self,
        person: &Person,
        case: CaseId,
        debt: u32,
        form: &InstalmentForm,
    ) -> Result<Vec<Flow>, OfficeError> {
        let project = self.project_at_office(person, Action::ReadCase, case).await?;
        planned(&project, debt, form, self.now().day())
    }

    /// Agrees on other due days.
    ///
    /// # Errors
    /// As [`Office::plan_instalments`]; no reason; not the director's to do.
    pub async fn agree_instalments(&self, person: &Person, case: CaseId, debt: u32, form: InstalmentForm) -> Result<(), OfficeError> {
        let today = self.now().day();
        self.plain_step(At::Director, person, case, form.request, Fields("plan", &["reason", "due"]), |project| {
            let due = planned(project, debt, &form, today)?;
            Ok((InstalmentsAgreed { debt, due, reason: form.reason.trim().to_owned() }.into(), Vec::new()))
        })
        .await
    }

    /// Waives a charge in whole or part (法19条3項).
    ///
    /// # Errors
    /// More than is open of it, no reason; not the director's to do.
    pub async fn waive_charge(&self, person: &Person, case: CaseId, debt: u32, form: WaiverForm) -> Result<(), OfficeError> {
        self.plain_step(At::Director, person, case, form.request, Fields("waive", &["reason", "amount"]), |project| {
            no_such_debt(project, debt)?;
            let of = needed(form.of, "waive-of", "加算金か延滞金かを選んでください。", "Choose which charge.")?;
            let amount = amount_of(form.amount, "waive-amount")?;
            Ok((ChargeWaived { debt, of, amount, reason: form.reason.trim().to_owned() }.into(), Vec::new()))
        })
        .await
    }

    /// Gives up what is left of a debt, charges included.
    ///
    /// # Errors
    /// Another amount than was shown, no reason, no clause; not the director's to do.
    pub async fn discharge_debt(&self, person: &Person, case: CaseId, debt: u32, form: DischargeForm) -> Result<(), OfficeError> {
        let today = self.now().day();
        self.plain_step(At::Director, person, case, form.request, Fields("discharge", &["reason", "clause"]), |project| {
            let owed = project.execution.debts.get(&debt).ok_or(OfficeError::NotFound)?;
            let open = owed.open(today).map_err(super::refused)?;
            if form.shown != Some(open) {
                return Err(OfficeError::Stale(LocalText::new(
                    "表示の後に未収額が変わりました。確認し直してください。",
                    "What is open is another amount than was shown. Look again.",
                )));
            }
            let (reason, clause) = (form.reason.trim().to_owned(), form.clause.trim().to_owned());
            Ok((DebtDischarged { debt, amount: open, reason, clause }.into(), Vec::new()))
        })
        .await
    }
}
