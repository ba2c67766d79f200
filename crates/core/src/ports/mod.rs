//! The ports of a Windows node: how many blocks of 64 HNS can still reserve, how many its policies may need, and what
//! a wider range would bring.
//!
//! HNS reserves ports of the dynamic range in blocks of 64 that lie next to each other, TCP and UDP apart: every
//! load-balancer policy without Direct Server Return takes from them. **Everything said about demand is an estimate.**
//! Policies share blocks by a rule that nobody has written down, so one block for each policy is the most that they
//! take; the outbound NAT of pods takes blocks too, and nobody knows how many.
//!
//! # Examples
//!
//! ```
//! use winpod::ports::{DEFAULT_DYNAMIC_RANGE, Demand, PortSet, Verdict, estimate, supply};
//!
//! // 150 services of two TCP ports each and no DSR: 300 policies against 16384 / 64 blocks.
//! let blocks = supply(DEFAULT_DYNAMIC_RANGE, &PortSet::new()).blocks;
//! let answer = estimate(blocks, Demand::new(300, 0, 0));
//! assert_eq!((blocks, answer.verdict), (256, Verdict::Exhausted));
//! // Not certain: were all policies to share, one block would do.
//! assert_eq!((answer.demand.at_least, answer.demand.at_most, answer.certain), (1, 300, false));
//! ```
//!
//! # Source
//!
//! [`SourceId::HnsPortBlocks`], [`SourceId::PoolSharingUnknown`], [`SourceId::PodOutboundBlocks`].

mod set;

pub use set::{PortRange, PortSet};

use crate::dsr::{Policies, Proxying, Service};
use crate::list::List;
use crate::named::named;
use crate::{Grade, SourceId};

/// Ports of one block: microsoft/SDN 242fb0c, portReservationTest.ps1 (2026-09), [`SourceId::HnsPortBlocks`].
pub const BLOCK_PORTS: u32 = 64;

/// Free blocks at or below which a node is close to its end: microsoft/SDN 242fb0c, networkhealth.ps1 (2026-09),
/// [`SourceId::TenBlocksLeft`].
pub const FEW_BLOCKS: u32 = 10;

/// The dynamic range of Windows unless it was changed: [`SourceId::DynamicRangeDefault`] (2026-08-07).
pub const DEFAULT_DYNAMIC_RANGE: PortRange = PortRange { first: 49_152, last: 65_535 };

/// The ports that Kubernetes takes node ports from unless told otherwise: [`SourceId::NodePortRange`] (2026-08-21).
pub const NODE_PORTS: PortRange = PortRange { first: 30_000, last: 32_767 };

/// Wider dynamic ranges that others use: image-builder's, AKS's, what AKS had before, and what its users were advised
/// to set: [`SourceId::WideRanges`] (2026-09-18). [`widen`] tells which of them collide.
pub const WIDE_RANGES: [PortRange; 4] = [
    PortRange { first: 34_000, last: 65_535 },
    PortRange { first: 33_000, last: 65_535 },
    PortRange { first: 16_385, last: 65_535 },
    PortRange { first: 1_025, last: 65_535 },
];

/// Where Windows components were seen to use ports: [`SourceId::WindowsPortsBelow34000`] (2026-09-18).
const WINDOWS_COMPONENTS: PortRange = PortRange { first: 33_000, last: 33_999 };

named! {
    /// A transport protocol of service ports.
    #[non_exhaustive]
    Protocol {
        /// TCP.
        Tcp = "TCP",
        /// UDP.
        Udp = "UDP",
        /// SCTP, which takes from neither range of ports.
        Sctp = "SCTP",
    }
}

/// What a dynamic range has left: the answer of [`supply`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Supply {
    /// Ports that are not taken.
    pub ports: u32,
    /// Ranges of them without a break.
    pub gaps: u32,
    /// Blocks of 64 that fit into the gaps.
    pub blocks: u32,
    /// Ports that are not taken and lie in no block.
    pub lost_ports: u32,
}

/// Counts the blocks of 64 that fit between the ports taken, of one protocol.
///
/// Taken are excluded ranges and ports that something listens on. Where the list comes from a running node, the blocks
/// that HNS holds are among them, and what is left is free: [`live`] judges it.
///
/// # Examples
///
/// ```
/// use winpod::ports::{DEFAULT_DYNAMIC_RANGE, PortRange, PortSet, supply};
///
/// assert_eq!(supply(DEFAULT_DYNAMIC_RANGE, &PortSet::new()).blocks, 256);
/// // 848 ports before and 5476 behind: 13 and 85 blocks, 16 and 36 ports lost.
/// let taken = PortSet::from_iter([PortRange::new(50_000, 60_059)?]);
/// let left = supply(DEFAULT_DYNAMIC_RANGE, &taken);
/// assert_eq!((left.blocks, left.lost_ports), (98, 52));
/// # Ok::<(), winpod::Error>(())
/// ```
///
/// # Source
/// [`SourceId::HnsPortBlocks`], [`SourceId::DynamicRangeDefault`].
pub fn supply(dynamic: PortRange, taken: &PortSet) -> Supply {
    let mut supply = Supply { ports: 0, gaps: 0, blocks: 0, lost_ports: 0 };
    for gap in taken.gaps(dynamic) {
        supply.ports += gap.count();
        supply.gaps += 1;
        supply.blocks += gap.count() / BLOCK_PORTS;
        supply.lost_ports += gap.count() % BLOCK_PORTS;
    }
    supply
}

/// How many blocks of one protocol a node may need. An estimate: see [the module](self).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Demand {
    /// The fewest that would do, if all policies shared one block.
    pub at_least: u32,
    /// One block for each policy that is known to have no DSR.
    pub decided: u32,
    /// One block for each policy without DSR, those of which it is not known among them: the most that policies take.
    pub policies: u32,
    /// One block more for each pod: the most that is thought possible.
    pub at_most: u32,
}

impl Demand {
    /// Estimates the demand of policies without DSR, of those for which it is not known whether they have it, and of
    /// the Windows pods on the node.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::ports::Demand;
    ///
    /// let demand = Demand::new(182, 0, 30);
    /// assert_eq!((demand.at_least, demand.policies, demand.at_most), (1, 182, 212));
    /// let open = Demand::new(1, 300, 0);
    /// assert_eq!((open.decided, open.policies), (1, 301));
    /// assert_eq!(Demand::new(0, 0, 0).at_most, 0);
    /// ```
    ///
    /// # Source
    /// [`SourceId::PoolSharingUnknown`], [`SourceId::PodOutboundBlocks`].
    pub const fn new(non_dsr: u32, undecided: u32, pods: u32) -> Self {
        let policies = non_dsr.saturating_add(undecided);
        Self {
            at_least: (non_dsr > 0) as u32,
            decided: non_dsr,
            policies,
            at_most: policies.saturating_add(pods),
        }
    }

    /// Estimates the demand of counted policies of one protocol.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::dsr::Policies;
    /// use winpod::ports::{Demand, Protocol};
    ///
    /// assert_eq!(Demand::of(&Policies::default(), Protocol::Udp, 12).at_most, 12);
    /// ```
    pub fn of(policies: &Policies, protocol: Protocol, pods: u32) -> Self {
        let count = policies.of_protocol(protocol);
        Self::new(count.non_dsr, count.undecided, pods)
    }
}

named! {
    /// Whether the ports of a node suffice.
    #[non_exhaustive]
    Verdict {
        /// More than ten blocks are left, as far as can be told.
        Ok = "ok",
        /// Ten blocks or fewer are left, or pods may take more than there are.
        Warn = "warn",
        /// No block is left, or policies need more than there are unless they share.
        Exhausted = "exhausted",
    }
}

/// Why ports suffice or not, with the numbers compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Because {
    /// More policies without DSR than blocks: they run out unless policies share.
    MorePoliciesThanBlocks {
        /// Policies without DSR.
        policies: u32,
        /// Blocks.
        blocks: u32,
    },
    /// Ten blocks or fewer are left after one for each policy.
    FewBlocksLeft {
        /// Blocks left.
        left: u32,
    },
    /// Policies fit, but not with one block more for each pod.
    PodsMayExhaust {
        /// Blocks for policies and pods.
        at_most: u32,
        /// Blocks.
        blocks: u32,
    },
    /// No block is free.
    NoBlockFree,
    /// Policies may share blocks by a rule that is not known, so that fewer may do.
    SharingUnknown {
        /// The fewest that may do.
        at_least: u32,
    },
    /// How many blocks pods take is not known.
    PodsUnknown {
        /// Pods counted with none to one block.
        pods: u32,
    },
}

impl Because {
    /// The stable name of the reason.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(winpod::ports::Because::NoBlockFree.code(), "no-block-free");
    /// ```
    pub const fn code(self) -> &'static str {
        match self {
            Self::MorePoliciesThanBlocks { .. } => "more-policies-than-blocks",
            Self::FewBlocksLeft { .. } => "few-blocks-left",
            Self::PodsMayExhaust { .. } => "pods-may-exhaust",
            Self::NoBlockFree => "no-block-free",
            Self::SharingUnknown { .. } => "sharing-unknown",
            Self::PodsUnknown { .. } => "pods-unknown",
        }
    }

    /// The facts behind the reason.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::SourceId;
    /// use winpod::ports::Because;
    ///
    /// assert_eq!(Because::FewBlocksLeft { left: 3 }.sources()[0], SourceId::TenBlocksLeft);
    /// ```
    pub const fn sources(self) -> &'static [SourceId] {
        match self {
            Self::MorePoliciesThanBlocks { .. } => &[
                SourceId::HnsPortBlocks,
                SourceId::PoliciesPerPort,
                SourceId::ExhaustionReported,
                SourceId::PoolSharingUnknown,
            ],
            Self::FewBlocksLeft { .. } => &[SourceId::TenBlocksLeft, SourceId::PoolSharingUnknown],
            Self::PodsMayExhaust { .. } | Self::PodsUnknown { .. } => &[SourceId::PodOutboundBlocks],
            Self::NoBlockFree => &[SourceId::HnsPortBlocks],
            Self::SharingUnknown { .. } => &[SourceId::PoolSharingUnknown],
        }
    }

    /// The grade of the weakest fact behind the reason.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::Grade;
    /// use winpod::ports::Because;
    ///
    /// assert_eq!(Because::SharingUnknown { at_least: 1 }.grade(), Grade::Unverified);
    /// ```
    pub fn grade(self) -> Grade {
        weakest(self.sources())
    }
}

/// The grade of the weakest of some facts.
pub(crate) fn weakest(sources: &[SourceId]) -> Grade {
    sources.iter().map(|source| source.grade()).max().unwrap_or(Grade::Unverified)
}

/// Whether blocks suffice: the answer of [`estimate`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Estimate {
    /// Blocks there are.
    pub blocks: u32,
    /// Blocks that may be needed.
    pub demand: Demand,
    /// Whether they suffice, with one block for each policy.
    pub verdict: Verdict,
    /// The same if every policy of which it is not known whether it has DSR had it.
    pub at_best: Verdict,
    /// Whether the verdict holds however policies share and whatever pods take.
    pub certain: bool,
    because: List<Because, 6>,
}

impl Estimate {
    /// Iterates over the reasons, what decides first.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::ports::{Because, Demand, estimate};
    ///
    /// let answer = estimate(256, Demand::new(300, 0, 0));
    /// let first = answer.because().next();
    /// assert_eq!(first, Some(Because::MorePoliciesThanBlocks { policies: 300, blocks: 256 }));
    /// ```
    pub fn because(&self) -> impl Iterator<Item = Because> + Clone + '_ {
        self.because.iter()
    }
}

/// Holds the demand of one protocol against the blocks that nothing else has taken.
///
/// For blocks counted before HNS took its own. From a listing of a running node, see [`live`].
///
/// # Examples
///
/// ```
/// use winpod::ports::{Demand, Verdict, estimate};
///
/// let verdict = |policies| estimate(256, Demand::new(policies, 0, 0)).verdict;
/// assert_eq!((verdict(245), verdict(246)), (Verdict::Ok, Verdict::Warn));
/// assert_eq!((verdict(256), verdict(257)), (Verdict::Warn, Verdict::Exhausted));
/// // Of 300 policies it is not known whether they have DSR: that decides.
/// let open = estimate(256, Demand::new(1, 300, 0));
/// assert_eq!((open.at_best, open.verdict), (Verdict::Ok, Verdict::Exhausted));
/// ```
///
/// # Source
/// [`SourceId::PoolSharingUnknown`], [`SourceId::TenBlocksLeft`], [`SourceId::PodOutboundBlocks`].
pub fn estimate(blocks: u32, demand: Demand) -> Estimate {
    let mut because = List::new();
    let Demand { at_least, decided, policies, at_most } = demand;
    let verdict_of = |needed: u32| match blocks.checked_sub(needed) {
        None => Verdict::Exhausted,
        Some(left) if left <= FEW_BLOCKS => Verdict::Warn,
        Some(_) => Verdict::Ok,
    };
    let mut verdict = verdict_of(policies);
    match verdict {
        Verdict::Exhausted => because.add(Because::MorePoliciesThanBlocks { policies, blocks }),
        Verdict::Warn => because.add(Because::FewBlocksLeft { left: blocks - policies }),
        Verdict::Ok => {}
    }
    if verdict != Verdict::Exhausted && at_most > blocks {
        verdict = Verdict::Warn;
        because.add(Because::PodsMayExhaust { at_most, blocks });
    }
    if at_least < policies {
        because.add(Because::SharingUnknown { at_least });
    }
    if at_most > policies {
        because.add(Because::PodsUnknown { pods: at_most - policies });
    }
    let certain = verdict_of(at_least) == verdict && verdict_of(at_most) == verdict;
    // Pods come on top of either number of policies.
    let pods_fit = at_most - policies <= blocks.saturating_sub(decided);
    let at_best = match verdict_of(decided) {
        Verdict::Ok if !pods_fit => Verdict::Warn,
        known => known,
    };
    Estimate { blocks, demand, verdict, at_best, certain, because }
}

/// Judges the blocks left on a running node, where what HNS holds is already taken: demand is never counted again.
///
/// # Examples
///
/// ```
/// use winpod::ports::{Verdict, live};
///
/// assert_eq!([0, 1, 10, 11].map(live), [Verdict::Exhausted, Verdict::Warn, Verdict::Warn, Verdict::Ok]);
/// ```
///
/// # Source
/// [`SourceId::TenBlocksLeft`].
pub const fn live(free_blocks: u32) -> Verdict {
    match free_blocks {
        0 => Verdict::Exhausted,
        1..=FEW_BLOCKS => Verdict::Warn,
        _ => Verdict::Ok,
    }
}

/// Returns how many services like one fit beside policies that are there already, with one block for each policy;
/// `None` if no number exhausts the ports, since such a service needs none.
///
/// Answers for TCP and UDP together: the scarcer one decides. A service that makes policies whose DSR is not known
/// counts as one without.
///
/// # Examples
///
/// ```
/// use winpod::KubernetesVersion;
/// use winpod::dsr::{Policies, Proxying, Service, ServicePort};
/// use winpod::ports::{Protocol, services_that_fit};
///
/// let ports = [ServicePort::new(Protocol::Tcp); 2];
/// let service = Service::cluster_ip(&ports);
/// let fit = |enable_dsr| {
///     let proxying = Proxying { enable_dsr, ..Proxying::new(KubernetesVersion::new(1, 34)) };
///     services_that_fit(&service, &proxying, 256, 256, &Policies::default())
/// };
/// assert_eq!((fit(false), fit(true)), (Some(128), None));
/// ```
///
/// # Source
/// [`SourceId::PoolSharingUnknown`]: a lower bound, since policies may share.
pub fn services_that_fit(
    service: &Service<'_>,
    proxying: &Proxying,
    tcp_blocks: u32,
    udp_blocks: u32,
    present: &Policies,
) -> Option<u32> {
    let each = crate::dsr::policies(service, proxying).policies;
    let fit = |protocol, blocks: u32| {
        let needed = Demand::of(&each, protocol, 0).policies;
        let left = blocks.saturating_sub(Demand::of(present, protocol, 0).policies);
        left.checked_div(needed)
    };
    match (fit(Protocol::Tcp, tcp_blocks), fit(Protocol::Udp, udp_blocks)) {
        (Some(tcp), Some(udp)) => Some(tcp.min(udp)),
        (tcp, udp) => tcp.or(udp),
    }
}

/// What another dynamic range would bring: the answer of [`widen`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Widening {
    /// What the range has now.
    pub before: Supply,
    /// What the other range would have.
    pub after: Supply,
    /// The first and the last node port that HNS could take, not excluded; `None` if there is none.
    pub node_ports: Option<PortRange>,
    /// Whether it holds ports that Windows components were seen to use: 33000 to 33999.
    pub windows_components: bool,
}

/// Compares the dynamic range of one protocol with another one.
///
/// A range that covers node ports collides with them unless they are excluded: HNS may take a port that a service
/// needs. Excluding them costs blocks only inside the range, up to 63 ports on each side beyond those excluded.
///
/// # Examples
///
/// ```
/// use winpod::ports::{DEFAULT_DYNAMIC_RANGE, NODE_PORTS, PortRange, PortSet, WIDE_RANGES, widen};
///
/// let none = PortSet::new();
/// let wide = |range| widen(DEFAULT_DYNAMIC_RANGE, range, &none, &none, NODE_PORTS);
/// assert_eq!((wide(WIDE_RANGES[0]).after.blocks, wide(WIDE_RANGES[0]).node_ports), (492, None));
/// assert_eq!(wide(PortRange::new(16_385, 65_535)?).node_ports, Some(NODE_PORTS));
/// # Ok::<(), winpod::Error>(())
/// ```
///
/// # Source
/// [`SourceId::NodePortsInDynamicRange`], [`SourceId::WindowsPortsBelow34000`], [`SourceId::NodePortRange`].
pub fn widen(
    current: PortRange,
    other: PortRange,
    excluded: &PortSet,
    used: &PortSet,
    node_ports: PortRange,
) -> Widening {
    let mut taken = excluded.clone();
    taken.insert_all(used);
    let open = other.common(node_ports).and_then(|both| {
        let first = excluded.gaps(both).next()?.first;
        let last = excluded.gaps(both).last()?.last;
        Some(PortRange { first, last })
    });
    Widening {
        before: supply(current, &taken),
        after: supply(other, &taken),
        node_ports: open,
        windows_components: other.common(WINDOWS_COMPONENTS).is_some(),
    }
}
