//! Calico's own networking, and what it may not have where the VPC CNI is the network.

use super::{named, named_pool, pools, with_hns, with_own_network};
use crate::check::context::{self, Context, quoted};
use crate::check::found::Found;
use crate::check::planned::PlannedGroup;
use crate::check::rule::Need;
use crate::cni::{DEFAULT_BLOCK, addresses_of};
use crate::model::{CalicoInstallation, CalicoPool, Field, Os, Workload};
use std::fmt::Display;
use winpod::ipam::{Flag, Key};

/// Encapsulations that Windows nodes do not have.
const LINUX_ONLY: [&str; 3] = ["IPIP", "IPIPCrossSubnet", "VXLANCrossSubnet"];
/// The port of VXLAN on Windows nodes.
const VXLAN_PORT: u32 = 4789;

/// What a pool is written to encapsulate with; tells what hides it.
fn encapsulation_of<'c>(pool: &'c CalicoPool, found: &mut Found) -> Option<&'c str> {
    match &pool.encapsulation {
        Field::Known(encapsulation, _) => Some(encapsulation),
        Field::Unknown(reason, place) => {
            found.unknown(format!("encapsulation of the {}: {reason}", named_pool(pool)), place);
            None
        }
        Field::Absent => {
            found.unknown(
                format!("the {} says no encapsulation, so the operator's own counts", named_pool(pool)),
                &pool.place,
            );
            None
        }
    }
}

pub(super) fn encapsulation(context: &Context<'_>, found: &mut Found) {
    let Some(installation) = with_own_network(context, found) else { return };
    for pool in pools(context, installation).into_iter().filter(|pool| !pool.is_ipv6()) {
        let Some(encapsulation) = encapsulation_of(pool, found) else { continue };
        found.judged();
        if LINUX_ONLY.contains(&encapsulation) {
            let place = pool.encapsulation.place().unwrap_or(&pool.place);
            let values: [(&str, &dyn Display); 2] =
                [("pool", &named_pool(pool)), ("encapsulation", &encapsulation)];
            found.add(place, named_pool(pool), &values).related(&installation.place, named(installation));
        }
    }
}

pub(super) fn no_strict_affinity(context: &Context<'_>, found: &mut Found) {
    let Some(installation) = with_own_network(context, found) else { return };
    if installation.ipam.known().is_some_and(|ipam| ipam != "Calico") {
        return;
    }
    match &context.cluster.calico_objects.strict_affinity {
        Field::Absent => found.lacks(Need::CalicoIpam),
        Field::Unknown(reason, place) => found.unknown(format!("strictAffinity: {reason}"), place),
        Field::Known(strict, origin) => {
            found.judged();
            if !strict {
                found
                    .add(origin.place(), "IPAMConfiguration", &[])
                    .related(&installation.place, named(installation))
                    .replace(origin.place(), "true");
            }
        }
    }
}

pub(super) fn not_for_vpc_cni(context: &Context<'_>, found: &mut Found) {
    let Some(installation) = context.cluster.calico_installation() else { return };
    if installation.cni_in_effect() != Some("AmazonVPC") {
        return;
    }
    found.judged();
    if let Field::Known(bgp, origin) = &installation.bgp
        && bgp == "Enabled"
    {
        let values: [(&str, &dyn Display); 2] = [("what", &"bgp"), ("value", bgp)];
        found.add(origin.place(), named(installation), &values).replace(origin.place(), "Disabled");
    }
    for pool in &installation.pools {
        if let Field::Known(encapsulation, origin) = &pool.encapsulation
            && encapsulation != "None"
        {
            let what = format!("encapsulation of the {}", named_pool(pool));
            let values: [(&str, &dyn Display); 2] = [("what", &what), ("value", encapsulation)];
            found.add(origin.place(), named(installation), &values).replace(origin.place(), "None");
        }
    }
}

pub(super) fn own_networking(context: &Context<'_>, found: &mut Found) {
    let Some(installation) = with_hns(context, found) else { return };
    let Some(cni) = installation.cni_in_effect() else {
        return found.unknown("cni.type: which CNI it comes to is not known", &installation.place);
    };
    found.judged();
    if cni == "Calico" {
        let place = installation.cni.place().unwrap_or(&installation.place);
        found.add(place, named(installation), &[("installation", &named(installation))]);
    }
}

/// The pools that wrap packets in VXLAN.
fn vxlan<'c>(context: &Context<'c>, installation: &'c CalicoInstallation) -> Vec<&'c CalicoPool> {
    let vxlan = |pool: &&CalicoPool| pool.encapsulation.known().is_some_and(|it| it.starts_with("VXLAN"));
    pools(context, installation).into_iter().filter(vxlan).collect()
}

pub(super) fn vxlan_with_bgp(context: &Context<'_>, found: &mut Found) {
    let Some(installation) = with_own_network(context, found) else { return };
    let vxlan = vxlan(context, installation);
    let Some(pool) = vxlan.first() else { return };
    match &installation.bgp {
        // The operator's own default depends on more than the files say.
        Field::Absent => found.unknown("bgp is not written", &installation.place),
        Field::Unknown(reason, place) => found.unknown(format!("bgp: {reason}"), place),
        Field::Known(bgp, origin) => {
            found.judged();
            if bgp == "Enabled" {
                found
                    .add(origin.place(), named(installation), &[("pool", &named_pool(pool))])
                    .related(&pool.place, named_pool(pool))
                    .replace(origin.place(), "Disabled");
            }
        }
    }
}

pub(super) fn out_of_reach(context: &Context<'_>, found: &mut Found) {
    let Some(installation) = with_own_network(context, found) else { return };
    let cluster = context.cluster;
    if cluster.api_calls.is_empty() {
        return found.lacks(Need::Webhooks);
    }
    for call in &cluster.api_calls {
        let service = cluster
            .services
            .iter()
            .find(|service| *service.namespace == *call.namespace && *service.name == *call.service);
        let Some(service) = service else {
            found.lacks(Need::Services);
            continue;
        };
        let behind = |workload: &&Workload| {
            workload.namespace() == call.namespace
                && !service.selector.is_empty()
                && service.selector.iter().all(|(key, value)| workload.pod_labels.get(key) == Some(value))
        };
        let Some(workload) = cluster.workloads.iter().find(behind) else {
            found.lacks(Need::Workloads);
            continue;
        };
        found.judged();
        if !workload.host_network {
            let object = format!("{} {:?}", workload.kind, workload.name);
            let served = format!("{} {:?}", call.kind, call.name);
            let values: [(&str, &dyn Display); 2] = [("workload", &object), ("served", &served)];
            found
                .add(&workload.place, object.clone(), &values)
                .related(&call.place, served)
                .related(&installation.place, named(installation));
        }
    }
}

pub(super) fn vxlan_port(context: &Context<'_>, found: &mut Found) {
    let Some(installation) = with_own_network(context, found) else { return };
    if vxlan(context, installation).is_empty() {
        return;
    }
    let felix = &context.cluster.calico_objects.felix;
    if felix.is_empty() {
        return found.lacks(Need::Felix);
    }
    for felix in felix {
        match &felix.vxlan_port {
            Field::Unknown(reason, place) => found.unknown(format!("vxlanPort: {reason}"), place),
            // Calico's own default is the port of the standard.
            Field::Absent => found.judged(),
            Field::Known(port, origin) => {
                found.judged();
                if *port != VXLAN_PORT {
                    let object = format!("FelixConfiguration {:?}", felix.name);
                    let values: [(&str, &dyn Display); 2] = [("object", &object), ("port", port)];
                    found
                        .add(origin.place(), object.clone(), &values)
                        .replace(origin.place(), VXLAN_PORT.to_string());
                }
            }
        }
    }
}

/// The pods that a node of a group has: as many as there are to share out, or as many as somebody lets it have.
fn pods_per_node(context: &Context<'_>, planned: &PlannedGroup<'_>) -> Option<u32> {
    let group = planned.group();
    let limit = planned.asks.rows.iter().map(|row| row.max_pods).max();
    // Without any workload among the files nothing is known of their number.
    let told = context.windows_workloads().next().is_some();
    let there = planned.pods.at_most.filter(|_| told).and_then(|pods| planned.per_node(pods));
    match (there, limit, &group.max_pods) {
        (Some(there), Some(limit), _) => Some(there.min(limit)),
        (Some(there), None, _) => Some(there),
        (None, _, Field::Known(pods, _)) => Some(*pods),
        (None, ..) => None,
    }
}

pub(super) fn small_block(context: &Context<'_>, found: &mut Found) {
    let Some(installation) = with_own_network(context, found) else { return };
    let mut widest: Option<(&CalicoPool, u8)> = None;
    for pool in pools(context, installation).into_iter().filter(|pool| !pool.is_ipv6()) {
        let block = match &pool.block_size {
            Field::Absent => DEFAULT_BLOCK,
            Field::Known(length, _) => u8::try_from(*length).unwrap_or(DEFAULT_BLOCK).min(32),
            Field::Unknown(reason, place) => return found.unknown(format!("blockSize: {reason}"), place),
        };
        // Which pool a node takes its block from, its selectors decide: the best that may be.
        if widest.is_none_or(|(_, known)| block < known) {
            widest = Some((pool, block));
        }
    }
    let Some((pool, block)) = widest else { return };
    let room = addresses_of(block);
    let mut groups = context.planned().groups.iter().peekable();
    if groups.peek().is_none() && context.windows().is_some() {
        return found.lacks(Need::NodeGroups);
    }
    for planned in groups {
        let Some(pods) = pods_per_node(context, planned) else {
            found.unknown(
                format!("how many pods a node of {} has", context::named(planned.group())),
                &planned.group().place,
            );
            continue;
        };
        found.judged();
        if pods > room {
            let place = pool.block_size.place().unwrap_or(&pool.place);
            let values: [(&str, &dyn Display); 5] = [
                ("group", &context::named(planned.group())),
                ("pods", &pods),
                ("block", &block),
                ("room", &room),
                ("pool", &named_pool(pool)),
            ];
            found
                .add(place, named_pool(pool), &values)
                .related(&planned.group().place, context::named(planned.group()));
        }
    }
}

pub(super) fn linux_features(context: &Context<'_>, found: &mut Found) {
    let Some(installation) = with_hns(context, found) else { return };
    let objects = &context.cluster.calico_objects;
    found.judged();
    for pool in pools(context, installation).into_iter().filter(|pool| pool.is_ipv6()) {
        found.add_as("ipv6", &pool.place, named_pool(pool), &[("pool", &named_pool(pool))]);
    }
    if let Field::Known(dataplane, origin) = &installation.linux_dataplane
        && dataplane == "BPF"
    {
        found.add_as("ebpf", origin.place(), named(installation), &[("object", &named(installation))]);
    }
    for felix in &objects.felix {
        let object = format!("FelixConfiguration {:?}", felix.name);
        for (form, field) in [("wireguard", &felix.wireguard), ("ebpf", &felix.bpf)] {
            match field {
                Field::Known(true, origin) => {
                    found.add_as(form, origin.place(), object.clone(), &[("object", &object)]);
                }
                Field::Unknown(reason, place) => found.unknown(format!("{object}: {reason}"), place),
                _ => {}
            }
        }
    }
    for endpoint in &objects.host_endpoints {
        let object = format!("HostEndpoint {:?}", endpoint.name);
        let Some(name) = endpoint.node.known() else { continue };
        let node = context.cluster.nodes.iter().find(|node| node.name == *name);
        match node.and_then(|node| node.os) {
            Some(Os::Windows) => {
                let values: [(&str, &dyn Display); 2] = [("object", &object), ("node", &quoted(name))];
                found.add_as("host-endpoint", &endpoint.place, object.clone(), &values);
            }
            Some(Os::Linux) => {}
            None => found.lacks(Need::Nodes),
        }
    }
}

pub(super) fn no_pod_addresses(context: &Context<'_>, found: &mut Found) {
    const NAME: &str = "ANNOTATE_POD_IP";
    let Some(installation) = context.cluster.calico_installation() else { return };
    if installation.cni_in_effect() != Some("AmazonVPC") {
        return;
    }
    let written = context.aws_node(NAME, found);
    if !found.lacks.is_empty() || !found.unknown.is_empty() {
        return;
    }
    found.judged();
    match written {
        Some(variable) if Flag::read(Some(variable.text)).is_on() => {}
        Some(variable) => {
            let value = quoted(variable.text);
            let values: [(&str, &dyn Display); 2] = [("name", &NAME), ("value", &value)];
            found
                .add(variable.place, variable.object, &values)
                .related(&installation.place, named(installation))
                .replace(variable.place, "\"true\"");
        }
        None => {
            let values: [(&str, &dyn Display); 2] = [("name", &NAME), ("value", &"not set")];
            found.add(&installation.place, named(installation), &values);
        }
    }
}

pub(super) fn addresses_left_on(context: &Context<'_>, found: &mut Found) {
    let Some(installation) = with_own_network(context, found) else { return };
    if context.written.is_none() {
        return found.lacks(Need::Configmap);
    }
    found.judged();
    let key = Key::EnableWindowsIpam;
    if let Some((flag, place)) = context.flag(key)
        && flag.is_on()
    {
        let name = context.written.map_or(key.name(), |written| written.name(key));
        found
            .add(place, context::CNI, &[("key", &name)])
            .related(&installation.place, named(installation))
            .replace(place, "\"false\"");
    }
}
