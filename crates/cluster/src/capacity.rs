//! Pods per instance type.

use crate::plan::{LimitedBy, find, unknown_type};
use crate::read::{self, Reading};
use crate::request::{Document, Refusal, Wide, inputs};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::ops::ControlFlow;
use winpod::instance::{self, Verdict};
use winpod::ipam::{self, IpamMode, Limits};

/// Pods that a Windows kubelet takes where nothing else is set.
pub(crate) const DEFAULT_MAX_PODS: u32 = 110;

/// Which types to answer for.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[expect(clippy::exhaustive_structs, reason = "callers build it")]
pub struct CapacityRequest {
    /// Instance types by name.
    pub types: Vec<String>,
    /// Limits of a type that is in no table.
    pub limits: Option<LimitsRequest>,
    /// `secondary-ip`, the default, or `prefix-delegation`.
    #[schemars(extend("enum" = ["secondary-ip", "prefix-delegation", null]))]
    pub mode: Option<String>,
    /// The kubelet's pod limit; 110 if absent.
    pub max_pods: Option<Wide>,
    /// Files with describe-instance-types listings, whose rows win over the table.
    pub paths: Vec<String>,
    /// Such listings as documents.
    pub documents: Vec<Document>,
}

/// The two facts that decide a type's capacity.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "callers build it")]
pub struct LimitsRequest {
    /// `Ipv4AddressesPerInterface`.
    pub ipv4_per_eni: Wide,
    /// Whether the type is Nitro or bare metal.
    pub nitro: bool,
}

impl LimitsRequest {
    pub(crate) fn limits(self) -> Result<Limits, Refusal> {
        Ok(Limits::new(self.ipv4_per_eni.whole("ipv4PerEni")?, self.nitro)?)
    }
}

/// Pods of one Windows node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Capacity {
    /// The type; absent where only limits were given.
    pub instance_type: Option<String>,
    /// The mode that the node works in: one that is not Nitro stays on secondary addresses.
    #[schemars(extend("enum" = ["secondary-ip", "prefix-delegation"]))]
    pub mode: String,
    /// The mode asked for.
    #[schemars(extend("enum" = ["secondary-ip", "prefix-delegation"]))]
    pub requested_mode: String,
    /// Addresses for pods.
    pub ipv4: u32,
    /// The kubelet's pod limit.
    pub max_pods: u32,
    /// Pods: the smaller of the two.
    pub pods: u32,
    /// `addresses` or `max-pods`; `addresses` where both are equal.
    pub limited_by: LimitedBy,
    /// Whether Windows runs on the type: `yes`, `no` or `unknown`; absent for limits.
    #[schemars(extend("enum" = ["yes", "no", "unknown", null]))]
    pub windows: Option<String>,
    /// Whether the controller's table of its date knows the type; absent for limits.
    pub controller_known: Option<bool>,
}

/// Answers for every type of the request, in its order.
///
/// # Errors
/// - Code `UNKNOWN_TYPE` with suggestions, `IPAM_MODE`, `IPV4_PER_ENI`, `OUT_OF_RANGE`, `NOT_A_WHOLE_NUMBER`;
///   `REQUEST` if neither types nor limits are given; the code of a problem with a given listing.
///
/// # Examples
/// ```
/// use winpod_cluster::capacity::{CapacityRequest, capacity};
///
/// let mut request = CapacityRequest { types: vec!["m5.large".into()], ..Default::default() };
/// request.mode = Some("prefix-delegation".into());
/// let answer = &capacity(&request)?[0];
/// assert_eq!((answer.ipv4, answer.pods), (144, 110));
///
/// request.types = vec!["m5.larg".into()];
/// assert_eq!(capacity(&request).unwrap_err().code, "UNKNOWN_TYPE");
/// # Ok::<(), winpod_cluster::request::Refusal>(())
/// ```
pub fn capacity(request: &CapacityRequest) -> Result<Vec<Capacity>, Refusal> {
    let mode: IpamMode = request.mode.as_deref().unwrap_or("secondary-ip").parse()?;
    let max_pods = request.max_pods.map_or(Ok(DEFAULT_MAX_PODS), |wide| wide.count("maxPods"))?;
    if request.types.is_empty() && request.limits.is_none() {
        return Err(Refusal::new("REQUEST", "names no instance type and no limits: give at least one"));
    }
    let listed = listing(&request.paths, &request.documents)?;
    let mut answers = Vec::with_capacity(request.types.len() + 1);
    for name in &request.types {
        let answered = if listed.cluster.instance_types.contains_key(name) {
            find(&listed.cluster, name).map(|one| (one.limits, one.windows, one.controller_known))
        } else {
            instance::find(name)
                .map(|row| (row.limits(), row.windows().verdict, row.controller_known().listed))
        };
        let Some((limits, windows, known)) = answered else { return Err(unknown_type(name, None).into()) };
        answers.push(answer(Some(name), limits, mode, max_pods, Some((windows, known))));
    }
    if let Some(limits) = request.limits {
        answers.push(answer(None, limits.limits()?, mode, max_pods, None));
    }
    Ok(answers)
}

fn answer(
    name: Option<&String>,
    limits: Limits,
    mode: IpamMode,
    max_pods: u32,
    type_facts: Option<(Verdict, bool)>,
) -> Capacity {
    let capacity = ipam::capacity(limits, mode);
    let limited_by = if capacity.addresses <= max_pods { LimitedBy::Addresses } else { LimitedBy::MaxPods };
    Capacity {
        instance_type: name.cloned(),
        mode: capacity.mode.name().to_owned(),
        requested_mode: mode.name().to_owned(),
        ipv4: capacity.addresses,
        max_pods,
        pods: capacity.addresses.min(max_pods),
        limited_by,
        windows: type_facts.map(|(windows, _)| windows.name().to_owned()),
        controller_known: type_facts.map(|(_, known)| known),
    }
}

/// A reading of listings that must be sound.
pub(crate) fn listing(paths: &[String], documents: &[Document]) -> Result<Reading, Refusal> {
    if paths.is_empty() && documents.is_empty() {
        return Ok(Reading::default());
    }
    let mut reading = read::read(&inputs(paths, documents), &mut |_| ControlFlow::Continue(()))?;
    if reading.problems.is_empty() { Ok(reading) } else { Err(reading.problems.swap_remove(0).into()) }
}

/// What a node can really give while pods of the other mode still run on it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[expect(clippy::exhaustive_structs, reason = "callers build it")]
pub struct MixedCapacityRequest {
    /// The type by name.
    pub instance_type: Option<String>,
    /// Or its limits.
    pub limits: Option<LimitsRequest>,
    /// The mode just switched to; it must be given.
    #[schemars(extend("enum" = ["secondary-ip", "prefix-delegation", null]))]
    pub mode: Option<String>,
    /// What the other mode still holds: addresses in use, or prefixes with at least one pod.
    pub still_used: Option<Wide>,
}

/// What a node advertises right after a switch of mode, and what it can give.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct MixedCapacity {
    /// The mode of the node.
    #[schemars(extend("enum" = ["secondary-ip", "prefix-delegation"]))]
    pub mode: String,
    /// Addresses that the scheduler counts on.
    pub advertised: u32,
    /// Addresses that new pods can have.
    pub real: u32,
}

/// Answers for one node.
///
/// # Errors
/// - As [`capacity`].
pub fn mixed_capacity(request: &MixedCapacityRequest) -> Result<MixedCapacity, Refusal> {
    let mode =
        request.mode.as_deref().ok_or_else(|| Refusal::new("REQUEST", "names no mode: give the new one"))?;
    let mode: IpamMode = mode.parse()?;
    let limits = type_limits(request.instance_type.as_deref(), request.limits)?
        .ok_or_else(|| Refusal::new("REQUEST", "names no instance type and no limits: give one"))?;
    let still_used = request.still_used.map_or(Ok(0), |wide| wide.count("stillUsed"))?;
    let mixed = ipam::mixed_capacity(limits, mode, still_used);
    Ok(MixedCapacity {
        mode: ipam::capacity(limits, mode).mode.name().to_owned(),
        advertised: mixed.advertised,
        real: mixed.real,
    })
}

/// The limits of a named type, or the limits given.
pub(crate) fn type_limits(
    name: Option<&str>,
    limits: Option<LimitsRequest>,
) -> Result<Option<Limits>, Refusal> {
    match (name, limits) {
        (Some(name), _) => match instance::find(name) {
            Some(row) => Ok(Some(row.limits())),
            None => Err(unknown_type(name, None).into()),
        },
        (None, Some(limits)) => limits.limits().map(Some),
        (None, None) => Ok(None),
    }
}
