//! The scenarios: what happens to the groups, and when.

use super::request::{Kind, Terms};
use super::script::{Handle, Script};
use super::stage::{Density, Member, Stage};
use crate::model::Tool;
use crate::plan::density::{surge, unavailable_nodes};
use crate::request::Refusal;
use winpod::fleet::{Action, MAX_EVENTS, MAX_NODES};
use winpod::ipam::Settings;
use winpod::pool::PoolConfig;

const MINUTE: u64 = 60_000;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
/// When the first thing happens: the sample before it shows the fleet at rest.
const BEGIN: u64 = MINUTE;
/// How long after the last event everything has come to rest, if anything does: addresses cool down for 60 seconds at the
/// most, and what was refused is tried again after two minutes.
const SETTLE: u64 = 10 * MINUTE;
/// Pods of one scenario: each starts and may end.
const MAX_PODS: u64 = MAX_EVENTS as u64 / 4;
/// Until lost nodes are replaced.
const REPLACEMENT: u64 = 5 * MINUTE;
/// When a day begins and ends in a drift.
const MORNING: u64 = 8 * HOUR;
const EVENING: u64 = 20 * HOUR;

/// A scenario that is ready: the script, and how long it is played.
pub(super) struct Written {
    pub(super) script: Script,
    pub(super) until_ms: u64,
}

/// A group in a scenario.
struct Cast<'a> {
    member: &'a Member<'a>,
    index: u32,
    density: Density,
    start_nodes: u32,
    /// Nodes that it is meant to have.
    nodes: u32,
    /// Pods that it is meant to have.
    pods: u32,
}

impl Cast<'_> {
    /// Pods that so many nodes take, those of DaemonSets left out.
    fn room(&self, nodes: u32) -> u32 {
        self.density.room().saturating_mul(nodes)
    }

    fn pods_on(&self, nodes: u32) -> u32 {
        self.pods.min(self.room(nodes))
    }
}

/// Writes the scenario; `before` are the settings at the start, and of a mode switch `after` those that it sets.
pub(super) fn write(
    terms: &Terms,
    stage: &Stage<'_>,
    before: &Settings,
    after: &Settings,
) -> Result<Written, Refusal> {
    let switches = terms.kind == Kind::ModeSwitch;
    let casts = cast(terms, stage, before, if switches { after } else { before })?;
    let start: Vec<(u32, u32)> = casts.iter().map(|cast| start(terms, cast, before)).collect();
    let groups = stage.members.iter().map(|member| member.staged(before)).collect();
    let mut script = Script::new(groups, &start, terms.seed);
    let acting = || casts.iter().filter(|cast| cast.member.acts);
    for cast in acting() {
        let script = &mut script;
        match terms.kind {
            Kind::ScaleOut => scale_out(script, cast, terms),
            Kind::RollingDeployment => roll_out(script, cast, terms),
            Kind::BatchChurn => churn(script, cast, terms)?,
            Kind::Upgrade => replace_nodes(script, cast, terms, BEGIN)?,
            Kind::ModeSwitch => switch_mode(script, cast, terms, after)?,
            Kind::Drift => drift(script, cast, terms)?,
            Kind::ZoneLoss => {}
        }
    }
    if terms.kind == Kind::ZoneLoss {
        lose_zone(&mut script, &casts, terms, stage)?;
    }
    let rollout_ms = acting().map(|cast| rollout_bound(cast, terms)).max();
    let rolls = terms.kind == Kind::RollingDeployment;
    let until_ms = match terms.kind {
        Kind::Drift => u64::from(terms.days) * DAY,
        _ => script.last_ms.max(BEGIN) + SETTLE + rollout_ms.filter(|_| rolls).unwrap_or(0),
    };
    neighbours(&mut script, stage, terms, until_ms)?;
    Ok(Written { script, until_ms: until_ms.div_ceil(MINUTE) * MINUTE })
}

fn cast<'a>(
    terms: &Terms,
    stage: &'a Stage<'_>,
    before: &Settings,
    wanted: &Settings,
) -> Result<Vec<Cast<'a>>, Refusal> {
    let mut casts = Vec::new();
    let (mut all_nodes, mut all_pods) = (0_u64, 0_u64);
    for (index, member) in (0..).zip(&stage.members) {
        let grows = member.acts && matches!(terms.kind, Kind::ScaleOut | Kind::Drift);
        let name = &member.group.name;
        let unknown = |what: &str, field: &str| {
            let message =
                format!("the files do not say the {what} size of node group {name:?}: give {field}");
            Refusal::new("NODES_UNKNOWN", message)
        };
        let given = terms.nodes.filter(|_| member.acts);
        let density = member.density(wanted);
        // Churn has the room to itself, unless pods beside it are asked for.
        let workload_pods = member.workload_pods.filter(|_| !member.acts || terms.kind != Kind::BatchChurn);
        let given_pods = terms.pods.filter(|_| member.acts).or(workload_pods);
        // Nodes for the pods that there are: an autoscaler would have made them.
        let enough = given_pods.map_or(0, |pods| pods.div_ceil(density.room().max(1)));
        let enough = member.max_size.map_or(0, |max| max.min(enough));
        let nodes = if grows {
            given.or(member.max_size).ok_or_else(|| unknown("maximum", "nodes"))?
        } else {
            let least = member.desired().map(|size| size.max(enough));
            given.or(least).or(member.max_size).ok_or_else(|| unknown("desired", "nodes"))?
        };
        let start_nodes = if grows {
            let least = terms.start_nodes.or(member.desired().map(|size| size.min(nodes)));
            least.unwrap_or(0)
        } else {
            nodes
        };
        for (field, asked) in [("nodes", nodes), ("startNodes", start_nodes)] {
            if let Some(max) = member.max_size.filter(|max| asked > *max) {
                let message = format!("{field} is {asked}: node group {name:?} has at most {max} nodes");
                return Err(Refusal::new("GROUP_MAXIMUM", message));
            }
        }
        if start_nodes > nodes {
            let message =
                format!("startNodes is {start_nodes}: more than the {nodes} nodes of node group {name:?}");
            return Err(Refusal::new("OUT_OF_RANGE", message));
        }
        let room = density.room().saturating_mul(nodes);
        let pods = given_pods.unwrap_or_else(|| default_pods(terms, room));
        all_nodes += u64::from(nodes);
        all_pods += u64::from(pods) + u64::from(density.daemon_set_pods) * u64::from(nodes);
        let density = if terms.kind == Kind::ModeSwitch { member.density(before) } else { density };
        casts.push(Cast { member, index, density, start_nodes, nodes, pods });
    }
    too_many("nodes", all_nodes, MAX_NODES.into())?;
    too_many("pods", all_pods, MAX_PODS)?;
    Ok(casts)
}

fn too_many(what: &str, got: u64, most: u64) -> Result<(), Refusal> {
    if got <= most {
        return Ok(());
    }
    Err(Refusal::new("TOO_MUCH", format!("the scenario has {got} {what}: at most {most} are played")))
}

/// Refuses pods beyond what is played before any of them is written.
fn pods_to_come(script: &Script, more: u64) -> Result<(), Refusal> {
    too_many("pods", script.pods().saturating_add(more), MAX_PODS)
}

/// Pods where nobody says how many.
fn default_pods(terms: &Terms, room: u32) -> u32 {
    match terms.kind {
        // Room is left for the surge.
        Kind::RollingDeployment => {
            let share = u64::from(room) * 100 / u64::from(100 + terms.max_surge_percentage);
            u32::try_from(share).unwrap_or(u32::MAX)
        }
        Kind::BatchChurn => 0,
        _ => room,
    }
}

/// Nodes and pods of a group at the start.
fn start(terms: &Terms, cast: &Cast<'_>, before: &Settings) -> (u32, u32) {
    let pods = match terms.kind {
        Kind::ScaleOut | Kind::Drift => cast.pods_on(cast.start_nodes),
        Kind::ModeSwitch => {
            cast.pods.min(cast.member.density(before).room().saturating_mul(cast.start_nodes))
        }
        _ => cast.pods,
    };
    (cast.start_nodes, pods)
}

fn scale_out(script: &mut Script, cast: &Cast<'_>, terms: &Terms) {
    let there = script.initial_pods[cast.index as usize].1;
    script.start_pods(BEGIN, cast.index, cast.pods.saturating_sub(there));
    grow(script, cast, terms, BEGIN);
}

/// Nodes join, so many a minute; their handles.
fn grow(script: &mut Script, cast: &Cast<'_>, terms: &Terms, from_ms: u64) -> Vec<Handle> {
    let mut joined = Vec::new();
    let mut left = cast.nodes - cast.start_nodes;
    let mut at_ms = from_ms;
    while left > 0 {
        let count = left.min(terms.nodes_per_minute);
        joined.extend(script.join(at_ms, cast.index, count));
        left -= count;
        at_ms += MINUTE;
    }
    joined
}

/// Surge and unavailability as a Deployment rounds them: up and down.
fn limits(terms: &Terms, pods: u32) -> (u32, u32) {
    let share = |percent: u32| u64::from(pods) * u64::from(percent);
    let surge = u32::try_from(share(terms.max_surge_percentage).div_ceil(100)).unwrap_or(u32::MAX);
    let unavailable = u32::try_from(share(terms.max_unavailable_percentage) / 100).unwrap_or(u32::MAX);
    // Both at 0 would stand still for ever, so one pod may be missing then.
    (surge, if surge == 0 { unavailable.max(1) } else { unavailable })
}

fn roll_out(script: &mut Script, cast: &Cast<'_>, terms: &Terms) {
    let (surge, unavailable) = limits(terms, cast.pods);
    script.roll_out(BEGIN, cast.index, surge, unavailable, terms.ready_ms);
}

/// A time in which a rolling deployment that goes well is done: each step takes until pods are ready, and at the most
/// three minutes for addresses to cool down and for a pod to ask again.
fn rollout_bound(cast: &Cast<'_>, terms: &Terms) -> u64 {
    let (surge, unavailable) = limits(terms, cast.pods);
    let steps = cast.pods.div_ceil(surge.saturating_add(unavailable).max(1));
    u64::from(steps) * (u64::from(terms.ready_ms) + 3 * MINUTE)
}

fn churn(script: &mut Script, cast: &Cast<'_>, terms: &Terms) -> Result<(), Refusal> {
    let free = u64::from(cast.room(cast.nodes).saturating_sub(cast.pods));
    let half = (free * MINUTE / 2).div_ceil(terms.pod_ms);
    let each = terms.pods_per_minute.map_or(half, u64::from);
    pods_to_come(script, each.saturating_mul(terms.minutes.into()))?;
    let each = u32::try_from(each).unwrap_or(u32::MAX);
    script.last_ms = script.last_ms.max(BEGIN + u64::from(terms.minutes) * MINUTE);
    for minute in 0..u64::from(terms.minutes) {
        for _ in 0..each {
            let start_ms = BEGIN + minute * MINUTE + script.below(MINUTE);
            let runs_ms = script.around(terms.pod_ms);
            script.start_job(start_ms, cast.index, runs_ms);
        }
    }
    Ok(())
}

/// New nodes come and the oldest ones go, in the steps of who makes the nodes. As long as new ones find no address the old
/// ones stay.
///
/// # Source
/// `ManagedUpdateSurge`, `KarpenterDefaultBudget`; a self-managed group is replaced by a second one.
fn replace_nodes(script: &mut Script, cast: &Cast<'_>, terms: &Terms, from_ms: u64) -> Result<(), Refusal> {
    let (group, size) = (cast.index, cast.nodes);
    if size == 0 {
        return Ok(());
    }
    let extra = surge(cast.member.group, size, cast.member.zones).unwrap_or(1).max(1);
    let batch = match cast.member.group.tool {
        Tool::EksctlManaged | Tool::EksManaged => {
            unavailable_nodes(cast.member.group.max_unavailable.known().copied(), size).max(1)
        }
        Tool::EksctlSelfManaged | Tool::AutoScaling => size.div_ceil(10),
        Tool::Karpenter => extra,
    };
    let (mut at_ms, most) = (from_ms, size.saturating_add(extra));
    let steps = size.div_ceil(batch);
    let second_group = cast.member.group.tool.is_self_managed();
    let joins = u64::from(extra) + u64::from(steps) * u64::from(extra.max(batch));
    too_many("nodes that may come", joins, MAX_NODES.into())?;
    script.act(at_ms, Action::NodesReach { group, count: most, most: extra });
    for step in 1..=steps {
        at_ms += terms.drain_ms.max(1);
        let gone = if second_group { step.saturating_mul(batch) } else { batch };
        let count = most.saturating_sub(gone).max(size);
        script.act(at_ms, Action::NodesShrink { group, count, oldest: true });
        // A managed group and Karpenter make the next ones as the old ones go; what failed to start is tried again.
        if step < steps && !second_group {
            script.act(at_ms, Action::NodesReach { group, count: most, most: extra.max(batch) });
        }
    }
    // What is left of the surge goes again.
    at_ms += terms.drain_ms.max(1);
    script.act(at_ms, Action::NodesShrink { group, count: size, oldest: false });
    Ok(())
}

fn switch_mode(script: &mut Script, cast: &Cast<'_>, terms: &Terms, after: &Settings) -> Result<(), Refusal> {
    let node = after.on_node(cast.member.candidate.limits);
    let config = PoolConfig::on_node(&node, node.mode);
    script.act(BEGIN, Action::Settings { group: cast.index, mode: node.mode, config });
    let there = script.initial_pods[cast.index as usize].1;
    if terms.replace {
        replace_nodes(script, cast, terms, BEGIN)?;
    }
    // More pods are wanted as soon as the nodes advertise the room of the new mode.
    script.start_pods(BEGIN + MINUTE, cast.index, cast.pods.saturating_sub(there));
    Ok(())
}

fn lose_zone(
    script: &mut Script,
    casts: &[Cast<'_>],
    terms: &Terms,
    stage: &Stage<'_>,
) -> Result<(), Refusal> {
    let lost = lost_zone(terms, stage)?;
    for (subnet, _) in (0..).zip(&stage.subnets).filter(|(_, place)| place.zone == lost) {
        script.act(BEGIN, Action::SubnetLost { subnet });
    }
    for cast in casts {
        // A group that lies in the lost zone alone is gone.
        if !cast.member.subnets.iter().all(|&place| stage.subnets[place as usize].zone == lost) {
            let (group, count) = (cast.index, cast.nodes);
            script.act(BEGIN + REPLACEMENT, Action::NodesReach { group, count, most: count });
        }
    }
    Ok(())
}

/// The zone that is lost: the one that was named, else the one that costs most.
fn lost_zone<'a>(terms: &'a Terms, stage: &'a Stage<'_>) -> Result<&'a str, Refusal> {
    if let Some(zone) = &terms.zone {
        return Ok(zone);
    }
    let mut zones: Vec<(&str, usize)> = Vec::new();
    for place in &stage.subnets {
        match zones.iter_mut().find(|(zone, _)| *zone == place.zone) {
            Some((_, count)) => *count += 1,
            None => zones.push((&place.zone, 1)),
        }
    }
    zones.sort_by_key(|&(zone, count)| (std::cmp::Reverse(count), zone));
    match zones.as_slice() {
        [] => Err(Refusal::new("ONLY_ZONE", "the node groups have no subnet")),
        [(only, _)] => {
            let message =
                format!("all subnets of the node groups lie in {only}: nothing would be left of them");
            Err(Refusal::new("ONLY_ZONE", message))
        }
        [(zone, _), ..] => Ok(zone),
    }
}

/// Nodes and pods grow in the morning and shrink in the evening.
fn drift(script: &mut Script, cast: &Cast<'_>, terms: &Terms) -> Result<(), Refusal> {
    let night_pods = script.initial_pods[cast.index as usize].1;
    let by_day = cast.pods.saturating_sub(night_pods);
    pods_to_come(script, u64::from(by_day) * u64::from(terms.days))?;
    let nodes_a_day = u64::from(cast.nodes - cast.start_nodes);
    let joins = nodes_a_day * u64::from(terms.days);
    too_many("nodes that come and go", joins, MAX_NODES.into())?;
    let grown_ms = u64::from((cast.nodes - cast.start_nodes) / terms.nodes_per_minute) * MINUTE;
    for day in 0..u64::from(terms.days) {
        let first = script.start_pods(day * DAY + MORNING, cast.index, by_day);
        let nodes = grow(script, cast, terms, day * DAY + MORNING);
        let evening = day * DAY + EVENING;
        for pod in first..first + by_day {
            // The load goes within an hour, not at once.
            let end_ms = evening + script.below(HOUR);
            script.end_pod(end_ms, pod);
        }
        // An autoscaler takes away what was idle for a while.
        for node in nodes {
            let idle_ms = evening.max(day * DAY + MORNING + grown_ms) + HOUR + 10 * MINUTE;
            let leave_ms = idle_ms + script.below(10 * MINUTE);
            script.leave(leave_ms, node);
        }
    }
    Ok(())
}

/// Others take single addresses of every subnet, and give them back later.
fn neighbours(script: &mut Script, stage: &Stage<'_>, terms: &Terms, until_ms: u64) -> Result<(), Refusal> {
    let places = u32::try_from(stage.subnets.len()).unwrap_or(u32::MAX);
    for (subnet, place) in (0..places).zip(&stage.subnets) {
        // Addresses that EC2 counts as taken and no listing shows.
        let unseen = place.supply.for_groups.unseen;
        if unseen > 0 {
            script.act(0, Action::NeighbourTakes { subnet, count: unseen });
        }
    }
    let hours = until_ms.div_ceil(HOUR);
    let all = hours * u64::from(terms.neighbours_per_hour) * u64::from(places);
    too_many("addresses of neighbours", all, (MAX_EVENTS / 8).into())?;
    for subnet in 0..places {
        for hour in 0..hours {
            for _ in 0..terms.neighbours_per_hour {
                let at_ms = hour * HOUR + script.below(HOUR);
                if at_ms > until_ms {
                    continue;
                }
                script.act(at_ms, Action::NeighbourTakes { subnet, count: 1 });
                if terms.neighbour_hours > 0 {
                    let end_ms = at_ms + script.around(u64::from(terms.neighbour_hours) * HOUR).max(1);
                    if end_ms <= until_ms {
                        script.act(end_ms, Action::NeighbourReleases { subnet, count: 1 });
                    }
                }
            }
        }
    }
    Ok(())
}
