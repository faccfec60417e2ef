//! Handing in a score sheet: every criterion scored, the comments that the guideline asks for written.

use banso_grant::decide::{self, SheetOrder};
use banso_grant::{AssignmentState, CaseAct, NewAct, Recipient, notices};
use banso_kernel::{CaseId, Digest, Instant, Lang, NoticeId, RequestId};
use banso_permits::{Person, Role};
use banso_store::{Batch, CaseFile, Change, Desk, NewNotice};

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
        let mut batch = Batch::case(case, file.seq(), vec![act.clone()])
            .and_change(Change::keep_content(&text))
            .and_change(Change::drop_review_draft(case, person.id))
            .request(order.request);
        for change in self.tell_office(&file, &act, by.now).await? {
            batch = batch.and_change(change);
        }
        self.append(batch).await?;
        Ok(())
    }

    /// The notices of a reviewer's act for the desks of the office.
    pub(crate) async fn tell_office(&self, file: &CaseFile, act: &NewAct<CaseAct>, now: Instant) -> Result<Vec<Change>, OfficeError> {
        let recorded = act.clone().recorded(file.seq() + 1, now.max(file.case.last.recorded_at));
        let after = file.case.clone().apply(&recorded).map_err(OfficeError::fault)?;
        let told: Vec<_> = notices(&act.act, &after).into_iter().filter(|n| n.to == Recipient::Office).collect();
        if told.is_empty() {
            return Ok(Vec::new());
        }
        let officers = self.store().accounts_with(Role::Officer).await?;
        let paper = &file.case.submission.paper;
        let mut changes = Vec::new();
        for notice in told {
            let subject = notice.kind.subject();
            for officer in officers.iter().filter(|o| o.disabled_at.is_none()) {
                changes.push(Change::notify(&NewNotice {
                    id: NoticeId::new(self.new_uuid()),
                    case: file.id,
                    desk: Desk::Person(officer.id),
                    subject: format!("{}（{}）", subject.ja, paper.receipt_number),
                    body: format!("{}「{}」\n{}", paper.receipt_number, paper.title, subject.get(Lang::En)),
                    document: None,
                }));
            }
        }
        Ok(changes)
    }
}
