//! Family VPC: blocks, quotas and the service CIDR.

pub(super) mod bootstrap;
mod further;

use super::Judge;
use super::context::{Context, named};
use super::found::Found;
use super::rule::{self, Need};
use crate::model::{AskedBlock, BlockOf, Field, Origin, Place, plain_id};
use crate::plan::migration::usage::{Listed, units_of_group, vpc_of};
use crate::plan::migration::{DEFAULT_NAU_QUOTA, systems};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use winpod::Ipv4Prefix;

pub(super) const RULES: &[Judge] = &[
    Judge { rule: &rule::VPC_001, judge: block_size },
    Judge { rule: &rule::VPC_002, judge: further::ruled_out },
    Judge { rule: &rule::VPC_003, judge: further::too_many },
    Judge { rule: &rule::VPC_004, judge: clash },
    Judge { rule: &rule::VPC_005, judge: address_usage },
    Judge { rule: &rule::VPC_007, judge: bootstrap::service_range },
    Judge { rule: &rule::VPC_008, judge: bootstrap::private_cluster },
    Judge { rule: &rule::VPC_009, judge: bootstrap::translated },
];

/// Blocks of the cluster's VPC as far as the files tell, each with its place and how it is called.
fn blocks<'c>(context: &Context<'c>) -> Vec<(Ipv4Prefix, &'c Place, String)> {
    let cluster = context.cluster;
    let mut blocks = Vec::new();
    let of_groups = context.planned().groups.iter().flat_map(|planned| &planned.asks.subnets);
    let control_plane = cluster.control_plane_subnets.known().into_iter().flatten().map(String::as_str);
    let ids = of_groups.copied().chain(control_plane);
    let mut vpcs: BTreeSet<&str> = ids.filter_map(|id| vpc_of(cluster, id)).collect();
    // Where nothing leads to a VPC, the only one that is given is meant.
    if vpcs.is_empty() && cluster.vpcs.len() == 1 {
        vpcs.extend(cluster.vpcs.keys().map(String::as_str));
    }
    // What eksctl would make by itself counts only where nothing else is there.
    if let Field::Known(block, origin) = &cluster.made_vpc
        && (vpcs.is_empty() || matches!(origin, Origin::Written(_)))
    {
        blocks.push((*block, origin.place(), "the VPC that eksctl makes".to_owned()));
    }
    for (id, vpc) in vpcs.into_iter().filter_map(|id| cluster.vpcs.get_key_value(id)) {
        let what = format!("VPC {}", plain_id(id));
        let asked: Vec<&AskedBlock> = further::blocks_of(context, id).collect();
        let place = |block: &Ipv4Prefix| {
            asked.iter().find(|asked| asked.block == *block).map_or(&vpc.place, |asked| &asked.place)
        };
        blocks.extend(vpc.cidrs.iter().map(|block| (*block, place(block), what.clone())));
        let further = asked.iter().filter(|asked| !vpc.cidrs.contains(&asked.block));
        blocks.extend(further.map(|asked| (asked.block, &asked.place, what.clone())));
    }
    blocks
}

/// The block of the Services, and where it is said.
pub(super) fn service_range<'c>(context: &Context<'c>) -> Option<(Ipv4Prefix, &'c Place)> {
    let Field::Known(block, origin) = &context.cluster.control_plane.service_cidr else { return None };
    Some((*block, origin.place()))
}

fn block_size(context: &Context<'_>, found: &mut Found) {
    const ALLOWED: std::ops::RangeInclusive<u8> = 16..=28;
    if let Field::Known(block, origin) = &context.cluster.made_vpc {
        found.judged();
        if !ALLOWED.contains(&block.prefix_len()) {
            let values: [(&str, &dyn Display); 2] = [("what", &"vpc.cidr"), ("block", block)];
            _ = found.add(origin.place(), "the VPC that eksctl makes", &values);
        }
    }
    if let Field::Known(extra, _) = &context.cluster.control_plane.extra_blocks {
        for (block, place) in &extra.blocks {
            found.judged();
            if !ALLOWED.contains(&block.prefix_len()) {
                let values: [(&str, &dyn Display); 2] = [("what", &"vpc.extraCIDRs"), ("block", block)];
                _ = found.add(place, "vpc.extraCIDRs", &values);
            }
        }
    }
    for asked in &context.cluster.asked_blocks {
        found.judged();
        if !ALLOWED.contains(&asked.block.prefix_len()) {
            let what = match asked.of {
                BlockOf::Vpc => format!("VPC {}", asked.name),
                BlockOf::Further => format!("the further block {}", asked.name),
                BlockOf::Subnet => format!("subnet {}", asked.name),
            };
            let values: [(&str, &dyn Display); 2] = [("what", &what), ("block", &asked.block)];
            _ = found.add(&asked.place, what.clone(), &values);
        }
    }
    for (id, subnet) in &context.cluster.subnets {
        // EC2 lists none that it would not make, and what eksctl makes follows from its block.
        if subnet.place.line == 0 || subnet.planned {
            continue;
        }
        found.judged();
        if !ALLOWED.contains(&subnet.cidr.prefix_len()) {
            let what = format!("subnet {id}");
            let values: [(&str, &dyn Display); 2] = [("what", &what), ("block", &subnet.cidr)];
            _ = found.add(&subnet.place, what.clone(), &values);
        }
    }
}

/// Blocks of the VPC, and those that eksctl is to add to it.
fn with_further<'c>(context: &Context<'c>) -> Vec<(Ipv4Prefix, &'c Place, String)> {
    let mut blocks = blocks(context);
    if let Field::Known(extra, _) = &context.cluster.control_plane.extra_blocks {
        let known: BTreeSet<Ipv4Prefix> = blocks.iter().map(|(block, ..)| *block).collect();
        let further = extra.blocks.iter().filter(|(block, _)| !known.contains(block));
        blocks.extend(further.map(|(block, place)| (*block, place, "vpc.extraCIDRs".to_owned())));
    }
    blocks
}

fn clash(context: &Context<'_>, found: &mut Found) {
    const DOCKER: Ipv4Prefix = Ipv4Prefix::constant([172, 17, 0, 0], 16);
    const LINK_LOCAL: Ipv4Prefix = Ipv4Prefix::constant([169, 254, 0, 0], 16);
    let blocks = with_further(context);
    if blocks.is_empty() && context.windows().is_some() {
        return found.lacks(Need::Vpcs);
    }
    for (block, place, what) in blocks {
        found.judged();
        for (taken, form) in [(DOCKER, "bridge"), (LINK_LOCAL, "link-local")] {
            if block.overlaps(taken) {
                let values: [(&str, &dyn Display); 3] =
                    [("block", &block), ("what", &what), ("taken", &taken)];
                _ = found.add_as(form, place, what.clone(), &values);
            }
        }
        if let Some((services, at)) = service_range(context)
            && block.overlaps(services)
        {
            let values: [(&str, &dyn Display); 3] =
                [("block", &block), ("what", &what), ("taken", &services)];
            found.add_as("service", at, what.clone(), &values).related(place, what.clone());
        }
    }
}

/// Units that one VPC uses at the least.
#[derive(Default)]
struct Usage<'c> {
    all: Listed<'c>,
    /// Without the groups' own nodes.
    others: Listed<'c>,
    groups: u64,
    /// Of a group the size or a type is open.
    open: bool,
    /// An interface of an instance may be one of the groups' nodes.
    unexplained: bool,
}

fn address_usage(context: &Context<'_>, found: &mut Found) {
    const NEAR_PERCENT: u64 = 90;
    let (cluster, planned) = (context.cluster, context.planned());
    let (own, systems) = (&planned.own_instances, systems(cluster));
    let told = planned.nodes_told(cluster);
    let mut usages: BTreeMap<Option<&str>, Usage<'_>> = BTreeMap::new();
    for one in &cluster.interfaces {
        let usage = usages.entry(vpc_of(cluster, &one.subnet)).or_default();
        usage.all.add(one, &systems);
        usage.unexplained |= one.instance.is_some() && !told && !planned.groups.is_empty();
        if one.instance.as_deref().is_none_or(|instance| !own.contains(instance)) {
            usage.others.add(one, &systems);
        }
    }
    for group in &planned.groups {
        let Some(first) = group.asks.subnets.first() else { continue };
        let usage = usages.entry(vpc_of(cluster, first)).or_default();
        match units_of_group(&group.asks) {
            Some(units) => usage.groups += units,
            None => usage.open = true,
        }
    }
    for (vpc, usage) in usages {
        let in_vpc = |id: &str| vpc_of(cluster, id) == vpc;
        let least =
            if usage.unexplained { usage.all.sum.max(usage.groups) } else { usage.others.sum + usage.groups };
        let near = least * 100 >= DEFAULT_NAU_QUOTA * NEAR_PERCENT;
        let planned_only = cluster.subnets.iter().filter(|(id, _)| in_vpc(id)).all(|(_, it)| it.planned);
        let of_vpc =
            planned.groups.iter().filter(|group| group.asks.subnets.first().is_some_and(|id| in_vpc(id)));
        let listed = vpc.and_then(|id| cluster.vpcs.get(id)).map(|vpc| &vpc.place);
        let subnet = || cluster.subnets.iter().find(|(id, _)| in_vpc(id)).map(|(_, subnet)| &subnet.place);
        let mut places = of_vpc.map(|group| (group.size_place(), named(group.group())));
        let first = places.next();
        let Some(place) = first.as_ref().map(|(place, _)| *place).or(listed).or_else(subnet) else {
            continue;
        };
        if near {
            found.judged();
            let name = vpc.unwrap_or("the VPC");
            let values: [(&str, &dyn Display); 4] =
                [("vpc", &name), ("units", &least), ("groups", &usage.groups), ("quota", &DEFAULT_NAU_QUOTA)];
            let mut added = found.add(place, name, &values);
            for (place, group) in places {
                added = added.related(place, group);
            }
        } else if !cluster.interfaces_listed && !planned_only {
            found.lacks(Need::Interfaces);
        } else if usage.open || usage.unexplained || cluster.listings_cut {
            found.unknown("how many units the Windows groups use at their largest", place);
        } else {
            found.judged();
        }
    }
}
