//! Node groups of eksctl.

use super::Vpc;
use crate::model::{Field, InstanceTypes, MaxUnavailable, NodeGroup, Origin, Os, SubnetChoice, Taint, Tool};
use crate::read::Doc;
use crate::read::node::Node;
use winpod::source::SourceId;

pub(super) const LISTS: [(&str, Tool); 2] =
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

pub(super) fn node_groups(doc: &mut Doc<'_, '_>, node: &Node, vpc: &Vpc) {
    for (key, tool) in LISTS {
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
    super::keys::of_group(doc, node, tool == Tool::EksctlManaged, &object);
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
    group.labels = doc.map(node.get("labels"), "labels", &object);
    group.labels_open = Doc::map_open(node.get("labels"));
    group.labels.insert("alpha.eksctl.io/nodegroup-name".to_owned(), group.name.clone());
    group.taints = taints(doc, node.get("taints"));
    group.cluster_dns = doc.text(node, "clusterDNS", &object);
    group.launch = super::launch::launch(doc, node, tool, &object);
    if let Some(data) = group.launch.bootstrap.known().cloned() {
        group.register_taints(&data);
    }
    group.zones = doc.texts(node, "availabilityZones", &object);
    group.subnets = subnets(doc, node, vpc, &object);
    if let Some(iam) = node.get("iam") {
        group.role = doc.text(iam, "instanceRoleARN", &object).or(doc.text(iam, "instanceRoleName", &object));
        group.instance_profile = doc.text(iam, "instanceProfileARN", &object);
    }
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
            (Field::Unknown(reason, place), _) | (_, Field::Unknown(reason, place)) => {
                Field::Unknown(reason, place)
            }
            _ => Field::Absent,
        };
    }
    group
}

fn instance_types(doc: &mut Doc<'_, '_>, node: &Node, tool: Tool, object: &str) -> Field<InstanceTypes> {
    let named = |types| InstanceTypes::Named(types);
    if let Some(mixed) = node.get("instancesDistribution") {
        match doc.texts(mixed, "instanceTypes", object) {
            Field::Known(types, origin) => return Field::Known(named(types), origin),
            Field::Unknown(reason, place) => return Field::Unknown(reason, place),
            Field::Absent => {}
        }
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
    let private = match doc.switch(node, "privateNetworking", object) {
        Field::Unknown(reason, place) => return Field::Unknown(reason, place),
        Field::Known(private, _) => private,
        Field::Absent => false,
    };
    let ids = if private { &vpc.private } else { &vpc.public };
    if ids.is_empty() { Field::Absent } else { doc.written(SubnetChoice::Ids(ids.clone()), node) }
}

/// Taints as a list of objects, or as eksctl's older mapping `key: "value:Effect"`.
fn taints(doc: &Doc<'_, '_>, node: Option<&Node>) -> Vec<Taint> {
    let Some(node) = node else { return Vec::new() };
    let text = |node: &Node, key: &str| node.get(key).and_then(Node::as_text).unwrap_or_default().to_owned();
    let listed = node.items().iter().map(|taint| Taint {
        key: text(taint, "key"),
        value: text(taint, "value"),
        effect: text(taint, "effect"),
        place: doc.place_of(taint),
    });
    let mapped = node.entries().iter().map(|entry| {
        let value = entry.value.as_text().unwrap_or_default();
        let (value, effect) = value.rsplit_once(':').unwrap_or(("", value));
        Taint {
            key: entry.key.as_text().unwrap_or_default().to_owned(),
            value: value.to_owned(),
            effect: effect.to_owned(),
            place: doc.place_of(&entry.key),
        }
    });
    listed.chain(mapped).collect()
}
