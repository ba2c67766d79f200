//! Endpoints: vNICs of pods and of the node, and addresses of other nodes.

use super::policy::port_mapping;
use super::value::{
    Object, boxed, get, id, id_of, is_cut, items, mac, names, scalar, shared, small, text, version, wants,
};
use crate::model::{HnsAddress, HnsEndpoint, HnsEndpointPolicy, HnsNamespace, HnsSchema};
use crate::read::Doc;
use crate::read::node::Node;
use std::sync::Arc;

/// The bit of an endpoint's `Flags` that says it is on another host: hcsshim 7c9ff7f, hcn/hcnendpoint.go (2026-08-20).
const REMOTE_FLAG: u32 = 1;

/// The longest prefix of IPv4.
const LONGEST: u32 = 32;

/// `Get-HnsEndpoint`
pub(super) fn first(doc: &mut Doc<'_, '_>, node: &Node) {
    let mut object = Object::new("HNS endpoint", node);
    let address = object.address(doc, "IPAddress");
    let prefix_length =
        object.number(doc, "PrefixLength", LONGEST).and_then(|length| u8::try_from(length).ok());
    let remote = object.flag(doc, "IsRemoteEndpoint");
    let gateway = object.address(doc, "GatewayAddress");
    let mut endpoint = named(doc, node, HnsSchema::V1);
    endpoint.network = id(node, "VirtualNetwork").map(|id| shared(doc, &id));
    endpoint.network_name = text(node, "VirtualNetworkName").map(|name| shared(doc, name));
    endpoint.addresses = address.iter().map(|&address| HnsAddress { address, prefix_length }).collect();
    endpoint.gateway = gateway;
    endpoint.remote = remote;
    endpoint.containers = names(node, "SharedContainers");
    // Newer versions of HNS write an object, and `ConvertTo-Json` may make text of it.
    endpoint.namespace = get(node, "Namespace").and_then(|it| id(it, "ID").or_else(|| braced(scalar(it)?)));
    endpoint.dns_servers = servers(doc, node, "DNSServerList");
    policies(doc, &mut object, &mut endpoint);
    doc.cluster().hns_endpoints.push(endpoint);
}

/// HCN
pub(super) fn second(doc: &mut Doc<'_, '_>, node: &Node) {
    let mut object = Object::new("HNS endpoint", node);
    let flags = object.number(doc, "Flags", u32::MAX).unwrap_or_default();
    let mut addresses = Vec::new();
    for configuration in object.objects(doc, "IpConfigurations").unwrap_or_default() {
        let mut one = object.inside(configuration);
        let prefix_length = small(configuration, "PrefixLength")
            .filter(|length| *length <= LONGEST)
            .and_then(|length| u8::try_from(length).ok());
        let address = one.address(doc, "IpAddress");
        object.broken |= one.broken;
        addresses.extend(address.map(|address| HnsAddress { address, prefix_length }));
    }
    let mut gateway = None;
    for route in object.objects(doc, "Routes").unwrap_or_default() {
        if wants(route, "DestinationPrefix", "0.0.0.0/0") {
            gateway = gateway.or(object.inside(route).address(doc, "NextHop"));
        }
    }
    let mut endpoint = named(doc, node, HnsSchema::V2);
    endpoint.network = id(node, "HostComputeNetwork").map(|id| shared(doc, &id));
    endpoint.addresses = addresses.into();
    endpoint.gateway = gateway;
    endpoint.remote = flags & REMOTE_FLAG != 0;
    endpoint.namespace =
        id(node, "HostComputeNamespace").filter(|id| id.bytes().any(|byte| !b"0-".contains(&byte)));
    if let Some(dns) = get(node, "Dns") {
        endpoint.dns_servers = servers(doc, dns, "ServerList");
    }
    policies(doc, &mut object, &mut endpoint);
    doc.cluster().hns_endpoints.push(endpoint);
}

/// An HCN namespace: which endpoints share it with which containers.
pub(super) fn namespace(doc: &mut Doc<'_, '_>, node: &Node) {
    let mut object = Object::new("HNS namespace", node);
    let resources = object.objects(doc, "Resources").unwrap_or_default();
    let of = |kind: &str| {
        let of_kind = resources.iter().filter(|resource| wants(resource, "Type", kind));
        let data = of_kind.filter_map(|resource| get(resource, "Data"));
        data.filter_map(|data| id(data, "Id").or_else(|| scalar(data).map(id_of))).collect()
    };
    let namespace = HnsNamespace {
        id: id(node, "ID").or_else(|| id(node, "NamespaceGuid")).unwrap_or_default(),
        endpoints: of("Endpoint"),
        containers: of("Container"),
        place: doc.place_of(node),
    };
    doc.cluster().hns_namespaces.push(namespace);
}

/// An endpoint of which only its name is known yet.
fn named(doc: &mut Doc<'_, '_>, node: &Node, schema: HnsSchema) -> HnsEndpoint {
    HnsEndpoint {
        id: id(node, "ID").unwrap_or_default(),
        schema,
        name: shared(doc, text(node, "Name").unwrap_or_default()),
        network: None,
        network_name: None,
        addresses: Box::default(),
        mac: mac(node, "MacAddress"),
        gateway: None,
        remote: false,
        containers: Box::default(),
        namespace: None,
        dns_servers: Box::default(),
        policies: Box::default(),
        acls: 0,
        state: small(node, "State"),
        version: version(node),
        cut: false,
        place: doc.place_of(node),
    }
}

/// `@{ID=…}`
fn braced(text: &str) -> Option<Box<str>> {
    let inside = text.strip_prefix("@{")?.strip_suffix('}')?;
    let id = inside.split("; ").find_map(|pair| pair.strip_prefix("ID="))?;
    Some(id_of(id)).filter(|id| !id.is_empty())
}

fn servers(doc: &mut Doc<'_, '_>, node: &Node, key: &str) -> Box<[Arc<str>]> {
    names(node, key).iter().map(|name| shared(doc, name)).collect()
}

/// The first schema puts a policy's values beside its type, the second under `Settings`.
fn policies(doc: &mut Doc<'_, '_>, object: &mut Object<'_>, endpoint: &mut HnsEndpoint) {
    let mut policies = Vec::new();
    for policy in object.objects(doc, "Policies").unwrap_or_default() {
        let Some(kind) = text(policy, "Type") else { continue };
        let settings = match get(policy, "Settings") {
            Some(settings) if is_cut(settings) => {
                object.cut(doc, settings);
                policy
            }
            Some(settings) => settings,
            None => policy,
        };
        let one = object.inside(settings);
        match kind.to_ascii_uppercase().as_str() {
            "ACL" | "TIERACL" => endpoint.acls = endpoint.acls.saturating_add(1),
            _ => policies.push(policy_of(doc, one, kind)),
        }
    }
    endpoint.policies = policies.into();
    endpoint.cut = object.broken;
}

fn policy_of(doc: &mut Doc<'_, '_>, mut one: Object<'_>, kind: &str) -> HnsEndpointPolicy {
    let ranges = |key: &str| -> Box<[Box<str>]> {
        get(one.node, key).map(items).unwrap_or_default().iter().filter_map(scalar).map(Into::into).collect()
    };
    match kind.to_ascii_uppercase().as_str() {
        "OUTBOUNDNAT" => {
            let (first, second) = (ranges("ExceptionList"), ranges("Exceptions"));
            HnsEndpointPolicy::OutBoundNat {
                exceptions: if first.is_empty() { second } else { first },
                destinations: ranges("Destinations"),
            }
        }
        "ROUTE" | "SDNROUTE" => HnsEndpointPolicy::Route {
            destination: boxed(one.node, "DestinationPrefix").unwrap_or_default(),
            next_hop: boxed(one.node, "NextHop"),
            need_encap: one.flag(doc, "NeedEncap"),
        },
        "NAT" | "PORTMAPPING" => HnsEndpointPolicy::PortMapping(port_mapping(doc, &mut one)),
        "PROXY" | "L4PROXY" | "L4WFPPROXY" => HnsEndpointPolicy::L4Proxy,
        "PA" | "PROVIDERADDRESS" => {
            let key = if get(one.node, "PA").is_some() { "PA" } else { "ProviderAddress" };
            match one.address(doc, key) {
                Some(address) => HnsEndpointPolicy::ProviderAddress(address),
                None => HnsEndpointPolicy::Other(shared(doc, kind)),
            }
        }
        _ => HnsEndpointPolicy::Other(shared(doc, kind)),
    }
}
