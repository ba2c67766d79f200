//! eksctl's `ClusterConfig`, and the bare `nodeGroups:` that people paste.

use super::Doc;
use super::node::Node;
use crate::model::{
    Field, InstanceTypes, MaxUnavailable, NodeGroup, Origin, Os, Subnet, SubnetChoice, Taint, Tool,
};
use crate::note::{Note, text as note};
use std::collections::BTreeMap;
use winpod::Ipv4Prefix;
use winpod::source::SourceId;

const GROUP_LISTS: [(&str, Tool); 2] =
    [("nodeGroups", Tool::EksctlSelfManaged), ("managedNodeGroups", Tool::EksctlManaged)];

/// eksctl's names of Windows AMIs; the two semi-annual ones are refused by eksctl itself.
const WINDOWS_FAMILIES: [&str; 8] = [
    "WindowsServer2019CoreContainer",
    "WindowsServer2019FullContainer",
    "WindowsServer2022CoreContainer",
    "WindowsServer2022FullContainer",
    "WindowsServer2025CoreContainer",
    "WindowsServer2025FullContainer",
    "WindowsServer2004CoreContainer",
    "WindowsServer20H2CoreContainer",
];

/// Whether a document without `apiVersion` and `kind` is a piece of a ClusterConfig.
pub(super) fn is_fragment(node: &Node) -> bool {
    GROUP_LISTS.iter().any(|(key, _)| node.get(key).is_some_and(|groups| groups.kind_name() == "a list"))
}

pub(super) fn fragment(doc: &mut Doc<'_, '_>, node: &Node) {
    let place = doc.place_of(node);
    doc.reader.note(Note::new(&note::EKSCTL_FRAGMENT, &[]).at(&place));
    node_groups(doc, node, &Vpc::default());
}

pub(super) fn cluster_config(doc: &mut Doc<'_, '_>, node: &Node) {
    if let Some(metadata) = node.get("metadata") {
        if let Some(name) = metadata.get("name").filter(|name| name.as_text().is_some()) {
            doc.name_cluster(name.as_text().unwrap_or_default(), name);
        }
        let version = doc.text(metadata, "version", "the cluster");
        let region = doc.text(metadata, "region", "the cluster");
        let cluster = doc.cluster();
        cluster.version = std::mem::take(&mut cluster.version).or(version);
        cluster.region = std::mem::take(&mut cluster.region).or(region);
    }
    doc.service_cidr(node.path(&["kubernetesNetworkConfig", "serviceIPv4CIDR"]));
    let vpc = vpc(doc, node);
    node_groups(doc, node, &vpc);
}

/// Subnets of the cluster as eksctl hands them to its groups.
#[derive(Default)]
struct Vpc {
    private: Vec<String>,
    public: Vec<String>,
    /// The configuration names them, or eksctl will make them.
    decided: bool,
    /// The names under which the configuration lists subnets.
    by_name: BTreeMap<String, String>,
}

fn vpc(doc: &mut Doc<'_, '_>, node: &Node) -> Vpc {
    let section = node.get("vpc").filter(|vpc| !vpc.is_null());
    let lists = section.and_then(|vpc| vpc.get("subnets")).filter(|subnets| !subnets.is_null());
    if let Some(lists) = lists {
        let mut vpc = Vpc { decided: true, ..Vpc::default() };
        let vpc_id = section.and_then(|section| section.get("id")).and_then(Node::as_text).map(str::to_owned);
        for kind in ["private", "public"] {
            for entry in lists.get(kind).map(Node::entries).unwrap_or_default() {
                let name = entry.key.as_text().unwrap_or_default();
                let Some(id) = listed_subnet(doc, name, &entry.value, vpc_id.as_deref()) else { continue };
                vpc.by_name.insert(name.to_owned(), id.clone());
                if kind == "private" { vpc.private.push(id) } else { vpc.public.push(id) }
            }
        }
        return vpc;
    }
    if section.is_some_and(|vpc| vpc.get("id").is_some()) {
        return Vpc::default();
    }
    made_by_eksctl(doc, node, section)
}

/// A subnet under `vpc.subnets`: its id, and what else is said about it.
fn listed_subnet(doc: &mut Doc<'_, '_>, name: &str, node: &Node, vpc: Option<&str>) -> Option<String> {
    let id = node.get("id").and_then(Node::as_text)?.to_owned();
    let Some(cidr) = node.get("cidr").filter(|cidr| !cidr.is_null()) else { return Some(id) };
    let cidr = doc.cidr(cidr, "cidr", &format!("subnet {id}"))?;
    let zone = match node.get("az") {
        Some(az) => doc.written(az.as_text().unwrap_or_default().to_owned(), az),
        None => doc.written(name.to_owned(), node),
    };
    let vpc = vpc.map_or(Field::Absent, |vpc| doc.written(vpc.to_owned(), node));
    let place = doc.place_of(node);
    let subnet =
        Subnet { cidr, zone, vpc, available: Field::Absent, tags: BTreeMap::new(), planned: false, place };
    doc.cluster().subnets.entry(id.clone()).or_insert(subnet);
    Some(id)
}

/// The subnets of the VPC that eksctl makes when none is given: a public and a private one for each
/// Availability Zone, equal parts of the VPC's block, public ones first.
///
/// Source: eksctl user guide, "VPC Configuration" (docs.aws.amazon.com/eks/latest/eksctl, read
/// 2026-11): 192.168.0.0/16 in eight /19, three private, three public, two kept back.
fn made_by_eksctl(doc: &mut Doc<'_, '_>, node: &Node, section: Option<&Node>) -> Vpc {
    const EIGHT_PARTS: u8 = 3;
    const SIXTEEN_PARTS: u8 = 4;
    let written = section.and_then(|vpc| vpc.get("cidr")).filter(|cidr| !cidr.is_null());
    let block = match written {
        Some(cidr) => match doc.cidr(cidr, "vpc.cidr", "the cluster") {
            Some(block) => block,
            None => return Vpc::default(),
        },
        None => Ipv4Prefix::constant([192, 168, 0, 0], 16),
    };
    let zones = match doc.texts(node, "availabilityZones", "the cluster") {
        Field::Known(zones, _) if !zones.is_empty() => zones,
        Field::Unknown(..) => return Vpc::default(),
        _ => {
            let region = doc.cluster().region.known().cloned().unwrap_or_default();
            let count = if region == "us-east-1" { 2 } else { 3 };
            (1..=count).map(|number| format!("zone {number}")).collect()
        }
    };
    let parts = if zones.len() <= 4 { EIGHT_PARTS } else { SIXTEEN_PARTS };
    let Ok(subnets) = block.subnets(block.prefix_len() + parts) else { return Vpc::default() };
    let subnets: Vec<Ipv4Prefix> = subnets.take(2 * zones.len()).collect();
    if subnets.len() < 2 * zones.len() || subnets[0].prefix_len() > 28 {
        return Vpc::default();
    }
    let place = doc.place_of(section.unwrap_or(node));
    let mut vpc = Vpc { decided: true, ..Vpc::default() };
    for (index, cidr) in subnets.into_iter().enumerate() {
        let (kind, list) =
            if index < zones.len() { ("public", &mut vpc.public) } else { ("private", &mut vpc.private) };
        let zone = &zones[index % zones.len()];
        let id = format!("eksctl {kind} {zone}");
        list.push(id.clone());
        let origin = Origin::Default(place.clone(), SourceId::EksctlDedicatedVpc);
        let subnet = Subnet {
            cidr,
            zone: Field::Known(zone.clone(), origin),
            vpc: Field::Absent,
            available: Field::Absent,
            tags: BTreeMap::new(),
            planned: true,
            place: place.clone(),
        };
        doc.cluster().subnets.insert(id, subnet);
    }
    doc.reader
        .note(Note::new(&note::EKSCTL_MAKES_VPC, &[("block", &block), ("zones", &zones.len())]).at(&place));
    vpc
}

fn node_groups(doc: &mut Doc<'_, '_>, node: &Node, vpc: &Vpc) {
    for (key, tool) in GROUP_LISTS {
        for item in node.get(key).map(Node::items).unwrap_or_default() {
            let group = node_group(doc, item, tool, vpc);
            doc.cluster().node_groups.push(group);
        }
    }
}

fn node_group(doc: &mut Doc<'_, '_>, node: &Node, tool: Tool, vpc: &Vpc) -> NodeGroup {
    let name = node.get("name").and_then(Node::as_text).unwrap_or("(without a name)").to_owned();
    let object = format!("node group {name:?}");
    let place = doc.place_of(node);
    let mut group = NodeGroup::new(name, tool, place);
    group.ami = doc.text(node, "amiFamily", &object);
    if let (Some(family), Some(written)) = (group.ami.known(), node.get("amiFamily"))
        && !WINDOWS_FAMILIES.contains(&family.as_str())
        && family.to_ascii_lowercase().starts_with("windows")
    {
        group.ami = doc.wrong(written, "amiFamily", &object, &WINDOWS_FAMILIES.join(", "));
    }
    // eksctl's own family where none is written is a Linux one.
    group.os = match &group.ami {
        Field::Known(family, origin) if family.starts_with("WindowsServer") => {
            Field::Known(Os::Windows, origin.clone())
        }
        Field::Unknown(reason, place) => Field::Unknown(reason.clone(), place.clone()),
        _ => doc.written(Os::Linux, node),
    };
    group.custom_ami =
        node.get("ami").is_some_and(|ami| ami.as_text().is_some_and(|id| id.starts_with("ami-")));
    group.instance_types = instance_types(doc, node, tool, &object);
    sizes(doc, node, &mut group, &object);
    group.max_pods = doc.count(node, "maxPodsPerNode", &object);
    group.labels = doc.map(node.get("labels"), &object);
    group.labels.insert("alpha.eksctl.io/nodegroup-name".to_owned(), group.name.clone());
    group.taints = taints(node.get("taints"));
    group.zones = doc.texts(node, "availabilityZones", &object);
    group.subnets = subnets(doc, node, vpc, &object);
    for key in ["preBootstrapCommands", "overrideBootstrapCommand"] {
        doc.script(node.get(key));
    }
    if let Some(update) = node.get("updateConfig") {
        group.max_unavailable = match (
            doc.count(update, "maxUnavailable", &object),
            doc.count(update, "maxUnavailablePercentage", &object),
        ) {
            (Field::Known(nodes, origin), _) => Field::Known(MaxUnavailable::Nodes(nodes), origin),
            (_, Field::Known(percent, origin)) => Field::Known(MaxUnavailable::Percent(percent), origin),
            _ => Field::Absent,
        };
    }
    group
}

fn instance_types(doc: &mut Doc<'_, '_>, node: &Node, tool: Tool, object: &str) -> Field<InstanceTypes> {
    let named = |types| InstanceTypes::Named(types);
    if let Some(mixed) = node.get("instancesDistribution")
        && let Field::Known(types, origin) = doc.texts(mixed, "instanceTypes", object)
    {
        return Field::Known(named(types), origin);
    }
    match doc.texts(node, "instanceTypes", object) {
        Field::Known(types, origin) if !types.is_empty() => return Field::Known(named(types), origin),
        Field::Unknown(reason, place) => return Field::Unknown(reason, place),
        _ => {}
    }
    match doc.text(node, "instanceType", object) {
        Field::Known(name, origin) => return Field::Known(named(vec![name]), origin),
        Field::Unknown(reason, place) => return Field::Unknown(reason, place),
        Field::Absent => {}
    }
    if let Some(selector) = node.get("instanceSelector").filter(|selector| !selector.entries().is_empty()) {
        return doc.unknown("eksctl's instanceSelector chooses the types when the group is made", selector);
    }
    if let Some(template) = node.get("launchTemplate").filter(|_| tool == Tool::EksctlManaged) {
        return doc.unknown("the launch template names the type", template);
    }
    doc.or_default(Field::Absent, named(vec!["m5.large".to_owned()]), node, SourceId::EksctlDefaultType)
}

/// eksctl: minimum = desired or 2, maximum = desired or minimum, desired = minimum; a managed group whose
/// maximum would be 0 gets 1.
fn sizes(doc: &mut Doc<'_, '_>, node: &Node, group: &mut NodeGroup, object: &str) {
    let desired = doc.count(node, "desiredCapacity", object);
    let min = doc.count(node, "minSize", object);
    let max = doc.count(node, "maxSize", object);
    let default =
        |value: u32| Field::Known(value, Origin::Default(group.place.clone(), SourceId::EksctlDefaultSizes));
    let first = |fields: [&Field<u32>; 2], otherwise: Option<u32>| {
        if fields.iter().any(|field| matches!(field, Field::Unknown(..))) {
            return Field::Unknown("another size of the group is not usable".to_owned(), group.place.clone());
        }
        fields.iter().find_map(|field| field.known()).copied().or(otherwise).map_or(Field::Absent, default)
    };
    let min = min.or(first([&desired, &Field::Absent], Some(2)));
    let at_least_one = |field: Field<u32>| match field {
        Field::Known(0, origin) if group.tool == Tool::EksctlManaged => Field::Known(1, origin),
        field => field,
    };
    let max = max.or(at_least_one(first([&desired, &min], None)));
    let desired = desired.or(first([&min, &Field::Absent], None));
    (group.min_size, group.desired_size, group.max_size) = (min, desired, max);
}

fn subnets(doc: &mut Doc<'_, '_>, node: &Node, vpc: &Vpc, object: &str) -> Field<SubnetChoice> {
    match doc.texts(node, "subnets", object) {
        Field::Known(names, origin) => {
            let ids = names.into_iter().map(|name| vpc.by_name.get(&name).cloned().unwrap_or(name));
            return Field::Known(SubnetChoice::Ids(ids.collect()), origin);
        }
        Field::Unknown(reason, place) => return Field::Unknown(reason, place),
        Field::Absent => {}
    }
    if !vpc.decided {
        return Field::Absent;
    }
    let private = doc.flag(node, "privateNetworking", object);
    let ids = if private { &vpc.private } else { &vpc.public };
    if ids.is_empty() { Field::Absent } else { doc.written(SubnetChoice::Ids(ids.clone()), node) }
}

/// Taints as a list of objects, or as eksctl's older mapping `key: "value:Effect"`.
fn taints(node: Option<&Node>) -> Vec<Taint> {
    let Some(node) = node else { return Vec::new() };
    let text = |node: &Node, key: &str| node.get(key).and_then(Node::as_text).unwrap_or_default().to_owned();
    let listed = node.items().iter().map(|taint| Taint {
        key: text(taint, "key"),
        value: text(taint, "value"),
        effect: text(taint, "effect"),
    });
    let mapped = node.entries().iter().map(|entry| {
        let value = entry.value.as_text().unwrap_or_default();
        let (value, effect) = value.rsplit_once(':').unwrap_or(("", value));
        Taint {
            key: entry.key.as_text().unwrap_or_default().to_owned(),
            value: value.to_owned(),
            effect: effect.to_owned(),
        }
    });
    listed.chain(mapped).collect()
}
