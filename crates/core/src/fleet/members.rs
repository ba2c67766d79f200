//! Who takes part: groups, nodes with their pools, pods.

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::net::Ipv4Addr;
use core::num::NonZeroU32;

use super::spread::Spread;
use super::timeline::GroupSample;
use super::waiting::Waiting;
use crate::Ipv4Prefix;
use crate::ipam::{IpamMode, Limits};
use crate::pool::{COOL_DOWN_MS, Counts, Pool, PoolConfig};

pub(super) const NEVER: u64 = u64::MAX;
pub(super) const NO_RING: u8 = u8::MAX;

#[derive(Debug)]
pub(super) struct GroupState {
    pub(super) limits: Limits,
    pub(super) mode: IpamMode,
    pub(super) config: PoolConfig,
    pub(super) max_pods: u32,
    /// Its nodes, those that have left among them.
    pub(super) numbers: Vec<u32>,
    pub(super) spread: Spread,
    /// Pods that no node has room for, and which of their lives asked.
    pub(super) queue: VecDeque<(u32, u32)>,
    pub(super) now: GroupSample,
}

#[derive(Debug)]
pub(super) struct Node {
    pub(super) group: u32,
    pub(super) subnet: u32,
    pub(super) primary: Option<Ipv4Addr>,
    /// Its place in the group.
    pub(super) place: u32,
    /// Where its grid of 30 seconds starts.
    pub(super) anchor_ms: u64,
    pub(super) mode: IpamMode,
    pub(super) pods: u32,
    pub(super) alive: bool,
    pub(super) pools: [Option<Box<Held>>; 2],
    pub(super) waiting: Waiting,
    /// Pods that must be here and find no room.
    pub(super) queue: VecDeque<(u32, u32)>,
    pub(super) tick_ms: u64,
    pub(super) retry_ms: u64,
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
    pub(super) cool_ms: u64,
}

#[derive(Debug, Clone)]
pub(super) struct Pod {
    pub(super) asked_ms: u64,
    /// Since when it is on its ring.
    pub(super) since_ms: u64,
    /// The longest wait that is over, plus one; 0 for none.
    pub(super) waited: u64,
    pub(super) node: u32,
    pub(super) group: u32,
    pub(super) life: u32,
    pub(super) state: State,
    pub(super) ring: u8,
    /// Which pool its address is from.
    pub(super) mode: IpamMode,
    pub(super) bound: bool,
    /// It had an address and its annotation at some time.
    pub(super) ran: bool,
    /// How long it runs; else until an event ends it.
    pub(super) runs_ms: Option<NonZeroU32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
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

pub(super) const MODES: [IpamMode; 2] = [IpamMode::SecondaryIp, IpamMode::PrefixDelegation];

impl Node {
    /// A node with nothing, and with a primary address if it is there.
    pub(super) fn new(
        group: u32,
        subnet: u32,
        primary: Option<Ipv4Addr>,
        place: u32,
        anchor_ms: u64,
        mode: IpamMode,
    ) -> Self {
        Self {
            group,
            subnet,
            primary,
            place,
            anchor_ms,
            mode,
            pods: 0,
            alive: primary.is_some(),
            pools: [None, None],
            waiting: Waiting::default(),
            queue: VecDeque::new(),
            tick_ms: NEVER,
            retry_ms: NEVER,
        }
    }

    /// The first look of the 30-second job that is not before a time.
    pub(super) fn grid(&self, from_ms: u64) -> u64 {
        let passed = from_ms.saturating_sub(self.anchor_ms);
        self.anchor_ms + passed.div_ceil(COOL_DOWN_MS) * COOL_DOWN_MS
    }
}

impl GroupSample {
    pub(super) fn of(&mut self, state: State) -> Option<&mut u32> {
        match state {
            State::Absent => None,
            State::Unplaced => Some(&mut self.unplaced),
            State::Waiting | State::Annotating => Some(&mut self.waiting),
            State::Running => Some(&mut self.running),
        }
    }

    pub(super) fn recount(&mut self, before: &Counts, after: &Counts) {
        self.warm = self.warm - before.warm + after.warm;
        self.cooling = self.cooling - before.cooling + after.cooling;
    }
}
