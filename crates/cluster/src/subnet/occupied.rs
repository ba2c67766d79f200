//! A subnet as a bitmap, with the names of those who hold its addresses.

use super::Found;
use crate::model::{self, Cluster, Interface, Place};
use crate::note::{Note, text as note};
use crate::problem::Problem;
use crate::read::{self, Reading, shortened};
use std::collections::HashMap;
use std::net::Ipv4Addr;
use std::sync::Arc;
use winpod::subnet::{NOBODY, ReservationKind};
use winpod::{Error, Ipv4Prefix, Subnet};

/// Who holds addresses: a network interface, or whatever name was given.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Holder {
    /// Its id or name.
    pub id: Box<str>,
    /// The instance it is attached to.
    pub instance: Option<Box<str>>,
    /// What it is, as EC2 calls it: `interface`, `nat_gateway` and so on; empty if only a name was given.
    pub kind: Arc<str>,
    /// What its maker says that it is for.
    pub description: Box<str>,
    /// A service of AWS made it, so that no drain removes it.
    pub managed: bool,
    /// Attached to nothing.
    pub idle: bool,
}

/// One subnet, what is assigned in it, and to whom.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Occupied {
    /// Its id, if it has one.
    pub id: Option<String>,
    /// Its Availability Zone.
    pub zone: Option<String>,
    /// What is assigned; owners are places in `holders`.
    pub map: Subnet,
    /// Who holds addresses.
    pub holders: Vec<Holder>,
    /// `AvailableIpAddressCount` as EC2 reported it.
    pub reported: Option<u32>,
}

impl Occupied {
    /// An empty subnet.
    pub fn new(map: Subnet) -> Self {
        Self { id: None, zone: None, map, holders: Vec::new(), reported: None }
    }

    pub(crate) fn counting_last_block(self) -> Self {
        Self { map: self.map.counting_last_block(), ..self }
    }

    /// What messages call it.
    pub fn name(&self) -> String {
        self.id.clone().unwrap_or_else(|| self.map.prefix().to_string())
    }

    /// Who holds an address of this subnet.
    pub fn holder(&self, address: Ipv4Addr) -> Option<&Holder> {
        self.holders.get(self.map.owner(address)? as usize)
    }

    /// Assigns addresses and prefixes to a holder, or none of them.
    ///
    /// # Errors
    /// - As [`Subnet::assign_interface`]; the message names who is in the way.
    pub fn assign(
        &mut self,
        holder: Holder,
        addresses: &[Ipv4Addr],
        prefixes: &[Ipv4Prefix],
    ) -> Result<(), (Error, String)> {
        // More holders than addresses cannot be.
        let owner = u32::try_from(self.holders.len()).unwrap_or(NOBODY);
        match self.map.assign_interface(owner, addresses, prefixes) {
            Ok(()) => {
                self.holders.push(holder);
                Ok(())
            }
            Err(error) => Err((error, self.explain(error))),
        }
    }

    /// What an error says, and who is in the way.
    pub fn explain(&self, error: Error) -> String {
        match self.in_the_way(error) {
            Some(holder) => format!("{error}, held by {}", shortened(&holder.id)),
            None => error.to_string(),
        }
    }

    fn in_the_way(&self, error: Error) -> Option<&Holder> {
        let address = match error {
            Error::AddressAssigned { address }
            | Error::AddressInPrefix { address, .. }
            | Error::PrefixNotFree { address, .. } => address,
            Error::PrefixAssigned { prefix } => prefix.first(),
            _ => return None,
        };
        self.holder(address)
    }
}

impl Holder {
    /// One of whom only the name is known.
    pub fn named(name: &str, kind: &Arc<str>) -> Self {
        Self {
            id: name.into(),
            instance: None,
            kind: kind.clone(),
            description: Box::default(),
            managed: false,
            idle: false,
        }
    }
}

impl From<&Interface> for Holder {
    fn from(interface: &Interface) -> Self {
        Self {
            id: interface.id.clone(),
            instance: interface.instance.clone(),
            kind: interface.kind.clone(),
            description: interface.description.clone(),
            managed: interface.managed,
            idle: interface.idle,
        }
    }
}

/// An empty subnet with its reservations, and what is wrong with them.
pub(crate) fn with_reservations<'a>(
    id: &str,
    subnet: &model::Subnet,
    reservations: impl IntoIterator<Item = &'a model::Reservation>,
) -> Result<(Subnet, Vec<Problem>), Problem> {
    let mut map = Subnet::new(subnet.cidr).map_err(|error| {
        let message = format!("subnet {id} is {}: {error}", subnet.cidr);
        Problem::new(error.code(), message, &subnet.place)
    })?;
    let mut problems = Vec::new();
    let mut kept: Vec<&model::Reservation> = Vec::new();
    for reservation in reservations {
        let same = |other: &&model::Reservation| {
            (&other.id, other.cidr, other.kind) == (&reservation.id, reservation.cidr, reservation.kind)
        };
        // Listed twice, and the same both times.
        if kept.iter().any(same) {
            continue;
        }
        kept.push(reservation);
        if let Err(error) = map.reserve(reservation.cidr, reservation.kind) {
            let other = kept.iter().find(|other| match error {
                Error::ReservationOverlap { existing, .. } => {
                    other.cidr == existing && other.id != reservation.id
                }
                _ => false,
            });
            let other = other.map_or_else(String::new, |other| format!(", which is {}", other.id));
            let message = format!("reservation {} in subnet {id}: {error}{other}", reservation.id);
            problems.push(Problem::new(error.code(), message, &reservation.place));
        }
    }
    Ok((map, problems))
}

pub(crate) fn refused_interface(interface: &Interface, subnet: &str, error: Error, why: &str) -> Problem {
    let place = Place::file(&interface.file);
    let message = format!("network interface {} in subnet {subnet}: {why}", interface.id);
    Problem::new(error.code(), message, &place)
}

/// The subnets of a cluster, each whole or not at all.
pub(super) fn of_cluster(reading: Reading, ids: &[String]) -> Found {
    let Reading { cluster, mut notes, mut problems, .. } = reading;
    let interfaces = by_subnet(&cluster.interfaces, |interface| &interface.subnet);
    let reservations = by_subnet(&cluster.reservations, |reservation| &reservation.subnet);
    let mut subnets = Vec::new();
    for (id, subnet) in &cluster.subnets {
        if !ids.is_empty() && !ids.contains(id) {
            continue;
        }
        let before = problems.len();
        let reservations = reservations.get(id.as_str()).into_iter().flatten().copied();
        let map = match with_reservations(id, subnet, reservations) {
            Ok((map, wrong)) => {
                problems.extend(wrong);
                map
            }
            Err(problem) => {
                problems.push(problem);
                continue;
            }
        };
        let mut occupied = Occupied {
            id: Some(id.clone()),
            zone: subnet.zone.known().cloned(),
            reported: subnet.available.known().copied(),
            ..Occupied::new(map)
        };
        for interface in interfaces.get(id.as_str()).into_iter().flatten() {
            let assigned = occupied.assign((*interface).into(), &interface.addresses, &interface.prefixes);
            if let Err((error, why)) = assigned {
                problems.push(refused_interface(interface, id, error, &why));
            }
        }
        let full = occupied.map.usable_addresses();
        if !cluster.interfaces_listed && !subnet.planned && occupied.reported != Some(full) {
            let message = format!(
                "what is used in subnet {id} is not given: add the output of aws ec2 describe-network-interfaces"
            );
            problems.push(Problem::new("INTERFACES_NOT_GIVEN", message, &subnet.place));
        }
        if problems.len() > before || cluster.listings_cut || cluster.half_listed.contains(id.as_str()) {
            notes.push(Note::new(&note::SUBNET_NOT_COUNTED, &[("subnet", id)]).at(&subnet.place));
        } else {
            subnets.push(occupied);
        }
    }
    tell(&cluster, &subnets, &mut notes);
    Found { subnets, notes, problems }
}

fn by_subnet<'a, T>(all: &'a [T], subnet: impl Fn(&'a T) -> &'a str) -> HashMap<&'a str, Vec<&'a T>> {
    let mut by_subnet: HashMap<&str, Vec<&T>> = HashMap::new();
    for one in all {
        by_subnet.entry(subnet(one)).or_default().push(one);
    }
    by_subnet
}

/// What the listings leave open.
fn tell(cluster: &Cluster, subnets: &[Occupied], notes: &mut Vec<Note>) {
    let live = cluster.subnets.values().any(|subnet| !subnet.planned);
    if live && !cluster.reservations_listed {
        notes.push(Note::new(&note::RESERVATIONS_NOT_GIVEN, &[]));
    }
    let strangers = cluster.reservations.iter().filter(|one| !cluster.subnets.contains_key(&one.subnet));
    let names: Vec<String> = strangers.map(|one| format!("{} in {}", one.id, one.subnet)).collect();
    if !names.is_empty() {
        let names = read::join(names.into_iter());
        notes.push(Note::new(&note::RESERVATIONS_WITHOUT_SUBNET, &[("names", &names)]));
    }
    if !cluster.interfaces_listed {
        return;
    }
    for subnet in subnets {
        let Some((id, reported)) = subnet.id.as_deref().zip(subnet.reported) else { continue };
        notes.extend(difference(id, reported, &subnet.map));
    }
}

/// EC2's own count of free addresses against ours. Whether it counts those in reservations as available is not
/// documented, so a difference of just so many, of one type or of both, may mean nothing.
pub(crate) fn difference(id: &str, reported: u32, map: &Subnet) -> Option<Note> {
    let counted = map.free_addresses();
    let prefix = map.free_addresses_inside(ReservationKind::Prefix);
    let explicit = map.free_addresses_inside(ReservationKind::Explicit);
    let text = match counted.checked_sub(reported) {
        Some(0) => return None,
        Some(fewer) if [prefix, explicit, prefix + explicit].contains(&fewer) => {
            &note::RESERVED_NOT_AVAILABLE
        }
        Some(_) => &note::UNSEEN_INTERFACES,
        None => &note::STALE_INTERFACES,
    };
    Some(Note::new(text, &[("subnet", &id), ("reported", &reported), ("counted", &counted)]))
}
