//! The required node affinity of pods.

use super::node::Node;
use super::{Doc, kubernetes};
use crate::model::{NodeTerm, Operator, Os, Requirement};

const REQUIRED: [&str; 4] =
    ["affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms"];

/// The terms of a pod; none if it requires nothing.
pub(super) fn terms(doc: &Doc<'_, '_>, spec: &Node) -> Vec<NodeTerm> {
    // An expression may hide the whole of it.
    let hidden =
        (1..=REQUIRED.len()).any(|depth| spec.path(&REQUIRED[..depth]).and_then(Node::hidden).is_some());
    if hidden {
        return vec![NodeTerm { expressions: Vec::new(), open: true }];
    }
    spec.path(&REQUIRED).map(Node::items).unwrap_or_default().iter().map(|node| term(doc, node)).collect()
}

fn term(doc: &Doc<'_, '_>, node: &Node) -> NodeTerm {
    let mut term = NodeTerm { expressions: Vec::new(), open: node.hidden().is_some() };
    for item in node.get("matchExpressions").map(Node::items).unwrap_or_default() {
        match expression(doc, item) {
            Some(expression) => term.expressions.push(expression),
            None => term.open = true,
        }
    }
    // Fields are names of nodes, which no group tells.
    term.open |= node.get("matchFields").is_some_and(|fields| !fields.items().is_empty());
    term.open |= node.get("matchExpressions").and_then(Node::hidden).is_some();
    term
}

/// `None` where something of it does not show.
fn expression(doc: &Doc<'_, '_>, node: &Node) -> Option<Requirement> {
    let operator = match node.get("operator")?.as_text()? {
        "In" => Operator::In,
        "NotIn" => Operator::NotIn,
        "Exists" => Operator::Exists,
        "DoesNotExist" => Operator::DoesNotExist,
        "Gt" => Operator::Gt,
        "Lt" => Operator::Lt,
        _ => return None,
    };
    let values = match node.get("values") {
        Some(values) if values.hidden().is_some() => return None,
        Some(values) => values.items(),
        None => &[],
    };
    let values = values.iter().map(|value| value.as_text().map(str::to_owned)).collect::<Option<_>>()?;
    Some(Requirement {
        key: node.get("key")?.as_text()?.to_owned(),
        operator,
        values,
        place: doc.place_of(node),
    })
}

/// The one operating system that every term leaves.
pub(super) fn system(terms: &[NodeTerm]) -> Option<Os> {
    let of_system =
        |one: &&Requirement| ["kubernetes.io/os", "beta.kubernetes.io/os"].contains(&one.key.as_str());
    let allows = |term: &NodeTerm, name: &str| {
        term.expressions.iter().filter(of_system).all(|one| one.is_met_by(Some(name)))
    };
    let possible = |name: &str| terms.iter().any(|term| allows(term, name));
    match (possible("windows"), possible("linux")) {
        (true, false) => kubernetes::parse_os("windows"),
        (false, true) => kubernetes::parse_os("linux"),
        _ => None,
    }
}
