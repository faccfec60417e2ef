//! Options that are one word of a list: read by the estimator's own names, so that command line, specification and answer agree.

use serde::de::DeserializeOwned;

/// Reads one of an estimator's words, for example `not-yet-treated`.
pub(super) fn word<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    serde_json::from_value(serde_json::Value::String(text.to_owned())).map_err(|error| error.to_string())
}
