//! CloudFormation: a launch template for Windows nodes, and the group that starts them by it.

use super::Artefact;
use super::bootstrap::{Caller, Start};
use super::images;
use super::wanted::{Group, Wanted, missing};
use super::yaml::{self, Map, Value};
use crate::model::role_name;
use crate::note::{Note, text as note};
use crate::request::Refusal;
use std::collections::{BTreeMap, BTreeSet};
use winpod::KubernetesVersion;

/// The root device of Windows images, and its size.
///
/// # Source
/// karpenter-provider-aws, `pkg/providers/amifamily/windows.go`: 50 GiB of gp3 on /dev/sda1 (2026-08-21).
const ROOT: (&str, u32, &str) = ("/dev/sda1", 50, "gp3");
/// Tags from which the Cluster Autoscaler knows the labels and taints of a node that is not there yet.
const TEMPLATE_TAG: &str = "k8s.io/cluster-autoscaler/node-template";

/// A stack as it is put together: parameters of all groups, each once, and resources in their order.
#[derive(Default)]
struct Stack {
    parameters: BTreeMap<&'static str, (&'static str, &'static str)>,
    resources: Map,
    notes: Vec<Note>,
}

pub(super) fn render(wanted: &mut Wanted) -> Result<Artefact, Refusal> {
    if wanted.groups.is_empty() {
        wanted.one_group()?;
    }
    wanted.keep(false);
    let cluster = wanted.cluster_name()?.to_owned();
    let mut stack = Stack::default();
    let mut ids = BTreeSet::new();
    for group in &wanted.groups {
        stack.notes.extend(images::offered(wanted, group)?);
        let id = logical_id(&group.name, &mut ids);
        stack.template(wanted, group, &id)?;
        if group.managed {
            stack.managed(&cluster, group, &id);
        } else {
            stack.auto_scaling(&cluster, group, &id)?;
        }
    }
    let mut template = Map::default()
        .with("AWSTemplateFormatVersion", "2010-09-09")
        .with("Description", format!("Windows nodes of the cluster {cluster}"));
    if !stack.parameters.is_empty() {
        let parameters = stack.parameters.iter().fold(Map::default(), |map, (name, (kind, about))| {
            map.with(name, Map::default().with("Type", *kind).with("Description", *about))
        });
        template = template.with("Parameters", parameters).because(Note::new(&note::RENDER_PARAMETERS, &[]));
    }
    wanted.notes.extend(stack.notes);
    let written = yaml::documents(&[template.with("Resources", stack.resources)]);
    Ok(Artefact::new("windows-nodes.yaml", "yaml", None, written))
}

/// What CloudFormation calls a group: letters and digits, each name once.
fn logical_id(name: &str, taken: &mut BTreeSet<String>) -> String {
    let mut id = String::new();
    for part in name.split(['-', '_']) {
        let mut chars = part.chars();
        id.extend(chars.next().map(|first| first.to_ascii_uppercase()));
        id.push_str(chars.as_str());
    }
    let mut free = id.clone();
    let mut number = 2;
    while !taken.insert(free.clone()) {
        free = format!("{id}{number}");
        number += 1;
    }
    free
}

fn reference(id: &str) -> Value {
    Value::Tagged("!Ref", Box::new(id.into()))
}

fn attribute(id: &str, name: &str) -> Value {
    Value::Tagged("!GetAtt", Box::new(format!("{id}.{name}").into()))
}

fn resource(kind: &str, properties: Map) -> Map {
    Map::default().with("Type", kind).with("Properties", properties)
}

impl Stack {
    fn add(&mut self, id: &str, resource: Map) {
        self.resources = std::mem::take(&mut self.resources).with(id, resource);
    }

    /// A value that is given when the stack is made.
    fn parameter(&mut self, name: &'static str, kind: &'static str, about: &'static str) -> Value {
        self.parameters.insert(name, (kind, about));
        reference(name)
    }

    fn subnets(&mut self, group: &Group) -> Value {
        if group.subnets.is_empty() {
            self.parameter("Subnets", "List<AWS::EC2::Subnet::Id>", "The subnets of the nodes")
        } else {
            group.subnets.clone().into()
        }
    }

    fn template(&mut self, wanted: &Wanted, group: &Group, id: &str) -> Result<(), Refusal> {
        let mut data = match &group.ami {
            Some(ami) => Map::default().with("ImageId", ami.as_str()),
            None => Map::default()
                .with("ImageId", parameter_of_image(group, wanted.kubernetes()?)?)
                .chosen(Note::new(&note::RENDER_IMAGE_PARAMETER, &[])),
        };
        if let ([only], false) = (group.instance_types.as_slice(), group.managed) {
            data = data.with("InstanceType", only.as_str());
        }
        if !group.managed {
            let profile = self.profile(group, id);
            data = data
                .with("IamInstanceProfile", profile)
                .because(Note::new(&note::RENDER_INSTANCE_PROFILE, &[]));
        }
        if !group.security_groups.is_empty() {
            data = data.with("SecurityGroupIds", group.security_groups.clone());
        } else if !group.managed {
            let about = "The security groups of the nodes, among them that of the cluster";
            let groups = self.parameter("SecurityGroups", "List<AWS::EC2::SecurityGroup::Id>", about);
            data =
                data.with("SecurityGroupIds", groups).because(Note::new(&note::RENDER_SECURITY_GROUPS, &[]));
        }
        let (device, gib, kind) = ROOT;
        let volume = Map::default().with("VolumeSize", gib).with("VolumeType", kind);
        let root = Map::default().with("DeviceName", device).with("Ebs", volume);
        let start = Start::of(wanted, group, Caller::Own)?.block(group)?;
        self.notes.extend(start.notes);
        data = data
            .with("MetadataOptions", Map::default().with("HttpTokens", "required"))
            .because(Note::new(&note::RENDER_METADATA, &[]))
            .with("BlockDeviceMappings", Value::List(vec![Value::Map(root)]))
            .because(Note::new(&note::RENDER_ROOT_VOLUME, &[("device", &device), ("gib", &gib)]))
            .with("UserData", Map::default().with("Fn::Base64", Value::Block(start.text)))
            .because(Note::new(&note::RENDER_OWN_CALL, &[]));
        let properties = Map::default().with("LaunchTemplateData", data);
        self.add(&format!("{id}LaunchTemplate"), resource("AWS::EC2::LaunchTemplate", properties));
        Ok(())
    }

    /// The instance profile of nodes that nobody manages: of the role, or one that is there.
    fn profile(&mut self, group: &Group, id: &str) -> Map {
        let Some(role) = &group.role else {
            let about = "The ARN of the instance profile of the nodes";
            return Map::default().with("Arn", self.parameter("InstanceProfile", "String", about));
        };
        let name = format!("{id}InstanceProfile");
        let properties = Map::default().with("Roles", vec![role_name(role)]);
        self.add(&name, resource("AWS::IAM::InstanceProfile", properties));
        Map::default().with("Arn", attribute(&name, "Arn"))
    }

    fn managed(&mut self, cluster: &str, group: &Group, id: &str) {
        let role = match group.role_arn() {
            Some(role) => role.into(),
            None => self.parameter("NodeRole", "String", "The ARN of the role of the nodes"),
        };
        let subnets = self.subnets(group);
        let template = Map::default()
            .with("Id", reference(&format!("{id}LaunchTemplate")))
            .with("Version", attribute(&format!("{id}LaunchTemplate"), "LatestVersionNumber"));
        let mut properties = Map::default()
            .with("ClusterName", cluster)
            .with("NodegroupName", group.name.as_str())
            .with("NodeRole", role)
            .with("Subnets", subnets)
            .with("LaunchTemplate", template)
            .because(Note::new(&note::RENDER_NO_AMI_TYPE, &[]));
        if !group.instance_types.is_empty() {
            properties = properties.with("InstanceTypes", group.instance_types.clone());
        }
        let scaling = Map::default()
            .with_some("MinSize", group.min_size)
            .with_some("DesiredSize", group.desired_size)
            .with_some("MaxSize", group.max_size);
        if !scaling.is_empty() {
            properties = properties.with("ScalingConfig", scaling);
        }
        if !group.labels.is_empty() {
            let labels = group.labels.iter();
            let labels = labels.fold(Map::default(), |map, (key, value)| map.with(key, value.as_str()));
            properties = properties.with("Labels", labels);
        }
        if !group.taints.is_empty() {
            let taints = group.taints.iter().map(|taint| {
                let value = Some(taint.value.as_str()).filter(|value| !value.is_empty());
                let map = Map::default().with("Key", taint.key.as_str()).with_some("Value", value);
                Value::Map(map.with("Effect", api_effect(taint.effect)))
            });
            properties = properties
                .with("Taints", Value::List(taints.collect()))
                .because(Note::new(&note::RENDER_TAINTS_TWICE, &[]));
        }
        self.notes.push(Note::new(&note::RENDER_OWN_AMI_ENTRY, &[("group", &group.name)]));
        self.add(&format!("{id}Nodegroup"), resource("AWS::EKS::Nodegroup", properties));
    }

    fn auto_scaling(&mut self, cluster: &str, group: &Group, id: &str) -> Result<(), Refusal> {
        if group.instance_types.is_empty() {
            return Err(missing("the instance type of self-managed nodes", "instanceTypes"));
        }
        let subnets = self.subnets(group);
        let mut size = |size: Option<u32>, name: &'static str, about: &'static str| match size {
            Some(size) => size.to_string().into(),
            None => self.parameter(name, "Number", about),
        };
        let mut properties = Map::default()
            .with("VPCZoneIdentifier", subnets)
            .with("MinSize", size(group.min_size, "MinSize", "Smallest number of nodes"))
            .with("MaxSize", size(group.max_size, "MaxSize", "Largest number of nodes"));
        properties = properties.with_some("DesiredCapacity", group.desired_size.map(|size| size.to_string()));
        let template = Map::default()
            .with("LaunchTemplateId", reference(&format!("{id}LaunchTemplate")))
            .with("Version", attribute(&format!("{id}LaunchTemplate"), "LatestVersionNumber"));
        properties = match group.instance_types.as_slice() {
            [_] => properties.with("LaunchTemplate", template),
            several => {
                let types =
                    several.iter().map(|name| Value::Map(Map::default().with("InstanceType", name.as_str())));
                let of = Map::default()
                    .with("LaunchTemplateSpecification", template)
                    .with("Overrides", Value::List(types.collect()));
                properties.with("MixedInstancesPolicy", Map::default().with("LaunchTemplate", of))
            }
        };
        let tag = |key: String, value: &str, launched: bool| {
            let map = Map::default().with("Key", key).with("Value", value);
            Value::Map(map.with("PropagateAtLaunch", launched))
        };
        let mut tags = vec![tag(format!("kubernetes.io/cluster/{cluster}"), "owned", true)];
        tags.extend(
            group.labels.iter().map(|(key, value)| tag(format!("{TEMPLATE_TAG}/label/{key}"), value, false)),
        );
        tags.extend(group.taints.iter().map(|taint| {
            let value = format!("{}:{}", taint.value, taint.effect);
            tag(format!("{TEMPLATE_TAG}/taint/{}", taint.key), &value, false)
        }));
        let properties = properties
            .with("Tags", Value::List(tags))
            .because(Note::new(&note::RENDER_GROUP_TAGS, &[("cluster", &cluster)]));
        self.notes.push(Note::new(&note::RENDER_OWN_NODES_ENTRY, &[("group", &group.name)]));
        self.add(
            &format!("{id}AutoScalingGroup"),
            resource("AWS::AutoScaling::AutoScalingGroup", properties),
        );
        Ok(())
    }
}

/// The parameter of SSM that has the newest image of a release.
fn parameter_of_image(group: &Group, version: KubernetesVersion) -> Result<String, Refusal> {
    let name = group.image().and_then(|image| image.ssm_name);
    let name = name.ok_or_else(|| missing("a release with images", "release"))?;
    Ok(format!("{{{{resolve:ssm:/aws/service/ami-windows-latest/{name}-{version}/image_id}}}}"))
}

/// As the API of EKS spells effects.
fn api_effect(effect: &str) -> &'static str {
    match effect {
        "NoExecute" => "NO_EXECUTE",
        "PreferNoSchedule" => "PREFER_NO_SCHEDULE",
        _ => "NO_SCHEDULE",
    }
}
