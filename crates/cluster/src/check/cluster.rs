//! Family CLU: the cluster as a whole.

use super::Judge;
use super::context::{Context, quoted};
use super::found::Found;
use super::rule::{self, Need};
use winpod::ipam::{Flag, Key};

pub(super) const RULES: &[Judge] = &[
    Judge { rule: &rule::CLU_002, judge: flag_unparsable },
    Judge { rule: &rule::CLU_005, judge: old_controller },
];

const FLAGS: [Key; 2] = [Key::EnableWindowsIpam, Key::EnableWindowsPrefixDelegation];

fn flag_unparsable(context: &Context<'_>, found: &mut Found) {
    let Some(data) = context.configmap() else { return found.lacks(Need::Configmap) };
    for key in FLAGS {
        let Some((text, place)) = data.get(&key) else { continue };
        found.judged();
        if Flag::read(Some(text)) == Flag::Unparsable {
            let added = found.add(
                place,
                "ConfigMap kube-system/amazon-vpc-cni",
                &[("key", &key.name()), ("value", &quoted(text))],
            );
            // What else than on would one write who writes anything but a Boolean?
            if ["yes", "on", "enable", "enabled"].contains(&text.trim().to_ascii_lowercase().as_str()) {
                added.replace(place, "\"true\"");
            }
        }
    }
}

fn old_controller(context: &Context<'_>, found: &mut Found) {
    let place = context.cluster.cni.old_controller.place();
    // Only a listing of the namespace shows that it is not there.
    let listed = context
        .cluster
        .workloads
        .iter()
        .any(|workload| workload.kind == "Deployment" && workload.name.starts_with("kube-system/"));
    match place {
        Some(place) => {
            found.judged();
            found.add(place, "Deployment kube-system/vpc-resource-controller", &[]);
        }
        None if listed => found.judged(),
        None => found.lacks(Need::Deployments),
    }
}
