//! How many pods one node takes, and which limit binds.

use super::answer::{LimitedBy, TypePlan};
use super::candidates::Candidate;
use crate::model::{Field, MaxUnavailable, NodeGroup, Os, Tool, Workload};
use winpod::ipam::{Settings, capacity, steady_state};

/// What runs on every node of a group, and the mean of what else runs there.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Load {
    pub(super) daemon_set_pods: u32,
    pub(super) host_network_pods: u32,
    pub(super) daemon_set_cpu: u64,
    pub(super) daemon_set_memory: u64,
    /// Pods of all other workloads.
    pub(super) pods: u64,
    pub(super) cpu: u64,
    pub(super) memory: u64,
}

impl Load {
    /// What of the given workloads may run on the group.
    pub(super) fn on(group: &NodeGroup, workloads: &[Workload]) -> Self {
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

/// Whether the scheduler lets a Windows workload onto the group, as far as selectors and taints tell.
pub(super) fn may_run(workload: &Workload, group: &NodeGroup) -> bool {
    let labels = &group.labels;
    workload.os == Some(Os::Windows)
        && workload
            .node_selector
            .iter()
            .all(|(key, value)| labels.get(key).map_or_else(|| !decides(key, labels), |label| label == value))
        && group
            .taints
            .iter()
            .filter(|taint| taint.effect != "PreferNoSchedule")
            .all(|taint| workload.tolerations.iter().any(|toleration| toleration.tolerates(taint)))
}

/// Labels that the cloud or the kubelet sets and a group's file does not list cannot rule a group out.
fn decides(key: &str, labels: &std::collections::BTreeMap<String, String>) -> bool {
    const NAMES_A_GROUP: [&str; 3] =
        ["eks.amazonaws.com/nodegroup", "alpha.eksctl.io/nodegroup-name", "karpenter.sh/nodepool"];
    if NAMES_A_GROUP.contains(&key) {
        return labels.keys().any(|label| NAMES_A_GROUP.contains(&label.as_str()));
    }
    let set_elsewhere = [
        "topology.kubernetes.io/",
        "node.kubernetes.io/",
        "karpenter.k8s.aws/",
        "karpenter.sh/",
        "eks.amazonaws.com/",
    ];
    !set_elsewhere.iter().any(|prefix| key.starts_with(prefix))
}

/// The pod limit that takes effect, and why.
///
/// # Source
/// `WindowsMaxPods110`, `EksctlManagedDropsMaxPods`, `ManagedMaxPodsCap`, `KarpenterMaxPods`.
pub(super) fn max_pods(group: &NodeGroup, vcpus: Option<u32>, live: Option<u32>) -> (u32, &'static str) {
    const DEFAULT: u32 = 110;
    let written = group.max_pods.known().copied();
    // What a file sets for new nodes counts more than what the old ones have.
    let configurable = matches!(group.tool, Tool::EksctlSelfManaged | Tool::Karpenter);
    if let Some(live) = live.filter(|_| written.is_none() || !configurable) {
        return (live, "live");
    }
    match group.tool {
        // eksctl drops the value for managed groups; EKS writes their user data.
        Tool::EksctlManaged | Tool::EksManaged => (DEFAULT, "default"),
        Tool::EksctlSelfManaged => written.map_or((DEFAULT, "default"), |pods| (pods, "configured")),
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
pub(super) const ASSUMED_RESERVED_MIB: u64 = 2048;

/// A node of one type.
pub(super) fn on_type(
    group: &NodeGroup,
    candidate: &Candidate,
    settings: &Settings,
    load: &Load,
    live_max_pods: Option<u32>,
) -> TypePlan {
    let limits = candidate.limits;
    let node = settings.on_node(limits);
    let addresses = if node.windows_ipam { capacity(limits, settings.mode()).addresses } else { 0 };
    let (max_pods, max_pods_from) = max_pods(group, candidate.vcpus, live_max_pods);
    let reserved = group.reserved_memory_mib.known().copied().unwrap_or(ASSUMED_RESERVED_MIB);
    let memory = candidate.memory_mib.map(|mib| mib.saturating_sub(reserved) << 20);
    let cpu = candidate.vcpus.map(|vcpus| u64::from(vcpus) * 1000);
    let cpu_pods = cpu.and_then(|cpu| load.pods_within(cpu, load.daemon_set_cpu, load.cpu));
    let memory_pods = memory.and_then(|memory| load.pods_within(memory, load.daemon_set_memory, load.memory));

    // Each limit as the number of pods beside the DaemonSets.
    let daemon_sets = load.daemon_set_pods;
    let limits_in_order = [
        (LimitedBy::Addresses, Some(addresses.saturating_sub(daemon_sets))),
        (LimitedBy::MaxPods, Some(max_pods.saturating_sub(daemon_sets + load.host_network_pods))),
        (LimitedBy::Cpu, cpu_pods),
        (LimitedBy::Memory, memory_pods),
    ];
    let (limited_by, beside) = limits_in_order
        .into_iter()
        .filter_map(|(limit, pods)| Some((limit, pods?)))
        .reduce(|least, next| if next.1 < least.1 { next } else { least })
        .unwrap_or((LimitedBy::Addresses, 0));
    let pods = (beside + daemon_sets).min(addresses).min(max_pods.saturating_sub(load.host_network_pods));
    // Pods that wait for an address still make the pool ask for one more.
    let rest = steady_state(limits, &node, pods, 0);
    TypePlan {
        instance_type: candidate.name.clone(),
        same: 1,
        mode: node.mode.name().to_owned(),
        ipv4: addresses,
        max_pods,
        max_pods_from: max_pods_from.to_owned(),
        cpu_pods: cpu_pods.map(|pods| pods.saturating_add(daemon_sets)),
        memory_pods: memory_pods.map(|pods| pods.saturating_add(daemon_sets)),
        daemon_set_pods: daemon_sets,
        host_network_pods: load.host_network_pods,
        pods: rest.pods,
        limited_by: if rest.waiting > 0 { LimitedBy::Addresses } else { limited_by },
        node_addresses: rest.subnet_addresses(),
        node_prefixes: rest.prefixes,
    }
}

/// Nodes that a rolling replacement adds while old and new ones run together.
///
/// # Source
/// `ManagedUpdateSurge`, `KarpenterDefaultBudget`; a self-managed group is replaced by a second one.
pub(super) fn surge(group: &NodeGroup, size: u32, zones: u32) -> Option<u32> {
    let share = |unavailable: &MaxUnavailable| match unavailable {
        MaxUnavailable::Nodes(nodes) => *nodes,
        MaxUnavailable::Percent(percent) => {
            u32::try_from((u64::from(size) * u64::from(*percent)).div_ceil(100)).unwrap_or(u32::MAX)
        }
    };
    match group.tool {
        Tool::EksctlManaged | Tool::EksManaged => {
            let unavailable = match &group.max_unavailable {
                Field::Known(unavailable, _) => share(unavailable).min(100),
                _ => 1,
            };
            Some(if size == 0 { 0 } else { unavailable.max(2 * zones) })
        }
        Tool::EksctlSelfManaged => Some(size),
        Tool::Karpenter => group.max_unavailable.known().map(|unavailable| share(unavailable).min(size)),
    }
}
