//! What the Host Networking Service (HNS) of a node lists: networks, endpoints and load-balancer policies.
//!
//! Field names differ between the two schemas; here each fact has one name. Ids are in lower case, because the same
//! object is spelled both ways, and MAC addresses are numbers, because they are written with dashes and with colons.

use super::Place;
use std::collections::BTreeSet;
use std::fmt;
use std::net::Ipv4Addr;
use std::str::FromStr;
use std::sync::Arc;
use winpod::Ipv4Prefix;
use winpod::dsr::{LOCAL_ROUTED_VIP_FLAG, VIP_EXTERNAL_IP_FLAG};
use winpod::windows::HnsVersion;

/// Which of its two schemas an object was written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HnsSchema {
    /// `Get-HnsNetwork`, `Get-HnsEndpoint` and `Get-HnsPolicyList`.
    V1,
    /// HCN, as `hnsdiag` and `Get-HnsLoadBalancer` print it.
    V2,
}

impl HnsSchema {
    /// The name used in text and JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V1 => "v1",
            Self::V2 => "v2",
        }
    }
}

/// The hardware address of an adapter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MacAddress([u8; 6]);

impl FromStr for MacAddress {
    type Err = ();

    /// Takes `0E-A1-55-1F-9F-9A`, the same with colons, and the twelve digits alone.
    fn from_str(text: &str) -> Result<Self, ()> {
        let mut digits = text.bytes().filter(|byte| !matches!(byte, b'-' | b':'));
        let mut digit = || digits.next().and_then(|byte| char::from(byte).to_digit(16)).ok_or(());
        let mut octets = [0; 6];
        for octet in &mut octets {
            *octet = u8::try_from(digit()? << 4 | digit()?).map_err(|_| ())?;
        }
        let separators = text.len().checked_sub(12);
        if digits.next().is_none() && matches!(separators, Some(0 | 5)) { Ok(Self(octets)) } else { Err(()) }
    }
}

impl fmt::Display for MacAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, octet) in self.0.into_iter().enumerate() {
            let separator = if index == 0 { "" } else { ":" };
            write!(f, "{separator}{octet:02x}")?;
        }
        Ok(())
    }
}

/// A protocol, by its IANA number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HnsProtocol {
    /// 6
    Tcp,
    /// 17
    Udp,
    /// Any other.
    Other(u32),
}

impl HnsProtocol {
    /// The protocol of a number.
    pub const fn of(number: u32) -> Self {
        match number {
            6 => Self::Tcp,
            17 => Self::Udp,
            other => Self::Other(other),
        }
    }
}

impl fmt::Display for HnsProtocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp => f.write_str("TCP"),
            Self::Udp => f.write_str("UDP"),
            Self::Other(132) => f.write_str("SCTP"),
            Self::Other(number) => write!(f, "protocol {number}"),
        }
    }
}

/// How a policy chooses a backend.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HnsDistribution {
    /// Each connection by itself.
    Connection,
    /// Connections of one source address and protocol go to one backend.
    SourceIpProtocol,
    /// Connections of one source address go to one backend: `sessionAffinity: ClientIP`.
    SourceIp,
    /// A number of later versions.
    Other(u32),
}

impl HnsDistribution {
    /// The distribution of a number.
    pub const fn of(number: u32) -> Self {
        match number {
            0 => Self::Connection,
            1 => Self::SourceIpProtocol,
            2 => Self::SourceIp,
            other => Self::Other(other),
        }
    }
}

/// A port of a policy: where it is reached and where it leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a bit of its own")]
pub struct HnsPortMapping {
    /// The protocol.
    pub protocol: Option<HnsProtocol>,
    /// The port of the backends.
    pub internal_port: Option<u16>,
    /// The port of the address.
    pub external_port: Option<u16>,
    /// How a backend is chosen; the first schema does not say.
    pub distribution: Option<HnsDistribution>,
    /// Whether it is an internal load balancer.
    pub ilb: bool,
    /// The mark of a node port.
    pub local_routed_vip: bool,
    /// Whether a multiplexer takes part.
    pub use_mux: bool,
    /// Whether packets keep their destination.
    pub preserve_dip: bool,
    /// The mark of a node port and of an external address since kube-proxy 1.27.
    pub vip_external_ip: bool,
}

/// A load-balancer policy as HNS lists it on a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HnsPolicy {
    /// Its id, in lower case; empty if it is not given.
    pub id: Box<str>,
    /// The schema it was written in.
    pub schema: HnsSchema,
    /// Its address; node ports have none.
    pub vip: Option<Ipv4Addr>,
    /// All of its IPv4 addresses, that one too.
    pub vips: Box<[Ipv4Addr]>,
    /// Whether it has Direct Server Return.
    pub dsr: bool,
    /// The mark of a node port, at any of its ports.
    pub local_routed_vip: bool,
    /// Its ports; kube-proxy makes one.
    pub ports: Box<[HnsPortMapping]>,
    /// The address that backends see as the source.
    pub source_vip: Option<Ipv4Addr>,
    /// The ids of its backends, in lower case.
    pub endpoints: Box<[Box<str>]>,
    /// The id of its network, in lower case; the first schema's dumps have it.
    pub network: Option<Box<str>>,
    /// Its state, of which 2 is healthy; the first schema's dumps have it.
    pub state: Option<u32>,
    /// The version of HNS that the first schema writes into every object.
    pub version: Option<HnsVersion>,
    /// A value of it was cut or wrong: addresses and backends may lack.
    pub cut: bool,
    /// Where it is listed.
    pub place: Place,
}

impl HnsPolicy {
    /// The bits of its port mappings that tell what it is for, as the second schema writes them.
    pub(crate) fn mapping_flags(&self) -> u32 {
        let external = self.ports.iter().any(|port| port.vip_external_ip);
        let of = |mark: bool, flag: u32| if mark { flag } else { 0 };
        of(self.local_routed_vip, LOCAL_ROUTED_VIP_FLAG) | of(external, VIP_EXTERNAL_IP_FLAG)
    }
}

/// The addresses that are known to be no cluster IPs: kube-proxy marks external IPs, but not the policy of a health
/// check at the same address.
pub(crate) fn external_addresses(policies: &[HnsPolicy]) -> BTreeSet<Ipv4Addr> {
    let external = |policy: &&HnsPolicy| policy.mapping_flags() & VIP_EXTERNAL_IP_FLAG != 0;
    policies.iter().filter(external).filter_map(|policy| policy.vip).collect()
}

/// A policy of the first schema that leads a range somewhere: it stands in the list of load balancers and is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HnsRoute {
    /// The range, as written.
    pub destination: Box<str>,
    /// Where it is listed.
    pub place: Place,
}

/// Listings of two nodes, or of one node before and after all was made again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HnsNodes {
    /// Where the one lists it.
    pub first: Place,
    /// Where the other does.
    pub second: Place,
    /// What both list under other ids.
    pub what: String,
}

/// A range of addresses of a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HnsSubnet {
    /// The range.
    pub prefix: Ipv4Prefix,
    /// The way out of it.
    pub gateway: Option<Ipv4Addr>,
}

/// An extension of a vSwitch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HnsExtension {
    /// Its id, in lower case.
    pub id: Box<str>,
    /// Its name in the node's display language; the second schema leaves it out.
    pub name: Option<Box<str>>,
    /// Whether it takes part.
    pub enabled: bool,
}

/// A network as HNS lists it: a vSwitch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HnsNetwork {
    /// Its id, in lower case; empty if it is not given.
    pub id: Box<str>,
    /// The schema it was written in.
    pub schema: HnsSchema,
    /// Its name; empty if it has none.
    pub name: Box<str>,
    /// Its type as written, such as `l2bridge` or `L2Bridge`; empty if it is not given.
    pub kind: Box<str>,
    /// Its ranges.
    pub subnets: Box<[HnsSubnet]>,
    /// The adapter it was asked to bind to.
    pub adapter: Option<Box<str>>,
    /// The node's address on it.
    pub management_ip: Option<Ipv4Addr>,
    /// The MAC address that its traffic leaves with.
    pub source_mac: Option<MacAddress>,
    /// The MAC address of its distributed router.
    pub dr_mac: Option<MacAddress>,
    /// First and last of the MAC addresses that its endpoints get.
    pub mac_ranges: Box<[(MacAddress, MacAddress)]>,
    /// Its DNS servers.
    pub dns_servers: Box<[Box<str>]>,
    /// Its DNS suffix.
    pub dns_suffix: Option<Box<str>>,
    /// The extensions of its vSwitch.
    pub extensions: Box<[HnsExtension]>,
    /// The id of the adapter below it.
    pub layered_on: Option<Box<str>>,
    /// The types of its policies, as written.
    pub policies: Box<[Arc<str>]>,
    /// The number of its endpoints as HNS counts them.
    pub endpoint_count: Option<u32>,
    /// Its state.
    pub state: Option<u32>,
    /// The version of HNS that the first schema writes into every object.
    pub version: Option<HnsVersion>,
    /// A value of it was cut or wrong: ranges and policies may lack.
    pub cut: bool,
    /// Where it is listed.
    pub place: Place,
}

/// An address of an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HnsAddress {
    /// The address.
    pub address: Ipv4Addr,
    /// The length of its prefix.
    pub prefix_length: Option<u8>,
}

/// A policy of an endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HnsEndpointPolicy {
    /// Packets that leave get the node's address.
    OutBoundNat {
        /// But not those to these ranges.
        exceptions: Box<[Box<str>]>,
        /// Only those to these ranges, if there are any: how a pod that reaches itself is let through with DSR.
        destinations: Box<[Box<str>]>,
    },
    /// Packets to a range take a way of their own: `ROUTE` in the first schema, `SDNRoute` in the second.
    Route {
        /// The range, as written.
        destination: Box<str>,
        /// The next hop; without one, the node itself.
        next_hop: Option<Box<str>>,
        /// Whether the packets are encapsulated.
        need_encap: bool,
    },
    /// A port of the node leads to the endpoint.
    PortMapping(HnsPortMapping),
    /// A proxy takes connections: `PROXY` in the first schema, `L4Proxy` or `L4WFPPROXY` in the second.
    L4Proxy,
    /// The address of the node behind a remote endpoint: `PA` in the first schema, `ProviderAddress` in the second.
    ProviderAddress(Ipv4Addr),
    /// Another type, as written.
    Other(Arc<str>),
}

/// An endpoint as HNS lists it: the vNIC of a pod or of the node, or an address on another node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HnsEndpoint {
    /// Its id, in lower case; empty if it is not given.
    pub id: Box<str>,
    /// The schema it was written in.
    pub schema: HnsSchema,
    /// Its name; empty if it has none.
    pub name: Arc<str>,
    /// The id of its network, in lower case.
    pub network: Option<Arc<str>>,
    /// The name of its network; the second schema leaves it out.
    pub network_name: Option<Arc<str>>,
    /// Its IPv4 addresses.
    pub addresses: Box<[HnsAddress]>,
    /// Its MAC address.
    pub mac: Option<MacAddress>,
    /// Its way out.
    pub gateway: Option<Ipv4Addr>,
    /// It stands for an address that is not on this node.
    pub remote: bool,
    /// The containers that it is attached to.
    pub containers: Box<[Box<str>]>,
    /// The id of its network namespace, in lower case.
    pub namespace: Option<Box<str>>,
    /// Its DNS servers.
    pub dns_servers: Box<[Arc<str>]>,
    /// Its policies but for access lists.
    pub policies: Box<[HnsEndpointPolicy]>,
    /// The number of its access lists.
    pub acls: u32,
    /// Its state.
    pub state: Option<u32>,
    /// The version of HNS that the first schema writes into every object.
    pub version: Option<HnsVersion>,
    /// A value of it was cut or wrong: addresses and policies may lack.
    pub cut: bool,
    /// Where it is listed.
    pub place: Place,
}

/// A network namespace as HCN lists it: what shares one stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HnsNamespace {
    /// Its id, in lower case; empty if it is not given.
    pub id: Box<str>,
    /// The ids of its endpoints, in lower case.
    pub endpoints: Box<[Box<str>]>,
    /// The ids of its containers, in lower case.
    pub containers: Box<[Box<str>]>,
    /// Where it is listed.
    pub place: Place,
}

#[cfg(test)]
mod tests {
    use super::MacAddress;

    #[test]
    fn mac_addresses_as_both_schemas_write_them() {
        let of = |text: &str| text.parse::<MacAddress>().ok().map(|mac| mac.to_string());
        let expected = Some("0e:a1:55:1f:9f:9a".to_owned());
        for text in ["0E-A1-55-1F-9F-9A", "0e:a1:55:1f:9f:9a", "0ea1551f9f9a"] {
            assert_eq!(of(text), expected, "{text}");
        }
        for text in
            ["", "0E-A1-55-1F-9F", "0E-A1-55-1F-9F-9A-00", "0g-A1-55-1F-9F-9A", "0E-A1-55-1F-9F9A", "é"]
        {
            assert_eq!(of(text), None, "{text}");
        }
    }
}
