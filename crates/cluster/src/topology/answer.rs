//! The answer.

use crate::note::Note;
use crate::problem::Problem;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A node as its HNS sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Topology {
    /// `consistent` as far as can be told, `contradictory` if there are findings, `unknown` without any object of HNS.
    #[schemars(extend("enum" = ["consistent", "contradictory", "unknown"]))]
    pub verdict: String,
    /// The node's name, if it was given or its address is among the nodes of the files.
    pub node: Option<String>,
    /// The version of HNS that the dumps carry, the latest if they differ; the second schema has none.
    pub hns: Option<String>,
    /// The range of cluster IPs, as routes of the endpoints tell it.
    pub service_cidr: Option<String>,
    /// How many of each there are.
    pub counts: TopologyCounts,
    /// The networks, each a vSwitch, in the order of the files.
    pub networks: Vec<TopologyNetwork>,
    /// Endpoints of networks that are not listed.
    pub endpoints_elsewhere: Vec<TopologyEndpoint>,
    /// The load-balancer policies, by address and port; node ports come last.
    pub policies: Vec<TopologyPolicy>,
    /// What contradicts itself or is left behind, each kind once.
    pub findings: Vec<Note>,
    /// What else there is to tell.
    pub notes: Vec<Note>,
    /// What is wrong with the files.
    pub problems: Vec<Problem>,
}

/// How many of each there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct TopologyCounts {
    /// Networks.
    pub networks: u32,
    /// Endpoints on this node.
    pub endpoints: u32,
    /// Endpoints that stand for addresses on other nodes.
    pub remote_endpoints: u32,
    /// Endpoints on this node of which the pod is known.
    pub endpoints_with_pod: u32,
    /// Load-balancer policies.
    pub policies: u32,
    /// Those with DSR.
    pub dsr_policies: u32,
    /// Those without.
    pub non_dsr_policies: u32,
    /// Those of which a backend is not among the endpoints.
    pub stale_policies: u32,
}

/// A network of HNS: a vSwitch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct TopologyNetwork {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its type as HNS writes it, such as `l2bridge` or `Overlay`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Whether its name is one that vpc-bridge gives.
    pub vpc_bridge: bool,
    /// The ENI below it, as far as it is known.
    pub eni: Option<TopologyEni>,
    /// The adapter it was asked to bind to.
    pub adapter: Option<String>,
    /// The id of the adapter below it.
    pub layered_on: Option<String>,
    /// The node's address on it.
    pub management_ip: Option<String>,
    /// The MAC address that its traffic leaves with.
    pub source_mac: Option<String>,
    /// Its ranges.
    pub subnets: Vec<TopologySubnet>,
    /// The MAC addresses that its endpoints get.
    pub mac_ranges: Vec<TopologyMacRange>,
    /// Its DNS servers.
    pub dns_servers: Vec<String>,
    /// Its DNS suffix.
    pub dns_suffix: Option<String>,
    /// The extensions of its vSwitch.
    pub extensions: Vec<TopologyExtension>,
    /// The types of its own policies.
    pub policies: Vec<String>,
    /// The number of its endpoints as HNS counts them.
    pub endpoint_count: Option<u32>,
    /// Whether nothing of it was cut or wrong in the files.
    pub complete: bool,
    /// Its endpoints on this node.
    pub endpoints: Vec<TopologyEndpoint>,
    /// Its endpoints that stand for addresses on other nodes.
    pub remote_endpoints: Vec<TopologyEndpoint>,
}

/// An elastic network interface of EC2.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct TopologyEni {
    /// Its id; null without a listing of interfaces.
    pub id: Option<String>,
    /// Its MAC address.
    pub mac: Option<String>,
    /// What tells that it is this one: the name of the network, its source MAC address, or the node's address on it.
    #[schemars(extend("enum" = ["network-name", "source-mac", "management-ip"]))]
    pub by: String,
    /// Its subnet.
    pub subnet: Option<String>,
    /// Its instance.
    pub instance: Option<String>,
    /// Its primary address.
    pub address: Option<String>,
    /// The number of its single addresses, the primary one among them; null without a listing.
    pub addresses: Option<u32>,
    /// Its prefixes.
    pub prefixes: Vec<String>,
}

/// A range of a network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct TopologySubnet {
    /// The range.
    pub cidr: String,
    /// The way out of it.
    pub gateway: Option<String>,
}

/// A range of MAC addresses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct TopologyMacRange {
    /// The first.
    pub first: String,
    /// The last.
    pub last: String,
}

/// An extension of a vSwitch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct TopologyExtension {
    /// Its id.
    pub id: String,
    /// Its name in the node's display language; the second schema leaves it out.
    pub name: Option<String>,
    /// Whether it takes part.
    pub enabled: bool,
}

/// An endpoint of HNS: a vNIC, or an address on another node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct TopologyEndpoint {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The id of its network.
    pub network: Option<String>,
    /// Whether it stands for an address on another node.
    pub remote: bool,
    /// Its first address; null if it has none.
    pub address: Option<String>,
    /// The length of that address's prefix.
    pub prefix_length: Option<u8>,
    /// Its other addresses.
    pub more_addresses: Vec<String>,
    /// Its MAC address.
    pub mac: Option<String>,
    /// Its way out.
    pub gateway: Option<String>,
    /// The address of the node behind a remote endpoint, on an overlay.
    pub provider_address: Option<String>,
    /// The pod that the API server gives this address; null if the files do not tell.
    pub pod: Option<TopologyPod>,
    /// The containers that it is attached to.
    pub containers: Vec<String>,
    /// The network namespace that it is in.
    pub namespace: Option<String>,
    /// Its DNS servers.
    pub dns_servers: Vec<String>,
    /// Its outbound NAT: the ranges it spares; null if it has none, or if its policies were cut.
    pub outbound_nat: Option<TopologyNat>,
    /// Its routes.
    pub routes: Vec<TopologyRoute>,
    /// Ports of the node that lead to it.
    pub port_mappings: Vec<TopologyPort>,
    /// The number of its access lists.
    pub acls: u32,
    /// Whether a proxy takes its connections.
    pub l4_proxy: bool,
    /// The types of its other policies.
    pub other_policies: Vec<String>,
    /// The number of load-balancer policies that it is a backend of.
    pub policies: u32,
    /// Its state as HNS numbers it.
    pub state: Option<u32>,
    /// Whether nothing of it was cut or wrong in the files.
    pub complete: bool,
}

/// A pod.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct TopologyPod {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Its node.
    pub node: Option<String>,
}

/// The outbound NAT of an endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct TopologyNat {
    /// Packets to these keep the pod's address.
    pub exceptions: Vec<String>,
    /// Only packets to these are translated, if there are any.
    pub destinations: Vec<String>,
}

/// A route of an endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct TopologyRoute {
    /// The range.
    pub destination: String,
    /// The next hop; null for the node itself.
    pub next_hop: Option<String>,
    /// Whether packets are encapsulated.
    pub need_encap: bool,
}

/// A port and where it leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct TopologyPort {
    /// `TCP`, `UDP`, `SCTP`, or the protocol's number.
    pub protocol: Option<String>,
    /// The port of the address.
    pub port: Option<u16>,
    /// The port of the backends.
    pub target_port: Option<u16>,
}

/// A load-balancer policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct TopologyPolicy {
    /// Its id.
    pub id: String,
    /// The schema it was read in: `v1` or `v2`.
    #[schemars(extend("enum" = ["v1", "v2"]))]
    pub schema: String,
    /// What it is for; null if the files do not tell.
    #[schemars(extend("enum" = ["cluster-ip", "node-port", "external-ip", null]))]
    pub kind: Option<String>,
    /// Its address; null for node ports.
    pub address: Option<String>,
    /// Its ports; kube-proxy makes one.
    pub ports: Vec<TopologyPort>,
    /// Whether it has Direct Server Return.
    pub dsr: bool,
    /// Whether it is an internal load balancer.
    pub ilb: bool,
    /// Whether connections of one source address go to one backend; null in the first schema, which does not tell.
    pub session_affinity: Option<bool>,
    /// The address that backends see as the source.
    pub source_vip: Option<String>,
    /// The Service port that it is of, if the files have it.
    pub service: Option<TopologyService>,
    /// Its backends.
    pub backends: Vec<TopologyBackend>,
    /// Backends on this node.
    pub local_backends: u32,
    /// Backends on other nodes.
    pub remote_backends: u32,
    /// Backends that are not among the endpoints.
    pub missing_backends: u32,
    /// Its state as HNS numbers it; the first schema has it.
    pub state: Option<u32>,
    /// Whether nothing of it was cut or wrong in the files.
    pub complete: bool,
}

/// A port of a Service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct TopologyService {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// The port's name; empty if it has none.
    pub port: String,
}

/// A backend of a policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct TopologyBackend {
    /// The id of its endpoint.
    pub endpoint: String,
    /// `local` or `remote`; `missing` if no endpoint has this id, `unknown` if not all endpoints were given.
    #[schemars(extend("enum" = ["local", "remote", "missing", "unknown"]))]
    pub place: String,
    /// Its address.
    pub address: Option<String>,
    /// Its pod.
    pub pod: Option<TopologyPod>,
}
