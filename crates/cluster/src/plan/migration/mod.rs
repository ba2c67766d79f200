//! Whether a cluster's Windows node groups can move from secondary addresses to prefix delegation, by new groups beside
//! the old ones.

mod answer;
mod control_plane;
mod groups;
mod neighbours;
mod old;
mod reservations;
mod room;
pub(crate) mod usage;

pub use answer::{
    Answer, Check, Migration, MigrationRequest, MixedNode, Neighbour, NetworkAddressUsage, Outcome,
    SubnetRoom,
};

use super::{demand::Asking, supply, supply::Supply, tell};
use crate::api::OnProgress;
use crate::model::{Cluster, NodeGroup, Os, Reservation};
use crate::note::{Note, text as note};
use crate::problem::Problem;
use crate::read::{self, Reading};
use crate::request::{Refusal, inputs, known_keys};
use crate::subnet::Occupied;
use crate::written::Written;
use neighbours::Neighbours;
pub(crate) use neighbours::systems;
use room::Room;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use usage::Usage;
use winpod::ipam::{IpamMode, Key, Settings};

/// What AWS gives every VPC.
///
/// # Source
/// `NauQuota`.
pub(crate) const DEFAULT_NAU_QUOTA: u64 = 64_000;

/// Says whether the Windows node groups of the given files can move to prefix delegation.
///
/// # Errors
/// - Codes `REQUEST` without any input, `CONFIG_KEY` for an unknown key in `set`, `NOT_A_WHOLE_NUMBER` and
///   `OUT_OF_RANGE` for a quota that is none, `STOPPED`. What is wrong with the files is in the answer.
///
/// # Examples
/// ```
/// use std::ops::ControlFlow;
/// use winpod_cluster::plan::migration::{Answer, MigrationRequest, migration};
/// use winpod_cluster::request::Document;
///
/// let text = "nodeGroups:\n- name: win\n  amiFamily: WindowsServer2022CoreContainer\n  instanceType: t2.large\n".to_owned();
/// let mut request = MigrationRequest::default();
/// request.documents.push(Document { name: "groups.yaml".into(), text });
/// let answer = migration(&request, &mut |_| ControlFlow::Continue(()))?;
/// assert_eq!(answer.verdict, Answer::No); // t2 is not Nitro
///
/// request.nau_quota = Some(0.into());
/// let refused = migration(&request, &mut |_| ControlFlow::Continue(())).unwrap_err();
/// assert_eq!(refused.code, "OUT_OF_RANGE");
/// # Ok::<(), winpod_cluster::request::Refusal>(())
/// ```
pub fn migration(request: &MigrationRequest, progress: OnProgress<'_>) -> Result<Migration, Refusal> {
    let inputs = inputs(&request.paths, &request.documents);
    if inputs.is_empty() {
        return Err(Refusal::new("REQUEST", "names no file and no document: give at least one"));
    }
    let set = known_keys(&request.set)?;
    let quota = match request.nau_quota {
        None => DEFAULT_NAU_QUOTA,
        Some(quota) => quota.within("nauQuota", 1, i64::from(u32::MAX))?.unsigned_abs(),
    };
    Ok(migrate(read::read(&inputs, progress)?, &set, quota, request.count_last_block))
}

/// The cluster before and after, as far as both are needed at once.
struct Move<'a> {
    cluster: &'a Cluster,
    supplies: &'a BTreeMap<String, Supply>,
    /// Each group as it is.
    old: Vec<Asking<'a>>,
    /// And the one that takes its place.
    new: Vec<Asking<'a>>,
    /// Windows nodes of each group that no listed interface shows.
    missing: HashMap<&'a str, Missing>,
    /// And those that the listing shows, by subnet and group.
    listed: HashMap<(&'a str, &'a str), u32>,
    /// /28 that an old node of each group keeps warm as soon as the mode is switched; 0 where it is on already.
    switched: Vec<u32>,
    /// Subnets with an interface of an instance.
    with_instances: HashSet<&'a str>,
    /// Operating systems of the instances that nodes run on.
    systems: HashMap<&'a str, Os>,
    /// CIDR reservations by subnet.
    reservations: HashMap<&'a str, Vec<&'a Reservation>>,
}

/// Nodes that no listed interface shows.
#[derive(Debug, Clone, Copy, Default)]
struct Missing {
    count: u32,
    /// The instance of one is not known, so it may be a listed one.
    nameless: bool,
}

impl<'a> Move<'a> {
    fn new(
        cluster: &'a Cluster,
        supplies: &'a BTreeMap<String, Supply>,
        old: Vec<Asking<'a>>,
        new: Vec<Asking<'a>>,
        switched: Vec<u32>,
    ) -> Self {
        let on_instances = || cluster.interfaces.iter().filter(|one| one.instance.is_some());
        let mut reservations: HashMap<&str, Vec<&Reservation>> = HashMap::new();
        for reservation in &cluster.reservations {
            reservations.entry(&reservation.subnet).or_default().push(reservation);
        }
        let shown: HashSet<&str> = on_instances().filter_map(|one| one.instance.as_deref()).collect();
        let mut missing: HashMap<&str, Missing> = HashMap::new();
        for node in cluster.nodes.iter().filter(|node| node.os == Some(Os::Windows)) {
            let instance = node.instance.as_deref();
            if let Some(group) = node.group.as_deref()
                && instance.is_none_or(|instance| !shown.contains(instance))
            {
                let missing = missing.entry(group).or_default();
                missing.count += 1;
                missing.nameless |= instance.is_none();
            }
        }
        let groups: HashMap<&str, &str> = cluster
            .nodes
            .iter()
            .filter(|node| node.os == Some(Os::Windows))
            .filter_map(|node| Some((node.instance.as_deref()?, node.group.as_deref()?)))
            .collect();
        let on_windows = on_instances().filter_map(|one| {
            let instance = one.instance.as_deref()?;
            Some((&*one.subnet, instance, *groups.get(instance)?))
        });
        let mut listed: HashMap<(&str, &str), u32> = HashMap::new();
        // An instance may have several interfaces.
        for (subnet, _, group) in on_windows.collect::<BTreeSet<_>>() {
            *listed.entry((subnet, group)).or_default() += 1;
        }
        Self {
            cluster,
            supplies,
            old,
            new,
            missing,
            listed,
            switched,
            with_instances: on_instances().map(|one| &*one.subnet).collect(),
            systems: systems(cluster),
            reservations,
        }
    }
}

fn migrate(reading: Reading, set: &BTreeMap<Key, String>, quota: u64, last_block: bool) -> Migration {
    let Reading { mut cluster, mut notes, mut problems, .. } = reading;
    super::learn_from_nodes(&mut cluster);
    let before = super::settings(&cluster, &BTreeMap::new(), &mut notes);
    // The notes of these are those of the ConfigMap as it is, and what turns IPAM off there has a check of its own.
    notes.retain(|known| known.code != note::IPAM_OFF.key);
    let wished = super::settings(&cluster, set, &mut Vec::new());
    // The new groups count as if nothing overruled the flags; `windows-ipam` tells what does.
    let controller = std::mem::take(&mut cluster.cni.old_controller);
    let after = super::settings(&cluster, &switched_on(set), &mut Vec::new());
    cluster.cni.old_controller = controller;
    let cluster = cluster;
    let mut neighbours = Neighbours::of(&cluster);
    let mut look = |id: &str, occupied: &Occupied, ours: &[bool]| neighbours.count(id, occupied, ours);
    let supplies = supply::supplies(&cluster, last_block, &mut look, &mut notes, &mut problems);

    let groups = super::windows_groups(&cluster, &mut notes);
    let new = planned(&groups, &cluster, &after, &supplies, &mut notes, &mut problems);
    // What there is to tell about the groups was told of the new ones.
    let old = planned(&groups, &cluster, &before, &supplies, &mut Vec::new(), &mut Vec::new());
    let switched = new.iter().map(|group| match before.mode() {
        IpamMode::SecondaryIp => old::warm_prefixes(group, &after),
        IpamMode::PrefixDelegation => 0,
    });
    let switched = switched.collect();
    let moving = Move::new(&cluster, &supplies, old, new, switched);

    let mut checks = Vec::new();
    let mut mixed_capacity = Vec::new();
    if !moving.new.is_empty() {
        checks.push(groups::windows_ipam(&cluster, &wished));
        tell_settings(&moving, &before, &after, &mut notes);
    }
    for (old, new) in moving.old.iter().zip(&moving.new) {
        checks.push(groups::nitro(new));
        checks.push(groups::types(new));
        if before.mode() == IpamMode::SecondaryIp {
            let rows = groups::mixed(old, new);
            checks.extend(groups::mixed_check(new, &rows));
            mixed_capacity.extend(rows);
        }
        if new.subnets.is_empty() {
            let text = &note::MIGRATION_SUBNETS_UNKNOWN;
            let check = Check::new("free-prefixes", Outcome::Unknown, text, &[("group", &new.group.name)]);
            checks.push(check.of_group(&new.group.name));
        }
    }
    let ids: BTreeSet<&str> = moving.new.iter().flat_map(|group| group.subnets.iter().copied()).collect();
    let rooms: Vec<Room<'_>> = ids.into_iter().map(|id| Room::of(&moving, id, &mut notes)).collect();
    for room in &rooms {
        checks.push(room.check());
        checks.push(neighbours.check(room));
        checks.extend(reservations::checks(room, &moving));
    }
    if !moving.new.is_empty() {
        checks.push(control_plane::check(&moving, &rooms));
    }
    let usages = usage::of(&moving, &rooms, quota);
    checks.extend(usages.iter().map(Usage::check));
    if !usages.is_empty() {
        notes.push(Note::new(&note::MIGRATION_NAU_SCOPE, &[]));
    }
    let subnets: Vec<SubnetRoom> = rooms.iter().map(|room| room.answer(&neighbours)).collect();
    tell::neighbours(&cluster, subnets.iter().map(|subnet| subnet.id.as_str()), &mut notes);
    notes.sort_by_key(|note| note.kind);
    Migration {
        cluster: cluster.name.known().cloned(),
        verdict: verdict(&checks, &problems),
        checks,
        subnets,
        mixed_capacity,
        network_address_usage: usages.into_iter().map(|usage| usage.answer).collect(),
        notes,
        problems,
    }
}

/// What the ConfigMap says for the new groups.
fn switched_on(set: &BTreeMap<Key, String>) -> BTreeMap<Key, String> {
    let mut set = set.clone();
    for flag in [Key::EnableWindowsIpam, Key::EnableWindowsPrefixDelegation] {
        set.insert(flag, "true".to_owned());
    }
    set
}

fn planned<'a>(
    groups: &[&'a NodeGroup],
    cluster: &'a Cluster,
    settings: &Settings,
    supplies: &'a BTreeMap<String, Supply>,
    notes: &mut Vec<Note>,
    problems: &mut Vec<Problem>,
) -> Vec<Asking<'a>> {
    let plan = |group| super::plan_group(group, cluster, settings, supplies, notes, problems).1;
    groups.iter().copied().map(plan).collect()
}

fn tell_settings(moving: &Move<'_>, before: &Settings, after: &Settings, notes: &mut Vec<Note>) {
    if before.mode() == IpamMode::PrefixDelegation {
        notes.push(Note::new(&note::MIGRATION_ALREADY_ON, &[]));
    }
    let nitro =
        moving.new.iter().flat_map(|group| &group.candidates).find(|candidate| candidate.limits.nitro());
    if let Some(candidate) = nitro {
        let node = after.on_node(candidate.limits);
        notes.push(Note::new(
            &note::MIGRATION_SWITCHED,
            &[
                ("warm", &node.warm_ip.value),
                ("minimum", &node.minimum_ip.value),
                ("prefixes", &node.warm_prefix.value),
            ],
        ));
    }
    if moving.new.iter().any(|group| !group.subnets.is_empty()) {
        notes.push(Note::new(&note::MIGRATION_COUNTED, &[]));
    }
}

/// What was refused may change everything, but not that something fails.
fn verdict(checks: &[Check], problems: &[Problem]) -> Answer {
    match checks.iter().map(|check| check.verdict).max() {
        Some(Outcome::Fails) => Answer::No,
        Some(Outcome::Ok | Outcome::Warning) if problems.is_empty() => Answer::Yes,
        _ => Answer::Unknown,
    }
}

/// Whether the ConfigMap's data was given.
fn configmap_given(cluster: &Cluster) -> bool {
    Written::of(cluster).is_some()
}
