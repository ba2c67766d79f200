//! Whether policies do what they say: which Windows workloads they protect, and which they only seem to.

use super::engine::{OnWindows, on_windows, vpc_cni};
use super::selecting::{Policy, Selecting, called_calico, selected, selecting, within_reach};
use crate::check::context::Context;
use crate::check::dsr::ports;
use crate::check::found::Found;
use crate::check::rule::Need;
use crate::cni::called;
use crate::model::{CalicoFeature, Cluster, Os, Service, Workload};
use std::collections::BTreeSet;
use std::fmt::Display;
use winpod::dsr::Verdict;

pub(super) fn not_enforced(context: &Context<'_>, found: &mut Found) {
    let Some(selecting) = selecting(context, found) else { return };
    if selecting.is_empty() {
        return found.judged();
    }
    let Some(engine) = on_windows(context, found) else { return };
    for it in &selecting {
        found.judged();
        if let OnWindows::Nothing(nothing) = engine
            && it.policy.restricts()
        {
            let workloads = called(it.workloads.iter().copied());
            let values: [(&str, &dyn Display); 2] =
                [("policy", &it.policy.named()), ("workloads", &workloads)];
            // To the VPC CNI the policies of Calico are nothing, on Linux nodes neither.
            let form = match (it.policy, nothing.form) {
                (Policy::Calico(_), "vpc-cni") => "calico-alone",
                (_, form) => form,
            };
            found
                .add_as(form, it.policy.place(), it.policy.named(), &values)
                .related(nothing.place, format!("what enforces policies: {}", nothing.engine));
        }
    }
}

pub(super) fn half_closed(context: &Context<'_>, found: &mut Found) {
    let Some(selecting) = selecting(context, found) else { return };
    let mut engine = None;
    for (it, namespace) in closing(&selecting, context.cluster) {
        let others = context.cluster.workloads.iter().filter(|other| {
            other.namespace() == namespace && other.os != Some(Os::Windows) && !other.host_network
        });
        let others: Vec<&Workload> = others.collect();
        if others.is_empty() {
            continue;
        }
        let Some(known) = engine.or_else(|| on_windows(context, found)) else { return };
        engine = Some(known);
        found.judged();
        // Where nothing enforces the policy at all, the namespace is open as a whole.
        let OnWindows::Nothing(nothing) = known else { continue };
        if nothing.form == "none" || nothing.form == "vpc-cni" && matches!(it.policy, Policy::Calico(_)) {
            continue;
        }
        let here = it.workloads.iter().copied().filter(|workload| workload.namespace() == namespace);
        let (workloads, others) = (called(here), called(others.into_iter()));
        let values: [(&str, &dyn Display); 4] = [
            ("policy", &it.policy.named()),
            ("namespace", &namespace),
            ("workloads", &workloads),
            ("others", &others),
        ];
        found
            .add(it.policy.place(), it.policy.named(), &values)
            .related(nothing.place, format!("what enforces policies: {}", nothing.engine));
    }
    if found.judged == 0 && engine.is_none() && found.lacks.is_empty() {
        found.judged();
    }
}

/// Policies that close a namespace of Windows workloads, with that namespace.
fn closing<'s, 'c>(selecting: &'s [Selecting<'c>], cluster: &Cluster) -> Vec<(&'s Selecting<'c>, &'c str)> {
    let mut closing = Vec::new();
    for it in selecting {
        let namespaces: BTreeSet<&str> = it.workloads.iter().map(|workload| workload.namespace()).collect();
        let closed = |namespace: &&str| {
            it.policy.closes(namespace, cluster).is_some_and(|closes| closes != (false, false))
        };
        closing.extend(namespaces.into_iter().filter(closed).map(|namespace| (it, namespace)));
    }
    closing
}

pub(super) fn two_engines(context: &Context<'_>, found: &mut Found) {
    let cluster = context.cluster;
    let asked = cluster.calico_installation();
    let asked = asked.map(|it| (format!("the Installation {:?}", it.name), &it.place));
    let runs = || {
        let set =
            cluster.workloads.iter().find(|it| it.is_daemon_set() && it.name.ends_with("/calico-node"))?;
        Some((format!("the DaemonSet {:?}", set.name), &set.place))
    };
    let Some((calico, at)) = asked.or_else(runs) else { return };
    let Some((on, place)) = vpc_cni(cluster) else {
        // Calico's own network takes the place of the VPC CNI.
        let replaced = cluster.calico_installation().and_then(|it| it.cni_in_effect()) == Some("Calico");
        if !replaced {
            found.lacks(Need::VpcCniPolicy);
        }
        return;
    };
    found.judged();
    if on {
        found.add(place, "VPC CNI", &[("calico", &calico)]).related(at, calico);
    }
}

pub(super) fn linux_features(context: &Context<'_>, found: &mut Found) {
    let cluster = context.cluster;
    let mut policies =
        cluster.calico_objects.policies.iter().filter(|policy| !policy.features.is_empty()).peekable();
    if policies.peek().is_none() {
        if !cluster.calico_objects.policies.is_empty() && context.windows().is_some() {
            found.judged();
        }
        return;
    }
    let workloads: Vec<&Workload> = within_reach(context).collect();
    if workloads.is_empty() {
        if context.windows().is_some() {
            found.lacks(Need::Workloads);
        }
        return;
    }
    for policy in policies {
        let object = called_calico(policy);
        let selected = match selected(policy, &workloads, cluster) {
            Ok(selected) => selected,
            Err(why) => {
                found.unknown(format!("{object}: {why}"), &policy.place);
                continue;
            }
        };
        found.judged();
        if selected.is_empty() {
            continue;
        }
        for (feature, place) in &policy.features {
            let (form, field) = match feature {
                CalicoFeature::Log => ("log", "action"),
                CalicoFeature::Http => ("http", "http"),
                CalicoFeature::HostEndpoints(field) => ("host-endpoints", *field),
            };
            let selected = called(selected.iter().copied());
            let values: [(&str, &dyn Display); 3] =
                [("policy", &object), ("workloads", &selected), ("field", &field)];
            found.add_as(form, place, object.clone(), &values);
        }
    }
}

/// NP-005, with what DSR-027 adds to it.
pub(in crate::check) fn rewritten_sources(context: &Context<'_>, found: &mut Found) {
    let Some(selecting) = selecting(context, found) else { return };
    let by_labels = || selecting.iter().filter(|it| it.policy.peer_by_labels().is_some());
    if by_labels().next().is_none() {
        return found.judged();
    }
    match on_windows(context, found) {
        Some(OnWindows::Calico(_)) => {}
        // That nothing is enforced is told elsewhere.
        Some(OnWindows::Nothing(_)) | None => return,
    }
    if context.cluster.services.is_empty() {
        return found.lacks(Need::Services);
    }
    let all = ports::all(context);
    if all.is_empty() {
        return found.lacks(Need::KubeProxy);
    }
    let off = all.iter().find(|proxy| matches!(proxy.verdict, Verdict::Off | Verdict::Unsupported));
    if off.is_none() && all.iter().any(|proxy| proxy.verdict != Verdict::On) {
        return found.lacks(Need::KubeProxy);
    }
    for it in by_labels() {
        let behind = context.cluster.services.iter().find_map(|service| {
            let workload = it.workloads.iter().find(|workload| is_behind(workload, service))?;
            Some((service, *workload))
        });
        found.judged();
        let (Some(proxy), Some((service, workload))) = (off, behind) else { continue };
        let form = if proxy.verdict == Verdict::Off { "off" } else { "unsupported" };
        let service_name = format!("{}/{}", service.namespace, service.name);
        let values: [(&str, &dyn Display); 5] = [
            ("policy", &it.policy.named()),
            ("workload", &called(std::iter::once(workload))),
            ("service", &service_name),
            ("object", &proxy.object),
            ("arguments", &proxy.shown()),
        ];
        let place = it.policy.peer_by_labels().unwrap_or(it.policy.place());
        found
            .add_as(form, place, it.policy.named(), &values)
            .related(&proxy.place, proxy.object.clone())
            .related(&service.place, format!("Service {service_name:?}"));
    }
}

fn is_behind(workload: &Workload, service: &Service) -> bool {
    workload.namespace() == &*service.namespace
        && !service.selector.is_empty()
        && service.selector.iter().all(|(key, value)| workload.pod_labels.get(key) == Some(value))
}
