//! What the bootstrap script of Windows nodes must be told about the network.

use super::blocks;
use crate::check::bootstrap::{self, Bootstrap, Told, excludes_everywhere};
use crate::check::context::{Context, named, quoted};
use crate::check::found::Found;
use crate::check::rule::{Need, Severity};
use crate::check::starts::{Start, starts};
use crate::model::{BootstrapCall, Field, NodeGroup, Place, Tool};
use std::fmt::Display;
use std::net::Ipv4Addr;
use winpod::Ipv4Prefix;

/// What the script takes for the Services where it is told the endpoint and no range: on nodes in 10.0.0.0/8, and on others.
pub(in crate::check) const GUESSES: [Ipv4Prefix; 2] =
    [Ipv4Prefix::constant([172, 20, 0, 0], 16), Ipv4Prefix::constant([10, 100, 0, 0], 16)];

/// Which of the two it is on a node of a block.
pub(in crate::check) fn guess(node: Ipv4Prefix) -> Ipv4Prefix {
    const TEN: Ipv4Prefix = Ipv4Prefix::constant([10, 0, 0, 0], 8);
    if TEN.contains_prefix(node) { GUESSES[0] } else { GUESSES[1] }
}

/// Blocks that the nodes of a group get their addresses from.
pub(in crate::check) fn node_blocks(context: &Context<'_>, group: Option<&NodeGroup>) -> Vec<Ipv4Prefix> {
    let planned = group.and_then(|group| {
        context.planned().groups.iter().find(|planned| std::ptr::eq(planned.group(), group))
    });
    let subnets = planned.map(|planned| planned.asks.subnets.as_slice()).unwrap_or_default();
    if subnets.is_empty() {
        let of_vpc: Vec<Ipv4Prefix> = blocks(context).into_iter().map(|(block, ..)| block).collect();
        return if of_vpc.is_empty() { any_subnets(context) } else { of_vpc };
    }
    subnets.iter().map(|id| context.planned().supplies[*id].cidr).collect()
}

/// Blocks of all subnets that are given, where the nodes may be in any of them and the script would guess the same in all.
fn any_subnets(context: &Context<'_>) -> Vec<Ipv4Prefix> {
    let blocks: Vec<Ipv4Prefix> = context.cluster.subnets.values().map(|subnet| subnet.cidr).collect();
    let first = blocks.first().copied().map(guess);
    if blocks.iter().all(|block| Some(guess(*block)) == first) { blocks } else { Vec::new() }
}

/// Endpoint and certificate: with both the script asks nobody.
fn is_told(call: &BootstrapCall) -> bool {
    call.parameter("APIServerEndpoint").is_some() && call.parameter("Base64ClusterCA").is_some()
}

pub(super) fn service_range(context: &Context<'_>, found: &mut Found) {
    let services = super::service_range(context);
    for start in starts(context) {
        for call in start.data.calls.iter().filter(|call| is_told(call)) {
            let told = bootstrap::mentions(start.data, "ServiceCIDR", "SERVICE_IPV4_CIDR");
            judge(context, found, start.group, told, services, ("call", &call.place, &start.object));
        }
    }
    for start in starts(context) {
        told_wrong(&start, services, found);
    }
    resolvers(context, services, found);
    for group in context.windows_groups() {
        let told = match bootstrap::of(context, group) {
            Bootstrap::Hidden(why) => {
                found.unknown(format!("{}: {why}", named(group)), &group.place);
                continue;
            }
            // Karpenter passes the endpoint and no range; it calls the script after the user data.
            Bootstrap::Scripts(scripts) if group.tool == Tool::Karpenter => {
                scripts.iter().any(|data| bootstrap::mentions(data, "EKSCluster", "SERVICE_IPV4_CIDR"))
            }
            Bootstrap::Tool => group.tool != Tool::Karpenter,
            Bootstrap::Scripts(_) => continue,
        };
        judge(context, found, Some(group), told, services, ("karpenter", &group.place, &named(group)));
    }
}

/// Holds what user data says of the Services against the cluster's range.
fn told_wrong(start: &Start<'_>, services: Option<(Ipv4Prefix, &Place)>, found: &mut Found) {
    let object = start.object.clone();
    for Told { name, text, place } in bootstrap::told_ranges(start.data) {
        let told: Option<Ipv4Prefix> = text.parse().ok();
        let Some(told) = told else {
            found.judged();
            found.add_as("no-block", &place, object.clone(), &[("name", &name), ("text", &quoted(&text))]);
            continue;
        };
        if let Some((services, at)) = services {
            found.judged();
            if told != services {
                let values: [(&str, &dyn Display); 3] =
                    [("name", &name), ("text", &told), ("services", &services)];
                found.add_as("other", &place, object.clone(), &values).related(at, "the service range");
            }
        }
    }
    for call in &start.data.calls {
        let Some(text) = call.parameter("DNSClusterIP").flatten().map(|text| text.trim_matches(['"', '\'']))
        else {
            continue;
        };
        // A cache on each node is told elsewhere.
        if text.starts_with('$') || text.starts_with("169.254.") {
            continue;
        }
        let address: Option<Ipv4Addr> = text.parse().ok();
        match (address, services) {
            (None, _) => {
                found.judged();
                let values: [(&str, &dyn Display); 1] = [("text", &quoted(text))];
                found.add_as("dns-no-address", &call.place, object.clone(), &values);
            }
            (Some(address), Some((services, at))) => {
                found.judged();
                if !services.contains_addr(address) {
                    let values: [(&str, &dyn Display); 2] = [("text", &address), ("services", &services)];
                    found
                        .add_as("dns", &call.place, object.clone(), &values)
                        .related(at, "the service range");
                }
            }
            (Some(_), None) => {}
        }
    }
}

/// Holds the resolvers that Karpenter's classes give to Windows nodes against the cluster's range; pools share classes.
fn resolvers(context: &Context<'_>, services: Option<(Ipv4Prefix, &Place)>, found: &mut Found) {
    let Some((services, at)) = services else { return };
    let mut seen: Vec<&Place> = Vec::new();
    for group in context.windows_groups().filter(|group| group.tool == Tool::Karpenter) {
        let Field::Known(text, origin) = &group.cluster_dns else { continue };
        let Some(address) = text.parse().ok().filter(|it: &Ipv4Addr| !it.is_link_local()) else { continue };
        if seen.contains(&origin.place()) {
            continue;
        }
        seen.push(origin.place());
        found.judged();
        if !services.contains_addr(address) {
            let object = named(group);
            let values: [(&str, &dyn Display); 3] =
                [("group", &object), ("text", &address), ("services", &services)];
            found
                .add_as("cluster-dns", origin.place(), object.clone(), &values)
                .related(at, "the service range");
        }
    }
}

/// Holds the script's guess on each block of the nodes against the cluster's range.
fn judge(
    context: &Context<'_>,
    found: &mut Found,
    group: Option<&NodeGroup>,
    told: bool,
    services: Option<(Ipv4Prefix, &Place)>,
    (form, place, object): (&str, &Place, &str),
) {
    if told {
        return found.judged();
    }
    let Some((services, at)) = services else { return found.lacks(Need::Cluster) };
    let nodes = node_blocks(context, group);
    if nodes.is_empty() {
        // Karpenter's pools whose subnets are not known have a rule of their own.
        if form != "call" || GUESSES.contains(&services) {
            return found.lacks(Need::Subnets);
        }
        found.judged();
        let values: [(&str, &dyn Display); 3] =
            [("services", &services), ("ten", &GUESSES[0]), ("other", &GUESSES[1])];
        found.add_as("any", place, object, &values).related(at, "the service range");
        return;
    }
    found.judged();
    if let Some(block) = nodes.into_iter().find(|block| guess(*block) != services) {
        let values: [(&str, &dyn Display); 3] =
            [("services", &services), ("block", &block), ("guess", &guess(block))];
        found.add_as(form, place, object, &values).related(at, "the service range");
    }
}

pub(super) fn private_cluster(context: &Context<'_>, found: &mut Found) {
    let control = &context.cluster.control_plane;
    let private = &control.private;
    // Without privateCluster eksctl makes a cluster that is not private.
    let of_eksctl =
        (control.eksctl.is_some() && control.described.is_none() && private.is_absent()).then_some(&false);
    for start in starts(context) {
        for call in &start.data.calls {
            let Some(is_private) = private.known().or(of_eksctl).or(is_told(call).then_some(&false)) else {
                match (private, &control.described) {
                    (Field::Unknown(reason, place), _) => {
                        found.unknown(format!("whether the cluster is private: {reason}"), place);
                    }
                    (_, Some(place)) => {
                        found
                            .unknown("the description has no resourcesVpcConfig.endpointPublicAccess", place);
                    }
                    (_, None) => found.lacks(Need::Cluster),
                }
                continue;
            };
            found.judged();
            if *is_private && !is_told(call) {
                let missing: Vec<&str> = ["APIServerEndpoint", "Base64ClusterCA"]
                    .into_iter()
                    .filter(|name| call.parameter(name).is_none())
                    .collect();
                let missing = missing.join(" and -");
                let mut added = found.add(&call.place, start.object.clone(), &[("missing", &missing)]);
                // A private endpoint of the API server does not keep nodes from going out.
                if context.cluster.control_plane.described.is_some() {
                    added = added.severity(Severity::Warn);
                }
                if let Some(place) = private.place() {
                    added.related(place, "the private cluster");
                }
            }
        }
    }
}

pub(super) fn translated(context: &Context<'_>, found: &mut Found) {
    let Some((windows, at)) = context.windows() else { return };
    let all = blocks(context);
    let Some((first, place, what)) = all.first() else { return found.lacks(Need::Vpcs) };
    // The first block of a VPC is its primary one.
    // One that the VPC cannot have is told as that.
    let further = all[1..]
        .iter()
        .filter(|(block, _, of)| of == what && !super::further::is_ruled_out(context, *first, *block));
    let more: Vec<String> = further.map(|(block, ..)| block.to_string()).collect();
    if more.is_empty() {
        return found.judged();
    }
    match excludes_everywhere(context, found) {
        Some(true) => found.judged(),
        Some(false) => {
            found.judged();
            let more = more.join(", ");
            let values: [(&str, &dyn Display); 3] = [("vpc", what), ("first", first), ("more", &more)];
            found.add(place, what.clone(), &values).related(at, windows);
        }
        None => {}
    }
}
