//! The list of operations: a name, a request and an answer, each with a JSON schema.
//!
//! The command line's JSON, the vectors and the bindings are this one list.

use crate::progress::Progress;
use crate::request::{Document, Refusal, known_keys, nearest};
use crate::{
    base_image, capacity, check, dsr, explain, fault, ipam, plan, pool, prefixes, read, render, report,
    simulate, sources, subnet, topology, types,
};
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::ops::ControlFlow;

/// Asked now and then during long work; a `Break` stops it.
pub type OnProgress<'a> = &'a mut dyn FnMut(Progress) -> ControlFlow<()>;

/// An answer of whatever type, ready for any form: JSON text, JSON values, objects of another language.
pub type Answer = Box<dyn erased_serde::Serialize + Send>;

/// One operation.
#[derive(Debug)]
#[non_exhaustive]
pub struct Operation {
    /// Its name: in vectors, schemas and bindings.
    pub name: &'static str,
    /// What it answers, in one sentence.
    pub about: &'static str,
    answer: fn(Value, OnProgress<'_>) -> Result<Answer, Refusal>,
    request_schema: fn() -> Schema,
    answer_schema: fn() -> Schema,
}

impl Operation {
    /// The operation of a name.
    ///
    /// # Errors
    /// - Code `UNKNOWN_OPERATION`, with a suggestion for a misspelt name.
    pub fn find(name: &str) -> Result<&'static Self, Refusal> {
        OPERATIONS.iter().find(|known| known.name == name).ok_or_else(|| {
            let meant = nearest(name, OPERATIONS.iter().map(|known| known.name));
            let meant = meant.map(|meant| format!(". Did you mean {meant}?")).unwrap_or_default();
            let shown = read::shortened(name);
            Refusal::new("UNKNOWN_OPERATION", format!("{shown:?} is no operation{meant}"))
        })
    }

    /// Answers one request, keeping the answer's own types: names and order of its fields reach the serializer.
    ///
    /// # Errors
    /// - Code `REQUEST` for a request of another shape; else what the operation says.
    pub fn answer(&self, request: Value, progress: OnProgress<'_>) -> Result<Answer, Refusal> {
        (self.answer)(request, progress)
    }

    /// The JSON schema of its request.
    pub fn request_schema(&self) -> Schema {
        (self.request_schema)()
    }

    /// The JSON schema of its answer.
    pub fn answer_schema(&self) -> Schema {
        (self.answer_schema)()
    }
}

macro_rules! operations {
    ($($name:literal, $request:ty => $answer:ty, $about:literal, $call:expr;)+) => {
        /// Every operation, in the order of the documentation.
        pub const OPERATIONS: &[Operation] = &[$(
            Operation {
                name: $name,
                about: $about,
                answer: |request, progress| {
                    let request: $request = parse(request)?;
                    let answer: Result<$answer, Refusal> = ($call)(&request, progress);
                    Ok(Box::new(answer?))
                },
                request_schema: schema::<$request>,
                answer_schema: answer_schema::<$answer>,
            },
        )+];
    };
}

operations! {
    "plan", PlanRequest => plan::Plan, "Whether a cluster's Windows node groups fit their subnets, and what limits them.",
        plan;
    "check", check::CheckRequest => check::Check, "What in the files of a cluster is wrong, and what could not be judged.",
        check::check;
    "checkSarif", check::CheckRequest => Sarif, "What check finds, as SARIF 2.1.0 for code scanning.",
        check_sarif;
    "rules", check::RulesRequest => Vec<check::RuleRow>, "The rules of check: what each finds, why that matters, what to do.",
        |request: &_, _: OnProgress<'_>| check::rules(request);
    "migration", plan::migration::MigrationRequest => plan::migration::Migration,
        "Whether the Windows node groups can move to prefix delegation, by new groups beside the old ones.",
        plan::migration::migration;
    "simulate", simulate::SimulateRequest => simulate::Simulation,
        "What happens to the addresses of the Windows node groups in a scenario, minute by minute.",
        simulate::simulate;
    "explain", explain::ExplainRequest => Vec<explain::Explanation>,
        "What errors, events and logs mean: what happened, why, what to do, what to look at next.",
        explain::explain;
    "capacity", capacity::CapacityRequest => Vec<capacity::Capacity>, "Pods per instance type, and what limits them.",
        |request: &_, _: OnProgress<'_>| capacity::capacity(request);
    "mixedCapacity", capacity::MixedCapacityRequest => capacity::MixedCapacity,
        "What a node can really give while pods of the other mode still run on it.",
        |request: &_, _: OnProgress<'_>| capacity::mixed_capacity(request);
    "types", types::TypesRequest => Vec<types::TypeRow>, "The instance table, filtered and sorted.",
        |request: &_, _: OnProgress<'_>| types::types(request);
    "ipam", ipam::IpamRequest => ipam::Ipam,
        "The settings in effect, where each came from, and what a node holds at rest.",
        ipam::ipam;
    "pool", pool::PoolRequest => pool::PoolAnswer,
        "What the controller answers to pods and jobs, one by one, on one node's pool of addresses.",
        pool::pool;
    "dsr", dsr::DsrRequest => dsr::Dsr,
        "Whether Direct Server Return is on at a node, whether it should be, and whether its ports run out.",
        dsr::dsr;
    "topology", topology::TopologyRequest => topology::Topology,
        "A node as its HNS sees it: ENI, networks, endpoints, load-balancer policies, and what contradicts itself.",
        topology::topology;
    "render", render::RenderRequest => render::Rendered,
        "Configuration that passes check: one kind of file, line by line with the reasons.",
        render::render;
    "baseImage", base_image::BaseImageRequest => base_image::BaseImage,
        "Which Windows an image of a container is made for, by its name, and whether a node runs it.",
        |request: &_, _: OnProgress<'_>| base_image::base_image(request);
    "prefix", prefixes::PrefixRequest => prefixes::Prefix, "What an IPv4 prefix is.",
        |request: &_, _: OnProgress<'_>| prefixes::prefix(request);
    "contains", prefixes::ContainsRequest => prefixes::Contains, "Which addresses and prefixes lie in a prefix.",
        |request: &_, _: OnProgress<'_>| prefixes::contains(request);
    "overlaps", prefixes::OverlapsRequest => prefixes::Overlaps, "Whether two prefixes share an address.",
        |request: &_, _: OnProgress<'_>| prefixes::overlaps(request);
    "supernet", prefixes::LengthRequest => prefixes::Supernet, "The prefix around a prefix.",
        |request: &_, _: OnProgress<'_>| prefixes::supernet(request);
    "subnets", prefixes::LengthRequest => prefixes::Prefixes, "The subnets of a prefix.",
        |request: &_, _: OnProgress<'_>| prefixes::subnets(request);
    "aggregate", prefixes::AggregateRequest => prefixes::Prefixes, "The fewest prefixes that cover the same addresses.",
        |request: &_, _: OnProgress<'_>| prefixes::aggregate(request);
    "subtract", prefixes::SubtractRequest => prefixes::Prefixes, "The fewest prefixes that cover what is left.",
        |request: &_, _: OnProgress<'_>| prefixes::subtract(request);
    "range", prefixes::RangeRequest => prefixes::Prefixes, "The fewest prefixes that cover a range of addresses.",
        |request: &_, _: OnProgress<'_>| prefixes::range(request);
    "subnetCensus", subnet::CensusRequest => subnet::Censuses, "What is free in subnets, and what is broken.",
        subnet::census;
    "subnetCure", subnet::CureRequest => subnet::Cures, "Who spoils /28 blocks, and the fewest to drain to win some back.",
        subnet::cure;
    "subnetReserve", subnet::ReserveRequest => subnet::Reservations,
        "The CIDR reservations to make for prefixes, as commands and as a template.",
        subnet::reserve;
    "subnetSize", subnet::SizeRequest => subnet::Size,
        "The smallest subnet for a group of nodes, or the nodes and pods that fit a subnet.",
        |request: &_, _: OnProgress<'_>| subnet::size(request);
    "subnetForecast", subnet::ForecastRequest => subnet::Forecasts,
        "How many /28 are likely to stay free, and what other warm targets save.",
        subnet::forecast;
    "subnetCarve", subnet::CarveRequest => subnet::Carve,
        "Places for new subnets in the free space of a VPC.",
        subnet::carve;
    "sources", sources::SourcesRequest => Vec<sources::Source>, "The facts that answers rest on.",
        |request: &_, _: OnProgress<'_>| sources::sources(request);
}

/// What to plan.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[expect(clippy::exhaustive_structs, reason = "callers build it")]
pub struct PlanRequest {
    /// Files and directories; a directory is read whole.
    pub paths: Vec<String>,
    /// Documents in memory.
    pub documents: Vec<Document>,
    /// Values to put in place of those of the amazon-vpc-cni ConfigMap, by key: "what if".
    pub set: BTreeMap<String, String>,
    /// Whether to tell which CNI fits the cluster, and what each would break.
    pub advise: bool,
}

/// Plans the cluster of the given files.
///
/// # Errors
/// - Codes `REQUEST` without any input, `CONFIG_KEY` for an unknown key in `set`, `STOPPED`. What is wrong with the
///   files is in the answer.
///
/// # Examples
/// ```
/// use std::ops::ControlFlow;
/// use winpod_cluster::api::{PlanRequest, plan};
/// use winpod_cluster::request::Document;
///
/// let text = "nodeGroups:\n- name: win\n  amiFamily: WindowsServer2022CoreContainer\n  instanceType: m5.large\n".to_owned();
/// let request = PlanRequest { documents: vec![Document { name: "groups.yaml".into(), text }], ..Default::default() };
/// let answer = plan(&request, &mut |_| ControlFlow::Continue(()))?;
/// assert_eq!(answer.node_groups[0].types[0].pods, 9);
///
/// assert_eq!(plan(&PlanRequest::default(), &mut |_| ControlFlow::Continue(())).unwrap_err().code, "REQUEST");
/// # Ok::<(), winpod_cluster::request::Refusal>(())
/// ```
pub fn plan(request: &PlanRequest, progress: OnProgress<'_>) -> Result<plan::Plan, Refusal> {
    let inputs = crate::request::inputs(&request.paths, &request.documents);
    if inputs.is_empty() {
        return Err(Refusal::new("REQUEST", "names no file and no document: give at least one"));
    }
    let set = known_keys(&request.set)?;
    Ok(plan::plan_and(read::read(&inputs, progress)?, &set, request.advise))
}

/// The findings of a check as a SARIF log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Sarif {
    /// The log, as JSON text.
    pub log: String,
    /// Whether a finding is as bad as `failOn` or worse.
    pub fails: bool,
    /// Whether an input is unusable, so that the log is about the rest.
    pub unusable: bool,
}

/// Checks the files and answers in SARIF.
///
/// # Errors
/// - Those of [`check::check`].
pub fn check_sarif(request: &check::CheckRequest, progress: OnProgress<'_>) -> Result<Sarif, Refusal> {
    let answer = check::check(request, progress)?;
    let log = report::sarif(&answer);
    Ok(Sarif { log, fails: answer.summary.fails, unusable: answer.summary.unusable })
}

/// Answers one request of an operation by its name.
///
/// # Errors
/// - Code `UNKNOWN_OPERATION`; `REQUEST` for a request of another shape; else what the operation says.
///
/// # Examples
/// ```
/// use serde_json::json;
/// use std::ops::ControlFlow;
/// use winpod_cluster::api::call;
///
/// let answer = call("capacity", json!({"types": ["m5.large"]}), &mut |_| ControlFlow::Continue(()))?;
/// assert_eq!(answer[0]["ipv4"], 9);
/// let refused = call("capacity", json!({"types": 5}), &mut |_| ControlFlow::Continue(()));
/// assert_eq!(refused.unwrap_err().code, "REQUEST");
/// # Ok::<(), winpod_cluster::request::Refusal>(())
/// ```
pub fn call(operation: &str, request: Value, progress: OnProgress<'_>) -> Result<Value, Refusal> {
    let answer = Operation::find(operation)?.answer(request, progress)?;
    serde_json::to_value(&answer).map_err(|error| Refusal::new("INTERNAL", error.to_string()))
}

fn parse<T: DeserializeOwned>(request: Value) -> Result<T, Refusal> {
    // What is wrong is looked for in a copy, which most requests never need: they are right, or short.
    let kept = fault::sketch(&request);
    serde_json::from_value(request).map_err(|error| {
        let fault = kept.and_then(|kept| fault::of::<T>(&kept));
        fault.unwrap_or_else(|| Refusal::not_such(&error))
    })
}

fn schema<T: JsonSchema>() -> Schema {
    SchemaSettings::default().into_generator().into_root_schema_for::<T>()
}

/// The schema of what is written, where every field is that is not left out when empty.
fn answer_schema<T: JsonSchema>() -> Schema {
    SchemaSettings::default().for_serialize().into_generator().into_root_schema_for::<T>()
}
