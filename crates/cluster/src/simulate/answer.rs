//! What `simulate` answers.

use crate::note::Note;
use crate::plan::Verdict;
use crate::problem::Problem;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What became of a cluster's Windows node groups in a scenario.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Simulation {
    /// The cluster's name, if a file says it.
    pub cluster: Option<String>,
    /// The scenario.
    #[schemars(extend("enum" = [
        "scale-out", "rolling-deployment", "batch-churn", "upgrade", "mode-switch", "zone-loss", "drift"
    ]))]
    pub scenario: String,
    /// Where random choices started.
    pub seed: u64,
    /// `does-not-fit` if an order of the controller failed for want of addresses or a pod had none at the end; else `unknown`
    /// if the files leave something open; else `fits`.
    pub verdict: Verdict,
    /// The answer in few numbers.
    pub summary: Summary,
    /// How long pods waited for their address.
    pub waits: Waits,
    /// The node groups that were played, in the order of the files.
    pub node_groups: Vec<GroupOutcome>,
    /// Their subnets, by id.
    pub subnets: Vec<SubnetOutcome>,
    /// How far each rolling deployment came.
    pub rollouts: Vec<Rollout>,
    /// How things stood, by time.
    pub timeline: Vec<TimelineRow>,
    /// What failed, one entry for each node group and reason, by the time of its first occurrence.
    pub failures: Vec<OrderFailure>,
    /// Other settings that were tried, if something failed.
    pub alternatives: Vec<Alternative>,
    /// The timeline as CSV, if that was asked for: a line for each subnet, each node group and the cluster at each time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub csv: Option<String>,
    /// What is worth telling, what matters most first.
    pub notes: Vec<Note>,
    /// What is wrong with the files; the answer is about the rest.
    pub problems: Vec<Problem>,
}

/// A scenario's outcome in few numbers. Pods of DaemonSets are among the pods.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Summary {
    /// Pods that there were, those of the start and those that ended among them.
    pub pods_requested: u32,
    /// Pods with an address at the end.
    pub pods_running: u32,
    /// Pods that wait for an address or a node at the end.
    pub pods_waiting: u32,
    /// Pods that never had an address.
    pub failed_pods: u32,
    /// The most addresses that the nodes took from their subnets at a full minute, their own and those in prefixes among
    /// them.
    pub peak_addresses: u64,
    /// The most of them that no pod used: warm, cooling down, or about to come.
    pub peak_idle_addresses: u64,
    /// What failed first; absent if nothing did.
    pub first_failure: Option<FirstFailure>,
    /// Calls to EC2.
    pub ec2_calls: Ec2Calls,
    /// Pods whose address was written to them, one call to the API server each.
    pub annotations: u64,
    /// The simulated time, in milliseconds.
    pub duration_ms: u64,
}

/// The first thing that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct FirstFailure {
    /// When, in milliseconds from the start.
    pub at_ms: u64,
    /// The minute in which it happened, counted from 0.
    pub minute: u64,
    /// The node group.
    pub node_group: String,
    /// The node, counted from 1 in its group as the nodes came, those that are gone among them; absent where no node was
    /// concerned.
    pub node: Option<u32>,
    /// The subnet; absent where none was concerned.
    pub subnet: Option<String>,
    /// Why: `no-prefix`, `no-address`, `eni-full`, `throttled`, `not-visible` or `bad-count` for an order of the controller,
    /// `no-node-address` for a node that could not start, `ipam-off` where Windows IPAM is off, `pool-stuck` for pods that wait though nothing failed,
    /// `no-room` for pods that no node takes.
    #[schemars(extend("enum" = [
        "no-prefix", "no-address", "eni-full", "throttled", "not-visible", "bad-count", "no-node-address", "ipam-off",
        "pool-stuck", "no-room"
    ]))]
    pub reason: String,
    /// What happened and why, with values.
    pub message: String,
    /// How it looks to a user.
    pub symptoms: Vec<Symptom>,
    /// The facts it rests on, as keys of the list of sources.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<String>,
}

/// One way in which a failure shows itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Symptom {
    /// What the user sees, and where.
    pub message: String,
    /// Whether this is how the controller was played.
    pub played: bool,
    /// The facts it rests on, as keys of the list of sources.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<String>,
}

/// Calls to EC2, refused ones among them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Ec2Calls {
    /// `AssignPrivateIpAddresses`.
    pub assign: u64,
    /// `UnassignPrivateIpAddresses`.
    pub unassign: u64,
    /// `DescribeNetworkInterfaces`.
    pub describe: u64,
    /// Of these, those that EC2 refused because the account had too many.
    pub throttled: u64,
    /// The most calls of all kinds in one minute.
    pub most_per_minute: u64,
}

/// How long pods waited from when they were asked for until their address was written to them. Pods that were there at the
/// start and pods that never had an address are not counted.
///
/// A percentile is the wait of the pod at that place, rounded up, in the order of waits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Waits {
    /// How many pods.
    pub pods: u32,
    /// Half of them waited no longer, in milliseconds.
    pub p50_ms: u64,
    /// Nine of ten.
    pub p90_ms: u64,
    /// Ninety-nine of a hundred.
    pub p99_ms: u64,
    /// The longest.
    pub max_ms: u64,
}

/// What became of a node group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct GroupOutcome {
    /// Its name.
    pub name: String,
    /// The instance type that its nodes were taken to have.
    pub instance_type: String,
    /// The mode that its nodes worked in at the start.
    #[schemars(extend("enum" = ["secondary-ip", "prefix-delegation"]))]
    pub mode: String,
    /// Pods with an address that a node takes, DaemonSet pods included.
    pub pods_per_node: u32,
    /// Pods of DaemonSets on each node.
    pub daemon_set_pods: u32,
    /// Nodes at the start.
    pub start_nodes: u32,
    /// Nodes at the end.
    pub nodes: u32,
    /// Pods with an address at the end.
    pub pods_running: u32,
    /// Pods that wait for an address at the end.
    pub pods_waiting: u32,
    /// Pods that no node has room for at the end.
    pub pods_unplaced: u32,
    /// Pods that never had an address.
    pub failed_pods: u32,
    /// Addresses free in warm pools at the end.
    pub warm_addresses: u32,
    /// The most addresses free in warm pools at a full minute.
    pub peak_warm_addresses: u32,
    /// How long its pods waited.
    pub waits: Waits,
}

/// What became of a subnet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct SubnetOutcome {
    /// Its id.
    pub id: String,
    /// Its IPv4 block.
    pub cidr: String,
    /// Its Availability Zone, if a file says it.
    pub availability_zone: Option<String>,
    /// The fewest free addresses at one time.
    pub fewest_free_addresses: u32,
    /// The fewest free /28 at one time.
    pub fewest_free_prefixes: u32,
    /// When it first had no free address, in milliseconds.
    pub no_addresses_ms: Option<u64>,
    /// When it first had no free /28, in milliseconds.
    pub no_prefixes_ms: Option<u64>,
    /// The most addresses that pools of nodes held at one time, those in prefixes among them.
    pub most_held_addresses: u32,
}

/// How far a rolling deployment came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Rollout {
    /// The node group.
    pub node_group: String,
    /// Pods to replace.
    pub pods: u32,
    /// New pods that became ready.
    pub ready: u32,
    /// When it was done, in milliseconds from the start; absent if it never was.
    pub done_ms: Option<u64>,
}

/// How things stood at one time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct TimelineRow {
    /// Milliseconds from the start.
    pub at_ms: u64,
    /// Each subnet.
    pub subnets: Vec<SubnetAt>,
    /// Each node group.
    pub node_groups: Vec<GroupAt>,
    /// Calls to EC2 since the row before; `mostPerMinute` counts within that time.
    pub ec2_calls: Ec2Calls,
}

/// A subnet at one time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct SubnetAt {
    /// Its id.
    pub id: String,
    /// Addresses that EC2 hands out one by one.
    pub free_addresses: u32,
    /// Blocks that EC2 hands out as prefixes.
    pub free_prefixes: u32,
    /// Addresses that pools of nodes hold, those in prefixes among them.
    pub held_addresses: u32,
}

/// A node group at one time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct GroupAt {
    /// Its name.
    pub name: String,
    /// Nodes.
    pub nodes: u32,
    /// Pods with an address.
    pub running: u32,
    /// Pods on a node that wait for an address.
    pub waiting: u32,
    /// Pods that no node has room for.
    pub unplaced: u32,
    /// Addresses free in warm pools.
    pub warm: u32,
    /// Addresses that cool down.
    pub cooling: u32,
}

/// What failed on the nodes of a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct OrderFailure {
    /// The node group.
    pub node_group: String,
    /// Why; see [`FirstFailure::reason`].
    #[schemars(extend("enum" = [
        "no-prefix", "no-address", "eni-full", "throttled", "not-visible", "bad-count", "no-node-address"
    ]))]
    pub reason: String,
    /// The first time, in milliseconds.
    pub first_ms: u64,
    /// The last time, in milliseconds.
    pub last_ms: u64,
    /// How often.
    pub times: u64,
    /// On how many nodes.
    pub nodes: u32,
    /// The subnets concerned.
    pub subnets: Vec<String>,
}

/// A key of the amazon-vpc-cni ConfigMap with a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ConfigMapEntry {
    /// The key.
    pub key: String,
    /// Its value as text.
    pub value: String,
}

/// Blocks of a subnet that are set aside for prefixes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct SubnetReserve {
    /// The subnet.
    pub subnet: String,
    /// How many /28.
    pub prefixes: u32,
}

/// Other settings in the same scenario.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Alternative {
    /// What differs: keys of the ConfigMap with their values, by key.
    pub set: Vec<ConfigMapEntry>,
    /// /28 that new CIDR reservations of type `prefix` set aside from the start.
    pub reserved: Vec<SubnetReserve>,
    /// The mode that nodes with Nitro work in.
    #[schemars(extend("enum" = ["secondary-ip", "prefix-delegation"]))]
    pub mode: String,
    /// Whether it went well.
    pub verdict: Verdict,
    /// Pods that never had an address.
    pub failed_pods: u32,
    /// When something failed first, in milliseconds; absent if nothing did.
    pub first_failure_ms: Option<u64>,
    /// The most addresses that the nodes took from their subnets at a full minute.
    pub peak_addresses: u64,
    /// Ninety-nine of a hundred pods waited no longer, in milliseconds.
    pub p99_ms: u64,
    /// Calls to EC2.
    pub ec2_calls: u64,
    /// The best of those that went well: the one that holds the fewest addresses at its peak, then makes pods wait the
    /// shortest, then calls EC2 the least.
    pub best: bool,
}
