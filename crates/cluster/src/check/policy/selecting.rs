//! Which Windows workloads policies are about, whoever's they are: those of Kubernetes and those of Calico.

use crate::check::calico::selector;
use crate::check::context::Context;
use crate::check::found::Found;
use crate::check::rule::Need;
use crate::model::{CalicoPolicy, Cluster, Field, LabelSelector, NetworkPolicy, Place, Workload};

/// The tier of Calico that policies are in unless they say another.
const DEFAULT_TIER: &str = "default";

/// Windows workloads that policies are about: those on the node's own network are out of reach of any.
pub(in crate::check) fn within_reach<'c>(context: &Context<'c>) -> impl Iterator<Item = &'c Workload> {
    context.windows_workloads().filter(|workload| !workload.host_network)
}

/// A policy of either kind.
#[derive(Debug, Clone, Copy)]
pub(super) enum Policy<'c> {
    Kubernetes(&'c NetworkPolicy),
    Calico(&'c CalicoPolicy),
}

/// A policy with the Windows workloads that it selects, never none.
pub(super) struct Selecting<'c> {
    pub(super) policy: Policy<'c>,
    pub(super) workloads: Vec<&'c Workload>,
}

/// All of them, in the order of the files, those of Kubernetes first.
pub(super) fn all(cluster: &Cluster) -> impl Iterator<Item = Policy<'_>> {
    let calico = cluster.calico_objects.policies.iter();
    // Interfaces of nodes are not pods.
    let calico = calico.filter(|policy| !policy.of_hosts_alone).map(Policy::Calico);
    cluster.network_policies.iter().map(Policy::Kubernetes).chain(calico)
}

impl<'c> Policy<'c> {
    pub(super) fn named(self) -> String {
        match self {
            Self::Kubernetes(policy) => {
                format!("NetworkPolicy {:?}", format!("{}/{}", policy.namespace, policy.name))
            }
            Self::Calico(policy) => called_calico(policy),
        }
    }

    pub(super) const fn place(self) -> &'c Place {
        match self {
            Self::Kubernetes(policy) => &policy.place,
            Self::Calico(policy) => &policy.place,
        }
    }

    /// Whether it keeps anything out or in, as far as that is looked at.
    pub(super) fn restricts(self) -> bool {
        match self {
            Self::Kubernetes(policy) => policy.restricts(),
            Self::Calico(_) => true,
        }
    }

    /// The first peer that a rule for what comes in picks by labels.
    pub(super) const fn peer_by_labels(self) -> Option<&'c Place> {
        match self {
            Self::Kubernetes(policy) => policy.peer_by_labels.as_ref(),
            Self::Calico(policy) => policy.peer_by_labels.as_ref(),
        }
    }

    /// The workloads that it selects.
    ///
    /// # Errors
    /// - What hides them.
    pub(super) fn selected(
        self,
        workloads: &[&'c Workload],
        cluster: &Cluster,
    ) -> Result<Vec<&'c Workload>, String> {
        let policy = match self {
            Self::Calico(policy) => return selected(policy, workloads, cluster),
            Self::Kubernetes(policy) => policy,
        };
        let here = workloads.iter().copied().filter(|workload| workload.namespace() == policy.namespace);
        match &policy.pods {
            // No selector at all is one that selects every pod.
            Field::Absent => Ok(here.collect()),
            Field::Known(selector, _) => {
                let here: Vec<&Workload> = here.collect();
                let matches = |it: &&Workload| selector.matches(&it.pod_labels);
                let open = here.iter().find(|it| it.labels_open && *selector != LabelSelector::default());
                match open {
                    Some(open) => {
                        Err(format!("the labels of {} {:?} are filled in later", open.kind, open.name))
                    }
                    None => Ok(here.into_iter().filter(matches).collect()),
                }
            }
            Field::Unknown(reason, _) if here.count() > 0 => Err(format!("podSelector: {reason}")),
            Field::Unknown(..) => Ok(Vec::new()),
        }
    }

    /// What it closes for every pod of a namespace, what comes in and what goes out; `None` where the files hide it.
    pub(super) fn closes(self, namespace: &str, cluster: &Cluster) -> Option<(bool, bool)> {
        match self {
            Self::Calico(policy) => closes(policy, namespace, cluster),
            Self::Kubernetes(policy) if policy.namespace != namespace => Some((false, false)),
            Self::Kubernetes(policy) => match (&policy.pods, &policy.policy_types) {
                (Field::Unknown(..), _) | (_, Field::Unknown(..)) => None,
                _ => Some(policy.closes()),
            },
        }
    }
}

/// The policies that select Windows workloads; tells what hides them. `None` where nothing can be judged.
pub(super) fn selecting<'c>(context: &Context<'c>, found: &mut Found) -> Option<Vec<Selecting<'c>>> {
    let cluster = context.cluster;
    all(cluster).next()?;
    let workloads: Vec<&Workload> = within_reach(context).collect();
    if workloads.is_empty() {
        let none = !context.windows_workloads().any(|_| true);
        if context.windows().is_some() && none {
            found.lacks(Need::Workloads);
        }
        return None;
    }
    let mut selecting = Vec::new();
    let mut hidden = false;
    for policy in all(cluster) {
        match policy.selected(&workloads, cluster) {
            Ok(selected) if selected.is_empty() => {}
            Ok(selected) => selecting.push(Selecting { policy, workloads: selected }),
            Err(reason) => {
                hidden = true;
                found.unknown(format!("{}: {reason}", policy.named()), policy.place());
            }
        }
    }
    (!hidden || !selecting.is_empty()).then_some(selecting)
}

pub(super) fn called_calico(policy: &CalicoPolicy) -> String {
    match &policy.namespace {
        Some(namespace) => format!("{} {:?} of Calico", policy.kind, format!("{namespace}/{}", policy.name)),
        None => format!("{} {:?}", policy.kind, policy.name),
    }
}

/// A selector as written; an empty one where there is none.
fn text(field: &Field<String>) -> Result<&str, String> {
    match field {
        Field::Known(text, _) => Ok(text),
        Field::Absent => Ok(""),
        Field::Unknown(reason, _) => Err(reason.clone()),
    }
}

/// The workloads that a policy of Calico selects.
///
/// # Errors
/// - What hides them.
pub(in crate::check) fn selected<'c>(
    policy: &CalicoPolicy,
    workloads: &[&'c Workload],
    cluster: &Cluster,
) -> Result<Vec<&'c Workload>, String> {
    let (pods, namespaces) = (text(&policy.selector)?, text(&policy.namespace_selector)?);
    let accounts = text(&policy.service_account_selector)?;
    let mut selected = Vec::new();
    for workload in workloads {
        let here = policy.namespace.as_deref().is_none_or(|namespace| namespace == workload.namespace());
        if !here {
            continue;
        }
        let parts = [
            selector::of_pod(pods, workload),
            selector::of_namespace(namespaces, workload.namespace(), cluster),
            selector::of_service_account(accounts, workload, cluster),
        ];
        if parts.contains(&Some(false)) {
            continue;
        }
        if parts.contains(&None) {
            return Err("whether its selectors match is not known".to_owned());
        }
        selected.push(*workload);
    }
    Ok(selected)
}

/// # Source
/// `CalicoEndOfTier`.
fn closes(policy: &CalicoPolicy, namespace: &str, cluster: &Cluster) -> Option<(bool, bool)> {
    const NEITHER: Option<(bool, bool)> = Some((false, false));
    if policy.namespace.as_deref().is_some_and(|of| of != namespace) {
        return NEITHER;
    }
    let (pods, namespaces) = (text(&policy.selector).ok()?, text(&policy.namespace_selector).ok()?);
    let accounts = text(&policy.service_account_selector).ok()?;
    if !selector::of_every_pod(pods, namespace) || !selector::of_every_pod(accounts, namespace) {
        return NEITHER;
    }
    if !selector::of_namespace(namespaces, namespace, cluster)? {
        return NEITHER;
    }
    let (ingress, egress) = policy.directions()?;
    let closed = (ingress && policy.ingress.opening == 0, egress && policy.egress.opening == 0);
    if closed == (false, false) {
        return NEITHER;
    }
    // What no rule takes is denied at the end of a tier, unless the tier passes it on.
    let tier = text(&policy.tier).ok()?;
    if tier.is_empty() || tier == DEFAULT_TIER {
        return Some(closed);
    }
    match cluster.calico_objects.tiers.get(tier)? {
        Field::Known(action, _) if action == "Pass" => NEITHER,
        Field::Known(..) | Field::Absent => Some(closed),
        Field::Unknown(..) => None,
    }
}
