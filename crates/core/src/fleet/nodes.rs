//! Nodes join and leave, and hear of new settings.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::mem;

use super::members::{Held, MODES, NEVER, NO_RING, Node, State, index};
use super::play::Fleet;
use super::scenario::{Place, count};
use super::timeline::Reason;
use super::waiting::Waiting;
use crate::Ipv4Prefix;
use crate::ipam::{self, IpamMode, Limits};
use crate::pool::{Counts, Job, ModeUpdate, Pool, PoolConfig, mode_update};

/// Orders of a pool that comes to rest: one, and a few more to see that there are no others.
const ORDERS_TO_REST: u32 = 8;

impl Fleet<'_> {
    /// The next node of the plan comes.
    pub(super) fn node_joins(&mut self, anchor_ms: u64, at_rest: bool) {
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
            if ground.closed {
                return None;
            }
            let mode = IpamMode::SecondaryIp;
            let primary = ground.grant(mode, owner, self.scenario.choice, &mut self.random, self.now_ms)?;
            Some((subnet, primary.first()))
        });
        let subnet = found.map_or(subnets[start], |(subnet, _)| subnet);
        let primary = found.map(|(_, primary)| primary);
        self.nodes.push(Node::new(group_index, subnet, primary, place, anchor_ms, mode));
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
        for _ in 0..self.scenario.groups[group_index as usize].daemon_set_pods {
            let pod = self.next_daemon;
            self.next_daemon += 1;
            if at_rest {
                let state = &mut self.pods[pod as usize];
                state.group = group_index;
                state.bound = true;
                self.runs_from_the_start(pod, number);
            } else {
                self.pod_starts(pod, Place::Node(owner));
            }
        }
    }

    /// Puts the initial pods of every group on its initial nodes.
    pub(super) fn initial_pods(&mut self) {
        let mut pod = 0;
        for group in 0..self.groups.len() {
            for _ in 0..self.scenario.groups[group].initial_pods {
                self.pods[pod as usize].group = count(group);
                match self.first_with_room(group) {
                    Some(node) => self.runs_from_the_start(pod, node),
                    None => self.pod_starts(pod, Place::Group(count(group))),
                }
                pod += 1;
            }
        }
    }

    /// A pod has its address without calls, if the node has or gets one for it; else it asks like any other.
    fn runs_from_the_start(&mut self, pod: u32, node: usize) {
        let mode = self.nodes[node].mode;
        let place = Place::Node(count(node));
        if !self.has_room(node) || self.with_pool(node, mode, |pool| pool.assign(pod).is_ok()) != Some(true) {
            let bound = self.pods[pod as usize].bound;
            self.pod_starts(pod, place);
            self.pods[pod as usize].bound = bound;
            return;
        }
        let state = &mut self.pods[pod as usize];
        state.node = count(node);
        state.mode = mode;
        state.ran = true;
        self.set_state(pod, State::Running);
        self.nodes[node].pods += 1;
        self.come_to_rest(node, mode);
        self.settle(node, true);
        self.open(node);
    }

    /// The next node of the plan does not come.
    pub(super) fn node_is_not_needed(&mut self) {
        let number = self.nodes.len();
        let Some(&group_index) = self.plan.nodes.get(number) else {
            return;
        };
        let group = &mut self.groups[group_index as usize];
        let place = count(group.numbers.len());
        group.numbers.push(count(number));
        let subnet = self.scenario.groups[group_index as usize].subnets[0];
        self.nodes.push(Node::new(group_index, subnet, None, place, self.now_ms, group.mode));
    }

    /// Nodes of a group leave, from one end, until so many are left.
    pub(super) fn shrink(&mut self, group: usize, left: u32, oldest: bool) {
        let alive = |fleet: &Self, number: u32| fleet.nodes[number as usize].alive;
        let mut there: Vec<u32> = self.groups[group].numbers.clone();
        there.retain(|&number| alive(self, number));
        if !oldest {
            there.reverse();
        }
        let leave = there.len().saturating_sub(left as usize);
        for &number in &there[..leave] {
            self.node_leaves(number as usize);
        }
    }

    pub(super) fn subnet_lost(&mut self, subnet: u32) {
        self.grounds[subnet as usize].closed = true;
        for number in 0..self.nodes.len() {
            if self.nodes[number].subnet == subnet && self.nodes[number].alive {
                self.node_leaves(number);
            }
        }
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

    pub(super) fn node_leaves(&mut self, number: usize) {
        let Some(node) = self.nodes.get_mut(number) else {
            return;
        };
        self.steps += 1;
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

    pub(super) fn settings(&mut self, group_index: usize, mode: IpamMode, config: PoolConfig) {
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
}
