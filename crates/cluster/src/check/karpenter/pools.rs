//! What a `NodePool` asks for.

use super::{named_pool, pools};
use crate::check::context::{Context, named, quoted};
use crate::check::found::Found;
use crate::check::pods::builds::asked_builds;
use crate::check::pods::groups_told;
use crate::check::rule::Need;
use crate::model::{Field, InstanceTypes, NodeGroup, Operator, Requirement};
use crate::placement::{BUILD_LABEL, selects, selects_but, untolerated};
use crate::read::join;
use std::fmt::Display;
use winpod::instance::Verdict;
use winpod::windows::Release;

/// The requirements of a pool; tells if the files hide them.
fn requirements<'c>(group: &'c NodeGroup, found: &mut Found) -> Option<&'c [Requirement]> {
    match &group.instance_types {
        Field::Known(InstanceTypes::Requirements(all), _) => Some(all),
        Field::Unknown(reason, place) => {
            found.unknown(format!("the requirements of {}: {reason}", named_pool(group)), place);
            None
        }
        _ => Some(&[]),
    }
}

pub(super) fn not_for_windows(context: &Context<'_>, found: &mut Found) {
    const WANTED: [(&str, &str); 2] = [("kubernetes.io/os", "windows"), ("kubernetes.io/arch", "amd64")];
    for group in pools(context) {
        let Some(all) = requirements(group, found) else { continue };
        found.judged();
        let lacks = |(key, value): &&(&str, &str)| {
            !all.iter().any(|one| one.key == *key && one.is_met_by(Some(value)))
        };
        let missing: Vec<String> =
            WANTED.iter().filter(lacks).map(|(key, value)| format!("{key} In [{value}]")).collect();
        if !missing.is_empty() {
            let missing = missing.join(" and ");
            let values: [(&str, &dyn Display); 2] = [("pool", &named_pool(group)), ("missing", &missing)];
            found.add(&group.place, named_pool(group), &values);
        }
    }
}

/// Labels by which a pool chooses among types.
const CHOOSING: [&str; 4] = [
    "node.kubernetes.io/instance-type",
    "beta.kubernetes.io/instance-type",
    "karpenter.k8s.aws/instance-family",
    "karpenter.k8s.aws/instance-category",
];

pub(super) fn any_family(context: &Context<'_>, found: &mut Found) {
    for group in pools(context) {
        let Some(all) = requirements(group, found) else { continue };
        found.judged();
        let chooses =
            |one: &Requirement| one.operator == Operator::In && CHOOSING.contains(&one.key.as_str());
        if !all.iter().any(chooses) {
            found.add(&group.place, named_pool(group), &[("pool", &named_pool(group))]);
        }
    }
}

pub(super) fn build_not_made(context: &Context<'_>, found: &mut Found) {
    let mut pools = pools(context).peekable();
    let Some(first) = pools.peek().copied() else { return };
    if context.cluster.workloads.is_empty() {
        return found.lacks(Need::Workloads);
    }
    let mut told = None;
    for workload in context.windows_workloads() {
        let Some(asked) = asked_builds(workload) else {
            found.judged();
            continue;
        };
        if !*told.get_or_insert_with(|| groups_told(context, found)) {
            continue;
        }
        let beside = |group: &&NodeGroup| {
            selects_but(workload, group, Some(BUILD_LABEL)) != Verdict::No
                && untolerated(workload, group).is_none()
        };
        let hosts: Vec<&NodeGroup> = context.windows_groups().filter(beside).collect();
        let releases: Option<Vec<Release>> = hosts.iter().map(|group| group.release).collect();
        let Some(releases) = releases else {
            found.unknown(format!("the releases of Windows of {}", named(first)), &first.place);
            continue;
        };
        // Pods that no group is for wait for another reason.
        let Some(group) = hosts.first() else { continue };
        found.judged();
        if hosts.iter().any(|group| selects(workload, group) != Verdict::No) {
            continue;
        }
        let mut builds: Vec<String> =
            releases.iter().map(|release| format!("10.0.{}", release.build())).collect();
        builds.sort();
        builds.dedup();
        let written = join(asked.iter().map(|build| quoted(build)));
        let object = format!("{} {:?}", workload.kind, workload.name);
        let values: [(&str, &dyn Display); 4] = [
            ("workload", &object),
            ("build", &written),
            ("group", &named(group)),
            ("builds", &join(builds.into_iter())),
        ];
        found.add(&workload.place, object.clone(), &values).related(&group.place, named(group));
    }
}
