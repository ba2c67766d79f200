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

mod config;
mod error;
mod job;
mod quirk;
mod state;
mod warm;

pub use config::{Counts, PoolConfig, prefixes_for};
pub use error::{PoolError, Retry};
pub use job::{Job, JobResult, ModeUpdate, mode_update};
pub use quirk::{Quirk, Quirks};
pub use state::{Cooling, PoolState, WarmGroup};

use alloc::collections::{BTreeMap, BTreeSet, VecDeque};
use alloc::vec::Vec;
use core::net::Ipv4Addr;

use crate::Ipv4Prefix;
use crate::ipam::{ADDRESSES_PER_PREFIX, IpamMode};
use error::group_len;
use warm::{Group, Warm};

/// How long an address that was given back is kept from new pods, in milliseconds.
///
/// Also how often the controller looks, so an address is really back after 30 to 60 seconds.
pub const COOL_DOWN_MS: u64 = 30_000;

/// The warm pool of one node in one mode.
///
/// Owners are numbers of the caller's, one for each pod. Groups are what one slot of the ENI holds: a /28 in prefix
/// delegation, a /32 in secondary mode.
///
/// # Cost
///
/// With g groups on the books, 63 at most on any instance type, and u owners:
///
/// | operation | time |
/// |---|---|
/// | `assign`, `free` | O(g + log u) |
/// | `reconcile` that deletes nothing, `counts` | O(1) |
/// | `reconcile` that deletes, `update` | O(g log g) |
/// | `cool_down` | O(log g) an address that is done, O(g) if its group was given up |
/// | `resync` | O((u + g + groups listed) log) |
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pool {
    mode: IpamMode,
    capacity: u32,
    quirks: Quirks,
    given: PoolConfig,
    /// What is given, after the controller's rules and without what is mended.
    config: PoolConfig,
    used: BTreeMap<u32, u32>,
    warm: Warm,
    /// Addresses, and when they were given back.
    cooling: VecDeque<(u32, u64)>,
    pending_create: i64,
    pending_delete: i64,
    resync_required: bool,
    prefix_available: bool,
}

/// Which groups a reconciliation gives back.
#[derive(Clone, Copy)]
enum Release<'a> {
    Lowest,
    These(&'a [Ipv4Prefix]),
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
            IpamMode::PrefixDelegation => ADDRESSES_PER_PREFIX as usize,
        };
        Self {
            mode,
            capacity,
            quirks,
            given: config,
            config: config.mended(mode, quirks).effective(mode),
            used: BTreeMap::new(),
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
            if pool.used.insert(owner, address.to_bits()).is_some() {
                return Err(PoolError::OwnerTwice { owner });
            }
        }
        for WarmGroup { group, free } in state.warm {
            let base = pool.base(group)?;
            let offset = |&address: &Ipv4Addr| {
                let offset = address.to_bits().wrapping_sub(base);
                let known = u8::try_from(offset).ok().filter(|_| group.contains_addr(address));
                known.ok_or(PoolError::OutsideGroup { address, group })
            };
            let free: Vec<u8> = free.iter().map(offset).collect::<Result<_, _>>()?;
            let stays = !free.is_empty() || pool.quirks.has(Quirk::EmptiedGroupStays);
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
        let warm = |group: &Group| WarmGroup {
            group: self.group_at(group.base),
            free: group
                .free
                .iter()
                .map(|&offset| Ipv4Addr::from_bits(group.base + u32::from(offset)))
                .collect(),
        };
        let cooling =
            |&(address, freed_at_ms): &_| Cooling { address: Ipv4Addr::from_bits(address), freed_at_ms };
        PoolState {
            mode: self.mode,
            capacity: self.capacity,
            config: self.given,
            quirks: self.quirks,
            used: self.used.iter().map(|(&owner, &address)| (owner, Ipv4Addr::from_bits(address))).collect(),
            warm: self.warm.groups().iter().map(warm).collect(),
            cooling: self.cooling.iter().map(cooling).collect(),
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
        let count = |len| u32::try_from(len).unwrap_or(u32::MAX);
        Counts {
            used: count(self.used.len()),
            warm: count(self.warm.free()),
            free_groups: count(self.warm.full()),
            cooling: count(self.cooling.len()),
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
        self.used.get(&owner).map(|&address| Ipv4Addr::from_bits(address))
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

    /// Gives a pod the next address; the lowest, where the controller leaves it to chance.
    ///
    /// The caller then reconciles.
    ///
    /// # Errors
    ///
    /// The first of these that is true; see [`PoolError::retry`] and [`PoolError::must_reconcile`]:
    ///
    /// - the owner has an address: [`PoolError::AlreadyAssigned`]
    /// - all are used: [`PoolError::AtMaxCapacity`]
    /// - all others cool down: [`PoolError::BeingCooledDown`]
    /// - all others cool down or are pending: [`PoolError::BeingCreated`]
    /// - no prefix is on the books, and the subnet had none: [`PoolError::InsufficientCidrBlocks`]
    /// - none is free: [`PoolError::WarmPoolEmpty`]
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::Ipv4Prefix;
    /// use winpod::ipam::IpamMode;
    /// use winpod::pool::{Job, JobResult, Pool, PoolConfig, PoolError};
    ///
    /// let mut pool = Pool::new(IpamMode::SecondaryIp, 9, PoolConfig::new(1, 1, 0));
    /// assert_eq!(pool.assign(7), Err(PoolError::WarmPoolEmpty));
    ///
    /// let order = pool.reconcile().ok_or("nothing to do")?;
    /// pool.update(&order, JobResult::success(&[Ipv4Prefix::constant([192, 0, 2, 9], 32)]))?;
    /// assert_eq!(pool.assign(7)?.to_string(), "192.0.2.9");
    /// assert_eq!(pool.assign(7).unwrap_err().code(), "ALREADY_ASSIGNED");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn assign(&mut self, owner: u32) -> Result<Ipv4Addr, PoolError> {
        self.admit(owner)?;
        let index = self.next_group().ok_or(PoolError::WarmPoolEmpty)?;
        self.take(owner, index)
    }

    /// The same from the group that a controller chose.
    ///
    /// # Errors
    ///
    /// As [`assign`](Self::assign), and:
    ///
    /// - a group of another length than this mode's: [`PoolError::GroupLength`]
    /// - one that the controller could not have chosen: nothing free in it or, in prefix delegation, more than in
    ///   another: [`PoolError::IllegalChoice`]
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::Ipv4Prefix;
    /// use winpod::ipam::IpamMode;
    /// use winpod::pool::{Job, JobResult, Pool, PoolConfig, PoolError};
    ///
    /// let [low, high] = [[192, 0, 2, 16], [192, 0, 2, 32]].map(|first| Ipv4Prefix::constant(first, 28));
    /// let mut pool = Pool::new(IpamMode::PrefixDelegation, 144, PoolConfig::new(0, 0, 2));
    /// let order = pool.reconcile().ok_or("nothing to do")?;
    /// pool.update(&order, JobResult::success(&[low, high]))?;
    ///
    /// assert_eq!(pool.assign_from(7, high)?, high.first());
    /// // From now on the other one has more free addresses.
    /// assert_eq!(pool.assign_from(8, low), Err(PoolError::IllegalChoice { group: low }));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn assign_from(&mut self, owner: u32, group: Ipv4Prefix) -> Result<Ipv4Addr, PoolError> {
        let base = self.base(group)?;
        self.admit(owner)?;
        let next = self.next_group().ok_or(PoolError::WarmPoolEmpty)?;
        let free = |index: usize| self.warm.groups().get(index).map_or(0, |group| group.free.len());
        let legal = |&index: &usize| match self.mode {
            IpamMode::SecondaryIp => free(index) > 0,
            IpamMode::PrefixDelegation => free(index) == free(next),
        };
        let index = self.warm.find(base).filter(legal).ok_or(PoolError::IllegalChoice { group })?;
        self.take(owner, index)
    }

    /// Takes a pod's address back; it cools down from `now_ms` on. The caller then reconciles.
    ///
    /// # Errors
    ///
    /// - the owner has no address: [`PoolError::DoesntExist`]
    /// - the owner has another address: [`PoolError::IncorrectOwner`]
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::ipam::IpamMode;
    /// use winpod::pool::{Pool, PoolConfig, PoolError, PoolState};
    ///
    /// let used = vec![(7, "192.0.2.9".parse()?)];
    /// let empty = PoolState::new(IpamMode::SecondaryIp, 9, PoolConfig::new(1, 1, 0));
    /// let mut pool = Pool::from_state(PoolState { used, ..empty })?;
    /// assert_eq!(pool.free(8, "192.0.2.9".parse()?, 0), Err(PoolError::DoesntExist { owner: 8 }));
    /// assert_eq!(pool.free(7, "192.0.2.8".parse()?, 0).unwrap_err().code(), "INCORRECT_OWNER");
    /// pool.free(7, "192.0.2.9".parse()?, 0)?;
    /// assert_eq!(pool.counts().cooling, 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn free(&mut self, owner: u32, address: Ipv4Addr, now_ms: u64) -> Result<(), PoolError> {
        let actual = self.address_of(owner).ok_or(PoolError::DoesntExist { owner })?;
        if actual != address {
            return Err(PoolError::IncorrectOwner { owner, address: actual });
        }
        self.used.remove(&owner);
        self.cooling.push_back((address.to_bits(), now_ms));
        Ok(())
    }

    /// Returns addresses that have cooled down by `now_ms` to their groups; whether some are left.
    ///
    /// The queue is left at the first address that has not, whatever stands behind it. The controller calls this every
    /// 30 seconds and reconciles afterwards.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::ipam::IpamMode;
    /// use winpod::pool::{Cooling, Pool, PoolConfig, PoolState};
    ///
    /// let at = |text: &str, freed_at_ms| Ok::<_, core::net::AddrParseError>(Cooling { address: text.parse()?, freed_at_ms });
    /// let cooling = vec![at("192.0.2.9", 5_000)?, at("192.0.2.8", 1_000)?];
    /// let empty = PoolState::new(IpamMode::SecondaryIp, 9, PoolConfig::new(1, 1, 0));
    /// let mut pool = Pool::from_state(PoolState { cooling, ..empty })?;
    /// assert!(pool.cool_down(34_999));
    /// assert_eq!(pool.counts().warm, 0); // the second is ready and has to wait for the first
    /// assert!(!pool.cool_down(35_000));
    /// assert_eq!(pool.counts().warm, 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn cool_down(&mut self, now_ms: u64) -> bool {
        while let Some(&(address, freed_at_ms)) = self.cooling.front() {
            if now_ms.checked_sub(freed_at_ms).is_none_or(|age| age < COOL_DOWN_MS) {
                return true;
            }
            let (base, offset) = self.place(address);
            self.warm.give_back(base, offset);
            self.cooling.pop_front();
        }
        false
    }

    /// Compares the pool with its targets and orders what is missing, or gives back what is too much.
    ///
    /// `None` if there is nothing to do or to be done now. Groups are given back only whole, the lowest first, until they
    /// cover what is too much.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::Ipv4Prefix;
    /// use winpod::ipam::IpamMode;
    /// use winpod::pool::{Job, JobResult, Pool, PoolConfig};
    ///
    /// let mut pool = Pool::new(IpamMode::PrefixDelegation, 144, PoolConfig::new(0, 0, 2));
    /// let order = pool.reconcile().ok_or("nothing to do")?;
    /// assert_eq!(order, Job::Create { count: 2 });
    /// assert_eq!(pool.reconcile(), None); // they are on their way
    ///
    /// let [low, high] = [[192, 0, 2, 16], [192, 0, 2, 32]].map(|first| Ipv4Prefix::constant(first, 28));
    /// pool.update(&order, JobResult::success(&[high, low]))?;
    /// assert_eq!(pool.activate(PoolConfig::new(0, 0, 1)), Some(Job::Delete { groups: vec![low] }));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn reconcile(&mut self) -> Option<Job> {
        // Only a choice can be refused.
        self.reconcile_with(Release::Lowest).unwrap_or(None)
    }

    /// The same, giving back the groups that a controller chose, in its order; none where it gave none back.
    ///
    /// # Errors
    ///
    /// The pool is as before after each of these:
    ///
    /// - a group that is not wholly free, one given twice, or one too many: [`PoolError::IllegalChoice`]
    /// - fewer than the controller gives back: [`PoolError::ChoiceCount`]
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::Ipv4Prefix;
    /// use winpod::ipam::IpamMode;
    /// use winpod::pool::{Job, Pool, PoolConfig, PoolError, PoolState, WarmGroup};
    ///
    /// let groups = [[192, 0, 2, 8], [192, 0, 2, 9]].map(|address| Ipv4Prefix::constant(address, 32));
    /// let warm = groups.map(|group| WarmGroup { group, free: vec![group.first()] }).to_vec();
    /// let empty = PoolState::new(IpamMode::SecondaryIp, 9, PoolConfig::new(1, 0, 0));
    /// let mut pool = Pool::from_state(PoolState { warm, ..empty })?;
    /// assert_eq!(pool.reconcile_releasing(&[]), Err(PoolError::ChoiceCount { got: 0, expected: 1 }));
    /// assert_eq!(pool.reconcile_releasing(&groups), Err(PoolError::IllegalChoice { group: groups[1] }));
    /// assert_eq!(pool.reconcile_releasing(&groups[1..])?, Some(Job::Delete { groups: groups[1..].to_vec() }));
    /// # Ok::<(), PoolError>(())
    /// ```
    pub fn reconcile_releasing(&mut self, groups: &[Ipv4Prefix]) -> Result<Option<Job>, PoolError> {
        self.reconcile_with(Release::These(groups))
    }

    /// Takes what came of a job; whether the caller must reconcile.
    ///
    /// What is returned becomes free, whether it was ordered or not. What was pending falls by the whole job, whatever
    /// came back.
    ///
    /// # Errors
    ///
    /// - a group of another length than this mode's: [`PoolError::GroupLength`]; the pool is as before
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::Ipv4Prefix;
    /// use winpod::ipam::IpamMode;
    /// use winpod::pool::{Job, JobResult, Pool, PoolConfig};
    ///
    /// let mut pool = Pool::new(IpamMode::PrefixDelegation, 144, PoolConfig::new(0, 0, 2));
    /// let order = pool.reconcile().ok_or("nothing to do")?;
    /// let address = Ipv4Prefix::constant([192, 0, 2, 9], 32);
    /// assert_eq!(pool.update(&order, JobResult::success(&[address])).unwrap_err().code(), "GROUP_LENGTH");
    ///
    /// // One of two prefixes, and an error: the pool no longer trusts its books.
    /// let one = [Ipv4Prefix::constant([192, 0, 2, 16], 28)];
    /// assert!(pool.update(&order, JobResult::failure(&one))?);
    /// assert_eq!(pool.reconcile(), Some(Job::Resync));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn update(&mut self, job: &Job, result: JobResult<'_>) -> Result<bool, PoolError> {
        let whole = self.whole_group();
        let returned = self.bases(result.returned)?;
        if !result.succeeded {
            self.resync_required = true;
        }
        if self.mode == IpamMode::PrefixDelegation {
            self.prefix_available = result.prefix_available;
        }
        self.warm.add(returned.into_iter().map(|base| (base, whole)));
        match job {
            Job::Create { count } => {
                self.pending_create = self.pending_create.wrapping_sub(self.addresses_in(*count));
            }
            Job::Delete { groups } => {
                let count = i64::try_from(groups.len()).unwrap_or(i64::MAX);
                self.pending_delete = self.pending_delete.wrapping_sub(self.addresses_in(count));
            }
            Job::Resync => {}
        }
        Ok(!result.succeeded)
    }

    /// Brings the books in line with the groups that the ENI holds; `false` if nobody asked for it.
    ///
    /// Addresses that the ENI has and the pool does not know become free. Free and cooling ones that the ENI does not have
    /// are forgotten; those of pods stay. Nothing is reconciled until the next occasion.
    ///
    /// # Errors
    ///
    /// - a group of another length than this mode's: [`PoolError::GroupLength`]; the pool is as before
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::Ipv4Prefix;
    /// use winpod::ipam::IpamMode;
    /// use winpod::pool::{Job, JobResult, Pool, PoolConfig};
    ///
    /// let mut pool = Pool::new(IpamMode::PrefixDelegation, 144, PoolConfig::new(1, 3, 0));
    /// let on_eni = [Ipv4Prefix::constant([192, 0, 2, 16], 28)];
    /// assert!(!pool.resync(&on_eni)?);
    ///
    /// let order = pool.reconcile().ok_or("nothing to do")?;
    /// pool.update(&order, JobResult::failure(&[]))?; // the answer was lost on the way
    /// assert_eq!(pool.reconcile(), Some(Job::Resync));
    /// assert!(pool.resync(&on_eni)?);
    /// assert_eq!(pool.counts().warm, 16);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn resync(&mut self, on_eni: &[Ipv4Prefix]) -> Result<bool, PoolError> {
        let on_eni = self.bases(on_eni)?;
        if !self.resync_required {
            return Ok(false);
        }
        self.resync_required = false;
        let mut known: BTreeMap<u32, u16> = BTreeMap::new();
        for address in self.used.values().copied().chain(self.cooling.iter().map(|&(address, _)| address)) {
            let (base, offset) = self.place(address);
            *known.entry(base).or_default() |= 1 << offset;
        }
        for group in self.warm.groups() {
            *known.entry(group.base).or_default() |= group.mask();
        }
        let whole = self.whole_group();
        let unknown = |base: u32| whole & !known.get(&base).copied().unwrap_or(0);
        self.warm.add(on_eni.iter().map(|&base| (base, unknown(base))).filter(|&(_, mask)| mask != 0));

        let held: BTreeSet<u32> = on_eni.into_iter().collect();
        // An entry without a free address names nothing that could be gone.
        self.warm.retain(|group| group.free.is_empty() || held.contains(&group.base));
        let mode = self.mode;
        self.cooling.retain(|&(address, _)| held.contains(&base_of(mode, address)));
        Ok(true)
    }

    /// Sets targets without reconciling; [`activate`](Self::activate) and [`drain`](Self::drain) do both.
    ///
    /// A replay needs it, which reconciles with the [choice](Self::reconcile_releasing) of a controller.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::ipam::IpamMode;
    /// use winpod::pool::{Pool, PoolConfig};
    ///
    /// let mut pool = Pool::new(IpamMode::SecondaryIp, 9, PoolConfig::new(1, 3, 0));
    /// pool.set_config(PoolConfig::DRAINING);
    /// assert_eq!(pool.deviation(), 0);
    /// ```
    pub fn set_config(&mut self, config: PoolConfig) {
        self.given = config;
        self.config = config.mended(self.mode, self.quirks).effective(self.mode);
    }

    /// Sets targets and reconciles.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::ipam::IpamMode;
    /// use winpod::pool::{Job, Pool, PoolConfig};
    ///
    /// let mut pool = Pool::new(IpamMode::SecondaryIp, 9, PoolConfig::DRAINING);
    /// assert_eq!(pool.reconcile(), None);
    /// assert_eq!(pool.activate(PoolConfig::new(1, 3, 0)), Some(Job::Create { count: 3 }));
    /// ```
    pub fn activate(&mut self, config: PoolConfig) -> Option<Job> {
        self.set_config(config);
        self.reconcile()
    }

    /// Gives back what is free now and, whenever the caller reconciles, what has become free since.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::Ipv4Prefix;
    /// use winpod::ipam::IpamMode;
    /// use winpod::pool::{Job, JobResult, Pool, PoolConfig};
    ///
    /// let group = Ipv4Prefix::constant([192, 0, 2, 16], 28);
    /// let mut pool = Pool::new(IpamMode::PrefixDelegation, 144, PoolConfig::new(1, 3, 0));
    /// let order = pool.reconcile().ok_or("nothing to do")?;
    /// pool.update(&order, JobResult::success(&[group]))?;
    /// pool.assign(7)?;
    /// assert_eq!(pool.drain(), None); // a prefix goes back only when all 16 are free
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn drain(&mut self) -> Option<Job> {
        self.activate(PoolConfig::DRAINING)
    }

    /// The controller's tests before it looks for an address.
    fn admit(&self, owner: u32) -> Result<(), PoolError> {
        if let Some(address) = self.address_of(owner) {
            return Err(PoolError::AlreadyAssigned { owner, address });
        }
        let counts = self.counts();
        if self.reaches_capacity(counts.used.into()) {
            return Err(PoolError::AtMaxCapacity { capacity: self.capacity });
        }
        if self.reaches_capacity(i64::from(counts.used) + i64::from(counts.cooling)) {
            return Err(PoolError::BeingCooledDown);
        }
        if self.reaches_capacity(counts.taken()) {
            return Err(PoolError::BeingCreated);
        }
        let no_prefix = self.mode == IpamMode::PrefixDelegation && !self.prefix_available;
        if no_prefix && self.warm.groups().is_empty() {
            return Err(PoolError::InsufficientCidrBlocks);
        }
        Ok(())
    }

    fn reaches_capacity(&self, addresses: i64) -> bool {
        let capacity = i64::from(self.capacity);
        if self.quirks.has(Quirk::CapacityByEquality) { addresses == capacity } else { addresses >= capacity }
    }

    fn next_group(&self) -> Option<usize> {
        match self.mode {
            IpamMode::SecondaryIp => self.warm.first_free(),
            IpamMode::PrefixDelegation => self.warm.fewest(),
        }
    }

    fn take(&mut self, owner: u32, index: usize) -> Result<Ipv4Addr, PoolError> {
        let keep_empty = self.quirks.has(Quirk::EmptiedGroupStays);
        let address = self.warm.take(index, keep_empty).ok_or(PoolError::WarmPoolEmpty)?;
        self.used.insert(owner, address);
        Ok(Ipv4Addr::from_bits(address))
    }

    fn reconcile_with(&mut self, release: Release<'_>) -> Result<Option<Job>, PoolError> {
        let counts = self.counts();
        if self.resync_required {
            release.nothing()?;
            // While jobs run, what the ENI holds changes under the eyes of a re-sync.
            let running = counts.pending_create != 0 || counts.pending_delete != 0;
            return Ok((!running).then_some(Job::Resync));
        }
        if self.reaches_capacity(counts.taken()) {
            release.nothing()?;
            return Ok(None);
        }
        let deviation = counts.deviation(self.mode, &self.config);
        let tolerance = i64::from(self.config.tolerance);
        let surplus = deviation.wrapping_neg();
        if deviation > tolerance {
            release.nothing()?;
            Ok(self.create(deviation, &counts))
        } else if surplus > tolerance {
            self.delete(surplus, release)
        } else {
            release.nothing()?;
            Ok(None)
        }
    }

    fn create(&mut self, deviation: i64, counts: &Counts) -> Option<Job> {
        let room = i64::from(self.capacity).wrapping_sub(counts.taken()).wrapping_sub(counts.warm.into());
        if room == 0 || room < 0 && !self.quirks.has(Quirk::CapacityByEquality) {
            return None;
        }
        let addresses = deviation.min(room);
        let count = addresses / i64::from(self.mode.addresses_per_slot());
        let booked = if self.quirks.has(Quirk::LostRemainder) {
            addresses
        } else if count == 0 {
            return None;
        } else {
            self.addresses_in(count)
        };
        self.pending_create = self.pending_create.wrapping_add(booked);
        Some(Job::Create { count })
    }

    fn delete(&mut self, surplus: i64, release: Release<'_>) -> Result<Option<Job>, PoolError> {
        let size = u64::from(self.mode.addresses_per_slot());
        // What cannot be covered is not waited for.
        let expected = usize::try_from(surplus.unsigned_abs().div_ceil(size)).unwrap_or(usize::MAX);
        let expected = expected.min(self.warm.full());
        let groups: Vec<Ipv4Prefix> = match release {
            Release::Lowest => {
                let full = self.warm.groups().iter().filter(|group| self.warm.is_full(group));
                full.take(expected).map(|group| self.group_at(group.base)).collect()
            }
            Release::These(groups) => self.check_release(groups, expected)?,
        };
        if groups.is_empty() {
            return Ok(None);
        }
        let gone: BTreeSet<u32> = groups.iter().map(|group| group.first().to_bits()).collect();
        self.warm.retain(|group| !gone.contains(&group.base));
        let count = i64::try_from(groups.len()).unwrap_or(i64::MAX);
        self.pending_delete = self.pending_delete.wrapping_add(self.addresses_in(count));
        Ok(Some(Job::Delete { groups }))
    }

    fn check_release(&self, groups: &[Ipv4Prefix], expected: usize) -> Result<Vec<Ipv4Prefix>, PoolError> {
        let mut seen = BTreeSet::new();
        for (index, &group) in groups.iter().enumerate() {
            let held = self.base(group).ok().and_then(|base| self.warm.groups().get(self.warm.find(base)?));
            let legal = held.is_some_and(|held| self.warm.is_full(held) && seen.insert(held.base));
            if !legal || index >= expected {
                return Err(PoolError::IllegalChoice { group });
            }
        }
        if groups.len() < expected {
            return Err(PoolError::ChoiceCount { got: groups.len(), expected });
        }
        Ok(groups.to_vec())
    }

    /// The first addresses of groups that fit the mode.
    fn bases(&self, groups: &[Ipv4Prefix]) -> Result<Vec<u32>, PoolError> {
        groups.iter().map(|&group| self.base(group)).collect()
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

    /// The group of an address, and its place in it.
    fn place(&self, address: u32) -> (u32, u8) {
        let base = base_of(self.mode, address);
        (base, u8::try_from(address - base).unwrap_or_default())
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

impl Release<'_> {
    /// Refuses a choice where nothing is given back.
    fn nothing(self) -> Result<(), PoolError> {
        match self {
            Self::Lowest | Self::These([]) => Ok(()),
            Self::These([group, ..]) => Err(PoolError::IllegalChoice { group: *group }),
        }
    }
}

fn base_of(mode: IpamMode, address: u32) -> u32 {
    address - address % mode.addresses_per_slot()
}
