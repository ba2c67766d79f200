//! How many Windows pods Karpenter believes a node takes, and how many it takes.

use super::{class_of, classes, named_class, named_pool, planned_pools};
use crate::check::context::Context;
use crate::check::found::Found;
use crate::check::ipam::capacity::active;
use crate::check::planned::{PlannedGroup, types_known};
use crate::check::rule::Need;
use crate::model::{Field, Place};
use crate::plan::{LimitedBy, TypePlan};
use std::fmt::Display;
use winpod::ipam::{IpamMode, Limits, capacity};

/// Pods that Karpenter plans a Windows node for without `maxPods`.
///
/// # Source
/// `KarpenterMaxPods`.
const DEFAULT_MAX_PODS: u32 = 110;

/// Each type of a pool: its limits, and a node of it.
fn types<'p>(planned: &'p PlannedGroup<'_>) -> impl Iterator<Item = (Limits, &'p TypePlan)> {
    planned.asks.candidates.iter().map(|candidate| candidate.limits).zip(&planned.asks.rows)
}

/// Addresses that Karpenter counts for pods of a node, in whatever mode.
///
/// # Source
/// `KarpenterSecondaryFormula`.
fn counted(limits: Limits) -> u32 {
    capacity(limits, IpamMode::SecondaryIp).addresses
}

/// The one value for `maxPods` that suits all types of a pool, and which of them it is of, if they differ: a class has
/// one, so it is what its largest type takes. On smaller ones the addresses run out first, and those the scheduler counts
/// by itself.
fn suited(planned: &PlannedGroup<'_>, room: impl Fn(Limits, &TypePlan) -> u32) -> Option<(u32, String)> {
    let taken = |(limits, row): (Limits, &TypePlan)| {
        let limits = [Some(room(limits, row)), row.cpu_pods, row.memory_pods];
        limits.into_iter().flatten().min().unwrap_or(0).saturating_add(row.host_network_pods)
    };
    let all: Vec<(u32, &TypePlan)> =
        types(planned).map(|(limits, row)| (taken((limits, row)), row)).collect();
    let (most, of) = all.iter().copied().reduce(|most, next| if next.0 > most.0 { next } else { most })?;
    let differ = all.iter().any(|(pods, _)| *pods < most);
    let why = if differ {
        format!(", what {} takes, the most of its types", of.instance_type)
    } else {
        String::new()
    };
    Some((most, why))
}

/// Nodes that Karpenter buys for the given pods, and those that would do.
#[derive(Clone, Copy)]
struct Count<'p> {
    row: &'p TypePlan,
    /// Pods that Karpenter puts on a node.
    believed: u32,
    bought: u64,
    needed: u64,
}

/// `None` if a node of the type holds no more than Karpenter believes, or the pods need no more nodes by it.
fn bought(limits: Limits, row: &TypePlan, pods: u64) -> Option<Count<'_>> {
    let believed = counted(limits).min(row.pods);
    let beside = |pods: u32| pods.checked_sub(row.daemon_set_pods).filter(|pods| *pods > 0);
    let (on_believed, on_real) = (u64::from(beside(believed)?), u64::from(beside(row.pods)?));
    let (bought, needed) = (pods.div_ceil(on_believed), pods.div_ceil(on_real));
    (bought > needed).then_some(Count { row, believed, bought, needed })
}

pub(super) fn over_buy(context: &Context<'_>, found: &mut Found) {
    let mut pools = planned_pools(context).peekable();
    if pools.peek().is_none() {
        return;
    }
    let Some(settings) = active(context, found) else { return };
    for planned in pools {
        if settings.mode() != IpamMode::PrefixDelegation {
            found.judged();
            continue;
        }
        if context.cluster.workloads.is_empty() {
            found.lacks(Need::Workloads);
            continue;
        }
        // What it comes to is known to the API server alone.
        if let Field::Unknown(reason, place) = &planned.group().max_pods {
            found.unknown(format!("maxPods: {reason}"), place);
            continue;
        }
        if !types_known(planned, found) {
            continue;
        }
        found.judged();
        let pods = planned.pods.at_least;
        let mut over: Vec<Count<'_>> =
            types(planned).filter_map(|(limits, row)| bought(limits, row, pods)).collect();
        // The type that holds the fewest pods is the smallest, which shows it best.
        over.sort_by_key(|one| (one.believed, one.row.ipv4));
        let Some(first) = over.first() else { continue };
        let more = others(over.len());
        let object = named_pool(planned.group());
        let too_many = first.bought - first.needed;
        let Some((suits, why)) = suited(planned, |_, row| row.ipv4) else { continue };
        // More than the types take does no harm: the scheduler counts addresses, CPU and memory by itself.
        let enough = first.row.max_pods >= suits;
        let max = if enough { first.row.max_pods } else { suits };
        let set = if enough { format!("{max}, as it is") } else { format!("{max}{why}") };
        let holds = match first.row.limited_by {
            LimitedBy::Cpu => format!(", and its CPU is enough for {}", first.row.pods),
            LimitedBy::Memory => format!(", and its memory is enough for {}", first.row.pods),
            _ => String::new(),
        };
        let reserves =
            class_of(context, planned.group()).is_some_and(|class| !class.kubelet.kube_reserved.is_absent());
        let reserve = if reserves {
            String::new()
        } else {
            let mib = modelled_mib(max);
            format!(
                ", and set kubelet.kubeReserved: without it Karpenter takes {mib} MiB off every node when it plans"
            )
        };
        let daemon_sets = match first.row.daemon_set_pods {
            0 => String::new(),
            pods => format!(", {pods} of them of DaemonSets"),
        };
        let values: [(&str, &dyn Display); 15] = [
            ("pool", &object),
            ("believed", &first.believed),
            ("type", &first.row.instance_type),
            ("more", &more),
            ("real", &first.row.pods),
            ("addresses", &first.row.ipv4),
            ("max", &first.row.max_pods),
            ("daemon-sets", &daemon_sets),
            ("holds", &holds),
            ("reserve", &reserve),
            ("pods", &pods),
            ("bought", &first.bought),
            ("needed", &first.needed),
            ("over", &too_many),
            ("set", &set),
        ];
        found.add(&planned.group().place, object.clone(), &values);
    }
}

fn others(types: usize) -> String {
    match types {
        1 => String::new(),
        2 => " (and likewise on 1 more type)".to_owned(),
        several => format!(" (and likewise on {} more types)", several - 1),
    }
}

pub(super) fn default_max_pods(context: &Context<'_>, found: &mut Found) {
    let settings = context.settings();
    // Without addresses for pods nothing else counts.
    if settings.is_some_and(|settings| !settings.windows_ipam.is_on()) {
        return;
    }
    let mode = settings.map(|settings| settings.mode());
    for planned in planned_pools(context) {
        match &planned.group().max_pods {
            Field::Known(..) => {
                found.judged();
                continue;
            }
            Field::Unknown(reason, place) => {
                found.unknown(format!("maxPods: {reason}"), place);
                continue;
            }
            Field::Absent => {}
        }
        if !types_known(planned, found) {
            continue;
        }
        found.judged();
        let room = |limits: Limits| capacity(limits, mode.unwrap_or(IpamMode::SecondaryIp)).addresses;
        let all_below = types(planned).all(|(limits, _)| room(limits) < DEFAULT_MAX_PODS);
        let all_above = types(planned).all(|(limits, _)| room(limits) > DEFAULT_MAX_PODS);
        let least = types(planned).min_by_key(|(limits, _)| room(*limits));
        let most = types(planned).max_by_key(|(limits, _)| room(*limits));
        let (Some((least, smallest)), Some((most, largest))) = (least, most) else { continue };
        let form = match (all_below, all_above) {
            (false, false) => continue,
            _ if mode.is_none() => "open",
            (true, _) => "fewer",
            (_, true) => "more",
        };
        let of = |limits: Limits, row: &TypePlan| format!("{} ({})", room(limits), row.instance_type);
        let addresses = if room(least) == room(most) {
            of(most, largest)
        } else {
            format!("{} to {}", of(least, smallest), of(most, largest))
        };
        let Some((suits, why)) = suited(planned, |limits, _| room(limits)) else { continue };
        let on_prefixes = |limits: Limits| capacity(limits, IpamMode::PrefixDelegation).addresses;
        let set = match (form, suited(planned, |limits, _| on_prefixes(limits))) {
            ("open", Some((other, why))) if other != suits => {
                format!("{suits}, or to {other} with prefix delegation{why}")
            }
            _ => format!("{suits}{why}"),
        };
        let object = named_pool(planned.group());
        let values: [(&str, &dyn Display); 5] = [
            ("pool", &object),
            ("default", &DEFAULT_MAX_PODS),
            ("addresses", &addresses),
            ("believed", &counted(most).min(DEFAULT_MAX_PODS)),
            ("set", &set),
        ];
        found.add_as(form, &planned.group().place, object.clone(), &values);
    }
}

/// Memory that Karpenter takes off a node for the kubelet, in MiB.
///
/// # Source
/// `KarpenterKubeReserved`.
const fn modelled_mib(max_pods: u32) -> u32 {
    11 * max_pods + 255
}

pub(super) fn nothing_reserved(context: &Context<'_>, found: &mut Found) {
    for class in classes(context) {
        let (field, place): (_, &Place) = match &class.kubelet.kube_reserved {
            Field::Known(..) => {
                found.judged();
                continue;
            }
            Field::Unknown(reason, place) => {
                found.unknown(format!("kubeReserved: {reason}"), place);
                continue;
            }
            Field::Absent => (&class.kubelet.max_pods, &class.place),
        };
        found.judged();
        let modelled = match field {
            Field::Known(pods, _) => Some(modelled_mib(*pods)),
            Field::Absent => Some(modelled_mib(DEFAULT_MAX_PODS)),
            Field::Unknown(..) => None,
        };
        let amount = modelled.map_or_else(|| "an amount by maxPods".to_owned(), |mib| format!("{mib} MiB"));
        let also = if class.kubelet.system_reserved.is_absent() { " and systemReserved" } else { "" };
        let values: [(&str, &dyn Display); 3] =
            [("class", &named_class(class)), ("amount", &amount), ("also", &also)];
        found.add(place, named_class(class), &values);
    }
}

pub(super) fn few_per_core(context: &Context<'_>, found: &mut Found) {
    for planned in planned_pools(context) {
        let place = match &planned.group().pods_per_core {
            Field::Known(_, origin) => origin.place(),
            Field::Unknown(reason, place) => {
                found.unknown(format!("podsPerCore: {reason}"), place);
                continue;
            }
            Field::Absent => {
                found.judged();
                continue;
            }
        };
        if !types_known(planned, found) {
            continue;
        }
        found.judged();
        let per_core = planned.group().pods_per_core.known().copied().unwrap_or(0);
        // What Karpenter counts is the least that the node has.
        let few = |(limits, row): &(Limits, &TypePlan)| {
            row.max_pods_from == "pods-per-core" && row.max_pods < counted(*limits)
        };
        let all: Vec<_> = types(planned).filter(few).collect();
        let Some((limits, row)) = all.first() else { continue };
        let object = named_pool(planned.group());
        let values: [(&str, &dyn Display); 6] = [
            ("pool", &object),
            ("per-core", &per_core),
            ("type", &row.instance_type),
            ("more", &others(all.len())),
            ("pods", &row.max_pods),
            ("addresses", &counted(*limits)),
        ];
        found.add(place, object.clone(), &values);
    }
}

#[cfg(test)]
mod tests {
    use crate::check::{Check, CheckRequest, check};
    use crate::request::Document;
    use std::ops::ControlFlow;

    /// What is found with this of the kubelet.
    fn checked(kubelet: &str) -> Check {
        let texts = [
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: amazon-vpc-cni, namespace: kube-system}\n\
             data: {enable-windows-ipam: \"true\", enable-windows-prefix-delegation: \"true\"}\n"
                .to_owned(),
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop}\nspec:\n  replicas: 60\n  \
             template:\n    spec:\n      nodeSelector: {kubernetes.io/os: windows}\n      containers: [{name: web, image: web}]\n"
                .to_owned(),
            format!(
                "apiVersion: karpenter.sh/v1\nkind: NodePool\nmetadata: {{name: w}}\nspec: {{template: {{spec: {{requirements: [\
                 {{key: kubernetes.io/os, operator: In, values: [windows]}}, \
                 {{key: node.kubernetes.io/instance-type, operator: In, values: [m6i.xlarge]}}], \
                 nodeClassRef: {{group: karpenter.k8s.aws, kind: EC2NodeClass, name: w}}}}}}}}\n---\n\
                 apiVersion: karpenter.k8s.aws/v1\nkind: EC2NodeClass\nmetadata: {{name: w}}\n\
                 spec: {{amiSelectorTerms: [{{alias: windows2022@latest}}], kubelet: {{{kubelet}}}}}\n"
            ),
        ];
        let document = |(at, text)| Document { name: format!("{at}.yaml"), text };
        let documents = texts.into_iter().enumerate().map(document).collect();
        let request = CheckRequest { documents, ..CheckRequest::default() };
        check(&request, &mut |_| ControlFlow::Continue(())).unwrap()
    }

    /// Whether KP-004 is found, and whether it is skipped, with this `maxPods`.
    fn over_buy(max_pods: &str) -> (bool, bool) {
        let answer = checked(&format!("maxPods: {max_pods}"));
        (
            answer.findings.iter().any(|finding| finding.rule == "KP-004"),
            answer.skipped.iter().any(|skipped| skipped.rule == "KP-004"),
        )
    }

    #[test]
    fn reserved_memory_is_asked_for_where_it_is_missing() {
        let remedy = |kubelet: &str| {
            let findings = checked(kubelet).findings;
            findings.into_iter().find(|finding| finding.rule == "KP-004").unwrap().remedy
        };
        assert!(remedy("maxPods: 110").contains("set kubelet.kubeReserved"));
        assert!(!remedy("maxPods: 110, kubeReserved: {memory: 1Gi}").contains("kubeReserved"));
    }

    #[test]
    fn pods_per_core_is_held_against_what_karpenter_counts() {
        let findings = checked("podsPerCore: 2").findings;
        let message = findings.into_iter().find(|finding| finding.rule == "KP-015").unwrap().message;
        // An interface of m6i.xlarge has 15 addresses, the first of them the node's own.
        assert!(message.contains("of which Karpenter would count 14 otherwise"), "{message}");
    }

    #[test]
    fn an_expression_for_max_pods_is_not_judged() {
        assert_eq!(over_buy("110"), (true, false));
        assert_eq!(over_buy("\"self.vcpus * 2\""), (false, true));
    }
}
