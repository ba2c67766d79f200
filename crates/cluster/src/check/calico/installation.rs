//! What the operator is asked for: the parts for Windows nodes.

use super::{named, with_hns, with_own_network};
use crate::check::context::{Context, quoted};
use crate::check::found::Found;
use crate::check::policy::{selected, within_reach};
use crate::check::rule::Need;
use crate::cni::{Policies, called};
use crate::model::{CalicoInstallation, Field, Workload};
use std::fmt::Display;
use winpod::Ipv4Prefix;

/// Where the images of EKS keep the configuration of the CNI.
pub(crate) const CONFIG_DIR: &str = "/ProgramData/Amazon/EKS/cni/config";
/// Keys of the ConfigMap that names the API server.
pub(crate) const ENDPOINT: [&str; 2] = ["KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT"];

/// Windows workloads that policies are written for, and the first of these policies.
fn wanted(context: &Context<'_>) -> Result<Option<(String, String)>, Need> {
    let policies = Policies::of(context.cluster);
    if let Some(first) = policies.selecting().first() {
        let workloads = called(first.workloads.iter().copied());
        return Ok(Some((
            format!("NetworkPolicy {}/{}", first.policy.namespace, first.policy.name),
            workloads,
        )));
    }
    let workloads: Vec<&Workload> = within_reach(context).collect();
    for policy in &context.cluster.calico_objects.policies {
        match selected(policy, &workloads, context.cluster) {
            Ok(selected) if !selected.is_empty() => {
                return Ok(Some((format!("{} {}", policy.kind, policy.name), called(selected.into_iter()))));
            }
            _ => {}
        }
    }
    let none = context.cluster.calico_objects.policies.is_empty();
    match policies {
        Policies::None if none => Err(Need::NetworkPolicies),
        _ if workloads.is_empty() => Err(Need::Workloads),
        _ => Ok(None),
    }
}

pub(super) fn no_windows_dataplane(context: &Context<'_>, found: &mut Found) {
    let Some(installation) = context.cluster.calico_installation() else { return };
    let Some((windows, proof)) = context.windows() else { return };
    if let Field::Unknown(reason, place) = &installation.windows_dataplane {
        return found.unknown(format!("windowsDataplane: {reason}"), place);
    }
    if installation.on_windows() == Some(true) {
        return found.judged();
    }
    let (policy, workloads) = match wanted(context) {
        Ok(Some(wanted)) => wanted,
        Ok(None) => return found.judged(),
        Err(need) => return found.lacks(need),
    };
    found.judged();
    let dataplane = installation.windows_dataplane.known().map_or("absent", String::as_str);
    let place = installation.windows_dataplane.place().unwrap_or(&installation.place);
    let values: [(&str, &dyn Display); 4] = [
        ("installation", &named(installation)),
        ("dataplane", &dataplane),
        ("policy", &policy),
        ("workloads", &workloads),
    ];
    let added = found.add(place, named(installation), &values).related(proof, windows);
    if installation.windows_dataplane.known().is_some() {
        added.replace(place, "HNS");
    }
}

pub(super) fn services_endpoint(context: &Context<'_>, found: &mut Found) {
    let Some(installation) = with_hns(context, found) else { return };
    let Field::Known(data, origin) = &context.cluster.calico_objects.services_endpoint else {
        return found.lacks(Need::ServicesEndpoint);
    };
    found.judged();
    let missing: Vec<&str> = ENDPOINT
        .into_iter()
        .filter(|key| data.get(*key).is_none_or(|value| value.trim().is_empty()))
        .collect();
    if !missing.is_empty() {
        let values: [(&str, &dyn Display); 1] = [("missing", &missing.join(" and "))];
        found
            .add(origin.place(), "ConfigMap tigera-operator/kubernetes-services-endpoint", &values)
            .related(&installation.place, named(installation));
    }
}

/// What an `Installation` says of the ranges of cluster IPs; tells what hides it.
fn service_cidrs<'c>(installation: &'c CalicoInstallation, found: &mut Found) -> Option<&'c [String]> {
    match &installation.service_cidrs {
        Field::Known(cidrs, _) => Some(cidrs),
        Field::Absent => Some(&[]),
        Field::Unknown(reason, place) => {
            found.unknown(format!("serviceCIDRs: {reason}"), place);
            None
        }
    }
}

pub(super) fn no_service_cidrs(context: &Context<'_>, found: &mut Found) {
    let Some(installation) = with_own_network(context, found) else { return };
    let Some(cidrs) = service_cidrs(installation, found) else { return };
    found.judged();
    if cidrs.is_empty() {
        let place = installation.service_cidrs.place().unwrap_or(&installation.place);
        found.add(place, named(installation), &[("installation", &named(installation))]);
    }
}

pub(super) fn other_service_cidrs(context: &Context<'_>, found: &mut Found) {
    let Some(installation) = with_hns(context, found) else { return };
    let Some(cidrs) = service_cidrs(installation, found) else { return };
    let (Some(place), false) = (installation.service_cidrs.place(), cidrs.is_empty()) else { return };
    let Field::Known(cluster, origin) = &context.cluster.control_plane.service_cidr else {
        return found.lacks(Need::ServiceCidr);
    };
    found.judged();
    let same = |cidr: &String| Ipv4Prefix::parse_lenient(cidr).is_ok_and(|(prefix, _)| prefix == *cluster);
    if !cidrs.iter().any(same) {
        let values: [(&str, &dyn Display); 2] = [("cidrs", &cidrs.join(", ")), ("cluster", cluster)];
        found
            .add(place, named(installation), &values)
            .related(origin.place(), "range of cluster IPs of the cluster");
    }
}

pub(super) fn windows_nodes_without(context: &Context<'_>, found: &mut Found) {
    let Some(installation) = context.cluster.calico_installation() else { return };
    match (&installation.windows_nodes, installation.on_windows()) {
        (Field::Absent, _) | (_, Some(true)) => found.judged(),
        (Field::Unknown(reason, place), _) => found.unknown(format!("windowsNodes: {reason}"), place),
        (Field::Known((), _), None) => {
            let place = installation.windows_dataplane.place().unwrap_or(&installation.place);
            found.unknown("windowsDataplane is hidden", place);
        }
        (Field::Known((), origin), Some(false)) => {
            found.judged();
            let dataplane = installation.windows_dataplane.known().map_or("absent", String::as_str);
            let values: [(&str, &dyn Display); 2] =
                [("installation", &named(installation)), ("dataplane", &dataplane)];
            found.add(origin.place(), named(installation), &values);
        }
    }
}

pub(super) fn no_config_dir(context: &Context<'_>, found: &mut Found) {
    let Some(installation) = with_hns(context, found) else { return };
    match &installation.provider {
        Field::Absent => {}
        Field::Known(provider, _) if ["", "EKS"].contains(&provider.as_str()) => {}
        Field::Known(..) => return,
        Field::Unknown(reason, place) => {
            return found.unknown(format!("kubernetesProvider: {reason}"), place);
        }
    }
    match &installation.cni_config_dir {
        Field::Unknown(reason, place) => found.unknown(format!("cniConfigDir: {reason}"), place),
        Field::Known(..) => found.judged(),
        Field::Absent => {
            found.judged();
            let place = installation.windows_nodes.place().unwrap_or(&installation.place);
            let values: [(&str, &dyn Display); 2] =
                [("installation", &named(installation)), ("directory", &CONFIG_DIR)];
            found.add(place, named(installation), &values);
        }
    }
}

pub(super) fn etcd(context: &Context<'_>, found: &mut Found) {
    let Some((windows, proof)) = context.windows() else { return };
    match &context.cluster.calico_objects.datastore {
        Field::Absent => {}
        Field::Unknown(reason, place) => found.unknown(format!("datastoreType: {reason}"), place),
        Field::Known(datastore, origin) => {
            found.judged();
            if datastore.starts_with("etcd") {
                let values: [(&str, &dyn Display); 2] =
                    [("datastore", &quoted(datastore)), ("windows", &windows)];
                found.add(origin.place(), "datastore of Calico", &values).related(proof, windows);
            }
        }
    }
}
