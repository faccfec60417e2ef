//! The calls of an office as an analyst sees them, and one call: what can be identified from its design, and the studies of it.

use banso_evaluation::study::Declaration;
use banso_grant::{CallPhase, Study};
use banso_kernel::{CallId, Day, Digest, FiscalYear, Instant, LocalText};
use banso_permits::{Action, Person};
use banso_store::CallFile;

use super::design::{Counts, DesignChoice, designs};
use crate::{Office, OfficeError};

/// The front page of the desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnalysisFront {
    /// Calls whose selection was executed, the newest first.
    pub closed: Vec<CallLine>,
    /// Calls that are still being decided.
    pub open: usize,
}

/// A call with its studies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallLine {
    pub call: CallId,
    pub programme: LocalText,
    pub name: LocalText,
    pub decided_on: Day,
    pub declared: usize,
    pub runs: usize,
}

/// One closed call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnalysisCall {
    pub call: CallId,
    pub programme: LocalText,
    pub name: LocalText,
    pub decided_on: Day,
    pub decided_year: String,
    /// Only for whoever evaluates: the panel is not read for others.
    pub identified: Option<(Counts, Vec<DesignChoice>)>,
    pub studies: Vec<StudyLine>,
    pub may_evaluate: bool,
}

/// A study in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StudyLine {
    pub study: Digest,
    pub title: LocalText,
    pub declared_on: Day,
    pub beforehand: bool,
    pub runs: usize,
    pub last_run: Option<Instant>,
}

impl StudyLine {
    fn of(study: &Study, declaration: &Declaration) -> Self {
        let titles = declaration.titles();
        StudyLine {
            study: study.declared.study,
            title: LocalText::new(titles.ja, titles.en),
            declared_on: study.on,
            beforehand: study.is_beforehand(),
            runs: study.runs.len(),
            last_run: study.runs.last().map(|r| r.recorded_at),
        }
    }
}

/// The day of the selection; nothing before it.
pub(crate) fn decided_on(file: &CallFile) -> Option<Day> {
    let CallPhase::SelectionExecuted { on, .. } = &file.call.phase else { return None };
    Some(*on)
}

impl Office {
    /// The calls that can be evaluated.
    ///
    /// # Errors
    /// Forbidden.
    pub async fn analysis_front(&self, person: &Person) -> Result<AnalysisFront, OfficeError> {
        self.reads_studies(person)?;
        let (mut closed, mut open) = (Vec::new(), 0_usize);
        for published in self.calls() {
            let Some(edition) = published.current() else { continue };
            let call = edition.meta().call.clone();
            let Some(file) = self.store().call(&call).await? else { continue };
            match decided_on(&file) {
                Some(decided_on) => closed.push(CallLine {
                    programme: edition.meta().programme.clone(),
                    name: edition.meta().call_name.clone(),
                    decided_on,
                    declared: file.call.studies.len(),
                    runs: file.call.studies.iter().map(|s| s.runs.len()).sum(),
                    call,
                }),
                None => open += 1,
            }
        }
        closed.sort_by(|a, b| b.decided_on.cmp(&a.decided_on).then(a.call.cmp(&b.call)));
        Ok(AnalysisFront { closed, open })
    }

    /// One closed call: what its design can tell, and its studies.
    ///
    /// # Errors
    /// Forbidden; not found while the call is not decided.
    pub async fn analysis_call(&self, person: &Person, call: &CallId) -> Result<AnalysisCall, OfficeError> {
        self.may_call(person, Action::ReadStudies, call)?;
        let edition = self.edition_in_force(call)?;
        let file = self.store().call(call).await?.ok_or(OfficeError::NotFound)?;
        let decided_on = decided_on(&file).ok_or(OfficeError::NotFound)?;
        let identified = match self.may_call(person, Action::Evaluate, call) {
            Ok(permit) => self.panel(&permit, &file, &edition, self.now().day()).await?.map(|panel| {
                let counts = Counts::of(&panel);
                let designs = designs(&panel, &counts);
                (counts, designs)
            }),
            Err(_) => None,
        };
        let mut studies = Vec::with_capacity(file.call.studies.len());
        for study in file.call.studies.iter().rev() {
            studies.push(StudyLine::of(study, &self.declaration(study.declared.study).await?));
        }
        Ok(AnalysisCall {
            call: call.clone(),
            programme: edition.meta().programme.clone(),
            name: edition.meta().call_name.clone(),
            decided_on,
            decided_year: FiscalYear::of(decided_on).to_string(),
            may_evaluate: identified.is_some(),
            identified,
            studies,
        })
    }
}
