//! An `EC2NodeClass` by itself.

use super::{classes, named_class};
use crate::check::context::{Context, quoted};
use crate::check::found::Found;
use crate::model::{Field, NodeClass};
use crate::read::join;
use std::fmt::Display;

/// Alias and version of a class, with the place; tells if the files hide it.
fn alias<'c>(class: &'c NodeClass, found: &mut Found) -> Option<(&'c str, &'c str, &'c crate::model::Place)> {
    match &class.alias {
        Field::Known(text, origin) => {
            let (family, version) = text.split_once('@').unwrap_or((text, ""));
            Some((family, version, origin.place()))
        }
        Field::Unknown(reason, place) => {
            found.unknown(format!("the alias of {}: {reason}", named_class(class)), place);
            None
        }
        Field::Absent => None,
    }
}

fn of_windows(family: &str) -> bool {
    family.to_ascii_lowercase().starts_with("windows")
}

pub(super) fn pinned_alias(context: &Context<'_>, found: &mut Found) {
    for class in classes(context) {
        let Some((family, version, place)) = alias(class, found) else { continue };
        if !of_windows(family) {
            continue;
        }
        found.judged();
        if version != "latest" {
            let written = format!("{family}@{version}");
            let values: [(&str, &dyn Display); 3] =
                [("class", &named_class(class)), ("alias", &quoted(&written)), ("family", &family)];
            found.add(place, named_class(class), &values).replace(place, format!("{family}@latest"));
        }
    }
}

pub(super) fn other_family(context: &Context<'_>, found: &mut Found) {
    for class in classes(context) {
        let Some((of_alias, _, place)) = alias(class, found) else { continue };
        let (family, at) = match &class.family {
            Field::Known(family, origin) => (family, origin.place()),
            Field::Unknown(reason, place) => {
                found.unknown(format!("amiFamily of {}: {reason}", named_class(class)), place);
                continue;
            }
            Field::Absent => {
                found.judged();
                continue;
            }
        };
        found.judged();
        if family != "Custom" && !family.eq_ignore_ascii_case(of_alias) {
            let values: [(&str, &dyn Display); 3] =
                [("class", &named_class(class)), ("family", &quoted(family)), ("alias", &quoted(of_alias))];
            found.add(at, named_class(class), &values).related(place, "the alias");
        }
    }
}

/// What the author of a class says that means Windows with its desktop: `windows-2022-full`, `Full image`.
fn means_full(class: &NodeClass) -> Option<&str> {
    const BEHIND: [&str; 4] = ["image", "ami", "edition", "desktop"];
    let system = |word: &str| {
        ["win", "windows", "server", "2019", "2022", "2025"].contains(&word) || word.starts_with("windows20")
    };
    let says = |text: &&String| {
        let lower = text.to_lowercase();
        let words: Vec<&str> =
            lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        words.iter().enumerate().filter(|(_, word)| **word == "full").any(|(index, _)| {
            words.len() == 1
                || index.checked_sub(1).is_some_and(|before| system(words[before]))
                || words.get(index + 1).is_some_and(|next| BEHIND.contains(next))
        })
    };
    class.words.iter().find(says).map(String::as_str)
}

pub(super) fn full_by_alias(context: &Context<'_>, found: &mut Found) {
    for class in classes(context) {
        let Some((family, _, place)) = alias(class, found) else { continue };
        if !of_windows(family) {
            continue;
        }
        found.judged();
        if let Some(words) = means_full(class) {
            let values: [(&str, &dyn Display); 3] =
                [("class", &named_class(class)), ("words", &quoted(words)), ("family", &family)];
            found.add(place, named_class(class), &values);
        }
    }
}

/// The fields of the kubelet that Karpenter takes.
///
/// # Source
/// `KarpKubelet`.
const FIELDS: [&str; 12] = [
    "clusterDNS",
    "maxPods",
    "podsPerCore",
    "systemReserved",
    "kubeReserved",
    "evictionHard",
    "evictionSoft",
    "evictionSoftGracePeriod",
    "evictionMaxPodGracePeriod",
    "imageGCHighThresholdPercent",
    "imageGCLowThresholdPercent",
    "cpuCFSQuota",
];

pub(super) fn kubelet_fields(context: &Context<'_>, found: &mut Found) {
    for class in classes(context) {
        found.judged();
        let other: Vec<_> =
            class.kubelet.fields.iter().filter(|(field, _)| !FIELDS.contains(&field.as_str())).collect();
        let Some((_, place)) = other.first() else { continue };
        let names = join(other.iter().map(|(field, _)| quoted(field)));
        let values: [(&str, &dyn Display); 2] = [("class", &named_class(class)), ("fields", &names)];
        found.add(place, named_class(class), &values);
    }
}

pub(super) fn several_resolvers(context: &Context<'_>, found: &mut Found) {
    for class in classes(context) {
        match &class.kubelet.cluster_dns {
            Field::Known(addresses, origin) => {
                found.judged();
                if addresses.len() > 1 {
                    let all = join(addresses.iter().cloned());
                    let values: [(&str, &dyn Display); 2] =
                        [("class", &named_class(class)), ("addresses", &all)];
                    found.add(origin.place(), named_class(class), &values);
                }
            }
            Field::Unknown(reason, place) => {
                found.unknown(format!("clusterDNS of {}: {reason}", named_class(class)), place);
            }
            Field::Absent => found.judged(),
        }
    }
}

/// The root device of the EKS images of Windows.
const ROOT: &str = "/dev/sda1";
/// Root devices of images of Linux.
const OF_LINUX: [&str; 2] = ["/dev/xvda", "/dev/sda"];

pub(super) fn root_device(context: &Context<'_>, found: &mut Found) {
    for class in classes(context) {
        found.judged();
        if class.devices.iter().any(|(device, ..)| device == ROOT) {
            continue;
        }
        // A further disk by itself is no fault.
        let meant =
            class.devices.iter().find(|(device, root, _)| *root || OF_LINUX.contains(&device.as_str()));
        let Some((device, _, place)) = meant else { continue };
        let values: [(&str, &dyn Display); 3] =
            [("class", &named_class(class)), ("device", &quoted(device)), ("root", &ROOT)];
        found.add(place, named_class(class), &values).replace(place, ROOT);
    }
}
