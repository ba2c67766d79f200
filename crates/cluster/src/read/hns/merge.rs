//! One object that is listed twice, in one schema or in both, is one object.

use super::of_one_node::two_nodes;
use crate::model::{Cluster, HnsEndpoint, HnsNetwork, HnsPolicy, HnsSchema, Place};
use crate::note::{Note, text as note};
use crate::read::join;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt::Display;
use std::hash::Hash;

/// Keeps one of each: the first listing counts, the others fill in what it lacks.
pub(in crate::read) fn finish(cluster: &mut Cluster, notes: &mut Vec<Note>) {
    cluster.hns_nodes = two_nodes(cluster);
    if let Some(first) = cluster.hns_routes.first() {
        let names = join(cluster.hns_routes.iter().map(|route| route.destination.to_string()));
        let values: [(&str, &dyn Display); 2] = [("count", &cluster.hns_routes.len()), ("names", &names)];
        notes.push(Note::new(&note::HNS_ROUTES, &values).at(&first.place));
    }
    let mut differing = (0u32, None);
    let network = |it: &HnsNetwork| (!it.id.is_empty()).then(|| it.id.clone());
    once(&mut cluster.hns_networks, network, networks, &mut differing);
    let endpoint = |it: &HnsEndpoint| (!it.id.is_empty()).then(|| it.id.clone());
    once(&mut cluster.hns_endpoints, endpoint, endpoints, &mut differing);
    // A list of the first schema may hold several policies under one id.
    let policy = |it: &HnsPolicy| {
        let port = it.ports.first().map(|port| (port.protocol, port.external_port));
        (!it.id.is_empty()).then(|| (it.id.clone(), port, it.vip))
    };
    once(&mut cluster.hns_policies, policy, policies, &mut differing);
    if let (count, Some(place)) = differing {
        notes.push(Note::new(&note::HNS_DIFFERS, &[("count", &count)]).at(&place));
    }
}

/// `fill` takes the kept object and another of the same key; `false` if they contradict each other.
fn once<T, K: Hash + Eq>(
    all: &mut Vec<T>,
    key: impl Fn(&T) -> Option<K>,
    fill: fn(&mut T, T) -> bool,
    differing: &mut (u32, Option<Place>),
) where
    T: Placed,
{
    let mut known: HashMap<K, usize> = HashMap::with_capacity(all.len());
    let mut kept: Vec<T> = Vec::with_capacity(all.len());
    for one in std::mem::take(all) {
        match key(&one).map(|key| known.entry(key)) {
            Some(Entry::Occupied(before)) => {
                let place = one.place().clone();
                if kept.get_mut(*before.get()).is_some_and(|before| !fill(before, one)) {
                    differing.0 = differing.0.saturating_add(1);
                    differing.1.get_or_insert(place);
                }
            }
            Some(Entry::Vacant(free)) => {
                free.insert(kept.len());
                kept.push(one);
            }
            None => kept.push(one),
        }
    }
    *all = kept;
}

trait Placed {
    fn place(&self) -> &Place;
}

impl Placed for HnsNetwork {
    fn place(&self) -> &Place {
        &self.place
    }
}

impl Placed for HnsEndpoint {
    fn place(&self) -> &Place {
        &self.place
    }
}

impl Placed for HnsPolicy {
    fn place(&self) -> &Place {
        &self.place
    }
}

fn networks(kept: &mut HnsNetwork, other: HnsNetwork) -> bool {
    let same = kept.kind.eq_ignore_ascii_case(&other.kind)
        && agree(&kept.subnets, &other.subnets)
        && kept.management_ip.is_none_or(|ip| other.management_ip.is_none_or(|it| it == ip));
    list(&mut kept.subnets, other.subnets);
    list(&mut kept.mac_ranges, other.mac_ranges);
    list(&mut kept.dns_servers, other.dns_servers);
    list(&mut kept.policies, other.policies);
    // Only the first schema has their names.
    if kept.extensions.iter().all(|it| it.name.is_none()) && !other.extensions.is_empty() {
        kept.extensions = other.extensions;
    }
    kept.adapter = kept.adapter.take().or(other.adapter);
    kept.management_ip = kept.management_ip.or(other.management_ip);
    kept.source_mac = kept.source_mac.or(other.source_mac);
    kept.dr_mac = kept.dr_mac.or(other.dr_mac);
    kept.dns_suffix = kept.dns_suffix.take().or(other.dns_suffix);
    kept.layered_on = kept.layered_on.take().or(other.layered_on);
    kept.endpoint_count = kept.endpoint_count.or(other.endpoint_count);
    kept.state = kept.state.or(other.state);
    kept.version = kept.version.or(other.version);
    kept.cut &= other.cut;
    same
}

fn endpoints(kept: &mut HnsEndpoint, other: HnsEndpoint) -> bool {
    let same = agree(&addresses(kept), &addresses(&other)) && kept.remote == other.remote;
    list(&mut kept.addresses, other.addresses);
    list(&mut kept.containers, other.containers);
    list(&mut kept.dns_servers, other.dns_servers);
    if kept.policies.is_empty() && kept.acls == 0 {
        kept.policies = other.policies;
        kept.acls = other.acls;
    }
    kept.network = kept.network.take().or(other.network);
    kept.network_name = kept.network_name.take().or(other.network_name);
    kept.mac = kept.mac.or(other.mac);
    kept.gateway = kept.gateway.or(other.gateway);
    kept.namespace = kept.namespace.take().or(other.namespace);
    kept.state = kept.state.or(other.state);
    kept.version = kept.version.or(other.version);
    kept.cut &= other.cut;
    same
}

fn addresses(endpoint: &HnsEndpoint) -> Vec<std::net::Ipv4Addr> {
    endpoint.addresses.iter().map(|it| it.address).collect()
}

fn policies(kept: &mut HnsPolicy, mut other: HnsPolicy) -> bool {
    let backends = |policy: &HnsPolicy| {
        let mut ids = policy.endpoints.clone();
        ids.sort();
        ids
    };
    let same = kept.cut || other.cut || kept.dsr == other.dsr && backends(kept) == backends(&other);
    // The second schema says more of each port.
    if kept.cut && !other.cut || kept.schema == HnsSchema::V1 && other.schema == HnsSchema::V2 && !other.cut {
        std::mem::swap(kept, &mut other);
    }
    kept.network = kept.network.take().or(other.network);
    kept.state = kept.state.or(other.state);
    kept.version = kept.version.or(other.version);
    same
}

/// Nothing said contradicts nothing.
fn agree<T: PartialEq>(one: &[T], other: &[T]) -> bool {
    one.is_empty() || other.is_empty() || one == other
}

fn list<T>(kept: &mut Box<[T]>, other: Box<[T]>) {
    if kept.is_empty() {
        *kept = other;
    }
}
