//! The VPC CNI on Linux nodes: the environment of the DaemonSet `aws-node`, and `ENIConfig` objects.

use super::Doc;
use super::kubernetes::name_of;
use super::node::Node;
use crate::model::{EniConfig, Field};
use std::collections::BTreeMap;

/// Reads the environment of the container of the same name.
pub(super) fn environment(doc: &mut Doc<'_, '_>, spec: &Node) {
    let containers = spec.get("containers").map(Node::items).unwrap_or_default();
    let named = |container: &&Node| {
        container.get("name").and_then(Node::as_text).is_some_and(|name| name == "aws-node")
    };
    let Some(container) = containers.iter().find(named) else { return };
    let mut variables: BTreeMap<String, Field<String>> = BTreeMap::new();
    for variable in container.get("env").map(Node::items).unwrap_or_default() {
        let Some(name) = variable.get("name").and_then(Node::as_text) else { continue };
        let value = match variable.get("valueFrom") {
            Some(from) => doc.unknown("it is taken from elsewhere", from),
            None => doc.text(variable, "value", "the DaemonSet aws-node"),
        };
        // Of two of one name the last one counts.
        variables.insert(name.to_owned(), value);
    }
    let at = container.get("env").unwrap_or(container);
    let found = doc.written(variables, at);
    doc.cluster().cni.environment = found;
}

pub(super) fn eni_config(doc: &mut Doc<'_, '_>, node: &Node) {
    let (_, name) = name_of(node);
    let config = EniConfig { name: name.to_owned(), place: doc.place_of(node) };
    doc.cluster().cni.eni_configs.push(config);
}
