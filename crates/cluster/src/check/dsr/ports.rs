//! Dynamic ranges of ports, and what policies need of them.

use super::own_ports::{own_ports, tell_range};
use super::proxies::{Proxy, plain_groups, proxies};
use crate::check::context::{Context, named};
use crate::check::found::Found;
use crate::check::policy;
use crate::check::rule::{self, Need, Severity};
use crate::check::starts::{Start, starts};
use crate::dsr::facts::{self, Held, ListedRange, held, listed_ranges};
use crate::model::{Place, PortCommand};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use winpod::dsr::Verdict;
use winpod::ports::{self, DEFAULT_DYNAMIC_RANGE, Estimate, PortRange, PortSet, Protocol};

/// Whether DSR is on; `None` if not known.
fn on(proxy: &Proxy<'_>) -> Option<bool> {
    match proxy.verdict {
        Verdict::On => Some(true),
        Verdict::Off | Verdict::Unsupported => Some(false),
        _ => None,
    }
}

fn held_by(context: &Context<'_>, proxy: &Proxy<'_>) -> Option<Held> {
    held(context.cluster, proxy.version, proxy.supported, on(proxy)?)
}

/// Whether the ports do not suffice for a kube-proxy with DSR off.
pub(super) fn runs_out(context: &Context<'_>, proxy: &Proxy<'_>) -> bool {
    if on(proxy) != Some(false) {
        return false;
    }
    let listed = listed_ranges(context.cluster);
    let held = held_by(context, proxy).map(|held| own_ports(held, proxy, &listed).0);
    held.is_some_and(|held| held.of.iter().any(|(_, estimate)| is_exhausted(estimate)))
}

fn is_exhausted(estimate: &Estimate) -> bool {
    estimate.verdict == ports::Verdict::Exhausted
}

/// Each kube-proxy once: what is said about it, and the groups about which nothing is.
pub(in crate::check) fn all<'c>(context: &Context<'c>) -> Vec<Proxy<'c>> {
    let mut all = proxies(context);
    let said: BTreeSet<&str> = all.iter().filter_map(|proxy| Some(proxy.group?.name.as_str())).collect();
    let more: Vec<Proxy<'c>> = plain_groups(context)
        .into_iter()
        .filter(|proxy| proxy.group.is_none_or(|group| !said.contains(group.name.as_str())))
        .collect();
    all.extend(more);
    all
}

fn each_held(context: &Context<'_>, found: &mut Found, tell: impl Fn(&Proxy<'_>, &Held, &mut Found)) {
    // Groups alike need the same; what they have depends on their user data.
    let mut known: BTreeMap<_, Option<Held>> = BTreeMap::new();
    // Without Windows there is nothing to run out on.
    let all = all(context);
    if all.is_empty() {
        return;
    }
    if context.cluster.services.is_empty() {
        return found.lacks(Need::Services);
    }
    let listed = listed_ranges(context.cluster);
    for proxy in &all {
        let key = (proxy.version, proxy.supported, on(proxy));
        match known.entry(key).or_insert_with(|| held_by(context, proxy)) {
            Some(held) => {
                let (held, hidden) = own_ports(held.clone(), proxy, &listed);
                for place in hidden {
                    found.unknown("which ports a command of user data is about does not show", place);
                }
                if held.of.is_empty() {
                    continue;
                }
                found.judged();
                tell(proxy, &held, found);
            }
            None => found.lacks(Need::KubeProxy),
        }
    }
}

/// NG-020: blocks do not suffice without DSR.
pub(in crate::check) fn exhausted(context: &Context<'_>, found: &mut Found) {
    each_held(context, found, |proxy, held, found| {
        if on(proxy) != Some(false) {
            return;
        }
        let short = held.of.iter().find(|(_, estimate)| is_exhausted(estimate));
        if let Some((protocol, estimate)) = short {
            let services = context.cluster.services.len();
            let values: [(&str, &dyn Display); 5] = [
                ("object", &proxy.object),
                ("services", &services),
                ("protocol", protocol),
                ("policies", &estimate.demand.policies),
                ("blocks", &estimate.blocks),
            ];
            let added = found.add(&proxy.place, proxy.object.clone(), &values);
            tell_range(added, proxy, *protocol);
        }
    });
}

/// Calico that enforces policies on Windows nodes, and kube-proxy that rewrites sources.
pub(in crate::check) fn calico_without(context: &Context<'_>, found: &mut Found) {
    // NP-005 names the policy and the Service as well.
    let mut named = Found::new(&rule::NP_005);
    policy::rewritten_sources(context, &mut named);
    if !named.findings.is_empty() {
        return found.judged();
    }
    for calico in &context.cluster.calico {
        match calico.on_windows() {
            Some(true) => {}
            Some(false) => continue,
            None => {
                found.unknown("windowsDataplane does not show", &calico.place);
                continue;
            }
        }
        for proxy in all(context) {
            let Some(on) = on(&proxy) else {
                found.lacks(Need::KubeProxy);
                continue;
            };
            found.judged();
            if !on {
                let named = format!("Installation {:?} of Calico", calico.name);
                let values: [(&str, &dyn Display); 2] = [("calico", &named), ("object", &proxy.object)];
                found.add(&proxy.place, proxy.object.clone(), &values).related(&calico.place, named.clone());
            }
        }
    }
}

pub(in crate::check) fn few_left(context: &Context<'_>, found: &mut Found) {
    each_held(context, found, |proxy, held, found| {
        for (protocol, estimate) in &held.of {
            let policies = estimate.demand.policies;
            if estimate.verdict == ports::Verdict::Warn && policies <= estimate.blocks {
                let left = estimate.blocks - policies;
                let values: [(&str, &dyn Display); 5] = [
                    ("object", &proxy.object),
                    ("protocol", protocol),
                    ("policies", &policies),
                    ("blocks", &estimate.blocks),
                    ("left", &left),
                ];
                let added = found.add(&proxy.place, proxy.object.clone(), &values);
                tell_range(added, proxy, *protocol);
            }
        }
    });
}

pub(in crate::check) fn policies_outside(context: &Context<'_>, found: &mut Found) {
    each_held(context, found, |proxy, held, found| {
        if on(proxy) != Some(true) || held.outside == 0 {
            return;
        }
        let short = held.of.iter().find(|(_, estimate)| is_exhausted(estimate));
        let blocks = held.of.iter().map(|(_, estimate)| estimate.blocks).min().unwrap_or(0);
        let values: [(&str, &dyn Display); 3] =
            [("object", &proxy.object), ("policies", &held.outside), ("blocks", &blocks)];
        let added = found.add(&proxy.place, proxy.object.clone(), &values);
        if short.is_some() {
            added.severity(Severity::High);
        }
    });
}

/// A dynamic range, of a listing or of a command in user data.
struct Dynamic {
    protocol: Protocol,
    range: PortRange,
    object: String,
    place: Place,
    node_ports: Option<PortRange>,
    windows_components: bool,
}

fn dynamics(context: &Context<'_>) -> Vec<Dynamic> {
    let of_listing = |range: ListedRange| {
        Some(Dynamic {
            protocol: range.protocol,
            range: range.dynamic,
            object: "the node".to_owned(),
            place: range.listed?,
            node_ports: range.node_ports,
            windows_components: range.windows_components,
        })
    };
    let mut all: Vec<Dynamic> = listed_ranges(context.cluster).into_iter().filter_map(of_listing).collect();
    for start in starts(context) {
        for command in start.data.port_commands.iter().filter(|command| !command.excludes) {
            let Some(range) = command.range else { continue };
            let mut excluded = PortSet::new();
            let same = |other: &&PortCommand| other.excludes && other.protocol == command.protocol;
            for range in start.data.port_commands.iter().filter(same).filter_map(|command| command.range) {
                excluded.insert(range);
            }
            let (node_ports, windows_components) = facts::covers(range, &excluded);
            all.push(Dynamic {
                protocol: command.protocol,
                range,
                object: start.object.clone(),
                place: command.place.clone(),
                node_ports,
                windows_components,
            });
        }
    }
    all
}

pub(in crate::check) fn node_ports_inside(context: &Context<'_>, found: &mut Found) {
    for dynamic in dynamics(context) {
        found.judged();
        if let Some(open) = dynamic.node_ports {
            let netsh = dynamic.protocol.name().to_ascii_lowercase();
            let values: [(&str, &dyn Display); 7] = [
                ("object", &dynamic.object),
                ("protocol", &dynamic.protocol),
                ("range", &dynamic.range),
                ("ports", &open),
                ("netsh", &netsh),
                ("first", &open.first()),
                ("count", &open.count()),
            ];
            found.add(&dynamic.place, dynamic.object.clone(), &values);
        }
    }
}

pub(in crate::check) fn windows_components_inside(context: &Context<'_>, found: &mut Found) {
    for dynamic in dynamics(context) {
        found.judged();
        if dynamic.windows_components {
            let values: [(&str, &dyn Display); 3] =
                [("object", &dynamic.object), ("protocol", &dynamic.protocol), ("range", &dynamic.range)];
            found.add(&dynamic.place, dynamic.object.clone(), &values);
        }
    }
}

pub(in crate::check) fn not_in_user_data(context: &Context<'_>, found: &mut Found) {
    let all = starts(context);
    for start in &all {
        // What comes before it in another piece runs before it too.
        let Some(call) = start.data.calls.first() else { continue };
        for command in &start.data.port_commands {
            found.judged();
            if command.at > call.at {
                let values: [(&str, &dyn Display); 1] = [("object", &start.object)];
                found
                    .add_as("late", &command.place, start.object.clone(), &values)
                    .related(&call.place, "the bootstrap call");
            }
        }
    }
    let sets = |start: &Start<'_>, protocol| {
        start.data.port_commands.iter().any(|command| !command.excludes && command.protocol == protocol)
    };
    for range in listed_ranges(context.cluster) {
        let Some(place) = range.listed.filter(|_| range.dynamic != DEFAULT_DYNAMIC_RANGE) else { continue };
        for group in context.windows_groups() {
            let hidden = context.cluster.template_of(group).is_err() && !group.launch.template.is_absent();
            if hidden {
                found.lacks(Need::LaunchTemplates);
                continue;
            }
            found.judged();
            let mut of_group = all.iter().filter(|start| match start.group {
                Some(of) => of.name == group.name,
                None => true,
            });
            if !of_group.any(|start| sets(start, range.protocol)) {
                let values: [(&str, &dyn Display); 3] =
                    [("object", &named(group)), ("protocol", &range.protocol), ("range", &range.dynamic)];
                found
                    .add_as("missing", &group.place, named(group), &values)
                    .related(&place, format!("the dynamic range of {}", range.protocol));
            }
        }
    }
}

pub(in crate::check) fn none_free(context: &Context<'_>, found: &mut Found) {
    for range in listed_ranges(context.cluster) {
        let Some((place, free)) = range.live else { continue };
        found.judged();
        let severity = match ports::live(free) {
            ports::Verdict::Exhausted => Severity::Error,
            ports::Verdict::Warn => Severity::Warn,
            _ => continue,
        };
        let values: [(&str, &dyn Display); 3] =
            [("protocol", &range.protocol), ("free", &free), ("range", &range.dynamic)];
        found.add(&place, "netsh listing", &values).severity(severity);
    }
}

pub(in crate::check) fn excluded_inside(context: &Context<'_>, found: &mut Found) {
    for range in listed_ranges(context.cluster) {
        if range.live.is_none() {
            continue;
        }
        found.judged();
        for (excluded, place) in &range.administered {
            let Some(place) = place else { continue };
            let values: [(&str, &dyn Display); 4] = [
                ("protocol", &range.protocol),
                ("excluded", excluded),
                ("range", &range.dynamic),
                ("blocks", &range.lost_blocks),
            ];
            found.add(place, "netsh listing", &values);
        }
    }
}
