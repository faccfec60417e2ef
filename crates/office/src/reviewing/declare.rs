//! 利益相反の申告: declared before anything is read, or when a conflict comes to light later.

use banso_grant::{AssignmentState, ConflictKind, Declaration, decide};
use banso_kernel::{CaseId, LocalText, RequestId};
use banso_permits::Person;
use banso_store::{Batch, Change};

use super::Assigned;
use crate::timeline::conflict_words;
use crate::{Office, OfficeError};

/// A kind of conflict as it is chosen on the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConflictChoice {
    pub kind: ConflictKind,
    /// The value in the form.
    pub code: &'static str,
    pub text: LocalText,
}

/// The kinds of conflict that can be declared.
#[must_use]
pub fn conflict_choices() -> Vec<ConflictChoice> {
    let kinds = [
        (ConflictKind::SameOrganisation, "same-organisation"),
        (ConflictKind::JointWork, "joint-work"),
        (ConflictKind::Money, "money"),
        (ConflictKind::PersonalTies, "personal-ties"),
        (ConflictKind::Other, "other"),
    ];
    kinds.into_iter().map(|(kind, code)| ConflictChoice { kind, code, text: conflict_words(kind) }).collect()
}

impl Office {
    /// Declares that there is no conflict, or of which kind it is. Declared twice is declared once.
    ///
    /// # Errors
    /// [`OfficeError::NotFound`] for a case that is not this reviewer's; a refusal when it is too late.
    pub async fn declare_conflict(
        &self,
        person: &Person,
        case: CaseId,
        declaration: Declaration,
        request: RequestId,
    ) -> Result<(), OfficeError> {
        let Assigned { file, call, edition, state } = self.assigned(person, case).await?;
        match (&state, declaration) {
            (AssignmentState::Declared, Declaration::NoConflict) => return Ok(()),
            (
                AssignmentState::Assigned
                | AssignmentState::Declared
                | AssignmentState::Conflicted(_)
                | AssignmentState::Submitted(_)
                | AssignmentState::Reconsider { .. }
                | AssignmentState::Replaced { .. },
                Declaration::NoConflict | Declaration::Conflict(_),
            ) => {}
        }
        let by = self.by(person, edition.digest(), &edition.selection().clause);
        let act = decide::declare_conflict(&file.case, &call, person.id, declaration, &by)?;
        let batch = Batch::case(case, file.seq(), vec![act]).request(request);
        let batch = match declaration {
            Declaration::NoConflict => batch,
            Declaration::Conflict(_) => batch.and_change(Change::drop_review_draft(case, person.id)).and_job(self.tells_next(&file)?),
        };
        self.append(batch).await?;
        Ok(())
    }
}
