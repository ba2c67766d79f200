//! Settings and pods against what nodes and subnets have.

use crate::check::bootstrap;
use crate::check::context::{Context, named};
use crate::check::found::Found;
use crate::check::planned::{AtMost, PlannedGroup, groups_known, types_known};
use crate::check::rule::{Need, Severity};
use crate::model::{Field, InstanceTypes, Operator, Place};
use crate::plan::{self, Demand, TypePlan};
use crate::read::join;
use std::collections::BTreeSet;
use std::fmt::Display;
use winpod::InstanceType;
use winpod::instance::{self, WindowsReason};
use winpod::ipam::{IpamMode, Key, Settings, Target, TargetOrigin, capacity, steady_state};

/// The settings, if they give addresses to Windows pods at all; what else is missing then is another rule's matter.
pub(in crate::check) fn active(context: &Context<'_>, found: &mut Found) -> Option<Settings> {
    let settings = context.settings();
    if settings.is_none() {
        found.lacks(Need::Configmap);
    }
    settings.filter(|settings| settings.windows_ipam.is_on())
}

pub(super) fn targets(context: &Context<'_>, found: &mut Found) {
    let Some(settings) = active(context, found) else { return };
    groups_known(context, found);
    for planned in &context.planned().groups {
        if types_known(planned, found) {
            found.judged();
            above_capacity(context, planned, &settings, found);
        }
    }
    for id in context.planned().subnets.iter().map(|subnet| subnet.id.as_str()) {
        drained(context, id, &settings, found);
    }
}

/// From here on 16 times a target leaves 64 bits.
const WRAPS: i64 = 1 << 59;

/// Targets that no node of a group can reach; where any type will do, of those that hold the most.
fn above_capacity(context: &Context<'_>, planned: &PlannedGroup<'_>, settings: &Settings, found: &mut Found) {
    let room = |index: &usize| capacity(planned.asks.candidates[*index].limits, settings.mode()).addresses;
    let all = 0..planned.asks.candidates.len();
    let chosen = if planned.chooses() { all.max_by_key(room) } else { all.min_by_key(room) };
    let Some((index, candidate)) = chosen.map(|index| (index, &planned.asks.candidates[index])) else {
        return;
    };
    let node = settings.on_node(candidate.limits);
    let addresses = room(&index);
    let full = steady_state(candidate.limits, &node, addresses, 0);
    let idle = steady_state(candidate.limits, &node, 0, 0);
    for target in [node.warm_ip, node.minimum_ip, node.warm_prefix] {
        let Some((key, place, object)) = written(context, target) else { continue };
        // Sums in prefix mode wrap, and what is left of such a target is not what it says.
        let wraps = node.mode == IpamMode::PrefixDelegation && target.value >= WRAPS;
        let of_prefixes = target.origin == node.warm_prefix.origin;
        let idle_alone = idle.held_addresses < addresses;
        let form = match full.pods {
            0 if wraps => "no-pods",
            pods if wraps && pods < addresses => "stops",
            _ if wraps && idle_alone && !of_prefixes => "passed-over",
            _ => "capacity",
        };
        if form != "capacity" {
            let values: [(&str, &dyn Display); 6] = [
                ("key", &key),
                ("value", &target.value),
                ("type", &candidate.name),
                ("addresses", &addresses),
                ("pods", &full.pods),
                ("group", &planned.group().name),
            ];
            let added = found.add_as(form, place, object, &values);
            let added = added.related(planned.types_place(), named(planned.group()));
            if full.waiting > 0 {
                added.severity(Severity::High);
            }
        } else if target.value > addresses.into() && !of_prefixes {
            let values: [(&str, &dyn Display); 5] = [
                ("key", &key),
                ("value", &target.value),
                ("type", &candidate.name),
                ("addresses", &addresses),
                ("group", &planned.group().name),
            ];
            let added = found.add_as("capacity", place, object, &values);
            added.related(planned.types_place(), named(planned.group()));
        }
    }
}

/// The key that a target is written in, where, and in what.
fn written<'c>(context: &Context<'c>, target: Target) -> Option<(&'static str, &'c Place, &'c str)> {
    let (TargetOrigin::Key(key), Some(written)) = (target.origin, context.written) else { return None };
    Some((written.name(key), &written.get(key)?.1, &written.object))
}

/// A subnet that the targets alone empty, before any pod runs.
fn drained(context: &Context<'_>, id: &str, settings: &Settings, found: &mut Found) {
    let planned = context.planned();
    let (mut needed, mut nodes, mut dearest) = (0, 0, None);
    for group in planned.in_subnet(id) {
        let idle = |candidate: &plan::Candidate| {
            let node = settings.on_node(candidate.limits);
            (steady_state(candidate.limits, &node, 0, 0).subnet_addresses(), node)
        };
        let costs = group.asks.candidates.iter().map(idle);
        let cost = if group.chooses() {
            costs.min_by_key(|(addresses, _)| *addresses)
        } else {
            costs.max_by_key(|(addresses, _)| *addresses)
        };
        let (Some((addresses, node)), Some(most)) = (cost, group.asks.max_size) else { continue };
        let here = u64::from(group.asks.here(most, id, None, planned.supplies));
        needed += here * u64::from(addresses);
        nodes += here;
        dearest =
            Some(if node.warm_ip.value >= node.minimum_ip.value { node.warm_ip } else { node.minimum_ip });
    }
    let Some(target) = dearest else { return };
    let room = planned.at_most(context.cluster, id);
    if needed <= room.addresses {
        return;
    }
    // Where the targets are the controller's own the subnet is too small for anything, which another rule tells.
    let Some((key, place, object)) = written(context, target) else { return };
    let values: [(&str, &dyn Display); 6] = [
        ("key", &key),
        ("value", &target.value),
        ("nodes", &nodes),
        ("needed", &needed),
        ("subnet", &id),
        ("addresses", &room.addresses),
    ];
    let mut added = found.add_as("subnet", place, object, &values).severity(Severity::High);
    for group in planned.in_subnet(id) {
        added = added.related(group.size_place(), named(group.group()));
    }
}

/// The row with the most addresses, if nodes hold single ones.
fn largest_in_secondary<'p>(planned: &'p PlannedGroup<'_>, settings: &Settings) -> Option<&'p TypePlan> {
    let row = planned.asks.rows.iter().max_by_key(|row| row.ipv4)?;
    let secondary = IpamMode::SecondaryIp;
    (row.mode == secondary.name() && settings.mode() == secondary).then_some(row)
}

/// Pods that each node of a group must take and has no single addresses for.
pub(in crate::check) fn exceeds(planned: &PlannedGroup<'_>, settings: &Settings) -> Option<u32> {
    let row = largest_in_secondary(planned, settings)?;
    if planned.chooses() && planned.asks.max_size.is_none() {
        return None;
    }
    planned.per_node(planned.pods.at_least).filter(|pods| *pods > row.ipv4)
}

pub(super) fn planned_pods(context: &Context<'_>, found: &mut Found) {
    let Some(settings) = active(context, found) else { return };
    if context.cluster.workloads.is_empty() && !context.planned().groups.is_empty() {
        found.lacks(Need::Workloads);
        return;
    }
    groups_known(context, found);
    for planned in &context.planned().groups {
        if !types_known(planned, found) {
            continue;
        }
        let Some(row) = largest_in_secondary(planned, &settings) else { continue };
        // As many nodes as it takes.
        if planned.chooses() && planned.asks.max_size.is_none() {
            found.judged();
            continue;
        }
        let Some(pods) = planned.per_node(planned.pods.at_least) else {
            found.unknown(format!("how large {} may grow", named(planned.group())), &planned.group().place);
            continue;
        };
        found.judged();
        if exceeds(planned, &settings).is_some() {
            let nodes = planned.asks.max_size.unwrap_or(0);
            let values: [(&str, &dyn Display); 5] = [
                ("pods", &pods),
                ("nodes", &nodes),
                ("group", &planned.group().name),
                ("type", &row.instance_type),
                ("addresses", &row.ipv4),
            ];
            let added = found.add(planned.types_place(), named(planned.group()), &values);
            if let Some((_, at)) = context.flag(Key::EnableWindowsPrefixDelegation) {
                added.related(at, Key::EnableWindowsPrefixDelegation.name());
            }
        }
    }
}

pub(super) fn max_pods(context: &Context<'_>, found: &mut Found) {
    let Some(settings) = active(context, found) else { return };
    groups_known(context, found);
    for planned in &context.planned().groups {
        if !types_known(planned, found) {
            continue;
        }
        let Some(limits) = PodLimits::of(context, planned, found) else { continue };
        found.judged();
        let rows = &planned.asks.rows;
        // What Karpenter makes of its own default has a rule of its own.
        if planned.chooses() && rows.iter().all(|row| limits.is_default(row)) {
            continue;
        }
        // What prefixes make of it has rules of its own.
        let differs = |row: &&TypePlan| {
            let max = limits.on(row);
            max != row.ipv4
                && !(settings.mode() == IpamMode::PrefixDelegation
                    && (max > row.ipv4 || limits.needs_more(planned, row)))
        };
        let differing: Vec<&TypePlan> = rows.iter().filter(differs).collect();
        let Some(row) = differing.first() else { continue };
        // One limit cannot be that of every type.
        if planned.chooses() && differing.len() < rows.len() {
            continue;
        }
        let max = limits.on(row);
        let binding = if max > row.ipv4 { "addresses" } else { "max-pods" };
        let more = match differing.len() {
            1 => String::new(),
            several => format!(" (and {} more types)", several - 1),
        };
        let values: [(&str, &dyn Display); 5] = [
            ("max", &max),
            ("from", &limits.origin(row)),
            ("type", &row.instance_type),
            ("more", &more),
            ("addresses", &row.ipv4),
        ];
        _ = found.add_as(binding, limits.place, named(planned.group()), &values);
    }
}

/// max-pods of a group's nodes.
#[derive(Debug, Clone, Copy)]
pub(in crate::check) struct PodLimits<'c> {
    /// What user data of the group's own sets.
    script: Option<u32>,
    /// Where it is written, or the group.
    pub(in crate::check) place: &'c Place,
}

impl<'c> PodLimits<'c> {
    /// Tells if user data hides it.
    pub(in crate::check) fn of(
        context: &Context<'c>,
        planned: &PlannedGroup<'c>,
        found: &mut Found,
    ) -> Option<Self> {
        let group = planned.asks.group;
        let live = planned.asks.rows.first().is_some_and(|row| row.max_pods_from == "live");
        let written = match &group.max_pods {
            Field::Known(_, origin) => origin.place(),
            _ => &group.place,
        };
        // What runs counts more than what a script would do.
        if live {
            return Some(Self { script: None, place: written });
        }
        match bootstrap::max_pods(context, group) {
            Ok(Some((pods, place))) => Some(Self { script: Some(pods), place }),
            Ok(None) => Some(Self { script: None, place: written }),
            Err(why) => {
                found.unknown(format!("max-pods of {}: {why}", named(group)), &group.place);
                None
            }
        }
    }

    /// On a node of a type.
    pub(in crate::check) fn on(&self, row: &TypePlan) -> u32 {
        self.script.unwrap_or(row.max_pods)
    }

    /// Whether nobody set it.
    pub(in crate::check) fn is_default(&self, row: &TypePlan) -> bool {
        self.script.is_none() && row.max_pods_from == "default"
    }

    /// Where it is from, in words.
    pub(in crate::check) fn origin(&self, row: &TypePlan) -> &'static str {
        match row.max_pods_from.as_str() {
            _ if self.script.is_some() => "by --max-pods",
            "live" => "of its nodes",
            "configured" => "as configured",
            "pods-per-core" => "by podsPerCore",
            _ => "by default",
        }
    }

    /// Whether the group's pods need more per node than it allows, and the node's addresses would do.
    pub(in crate::check) fn needs_more(&self, planned: &PlannedGroup<'_>, row: &TypePlan) -> bool {
        let max = self.on(row);
        max < row.ipv4 && planned.per_node(planned.pods.at_least).is_some_and(|pods| pods > max)
    }
}

pub(super) fn not_in_controller(context: &Context<'_>, found: &mut Found) {
    groups_known(context, found);
    for (planned, name, place) in named_types(context, found) {
        found.judged();
        let row = instance::find(name);
        if row.is_some_and(|row| row.controller_known().listed) {
            continue;
        }
        let date = instance::CONTROLLER_TABLE_DATE;
        let near = instance::nearest(name);
        let meant = match (row, near.as_slice()) {
            (None, [first, ..]) => format!("; did you mean {first}?"),
            _ => String::new(),
        };
        let shown = crate::read::shortened(name);
        let values: [(&str, &dyn Display); 3] = [("type", &shown), ("date", &date), ("meant", &meant)];
        _ = found.add(place, named(planned.group()), &values);
    }
}

pub(super) fn not_amd64(context: &Context<'_>, found: &mut Found) {
    groups_known(context, found);
    for (planned, name, place) in named_types(context, found) {
        let listed = context.cluster.instance_types.get(name);
        let other = match (listed, instance::find(name)) {
            (Some(listed), _) => !listed.x86_64,
            (None, Some(row)) => row.windows().reason == WindowsReason::Architecture,
            (None, None) => {
                let shown = crate::read::shortened(name);
                found.unknown(format!("the architecture of {shown}: no table has the type"), place);
                continue;
            }
        };
        found.judged();
        if other {
            let architectures = instance::find(name).map(InstanceType::architectures).unwrap_or_default();
            let has = join(architectures.iter().map(|it| it.name().to_owned()));
            let has = if has.is_empty() { "not x86-64".to_owned() } else { has };
            _ = found.add_as("type", place, named(planned.group()), &[("type", &name), ("has", &has)]);
        }
    }
    for planned in &context.planned().groups {
        let Field::Known(InstanceTypes::Requirements(requirements), _) = &planned.group().instance_types
        else {
            continue;
        };
        let arch = ["kubernetes.io/arch", "beta.kubernetes.io/arch"];
        for requirement in requirements.iter().filter(|it| arch.contains(&it.key.as_str())) {
            found.judged();
            let amd64 = requirement.values.iter().any(|value| value == "amd64");
            let wrong = match requirement.operator {
                Operator::In => !amd64,
                Operator::NotIn => amd64,
                _ => false,
            };
            if wrong {
                let operator = if requirement.operator == Operator::In { "In" } else { "NotIn" };
                let shown =
                    format!("{} {operator} {}", requirement.key, join(requirement.values.iter().cloned()));
                _ = found.add_as(
                    "requirement",
                    &requirement.place,
                    named(planned.group()),
                    &[("requirement", &shown)],
                );
            }
        }
    }
}

/// The types that Windows groups name, each with its place.
fn named_types<'c>(
    context: &Context<'c>,
    found: &mut Found,
) -> Vec<(&'c PlannedGroup<'c>, &'c str, &'c Place)> {
    let mut all = Vec::new();
    for planned in &context.planned().groups {
        let mut seen = BTreeSet::new();
        let mut take = |name: &'c str, place: &'c Place| {
            if seen.insert(name) {
                all.push((planned, name, place));
            }
        };
        match &planned.asks.group.instance_types {
            Field::Known(InstanceTypes::Named(names), origin) => {
                for name in names {
                    take(name, origin.place());
                }
            }
            Field::Known(InstanceTypes::Requirements(requirements), _) => {
                let by_name = |key: &str| key.ends_with("kubernetes.io/instance-type");
                let asked = requirements.iter().filter(|it| by_name(&it.key) && it.operator == Operator::In);
                asked.for_each(|it| it.values.iter().for_each(|name| take(name, &it.place)));
            }
            _ => _ = types_known(planned, found),
        }
    }
    all
}

pub(super) fn churn(context: &Context<'_>, found: &mut Found) {
    let Some(_) = active(context, found) else { return };
    if context.cluster.workloads.is_empty() && !context.planned().groups.is_empty() {
        return found.lacks(Need::Workloads);
    }
    groups_known(context, found);
    for planned in &context.planned().groups {
        let pods = planned.pods;
        if pods.followed == 0 || !types_known(planned, found) {
            continue;
        }
        let Some(row) = planned.asks.rows.iter().max_by_key(|row| row.ipv4) else { continue };
        let Some(nodes) = planned.asks.max_size else {
            if !planned.chooses() {
                let why = format!("how large {} may grow", named(planned.group()));
                found.unknown(why, &planned.group().place);
            }
            continue;
        };
        found.judged();
        let room = u64::from(nodes) * u64::from(row.ipv4.saturating_sub(pods.daemon_sets));
        let cooling = pods.at_least + pods.followed;
        if pods.at_least <= room && cooling > room {
            let values: [(&str, &dyn Display); 5] = [
                ("pods", &pods.at_least),
                ("followed", &pods.followed),
                ("group", &planned.group().name),
                ("nodes", &nodes),
                ("room", &room),
            ];
            let mut added = found.add(planned.size_place(), named(planned.group()), &values);
            let here = |workload: &&crate::model::Workload| {
                workload.follows
                    && workload.selects_windows
                    && crate::placement::may_run(workload, planned.group())
            };
            for workload in context.cluster.workloads.iter().filter(here).take(5) {
                added = added.related(&workload.place, format!("{} {}", workload.kind, workload.name));
            }
        }
    }
}

pub(super) fn subnet_addresses(context: &Context<'_>, found: &mut Found) {
    let Some(_) = active(context, found) else { return };
    groups_known(context, found);
    for_each_demand(context, found, |demand, room| {
        let there = demand.available_addresses;
        match there.is_some_and(|there| demand.needed_addresses <= there) {
            // A lack of prefixes is told by a rule of its own.
            _ if demand.needed_prefixes > room.prefixes => Some(false),
            _ if demand.needed_addresses > room.addresses => Some(true),
            true => Some(false),
            false => None,
        }
    });
}

/// Holds every subnet against its demand at the groups' largest sizes and during an upgrade; `short` says whether it is
/// too much, or nothing if that is open.
pub(in crate::check) fn for_each_demand(
    context: &Context<'_>,
    found: &mut Found,
    short: impl Fn(&Demand, AtMost) -> Option<bool>,
) {
    for planned in context.planned().groups.iter().filter(|planned| planned.asks.subnets.is_empty()) {
        let why = format!("the subnets of {}", named(planned.group()));
        found.unknown(why, &planned.group().place);
    }
    for subnet in &context.planned().subnets {
        let id = subnet.id.as_str();
        let room = context.planned().at_most(context.cluster, id);
        let at = |name: &str| subnet.demand.iter().find(|demand| demand.at == name);
        let demands = [at("maximum"), at("upgrade")];
        let short = demands.map(|demand| short(demand?, room));
        let first = demands.iter().zip(short).find(|(_, short)| *short == Some(true));
        if let Some((Some(demand), _)) = first {
            found.judged();
            tell_demand(context, id, demand, room, found);
            continue;
        }
        let place = &context.cluster.subnets[id].place;
        let partly = context.cluster.listings_cut || context.cluster.half_listed.contains(id);
        if demands[0].is_none() {
            found.unknown(format!("how many nodes go to subnet {id}"), place);
        } else if partly || short[0].is_none() || demands[1].is_some() && short[1].is_none() {
            let why = format!("what is free in subnet {id}, or which interfaces are of the groups' nodes");
            found.unknown(why, place);
        } else {
            found.judged();
        }
    }
}

/// The sentence of a subnet that is too small.
fn tell_demand(context: &Context<'_>, id: &str, demand: &Demand, room: AtMost, found: &mut Found) {
    let planned = context.planned();
    let form = if demand.at == "upgrade" { "upgrade" } else { "maximum" };
    let what = if room.counted { "for them" } else { "in all" };
    let cidr = planned.supplies[id].cidr;
    let values: [(&str, &dyn Display); 8] = [
        ("subnet", &id),
        ("cidr", &cidr),
        ("nodes", &demand.nodes),
        ("addresses", &demand.needed_addresses),
        ("prefixes", &demand.needed_prefixes),
        ("room", &room.addresses),
        ("blocks", &room.prefixes),
        ("what", &what),
    ];
    let mut groups = planned.in_subnet(id);
    let Some(first) = groups.next() else { return };
    let mut added = found.add_as(form, first.size_place(), format!("subnet {id}"), &values);
    for group in groups {
        added = added.related(group.size_place(), named(group.group()));
    }
    added.related(&context.cluster.subnets[id].place, format!("subnet {id}"));
}
