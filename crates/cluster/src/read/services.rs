//! Services and their backends, as far as kube-proxy's policies on a Windows node depend on them.

use super::Doc;
use super::kubernetes::name_of;
use super::node::Node;
use crate::model::{EndpointSlice, Field, Place, Service, ServicePort};
use std::sync::Arc;
use winpod::dsr::{ServiceType, TrafficPolicy};
use winpod::ports::Protocol;

/// Reads a core Service or an `EndpointSlice`; `false` for objects of other groups that are called so.
pub(super) fn object(doc: &mut Doc<'_, '_>, node: &Node, kind: &str) -> bool {
    match (node.get("apiVersion").and_then(Node::as_text), kind) {
        (Some("v1"), "Service") => service(doc, node),
        (Some(version), "EndpointSlice") if version.starts_with("discovery.k8s.io/") => slice(doc, node),
        _ => return false,
    }
    true
}

fn service(doc: &mut Doc<'_, '_>, node: &Node) {
    let (namespace, name) = name_of(node);
    let object = format!("service {:?}", format!("{namespace}/{name}"));
    let spec = node.get("spec");
    let get = |key: &str| spec.and_then(|spec| spec.get(key)).filter(|value| !value.is_null());
    let kind = doc.named(get("type"), "type", &object, ServiceType::ClusterIp, ServiceType::from_name);
    let external = doc.named(
        get("externalTrafficPolicy"),
        "externalTrafficPolicy",
        &object,
        TrafficPolicy::Cluster,
        TrafficPolicy::from_name,
    );
    let internal = doc.named(
        get("internalTrafficPolicy"),
        "internalTrafficPolicy",
        &object,
        TrafficPolicy::Cluster,
        TrafficPolicy::from_name,
    );
    let (Some(kind), Some(external_traffic), Some(internal_traffic)) = (kind, external, internal) else {
        return;
    };
    let cluster_ip = get("clusterIP").and_then(Node::as_text).unwrap_or_default();
    let allocates = get("allocateLoadBalancerNodePorts").and_then(Node::as_bool) != Some(false);
    let mut ports = Vec::new();
    for port in get("ports").map(Node::items).unwrap_or_default() {
        let protocol = port.get("protocol").filter(|value| !value.is_null());
        let protocol = doc.named(protocol, "protocol", &object, Protocol::Tcp, Protocol::from_name);
        let Some(protocol) = protocol else { continue };
        let given = port.get("nodePort").and_then(Node::as_i64).is_some_and(|port| port > 0);
        let node_port = match kind {
            ServiceType::NodePort => true,
            ServiceType::LoadBalancer => given || allocates,
            _ => false,
        };
        let number = |key: &str| {
            let number = port.get(key).and_then(Node::as_i64);
            number.and_then(|number| u16::try_from(number).ok()).filter(|number| *number > 0)
        };
        let (number, node_port_number) = (number("port"), number("nodePort"));
        let name = doc.reader.share(port_name(port));
        ports.push(ServicePort { name, protocol, node_port, number, node_port_number });
    }
    let count =
        |node: Option<&Node>| u32::try_from(node.map_or(0, |node| node.items().len())).unwrap_or(u32::MAX);
    let ingress = node.path(&["status", "loadBalancer", "ingress"]).map(Node::items).unwrap_or_default();
    let with_ip = ingress.iter().filter(|entry| entry.get("ip").is_some_and(|ip| !ip.is_null())).count();
    let external = get("externalIPs").map(Node::items).unwrap_or_default();
    let outer = external.iter().chain(ingress.iter().filter_map(|entry| entry.get("ip")));
    let preserve = node.path(&["metadata", "annotations", "preserve-destination"]).and_then(Node::as_text);
    let ipv6 = ipv6(doc, spec);
    let service = Service {
        namespace: doc.reader.share(namespace),
        name: doc.reader.share(name),
        kind,
        selector: doc.map(get("selector"), "selector", &object),
        headless: cluster_ip == "None",
        cluster_ip: cluster_ip.parse().ok(),
        external_traffic,
        internal_traffic,
        client_ip_affinity: get("sessionAffinity").and_then(Node::as_text) == Some("ClientIP"),
        external_traffic_place: get("externalTrafficPolicy").map(|policy| doc.place_of(policy)),
        affinity_place: get("sessionAffinity").map(|affinity| doc.place_of(affinity)),
        preserve_destination: preserve == Some("true"),
        external_ips: count(get("externalIPs")),
        ingress_ips: u32::try_from(with_ip).unwrap_or(u32::MAX),
        outer_addresses: outer.filter_map(|ip| ip.as_text()?.parse().ok()).collect(),
        ports,
        ipv6,
        place: doc.place_of(node),
    };
    doc.cluster().services.push(service);
}

/// Where a service asks for IPv6. One that prefers two families takes one where there is no other.
fn ipv6(doc: &Doc<'_, '_>, spec: Option<&Node>) -> Option<(String, Place)> {
    let spec = spec?;
    let policy = spec.get("ipFamilyPolicy");
    if let Some(policy) = policy.filter(|policy| policy.as_text() == Some("RequireDualStack")) {
        return Some(("ipFamilyPolicy RequireDualStack".to_owned(), doc.place_of(policy)));
    }
    let prefers = policy.and_then(Node::as_text) == Some("PreferDualStack");
    let families = spec.get("ipFamilies")?;
    let families = families.items().iter().take(if prefers { 1 } else { usize::MAX });
    let family = families.into_iter().find(|family| family.as_text() == Some("IPv6"))?;
    Some(("ipFamilies IPv6".to_owned(), doc.place_of(family)))
}

/// The only port of a service may have none.
fn port_name(port: &Node) -> &str {
    port.get("name").filter(|name| !name.is_null()).and_then(Node::as_text).unwrap_or_default()
}

fn slice(doc: &mut Doc<'_, '_>, node: &Node) {
    doc.cluster().endpoints_listed = true;
    let (namespace, _) = name_of(node);
    let service = node.path(&["metadata", "labels", "kubernetes.io/service-name"]).and_then(Node::as_text);
    // Windows nodes of EKS have no IPv6.
    let ipv4 = node.get("addressType").and_then(Node::as_text).is_none_or(|kind| kind == "IPv4");
    let Some(service) = service.filter(|_| ipv4) else { return };
    let ports: Vec<Arc<str>> = node
        .get("ports")
        .map(Node::items)
        .unwrap_or_default()
        .iter()
        .map(|port| doc.reader.share(port_name(port)))
        .collect();
    let mut nodes = Vec::new();
    for endpoint in node.get("endpoints").map(Node::items).unwrap_or_default() {
        let condition = |key: &str| endpoint.path(&["conditions", key]).and_then(Node::as_bool);
        // Nothing said about readiness means ready.
        if condition("ready") == Some(false) {
            continue;
        }
        nodes.push(endpoint.get("nodeName").and_then(Node::as_text).map(|name| doc.reader.share(name)));
    }
    let slice = EndpointSlice {
        namespace: doc.reader.share(namespace),
        service: doc.reader.share(service),
        ports,
        nodes,
    };
    doc.cluster().endpoint_slices.push(slice);
}

impl Doc<'_, '_> {
    /// A value that has one of a few names; absent means the default, any other is a problem.
    fn named<T>(
        &mut self,
        value: Option<&Node>,
        key: &str,
        object: &str,
        default: T,
        find: fn(&str) -> Option<T>,
    ) -> Option<T> {
        let Some(value) = value else { return Some(default) };
        let found = value.as_text().and_then(find);
        if found.is_none() {
            let _: Field<()> = self.wrong(value, key, object, "a name that Kubernetes has for it");
        }
        found
    }
}
