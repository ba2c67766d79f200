//! The run itself: what is due next, and whom it concerns.

use alloc::collections::{BTreeMap, BinaryHeap, VecDeque};
use alloc::vec;
use alloc::vec::Vec;
use core::cmp::Reverse;

use super::bucket::Bucket;
use super::error::FleetError;
use super::ground::Ground;
use super::jobs::Desk;
use super::members::{GroupState, NEVER, NO_RING, Node, Pod, State};
use super::random::Random;
use super::rollout::Rolling;
use super::scenario::{Action, Plan, Scenario};
use super::spread::Spread;
use super::timeline::{Calls, Failure, GroupSample, Reason, Sample, Symptom};
use crate::ipam::{self, IpamMode};
use crate::pool::COOL_DOWN_MS;

/// How things at the same millisecond are ordered.
pub(super) mod rank {
    pub(in super::super) const ANSWER: u8 = 0;
    pub(in super::super) const COOL_DOWN: u8 = 1;
    pub(in super::super) const RETRY: u8 = 2;
    pub(in super::super) const ANNOTATION: u8 = 3;
    pub(in super::super) const READY: u8 = 4;
    pub(in super::super) const DONE: u8 = 5;
    pub(in super::super) const EVENT: u8 = 6;
    pub(in super::super) const SAMPLE: u8 = 7;
}

/// A scenario that is being played, step by step; [`run`](super::run) does it all at once.
///
/// # Examples
///
/// ```
/// use winpod::fleet::{Action, Event, Fleet, Group, Place, Scenario};
/// use winpod::ipam::{IpamMode, Limits};
/// use winpod::pool::PoolConfig;
/// use winpod::{Ipv4Prefix, Subnet};
///
/// let subnet = Subnet::new(Ipv4Prefix::constant([10, 0, 8, 0], 24))?;
/// let group = Group::new(Limits::new(10, true)?, IpamMode::SecondaryIp, PoolConfig::new(1, 3, 0), vec![0], 1);
/// let mut scenario = Scenario::new(vec![subnet], vec![group], 60_000);
/// scenario.events.push(Event { at_ms: 0, action: Action::PodStarts { pod: 0, place: Place::Node(0) } });
///
/// let mut fleet = Fleet::new(&scenario)?;
/// assert_eq!(fleet.held(0, IpamMode::SecondaryIp).len(), 3); // at rest from the start
/// assert_eq!(fleet.step(), Some(0));
/// assert_eq!(fleet.pool(0, IpamMode::SecondaryIp).map(|pool| pool.counts().used), Some(1));
/// while fleet.step().is_some() {}
/// assert_eq!(fleet.finish().waits.max_ms, 20); // what the annotation takes
///
/// scenario.events[0].action = Action::PodStarts { pod: 1, place: Place::Node(0) };
/// assert_eq!(Fleet::new(&scenario).unwrap_err().code(), "UNKNOWN_POD");
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Fleet<'a> {
    pub(super) scenario: &'a Scenario,
    pub(super) plan: Plan,
    pub(super) now_ms: u64,
    pub(super) rank: u8,
    pub(super) steps: u64,
    next_event: usize,
    pub(super) next_sample_ms: u64,
    /// Time, rank, number of the order, node, rollout or pod, and the worker or the pod's life.
    pub(super) due: BinaryHeap<Reverse<(u64, u8, u64, u32)>>,
    pub(super) grounds: Vec<Ground>,
    pub(super) groups: Vec<GroupState>,
    pub(super) nodes: Vec<Node>,
    pub(super) pods: Vec<Pod>,
    /// When it is done, pod, and which of its lives asked for it.
    pub(super) annotating: VecDeque<(u64, u32, u32)>,
    pub(super) kubernetes: Bucket,
    pub(super) desk: Desk,
    pub(super) random: Random,
    pub(super) calls: Calls,
    pub(super) annotations: u64,
    pub(super) lost_pods: u32,
    pub(super) failures: BTreeMap<(u32, Reason), Failure>,
    pub(super) symptoms: Vec<Symptom>,
    pub(super) samples: Vec<Sample>,
    pub(super) rollouts: Vec<Rolling>,
    /// The number of the next DaemonSet pod.
    pub(super) next_daemon: u32,
}

impl<'a> Fleet<'a> {
    /// Sets the stage: initial nodes are there and have come to rest, nothing has happened.
    ///
    /// # Errors
    ///
    /// A scenario that cannot be: [`FleetError`].
    ///
    /// # Examples
    ///
    /// See [`Fleet`].
    pub fn new(scenario: &'a Scenario) -> Result<Self, FleetError> {
        let plan = scenario.plan()?;
        let groups = scenario.groups.iter().zip(&plan.joins).map(|(group, &joins)| GroupState {
            limits: group.limits,
            mode: ipam::capacity(group.limits, group.mode).mode,
            config: group.config,
            max_pods: group.max_pods,
            numbers: Vec::new(),
            spread: Spread::new(joins),
            queue: VecDeque::new(),
            now: GroupSample::default(),
        });
        let pod = Pod {
            asked_ms: 0,
            since_ms: 0,
            waited: 0,
            node: 0,
            group: 0,
            life: 0,
            state: State::Absent,
            ring: NO_RING,
            mode: IpamMode::SecondaryIp,
            bound: false,
            ran: false,
            runs_ms: None,
        };
        let mut fleet = Self {
            scenario,
            now_ms: 0,
            rank: rank::ANSWER,
            steps: 0,
            next_event: 0,
            next_sample_ms: 0,
            due: BinaryHeap::new(),
            grounds: scenario.subnets.iter().cloned().map(Ground::new).collect(),
            groups: groups.collect(),
            nodes: Vec::with_capacity(plan.nodes.len()),
            pods: vec![pod; (plan.pods + plan.daemon_set_pods) as usize],
            annotating: VecDeque::new(),
            kubernetes: Bucket::new(scenario.pace.kubernetes),
            desk: Desk::new(&scenario.pace),
            random: Random::new(scenario.seed),
            calls: Calls::default(),
            annotations: 0,
            lost_pods: 0,
            failures: BTreeMap::new(),
            symptoms: Vec::new(),
            samples: Vec::new(),
            rollouts: Vec::new(),
            next_daemon: plan.pods,
            plan,
        };
        let initial: u64 = scenario.groups.iter().map(|group| u64::from(group.initial_nodes)).sum();
        for number in 0..initial {
            fleet.node_joins(number * COOL_DOWN_MS / initial, true);
        }
        fleet.initial_pods();
        Ok(fleet)
    }

    /// Plays the next step; its time in milliseconds, or `None` at the end.
    ///
    /// # Examples
    ///
    /// See [`Fleet`].
    pub fn step(&mut self) -> Option<u64> {
        if self.steps >= self.scenario.max_steps {
            return None;
        }
        let (at_ms, rank) = self.next_due()?;
        if at_ms > self.scenario.until_ms {
            return None;
        }
        self.steps += 1;
        // An answer that comes at once does not turn the clock back: nobody asks twice in a millisecond.
        self.rank = if at_ms == self.now_ms { rank.max(self.rank) } else { rank };
        self.now_ms = at_ms;
        match rank {
            rank::ANNOTATION => self.annotated(),
            rank::EVENT => self.event(),
            rank::SAMPLE => self.sample(),
            _ => {
                if let Some(Reverse((_, _, number, worker))) = self.due.pop() {
                    let node = usize::try_from(number).unwrap_or(usize::MAX);
                    match rank {
                        rank::ANSWER => self.job_due(number, worker),
                        rank::COOL_DOWN => self.cool_down(node),
                        rank::READY => self.rollout_ready(node),
                        rank::DONE => self.pod_is_done(node, worker),
                        _ => self.ask_again(node),
                    }
                }
            }
        }
        Some(at_ms)
    }

    /// Time and rank of what is next.
    pub(super) fn next_due(&self) -> Option<(u64, u8)> {
        // Asked for at every step: comparing as it goes takes half the time of collecting the four.
        let mut next = (self.next_sample_ms, rank::SAMPLE);
        if let Some(event) = self.scenario.events.get(self.next_event) {
            next = next.min((event.at_ms, rank::EVENT));
        }
        if let Some(&(at_ms, ..)) = self.annotating.front() {
            next = next.min((at_ms, rank::ANNOTATION));
        }
        if let Some(&Reverse((at_ms, rank, ..))) = self.due.peek() {
            next = next.min((at_ms, rank));
        }
        (next.0 != NEVER).then_some(next)
    }

    fn event(&mut self) {
        let Some(event) = self.scenario.events.get(self.next_event) else {
            return;
        };
        self.next_event += 1;
        let (choice, now_ms) = (self.scenario.choice, self.now_ms);
        match event.action {
            Action::NodesJoin { group, count } => {
                for _ in 0..count {
                    self.node_joins(now_ms, false);
                }
                self.fill_group(group as usize);
            }
            Action::NodeLeaves { node } => self.node_leaves(node as usize),
            Action::PodStarts { pod, place } => self.pod_starts(pod, place),
            Action::JobStarts { pod, place, runs_ms } => {
                self.pods[pod as usize].runs_ms = Some(runs_ms);
                self.pod_starts(pod, place);
            }
            Action::PodEnds { pod } => self.pod_ends(pod),
            Action::NeighbourTakes { subnet, count } => {
                let ground = &mut self.grounds[subnet as usize];
                let random = &mut self.random;
                (0..count).all(|_| ground.lose(choice, random, now_ms));
            }
            Action::NeighbourReleases { subnet, count } => {
                let ground = &mut self.grounds[subnet as usize];
                let random = &mut self.random;
                (0..count).all(|_| ground.regain(choice, random));
            }
            Action::Settings { group, mode, config } => self.settings(group as usize, mode, config),
            Action::Rollout(rollout) => self.rollout_begins(rollout),
            Action::SubnetCloses { subnet } => self.grounds[subnet as usize].closed = true,
            Action::SubnetLost { subnet } => self.subnet_lost(subnet),
            Action::NodesReach { group, count, most } => {
                for _ in 0..most {
                    if self.groups[group as usize].now.nodes < count {
                        self.node_joins(now_ms, false);
                    } else {
                        self.node_is_not_needed();
                    }
                }
                self.fill_group(group as usize);
            }
            Action::NodesShrink { group, count, oldest } => self.shrink(group as usize, count, oldest),
        }
    }
}
