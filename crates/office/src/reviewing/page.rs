//! One case as its reviewer sees it: before the declaration its title and parties, after it the application beside the sheet, after
//! handing in the own sheet, read-only.

use banso_grant::{AssignmentState, CallPhase, CaseState, Sheet};
use banso_kernel::{CallId, CaseId, Day, Digest, Instant, LocalText};
use banso_permits::Person;
use banso_store::Content;

use super::sheet::{SheetView, TypedSheet, edition_of_sheet};
use super::{Assigned, ReviewComments};
use crate::dossier::{CaseDocument, Dossier, Party, Reading};
use crate::{FieldProblem, Office, OfficeError};

/// The page of one case.
#[derive(Debug, Clone)]
pub struct ReviewPage {
    pub head: TaskHead,
    pub stage: Stage,
    /// The next case that waits for this reviewer, this one left out.
    pub next: Option<CaseId>,
}

/// What may be told before anything is declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskHead {
    pub case: CaseId,
    pub call: CallId,
    pub call_name: LocalText,
    pub receipt_number: String,
    pub title: String,
    pub parties: Vec<Party>,
    pub due: Day,
    pub overdue: bool,
}

#[derive(Debug, Clone)]
pub enum Stage {
    /// Nothing of the content is loaded.
    Declare,
    Score(Box<Scoring>),
    /// Handed in: the own sheet, read-only.
    Done {
        dossier: Box<Dossier>,
        sheet: SheetView,
        version: u32,
        submitted_at: Instant,
    },
    /// Declared, and the review went on without this sheet.
    Closed {
        dossier: Box<Dossier>,
        why: LocalText,
    },
}

/// The application beside a sheet that can be filled in.
#[derive(Debug, Clone)]
pub struct Scoring {
    pub dossier: Dossier,
    pub sheet: SheetView,
    /// What the next save is made over; 0 when nothing was saved.
    pub version: u64,
    pub saved_at: Option<Instant>,
    /// What is wrong with what was saved; missing points are not.
    pub problems: Vec<FieldProblem>,
    /// Why the office asks to think again, about the version of the sheet handed in earlier.
    pub reconsider: Option<(String, u32)>,
}

impl Office {
    /// One case on a reviewer's desk.
    ///
    /// # Errors
    /// [`OfficeError::NotFound`] for a case that is not this reviewer's.
    pub async fn review_page(&self, person: &Person, case: CaseId) -> Result<ReviewPage, OfficeError> {
        let assigned = self.assigned(person, case).await?;
        let head = self.task_head(&assigned).await?;
        let stage = match &assigned.state {
            AssignmentState::Assigned => Stage::Declare,
            AssignmentState::Declared | AssignmentState::Reconsider { .. } => match not_open(&assigned) {
                Some(why) => Stage::Closed { dossier: Box::new(self.dossier(&assigned.file).await?), why },
                None => Stage::Score(Box::new(self.scoring(person, &assigned, None).await?)),
            },
            AssignmentState::Submitted(sheet) => self.handed_in_sheet(person, &assigned, sheet).await?,
            AssignmentState::Conflicted(_) | AssignmentState::Replaced { .. } => return Err(OfficeError::NotFound),
        };
        let next = self.review_desk(person).await?.tasks.into_iter().find(|t| t.waits() && t.case != case).map(|t| t.case);
        Ok(ReviewPage { head, stage, next })
    }

    /// The page with a sheet as it was typed and refused.
    ///
    /// # Errors
    /// As [`Office::review_page`].
    pub async fn review_page_typed(&self, person: &Person, case: CaseId, typed: &TypedSheet) -> Result<ReviewPage, OfficeError> {
        let mut page = self.review_page(person, case).await?;
        if let Stage::Score(scoring) = &mut page.stage {
            let assigned = self.assigned(person, case).await?;
            **scoring = self.scoring(person, &assigned, Some(typed)).await?;
        }
        Ok(page)
    }

    async fn task_head(&self, assigned: &Assigned) -> Result<TaskHead, OfficeError> {
        let paper = &assigned.file.case.submission.paper;
        let due = assigned.file.case.state.review().map_or_else(|| self.now().day(), |r| r.due);
        Ok(TaskHead {
            case: assigned.file.id,
            call: paper.call.clone(),
            call_name: assigned.edition.meta().call_name.clone(),
            receipt_number: paper.receipt_number.clone(),
            title: paper.title.clone(),
            parties: self.parties(&assigned.file).await?,
            overdue: due < self.now().day() && !matches!(assigned.state, AssignmentState::Submitted(_)),
            due,
        })
    }

    async fn scoring(&self, person: &Person, assigned: &Assigned, typed: Option<&TypedSheet>) -> Result<Scoring, OfficeError> {
        let dossier = self.dossier(&assigned.file).await?;
        let draft = self.store().review_draft(assigned.file.id, person.id).await?;
        let (version, saved_at) = draft.as_ref().map_or((0, None), |d| (d.version, Some(d.saved_at)));
        let reconsider = match &assigned.state {
            AssignmentState::Reconsider { reason, earlier } => Some((reason.clone(), earlier)),
            AssignmentState::Assigned
            | AssignmentState::Declared
            | AssignmentState::Conflicted(_)
            | AssignmentState::Submitted(_)
            | AssignmentState::Replaced { .. } => None,
        };
        let sheet = match (typed, draft, &reconsider) {
            (Some(typed), _, _) => typed.clone(),
            (None, Some(draft), _) => TypedSheet::read(&draft.body).map_err(OfficeError::fault)?,
            (None, None, Some((_, earlier))) => TypedSheet::of(earlier, self.comments_of(earlier.comments).await?),
            (None, None, None) => TypedSheet::default(),
        };
        let pages = match &dossier.reading {
            Reading::Kept(pages) => Some(&**pages),
            Reading::Erased { .. } => None,
        };
        let problems = sheet.problems(&assigned.edition, false);
        let sheet = SheetView::of(&assigned.edition, &sheet, pages);
        Ok(Scoring { problems, sheet, version, saved_at, reconsider: reconsider.map(|(why, e)| (why, e.version)), dossier })
    }

    /// With the criteria of the edition that it was made under.
    async fn handed_in_sheet(&self, person: &Person, assigned: &Assigned, sheet: &Sheet) -> Result<Stage, OfficeError> {
        let dossier = self.dossier(&assigned.file).await?;
        let typed = TypedSheet::of(sheet, self.comments_of(sheet.comments).await?);
        let pages = match &dossier.reading {
            Reading::Kept(pages) => Some(&**pages),
            Reading::Erased { .. } => None,
        };
        let acts = assigned.file.recorded().map_err(OfficeError::fault)?;
        let then = edition_of_sheet(&acts, person.id, sheet.version).unwrap_or(assigned.edition.digest());
        let edition = self.edition(then)?;
        let mut view = SheetView::of(&edition, &typed, pages);
        view.older_edition = (then != assigned.edition.digest()).then(|| edition.meta().edition.clone());
        Ok(Stage::Done { sheet: view, version: sheet.version, submitted_at: sheet.submitted_at, dossier: Box::new(dossier) })
    }

    /// The comments under a digest; `None` where they were erased.
    pub(crate) async fn comments_of(&self, digest: Digest) -> Result<Option<ReviewComments>, OfficeError> {
        match self.store().content(digest).await? {
            Some(Content::Kept(text)) => Ok(Some(ReviewComments::read(&text).map_err(OfficeError::fault)?)),
            Some(Content::Erased { .. }) | None => Ok(None),
        }
    }

    /// A file of an application under review, for its reviewer once no conflict was declared.
    ///
    /// # Errors
    /// [`OfficeError::NotFound`]; [`OfficeError::Forbidden`] before the declaration.
    pub async fn review_document(&self, person: &Person, case: CaseId, digest: Digest) -> Result<CaseDocument, OfficeError> {
        let assigned = self.assigned(person, case).await?;
        match &assigned.state {
            AssignmentState::Declared | AssignmentState::Submitted(_) | AssignmentState::Reconsider { .. } => {}
            AssignmentState::Assigned => super::sheet::may_score(&assigned.state)?,
            AssignmentState::Conflicted(_) | AssignmentState::Replaced { .. } => return Err(OfficeError::NotFound),
        }
        self.document_of(&assigned.file, digest).await
    }
}

/// Why a declared reviewer can no longer score: the case or the call has moved on.
fn not_open(assigned: &Assigned) -> Option<LocalText> {
    let asked_again = matches!(assigned.state, AssignmentState::Reconsider { .. });
    let CaseState::UnderReview { .. } = &assigned.file.case.state else {
        return Some(LocalText::new("この申請の審査は終わっています。", "The review of this application is over."));
    };
    match &assigned.call.phase {
        CallPhase::InReview { .. } => None,
        CallPhase::Reviewed { .. } if asked_again => None,
        CallPhase::Reviewed { .. } => {
            Some(LocalText::new("審査は締め切られました。採点表は提出できません。", "The review was closed. Sheets are taken no more."))
        }
        CallPhase::Receiving | CallPhase::SelectionFrozen { .. } | CallPhase::SelectionExecuted { .. } => {
            Some(LocalText::new("採択案が確定したため、採点表は提出できません。", "A selection plan stands: sheets are taken no more."))
        }
    }
}
