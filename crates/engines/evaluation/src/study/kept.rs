//! A report as it is read back from its JSON, for pages and papers: everything that people are shown, and nothing that is computed anew.

use serde::{Deserialize, Serialize};

use super::checks::Verdict;
use super::declare::{Declaration, Outcome};
use super::figure::Figure;
use super::finding::{CostOfEffect, Effect, Group, Measure};
use super::pooled::PooledRounds;
use super::reached::Reached;
use super::run::Standing;
use super::text::borne;
use super::words::{Sentence, name_of};
use crate::Refusal;

/// A report, read back.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Kept {
    /// What was declared.
    pub declaration: Declaration,
    /// Whether it was declared beforehand.
    pub standing: Standing,
    /// The version of the program that made it.
    pub version: String,
    /// Rows of the panel.
    pub rows: usize,
    /// For everybody.
    pub findings: Vec<KeptFinding>,
    /// For declared groups.
    pub groups: Vec<KeptFinding>,
    /// Rounds, and what they say together.
    #[serde(default)]
    pub pooled: Vec<PooledRounds>,
    /// The programme's own targets.
    pub targets: Vec<Reached>,
    /// What a unit of the first outcome cost.
    pub cost: Option<CostOfEffect>,
    /// That in words, or why there is no price.
    #[serde(default)]
    pub cost_says: Option<Sentence>,
    /// How the numbers were made.
    #[serde(default)]
    pub manner: Vec<Sentence>,
    /// The findings in words.
    pub summary: Vec<Sentence>,
    /// What has to hold.
    pub assumptions: Vec<Sentence>,
    /// Which of it was looked at.
    pub checks: Vec<KeptCheck>,
    /// What to see.
    pub figures: Vec<Figure>,
}

/// A finding, read back.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct KeptFinding {
    /// Which outcome.
    pub outcome: Outcome,
    /// As it is or per worker.
    pub measure: Measure,
    /// The group it is of.
    pub group: Option<Group>,
    /// The number; none when it is held back, suppressed or could not be had.
    pub effect: Option<Effect>,
    /// Treated and compared.
    pub firms: [usize; 2],
    /// Why it is no headline.
    pub held: Vec<KeptNotice>,
    /// What else to know.
    pub notes: Vec<KeptNotice>,
    /// Why there is no number.
    pub refused: Option<KeptNotice>,
}

/// A warning or a refusal, read back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptNotice {
    /// Its word.
    pub code: String,
    /// Whether it is grave: among the notes of a number, acknowledged beforehand.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub blocks: bool,
    /// In Japanese.
    pub ja: String,
    /// In English.
    pub en: String,
}

/// A check, read back.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct KeptCheck {
    /// Its word.
    pub code: String,
    /// What must hold.
    pub assumed: Sentence,
    /// What came of it.
    pub verdict: Verdict,
    /// What was seen.
    pub seen: Sentence,
}

impl Kept {
    /// Reads what [`super::Report::json`] wrote.
    ///
    /// # Errors
    /// A text that is no report.
    pub fn read(json: &str) -> Result<Self, Refusal> {
        serde_json::from_str(json).map_err(|error| {
            Refusal::new("report", format!("報告を読み取れません: {error}"), format!("the report cannot be read: {error}"))
        })
    }

    /// Whether a headline is held back.
    #[must_use]
    pub fn is_held(&self) -> bool {
        self.findings.iter().any(|f| !f.held.is_empty())
    }

    /// Whether a number is shown although an assumption is in grave doubt: the declaration acknowledged that.
    #[must_use]
    pub fn is_doubtful(&self) -> bool {
        self.findings.iter().chain(&self.groups).any(|f| f.effect.is_some() && f.notes.iter().any(|n| n.blocks))
    }

    /// What a unit of the first outcome cost in words, or why that is not told.
    #[must_use]
    pub fn priced(&self) -> Option<Sentence> {
        self.cost_says.clone().or_else(|| Some(self.cost.as_ref()?.says(&self.declaration)))
    }

    /// What to bear in mind: why numbers are held back, and each other warning once, of everybody before groups.
    #[must_use]
    pub fn notices(&self) -> Vec<Sentence> {
        let of = |finding: &KeptFinding, notice: &KeptNotice| Sentence {
            ja: format!("{}: {}", finding.name().ja, notice.ja),
            en: format!("{}: {}", finding.name().en, notice.en),
        };
        let mut all: Vec<Sentence> = self.groups.iter().flat_map(|f| f.held.iter().map(|n| of(f, n))).collect();
        // A number of a group that is shown in spite of a grave doubt says so here: its row in a table has no room for it.
        let grave = |f: &&KeptFinding| f.effect.is_some() && f.notes.iter().any(|n| n.blocks);
        for finding in self.groups.iter().filter(grave) {
            let name = finding.name();
            for told in finding.notes.iter().filter(|n| n.blocks).map(|n| borne(true, &n.ja, &n.en)) {
                all.push(Sentence { ja: format!("{}: {}", name.ja, told.ja), en: format!("{}: {}", name.en, told.en) });
            }
        }
        let mut seen: Vec<&str> = Vec::new();
        for notice in self.findings.iter().flat_map(|f| &f.notes) {
            if !seen.contains(&notice.code.as_str()) {
                seen.push(&notice.code);
                all.push(borne(notice.blocks, &notice.ja, &notice.en));
            }
        }
        all
    }
}

impl KeptFinding {
    /// What the number is of.
    #[must_use]
    pub fn name(&self) -> Sentence {
        name_of(&self.outcome, self.measure, self.group.as_ref())
    }
}

/// What is on record of a run that came to nothing: why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoRun {
    /// Why there is no report.
    pub refused: KeptNotice,
}

impl NoRun {
    /// Of a refusal.
    #[must_use]
    pub fn of(refusal: &Refusal) -> Self {
        Self { refused: KeptNotice { code: refusal.code.to_owned(), blocks: false, ja: refusal.ja.clone(), en: refusal.en.clone() } }
    }

    /// Its text, as it is kept and hashed.
    ///
    /// # Errors
    /// None that is known of.
    pub fn json(&self) -> Result<String, Refusal> {
        serde_json::to_string_pretty(self).map_err(|error| {
            Refusal::new("report", format!("報告を書き出せません: {error}"), format!("the report cannot be written: {error}"))
        })
    }

    /// Reads what [`NoRun::json`] wrote; none of a report.
    #[must_use]
    pub fn read(json: &str) -> Option<Self> {
        serde_json::from_str(json).ok()
    }
}
