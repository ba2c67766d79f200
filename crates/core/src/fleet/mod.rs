//! Many nodes over shared subnets in time: which minute a subnet runs dry, and how long pods wait.
//!
//! A [`Scenario`] lists node groups, subnets and what happens to them; [`run`] plays it and tells a [`Timeline`]. Each
//! node has the [pools](crate::pool) of the controller; what they order goes through the controller's workers and its
//! limit of calls to EC2, and is served from [subnets](crate::subnet) that neighbours use too.
//!
//! ```
//! use core::ops::ControlFlow;
//! use winpod::fleet::{Action, Event, Group, Reason, Scenario, run};
//! use winpod::ipam::{IpamMode, Limits};
//! use winpod::pool::PoolConfig;
//! use winpod::{Ipv4Prefix, Subnet};
//!
//! // 14 blocks. A node holds one at rest; its own address is one of the 12 that the first block has left.
//! let subnet = Subnet::new(Ipv4Prefix::constant([10, 0, 8, 0], 24))?;
//! let limits = Limits::new(10, true)?;
//! let mut group = Group::new(limits, IpamMode::PrefixDelegation, PoolConfig::new(1, 3, 0), vec![0], 12);
//! group.max_nodes = 20;
//! let mut scenario = Scenario::new(vec![subnet], vec![group], 600_000);
//! scenario.events.push(Event { at_ms: 120_000, action: Action::NodesJoin { group: 0, count: 3 } });
//!
//! let timeline = run(&scenario, |_| ControlFlow::Continue(()))?;
//! assert_eq!(timeline.samples[1].subnets[0].free_prefixes, 2);
//! // The own address of the 13th node breaks one of the two, and the block that it orders is the last one.
//! assert_eq!(timeline.subnets[0].dry_prefixes_ms, Some(120_300));
//! let failure = timeline.failures[0];
//! assert_eq!((failure.node, failure.reason), (13, Reason::NoPrefix));
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```
//!
//! # What is exact
//!
//! Every pool is the twin of the controller's, every address has one owner, and the same scenario gives the same
//! timeline everywhere: there is no clock, and random choices follow the seed. At the same millisecond the order is:
//! answers of EC2, the cool-down job, pods that ask again (of one node those that ask more often first, then by number),
//! annotations, pods of rollouts that become ready, pods whose work is done, events of the scenario, the sample.
//!
//! # What is assumed
//!
//! [`Pace`] has every number with its grade, [`Choice`] and [`Batch`] what EC2 does and does not document. Besides:
//!
//! | | grade |
//! |---|---|
//! | An address cools down for 30 seconds; a job looks every 30 seconds | code |
//! | That job runs on a fixed grid from the node's start and waits for no worker; initial nodes are spread evenly over the 30 seconds | assumed |
//! | A creation is one call and then descriptions until all is visible, after 250 ms, doubling, 7 at most | code |
//! | A deletion and a re-sync are one call each | inferred |
//! | A pod asks again 600 ms, 20 s or 2 min after it was refused | code |
//! | A pod's asking costs no time; its annotation queues for the limit of Kubernetes calls | inferred |
//! | A second re-sync is not queued while one is: the controller does queue it, so in a dry subnet it calls EC2 more often than is told here | assumed |
//! | The start of a node costs no calls | assumed |
//! | What a node or a deletion gives back can be taken at once | unverified |
//! | Prefixes come from reservations of type `prefix` as long as those have any | unverified |
//! | The scheduler takes the node with the fewest pods, up to the addresses that it advertises and its maximum | assumed |
//! | A growing back-off is played as its cap, 1,000 s | assumed |
//! | A rollout keeps to its surge and unavailability at every moment, as a Deployment does; pods that end are gone at once | assumed |
//! | Pods of the start, and DaemonSet pods of nodes that are there then, have their addresses without calls | assumed |
//!
//! # What is skipped
//!
//! Pods that ask again in vain are not played one by one: as long as nothing about a pool changes, whoever asks hears
//! the same, so the next asking that is played is the first one after a change. The same holds for the 30-second job.
//! Calls to EC2 that fail are all played, for they use up the limit.
//!
//! # What may surprise
//!
//! - Slower answers can let pods run earlier: orders are bundled meanwhile, and calls are what is scarce.
//! - An order that fails in a dry subnet is pending until it has: an address that cools down in that time is one too many
//!   for the pool, which gives it back to the subnet instead of to a pod that waits.
//!
//! # Cost
//!
//! Steps are events, answers, and askings and jobs that matter; each takes O(log) of what waits. The limit of EC2
//! calls bounds the steps in a dry subnet: 12 calls a second are some million a day.
//! Memory is that of pods (48 bytes each), nodes and samples.
//!
//! # Source
//!
//! amazon-vpc-resource-controller-k8s at b8d4251 (2026-04-23): `main.go`, `pkg/aws/ec2/api`, `pkg/handler/warm.go`,
//! `pkg/pool`, `pkg/provider`.

mod bucket;
mod error;
mod ground;
mod jobs;
mod members;
mod nodes;
mod outcome;
mod play;
mod pods;
mod pools;
mod random;
mod rollout;
mod room;
mod scenario;
mod spread;
mod timeline;
mod view;
mod waiting;

pub use error::FleetError;
pub use play::Fleet;
pub use random::Random;
pub use scenario::{
    Action, Batch, Choice, Event, Group, MAX_EVENTS, MAX_LATENCY_MS, MAX_NODES, MAX_SAMPLED, MAX_UNTIL_MS,
    MAX_WORKERS, Pace, Place, Rate, Rollout, Scenario,
};
pub use timeline::{
    Calls, End, Failure, GroupOutcome, GroupSample, Reason, RolloutOutcome, Sample, SubnetOutcome,
    SubnetSample, Symptom, Timeline, Waits,
};

use core::ops::ControlFlow;

/// The owner of the addresses that neighbours take.
pub const NEIGHBOUR: u32 = u32::MAX - 1;

/// How many steps lie between two reports.
const REPORT_EVERY: u64 = 8_192;

/// How far a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Progress {
    /// The time that is played, in milliseconds.
    pub at_ms: u64,
    /// The last millisecond that will be.
    pub until_ms: u64,
    /// Steps so far.
    pub steps: u64,
}

/// Plays a scenario; `progress` hears how far it is every few thousand steps, and can stop it.
///
/// # Errors
///
/// A scenario that cannot be, before any work: [`FleetError`].
///
/// # Examples
///
/// ```
/// use core::ops::ControlFlow;
/// use winpod::fleet::{End, FleetError, Scenario, run};
///
/// let mut scenario = Scenario::new(vec![], vec![], 86_400_000);
/// let timeline = run(&scenario, |_| ControlFlow::Continue(()))?;
/// assert_eq!((timeline.end, timeline.samples.len()), (End::Complete, 1_441));
/// assert_eq!(run(&scenario, |_| ControlFlow::Break(()))?.end, End::Stopped);
///
/// scenario.sample_ms = 0;
/// assert_eq!(run(&scenario, |_| ControlFlow::Continue(())), Err(FleetError::Zero { what: "sample_ms" }));
/// # Ok::<(), FleetError>(())
/// ```
pub fn run(
    scenario: &Scenario,
    mut progress: impl FnMut(Progress) -> ControlFlow<()>,
) -> Result<Timeline, FleetError> {
    let mut fleet = Fleet::new(scenario)?;
    let mut report_at = 0;
    loop {
        let steps = fleet.steps();
        if steps >= report_at {
            report_at = steps + REPORT_EVERY;
            let at = Progress { at_ms: fleet.now_ms(), until_ms: scenario.until_ms, steps };
            if progress(at).is_break() {
                return Ok(fleet.stop(End::Stopped));
            }
        }
        if fleet.step().is_none() {
            return Ok(fleet.finish());
        }
    }
}
