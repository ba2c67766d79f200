//! The range of Services, which Karpenter does not pass on.

use super::{class_of, pools};
use crate::check::bootstrap::{self, Bootstrap};
use crate::check::context::{Context, named};
use crate::check::found::Found;
use crate::check::rule::Need;
use crate::check::vpc;
use crate::check::vpc::bootstrap::{GUESSES, guess, node_blocks};
use crate::model::Field;
use std::fmt::Display;
use winpod::Ipv4Prefix;

/// Whether nodes learn the range and the resolver. That they learn neither, where the subnets are known, is told by the
/// rule on service ranges.
pub(super) fn service_range(context: &Context<'_>, found: &mut Found) {
    for group in pools(context) {
        let Some((services, at)) = vpc::service_range(context) else {
            found.lacks(Need::Cluster);
            continue;
        };
        let scripts = match bootstrap::of(context, group) {
            Bootstrap::Hidden(why) => {
                found.unknown(format!("{}: {why}", named(group)), &group.place);
                continue;
            }
            Bootstrap::Scripts(scripts) => scripts,
            Bootstrap::Tool => Vec::new(),
        };
        let mentions = |parameter: &str, variable: &str| {
            scripts.iter().any(|data| bootstrap::mentions(data, parameter, variable))
        };
        let nodes: Vec<Ipv4Prefix> = node_blocks(context, Some(group)).into_iter().map(guess).collect();
        let guesses: &[Ipv4Prefix] = if nodes.is_empty() { &GUESSES } else { &nodes };
        if guesses.iter().all(|guess| *guess == services) {
            found.judged();
            continue;
        }
        if nodes.is_empty() && guesses.contains(&services) {
            found.lacks(Need::Subnets);
            continue;
        }
        let object = named(group);
        let values: [(&str, &dyn Display); 2] = [("group", &object), ("services", &services)];
        if !mentions("EKSCluster", "SERVICE_IPV4_CIDR") {
            found.judged();
            if nodes.is_empty() {
                found.add_as("range", &group.place, object.clone(), &values).related(at, "the service range");
            }
            continue;
        }
        let resolver = class_of(context, group).map(|class| &class.kubelet.cluster_dns);
        match resolver {
            Some(Field::Unknown(reason, place)) => found.unknown(format!("clusterDNS: {reason}"), place),
            Some(Field::Known(addresses, _)) if !addresses.is_empty() => found.judged(),
            _ if mentions("DNSClusterIP", "DNSClusterIP") => found.judged(),
            _ => {
                found.judged();
                found.add_as("dns", &group.place, object.clone(), &values).related(at, "the service range");
            }
        }
    }
}
