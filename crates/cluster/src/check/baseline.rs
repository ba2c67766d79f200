//! An earlier answer, whose findings are known.

use super::answer::Finding;
use super::ignore::plain;
use crate::request::{Document, Refusal};
use serde::Deserialize;
use serde::de::IgnoredAny;
use std::borrow::Cow;
use std::collections::HashMap;

/// How often a finding was there: by rule, file, object and message, never by its line.
#[derive(Debug, Default)]
pub(super) struct Baseline(HashMap<(String, String, String, String), usize>);

#[derive(Deserialize)]
struct Earlier<'t> {
    #[serde(borrow)]
    findings: Vec<Known<'t>>,
    #[serde(rename = "summary")]
    _summary: IgnoredAny,
    #[serde(rename = "notApplicable")]
    _not_applicable: IgnoredAny,
}

#[derive(Deserialize)]
struct Known<'t> {
    #[serde(borrow)]
    rule: Cow<'t, str>,
    #[serde(borrow)]
    file: Cow<'t, str>,
    #[serde(borrow)]
    object: Cow<'t, str>,
    #[serde(borrow)]
    message: Cow<'t, str>,
}

impl Baseline {
    /// Reads an answer of `check`.
    ///
    /// # Errors
    /// - Code `BASELINE` for anything else.
    pub(super) fn read(document: &Document) -> Result<Self, Refusal> {
        let text = document.text.trim_start_matches('\u{feff}');
        let earlier: Earlier<'_> = serde_json::from_str(text).map_err(|error| {
            let why = if error.is_eof() {
                "ends too early, so it is not whole".to_owned()
            } else {
                crate::request::shortened_inside(&error.to_string())
            };
            let message = format!(
                "{}: is no answer of winpod check: {why}. Write one with winpod check --format json",
                document.name
            );
            Refusal::new("BASELINE", message)
        })?;
        let mut known = HashMap::with_capacity(earlier.findings.len());
        for it in earlier.findings {
            *known.entry(key(&it.rule, &it.file, &it.object, &it.message)).or_default() += 1;
        }
        Ok(Self(known))
    }

    /// Takes out what is known, each as often as it was there, and counts it. What cannot be read is never known.
    pub(super) fn apply(mut self, findings: &mut Vec<Finding>) -> usize {
        let before = findings.len();
        findings.retain(|it| {
            let left = self.0.get_mut(&key(&it.rule, &it.file, &it.object, &it.message));
            match left {
                Some(left) if *left > 0 && it.rule != "PARSE" => {
                    *left -= 1;
                    false
                }
                _ => true,
            }
        });
        before - findings.len()
    }
}

fn key(rule: &str, file: &str, object: &str, message: &str) -> (String, String, String, String) {
    (rule.to_owned(), plain(file), object.to_owned(), without_lines(message).into_owned())
}

/// A message without the lines and columns of the places that it names.
pub(crate) fn without_lines(message: &str) -> Cow<'_, str> {
    let mut out = String::new();
    let mut kept = 0;
    let mut from = 0;
    while let Some(at) = message.get(from..).and_then(|rest| rest.find(':')).map(|at| from + at) {
        let end = number(message, at).and_then(|end| number(message, end));
        if let Some(end) = end {
            out.push_str(message.get(kept..at).unwrap_or_default());
            kept = end;
        }
        from = end.unwrap_or(at + 1);
    }
    if kept == 0 {
        return Cow::Borrowed(message);
    }
    out.push_str(message.get(kept..).unwrap_or_default());
    Cow::Owned(out)
}

/// The end of a colon with digits behind it.
fn number(text: &str, at: usize) -> Option<usize> {
    let digits = text.get(at..)?.strip_prefix(':')?;
    let count = digits.bytes().take_while(u8::is_ascii_digit).count();
    (count > 0).then_some(at + 1 + count)
}

#[cfg(test)]
mod tests {
    use super::without_lines;

    #[test]
    fn places_lose_their_lines() {
        assert_eq!(without_lines("x in a.yaml:12:3, b.yaml:1:1"), "x in a.yaml, b.yaml");
        assert_eq!(without_lines("10:30 and ::1 of :1:x:"), "10:30 and ::1 of :1:x:");
        assert_eq!(without_lines(":1:2"), "");
        assert_eq!(without_lines("é:1:2é"), "éé");
    }
}
