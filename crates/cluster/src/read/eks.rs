//! What `aws eks` and `aws iam` describe of the cluster itself: its settings, access entries, add-ons, associations of
//! Pod Identity, and the policies of its role.

use super::node::Node;
use super::{Doc, addons};
use crate::model::{
    AccessEntry, AuthenticationMode, FargateProfile, FargateSelector, Field, IpFamily, Origin, PodIdentity,
};
use std::mem::take;

/// The policies without which a role is no cluster's: a listing of attached policies does not name its role.
const OF_CLUSTER_ROLES: [&str; 2] = ["AmazonEKSClusterPolicy", "AmazonEKSVPCResourceController"];

/// Reads an answer of the API; `false` if it is none of these.
pub(super) fn object(doc: &mut Doc<'_, '_>, node: &Node) -> bool {
    let entries = |key: &str| node.get(key).filter(|list| list.kind_name() == "a list").map(Node::items);
    if let Some(entry) = node.get("accessEntry").filter(|entry| entry.get("principalArn").is_some()) {
        access_entry(doc, entry);
    } else if let Some(principals) = node.get("accessEntries").filter(|list| strings(list)) {
        let texts = principals.items().iter().filter_map(|item| item.as_text().map(str::to_owned)).collect();
        doc.cluster().identity.principals = doc.written(texts, principals);
    } else if let Some(addon) = node.get("addon").filter(|addon| addon.get("addonName").is_some()) {
        addons::addon(doc, addon, "addonName", true);
    } else if let Some(profile) = node.get("fargateProfile").filter(|it| it.get("selectors").is_some()) {
        fargate_profile(doc, profile);
    } else if let Some(one) = node.get("association").filter(|it| it.get("serviceAccount").is_some()) {
        pod_identity(doc, one);
    } else if let Some(all) =
        entries("associations").filter(|all| all.iter().all(|it| it.get("serviceAccount").is_some()))
    {
        doc.cluster().identity.pod_identities_listed = true;
        for one in all {
            pod_identity(doc, one);
        }
    } else if let Some(policies) = entries("AttachedPolicies") {
        attached_policies(doc, node, policies);
    } else {
        return false;
    }
    true
}

fn strings(list: &Node) -> bool {
    list.kind_name() == "a list" && list.items().iter().all(|item| item.as_text().is_some())
}

/// Settings of `describe-cluster` beside its name, version and subnets.
pub(super) fn describe_cluster(doc: &mut Doc<'_, '_>, node: &Node) {
    const OBJECT: &str = "the cluster";
    let place = doc.place_of(node);
    let platform_version = doc.text(node, "platformVersion", OBJECT);
    let role = doc.text(node, "roleArn", OBJECT);
    let named = |path: &[&str]| node.path(path).and_then(|value| Some((value.as_text()?, value)));
    let mode = named(&["accessConfig", "authenticationMode"])
        .and_then(|(text, value)| Some(doc.written(AuthenticationMode::from_name(text)?, value)));
    let family = named(&["kubernetesNetworkConfig", "ipFamily"])
        .and_then(|(text, value)| Some(doc.written(IpFamily::from_name(text)?, value)));
    let block = node.path(&["kubernetesNetworkConfig", "serviceIpv4Cidr"]).filter(|value| !value.is_null());
    let service_cidr = block.and_then(|value| {
        let block = doc.cidr(value, "serviceIpv4Cidr", OBJECT)?;
        Some(doc.written(block, value))
    });
    let flag = |path: &[&str]| node.path(path).and_then(|value| Some((value.as_bool()?, value)));
    let auto_mode = flag(&["computeConfig", "enabled"]).map(|(on, value)| doc.written(on, value));
    let private = flag(&["resourcesVpcConfig", "endpointPublicAccess"])
        .map(|(public, value)| doc.written(!public, value));
    let outposts = node.path(&["outpostConfig", "outpostArns"]).and_then(|arns| arns.items().first());
    let outpost = outposts.and_then(|arn| Some(doc.written(arn.as_text()?.to_owned(), arn)));
    let remote = node.get("remoteNetworkConfig").filter(|remote| !remote.entries().is_empty());
    let remote = remote.map(|remote| doc.written((), remote));

    let control = &mut doc.cluster().control_plane;
    control.described = Some(place);
    // What runs counts more than what a file asks for.
    control.platform_version = platform_version.or(take(&mut control.platform_version));
    control.role = role.or(take(&mut control.role));
    control.authentication_mode = mode.unwrap_or_default().or(take(&mut control.authentication_mode));
    control.ip_family = family.unwrap_or_default().or(take(&mut control.ip_family));
    control.service_cidr = service_cidr.unwrap_or_default().or(take(&mut control.service_cidr));
    control.auto_mode = auto_mode.unwrap_or_default().or(take(&mut control.auto_mode));
    control.private = private.unwrap_or_default().or(take(&mut control.private));
    control.outpost = outpost.unwrap_or_default().or(take(&mut control.outpost));
    control.remote_networks = remote.unwrap_or_default().or(take(&mut control.remote_networks));
}

fn access_entry(doc: &mut Doc<'_, '_>, node: &Node) {
    let Some(principal) = node.get("principalArn").and_then(Node::as_text).map(str::to_owned) else { return };
    let object = format!("access entry of {principal:?}");
    let entry = AccessEntry {
        principal,
        kind: doc.text(node, "type", &object),
        groups: doc.texts(node, "kubernetesGroups", &object),
        policies: Field::Absent,
        declared: false,
        place: doc.place_of(node),
    };
    doc.cluster().identity.access_entries.push(entry);
}

fn fargate_profile(doc: &mut Doc<'_, '_>, node: &Node) {
    let name = node.get("fargateProfileName").and_then(Node::as_text).unwrap_or_default().to_owned();
    let object = format!("Fargate profile {name:?}");
    let mut selectors = Vec::new();
    for selector in node.get("selectors").map(Node::items).unwrap_or_default() {
        let namespace = selector.get("namespace").and_then(Node::as_text).unwrap_or_default().to_owned();
        let labels = doc.map(selector.get("labels"), &object);
        selectors.push(FargateSelector { namespace, labels, place: doc.place_of(selector) });
    }
    let place = doc.place_of(node);
    doc.cluster().control_plane.fargate_profiles.push(FargateProfile { name, selectors, place });
}

fn pod_identity(doc: &mut Doc<'_, '_>, node: &Node) {
    let text = |key: &str| node.get(key).and_then(Node::as_text).map(str::to_owned);
    let (Some(namespace), Some(service_account)) = (text("namespace"), text("serviceAccount")) else {
        return;
    };
    let place = doc.place_of(node);
    doc.cluster().identity.pod_identities.push(PodIdentity { namespace, service_account, place });
}

/// Only those of a cluster's role are kept.
fn attached_policies(doc: &mut Doc<'_, '_>, node: &Node, policies: &[Node]) {
    let names: Vec<String> =
        policies.iter().filter_map(|policy| policy.get("PolicyName")?.as_text().map(str::to_owned)).collect();
    if names.iter().any(|name| OF_CLUSTER_ROLES.contains(&name.as_str())) {
        let origin = Origin::Written(doc.place_of(node));
        doc.cluster().identity.cluster_policies = Field::Known(names, origin);
    }
}
