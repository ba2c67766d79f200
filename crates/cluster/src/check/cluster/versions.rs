//! Releases of Windows Server against versions of Kubernetes, and both against the calendar.

use crate::check::context::{Context, named, quoted};
use crate::check::date::Date;
use crate::check::found::Found;
use crate::check::rule::{Need, Severity};
use crate::model::{Field, NodeGroup, Place};
use winpod::eks::{self, UnknownVersion};
use winpod::windows::{self, Channel, Release};

/// Windows groups with the release of their image, and where it is named. Those whose image the files hide are told.
fn releases<'c>(
    context: &Context<'c>,
    found: &mut Found,
) -> Vec<(&'c NodeGroup, &'c str, Release, &'c Place)> {
    let mut releases = Vec::new();
    // A pool of Auto Mode has no image to choose: CLU-008.
    for group in context.windows_groups().filter(|group| !group.auto_mode) {
        if let Some((name, release, place)) = named_by_template(context, group) {
            releases.push((group, name, release, place));
            continue;
        }
        match &group.ami {
            Field::Known(ami, origin) => {
                // Karpenter's families begin with a capital, its aliases do not.
                let image = windows::image(ami).or_else(|| windows::image(&ami.to_ascii_lowercase()));
                match image {
                    Some(image) => releases.push((group, ami.as_str(), image.release, origin.place())),
                    None => found.unknown(
                        format!("{}: {} names no release", named(group), quoted(ami)),
                        origin.place(),
                    ),
                }
            }
            Field::Unknown(reason, place) => found.unknown(format!("{}: {reason}", named(group)), place),
            Field::Absent => found.unknown(format!("{} names no image", named(group)), &group.place),
        }
    }
    releases
}

/// The release of a group with an image of its own, where its launch template takes that by the name of a parameter.
fn named_by_template<'c>(context: &Context<'c>, group: &NodeGroup) -> Option<(&'c str, Release, &'c Place)> {
    let own = group.custom_ami && group.ami.known().is_none_or(|ami| windows::image(ami).is_none());
    let template = context.cluster.template_of(group).ok().filter(|_| own)?;
    let Field::Known(image, origin) = &template.image else { return None };
    let name = image.strip_prefix("resolve:ssm:")?;
    let release = windows::image(name)?.release;
    Some((name.rsplit_once("ami-windows-latest/").map_or(name, |(_, short)| short), release, origin.place()))
}

pub(super) fn no_image(context: &Context<'_>, found: &mut Found) {
    let releases = releases(context, found);
    if releases.is_empty() {
        return;
    }
    let Some((version, at)) = context.version() else { return found.lacks(Need::KubernetesVersion) };
    for (group, ami, release, place) in releases {
        found.judged();
        if let Some(first) = release.first_kubernetes().filter(|first| version < *first) {
            found
                .add(
                    place,
                    named(group),
                    &[
                        ("group", &named(group)),
                        ("release", &release.name()),
                        ("ami", &quoted(ami)),
                        ("version", &version),
                        ("first", &first),
                    ],
                )
                .related(at, format!("Kubernetes {version}"));
        }
    }
}

/// The first version whose documentation no longer lists Windows Server 2019.
const WITHOUT_2019: winpod::KubernetesVersion = winpod::KubernetesVersion::new(1, 36);

pub(super) fn server_2019(context: &Context<'_>, found: &mut Found) {
    let releases = releases(context, found);
    let control = &context.cluster.control_plane;
    // A configuration without a word of what runs is for a cluster to come.
    let asked = control.eksctl.is_some() || control.template.is_some();
    let new = asked && control.described.is_none() && context.cluster.nodes.is_empty();
    let mainstream = Release::Server2019.life_cycle().mainstream_until.unwrap_or_default();
    for (group, ami, release, place) in releases {
        let version = context.version();
        if release == Release::Server2019 && !new && version.is_none() {
            found.lacks(Need::KubernetesVersion);
            continue;
        }
        found.judged();
        if release != Release::Server2019 {
            continue;
        }
        let (object, ami) = (named(group), quoted(ami));
        if let Some((version, at)) = version.filter(|(version, _)| *version >= WITHOUT_2019) {
            let values: &[(&str, &dyn std::fmt::Display)] =
                &[("group", &object), ("ami", &ami), ("version", &version), ("mainstream", &mainstream)];
            found
                .add_as("version", place, object.clone(), values)
                .related(at, format!("Kubernetes {version}"));
        } else if new {
            let values: &[(&str, &dyn std::fmt::Display)] =
                &[("group", &object), ("ami", &ami), ("mainstream", &mainstream)];
            found.add_as("new", place, object.clone(), values);
        }
    }
}

pub(super) fn semi_annual(context: &Context<'_>, found: &mut Found) {
    for (group, ami, release, place) in releases(context, found) {
        found.judged();
        let until = release.life_cycle().eks_until;
        if let (Channel::SemiAnnual, Some(until)) = (release.channel(), until) {
            found.add(
                place,
                named(group),
                &[
                    ("group", &named(group)),
                    ("release", &release.name()),
                    ("ami", &quoted(ami)),
                    ("until", &until),
                ],
            );
        }
    }
}

pub(super) fn out_of_support(context: &Context<'_>, found: &mut Found) {
    const CLUSTER: &str = "cluster";
    let Some((version, place)) = context.version() else {
        return match &context.cluster.version {
            Field::Known(text, origin) => {
                found.unknown(format!("{} is no version of Kubernetes", quoted(text)), origin.place());
            }
            Field::Unknown(reason, place) => found.unknown(reason, place),
            Field::Absent => found.lacks(Need::KubernetesVersion),
        };
    };
    let support = eks::support(version);
    if support == Err(UnknownVersion::Newer) {
        let reason = format!("Kubernetes {version} is newer than this data, dated {}", eks::TABLE_DATE);
        return found.unknown(reason, place);
    }
    let Some(date) = context.date else { return found.lacks(Need::Date) };
    let over = |day: &str| Date::parse(day).is_some_and(|day| day < date);
    match support {
        Ok(support) => {
            found.judged();
            let (standard, extended) = (support.standard_until, support.extended_until);
            if over(extended) {
                found
                    .add_as("extended", place, CLUSTER, &[("version", &version), ("until", &extended)])
                    .severity(Severity::Error);
            } else if over(standard) {
                found.add_as(
                    "standard",
                    place,
                    CLUSTER,
                    &[("version", &version), ("until", &standard), ("end", &extended)],
                );
            }
        }
        Err(_) => {
            // What is older than the oldest of the table ended before it did.
            let Some(oldest) = eks::versions().next() else { return };
            if over(oldest.extended_until) {
                found.judged();
                found
                    .add_as(
                        "older",
                        place,
                        CLUSTER,
                        &[
                            ("version", &version),
                            ("oldest", &oldest.version),
                            ("until", &oldest.extended_until),
                        ],
                    )
                    .severity(Severity::Error);
            }
        }
    }
}
