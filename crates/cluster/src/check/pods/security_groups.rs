//! Security groups of pods, which Windows pods do not get.

use super::called;
use crate::check::context::{Context, quoted};
use crate::check::found::Found;
use crate::check::rule::Need;
use crate::model::{Cluster, Field, LabelSelector, SecurityGroupPolicy, Workload};
use std::fmt::Display;

/// Windows workloads that a policy chooses, with the policy.
fn chosen<'c>(
    context: &Context<'c>,
    found: &mut Found,
    concerns: fn(&Workload) -> bool,
) -> Vec<(&'c SecurityGroupPolicy, &'c Workload)> {
    let mut chosen = Vec::new();
    for policy in &context.cluster.security_group_policies {
        if context.cluster.workloads.is_empty() {
            found.lacks(Need::Workloads);
            continue;
        }
        let mut selects = false;
        let mut hidden = false;
        for field in [&policy.pods, &policy.service_accounts] {
            match field {
                Field::Known(..) => selects = true,
                Field::Absent => {}
                Field::Unknown(reason, place) => {
                    found.unknown(reason.clone(), place);
                    hidden = true;
                }
            }
        }
        if hidden {
            continue;
        }
        if !selects {
            found.unknown("it has no selector", &policy.place);
            continue;
        }
        let here = super::windows_pods(context).filter(|workload| workload.namespace() == policy.namespace);
        for workload in here.filter(|workload| !workload.host_network && concerns(workload)) {
            match selects_both(policy, workload, context.cluster) {
                Some(selected) => {
                    found.judged();
                    chosen.extend(selected.then_some((policy, workload)));
                }
                None => {
                    let account = format!("{}/{}", policy.namespace, workload.service_account);
                    let reason =
                        format!("the labels of the ServiceAccount {account:?}, which is not among the files");
                    found.unknown(reason, policy.service_accounts.place().unwrap_or(&policy.place));
                }
            }
        }
    }
    chosen
}

/// Whether the selectors of a policy, which must all match, choose a workload; `None` where its service account decides
/// and is not given.
fn selects_both(policy: &SecurityGroupPolicy, workload: &Workload, cluster: &Cluster) -> Option<bool> {
    if policy.pods.known().is_some_and(|pods| !pods.matches(&workload.pod_labels)) {
        return Some(false);
    }
    let Some(accounts) = policy.service_accounts.known() else { return Some(true) };
    // An empty selector takes whatever there is.
    if *accounts == LabelSelector::default() {
        return Some(true);
    }
    let account = (workload.namespace().to_owned(), workload.service_account.clone());
    cluster.service_accounts.get(&account).map(|labels| accounts.matches(labels))
}

fn tell(context: &Context<'_>, found: &mut Found, concerns: fn(&Workload) -> bool) {
    for (policy, workload) in chosen(context, found, concerns) {
        let object = format!("SecurityGroupPolicy {:?}", format!("{}/{}", policy.namespace, policy.name));
        let policy_name = quoted(&policy.name);
        let values: [(&str, &dyn Display); 2] = [("policy", &policy_name), ("workload", &called(workload))];
        found.add(&policy.place, object, &values).related(&workload.place, called(workload));
    }
}

pub(super) fn not_enforced(context: &Context<'_>, found: &mut Found) {
    tell(context, found, |workload| workload.selects_windows);
}

pub(super) fn unschedulable(context: &Context<'_>, found: &mut Found) {
    tell(context, found, |workload| !workload.selects_windows);
}
