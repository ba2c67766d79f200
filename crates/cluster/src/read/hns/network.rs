//! Networks: the vSwitches of a node.

use super::value::{
    Object, boxed, get, id, is_cut, items, mac, names, scalar, shared, small, text, version, wants,
};
use crate::model::{HnsExtension, HnsNetwork, HnsSchema, HnsSubnet, MacAddress};
use crate::read::Doc;
use crate::read::node::Node;
use std::sync::Arc;
use winpod::Ipv4Prefix;

/// A network of which only its name is known yet.
fn named(doc: &Doc<'_, '_>, node: &Node, schema: HnsSchema) -> HnsNetwork {
    HnsNetwork {
        id: id(node, "ID").unwrap_or_default(),
        schema,
        name: boxed(node, "Name").unwrap_or_default(),
        kind: boxed(node, "Type").unwrap_or_default(),
        subnets: Box::default(),
        adapter: None,
        management_ip: None,
        source_mac: None,
        dr_mac: None,
        mac_ranges: Box::default(),
        dns_servers: Box::default(),
        dns_suffix: None,
        extensions: Box::default(),
        layered_on: id(node, "LayeredOn"),
        policies: Box::default(),
        endpoint_count: small(node, "CurrentEndpointCount"),
        state: small(node, "State"),
        version: version(node),
        cut: false,
        place: doc.place_of(node),
    }
}

/// `Get-HnsNetwork`
pub(super) fn first(doc: &mut Doc<'_, '_>, node: &Node) {
    let mut object = Object::new("HNS network", node);
    let mut network = named(doc, node, HnsSchema::V1);
    network.management_ip = object.address(doc, "ManagementIP");
    network.adapter = boxed(node, "NetworkAdapterName");
    network.source_mac = mac(node, "SourceMac");
    network.dr_mac = mac(node, "DrMacAddress");
    network.dns_servers = names(node, "DNSServerList");
    network.dns_suffix = boxed(node, "DNSSuffix");
    let mut subnets = Vec::new();
    for subnet in object.objects(doc, "Subnets").unwrap_or_default() {
        let mut one = object.inside(subnet);
        let gateway = one.address(doc, "GatewayAddress");
        subnets.extend(prefix(doc, &mut one, "AddressPrefix").map(|prefix| HnsSubnet { prefix, gateway }));
    }
    network.subnets = subnets.into();
    network.mac_ranges = ranges(object.objects(doc, "MacPools").unwrap_or_default());
    let extensions = object.objects(doc, "Extensions").unwrap_or_default();
    network.extensions = extensions
        .iter()
        .map(|extension| HnsExtension {
            id: id(extension, "Id").unwrap_or_default(),
            name: boxed(extension, "Name"),
            enabled: wants(extension, "IsEnabled", "true"),
        })
        .collect();
    network.policies = types(doc, &mut object);
    network.cut = object.broken;
    doc.cluster().hns_networks.push(network);
}

/// HCN
pub(super) fn second(doc: &mut Doc<'_, '_>, node: &Node) {
    let mut object = Object::new("HNS network", node);
    let mut network = named(doc, node, HnsSchema::V2);
    let mut subnets = Vec::new();
    for ipam in object.objects(doc, "Ipams").unwrap_or_default() {
        let mut ipam = object.inside(ipam);
        for subnet in ipam.objects(doc, "Subnets").unwrap_or_default() {
            let mut one = object.inside(subnet);
            let mut gateway = None;
            for route in one.objects(doc, "Routes").unwrap_or_default() {
                if wants(route, "DestinationPrefix", "0.0.0.0/0") {
                    gateway = gateway.or(one.inside(route).address(doc, "NextHop"));
                }
            }
            subnets
                .extend(prefix(doc, &mut one, "IpAddressPrefix").map(|prefix| HnsSubnet { prefix, gateway }));
        }
        object.broken |= ipam.broken;
    }
    network.subnets = subnets.into();
    let pool = get(node, "MacPool").and_then(|pool| get(pool, "Ranges"));
    network.mac_ranges = ranges(pool.map(items).unwrap_or_default());
    if let Some(dns) = get(node, "Dns") {
        network.dns_servers = names(dns, "ServerList");
        network.dns_suffix = boxed(dns, "Suffix");
    }
    let mut extensions = Vec::new();
    for policy in object.objects(doc, "Policies").unwrap_or_default() {
        let Some(settings) = get(policy, "Settings") else { continue };
        if is_cut(settings) {
            object.cut(doc, settings);
            continue;
        }
        match text(policy, "Type").unwrap_or_default() {
            "NetAdapterName" => network.adapter = boxed(settings, "NetworkAdapterName"),
            "SourceMacAddress" => network.source_mac = mac(settings, "SourceMacAddress"),
            "DrMacAddress" => network.dr_mac = mac(settings, "Address"),
            "VSwitchExtension" => extensions.push(HnsExtension {
                id: id(settings, "ExtensionID").unwrap_or_default(),
                name: None,
                enabled: wants(settings, "Enable", "true"),
            }),
            _ => {}
        }
    }
    network.extensions = extensions.into();
    network.policies = types(doc, &mut object);
    network.cut = object.broken;
    doc.cluster().hns_networks.push(network);
}

/// A range of IPv4; one of IPv6 is passed over.
fn prefix(doc: &mut Doc<'_, '_>, one: &mut Object<'_>, key: &str) -> Option<Ipv4Prefix> {
    let value = get(one.node, key)?;
    let text = scalar(value)?;
    match Ipv4Prefix::parse_lenient(text) {
        Ok((prefix, _)) => Some(prefix),
        Err(_) if text.contains(':') => None,
        Err(_) => {
            one.wrong(doc, value, key, "an IPv4 block such as 10.0.0.0/20");
            None
        }
    }
}

fn ranges(list: &[Node]) -> Box<[(MacAddress, MacAddress)]> {
    list.iter().filter_map(|one| mac(one, "StartMacAddress").zip(mac(one, "EndMacAddress"))).collect()
}

fn types(doc: &mut Doc<'_, '_>, object: &mut Object<'_>) -> Box<[Arc<str>]> {
    let policies = object.objects(doc, "Policies").unwrap_or_default();
    policies.iter().filter_map(|policy| text(policy, "Type")).map(|name| shared(doc, name)).collect()
}
