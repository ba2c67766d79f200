//! The node groups and subnets of a cluster, ready to be played.

use super::request::{Terms, not_among};
use crate::model::{Cluster, Field, NodeGroup, Os};
use crate::note::{Note, text as note};
use crate::plan::candidates::Candidate;
use crate::plan::demand::{Asking, zone_of};
use crate::plan::density::{self, Load};
use crate::plan::supply::{Supply, reason};
use crate::request::{Refusal, nearest};
use std::collections::BTreeMap;
use winpod::Subnet;
use winpod::fleet;
use winpod::ipam::Settings;
use winpod::pool::PoolConfig;
use winpod::subnet::{ReservationKind, Spare};

/// Subnets that one turn through the zones of a group lists at the most.
const MAX_TURN: usize = 1_024;

/// What is played.
pub(super) struct Stage<'a> {
    pub(super) subnets: Vec<Place<'a>>,
    pub(super) members: Vec<Member<'a>>,
    /// Something about them is open, so that a scenario that goes well proves nothing.
    pub(super) open: bool,
}

/// A subnet.
pub(super) struct Place<'a> {
    pub(super) id: &'a str,
    pub(super) supply: &'a Supply,
    pub(super) zone: String,
}

/// A node group.
pub(super) struct Member<'a> {
    pub(super) group: &'a NodeGroup,
    pub(super) candidate: Candidate,
    pub(super) load: Load,
    live_max_pods: Option<u32>,
    /// Places of its subnets, in the order in which nodes go there.
    pub(super) subnets: Vec<u32>,
    pub(super) zones: u32,
    pub(super) max_size: Option<u32>,
    /// Whether something happens to it.
    pub(super) acts: bool,
    /// Pods of the given workloads that it gets, if any were given.
    pub(super) workload_pods: Option<u32>,
}

/// What a node of a group can do under some settings.
#[derive(Debug, Clone, Copy)]
pub(super) struct Density {
    /// Pods with an address, those of DaemonSets among them.
    pub(super) pods: u32,
    pub(super) daemon_set_pods: u32,
    /// The most pods of the node, whatever addresses it has.
    pub(super) max_pods: u32,
    pub(super) prefixes: u32,
}

impl Density {
    /// Pods beside those of DaemonSets.
    pub(super) fn room(self) -> u32 {
        self.pods.saturating_sub(self.daemon_set_pods)
    }
}

impl Member<'_> {
    pub(super) fn density(&self, settings: &Settings) -> Density {
        let row = density::on_type(self.group, &self.candidate, settings, &self.load, self.live_max_pods);
        let by_node = row.max_pods.saturating_sub(row.host_network_pods);
        let others = [row.cpu_pods, row.memory_pods].into_iter().flatten();
        Density {
            pods: row.pods,
            daemon_set_pods: row.daemon_set_pods,
            max_pods: others.fold(by_node, u32::min),
            prefixes: row.node_prefixes,
        }
    }

    /// The group without nodes and pods.
    pub(super) fn staged(&self, settings: &Settings) -> fleet::Group {
        let node = settings.on_node(self.candidate.limits);
        let config = PoolConfig::on_node(&node, node.mode);
        let density = self.density(settings);
        fleet::Group {
            max_pods: density.max_pods,
            daemon_set_pods: density.daemon_set_pods,
            ..fleet::Group::new(self.candidate.limits, node.mode, config, self.subnets.clone(), 0)
        }
    }

    pub(super) fn desired(&self) -> Option<u32> {
        let written = self.group.desired_size.known().or(self.group.min_size.known()).copied();
        written.map(|size| self.max_size.map_or(size, |max| size.min(max)))
    }
}

impl<'a> Stage<'a> {
    pub(super) fn of(
        terms: &Terms,
        cluster: &'a Cluster,
        asking: &[Asking<'a>],
        supplies: &'a BTreeMap<String, Supply>,
        settings: &Settings,
        notes: &mut Vec<Note>,
    ) -> Result<Self, Refusal> {
        if let Some(name) = &terms.node_group
            && !asking.iter().any(|asks| asks.group.name == *name)
        {
            let names: Vec<&str> = asking.iter().map(|asks| asks.group.name.as_str()).collect();
            return Err(unknown_group(name, &names));
        }
        let mut stage = Self { subnets: Vec::new(), members: Vec::new(), open: false };
        for asks in asking {
            match stage.member(terms, cluster, asks, supplies, notes) {
                Some(member) => stage.members.push(member),
                None => stage.open = true,
            }
        }
        if stage.members.is_empty() {
            let message = "no Windows node group can be played: its type, its subnets and their blocks must be known; \
                           winpod plan tells what is missing";
            return Err(Refusal::new("NOTHING_TO_SIMULATE", message));
        }
        if let Some(name) = &terms.node_group
            && !stage.members.iter().any(|member| member.acts)
        {
            let message = format!(
                "node group {name:?} cannot be played: its type, its subnets and their blocks must be known; winpod plan \
                 tells what is missing"
            );
            return Err(Refusal::new("NOTHING_TO_SIMULATE", message));
        }
        if let Some(zone) = &terms.zone {
            let mut zones: Vec<&str> = stage.subnets.iter().map(|place| place.zone.as_str()).collect();
            zones.sort_unstable();
            zones.dedup();
            if !zones.contains(&zone.as_str()) {
                return Err(not_among("availabilityZone", zone, &zones));
            }
        }
        for place in &stage.subnets {
            if place.supply.for_groups.prefixes.is_none() {
                notes.push(Note::new(&note::SIMULATE_SUBNET_UNCOUNTED, &[("subnet", &place.id)]));
                stage.open = true;
            }
        }
        stage.share_workloads(terms, cluster, settings);
        Ok(stage)
    }

    fn member(
        &mut self,
        terms: &Terms,
        cluster: &'a Cluster,
        asks: &Asking<'a>,
        supplies: &'a BTreeMap<String, Supply>,
        notes: &mut Vec<Note>,
    ) -> Option<Member<'a>> {
        let group = asks.group;
        let left_out = |why: &str| {
            let values: [(&str, &dyn std::fmt::Display); 2] = [("group", &group.name), ("why", &why)];
            Note::new(&note::SIMULATE_GROUP_LEFT_OUT, &values).at(&group.place)
        };
        // The type that asks most of a subnet, as in a plan.
        let rows = asks.candidates.iter().zip(&asks.rows);
        let dearest = rows.rev().max_by_key(|(_, row)| (row.node_addresses, row.node_prefixes));
        let Some((candidate, _)) = dearest else {
            let why = match &group.instance_types {
                Field::Known(..) => "none of its types is known",
                open => reason(open),
            };
            notes.push(left_out(&format!("instance type: {why}")));
            return None;
        };
        if asks.subnets.is_empty() {
            notes.push(left_out("its subnets are not described"));
            return None;
        }
        if asks.candidates.len() > 1 {
            let values: [(&str, &dyn std::fmt::Display); 2] =
                [("group", &group.name), ("type", &candidate.name)];
            notes.push(Note::new(&note::SIMULATE_TYPE_CHOSEN, &values).at(&group.place));
        }
        let acts = terms.node_group.as_ref().is_none_or(|name| *name == group.name);
        let size = [&group.desired_size, &group.min_size].into_iter().find_map(Field::known);
        if !acts && size.is_none() && asks.max_size.is_none() {
            notes.push(left_out("its size is not known"));
            return None;
        }
        let mut zones: BTreeMap<String, Vec<u32>> = BTreeMap::new();
        for &id in &asks.subnets {
            let zone = zone_of(id, supplies);
            let place = self.place(id, &zone, supplies)?;
            zones.entry(zone).or_default().push(place);
        }
        let live = cluster.nodes.iter().filter(|node| {
            node.os == Some(Os::Windows) && node.group.as_deref() == Some(group.name.as_str())
        });
        Some(Member {
            group,
            candidate: candidate.clone(),
            load: Load::on(group, &cluster.workloads),
            live_max_pods: live.filter_map(|node| node.max_pods).min(),
            subnets: turn(&zones.values().collect::<Vec<_>>()),
            zones: u32::try_from(zones.len()).unwrap_or(u32::MAX),
            max_size: asks.max_size,
            acts,
            workload_pods: None,
        })
    }

    fn place(&mut self, id: &'a str, zone: &str, supplies: &'a BTreeMap<String, Supply>) -> Option<u32> {
        let place = match self.subnets.iter().position(|place| place.id == id) {
            Some(place) => place,
            None => {
                self.subnets.push(Place { id, supply: supplies.get(id)?, zone: zone.to_owned() });
                self.subnets.len() - 1
            }
        };
        u32::try_from(place).ok()
    }

    /// Gives every workload to the first group that may run it and has room, what is left to the next one.
    fn share_workloads(&mut self, terms: &Terms, cluster: &Cluster, settings: &Settings) {
        if cluster.workloads.is_empty() {
            return;
        }
        let mut shares = vec![0_u64; self.members.len()];
        let rooms: Vec<u64> = self
            .members
            .iter()
            .map(|member| {
                let nodes = terms.nodes.filter(|_| member.acts).or(member.max_size).or(member.desired());
                u64::from(nodes.unwrap_or(0)) * u64::from(member.density(settings).room())
            })
            .collect();
        for workload in cluster.workloads.iter().filter(|workload| !workload.is_daemon_set()) {
            let takes_address = !workload.host_network && workload.selects_windows;
            if !takes_address {
                continue;
            }
            let mut left = u64::from(workload.replicas.known().copied().unwrap_or(0));
            let able = || {
                (0..self.members.len())
                    .filter(|&at| crate::placement::may_run(workload, self.members[at].group))
            };
            for at in able() {
                let here = left.min(rooms[at].saturating_sub(shares[at]));
                shares[at] += here;
                left -= here;
            }
            // What finds no room anywhere waits for some in the first one.
            if let Some(first) = able().next() {
                shares[first] += left;
            }
        }
        for (member, share) in self.members.iter_mut().zip(shares) {
            member.workload_pods = Some(u32::try_from(share).unwrap_or(u32::MAX));
        }
    }

    /// The maps of the subnets as they are for the groups, with room set aside for prefixes.
    pub(super) fn maps(&self, reserved: &[u32]) -> Vec<Subnet> {
        let maps = self.subnets.iter().zip(reserved);
        maps.map(|(place, &prefixes)| {
            let mut map = place.supply.others.clone();
            for range in map.propose_reservations(prefixes, Spare::NoSpareBlock) {
                let reserved = map.reserve(range, ReservationKind::Prefix);
                debug_assert!(reserved.is_ok(), "{reserved:?}");
            }
            map
        })
        .collect()
    }
}

/// Subnets in the order in which nodes go to them: zone after zone, and inside a zone subnet after subnet.
fn turn(zones: &[&Vec<u32>]) -> Vec<u32> {
    let rounds = zones.iter().fold(1, |all, zone| lcm(all, zone.len()).min(MAX_TURN));
    let rounds = rounds.min((MAX_TURN / zones.len().max(1)).max(1));
    (0..rounds).flat_map(|round| zones.iter().map(move |zone| zone[round % zone.len()])).collect()
}

fn lcm(a: usize, b: usize) -> usize {
    let (mut x, mut y) = (a, b);
    while y > 0 {
        (x, y) = (y, x % y);
    }
    a / x.max(1) * b
}

fn unknown_group(name: &str, names: &[&str]) -> Refusal {
    let meant = nearest(name, names.iter().copied());
    let meant = meant.map(|meant| format!(". Did you mean {meant}?")).unwrap_or_default();
    let shown = crate::read::shortened(name);
    let there = if names.is_empty() { "there is none".to_owned() } else { names.join(", ") };
    Refusal::new("UNKNOWN_GROUP", format!("nodeGroup is {shown:?}: Windows node groups are {there}{meant}"))
}

#[cfg(test)]
mod tests {
    use super::turn;

    #[test]
    fn nodes_go_round_the_zones_and_inside_them_round_the_subnets() {
        assert_eq!(turn(&[&vec![0, 1], &vec![2]]), [0, 2, 1, 2]);
        assert_eq!(turn(&[&vec![0], &vec![1], &vec![2]]), [0, 1, 2]);
        let wide: Vec<u32> = (0..1_000).collect();
        assert_eq!(turn(&[&wide, &vec![1_000, 1_001, 1_002]]).len(), 1_024);
    }
}
