//! What else lives in a subnet.

use super::answer::{Check, Neighbour, Outcome};
use super::room::Room;
use crate::interface_kind::{Described, Kind};
use crate::model::{Cluster, Os};
use crate::note::text as note;
use crate::subnet::{Holder, Occupied};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Display;
use winpod::subnet::BlockState;

/// What else lives in each subnet, by kind.
pub(super) struct Neighbours<'a> {
    cluster: &'a Cluster,
    systems: HashMap<&'a str, Os>,
    by_subnet: BTreeMap<String, BTreeMap<Kind, Neighbour>>,
}

/// The operating systems of the instances that nodes run on.
pub(crate) fn systems(cluster: &Cluster) -> HashMap<&str, Os> {
    cluster.nodes.iter().filter_map(|node| Some((node.instance.as_deref()?, node.os?))).collect()
}

impl<'a> Neighbours<'a> {
    pub(super) fn of(cluster: &'a Cluster) -> Self {
        Self { cluster, systems: systems(cluster), by_subnet: BTreeMap::new() }
    }

    /// Counts all holders of a subnet but those that are `ours`.
    pub(super) fn count(&mut self, id: &str, occupied: &Occupied, ours: &[bool]) {
        let kinds: Vec<Option<Kind>> = occupied
            .holders
            .iter()
            .zip(ours)
            .map(|(holder, ours)| (!ours).then(|| self.kind(holder)))
            .collect();
        let mut found: BTreeMap<Kind, Neighbour> = BTreeMap::new();
        for kind in kinds.iter().flatten() {
            found.entry(*kind).or_insert_with(|| none_of(*kind)).interfaces += 1;
        }
        let kind_of = |owner: Option<u32>| kinds.get(owner? as usize).copied().flatten();
        for block in occupied.map.blocks() {
            let delegated = block.state == BlockState::Prefix;
            if delegated && let Some(kind) = kind_of(occupied.map.owner(block.prefix.first())) {
                found.entry(kind).or_insert_with(|| none_of(kind)).prefixes += 1;
            }
            let spoilt = matches!(block.state, BlockState::Fragmented | BlockState::Full);
            let mut here = BTreeSet::new();
            for kind in occupied.map.singles_in(&block).filter_map(|(_, owner)| kind_of(owner)) {
                let neighbour = found.entry(kind).or_insert_with(|| none_of(kind));
                neighbour.single_addresses += 1;
                neighbour.spoilt_blocks += u32::from(spoilt && here.insert(kind));
            }
        }
        self.by_subnet.insert(id.to_owned(), found);
    }

    fn kind(&self, holder: &Holder) -> Kind {
        let instance = holder.instance.as_deref();
        let described = Described {
            kind: &holder.kind,
            description: &holder.description,
            on_instance: instance.is_some(),
            idle: holder.idle,
        };
        Kind::of(described, instance.and_then(|instance| self.systems.get(instance).copied()))
    }

    /// By kind, as answers give them.
    pub(super) fn in_subnet(&self, id: &str) -> Vec<Neighbour> {
        self.by_subnet.get(id).into_iter().flat_map(BTreeMap::values).cloned().collect()
    }

    /// Whether others break the blocks of a subnet.
    pub(super) fn check(&self, room: &Room<'_>) -> Check {
        const NAME: &str = "neighbours";
        let listed = self.cluster.interfaces_listed || self.cluster.subnets[room.id].planned;
        let neighbours = self.in_subnet(room.id);
        let told: Vec<String> = neighbours.iter().map(tell).collect();
        let told = told.join("; ");
        let values: [(&str, &dyn Display); 2] = [("subnet", &room.id), ("neighbours", &told)];
        let singles = neighbours.iter().any(|neighbour| neighbour.single_addresses > 0);
        let (outcome, text) = match room.supply.now.reserved_prefixes {
            _ if !listed => (Outcome::Unknown, &note::MIGRATION_NEIGHBOURS_UNKNOWN),
            _ if neighbours.is_empty() => (Outcome::Ok, &note::MIGRATION_NEIGHBOURS_NONE),
            None if singles => (Outcome::Warning, &note::MIGRATION_NEIGHBOURS_SINGLE),
            _ => (Outcome::Ok, &note::MIGRATION_NEIGHBOURS),
        };
        Check::new(NAME, outcome, text, &values).of_subnet(room.id)
    }
}

fn none_of(kind: Kind) -> Neighbour {
    Neighbour {
        kind: kind.name().to_owned(),
        interfaces: 0,
        single_addresses: 0,
        prefixes: 0,
        spoilt_blocks: 0,
    }
}

fn tell(neighbour: &Neighbour) -> String {
    let Neighbour { kind, interfaces, single_addresses, prefixes, spoilt_blocks } = neighbour;
    crate::note::fill(
        note::MIGRATION_NEIGHBOUR.sentence,
        &[
            ("kind", kind),
            ("interfaces", interfaces),
            ("singles", single_addresses),
            ("prefixes", prefixes),
            ("blocks", spoilt_blocks),
        ],
    )
}
