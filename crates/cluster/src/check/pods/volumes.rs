//! File systems of volumes.

use super::{called, windows_pods};
use crate::check::cluster::workloads::{Driver, driver};
use crate::check::context::{Context, quoted};
use crate::check::found::Found;
use crate::check::rule::Need;
use std::fmt::Display;

/// Drivers of EBS volumes.
const EBS: [&str; 2] = ["ebs.csi.aws.com", "kubernetes.io/aws-ebs"];
/// The file system that Windows mounts.
const NTFS: &str = "ntfs";

pub(super) fn linux_file_system(context: &Context<'_>, found: &mut Found) {
    let storage = &context.cluster.storage;
    for workload in windows_pods(context) {
        if workload.volumes.is_empty() {
            found.judged();
        }
        for volume in &workload.volumes {
            let (what, name) = match driver(context, workload, volume) {
                // What a volume in the pod itself is formatted with is its own matter.
                Driver::Known(driver, through) if EBS.contains(&driver) => match through {
                    Some(through) => (through.what, through.name),
                    None => continue,
                },
                Driver::Known(..) => {
                    found.judged();
                    continue;
                }
                Driver::Missing => {
                    found.lacks(Need::Storage);
                    continue;
                }
                Driver::Default => {
                    let reason = format!("the volume {:?} has the default StorageClass", volume.name);
                    found.unknown(reason, &volume.place);
                    continue;
                }
            };
            let written = storage
                .class_file_systems
                .get(name)
                .filter(|_| what == "StorageClass")
                .or_else(|| storage.volume_file_systems.get(name).filter(|_| what == "PersistentVolume"));
            let Some((file_system, at)) = written else {
                found.unknown(format!("the {what} {name:?} names no file system"), &volume.place);
                continue;
            };
            found.judged();
            if !file_system.eq_ignore_ascii_case(NTFS) {
                let values: [(&str, &dyn Display); 5] = [
                    ("workload", &called(workload)),
                    ("volume", &quoted(&volume.name)),
                    ("what", &what),
                    ("name", &quoted(name)),
                    ("file-system", &quoted(file_system)),
                ];
                found
                    .add(at, called(workload), &values)
                    .related(&volume.place, format!("volume {:?}", volume.name));
            }
        }
    }
}
