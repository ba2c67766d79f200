//! Templates of CloudFormation, written by hand or synthesised by the CDK.
//!
//! A resource is brought into the words of the API that makes it, and read as what that API describes. What an
//! intrinsic function hides is unknown, never wrong.

mod groups;
mod intrinsic;
mod manifests;
mod template;
#[cfg(test)]
mod tests;
mod words;

use super::node::Node;
use super::{Doc, addons, aws, eks, launch};
use crate::model::{AskedBlock, BlockOf, Field, Origin, Subnet, Vpc};
use crate::note::{Note, text as note};
use std::collections::HashMap;
use template::Template;
use winpod::Ipv4Prefix;

/// Kinds of resources in the order in which they are read: groups name templates, clusters name roles.
const READ: [(&str, Read); 16] = [
    ("AWS::EC2::VPC", vpc),
    ("AWS::EC2::VPCCidrBlock", vpc_block),
    ("AWS::EC2::Subnet", subnet),
    ("AWS::EC2::LaunchTemplate", launch_template),
    ("AWS::EKS::Cluster", cluster),
    ("Custom::AWSCDK-EKS-Cluster", cluster),
    ("AWS::EKS::Addon", addon),
    ("AWS::EKS::AccessEntry", access_entry),
    ("AWS::EKS::PodIdentityAssociation", pod_identity),
    ("AWS::EKS::FargateProfile", fargate_profile),
    ("Custom::AWSCDK-EKS-FargateProfile", fargate_profile),
    ("AWS::EKS::Nodegroup", groups::managed),
    ("AWS::AutoScaling::AutoScalingGroup", groups::auto_scaling),
    ("Custom::AWSCDK-EKS-KubernetesResource", manifests::objects),
    ("Custom::AWSCDK-EKS-KubernetesPatch", manifests::patch),
    ("Custom::AWSCDK-EKS-HelmChart", manifests::chart),
];

type Read = fn(&mut Doc<'_, '_>, &Resource<'_>);

/// One resource of a template.
struct Resource<'t> {
    template: &'t Template<'t>,
    /// Its logical id.
    id: &'t str,
    /// Its properties without intrinsic functions; where it has none, the resource itself.
    properties: Node,
}

impl Resource<'_> {
    fn text(&self, key: &str) -> Option<String> {
        self.properties.get(key).and_then(Node::as_text).map(str::to_owned)
    }

    /// How others refer to it.
    fn reference(&self) -> String {
        format!("${{{}}}", self.id)
    }
}

/// Whether a document is a template.
pub(super) fn is_template(node: &Node) -> bool {
    template::is_template(node)
}

/// Reads a template.
pub(super) fn read(doc: &mut Doc<'_, '_>, root: &Node) {
    let template = Template::new(root);
    let mut by_kind: HashMap<&str, Vec<(&str, &Node)>> = HashMap::new();
    let mut open = Vec::new();
    for (id, kind, resource) in template.resources() {
        doc.cluster().template_resources.insert(format!("${{{id}}}"));
        match resource.get("Condition").and_then(Node::as_text).map(|name| template.condition(name)) {
            Some(Some(false)) => {}
            // Whether it is made depends on parameters.
            Some(None) if READ.iter().any(|(known, _)| *known == kind) => open.push(id.to_owned()),
            _ => by_kind.entry(kind).or_default().push((id, resource)),
        }
    }
    if !open.is_empty() {
        let place = doc.place_of(root);
        let names = super::join(open.into_iter());
        doc.reader.note(Note::new(&note::RESOURCES_OPEN, &[("names", &names)]).at(&place));
    }
    for (what, at) in template.expanding() {
        let place = doc.place_of(at);
        doc.reader.note(Note::new(&note::RESOURCES_ELSEWHERE, &[("what", &what)]).at(&place));
        doc.cluster().made_elsewhere.push((what, place));
    }
    for (kind, read) in READ {
        for (id, resource) in by_kind.remove(kind).unwrap_or_default() {
            let properties = resource.get("Properties").unwrap_or(resource);
            read(doc, &Resource { template: &template, id, properties: template.resolve(properties) });
        }
    }
}

/// A value of the template, or that its place says why it is not known.
fn cidr(doc: &mut Doc<'_, '_>, resource: &Resource<'_>, key: &str, object: &str) -> Option<Ipv4Prefix> {
    let value = resource.properties.get(key)?;
    if value.hidden().is_some() { None } else { doc.cidr(value, key, object) }
}

/// Keeps that the template makes a block.
fn asked(doc: &mut Doc<'_, '_>, resource: &Resource<'_>, block: Ipv4Prefix, of: BlockOf) {
    let properties = &resource.properties;
    let vpc = if of == BlockOf::Vpc { Some(resource.reference()) } else { resource.text("VpcId") };
    let place = doc.place_of(properties.get("CidrBlock").unwrap_or(properties));
    doc.cluster().asked_blocks.push(AskedBlock { block, of, vpc, name: resource.id.to_owned(), place });
}

fn vpc(doc: &mut Doc<'_, '_>, resource: &Resource<'_>) {
    let Some(block) = cidr(doc, resource, "CidrBlock", &format!("VPC {:?}", resource.id)) else { return };
    let place = doc.place_of(&resource.properties);
    doc.cluster().vpcs.insert(resource.reference(), Vpc { cidrs: vec![block], place });
    asked(doc, resource, block, BlockOf::Vpc);
}

fn vpc_block(doc: &mut Doc<'_, '_>, resource: &Resource<'_>) {
    let Some(block) = cidr(doc, resource, "CidrBlock", &format!("block {:?}", resource.id)) else { return };
    // Of a VPC that is there already, a listing has the blocks.
    if let Some(made) = resource.text("VpcId").filter(|vpc| vpc.starts_with("${"))
        && let Some(vpc) = doc.cluster().vpcs.get_mut(&made)
        && !vpc.cidrs.contains(&block)
    {
        vpc.cidrs.push(block);
    }
    asked(doc, resource, block, BlockOf::Further);
}

fn subnet(doc: &mut Doc<'_, '_>, resource: &Resource<'_>) {
    let object = format!("subnet {:?}", resource.id);
    let Some(block) = cidr(doc, resource, "CidrBlock", &object) else { return };
    let properties = &resource.properties;
    let subnet = Subnet {
        cidr: block,
        zone: doc.text(properties, "AvailabilityZone", &object),
        vpc: doc.text(properties, "VpcId", &object),
        available: Field::Absent,
        tags: words::tags(properties.get("Tags")).collect(),
        planned: true,
        place: doc.place_of(properties),
    };
    doc.cluster().subnets.insert(resource.reference(), subnet);
    asked(doc, resource, block, BlockOf::Subnet);
}

fn launch_template(doc: &mut Doc<'_, '_>, resource: &Resource<'_>) {
    let properties = &resource.properties;
    let text = |text: &str| words::text(text, properties.span);
    let mut entries = vec![
        ("LaunchTemplateId", text(&resource.reference())),
        ("VersionNumber", words::number(1, properties.span)),
    ];
    let name = resource.text("LaunchTemplateName");
    entries.push(("LaunchTemplateName", text(name.as_deref().unwrap_or(resource.id))));
    let data = properties.get("LaunchTemplateData");
    entries.extend(data.map(|data| ("LaunchTemplateData", words::with_plain_image(data))));
    launch::template(doc, &words::mapping(entries, properties.span), true);
}

/// The cluster, and the policies of its role if the template has that too.
fn cluster(doc: &mut Doc<'_, '_>, resource: &Resource<'_>) {
    // The CDK's own resource has the words of the API already.
    let (node, role) = match resource.properties.get("Config") {
        Some(config) => (config.clone(), "roleArn"),
        None => (words::of_api(&resource.properties), "roleArn"),
    };
    aws::cluster(doc, &node, false);
    let Some(role) = node.get(role).and_then(Node::as_text) else { return };
    let name = crate::model::role_name(role);
    let made = resource.template.resources().find(|(id, kind, made)| {
        let named = made.path(&["Properties", "RoleName"]).and_then(Node::as_text);
        *kind == "AWS::IAM::Role" && (name == format!("${{{id}}}") || named == Some(name))
    });
    let Some((id, _, made)) = made else { return };
    let written = made.get("Properties").map(|properties| resource.template.resolve(properties));
    let policies = written.as_ref().and_then(|properties| properties.get("ManagedPolicyArns"));
    let attached_elsewhere = resource.template.resources().any(|(_, kind, other)| {
        let roles = other.path(&["Properties", "Roles"]).map(|roles| resource.template.resolve(roles));
        kind == "AWS::IAM::ManagedPolicy"
            && roles.is_some_and(|roles| {
                roles.hidden().is_some()
                    || roles.items().iter().any(|role| role.as_text() == Some(&format!("${{{id}}}")))
            })
    });
    let policies = match policies {
        None if attached_elsewhere => return,
        None => doc.written(Vec::new(), made),
        Some(list) => {
            let names: Option<Vec<String>> = list
                .items()
                .iter()
                .map(|arn| arn.as_text().map(|arn| crate::model::role_name(arn).to_owned()))
                .collect();
            match names.filter(|_| list.kind_name() == "a list") {
                Some(names) => doc.written(names, list),
                None => doc.unknown("a policy of the role is known when the stack is made", list),
            }
        }
    };
    let identity = &mut doc.cluster().identity;
    if identity.cluster_policies.is_absent() {
        identity.cluster_policies = policies;
    }
}

fn addon(doc: &mut Doc<'_, '_>, resource: &Resource<'_>) {
    let node = words::of_api(&resource.properties);
    let name = node.get("addonName").cloned();
    let version = node.get("addonVersion").cloned();
    let values = node.get("configurationValues").cloned();
    let entries = [("name", name), ("version", version), ("configurationValues", values)];
    let entries = entries.into_iter().filter_map(|(key, value)| Some((key, value?))).collect();
    addons::addon(doc, &words::mapping(entries, node.span), "name", false);
}

fn access_entry(doc: &mut Doc<'_, '_>, resource: &Resource<'_>) {
    eks::access_entry(doc, &words::of_api(&resource.properties), true);
}

fn pod_identity(doc: &mut Doc<'_, '_>, resource: &Resource<'_>) {
    eks::pod_identity(doc, &words::of_api(&resource.properties));
}

fn fargate_profile(doc: &mut Doc<'_, '_>, resource: &Resource<'_>) {
    let node = match resource.properties.get("Config") {
        Some(config) => config.clone(),
        None => words::of_api(&resource.properties),
    };
    eks::fargate_profile(doc, &node);
}

/// A text with its origin, if it is known.
fn shown(field: &Field<String>) -> Option<(&str, &Origin)> {
    if let Field::Known(text, origin) = field { Some((text, origin)) } else { None }
}
