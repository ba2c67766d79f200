//! Pods are replaced a few at a time, as a Deployment does it.

use alloc::vec;
use alloc::vec::Vec;
use core::cmp::Reverse;

use super::members::State;
use super::play::{Fleet, rank};
use super::scenario::{Place, Rollout, count};
use super::timeline::RolloutOutcome;

/// A rollout that has begun.
#[derive(Debug)]
pub(super) struct Rolling {
    rollout: Rollout,
    now: RolloutOutcome,
    /// Of each new pod whether it has run: one that moves does not count twice.
    seen: Vec<bool>,
    /// Old pods that run.
    old_running: u32,
    /// Where to look for the next old pod that runs, and for the next that does not.
    next: [u32; 2],
}

impl Rolling {
    pub(super) const fn outcome(&self) -> RolloutOutcome {
        self.now
    }

    /// Whether a pod is among the old ones.
    fn is_old(&self, pod: u32) -> bool {
        pod.checked_sub(self.rollout.first).is_some_and(|place| place < self.rollout.count)
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
        let old = rollout.first as usize..(rollout.first + rollout.count) as usize;
        let old_running = count(self.pods[old].iter().filter(|pod| pod.state == State::Running).count());
        self.rollouts.push(Rolling { rollout, now, seen, old_running, next: [0; 2] });
        self.rollout_goes_on(self.rollouts.len() - 1);
    }

    /// A pod begins to run, or does no longer: if it is an old one of a rollout, fewer or more may go.
    pub(super) fn rollout_counts(&mut self, pod: u32, runs: bool) {
        for rolling in self.rollouts.iter_mut().filter(|rolling| rolling.is_old(pod)) {
            if runs {
                rolling.old_running += 1;
            } else {
                rolling.old_running -= 1;
            }
        }
    }

    /// A pod runs: if it is a new one of a rollout, it will be ready; if it is an old one, it can be spared.
    pub(super) fn rollout_sees(&mut self, pod: u32) {
        for number in 0..self.rollouts.len() {
            if self.rollouts[number].is_old(pod) {
                self.rollout_goes_on(number);
            }
        }
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

    /// Starts and ends what surge and unavailability allow: of old pods first those that do not run.
    fn rollout_goes_on(&mut self, number: usize) {
        loop {
            let Rolling { rollout, now, old_running, .. } = &mut self.rollouts[number];
            let Rollout { group, with, count, .. } = *rollout;
            // Counts and limits may each be large: sums are of 64 bits.
            let [started, ended, ready] = [now.started, now.ended, now.ready].map(i64::from);
            let (all, running) = (i64::from(count), i64::from(*old_running));
            let least = all - i64::from(rollout.unavailable);
            let start = started < all && started < ended + i64::from(rollout.surge);
            let idle = all - ended - running;
            let end_idle = idle > 0 && (all - ended + started) - least - (started - ready) > 0;
            let end_running = running > 0 && running + ready > least;
            let next = now.started;
            if start {
                now.started += 1;
            } else if end_idle || end_running {
                now.ended += 1;
            } else {
                if now.ended == count && now.ready == count {
                    now.done_ms.get_or_insert(self.now_ms);
                }
                return;
            }
            self.steps += 1;
            if start {
                self.pod_starts(with + next, Place::Group(group));
            } else if let Some(pod) = self.old_pod(number, !end_idle) {
                self.pod_ends(pod);
            }
        }
    }

    /// The next old pod that runs, or that does not.
    fn old_pod(&mut self, number: usize, running: bool) -> Option<u32> {
        let Rolling { rollout, next, .. } = &mut self.rollouts[number];
        let (first, count) = (rollout.first, rollout.count);
        let from = next[usize::from(running)];
        let wanted = |place: &u32| {
            let state = self.pods[(first + place) as usize].state;
            state != State::Absent && (state == State::Running) == running
        };
        // Those before may have changed since.
        let place = (from..count).chain(0..from).find(wanted)?;
        next[usize::from(running)] = place;
        Some(first + place)
    }
}
