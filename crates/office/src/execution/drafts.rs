//! The claim lines of a report before it is handed in: saved beside the case, imported from a filled-in table, whole or not at all.

use banso_exchange::{TableRow, read_table};
use banso_execution::claim::{ClaimLine, ImportProblem, ROWS_MAX, import_lines};
use banso_kernel::{CaseId, LocalText};
use banso_permits::{Action, Person};
use banso_store::SaveSection;
use serde::{Deserialize, Serialize};

use crate::{FieldProblem, Office, OfficeError};

/// The section that keeps the draft; no guideline has a section of this name.
const SECTION: &str = "_report";
/// Most problems that one import tells.
const TOLD_MAX: usize = 100;

/// A report as it is being prepared.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportDraft {
    pub lines: Vec<ClaimLine>,
}

/// What an import did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImportOutcome {
    pub lines: usize,
}

impl Office {
    /// The draft and its version; 0 while nothing was saved.
    pub(crate) async fn report_draft(&self, case: CaseId) -> Result<(ReportDraft, u64), OfficeError> {
        let Some(saved) = self.store().section(case, SECTION, 0).await? else { return Ok((ReportDraft::default(), 0)) };
        let draft = serde_json::from_str(&saved.answers).map_err(OfficeError::fault)?;
        Ok((draft, saved.version))
    }

    /// Takes in a filled-in table, an Excel workbook or text with commas or tabs, in the place of all lines. Every cell that is wrong is
    /// named; then nothing is taken in. `field` is where the table was given.
    ///
    /// # Errors
    /// What is wrong, cell by cell; [`OfficeError::Stale`] when somebody else saved first; not the holder's to do now.
    pub async fn import_claim_table(
        &self,
        person: &Person,
        case: CaseId,
        (field, table): (&str, Vec<u8>),
        based_on: u64,
    ) -> Result<ImportOutcome, OfficeError> {
        let project = self.project(person, Action::SpeakForCase, case).await?;
        super::reporting::writable(&project)?;
        let read = tokio::task::spawn_blocking(move || read_table(&table).map(as_shown)).await.map_err(OfficeError::fault)?;
        let rows = read.map_err(|e| OfficeError::Invalid(vec![FieldProblem { field: field.to_owned(), text: e.text() }]))?;
        let done = self.import_claims(person, case, &rows, based_on).await;
        let Err(OfficeError::Invalid(problems)) = done else { return done };
        let there = |problem: FieldProblem| FieldProblem { field: field.to_owned(), ..problem };
        Err(OfficeError::Invalid(problems.into_iter().map(there).collect()))
    }

    /// The same with rows at hand, from the first of the table on.
    ///
    /// # Errors
    /// As above.
    pub async fn import_claims(
        &self,
        person: &Person,
        case: CaseId,
        rows: &[Vec<String>],
        based_on: u64,
    ) -> Result<ImportOutcome, OfficeError> {
        let project = self.project(person, Action::SpeakForCase, case).await?;
        super::reporting::writable(&project)?;
        let lines = import_lines(rows).map_err(|problems| OfficeError::Invalid(told(&problems)))?;
        let outcome = ImportOutcome { lines: lines.len() };
        let answers = serde_json::to_string(&ReportDraft { lines }).map_err(OfficeError::fault)?;
        let save = SaveSection { case, section: SECTION.to_owned(), member: 0, based_on, answers, by: person.id };
        self.store().save_section(save).await?;
        Ok(outcome)
    }
}

/// All rows from the first on, those that are blank too: so each keeps its number. Far down there is nothing to be taken in.
fn as_shown(rows: Vec<TableRow>) -> Vec<Vec<String>> {
    let mut all: Vec<Vec<String>> = Vec::with_capacity(rows.len());
    for (number, cells) in rows {
        let at = usize::try_from(number).unwrap_or(usize::MAX).min(all.len() + ROWS_MAX + 2);
        all.resize(all.len().max(at.saturating_sub(1)), Vec::new());
        all.push(cells);
    }
    all
}

/// Each trouble with its cell, the first ones in full.
fn told(problems: &[ImportProblem]) -> Vec<FieldProblem> {
    let one = |p: &ImportProblem| {
        let en = p.message.en.clone().unwrap_or_default();
        FieldProblem {
            field: "table".to_owned(),
            text: LocalText::new(format!("{}：{}", place(p, "列"), p.message.ja), format!("{}: {en}", p.cell)),
        }
    };
    let mut out: Vec<FieldProblem> = problems.iter().take(TOLD_MAX).map(one).collect();
    let more = problems.len().saturating_sub(TOLD_MAX);
    if more > 0 {
        out.push(FieldProblem::new("table", format!("ほかに{more}件あります。上から順に直してください。"), format!("and {more} more")));
    }
    out
}

fn place(p: &ImportProblem, column: &str) -> String {
    if p.column.is_empty() { p.cell.clone() } else { format!("セル{}（{column}「{}」）", p.cell, p.column) }
}
