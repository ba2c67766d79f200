//! Reasons, from the sentences of `data/texts.toml` and from what `plan` tells.

use super::answer::CniReason;
use crate::model::Place;
use crate::note::{Note, Text};
use std::fmt::Display;
use winpod::source::SourceId;

pub(super) fn reason(text: &Text, values: &[(&str, &dyn Display)]) -> CniReason {
    Note::new(text, values).into()
}

impl CniReason {
    pub(super) fn at(mut self, place: Option<&Place>) -> Self {
        self.location = place.map(Into::into);
        self
    }
}

impl From<Note> for CniReason {
    fn from(note: Note) -> Self {
        let grades = note.sources.iter().filter_map(|key| Some(SourceId::from_key(key)?.grade()));
        Self {
            code: note.code,
            kind: note.kind,
            message: note.message,
            grade: grades.max().map(|grade| grade.name().to_owned()),
            location: note.location,
            sources: note.sources,
        }
    }
}

/// Names in a sentence: a few, the rest counted.
pub(crate) fn some<T: Display>(names: impl Iterator<Item = T>) -> String {
    const SHOWN: usize = 4;
    let names: Vec<String> = names.map(|name| name.to_string()).collect();
    let rest = names.len().saturating_sub(SHOWN);
    let shown = names[..names.len() - rest].join(", ");
    if rest > 0 { format!("{shown} and {rest} more") } else { shown }
}
