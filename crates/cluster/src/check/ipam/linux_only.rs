//! What the VPC CNI does on Linux nodes and nothing does on Windows nodes.

use crate::check::context::{Context, named, quoted};
use crate::check::found::Found;
use crate::model::{Field, Os, Place};
use std::fmt::Display;
use winpod::ipam::Flag;

const AWS_NODE: &str = "DaemonSet kube-system/aws-node";
const LABEL: &str = "vpc.amazonaws.com/eniConfig";

pub(super) fn custom_networking(context: &Context<'_>, found: &mut Found) {
    let cluster = context.cluster;
    for group in context.windows_groups() {
        found.judged();
        if let Some(value) = group.labels.get(LABEL) {
            labelled(context, value, &group.place, &named(group), found);
        }
    }
    for node in cluster.nodes.iter().filter(|node| node.os == Some(Os::Windows)) {
        match &node.eni_config {
            Field::Known(value, origin) => {
                found.judged();
                labelled(context, value, origin.place(), &format!("node {:?}", node.name), found);
            }
            Field::Unknown(reason, place) => found.unknown(format!("{LABEL}: {reason}"), place),
            Field::Absent => found.judged(),
        }
    }
    let Some((windows, at)) = context.windows() else { return };
    let environment = cluster.cni.environment.known();
    let variable = environment.and_then(|all| all.get("AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG"));
    match variable {
        Some(Field::Known(text, origin)) => {
            found.judged();
            if Flag::read(Some(text)).is_on() {
                let values: [(&str, &dyn Display); 1] = [("value", &quoted(text))];
                found.add_as("switched-on", origin.place(), AWS_NODE, &values).related(at, windows);
            }
        }
        Some(Field::Unknown(reason, place)) => {
            found.unknown(format!("AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG: {reason}"), place);
        }
        // ENIConfigs that nothing switches on do nothing.
        _ if environment.is_some() => found.judged(),
        _ => {
            if let Some(first) = cluster.cni.eni_configs.first() {
                found.judged();
                let count = cluster.cni.eni_configs.len();
                let object = format!("ENIConfig {:?}", first.name);
                found.add_as("objects", &first.place, object, &[("count", &count)]).related(at, windows);
            }
        }
    }
}

fn labelled(context: &Context<'_>, value: &str, place: &Place, object: &str, found: &mut Found) {
    let configs = &context.cluster.cni.eni_configs;
    let missing = !configs.is_empty() && !configs.iter().any(|config| config.name == value);
    let form = if missing { "label-missing" } else { "label" };
    let values: [(&str, &dyn Display); 2] = [("object", &object), ("value", &quoted(value))];
    _ = found.add_as(form, place, object, &values);
}

pub(super) fn source_nat(context: &Context<'_>, found: &mut Found) {
    let Some((windows, at)) = context.windows() else { return };
    for (name, form) in
        [("AWS_VPC_K8S_CNI_EXTERNALSNAT", "external"), ("AWS_VPC_K8S_CNI_EXCLUDE_SNAT_CIDRS", "excluded")]
    {
        let Some((text, place)) = context.aws_node(name, found) else { continue };
        found.judged();
        let set = if form == "external" { Flag::read(Some(text)).is_on() } else { !text.trim().is_empty() };
        if set {
            let values: [(&str, &dyn Display); 1] = [("value", &quoted(text))];
            found.add_as(form, place, AWS_NODE, &values).related(at, windows.clone());
        }
    }
}
