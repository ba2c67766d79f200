//! Security groups of pods, which Windows pods do not get.

use super::called;
use crate::check::context::{Context, quoted};
use crate::check::found::Found;
use crate::check::rule::Need;
use crate::model::{Field, SecurityGroupPolicy, Workload};
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
        let pods = match (&policy.pods, &policy.service_accounts) {
            (Field::Known(pods, _), Field::Absent) => pods,
            (Field::Unknown(reason, place), _) | (_, Field::Unknown(reason, place)) => {
                found.unknown(reason.clone(), place);
                continue;
            }
            (_, Field::Known(_, origin)) => {
                found.unknown("the labels of the service accounts", origin.place());
                continue;
            }
            (Field::Absent, Field::Absent) => {
                found.unknown("it has no selector", &policy.place);
                continue;
            }
        };
        let here = super::windows_pods(context).filter(|workload| workload.namespace() == policy.namespace);
        for workload in here.filter(|workload| !workload.host_network && concerns(workload)) {
            found.judged();
            if pods.matches(&workload.pod_labels) {
                chosen.push((policy, workload));
            }
        }
    }
    chosen
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
