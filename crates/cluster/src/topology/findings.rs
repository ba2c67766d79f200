//! What contradicts itself or is left behind, and what the files leave open. Each kind is told once, with how many and
//! the first few.

use super::answer::TopologyPolicy;
use super::join::{Joined, bridge_mac, protocol_of};
use super::nodes::is_attached;
use super::policy::reached;
use crate::model::{HnsEndpoint, HnsNetwork, HnsPolicy, HnsPortMapping, Place};
use crate::note::{Note, Text, text as note};
use crate::read::{join, shortened};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::net::Ipv4Addr;
use winpod::dsr::TrafficPolicy;

/// Objects of which one thing is told.
#[derive(Default)]
struct Told {
    names: Vec<String>,
    place: Option<Place>,
}

impl Told {
    fn add(&mut self, name: &str, place: &Place) {
        self.names.push(shortened(name));
        self.place.get_or_insert_with(|| place.clone());
    }

    /// A sentence with `count` and `names`, if there is anything to tell.
    fn note(self, text: &Text) -> Option<Note> {
        let place = self.place?;
        let count = self.names.len();
        let names = join(self.names.into_iter());
        Some(Note::new(text, &[("count", &count), ("names", &names)]).at(&place))
    }
}

pub(super) fn all(joined: &Joined<'_>, policies: &[TopologyPolicy]) -> Vec<Note> {
    let mut findings = Vec::new();
    findings.extend(stale(joined, policies));
    of_policies(joined, &mut findings);
    findings.extend(mixed(policies));
    of_services(joined, &mut findings);
    of_endpoints(joined, &mut findings);
    of_networks(joined, &mut findings);
    of_pods(joined, &mut findings);
    findings
}

/// `172.20.0.10:53/UDP`, `node port 31416/TCP`
fn called(policy: &HnsPolicy) -> String {
    let port = policy.ports.first().map(port_of).unwrap_or_default();
    match policy.vip {
        Some(vip) => format!("{vip}:{port}"),
        None => format!("node port {port}"),
    }
}

fn port_of(port: &HnsPortMapping) -> String {
    let number = port.external_port.map(|port| port.to_string()).unwrap_or_default();
    let protocol = port.protocol.map(|protocol| format!("/{protocol}")).unwrap_or_default();
    format!("{number}{protocol}")
}

fn name_of(endpoint: &HnsEndpoint) -> String {
    match endpoint.addresses.first() {
        Some(first) => first.address.to_string(),
        None if endpoint.name.is_empty() => endpoint.id.to_string(),
        None => endpoint.name.to_string(),
    }
}

fn stale(joined: &Joined<'_>, policies: &[TopologyPolicy]) -> Option<Note> {
    if policies.iter().all(|policy| policy.missing_backends == 0) {
        return None;
    }
    let mut told = Told::default();
    for policy in &joined.cluster.hns_policies {
        if policy.endpoints.iter().any(|id| !joined.endpoints.contains_key(&**id)) {
            told.add(&called(policy), &policy.place);
        }
    }
    told.note(&note::TOPOLOGY_STALE_BACKENDS)
}

/// The flag of kube-proxy gives DSR to every cluster IP or to none.
fn mixed(policies: &[TopologyPolicy]) -> Option<Note> {
    let of_cluster_ips = policies.iter().filter(|policy| policy.kind.as_deref() == Some("cluster-ip"));
    let (with, without): (Vec<&TopologyPolicy>, Vec<_>) = of_cluster_ips.partition(|policy| policy.dsr);
    if with.is_empty() || without.is_empty() {
        return None;
    }
    let name = |policy: &&TopologyPolicy| {
        let port = policy.ports.first().and_then(|port| port.port);
        let port = port.map(|port| format!(":{port}")).unwrap_or_default();
        format!("{}{port}", policy.address.as_deref().unwrap_or_default())
    };
    let fewer = if with.len() < without.len() { &with } else { &without };
    let names = join(fewer.iter().map(name));
    let values: [(&str, &dyn std::fmt::Display); 4] = [
        ("with", &with.len()),
        ("without", &without.len()),
        ("fewer", &if with.len() < without.len() { "those with it" } else { "those without" }),
        ("names", &names),
    ];
    Some(Note::new(&note::TOPOLOGY_DSR_MIXED, &values))
}

fn of_policies(joined: &Joined<'_>, findings: &mut Vec<Note>) {
    let (mut empty, mut twice) = (Told::default(), Told::default());
    let mut seen = HashSet::new();
    for policy in joined.cluster.hns_policies.iter().filter(|policy| !policy.cut) {
        if policy.endpoints.is_empty() {
            empty.add(&called(policy), &policy.place);
        }
        for port in &policy.ports {
            let whole = port.external_port.zip(port.protocol);
            if whole.is_some_and(|(number, protocol)| !seen.insert((policy.vip, number, protocol))) {
                twice.add(&called(policy), &policy.place);
            }
        }
    }
    findings.extend(empty.note(&note::TOPOLOGY_NO_BACKENDS));
    findings.extend(twice.note(&note::TOPOLOGY_POLICY_TWICE));
}

fn of_services(joined: &Joined<'_>, findings: &mut Vec<Note>) {
    let mut unknown_port = Told::default();
    let mut covered: HashSet<(*const crate::model::Service, *const crate::model::ServicePort)> =
        HashSet::new();
    for policy in &joined.cluster.hns_policies {
        if let Some((service, port, winpod::dsr::PolicyKind::ClusterIp)) = reached(joined, policy) {
            covered.insert((std::ptr::from_ref(*service), std::ptr::from_ref(*port)));
        } else if let Some(vip) = policy.vip
            && joined.service_addresses.contains(&vip)
            && reached(joined, policy).is_none()
            && !policy.cut
        {
            unknown_port.add(&called(policy), &policy.place);
        }
    }
    findings.extend(unknown_port.note(&note::TOPOLOGY_SERVICE_PORT));
    if joined.cluster.hns_policies.is_empty() || joined.cluster.hns_half_listed {
        return;
    }
    let mut backed: HashSet<(&str, &str, &str)> = HashSet::new();
    for slice in joined.cluster.endpoint_slices.iter().filter(|slice| !slice.nodes.is_empty()) {
        backed.extend(slice.ports.iter().map(|port| (&*slice.namespace, &*slice.service, &**port)));
    }
    let mut missing = Told::default();
    for service in &joined.cluster.services {
        // With internalTrafficPolicy Local only nodes with a backend have the policy.
        let Some(address) = service.cluster_ip.filter(|_| service.internal_traffic == TrafficPolicy::Cluster)
        else {
            continue;
        };
        for port in &service.ports {
            let has = covered.contains(&(std::ptr::from_ref(service), std::ptr::from_ref(port)));
            if !has
                && protocol_of(port.protocol).is_some()
                && port.number.is_some()
                && backed.contains(&(&*service.namespace, &*service.name, &*port.name))
            {
                let number = port.number.unwrap_or_default();
                let name =
                    format!("{}/{} at {address}:{number}/{}", service.namespace, service.name, port.protocol);
                missing.add(&name, &service.place);
            }
        }
    }
    findings.extend(missing.note(&note::TOPOLOGY_POLICY_MISSING));
}

fn of_endpoints(joined: &Joined<'_>, findings: &mut Vec<Note>) {
    let mut outside = Told::default();
    let mut lost = Told::default();
    let mut not_on_eni = Told::default();
    let mut twice = Told::default();
    let mut by_address: BTreeMap<Ipv4Addr, Vec<&HnsEndpoint>> = BTreeMap::new();
    let mut enis: HashMap<*const HnsNetwork, Option<Assigned>> = HashMap::new();
    let networks_known = !joined.cluster.hns_networks.is_empty() && !joined.cluster.hns_half_listed;
    for endpoint in &joined.cluster.hns_endpoints {
        for one in &endpoint.addresses {
            by_address.entry(one.address).or_default().push(endpoint);
        }
        let Some(network) = joined.network(endpoint) else {
            if networks_known && (endpoint.network.is_some() || endpoint.network_name.is_some()) {
                lost.add(&name_of(endpoint), &endpoint.place);
            }
            continue;
        };
        // Remote endpoints stand for addresses of any subnet.
        if endpoint.remote {
            continue;
        }
        let in_any = |address: Ipv4Addr| network.subnets.iter().any(|it| it.prefix.contains_addr(address));
        let known = !network.subnets.is_empty() && !network.cut;
        if known && endpoint.addresses.iter().any(|it| !in_any(it.address)) {
            outside.add(&name_of(endpoint), &endpoint.place);
        } else if let Some(assigned) =
            enis.entry(std::ptr::from_ref(network)).or_insert_with(|| Assigned::to(joined, network))
            && endpoint.addresses.iter().any(|it| !assigned.has(it.address))
        {
            not_on_eni.add(&name_of(endpoint), &endpoint.place);
        }
    }
    for (address, endpoints) in by_address {
        // Networks of other kinds, such as nat, may use one range each.
        let mut networks = HashSet::new();
        for endpoint in endpoints {
            let network = endpoint.network.as_deref().or(endpoint.network_name.as_deref());
            if !networks.insert(network) {
                twice.add(&address.to_string(), &endpoint.place);
                break;
            }
        }
    }
    findings.extend(twice.note(&note::TOPOLOGY_ADDRESS_TWICE));
    findings.extend(outside.note(&note::TOPOLOGY_ADDRESS_OUTSIDE));
    findings.extend(lost.note(&note::TOPOLOGY_NETWORK_MISSING));
    findings.extend(not_on_eni.note(&note::TOPOLOGY_ADDRESS_NOT_ON_ENI));
}

/// What EC2 says is an ENI's.
struct Assigned {
    single: HashSet<Ipv4Addr>,
    prefixes: Vec<winpod::Ipv4Prefix>,
}

impl Assigned {
    /// Of a vpc-bridge network alone: other networks have addresses of their own.
    fn to(joined: &Joined<'_>, network: &HnsNetwork) -> Option<Self> {
        bridge_mac(&network.name).filter(|_| !joined.cluster.listings_cut)?;
        let eni = joined.eni(network)?.0?;
        Some(Self { single: eni.addresses.iter().copied().collect(), prefixes: eni.prefixes.to_vec() })
    }

    fn has(&self, address: Ipv4Addr) -> bool {
        self.single.contains(&address) || self.prefixes.iter().any(|prefix| prefix.contains_addr(address))
    }
}

fn of_networks(joined: &Joined<'_>, findings: &mut Vec<Note>) {
    let networks = &joined.cluster.hns_networks;
    let bridges = || networks.iter().filter(|network| bridge_mac(&network.name).is_some());
    let mut other_type = Told::default();
    let mut other_address = Told::default();
    for network in bridges() {
        if !network.kind.is_empty() && !network.kind.eq_ignore_ascii_case("l2bridge") {
            other_type.add(&format!("{} is {}", network.name, network.kind), &network.place);
        }
        let eni = joined.eni(network).and_then(|(eni, _)| eni);
        if let (Some(eni), Some(ip)) = (eni, network.management_ip)
            && eni.addresses.first() != Some(&ip)
        {
            other_address.add(&format!("{ip} of {}", network.name), &network.place);
        }
    }
    findings.extend(other_type.note(&note::TOPOLOGY_BRIDGE_TYPE));
    if bridges().count() > 1 {
        let mut told = Told::default();
        for network in bridges() {
            told.add(&network.name, &network.place);
        }
        findings.extend(told.note(&note::TOPOLOGY_TWO_BRIDGES));
    }
    findings.extend(other_address.note(&note::TOPOLOGY_ENI_ADDRESS));
    let node = joined.node.as_deref();
    let node = joined.cluster.nodes.iter().find(|live| Some(live.name.as_str()) == node);
    if let Some(node) = node
        && let Some(ip) = node.internal_ip
        && let Some(network) = bridges().find(|it| it.management_ip.is_some_and(|other| other != ip))
        && bridges().all(|it| it.management_ip != Some(ip))
    {
        let managed = network.management_ip.map(|ip| ip.to_string()).unwrap_or_default();
        let name = shortened(&node.name);
        let values: [(&str, &dyn std::fmt::Display); 3] =
            [("node", &name), ("address", &ip), ("other", &managed)];
        findings.push(Note::new(&note::TOPOLOGY_OTHER_NODE, &values).at(&network.place));
    }
}

fn of_pods(joined: &Joined<'_>, findings: &mut Vec<Note>) {
    let Some(node) = joined.node.as_deref() else { return };
    let mut here = joined.cluster.pods.iter().filter(|pod| pod.node.as_deref() == Some(node)).peekable();
    if here.peek().is_none() {
        return;
    }
    if joined.endpoints_known() {
        let endpoints = joined.cluster.hns_endpoints.iter().filter(|endpoint| !endpoint.remote);
        let addresses: HashSet<Ipv4Addr> =
            endpoints.flat_map(|endpoint| endpoint.addresses.iter().map(|it| it.address)).collect();
        let mut without = Told::default();
        for pod in here.filter(|pod| !addresses.contains(&pod.address)) {
            without.add(&format!("{}/{} at {}", pod.namespace, pod.name, pod.address), &pod.place);
        }
        findings.extend(without.note(&note::TOPOLOGY_POD_WITHOUT_ENDPOINT));
    }
    let mut left = Told::default();
    for endpoint in joined.cluster.hns_endpoints.iter().filter(|it| is_left_behind(joined, it)) {
        left.add(&name_of(endpoint), &endpoint.place);
    }
    findings.extend(left.note(&note::TOPOLOGY_LEFT_BEHIND));
}

/// An endpoint that vpc-bridge made for a pod that is gone: nothing holds it, and no pod has its address.
fn is_left_behind(joined: &Joined<'_>, endpoint: &HnsEndpoint) -> bool {
    !endpoint.remote
        && !endpoint.cut
        && endpoint.name.starts_with("cid-")
        && !is_attached(joined, endpoint)
        && !endpoint.addresses.is_empty()
        && joined.pod(endpoint).is_none()
}

/// What the files leave open, and what was taken for granted.
pub(super) fn notes(joined: &Joined<'_>, policies: &[TopologyPolicy], notes: &mut Vec<Note>) {
    let cluster = joined.cluster;
    let (networks, endpoints) = (&cluster.hns_networks, &cluster.hns_endpoints);
    let mut tell = |text: &Text| notes.push(Note::new(text, &[]));
    let nothing = networks.is_empty() && endpoints.is_empty() && policies.is_empty();
    if nothing && cluster.hns_routes.is_empty() {
        tell(if cluster.hns_half_listed { &note::TOPOLOGY_NOTHING_WHOLE } else { &note::TOPOLOGY_NOTHING });
        return;
    }
    if networks.is_empty() {
        tell(&note::TOPOLOGY_NO_NETWORKS);
    }
    if endpoints.is_empty() {
        tell(&note::TOPOLOGY_NO_ENDPOINTS);
    } else if cluster.hns_half_listed {
        tell(&note::TOPOLOGY_HALF);
    }
    // What was cut has been told, and may be all of them.
    if policies.is_empty() && !cluster.hns_half_listed {
        tell(&note::TOPOLOGY_NO_POLICIES);
    }
    if cluster.pods.is_empty() && !endpoints.is_empty() {
        tell(&note::TOPOLOGY_NO_PODS);
    }
    if cluster.services.is_empty() && !policies.is_empty() {
        tell(&note::TOPOLOGY_NO_SERVICES);
    }
    let by_routes = cluster.control_plane.service_cidr.is_absent() && !policies.is_empty();
    if let Some(range) = joined.service_cidr.filter(|_| by_routes) {
        notes.push(Note::new(&note::TOPOLOGY_SERVICE_CIDR, &[("range", &range)]));
    }
    of_open_networks(joined, notes);
    of_open_endpoints(joined, notes);
    let mut other = Told::default();
    let mut state = Told::default();
    for policy in &cluster.hns_policies {
        if let Some(vip) = policy.vip
            && !cluster.services.is_empty()
            && !joined.service_addresses.contains(&vip)
        {
            other.add(&called(policy), &policy.place);
        }
        if policy.state.is_some_and(|state| state != HEALTHY) {
            let number = policy.state.unwrap_or_default();
            state.add(&format!("{} in state {number}", called(policy)), &policy.place);
        }
    }
    notes.extend(other.note(&note::TOPOLOGY_OTHER_ADDRESSES));
    notes.extend(state.note(&note::TOPOLOGY_POLICY_STATE));
}

/// The state of a policy that works, as users saw it: [`winpod::SourceId::HnsPolicyState`].
const HEALTHY: u32 = 2;

fn of_open_networks(joined: &Joined<'_>, notes: &mut Vec<Note>) {
    let networks = &joined.cluster.hns_networks;
    let mut by_name = Told::default();
    let mut unlisted = Told::default();
    for network in networks.iter().filter(|network| bridge_mac(&network.name).is_some()) {
        match joined.eni(network) {
            Some((None, _)) if joined.cluster.interfaces_listed => {
                unlisted.add(&network.name, &network.place);
            }
            Some((None, _)) => by_name.add(&network.name, &network.place),
            _ => {}
        }
    }
    notes.extend(by_name.note(&note::TOPOLOGY_ENI_BY_NAME));
    notes.extend(unlisted.note(&note::TOPOLOGY_ENI_NOT_LISTED));
    if let Some(first) = networks.first()
        && networks.iter().all(|network| bridge_mac(&network.name).is_none())
    {
        let mut told = Told::default();
        for network in networks {
            told.add(&format!("{} ({})", network.name, network.kind), &first.place);
        }
        notes.extend(told.note(&note::TOPOLOGY_NO_BRIDGE));
    }
}

fn of_open_endpoints(joined: &Joined<'_>, notes: &mut Vec<Note>) {
    let mut unattached = Told::default();
    let mut without_pod = Told::default();
    let local = joined.cluster.hns_endpoints.iter().filter(|it| !it.remote && !it.cut);
    let pods_known = !joined.cluster.pods.is_empty();
    for endpoint in local {
        let no_pod = joined.pod(endpoint).is_none();
        let left_behind = joined.node.is_some() && pods_known && is_left_behind(joined, endpoint);
        if left_behind {
            continue;
        }
        if no_pod && !is_attached(joined, endpoint) {
            unattached.add(&name_of(endpoint), &endpoint.place);
        } else if no_pod && pods_known {
            without_pod.add(&name_of(endpoint), &endpoint.place);
        }
    }
    notes.extend(unattached.note(&note::TOPOLOGY_UNATTACHED));
    notes.extend(without_pod.note(&note::TOPOLOGY_ENDPOINT_WITHOUT_POD));
}
