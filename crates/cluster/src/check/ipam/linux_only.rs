//! What the VPC CNI does on Linux nodes and nothing does on Windows nodes.

use crate::check::bootstrap;
use crate::check::context::{Context, named, quoted};
use crate::check::found::Found;
use crate::model::{Field, Os, Place};
use std::fmt::Display;
use winpod::ipam::Flag;

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
    match context.aws_node("AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG", found) {
        Some(variable) => {
            found.judged();
            if Flag::read(Some(variable.text)).is_on() {
                let values: [(&str, &dyn Display); 1] = [("value", &quoted(variable.text))];
                found.add_as("switched-on", variable.place, variable.object, &values).related(at, windows);
            }
        }
        // ENIConfigs that nothing switches on do nothing.
        None if cluster.cni.environment.known().is_some() => found.judged(),
        None => {
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
        let Some(variable) = context.aws_node(name, found) else { continue };
        let set = match form {
            "external" => Flag::read(Some(variable.text)).is_on(),
            _ => !variable.text.trim().is_empty(),
        };
        if !set {
            found.judged();
            continue;
        }
        match bootstrap::excludes_everywhere(context, found) {
            Some(true) => found.judged(),
            Some(false) => {
                found.judged();
                let values: [(&str, &dyn Display); 1] = [("value", &quoted(variable.text))];
                let added = found.add_as(form, variable.place, variable.object, &values);
                added.related(at, windows.clone());
            }
            None => {}
        }
    }
}
