//! Webhooks and aggregated APIs, and roles as far as they are about nodes.

use super::Doc;
use super::kubernetes::name_of;
use super::node::Node;
use crate::model::ApiCall;

/// The group that every node is in.
const NODES: &str = "system:nodes";

/// Reads an object of these kinds; `false` for any other.
pub(super) fn object(doc: &mut Doc<'_, '_>, node: &Node, kind: &str) -> bool {
    let version = node.get("apiVersion").and_then(Node::as_text).unwrap_or_default();
    match (version.split_once('/').map_or("", |(group, _)| group), kind) {
        (
            "admissionregistration.k8s.io",
            "ValidatingWebhookConfiguration" | "MutatingWebhookConfiguration",
        ) => {
            for webhook in node.get("webhooks").map(Node::items).unwrap_or_default() {
                api_call(doc, node, kind, webhook.path(&["clientConfig", "service"]));
            }
        }
        ("apiregistration.k8s.io", "APIService") => {
            api_call(doc, node, kind, node.path(&["spec", "service"]));
        }
        ("rbac.authorization.k8s.io", "Role" | "ClusterRole") => role(doc, node, kind),
        ("rbac.authorization.k8s.io", "RoleBinding" | "ClusterRoleBinding") => binding(doc, node, kind),
        _ => return false,
    }
    true
}

/// Keeps the Service; an API of the server's own has none.
fn api_call(doc: &mut Doc<'_, '_>, node: &Node, kind: &str, service: Option<&Node>) {
    let text = |key: &str| service.and_then(|service| service.get(key)).and_then(Node::as_text);
    let (Some(namespace), Some(service)) = (text("namespace"), text("name")) else { return };
    let call = ApiCall {
        kind: kind.to_owned(),
        name: name_of(node).1.to_owned(),
        namespace: namespace.to_owned(),
        service: service.to_owned(),
        place: doc.place_of(node),
    };
    doc.cluster().api_calls.push(call);
}

fn role(doc: &mut Doc<'_, '_>, node: &Node, kind: &str) {
    let texts = |rule: &Node, key: &str| {
        let items = rule.get(key).map(Node::items).unwrap_or_default();
        items.iter().filter_map(Node::as_text).map(str::to_owned).collect::<Vec<_>>()
    };
    let mut resources = std::collections::BTreeSet::new();
    for rule in node.get("rules").map(Node::items).unwrap_or_default() {
        let has =
            |key: &str, names: [&str; 2]| texts(rule, key).iter().any(|it| names.contains(&it.as_str()));
        // A rule for objects by name is for these alone.
        let named = rule.get("resourceNames").is_some_and(|names| !names.items().is_empty());
        if has("apiGroups", ["", "*"]) && has("verbs", ["get", "*"]) && !named {
            resources.extend(texts(rule, "resources"));
        }
    }
    doc.cluster().node_access.roles.insert(key(node, kind == "ClusterRole"), resources);
}

fn binding(doc: &mut Doc<'_, '_>, node: &Node, kind: &str) {
    let subjects = node.get("subjects").map(Node::items).unwrap_or_default();
    let text = |node: &Node, key: &str| node.get(key).and_then(Node::as_text).unwrap_or_default().to_owned();
    if !subjects.iter().any(|subject| text(subject, "kind") == "Group" && text(subject, "name") == NODES) {
        return;
    }
    let Some(reference) = node.get("roleRef") else { return };
    let (namespace, _) = key(node, kind == "ClusterRoleBinding");
    let of_role = if text(reference, "kind") == "ClusterRole" { String::new() } else { namespace.clone() };
    let role = (of_role, text(reference, "name"));
    doc.cluster().node_access.bindings.push((namespace, role));
}

/// The namespace, empty for what has none, and the name.
fn key(node: &Node, global: bool) -> (String, String) {
    let (namespace, name) = name_of(node);
    (if global { String::new() } else { namespace.to_owned() }, name.to_owned())
}
