//! Network policies.

use super::Doc;
use super::kubernetes::name_of;
use super::node::Node;
use crate::model::{Field, LabelExpression, LabelOperator, LabelSelector, NetworkPolicy};

/// Reads a `NetworkPolicy` of Kubernetes; `false` for any other object.
pub(super) fn object(doc: &mut Doc<'_, '_>, node: &Node, kind: &str) -> bool {
    let version = node.get("apiVersion").and_then(Node::as_text).unwrap_or_default();
    // Calico has a kind of the same name.
    if kind != "NetworkPolicy" || !version.starts_with("networking.k8s.io/") {
        return false;
    }
    let (namespace, name) = name_of(node);
    let object = format!("NetworkPolicy {:?}", format!("{namespace}/{name}"));
    let spec = node.get("spec");
    let selector = spec.and_then(|spec| spec.get("podSelector")).filter(|selector| !selector.is_null());
    let pods = selector.map_or(Field::Absent, |selector| self::selector(doc, selector, &object));
    let policy_types = spec.map_or(Field::Absent, |spec| doc.texts(spec, "policyTypes", &object));
    let policy = NetworkPolicy {
        namespace: namespace.to_owned(),
        name: name.to_owned(),
        pods,
        policy_types,
        place: doc.place_of(node),
    };
    doc.cluster().network_policies.push(policy);
    true
}

/// A label selector.
pub(super) fn selector(doc: &mut Doc<'_, '_>, node: &Node, object: &str) -> Field<LabelSelector> {
    let labels = doc.map(node.get("matchLabels"), object);
    let mut expressions = Vec::new();
    for expression in node.get("matchExpressions").map(Node::items).unwrap_or_default() {
        let key = expression.get("key").and_then(Node::as_text);
        let operator = expression.get("operator");
        let known = match operator.and_then(Node::as_text) {
            Some("In") => Some(LabelOperator::In),
            Some("NotIn") => Some(LabelOperator::NotIn),
            Some("Exists") => Some(LabelOperator::Exists),
            Some("DoesNotExist") => Some(LabelOperator::DoesNotExist),
            _ => None,
        };
        let (Some(key), Some(known)) = (key, known) else {
            let allowed = "a key with In, NotIn, Exists or DoesNotExist";
            return doc.wrong(operator.unwrap_or(expression), "operator", object, allowed);
        };
        let values = match doc.texts(expression, "values", object) {
            Field::Known(values, _) => values,
            Field::Absent => Vec::new(),
            Field::Unknown(reason, place) => return Field::Unknown(reason, place),
        };
        expressions.push(LabelExpression { key: key.to_owned(), operator: known, values });
    }
    doc.written(LabelSelector { labels, expressions }, node)
}
