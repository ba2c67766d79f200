//! Which field of a request is not what it should be: serde says what it found and what it expected, not where.

use crate::request::Refusal;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::fmt::Write as _;

/// Values of a request in which the field is looked for; beyond them only what serde says is told.
const MOST: usize = 1000;
/// Characters of a text that are kept: its type does not depend on more.
const KEPT: usize = 64;

/// A copy of a request with short texts; `None` if it has too many values.
pub(crate) fn sketch(request: &Value) -> Option<Value> {
    fn copy(value: &Value, left: &mut usize) -> Option<Value> {
        *left = left.checked_sub(1)?;
        Some(match value {
            Value::String(text) => text.chars().take(KEPT).collect::<String>().into(),
            Value::Array(items) => {
                items.iter().map(|item| copy(item, left)).collect::<Option<Vec<_>>>()?.into()
            }
            Value::Object(fields) => {
                let fields = fields.iter().map(|(key, value)| Some((key.clone(), copy(value, left)?)));
                Value::Object(fields.collect::<Option<_>>()?)
            }
            value => value.clone(),
        })
    }
    copy(request, &mut { MOST })
}

/// The refusal that names the field, what it is and what is allowed; `None` where no single field is at fault.
pub(crate) fn of<T: DeserializeOwned>(request: &Value) -> Option<Refusal> {
    let why = |request: Value| serde_json::from_value::<T>(request).err().map(|error| error.to_string());
    let error = why(request.clone())?;
    // What is worded otherwise is ours and names the field already.
    if !["invalid ", "missing field", "unknown ", "expected "].iter().any(|start| error.starts_with(start)) {
        return None;
    }
    // Without a field that is right another one is missing first.
    let missing = |error: &str| error.starts_with("missing field");
    let mut path: Vec<Step> = Vec::new();
    loop {
        let steps = steps(at(request, &path)?);
        // Without the field at fault the error is another one, or gone.
        let next = steps.into_iter().find(|step| {
            let mut without = request.clone();
            if let Some(around) = at_mut(&mut without, &path) {
                step.remove(around);
            }
            why(without).is_none_or(|other| other != error && !(missing(&error) && missing(&other)))
        });
        let Some(next) = next else { break };
        path.push(next);
    }
    let value = at(request, &path)?;
    if error.starts_with("unknown field") {
        path.pop();
    }
    let name = shown(&path);
    if name.is_empty() {
        return None;
    }
    let expected = error.split_once("expected ").map(|(_, expected)| allowed(expected));
    let message = match expected {
        Some(expected) if !error.starts_with("unknown") && !error.starts_with("invalid length") => {
            format!("{name} is {}: {expected} is allowed", crate::read::shortened(&written(value)))
        }
        _ => format!("{name}: {}", crate::request::shortened_inside(&error)),
    };
    Some(Refusal::new("REQUEST", message))
}

/// One step into a value.
enum Step {
    Key(String),
    Index(usize),
}

impl Step {
    fn remove(&self, around: &mut Value) {
        match (self, around) {
            (Self::Key(key), Value::Object(fields)) => _ = fields.remove(key),
            (Self::Index(index), Value::Array(items)) => _ = items.remove(*index),
            _ => {}
        }
    }
}

fn steps(value: &Value) -> Vec<Step> {
    match value {
        Value::Object(fields) => fields.keys().cloned().map(Step::Key).collect(),
        Value::Array(items) => (0..items.len()).map(Step::Index).collect(),
        _ => Vec::new(),
    }
}

fn at<'v>(value: &'v Value, path: &[Step]) -> Option<&'v Value> {
    path.iter().try_fold(value, |value, step| match step {
        Step::Key(key) => value.get(key),
        Step::Index(index) => value.get(index),
    })
}

fn at_mut<'v>(value: &'v mut Value, path: &[Step]) -> Option<&'v mut Value> {
    path.iter().try_fold(value, |value, step| match step {
        Step::Key(key) => value.get_mut(key),
        Step::Index(index) => value.get_mut(index),
    })
}

fn shown(path: &[Step]) -> String {
    let mut text = String::new();
    for step in path {
        _ = match step {
            Step::Key(key) if text.is_empty() => write!(text, "{}", crate::read::shortened(key)),
            Step::Key(key) => write!(text, ".{}", crate::read::shortened(key)),
            Step::Index(index) => write!(text, "[{index}]"),
        };
    }
    text
}

fn written(value: &Value) -> String {
    match value {
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
        value => value.to_string(),
    }
}

/// What serde expects, in the words of JSON.
fn allowed(expected: &str) -> &str {
    match expected {
        "a sequence" => "a list",
        "a map" => "an object",
        "a boolean" => "true or false",
        "i8" | "i16" | "i32" | "i64" | "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number",
        expected if expected.starts_with("struct ") => "an object",
        expected => expected,
    }
}

#[cfg(test)]
mod tests {
    use super::{of, sketch};
    use crate::check::CheckRequest;
    use serde_json::{Value, json};

    fn message(request: &Value) -> Option<String> {
        of::<CheckRequest>(&sketch(request).unwrap()).map(|refusal| refusal.message)
    }

    #[test]
    fn the_field_and_what_is_allowed_are_named() {
        for (request, expected) in [
            (json!({"date": 5}), "date is 5: a string is allowed"),
            (json!({"paths": "a", "advise": true}), "paths is \"a\": a list is allowed"),
            (json!({"paths": ["a", 1]}), "paths[1] is 1: a string is allowed"),
            (json!({"advise": "yes"}), "advise is \"yes\": true or false is allowed"),
            (json!({"documents": ["a"]}), "documents[0] is \"a\": an object is allowed"),
            (
                json!({"documents": [{"name": [], "text": ""}]}),
                "documents[0].name is a list: a string is allowed",
            ),
            (json!({"documents": [{"name": "a"}]}), "documents[0]: missing field `text`"),
            (
                json!({"documents": [{"name": "a", "text": "", "x": 1}]}),
                "documents[0]: unknown field `x`, expected `name` or `text`",
            ),
            (json!({"config": 5}), "config is 5: a path, or an object with name and text, is allowed"),
        ] {
            assert_eq!(message(&request).as_deref(), Some(expected), "{request}");
        }
        // What serde says names it already.
        assert_eq!(message(&json!({"dat": 5})), None);
        assert_eq!(message(&json!({"date": "x".repeat(100)})), None);
        assert!(sketch(&vec![1; 2000].into()).is_none());
    }
}
