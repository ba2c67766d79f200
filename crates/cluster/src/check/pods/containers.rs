//! What containers ask of a node.

use super::{called, windows_pods};
use crate::check::context::Context;
use crate::check::found::Found;
use crate::check::node_groups::nodes;
use crate::model::Field;
use crate::read::join;
use std::fmt::Display;

pub(super) fn unlimited(context: &Context<'_>, found: &mut Found) {
    for workload in windows_pods(context) {
        let containers = &workload.pod.containers;
        for container in containers {
            if let Field::Unknown(reason, place) = &container.memory_limit {
                found.unknown(format!("the resources of container {:?}: {reason}", container.name), place);
            }
        }
        found.judged();
        let without: Vec<_> = containers.iter().filter(|it| it.memory_limit.is_absent()).collect();
        let Some(first) = without.first() else { continue };
        let no_request = without.iter().all(|container| container.memory_request.is_absent());
        let form = if no_request { "neither" } else { "limit" };
        let names = join(without.iter().map(|container| format!("{:?}", container.name)));
        let values: [(&str, &dyn Display); 2] = [("workload", &called(workload)), ("containers", &names)];
        found.add_as(form, &first.place, called(workload), &values);
    }
}

pub(super) fn nvidia_gpu(context: &Context<'_>, found: &mut Found) {
    for workload in windows_pods(context) {
        found.judged();
        let Some(place) = &workload.nvidia_gpu else { continue };
        // Where its group has a processor of the kind and no driver, that group is told.
        if nodes::without_driver(context).any(|(group, _)| crate::placement::may_run(workload, group)) {
            continue;
        }
        found.add(place, called(workload), &[("workload", &called(workload))]);
    }
}
