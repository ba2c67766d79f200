//! Groups and nodes under prefix delegation.

use crate::check::context::{Context, named, on_nitro};
use crate::check::found::Found;
use crate::check::ipam::capacity::{PodLimits, active};
use crate::check::planned::{groups_known, held_by_instance, types_known};
use crate::check::rule::{Need, Severity};
use crate::model::Os;
use crate::plan::{self, Candidate, TypePlan};
use crate::read::join;
use std::fmt::Display;
use winpod::ipam::{ADDRESSES_PER_PREFIX, IpamMode, Key, Settings, TargetOrigin, capacity, mixed_capacity};

/// The settings, if prefix delegation is in effect.
pub(super) fn with_prefixes(context: &Context<'_>, found: &mut Found) -> Option<Settings> {
    active(context, found).filter(|settings| settings.mode() == IpamMode::PrefixDelegation)
}

pub(super) fn not_nitro(context: &Context<'_>, found: &mut Found) {
    if with_prefixes(context, found).is_none() {
        return;
    }
    groups_known(context, found);
    for planned in &context.planned().groups {
        if !types_known(planned, found) {
            continue;
        }
        found.judged();
        let without: Vec<&Candidate> =
            planned.asks.candidates.iter().filter(|candidate| !candidate.limits.nitro()).collect();
        let Some(first) = without.first() else { continue };
        let types = join(without.iter().map(|candidate| candidate.name.clone()));
        let slots = capacity(first.limits, IpamMode::SecondaryIp).addresses;
        let values: [(&str, &dyn Display); 4] = [
            ("types", &types),
            ("group", &planned.group().name),
            ("type", &first.name),
            ("addresses", &slots),
        ];
        let added = found.add(planned.types_place(), named(planned.group()), &values);
        // Karpenter may as well take the others.
        if planned.chooses() && without.len() < planned.asks.candidates.len() {
            added.severity(Severity::Warn);
        }
    }
}

pub(super) fn idle_prefixes(context: &Context<'_>, found: &mut Found) {
    let Some(settings) = with_prefixes(context, found) else { return };
    let target = settings.loaded.warm_prefix;
    let node = on_nitro(&settings);
    // What the other targets overrule keeps nothing free.
    let TargetOrigin::Key(key) = target.origin else { return };
    if target.value <= 0 || node.ignored(key).is_some() {
        return;
    }
    let Some(written) = context.written else { return };
    let Some((_, place)) = written.get(key) else { return };
    if context.cluster.workloads.is_empty() && !context.planned().groups.is_empty() {
        return found.lacks(Need::Workloads);
    }
    groups_known(context, found);
    for planned in &context.planned().groups {
        let Some(pods) = planned.pods.at_most.and_then(|pods| planned.per_node(pods)) else {
            found.unknown(
                format!("how many pods a node of {} has", named(planned.group())),
                &planned.group().place,
            );
            continue;
        };
        found.judged();
        let used = i64::from(pods.div_ceil(ADDRESSES_PER_PREFIX));
        if target.value > 1 && target.value > used {
            let idle = target.value.saturating_mul(ADDRESSES_PER_PREFIX.into());
            let values: [(&str, &dyn Display); 5] = [
                ("key", &written.name(key)),
                ("value", &target.value),
                ("idle", &idle),
                ("group", &planned.group().name),
                ("pods", &pods),
            ];
            let added = found.add(place, &written.object, &values);
            added.related(&planned.group().place, named(planned.group()));
        }
    }
}

pub(super) fn switched(context: &Context<'_>, found: &mut Found) {
    let Some(settings) = active(context, found) else { return };
    let cluster = context.cluster;
    let windows = cluster.nodes.iter().filter(|node| node.os == Some(Os::Windows));
    if windows.clone().next().is_none() {
        if cluster.nodes.is_empty() && context.windows().is_some() {
            found.lacks(Need::Nodes);
        }
        return;
    }
    if !cluster.interfaces_listed {
        return found.lacks(Need::Interfaces);
    }
    let held = held_by_instance(cluster);
    for node in windows {
        let Some((singles, prefixes)) = node.instance.as_deref().and_then(|id| held.get(id)) else {
            found.unknown(format!("the interfaces of node {:?}", node.name), &node.place);
            continue;
        };
        let candidate = node.instance_type.as_deref().and_then(|name| plan::find(cluster, name));
        let Some(candidate) = candidate else {
            found.unknown(format!("the type of node {:?}", node.name), &node.place);
            continue;
        };
        found.judged();
        let mode = settings.on_node(candidate.limits).mode;
        let (form, old) = match mode {
            IpamMode::PrefixDelegation => ("to-prefixes", *singles),
            IpamMode::SecondaryIp => ("to-secondary", *prefixes),
        };
        if old == 0 {
            continue;
        }
        let mixed = mixed_capacity(candidate.limits, mode, old);
        let values: [(&str, &dyn Display); 4] =
            [("node", &node.name), ("old", &old), ("advertised", &mixed.advertised), ("real", &mixed.real)];
        let added = found.add_as(form, &node.place, format!("node {:?}", node.name), &values);
        if let Some((_, at)) = context.flag(Key::EnableWindowsPrefixDelegation) {
            added.related(at, Key::EnableWindowsPrefixDelegation.name());
        }
    }
}

pub(super) fn density(context: &Context<'_>, found: &mut Found) {
    if with_prefixes(context, found).is_none() {
        return;
    }
    if context.cluster.workloads.is_empty() && !context.planned().groups.is_empty() {
        return found.lacks(Need::Workloads);
    }
    groups_known(context, found);
    for planned in &context.planned().groups {
        if !types_known(planned, found) {
            continue;
        }
        let Some(limits) = PodLimits::of(context, planned, found) else { continue };
        found.judged();
        let default = |row: &&TypePlan| limits.is_default(row) && limits.needs_more(planned, row);
        let Some(row) = planned.asks.rows.iter().find(default) else { continue };
        let pods = planned.per_node(planned.pods.at_least).unwrap_or(0);
        let values: [(&str, &dyn Display); 4] = [
            ("max", &limits.on(row)),
            ("type", &row.instance_type),
            ("addresses", &row.ipv4),
            ("pods", &pods),
        ];
        _ = found.add(&planned.group().place, named(planned.group()), &values);
    }
}

pub(super) fn max_pods(context: &Context<'_>, found: &mut Found) {
    if with_prefixes(context, found).is_none() {
        return;
    }
    groups_known(context, found);
    for planned in &context.planned().groups {
        if !types_known(planned, found) {
            continue;
        }
        let Some(limits) = PodLimits::of(context, planned, found) else { continue };
        let rows = planned.asks.rows.iter();
        let rows: Vec<&TypePlan> = rows.filter(|row| row.mode == IpamMode::PrefixDelegation.name()).collect();
        if rows.is_empty() {
            continue;
        }
        found.judged();
        let above: Vec<&TypePlan> = rows.iter().copied().filter(|row| limits.on(row) > row.ipv4).collect();
        let Some(row) = above.iter().min_by_key(|row| row.ipv4) else { continue };
        // One limit cannot be that of every type.
        if planned.chooses() && above.len() < rows.len() {
            continue;
        }
        let values: [(&str, &dyn Display); 4] = [
            ("max", &limits.on(row)),
            ("from", &limits.origin(row)),
            ("type", &row.instance_type),
            ("addresses", &row.ipv4),
        ];
        _ = found.add(limits.place, named(planned.group()), &values);
    }
}
