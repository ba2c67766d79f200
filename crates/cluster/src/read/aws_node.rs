//! The VPC CNI on Linux nodes: the environment of the DaemonSet `aws-node`, and `ENIConfig` objects.

use super::Doc;
use super::fields::{FILLED_IN, is_filled_in};
use super::kubernetes::name_of;
use super::node::Node;
use crate::model::{EniConfig, Field};
use std::collections::BTreeMap;
use winpod::ipam::Flag;

/// Reads the environment of the container of the same name, and whether its node agent enforces policies.
pub(super) fn environment(doc: &mut Doc<'_, '_>, spec: &Node) {
    let containers = spec.get("containers").map(Node::items).unwrap_or_default();
    let named = |name: &str| {
        containers.iter().find(|it| it.get("name").and_then(Node::as_text).is_some_and(|known| known == name))
    };
    if let Some(agent) = named("aws-eks-nodeagent") {
        let policy = network_policy(doc, agent);
        doc.cluster().cni.network_policy = policy;
    }
    let Some(container) = named("aws-node") else { return };
    let mut variables: BTreeMap<String, Field<String>> = BTreeMap::new();
    for variable in container.get("env").map(Node::items).unwrap_or_default() {
        let Some(name) = variable.get("name").and_then(Node::as_text) else { continue };
        let value = match variable.get("valueFrom") {
            Some(from) => doc.unknown("it is taken from elsewhere", from),
            None if variable.get("value").is_some_and(is_filled_in) => doc.unknown(FILLED_IN, variable),
            None => doc.text(variable, "value", "the DaemonSet aws-node"),
        };
        // Of two of one name the last one counts.
        variables.insert(name.to_owned(), value);
    }
    let at = container.get("env").unwrap_or(container);
    let found = doc.written(variables, at);
    doc.cluster().cni.environment = found;
}

/// The argument of the node agent that switches policies on; its default is off.
fn network_policy(doc: &Doc<'_, '_>, agent: &Node) -> Field<bool> {
    let arguments = agent.get("args").map(Node::items).unwrap_or_default();
    let value = arguments.iter().find_map(|argument| {
        let rest = argument.as_text()?.trim_start_matches('-').strip_prefix("enable-network-policy")?;
        match rest.strip_prefix('=') {
            Some(value) => Some((argument, Flag::read(Some(value)).is_on())),
            None => rest.is_empty().then_some((argument, true)),
        }
    });
    match value {
        Some((at, on)) => doc.written(on, at),
        None => doc.written(false, agent),
    }
}

pub(super) fn eni_config(doc: &mut Doc<'_, '_>, node: &Node) {
    let (_, name) = name_of(node);
    let config = EniConfig { name: name.to_owned(), place: doc.place_of(node) };
    doc.cluster().cni.eni_configs.push(config);
}
