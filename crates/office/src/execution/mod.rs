//! After the grant decision: the holder's desk (what is due, changes of plan, the report of results with its claim lines, claims for
//! payment) and the office's (inspection, the amount that is fixed, runs of payments, the bank's answer); what goes wrong: cancellation, and
//! money that comes back.
//!
//! Figures and days are the guideline's ([`banso_guideline::Edition::execution`]) under the edition that governed the decision; what a step
//! needs and why it is refused says `banso_execution`. Claim lines, accounts and inspection notes are texts under their digest.

mod account;
mod changes;
mod claiming;
mod collecting;
#[cfg(test)]
mod debt_tests;
mod debts;
mod debts_file;
mod drafts;
mod evidence;
mod fixing;
mod inspecting;
mod intake;
mod money;
mod ordering;
mod page;
mod project;
mod reporting;
mod revoking;
mod run_orders;
mod run_pages;
mod runs;
mod setting_off;
mod settling;
mod statement;
mod steps;
mod supervising;
mod telling;
mod template;
#[cfg(test)]
pub(crate) mod tests;
mod waiting;
#[cfg(test)]
mod waiting_tests;
#[cfg(test)]
mod work_tests;
mod years;

pub use account::{AccountForm, AccountView};
pub use changes::{ChangeDecision, ChangeForm, ChangePage, ShiftLine};
pub use claiming::{ClaimLineView, ClaimPage};
pub use collecting::{DischargeForm, InstalmentForm, WaiverForm};
pub use debts::{DebtLine, DebtSums, RegisterPage};
pub use drafts::{ImportOutcome, ReportDraft};
pub(crate) use evidence::slot_words;
pub use evidence::{EvidenceFile, PaperKind};
pub use fixing::FixingPage;
pub use inspecting::{CHECKS, InspectedLine, InspectionForm, InspectionPage, JudgedLine};
pub use intake::IncomingPaper;
pub use money::{CaseMoney, MoneyPage, YenPath, YenStep};
pub use ordering::{PaidOn, RepaymentPage, RepaymentPreview};
pub use page::{DueLine, HeadingLine, OpenLine, PaymentLine, ProjectPage};
pub use reporting::{ReportLine, ReportOrder, ReportPage};
pub use revoking::{Consequence, HearingView, RevocationForm, RevocationPage};
pub use run_pages::{RunLine, RunPage, RunsPage, TransferLine, WaitingLine};
pub use runs::{RequesterForm, RunOrder};
pub use setting_off::{OffsetChoice, OffsetForm};
pub use settling::{SettleLine, SettleOrder};
pub use statement::{CaseDebts, Covered, DebtStatementView, OwedOn, ScheduleLine, StatementLine};
pub use steps::text_document;
pub use supervising::{IncidentView, PerformanceView, ProgressView, WorkPage};
pub use telling::{ProgressForm, StopForm};
pub(crate) use waiting::Counted;
pub use waiting::{WaitingAt, WaitingCount, WaitingGroup, WaitingKind, WaitingPage, WaitingQuery, WaitingTask};
pub use years::*;

use banso_execution::ExecutionRefusal;

use crate::OfficeError;

/// What the fold would refuse, as an answer.
pub(crate) fn refused(refusal: ExecutionRefusal) -> OfficeError {
    OfficeError::Refused(banso_grant::Refusal::Execution(refusal))
}
