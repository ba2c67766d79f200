//! Load-balancer policies.

use super::value::{Object, boxed, get, id, id_of, items, scalar, small, version, wants};
use crate::model::{HnsDistribution, HnsPolicy, HnsPortMapping, HnsProtocol, HnsRoute, HnsSchema};
use crate::read::Doc;
use crate::read::node::Node;
use std::net::Ipv4Addr;
use winpod::dsr::{DSR_FLAG, LOCAL_ROUTED_VIP_FLAG, VIP_EXTERNAL_IP_FLAG};

/// Bits of a port mapping's `Flags` beside that of a node port: hnslib e115dd1, hcn/hcnloadbalancer.go (2026-03-13).
const ILB_FLAG: u32 = 1;
const USE_MUX_FLAG: u32 = 4;
const PRESERVE_DIP_FLAG: u32 = 8;

const NUMBER: u32 = u32::MAX;

/// `Get-HnsPolicyList`: a list may hold several policies, each an entry of its own.
pub(super) fn first(doc: &mut Doc<'_, '_>, node: &Node) {
    let mut list = Object::new("a load-balancer policy", node);
    let Some(policies) = list.objects(doc, "Policies") else { return };
    let endpoints = references(doc, &mut list, "References");
    for policy in policies {
        if wants(policy, "Type", "ROUTE") {
            let destination = boxed(policy, "DestinationPrefix").unwrap_or_else(|| "no range".into());
            let place = doc.place_of(policy);
            doc.cluster().hns_routes.push(HnsRoute { destination, place });
        }
        if !wants(policy, "Type", "ELB") {
            continue;
        }
        let mut one = list.inside(policy);
        let dsr = one.flag(doc, "IsDSR");
        let local_routed_vip = one.flag(doc, "LocalRoutedVip");
        let protocol = protocol(doc, &mut one);
        let port = HnsPortMapping {
            protocol,
            internal_port: one.port(doc, "InternalPort"),
            external_port: one.port(doc, "ExternalPort"),
            distribution: one.number(doc, "DistributionType", NUMBER).map(HnsDistribution::of),
            ilb: one.flag(doc, "ILB"),
            local_routed_vip,
            use_mux: false,
            preserve_dip: false,
            vip_external_ip: false,
        };
        let source_vip = one.address(doc, "SourceVIP");
        let vips = addresses(doc, &mut one, "VIPs");
        let cut = list.broken || one.broken;
        let policy = HnsPolicy {
            id: id(node, "ID").unwrap_or_default(),
            schema: HnsSchema::V1,
            vip: vips.first().copied(),
            vips,
            dsr,
            local_routed_vip,
            ports: [port].into(),
            source_vip,
            endpoints: endpoints.clone(),
            network: id(node, "HostComputeNetwork"),
            state: small(node, "State"),
            version: version(node),
            cut,
            place: doc.place_of(node),
        };
        doc.cluster().hns_policies.push(policy);
    }
}

/// `hnsdiag` and HCN.
pub(super) fn second(doc: &mut Doc<'_, '_>, node: &Node) {
    let mut one = Object::new("a load-balancer policy", node);
    let mappings = match get(node, "PortMappings") {
        Some(_) => one.objects(doc, "PortMappings"),
        None => Some(&[][..]),
    };
    let (Some(mappings), Ok(flags)) = (mappings, bits(doc, &mut one)) else { return };
    let mut ports = Vec::with_capacity(mappings.len());
    for mapping in mappings {
        let mut one = one.inside(mapping);
        let Ok(flags) = bits(doc, &mut one) else { return };
        ports.push(HnsPortMapping {
            protocol: protocol(doc, &mut one),
            internal_port: one.port(doc, "InternalPort"),
            external_port: one.port(doc, "ExternalPort"),
            distribution: Some(HnsDistribution::of(
                one.number(doc, "DistributionType", NUMBER).unwrap_or_default(),
            )),
            ilb: flags & ILB_FLAG != 0,
            local_routed_vip: flags & LOCAL_ROUTED_VIP_FLAG != 0,
            use_mux: flags & USE_MUX_FLAG != 0,
            preserve_dip: flags & PRESERVE_DIP_FLAG != 0,
            vip_external_ip: flags & VIP_EXTERNAL_IP_FLAG != 0,
        });
    }
    let endpoints = references(doc, &mut one, "HostComputeEndpoints");
    let vips = addresses(doc, &mut one, "FrontendVIPs");
    let source_vip = one.address(doc, "SourceVIP");
    let policy = HnsPolicy {
        id: id(node, "ID").unwrap_or_default(),
        schema: HnsSchema::V2,
        vip: vips.first().copied(),
        vips,
        dsr: flags & DSR_FLAG != 0,
        local_routed_vip: ports.iter().any(|port| port.local_routed_vip),
        ports: ports.into(),
        source_vip,
        endpoints,
        network: id(node, "HostComputeNetwork"),
        state: small(node, "State"),
        version: version(node),
        cut: one.broken,
        place: doc.place_of(node),
    };
    doc.cluster().hns_policies.push(policy);
}

/// What is left out is 0; what is no number leaves the policy out, because every answer depends on it.
fn bits(doc: &mut Doc<'_, '_>, one: &mut Object<'_>) -> Result<u32, ()> {
    match one.number(doc, "Flags", NUMBER) {
        Some(bits) => Ok(bits),
        None if one.broken => Err(()),
        None => Ok(0),
    }
}

/// A number, or as the documentation of HCN has it, a name.
fn protocol(doc: &mut Doc<'_, '_>, one: &mut Object<'_>) -> Option<HnsProtocol> {
    match boxed(one.node, "Protocol").as_deref().map(str::to_ascii_uppercase).as_deref() {
        Some("TCP") => Some(HnsProtocol::Tcp),
        Some("UDP") => Some(HnsProtocol::Udp),
        _ => one.number(doc, "Protocol", NUMBER).map(HnsProtocol::of),
    }
}

/// Ids, as `/endpoints/<id>` or alone.
fn references(doc: &mut Doc<'_, '_>, one: &mut Object<'_>, key: &str) -> Box<[Box<str>]> {
    let Some(list) = get(one.node, key) else { return Box::default() };
    if super::value::is_cut(list) {
        one.cut(doc, list);
        return Box::default();
    }
    let mut ids = Vec::with_capacity(items(list).len());
    for item in items(list) {
        match scalar(item) {
            Some(text) => ids.push(id_of(text)),
            None if item.is_null() => {}
            None => one.wrong(doc, item, key, "ids of endpoints"),
        }
    }
    ids.into()
}

fn addresses(doc: &mut Doc<'_, '_>, one: &mut Object<'_>, key: &str) -> Box<[Ipv4Addr]> {
    let Some(list) = get(one.node, key) else { return Box::default() };
    if super::value::is_cut(list) {
        one.cut(doc, list);
        return Box::default();
    }
    items(list).iter().filter_map(|item| one.address_of(doc, item, key)).collect()
}

/// The mapping of a port of the node to an endpoint: flags in the second schema.
pub(super) fn port_mapping(doc: &mut Doc<'_, '_>, one: &mut Object<'_>) -> HnsPortMapping {
    let flags = small(one.node, "Flags").unwrap_or_default();
    HnsPortMapping {
        protocol: protocol(doc, one),
        internal_port: one.port(doc, "InternalPort"),
        external_port: one.port(doc, "ExternalPort"),
        distribution: None,
        ilb: false,
        local_routed_vip: flags & 1 != 0,
        use_mux: false,
        preserve_dip: false,
        vip_external_ip: false,
    }
}
