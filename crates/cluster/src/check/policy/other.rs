//! Other CNIs, and what they or the VPC CNI leave out on Windows nodes.

use crate::check::context::{Context, named, quoted};
use crate::check::found::Found;
use crate::check::rule::Need;
use crate::check::starts::starts;
use crate::model::{Cluster, Field, Place, Workload};
use std::fmt::Display;

/// Node components of Cilium.
const CILIUM: [&str; 2] = ["cilium", "cilium-envoy"];
/// Node components of CNIs that have parts for Windows and no document for EKS.
const WITHOUT_DOCUMENT: [(&str, &str); 4] = [
    ("antrea-agent", "Antrea"),
    ("antrea-agent-windows", "Antrea"),
    ("kube-flannel-ds", "Flannel"),
    ("kube-flannel-ds-windows-amd64", "Flannel"),
];
/// The address of a DNS cache on each node.
const NODE_LOCAL_DNS: &str = "169.254.20.10";

fn daemon_sets(cluster: &Cluster) -> impl Iterator<Item = &Workload> {
    cluster.workloads.iter().filter(|workload| workload.is_daemon_set())
}

fn base(workload: &Workload) -> &str {
    workload.name.rsplit('/').next().unwrap_or_default()
}

fn object(workload: &Workload) -> String {
    format!("DaemonSet {:?}", workload.name)
}

/// Whether a workload is a node component of Cilium.
pub(in crate::check) fn is_cilium(workload: &Workload) -> bool {
    workload.is_daemon_set() && CILIUM.contains(&base(workload))
}

/// Where DaemonSets of `kube-system` are listed without `aws-node`.
fn without_aws_node(cluster: &Cluster) -> Option<&Place> {
    let system = || daemon_sets(cluster).filter(|it| it.namespace() == "kube-system");
    if system().any(|it| base(it) == "aws-node") {
        return None;
    }
    let first = system().next()?;
    // One alone is a manifest, several of one file are a listing.
    (system().filter(|it| it.place.file == first.place.file).count() > 1).then_some(&first.place)
}

pub(super) fn cilium_alone(context: &Context<'_>, found: &mut Found) {
    let Some((windows, proof)) = context.windows() else { return };
    let Some(cilium) = daemon_sets(context.cluster).find(|it| base(it) == CILIUM[0]) else {
        if daemon_sets(context.cluster).next().is_some() {
            found.judged();
        }
        return;
    };
    if without_aws_node(context.cluster).is_none() {
        if daemon_sets(context.cluster).any(|it| it.name == "kube-system/aws-node") {
            return found.judged();
        }
        return found.lacks(Need::SystemDaemonSets);
    }
    // With it Windows nodes have the VPC CNI, whatever Linux nodes have.
    let Some(settings) = context.settings() else { return found.lacks(Need::Configmap) };
    found.judged();
    if !settings.windows_ipam.is_on() {
        let values: [(&str, &dyn Display); 2] = [("cilium", &object(cilium)), ("windows", &windows)];
        found.add(&cilium.place, object(cilium), &values).related(proof, windows);
    }
}

pub(super) fn cilium_everywhere(context: &Context<'_>, found: &mut Found) {
    let Some((windows, proof)) = context.windows() else { return };
    for set in daemon_sets(context.cluster).filter(|it| is_cilium(it)) {
        found.judged();
        if set.scheduled_os.is_none() {
            let values: [(&str, &dyn Display); 2] = [("cilium", &object(set)), ("windows", &windows)];
            found.add(&set.place, object(set), &values).related(proof, windows.clone());
        }
    }
}

pub(super) fn without_document(context: &Context<'_>, found: &mut Found) {
    let Some((windows, proof)) = context.windows() else { return };
    for set in daemon_sets(context.cluster) {
        found.judged();
        let Some((_, cni)) = WITHOUT_DOCUMENT.iter().find(|(name, _)| base(set) == *name) else { continue };
        let values: [(&str, &dyn Display); 3] =
            [("cni", cni), ("object", &object(set)), ("windows", &windows)];
        found.add(&set.place, object(set), &values).related(proof, windows.clone());
    }
}

pub(super) fn aws_node_removed(context: &Context<'_>, found: &mut Found) {
    let Some((windows, proof)) = context.windows() else { return };
    // Who replaced the VPC CNI by Calico removed it on purpose.
    let overlay = context.cluster.calico_installation().and_then(|it| it.cni_in_effect()) == Some("Calico");
    if overlay {
        return;
    }
    let Some(place) = without_aws_node(context.cluster) else {
        if daemon_sets(context.cluster).any(|it| it.name == "kube-system/aws-node") {
            found.judged();
        }
        return;
    };
    let Some(settings) = context.settings() else { return found.lacks(Need::Configmap) };
    found.judged();
    if settings.windows_ipam.is_on() {
        found.add(place, "DaemonSet kube-system/aws-node", &[("windows", &windows)]).related(proof, windows);
    }
}

pub(super) fn node_local_dns(context: &Context<'_>, found: &mut Found) {
    let mut told = |place: &Place, what: &str, object: String| {
        let values: [(&str, &dyn Display); 3] =
            [("object", &object), ("what", &what), ("address", &NODE_LOCAL_DNS)];
        found.add(place, object.clone(), &values);
    };
    let mut judged = 0;
    let mut hidden: Vec<(String, &Place)> = Vec::new();
    for group in context.windows_groups() {
        judged += 1;
        match &group.cluster_dns {
            Field::Known(address, origin) if address == NODE_LOCAL_DNS => {
                told(origin.place(), "clusterDNS", named(group));
            }
            Field::Unknown(reason, place) => {
                hidden.push((format!("clusterDNS of {}: {reason}", named(group)), place));
            }
            _ => {}
        }
    }
    for start in starts(context) {
        for call in &start.data.calls {
            judged += 1;
            let of_script = call.parameter("DNSClusterIP").flatten();
            let of_kubelet = call.kubelet_flag("cluster-dns").unwrap_or_default();
            // The kubelet takes the last one.
            let last = of_kubelet.last().copied().or(of_script).unwrap_or_default();
            if last.trim_matches(['"', '\'']) == NODE_LOCAL_DNS {
                told(&call.place, "the address of DNS in its bootstrap call", start.object.clone());
            }
        }
    }
    for workload in context.windows_workloads() {
        judged += 1;
        for (address, place) in &workload.nameservers {
            if address == NODE_LOCAL_DNS {
                let object = format!("{} {}", workload.kind, quoted(&workload.name));
                told(place, "dnsConfig.nameservers", object);
            }
        }
    }
    (0..judged).for_each(|_| found.judged());
    for (reason, place) in hidden {
        found.unknown(reason, place);
    }
}
