//! What a simulation found: which seed, which simulated day, which case, what was being done, and what is wrong.

use std::fmt;

use banso_kernel::Day;
use banso_office::OfficeError;
use banso_store::{CommitError, Fault};

/// What is wrong.
#[derive(Debug, thiserror::Error)]
pub enum Why {
    #[error("`{got}` was answered where `{wanted}` was expected: {said}")]
    Answer { wanted: String, got: String, said: String },
    #[error("{0}")]
    Broken(String),
    #[error("verify: {0}")]
    Verify(String),
    #[error("the same press twice was recorded twice")]
    Doubled,
    #[error("the database is not empty")]
    NotEmpty,
    #[error("the guideline of the simulation is not accepted: {0}")]
    Guideline(String),
    #[error("the office: {0:?}")]
    Office(OfficeError),
    #[error("the store: {0}")]
    Store(#[from] Fault),
    #[error("the store: {0}")]
    Commit(#[from] CommitError),
}

impl From<OfficeError> for Why {
    fn from(error: OfficeError) -> Self {
        Why::Office(error)
    }
}

/// A failure with everything that is needed to play it again.
#[derive(Debug)]
pub struct Failure {
    pub seed: u64,
    pub years: u32,
    pub cases: u32,
    pub day: Option<Day>,
    /// Which of the granted cases, and what was being done.
    pub at: Option<(u32, String)>,
    pub why: Why,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Failure { seed, years, cases, day, at, why } = self;
        write!(f, "seed {seed}, {years} years, {cases} cases")?;
        if let Some(day) = day {
            write!(f, ", {day}")?;
        }
        if let Some((case, deed)) = at {
            write!(f, ", case {case}, {deed}")?;
        }
        write!(f, ": {why}\n  banso simulate --seed {seed} --years {years} --cases {cases}")
    }
}

impl std::error::Error for Failure {}
