//! Load-balancer policies as HNS lists them: `Get-HnsPolicyList` (first schema), `hnsdiag` and HCN (second schema).

use super::Doc;
use super::node::Node;
use crate::model::{Field, HnsPolicy};
use crate::problem::Problem;
use winpod::dsr::{DSR_FLAG, LOCAL_ROUTED_VIP_FLAG};

/// Reads one object of a listing; `false` if it is none.
pub(super) fn object(doc: &mut Doc<'_, '_>, node: &Node) -> bool {
    let has = |key: &str| node.get(key).is_some();
    if has("PortMappings") || has("HostComputeEndpoints") && has("SchemaVersion") && !has("IpConfigurations")
    {
        second(doc, node);
    } else if has("References") && has("Policies") {
        first(doc, node);
    } else {
        return false;
    }
    true
}

/// PowerShell writes what is nested deeper than it was told as text.
fn cut(doc: &mut Doc<'_, '_>, list: &Node) -> bool {
    let is_text =
        |node: &Node| node.as_str().is_some_and(|text| text.starts_with("@{") || text == "System.Object[]");
    let cut = is_text(list) || list.items().iter().any(is_text);
    if cut {
        let place = doc.place_of(list);
        let message = "was cut by ConvertTo-Json, which stops at a depth of 2: list it again with -Depth 10";
        doc.reader.problem(Problem::new("DUMP_CUT", message, &place));
    }
    cut
}

fn first(doc: &mut Doc<'_, '_>, node: &Node) {
    let Some(policies) = node.get("Policies") else { return };
    if cut(doc, policies) {
        return;
    }
    for policy in policies.items() {
        // A route is no load balancer.
        if policy.get("Type").and_then(Node::as_text) != Some("ELB") {
            continue;
        }
        let flag = |doc: &mut Doc<'_, '_>, key: &str| doc.flag(policy, key, "a load-balancer policy");
        let dsr = flag(doc, "IsDSR");
        let local_routed_vip = ["LocalRoutedVip", "LocalRoutedVIP"].map(|key| flag(doc, key)).contains(&true);
        push(doc, policy.get("VIPs"), dsr, local_routed_vip);
    }
}

fn second(doc: &mut Doc<'_, '_>, node: &Node) {
    let mappings = node.get("PortMappings");
    if mappings.is_some_and(|mappings| cut(doc, mappings)) {
        return;
    }
    let Some(flags) = bits(doc, node) else { return };
    let mut of_mappings = 0;
    for mapping in mappings.map(Node::items).unwrap_or_default() {
        let Some(flags) = bits(doc, mapping) else { return };
        of_mappings |= flags;
    }
    push(doc, node.get("FrontendVIPs"), flags & DSR_FLAG != 0, of_mappings & LOCAL_ROUTED_VIP_FLAG != 0);
}

/// What is left out is 0.
fn bits(doc: &mut Doc<'_, '_>, node: &Node) -> Option<u32> {
    let Some(value) = node.get("Flags").filter(|value| !value.is_null()) else { return Some(0) };
    let bits = value.as_i64().and_then(|bits| u32::try_from(bits).ok());
    if bits.is_none() {
        let _: Field<()> = doc.wrong(value, "Flags", "a load-balancer policy", "a whole number");
    }
    bits
}

fn push(doc: &mut Doc<'_, '_>, vips: Option<&Node>, dsr: bool, local_routed_vip: bool) {
    let vips = vips.map(Node::items).unwrap_or_default();
    let vip = vips.iter().find_map(|vip| vip.as_text()?.parse().ok());
    doc.cluster().hns_policies.push(HnsPolicy { vip, dsr, local_routed_vip });
}
