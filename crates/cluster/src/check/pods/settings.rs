//! What only Linux has, and what Windows has in its place.

use super::{called, windows_pods};
use crate::check::context::Context;
use crate::check::found::Found;
use crate::model::{Field, LinuxKind, LinuxSetting, Workload};
use crate::read::join;
use std::fmt::Display;

pub(super) fn host_network(context: &Context<'_>, found: &mut Found) {
    for workload in windows_pods(context) {
        found.judged();
        if workload.host_network && !workload.pod.host_process() {
            found.add(&workload.place, called(workload), &[("workload", &called(workload))]);
        }
    }
}

pub(super) fn half_host_process(context: &Context<'_>, found: &mut Found) {
    for workload in context.cluster.workloads.iter().filter(|workload| workload.pod.host_process()) {
        found.judged();
        let containers = &workload.pod.containers;
        let host = containers.iter().find(|container| container.host_process);
        let ordinary = containers.iter().find(|container| !container.host_process);
        let Some(host) = host else { continue };
        if let Some(ordinary) = ordinary {
            let values: [(&str, &dyn Display); 3] = [
                ("workload", &called(workload)),
                ("host", &format!("{:?}", host.name)),
                ("ordinary", &format!("{:?}", ordinary.name)),
            ];
            found
                .add_as("mixed", &ordinary.place, called(workload), &values)
                .related(&host.place, "the HostProcess container");
        }
        if !workload.host_network {
            let values: [(&str, &dyn Display); 1] = [("workload", &called(workload))];
            found.add_as("network", &host.place, called(workload), &values);
        }
    }
}

/// Settings of a kind; those that the files hide are told.
fn settings<'w>(workload: &'w Workload, kind: LinuxKind, found: &mut Found) -> Vec<&'w LinuxSetting> {
    let of_kind = workload.pod.linux.iter().filter(|setting| setting.kind == kind);
    let mut known = Vec::new();
    for setting in of_kind {
        match &setting.value {
            Field::Unknown(reason, place) => found.unknown(format!("{}: {reason}", setting.path), place),
            _ => known.push(setting),
        }
    }
    known
}

/// Settings in words, and the first of them.
fn shown<'s>(settings: &[&'s LinuxSetting]) -> Option<(String, &'s LinuxSetting)> {
    let of = |setting: &&LinuxSetting| match setting.value.known() {
        Some(value) if !value.is_empty() => format!("{}: {value}", setting.path),
        _ => setting.path.clone(),
    };
    Some((join(settings.iter().map(of)), settings.first()?))
}

/// Whether the API server is told that the pod is for Windows, and so looks at its fields.
fn says_windows(workload: &Workload) -> bool {
    workload.pod.os_name.known().is_some_and(|name| name == "windows")
}

fn tell(workload: &Workload, settings: &[&LinuxSetting], found: &mut Found) {
    found.judged();
    if let Some((fields, first)) = shown(settings) {
        let values: [(&str, &dyn Display); 2] = [("workload", &called(workload)), ("fields", &fields)];
        found.add(&first.place, called(workload), &values);
    }
}

pub(super) fn refused_controls(context: &Context<'_>, found: &mut Found) {
    for workload in windows_pods(context).filter(|workload| says_windows(workload)) {
        let controls = settings(workload, LinuxKind::Control, found);
        tell(workload, &controls, found);
    }
}

pub(super) fn idle_controls(context: &Context<'_>, found: &mut Found) {
    for workload in windows_pods(context).filter(|workload| !says_windows(workload)) {
        if let Field::Unknown(reason, place) = &workload.pod.os_name {
            found.unknown(format!("spec.os.name: {reason}"), place);
            continue;
        }
        let mut controls = settings(workload, LinuxKind::Control, found);
        controls.retain(|setting| !setting.idle);
        tell(workload, &controls, found);
    }
}

pub(super) fn namespaces(context: &Context<'_>, found: &mut Found) {
    for workload in windows_pods(context) {
        let mut shared = settings(workload, LinuxKind::Namespace, found);
        shared.retain(|setting| !setting.idle);
        tell(workload, &shared, found);
    }
}

pub(super) fn features(context: &Context<'_>, found: &mut Found) {
    for workload in windows_pods(context) {
        let features = settings(workload, LinuxKind::Feature, found);
        tell(workload, &features, found);
    }
}
