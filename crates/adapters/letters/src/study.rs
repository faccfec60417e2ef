//! What the report of a study says, as checked values.

use banso_kernel::{Instant, Lang};
use serde::{Deserialize, Serialize};

/// What a study found, in one language, every number already written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StudyReport {
    pub lang: Lang,
    /// `programme/round 1a2b3c4d`: the call and the declaration.
    pub number: String,
    pub title: String,
    pub question: String,
    /// Not declared before its outcomes were known: says so on its head.
    pub exploratory: bool,
    /// A number is held back.
    pub held: bool,
    pub made_at: Instant,
    /// Label and value.
    pub facts: Vec<(String, String)>,
    /// What was found, sentence by sentence.
    pub summary: Vec<String>,
    pub numbers: StudyTable,
    /// How they were made, and how to read them.
    pub manner: Vec<String>,
    pub groups: Option<StudyTable>,
    /// Rounds of the programme one by one, and what they say together.
    pub rounds: Vec<(StudyTable, String)>,
    /// The programme's own targets.
    pub targets: Option<StudyTable>,
    pub cost: Option<String>,
    pub checks: StudyTable,
    pub assumptions: Vec<String>,
    pub notes: Vec<String>,
    pub figures: Vec<StudyFigure>,
    /// Label and digest.
    pub proof: Vec<(String, String)>,
    pub synthetic: bool,
}

/// A table of words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StudyTable {
    pub heads: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

/// A picture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StudyFigure {
    /// Letters, digits and hyphens.
    pub name: String,
    pub caption: String,
    pub svg: String,
}
