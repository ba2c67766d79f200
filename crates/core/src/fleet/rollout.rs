//! Pods are replaced a few at a time, as a Deployment does it.

use alloc::vec;
use alloc::vec::Vec;
use core::cmp::Reverse;

use super::play::{Fleet, rank};
use super::scenario::{Place, Rollout};
use super::timeline::RolloutOutcome;

/// A rollout that has begun.
#[derive(Debug)]
pub(super) struct Rolling {
    rollout: Rollout,
    now: RolloutOutcome,
    /// Of each new pod whether it has run: one that moves does not count twice.
    seen: Vec<bool>,
}

impl Rolling {
    pub(super) const fn outcome(&self) -> RolloutOutcome {
        self.now
    }

    /// The place of a pod among the new ones.
    fn place(&self, pod: u32) -> Option<usize> {
        let place = pod.checked_sub(self.rollout.with)?;
        (place < self.rollout.count).then_some(place as usize)
    }
}

impl Fleet<'_> {
    pub(super) fn rollout_begins(&mut self, rollout: Rollout) {
        let seen = vec![false; rollout.count as usize];
        let begun_ms = self.now_ms;
        let now = RolloutOutcome { begun_ms, started: 0, ready: 0, ended: 0, done_ms: None };
        self.rollouts.push(Rolling { rollout, now, seen });
        self.rollout_goes_on(self.rollouts.len() - 1);
    }

    /// A pod runs: if it is a new one of a rollout, it will be ready.
    pub(super) fn rollout_sees(&mut self, pod: u32) {
        for (number, rolling) in self.rollouts.iter_mut().enumerate() {
            let Some(place) = rolling.place(pod) else { continue };
            if !core::mem::replace(&mut rolling.seen[place], true) {
                let ready_ms = self.now_ms + u64::from(rolling.rollout.ready_ms);
                let number = u64::try_from(number).unwrap_or(u64::MAX);
                self.due.push(Reverse((ready_ms, rank::READY, number, 0)));
            }
        }
    }

    pub(super) fn rollout_ready(&mut self, number: usize) {
        if let Some(rolling) = self.rollouts.get_mut(number) {
            rolling.now.ready += 1;
            self.rollout_goes_on(number);
        }
    }

    /// Starts and ends what surge and unavailability allow.
    fn rollout_goes_on(&mut self, number: usize) {
        loop {
            let Rolling { rollout, now, .. } = &mut self.rollouts[number];
            let Rollout { group, first, with, count, .. } = *rollout;
            // Read as sums of 64 bits: counts and limits may each be large.
            let [started, ended, ready] = [now.started, now.ended, now.ready].map(u64::from);
            let start = now.started < count && started < ended + u64::from(rollout.surge);
            let end = now.ended < count && ended < ready + u64::from(rollout.unavailable);
            let (next, last) = (now.started, now.ended);
            now.started += u32::from(start);
            now.ended += u32::from(end);
            if !start && !end {
                if now.ended == count && now.ready == count {
                    now.done_ms.get_or_insert(self.now_ms);
                }
                return;
            }
            self.steps += 1;
            if start {
                self.pod_starts(with + next, Place::Group(group));
            }
            if end {
                self.pod_ends(first + last);
            }
        }
    }
}
