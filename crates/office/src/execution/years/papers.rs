//! Papers of the years after: accounts, wage ledgers, photos, certificates. Taken in like every other file, kept in a place of their own
//! until the step that names them.

use banso_execution::ExecutionAct;
use banso_kernel::{CaseId, Digest, DocumentRef};
use banso_permits::{Action, Person};
use banso_store::{Batch, Change};

use super::super::intake::IncomingPaper;
use super::super::project::Project;
use crate::{Office, OfficeError};

macro_rules! kinds {
    ($($name:ident = $code:literal;)*) => {
        /// Which step papers are for.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum YearsPaper { $($name),* }

        impl YearsPaper {
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(YearsPaper::$name => $code),* }
            }

            /// The kind of a code.
            #[must_use]
            pub fn parse(code: &str) -> Option<YearsPaper> {
                [$(YearsPaper::$name),*].into_iter().find(|k| k.code() == code)
            }
        }
    };
}

kinds! {
    Report = "report";
    Wage = "wage";
    InputTax = "input-tax";
    Census = "census";
    Disposal = "disposal";
    Disposed = "disposed";
    Succession = "succession";
}

/// The place of papers: which step, and which of several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct YearsPlace {
    pub kind: YearsPaper,
    pub number: u32,
}

/// A file in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct YearsFile {
    pub digest: Digest,
    pub name: String,
    pub bytes: u64,
}

impl YearsPlace {
    #[must_use]
    pub const fn new(kind: YearsPaper, number: u32) -> Self {
        YearsPlace { kind, number }
    }

    fn slot(self) -> String {
        format!("_years/{}/{}", self.kind.code(), self.number)
    }

    /// Whether the office puts papers here itself; elsewhere the holder does.
    const fn is_of_office(self) -> bool {
        match self.kind {
            YearsPaper::Report
            | YearsPaper::Wage
            | YearsPaper::InputTax
            | YearsPaper::Census
            | YearsPaper::Disposal
            | YearsPaper::Disposed => false,
            YearsPaper::Succession => true,
        }
    }

    /// Whether the step that these papers are for may come next.
    fn is_open(self, project: &Project) -> bool {
        let execution = &project.execution;
        let next = |n: usize| self.number == u32::try_from(n).unwrap_or(u32::MAX).saturating_add(1);
        let taken = |kind: &str| project.executed().filter(|(act, _)| act.kind() == kind).count();
        match self.kind {
            YearsPaper::Report => next(execution.revenue.len()),
            YearsPaper::Wage => next(execution.wages.len()),
            YearsPaper::InputTax => next(taken("input_tax_reported")),
            YearsPaper::Census => next(taken("assets_counted")),
            YearsPaper::Disposal => next(taken("disposal_requested")),
            YearsPaper::Disposed => execution.disposals.get(&self.number).is_some_and(|d| d.approved.is_some() && d.done_on.is_none()),
            YearsPaper::Succession => next(taken("succeeded")),
        }
    }
}

/// The place of the next papers of a kind that is counted by its acts.
pub(super) fn next_place(project: &Project, kind: YearsPaper, act: &str) -> YearsPlace {
    let taken = project.executed().filter(|(a, _): &(&ExecutionAct, _)| a.kind() == act).count();
    YearsPlace::new(kind, u32::try_from(taken).unwrap_or(u32::MAX).saturating_add(1))
}

impl Office {
    /// The files in a place.
    pub(crate) async fn years_files(&self, case: CaseId, place: YearsPlace) -> Result<Vec<YearsFile>, OfficeError> {
        let slot = place.slot();
        let found = self.store().attachments(case).await?.into_iter().filter(|a| a.slot == slot);
        Ok(found.map(|a| YearsFile { digest: a.digest, name: a.file_name, bytes: a.bytes }).collect())
    }

    /// The same as an act names them.
    pub(super) async fn years_documents(&self, case: CaseId, place: YearsPlace) -> Result<Vec<DocumentRef>, OfficeError> {
        let slot = place.slot();
        let files = self.years_files(case, place).await?;
        Ok(files.into_iter().map(|f| DocumentRef { digest: f.digest, bytes: f.bytes, slot: slot.clone() }).collect())
    }

    async fn years_project(&self, person: &Person, case: CaseId, place: YearsPlace) -> Result<Project, OfficeError> {
        let project = if place.is_of_office() {
            self.project_at_office(person, Action::HandleCase, case).await?
        } else {
            self.project(person, Action::SpeakForCase, case).await?
        };
        if place.is_open(&project) { Ok(project) } else { Err(OfficeError::NotFound) }
    }

    /// Begins to take in a paper.
    ///
    /// # Errors
    /// Not this person's to do; a place whose step is done; no room.
    pub async fn begin_years_paper(
        &self,
        person: &Person,
        case: CaseId,
        place: YearsPlace,
        name: &str,
    ) -> Result<IncomingPaper, OfficeError> {
        self.years_project(person, case, place).await?;
        self.begin_in(case, vec![place.slot()], name).await
    }

    /// Takes a file away before its step. It stays on the disk.
    ///
    /// # Errors
    /// Not this person's to do; a place whose step is done; not there.
    pub async fn drop_years_paper(&self, person: &Person, case: CaseId, place: YearsPlace, digest: Digest) -> Result<(), OfficeError> {
        self.years_project(person, case, place).await?;
        if !self.years_files(case, place).await?.iter().any(|f| f.digest == digest) {
            return Err(OfficeError::NotFound);
        }
        self.append(Batch::default().and_change(Change::detach(case, &place.slot(), 0, digest))).await?;
        Ok(())
    }
}
