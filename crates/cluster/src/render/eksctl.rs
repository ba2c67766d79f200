//! A `ClusterConfig` of eksctl: a whole cluster, or node groups for one that is there.

use super::Artefact;
use super::bootstrap::{Caller, Start};
use super::images;
use super::wanted::{Group, Wanted, missing};
use super::yaml::{self, Map, Value};
use crate::note::{Note, text as note};
use crate::request::Refusal;
use std::fmt::Display;
use winpod::ipam::IpamMode;

/// Linux nodes for `CoreDNS` and what else runs on Linux alone; two, so that one may fail.
const LINUX_NODES: u32 = 2;

pub(super) fn render(wanted: &mut Wanted) -> Result<Artefact, Refusal> {
    if wanted.groups.is_empty() {
        wanted.one_group()?;
    }
    wanted.keep(false);
    let name = wanted.cluster_name()?.to_owned();
    let Some(region) = wanted.region.clone() else { return Err(missing("the Region", "region")) };
    let whole = is_whole(wanted);
    let mut notes = Vec::new();
    let (mut managed, mut own) = (Vec::new(), Vec::new());
    if whole {
        managed.push(Value::Map(linux()));
    }
    for group in &wanted.groups {
        notes.extend(images::offered(wanted, group)?);
        let (map, told) = if group.managed { of_managed(wanted, group)? } else { of_own(wanted, group)? };
        notes.extend(told);
        if group.managed { &mut managed } else { &mut own }.push(Value::Map(map));
    }
    if wanted.mode == IpamMode::PrefixDelegation {
        notes.push(Note::new(&note::RENDER_EKSCTL_PREFIXES, &[]));
    }
    if !whole {
        notes.push(Note::new(&note::RENDER_EKSCTL_GROUPS_ONLY, &[]));
    }
    wanted.notes.extend(notes);
    let version = wanted.kubernetes.map(|version| version.to_string());
    let metadata = Map::default().with("name", name).with("region", region).with_some("version", version);
    let mut config = Map::default()
        .with("apiVersion", "eksctl.io/v1alpha5")
        .with("kind", "ClusterConfig")
        .with("metadata", metadata);
    if let Some(block) = wanted.service_cidr.filter(|_| whole) {
        config = config
            .with("kubernetesNetworkConfig", Map::default().with("serviceIPv4CIDR", block.to_string()))
            .because(Note::new(&note::RENDER_EKSCTL_SERVICES, &[]));
    }
    for (key, groups) in [("managedNodeGroups", managed), ("nodeGroups", own)] {
        if !groups.is_empty() {
            config = config.with(key, Value::List(groups));
        }
    }
    Ok(Artefact::new("cluster.yaml", "yaml", None, yaml::documents(&[config])))
}

/// Whether nothing is known of a cluster that is there: no files, and no subnets of one.
fn is_whole(wanted: &Wanted) -> bool {
    wanted.from_flags && wanted.groups.iter().all(|group| group.subnets.is_empty())
}

fn linux() -> Map {
    Map::default()
        .with("name", "linux")
        .because(Note::new(&note::RENDER_LINUX_GROUP, &[]))
        .with("amiFamily", "AmazonLinux2023")
        .with("minSize", LINUX_NODES)
        .chosen(Note::new(&note::RENDER_LINUX_GROUP, &[]))
        .with("desiredCapacity", LINUX_NODES)
}

/// What both lists have, before their types.
fn head(group: &Group) -> Map {
    let mut map = Map::default().with("name", group.name.as_str());
    if let Some(image) = group.image() {
        let values: [(&str, &dyn Display); 2] =
            [("release", &group.release.name()), ("edition", &group.edition.name())];
        map = map
            .with("amiFamily", image.eksctl_family)
            .because(Note::new(&note::RENDER_EKSCTL_FAMILY, &values));
    }
    map
}

/// What both lists have, behind their types.
fn rest(mut map: Map, group: &Group) -> Map {
    map = map
        .with_some("minSize", group.min_size)
        .with_some("desiredCapacity", group.desired_size)
        .with_some("maxSize", group.max_size);
    if !group.subnets.is_empty() {
        map = map.with("subnets", group.subnets.clone());
    }
    if !group.labels.is_empty() {
        let labels = group.labels.iter();
        let labels = labels.fold(Map::default(), |map, (key, value)| map.with(key, value.as_str()));
        map = map.with("labels", labels);
    }
    if !group.taints.is_empty() {
        let taints = group.taints.iter().map(|taint| {
            let value = Some(taint.value.as_str()).filter(|value| !value.is_empty());
            let map = Map::default().with("key", taint.key.as_str()).with_some("value", value);
            Value::Map(map.with("effect", taint.effect))
        });
        map = map.with("taints", Value::List(taints.collect())).because(Note::new(&note::RENDER_TAINTS, &[]));
    }
    if let Some(role) = group.role_arn() {
        map = map.with("iam", Map::default().with("instanceRoleARN", role));
    }
    map
}

fn of_managed(wanted: &Wanted, group: &Group) -> Result<(Map, Vec<Note>), Refusal> {
    if group.ami.is_some() {
        let message = format!(
            "{} is a managed Windows group with an AMI of its own, which eksctl refuses: set tool self-managed, or render launch-template",
            group.name
        );
        return Err(Refusal::new("REQUEST", message));
    }
    let mut map = head(group);
    if !group.instance_types.is_empty() {
        map = map.with("instanceTypes", group.instance_types.clone());
    }
    let mut notes = Vec::new();
    if let Some(pods) = group.max_pods {
        let values: [(&str, &dyn Display); 2] = [("group", &group.name), ("pods", &pods)];
        notes.push(Note::new(&note::RENDER_EKSCTL_MAX_PODS, &values));
    }
    let start = Start::of(wanted, group, Caller::EksctlManaged)?;
    Ok((before(rest(map, group), start, &mut notes), notes))
}

fn of_own(wanted: &Wanted, group: &Group) -> Result<(Map, Vec<Note>), Refusal> {
    let mut map = head(group).with_some("ami", group.ami.as_deref());
    match group.instance_types.as_slice() {
        [] => {}
        [one] => map = map.with("instanceType", one.as_str()),
        several => {
            let types = Map::default().with("instanceTypes", several.to_vec());
            map = map.with("instancesDistribution", types);
        }
    }
    if let Some(pods) = group.max_pods {
        let text = if group.max_pods_fit { &note::RENDER_MAX_PODS_FIT } else { &note::RENDER_MAX_PODS };
        map = map.with("maxPodsPerNode", pods).because(Note::new(text, &[("pods", &pods)]));
    }
    map = rest(map, group);
    let mut notes = Vec::new();
    // eksctl's own call knows nothing of kube-proxy; with an AMI it makes none.
    if group.ami.is_some() || wanted.dsr && !wanted.documented_style {
        let start = Start::of(wanted, group, Caller::Eksctl)?;
        notes.extend(start.notes);
        map = map
            .with("overrideBootstrapCommand", Value::Block(start.text))
            .because(Note::new(&note::RENDER_EKSCTL_CALL, &[]));
        return Ok((map, notes));
    }
    let start = Start::of(wanted, group, Caller::EksctlOwn)?;
    Ok((before(map, start, &mut notes), notes))
}

/// The commands before the call, in one piece; none if there is nothing to do.
fn before(map: Map, start: Start, notes: &mut Vec<Note>) -> Map {
    notes.extend(start.notes);
    if start.text.text.is_empty() {
        return map;
    }
    map.with("preBootstrapCommands", Value::List(vec![Value::Block(start.text)]))
        .because(Note::new(&note::RENDER_EKSCTL_BEFORE, &[]))
}
