//! Node groups: those that EKS manages, and Auto Scaling groups whose instances join a cluster.

use super::{Resource, words};
use crate::model::{
    Field, InstanceTypes, LaunchTemplate, NoTemplate, NodeGroup, Origin, Os, SubnetChoice, Taint,
    TemplateChoice, Tool,
};
use crate::read::node::Node;
use crate::read::{Doc, aws};
use winpod::source::SourceId;
use winpod::windows;

/// The tag by which an instance belongs to a cluster.
const OF_CLUSTER: &str = "kubernetes.io/cluster/";
/// What the user data of a node calls, on Windows and on Linux.
const BOOTSTRAPS: [&str; 4] = ["EKSBootstrap", "/etc/eks/bootstrap.sh", "nodeadm", "NodeConfig"];
/// Tags that tell the Cluster Autoscaler what a node would have.
const LABEL_TAG: &str = "k8s.io/cluster-autoscaler/node-template/label/";
const TAINT_TAG: &str = "k8s.io/cluster-autoscaler/node-template/taint/";

pub(super) fn managed(doc: &mut Doc<'_, '_>, resource: &Resource<'_>) {
    let mut node = words::of_api(&resource.properties);
    if node.get("nodegroupName").is_none_or(|name| name.as_text().is_none()) {
        let name = ("nodegroupName", words::text(resource.id, node.span));
        let mut entries: Vec<(&str, Node)> = node
            .entries()
            .iter()
            .filter_map(|entry| Some((entry.key.as_text()?, entry.value.clone())))
            .collect();
        entries.push(name);
        node = words::mapping(entries, node.span);
    }
    aws::describe_nodegroup(doc, &node);
    let Some(mut group) = doc.cluster().node_groups.pop() else { return };
    if group.ami.is_absent() {
        match doc.cluster().template_of(&group).cloned() {
            // EKS takes the image of the template, and then no type of its own.
            Ok(template) if !template.image.is_absent() => {
                of_image(&mut group, &template);
                group.custom_ami = true;
                group.max_pods = max_pods(&template);
                template.user_data.known().into_iter().for_each(|data| group.register_taints(data));
            }
            Ok(_) => linux_by_default(doc, &mut group, &resource.properties),
            Err(NoTemplate::Unnamed) if group.launch.template.is_absent() => {
                linux_by_default(doc, &mut group, &resource.properties);
            }
            Err(_) => {
                let reason =
                    "it has no AmiType, and its launch template, which may name an image, is not given";
                group.os = doc.unknown(reason, &resource.properties);
            }
        }
    }
    doc.cluster().node_groups.push(group);
}

/// EKS gives a group Windows only where it is asked for by name.
fn linux_by_default(doc: &Doc<'_, '_>, group: &mut NodeGroup, at: &Node) {
    group.os = doc.or_default(Field::Absent, Os::Linux, at, SourceId::ManagedGroupDefaultAmi);
}

fn template(doc: &mut Doc<'_, '_>, group: &NodeGroup) -> Option<LaunchTemplate> {
    doc.cluster().template_of(group).ok().cloned()
}

/// An Auto Scaling group, if its tags or its user data say that its instances are nodes.
pub(super) fn auto_scaling(doc: &mut Doc<'_, '_>, resource: &Resource<'_>) {
    let properties = &resource.properties;
    let name = resource.text("AutoScalingGroupName").unwrap_or_else(|| resource.id.to_owned());
    let object = format!("Auto Scaling group {name:?}");
    let mut group = NodeGroup::new(name, Tool::AutoScaling, doc.place_of(properties));
    let mixed = properties.path(&["MixedInstancesPolicy", "LaunchTemplate"]);
    let choice = properties
        .get("LaunchTemplate")
        .or_else(|| mixed.and_then(|mixed| mixed.get("LaunchTemplateSpecification")));
    if let Some(choice) = choice {
        let text = |key: &str| choice.get(key).and_then(Node::as_text).map(str::to_owned);
        let (id, name) = (text("LaunchTemplateId"), text("LaunchTemplateName"));
        group.launch.template = doc.written(TemplateChoice { id, name, version: text("Version") }, choice);
    }
    group.launch.requested = true;
    let template = template(doc, &group);
    if !joins(properties, template.as_ref()) {
        return;
    }
    group.min_size = doc.count(properties, "MinSize", &object);
    group.max_size = doc.count(properties, "MaxSize", &object);
    group.desired_size = doc.count(properties, "DesiredCapacity", &object);
    group.subnets = match doc.texts(properties, "VPCZoneIdentifier", &object) {
        Field::Known(ids, origin) => Field::Known(SubnetChoice::Ids(ids), origin),
        Field::Unknown(reason, place) => Field::Unknown(reason, place),
        Field::Absent => Field::Absent,
    };
    group.instance_types = types(doc, mixed, template.as_ref(), properties);
    for (key, value) in words::tags(properties.get("Tags")) {
        if let Some(label) = key.strip_prefix(LABEL_TAG) {
            group.labels.insert(label.to_owned(), value);
        } else if let Some(taint) = key.strip_prefix(TAINT_TAG) {
            let (value, effect) = value.rsplit_once(':').unwrap_or(("", &value));
            let (key, value, effect) = (taint.to_owned(), value.to_owned(), effect.to_owned());
            let place = group.place.clone();
            group.taints.push(Taint { key, value, effect, place });
        }
    }
    group.labels_open = true;
    if let Some(template) = &template {
        of_image(&mut group, template);
        node_labels(&mut group, template);
        template.user_data.known().into_iter().for_each(|data| group.register_taints(data));
        group.max_pods = max_pods(template);
        group.role = role(doc, resource, template);
    }
    doc.cluster().node_groups.push(group);
}

fn joins(properties: &Node, template: Option<&LaunchTemplate>) -> bool {
    let tags = properties.get("Tags").map(Node::items).unwrap_or_default();
    let tagged =
        tags.iter().filter_map(|tag| tag.get("Key")?.as_text()).any(|key| key.starts_with(OF_CLUSTER));
    let scripts =
        template.and_then(|template| template.user_data.known()).map(|data| data.scripts.as_slice());
    let calls = |text: &str| BOOTSTRAPS.iter().any(|name| text.contains(name));
    tagged || scripts.unwrap_or_default().iter().any(|script| calls(&script.text))
}

fn types(
    doc: &mut Doc<'_, '_>,
    mixed: Option<&Node>,
    template: Option<&LaunchTemplate>,
    properties: &Node,
) -> Field<InstanceTypes> {
    if let Some(overrides) = mixed.and_then(|mixed| mixed.get("Overrides")) {
        let types: Option<Vec<String>> = overrides
            .items()
            .iter()
            .map(|one| one.get("InstanceType")?.as_text().map(str::to_owned))
            .collect();
        return match types.filter(|types| !types.is_empty()) {
            Some(types) => doc.written(InstanceTypes::Named(types), overrides),
            None => doc.unknown("its overrides do not name the types", overrides),
        };
    }
    match template.map(|template| &template.instance_type) {
        Some(Field::Known(name, origin)) => {
            Field::Known(InstanceTypes::Named(vec![name.clone()]), origin.clone())
        }
        Some(Field::Unknown(reason, place)) => Field::Unknown(reason.clone(), place.clone()),
        _ => doc.unknown("no launch template here names the type", properties),
    }
}

/// The parameters of Windows images, below which each has its name.
const WINDOWS_IMAGES: &str = "/aws/service/ami-windows-latest/";

/// The image and the system, if a parameter of SSM names an image of Windows; whether it does. The image is the name of
/// the parameter, as the template says it; of a name that is open in part, the path alone tells the system.
fn named_image(group: &mut NodeGroup, template: &LaunchTemplate) -> bool {
    let parameter = super::shown(&template.image).and_then(|(image, origin)| {
        Some((image.strip_prefix("resolve:ssm:")?.strip_prefix(WINDOWS_IMAGES)?, origin))
    });
    let Some((name, origin)) = parameter else { return false };
    let known = windows::image(name).is_some();
    let open = name.contains("${");
    if !known && !open {
        return false;
    }
    group.os = Field::Known(Os::Windows, origin.clone());
    group.ami = if known {
        Field::Known(name.to_owned(), origin.clone())
    } else {
        Field::Unknown(format!("only a deployment fills in {name:?}"), origin.place().clone())
    };
    true
}

/// The system, as the image's parameter in SSM names it, or as the user data does.
fn of_image(group: &mut NodeGroup, template: &LaunchTemplate) {
    if named_image(group, template) {
        return;
    }
    group.custom_ami = true;
    let linux = super::shown(&template.image).filter(|(image, _)| {
        image.contains("/aws/service/eks/optimized-ami/") || image.contains("/aws/service/bottlerocket/")
    });
    if let Some((_, origin)) = linux {
        group.os = Field::Known(Os::Linux, origin.clone());
        return;
    }
    let Some(data) = template.user_data.known() else {
        group.os = Field::Unknown(
            "neither its image nor its user data tells the system".to_owned(),
            group.place.clone(),
        );
        return;
    };
    let of_linux = data.scripts.iter().any(|script| script.text.trim_start().starts_with("#!"));
    let os = if data.blocks > 0 { Some(Os::Windows) } else { of_linux.then_some(Os::Linux) };
    group.os = match os {
        Some(os) => Field::Known(os, Origin::Written(data.place.clone())),
        None => Field::Unknown("its user data does not tell the system".to_owned(), data.place.clone()),
    };
}

/// Labels that the call of the bootstrap script gives to nodes; whether they are all, if there is one call.
fn node_labels(group: &mut NodeGroup, template: &LaunchTemplate) {
    let Some(data) = template.user_data.known().filter(|data| data.hidden_call.is_none()) else { return };
    let [call] = data.calls.as_slice() else { return };
    let Some(flags) = call.kubelet_flag("node-labels") else { return };
    let pairs: Option<Vec<_>> =
        flags.iter().flat_map(|flag| flag.split(',')).map(|pair| pair.split_once('=')).collect();
    let Some(pairs) = pairs else { return };
    group.labels_open = false;
    group.labels.extend(pairs.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())));
}

/// Pods per node as the call of the bootstrap script asks for.
fn max_pods(template: &LaunchTemplate) -> Field<u32> {
    let calls = template.user_data.known().map(|data| data.calls.as_slice()).unwrap_or_default();
    let [call] = calls else { return Field::Absent };
    match call.kubelet_flag("max-pods") {
        None => {
            Field::Unknown("the arguments of the kubelet are an expression".to_owned(), call.place.clone())
        }
        Some(values) => match values.last() {
            None => Field::Absent,
            Some(value) => value.parse().map_or_else(
                |_| Field::Unknown("--max-pods is an expression".to_owned(), call.place.clone()),
                |pods| Field::Known(pods, Origin::Written(call.place.clone())),
            ),
        },
    }
}

/// The role of the instance profile, where the template makes it.
fn role(doc: &Doc<'_, '_>, resource: &Resource<'_>, template: &LaunchTemplate) -> Field<String> {
    let Some(Field::Known(profile, _)) = Some(&template.instance_profile) else { return Field::Absent };
    let name = crate::model::role_name(profile);
    let made = resource.template.resources().find(|(id, kind, made)| {
        let named = made.path(&["Properties", "InstanceProfileName"]).and_then(Node::as_text);
        *kind == "AWS::IAM::InstanceProfile" && (name == format!("${{{id}}}") || named == Some(name))
    });
    let roles = made.and_then(|(_, _, made)| made.path(&["Properties", "Roles"]));
    let roles = roles.map(|roles| resource.template.resolve(roles));
    match roles.as_ref().and_then(|roles| roles.items().first()) {
        Some(role) => match role.as_text() {
            Some(text) => doc.written(text.to_owned(), role),
            None => doc.unknown(role.hidden().unwrap_or("its role is no text"), role),
        },
        None => Field::Absent,
    }
}
