//! What an estimator says besides numbers: refusals, and warnings that may block the headline.

use serde::Serialize;

/// Why there is no result, where it went wrong and what to do about it; Japanese with English beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{ja} / {en}")]
pub struct Refusal {
    /// A stable word for programs, for example `missing-column`.
    pub code: &'static str,
    /// What is wrong and what to do, in Japanese.
    pub ja: String,
    /// The same in English.
    pub en: String,
}

impl Refusal {
    /// A refusal with both its texts.
    pub fn new(code: &'static str, ja: impl Into<String>, en: impl Into<String>) -> Self {
        Self { code, ja: ja.into(), en: en.into() }
    }
}

/// A p-value in a sentence: `p = 0.0312`, and never nought.
pub(crate) fn chance(p: f64) -> String {
    if p < 0.0001 { "p < 0.0001".to_owned() } else { format!("p = {p:.4}") }
}

/// What makes a result doubtful.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Warning {
    /// A stable word for programs and for acknowledging it in a declared study, for example `few-clusters`.
    pub code: &'static str,
    /// Whether the headline is held back until a declared study acknowledges this.
    pub blocks: bool,
    /// What is doubtful and what to do, in Japanese.
    pub ja: String,
    /// The same in English.
    pub en: String,
}

impl Warning {
    /// Something to know beside the number.
    pub fn note(code: &'static str, ja: impl Into<String>, en: impl Into<String>) -> Self {
        Self { code, blocks: false, ja: ja.into(), en: en.into() }
    }

    /// Something that holds the headline back until it is acknowledged.
    pub fn blocking(code: &'static str, ja: impl Into<String>, en: impl Into<String>) -> Self {
        Self { code, blocks: true, ja: ja.into(), en: en.into() }
    }
}
