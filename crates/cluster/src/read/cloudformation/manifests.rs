//! What the CDK's own resources hand to kubectl and Helm: objects of Kubernetes as JSON inside of a text.

use super::Resource;
use crate::read::node::Node;
use crate::read::{Doc, addons};

/// `Custom::AWSCDK-EKS-KubernetesResource`.
pub(super) fn objects(doc: &mut Doc<'_, '_>, resource: &Resource<'_>) {
    embedded(doc, resource, "Manifest");
}

/// `Custom::AWSCDK-EKS-KubernetesPatch`: a part of an object, which says nothing of the rest.
pub(super) fn patch(_: &mut Doc<'_, '_>, _: &Resource<'_>) {}

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
