//! How applications are judged: the score sheet, bonus points, and the rules of the selection.

use banso_kernel::{Day, Exact, LocalText};
use serde::{Deserialize, Serialize};

use crate::model::ClauseId;

/// The score sheet (採点表).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScoreSheet {
    pub clause: ClauseId,
    pub criteria: Vec<Criterion>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Criterion {
    /// Lower-case ASCII, stable within a call: `novelty`.
    pub id: String,
    /// 技術面 …: the heading it stands under.
    pub group: LocalText,
    pub title: LocalText,
    /// What a reviewer looks for.
    pub hint: LocalText,
    /// Points at most; a reviewer gives whole points from 0 to this.
    pub points_max: u32,
    /// Sections or fields of the form to read for it.
    pub look_at: Vec<String>,
    /// Whether a comment must be written with the points.
    pub comment_required: bool,
    pub clause: ClauseId,
}

/// How scores of several reviewers become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Aggregation {
    Mean,
    Median,
    /// Mean without one highest and one lowest (needs at least three).
    TrimmedMean,
}

/// Points outside the score sheet, each with evidence (加点).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bonus {
    pub id: String,
    pub title: LocalText,
    pub points: u32,
    /// The form's document that proves it.
    pub evidence: Option<String>,
    pub clause: ClauseId,
}

/// How applications are reviewed, ranked and chosen (審査・採択).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SelectionRules {
    pub clause: ClauseId,
    pub reviewers_each: u32,
    pub aggregation: Aggregation,
    /// An aggregated score below this is not selected, whatever the budget. Share of the sheet's full points.
    pub pass_mark: Option<Exact>,
    pub bonuses: Vec<Bonus>,
    /// Criteria (ids) compared in order when totals are equal; then the earlier receipt.
    pub tie_break: Vec<String>,
    /// How many go on the reserve list (補欠).
    pub reserves: u32,
    /// Until when a place on it counts (補欠の期限).
    pub reserve_term: ReserveTerm,
    /// Most cases to select, where the guideline limits the number.
    pub selected_max: Option<u32>,
}

/// Until when a place on the reserve list counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReserveTerm {
    /// The guideline names no day: the list stands until the office ends it.
    Open,
    /// To the end of this day.
    Until(Day),
    /// There will be a day, but it is not settled (要確認).
    Unconfirmed,
}

impl ReserveTerm {
    /// The last day, where one is settled.
    #[must_use]
    pub const fn last_day(self) -> Option<Day> {
        match self {
            ReserveTerm::Until(day) => Some(day),
            ReserveTerm::Open | ReserveTerm::Unconfirmed => None,
        }
    }

    /// Whether the last day lies behind.
    #[must_use]
    pub fn is_over(self, today: Day) -> bool {
        self.last_day().is_some_and(|last| last < today)
    }
}
