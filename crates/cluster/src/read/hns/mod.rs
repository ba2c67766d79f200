//! What HNS lists on a node, in both of its schemas: `Get-HnsNetwork`, `Get-HnsEndpoint` and `Get-HnsPolicyList` (first
//! schema), `hnsdiag` and HCN (second schema).
//!
//! Fields are those of hcsshim 7c9ff7f, internal/hns and hcn (2026-08-20).

mod endpoint;
mod merge;
mod network;
mod of_one_node;
mod policy;
mod value;

use super::Doc;
use super::lines::Lines;
use super::node::Node;
pub(super) use merge::finish;
use value::{get, items, scalar, wants};

/// Whether a file that starts so is a dump: the log collector of EKS gives them names of texts.
pub(super) fn is_dump(start: &[u8]) -> bool {
    // Keys that nothing else has.
    const KEYS: [&str; 6] = [
        "\"PortMappings\"",
        "\"HostComputeEndpoints\"",
        "\"References\"",
        "\"IsDSR\"",
        "\"VirtualNetwork\"",
        "\"IpConfigurations\"",
    ];
    let lines = Lines::all(start);
    let first = lines.iter().map(|line| line.trim_start()).find(|line| !line.is_empty());
    first.is_some_and(|line| line.starts_with(['{', '[']))
        && lines.iter().any(|line| KEYS.iter().any(|key| line.contains(key)))
}

/// Reads one object of a listing; `false` if it is none.
pub(super) fn object(doc: &mut Doc<'_, '_>, node: &Node) -> bool {
    let Some(kind) = Kind::of(node) else { return false };
    match kind {
        Kind::PolicyList => policy::first(doc, node),
        Kind::LoadBalancer => policy::second(doc, node),
        Kind::FirstEndpoint => endpoint::first(doc, node),
        Kind::SecondEndpoint => endpoint::second(doc, node),
        Kind::FirstNetwork => network::first(doc, node),
        Kind::SecondNetwork => network::second(doc, node),
        Kind::Namespace => endpoint::namespace(doc, node),
    }
    true
}

/// The objects of a listing, if this is one: a list, one with a count beside it as PowerShell 5.1 writes it, what HNS
/// answers to a request, or lists by their kinds.
pub(super) fn listed(node: &Node) -> Option<Vec<&Node>> {
    const AROUND: [&str; 7] =
        ["value", "Output", "Networks", "Endpoints", "LoadBalancers", "PolicyLists", "Namespaces"];
    let inside: Vec<&Node> = if node.entries().is_empty() {
        node.items().iter().collect()
    } else {
        AROUND.into_iter().filter_map(|key| get(node, key)).flat_map(items).collect()
    };
    inside.iter().any(|item| Kind::of(item).is_some()).then_some(inside)
}

/// The types of networks: hcsshim 7c9ff7f, hcn/hcnnetwork.go (2026-08-20).
const TYPES: [&str; 8] =
    ["NAT", "Transparent", "L2Bridge", "L2Tunnel", "ICS", "Private", "Internal", "Overlay"];

enum Kind {
    PolicyList,
    LoadBalancer,
    FirstEndpoint,
    SecondEndpoint,
    FirstNetwork,
    SecondNetwork,
    Namespace,
}

impl Kind {
    /// Tells objects apart by the fields that no other kind has.
    fn of(node: &Node) -> Option<Self> {
        let has = |key: &str| get(node, key).is_some();
        let any = |keys: &[&str]| keys.iter().any(|key| has(key));
        if node.entries().is_empty() {
            return None;
        }
        if has("PortMappings")
            || has("HostComputeEndpoints") && has("SchemaVersion") && !has("IpConfigurations")
        {
            return Some(Self::LoadBalancer);
        }
        let of_network = any(&["VirtualNetwork", "VirtualNetworkName"]);
        if has("Policies") && !of_network && (has("References") || balances(node)) {
            return Some(Self::PolicyList);
        }
        if of_network || has("IsRemoteEndpoint") {
            return Some(Self::FirstEndpoint);
        }
        if has("IpConfigurations") || has("HostComputeNetwork") && any(&["SchemaVersion", "MacAddress"]) {
            return Some(Self::SecondEndpoint);
        }
        if any(&["NamespaceId", "NamespaceGuid"]) && has("Resources") {
            return Some(Self::Namespace);
        }
        // Others have a Type and subnets too, but not these.
        let typed = get(node, "Type").is_some_and(|kind| scalar(kind).is_some());
        if has("Ipams") || typed && has("MacPool") {
            return Some(Self::SecondNetwork);
        }
        let own = ["LayeredOn", "MacPools", "ManagementIP", "NatName", "CurrentEndpointCount"];
        let known = TYPES.iter().any(|kind| wants(node, "Type", kind));
        if typed && (any(&own) || has("Subnets") && has("ID")) || known && has("ID") && has("Name") {
            return Some(Self::FirstNetwork);
        }
        None
    }
}

/// Whether a list of policies without references is one of load balancers or of routes.
fn balances(node: &Node) -> bool {
    let policies = get(node, "Policies").map(items).unwrap_or_default();
    policies.iter().any(|policy| wants(policy, "Type", "ELB") || wants(policy, "Type", "ROUTE"))
}
