//! Networks and endpoints.

use super::answer::{
    TopologyEndpoint, TopologyExtension, TopologyMacRange, TopologyNat, TopologyNetwork, TopologyRoute,
    TopologySubnet,
};
use super::join::{Joined, bridge_mac};
use super::policy::port;
use crate::model::{HnsEndpoint, HnsEndpointPolicy, HnsNetwork};
use std::collections::{BTreeMap, HashMap};
use std::net::Ipv4Addr;

/// The networks with their endpoints, and the endpoints of no network that is listed; each in the order of addresses.
pub(super) fn all(
    joined: &Joined<'_>,
    used: &HashMap<&str, u32>,
) -> (Vec<TopologyNetwork>, Vec<TopologyEndpoint>) {
    let containers = containers(joined);
    let mut of_networks: HashMap<*const HnsNetwork, Vec<&HnsEndpoint>> = HashMap::new();
    let mut elsewhere = Vec::new();
    for endpoint in &joined.cluster.hns_endpoints {
        match joined.network(endpoint) {
            // Networks without an id are told apart by where they are.
            Some(network) => of_networks.entry(std::ptr::from_ref(network)).or_default().push(endpoint),
            None => elsewhere.push(endpoint),
        }
    }
    let answered = |mut endpoints: Vec<&HnsEndpoint>| -> Vec<TopologyEndpoint> {
        endpoints.sort_by_key(|endpoint| address(endpoint));
        endpoints.into_iter().map(|it| endpoint(joined, used, &containers, it)).collect()
    };
    let networks = joined.cluster.hns_networks.iter().map(|network| {
        let endpoints = of_networks.remove(&std::ptr::from_ref(network)).unwrap_or_default();
        let (remote, local) = endpoints.into_iter().partition(|endpoint| endpoint.remote);
        TopologyNetwork {
            endpoints: answered(local),
            remote_endpoints: answered(remote),
            ..self::network(joined, network)
        }
    });
    (networks.collect(), answered(elsewhere))
}

fn address(endpoint: &HnsEndpoint) -> Option<Ipv4Addr> {
    endpoint.addresses.first().map(|it| it.address)
}

/// What HCN's namespaces say of endpoints: the namespace, and the containers in it.
type Containers<'a> = BTreeMap<&'a str, (&'a str, &'a [Box<str>])>;

fn containers<'a>(joined: &Joined<'a>) -> Containers<'a> {
    let of = joined.cluster.hns_namespaces.iter();
    of.flat_map(|it| it.endpoints.iter().map(|id| (&**id, (&*it.id, &*it.containers)))).collect()
}

/// Whether anything on the node holds an endpoint.
pub(super) fn is_attached(joined: &Joined<'_>, endpoint: &HnsEndpoint) -> bool {
    !endpoint.containers.is_empty()
        || endpoint.namespace.is_some()
        || joined.in_namespaces.contains(&*endpoint.id)
}

fn network(joined: &Joined<'_>, network: &HnsNetwork) -> TopologyNetwork {
    TopologyNetwork {
        id: network.id.to_string(),
        name: network.name.to_string(),
        kind: network.kind.to_string(),
        vpc_bridge: bridge_mac(&network.name).is_some(),
        eni: joined.answered_eni(network),
        adapter: network.adapter.as_deref().map(str::to_owned),
        layered_on: network.layered_on.as_deref().map(str::to_owned),
        management_ip: network.management_ip.map(|ip| ip.to_string()),
        source_mac: network.source_mac.map(|mac| mac.to_string()),
        subnets: network
            .subnets
            .iter()
            .map(|subnet| TopologySubnet {
                cidr: subnet.prefix.to_string(),
                gateway: subnet.gateway.map(|gateway| gateway.to_string()),
            })
            .collect(),
        mac_ranges: network
            .mac_ranges
            .iter()
            .map(|(first, last)| TopologyMacRange { first: first.to_string(), last: last.to_string() })
            .collect(),
        dns_servers: network.dns_servers.iter().map(ToString::to_string).collect(),
        dns_suffix: network.dns_suffix.as_deref().map(str::to_owned),
        extensions: network
            .extensions
            .iter()
            .map(|extension| TopologyExtension {
                id: extension.id.to_string(),
                name: extension.name.as_deref().map(str::to_owned),
                enabled: extension.enabled,
            })
            .collect(),
        policies: network.policies.iter().map(ToString::to_string).collect(),
        endpoint_count: network.endpoint_count,
        complete: !network.cut,
        endpoints: Vec::new(),
        remote_endpoints: Vec::new(),
    }
}

fn endpoint(
    joined: &Joined<'_>,
    used: &HashMap<&str, u32>,
    containers: &Containers<'_>,
    endpoint: &HnsEndpoint,
) -> TopologyEndpoint {
    let in_namespace = containers.get(&*endpoint.id);
    let of_namespace = in_namespace.map(|(_, containers)| *containers).unwrap_or_default();
    let mut answered = TopologyEndpoint {
        id: endpoint.id.to_string(),
        name: endpoint.name.to_string(),
        network: endpoint.network.as_deref().map(str::to_owned),
        remote: endpoint.remote,
        address: address(endpoint).map(|address| address.to_string()),
        prefix_length: endpoint.addresses.first().and_then(|it| it.prefix_length),
        more_addresses: endpoint.addresses.iter().skip(1).map(|it| it.address.to_string()).collect(),
        mac: endpoint.mac.map(|mac| mac.to_string()),
        gateway: endpoint.gateway.map(|gateway| gateway.to_string()),
        provider_address: None,
        pod: joined.pod(endpoint),
        containers: endpoint.containers.iter().chain(of_namespace).map(ToString::to_string).collect(),
        namespace: endpoint.namespace.as_deref().or(in_namespace.map(|(id, _)| *id)).map(str::to_owned),
        dns_servers: endpoint.dns_servers.iter().map(ToString::to_string).collect(),
        outbound_nat: None,
        routes: Vec::new(),
        port_mappings: Vec::new(),
        acls: endpoint.acls,
        l4_proxy: false,
        other_policies: Vec::new(),
        policies: used.get(&*endpoint.id).copied().unwrap_or_default(),
        state: endpoint.state,
        complete: !endpoint.cut,
    };
    answered.containers.dedup();
    for policy in &endpoint.policies {
        let texts = |list: &[Box<str>]| list.iter().map(ToString::to_string).collect();
        match policy {
            HnsEndpointPolicy::OutBoundNat { exceptions, destinations } => {
                let nat = TopologyNat { exceptions: texts(exceptions), destinations: texts(destinations) };
                answered.outbound_nat = Some(nat);
            }
            HnsEndpointPolicy::Route { destination, next_hop, need_encap } => {
                answered.routes.push(TopologyRoute {
                    destination: destination.to_string(),
                    next_hop: next_hop.as_deref().map(str::to_owned),
                    need_encap: *need_encap,
                });
            }
            HnsEndpointPolicy::PortMapping(mapping) => answered.port_mappings.push(port(mapping)),
            HnsEndpointPolicy::L4Proxy => answered.l4_proxy = true,
            HnsEndpointPolicy::ProviderAddress(address) => {
                answered.provider_address = Some(address.to_string());
            }
            HnsEndpointPolicy::Other(kind) => answered.other_policies.push(kind.to_string()),
        }
    }
    answered
}
