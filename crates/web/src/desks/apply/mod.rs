//! The applicant's desk, below `/apply`.

pub(crate) mod check;
mod control;
pub(crate) mod files;
pub(crate) mod home;
pub(crate) mod invitation;
pub(crate) mod leave;
pub(crate) mod project;
pub(crate) mod receipt;
pub(crate) mod repayment;
pub(crate) mod report;
pub(crate) mod section;
pub(crate) mod start;
mod strip;
pub(crate) mod tasks;
pub(crate) mod work;
pub(crate) mod years;

use banso_kernel::CaseId;

/// The address of an application.
fn case_path(case: CaseId) -> String {
    format!("/apply/cases/{case}")
}

/// The address of a section of one side.
fn section_path(case: CaseId, section: &str, member: u32) -> String {
    format!("/apply/cases/{case}/sections/{section}/{member}")
}
