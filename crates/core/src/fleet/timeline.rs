//! What came of a scenario.

use alloc::vec::Vec;

use crate::Subnet;
use crate::named::named;

/// Everything that a run tells. Times are milliseconds from the start.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timeline {
    /// How it ended.
    pub end: End,
    /// When it ended.
    pub ended_ms: u64,
    /// Steps played.
    pub steps: u64,
    /// How things stood, once every [`sample_ms`](super::Scenario::sample_ms); what happens at that millisecond is in it.
    pub samples: Vec<Sample>,
    /// What became of each subnet, in the scenario's order.
    pub subnets: Vec<SubnetOutcome>,
    /// What became of each group, in the scenario's order.
    pub groups: Vec<GroupOutcome>,
    /// How long pods of all groups waited.
    pub waits: Waits,
    /// Calls to EC2.
    pub calls: Calls,
    /// Pods annotated, or about to be: one call to Kubernetes each.
    pub annotations: u64,
    /// Pods that were lost with their node.
    pub lost_pods: u32,
    /// What failed between the controller and EC2, by the time of its first occurrence: one entry for each node and reason.
    pub failures: Vec<Failure>,
    /// What users saw on their pods, by the time of its first occurrence: one entry for each error of the pool.
    pub symptoms: Vec<Symptom>,
    /// How far each rollout came, in the order in which they began.
    pub rollouts: Vec<RolloutOutcome>,
}

named! {
    /// How a run ended.
    #[non_exhaustive]
    End {
        /// All of it was played.
        Complete = "complete",
        /// The caller stopped it.
        Stopped = "stopped",
        /// It took more steps than [`max_steps`](super::Scenario::max_steps).
        Steps = "steps",
    }
}

/// How things stood at one time.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sample {
    /// When.
    pub at_ms: u64,
    /// Each subnet, in the scenario's order.
    pub subnets: Vec<SubnetSample>,
    /// Each group, in the scenario's order.
    pub groups: Vec<GroupSample>,
    /// Calls to EC2 since the start.
    pub calls: Calls,
}

/// A subnet at one time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct SubnetSample {
    /// Addresses that EC2 hands out one by one: free, and in no reservation.
    pub free_addresses: u32,
    /// Blocks that EC2 hands out as prefixes.
    pub free_prefixes: u32,
    /// Addresses on the ENIs of nodes, used or not; their primary addresses are not among them.
    pub held_addresses: u32,
}

/// A group at one time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct GroupSample {
    /// Nodes that are there.
    pub nodes: u32,
    /// Pods with an address and its annotation.
    pub running: u32,
    /// Pods on a node that wait for an address or for its annotation.
    pub waiting: u32,
    /// Pods that no node has room for.
    pub unplaced: u32,
    /// Addresses free in warm pools.
    pub warm: u32,
    /// Addresses that cool down.
    pub cooling: u32,
}

/// What became of a subnet.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SubnetOutcome {
    /// The subnet as it is at the end. Owners of what nodes hold are their numbers, of what neighbours hold
    /// [`NEIGHBOUR`](super::NEIGHBOUR).
    pub subnet: Subnet,
    /// When it first had no address left to hand out by itself.
    pub dry_addresses_ms: Option<u64>,
    /// When it first had no block left to hand out.
    pub dry_prefixes_ms: Option<u64>,
    /// The fewest addresses left at one time.
    pub fewest_free_addresses: u32,
    /// The fewest blocks left at one time.
    pub fewest_free_prefixes: u32,
    /// The most addresses on the ENIs of nodes at one time.
    pub most_held_addresses: u32,
}

/// What became of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct GroupOutcome {
    /// How things stood at the end.
    pub end: GroupSample,
    /// How long its pods waited.
    pub waits: Waits,
    /// Pods that there were, those of the start and of DaemonSets among them.
    pub asked_pods: u32,
    /// Of these, pods that never had an address and its annotation.
    pub never_ran: u32,
}

/// How far a rollout came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct RolloutOutcome {
    /// When it began.
    pub begun_ms: u64,
    /// New pods that were asked for.
    pub started: u32,
    /// New pods that became ready.
    pub ready: u32,
    /// Old pods that were deleted.
    pub ended: u32,
    /// When the last new pod was ready and the last old one deleted; `None` if that never was.
    pub done_ms: Option<u64>,
}

/// How long pods waited from when they were asked for until their annotation; of a pod that had to move, the longest
/// wait. Pods that never got there are not counted, and pods of the start only if they had to wait or to move.
///
/// A percentile is the wait of the pod at that place, rounded up, in the order of waits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Waits {
    /// How many pods.
    pub pods: u32,
    /// Half of them waited no longer, in milliseconds.
    pub p50_ms: u64,
    /// Nine of ten.
    pub p90_ms: u64,
    /// Ninety-nine of a hundred.
    pub p99_ms: u64,
    /// The longest.
    pub max_ms: u64,
}

impl Waits {
    pub(super) fn of(mut waits: Vec<u64>) -> Self {
        waits.sort_unstable();
        let at = |percent: usize| {
            // No product that could be too large for a machine of 32 bits.
            let rank = waits.len() / 100 * percent + (waits.len() % 100 * percent).div_ceil(100);
            waits.get(rank.saturating_sub(1)).copied().unwrap_or(0)
        };
        Self {
            pods: super::scenario::count(waits.len()),
            p50_ms: at(50),
            p90_ms: at(90),
            p99_ms: at(99),
            max_ms: at(100),
        }
    }
}

/// Calls to EC2, refused ones among them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Calls {
    /// `AssignPrivateIpAddresses`.
    pub assign: u64,
    /// `UnassignPrivateIpAddresses`.
    pub unassign: u64,
    /// `DescribeNetworkInterfaces`.
    pub describe: u64,
    /// Of these, those that EC2 refused because the account had too many.
    pub throttled: u64,
}

impl Calls {
    /// All calls.
    pub const fn total(&self) -> u64 {
        self.assign + self.unassign + self.describe
    }
}

named! {
    /// Why something failed between the controller and EC2.
    #[non_exhaustive]
    Reason {
        /// The subnet had too few free blocks: EC2's `InsufficientCidrBlocks`.
        NoPrefix = "no-prefix",
        /// The subnet had too few free addresses: EC2's `InsufficientFreeAddressesInSubnet`.
        NoAddress = "no-address",
        /// The ENI could not hold more: slots of the other mode are still in use.
        EniFull = "eni-full",
        /// The account had too many calls, as often as the controller tried: EC2's `RequestLimitExceeded`.
        Throttled = "throttled",
        /// EC2 granted it and no description showed it in time.
        NotVisible = "not-visible",
        /// The controller ordered no or fewer than no groups; see
        /// [`Quirk::CapacityByEquality`](crate::pool::Quirk::CapacityByEquality).
        BadCount = "bad-count",
        /// No subnet of the group had an address for the node itself.
        NoNodeAddress = "no-node-address",
    }
}

/// Something failed between the controller and EC2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Failure {
    /// The first time.
    pub first_ms: u64,
    /// The last time.
    pub last_ms: u64,
    /// How often.
    pub times: u64,
    /// The node.
    pub node: u32,
    /// The subnet of the node, or the first one of its group.
    pub subnet: u32,
    /// Why.
    pub reason: Reason,
}

/// What users saw on their pods.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Symptom {
    /// The first time.
    pub first_ms: u64,
    /// The first pod.
    pub pod: u32,
    /// Its node.
    pub node: u32,
    /// The [code](crate::pool::PoolError::code) of the pool's error.
    pub code: &'static str,
    /// How many times a pod was put to wait with it; asking again in vain is not counted.
    pub times: u64,
}
