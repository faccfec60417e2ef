//! Which key of a declaration is wrong: readers say what they expected, and not always where.

use serde_json::Value;

/// The path to the one part whose absence changes what a reader says: `outcomes[2].unit`.
pub(super) fn wrong<T>(value: &Value, read: &dyn Fn(Value) -> Result<T, serde_json::Error>) -> String {
    let Err(error) = read(value.clone()) else { return String::new() };
    // A key that is not there has no place; what is said names it.
    if error.to_string().starts_with("missing field") {
        return String::new();
    }
    let mut path = Vec::new();
    let mut here = value.clone();
    while let Some((step, inner)) = culprit(value, &path, &here, read, &error.to_string()) {
        path.push(step);
        here = inner;
    }
    told(&path)
}

/// A step into an object or a list.
#[derive(Clone)]
enum Step {
    Key(String),
    At(usize),
}

fn culprit<T>(
    whole: &Value,
    path: &[Step],
    here: &Value,
    read: &dyn Fn(Value) -> Result<T, serde_json::Error>,
    said: &str,
) -> Option<(Step, Value)> {
    let steps: Vec<(Step, Value)> = match here {
        Value::Object(fields) => fields.iter().map(|(key, inner)| (Step::Key(key.clone()), inner.clone())).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(at, inner)| (Step::At(at), inner.clone())).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => return None,
    };
    let changes = |step: &Step| {
        let mut without = whole.clone();
        remove(&mut without, path, step);
        read(without).map_or_else(|error| error.to_string() != said, |_| true)
    };
    steps.into_iter().find(|(step, _)| changes(step))
}

fn remove(value: &mut Value, path: &[Step], last: &Step) {
    let mut at = value;
    for step in path {
        let next = match step {
            Step::Key(key) => at.get_mut(key.as_str()),
            Step::At(index) => at.get_mut(*index),
        };
        let Some(next) = next else { return };
        at = next;
    }
    match (at, last) {
        (Value::Object(fields), Step::Key(key)) => {
            fields.remove(key);
        }
        (Value::Array(items), Step::At(index)) if *index < items.len() => {
            items.remove(*index);
        }
        (_, Step::Key(_) | Step::At(_)) => {}
    }
}

fn told(path: &[Step]) -> String {
    let mut text = String::new();
    for step in path {
        match step {
            Step::Key(key) if text.is_empty() => text.push_str(key),
            Step::Key(key) => text.push_str(&format!(".{key}")),
            Step::At(index) => text.push_str(&format!("[{}]", index + 1)),
        }
    }
    text
}
