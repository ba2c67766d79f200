//! The warm pool of one node: the state machine of the VPC Resource Controller, operation for operation.
//!
//! A node has one pool for each mode. Pods take free addresses from it and put them back, where they cool down for 30
//! seconds; after each step the controller *reconciles*: it compares the free addresses with its targets and orders
//! more, or gives some back. [`Pool`] answers every operation as the controller does and is the same for the same calls:
//! it has no clock (times are milliseconds that the caller counts), no I/O and no random numbers.
//!
//! ```
//! use winpod::Ipv4Prefix;
//! use winpod::ipam::IpamMode;
//! use winpod::pool::{Job, JobResult, Pool, PoolConfig, PoolError};
//!
//! let mut pool = Pool::new(IpamMode::PrefixDelegation, 144, PoolConfig::new(1, 3, 0));
//! let order = pool.reconcile().ok_or("nothing to do")?;
//! assert_eq!(order, Job::Create { count: 1 });
//! assert_eq!(pool.assign(7), Err(PoolError::InsufficientCidrBlocks)); // not yet: see Quirk::NoPrefixBeforeFirstJob
//!
//! pool.update(&order, JobResult::success(&[Ipv4Prefix::constant([192, 0, 2, 16], 28)]))?;
//! let address = pool.assign(7)?;
//! assert_eq!(address.to_string(), "192.0.2.16");
//!
//! pool.free(7, address, 1_000)?;
//! assert_eq!((pool.cool_down(30_999), pool.counts().cooling), (true, 1));
//! assert_eq!((pool.cool_down(31_000), pool.counts().cooling), (false, 0));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Choices
//!
//! The controller keeps groups in a Go map, whose order is random, and three answers depend on it: which of several
//! prefixes with equally few free addresses serves the next pod, which free secondary address does, and which free groups
//! are given back. Here it is always the **lowest address**. A replay of what a controller did says which choice it took
//! with [`Pool::assign_from`] and [`Pool::reconcile_releasing`], and is refused where it could not have taken it.
//! Within a prefix the controller takes addresses in the order in which they became free; after its own start that order
//! is random too, which [`PoolState::warm`] can say.
//!
//! # Quirks
//!
//! [`Quirk`] names what the controller does and hardly means to. All show by default; [`Quirks`] switches them off.
//!
//! # Source
//!
//! amazon-vpc-resource-controller-k8s v1.8.2, `pkg/pool/pool.go` and the providers around it, read and replayed
//! (2026-11-22); its Go code and this module are held against each other on random traces in `tests/controller`.

mod assign;
mod config;
mod error;
mod free;
mod job;
mod owners;
mod quirk;
mod reconcile;
mod state;
mod update;
mod warm;

pub use config::{Counts, PoolConfig, prefixes_for};
pub use error::{PoolError, Retry};
pub use job::{Job, JobResult, ModeUpdate, mode_update};
pub use quirk::{Quirk, Quirks};
pub use state::{Cooling, PoolState, WarmGroup};

use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::net::Ipv4Addr;

use crate::Ipv4Prefix;
use crate::ipam::{ADDRESSES_PER_PREFIX, IpamMode};
use error::group_len;
use free::Free;
use owners::Owners;
use warm::{Group, Warm};

/// How long an address that was given back is kept from new pods, in milliseconds.
///
/// Also how often the controller looks, so an address is really back after 30 to 60 seconds.
///
/// # Source
/// [`SourceId::CoolDown`](crate::source::SourceId::CoolDown).
pub const COOL_DOWN_MS: u64 = 30_000;

/// The warm pool of one node in one mode.
///
/// Owners are numbers of the caller's, one for each pod. Groups are what one slot of the ENI holds: a /28 in prefix
/// delegation, a /32 in secondary mode.
///
/// # Cost
///
/// With g groups that have a free address, 63 at most on any instance type, and u owners:
///
/// | operation | time |
/// |---|---|
/// | `assign`, `free` | O(g), expected: owners are in a hash table, which no answer shows |
/// | `reconcile` that deletes nothing, `counts` | O(1) |
/// | `reconcile` that deletes, `update` | O(g log g) |
/// | `cool_down` | O(log g) an address that is done, O(g) if its group was given up |
/// | `resync`, `introspect` | O((u + g + groups listed) log) |
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pool {
    mode: IpamMode,
    capacity: u32,
    quirks: Quirks,
    given: PoolConfig,
    /// What is given, after the controller's rules and without what is mended.
    config: PoolConfig,
    used: Owners,
    warm: Warm,
    /// Addresses, and when they were given back.
    cooling: VecDeque<(u32, u64)>,
    pending_create: i64,
    pending_delete: i64,
    resync_required: bool,
    prefix_available: bool,
}

impl Pool {
    /// Makes the pool of a fresh node, which holds nothing; `capacity` in addresses, as [`ipam::capacity`] gives it.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::instance;
    /// use winpod::ipam::{IpamMode, capacity};
    /// use winpod::pool::{Job, Pool, PoolConfig};
    ///
    /// let limits = instance::find("m5.large").ok_or("no such type")?.limits();
    /// let capacity = capacity(limits, IpamMode::SecondaryIp);
    /// let mut pool = Pool::new(capacity.mode, capacity.addresses, PoolConfig::new(20, 0, 0));
    /// assert_eq!(pool.reconcile(), Some(Job::Create { count: 9 }));
    /// # Ok::<(), &str>(())
    /// ```
    ///
    /// [`ipam::capacity`]: crate::ipam::capacity
    pub fn new(mode: IpamMode, capacity: u32, config: PoolConfig) -> Self {
        Self::with_quirks(mode, capacity, config, Quirks::ALL)
    }

    /// The same with some quirks of the controller switched off.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::ipam::IpamMode;
    /// use winpod::pool::{Pool, PoolConfig, PoolError, Quirk, Quirks};
    ///
    /// let mended = Quirks::ALL.without(Quirk::NoPrefixBeforeFirstJob);
    /// let mut pool = Pool::with_quirks(IpamMode::PrefixDelegation, 144, PoolConfig::new(1, 3, 0), mended);
    /// assert_eq!(pool.assign(7), Err(PoolError::WarmPoolEmpty));
    /// ```
    pub fn with_quirks(mode: IpamMode, capacity: u32, config: PoolConfig, quirks: Quirks) -> Self {
        let group_size = match mode {
            IpamMode::SecondaryIp => 1,
            IpamMode::PrefixDelegation => ADDRESSES_PER_PREFIX,
        };
        Self {
            mode,
            capacity,
            quirks,
            given: config,
            config: config.mended(mode, quirks).effective(mode),
            used: Owners::new(),
            warm: Warm::new(group_size),
            cooling: VecDeque::new(),
            pending_create: 0,
            pending_delete: 0,
            resync_required: false,
            prefix_available: !quirks.has(Quirk::NoPrefixBeforeFirstJob),
        }
    }

    /// Makes a pool as it stood.
    ///
    /// Free addresses, owners' and cooling ones are not held against each other: the controller does not do so either,
    /// and can come to have an address twice.
    ///
    /// # Errors
    ///
    /// - a group that is no /28 in prefix delegation or no /32 in secondary mode: [`PoolError::GroupLength`]
    /// - a group twice: [`PoolError::GroupTwice`]
    /// - an owner twice: [`PoolError::OwnerTwice`]
    /// - a free address that its group does not contain: [`PoolError::OutsideGroup`]
    ///
    /// # Examples
    ///
    /// See [`PoolState`].
    pub fn from_state(state: PoolState) -> Result<Self, PoolError> {
        let mut pool = Self::with_quirks(state.mode, state.capacity, state.config, state.quirks);
        for (owner, address) in state.used {
            pool.used.insert(owner, address.to_bits()).map_err(|_| PoolError::OwnerTwice { owner })?;
        }
        for WarmGroup { group, free } in state.warm {
            let base = pool.base(group)?;
            let offset = |&address: &Ipv4Addr| {
                let offset = address.to_bits().wrapping_sub(base);
                let known = u8::try_from(offset).ok().filter(|_| group.contains_addr(address));
                known.ok_or(PoolError::OutsideGroup { address, group })
            };
            let free: Free = free.iter().map(offset).collect::<Result<_, _>>()?;
            let stays = free.len() > 0 || pool.quirks.has(Quirk::EmptiedGroupStays);
            if stays && !pool.warm.insert(base, free) {
                return Err(PoolError::GroupTwice { group });
            }
        }
        pool.cooling = state.cooling.iter().map(|c| (c.address.to_bits(), c.freed_at_ms)).collect();
        pool.pending_create = state.pending_create;
        pool.pending_delete = state.pending_delete;
        pool.resync_required = state.resync_required;
        pool.prefix_available = state.prefix_available;
        Ok(pool)
    }

    /// Lays the pool open: the controller's introspection and what it keeps to itself.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::ipam::IpamMode;
    /// use winpod::pool::{Pool, PoolConfig};
    ///
    /// let mut pool = Pool::new(IpamMode::SecondaryIp, 9, PoolConfig::new(1, 3, 0));
    /// pool.reconcile();
    /// assert_eq!(pool.introspect().pending_create, 3);
    /// ```
    pub fn introspect(&self) -> PoolState {
        let address = Ipv4Addr::from_bits;
        let warm = |group: &Group| WarmGroup {
            group: self.group_at(group.base),
            free: group.free.iter().map(|offset| address(group.base + u32::from(offset))).collect(),
        };
        let emptied = |&base: &u32| WarmGroup { group: self.group_at(base), free: Vec::new() };
        let mut groups: Vec<WarmGroup> =
            self.warm.groups().iter().map(warm).chain(self.warm.emptied().iter().map(emptied)).collect();
        groups.sort_by_key(|group| group.group);
        PoolState {
            mode: self.mode,
            capacity: self.capacity,
            config: self.given,
            quirks: self.quirks,
            used: self.used.sorted().into_iter().map(|(owner, used)| (owner, address(used))).collect(),
            warm: groups,
            cooling: self
                .cooling
                .iter()
                .map(|&(cooling, freed_at_ms)| Cooling { address: address(cooling), freed_at_ms })
                .collect(),
            pending_create: self.pending_create,
            pending_delete: self.pending_delete,
            resync_required: self.resync_required,
            prefix_available: self.prefix_available,
        }
    }

    /// How many addresses it has of each kind.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::ipam::IpamMode;
    /// use winpod::pool::{Pool, PoolConfig};
    ///
    /// let mut pool = Pool::new(IpamMode::PrefixDelegation, 144, PoolConfig::new(20, 0, 0));
    /// pool.reconcile();
    /// assert_eq!((pool.counts().warm, pool.counts().pending_create), (0, 32));
    /// ```
    pub fn counts(&self) -> Counts {
        Counts {
            used: self.used.len(),
            warm: self.warm.free(),
            free_groups: self.warm.full(),
            cooling: u32::try_from(self.cooling.len()).unwrap_or(u32::MAX),
            pending_create: self.pending_create,
            pending_delete: self.pending_delete,
        }
    }

    /// The mode of the pool.
    pub const fn mode(&self) -> IpamMode {
        self.mode
    }

    /// Addresses that the node can have, free and used ones together.
    pub const fn capacity(&self) -> u32 {
        self.capacity
    }

    /// What the pool aims for, as it was given.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::ipam::IpamMode;
    /// use winpod::pool::{Pool, PoolConfig};
    ///
    /// let pool = Pool::new(IpamMode::SecondaryIp, 9, PoolConfig::new(-5, 2, 0));
    /// assert_eq!((pool.given_config().warm_ip, pool.config().warm_ip), (-5, 3));
    /// ```
    pub const fn given_config(&self) -> PoolConfig {
        self.given
    }

    /// The quirks of the controller that it shows.
    pub const fn quirks(&self) -> Quirks {
        self.quirks
    }

    /// Whether a job failed, after which the pool does nothing but ask for the list of what the ENI holds.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::ipam::IpamMode;
    /// use winpod::pool::{JobResult, Pool, PoolConfig};
    ///
    /// let mut pool = Pool::new(IpamMode::SecondaryIp, 9, PoolConfig::new(1, 1, 0));
    /// let order = pool.reconcile().ok_or("nothing to do")?;
    /// pool.update(&order, JobResult::failure(&[]))?;
    /// assert!(pool.resync_required());
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    pub const fn resync_required(&self) -> bool {
        self.resync_required
    }

    /// The targets in effect, after the controller's [rules](PoolConfig::effective) and without what is mended.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::ipam::IpamMode;
    /// use winpod::pool::{Pool, PoolConfig};
    ///
    /// let pool = Pool::new(IpamMode::SecondaryIp, 9, PoolConfig::new(-5, 2, 0));
    /// assert_eq!(pool.config(), PoolConfig::new(3, 2, 0));
    /// ```
    pub const fn config(&self) -> PoolConfig {
        self.config
    }

    /// The address of an owner, or `None`.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::ipam::IpamMode;
    /// use winpod::pool::{Pool, PoolConfig, PoolError, PoolState};
    ///
    /// let used = vec![(7, "192.0.2.9".parse()?)];
    /// let empty = PoolState::new(IpamMode::SecondaryIp, 9, PoolConfig::new(1, 1, 0));
    /// let pool = Pool::from_state(PoolState { used, ..empty })?;
    /// assert_eq!(pool.address_of(7), Some("192.0.2.9".parse()?));
    /// assert_eq!(pool.address_of(8), None);
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    pub fn address_of(&self, owner: u32) -> Option<Ipv4Addr> {
        self.used.get(owner).map(Ipv4Addr::from_bits)
    }

    /// How many addresses the pool is short of its targets, or has too many of if negative; its capacity aside.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::ipam::IpamMode;
    /// use winpod::pool::{Pool, PoolConfig};
    ///
    /// assert_eq!(Pool::new(IpamMode::SecondaryIp, 9, PoolConfig::new(20, 3, 0)).deviation(), 20);
    /// assert_eq!(Pool::new(IpamMode::PrefixDelegation, 9, PoolConfig::new(20, 3, 0)).deviation(), 32);
    /// ```
    pub fn deviation(&self) -> i64 {
        self.counts().deviation(self.mode, &self.config)
    }

    fn reaches_capacity(&self, addresses: i64) -> bool {
        let capacity = i64::from(self.capacity);
        if self.quirks.has(Quirk::CapacityByEquality) { addresses == capacity } else { addresses >= capacity }
    }

    /// Refuses groups that do not fit the mode.
    fn check(&self, groups: &[Ipv4Prefix]) -> Result<(), PoolError> {
        groups.iter().try_for_each(|&group| self.base(group).map(|_| ()))
    }

    fn base(&self, group: Ipv4Prefix) -> Result<u32, PoolError> {
        if group.prefix_len() == group_len(self.mode) {
            Ok(group.first().to_bits())
        } else {
            Err(PoolError::GroupLength { group, mode: self.mode })
        }
    }

    fn group_at(&self, base: u32) -> Ipv4Prefix {
        let base = Ipv4Addr::from_bits(base);
        Ipv4Prefix::truncating(base, group_len(self.mode)).unwrap_or(Ipv4Prefix::host(base))
    }

    /// The bits of a group of which every address is free.
    const fn whole_group(&self) -> u16 {
        match self.mode {
            IpamMode::SecondaryIp => 1,
            IpamMode::PrefixDelegation => u16::MAX,
        }
    }

    fn addresses_in(&self, groups: i64) -> i64 {
        groups.wrapping_mul(self.mode.addresses_per_slot().into())
    }
}

fn base_of(mode: IpamMode, address: u32) -> u32 {
    // A power of two; a remainder would cost more than the rest of giving an address back.
    address & !(mode.addresses_per_slot() - 1)
}
