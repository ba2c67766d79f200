//! What is played: nodes, subnets, and what happens to them.

use alloc::vec::Vec;
use core::num::NonZeroU32;

use super::error::FleetError;
use crate::Subnet;
use crate::ipam::{IpamMode, Limits};
use crate::named::named;
use crate::pool::{PoolConfig, Quirks};

/// The most nodes of one scenario, those that leave again among them.
pub const MAX_NODES: u32 = 100_000;
/// The most events of one scenario, and the most addresses that neighbours take and give back in it.
pub const MAX_EVENTS: u32 = 16_777_216;
/// The longest scenario, in milliseconds: ten years of 365 days.
pub const MAX_UNTIL_MS: u64 = 10 * 365 * 24 * 3_600_000;
/// The most numbers that samples may hold: samples times subnets and groups.
pub const MAX_SAMPLED: u64 = 4_194_304;
/// The longest answer of EC2 or Kubernetes that a [`Pace`] takes, in milliseconds.
pub const MAX_LATENCY_MS: u32 = 600_000;
/// The most workers of one mode, and the most attempts of one call, that a [`Pace`] takes.
pub const MAX_WORKERS: u32 = 64;

/// A fleet and what happens to it.
///
/// Nodes are numbered from 0: the initial ones of the first group, of the next groups, then those that join, in the
/// order of the events. Pods are numbered from 0: the initial ones of the first group, of the next groups, then by the
/// caller those that start, in any order; DaemonSet pods have the numbers behind all of them.
///
/// # Examples
///
/// ```
/// use winpod::fleet::{Action, Event, Group, Place, Scenario, run};
/// use winpod::ipam::{IpamMode, Limits};
/// use winpod::pool::PoolConfig;
/// use winpod::{Ipv4Prefix, Subnet};
/// use core::ops::ControlFlow;
///
/// let subnet = Subnet::new(Ipv4Prefix::constant([10, 0, 8, 0], 24))?;
/// let group = Group::new(Limits::new(10, true)?, IpamMode::PrefixDelegation, PoolConfig::new(1, 3, 0), vec![0], 2);
/// let mut scenario = Scenario::new(vec![subnet], vec![group], 60_000);
/// scenario.events.push(Event { at_ms: 1_000, action: Action::PodStarts { pod: 0, place: Place::Group(0) } });
/// assert_eq!(run(&scenario, |_| ControlFlow::Continue(()))?.waits.pods, 1);
///
/// scenario.events.push(Event { at_ms: 500, action: Action::PodEnds { pod: 0 } });
/// let refused = run(&scenario, |_| ControlFlow::Continue(())).unwrap_err();
/// assert_eq!(refused.to_string(), "event 1 is at 500 ms, before the one that it follows, at 1000 ms");
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
#[expect(clippy::exhaustive_structs, reason = "built with struct update syntax")]
pub struct Scenario {
    /// Subnets as they are at the start: with what is assigned already, and with their reservations.
    pub subnets: Vec<Subnet>,
    /// Node groups.
    pub groups: Vec<Group>,
    /// What happens, by time; of events at the same millisecond the first one first.
    pub events: Vec<Event>,
    /// The last millisecond that is played.
    pub until_ms: u64,
    /// Milliseconds from one sample to the next; the first is at 0.
    pub sample_ms: u64,
    /// Where random choices start; means nothing where nothing is random.
    pub seed: u64,
    /// Which free address or block EC2 takes.
    pub choice: Choice,
    /// What the controller does and hardly means to.
    pub quirks: Quirks,
    /// How fast the controller and EC2 are.
    pub pace: Pace,
    /// After how many steps the run ends wherever it is; a step is about a millionth of a second.
    pub max_steps: u64,
}

/// Nodes that are alike.
#[derive(Debug, Clone)]
#[expect(clippy::exhaustive_structs, reason = "built with struct update syntax")]
pub struct Group {
    /// What an instance can hold.
    pub limits: Limits,
    /// The mode that is asked for; an instance without Nitro stays in secondary mode.
    pub mode: IpamMode,
    /// What the nodes' pools aim for.
    pub config: PoolConfig,
    /// The subnets of the nodes, as places in the scenario's list: the first node is in the first one, the next node in
    /// the next. A node that finds its subnet full goes to the next one that is not.
    pub subnets: Vec<u32>,
    /// Nodes at the start. They have come to rest: their warm pools are filled, without calls.
    pub initial_nodes: u32,
    /// Pods at the start, as evenly on the initial nodes as they fit; they have their addresses, without calls, as far as
    /// there are any.
    pub initial_pods: u32,
    /// Pods that every node has as long as it is there, one of each DaemonSet that takes an address. They count among the
    /// pods of the node.
    pub daemon_set_pods: u32,
    /// The most nodes at one time.
    pub max_nodes: u32,
    /// The most pods on a node, whatever addresses it has.
    pub max_pods: u32,
}

/// Something that happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_structs, reason = "callers build it")]
pub struct Event {
    /// When, in milliseconds from the start.
    pub at_ms: u64,
    /// What.
    pub action: Action,
}

/// What happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Action {
    /// Nodes come to a group, with empty pools.
    NodesJoin {
        /// The place of the group in the list.
        group: u32,
        /// How many.
        count: u32,
    },
    /// A node is gone with all its addresses. Its pods that were placed by group are asked for again in that group and
    /// wait from now on; those that were placed by node are lost.
    NodeLeaves {
        /// Its number.
        node: u32,
    },
    /// A pod is asked for.
    PodStarts {
        /// Its number.
        pod: u32,
        /// Where it may run.
        place: Place,
    },
    /// A pod is asked for that ends by itself. It begins again if its node leaves.
    JobStarts {
        /// Its number.
        pod: u32,
        /// Where it may run.
        place: Place,
        /// Milliseconds from its annotation until it ends.
        runs_ms: NonZeroU32,
    },
    /// A pod is deleted, whether it runs or waits.
    PodEnds {
        /// Its number.
        pod: u32,
    },
    /// Somebody else takes single addresses of a subnet, as far as there are any.
    NeighbourTakes {
        /// The place of the subnet in the list.
        subnet: u32,
        /// How many.
        count: u32,
    },
    /// Somebody else gives addresses back that were taken with [`NeighbourTakes`](Self::NeighbourTakes): the one taken
    /// first, or any with [`Choice::Random`].
    NeighbourReleases {
        /// The place of the subnet in the list.
        subnet: u32,
        /// How many.
        count: u32,
    },
    /// The settings change for all nodes of a group, those to come among them.
    Settings {
        /// The place of the group in the list.
        group: u32,
        /// The mode from now on.
        mode: IpamMode,
        /// What pools of that mode aim for.
        config: PoolConfig,
    },
    /// Pods are replaced by others, a few at a time.
    Rollout(Rollout),
    /// Nodes come to a group until it has so many: those that failed to start are tried again. Each of the `most` has a number,
    /// whether it was needed or not.
    NodesReach {
        /// The place of the group in the list.
        group: u32,
        /// How many nodes it is to have.
        count: u32,
        /// How many come at the most.
        most: u32,
    },
    /// The oldest or newest nodes of a group leave until it has no more than so many.
    NodesShrink {
        /// The place of the group in the list.
        group: u32,
        /// How many nodes stay.
        count: u32,
        /// Whether the oldest ones leave, else the newest.
        oldest: bool,
    },
    /// A subnet is gone with all nodes in it, and no node comes there any more.
    SubnetLost {
        /// The place of the subnet in the list.
        subnet: u32,
    },
    /// No node comes to a subnet any more. Those that are there stay until they leave.
    SubnetCloses {
        /// The place of the subnet in the list.
        subnet: u32,
    },
}

/// A rollout as a Deployment does it: new pods start and old ones end as soon as two limits allow.
///
/// It counts how many new pods have become ready; one that has to move later still counts. Its new pods are its own: no
/// event may end them.
///
/// # Examples
///
/// ```
/// use winpod::fleet::{Action, Event, Group, Rollout, Scenario, run};
/// use winpod::ipam::{IpamMode, Limits};
/// use winpod::pool::PoolConfig;
/// use winpod::{Ipv4Prefix, Subnet};
/// use core::ops::ControlFlow;
///
/// let subnet = Subnet::new(Ipv4Prefix::constant([10, 0, 8, 0], 24))?;
/// let group = Group::new(Limits::new(10, true)?, IpamMode::SecondaryIp, PoolConfig::new(1, 3, 0), vec![0], 1);
/// let mut scenario = Scenario::new(vec![subnet], vec![Group { initial_pods: 4, ..group }], 600_000);
/// let mut rollout = Rollout { group: 0, first: 0, with: 4, count: 4, surge: 1, unavailable: 0, ready_ms: 10_000 };
/// scenario.events.push(Event { at_ms: 0, action: Action::Rollout(rollout) });
/// assert_eq!(run(&scenario, |_| ControlFlow::Continue(()))?.rollouts[0].done_ms, Some(40_080));
///
/// rollout.surge = 0; // Nothing would ever happen.
/// scenario.events[0].action = Action::Rollout(rollout);
/// assert_eq!(scenario.check().unwrap_err().code(), "ZERO");
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_structs, reason = "callers build it")]
pub struct Rollout {
    /// The group that the new pods go to.
    pub group: u32,
    /// The number of the first old pod.
    pub first: u32,
    /// The number of the first new pod.
    pub with: u32,
    /// How many pods are replaced: the old ones and the new ones have so many numbers in a row.
    pub count: u32,
    /// How many more pods than `count` there may be.
    pub surge: u32,
    /// How many fewer pods than `count` may be ready.
    pub unavailable: u32,
    /// Milliseconds from a new pod's annotation until it is ready, at most [`MAX_LATENCY_MS`].
    pub ready_ms: u32,
}

/// Where a pod may run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "a scheduler or the caller decides")]
pub enum Place {
    /// The node of the group with the fewest pods, the first of several; the pod waits until one has room.
    Group(u32),
    /// This node; the pod waits until it has room.
    Node(u32),
}

named! {
    /// Which of the free addresses and blocks EC2 takes. Nothing documents its choice: unverified, all of them.
    #[derive(Default)]
    #[non_exhaustive]
    Choice {
        /// The lowest: neighbours fill blocks that are broken anyway, the best case.
        #[default]
        Lowest = "lowest",
        /// Any, with equal chances.
        Random = "random",
        /// Single addresses break a whole block as long as there is one.
        Worst = "worst",
    }
}

named! {
    /// What EC2 does with an order that the subnet can fill in part only. Not documented: unverified, both.
    #[derive(Default)]
    #[non_exhaustive]
    Batch {
        /// It grants nothing.
        #[default]
        AllOrNothing = "all-or-nothing",
        /// It grants what there is, and tells the error.
        Partial = "partial",
    }
}

/// A token bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_structs, reason = "callers build it")]
pub struct Rate {
    /// Tokens a second, at least 1.
    pub per_second: u32,
    /// Tokens at most, at least 1; so many there are at the start.
    pub burst: u32,
}

/// How fast the controller and EC2 are.
///
/// [`Pace::default`] has what the controller's code says where it says it; the rest are assumptions, and say so below.
///
/// # Source
///
/// `main.go` and `pkg/aws/ec2/api` of amazon-vpc-resource-controller-k8s at b8d4251 (2026-04-23).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_structs, reason = "built with struct update syntax")]
pub struct Pace {
    /// The controller's limit of its EC2 calls: 12 a second, burst 18. *Code*. That every attempt takes a token and
    /// that calls queue in order is *inferred*.
    pub ec2: Rate,
    /// The controller's limit of its Kubernetes calls: 20 a second, burst 30, of which each pod takes one, for its
    /// annotation. *Code*.
    pub kubernetes: Rate,
    /// What the account allows of `AssignPrivateIpAddresses`, and as much again of `UnassignPrivateIpAddresses`; `None`
    /// for no limit, which is the default. That there is one is *documented*, its size is *unverified*.
    pub account: Option<Rate>,
    /// Attempts of one call, 1 to [`MAX_WORKERS`]: 3. *Code*.
    pub attempts: u32,
    /// Milliseconds before the second attempt, twice as many before each further one: 1,000. *Unverified*.
    pub throttle_back_off_ms: u32,
    /// Workers of each mode, 1 to [`MAX_WORKERS`]: 2. *Code*.
    pub workers: u32,
    /// Milliseconds until EC2 answers `AssignPrivateIpAddresses`: 300. *Unverified*.
    pub assign_ms: u32,
    /// Milliseconds until EC2 answers `UnassignPrivateIpAddresses`: 300. *Unverified*.
    pub unassign_ms: u32,
    /// Milliseconds until EC2 answers `DescribeNetworkInterfaces`: 100. *Unverified*.
    pub describe_ms: u32,
    /// Milliseconds from the answer to an assignment until a description shows it: 0. *Unverified*.
    pub visible_after_ms: u32,
    /// Milliseconds until Kubernetes answers an annotation: 20. *Unverified*.
    pub annotate_ms: u32,
    /// What EC2 does with an order that the subnet can fill in part only. *Unverified*.
    pub batch: Batch,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            ec2: Rate { per_second: 12, burst: 18 },
            kubernetes: Rate { per_second: 20, burst: 30 },
            account: None,
            attempts: 3,
            throttle_back_off_ms: 1_000,
            workers: 2,
            assign_ms: 300,
            unassign_ms: 300,
            describe_ms: 100,
            visible_after_ms: 0,
            annotate_ms: 20,
            batch: Batch::AllOrNothing,
        }
    }
}

impl Group {
    /// Nodes at the start and no others, without pods, of at most 110 pods each, the maximum of Windows nodes unless it is set.
    ///
    /// # Source
    /// [`SourceId::WindowsMaxPods110`](crate::source::SourceId::WindowsMaxPods110).
    pub const fn new(
        limits: Limits,
        mode: IpamMode,
        config: PoolConfig,
        subnets: Vec<u32>,
        initial_nodes: u32,
    ) -> Self {
        Self {
            limits,
            mode,
            config,
            subnets,
            initial_nodes,
            initial_pods: 0,
            daemon_set_pods: 0,
            max_nodes: initial_nodes,
            max_pods: 110,
        }
    }
}

impl Scenario {
    /// A fleet to which nothing happens: a sample a minute, lowest addresses, all quirks, the default pace.
    ///
    /// # Examples
    ///
    /// See [`Scenario`].
    pub fn new(subnets: Vec<Subnet>, groups: Vec<Group>, until_ms: u64) -> Self {
        Self {
            subnets,
            groups,
            events: Vec::new(),
            until_ms,
            sample_ms: 60_000,
            seed: 0,
            choice: Choice::Lowest,
            quirks: Quirks::ALL,
            pace: Pace::default(),
            max_steps: 1 << 32,
        }
    }

    /// Says why a scenario cannot be, before any work.
    ///
    /// # Errors
    ///
    /// The first of these that is true, see [`FleetError`]: something is too large, a number names nothing, events are
    /// not by time, a group has more nodes than it may, or a pod or a node comes twice or goes before it came.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::fleet::{Action, Event, FleetError, Scenario};
    ///
    /// let mut scenario = Scenario::new(vec![], vec![], 60_000);
    /// assert_eq!(scenario.check(), Ok(()));
    ///
    /// scenario.events.push(Event { at_ms: 0, action: Action::NodesJoin { group: 3, count: 1 } });
    /// assert_eq!(scenario.check(), Err(FleetError::UnknownGroup { group: 3, groups: 0 }));
    /// ```
    pub fn check(&self) -> Result<(), FleetError> {
        self.plan().map(|_| ())
    }

    /// The same, and what is known beforehand.
    pub(super) fn plan(&self) -> Result<Plan, FleetError> {
        self.check_sizes()?;
        self.pace.check()?;
        let mut plan =
            Plan { pods: 0, initial_pods: 0, daemon_set_pods: 0, nodes: Vec::new(), joins: Vec::new() };
        let mut present = Vec::new();
        for (index, group) in self.groups.iter().enumerate() {
            let index = count(index);
            if group.subnets.is_empty() {
                return Err(FleetError::NoSubnet { group: index });
            }
            for &subnet in &group.subnets {
                self.known_subnet(subnet)?;
            }
            present.push(0);
            plan.joins.push(0);
            self.join(&mut plan, &mut present, index, group.initial_nodes)?;
        }
        let initial: u64 = self.groups.iter().map(|group| u64::from(group.initial_pods)).sum();
        let started: u64 = self.events.iter().map(|event| event.action.pods()).sum();
        let pods = initial + started;
        if pods > u64::from(MAX_EVENTS) {
            return Err(FleetError::TooMuch { what: "pods", got: pods, max: MAX_EVENTS.into() });
        }
        plan.initial_pods = u32::try_from(initial).unwrap_or(u32::MAX);
        plan.pods = u32::try_from(pods).unwrap_or(u32::MAX);
        self.check_events(&mut plan, &mut present)?;
        let each = plan.joins.iter().zip(&self.groups);
        let daemons = each.map(|(&nodes, group)| u64::from(nodes) * u64::from(group.daemon_set_pods)).sum();
        if daemons > u64::from(MAX_EVENTS) {
            return Err(FleetError::TooMuch { what: "DaemonSet pods", got: daemons, max: MAX_EVENTS.into() });
        }
        plan.daemon_set_pods = u32::try_from(daemons).unwrap_or(u32::MAX);
        Ok(plan)
    }

    fn check_sizes(&self) -> Result<(), FleetError> {
        let too_many =
            |what, got, max| if got > max { Err(FleetError::TooMuch { what, got, max }) } else { Ok(()) };
        too_many("events", wide(self.events.len()), MAX_EVENTS.into())?;
        too_many("milliseconds", self.until_ms, MAX_UNTIL_MS)?;
        if self.sample_ms == 0 {
            return Err(FleetError::Zero { what: "sample_ms" });
        }
        let columns = wide(self.subnets.len()).saturating_add(wide(self.groups.len())).saturating_add(1);
        let sampled = (self.until_ms / self.sample_ms + 1).saturating_mul(columns);
        too_many("numbers sampled", sampled, MAX_SAMPLED)
    }

    fn check_events(&self, plan: &mut Plan, present: &mut [u32]) -> Result<(), FleetError> {
        let mut pods = alloc::vec![Seen::No; plan.pods as usize];
        pods[..plan.initial_pods as usize].fill(Seen::Started);
        let mut gone = alloc::collections::BTreeSet::new();
        let mut taken = 0_u64;
        let mut last_ms = 0;
        for (index, event) in self.events.iter().enumerate() {
            if event.at_ms < last_ms {
                return Err(FleetError::EventOrder {
                    event: count(index),
                    at_ms: event.at_ms,
                    after_ms: last_ms,
                });
            }
            last_ms = event.at_ms;
            match event.action {
                Action::NodesJoin { group, count } => {
                    self.known_group(group)?;
                    self.join(plan, present, group, count)?;
                }
                Action::NodeLeaves { node } => {
                    let group = plan.present(node, &gone)?;
                    gone.insert(node);
                    present[group as usize] -= 1;
                }
                Action::PodStarts { pod, place } | Action::JobStarts { pod, place, .. } => {
                    match place {
                        Place::Group(group) => self.known_group(group)?,
                        Place::Node(node) => plan.present(node, &gone).map(|_| ())?,
                    }
                    let seen =
                        pods.get_mut(pod as usize).ok_or(FleetError::UnknownPod { pod, pods: plan.pods })?;
                    if *seen != Seen::No {
                        return Err(FleetError::PodTwice { pod });
                    }
                    let ends_itself = matches!(event.action, Action::JobStarts { .. });
                    *seen = if ends_itself { Seen::OnItsOwn } else { Seen::Started };
                }
                Action::PodEnds { pod } => {
                    let seen =
                        pods.get_mut(pod as usize).ok_or(FleetError::UnknownPod { pod, pods: plan.pods })?;
                    if *seen != Seen::Started {
                        return Err(FleetError::PodNotThere { pod });
                    }
                    *seen = Seen::Ended;
                }
                Action::NeighbourTakes { subnet, count } | Action::NeighbourReleases { subnet, count } => {
                    self.known_subnet(subnet)?;
                    taken += u64::from(count);
                    if taken > u64::from(MAX_EVENTS) {
                        return Err(FleetError::TooMuch {
                            what: "addresses of neighbours",
                            got: taken,
                            max: MAX_EVENTS.into(),
                        });
                    }
                }
                Action::Settings { group, .. } => self.known_group(group)?,
                Action::SubnetCloses { subnet } | Action::SubnetLost { subnet } => {
                    self.known_subnet(subnet)?;
                }
                Action::NodesReach { group, count, most } => {
                    self.known_group(group)?;
                    let there = present[group as usize];
                    let max_nodes = self.groups[group as usize].max_nodes;
                    if count > max_nodes {
                        return Err(FleetError::GroupMaximum { group, nodes: count.into(), max_nodes });
                    }
                    Self::number(plan, group, most)?;
                    // How many really come is not known here: as many as may be there at the most.
                    present[group as usize] = there.max(count.min(there.saturating_add(most)));
                }
                Action::NodesShrink { group, .. } => self.known_group(group)?,
                Action::Rollout(rollout) => {
                    self.known_group(rollout.group)?;
                    rollout.check(&mut pods)?;
                }
            }
        }
        Ok(())
    }

    fn join(&self, plan: &mut Plan, present: &mut [u32], group: u32, more: u32) -> Result<(), FleetError> {
        let max_nodes = self.groups[group as usize].max_nodes;
        let there = u64::from(present[group as usize]) + u64::from(more);
        if there > u64::from(max_nodes) {
            return Err(FleetError::GroupMaximum { group, nodes: there, max_nodes });
        }
        Self::number(plan, group, more)?;
        present[group as usize] += more;
        Ok(())
    }

    /// Gives more nodes of a group their numbers.
    fn number(plan: &mut Plan, group: u32, more: u32) -> Result<(), FleetError> {
        let all = wide(plan.nodes.len()) + u64::from(more);
        if all > u64::from(MAX_NODES) {
            return Err(FleetError::TooMuch { what: "nodes", got: all, max: MAX_NODES.into() });
        }
        plan.joins[group as usize] += more;
        plan.nodes.extend(core::iter::repeat_n(group, more as usize));
        Ok(())
    }

    fn known_group(&self, group: u32) -> Result<(), FleetError> {
        let groups = count(self.groups.len());
        if group < groups { Ok(()) } else { Err(FleetError::UnknownGroup { group, groups }) }
    }

    fn known_subnet(&self, subnet: u32) -> Result<(), FleetError> {
        let subnets = count(self.subnets.len());
        if subnet < subnets { Ok(()) } else { Err(FleetError::UnknownSubnet { subnet, subnets }) }
    }
}

impl Action {
    /// Pods that it brings.
    fn pods(&self) -> u64 {
        match self {
            Self::PodStarts { .. } | Self::JobStarts { .. } => 1,
            Self::Rollout(rollout) => rollout.count.into(),
            _ => 0,
        }
    }
}

impl Rollout {
    /// Takes its pods, or says why that cannot be.
    fn check(&self, pods: &mut [Seen]) -> Result<(), FleetError> {
        if self.surge == 0 && self.unavailable == 0 {
            return Err(FleetError::Zero { what: "surge and unavailability of a rollout" });
        }
        if self.ready_ms > MAX_LATENCY_MS {
            return Err(FleetError::TooMuch {
                what: "milliseconds until a pod is ready",
                got: self.ready_ms.into(),
                max: MAX_LATENCY_MS.into(),
            });
        }
        let known = count(pods.len());
        for step in 0..self.count {
            let mut take = |first: u32, from: Seen, to: Seen| {
                let pod = first.saturating_add(step);
                let seen = pods.get_mut(pod as usize).ok_or(FleetError::UnknownPod { pod, pods: known })?;
                if *seen != from {
                    let twice = from == Seen::No;
                    return Err(if twice {
                        FleetError::PodTwice { pod }
                    } else {
                        FleetError::PodNotThere { pod }
                    });
                }
                *seen = to;
                Ok(())
            };
            take(self.first, Seen::Started, Seen::Ended)?;
            take(self.with, Seen::No, Seen::OnItsOwn)?;
        }
        Ok(())
    }
}

impl Pace {
    fn check(&self) -> Result<(), FleetError> {
        let rates = [Some(self.ec2), Some(self.kubernetes), self.account];
        if rates.iter().flatten().any(|rate| rate.per_second == 0 || rate.burst == 0) {
            return Err(FleetError::Zero { what: "a rate" });
        }
        for (what, got) in [("workers", self.workers), ("attempts", self.attempts)] {
            if got == 0 {
                return Err(FleetError::Zero { what });
            }
            if got > MAX_WORKERS {
                return Err(FleetError::TooMuch { what, got: got.into(), max: MAX_WORKERS.into() });
            }
        }
        let latencies = [
            self.throttle_back_off_ms,
            self.assign_ms,
            self.unassign_ms,
            self.describe_ms,
            self.visible_after_ms,
            self.annotate_ms,
        ];
        match latencies.into_iter().find(|&ms| ms > MAX_LATENCY_MS) {
            None => Ok(()),
            Some(ms) => Err(FleetError::TooMuch {
                what: "milliseconds of latency",
                got: ms.into(),
                max: MAX_LATENCY_MS.into(),
            }),
        }
    }
}

/// What is known of a scenario before it is played.
#[derive(Debug)]
pub(super) struct Plan {
    /// Pods but those of DaemonSets.
    pub(super) pods: u32,
    /// Of these, the first ones, which are there at the start.
    pub(super) initial_pods: u32,
    pub(super) daemon_set_pods: u32,
    /// The group of every node.
    pub(super) nodes: Vec<u32>,
    /// Nodes of each group, those that leave again among them.
    pub(super) joins: Vec<u32>,
}

impl Plan {
    /// The group of a node that is there.
    fn present(&self, node: u32, gone: &alloc::collections::BTreeSet<u32>) -> Result<u32, FleetError> {
        match self.nodes.get(node as usize) {
            Some(&group) if !gone.contains(&node) => Ok(group),
            _ => Err(FleetError::NodeNotThere { node }),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Seen {
    No,
    Started,
    Ended,
    /// Its end is no event's: a new pod of a rollout, or one that ends by itself.
    OnItsOwn,
}

pub(super) fn count(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}

pub(super) fn wide(len: usize) -> u64 {
    u64::try_from(len).unwrap_or(u64::MAX)
}
