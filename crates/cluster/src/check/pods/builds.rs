//! The build of Windows that an image is made for, and that of the nodes.

use super::{called, class_hidden, groups_told, releases, windows_pods};
use crate::check::context::{Context, named, quoted};
use crate::check::found::Found;
use crate::model::{Container, Field, NodeGroup, NodeTerm, Operator, Os, Requirement, Workload};
use crate::placement::{BUILD_LABEL, selects, untolerated};
use std::fmt::Display;
use winpod::instance::Verdict;
use winpod::windows::{Build, Release, base_image};

/// What a pod asks of the build of its node: the values, where it names any.
pub(in crate::check) fn asked_builds(workload: &Workload) -> Option<Vec<&str>> {
    let by_selector = workload.node_selector.get(BUILD_LABEL).map(String::as_str);
    let expressions = workload.node_affinity.iter().flat_map(|term| &term.expressions);
    let by_affinity = expressions.filter(|one| one.key == BUILD_LABEL).map(|one| &one.values);
    let mut all: Vec<&str> = by_selector.into_iter().collect();
    let mut asks = by_selector.is_some();
    for values in by_affinity {
        asks = true;
        all.extend(values.iter().map(String::as_str));
    }
    all.dedup();
    asks.then_some(all)
}

/// The release that a pod is pinned to, by its selector or by every term of its affinity: `Err` with what is written if
/// that is none.
pub(in crate::check) fn pinned(workload: &Workload) -> Option<Result<Release, &str>> {
    let by_affinity = || {
        let mut values = workload.node_affinity.iter().map(only_build);
        let first = values.next()??;
        values.all(|value| value == Some(first)).then_some(first)
    };
    let text = workload.node_selector.get(BUILD_LABEL).or_else(by_affinity)?;
    let release = text.parse::<Build>().ok().and_then(|build| Release::of_build(build.number).ok());
    Some(release.ok_or(text.as_str()))
}

/// The one build that a term asks for.
fn only_build(term: &NodeTerm) -> Option<&String> {
    let named = |one: &&Requirement| one.key == BUILD_LABEL && one.operator == Operator::In;
    match term.expressions.iter().find(named)?.values.as_slice() {
        [only] => Some(only),
        _ => None,
    }
}

/// A group that may take pods of a workload.
struct Host<'c> {
    group: &'c NodeGroup,
    release: Release,
    /// Whether its labels are known to be those that the pods ask for.
    sure: bool,
}

/// The groups that may take pods of a workload with the releases of their nodes; `None` if the files leave it open. Where
/// a taint keeps the pods out of all, those that they would go to once they tolerate it.
fn hosts<'c>(context: &Context<'c>, workload: &Workload, found: &mut Found) -> Option<Vec<Host<'c>>> {
    let groups: Vec<(&NodeGroup, Verdict)> = context
        .windows_groups()
        .filter(|group| workload.os == Some(Os::Windows) && !group.auto_mode)
        .map(|group| (group, selects(workload, group)))
        .filter(|(_, verdict)| *verdict != Verdict::No)
        .collect();
    let let_in = |(group, _): &&(&NodeGroup, Verdict)| untolerated(workload, group).is_none();
    let any = groups.iter().any(|group| let_in(&group));
    let mut hosts = Vec::new();
    for (group, verdict) in groups.iter().filter(|group| !any || let_in(group)) {
        let Some(release) = group.release else {
            found.unknown(format!("the release of Windows of {}", named(group)), &group.place);
            return None;
        };
        hosts.push(Host { group, release, sure: *verdict == Verdict::Yes });
    }
    Some(hosts)
}

pub(super) fn other_build(context: &Context<'_>, found: &mut Found) {
    let mut silent: Vec<&Container> = Vec::new();
    let mut told = None;
    for workload in windows_pods(context) {
        let ordinary = workload.pod.containers.iter().filter(|container| !container.host_process);
        silent.extend(ordinary.filter(|it| it.image.known().and_then(|image| base_image(image)).is_none()));
        let images: Vec<_> = releases(workload).collect();
        if images.is_empty() || class_hidden(context, workload, found) {
            continue;
        }
        match pinned(workload) {
            Some(Ok(host)) => by_selector(workload, host, &images, found),
            // No node has such a label.
            Some(Err(_)) => {}
            None if *told.get_or_insert_with(|| groups_told(context, found)) => {
                by_groups(context, workload, &images, found);
            }
            None => {}
        }
    }
    if let Some(first) = silent.first() {
        let image = first.image.known().map_or_else(|| "an image".to_owned(), |image| quoted(image));
        let more = match silent.len() - 1 {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        found
            .unknown(format!("which Windows {image}{more} is made for: the tag does not tell"), &first.place);
    }
}

fn by_selector(workload: &Workload, host: Release, images: &[(&Container, Release)], found: &mut Found) {
    for (container, image) in images {
        match host.starts(*image) {
            Verdict::Unknown => found.unknown(unsettled(*image, host), &container.place),
            verdict => {
                found.judged();
                if verdict == Verdict::No {
                    tell("selector", workload, container, *image, (&BUILD_LABEL, host), found);
                }
            }
        }
    }
}

/// Wrong if no group that the pods may go to starts the image; where some do, a selector is missing.
fn by_groups(
    context: &Context<'_>,
    workload: &Workload,
    images: &[(&Container, Release)],
    found: &mut Found,
) {
    let Some(hosts) = hosts(context, workload, found) else { return };
    let Some(Host { group, release: host, .. }) = hosts.first() else { return };
    for (container, image) in images {
        let verdicts: Vec<Verdict> = hosts.iter().map(|host| host.release.starts(*image)).collect();
        if verdicts.contains(&Verdict::Unknown) && !verdicts.contains(&Verdict::Yes) {
            found.unknown(unsettled(*image, *host), &container.place);
            continue;
        }
        found.judged();
        if verdicts.iter().all(|verdict| *verdict == Verdict::No) {
            tell("group", workload, container, *image, (&named(group), *host), found);
        }
    }
}

fn unsettled(image: Release, host: Release) -> String {
    format!(
        "whether images of Windows Server {} start on Windows Server {} is not settled",
        image.name(),
        host.name()
    )
}

fn tell(
    form: &str,
    workload: &Workload,
    container: &Container,
    image: Release,
    (where_, host): (&dyn Display, Release),
    found: &mut Found,
) {
    let (place, name) = match &container.image {
        Field::Known(name, origin) => (origin.place(), name.as_str()),
        _ => (&container.place, ""),
    };
    let values: [(&str, &dyn Display); 7] = [
        ("workload", &called(workload)),
        ("image", &quoted(name)),
        ("for", &image.name()),
        ("for-build", &image.build()),
        ("group", where_),
        ("host", &host.name()),
        ("host-build", &host.build()),
    ];
    found.add_as(form, place, called(workload), &values);
}

pub(super) fn any_build(context: &Context<'_>, found: &mut Found) {
    let mut told = None;
    for workload in windows_pods(context).filter(|workload| !workload.pod.placed) {
        // Such containers run on any build.
        if workload.pod.host_process() || workload.is_daemon_set() && releases(workload).next().is_none() {
            continue;
        }
        if pinned(workload).is_some() {
            found.judged();
            continue;
        }
        if !*told.get_or_insert_with(|| groups_told(context, found)) {
            continue;
        }
        if class_hidden(context, workload, found) {
            continue;
        }
        let Some(hosts) = hosts(context, workload, found) else { continue };
        // An image that none of them starts has a rule of its own.
        let none = |image: Release| hosts.iter().all(|host| host.release.starts(image) == Verdict::No);
        if hosts.is_empty() || releases(workload).any(|(_, image)| none(image)) {
            continue;
        }
        let mixed = |sure: bool| {
            let mut among = hosts.iter().filter(move |host| host.sure || !sure);
            let first = among.next()?;
            Some((first, among.find(|other| other.release.build() != first.release.build())?))
        };
        let Some((first, second)) = mixed(true) else {
            if let Some((first, second)) = mixed(false) {
                let groups = format!("{} and {}", named(first.group), named(second.group));
                let why = format!("which of {groups} has the labels that {} asks for", called(workload));
                found.unknown(why, &workload.place);
            } else {
                found.judged();
            }
            continue;
        };
        found.judged();
        let (first, release, second, other) = (first.group, first.release, second.group, second.release);
        let values: [(&str, &dyn Display); 5] = [
            ("workload", &called(workload)),
            ("first", &named(first)),
            ("release", &release.name()),
            ("second", &named(second)),
            ("other", &other.name()),
        ];
        let place = workload.selector_place.as_ref().unwrap_or(&workload.place);
        found
            .add(place, called(workload), &values)
            .related(&first.place, named(first))
            .related(&second.place, named(second));
    }
}
