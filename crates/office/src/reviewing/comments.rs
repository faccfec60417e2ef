//! A reviewer's comments as one canonical JSON text: what the digest of a handed-in sheet is taken over. It is kept beside the acts,
//! where it can be erased by right.
//!
//! ```json
//! {"comments":{"novelty":"…"},"format":1,"overall":"…"}
//! ```

use std::collections::BTreeMap;

use banso_grant::{CanonicalError, canonical_json};
use serde::{Deserialize, Serialize};

const FORMAT: u32 = 1;

const fn format() -> u32 {
    FORMAT
}

/// What a reviewer wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReviewComments {
    #[serde(default = "format")]
    pub format: u32,
    /// Criterion id and comment; none is blank.
    #[serde(default)]
    pub comments: BTreeMap<String, String>,
    /// About the application as a whole.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub overall: String,
}

impl ReviewComments {
    /// Comments without blanks around them and without blank ones.
    #[must_use]
    pub fn new(comments: impl IntoIterator<Item = (String, String)>, overall: &str) -> Self {
        let trimmed = comments.into_iter().map(|(id, text)| (id, text.trim().to_owned()));
        ReviewComments { format: FORMAT, comments: trimmed.filter(|(_, t)| !t.is_empty()).collect(), overall: overall.trim().to_owned() }
    }

    /// The text to keep.
    ///
    /// # Errors
    /// Only what JSON cannot express, which no comments contain.
    pub fn canonical(&self) -> Result<String, CanonicalError> {
        canonical_json(self)
    }

    /// Reads a kept text.
    ///
    /// # Errors
    /// Not the JSON of comments.
    pub fn read(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_comments_are_the_same_text() {
        let one = ReviewComments::new([("b".into(), " よい ".into()), ("a".into(), "  ".into())], "");
        let text = one.canonical().unwrap();
        assert_eq!(text, r#"{"comments":{"b":"よい"},"format":1}"#);
        assert_eq!(ReviewComments::read(&text).unwrap(), one);
        assert_eq!(ReviewComments::read("{}").unwrap(), ReviewComments::new([], ""), "no comments at all");
    }
}
