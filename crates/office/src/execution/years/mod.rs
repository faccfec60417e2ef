//! The years after the amount is fixed, until the case is closed: yearly reports and what follows from them, input tax, wages, assets and
//! their disposal, succession, closing, and the calendar of all that is due.
//!
//! Figures are computed by `banso_execution` and shown, line by line, before anybody establishes or asks for anything.

mod assessing;
mod assets;
mod calendar;
mod calendar_file;
mod census;
mod closing;
mod computed;
mod deciding;
mod disposal;
mod input_tax;
mod labels;
mod overview;
mod papers;
mod report;
mod succession;
#[cfg(test)]
mod tests;
mod wage;

pub use assessing::{AssessedKind, AssessmentPage};
pub use assets::{AssetLine, AssetProposal, AssetsPage, RegisteredAsset};
pub use banso_execution::law::{Step, StepValue};
pub(crate) use calendar::Granted;
pub use calendar::{CalendarLine, CalendarPage, CalendarQuery, CallTally, Horizon};
pub use census::CensusForm;
pub use closing::{CLOSING_CHECKS, ClosingItem, ClosingPage, Settled};
pub use deciding::{DisposalCase, DisposalDecision};
pub use disposal::{DisposalForm, DisposalLine, DisposalLook, DisposalsPage, DisposedForm, outcome_words};
pub use input_tax::{CostRow, DeductionKind, InputTaxForm, InputTaxPage};
pub(crate) use overview::overview;
pub use overview::{DisposalState, ReportLink, YearsView};
pub use papers::{YearsFile, YearsPaper, YearsPlace};
pub use report::{STAGES, YearForm, YearLine, YearPage, year_document};
pub use succession::{RunningPayment, SuccessionForm, SuccessionPage};
pub use wage::{WageForm, WagePage, wage_document};

pub(crate) use computed::{disposal_computed, input_tax_computed, revenue_computed, wage_computed};
pub(crate) use deciding::disposal_facts;
pub(crate) use report::period_words;

use banso_kernel::LocalText;

use super::project::Project;
use crate::OfficeError;

/// What every page of a project begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectHead {
    pub case: banso_kernel::CaseId,
    pub title: String,
    pub receipt_number: String,
}

impl ProjectHead {
    fn of(project: &Project) -> Self {
        let paper = &project.file.case.submission.paper;
        ProjectHead { case: project.case(), title: paper.title.clone(), receipt_number: paper.receipt_number.clone() }
    }
}

/// A thing that the guideline does not ask for.
fn not_asked(ja: &str, en: &str) -> OfficeError {
    OfficeError::Stale(LocalText::new(
        format!("この公募要領には、{ja}の定めがありません。"),
        format!("This guideline does not ask for {en}."),
    ))
}

/// What was shown is not what holds any more.
fn moved_on() -> OfficeError {
    OfficeError::Stale(LocalText::new(
        "表示の後に額が変わりました。計算を確認し直してください。",
        "The amount is another one than was shown. Look again.",
    ))
}
