//! The desk of the office (事務局, 交付決定権者), use case by use case: what arrived, completeness, review, selection, grant, mail.
//!
//! Officers handle, directors decide; which of them somebody is, the policies say. Every act that somebody outside has to know of is
//! recorded together with the job that tells them (`Office::tells_next`).

mod bonus;
mod case;
mod completeness;
mod front;
pub mod granting;
mod guidelines;
mod inbox;
mod mails;
mod meeting;
mod meeting_excel;
mod progress;
mod promotion;
mod reserve_end;
mod review_plan;
mod selection;
#[cfg(test)]
mod tests;
mod unsettled;

use std::collections::BTreeMap;

use banso_grant::{Case, CaseAct, NewAct};
use banso_guideline::{Edition, Section, SectionContent};
use banso_kernel::{CallId, CaseId, LocalText, PersonId, RequestId};
use banso_permits::{Action, Permit, Person};
use banso_store::{Batch, CallFile, CaseFile, Change};

use crate::{Office, OfficeError};

pub use bonus::BonusJudgement;
pub use case::{CaseLetter, CasePage, ReviewerLine, SentLetter, Step};
pub use completeness::{CheckItem, Checklist, ReturnOrder};
pub use front::{CallOverview, FrontDesk, Todo, TodoKind};
pub use guidelines::{EditionLine, GuidelineCall, GuidelinePage, ReadAgain};
pub use inbox::{INBOX_PAGE, Inbox, InboxQuery, ListFile, SortColumn};
pub use mails::{MailKind, MailPage, SentMail};
pub use meeting::{Meeting, MeetingBonus, MeetingLine, MeetingMark, MeetingReviewer, MeetingState};
pub use progress::{AssignedReviewer, CaseProgress, Progress, ReviewerProgress, ReviewerSheet, SheetView};
pub use promotion::ReserveLine;
pub use review_plan::{FailingCase, PlannedCaseLine, ReviewPlanOrder, ReviewPlanPage, ReviewerChoice};
pub use unsettled::UnsettledCase;

/// A case on the office's desk, with the call it belongs to.
#[derive(Debug, Clone)]
pub(crate) struct Handled {
    pub(crate) file: CaseFile,
    pub(crate) call: CallFile,
    /// The edition in force.
    pub(crate) edition: Edition,
}

/// A call on the office's desk.
#[derive(Debug, Clone)]
pub(crate) struct Called {
    pub(crate) permit: Permit,
    pub(crate) call: CallFile,
    pub(crate) edition: Edition,
}

impl Office {
    /// A case for somebody who may do this to it.
    pub(crate) async fn handled(&self, person: &Person, action: Action, case: CaseId) -> Result<Handled, OfficeError> {
        let permit = self.may_case(person, action, case).await?;
        let file = self.case(&permit).await?;
        let call = file.case.submission.paper.call.clone();
        let edition = self.edition_in_force(&call)?;
        self.acts_here(action, &call)?;
        let call = self.store().call(&call).await?.ok_or(OfficeError::NotFound)?;
        Ok(Handled { file, call, edition })
    }

    /// A call for somebody who may do this to it.
    pub(crate) async fn called(&self, person: &Person, action: Action, call: &CallId) -> Result<Called, OfficeError> {
        let edition = self.edition_in_force(call)?;
        let permit = self.may_call(person, action, call)?;
        self.acts_here(action, call)?;
        let call = self.store().call(call).await?.ok_or(OfficeError::NotFound)?;
        Ok(Called { permit, call, edition })
    }

    /// Whoever is about to act in a call that stands still is told so before anything else; who only reads goes on.
    fn acts_here(&self, action: Action, call: &CallId) -> Result<(), OfficeError> {
        match action {
            Action::HandleCase | Action::RunCall | Action::Decide => self.takes_acts(call),
            Action::Apply
            | Action::ReadCase
            | Action::EditDraft
            | Action::SpeakForCase
            | Action::ReadCall
            | Action::ReviewCase
            | Action::ReadStudies
            | Action::Evaluate
            | Action::Audit
            | Action::ReadFirms
            | Action::TellFirms => Ok(()),
        }
    }

    /// Whether this press of the button was carried out before: then it is answered as it was then, and nothing is done again.
    pub(crate) async fn done_before(&self, request: RequestId) -> Result<bool, OfficeError> {
        Ok(self.store().answered(request).await?.is_some())
    }

    /// Records an act of a case with its changes, and queues the job that tells whom it concerns.
    pub(crate) async fn record(
        &self,
        file: &CaseFile,
        act: NewAct<CaseAct>,
        changes: Vec<Change>,
        request: RequestId,
    ) -> Result<(), OfficeError> {
        let mut batch = Batch::case(file.id, file.seq(), vec![act]).and_job(self.tells_next(file)?).request(request);
        batch.changes = changes;
        self.append(batch).await?;
        Ok(())
    }

    /// The name of somebody as the office knows them: the login where there is no name.
    pub(crate) async fn known_as(&self, person: PersonId) -> Result<String, OfficeError> {
        let account = self.store().account(person).await?;
        Ok(account.map_or_else(|| person.to_string(), |a| if a.name.is_empty() { a.login } else { a.name }))
    }
}

/// Whoever reviews in a call sees no other reviewer's marks of it, whatever else they are.
pub(crate) fn reviews_nothing_here(person: &Person, cases: &BTreeMap<CaseId, Case>) -> Result<(), OfficeError> {
    if !cases.values().filter_map(|case| case.state.review()).any(|review| review.assignment(person.id).is_some()) {
        return Ok(());
    }
    Err(OfficeError::Forbidden(vec![LocalText::new(
        "この公募の審査を担当しているため、ほかの審査員の評点を閲覧できません。",
        "You review in this call, so you cannot read other reviewers' scores.",
    )]))
}

/// The chapter of the form, for acts that rest on what was handed in. Costs may be asked for in another one: it is that of the questions
/// and the documents.
pub(crate) fn form_clause(edition: &Edition) -> String {
    let asks = |s: &&Section| matches!(s.content, SectionContent::Fields(_) | SectionContent::Documents(_));
    let form = edition.form();
    let Some(section) = form.sections.iter().find(asks).or(form.sections.first()) else { return "公募要領".to_owned() };
    let chapter = section.clause.split('-').next().unwrap_or_default();
    edition.clause(chapter).map_or_else(|| section.clause.clone(), |c| c.id.clone())
}
