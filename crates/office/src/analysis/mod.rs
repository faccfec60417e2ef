//! The policy analyst's desk (政策分析): choose a closed call, see what its design can tell, declare a study before its outcomes are known,
//! run it on the de-identified panel, read what it found, and take it away as a paper and as data. No case and no name is seen here.

mod arms;
mod columns;
mod declare;
mod design;
mod front;
mod known;
mod line;
mod order;
mod package;
mod panel;
mod paper;
mod power;
mod read;
mod run;
mod shelter;
#[cfg(test)]
mod sheltered;
mod table;
mod takers;
#[cfg(test)]
mod tests;

pub use banso_evaluation::study::{
    Declaration, Kept, KeptFinding, KeptNotice, Measure, Method, ReachState, Reached, Sentence, Standing, Verdict, number,
};
pub use declare::{DeclarePage, Detectable};
pub use design::{Counts, DesignChoice};
pub use front::{AnalysisCall, AnalysisFront, CallLine, StudyLine};
pub use order::{HORIZON_MAX, KnownWarning, QUESTION_EN_MAX, QUESTION_MAX, StudyForm, TITLE_EN_MAX, TITLE_MAX, WARNINGS};
pub use package::StudyFile;
pub use power::{CallPlan, PlanForm, PlanPage};
pub use read::{ReportPage, RunLine, StudyPage};
pub use run::Progress;
pub(crate) use run::{Asked, Running};

use banso_evaluation::Refusal;
use banso_permits::{Action, Permit, Person, Resource};

use crate::{FieldProblem, Office, OfficeError};

impl Office {
    /// Whether somebody may read what studies found.
    pub(crate) fn reads_studies(&self, person: &Person) -> Result<Permit, OfficeError> {
        self.may(person, Action::ReadStudies, &Resource::Office)
    }
}

/// What the engine says no to, as something wrong with the form.
pub(crate) fn refused(refusal: &Refusal) -> OfficeError {
    OfficeError::Invalid(vec![FieldProblem::new("", refusal.ja.clone(), refusal.en.clone())])
}
