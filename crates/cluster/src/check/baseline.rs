//! An earlier answer, whose findings are known.

use super::answer::Finding;
use super::paths::{Moved, plain};
use crate::request::{Document, Refusal};
use serde::Deserialize;
use serde::de::IgnoredAny;
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

/// How often a finding was there: by what it says, then by its file; never by its line.
#[derive(Debug, Default)]
pub(super) struct Baseline {
    known: HashMap<Key, HashMap<String, usize>>,
    /// How many more of a rule were counted and not listed.
    unlisted: HashMap<String, usize>,
    moved: Option<Moved>,
}

/// Rule, object and message.
type Key = (String, String, String);

#[derive(Deserialize)]
struct Earlier<'t> {
    #[serde(borrow)]
    findings: Vec<Known<'t>>,
    #[serde(borrow, default)]
    unlisted: Vec<Counted<'t>>,
    #[serde(rename = "summary")]
    _summary: IgnoredAny,
    #[serde(rename = "notApplicable")]
    _not_applicable: IgnoredAny,
}

#[derive(Deserialize)]
struct Counted<'t> {
    #[serde(borrow)]
    rule: Cow<'t, str>,
    count: usize,
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
        let mut known = Self::default();
        for it in earlier.findings {
            let files = known.known.entry(key(&it.rule, &it.object, &it.message)).or_default();
            *files.entry(plain(&it.file)).or_default() += 1;
        }
        known.unlisted = earlier.unlisted.into_iter().map(|it| (it.rule.into_owned(), it.count)).collect();
        Ok(known)
    }

    /// Takes out what is known, each as often as it was there, and counts it. What cannot be read is never known.
    /// May be asked again with other findings: the first ones tell how paths moved.
    pub(super) fn apply(&mut self, findings: &mut Vec<Finding>) -> usize {
        let before = findings.len();
        let moved = self.moved.take().unwrap_or_else(|| self.moved(findings));
        findings.retain(|it| {
            let files = self.known.get_mut(&key(&it.rule, &it.object, &it.message));
            let left = files.and_then(|files| files.get_mut(&moved.back(&plain(&it.file))));
            match left {
                Some(left) if *left > 0 && it.rule != "PARSE" => {
                    *left -= 1;
                    false
                }
                // Which they were is not known; that there are no more is.
                _ => match self.unlisted.get_mut(&it.rule) {
                    Some(left) if *left > 0 && it.rule != "PARSE" => {
                        *left -= 1;
                        false
                    }
                    _ => true,
                },
            }
        });
        if before > 0 {
            self.moved = Some(moved);
        }
        before - findings.len()
    }

    /// How the paths of then are spelled now: the answer may be from another directory or another machine.
    fn moved(&self, findings: &[Finding]) -> Moved {
        /// Pairs of paths that are compared: as many tell as much as all.
        const MOST: usize = 100_000;
        let then: HashSet<&String> = self.known.values().flat_map(HashMap::keys).collect();
        if findings.iter().any(|it| then.contains(&plain(&it.file))) {
            return Moved::default();
        }
        let pairs = findings.iter().flat_map(|it| {
            let files = self.known.get(&key(&it.rule, &it.object, &it.message));
            let mut files: Vec<&String> = files.into_iter().flat_map(HashMap::keys).collect();
            files.sort_unstable();
            files.into_iter().map(|then| (then.clone(), plain(&it.file)))
        });
        Moved::most_likely(pairs.take(MOST))
    }
}

fn key(rule: &str, object: &str, message: &str) -> Key {
    (rule.to_owned(), object.to_owned(), without_lines(message).into_owned())
}

/// How a message goes on to the line of a script that is encoded.
pub(super) const OF_SCRIPT: &str = " (line ";

/// A message without the lines, the columns and the folders of the places that it names.
pub(crate) fn without_lines(message: &str) -> Cow<'_, str> {
    let message = match message.rsplit_once(OF_SCRIPT) {
        Some((before, rest))
            if rest.trim_start_matches(|c: char| c.is_ascii_digit()) == " of the script)" =>
        {
            before
        }
        _ => message,
    };
    let mut out = String::new();
    let mut kept = 0;
    let mut from = 0;
    while let Some(at) = message.get(from..).and_then(|rest| rest.find(':')).map(|at| from + at) {
        let end = number(message, at).and_then(|end| number(message, end));
        if let Some(end) = end {
            let before = message.get(kept..at).unwrap_or_default();
            let word = before.rfind([' ', '"', '(', '\'', '`']).map_or(0, |at| at + 1);
            let name = before.rfind(['/', '\\']).map_or(0, |at| at + 1).max(word);
            out.push_str(before.get(..word).unwrap_or_default());
            out.push_str(before.get(name..).unwrap_or_default());
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
        assert_eq!(without_lines("x in ./a/b.yaml:12:3, C:\\k\\c.yaml:1:1 (y)"), "x in b.yaml, c.yaml (y)");
        assert_eq!(without_lines("x (line 12 of the script)"), "x");
        assert_eq!(without_lines("x (line y)"), "x (line y)");
    }
}
