//! What winpod tells beside its numbers: one sentence of `data/texts.toml`, its values, place and sources.

use crate::model::Place;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use winpod::source::SourceId;

/// The sentences, generated from `data/texts.toml`.
pub(crate) mod text {
    use super::{NoteKind, Text};
    use winpod::source::SourceId;

    include!(concat!(env!("OUT_DIR"), "/texts.rs"));
}

/// What a note is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum NoteKind {
    /// Something that does not work, or not as it seems.
    Warning,
    /// Something that the files do not tell and the answer therefore leaves open.
    Unknown,
    /// Something that the answer takes for granted.
    Assumption,
    /// Something worth knowing.
    Info,
}

/// A sentence with placeholders such as `{group}`.
#[derive(Debug)]
pub(crate) struct Text {
    pub(crate) key: &'static str,
    pub(crate) kind: NoteKind,
    pub(crate) sentence: &'static str,
    pub(crate) sources: &'static [SourceId],
}

/// A place in a file, as answers give it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Location {
    /// The file as the user named it.
    pub file: String,
    /// Line from 1; 0 if only the file is known.
    pub line: u32,
    /// Column from 1, in characters; 0 if only the file is known.
    pub column: u32,
}

impl From<&Place> for Location {
    fn from(place: &Place) -> Self {
        Self { file: place.file.to_string(), line: place.line, column: place.column }
    }
}

impl std::fmt::Display for Location {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.line == 0 {
            f.write_str(&self.file)
        } else {
            write!(f, "{}:{}:{}", self.file, self.line, self.column)
        }
    }
}

/// Documents of one kind that is not read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct UnknownKind {
    /// What they call themselves.
    pub kind: String,
    /// How many there are.
    pub count: usize,
    /// The first of them.
    pub first: Location,
}

/// One thing to tell, with where it stands and on what it rests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Note {
    /// The stable name of the sentence.
    pub code: String,
    /// What it is for.
    pub kind: NoteKind,
    /// The sentence, values filled in.
    pub message: String,
    /// Where it stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
    /// The facts it rests on, as keys of the list of sources.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<String>,
}

impl Note {
    pub(crate) fn new(text: &Text, values: &[(&str, &dyn std::fmt::Display)]) -> Self {
        Self {
            code: text.key.to_owned(),
            kind: text.kind,
            message: fill(text.sentence, values),
            location: None,
            sources: text.sources.iter().map(|source| source.key().to_owned()).collect(),
        }
    }

    pub(crate) fn at(mut self, place: &Place) -> Self {
        self.location = Some(place.into());
        self
    }
}

/// Puts values in place of `{name}`; what a value contains is never taken for a placeholder.
pub(crate) fn fill(text: &str, values: &[(&str, &dyn std::fmt::Display)]) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(text.len() + 32);
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let (name, tail) = after.split_once('}').unwrap_or((after, ""));
        match values.iter().find(|(key, _)| *key == name) {
            Some((_, value)) => _ = write!(out, "{value}"),
            None => {
                debug_assert!(false, "no value for {{{name}}} in {text:?}");
                _ = write!(out, "{{{name}}}");
            }
        }
        rest = tail;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::fill;

    #[test]
    fn values_are_not_templates() {
        assert_eq!(fill("{a} and {b}", &[("a", &"{b}"), ("b", &2)]), "{b} and 2");
    }
}
