//! Whether policies do what they say: which Windows workloads they protect, and which they only seem to.

use super::engine::{OnWindows, known_on_windows, on_windows, vpc_cni};
use crate::check::calico::selector;
use crate::check::context::Context;
use crate::check::dsr::ports;
use crate::check::found::Found;
use crate::check::rule::Need;
use crate::cni::{Policies, called};
use crate::model::{CalicoFeature, CalicoPolicy, Field, NetworkPolicy, Os, Service, Workload};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use winpod::dsr::Verdict;

fn named(policy: &NetworkPolicy) -> String {
    format!("NetworkPolicy {:?}", format!("{}/{}", policy.namespace, policy.name))
}

/// Windows workloads that policies are about: those on the node's own network are out of reach of any.
pub(in crate::check) fn within_reach<'c>(context: &Context<'c>) -> impl Iterator<Item = &'c Workload> {
    context.windows_workloads().filter(|workload| !workload.host_network)
}

/// The policies that select Windows workloads; tells what hides them.
fn policies<'c>(context: &Context<'c>, found: &mut Found) -> Option<Policies<'c>> {
    let policies = Policies::of(context.cluster);
    let namespaces: BTreeSet<&str> = within_reach(context).map(Workload::namespace).collect();
    for policy in &context.cluster.network_policies {
        if let Field::Unknown(reason, place) = &policy.pods
            && namespaces.contains(policy.namespace.as_str())
        {
            found.unknown(format!("{}: podSelector: {reason}", named(policy)), place);
        }
    }
    match &policies {
        Policies::None => return None,
        Policies::Open => {
            if context.windows().is_some() && namespaces.is_empty() {
                found.lacks(Need::Workloads);
            }
            return None;
        }
        Policies::Others | Policies::Windows(_) => {}
    }
    Some(policies)
}

pub(super) fn not_enforced(context: &Context<'_>, found: &mut Found) {
    let Some(policies) = policies(context, found) else { return };
    if policies.selecting().is_empty() {
        return found.judged();
    }
    let Some(engine) = on_windows(context, found) else { return };
    for it in policies.selecting() {
        found.judged();
        if let OnWindows::Nothing(nothing) = engine {
            let workloads = called(it.workloads.iter().copied());
            let values: [(&str, &dyn Display); 2] =
                [("policy", &named(it.policy)), ("workloads", &workloads)];
            found
                .add_as(nothing.form, &it.policy.place, named(it.policy), &values)
                .related(nothing.place, format!("what enforces policies: {}", nothing.engine));
        }
    }
}

pub(super) fn half_closed(context: &Context<'_>, found: &mut Found) {
    let Some(policies) = policies(context, found) else { return };
    let mut engine = None;
    for it in policies.selecting().iter().filter(|it| it.policy.is_default_deny()) {
        let others = context.cluster.workloads.iter().filter(|other| {
            other.namespace() == it.policy.namespace && other.os != Some(Os::Windows) && !other.host_network
        });
        let others: Vec<&Workload> = others.collect();
        if others.is_empty() {
            continue;
        }
        let Some(known) = engine.or_else(|| on_windows(context, found)) else { return };
        engine = Some(known);
        found.judged();
        // Where nothing enforces policies at all, the namespace is open as a whole.
        let OnWindows::Nothing(nothing) = known else { continue };
        if nothing.form == "none" {
            continue;
        }
        let (workloads, others) = (called(it.workloads.iter().copied()), called(others.into_iter()));
        let values: [(&str, &dyn Display); 4] = [
            ("policy", &named(it.policy)),
            ("namespace", &it.policy.namespace),
            ("workloads", &workloads),
            ("others", &others),
        ];
        found
            .add(&it.policy.place, named(it.policy), &values)
            .related(nothing.place, format!("what enforces policies: {}", nothing.engine));
    }
    if found.judged == 0 && engine.is_none() && found.lacks.is_empty() {
        found.judged();
    }
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
        let selected = match selected(policy, &workloads) {
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

fn called_calico(policy: &CalicoPolicy) -> String {
    match &policy.namespace {
        Some(namespace) => format!("{} {:?} of Calico", policy.kind, format!("{namespace}/{}", policy.name)),
        None => format!("{} {:?}", policy.kind, policy.name),
    }
}

/// The workloads that a policy of Calico selects.
///
/// # Errors
/// - What hides them.
pub(in crate::check) fn selected<'c>(
    policy: &CalicoPolicy,
    workloads: &[&'c Workload],
) -> Result<Vec<&'c Workload>, String> {
    let text = |field: &Field<String>| match field {
        Field::Known(text, _) => Ok(text.clone()),
        Field::Absent => Ok(String::new()),
        Field::Unknown(reason, _) => Err(reason.clone()),
    };
    let (pods, namespaces) = (text(&policy.selector)?, text(&policy.namespace_selector)?);
    let mut selected = Vec::new();
    for workload in workloads {
        let here = policy.namespace.as_deref().is_none_or(|namespace| namespace == workload.namespace());
        if !here {
            continue;
        }
        let of_pod = selector::of_pod(&pods, workload);
        let of_namespace = selector::of_namespace(&namespaces, workload.namespace());
        match (of_pod, of_namespace) {
            (Some(false), _) | (_, Some(false)) => {}
            (Some(true), Some(true)) if !policy.by_service_account => selected.push(*workload),
            _ => return Err("whether its selectors match is not known".to_owned()),
        }
    }
    Ok(selected)
}

/// NP-005, with what DSR-027 adds to it.
pub(in crate::check) fn rewritten_sources(context: &Context<'_>, found: &mut Found) {
    let Some(policies) = policies(context, found) else { return };
    let by_labels = || policies.selecting().iter().filter(|it| it.policy.peer_by_labels.is_some());
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
            ("policy", &named(it.policy)),
            ("workload", &called(std::iter::once(workload))),
            ("service", &service_name),
            ("object", &proxy.object),
            ("arguments", &proxy.shown()),
        ];
        let place = it.policy.peer_by_labels.as_ref().unwrap_or(&it.policy.place);
        found
            .add_as(form, place, named(it.policy), &values)
            .related(&proxy.place, proxy.object.clone())
            .related(&service.place, format!("Service {service_name:?}"));
    }
}

fn is_behind(workload: &Workload, service: &Service) -> bool {
    workload.namespace() == &*service.namespace
        && !service.selector.is_empty()
        && service.selector.iter().all(|(key, value)| workload.pod_labels.get(key) == Some(value))
}

pub(super) fn open_by_default(context: &Context<'_>, found: &mut Found) {
    let cluster = context.cluster;
    let workloads: Vec<&Workload> = within_reach(context).collect();
    if workloads.is_empty() {
        return;
    }
    // That nothing is enforced is told elsewhere.
    let Some(OnWindows::Calico(engine)) = known_on_windows(context) else { return };
    if cluster.network_policies.is_empty() && cluster.calico_objects.policies.is_empty() {
        return found.lacks(Need::NetworkPolicies);
    }
    let mut by_namespace: BTreeMap<&str, Vec<&Workload>> = BTreeMap::new();
    for workload in workloads {
        by_namespace.entry(workload.namespace()).or_default().push(workload);
    }
    for (namespace, workloads) in by_namespace {
        let here = || cluster.network_policies.iter().filter(|policy| policy.namespace == namespace);
        // What the files hide may be about any of them.
        let covers = |policy: &NetworkPolicy, workload: &Workload| match &policy.pods {
            Field::Absent | Field::Unknown(..) => true,
            Field::Known(selector, _) => selector.matches(&workload.pod_labels),
        };
        let of_kubernetes = |workload: &Workload| here().any(|policy| covers(policy, workload));
        let of_calico = |workload: &Workload| {
            let policies = &cluster.calico_objects.policies;
            policies.iter().any(|policy| selected(policy, &[workload]).map_or(true, |it| !it.is_empty()))
        };
        found.judged();
        let (held, open): (Vec<&Workload>, Vec<&Workload>) =
            workloads.into_iter().partition(|workload| of_kubernetes(workload) || of_calico(workload));
        // A policy of Calico may be a default deny.
        let closed = here().any(|it| it.is_default_deny() || matches!(it.pods, Field::Unknown(..)))
            || held.iter().any(|workload| of_calico(workload));
        let (form, which) = match (open.is_empty(), closed) {
            (false, _) => ("open", &open),
            (true, false) => ("no-default", &held),
            (true, true) => continue,
        };
        let Some(first) = which.first().map(|workload| &workload.place) else { continue };
        let values: [(&str, &dyn Display); 2] =
            [("namespace", &namespace), ("workloads", &called(which.iter().copied()))];
        found
            .add_as(form, first, format!("namespace {namespace:?}"), &values)
            .related(engine, "what enforces policies: Calico");
    }
}
