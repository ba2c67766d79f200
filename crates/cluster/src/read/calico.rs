//! Calico: the `Installation` of its operator, and its own objects.

use super::Doc;
use super::kubernetes::name_of;
use super::node::Node;
use crate::model::{
    CalicoFeature, CalicoInstallation, CalicoPolicy, CalicoPool, CalicoRules, FelixConfiguration, Field,
    HostEndpoint,
};
use std::collections::BTreeMap;

/// Reads an object of Calico or of its operator; `false` if it is none that is used.
pub(super) fn object(doc: &mut Doc<'_, '_>, node: &Node, kind: &str) -> bool {
    let version = node.get("apiVersion").and_then(Node::as_text).unwrap_or_default();
    match (version.split_once('/').map_or("", |(group, _)| group), kind) {
        ("operator.tigera.io", "Installation") => installation(doc, node),
        // The same objects as calicoctl and as the API server show them.
        ("projectcalico.org" | "crd.projectcalico.org", _) => return own_object(doc, node, kind),
        _ => return false,
    }
    true
}

fn own_object(doc: &mut Doc<'_, '_>, node: &Node, kind: &str) -> bool {
    match kind {
        "IPPool" => pool(doc, node),
        "IPAMConfiguration" | "IPAMConfig" => {
            let strict = boolean(doc, node.get("spec"), "strictAffinity", kind);
            doc.cluster().calico_objects.strict_affinity = strict;
        }
        "FelixConfiguration" => felix(doc, node),
        "NetworkPolicy" | "GlobalNetworkPolicy" => policy(doc, node, kind),
        "Tier" => {
            let (_, name) = name_of(node);
            let action = text(doc, node.get("spec"), "defaultAction", &format!("Tier {name:?}"));
            doc.cluster().calico_objects.tiers.insert(name.to_owned(), action);
        }
        "HostEndpoint" => {
            let (_, name) = name_of(node);
            let object = format!("HostEndpoint {name:?}");
            let at = text(doc, node.get("spec"), "node", &object);
            let endpoint = HostEndpoint { name: name.to_owned(), node: at, place: doc.place_of(node) };
            doc.cluster().calico_objects.host_endpoints.push(endpoint);
        }
        "CalicoAPIConfig" => {
            let datastore = text(doc, node.get("spec"), "datastoreType", kind);
            doc.cluster().calico_objects.datastore = datastore;
        }
        _ => return false,
    }
    true
}

/// Reads a `ConfigMap` of Calico; `false` for any other.
pub(super) fn config_map(doc: &mut Doc<'_, '_>, node: &Node) -> bool {
    match name_of(node) {
        ("tigera-operator", "kubernetes-services-endpoint") => {
            let data = doc.map(node.get("data"), "data", "the ConfigMap kubernetes-services-endpoint");
            let data: Field<BTreeMap<String, String>> = doc.written(data, node);
            doc.cluster().calico_objects.services_endpoint = data;
        }
        ("kube-system", "calico-config") => {
            let endpoints = node.path(&["data", "etcd_endpoints"]);
            let etcd = endpoints.filter(|it| it.as_text().is_some_and(|text| !text.is_empty()));
            let datastore = match etcd {
                Some(at) => doc.written("etcdv3".to_owned(), at),
                None => doc.written("kubernetes".to_owned(), node),
            };
            doc.cluster().calico_objects.datastore = datastore;
        }
        _ => return false,
    }
    true
}

fn text(doc: &mut Doc<'_, '_>, at: Option<&Node>, key: &str, object: &str) -> Field<String> {
    at.map_or(Field::Absent, |at| doc.text(at, key, object))
}

fn boolean(doc: &mut Doc<'_, '_>, at: Option<&Node>, key: &str, object: &str) -> Field<bool> {
    match at.and_then(|at| at.get(key)).filter(|value| !value.is_null()) {
        None => Field::Absent,
        Some(value) => match value.as_bool() {
            Some(known) => doc.written(known, value),
            None => doc.wrong(value, key, object, "true or false"),
        },
    }
}

fn installation(doc: &mut Doc<'_, '_>, node: &Node) {
    let (_, name) = name_of(node);
    let object = format!("Installation {name:?}");
    let spec = node.get("spec");
    let network = spec.and_then(|spec| spec.get("calicoNetwork"));
    let cni = spec.and_then(|spec| spec.get("cni"));
    let windows = spec.and_then(|spec| spec.get("windowsNodes")).filter(|node| !node.is_null());
    let pools = network.and_then(|network| network.get("ipPools")).map(Node::items).unwrap_or_default();
    let pools = pools
        .iter()
        .map(|pool| CalicoPool {
            name: pool.get("name").and_then(Node::as_text).map(str::to_owned),
            cidr: text(doc, Some(pool), "cidr", &object),
            encapsulation: text(doc, Some(pool), "encapsulation", &object),
            block_size: doc.count(pool, "blockSize", &object),
            nat_outgoing: text(doc, Some(pool), "natOutgoing", &object),
            place: doc.place_of(pool),
        })
        .collect();
    let installation = CalicoInstallation {
        name: name.to_owned(),
        provider: text(doc, spec, "kubernetesProvider", &object),
        cni: text(doc, cni, "type", &object),
        ipam: text(doc, cni.and_then(|cni| cni.get("ipam")), "type", &object),
        windows_dataplane: text(doc, network, "windowsDataplane", &object),
        linux_dataplane: text(doc, network, "linuxDataplane", &object),
        bgp: text(doc, network, "bgp", &object),
        pools,
        service_cidrs: spec.map_or(Field::Absent, |spec| doc.texts(spec, "serviceCIDRs", &object)),
        windows_nodes: windows.map_or(Field::Absent, |windows| match windows.hidden() {
            Some(reason) => doc.unknown(reason, windows),
            None => doc.written((), windows),
        }),
        cni_config_dir: text(doc, windows, "cniConfigDir", &object),
        place: doc.place_of(node),
    };
    doc.cluster().calico.push(installation);
}

fn pool(doc: &mut Doc<'_, '_>, node: &Node) {
    let (_, name) = name_of(node);
    let object = format!("IPPool {name:?}");
    let spec = node.get("spec");
    let ipip = text(doc, spec, "ipipMode", &object);
    let vxlan = text(doc, spec, "vxlanMode", &object);
    let pool = CalicoPool {
        name: Some(name.to_owned()),
        cidr: text(doc, spec, "cidr", &object),
        encapsulation: encapsulation(doc, node, ipip, vxlan),
        block_size: spec.map_or(Field::Absent, |spec| doc.count(spec, "blockSize", &object)),
        nat_outgoing: text(doc, spec, "natOutgoing", &object),
        place: doc.place_of(node),
    };
    doc.cluster().calico_objects.pools.push(pool);
}

/// The modes of an `IPPool` in the words of the operator.
fn encapsulation(doc: &Doc<'_, '_>, node: &Node, ipip: Field<String>, vxlan: Field<String>) -> Field<String> {
    let named = |mode: Field<String>, always: &str, across: &str| match mode {
        Field::Known(mode, origin) => match mode.as_str() {
            "Always" => Field::Known(always.to_owned(), origin),
            "CrossSubnet" => Field::Known(across.to_owned(), origin),
            _ => Field::Absent,
        },
        other => other,
    };
    let of = named(vxlan, "VXLAN", "VXLANCrossSubnet").or(named(ipip, "IPIP", "IPIPCrossSubnet"));
    // Calico writes both modes, and takes Never for one that is not written.
    if of.is_absent() { doc.written("None".to_owned(), node) } else { of }
}

fn felix(doc: &mut Doc<'_, '_>, node: &Node) {
    let (_, name) = name_of(node);
    let object = format!("FelixConfiguration {name:?}");
    let spec = node.get("spec");
    let felix = FelixConfiguration {
        name: name.to_owned(),
        vxlan_port: spec.map_or(Field::Absent, |spec| doc.count(spec, "vxlanPort", &object)),
        wireguard: boolean(doc, spec, "wireguardEnabled", &object),
        bpf: boolean(doc, spec, "bpfEnabled", &object),
        place: doc.place_of(node),
    };
    doc.cluster().calico_objects.felix.push(felix);
}

fn policy(doc: &mut Doc<'_, '_>, node: &Node, kind: &str) {
    let (namespace, name) = name_of(node);
    let object = format!("{kind} {name:?}");
    let spec = node.get("spec");
    let get = |key: &str| spec.and_then(|spec| spec.get(key)).filter(|value| !value.is_null());
    let mut features = Vec::new();
    for key in ["preDNAT", "doNotTrack", "applyOnForward"] {
        if let Some(at) = get(key).filter(|value| value.as_bool() == Some(true)) {
            features.push((CalicoFeature::HostEndpoints(key), doc.place_of(at)));
        }
    }
    for rule in
        ["ingress", "egress"].into_iter().flat_map(|key| get(key).map(Node::items).unwrap_or_default())
    {
        if let Some(action) = rule.get("action").filter(|action| action.as_text() == Some("Log")) {
            features.push((CalicoFeature::Log, doc.place_of(action)));
        }
        if let Some(http) = rule.get("http").filter(|http| !http.is_null()) {
            features.push((CalicoFeature::Http, doc.place_of(http)));
        }
    }
    let is_true = |key: &str| get(key).and_then(Node::as_bool) == Some(true);
    let sources = get("ingress").map(Node::items).unwrap_or_default().iter();
    let mut peers = sources.filter_map(|rule| rule.get("source"));
    let by_labels = |peer: &&Node| {
        ["selector", "namespaceSelector", "serviceAccounts"].iter().any(|key| peer.get(key).is_some())
    };
    let policy = CalicoPolicy {
        kind: kind.to_owned(),
        namespace: (kind == "NetworkPolicy").then(|| namespace.to_owned()),
        name: name.to_owned(),
        selector: text(doc, spec, "selector", &object),
        namespace_selector: text(doc, spec, "namespaceSelector", &object),
        service_account_selector: text(doc, spec, "serviceAccountSelector", &object),
        types: spec.map_or(Field::Absent, |spec| doc.texts(spec, "types", &object)),
        ingress: rules(get("ingress")),
        egress: rules(get("egress")),
        tier: text(doc, spec, "tier", &object),
        of_hosts_alone: ["preDNAT", "doNotTrack"].iter().any(|key| is_true(key)),
        peer_by_labels: peers.find(by_labels).map(|peer| doc.place_of(peer)),
        features,
        place: doc.place_of(node),
    };
    doc.cluster().calico_objects.policies.push(policy);
}

/// How many rules there are for one direction, and how many of them may open it.
fn rules(node: Option<&Node>) -> CalicoRules {
    let rules = node.map(Node::items).unwrap_or_default();
    let closing = |rule: &&Node| {
        rule.get("action").and_then(Node::as_text).is_some_and(|action| ["Deny", "Log"].contains(&action))
    };
    CalicoRules { count: rules.len(), opening: rules.len() - rules.iter().filter(closing).count() }
}
