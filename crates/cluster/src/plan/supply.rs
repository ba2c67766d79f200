//! What each subnet has to give.

use crate::model::{self, Cluster, Field, Interface, NodeGroup, Os, Reservation, SubnetChoice};
use crate::note::{Note, text as note};
use crate::problem::Problem;
use crate::subnet::{Occupied, difference, refused_interface, with_reservations};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;
use winpod::subnet::{NOBODY, ReservationKind};
use winpod::{Ipv4Prefix, Subnet};

/// One subnet: what is free now, and what is there for the Windows node groups, whose own nodes are
/// left out because the demand counts them.
#[derive(Debug)]
pub(crate) struct Supply {
    pub(crate) cidr: Ipv4Prefix,
    pub(crate) zone: Option<String>,
    pub(crate) now: Free,
    pub(crate) for_groups: Free,
    /// Addresses and prefixes that nodes of the Windows groups hold here already.
    pub(crate) held: u32,
    /// Of these, prefixes.
    pub(crate) held_prefixes: u32,
    /// The control plane places its interfaces here.
    pub(crate) control_plane: bool,
    /// What is there for the Windows node groups, address by address.
    pub(crate) others: Subnet,
}

/// Free room; a prefix count without interfaces to count from is only a bound.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Free {
    pub(crate) addresses: Option<u32>,
    pub(crate) prefixes: Option<u32>,
    /// Prefixes that there can be at the most.
    pub(crate) prefixes_at_most: u32,
    /// Addresses that EC2 counts as taken and no listed interface holds; each may break a block.
    pub(crate) unseen: u32,
    /// Free prefixes inside `prefix` reservations, where no single address goes; `None` without such a reservation.
    pub(crate) reserved_prefixes: Option<u32>,
    /// Free addresses inside `prefix` reservations.
    pub(crate) for_prefixes_only: u32,
}

/// Instances of the Windows groups' nodes, with the group that owns each.
fn windows_instances(cluster: &Cluster) -> HashMap<&str, &NodeGroup> {
    let groups: HashMap<&str, &NodeGroup> = cluster
        .node_groups
        .iter()
        .filter(|group| group.os.known() == Some(&Os::Windows))
        .map(|group| (group.name.as_str(), group))
        .collect();
    let windows = cluster.nodes.iter().filter(|node| node.os == Some(Os::Windows));
    // A node of no group that is planned is in no demand, so what it holds is gone.
    windows
        .filter_map(|node| Some((node.instance.as_deref()?, *groups.get(node.group.as_deref()?)?)))
        .collect()
}

/// Whether the demand of a group counts nodes in this subnet.
fn may_use(group: &NodeGroup, subnet: &str) -> bool {
    match group.subnets.known() {
        Some(SubnetChoice::Ids(ids)) => ids.iter().any(|id| id == subnet),
        _ => true,
    }
}

/// Shows a subnet with everything in it: its id, who holds what, and which holders are nodes of the Windows groups.
pub(crate) type Look<'a> = &'a mut dyn FnMut(&str, &Occupied, &[bool]);

/// The cluster's interfaces, reservations and nodes, by subnet.
struct Given<'a> {
    cluster: &'a Cluster,
    last_block: bool,
    instances: HashMap<&'a str, &'a NodeGroup>,
    interfaces: HashMap<&'a str, Vec<&'a Interface>>,
    reservations: HashMap<&'a str, Vec<&'a Reservation>>,
}

/// What every subnet has; `last_block` says whether its last /28 counts.
pub(crate) fn supplies(
    cluster: &Cluster,
    last_block: bool,
    look: Look<'_>,
    notes: &mut Vec<Note>,
    problems: &mut Vec<Problem>,
) -> BTreeMap<String, Supply> {
    let mut given = Given {
        cluster,
        last_block,
        instances: windows_instances(cluster),
        interfaces: HashMap::new(),
        reservations: HashMap::new(),
    };
    for interface in &cluster.interfaces {
        given.interfaces.entry(&interface.subnet).or_default().push(interface);
    }
    for reservation in &cluster.reservations {
        given.reservations.entry(&reservation.subnet).or_default().push(reservation);
    }
    tell_what_is_missing(cluster, notes);
    cluster
        .subnets
        .iter()
        .filter_map(|(id, subnet)| Some((id.clone(), given.supply(id, subnet, look, notes, problems)?)))
        .collect()
}

impl Given<'_> {
    fn supply(
        &self,
        id: &str,
        subnet: &model::Subnet,
        look: Look<'_>,
        notes: &mut Vec<Note>,
        problems: &mut Vec<Problem>,
    ) -> Option<Supply> {
        let reservations = self.reservations.get(id).into_iter().flatten().copied();
        let map = match with_reservations(id, subnet, reservations) {
            Ok((map, wrong)) => {
                problems.extend(wrong);
                if self.last_block { map.counting_last_block() } else { map }
            }
            Err(problem) => {
                problems.push(problem);
                return None;
            }
        };
        let mut others = map.clone();
        let mut all = Occupied::new(map);
        let (mut held, mut held_prefixes) = (0, 0);
        let mut held_by_groups = Vec::new();
        for interface in self.interfaces.get(id).map(Vec::as_slice).unwrap_or_default() {
            let owner = interface.instance.as_deref().and_then(|instance| self.instances.get(instance));
            let ours = owner.is_some_and(|group| may_use(group, id));
            let (addresses, prefixes) = (&interface.addresses, &interface.prefixes);
            if let Err((error, why)) = all.assign((*interface).into(), addresses, prefixes) {
                problems.push(refused_interface(interface, id, error, &why));
                continue;
            }
            held_by_groups.push(ours);
            if ours {
                let count = addresses.len() + 16 * prefixes.len();
                held += u32::try_from(count).unwrap_or(u32::MAX);
                held_prefixes += u32::try_from(prefixes.len()).unwrap_or(u32::MAX);
            } else {
                // What the whole subnet took, the part without the groups' nodes takes too.
                let taken = others.assign_interface(NOBODY, addresses, prefixes);
                debug_assert!(taken.is_ok(), "{taken:?}");
            }
        }
        look(id, &all, &held_by_groups);
        let all = all.map;
        let last = Ipv4Prefix::truncating(subnet.cidr.last(), 28).ok()?;
        let contested = |interface: &&&Interface| interface.prefixes.contains(&last);
        if let Some(interface) = self.interfaces.get(id).into_iter().flatten().find(contested) {
            let values: [(&str, &dyn fmt::Display); 3] =
                [("interface", &interface.id), ("prefix", &last), ("subnet", &id)];
            notes.push(Note::new(&note::LAST_BLOCK_TAKEN, &values));
        }
        let listed = subnet.planned || self.cluster.interfaces_listed;
        let reported = subnet.available.known().copied();
        if listed && let Some(reported) = reported {
            notes.extend(difference(id, reported, &all).map(|note| note.at(&subnet.place)));
        }
        let control_plane = self.cluster.control_plane_subnets.known();
        let now = free(&all, listed, reported);
        // EC2's own count is about all interfaces, those of the groups' nodes among them.
        let mut for_groups = free(&others, listed, reported.map(|reported| reported + held));
        if !listed && for_groups.prefixes.is_none() && !self.instances.is_empty() {
            // What the groups' nodes hold already may be here, and the demand counts it.
            for_groups.addresses = None;
            for_groups.prefixes_at_most = others.free_prefixes();
        }
        Some(Supply {
            cidr: subnet.cidr,
            zone: subnet.zone.known().cloned(),
            now,
            for_groups,
            held,
            held_prefixes,
            control_plane: control_plane.is_some_and(|ids| ids.iter().any(|known| known == id)),
            others,
        })
    }
}

fn free(map: &Subnet, listed: bool, reported: Option<u32>) -> Free {
    let counted = map.free_addresses();
    let set_aside: u64 = map.reservations().iter().map(|one| one.prefix.address_count()).sum();
    let set_aside = u32::try_from(set_aside).unwrap_or(u32::MAX);
    let known = listed || reported.is_some_and(|reported| reported == map.usable_addresses());
    // Whether EC2 counts a reservation as available is not documented, so it may explain a difference.
    let unseen = match reported {
        Some(reported) if known => counted.saturating_sub(reported).saturating_sub(set_aside),
        _ => 0,
    };
    let addresses = if known { counted - unseen } else { reported.unwrap_or(counted) };
    let reserved = map.reservations().iter().any(|one| one.kind == ReservationKind::Prefix);
    // EC2 gives nothing away by itself from a range set aside for named addresses.
    let for_anybody = addresses.saturating_sub(map.free_addresses_inside(ReservationKind::Explicit));
    Free {
        addresses: (known || reported.is_some()).then_some(for_anybody),
        prefixes: known.then(|| map.free_prefixes()),
        prefixes_at_most: map.free_prefixes().min(addresses / 16),
        unseen,
        reserved_prefixes: reserved.then(|| map.free_prefixes_inside_reservations()),
        for_prefixes_only: map.free_addresses_inside(ReservationKind::Prefix),
    }
}

fn tell_what_is_missing(cluster: &Cluster, notes: &mut Vec<Note>) {
    let instances: HashSet<&str> =
        cluster.interfaces.iter().filter_map(|interface| interface.instance.as_deref()).collect();
    if !instances.is_empty() && cluster.nodes.is_empty() {
        notes.push(Note::new(&note::INSTANCES_UNEXPLAINED, &[("count", &instances.len())]));
    }
    let live = cluster.subnets.values().any(|subnet| !subnet.planned);
    let windows_nodes = cluster.nodes.iter().filter(|node| node.os == Some(Os::Windows)).count();
    if live && !cluster.interfaces_listed && windows_nodes > 0 {
        notes.push(Note::new(&note::NODES_WITHOUT_INTERFACES, &[("count", &windows_nodes)]));
    }
    if live && !cluster.interfaces_listed {
        notes.push(Note::new(&note::INTERFACES_NOT_GIVEN, &[]));
    }
    if live && cluster.interfaces_listed && !cluster.reservations_listed {
        notes.push(Note::new(&note::RESERVATIONS_NOT_GIVEN, &[]));
    }
}

/// What a field says, or why it says nothing.
pub(crate) fn reason<T>(field: &Field<T>) -> &str {
    match field {
        Field::Unknown(reason, _) => reason,
        Field::Absent => "the files do not say",
        Field::Known(..) => "",
    }
}
