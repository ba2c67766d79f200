//! The run itself: what is due next, and what it does.

use alloc::boxed::Box;
use alloc::collections::{BTreeMap, BinaryHeap, VecDeque};
use alloc::vec;
use alloc::vec::Vec;
use core::cmp::Reverse;
use core::mem;
use core::net::Ipv4Addr;

use super::bucket::Bucket;
use super::error::FleetError;
use super::ground::Ground;
use super::jobs::Desk;
use super::random::Random;
use super::scenario::{Action, Batch, Place, Plan, Scenario, count};
use super::spread::{CLOSED, Spread};
use super::timeline::{
    Calls, End, Failure, GroupOutcome, GroupSample, Reason, Sample, SubnetOutcome, SubnetSample, Symptom,
    Timeline, Waits,
};
use super::waiting::{Waiting, ring_of};
use crate::ipam::{self, IpamMode, Limits};
use crate::pool::{COOL_DOWN_MS, Counts, Job, JobResult, ModeUpdate, Pool, PoolConfig, mode_update};
use crate::{Ipv4Prefix, Subnet};

/// How things at the same millisecond are ordered.
pub(super) mod rank {
    pub(in super::super) const ANSWER: u8 = 0;
    pub(in super::super) const COOL_DOWN: u8 = 1;
    pub(in super::super) const RETRY: u8 = 2;
    pub(in super::super) const ANNOTATION: u8 = 3;
    pub(in super::super) const EVENT: u8 = 4;
    pub(in super::super) const SAMPLE: u8 = 5;
}

const NEVER: u64 = u64::MAX;
const NO_RING: u8 = u8::MAX;
/// Orders of a pool that comes to rest: one, and a few more to see that there are no others.
const ORDERS_TO_REST: u32 = 8;

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
    plan: Plan,
    pub(super) now_ms: u64,
    rank: u8,
    pub(super) steps: u64,
    next_event: usize,
    next_sample_ms: u64,
    /// Time, rank, number of the order or node, worker.
    pub(super) due: BinaryHeap<Reverse<(u64, u8, u64, u32)>>,
    pub(super) grounds: Vec<Ground>,
    groups: Vec<GroupState>,
    pub(super) nodes: Vec<Node>,
    pods: Vec<Pod>,
    /// When it is done, pod, and which of its lives asked for it.
    annotating: VecDeque<(u64, u32, u32)>,
    kubernetes: Bucket,
    pub(super) desk: Desk,
    pub(super) random: Random,
    pub(super) calls: Calls,
    annotations: u64,
    lost_pods: u32,
    failures: BTreeMap<(u32, Reason), Failure>,
    symptoms: Vec<Symptom>,
    samples: Vec<Sample>,
}

#[derive(Debug)]
struct GroupState {
    limits: Limits,
    mode: IpamMode,
    config: PoolConfig,
    max_pods: u32,
    /// Its nodes, those that have left among them.
    numbers: Vec<u32>,
    spread: Spread,
    /// Pods that no node has room for, and which of their lives asked.
    queue: VecDeque<(u32, u32)>,
    now: GroupSample,
}

#[derive(Debug)]
pub(super) struct Node {
    group: u32,
    pub(super) subnet: u32,
    primary: Option<Ipv4Addr>,
    /// Its place in the group.
    place: u32,
    /// Where its grid of 30 seconds starts.
    anchor_ms: u64,
    mode: IpamMode,
    pods: u32,
    pub(super) alive: bool,
    pub(super) pools: [Option<Box<Held>>; 2],
    waiting: Waiting,
    /// Pods that must be here and find no room.
    queue: VecDeque<(u32, u32)>,
    tick_ms: u64,
    retry_ms: u64,
}

/// A pool and what its node has.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) pool: Pool,
    /// What is on the ENI, by address.
    pub(super) on_eni: Vec<Ipv4Prefix>,
    pub(super) resyncing: bool,
    /// It may have changed since a reconciliation found nothing to do.
    pub(super) dirty: bool,
    /// When the first cooling address may be done.
    cool_ms: u64,
}

#[derive(Debug, Clone)]
struct Pod {
    asked_ms: u64,
    /// Since when it is on its ring.
    since_ms: u64,
    /// The longest wait that is over, plus one; 0 for none.
    waited: u64,
    node: u32,
    group: u32,
    life: u32,
    state: State,
    ring: u8,
    /// Which pool its address is from.
    mode: IpamMode,
    bound: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Absent,
    Unplaced,
    Waiting,
    Annotating,
    Running,
}

pub(super) const fn index(mode: IpamMode) -> usize {
    match mode {
        IpamMode::SecondaryIp => 0,
        IpamMode::PrefixDelegation => 1,
    }
}

const MODES: [IpamMode; 2] = [IpamMode::SecondaryIp, IpamMode::PrefixDelegation];

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
            pods: vec![pod; plan.pods as usize],
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
            plan,
        };
        let initial: u64 = scenario.groups.iter().map(|group| u64::from(group.initial_nodes)).sum();
        for number in 0..initial {
            fleet.node_joins(number * COOL_DOWN_MS / initial, true);
        }
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
                        _ => self.ask_again(node),
                    }
                }
            }
        }
        Some(at_ms)
    }

    /// The time of the last step, in milliseconds.
    pub const fn now_ms(&self) -> u64 {
        self.now_ms
    }

    /// Steps played.
    pub const fn steps(&self) -> u64 {
        self.steps
    }

    /// A subnet as it stands, or `None` for a place that is not in the list.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::fleet::{Fleet, Scenario};
    ///
    /// assert!(Fleet::new(&Scenario::new(vec![], vec![], 0))?.subnet(0).is_none());
    /// # Ok::<(), winpod::fleet::FleetError>(())
    /// ```
    pub fn subnet(&self, subnet: u32) -> Option<&Subnet> {
        self.grounds.get(subnet as usize).map(Ground::subnet)
    }

    /// The pool of a node in a mode; `None` for a node that is not there, and for a mode that it never worked in.
    ///
    /// # Examples
    ///
    /// See [`Fleet`].
    pub fn pool(&self, node: u32, mode: IpamMode) -> Option<&Pool> {
        Some(&self.nodes.get(node as usize)?.pools[index(mode)].as_ref()?.pool)
    }

    /// What a node has on its ENI in a mode, by address: /28 or /32. Its primary address is not among them.
    ///
    /// # Examples
    ///
    /// See [`Fleet`].
    pub fn held(&self, node: u32, mode: IpamMode) -> &[Ipv4Prefix] {
        let held = self.nodes.get(node as usize).and_then(|node| node.pools[index(mode)].as_ref());
        held.map_or(&[], |held| &held.on_eni)
    }

    /// The subnet of a node, as a place in the scenario's list, and its primary address; `None` if it is not there.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::fleet::{Fleet, Scenario};
    ///
    /// assert_eq!(Fleet::new(&Scenario::new(vec![], vec![], 0))?.primary(0), None);
    /// # Ok::<(), winpod::fleet::FleetError>(())
    /// ```
    pub fn primary(&self, node: u32) -> Option<(u32, Ipv4Addr)> {
        let node = self.nodes.get(node as usize)?;
        Some((node.subnet, node.primary?))
    }

    /// How a group stands, or `None` for a place that is not in the list.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::fleet::{Fleet, Scenario};
    ///
    /// assert_eq!(Fleet::new(&Scenario::new(vec![], vec![], 0))?.group(0), None);
    /// # Ok::<(), winpod::fleet::FleetError>(())
    /// ```
    pub fn group(&self, group: u32) -> Option<GroupSample> {
        self.groups.get(group as usize).map(|group| group.now)
    }

    /// Whether orders of the controller are on their way.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::fleet::{Fleet, Scenario};
    ///
    /// assert!(!Fleet::new(&Scenario::new(vec![], vec![], 0))?.has_orders());
    /// # Ok::<(), winpod::fleet::FleetError>(())
    /// ```
    pub fn has_orders(&self) -> bool {
        !self.desk.is_idle()
    }

    /// Tells what came of it, played to the end or not.
    ///
    /// # Examples
    ///
    /// See [`Fleet`].
    pub fn finish(self) -> Timeline {
        let end =
            match self.next_due() {
                Some((at_ms, _)) if at_ms <= self.scenario.until_ms => {
                    if self.steps >= self.scenario.max_steps { End::Steps } else { End::Stopped }
                }
                _ => End::Complete,
            };
        self.stop(end)
    }

    pub(super) fn stop(self, end: End) -> Timeline {
        let ended_ms = if end == End::Complete { self.scenario.until_ms } else { self.now_ms };
        let mut waits = vec![Vec::new(); self.groups.len()];
        for pod in self.pods.iter().filter(|pod| pod.waited > 0) {
            waits[pod.group as usize].push(pod.waited - 1);
        }
        let all = waits.concat();
        let subnets = self.grounds.into_iter().map(|ground| {
            let record = ground.record;
            SubnetOutcome {
                dry_addresses_ms: record.dry_addresses_ms,
                dry_prefixes_ms: record.dry_prefixes_ms,
                fewest_free_addresses: record.fewest_addresses,
                fewest_free_prefixes: record.fewest_prefixes,
                most_held_addresses: record.most_held,
                subnet: ground.into_subnet(),
            }
        });
        let groups = self.groups.iter().zip(waits);
        let mut failures: Vec<Failure> = self.failures.into_values().collect();
        failures.sort_by_key(|failure| (failure.first_ms, failure.node, failure.reason));
        Timeline {
            end,
            ended_ms,
            steps: self.steps,
            samples: self.samples,
            subnets: subnets.collect(),
            groups: groups
                .map(|(group, waits)| GroupOutcome { end: group.now, waits: Waits::of(waits) })
                .collect(),
            waits: Waits::of(all),
            calls: self.calls,
            annotations: self.annotations,
            lost_pods: self.lost_pods,
            failures,
            symptoms: self.symptoms,
        }
    }

    /// Time and rank of what is next.
    fn next_due(&self) -> Option<(u64, u8)> {
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

    fn sample(&mut self) {
        let subnets = self.grounds.iter().map(|ground| SubnetSample {
            free_addresses: ground.free_addresses(),
            free_prefixes: ground.free_prefixes(),
            held_addresses: ground.held,
        });
        self.samples.push(Sample {
            at_ms: self.now_ms,
            subnets: subnets.collect(),
            groups: self.groups.iter().map(|group| group.now).collect(),
            calls: self.calls,
        });
        self.next_sample_ms = self.now_ms.checked_add(self.scenario.sample_ms).unwrap_or(NEVER);
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
        }
    }

    /// The next node of the plan comes.
    fn node_joins(&mut self, anchor_ms: u64, at_rest: bool) {
        self.steps += 1;
        let number = self.nodes.len();
        let Some(&group_index) = self.plan.nodes.get(number) else {
            return;
        };
        let owner = u32::try_from(number).unwrap_or(u32::MAX);
        let group = &mut self.groups[group_index as usize];
        let place = count(group.numbers.len());
        group.numbers.push(owner);
        let (mode, config, limits) = (group.mode, group.config, group.limits);
        let subnets = &self.scenario.groups[group_index as usize].subnets;
        let start = place as usize % subnets.len();
        let found = subnets[start..].iter().chain(&subnets[..start]).find_map(|&subnet| {
            let ground = &mut self.grounds[subnet as usize];
            let mode = IpamMode::SecondaryIp;
            let primary = ground.grant(mode, owner, self.scenario.choice, &mut self.random, self.now_ms)?;
            Some((subnet, primary.first()))
        });
        let subnet = found.map_or(subnets[start], |(subnet, _)| subnet);
        self.nodes.push(Node {
            group: group_index,
            subnet,
            primary: found.map(|(_, primary)| primary),
            place,
            anchor_ms,
            mode,
            pods: 0,
            alive: found.is_some(),
            pools: [None, None],
            waiting: Waiting::default(),
            queue: VecDeque::new(),
            tick_ms: NEVER,
            retry_ms: NEVER,
        });
        if found.is_none() {
            self.failed(number, Reason::NoNodeAddress);
            return;
        }
        self.groups[group_index as usize].now.nodes += 1;
        self.nodes[number].pools[index(mode)] = Some(self.empty_pool(limits, mode, config));
        if at_rest {
            self.come_to_rest(number, mode);
        } else {
            self.reconcile(number, mode);
        }
        self.settle(number, true);
        self.open(number);
    }

    fn empty_pool(&self, limits: Limits, mode: IpamMode, config: PoolConfig) -> Box<Held> {
        let capacity = ipam::capacity(limits, mode).addresses;
        Box::new(Held {
            pool: Pool::with_quirks(mode, capacity, config, self.scenario.quirks),
            on_eni: Vec::new(),
            resyncing: false,
            dirty: false,
            cool_ms: NEVER,
        })
    }

    /// Fills a pool without calls, as far as the subnet goes.
    fn come_to_rest(&mut self, node: usize, mode: IpamMode) {
        let mut rests = false;
        for _ in 0..ORDERS_TO_REST {
            let job = self.with_pool(node, mode, Pool::reconcile).flatten();
            // Only a pool that holds something deletes, and only one that failed asks for a re-sync.
            let Some(Job::Create { count }) = job else {
                rests = job.is_none();
                break;
            };
            let (granted, reason) = self.grant(node, mode, count);
            self.created(node, mode, count, &granted, reason);
            if reason.is_some() {
                break;
            }
        }
        if let Some(held) = self.nodes[node].pools[index(mode)].as_mut() {
            held.dirty = !rests;
        }
    }

    fn node_leaves(&mut self, number: usize) {
        let Some(node) = self.nodes.get_mut(number) else {
            return;
        };
        node.alive = false;
        let ground = &mut self.grounds[node.subnet as usize];
        if let Some(primary) = node.primary.take() {
            ground.release(Ipv4Prefix::host(primary));
            self.groups[node.group as usize].now.nodes -= 1;
        }
        let mut pods: Vec<u32> = node.waiting.pods().collect();
        node.waiting = Waiting::default();
        for (mode, held) in MODES.into_iter().zip(mem::take(&mut node.pools)) {
            let Some(held) = held else { continue };
            for group in &held.on_eni {
                if ground.release(*group) {
                    ground.held -= mode.addresses_per_slot();
                }
            }
            self.groups[node.group as usize].now.recount(&held.pool.counts(), &Counts::default());
            pods.extend(held.pool.introspect().used.iter().map(|&(pod, _)| pod));
        }
        let (group, queue) = (node.group, mem::take(&mut node.queue));
        pods.extend(
            queue.iter().filter(|&&(pod, life)| self.pods[pod as usize].life == life).map(|&(pod, _)| pod),
        );
        pods.sort_unstable();
        self.open(number);
        for number in pods {
            self.steps += 1;
            let pod = &mut self.pods[number as usize];
            pod.life = pod.life.wrapping_add(1);
            pod.ring = NO_RING;
            if pod.bound {
                self.lost_pods += 1;
                self.set_state(number, State::Absent);
            } else {
                pod.asked_ms = self.now_ms;
                let life = pod.life;
                self.set_state(number, State::Unplaced);
                self.groups[group as usize].queue.push_back((number, life));
            }
        }
        self.fill_group(group as usize);
    }

    fn pod_starts(&mut self, number: u32, place: Place) {
        let now_ms = self.now_ms;
        let group = match place {
            Place::Group(group) => group,
            Place::Node(node) => self.nodes[node as usize].group,
        };
        let pod = &mut self.pods[number as usize];
        pod.asked_ms = now_ms;
        pod.group = group;
        pod.bound = matches!(place, Place::Node(_));
        let life = pod.life;
        self.set_state(number, State::Unplaced);
        match place {
            Place::Group(group) => {
                self.groups[group as usize].queue.push_back((number, life));
                self.fill_group(group as usize);
            }
            Place::Node(node) => {
                self.nodes[node as usize].queue.push_back((number, life));
                self.fill_node(node as usize);
            }
        }
    }

    fn pod_ends(&mut self, number: u32) {
        let pod = &mut self.pods[number as usize];
        pod.life = pod.life.wrapping_add(1);
        let (state, node, mode) = (pod.state, pod.node as usize, pod.mode);
        let (ring, since_ms) = (mem::replace(&mut pod.ring, NO_RING), pod.since_ms);
        self.set_state(number, State::Absent);
        match state {
            State::Absent | State::Unplaced => return,
            State::Waiting => {
                if ring != NO_RING {
                    self.nodes[node].waiting.remove(ring.into(), number, since_ms);
                }
            }
            State::Annotating | State::Running => {
                let now_ms = self.now_ms;
                let freed = self.with_pool(node, mode, |pool| {
                    let address = pool.address_of(number)?;
                    pool.free(number, address, now_ms).ok()
                });
                if freed.flatten().is_some() {
                    let done_ms = self.nodes[node].grid(now_ms + COOL_DOWN_MS);
                    if let Some(held) = self.nodes[node].pools[index(mode)].as_mut() {
                        held.cool_ms = held.cool_ms.min(done_ms);
                    }
                    self.reconcile(node, mode);
                    self.settle(node, true);
                }
            }
        }
        self.nodes[node].pods -= 1;
        self.open(node);
        self.fill_node(node);
    }

    fn settings(&mut self, group_index: usize, mode: IpamMode, config: PoolConfig) {
        let group = &mut self.groups[group_index];
        let limits = group.limits;
        let now = ipam::capacity(limits, mode).mode;
        group.mode = now;
        group.config = config;
        for number in 0..self.nodes.len() {
            let node = &mut self.nodes[number];
            if node.group as usize != group_index || !node.alive {
                continue;
            }
            self.steps += 1;
            let was = mem::replace(&mut node.mode, now);
            for mode in MODES {
                let given = match mode_update(mode, was, now) {
                    ModeUpdate::Activate => config,
                    ModeUpdate::Drain => PoolConfig::DRAINING,
                    ModeUpdate::Keep => continue,
                };
                if self.nodes[number].pools[index(mode)].is_none() {
                    self.nodes[number].pools[index(mode)] = Some(self.empty_pool(limits, mode, given));
                }
                self.with_pool(number, mode, |pool| pool.set_config(given));
                self.reconcile(number, mode);
            }
            self.settle(number, true);
            self.open(number);
            self.fill_node(number);
        }
    }

    /// Places pods on a node as long as it has room: those that must be there, then others of its group.
    fn fill_node(&mut self, number: usize) {
        while self.has_room(number) {
            let Some((pod, life)) = self.nodes[number].queue.pop_front() else {
                break;
            };
            if self.pods[pod as usize].life == life {
                self.place(pod, number);
            }
        }
        self.fill_group(self.nodes[number].group as usize);
    }

    fn fill_group(&mut self, index: usize) {
        while let Some(&(pod, life)) = self.groups[index].queue.front() {
            if self.pods[pod as usize].life == life {
                let Some(place) = self.groups[index].spread.first() else {
                    return;
                };
                let Some(node) = self.node_at(index, place) else {
                    return;
                };
                self.place(pod, node);
            }
            self.groups[index].queue.pop_front();
        }
    }

    /// The number of a node by its group and its place in it.
    fn node_at(&self, group: usize, place: u32) -> Option<usize> {
        self.groups[group].numbers.get(place as usize).map(|&number| number as usize)
    }

    fn place(&mut self, number: u32, node: usize) {
        let pod = &mut self.pods[number as usize];
        pod.node = u32::try_from(node).unwrap_or(u32::MAX);
        self.set_state(number, State::Waiting);
        self.nodes[node].pods += 1;
        self.open(node);
        let changed = matches!(self.ask(number), Heard::Address | Heard::Order);
        self.settle(node, changed);
    }

    fn has_room(&self, number: usize) -> bool {
        let node = &self.nodes[number];
        let group = &self.groups[node.group as usize];
        let advertised = ipam::capacity(group.limits, node.mode).addresses;
        node.alive && node.pods < advertised.min(group.max_pods)
    }

    /// Tells the scheduler how full a node is.
    fn open(&mut self, number: usize) {
        let room = self.has_room(number);
        let node = &self.nodes[number];
        let pods = if room { node.pods } else { CLOSED };
        self.groups[node.group as usize].spread.put(node.place, pods);
    }

    /// A pod on a node asks its pool for an address.
    fn ask(&mut self, number: u32) -> Heard {
        let node = self.pods[number as usize].node as usize;
        let mode = self.nodes[node].mode;
        match self.with_pool(node, mode, |pool| pool.assign(number)) {
            None => Heard::Nothing,
            Some(Ok(_)) => {
                self.leave_ring(number);
                self.set_state(number, State::Annotating);
                let pod = &mut self.pods[number as usize];
                pod.mode = mode;
                let life = pod.life;
                let done_ms =
                    self.kubernetes.reserve(self.now_ms) + u64::from(self.scenario.pace.annotate_ms);
                self.annotating.push_back((done_ms, number, life));
                self.annotations += 1;
                self.reconcile(node, mode);
                Heard::Address
            }
            Some(Err(error)) => {
                let ordered = error.must_reconcile() && self.reconcile(node, mode);
                let ring = ring_of(&error);
                if usize::from(self.pods[number as usize].ring) != ring {
                    self.leave_ring(number);
                    let pod = &mut self.pods[number as usize];
                    pod.ring = u8::try_from(ring).unwrap_or(NO_RING);
                    pod.since_ms = self.now_ms;
                    self.nodes[node].waiting.insert(ring, number, self.now_ms);
                    self.suffered(number, error.code());
                    return if ordered { Heard::Order } else { Heard::Moved };
                }
                if ordered { Heard::Order } else { Heard::Nothing }
            }
        }
    }

    fn leave_ring(&mut self, number: u32) {
        let pod = &mut self.pods[number as usize];
        let ring = mem::replace(&mut pod.ring, NO_RING);
        if ring != NO_RING {
            self.nodes[pod.node as usize].waiting.remove(ring.into(), number, pod.since_ms);
        }
    }

    /// Pods of a node whose time has come ask again.
    fn ask_again(&mut self, number: usize) {
        let now_ms = self.now_ms;
        let node = &mut self.nodes[number];
        if node.retry_ms != now_ms {
            return;
        }
        node.retry_ms = NEVER;
        for ring in 0..Waiting::RINGS {
            let mut behind = None;
            while !self.nodes[number].waiting.sleeps(ring) {
                let Some(pod) = self.nodes[number].waiting.at(ring, now_ms, behind) else {
                    break;
                };
                behind = Some(pod);
                self.steps += 1;
                // One that came onto this ring just now asks again an interval later.
                if self.pods[pod as usize].since_ms == now_ms {
                    continue;
                }
                match self.ask(pod) {
                    Heard::Nothing => self.nodes[number].waiting.sleep(ring),
                    Heard::Moved => {}
                    Heard::Address | Heard::Order => self.nodes[number].waiting.wake(),
                }
            }
        }
        self.settle(number, false);
    }

    fn cool_down(&mut self, number: usize) {
        let now_ms = self.now_ms;
        let node = &mut self.nodes[number];
        if node.tick_ms != now_ms || !node.alive {
            return;
        }
        node.tick_ms = NEVER;
        let next_ms = node.grid(now_ms + 1);
        let mut changed = false;
        for mode in MODES {
            let Some((freed, left)) = self.with_pool(number, mode, |pool| {
                let before = pool.counts().cooling;
                let left = pool.cool_down(now_ms);
                (pool.counts().cooling != before, left)
            }) else {
                continue;
            };
            if let Some(held) = self.nodes[number].pools[index(mode)].as_mut() {
                held.cool_ms = if left { next_ms } else { NEVER };
            }
            changed |= self.reconcile(number, mode) | freed;
        }
        self.settle(number, changed);
    }

    fn annotated(&mut self) {
        let Some((_, number, life)) = self.annotating.pop_front() else {
            return;
        };
        let pod = &mut self.pods[number as usize];
        if pod.life == life {
            pod.waited = pod.waited.max(self.now_ms - pod.asked_ms + 1);
            self.set_state(number, State::Running);
        }
    }

    /// Lets a pool order what it wants; whether it ordered something.
    pub(super) fn reconcile(&mut self, node: usize, mode: IpamMode) -> bool {
        let Some(held) = self.nodes[node].pools[index(mode)].as_mut() else {
            return false;
        };
        if held.resyncing {
            // Until then it could only ask for another one.
            return false;
        }
        let job = self.with_pool(node, mode, Pool::reconcile).flatten();
        if let Some(held) = self.nodes[node].pools[index(mode)].as_mut() {
            held.dirty = job.is_some();
            held.resyncing = matches!(job, Some(Job::Resync));
        }
        let ordered = job.is_some();
        if let Some(job) = job {
            self.submit(node, mode, job);
        }
        ordered
    }

    /// A step on a node is over: says when it is next looked at.
    pub(super) fn settle(&mut self, number: usize, changed: bool) {
        let node = &mut self.nodes[number];
        let id = u64::try_from(number).unwrap_or(u64::MAX);
        if changed {
            node.waiting.wake();
        }
        if !node.waiting.is_empty() {
            let from_ms = self.now_ms + u64::from(self.rank >= rank::RETRY);
            if let Some(at_ms) = node.waiting.next(from_ms).filter(|&at_ms| at_ms < node.retry_ms) {
                node.retry_ms = at_ms;
                self.due.push(Reverse((at_ms, rank::RETRY, id, 0)));
            }
        }
        let from_ms = self.now_ms + u64::from(self.rank >= rank::COOL_DOWN);
        let grid_ms = node.grid(from_ms);
        let due = |held: &Held| if held.dirty { grid_ms.min(held.cool_ms) } else { held.cool_ms };
        let at_ms = node.pools.iter().flatten().map(|held| due(held)).min().unwrap_or(NEVER);
        if at_ms < node.tick_ms {
            node.tick_ms = at_ms;
            self.due.push(Reverse((at_ms, rank::COOL_DOWN, id, 0)));
        }
    }

    /// Does something with a pool and keeps the group's counts.
    pub(super) fn with_pool<T>(
        &mut self,
        node: usize,
        mode: IpamMode,
        act: impl FnOnce(&mut Pool) -> T,
    ) -> Option<T> {
        let node = self.nodes.get_mut(node)?;
        let pool = &mut node.pools[index(mode)].as_mut()?.pool;
        let before = pool.counts();
        let answer = act(pool);
        self.groups[node.group as usize].now.recount(&before, &pool.counts());
        Some(answer)
    }

    /// EC2 grants what a node orders, as far as it goes, and says what was wrong.
    pub(super) fn grant(
        &mut self,
        number: usize,
        mode: IpamMode,
        count: i64,
    ) -> (Vec<Ipv4Prefix>, Option<Reason>) {
        let refused = |reason| (Vec::new(), Some(reason));
        let node = &mut self.nodes[number];
        let slots = self.groups[node.group as usize].limits.slots() as usize;
        let wanted = u32::try_from(count).unwrap_or(0);
        if wanted == 0 {
            return refused(Reason::BadCount);
        }
        let used: usize = node.pools.iter().flatten().map(|held| held.on_eni.len()).sum();
        if used.saturating_add(wanted as usize) > slots {
            return refused(Reason::EniFull);
        }
        let ground = &mut self.grounds[node.subnet as usize];
        let available = ground.available(mode);
        let granted = match self.scenario.pace.batch {
            Batch::AllOrNothing if available < wanted => 0,
            _ => wanted.min(available),
        };
        let Some(held) = node.pools[index(mode)].as_mut() else {
            return refused(Reason::BadCount);
        };
        let owner = u32::try_from(number).unwrap_or(u32::MAX);
        let mut groups = Vec::with_capacity(granted as usize);
        for _ in 0..granted {
            let Some(group) = ground.grant(mode, owner, self.scenario.choice, &mut self.random, self.now_ms)
            else {
                break;
            };
            ground.held += mode.addresses_per_slot();
            groups.push(group);
            let place = held.on_eni.partition_point(|other| *other < group);
            held.on_eni.insert(place, group);
        }
        ground.note(self.now_ms);
        let short = match mode {
            IpamMode::SecondaryIp => Reason::NoAddress,
            IpamMode::PrefixDelegation => Reason::NoPrefix,
        };
        let reason = (groups.len() < wanted as usize).then_some(short);
        (groups, reason)
    }

    /// A pool hears what came of a creation; whether it must reconcile.
    pub(super) fn created(
        &mut self,
        node: usize,
        mode: IpamMode,
        count: i64,
        groups: &[Ipv4Prefix],
        reason: Option<Reason>,
    ) -> bool {
        // As the second version of the AWS SDK writes it; the pool's quirks say what the controller makes of that.
        const NO_PREFIX: &str =
            "operation error EC2: AssignPrivateIpAddresses, api error InsufficientCidrBlocks";
        if let Some(reason) = reason {
            self.failed(node, reason);
        }
        let result = match reason {
            None => JobResult::success(groups),
            Some(Reason::NoPrefix) => {
                JobResult::of_create(mode, groups, Some(NO_PREFIX), self.scenario.quirks)
            }
            Some(_) => JobResult::failure(groups),
        };
        let told = self.with_pool(node, mode, |pool| pool.update(&Job::Create { count }, result));
        matches!(told, Some(Ok(true)))
    }

    pub(super) fn failed(&mut self, node: usize, reason: Reason) {
        let number = u32::try_from(node).unwrap_or(u32::MAX);
        let (now_ms, subnet) = (self.now_ms, self.nodes[node].subnet);
        let failure = self.failures.entry((number, reason)).or_insert(Failure {
            first_ms: now_ms,
            last_ms: now_ms,
            times: 0,
            node: number,
            subnet,
            reason,
        });
        failure.last_ms = now_ms;
        failure.times += 1;
    }

    fn suffered(&mut self, pod: u32, code: &'static str) {
        match self.symptoms.iter_mut().find(|symptom| symptom.code == code) {
            Some(symptom) => symptom.times += 1,
            None => {
                let node = self.pods[pod as usize].node;
                self.symptoms.push(Symptom { first_ms: self.now_ms, pod, node, code, times: 1 });
            }
        }
    }

    fn set_state(&mut self, number: u32, state: State) {
        let pod = &mut self.pods[number as usize];
        let was = mem::replace(&mut pod.state, state);
        let now = &mut self.groups[pod.group as usize].now;
        if let Some(count) = now.of(was) {
            *count -= 1;
        }
        if let Some(count) = now.of(state) {
            *count += 1;
        }
    }
}

/// What a pod heard.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Heard {
    /// What it heard the last time, and nothing else happened.
    Nothing,
    /// It asks in another rhythm from now on.
    Moved,
    /// Nothing yet, but the pool ordered something.
    Order,
    Address,
}

impl Node {
    /// The first look of the 30-second job that is not before a time.
    fn grid(&self, from_ms: u64) -> u64 {
        let passed = from_ms.saturating_sub(self.anchor_ms);
        self.anchor_ms + passed.div_ceil(COOL_DOWN_MS) * COOL_DOWN_MS
    }
}

impl GroupSample {
    fn of(&mut self, state: State) -> Option<&mut u32> {
        match state {
            State::Absent => None,
            State::Unplaced => Some(&mut self.unplaced),
            State::Waiting | State::Annotating => Some(&mut self.waiting),
            State::Running => Some(&mut self.running),
        }
    }

    fn recount(&mut self, before: &Counts, after: &Counts) {
        self.warm = self.warm - before.warm + after.warm;
        self.cooling = self.cooling - before.cooling + after.cooling;
    }
}
