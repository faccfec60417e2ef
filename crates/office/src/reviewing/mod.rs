//! The reviewer's desk (審査員): the cases assigned, the declaration on conflicts of interest, the application beside its score sheet,
//! saving, handing in, thinking again.
//!
//! Nothing of an application's content is read before its reviewer has declared that there is no conflict, and nobody here ever reads
//! another reviewer's sheet: no use case of this desk loads one.

mod comments;
mod declare;
mod desk;
mod page;
mod sheet;
mod submit;
#[cfg(test)]
mod tests;

pub use comments::ReviewComments;
pub use declare::{ConflictChoice, conflict_choices};
pub use desk::{DeskProgress, DeskTask, ReviewDesk};
pub use page::{ReviewPage, Scoring, Stage, TaskHead};
pub(crate) use sheet::edition_of_sheet;
pub use sheet::{SavedSheet, SheetGroup, SheetLine, SheetView, TypedSheet};
pub use submit::SubmitSheet;

use banso_grant::{AssignmentState, Call};
use banso_guideline::Edition;
use banso_kernel::CaseId;
use banso_permits::{Action, Person};
use banso_store::CaseFile;

use crate::{Office, OfficeError};

/// A case on its reviewer's desk.
pub(crate) struct Assigned {
    pub(crate) file: CaseFile,
    pub(crate) call: Call,
    pub(crate) edition: Edition,
    /// The reviewer's own assignment.
    pub(crate) state: AssignmentState,
}

impl Office {
    /// A case that this reviewer was assigned.
    ///
    /// # Errors
    /// [`OfficeError::NotFound`] for every other case, also one of an earlier conflict or a handed-over assignment.
    pub(crate) async fn assigned(&self, person: &Person, case: CaseId) -> Result<Assigned, OfficeError> {
        let permit = self.may_case(person, Action::ReviewCase, case).await?;
        let file = self.case(&permit).await?;
        let own = file.case.state.review().and_then(|r| r.assignment(person.id)).ok_or(OfficeError::NotFound)?;
        let state = own.state.clone();
        let id = &file.case.submission.paper.call;
        let call = self.store().call(id).await?.ok_or(OfficeError::NotFound)?.call;
        let edition = self.edition(call.edition.digest)?;
        Ok(Assigned { file, call, edition, state })
    }
}
