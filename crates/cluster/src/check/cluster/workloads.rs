//! Workloads that need what Windows nodes do not have, or that must keep off them.

use crate::check::context::{Context, named, quoted};
use crate::check::found::Found;
use crate::check::policy::is_cilium;
use crate::check::rule::Need;
use crate::model::{NodeGroup, Os, Place, PodVolume, VolumeSource, Workload};
use crate::placement::may_go;
use std::collections::HashMap;
use std::fmt::{self, Display};

/// Drivers without a part for Windows.
const LINUX_DRIVERS: [&str; 2] = ["efs.csi.aws.com", "s3.csi.aws.com"];

fn called(workload: &Workload) -> String {
    format!("{} {:?}", workload.kind, workload.name)
}

pub(super) fn pod_identity(context: &Context<'_>, found: &mut Found) {
    let identity = &context.cluster.identity;
    let known = identity.pod_identities_listed
        || !identity.pod_identities.is_empty()
        || context.cluster.control_plane.eksctl.is_some();
    let associations: HashMap<(&str, &str), &Place> = identity
        .pod_identities
        .iter()
        .map(|one| ((one.namespace.as_str(), one.service_account.as_str()), &one.place))
        .collect();
    if !associations.is_empty() && context.cluster.workloads.is_empty() {
        return found.lacks(Need::Workloads);
    }
    for workload in context.windows_workloads() {
        if !known {
            return found.lacks(Need::PodIdentities);
        }
        found.judged();
        let account = workload.service_account.as_str();
        if let Some(association) = associations.get(&(workload.namespace(), account)) {
            let place = workload.account_place.as_ref().unwrap_or(&workload.place);
            found
                .add(
                    place,
                    called(workload),
                    &[("workload", &called(workload)), ("account", &quoted(account))],
                )
                .related(association, "association of EKS Pod Identity");
        }
    }
}

pub(super) fn unmountable(context: &Context<'_>, found: &mut Found) {
    for workload in context.windows_workloads() {
        if workload.volumes.is_empty() {
            found.judged();
        }
        for volume in &workload.volumes {
            match driver(context, workload, volume) {
                Driver::Known(driver, through) => {
                    found.judged();
                    if LINUX_DRIVERS.contains(&driver) {
                        let by = through.as_ref().map_or(String::new(), |through| format!(", by {through}"));
                        let added = found.add(
                            &volume.place,
                            called(workload),
                            &[
                                ("workload", &called(workload)),
                                ("volume", &quoted(&volume.name)),
                                ("driver", &driver),
                                ("through", &by),
                            ],
                        );
                        if let Some(through) = through {
                            added.related(through.place, through.to_string());
                        }
                    }
                }
                Driver::Missing => found.lacks(Need::Storage),
                Driver::Default => {
                    let reason = format!("the volume {:?} has the default StorageClass", volume.name);
                    found.unknown(reason, &volume.place);
                }
            }
        }
    }
}

/// The object that names a driver.
pub(in crate::check) struct Through<'c> {
    pub(in crate::check) what: &'static str,
    pub(in crate::check) name: &'c str,
    pub(in crate::check) place: &'c Place,
}

impl Display for Through<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the {} {:?}", self.what, self.name)
    }
}

/// What is known of the driver of a volume.
pub(in crate::check) enum Driver<'c> {
    /// The driver, and the object that names it.
    Known(&'c str, Option<Through<'c>>),
    /// Its claim, volume or class is not among the files.
    Missing,
    /// The cluster's default class decides.
    Default,
}

pub(in crate::check) fn driver<'c>(
    context: &Context<'c>,
    workload: &Workload,
    volume: &'c PodVolume,
) -> Driver<'c> {
    let storage = &context.cluster.storage;
    let of_class = |class: &'c str| match storage.classes.get(class) {
        Some((driver, place)) => {
            Driver::Known(driver, Some(Through { what: "StorageClass", name: class, place }))
        }
        None => Driver::Missing,
    };
    match &volume.source {
        VolumeSource::Driver(driver) => Driver::Known(driver, None),
        VolumeSource::Template(Some(class)) => of_class(class),
        VolumeSource::Template(None) => Driver::Default,
        VolumeSource::Claim(name) => {
            let Some(claim) = storage.claims.get(&format!("{}/{name}", workload.namespace())) else {
                return Driver::Missing;
            };
            let bound = claim.volume.as_ref().and_then(|volume| Some((volume, storage.volumes.get(volume)?)));
            match (bound, &claim.class) {
                (Some((name, (driver, place))), _) => {
                    Driver::Known(driver, Some(Through { what: "PersistentVolume", name, place }))
                }
                (None, Some(class)) => of_class(class),
                (None, None) if claim.volume.is_some() => Driver::Missing,
                (None, None) => Driver::Default,
            }
        }
    }
}

pub(super) fn linux_daemon_set(context: &Context<'_>, found: &mut Found) {
    let mut sets = context.cluster.workloads.iter().filter(|it| it.is_daemon_set()).peekable();
    if sets.peek().is_none() {
        if context.windows().is_some() {
            found.lacks(Need::DaemonSets);
        }
        return;
    }
    let groups: Vec<&NodeGroup> = context.windows_groups().collect();
    if groups.is_empty() {
        if context.windows().is_some() {
            found.lacks(Need::NodeGroups);
        }
        return;
    }
    for set in sets {
        // One that means Windows and does not say it to the scheduler is another matter, and so is Cilium.
        if set.os == Some(Os::Windows) || is_cilium(set) {
            continue;
        }
        found.judged();
        if set.scheduled_os.is_some() {
            continue;
        }
        let Some(group) = groups.iter().find(|group| may_go(set, group)) else { continue };
        let form = if set.os.is_some() { "named" } else { "free" };
        found
            .add_as(
                form,
                &set.place,
                format!("DaemonSet {:?}", set.name),
                &[("workload", &quoted(&set.name)), ("group", &named(group))],
            )
            .related(&group.place, named(group));
    }
}
