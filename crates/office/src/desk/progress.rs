//! How far the review is, by case and by reviewer; replacing a reviewer, asking to think again, closing.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use banso_grant::review::successors;
use banso_grant::{AssignmentState, CallPhase, Case, CaseState, ReviewStatus, decide};
use banso_guideline::{Criterion, Edition};
use banso_kernel::{CallId, CaseId, Day, LocalText, PersonId, RequestId};
use banso_permits::{Action, Person};
use banso_store::Batch;

use super::review_plan::Staff;
use crate::reviewing::edition_of_sheet;
use crate::{Office, OfficeError};

/// The review of a call.
#[derive(Debug, Clone)]
pub struct Progress {
    pub call: CallId,
    pub edition: Edition,
    pub phase: &'static str,
    pub due: Option<Day>,
    pub reviewers: Vec<ReviewerProgress>,
    pub cases: Vec<CaseProgress>,
    /// Sheets that are still to come.
    pub outstanding: usize,
}

/// How far one reviewer is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewerProgress {
    pub person: PersonId,
    pub name: String,
    pub assigned: u64,
    pub submitted: u64,
    pub conflicted: u64,
}

/// How far the review of one case is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseProgress {
    pub case: CaseId,
    pub receipt_number: String,
    pub title: String,
    pub assigned: Vec<AssignedReviewer>,
}

/// One reviewer of one case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssignedReviewer {
    pub person: PersonId,
    pub name: String,
    pub status: ReviewStatus,
    pub total: Option<u32>,
}

/// The reviews of one case, with what may be done about them.
#[derive(Debug, Clone)]
pub struct SheetView {
    pub case: CaseId,
    pub call: CallId,
    pub receipt_number: String,
    pub title: String,
    pub sheets: Vec<ReviewerSheet>,
    /// Who could step in: no conflict, room left, the least loaded first.
    pub successors: Vec<(PersonId, String)>,
    /// Whether anything may still move.
    pub movable: bool,
}

/// What one reviewer said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewerSheet {
    pub person: PersonId,
    pub name: String,
    pub status: ReviewStatus,
    pub version: u32,
    /// Of the edition that the sheet was made under.
    pub criteria: Vec<Criterion>,
    /// That edition, where it is no longer the one in force.
    pub older_edition: Option<String>,
    /// By criterion, in the order of the sheet.
    pub points: Vec<Option<u32>>,
    pub comments: Vec<String>,
    pub total: Option<u32>,
    /// Why a reconsideration was asked for, or why somebody was replaced.
    pub reason: String,
}

impl ReviewerSheet {
    /// Whether somebody else may be put in this place.
    #[must_use]
    pub const fn replaceable(&self) -> bool {
        match self.status {
            ReviewStatus::Assigned | ReviewStatus::Declared | ReviewStatus::Conflicted | ReviewStatus::Reconsider => true,
            ReviewStatus::Submitted | ReviewStatus::Replaced => false,
        }
    }

    /// Whether this reviewer may be asked to think again.
    #[must_use]
    pub fn reconsiderable(&self) -> bool {
        self.status == ReviewStatus::Submitted
    }
}

impl Office {
    /// How far the review of a call is.
    ///
    /// # Errors
    /// Forbidden, or no such call.
    pub async fn review_progress(&self, person: &Person, call: &CallId) -> Result<Progress, OfficeError> {
        let called = self.called(person, Action::ReadCall, call).await?;
        let cases = self.store().cases_within(&called.permit).await?;
        super::reviews_nothing_here(person, &cases)?;
        let mut names: BTreeMap<PersonId, String> = BTreeMap::new();
        let mut lines = Vec::new();
        let (mut outstanding, mut due) = (0, None);
        for (id, case) in &cases {
            let Some(review) = case.state.review() else { continue };
            if let CaseState::UnderReview { review } = &case.state {
                outstanding += review.outstanding().len();
                due = due.max(Some(review.due));
            }
            let mut assigned = Vec::new();
            for (assignment, row) in review.assignments.iter().zip(case.review_rows(*id)) {
                if let Entry::Vacant(unknown) = names.entry(assignment.reviewer) {
                    unknown.insert(self.known_as(assignment.reviewer).await?);
                }
                let name = names.get(&assignment.reviewer).cloned().unwrap_or_default();
                assigned.push(AssignedReviewer { person: assignment.reviewer, name, status: row.status, total: row.total });
            }
            let paper = &case.submission.paper;
            lines.push(CaseProgress { case: *id, receipt_number: paper.receipt_number.clone(), title: paper.title.clone(), assigned });
        }
        lines.sort_by(|a, b| a.receipt_number.cmp(&b.receipt_number));
        let loads = self.store().review_loads(&called.permit).await?.into_iter().map(|l| ReviewerProgress {
            person: l.reviewer,
            name: names.get(&l.reviewer).cloned().unwrap_or_default(),
            assigned: l.assigned,
            submitted: l.submitted,
            conflicted: l.conflicted,
        });
        Ok(Progress {
            call: call.clone(),
            phase: called.call.call.phase.code(),
            due,
            reviewers: loads.collect(),
            cases: lines,
            outstanding,
            edition: called.edition,
        })
    }

    /// The reviews of one case.
    ///
    /// # Errors
    /// Forbidden; [`OfficeError::NotFound`] while nobody was assigned.
    pub async fn case_reviews(&self, person: &Person, case: CaseId) -> Result<SheetView, OfficeError> {
        let handled = self.handled(person, Action::ReadCase, case).await?;
        let found = &handled.file.case;
        let review = found.state.review().ok_or(OfficeError::NotFound)?;
        let acts = super::case::acts_of(&handled.file)?;
        let mut sheets = Vec::new();
        for assignment in &review.assignments {
            let sheet = match &assignment.state {
                AssignmentState::Submitted(sheet) => Some((sheet, String::new())),
                AssignmentState::Reconsider { reason, earlier } => Some((earlier, reason.clone())),
                AssignmentState::Assigned
                | AssignmentState::Declared
                | AssignmentState::Conflicted(_)
                | AssignmentState::Replaced { .. } => None,
            };
            let replaced = match &assignment.state {
                AssignmentState::Replaced { reason, .. } => reason.clone(),
                AssignmentState::Assigned
                | AssignmentState::Declared
                | AssignmentState::Conflicted(_)
                | AssignmentState::Submitted(_)
                | AssignmentState::Reconsider { .. } => String::new(),
            };
            let comments = match &sheet {
                Some((sheet, _)) => self.comments_of(sheet.comments).await?.map(|c| c.comments).unwrap_or_default(),
                None => BTreeMap::new(),
            };
            let then = sheet.as_ref().and_then(|(s, _)| edition_of_sheet(&acts, assignment.reviewer, s.version));
            let older = then.filter(|d| *d != handled.edition.digest()).map(|d| self.edition(d)).transpose()?;
            let criteria = older.as_ref().unwrap_or(&handled.edition).score_sheet().criteria.clone();
            sheets.push(ReviewerSheet {
                person: assignment.reviewer,
                name: self.known_as(assignment.reviewer).await?,
                status: assignment.status(),
                version: sheet.as_ref().map_or(0, |(s, _)| s.version),
                points: criteria.iter().map(|c| sheet.as_ref().and_then(|(s, _)| points_of(&s.points, &c.id))).collect(),
                comments: criteria.iter().map(|c| comments.get(&c.id).cloned().unwrap_or_default()).collect(),
                total: sheet.as_ref().map(|(s, _)| s.total()),
                older_edition: older.map(|e| e.meta().edition.clone()),
                criteria,
                reason: sheet.map_or(replaced, |(_, reason)| reason),
            });
        }
        let movable = super::case::review_moves(&found.state, &handled.call.call.phase)
            && self.may_case(person, Action::HandleCase, case).await.is_ok();
        Ok(SheetView {
            case,
            call: found.submission.paper.call.clone(),
            receipt_number: found.submission.paper.receipt_number.clone(),
            title: found.submission.paper.title.clone(),
            sheets,
            successors: if movable { self.successors_of(person, case, found).await? } else { Vec::new() },
            movable,
        })
    }

    async fn successors_of(&self, person: &Person, id: CaseId, case: &Case) -> Result<Vec<(PersonId, String)>, OfficeError> {
        let permit = self.may_call(person, Action::ReadCall, &case.submission.paper.call)?;
        let cases = self.store().cases_within(&permit).await?;
        let mut staff = Staff::default();
        let mut all = Vec::new();
        for (other, found) in cases.iter().filter(|(_, c)| matches!(c.state, CaseState::UnderReview { .. })) {
            all.push(self.to_review(*other, found, &mut staff).await?);
        }
        let Some(own) = all.iter().find(|c| c.id == id).cloned() else { return Ok(Vec::new()) };
        let (reviewers, names) = self.available_reviewers(&cases, &BTreeMap::new()).await?;
        let on_it: BTreeSet<PersonId> = case.state.review().map_or(&[][..], |r| &r.assignments).iter().map(|a| a.reviewer).collect();
        let mut loads: BTreeMap<PersonId, u32> = BTreeMap::new();
        for load in self.store().review_loads(&permit).await? {
            loads.insert(load.reviewer, u32::try_from(load.assigned).unwrap_or(u32::MAX));
        }
        let fitting = successors(&own, &all, &reviewers, &on_it, &loads);
        Ok(fitting.into_iter().map(|p| (p, names.get(&p).map(|(n, _)| n.clone()).unwrap_or_default())).collect())
    }

    /// Puts another reviewer in the place of one whose sheet does not stand.
    ///
    /// # Errors
    /// Somebody who has a conflict or no room, no reason, refusals; stale.
    pub async fn replace_reviewer(
        &self,
        person: &Person,
        case: CaseId,
        (from, to): (PersonId, PersonId),
        reason: &str,
        request: RequestId,
    ) -> Result<(), OfficeError> {
        let handled = self.handled(person, Action::HandleCase, case).await?;
        if self.done_before(request).await? {
            return Ok(());
        }
        let by = self.by(person, handled.edition.digest(), &handled.edition.selection().clause);
        let act = decide::replace_reviewer(&handled.file.case, &handled.call.call, from, to, reason, &by)?;
        let fitting = self.successors_of(person, case, &handled.file.case).await?;
        if !fitting.iter().any(|(p, _)| *p == to) {
            return Err(OfficeError::field(
                "to",
                "利益相反があるか、担当件数の上限に達しているため、この審査員には交代できません。別の審査員を選んでください。",
                "This reviewer has a conflict or no room. Choose another one.",
            ));
        }
        self.record(&handled.file, act, Vec::new(), request).await
    }

    /// Asks a reviewer to think again, with the reason on record.
    ///
    /// # Errors
    /// No sheet to reconsider, no reason, refusals; stale.
    pub async fn ask_reconsideration(
        &self,
        person: &Person,
        case: CaseId,
        reviewer: PersonId,
        reason: &str,
        request: RequestId,
    ) -> Result<(), OfficeError> {
        let handled = self.handled(person, Action::HandleCase, case).await?;
        if self.done_before(request).await? {
            return Ok(());
        }
        let by = self.by(person, handled.edition.digest(), &handled.edition.selection().clause);
        let act = decide::ask_reconsideration(&handled.file.case, &handled.call.call, reviewer, reason, &by)?;
        self.record(&handled.file, act, Vec::new(), request).await
    }

    /// Closes the review of a call.
    ///
    /// # Errors
    /// A review that is not open, no reason; stale.
    pub async fn close_review(&self, person: &Person, call: &CallId, reason: &str, request: RequestId) -> Result<(), OfficeError> {
        let called = self.called(person, Action::RunCall, call).await?;
        if self.done_before(request).await? {
            return Ok(());
        }
        let by = self.by(person, called.edition.digest(), &called.edition.selection().clause);
        let act = decide::close_review(&called.call.call, reason, &by)?;
        self.append(Batch::call(call.clone(), called.call.seq(), vec![act]).request(request)).await?;
        Ok(())
    }

    /// Opens a closed review again, for the sheets that did not come: without them nothing can be selected. Whoever was assigned stays so.
    ///
    /// # Errors
    /// A review that is not closed, no day, a day that is not ahead; stale.
    pub async fn reopen_review(&self, person: &Person, call: &CallId, due: Option<Day>, request: RequestId) -> Result<(), OfficeError> {
        let called = self.called(person, Action::RunCall, call).await?;
        if self.done_before(request).await? {
            return Ok(());
        }
        let CallPhase::Reviewed { plan, .. } = &called.call.call.phase else {
            return Err(OfficeError::Stale(LocalText::new("審査は終了していません。", "The review is not closed.")));
        };
        let due = due.ok_or_else(|| OfficeError::field("due", "審査の期限を入力してください。", "Enter the day by which to review."))?;
        let by = self.by(person, called.edition.digest(), &called.edition.selection().clause);
        let act = decide::open_review(&called.call.call, *plan, due, called.edition.meta().closes, &by)?;
        self.append(Batch::call(call.clone(), called.call.seq(), vec![act]).request(request)).await?;
        Ok(())
    }
}

fn points_of(points: &[(String, u32)], criterion: &str) -> Option<u32> {
    points.iter().find(|(id, _)| id == criterion).map(|(_, p)| *p)
}

/// The label of a status, for lists.
impl AssignedReviewer {
    #[must_use]
    pub fn label(&self) -> LocalText {
        self.status.label()
    }
}
