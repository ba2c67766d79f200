//! What is answered about an error.

use super::evidence::Evidence;
use super::evidence::Likelihood;
use super::object::Object;
use super::table::{Error, result_name};
use super::tally::{Found, OfObject};
use crate::note::Location;
use crate::problem::Problem;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use winpod::source::SourceId;

/// What an error or event means.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Explanation {
    /// The stable name of the error.
    pub id: String,
    /// What happened.
    pub title: String,
    /// How well the meaning is established: `documented`, `code`, `reported`, `inferred` or `unverified`.
    #[schemars(extend("enum" = ["documented", "code", "reported", "inferred", "unverified"]))]
    pub grade: String,
    /// How often the inputs have it; an event counts as often as Kubernetes says that it happened.
    pub count: u64,
    /// The earliest time: `2026-11-22T10:00:00Z`, without `Z` if the log tells no zone, `11-22T10:00:00` if it tells no
    /// year.
    pub first_time: Option<String>,
    /// The latest time, as `first_time`.
    pub last_time: Option<String>,
    /// The Kubernetes objects that it is about, the most frequent first, as far as the inputs name them. Of all errors
    /// together at most 1,000 are listed.
    pub objects: Vec<AffectedObject>,
    /// How often it was about objects that are not listed.
    pub other_objects_count: u64,
    /// Where it stands first.
    pub location: Location,
    /// What stands there, shortened.
    pub shown: String,
    /// The results of HCN or Windows that tell it.
    pub results: Vec<ResultCode>,
    /// The causes, the most likely first, given what else the inputs show.
    pub causes: Vec<PossibleCause>,
    /// What to do, in the order of the causes.
    pub remedy: Vec<String>,
    /// What to look at next.
    pub collect: Vec<String>,
    /// Where the meaning is from.
    pub source: String,
    /// The facts it rests on, as keys of the list of sources.
    pub sources: Vec<String>,
    /// What of the inputs could not be read, the same in every explanation.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<Problem>,
}

/// A Kubernetes object that an error is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct AffectedObject {
    /// Its kind in lower case, such as `pod`.
    pub kind: String,
    /// Its namespace, where the inputs tell it.
    pub namespace: Option<String>,
    /// Its name.
    pub name: String,
    /// How often it was about this object.
    pub count: u64,
    /// The earliest time, as in the explanation.
    pub first_time: Option<String>,
    /// The latest time.
    pub last_time: Option<String>,
}

/// A result of HCN or Windows, in its three forms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ResultCode {
    /// Its name, of a result of HCN.
    pub name: Option<String>,
    /// As `0x803b0013`.
    pub hex: String,
    /// The same as a whole number.
    pub decimal: u32,
    /// The same as a signed number.
    pub signed: i32,
}

/// A cause that an error can have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct PossibleCause {
    /// Its place in the order, from 1.
    pub order: u32,
    /// What may have happened.
    pub text: String,
    /// What the inputs say about it.
    pub likelihood: Likelihood,
    /// What in the inputs speaks for it, or against it if it is unlikely.
    pub why: Vec<String>,
    /// What helps against it.
    pub remedy: Option<String>,
    /// How well it is established.
    #[schemars(extend("enum" = ["documented", "code", "reported", "inferred", "unverified"]))]
    pub grade: String,
}

/// The facts behind an explanation or a cause: the first says how well it is established.
fn grade(sources: &[SourceId]) -> String {
    sources.first().map_or("unverified", |fact| fact.grade().name()).to_owned()
}

pub(super) fn explanation(error: &'static Error, found: &Found, evidence: &Evidence) -> Explanation {
    let causes = causes(error, evidence);
    let mut remedy: Vec<String> = Vec::new();
    let general = error.remedy.iter().map(|text| (*text).to_owned());
    for text in causes.iter().filter_map(|cause| cause.remedy.clone()).chain(general) {
        if !remedy.contains(&text) {
            remedy.push(text);
        }
    }
    let mut objects: Vec<_> = found.objects.iter().collect();
    objects.sort_by(|a, b| b.1.count.cmp(&a.1.count).then_with(|| a.0.cmp(b.0)));
    let times = found.span.ends();
    let citations: Vec<&str> = error.sources.iter().map(|fact| fact.citation()).collect();
    Explanation {
        id: error.id.to_owned(),
        title: error.title.to_owned(),
        grade: grade(error.sources),
        count: found.count,
        first_time: times.map(|(first, _)| first.to_string()),
        last_time: times.map(|(_, last)| last.to_string()),
        objects: objects.into_iter().map(|(object, tally)| affected(object, tally)).collect(),
        other_objects_count: found.others,
        location: Location {
            file: found.first.file.to_string(),
            line: found.first.line,
            column: found.column,
        },
        shown: found.shown.clone(),
        results: error.results.iter().map(|code| result(*code)).collect(),
        causes,
        remedy,
        collect: error.collect.iter().map(|text| (*text).to_owned()).collect(),
        source: citations.join("; "),
        sources: error.sources.iter().map(|fact| fact.key().to_owned()).collect(),
        problems: Vec::new(),
    }
}

fn causes(error: &'static Error, evidence: &Evidence) -> Vec<PossibleCause> {
    let weighed = evidence.weigh(error).into_iter().zip(1..);
    let cause = |((cause, likelihood, why), order): (
        (&'static super::table::Cause, Likelihood, Vec<String>),
        u32,
    )| {
        PossibleCause {
            order,
            text: cause.text.to_owned(),
            likelihood,
            why,
            remedy: cause.remedy.map(str::to_owned),
            grade: grade(if cause.sources.is_empty() { error.sources } else { cause.sources }),
        }
    };
    weighed.map(cause).collect()
}

fn affected(object: &Object, tally: &OfObject) -> AffectedObject {
    let times = tally.span.ends();
    AffectedObject {
        kind: object.kind.clone(),
        namespace: object.namespace.clone(),
        name: object.name.clone(),
        count: tally.count,
        first_time: times.map(|(first, _)| first.to_string()),
        last_time: times.map(|(_, last)| last.to_string()),
    }
}

fn result(code: u32) -> ResultCode {
    ResultCode {
        name: result_name(code).map(str::to_owned),
        hex: format!("{code:#010x}"),
        decimal: code,
        signed: code.cast_signed(),
    }
}
