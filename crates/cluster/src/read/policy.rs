//! Network policies, and security groups for pods.

use super::Doc;
use super::kubernetes::name_of;
use super::node::Node;
use crate::model::{
    Field, LabelExpression, LabelOperator, LabelSelector, NetworkPolicy, SecurityGroupPolicy,
};

/// Reads a `NetworkPolicy` of Kubernetes, a `SecurityGroupPolicy`, or an object whose labels such policies select by;
/// `false` for any other object.
pub(super) fn object(doc: &mut Doc<'_, '_>, node: &Node, kind: &str) -> bool {
    let version = node.get("apiVersion").and_then(Node::as_text).unwrap_or_default();
    // Calico has a kind of the same name as that of Kubernetes.
    match (version.split_once('/').map_or("", |(group, _)| group), kind) {
        ("networking.k8s.io", "NetworkPolicy") => network_policy(doc, node),
        ("vpcresources.k8s.aws", "SecurityGroupPolicy") => security_group_policy(doc, node),
        ("", "ServiceAccount" | "Namespace") => labels(doc, node, kind),
        _ => return false,
    }
    true
}

fn network_policy(doc: &mut Doc<'_, '_>, node: &Node) {
    let (namespace, name) = name_of(node);
    let object = format!("NetworkPolicy {:?}", format!("{namespace}/{name}"));
    let spec = node.get("spec");
    let pods = selector_at(doc, spec, "podSelector", &object);
    let policy_types = spec.map_or(Field::Absent, |spec| doc.texts(spec, "policyTypes", &object));
    let rules = |key: &str| spec.and_then(|spec| spec.get(key)).map(Node::items).unwrap_or_default();
    let peers =
        rules("ingress").iter().flat_map(|rule| rule.get("from").map(Node::items).unwrap_or_default());
    let by_labels =
        |peer: &&Node| ["podSelector", "namespaceSelector"].iter().any(|key| peer.get(key).is_some());
    // A rule without peers and ports, or with empty lists of them, is for all.
    let empty = |rule: &Node, key: &str| {
        rule.get(key)
            .is_none_or(|list| list.is_null() || list.kind_name() == "a list" && list.items().is_empty())
    };
    let opens = [("ingress", "from"), ("egress", "to")].map(|(direction, peers)| {
        let all = |rule: &Node| rule.kind_name() == "a mapping" && empty(rule, peers) && empty(rule, "ports");
        rules(direction).iter().any(all)
    });
    let policy = NetworkPolicy {
        namespace: namespace.to_owned(),
        name: name.to_owned(),
        pods,
        policy_types,
        ingress_rules: rules("ingress").len(),
        egress_rules: rules("egress").len(),
        opens,
        peer_by_labels: peers.into_iter().find(by_labels).map(|peer| doc.place_of(peer)),
        place: doc.place_of(node),
    };
    doc.cluster().network_policies.push(policy);
}

/// Keeps the labels of a service account or of a namespace.
fn labels(doc: &mut Doc<'_, '_>, node: &Node, kind: &str) {
    let (namespace, name) = name_of(node);
    let (namespace, name) = (namespace.to_owned(), name.to_owned());
    let labels = doc.map(node.path(&["metadata", "labels"]), "labels", &format!("{kind} {name:?}"));
    match kind {
        "Namespace" => _ = doc.cluster().namespaces.insert(name, labels),
        _ => _ = doc.cluster().service_accounts.insert((namespace, name), labels),
    }
}

fn security_group_policy(doc: &mut Doc<'_, '_>, node: &Node) {
    let (namespace, name) = name_of(node);
    let object = format!("SecurityGroupPolicy {:?}", format!("{namespace}/{name}"));
    let spec = node.get("spec");
    let policy = SecurityGroupPolicy {
        namespace: namespace.to_owned(),
        name: name.to_owned(),
        pods: selector_at(doc, spec, "podSelector", &object),
        service_accounts: selector_at(doc, spec, "serviceAccountSelector", &object),
        place: doc.place_of(node),
    };
    doc.cluster().security_group_policies.push(policy);
}

/// The label selector of a key.
fn selector_at(doc: &mut Doc<'_, '_>, spec: Option<&Node>, key: &str, object: &str) -> Field<LabelSelector> {
    let node = spec.and_then(|spec| spec.get(key)).filter(|node| !node.is_null());
    node.map_or(Field::Absent, |node| selector(doc, node, object))
}

/// A label selector.
pub(super) fn selector(doc: &mut Doc<'_, '_>, node: &Node, object: &str) -> Field<LabelSelector> {
    let matched = node.get("matchLabels");
    let listed = node.get("matchExpressions");
    let hidden = [Some(node), matched, listed].into_iter().flatten().find_map(|it| Some((it, it.hidden()?)));
    if let Some((at, reason)) = hidden {
        return doc.unknown(reason, at);
    }
    let labels = doc.map(matched, "matchLabels", object);
    let mut expressions = Vec::new();
    for expression in listed.map(Node::items).unwrap_or_default() {
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

#[cfg(test)]
mod tests {
    use crate::model::Cluster;
    use crate::read::{Input, read};
    use std::ops::ControlFlow;

    fn cluster(text: &str) -> Cluster {
        let inputs = [Input::Document { name: "policy.yaml".into(), bytes: text.as_bytes().to_vec() }];
        let reading = read(&inputs, &mut |_| ControlFlow::Continue(())).unwrap();
        assert!(reading.problems.is_empty(), "{:?}", reading.problems);
        reading.cluster
    }

    #[test]
    fn security_groups_for_pods_keep_both_selectors() {
        let cluster = cluster(
            "apiVersion: vpcresources.k8s.aws/v1beta1\nkind: SecurityGroupPolicy\n\
             metadata: {name: db, namespace: shop}\nspec:\n  podSelector: {matchLabels: {app: db}}\n  \
             securityGroups: {groupIds: [sg-0abc]}\n",
        );
        let [policy] = cluster.security_group_policies.as_slice() else { panic!("one policy") };
        assert_eq!((policy.namespace.as_str(), policy.name.as_str()), ("shop", "db"));
        assert_eq!(policy.pods.known().unwrap().labels["app"], "db");
        // One that is not there selects nothing, which is not what an empty one does.
        assert!(policy.service_accounts.is_absent());
    }

    #[test]
    fn a_policy_that_allows_nothing_to_all_pods_closes_the_namespace() {
        let policy = |spec: &str| {
            let text = format!(
                "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: p, namespace: shop}}\n\
                 spec: {spec}\n"
            );
            cluster(&text).network_policies.remove(0)
        };
        for (spec, expected) in [
            ("{podSelector: {}}", true),
            ("{podSelector: {}, policyTypes: [Egress]}", true),
            ("{podSelector: {}, ingress: [{}], policyTypes: [Ingress, Egress]}", true),
            // Without policyTypes it is about what comes in, and one empty rule allows all of that.
            ("{podSelector: {}, ingress: [{}]}", false),
            ("{podSelector: {matchLabels: {app: web}}}", false),
            ("{podSelector: {}, egress: [{}], policyTypes: [Egress]}", false),
        ] {
            assert_eq!(policy(spec).is_default_deny(), expected, "{spec}");
        }
        let by_labels =
            policy("{podSelector: {}, ingress: [{from: [{podSelector: {matchLabels: {a: b}}}]}]}");
        assert!(by_labels.peer_by_labels.is_some());
        let by_block = policy("{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8}}]}]}");
        assert!(by_block.peer_by_labels.is_none());
    }
}
