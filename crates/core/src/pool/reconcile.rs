//! The pool against its targets.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use super::{Counts, Job, Pool, PoolConfig, PoolError, Quirk};
use crate::Ipv4Prefix;

/// Which groups a reconciliation gives back.
#[derive(Clone, Copy)]
enum Release<'a> {
    Lowest,
    These(&'a [Ipv4Prefix]),
}

impl Pool {
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
    #[inline]
    pub fn reconcile(&mut self) -> Option<Job> {
        if self.rests() {
            return None;
        }
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

    /// Whether a reconciliation has nothing to do: most of them, so this is told apart from the rest.
    fn rests(&self) -> bool {
        let counts = self.counts();
        let near = |deviation: i64| deviation.unsigned_abs() <= self.config.tolerance.into();
        !self.resync_required
            && (self.reaches_capacity(counts.taken()) || near(counts.deviation(self.mode, &self.config)))
    }

    #[inline(never)]
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
        let expected = expected.min(self.warm.full() as usize);
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
        let mut gone: Vec<u32> = groups.iter().map(|group| group.first().to_bits()).collect();
        gone.sort_unstable();
        self.warm.retain(|group| gone.binary_search(&group.base).is_err());
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
