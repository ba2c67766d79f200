//! Platform versions with prefix delegation for Windows.

use crate::check::context::{Context, quoted};
use crate::check::found::Found;
use crate::check::rule::Need;
use crate::model::Field;
use std::fmt::Display;
use winpod::KubernetesVersion;
use winpod::ipam::{Flag, Key};

/// The first platform versions that have it.
const FIRST: [(KubernetesVersion, u32); 3] = [
    (KubernetesVersion::new(1, 25), 5),
    (KubernetesVersion::new(1, 26), 4),
    (KubernetesVersion::new(1, 27), 3),
];

pub(super) fn too_old(context: &Context<'_>, found: &mut Found) {
    if context.written.is_none() {
        found.lacks(Need::Configmap);
    }
    let Some((Flag::On, flag)) = context.flag(Key::EnableWindowsPrefixDelegation) else { return };
    let Some((version, place)) = context.version() else { return found.lacks(Need::KubernetesVersion) };
    if version < FIRST[0].0 {
        found.judged();
        let values: [(&str, &dyn Display); 1] = [("version", &version)];
        found.add_as("version", place, "the cluster", &values).related(flag, "prefix delegation");
        return;
    }
    let Some((_, first)) = FIRST.iter().find(|(of, _)| *of == version) else { return found.judged() };
    match &context.cluster.control_plane.platform_version {
        Field::Known(text, origin) => {
            let number = text.strip_prefix("eks.").and_then(|number| number.parse::<u32>().ok());
            let Some(number) = number else {
                return found.unknown(format!("the platform version {}", quoted(text)), origin.place());
            };
            found.judged();
            if number < *first {
                let first = format!("eks.{first}");
                let values: [(&str, &dyn Display); 3] =
                    [("version", &version), ("platform", text), ("first", &first)];
                let added = found.add_as("platform", origin.place(), "the cluster", &values);
                added.related(flag, "prefix delegation");
            }
        }
        Field::Unknown(reason, place) => found.unknown(reason.clone(), place),
        Field::Absent => found.lacks(Need::Cluster),
    }
}
