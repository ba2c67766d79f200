//! What nodes have to be for Calico.

use super::{named, with_hns};
use crate::check::context::{self, Context};
use crate::check::found::Found;
use crate::check::rule::Need;
use crate::cni::{FIRST_KUBERNETES, release};
use crate::model::{Field, NodeGroup, Os, Place};
use std::fmt::Display;
use winpod::KubernetesVersion;
use winpod::instance::Verdict as Answer;
use winpod::windows::{Build, Effect, Release};

/// The first containerd with HostProcess containers, as Calico asks for it.
const FIRST_CONTAINERD: (u32, u32) = (1, 6);
/// The nodes that three copies of Typha want.
const TYPHA_NODES: u32 = 3;

pub(super) fn server_2025(context: &Context<'_>, found: &mut Found) {
    let Some(installation) = with_hns(context, found) else { return };
    let mut tell = |object: String, place: &Place| {
        found
            .add(place, object.clone(), &[("object", &object)])
            .related(&installation.place, named(installation));
    };
    let mut judged = 0;
    for group in context.windows_groups() {
        let Some(release) = release(group) else { continue };
        judged += 1;
        if release == Release::Server2025 {
            tell(context::named(group), &group.place);
        }
    }
    let nodes = context.cluster.nodes.iter().filter(|node| node.os == Some(Os::Windows));
    for node in nodes {
        let Some(build) = node.kernel.as_deref().and_then(|text| text.parse::<Build>().ok()) else {
            continue;
        };
        judged += 1;
        let told = context.windows_groups().any(|group| Some(&group.name) == node.group.as_ref());
        if Release::of_build(build.number) == Ok(Release::Server2025) && !told {
            tell(format!("node {:?}", node.name), &node.place);
        }
    }
    (0..judged).for_each(|_| found.judged());
    if judged == 0 && context.windows().is_some() {
        found.lacks(Need::Nodes);
    }
}

pub(super) fn broken_build(context: &Context<'_>, found: &mut Found) {
    let of_nodes = context.cluster.nodes.iter().filter(|node| node.os == Some(Os::Windows));
    let of_nodes = of_nodes.filter_map(|node| {
        let build = node.kernel.as_deref()?.parse::<Build>().ok()?;
        Some((format!("node {:?}", node.name), build, &node.place))
    });
    let of_texts = context.cluster.system_builds.iter();
    let of_texts = of_texts.map(|it| ("a Windows node".to_owned(), it.build, &it.place));
    for (object, build, place) in of_nodes.chain(of_texts) {
        let (broken, fixed) = (build.has(Effect::NetworkingBroken), build.has(Effect::NetworkingFixed));
        if broken == Answer::Unknown || fixed == Answer::Unknown {
            found.unknown(format!("the revision of the build of {object}"), place);
            continue;
        }
        found.judged();
        if broken == Answer::Yes && fixed == Answer::No {
            let values: [(&str, &dyn Display); 2] = [("object", &object), ("build", &build)];
            found.add(place, object.clone(), &values);
        }
    }
}

pub(super) fn too_old(context: &Context<'_>, found: &mut Found) {
    if with_hns(context, found).is_none() {
        return;
    }
    let mut judged = false;
    if let Some((version, place)) = context.version() {
        judged = true;
        found.judged();
        if version < FIRST_KUBERNETES {
            let values: [(&str, &dyn Display); 3] =
                [("object", &"the cluster"), ("version", &version), ("first", &FIRST_KUBERNETES)];
            found.add_as("kubernetes", place, "cluster", &values);
        }
    }
    for node in context.cluster.nodes.iter().filter(|node| node.os == Some(Os::Windows)) {
        let object = format!("node {:?}", node.name);
        if let Some(version) = node.runtime.as_deref().and_then(containerd) {
            judged = true;
            found.judged();
            if version < FIRST_CONTAINERD {
                let runtime = node.runtime.as_deref().unwrap_or_default();
                let values: [(&str, &dyn Display); 2] = [("object", &object), ("runtime", &runtime)];
                found.add_as("containerd", &node.place, object.clone(), &values);
            }
        }
        // The version of the cluster, where it is known, has been judged.
        let kubelet = node.kubelet.as_deref().filter(|_| context.version().is_none());
        if let Some(version) = kubelet.and_then(|text| text.parse::<KubernetesVersion>().ok()) {
            judged = true;
            found.judged();
            if version < FIRST_KUBERNETES {
                let values: [(&str, &dyn Display); 3] =
                    [("object", &object), ("version", &version), ("first", &FIRST_KUBERNETES)];
                found.add_as("kubernetes", &node.place, object.clone(), &values);
            }
        }
    }
    if !judged {
        found.lacks(Need::Nodes);
    }
}

/// The major and minor number of `containerd://1.7.27`.
fn containerd(runtime: &str) -> Option<(u32, u32)> {
    let mut numbers = runtime.strip_prefix("containerd://")?.split(['.', '-', '+']);
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

pub(super) fn few_linux_nodes(context: &Context<'_>, found: &mut Found) {
    let Some(installation) = with_hns(context, found) else { return };
    let listed = context.cluster.nodes.iter().filter(|node| node.os == Some(Os::Linux)).count();
    // A listing without any is one of Windows nodes.
    let count = if listed == 0 {
        let mut groups = context.linux_groups().peekable();
        if groups.peek().is_none() {
            return found.lacks(Need::Nodes);
        }
        let Some(count) = groups.map(nodes_now).sum::<Option<u32>>() else { return found.lacks(Need::Nodes) };
        count
    } else {
        u32::try_from(listed).unwrap_or(u32::MAX)
    };
    found.judged();
    if count < TYPHA_NODES {
        let values: [(&str, &dyn Display); 2] = [("count", &count), ("wanted", &TYPHA_NODES)];
        found.add(&installation.place, named(installation), &values);
    }
}

/// The nodes that a group has, or starts with.
fn nodes_now(group: &NodeGroup) -> Option<u32> {
    match (&group.desired_size, &group.min_size) {
        (Field::Known(nodes, _), _) | (Field::Absent, Field::Known(nodes, _)) => Some(*nodes),
        _ => None,
    }
}

pub(super) fn cannot_read(context: &Context<'_>, found: &mut Found) {
    let Some(installation) = with_hns(context, found) else { return };
    let access = &context.cluster.node_access;
    let mut missing = Vec::new();
    for resource in ["namespaces", "secrets"] {
        match access.can_get(resource, "calico-system") {
            None => return found.lacks(Need::Rbac),
            Some(true) => {}
            Some(false) => missing.push(resource),
        }
    }
    found.judged();
    if !missing.is_empty() {
        let values: [(&str, &dyn Display); 1] = [("missing", &missing.join(" and "))];
        found.add(&installation.place, named(installation), &values);
    }
}
