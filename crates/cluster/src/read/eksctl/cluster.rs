//! What eksctl's `ClusterConfig` says about the cluster itself.

use crate::model::{
    AccessEntry, AuthenticationMode, FargateProfile, FargateSelector, Field, IpFamily, PodIdentity,
};
use crate::read::node::Node;
use crate::read::{Doc, addons, aws_auth};

const OBJECT: &str = "the cluster";

pub(super) fn read(doc: &mut Doc<'_, '_>, node: &Node) {
    let place = doc.place_of(node);
    let iam = node.get("iam");
    let role = iam.map_or(Field::Absent, |iam| doc.text(iam, "serviceRoleARN", OBJECT));
    let policy = iam.map_or(Field::Absent, |iam| doc.switch(iam, "vpcResourceControllerPolicy", OBJECT));
    let access = node.get("accessConfig");
    let mode = access.map_or(Field::Absent, |access| {
        doc.one_of(
            access,
            "authenticationMode",
            "API, API_AND_CONFIG_MAP or CONFIG_MAP",
            AuthenticationMode::from_name,
        )
    });
    let network = node.get("kubernetesNetworkConfig");
    let family = network.map_or(Field::Absent, |network| {
        doc.one_of(network, "ipFamily", "IPv4 or IPv6", IpFamily::from_name)
    });
    let service_cidr =
        match network.and_then(|network| network.get("serviceIPv4CIDR")).filter(|it| !it.is_null()) {
            Some(cidr) => match doc.cidr(cidr, "serviceIPv4CIDR", OBJECT) {
                Some(block) => doc.written(block, cidr),
                None => doc.unknown("its value is not usable", cidr),
            },
            None => Field::Absent,
        };
    let switch = |doc: &mut Doc<'_, '_>, section: &str| {
        node.get(section).map_or(Field::Absent, |section| doc.switch(section, "enabled", OBJECT))
    };
    let auto_mode = switch(doc, "autoModeConfig");
    let private = switch(doc, "privateCluster");
    let outpost = node
        .get("outpost")
        .map_or(Field::Absent, |outpost| doc.text(outpost, "controlPlaneOutpostARN", OBJECT));
    let there =
        |doc: &Doc<'_, '_>, section: &str| match node.get(section).filter(|section| !section.is_null()) {
            Some(section) => doc.written((), section),
            None => Field::Absent,
        };
    let remote_networks = there(doc, "remoteNetworkConfig");
    let karpenter = there(doc, "karpenter");
    let profiles: Vec<FargateProfile> =
        items(node, "fargateProfiles").iter().map(|it| profile(doc, it)).collect();

    let control = &mut doc.cluster().control_plane;
    control.eksctl.get_or_insert(place);
    keep(&mut control.role, role);
    keep(&mut control.vpc_resource_controller_policy, policy);
    keep(&mut control.authentication_mode, mode);
    keep(&mut control.ip_family, family);
    keep(&mut control.service_cidr, service_cidr);
    keep(&mut control.auto_mode, auto_mode);
    keep(&mut control.private, private);
    keep(&mut control.outpost, outpost);
    keep(&mut control.remote_networks, remote_networks);
    keep(&mut control.karpenter, karpenter);
    control.fargate_profiles.extend(profiles);

    for entry in access.map(|access| items(access, "accessEntries")).unwrap_or_default() {
        access_entry(doc, entry);
    }
    for mapping in items(node, "iamIdentityMappings") {
        if mapping.get("arn").is_some() {
            aws_auth::mapping(doc, mapping, "arn", "an identity mapping");
        }
    }
    for identity in iam.map(|iam| items(iam, "podIdentityAssociations")).unwrap_or_default() {
        pod_identity(doc, identity);
    }
    for addon in items(node, "addons") {
        addons::addon(doc, addon, "name", false);
        for identity in items(addon, "podIdentityAssociations") {
            pod_identity(doc, identity);
        }
    }
}

/// What another file already says stays.
fn keep<T>(before: &mut Field<T>, new: Field<T>) {
    *before = std::mem::take(before).or(new);
}

fn items<'n>(node: &'n Node, key: &str) -> &'n [Node] {
    node.get(key).map(Node::items).unwrap_or_default()
}

fn profile(doc: &mut Doc<'_, '_>, node: &Node) -> FargateProfile {
    let name = node.get("name").and_then(Node::as_text).unwrap_or("(without a name)").to_owned();
    let object = format!("Fargate profile {name:?}");
    let mut selectors = Vec::new();
    for selector in items(node, "selectors") {
        let namespace = selector.get("namespace").and_then(Node::as_text).unwrap_or_default().to_owned();
        let labels = doc.map(selector.get("labels"), "labels", &object);
        selectors.push(FargateSelector { namespace, labels, place: doc.place_of(selector) });
    }
    FargateProfile { name, selectors, place: doc.place_of(node) }
}

fn access_entry(doc: &mut Doc<'_, '_>, node: &Node) {
    let Some(principal) = node.get("principalARN").and_then(Node::as_text).map(str::to_owned) else { return };
    let object = format!("access entry of {principal:?}");
    let policies = node.get("accessPolicies").filter(|policies| !policies.items().is_empty());
    let policies = policies.map_or(Field::Absent, |policies| {
        doc.written(u32::try_from(policies.items().len()).unwrap_or(u32::MAX), policies)
    });
    let entry = AccessEntry {
        principal,
        kind: doc.text(node, "type", &object),
        groups: doc.texts(node, "kubernetesGroups", &object),
        policies,
        declared: true,
        place: doc.place_of(node),
    };
    doc.cluster().identity.access_entries.push(entry);
}

fn pod_identity(doc: &mut Doc<'_, '_>, node: &Node) {
    let text = |key: &str| node.get(key).and_then(Node::as_text).map(str::to_owned);
    // Those of an add-on may leave the namespace to it.
    let (Some(namespace), Some(service_account)) = (text("namespace"), text("serviceAccountName")) else {
        return;
    };
    let place = doc.place_of(node);
    doc.cluster().identity.pod_identities.push(PodIdentity { namespace, service_account, place });
}

impl Doc<'_, '_> {
    /// A boolean that may be absent. eksctl reads YAML 1.1 (sigs.k8s.io/yaml), so that `yes` is one.
    pub(super) fn switch(&mut self, node: &Node, key: &str, object: &str) -> Field<bool> {
        match node.get(key).filter(|value| !value.is_null()) {
            None => Field::Absent,
            Some(value) => match value.as_wide_bool() {
                Some(switch) => self.written(switch, value),
                None => self.wrong(value, key, object, "true or false"),
            },
        }
    }

    /// A text that has one of a few values.
    fn one_of<T>(&mut self, node: &Node, key: &str, allowed: &str, find: fn(&str) -> Option<T>) -> Field<T> {
        match node.get(key).filter(|value| !value.is_null()) {
            None => Field::Absent,
            Some(value) => match value.as_text().and_then(find) {
                Some(found) => self.written(found, value),
                None => self.wrong(value, key, OBJECT, allowed),
            },
        }
    }
}
