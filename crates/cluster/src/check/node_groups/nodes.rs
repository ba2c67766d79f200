//! What the nodes of a group have: disks, taints, reserved memory, graphics processors.

use crate::check::context::{Context, named, quoted};
use crate::check::found::Found;
use crate::check::rule::Need;
use crate::check::starts::{named_template, template_of, templates};
use crate::model::{Field, InstanceTypes, NoTemplate, NodeGroup, Os, Place, Tool, UserData, Workload};
use crate::placement::{may_run, selects};
use crate::plan::candidates;
use crate::plan::density::{ASSUMED_RESERVED_MIB, Load};
use std::fmt::Display;
use winpod::instance::{self, Accelerator, Verdict};

/// What Karpenter gives the root volume of a Windows node, in GiB, and EKS too.
const USUAL_ROOT_GIB: u32 = 50;
/// The root device of the EKS images of Windows.
const ROOT_DEVICE: &str = "/dev/sda1";

pub(super) fn small_disk(context: &Context<'_>, found: &mut Found) {
    let mut volume = |field: &Field<u32>, unit: &str, object: String| match field {
        Field::Known(gib, origin) => {
            found.judged();
            if *gib < USUAL_ROOT_GIB {
                let values: [(&str, &dyn Display); 3] =
                    [("object", &object), ("gib", gib), ("usual", &USUAL_ROOT_GIB)];
                found
                    .add(origin.place(), object.clone(), &values)
                    .replace(origin.place(), format!("{USUAL_ROOT_GIB}{unit}"));
            }
        }
        Field::Unknown(reason, place) => found.unknown(reason.clone(), place),
        Field::Absent => found.judged(),
    };
    for group in context.windows_groups() {
        // Karpenter takes a quantity, all others whole GiB.
        let unit = if group.tool == Tool::Karpenter { "Gi" } else { "" };
        volume(&group.launch.root_volume_gib, unit, named(group));
    }
    for (template, _) in templates(context) {
        if let Some((_, size)) = template.volumes.iter().find(|(device, _)| device == ROOT_DEVICE) {
            volume(size, "", named_template(template));
        }
    }
    if context.windows_groups().any(|group| template_of(context, group).is_err()) {
        found.lacks(Need::LaunchTemplates);
    }
}

/// Whether a workload that names no system may be placed on a group, as far as its selector tells.
fn strays_to(workload: &Workload, group: &NodeGroup) -> bool {
    workload.os.is_none()
        && workload.os_filled_in.is_none()
        && !workload.is_daemon_set()
        && selects(workload, group) == Verdict::Yes
}

pub(super) fn no_taint(context: &Context<'_>, found: &mut Found) {
    let linux = context.linux_groups().next().is_some()
        || context.cluster.nodes.iter().any(|node| node.os == Some(Os::Linux));
    if !linux {
        return;
    }
    for group in context.windows_groups() {
        if group.taints.iter().any(|taint| taint.effect != "PreferNoSchedule") {
            found.judged();
            continue;
        }
        if context.cluster.workloads.is_empty() {
            found.lacks(Need::Workloads);
            continue;
        }
        found.judged();
        let mut strays = context.cluster.workloads.iter().filter(|workload| strays_to(workload, group));
        let Some(first) = strays.next() else { continue };
        let first_named = format!("{} {:?}", first.kind, first.name);
        let more = strays.count();
        let who = match more {
            0 => first_named.clone(),
            more => format!("{first_named} and {more} more"),
        };
        let values: [(&str, &dyn Display); 2] = [("group", &named(group)), ("who", &who)];
        found.add(&group.place, named(group), &values).related(&first.place, first_named);
    }
}

/// Whether memory of the nodes is reserved: `Err` with what hides it.
fn reserves(context: &Context<'_>, group: &NodeGroup) -> Result<bool, Hidden> {
    if !group.reserved_memory_mib.is_absent() {
        return Ok(true);
    }
    let by_calls = |data: &UserData| {
        for call in &data.calls {
            for flag in ["kube-reserved", "system-reserved"] {
                match call.kubelet_flag(flag) {
                    Some(values) if values.iter().any(|value| value.contains("memory=")) => return Ok(true),
                    Some(_) => {}
                    None => {
                        let why = "the arguments of the kubelet are an expression".to_owned();
                        return Err(Hidden::Value(why, call.place.clone()));
                    }
                }
            }
        }
        match data.hidden_call {
            Some(why) if data.calls.is_empty() => Err(Hidden::Value(why.to_owned(), data.place.clone())),
            _ => Ok(false),
        }
    };
    let template = template_of(context, group).map_err(|_| Hidden::Template)?;
    let fields = [Some(&group.launch.bootstrap), template.map(|template| &template.user_data)];
    for field in fields.into_iter().flatten() {
        match field {
            Field::Known(data, _) => {
                if by_calls(data)? {
                    return Ok(true);
                }
            }
            Field::Unknown(why, place) => return Err(Hidden::Value(why.clone(), place.clone())),
            Field::Absent => {}
        }
    }
    Ok(false)
}

enum Hidden {
    Template,
    Value(String, Place),
}

/// The type with the least memory, if all of the group are known.
fn smallest(context: &Context<'_>, group: &NodeGroup) -> Option<(String, u64)> {
    let Some(InstanceTypes::Named(names)) = group.instance_types.known() else { return None };
    let memory = |name: &String| Some((name.clone(), candidates::find(context.cluster, name)?.memory_mib?));
    let all: Option<Vec<_>> = names.iter().map(memory).collect();
    all?.into_iter().min_by_key(|(_, mib)| *mib)
}

pub(super) fn nothing_reserved(context: &Context<'_>, found: &mut Found) {
    // Karpenter has a field for it and a rule of its own.
    for group in context.windows_groups().filter(|group| group.tool != Tool::Karpenter) {
        if context.cluster.workloads.is_empty() {
            found.lacks(Need::Workloads);
            continue;
        }
        match reserves(context, group) {
            Ok(true) => {
                found.judged();
                continue;
            }
            Ok(false) => {}
            Err(Hidden::Template) => {
                found.lacks(Need::LaunchTemplates);
                continue;
            }
            Err(Hidden::Value(why, place)) => {
                found.unknown(why, &place);
                continue;
            }
        }
        let Some((name, memory_mib)) = smallest(context, group) else {
            found.lacks(Need::InstanceTypes);
            continue;
        };
        found.judged();
        let load = Load::on(group, &context.cluster.workloads);
        let requested_mib = load.memory.saturating_add(load.daemon_set_memory) >> 20;
        if requested_mib.saturating_add(ASSUMED_RESERVED_MIB) > memory_mib {
            let values: [(&str, &dyn Display); 5] = [
                ("group", &named(group)),
                ("type", &name),
                ("memory", &memory_mib),
                ("requested", &requested_mib),
                ("reserve", &ASSUMED_RESERVED_MIB),
            ];
            found.add(&group.place, named(group), &values);
        }
    }
}

/// The type with a graphics processor that a group names.
fn gpu_type(group: &NodeGroup) -> Option<&String> {
    let Some(InstanceTypes::Named(names)) = group.instance_types.known() else { return None };
    let has = |name: &&String| {
        instance::find(name).is_some_and(|row| row.accelerators().contains(&Accelerator::Gpu))
    };
    names.iter().find(has)
}

/// Whether a group starts from an AMI of its own, where the drivers may be: `Err` if its template is not at hand.
fn own_image(context: &Context<'_>, group: &NodeGroup) -> Result<bool, NoTemplate> {
    let template = template_of(context, group)?;
    let of_template = template.is_some_and(|template| !template.image.is_absent());
    Ok(of_template || group.custom_ami || !group.launch.image.is_absent())
}

/// Windows groups with a graphics processor on an EKS image, which has no driver for it, and their types.
pub(in crate::check) fn without_driver<'c>(
    context: &Context<'c>,
) -> impl Iterator<Item = (&'c NodeGroup, &'c String)> {
    context
        .windows_groups()
        .filter(|group| own_image(context, group) == Ok(false))
        .filter_map(|group| Some((group, gpu_type(group)?)))
}

pub(super) fn gpu_without_driver(context: &Context<'_>, found: &mut Found) {
    for group in context.windows_groups().filter(|group| gpu_type(group).is_some()) {
        if own_image(context, group).is_err() {
            found.lacks(Need::LaunchTemplates);
        }
    }
    for (group, gpu) in without_driver(context) {
        if context.cluster.workloads.is_empty() {
            found.lacks(Need::Workloads);
            continue;
        }
        found.judged();
        for workload in &context.cluster.workloads {
            let Some(place) = workload.nvidia_gpu.as_ref().filter(|_| may_run(workload, group)) else {
                continue;
            };
            let object = format!("{} {:?}", workload.kind, workload.name);
            let ami = group.ami.known().map_or_else(String::new, |ami| format!(" ({})", quoted(ami)));
            let values: [(&str, &dyn Display); 4] =
                [("workload", &object), ("group", &named(group)), ("type", gpu), ("ami", &ami)];
            found.add(place, object.clone(), &values).related(&group.place, named(group));
        }
    }
}
