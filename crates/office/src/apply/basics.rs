//! Title and track of an application: asked at the start, changed until it is handed in.

use banso_kernel::{CaseId, Digest, LocalText};
use banso_permits::{Action, Person};
use banso_store::{Batch, Change, CommitError};

use super::draft::{CaseHead, Phase};
use crate::{FieldProblem, Office, OfficeError};

/// Most characters of a project's title.
const TITLE_MAX: usize = 120;

/// A title, trimmed.
pub(crate) fn title_of(text: &str) -> Result<String, OfficeError> {
    let title: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let count = title.chars().count();
    if title.is_empty() {
        return Err(OfficeError::Invalid(vec![FieldProblem::new(
            "title",
            "計画の名称を入力してください。",
            "Enter the title of the project.",
        )]));
    }
    if count > TITLE_MAX {
        let ja = format!("計画の名称は{TITLE_MAX}字以内で入力してください（いま{count}字）。");
        return Err(OfficeError::field("title", ja, format!("At most {TITLE_MAX} characters; there are {count}.")));
    }
    Ok(title)
}

/// Title and track, to be changed.
#[derive(Debug, Clone)]
pub struct BasicsPage {
    pub head: CaseHead,
    pub title: String,
    /// The track's name; empty where none is chosen.
    pub track: String,
    pub tracks: Vec<banso_guideline::Track>,
    /// Which text this is: sent back with a change, so that nobody overwrites unseen what somebody else has saved since.
    pub version: String,
}

fn version_of(title: &str, track: &str) -> String {
    Digest::of(format!("{title}\n{track}").as_bytes()).to_string()
}

/// What came of giving another title or track.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Renamed {
    Saved,
    /// Somebody else changed it since the page was opened; nothing is saved.
    Clash,
}

impl Office {
    /// Title and track of an application.
    ///
    /// # Errors
    /// [`OfficeError::NotFound`] for a stranger.
    pub async fn basics(&self, person: &Person, case: CaseId) -> Result<BasicsPage, OfficeError> {
        let draft = self.draft(person, case, Action::ReadCase).await?;
        let (title, track) = (draft.row.application.title.clone(), draft.row.application.track.clone());
        let version = version_of(&title, &track);
        Ok(BasicsPage { head: draft.head(), title, track, tracks: draft.edition.tracks().to_vec(), version })
    }

    /// Gives the project another title or track. `version` is that of the page on which they were typed.
    ///
    /// # Errors
    /// An empty title, a track that there is not, or not now.
    pub async fn rename(&self, person: &Person, case: CaseId, version: &str, title: &str, track: &str) -> Result<Renamed, OfficeError> {
        let draft = self.draft(person, case, Action::SpeakForCase).await?;
        match draft.phase() {
            Phase::Filling { .. } | Phase::Correcting { .. } => {}
            Phase::Closed { at } => return Err(OfficeError::TooLate { closed: at }),
            Phase::Submitted { .. }
            | Phase::Waiting
            | Phase::Requesting { .. }
            | Phase::CorrectingRequest { .. }
            | Phase::Granted { .. }
            | Phase::Ended => {
                return Err(OfficeError::Stale(LocalText::new(
                    "提出した申請の名称と枠は変更できません。",
                    "Title and track of a submitted application are fixed.",
                )));
            }
        }
        let title = title_of(title)?;
        let track = super::start::track_of(&draft.edition, track)?;
        let stands = &draft.row.application;
        if stands.title == title && stands.track == track {
            return Ok(Renamed::Saved);
        }
        if version != version_of(&stands.title, &stands.track) {
            return Ok(Renamed::Clash);
        }
        let unmoved = Change::draft_stands(case, draft.row.revision);
        match self.store().commit(Batch::changes(vec![unmoved, Change::name_application(case, &title, &track)])).await {
            Ok(_) => Ok(Renamed::Saved),
            Err(CommitError::DraftMoved) => Ok(Renamed::Clash),
            Err(other) => Err(other.into()),
        }
    }
}
