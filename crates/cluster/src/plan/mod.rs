//! Whether a cluster's Windows node groups fit their subnets, how many pods each node takes, and what limits it.

mod advice;
mod answer;
mod candidates;
mod demand;
mod density;
mod supply;

pub use answer::{
    Advice, Demand, Failure, GroupPlan, LimitedBy, NodesThatFit, Plan, SubnetPlan, TypePlan, Verdict,
};
pub(crate) use candidates::unknown_type;

use crate::model::{Cluster, Field, NodeGroup, Os, SubnetChoice, Tool};
use crate::note::{Note, text as note};
use crate::problem::Problem;
use crate::read::Reading;
use candidates::Candidate;
use demand::{Asking, Cost};
use density::Load;
use std::collections::BTreeMap;
use supply::{Supply, reason};
use winpod::ipam::{ConfigData, Environment, Key, Settings};

/// How many rows a group shows of types that differ in capacity.
const MAX_TYPE_ROWS: usize = 64;

/// Plans the cluster of a reading; `set` replaces values of the ConfigMap, as if they were written there.
///
/// The answer is a pure function of the reading: everything that the files leave open is a note, and what
/// is wrong with them is in [`Plan::problems`].
pub fn plan(reading: Reading, set: &BTreeMap<Key, String>) -> Plan {
    let Reading { mut cluster, mut notes, mut problems } = reading;
    learn_from_nodes(&mut cluster);
    let settings = settings(&cluster, set, &mut notes);
    let supplies = supply::supplies(&cluster, &mut notes, &mut problems);
    let cluster = cluster;

    let mut groups = Vec::new();
    let mut asking = Vec::new();
    for group in &cluster.node_groups {
        match &group.os {
            Field::Known(Os::Windows, _) => {}
            Field::Known(Os::Linux, _) => continue,
            os => {
                let text = &note::GROUP_OS_UNKNOWN;
                notes.push(
                    Note::new(text, &[("group", &group.name), ("reason", &reason(os))]).at(&group.place),
                );
                continue;
            }
        }
        let (planned, asks) = plan_group(group, &cluster, &settings, &supplies, &mut notes, &mut problems);
        groups.push(planned);
        asking.push(asks);
    }
    if groups.is_empty() {
        notes.push(Note::new(&note::NO_WINDOWS_GROUP, &[]));
    }

    let subnets = demand::subnets(&asking, &supplies);
    let first_failure = demand::first_failure(&asking, &supplies);
    for (group, asks) in groups.iter_mut().zip(&asking) {
        group.verdict = group_verdict(group, asks, &subnets, settings.windows_ipam.is_on());
    }
    tell_about_neighbours(&cluster, &subnets, &mut notes);
    tell_about_workloads(&cluster, &groups, &mut notes);
    control_plane(&cluster, &supplies, &subnets, &mut notes);
    tell_tight_and_lost_zones(&subnets, &mut notes);
    let verdict = groups.iter().map(|group| group.verdict).max().unwrap_or(Verdict::Unknown);
    let advice = advice::advise(&cluster, &groups, &asking, &subnets, &settings);
    notes.sort_by_key(|note| note.kind);
    Plan {
        cluster: cluster.name.known().cloned(),
        kubernetes: cluster.version.known().cloned(),
        verdict,
        node_groups: groups,
        subnets,
        first_failure,
        advice,
        notes,
        problems,
    }
}

/// A live node tells the system of a group whose AMI does not.
fn learn_from_nodes(cluster: &mut Cluster) {
    for group in &mut cluster.node_groups {
        if group.os.known().is_some() {
            continue;
        }
        let of_group = |node: &&crate::model::LiveNode| node.group.as_deref() == Some(group.name.as_str());
        if let Some(node) = cluster.nodes.iter().filter(of_group).find(|node| node.os.is_some())
            && let Some(os) = node.os
        {
            group.os = Field::Known(os, crate::model::Origin::Written(node.place.clone()));
        }
    }
}

/// The ConfigMap as given, or the values that most tools write, with a note that they are taken for granted.
fn settings(cluster: &Cluster, set: &BTreeMap<Key, String>, notes: &mut Vec<Note>) -> Settings {
    let environment = Environment {
        old_controller: cluster.cni.old_controller.known().is_some(),
        ..Environment::default()
    };
    let mut values: BTreeMap<Key, &str> = match &cluster.cni.data {
        Field::Known(data, _) => data.iter().map(|(key, (text, _))| (*key, text.as_str())).collect(),
        _ => {
            if cluster.node_groups.iter().any(|group| group.os.known() == Some(&Os::Windows)) {
                notes.push(Note::new(&note::CONFIGMAP_ASSUMED, &[]));
            }
            [
                (Key::EnableWindowsIpam, "true"),
                (Key::EnableWindowsPrefixDelegation, "false"),
                (Key::WarmIpTarget, "1"),
                (Key::MinimumIpTarget, "3"),
                (Key::WarmPrefixTarget, "0"),
            ]
            .into()
        }
    };
    values.extend(set.iter().map(|(key, value)| (*key, value.as_str())));
    let data = ConfigData::from_pairs(values.iter().map(|(key, value)| (key.name(), *value)));
    let settings = Settings::read(&data, environment);
    if !settings.windows_ipam.is_on() {
        let why = crate::ipam::why_off(settings.windows_ipam);
        let written = values.get(&Key::EnableWindowsIpam).copied().unwrap_or("(absent)");
        let note = Note::new(&note::IPAM_OFF, &[("written", &written), ("why", &why)]);
        notes.push(match &cluster.cni.data {
            Field::Known(data, origin) => {
                note.at(data.get(&Key::EnableWindowsIpam).map_or(origin.place(), |(_, place)| place))
            }
            _ => note,
        });
    }
    settings
}

fn plan_group<'a>(
    group: &'a NodeGroup,
    cluster: &'a Cluster,
    settings: &Settings,
    supplies: &'a BTreeMap<String, Supply>,
    notes: &mut Vec<Note>,
    problems: &mut Vec<Problem>,
) -> (GroupPlan, Asking<'a>) {
    let candidates = candidates::of_group(cluster, group, notes, problems);
    if candidates.is_empty() && !matches!(group.instance_types, Field::Known(..)) {
        let why = reason(&group.instance_types);
        notes.push(
            Note::new(&note::TYPES_UNKNOWN, &[("group", &group.name), ("reason", &why)]).at(&group.place),
        );
    }
    if let Field::Known(_, origin @ crate::model::Origin::Default(..)) = &group.instance_types {
        notes.push(Note::new(&note::EKSCTL_DEFAULT_TYPE, &[("group", &group.name)]).at(origin.place()));
    }
    tell_about_sizes(group, notes);
    tell_about_types(group, &candidates, notes);
    let load = Load::on(group, &cluster.workloads);
    tell_about_load(group, &load, cluster, notes);
    tell_about_max_pods(group, notes);
    let live: Vec<&crate::model::LiveNode> = cluster
        .nodes
        .iter()
        .filter(|node| node.os == Some(Os::Windows) && node.group.as_deref() == Some(group.name.as_str()))
        .collect();
    let live_max_pods = live.iter().filter_map(|node| node.max_pods).min();
    let rows: Vec<TypePlan> = candidates
        .iter()
        .map(|candidate| density::on_type(group, candidate, settings, &load, live_max_pods))
        .collect();
    tell_about_rows(group, &rows, settings, &candidates, notes);
    let cost_of = |row: &TypePlan| Cost { addresses: row.node_addresses, prefixes: row.node_prefixes };
    let mut cost = rows.iter().map(cost_of).reduce(|a, b| Cost {
        addresses: a.addresses.max(b.addresses),
        prefixes: a.prefixes.max(b.prefixes),
    });
    let limit_of_nodes = group.max_size.known().copied();
    let max_size = by_cpu_limit(group, &candidates)
        .map_or(limit_of_nodes, |count| Some(count.min(limit_of_nodes.unwrap_or(count))));
    let mut most = max_size;
    if let Some(&limit) = group.cpu_limit.known() {
        // Many small nodes or a few large ones: the type that takes most of the subnets under the limit counts.
        let whole = candidates.iter().zip(&rows).filter_map(|(candidate, row)| {
            let count = (limit / candidate.vcpus?.max(1)).min(limit_of_nodes.unwrap_or(u32::MAX));
            Some((u64::from(count) * u64::from(row.node_addresses), count, cost_of(row)))
        });
        if let Some((_, count, of_type)) = whole.max_by_key(|(addresses, ..)| *addresses) {
            (most, cost) = (Some(count), Some(of_type));
        }
    }
    let (subnets, described) = group_subnets(group, cluster, supplies, notes);
    if max_size.is_none() {
        notes.push(Note::new(&note::MAX_SIZE_UNKNOWN, &[("group", &group.name)]).at(&group.place));
    }
    let planned = GroupPlan {
        name: group.name.clone(),
        tool: group.tool.as_str().to_owned(),
        ami: group.ami.known().cloned(),
        min_size: group.min_size.known().copied(),
        desired_size: group.desired_size.known().copied(),
        max_size,
        current_nodes: (!cluster.nodes.is_empty()).then(|| u32::try_from(live.len()).unwrap_or(u32::MAX)),
        subnets,
        type_count: u32::try_from(rows.len()).unwrap_or(u32::MAX),
        types: distinct(rows),
        workload_pods: (!cluster.workloads.is_empty()).then_some(load.pods),
        verdict: Verdict::Unknown,
        location: (&group.place).into(),
    };
    (planned, Asking { group, cost, subnets: described, max_size: most })
}

/// Types with equal answers share a row, so that hundreds of candidates stay readable.
fn distinct(rows: Vec<TypePlan>) -> Vec<TypePlan> {
    let mut kept: Vec<TypePlan> = Vec::new();
    for row in rows {
        let alike = kept.iter_mut().find(|other| {
            let mut twin = row.clone();
            twin.instance_type.clone_from(&other.instance_type);
            twin.same = other.same;
            twin == **other
        });
        match alike {
            Some(other) => other.same += 1,
            None => kept.push(row),
        }
    }
    if kept.len() > MAX_TYPE_ROWS {
        kept.sort_by_key(|row| (row.pods, row.instance_type.clone()));
        let step = kept.len().div_ceil(MAX_TYPE_ROWS);
        kept = kept.into_iter().step_by(step).collect();
    }
    kept
}

/// The most nodes that a CPU limit allows: all of the smallest type.
fn by_cpu_limit(group: &NodeGroup, candidates: &[Candidate]) -> Option<u32> {
    let smallest = candidates.iter().filter_map(|candidate| candidate.vcpus).min()?;
    Some(group.cpu_limit.known()? / smallest.max(1))
}

/// The ids of a group's subnets as far as the files tell, and those among them that are described.
fn group_subnets<'a>(
    group: &NodeGroup,
    cluster: &'a Cluster,
    supplies: &'a BTreeMap<String, Supply>,
    notes: &mut Vec<Note>,
) -> (Option<Vec<String>>, Vec<&'a str>) {
    let ids: Option<Vec<String>> = match &group.subnets {
        Field::Known(SubnetChoice::Ids(ids), _) => Some(ids.clone()),
        Field::Known(SubnetChoice::Tags(terms), _) => {
            let matching = |tags: &BTreeMap<String, String>| {
                terms.iter().any(|term| {
                    term.iter()
                        .all(|(key, value)| tags.get(key).is_some_and(|tag| value == "*" || tag == value))
                })
            };
            let found: Vec<String> = cluster
                .subnets
                .iter()
                .filter(|(_, subnet)| matching(&subnet.tags))
                .map(|(id, _)| id.clone())
                .collect();
            (!found.is_empty()).then_some(found)
        }
        Field::Unknown(..) | Field::Absent => None,
    };
    let Some(ids) = ids else {
        let text = match &group.subnets {
            Field::Known(SubnetChoice::Tags(_), _) => &note::SUBNETS_BY_TAG_UNKNOWN,
            _ => &note::SUBNETS_UNKNOWN,
        };
        notes.push(Note::new(text, &[("group", &group.name)]).at(&group.place));
        return (None, Vec::new());
    };
    let in_zone = |supply: &Supply| match (group.zones.known(), &supply.zone) {
        (Some(zones), Some(zone)) if !zones.is_empty() => zones.contains(zone),
        _ => true,
    };
    let mut described = Vec::new();
    let mut kept = Vec::new();
    let mut missing = Vec::new();
    for id in ids {
        match supplies.get_key_value(&id) {
            Some((_, supply)) if !in_zone(supply) => continue,
            Some((key, _)) => described.push(key.as_str()),
            None => missing.push(id.clone()),
        }
        kept.push(id);
    }
    if !missing.is_empty() {
        let names = missing.join(", ");
        notes.push(
            Note::new(&note::SUBNETS_NOT_DESCRIBED, &[("group", &group.name), ("subnets", &names)])
                .at(&group.place),
        );
        // Without all of them nothing can be said about how many nodes each gets.
        return (Some(kept), Vec::new());
    }
    (Some(kept), described)
}

fn group_verdict(group: &GroupPlan, asks: &Asking<'_>, subnets: &[SubnetPlan], ipam: bool) -> Verdict {
    let without_pods = group.types.iter().filter(|row| row.pods == 0).count();
    // Karpenter makes no nodes of a type that takes no pods as long as there is another.
    let none = match asks.group.tool {
        Tool::Karpenter => without_pods == group.types.len() && without_pods > 0,
        _ => without_pods > 0,
    };
    if !ipam || none {
        return Verdict::DoesNotFit;
    }
    let of_subnets = asks.subnets.iter().filter_map(|id| subnets.iter().find(|subnet| subnet.id == *id));
    let worst = of_subnets.map(|subnet| subnet.verdict).max();
    if group.types.is_empty() { Verdict::Unknown } else { worst.unwrap_or(Verdict::Unknown) }
}

fn tell_about_sizes(group: &NodeGroup, notes: &mut Vec<Note>) {
    let sizes = [&group.min_size, &group.desired_size, &group.max_size];
    let filled_in =
        sizes.iter().any(|size| matches!(size, Field::Known(_, crate::model::Origin::Default(..))));
    if let (true, [Some(min), Some(desired), Some(max)]) = (filled_in, sizes.map(Field::known)) {
        let values: [(&str, &dyn std::fmt::Display); 4] =
            [("group", &group.name), ("min", min), ("desired", desired), ("max", max)];
        notes.push(Note::new(&note::EKSCTL_DEFAULT_SIZES, &values).at(&group.place));
    }
}

fn tell_about_types(group: &NodeGroup, candidates: &[Candidate], notes: &mut Vec<Note>) {
    use winpod::instance::{CONTROLLER_TABLE_DATE, Verdict as Windows};
    let names = |wanted: &dyn Fn(&&Candidate) -> bool| {
        let found: Vec<&str> =
            candidates.iter().filter(wanted).map(|candidate| candidate.name.as_str()).collect();
        let rest = found.len().saturating_sub(4);
        let shown = found.iter().take(4).copied().collect::<Vec<_>>().join(", ");
        (!found.is_empty()).then(|| if rest > 0 { format!("{shown} and {rest} more") } else { shown })
    };
    for (found, text) in [
        (names(&|candidate| candidate.windows == Windows::No), &note::TYPE_NOT_WINDOWS),
        (names(&|candidate| candidate.windows == Windows::Unknown), &note::TYPE_WINDOWS_UNKNOWN),
        (names(&|candidate| !candidate.controller_known), &note::TYPE_NOT_IN_CONTROLLER),
    ] {
        if let Some(names) = found {
            let mut values: Vec<(&str, &dyn std::fmt::Display)> =
                vec![("group", &group.name), ("types", &names)];
            values.push(("date", &CONTROLLER_TABLE_DATE));
            notes.push(Note::new(text, &values).at(&group.place));
        }
    }
}

fn tell_about_load(group: &NodeGroup, load: &Load, cluster: &Cluster, notes: &mut Vec<Note>) {
    let counted = load.memory > 0 || load.daemon_set_memory > 0;
    if counted
        && group.reserved_memory_mib.is_absent()
        && !notes.iter().any(|n| n.code == note::MEMORY_ASSUMED.key)
    {
        notes.push(Note::new(&note::MEMORY_ASSUMED, &[("mib", &density::ASSUMED_RESERVED_MIB)]));
    }
    if cluster.workloads.is_empty() && !notes.iter().any(|note| note.code == note::WORKLOADS_NOT_GIVEN.key) {
        notes.push(Note::new(&note::WORKLOADS_NOT_GIVEN, &[]));
    }
}

fn tell_about_max_pods(group: &NodeGroup, notes: &mut Vec<Note>) {
    let dropped = group.tool == Tool::EksctlManaged || group.tool == Tool::EksManaged;
    if let (true, Field::Known(written, origin)) = (dropped, &group.max_pods) {
        let note = Note::new(&note::MAX_PODS_DROPPED, &[("group", &group.name), ("written", written)]);
        notes.push(note.at(origin.place()));
    }
    if group.custom_ami && group.tool == Tool::EksManaged {
        notes.push(Note::new(&note::MAX_PODS_CUSTOM_AMI, &[("group", &group.name)]).at(&group.place));
    }
    if let Field::Unknown(why, place) = &group.max_pods {
        notes.push(Note::new(&note::MAX_PODS_UNKNOWN, &[("group", &group.name), ("reason", why)]).at(place));
    }
}

fn tell_about_rows(
    group: &NodeGroup,
    rows: &[TypePlan],
    settings: &Settings,
    candidates: &[Candidate],
    notes: &mut Vec<Note>,
) {
    use winpod::ipam::IpamMode;
    let not_nitro: Vec<&str> = candidates
        .iter()
        .filter(|candidate| !candidate.limits.nitro())
        .map(|candidate| candidate.name.as_str())
        .collect();
    if settings.mode() == IpamMode::PrefixDelegation && !not_nitro.is_empty() {
        let names = not_nitro.join(", ");
        notes
            .push(Note::new(&note::NOT_NITRO, &[("group", &group.name), ("types", &names)]).at(&group.place));
    }
    if let Some(first) = candidates.first() {
        let node = settings.on_node(first.limits);
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
fn tell_about_neighbours(cluster: &Cluster, subnets: &[SubnetPlan], notes: &mut Vec<Note>) {
    let shares = |group: &&NodeGroup| match group.subnets.known() {
        Some(SubnetChoice::Ids(ids)) => subnets.iter().any(|subnet| ids.contains(&subnet.id)),
        _ => false,
    };
    let linux = cluster.node_groups.iter().filter(|group| group.os.known() == Some(&Os::Linux));
    let names: Vec<&str> = linux.filter(shares).map(|group| group.name.as_str()).collect();
    if !names.is_empty() {
        notes.push(Note::new(&note::LINUX_NOT_COUNTED, &[("groups", &names.join(", "))]));
    }
}

/// Pods that the address webhook does not see, and more pods than all groups together take.
fn tell_about_workloads(cluster: &Cluster, groups: &[GroupPlan], notes: &mut Vec<Note>) {
    let windows = cluster.workloads.iter().filter(|workload| workload.os == Some(Os::Windows));
    for workload in windows.clone().filter(|workload| !workload.selects_windows && !workload.host_network) {
        let values: [(&str, &dyn std::fmt::Display); 2] =
            [("kind", &workload.kind), ("name", &workload.name)];
        notes.push(Note::new(&note::WINDOWS_NOT_SELECTED, &values).at(&workload.place));
    }
    let pods: u64 = windows
        .filter(|workload| !workload.is_daemon_set() && !workload.host_network)
        .map(|workload| u64::from(workload.replicas.known().copied().unwrap_or(0)))
        .sum();
    // The worst type of each group: a node may be of any.
    let room: Option<u64> = groups
        .iter()
        .map(|group| {
            let beside = group.types.iter().map(|row| row.pods.saturating_sub(row.daemon_set_pods)).min()?;
            Some(u64::from(group.max_size?) * u64::from(beside))
        })
        .sum();
    if let Some(room) = room.filter(|room| pods > *room && !groups.is_empty()) {
        notes.push(Note::new(&note::WORKLOADS_EXCEED, &[("pods", &pods), ("room", &room)]));
    }
}

/// Five free addresses in each of two Availability Zones, or an upgrade of the control plane fails.
fn control_plane(
    cluster: &Cluster,
    supplies: &BTreeMap<String, Supply>,
    subnets: &[SubnetPlan],
    notes: &mut Vec<Note>,
) {
    const NEEDED: u32 = 5;
    let Some(ids) = cluster.control_plane_subnets.known() else { return };
    let enough: std::collections::BTreeSet<Option<&str>> = supplies
        .values()
        .filter(|supply| supply.control_plane && supply.now.addresses.is_none_or(|free| free >= NEEDED))
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
                        .is_some_and(|free| free < demand.needed_addresses + u64::from(NEEDED))
            })
        })
        .map(|subnet| subnet.id.as_str())
        .collect();
    if !shared.is_empty() {
        let names = shared.join(", ");
        notes.push(Note::new(&note::CONTROL_PLANE_SHARED, &[("subnets", &names)]));
    }
}

fn tell_tight_and_lost_zones(subnets: &[SubnetPlan], notes: &mut Vec<Note>) {
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
