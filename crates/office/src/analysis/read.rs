//! A study as it was declared and run, and the report of a run as people read it.

use banso_evaluation::study::{Declaration, Figure, Kept, KeptFinding, Method, NoRun, Sentence, Standing};
use banso_grant::{Actor, RecordedRun, Study};
use banso_kernel::{CallId, Day, Digest, Instant, Lang, LocalText};
use banso_permits::{Action, Person};
use banso_store::Content;

use super::run::Progress;
use super::{paper, refused};
use crate::{Office, OfficeError};

/// A declared study.
#[derive(Debug, Clone, PartialEq)]
pub struct StudyPage {
    pub call: CallId,
    pub programme: LocalText,
    pub name: LocalText,
    pub study: Digest,
    pub declaration: Declaration,
    pub declared_on: Day,
    pub declared_at: Instant,
    pub declared_by: String,
    pub beforehand: bool,
    pub outcomes_known: u32,
    /// Newest first.
    pub runs: Vec<RunLine>,
    pub progress: Option<Progress>,
    pub may_evaluate: bool,
}

/// A run in a list; known by the number of its act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunLine {
    pub seq: u64,
    pub known_on: Day,
    pub recorded_at: Instant,
    pub by: String,
    pub rows: u32,
    pub engine: String,
    pub panel: Digest,
    pub report: Digest,
    /// Why it came to nothing.
    pub refused: Option<LocalText>,
}

/// The report of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct ReportPage {
    pub study: StudyPage,
    pub run: RunLine,
    pub report: Kept,
}

impl ReportPage {
    /// The heads of a table of numbers.
    #[must_use]
    pub fn heads(method: Method, lang: Lang) -> Vec<String> {
        paper::heads(method, lang)
    }

    /// Whether grants were open when it was run: then its data do not go out.
    #[must_use]
    pub fn has_open_grants(&self) -> bool {
        self.report.checks.iter().any(|check| check.code == "open-grants")
    }

    /// A finding as a row of that table: what is held back or hidden shows no number.
    #[must_use]
    pub fn row(finding: &KeptFinding, lang: Lang) -> Vec<String> {
        paper::row(finding, lang)
    }

    /// Heads and rows of each outcome's rounds, and what they say together.
    #[must_use]
    pub fn rounds(&self, lang: Lang) -> Vec<(Vec<String>, Vec<Vec<String>>, String)> {
        let of = |pooled: &banso_evaluation::study::PooledRounds| {
            let table = paper::rounds_table(pooled, lang);
            let says = pooled.says();
            (table.heads, table.rows, lang.pick(&says.ja, &says.en).to_owned())
        };
        self.report.pooled.iter().map(of).collect()
    }

    /// What was found for everybody, sentence by sentence.
    #[must_use]
    pub fn headline(&self) -> &[Sentence] {
        paper::headline(&self.report)
    }

    /// What a unit of effect cost, in words.
    #[must_use]
    pub fn cost(&self, lang: Lang) -> Option<String> {
        paper::cost(&self.report, lang)
    }

    /// Heads and rows of the programme's targets.
    #[must_use]
    pub fn targets(&self, lang: Lang) -> (Vec<String>, Vec<Vec<String>>) {
        paper::targets_table(&self.report, lang)
    }

    /// A figure, drawn in a language.
    ///
    /// # Errors
    /// [`OfficeError::NotFound`]
    pub fn drawn(&self, name: &str, lang: Lang) -> Result<String, OfficeError> {
        self.figure(name)?.svg(lang == Lang::En).map_err(|r| refused(&r))
    }

    /// A figure by its name.
    ///
    /// # Errors
    /// [`OfficeError::NotFound`]
    pub fn figure(&self, name: &str) -> Result<&Figure, OfficeError> {
        self.report.figures.iter().find(|f| f.name == name).ok_or(OfficeError::NotFound)
    }
}

impl Office {
    /// A study as it was declared, and its runs.
    ///
    /// # Errors
    /// Forbidden; not found.
    pub async fn study_page(&self, person: &Person, call: &CallId, study: Digest) -> Result<StudyPage, OfficeError> {
        self.may_call(person, Action::ReadStudies, call)?;
        let edition = self.edition_in_force(call)?;
        let file = self.store().call(call).await?.ok_or(OfficeError::NotFound)?;
        let known: &Study = file.call.study(study).ok_or(OfficeError::NotFound)?;
        let mut runs = Vec::with_capacity(known.runs.len());
        for run in known.runs.iter().rev() {
            runs.push(self.run_line(run).await?);
        }
        Ok(StudyPage {
            call: call.clone(),
            programme: edition.meta().programme.clone(),
            name: edition.meta().call_name.clone(),
            study,
            declaration: self.declaration(study).await?,
            declared_on: known.on,
            declared_at: known.declared_at,
            declared_by: self.acted(known.by).await?,
            beforehand: known.is_beforehand(),
            outcomes_known: known.declared.outcomes_known,
            runs,
            progress: self.study_progress(call, study).await?,
            may_evaluate: self.may_call(person, Action::Evaluate, call).is_ok(),
        })
    }

    /// The report of a run, by the number of its act.
    ///
    /// # Errors
    /// Forbidden; not found, as when its text was erased.
    pub async fn report_page(&self, person: &Person, call: &CallId, study: Digest, seq: u64) -> Result<ReportPage, OfficeError> {
        let page = self.study_page(person, call, study).await?;
        let run = page.runs.iter().find(|r| r.seq == seq).cloned().ok_or(OfficeError::NotFound)?;
        if run.refused.is_some() {
            return Err(OfficeError::NotFound);
        }
        let Some(Content::Kept(text)) = self.store().content(run.report).await? else { return Err(OfficeError::NotFound) };
        let mut report = Kept::read(&text).map_err(|r| refused(&r))?;
        report.standing = if page.beforehand { Standing::Declared } else { Standing::Exploratory };
        Ok(ReportPage { report, run, study: page })
    }

    async fn run_line(&self, run: &RecordedRun) -> Result<RunLine, OfficeError> {
        let text = self.store().content(run.run.report).await?;
        let none = match &text {
            Some(Content::Kept(text)) => NoRun::read(text),
            Some(_) | None => None,
        };
        Ok(RunLine {
            refused: none.map(|n| LocalText::new(n.refused.ja, n.refused.en)),
            seq: run.seq,
            known_on: run.run.known_on,
            recorded_at: run.recorded_at,
            by: self.acted(run.by).await?,
            rows: run.run.rows,
            engine: run.run.engine.clone(),
            panel: run.run.panel,
            report: run.run.report,
        })
    }

    async fn acted(&self, actor: Actor) -> Result<String, OfficeError> {
        match actor {
            Actor::System => Ok("システム".to_owned()),
            Actor::Person(person) => Ok(self.names([person]).await?.of(person)),
        }
    }
}
