//! What a pool orders from EC2, and what came of it.

use alloc::vec::Vec;

use super::quirk::{Quirk, Quirks};
use crate::Ipv4Prefix;
use crate::ipam::IpamMode;

/// What a pool orders.
///
/// Groups are /28 prefixes in prefix delegation and /32, single addresses, in secondary mode.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "the controller's pool has these three jobs")]
pub enum Job {
    /// New groups from the subnet.
    Create {
        /// Prefixes or addresses; not positive in the cases of [`Quirk::CapacityByEquality`] and
        /// [`Quirk::LostRemainder`].
        count: i64,
    },
    /// Groups back to the subnet; the pool has removed them already.
    Delete {
        /// Which ones, in the order in which the pool removed them.
        groups: Vec<Ipv4Prefix>,
    },
    /// The list of what the ENI holds, for [`Pool::resync`](super::Pool::resync).
    Resync,
}

/// What came of a job.
///
/// # Examples
///
/// ```
/// use winpod::Ipv4Prefix;
/// use winpod::ipam::IpamMode;
/// use winpod::pool::{JobResult, Quirk, Quirks};
///
/// let one = [Ipv4Prefix::constant([192, 0, 2, 16], 28)];
/// let full = Some("InsufficientCidrBlocks: the subnet is full");
/// let result = JobResult::of_create(IpamMode::PrefixDelegation, &one, full, Quirks::ALL);
/// assert_eq!((result.succeeded, result.prefix_available), (true, false));
///
/// // The text of today's SDK: taken for any failure, unless the quirk is off.
/// let full = Some("operation error EC2: AssignPrivateIpAddresses, api error InsufficientCidrBlocks: full");
/// let result = JobResult::of_create(IpamMode::PrefixDelegation, &[], full, Quirks::ALL);
/// assert_eq!((result.succeeded, result.prefix_available), (false, true));
/// let mended = Quirks::ALL.without(Quirk::ErrorTextStart);
/// let result = JobResult::of_create(IpamMode::PrefixDelegation, &[], full, mended);
/// assert_eq!((result.succeeded, result.prefix_available), (true, false));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "the three arguments of the controller's UpdatePool")]
pub struct JobResult<'a> {
    /// Groups that were created, or that could not be deleted: they go to the warm pool.
    pub returned: &'a [Ipv4Prefix],
    /// Whether all went well; if not, the pool asks for a re-sync.
    pub succeeded: bool,
    /// Whether the subnet had a /28 left; means nothing in secondary mode.
    pub prefix_available: bool,
}

impl<'a> JobResult<'a> {
    /// All went well; a creation returns what it created, a deletion nothing.
    pub const fn success(returned: &'a [Ipv4Prefix]) -> Self {
        Self { returned, succeeded: true, prefix_available: true }
    }

    /// Something went wrong; what was created all the same, or could not be deleted, is returned.
    pub const fn failure(returned: &'a [Ipv4Prefix]) -> Self {
        Self { returned, succeeded: false, prefix_available: true }
    }

    /// The subnet had no /28 left for all or some: no failure for the pool, so no re-sync.
    pub const fn no_prefix(returned: &'a [Ipv4Prefix]) -> Self {
        Self { returned, succeeded: true, prefix_available: false }
    }

    /// What the controller makes of a creation: the groups created, and the text of EC2's error if there was one.
    ///
    /// # Source
    /// `pkg/provider/prefix` and `pkg/provider/ip` of amazon-vpc-resource-controller-k8s v1.8.2 (2026-11-22).
    pub fn of_create(mode: IpamMode, created: &'a [Ipv4Prefix], error: Option<&str>, quirks: Quirks) -> Self {
        const FULL: &str = "InsufficientCidrBlocks";
        let is_full = |text: &str| {
            mode == IpamMode::PrefixDelegation
                && (text.starts_with(FULL) || !quirks.has(Quirk::ErrorTextStart) && text.contains(FULL))
        };
        match error {
            None => Self::success(created),
            Some(text) if is_full(text) => Self::no_prefix(created),
            Some(_) => Self::failure(created),
        }
    }

    /// What the controller makes of a deletion: the groups that are still there, and whether there was an error.
    pub const fn of_delete(failed: &'a [Ipv4Prefix], error: bool) -> Self {
        if error { Self::failure(failed) } else { Self::success(failed) }
    }
}

/// What becomes of a pool when the controller reads its settings again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "the controller's providers do one of these three")]
pub enum ModeUpdate {
    /// It gets the settings of today, and its capacity is advertised.
    Activate,
    /// Its mode was turned off: it gives back what is free.
    Drain,
    /// Its mode was off and is off.
    Keep,
}

/// What becomes of the pool of one mode when a node that worked in mode `was` now works in mode `now`.
///
/// Both are modes that the node really works in: a node without Nitro stays in secondary mode.
///
/// # Examples
///
/// ```
/// use winpod::ipam::IpamMode::{PrefixDelegation, SecondaryIp};
/// use winpod::pool::{ModeUpdate, mode_update};
///
/// assert_eq!(mode_update(SecondaryIp, SecondaryIp, PrefixDelegation), ModeUpdate::Drain);
/// assert_eq!(mode_update(PrefixDelegation, SecondaryIp, PrefixDelegation), ModeUpdate::Activate);
/// assert_eq!(mode_update(PrefixDelegation, SecondaryIp, SecondaryIp), ModeUpdate::Keep);
/// ```
pub fn mode_update(pool: IpamMode, was: IpamMode, now: IpamMode) -> ModeUpdate {
    if now == pool {
        ModeUpdate::Activate
    } else if was == pool {
        ModeUpdate::Drain
    } else {
        ModeUpdate::Keep
    }
}
