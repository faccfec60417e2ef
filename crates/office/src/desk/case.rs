//! One case on the office's desk: as it was handed in, where it stands, what was done, what may be done now.

use banso_grant::{CallPhase, CaseAct, CaseState, Recorded, ReviewStatus, StateCode};
use banso_guideline::Edition;
use banso_kernel::{CallId, CaseId, Digest, Instant, NoticeId, PersonId};
use banso_permits::{Action, Person};
use banso_store::CaseFile;

use super::completeness::Checklist;
use super::meeting::{MeetingBonus, bonuses_of};
use crate::dossier::{Dossier, HandedIn, handed_in};
use crate::timeline::ActLine;
use crate::{Office, OfficeError};

/// The page of a case.
#[derive(Debug, Clone)]
pub struct CasePage {
    pub case: CaseId,
    pub call: CallId,
    /// The edition in force.
    pub edition: Edition,
    pub state: CaseState,
    pub dossier: Dossier,
    /// Every paper that was handed in, oldest first.
    pub versions: Vec<HandedIn>,
    pub checklist: Checklist,
    pub bonuses: Vec<MeetingBonus>,
    pub reviewers: Vec<ReviewerLine>,
    pub acts: Vec<ActLine>,
    pub letters: Vec<SentLetter>,
    /// What this person may do now.
    pub steps: Vec<Step>,
}

/// A reviewer of the case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewerLine {
    pub person: PersonId,
    pub name: String,
    pub status: ReviewStatus,
    pub total: Option<u32>,
}

/// A notice that went to the parties.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentLetter {
    pub id: NoticeId,
    pub subject: String,
    pub document: Option<Digest>,
    pub created_at: Instant,
}

/// A letter on its way out.
#[derive(Debug)]
pub struct CaseLetter {
    pub name: String,
    pub reader: banso_store::DocumentReader,
}

/// Something that may be done to a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    CheckCompleteness,
    Return,
    NotAccept,
    JudgeBonus,
    /// Look at the reviews; replace or ask again.
    HandleReview,
    Promote,
    ExamineRequest,
    ReturnRequest,
    Decide,
    RefuseGrant,
}

impl CasePage {
    /// Whether this may be done now.
    #[must_use]
    pub fn may(&self, step: &Step) -> bool {
        self.steps.contains(step)
    }

    #[must_use]
    pub const fn code(&self) -> StateCode {
        self.state.code()
    }
}

/// Whether the review of a case may still move.
pub(crate) fn review_moves(state: &CaseState, phase: &CallPhase) -> bool {
    matches!(state, CaseState::UnderReview { .. }) && matches!(phase, CallPhase::InReview { .. } | CallPhase::Reviewed { .. })
}

/// What an officer may do where the case stands.
fn officer_steps(state: &CaseState, phase: &CallPhase) -> Vec<Step> {
    let movable = matches!(phase, CallPhase::Receiving | CallPhase::InReview { .. } | CallPhase::Reviewed { .. });
    match state {
        CaseState::Submitted => vec![Step::CheckCompleteness, Step::Return, Step::NotAccept],
        CaseState::Returned { .. } => vec![Step::NotAccept],
        CaseState::Complete { .. } if movable => vec![Step::Return, Step::NotAccept, Step::JudgeBonus],
        CaseState::Complete { .. } => vec![Step::Return, Step::NotAccept],
        CaseState::UnderReview { .. } if movable => vec![Step::JudgeBonus, Step::HandleReview],
        CaseState::GrantRequested { .. } => vec![Step::ExamineRequest, Step::ReturnRequest],
        CaseState::UnderReview { .. }
        | CaseState::GrantRequestReturned { .. }
        | CaseState::SubmissionWithdrawn { .. }
        | CaseState::NotAccepted { .. }
        | CaseState::Selected { .. }
        | CaseState::Reserved { .. }
        | CaseState::Rejected { .. }
        | CaseState::Granted { .. }
        | CaseState::GrantRefused { .. }
        | CaseState::Withdrawn { .. } => Vec::new(),
    }
}

/// What the director may do where the case stands.
fn director_steps(state: &CaseState) -> Vec<Step> {
    match state {
        CaseState::Reserved { .. } => vec![Step::Promote],
        CaseState::GrantRequested { .. } => vec![Step::ExamineRequest, Step::Decide, Step::RefuseGrant],
        CaseState::GrantRequestReturned { .. } => vec![Step::RefuseGrant],
        CaseState::Submitted
        | CaseState::SubmissionWithdrawn { .. }
        | CaseState::Returned { .. }
        | CaseState::Complete { .. }
        | CaseState::NotAccepted { .. }
        | CaseState::UnderReview { .. }
        | CaseState::Selected { .. }
        | CaseState::Rejected { .. }
        | CaseState::Granted { .. }
        | CaseState::GrantRefused { .. }
        | CaseState::Withdrawn { .. } => Vec::new(),
    }
}

pub(crate) fn acts_of(file: &CaseFile) -> Result<Vec<Recorded<CaseAct>>, OfficeError> {
    file.recorded().map_err(OfficeError::fault)
}

impl Office {
    /// The page of a case. That it was looked at is written down.
    ///
    /// # Errors
    /// Forbidden or not there.
    pub async fn office_case(&self, person: &Person, case: CaseId) -> Result<CasePage, OfficeError> {
        let handled = self.handled(person, Action::ReadCase, case).await?;
        self.note_access(person, case, "case", "").await?;
        let acts = acts_of(&handled.file)?;
        let dossier = self.dossier(&handled.file).await?;
        let state = handled.file.case.state.clone();
        let mut steps = Vec::new();
        if self.may_case(person, Action::HandleCase, case).await.is_ok() {
            steps.extend(officer_steps(&state, &handled.call.call.phase));
        }
        if self.may_case(person, Action::Decide, case).await.is_ok() {
            steps.extend(director_steps(&state));
        }
        steps.sort_unstable();
        steps.dedup();
        Ok(CasePage {
            case,
            call: handled.call.id.clone(),
            checklist: Checklist::of_reading(&dossier.reading),
            bonuses: bonuses_of(&handled.edition, &handled.file.case),
            reviewers: self.reviewer_lines(&state).await?,
            acts: self.case_timeline(&handled.file).await?,
            letters: self.sent_letters(case).await?,
            versions: handed_in(&acts),
            edition: handled.edition,
            dossier,
            state,
            steps,
        })
    }

    /// The name of a firm, its number where the name is not known.
    pub(crate) async fn lead_name(&self, lead: banso_kernel::CorporateNumber) -> Result<String, OfficeError> {
        Ok(self.store().organisation_by_number(lead).await?.map_or_else(|| lead.to_string(), |o| o.name))
    }

    async fn reviewer_lines(&self, state: &CaseState) -> Result<Vec<ReviewerLine>, OfficeError> {
        let mut lines = Vec::new();
        for assignment in state.review().map_or(&[][..], |r| &r.assignments) {
            let total = match &assignment.state {
                banso_grant::AssignmentState::Submitted(sheet) => Some(sheet.total()),
                banso_grant::AssignmentState::Assigned
                | banso_grant::AssignmentState::Declared
                | banso_grant::AssignmentState::Conflicted(_)
                | banso_grant::AssignmentState::Reconsider { .. }
                | banso_grant::AssignmentState::Replaced { .. } => None,
            };
            let name = self.known_as(assignment.reviewer).await?;
            lines.push(ReviewerLine { person: assignment.reviewer, name, status: assignment.status(), total });
        }
        Ok(lines)
    }

    /// What went to the lead's desk, each letter once.
    async fn sent_letters(&self, case: CaseId) -> Result<Vec<SentLetter>, OfficeError> {
        let notices = self.store().notices_of_case(case).await?;
        let mut letters: Vec<SentLetter> = Vec::new();
        for n in notices.into_iter().filter(|n| matches!(n.notice.desk, banso_store::Desk::Organisation(_))) {
            let same = letters.iter().any(|l| l.subject == n.notice.subject && l.document == n.notice.document);
            if !same {
                letters.push(SentLetter {
                    id: n.notice.id,
                    subject: n.notice.subject,
                    document: n.notice.document,
                    created_at: n.created_at,
                });
            }
        }
        Ok(letters)
    }

    /// A letter that was written about the case.
    ///
    /// # Errors
    /// [`OfficeError::NotFound`] when no notice of this case holds it, or it was erased.
    pub async fn office_letter(&self, person: &Person, case: CaseId, digest: Digest) -> Result<CaseLetter, OfficeError> {
        self.may_case(person, Action::ReadCase, case).await?;
        let notices = self.store().notices_of_case(case).await?;
        let notice = notices.into_iter().find(|n| n.notice.document == Some(digest)).ok_or(OfficeError::NotFound)?;
        self.note_access(person, case, "document", &format!("{} {digest}", notice.notice.subject)).await?;
        let reader = self.store().documents().open(digest).await?.ok_or(OfficeError::NotFound)?;
        Ok(CaseLetter { name: format!("{}.pdf", notice.notice.subject), reader })
    }
}
