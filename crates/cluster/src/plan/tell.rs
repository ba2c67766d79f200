//! What a plan tells beside its numbers.

use super::answer::{GroupPlan, SubnetPlan, TypePlan, Verdict};
use super::candidates::Candidate;
use super::demand::Asking;
use super::density::{self, Load};
use super::supply::Supply;
use crate::model::{Cluster, Field, NodeGroup, Origin, Os, SubnetChoice, Tool};
use crate::note::{Note, text as note};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use winpod::ipam::{IpamMode, Settings};

pub(super) fn sizes(group: &NodeGroup, notes: &mut Vec<Note>) {
    let sizes = [&group.min_size, &group.desired_size, &group.max_size];
    let filled_in = sizes.iter().any(|size| matches!(size, Field::Known(_, Origin::Default(..))));
    if let (true, [Some(min), Some(desired), Some(max)]) = (filled_in, sizes.map(Field::known)) {
        let values: [(&str, &dyn Display); 4] =
            [("group", &group.name), ("min", min), ("desired", desired), ("max", max)];
        notes.push(Note::new(&note::EKSCTL_DEFAULT_SIZES, &values).at(&group.place));
    }
}

pub(super) fn types(group: &NodeGroup, candidates: &[Candidate], notes: &mut Vec<Note>) {
    use winpod::instance::{CONTROLLER_TABLE_DATE, Verdict as Windows};
    let names = |wanted: &dyn Fn(&&Candidate) -> bool| names(candidates.iter().filter(wanted));
    for (found, text) in [
        (names(&|candidate| candidate.windows == Windows::No), &note::TYPE_NOT_WINDOWS),
        (names(&|candidate| candidate.windows == Windows::Unknown), &note::TYPE_WINDOWS_UNKNOWN),
        (names(&|candidate| !candidate.controller_known), &note::TYPE_NOT_IN_CONTROLLER),
    ] {
        if let Some(names) = found {
            let mut values: Vec<(&str, &dyn Display)> = vec![("group", &group.name), ("types", &names)];
            values.push(("date", &CONTROLLER_TABLE_DATE));
            notes.push(Note::new(text, &values).at(&group.place));
        }
    }
}

pub(super) fn load(group: &NodeGroup, load: &Load, cluster: &Cluster, notes: &mut Vec<Note>) {
    let counted = load.memory > 0 || load.daemon_set_memory > 0;
    if counted
        && group.reserved_memory_mib.is_absent()
        && !notes.iter().any(|n| n.code == note::MEMORY_ASSUMED.key)
    {
        notes.push(Note::new(&note::MEMORY_ASSUMED, &[("mib", &density::ASSUMED_RESERVED_MIB)]));
    }
    if load.cpu > 0 || load.memory > 0 {
        let values: [(&str, &dyn Display); 1] = [("group", &group.name)];
        notes.push(Note::new(&note::MEAN_POD, &values));
    }
    if cluster.workloads.is_empty() && !notes.iter().any(|note| note.code == note::WORKLOADS_NOT_GIVEN.key) {
        notes.push(Note::new(&note::WORKLOADS_NOT_GIVEN, &[]));
    }
}

pub(super) fn max_pods(group: &NodeGroup, live: Option<u32>, notes: &mut Vec<Note>) {
    let effective = density::max_pods(group, None, live).0;
    if let Some(live) = live.filter(|live| *live != effective) {
        let values: [(&str, &dyn Display); 3] =
            [("group", &group.name), ("live", &live), ("written", &effective)];
        notes.push(Note::new(&note::MAX_PODS_DIFFER, &values).at(&group.place));
    }
    let own_call = group.custom_ami && group.tool == Tool::EksManaged;
    let dropped = matches!(group.tool, Tool::EksctlManaged | Tool::EksManaged) && !own_call;
    if let (true, Field::Known(written, origin)) = (dropped, &group.max_pods) {
        let note = Note::new(&note::MAX_PODS_DROPPED, &[("group", &group.name), ("written", written)]);
        notes.push(note.at(origin.place()));
    }
    if own_call && group.max_pods.is_absent() {
        notes.push(Note::new(&note::MAX_PODS_CUSTOM_AMI, &[("group", &group.name)]).at(&group.place));
    }
    if let Field::Unknown(why, place) = &group.max_pods {
        notes.push(Note::new(&note::MAX_PODS_UNKNOWN, &[("group", &group.name), ("reason", why)]).at(place));
    }
}

pub(super) fn rows(
    group: &NodeGroup,
    rows: &[TypePlan],
    settings: &Settings,
    candidates: &[Candidate],
    notes: &mut Vec<Note>,
) {
    let not_nitro = names(candidates.iter().filter(|candidate| !candidate.limits.nitro()));
    if let (IpamMode::PrefixDelegation, Some(names)) = (settings.mode(), not_nitro) {
        notes
            .push(Note::new(&note::NOT_NITRO, &[("group", &group.name), ("types", &names)]).at(&group.place));
    }
    // Only Nitro or not makes a difference.
    let kinds =
        [true, false].map(|nitro| candidates.iter().find(|candidate| candidate.limits.nitro() == nitro));
    for candidate in kinds.into_iter().flatten() {
        let node = settings.on_node(candidate.limits);
        for note in node.traps().filter_map(|trap| crate::ipam::trap_note(trap, &node)) {
            if !notes.contains(&note) {
                notes.push(note);
            }
        }
    }
    if group.tool == Tool::Karpenter
        && rows.iter().any(|row| row.mode == IpamMode::PrefixDelegation.name() && row.ipv4 > 16)
    {
        notes.push(Note::new(&note::KARPENTER_OVERBUYS, &[("pool", &group.name)]).at(&group.place));
    }
}

/// Linux groups in the same subnets grow too.
pub(super) fn neighbours<'a>(
    cluster: &Cluster,
    subnets: impl Iterator<Item = &'a str>,
    notes: &mut Vec<Note>,
) {
    let subnets: BTreeSet<&str> = subnets.collect();
    let shares = |group: &&NodeGroup| match group.subnets.known() {
        Some(SubnetChoice::Ids(ids)) => ids.iter().any(|id| subnets.contains(id.as_str())),
        _ => false,
    };
    let linux = cluster.node_groups.iter().filter(|group| group.os.known() == Some(&Os::Linux));
    let names: Vec<&str> = linux.filter(shares).map(|group| group.name.as_str()).collect();
    if !names.is_empty() {
        notes.push(Note::new(&note::LINUX_NOT_COUNTED, &[("groups", &names.join(", "))]));
    }
}

/// Pods that the address webhook does not see, pods that no group takes, and more pods than all groups together take.
pub(super) fn workloads(cluster: &Cluster, groups: &[GroupPlan], notes: &mut Vec<Note>) -> Verdict {
    let windows: Vec<&NodeGroup> =
        cluster.node_groups.iter().filter(|group| group.os.known() == Some(&Os::Windows)).collect();
    let mut pods = 0;
    for workload in cluster.workloads.iter().filter(|workload| workload.os == Some(Os::Windows)) {
        let values: [(&str, &dyn Display); 2] = [("kind", &workload.kind), ("name", &workload.name)];
        if !workload.selects_windows && !workload.host_network {
            notes.push(Note::new(&note::WINDOWS_NOT_SELECTED, &values).at(&workload.place));
        }
        if !windows.iter().any(|group| crate::placement::may_run(workload, group)) {
            notes.push(Note::new(&note::WORKLOAD_NOWHERE, &values).at(&workload.place));
        } else if !workload.is_daemon_set() && !workload.host_network {
            pods += u64::from(workload.replicas.known().copied().unwrap_or(0));
        }
    }
    // The worst type of each group: a node may be of any.
    let room: Option<u64> = groups
        .iter()
        .map(|group| {
            let beside = group.types.iter().map(|row| row.pods.saturating_sub(row.daemon_set_pods)).min()?;
            Some(u64::from(group.max_size?) * u64::from(beside))
        })
        .sum();
    match room.filter(|room| pods > *room && !groups.is_empty()) {
        Some(room) => {
            notes.push(Note::new(&note::WORKLOADS_EXCEED, &[("pods", &pods), ("room", &room)]));
            Verdict::DoesNotFit
        }
        None => Verdict::Fits,
    }
}

/// How nodes and upgrades are counted, for the tools that are there.
pub(super) fn how_demand_counts(asking: &[Asking<'_>], notes: &mut Vec<Note>) {
    if asking.iter().all(|asks| asks.subnets.is_empty()) {
        return;
    }
    notes.push(Note::new(&note::DEMAND_COUNTED, &[]));
    let any = |tools: &[Tool]| {
        asking.iter().any(|asks| tools.contains(&asks.group.tool) && !asks.subnets.is_empty())
    };
    for (tools, text) in [
        (&[Tool::EksctlManaged, Tool::EksManaged][..], &note::UPGRADE_MANAGED),
        (&[Tool::EksctlSelfManaged, Tool::AutoScaling], &note::UPGRADE_SELF_MANAGED),
        (&[Tool::Karpenter], &note::UPGRADE_KARPENTER),
    ] {
        if any(tools) {
            notes.push(Note::new(text, &[]));
        }
    }
}

/// A few names, the rest counted; none if there are none.
pub(super) fn names<'a>(candidates: impl Iterator<Item = &'a Candidate>) -> Option<String> {
    const SHOWN: usize = 4;
    let found: Vec<&str> = candidates.map(|candidate| candidate.name.as_str()).collect();
    let rest = found.len().saturating_sub(SHOWN);
    let shown = found.iter().take(SHOWN).copied().collect::<Vec<_>>().join(", ");
    (!found.is_empty()).then(|| if rest > 0 { format!("{shown} and {rest} more") } else { shown })
}

/// Free addresses that an update of the control plane needs in each of two Availability Zones.
///
/// # Source
/// `ControlPlaneFiveFree`.
pub(super) const CONTROL_PLANE_NEEDS: u32 = 5;

/// Five free addresses in each of two Availability Zones, or an upgrade of the control plane fails.
pub(super) fn control_plane(
    cluster: &Cluster,
    supplies: &BTreeMap<String, Supply>,
    subnets: &[SubnetPlan],
    notes: &mut Vec<Note>,
) {
    let Some(ids) = cluster.control_plane_subnets.known() else { return };
    let enough: BTreeSet<Option<&str>> = supplies
        .values()
        .filter(|supply| {
            supply.control_plane && supply.now.addresses.is_none_or(|free| free >= CONTROL_PLANE_NEEDS)
        })
        .map(|supply| supply.zone.as_deref())
        .collect();
    // A subnet that no file describes may have them.
    if enough.len() < 2 && !ids.is_empty() && ids.iter().all(|id| supplies.contains_key(id)) {
        notes.push(Note::new(&note::CONTROL_PLANE_SHORT, &[("zones", &enough.len())]));
    }
    let shared: Vec<&str> = subnets
        .iter()
        .filter(|subnet| supplies[&subnet.id].control_plane)
        .filter(|subnet| {
            subnet.demand.iter().any(|demand| {
                demand.at == "upgrade"
                    && demand
                        .available_addresses
                        .is_some_and(|free| free < demand.needed_addresses + u64::from(CONTROL_PLANE_NEEDS))
            })
        })
        .map(|subnet| subnet.id.as_str())
        .collect();
    if !shared.is_empty() {
        let names = shared.join(", ");
        notes.push(Note::new(&note::CONTROL_PLANE_SHARED, &[("subnets", &names)]));
    }
}

pub(super) fn tight_and_lost_zones(subnets: &[SubnetPlan], notes: &mut Vec<Note>) {
    for subnet in subnets {
        for demand in &subnet.demand {
            let (needed, free) = (demand.needed_prefixes, demand.available_prefixes);
            let tight = free.is_some_and(|free| needed > 0 && needed <= free);
            if tight && demand.verdict == Verdict::Unknown && demand.at == "maximum" {
                let free = free.unwrap_or_default();
                notes.push(Note::new(
                    &note::PREFIXES_TIGHT,
                    &[("subnet", &subnet.id), ("needed", &needed), ("free", &free), ("nodes", &demand.nodes)],
                ));
            }
            if demand.at == "zone-loss" && demand.verdict == Verdict::DoesNotFit {
                notes.push(Note::new(
                    &note::ZONE_LOSS_SHORT,
                    &[
                        ("subnet", &subnet.id),
                        ("nodes", &demand.nodes),
                        ("addresses", &demand.needed_addresses),
                        ("prefixes", &demand.needed_prefixes),
                    ],
                ));
            }
        }
    }
}
