//! From a fleet's timeline to an answer.

use super::answer::{
    Ec2Calls, FirstFailure, GroupAt, GroupOutcome, OrderFailure, Rollout, SubnetAt, SubnetOutcome, Summary,
    Symptom, TimelineRow, Waits,
};
use super::stage::Stage;
use crate::note::{Note, Text, text as note};
use crate::plan::Verdict;
use std::collections::BTreeMap;
use std::fmt::Display;
use winpod::fleet::{self, Action, Calls, End, Reason, Scenario, Timeline};
use winpod::ipam::Settings;
use winpod::pool::Quirk;

/// Rows of a timeline unless another distance is asked for.
const MAX_ROWS: u64 = 1_500;

/// A scenario that was played.
pub(super) struct Played<'a> {
    pub(super) stage: &'a Stage<'a>,
    pub(super) scenario: Scenario,
    pub(super) timeline: Timeline,
    /// The group and the place in it of every node, by number.
    nodes: Vec<(u32, u32)>,
}

impl<'a> Played<'a> {
    pub(super) fn new(stage: &'a Stage<'a>, scenario: Scenario, timeline: Timeline) -> Self {
        let initial = (0..).zip(&scenario.groups).map(|(group, plan)| (group, plan.initial_nodes));
        let joins = scenario.events.iter().filter_map(|event| match event.action {
            Action::NodesJoin { group, count } => Some((group, count)),
            Action::NodesReach { group, most, .. } => Some((group, most)),
            _ => None,
        });
        let mut places = vec![0; scenario.groups.len()];
        let mut nodes = Vec::new();
        for (group, count) in initial.chain(joins) {
            for _ in 0..count {
                nodes.push((group, places[group as usize]));
                places[group as usize] += 1;
            }
        }
        Self { stage, scenario, timeline, nodes }
    }

    fn group_name(&self, group: u32) -> &str {
        &self.stage.members[group as usize].group.name
    }

    fn subnet_id(&self, subnet: u32) -> &str {
        self.stage.subnets[subnet as usize].id
    }

    fn end(&self) -> impl Iterator<Item = &fleet::GroupOutcome> {
        self.timeline.groups.iter()
    }

    pub(super) fn failed_pods(&self) -> u32 {
        self.end().map(|group| group.never_ran).sum()
    }

    fn waiting_pods(&self) -> u32 {
        self.end().map(|group| group.end.waiting + group.end.unplaced).sum()
    }

    pub(super) fn verdict(&self, first: Option<&FirstFailure>) -> Verdict {
        if first.is_some() {
            Verdict::DoesNotFit
        } else if self.stage.open || self.cut() {
            Verdict::Unknown
        } else {
            Verdict::Fits
        }
    }

    /// Whether it was too long to be played to its end.
    pub(super) fn cut(&self) -> bool {
        self.timeline.end == End::Steps
    }

    /// The most addresses that nodes took from their subnets at one sample, and of them those without a pod.
    fn peaks(&self) -> (u64, u64) {
        let taken = |sample: &fleet::Sample| {
            let held: u64 = sample.subnets.iter().map(|subnet| u64::from(subnet.held_addresses)).sum();
            let nodes: u64 = sample.groups.iter().map(|group| u64::from(group.nodes)).sum();
            let running: u64 = sample.groups.iter().map(|group| u64::from(group.running)).sum();
            (held + nodes, held.saturating_sub(running))
        };
        let all = self.timeline.samples.iter().map(taken);
        all.fold((0, 0), |peak, now| (peak.0.max(now.0), peak.1.max(now.1)))
    }

    pub(super) fn peak_addresses(&self) -> u64 {
        self.peaks().0
    }

    pub(super) fn summary(&self, first_failure: Option<FirstFailure>) -> Summary {
        let (peak_addresses, peak_idle_addresses) = self.peaks();
        Summary {
            pods_requested: self.end().map(|group| group.asked_pods).sum(),
            pods_running: self.end().map(|group| group.end.running).sum(),
            pods_waiting: self.waiting_pods(),
            failed_pods: self.failed_pods(),
            peak_addresses,
            peak_idle_addresses,
            first_failure,
            ec2_calls: self.calls(),
            annotations: self.timeline.annotations,
            duration_ms: self.timeline.ended_ms,
        }
    }

    fn calls(&self) -> Ec2Calls {
        let samples = &self.timeline.samples;
        let minutes = (self.scenario.sample_ms / 60_000).max(1);
        let most = samples.windows(2).map(|pair| pair[1].calls.total() - pair[0].calls.total()).max();
        Ec2Calls {
            most_per_minute: most.unwrap_or(0).div_ceil(minutes),
            ..between(Calls::default(), self.timeline.calls)
        }
    }

    pub(super) fn groups(&self, settings: &Settings) -> Vec<GroupOutcome> {
        let members = self.stage.members.iter().zip(&self.timeline.groups).enumerate();
        members
            .map(|(index, (member, outcome))| {
                let density = member.density(settings);
                let warm = self.timeline.samples.iter().map(|sample| sample.groups[index].warm);
                GroupOutcome {
                    name: member.group.name.clone(),
                    instance_type: member.candidate.name.clone(),
                    mode: settings.on_node(member.candidate.limits).mode.name().to_owned(),
                    pods_per_node: density.pods,
                    daemon_set_pods: density.daemon_set_pods,
                    start_nodes: self.scenario.groups[index].initial_nodes,
                    nodes: outcome.end.nodes,
                    pods_running: outcome.end.running,
                    pods_waiting: outcome.end.waiting,
                    pods_unplaced: outcome.end.unplaced,
                    failed_pods: outcome.never_ran,
                    warm_addresses: outcome.end.warm,
                    peak_warm_addresses: warm.max().unwrap_or(0),
                    waits: outcome.waits.into(),
                }
            })
            .collect()
    }

    pub(super) fn subnets(&self) -> Vec<SubnetOutcome> {
        let mut rows: Vec<SubnetOutcome> = self
            .stage
            .subnets
            .iter()
            .zip(&self.timeline.subnets)
            .map(|(place, outcome)| SubnetOutcome {
                id: place.id.to_owned(),
                cidr: place.supply.cidr.to_string(),
                availability_zone: place.supply.zone.clone(),
                fewest_free_addresses: outcome.fewest_free_addresses,
                fewest_free_prefixes: outcome.fewest_free_prefixes,
                no_addresses_ms: outcome.dry_addresses_ms,
                no_prefixes_ms: outcome.dry_prefixes_ms,
                most_held_addresses: outcome.most_held_addresses,
            })
            .collect();
        rows.sort_by(|a, b| a.id.cmp(&b.id));
        rows
    }

    pub(super) fn rollouts(&self) -> Vec<Rollout> {
        let begun = self.scenario.events.iter().filter_map(|event| match event.action {
            Action::Rollout(rollout) => Some(rollout),
            _ => None,
        });
        begun
            .zip(&self.timeline.rollouts)
            .map(|(rollout, outcome)| Rollout {
                node_group: self.group_name(rollout.group).to_owned(),
                pods: rollout.count,
                ready: outcome.ready,
                done_ms: outcome.done_ms,
            })
            .collect()
    }

    /// Rows of the timeline, so far apart.
    pub(super) fn moments(&self, every_ms: Option<u64>) -> Vec<TimelineRow> {
        let samples = &self.timeline.samples;
        let sample_ms = self.scenario.sample_ms;
        let every = match every_ms {
            Some(every_ms) => every_ms.div_ceil(sample_ms),
            None => (samples.len() as u64).div_ceil(MAX_ROWS),
        };
        let every = usize::try_from(every).unwrap_or(usize::MAX).max(1);
        let mut before = Calls::default();
        let mut rows = Vec::new();
        let mut most = 0;
        let mut last = Calls::default();
        for (index, sample) in samples.iter().enumerate() {
            most = most.max((sample.calls.total() - last.total()).div_ceil((sample_ms / 60_000).max(1)));
            last = sample.calls;
            if index % every != 0 && index + 1 != samples.len() {
                continue;
            }
            let calls = Ec2Calls { most_per_minute: most, ..between(before, sample.calls) };
            (before, most) = (sample.calls, 0);
            rows.push(self.moment(sample, calls));
        }
        rows
    }

    fn moment(&self, sample: &fleet::Sample, ec2_calls: Ec2Calls) -> TimelineRow {
        let mut subnets: Vec<SubnetAt> = self
            .stage
            .subnets
            .iter()
            .zip(&sample.subnets)
            .map(|(place, now)| SubnetAt {
                id: place.id.to_owned(),
                free_addresses: now.free_addresses,
                free_prefixes: now.free_prefixes,
                held_addresses: now.held_addresses,
            })
            .collect();
        subnets.sort_by(|a, b| a.id.cmp(&b.id));
        let groups = self.stage.members.iter().zip(&sample.groups);
        TimelineRow {
            at_ms: sample.at_ms,
            subnets,
            node_groups: groups
                .map(|(member, now)| GroupAt {
                    name: member.group.name.clone(),
                    nodes: now.nodes,
                    running: now.running,
                    waiting: now.waiting,
                    unplaced: now.unplaced,
                    warm: now.warm,
                    cooling: now.cooling,
                })
                .collect(),
            ec2_calls,
        }
    }

    pub(super) fn failures(&self) -> Vec<OrderFailure> {
        let mut rows: BTreeMap<(u32, Reason), OrderFailure> = BTreeMap::new();
        for failure in &self.timeline.failures {
            let (group, _) = self.nodes[failure.node as usize];
            let row = rows.entry((group, failure.reason)).or_insert_with(|| OrderFailure {
                node_group: self.group_name(group).to_owned(),
                reason: failure.reason.name().to_owned(),
                first_ms: failure.first_ms,
                last_ms: failure.last_ms,
                times: 0,
                nodes: 0,
                subnets: Vec::new(),
            });
            row.first_ms = row.first_ms.min(failure.first_ms);
            row.last_ms = row.last_ms.max(failure.last_ms);
            row.times += failure.times;
            row.nodes += 1;
            let subnet = self.subnet_id(failure.subnet);
            if !row.subnets.iter().any(|known| known == subnet) {
                row.subnets.push(subnet.to_owned());
            }
        }
        let mut rows: Vec<OrderFailure> = rows.into_values().collect();
        for row in &mut rows {
            row.subnets.sort_unstable();
        }
        rows.sort_by(|a, b| {
            (a.first_ms, &a.node_group, &a.reason).cmp(&(b.first_ms, &b.node_group, &b.reason))
        });
        rows
    }

    /// What failed first: an order for want of room, else whatever kept pods from their address.
    pub(super) fn first_failure(&self, ipam_off: bool) -> Option<FirstFailure> {
        let suffered = self.failed_pods() > 0 || self.waiting_pods() > 0;
        if ipam_off && suffered {
            let group = (0..).zip(self.end()).find(|(_, group)| group.never_ran > 0).map_or(0, |(at, _)| at);
            let name = self.group_name(group);
            return Some(told(0, name, "ipam-off", &note::SIMULATE_IPAM_OFF, &[]));
        }
        let lacks = |reason| matches!(reason, Reason::NoPrefix | Reason::NoAddress | Reason::NoNodeAddress);
        let failures = &self.timeline.failures;
        let first = failures.iter().find(|failure| lacks(failure.reason));
        // The others are tried again, and mean something only where pods went without.
        match first.or(failures.first().filter(|_| suffered)) {
            Some(failure) => Some(self.order_failed(failure)),
            None if suffered => self.waited_in_vain(),
            None => None,
        }
    }

    fn order_failed(&self, failure: &fleet::Failure) -> FirstFailure {
        let (group, place) = self.nodes[failure.node as usize];
        let subnet = self.subnet_id(failure.subnet);
        let free = &self.stage.subnets[failure.subnet as usize].supply.cidr;
        let (node, name, at) = (place + 1, self.group_name(group), clock(failure.first_ms));
        let values: [(&str, &dyn Display); 5] =
            [("at", &at), ("node", &node), ("group", &name), ("subnet", &subnet), ("cidr", free)];
        let text = match failure.reason {
            Reason::NoPrefix => &note::SIMULATE_NO_PREFIX,
            Reason::NoAddress => &note::SIMULATE_NO_ADDRESS,
            Reason::NoNodeAddress => &note::SIMULATE_NO_NODE_ADDRESS,
            Reason::EniFull => &note::SIMULATE_ENI_FULL,
            Reason::Throttled => &note::SIMULATE_THROTTLED,
            Reason::NotVisible => &note::SIMULATE_NOT_VISIBLE,
            _ => &note::SIMULATE_BAD_COUNT,
        };
        FirstFailure {
            node: Some(node),
            subnet: Some(subnet.to_owned()),
            symptoms: self.symptoms(failure.reason),
            ..told(failure.first_ms, name, failure.reason.name(), text, &values)
        }
    }

    /// How a failed order looks to a user, in every way that is known.
    fn symptoms(&self, reason: Reason) -> Vec<Symptom> {
        let by_start = self.scenario.quirks.has(Quirk::ErrorTextStart);
        let symptom = |text: &Text, played| {
            let Note { message, sources, .. } = Note::new(text, &[]);
            Symptom { message, played, sources }
        };
        match reason {
            Reason::NoPrefix => vec![
                symptom(&note::SIMULATE_SYMPTOM_EMPTY, by_start),
                symptom(&note::SIMULATE_SYMPTOM_CIDR_BLOCKS, !by_start),
            ],
            Reason::NoAddress => vec![symptom(&note::SIMULATE_SYMPTOM_NO_ADDRESS, true)],
            Reason::NoNodeAddress => vec![symptom(&note::SIMULATE_SYMPTOM_NODE, true)],
            _ => vec![symptom(&note::SIMULATE_SYMPTOM_EMPTY, true)],
        }
    }

    /// Pods that wait although every order went well, or that no node takes.
    fn waited_in_vain(&self) -> Option<FirstFailure> {
        let ends = || (0_u32..).zip(&self.timeline.groups);
        let samples = &self.timeline.samples;
        let unplaced = |group: u32| move |sample: &fleet::Sample| sample.groups[group as usize].unplaced;
        let waiting = |group: u32| move |sample: &fleet::Sample| sample.groups[group as usize].waiting;
        if let Some((group, outcome)) = ends().find(|(_, group)| group.end.waiting > 0) {
            return Some(self.in_vain(
                group,
                last_stretch(samples, waiting(group)),
                outcome.end.waiting,
                true,
            ));
        }
        if let Some((group, outcome)) = ends().find(|(_, group)| group.end.unplaced > 0) {
            return Some(self.in_vain(
                group,
                last_stretch(samples, unplaced(group)),
                outcome.end.unplaced,
                false,
            ));
        }
        // They ended before they had an address.
        let (group, outcome) = ends().find(|(_, group)| group.never_ran > 0)?;
        let first =
            |counted: &dyn Fn(&fleet::Sample) -> u32| samples.iter().find(|sample| counted(sample) > 0);
        let no_room = first(&unplaced(group));
        let at = no_room.or(first(&waiting(group))).map_or(self.timeline.ended_ms, |sample| sample.at_ms);
        Some(self.in_vain(group, at, outcome.never_ran, no_room.is_none()))
    }

    fn in_vain(&self, group: u32, at_ms: u64, pods: u32, on_node: bool) -> FirstFailure {
        let name = self.group_name(group);
        let nodes = self.timeline.groups[group as usize].end.nodes;
        let at = clock(at_ms);
        let values: [(&str, &dyn Display); 4] =
            [("at", &at), ("pods", &pods), ("group", &name), ("nodes", &nodes)];
        let (reason, text) = if on_node {
            ("pool-stuck", &note::SIMULATE_POOL_STUCK)
        } else {
            ("no-room", &note::SIMULATE_NO_ROOM)
        };
        told(at_ms, name, reason, text, &values)
    }
}

/// The first sample of the last time in which something was counted without a break.
fn last_stretch(samples: &[fleet::Sample], counted: impl Fn(&fleet::Sample) -> u32) -> u64 {
    let behind = samples.iter().rposition(|sample| counted(sample) == 0).map_or(0, |last| last + 1);
    let sample = samples.get(behind).or(samples.last());
    sample.map_or(0, |sample| sample.at_ms)
}

fn told(at_ms: u64, group: &str, reason: &str, text: &Text, values: &[(&str, &dyn Display)]) -> FirstFailure {
    let Note { message, sources, .. } = Note::new(text, values);
    FirstFailure {
        at_ms,
        minute: at_ms / 60_000,
        node_group: group.to_owned(),
        node: None,
        subnet: None,
        reason: reason.to_owned(),
        message,
        symptoms: Vec::new(),
        sources,
    }
}

fn between(before: Calls, now: Calls) -> Ec2Calls {
    Ec2Calls {
        assign: now.assign - before.assign,
        unassign: now.unassign - before.unassign,
        describe: now.describe - before.describe,
        throttled: now.throttled - before.throttled,
        most_per_minute: 0,
    }
}

impl From<fleet::Waits> for Waits {
    fn from(waits: fleet::Waits) -> Self {
        let fleet::Waits { pods, p50_ms, p90_ms, p99_ms, max_ms, .. } = waits;
        Self { pods, p50_ms, p90_ms, p99_ms, max_ms }
    }
}

/// A wait for people: by the tenth of a second as long as that matters.
pub(crate) fn wait(ms: u64) -> String {
    match ms {
        0..100_000 => format!("{}.{} s", ms / 1_000, ms % 1_000 / 100),
        _ => clock(ms),
    }
}

/// A time for people: `14:30` for minutes and seconds, `2 d 03:14:30` beyond an hour and a day.
pub(crate) fn clock(ms: u64) -> String {
    let seconds = ms / 1_000;
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    let seconds = seconds % 60;
    match (days, hours) {
        (0, 0) => format!("{minutes:02}:{seconds:02}"),
        (0, _) => format!("{hours}:{minutes:02}:{seconds:02}"),
        _ => format!("{days} d {hours:02}:{minutes:02}:{seconds:02}"),
    }
}
