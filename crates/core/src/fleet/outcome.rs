//! What is told of a run.

use alloc::vec;
use alloc::vec::Vec;

use super::members::{NEVER, State};
use super::play::Fleet;
use super::rollout::Rolling;
use super::timeline::{End, Failure, GroupOutcome, Sample, SubnetOutcome, SubnetSample, Timeline, Waits};

impl Fleet<'_> {
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
        let mut asked = vec![(0, 0); self.groups.len()];
        for pod in &self.pods {
            let (asked, in_vain) = &mut asked[pod.group as usize];
            if pod.state != State::Absent || pod.life > 0 {
                *asked += 1;
                *in_vain += u32::from(!pod.ran);
            }
            if pod.waited > 0 {
                waits[pod.group as usize].push(pod.waited - 1);
            }
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
        let groups = self.groups.iter().zip(waits).zip(asked);
        let mut failures: Vec<Failure> = self.failures.into_values().collect();
        failures.sort_by_key(|failure| (failure.first_ms, failure.node, failure.reason));
        Timeline {
            end,
            ended_ms,
            steps: self.steps,
            samples: self.samples,
            subnets: subnets.collect(),
            groups: groups
                .map(|((group, waits), (asked_pods, never_ran))| GroupOutcome {
                    end: group.now,
                    waits: Waits::of(waits),
                    asked_pods,
                    never_ran,
                })
                .collect(),
            waits: Waits::of(all),
            calls: self.calls,
            annotations: self.annotations,
            lost_pods: self.lost_pods,
            failures,
            symptoms: self.symptoms,
            rollouts: self.rollouts.iter().map(Rolling::outcome).collect(),
        }
    }

    pub(super) fn sample(&mut self) {
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
}
