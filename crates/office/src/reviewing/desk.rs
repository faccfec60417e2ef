//! What lies on a reviewer's desk: every assigned case with its due day, and how far the reviewer is.

use banso_grant::ReviewStatus;
use banso_kernel::{CallId, CaseId, Day, Instant, LocalText};
use banso_permits::{Action, Person, Resource};
use banso_store::{Page, ReviewTask};

use super::sheet::TypedSheet;
use crate::{Office, OfficeError};

/// The desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewDesk {
    /// What is due first on top; the finished ones below.
    pub tasks: Vec<DeskTask>,
    pub progress: DeskProgress,
    /// The first case that waits for this reviewer.
    pub next: Option<CaseId>,
}

/// How many sheets are in, of those that are to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeskProgress {
    pub submitted: usize,
    pub all: usize,
}

/// One case on the desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeskTask {
    pub case: CaseId,
    pub call: CallId,
    pub call_name: LocalText,
    pub receipt_number: String,
    pub title: String,
    pub lead: String,
    pub status: ReviewStatus,
    pub due: Day,
    pub overdue: bool,
    /// Total of the sheet that was handed in.
    pub total: Option<u32>,
    /// Criteria scored in the draft, of all.
    pub drafted: Option<(usize, usize)>,
    pub received_at: Instant,
}

impl DeskTask {
    /// Whether the reviewer has something to do.
    #[must_use]
    pub const fn waits(&self) -> bool {
        match self.status {
            ReviewStatus::Assigned | ReviewStatus::Declared | ReviewStatus::Reconsider => true,
            ReviewStatus::Conflicted | ReviewStatus::Submitted | ReviewStatus::Replaced => false,
        }
    }
}

impl Office {
    /// The desk of a reviewer.
    ///
    /// # Errors
    /// [`OfficeError::Forbidden`] for whoever is not a reviewer.
    pub async fn review_desk(&self, person: &Person) -> Result<ReviewDesk, OfficeError> {
        self.may(person, Action::ReviewCase, &Resource::Office)?;
        let listed = self.store().inbox(person.id, Page::first(Page::LARGEST)).await?;
        let mut tasks = Vec::with_capacity(listed.rows.len());
        for row in listed.rows {
            tasks.push(self.desk_task(person, row).await?);
        }
        tasks.sort_by_key(|t| (!t.waits(), t.due, t.receipt_number.clone()));
        let counted = tasks.iter().filter(|t| t.status != ReviewStatus::Conflicted);
        let progress =
            DeskProgress { submitted: counted.clone().filter(|t| t.status == ReviewStatus::Submitted).count(), all: counted.count() };
        let next = tasks.iter().find(|t| t.waits()).map(|t| t.case);
        Ok(ReviewDesk { tasks, progress, next })
    }

    async fn desk_task(&self, person: &Person, task: ReviewTask) -> Result<DeskTask, OfficeError> {
        let edition = self.edition_in_force(&task.case.call).ok();
        let meta = edition.as_ref().map(|e| e.meta());
        let call_name = meta.map_or_else(|| LocalText::ja(task.case.call.to_string()), |m| m.call_name.clone());
        let drafted = match (task.review.status, &edition) {
            (ReviewStatus::Declared | ReviewStatus::Reconsider, Some(edition)) => {
                let draft = self.store().review_draft(task.case.case, person.id).await?;
                let typed = draft.and_then(|d| TypedSheet::read(&d.body).ok()).unwrap_or_default();
                let criteria = &edition.score_sheet().criteria;
                Some((criteria.iter().filter(|c| typed.points_of(&c.id, c.points_max).is_ok()).count(), criteria.len()))
            }
            (_, Some(_) | None) => None,
        };
        Ok(DeskTask {
            case: task.case.case,
            call: task.case.call,
            call_name,
            receipt_number: task.case.receipt_number,
            title: task.case.title,
            lead: task.lead_name.unwrap_or_else(|| task.case.lead.to_string()),
            status: task.review.status,
            overdue: task.review.due < self.now().day(),
            due: task.review.due,
            total: task.review.total,
            drafted,
            received_at: task.case.received_at,
        })
    }
}
