//! Which network policies are about Windows pods.

use super::reason::some;
use crate::model::{Cluster, Field, NetworkPolicy, Os, Workload};
use std::collections::HashMap;

/// What the files tell about network policies for Windows pods.
pub(crate) enum Policies<'c> {
    /// No policy is among the files.
    None,
    /// There are some, and none is about a Windows pod.
    Others,
    /// Whether one is about a Windows pod is not known.
    Open,
    /// These are.
    Windows(Vec<Selecting<'c>>),
}

/// A policy, and the Windows workloads that it selects.
pub(crate) struct Selecting<'c> {
    pub(crate) policy: &'c NetworkPolicy,
    pub(crate) workloads: Vec<&'c Workload>,
}

impl<'c> Policies<'c> {
    pub(crate) fn of(cluster: &'c Cluster) -> Self {
        if cluster.network_policies.is_empty() {
            return Self::None;
        }
        // Policies do not reach pods on the node's own network.
        let on_windows = |workload: &&Workload| workload.os == Some(Os::Windows) && !workload.host_network;
        let mut by_namespace: HashMap<&str, Vec<&Workload>> = HashMap::new();
        for workload in cluster.workloads.iter().filter(on_windows) {
            by_namespace.entry(workload.namespace()).or_default().push(workload);
        }
        let mut open = by_namespace.is_empty();
        let mut selecting = Vec::new();
        for policy in &cluster.network_policies {
            let Some(here) = by_namespace.get(policy.namespace.as_str()) else { continue };
            let workloads: Vec<&Workload> = match &policy.pods {
                // No selector at all is one that selects every pod.
                Field::Absent => here.clone(),
                Field::Known(selector, _) => {
                    here.iter().copied().filter(|workload| selector.matches(&workload.pod_labels)).collect()
                }
                Field::Unknown(..) => {
                    open = true;
                    continue;
                }
            };
            if !workloads.is_empty() {
                selecting.push(Selecting { policy, workloads });
            }
        }
        match (selecting.is_empty(), open) {
            (false, _) => Self::Windows(selecting),
            (true, true) => Self::Open,
            (true, false) => Self::Others,
        }
    }

    /// Those that select Windows pods.
    pub(crate) fn selecting(&self) -> &[Selecting<'c>] {
        if let Self::Windows(selecting) = self { selecting } else { &[] }
    }

    /// How many these are.
    pub(super) fn number(&self) -> String {
        match self.selecting().len() {
            1 => "1 NetworkPolicy".to_owned(),
            number => format!("{number} NetworkPolicies"),
        }
    }

    /// Their names.
    pub(crate) fn names(&self) -> String {
        let name = |it: &Selecting<'_>| format!("{}/{}", it.policy.namespace, it.policy.name);
        some(self.selecting().iter().map(name))
    }

    /// The workloads that they select, each once.
    pub(super) fn workloads(&self) -> String {
        called(self.selecting().iter().flat_map(|it| &it.workloads).copied())
    }
}

/// Workloads in a sentence, each once.
pub(crate) fn called<'c>(workloads: impl Iterator<Item = &'c Workload>) -> String {
    let mut names: Vec<String> =
        workloads.map(|workload| format!("{} {}", workload.kind, workload.name)).collect();
    names.sort_unstable();
    names.dedup();
    some(names.into_iter())
}
