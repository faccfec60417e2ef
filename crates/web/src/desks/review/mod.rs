//! The reviewer's desk: the list of assigned cases, and each case beside its score sheet.

pub(crate) mod case;
pub(crate) mod home;

use banso_kernel::CaseId;

/// The address of a case on this desk.
pub(crate) fn case_path(case: &CaseId) -> String {
    format!("/review/{case}")
}
