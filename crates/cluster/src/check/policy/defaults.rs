//! Whether namespaces of Windows workloads are closed by default, where something enforces policies there.

use super::engine::{OnWindows, known_on_windows};
use super::selecting::{Policy, all, within_reach};
use crate::check::context::Context;
use crate::check::found::Found;
use crate::check::rule::Need;
use crate::cni::called;
use crate::model::{Cluster, Workload};
use crate::note::{Note, text as note};
use std::collections::BTreeMap;
use std::fmt::Display;

pub(super) fn open_by_default(context: &Context<'_>, found: &mut Found) {
    let Some(engine) = known_on_windows(context) else { return };
    let mut by_namespace: BTreeMap<&str, Vec<&Workload>> = BTreeMap::new();
    for workload in within_reach(context) {
        by_namespace.entry(workload.namespace()).or_default().push(workload);
    }
    let calico = matches!(engine, OnWindows::Calico(_));
    if calico && !by_namespace.is_empty() && all(context.cluster).next().is_none() {
        return found.lacks(Need::NetworkPolicies);
    }
    for (namespace, workloads) in by_namespace {
        let selecting = Selecting::of(namespace, &workloads, context.cluster);
        let open: Vec<&Workload> =
            workloads.iter().copied().filter(|workload| !selecting.may_hold(workload)).collect();
        found.judged();
        match engine {
            OnWindows::Calico(_) if open.is_empty() => {
                closed_or_not(namespace, &workloads, &selecting, &engine, context.cluster, found);
            }
            OnWindows::Calico(_) => tell("open", namespace, &open, &engine, found),
            // That a policy for them is not enforced is told elsewhere.
            OnWindows::Nothing(_) if open.is_empty() => {}
            OnWindows::Nothing(nothing) => tell(nothing.form, namespace, &open, &engine, found),
        }
    }
}

/// The policies that select workloads of one namespace, or may.
struct Selecting<'c> {
    known: Vec<(Policy<'c>, Vec<&'c Workload>)>,
    hidden: Vec<Policy<'c>>,
}

impl<'c> Selecting<'c> {
    fn of(namespace: &str, workloads: &[&'c Workload], cluster: &'c Cluster) -> Self {
        let mut selecting = Self { known: Vec::new(), hidden: Vec::new() };
        let elsewhere = |policy: &Policy<'_>| match policy {
            Policy::Kubernetes(policy) => policy.namespace != namespace,
            Policy::Calico(policy) => policy.namespace.as_deref().is_some_and(|of| of != namespace),
        };
        for policy in all(cluster).filter(|policy| !elsewhere(policy)) {
            match policy.selected(workloads, cluster) {
                Ok(selected) if selected.is_empty() => {}
                Ok(selected) => selecting.known.push((policy, selected)),
                Err(_) => selecting.hidden.push(policy),
            }
        }
        selecting
    }

    /// What the files hide may be about any of them.
    fn may_hold(&self, workload: &Workload) -> bool {
        !self.hidden.is_empty()
            || self.known.iter().any(|(_, selected)| selected.iter().any(|it| std::ptr::eq(*it, workload)))
    }
}

/// States the default deny of a namespace all of whose workloads are held, or finds that it has none.
fn closed_or_not(
    namespace: &str,
    workloads: &[&Workload],
    selecting: &Selecting<'_>,
    engine: &OnWindows<'_>,
    cluster: &Cluster,
    found: &mut Found,
) {
    let mut closed = false;
    let mut hidden: Vec<Policy<'_>> = selecting.hidden.clone();
    for (policy, _) in &selecting.known {
        let direction = match policy.closes(namespace, cluster) {
            Some((true, true)) => "what comes in and what goes out",
            Some((true, false)) => "what comes in",
            Some((false, true)) => "what goes out",
            Some((false, false)) => continue,
            None => {
                hidden.push(*policy);
                continue;
            }
        };
        closed = true;
        let values: [(&str, &dyn Display); 4] = [
            ("namespace", &namespace),
            ("direction", &direction),
            ("policy", &policy.named()),
            ("workloads", &called(workloads.iter().copied())),
        ];
        found.note(Note::new(&note::DEFAULT_DENY, &values).at(policy.place()));
    }
    if closed {
        return;
    }
    if hidden.is_empty() {
        return tell("no-default", namespace, workloads, engine, found);
    }
    for policy in hidden {
        let reason = format!("whether {} closes the namespace {namespace}", policy.named());
        found.unknown(reason, policy.place());
    }
}

fn tell(form: &str, namespace: &str, which: &[&Workload], engine: &OnWindows<'_>, found: &mut Found) {
    let Some(first) = which.first() else { return };
    let (place, engine) = match engine {
        OnWindows::Calico(place) => (*place, "Calico"),
        OnWindows::Nothing(nothing) => (nothing.place, nothing.engine),
    };
    let values: [(&str, &dyn Display); 2] =
        [("namespace", &namespace), ("workloads", &called(which.iter().copied()))];
    found
        .add_as(form, &first.place, format!("namespace {namespace:?}"), &values)
        .related(place, format!("what enforces policies: {engine}"));
}
