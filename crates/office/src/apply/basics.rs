//! Title and track of an application: asked at the start, changed until it is handed in.

use banso_kernel::{CaseId, LocalText};
use banso_permits::{Action, Person};

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
}

impl Office {
    /// Title and track of an application.
    ///
    /// # Errors
    /// [`OfficeError::NotFound`] for a stranger.
    pub async fn basics(&self, person: &Person, case: CaseId) -> Result<BasicsPage, OfficeError> {
        let draft = self.draft(person, case, Action::ReadCase).await?;
        let (title, track) = (draft.row.application.title.clone(), draft.row.application.track.clone());
        Ok(BasicsPage { head: draft.head(), title, track, tracks: draft.edition.tracks().to_vec() })
    }

    /// Gives the project another title or track.
    ///
    /// # Errors
    /// An empty title, a track that there is not, or not now.
    pub async fn rename(&self, person: &Person, case: CaseId, title: &str, track: &str) -> Result<(), OfficeError> {
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
        self.store().change(banso_store::Change::name_application(case, &title, &track)).await?;
        Ok(())
    }
}
