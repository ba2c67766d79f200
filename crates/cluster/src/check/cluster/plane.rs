//! The control plane, and what else must run beside Windows nodes.

use crate::check::context::{Context, named, quoted};
use crate::check::found::Found;
use crate::check::rule::{Need, Severity};
use crate::model::{Field, IpFamily, MeantKey, Os, Place};
use std::collections::BTreeMap;

const CLUSTER: &str = "cluster";
const POLICY: &str = "AmazonEKSVPCResourceController";

/// Whether anything describes the cluster itself; where.
fn described<'c>(context: &Context<'c>) -> Option<&'c Place> {
    let control = &context.cluster.control_plane;
    control.described.as_ref().or(control.eksctl.as_ref()).or(control.template.as_ref())
}

pub(super) fn role_without_policy(context: &Context<'_>, found: &mut Found) {
    let Some((windows, proof)) = context.windows() else { return };
    let control = &context.cluster.control_plane;
    if let Field::Known(policies, origin) = &context.cluster.identity.cluster_policies {
        found.judged();
        if !policies.iter().any(|policy| policy == POLICY) {
            let policies = crate::read::join(policies.iter().map(|policy| crate::read::shortened(policy)));
            found
                .add_as(
                    "lacking",
                    origin.place(),
                    "cluster role",
                    &[("policies", &policies), ("windows", &windows)],
                )
                .related(proof, windows.clone());
        }
        return;
    }
    if described(context).is_none() {
        return found.lacks(Need::Cluster);
    }
    // A role of the user's own has what the user attached.
    if !control.role.is_absent() || control.eksctl.is_none() {
        return found.lacks(Need::ClusterPolicies);
    }
    match &control.vpc_resource_controller_policy {
        Field::Known(false, origin) => {
            found.judged();
            let place = origin.place();
            found
                .add_as("declined", place, "cluster role", &[("windows", &windows)])
                .related(proof, windows.clone())
                .replace(place, "true");
        }
        Field::Unknown(reason, place) => found.unknown(reason, place),
        // eksctl attaches the policy unless it is told not to.
        _ => found.judged(),
    }
}

pub(super) fn ipv6(context: &Context<'_>, found: &mut Found) {
    let Some((windows, proof)) = context.windows() else { return };
    match &context.cluster.control_plane.ip_family {
        Field::Known(IpFamily::V6, origin) => {
            found.judged();
            found
                .add(origin.place(), CLUSTER, &[("family", &"IPv6"), ("windows", &windows)])
                .related(proof, windows.clone());
        }
        Field::Unknown(reason, place) => found.unknown(reason, place),
        // IPv4 is what every tool makes without being told.
        _ if described(context).is_some() => found.judged(),
        _ => found.lacks(Need::Cluster),
    }
}

pub(super) fn auto_mode_alone(context: &Context<'_>, found: &mut Found) {
    for pool in context.windows_groups().filter(|group| group.auto_mode) {
        found.judged();
        found.add_as(
            "pool",
            &pool.place,
            format!("NodePool {:?}", pool.name),
            &[("pool", &quoted(&pool.name))],
        );
    }
    let mut workloads = context.windows_workloads();
    let Some(first) = workloads.next() else { return };
    let more = workloads.count();
    let control = &context.cluster.control_plane;
    let node = context.cluster.nodes.iter().any(|node| node.os == Some(Os::Windows));
    if node || context.windows_groups().any(|group| !group.auto_mode) {
        return found.judged();
    }
    let place = match &control.auto_mode {
        Field::Known(true, origin) => origin.place(),
        Field::Unknown(reason, place) => return found.unknown(reason, place),
        _ if described(context).is_some() => return found.judged(),
        _ => return found.lacks(Need::Cluster),
    };
    // Groups are no part of what describe-cluster tells.
    if control.eksctl.is_none() && context.cluster.node_groups.is_empty() {
        return found.lacks(Need::NodeGroups);
    }
    if let Some((reason, at)) = hidden_group(context) {
        return found.unknown(reason, at);
    }
    found.judged();
    let workload = format!("{} {:?}", first.kind, first.name);
    let who = match more {
        0 => format!("{workload} is"),
        more => format!("{workload} and {more} more are"),
    };
    found.add_as("pods", place, CLUSTER, &[("who", &who)]).related(&first.place, workload.clone());
}

/// A group whose operating system the files hide, or Karpenter whose pools are elsewhere.
fn hidden_group<'c>(context: &Context<'c>) -> Option<(String, &'c Place)> {
    let hidden = context.cluster.node_groups.iter().find_map(|group| match &group.os {
        Field::Unknown(reason, _) => Some((format!("{}: {reason}", named(group)), &group.place)),
        _ => None,
    });
    let pools = context.cluster.node_groups.iter().any(|group| group.tool == crate::model::Tool::Karpenter);
    let karpenter = context.cluster.control_plane.karpenter.place().filter(|_| !pools);
    hidden
        .or_else(|| Some(("eksctl installs Karpenter, whose NodePools are not here".to_owned(), karpenter?)))
}

pub(super) fn nothing_for_coredns(context: &Context<'_>, found: &mut Found) {
    let Some((windows, proof)) = context.windows() else { return };
    let control = &context.cluster.control_plane;
    let linux = context.linux_groups().any(|group| group.max_size.known() != Some(&0))
        || context.cluster.nodes.iter().any(|node| node.os == Some(Os::Linux));
    if linux || control.auto_mode.known() == Some(&true) || coredns_on_fargate(context) {
        return found.judged();
    }
    // Only eksctl's configuration names all groups that there are to be.
    if control.eksctl.is_none() {
        found.lacks(Need::NodeGroups);
        if control.described.is_none() {
            found.lacks(Need::Cluster);
        }
        return;
    }
    if let Some((reason, at)) = hidden_group(context) {
        return found.unknown(reason, at);
    }
    found.judged();
    let place = context.windows_groups().next().map_or(proof, |group| &group.place);
    found.add(place, CLUSTER, &[("windows", &windows)]);
}

fn coredns_on_fargate(context: &Context<'_>) -> bool {
    let labels: BTreeMap<String, String> =
        [("k8s-app", "kube-dns"), ("eks.amazonaws.com/component", "coredns")]
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .into();
    let profiles = &context.cluster.control_plane.fargate_profiles;
    profiles
        .iter()
        .flat_map(|profile| &profile.selectors)
        .any(|selector| selector.takes("kube-system", &labels))
}

pub(super) fn one_linux_node(context: &Context<'_>, found: &mut Found) {
    if context.windows().is_none() {
        return;
    }
    if context.cluster.control_plane.auto_mode.known() == Some(&true) || coredns_on_fargate(context) {
        return found.judged();
    }
    let mut nodes: u64 = 0;
    let mut only = None;
    for group in context.linux_groups() {
        match &group.desired_size {
            Field::Known(0, _) => {}
            Field::Known(count, origin) => {
                nodes += u64::from(*count);
                only = Some((group, origin.place()));
            }
            Field::Unknown(reason, place) => return found.unknown(reason, place),
            // A pool makes as many as the pods need.
            Field::Absent => return found.judged(),
        }
    }
    let Some((group, place)) = only else {
        // None at all is CLU-009.
        if context.cluster.node_groups.is_empty() {
            found.lacks(Need::NodeGroups);
        }
        return;
    };
    found.judged();
    if nodes == 1 {
        found.add(place, named(group), &[("group", &named(group))]);
    }
}

pub(super) fn no_windows_there(context: &Context<'_>, found: &mut Found) {
    let Some((windows, proof)) = context.windows() else { return };
    let control = &context.cluster.control_plane;
    for node in context.cluster.nodes.iter().filter(|node| node.os == Some(Os::Windows)) {
        found.judged();
        if node.hybrid {
            found.add_as(
                "hybrid",
                &node.place,
                format!("node {:?}", node.name),
                &[("node", &quoted(&node.name))],
            );
        }
    }
    if !control.fargate_profiles.is_empty() {
        for workload in context.windows_workloads() {
            found.judged();
            let takes = |profile: &&crate::model::FargateProfile| {
                profile.selectors.iter().any(|one| one.takes(workload.namespace(), &workload.pod_labels))
            };
            if let Some(profile) = control.fargate_profiles.iter().find(takes) {
                let object = format!("{} {:?}", workload.kind, workload.name);
                found
                    .add_as(
                        "fargate",
                        &workload.place,
                        object.clone(),
                        &[("workload", &object), ("profile", &quoted(&profile.name))],
                    )
                    .related(&profile.place, format!("Fargate profile {:?}", profile.name));
            }
        }
    }
    if described(context).is_none() {
        return found.lacks(Need::Cluster);
    }
    found.judged();
    if let Field::Known(outpost, origin) = &control.outpost {
        found
            .add_as(
                "outpost",
                origin.place(),
                CLUSTER,
                &[("outpost", &quoted(outpost)), ("windows", &windows)],
            )
            .related(proof, windows.clone());
    }
}

/// The version of eksctl whose keys are known.
const KEYS_OF: &str = "2026-08-21";

pub(super) fn unknown_key(context: &Context<'_>, found: &mut Found) {
    let control = &context.cluster.control_plane;
    if control.keys_seen {
        found.judged();
    }
    for unknown in &control.unknown_keys {
        let (form, meant, severity) = match &unknown.meant {
            MeantKey::Key(name) => ("meant", *name, Severity::Error),
            MeantKey::Elsewhere(parts) => ("elsewhere", parts.as_str(), Severity::Error),
            // A newer eksctl may have it.
            MeantKey::Nothing => ("unknown", "", Severity::Warn),
        };
        let key = quoted(&unknown.key);
        let values: [(&str, &dyn std::fmt::Display); 4] =
            [("key", &key), ("section", &unknown.part), ("meant", &meant), ("date", &KEYS_OF)];
        let added = found.add_as(form, &unknown.place, unknown.part.clone(), &values).severity(severity);
        if let MeantKey::Key(name) = unknown.meant {
            added.replace(&unknown.place, name);
        }
    }
}
