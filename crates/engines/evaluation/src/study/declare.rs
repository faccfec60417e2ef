//! A study as it is declared before its outcomes exist: what is asked, of which call, by which design, and what will be admitted.

use serde::{Deserialize, Serialize};

use crate::{Frame, Refusal, balancing, difference, discontinuity};

/// A study, declared. Whoever has the same text and the same panel gets the same bytes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Declaration {
    /// What the study is called.
    pub title: String,
    /// What it asks, in a sentence.
    pub question: String,
    /// The call it is about.
    #[serde(default)]
    pub call: Option<String>,
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
    /// The column of what each firm was paid, in the unit of the first outcome.
    #[serde(default)]
    pub cost: Option<String>,
    /// The programme's own targets, shown beside the effects.
    #[serde(default)]
    pub targets: Vec<Target>,
    /// Codes of warnings whose number is to be shown all the same.
    #[serde(default)]
    pub acknowledged: Vec<String>,
    /// Groups of fewer firms are not shown.
    #[serde(default = "least_cell")]
    pub least_cell: usize,
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
    /// The column of workers: the outcome is looked at per worker too.
    #[serde(default)]
    pub workers: Option<String>,
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
}

/// The design: a method and its settings, which are the method's own specification without the outcome.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Design {
    /// Which.
    pub method: Method,
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
    Difference(Box<difference::Spec>),
    Balancing(Box<balancing::Spec>),
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
        match self.method {
            Method::Discontinuity => serde_json::from_value(settings).map(|s| Ready::Discontinuity(Box::new(s))),
            Method::Difference => serde_json::from_value(settings).map(|s| Ready::Difference(Box::new(s))),
            Method::Balancing => serde_json::from_value(settings).map(|s| Ready::Balancing(Box::new(s))),
        }
        .map_err(|error| {
            Refusal::new(
                "settings",
                format!("design.settings に誤りがあります: {error}"),
                format!("design.settings cannot be read: {error}"),
            )
        })
    }
}

impl Declaration {
    /// The text that is hashed and kept: the fields in their order, settings by name, no spaces.
    ///
    /// # Errors
    /// A number that JSON cannot hold.
    pub fn canonical(&self) -> Result<String, Refusal> {
        serde_json::to_string(self).map_err(|error| {
            Refusal::new("declaration", format!("宣言を書き出せません: {error}"), format!("the declaration cannot be written: {error}"))
        })
    }

    /// Checks the declaration by itself and, when there is a panel already, its columns.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn check(&self, panel: Option<&Frame>) -> Result<(), Refusal> {
        let wrong = |code, ja: &str, en: &str| Err(Refusal::new(code, ja, en));
        if self.title.trim().is_empty() || self.question.trim().is_empty() {
            return wrong("untitled", "title と question を書いてください。", "give the study a title and a question");
        }
        if self.outcomes.is_empty() {
            return wrong("no-outcomes", "outcomes を1つ以上書いてください。", "list at least one outcome");
        }
        if self.least_cell < 3 {
            return wrong(
                "least-cell",
                "least-cell は3以上にしてください（少数の企業が特定されます）。",
                "least-cell is at least 3, or single firms could be told",
            );
        }
        if self.targets.iter().any(|t| !t.least.is_finite() || t.share.is_some_and(|s| !(0.0..=1.0).contains(&s))) {
            return wrong("target", "targets の share は0から1の割合にしてください。", "the share of a target lies between 0 and 1");
        }
        for outcome in &self.outcomes {
            self.design.ready(&outcome.column)?;
        }
        let Some(panel) = panel else { return Ok(()) };
        let workers = self.outcomes.iter().filter_map(|o| o.workers.as_deref());
        let numbers = self.outcomes.iter().map(|o| o.column.as_str()).chain(workers).chain(self.cost.as_deref());
        for name in numbers.chain(self.targets.iter().map(|t| t.column.as_str())) {
            panel.numbers(name)?;
        }
        for name in &self.before {
            panel.numbers(name)?;
        }
        self.groups.iter().try_for_each(|name| panel.column(name).map(|_| ()))
    }
}
