//! Who looked at a case: written down when the office, a director or an auditor opens one, and shown to auditors.

use banso_kernel::CaseId;
use banso_permits::{Person, Role};
use banso_store::{Access, Change, Listed, NewAccess, Page};

use crate::{Office, OfficeError};

/// Whose reading is written down: whoever reads other people's applications as an office.
const NOTED: [Role; 3] = [Role::Officer, Role::Director, Role::Auditor];

fn resource(case: CaseId) -> String {
    format!("case:{case}")
}

impl Office {
    /// Writes down that somebody read a case: `action` is `case`, `document`, `timeline`, `verify` or `export`. What cannot be written
    /// down is not shown.
    ///
    /// # Errors
    /// Storage.
    pub(crate) async fn note_access(&self, person: &Person, case: CaseId, action: &str, detail: &str) -> Result<(), OfficeError> {
        if !NOTED.iter().any(|r| person.roles.contains(r)) {
            return Ok(());
        }
        let access = NewAccess { person: Some(person.id), action: action.to_owned(), resource: resource(case), detail: detail.to_owned() };
        Ok(self.store().change(Change::log_access(&access)).await?)
    }

    /// Who read a case, newest first. The case was opened by a permit.
    ///
    /// # Errors
    /// Storage.
    pub(crate) async fn accesses_of(&self, case: CaseId, page: Page) -> Result<Listed<Access>, OfficeError> {
        Ok(self.store().accesses(&resource(case), page).await?)
    }
}
