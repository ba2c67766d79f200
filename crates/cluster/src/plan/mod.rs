//! Whether a cluster's Windows node groups fit their subnets, how many pods each node takes, and what limits it.

mod advice;
mod answer;
pub(crate) mod candidates;
pub(crate) mod demand;
pub(crate) mod density;
pub mod migration;
pub(crate) mod supply;
mod tell;

pub use answer::{
    Advice, Demand, Failure, GroupPlan, LimitedBy, NodesThatFit, Plan, SubnetPlan, TypePlan, Verdict,
};
pub(crate) use candidates::{Candidate, find, unknown_type};
pub(crate) use demand::{Asking, Cost, singles, spread, subnets};
pub(crate) use density::{Always, FullNode, Load, managed_surge, with_addresses};

use crate::cni;
use crate::model::{Cluster, Field, NodeGroup, Os, SubnetChoice, Tool};
use crate::note::{Note, text as note};
use crate::problem::Problem;
use crate::read::Reading;
use crate::written::Written;
use std::collections::{BTreeMap, BTreeSet};
use supply::{Supply, reason};
use winpod::ipam::{ConfigData, Environment, IpamMode, Key, Settings};

/// How many rows a group shows of types that differ in capacity.
const MAX_TYPE_ROWS: usize = 64;

/// Plans the cluster of a reading; `set` replaces values of the ConfigMap, as if they were written there.
///
/// The answer is a pure function of the reading: everything that the files leave open is a note, and what
/// is wrong with them is in [`Plan::problems`].
pub fn plan(reading: Reading, set: &BTreeMap<Key, String>) -> Plan {
    plan_and(reading, set, false)
}

/// As [`plan()`], with [`Plan::cni`] if it is asked for.
pub(crate) fn plan_and(reading: Reading, set: &BTreeMap<Key, String>, with_cni: bool) -> Plan {
    let Reading { mut cluster, mut notes, mut problems, .. } = reading;
    learn_from_nodes(&mut cluster);
    let settings = settings(&cluster, set, &mut notes);
    let supplies = supply::supplies(&cluster, false, &mut |_, _, _| {}, &mut notes, &mut problems);
    let cluster = cluster;

    let counted = Counted::of(&cluster, &settings, &supplies, &mut notes, &mut problems);
    let Counted { groups, asking, subnets, first_failure } = &counted;
    tell::neighbours(&cluster, subnets.iter().map(|subnet| subnet.id.as_str()), &mut notes);
    tell::how_demand_counts(asking, &mut notes);
    tell::control_plane(&cluster, &supplies, subnets, &mut notes);
    tell::tight_and_lost_zones(subnets, &mut notes);
    // What was refused may change everything else.
    let inputs_verdict = if problems.is_empty() { Verdict::Fits } else { Verdict::Unknown };
    let verdict = counted.verdict(&cluster, &mut notes).max(inputs_verdict);
    let advice = advice::advise(&cluster, groups, asking, subnets, &settings);
    let cni = with_cni.then(|| cni::advise(&cluster, &supplies, set));
    notes.sort_by_key(|note| note.kind);
    let first_failure = first_failure.clone();
    let Counted { groups, subnets, .. } = counted;
    Plan {
        cluster: cluster.name.known().cloned(),
        kubernetes: cluster.version.known().cloned(),
        verdict,
        node_groups: groups,
        subnets,
        first_failure,
        advice,
        cni,
        notes,
        problems,
    }
}

/// The Windows groups and their subnets, counted under some settings.
pub(crate) struct Counted<'a> {
    pub(crate) groups: Vec<GroupPlan>,
    pub(crate) asking: Vec<Asking<'a>>,
    pub(crate) subnets: Vec<SubnetPlan>,
    pub(crate) first_failure: Option<Failure>,
}

impl<'a> Counted<'a> {
    pub(crate) fn of(
        cluster: &'a Cluster,
        settings: &Settings,
        supplies: &'a BTreeMap<String, Supply>,
        notes: &mut Vec<Note>,
        problems: &mut Vec<Problem>,
    ) -> Self {
        let mut groups = Vec::new();
        let mut asking = Vec::new();
        for group in windows_groups(cluster, notes) {
            let (planned, asks) = plan_group(group, cluster, settings, supplies, notes, problems);
            groups.push(planned);
            asking.push(asks);
        }
        Self::from_parts(groups, asking, supplies, settings.windows_ipam.is_on())
    }

    /// What the groups ask of their subnets; `addresses` says whether their pods get any.
    pub(crate) fn from_parts(
        mut groups: Vec<GroupPlan>,
        asking: Vec<Asking<'a>>,
        supplies: &BTreeMap<String, Supply>,
        addresses: bool,
    ) -> Self {
        let subnets = subnets(&asking, supplies);
        let first_failure = demand::first_failure(&asking, supplies);
        for (group, asks) in groups.iter_mut().zip(&asking) {
            group.verdict = group_verdict(asks, &subnets, addresses);
        }
        Self { groups, asking, subnets, first_failure }
    }

    /// Whether all groups fit, and the given workloads into them.
    pub(crate) fn verdict(&self, cluster: &Cluster, notes: &mut Vec<Note>) -> Verdict {
        let groups = self.groups.iter().map(|group| group.verdict).max().unwrap_or(Verdict::Unknown);
        groups.max(tell::workloads(cluster, &self.groups, notes))
    }
}

/// The groups that are known to run Windows; of the others that might, and of there being none, a note tells.
pub(crate) fn windows_groups<'a>(cluster: &'a Cluster, notes: &mut Vec<Note>) -> Vec<&'a NodeGroup> {
    let mut windows = Vec::new();
    for group in &cluster.node_groups {
        match &group.os {
            Field::Known(Os::Windows, _) => windows.push(group),
            Field::Known(Os::Linux, _) => {}
            os => {
                let text = &note::GROUP_OS_UNKNOWN;
                notes.push(
                    Note::new(text, &[("group", &group.name), ("reason", &reason(os))]).at(&group.place),
                );
            }
        }
    }
    if windows.is_empty() {
        notes.push(Note::new(&note::NO_WINDOWS_GROUP, &[]));
    }
    windows
}

/// A live node tells the system of a group whose AMI does not.
pub(crate) fn learn_from_nodes(cluster: &mut Cluster) {
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

/// What chart and eksctl write with Windows turned on; taken where the ConfigMap is not given.
///
/// # Source
/// `ChartDefaultTargets`.
pub(crate) const ASSUMED_VALUES: [(Key, &str); 5] = [
    (Key::EnableWindowsIpam, "true"),
    (Key::EnableWindowsPrefixDelegation, "false"),
    (Key::WarmIpTarget, "1"),
    (Key::MinimumIpTarget, "3"),
    (Key::WarmPrefixTarget, "0"),
];

/// Tells that these values are taken for granted.
pub(crate) fn values_assumed(values: &BTreeMap<Key, &str>) -> Note {
    let pairs: Vec<String> = values.iter().map(|(key, value)| format!("{key} {value}")).collect();
    Note::new(&note::CONFIGMAP_ASSUMED, &[("values", &pairs.join(", "))])
}

/// The values of the ConfigMap as given or as an add-on or a chart makes it, or those that most tools write, with `set` in
/// place of its own.
fn values(written: Option<&Written>, set: &BTreeMap<Key, String>) -> BTreeMap<Key, String> {
    let mut values: BTreeMap<Key, String> = match written {
        Some(written) => written.pairs().map(|(key, text)| (key, text.to_owned())).collect(),
        None => ASSUMED_VALUES.map(|(key, text)| (key, text.to_owned())).into(),
    };
    values.extend(set.iter().map(|(key, value)| (*key, value.clone())));
    values
}

/// The settings as they would be in a mode, with nothing in the way of it.
pub(crate) fn settings_in(cluster: &Cluster, set: &BTreeMap<Key, String>, mode: IpamMode) -> Settings {
    let mut values = values(Written::of(cluster).as_ref(), set);
    let prefixes = if mode == IpamMode::PrefixDelegation { "true" } else { "false" };
    let on = [(Key::EnableWindowsIpam, "true"), (Key::EnableWindowsPrefixDelegation, prefixes)];
    values.extend(on.map(|(key, text)| (key, text.to_owned())));
    let data = ConfigData::from_pairs(values.iter().map(|(key, value)| (key.name(), value.as_str())));
    Settings::read(&data, Environment::default())
}

/// The ConfigMap as given, what add-on or chart make of it, or the values that most tools write; a note tells which of the
/// last two it is.
pub(crate) fn settings(cluster: &Cluster, set: &BTreeMap<Key, String>, notes: &mut Vec<Note>) -> Settings {
    settings_as(cluster, Written::of(cluster).as_ref(), set, notes)
}

/// The same, where it is known already what is written.
pub(crate) fn settings_as(
    cluster: &Cluster,
    written: Option<&Written>,
    set: &BTreeMap<Key, String>,
    notes: &mut Vec<Note>,
) -> Settings {
    let environment = Environment {
        old_controller: cluster.cni.old_controller.known().is_some(),
        ..Environment::default()
    };
    let values = values(written, set);
    let windows = cluster.node_groups.iter().any(|group| group.os.known() == Some(&Os::Windows));
    let borrowed = || values.iter().map(|(key, value)| (*key, value.as_str()));
    match written {
        None if windows => notes.push(values_assumed(&borrowed().collect())),
        Some(written) if written.are_values() => notes.push(values_of(written)),
        _ => {}
    }
    let data = ConfigData::from_pairs(borrowed().map(|(key, value)| (key.name(), value)));
    let settings = Settings::read(&data, environment);
    if !settings.windows_ipam.is_on() {
        let why = crate::ipam::why_off(settings.windows_ipam);
        let text = values.get(&Key::EnableWindowsIpam).map_or("(absent)", String::as_str);
        let note = Note::new(&note::IPAM_OFF, &[("written", &text), ("why", &why)]);
        notes.push(match written {
            Some(written) => {
                note.at(written.get(Key::EnableWindowsIpam).map_or(written.place(), |(_, place)| place))
            }
            None => note,
        });
    }
    settings
}

/// Tells that the ConfigMap follows from the values of an add-on or a chart.
pub(crate) fn values_of(written: &Written) -> Note {
    let pairs: Vec<String> = written.pairs().map(|(key, value)| format!("{key} {value}")).collect();
    let values: [(&str, &dyn std::fmt::Display); 2] =
        [("object", &written.object), ("values", &pairs.join(", "))];
    Note::new(&note::CONFIGMAP_FROM_VALUES, &values).at(written.place())
}

pub(crate) fn plan_group<'a>(
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
    tell::sizes(group, notes);
    tell::types(group, &candidates, notes);
    let load = Load::on(group, &cluster.workloads);
    tell::load(group, &load, cluster, notes);
    let live: Vec<&crate::model::LiveNode> = cluster
        .nodes
        .iter()
        .filter(|node| node.os == Some(Os::Windows) && node.group.as_deref() == Some(group.name.as_str()))
        .collect();
    let live_max_pods = live.iter().filter_map(|node| node.max_pods).min();
    tell::max_pods(group, live_max_pods, notes);
    let rows: Vec<TypePlan> = candidates
        .iter()
        .map(|candidate| density::on_type(group, candidate, settings, &load, live_max_pods))
        .collect();
    tell::rows(group, &rows, settings, &candidates, notes);
    let cost_of = |row: &TypePlan| Cost { addresses: row.node_addresses, prefixes: row.node_prefixes };
    // Many small nodes or a few large ones: what all nodes of one type take under the group's limits.
    let whole =
        candidates.iter().zip(&rows).map(|(candidate, row)| (nodes_of_type(group, candidate), cost_of(row)));
    let max_size = whole.clone().filter_map(|(count, _)| count).max().or(group.max_size.known().copied());
    let limited = !group.cpu_limit.is_absent() || !group.memory_limit_mib.is_absent();
    let dearest = whole.clone().filter_map(|(count, cost)| Some((count?, cost)));
    let dearest = dearest.max_by_key(|(count, cost)| u64::from(*count) * u64::from(cost.addresses));
    let (most, cost) = match dearest.filter(|_| limited) {
        Some((count, cost)) => (Some(count), Some(cost)),
        None => (max_size, whole.map(|(_, cost)| cost).reduce(Cost::max)),
    };
    let (subnets, described) = group_subnets(group, cluster, supplies, notes);
    let vpcs: BTreeSet<&String> =
        described.iter().filter_map(|id| cluster.subnets[*id].vpc.known()).collect();
    if vpcs.len() > 1 {
        let vpcs = vpcs.into_iter().map(String::as_str).collect::<Vec<_>>().join(" and ");
        let message = format!(
            "the subnets of node group {:?} lie in {vpcs}: a group's nodes are in one VPC",
            group.name
        );
        problems.push(Problem::new("GROUP_IN_TWO_VPCS", message, &group.place));
    }
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
        types: distinct(rows.clone()),
        workload_pods: (!cluster.workloads.is_empty()).then_some(load.pods),
        verdict: Verdict::Unknown,
        location: (&group.place).into(),
    };
    (planned, Asking { group, cost, subnets: described, max_size: most, candidates, rows })
}

/// A row about an instance type and others like it.
trait TypeRow: Clone + PartialEq {
    /// The type's name, and how many types the row stands for.
    fn label(&mut self) -> (&mut String, &mut u32);
    /// Pods of a node: rows that are left out lie between others by it.
    fn pods(&self) -> u32;
}

impl TypeRow for TypePlan {
    fn label(&mut self) -> (&mut String, &mut u32) {
        (&mut self.instance_type, &mut self.same)
    }

    fn pods(&self) -> u32 {
        self.pods
    }
}

/// Types with equal answers share a row, so that hundreds of candidates stay readable.
fn distinct<R: TypeRow>(rows: Vec<R>) -> Vec<R> {
    // Each row beside what it says apart from its name.
    let mut kept: Vec<(R, R)> = Vec::new();
    for row in rows {
        let mut nameless = row.clone();
        let (name, same) = nameless.label();
        name.clear();
        *same = 1;
        match kept.iter_mut().find(|(_, other)| *other == nameless) {
            Some((alike, _)) => *alike.label().1 += 1,
            None => kept.push((row, nameless)),
        }
    }
    let mut kept: Vec<R> = kept.into_iter().map(|(row, _)| row).collect();
    if kept.len() > MAX_TYPE_ROWS {
        kept.sort_by_cached_key(|row| (row.pods(), row.clone().label().0.clone()));
        let step = kept.len().div_ceil(MAX_TYPE_ROWS);
        kept = kept.into_iter().step_by(step).collect();
    }
    kept
}

/// The most nodes of one type that the group's limits allow.
fn nodes_of_type(group: &NodeGroup, candidate: &Candidate) -> Option<u32> {
    let by_cpu = group.cpu_limit.known().zip(candidate.vcpus).map(|(limit, vcpus)| limit / vcpus.max(1));
    let by_memory = group.memory_limit_mib.known().zip(candidate.memory_mib);
    let by_memory = by_memory.map(|(limit, mib)| u32::try_from(limit / mib.max(1)).unwrap_or(u32::MAX));
    [group.max_size.known().copied(), by_cpu, by_memory].into_iter().flatten().min()
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
        Field::Known(SubnetChoice::Terms { ids, tags: terms }, _) => {
            let matching = |tags: &BTreeMap<String, String>| {
                terms.iter().any(|term| {
                    term.iter()
                        .all(|(key, value)| tags.get(key).is_some_and(|tag| value == "*" || tag == value))
                })
            };
            let found: Vec<String> = cluster
                .subnets
                .iter()
                .filter(|(id, subnet)| ids.contains(id) || matching(&subnet.tags))
                .map(|(id, _)| id.clone())
                .collect();
            (!found.is_empty()).then_some(found)
        }
        Field::Unknown(..) | Field::Absent => None,
    };
    let Some(ids) = ids else {
        let text = match &group.subnets {
            Field::Known(SubnetChoice::Terms { .. }, _) => &note::SUBNETS_BY_TAG_UNKNOWN,
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
    if let (true, Some(zones)) = (kept.is_empty(), group.zones.known()) {
        let zones = zones.join(", ");
        let note = Note::new(&note::ZONE_WITHOUT_SUBNET, &[("group", &group.name), ("zones", &zones)]);
        notes.push(note.at(&group.place));
    }
    (Some(kept), described)
}

fn group_verdict(asks: &Asking<'_>, subnets: &[SubnetPlan], ipam: bool) -> Verdict {
    let by_types = if ipam { types_verdict(asks) } else { Verdict::DoesNotFit };
    if by_types == Verdict::DoesNotFit {
        return by_types;
    }
    let of_subnets = asks.subnets.iter().filter_map(|id| subnets.iter().find(|subnet| subnet.id == *id));
    let worst = of_subnets.map(|subnet| subnet.verdict).max().unwrap_or(Verdict::Unknown);
    worst.max(by_types)
}

/// Whether nodes of the group's types run Windows and give addresses to pods.
fn types_verdict(asks: &Asking<'_>) -> Verdict {
    use winpod::instance::Verdict as Windows;
    // Karpenter makes no nodes of a type that takes no pods as long as there is another.
    let any_will_do = asks.group.tool == Tool::Karpenter;
    let none = |count: usize, all: usize| if any_will_do { count == all && count > 0 } else { count > 0 };
    let candidates = &asks.candidates;
    let worthless = |candidate: &Candidate| candidate.windows == Windows::No || candidate.limits.slots() == 0;
    let useless = candidates.iter().filter(|candidate| worthless(candidate)).count();
    let without_pods = asks.rows.iter().filter(|row| row.pods == 0).count();
    if none(without_pods, asks.rows.len()) || none(useless, candidates.len()) {
        return Verdict::DoesNotFit;
    }
    let unsure = |candidate: &Candidate| candidate.windows == Windows::Unknown || !candidate.controller_known;
    let doubtful = candidates.iter().filter(|candidate| unsure(candidate)).count();
    if none(doubtful, candidates.len()) || asks.some_types_unknown() || candidates.is_empty() {
        return Verdict::Unknown;
    }
    Verdict::Fits
}
