//! The AWS CLI's JSON: listings are streamed; `describe-cluster` and `describe-nodegroup` are single objects.

mod listing;

pub(super) use listing::{SNIFF, is_listing, parsed, stream};

use super::node::{Kind, Node};
use super::{Doc, launch};
use crate::model::{Field, InstanceTypes, MaxUnavailable, NodeGroup, Os, Place, SubnetChoice, Taint, Tool};
use listing::LISTINGS;

/// `describe-cluster`, `describe-nodegroup`, listings as YAML, and lists that `--query` cut out of their object.
pub(super) fn object(doc: &mut Doc<'_, '_>, node: &Node) -> bool {
    if let Some(cluster) = node.get("cluster").filter(|cluster| cluster.get("resourcesVpcConfig").is_some()) {
        self::cluster(doc, cluster, true);
    } else if let Some(group) = node_group(node) {
        describe_nodegroup(doc, group);
    } else if launch::object(doc, node) {
    } else if LISTINGS.iter().any(|listing| node.get(listing).is_some()) {
        stream_value(doc, &value(node));
    } else if let Some(listing) = listing_of(node) {
        stream_value(doc, &serde_json::json!({ listing: value(node) }));
    } else {
        return false;
    }
    true
}

fn stream_value(doc: &mut Doc<'_, '_>, listing: &serde_json::Value) {
    if stream(listing.to_string().as_bytes(), doc.file, doc.reader).is_err() {
        doc.reader.stopped = true;
    }
}

/// The JSON of a node, which is no deeper than the readers allow.
fn value(node: &Node) -> serde_json::Value {
    let Some(scalar) = node.as_scalar() else {
        return if node.entries().is_empty() {
            node.items().iter().map(value).collect()
        } else {
            let pairs = node.entries().iter();
            pairs.filter_map(|entry| Some((entry.key.as_text()?.to_owned(), value(&entry.value)))).collect()
        };
    };
    match scalar.kind {
        Kind::Null => serde_json::Value::Null,
        Kind::Bool => node.as_bool().into(),
        Kind::Int => node.as_i64().map_or_else(|| (*scalar.text).into(), Into::into),
        Kind::Float | Kind::String => (*scalar.text).into(),
    }
}

/// Which listing a bare list was cut out of.
fn listing_of(node: &Node) -> Option<&'static str> {
    let first = node.items().first()?;
    let has = |key: &str| first.get(key).is_some();
    [
        ("NetworkInterfaceId", "NetworkInterfaces"),
        ("SubnetCidrReservationId", "SubnetIpv4CidrReservations"),
        ("CidrBlockAssociationSet", "Vpcs"),
        ("AvailableIpAddressCount", "Subnets"),
        ("ProcessorInfo", "InstanceTypes"),
    ]
    .into_iter()
    .find_map(|(key, listing)| has(key).then_some(listing))
}

/// A cluster in the words of the API: the one that runs, or one that a file asks for.
pub(super) fn cluster(doc: &mut Doc<'_, '_>, node: &Node, runs: bool) {
    if let Some(name) = node.get("name").filter(|name| name.as_text().is_some()) {
        doc.name_cluster(name.as_text().unwrap_or_default(), name);
    }
    let version = doc.text(node, "version", "the cluster");
    let subnets = match node.get("resourcesVpcConfig") {
        Some(vpc) => doc.texts(vpc, "subnetIds", "the cluster"),
        None => Field::Absent,
    };
    let cluster = doc.cluster();
    // What runs counts more than what a file asks for.
    let before = (std::mem::take(&mut cluster.version), std::mem::take(&mut cluster.control_plane_subnets));
    (cluster.version, cluster.control_plane_subnets) = if runs {
        (version.or(before.0), subnets.or(before.1))
    } else {
        (before.0.or(version), before.1.or(subnets))
    };
    super::eks::cluster(doc, node, runs);
}

/// What `describe-nodegroup` shows, or the request of `create-nodegroup`, which has the same names.
fn node_group(node: &Node) -> Option<&Node> {
    let named = |group: &&Node| group.get("nodegroupName").is_some();
    node.get("nodegroup")
        .filter(named)
        .or_else(|| Some(node).filter(named).filter(|it| it.get("clusterName").is_some()))
}

pub(super) fn describe_nodegroup(doc: &mut Doc<'_, '_>, node: &Node) {
    let name = node.get("nodegroupName").and_then(Node::as_text).unwrap_or_default().to_owned();
    if let Some(cluster) = node.get("clusterName").filter(|cluster| cluster.as_text().is_some()) {
        doc.name_cluster(cluster.as_text().unwrap_or_default(), cluster);
    }
    let object = format!("node group {name:?}");
    let place = doc.place_of(node);
    let mut group = NodeGroup::new(name, Tool::EksManaged, place);
    group.ami = doc.text(node, "amiType", &object);
    group.os = match &group.ami {
        Field::Known(ami, origin) if ami.starts_with("WINDOWS_") => Field::Known(Os::Windows, origin.clone()),
        // The type CUSTOM says nothing about the system.
        Field::Known(ami, origin) if ami == "CUSTOM" => {
            Field::Unknown("the group has an AMI of its own".to_owned(), origin.place().clone())
        }
        Field::Known(_, origin) => Field::Known(Os::Linux, origin.clone()),
        Field::Unknown(reason, place) => Field::Unknown(reason.clone(), place.clone()),
        Field::Absent => Field::Absent,
    };
    group.custom_ami = group.ami.known().is_some_and(|ami| ami == "CUSTOM");
    group.launch = launch::of_nodegroup(doc, node, &object);
    group.instance_types = match doc.texts(node, "instanceTypes", &object) {
        Field::Known(types, origin) if !types.is_empty() => Field::Known(InstanceTypes::Named(types), origin),
        Field::Unknown(reason, place) => Field::Unknown(reason, place),
        _ => doc.unknown("the launch template names the type", node),
    };
    if let Some(scaling) = node.get("scalingConfig") {
        group.min_size = doc.count(scaling, "minSize", &object);
        group.max_size = doc.count(scaling, "maxSize", &object);
        group.desired_size = doc.count(scaling, "desiredSize", &object);
    }
    group.subnets = match doc.texts(node, "subnets", &object) {
        Field::Known(ids, origin) => Field::Known(SubnetChoice::Ids(ids), origin),
        Field::Unknown(reason, place) => Field::Unknown(reason, place),
        Field::Absent => Field::Absent,
    };
    if let Some(update) = node.get("updateConfig") {
        let nodes = doc.count(update, "maxUnavailable", &object);
        let percent = doc.count(update, "maxUnavailablePercentage", &object);
        group.max_unavailable = match (nodes, percent) {
            (Field::Known(nodes, origin), _) => Field::Known(MaxUnavailable::Nodes(nodes), origin),
            (_, Field::Known(percent, origin)) => Field::Known(MaxUnavailable::Percent(percent), origin),
            _ => Field::Absent,
        };
    }
    group.labels = doc.map(node.get("labels"), "labels", &object);
    group.labels_open = Doc::map_open(node.get("labels"));
    group.labels.insert("eks.amazonaws.com/nodegroup".to_owned(), group.name.clone());
    let taints = node.get("taints").map(Node::items).unwrap_or_default().iter();
    group.taints = taints.map(|item| taint(item, doc.place_of(item))).collect();
    group.role = doc.text(node, "nodeRole", &object);
    doc.cluster().node_groups.push(group);
}

/// EKS spells effects in capitals with underscores.
fn taint(node: &Node, place: Place) -> Taint {
    let text = |key: &str| node.get(key).and_then(Node::as_text).unwrap_or_default();
    let effect = match text("effect") {
        "NO_SCHEDULE" => "NoSchedule",
        "NO_EXECUTE" => "NoExecute",
        "PREFER_NO_SCHEDULE" => "PreferNoSchedule",
        other => other,
    };
    Taint { key: text("key").to_owned(), value: text("value").to_owned(), effect: effect.to_owned(), place }
}
