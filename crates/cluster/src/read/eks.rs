//! What `aws eks` and `aws iam` describe of the cluster itself: its settings, access entries, add-ons, associations of
//! Pod Identity, and the policies of its role.

use super::node::Node;
use super::{Doc, addons};
use crate::model::{
    AccessEntry, AuthenticationMode, ControlPlane, FargateProfile, FargateSelector, Field, IpFamily, Origin,
    PodIdentity,
};
use std::mem::take;

/// The policies without which a role is no cluster's: a listing of attached policies does not name its role.
const OF_CLUSTER_ROLES: [&str; 2] = ["AmazonEKSClusterPolicy", "AmazonEKSVPCResourceController"];

/// Reads an answer of the API; `false` if it is none of these.
pub(super) fn object(doc: &mut Doc<'_, '_>, node: &Node) -> bool {
    let entries = |key: &str| node.get(key).filter(|list| list.kind_name() == "a list").map(Node::items);
    if let Some(entry) = node.get("accessEntry").filter(|entry| entry.get("principalArn").is_some()) {
        access_entry(doc, entry, false);
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

/// Settings of a cluster beside its name, version and subnets: of the one that runs, or of one that a file asks for.
pub(super) fn cluster(doc: &mut Doc<'_, '_>, node: &Node, runs: bool) {
    const OBJECT: &str = "the cluster";
    let place = doc.place_of(node);
    let block = node.path(&["kubernetesNetworkConfig", "serviceIpv4Cidr"]).filter(|value| !value.is_null());
    let service_cidr = match block {
        Some(value) if value.hidden().is_some() => doc.choice(Some(value), |_| None),
        Some(value) => doc
            .cidr(value, "serviceIpv4Cidr", OBJECT)
            .map_or(Field::Absent, |block| doc.written(block, value)),
        None => Field::Absent,
    };
    let flag = |path: &[&str]| doc.choice(node.path(path), |text| text.parse::<bool>().ok());
    let outposts = node.path(&["outpostConfig", "outpostArns"]).and_then(|arns| arns.items().first());
    let remote = node.get("remoteNetworkConfig").filter(|remote| !remote.entries().is_empty());
    let said = ControlPlane {
        ip_family: doc.choice(node.path(&["kubernetesNetworkConfig", "ipFamily"]), IpFamily::from_name),
        authentication_mode: doc
            .choice(node.path(&["accessConfig", "authenticationMode"]), AuthenticationMode::from_name),
        auto_mode: flag(&["computeConfig", "enabled"]),
        private: match flag(&["resourcesVpcConfig", "endpointPublicAccess"]) {
            Field::Known(public, origin) => Field::Known(!public, origin),
            field => field,
        },
        outpost: doc.choice(outposts, |arn| Some(arn.to_owned())),
        remote_networks: remote.map_or(Field::Absent, |remote| doc.written((), remote)),
        service_cidr,
        platform_version: doc.text(node, "platformVersion", OBJECT),
        role: doc.text(node, "roleArn", OBJECT),
        ..ControlPlane::default()
    };
    let control = &mut doc.cluster().control_plane;
    if runs {
        control.described = Some(place);
    } else {
        control.template.get_or_insert(place);
    }
    either(&mut control.platform_version, said.platform_version, runs);
    either(&mut control.role, said.role, runs);
    either(&mut control.authentication_mode, said.authentication_mode, runs);
    either(&mut control.ip_family, said.ip_family, runs);
    either(&mut control.service_cidr, said.service_cidr, runs);
    either(&mut control.auto_mode, said.auto_mode, runs);
    either(&mut control.private, said.private, runs);
    either(&mut control.outpost, said.outpost, runs);
    either(&mut control.remote_networks, said.remote_networks, runs);
}

/// What runs counts more than what a file asks for.
fn either<T>(known: &mut Field<T>, said: Field<T>, runs: bool) {
    let before = take(known);
    *known = if runs { said.or(before) } else { before.or(said) };
}

pub(super) fn access_entry(doc: &mut Doc<'_, '_>, node: &Node, declared: bool) {
    let Some(principal) = node.get("principalArn").and_then(Node::as_text).map(str::to_owned) else { return };
    let object = format!("access entry of {principal:?}");
    let entry = AccessEntry {
        principal,
        kind: doc.text(node, "type", &object),
        groups: doc.texts(node, "kubernetesGroups", &object),
        policies: match node.get("accessPolicies").map(Node::items) {
            Some(policies) => doc.written(u32::try_from(policies.len()).unwrap_or(u32::MAX), node),
            None => Field::Absent,
        },
        declared,
        place: doc.place_of(node),
    };
    doc.cluster().identity.access_entries.push(entry);
}

pub(super) fn fargate_profile(doc: &mut Doc<'_, '_>, node: &Node) {
    let name = node.get("fargateProfileName").and_then(Node::as_text).unwrap_or_default().to_owned();
    let object = format!("Fargate profile {name:?}");
    let mut selectors = Vec::new();
    for selector in node.get("selectors").map(Node::items).unwrap_or_default() {
        let namespace = selector.get("namespace").and_then(Node::as_text).unwrap_or_default().to_owned();
        let labels = doc.map(selector.get("labels"), "labels", &object);
        selectors.push(FargateSelector { namespace, labels, place: doc.place_of(selector) });
    }
    let place = doc.place_of(node);
    doc.cluster().control_plane.fargate_profiles.push(FargateProfile { name, selectors, place });
}

pub(super) fn pod_identity(doc: &mut Doc<'_, '_>, node: &Node) {
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
