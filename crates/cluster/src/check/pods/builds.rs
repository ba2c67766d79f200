//! The build of Windows that an image is made for, and that of the nodes.

use super::{called, class_hidden, groups_told, releases, windows_pods};
use crate::check::context::{Context, named, quoted};
use crate::check::found::Found;
use crate::model::{Container, Field, NodeGroup, Workload};
use crate::plan::may_run;
use std::fmt::Display;
use winpod::instance::Verdict;
use winpod::windows::{self, Build, Release, base_image};

/// The label of nodes that has their build.
pub(in crate::check) const BUILD_LABEL: &str = "node.kubernetes.io/windows-build";

/// The release that a pod is pinned to: `Err` with what is written if that is none.
pub(in crate::check) fn pinned(workload: &Workload) -> Option<Result<Release, &str>> {
    let text = workload.node_selector.get(BUILD_LABEL)?;
    let release = text.parse::<Build>().ok().and_then(|build| Release::of_build(build.number).ok());
    Some(release.ok_or(text.as_str()))
}

/// The release of a group's nodes, as its image or its nodes tell.
pub(in crate::check) fn release_of(context: &Context<'_>, group: &NodeGroup) -> Option<Release> {
    let by_image = group.ami.known().and_then(|ami| {
        // Karpenter's families begin with a capital, its aliases do not.
        Some(windows::image(ami).or_else(|| windows::image(&ami.to_ascii_lowercase()))?.release)
    });
    let by_node = || {
        let of_group = |name: &Option<String>| name.as_deref() == Some(group.name.as_str());
        let node = context.cluster.nodes.iter().find(|node| of_group(&node.group))?;
        Release::of_build(node.kernel.as_ref()?.parse::<Build>().ok()?.number).ok()
    };
    let by_template = || {
        let template = context.cluster.template_of(group).ok()?;
        Some(windows::image(template.image.known()?.strip_prefix("resolve:ssm:")?)?.release)
    };
    by_image.or_else(by_template).or_else(by_node)
}

/// The groups that may take pods of a workload with the releases of their nodes; `None` if the files leave it open.
fn hosts<'c>(
    context: &Context<'c>,
    workload: &Workload,
    found: &mut Found,
) -> Option<Vec<(&'c NodeGroup, Release)>> {
    let mut hosts = Vec::new();
    for group in context.windows_groups().filter(|group| !group.auto_mode && may_run(workload, group)) {
        let Some(release) = release_of(context, group) else {
            found.unknown(format!("the release of Windows of {}", named(group)), &group.place);
            return None;
        };
        hosts.push((group, release));
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
    let Some((group, host)) = hosts.first() else { return };
    for (container, image) in images {
        let verdicts: Vec<Verdict> = hosts.iter().map(|(_, host)| host.starts(*image)).collect();
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
        let Some((first, release)) = hosts.first() else { continue };
        let other = hosts.iter().find(|(_, other)| other.build() != release.build());
        // An image that none of them starts has a rule of its own.
        let none = |image: Release| hosts.iter().all(|(_, host)| host.starts(image) == Verdict::No);
        if releases(workload).any(|(_, image)| none(image)) {
            continue;
        }
        found.judged();
        let Some((second, other)) = other else { continue };
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
