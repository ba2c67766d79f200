//! What is wrong with an input: where, what was found, what is allowed, what to do.

use crate::model::Place;
use crate::note::Location;
use crate::read::ReadError;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;

/// One thing that is wrong with an input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Problem {
    /// The stable name of what is wrong.
    pub code: String,
    /// What was found, what is allowed and what to do.
    pub message: String,
    /// The file, with line and column where they are known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
}

impl Problem {
    pub(crate) fn new(code: &str, message: impl Into<String>, place: &Place) -> Self {
        Self { code: code.to_owned(), message: message.into(), location: Some(place.into()) }
    }

    pub(crate) fn without_place(code: &str, message: impl Into<String>) -> Self {
        Self { code: code.to_owned(), message: message.into(), location: None }
    }

    pub(crate) fn unread(file: &Arc<str>, error: &ReadError) -> Self {
        let at = error.position();
        let place = Place::new(file, at.line, at.column);
        Self::new(error.code(), error.to_string(), &place)
    }

    pub(crate) fn unreadable(file: &Arc<str>, error: &std::io::Error) -> Self {
        let place = Place::file(file);
        Self::new("UNREADABLE", format!("cannot be read: {error}"), &place)
    }

    pub(crate) fn two_clusters(first: &str, first_place: &Place, second: &str, second_place: &Place) -> Self {
        let message = format!(
            "speaks of cluster {second:?}, while {first_place} speaks of {first:?}: give the files of one cluster"
        );
        Self::new("TWO_CLUSTERS", message, second_place)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.location {
            Some(location) => write!(f, "{location}: {} [{}]", self.message, self.code),
            None => write!(f, "{} [{}]", self.message, self.code),
        }
    }
}
