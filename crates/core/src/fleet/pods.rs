//! Pods start and end, and ask for an address in between.

use core::cmp::Reverse;
use core::mem;

use super::members::{NEVER, NO_RING, State, index};
use super::play::{Fleet, rank};
use super::scenario::{Place, count};
use super::timeline::Symptom;
use super::waiting::{Waiting, ring_of};
use crate::pool::COOL_DOWN_MS;

/// What a pod heard.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Heard {
    /// What it heard the last time, and nothing else happened.
    Nothing,
    /// It asks in another rhythm from now on.
    Moved,
    /// Nothing yet, but the pool ordered something.
    Order,
    Address,
}

impl Fleet<'_> {
    pub(super) fn pod_starts(&mut self, number: u32, place: Place) {
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

    pub(super) fn pod_ends(&mut self, number: u32) {
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

    /// A pod on a node asks its pool for an address.
    pub(super) fn ask(&mut self, number: u32) -> Heard {
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
    pub(super) fn ask_again(&mut self, number: usize) {
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

    pub(super) fn annotated(&mut self) {
        let Some((_, number, life)) = self.annotating.pop_front() else {
            return;
        };
        let pod = &mut self.pods[number as usize];
        if pod.life == life {
            pod.waited = pod.waited.max(self.now_ms - pod.asked_ms + 1);
            pod.ran = true;
            if let Some(runs_ms) = pod.runs_ms {
                let done_ms = self.now_ms + u64::from(runs_ms.get());
                self.due.push(Reverse((done_ms, rank::DONE, number.into(), life)));
            }
            self.set_state(number, State::Running);
            self.rollout_sees(number);
        }
    }

    /// The work of a pod is done, unless it had to begin again.
    pub(super) fn pod_is_done(&mut self, number: usize, life: u32) {
        if self.pods[number].life == life {
            self.pod_ends(count(number));
        }
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

    pub(super) fn set_state(&mut self, number: u32, state: State) {
        let pod = &mut self.pods[number as usize];
        let was = mem::replace(&mut pod.state, state);
        let now = &mut self.groups[pod.group as usize].now;
        if let Some(count) = now.of(was) {
            *count -= 1;
        }
        if let Some(count) = now.of(state) {
            *count += 1;
        }
        if !self.rollouts.is_empty() && (was == State::Running) != (state == State::Running) {
            self.rollout_counts(number, state == State::Running);
        }
    }
}
