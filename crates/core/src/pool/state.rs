//! A pool laid open.

use alloc::vec::Vec;
use core::net::Ipv4Addr;

use super::config::PoolConfig;
use super::quirk::Quirks;
use crate::Ipv4Prefix;
use crate::ipam::IpamMode;

/// Everything that a pool knows; what the controller's introspection shows, and what it keeps to itself.
///
/// [`Pool::introspect`](super::Pool::introspect) makes it, [`Pool::from_state`](super::Pool::from_state) takes it.
///
/// # Examples
///
/// The start of the controller: the addresses on the ENI, less those that running pods have, are free.
///
/// ```
/// use winpod::Ipv4Prefix;
/// use winpod::ipam::IpamMode;
/// use winpod::pool::{Pool, PoolConfig, PoolError, PoolState, WarmGroup};
///
/// let group = Ipv4Prefix::constant([192, 0, 2, 16], 28);
/// let state = PoolState {
///     used: vec![(7, group.first())],
///     warm: vec![WarmGroup { group, free: group.addresses().skip(1).collect() }],
///     ..PoolState::new(IpamMode::PrefixDelegation, 144, PoolConfig::new(1, 3, 0))
/// };
/// let pool = Pool::from_state(state.clone())?;
/// assert_eq!((pool.counts().used, pool.counts().warm), (1, 15));
/// assert_eq!(pool.introspect(), state);
///
/// let wrong = PoolState { mode: IpamMode::SecondaryIp, ..state };
/// assert_eq!(Pool::from_state(wrong).unwrap_err().code(), "GROUP_LENGTH");
/// # Ok::<(), PoolError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "built with struct update syntax")]
pub struct PoolState {
    /// What one slot of the ENI holds.
    pub mode: IpamMode,
    /// Addresses that the node can have, free and used ones together.
    pub capacity: u32,
    /// What the pool aims for, as it was given.
    pub config: PoolConfig,
    /// Which quirks of the controller it shows.
    pub quirks: Quirks,
    /// Owners and their addresses, by owner.
    pub used: Vec<(u32, Ipv4Addr)>,
    /// Groups on the books, by address.
    pub warm: Vec<WarmGroup>,
    /// Addresses that were given back, in the order in which they were.
    pub cooling: Vec<Cooling>,
    /// Addresses ordered and not yet reported.
    pub pending_create: i64,
    /// Addresses on their way back to the subnet.
    pub pending_delete: i64,
    /// A job failed: the pool does nothing but ask for the list of what the ENI holds.
    pub resync_required: bool,
    /// What the last finished job said about the subnet; means nothing in secondary mode.
    pub prefix_available: bool,
}

/// The free addresses of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "callers build it")]
pub struct WarmGroup {
    /// A /28 in prefix delegation, a /32 in secondary mode.
    pub group: Ipv4Prefix,
    /// Its free addresses, next one first; none in a group that stays on the books only.
    pub free: Vec<Ipv4Addr>,
}

/// An address that cools down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_structs, reason = "callers build it")]
pub struct Cooling {
    /// The address.
    pub address: Ipv4Addr,
    /// When its owner gave it back, in milliseconds on the caller's clock.
    pub freed_at_ms: u64,
}

impl PoolState {
    /// A pool of a fresh node: nothing held, nothing under way.
    pub const fn new(mode: IpamMode, capacity: u32, config: PoolConfig) -> Self {
        Self {
            mode,
            capacity,
            config,
            quirks: Quirks::ALL,
            used: Vec::new(),
            warm: Vec::new(),
            cooling: Vec::new(),
            pending_create: 0,
            pending_delete: 0,
            resync_required: false,
            prefix_available: false,
        }
    }
}

impl WarmGroup {
    /// Its free addresses as bits: the lowest bit for its first address.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::Ipv4Prefix;
    /// use winpod::pool::WarmGroup;
    ///
    /// let group = Ipv4Prefix::constant([192, 0, 2, 16], 28);
    /// let free = vec![group.last(), group.first()];
    /// assert_eq!(WarmGroup { group, free }.mask(), 0b1000_0000_0000_0001);
    /// ```
    pub fn mask(&self) -> u16 {
        let first = self.group.first().to_bits();
        self.free.iter().fold(0, |mask, address| {
            mask | 1_u16.checked_shl(address.to_bits().wrapping_sub(first)).unwrap_or(0)
        })
    }
}
