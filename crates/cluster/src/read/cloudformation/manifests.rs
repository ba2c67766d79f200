//! What the CDK's own resources hand to kubectl and Helm: objects of Kubernetes as JSON inside of a text.

use super::Resource;
use crate::read::node::Node;
use crate::read::{Doc, addons};

/// `Custom::AWSCDK-EKS-KubernetesResource`.
pub(super) fn objects(doc: &mut Doc<'_, '_>, resource: &Resource<'_>) {
    embedded(doc, resource, "Manifest");
}

/// `Custom::AWSCDK-EKS-KubernetesPatch`: a part of an object, which says nothing of the rest. What it may change of the
/// settings of the VPC CNI is open from then on.
pub(super) fn patch(doc: &mut Doc<'_, '_>, resource: &Resource<'_>) {
    let named = resource.text("ResourceName").unwrap_or_default();
    let namespace = resource.text("ResourceNamespace").unwrap_or_else(|| "default".to_owned());
    if namespace != "kube-system" {
        return;
    }
    let reason =
        format!("the patch {:?} changes {named}: give the object as it is in the cluster", resource.id);
    let (kind, name) = named.split_once('/').unwrap_or_default();
    match (kind.to_ascii_lowercase().as_str(), name) {
        ("configmap" | "configmaps" | "cm", "amazon-vpc-cni") => {
            let open = doc.unknown(reason, &resource.properties);
            doc.cluster().cni.data = open;
        }
        ("daemonset" | "daemonsets" | "ds" | "daemonset.apps", "aws-node") => {
            let open = doc.unknown(reason.clone(), &resource.properties);
            doc.cluster().cni.environment = open;
            let open = doc.unknown(reason, &resource.properties);
            doc.cluster().cni.network_policy = open;
        }
        _ => {}
    }
}

/// `Custom::AWSCDK-EKS-HelmChart`.
pub(super) fn chart(doc: &mut Doc<'_, '_>, resource: &Resource<'_>) {
    let chart = resource.text("Chart").unwrap_or_default();
    let Some(values) = resource.properties.get("Values") else { return };
    let object = format!("Helm chart {:?}", resource.id);
    let Some(tree) = doc.embedded(values, "Values", &object) else { return };
    if crate::model::is_vpc_cni(&chart) {
        let named = super::words::mapping(vec![(chart.as_str(), tree)], values.span);
        addons::values_file(doc, &named);
    } else {
        addons::values_file(doc, &tree);
    }
}

fn embedded(doc: &mut Doc<'_, '_>, resource: &Resource<'_>, key: &str) {
    let Some(text) = resource.properties.get(key) else { return };
    if text.as_text().is_none() {
        return;
    }
    let object = format!("manifest {:?}", resource.id);
    let Some(tree) = doc.embedded(text, key, &object) else { return };
    let place = doc.place_of(text);
    let file = doc.file;
    let each: &[Node] = if tree.items().is_empty() { std::slice::from_ref(&tree) } else { tree.items() };
    for one in each {
        doc.reader.object(one, file, &place);
    }
}
