//! User data by itself.

use crate::check::context::Context;
use crate::check::found::Found;
use crate::check::rule::Need;
use crate::check::starts::{Runs, starts};
use std::fmt::Display;
use winpod::KubernetesVersion;

/// Bytes that EC2 takes as user data, before base64.
///
/// Source: EC2 user guide, "Run commands when you launch an EC2 instance": 16 KB in raw form.
pub(in crate::check) const MOST_BYTES: usize = 16_384;

pub(super) fn too_long(context: &Context<'_>, found: &mut Found) {
    for start in starts(context) {
        found.judged();
        let bytes = start.data.bytes;
        if bytes > MOST_BYTES {
            let values: [(&str, &dyn Display); 3] =
                [("object", &start.object), ("bytes", &bytes), ("most", &MOST_BYTES)];
            found.add(&start.data.place, start.object.clone(), &values);
        }
    }
}

pub(super) fn tags(context: &Context<'_>, found: &mut Found) {
    for start in starts(context) {
        let data = start.data;
        let form = match start.runs {
            // A rule on Karpenter tells what its user data may not have.
            Runs::Karpenter => continue,
            _ if data.wrapped && data.blocks > 0 => Some("nested"),
            _ if data.wrapped => None,
            _ if data.blocks > 1 => Some("several"),
            _ if data.open => Some("open"),
            // A file may be put between tags where it is used.
            Runs::Template(_) if data.blocks == 0 => Some("none"),
            _ => None,
        };
        found.judged();
        if let Some(form) = form {
            let values: [(&str, &dyn Display); 2] = [("object", &start.object), ("blocks", &data.blocks)];
            let place = match (form, data.scripts.get(1)) {
                ("several", Some(second)) => &second.place,
                _ => &data.place,
            };
            found.add_as(form, place, start.object.clone(), &values);
        }
    }
}

/// The first version whose kubelet lacks the flag.
const WITHOUT_FLAG: KubernetesVersion = KubernetesVersion::new(1, 35);
const REMOVED: &str = "pod-infra-container-image";

pub(super) fn removed_kubelet_flag(context: &Context<'_>, found: &mut Found) {
    for start in starts(context) {
        for call in &start.data.calls {
            let Some(values) = call.kubelet_flag(REMOVED) else {
                found.unknown("the arguments of the kubelet are an expression", &call.place);
                continue;
            };
            if values.is_empty() {
                found.judged();
                continue;
            }
            let Some((version, at)) = context.version() else {
                found.lacks(Need::KubernetesVersion);
                continue;
            };
            found.judged();
            if version >= WITHOUT_FLAG {
                let flag = format!("--{REMOVED}={}", values[0]);
                let values: [(&str, &dyn Display); 3] =
                    [("object", &start.object), ("flag", &flag), ("version", &version)];
                found.add(&call.place, start.object.clone(), &values).related(at, "the Kubernetes version");
            }
        }
    }
}
