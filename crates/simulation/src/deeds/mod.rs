//! What people do after the decision, each deed once, by whoever does it in life: at the office's own desks where there is one, else by
//! the same rules and permits. A demonstration plays the same deeds.

mod attempts;
mod debts;
mod money;
mod work;
mod years;

use banso_execution::act::{Cause, Manner};
use banso_execution::decide::Decided;
use banso_execution::rules::ExecutionRules;
use banso_execution::{Execution, ExecutionAct, ExecutionRefusal};
use banso_kernel::{CaseId, Day, RequestId};
use banso_office::{Office, OfficeError, RehearsedCase};
use banso_permits::{Action, Person};

pub use attempts::Attempt;
pub(crate) use years::{WAGE_YEARS, reported_year};

use crate::cast::Staff;
use crate::claims::Flaw;
use crate::dice::Dice;

/// A deed that is done in good faith, or at least looks so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deed {
    Decide,
    MinorChange,
    AskChange,
    ApproveChange,
    RefuseChange,
    AskStop(Manner),
    ApproveStop,
    RefuseStop,
    Resume,
    ReportIncident,
    Instruct,
    Progress,
    OrderPerformance,
    OrderSuspension,
    LiftSuspension,
    InspectUnderway,
    ReportYearEnd,
    /// The table is imported and every paper attached.
    Prepare(Option<Flaw>),
    /// The report is handed in, with or without a word about what is doubtful.
    Report,
    ReportInSilence,
    Return,
    OrderCorrection,
    Inspect,
    Fix,
    ClaimAdvance,
    ClaimSettlement,
    RefuseClaim,
    /// To the nth account of the firm.
    ChangeAccount(u32),
    Notice,
    Answer,
    Drop,
    /// So many hundredths of the entitlement; 100 is the whole.
    Revoke(u32),
    OrderRepayment(Cause),
    AgreeInstalments,
    /// So many hundredths of what is open.
    Repay(u32),
    Demand,
    Waive,
    Offset,
    Discharge,
    ReportInputTax,
    ReportRevenue(u32),
    AssessRevenue(u32),
    ReportWages,
    AssessWages,
    RegisterAssets,
    Census,
    AskDisposal,
    ApproveDisposal,
    RefuseDisposal,
    Dispose,
    Succeed,
    Close,
}

impl Deed {
    /// The act that it leaves; nothing for what is only prepared.
    #[must_use]
    pub const fn act(&self) -> Option<&'static str> {
        Some(match self {
            Deed::Decide => "budget_allocated",
            Deed::MinorChange => "minor_change_reported",
            Deed::AskChange => "plan_change_requested",
            Deed::ApproveChange => "plan_change_approved",
            Deed::RefuseChange => "plan_change_refused",
            Deed::AskStop(_) => "discontinuation_requested",
            Deed::ApproveStop => "discontinuation_approved",
            Deed::RefuseStop => "discontinuation_refused",
            Deed::Resume => "work_resumed",
            Deed::ReportIncident => "incident_reported",
            Deed::Instruct => "incident_instructed",
            Deed::Progress => "progress_reported",
            Deed::OrderPerformance => "performance_ordered",
            Deed::OrderSuspension => "suspension_ordered",
            Deed::LiftSuspension => "suspension_lifted",
            Deed::InspectUnderway => "interim_inspected",
            Deed::ReportYearEnd | Deed::Report | Deed::ReportInSilence => "completion_reported",
            Deed::Prepare(_) => return None,
            Deed::Return => "completion_returned",
            Deed::OrderCorrection => "correction_ordered",
            Deed::Inspect => "inspected",
            Deed::Fix => "amount_fixed",
            Deed::ClaimAdvance | Deed::ClaimSettlement => "payment_claimed",
            Deed::RefuseClaim => "payment_refused",
            Deed::ChangeAccount(_) => "account_changed",
            Deed::Notice => "revocation_noticed",
            Deed::Answer => "revocation_answered",
            Deed::Drop => "revocation_dropped",
            Deed::Revoke(_) => "revoked",
            Deed::OrderRepayment(_) => "repayment_ordered",
            Deed::AgreeInstalments => "instalments_agreed",
            Deed::Repay(_) => "repayment_received",
            Deed::Demand => "demanded",
            Deed::Waive => "charge_waived",
            Deed::Offset => "offset_made",
            Deed::Discharge => "debt_discharged",
            Deed::ReportInputTax => "input_tax_reported",
            Deed::ReportRevenue(_) => "commercialisation_reported",
            Deed::AssessRevenue(_) => "revenue_assessed",
            Deed::ReportWages => "wage_reported",
            Deed::AssessWages => "wage_assessed",
            Deed::RegisterAssets => "assets_registered",
            Deed::Census => "assets_counted",
            Deed::AskDisposal => "disposal_requested",
            Deed::ApproveDisposal => "disposal_approved",
            Deed::RefuseDisposal => "disposal_refused",
            Deed::Dispose => "disposed",
            Deed::Succeed => "succeeded",
            Deed::Close => "case_closed",
        })
    }

    /// Whether the phase of a case allows it.
    #[must_use]
    pub fn fits(&self, execution: &Execution) -> bool {
        let Some(kind) = self.act() else { return matches!(self, Deed::Prepare(_)) };
        ExecutionAct::TABLE.iter().any(|row| row.kind == kind && row.from.contains(&execution.phase))
    }
}

/// Why a deed was not done: a word for it, and what was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stop {
    /// A code such as `R401` or `C102`, the field that is wrong, or `not-found`, `forbidden`, `stale`.
    pub kind: String,
    pub said: String,
}

impl Stop {
    pub(crate) fn at(kind: &str) -> Self {
        Stop { kind: kind.to_owned(), said: String::new() }
    }
}

impl From<OfficeError> for Stop {
    fn from(error: OfficeError) -> Self {
        let said = format!("{error:?}");
        let kind = match error {
            OfficeError::Refused(refusal) => refusal.code().to_owned(),
            OfficeError::Invalid(problems) => problems.first().map(|p| p.field.clone()).unwrap_or_default(),
            OfficeError::NotFound => "not-found".to_owned(),
            OfficeError::Forbidden(_) => "forbidden".to_owned(),
            OfficeError::Stale(_) => "stale".to_owned(),
            OfficeError::TooLate { .. } => "too-late".to_owned(),
            OfficeError::Suspended(_) => "suspended".to_owned(),
            OfficeError::Busy(_) => "busy".to_owned(),
            OfficeError::RateLimited { .. } => "rate-limited".to_owned(),
            OfficeError::Fault(_) => "fault".to_owned(),
        };
        Stop { kind, said }
    }
}

/// Everybody who has to do with a case, and the press of this very button: the same press twice is one deed.
#[derive(Debug, Clone, Copy)]
pub struct Parties<'a> {
    pub office: &'a Office,
    pub staff: &'a Staff,
    /// Who speaks for the holder.
    pub holder: &'a Person,
    pub case: CaseId,
    /// Tells the firm from others.
    pub firm: u32,
    pub dice: &'a Dice,
    pub press: RequestId,
    /// Hundredths of each heading that the firm spends.
    pub spends: i64,
    /// Whether its product sells.
    pub sells: bool,
}

impl Parties<'_> {
    /// Does it.
    ///
    /// # Errors
    /// Why it was not done.
    pub async fn perform(&self, deed: &Deed) -> Result<(), Stop> {
        match deed {
            Deed::Decide => self.decide().await,
            Deed::MinorChange => self.change(true).await,
            Deed::AskChange => self.change(false).await,
            Deed::ApproveChange => self.answer_change(true).await,
            Deed::RefuseChange => self.answer_change(false).await,
            Deed::AskStop(manner) => self.ask_stop(*manner).await,
            Deed::ApproveStop => self.answer_stop(true).await,
            Deed::RefuseStop => self.answer_stop(false).await,
            Deed::Resume => self.resume().await,
            Deed::ReportIncident => self.report_incident().await,
            Deed::Instruct => self.instruct().await,
            Deed::Progress => self.progress().await,
            Deed::OrderPerformance => self.order_performance().await,
            Deed::OrderSuspension => self.order_suspension().await,
            Deed::LiftSuspension => self.lift_suspension().await,
            Deed::InspectUnderway => self.inspect_underway().await,
            Deed::ReportYearEnd => self.report_year_end().await,
            Deed::Prepare(flaw) => self.prepare(flaw.as_ref()).await,
            Deed::Report => self.report("架空の事情によります。").await,
            Deed::ReportInSilence => self.report("").await,
            Deed::Return => self.send_back().await,
            Deed::OrderCorrection => self.order_correction().await,
            Deed::Inspect => self.inspect().await,
            Deed::Fix => self.fix().await,
            Deed::ClaimAdvance | Deed::ClaimSettlement => self.claim().await,
            Deed::RefuseClaim => self.refuse_claim().await,
            Deed::ChangeAccount(nth) => self.change_account(*nth).await,
            Deed::Notice
            | Deed::Answer
            | Deed::Drop
            | Deed::Revoke(_)
            | Deed::OrderRepayment(_)
            | Deed::AgreeInstalments
            | Deed::Repay(_)
            | Deed::Demand
            | Deed::Waive
            | Deed::Offset
            | Deed::Discharge => self.perform_debt(deed).await,
            Deed::ReportInputTax
            | Deed::ReportRevenue(_)
            | Deed::AssessRevenue(_)
            | Deed::ReportWages
            | Deed::AssessWages
            | Deed::RegisterAssets
            | Deed::Census
            | Deed::AskDisposal
            | Deed::ApproveDisposal
            | Deed::RefuseDisposal
            | Deed::Dispose
            | Deed::Succeed
            | Deed::Close => self.perform_later(deed).await,
        }
    }

    /// The case as it stands, as an auditor sees it.
    ///
    /// # Errors
    /// Not granted, or storage.
    pub async fn look(&self) -> Result<RehearsedCase, OfficeError> {
        self.office.rehearsed(&self.staff.auditor, self.case).await
    }

    fn today(&self) -> Day {
        self.office.now().day()
    }

    /// A letter's number, plainly made up.
    fn letter(&self) -> String {
        format!("架{}第{}号", self.firm, self.press.get().simple().to_string().chars().take(6).collect::<String>())
    }

    /// A step of the holder, of the officer or of the director.
    async fn step<F>(&self, who: Who, texts: &[String], step: F) -> Result<(), Stop>
    where
        F: FnOnce(&Execution, Day, &ExecutionRules) -> Result<Decided, ExecutionRefusal>,
    {
        let by = match who {
            Who::Holder => (self.holder, Action::SpeakForCase),
            Who::Officer => (&self.staff.officer, Action::HandleCase),
            Who::Director => (&self.staff.director, Action::Decide),
        };
        Ok(self.office.rehearse_step(by, self.case, texts, step, self.press).await?)
    }

    /// A step whose act says everything.
    async fn plain(&self, who: Who, texts: &[String], act: impl Into<ExecutionAct>) -> Result<(), Stop> {
        let act = act.into();
        self.step(who, texts, |execution, today, rules| banso_execution::decide::step(execution, act, today, &rules.keep_years.clause))
            .await
    }
}

/// Who takes a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Who {
    Holder,
    Officer,
    Director,
}

/// The reason that everybody gives.
const REASON: &str = "架空の事情によります（シミュレーション）。";
