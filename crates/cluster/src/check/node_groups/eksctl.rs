//! What eksctl refuses, drops or leaves off, and groups whose system is not the one that they speak of.

use crate::check::context::{Context, named, quoted};
use crate::check::found::Found;
use crate::check::rule::Need;
use crate::model::{Field, NodeGroup, Os, Place, Tool};
use std::collections::BTreeMap;
use winpod::ipam::{Flag, Key};

/// Labels that name the one group that a pod is for.
const NAMES_A_GROUP: [&str; 3] =
    ["eks.amazonaws.com/nodegroup", "alpha.eksctl.io/nodegroup-name", "karpenter.sh/nodepool"];
const OS_KEYS: [&str; 4] = ["kubernetes.io/os", "beta.kubernetes.io/os", "node.kubernetes.io/os", "os"];

const fn name_of(os: Os) -> &'static str {
    match os {
        Os::Windows => "Windows",
        Os::Linux => "Linux",
    }
}

/// The system that a key with a value speaks of.
fn spoken_of(key: &str, value: &str) -> Option<Os> {
    if key == "node.kubernetes.io/windows-build" {
        return Some(Os::Windows);
    }
    let value = value.to_ascii_lowercase();
    match value.as_str() {
        "windows" if OS_KEYS.contains(&key) => Some(Os::Windows),
        "linux" if OS_KEYS.contains(&key) => Some(Os::Linux),
        _ => None,
    }
}

/// Whether a taint or label of a group says that it is for Windows.
pub(super) fn says_windows(group: &NodeGroup) -> bool {
    let taints = group.taints.iter().map(|taint| (&taint.key, &taint.value));
    group.labels.iter().chain(taints).any(|(key, value)| spoken_of(key, value) == Some(Os::Windows))
}

/// The system of an image that is named by a family, a type or an alias.
fn system_of_image(ami: &str) -> Option<Os> {
    let ami = ami.to_ascii_lowercase();
    let starts = |all: &[&str]| all.iter().any(|start| ami.starts_with(start));
    if starts(&["windows"]) {
        Some(Os::Windows)
    } else if starts(&["al2", "amazonlinux", "bottlerocket", "ubuntu"]) {
        Some(Os::Linux)
    } else {
        None
    }
}

pub(super) fn wrong_system(context: &Context<'_>, found: &mut Found) {
    let mut linux_by_name = BTreeMap::new();
    for group in &context.cluster.node_groups {
        let Some(os) = group.os.known().copied() else { continue };
        found.judged();
        let ami = match group.ami.known() {
            Some(ami) => quoted(ami),
            None => "not written".to_owned(),
        };
        let place = group.ami.place().unwrap_or(&group.place);
        let mut add = |says: String, other: Os, at: Option<&Place>| {
            let values: [(&str, &dyn std::fmt::Display); 5] = [
                ("group", &named(group)),
                ("ami", &ami),
                ("os", &name_of(os)),
                ("says", &says),
                ("other", &name_of(other)),
            ];
            let added = found.add_as("group", place, named(group), &values);
            if let Some(at) = at.filter(|at| *at != place) {
                added.related(at, says.clone());
            }
        };
        let taint = group.taints.iter().find_map(|taint| {
            let other = spoken_of(&taint.key, &taint.value).filter(|other| *other != os)?;
            Some((format!("the taint {}={}", taint.key, taint.value), other, Some(&taint.place)))
        });
        let label = group.labels.iter().find_map(|(key, value)| {
            let other = spoken_of(key, value).filter(|other| *other != os)?;
            Some((format!("the label {key}={value}"), other, None))
        });
        // A pool has its system from its requirements, and its image from its class.
        let image = || {
            let other =
                group.ami.known().and_then(|ami| system_of_image(ami)).filter(|other| *other != os)?;
            Some(("its image".to_owned(), other, group.os.place()))
        };
        if let Some((says, other, at)) = taint.or(label).or_else(image) {
            add(says, other, at);
        }
        if os == Os::Linux {
            linux_by_name.insert(group.name.as_str(), group);
        }
    }
    for workload in context.windows_workloads() {
        let chosen = NAMES_A_GROUP
            .into_iter()
            .find_map(|key| linux_by_name.get(workload.node_selector.get(key)?.as_str()));
        if let Some(group) = chosen {
            let object = format!("{} {:?}", workload.kind, workload.name);
            let values: [(&str, &dyn std::fmt::Display); 3] =
                [("workload", &object), ("group", &named(group)), ("other", &name_of(Os::Windows))];
            found
                .add_as("workload", &workload.place, object.clone(), &values)
                .related(&group.place, named(group));
        }
    }
}

fn of_eksctl<'c>(context: &Context<'c>, managed: bool) -> impl Iterator<Item = &'c NodeGroup> {
    // A managed group that EKS describes too keeps what eksctl's file says, and what eksctl refuses was never made.
    let tool = if managed { Tool::EksctlManaged } else { Tool::EksctlSelfManaged };
    context.windows_groups().filter(move |group| group.tool == tool)
}

pub(super) fn kubelet_config(context: &Context<'_>, found: &mut Found) {
    for group in of_eksctl(context, false).chain(of_eksctl(context, true)) {
        found.judged();
        if let Some(place) = group.launch.kubelet_config.place() {
            found.add(place, named(group), &[("group", &named(group))]);
        }
    }
}

pub(super) fn max_pods_dropped(context: &Context<'_>, found: &mut Found) {
    // With an AMI of its own the call that says so is the group's.
    let managed = |group: &&NodeGroup| {
        group.tool == Tool::EksctlManaged || group.tool == Tool::EksManaged && !group.custom_ami
    };
    for group in context.windows_groups().filter(managed) {
        match &group.max_pods {
            Field::Known(pods, origin) => {
                found.judged();
                found.add(origin.place(), named(group), &[("group", &named(group)), ("pods", pods)]);
            }
            Field::Unknown(reason, place) => found.unknown(reason.clone(), place),
            Field::Absent => found.judged(),
        }
    }
}

pub(super) fn managed_with_own_bootstrap(context: &Context<'_>, found: &mut Found) {
    for group in of_eksctl(context, true) {
        found.judged();
        let fields = [
            ("ami", group.launch.image.place()),
            ("overrideBootstrapCommand", group.launch.bootstrap.place()),
        ];
        for (key, place) in fields {
            if let Some(place) = place {
                found.add(place, named(group), &[("group", &named(group)), ("key", &key)]);
            }
        }
    }
}

pub(super) fn no_windows_group(context: &Context<'_>, found: &mut Found) {
    let Some(config) = context.cluster.eksctl_config.place() else { return };
    let eksctl = |group: &NodeGroup| matches!(group.tool, Tool::EksctlManaged | Tool::EksctlSelfManaged);
    if context.windows_groups().any(eksctl) {
        return found.judged();
    }
    let Some((what, place)) = context.windows() else { return };
    let Some(data) = context.configmap() else { return found.lacks(Need::Configmap) };
    found.judged();
    let flag = data.get(&Key::EnableWindowsIpam);
    if Flag::read(flag.map(|(text, _)| text.as_str())) != Flag::On {
        let values: [(&str, &dyn std::fmt::Display); 1] = [("what", &what)];
        let added = found.add(config, "ClusterConfig", &values).related(place, what.clone());
        if let Some((text, at)) = flag {
            added.related(at, format!("enable-windows-ipam is {}", quoted(text)));
        }
    }
}

/// Regions in partitions of their own.
///
/// Source: EKS API reference, `Nodegroup.amiType`: the Windows types are for commercial Regions.
const OTHER_PARTITIONS: [&str; 5] = ["cn-", "us-gov-", "us-iso", "eu-iso", "eusc-"];

pub(super) fn region_without_managed_windows(context: &Context<'_>, found: &mut Found) {
    for group in of_eksctl(context, true) {
        match &context.cluster.region {
            Field::Known(region, origin) => {
                found.judged();
                if OTHER_PARTITIONS.iter().any(|start| region.starts_with(start)) {
                    let values: [(&str, &dyn std::fmt::Display); 2] =
                        [("group", &named(group)), ("region", &quoted(region))];
                    found.add(&group.place, named(group), &values).related(origin.place(), "the Region");
                }
            }
            Field::Unknown(reason, place) => found.unknown(reason.clone(), place),
            Field::Absent => found.lacks(Need::Region),
        }
    }
}
