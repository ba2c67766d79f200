//! A pool and its steps as a request tells them.

use crate::capacity::LimitsRequest;
use crate::request::Wide;
use crate::subnet::ledger::kind;
use schemars::JsonSchema;
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// A pool and what happens to it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[expect(clippy::exhaustive_structs, reason = "callers build it")]
pub struct PoolRequest {
    /// The pool; absent for a node that the controller has none for.
    #[serde(deserialize_with = "pool")]
    pub pool: Option<GivenPool>,
    /// What happens to it, one after the other; 10,000 at most.
    #[serde(deserialize_with = "steps")]
    pub steps: Vec<GivenStep>,
}

/// A pool: of a fresh node, of a node as the controller finds it when it starts, or one as it stood.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[expect(clippy::exhaustive_structs, reason = "callers build it")]
pub struct GivenPool {
    /// The node's type, which says the capacity; a type that is not Nitro has a pool of secondary addresses only.
    pub instance_type: Option<String>,
    /// Or the limits of its type.
    pub limits: Option<LimitsRequest>,
    /// Or the capacity itself: the addresses that the node can have, free and used ones together.
    pub capacity: Option<Wide>,
    /// `secondary-ip` or `prefix-delegation`; if absent the mode that `data` leads to, else `secondary-ip`.
    #[schemars(extend("enum" = ["secondary-ip", "prefix-delegation", null]))]
    pub mode: Option<String>,
    /// What the pool aims for; the controller's defaults if neither this nor `data` is given.
    #[serde(deserialize_with = "config")]
    pub config: Option<GivenConfig>,
    /// Or `data` of the amazon-vpc-cni ConfigMap; values as text, as they stand there.
    pub data: Option<BTreeMap<String, String>>,
    /// Quirks of the controller that the pool does not show: `capacity-by-equality`, `emptied-group-stays`,
    /// `no-prefix-before-first-job`, `lost-remainder`, `wrapping-targets`, `zero-warm-target`, `error-text-start`.
    pub quirks_off: Vec<String>,
    /// Pods and their addresses.
    #[serde(deserialize_with = "used")]
    pub used: Vec<GivenOwner>,
    /// What the ENI holds when the controller starts: /28 prefixes, or addresses in secondary mode. What is not in `used`
    /// is free, the lowest first; pods with other addresses are left out, as the controller does.
    pub on_eni: Option<Vec<String>>,
    /// Or the groups on the books of a pool as it stood.
    #[serde(deserialize_with = "warm")]
    pub warm: Vec<GivenGroup>,
    /// Addresses that cool down, in the order in which they were given back.
    #[serde(deserialize_with = "cooling")]
    pub cooling: Vec<GivenCooling>,
    /// Addresses ordered and not yet reported; 0 if absent.
    pub pending_create: Option<Wide>,
    /// Addresses on their way back to the subnet; 0 if absent.
    pub pending_delete: Option<Wide>,
    /// Whether a job failed, after which the pool does nothing but ask for the list of what the ENI holds.
    pub resync_required: bool,
    /// What the last finished job said about the subnet; if absent, what a pool believes before its first job.
    pub prefix_available: Option<bool>,
}

/// What a pool aims for, as the controller's loader hands it to the pool. A target beyond 64 bits counts as their limit.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[expect(clippy::exhaustive_structs, reason = "callers build it")]
pub struct GivenConfig {
    /// Whether the pool serves new pods; true if absent.
    pub active: Option<bool>,
    /// Addresses kept free; 0 if absent.
    pub warm_ip_target: Option<Wide>,
    /// Addresses held at least; 0 if absent.
    pub minimum_ip_target: Option<Wide>,
    /// Prefixes kept wholly free; 0 if absent.
    pub warm_prefix_target: Option<Wide>,
    /// Addresses that may be missing or too many before the pool acts; 0, as in every release of the controller, if
    /// absent.
    pub tolerance: Option<Wide>,
}

/// A pod with its address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "callers build it")]
pub struct GivenOwner {
    /// The pod, by whatever name: its UID, as the controller does, or its own.
    pub owner: String,
    /// Its address.
    pub address: String,
}

/// A group on the books.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "callers build it")]
pub struct GivenGroup {
    /// A /28 in prefix delegation, an address or a /32 in secondary mode.
    pub group: String,
    /// Its free addresses, next one first.
    pub free: Vec<String>,
}

/// An address that cools down.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "callers build it")]
pub struct GivenCooling {
    /// The address.
    pub address: String,
    /// When its pod gave it back, in milliseconds on the caller's clock.
    pub freed_at_ms: Wide,
}

/// What a pool ordered.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[expect(clippy::exhaustive_structs, reason = "callers build it")]
pub struct GivenJob {
    /// `create` or `delete`; the result of `resync` has a step of its own.
    #[schemars(extend("enum" = ["create", "delete", "resync"]))]
    pub kind: String,
    /// Of `create`: prefixes, or addresses in secondary mode. Of `delete` it may be left out.
    pub count: Option<Wide>,
    /// Of `delete`: which ones.
    pub groups: Vec<String>,
}

/// One thing that happens to a pool. Which fields go with which step stands beside each.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[expect(clippy::exhaustive_structs, reason = "callers build it")]
pub struct GivenStep {
    /// What happens. `assign`: a pod comes. `free`: a pod has ended. `coolDown`: the job of every 30 seconds looks at what
    /// cools down. `reconcile`: the pool compares itself with its targets. `update`: a job is done. `resync`: EC2 lists
    /// what the ENI holds. `activate`: new targets. `drain`: the other mode takes over. `modeUpdate`: asks which of the two
    /// a change of settings leads to.
    #[schemars(extend("enum" = ["assign", "free", "coolDown", "reconcile", "update", "resync", "activate", "drain", "modeUpdate"]))]
    pub op: String,
    /// `assign`, `free`: the pod, by whatever name.
    pub owner: Option<String>,
    /// `free`: its address; the one that it has, if absent.
    pub address: Option<String>,
    /// `assign`: the group that a controller chose; the lowest of those it could choose, if absent.
    pub group: Option<String>,
    /// `free`, `coolDown`: milliseconds on the caller's clock.
    pub now_ms: Option<Wide>,
    /// `reconcile`, `activate`, `drain`: the groups that a controller chose to give back; the lowest, if absent.
    pub releasing: Option<Vec<String>>,
    /// `activate`: what the pool aims for from now on.
    #[serde(deserialize_with = "config")]
    pub config: Option<GivenConfig>,
    /// `update`: what was ordered, as the answer to `reconcile` told it.
    #[serde(deserialize_with = "job")]
    pub job: Option<GivenJob>,
    /// `update`: the groups that were created, or that could not be deleted; none if absent.
    pub returned: Option<Vec<String>>,
    /// `update`: the text of EC2's error, if there was one; the controller's rules say what the pool makes of it.
    pub error: Option<String>,
    /// `update`: or what the controller's provider told the pool: whether all went well.
    pub succeeded: Option<bool>,
    /// `update`: and whether the subnet had a /28 left.
    pub prefix_available: Option<bool>,
    /// `resync`: what the ENI holds: /28 prefixes, or addresses in secondary mode.
    pub on_eni: Option<Vec<String>>,
    /// `modeUpdate`: the mode that the node worked in.
    #[schemars(extend("enum" = ["secondary-ip", "prefix-delegation", null]))]
    pub was: Option<String>,
    /// `modeUpdate`: the mode that it works in now.
    #[schemars(extend("enum" = ["secondary-ip", "prefix-delegation", null]))]
    pub now: Option<String>,
}

/// An object of a request, refused by its name. A list is none, though serde would take it for one field after the other.
pub(super) fn object<T: DeserializeOwned>(value: Value, name: &str) -> Result<T, String> {
    if !value.is_object() {
        return Err(format!("{name} is {}: an object is allowed", kind(&value)));
    }
    serde_json::from_value(value).map_err(|error| format!("{name}: {error}"))
}

macro_rules! objects {
    ($($name:ident: $type:ty),+) => {$(
        fn $name<'de, D: Deserializer<'de>>(from: D) -> Result<Option<$type>, D::Error> {
            let value = Option::<Value>::deserialize(from)?;
            value.map(|value| object(value, stringify!($name))).transpose().map_err(D::Error::custom)
        }
    )+};
}

macro_rules! lists {
    ($($name:ident: $type:ty),+) => {$(
        fn $name<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<$type>, D::Error> {
            let entries = Vec::<Value>::deserialize(from)?.into_iter().enumerate();
            let one = |(index, entry)| object(entry, &format!("{}[{index}]", stringify!($name)));
            entries.map(one).collect::<Result<_, String>>().map_err(D::Error::custom)
        }
    )+};
}

objects!(pool: GivenPool, config: GivenConfig, job: GivenJob);
lists!(steps: GivenStep, used: GivenOwner, warm: GivenGroup, cooling: GivenCooling);
