//! The facts that answers rest on, with their grades and where they are from.

use crate::request::Refusal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use winpod::source::SourceId;

/// Which facts to list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[expect(clippy::exhaustive_structs, reason = "callers build it")]
pub struct SourcesRequest {
    /// Keys of facts; all facts if empty.
    pub ids: Vec<String>,
}

/// A fact about the world.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Source {
    /// Its key.
    pub id: String,
    /// `documented`, `code`, `reported`, `inferred` or `unverified`.
    pub grade: String,
    /// The fact.
    pub text: String,
    /// Where it is from.
    pub citation: String,
    /// The state of the world it was read from, as `YYYY-MM-DD` or `YYYY-MM`.
    pub date: String,
}

impl From<SourceId> for Source {
    fn from(fact: SourceId) -> Self {
        Self {
            id: fact.key().to_owned(),
            grade: fact.grade().name().to_owned(),
            text: fact.text().to_owned(),
            citation: fact.citation().to_owned(),
            date: fact.date().to_owned(),
        }
    }
}

/// Lists facts.
///
/// # Errors
/// - Code `UNKNOWN_SOURCE` for a key that no fact has.
pub fn sources(request: &SourcesRequest) -> Result<Vec<Source>, Refusal> {
    let wanted: Vec<SourceId> = if request.ids.is_empty() {
        SourceId::all().collect()
    } else {
        let find = |id: &String| {
            let unknown = || {
                let meant = crate::request::nearest(id, SourceId::all().map(SourceId::key));
                let meant = meant.map(|meant| format!(". Did you mean {meant}?")).unwrap_or_default();
                let shown = crate::read::shortened(id);
                Refusal::new("UNKNOWN_SOURCE", format!("{shown:?} is the key of no fact{meant}"))
            };
            SourceId::from_key(id).ok_or_else(unknown)
        };
        request.ids.iter().map(find).collect::<Result<_, _>>()?
    };
    Ok(wanted.into_iter().map(Source::from).collect())
}
