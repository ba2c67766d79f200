//! How many pods one node takes, and which limit binds.

use super::answer::{LimitedBy, TypePlan};
use super::candidates::Candidate;
use crate::model::{MaxUnavailable, NodeGroup, Tool, Workload};
use crate::placement::may_run;
use winpod::ipam::{Limits, NodeSettings, Settings, SteadyState, capacity, fullest_state};

/// What runs on every node of a group, and the mean of what else runs there.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Load {
    pub(crate) daemon_set_pods: u32,
    pub(crate) host_network_pods: u32,
    pub(crate) daemon_set_cpu: u64,
    pub(crate) daemon_set_memory: u64,
    /// Pods of all other workloads.
    pub(crate) pods: u64,
    pub(crate) cpu: u64,
    pub(crate) memory: u64,
}

impl Load {
    /// What of the given workloads may run on the group.
    pub(crate) fn on(group: &NodeGroup, workloads: &[Workload]) -> Self {
        let mut load = Self::default();
        for workload in workloads.iter().filter(|workload| may_run(workload, group)) {
            if workload.is_daemon_set() {
                if workload.host_network || !workload.selects_windows {
                    load.host_network_pods += 1;
                } else {
                    load.daemon_set_pods += 1;
                }
                load.daemon_set_cpu = load.daemon_set_cpu.saturating_add(workload.cpu_millis);
                load.daemon_set_memory = load.daemon_set_memory.saturating_add(workload.memory_bytes);
            } else {
                let pods = u64::from(workload.replicas.known().copied().unwrap_or(0));
                load.pods = load.pods.saturating_add(pods);
                load.cpu = load.cpu.saturating_add(workload.cpu_millis.saturating_mul(pods));
                load.memory = load.memory.saturating_add(workload.memory_bytes.saturating_mul(pods));
            }
        }
        load
    }

    /// Pods of the mean size that fit into `total` less what DaemonSets take; `None` where nothing is requested.
    fn pods_within(&self, total: u64, daemon_sets: u64, requested: u64) -> Option<u32> {
        let room = u128::from(total.saturating_sub(daemon_sets));
        let fit = (room * u128::from(self.pods)).checked_div(u128::from(requested))?;
        Some(u32::try_from(fit).unwrap_or(u32::MAX))
    }
}

/// The pod limit that takes effect, and why.
///
/// # Source
/// `WindowsMaxPods110`, `EksctlManagedDropsMaxPods`, `ManagedMaxPodsCap`, `KarpenterMaxPods`.
pub(crate) fn max_pods(group: &NodeGroup, vcpus: Option<u32>, live: Option<u32>) -> (u32, &'static str) {
    const DEFAULT: u32 = 110;
    let written = group.max_pods.known().copied();
    // What a file sets for new nodes counts more than what the old ones have.
    let own_call = group.custom_ami && group.tool == Tool::EksManaged;
    let configurable = own_call || !matches!(group.tool, Tool::EksctlManaged | Tool::EksManaged);
    if let Some(live) = live.filter(|_| written.is_none() || !configurable) {
        return (live, "live");
    }
    match group.tool {
        // eksctl drops the value for managed groups; EKS writes their user data.
        Tool::EksctlManaged | Tool::EksManaged if !own_call => (DEFAULT, "default"),
        Tool::EksctlManaged | Tool::EksManaged | Tool::EksctlSelfManaged | Tool::AutoScaling => {
            written.map_or((DEFAULT, "default"), |pods| (pods, "configured"))
        }
        Tool::Karpenter => {
            let (pods, from) = written.map_or((DEFAULT, "default"), |pods| (pods, "configured"));
            match (group.pods_per_core.known(), vcpus) {
                (Some(&per_core), Some(vcpus)) if per_core > 0 && per_core.saturating_mul(vcpus) < pods => {
                    (per_core * vcpus, "pods-per-core")
                }
                _ => (pods, from),
            }
        }
    }
}

/// Memory that is kept from pods on a node, in MiB.
pub(crate) const ASSUMED_RESERVED_MIB: u64 = 2048;

/// A node of one type.
pub(crate) fn on_type(
    group: &NodeGroup,
    candidate: &Candidate,
    settings: &Settings,
    load: &Load,
    live_max_pods: Option<u32>,
) -> TypePlan {
    let limits = candidate.limits;
    let node = settings.on_node(limits);
    let (max_pods, max_pods_from) = max_pods(group, candidate.vcpus, live_max_pods);
    let reserved = group.reserved_memory_mib.known().copied().unwrap_or(ASSUMED_RESERVED_MIB);
    let memory = candidate.memory_mib.map(|mib| mib.saturating_sub(reserved) << 20);
    let cpu = candidate.vcpus.map(|vcpus| u64::from(vcpus) * 1000);
    let cpu_pods = cpu.and_then(|cpu| load.pods_within(cpu, load.daemon_set_cpu, load.cpu));
    let memory_pods = memory.and_then(|memory| load.pods_within(memory, load.daemon_set_memory, load.memory));

    let always = Always { daemon_set_pods: load.daemon_set_pods, host_network_pods: load.host_network_pods };
    let others = [(LimitedBy::Cpu, cpu_pods), (LimitedBy::Memory, memory_pods)];
    let full = FullNode::of(limits, &node, max_pods, always, &others);
    TypePlan {
        instance_type: candidate.name.clone(),
        same: 1,
        mode: node.mode.name().to_owned(),
        ipv4: full.addresses,
        max_pods,
        max_pods_from: max_pods_from.to_owned(),
        cpu_pods: cpu_pods.map(|pods| pods.saturating_add(load.daemon_set_pods)),
        memory_pods: memory_pods.map(|pods| pods.saturating_add(load.daemon_set_pods)),
        daemon_set_pods: load.daemon_set_pods,
        host_network_pods: load.host_network_pods,
        pods: full.rest.pods,
        limited_by: full.limited_by,
        node_addresses: full.rest.subnet_addresses(),
        node_prefixes: full.rest.prefixes,
    }
}

/// Pods that every node of a group has, whatever else it takes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Always {
    /// With an address of their own.
    pub(crate) daemon_set_pods: u32,
    /// On the node's network.
    pub(crate) host_network_pods: u32,
}

/// A node with as many pods as it takes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FullNode {
    /// Pod addresses that it can have.
    pub(crate) addresses: u32,
    /// The limit that is reached first; on a tie the first one.
    pub(crate) limited_by: LimitedBy,
    /// What it holds: with all its pods, or with fewer where that is more.
    pub(crate) rest: SteadyState,
}

impl FullNode {
    /// The node under its own two limits and others, which count pods beside the DaemonSets.
    pub(crate) fn of(
        limits: Limits,
        node: &NodeSettings,
        max_pods: u32,
        always: Always,
        others: &[(LimitedBy, Option<u32>)],
    ) -> Self {
        let addresses = if node.windows_ipam { capacity(limits, node.mode).addresses } else { 0 };
        let (limited_by, pods) = most_pods(addresses, max_pods, always, others);
        // Pods that wait for an address still make the pool ask for one more.
        let rest = fullest_state(limits, node, pods);
        let limited_by = if rest.waiting > 0 { LimitedBy::Addresses } else { limited_by };
        Self { addresses, limited_by, rest }
    }
}

/// Pods with an address that a node takes under all its limits, and the limit that is reached first; on a tie the first
/// one.
fn most_pods(
    addresses: u32,
    max_pods: u32,
    always: Always,
    others: &[(LimitedBy, Option<u32>)],
) -> (LimitedBy, u32) {
    let Always { daemon_set_pods: daemon_sets, host_network_pods: host_network } = always;
    let own = [
        (LimitedBy::Addresses, Some(addresses.saturating_sub(daemon_sets))),
        (LimitedBy::MaxPods, Some(max_pods.saturating_sub(daemon_sets).saturating_sub(host_network))),
    ];
    let (limited_by, beside) = own
        .into_iter()
        .chain(others.iter().copied())
        .filter_map(|(limit, pods)| Some((limit, pods?)))
        .reduce(|least, next| if next.1 < least.1 { next } else { least })
        .unwrap_or((LimitedBy::Addresses, 0));
    let pods = beside.saturating_add(daemon_sets).min(addresses).min(max_pods.saturating_sub(host_network));
    (limited_by, pods)
}

/// The same node where something else than the VPC gives its pods so many addresses: its subnet gives one, its own.
pub(crate) fn with_addresses(row: &TypePlan, addresses: u32) -> TypePlan {
    let beside = |pods: Option<u32>| pods.map(|pods| pods.saturating_sub(row.daemon_set_pods));
    let always = Always { daemon_set_pods: row.daemon_set_pods, host_network_pods: row.host_network_pods };
    let others = [(LimitedBy::Cpu, beside(row.cpu_pods)), (LimitedBy::Memory, beside(row.memory_pods))];
    let (limited_by, pods) = most_pods(addresses, row.max_pods, always, &others);
    TypePlan { ipv4: addresses, pods, limited_by, node_addresses: 1, node_prefixes: 0, ..row.clone() }
}

/// Nodes that a rolling replacement adds while old and new ones run together.
///
/// # Source
/// `ManagedUpdateSurge`, `KarpenterDefaultBudget`; a self-managed group is replaced by a second one.
pub(crate) fn surge(group: &NodeGroup, size: u32, zones: u32) -> Option<u32> {
    match group.tool {
        Tool::EksctlManaged | Tool::EksManaged => {
            Some(managed_surge(group.max_unavailable.known().copied(), size, zones))
        }
        Tool::EksctlSelfManaged | Tool::AutoScaling => Some(size),
        Tool::Karpenter => {
            group.max_unavailable.known().map(|unavailable| share(*unavailable, size).min(size))
        }
    }
}

/// Nodes that the rolling update of a managed group adds.
///
/// # Source
/// `ManagedUpdateSurge`.
pub(crate) fn managed_surge(unavailable: Option<MaxUnavailable>, size: u32, zones: u32) -> u32 {
    if size == 0 { 0 } else { unavailable_nodes(unavailable, size).max(zones.saturating_mul(2)) }
}

/// Nodes that the rolling update of a managed group replaces at a time.
///
/// # Source
/// `ManagedUpdateSurge`.
pub(crate) fn unavailable_nodes(unavailable: Option<MaxUnavailable>, size: u32) -> u32 {
    const DEFAULT: u32 = 1;
    const MOST: u32 = 100;
    unavailable.map_or(DEFAULT, |unavailable| share(unavailable, size).min(MOST))
}

fn share(unavailable: MaxUnavailable, size: u32) -> u32 {
    match unavailable {
        MaxUnavailable::Nodes(nodes) => nodes,
        MaxUnavailable::Percent(percent) => {
            u32::try_from((u64::from(size) * u64::from(percent)).div_ceil(100)).unwrap_or(u32::MAX)
        }
    }
}
