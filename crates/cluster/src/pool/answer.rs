//! What a pool answers.

use crate::ipam::Targets;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What came of the steps, and the pool after them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct PoolAnswer {
    /// What the controller answers to each step, in the order of the request.
    pub steps: Vec<PoolStep>,
    /// The pool after the last step; a request can give it back. Null for a node without a pool.
    pub state: Option<PoolState>,
    /// How many addresses it has of each kind; null for a node without a pool.
    pub counts: Option<PoolCounts>,
    /// The targets in effect, after the pool's own rules and without what is mended; null for a node without a pool.
    pub targets: Option<Targets>,
    /// Facts that the answer rests on, by key.
    pub sources: Vec<String>,
}

/// What the controller answers to one step. What does not go with the step is null.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct PoolStep {
    /// The step.
    pub op: String,
    /// Of `assign`: the address that the pod has now.
    pub address: Option<String>,
    /// Of `assign`: the /28 that it is from, or the address as /32 in secondary mode.
    pub group: Option<String>,
    /// Of `assign` and `free`: the error's name in the controller's code.
    pub error: Option<String>,
    /// Its stable code.
    pub code: Option<String>,
    /// Why, as a sentence.
    pub message: Option<String>,
    /// Whether the controller reconciles next.
    pub reconcile: bool,
    /// Of an error, when the controller asks again for the pod: `after` so many milliseconds, with the growing `back-off`
    /// of its work queue, or `never`.
    #[schemars(extend("enum" = ["after", "back-off", "never", null]))]
    pub retry: Option<String>,
    /// Milliseconds after which it comes again: for the pod, or of `coolDown` for the next one.
    pub after_ms: Option<u32>,
    /// Of `coolDown`: whether addresses are left that cool down.
    pub more: Option<bool>,
    /// Of `reconcile`, `activate` and `drain`: what is ordered from EC2, if anything.
    pub job: Option<PoolJob>,
    /// Of `update`: the groups that went to the pool.
    pub returned: Option<Vec<String>>,
    /// Of `update`: whether the pool takes the job for a success; if not, it asks for a re-sync.
    pub succeeded: Option<bool>,
    /// Of `update`: whether the pool takes it that the subnet has a /28 left.
    pub prefix_available: Option<bool>,
    /// Of `resync`: whether it was asked for; if not, nothing changed.
    pub resynced: Option<bool>,
    /// Of `modeUpdate`: what becomes of the pool.
    #[schemars(extend("enum" = ["activate", "drain", "keep", null]))]
    pub action: Option<String>,
    /// Of `modeUpdate`: the capacity that the node advertises, in addresses, where this pool sets it.
    pub advertised: Option<u32>,
    /// The pool after the step.
    pub counts: PoolCounts,
}

/// What a pool orders from EC2.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct PoolJob {
    /// `create` takes groups from the subnet, `delete` gives groups back, `resync` lists what the ENI holds.
    #[schemars(extend("enum" = ["create", "delete", "resync"]))]
    pub kind: String,
    /// Groups to create or delete: prefixes, or addresses in secondary mode. Not positive where a quirk of the controller
    /// makes it so.
    pub count: i64,
    /// Of `delete`: which ones.
    pub groups: Vec<String>,
}

/// How many addresses a pool has of each kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct PoolCounts {
    /// Addresses that pods have.
    pub used_addresses: u32,
    /// Addresses free for the next pods.
    pub free_addresses: u32,
    /// Groups with all their addresses free: prefixes, or addresses in secondary mode.
    pub free_groups: u32,
    /// Addresses that cool down.
    pub cooling_addresses: u32,
    /// Addresses ordered and not yet reported.
    pub pending_create: i64,
    /// Addresses on their way back to the subnet.
    pub pending_delete: i64,
    /// Both kinds of pending addresses.
    pub pending: i64,
    /// Addresses that the pool is short of its targets, or has too many of if negative; its capacity aside.
    pub deviation: i64,
    /// A job failed: the pool does nothing but ask for the list of what the ENI holds.
    pub resync_required: bool,
}

/// Everything that a pool knows: what the controller's introspection shows, and what it keeps to itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct PoolState {
    /// What one slot of the ENI holds: an address or a /28.
    #[schemars(extend("enum" = ["secondary-ip", "prefix-delegation"]))]
    pub mode: String,
    /// Addresses that the node can have, free and used ones together.
    pub capacity: u32,
    /// What the pool aims for, as it was given.
    pub config: PoolConfig,
    /// Quirks of the controller that it does not show.
    pub quirks_off: Vec<String>,
    /// Pods and their addresses, by name.
    pub used: Vec<PoolOwner>,
    /// Groups on the books, by address.
    pub warm: Vec<PoolGroup>,
    /// Addresses that were given back, in the order in which they were.
    pub cooling: Vec<PoolCooling>,
    /// Addresses ordered and not yet reported.
    pub pending_create: i64,
    /// Addresses on their way back to the subnet.
    pub pending_delete: i64,
    /// A job failed: the pool does nothing but ask for the list of what the ENI holds.
    pub resync_required: bool,
    /// What the last finished job said about the subnet; means nothing in secondary mode.
    pub prefix_available: bool,
}

/// What a pool aims for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct PoolConfig {
    /// Whether the pool serves new pods; one that does not gives back whatever is free.
    pub active: bool,
    /// Addresses kept free.
    pub warm_ip_target: i64,
    /// Addresses held at least.
    pub minimum_ip_target: i64,
    /// Prefixes kept wholly free; counts only where neither of the others is positive.
    pub warm_prefix_target: i64,
    /// Addresses that may be missing or too many before the pool acts.
    pub tolerance: u32,
}

/// A pod with its address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct PoolOwner {
    /// The pod, by the name that it was given.
    pub owner: String,
    /// Its address.
    pub address: String,
}

/// A group on the books.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct PoolGroup {
    /// A /28 in prefix delegation, a /32 in secondary mode.
    pub group: String,
    /// Its free addresses, next one first; none in a group that stays on the books only.
    pub free: Vec<String>,
}

/// An address that cools down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct PoolCooling {
    /// The address.
    pub address: String,
    /// When its pod gave it back, in milliseconds on the caller's clock.
    pub freed_at_ms: i64,
}
