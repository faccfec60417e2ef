//! The score sheet as it is typed and shown: generated from the guideline, half-filled or wrong as it may be. Saved by itself, and
//! only over the version that was shown.

use std::collections::BTreeMap;

use banso_grant::{AssignmentState, CaseAct, Recorded, Sheet};
use banso_guideline::{Criterion, Edition};
use banso_kernel::{CaseId, Digest, Instant, LocalText, PersonId, count_characters, fold_width};
use banso_permits::Person;
use banso_store::{Batch, Change, CommitError, ReviewDraft};
use serde::{Deserialize, Serialize};

use super::{Assigned, ReviewComments};
use crate::dossier::{LookAt, Pages};
use crate::{FieldProblem, Office, OfficeError};

/// Most characters of one comment.
pub(crate) const COMMENT_CHARACTERS_MAX: usize = 2_000;

/// A sheet as typed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TypedSheet {
    #[serde(default)]
    pub points: BTreeMap<String, String>,
    #[serde(default)]
    pub comments: BTreeMap<String, String>,
    #[serde(default)]
    pub overall: String,
}

/// The sheet for a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetView {
    pub groups: Vec<SheetGroup>,
    pub points_max: u32,
    /// Of the criteria that are scored properly.
    pub total: u32,
    pub scored: usize,
    pub criteria: usize,
    pub overall: String,
    pub clause: String,
    /// The edition that the sheet was made under, where that is no longer the one in force.
    pub older_edition: Option<String>,
}

/// Criteria under one heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetGroup {
    pub title: LocalText,
    pub points_max: u32,
    pub total: u32,
    pub lines: Vec<SheetLine>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetLine {
    pub criterion: Criterion,
    pub points: String,
    pub comment: String,
    /// What to read for it.
    pub look_at: Vec<LookAt>,
}

/// What saving did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedSheet {
    /// What the next save is made over.
    pub version: u64,
    pub saved_at: Instant,
    /// What is wrong with what was typed; missing points are not.
    pub problems: Vec<FieldProblem>,
    pub total: u32,
    pub scored: usize,
}

impl TypedSheet {
    pub(crate) fn read(json: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(json)
    }

    /// The points of a criterion; what is wrong with what was typed, otherwise. Nothing typed is `None`.
    pub(crate) fn points_of(&self, criterion: &str, points_max: u32) -> Result<u32, Option<LocalText>> {
        let typed = self.points.get(criterion).map(|t| fold_width(t.trim())).unwrap_or_default();
        if typed.is_empty() {
            return Err(None);
        }
        let wrong = || {
            Some(LocalText::new(
                format!("0から{points_max}までの整数で採点してください（入力：{typed}）。"),
                format!("Give whole points from 0 to {points_max} (you typed {typed})."),
            ))
        };
        typed.parse::<u32>().ok().filter(|p| *p <= points_max).ok_or_else(wrong)
    }

    /// A sheet that was handed in, as it would be typed.
    pub(crate) fn of(sheet: &Sheet, comments: Option<ReviewComments>) -> Self {
        let (comments, overall) = comments.map(|c| (c.comments, c.overall)).unwrap_or_default();
        TypedSheet { points: sheet.points.iter().map(|(id, p)| (id.clone(), p.to_string())).collect(), comments, overall }
    }

    /// Only what the sheet asks for.
    fn within(mut self, edition: &Edition) -> Self {
        let known = |id: &String| edition.score_sheet().criteria.iter().any(|c| c.id == *id);
        self.points.retain(|id, text| known(id) && !text.trim().is_empty());
        self.comments.retain(|id, text| known(id) && !text.trim().is_empty());
        self
    }

    /// What is wrong with what was typed. With `whole`, what is missing too.
    pub(crate) fn problems(&self, edition: &Edition, whole: bool) -> Vec<FieldProblem> {
        let mut found = Vec::new();
        for criterion in &edition.score_sheet().criteria {
            let (id, title) = (&criterion.id, &criterion.title);
            match self.points_of(id, criterion.points_max) {
                Err(Some(text)) => found.push(about(format!("p-{id}"), title, &text)),
                Err(None) if whole => {
                    let missing = LocalText::new("採点してください。", "Give points.");
                    found.push(about(format!("p-{id}"), title, &missing));
                }
                Ok(_) | Err(None) => {}
            }
            let comment = self.comments.get(id).map_or("", String::as_str);
            if count_characters(comment) > COMMENT_CHARACTERS_MAX {
                found.push(about(format!("c-{id}"), title, &too_long()));
            } else if whole && criterion.comment_required && comment.trim().is_empty() {
                let missing =
                    LocalText::new("コメントを書いてください（公募要領で必須です）。", "Write a comment; the guideline asks for one.");
                found.push(about(format!("c-{id}"), title, &missing));
            }
        }
        if count_characters(&self.overall) > COMMENT_CHARACTERS_MAX {
            found.push(about("overall".to_owned(), &LocalText::new("総合コメント", "Overall comment"), &too_long()));
        }
        found
    }

    fn counted(&self, edition: &Edition) -> (u32, usize) {
        let points = edition.score_sheet().criteria.iter().filter_map(|c| self.points_of(&c.id, c.points_max).ok());
        points.fold((0, 0), |(sum, n), p| (sum + p, n + 1))
    }
}

fn too_long() -> LocalText {
    LocalText::new(
        format!("コメントは{COMMENT_CHARACTERS_MAX}字までにしてください。"),
        format!("Keep it within {COMMENT_CHARACTERS_MAX} characters."),
    )
}

fn about(field: String, title: &LocalText, text: &LocalText) -> FieldProblem {
    use banso_kernel::Lang::En;
    FieldProblem::new(field, format!("{}：{}", title.ja, text.ja), format!("{}: {}", title.get(En), text.get(En)))
}

impl SheetView {
    pub(crate) fn of(edition: &Edition, typed: &TypedSheet, pages: Option<&Pages>) -> Self {
        let sheet = edition.score_sheet();
        let mut groups: Vec<SheetGroup> = Vec::new();
        for criterion in &sheet.criteria {
            let line = SheetLine {
                points: typed.points.get(&criterion.id).cloned().unwrap_or_default(),
                comment: typed.comments.get(&criterion.id).cloned().unwrap_or_default(),
                look_at: pages.map(|p| criterion.look_at.iter().filter_map(|n| p.look_at(n)).collect()).unwrap_or_default(),
                criterion: criterion.clone(),
            };
            let points = typed.points_of(&criterion.id, criterion.points_max).unwrap_or(0);
            match groups.iter_mut().find(|g| g.title == criterion.group) {
                Some(group) => {
                    group.points_max += criterion.points_max;
                    group.total += points;
                    group.lines.push(line);
                }
                None => groups.push(SheetGroup {
                    title: criterion.group.clone(),
                    points_max: criterion.points_max,
                    total: points,
                    lines: vec![line],
                }),
            }
        }
        let (total, scored) = typed.counted(edition);
        SheetView {
            points_max: groups.iter().map(|g| g.points_max).sum(),
            groups,
            total,
            scored,
            criteria: sheet.criteria.len(),
            overall: typed.overall.clone(),
            clause: sheet.clause.clone(),
            older_edition: None,
        }
    }
}

/// The edition that a sheet was handed in under, by the act that handed it in; none when no act did.
pub(crate) fn edition_of_sheet(acts: &[Recorded<CaseAct>], reviewer: PersonId, version: u32) -> Option<Digest> {
    acts.iter().find(|r| matches!(&r.act, CaseAct::Reviewed(s) if s.reviewer == reviewer && s.version == version)).map(|r| r.edition)
}

impl Office {
    /// Saves a sheet that is not handed in yet, if it is still at `based_on`.
    ///
    /// # Errors
    /// [`OfficeError::Stale`] when another window of this reviewer saved since; [`OfficeError::Forbidden`] when there is nothing to score.
    pub async fn save_sheet(&self, person: &Person, case: CaseId, typed: TypedSheet, based_on: u64) -> Result<SavedSheet, OfficeError> {
        let Assigned { edition, state, .. } = self.assigned(person, case).await?;
        may_score(&state)?;
        let typed = typed.within(&edition);
        let problems = typed.problems(&edition, false);
        if problems.iter().any(|p| p.field.starts_with("c-") || p.field == "overall") {
            return Err(OfficeError::Invalid(problems));
        }
        let body = serde_json::to_string(&typed).map_err(OfficeError::fault)?;
        let draft = ReviewDraft { case, reviewer: person.id, body };
        let saved = self.store().commit(Batch::changes(vec![Change::save_review_draft(&draft, based_on)])).await;
        let saved_at = match saved {
            Ok(committed) => committed.recorded_at,
            Err(CommitError::DraftMoved) => return self.same_text(&draft, &typed, &edition).await,
            Err(other) => return Err(other.into()),
        };
        let (total, scored) = typed.counted(&edition);
        Ok(SavedSheet { version: based_on + 1, saved_at, problems, total, scored })
    }

    /// A form posted twice finds its own text: saved already. Any other text is somebody's other window.
    async fn same_text(&self, draft: &ReviewDraft, typed: &TypedSheet, edition: &Edition) -> Result<SavedSheet, OfficeError> {
        let (total, scored) = typed.counted(edition);
        match self.store().review_draft(draft.case, draft.reviewer).await? {
            Some(kept) if kept.body == draft.body => {
                Ok(SavedSheet { version: kept.version, saved_at: kept.saved_at, problems: typed.problems(edition, false), total, scored })
            }
            Some(_) | None => Err(OfficeError::Stale(LocalText::new(
                "この採点表は、別の画面で先に保存されました。",
                "This sheet was saved from another window first.",
            ))),
        }
    }
}

/// Whether there is a sheet to fill in.
pub(crate) fn may_score(state: &AssignmentState) -> Result<(), OfficeError> {
    let why = match state {
        AssignmentState::Declared | AssignmentState::Reconsider { .. } => return Ok(()),
        AssignmentState::Assigned => {
            LocalText::new("先に利益相反の有無を申告してください。", "Declare first whether there is a conflict of interest.")
        }
        AssignmentState::Submitted(_) => LocalText::new("採点表は提出済みです。", "The score sheet was handed in already."),
        AssignmentState::Conflicted(_) | AssignmentState::Replaced { .. } => {
            LocalText::new("この申請の審査の担当ではありません。", "You no longer review this application.")
        }
    };
    Err(OfficeError::Forbidden(vec![why]))
}
