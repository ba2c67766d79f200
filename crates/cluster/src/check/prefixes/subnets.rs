//! Subnets under prefix delegation.

use super::groups::with_prefixes;
use crate::check::context::{Context, named};
use crate::check::found::Found;
use crate::check::ipam::capacity::for_each_demand;
use crate::check::planned::{PlannedGroup, groups_known, held_by_instance};
use crate::check::rule::{Need, Severity};
use crate::model::{Os, SubnetChoice};
use crate::plan::{singles, spread};
use std::collections::HashSet;
use std::fmt::Display;
use winpod::Subnet;
use winpod::ipam::Flag;
use winpod::subnet::{DELEGATED_PREFIX_LEN, ReservationKind};

/// The subnets of the Windows groups, if nodes in them take prefixes.
fn subnets<'c>(context: &Context<'c>, found: &mut Found) -> Vec<&'c str> {
    if with_prefixes(context, found).is_none() {
        return Vec::new();
    }
    groups_known(context, found);
    for planned in context.planned().groups.iter().filter(|planned| planned.asks.subnets.is_empty()) {
        let why = format!("the subnets of {}", named(planned.group()));
        found.unknown(why, &planned.group().place);
    }
    let takes = |planned: &PlannedGroup<'_>| {
        planned.asks.candidates.is_empty() || planned.asks.candidates.iter().any(|it| it.limits.nitro())
    };
    let all = context.planned().subnets.iter().map(|subnet| subnet.id.as_str());
    all.filter(|id| context.planned().in_subnet(id).any(takes)).collect()
}

pub(super) fn too_small(context: &Context<'_>, found: &mut Found) {
    for id in subnets(context, found) {
        found.judged();
        let cidr = context.planned().supplies[id].cidr;
        if Subnet::new(cidr).is_ok_and(|empty| empty.free_prefixes() == 0) {
            let place = &context.cluster.subnets[id].place;
            let values: [(&str, &dyn Display); 2] = [("subnet", &id), ("cidr", &cidr)];
            let mut added = found.add(place, format!("subnet {id}"), &values);
            for planned in context.planned().in_subnet(id) {
                added = added.related(&planned.group().place, named(planned.group()));
            }
        }
    }
}

pub(super) fn too_few(context: &Context<'_>, found: &mut Found) {
    if with_prefixes(context, found).is_none() {
        return;
    }
    groups_known(context, found);
    for_each_demand(context, found, |demand, room| {
        let alone = singles(demand.needed_addresses, demand.needed_prefixes);
        let worst = demand.needed_prefixes + alone;
        if demand.needed_prefixes > room.prefixes {
            Some(true)
        } else if demand.needed_prefixes == 0
            || demand.verdict == crate::plan::Verdict::Fits
            // Wherever EC2 places the nodes' own addresses.
            || demand.available_prefixes.is_some_and(|there| worst <= there)
        {
            Some(false)
        } else {
            None
        }
    });
}

pub(super) fn shared(context: &Context<'_>, found: &mut Found) {
    let cluster = context.cluster;
    let ids = subnets(context, found);
    if ids.iter().any(|id| !cluster.subnets[*id].planned)
        && !(cluster.interfaces_listed && cluster.reservations_listed)
    {
        found.lacks(Need::Interfaces);
    }
    for id in ids {
        let (subnet, supply) = (&cluster.subnets[id], &context.planned().supplies[id]);
        if subnet.planned {
            found.judged();
            continue;
        }
        if !cluster.interfaces_listed || !cluster.reservations_listed {
            continue;
        }
        if cluster.half_listed.contains(id) || cluster.listings_cut {
            found.unknown(format!("what subnet {id} holds"), &subnet.place);
            continue;
        }
        let own = &context.planned().own_instances;
        let here = context.planned().interfaces(id).iter();
        let others =
            here.filter(|one| one.instance.as_deref().is_none_or(|instance| !own.contains(instance)));
        // Without the nodes an instance may be one of them.
        let sure = others
            .clone()
            .filter(|one| one.instance.is_none() || context.planned().nodes_told(cluster))
            .count();
        let spoilt = supply.others.spoilt_blocks().count();
        if supply.now.reserved_prefixes.is_some() || others.count() == 0 || spoilt == 0 {
            found.judged();
        } else if sure == 0 {
            found.unknown(format!("whose instances the interfaces in subnet {id} are on"), &subnet.place);
            found.lacks(Need::Nodes);
        } else {
            found.judged();
            let values: [(&str, &dyn Display); 4] =
                [("subnet", &id), ("cidr", &subnet.cidr), ("others", &sure), ("spoilt", &spoilt)];
            let mut added = found.add(&subnet.place, format!("subnet {id}"), &values);
            for planned in context.planned().in_subnet(id) {
                added = added.related(&planned.group().place, named(planned.group()));
            }
        }
    }
}

pub(super) fn explicit_reservation(context: &Context<'_>, found: &mut Found) {
    let cluster = context.cluster;
    let ids = subnets(context, found);
    if !ids.is_empty() && !cluster.reservations_listed && ids.iter().any(|id| !cluster.subnets[*id].planned) {
        found.lacks(Need::Interfaces);
    }
    for id in ids {
        let here = || cluster.reservations.iter().filter(|reservation| reservation.subnet == id);
        let for_prefixes = here().any(|reservation| reservation.kind == ReservationKind::Prefix);
        for reservation in here() {
            found.judged();
            let large = reservation.cidr.prefix_len() <= DELEGATED_PREFIX_LEN;
            if reservation.kind != ReservationKind::Explicit || !large {
                continue;
            }
            let meant = speaks_of_prefixes(&reservation.description);
            if !meant && for_prefixes {
                continue;
            }
            let said = if meant {
                format!(" ({:?})", crate::read::shortened(&reservation.description))
            } else {
                String::new()
            };
            let values: [(&str, &dyn Display); 4] = [
                ("reservation", &reservation.id),
                ("said", &said),
                ("cidr", &reservation.cidr),
                ("subnet", &id),
            ];
            let form = if meant { "meant" } else { "perhaps" };
            let added =
                found.add_as(form, &reservation.place, format!("reservation {}", reservation.id), &values);
            // It may be for something else.
            if !meant {
                added.severity(Severity::Info);
            }
        }
    }
}

/// Whether a reservation says that it is for prefixes or what takes them.
fn speaks_of_prefixes(text: &str) -> bool {
    const WORDS: [&str; 10] =
        ["prefix", "prefixes", "delegation", "pd", "pod", "pods", "windows", "eks", "kubernetes", "cni"];
    let text = text.to_ascii_lowercase();
    text.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| WORDS.contains(&word))
}

pub(super) fn shared_reservation(context: &Context<'_>, found: &mut Found) {
    let cluster = context.cluster;
    let held = held_by_instance(cluster);
    let linux: HashSet<&str> = cluster
        .nodes
        .iter()
        .filter(|node| node.os == Some(Os::Linux))
        .filter_map(|node| node.instance.as_deref())
        .collect();
    let environment = cluster.cni.environment.known();
    let switched = environment.and_then(|all| all.get("ENABLE_PREFIX_DELEGATION")).and_then(|it| it.known());
    let linux_takes = switched.is_some_and(|text| Flag::read(Some(text)).is_on());
    for id in subnets(context, found) {
        let supply = &context.planned().supplies[id];
        let Some(free) = supply.for_groups.reserved_prefixes else { continue };
        if !cluster.interfaces_listed && !cluster.subnets[id].planned {
            found.lacks(Need::Interfaces);
            continue;
        }
        if !context.planned().nodes_told(cluster) {
            found.lacks(Need::Nodes);
            continue;
        }
        let here = context.planned().interfaces(id).iter();
        let holders: HashSet<&str> = here
            .filter_map(|one| one.instance.as_deref())
            .filter(|instance| {
                linux.contains(instance) && held.get(instance).is_some_and(|(_, count)| *count > 0)
            })
            .collect();
        let taken: u32 = holders.iter().filter_map(|instance| Some(held.get(instance)?.1)).sum();
        // Each of their nodes takes a prefix at least.
        let nodes: u32 = context
            .linux_groups()
            .filter(|_| linux_takes)
            .filter_map(|group| {
                let Some(SubnetChoice::Ids(ids)) = group.subnets.known() else { return None };
                ids.iter()
                    .any(|known| known == id)
                    .then(|| spread(group.max_size.known().copied().unwrap_or(0), ids.len()))
            })
            .sum();
        let plan = context.planned().subnets.iter().find(|subnet| subnet.id == id);
        let demand = plan.and_then(|plan| plan.demand.iter().find(|demand| demand.at == "maximum"));
        let Some(demand) = demand else {
            found.unknown(format!("how many nodes go to subnet {id}"), &cluster.subnets[id].place);
            continue;
        };
        found.judged();
        let wanted = u64::from(taken.max(nodes));
        let there = u64::from(free) + u64::from(taken);
        if wanted > 0 && demand.needed_prefixes + wanted > there {
            let values: [(&str, &dyn Display); 4] = [
                ("subnet", &id),
                ("there", &there),
                ("windows", &demand.needed_prefixes),
                ("linux", &wanted),
            ];
            let of_prefix =
                |it: &&crate::model::Reservation| it.subnet == id && it.kind == ReservationKind::Prefix;
            let reservation = cluster.reservations.iter().find(of_prefix);
            let place = reservation.map_or(&cluster.subnets[id].place, |reservation| &reservation.place);
            let mut added = found.add(place, format!("subnet {id}"), &values);
            for planned in context.planned().in_subnet(id) {
                added = added.related(planned.size_place(), named(planned.group()));
            }
        }
    }
}
