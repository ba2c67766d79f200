//! What happens in a scenario, as events of a fleet.

use std::collections::HashMap;
use std::num::NonZeroU32;
use winpod::fleet::{Action, Event, Group, Place, Random, Rollout};

/// A node, before it is known which number the fleet gives it.
pub(super) type Handle = u32;

/// Events in the making: in any order, with nodes that join later.
pub(super) struct Script {
    pub(super) groups: Vec<Group>,
    /// The nodes of the start, by group.
    pub(super) initial: Vec<Vec<Handle>>,
    /// The pods of the start, by group: the first one's number and how many.
    pub(super) initial_pods: Vec<(u32, u32)>,
    pub(super) random: Random,
    /// When the last thing happens.
    pub(super) last_ms: u64,
    steps: Vec<(u64, Step)>,
    next_handle: Handle,
    next_pod: u32,
}

enum Step {
    Join { group: u32, first: Handle, count: u32 },
    Leave(Handle),
    Do(Action),
}

impl Script {
    /// Groups as they are at the start, with so many nodes and pods each.
    pub(super) fn new(mut groups: Vec<Group>, start: &[(u32, u32)], seed: u64) -> Self {
        let mut initial = Vec::new();
        let mut initial_pods = Vec::new();
        let (mut next_handle, mut next_pod) = (0, 0);
        for (group, &(nodes, pods)) in groups.iter_mut().zip(start) {
            group.initial_nodes = nodes;
            group.initial_pods = pods;
            // What a group may have was checked by name; here every node that joins is meant to.
            group.max_nodes = u32::MAX;
            initial.push((next_handle..next_handle + nodes).collect());
            initial_pods.push((next_pod, pods));
            next_handle += nodes;
            next_pod += pods;
        }
        let random = Random::new(seed);
        Self { groups, initial, initial_pods, random, last_ms: 0, steps: Vec::new(), next_handle, next_pod }
    }

    /// Pods so far.
    pub(super) fn pods(&self) -> u64 {
        self.next_pod.into()
    }

    fn push(&mut self, at_ms: u64, step: Step) {
        self.last_ms = self.last_ms.max(at_ms);
        self.steps.push((at_ms, step));
    }

    pub(super) fn join(&mut self, at_ms: u64, group: u32, count: u32) -> Vec<Handle> {
        let first = self.next_handle;
        self.next_handle += count;
        if count > 0 {
            self.push(at_ms, Step::Join { group, first, count });
        }
        (first..self.next_handle).collect()
    }

    pub(super) fn leave(&mut self, at_ms: u64, node: Handle) {
        self.push(at_ms, Step::Leave(node));
    }

    pub(super) fn act(&mut self, at_ms: u64, action: Action) {
        self.push(at_ms, Step::Do(action));
    }

    /// Pods are asked for; the number of the first one.
    pub(super) fn start_pods(&mut self, at_ms: u64, group: u32, count: u32) -> u32 {
        let first = self.next_pod;
        self.next_pod += count;
        for pod in first..self.next_pod {
            self.act(at_ms, Action::PodStarts { pod, place: Place::Group(group) });
        }
        first
    }

    /// A pod is asked for that ends by itself.
    pub(super) fn start_job(&mut self, at_ms: u64, group: u32, runs_ms: u64) {
        let runs_ms = NonZeroU32::new(u32::try_from(runs_ms).unwrap_or(u32::MAX)).unwrap_or(NonZeroU32::MIN);
        let pod = self.next_pod;
        self.next_pod += 1;
        self.act(at_ms, Action::JobStarts { pod, place: Place::Group(group), runs_ms });
        self.last_ms = self.last_ms.max(at_ms + u64::from(runs_ms.get()));
    }

    pub(super) fn end_pod(&mut self, at_ms: u64, pod: u32) {
        self.act(at_ms, Action::PodEnds { pod });
    }

    /// The pods of the start are replaced; how many there are.
    pub(super) fn roll_out(&mut self, at_ms: u64, group: u32, surge: u32, unavailable: u32, ready_ms: u32) {
        let (first, count) = self.initial_pods[group as usize];
        if count > 0 {
            let with = self.next_pod;
            self.next_pod += count;
            let rollout = Rollout { group, first, with, count, surge, unavailable, ready_ms };
            self.act(at_ms, Action::Rollout(rollout));
        }
    }

    /// A time around a mean, by the seed: half of it to one and a half.
    pub(super) fn around(&mut self, mean_ms: u64) -> u64 {
        mean_ms / 2 + self.below(mean_ms)
    }

    /// A time below another, by the seed.
    pub(super) fn below(&mut self, end_ms: u64) -> u64 {
        match u32::try_from(end_ms) {
            Ok(end) => self.random.below(end).into(),
            // Weeks are told apart by the second.
            Err(_) => 1_000 * u64::from(self.random.below(u32::try_from(end_ms / 1_000).unwrap_or(u32::MAX))),
        }
    }

    /// Groups and events as a fleet takes them.
    pub(super) fn finish(mut self) -> (Vec<Group>, Vec<Event>) {
        // Stable: what was written first happens first.
        self.steps.sort_by_key(|(at_ms, _)| *at_ms);
        // Nodes of the start have the numbers of their handles; later ones are numbered as they join.
        let mut next: u32 =
            self.initial.iter().map(|nodes| u32::try_from(nodes.len()).unwrap_or(u32::MAX)).sum();
        let mut joined: HashMap<Handle, u32> = HashMap::new();
        let mut events = Vec::with_capacity(self.steps.len());
        for (at_ms, step) in self.steps {
            let action = match step {
                Step::Join { group, first, count } => {
                    joined.extend((0..count).map(|step| (first + step, next + step)));
                    next += count;
                    Action::NodesJoin { group, count }
                }
                Step::Leave(node) => Action::NodeLeaves { node: joined.get(&node).copied().unwrap_or(node) },
                Step::Do(action) => action,
            };
            events.push(Event { at_ms, action });
        }
        (self.groups, events)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use winpod::ipam::{IpamMode, Limits};
    use winpod::pool::PoolConfig;

    #[test]
    fn nodes_are_numbered_as_they_join_and_not_as_they_were_written() {
        let limits = Limits::new(10, true).unwrap();
        let group = Group::new(limits, IpamMode::SecondaryIp, PoolConfig::new(1, 3, 0), vec![0], 0);
        let mut script = Script::new(vec![group], &[(2, 0)], 0);
        let late = script.join(2_000, 0, 2);
        let early = script.join(1_000, 0, 1);
        for (at_ms, node) in [(3_000, late[1]), (3_001, early[0]), (3_002, script.initial[0][1])] {
            script.leave(at_ms, node);
        }
        let (_, events) = script.finish();
        let leave = |node| Action::NodeLeaves { node };
        let actions: Vec<Action> = events.into_iter().map(|event| event.action).collect();
        assert_eq!(actions[2..], [leave(4), leave(2), leave(1)]);
    }
}
