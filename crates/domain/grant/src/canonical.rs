//! One JSON text for one value: compact, keys in order. Digests and the ledger's payloads are taken over this text, so it
//! must not hang on the order in which a struct or a library happens to write its keys.

use banso_kernel::Digest;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// A value that cannot be written as JSON.
#[derive(Debug, thiserror::Error)]
#[error("cannot be written as JSON: {0}")]
pub struct CanonicalError(#[from] serde_json::Error);

/// The canonical JSON text of a value.
///
/// ```
/// use std::collections::HashMap;
/// let text = banso_grant::canonical_json(&HashMap::from([("b", 1), ("a", 2)])).unwrap();
/// assert_eq!(text, r#"{"a":2,"b":1}"#);
/// ```
///
/// # Errors
/// A map whose keys are not texts, or a number that JSON does not have.
pub fn canonical_json<T: Serialize>(value: &T) -> Result<String, CanonicalError> {
    let mut out = String::new();
    write(&serde_json::to_value(value)?, &mut out);
    Ok(out)
}

fn write(value: &Value, out: &mut String) {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => out.push_str(&value.to_string()),
        Value::Array(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                out.push_str(if i == 0 { "" } else { "," });
                write(item, out);
            }
            out.push(']');
        }
        Value::Object(fields) => {
            let mut sorted: Vec<_> = fields.iter().collect();
            sorted.sort_by(|a, b| a.0.cmp(b.0));
            out.push('{');
            for (i, (key, field)) in sorted.into_iter().enumerate() {
                out.push_str(if i == 0 { "" } else { "," });
                out.push_str(&Value::String(key.clone()).to_string());
                out.push(':');
                write(field, out);
            }
            out.push('}');
        }
    }
}

/// Something that was written once and does not change: the value, its canonical text, and the digest that acts name it by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed<T> {
    value: T,
    json: String,
    digest: Digest,
}

/// A text that is not what its digest was taken over.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("cannot be read: {0}")]
    Unreadable(#[from] serde_json::Error),
    #[error("cannot be written again: {0}")]
    Unwritable(#[from] CanonicalError),
    #[error("is not in canonical form")]
    NotCanonical,
}

impl<T: Serialize> Sealed<T> {
    /// # Errors
    /// A value that JSON cannot express.
    pub fn seal(value: T) -> Result<Self, CanonicalError> {
        let json = canonical_json(&value)?;
        let digest = Digest::of(json.as_bytes());
        Ok(Sealed { value, json, digest })
    }
}

impl<T: Serialize + DeserializeOwned> Sealed<T> {
    /// Reads what `json` gave.
    ///
    /// # Errors
    /// A text that is no such value, or that says the same in other letters.
    pub fn open(json: &str) -> Result<Self, OpenError> {
        let sealed = Sealed::seal(serde_json::from_str::<T>(json)?)?;
        if sealed.json == json { Ok(sealed) } else { Err(OpenError::NotCanonical) }
    }
}

impl<T> Sealed<T> {
    /// What was sealed.
    #[must_use]
    pub const fn get(&self) -> &T {
        &self.value
    }

    /// The text to keep.
    #[must_use]
    pub fn json(&self) -> &str {
        &self.json
    }

    #[must_use]
    pub const fn digest(&self) -> Digest {
        self.digest
    }
}
