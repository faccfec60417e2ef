//! Handing in a score sheet: every criterion scored, the comments that the guideline asks for written.

use banso_grant::AssignmentState;
use banso_grant::decide::{self, SheetOrder};
use banso_kernel::{CaseId, Digest, RequestId};
use banso_permits::Person;
use banso_store::{Batch, Change};

use super::sheet::{TypedSheet, may_score};
use super::{Assigned, ReviewComments};
use crate::{Office, OfficeError};

/// How often a decision is made anew because another reviewer of the same case was recorded in between.
const TRIES: u32 = 5;

/// A sheet about to be handed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubmitSheet {
    pub typed: TypedSheet,
    pub request: RequestId,
}

impl Office {
    /// Hands in a score sheet; the same sheet handed in twice is handed in once.
    ///
    /// # Errors
    /// What is missing or wrong, field by field; a refusal when the review is over; [`OfficeError::NotFound`] for another's case.
    pub async fn submit_sheet(&self, person: &Person, case: CaseId, order: &SubmitSheet) -> Result<(), OfficeError> {
        let mut tries = 0;
        loop {
            match self.try_to_submit(person, case, order).await {
                Err(OfficeError::Stale(_)) if tries < TRIES => tries += 1,
                other => return other,
            }
        }
    }

    async fn try_to_submit(&self, person: &Person, case: CaseId, order: &SubmitSheet) -> Result<(), OfficeError> {
        let Assigned { file, call, edition, state } = self.assigned(person, case).await?;
        let sheet = edition.score_sheet();
        let comments = ReviewComments::new(order.typed.comments.clone(), &order.typed.overall);
        let text = comments.canonical().map_err(OfficeError::fault)?;
        let digest = Digest::of(text.as_bytes());
        let given = |c: &banso_guideline::Criterion| order.typed.points_of(&c.id, c.points_max).ok().map(|p| (c.id.clone(), p));
        let points: Vec<(String, u32)> = sheet.criteria.iter().filter_map(given).collect();
        if let AssignmentState::Submitted(earlier) = &state
            && (&earlier.points, earlier.comments) == (&points, digest)
        {
            return Ok(());
        }
        may_score(&state)?;
        let problems = order.typed.problems(&edition, true);
        if !problems.is_empty() {
            return Err(OfficeError::Invalid(problems));
        }
        let by = self.by(person, edition.digest(), &sheet.clause);
        let order_of_sheet =
            SheetOrder { reviewer: person.id, points, commented: comments.comments.keys().cloned().collect(), comments: digest };
        let act = decide::submit_review(&file.case, &call, sheet, &order_of_sheet, &by)?;
        let batch = Batch::case(case, file.seq(), vec![act])
            .and_change(Change::keep_content(&text))
            .and_change(Change::drop_review_draft(case, person.id))
            .and_job(self.tells_next(&file)?)
            .request(order.request);
        self.append(batch).await?;
        Ok(())
    }
}
