//! Network Address Usage of the VPCs, now and at the peak of the move.

use super::super::demand::{Asking, Need, singles};
use super::Move;
use super::answer::{Check, NetworkAddressUsage, Outcome};
use super::room::Room;
use crate::interface_kind::{Described, Kind};
use crate::model::{Cluster, Interface, Os};
use crate::note::{Text, text as note};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt::Display;

/// One VPC's usage, with its bounds at the peak.
pub(super) struct Usage {
    pub(super) answer: NetworkAddressUsage,
    at_least: u64,
    at_most: Option<u64>,
    /// A group's size or types are open.
    groups_open: bool,
}

/// Every VPC with subnets of the groups.
pub(super) fn of(moving: &Move<'_>, rooms: &[Room<'_>], quota: u64) -> Vec<Usage> {
    let listed = listed(moving);
    let mut vpcs: BTreeMap<Option<&str>, Vec<&Room<'_>>> = BTreeMap::new();
    for room in rooms {
        vpcs.entry(vpc_of(moving.cluster, room.id)).or_default().push(room);
    }
    let units = |vpc| listed.get(&vpc).map_or(0, |units: &Listed<'_>| units.sum);
    vpcs.into_iter().map(|(vpc, rooms)| in_vpc(vpc, units(vpc), &rooms, moving, quota)).collect()
}

pub(crate) fn vpc_of<'a>(cluster: &'a Cluster, subnet: &str) -> Option<&'a str> {
    cluster.subnets.get(subnet)?.vpc.known().map(String::as_str)
}

fn in_vpc(vpc: Option<&str>, listed: u64, rooms: &[&Room<'_>], moving: &Move<'_>, quota: u64) -> Usage {
    let cluster = moving.cluster;
    let here = |id: &str| vpc_of(cluster, id) == vpc;
    let of_vpc = cluster.subnets.iter().filter(|(id, _)| here(id));
    let planned = of_vpc.clone().all(|(_, subnet)| subnet.planned);
    let now = (cluster.interfaces_listed || planned).then_some(listed);
    let unseen = of_vpc.filter_map(|(id, _)| Some(u64::from(moving.supplies.get(id)?.now.unseen))).sum();
    let groups = moving.new.iter().filter(|group| group.subnets.first().is_some_and(|id| here(id)));
    let added: Vec<Option<u64>> = groups.map(units_of_group).collect();
    let old_least: u64 = rooms.iter().map(|room| units(room.old.at_least)).sum();
    let old_most = rooms
        .iter()
        .map(|room| Some(units(room.old.at_most?) + units(room.old.switched?)))
        .sum::<Option<u64>>();
    let at_least = now.unwrap_or(0) + added.iter().flatten().sum::<u64>() + old_least;
    let new = added.iter().copied().sum::<Option<u64>>();
    let at_peak = now.zip(new).zip(old_most).map(|((now, new), old)| now + new + old);
    let at_most = at_peak.map(|peak| peak + unseen);
    let verdict = match at_most {
        _ if at_least > quota => Outcome::Fails,
        Some(most) if most <= quota => Outcome::Ok,
        _ => Outcome::Unknown,
    };
    let vpc = vpc.map(str::to_owned);
    let answer = NetworkAddressUsage { vpc, now, at_peak, unseen_addresses: unseen, quota, verdict };
    Usage { answer, at_least, at_most, groups_open: new.is_none() }
}

/// What a need counts: each single address and each prefix.
fn units(need: Need) -> u64 {
    singles(need.addresses, need.prefixes) + need.prefixes
}

pub(crate) fn units_of_group(group: &Asking<'_>) -> Option<u64> {
    let cost = group.cost.filter(|_| !group.some_types_unknown())?;
    Some(units(Need::default().and(group.max_size?, cost)))
}

/// Units of Network Address Usage of some interfaces, and what was counted once already.
#[derive(Debug, Default)]
pub(crate) struct Listed<'a> {
    pub(crate) sum: u64,
    instances: HashSet<&'a str>,
    attachments: HashSet<&'a str>,
}

fn listed<'a>(moving: &Move<'a>) -> BTreeMap<Option<&'a str>, Listed<'a>> {
    let mut by_vpc: BTreeMap<Option<&str>, Listed<'_>> = BTreeMap::new();
    for one in &moving.cluster.interfaces {
        if moving.cluster.subnets.contains_key(&*one.subnet) {
            by_vpc.entry(vpc_of(moving.cluster, &one.subnet)).or_default().add(one, &moving.systems);
        }
    }
    by_vpc
}

impl<'a> Listed<'a> {
    /// Adds an interface; `systems` are the operating systems of the nodes' instances.
    pub(crate) fn add(&mut self, one: &'a Interface, systems: &HashMap<&str, Os>) {
        let instance = one.instance.as_deref();
        let described = Described {
            kind: &one.kind,
            description: &one.description,
            on_instance: instance.is_some(),
            idle: one.idle,
        };
        let kind = Kind::of(described, instance.and_then(|instance| systems.get(instance).copied()));
        // An attachment has an interface in each zone, all described alike.
        let again = kind == Kind::TransitGateway
            && !one.description.is_empty()
            && !self.attachments.insert(&*one.description);
        let further = instance.is_some_and(|instance| !self.instances.insert(instance));
        let addresses = (one.addresses.len() + one.prefixes.len()) as u64 + u64::from(further);
        self.sum += if again { 0 } else { kind.units().unwrap_or(addresses) };
    }
}

impl Usage {
    pub(super) fn check(&self) -> Check {
        let NetworkAddressUsage { vpc, now, at_peak, unseen_addresses, quota, verdict } = &self.answer;
        let text: &Text = match verdict {
            Outcome::Fails => &note::MIGRATION_NAU_OVER,
            Outcome::Ok | Outcome::Warning => &note::MIGRATION_NAU,
            Outcome::Unknown if now.is_none() => &note::MIGRATION_NAU_UNCOUNTED,
            Outcome::Unknown if self.groups_open => &note::MIGRATION_NAU_GROUPS,
            Outcome::Unknown => &note::MIGRATION_NAU_UNSEEN,
        };
        let vpc = vpc.as_deref().unwrap_or("the VPC");
        let most = self.at_most.map_or("an unknown number".to_owned(), |most| most.to_string());
        let values: [(&str, &dyn Display); 7] = [
            ("vpc", &vpc),
            ("now", &now.unwrap_or(0)),
            ("peak", &at_peak.filter(|_| *verdict == Outcome::Ok).unwrap_or(self.at_least)),
            ("least", &self.at_least),
            ("most", &most),
            ("unseen", unseen_addresses),
            ("quota", quota),
        ];
        Check::new("network-address-usage", *verdict, text, &values)
    }
}
