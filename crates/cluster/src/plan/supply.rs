//! What each subnet has to give.

use crate::model::{Cluster, Field, NodeGroup, Os, Place, SubnetChoice};
use crate::note::{Note, text as note};
use crate::problem::Problem;
use std::collections::{BTreeMap, HashMap, HashSet};
use winpod::subnet::ReservationKind;
use winpod::{Error, Ipv4Prefix, Subnet};

/// One subnet: what is free now, and what is there for the Windows node groups, whose own nodes are
/// left out because the demand counts them.
#[derive(Debug)]
pub(super) struct Supply {
    pub(super) cidr: Ipv4Prefix,
    pub(super) zone: Option<String>,
    pub(super) now: Free,
    pub(super) for_groups: Free,
    /// Addresses and prefixes that nodes of the Windows groups hold here already.
    pub(super) held: u32,
    /// The control plane places its interfaces here.
    pub(super) control_plane: bool,
}

/// Free room; a prefix count without interfaces to count from is only a bound.
#[derive(Debug, Clone, Copy)]
pub(super) struct Free {
    pub(super) addresses: Option<u32>,
    pub(super) prefixes: Option<u32>,
    /// Prefixes that there can be at the most.
    pub(super) prefixes_at_most: u32,
    /// Addresses that EC2 counts as taken and no listed interface holds; each may break a block.
    pub(super) unseen: u32,
    /// Free prefixes inside `prefix` reservations, where no single address goes; `None` without such a reservation.
    pub(super) reserved_prefixes: Option<u32>,
    /// Free addresses inside `prefix` reservations.
    pub(super) for_prefixes_only: u32,
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

pub(super) fn supplies(
    cluster: &Cluster,
    notes: &mut Vec<Note>,
    problems: &mut Vec<Problem>,
) -> BTreeMap<String, Supply> {
    let instances = windows_instances(cluster);
    let mut unexplained: HashSet<&str> = HashSet::new();
    let mut by_subnet: HashMap<&str, Vec<usize>> = HashMap::new();
    for (index, interface) in cluster.interfaces.iter().enumerate() {
        by_subnet.entry(&interface.subnet).or_default().push(index);
        if let Some(instance) = interface.instance.as_deref()
            && !instances.contains_key(instance)
        {
            unexplained.insert(instance);
        }
    }
    if !unexplained.is_empty() && cluster.nodes.is_empty() {
        notes.push(Note::new(&note::INSTANCES_UNEXPLAINED, &[("count", &unexplained.len())]));
    }
    let mut supplies = BTreeMap::new();
    for (id, subnet) in &cluster.subnets {
        let empty = match Subnet::new(subnet.cidr) {
            Ok(empty) => empty,
            Err(error) => {
                problems.push(Problem::new(
                    error.code(),
                    format!("subnet {id} is {}: {error}", subnet.cidr),
                    &subnet.place,
                ));
                continue;
            }
        };
        let mut all = empty.clone();
        let mut others = empty;
        reserve(cluster, id, [&mut all, &mut others], problems);
        let mut held = 0;
        for &index in by_subnet.get(id.as_str()).map(Vec::as_slice).unwrap_or_default() {
            let interface = &cluster.interfaces[index];
            let owner = interface.instance.as_deref().and_then(|instance| instances.get(instance));
            let ours = owner.is_some_and(|group| may_use(group, id));
            let mut taken = assign(&mut all, interface);
            if !ours && taken.is_ok() {
                taken = assign(&mut others, interface);
            }
            if let Err(error) = taken {
                let place = Place { file: interface.file.clone(), line: 0, column: 0 };
                let message = format!("network interface {} in subnet {id}: {error}", interface.id);
                problems.push(Problem::new(error.code(), message, &place));
            } else if ours {
                held += u32::try_from(interface.addresses.len() + 16 * interface.prefixes.len())
                    .unwrap_or(u32::MAX);
            }
        }
        let listed = subnet.planned || cluster.interfaces_listed;
        let reported = subnet.available.known().copied();
        let set_aside: u64 = all.reservations().iter().map(|one| one.prefix.address_count()).sum();
        let set_aside = u32::try_from(set_aside).unwrap_or(u32::MAX);
        let free = |map: &Subnet, held: u32| {
            let counted = map.free_addresses();
            // EC2's own count is about all interfaces, those of the groups' nodes among them.
            let reported = reported.map(|reported| reported + held);
            let known = listed || reported.is_some_and(|reported| reported == map.usable_addresses());
            // Whether EC2 counts a reservation as available is not documented, so it may explain a difference.
            let unseen = match reported {
                Some(reported) if known => counted.saturating_sub(reported).saturating_sub(set_aside),
                _ => 0,
            };
            let addresses = if known { counted - unseen } else { reported.unwrap_or(counted) };
            let inside = |kind| free_inside(map, kind);
            let reserved = map.reservations().iter().any(|one| one.kind == ReservationKind::Prefix);
            Free {
                // EC2 gives nothing away by itself from a range set aside for named addresses.
                addresses: (known || reported.is_some())
                    .then(|| addresses.saturating_sub(inside(ReservationKind::Explicit))),
                prefixes: known.then(|| map.free_prefixes()),
                prefixes_at_most: map.free_prefixes().min(addresses / 16),
                unseen,
                reserved_prefixes: reserved.then(|| map.free_prefixes_inside_reservations()),
                for_prefixes_only: inside(ReservationKind::Prefix),
            }
        };
        let (now, for_groups) = (free(&all, 0), free(&others, held));
        if listed && let Some(reported) = reported {
            tell_difference(id, reported, &all, notes, &subnet.place);
        }
        supplies.insert(
            id.clone(),
            Supply {
                cidr: subnet.cidr,
                zone: subnet.zone.known().cloned(),
                now,
                for_groups,
                held,
                control_plane: cluster.control_plane_subnets.known().is_some_and(|ids| ids.contains(id)),
            },
        );
    }
    let live = cluster.subnets.values().any(|subnet| !subnet.planned);
    if live && !cluster.interfaces_listed {
        notes.push(Note::new(&note::INTERFACES_NOT_GIVEN, &[]));
    }
    if live && cluster.interfaces_listed && !cluster.reservations_listed {
        notes.push(Note::new(&note::RESERVATIONS_NOT_GIVEN, &[]));
    }
    supplies
}

/// Puts the reservations of one subnet on its maps.
fn reserve(cluster: &Cluster, id: &str, mut maps: [&mut Subnet; 2], problems: &mut Vec<Problem>) {
    for reservation in cluster.reservations.iter().filter(|reservation| reservation.subnet == id) {
        for map in &mut maps {
            if let Err(error) = map.reserve(reservation.cidr, reservation.kind) {
                let message = format!("reservation {} in subnet {id}: {error}", reservation.id);
                problems.push(Problem::new(error.code(), message, &reservation.place));
                break;
            }
        }
    }
}

/// Free addresses inside the reservations of one kind.
fn free_inside(map: &Subnet, kind: ReservationKind) -> u32 {
    let ranges = map.reservations().iter().filter(|one| one.kind == kind);
    let free = ranges.flat_map(|one| one.prefix.addresses()).filter(|address| map.is_free(*address));
    u32::try_from(free.count()).unwrap_or(u32::MAX)
}

fn assign(map: &mut Subnet, interface: &crate::model::Interface) -> Result<(), Error> {
    interface.addresses.iter().try_for_each(|address| map.assign(*address))?;
    interface.prefixes.iter().try_for_each(|prefix| map.assign_prefix(*prefix))
}

/// EC2's own count against ours: fewer free than we count means owners that the listing does not show.
fn tell_difference(id: &str, reported: u32, map: &Subnet, notes: &mut Vec<Note>, place: &Place) {
    let counted = map.free_addresses();
    if reported == counted || !map.reservations().is_empty() {
        return;
    }
    let text = if reported < counted { &note::UNSEEN_INTERFACES } else { &note::STALE_INTERFACES };
    notes.push(Note::new(text, &[("subnet", &id), ("reported", &reported), ("counted", &counted)]).at(place));
}

/// What a field says, or why it says nothing.
pub(super) fn reason<T>(field: &Field<T>) -> &str {
    match field {
        Field::Unknown(reason, _) => reason,
        Field::Absent => "the files do not say",
        Field::Known(..) => "",
    }
}
