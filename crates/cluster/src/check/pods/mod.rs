//! Family POD: pods, what they ask of their nodes, and the Services before them.

mod addresses;
pub(super) mod builds;
mod containers;
mod placement;
mod security_groups;
mod settings;
mod volumes;

use super::Judge;
use super::context::{Context, named};
use super::dsr::services;
use super::found::Found;
use super::rule::{self, Need};
use crate::model::{Field, Os, Workload};
use std::collections::HashSet;
use winpod::windows::{Release, base_image};

pub(super) const RULES: &[Judge] = &[
    Judge { rule: &rule::POD_001, judge: placement::no_selector },
    Judge { rule: &rule::POD_002, judge: placement::no_toleration },
    Judge { rule: &rule::POD_003, judge: placement::linux_pods },
    Judge { rule: &rule::POD_004, judge: settings::host_network },
    Judge { rule: &rule::POD_005, judge: settings::half_host_process },
    Judge { rule: &rule::POD_006, judge: settings::refused_controls },
    Judge { rule: &rule::POD_007, judge: settings::idle_controls },
    Judge { rule: &rule::POD_008, judge: settings::namespaces },
    Judge { rule: &rule::POD_009, judge: settings::features },
    Judge { rule: &rule::POD_010, judge: builds::other_build },
    Judge { rule: &rule::POD_011, judge: builds::any_build },
    Judge { rule: &rule::POD_012, judge: security_groups::not_enforced },
    Judge { rule: &rule::POD_013, judge: security_groups::unschedulable },
    Judge { rule: &rule::POD_014, judge: addresses::annotation },
    Judge { rule: &rule::POD_015, judge: addresses::counted_twice },
    Judge { rule: &rule::POD_016, judge: containers::unlimited },
    Judge { rule: &rule::POD_017, judge: services::too_many_backends },
    Judge { rule: &rule::POD_018, judge: services::session_affinity },
    Judge { rule: &rule::POD_019, judge: services::local_without_dsr },
    Judge { rule: &rule::POD_021, judge: addresses::ipv6_service },
    Judge { rule: &rule::POD_022, judge: volumes::linux_file_system },
    Judge { rule: &rule::POD_023, judge: addresses::beyond_capacity },
    Judge { rule: &rule::POD_024, judge: containers::nvidia_gpu },
];

/// A workload as messages name it.
fn called(workload: &Workload) -> String {
    format!("{} {:?}", workload.kind, workload.name)
}

/// The releases of Windows that the images of a workload are made for, each with its container; `HostProcess`
/// containers run on any.
fn releases(workload: &Workload) -> impl Iterator<Item = (&crate::model::Container, Release)> {
    let containers = workload.pod.containers.iter().filter(|container| !container.host_process);
    containers.filter_map(|container| Some((container, base_image(container.image.known()?)?)))
}

/// Workloads that are for Windows, by what they say or by their images.
fn windows_pods<'c>(context: &Context<'c>) -> impl Iterator<Item = &'c Workload> {
    context.cluster.workloads.iter().filter(|workload| match workload.os {
        Some(os) => os == Os::Windows,
        None => releases(workload).next().is_some(),
    })
}

/// Tells if a runtime class that is not among the files may change where pods of a workload go.
fn class_hidden(context: &Context<'_>, workload: &Workload, found: &mut Found) -> bool {
    // In what a server shows it has changed it already.
    let hidden = match &workload.pod.runtime_class {
        _ if workload.pod.live => false,
        Field::Known(name, _) => !context.cluster.runtime_classes.contains_key(name),
        Field::Unknown(..) => true,
        Field::Absent => false,
    };
    if hidden {
        found.lacks(Need::RuntimeClasses);
    }
    hidden
}

/// Whether the files tell all groups that Windows pods may go to; tells what they leave open.
pub(super) fn groups_told(context: &Context<'_>, found: &mut Found) -> bool {
    let cluster = context.cluster;
    if cluster.node_groups.is_empty() {
        found.lacks(Need::NodeGroups);
        return false;
    }
    if let Some((what, place)) = cluster.made_elsewhere.first() {
        found.unknown(format!("whether {what} makes Windows groups"), place);
        return false;
    }
    if let Some(open) = cluster.node_groups.iter().find(|group| group.os.known().is_none()) {
        found.unknown(format!("the system of {}", named(open)), &open.place);
        return false;
    }
    let known: HashSet<&str> = cluster.node_groups.iter().map(|group| group.name.as_str()).collect();
    let windows = cluster.nodes.iter().filter(|node| node.os == Some(Os::Windows));
    let strange =
        windows.into_iter().find(|node| !node.group.as_deref().is_some_and(|name| known.contains(name)));
    if let Some(node) = strange {
        found.unknown(format!("the group of node {:?}", node.name), &node.place);
        return false;
    }
    true
}
