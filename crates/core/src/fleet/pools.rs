//! Pools against their targets and against what EC2 grants.

use alloc::vec::Vec;
use core::cmp::Reverse;

use super::members::{Held, MODES, NEVER, index};
use super::play::{Fleet, rank};
use super::scenario::Batch;
use super::timeline::{Failure, Reason};
use crate::Ipv4Prefix;
use crate::ipam::IpamMode;
use crate::pool::{Job, JobResult, Pool};

impl Fleet<'_> {
    pub(super) fn cool_down(&mut self, number: usize) {
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
}
