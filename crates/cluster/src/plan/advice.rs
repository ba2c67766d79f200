//! What would help, with numbers.

use super::answer::{Advice, GroupPlan, LimitedBy, SubnetPlan, TypePlan, Verdict};
use super::candidates::{self, Candidate};
use super::demand::{Asking, Cost, singles};
use super::density::{self, Load};
use crate::model::{Cluster, Field, InstanceTypes, NodeGroup, Tool};
use winpod::instance;
use winpod::ipam::{ConfigData, Environment, IpamMode, Settings};
use winpod::subnet::size::{Need, Placement, smallest};

pub(super) fn advise(
    cluster: &Cluster,
    groups: &[GroupPlan],
    asking: &[Asking<'_>],
    subnets: &[SubnetPlan],
    settings: &Settings,
) -> Vec<Advice> {
    let mut advice = Vec::new();
    if !settings.windows_ipam.is_on() {
        return advice;
    }
    for (planned, asks) in groups.iter().zip(asking) {
        let load = Load::on(asks.group, &cluster.workloads);
        if matches!(asks.group.instance_types, Field::Known(InstanceTypes::Requirements(_), _)) {
            advice.extend(prefix_delegation_for_pool(asks.group, planned, &asks.candidates, settings));
        } else {
            for row in &planned.types {
                // More pods a node would make a short subnet shorter.
                if planned.verdict == Verdict::DoesNotFit {
                    break;
                }
                let Some(candidate) = candidates::find(cluster, &row.instance_type) else { continue };
                advice.extend(prefix_delegation(asks.group, row, &candidate, &load));
                advice.extend(larger_type(asks.group, row, &candidate, &load, settings));
                advice.extend(raise_max_pods(asks.group, row));
            }
        }
        advice.extend(warm_targets(cluster, planned, asks, &load, subnets));
    }
    advice.extend(subnets.iter().filter_map(|subnet| more_room(subnet, asking)));
    advice.extend(subnets.iter().flat_map(|subnet| smaller_steps(subnet, asking)));
    advice
}

fn one(change: &str, object: &str, message: String) -> Advice {
    Advice { change: change.to_owned(), object: object.to_owned(), message }
}

fn hypothetical(values: &[(&str, &str)]) -> Settings {
    Settings::read(&ConfigData::from_pairs(values.iter().copied()), Environment::default())
}

fn prefix_delegation(
    group: &NodeGroup,
    row: &TypePlan,
    candidate: &Candidate,
    load: &Load,
) -> Option<Advice> {
    if row.limited_by != LimitedBy::Addresses
        || row.mode != IpamMode::SecondaryIp.name()
        || !candidate.limits.nitro()
    {
        return None;
    }
    let on = hypothetical(&[("enable-windows-ipam", "true"), ("enable-windows-prefix-delegation", "true")]);
    let then = density::on_type(group, candidate, &on, load, None);
    (then.pods > row.pods).then(|| {
        let message = format!(
            "prefix delegation gives {} {} addresses instead of {}: {} pods per node instead of {}, limited by {}; a full node then takes {} /28 and {} addresses from its subnet. Move by new node groups, not on running nodes.",
            row.instance_type, then.ipv4, row.ipv4, then.pods, row.pods, then.limited_by.name(), then.node_prefixes, then.node_addresses
        );
        one("prefix-delegation", &group.name, message)
    })
}

/// A pool with many candidates: one sentence for all of them.
fn prefix_delegation_for_pool(
    group: &NodeGroup,
    planned: &GroupPlan,
    candidates: &[Candidate],
    settings: &Settings,
) -> Option<Advice> {
    if settings.mode() == IpamMode::PrefixDelegation || planned.verdict == Verdict::DoesNotFit {
        return None;
    }
    let addresses = |candidate: &Candidate| candidate.limits.slots();
    let nitro = candidates.iter().filter(|candidate| candidate.limits.nitro());
    let short =
        nitro.filter(|candidate| addresses(candidate) < density::max_pods(group, candidate.vcpus, None).0);
    let (least, most) = (short.clone().map(addresses).min()?, short.clone().map(addresses).max()?);
    let message = format!(
        "{} of the {} types that the pool may use are Nitro and have fewer addresses ({least} to {most}) than the kubelet takes pods: prefix delegation gives them 16 times as many. Move by new nodes, not on running ones.",
        short.count(),
        planned.type_count
    );
    Some(one("prefix-delegation", &group.name, message))
}

/// The smallest type of the same family that takes more pods.
fn larger_type(
    group: &NodeGroup,
    row: &TypePlan,
    candidate: &Candidate,
    load: &Load,
    settings: &Settings,
) -> Option<Advice> {
    if row.limited_by != LimitedBy::Addresses || row.same > 1 {
        return None;
    }
    let family = instance::find(&candidate.name)?.family();
    let better = instance::all()
        .filter(|other| other.family() == family && other.windows().verdict == instance::Verdict::Yes)
        .filter(|other| {
            u32::from(other.ipv4_per_eni()) > candidate.limits.ipv4_per_eni() && !other.bare_metal()
        })
        .min_by_key(|other| (other.vcpus(), other.memory_mib()))?;
    let then = density::on_type(group, &Candidate::from(better), settings, load, None);
    (then.pods > row.pods).then(|| {
        let message = format!(
            "{} takes {} pods per node instead of {} on {}, limited by {}; a full node takes {} addresses from its subnet instead of {}",
            then.instance_type, then.pods, row.pods, row.instance_type, then.limited_by.name(), then.node_addresses, row.node_addresses
        );
        one("instance-type", &group.name, message)
    })
}

fn raise_max_pods(group: &NodeGroup, row: &TypePlan) -> Option<Advice> {
    let can = group.tool.is_self_managed() || group.tool == Tool::Karpenter;
    if row.limited_by != LimitedBy::MaxPods || !can || row.ipv4 <= row.max_pods || row.same > 1 {
        return None;
    }
    let setting = match group.tool {
        Tool::Karpenter => "kubelet.maxPods of its EC2NodeClass",
        Tool::AutoScaling => "-KubeletExtraArgs '--max-pods=…' in its user data",
        _ => "maxPodsPerNode",
    };
    let message = format!(
        "{} has {} addresses and the kubelet stops at {}: {setting} raises that limit, if CPU and memory allow",
        row.instance_type, row.ipv4, row.max_pods
    );
    Some(one("max-pods", &group.name, message))
}

/// What the smallest warm targets would save where a subnet is short.
fn warm_targets(
    cluster: &Cluster,
    planned: &GroupPlan,
    asks: &Asking<'_>,
    load: &Load,
    subnets: &[SubnetPlan],
) -> Option<Advice> {
    let short = subnets
        .iter()
        .any(|subnet| subnet.verdict == Verdict::DoesNotFit && asks.subnets.contains(&subnet.id.as_str()));
    let nodes = asks.max_size?;
    let row = planned.types.iter().max_by_key(|row| row.node_addresses)?;
    if !short {
        return None;
    }
    let candidate = candidates::find(cluster, &row.instance_type)?;
    let prefixes = if row.mode == IpamMode::PrefixDelegation.name() { "true" } else { "false" };
    let least = hypothetical(&[
        ("enable-windows-ipam", "true"),
        ("enable-windows-prefix-delegation", prefixes),
        ("warm-ip-target", "1"),
        ("minimum-ip-target", "1"),
    ]);
    let then = density::on_type(asks.group, &candidate, &least, load, Some(row.max_pods));
    let saved = row.node_addresses.checked_sub(then.node_addresses).filter(|saved| *saved > 0)?;
    let message = format!(
        "warm-ip-target 1 with minimum-ip-target 1 lets a full node hold {saved} addresses less: {} less at {nodes} nodes; pods then start slower in a burst",
        u64::from(saved) * u64::from(nodes)
    );
    Some(one("warm-targets", &asks.group.name, message))
}

/// The smallest new subnet that holds all that the groups need of a short one, in its place.
fn more_room(short: &SubnetPlan, asking: &[Asking<'_>]) -> Option<Advice> {
    let worst = short
        .demand
        .iter()
        .filter(|demand| demand.verdict == Verdict::DoesNotFit && demand.at != "zone-loss")
        .max_by_key(|demand| (demand.needed_prefixes, demand.needed_addresses))?;
    let when = match worst.at.as_str() {
        "upgrade" => "during an upgrade".to_owned(),
        size => format!("at the {size} size"),
    };
    let addresses = worst.needed_addresses.saturating_sub(worst.available_addresses.unwrap_or(0));
    let missing = worst.needed_prefixes.saturating_sub(worst.available_prefixes.unwrap_or(0));
    let lacks = match (addresses, missing) {
        (0, 0) => "lacks room for single addresses outside its reservations".to_owned(),
        (_, 0) => format!("lacks {addresses} addresses"),
        (0, _) => format!("lacks {missing} /28"),
        _ => format!("lacks {addresses} addresses and {missing} /28"),
    };
    let all = short.demand.iter().filter(|demand| demand.at != "zone-loss");
    let needs = all.map(|demand| Need {
        singles: singles(demand.needed_addresses, demand.needed_prefixes),
        prefixes: demand.needed_prefixes,
    });
    // Every situation must fit, wherever single addresses go.
    let lengths: Option<Vec<u8>> = needs.map(|need| smallest(need, Placement::Anywhere, false)).collect();
    let length = lengths.and_then(|lengths| lengths.into_iter().min());
    let here = asking.iter().filter(|asks| asks.subnets.contains(&short.id.as_str()));
    let groups: Vec<&str> = here.map(|asks| asks.group.name.as_str()).collect();
    let groups = groups.join(", ");
    let zone = short.availability_zone.as_deref().unwrap_or("the same Availability Zone");
    let message = match length {
        Some(length) => format!(
            "{lacks} {when}: a new subnet of /{length} in {zone} in its place holds {groups}; new node groups can use it, existing ones cannot be moved"
        ),
        None => format!("{lacks} {when}, and even a /16 would: split {groups} over several subnets"),
    };
    Some(one("subnet", &short.id, message))
}

/// Where only the replacement of a group does not fit: how many nodes may be replaced at a time.
fn smaller_steps(short: &SubnetPlan, asking: &[Asking<'_>]) -> Vec<Advice> {
    let at = |name: &str| short.demand.iter().find(|demand| demand.at == name);
    let (Some(maximum), Some(upgrade)) = (at("maximum"), at("upgrade")) else { return Vec::new() };
    if maximum.verdict == Verdict::DoesNotFit || upgrade.verdict != Verdict::DoesNotFit {
        return Vec::new();
    }
    let here = asking.iter().filter(|asks| asks.subnets.contains(&short.id.as_str()));
    here.filter(|asks| asks.group.tool.is_self_managed())
        .filter_map(|asks| {
            let Cost { addresses, prefixes } = asks.cost?;
            let left = maximum.available_addresses?.saturating_sub(maximum.needed_addresses);
            let mut steps = left / u64::from(addresses.max(1));
            if prefixes > 0 {
                let left = maximum.available_prefixes?.saturating_sub(maximum.needed_prefixes);
                steps = steps.min(left / u64::from(prefixes + 1));
            }
            let message = format!(
                "a second group of full size does not fit beside {:?} in {}; {steps} new nodes at a time do",
                asks.group.name, short.id
            );
            Some(one("subnet", &short.id, message))
        })
        .collect()
}
