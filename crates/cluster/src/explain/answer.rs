//! What is answered about an error.

use super::evidence::{Likelihood, Weighed};
use super::nodes::{Node, Nodes};
use super::object::Object;
use super::table::{Error, Step, result_name};
use super::tally::{Found, Part, Tally};
use super::time::Span;
use crate::note::Location;
use crate::problem::Problem;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use winpod::source::SourceId;

/// Reasons of one cause that are told, where many nodes have one each.
const MAX_REASONS: usize = 20;

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
    /// The nodes that it is about, as far as the inputs name them. If what they show makes other causes likely on other
    /// nodes, each of these has an explanation of its own.
    pub nodes: Vec<String>,
    /// The Kubernetes objects that it is about, the most frequent first, as far as the inputs name them. Of all errors
    /// together at most 1,000 are listed.
    pub objects: Vec<AffectedObject>,
    /// How often it was about objects that are not listed.
    pub other_objects_count: u64,
    /// Where it stands first.
    pub location: Location,
    /// What stands there, shortened.
    pub shown: String,
    /// Its text is cut off wherever it stands, and was recognised by its beginning: what follows may say more.
    pub cut: bool,
    /// The results of HCN or Windows that tell it.
    pub results: Vec<ResultCode>,
    /// The causes, the most likely first, given what else the inputs show.
    pub causes: Vec<PossibleCause>,
    /// How it comes about, step by step, where that takes arithmetic.
    pub background: Vec<BackgroundStep>,
    /// What to do, in the order of the causes, without those that are refuted.
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
    /// What in the inputs speaks for it; against it if it is unlikely, and what excludes it if it is refuted.
    pub why: Vec<String>,
    /// What helps against it.
    pub remedy: Option<String>,
    /// How well it is established.
    #[schemars(extend("enum" = ["documented", "code", "reported", "inferred", "unverified"]))]
    pub grade: String,
}

/// A step of how an error comes about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct BackgroundStep {
    /// What is so.
    pub text: String,
    /// How well it is established.
    #[schemars(extend("enum" = ["documented", "code", "reported", "inferred", "unverified"]))]
    pub grade: String,
    /// The facts it rests on, as keys of the list of sources.
    pub sources: Vec<String>,
}

/// The facts behind an explanation or a cause: the first says how well it is established.
fn grade(sources: &[SourceId]) -> String {
    sources.first().map_or("unverified", |fact| fact.grade().name()).to_owned()
}

/// What is told of an error: once, or once for all nodes that the inputs weigh its causes alike for.
pub(super) fn explanations(error: &'static Error, found: &Found, tally: &Tally) -> Vec<(bool, Explanation)> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for (node, part) in &found.parts {
        let weighed = tally.evidence.weigh(error, *node, &tally.nodes);
        match groups.iter_mut().find(|group| group.is_like(&weighed)) {
            Some(group) => group.join(*node, part, weighed, &tally.nodes),
            None => groups.push(Group::new(*node, part, weighed, &tally.nodes)),
        }
    }
    groups.sort_by_key(|group| group.first().order);
    groups.iter().map(|group| (error.last, explanation(error, group))).collect()
}

/// Nodes whose causes are weighed alike.
struct Group<'a> {
    parts: Vec<&'a Part>,
    nodes: BTreeSet<&'a str>,
    weighed: Vec<Weighed>,
}

impl<'a> Group<'a> {
    fn new(node: Option<Node>, part: &'a Part, weighed: Vec<Weighed>, nodes: &'a Nodes) -> Self {
        let nodes = node.map(|node| nodes.name(node)).into_iter().collect();
        Self { parts: vec![part], nodes, weighed }
    }

    fn is_like(&self, weighed: &[Weighed]) -> bool {
        let alike = |(a, b): (&Weighed, &Weighed)| (a.cause, a.likelihood) == (b.cause, b.likelihood);
        self.weighed.iter().zip(weighed).all(alike)
    }

    fn join(&mut self, node: Option<Node>, part: &'a Part, weighed: Vec<Weighed>, nodes: &'a Nodes) {
        self.parts.push(part);
        self.nodes.extend(node.map(|node| nodes.name(node)));
        for (known, other) in self.weighed.iter_mut().zip(weighed) {
            for why in other.why {
                if !known.why.contains(&why) && known.why.len() < MAX_REASONS {
                    known.why.push(why);
                }
            }
        }
    }

    /// What was found first.
    fn first(&self) -> &'a Part {
        self.parts.iter().min_by_key(|part| part.order).map_or(self.parts[0], |part| *part)
    }
}

fn explanation(error: &'static Error, group: &Group<'_>) -> Explanation {
    let causes = causes(error, &group.weighed);
    let mut remedy: Vec<String> = Vec::new();
    let general = error.remedy.iter().map(|text| (*text).to_owned());
    let open = causes.iter().filter(|cause| cause.likelihood != Likelihood::Refuted);
    for text in open.filter_map(|cause| cause.remedy.clone()).chain(general) {
        if !remedy.contains(&text) {
            remedy.push(text);
        }
    }
    let unnamed: BTreeSet<u32> = group.parts.iter().flat_map(|part| &part.unnamed).copied().collect();
    let (mut span, mut by_object) = (Span::default(), BTreeMap::new());
    for part in &group.parts {
        span.join(part.span);
        for (object, tally) in &part.objects {
            let (count, span) = by_object.entry(object).or_insert((0u64, Span::default()));
            *count = count.saturating_add(tally.count);
            span.join(tally.span);
        }
    }
    let mut objects: Vec<_> = by_object.into_iter().map(|(object, tally)| affected(object, tally)).collect();
    objects.sort_by_key(|object| Reverse(object.count));
    let sum = |count: fn(&Part) -> u64| {
        group.parts.iter().fold(0, |sum: u64, part| sum.saturating_add(count(part)))
    };
    let (times, first) = (span.ends(), group.first());
    let citations: Vec<&str> = error.sources.iter().map(|fact| fact.citation()).collect();
    Explanation {
        id: error.id.to_owned(),
        title: error.title.to_owned(),
        grade: grade(error.sources),
        count: sum(|part| part.count),
        first_time: times.map(|(first, _)| first.to_string()),
        last_time: times.map(|(_, last)| last.to_string()),
        nodes: group.nodes.iter().map(|name| (*name).to_owned()).collect(),
        objects,
        other_objects_count: sum(|part| part.others),
        location: Location {
            file: first.first.file.to_string(),
            line: first.first.line,
            column: first.column,
        },
        shown: first.shown.clone(),
        cut: group.parts.iter().all(|part| part.cut),
        results: error.results.iter().chain(&unnamed).map(|code| result(*code)).collect(),
        causes,
        background: error.background.iter().map(step).collect(),
        remedy,
        collect: error.collect.iter().map(|text| (*text).to_owned()).collect(),
        source: citations.join("; "),
        sources: error.sources.iter().map(|fact| fact.key().to_owned()).collect(),
        problems: Vec::new(),
    }
}

fn step(step: &'static Step) -> BackgroundStep {
    BackgroundStep {
        text: step.text.to_owned(),
        grade: grade(step.sources),
        sources: step.sources.iter().map(|fact| fact.key().to_owned()).collect(),
    }
}

fn causes(error: &'static Error, weighed: &[Weighed]) -> Vec<PossibleCause> {
    let cause = |(weighed, order): (&Weighed, u32)| {
        let cause = error.causes.get(weighed.cause)?;
        Some(PossibleCause {
            order,
            text: cause.text.to_owned(),
            likelihood: weighed.likelihood,
            why: weighed.why.clone(),
            remedy: cause.remedy.map(str::to_owned),
            grade: grade(if cause.sources.is_empty() { error.sources } else { cause.sources }),
        })
    };
    weighed.iter().zip(1..).filter_map(cause).collect()
}

fn affected(object: &Object, (count, span): (u64, Span)) -> AffectedObject {
    let times = span.ends();
    AffectedObject {
        kind: object.kind.clone(),
        namespace: object.namespace.clone(),
        name: object.name.clone(),
        count,
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
