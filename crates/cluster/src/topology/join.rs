//! What belongs together: endpoints and pods by address, networks and ENIs by MAC address, policies and Services by
//! address and port.

use super::answer::{TopologyEni, TopologyPod};
use crate::model::{
    Cluster, HnsEndpoint, HnsEndpointPolicy, HnsNetwork, HnsProtocol, Interface, LiveNode, LivePod,
    MacAddress, Service, ServicePort,
};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::net::Ipv4Addr;
use winpod::Ipv4Prefix;
use winpod::dsr::PolicyKind;
use winpod::ports::Protocol;

/// What a Service port is reached by.
pub(super) type Reached<'a> = (&'a Service, &'a ServicePort, PolicyKind);

/// Everything by what it is looked up with.
pub(super) struct Joined<'a> {
    pub(super) cluster: &'a Cluster,
    pub(super) node: Option<String>,
    pub(super) endpoints: HashMap<&'a str, &'a HnsEndpoint>,
    networks: HashMap<&'a str, &'a HnsNetwork>,
    networks_by_name: HashMap<&'a str, &'a HnsNetwork>,
    /// Endpoints that HCN's namespaces hold.
    pub(super) in_namespaces: HashSet<&'a str>,
    /// Pods by address; `None` where two claim one.
    pods: HashMap<Ipv4Addr, Option<&'a LivePod>>,
    /// `None` for node ports.
    services: HashMap<(Option<Ipv4Addr>, u16, HnsProtocol), Reached<'a>>,
    pub(super) service_addresses: HashSet<Ipv4Addr>,
    /// ENIs that networks may be on.
    enis: Vec<&'a Interface>,
    pub(super) service_cidr: Option<Ipv4Prefix>,
}

impl<'a> Joined<'a> {
    pub(super) fn of(cluster: &'a Cluster, node: Option<&str>) -> Self {
        let enis = enis(cluster);
        let node = node.map(str::to_owned).or_else(|| node_of(cluster, &enis).map(|node| node.name.clone()));
        let mut services = HashMap::new();
        let mut service_addresses = HashSet::new();
        for service in &cluster.services {
            let inner = service.cluster_ip.map(|address| (address, PolicyKind::ClusterIp));
            let outer = service.outer_addresses.iter().map(|address| (*address, PolicyKind::ExternalIp));
            let addresses: Vec<_> = inner.into_iter().chain(outer).collect();
            service_addresses.extend(addresses.iter().map(|(address, _)| *address));
            for port in &service.ports {
                let Some(protocol) = protocol_of(port.protocol) else { continue };
                if let Some(number) = port.number {
                    for (address, kind) in &addresses {
                        let key = (Some(*address), number, protocol);
                        services.entry(key).or_insert((service, port, *kind));
                    }
                }
                if let Some(number) = port.node_port_number {
                    services.entry((None, number, protocol)).or_insert((service, port, PolicyKind::NodePort));
                }
            }
        }
        Self {
            cluster,
            pods: pods(cluster, node.as_deref()),
            endpoints: cluster.hns_endpoints.iter().map(|it| (&*it.id, it)).collect(),
            in_namespaces: cluster
                .hns_namespaces
                .iter()
                .flat_map(|it| it.endpoints.iter().map(|id| &**id))
                .collect(),
            networks: cluster.hns_networks.iter().map(|it| (&*it.id, it)).collect(),
            networks_by_name: cluster.hns_networks.iter().map(|it| (&*it.name, it)).collect(),
            services,
            service_addresses,
            enis,
            service_cidr: service_cidr(cluster),
            node,
        }
    }

    /// Whether an endpoint that is not here does not exist.
    pub(super) fn endpoints_known(&self) -> bool {
        !self.cluster.hns_endpoints.is_empty() && !self.cluster.hns_half_listed
    }

    pub(super) fn network(&self, endpoint: &HnsEndpoint) -> Option<&'a HnsNetwork> {
        match endpoint.network.as_deref() {
            Some(id) => self.networks.get(id).copied(),
            None => self.networks_by_name.get(endpoint.network_name.as_deref()?).copied(),
        }
    }

    pub(super) fn pod_at(&self, address: Ipv4Addr) -> Option<&'a LivePod> {
        self.pods.get(&address).copied().flatten()
    }

    pub(super) fn pod(&self, endpoint: &HnsEndpoint) -> Option<TopologyPod> {
        let pod = endpoint.addresses.iter().find_map(|it| self.pod_at(it.address))?;
        Some(TopologyPod {
            namespace: pod.namespace.to_string(),
            name: pod.name.to_string(),
            node: pod.node.as_deref().map(str::to_owned),
        })
    }

    pub(super) fn service(
        &self,
        address: Option<Ipv4Addr>,
        port: u16,
        protocol: HnsProtocol,
    ) -> Option<&Reached<'a>> {
        self.services.get(&(address, port, protocol))
    }

    /// The ENI of a network, and what tells that it is this one.
    pub(super) fn eni(&self, network: &HnsNetwork) -> Option<(Option<&'a Interface>, &'static str)> {
        let with_mac = |mac: MacAddress| self.enis.iter().copied().find(|eni| eni.mac == Some(mac));
        if let Some(mac) = bridge_mac(&network.name) {
            return Some((with_mac(mac), "network-name"));
        }
        if let Some(eni) = network.source_mac.and_then(with_mac) {
            return Some((Some(eni), "source-mac"));
        }
        // The addresses of two VPCs may be the same.
        let ip = network.management_ip?;
        let mut at = self.enis.iter().copied().filter(|eni| eni.addresses.contains(&ip));
        match (at.next(), at.next()) {
            (Some(eni), None) => Some((Some(eni), "management-ip")),
            _ => None,
        }
    }

    pub(super) fn answered_eni(&self, network: &HnsNetwork) -> Option<TopologyEni> {
        let (eni, by) = self.eni(network)?;
        let mac = eni.and_then(|eni| eni.mac).or_else(|| bridge_mac(&network.name));
        Some(TopologyEni {
            id: eni.map(|eni| eni.id.to_string()),
            mac: mac.map(|mac| mac.to_string()),
            by: by.to_owned(),
            subnet: eni.map(|eni| eni.subnet.to_string()).filter(|subnet| !subnet.is_empty()),
            instance: eni.and_then(|eni| eni.instance.as_deref()).map(str::to_owned),
            address: eni.and_then(|eni| eni.addresses.first()).map(ToString::to_string),
            addresses: eni.map(|eni| u32::try_from(eni.addresses.len()).unwrap_or(u32::MAX)),
            prefixes: eni.iter().flat_map(|eni| eni.prefixes.iter()).map(ToString::to_string).collect(),
        })
    }
}

/// The MAC address in a name that vpc-bridge gives: the CNI network's name, `br`, twelve digits.
pub(super) fn bridge_mac(name: &str) -> Option<MacAddress> {
    let (before, digits) = name.split_at_checked(name.len().checked_sub(12)?)?;
    let digits = digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then_some(digits)?;
    before.ends_with("br").then(|| digits.parse().ok())?
}

pub(super) fn protocol_of(protocol: Protocol) -> Option<HnsProtocol> {
    match protocol {
        Protocol::Tcp => Some(HnsProtocol::Tcp),
        Protocol::Udp => Some(HnsProtocol::Udp),
        Protocol::Sctp => Some(HnsProtocol::Other(132)),
        _ => None,
    }
}

/// Of a listing of a whole account only those that a network may be on.
fn enis(cluster: &Cluster) -> Vec<&Interface> {
    let networks = &cluster.hns_networks;
    let macs: HashSet<MacAddress> = networks
        .iter()
        .flat_map(|network| [bridge_mac(&network.name), network.source_mac])
        .flatten()
        .collect();
    let ips: HashSet<Ipv4Addr> = networks.iter().filter_map(|network| network.management_ip).collect();
    let wanted = |eni: &&Interface| {
        eni.mac.is_some_and(|mac| macs.contains(&mac)) || eni.addresses.iter().any(|it| ips.contains(it))
    };
    cluster.interfaces.iter().filter(wanted).collect()
}

fn node_of<'a>(cluster: &'a Cluster, enis: &[&Interface]) -> Option<&'a LiveNode> {
    let ips: HashSet<Ipv4Addr> = cluster.hns_networks.iter().filter_map(|it| it.management_ip).collect();
    let instances: HashSet<&str> = enis.iter().filter_map(|eni| eni.instance.as_deref()).collect();
    cluster.nodes.iter().find(|node| {
        node.internal_ip.is_some_and(|ip| ips.contains(&ip))
            || node.instance.as_deref().is_some_and(|instance| instances.contains(instance))
    })
}

fn pods<'a>(cluster: &'a Cluster, node: Option<&str>) -> HashMap<Ipv4Addr, Option<&'a LivePod>> {
    let mut pods: HashMap<Ipv4Addr, Option<&LivePod>> = HashMap::with_capacity(cluster.pods.len());
    let here = |pod: &LivePod| node.is_some() && pod.node.as_deref() == node;
    for pod in &cluster.pods {
        pods.entry(pod.address)
            .and_modify(|known| {
                let same = known.is_some_and(|it| it.name == pod.name && it.namespace == pod.namespace);
                match (known.is_some_and(here), here(pod)) {
                    _ if same => {}
                    (true, false) => {}
                    (false, true) => *known = Some(pod),
                    _ => *known = None,
                }
            })
            .or_insert(Some(pod));
    }
    pods
}

/// vpc-bridge routes the range of Services to the node, and the node's own address; the range is the one that most
/// endpoints agree on.
fn service_cidr(cluster: &Cluster) -> Option<Ipv4Prefix> {
    let mut seen: BTreeMap<Ipv4Prefix, usize> = BTreeMap::new();
    for policy in cluster.hns_endpoints.iter().filter(|it| !it.remote).flat_map(|it| it.policies.iter()) {
        if let HnsEndpointPolicy::Route { destination, need_encap: true, next_hop: None } = policy
            && let Ok(prefix) = destination.parse::<Ipv4Prefix>()
            && (8..32).contains(&prefix.prefix_len())
        {
            *seen.entry(prefix).or_default() += 1;
        }
    }
    let (prefix, _) = seen.into_iter().max_by_key(|(_, count)| *count)?;
    Some(prefix)
}

#[cfg(test)]
mod tests {
    use super::bridge_mac;

    #[test]
    fn names_that_vpc_bridge_gives() {
        let of = |name: &str| bridge_mac(name).map(|mac| mac.to_string());
        assert_eq!(of("vpcbr0ea1551f9f9a").as_deref(), Some("0e:a1:55:1f:9f:9a"));
        for name in
            ["", "nat", "vpcbr", "vpcbr0ea1551f9f9", "cali0ea1551f9f9a", "vpcbr0e-a1-55-1f", "é0ea1551f9f9a"]
        {
            assert_eq!(of(name), None, "{name}");
        }
    }
}
