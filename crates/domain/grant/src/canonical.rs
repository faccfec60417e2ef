//! One JSON text for one value: compact, keys in order. Digests and the ledger's payloads are taken over this text, so it
//! must not hang on the order in which a struct or a library happens to write its keys.

use serde::Serialize;
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
    write(&serde_json::to_value(value)?, &mut out)?;
    Ok(out)
}

fn write(value: &Value, out: &mut String) -> Result<(), CanonicalError> {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => out.push_str(&serde_json::to_string(value)?),
        Value::Array(items) => {
            for (i, item) in items.iter().enumerate() {
                out.push(if i == 0 { '[' } else { ',' });
                write(item, out)?;
            }
            out.push_str(if items.is_empty() { "[]" } else { "]" });
        }
        Value::Object(fields) => {
            let mut sorted: Vec<_> = fields.iter().collect();
            sorted.sort_by(|a, b| a.0.cmp(b.0));
            for (i, (key, field)) in sorted.iter().enumerate() {
                out.push(if i == 0 { '{' } else { ',' });
                out.push_str(&serde_json::to_string(key)?);
                out.push(':');
                write(field, out)?;
            }
            out.push_str(if fields.is_empty() { "{}" } else { "}" });
        }
    }
    Ok(())
}
