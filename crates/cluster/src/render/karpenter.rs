//! Karpenter's `EC2NodeClass` and `NodePool` for Windows nodes.

use super::Artefact;
use super::bootstrap::{Caller, Start, fits};
use super::images;
use super::names;
use super::wanted::{Group, Wanted, missing};
use super::yaml::{self, Map, Value};
use crate::model::role_name;
use crate::note::{Note, text as note};
use crate::request::Refusal;
use std::fmt::Display;
use winpod::ipam::{IpamMode, capacity};
use winpod::windows::Edition;

/// The tag by which Karpenter's guide has subnets and security groups found.
const DISCOVERY: &str = "karpenter.sh/discovery";

pub(super) fn render(wanted: &mut Wanted) -> Result<Vec<Artefact>, Refusal> {
    if wanted.groups.is_empty() {
        wanted.one_group()?;
    }
    wanted.keep(true);
    let (mut artefacts, mut notes) = (Vec::new(), Vec::new());
    for group in &wanted.groups {
        notes.extend(images::offered(wanted, group)?);
        let (class, told) = node_class(wanted, group)?;
        notes.extend(told);
        let written = yaml::documents(&[class, node_pool(group)]);
        let name = format!("karpenter-{}.yaml", group.name);
        artefacts.push(Artefact::new(&name, "yaml", Some(&group.name), written));
    }
    wanted.notes.extend(notes);
    Ok(artefacts)
}

fn node_class(wanted: &Wanted, group: &Group) -> Result<(Map, Vec<Note>), Refusal> {
    let name = names::object("nodeGroup", &group.name)?;
    let Some(role) = &group.role else { return Err(missing("the role of the nodes", "role")) };
    let cluster = wanted.cluster_name()?;
    let mut notes = Vec::new();
    let mut spec = image(group)?.with("role", role_name(role));
    let by_tag = || {
        let tags = Map::default().with(DISCOVERY, cluster);
        Value::List(vec![Value::Map(Map::default().with("tags", tags))])
    };
    let by_ids = |ids: &[String]| {
        Value::List(ids.iter().map(|id| Value::Map(Map::default().with("id", id.as_str()))).collect())
    };
    let found = |ids: &[String]| if ids.is_empty() { by_tag() } else { by_ids(ids) };
    let why = Note::new(&note::RENDER_DISCOVERY, &[("tag", &DISCOVERY), ("cluster", &cluster)]);
    spec = spec.with("subnetSelectorTerms", found(&group.subnets)).because(why.clone());
    spec = spec.with("securityGroupSelectorTerms", found(&group.security_groups)).because(why);
    spec = spec.with("kubelet", kubelet(wanted, group, &mut notes)?);
    let start = Start::of(wanted, group, Caller::Karpenter)?;
    fits(&start.text, group)?;
    notes.extend(start.notes);
    if !start.text.text.is_empty() {
        spec = spec
            .with("userData", Value::Block(start.text))
            .because(Note::new(&note::RENDER_KARPENTER_USER_DATA, &[]));
    }
    Ok((Map::object("karpenter.k8s.aws/v1", "EC2NodeClass", None, &name).with("spec", spec), notes))
}

/// The image: an alias, which stands for Core alone, or an AMI of one's own.
fn image(group: &Group) -> Result<Map, Refusal> {
    let term = |key: &str, value: &str| Value::List(vec![Value::Map(Map::default().with(key, value))]);
    if let Some(ami) = &group.ami {
        let family = format!("Windows{}", group.release.name());
        return Ok(Map::default()
            .with("amiFamily", family)
            .because(Note::new(&note::RENDER_KARPENTER_FAMILY, &[]))
            .with("amiSelectorTerms", term("id", ami)));
    }
    let alias = group.image().and_then(|image| image.karpenter_alias);
    match alias.filter(|_| group.edition == Edition::Core) {
        Some(alias) => Ok(Map::default()
            .with("amiSelectorTerms", term("alias", &format!("{alias}@latest")))
            .because(Note::new(&note::RENDER_KARPENTER_ALIAS, &[]))),
        None => {
            let message = "edition is full, and Karpenter's aliases of Windows are Core images alone: set edition core, or ami to an image of your own";
            Err(Refusal::new("REQUEST", message))
        }
    }
}

/// Pods per node as the types have addresses for, because Karpenter plans with 110 without it.
fn kubelet(wanted: &Wanted, group: &Group, notes: &mut Vec<Note>) -> Result<Map, Refusal> {
    let fewest = group.limits.iter().map(|limits| capacity(*limits, wanted.mode).addresses).min();
    let Some(fewest) = fewest else {
        return Err(missing("instance types, from which maxPods follows", "instanceTypes"));
    };
    let pods = group.max_pods.unwrap_or(fewest);
    let why = if group.max_pods.is_none() || group.max_pods_fit {
        Note::new(&note::RENDER_KARPENTER_MAX_PODS, &[("pods", &pods)])
    } else {
        Note::new(&note::RENDER_MAX_PODS, &[("pods", &pods)])
    };
    if wanted.mode == IpamMode::PrefixDelegation {
        let believed = group.limits.iter().map(|limits| capacity(*limits, IpamMode::SecondaryIp).addresses);
        let believed = believed.min().unwrap_or_default().min(pods);
        let values: [(&str, &dyn Display); 3] =
            [("group", &group.name), ("pods", &pods), ("believed", &believed)];
        notes.push(Note::new(&note::RENDER_KARPENTER_BELIEVES, &values));
    }
    let mut map = Map::default().with("maxPods", pods).chosen(why);
    if let Some(address) = wanted.dns_address() {
        map = map
            .with("clusterDNS", vec![address.to_string()])
            .because(Note::new(&note::RENDER_DNS_ADDRESS, &[]));
    }
    Ok(map)
}

fn node_pool(group: &Group) -> Map {
    let requirement = |key: &str, values: Vec<String>| {
        Map::default().with("key", key).with("operator", "In").with("values", values)
    };
    let requirements = [
        requirement("kubernetes.io/os", vec!["windows".to_owned()]),
        requirement("kubernetes.io/arch", vec!["amd64".to_owned()]),
        requirement("node.kubernetes.io/instance-type", group.instance_types.clone()),
    ];
    let class = Map::default()
        .with("group", "karpenter.k8s.aws")
        .with("kind", "EC2NodeClass")
        .with("name", group.name.as_str());
    let mut spec = Map::default()
        .with("nodeClassRef", class)
        .with("requirements", Value::List(requirements.into_iter().map(Value::Map).collect()))
        .because(Note::new(&note::RENDER_KARPENTER_REQUIREMENTS, &[]));
    if !group.taints.is_empty() {
        let taints = group.taints.iter().map(|taint| {
            let value = Some(taint.value.as_str()).filter(|value| !value.is_empty());
            let map = Map::default().with("key", taint.key.as_str()).with_some("value", value);
            Value::Map(map.with("effect", taint.effect))
        });
        spec =
            spec.with("taints", Value::List(taints.collect())).because(Note::new(&note::RENDER_TAINTS, &[]));
    }
    let mut template = Map::default();
    if !group.labels.is_empty() {
        let labels = group.labels.iter();
        let labels = labels.fold(Map::default(), |map, (key, value)| map.with(key, value.as_str()));
        template = template.with("metadata", Map::default().with("labels", labels));
    }
    let mut pool = Map::default().with("template", template.with("spec", spec));
    if let Some(nodes) = group.max_size {
        pool = pool
            .with("limits", Map::default().with("nodes", nodes))
            .because(Note::new(&note::RENDER_KARPENTER_LIMIT, &[("nodes", &nodes)]));
    }
    Map::object("karpenter.sh/v1", "NodePool", None, &group.name).with("spec", pool)
}
