//! Pods that wait, on the grid on which the controller asks for them again.

use alloc::collections::BTreeSet;

use crate::pool::{PoolError, Retry};

/// The cap of the work queue's growing back-off in the Kubernetes client library, in milliseconds. A pod that is put off
/// so is played as if it had reached the cap: with the node's room respected, only pods that a change of mode
/// leaves over get there.
const BACK_OFF_MS: u64 = 1_000_000;
/// How often the controller asks, in milliseconds.
const INTERVALS: [u64; 4] = [600, 20_000, 120_000, BACK_OFF_MS];

/// The pods of one node, for each interval by the place of their asking in it.
#[derive(Debug, Clone, Default)]
pub(super) struct Waiting {
    rings: [BTreeSet<(u32, u32)>; INTERVALS.len()],
    /// Rings whose next asking changes nothing.
    asleep: [bool; INTERVALS.len()],
    len: usize,
}

/// Which ring an error puts a pod on.
pub(super) fn ring_of(error: &PoolError) -> usize {
    match error.retry() {
        Retry::After { ms } => {
            INTERVALS.iter().position(|&interval| interval == u64::from(ms)).unwrap_or(INTERVALS.len() - 1)
        }
        _ => INTERVALS.len() - 1,
    }
}

/// The place of a time in a ring.
fn phase(ring: usize, at_ms: u64) -> u32 {
    u32::try_from(at_ms % INTERVALS[ring]).unwrap_or(0)
}

impl Waiting {
    pub(super) const RINGS: usize = INTERVALS.len();

    pub(super) const fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub(super) fn pods(&self) -> impl Iterator<Item = u32> + '_ {
        self.rings.iter().flatten().map(|&(_, pod)| pod)
    }

    /// Puts a pod on a ring from its first asking on.
    pub(super) fn insert(&mut self, ring: usize, pod: u32, at_ms: u64) {
        self.len += usize::from(self.rings[ring].insert((phase(ring, at_ms), pod)));
    }

    pub(super) fn remove(&mut self, ring: usize, pod: u32, since_ms: u64) {
        self.len -= usize::from(self.rings[ring].remove(&(phase(ring, since_ms), pod)));
    }

    /// The pool has changed: whoever asks may hear something else.
    pub(super) fn wake(&mut self) {
        self.asleep = [false; INTERVALS.len()];
    }

    /// An asking changed nothing, so the next ones of this ring do not either.
    pub(super) fn sleep(&mut self, ring: usize) {
        self.asleep[ring] = true;
    }

    pub(super) const fn sleeps(&self, ring: usize) -> bool {
        self.asleep[ring]
    }

    /// The next pod that asks at this time, behind another one.
    pub(super) fn at(&self, ring: usize, now_ms: u64, behind: Option<u32>) -> Option<u32> {
        let phase = phase(ring, now_ms);
        let from = behind.map_or(Some(0), |pod| pod.checked_add(1))?;
        self.rings[ring].range((phase, from)..=(phase, u32::MAX)).next().map(|&(_, pod)| pod)
    }

    /// The next time, this one included, at which somebody asks and it may matter.
    pub(super) fn next(&self, from_ms: u64) -> Option<u64> {
        let next = |(ring, pods): (usize, &BTreeSet<(u32, u32)>)| {
            let here = phase(ring, from_ms);
            let later = pods.range((here, 0)..).next();
            let wait = match later {
                Some(&(phase, _)) => u64::from(phase - here),
                None => INTERVALS[ring] - u64::from(here) + u64::from(pods.first()?.0),
            };
            Some(from_ms + wait)
        };
        self.rings.iter().enumerate().filter(|&(ring, _)| !self.asleep[ring]).filter_map(next).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asks_on_the_grid() {
        let mut waiting = Waiting::default();
        waiting.insert(0, 7, 1_000); // at 400, 1,000, 1,600 ...
        waiting.insert(1, 8, 19_999);
        assert_eq!([1_001, 1_600, 1_601].map(|from| waiting.next(from)), [1_600, 1_600, 2_200].map(Some));
        waiting.sleep(0);
        assert_eq!([0, 20_000].map(|from| waiting.next(from)), [19_999, 39_999].map(Some));
        assert_eq!((waiting.at(1, 39_999, None), waiting.at(1, 39_999, Some(8))), (Some(8), None));
        waiting.remove(1, 8, 19_999);
        assert_eq!(waiting.next(0), None);
        waiting.wake();
        assert_eq!(waiting.next(2_201), Some(2_800));
    }
}
