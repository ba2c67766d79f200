//! Addresses of pods: who asks for them, how many there are, and of which family.

use super::{called, windows_pods};
use crate::check::context::{Context, named};
use crate::check::found::Found;
use crate::check::ipam::capacity::{active, exceeds};
use crate::check::planned::{groups_known, types_known};
use crate::check::rule::Need;
use crate::model::{Container, Field, Place};
use std::fmt::Display;

pub(super) fn annotation(context: &Context<'_>, found: &mut Found) {
    // What a server shows has the annotation from the controller itself.
    for workload in context.cluster.workloads.iter().filter(|workload| !workload.pod.live) {
        found.judged();
        for (annotation, place) in &workload.pod.annotations {
            let values: [(&str, &dyn Display); 2] =
                [("workload", &called(workload)), ("annotation", annotation)];
            found.add(place, called(workload), &values);
        }
    }
}

pub(super) fn counted_twice(context: &Context<'_>, found: &mut Found) {
    for workload in windows_pods(context) {
        let mut asking: Vec<(&Container, &str, &Place)> = Vec::new();
        for container in &workload.pod.containers {
            match &container.addresses {
                Field::Known(amount, origin) => asking.push((container, amount, origin.place())),
                Field::Unknown(reason, place) => found.unknown(reason.clone(), place),
                Field::Absent => {}
            }
        }
        found.judged();
        let (form, one) = match asking.as_slice() {
            [] => continue,
            [only] if only.1 == "1" => continue,
            [only] => ("amount", only),
            [_, second, ..] => ("several", second),
        };
        let values: [(&str, &dyn Display); 4] = [
            ("workload", &called(workload)),
            ("container", &format!("{:?}", one.0.name)),
            ("amount", &one.1),
            ("count", &asking.len()),
        ];
        found.add_as(form, one.2, called(workload), &values);
    }
}

pub(super) fn ipv6_service(context: &Context<'_>, found: &mut Found) {
    for service in &context.cluster.services {
        let Some((asks, place)) = &service.ipv6 else {
            found.judged();
            continue;
        };
        if service.selector.is_empty() {
            continue;
        }
        if context.cluster.workloads.is_empty() {
            found.lacks(Need::Workloads);
            continue;
        }
        found.judged();
        let behind = windows_pods(context)
            .filter(|workload| workload.namespace() == &*service.namespace)
            .find(|workload| {
                service.selector.iter().all(|(key, value)| workload.pod_labels.get(key) == Some(value))
            });
        let Some(workload) = behind else { continue };
        let object = format!("Service {:?}", format!("{}/{}", service.namespace, service.name));
        let values: [(&str, &dyn Display); 3] =
            [("service", &object), ("asks", asks), ("workload", &called(workload))];
        found.add(place, object.clone(), &values).related(&workload.place, called(workload));
    }
}

pub(super) fn beyond_capacity(context: &Context<'_>, found: &mut Found) {
    let groups = &context.planned().groups;
    if groups.is_empty() {
        return groups_known(context, found);
    }
    if context.cluster.workloads.is_empty() {
        return found.lacks(Need::Workloads);
    }
    let Some(settings) = active(context, found) else { return };
    let before = (found.lacks.len(), found.unknown.len());
    groups_known(context, found);
    // What a group has at the most, and what its DaemonSets leave of it.
    let mut room: u64 = 0;
    let mut nodes: u64 = 0;
    for planned in groups {
        // One group that is too small for its own pods has a rule of its own.
        if exceeds(planned, &settings).is_some() {
            return found.judged();
        }
        if !types_known(planned, found) {
            return;
        }
        let most = planned.asks.rows.iter().map(|row| row.ipv4).max().unwrap_or(0);
        let Some(size) = planned.asks.max_size else {
            found.unknown(format!("how large {} may grow", named(planned.group())), &planned.group().place);
            return;
        };
        let beside = most.saturating_sub(planned.pods.daemon_sets);
        room = room.saturating_add(u64::from(size) * u64::from(beside));
        nodes = nodes.saturating_add(size.into());
    }
    if (found.lacks.len(), found.unknown.len()) != before {
        return;
    }
    // Nodes of groups that are not among the files have addresses too.
    let known = |name: &str| groups.iter().any(|planned| planned.group().name == name);
    let windows = context.cluster.nodes.iter().filter(|node| node.os == Some(crate::model::Os::Windows));
    if let Some(node) = windows.into_iter().find(|node| !node.group.as_deref().is_some_and(known)) {
        return found.unknown(format!("the group of node {:?}", node.name), &node.place);
    }
    found.judged();
    let mut pods: u64 = 0;
    let mut largest: Option<(&crate::model::Workload, u32)> = None;
    let served = windows_pods(context)
        .filter(|workload| workload.selects_windows && !workload.host_network && !workload.is_daemon_set())
        .filter(|workload| groups.iter().any(|planned| crate::placement::may_run(workload, planned.group())));
    for workload in served {
        let count = workload.replicas.known().copied().unwrap_or(0);
        pods = pods.saturating_add(count.into());
        if largest.is_none_or(|(_, most)| count > most) {
            largest = Some((workload, count));
        }
    }
    if let Some((workload, _)) = largest.filter(|_| pods > room) {
        let values: [(&str, &dyn Display); 3] = [("pods", &pods), ("nodes", &nodes), ("room", &room)];
        let mut added = found.add(&workload.place, called(workload), &values);
        for planned in groups {
            added = added.related(planned.size_place(), named(planned.group()));
        }
    }
}
