//! What `plan` answers.

use crate::cni::CniAdvice;
use crate::note::{Location, Note};
use crate::problem::Problem;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Whether something fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[expect(clippy::exhaustive_enums, reason = "there is no fourth answer")]
pub enum Verdict {
    /// It fits.
    Fits,
    /// The files do not tell.
    Unknown,
    /// It does not fit.
    DoesNotFit,
}

impl Verdict {
    /// The name in text and JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fits => "fits",
            Self::Unknown => "unknown",
            Self::DoesNotFit => "does-not-fit",
        }
    }
}

/// Which limit keeps a node from taking more pods.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum LimitedBy {
    /// The addresses of its ENI.
    Addresses,
    /// The kubelet's pod limit.
    MaxPods,
    /// CPU, by the requests of the given workloads.
    Cpu,
    /// Memory, by the requests of the given workloads.
    Memory,
}

impl LimitedBy {
    /// The name in text and JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Addresses => "addresses",
            Self::MaxPods => "max-pods",
            Self::Cpu => "cpu",
            Self::Memory => "memory",
        }
    }
}

/// A cluster's Windows node groups against their subnets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Plan {
    /// The cluster's name, if a file says it.
    pub cluster: Option<String>,
    /// Its Kubernetes version, if a file says it.
    pub kubernetes: Option<String>,
    /// `does-not-fit` if a group or subnet does not, else `unknown` if one is, else `fits`.
    pub verdict: Verdict,
    /// The Windows node groups, in the order of the files.
    pub node_groups: Vec<GroupPlan>,
    /// The subnets that Windows node groups use, by id.
    pub subnets: Vec<SubnetPlan>,
    /// The first group that cannot grow to its maximum, when all grow node by node in turn, or that cannot be upgraded
    /// there.
    pub first_failure: Option<Failure>,
    /// What would help, with numbers; empty where nothing is short.
    pub advice: Vec<Advice>,
    /// Which CNI fits the cluster; absent unless asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cni: Option<CniAdvice>,
    /// What else is worth telling: warnings, what the files leave open, what is taken for granted.
    pub notes: Vec<Note>,
    /// What is wrong with the files; the answer is about the rest.
    pub problems: Vec<Problem>,
}

/// One Windows node group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct GroupPlan {
    /// Its name.
    pub name: String,
    /// Who makes its nodes: `eksctl-managed`, `eksctl-self-managed`, `eks-managed` or `karpenter`.
    #[schemars(extend("enum" = ["eksctl-managed", "eksctl-self-managed", "eks-managed", "karpenter"]))]
    pub tool: String,
    /// AMI family, type or alias as written.
    pub ami: Option<String>,
    /// Smallest number of nodes.
    pub min_size: Option<u32>,
    /// Number of nodes asked for.
    pub desired_size: Option<u32>,
    /// Largest number of nodes.
    pub max_size: Option<u32>,
    /// Live nodes of the group; absent if no nodes were given.
    pub current_nodes: Option<u32>,
    /// Ids of its subnets; absent if the files do not tell.
    pub subnets: Option<Vec<String>>,
    /// Its instance types, one row each; for many candidates of Karpenter those that differ in capacity.
    pub types: Vec<TypePlan>,
    /// How many types the group may use, the ones that are not shown included.
    pub type_count: u32,
    /// Pods of the given workloads that its labels and taints let in, DaemonSets left out.
    pub workload_pods: Option<u64>,
    /// Whether it can grow to its maximum.
    pub verdict: Verdict,
    /// Where the group is defined.
    pub location: Location,
}

/// A node of one instance type in a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct TypePlan {
    /// The type; of several types with equal answers the first by name.
    pub instance_type: String,
    /// How many types of the group have this answer.
    pub same: u32,
    /// The mode that its nodes work in: `secondary-ip` or `prefix-delegation`.
    #[schemars(extend("enum" = ["secondary-ip", "prefix-delegation"]))]
    pub mode: String,
    /// Pod addresses of the node.
    pub ipv4: u32,
    /// The kubelet's pod limit as it takes effect with this tool.
    pub max_pods: u32,
    /// Why that limit is in effect: `default`, `configured`, `live` or `pods-per-core`.
    #[schemars(extend("enum" = ["default", "configured", "live", "pods-per-core"]))]
    pub max_pods_from: String,
    /// Pods with an address that fit by CPU, DaemonSet pods included, if workloads with requests were given.
    pub cpu_pods: Option<u32>,
    /// Pods with an address that fit by memory, DaemonSet pods included, if workloads with requests were given.
    pub memory_pods: Option<u32>,
    /// DaemonSet pods on each node that take an address.
    pub daemon_set_pods: u32,
    /// DaemonSet pods on each node that use the node's own network.
    pub host_network_pods: u32,
    /// Pods with an address that one node takes, DaemonSet pods included.
    pub pods: u32,
    /// The limit that is reached first; on a tie the first in the order addresses, max-pods, cpu, memory.
    pub limited_by: LimitedBy,
    /// Addresses that one full node takes from its subnet, its own among them.
    pub node_addresses: u32,
    /// /28 prefixes among them.
    pub node_prefixes: u32,
}

/// One subnet and what the Windows node groups ask of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct SubnetPlan {
    /// Its id.
    pub id: String,
    /// Its IPv4 block.
    pub cidr: String,
    /// Its Availability Zone, if a file says it.
    pub availability_zone: Option<String>,
    /// Addresses that are free now and not set aside for named use; absent if the files do not tell.
    pub free_addresses: Option<u32>,
    /// Aligned /28 blocks that are wholly free now; absent if they cannot be counted.
    pub free_prefixes: Option<u32>,
    /// Addresses that live nodes of the Windows groups hold here.
    pub held_addresses: u32,
    /// Of these, prefixes.
    pub held_prefixes: u32,
    /// Demand at each size of the groups: `minimum`, `desired`, `maximum`, `upgrade`, `zone-loss`. A situation is left
    /// out if the size of a group is not known, unless the other groups alone do not fit.
    pub demand: Vec<Demand>,
    /// How many more nodes of each group fit into what is free now.
    pub nodes_that_fit: Vec<NodesThatFit>,
    /// The worst verdict of `minimum`, `desired`, `maximum` and `upgrade`.
    pub verdict: Verdict,
}

/// What all Windows groups together need of one subnet in one situation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Demand {
    /// `minimum`, `desired`, `maximum`, `upgrade` or `zone-loss`.
    #[schemars(extend("enum" = ["minimum", "desired", "maximum", "upgrade", "zone-loss"]))]
    pub at: String,
    /// Nodes in this subnet.
    pub nodes: u64,
    /// Addresses, those that live nodes hold already included.
    pub needed_addresses: u64,
    /// /28 prefixes, those that live nodes hold already included.
    pub needed_prefixes: u64,
    /// Addresses there are: free ones and those that live nodes of these groups hold.
    pub available_addresses: Option<u64>,
    /// Prefixes there are, counted alike.
    pub available_prefixes: Option<u64>,
    /// Whether that is enough.
    pub verdict: Verdict,
}

/// Room for more nodes of one group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct NodesThatFit {
    /// The group.
    pub node_group: String,
    /// More nodes of it, if no other group grows; absent if the subnet's free room is not known.
    pub nodes: Option<u64>,
}

/// Where growing stops.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Failure {
    /// The group.
    pub node_group: String,
    /// `maximum` while the groups grow to their maximum, `upgrade` while this one is replaced there.
    #[schemars(extend("enum" = ["maximum", "upgrade"]))]
    pub at: String,
    /// Which node is the first without room, counted from 1: of the group, or of those that its upgrade adds.
    pub node: u32,
    /// How many nodes there would be.
    pub of: u32,
    /// The subnet.
    pub subnet: String,
    /// What runs out there: `addresses` or `prefixes`.
    #[schemars(extend("enum" = ["addresses", "prefixes"]))]
    pub lacks: String,
}

/// One thing that would help.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Advice {
    /// What kind of change it is: `prefix-delegation`, `instance-type`, `warm-targets`, `subnet` or `max-pods`.
    #[schemars(extend("enum" = ["prefix-delegation", "instance-type", "warm-targets", "subnet", "max-pods"]))]
    pub change: String,
    /// The group or subnet it is about.
    pub object: String,
    /// What to do and what it gives, in numbers.
    pub message: String,
}
