//! A study as it is declared before its outcomes exist: what is asked, of which call, by which design, and what will be admitted.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::key;
use super::words::Sentence;
use crate::{Refusal, balancing, difference, discontinuity};

/// A study, declared. Whoever has the same text and the same panel gets the same bytes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Declaration {
    /// What the study is called.
    pub title: String,
    /// The same in English, where it is to be read so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title_en: Option<String>,
    /// Whether the firms are made up: every text and figure of the report says so. Left out of the text where they are not.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub synthetic: bool,
    /// What it asks, in a sentence.
    pub question: String,
    /// The same in English.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question_en: Option<String>,
    /// The call it is about.
    #[serde(default)]
    pub call: Option<String>,
    /// Other calls of the programme that are pooled with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub with: Vec<String>,
    /// How many years after the decision outcomes are looked at.
    #[serde(default)]
    pub horizon: Option<u32>,
    /// What is looked at.
    pub outcomes: Vec<Outcome>,
    /// How effect is told from chance and selection.
    pub design: Design,
    /// Columns fixed before the decision: a sound design shows no effect on them.
    #[serde(default)]
    pub before: Vec<String>,
    /// Columns of groups declared beforehand; each is looked at on its own, with control for looking often.
    #[serde(default)]
    pub groups: Vec<String>,
    /// The column of rounds, for a call that is pooled with others of its programme: the score is then the distance to each round's own cut-off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rounds: Option<String>,
    /// The column of neighbourhoods (region, industry) within which an effect may spill over to those without a grant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub neighbourhood: Option<String>,
    /// The column of what each firm was paid, in the unit of the first outcome.
    #[serde(default)]
    pub cost: Option<String>,
    /// The programme's own targets, shown beside the effects.
    #[serde(default)]
    pub targets: Vec<Target>,
    /// The column of the fiscal year up to which the panel knows: a target that is due later is not said to be missed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<String>,
    /// The column of how many cases were left out of the panel because their grant is not decided yet, the same in each row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open: Option<String>,
    /// Codes of warnings whose number is to be shown all the same.
    #[serde(default)]
    pub acknowledged: Vec<String>,
    /// Groups of fewer firms are not shown.
    #[serde(default = "least_cell")]
    pub least_cell: usize,
    /// What columns and values of groups are called, where that is not their own name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub words: BTreeMap<String, Word>,
}

/// A name in both languages; the name itself where one is left out.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Word {
    /// In Japanese.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ja: Option<String>,
    /// In English.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub en: Option<String>,
}

const fn least_cell() -> usize {
    10
}

/// One outcome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Outcome {
    /// Its column.
    pub column: String,
    /// What it is called in Japanese.
    pub ja: String,
    /// What it is called in English.
    pub en: String,
    /// Its unit, as printed.
    pub unit: String,
    /// The same in English.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit_en: Option<String>,
    /// The column of workers: the outcome is looked at per worker too.
    #[serde(default)]
    pub workers: Option<String>,
    /// The figures it is made of, as firms reported them: they are screened for slips.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reported: Option<Reported>,
}

/// The figures behind a rise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Reported {
    /// The column of the figure at the horizon.
    pub after: String,
    /// The column of the figure before the decision, which it is held against.
    pub before: String,
}

impl Outcome {
    /// Its unit in a language.
    #[must_use]
    pub fn unit_in(&self, english: bool) -> &str {
        match &self.unit_en {
            Some(unit) if english => unit,
            Some(_) | None => super::words::unit_in(&self.unit, english),
        }
    }
}

/// A target of the programme: how many of the firms that were treated reach it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Target {
    /// Its column.
    pub column: String,
    /// What it is called in Japanese.
    pub ja: String,
    /// What it is called in English.
    pub en: String,
    /// A firm reaches it with this or more.
    pub least: f64,
    /// The share of firms that the programme wants to reach it, if it says one.
    #[serde(default)]
    pub share: Option<f64>,
    /// The column of what firms expected of themselves: told apart from what was reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// The first fiscal year in which it can be reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<i32>,
    /// The column of the same, where it differs between rounds: each firm counts from its own round's year on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_column: Option<String>,
}

/// The design: a method and its settings, which are the method's own specification without the outcome.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Design {
    /// Which.
    pub method: Method,
    /// Which period since the start the headline of a difference is about, 0 the first; without it the mean of all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event_time: Option<u32>,
    /// Its settings.
    #[serde(default)]
    pub settings: serde_json::Map<String, serde_json::Value>,
}

/// The methods a study can be declared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// Firms just above and just below the cut-off of a review.
    Discontinuity,
    /// Changes of firms that start at different times against those that do not (yet).
    Difference,
    /// Firms made alike in what is known of them.
    Balancing,
}

/// A design with its outcome, ready to be estimated.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Ready {
    Discontinuity(Box<discontinuity::Spec>),
    /// With the period since the start that is asked for.
    Difference(Box<difference::Spec>, Option<u32>),
    Balancing(Box<balancing::Spec>),
}

impl Method {
    /// The codes of the grave warnings that a study of this method can acknowledge.
    #[must_use]
    pub const fn codes(self) -> &'static [&'static str] {
        match self {
            Self::Discontinuity => &["manipulated-score", "unbalanced", "few-rows", "few-points", "weak-first-stage", "few-clusters"],
            Self::Difference => &["pre-trend", "few-clusters", "tiny-cohort", "holes", "wide-band"],
            Self::Balancing => &["no-overlap"],
        }
    }
}

impl Design {
    /// The specification for an outcome.
    pub(super) fn ready(&self, outcome: &str) -> Result<Ready, Refusal> {
        let mut settings = self.settings.clone();
        if settings.contains_key("outcome") {
            return Err(Refusal::new(
                "outcome-in-design",
                "design.settings に outcome は書けません。outcomes に書いてください。",
                "design.settings does not name the outcome; list it under outcomes",
            ));
        }
        settings.insert("outcome".to_owned(), outcome.into());
        let settings = serde_json::Value::Object(settings);
        let read = |settings| match self.method {
            Method::Discontinuity => serde_json::from_value(settings).map(|s| Ready::Discontinuity(Box::new(s))),
            Method::Difference => serde_json::from_value(settings).map(|s| Ready::Difference(Box::new(s), self.event_time)),
            Method::Balancing => serde_json::from_value(settings).map(|s| Ready::Balancing(Box::new(s))),
        };
        read(settings.clone()).map_err(|error| {
            let key = key::wrong(&settings, &read);
            let place = if key.is_empty() { "design.settings".to_owned() } else { format!("design.settings.{key}") };
            Refusal::new("settings", format!("{place} に誤りがあります: {error}"), format!("{place} cannot be read: {error}"))
        })
    }

    /// Every text in the settings: the columns that they name, and words of choice.
    pub(super) fn texts(&self) -> Vec<&str> {
        fn of<'a>(value: &'a serde_json::Value, out: &mut Vec<&'a str>) {
            match value {
                serde_json::Value::String(text) => out.push(text),
                serde_json::Value::Array(items) => items.iter().for_each(|i| of(i, out)),
                serde_json::Value::Object(fields) => fields.values().for_each(|f| of(f, out)),
                serde_json::Value::Null | serde_json::Value::Bool(_) | serde_json::Value::Number(_) => {}
            }
        }
        let mut out = Vec::new();
        self.settings.values().for_each(|v| of(v, &mut out));
        out
    }
}

impl Declaration {
    /// What the study is called, in both languages.
    #[must_use]
    pub fn titles(&self) -> Sentence {
        Sentence::new(self.title.clone(), self.title_en.clone().unwrap_or_else(|| self.title.clone()))
    }

    /// What it asks, in both languages.
    #[must_use]
    pub fn questions(&self) -> Sentence {
        Sentence::new(self.question.clone(), self.question_en.clone().unwrap_or_else(|| self.question.clone()))
    }

    /// What a column or a value of a group is called.
    #[must_use]
    pub fn word(&self, name: &str) -> Sentence {
        let word = self.words.get(name).cloned().unwrap_or_default();
        Sentence::new(word.ja.unwrap_or_else(|| name.to_owned()), word.en.unwrap_or_else(|| name.to_owned()))
    }

    /// Reads a declaration that came as JSON or TOML.
    ///
    /// # Errors
    /// What cannot be read, with the key that it stands under.
    pub fn of(value: &serde_json::Value) -> Result<Self, Refusal> {
        let read = |value| serde_json::from_value::<Self>(value);
        read(value.clone()).map_err(|error| {
            let key = key::wrong(value, &read);
            let (ja, en) = if key.is_empty() { (String::new(), String::new()) } else { (format!("「{key}」: "), format!("`{key}`: ")) };
            Refusal::new("declaration", format!("宣言の{ja}{error}"), format!("the declaration, {en}{error}"))
        })
    }

    /// The text that is hashed and kept: the fields in their order, settings by name, no spaces.
    ///
    /// # Errors
    /// A number that JSON cannot hold.
    pub fn canonical(&self) -> Result<String, Refusal> {
        serde_json::to_string(self).map_err(|error| {
            Refusal::new("declaration", format!("宣言を書き出せません: {error}"), format!("the declaration cannot be written: {error}"))
        })
    }
}
