//! Whether the scheduler lets pods onto the nodes of a group, as far as labels and taints tell.

use crate::model::{
    Field, InstanceTypes, NodeGroup, NodeTerm, Operator, Os, Requirement, Taint, Toleration, Tool, Workload,
};
use crate::read::is_placeholder;
use winpod::instance::Verdict;

/// The label of nodes that has their build.
pub(crate) const BUILD_LABEL: &str = "node.kubernetes.io/windows-build";

/// What the nodes of a group have under a label.
#[derive(Debug)]
enum Label<'g> {
    /// Each node one of these; where there are several, a pod may ask for the one that it wants.
    OneOf(Vec<String>),
    /// No node has it.
    Missing,
    /// Nothing, or something that meets all of these.
    Open(Vec<&'g Requirement>),
}

/// Whether the scheduler lets a Windows workload onto the group. What the files leave open is taken for a yes.
pub(crate) fn may_run(workload: &Workload, group: &NodeGroup) -> bool {
    workload.os == Some(Os::Windows)
        && selects(workload, group) != Verdict::No
        && untolerated(workload, group).is_none()
}

/// Whether labels and taints of a group are known to let pods of a workload in.
pub(crate) fn may_go(workload: &Workload, group: &NodeGroup) -> bool {
    selects(workload, group) == Verdict::Yes
        && group.taints.iter().all(|taint| lets_in(workload, taint) == Verdict::Yes)
}

/// A taint of the group that keeps pods of the workload out; one that a template fills in only may.
pub(crate) fn untolerated<'g>(workload: &Workload, group: &'g NodeGroup) -> Option<&'g Taint> {
    group.taints.iter().find(|taint| lets_in(workload, taint) == Verdict::No)
}

/// Whether a taint lets pods of the workload in.
fn lets_in(workload: &Workload, taint: &Taint) -> Verdict {
    let effect = match taint.effect.as_str() {
        "PreferNoSchedule" => return Verdict::Yes,
        effect if is_placeholder(effect) => Verdict::Unknown,
        _ => Verdict::No,
    };
    workload.tolerations.iter().map(|toleration| tolerates(toleration, taint)).fold(effect, either)
}

/// Whether a pod with a toleration may run on a node with a taint.
fn tolerates(toleration: &Toleration, taint: &Taint) -> Verdict {
    let same = |asked: &str, has: &str| match asked {
        _ if is_placeholder(asked) || is_placeholder(has) => Verdict::Unknown,
        _ if asked == has => Verdict::Yes,
        _ => Verdict::No,
    };
    let effect = match toleration.effect.as_str() {
        "" => Verdict::Yes,
        effect => same(effect, &taint.effect),
    };
    if toleration.key.is_empty() && toleration.exists {
        return effect;
    }
    let value = if toleration.exists { Verdict::Yes } else { same(&toleration.value, &taint.value) };
    both(effect, both(same(&toleration.key, &taint.key), value))
}

/// Whether the nodes of a group are among those that a workload's selector and its required affinity ask for.
pub(crate) fn selects(workload: &Workload, group: &NodeGroup) -> Verdict {
    selects_but(workload, group, None)
}

/// The same without what is asked of one label.
pub(crate) fn selects_but(workload: &Workload, group: &NodeGroup, without: Option<&str>) -> Verdict {
    let wanted = |key: &str| without != Some(key);
    let by_selector = workload.node_selector.iter().filter(|(key, _)| wanted(key));
    let by_selector = by_selector.map(|(key, value)| match label(group, key) {
        _ if is_placeholder(key) || is_placeholder(value) => Verdict::Unknown,
        label => answer(&label, &[value.as_str()], |it| it == Some(value.as_str())),
    });
    let open = if workload.selector_open { Verdict::Unknown } else { Verdict::Yes };
    let by_terms = workload.node_affinity.iter().map(|term| meets(workload, group, term, without));
    let by_affinity = by_terms.reduce(either).unwrap_or(Verdict::Yes);
    by_selector.fold(both(open, by_affinity), both)
}

/// Whether the nodes of a group meet a term, together with what the selector asks of the same labels.
fn meets(workload: &Workload, group: &NodeGroup, term: &NodeTerm, without: Option<&str>) -> Verdict {
    if term.expressions.is_empty() && !term.open {
        return Verdict::No;
    }
    let open = if term.open { Verdict::Unknown } else { Verdict::Yes };
    let mut keys: Vec<&str> = term.expressions.iter().map(|one| one.key.as_str()).collect();
    keys.sort_unstable();
    keys.dedup();
    keys.retain(|key| without != Some(*key));
    let of_key = |key: &str| {
        let asked: Vec<&Requirement> = term.expressions.iter().filter(|one| one.key == key).collect();
        if is_placeholder(key) || asked.iter().any(|one| is_open(one)) {
            return Verdict::Unknown;
        }
        let selected = workload.node_selector.get(key).map(String::as_str);
        if selected.is_some_and(is_placeholder) {
            return Verdict::Unknown;
        }
        let named = asked.iter().find(|one| one.operator == Operator::In);
        let candidates: Vec<&str> = match (selected, named) {
            (Some(value), _) => vec![value],
            (None, Some(one)) => one.values.iter().map(String::as_str).collect(),
            (None, None) => Vec::new(),
        };
        answer(&label(group, key), &candidates, |value| {
            selected.is_none_or(|selected| value == Some(selected))
                && asked.iter().all(|one| one.is_met_by(value))
        })
    };
    keys.into_iter().map(of_key).fold(open, both)
}

/// Whether nodes with a label pass a test; `candidates` are the values that can, if only some can.
fn answer(label: &Label<'_>, candidates: &[&str], passes: impl Fn(Option<&str>) -> bool) -> Verdict {
    let certain = |yes: bool| if yes { Verdict::Yes } else { Verdict::No };
    match label {
        Label::OneOf(values) => certain(values.iter().any(|value| passes(Some(value)))),
        Label::Missing => certain(passes(None)),
        Label::Open(limits) => {
            let can =
                |value: &&str| passes(Some(value)) && limits.iter().all(|one| one.is_met_by(Some(value)));
            let none = !candidates.is_empty() && !candidates.iter().any(can);
            if none && !passes(None) { Verdict::No } else { Verdict::Unknown }
        }
    }
}

fn both(one: Verdict, other: Verdict) -> Verdict {
    match (one, other) {
        (Verdict::No, _) | (_, Verdict::No) => Verdict::No,
        (Verdict::Yes, Verdict::Yes) => Verdict::Yes,
        _ => Verdict::Unknown,
    }
}

fn either(one: Verdict, other: Verdict) -> Verdict {
    match (one, other) {
        (Verdict::Yes, _) | (_, Verdict::Yes) => Verdict::Yes,
        (Verdict::No, Verdict::No) => Verdict::No,
        _ => Verdict::Unknown,
    }
}

/// What the nodes of a group have under a label: by its file, by what the tool that makes it writes, and by the system.
fn label<'g>(group: &'g NodeGroup, key: &str) -> Label<'g> {
    let one = |value: &str| {
        if is_placeholder(value) { Label::Open(Vec::new()) } else { Label::OneOf(vec![value.to_owned()]) }
    };
    let named = |is: bool| if is { one(&group.name) } else { Label::Missing };
    let system = group.os.known().copied();
    let managed = matches!(group.tool, Tool::EksManaged | Tool::EksctlManaged);
    match (key, system) {
        ("kubernetes.io/os" | "beta.kubernetes.io/os", Some(Os::Windows)) => return one("windows"),
        ("kubernetes.io/os" | "beta.kubernetes.io/os", Some(Os::Linux)) => return one("linux"),
        // Windows nodes are x86-64 alone.
        ("kubernetes.io/arch" | "beta.kubernetes.io/arch", Some(Os::Windows)) => return one("amd64"),
        (BUILD_LABEL, Some(Os::Linux)) => return Label::Missing,
        (BUILD_LABEL, Some(Os::Windows)) if group.release.is_some() => {
            return group.release.map_or(Label::Missing, |release| one(&format!("10.0.{}", release.build())));
        }
        _ => {}
    }
    if let Some(value) = group.labels.get(key) {
        return one(value);
    }
    match (key, group.tool) {
        ("eks.amazonaws.com/nodegroup", _) => return named(managed),
        // eksctl may have made a group that EKS describes, and a template that it wrote.
        ("alpha.eksctl.io/nodegroup-name", Tool::EksManaged | Tool::AutoScaling) => {}
        ("alpha.eksctl.io/nodegroup-name", tool) => return named(tool != Tool::Karpenter),
        ("karpenter.sh/nodepool", tool) => return named(tool == Tool::Karpenter),
        _ => {}
    }
    let zone = ["topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/zone"].contains(&key);
    if let Some(zones) = group.zones.known().filter(|_| zone) {
        return one_of(zones.clone());
    }
    let instance_type =
        ["node.kubernetes.io/instance-type", "beta.kubernetes.io/instance-type"].contains(&key);
    match &group.instance_types {
        Field::Known(InstanceTypes::Named(types), _) if instance_type => return one_of(types.clone()),
        Field::Known(InstanceTypes::Requirements(all), _) => {
            let limits: Vec<&Requirement> = all.iter().filter(|one| one.key == key).collect();
            if limits.iter().any(|one| is_open(one)) {
                return Label::Open(Vec::new());
            }
            if let Some(named) = limits.iter().find(|one| one.operator == Operator::In) {
                let values =
                    named.values.iter().filter(|value| limits.iter().all(|one| one.is_met_by(Some(value))));
                return Label::OneOf(values.cloned().collect());
            }
            if !limits.is_empty() {
                return Label::Open(limits);
            }
        }
        _ => {}
    }
    let filled_in = group.labels.keys().any(|key| is_placeholder(key));
    if group.labels_open || filled_in || set_elsewhere(key) {
        Label::Open(Vec::new())
    } else {
        Label::Missing
    }
}

/// Values of which each node has one; what a template fills in may be any.
fn one_of(values: Vec<String>) -> Label<'static> {
    let open = values.iter().any(|value| is_placeholder(value));
    if open { Label::Open(Vec::new()) } else { Label::OneOf(values) }
}

/// Whether a template fills in a value of a requirement.
fn is_open(requirement: &Requirement) -> bool {
    requirement.values.iter().any(|value| is_placeholder(value))
}

/// Labels that the cloud, the kubelet or a controller sets, which no group's file lists.
fn set_elsewhere(key: &str) -> bool {
    const DOMAINS: [&str; 5] = ["kubernetes.io", "k8s.io", "k8s.aws", "karpenter.sh", "eks.amazonaws.com"];
    let domain = key.split_once('/').map_or("", |(domain, _)| domain);
    let below =
        |known: &&str| domain.strip_suffix(*known).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    DOMAINS.iter().any(below) || domain == "alpha.eksctl.io"
}

#[cfg(test)]
mod tests;
