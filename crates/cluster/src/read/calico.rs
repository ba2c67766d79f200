//! Calico's `Installation`.

use super::Doc;
use super::kubernetes::name_of;
use super::node::Node;
use crate::model::{CalicoInstallation, CalicoPool, Field};

/// Reads an object of Calico's operator; `false` if it is none that is used.
pub(super) fn object(doc: &mut Doc<'_, '_>, node: &Node, kind: &str) -> bool {
    let version = node.get("apiVersion").and_then(Node::as_text).unwrap_or_default();
    if kind != "Installation" || !version.starts_with("operator.tigera.io/") {
        return false;
    }
    let (_, name) = name_of(node);
    let object = format!("Installation {name:?}");
    let text = |doc: &mut Doc<'_, '_>, at: Option<&Node>, key: &str| {
        at.map_or(Field::Absent, |at| doc.text(at, key, &object))
    };
    let spec = node.get("spec");
    let network = spec.and_then(|spec| spec.get("calicoNetwork"));
    let cni = spec.and_then(|spec| spec.get("cni"));
    let pools = network.and_then(|network| network.get("ipPools")).map(Node::items).unwrap_or_default();
    let pools = pools
        .iter()
        .map(|pool| CalicoPool {
            cidr: text(doc, Some(pool), "cidr"),
            encapsulation: text(doc, Some(pool), "encapsulation"),
            block_size: doc.count(pool, "blockSize", &object),
            nat_outgoing: text(doc, Some(pool), "natOutgoing"),
            place: doc.place_of(pool),
        })
        .collect();
    let installation = CalicoInstallation {
        name: name.to_owned(),
        provider: text(doc, spec, "kubernetesProvider"),
        cni: text(doc, cni, "type"),
        windows_dataplane: text(doc, network, "windowsDataplane"),
        bgp: text(doc, network, "bgp"),
        pools,
        place: doc.place_of(node),
    };
    doc.cluster().calico.push(installation);
    true
}
