//! Family POD: pods, what they ask of their nodes, and the Services before them.

mod addresses;
pub(super) mod builds;
mod containers;
mod placement;
mod security_groups;
mod settings;
mod volumes;

use super::Judge;
use super::context::Context;
use super::dsr::services;
use super::found::Found;
use super::rule::{self, Need};
use crate::model::{Field, Os, Workload};
use winpod::windows::{Release, base_image};

pub(super) use placement::may_go;

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
