//! Pods come and go.

use core::net::Ipv4Addr;

use super::{COOL_DOWN_MS, Pool, PoolError, Quirk, base_of};
use crate::Ipv4Prefix;
use crate::ipam::IpamMode;

impl Pool {
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
        self.take(owner, |pool| pool.next_group().ok_or(PoolError::WarmPoolEmpty))
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
        self.take(owner, |pool| {
            let next = pool.next_group().ok_or(PoolError::WarmPoolEmpty)?;
            let free = |index: usize| pool.warm.groups().get(index).map(|group| group.free.len());
            let legal = |&index: &usize| match pool.mode {
                IpamMode::SecondaryIp => true,
                IpamMode::PrefixDelegation => free(index) == free(next),
            };
            pool.warm.find(base).filter(legal).ok_or(PoolError::IllegalChoice { group })
        })
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
        self.used.remove(owner, address.to_bits()).map_err(|actual| match actual {
            Some(actual) => PoolError::IncorrectOwner { owner, address: Ipv4Addr::from_bits(actual) },
            None => PoolError::DoesntExist { owner },
        })?;
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
        let cooled =
            |freed_at_ms: u64| now_ms.checked_sub(freed_at_ms).is_some_and(|age| age >= COOL_DOWN_MS);
        let mut done = 0;
        for &(address, _) in self.cooling.iter().take_while(|&&(_, freed_at_ms)| cooled(freed_at_ms)) {
            let base = base_of(self.mode, address);
            self.warm.give_back(base, address - base);
            done += 1;
        }
        self.cooling.drain(..done);
        !self.cooling.is_empty()
    }

    /// Gives an owner the next address of the group that is chosen, if nothing speaks against it.
    fn take(
        &mut self,
        owner: u32,
        choose: impl FnOnce(&Self) -> Result<usize, PoolError>,
    ) -> Result<Ipv4Addr, PoolError> {
        // The address is known before the owner is looked up, once: that is what an assignment costs.
        let assigned = |address| PoolError::AlreadyAssigned { owner, address: Ipv4Addr::from_bits(address) };
        let chosen = self.admit().and_then(|()| {
            let group = choose(self)?;
            Ok((group, self.warm.next(group).ok_or(PoolError::WarmPoolEmpty)?))
        });
        match chosen {
            Ok((group, address)) => {
                self.used.insert(owner, address).map_err(assigned)?;
                self.warm.take(group, self.quirks.has(Quirk::EmptiedGroupStays));
                Ok(Ipv4Addr::from_bits(address))
            }
            Err(error) => Err(self.used.get(owner).map_or(error, assigned)),
        }
    }

    /// The controller's tests before it looks for an address.
    fn admit(&self) -> Result<(), PoolError> {
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
        if no_prefix && self.warm.is_empty() {
            return Err(PoolError::InsufficientCidrBlocks);
        }
        Ok(())
    }

    fn next_group(&self) -> Option<usize> {
        match self.mode {
            IpamMode::SecondaryIp => (!self.warm.groups().is_empty()).then_some(0),
            IpamMode::PrefixDelegation => self.warm.fewest(),
        }
    }
}
